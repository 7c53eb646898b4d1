"""Every numeral of an article is accounted for, and the audit fires when one is not.

The article's own numbers are counted by hand.
"""

import re
import sys
import time

import faults
import pandas as pd
import pytest
from cases import rows, table
from hypothesis import given, settings
from hypothesis import strategies as st

from wuxi_data.audit import audit, paragraphs, propose, write_proposals
from wuxi_data.county import example_county
from wuxi_data.numerals import NUMERAL, fold
from wuxi_data.reading import TableError
from wuxi_data.schema import THEMES
from wuxi_data.tables import load

NUMERALS, FACTS = 103, 55


@pytest.fixture
def shelf(monkeypatch):
    """Our tables, in memory, that the audit reads after a test has changed one."""
    tables = {name: load(name) for name in [*THEMES, "exclusions", "sources"]}
    monkeypatch.setattr(
        sys.modules["wuxi_data.audit"], "load", lambda name, data=None: tables[name]
    )
    return tables


# -------------------------------------------------------------------- our article


def test_each_numeral_is_where_the_report_says(article):
    lines = [line.strip() for line in article.splitlines() if line.strip()]
    for each in audit(article).numerals:
        there = lines[each.paragraph - 1][each.start :]
        assert there.startswith(each.numeral), f"expected {each.numeral}, got {there[:9]}"
        assert each.numeral in each.around


def test_removing_any_one_row_is_noticed_and_its_numeral_named(article, shelf):
    for name, column in [*((theme, "as_written") for theme in THEMES), ("exclusions", "token")]:
        whole = shelf[name]
        for row, paragraph, token in whole[["paragraph", column]].itertuples():
            shelf[name] = whole.drop(index=row)
            report = audit(article)
            assert not report.ok, f"expected the audit to miss {token} of paragraph {paragraph}"
            found = "".join(each.numeral for each in report.unaccounted)
            assert found == "".join(NUMERAL.findall(fold(token))), f"expected {token}, got {found}"
            for each in report.unaccounted:
                expected = f"paragraph {paragraph}: {each.numeral!r} is unaccounted, in …"
                assert expected in str(report), f"expected {expected}, got\n{report}"
        shelf[name] = whole


@pytest.mark.parametrize(
    ("before", "payers", "is_sound"),
    [
        ("", "甲乙", False),
        ("甲县、乙县各", "甲乙", True),
        ("甲县、乙县各", "甲甲", False),
        ("省里5.32亿元，甲县、乙县各安排专项资金", "甲乙省", True),
        ("各类资金", "甲乙", False),
        ("各村共", "甲乙", False),
        ("各族群众", "甲乙", False),
    ],
)
def test_of_one_numeral_there_are_two_rows_only_where_print_gives_it_to_each(
    before, payers, is_sound, article, shelf
):
    funding = shelf["funding"]
    water = funding["fact_id"] == "water-investment"
    rows = [funding[water].assign(fact_id=f"water-{n}", payer=who) for n, who in enumerate(payers)]
    shelf["funding"] = pd.concat([funding[~water], *rows])
    report = audit(article.replace("5.32亿元", f"{before}5.32亿元"))
    assert report.ok is is_sound, report
    assert is_sound or "'5.32亿' is claimed by water-0 and water-1" in str(report)


def test_faulty_tables_are_not_audited(article, county):
    path = county / "funding.csv"
    path.write_text(path.read_text("utf-8").replace("5000000", "5,000,000"), "utf-8")
    with pytest.raises(TableError, match=r"funding\.csv:3"):
        audit(article, county)


# -------------------------------------------------------------------- which text is it


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_another_line_end_or_a_byte_order_mark_is_the_same_text(article, mark, end):
    report = audit(mark + article.replace("\n", end))
    assert report.same_text
    assert report.ok


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("水润", "水 润", "this is not the text that jilin-wuxi-2021 was typed from"),
        ("400万元", "401万元", "paragraph 14: '401万' is unaccounted"),
        ("400万元", "401万元", "paragraph 14: jilin-annual-usual claims '400万元', which does not"),
    ],
)
def test_another_text_is_told_so_and_audited_all_the_same(article, old, new, says):
    report = audit(article.replace(old, new, 1))
    assert not report.same_text
    assert says in str(report)
    assert f"{NUMERALS} numerals: " in str(report)


def test_no_text_at_all_misses_every_row():
    report = audit("")
    assert not report.ok
    assert str(report).endswith("0 numerals: 0 in facts, 0 excluded, 0 unaccounted")
    assert len(report.misplaced) == FACTS + len(load("exclusions"))


def test_a_paragraph_is_a_line_that_is_not_empty():
    got = paragraphs("\ufeff　一 \r\n\r\n\n二\r三\n \t \n四\u2028五")
    assert got == ["一", "二", "三", "四\u2028五"]


# -------------------------------------------------------------------- another article


def test_proposals_are_the_parsers_reading_of_what_nobody_claims():
    text = """云溪县帮扶简报（虚构）

2023年，青岚省拨付援助资金１，２００万元，较上年增加近两成。
新建水厂3座、供水点十二处，受益群众4.5万余人；一条28公里的公路连通了五个村。
干部群众一心一意，千方百计。
"""
    proposed = propose(audit(text, new=True), text).drop(columns="around").astype(str)
    pd.testing.assert_frame_equal(proposed, pd.DataFrame(table("proposals")))


def test_punctuation_of_half_width_changes_no_proposal():
    """As pages of the web have it: ``120万元,2005年`` has no thousands."""
    half = str.maketrans("，；：（）！？", ",;:()!?")
    text = (example_county() / "article.txt").read_text("utf-8")
    columns = ["paragraph", "as_written", "value", "unit", "qualifier", "exclude"]
    full, halved = (
        propose(audit(said, new=True), said)[columns].astype(str)
        for said in (text, text.translate(half))
    )
    assert full.map(lambda cell: cell.translate(half)).equals(halved)


def test_a_source_whose_digest_is_not_known_yet_is_audited(example):
    text = (example / "article.txt").read_text("utf-8")
    faults.cell("sources", 2, sha256="")(example)
    report = audit(text, example)
    assert report.misplaced == []
    assert "whether this is the text of yanxi-2024 is not known" in str(report)


def test_of_several_sources_the_digest_finds_the_text(example):
    text = (example / "article.txt").read_text("utf-8")
    faults.edit("sources", lambda rows: rows.append(["other", *rows[1][1:-2], "", "9"]))(example)
    assert audit(text, example).source_id == "yanxi-2024"
    with pytest.raises(ValueError, match="say which one it is by source_id: yanxi-2024, other"):
        audit(text + "3", example)
    assert audit(text + "3", example, source_id="yanxi-2024").unaccounted[-1].numeral == "3"
    assert not audit(text, example, source_id="other").same_text


# -------------------------------------------------------------------- what a numeral is


@pytest.mark.parametrize(("text", "numerals"), rows("numerals"))
def test_a_numeral_is_one_and_those_that_stand_side_by_side_are_apart(text, numerals):
    assert " ".join(each.numeral for each in audit(text, new=True).numerals) == numerals


DIGITS = "0123456789０１２３４５６７８９〇零一二两三四五六七八九十百千万亿半数几"


@settings(deadline=None)
@given(
    st.text(st.sampled_from(DIGITS + "，,.．余多元人个年、"), max_size=40) | st.text(max_size=40)
)
def test_every_digit_of_any_text_lies_in_exactly_one_numeral(text):
    inside = "".join(" " * len(match[0]) for match in NUMERAL.finditer(fold(text)))
    covered = [place for match in NUMERAL.finditer(fold(text)) for place in range(*match.span())]
    assert len(inside) == len(set(covered))
    missed = [text[place] for place in range(len(text)) if place not in covered]
    assert not set(missed) & set(DIGITS), f"expected every digit of {text!r}, missed {missed}"
    assert not re.search(f"[{DIGITS}]", NUMERAL.sub("", fold(text)))


# -------------------------------------------------------------------- the whole printed figure


@pytest.fixture
def one(shelf):
    """Tables of one row, which claims a token, and of the exclusions that a test adds."""

    def claim(token, *excluded):
        row = shelf["county"].iloc[:1].assign(as_written=token, paragraph=1)
        words = shelf["exclusions"].iloc[: len(excluded)].assign(token=list(excluded))
        anywhere = words.assign(paragraph=pd.NA, occurrence=pd.NA)
        source = shelf["sources"].assign(sha256="")
        shelf.update({theme: row.iloc[:0] for theme in THEMES})
        shelf.update(county=row, exclusions=anywhere, sources=source)

    return claim


@pytest.mark.parametrize(("text", "token", "beside"), rows("clipped"))
def test_a_clipped_token_fails_and_what_stands_beside_it_is_named(one, text, token, beside):
    one(token)
    report = audit(text)
    assert report.ok == (not beside)
    assert not beside or f"claims {token!r}, but {beside!r} stands beside it" in str(report)


def test_a_line_full_of_tokens_is_read_once(one):
    one("3人")
    began = time.process_time()
    assert not audit("，".join(["13人"] * 20000)).ok
    assert time.process_time() < began + 5, "expected seconds, not minutes"


def test_an_exclusion_without_a_place_claims_its_token_everywhere_and_must_claim_one(one):
    one("3座", "三峡", "一心一意")
    report = audit("三峡库区新建3座。\n三峡移民一心一意。\n三峡。")
    assert report.ok, f"expected every numeral claimed, got\n{report}"
    assert "exclusion 三峡 (rhetoric) claims '三峡', which" in str(audit("新建3座。"))


def test_a_name_is_written_as_one_exclusion(tmp_path):
    text = "三峡库区与三峡移民，2023年拨付400万元。"
    report = audit(text, new=True)
    paths = write_proposals(propose(report, text), report.source_id, tmp_path / "out")
    written = [path.read_text("utf-8-sig").splitlines()[1:] for path in paths]
    assert [line.split(",")[:5] for line in written[0]] == [
        ["1", "三峡", "", "", ""],
        ["1", "三峡", "", "", ""],
        ["1", "2023年", "", "", ""],
        ["1", "400万元", "4000000", "CNY", "exact"],
    ]
    assert written[1] == ["ID,,三峡,,name", "ID,1,2023年,1,date"]
    assert paths[0].read_bytes().startswith(b"\xef\xbb\xbf")
    with pytest.raises(FileExistsError, match="not written over"):
        write_proposals(propose(report, text), report.source_id, tmp_path / "out")

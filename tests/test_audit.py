"""Every numeral of an article is accounted for, and the audit fires when one is not.

The article's own numbers are counted by hand; the second county is clearly a fiction.
"""

import itertools
import re
import sys

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wuxi_data.audit import audit, digest, paragraphs, propose, write_proposals
from wuxi_data.numerals import NUMERAL, fold
from wuxi_data.reading import TableError
from wuxi_data.tables import load

THEMES = ["funding", "projects", "water_works", "training", "county"]
NUMERALS, FACTS, EXCLUDED = 103, 55, 48


@pytest.fixture
def shelf(monkeypatch):
    """Our tables, in memory, that the audit reads after a test has changed one."""
    tables = {name: load(name) for name in [*THEMES, "exclusions", "sources"]}
    monkeypatch.setattr(
        sys.modules["wuxi_data.audit"], "load", lambda name, data=None: tables[name]
    )
    return tables


def claims(tables):
    """Yield (table, row, paragraph, token) of everything that claims a numeral."""
    for name in THEMES:
        for row, fact in tables[name].iterrows():
            yield name, row, fact["paragraph"], fact["as_written"]
    for row, word in tables["exclusions"].iterrows():
        yield "exclusions", row, word["paragraph"], word["token"]


# -------------------------------------------------------------------- our article


def test_every_numeral_of_the_article_is_accounted_for(article):
    report = audit(article)
    assert report.ok, f"expected every numeral claimed once, got\n{report}"
    assert report.same_text, "expected the text that the tables were typed from"
    assert report.source_id == "jilin-wuxi-2021"
    expected = f"{NUMERALS} numerals: {FACTS} in facts, {EXCLUDED} excluded, 0 unaccounted"
    assert str(report) == expected


def test_the_report_is_a_table_too(article):
    frame = audit(article).to_frame()
    assert list(frame) == ["paragraph", "start", "numeral", "around", "claimed_by"]
    assert len(frame) == NUMERALS
    fact = frame[frame["claimed_by"] == "jilin-aid-1992-2021"].iloc[0]
    assert (fact["paragraph"], fact["numeral"]) == (41, "7576.05万")
    assert fact["numeral"] in fact["around"]


def test_each_numeral_is_where_the_report_says(article, shelf):
    lines = [line.strip() for line in article.splitlines() if line.strip()]
    for each in audit(article).numerals:
        there = lines[each.paragraph - 1][each.start :]
        assert there.startswith(each.numeral), f"expected {each.numeral}, got {there[:9]}"


def test_removing_any_one_row_is_noticed_and_its_numeral_named(article, shelf):
    rows = list(claims(shelf))
    assert len(rows) == FACTS + len(shelf["exclusions"])
    for name, row, paragraph, token in rows:
        whole = shelf[name]
        shelf[name] = whole.drop(index=row)
        report = audit(article)
        shelf[name] = whole
        assert not report.ok, f"expected the audit to miss {token} of paragraph {paragraph}"
        found = "".join(each.numeral for each in report.unaccounted)
        assert found == "".join(NUMERAL.findall(fold(token))), f"expected {token}, got {found}"
        for each in report.unaccounted:
            assert each.paragraph == paragraph
            expected = f"paragraph {paragraph}: {each.numeral!r} is unaccounted, in …"
            assert expected in str(report), f"expected {expected}, got\n{report}"


def test_moving_any_one_row_to_another_paragraph_is_noticed(article, shelf):
    elsewhere = itertools.cycle([1, 14, 41, 45, 55])
    for name, row, paragraph, token in list(claims(shelf)):
        other = next(place for place in elsewhere if place != paragraph)
        whole = shelf[name]
        shelf[name] = whole.assign(paragraph=whole["paragraph"].where(whole.index != row, other))
        report = audit(article)
        shelf[name] = whole
        assert not report.ok, f"expected {token} to be missed in {other}, not {paragraph}"
        assert paragraph in {each.paragraph for each in report.unaccounted}


def test_a_row_in_the_wrong_paragraph_is_named_with_its_token(article, shelf):
    funding = shelf["funding"]
    shelf["funding"] = funding.assign(paragraph=funding["paragraph"].replace(20, 21))
    got = str(audit(article))
    assert "paragraph 21: jilin-huatai claims '数千万元', which does not stand there" in got


def test_two_rows_that_claim_one_numeral_are_both_named(article, shelf):
    funding = shelf["funding"]
    again = funding[funding["fact_id"] == "water-investment"].assign(fact_id="water-again")
    shelf["funding"] = pd.concat([funding, again])
    report = audit(article)
    assert not report.ok
    expected = "paragraph 45: '5.32亿' is claimed by water-investment and water-again"
    assert expected in str(report), f"expected {expected}, got\n{report}"


def test_a_token_never_claims_half_a_numeral(article, shelf):
    county = shelf["county"]
    shelf["county"] = county.assign(as_written=county["as_written"].replace("30余万", "30余"))
    report = audit(article)
    assert [each.numeral for each in report.unaccounted] == ["30余万"]
    assert "population claims '30余', but '万' stands beside it" in str(report)


def test_the_two_ones_of_a_paragraph_need_two_rows(article, shelf):
    projects = shelf["projects"]
    shelf["projects"] = projects[projects["fact_id"] != "store-huatai"]
    assert [(each.paragraph, each.numeral) for each in audit(article).unaccounted] == [(25, "1")]


def test_a_row_taken_out_of_a_real_folder_is_missed(article, county):
    path = county / "exclusions.csv"
    text = path.read_text("utf-8")
    path.write_text(text.replace("jilin-wuxi-2021,27,76岁,1,private\n", ""), "utf-8")
    report = audit(article, county)
    assert [(each.paragraph, each.numeral) for each in report.unaccounted] == [(27, "76")]
    expected = "103 numerals: 55 in facts, 47 excluded, 1 unaccounted"
    assert str(report).endswith(expected), f"expected {expected}, got {report}"


def test_faulty_tables_are_not_audited(article, county):
    path = county / "funding.csv"
    path.write_text(path.read_text("utf-8").replace("5000000", "5,000,000"), "utf-8")
    with pytest.raises(TableError, match=r"funding\.csv:3"):
        audit(article, county)


# -------------------------------------------------------------------- which text is it


@pytest.mark.parametrize("copy", ["bom", "crlf", "cr", "bom and crlf"])
def test_another_line_end_or_a_byte_order_mark_is_the_same_text(article, copy):
    text = article.replace("\n", {"crlf": "\r\n", "cr": "\r"}.get(copy.split()[-1], "\n"))
    report = audit("\ufeff" * ("bom" in copy) + text)
    assert report.same_text, f"expected a copy with {copy} to be the same text"
    assert report.ok


@pytest.mark.parametrize("change", [("400万元", "401万元"), ("水润", "水 润"), ("。", ".")])
def test_another_text_is_told_so_and_audited_all_the_same(article, change):
    report = audit(article.replace(*change, 1))
    assert not report.same_text
    assert "this is not the text that jilin-wuxi-2021 was typed from" in str(report)
    assert f"{NUMERALS} numerals: " in str(report)


def test_a_changed_figure_is_unaccounted_and_its_row_misplaced(article):
    got = str(audit(article.replace("400万元", "401万元")))
    assert "paragraph 14: '401万' is unaccounted" in got
    assert "paragraph 14: jilin-annual-usual claims '400万元', which does not stand there" in got


def test_no_text_at_all_misses_every_row():
    report = audit("")
    assert not report.ok
    assert str(report).endswith("0 numerals: 0 in facts, 0 excluded, 0 unaccounted")
    assert len(report.misplaced) == FACTS + len(load("exclusions"))


def test_an_unknown_source_is_refused_by_name(article):
    with pytest.raises(ValueError, match="no source 'other': have jilin-wuxi-2021"):
        audit(article, source_id="other")


def test_a_digest_is_what_sha256sum_prints():
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest("abc") == expected  # the test vector of FIPS 180


def test_a_paragraph_is_a_line_that_is_not_empty():
    got = paragraphs("\ufeff　一 \r\n\r\n\n二\r三\n \t \n四\u2028五")
    assert got == ["一", "二", "三", "四\u2028五"]


# -------------------------------------------------------------------- another article

FICTION = """云溪县帮扶简报（虚构）

2023年，青岚省拨付援助资金１，２００万元，较上年增加近两成。
新建水厂3座、供水点十二处，受益群众4.5万余人；一条28公里的公路连通了五个村。
干部群众一心一意，千方百计。
"""
# Counted in the fiction, paragraph by paragraph.
FICTION_NUMERALS = ["2023", "１，２００万", "两", "3", "十二", "4.5万", "一", "28", "五"]
FICTION_NUMERALS += ["一", "一", "千", "百"]
TABLES = {
    "sources": f"""source_id,title,authors,publisher,published,language,sha256,paragraphs
yunxi,云溪县帮扶简报,某某,,2023,zh,{digest(FICTION)},4
""",
    "labels": """code,kind,zh,en
qinglan,actor,青岚省,Qinglan province
yunxi_county,place,云溪县,Yunxi county
tap_points,works_type,供水点,water points
county_road,item,县道,county road
""",
    "funding": """fact_id,payer,recipient,indicator,start,end,value,unit,qualifier,as_written,\
source_id,paragraph,part_of,note
aid-2023,qinglan,yunxi_county,annual_aid,2023,2023,12000000,CNY,exact,"１，２００万元",yunxi,2,,
""",
    "water_works": """fact_id,works,indicator,start,end,value,unit,qualifier,as_written,source_id,\
paragraph,part_of,note
plants,town_waterworks,built,2023,2023,3,works,exact,3座,yunxi,3,,
taps,tap_points,built,2023,2023,12,works,exact,十二处,yunxi,3,,
people,drinking_water_safety,people_covered,2023,2023,45000,person,over,4.5万余人,yunxi,3,,
""",
    "projects": """fact_id,sponsor,place,item,sector,status,indicator,start,end,value,unit,\
qualifier,as_written,source_id,paragraph,part_of,note
road,qinglan,yunxi_county,county_road,transport,completed,length,,,28,km,exact,28公里,yunxi,3,,
villages,qinglan,yunxi_county,county_road,transport,completed,villages_linked,,,5,village,exact,\
五个村,yunxi,3,,
""",
    "exclusions": """source_id,paragraph,token,occurrence,reason
yunxi,2,2023年,1,period
yunxi,2,两成,1,rhetoric
yunxi,3,一条,1,rhetoric
yunxi,4,一心一意,1,word
yunxi,4,千方百计,1,word
""",
}


@pytest.fixture
def yunxi(tmp_path):
    """A fictional county of three themes, in a folder of its own."""
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    return tmp_path


def drop(folder, name, start):
    path = folder / f"{name}.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(start)]
    assert len(kept) == len(lines) - 1, f"expected one line to start with {start}"
    path.write_text("".join(kept), "utf-8")


def test_another_article_is_audited_with_its_own_folder(yunxi):
    report = audit(FICTION, yunxi)
    assert [each.numeral for each in report.numerals] == FICTION_NUMERALS
    assert report.ok, f"expected every numeral claimed, got\n{report}"
    assert report.same_text
    assert str(report) == "13 numerals: 6 in facts, 7 excluded, 0 unaccounted"


def test_one_exclusion_covers_every_numeral_of_its_token(yunxi):
    drop(yunxi, "exclusions", "yunxi,4,一心一意")
    got = [(each.paragraph, each.numeral) for each in audit(FICTION, yunxi).unaccounted]
    assert got == [(4, "一"), (4, "一")]


def test_proposals_are_the_parsers_reading_of_what_nobody_claims(yunxi):
    for name in ("funding", "water_works", "projects", "exclusions"):
        path = yunxi / f"{name}.csv"
        path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    rows = propose(audit(FICTION, yunxi), FICTION)
    columns = ["paragraph", "as_written", "value", "unit", "qualifier", "exclude", "occurrence"]
    assert list(rows) == [*columns, "around"]
    got = list(rows.drop(columns="around").itertuples(index=False, name=None))
    assert got == [
        (2, "2023年", "", "", "", "date", "1"),
        (2, "１，２００万元", "12000000", "CNY", "exact", "", ""),
        (2, "近两成", "2", "tenth", "about", "", ""),
        (3, "3座", "3", "", "exact", "", ""),
        (3, "十二处", "12", "", "exact", "", ""),
        (3, "4.5万余人", "45000", "person", "over", "", ""),
        (3, "一条", "", "", "", "rhetoric", "1"),
        (3, "28公里", "28", "km", "exact", "", ""),
        (3, "五个村", "5", "village", "exact", "", ""),
        (4, "一心一意", "", "", "", "word", "1"),
        (4, "千方百计", "", "", "", "word", "1"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("将近500人参加", ("将近500人", "500", "person", "about")),
        ("投入不少于30万元。", ("不少于30万元", "300000", "CNY", "at_least")),
        ("共计300人以上，", ("300人以上", "300", "person", "at_least")),
        ("历时半年", ("半年", "0.5", "year", "exact")),
        ("帮扶数千户", ("数千户", "", "household", "")),
        ("长3.5公里", ("3.5公里", "3.5", "km", "exact")),
        ("其中一半", ("一半", "0.5", "", "exact")),
    ],
)
def test_a_proposal_takes_the_words_around_the_numeral(yunxi, text, expected):
    row = propose(audit(text, yunxi), text).iloc[0]
    got = tuple(row[["as_written", "value", "unit", "qualifier"]])
    assert got == expected


def test_nothing_is_proposed_where_nothing_is_missing(yunxi):
    assert propose(audit(FICTION, yunxi), FICTION).empty


def test_a_source_whose_digest_is_not_known_yet_is_audited(yunxi):
    path = yunxi / "sources.csv"
    path.write_text(path.read_text("utf-8").replace(digest(FICTION), ""), "utf-8")
    report = audit(FICTION, yunxi)
    assert report.ok
    assert "whether this is the text of yunxi is not known" in str(report)
    path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    for table in ("funding", "projects", "water_works", "training", "county", "exclusions"):
        (yunxi / f"{table}.csv").unlink(missing_ok=True)
    assert "sources.csv has no row for this text yet" in str(audit(FICTION, yunxi))


def test_of_several_sources_the_digest_finds_the_text(yunxi):
    path = yunxi / "sources.csv"
    path.write_text(path.read_text("utf-8") + "other,另一篇,某某,,2022,zh,,9\n", "utf-8")
    assert audit(FICTION, yunxi).source_id == "yunxi"
    changed = FICTION.replace("3座", "4座")
    with pytest.raises(ValueError, match="say which one it is by source_id: yunxi, other"):
        audit(changed, yunxi)
    report = audit(changed, yunxi, source_id="yunxi")
    assert [each.numeral for each in report.unaccounted] == ["4"]
    assert not audit(FICTION, yunxi, source_id="other").same_text


# -------------------------------------------------------------------- what a numeral is

ONE_NUMERAL = ["30余万", "7576.05万", "44.45万", "1,234", "１，２３４", "5.32亿", "数千万", "十几"]
ONE_NUMERAL += ["20几万", "一百零三", "二〇二一", "两三百", "半", "３．５万", "1000", "3千余万"]


@pytest.mark.parametrize("numeral", ONE_NUMERAL)
def test_a_numeral_is_one_numeral(numeral):
    got = NUMERAL.findall(fold(f"共{numeral}元"))
    assert got == [fold(numeral)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("完成3，500户", ["3", "500"]),  # a Chinese comma between two numbers
        ("12,34", ["12", "34"]),
        ("3个班180余人", ["3", "180"]),
        ("2016—2020年", ["2016", "2020"]),
        ("3月9日", ["3", "9"]),
        ("千山万水", ["千", "万"]),
        ("无", []),
    ],
)
def test_numerals_that_stand_side_by_side_are_apart(text, expected):
    assert NUMERAL.findall(text) == expected


DIGITS = "0123456789０１２３４５６７８９〇零一二两三四五六七八九十百千万亿半数几"


@settings(max_examples=400, deadline=None)
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

CLIPPED = [
    ("投入约3600万元。", "3600万元", "约"),
    ("建成200余个。", "200", "余个"),
    ("不足500户。", "500户", "不足"),
    ("需10分钟以内。", "10分钟", "以内"),
    ("达二十八点八亿元。", "八亿元", "二十八点"),
    ("覆盖41个社区。", "41个社", "区"),
    ("建102个村级文化室。", "102个村", "级"),
    ("存9.8亿人民币。", "9.8亿人", "民币"),
    ("低于1万元以下。", "1万元", "低于"),
    ("收入1万元以下。", "1万元", "以下"),
    ("发放20至30万元。", "30万元", "20至"),
    ("单产300斤/亩。", "300斤", "/亩"),
]


@pytest.fixture
def one(monkeypatch):
    """Tables of one row, which claims a token, and of the exclusions that a test adds."""
    empty = {name: load(name).iloc[:0] for name in THEMES}
    sources = load("sources").iloc[:1].assign(sha256="")

    def claim(token, *excluded):
        rows = load("county").iloc[:1].assign(as_written=token, paragraph=1)
        words = load("exclusions").iloc[: len(excluded)].assign(token=list(excluded))
        anywhere = words.assign(paragraph=pd.NA, occurrence=pd.NA)
        tables = empty | {"county": rows, "sources": sources, "exclusions": anywhere}
        where = sys.modules["wuxi_data.audit"]
        monkeypatch.setattr(where, "load", lambda name, data=None: tables[name])

    return claim


@pytest.mark.parametrize(("text", "token", "beside"), CLIPPED)
def test_a_clipped_token_fails_and_what_stands_beside_it_is_named(one, text, token, beside):
    one(token)
    report = audit(text)
    assert not report.ok
    assert f"claims {token!r}, but {beside!r} stands beside it" in str(report)


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("人均38168元，", "38168元"),
        ("共10个乡镇。", "10个"),
        ("近五年来，", "五年"),
        ("签约七个。", "七个"),
    ],
)
def test_a_word_that_is_no_part_of_the_figure_is_no_clip(one, text, token):
    one(token)
    assert audit(text).ok


def test_an_exclusion_without_a_place_claims_its_token_everywhere(one):
    one("3座", "三峡")
    report = audit("三峡库区新建3座。\n三峡移民。\n三峡。")
    assert report.ok, f"expected every numeral claimed, got\n{report}"


def test_an_exclusion_without_a_place_that_claims_nothing_is_misplaced(one):
    one("3座", "三峡")
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

"""Reading print: what a token says, and where a figure begins and ends in running text.

Expected values are typed by hand. ``phrases.csv`` holds phrases of our own making, each with the
figure that a reader finds in it: the whole token, value, unit and qualifier, or none of them where
nothing may be claimed. Two further checks share nothing with the parser: Chinese numerals are
written out again, and a figure is put between words that belong to it or that swallow its unit.
"""

import contextlib
import itertools
import re
import sys
import time
from fractions import Fraction

import pytest
from cases import rows
from hypothesis import given, settings
from hypothesis import strategies as st

from wuxi_data.audit import audit, propose
from wuxi_data.numerals import figures, fold, read
from wuxi_data.quantity import QUALIFIERS, Printed, parse_quantity

# token → value, bounds where they are not the value itself, unit, qualifier
TOKENS = {token: said for token, *said in rows("tokens")}
# What has no reading, or two: an error, never a guess.
UNREADABLE = re.findall(
    r"\S+",
    """
    元 个 约 余 余个 以上 约以上 万元 百万元 千人 百姓 一起 一定 十三五 数据 数人 几人 一亿万 万万
    一万万 4社70余户 3个班180余人 2016—2020年 3月9日 312箱次 400万元整 4OO万元 二〇二〇
    1.5个半小时 4余个半小时 0个半小时 1992年半 数个半小时 4个半公里
    1，234 12,34人 1,2345 007 1. .5 1.2.3 -5 +5 1e6 10² ① ٣
    一百五 一万五 二三 二十两 十两 两两 两十 百十 十零零 一百一千 一千零零五 一千零五百
    一百几十人 100几十人 25几 3.5几万 三万五几 零余 0余个 0几人 余30万 30余余万 30余万余
    不到30余人 30余个以上 约不到10分钟 超过5人以上 2万5 2万5千9千 3亿一千万 -5℃至8℃
    """,
)
UNREADABLE += ["", " ", " 400万元", "400万元\n", "1" * 61, "约" * 30]


def interval(bounds):
    """[11, 20) of 十几; nothing of a value by itself and of what has no bounds."""
    low, high = ("" if end is None else str(Fraction(end)) for end in bounds[:2])
    ends = ("(" if bounds.low_open else "[", ")" if bounds.high_open else "]")
    return "" if low == high else f"{ends[0]}{low}, {high}{ends[1]}"


@pytest.mark.parametrize("token", TOKENS)
def test_a_token_reads_as_printed(token):
    got = parse_quantity(token)
    value = "" if got.value is None else str(Fraction(got.value))
    assert [value, interval(got.bounds), got.unit, got.qualifier or ""] == TOKENS[token]
    assert got.printed == Printed(token), f"expected the token to be kept, got {got.printed}"


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("200箱", "; 箱 after 200 is not known"),
        ("七个年头", "; 年头 after 七个 is not known"),
        ("均为6200万元", "; 均为 before 6200万元 is not known"),
    ],
)
def test_the_words_that_nobody_knows_are_named(token, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        parse_quantity(token)


@pytest.mark.parametrize("token", UNREADABLE)
def test_what_is_no_single_figure_is_refused_by_name(token):
    with pytest.raises(ValueError, match="as a printed figure: expected ") as error:
        parse_quantity(token)
    assert repr(token)[1:20].rstrip("'") in str(error.value)
    assert len(str(error.value)) < 200, f"expected one short line, got {error.value}"


# -------------------------------------------------------------------- running text

PHRASES = rows("phrases")


@pytest.fixture(scope="module")
def nothing(tmp_path_factory):
    """A folder in which nothing is claimed yet."""
    folder = tmp_path_factory.mktemp("empty")
    header = "source_id,title,authors,publisher,published,language,sha256,paragraphs\n"
    (folder / "sources.csv").write_text(header, "utf-8")
    return folder


@pytest.fixture(scope="module")
def proposals(nothing):
    """What is proposed for each phrase, in one text with a paragraph for each."""
    text = "\n".join(row[0] for row in PHRASES)
    rows = propose(audit(text, nothing), text, nothing)
    return {number: of for number, of in rows.groupby("paragraph")}


@pytest.mark.parametrize("number", range(1, len(PHRASES) + 1), ids=[row[0] for row in PHRASES])
def test_a_phrase_is_read_as_a_reader_reads_it_or_not_at_all(proposals, number):
    _, token, *expected = PHRASES[number - 1]
    rows = proposals[number]
    read_rows = rows[rows["value"] != ""]
    got = [list(row) for row in read_rows[["as_written", "value", "unit", "qualifier"]].to_numpy()]
    if expected[0]:
        assert got, f"expected {token}, got {list(rows['as_written'])}"
        assert got[-1] == [token, *expected]
    else:
        assert got == []
        assert not token or token in set(rows["as_written"])


BEFORE = ["约", "近", "超", "不足", "突破", "不到", "低于", "至少", "20至", "至多 ", "逾\u00a0"]
AFTER = ["以上", "以下", "以内", "左右", "/亩", "—900万元"]
WIDER = [*(word + "{}" for word in BEFORE), *("{}" + word for word in AFTER), "约{}以上"]
LONGER = [("9个社", "区"), ("9个村", "级组织"), ("9万人", "民币"), ("9个班", "子"), ("9年", "代")]
LONGER += [("9项目", "标"), ("9千", "伏"), ("9万", "余元"), ("9个", "多月"), ("9个", "半小时")]


def whole(token, line):
    """Whether the grammar takes the token for a whole figure of the line."""
    at = fold(line).index(fold(token))
    return any(
        (figure.start, True) == (at, at + len(token) in figure.stops)
        for figure in figures(fold(line))
    )


@given(st.integers(400, 899), st.sampled_from(WIDER), st.sampled_from(["，", "共计", "投入", ""]))
def test_a_figure_with_words_that_touch_it_is_never_read_as_without(number, wider, before):
    token = f"{number}万元"
    assert whole(token, f"{before}{token}，")
    assert not whole(token, f"{before}{wider.format(token)}，")


@pytest.mark.parametrize(("token", "rest"), LONGER, ids="".join)
def test_a_unit_is_never_cut_out_of_a_longer_word(token, rest):
    assert not whole(token, f"共{token}{rest}。")


@pytest.mark.parametrize("token", ["10个", "10个乡镇"])
def test_a_noun_may_be_left_out_of_a_token(token):
    assert whole(token, "全县10个乡镇电商人才")


# -------------------------------------------------------------------- bad input

BAD = {
    "half traditional": "撥款2400萬元，建成200余個，搬遷80餘户",
    "full width": "投入１２３４．５万元，增长１２．５％，共２００～３００人",
    "tabs": "项目\t个数\t资金\n水厂\t3\t400万元\n道路\t12\t1.2\t亿元",
    "control characters": "投入\x01400\x02万元\x7f，\x1b[31m12\x0b人\u200b",
    "digits": "1" * 200_000,
    "commas": "1,234," * 10_000,
    "Chinese digits": "一二三四五六七八九十百千万亿" * 20_000,
    "hundreds": "百" * 150_000 + "一",
    "qualifiers": "约近超" * 100_000 + "3人",
    "dashes": "3-" * 50_000 + "3",
    "ranges that break off": "1—2—几两，2万至3万至半几；" * 500,
    "fractions": "三分之" * 20_000 + "一",
    "blanks": "3" + " " * 200_000 + "人",
    "brackets": "《“（" * 50_000 + "3",
    "years": "历时十二年建成，" * 20_000,
    "every phrase in one line": "，".join(phrase for phrase, *_ in PHRASES) * 40,
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_read_or_left_blank_and_never_hangs(name, nothing):
    began = time.monotonic()
    rows = propose(audit(BAD[name], nothing), BAD[name], nothing)
    assert time.monotonic() - began < 20
    assert set(rows["qualifier"]) <= {"", *QUALIFIERS}


def test_folding_keeps_every_character_in_its_place():
    text = "".join(map(chr, range(sys.maxunicode))).replace("\n", "")
    assert len(fold(text)) == len(text)


# -------------------------------------------------------------------- Chinese numerals

TENS = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}


def written(number):
    """Write a whole number in plain Chinese numerals: 10010 is 一万零一十."""
    text = ""
    for word, size in [*reversed(TENS.items()), ("", 1)]:
        many, number = divmod(number, size)
        if many:
            text += (written(many) if many > 9 else "零一二三四五六七八九"[many]) + word
            if 0 < number < size // 10:
                text += "零"
    return text or "零"


def spellings(number):
    """A number as it is written, with 十 for a leading 一十 and 两 for 二 where that is usual."""
    ways = [written(number), re.sub("^一十", "十", written(number))]
    for plain in {*ways, *(way.replace("零一十", "零十") for way in ways)}:
        yield "两" if plain == "二" else re.sub("(?<!十)二(?=[百千万亿])", "两", plain)


def test_every_short_chinese_numeral_is_read_rightly_or_refused():
    # Four characters hold two digits at most, each of them one, two or five.
    nonzero = [digit * 10**place for digit in (1, 2, 5) for place in range(16)]
    numbers = {0, *nonzero, *map(sum, itertools.combinations(nonzero, 2))}
    values = {way: n for n in numbers if n < 10**16 for way in spellings(n)}
    for length in (1, 2, 3, 4):
        for characters in itertools.product("零一两五十百千万亿", repeat=length):
            token, got = "".join(characters), None
            with contextlib.suppress(ValueError):
                got = read(token).value
            assert got == values.get(token), f"{token}: expected {values.get(token)}, got {got}"


def test_whole_numbers_in_chinese_are_read():
    numbers = [*range(2000), *(10**n + 10**m for n in range(12) for m in range(n)), 10**12]
    wrong = [n for n in numbers if parse_quantity(written(n)).value != n]
    assert not wrong, f"expected to read {written(wrong[0])} as {wrong[0]}"


@settings(deadline=None)
@given(st.text(max_size=80) | st.text(st.sampled_from("0123456789,.万"), max_size=400))
def test_any_text_at_all_is_read_or_refused(text):
    with contextlib.suppress(ValueError):
        parse_quantity(text)

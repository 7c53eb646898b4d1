"""Reading print: what a token says, and where a figure begins and ends in running text.

Expected values are typed by hand. ``phrases.csv`` holds phrases of our own making, each with the
figure that a reader finds in it: the whole token, value, unit and qualifier, or none of them where
nothing may be claimed. Two further checks share nothing with the parser: Chinese numerals are
written out again, and a figure is put between words that belong to it or that swallow its unit.
"""

import contextlib
import csv
import itertools
import re
import sys
import time
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wuxi_data.audit import audit, propose
from wuxi_data.numerals import figures, fold, read
from wuxi_data.quantity import QUALIFIERS, Printed, parse_quantity

# token -> value, unit, qualifier
TOKENS = {
    "约7576.05万元": (75_760_500, "CNY", "about"),
    "200余个": (200, "", "over"),
    "30余万": (300_000, "", "over"),
    "44.45万": (444_500, "", "exact"),
    "5.32亿元": (532_000_000, "CNY", "exact"),
    "两次以上": (2, "", "at_least"),
    "不到10分钟": (10, "minute", "under"),
    "十几分钟": (10, "minute", "over"),
    "20多年": (20, "year", "over"),
    "4社": (4, "", "exact"),
    "70余户": (70, "household", "over"),
    "数千万元": (None, "CNY", None),
    "约数千万元": (None, "CNY", "about"),
    "几十人": (None, "person", None),
    "半小时": (Fraction(1, 2), "hour", "exact"),
    "4个半小时": (Fraction(9, 2), "hour", "exact"),
    "两个半月": (Fraction(5, 2), "month", "exact"),
    "超过一年半": (Fraction(3, 2), "year", "over"),
    "3天半左右": (Fraction(7, 2), "day", "about"),
    "1.2万人次": (12_000, "attendance", "exact"),
    "320张床位": (320, "bed", "exact"),
    "50斤": (50, "jin", "exact"),
    "50公斤": (50, "kg", "exact"),
    "４００万元": (4_000_000, "CNY", "exact"),
    "５．３２亿元": (532_000_000, "CNY", "exact"),
    "１，２３４人": (1234, "person", "exact"),
    "1,234人": (1234, "person", "exact"),
    "12.5%": (Fraction(25, 2), "percent", "exact"),
    "9班次": (9, "class", "exact"),
    "3个班": (3, "class", "exact"),
    "10个乡镇": (10, "township", "exact"),
    "一座": (1, "", "exact"),
    "1992年": (1992, "year", "exact"),
    "5千米": (5, "km", "exact"),
    "3万千瓦": (30_000, "kW", "exact"),
    "30千瓦时": (30, "kWh", "exact"),
    "三十": (30, "", "exact"),
    "两千三百人": (2300, "person", "exact"),
    "三亿零五千": (300_005_000, "", "exact"),
    "二十几万": (200_000, "", "over"),
    "三千余万元": (30_000_000, "CNY", "over"),
    "3千余万元": (30_000_000, "CNY", "over"),
    "12.5百万元": (12_500_000, "CNY", "exact"),
    "10万余人": (100_000, "person", "over"),
    "百余人": (100, "person", "over"),
    "近百户": (100, "household", "about"),
    "超千万元": (10_000_000, "CNY", "over"),
    "逾3000人": (3000, "person", "over"),
    "多于200人": (200, "person", "over"),
    "至少5人": (5, "person", "at_least"),
    "不少于两次": (2, "", "at_least"),
    "不足1000亩": (1000, "mu", "under"),
    "不超过30天": (30, "day", "at_most"),
    "50人左右": (50, "person", "about"),
    "约50人左右": (50, "person", "about"),
    "约200余个": (200, "", "about"),
}
# What has no reading, or two: an error, never a guess.
UNREADABLE = [
    *["", " ", "元", "个", "约", "余", "余个", "以上", "约以上", "万元", "百万元", "千人"],
    *["百姓", "一起", "一定", "十三五", "数据", "数人", "几人", "一亿万", "万万", "一万万"],
    *["4社70余户", "3个班180余人", "2016—2020年", "3月9日", "312箱次", "400万元整"],
    *["1.5个半小时", "4余个半小时", "0个半小时", "1992年半", "数个半小时", "4个半公里"],
    *[
        "1，234",
        "12,34人",
        "1,2345",
        "007",
        "1.",
        ".5",
        "1.2.3",
        "-5",
        "+5",
        "1e6",
        "10²",
        "①",
        "٣",
    ],
    *[" 400万元", "400万元\n", "4OO万元", "二〇二〇"],
    *["一百五", "一万五", "二三", "二十两", "十两", "两两", "两十", "百十", "十零零"],
    *[
        "一百一千",
        "一千零零五",
        "一千零五百",
        "一百几十人",
        "100几十人",
        "25几",
        "3.5几万",
        "三万五几",
    ],
    *["零余", "0余个", "0几人", "余30万", "30余余万", "30余万余", "不到30余人", "30余个以上"],
    *["约不到10分钟", "超过5人以上", "1" * 61, "约" * 30],
]


@pytest.mark.parametrize("token", TOKENS)
def test_a_token_reads_as_printed(token):
    got = parse_quantity(token)
    assert (got.value, got.unit, got.qualifier) == TOKENS[token]
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


# token -> value, low, high, unit, qualifier
BOUNDS = {
    "20至30万元": (None, 200_000, 300_000, "CNY", None),
    "5至10万人": (None, 50_000, 100_000, "person", None),
    "三到五百万元": (None, 3_000_000, 5_000_000, "CNY", None),
    "30—100年": (None, 30, 100, "year", None),
    "10-15%": (None, 10, 15, "percent", None),
    "三四百元": (None, 300, 400, "CNY", None),
    "两三个": (None, 2, 3, "", None),
    "好几万元": (None, None, None, "CNY", None),
    "二十几万": (200_000, 210_000, 300_000, "", "over"),
    "上亿元": (10**8, 10**8, None, "CNY", "at_least"),
    "1万元以下": (10_000, 0, 10_000, "CNY", "at_most"),
    "3个多月": (3, 3, 4, "month", "over"),
    "一半多": (Fraction(1, 2), Fraction(1, 2), 1, "", "over"),
    "一小时半": (Fraction(3, 2), Fraction(3, 2), Fraction(3, 2), "hour", "exact"),
    "−0.46‰": (Fraction(-23, 50), Fraction(-23, 50), Fraction(-23, 50), "permille", "exact"),
    "2/3以上": (Fraction(2, 3), Fraction(2, 3), None, "", "at_least"),
    "人均38168元": (38168, 38168, 38168, "CNY/person", "exact"),
    "600斤/亩": (600, 600, 600, "jin/mu", "exact"),
    "2400萬元": (24_000_000, 24_000_000, 24_000_000, "CNY", "exact"),
    "1.2\u3000万余亩": (12_000, 12_000, 13_000, "mu", "over"),
}


@pytest.mark.parametrize("token", BOUNDS)
def test_a_token_has_the_bounds_that_print_gives(token):
    got = parse_quantity(token)
    assert (got.value, got.low, got.high, got.unit, got.qualifier) == BOUNDS[token]


# -------------------------------------------------------------------- running text

with (Path(__file__).parent / "phrases.csv").open(encoding="utf-8", newline="") as lines:
    PHRASES = [tuple(row.values()) for row in csv.DictReader(lines)]


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


WIDER = [
    "约{}",
    "近{}",
    "超{}",
    "不足{}",
    "突破{}",
    "{}以上",
    "{}以下",
    "{}以内",
    "{}左右",
    "不到{}",
]
WIDER += ["{}/亩", "约{}以上", "低于{}", "至少{}", "{}—900万元", "20至{}", "至多 {}", "逾\u00a0{}"]
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
    "digits": "1" * 1_000_000,
    "commas": "1,234," * 50_000,
    "Chinese digits": "一二三四五六七八九十百千万亿" * 20_000,
    "qualifiers": "约近超" * 100_000 + "3人",
    "dashes": "3-" * 50_000 + "3",
    "ranges that break off": "1—2—几两，2万至3万至半几；" * 500,
    "fractions": "三分之" * 20_000 + "一",
    "blanks": "3" + " " * 200_000 + "人",
    "brackets": "《“（" * 50_000 + "3",
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
    for size, word in (
        (10**8, "亿"),
        (10**4, "万"),
        (1000, "千"),
        (100, "百"),
        (10, "十"),
        (1, ""),
    ):
        many, number = divmod(number, size)
        if many:
            text += (written(many) if many > 9 else "零一二三四五六七八九"[many]) + word
            if 0 < number < size // 10:
                text += "零"
    return text or "零"


def naive_sum(text):
    """Add up left to right, whatever the order."""
    total = section = digit = 0
    for character in text:
        if character in "十百千":
            section += (digit or 1) * TENS[character]
            digit = 0
        elif character in "万亿":
            total += (section + digit or 1) * TENS[character]
            section = digit = 0
        else:
            digit = "零一二三四五六七八九".find(character.replace("〇", "零").replace("两", "二"))
    return total + section + digit


def chinese_value(text, bare):
    """Add a Chinese numeral up naively, then believe the sum only if it is written the same."""
    if "亿" in text:
        above, _, below = text.rpartition("亿")
        number = (naive_sum(above) or 1) * 10**8 + naive_sum(below)
    else:
        number = naive_sum(text)
    plain = re.sub("两(?=[百千万亿])", "二", text).replace("〇", "零")
    plain = "二" if text == "两" else plain
    if number >= 10**16:  # 一亿亿
        return None
    accepted = {written(number), re.sub("^一十", "十", written(number))}
    accepted |= {each.replace("零一十", "零十") for each in accepted}
    if not bare:
        accepted.add(re.sub("^一(?=[百千万亿])", "", written(number)))
    return number if plain in accepted and "十两" not in text else None


def test_every_short_chinese_numeral_is_read_rightly_or_refused():
    for length in (1, 2, 3, 4):
        for characters in itertools.product("零一两五十百千万亿", repeat=length):
            token = "".join(characters)
            expected = chinese_value(token, bare=True)
            try:
                got = read(token).value
            except ValueError:
                got = None
            assert got == expected, f"{token}: expected {expected}, got {got}"


def test_whole_numbers_in_chinese_are_read():
    numbers = [*range(2000), *(10**n + 10**m for n in range(12) for m in range(n)), 10**12]
    wrong = [n for n in numbers if parse_quantity(written(n)).value != n]
    assert not wrong, f"expected to read {written(wrong[0])} as {wrong[0]}"


@settings(max_examples=1000, deadline=None)
@given(st.text(max_size=80) | st.text(st.sampled_from("0123456789,.万"), max_size=400))
def test_any_text_at_all_is_read_or_refused(text):
    with contextlib.suppress(ValueError):
        parse_quantity(text)

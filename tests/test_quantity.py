"""A printed figure: read, computed with, compared, worded again.

Expected values are typed by hand. The oracle further down shares nothing with the parser: it tries
every way of cutting a token up, and writes each Chinese numeral out again to be sure of it.
"""

import contextlib
import csv
import itertools
import math
import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wuxi_data.quantity import QUALIFIERS, Printed, Quantity, parse_quantity, verdict

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
    *["百姓", "一起", "一定", "三省", "十三五", "数据", "数人", "几人", "一亿万", "万万", "一万万"],
    *["4社70余户", "3个班180余人", "2016—2020年", "3月9日", "76岁", "312箱次", "400万元整"],
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
    *["400 万元", " 400万元", "400万元\n", "4OO万元", "三点五", "百分之十", "负三", "二〇二〇"],
    *["一百五", "一万五", "二三", "两三个", "二十两", "十两", "两两", "两十", "百十", "十零零"],
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


@pytest.mark.parametrize("token", [None, 400, b"400", ["400"]])
def test_only_text_is_read(token):
    with pytest.raises(TypeError, match="expected a printed token, got "):
        parse_quantity(token)


# -------------------------------------------------------------------- arithmetic


def read(text):
    """Read a token, or a plain number."""
    return Fraction(text) if re.fullmatch(r"-?[0-9.]+", text) else parse_quantity(text)


# left, operator, right -> value, unit, qualifier, lean
SUMS = {
    ("100人", "+", "20人"): (120, "person", "exact", ""),
    ("100余人", "+", "20人"): (120, "person", "over", ""),
    ("100余人", "+", "20人以上"): (120, "person", "over", ""),
    ("100人以上", "+", "20人以上"): (120, "person", "at_least", ""),
    ("100余人", "+", "不到20人"): (120, "person", "about", ""),
    ("100余人", "-", "20人"): (80, "person", "over", ""),
    ("100人", "-", "20余人"): (80, "person", "under", ""),
    ("100人", "-", "至多20人"): (80, "person", "at_least", ""),
    ("100余人", "-", "20余人"): (80, "person", "about", ""),
    ("100余人", "-", "不到20人"): (80, "person", "over", ""),
    ("约100人", "+", "20人"): (120, "person", "about", ""),
    ("约100人", "-", "20余人"): (80, "person", "about", "under"),
    ("100余人", "*", "3"): (300, "person", "over", ""),
    ("100余人", "*", "-3"): (-300, "person", "under", ""),
    ("100余人", "*", "0"): (0, "person", "exact", ""),
    ("100余人", "*", "20余元"): (2000, "CNY·person", "over", ""),
    ("100元", "/", "4人"): (25, "CNY/person", "exact", ""),
    ("100余元", "/", "4人"): (25, "CNY/person", "over", ""),
    ("100元", "/", "4余人"): (25, "CNY/person", "under", ""),
    ("100元", "/", "4人以上"): (25, "CNY/person", "at_most", ""),
    ("100元", "/", "不到4人"): (25, "CNY/person", "over", ""),
    ("100余元", "/", "4余人"): (25, "CNY/person", "about", ""),
    ("100余元", "/", "不到4人"): (25, "CNY/person", "over", ""),
    ("约100元", "/", "4余人"): (25, "CNY/person", "about", "under"),
    ("100元", "/", "50元"): (2, "", "exact", ""),
    ("12", "/", "4人"): (3, "/person", "exact", ""),
    ("12", "-", "4余"): (8, "", "under", ""),
}
OPERATORS = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
}


@pytest.mark.parametrize("question", SUMS, ids=" ".join)
def test_arithmetic_carries_unit_and_qualifier(question):
    left, operator, right = question
    got = OPERATORS[operator](read(left), read(right))
    assert (got.value, got.unit, got.qualifier, got.lean) == SUMS[question]


def test_four_usual_years_and_2020_are_the_five_year_total():
    got = 4 * parse_quantity("400万元") + parse_quantity("500万元")
    assert got == parse_quantity("2100万元"), f"expected 2100万元, got {got}"


def test_water_money_over_people_is_1196_85_yuan_each_in_no_other_unit():
    got = parse_quantity("5.32亿元") / parse_quantity("44.45万人")
    assert (got.unit, got.qualifier) == ("CNY/person", "exact")
    assert float(got) == pytest.approx(1196.85, abs=0.005)
    assert got.wording() == "≈1196.85元/人"
    assert got.wording("en") == "≈1,196.85 yuan per person"


def test_all_aid_over_all_projects_is_under_about_so_much():
    got = parse_quantity("约7576.05万元") / parse_quantity("200余个项目")
    assert (got.value, got.qualifier, got.lean) == (Fraction("378802.5"), "about", "under")
    assert got.wording() == "不到约37.88万元/项目"
    assert got.wording("en") == "under about 378,800 yuan per project"


@pytest.mark.parametrize(("left", "right"), [("3人", "4户"), ("3人", "4"), ("4", "3人")])
@pytest.mark.parametrize("operator", "+-")
def test_different_units_never_add_up(left, operator, right):
    with pytest.raises(ValueError, match=r"cannot (add|subtract) \w+( number)? and \w+"):
        OPERATORS[operator](read(left), read(right))


@pytest.mark.parametrize("operator", OPERATORS)
def test_a_figure_without_a_single_value_is_not_computed_with(operator):
    with pytest.raises(ValueError, match="数千万元 has no single value"):
        OPERATORS[operator](parse_quantity("100元"), parse_quantity("数千万元"))
    with pytest.raises(ValueError, match="数千万元 has no single value"):
        float(parse_quantity("数千万元"))


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("other", ["3", None, [3]])
def test_only_figures_and_numbers_are_computed_with(operator, other):
    for one, another in ((parse_quantity("3人"), other), (other, parse_quantity("3人"))):
        with pytest.raises(TypeError, match="expected a Quantity or a number, got"):
            OPERATORS[operator](one, another)


def test_figures_sum_from_nothing():
    got = sum(map(parse_quantity, ["3人", "4人", "5余人"]))
    assert (got.value, got.qualifier) == (12, "over"), f"expected over 12, got {got}"


def test_tenths_add_up_exactly():
    got = Quantity(0.1, "m") + Quantity(0.2, "m")
    assert got == Quantity(0.3, "m"), f"expected 3/10 m, got {got.value}"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_is_a_finite_number(value):
    with pytest.raises(ValueError, match="expected a finite number"):
        Quantity(value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"qualifier": "roughly"},
        {"qualifier": None},
        {"lean": "over"},
        {"qualifier": "about", "lean": "exact"},
        {"qualifier": "about", "lean": "about"},
    ],
    ids=str,
)
def test_a_qualifier_is_one_of_six_and_only_about_leans(wrong):
    with pytest.raises(ValueError, match=r"unknown qualifier|only 'about' may lean"):
        Quantity(3, **wrong)


# -------------------------------------------------------------------- formulas


def named(name, token="6"):
    return Quantity(parse_quantity(token).value, formula=name, inputs=(name,))


a, b, c = (named(name) for name in ("aid-1", "aid-2", "aid-3"))
FORMULAS = {
    "aid-1 - aid-2": a - b,
    "4 * aid-1 + aid-2": 4 * a + b,
    "aid-1 - aid-2 - aid-3": a - b - c,
    "aid-1 - (aid-2 - aid-3)": a - (b - c),
    "aid-1 - (aid-2 + aid-3)": a - (b + c),
    "aid-1 + aid-2 - aid-3": a + (b - c),
    "(aid-1 + aid-2) * aid-3": (a + b) * c,
    "aid-1 * (aid-2 - aid-3)": a * (b - c),
    "aid-1 / (aid-2 + aid-3)": a / (b + c),
    "aid-1 / (aid-2 * aid-3)": a / (b * c),
    "aid-1 / (aid-2 / aid-3)": a / (b / c),
    "aid-1 / aid-2 / aid-3": a / b / c,
    "aid-1 * aid-2 / aid-3": a * (b / c),
    "aid-1 - aid-2 * aid-3": a - b * c,
    "(aid-1 + aid-2) * aid-3 / 2": (a + b) * c / 2,
    "2 - (aid-1 + aid-2) / aid-3": 2 - (a + b) / c,
}


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_derived_figure_tells_its_formula(formula):
    got = FORMULAS[formula]
    assert got.formula == formula
    assert got.inputs == tuple(dict.fromkeys(re.findall("aid-[0-9]", formula)))
    worth = eval(re.sub("aid-[0-9]", "Fraction(6)", formula))
    assert got.value == worth, f"expected the formula to be worth the value, got {worth}"


def test_an_unnamed_figure_stands_in_a_formula_as_printed():
    got = parse_quantity("5.32亿元") / parse_quantity("200余人")
    assert (got.formula, got.inputs) == ("5.32亿元 / 200余人", ())


# -------------------------------------------------------------------- comparison


@pytest.mark.parametrize("token", ["约200个", "200余个", "200个以上", "不到200个", "至多200个"])
def test_an_inexact_figure_is_never_equal_to_an_exact_one(token):
    assert parse_quantity(token) != parse_quantity("200个")
    assert parse_quantity(token) == parse_quantity(token)


def test_figures_of_two_units_are_never_equal():
    assert parse_quantity("200人") != parse_quantity("200户")
    assert parse_quantity("200人") != 200


VERDICTS = [
    # exact
    ("200", "=", "200", "holds"),
    ("200", "=", "201", "contradicts"),
    ("200", "<=", "200", "holds"),
    ("200", "<", "200", "contradicts"),
    ("199", "<", "200", "holds"),
    ("201", "<=", "200", "contradicts"),
    # 余 leaves a remainder below the last printed place: 30余万 is above 30万 and below 40万
    ("44.45万", "<=", "30余万", "contradicts"),
    ("40万", "<=", "30余万", "contradicts"),
    ("40万", "<", "30余万", "contradicts"),
    ("39万", "<=", "30余万", "cannot be said"),
    ("30万", "<", "30余万", "holds"),
    ("30余万", "<", "40万", "holds"),
    ("30余万", "<=", "39万", "cannot be said"),
    ("30余万", "<=", "30万", "contradicts"),
    ("30余万", "=", "30万", "contradicts"),
    ("30余万", "=", "35万", "consistent"),
    ("30余万", "=", "40万", "contradicts"),
    ("30余万", "=", "30余万", "consistent"),
    ("30余万", "<", "40余万", "holds"),
    ("十几", "<", "20", "holds"),
    ("20多", "<", "30", "holds"),
    ("3.5万余", "<", "3.6万", "holds"),
    ("3.5万余", "<", "3.55万", "cannot be said"),
    ("42", "<=", "200余", "holds"),
    # 超过 and 多于 print no last place
    ("44.45万", "<=", "超过30万", "cannot be said"),
    ("44.45万", "<=", "多于30万", "cannot be said"),
    ("44.45万", "<=", "不多于30万", "contradicts"),
    ("30万", "<", "超过30万", "holds"),
    ("超过30万", "<=", "30万", "contradicts"),
    # 以上, 至多, 不到
    ("5以上", "=", "5", "consistent"),
    ("5以上", "<", "5", "contradicts"),
    ("5以上", "<=", "5", "cannot be said"),
    ("至多5", "<=", "5", "holds"),
    ("至多5", "<", "5", "cannot be said"),
    ("不到5", "<", "5", "holds"),
    ("不到5", "=", "5", "contradicts"),
    ("不到5", "=", "4", "consistent"),
    ("不到10", "<=", "十几", "holds"),
    ("5以上", "=", "至多5", "consistent"),
    ("5以上", "=", "不到5", "contradicts"),
    ("6", "<=", "不到6", "contradicts"),
    # 约 has no printed width
    ("约200", "=", "200", "consistent"),
    ("约200", "=", "205", "cannot be said"),
    ("100", "<=", "约200", "consistent"),
    ("300", "<=", "约200", "cannot be said"),
    # no value
    ("数千", "<=", "200", "cannot be said"),
    ("约数千", "=", "约数千", "cannot be said"),
]


@pytest.mark.parametrize(("left", "relation", "right", "expected"), VERDICTS)
def test_a_verdict_says_what_the_wording_allows(left, relation, right, expected):
    got = verdict(parse_quantity(left), relation, parse_quantity(right))
    assert got == expected, f"{left} {relation} {right}: expected {expected!r}, got {got!r}"


def admitted(token):
    """Values of a figure, at every quarter up to 22: the long way round to a verdict."""
    low, low_open, high, high_open = parse_quantity(token).bounds()
    values = [quarter / 4 for quarter in range(-2, 90)]
    return [
        value
        for value in values
        if (value > low if low_open else value >= low)
        and (value < high if high_open else value <= high)
    ]


SMALL = [
    token.format(n)
    for n in (5, 10)
    for token in ("{}", "{}余", "超过{}", "{}以上", "不到{}", "至多{}")
]


@pytest.mark.parametrize("relation", ["=", "<", "<="])
def test_a_verdict_agrees_with_trying_every_value(relation):
    related = {"=": lambda x, y: x == y, "<": lambda x, y: x < y, "<=": lambda x, y: x <= y}
    for left, right in itertools.product(SMALL, SMALL):
        tried = {related[relation](x, y) for x in admitted(left) for y in admitted(right)}
        maybe = "consistent" if relation == "=" else "cannot be said"
        expected = {(True,): "holds", (False,): "contradicts"}.get(tuple(tried), maybe)
        got = verdict(parse_quantity(left), relation, parse_quantity(right))
        assert got == expected, f"{left} {relation} {right}: expected {expected!r}, got {got!r}"


def test_a_verdict_needs_one_unit_and_a_known_relation():
    with pytest.raises(ValueError, match="cannot compare 'CNY' and 'person'"):
        verdict(parse_quantity("3元"), "<", parse_quantity("3人"))
    with pytest.raises(ValueError, match="unknown relation '>'"):
        verdict(parse_quantity("3元"), ">", parse_quantity("3元"))


def test_comparison_answers_where_it_is_certain():
    odd, forty = parse_quantity("30余"), parse_quantity("40")
    answers = [odd < forty, odd <= forty, forty > odd, forty >= odd, odd < 40, odd <= 40, odd > 30]
    assert all(answers), f"expected 30余 between 30 and 40, got {answers}"
    answers = [forty < odd, forty <= odd, odd > forty, odd >= forty, odd >= 40, odd < 30]
    assert not any(answers), f"expected 30余 between 30 and 40, got {answers}"


@pytest.mark.parametrize("token", ["30余", "约30", "数十"])
def test_comparison_refuses_what_nobody_can_know(token):
    for compare in (lambda x, y: x < y, lambda x, y: x > y, lambda x, y: x <= y):
        with pytest.raises(ValueError, match="whether "):
            compare(parse_quantity(token), parse_quantity("35"))


# -------------------------------------------------------------------- wording

# token -> zh, en
WORDINGS = {
    "约7576.05万元": ("约7576.05万元", "about 75.76 million yuan"),
    "200余个": ("200余", "over 200"),
    "200余个项目": ("200余个项目", "over 200 projects"),
    "2100万元": ("2100万元", "21 million yuan"),
    "5.32亿元": ("5.32亿元", "532 million yuan"),
    "15亿元": ("15亿元", "1.5 billion yuan"),
    "12345678元": ("1234.5678万元", "12,345,678 yuan"),
    "1万人": ("1万人", "10,000 people"),
    "1亿人": ("1亿人", "100 million people"),
    "100万元": ("100万元", "1 million yuan"),
    "10亿元": ("10亿元", "1 billion yuan"),
    "10000.5万元": ("10000.5万元", "100,005,000 yuan"),
    "44.45万人": ("44.45万人", "444,500 people"),
    "30余万": ("30余万", "over 300,000"),
    "25万余人": ("25万余人", "over 250,000 people"),
    "超过200人": ("超过200人", "over 200 people"),
    "超过25人": ("超过25人", "over 25 people"),
    "两次以上": ("2以上", "at least 2"),
    "1人": ("1人", "1 person"),
    "不到10分钟": ("不到10分钟", "under 10 minutes"),
    "至多3天": ("至多3天", "at most 3 days"),
    "半小时": ("半小时", "half an hour"),
    "半个月": ("半个月", "half a month"),
    "约半小时": ("约半小时", "about half an hour"),
    "1992年": ("1992年", "1992"),
    "999年": ("999年", "999 years"),
    "1000年": ("1000年", "1000"),
    "2999年": ("2999年", "2999"),
    "3000年": ("3000年", "3,000 years"),
    "29年": ("29年", "29 years"),
    "20多年": ("20余年", "over 20 years"),
    "12.5%": ("12.5%", "12.5%"),
    "数千万元": ("数千万元", "no single value (printed 数千万元)"),
}


@pytest.mark.parametrize("token", WORDINGS)
def test_a_stated_figure_is_worded_without_loss(token):
    got = parse_quantity(token)
    assert (got.wording("zh"), got.wording("en")) == WORDINGS[token]


# computed figure -> zh, en
DERIVED = {
    "thirds": (parse_quantity("100元") / 3, "≈33.33元", "≈33.33 yuan"),
    "whole": (parse_quantity("2100万元") / 42, "50万元", "500,000 yuan"),
    "scaled": (parse_quantity("1亿元") / 3, "≈3333.33万元", "≈33.33 million yuan"),
    "over, down": (parse_quantity("超过19999人") * 1, "超过1.99万人", "over 19,990 people"),
    "under, up": (parse_quantity("不到12341人") * 1, "不到1.24万人", "under 12,350 people"),
    "over, no 余": (parse_quantity("超过250人") * 4, "超过1000人", "over 1000 people"),
    "at least": (parse_quantity("10人以上") / 3, "3.33人以上", "at least 3.33 people"),
    "about": (parse_quantity("约10人") / 3, "约3.33人", "about 3.33 people"),
    "negative": (parse_quantity("3人") - parse_quantity("5人"), "-2人", "-2 people"),
    "sum": (parse_quantity("3年") + parse_quantity("2018年"), "2021年", "2021"),
    "unknown unit": (Quantity(3, "sheep", formula="x"), "3sheep", "3 sheep"),
    "quotient": (
        parse_quantity("6户") / parse_quantity("2村"),
        "3户/村",
        "3 households per village",
    ),
}


@pytest.mark.parametrize("case", DERIVED)
def test_a_derived_figure_is_rounded_and_says_so(case):
    figure, zh, en = DERIVED[case]
    assert (figure.wording("zh"), figure.wording("en").replace("1,000", "1000")) == (zh, en)


def test_there_are_two_languages():
    with pytest.raises(ValueError, match="unknown lang 'fr'"):
        parse_quantity("3人").wording("fr")


def test_a_fact_shows_its_token_source_and_paragraph():
    stated = parse_quantity("30余万")
    fact = Quantity(
        stated.value, "person", "over", printed=Printed("30余万", "population", "wuxi", 5),
        formula="population",
    )  # fmt: skip
    assert str(fact) == "30余万人 (“30余万”, wuxi, paragraph 5)"
    html = fact._repr_html_()
    for part in (
        "30余万人",
        "over 300,000 people",
        "“30余万”",
        "wuxi",
        "paragraph 5",
        "population",
    ):
        assert part in html, f"expected {part} in {html}"


def test_a_derived_figure_shows_its_formula():
    got = (a / b)._repr_html_()
    assert "<code>aid-1 / aid-2</code>" in got, f"expected the formula, got {got}"


def test_what_a_user_wrote_is_escaped_in_html():
    nasty = "<script>alert('&')</script>"
    got = Quantity(3, nasty, printed=Printed(nasty, nasty, nasty, 1), formula=nasty)._repr_html_()
    assert "<script" not in got, f"expected it escaped, got {got}"
    assert got.count("&lt;script&gt;alert(&#x27;&amp;&#x27;)") == 5, (
        f"expected all of it, got {got}"
    )


# -------------------------------------------------------------------- there and back

with (Path(__file__).parents[1] / "wuxi_data/data/labels.csv").open(encoding="utf-8") as lines:
    UNIT_WORDS = {
        word: row["code"]
        for row in csv.DictReader(lines)
        if row["kind"] == "unit"
        for word in row["zh"].split("|")
    }
UNITS = ["", *dict.fromkeys(UNIT_WORDS.values())]

amounts = st.one_of(
    st.integers(0, 10**12),
    st.builds(lambda head, tail: head * 10**tail, st.integers(0, 9999), st.integers(0, 8)),
    st.builds(lambda n, places: Fraction(n, 10**places), st.integers(0, 10**12), st.integers(0, 9)),
    st.floats(0, 1e12, allow_nan=False).map(lambda x: round(x, 4)),
    st.just(0.5),
)


@settings(max_examples=1500, deadline=None)
@given(amounts, st.sampled_from(UNITS), st.sampled_from(QUALIFIERS))
@example(10**12, "CNY", "over")
@example(0.5, "hour", "over")
def test_wording_reads_back_as_the_same_figure(value, unit, qualifier):
    figure = Quantity(value, unit, qualifier)
    worded = figure.wording("zh")
    got = parse_quantity(worded)
    assert got == figure, f"{figure!r} was worded {worded} and read as {got!r}"


@settings(max_examples=300, deadline=None)
@given(amounts, st.sampled_from(UNITS), st.sampled_from(QUALIFIERS), amounts)
def test_a_rounded_figure_claims_no_more_than_its_value(value, unit, qualifier, factor):
    figure = Quantity(value, unit, qualifier, formula="x") * (factor or 1)
    worded = figure.wording("zh")
    shown = Fraction(parse_quantity(worded.removeprefix("≈")).value)
    bound = {"over": shown <= figure.value, "at_least": shown <= figure.value}
    bound |= {"under": shown >= figure.value, "at_most": shown >= figure.value}
    bound |= {"exact": shown == figure.value or worded.startswith("≈")}
    assert bound.get(figure.qualifier, True), f"{figure!r} was worded {worded}"


def test_no_word_stands_for_two_units():
    with (Path(__file__).parents[1] / "wuxi_data/data/labels.csv").open(encoding="utf-8") as lines:
        words = [
            word
            for row in csv.DictReader(lines)
            if row["kind"] == "unit"
            for word in row["zh"].split("|")
        ]
    twice = {word for word in words if words.count(word) > 1}
    assert not twice, f"expected one unit for each word, got two for {twice}"


# -------------------------------------------------------------------- the oracle

NONE = frozenset()
MARKS_BEFORE = {
    "": NONE,
    **dict.fromkeys(("约", "大约", "近", "将近", "接近", "近似"), frozenset({"about"})),
    **dict.fromkeys(("超过", "超", "逾", "多于"), frozenset({"over"})),
    **dict.fromkeys(("至少", "不少于", "不低于"), frozenset({"at_least"})),
    **dict.fromkeys(("不到", "不足", "少于"), frozenset({"under"})),
    **dict.fromkeys(("至多", "最多", "不超过", "不多于"), frozenset({"at_most"})),
}
MARKS_AFTER = {
    "": NONE,
    "以上": frozenset({"at_least"}),
    **dict.fromkeys(("左右", "上下"), frozenset({"about"})),
}
COUNTERS = "个处座项张期次所家条件社套批"
CALENDAR = range(1000, 3000)
MEASURES = {"": "", **dict.fromkeys(COUNTERS, ""), **UNIT_WORDS}
METRES = {"km": ("m", 1000), "km2": ("m2", 10**6), "t": ("kg", 1000)}
TENS = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
FOLDED = dict(zip("０１２３４５６７８９．％", "0123456789.%", strict=True))


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
    if not bare:
        accepted.add(re.sub("^一(?=[百千万亿])", "", written(number)))
    return number if plain in accepted and "十两" not in text else None


def values(text, bare):
    """Every value that digits, or numerals, with a scale word can have."""
    found = re.fullmatch(r"([0-9,]+)(\.[0-9]+)?([十百千]?)(万亿|万|亿|)", text)
    if found:
        whole = found[1]
        if "," in whole:
            parts = whole.split(",")
            plain = 1 <= len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:])
        else:
            plain = whole == "0" or whole[0] != "0"
        if plain:
            number = Fraction(whole.replace(",", "") + (found[2] or ""))
            for word in found[3] + found[4]:
                number *= TENS[word]
            yield number
    elif re.fullmatch("[零〇一二三四五六七八九两十百千万亿]+", text):
        number = chinese_value(text, bare)
        if number is not None:
            yield Fraction(number)


def core_readings(core, bare):
    """(value, marks) of what stands between the qualifier and the measure word."""
    if core == "半":
        yield Fraction(1, 2), NONE
    if re.fullmatch("[数几](十|百|千|万|亿|十万|百万|千万|十亿|百亿|千亿)", core):
        yield None, NONE
    for value in values(core, bare):
        yield value, NONE
    for place, mark in enumerate(core):
        left, right = core[:place], core[place + 1 :]
        if mark in "余多几" and left and right in ("", "万", "亿", "万亿"):
            for value in values(left + right, bare=False):
                before = next(values(left, bare=False), None)
                if value and before is not None and (mark != "几" or before % 10 == 0):
                    yield value, frozenset({"over"})


HALVES = {"个半小时": "hour", "个半月": "month", "年半": "year", "天半": "day"}


def and_a_half(text, bare):
    """(value, unit) of 4个半小时 and 一年半."""
    for words, unit in HALVES.items():
        for value in values(text.removesuffix(words), bare) if text.endswith(words) else ():
            calendar = unit == "year" and value in CALENDAR
            if value > 0 and value.denominator == 1 and not calendar:
                yield value + Fraction(1, 2), unit


def readings(token):
    """Every reading that a token can have: (amount, unit, qualifier), 5 km as 5000 m."""
    text = re.sub("(?<=[０-９])，(?=[０-９])", ",", token)
    text = "".join(FOLDED.get(character, character) for character in text)
    found = set()
    for before, after in itertools.product(MARKS_BEFORE, MARKS_AFTER):
        if not (text.startswith(before) and text.endswith(after)):
            continue
        inner = text[len(before) : len(text) - len(after)]
        bare = not MARKS_BEFORE[before] | MARKS_AFTER[after]
        for value, unit in and_a_half(inner, bare):
            for qualifier in MARKS_BEFORE[before] | MARKS_AFTER[after] or {"exact"}:
                found.add((value, unit, qualifier))
        for measure, unit in MEASURES.items():
            if not inner.endswith(measure):
                continue
            outer = MARKS_BEFORE[before] | MARKS_AFTER[after]
            for value, marks in core_readings(inner[: len(inner) - len(measure)], not outer):
                said = outer | marks
                if said == {"about", "over"}:
                    said = frozenset({"about"})
                if len(said) <= 1:
                    (qualifier,) = said or {None if value is None else "exact"}
                    base, size = METRES.get(unit, (unit, 1))
                    found.add((value if value is None else value * size, base, qualifier))
    return found


def reading(token):
    """What the parser says, in the oracle's terms; None where it refuses."""
    try:
        got = parse_quantity(token)
    except ValueError:
        return None
    base, size = METRES.get(got.unit, (got.unit, 1))
    return (got.value if got.value is None else got.value * size, base, got.qualifier)


def agree(token):
    expected, got = readings(token), reading(token)
    if len(expected) == 1:
        assert {got} == expected, f"{token}: expected {expected}, got {got}"
    else:
        assert got is None, f"{token}: expected a refusal of {expected or 'nonsense'}, got {got}"


@pytest.mark.parametrize("token", TOKENS)
def test_the_oracle_reads_what_was_typed_by_hand(token):
    value, unit, qualifier = TOKENS[token]
    base, size = METRES.get(unit, (unit, 1))
    assert readings(token) == {(value if value is None else value * size, base, qualifier)}


@pytest.mark.parametrize("token", [token for token in UNREADABLE if len(token) < 30])
def test_the_oracle_knows_what_has_no_reading(token):
    assert readings(token) == set()


digits = st.one_of(
    st.integers(0, 99999).map(str),
    st.integers(0, 10**9).map(lambda n: f"{n:,}"),
    st.decimals(0, 9999, places=2, allow_nan=False).map(str),
    st.text("0123456789０１２３４５６７８９", min_size=1, max_size=4),
)
numerals = st.one_of(
    st.integers(0, 10**12).map(written),
    st.builds(lambda n, zeros: written(n * 10**zeros), st.integers(0, 120), st.integers(0, 9)),
    st.text("零〇一二三四五六七八九两十百千万亿", min_size=1, max_size=6),
)
BEFORES, AFTERS = list(MARKS_BEFORE), list(MARKS_AFTER)
MEASURE_WORDS = list(MEASURES)
shaped = st.builds(
    "{}{}{}{}{}{}{}".format,
    st.sampled_from(["", "", *BEFORES]),
    st.one_of(digits, numerals, st.sampled_from(["半", "数", "几"])),
    st.sampled_from(["", "", "十", "百", "千"]),
    st.sampled_from(["", "", "余", "多", "几"]),
    st.sampled_from(["", "", "万", "亿", "万亿", "万余", "亿多", "十万", "千万"]),
    st.sampled_from(MEASURE_WORDS),
    st.sampled_from(["", "", *AFTERS]),
)
PIECES = [
    *"0123456789１２０．，,.十百千万亿余多几半数约零〇一二三五九两",
    *BEFORES,
    *AFTERS,
    *MEASURE_WORDS,
]
mixed = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join)


@settings(max_examples=1500, deadline=None)
@given(shaped | mixed)
def test_a_mixture_is_read_rightly_or_refused(token):
    if len(token) <= 60:
        agree(token)


def test_every_short_chinese_numeral_is_read_rightly_or_refused():
    for length in (1, 2, 3, 4):
        for characters in itertools.product("零一两五十百千万亿", repeat=length):
            agree("".join(characters))


def test_whole_numbers_in_chinese_are_read():
    numbers = [*range(2000), *(10**n + 10**m for n in range(12) for m in range(n)), 10**12]
    wrong = [n for n in numbers if parse_quantity(written(n)).value != n]
    assert not wrong, f"expected to read {written(wrong[0])} as {wrong[0]}"


@settings(max_examples=1000, deadline=None)
@given(st.text(max_size=80) | st.text(st.sampled_from("0123456789,.万"), max_size=400))
def test_any_text_at_all_is_read_or_refused(text):
    with contextlib.suppress(ValueError):
        parse_quantity(text)

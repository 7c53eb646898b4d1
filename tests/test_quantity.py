"""A printed figure: read, computed with, compared, worded again.

Expected values are typed by hand. The oracle further down shares nothing with the parser: it tries
every way of cutting a token up, and writes each Chinese numeral out again to be sure of it.
"""

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

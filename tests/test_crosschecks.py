"""Does the article add up? The verdicts, typed by hand from the article."""

import pytest

import wuxi_data as wd
from wuxi_data.quantity import evaluate, parse_quantity
from wuxi_data.reading import folder
from wuxi_data.tables import facts

VERDICTS = {
    "five-year-sum": "holds",  # 4 × 400万 + 500万 = 2100万
    "aid-contained": "consistent",  # 2100万 within 约7576.05万: 约 has no printed width
    "huatai-contained": "cannot be said",  # 数千万 has no single value
    "projects-2020-contained": "holds",  # 10 within 42
    "projects-five-contained": "holds",  # 42 within 200余
    "money-per-project": "holds",  # 500万 / 10 = 2100万 / 42
    "water-people-population": "contradicts",  # 44.45万 people of 30余万
    "ecommerce-overlap": "holds",  # 53 could be among 180余
    "crossing-and-way": "holds",  # under 10 minutes, then ten-odd
}


def test_every_relation_has_the_verdict_that_a_reader_reaches():
    checked = wd.cross_checks().set_index("check_id")["verdict"]
    assert checked.to_dict() == VERDICTS


def test_the_five_years_add_up_to_the_printed_total_exactly():
    row = wd.cross_checks().set_index("check_id").loc["five-year-sum"]
    assert row["left_quantity"] == row["right_quantity"] == parse_quantity("2100万元")


def test_a_theme_shows_only_its_own_relations():
    assert list(wd.cross_checks(theme="water_works")["check_id"]) == ["water-people-population"]


def test_products_come_before_sums():
    known = {"a": parse_quantity("3天"), "b": parse_quantity("10天")}
    assert evaluate("b - 2 * a + a / 2", known).value == 10 - 6 + 1.5


@pytest.mark.parametrize("formula", ["__import__", "(1).real", "known"])
def test_nothing_of_a_formula_is_executed(formula):
    with pytest.raises(ValueError, match="expected"):
        evaluate(formula, facts())


def test_an_unknown_fact_in_a_formula_is_named_with_its_line(tmp_path):
    for path in folder().glob("*.csv"):
        text = path.read_text("utf-8")
        (tmp_path / path.name).write_text(
            text.replace("jilin-annual-2020,=", "jilin-annual-2021,="), "utf-8"
        )
    (fault,) = wd.check(tmp_path)
    assert fault[:3] == ("crosschecks.csv", 2, "left")
    assert "did you mean jilin-annual-2020?" in fault.expected


def test_different_units_are_named_with_the_check(tmp_path):
    for path in folder().glob("*.csv"):
        text = path.read_text("utf-8")
        (tmp_path / path.name).write_text(
            text.replace("projects-2020,<=", "road-huatai,<="), "utf-8"
        )
    with pytest.raises(ValueError, match="cross-check projects-2020-contained: cannot compare"):
        wd.cross_checks(tmp_path)

"""Does the article add up? The verdicts, typed by hand from the article."""

import faults
import pytest

import wuxi_data as wd

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


def test_a_theme_shows_only_its_own_relations():
    assert list(wd.cross_checks(theme="water_works")["check_id"]) == ["water-people-population"]


@pytest.mark.parametrize(
    ("side", "says"),
    [
        ("road-huatai", "cannot add, subtract or compare km and project"),
        ("projects-2020 / 0", "division by 0, which is 0"),
        ("projects-20", "expected a fact_id"),
    ],
)
def test_what_cannot_be_computed_is_named_with_the_check(county, side, says):
    faults.swap("crosschecks", "projects-2020,<=", f"{side},<=")(county)
    with pytest.raises(ValueError, match=f"cross-check projects-2020-contained: {says}"):
        wd.cross_checks(county)

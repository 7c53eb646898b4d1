"""Every label is of its kind and every word is the right one, where nothing else would tell."""

import pytest
from cases import table

from wuxi_data.reading import read_table
from wuxi_data.schema import THEMES, fields

# What a column may hold beside another kind, so that the column does not say; and the verdicts.
KINDS = {
    "actor": {
        *("jilin_province", "ministry_water", "hydropower_projects", "hardship_households"),
        *("unnamed", "mutual_aid_cooperatives", "water_programme"),
    },
    "topic": {
        *("jilin_assistance", "water_meeting", "fruit_industry", "aid_office_visits"),
        "way_to_longxi",
    },
    "verdict": {"holds", "consistent", "cannot_be_said", "contradicts"},
}


def labels():
    return read_table("labels").frame.astype(str)


def test_words_are_as_they_were_typed_once_more():
    """The units, which tokens are read by; and the labels that our page has no occasion to say."""
    typed = {row["code"]: row for row in table("second_words")}
    known = [
        *labels().to_dict("records"),
        *read_table("units").frame.assign(kind="unit").to_dict("records"),
    ]
    assert {row["code"]: row for row in known if row["code"] in typed} == typed
    assert {row["code"] for row in known if row["kind"] == "unit"} <= set(typed)


@pytest.mark.parametrize("kind", ["qualifier", "status", "indicator"])
def test_a_closed_list_has_its_labels_in_its_order_and_no_others(kind):
    found = [fields(name)[kind] for name in THEMES if kind in fields(name)]
    closed = [code for field in found for code in field["constraints"]["enum"]]
    assert labels().query("kind == @kind")["code"].tolist() == list(dict.fromkeys(closed))


def test_a_kind_that_its_column_does_not_tell_is_the_right_one():
    of_kind = labels().groupby("kind")["code"].agg(set)
    assert {kind: of_kind[kind] for kind in KINDS} == KINDS

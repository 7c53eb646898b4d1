"""Two people read the other sources, apart from each other: do they agree?"""

import hashlib
import json
from collections import Counter
from pathlib import Path

import pandas as pd

import wuxi_data as wd
from wuxi_data import schema
from wuxi_data.tables import load

GORGES = Path(wd.__file__).parent / "three_gorges"
SECOND = Path(__file__).parent / "second_reading.csv"


def figures():
    return pd.concat([load(name, GORGES) for name in schema.THEMES], ignore_index=True)


def stand(rows):
    """Where each value stands: source, paragraph, value and qualifier, with how often."""
    columns = rows[["source_id", "paragraph", "value", "qualifier"]]
    return Counter(columns.itertuples(index=False, name=None))


def test_both_readings_have_the_same_values_and_qualifiers_but_for_one():
    ours, twice = stand(figures()), stand(pd.read_csv(SECOND))
    assert twice - ours == Counter()
    (left,) = ours - twice
    # The second reader gave 十幾年 no number: between ten and twenty, as we read 几.
    assert left[2:] == (10, "over")


def test_the_known_contradictions_are_shown_as_such():
    checks = wd.cross_checks(GORGES)
    assert set(checks.loc[checks["verdict"] == "contradicts", "check_id"]) == {
        "shanghai-2007-parts",
        "sanxia-2005-parts",
        "cq-2018-parts",
        "gdp-2024-parts",
        "water-2009-people",
        "fengdu-2017-works",
        "zhejiang-began-twice",
        "yichang-left-by-cq",
        "cq-total-shrank",
        "cq-five-years-room",
        "hubei-aid-left",
        "wuxi-farming-residents",
    }


def test_what_was_read_once_is_as_it_was_read():
    """Nothing here knows the sources' texts: whoever means a change says so with `sha256sum`."""
    lines = SECOND.with_name("three_gorges.sha256").read_text().splitlines()
    now = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in GORGES.glob("*.csv")
    }
    assert {Path(line[66:]).name: line[:64] for line in lines} == now


# -------------------------------------------------------------------- a package of its own


def test_the_folder_is_a_package_of_its_own_and_declares_what_ours_does():
    declared = json.loads((GORGES / "datapackage.json").read_text("utf-8"))
    ours = [each for each in schema.package()["resources"] if each["name"] != "units"]
    assert declared["resources"] == ours
    own = {key for key in declared if declared[key] != schema.package()[key]}
    assert own == {"name", "title", "description", "resources"}


def test_a_code_of_both_folders_is_called_the_same():
    theirs, ours = (
        pd.read_csv(folder / "labels.csv", index_col="code").to_dict("index")
        for folder in (GORGES, GORGES.parent / "data")
    )
    both = theirs.keys() & ours.keys()
    assert both, "expected the folder to hold our codes that it uses"
    assert {code: theirs[code] for code in both} == {code: ours[code] for code in both}

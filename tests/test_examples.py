"""The recipe for many counties gives what a plain loop gives."""

import importlib.util
import shutil
from pathlib import Path

import pandas as pd
import pytest

import wuxi_data as wd

RECIPE = Path(__file__).parents[1] / "examples" / "many_counties.py"


@pytest.fixture(scope="module")
def many():
    pytest.importorskip("dask", reason="the recipe needs the scale extra")
    spec = importlib.util.spec_from_file_location("many_counties", RECIPE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def one_thread():
    import dask

    with dask.config.set(scheduler="synchronous"):
        yield


def test_tables_of_many_folders_are_those_of_each(many, county):
    example = wd.example_county()
    together = many.funding([county, example])
    for folder in (county, example):
        alone = wd.load_funding(folder)
        part = together[together["folder"] == str(folder)].reset_index(drop=True)
        pd.testing.assert_series_equal(part["value"], alone["value"])
        assert list(part["fact_id"]) == list(alone["fact_id"])
    assert len(together) == len(wd.load_funding(county)) + len(wd.load_funding(example))


def test_a_fault_names_its_folder(many, county, tmp_path):
    spoilt = tmp_path / "spoilt"
    shutil.copytree(county, spoilt)
    path = spoilt / "funding.csv"
    path.write_text(path.read_text("utf-8").replace(",5000000,", ",50,"), "utf-8")
    (fault,) = many.faults([county, spoilt]).itertuples()
    assert (fault.folder, fault.file, fault.line, fault.column) == (
        str(spoilt), "funding.csv", 3, "value",
    )  # fmt: skip

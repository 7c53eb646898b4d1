"""The recipe for many counties gives what a plain loop gives."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import faults
import pandas as pd
import pytest

import wuxi_data as wd

RECIPE = Path(__file__).parents[1] / "examples" / "many_counties.py"


@pytest.fixture(scope="module")
def many():
    dask = pytest.importorskip("dask", reason="the recipe needs the scale extra")
    with dask.config.set(scheduler="synchronous"):
        yield SimpleNamespace(**runpy.run_path(str(RECIPE)))


def test_tables_of_many_folders_are_those_of_each(many, county, example):
    together = many.funding([county, example])
    for folder in (county, example):
        alone = wd.load_funding(folder)
        part = together[together["folder"] == str(folder)].reset_index(drop=True)
        pd.testing.assert_series_equal(part["value"], alone["value"])
        assert list(part["fact_id"]) == list(alone["fact_id"])
    assert len(together) == len(wd.load_funding(county)) + len(wd.load_funding(example))


def test_a_fault_names_its_folder(many, county, example):
    faults.swap("funding", ",5000000,", ",50,")(county)
    (fault,) = many.faults([example, county]).itertuples()
    where = fault.folder, fault.file, fault.line, fault.column
    assert where == (str(county), "funding.csv", 3, "value")

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
    each = [wd.load_funding(folder).assign(folder=str(folder)) for folder in (county, example)]
    together, apart = many.funding([county, example]), pd.concat(each, ignore_index=True)
    pd.testing.assert_frame_equal(together, apart, check_dtype=False, check_categorical=False)


def test_a_fault_names_its_folder(many, county, example):
    faults.swap("funding", ",5000000,", ",50,")(county)
    (fault,) = many.faults([example, county]).itertuples()
    where = fault.folder, fault.file, fault.line, fault.column
    assert where == (str(county), "funding.csv", 3, "value")

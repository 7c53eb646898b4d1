"""Each number in a notebook's prose is a printed figure, a year, or stands in an output."""

import json
from dataclasses import replace

import faults
import pytest
from books import code
from books import prose as prose_of
from cases import rows

import wuxi_data as wd
from wuxi_data import prose
from wuxi_data.charts import MIME
from wuxi_data.places import Both


@pytest.fixture(scope="module")
def ours():
    return prose.evidence()


@pytest.mark.parametrize(("text", "output", "found"), rows("numbers_in_prose"))
def test_a_number_in_prose_is_printed_or_in_an_output_or_found(text, output, found, ours):
    text, output = (each.replace("\\n", "\n") for each in (text, output))
    notebook = {"cells": [prose_of(text), code("1", *[output] * bool(output))]}
    got = [fault.found.strip("'") for fault in prose.notebook_faults(notebook, "01.ipynb", ours)]
    assert got == [found] * bool(found)


def test_a_fault_names_notebook_cell_number_and_the_nearest_figure(ours):
    notebook = {"cells": [code("1"), prose_of("增至501万元，2034年。")]}
    amount, year = map(str, prose.notebook_faults(notebook, "notebooks/01.ipynb", ours))
    assert amount.startswith("notebooks/01.ipynb cell 2 (said): found '501万'; expected a printed")
    assert amount.endswith("the nearest is 500万元 (jilin-annual-2020)")
    assert "found '2034'" in year
    assert year.endswith("the nearest is 2021")


def test_where_a_mark_fades_out_is_no_number_of_the_output(ours):
    rows = wd.load_projects()
    chart = wd.bars(rows[rows["fact_id"] == "projects-1992-2021"])
    (mark,) = chart.figures
    chart = replace(chart, figures=(replace(mark, name=Both("项目|工程", "projects|works")),))
    shows = {"text/plain": chart.text(), MIME: chart.to_json()}
    cell = {**code(), "outputs": [{"output_type": "display_data", "data": shows}]}
    notebook = {"cells": [prose_of("200余个项目，不到300个。"), cell]}
    assert [each.found for each in prose.notebook_faults(notebook, "01.ipynb", ours)] == ["'300'"]


def test_a_finding_needs_both_languages(ours):
    notebook = {"cells": [prose_of("只有中文。", "finding")]}
    (fault,) = prose.notebook_faults(notebook, "01.ipynb", ours)
    assert fault.found == "a finding of 1 paragraphs"
    assert fault.expected == "two: first in Chinese, then in English"


def test_a_table_that_was_edited_leaves_its_prose_behind(county):
    notebook = {"cells": [prose_of("2020年增至500万元。")]}
    assert prose.notebook_faults(notebook, "01.ipynb", prose.evidence(county)) == []
    faults.cell("funding", 3, value="6000000", as_written="600万元")(county)
    (fault,) = prose.notebook_faults(notebook, "01.ipynb", prose.evidence(county))
    assert fault.found == "'500万'"


def test_without_notebooks_no_figure_is_put_into_words(county, monkeypatch):
    monkeypatch.setattr(prose, "evidence", None)  # a minute, for a table of 300,000 rows
    assert prose.check_notebooks(county) == []


def test_a_folders_notebooks_are_read_and_never_run(county):
    (county / "notebooks").mkdir()
    unrun = code("open('ran', 'w')", execution_count=None)
    files = {
        "1_unrun.ipynb": json.dumps({"cells": [unrun, prose_of("501万元")]}),
        "2_merge.ipynb": "<<<<<<< HEAD\n",
        "3_bare.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": "1"}]}),
        ".hidden.ipynb": "",
    }
    for name, text in files.items():
        (county / "notebooks" / name).write_text(text, "utf-8")
    stored, number, merge, bare = prose.check_notebooks(county)
    assert stored.found == bare.found == "no stored run of cell 1"
    assert number.found == "'501万'"
    assert (merge.file, merge.expected) == ("notebooks/2_merge.ipynb", "a notebook")
    assert not list(county.rglob("ran"))

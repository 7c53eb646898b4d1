"""A county of one's own: made by one command, checked by three, drawn without a false word."""

import ast
import asyncio
import csv
import io
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import faults
import pytest
import yaml
from matplotlib import font_manager

from wuxi_data import county, notebooks, prose, schema
from wuxi_data.audit import audit
from wuxi_data.checks import check
from wuxi_data.crosschecks import cross_checks
from wuxi_data.reproduce import reproduce
from wuxi_data.tables import load

HERE = Path(__file__).parent
GUIDES = list(county.GUIDES.values())
NOTEBOOK = "notebooks/my_county.ipynb"
WORKFLOW = ".github/workflows/check.yml"
STUDENT = HERE / "student_county"  # of an article that we had not seen
BLANK = county.blank_county()


# -------------------------------------------------------------------- a new folder


def test_a_new_county_has_tables_guides_a_notebook_and_a_workflow(tmp_path):
    made = county.new_county(tmp_path / "mine")
    files = (path for path in made.rglob("*") if path.is_file())
    assert {path.relative_to(made).as_posix(): path.read_bytes() for path in files} == BLANK
    tables = [f"{name}.csv" for name in schema.TABLES]
    assert set(BLANK) == {*tables, *GUIDES, NOTEBOOK, WORKFLOW, ".gitattributes"}


@pytest.mark.parametrize("name", schema.TABLES)
def test_a_new_table_has_the_declared_header_and_opens_in_excel_as_utf8(name):
    content = BLANK[f"{name}.csv"]
    assert content.startswith(b"\xef\xbb\xbf"), "expected the mark by which Excel knows UTF-8"
    (header,) = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert header == list(schema.fields(name))


@pytest.mark.parametrize("guide", GUIDES)
def test_the_guide_explains_every_column_with_an_example_row(guide):
    text = BLANK[guide].decode()
    meaning = "description" if guide == "README.md" else "description_zh"
    examples = [example.split("```")[0] for example in text.split("```csv\n")[1:]]
    for table, example in zip(schema.TABLES, examples, strict=True):
        header, row = csv.reader(io.StringIO(example))
        assert header == list(schema.fields(table))
        assert len(row) == len(header)
        for name, field in schema.fields(table).items():
            assert f"| `{name}` | " + field[meaning].replace("|", r"\|") in text
    *_, closed, open_codes = text.split("\n## ")
    for code in ("CNY", "hectare", "annual_aid", "planned", "at_least"):
        assert f"`{code}`" in closed, f"expected the closed lists to show {code}"
    for code in ("period", "private", "reason", "works_type", "town_waterworks", "transport"):
        assert f"`{code}`" in open_codes, f"expected the codes that are there to show {code}"


@pytest.mark.parametrize("guide", GUIDES)
def test_the_guide_has_a_row_for_each_form_and_says_that_a_notebook_is_code(guide):
    text = BLANK[guide].decode()
    for form in ("columns", "bars", "nested", "squares", "spans", "beside", "overview"):
        assert len(re.findall(rf"^\| `wd\.{form}` \|.*\|.*\|$", text, re.MULTILINE)) == 1, form
    warning = {
        "README.md": "**`reproduce` runs the notebooks of a folder, and a notebook is code.**",
        "README.zh-CN.md": "**`reproduce` 会运行文件夹里的笔记本，而笔记本就是程序。**",
    }
    assert warning[guide] in text


# -------------------------------------------------------------------- its notebook and its checks


STEPS = yaml.safe_load(BLANK[WORKFLOW])["jobs"]["check"]["steps"]
COMMANDS = [step["run"] for step in STEPS if "run" in step and "pip install" not in step["run"]]


@pytest.mark.parametrize("guide", GUIDES)
def test_the_guide_says_how_to_run_the_workflow_by_hand(guide):
    text = BLANK[guide].decode()
    by_hand = text.partition("```sh\n")[2].partition("```")[0].splitlines()
    assert len(by_hand) == 3
    for command, said in zip(COMMANDS, by_hand, strict=True):
        assert said in command, f"expected {said!r} in the workflow, got {command!r}"


def test_a_new_county_is_green_from_the_first_run(tmp_path, monkeypatch):
    made = county.new_county(tmp_path / "mine")
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    for command in COMMANDS:
        done = subprocess.run(command, shell=True, cwd=made, capture_output=True, text=True)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    assert re.search(r"\d+ passed", done.stdout), "expected every cell to be run"


SHIPPED = notebooks.parsed(BLANK[NOTEBOOK])["cells"]


def test_a_note_to_the_author_is_no_finding_yet():
    places = [cell for cell in SHIPPED if notebooks.is_finding(cell)]
    assert len(places) == len(schema.THEMES), "expected a place for the finding over each chart"
    assert notebooks.findings({"cells": SHIPPED}, NOTEBOOK) == []


def test_a_chart_of_the_new_notebook_can_be_deleted_by_itself():
    charts = [ast.parse(cell["source"]) for cell in SHIPPED if cell["id"].endswith("-chart")]
    assert len(charts) == len(schema.THEMES)
    assigned = [node for chart in charts for node in ast.walk(chart) if isinstance(node, ast.Store)]
    assert not assigned, "expected no name that later cells need"


@pytest.fixture(scope="module")
def student(tmp_path_factory):
    """Fill in a county, reproduce it, and take the notebook as it was run."""
    made = county.new_county(tmp_path_factory.mktemp("student") / "mine")
    shutil.copytree(STUDENT, made, dirs_exist_ok=True)
    outcomes = reproduce(made)
    assert {each.state for each in outcomes} == {"new"}, outcomes
    shutil.copy(made / "out" / NOTEBOOK, made / NOTEBOOK)
    return made


def test_every_theme_that_has_figures_is_drawn_and_a_page_is_made(student):
    figures = student / "out" / "figures"
    assert {path.name for path in figures.glob("*.zh.svg")} == {
        f"{theme.replace('_', '-')}.zh.svg"
        for theme in schema.THEMES
        if not load(theme, student).empty
    }
    assert (figures / "report.html").exists()


def test_one_changed_digit_turns_the_checks_red(student):
    assert prose.check_notebooks(student) == []
    faults.swap("funding", ",5000000,CNY,exact,500万元,", ",6000000,CNY,exact,600万元,")(student)
    assert check(student) == [], "expected a digit that the tables alone cannot know for wrong"
    recorded = asyncio.run(notebooks.record(student / NOTEBOOK))
    assert not notebooks.same(recorded, (student / NOTEBOOK).read_bytes())
    assert "600万元" in recorded.decode()


def test_nothing_is_left_behind_when_the_folder_cannot_be_finished(tmp_path, monkeypatch):
    monkeypatch.setattr(county, "blank_county", lambda: {**BLANK, "funding.csv": None})
    with pytest.raises(TypeError):
        county.new_county(tmp_path / "mine")
    assert list(tmp_path.iterdir()) == []


# -------------------------------------------------------------------- the example


def test_the_example_is_sound_once_its_exercise_is_done(example):
    project = (
        "projects-2024,donglan_province,yanxi_county,aid_project,all_sectors,planned,projects,"
        "2024,2024,24,project,exact,24个,yanxi-2024,15,,,\n"
    )
    for name, row in (("projects", project), ("exclusions", "yanxi-2024,15,2024年,1,period\n")):
        assert check(example) == []
        with (example / f"{name}.csv").open("a", encoding="utf-8") as table:
            table.write(row)
    assert check(example) == []
    assert audit((example / "article.txt").read_text("utf-8"), example).ok
    assert set(cross_checks(example)["verdict"]) == {"holds"}


# -------------------------------------------------------------------- what differs is checked too


def test_texts_that_pandas_takes_for_numbers_are_still_faults(example):
    """Columns of nothing but numbers, where 1e3 once passed for 1000 and 013 for 13."""
    path = example / "water_works.csv"
    text = path.read_text("utf-8").replace(",386,", ",3.86e2,").replace(",13,", ",013,")
    path.write_text(text, "utf-8")
    found = Counter((fault.column, fault.found) for fault in check(example))
    assert found == {("paragraph", "'013'"): 5, ("value", "'3.86e2'"): 1}


def test_a_character_that_no_font_can_draw_is_a_fault_with_its_place(example, monkeypatch):
    faults.swap("labels", "石门镇,", "石𬺈镇,")(example)
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    (fault,) = check(example)
    assert fault[:4] == ("labels.csv", 6, "zh", "'𬺈'")
    assert "a font" in fault.expected

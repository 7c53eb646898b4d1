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
from pathlib import Path

import books
import faults
import pytest
import yaml
from matplotlib import font_manager

from wuxi_data import county, notebooks, prose, schema
from wuxi_data.audit import audit
from wuxi_data.checks import check
from wuxi_data.crosschecks import cross_checks
from wuxi_data.reproduce import reproduce

HERE = Path(__file__).parent
TABLES = [each["path"] for each in schema.package()["resources"] if each["name"] != "units"]
GUIDES = list(county.GUIDES.values())
NOTEBOOK = "notebooks/my_county.ipynb"
WORKFLOW = ".github/workflows/check.yml"
EXAMPLE = county.example_county()
STUDENT = HERE / "student_county"  # of an article that we had not seen


def contents(folder) -> dict:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


# -------------------------------------------------------------------- a new folder


def test_a_new_county_has_tables_guides_a_notebook_and_a_workflow(tmp_path):
    made = county.new_county(tmp_path / "mine")
    assert contents(made) == county.blank_county()
    assert set(contents(made)) == {*TABLES, *GUIDES, NOTEBOOK, WORKFLOW}
    assert check(made) == []


@pytest.mark.parametrize("name", TABLES)
def test_a_new_table_has_the_declared_header_and_opens_in_excel_as_utf8(name):
    content = county.blank_county()[name]
    assert content.startswith(b"\xef\xbb\xbf"), "expected the mark by which Excel knows UTF-8"
    (header,) = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert header == list(schema.fields(name.removesuffix(".csv")))


@pytest.mark.parametrize("guide", GUIDES)
def test_the_guide_explains_every_column_with_an_example_row(guide):
    text = county.blank_county()[guide].decode()
    examples = text.split("```csv\n")[1:]
    assert len(examples) == len(TABLES)
    declared = [each for each in schema.package()["resources"] if each["path"] in TABLES]
    for resource, example in zip(declared, examples, strict=True):
        header, row = csv.reader(io.StringIO(example.split("```")[0]))
        assert header == [field["name"] for field in resource["schema"]["fields"]]
        assert len(row) == len(header)
        for field in resource["schema"]["fields"]:
            meaning = field["description" if guide == "README.md" else "description_zh"]
            assert f"| `{field['name']}` | " + meaning.replace("|", r"\|") in text
    *_, closed, open_codes = text.split("\n## ")
    for code in ("CNY", "hectare", "annual_aid", "planned", "at_least"):
        assert f"`{code}`" in closed, f"expected the closed lists to show {code}"
    for code in ("period", "private", "reason", "works_type", "town_waterworks", "transport"):
        assert f"`{code}`" in open_codes, f"expected the codes that are there to show {code}"


@pytest.mark.parametrize("guide", GUIDES)
def test_the_guide_has_a_row_for_each_form_and_says_that_a_notebook_is_code(guide):
    text = county.blank_county()[guide].decode()
    for form in ("columns", "bars", "nested", "squares", "spans", "beside", "overview"):
        assert len(re.findall(rf"^\| `wd\.{form}` \|.*\|.*\|$", text, re.MULTILINE)) == 1, form
    warning = {
        "README.md": "**`reproduce` runs the notebooks of a folder, and a notebook is code.**",
        "README.zh-CN.md": "**`reproduce` 会运行文件夹里的笔记本，而笔记本就是程序。**",
    }
    assert warning[guide] in text


# -------------------------------------------------------------------- its notebook and its checks


def workflow() -> list[str]:
    """The commands that the workflow runs, without the one that installs."""
    steps = yaml.safe_load(county.blank_county()[WORKFLOW])["jobs"]["check"]["steps"]
    return [step["run"] for step in steps if "run" in step and "pip install" not in step["run"]]


def run(command: str, folder: Path) -> subprocess.CompletedProcess:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(HERE.parent)},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("guide", GUIDES)
def test_the_guide_says_how_to_run_the_same_by_hand(guide):
    text = county.blank_county()[guide].decode()
    by_hand = text.partition("```sh\n")[2].partition("```")[0].splitlines()
    assert len(by_hand) == len(workflow()) == 3
    for command, said in zip(workflow(), by_hand, strict=True):
        assert said in command, f"expected {said!r} in the workflow, got {command!r}"


def test_a_new_county_is_green_from_the_first_run(tmp_path):
    made = county.new_county(tmp_path / "mine")
    for command in workflow():
        done = run(command, made)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    assert re.search(r"\d+ passed", done.stdout), "expected every cell to be run"


def test_a_note_to_the_author_is_no_finding_yet():
    shipped = notebooks.parsed(county.blank_county()[NOTEBOOK])
    places = [cell for cell in shipped["cells"] if notebooks.is_finding(cell)]
    assert len(places) == len(schema.THEMES), "expected a place for the finding over each chart"
    assert notebooks.findings(shipped, NOTEBOOK) == []


def test_a_chart_of_the_new_notebook_can_be_deleted_by_itself():
    shipped = notebooks.parsed(county.blank_county()[NOTEBOOK])
    charts = [cell["source"] for cell in shipped["cells"] if cell["id"].endswith("-chart")]
    assert len(charts) == len(schema.THEMES)
    named = [node for each in charts for node in ast.walk(ast.parse(each))
             if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]  # fmt: skip
    assert not named, "expected no name that later cells need"


@pytest.fixture(scope="module")
def student(tmp_path_factory):
    """Fill in a county, reproduce it, and take the notebook as it was run."""
    made = county.new_county(tmp_path_factory.mktemp("student") / "mine")
    shutil.copytree(STUDENT, made, dirs_exist_ok=True)
    outcomes = reproduce(made)
    shutil.copy(made / "out" / NOTEBOOK, made / NOTEBOOK)
    return made, outcomes


def test_every_theme_that_has_figures_is_drawn_and_stands_on_the_page(student):
    made, outcomes = student
    assert {each.state for each in outcomes} == {"new"}, outcomes
    drawn = {path.name for path in (made / "out" / "figures").glob("*.zh.svg")}
    with_figures = {
        theme.replace("_", "-") + ".zh.svg"
        for theme in schema.THEMES
        if (made / f"{theme}.csv").read_text("utf-8-sig").count("\n") > 1
    }
    assert drawn == with_figures
    assert (made / "out" / "figures" / "report.html").exists()


def test_one_changed_digit_turns_the_checks_red(student):
    made, _ = student
    assert prose.check_notebooks(made) == []
    faults.swap("funding", ",5000000,CNY,exact,500万元,", ",6000000,CNY,exact,600万元,")(made)
    assert check(made) == [], "expected a digit that the tables alone cannot know for wrong"
    recorded = asyncio.run(notebooks.record(made / NOTEBOOK))
    assert not notebooks.same(recorded, (made / NOTEBOOK).read_bytes())
    assert "600万元" in recorded.decode()


def test_outputs_are_english_and_an_error_is_in_the_language_of_its_reader(tmp_path, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "zh")
    said = "import wuxi_data as wd\ntry: wd.bars([])\nexcept ValueError as error: print(error)"
    books.write(tmp_path / "a.ipynb", books.code(said))
    assert "nothing to draw" in asyncio.run(notebooks.record(tmp_path / "a.ipynb")).decode()
    books.write(tmp_path / "a.ipynb", books.code("import wuxi_data as wd\nwd.bars([])"))
    with pytest.raises(notebooks.CellFailed, match="没有可画的"):
        asyncio.run(notebooks.record(tmp_path / "a.ipynb"))


def test_nothing_is_left_behind_when_the_folder_cannot_be_finished(tmp_path, monkeypatch):
    blank = county.blank_county()
    monkeypatch.setattr(county, "blank_county", lambda: {**blank, "funding.csv": None})
    with pytest.raises(TypeError):
        county.new_county(tmp_path / "mine")
    assert list(tmp_path.iterdir()) == []


# -------------------------------------------------------------------- the example


def test_the_example_is_sound_and_only_its_last_paragraph_is_left_to_the_reader():
    assert check(EXAMPLE) == []
    found = audit((EXAMPLE / "article.txt").read_text("utf-8"), EXAMPLE)
    assert found.same_text
    assert found.misplaced == found.contested == []
    assert [(each.paragraph, each.numeral) for each in found.unaccounted] == [
        (15, "2024"),
        (15, "24"),
    ]
    assert set(cross_checks(EXAMPLE)["verdict"]) == {"holds"}


def test_the_exercise_of_the_example_can_be_done(example):
    project = (
        "projects-2024,donglan_province,yanxi_county,aid_project,all_sectors,planned,projects,"
        "2024,2024,24,project,exact,24个,yanxi-2024,15,,,\n"
    )
    for name, row in (("projects", project), ("exclusions", "yanxi-2024,15,2024年,1,period\n")):
        with (example / f"{name}.csv").open("a", encoding="utf-8") as table:
            table.write(row)
    assert check(example) == []
    assert audit((example / "article.txt").read_text("utf-8"), example).ok


# -------------------------------------------------------------------- what differs is checked too


def test_texts_that_pandas_takes_for_numbers_are_still_faults(example):
    """Columns of nothing but numbers, where 1e3 once passed for 1000 and 013 for 13."""
    path = example / "water_works.csv"
    text = path.read_text("utf-8").replace(",386,", ",3.86e2,").replace(",13,", ",013,")
    path.write_text(text, "utf-8")
    found = [(fault.column, fault.found) for fault in check(example)]
    assert found.count(("paragraph", "'013'")) == 5
    assert found.count(("value", "'3.86e2'")) == 1
    assert len(found) == 6


def test_a_character_that_no_font_can_draw_is_a_fault_with_its_place(example, monkeypatch):
    faults.swap("labels", "石门镇,", "石𬺈镇,")(example)
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    (fault,) = check(example)
    assert fault[:4] == ("labels.csv", 6, "zh", "'𬺈'")
    assert "a font" in fault.expected

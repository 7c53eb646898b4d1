"""A county of one's own: made by one command, and every chart of it legible."""

import csv
import io
import re
from contextlib import suppress
from itertools import combinations
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import pytest
from matplotlib import font_manager
from matplotlib.text import Text

from wuxi_data import charts, county, report, schema
from wuxi_data.audit import audit
from wuxi_data.checks import check
from wuxi_data.crosschecks import cross_checks
from wuxi_data.notebooks import notebook_folder, set_data
from wuxi_data.reproduce import reproduce
from wuxi_data.tables import load, load_funding

TABLES = [each["path"] for each in schema.package()["resources"]]
EXAMPLE = county.example_county()


def contents(folder) -> dict:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


# -------------------------------------------------------------------- a new folder


def test_a_new_county_has_tables_guides_and_notebooks(tmp_path):
    made = county.new_county(tmp_path / "mine")
    assert contents(made) == county.blank_county()
    assert set(TABLES) | {"README.md", "README.zh-CN.md"} <= set(contents(made))
    assert "notebooks/06_your_county.ipynb" in contents(made)
    assert check(made) == []


@pytest.mark.parametrize("name", TABLES)
def test_a_new_table_has_the_declared_header_and_opens_in_excel_as_utf8(name):
    content = county.blank_county()[name]
    assert content.startswith(b"\xef\xbb\xbf"), "expected the mark by which Excel knows UTF-8"
    (header,) = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert header == list(schema.fields(name.removesuffix(".csv")))


def test_tables_of_a_new_county_load_empty_with_their_columns(tmp_path):
    table = load_funding(county.new_county(tmp_path / "mine"))
    assert table.empty
    assert list(table) == list(schema.fields("funding"))


@pytest.mark.parametrize("guide", ["README.md", "README.zh-CN.md"])
def test_the_guide_explains_every_column_with_an_example_row(guide):
    text = county.blank_county()[guide].decode()
    examples = text.split("```csv\n")[1:]
    assert len(examples) == len(TABLES)
    for resource, example in zip(schema.package()["resources"], examples, strict=True):
        header, row = csv.reader(io.StringIO(example.split("```")[0]))
        assert header == [field["name"] for field in resource["schema"]["fields"]]
        assert len(row) == len(header)
        for field in resource["schema"]["fields"]:
            meaning = field["description" if guide == "README.md" else "description_zh"]
            assert f"| `{field['name']}` | " + meaning.replace("|", r"\|") in text
    *_, closed, open_codes = text.split("\n## ")
    for unit in schema.fields("funding")["unit"]["constraints"]["enum"]:
        assert f"`{unit}`" in closed, f"expected the closed list to show {unit}"
    for code in ("period", "private", "reason", "works_type", "town_waterworks", "transport"):
        assert f"`{code}`" in open_codes, f"expected the codes that are there to show {code}"


@pytest.mark.parametrize("guide", ["README.md", "README.zh-CN.md"])
def test_the_guide_says_where_the_doubtful_goes(guide):
    text = county.blank_county()[guide].decode()
    for word in ("`percent`", "`part_of`", "`period`", "`reason`", "`--notebooks notebooks`"):
        assert word in text.partition("### ")[0], f"expected the guide to speak of {word}"


@pytest.mark.parametrize("name", [n for n in county.blank_county() if n.endswith(".ipynb")])
def test_a_new_notebook_looks_at_the_folder_above_and_shows_no_result_of_ours(name):
    notebook = nbformat.reads(county.blank_county()[name].decode(), as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    (parameters,) = [cell for cell in code if "parameters" in cell.metadata.get("tags", ())]
    assert parameters.source == 'data = ".."'
    assert not any(cell.outputs or cell.execution_count for cell in code)
    note = notebook.cells[0].source  # it is copied into out, too, where no edit would last
    for words in (
        "rewrite them for yours in the notebooks of your folder",
        "--notebooks",
        "被覆盖",
    ):
        assert words in note, f"expected {words!r} in the note, got {note}"


def test_the_note_is_not_added_to_a_notebook_of_the_readers_own():
    cell = {"source": 'data = ".."', "metadata": {"tags": ["parameters"]}}
    notebook = {"cells": [cell]}
    set_data(notebook, r"C:\mine")
    assert notebook["cells"] == [cell]
    assert cell["source"] == 'data = "C:\\\\mine"'


@pytest.mark.parametrize("there", ["a file in it", "a folder in it", "a file of that name"])
def test_nothing_is_overwritten(tmp_path, there):
    folder = tmp_path / "mine"
    if there == "a file of that name":
        folder.write_text("keep\n", "utf-8")
    else:
        (folder / "notebooks").mkdir(parents=True)
        if there == "a file in it":
            (folder / "funding.csv").write_text("keep\n", "utf-8")
    before = contents(tmp_path)
    with pytest.raises(FileExistsError, match="nothing is overwritten"):
        county.new_county(folder)
    assert contents(tmp_path) == before


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


def test_the_exercise_of_the_example_can_be_done(tmp_path):
    for name, content in contents(EXAMPLE).items():
        (tmp_path / name).write_bytes(content)
    with (tmp_path / "projects.csv").open("a", encoding="utf-8") as table:
        table.write(
            "projects-2024,donglan_province,yanxi_county,aid_project,all_sectors,planned,projects,"
            "2024,2024,24,project,exact,24个,yanxi-2024,15,,\n"
        )
    with (tmp_path / "exclusions.csv").open("a", encoding="utf-8") as table:
        table.write("yanxi-2024,15,2024年,1,period\n")
    assert check(tmp_path) == []
    assert audit((EXAMPLE / "article.txt").read_text("utf-8"), tmp_path).ok


def test_the_ways_before_and_now_differ_in_name():
    ax = charts.draw("way-to-longxi", EXAMPLE)
    assert charts.marks(ax)["name"].is_unique
    title = ax.get_title(loc="left").replace("\n", "")
    assert title == "石门镇：过去到县城的路2小时，如今到县城的路不到40分钟"
    plt.close("all")


# -------------------------------------------------------------------- what differs is checked too


def test_texts_that_pandas_takes_for_numbers_are_still_faults(tmp_path):
    """Columns of nothing but numbers, where 1e3 once passed for 1000 and 013 for 13."""
    for name, content in contents(EXAMPLE).items():
        (tmp_path / name).write_bytes(content)
    path = tmp_path / "water_works.csv"
    text = path.read_text("utf-8").replace(",386,", ",3.86e2,").replace(",13,", ",013,")
    path.write_text(text, "utf-8")
    found = [(fault.column, fault.found) for fault in check(tmp_path)]
    assert found.count(("paragraph", "'013'")) == 5
    assert found.count(("value", "'3.86e2'")) == 1
    assert len(found) == 6


def test_a_character_that_no_font_can_draw_is_a_fault_with_its_place(tmp_path, monkeypatch):
    for name, content in contents(EXAMPLE).items():
        (tmp_path / name).write_bytes(content)
    path = tmp_path / "labels.csv"
    path.write_text(path.read_text("utf-8").replace("石门镇,", "石𬺈镇,"), "utf-8")
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    (fault,) = check(tmp_path)
    assert fault[:4] == ("labels.csv", 6, "zh", "'𬺈'")
    assert "a font" in fault.expected


# -------------------------------------------------------------------- charts of any county

# Twenty years and three payers; hectares, no training. And: sums a thousandfold, long names,
# dollars and square kilometres, plans, no water works and nothing of the county itself. And what
# a student made of an article that we had not seen: open periods, one figure for many years.
HERE = Path(__file__).parent
COUNTIES = {
    "example": EXAMPLE,
    "far": HERE / "far_county",
    "student": HERE / "student_county",
}
UNDRAWN = {
    "student": {"hydropower"},
    "example": {"training"},
    "far": {
        *("funding-total", "money-per-project"),  # dollars and yuan share no axis
        *("water-people", "water-works", "hydropower", "way-to-longxi"),
    },
}


@pytest.fixture(
    scope="module",
    params=[(each, lang) for each in COUNTIES for lang in ("zh", "en")],
    ids="-".join,
)
def drawn(request):
    """Draw every chart of one county in one language: {name: Axes, or what is lacking}."""
    each, lang = request.param
    axes = {}
    for name in charts.CHARTS:
        try:
            axes[name] = charts.draw(name, COUNTIES[each], lang)
        except charts.NothingToDraw as lacking:
            axes[name] = lacking
    yield each, lang, axes
    plt.close("all")


def test_the_counties_are_sound():
    for folder in COUNTIES.values():
        assert check(folder) == []


def test_every_numeral_of_the_students_article_has_its_row():
    article = (COUNTIES["student"] / "article.txt").read_text("utf-8")
    found = audit(article, COUNTIES["student"])
    assert found.ok, found
    assert found.same_text


def test_only_the_charts_of_a_missing_theme_are_left_out(drawn):
    each, lang, axes = drawn
    lacking = {name: ax for name, ax in axes.items() if isinstance(ax, charts.NothingToDraw)}
    assert set(lacking) == UNDRAWN[each]
    for name, error in lacking.items():
        assert error.words[lang], f"expected a sentence that says why there is no {name}"


def test_no_words_overlap_or_leave_the_picture(drawn):
    each, lang, axes = drawn
    for name, ax in axes.items():
        if isinstance(ax, charts.NothingToDraw):
            continue
        figure = ax.figure
        figure.canvas.draw()
        written = [
            (text.get_text(), text.get_window_extent().padded(-1))
            for text in figure.findobj(Text)
            if text.get_visible() and text.get_text().strip()
        ]
        assert written, f"expected words in {name}"
        for words, box in written:
            inside = figure.bbox.padded(1)
            assert inside.x0 <= box.x0, f"{name}.{lang} of {each}: {words!r} leaves at the left"
            assert box.x1 <= inside.x1, f"{name}.{lang} of {each}: {words!r} leaves at the right"
            assert inside.y0 <= box.y0, f"{name}.{lang} of {each}: {words!r} leaves at the foot"
            assert box.y1 <= inside.y1, f"{name}.{lang} of {each}: {words!r} leaves at the top"
        for (one, here), (other, there) in combinations(written, 2):
            assert not here.overlaps(there), f"{name}.{lang} of {each}: {one!r} lies on {other!r}"


def test_large_sums_are_worded_in_large_units(drawn):
    each, lang, axes = drawn
    words = "".join(charts.marks(axes["funding-rise"])["label"]).replace("\n", " ")
    expected = {
        ("example", "zh"): "1200 万元",
        ("example", "en"): "12 million yuan",
        ("student", "zh"): "2100万元（2017年起）",
        ("student", "en"): "21 million yuan (years from 2017)",
        ("far", "zh"): "61 亿元",
        ("far", "en"): "6.1 billion yuan",
    }
    assert expected[each, lang] in words


def test_every_mark_of_another_county_is_computed_from_its_own_facts(drawn):
    each, _, axes = drawn
    known = {
        fact_id for theme in schema.THEMES for fact_id in load(theme, COUNTIES[each])["fact_id"]
    }
    for name, ax in axes.items():
        if not isinstance(ax, charts.NothingToDraw):
            formulas = charts.marks(ax)["fact_id"].str.partition("@")[0]  # @ the year
            inputs = {word for formula in formulas for word in formula.split("_")[::2]}
            assert inputs, f"expected marks in {name}"
            assert inputs <= known, f"expected facts of {each} in {name}, got {inputs - known}"


@pytest.mark.parametrize("each", ["far", "student"])
def test_the_whole_analysis_runs_on_another_county(each, tmp_path):
    outcomes = reproduce(COUNTIES[each], tmp_path)
    states = {outcome.name: outcome.state for outcome in outcomes}
    failed = [outcome for outcome in outcomes if outcome.state == "failed"]
    assert not failed, f"expected nothing to fail, got {failed}"
    left_out = {name for name, state in states.items() if state == "left out"}
    assert left_out == {f"figures/{name}" for name in UNDRAWN[each]}
    assert states["figures/report.html"] == "new"
    notebooks = {name for name in states if name.startswith("notebooks/")}
    assert len(notebooks) == len(list(notebook_folder().glob("[0-9]*.ipynb")))
    computed = (tmp_path / "notebooks" / "01_funding.ipynb").read_text("utf-8")
    # What is printed of ten years counts ten times; what has no last year cannot be counted.
    expected = "aid-total - (10 * annual-2002 + 5 * annual-2012)"
    assert (expected in computed) == (each == "student")


# -------------------------------------------------------------------- years and periods


def test_attendances_are_told_without_a_bar_among_people():
    marks = charts.marks(charts.draw("training", COUNTIES["student"]))
    plt.close("all")
    words = marks["label"].str.replace("\n", "").tolist()
    assert "1150人次（文中没有写人数）" in words
    assert not any("人次" in label and "没有写人数" not in label for label in words)


def test_a_yearly_amount_of_several_years_stands_at_each_of_them():
    marks = charts.marks(charts.draw("funding-rise", COUNTIES["student"]))
    plt.close("all")
    years = [f"{year}年" for year in range(2002, 2017)]
    assert marks["name"].tolist() == [*years, "2017年起"]
    first = [f"annual-2002@{year}" for year in range(2002, 2012)]
    second = [f"annual-2012@{year}" for year in range(2012, 2017)]
    assert marks["fact_id"].tolist() == [*first, *second, "annual-2017"]
    assert marks["label"].str.replace("\n", "").iloc[[0, 10]].tolist() == ["500万元", "800万元"]


@pytest.mark.parametrize("empty", ["start", "end"])
@pytest.mark.parametrize("each", COUNTIES)
def test_periods_may_be_open_at_either_end(each, empty, tmp_path):
    for name, content in contents(COUNTIES[each]).items():
        (tmp_path / name).write_bytes(content)
    for theme in schema.THEMES:
        path = tmp_path / f"{theme}.csv"
        if path.exists():
            rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(schema.fields(theme)))
                writer.writeheader()
                writer.writerows({**row, empty: ""} for row in rows)
    assert check(tmp_path) == []
    titles = []
    for name in charts.CHARTS:
        for lang in ("zh", "en"):
            with suppress(charts.NothingToDraw):
                titles.append(charts.draw(name, tmp_path, lang).get_title(loc="left"))
    plt.close("all")
    said = "".join(titles).replace("\n", "")
    open_words = {"start": ("至20", "years to 20"), "end": ("年起", "years from ")}
    assert all(words in said for words in open_words[empty]), said
    dates = re.findall(r"<small>([^<]*–[^<]*)</small>", report.build(tmp_path).decode())
    assert dates
    assert all(date.startswith("–") == (empty == "start") for date in dates), dates

"""The notebooks say what the tables hold: nbval compares them, and nothing slips past nbval."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import nbformat
import pandas as pd
import pytest

from wuxi_data import prose
from wuxi_data.schema import THEMES
from wuxi_data.tables import load

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "notebooks"
EXAMPLE = ROOT / "wuxi_data" / "example_county"


class Shape(NamedTuple):
    """How much of a notebook is there to compare, counted by hand."""

    code: int
    outputs: int
    charts: int


SHAPES = {
    "01_funding": Shape(code=16, outputs=12, charts=4),
    "02_projects": Shape(code=20, outputs=16, charts=10),
    "03_water": Shape(code=16, outputs=12, charts=6),
    "04_training": Shape(code=12, outputs=8, charts=2),
    "05_cross_checks": Shape(code=12, outputs=9, charts=2),
    "06_your_county": Shape(code=18, outputs=16, charts=6),
}

# Every figure in the prose, in order, typed by hand from the article.
FIGURES_IN_PROSE = {
    "01_funding": """400万 2020 500万 2016 2020 2100万 1992 7576.05万
        4 million 5 million 2020 21 million 2016 2020 75.76 million 1992 数千万 数千万""",
    "02_projects": """2020 10 2016 2020 42 1992 200 50万
        10 2020 42 2016 2020 200 1992 500,000 2020 2016 2020""",
    "03_water": """2016 2020 5.32亿 19 1024 454 44.45万 1196.85
        2016 2020 532 million 19 1,024 454 444,500 1,196.85""",
    "04_training": "9 312 3 180 2021 53 1000 312 9 180 3 53 2021 1,000",
    "05_cross_checks": "400万 2020 500万 2100万 44.45万 5 30余万 4 million 2020 5 million 21 million "
    "444,500 300,000 5 数千万 数千万",
    "06_your_county": "",
}
READMES = sorted(path.name for path in ROOT.glob("README*.md"))
# Numbers of the READMEs that no table holds, and what they are.
NOT_FIGURES = {
    "103": "numerals of the article: tests/test_article.py",
    "55": "of them in facts: tests/test_article.py",
    "48": "of them excluded: tests/test_article.py",
    "3.11": "the lowest Python",
    "4.0": "CC BY",
    "1.1": "OFL",
    "2": "Data Package v2",
}

_UNCLEAN = {
    "an object's address": r"\b0x[0-9a-f]{6,}",
    "a path of this machine": r"(?<![\w/])/(?:home|Users|root|tmp|usr|var|opt|work)/|\b[A-Z]:\\",
    "a moment in time": r"\d{4}-\d\d-\d\d[T ]\d\d:|\d\d:\d\d:\d\d",
    "a numpy scalar": r"\bnp\.\w+\(",
    "a warning": r"\w+Warning\b",
}


def notebook(name: str) -> nbformat.NotebookNode:
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def code_cells(book) -> list:
    return [cell for cell in book.cells if cell.cell_type == "code"]


def texts(cell) -> Iterator[str]:
    """What nbval compares of a cell, and streams."""
    for output in cell.outputs:
        yield output.get("text", "")
        yield from (text for kind, text in output.get("data", {}).items() if "text" in kind)


# -------------------------------------------------------------------- what nbval does not see


def faults(name: str, book) -> list[str]:
    """Everything that would let a notebook pass nbval without being compared."""
    return [*_unrun(book), *_misshapen(name, book), *_unclean(book), *_prose(name, book)]


def _unrun(book) -> Iterator[str]:
    for number, cell in enumerate(code_cells(book), 1):
        if cell.execution_count != number:
            yield f"{cell.id}: expected execution count {number}, got {cell.execution_count}"
        if set(cell.metadata) - {"tags"} or set(cell.metadata.get("tags", ())) - {"parameters"}:
            yield f"{cell.id}: expected no metadata but the parameters tag, got {cell.metadata}"
        if re.search("nbval|PYTEST_VALIDATE", cell.source, re.IGNORECASE):
            yield f"{cell.id}: a comment tells nbval not to look"


def _misshapen(name: str, book) -> Iterator[str]:
    cells = code_cells(book)
    outputs = [output for cell in cells for output in cell.outputs]
    charts = [output for output in outputs if "image/png" in output.get("data", {})]
    got = Shape(len(cells), sum(bool(cell.outputs) for cell in cells), len(charts))
    if got != SHAPES[name]:
        yield f"{name}: expected {SHAPES[name]}, got {got}"
    for cell in cells:
        for output in cell.outputs:
            if output.output_type != "execute_result":
                yield f"{cell.id}: expected results only, got {output.output_type}"
            elif "image/png" in output.data and not _shows_marks(output.data):
                yield f"{cell.id}: a chart without its marks as text"


def _shows_marks(data) -> bool:
    return any(each in data.get("text/plain", "") for each in fact_ids())


def _unclean(book) -> Iterator[str]:
    for cell in code_cells(book):
        for what, pattern in _UNCLEAN.items():
            found = re.search(pattern, "\n".join([cell.source, *texts(cell)]))
            if found:
                yield f"{cell.id}: {what}: {found.group()}"


def _prose(name: str, book) -> Iterator[str]:
    text = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    expected, got = " ".join(FIGURES_IN_PROSE[name].split()), " ".join(numerals(text))
    if got != expected:
        yield f"{name}: expected the figures {expected}\nin the prose, got {got}"
    yield from map(str, prose.faults(book, name, known()))


def numerals(markdown: str) -> list[str]:
    return [each.text for each in prose.numerals(prose.NOT_PROSE.sub(" ", markdown))]


@cache
def known() -> prose.Known:
    return prose.known()


@cache
def facts(data: Path | None = None) -> pd.DataFrame:
    return pd.concat([load(theme, data) for theme in THEMES])


@cache
def fact_ids() -> list[str]:
    """Ours, and those of the example that 06_your_county draws."""
    return [*facts()["fact_id"], *facts(EXAMPLE)["fact_id"]]


# -------------------------------------------------------------------- nbval itself


def nbval(paths: list[Path], package: Path, scratch: Path) -> dict[str, list[str]]:
    """Run nbval in a process of its own: notebook → for each code cell "", or how it differs."""
    scratch.mkdir()
    report = scratch / "report.xml"
    options = (
        "--nbval --nbval-current-env --color=no --assert=plain -q "
        "-p nbval.plugin -p steady_nbval -p no:cacheprovider "
        f"-c {os.devnull} --rootdir={paths[0].parent} --junitxml={report}"
    )
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *map(str, paths), *options.split()],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(package), str(Path(__file__).parent)]),
            "PYTHONUTF8": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # the others take longer to load than to run
            "IPYTHONDIR": str(scratch),  # whatever a developer has in a profile
        },
    )
    assert report.exists(), f"nbval did not run:\n{run.stdout}{run.stderr}"
    cells = {path.stem: [] for path in paths}
    for case in ElementTree.parse(report).iter("testcase"):
        name = Path(case.get("classname").removesuffix(".ipynb").replace(".", "/")).name
        cells[name].append("\n".join(f"{case.get('name')}: {each.text}" for each in case))
    return cells


EDITED = "04_training"


class Runs(NamedTuple):
    """nbval's word on the notebooks as stored, one edited, and one over another digit."""

    stored: dict[str, list[str]]
    edited: dict[str, list[str]]
    other_digit: dict[str, list[str]]


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Runs:
    """Everything that needs kernels, two processes at a time: there may be no more cores."""
    folder = tmp_path_factory.mktemp("nbval")
    stored = [FOLDER / f"{name}.ipynb" for name in SHAPES]
    edited = [_with_every_output_edited(FOLDER / f"{EDITED}.ipynb", folder)]
    jobs = [
        (stored[::2], ROOT),
        (stored[1::2], ROOT),
        (edited, ROOT),
        (stored[:1], _package_with_another_digit(folder)),
    ]
    with ThreadPoolExecutor(2) as pool:
        run = [pool.submit(nbval, *job, folder / f"run-{n}") for n, job in enumerate(jobs)]
        one, two, edited, other_digit = [each.result() for each in run]
    return Runs(one | two, edited, other_digit)


def _with_every_output_edited(path: Path, folder: Path) -> Path:
    """A copy of a notebook in which one character of each stored output is another."""
    book = nbformat.read(path, as_version=4)
    for cell in code_cells(book):
        for output in cell.outputs:
            output.data["text/plain"] = _one_character_changed(output.data["text/plain"])
    copy = folder / path.name
    nbformat.write(book, copy)
    return copy


def _one_character_changed(text: str) -> str:
    place = max((found.start() for found in re.finditer(r"\w", text)), default=0)
    return f"{text[:place]}{'1' if text[place] != '1' else '2'}{text[place + 1 :]}"


def _package_with_another_digit(folder: Path) -> Path:
    """A copy of the package whose 2020 aid is another figure, token and value alike."""
    package = folder / "package"
    shutil.copytree(ROOT / "wuxi_data", package / "wuxi_data")
    table = package / "wuxi_data" / "data" / "funding.csv"
    text = table.read_text("utf-8")
    assert text.count("5000000,CNY,exact,500万元") == 1
    changed = text.replace("5000000,CNY,exact,500万元", "6000000,CNY,exact,600万元")
    table.write_text(changed, "utf-8", newline="\n")
    return package


def red(name: str, cells: list[str]) -> set[str]:
    """The ids of the cells that nbval found different."""
    return {cell.id for cell, found in zip(code_cells(notebook(name)), cells, strict=True) if found}


@pytest.mark.parametrize("name", SHAPES)
def test_nbval_finds_every_cell_as_it_is_stored(name, runs):
    cells = runs.stored[name]
    assert len(cells) == SHAPES[name].code, f"expected every code cell compared, got {len(cells)}"
    assert not any(cells), "\n".join(filter(None, cells))


def test_nbval_sees_one_character_changed_in_any_stored_output(runs):
    expected = {cell.id for cell in code_cells(notebook(EDITED)) if cell.outputs}
    got = red(EDITED, runs.edited[EDITED])
    assert expected, "expected outputs to edit"
    assert got == expected, f"expected red {sorted(expected)}, got {sorted(got)}"


def test_nbval_says_where_a_digit_of_a_table_shows(runs):
    cells = runs.other_digit["01_funding"]
    got = red("01_funding", cells)
    expected = {"funding", "rise-zh", "rise-en", "step-yuan", "step-percent", "checks"}
    assert expected <= got, f"expected red {sorted(expected)}, got {sorted(got)}"
    assert "6,000,000" in "".join(cells), "expected the new figure in nbval's message"


# -------------------------------------------------------------------- nothing slips past it


def test_every_notebook_is_counted_here():
    expected, got = sorted(SHAPES), sorted(path.stem for path in FOLDER.glob("*.ipynb"))
    assert got == expected, f"expected {expected}, got {got}"


@pytest.mark.parametrize("name", SHAPES)
def test_nothing_in_a_notebook_escapes_comparison(name):
    got = faults(name, notebook(name))
    assert not got, "\n".join(got)


def _clear(book):
    for cell in code_cells(book):
        cell.outputs, cell.execution_count = [], None


def _uncount(book):
    code_cells(book)[3].execution_count = None


def _delete(book):
    book.cells.remove(code_cells(book)[-1])


def _swap(book):
    code_cells(book)[2].execution_count, code_cells(book)[3].execution_count = 4, 3


def _ignore(book):
    code_cells(book)[3].metadata["tags"] = ["nbval-ignore-output"]


def _skip(book):
    code_cells(book)[3].source += "\n# NBVAL_SKIP"


def _raise(book):
    code_cells(book)[3].metadata["tags"] = ["raises-exception"]


def _chart(book):
    return next(
        output
        for cell in code_cells(book)
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    )


def _blind(book):
    _chart(book).data["text/plain"] = "<Figure size 640x480 with 1 Axes>"


def _lose_picture(book):
    del _chart(book).data["image/png"]


def _print(book):
    stream = nbformat.v4.new_output("stream", name="stdout", text="done")
    code_cells(book)[3].outputs.append(stream)


def _leak(book):
    code_cells(book)[2].outputs[0].data["text/plain"] += "<Axes at 0x7f3a2b4c5d60>"


def _age(book):
    cell = book.cells[0]
    cell.source = cell.source.replace("500万", "600万")


def _backdate(book):
    cell = book.cells[0]
    cell.source = cell.source.replace("2020", "2019")


def _invent(book):
    book.cells[-1].source += "\n\n8888人受益。"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_clear, "expected execution count 1, got None"),
        (_clear, "outputs=0"),
        (_uncount, "expected execution count 4, got None"),
        (_delete, "got Shape(code=15"),
        (_swap, "expected execution count 3, got 4"),
        (_ignore, "nbval-ignore-output"),
        (_skip, "a comment tells nbval not to look"),
        (_raise, "raises-exception"),
        (_blind, "a chart without its marks as text"),
        (_lose_picture, "charts=3"),
        (_print, "expected results only, got stream"),
        (_leak, "an object's address: 0x7f3a2b4c5d60"),
        (_age, "got 400万 2020 600万"),
        (_backdate, "got 400万 2019 500万"),
        (_invent, "found '8888'"),
    ],
)
def test_what_nbval_would_let_pass_is_found(change, expected):
    book = notebook("01_funding")
    change(book)
    got = faults("01_funding", book)
    assert any(expected in each for each in got), f"expected {expected!r} among {got}"


@pytest.mark.parametrize("readme", READMES)
def test_a_number_in_a_readme_is_a_fact_or_an_output(readme):
    cells = [cell for name in SHAPES for cell in notebook(name).cells if cell.cell_type == "code"]
    text = {"cell_type": "markdown", "id": readme, "metadata": {}}
    text["source"] = (ROOT / readme).read_text("utf-8")
    found = [
        fault.found.strip("'") for fault in prose.faults({"cells": [text, *cells]}, "", known())
    ]
    got = [each for each in found if each not in NOT_FIGURES]
    assert not got, f"{readme}: expected facts and outputs only, got {got}"


# -------------------------------------------------------------------- form


OPENING = ["# .*？", r"# .*\?", r"\*\*答：\*\* .*。", r"\*\*Answer\.\*\* .*\."]


@pytest.mark.parametrize("name", SHAPES)
def test_a_notebook_opens_with_a_question_and_its_answer_in_both_languages(name):
    lines = [line for line in notebook(name).cells[0].source.splitlines() if line]
    for line, shape in zip(lines[: len(OPENING)], OPENING, strict=True):
        assert re.fullmatch(shape, line), f"expected {shape}, got {line}"


@pytest.mark.parametrize("name", SHAPES)
def test_a_cell_is_short_and_defines_nothing(name):
    for cell in code_cells(notebook(name)):
        lines = [line for line in cell.source.splitlines() if line]
        assert len(lines) <= 3, f"{cell.id}: expected three lines at most, got {len(lines)}"
        for node in ast.walk(ast.parse(cell.source)):
            assert not isinstance(node, ast.FunctionDef | ast.ClassDef), cell.id
            if isinstance(node, ast.Import | ast.ImportFrom):
                got = {alias.name for alias in node.names}
                assert got <= {"pandas", "wuxi_data"}, f"{cell.id}: imports {got}"


def test_every_link_between_notebooks_leads_somewhere():
    source = "\n".join(cell.source for name in SHAPES for cell in notebook(name).cells)
    links = set(re.findall(r"\]\((\w+\.ipynb)\)", source))
    missing = sorted(link for link in links if not (FOLDER / link).exists())
    assert links, "expected links"
    assert not missing, f"no such notebook: {missing}"

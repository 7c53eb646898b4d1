"""The suite's own guards, asked in a warm process: loader, audit, tests, nbval, reproduce.

Each takes a tree (a copy of the repository, the mutant in it) and the mutant, and returns what it
has to say against it, or "". Nothing is judged by rules of this file: it runs the package's own
checks, the tests' own functions, the notebooks' own cells, and compares as nbval and
``reproduce --check`` compare. What is skipped is only what cannot lower the verdict: cells and
figures that nothing of the mutant is likely to reach come last.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import io
import itertools
import json
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable
from contextlib import redirect_stderr, redirect_stdout, suppress
from functools import cache, lru_cache, wraps
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent
ARTICLE = Path(
    os.environ.get("WUXI_ARTICLE")
    or ROOT.parent / "shared" / "source" / "jilin-wuxi-2021.txt"
)  # fmt: skip
TESTS = {  # which tests are asked about which files, by the beginning of the path
    "wuxi_data/data/labels": ["test_labels"],
    "wuxi_data/data/exclusions": ["test_labels"],
    "wuxi_data/data/crosschecks": ["test_crosschecks"],
    "wuxi_data/data": ["test_article", "test_crosschecks", "test_labels"],
    "wuxi_data/fonts": ["test_setup"],
    "notebooks": ["test_notebooks"],
    "environment.yml": ["test_setup"],
    "requirements.lock": ["test_setup"],
    "pyproject.toml": ["test_setup"],
}
# Tests that start a process of their own: they are of no use to a mutant, and slow.
_PROCESSES = ("subprocess", "make(", "git(", "citation_faults(", "runs", "_built_to_the_same")


@cache
def article() -> str:
    """The article, which the repository may not carry; "" where there is none."""
    return ARTICLE.read_text("utf-8") if ARTICLE.is_file() else ""


# -------------------------------------------------------------------- a warm process


def warm(tree: Path) -> None:
    """Import and run everything once, for no mutant waits for that."""
    import wuxi_data

    assert Path(wuxi_data.__file__).is_relative_to(tree), wuxi_data.__file__
    _read_once()
    untouched = SimpleNamespace(files={}, hints=(), patch="")
    with suppress(Exception):  # where it is not green, the baseline says so
        for guard in (check, audit, unit_test, nbval):
            guard(tree, untouched)
        untouched_report()
        next(drawn(tree, untouched))


def _read_once() -> None:
    """A table of the same bytes is the same table: of nine, a mutant changes one."""
    from wuxi_data import reading

    real = reading.read

    @lru_cache(maxsize=99)
    def remembered(name: str, data, content: bytes | None):
        return real(name, data)

    def read(name: str, data=None):
        path = reading.folder(data) / f"{name}.csv"
        return remembered(name, data, path.read_bytes() if path.exists() else None)

    reading.read = read
    for module in list(sys.modules.values()):
        if module.__name__.startswith("wuxi_data") and getattr(module, "read", None) is real:
            module.read = read


def forget(paths: Iterable[str]) -> None:
    """What the package and the tests remember of files that have changed."""
    if any(path.startswith("wuxi_data/data") for path in paths):
        # The other tables are no labels: they, and the stored outputs, are remembered.
        kept = _NOT_OF_LABELS if all(path.endswith("labels.csv") for path in paths) else ()
        for cached in _remembered():
            if cached.__module__ not in kept or cached.__name__ == "_our_labels":
                cached.cache_clear()
    elif not any(path.startswith(("notebooks", "figures")) for path in paths):
        _tests.cache_clear()  # tests/test_setup.py reads files as it is imported


_NOT_OF_LABELS = ("test_labels", "wuxi_data.tables")
_NOT_OF_TABLES = ("wuxi_data.style", "wuxi_data.schema", "wuxi_data.report")


@cache
def _remembered() -> list:
    modules = [
        module
        for name, module in sys.modules.items()
        if name.startswith(("wuxi_data", "test_")) and name not in _NOT_OF_TABLES
    ]
    found = {id(each): each for module in modules for each in vars(module).values()}
    return [each for each in found.values() if hasattr(each, "cache_clear")]


# -------------------------------------------------------------------- loader and audit


def loader(tree: Path, mutant) -> str:
    """The loader of the changed table."""
    from wuxi_data import TableError
    from wuxi_data.tables import load

    try:
        for path in mutant.files:
            load(Path(path).stem, tree / Path(path).parent)
    except TableError as error:
        return str(error.faults[0])
    return ""


def check(tree: Path, mutant) -> str:
    """``wuxi-data check``: all tables."""
    import wuxi_data

    return next(map(str, wuxi_data.check()), "")


def audit(tree: Path, mutant) -> str:
    """``wuxi-data audit``, where the article is at hand."""
    import wuxi_data

    report = wuxi_data.audit(article()) if article() else None
    return "" if report is None or report.ok else str(report).splitlines()[0]


# -------------------------------------------------------------------- unit tests


def unit_test(tree: Path, mutant) -> str:
    """The tests that concern these files, in this process."""
    for name in _concerned(mutant):
        fault = _failing(tree, name, mutant)
        if fault:
            return fault
    return ""


def asked() -> list[str]:
    """All tests that some mutant is shown to."""
    return list(dict.fromkeys(itertools.chain(*TESTS.values())))


def _concerned(mutant) -> list[str]:
    if not mutant.files:
        return asked()
    path = next(iter(mutant.files))
    return next((tests for start, tests in TESTS.items() if path.startswith(start)), [])


def _failing(tree: Path, name: str, mutant) -> str:
    hints = [Path(each).stem for each in mutant.files]
    for label, test in _tests(tree / "tests" / f"{name}.py"):
        if name == "test_notebooks" and hints and not any(hint in label for hint in hints):
            continue
        try:
            test()
        except BaseException as error:
            if type(error).__name__ == "Skipped":
                continue
            return f"{name}::{label}: {type(error).__name__} {error}"[:300]
    return ""


def _imported(path: Path):
    sys.path.insert(0, str(path.parent))  # for what tests share
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


@cache
def _tests(path: Path) -> list[tuple[str, Callable]]:
    """(name, call) of every test whose arguments are parameters or the article."""
    return list(_callable_tests(_imported(path)))


def _callable_tests(module):
    given = {"article": article} if article() else {}
    for name, function in list(vars(module).items()):
        if not name.startswith("test_") or not inspect.isfunction(function):
            continue
        if any(word in inspect.getsource(function) for word in _PROCESSES):
            continue
        for label, known in _parameters(function):
            wanted = set(inspect.signature(function).parameters) - set(known)
            if wanted <= set(given):
                yield (
                    f"{name}[{label}]",
                    lambda f=function, k=known, w=wanted: f(
                        **k, **{each: given[each]() for each in w}
                    ),
                )


def _parameters(function):
    """What ``pytest.mark.parametrize`` gives a test: (name, arguments)."""
    marks = [mark for mark in getattr(function, "pytestmark", []) if mark.name == "parametrize"]
    axes = []
    for mark in marks:
        names, values = mark.args[:2]
        names = [each.strip() for each in names.split(",")] if isinstance(names, str) else names
        several = len(names) > 1
        axes.append(
            [dict(zip(names, v if several else [v], strict=True)) for v in map(_plain, values)]
        )
    for chosen in itertools.product(*axes):
        known = {key: value for each in chosen for key, value in each.items()}
        yield "-".join(map(str, known.values())), known


def _plain(value):
    if hasattr(value, "values") and hasattr(value, "marks"):  # pytest.param
        return value.values[0] if len(value.values) == 1 else value.values
    return value


# -------------------------------------------------------------------- nbval


def printed(tree: Path, mutant) -> str:
    """The cells that show what the mutant touches and draw nothing: a hundredth of a second."""
    return _first_fault(_compared(tree, mutant, _in_words))


def nbval(tree: Path, mutant) -> str:
    """The cells of the notebooks, compared with their stored outputs as nbval compares."""
    from wuxi_data import style

    with mock.patch.object(style, "render", return_value=b""):  # nbval skips image/png
        return _first_fault(_compared(tree, mutant))


def recorded(tree: Path, mutant) -> str:
    """The notebooks run again and compared to the last pixel, as ``reproduce --check`` does."""
    return _first_fault(_compared(tree, mutant, pictures=True))


def _first_fault(compared: Iterable[tuple[str, str]]) -> str:
    return next((f"{cell}: {fault}" for cell, fault in compared if fault), "")


def _compared(tree: Path, mutant, wanted=lambda *_: True, pictures=False):
    """(cell, "" or how it differs), those cells first that show what the mutant touches."""
    books = {path: path.read_bytes() for path in sorted((tree / "notebooks").glob("*.ipynb"))}
    changed = [tree / path for path in mutant.files if path.startswith("notebooks/")]
    cells = [
        (path, *each) for path in changed or books if path in books for each in _code(books[path])
    ]
    sessions = {}
    for path, cell, shown in sorted(cells, key=lambda each: _order(each[1], each[2], mutant)):
        if not (pictures or _is_compared(cell)) or not wanted(cell, shown, mutant):
            continue
        if path not in sessions:
            sessions[path] = Session([each for each, _ in _code(books[path])])
        try:
            fault = _difference(cell["outputs"], sessions[path].outputs(cell), pictures)
        except Exception:
            fault = traceback.format_exc().strip().splitlines()[-1]
        yield f"{path.name}:{cell.get('id')}", fault


def _is_compared(cell: dict) -> bool:
    """nbval passes over a cell that was never run, or that says so."""
    ignored = "nbval-ignore-output" in cell["metadata"].get("tags", ())
    return cell["execution_count"] is not None and not ignored


def _in_words(cell: dict, shown: str, mutant) -> bool:
    return bool(_found(shown, mutant)) and not _draws(cell)


def _draws(cell: dict) -> bool:
    return any("image/png" in output.get("data", {}) for output in cell["outputs"])


def _found(shown: str, mutant) -> int:
    return sum(_shown(part) in shown for hint in mutant.hints for part in _literals(hint))


def _order(cell: dict, shown: str, mutant) -> tuple:
    found = _found(shown, mutant)
    lang = mutant.patch and (mutant.hints[-1] == "en") == ('"en"' in "".join(cell["source"]))
    return not found, _draws(cell) and not mutant.patch, -found - bool(lang)


@cache
def _code(book: bytes) -> list[tuple[dict, str]]:
    """The code cells of a notebook, each with what it shows or says."""
    return [
        (
            cell,
            _shown(json.dumps([cell["id"], cell["source"], cell["outputs"]], ensure_ascii=False)),
        )
        for cell in json.loads(book)["cells"]
        if cell["cell_type"] == "code"
    ]


def _literals(hint: str) -> list[str]:
    """The parts of a label that stand in print whatever fills its braces."""
    parts = [part for piece in hint.split("|") for part in re.split(r"{\w+}", piece)]
    return [part for part in parts if len(_shown(part)) > 1]


def _shown(text: str) -> str:
    """Without what wraps a line."""
    return "".join(text.replace("\\n", "").split())


class Session:
    """One notebook's names, filled by those of its cells that another cell rests on."""

    def __init__(self, cells: list[dict]):
        import pandas as pd
        from IPython.core.formatters import DisplayFormatter

        pd.set_option("display.max_columns", 20)  # what pandas finds right in a kernel
        self.format, self.names, self.done = DisplayFormatter().format, {}, {}
        self.sources = ["".join(cell["source"]) for cell in cells]

    def outputs(self, cell: dict) -> list[dict]:
        """What a cell shows, after the cells before it that define what it uses."""
        source = "".join(cell["source"])
        self._define(_names(source)[1], before=self.sources.index(source))
        if source not in self.done:
            self.done[source] = self.run(source)
        return self.done[source]

    def _define(self, wanted: set[str], before: int) -> None:
        for at in reversed(range(before)):
            source = self.sources[at]
            stored, loaded = _names(source)
            if "import" in source or stored & wanted:
                self._define(loaded, at)
                if source not in self.done:
                    self.done[source] = self.run(source)

    def run(self, source: str) -> list[dict]:
        """The outputs of a cell; an exception is the caller's."""
        tree = ast.parse(source)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        told = {"stdout": io.StringIO(), "stderr": io.StringIO()}
        with redirect_stdout(told["stdout"]), redirect_stderr(told["stderr"]):
            exec(compile(tree, "<cell>", "exec"), self.names)
            value = last and eval(compile(ast.Expression(last.value), "<cell>", "eval"), self.names)
            data = self.format(value)[0] if value is not None else None
        streams = [(name, text.getvalue()) for name, text in told.items()]
        outputs = [
            {"output_type": "stream", "name": name, "text": text} for name, text in streams if text
        ]
        return outputs + ([{"output_type": "execute_result", "data": data}] if data else [])


@cache
def _names(source: str) -> tuple[set[str], set[str]]:
    """The names that a cell stores, and those that it loads."""
    names = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)]
    stored, loaded = (
        {node.id for node in names if isinstance(node.ctx, kind)} for kind in (ast.Store, ast.Load)
    )
    return stored, loaded


def _difference(stored: list[dict], computed: list[dict], pictures: bool) -> str:
    """What nbval's own comparison says of two lists of outputs."""
    from nbval.plugin import IPyNbCell, nocolors

    skipped = ("metadata", "traceback", "prompt_number", "output_type", "name", "execution_count")
    asked = SimpleNamespace(
        parent=SimpleNamespace(skip_compare=skipped if pictures else (*skipped, "image/png")),
        colors=nocolors,
        sanitize=lambda text: text.rstrip("\n") if isinstance(text, str) else text,
        format_output_compare=lambda *outputs: said.append(": ".join(outputs)[:300]),
    )
    said: list[str] = []
    if IPyNbCell.compare_outputs(asked, *map(_node, (computed, stored))):
        return ""
    return " ".join(said or asked.comparison_traceback)


def _node(outputs: list[dict]) -> list:
    """As nbformat reads them: lines in one text."""
    import nbformat

    joined = [
        {**each, "data": {kind: "".join(text) for kind, text in each["data"].items()}}
        if "data" in each
        else {**each, "text": "".join(each.get("text", ""))}
        for each in outputs
    ]
    return nbformat.from_dict(joined)


# -------------------------------------------------------------------- reproduce --check


def report(tree: Path, mutant) -> str:
    """The page without its pictures, against the same of the untouched tree."""
    return "" if partial_report() == untouched_report() else "figures/report.html differs"


def partial_report() -> bytes:
    """What the page says beside its charts and fonts, which take long to make."""
    from wuxi_data import report as page

    left_out = {"_charts": lambda *_: ([], []), "_fonts": lambda *_: ""}
    with mock.patch.multiple(page, **left_out):
        return page.build()


@cache
def untouched_report() -> bytes:
    return partial_report()


def stored(tree: Path, mutant) -> str:
    """A stored figure against what is computed: the original's bytes, as the baseline shows."""
    for path in mutant.files:
        if not (tree / path).exists() or (tree / path).read_bytes() != (ROOT / path).read_bytes():
            return f"{path} differs"
    return ""


def figures(tree: Path, mutant) -> str:
    """Every figure, the page and the notebooks made again, against what is stored."""
    if any(path.startswith("notebooks/") for path in mutant.files):
        return recorded(tree, mutant)
    for path, content in drawn(tree, mutant):
        kept = tree / "figures" / path
        if not kept.exists() or kept.read_bytes() != content:
            return f"figures/{path} differs"
    return ""


def drawn(tree: Path, mutant):
    """(name, bytes) of every figure and the page, the likely ones first."""
    from wuxi_data import charts, reproduce
    from wuxi_data import report as page

    tables = {Path(path).stem for path in mutant.files}

    def unlikely(name: str) -> tuple:
        path = tree / "figures" / f"{name}.csv"
        stored = _shown(path.read_text("utf-8")) if path.exists() else ""
        parts = [_shown(part) for hint in mutant.hints for part in _literals(hint)]
        return (
            name not in mutant.hints,
            -sum(part in stored for part in parts),
            tables.isdisjoint(charts.CHARTS[name][1]),
        )

    for name in sorted(charts.CHARTS, key=unlikely):
        for made in reproduce._figure(name, None, tree / "figures"):
            if not hasattr(made, "content"):
                yield name, str(made).encode()
                return
            yield made.path.name, made.content
    yield "report.html", page.build()


def baseline(tree: Path, name: str) -> list[str]:
    """What a guard has against the untouched repository."""
    untouched = SimpleNamespace(files={}, hints=(), patch="")
    try:
        said = GUARDS[name](tree, untouched) or (name == "nbval" and recorded(tree, untouched))
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
    return [f"{name}: {said}"] if said else []


# -------------------------------------------------------------------- a chart drawn wrong


def drawn_once(chart: str, lang: str) -> None:
    """Draw a chart of ours now, and hand it out from here on: each fork spoils its own copy."""
    from wuxi_data import charts

    function, tables = charts.CHARTS[chart]
    ax = charts.draw(chart, lang=lang)

    @wraps(function)
    def drawn_before(*tables, **given):
        ours = tables[0].attrs["data"] is None
        return ax if ours and given == {"lang": lang} else function(*tables, **given)

    charts.CHARTS[chart] = drawn_before, tables
    for module in ("wuxi_data", "wuxi_data.charts"):
        setattr(sys.modules[module], function.__name__, drawn_before)


def draw_wrong(mutant) -> None:
    from wuxi_data import charts

    if "_mutated" not in vars(charts):
        exec(mutant.patch, vars(charts))


# -------------------------------------------------------------------- the charts alone


def alone(chart: str) -> list[tuple[str, str, str]]:
    """(fact, column, "" or how the text of the chart changed) for each plotted cell changed."""
    import pandas as pd

    from wuxi_data import charts, style
    from wuxi_data.tables import load

    style.render = lambda *_: b""
    function, names = charts.CHARTS[chart]
    frames = [load(name) for name in names]

    def text(tables) -> str:
        try:
            return charts.show(function(*tables, lang="zh")).text
        except ValueError as error:
            return f"refused: {error}"

    pristine = text(frames)
    ax = function(*frames, lang="zh")
    drawn_ids = {
        word for each in charts.marks(ax)["fact_id"] for word in each.replace("@", "_").split("_")
    }
    style.close(ax)
    found = []
    for at, frame in enumerate(frames):
        for row in frame.index[frame["fact_id"].isin(drawn_ids)]:
            for column in ("value", "qualifier", "unit", "start", "end", "status"):
                if column not in frame or pd.isna(frame.at[row, column]):
                    continue
                for new in _wrong(frame, row, column):
                    changed = frame.copy()
                    if isinstance(frame[column].dtype, pd.CategoricalDtype):
                        changed[column] = changed[column].cat.add_categories(
                            [new] if new not in changed[column].cat.categories else []
                        )
                    changed.loc[row, column] = new
                    after = text([*frames[:at], changed, *frames[at + 1 :]])
                    what = f"{frame.at[row, 'fact_id']} {column}: {frame.at[row, column]} → {new}"
                    found.append((what, column, "" if after == pristine else "changed"))
    return found


def _wrong(frame, row, column) -> list:
    value = frame.at[row, column]
    if column == "value":
        return [value + 10 ** (len(f"{value:.0f}") // 2), value * 10]
    if column in ("start", "end"):
        return [value - 1]
    if column == "unit":
        return ["day" if value != "day" else "person"]
    if column == "status":
        return [each for each in ("completed", "planned") if each != value]
    return [each for each in ("exact", "about", "over", "under") if each != value]


# -------------------------------------------------------------------- what is drawn


def survey() -> dict:
    """What each chart draws in each language, for whoever wants to draw it wrong."""
    from matplotlib.colors import to_rgba

    from wuxi_data import charts, style

    found = {}
    for name, lang in itertools.product(charts.CHARTS, ("zh", "en")):
        ax = charts.draw(name, lang=lang)
        found[f"{name}.{lang}"] = {
            "title": ax.get_title(loc="left"),
            "bars": [
                {
                    "label": bar.get_label(),
                    "size": [bar.get_width(), bar.get_height()],
                    "hatch": bar.get_hatch(),
                    "dashed": bar.get_linestyle() not in ("-", "solid"),
                    "filled": bool(to_rgba(bar.get_facecolor())[3]),
                }
                for bar in ax.patches
            ],
            "texts": [
                {"gid": text.get_gid() or "", "text": text.get_text()} for text in ax.texts
            ],
            "xaxis": [text.get_text() for text in ax.get_xticklabels()],
            "yaxis": [text.get_text() for text in ax.get_yticklabels()],
        }  # fmt: skip
        style.close(ax)
    return found


GUARDS = {
    "loader": loader,
    "audit": audit,
    "printed": printed,
    "check": check,
    "unit test": unit_test,
    "nbval": nbval,
    "report": report,
    "stored": stored,
    "figures": figures,
}
# What draws nothing needs no fork.
AT_ONCE = ("loader", "printed", "check", "audit", "unit test", "report", "stored")
CREDIT = {
    "printed": "nbval",
    "check": "loader",
    "report": "reproduce --check",
    "stored": "reproduce --check",
    "figures": "reproduce --check",
}

"""Change one stored thing at a time: one of the package's own checks must turn red each time.

``python -m tools.mutate`` goes through every cell of every table, every mark of every stored
figure, every output and every number in the prose of every notebook. What a check tells apart
(two cells of a notebook, two files) it judges in one run; a change that is not named is judged
again, alone. Exits 1 with the list of survivors.

Two things are done once and not for each change, for they cannot differ: starting an interpreter
(nbval's kernel lives in this process), and, where neither code nor table changed, running cells.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import gc
import io
import json
import multiprocessing
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar, NamedTuple
from unittest.mock import patch

ROOT = Path(__file__).resolve().parent.parent
ARTICLE = Path(os.environ.get("WUXI_ARTICLE") or ROOT.parent / "shared/source/jilin-wuxi-2021.txt")
TREE = ("wuxi_data", "notebooks", "figures", "tests", "pyproject.toml")
DATA, GORGES = "wuxi_data/data", "wuxi_data/three_gorges"  # the example is fiction
LONGEST = 240  # seconds for one run of a check; the first `reproduce` runs and draws everything
DIGITS, CHINESE = "0123456789", "一二三四五六七八九"
QUALIFIER = "大约|约|余|多|以上|不到|不足|几|近|about |over |at least |under "
FIGURE = {"value", "unit", "qualifier", "as_written"}
SENTENCES = {"note", "note_zh", "zh", "en", "title", "authors", "publisher", "url", "fact_id",
             "check_id", "code", "sha256", "left", "right"}  # fmt: skip


class Mutant(NamedTuple):
    """A new value under `keys`; `place` is what checks call it. All of a `turn` share a run."""

    kind: str
    name: str
    path: str
    place: tuple
    turn: object
    keys: tuple
    new: object


def altered(text: str, others: Iterable[str] = (), seed: object = "") -> str:
    """One digit changed; where there is none, another of the column's words, or one letter."""
    rng = random.Random(f"{seed} {text}")
    for digits in (DIGITS, CHINESE):
        if found := [at for at, char in enumerate(text) if char in digits]:
            at = rng.choice(found)
            new = rng.choice([each for each in digits if each != text[at]])
            return text[:at] + new + text[at + 1 :]
    if rest := sorted(set(others) - {text, ""}):
        return rng.choice(rest)
    at = rng.choice([at for at, char in enumerate(text) if not char.isspace()] or [0])
    return text[:at] + ("x" if text[at : at + 1] != "x" else "y") + text[at + 1 :]


def versions(text: str) -> Iterator[str]:
    """A text with one of its numbers altered, or one of the qualifiers at a number dropped."""
    spots = [found.span() for found in re.finditer(r"\d[\d.,]*", text)]
    for start, end in spots or [(0, len(text))]:
        yield text[:start] + altered(text[start:end], seed=start) + text[end:]
    number = f"[\\d十百千万亿{CHINESE}]"
    for found in re.finditer(f"(?<={number})(?:{QUALIFIER})|(?:{QUALIFIER})(?={number})", text):
        yield text[: found.start()] + text[found.end() :]


# -------------------------------------------------------------------- what is changed


def load(path: Path):
    """A file as something that can be changed in place."""
    if path.suffix == ".csv":
        return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    return json.loads(path.read_bytes()) if path.suffix == ".ipynb" else [path.read_bytes()]


def dump(path: Path, content) -> bytes:
    if path.suffix == ".csv":
        csv.writer(plain := io.StringIO(), lineterminator="\n").writerows(content)
        return plain.getvalue().encode("utf-8-sig")
    return json.dumps(content).encode() if path.suffix == ".ipynb" else content[0]


def put(content, keys: tuple, new) -> None:
    for key in keys[:-1]:
        content = content[key]
    content[keys[-1]] = new


def cells(path: Path, kind: str) -> Iterator[Mutant]:
    """Each cell of a CSV; of a printed token, its qualifier too."""
    name, (header, *rows) = path.relative_to(ROOT).as_posix(), load(path)
    for column, words in zip(header, zip(*rows, strict=True), strict=True):
        for line, text in enumerate(words, 1):
            others = () if column in SENTENCES or kind == "figure" else words
            new = [altered(text, others, line)] if text else []
            if text and column in ("as_written", "token"):
                new = list(dict.fromkeys([*new, *list(versions(text))[1:]]))
            for turn, each in enumerate(new):
                said = f"{name}:{line + 1} {column}: {text[:30]!r} → {each[:30]!r}"
                at = line, header.index(column)
                yield Mutant(kind, said, name, (line + 1, column), (name, column, turn), at, each)


def tables() -> Iterator[Mutant]:
    for folder in (DATA, GORGES):
        for path in sorted((ROOT / folder).glob("*.csv")):
            yield from cells(path, "table")


def figures() -> Iterator[Mutant]:
    """Each cell of a figure's CSV, each drawn group of an SVG, pixels, numbers of the page."""
    for path in sorted((ROOT / "figures").iterdir()):
        if path.suffix == ".csv":
            for turn, each in enumerate(cells(path, "figure")):
                yield each._replace(turn=turn)
            continue
        content, name = path.read_bytes(), f"figures/{path.name}"
        spots = [at * len(content) // 9 for at in range(1, 9)]
        if path.suffix == ".svg":
            group = rb'<g id="[^"]+">(?:\s|<a [^>]*>)*<(?:path|use)[^>]*? (?:d|x)="M? ?-?\d*(\d)'
            spots = [found.start(1) for found in re.finditer(group, content)]
        elif path.suffix == ".html":
            text = rb">[^<>\d]*(\d)[^<>]*<"
            spots = [found.start(1) for found in re.finditer(text, content)][::20]
        for turn, at in enumerate(spots):
            new = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
            yield Mutant("figure", f"{name} at {at}", name, (name,), turn, (0,), new)


def notebooks() -> Iterator[Mutant]:
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        ran, name = 0, f"notebooks/{path.name}"
        book = load(path)
        for at, cell in enumerate(book["cells"]):
            code = cell["cell_type"] == "code"
            where = f"{name} cell {at + 1}"
            found = outputs(cell) if code else prose(cell, book)
            place = (path.name, ran if code else at + 1)
            for turn, (kind, said, keys, new) in enumerate(found):
                turn_ = (name, turn) if kind == "picture" else turn
                yield Mutant(
                    kind, f"{where}: {said}", name, place, turn_, ("cells", at, *keys), new
                )
            ran += code


def outputs(cell: dict) -> Iterator[tuple]:
    """Each output lost, each number in it altered."""
    for at, output in enumerate(cell["outputs"]):
        yield "output", "lost", ("outputs",), cell["outputs"][:at] + cell["outputs"][at + 1 :]
        shown = [("data", mime) for mime in output.get("data", ())] or [("text",)]
        for keys in shown:
            value, at_ = output, ("outputs", at, *keys)
            for key in keys:
                value = value[key]
            if keys[-1].startswith("image/"):
                yield "picture", keys[-1], at_, value[:-40] + altered(value[-40:])
            elif keys[-1].endswith("json"):
                for leaf, old in leaves(value):
                    yield "output", f"{leaf} {str(old)[:30]}", (*at_, *leaf), other(old)
            else:
                for new in versions("".join(value)):
                    yield "output", keys[-1], at_, new


def leaves(value, place=()) -> Iterator[tuple]:
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from leaves(value[key], (*place, key))
    else:
        yield place, value


def other(value):
    if value is None or isinstance(value, bool):
        return not value
    return altered(value) if isinstance(value, str) else value + 1


def prose(cell: dict, book: dict) -> Iterator[tuple]:
    """Each number in the text altered, to one that stands in no table and no output."""
    from wuxi_data.prose import NOT_PROSE

    source = "".join(cell["source"])
    hidden = [found.span() for found in NOT_PROSE.finditer(source)]
    for found in re.finditer(rf"\d[\d,.]*|[{CHINESE}]+(?=[十百千万亿])", source):
        tries = (altered(found[0], seed=seed) for seed in range(60))
        free = (new for new in tries if new[0] != "0" and new.strip(",.") not in everything(book))
        new = next(free, None)
        on_page = "finding" in cell["metadata"].get("tags", ())
        kind = "prose" if new or on_page else "number, each neighbour of which is printed as well"
        new = new or altered(found[0])
        if any(start <= found.start() < end for start, end in hidden):
            kind = "number of an item, an exercise or a file, or in code"
        text = source[: found.start()] + new + source[found.end() :]
        yield kind, f"{found[0]} → {new}", ("source",), text


def everything(book: dict) -> set[str]:
    """Every number in the tables and in the outputs of a notebook."""
    key = id(book)
    if key not in _EVERYTHING:
        said = [path.read_text("utf-8-sig") for path in (ROOT / DATA).glob("*.csv")]
        said += [json.dumps(cell.get("outputs", "")) for cell in book["cells"]]
        _EVERYTHING[key] = {
            each.strip(",.") for text in said for each in re.findall(r"\d[\d,.]*", text)
        }
    return _EVERYTHING[key]


_EVERYTHING: dict[int, set[str]] = {}


# -------------------------------------------------------------------- who judges

# In this order, the cheap ones first; each answers (what it names, whether anything is red).
CHECKS = {
    "table": ("check", "audit", "page", "tests", "nbval"),
    "figure": ("reproduce --check",),
    "picture": ("reproduce --check",),
    "output": ("nbval",),
    "prose": ("prose", "page"),
}


class OutOfTime(BaseException):
    """Not an Exception, lest somebody catch it."""


class Bench:
    """A copy of the repository in which changes are put and judged."""

    def __init__(self, folder: str):
        self.tree = Path(tempfile.mkdtemp(dir=folder))
        for name in TREE:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
            copy(ROOT / name, self.tree / name)
        os.chdir(self.tree)
        sys.path[:0] = [str(self.tree), str(self.tree / "tests")]
        os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
        signal.signal(signal.SIGALRM, self._out_of_time)
        os.environ |= {"PYTHONPATH": str(self.tree), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        for name in [name for name in sys.modules if name.startswith("wuxi_data")]:
            del sys.modules[name]  # that of the repository: ours is the copy
        import pandas as pd
        import steady_nbval  # replaces the kernel, which is why it comes first
        from nbval import plugin

        import wuxi_data as wd
        from wuxi_data import charts, notebooks, prose, report, reproduce

        del steady_nbval
        plugin.RunningKernel = Kernel
        self.wd = SimpleNamespace(
            **vars(wd)
            | dict(
                charts=charts, notebooks=notebooks, prose=prose, report=report, reproduce=reproduce
            )
        )
        assert Path(wd.__file__).is_relative_to(self.tree), wd.__file__
        pd.options.display.max_columns = 20  # as in a kernel: pandas took this for a terminal
        charts.Chart.render = lambda *given, **options: b""  # nbval compares no pictures
        self.subset, report._subset = report._subset, lambda *given: b""
        self.kept: dict = {}
        self.audited = self._audit()
        self.page = self._page()
        gc.freeze()  # so that pytest, which collects garbage after each run, has little to look at
        red = [name for name in ("check", "prose", "tests", "nbval") if self._ask(name, [])[1]]
        assert not red, f"red where nothing was changed: {', '.join(red)}"

    @staticmethod
    def _out_of_time(*_):
        raise OutOfTime

    def judge(self, mutants: list[Mutant]) -> list[str]:
        """Who kills each; nobody, or out of time, is said in words."""
        killers = ["nobody"] * len(mutants)
        for name in CHECKS[mutants[0].kind]:
            left = [at for at, killer in enumerate(killers) if killer == "nobody"]
            try:
                for at in self._killed(name, left, mutants) if left else ():
                    killers[at] = name
            except OutOfTime:
                for at in left:
                    killers[at] = f"out of time ({name}, {LONGEST} s)"
        return killers

    def _killed(self, name: str, batch: list[int], mutants: list[Mutant]) -> set[int]:
        named, red = self._ask(name, [mutants[at] for at in batch])
        if not red:
            return set()
        if len(batch) == 1:
            return set(batch)
        dead = {at for at in batch if {mutants[at].place, mutants[at].path} & named}
        rest = [at for at in batch if at not in dead]
        if dead:
            return dead | (self._killed(name, rest, mutants) if rest else set())
        size = (len(rest) + 1) // 2 if name == "nbval" else 1
        parts = [rest[at : at + size] for at in range(0, len(rest), size)]
        return set().union(*(self._killed(name, part, mutants) for part in parts))

    def _ask(self, name: str, batch: list[Mutant]) -> tuple[set, bool]:
        """Put the changes, ask one check, take them back."""
        stored: dict[Path, bytes] = {}
        content: dict[Path, object] = {}
        for mutant in batch:
            path = self.tree / mutant.path
            if path not in stored:
                stored[path], content[path] = path.read_bytes(), load(path)
            put(content[path], mutant.keys, mutant.new)
        try:
            for path in stored:
                path.write_bytes(dump(path, content[path]))
            self._forget(stored)
            signal.alarm(LONGEST)
            return getattr(self, f"_by_{name.partition(' ')[0]}")(batch)
        except self.wd.TableError:
            return set(), True
        finally:
            signal.alarm(0)
            for path, old in stored.items():
                path.write_bytes(old)
            self._forget(stored)

    def _forget(self, paths: Iterable[Path]) -> None:
        """units.csv is ours alone, so that the package reads it once a process."""
        if any(path.name == "units.csv" for path in paths):
            for name, module in list(sys.modules.items()):
                for each in vars(module).values() if name.startswith("wuxi_data") else ():
                    getattr(each, "cache_clear", lambda: None)()

    def _folder(self, batch: list[Mutant]) -> str:
        return str(Path(batch[0].path).parent) if batch else DATA

    def _data(self, folder: str) -> Path | None:
        return None if folder == DATA else self.tree / folder

    def _by_check(self, batch):
        faults = self.wd.check(self._data(self._folder(batch)))
        named = set()
        for fault in faults:  # a wrong token is told in the column of its value
            columns = FIGURE if fault.column in FIGURE else {fault.column}
            named |= {(fault.line, column) for column in columns}
        return named, bool(faults)

    def _audit(self) -> str:
        return str(self.wd.audit(ARTICLE.read_text("utf-8"))) if ARTICLE.is_file() else ""

    def _by_audit(self, batch):
        return set(), self._folder(batch) == DATA and self._audit() != self.audited

    def _by_prose(self, batch):
        faults = self.wd.prose.check_notebooks()
        named = {
            (Path(fault.file).name, int(re.search(r"\d+", fault.column)[0]))
            for fault in faults
            if fault.column
        }
        return named, bool(faults)

    def _by_tests(self, batch):
        """Our codes have words; of the other sources, there is a second person's reading."""
        folder = self._folder(batch)
        import test_tables
        import test_three_gorges

        names = "code_has_a_label_in_both_languages", "indicator_declares_units_that_are_ours"
        ours = [getattr(test_tables, f"test_every_{name}") for name in names]
        other = [test for name, test in vars(test_three_gorges).items() if name[:5] == "test_"]
        try:
            for test in other if folder == GORGES else ours:
                test()
        except (AssertionError, KeyError):
            return set(), True
        return set(), False

    def _page(self) -> bytes:
        books = [(self.wd.notebooks.read(path), path.name) for path in Path("notebooks").iterdir()]
        found = [
            each for book in sorted(books, key=str) for each in self.wd.notebooks.findings(*book)
        ]
        return self.wd.report.build(findings=found)

    def _by_page(self, batch):
        """The page, without its drawings and its font; a table that stops it is seen too."""
        if self._folder(batch) not in (DATA, "notebooks"):
            return set(), False
        try:
            return set(), self._page() != self.page
        except Exception:
            return set(), True

    def _by_nbval(self, batch):
        import pytest

        paths, live = sorted(Path("notebooks").glob("*.ipynb")), not batch
        if batch and batch[0].kind == "table":
            live, name = True, Path(self._folder(batch)).name
            about = [path for path in paths if name in path.read_text("utf-8")]
            paths = paths if name == "data" else about
        elif batch:
            paths = sorted({Path(mutant.path) for mutant in batch})
        Kernel.replays, seen = not live, Seen()
        options = ["--nbval", "-q", "-s", "-c", os.devnull, "--rootdir", ".", *["-x"] * live]
        plugins = ["-p", "no:cacheprovider", "-p", "steady_nbval", "-p", "no:unraisableexception"]
        with contextlib.redirect_stdout(io.StringIO()):
            code = pytest.main([*options, *plugins, *map(str, paths)], [seen]) if paths else 0
        if code not in (0, 1):
            raise RuntimeError(f"nbval gave up on {paths}: {code}")
        return seen.failed, bool(seen.failed)

    def _by_reproduce(self, batch):
        outcomes = self._reproduced(**self.kept) if self.kept else self._first_reproduced()
        red = {each.name for each in outcomes if each.state != "same"}
        return red, bool(red)

    def _reproduced(self, **parts) -> list:
        with contextlib.ExitStack() as stack:
            for place, part in parts.items():
                module, name = place.split(".")
                stack.enter_context(patch.object(getattr(self.wd, module), name, part))
            return self.wd.reproduce.reproduce(check=True)

    def _first_reproduced(self) -> list:
        """Every notebook is run and every chart drawn; after that, the answers are kept."""
        real, books, charts, page = self.wd, {}, {}, []
        record, draw, build = (
            real.notebooks.record,
            real.reproduce._start_to_draw,
            real.report.build,
        )

        async def run(path, say):
            books[path.name] = await record(path, say)
            return books[path.name]

        def start(made, pool):
            return charts.setdefault(str(made), draw(made, pool))

        def built(*given, **options):
            page.append(build(*given, **options))
            return page[0]

        async def ran(path, say):
            return books[path.name]

        subset = {"report._subset": self.subset}
        parts = ("notebooks.record", "reproduce._start_to_draw", "report.build")
        outcomes = self._reproduced(**dict(zip(parts, (run, start, built), strict=True)), **subset)
        again = (ran, lambda made, pool: charts[str(made)], lambda *given, **options: page[0])
        self.kept = dict(zip(parts, again, strict=True))
        return outcomes


class Seen:
    """Which cells failed, as (notebook, number of the code cell)."""

    def __init__(self):
        self.failed = set()

    def pytest_runtest_logreport(self, report):
        if report.failed:
            path, _, cell = report.nodeid.partition("::Cell ")
            self.failed.add((Path(path).name, int(cell)))


@cache
def in_process() -> tuple:
    from ipykernel.inprocess import InProcessKernelManager

    main, manager = sys.modules["__main__"], InProcessKernelManager()
    manager.start_kernel()
    sys.modules["__main__"] = main  # which IPython took for itself
    client = manager.client()
    client.start_channels()
    return manager, client


class Kernel:
    """What nbval takes for a kernel: the code runs in this process, or its answers are replayed."""

    replays = False
    answers: ClassVar[dict] = {}

    def __init__(self, name: str, cwd: str, startup_timeout: int):
        self.home, self.ran, self.alive = os.getcwd(), (cwd,), True
        os.chdir(cwd)
        if not self.replays:
            self.manager, self.client = in_process()
            self._run("%reset -f")

    def execute_cell_input(self, source: str, allow_stdin=None) -> str:
        self.ran = (*self.ran, source)
        if not self.replays:
            self.answers[self.ran] = self._run(source)
        message, told = self.answers[self.ran]
        self.told = iter(told)
        return message

    def _run(self, source: str) -> tuple[str, list]:
        with contextlib.redirect_stdout(self.manager.kernel.stdout):
            message = self.client.execute(source, store_history=False, allow_stdin=False)
        told = []
        while not told or told[-1]["content"].get("execution_state") != "idle":
            told.append(self.client.get_iopub_msg(timeout=5))
        return message, told

    def get_message(self, stream: str, timeout=None) -> dict:
        return next(self.told)

    def await_reply(self, message: str, timeout=None) -> None:
        pass  # it has run when it is asked

    await_idle = await_reply

    def is_alive(self) -> bool:
        return self.alive

    def stop(self) -> None:
        os.chdir(self.home)
        self.alive = False


# -------------------------------------------------------------------- the run


def beyond(mutant: Mutant) -> str:
    """Why no check can know, of what none has seen."""
    folder, file = os.path.split(mutant.path)
    if folder == GORGES and "three_gorges" not in shown():
        return "the second folder, which no notebook shows"
    if file in ("labels.csv", "units.csv") and mutant.kind == "table":
        return "a word that no figure needs"
    return ""


@cache
def shown() -> str:
    return "".join(path.read_text("utf-8") for path in (ROOT / "notebooks").glob("*.ipynb"))


_bench: Bench


def _set_up(folder: str) -> None:
    global _bench
    _bench = Bench(folder)


def _judge(mutants: list[Mutant]) -> list[str]:
    return _bench.judge(mutants)


def groups(mutants: list[Mutant]) -> list[list[Mutant]]:
    """Those that one run may hold together; the figures for one process, which draws once."""
    together = defaultdict(list)
    for mutant in mutants:
        together[mutant.kind, mutant.turn].append(mutant)
    return sorted(together.values(), key=len, reverse=True)


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def judged(mutants: list[Mutant], processes: int) -> list[tuple[Mutant, str]]:
    began, verdicts, told = time.monotonic(), [], 0
    fork = multiprocessing.get_context("fork")
    with (
        tempfile.TemporaryDirectory(prefix="wuxi-mutate-") as folder,
        ProcessPoolExecutor(processes, fork, _set_up, (folder,)) as pool,
    ):
        begun = {pool.submit(_judge, group): group for group in groups(mutants)}
        for done in as_completed(begun):
            group = begun[done]
            try:
                verdicts += zip(group, done.result(), strict=True)
            except Exception as error:  # a child that died, or a check that gave up: a line each
                said = f"nobody: {type(error).__name__}: {str(error)[:200]}"
                verdicts += [(mutant, said) for mutant in group]
            if len(verdicts) - told >= 500 or len(verdicts) == len(mutants):
                told = len(verdicts)
                tell(f"[{time.monotonic() - began:5.1f} s] {told} of {len(mutants)} judged")
    return verdicts


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sample", metavar="N", type=int, help="judge N of them, drawn by --seed")
    parser.add_argument("--seed", default="", help="such as the commit")
    parser.add_argument("--only", metavar="TEXT", default="", help="those whose name begins so")
    options = parser.parse_args(argv)
    began = time.monotonic()
    every = [*tables(), *figures(), *notebooks()]
    chosen = [each for each in every if f"{each.kind}: {each.name}".startswith(options.only)]
    asked = [each for each in chosen if each.kind in CHECKS]
    if options.sample:  # what needs nothing drawn: `reproduce --check` compares the rest itself
        asked = [each for each in asked if each.kind not in ("figure", "picture")]
        asked = random.Random(options.seed).sample(asked, min(options.sample, len(asked)))
    verdicts = judged(asked, os.cpu_count() or 1)
    verdicts = [(m, beyond(m) if k == "nobody" and beyond(m) else k) for m, k in verdicts]
    rows = defaultdict(Counter)
    for mutant, killer in verdicts:
        rows[mutant.kind][killer] += 1
    for kind, killers in rows.items():
        print(f"{kind}: {killers.total()}: " + ", ".join(f"{n} {k}" for k, n in killers.items()))
    print(f"left out: {Counter(each.kind for each in chosen if each.kind not in CHECKS)}")
    survivors = [(m, k) for m, k in verdicts if k.startswith(("nobody", "out of time"))]
    for mutant, killer in survivors[:100]:
        print(f"{killer}: {mutant.kind}: {mutant.name}")
    tell(f"{time.monotonic() - began:.0f} s")
    return bool(survivors)


if __name__ == "__main__":
    sys.exit(main())

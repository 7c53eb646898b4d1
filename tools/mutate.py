"""Change one stored thing at a time: one of the package's own checks must turn red each time.

``python -m tools.mutate`` goes through every cell of every table, every mark of every stored
figure, every output and every number in the prose of every notebook. What a check tells apart
(two cells of a notebook, two files) it judges in one run; a change that is not named is judged
again, alone. Exits 1 with the list of survivors.

The analysis is run once, in real kernels, and must give what is stored; from then on neither code
nor table of a notebook changes, so that its kernel would say the same, and its answers are said
again. A sample leaves that one run to `make test` and `reproduce --check`.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import gc
import importlib
import io
import itertools
import json
import multiprocessing
import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from pathlib import Path
from typing import ClassVar, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
ARTICLE = Path(os.environ.get("WUXI_ARTICLE") or ROOT.parent / "shared/source/jilin-wuxi-2021.txt")
TREE = ("wuxi_data", "notebooks", "figures", "tests", "pyproject.toml")
DATA, GORGES = "wuxi_data/data", "wuxi_data/three_gorges"  # the example is fiction
DIGITS, CHINESE = "0123456789", "一二三四五六七八九"
QUALIFIER = "大约|约|余|多|以上|不到|不足|几|近|about |over |at least |under "
TOGETHER = [{"value", "unit", "qualifier", "as_written", "indicator"}, {"start", "end"}]
SENTENCES = {"note", "note_zh", "zh", "en", "title", "authors", "publisher", "url", "fact_id",
             "check_id", "code", "sha256", "left", "right"}  # fmt: skip
MARKS = {
    ".csv": rb"([^,\n]+)",
    ".svg": rb'<g id="[^"]+">(?:\s|<a [^>]*>)*<(?:path|use)[^>]*? (?:d|x)="M? ?-?\d*(\d)',
    ".html": rb">[^<>\d]*(\d)[^<>]*<",
}


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
    """A file as something that can be changed in place: a table, a notebook, or bytes."""
    if path.parent.name == "figures":
        return [path.read_bytes()]
    if path.suffix == ".ipynb":
        return json.loads(path.read_bytes())
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def dump(path: Path, content) -> bytes:
    if path.parent.name == "figures":
        return content[0]
    if path.suffix == ".ipynb":
        return json.dumps(content).encode()
    csv.writer(text := io.StringIO(), lineterminator="\n").writerows(content)
    return text.getvalue().encode("utf-8-sig")


def put(content, keys: tuple, new) -> None:
    for key in keys[:-1]:
        content = content[key]
    content[keys[-1]] = new


def tables() -> Iterator[Mutant]:
    """Each cell of a table; of a printed token, its qualifier too."""
    for path in (
        each for folder in (DATA, GORGES) for each in sorted((ROOT / folder).glob("*.csv"))
    ):
        name, (header, *rows) = path.relative_to(ROOT).as_posix(), load(path)
        for (at, column), line in itertools.product(enumerate(header), range(1, len(rows) + 1)):
            text = rows[line - 1][at]
            others = () if column in SENTENCES else [row[at] for row in rows]
            new = [altered(text, others, line)] if text else []
            if text and column in ("as_written", "token"):
                new = list(dict.fromkeys([*new, *list(versions(text))[1:]]))
            for n, each in enumerate(new):
                said = f"{name}:{line + 1} {column}: {text[:30]!r} → {each[:30]!r}"
                place, turn = (path.name, line + 1, column), (name, column, n)
                yield Mutant("table", said, name, place, turn, (line, at), each)


def figures() -> Iterator[Mutant]:
    """A byte of each cell of a figure's CSV, of each drawn group, of some pixels, of the page."""
    for path in sorted((ROOT / "figures").iterdir()):
        content, name = path.read_bytes(), f"figures/{path.name}"
        spots = [at * len(content) // 9 for at in range(1, 9)]
        if path.suffix in MARKS:
            spots = [found.start(1) for found in re.finditer(MARKS[path.suffix], content)]
        for turn, at in enumerate(spots[:: 20 if path.suffix == ".html" else 1]):
            new = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
            yield Mutant("figure", f"{name} at {at}", name, (name,), turn, (0,), new)


def notebooks() -> Iterator[Mutant]:
    ours = numbers(path.read_text("utf-8-sig") for path in (ROOT / DATA).glob("*.csv"))
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        ran, name = 0, f"notebooks/{path.name}"
        book = load(path)
        printed = ours | numbers(str(cell.get("outputs", "")) for cell in book["cells"])
        for at, cell in enumerate(book["cells"]):
            code = cell["cell_type"] == "code"
            where = f"{name} cell {at + 1}"
            found = outputs(cell) if code else prose(cell, printed)
            place = (path.name, ran if code else at + 1)
            for turn, (kind, said, keys, new) in enumerate(found):
                # of pictures, `reproduce` names the notebook only
                turn = (turn, at) if kind == "picture" else turn
                yield Mutant(kind, f"{where}: {said}", name, place, turn, ("cells", at, *keys), new)
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


def prose(cell: dict, printed: set[str]) -> Iterator[tuple]:
    """Each number in the text altered, to one that stands in no table and no output."""
    from wuxi_data.prose import NOT_PROSE

    source = "".join(cell["source"])
    hidden = [found.span() for found in NOT_PROSE.finditer(source)]
    for found in re.finditer(rf"\d[\d,.]*|[{CHINESE}]+(?=[十百千万亿])", source):
        tries = (altered(found[0], seed=seed) for seed in range(60))
        free = (new for new in tries if new[0] != "0" and new.strip(",.") not in printed)
        new = next(free, None)
        on_page = "finding" in cell["metadata"].get("tags", ())
        kind = "prose" if new or on_page else "number, each neighbour of which is printed as well"
        new = new or altered(found[0])
        if any(start <= found.start() < end for start, end in hidden):
            kind = "number of an item, an exercise or a file, or in code"
        text = source[: found.start()] + new + source[found.end() :]
        yield kind, f"{found[0]} → {new}", ("source",), text


def numbers(texts: Iterable[str]) -> set[str]:
    return {each.strip(",.") for text in texts for each in re.findall(r"\d[\d,.]*", text)}


# -------------------------------------------------------------------- who judges

# In this order; each answers (what it names, whether anything is red).
CHECKS = {
    "table": ("check", "audit", "tests", "page", "checksums"),
    "figure": ("reproduce",),
    "picture": ("reproduce",),
    "output": ("nbval",),
    "prose": ("prose", "page"),
}
# All that nbval needs: to load the others would take longer than to compare a notebook.
PLUGINS = ["-p", "nbval.plugin", "-p", "steady_nbval", "-p", "no:cacheprovider"]
TESTS = {
    DATA: (
        "test_labels.words_are_as_they_were_typed_once_more",
        "test_labels.a_kind_that_its_column_does_not_tell_is_the_right_one",
    ),
    GORGES: (
        "test_three_gorges.both_readings_have_the_same_values_and_qualifiers",
        "test_three_gorges.all_figures_but_one_were_typed_twice",
        "test_three_gorges.the_known_contradictions_are_shown_as_such",
        "test_three_gorges.a_code_of_both_folders_is_called_the_same",
    ),
}


class Bench:
    """A copy of the repository in which changes are put and judged."""

    def __init__(self, folder: str, made: dict[str, bytes]):
        self.tree, self.made = Path(tempfile.mkdtemp(dir=folder)), made
        for name in TREE:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
            copy(ROOT / name, self.tree / name)
        os.chdir(self.tree)
        sys.path[:0] = [str(self.tree), str(self.tree / "tests")]
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        for name in [name for name in sys.modules if name.startswith("wuxi_data")]:
            del sys.modules[name]  # that of the repository: ours is the copy
        import wuxi_data
        from wuxi_data import notebooks, prose, report, reproduce

        assert Path(wuxi_data.__file__).is_relative_to(self.tree), wuxi_data.__file__
        self.wd, self.notebooks, self.prose = wuxi_data, notebooks, prose
        self.report, self.reproduce = report, reproduce
        report._font = lambda text: ""  # its words decide, not their font
        self.before: dict[str, str] = {}
        gc.freeze()  # pytest collects garbage after each run: let there be little

    def judge(self, mutants: list[Mutant]) -> list[str]:
        """Who kills each, or nobody."""
        killers = ["nobody"] * len(mutants)
        for name in CHECKS[mutants[0].kind]:
            self._must_be_green(name, os.path.dirname(mutants[0].path))
            left = [at for at, killer in enumerate(killers) if killer == "nobody"]
            for at in self._killed(name, left, mutants) if left else ():
                killers[at] = name
        return killers

    @cache  # noqa: B019
    def _must_be_green(self, name: str, folder: str) -> None:
        _, red = self._run(name, [Mutant("", "", f"{folder}/any", (), 0, (), "")])
        assert not red, f"{name} is red where nothing was changed"

    def _killed(self, name: str, batch: list[int], mutants: list[Mutant]) -> set[int]:
        """What is named is dead; what is left is asked again, one by one if nothing is named."""
        named, red = self._ask(name, [mutants[at] for at in batch])
        if not red or len(batch) == 1:
            return set(batch) if red else set()
        dead = {at for at in batch if {mutants[at].place, mutants[at].path} & named}
        rest = [at for at in batch if at not in dead]
        parts = [rest] if dead and rest else [[at] for at in rest]
        return dead.union(*(self._killed(name, part, mutants) for part in parts))

    def _ask(self, name: str, batch: list[Mutant]) -> tuple[set, bool]:
        """Put the changes, ask one check, take them back."""
        stored = {path: path.read_bytes() for path in {self.tree / each.path for each in batch}}
        content = {path: load(path) for path in stored}
        for mutant in batch:
            put(content[self.tree / mutant.path], mutant.keys, mutant.new)
        try:
            for path in stored:
                path.write_bytes(dump(path, content[path]))
            self._forget(stored)
            return self._run(name, batch)
        finally:
            for path, old in stored.items():
                path.write_bytes(old)
            self._forget(stored)

    def _forget(self, paths: Iterable[Path]) -> None:
        """What tests, and of units.csv the package, read once a process."""
        units = any(path.name == "units.csv" for path in paths)
        for name, module in list(sys.modules.items()):
            if name.startswith("test_") or (units and name.startswith("wuxi_data")):
                for each in vars(module).values():
                    getattr(each, "cache_clear", lambda: None)()

    def _run(self, name: str, batch: list[Mutant]) -> tuple[set, bool]:
        try:
            return getattr(self, f"_by_{name}")(str(Path(batch[0].path).parent), batch)
        except (self.wd.TableError, AssertionError, KeyError, ValueError):
            return set(), True

    def _by_check(self, folder, batch):
        faults = self.wd.check(None if folder == DATA else self.tree / folder)
        named = set()
        for fault in faults:  # such as a wrong token, which is told in the column of its value
            columns = next((some for some in TOGETHER if fault.column in some), {fault.column})
            named |= {(fault.file, fault.line, column) for column in columns}
        return named, bool(faults)

    def _by_audit(self, folder, batch):
        if folder != DATA or not ARTICLE.is_file():
            return set(), False
        return self._differs("audit", str(self.wd.audit(ARTICLE.read_text("utf-8"))), batch)

    def _by_page(self, folder, batch):
        """The page, without its drawings and its font."""
        if folder == GORGES:
            return set(), False
        books, paths = self.notebooks, sorted(Path("notebooks").glob("*.ipynb"))
        said = [each for path in paths for each in books.findings(books.read(path), path.name)]
        return self._differs("page", self.report.build(findings=said).decode(), batch)

    def _differs(self, name: str, now: str, batch: list[Mutant]) -> tuple[set, bool]:
        """It names the changes whose new text, no number and unlike the others', is seen now."""
        before, news = self.before.setdefault(name, now), [str(each.new) for each in batch]
        named = {
            each.place
            for each, new in zip(batch, news, strict=True)
            if len(new) > 3 and not new.isdecimal() and sum(new in text for text in news) == 1
            if now.count(new) > before.count(new)
        }
        return named, now != before

    def _by_tests(self, folder, batch):
        for each in TESTS[folder]:
            module, test = each.split(".")
            getattr(importlib.import_module(module), f"test_{test}")()
        return set(), False

    def _by_checksums(self, folder, batch):
        """Any change to a file gives it another sum: whatever was changed is named."""
        if folder != GORGES:
            return set(), False
        try:
            importlib.import_module("test_three_gorges").test_what_was_read_once_is_as_it_was_read()
        except AssertionError:
            return {each.path for each in batch}, True
        return set(), False

    def _by_prose(self, folder, batch):
        faults = self.prose.check_notebooks()
        cell = {each: re.search(r"\d+", each.column) for each in faults if each.column}
        return {(Path(each.file).name, int(at[0])) for each, at in cell.items()}, bool(faults)

    def _by_nbval(self, folder, batch):
        import pytest

        seen, paths = Seen(), sorted({each.path for each in batch if each.kind}) or ["notebooks"]
        options = ["--nbval", "-q", "-s", "-c", os.devnull, "--rootdir", "."]
        with contextlib.redirect_stdout(io.StringIO()):
            code = pytest.main([*options, *PLUGINS, *paths], [seen])
        if code not in (0, 1):
            raise RuntimeError(f"nbval gave up on {paths}: {code}")
        return seen.failed, bool(seen.failed)

    def _by_reproduce(self, folder, batch):
        """What it says of each file that it made."""
        module, red = self.reproduce, set()
        for name in {each.path for each in batch if each.kind} or self.made:
            made = module.Artefact(self.tree / name, self.made[name])
            if module._settle(made, self.tree, check=True).state != "same":
                red.add(name)
        return red, bool(red)


class Seen:
    """Which cells failed, as (notebook, number of the code cell)."""

    def __init__(self):
        self.failed = set()

    def pytest_runtest_logreport(self, report):
        if report.failed:
            path, _, cell = report.nodeid.partition("::Cell ")
            self.failed.add((Path(path).name, int(cell)))


class Kernel:
    """What nbval takes for a kernel: it says again what the code before has shown."""

    answers: ClassVar[dict[tuple, list]] = {}

    @classmethod
    def learn(cls, notebooks: Iterable[bytes]) -> None:
        """Before any process is forked: what they import is then there."""
        from wuxi_data.notebooks import _without_addresses

        sys.path.insert(0, str(ROOT / "tests"))
        with _without_addresses():
            import nbformat
            import steady_nbval  # noqa: F401  # replaces the kernel, so that it comes first
            from nbval import plugin
        plugin.RunningKernel = cls
        for content in notebooks:
            ran = ()
            for cell in nbformat.reads(content.decode(), as_version=4).cells:
                if cell.cell_type == "code":
                    ran = (*ran, cell.source)
                    cls.answers[ran] = cell.outputs

    def __init__(self, *_, **__):
        self.ran = ()

    def execute_cell_input(self, source: str, allow_stdin=None) -> str:
        self.ran = (*self.ran, source)
        said = [(each.output_type, each) for each in self.answers[self.ran]]
        self.told = iter([*said, ("status", {"execution_state": "idle"})])
        return source

    def get_message(self, stream: str, timeout=None) -> dict:
        kind, content = next(self.told)
        return {"msg_type": kind, "content": content, "parent_header": {"msg_id": self.ran[-1]}}

    def await_reply(self, message: str, timeout=None) -> None:
        pass  # it has run when it is asked

    def is_alive(self) -> bool:
        return True

    def stop(self) -> None:
        pass


# -------------------------------------------------------------------- the run


def stored() -> dict[str, bytes]:
    """What `reproduce` makes, once it has said that it makes the same."""
    paths = [*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "figures").iterdir()]
    return {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths}


_bench: Bench


def _set_up(folder: str, made: dict[str, bytes]) -> None:
    global _bench
    _bench = Bench(folder, made)


def _judge(mutants: list[Mutant]) -> list[str]:
    return _bench.judge(mutants)


def judged(
    mutants: list[Mutant], made: dict[str, bytes], processes: int
) -> list[tuple[Mutant, str]]:
    """All of a turn share a run. A child that died, or a check that gave up, is a line each."""
    turns, verdicts = defaultdict(list), []
    for mutant in mutants:
        turns[mutant.kind, mutant.turn].append(mutant)
    Kernel.learn(content for name, content in made.items() if name.endswith(".ipynb"))
    fork = multiprocessing.get_context("fork")
    with (
        tempfile.TemporaryDirectory(prefix="wuxi-mutate-") as folder,
        ProcessPoolExecutor(processes, fork, _set_up, (folder, made)) as pool,
    ):
        largest_first = sorted(turns.values(), key=len, reverse=True)
        begun = {pool.submit(_judge, turn): turn for turn in largest_first}
        for done in as_completed(begun):
            error, turn = done.exception(), begun[done]
            said = f"nobody: {type(error).__name__}: {str(error)[:200]}"
            verdicts += zip(turn, [said] * len(turn) if error else done.result(), strict=True)
    return verdicts


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sample", metavar="N", type=int, help="judge N of them, drawn by --seed")
    parser.add_argument("--seed", default="", help="such as the commit")
    parser.add_argument("--only", metavar="TEXT", default="", help="those whose name begins so")
    options = parser.parse_args(argv)
    from wuxi_data.reproduce import reproduce

    began = time.monotonic()
    every = [*tables(), *figures(), *notebooks()]
    chosen = [each for each in every if f"{each.kind}: {each.name}".startswith(options.only)]
    asked = [each for each in chosen if each.kind in CHECKS]
    if options.sample:
        asked = random.Random(options.seed).sample(asked, min(options.sample, len(asked)))
    part = options.sample or options.only
    if not part and (red := [each for each in reproduce(check=True) if each.state != "same"]):
        sys.exit(f"run `wuxi-data reproduce` first: {[each.name for each in red]} differ")
    verdicts = judged(asked, stored(), 1 if part else os.cpu_count() or 1)
    rows = defaultdict(Counter)
    for mutant, killer in verdicts:
        rows[mutant.kind][killer] += 1
    for kind, killers in rows.items():
        print(f"{kind}: {killers.total()}: " + ", ".join(f"{n} {k}" for k, n in killers.items()))
    for kind, n in Counter(each.kind for each in chosen if each.kind not in CHECKS).items():
        print(f"not judged: {n}: {kind}")
    survivors = [(mutant, killer) for mutant, killer in verdicts if killer.startswith("nobody")]
    for mutant, killer in survivors[:40]:
        print(f"{killer}: {mutant.kind}: {mutant.name}")
    print(f"{len(verdicts) - len(survivors)} of {len(verdicts)} killed")
    print(f"{time.monotonic() - began:.0f} s, {sum(os.times()[:4]):.0f} s of processors")
    return bool(survivors)


if __name__ == "__main__":
    sys.exit(main())

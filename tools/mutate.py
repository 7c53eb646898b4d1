"""Change one stored thing at a time: one of the package's own checks must turn red each time.

``python -m tools.mutate`` goes through every cell of every table, every mark of every stored
figure, every output and every number in the prose of every notebook. Exits 1 with the list of
survivors.

The analysis is run once, in real kernels, and must give what is stored: from then on what a cell
shows is known, and nbval compares it with each change. A sample leaves that one run to
`make test` and `reproduce --check`.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import csv
import importlib
import io
import itertools
import json
import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
ARTICLE = Path(os.environ.get("WUXI_ARTICLE") or ROOT.parent / "shared/source/jilin-wuxi-2021.txt")
TREE = ("wuxi_data", "notebooks", "figures", "tests", "pyproject.toml")
DATA, GORGES = "wuxi_data/data", "wuxi_data/three_gorges"  # the example is fiction
DIGITS, CHINESE = "0123456789", "一二三四五六七八九"
QUALIFIER = "大约|约|余|多|以上|不到|不足|几|近|about |over |at least |under "
SENTENCES = {"note", "note_zh", "zh", "en", "title", "authors", "publisher", "url", "fact_id",
             "check_id", "code", "sha256", "left", "right"}  # fmt: skip
MARKS = {
    ".csv": rb"([^,\n]+)",
    ".svg": rb'<g id="[^"]+">(?:\s|<a [^>]*>)*<(?:path|use)[^>]*? (?:d|x)="M? ?-?\d*(\d)',
    ".html": rb">[^<>\d]*(\d)[^<>]*<",
}


class Mutant(NamedTuple):
    """A new value under `keys` of a file."""

    kind: str
    name: str
    path: str
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
    if path.suffix == ".ipynb":
        return json.loads(path.read_bytes())
    if path.parent.name == "figures":
        return bytearray(path.read_bytes())
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def dump(content) -> bytes:
    if isinstance(content, bytearray):
        return bytes(content)
    if isinstance(content, dict):
        return json.dumps(content).encode()
    csv.writer(text := io.StringIO(), lineterminator="\n").writerows(content)
    return text.getvalue().encode("utf-8-sig")


def put(content, keys: tuple, new) -> None:
    for key in keys[:-1]:
        content = content[key]
    content[keys[-1]] = new


def tables() -> Iterator[Mutant]:
    """Each cell of a table; of a printed token, its qualifier too."""
    for path in (each for folder in (DATA, GORGES) for each in (ROOT / folder).glob("*.csv")):
        name, (header, *rows) = path.relative_to(ROOT).as_posix(), load(path)
        for (at, column), line in itertools.product(enumerate(header), range(1, len(rows) + 1)):
            text = rows[line - 1][at]
            others = () if column in SENTENCES else [row[at] for row in rows]
            new = [altered(text, others, line)] if text else []
            if text and column in ("as_written", "token"):
                new = list(dict.fromkeys([*new, *list(versions(text))[1:]]))
            for each in new:
                said = f"{name}:{line + 1} {column}: {text[:30]!r} → {each[:30]!r}"
                yield Mutant("table", said, name, (line, at), each)


def figures() -> Iterator[Mutant]:
    """A byte of each cell of a figure's CSV, of each drawn group, of some pixels, of the page."""
    for path in sorted((ROOT / "figures").iterdir()):
        content, name = path.read_bytes(), f"figures/{path.name}"
        spots = [at * len(content) // 9 for at in range(1, 9)]
        if path.suffix in MARKS:
            spots = [found.start(1) for found in re.finditer(MARKS[path.suffix], content)]
        for at in spots[:: 20 if path.suffix == ".html" else 1]:
            yield Mutant("figure", f"{name} at {at}", name, (at,), content[at] ^ 1)


def notebooks() -> Iterator[Mutant]:
    ours = numbers(path.read_text("utf-8-sig") for path in (ROOT / DATA).glob("*.csv"))
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        name, book = f"notebooks/{path.name}", load(path)
        printed = ours | numbers(str(cell.get("outputs", "")) for cell in book["cells"])
        for at, cell in enumerate(book["cells"]):
            found = outputs(cell) if cell["cell_type"] == "code" else prose(cell, printed)
            for kind, said, keys, new in found:
                where = f"{name} cell {at + 1}: {said}"
                yield Mutant(kind, where, name, ("cells", at, *keys), new)


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

# In this order. Any edit of the other sources' tables breaks its checksum, so that what may know
# more of them is asked before; audit and page know nothing of them.
CHECKS = {
    "table": ("check", "tests", "checksums", "audit", "page"),
    "figure": ("reproduce",),
    "picture": ("reproduce",),
    "output": ("nbval",),
    "prose": ("prose", "page"),
}
TESTS = {  # what was typed a second time, and what is known to contradict itself
    DATA: (
        "test_labels.words_are_as_they_were_typed_once_more",
        "test_labels.a_kind_that_its_column_does_not_tell_is_the_right_one",
    ),
    GORGES: (
        "test_three_gorges.both_readings_have_the_same_values_and_qualifiers_but_for_one",
        "test_three_gorges.a_code_of_both_folders_is_called_the_same",
        "test_three_gorges.the_known_contradictions_are_shown_as_such",
    ),
}
PLUGINS = ["-p", "nbval.plugin", "-p", "no:cacheprovider"]


class Bench:
    """A copy of the repository in which changes are put and judged."""

    def __init__(self, folder: str):
        self.tree = Path(tempfile.mkdtemp(dir=folder))
        for name in TREE:
            copied = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
            copied(ROOT / name, self.tree / name)
        os.chdir(self.tree)
        sys.path[:0] = [str(self.tree), str(self.tree / "tests")]
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        import wuxi_data  # here, where it is the copy
        from wuxi_data import notebooks, prose, report, reproduce

        assert Path(wuxi_data.__file__).is_relative_to(self.tree), wuxi_data.__file__
        self.wd, self.notebooks, self.prose = wuxi_data, notebooks, prose
        self.report, self.reproduce = report, reproduce
        report._font = lambda text: ""  # its words decide, not their font
        # What `reproduce` makes, once it has said that it makes the same.
        made = [*Path("notebooks").glob("*.ipynb"), *Path("figures").iterdir()]
        self.made = [reproduce.Artefact(path.as_posix(), path.read_bytes()) for path in made]
        names = {name for names in CHECKS.values() for name in names} - {"nbval"}
        self.green = {name: getattr(self, f"_by_{name}")(DATA) for name in names}
        told = [self.green[name] for name in names - {"audit", "page"}]
        told += [self._by_check(GORGES), self._by_tests(GORGES)]
        assert not any(told), f"faults where nothing was changed: {told}"

    def killer(self, mutant: Mutant) -> str:
        """Who kills a change, or nobody."""
        if mutant.kind == "output":
            return "nbval" if self._differs(mutant) else "nobody"
        with self._changed(mutant):
            folder, names = os.path.dirname(mutant.path), CHECKS[mutant.kind]
            red = (name for name in names if self._ask(name, folder) != self.green[name])
            return next(red, "nobody")

    @contextlib.contextmanager
    def _changed(self, mutant: Mutant) -> Iterator[None]:
        """The copy, with the change in it."""
        path = self.tree / mutant.path
        stored, content, when = path.read_bytes(), load(path), path.stat()
        put(content, mutant.keys, mutant.new)
        try:
            self._write(path, dump(content))
            yield
        finally:
            self._write(path, stored)
            os.utime(path, ns=(when.st_atime_ns, when.st_mtime_ns))  # it need not be read again

    def _write(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        if path.name == "units.csv":  # which the package reads once
            for name in [name for name in sys.modules if name.startswith("wuxi_data")]:
                for each in vars(sys.modules[name]).values():
                    getattr(each, "cache_clear", lambda: None)()

    def _ask(self, name: str, folder: str):
        """What a check says; another word than of the unchanged copy is red."""
        try:
            return getattr(self, f"_by_{name}")(folder)
        except (self.wd.TableError, AssertionError, KeyError, ValueError) as error:
            return f"{type(error).__name__}: {error}"

    def _by_check(self, folder):
        return self.wd.check(None if folder == DATA else self.tree / folder)

    def _by_audit(self, folder):
        return ARTICLE.is_file() and str(self.wd.audit(ARTICLE.read_text("utf-8")))

    def _by_page(self, folder):
        """The page, without its drawings and its font."""
        books, paths = self.notebooks, sorted(Path("notebooks").glob("*.ipynb"))
        said = [each for path in paths for each in books.findings(books.read(path), path.name)]
        return self.report.build(findings=said)

    def _by_tests(self, folder):
        for each in TESTS[folder]:
            module, test = each.split(".")
            getattr(importlib.import_module(module), f"test_{test}")()

    def _by_checksums(self, folder):
        importlib.import_module("test_three_gorges").test_what_was_read_once_is_as_it_was_read()

    def _by_prose(self, folder):
        return self.prose.check_notebooks()

    def _by_reproduce(self, folder):
        """What it says of the files that it made."""
        said = [self.reproduce._write_or_compare(each, self.tree, check=True) for each in self.made]
        return [each for each in said if each.state != "same"]

    def _differs(self, mutant: Mutant) -> bool:
        """Whether nbval tells what a cell shows from what the change would have stored."""
        import nbformat

        cells, book = self._collected(mutant.path)
        cell = copy.deepcopy(book.cells[mutant.keys[1]])
        put(cell, mutant.keys[2:], nbformat.from_dict(mutant.new))
        asked = cells[cell.id]
        asked.format_output_compare = lambda *_: None  # slow, and nobody reads it
        compared = asked.options["check"] and not asked.options["skip"] and cell.execution_count
        return compared and not asked.compare_outputs(asked.cell.outputs, cell.outputs)

    @cache  # noqa: B019
    def _collected(self, path: str) -> tuple[dict, dict]:
        """What nbval makes of the cells of a notebook, and the notebook."""
        with self.notebooks._without_addresses():
            import pytest

        class Collected:
            def pytest_collection_finish(self, session):
                self.items = session.items

        options = ["--nbval", "--collect-only", "-qq", "-c", os.devnull, "--rootdir", "."]
        with contextlib.redirect_stdout(io.StringIO()):
            pytest.main([*options, *PLUGINS, path], [collected := Collected()])
        cells = {item.cell.id: item for item in collected.items}
        return cells, collected.items[0].parent.nb


# -------------------------------------------------------------------- the run


_bench: Bench


def _set_up(folder: str) -> None:
    global _bench
    _bench = Bench(folder)


def _judge(mutant: Mutant) -> str:
    try:
        return _bench.killer(mutant)
    except Exception as error:  # a check gave up
        return f"nobody: {type(error).__name__}: {str(error)[:200]}"


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
    processes = 1 if part else os.cpu_count() or 1
    with (
        tempfile.TemporaryDirectory(prefix="wuxi-mutate-") as folder,
        ProcessPoolExecutor(processes, get_context("spawn"), _set_up, (folder,)) as pool,
    ):
        verdicts = list(zip(asked, pool.map(_judge, asked, chunksize=10), strict=True))
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

"""Change one stored thing at a time: one of the package's own checks must turn red each time.

``python -m tools.mutate`` goes through every cell of every table, every output of every notebook
(the marks of its charts among them) and every number in its prose, but for those whose neighbours
are all printed as well. Exits 1 with the list of survivors.

nbval compares what is stored with the change, as if a kernel had shown it: that kernels do show
what is stored is for `make test`, and that figures/ is drawn from it, byte for byte, for
`reproduce --check`.
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
DATA, GORGES = "wuxi_data/data", "wuxi_data/three_gorges"  # the example is fiction
DIGITS, CHINESE = "0123456789", "一二三四五六七八九"
QUALIFIER = "大约|约|余|多|以上|不到|不足|几|近|about |over |at least |under "
SENTENCES = {"note", "note_zh", "zh", "en", "title", "authors", "publisher", "url", "fact_id",
             "check_id", "code", "sha256", "left", "right"}  # fmt: skip


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


def load(path: Path) -> list | dict:
    """A table or a notebook as something that can be changed in place."""
    if path.suffix == ".ipynb":
        return json.loads(path.read_bytes())
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def dump(content: list | dict) -> bytes:
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
    for path in [*(ROOT / DATA).glob("*.csv"), *(ROOT / GORGES).glob("*.csv")]:
        kind = "table" if path.parent.name == "data" else "table of other sources"
        name, (header, *rows) = path.relative_to(ROOT).as_posix(), load(path)
        for (at, column), (line, row) in itertools.product(enumerate(header), enumerate(rows, 1)):
            text, printed = row[at], column in ("as_written", "token")
            others = () if column in SENTENCES else [each[at] for each in rows]
            new = [altered(text, others, line), *(list(versions(text))[1:] if printed else ())]
            for each in dict.fromkeys(new if text else ()):
                said = f"{name}:{line + 1} {column}: {text[:30]!r} → {each[:30]!r}"
                yield Mutant(kind, said, name, (line, at), each)


def notebooks() -> Iterator[Mutant]:
    """Each output of each cell, each number in its prose."""
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
        shown = [(("data", mime), value) for mime, value in output.get("data", {}).items()]
        for keys, value in shown or [(("text",), output["text"])]:
            place = ("outputs", at, *keys)
            if isinstance(value, dict):
                for leaf, old in leaves(value):
                    yield "output", f"{leaf} {str(old)[:30]}", (*place, *leaf), other(old)
            elif isinstance(value, list):  # a picture is one string, and nbval skips it
                for new in versions("".join(value)):
                    yield "output", keys[-1], place, new


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
    said = NOT_PROSE.sub(lambda found: "-" * len(found[0]), source)
    on_page = "finding" in cell["metadata"].get("tags", ())  # which differs, whatever is printed
    for found in re.finditer(rf"\d[\d,.]*|[{CHINESE}]+(?=[十百千万亿])", said):
        tries = [altered(found[0], seed=seed) for seed in range(60)]
        free = [new for new in tries if new[0] != "0" and new.strip(",.") not in printed]
        if free or on_page:
            new = free[0] if free else altered(found[0])
            text = source[: found.start()] + new + source[found.end() :]
            yield "prose", f"{found[0]} → {new}", ("source",), text


def numbers(texts: Iterable[str]) -> set[str]:
    return {each.strip(",.") for text in texts for each in re.findall(r"\d[\d,.]*", text)}


# -------------------------------------------------------------------- who judges

# In this order; a name with a dot is a test. Any edit of the other sources' tables breaks its
# checksum, so that whoever may know more of them is asked before.
ASKED = {
    "table": (
        "check",
        "test_labels.words_are_as_they_were_typed_once_more",
        "test_labels.a_kind_that_its_column_does_not_tell_is_the_right_one",
        "audit",
        "page",
    ),
    "table of other sources": (
        "check",
        "test_three_gorges.both_readings_have_the_same_values_and_qualifiers_but_for_one",
        "test_three_gorges.a_code_of_both_folders_is_called_the_same",
        "test_three_gorges.the_known_contradictions_are_shown_as_such",
        "test_three_gorges.what_was_read_once_is_as_it_was_read",
    ),
    "prose": ("prose", "page"),
    "output": ("nbval",),
}


def set_up(folder: str) -> None:
    """Make a copy of the repository in which changes are put and judged."""
    shutil.copytree(ROOT, folder := tempfile.mkdtemp(dir=folder), dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns(".*"))  # fmt: skip
    os.chdir(folder)
    sys.path[:0] = [folder, f"{folder}/tests"]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    import wuxi_data
    from wuxi_data import report

    assert Path(wuxi_data.__file__).is_relative_to(folder), wuxi_data.__file__
    report._font = lambda text: ""  # the page's words decide, not their font
    for name in {name for names in ASKED.values() for name in names} - {"nbval"}:
        unchanged(name)


@cache
def unchanged(name: str) -> object:
    """What a judge says where nothing was changed."""
    said = ask(name, GORGES if "gorges" in name else DATA)
    assert name in ("audit", "page") or not said, f"{name}: {said}"
    return said


def ask(name: str, folder: str) -> object:
    """What a judge says of the copy."""
    import wuxi_data as wd
    from wuxi_data import notebooks, prose, report

    try:
        match name:
            case "check":
                return wd.check(None if folder == DATA else folder)
            case "audit":
                return ARTICLE.is_file() and str(wd.audit(ARTICLE.read_text("utf-8")))
            case "page":  # without its drawings
                books = notebooks.notebook_paths(Path("notebooks"))
                said = (notebooks.findings(notebooks.read(path), path.name) for path in books)
                return report.build(findings=list(itertools.chain(*said)))
            case "prose":
                return prose.check_notebooks()
        module, test = name.split(".")
        getattr(importlib.import_module(module), f"test_{test}")()
    except (AssertionError, KeyError, ValueError) as error:
        return f"{type(error).__name__}: {error}"


@contextlib.contextmanager
def changed(mutant: Mutant) -> Iterator[None]:
    """The copy, with the change in it."""
    path = Path(mutant.path)
    stored, content, when = path.read_bytes(), load(path), path.stat()
    put(content, mutant.keys, mutant.new)
    try:
        write(path, dump(content))
        yield
    finally:
        write(path, stored)
        os.utime(path, ns=(when.st_atime_ns, when.st_mtime_ns))  # it need not be read again


def write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    if path.name == "units.csv":  # which the package reads once
        for name in [name for name in sys.modules if name.startswith("wuxi_data")]:
            for each in vars(sys.modules[name]).values():
                getattr(each, "cache_clear", lambda: None)()


def differs(mutant: Mutant) -> bool:
    """Whether nbval tells what a cell shows from what the change would have stored."""
    import nbformat

    cells, book = collected(mutant.path)
    cell = copy.deepcopy(book.cells[mutant.keys[1]])
    put(cell, mutant.keys[2:], nbformat.from_dict(mutant.new))
    asked = cells[cell.id]
    asked.format_output_compare = lambda *_: None  # slow, and nobody reads it
    compared = asked.options["check"] and not asked.options["skip"] and cell.execution_count
    return compared and not asked.compare_outputs(asked.cell.outputs, cell.outputs)


@cache
def collected(path: str) -> tuple[dict, dict]:
    """What nbval makes of the cells of a notebook, and the notebook."""
    import pytest

    class Collected:
        def pytest_collection_finish(self, session):
            self.items = session.items

    options = ["--nbval", "--collect-only", "-qq", "-c", os.devnull, "--rootdir", "."]
    plugins = ["-p", "nbval.plugin", "-p", "no:cacheprovider"]
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main([*options, *plugins, path], [collected := Collected()])
    cells = {item.cell.id: item for item in collected.items}
    return cells, collected.items[0].parent.nb


def killer(mutant: Mutant) -> str:
    """Who turns red at a change, or nobody; so does a check that gives up."""
    try:
        if mutant.kind == "output":
            return "nbval" if differs(mutant) else "nobody"
        with changed(mutant):
            folder = os.path.dirname(mutant.path)
            red = (name for name in ASKED[mutant.kind] if ask(name, folder) != unchanged(name))
            return next(red, "nobody")
    except Exception as error:
        return f"nobody: {type(error).__name__}: {str(error)[:200]}"


# -------------------------------------------------------------------- the run


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sample", metavar="N", type=int, help="judge N of them, drawn by --seed")
    parser.add_argument("--seed", default="", help="such as the commit")
    options = parser.parse_args(argv)
    began = time.monotonic()
    asked = [*tables(), *notebooks()]
    if options.sample:
        asked = random.Random(options.seed).sample(asked, min(options.sample, len(asked)))
    processes = 1 if options.sample else os.cpu_count()
    with (
        tempfile.TemporaryDirectory(prefix="wuxi-mutate-") as folder,
        ProcessPoolExecutor(processes, get_context("spawn"), set_up, (folder,)) as pool,
    ):
        verdicts = list(zip(asked, pool.map(killer, asked, chunksize=10), strict=True))
    rows = defaultdict(Counter)
    for mutant, by in verdicts:
        rows[mutant.kind][by] += 1
    for kind, killers in rows.items():
        print(f"{kind}: {killers.total()}: " + ", ".join(f"{n} {k}" for k, n in killers.items()))
    survivors = [(mutant, by) for mutant, by in verdicts if by.startswith("nobody")]
    for mutant, by in survivors[:40]:
        print(f"{by}: {mutant.kind}: {mutant.name}")
    print(f"{len(verdicts) - len(survivors)} of {len(verdicts)} killed")
    print(f"{time.monotonic() - began:.0f} s, {sum(os.times()[:4]):.0f} s of processors")
    return bool(survivors)


if __name__ == "__main__":
    sys.exit(main())

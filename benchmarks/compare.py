"""How fast, next to what one would otherwise use: ``python benchmarks/compare.py``.

Every line is a ratio of two things measured in turn in this one run, the median of several pairs,
so that a slow or busy machine changes both. Sizes are on standard error as they are made.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.resources import files
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

import wuxi_data as wd
from wuxi_data import reading, schema

FEW, SOME, MANY = 10_000, 50_000, 1_000_000
OURS = Path(str(files("wuxi_data"))) / "data" / "funding.csv"


def county(folder: Path, rows: int) -> Path:
    """A folder with so many sound rows of funding: years, payers, tokens as an article has them."""
    folder.mkdir()
    for name in ("sources", "labels"):
        shutil.copy(OURS.with_name(f"{name}.csv"), folder)
    place = np.arange(rows)
    amount, about = np.random.default_rng(2021).integers(1, 10_000, rows), place % 3 == 0
    one = pd.read_csv(OURS, dtype=str, keep_default_na=False).iloc[0]
    varied = {
        "fact_id": [f"fact-{each}" for each in place],
        "payer": np.where(place % 2, "jilin_province", "ministry_water"),
        "start": 1992 + place % 30,
        "end": 1992 + place % 30,
        "value": amount * 10_000,
        "qualifier": np.where(about, "about", "exact"),
        "as_written": [f"{'约' if a else ''}{n}万元" for n, a in zip(amount, about, strict=True)],
        "paragraph": 1 + place % 50,
        **dict.fromkeys(("note", "note_zh"), ""),
    }
    table = pd.DataFrame({**one, **varied})
    table.to_csv(folder / "funding.csv", index=False, lineterminator="\n")
    print(f"made {rows:,} rows", file=sys.stderr)
    return folder


def seconds(run: Callable) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def afresh(run: Callable, folder: Path):
    """As after an edit: what was read before is forgotten, and so what was found in it."""
    reading._read_table.cache_clear()
    return run(folder)


def pairs(ours: Callable, theirs: Callable, times: int) -> float:
    """The median of ours / theirs, each pair run one right after the other."""
    return median(seconds(ours) / seconds(theirs) for _ in range(times))


def child(code: str) -> float:
    """The number that a fresh interpreter prints; bytecode is kept, as of an installed package."""
    kept = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=kept
    )
    return float(done.stdout or 0)


def say(what: str, ratio: float, aim: str, note: str = "") -> None:
    print(f"{what:58} {ratio:6.2f} ×   aim {aim:8} {note}".rstrip(), flush=True)


# -------------------------------------------------------------------- what is compared


def tables(folders: dict[int, Path]) -> None:
    """Read and check, and load, against a bare read of the same file."""
    per_row = {}
    for rows, folder in folders.items():
        times = 3 if rows == MANY else 9
        path = folder / "funding.csv"
        bare = lambda path=path: pd.read_csv(path)  # noqa: E731
        check = partial(afresh, wd.check, folder)
        assert check() == []
        aim = "≤ 8" if rows == MANY else ""
        say(f"check {rows:,} rows / pandas.read_csv", pairs(check, bare, times), aim)
        load = partial(afresh, wd.load_funding, folder)
        say(f"load_funding of {rows:,} rows / pandas.read_csv", pairs(load, bare, times), aim)
        per_row[rows] = median(seconds(check) for _ in range(times)) / rows
    growth = per_row[MANY] / per_row[FEW]
    note = f"{per_row[MANY] * 1e6:.1f} against {per_row[FEW] * 1e6:.1f} µs a row"
    say(f"check: time a row at {MANY:,} / at {FEW:,} rows", growth, "≤ 1", note)


def memory(folder: Path) -> None:
    """Peak resident memory above that of the imports, against what the DataFrame itself holds."""
    frame = pd.read_csv(folder / "funding.csv").memory_usage(deep=True).sum()
    peak = (
        "import re, pathlib, wuxi_data as wd; from wuxi_data import style\n"
        # Not getrusage: a child begins with the peak of the process that started it.
        "status = pathlib.Path('/proc/self/status')\n"
        "def peak(): return int(re.search(r'VmHWM:\\s+(\\d+)', status.read_text())[1])\n"
        f"before = peak(); {{run}}({str(folder)!r}); print((peak() - before) * 1024)"
    )
    for run in ("wd.check", "wd.load_funding"):
        grown = child(peak.format(run=run))
        note = f"peak RSS {grown / 1e6:.0f} MB, DataFrame {frame / 1e6:.0f} MB"
        say(f"{run} of {MANY:,} rows / the DataFrame's memory", grown / frame, "≤ 4", note)


def frictionless(folder: Path, rows: int) -> None:
    """The same tables and keys, checked by the general tool: on few rows, for it takes long."""
    from frictionless import Package

    names = ("funding", "labels", "sources")
    resources = [each for each in schema.package()["resources"] if each["name"] in names]
    package = Package.from_descriptor(
        {"resources": resources}, basepath=str(folder), allow_invalid=False
    )
    assert package.validate().valid
    ratio = pairs(package.validate, partial(afresh, wd.check, folder), 3)
    say(f"frictionless validate / check, {rows:,} rows", ratio, "≥ 5")


def imports() -> None:
    clock = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"
    for name in ("pandas", "wuxi_data"):
        child(clock.format(name))  # bytecode and disk cache
    both = [(child(clock.format("wuxi_data")), child(clock.format("pandas"))) for _ in range(15)]
    say("import wuxi_data / import pandas", median(a / b for a, b in both), "≤ 1.1")


def ours() -> None:
    """Our own small table: the first call checks it, later ones copy it."""
    clock = (
        "import time, pandas as pd, wuxi_data as wd; t = time.perf_counter(); {}; "
        "print(time.perf_counter() - t)"
    )
    load, bare = "wd.load_funding()", f"pd.read_csv({str(OURS)!r})"
    first = median(child(clock.format(load)) / child(clock.format(bare)) for _ in range(9))
    say("load_funding() / pandas.read_csv, first call", first, "≤ 3")
    later = pairs(wd.load_funding, lambda: pd.read_csv(OURS), 101)
    say("load_funding() / pandas.read_csv, later calls", later, "≤ 3")


def counties(scratch: Path, many: int = 200) -> None:
    """Many folders checked and loaded by the Dask recipe, against the same loop in one process."""
    folders = [str(shutil.copytree(OURS.parent, scratch / f"county{n}")) for n in range(many)]
    recipe = Path(__file__).parents[1] / "examples" / "many_counties.py"
    loop = (
        "import sys, pandas as pd, wuxi_data as wd; every = sys.argv[1:]\n"
        "assert not [fault for each in every for fault in wd.check(each)]\n"
        "pd.concat([wd.load_funding(each) for each in every]).to_string()"
    )
    run = partial(subprocess.run, check=True, stdout=subprocess.DEVNULL)
    took = [
        (seconds(lambda: run([sys.executable, str(recipe), *folders])),
         seconds(lambda: run([sys.executable, "-c", loop, *folders])))
        for _ in range(3)
    ]  # fmt: skip
    dask, alone = (median(each) for each in zip(*took, strict=True))
    note = f"{dask:.1f} against {alone:.1f} s, {os.cpu_count()} cores"
    say(f"Dask recipe / one process, {many} folders", dask / alone, "< 1", note)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, help="where to keep the generated rows")
    arguments = parser.parse_args()
    with TemporaryDirectory(dir=arguments.folder) as scratch:
        folders = {rows: county(Path(scratch) / str(rows), rows) for rows in (FEW, SOME, MANY)}
        imports()
        ours()
        tables(folders)
        memory(folders[MANY])
        frictionless(folders[SOME], SOME)
        counties(Path(scratch))


if __name__ == "__main__":
    main()

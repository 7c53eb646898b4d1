"""How fast, next to what one would otherwise use: ``python benchmarks/compare.py``.

Every line is a ratio of two things measured in turn in this one run, the median of several pairs,
so that a slow or busy machine changes both.
"""

import shutil
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import pandas as pd
from frictionless import Package

import wuxi_data as wd
from wuxi_data import reading, schema

OURS = Path(wd.__file__).parent / "data"
SOME, MANY = 50_000, 1_000_000
AIMS = {SOME: "none", MANY: "≤ 8"}
CLOCK = "import time; began = time.perf_counter(); import {}; print(time.perf_counter() - began)"


def county(folder: Path, rows: int) -> Path:
    """A folder with so many sound rows of funding, each with a name and a figure of its own."""
    folder.mkdir()
    for name in ("sources", "labels"):
        shutil.copy(OURS / f"{name}.csv", folder)
    one = pd.read_csv(OURS / "funding.csv", dtype=str, keep_default_na=False).iloc[0]
    varied = {"fact_id": [f"fact-{n}" for n in range(rows)],
              "value": [10_000 * (1 + n % 9_999) for n in range(rows)],
              "as_written": [f"{1 + n % 9_999}万元" for n in range(rows)]}  # fmt: skip
    pd.DataFrame({**one, **varied}).to_csv(folder / "funding.csv", index=False)
    return folder


def afresh(run, folder: Path):
    """As after an edit: what was read before is forgotten."""
    reading._read_table.cache_clear()
    return run(folder)


def seconds(run) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def imported(name: str) -> float:
    """Seconds that a fresh interpreter takes to import it."""
    return float(subprocess.check_output([sys.executable, "-c", CLOCK.format(name)]))


def say(what: str, aim: str, times: int, ours, theirs) -> None:
    ratio = median(ours() / theirs() for _ in range(times))
    print(f"{what:50} {ratio:6.2f} ×   aim {aim}", flush=True)


def main() -> None:
    say("import wuxi_data / import pandas", "≤ 1.1", 15,
        partial(imported, "wuxi_data"), partial(imported, "pandas"))  # fmt: skip
    with TemporaryDirectory() as scratch:
        for rows in (SOME, MANY):
            folder = county(Path(scratch) / str(rows), rows)
            bare = partial(seconds, partial(pd.read_csv, folder / "funding.csv"))
            for run in (wd.check, wd.load_funding):
                ours = partial(seconds, partial(afresh, run, folder))
                say(f"{run.__name__}, {rows:,} rows / pandas.read_csv", AIMS[rows], 3, ours, bare)
        some = Path(scratch) / str(SOME)
        declared = {"resources": [schema.resource(n) for n in ("funding", "labels", "sources")]}
        package = Package.from_descriptor(declared, basepath=str(some))
        check = partial(seconds, partial(afresh, wd.check, some))
        say(f"frictionless / check, {SOME:,} rows", "≥ 5", 3,
            partial(seconds, package.validate), check)  # fmt: skip


if __name__ == "__main__":
    main()

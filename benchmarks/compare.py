"""How fast, next to what one would otherwise use: ``python benchmarks/compare.py``.

Every line is a ratio of two things measured in turn in this one run, the median of several pairs,
so that a slow or busy machine changes both.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import pandas as pd
from frictionless import Package
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

import wuxi_data as wd
from wuxi_data import reading, schema
from wuxi_data.notebooks import notebook_folder, notebook_paths

OURS = Path(wd.__file__).parent / "data"
SOME, MANY = 50_000, 1_000_000
AIMS = {SOME: "none", MANY: "≤ 8"}
IMPORTS = "import wuxi_data, wuxi_data.drawing, IPython.display"
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


def seconds(run: Callable, *given) -> Callable[[], float]:
    """Time a call, as after an edit: what was read before is forgotten."""

    def timed() -> float:
        reading._read_table.cache_clear()
        began = time.perf_counter()
        run(*given)
        return time.perf_counter() - began

    return timed


def imported(name: str) -> float:
    """Seconds that a fresh interpreter takes to import it."""
    return float(subprocess.check_output([sys.executable, "-c", CLOCK.format(name)]))


def start_kernels(count: int) -> None:
    """Start ordinary kernels one after another, which only import what our notebooks do."""
    for _ in range(count):
        notebook = new_notebook(cells=[new_code_cell(IMPORTS)])
        quiet = ["--IPKernelApp.log_level=ERROR"]
        NotebookClient(notebook, shutdown_kernel="immediate", extra_arguments=quiet).execute()


def say(what: str, aim: str, times: int, ours, theirs) -> None:
    ratio = median(ours() / theirs() for _ in range(times))
    print(f"{what:50} {ratio:6.2f} ×   aim {aim}", flush=True)


def main() -> None:
    say("import wuxi_data / import pandas", "≤ 1.1", 15,
        partial(imported, "wuxi_data"), partial(imported, "pandas"))  # fmt: skip
    with TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "wuxi_data.cli", "reproduce", "--out", scratch]
        reproduce = partial(subprocess.run, command, capture_output=True, check=True)
        reproduce()  # once, for the system to have at hand what it reads
        books = len(notebook_paths(notebook_folder()))
        say(f"reproduce / {books} kernels that only import", "≤ 1.5", 3,
            seconds(reproduce), seconds(start_kernels, books))  # fmt: skip
        for rows in (SOME, MANY):
            folder = county(Path(scratch) / str(rows), rows)
            bare = seconds(pd.read_csv, folder / "funding.csv")
            for run in (wd.check, wd.load_funding):
                what = f"{run.__name__}, {rows:,} rows / pandas.read_csv"
                say(what, AIMS[rows], 3, seconds(run, folder), bare)
        some = Path(scratch) / str(SOME)
        declared = {"resources": [schema.resource(n) for n in ("funding", "labels", "sources")]}
        package = Package.from_descriptor(declared, basepath=str(some))
        say(f"frictionless / check, {SOME:,} rows", "≥ 5", 3,
            seconds(package.validate), seconds(wd.check, some))  # fmt: skip


if __name__ == "__main__":
    main()

"""Many counties at once: the same functions, mapped over folders by Dask.

    python examples/many_counties.py county_a county_b …

Needs ``python -m pip install ".[scale]"``. A folder with faults is reported, not skipped.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import dask.bag
import pandas as pd

import wuxi_data as wd


def faults(folders: Sequence[str | Path]) -> pd.DataFrame:
    """Every fault of every folder: folder, file, line, column, found, expected."""
    rows = dask.bag.from_sequence(folders).map(_faults).flatten().compute()
    columns = ["folder", "file", "line", "column", "found", "expected"]
    return pd.DataFrame(rows, columns=columns)


def funding(folders: Sequence[str | Path]) -> pd.DataFrame:
    """The funding tables of all folders in one, with the folder that each row comes from.

    Raises
    ------
    TableError
        One of the tables is at fault.
    """
    tables = dask.bag.from_sequence(folders).map(_funding).compute()
    return pd.concat(tables, ignore_index=True)


def _faults(folder: str | Path) -> list[tuple]:
    return [(str(folder), *fault) for fault in wd.check(folder)]


def _funding(folder: str | Path) -> pd.DataFrame:
    # As plain strings: two counties' categories differ.
    table = wd.load_funding(folder).astype(dict.fromkeys(("payer", "recipient"), "string"))
    return table.assign(folder=str(folder))


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit(__doc__)
    found = faults(sys.argv[1:])
    print(found.to_string(index=False) if len(found) else funding(sys.argv[1:]).to_string())
    sys.exit(bool(len(found)))

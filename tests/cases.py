"""Cases that differ only in data: CSV files beside the tests, typed by hand."""

import csv
from pathlib import Path


def table(name: str) -> list[dict[str, str]]:
    with Path(__file__).with_name(f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def rows(name: str) -> list[tuple[str, ...]]:
    return [tuple(row.values()) for row in table(name)]

"""The rows that a chart is about, each with its Quantity; a clear error where there are none."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from types import SimpleNamespace

import pandas as pd

from .quantity import Quantity, verdict
from .tables import filled, labels, quantities


class NothingToDraw(ValueError):
    """The tables lack the rows that a chart needs, or mix their units: in both languages.

    Attributes
    ----------
    words : dict
        The sentence as ``{"zh": …, "en": …}``; the exception itself says it in English.
    """

    def __init__(self, table: str, needs: str, why: str = "nothing_to_draw"):
        known = labels()
        said = known.get(needs, dict.fromkeys(known[why], needs))  # a label, or names of codes
        self.words = {
            lang: filled(text, table=table, needs=said[lang]) for lang, text in known[why].items()
        }
        super().__init__(self.words["en"])


def select(table: pd.DataFrame, name: str, *indicators: str, **wanted) -> list[SimpleNamespace]:
    """The rows of those indicators, and of those codes in other columns."""
    needed = ["fact_id", "indicator", "value", "unit", "source_id", *wanted]
    lacking = [column for column in needed if column not in table]
    if lacking:
        raise ValueError(f"expected the table {name}, got one without {', '.join(lacking)}")
    chosen = table["indicator"].isin(indicators)
    for column, value in wanted.items():
        chosen &= table[column] == value
    if not chosen.any():
        also = "".join(f", {column} {value}" for column, value in wanted.items())
        raise NothingToDraw(name, f"indicator {' / '.join(indicators)}{also}")
    frame = table[chosen]
    return [
        SimpleNamespace(**{key: None if pd.isna(cell) else cell for key, cell in record.items()},
                        quantity=quantity)
        for record, quantity in zip(frame.to_dict("records"), quantities(frame), strict=True)
    ]  # fmt: skip


def any_of(table: pd.DataFrame, name: str, *indicators: str) -> list[SimpleNamespace]:
    """As :func:`select`, but there may be none."""
    try:
        return select(table, name, *indicators)
    except NothingToDraw:
        return []


def valued(rows: list, name: str) -> list:
    """The rows that have a value, largest first, all in one unit: only those have a height."""
    found = [row for row in rows if row.quantity.value is not None]
    if not found:
        raise NothingToDraw(name, f"indicator {rows[0].indicator} with a value")
    units = sorted({row.unit for row in found})
    if len(units) > 1:
        raise NothingToDraw(name, f"{rows[0].indicator}: {', '.join(units)}", "mixed_units")
    return sorted(found, key=lambda row: -row.quantity.value)


def years(row) -> tuple:
    return row.start, row.end


def roots(rows: list) -> list:
    """The rows that are no part of another of them."""
    known = {row.fact_id for row in rows}
    return [row for row in rows if row.part_of not in known]


def parts(rows: list, whole) -> list:
    return [row for row in rows if row.part_of == whole.fact_id]


def families(rows: list, wholes: list | None = None) -> list:
    """Each whole with its parts after it, and theirs after them: a total leads what it holds."""
    wholes = roots(rows) if wholes is None else wholes
    return [row for whole in wholes for row in [whole, *families(rows, parts(rows, whole))]]


def apart(rows: Iterable) -> bool:
    """Whether each row names its years, and no two can count the same one."""
    periods = [years(row) for row in rows]
    return all(None not in period for period in periods) and all(
        one[1] < other[0] for one, other in pairwise(sorted(periods))
    )


def certain(one: Quantity, relation: str, other: Quantity) -> bool:
    """Whether the wording of both figures leaves no doubt about their relation."""
    return verdict(one, relation, other) == "holds"


def leads(rows: list) -> bool:
    """Whether the first row is certainly larger than every other."""
    return len(rows) > 1 and all(certain(row.quantity, "<", rows[0].quantity) for row in rows[1:])

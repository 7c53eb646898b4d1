"""Does it add up? The relations of ``crosschecks.csv`` among printed figures, with verdicts."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from .messages import _
from .quantity import Quantity, evaluate, names_in, verdict
from .tables import facts, load

DENIED = {"=": "≠", "<": "≮", "<=": "≰"}  # how to write a relation that does not hold


def cross_checks(data: str | Path | None = None, theme: str | None = None) -> pd.DataFrame:
    """Every declared relation among printed figures, computed.

    Parameters
    ----------
    data : path, optional
        A folder of your own tables; ours by default.
    theme : str, optional
        Only the relations that use a fact of this table, such as ``"funding"``.

    Returns
    -------
    DataFrame
        One row for each row of ``crosschecks.csv``: check_id, left, relation, right (the
        formulas), left_quantity, right_quantity (Quantity: the computed sides), verdict (see
        :func:`wuxi_data.verdict`), zh, en (what the relation means), reason (ours).

    Raises
    ------
    TableError
        The tables are faulty.
    ValueError
        A formula joins different units, or computes with a figure that has no bounds.
    """
    table = load("crosschecks", data)
    if theme is not None:
        ids = set(load(theme, data)["fact_id"])
        used = map(names_in, table["left"] + " " + table["right"])
        table = table[[not ids.isdisjoint(names) for names in used]].reset_index(drop=True)
    known, formulas = facts(data), ["check_id", "left", "relation", "right"]
    rows = table[formulas].itertuples(index=False, name=None)
    sides = [_compared(known, *row) for row in rows]
    computed = pd.DataFrame(sides, columns=["left_quantity", "right_quantity", "verdict"])
    return table.assign(**computed)[[*formulas, *computed, "zh", "en", "reason"]]


def _compared(
    known: dict[str, Quantity], check_id: str, left: str, relation: str, right: str
) -> tuple[Quantity, Quantity, str]:
    try:
        sides = evaluate(left, known), evaluate(right, known)
        return *sides, verdict(sides[0], relation, sides[1])
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError(_("cross-check {name}: {why}", name=check_id, why=error)) from None

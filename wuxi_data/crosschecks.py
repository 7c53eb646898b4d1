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
    known = facts(data)
    left = [evaluate(formula, known) for formula in table["left"]]
    right = [evaluate(formula, known) for formula in table["right"]]
    verdicts = list(map(_verdict, table["check_id"], left, table["relation"], right))
    computed = {"left_quantity": left, "right_quantity": right, "verdict": verdicts}
    columns = ["check_id", "left", "relation", "right", *computed, "zh", "en", "reason"]
    return table.assign(**computed)[columns]


def _verdict(check_id: str, left: Quantity, relation: str, right: Quantity) -> str:
    try:
        return verdict(left, relation, right)
    except ValueError as error:
        raise ValueError(_("cross-check {name}: {why}", name=check_id, why=error)) from None

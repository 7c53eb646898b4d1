"""Load our tables, or yours of the same columns; what a code is called; a row as a Quantity."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from .checks import FIGURE, beside, check_table
from .quantity import Printed, Quantity, parse_quantity
from .reading import TableError, did_you_mean, numbers, read
from .schema import THEMES, fields, package, references


def load(name: str, data: str | Path | None = None) -> pd.DataFrame:
    """One table, checked and typed as the schema declares."""
    return _ours(name).copy() if data is None else _checked(name, data)


@cache
def _ours(name: str) -> pd.DataFrame:
    return _checked(name)


def _checked(name: str, data=None) -> pd.DataFrame:
    raw = read(name, data)
    faults = check_table(raw, beside(data))
    if faults:
        raise TableError(faults)
    coded = {*references(name, "labels"), *references(name, "sources")}
    frame = pd.DataFrame(
        {
            column: _typed(raw.frame[column], field, column in coded)
            for column, field in fields(name).items()
        }
    )
    frame.attrs["data"] = None if data is None else str(data)
    return frame


def _typed(column: pd.Series, field: dict, coded: bool) -> pd.Series:
    if field["type"] == "number":
        return pd.Series(numbers(column))
    if field["type"] in ("integer", "year"):
        return pd.Series(numbers(column)).astype("Int64")
    if coded:
        return column.cat.set_categories(sorted(set(column.cat.categories) - {""}))
    texts = np.array([None if text == "" else text for text in column.cat.categories] + [None])
    return pd.Series(texts[column.cat.codes.to_numpy()], dtype="string")


def _loader(name: str) -> Callable[..., pd.DataFrame]:
    def load_table(data: str | Path | None = None) -> pd.DataFrame:
        return load(name, data)

    load_table.__name__ = load_table.__qualname__ = f"load_{name}"
    load_table.__doc__ = _codebook(name)
    return load_table


def _codebook(name: str) -> str:
    """The loader's docstring: what the schema declares, so that nothing repeats it by hand."""
    resource = next(each for each in package()["resources"] if each["name"] == name)
    columns = "\n".join(
        f"    {field['name']} : {field['type']}{_optional(field)}\n        {field['description']}"
        for field in resource["schema"]["fields"]
    )
    return f"""{resource["description"]}

Parameters
----------
data : path, optional
    A folder of your own tables of the same columns; ours by default.

Returns
-------
DataFrame
    One row for each {"printed figure" if name in THEMES else "entry"}; columns:

{columns}

Raises
------
TableError
    Lists every fault of the table: file, line, column, found, expected.
FileNotFoundError, NotADirectoryError
    `data` is not a folder.

Notes
-----
Source: {resource["path"]}, described in datapackage.json, hand-typed from the article.
"""


def _optional(field: dict) -> str:
    return "" if field.get("constraints", {}).get("required") else ", may be empty"


load_funding = _loader("funding")
load_projects = _loader("projects")
load_water_works = _loader("water_works")
load_training = _loader("training")
load_county = _loader("county")
load_sources = _loader("sources")


def labels(data: str | Path | None = None) -> dict[str, dict[str, str]]:
    """What each code is called: ``labels()["wuxi_county"]["en"]``.

    A user's ``labels.csv`` adds to ours, and wins where both name a code.
    """
    ours = _our_labels()
    return ours if data is None else ours | _words(read("labels", data).frame)


def filled(text: str, **parts) -> str:
    """A label whose ``{name}`` gives way to its part; any other brace of a user's is a brace."""
    return re.sub(r"{(\w+)}", lambda found: str(parts.get(found[1], found[0])), text)


@cache
def _our_labels() -> dict[str, dict[str, str]]:
    return _words(read("labels").frame)


def _words(frame: pd.DataFrame) -> dict[str, dict[str, str]]:
    if not {"code", "zh", "en"} <= set(frame):
        return {}
    return {
        code: {"zh": zh, "en": en}
        for code, zh, en in zip(frame["code"], frame["zh"], frame["en"], strict=True)
    }


def fact(table: pd.DataFrame, fact_id: str) -> Quantity:
    """One printed figure of a table, with its source, paragraph and token.

    Parameters
    ----------
    table : DataFrame
        As a loader returns it.
    fact_id : str
        Such as ``"jilin-annual-2020"``.

    Returns
    -------
    Quantity

    Raises
    ------
    KeyError
        No such fact in the table; the message names the nearest.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> print(wd.fact(wd.load_funding(), "jilin-aid-1992-2021").wording())
    约7576.05万元
    """
    rows = table[table["fact_id"] == fact_id]
    if len(rows) != 1:
        raise KeyError(f"no fact {fact_id!r} in the table{did_you_mean(fact_id, table['fact_id'])}")
    return quantities(rows).iloc[0]


def quantities(table: pd.DataFrame) -> pd.Series:
    """Every row of a table as a Quantity, indexed by fact_id; a Series that does arithmetic."""
    columns = [*FIGURE, "fact_id", "source_id", "paragraph"]
    return pd.Series(
        {
            fact_id: Quantity(
                None if pd.isna(value) else value,
                unit,
                None if pd.isna(qualifier) else qualifier,
                printed=Printed(token, fact_id, source_id, int(paragraph)),
                formula=fact_id,
                inputs=(fact_id,),
                bounds=parse_quantity(token).bounds,
            )
            for value, unit, qualifier, token, fact_id, source_id, paragraph in table[
                columns
            ].itertuples(index=False, name=None)
        },
        dtype=object,
    )


def words(figures: pd.Series) -> pd.DataFrame:
    """Figures in words, to show computed ones: ``words(total - part)``.

    Parameters
    ----------
    figures : Series of Quantity
        As :func:`quantities` gives them, or arithmetic on such.

    Returns
    -------
    DataFrame
        Same index; columns zh, en (the wording) and formula (what it was computed from).
    """
    return pd.DataFrame(
        [(figure.wording("zh"), figure.wording("en"), figure.formula) for figure in figures],
        index=figures.index,
        columns=["zh", "en", "formula"],
        dtype="string",
    )

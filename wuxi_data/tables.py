"""Load our tables, or yours; look up what a code is called; turn rows into quantities or words."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from .messages import LANGS, _, one_of
from .quantity import Printed, Quantity, parse_quantity
from .reading import Raw, TableError, Vocabulary, numbers, read_table
from .rules import Lookup, check_table, lookup
from .schema import THEMES, fields, references, resource


def load(name: str, data: str | Path | None = None) -> pd.DataFrame:
    """One table, checked and typed as the schema declares; the caller's own to change."""
    frame = _loaded(read_table(name, data), lookup(data)).copy()
    frame.attrs["data"] = None if data is None else str(data)
    return frame


@lru_cache(maxsize=64)
def _loaded(raw: Raw, known: Lookup) -> pd.DataFrame:
    name, faults = raw.name, check_table(raw, known)
    if faults:
        raise TableError(faults)
    coded = {*references(name, "labels"), *references(name, "sources")}
    typed = {}
    for column, field in fields(name).items():
        typed[column] = _typed(raw.frame[column], field, column in coded)
        if column == "qualifier" and name in THEMES:
            typed |= _bounds(raw.frame["as_written"])
    return (pd.DataFrame if name in THEMES else Readable)(typed)


def _typed(column: pd.Series, field: dict, coded: bool) -> pd.Series:
    if field["type"] != "string":
        return pd.Series(numbers(column), dtype="float64" if field["type"] == "number" else "Int64")
    if coded:
        return column.cat.set_categories(sorted(set(column.cat.categories) - {""}))
    return column.astype("string").mask(column == "")


def _bounds(tokens: pd.Series) -> dict[str, np.ndarray]:
    """The bounds of each token, NaN where there is none, and whether it says 约."""
    printed = [parse_quantity(token) for token in tokens.cat.categories]
    return {
        name: np.array([getattr(each, name) for each in printed], kind)[tokens.cat.codes]
        for name, kind in (("low", float), ("high", float), ("about", bool))
    }


def load_funding(data: str | Path | None = None) -> pd.DataFrame:
    return load("funding", data)


def load_projects(data: str | Path | None = None) -> pd.DataFrame:
    return load("projects", data)


def load_water_works(data: str | Path | None = None) -> pd.DataFrame:
    return load("water_works", data)


def load_training(data: str | Path | None = None) -> pd.DataFrame:
    return load("training", data)


def load_county(data: str | Path | None = None) -> pd.DataFrame:
    return load("county", data)


def load_sources(data: str | Path | None = None) -> pd.DataFrame:
    return load("sources", data)


def _codebook(name: str) -> str:
    """The docstring of a loader, from what the schema declares."""
    columns = "\n".join(
        f"    {column} : {field['type']}"
        + ("" if field["constraints"].get("required") else ", may be empty")
        + f"\n        {field['description']}"
        for column, field in fields(name).items()
    )
    if name in THEMES:
        columns += f"\n{_BOUNDS}"
    return f"""{resource(name)["description"]}

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
    `data` is not a folder, or none of the tables stands in it.

Notes
-----
Source: {name}.csv, described in datapackage.json, hand-typed from the article.
"""


_BOUNDS = """    low, high : number, may be empty
        What the token admits (上下限): 200余 is at least 200 and below 300; after qualifier.
    about : boolean
        Whether print says 约; the bounds are computed as if it did not."""


for _loader in (
    load_funding, load_projects, load_water_works, load_training, load_county, load_sources,
):  # fmt: skip
    _loader.__doc__ = _codebook(_loader.__name__.removeprefix("load_"))


def labels(data: str | Path | None = None) -> dict[str, dict[str, str]]:
    """What each code is called: ``labels()["wuxi_county"]["en"]``.

    A user's ``labels.csv`` adds to ours, and wins where both name a code.
    """
    return {
        code: {"zh": zh, "en": en}
        for place in (None, data)
        for code, zh, en in load("labels", place)[["code", "zh", "en"]].itertuples(index=False)
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
        words = {"name": fact_id, "mend": Vocabulary(table["fact_id"]).did_you_mean(fact_id)}
        raise KeyError(_("no fact {name!r} in the table{mend}", **words))
    return quantities(rows).iloc[0]


def quantities(table: pd.DataFrame) -> pd.Series:
    """Every row of a table as a Quantity: a Series that does arithmetic.

    Parameters
    ----------
    table : DataFrame
        As a loader gives it, or a selection of its rows.

    Returns
    -------
    Series
        Indexed by fact_id.
    """
    columns = ["as_written", "unit", "fact_id", "source_id", "paragraph"]
    need_columns(table, *columns)
    return pd.Series(
        {
            fact_id: replace(
                parse_quantity(token),
                unit=unit,
                printed=Printed(token, fact_id, source_id, int(paragraph)),
                formula=fact_id,
                inputs=(fact_id,),
            )
            for token, unit, fact_id, source_id, paragraph in table[columns].itertuples(index=False)
        },
        dtype=object,
    )


def need_columns(table: pd.DataFrame, *columns: str) -> None:
    """Refuse rows that have lost columns since a loader returned them."""
    if not isinstance(table, pd.DataFrame):
        kind = type(table).__name__
        raise TypeError(_("expected a table as a loader gives it, got {kind}", kind=kind))
    if lost := [each for each in columns if each not in table]:
        words = {"lost": ", ".join(lost)}
        raise ValueError(_("expected rows as a loader gives them; no column {lost} here", **words))


def facts(data: str | Path | None = None) -> dict[str, Quantity]:
    """Every printed figure of a folder by its fact_id."""
    return {
        fact_id: figure
        for theme in THEMES
        for fact_id, figure in quantities(load(theme, data)).items()
    }


def words(figures: pd.Series) -> pd.DataFrame:
    """Figures in words, such as computed ones: ``words(total - part)``.

    Parameters
    ----------
    figures : Series of Quantity
        As :func:`quantities` gives them, or arithmetic on such.

    Returns
    -------
    DataFrame
        Same index; columns zh, en (the wording) and formula (what it was computed from).
    """
    return Readable(
        [(figure.wording("zh"), figure.wording("en"), figure.formula) for figure in figures],
        index=figures.index,
        columns=["zh", "en", "formula"],
        dtype="string",
    )


_HEADS = {
    "as_written": ("原文", "In print"),
    "figure": ("数", "Figure"),
    "period": ("年份", "Years"),
    "paragraph": ("段落", "Paragraph"),
    "source_id": ("来源", "Source"),
    "note": ("说明", "Note"),
}


class Readable(pd.DataFrame):
    """A table to be read: a notebook aligns its text left, and cuts no sentence."""

    @property
    def _constructor(self):
        return Readable

    def _repr_html_(self):
        frame = self.rename_axis(index=None, columns=self.index.name)  # all heads in one row
        with pd.option_context("display.max_colwidth", None):
            html = super(Readable, frame)._repr_html_()
        return html and re.sub(r"\n *<(t[hd])>([^<]*)", _cell, html)


def _cell(match: re.Match) -> str:
    """A short text stays on its line: Chinese would otherwise break after each character."""
    kind, text = match.groups()
    text = text.replace("&lt;NA&gt;", "")
    keep = "; white-space: nowrap" if len(text) <= 10 else ""
    return f'\n<{kind} style="text-align: left{keep}">{text}'


def labelled(table: pd.DataFrame, lang: str = "zh") -> pd.DataFrame:
    """A table, or any rows of it, in words: for readers, not for computing.

    Parameters
    ----------
    table : DataFrame
        As a loader gives it, or a selection of its rows.
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        Indexed by fact_id: what and who, with each code replaced by what it is called; the years;
        the printed token, in English also the figure in words; the paragraph; the source where
        there are several; the note. Columns in which no row says anything are left out.

    Raises
    ------
    ValueError
        Unknown `lang`; not a table of figures.
    """
    one_of(LANGS, "lang", lang)
    need_columns(table, "fact_id", "indicator", "as_written", "start", "end")
    known = labels(table.attrs.get("data"))
    shown = {
        column: [known.get(code, {}).get(lang, code) for code in table[column].astype(object)]
        for column in table
        if column in _CODED
    }
    shown["period"] = [
        year_range(start, end, "—" if lang == "zh" else "–")
        for start, end in zip(table["start"], table["end"], strict=True)
    ]
    shown["as_written"] = table["as_written"].to_list()
    if lang == "en":
        shown["figure"] = [each.wording("en") for each in quantities(table)]
    shown["paragraph"] = table["paragraph"].astype(int).to_list()
    if table["source_id"].nunique() > 1:
        shown["source_id"] = table["source_id"].astype(str).to_list()
    notes = table["note_zh"].fillna(table["note"]) if lang == "zh" else table["note"]
    shown["note"] = notes.fillna("").to_list()
    title = "title" if lang == "en" else "title_zh"
    heads = {name: field[title] for theme in THEMES for name, field in fields(theme).items()}
    heads |= {name: said[lang == "en"] for name, said in _HEADS.items()}
    frame = pd.DataFrame(shown, index=pd.Index(table["fact_id"], name=heads["fact_id"]))
    frame = frame.loc[:, (frame.fillna("") != "").any()].fillna("")
    return Readable(frame.rename(columns=heads))


_CODED = {column for theme in THEMES for column in references(theme, "labels")} - {"qualifier"}


def year_range(start, end, dash: str = "–") -> str:
    """A period in figures, as far as its years are known."""
    start, end = ("" if pd.isna(year) else str(year) for year in (start, end))
    return start if start == end else f"{start}{dash}{end}"

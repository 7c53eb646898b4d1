"""The five forms, for any selection of a table or quantities of your own; and two of them beside.

Each takes figures that share an axis, names them by what tells them apart, and draws no more
than their bounds admit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

import pandas as pd

from .charts import STATES, TONES, Chart, Mark, compose, rounded, wording
from .messages import _, one_of
from .places import NOTHING, Both, Folder, capital, fill, joined, period, years
from .quantity import Quantity
from .schema import resource
from .tables import quantities

__all__ = ["bars", "beside", "columns", "mark", "nested", "overview", "spans", "squares"]

MOST_MARKS, MOST_SQUARES = 60, 1500  # more would be a poster
# Units that convert exactly may share an axis: half an hour beside ten minutes.
_EXACT = {
    "hour": ("minute", 60), "km": ("m", 1000), "t": ("kg", 1000), "hectare": ("mu", 15),
    "km2": ("m2", 10**6), "MW": ("kW", 1000),
}  # fmt: skip


class _Sentence(str):
    """Words that a notebook shows without quotation marks."""

    __repr__ = str.__str__


_NOTHING_YET = _Sentence("这张表里还没有可画的数。 | This table has no figures to draw yet.")


class Drawn(NamedTuple):
    """A figure as the author wants it drawn; made by :func:`mark`."""

    quantity: Quantity
    label: Sequence[str] | None = None
    at: int | None = None
    state: str | None = None
    within: str | None = None
    group: Sequence[str] | None = None
    detail: Sequence[str] | None = None
    tone: str | None = None


def mark(
    quantity: Quantity,
    *,
    label: Sequence[str] | None = None,
    at: int | None = None,
    state: str | None = None,
    within: str | None = None,
    group: Sequence[str] | None = None,
    detail: Sequence[str] | None = None,
    tone: str | None = None,
) -> Drawn:
    """A figure for a form, with more said of it than its row says.

    Parameters
    ----------
    quantity : Quantity
        Of a table (:func:`wuxi_data.fact`), or computed from such.
    label, group, detail : (zh, en), optional
        Its name; the heading that it stands under; what stands beside it. Words with places.
    at : int, optional
        The year of its column.
    state : {"completed", "inferred", "planned", "before"}, optional
        As its row says by default.
    within : str, optional
        With :func:`nested` and :func:`squares`: the fact_id of the whole that holds it; as
        ``part_of`` says by default.
    tone : {"main", "second", "third"}, optional
    """
    if not isinstance(quantity, Quantity):
        raise TypeError(_("expected a Quantity, got {kind}", kind=type(quantity).__name__))
    for given, known, what in ((state, STATES, "state"), (tone, TONES, "tone")):
        if given is not None:
            one_of(known, what, given)
    return Drawn(quantity, label, at, state, within, group, detail, tone)


# -------------------------------------------------------------------- the forms


def columns(figures, *, name=None, title=None, subtitle=None, note=None, label=None, data=None,
            per=1, lang="zh", change=None) -> Chart:  # fmt: skip
    """Upright columns at their years."""
    marks, folder = _marks(figures, label, data, per)
    marks = _in_order_of_years(_one_axis(marks))
    places = [(_place(each), each.group) for each in marks]
    # Two figures of one year stand side by side, not one before the other.
    marks = [
        replace(each, at=place[0] if places.count(place) == 1 else None)
        for each, place in zip(marks, places, strict=True)
    ]
    options = {} if change is None else {"change": _change(change, folder, marks)}
    return _compose("columns", marks, folder, title, subtitle, note, name, lang, options)


def _in_order_of_years(marks: list[Mark]) -> list[Mark]:
    """As they stand from left to right: by year where each has one, within each group."""
    if any(_place(each) is None for each in marks):
        return marks
    groups = list(dict.fromkeys(each.group for each in marks))
    return sorted(marks, key=lambda each: (groups.index(each.group), _place(each)))


def _change(formula: str, folder: Folder, marks: list[Mark]) -> Both:
    """By how much the last column differs; a sign only where the figure is exact."""
    quantity = folder.quantity(formula) * Quantity(100, "percent")
    before, after = (each.low or 0 for each in marks[-2:])
    if quantity.value is not None and quantity.value * (after - before) < 0:
        said = {"formula": formula, "percent": quantity.wording("en"), "last": marks[-1].figure}
        raise ValueError(
            _("change: {formula} comes to {percent}, against the column {last}, drawn last", **said)
        )
    said = [quantity.wording(lang) for lang in ("zh", "en")]
    signed = quantity.qualifier == "exact" and quantity.value > 0 and said[0][0].isdigit()
    return Both(*(f"+{each}" if signed else each for each in said))


def bars(figures, *, name=None, title=None, subtitle=None, note=None, label=None, data=None,
         per=1, lang="zh") -> Chart:  # fmt: skip
    """Bars one under the other, named at their left."""
    marks, folder = _marks(figures, label, data, per)
    marks = [replace(each, within="") for each in _one_axis(marks)]
    return _compose("bars", marks, folder, title, subtitle, note, name, lang)


def nested(figures, *, name=None, title=None, subtitle=None, note=None, label=None, data=None,
           per=1, lang="zh") -> Chart:  # fmt: skip
    """A whole, and its parts drawn in place within it: the two are never added up."""
    marks, folder = _marks(figures, label, data, per)
    return _compose("nested", _one_axis(marks), folder, title, subtitle, note, name, lang)


def squares(figures, *, name=None, title=None, subtitle=None, note=None, label=None, data=None,
            per=1, lang="zh") -> Chart:  # fmt: skip
    """One square a unit, or one square for `per` of them; parts are tinted within their whole."""
    marks, folder = _marks(figures, label, data, 1)
    marks = _one_axis(marks)
    if not per > 0:
        raise ValueError(_("per: expected how many units one square is, got {per!r}", per=per))
    many = max(mark.reach for mark in marks) / per
    if many > MOST_SQUARES:
        words = {"many": many}
        raise ValueError(
            _("{many:,.0f} squares are too many to see: say per=, units for one square", **words)
        )
    chart = _compose(
        "squares", marks, folder, title, subtitle, note, name, lang, {"per": float(per)}
    )
    if per == 1:
        return chart
    one = Quantity(per, marks[0].unit)
    scale = Both(f"一格为{one.wording('zh')}", f"one square is {one.wording('en')}")
    zh, en = joined(filter(None, (chart.words["subtitle"], scale)), "；", "; ")
    return replace(chart, words={**chart.words, "subtitle": Both(zh, capital(en))})


def spans(figures, *, name=None, title=None, subtitle=None, note=None, label=None, data=None,
          per=1, lang="zh") -> Chart:  # fmt: skip
    """The years that each figure covers, in lanes; open where print leaves an end open."""
    marks, folder = _marks(figures, label, data, per, dated=False)  # the axis tells the years
    marks = [each for each in marks if not (each.start is None and each.end is None)]
    if not marks:
        raise ValueError(_("nothing to draw: spans need rows that name a year (start or end)"))
    marks = [replace(each, within="") for each in marks]
    return _compose("spans", marks, folder, title, subtitle, note, name, lang)


_COMMON = """

    Parameters
    ----------
    figures : DataFrame, Series or iterable
        Any selection of a loader's table; or Quantities, of a table or computed; or :func:`mark`
        of either. {rows}
        A figure without bounds, or that may be below zero, has words and no shape.
    name : str, optional
        Makes the chart an artefact: what a notebook shows under a name is in ``figures/``.
    title, subtitle, note : (zh, en), optional
        Words with places for numbers: ``"…{{jilin-annual-2020}}"``; a place may end in
        ``:number``, ``:percent``, ``:period`` or ``:label``. Without a title the chart says what
        the codes say, and claims nothing.
    label : str, list of str or mapping, optional
        The columns that name the marks (``"period"`` for the years), or (zh, en) by fact_id.
    data : path, optional
        The folder whose facts the words may name; that of the rows by default.
    per : number
        With squares: how many units one square stands for.
    lang : {{"zh", "en"}}
        Of the picture that is shown; the words are there in both.
{more}
    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        No figure; figures that cannot share an axis; a typed number; a place that nothing fills.
    """
_CHANGE = """    change : str, optional
        A formula: by how much the last column differs, said in percent at an arrow.
"""
for _form, _rows, _more in (
    (columns, "In one unit.", _CHANGE),
    (bars, "In one unit, or in units that convert exactly.", ""),
    (nested, "``part_of`` says which is the whole of which.", ""),
    (squares, "Counts in one unit; ``part_of`` says which is the whole of which.", ""),
    (spans, "Rows that name a year.", ""),
):
    _form.__doc__ += _COMMON.format(rows=_rows, more=_more)


def beside(
    *charts: Chart, name=None, title=None, subtitle=None, note=None, data=None, lang="zh"
) -> Chart:
    """Charts side by side under one title, where their figures share no axis.

    Parameters
    ----------
    *charts : Chart
        Of one folder; each keeps its own title above its part.
    name, title, subtitle, note, data, lang
        As for :func:`bars`.

    Returns
    -------
    Chart
    """
    if len(charts) < 2 or not all(isinstance(each, Chart) for each in charts):
        raise ValueError(_("beside sets two or more charts side by side"))
    if any(each.panels for each in charts):
        raise ValueError(_("beside takes single charts: give all of them at once"))
    if len(folders := {each.folder for each in charts}) > 1:
        listed = ", ".join(map(str, folders))
        raise ValueError(_("charts of different folders: {folders}", folders=listed))
    folder = Folder.at(data if data is not None else charts[0].folder)
    panels = tuple(replace(each, name=None, lang=lang) for each in charts)
    every = [mark for each in panels for mark in each.figures]
    _each_once(every)
    default = joined([each.words["title"] for each in charts], "；", "; ")
    whole = compose("beside", every, folder, title=title, subtitle=subtitle, note=note,
                    default=default, name=name, lang=lang)  # fmt: skip
    return replace(whole, figures=(), panels=panels)


def overview(table: pd.DataFrame, *, name: str | None = None, lang: str = "zh", **words):
    """A theme of a county, drawn without a claim; a sentence where its table is empty.

    Parameters
    ----------
    table : DataFrame
        As a loader gives it.
    name, lang, title, subtitle, note
        As for :func:`bars`.

    Returns
    -------
    Chart or str
        Bars for each unit of the table, side by side where there are several. Years of the
        calendar are no amounts and are left out.
    """
    bounded = table[table["low"].notna() | table["high"].notna()]
    amounts = bounded.loc[[not _is_date(row) for row in bounded.itertuples()]]
    parts = [
        rows.head(MOST_MARKS)
        for _unit, rows in amounts.groupby(amounts["unit"].astype(str), sort=False)
        if (rows["low"] >= 0).any()
    ]
    if not parts:
        return _NOTHING_YET
    if len(parts) == 1:
        return bars(parts[0], name=name, lang=lang, **words)
    return beside(*map(bars, parts), name=name, lang=lang, **words)


def _compose(form, marks, folder, title, subtitle, note, name, lang, options=None) -> Chart:
    return compose(
        form, _unalike(marks), folder, title=title, subtitle=subtitle, note=note,
        default=_neutral_title(marks, folder), name=name, lang=lang, options=options or {},
    )  # fmt: skip


# -------------------------------------------------------------------- from figures to marks


def _marks(figures, label, data, per, dated=True) -> tuple[list[Mark], Folder]:
    if per != 1:
        raise ValueError(_("per: one square stands for so many; other forms have no use for it"))
    wanted = list(_drawn(figures))
    if not wanted:
        raise ValueError(_("nothing to draw: the selection is empty"))
    if len(wanted) > MOST_MARKS:
        words = {"count": len(wanted), "most": MOST_MARKS}
        raise ValueError(
            _("{count} figures are too many for a chart: select at most {most}", **words)
        )
    folder = _folder(figures, data)
    rows = [folder.rows.get(each.quantity.formula) for each in wanted]
    for each in wanted:
        _belongs(each.quantity, folder)
    names = _names(wanted, rows, label, folder, dated)
    return [
        _mark(each, row, name, folder) for each, row, name in zip(wanted, rows, names, strict=True)
    ], folder


def _drawn(figures) -> Iterable[Drawn]:
    if isinstance(figures, pd.DataFrame):
        yield from (Drawn(quantity) for quantity in quantities(figures))
        return
    if isinstance(figures, Quantity | Drawn):
        figures = [figures]
    for each in figures:
        if isinstance(each, pd.DataFrame | pd.Series):
            yield from _drawn(each)
        else:
            yield each if isinstance(each, Drawn) else mark(each)


def _folder(figures, data) -> Folder:
    """That of the rows; figures computed by hand say which, or are ours."""
    parts = figures if isinstance(figures, list | tuple) else [figures]
    frames = [part for part in parts if isinstance(part, pd.DataFrame)]
    if data is not None or not frames:
        return Folder.at(data)
    if not all("data" in frame.attrs for frame in frames):
        raise ValueError(_("whose rows are these? Merged tables forget their folder: say data=…"))
    known = {frame.attrs["data"] for frame in frames}
    if len(known) > 1:
        listed = ", ".join(map(str, known))
        raise ValueError(_("rows of different folders: {folders}", folders=listed))
    return Folder.at(known.pop())


def _belongs(quantity: Quantity, folder: Folder) -> None:
    for name in quantity.inputs:
        if name not in folder.facts:
            words = {"name": name, "where": folder.data or _("our tables")}
            raise ValueError(
                _("{name!r} is no fact of {where}: say data=, the folder of your rows", **words)
            )
    said = folder.facts.get(quantity.formula, quantity)
    if quantity != said:
        words = {"name": quantity.formula, "said": said, "where": folder.data or _("our tables")}
        raise ValueError(_("{name!r} says {said} in {where}", **words))


def _mark(drawn: Drawn, row, name: Both, folder: Folder) -> Mark:
    quantity = drawn.quantity
    state = drawn.state or (folder.state(row) if row is not None else "completed")
    figure = quantity.formula or quantity.wording("zh")
    start, end = (None, None) if row is None else years(row)

    def said(words) -> Both:
        return NOTHING if words is None else fill(words, folder, "label")

    return Mark(
        figure,
        name,
        wording(quantity, state),
        *_bounds(quantity),
        unit=quantity.unit,
        about=quantity.about,
        state=state,
        start=start,
        end=end,
        at=drawn.at,
        within=drawn.within if drawn.within is not None else _whole(row),
        group=said(drawn.group),
        detail=said(drawn.detail),
        tone=drawn.tone or ("third" if state == "before" else "main"),
    )


def _bounds(quantity: Quantity) -> tuple[float | None, float | None]:
    """How far a figure is drawn solid, and how far it fades; neither where it may be below zero."""
    if quantity.low is None or quantity.low < 0:
        return None, None
    return rounded(quantity.low), rounded(quantity.high)


def _whole(row) -> str:
    return "" if row is None or pd.isna(row.part_of) else row.part_of


def _place(mark: Mark) -> int | None:
    """The year at which a column stands."""
    return mark.at if mark.at is not None else mark.start if mark.start == mark.end else None


def _is_date(each) -> bool:
    """Whether a row or a mark is the very year that it dates: a place in time, and no amount."""
    return each.unit == "year" and pd.notna(each.low) and years(each) == (each.low, each.low)


def _one_axis(marks: list[Mark]) -> list[Mark]:
    """The marks in one unit; an error where they share none."""
    for each in marks:
        if _is_date(each):
            raise ValueError(
                _("{figure} is a year of the calendar, not an amount: draw it with wd.spans",
                  figure=each.figure)
            )  # fmt: skip
    units = sorted({mark.unit for mark in marks if mark.low is not None})
    if not units:
        raise ValueError(_("nothing to draw: no figure has a value or bounds at or above zero"))
    if len(units) == 1:
        return marks
    bases = {_EXACT.get(unit, (unit, 1))[0] for unit in units}
    if len(bases) > 1:
        words = {"units": ", ".join(units)}
        raise ValueError(
            _(
                "mixed units cannot share an axis ({units}): draw each by itself, wd.beside(…)",
                **words,
            )
        )
    return [_converted(mark) for mark in marks]


def _converted(mark: Mark) -> Mark:
    unit, factor = _EXACT.get(mark.unit, (mark.unit, 1))
    low, high = (
        None if each is None else rounded(Fraction(each) * factor) for each in (mark.low, mark.high)
    )
    return replace(mark, low=low, high=high, unit=unit)


# -------------------------------------------------------------------- names


def _names(wanted: list[Drawn], rows: list, label, folder: Folder, dated: bool) -> list[Both]:
    """What each mark is called: the author's words, else what tells the rows apart."""
    if isinstance(label, Mapping):
        given = [label.get(each.quantity.formula) for each in wanted]
    else:
        given = [None] * len(wanted)
    given = [each.label or words for each, words in zip(wanted, given, strict=True)]
    known = [row for row in rows if row is not None]
    columns = label if isinstance(label, str | list | tuple) else None
    told = _telling_apart(known, columns, folder, dated)
    names = []
    for each, row, words in zip(wanted, rows, given, strict=True):
        if words is not None:
            names.append(fill(words, folder, "label"))
        elif each.at is not None:
            names.append(period(each.at, each.at))
        elif row is not None:
            names.append(told[row.fact_id])
        else:
            formula = each.quantity.formula or each.quantity.wording("zh")
            names.append(Both(formula, formula))
    return names


def _telling_apart(rows: list, columns, folder: Folder, dated: bool) -> dict[str, Both]:
    """The shortest names that differ wherever the rows do; and their years, where those differ."""
    if columns is None:
        columns = [*dict.fromkeys(col for row in rows for col in _columns_of(row)), "period"]
        chosen: list[str] = []
        for column in columns:
            here = [_codes(row, [*chosen, column]) for row in rows]
            before = [_codes(row, chosen) for row in rows]
            if len(set(here)) > len(set(before)) or not chosen:
                chosen.append(column)
            if len(set(here)) == len(rows):
                break
        dated = dated and "period" not in chosen and len({years(row) for row in rows}) > 1
        columns = [*chosen, "period"] if dated else chosen
    columns = [columns] if isinstance(columns, str) else list(columns)
    return {row.fact_id: _name(row, columns, folder) for row in rows}


def _columns_of(row) -> list[str]:
    """The columns that tell the rows of its table apart, the most telling first."""
    declared = resource(type(row).__name__)["tellingApart"]
    return [column for column in declared if column not in ("start", "end", "source_id")]


def _codes(row, columns: Sequence[str]) -> tuple:
    return tuple(
        years(row) if each == "period" else str(getattr(row, each, "")) for each in columns
    )


def _name(row, columns: Sequence[str], folder: Folder) -> Both:
    parts = []
    for column in columns:
        if column == "period":
            parts.append(period(*years(row)))
        else:
            code = getattr(row, column, None)
            parts.append(NOTHING if code is None or pd.isna(code) else folder.label(str(code)))
    parts = list(dict.fromkeys(filter(None, parts))) or [folder.label(row.indicator)]
    zh, en = joined(parts)
    return Both(zh, capital(en))


def _unalike(marks: list[Mark]) -> list[Mark]:
    """No two marks with one name: what stands in print, and where, tells them apart."""
    _each_once(marks)
    names = [[(mark.name[n], mark.at, mark.group) for mark in marks] for n in (0, 1)]
    twice = [any(said.count(said[n]) > 1 for said in names) for n in range(len(marks))]
    return [_with_its_figure(mark) if again else mark
            for mark, again in zip(marks, twice, strict=True)]  # fmt: skip


def _with_its_figure(mark: Mark) -> Mark:
    zh, en = mark.name
    return replace(mark, name=Both(f"{zh}（{mark.figure}）", f"{en} ({mark.figure})"))


def _each_once(marks: list[Mark]) -> None:
    """Else the link to a figure would lead to either of its marks."""
    keys = [mark.key for mark in marks]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(_("{name!r} twice in one chart: draw each figure once", name=key))


def _neutral_title(marks: list[Mark], folder: Folder) -> Both:
    """What is measured, from whom to whom: the codes that all rows share."""
    rows = [folder.rows[mark.figure] for mark in marks if mark.figure in folder.rows]
    if not rows:
        return joined([mark.name for mark in marks[:3]], "、")
    shared = []
    for column in dict.fromkeys(col for row in rows for col in ("indicator", *_columns_of(row))):
        codes = list(dict.fromkeys(str(getattr(row, column, "")) for row in rows))
        if column == "indicator" and len(codes) <= 3:
            shared += [folder.label(code) for code in codes]
        elif len(codes) == 1 and codes[0] in folder.labels:
            shared.append(folder.label(codes[0]))
    shared = list(dict.fromkeys(shared)) or [folder.label(rows[0].indicator)]
    zh, en = joined(shared)
    return Both(zh, capital(en))

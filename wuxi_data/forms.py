"""The five forms, for any selection of a table or quantities of your own; charts side by side.

Each takes figures that share an axis, names them by what tells them apart, and draws no more
than their bounds admit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from fractions import Fraction

import pandas as pd

from .charts import STATES, TONES, Chart, Mark, in_words, mark_words, rounded
from .messages import LANGS, _, one_of
from .numerals import CALENDAR
from .places import NOTHING, Both, Folder, capital, fill, joined, period, portable, years
from .quantity import Quantity, evaluate, names_in
from .schema import resource
from .tables import need_columns, quantities

MOST_MARKS, MOST_SQUARES = 60, 1500  # more would be a poster
# Units that convert exactly may share an axis: half an hour beside ten minutes.
_EXACT = {
    "hour": ("minute", 60), "km": ("m", 1000), "t": ("kg", 1000), "MW": ("kW", 1000),
    "hectare": ("mu", 15), "km2": ("mu", 1500), "m2": ("mu", Fraction(3, 2000)),
}  # fmt: skip


# What a name always says where it differs, as it does the years: what is measured, and who.
_SAID = ("indicator", "payer", "recipient", "sponsor", "place", "organiser")


class _Sentence(str):
    """Words that a notebook shows without quotation marks."""

    __repr__ = str.__str__


_NOTHING_YET = _Sentence("这张表里还没有可画的数。 | This table has no figures to draw yet.")


@dataclass(frozen=True)
class Wanted:
    """A figure for a form, with details that its row does not hold.

    Parameters
    ----------
    quantity : Quantity
        Of a table (:func:`wuxi_data.fact`), or computed from such.
    label, group, detail : (zh, en), optional
        Its name; the heading that it stands under; what stands beside it. Words with places.
    at : int, optional
        The year of its column.
    state : {"completed", "inferred", "planned", "before"}, optional
        As its row says by default; inferred where it stands at a year that its row does not name.
    within : str, optional
        With :func:`nested` and :func:`squares`: the fact_id of the whole that holds it; as
        ``part_of`` says by default.
    tone : {"main", "second", "third"}, optional
    """

    quantity: Quantity
    _: KW_ONLY
    label: Sequence[str] | None = None
    at: int | None = None
    state: str | None = None
    within: str | None = None
    group: Sequence[str] | None = None
    detail: Sequence[str] | None = None
    tone: str | None = None

    def __post_init__(self):
        if not isinstance(self.quantity, Quantity):
            words = {"kind": type(self.quantity).__name__}
            raise TypeError(
                _("expected rows of a table, or a Quantity of wd.fact or wd.quantities; got "
                  "{kind}", **words)
            )  # fmt: skip
        if self.at is not None:
            if self.at not in CALENDAR:
                raise ValueError(_("at: expected a year, got {got!r}", got=self.at))
            object.__setattr__(self, "at", int(self.at))  # of numpy, too
        for known, what, got in ((STATES, "state", self.state), (TONES, "tone", self.tone)):
            if got is not None:
                one_of(known, what, got)

    @property
    def figure(self) -> str:
        return self.quantity.formula or self.quantity.wording("zh")


mark = Wanted


# -------------------------------------------------------------------- the forms


def columns(figures, *, name=None, title=None, subtitle=None, note=None, label=None, data=None,
            per=1, lang="zh", change=None) -> Chart:  # fmt: skip
    """Upright columns by year; drawn as bars where the words do not fit side by side."""
    marks, folder = _marks(figures, label, data, per)
    marks = [replace(each, at=_year(each), within="") for each in _one_axis(marks)]
    # Years run from left to right in each group, after what names none.
    groups = [each.group for each in marks]
    marks.sort(key=lambda each: (groups.index(each.group), each.at or each.start or 0))
    # Two figures of one year stand side by side, not one before the other.
    many = Counter((each.at, each.group) for each in marks)
    marks = [replace(each, at=None) if many[each.at, each.group] > 1 else each for each in marks]
    options = {} if change is None else {"change": _change(change, folder, marks)}
    return _chart("columns", marks, folder, title, subtitle, note, name, lang, options=options)


def _year(mark: Mark) -> int | None:
    """The year at which a column stands."""
    return mark.at if mark.at is not None else mark.start if mark.start == mark.end else None


def _change(formula: str, folder: Folder, marks: list[Mark]) -> Both:
    """By how much the last column differs; a sign only where the figure is exact."""
    ratio = folder.quantity(formula) if isinstance(formula, str) else None
    if ratio is None or ratio.unit:
        raise ValueError(
            _('change: expected a ratio of fact_ids, "new / old - 1", got {got!r}', got=formula)
        )
    if len(marks) < 2:
        raise ValueError(_("change: expected two columns or more"))
    quantity = ratio * Quantity(100, "percent")
    said = {"formula": formula, "percent": quantity.wording("en")}
    low, high = quantity.low, quantity.high
    if (low is None or low < 0) and (high is None or high > 0):
        raise ValueError(
            _("change: {formula} comes to {percent}, which may be a rise or a fall", **said)
        )
    old, new = (f"({each.figure})" for each in marks[-2:])
    meant = f"{new} / {old} - 1", f"({new} - {old}) / {old}"  # which differ where bounds do
    if ratio not in map(folder.quantity, meant):
        raise ValueError(
            _("change: {formula} comes to {percent}, and not to {meant}, of the last two columns",
              meant=meant[0], **said)
        )  # fmt: skip
    said = in_words(quantity)
    signed = quantity.qualifier == "exact" and quantity.value > 0 and said.zh[0].isdigit()
    return joined((Both("+", "+"), said), "", "") if signed else said


def bars(figures, *, name=None, title=None, subtitle=None, note=None, label=None, data=None,
         per=1, lang="zh", limit=None) -> Chart:  # fmt: skip
    """Horizontal bars, one below another, with their names on the left."""
    marks, folder = _marks(figures, label, data, per)
    marks = [replace(each, within="") for each in _one_axis(marks)]
    options = {} if limit is None else _limit(limit, folder, marks)
    return _chart("bars", marks, folder, title, subtitle, note, name, lang, options=options)


def _limit(limit: Mapping, folder: Folder, marks: list[Mark]) -> dict:
    """How far a figure goes at most, and what the author says of that."""
    sure = [each for each in marks if not each.about]  # 约 may go on beyond its bound
    highs = {each.figure: each.high for each in sure if each.high is not None}
    if not (isinstance(limit, Mapping) and len(limit) == 1 and limit.keys() <= highs.keys()):
        words = {"known": ", ".join(highs)}
        raise ValueError(
            _("limit: expected {{figure: (zh, en)}} of a bar with an upper bound: {known}", **words)
        )
    ((figure, words),) = limit.items()
    return {"limit": fill(words, folder, "limit"), "at": highs[figure]}


def nested(figures, *, name=None, title=None, subtitle=None, note=None, label=None, data=None,
           per=1, lang="zh") -> Chart:  # fmt: skip
    """A whole, and its parts drawn in place within it: the two are never added up."""
    marks, folder = _marks(figures, label, data, per)
    marks = _held(_one_axis(marks))
    return _chart("nested", marks, folder, title, subtitle, note, name, lang)


def squares(figures, *, name=None, title=None, subtitle=None, note=None, label=None, data=None,
            per=1, lang="zh") -> Chart:  # fmt: skip
    """One square for each unit, or for `per` of them; parts are coloured within their whole."""
    marks, folder = _marks(figures, label, data)
    marks = _held(_one_axis(marks))
    if not per > 0:
        raise ValueError(_("per: expected how many units one square is, got {per!r}", per=per))
    many = max(mark.reach for mark in marks) / per
    if many > MOST_SQUARES:
        words = {"many": many}
        raise ValueError(
            _("{many:,.0f} squares are too many to see: say per=, units for one square", **words)
        )
    options = {"per": float(per)}
    chart = _chart("squares", marks, folder, title, subtitle, note, name, lang, options=options)
    if per == 1:
        return chart
    zh, en = in_words(Quantity(per, marks[0].unit))
    return _saying(chart, "subtitle", Both(f"一格为{zh}", f"one square is {en}"))


def _saying(chart: Chart, what: str, more: Both) -> Chart:
    """The chart with more said in one of its words than the author says."""
    said = capital(joined(filter(None, (chart.words[what], more)), "；", "; "))
    return replace(chart, words={**chart.words, what: said})


def _held(marks: list[Mark]) -> list[Mark]:
    """The marks, of which no part is more than its whole, or holds it in turn.

    What a part may be more than certain has room after its last sibling: but one may be so.
    """
    wholes = {mark.figure: mark.within for mark in marks}
    for mark in marks:
        outer = mark.figure
        for _step in range(len(marks) + 1):  # past the outermost, unless they hold each other
            outer = wholes.get(outer, "")
        parts = [each for each in marks if each.within == mark.figure]
        certain = sum(each.low or 0 for each in parts)
        fading = [each for each in parts if each.high != each.low]
        vague = mark.high is None or any(each.about for each in (mark, *parts))
        if outer or len(fading) > 1 or (certain > (mark.high or 0) and not vague):
            words = {"whole": mark.figure, "parts": ", ".join(each.figure for each in parts)}
            raise ValueError(
                _("{whole} cannot hold {parts} end to end: wd.bars draws them apart", **words)
            )
    return sorted(marks, key=lambda mark: mark.within in wholes and mark.high != mark.low)


def spans(figures, *, name=None, title=None, subtitle=None, note=None, label=None, data=None,
          per=1, lang="zh") -> Chart:  # fmt: skip
    """The years that each figure covers, in lanes; open where print leaves an end open."""
    marks, folder = _marks(figures, label, data, per, dated=False)  # the axis tells the years
    marks = [each for each in marks if not (each.start is None and each.end is None)]
    if not marks:
        raise ValueError(_("nothing to draw: spans need rows that name a year (start or end)"))
    marks = [replace(each, within="", at=None) for each in marks]
    return _chart("spans", marks, folder, title, subtitle, note, name, lang)


_COMMON = """

    Parameters
    ----------
    figures : DataFrame, Series or iterable
        Any selection of a loader's table; or Quantities, of a table or computed; or :func:`mark`
        of either. {rows}
        A figure without bounds, or that may be below zero, is shown in words only.
    name : str, optional
        A chart that a notebook shows under a name is saved in ``figures/`` and is on the page.
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
        A ratio of fact_ids, ``"new / old - 1"``: by how much the last column differs, said in
        percent at an arrow.
"""
_LIMIT = """    limit : mapping, optional
        ``{fact_id: (zh, en)}``: a line where that figure ends at most, across the bars that go
        on beyond it, and words that say what it means.
"""
for _form, _rows, _more in (
    (columns, "In one unit.", _CHANGE),
    (bars, "In one unit, or in units that convert exactly.", _LIMIT),
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
        raise ValueError(_("beside sets two or more charts side by side: wd.beside(one, another)"))
    if any(each.panels for each in charts):
        raise ValueError(_("beside takes single charts: give all of them at once"))
    if len(folders := {each.folder for each in charts}) > 1:
        listed = ", ".join(map(str, folders))
        raise ValueError(_("charts of different folders: {folders}", folders=listed))
    panels = tuple(replace(each, name=None, lang=lang) for each in charts)
    folder = Folder.at(data if data is not None else charts[0].folder)
    every = [mark for each in panels for mark in each.figures]
    default = joined([each.words["title"] for each in charts], "；", "; ")
    whole = _chart("beside", every, folder, title, subtitle, note, name, lang, default=default)
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
        Bars for each unit of the table, side by side where there are several; a part within its
        whole, but several that may overlap beside it. Calendar years are not amounts and
        are left out.
    """
    need_columns(table, "fact_id", "unit", "low", "part_of")
    amounts = table.loc[[not _is_date(row) for row in table.itertuples()]]
    parts = [
        rows
        for _unit, rows in amounts.groupby(amounts["unit"].astype(str), sort=False)
        if (rows["low"] >= 0).any()
    ]
    if not parts:
        return _NOTHING_YET
    words = {"name": name, "lang": lang, **words}
    if len(parts) == 1:
        chart = _in_place(parts[0])(parts[0].head(MOST_MARKS), **words)
    else:
        theme = _theme(_folder(table, None).rows[table["fact_id"].iloc[0]])
        words.setdefault("title", theme)  # the parts say the rest
        chart = beside(*(_in_place(rows)(rows.head(MOST_MARKS)) for rows in parts), **words)
    if max(map(len, parts)) <= MOST_MARKS:
        return chart
    most = f"每种单位只画前{MOST_MARKS}个数", f"only the first {MOST_MARKS} of each unit are drawn"
    return _saying(chart, "note", Both(*most))


def _in_place(rows: pd.DataFrame):
    """The form in which a part lies within its whole; not several parts, which may overlap."""
    return bars if rows["part_of"].dropna().duplicated().any() else nested


def _chart(form, marks, folder, title, subtitle, note, name, lang, *, options=None, default=None):
    """A chart with its words: the author's, or, without a title, only what the codes say."""
    words = _filled(folder, title=title, subtitle=subtitle, note=note)
    words["title"] = words["title"] or default or _neutral_title(marks, folder)
    words["credit"] = folder.credit(dict.fromkeys(name for mark in marks for name in mark.facts))
    return Chart(form, tuple(_unalike(marks)), words, name, lang, portable(folder.data),
                 options or {})  # fmt: skip


def _filled(folder: Folder, **given) -> dict[str, Both]:
    """The author's words with their places filled; nothing where none are given."""
    return {what: NOTHING if words is None else fill(words, folder, what)
            for what, words in given.items()}  # fmt: skip


# -------------------------------------------------------------------- from figures to marks


def _marks(figures, label, data, per=1, *, dated=True) -> tuple[list[Mark], Folder]:
    if per != 1:
        raise ValueError(_("per: one square stands for so many; other forms have no use for it"))
    wanted = list(_wanted(figures))
    if not wanted:
        raise ValueError(_("nothing to draw: the selection is empty"))
    if len(wanted) > MOST_MARKS:
        words = {"count": len(wanted), "most": MOST_MARKS}
        raise ValueError(
            _("{count} figures are too many for a chart: select at most {most}", **words)
        )
    folder = _folder(figures, data)
    for each in wanted:
        _belongs(each.quantity, folder)
    rows = [folder.rows.get(each.quantity.formula) for each in wanted]
    given, columns = (label, None) if isinstance(label, Mapping) else ({}, label)
    drawn, wholes = [each.figure for each in wanted], [each.within for each in wanted]
    for what, named in (("label", given), ("within", filter(None, wholes))):
        for figure in named:
            one_of(drawn, what, figure)
    names = _names([row for row in rows if row is not None], columns, folder, dated)
    marks = []
    for each, row in zip(wanted, rows, strict=True):
        words = each.label or given.get(each.figure)
        if words is not None:
            name = fill(words, folder, "label")
        elif each.at is not None and dated:
            name = period(each.at, each.at)
        else:
            name = names.get(each.figure) or Both(each.figure, each.figure)
        marks.append(_mark(each, row, name, folder))
    return marks, folder


def _wanted(figures) -> Iterable[Wanted]:
    if isinstance(figures, pd.DataFrame):
        figures = quantities(figures)
    elif not isinstance(figures, Iterable):
        figures = [figures]
    for each in figures:
        if isinstance(each, pd.DataFrame | pd.Series):
            yield from _wanted(each)
        else:
            yield each if isinstance(each, Wanted) else Wanted(each)


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
    where = folder.data or _("our tables")
    for name in quantity.inputs:
        if name not in folder.facts:
            words = {"name": name, "where": where}
            raise ValueError(
                _("{name!r} is no fact of {where}: say data=, the folder of your rows", **words)
            )
    known = quantity.inputs and folder.facts.keys() >= set(names_in(quantity.formula))
    said = evaluate(quantity.formula, folder.facts) if known else quantity
    if quantity != said:
        words = {"name": quantity.formula, "said": said, "where": where}
        raise ValueError(_("{name!r} says {said} in {where}", **words))


def _mark(wanted: Wanted, row, name: Both, folder: Folder) -> Mark:
    quantity, state, within, start, end = wanted.quantity, "completed", "", None, None
    if row is not None:
        state, (start, end) = folder.state(row), years(row)
        year = wanted.at  # which print names, or a period that holds it
        if year and not ((start or end) and (start or year) <= year <= (end or year)):
            state = "inferred"
        within = "" if pd.isna(row.part_of) else row.part_of
    state = wanted.state or state
    low, high = quantity.low, quantity.high
    if low is None or low < 0:
        low = high = None
    return Mark(
        wanted.figure,
        name,
        mark_words(quantity, state),
        rounded(low),
        rounded(high),
        unit=quantity.unit,
        about=quantity.about,
        state=state,
        start=start,
        end=end,
        at=wanted.at,
        within=within if wanted.within is None else wanted.within,
        **_filled(folder, group=wanted.group, detail=wanted.detail),
        tone=wanted.tone or ("third" if state == "before" else "main"),
    )


def _is_date(each) -> bool:
    """Whether a row or a mark is the very year that it dates: a place in time, and no amount."""
    return each.unit == "year" and pd.notna(each.low) and years(each) == (each.low, each.low)


def _one_axis(marks: list[Mark]) -> list[Mark]:
    """The marks in one unit; an error where they share none."""
    for each in marks:
        if _is_date(each):
            raise ValueError(
                _("{figure} is a calendar year, not an amount: draw it with wd.spans",
                  figure=each.figure)
            )  # fmt: skip
    units = sorted({mark.unit for mark in marks if mark.low is not None})
    if not units:
        raise ValueError(_("nothing to draw: no figure has a value or bounds at or above zero"))
    if len(units) == 1:
        return marks
    if len({_EXACT.get(unit, (unit, 1))[0] for unit in units}) > 1:
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
    low, high = (each and rounded(Fraction(each) * factor) for each in (mark.low, mark.high))
    return replace(mark, low=low, high=high, unit=unit)


# -------------------------------------------------------------------- names


def _names(rows: list, columns, folder: Folder, dated: bool) -> dict[str, Both]:
    """The shortest names that differ wherever the rows do; and what, who and when."""
    columns = [columns] if isinstance(columns, str) else list(columns or ())
    for column in columns if rows else ():
        one_of(("period", *_telling(rows), "source_id"), "label", column)

    def told(*by: str) -> int:
        return len({tuple(_said(row, each, folder) for each in by) for row in rows})

    always = _SAID + dated * ("period",)
    for column in [*_telling(rows), "period"]:
        differs = column in always and told(column) > 1
        if column not in columns and (differs or told(*columns) < told(*columns, column)):
            columns.append(column)
    names = {}
    for row in rows:
        said = _in_order({each: _said(row, each, folder) for each in columns})
        names[row.fact_id] = capital(joined(said or [folder.label(row.indicator)]))
    if told(*columns) == told(*columns, "source_id"):
        return names
    many = Counter(names.values())  # what several articles say of one thing
    printed = {row.fact_id: _said(row, "source_id", folder) for row in rows}
    return {fact_id: Both(f"{zh}（{printed[fact_id].zh}）", f"{en} ({printed[fact_id].en})")
            if many[zh, en] > 1 else Both(zh, en)
            for fact_id, (zh, en) in names.items()}  # fmt: skip


def _in_order(said: dict[str, Both]) -> list[Both]:
    """What columns say, each thing once; who gives and who receives as one."""
    for pair in (("payer", "recipient"), ("sponsor", "place")):
        giver, receiver = map(said.get, pair)
        if giver and receiver and giver != receiver:
            both = Both(f"{giver.zh}→{receiver.zh}", f"{giver.en} to {receiver.en}")
            said |= dict.fromkeys(pair, both)
    return list(dict.fromkeys(filter(None, said.values())))


def _telling(rows: list) -> list[str]:
    """The columns that tell the rows of their tables apart, the most telling first."""
    declared = (each for row in rows for each in resource(type(row).__name__)["tellingApart"])
    return [each for each in dict.fromkeys(declared) if each not in ("start", "end", "source_id")]


def _said(row, column: str, folder: Folder) -> Both:
    """What a row says in a column: its years, what a code is called, or nothing."""
    if column == "period":
        return period(*years(row))
    if column == "source_id":
        return folder.source(row.source_id)
    code = getattr(row, column, None)
    return NOTHING if pd.isna(code) else folder.label(str(code))


def _unalike(marks: list[Mark]) -> list[Mark]:
    """No two marks with one name: what stands in print, and where, tells them apart."""
    # A figure is drawn once: its link could otherwise lead to either of its marks.
    for key, count in Counter(mark.key for mark in marks).items():
        if count > 1:
            raise ValueError(_("{name!r} twice in one chart: draw each figure once", name=key))
    alike = Counter(look for mark in marks for look in _looks_like(mark))
    printed = [Both(f"（{mark.figure}）", f" ({mark.figure})") for mark in marks]
    made = [replace(mark, name=joined((mark.name, figure), "", ""))
            if any(alike[look] > 1 for look in _looks_like(mark)) else mark
            for mark, figure in zip(marks, printed, strict=True)]  # fmt: skip
    return made if made == marks else _unalike(made)  # 县（b） may have been a name


def _looks_like(mark: Mark) -> list[tuple]:
    """What is read of a mark in each language, besides its number."""
    pairs = zip(LANGS, mark.name, mark.group, strict=True)
    return [(lang, name, mark.at, group) for lang, name, group in pairs]


def _neutral_title(marks: list[Mark], folder: Folder) -> Both:
    """What, who and when, as far as all rows behind the marks share it; or else their table."""
    rows = [folder.rows[name] for mark in marks for name in mark.facts if name in folder.rows]
    if not any(mark.figure in folder.rows for mark in marks):
        said = joined([mark.name for mark in marks[:3]], "、")
        return joined((said, Both("等", " and others")), "", "") if len(marks) > 3 else said
    measured = list(dict.fromkeys(folder.label(row.indicator) for row in rows))
    shared = {}
    for column in [*_telling(rows), "period"]:
        said = {_said(row, column, folder) for row in rows}
        if column == "period":
            said |= {period(each.at, each.at) for each in marks if each.at is not None}
        if len(said) == 1 and column != "status":  # each mark tells its own
            shared[column] = said.pop()
    words = [*(measured if len(measured) <= 3 else ()), *_in_order(shared)]
    return capital(joined(dict.fromkeys(words or map(_theme, rows))))


def _theme(row) -> Both:
    """What the table of a row is called."""
    declared = resource(type(row).__name__)
    return Both(declared["title_zh"], declared["title"])

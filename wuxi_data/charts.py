"""One function per claim: the finding as title, the figures at their marks, nothing invented."""

from __future__ import annotations

import base64
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
from matplotlib.axes import Axes

from . import forms, style
from .marks import Figure, marks
from .quantity import Quantity, verdict
from .style import save_figure
from .tables import labels, load, quantities

__all__ = [
    "CHARTS",
    "NothingToDraw",
    "draw",
    "marks",
    "plot_funding_rise",
    "plot_funding_total",
    "plot_hydropower",
    "plot_links",
    "plot_money_per_project",
    "plot_orchards",
    "plot_projects",
    "plot_timeline",
    "plot_training",
    "plot_water_people",
    "plot_water_works",
    "plot_way_to_town",
    "save_figure",
    "show",
]
LANGS = ("zh", "en")
_PERCENT = Quantity(100, "percent")
_HECTARES = Quantity(1, "hectare") / Quantity(15, "mu")
_MINUTES = Quantity(60, "minute") / Quantity(1, "hour")


class NothingToDraw(ValueError):
    """The table lacks the rows that a chart needs: which, in both languages.

    Attributes
    ----------
    words : dict
        The sentence as ``{"zh": …, "en": …}``; the exception itself says it in English.
    """

    def __init__(self, table: str, needs: str):
        self.words = {
            lang: labels()["nothing_to_draw"][lang].format(table=table, needs=needs)
            for lang in LANGS
        }
        super().__init__(self.words["en"])


# -------------------------------------------------------------------- words


class _Words:
    """What a code or a sentence of ``labels.csv`` is in one language, figures filled in."""

    def __init__(self, table: pd.DataFrame, lang: str):
        if lang not in LANGS:
            raise ValueError(f"unknown lang {lang!r}: expected 'zh' or 'en'")
        self.lang, self.data = lang, table.attrs.get("data")
        self.known = labels(self.data)

    def __call__(self, code: str, **values) -> str:
        text = self.known[code][self.lang] if code in self.known else str(code)
        shown = {
            name: self.figure(value) if isinstance(value, Quantity) else value
            for name, value in values.items()
        }
        return text.format(**shown) if shown else text

    def figure(self, quantity: Quantity) -> str:
        return quantity.wording(self.lang)

    def sentence(self, code: str, **values) -> str:
        return capital(self(code, **values))

    def listed(self, parts) -> str:
        return self.known["list_comma"][self.lang].join(dict.fromkeys(filter(None, parts)))

    def period(self, *rows) -> str:
        """The years that the rows cover together; empty where none names one."""
        years = [year for row in rows for year in (row.start, row.end) if year is not None]
        if not years:
            return ""
        if min(years) == max(years):
            return self("period_year", year=str(min(years)))
        return self("period_years", first=str(min(years)), last=str(max(years)))

    def names(self, rows: list, always: list[str], only_if_needed: list[str] = ()) -> list[str]:
        """What tells the rows apart: the labels of some columns, and of others where needed."""
        columns = list(always)
        named = [self._name(row, columns) for row in rows]
        for column in only_if_needed:
            if len(set(named)) == len(rows):
                break
            if len({self._name(row, [column]) for row in rows}) > 1:
                columns.append(column)
                named = [self._name(row, columns) for row in rows]
        return named

    def _name(self, row, columns) -> str:
        parts = [
            self.period(row) if each == "period" else self(getattr(row, each)) for each in columns
        ]
        return capital(self.joined(parts))

    def joined(self, parts) -> str:
        return self.known["name_separator"][self.lang].join(filter(None, parts))


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# -------------------------------------------------------------------- rows


def _rows(table: pd.DataFrame, name: str, *indicators: str, **wanted) -> list[SimpleNamespace]:
    """The rows of those indicators, each with its Quantity; a clear error where there are none."""
    needed = ["fact_id", "indicator", "value", "unit", "source_id", *wanted]
    lacking = [column for column in needed if column not in table]
    if lacking:
        raise ValueError(f"expected the table {name}, got one without {', '.join(lacking)}")
    chosen = table["indicator"].isin(indicators)
    for column, value in wanted.items():
        chosen &= table[column] == value
    frame = table[chosen]
    if frame.empty:
        also = "".join(f", {column} {value}" for column, value in wanted.items())
        raise NothingToDraw(name, f"indicator {' / '.join(indicators)}{also}")
    records = [
        {key: None if pd.isna(value) else value for key, value in record.items()}
        for record in frame.astype(object).to_dict("records")
    ]
    return [
        SimpleNamespace(**record, quantity=quantity)
        for record, quantity in zip(records, quantities(frame), strict=True)
    ]


def _valued(rows: list, name: str) -> list:
    """The rows that have a value, all in one unit: only those have a height."""
    valued = [row for row in rows if row.quantity.value is not None]
    if not valued:
        raise NothingToDraw(name, f"indicator {rows[0].indicator} with a value")
    units = sorted({row.unit for row in valued})
    if len(units) > 1:
        raise ValueError(
            f"mixed units in {name}, {rows[0].indicator}: {', '.join(units)}; "
            "a chart compares figures of one unit"
        )
    return valued


def _is(one: Quantity, relation: str, other: Quantity) -> bool:
    """Whether the relation is certain."""
    return verdict(one, relation, other) == "holds"


# -------------------------------------------------------------------- forms


def _figure(say: _Words, quantity: Quantity, name: str = "", extra: str = "", **given) -> Figure:
    words = say.figure(quantity) + extra
    state = given.get("state")
    if state in ("planned", "inferred"):
        words = say(f"mark_{state}", words=words)
    return Figure(quantity, words, name, **given)


def _by_value(rows) -> list:
    return sorted(rows, key=lambda row: -row.quantity.value)


def _roots(rows: list) -> list:
    """The rows that are no part of another row."""
    known = {row.fact_id for row in rows}
    return [row for row in rows if row.part_of not in known]


def _bars(ax, say: _Words, figures: list[Figure], by_value: bool = True) -> list[str]:
    """Draw as many as can be read; a note says how many are left out."""
    forms.bars(ax, figures[: forms.MOST_BARS])
    return _left_out(say, len(figures) - forms.MOST_BARS)


def _numbers(ax, say: _Words, rows: list[tuple[str, list[Figure]]]) -> list[str]:
    return _left_out(say, forms.numbers(ax, rows))


def _left_out(say: _Words, count: int) -> list[str]:
    return [say("note_more", n=str(count))] if count > 0 else []


def _leads(chart: str, rows: list) -> str:
    """The title's code: whether the first row is certainly the largest."""
    first = all(_is(row.quantity, "<", rows[0].quantity) for row in rows[1:])
    return f"{chart}_most" if len(rows) > 1 and first else f"{chart}_title"


def _nested_title(say: _Words, chart: str, root, rows: list, giver: str, place: str) -> str:
    """The whole, and down the chain of its largest parts."""
    parts, part = [], root
    while within := _by_value(row for row in rows if row.part_of == part.fact_id):
        part = within[0]
        parts.append(say("part_of_period", period=say.period(part), figure=part.quantity))
    whole = say(
        f"{chart}_title",
        period=say.period(root),
        giver=say(giver),
        place=say(place),
        figure=root.quantity,
    )
    return say("of_which", whole=whole, parts=say.listed(parts)) if parts else whole


# -------------------------------------------------------------------- frame


def _finish(ax, say: _Words, title: str, subtitle: list[str], notes: list[str], rows: list) -> None:
    unvalued = [row for row in rows if row.quantity.value is None]
    if unvalued:
        figures = say.listed(f"{say(row.recipient)} {say.figure(row.quantity)}" for row in unvalued)
        notes = [*notes, say("note_unvalued", figures=figures)]
    style.headline(
        ax, capital(title), capital(say.listed(subtitle)), " ".join(notes), _credit(say, rows)
    )


def _credit(say: _Words, rows: list) -> str:
    known = {row["source_id"]: row for row in load("sources", say.data).to_dict("records")}
    cited = []
    for source_id in dict.fromkeys(row.source_id for row in rows):
        source = known.get(source_id)
        cited.append(_citation(say, source) if source else source_id)
    return say("credit", sources=say("source_separator").join(cited))


def _citation(say: _Words, source: dict) -> str:
    authors = [author.strip() for author in source["authors"].split(";")]
    by = (
        say("authors_and_others", first=authors[0])
        if len(authors) > 3
        else say("author_separator").join(authors)
    )
    title = source["title"].split("：")[0]
    return say("citation", authors=by, title=title, year=source["published"][:4])


# -------------------------------------------------------------------- funding


def plot_funding_rise(funding: pd.DataFrame, *, lang: str = "zh", ax: Axes | None = None) -> Axes:
    """The yearly aid, year by year, and by how much it rose.

    A year that the source does not print is drawn, dashed and said to be inferred, only where the
    usual yearly amount for the unprinted years and the printed years add up to a printed total
    exactly. Nothing outside that total's years is filled in; payers are never summed.

    Parameters
    ----------
    funding : DataFrame
        As :func:`load_funding` gives it: rows of indicator ``annual_aid`` in one currency (no
        year for the usual amount) and, to infer from, ``cumulative_aid``.
    lang : {"zh", "en"}
    ax : Axes, optional
        A new figure by default.

    Returns
    -------
    Axes

    Raises
    ------
    NothingToDraw
        No row of indicator ``annual_aid`` has a value.
    ValueError
        Unknown `lang`, mixed units, another table.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> ax = wd.plot_funding_rise(wd.load_funding())  # doctest: +SKIP
    """
    say = _Words(funding, lang)
    rows = _valued(_rows(funding, "funding", "annual_aid"), "funding")
    totals = _rows(funding, "funding", "annual_aid", "cumulative_aid")
    groups, notes = [], []
    for pair in dict.fromkeys((row.payer, row.recipient) for row in rows):
        own = [row for row in rows if (row.payer, row.recipient) == pair]
        printed = [row for row in totals if (row.payer, row.recipient) == pair]
        columns, inferred = _yearly(say, own, printed)
        groups.append((say(pair[0]), sorted(columns, key=lambda column: column[0])))
        notes += inferred
    with style.look():
        ax = style.axes(ax)
        forms.columns(ax, groups)
        _finish(ax, say, _rise_title(say, rows), [say("annual_aid")], notes, rows)
    return ax


def _yearly(say: _Words, rows: list, printed: list) -> tuple[list[tuple[int, Figure]], list[str]]:
    """The columns of one payer and recipient, at their years; and what was inferred from what."""
    usual = [row for row in rows if row.start is None]
    stated = [row for row in rows if row.start is not None]
    columns = [(row.start, _figure(say, row.quantity, say.period(row))) for row in stated]
    notes = []
    for total in printed if len(usual) == 1 else ():
        years, inside = _unprinted(total, stated)
        if not years:
            continue
        parts = [len(years) * usual[0].quantity, *(row.quantity for row in inside)]
        if _is(sum(parts), "=", total.quantity):
            columns += [
                (
                    year,
                    _figure(
                        say,
                        usual[0].quantity,
                        say("period_year", year=str(year)),
                        state="inferred",
                        suffix=f"@{year}",
                    ),
                )
                for year in years
            ]
            shown = [f"{len(years)} × {say.figure(usual[0].quantity)}"]
            shown += [
                say.figure(part) for part in (parts[1:] if len(parts) < 5 else [sum(parts[1:])])
            ]
            notes.append(
                say(
                    "note_inferred",
                    sum=" + ".join(shown),
                    total=total.quantity,
                    period=say.period(total),
                )
            )
    if not notes:  # the usual amount is stated, but of no year
        first = min((year for year, _ in columns), default=0)
        columns += [
            (first - 1 - place, _figure(say, row.quantity, say("usual_year")))
            for place, row in enumerate(reversed(usual))
        ]
    return columns, notes


def _unprinted(total, stated: list) -> tuple[list[int], list]:
    """The years of a printed total without a figure of their own, and the rows that have one."""
    if total.indicator != "cumulative_aid" or total.start is None or total.quantity.value is None:
        return [], []
    years = range(total.start, total.end + 1)
    inside = [row for row in stated if row.start == row.end and row.start in years]
    crossing = [row for row in stated if row.start != row.end and {row.start, row.end} & set(years)]
    return ([] if crossing else sorted(set(years) - {row.start for row in inside})), inside


def _rise_title(say: _Words, rows: list) -> str:
    """Of the payer with the highest latest amount, from its first amount to its latest."""
    ordered = sorted(rows, key=lambda row: row.start or 0)
    latest = {(row.payer, row.recipient): row for row in ordered}
    last = max(latest.values(), key=lambda row: row.quantity.value)
    first = next(
        row for row in ordered if (row.payer, row.recipient) == (last.payer, last.recipient)
    )
    who = {"payer": say(last.payer), "recipient": say(last.recipient)}
    one, other = first.quantity, last.quantity
    if first is last:
        return say("funding_rise_one", figure=other, **who)
    for low, high, title in ((one, other, "funding_rise_up"), (other, one, "funding_rise_down")):
        if _is(low, "<", high):
            change = (high - low) / one * _PERCENT
            return say(title, first=one, last=other, change=change, **who)
    return say("funding_rise_level", first=one, last=other, **who)


def plot_funding_total(funding: pd.DataFrame, *, lang: str = "zh", ax: Axes | None = None) -> Axes:
    """What was given in all, the printed parts of it, and what is left for the rest.

    The rest is drawn only where the parts cannot overlap: each names its years, and no two share
    one. Money of different payers is never joined, and money that is no aid stays out.

    Parameters
    ----------
    funding : DataFrame
        As :func:`load_funding` gives it: rows of indicator ``cumulative_aid`` and
        ``cumulative_aid_and_goods`` in one currency; ``part_of`` names the total of a part.
    lang, ax
        As for :func:`plot_funding_rise`.

    Returns
    -------
    Axes

    Raises
    ------
    NothingToDraw
        No such row has a value.
    ValueError
        Unknown `lang`, mixed units, another table.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> ax = wd.plot_funding_total(wd.load_funding())  # doctest: +SKIP
    """
    say = _Words(funding, lang)
    rows = _rows(funding, "funding", "cumulative_aid", "cumulative_aid_and_goods")
    valued = _valued(rows, "funding")
    figures, roots = [], _by_value(_roots(valued))
    several = len({(row.payer, row.recipient) for row in roots}) > 1
    for root in roots:
        parts = _by_value(row for row in valued if row.part_of == root.fact_id)
        who = [say(root.payer), say(root.recipient)] if several else []
        figures.append(
            _figure(say, root.quantity, say.joined([*who, say.period(root), say(root.indicator)]))
        )
        figures += _parts_and_rest(say, root, parts)
    with style.look():
        ax = style.axes(ax, gutter=True)
        more = _bars(ax, say, figures)
        title = _nested_title(
            say, "funding_total", roots[0], valued, roots[0].payer, roots[0].recipient
        )
        _finish(ax, say, title, [say("funding_total_what")], more, rows)
    return ax


def _parts_and_rest(say: _Words, root, parts: list) -> list[Figure]:
    """The parts end to end, then what they leave; if they may overlap, from zero and no rest."""
    drawn, base = [], 0.0
    apart = _apart(parts)
    for part in parts:
        name = say("part_name", name=say.joined([say.period(part), say(part.indicator)]))
        drawn.append(_figure(say, part.quantity, name, base=base if apart else 0.0))
        base = drawn[-1].end
    if parts and apart:
        goods = root.indicator != parts[0].indicator
        rest = root.quantity - sum(part.quantity for part in parts)
        name = say("rest_and_goods" if goods else "rest")
        drawn.append(_figure(say, rest, name, base=base, accent=False))
    return drawn


def _apart(rows: list) -> bool:
    """Whether no two rows can count the same year."""
    years = sorted((row.start, row.end) for row in rows if row.start is not None)
    return len(years) == len(rows) and all(one[1] < other[0] for one, other in pairwise(years))


# -------------------------------------------------------------------- projects


def plot_projects(projects: pd.DataFrame, *, lang: str = "zh", ax: Axes | None = None) -> Axes:
    """How many projects, and how many of them in which years.

    The shorter periods lie within the longer ones: the bars are never added up.

    Parameters
    ----------
    projects : DataFrame
        As :func:`load_projects` gives it: rows of indicator ``projects``.
    lang, ax
        As for :func:`plot_funding_rise`.

    Returns
    -------
    Axes

    Raises
    ------
    NothingToDraw
        No such row has a value.
    ValueError
        Unknown `lang`, mixed units, another table.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> ax = wd.plot_projects(wd.load_projects())  # doctest: +SKIP
    """
    say = _Words(projects, lang)
    rows = _by_value(_valued(_rows(projects, "projects", "projects"), "projects"))
    names = say.names(rows, ["period"], ["sponsor", "place", "item", "sector", "status"])
    figures = [
        _figure(say, row.quantity, name, state=row.status, accent=row.part_of is None)
        for row, name in zip(rows, names, strict=True)
    ]
    with style.look():
        ax = style.axes(ax, gutter=True)
        more = _bars(ax, say, figures)
        root = next(iter(_roots(rows)), rows[0])
        title = _nested_title(say, "projects", root, rows, root.sponsor, root.place)
        _finish(ax, say, title, [say("projects_what")], more, rows)
    return ax


def plot_money_per_project(
    funding: pd.DataFrame, projects: pd.DataFrame, *, lang: str = "zh", ax: Axes | None = None
) -> Axes:
    """What a project comes to on average, where money and projects are of the same years.

    A count of 余 (at least so many) makes the average an upper bound: drawn hatched, and said.

    Parameters
    ----------
    funding : DataFrame
        As :func:`load_funding` gives it: aid (``annual_aid`` of a year, ``cumulative_aid``,
        ``cumulative_aid_and_goods``) in one currency.
    projects : DataFrame
        As :func:`load_projects` gives it: ``projects`` of the same giver, place and years.
    lang, ax
        As for :func:`plot_funding_rise`.

    Returns
    -------
    Axes

    Raises
    ------
    NothingToDraw
        No aid and project count of the same giver, place and years.
    ValueError
        Unknown `lang`, mixed units, another table.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> ax = wd.plot_money_per_project(wd.load_funding(), wd.load_projects())  # doctest: +SKIP
    """
    say = _Words(funding, lang)
    aid = _rows(funding, "funding", "annual_aid", "cumulative_aid", "cumulative_aid_and_goods")
    aid = _valued(aid, "funding")
    counts = _valued(_rows(projects, "projects", "projects", status="completed"), "projects")
    pairs = [
        (money, count)
        for money in aid
        for count in counts
        if (money.payer, money.recipient) == (count.sponsor, count.place)
        and money.start is not None
        and (money.start, money.end) == (count.start, count.end)
        and count.quantity.value
    ]
    if not pairs:
        raise NothingToDraw(
            "projects", "indicator projects, of the same giver and years as the aid"
        )
    pairs.sort(key=lambda pair: (pair[0].end - pair[0].start, -pair[0].end))
    names = say.names(
        [money for money, _ in pairs], ["period"], ["payer", "recipient", "indicator"]
    )
    each = [money.quantity / count.quantity for money, count in pairs]
    figures = [
        _figure(say, quantity, name, accent=quantity.qualifier == "exact")
        for quantity, name in zip(each, names, strict=True)
    ]
    notes = [
        say("note_bound", count=count.quantity)
        for quantity, (_, count) in zip(each, pairs, strict=True)
        if "under" in (quantity.qualifier, quantity.lean)
    ][:1]
    with style.look():
        ax = style.axes(ax, gutter=True)
        more = _bars(ax, say, figures, by_value=False)
        title = _per_project_title(say, each, [money for money, _ in pairs])
        _finish(
            ax, say, title, [say("money_per_project_what")], notes + more, [m for m, _ in pairs]
        )
    return ax


def _per_project_title(say: _Words, each: list[Quantity], rows: list) -> str:
    periods = [say.period(row) for row in rows]
    if len(each) > 1 and _is(each[0], "=", each[1]):
        return say("money_per_project_same", figure=each[0], first=periods[0], second=periods[1])
    listed = say.listed(
        say("figure_of_period", figure=quantity, period=period)
        for quantity, period in list(zip(each, periods, strict=True))[:2]
    )
    return say("money_per_project", figures=listed)


def plot_orchards(projects: pd.DataFrame, *, lang: str = "zh", ax: Axes | None = None) -> Axes:
    """Land by crop, in the unit of print and, where that is mu, in hectares too.

    Parameters
    ----------
    projects : DataFrame
        As :func:`load_projects` gives it: rows of indicator ``area`` in one unit.
    lang, ax
        As for :func:`plot_funding_rise`.

    Returns
    -------
    Axes

    Raises
    ------
    NothingToDraw
        No such row has a value.
    ValueError
        Unknown `lang`, mixed units, another table.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> ax = wd.plot_orchards(wd.load_projects())  # doctest: +SKIP
    """
    say = _Words(projects, lang)
    rows = _by_value(_valued(_rows(projects, "projects", "area"), "projects"))
    names = say.names(rows, ["item"], ["place", "period", "sponsor", "status"])
    figures = [
        _figure(
            say, row.quantity, name, say("in_brackets", words=_hectares(say, row)), state=row.status
        )
        if row.unit == "mu"
        else _figure(say, row.quantity, name, state=row.status)
        for row, name in zip(rows, names, strict=True)
    ]
    with style.look():
        ax = style.axes(ax, gutter=True)
        more = _bars(ax, say, figures)
        top = {"place": say(rows[0].place), "name": names[0], "figure": rows[0].quantity}
        _finish(ax, say, say(_leads("orchards", rows), **top), [say("orchards_what")], more, rows)
    return ax


def _hectares(say: _Words, row) -> str:
    return say.figure(row.quantity * _HECTARES)


def plot_links(projects: pd.DataFrame, *, lang: str = "zh", ax: Axes | None = None) -> Axes:
    """Roads and bridges, and whom they link: figures that share no unit, so no bars.

    Parameters
    ----------
    projects : DataFrame
        As :func:`load_projects` gives it: rows of sector ``transport``.
    lang, ax
        As for :func:`plot_funding_rise`.

    Returns
    -------
    Axes

    Raises
    ------
    NothingToDraw
        No such row has a value.
    ValueError
        Unknown `lang`, another table.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> ax = wd.plot_links(wd.load_projects())  # doctest: +SKIP
    """
    say = _Words(projects, lang)
    wanted = ("length", "built", "villages_linked", "groups_served", "households_served")
    rows = _rows(projects, "projects", *wanted, sector="transport")
    rows = [row for row in rows if row.quantity.value is not None]
    items = {}
    for row in rows:
        items.setdefault((row.place, row.item), []).append(row)
    grid = [(say(item), _links(say, own)) for (_, item), own in items.items()]
    lengths = [row for row in rows if row.indicator == "length"][:2] or rows[:1]
    served = [row for row in rows if row.indicator == "households_served"][:1]
    figures = [say("named_figure", name=say(row.item), figure=row.quantity) for row in lengths]
    figures += [say("named_figure", name=say(row.indicator), figure=row.quantity) for row in served]
    with style.look():
        ax = style.axes(ax, gutter=True)
        more = _numbers(ax, say, grid)
        title = say("links_title", place=say(rows[0].place), figures=say.listed(figures))
        _finish(ax, say, title, [say("links_what")], more, rows)
    return ax


def _links(say: _Words, rows: list) -> list[Figure]:
    """The figures of one road or bridge; that it was built goes without saying beside others."""
    telling = [row for row in rows if row.indicator != "built"] or rows
    return [_figure(say, row.quantity, say(row.indicator), state=row.status) for row in telling]


# -------------------------------------------------------------------- water


def plot_water_people(
    water_works: pd.DataFrame, funding: pd.DataFrame, *, lang: str = "zh", ax: Axes | None = None
) -> Axes:
    """How many people have safe water, what was invested, and what that comes to per person.

    Money and people are divided only where both name the same years. The people are never
    divided by the county's population: the source counts the two differently.

    Parameters
    ----------
    water_works : DataFrame
        As :func:`load_water_works` gives it: rows of indicator ``people_covered``.
    funding : DataFrame
        As :func:`load_funding` gives it: rows of indicator ``investment`` of the same years.
    lang, ax
        As for :func:`plot_funding_rise`.

    Returns
    -------
    Axes

    Raises
    ------
    NothingToDraw
        No people covered, or no investment of the same years.
    ValueError
        Unknown `lang`, mixed units, another table.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> ax = wd.plot_water_people(wd.load_water_works(), wd.load_funding())  # doctest: +SKIP
    """
    say = _Words(water_works, lang)
    people = _valued(_rows(water_works, "water_works", "people_covered"), "water_works")
    money = _valued(_rows(funding, "funding", "investment"), "funding")
    pairs = [
        (one, other)
        for one in _by_value(people)
        for other in money
        if (one.start, one.end) == (other.start, other.end) and one.quantity.value
    ]
    if not pairs:
        raise NothingToDraw("funding", "indicator investment, of the same years as people_covered")
    grid = [_per_person(say, one, other) for one, other in pairs]
    one, other = pairs[0]
    with style.look():
        ax = style.axes(ax)
        more = _numbers(ax, say, [("", figures) for figures in grid])
        title = say(
            "water_people_title",
            period=say.period(one),
            people=one.quantity,
            each=other.quantity / one.quantity,
        )
        _finish(ax, say, title, [say("water_people_what")], more, [one, other])
    return ax


def _per_person(say: _Words, people, money) -> list[Figure]:
    period = say.period(people)
    named = [
        say.joined([period, say(row.works if row is people else row.indicator)])
        for row in (people, money)
    ]
    return [
        _figure(say, people.quantity, say("people_of", works=say(people.works), period=period)),
        _figure(say, money.quantity, named[1], accent=False),
        _figure(say, money.quantity / people.quantity, say("per_person"), accent=False),
    ]


def plot_water_works(
    water_works: pd.DataFrame, *, lang: str = "zh", ax: Axes | None = None
) -> Axes:
    """Works built, by kind.

    Parameters
    ----------
    water_works : DataFrame
        As :func:`load_water_works` gives it: rows of indicator ``built``.
    lang, ax
        As for :func:`plot_funding_rise`.

    Returns
    -------
    Axes

    Raises
    ------
    NothingToDraw
        No such row has a value.
    ValueError
        Unknown `lang`, mixed units, another table.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> ax = wd.plot_water_works(wd.load_water_works())  # doctest: +SKIP
    """
    say = _Words(water_works, lang)
    rows = _by_value(_valued(_rows(water_works, "water_works", "built"), "water_works"))
    names = say.names(rows, ["works"], ["period"])
    figures = [_figure(say, row.quantity, name) for row, name in zip(rows, names, strict=True)]
    with style.look():
        ax = style.axes(ax, gutter=True)
        more = _bars(ax, say, figures)
        top = {"name": say(rows[0].works), "figure": rows[0].quantity}
        what = [say("water_works_what"), say.period(*rows)]
        _finish(ax, say, say(_leads("water_works", rows), **top), what, more, rows)
    return ax


def plot_hydropower(
    water_works: pd.DataFrame, funding: pd.DataFrame, *, lang: str = "zh", ax: Axes | None = None
) -> Axes:
    """Hydropower projects, the income drawn from them, and whom it goes to.

    Parameters
    ----------
    water_works : DataFrame
        As :func:`load_water_works` gives it: rows of indicator ``projects``.
    funding : DataFrame
        As :func:`load_funding` gives it: rows of indicator ``income``.
    lang, ax
        As for :func:`plot_funding_rise`.

    Returns
    -------
    Axes

    Raises
    ------
    NothingToDraw
        No such projects, or no income, with a value.
    ValueError
        Unknown `lang`, mixed units, another table.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> ax = wd.plot_hydropower(wd.load_water_works(), wd.load_funding())  # doctest: +SKIP
    """
    say = _Words(water_works, lang)
    works = _by_value(_valued(_rows(water_works, "water_works", "projects"), "water_works"))
    income = _by_value(_valued(_rows(funding, "funding", "income"), "funding"))
    grid = [
        _figure(say, row.quantity, say.joined([say.period(row), say(row.works)])) for row in works
    ]
    grid += [
        _figure(
            say,
            row.quantity,
            say(
                "income_for",
                indicator=say.joined([say.period(row), say(row.indicator)]),
                recipient=say(row.recipient),
            ),
        )
        for row in income
    ]
    with style.look():
        ax = style.axes(ax)
        more = _numbers(ax, say, [("", grid)])
        title = say(
            "hydropower_title",
            works=say(works[0].works),
            projects=works[0].quantity,
            income=income[0].quantity,
        )
        _finish(ax, say, title, [say("hydropower_what")], more, [*works, *income])
    return ax


# -------------------------------------------------------------------- people


def plot_training(training: pd.DataFrame, *, lang: str = "zh", ax: Axes | None = None) -> Axes:
    """Each programme with its people, and its classes and days in words.

    Nothing is summed: programmes may share people. A programme that prints no number of people
    has no bar.

    Parameters
    ----------
    training : DataFrame
        As :func:`load_training` gives it: rows of indicator ``people_trained``,
        ``people_exchanged``, ``people_seconded``, ``people_helped``; ``classes``, ``days``
        and ``townships`` of the same organiser and audience.
    lang, ax
        As for :func:`plot_funding_rise`.

    Returns
    -------
    Axes

    Raises
    ------
    NothingToDraw
        No number of people.
    ValueError
        Unknown `lang`, mixed units, another table.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> ax = wd.plot_training(wd.load_training())  # doctest: +SKIP
    """
    say = _Words(training, lang)
    people = _by_value(_valued(_rows(training, "training", *_PEOPLE), "training"))
    rest = [
        row
        for row in _rows(training, "training", *_PEOPLE, "classes", "days", "townships")
        if row.indicator not in _PEOPLE
    ]
    programmes = {_programme(row): [] for row in [*people, *rest]}
    for row in rest:
        programmes[_programme(row)].append(row)
    only_classes = [
        own[0] for key, own in programmes.items() if key not in set(map(_programme, people))
    ]
    always = ["audience"] + ["organiser"] * (len({row.organiser for row in people}) > 1)
    names = say.names([*people, *only_classes], always, ["period", "indicator"])
    figures = [
        _figure(
            say,
            row.quantity,
            name,
            _details(say, row, programmes[_programme(row)]),
            accent=row.indicator == "people_trained",
        )
        for row, name in zip(people, names, strict=False)
    ]
    figures += [
        _figure(
            say,
            row.quantity,
            name,
            say("in_brackets", words=say("no_people_printed")),
            barless=True,
        )
        for row, name in zip(only_classes, names[len(people) :], strict=True)
    ]
    with style.look():
        ax = style.axes(ax, gutter=True)
        more = _bars(ax, say, figures)
        trained = [row for row in people if row.indicator == "people_trained"] or people
        top = {"name": say(trained[0].audience), "figure": trained[0].quantity}
        notes = [say("note_overlap")] * (len(people) > 1)
        _finish(
            ax,
            say,
            say(_leads("training", trained), **top),
            [say("training_what")],
            notes + more,
            people,
        )
    return ax


_PEOPLE = ("people_trained", "people_exchanged", "people_seconded", "people_helped")


def _programme(row) -> tuple:
    return row.organiser, row.audience, row.start, row.end


def _details(say: _Words, row, others: list) -> str:
    """What else is printed of a programme: 9个班, 20天; and what its people did, if not train."""
    words = [say.figure(other.quantity) for other in others]
    if row.indicator != "people_trained" and say(row.indicator) != say(row.audience):
        words.insert(0, say(row.indicator))
    return say("in_brackets", words=say.listed(words)) if words else ""


# -------------------------------------------------------------------- county


def plot_way_to_town(county: pd.DataFrame, *, lang: str = "zh", ax: Axes | None = None) -> Axes:
    """How long the way takes, by car and on foot, in minutes.

    Parameters
    ----------
    county : DataFrame
        As :func:`load_county` gives it: rows of indicator ``time_by_car``, ``time_on_foot`` and
        ``crossing_time``, in minutes or hours.
    lang, ax
        As for :func:`plot_funding_rise`.

    Returns
    -------
    Axes

    Raises
    ------
    NothingToDraw
        No such row has a value.
    ValueError
        Unknown `lang`, a unit that is no time, another table.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> ax = wd.plot_way_to_town(wd.load_county())  # doctest: +SKIP
    """
    say = _Words(county, lang)
    rows = [
        row
        for row in _rows(county, "county", "time_by_car", "time_on_foot", "crossing_time")
        if row.quantity.value is not None
    ]
    if not rows:
        raise NothingToDraw("county", "indicator time_by_car / time_on_foot with a value")
    minutes = [_in_minutes(row.quantity) for row in rows]
    order = sorted(range(len(rows)), key=lambda place: -minutes[place].value)
    names = say.names(rows, ["indicator"], ["topic", "place", "period"])
    figures = [
        _figure(say, rows[each].quantity, names[each], height=float(minutes[each]))
        for each in order
    ]
    with style.look():
        ax = style.axes(ax, gutter=True)
        more = _bars(ax, say, figures)
        _finish(ax, say, _way_title(say, rows), [say("way_what")], more, rows)
    return ax


def _in_minutes(time: Quantity) -> Quantity:
    if time.unit not in ("minute", "hour"):
        raise ValueError(
            f"mixed units in county: {time.unit} beside minute; expected minute or hour"
        )
    return time * _MINUTES if time.unit == "hour" else time


def _way_title(say: _Words, rows: list) -> str:
    """On foot and by car, if the first topic has both and one is certainly quicker."""
    own = {row.indicator: row.quantity for row in reversed(rows) if row.topic == rows[0].topic}
    topic, car, foot = say(rows[0].topic), own.get("time_by_car"), own.get("time_on_foot")
    if car and foot and _is(_in_minutes(foot), "<", _in_minutes(car)):
        return say("way_quicker_on_foot", topic=topic, car=car, foot=foot)
    figures = [say("named_figure", name=say(each), figure=time) for each, time in own.items()]
    return say("way_title", topic=topic, figures=say.listed(figures[::-1]))


def plot_timeline(
    funding: pd.DataFrame,
    projects: pd.DataFrame,
    water_works: pd.DataFrame,
    training: pd.DataFrame,
    county: pd.DataFrame,
    *,
    lang: str = "zh",
    ax: Axes | None = None,
) -> Axes:
    """The years that the main figures cover: a bar is a period, its figure stands in words.

    A year reckoned back from the publication ("ten years ago") is drawn as inferred.

    Parameters
    ----------
    funding, projects, water_works, training, county : DataFrame
        As the loaders give them; rows that name their years are drawn. Any may be empty.
    lang, ax
        As for :func:`plot_funding_rise`.

    Returns
    -------
    Axes

    Raises
    ------
    NothingToDraw
        No row names a year.
    ValueError
        Unknown `lang`, another table.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> ax = wd.draw("timeline")  # doctest: +SKIP
    """
    say = _Words(county, lang)
    dated = [
        (row, say("named_figure", name=say(getattr(row, column)), figure=row.quantity))
        for table, name, indicators, column in (
            (funding, "funding", _AID, "indicator"),
            (projects, "projects", ("projects", "townships"), "item"),
            (water_works, "water_works", ("people_covered",), "works"),
            (training, "training", ("people_trained",), "audience"),
        )
        for row in _any_rows(table, name, *indicators)
        if row.start is not None and row.quantity.value is not None
    ]
    events = _events(say, county)
    figures = [_span(row, words) for row, words in dated] + [_span(*event) for event in events]
    if not figures:
        raise NothingToDraw("funding", "a start and an end year")
    figures.sort(key=lambda figure: (figure.base, -figure.end))
    rows = [row for row, _ in dated] + [row for row, *_ in events]
    more = figures[forms.MOST_SPANS :]
    with style.look():
        ax = style.axes(ax)
        forms.spans(ax, figures[: forms.MOST_SPANS])
        recent = int(max(figure.end for figure in figures)) - 6
        late = sum(figure.base >= recent for figure in figures)
        title = say("timeline_title", n=str(len(figures)), late=str(late), year=str(recent))
        _finish(
            ax,
            say,
            title,
            [say("timeline_what")],
            [say("note_more", n=str(len(more)))] if more else [],
            rows,
        )
    return ax


_AID = ("annual_aid", "cumulative_aid", "cumulative_aid_and_goods", "investment")


def _span(row, words: str, quantity: Quantity | None = None, year: int | None = None) -> Figure:
    start, end = (year, year) if year else (row.start, row.end)
    state = "inferred" if year else getattr(row, "status", "completed")
    return Figure(quantity or row.quantity, words, state=state, base=start, height=end + 1 - start)


def _events(say: _Words, county: pd.DataFrame) -> list[tuple]:
    """What the county table dates: by a year, or by how long before publication it was."""
    events = [
        (row, say(f"timeline_{row.indicator}", topic=say(row.topic), figure=row.quantity))
        for row in _any_rows(county, "county", "began", "held")
        if row.start is not None
    ]
    published = load("sources", say.data).set_index("source_id")["published"]
    for row in _any_rows(county, "county", "years_ago"):
        if row.source_id in published and row.quantity.value is not None:
            year = Quantity(int(published[row.source_id][:4]), "year") - row.quantity
            words = say("timeline_years_ago", topic=say(row.topic), figure=year)
            events.append((row, say("mark_inferred", words=words), year, int(year.value)))
    return events


def _any_rows(table: pd.DataFrame, name: str, *indicators: str) -> list:
    try:
        return _rows(table, name, *indicators)
    except NothingToDraw:
        return []


# -------------------------------------------------------------------- all of them


CHARTS = {
    "funding-rise": (plot_funding_rise, ("funding",)),
    "funding-total": (plot_funding_total, ("funding",)),
    "projects-nested": (plot_projects, ("projects",)),
    "money-per-project": (plot_money_per_project, ("funding", "projects")),
    "water-people": (plot_water_people, ("water_works", "funding")),
    "water-works": (plot_water_works, ("water_works",)),
    "hydropower": (plot_hydropower, ("water_works", "funding")),
    "training": (plot_training, ("training",)),
    "orchards": (plot_orchards, ("projects",)),
    "way-to-longxi": (plot_way_to_town, ("county",)),
    "huatai-links": (plot_links, ("projects",)),
    "timeline": (plot_timeline, ("funding", "projects", "water_works", "training", "county")),
}


def draw(name: str, data: str | Path | None = None, lang: str = "zh") -> Axes:
    """A chart by the name of its file: ``draw("funding-rise", lang="en")``.

    Raises
    ------
    ValueError
        Unknown `name` or `lang`; NothingToDraw where the tables lack its rows.
    TableError
        The tables are faulty.
    """
    if name not in CHARTS:
        raise ValueError(f"unknown chart {name!r}: expected one of {', '.join(CHARTS)}")
    function, tables = CHARTS[name]
    return function(*(load(table, data) for table in tables), lang=lang)


class Shown:
    """What a notebook cell ends with: the picture for the reader, the drawing as text for nbval."""

    def __init__(self, text: str, picture: bytes | None = None):
        self.text, self.picture = text, picture

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        if self.picture is None:
            return {"text/plain": self.text, "text/markdown": self.text}
        return {"image/png": base64.b64encode(self.picture).decode(), "text/plain": self.text}

    def __repr__(self):
        return self.text


def show(chart: Axes | str, data: str | Path | None = None, lang: str = "zh") -> Shown:
    """The chart for the reader, and what is really drawn, as text that can be compared.

    Parameters
    ----------
    chart : Axes or str
        As a ``plot_…`` function returns it, or the name of a chart, drawn here.
    data : path, optional
        For a name: a folder of your own tables; ours by default.
    lang : {"zh", "en"}
        For a name.

    Returns
    -------
    Shown
        A picture with the title, every drawn word and the marks as its text; where the tables
        lack the rows, the sentence that says which.
    """
    if isinstance(chart, str):
        try:
            chart = draw(chart, data, lang)
        except NothingToDraw as nothing:
            return Shown(nothing.words[lang])
    shown = Shown(_as_text(chart), style.render(chart, "png"))
    style.close(chart)
    return shown


def _as_text(ax: Axes) -> str:
    """Title, axis labels and every other drawn word, then the marks."""
    words = [ax.get_title(loc="left"), ax.get_title(), ax.get_xlabel(), ax.get_ylabel()]
    words += [text.get_text() for text in ax.texts if not (text.get_gid() or "").endswith(":label")]
    words += [text.get_text() for text in (*ax.get_xticklabels(), *ax.get_yticklabels())]
    drawn = marks(ax)
    lines = [" | ".join(drawn.columns)]
    for row in drawn.itertuples(index=False):
        lines.append(
            " | ".join(f"{v:.10g}" if isinstance(v, float) else v.replace("\n", " ") for v in row)
        )
    return "\n".join([word.replace("\n", " ") for word in words if word] + ["", *lines])

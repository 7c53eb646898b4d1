"""One function per claim: the finding as title, the figures at their marks, nothing invented."""

from __future__ import annotations

import base64
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes

from . import forms, style
from .captions import Captions
from .drawing import NOT_MARKS, Figure, marks, one_line
from .quantity import Quantity
from .rows import (
    NothingToDraw,
    any_of,
    apart,
    certain,
    families,
    leads,
    parts,
    roots,
    select,
    valued,
    years,
)
from .style import save_figure
from .tables import load

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

_CUMULATIVE = ("cumulative_aid", "cumulative_aid_and_goods")
_PEOPLE = (
    "people_trained",
    "people_exchanged",
    "people_seconded",
    "people_sent",
    "people_helped",
)
_TIMES = ("time_by_car", "time_on_foot", "crossing_time")
_PERCENT = Quantity(100, "percent")
_HECTARES = Quantity(1, "hectare") / Quantity(15, "mu")
_MINUTES = Quantity(60, "minute") / Quantity(1, "hour")

# -------------------------------------------------------------------- funding


def plot_funding_rise(funding: pd.DataFrame, *, lang: str = "zh", ax: Axes | None = None) -> Axes:
    """The yearly aid, year by year, and by how much it rose.

    An amount that is printed as the yearly one of several years has a column at each of them.
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
    ValueError
        No such row (NothingToDraw), mixed units, unknown `lang`, another table.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> wd.plot_funding_rise(wd.load_funding()).get_title(loc="left")
    '吉林省每年援助巫溪县的资金由400万元增至500万元，增加25%'
    """
    say = Captions(funding, lang)
    rows = select(funding, "funding", "annual_aid")
    drawn, totals = valued(rows, "funding"), any_of(funding, "funding", "cumulative_aid")
    groups, notes = [], []
    for pair in dict.fromkeys(map(_pair, rows)):
        own = [row for row in drawn if _pair(row) == pair]
        columns, inferred = _yearly(say, own, [row for row in totals if _pair(row) == pair])
        if columns:
            groups.append((say(pair[0]), sorted(columns, key=lambda column: column[0])))
        notes += inferred
    with style.look():
        ax = style.axes(ax)
        forms.columns(ax, groups)
        say.finish(ax, _rise_title(say, drawn), say("annual_aid"), rows, notes)
    return ax


def _pair(row) -> tuple[str, str]:
    return row.payer, row.recipient


def _yearly(say, rows: list, totals: list) -> tuple[list[tuple[int, Figure]], list[str]]:
    """The columns of one payer and recipient at their years, and what was inferred from what."""
    usual = [row for row in rows if years(row) == (None, None)]
    stated = [row for row in rows if years(row) != (None, None)]
    columns = [column for row in stated for column in _each_year(say, row)]
    notes = []
    for total in totals if len(usual) == 1 else ():
        found, note = _inferred(say, usual[0].quantity, stated, total)
        columns += found
        notes += note
    if not notes:  # the usual amount is stated, but of no year
        first = min((year for year, _ in columns), default=0)
        columns += [
            (first - 1 - place, say.figure(row.quantity, say("usual_year")))
            for place, row in enumerate(usual)
        ]
    return columns, notes


def _each_year(say, row) -> list[tuple[int, Figure]]:
    """A yearly amount that is printed of several years stands at each of them."""
    period = say.period(row)
    if None in years(row):  # said at the column too: its tick may have no room
        return [(row.start or row.end, say.fact(row, period, period))]
    if row.start == row.end:
        return [(row.start, say.fact(row, period))]
    return [
        (year, say.fact(row, say("period_year", year=year), at=year))
        for year in range(row.start, row.end + 1)
    ]


def _inferred(
    say, usual: Quantity, stated: list, total
) -> tuple[list[tuple[int, Figure]], list[str]]:
    """The years of a total that are not printed, if the usual amount fills them exactly."""
    if None in years(total) or total.quantity.value is None:
        return [], []
    if any(None in years(row) for row in stated):  # open periods may reach into any year
        return [], []
    within = [row for row in stated if row.start <= total.end and row.end >= total.start]
    if any(row.start != row.end for row in within):
        return [], []
    missing = sorted(set(range(total.start, total.end + 1)) - {row.start for row in within})
    printed = [row.quantity for row in sorted(within, key=years)]
    if not missing or not certain(sum(printed, len(missing) * usual), "=", total.quantity):
        return [], []
    terms = [f"{len(missing)} × {usual.wording(say.lang)}"]
    terms += [each.wording(say.lang) for each in (printed if len(printed) < 4 else [sum(printed)])]
    sum_of = {"sum": " + ".join(terms), "total": total.quantity, "period": say.period(total)}
    columns = [
        (year, say.figure(usual, say("period_year", year=year), state="inferred", at=year))
        for year in missing
    ]
    return columns, [say("note_inferred", **sum_of)]


def _rise_title(say, rows: list) -> str:
    """Of the payer with the highest latest amount: from its first amount to its latest."""
    ordered = sorted(say.done(rows), key=lambda row: row.start or row.end or 0)
    latest = {_pair(row): row for row in ordered}
    last = max(latest.values(), key=lambda row: row.quantity.value)
    first = next(row for row in ordered if _pair(row) == _pair(last))
    who = {"payer": say(last.payer), "recipient": say(last.recipient)}
    one, other = first.quantity, last.quantity
    if first is last:
        return say("funding_rise_one", figure=other, **who)
    for low, high, title in ((one, other, "funding_rise_up"), (other, one, "funding_rise_down")):
        if certain(low, "<", high):
            change = (high - low) / one * _PERCENT
            return say(title, first=one, last=other, change=change, **who)
    return say("funding_rise_level", first=one, last=other, **who)


def plot_funding_total(funding: pd.DataFrame, *, lang: str = "zh", ax: Axes | None = None) -> Axes:
    """What was given in all, the printed parts of it, and what they leave.

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
    ValueError
        No such row (NothingToDraw), mixed units, unknown `lang`, another table.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> wd.marks(wd.plot_funding_total(wd.load_funding()))["label"].tolist()
    ['约7576.05万元', '2100万元', '约5476.05万元']
    """
    say = Captions(funding, lang)
    rows = select(funding, "funding", *_CUMULATIVE)
    drawn = valued(rows, "funding")
    wholes = roots(drawn)
    # Of several payers, each is named: the title names one, and a bar would pass for its.
    payers = ["payer"] if len({row.payer for row in wholes}) > 1 else []
    names = say.names(wholes, ["indicator", *payers], ["payer", "recipient"])
    figures = []
    for whole, name in zip(wholes, names, strict=True):
        figures.append(say.fact(whole, say.dated(whole, name)))
        figures += _parts_and_rest(say, whole, parts(drawn, whole))
    with style.look():
        ax = style.axes(ax, gutter=True)
        notes = say.left_out(forms.bars(ax, figures))
        given = say.done(drawn)
        largest = roots(given)[0]
        title = say.whole_and_parts("funding_total", given, largest, *_pair(largest))
        say.finish(ax, title, say("funding_total_what"), rows, notes)
    return ax


def _parts_and_rest(say, whole, within: list) -> list[Figure]:
    """The parts end to end, then what they leave; if they may overlap, from zero and no rest."""
    figures, base = [], 0.0
    exclusive = apart(within)
    for part in within:
        name = say("part_name", name=say.dated(part, say(part.indicator)))
        figures.append(say.fact(part, name, base=base))
        base = figures[-1].end if exclusive else 0.0
    if within and exclusive:
        # A total in money and goods less money leaves the other years' money and all the goods.
        goods = whole.indicator not in {part.indicator for part in within}
        rest = whole.quantity - sum(part.quantity for part in within)
        name = say("rest_and_goods" if goods else "rest")
        figures.append(say.figure(rest, name, base=base, accent=False))
    return figures


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
    ValueError
        No such row (NothingToDraw), mixed units, unknown `lang`, another table.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> wd.marks(wd.plot_projects(wd.load_projects()))["label"].tolist()
    ['200余个项目', '42个项目', '10个项目']
    """
    say = Captions(projects, lang)
    rows = select(projects, "projects", "projects")
    drawn = valued(rows, "projects")
    names = say.names(drawn, ["period"], ["sponsor", "place", "item", "sector", "status"])
    figures = [
        say.fact(row, name, accent=row in roots(drawn))
        for row, name in zip(drawn, names, strict=True)
    ]
    with style.look():
        ax = style.axes(ax, gutter=True)
        notes = say.left_out(forms.bars(ax, figures))
        done = say.done(drawn)
        whole = next(iter(roots(done)), done[0])
        title = say.whole_and_parts("projects", done, whole, whole.sponsor, whole.place)
        nested = len(drawn) > len(roots(drawn)) == 1
        what = say("projects_what" if nested else "projects_plain_what")
        say.finish(ax, title, what, rows, notes)
    return ax


def plot_money_per_project(
    funding: pd.DataFrame, projects: pd.DataFrame, *, lang: str = "zh", ax: Axes | None = None
) -> Axes:
    """What a project comes to on average, where money and projects are of the same years.

    A count of 余 (so many and more) makes the average an upper bound: drawn hatched, and said.

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
    ValueError
        No such rows (NothingToDraw), mixed units, unknown `lang`, another table.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> ax = wd.plot_money_per_project(wd.load_funding(), wd.load_projects())
    >>> wd.marks(ax)["label"].tolist()
    ['50万元/项目', '50万元/项目', '不到约37.88万元/项目']
    """
    say = Captions(funding, lang)
    aid = valued(select(funding, "funding", "annual_aid", *_CUMULATIVE), "funding")
    counts = select(projects, "projects", "projects", status="completed")
    pairs = [
        (money, count)
        for money in sorted(aid, key=lambda row: (row.end or 0) - (row.start or 0))
        for count in valued(counts, "projects")
        if _pair(money) == (count.sponsor, count.place) and count.quantity.value
        and None not in years(money) and years(money) == years(count)
        and (money.indicator != "annual_aid" or money.start == money.end)
    ]  # fmt: skip
    if not pairs:
        raise NothingToDraw("projects", "needs_same_giver")
    money = [row for row, _ in pairs]
    names = say.names(money, ["period"], ["payer", "recipient", "indicator"])
    each = [row.quantity / count.quantity for row, count in pairs]
    figures = [
        say.figure(quantity, name, accent=quantity.qualifier == "exact")
        for quantity, name in zip(each, names, strict=True)
    ]
    bounded = [count.quantity for quantity, (_, count) in zip(each, pairs, strict=True)
               if "under" in (quantity.qualifier, quantity.lean)]  # fmt: skip
    notes = [say("note_bound", count=bounded[0])] if bounded else []
    with style.look():
        ax = style.axes(ax, gutter=True)
        notes += say.left_out(forms.bars(ax, figures))
        title = _per_project_title(say, each, names)
        say.finish(ax, title, say("money_per_project_what"), money, notes)
    return ax


def _per_project_title(say, each: list[Quantity], names: list[str]) -> str:
    """Of the two shortest periods, which say most of a year."""
    if len(each) > 1 and certain(each[0], "=", each[1]):
        return say("money_per_project_same", figure=each[0], first=names[0], second=names[1])
    said = zip(names[:2], each, strict=False)
    figures = [say("name_and_figure", name=name, figure=figure) for name, figure in said]
    return say("money_per_project", figures=say.listed(figures))


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
    ValueError
        No such row (NothingToDraw), mixed units, unknown `lang`, another table.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> wd.marks(wd.plot_orchards(wd.load_projects()))["label"].tolist()
    ['8000亩（≈533.33公顷）', '2500亩（≈166.67公顷）', '1000亩（≈66.67公顷）']
    """
    say = Captions(projects, lang)
    rows = select(projects, "projects", "area")
    drawn = valued(rows, "projects")
    # Of several places, each is named: the title names one, and a bar would pass for its.
    places = ["place"] if len({row.place for row in drawn}) > 1 else []
    names = say.apart(drawn, say.names(drawn, ["item", *places], ["sponsor", "status"]))
    figures = [
        say.fact(row, name, _in_hectares(row.quantity, lang))
        for row, name in zip(drawn, names, strict=True)
    ]
    with style.look():
        ax = style.axes(ax, gutter=True)
        notes = say.left_out(forms.bars(ax, figures))
        done = say.done(drawn)
        most = "orchards_most_of_all" if places else "orchards_most"
        code = most if leads(done) else "orchards_title"
        top = done[0]
        title = say(code, place=say(top.place), name=say(top.item), figure=say.marked(top))
        subtitle = say("orchards_mu_what" if drawn[0].unit == "mu" else "orchards_what")
        say.finish(ax, title, subtitle, rows, notes)
    return ax


def _in_hectares(area: Quantity, lang: str) -> str:
    return (area * _HECTARES).wording(lang) if area.unit == "mu" else ""


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
    ValueError
        No such row (NothingToDraw), unknown `lang`, another table.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> wd.plot_links(wd.load_projects()).get_title(loc="left")
    '花台乡：硬化公路40公里，鲤鱼山人行吊桥280米，受益70余户'
    """
    say = Captions(projects, lang)
    linked = ("length", "villages_linked", "groups_served", "households_served")
    rows = select(projects, "projects", *linked, "built", sector="transport")
    drawn = [row for row in rows if row.quantity.value is not None]
    if not drawn:
        raise NothingToDraw("projects", "sector transport with a value")
    shown, links = _telling(drawn), dict.fromkeys(map(_link, drawn))
    names = say.apart(shown, [say(row.indicator) for row in shown])
    figures = [(_link(row), say.fact(row, name)) for row, name in zip(shown, names, strict=True)]
    named = 1 if len({place for _, place in links}) == 1 else 2  # the item; of several places, both
    grid = [
        (
            say("name_separator").join(map(say, link[:named])),
            [figure for its, figure in figures if its == link],
        )
        for link in links
    ]
    with style.look():
        ax = style.axes(ax, gutter=True)
        notes = say.left_out(forms.numbers(ax, grid))
        done = say.done(shown)
        done = [row for row in done if row.place == done[0].place]  # the title names one place
        lengths = [row for row in done if row.indicator == "length"][:2] or done[:1]
        said = [say("name_and_figure", name=say(row.item), figure=say.marked(row))
                for row in lengths]  # fmt: skip
        served = [row for row in done if row.indicator == "households_served"][:1]
        said += [say("links_served", figure=say.marked(row)) for row in served]
        title = say("links_title", place=say(done[0].place), figures=say.listed(said))
        say.finish(ax, title, say("links_what"), rows, notes)
    return ax


def _link(row) -> tuple[str, str]:
    return row.item, row.place


def _telling(rows: list) -> list:
    """Beside its other figures, that a road or bridge was built goes without saying."""
    told = {_link(row) for row in rows if row.indicator != "built"}
    return [row for row in rows if row.indicator != "built" or _link(row) not in told]


# -------------------------------------------------------------------- water


def plot_water_people(
    water_works: pd.DataFrame, funding: pd.DataFrame, *, lang: str = "zh", ax: Axes | None = None
) -> Axes:
    """How many people have safe water, what was invested, and what that comes to per person.

    Money and people are divided only where both name the same years and stand in the same
    paragraph: a road's investment of those years bought nobody water. The people are never
    divided by the county's population: the source counts the two differently. Where nobody's
    money is printed with them, the people stand alone.

    Parameters
    ----------
    water_works : DataFrame
        As :func:`load_water_works` gives it: rows of indicator ``people_covered``.
    funding : DataFrame
        As :func:`load_funding` gives it: rows of indicator ``investment`` of the same years
        and paragraph, if there are any.
    lang, ax
        As for :func:`plot_funding_rise`.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        No such rows (NothingToDraw), mixed units, unknown `lang`, another table.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> ax = wd.plot_water_people(wd.load_water_works(), wd.load_funding())
    >>> ax.get_title(loc="left")
    '2016—2020年解决44.45万人饮水安全，投入合≈1196.85元/人'
    """
    say = Captions(water_works, lang)
    people = valued(select(water_works, "water_works", "people_covered"), "water_works")
    money = any_of(funding, "funding", "investment")
    money = valued(money, "funding") if any(row.value is not None for row in money) else []
    pairs = [
        (one, other)
        for one in people
        for other in money
        if years(one) == years(other) and None not in years(one) and _printed_together(one, other)
        and one.quantity.value
    ]  # fmt: skip
    with style.look():
        ax = style.axes(ax)
        if pairs:
            rows = [("", _per_person(say, *pair)) for pair in pairs]
            one, other = pairs[0]
            said = {"period": say.period(one), "each": other.quantity / one.quantity}
            title = say("water_people_title", people=say.marked(one), **said)
            what = "water_people_what"
        else:
            rows, money = [("", [_covered(say, row)]) for row in people], []
            title = say("water_people_only_title", people=say.marked(people[0]))
            what = "people_covered"
        notes = say.left_out(forms.numbers(ax, rows))
        say.finish(ax, title, say(what), [*people, *money], notes)
    return ax


def _covered(say, people) -> Figure:
    return say.fact(people, say.dated(people, say("people_of", works=say(people.works))))


def _printed_together(one, other) -> bool:
    """No table says what money was for; figures of one paragraph the source itself relates."""
    return (one.source_id, one.paragraph) == (other.source_id, other.paragraph)


def _beside(rows: list, others: list) -> list:
    """Those rows that are printed together with one of the others."""
    return [row for row in rows if any(_printed_together(row, other) for other in others)]


def _per_person(say, people, money) -> list[Figure]:
    return [
        _covered(say, people),
        say.fact(money, say.dated(money, say(money.indicator)), accent=False),
        say.figure(money.quantity / people.quantity, say("per_person"), accent=False),
    ]


def plot_water_works(
    water_works: pd.DataFrame, *, lang: str = "zh", ax: Axes | None = None
) -> Axes:
    """Works built, by kind; a kind that is part of another stands below it and says so.

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
    ValueError
        No such row (NothingToDraw), mixed units, unknown `lang`, another table.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> wd.marks(wd.plot_water_works(wd.load_water_works()))["x"].tolist()
    [1024.0, 454.0, 19.0]
    """
    say = Captions(water_works, lang)
    rows = select(water_works, "water_works", "built")
    drawn = families(valued(rows, "water_works"))
    wholes = roots(drawn)
    names = say.apart(drawn, [say(row.works) for row in drawn])
    figures = [
        say.fact(row, name if row in wholes else say("part_name", name=name))
        for row, name in zip(drawn, names, strict=True)
    ]
    with style.look():
        ax = style.axes(ax, gutter=True)
        notes = say.left_out(forms.bars(ax, figures))
        done = say.done(wholes)
        code = "water_works_most" if leads(done) else "water_works_title"
        title = say(code, name=say(done[0].works), figure=say.marked(done[0]))
        subtitle = say.listed([say("water_works_what"), say.period(*say.done(drawn))])
        say.finish(ax, title, subtitle, rows, notes)
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
        As :func:`load_funding` gives it: rows of indicator ``income``, in the same paragraph.
    lang, ax
        As for :func:`plot_funding_rise`.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        No such rows (NothingToDraw), mixed units, unknown `lang`, another table.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> wd.plot_hydropower(wd.load_water_works(), wd.load_funding()).get_title(loc="left")
    '农村水电扶贫：11个项目，收益1828万元'
    """
    say = Captions(water_works, lang)
    works = valued(select(water_works, "water_works", "projects"), "water_works")
    income = _beside(select(funding, "funding", "income"), works)
    if not income:
        raise NothingToDraw("funding", "needs_same_paragraph")
    income = valued(income, "funding")
    works = _beside(works, income)
    grid = [say.fact(row, say.dated(row, say(row.works))) for row in works]
    for row in income:
        purpose = say("income_for", indicator=say(row.indicator), recipient=say(row.recipient))
        grid.append(say.fact(row, say.dated(row, purpose)))
    with style.look():
        ax = style.axes(ax)
        notes = say.left_out(forms.numbers(ax, [("", grid)]))
        said = {"projects": works[0].quantity, "income": _beside(income, works[:1])[0].quantity}
        title = say("hydropower_title", works=say(works[0].works), **said)
        undated = not say.period(*works, *income)
        subtitle = say("hydropower_undated_what" if undated else "hydropower_what")
        say.finish(ax, title, subtitle, [*works, *income], notes)
    return ax


# -------------------------------------------------------------------- people


def plot_training(training: pd.DataFrame, *, lang: str = "zh", ax: Axes | None = None) -> Axes:
    """Each programme with its people; its classes, days and townships in words.

    Nothing is summed: programmes may share people. A programme of which no number of people is
    printed has no bar.

    Parameters
    ----------
    training : DataFrame
        As :func:`load_training` gives it: rows of indicator ``people_…``; ``classes``, ``days``
        and ``townships`` of the same organiser, audience and years.
    lang, ax
        As for :func:`plot_funding_rise`.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        No such row (NothingToDraw), mixed units, unknown `lang`, another table.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> wd.plot_training(wd.load_training()).get_title(loc="left")
    '培训人数最多的是基层干部和专业技术人才：1000余人'
    """
    say = Captions(training, lang)
    rows = select(training, "training", *_PEOPLE, "attendances")
    persons = [row for row in rows if row.unit != "attendance"]
    attended = [row for row in rows if row.unit == "attendance"]  # no bar beside persons
    people = valued(persons or attended, "training")
    rest = any_of(training, "training", "classes", "days", "townships")
    rest = [*(attended if persons else ()), *rest]
    of = {_programme(row): [] for row in [*people, *rest]}
    for row in rest:
        of[_programme(row)].append(row)
    classes_only = [own[0] for key, own in of.items() if key not in set(map(_programme, people))]
    programmes = [*people, *classes_only]
    names = say.names(programmes, ["audience", "organiser"], ["indicator"])
    names = say.apart(programmes, names)
    figures = [
        say.fact(row, name, _details(say, row, of[_programme(row)]),
                   accent=row.indicator == "people_trained")
        for row, name in zip(people, names, strict=False)
    ]  # fmt: skip
    figures += [
        say.fact(row, name, say("no_people_printed"), barless=True)
        for row, name in zip(classes_only, names[len(people) :], strict=True)
    ]
    with style.look():
        ax = style.axes(ax, gutter=True)
        notes = [say("note_overlap")] * (len(people) > 1) + say.left_out(forms.bars(ax, figures))
        trained = [row for row in people if row.indicator == "people_trained"]
        trained = say.done(trained or people)
        code = "training_most" if leads(trained) else "training_title"
        title = say(code, name=say(trained[0].audience), figure=say.marked(trained[0]))
        say.finish(ax, title, say("training_what"), rows, notes)
    return ax


def _programme(row) -> tuple:
    return row.organiser, row.audience, *years(row)


def _details(say, row, others: list) -> str:
    """What else is printed of a programme: 9个班, 20天; and what its people did, if not train."""
    did = say(row.indicator) if row.indicator != "people_trained" else ""
    figures = [other.quantity.wording(say.lang) for other in others]
    return say.listed([did if did != say(row.audience) else "", *figures])


# -------------------------------------------------------------------- county


def plot_way_to_town(county: pd.DataFrame, *, lang: str = "zh", ax: Axes | None = None) -> Axes:
    """How long a way takes, by car and on foot, on one scale of minutes.

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
    ValueError
        No such row (NothingToDraw), a unit that is no time, unknown `lang`, another table.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> wd.plot_way_to_town(wd.load_county()).get_title(loc="left")
    '去龙溪镇的路：步行10余分钟，乘车要半小时'
    """
    say = Captions(county, lang)
    rows = sorted(select(county, "county", *_TIMES), key=lambda row: _TIMES.index(row.indicator))
    drawn = [row for row in rows if row.quantity.value is not None]
    if not drawn:
        raise NothingToDraw("county", "indicator time_by_car / time_on_foot with a value")
    names = say.apart(drawn, say.names(drawn, ["indicator"], ["topic", "place"]))
    figures = [
        say.fact(row, name, height=float(_in_minutes(row.quantity)))
        for row, name in zip(drawn, names, strict=True)
    ]
    with style.look():
        ax = style.axes(ax, gutter=True)
        notes = say.left_out(forms.bars(ax, figures))
        say.finish(ax, _way_title(say, drawn), say("way_what"), rows, notes)
    return ax


def _in_minutes(time: Quantity) -> Quantity:
    if time.unit not in ("minute", "hour"):
        raise ValueError(f"mixed units in county: {time.unit} where minute or hour is expected")
    return time * _MINUTES if time.unit == "hour" else time


def _way_title(say, rows: list) -> str:
    """The first way: on foot and by car, if one is certainly quicker."""
    first = [row for row in rows if row.topic == rows[0].topic]
    times = {row.indicator: row.quantity for row in first}
    car, foot = times.get("time_by_car"), times.get("time_on_foot")
    topic = say(rows[0].topic)
    if (
        len(times) == len(first)
        and car
        and foot
        and certain(_in_minutes(foot), "<", _in_minutes(car))
    ):
        return say("way_quicker_on_foot", topic=topic, car=car, foot=foot)
    ways = {row.topic: row for row in reversed(rows) if row.place == rows[0].place}
    if len(first) == 1 < len(ways):  # as of a way before and now: one figure each
        said = [
            say("name_and_figure", name=say(row.topic), figure=row.quantity)
            for row in rows
            if row is ways.get(row.topic)
        ]
        return say("way_title", topic=say(rows[0].place), figures=say.listed(said[:2]))
    said = [say("name_and_figure", name=say(row.indicator), figure=row.quantity) for row in first]
    return say("way_title", topic=topic, figures=say.listed(said))


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
    ValueError
        No row names a year (NothingToDraw), unknown `lang`, another table.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> wd.draw("timeline").get_title(loc="left")
    '14个写明年份的主要数字，9个始于2016年或以后'
    """
    say = Captions(county, lang)
    drawn = [
        (row, _span(say, row, say.name(row, columns)))
        for table, name, indicators, columns in (
            (
                funding,
                "funding",
                ("annual_aid", *_CUMULATIVE, "investment"),
                ["payer", "indicator"],
            ),
            (projects, "projects", ("projects", "townships"), ["item"]),
            (water_works, "water_works", ("people_covered",), ["works"]),
            (training, "training", ("people_trained",), ["audience"]),
        )
        for row in any_of(table, name, *indicators)
        if None not in years(row) and row.quantity.value is not None
    ] + _events(say, county)
    if not drawn:
        raise NothingToDraw("funding", "a start and an end year")
    # Where there are too many: first what is no part of another figure, then the latest.
    first = sorted(drawn, key=lambda each: (each[0].part_of is not None, -each[1].end))
    kept = [each for each in drawn if each in first[: forms.MOST_SPANS]]
    kept.sort(key=lambda each: (each[1].base, -each[1].end))
    rows, figures = [row for row, _ in kept], [figure for _, figure in kept]
    with style.look():
        ax = style.axes(ax)
        forms.spans(ax, figures)
        notes = _ago(say, rows) + say.left_out(len(drawn) - len(kept))
        recent = int(max(figure.end for _, figure in drawn)) - 6
        late = sum(figure.base >= recent for _, figure in drawn)
        title = say("timeline_title", n=len(drawn), late=late, year=recent)
        say.finish(ax, title, say("timeline_what"), rows, notes)
    return ax


def _span(say, row, name: str) -> Figure:
    """A figure over the years that it covers."""
    words = say("timeline_figure", name=name, figure=row.quantity)
    if row.quantity.unit == "year":  # the figure is the year itself
        words = say(f"timeline_{row.indicator}", topic=name, figure=row.quantity)
    return _over(say, row.quantity, words, say.state(row), row.start, row.end)


def _over(say, quantity: Quantity, words: str, state: str, start: int, end: int) -> Figure:
    """A year lasts until the next one begins."""
    return say.figure(quantity, words=words, state=state, base=start, height=end + 1 - start)


def _events(say, county: pd.DataFrame) -> list[tuple]:
    """What the county table dates: by a year, or by how long before publication it was."""
    held = any_of(county, "county", "began", "held")
    events = [(row, _span(say, row, say(row.topic))) for row in held if None not in years(row)]
    for row in any_of(county, "county", "years_ago"):
        if row.source_id in say.published and row.quantity.value is not None:
            now = say.published[row.source_id]
            then = Quantity(now, "year", formula=str(now)) - row.quantity
            year = int(then.value)
            words = say("timeline_years_ago", topic=say(row.topic), figure=then)
            events.append((row, _over(say, then, words, "inferred", year, year)))
    return events


def _ago(say, rows) -> list[str]:
    return [
        say("note_years_ago", figure=row.quantity) for row in rows if row.indicator == "years_ago"
    ]


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

    Parameters
    ----------
    name : str
        One of ``CHARTS``.
    data : path, optional
        A folder of your own tables; ours by default.
    lang : {"zh", "en"}

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        Unknown `name` or `lang`; the tables lack its rows (NothingToDraw).
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

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
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
        As a ``plot_…`` function returns it, or the name of one of ``CHARTS``, drawn here.
    data : path, optional
        With a name: a folder of your own tables; ours by default.
    lang : {"zh", "en"}
        With a name.

    Returns
    -------
    Shown
        A picture whose text is the title, every drawn word and the marks; where the tables lack
        the rows, the sentence that says which.
    """
    if isinstance(chart, str):
        try:
            chart = draw(chart, data, lang)
        except NothingToDraw as nothing:
            return Shown(nothing.words[lang])
    shown = Shown(as_text(chart), style.render(chart, "png"))
    style.close(chart)
    return shown


def as_text(ax: Axes) -> str:
    """Title, axis labels and every other drawn word, then the marks."""
    words = [ax.get_title(loc="left"), ax.get_title(), ax.get_xlabel(), ax.get_ylabel()]
    words += [text.get_text() for text in ax.texts if (text.get_gid() or "") in NOT_MARKS]
    ticks = (*ax.get_xticklabels(), *ax.get_yticklabels())
    words += [text.get_text() for text in ticks if text.get_visible()]
    drawn = marks(ax)
    table = [drawn.columns, *drawn.itertuples(index=False)]
    lines = [
        " | ".join(f"{cell:.10g}" if isinstance(cell, float) else cell for cell in row)
        for row in table
    ]
    return "\n".join([*map(one_line, filter(None, words)), "", *lines])

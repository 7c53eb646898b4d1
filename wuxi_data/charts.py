"""One function per claim: the finding as title, labels at the marks, nothing but what is printed."""

from __future__ import annotations

import base64
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
from matplotlib.axes import Axes

from . import style
from .marks import FADE, Figure, draw_bar, marks
from .quantity import Quantity, verdict
from .style import INK, LABEL, SMALL, save_figure
from .tables import labels, load, quantities

__all__ = ["marks", "plot_funding_rise", "save_figure", "show"]
LANGS = ("zh", "en")
_MOST_BARS = 12  # more would be too small to read
_SMALLEST = 7  # points
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
        return capital(self.known["name_separator"][self.lang].join(filter(None, parts)))


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


def _columns(ax, groups: list[tuple[str, list[tuple[int, Figure]]]]) -> None:
    """Upright bars at their years, one group beside the other."""
    across, up = style.room(ax)
    placed, heads = [], []
    start = offset = min(year for year, _ in groups[0][1])  # the first group stands at its years
    for head, columns in groups:
        first = min(year for year, _ in columns)
        heads.append((offset, head))
        placed += [(offset + year - first, figure) for year, figure in columns]
        offset = max(place for place, _ in placed) + 2
    pitch = across / (offset - 1 - start)
    size, turned, texts, high = _column_labels([figure.words for _, figure in placed], pitch)
    fades = any(figure.fades for _, figure in placed)
    above = high + fades * FADE + (20 if len(groups) > 1 else 6)
    tallest = max(figure.end for _, figure in placed) or 1
    ax.set(xlim=(start - 0.5, offset - 1.5), ylim=(0, tallest * up / (up - above)))
    ax.axhline(0, color=INK, linewidth=0.8, gid="rule")
    for (place, figure), text in zip(placed, texts, strict=True):
        draw_bar(ax, "column", figure, place, thick=min(0.7, 70 / pitch), text=text, fontsize=size,
                 rotation=90 if turned else 0)  # fmt: skip
    ticks = _thinned([(place, figure.name) for place, figure in placed], pitch, size)
    ax.set_xticks([place for place, _ in ticks], [name for _, name in ticks], fontsize=size)
    ax.tick_params(length=0, pad=4)
    for place, head in heads if len(groups) > 1 else ():
        ax.annotate(head, (place - 0.5, 1), (2, 0), xycoords=("data", "axes fraction"), va="top",
                    textcoords="offset points", fontsize=SMALL, weight="semibold", gid="head")  # fmt: skip


def _column_labels(texts: list[str], pitch: float) -> tuple[float, bool, list[str], float]:
    """(size, turned upright, texts, height) of labels that stand side by side."""
    for size in (LABEL, SMALL, 9, 8):
        wrapped = [style.wrap(text, pitch - 6, size) for text in texts]
        lines = max(text.count("\n") + 1 for text in wrapped)
        if lines <= 2 and max(style.width(text, size) for text in wrapped) < pitch - 6:
            return size, False, wrapped, size * 1.3 * lines
    size = max(min(9, pitch * 0.8), _SMALLEST)
    return size, True, texts, max(style.width(text, size) for text in texts)


def _thinned(ticks: list[tuple[float, str]], pitch: float, size: float) -> list[tuple[float, str]]:
    """As many of the ticks as have room."""
    kept, free = [], float("-inf")
    for place, name in sorted(ticks):
        half = (style.width(name, size) + 6) / 2
        if place * pitch - half >= free:
            kept.append((place, name))
            free = place * pitch + half
    return kept


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
        _columns(ax, groups)
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


# -------------------------------------------------------------------- all of them


CHARTS = {
    "funding-rise": (plot_funding_rise, ("funding",)),
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

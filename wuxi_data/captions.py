"""What a chart says, in one language: labels, names, titles, notes and the credit line.

Every word comes from ``labels.csv`` and every figure from :meth:`Quantity.wording`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import pandas as pd

from . import rows as _rows
from . import style
from .drawing import Figure
from .quantity import Quantity
from .tables import filled, labels, load

LANGS = ("zh", "en")
_SUBJECTS = ("recipient", "audience", "works", "item", "topic")


class Captions:
    """The words of one chart: ``say("citrus")``, ``say("orchards_title", figure=…)``.

    Parameters
    ----------
    table : DataFrame
        As a loader returns it; it knows the folder whose labels and sources are meant.
    lang : {"zh", "en"}
    """

    def __init__(self, table: pd.DataFrame, lang: str):
        if lang not in LANGS:
            raise ValueError(f"unknown lang {lang!r}: expected 'zh' or 'en'")
        self.lang, self.data = lang, table.attrs.get("data")
        self.known = labels(self.data)

    def __call__(self, code: str, **values) -> str:
        text = self.known[code][self.lang] if code in self.known else str(code)
        return filled(text, **{name: self._word(value) for name, value in values.items()})

    def _word(self, value) -> str:
        return value.wording(self.lang) if isinstance(value, Quantity) else str(value)

    # ---------------------------------------------------------------- figures and names

    def figure(
        self, quantity: Quantity, name: str = "", extra: str = "", words: str = "", **given
    ) -> Figure:
        """A figure to draw, with its words; what is planned, inferred or past says so."""
        words = words or self._word(quantity)
        words = capital(words + (self("in_brackets", words=extra) if extra else ""))
        return Figure(quantity, self._marked(words, given.get("state")), capital(name), **given)

    def fact(self, row, name: str = "", extra: str = "", **given) -> Figure:
        """The figure of a row, as carried out, planned or past as the row is."""
        return self.figure(row.quantity, name, extra, state=self.state(row), **given)

    def marked(self, row) -> str:
        """The words of a row for a title: a plan or what was before says so there, too."""
        return self._marked(self._word(row.quantity), self.state(row))

    def _marked(self, words: str, state: str | None) -> str:
        said = state in ("planned", "inferred", "before")
        return self(f"mark_{state}", words=words) if said else words

    def state(self, row) -> str:
        """As its table says; where it does not, years after the publication are a plan."""
        later = (row.end or 0) > self.published.get(row.source_id, row.end or 0)
        return getattr(row, "status", "planned" if later else "completed")

    def done(self, rows: list) -> list:
        """What a title may claim: the rows that are carried out, or all where none is."""
        return [row for row in rows if self.state(row) == "completed"] or rows

    @cached_property
    def published(self) -> dict[str, int]:
        """The year of each source."""
        years = load("sources", self.data).set_index("source_id")["published"].str[:4]
        return years.astype(int).to_dict()

    def listed(self, texts: Iterable[str]) -> str:
        return self("list_comma").join(dict.fromkeys(filter(None, texts)))

    def period(self, *rows) -> str:
        """The years that the rows cover together, or since when; empty where none names one."""
        named = [each for each in map(_rows.years, rows) if each != (None, None)]
        if not named:
            return ""
        starts, ends = zip(*named, strict=True)
        first = None if None in starts else min(starts)
        last = None if None in ends else max(ends)
        if first == last:
            return "" if first is None else self("period_year", year=first)
        if last is None:
            return self("period_since", first=first)
        if first is None:
            return self("period_until", last=last)
        return self("period_years", first=first, last=last)

    def dated(self, row, name: str) -> str:
        """The name with the years, if the row has any: 2016—2020年投入资金."""
        period = self.period(row)
        return self("dated_name", period=period, name=name) if period else name

    def apart(self, rows: list, names: list[str]) -> list[str]:
        """The names, each with its own years where the rows do not all share one period."""
        if len(set(map(_rows.years, rows))) == 1:
            return names
        return [self.dated(row, name) for row, name in zip(rows, names, strict=True)]

    def names(self, rows: list, always: list[str], where_needed: Iterable[str] = ()) -> list[str]:
        """What tells the rows apart: the labels of some columns, and of more where needed."""
        columns = list(always)
        for column in where_needed:
            if len({self.name(row, columns) for row in rows}) == len(rows):
                break
            if len({self.name(row, [column]) for row in rows}) > 1:
                columns.append(column)
        return [self.name(row, columns) for row in rows]

    def name(self, row, columns: list[str]) -> str:
        """The labels of a row in those columns."""
        named = (
            self.period(row) if each == "period" else self(getattr(row, each)) for each in columns
        )
        return self("name_separator").join(filter(None, named))

    # ---------------------------------------------------------------- title and foot

    def whole_and_parts(self, chart: str, rows: list, whole, giver: str, place: str) -> str:
        """A title: the whole, and down the chain of its largest parts."""
        said, part = [], whole
        while within := _rows.parts(rows, part):
            part = within[0]
            said.append(self(f"{chart}_part", period=self.period(part), figure=part.quantity))
        who = {"giver": self(giver), "place": self(place), "figure": whole.quantity}
        title = self(f"{chart}_title", period=self.period(whole), **who)
        return self("of_which", whole=title, parts=self.listed(said)) if said else title

    def left_out(self, count: int) -> list[str]:
        return [self("note_more", n=count)] if count > 0 else []

    def finish(self, ax, title: str, subtitle: str, rows: list, notes: Iterable[str] = ()) -> None:
        """Title, subtitle, notes and credit; every row that has no value is named in words."""
        unvalued = [row for row in rows if row.quantity.value is None]
        if unvalued:
            said = (
                self("unvalued", name=self._subject(row), figure=row.quantity) for row in unvalued
            )
            notes = [*notes, self("note_unvalued", figures=self.listed(said))]
        note = self("sentence_space").join(map(capital, notes))
        style.headline(ax, capital(title), capital(subtitle), note, self._credit(rows))

    def _subject(self, row) -> str:
        return self(next(getattr(row, each) for each in _SUBJECTS if hasattr(row, each)))

    def _credit(self, rows: list) -> str:
        known = load("sources", self.data).set_index("source_id").to_dict("index")
        cited = [
            self._citation(known[source_id]) if source_id in known else source_id
            for source_id in dict.fromkeys(row.source_id for row in rows)
        ]
        return self("credit", sources=self("source_separator").join(cited))

    def _citation(self, source: dict) -> str:
        authors = [author.strip() for author in source["authors"].split(";")]
        by = self("author_separator").join(authors)
        if len(authors) > 3:
            by = self("authors_and_others", first=authors[0])
        title = source["title"].split("：")[0]  # without the subtitle
        return self("citation", authors=by, title=title, year=source["published"][:4])


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]

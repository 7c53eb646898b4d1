"""A chart is a value: a form, marks, and words in both languages; no Axes until it is drawn.

The author says the finding, and every number in it comes through a place: ``{jilin-annual-2020}``.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from .files import PACKAGE, write_whole
from .messages import _, unknown
from .quantity import Quantity, evaluate, names_in
from .reading import Raw, did_you_mean, read
from .schema import THEMES
from .tables import labels, load, quantities

LANGS = ("zh", "en")
MIME = "application/vnd.wuxi-data.chart+json"
STATES = ("completed", "inferred", "planned", "before")
TONES = ("main", "second", "third")
_DIGITS = 10  # as many as nbval may compare on every machine
_NAME = re.compile(r"[^\W_][\w-]{0,59}")
_DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
}


class Both(NamedTuple):
    """One thing said in both languages."""

    zh: str
    en: str

    def __bool__(self):
        return bool(self.zh or self.en)


NOTHING = Both("", "")
_STATE_WORDS = {
    "completed": Both("{}", "{}"),
    "inferred": Both("{}（推断）", "{} (inferred)"),
    "planned": Both("{}（计划）", "{} (planned)"),
    "before": Both("{}（援建前）", "{} (before the aid)"),
}
_KEY = {
    "solid": Both("实心：印出的数", "solid: as printed"),
    "dashed": Both("虚线：推断", "dashed: inferred"),
    "open": Both("空框：计划", "empty: planned"),
    "hatched": Both("斜纹：原文“约”", "hatched: about, in print"),
    "fading": Both("渐淡：原文留出的余地", "fading: as far as print leaves room"),
    "endless": Both(
        "渐淡：原文没有说到哪里为止，长短无意义",
        "fading: print names no end, and the length means nothing",
    ),
}
_MOST_TITLES = 3  # of sources in a credit
_NO_VALUE = Both("无确数", "no single value")


# -------------------------------------------------------------------- what a folder says


class Folder:
    """The facts, codes and sources of one folder: what the places in words may refer to."""

    def __init__(self, data: str | Path | None):
        self.data = data
        self.labels = labels(data)
        self.sources = load("sources", data).set_index("source_id")
        self.rows, self.facts = {}, {}
        for theme in THEMES:
            table = load(theme, data)
            self.facts |= quantities(table).to_dict()
            # Each row is called by its theme, which says what its columns are.
            self.rows |= {row.fact_id: row for row in table.itertuples(index=False, name=theme)}

    @classmethod
    def at(cls, data: str | Path | None = None) -> Folder:
        """The folder as it stands on disk: made anew only when a table was edited."""
        data = _found(data)
        return _folder(data, tuple(read(name, data) for name in (*THEMES, "labels", "sources")))

    @cached_property
    def numbered(self) -> list[str]:
        """What is called by a number: an author may write it in words as it is."""
        names = {said[lang] for said in self.labels.values() for lang in LANGS}
        return sorted(filter(typed_numbers, names), key=len, reverse=True)

    def quantity(self, figure: str) -> Quantity:
        """A fact, or what a formula over facts comes to."""
        names = names_in(figure)
        if not names:
            words = {"figure": figure}
            raise ValueError(_("{figure!r} names no fact: a number comes from a fact_id", **words))
        for name in names:
            if name not in self.facts:
                raise ValueError(_no_fact(name, self.facts))
        return self.facts[figure] if figure in self.facts else evaluate(figure, self.facts)

    def label(self, code: str) -> Both:
        """What a code is called; in English with a capital where it begins something."""
        if code not in self.labels:
            words = {"code": code, "mend": did_you_mean(code, self.labels)}
            raise ValueError(_("no code {code!r} in labels.csv{mend}", **words))
        return Both(*(self.labels[code][lang] for lang in LANGS))

    def period(self, fact_id: str) -> Both:
        """The years that a fact covers; nothing where print names none."""
        return period(*years(self.rows[fact_id]))

    def state(self, row) -> str:
        """As its table says; where it does not, years after the publication are a plan."""
        if hasattr(row, "status"):
            return row.status
        year = str(self.sources["published"].get(row.source_id, ""))[:4]
        return "planned" if year and not pd.isna(row.end) and row.end > int(year) else "completed"

    def credit(self, fact_ids: Iterable[str]) -> Both:
        """Every source that the facts rest on, by name."""
        used = dict.fromkeys(self.rows[name].source_id for name in fact_ids if name in self.rows)
        sources = [self.sources.loc[name] for name in used if name in self.sources.index]
        cited = _briefly(sources) if len(sources) > _MOST_TITLES else map(_cite, sources)
        if not sources:
            return Both("制图：wuxi_data", "Chart: wuxi_data")
        zh, en = joined(cited, "；", "; ")
        return Both(f"来源：{zh}。制图：wuxi_data", f"Source: {en}. Chart: wuxi_data")


@lru_cache(maxsize=8)
def _folder(data: str | Path | None, tables: tuple[Raw, ...]) -> Folder:
    return Folder(data)


def _cite(source) -> Both:
    who = "" if pd.isna(source.authors) else source.authors
    who = who or (getattr(source, "publisher", "") if not pd.isna(source.publisher) else "")
    zh, en = who.replace("; ", "、"), who.replace("; ", ", ")
    year = str(source.published)[:4]
    return Both(
        f"{zh}《{source.title}》（{year}）", f"{en}{', ' if en else ''}{source.title} ({year})"
    )


def _briefly(sources: list) -> list[Both]:
    """Publishers and their years, where titles would be longer than the chart."""
    years: dict[Both, list[str]] = {}
    for source in sources:
        told = pd.isna(source.publisher)
        who = Both(f"《{source.title}》", source.title) if told else Both(*[source.publisher] * 2)
        years.setdefault(who, []).append(str(source.published)[:4])
    return [Both(f"{who.zh}（{'、'.join(each)}）", f"{who.en} ({', '.join(each)})")
            for who, each in years.items()]  # fmt: skip


def years(row) -> tuple[int | None, int | None]:
    """The first and the last year of a row, as far as print names them."""
    return tuple(None if pd.isna(year) else int(year) for year in (row.start, row.end))


def period(start: int | None, end: int | None) -> Both:
    """Years in words; open at one end, or nothing at all."""
    if start is None and end is None:
        return NOTHING
    if end is None:
        return Both(f"{start}年起", f"since {start}")
    if start is None:
        return Both(f"至{end}年", f"to {end}")
    if start == end:
        return Both(f"{start}年", f"{start}")
    return Both(f"{start}—{end}年", f"{start}–{end}")


def capital(text: str) -> str:
    """English begins with a capital."""
    return text[:1].upper() + text[1:]


def joined(words: Iterable[Both], zh: str = "，", en: str = ", ") -> Both:
    """Several things as one, in both languages."""
    pairs = list(words)
    return Both(zh.join(each.zh for each in pairs), en.join(each.en for each in pairs))


# -------------------------------------------------------------------- words with places

_PLACE = re.compile(r"\{\{|\}\}|\{([^{}:]*)(?::([^{}]*))?\}|[{}]")
_PERCENT = Quantity(100, "percent")
_TYPED_ZH = (
    r"[〇零一二两三四五六七八九十几数上好]+[百千万亿]+|[百千万亿][余多]|[百千万亿]{2,}"
    r"|[一二两三四五六七八九十几]分之[一二两三四五六七八九十几]|百分之\w|[一二两三四五六七八九十几]+[倍成]"
    r"|翻了?[一两三四]?番|一半|半数|过半|大半"
)
_TYPED_EN = (
    r"\b(?:half|twice|thrice|doubl\w+|tripl\w+|quadrupl\w+|per ?cent\w*|percentage|dozens?"
    r"|hundreds?|thousands?|[mb]illions?|(?:one|two|three|a) (?:third|quarter|fifth|tenth)s?)\b"
)
_DIGIT_RUN = re.compile(r"\d[\d.,]*[%‰十百千万亿]*")
_TYPED = re.compile(rf"{_TYPED_ZH}|{_TYPED_EN}", re.IGNORECASE)


def typed_numbers(text: str) -> list[str]:
    """The numbers that an author typed: digits of any script, fractions, multiples, 百 and more.

    Small number words are the author's own: 一座, 五年, "five".
    """
    found = _DIGIT_RUN.findall(text)
    found += [char for char in text if unicodedata.category(char) == "No"]  # ², ½
    return found + [match[0] for match in _TYPED.finditer(text) if not _DIGIT_RUN.search(match[0])]


def fill(words: Both | Sequence[str], folder: Folder, what: str = "title") -> Both:
    """Words in both languages, each place filled with the figure that it names.

    Raises
    ------
    ValueError
        Every fault at once: a typed number, with the place to write instead; a place that nothing
        fills; one language only.
    """
    if not (isinstance(words, Sequence) and not isinstance(words, str) and len(words) == 2
            and all(isinstance(text, str) and text.strip() for text in words)):  # fmt: skip
        said = {"what": what, "words": words}
        raise ValueError(
            _("{what}: expected words in both languages, (zh, en), got {words!r}", **said)
        )
    faults: list[str] = []
    filled = [_fill(text, lang, folder, faults) for lang, text in zip(LANGS, words, strict=True)]
    if faults:
        raise ValueError("\n".join(f"{what}: {fault}" for fault in faults))
    return Both(filled[0], capital(filled[1]))


def _fill(text: str, lang: str, folder: Folder, faults: list[str]) -> str:
    own = _PLACE.sub(" ", text)
    for name in folder.numbered:  # 三万镇 is the name of a place
        own = own.replace(name, " ")
    for number in typed_numbers(own):
        said = {"number": number, "lang": lang, "mend": _instead(number, folder)}
        faults.append(_("{number!r} is typed ({lang}); {mend}", **said))

    def filled(match: re.Match) -> str:
        if match[0] in ("{{", "}}"):
            return match[0][0]
        if match[1] is None:
            said = {"brace": match[0], "lang": lang, "both": match[0] * 2}
            faults.append(
                _("a single {brace!r} ({lang}); a brace is written twice, {both}", **said)
            )
            return ""
        try:
            return _said(match[1].strip(), (match[2] or "").strip(), lang, folder)
        except (ValueError, ZeroDivisionError) as error:
            said = {"place": match[0], "lang": lang, "why": error}
            faults.append(_("nothing fills {place} ({lang}): {why}", **said))
            return ""

    return _PLACE.sub(filled, text)


def _said(figure: str, form: str, lang: str, folder: Folder) -> str:
    if form == "label":
        return getattr(folder.label(figure), lang)
    if form == "period":
        if figure not in folder.rows:
            raise ValueError(_no_fact(figure, folder.rows))
        said = folder.period(figure)
        if not said:
            raise ValueError(_("print names no year of {figure}", figure=figure))
        return getattr(said, lang)
    quantity = folder.quantity(figure)
    if form == "percent":
        return (quantity * _PERCENT).wording(lang)
    if form not in ("", "number"):
        raise ValueError(unknown("form", form, ("number", "percent", "period", "label")))
    return quantity.wording(lang, form or "whole")


def _no_fact(name: str, known: Iterable[str]) -> str:
    return _("no fact {name!r}{mend}", name=name, mend=did_you_mean(name, known))


def _instead(number: str, folder: Folder) -> str:
    """The place to write for a typed number: the fact that prints it."""
    digits = re.sub(r"[^\d.]", "", number) or number
    for name, figure in folder.facts.items():
        printed = re.sub(r"[^\d.]", "", figure.printed.as_written)
        english = re.sub(r"[^\d.]", "", figure.wording("en"))
        if digits in (printed, english, figure.printed.as_written):
            return _("write {place}", place=f"{{{name}}}")
    for name, row in folder.rows.items():
        if digits in (str(row.start), str(row.end)):
            return _("write {place}", place=f"{{{name}:period}}")
    return _("write a place for it: {fact_id}, or {a formula of fact_ids}")


# -------------------------------------------------------------------- marks


@dataclass(frozen=True)
class Mark:
    """One figure's drawn shape.

    Attributes
    ----------
    figure : str
        The fact_id of a stated figure; the formula of a derived one.
    name, words : Both
        What it is called, and the figure in words.
    low, high : float or None
        Drawn solid as far as `low`, fading to `high`; no `high` where nothing bounds it, no `low`
        where the figure has no single value and no bounds: then it has words and no shape.
    unit : str
    about : bool
        Whether print says 约.
    state : {"completed", "inferred", "planned", "before"}
    start, end : int or None
        The years that the figure covers; `at`, the year or place at which it stands.
    """

    figure: str
    name: Both
    words: Both
    low: float | None
    high: float | None
    unit: str = ""
    about: bool = False
    state: str = "completed"
    start: int | None = None
    end: int | None = None
    at: int | None = None
    within: str = ""
    group: Both = NOTHING
    detail: Both = NOTHING
    tone: str = "main"

    @property
    def key(self) -> str:
        """What no other mark of the chart is called."""
        return self.figure if self.at is None else f"{self.figure}@{self.at}"

    @property
    def gid(self) -> str:
        return self.key.replace(" ", "_")

    @property
    def facts(self) -> list[str]:
        return names_in(self.figure)

    @property
    def url(self) -> str:
        """The fact itself; of a derived figure, the first fact that it rests on."""
        return f"#{(self.facts or [''])[0]}"

    @property
    def look(self) -> str:
        """solid, dashed (inferred) or open (planned), and hatched (about) or fading (余)."""
        if self.low is None:
            return "words only"
        looks = [{"inferred": "dashed", "planned": "open"}.get(self.state, "solid")]
        looks += ["hatched"] * self.about + ["fading"] * (self.high != self.low)
        return " ".join(looks)


def rounded(number) -> float | None:
    """As many digits as compare alike on every machine."""
    return None if number is None or math.isinf(number) else float(f"{float(number):.{_DIGITS}g}")


def state_words(words: Both, state: str) -> Both:
    return Both(*(form.format(text) for form, text in zip(_STATE_WORDS[state], words, strict=True)))


def wording(quantity: Quantity, state: str = "completed") -> Both:
    """A figure in words; what is inferred, planned or past says so."""
    said = Both(*(quantity.wording(lang) for lang in LANGS))
    if quantity.printed and not quantity.bounded:
        said = Both(f"{said.zh}：{_NO_VALUE.zh}", f"{said.zh}: {_NO_VALUE.en}")
    return state_words(said, state)


# -------------------------------------------------------------------- charts


@dataclass(frozen=True)
class Chart:
    """A form, marks and words; drawn where it is shown, in either language, at either width.

    Attributes
    ----------
    form : str
        columns, bars, nested, squares, spans, or beside.
    name : str or None
        Of the artefact: whatever named chart a notebook shows stands in ``figures/`` and on the
        page.
    lang : {"zh", "en"}
        Of the picture that Jupyter shows; the words are there in both.
    words : dict
        title, subtitle, note and credit, each (zh, en).
    folder : str or None
        The folder of the rows; None for ours.
    """

    form: str
    figures: tuple[Mark, ...]
    words: Mapping[str, Both]
    name: str | None = None
    lang: str = "zh"
    folder: str | None = None
    options: Mapping = field(default_factory=dict)
    panels: tuple[Chart, ...] = ()

    def __post_init__(self):
        _known(self.lang)
        if self.name is not None and (
            not _NAME.fullmatch(self.name) or self.name.lower() in _DEVICES
        ):
            words = {"name": self.name}
            raise ValueError(
                _("{name!r} cannot name a file: expected letters, digits, hyphens", **words)
            )

    # ---------------------------------------------------------------- as data

    @property
    def every_mark(self) -> list[Mark]:
        return [*self.figures, *(mark for panel in self.panels for mark in panel.every_mark)]

    @property
    def key(self) -> list[tuple[str, Both]]:
        """The looks that the drawing uses, beside plain solid, and what each means."""
        used = {look for chart in (self, *self.panels) for mark in chart.figures
                for look in _looks(chart.form, mark)}  # fmt: skip
        told = [(look, words) for look, words in _KEY.items() if look in used]
        return told if [look for look, _words in told] != ["solid"] else []

    @property
    def marks(self) -> pd.DataFrame:
        """What is to be drawn, one row a mark.

        Columns: figure (a fact_id, or a formula that ``evaluate`` reads), facts (their
        fact_ids), name_zh, name_en, start, end, at (years), low, high (bounds), unit, look,
        words_zh, words_en.
        """
        return pd.DataFrame([_record(mark) for mark in self.every_mark], columns=_COLUMNS)

    def csv(self) -> bytes:
        """The marks for a spreadsheet, which must take no text of a user's for a formula."""
        lines = io.StringIO()
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for mark in self.every_mark:
            writer.writerow([_cell(value) for value in _record(mark).values()])
        return lines.getvalue().encode("utf-8-sig")

    def to_json(self) -> dict:
        """Everything that drawing needs, for a notebook's output."""
        made = asdict(replace(self, panels=()))
        made["words"] = {name: list(words) for name, words in self.words.items()}
        made["figures"] = [
            {key: list(value) if isinstance(value, tuple) else value for key, value in each.items()}
            for each in made["figures"]
        ]
        made["panels"] = [panel.to_json() for panel in self.panels]
        return json.loads(json.dumps(made))

    @classmethod
    def from_json(cls, made: dict) -> Chart:
        """The chart that :meth:`to_json` was made of."""
        made = dict(made)
        made["words"] = {name: Both(*words) for name, words in made["words"].items()}
        made["figures"] = tuple(
            Mark(**{key: Both(*value) if isinstance(value, list) else value
                    for key, value in each.items()})
            for each in made["figures"]
        )  # fmt: skip
        made["panels"] = tuple(cls.from_json(panel) for panel in made["panels"])
        return cls(**made)

    def text(self) -> str:
        """Title, every other word and the marks in both languages, for comparison by text."""
        lines = [f"{self.form}: {self.name or 'unnamed'}"]
        for chart in (self, *self.panels):
            lines += [line for words in chart.words.values() if words for line in words]
        lines += [line for _look, words in self.key for line in words]
        rows = [_COLUMNS, *(_record(mark).values() for mark in self.every_mark)]
        return "\n".join([*lines, "", *(" | ".join(map(_cell, row)) for row in rows)])

    __repr__ = __str__ = text

    def _repr_mimebundle_(self, include=None, exclude=None):
        picture = base64.b64encode(self.render("png", self.lang)).decode()
        bundle = {"image/png": picture, "text/plain": self.text(), MIME: self.to_json()}
        return bundle, {"image/png": {"alt": getattr(self.words["title"], self.lang)}}

    # ---------------------------------------------------------------- drawn

    def draw(self, ax=None, *, lang: str | None = None, narrow: bool = False):
        """Draw the chart, and everything that is said of it, inside one Axes.

        Parameters
        ----------
        ax : Axes, optional
            One of yours; a figure of the chart's own size by default.
        lang : {"zh", "en"}, optional
        narrow : bool
            For a phone: names stand above their bars.

        Returns
        -------
        Axes

        Raises
        ------
        ValueError
            `ax` has no room for the chart; the message says how much it needs.
        """
        from .drawing import draw  # matplotlib is slow to import: only who draws waits for it

        return draw(self, ax, _known(lang or self.lang), narrow)

    def render(
        self, kind: str, lang: str | None = None, *, narrow: bool = False, bare: bool = False
    ) -> bytes:
        """The picture as ``"svg"`` or ``"png"``: the same bytes every time.

        With `bare`, for a page that sets title and notes itself, the SVG holds the drawing and
        its key alone, its words as text.
        """
        from .drawing import render

        return render(self, kind, _known(lang or self.lang), narrow, bare)

    def save(self, path: str | Path, *, lang: str | None = None, narrow: bool = False) -> Path:
        """Save the picture whole or not at all; `path` ends in ``.svg`` or ``.png``."""
        path = Path(path)
        write_whole(path, self.render(path.suffix.removeprefix(".").lower(), lang, narrow=narrow))
        return path


def _known(lang: str) -> str:
    if lang not in LANGS:
        raise ValueError(unknown("lang", lang, LANGS))
    return lang


_COLUMNS = [
    "figure", "facts", "name_zh", "name_en", "start", "end", "at", "low", "high", "unit", "look",
    "words_zh", "words_en",
]  # fmt: skip


def _record(mark: Mark) -> dict:
    return {
        "figure": mark.figure,
        "facts": " ".join(mark.facts),
        "name_zh": mark.name.zh,
        "name_en": mark.name.en,
        "start": mark.start,
        "end": mark.end,
        "at": mark.at,
        "low": mark.low,
        "high": mark.high,
        "unit": mark.unit,
        "look": mark.look,
        "words_zh": mark.words.zh,
        "words_en": mark.words.en,
    }


def _cell(value) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.{_DIGITS}g}" if abs(value) < 1e15 else f"{value:.15g}"
    text = " ".join(str(value).split("\r"))  # which a writer leaves bare, and which ends a row
    return f"'{text}" if text.lstrip()[:1] in ("=", "+", "-", "@") else text


def _looks(form: str, mark: Mark) -> set[str]:
    """How a mark is drawn in this form: spans draw its years, and not how much it is."""
    looks = set(mark.look.split())
    endless = mark.low is not None and mark.high is None
    if form == "spans":
        looks.discard("fading")
        endless = None in (mark.start, mark.end)
    return looks - {"fading"} | {"endless"} if endless else looks


def compose(
    form: str, marks: Sequence[Mark], folder: Folder, *, title, subtitle, note, default: Both,
    **given,
) -> Chart:  # fmt: skip
    """A chart with its words: the author's, or, without a title, only what the codes say."""
    facts = dict.fromkeys(name for mark in marks for name in mark.facts)
    words = {
        "title": fill(title, folder, "title") if title is not None else default,
        "subtitle": fill(subtitle, folder, "subtitle") if subtitle is not None else NOTHING,
        "note": fill(note, folder, "note") if note is not None else NOTHING,
        "credit": folder.credit(facts),
    }
    return Chart(form, tuple(marks), words, folder=_portable(folder.data), **given)


_WITH_US = "wuxi_data:"


def _portable(data: str | Path | None) -> str | None:
    """A folder as a stored output may name it: those that ship with us stand elsewhere tomorrow."""
    if data is not None and Path(data).parent == PACKAGE:
        return _WITH_US + Path(data).name
    return None if data is None else str(data)


def _found(data: str | Path | None) -> str | Path | None:
    """The folder that :func:`_portable` named."""
    name = str(data)
    return PACKAGE / name.removeprefix(_WITH_US) if name.startswith(_WITH_US) else data

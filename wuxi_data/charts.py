"""A chart is a value: a form, marks, and words in both languages; no Axes until it is drawn."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pandas as pd

from .files import write_whole
from .messages import LANGS, _, one_of
from .places import NOTHING, Both, joined
from .quantity import Quantity, names_in

MIME = "application/vnd.wuxi-data.chart+json"
TONES = ("main", "second", "third")
_DIGITS = 10  # as many as nbval may compare on every machine
# Windows reserves these names for devices.
_NAME = re.compile(r"(?!(con|prn|aux|nul|(com|lpt)[0-9])$)[^\W_][\w-]{0,59}", re.IGNORECASE)

_STATES = {
    "completed": NOTHING,
    "inferred": Both("（推断）", " (inferred)"),
    "planned": Both("（计划）", " (planned)"),
    "before": Both("（援建前）", " (before the aid)"),
}
STATES = tuple(_STATES)
_SOLID = {
    "printed": Both("实心：印出的数", "solid: as printed"),
    "computed": Both("实心：由印出的数算得", "solid: computed from print"),
    "both": Both("实心：印出的数，或由其算得", "solid: as printed, or computed from print"),
}
_KEY = {
    "dashed": Both("虚线：推断", "dashed: inferred"),
    "open": Both("空框：计划", "empty: planned"),
    "hatched": Both("斜纹：原文“约”", "hatched: about, in print"),
    "fading": Both("渐淡：原文留出的余地", "fading: as far as print allows"),
    "endless": Both(
        "渐淡：原文没有说到哪里为止，长短无意义",
        "fading: print names no end, and the length means nothing",
    ),
}


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
        Drawn solid as far as `low`, fading to `high`; no `high` where nothing bounds it. No `low`
        where the figure has no bounds, or may be below zero: then it is shown in words only.
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
        """A name that no other mark of the chart has."""
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
    def reach(self) -> float:
        """How far the mark may extend, as far as a bound is known."""
        return max(self.low or 0, self.high or 0)

    @property
    def endless(self) -> bool:
        """Whether it has a lower bound and no upper one."""
        return self.low is not None and self.high is None

    @property
    def look(self) -> str:
        """solid, dashed (inferred) or open (planned), and hatched (about) or fading (余)."""
        if self.low is None:
            return "words only"
        looks = [{"inferred": "dashed", "planned": "open"}.get(self.state, "solid")]
        looks += ["hatched"] * self.about + ["fading"] * (self.high != self.low)
        return " ".join(looks)


def rounded(number) -> float | None:
    """As many digits as every machine computes alike; None where there is no finite number."""
    return None if number is None or math.isinf(number) else float(f"{float(number):.{_DIGITS}g}")


def in_words(quantity: Quantity) -> Both:
    return Both(*(quantity.wording(lang) for lang in LANGS))


def mark_words(quantity: Quantity, state: str) -> Both:
    """A figure in words, with its state: inferred, planned, before the aid."""
    said = in_words(quantity)
    if quantity.printed and not quantity.bounded:
        said = Both(f"{said.zh}：无确数", f"{said.zh}: no single value")
    return joined((said, _STATES[state]), "", "")


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
        one_of(LANGS, "lang", self.lang)
        if self.name is not None and not _NAME.fullmatch(self.name):
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
        kinds = {"printed" if mark.facts == [mark.figure] else "computed"
                 for mark in self.every_mark}  # fmt: skip
        every = {"solid": _SOLID[kinds.pop() if len(kinds) == 1 else "both"], **_KEY}
        told = [(look, words) for look, words in every.items() if look in used]
        return told if [look for look, _words in told] != ["solid"] else []

    @property
    def marks(self) -> pd.DataFrame:
        """What is to be drawn, one row a mark.

        Columns: figure (a fact_id, or a formula that ``evaluate`` reads), facts (their
        fact_ids), name_zh, name_en, start, end, at (years), low, high (bounds), unit, look,
        words_zh, words_en.
        """
        return pd.DataFrame(map(_record, self.every_mark), columns=COLUMNS)

    def csv(self) -> bytes:
        """The marks for a spreadsheet, which must take no text of a user's for a formula."""
        rows = pd.DataFrame(map(_cells, self.every_mark), columns=COLUMNS)
        return rows.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")

    def to_json(self) -> dict:
        """Everything that drawing needs, for a notebook's output."""
        return json.loads(json.dumps(asdict(self)))

    @classmethod
    def from_json(cls, made: dict) -> Chart:
        """The chart that :meth:`to_json` was made of."""
        return cls(**{
            **made,
            "words": _with_words(made["words"]),
            "options": _with_words(made["options"]),
            "figures": tuple(Mark(**_with_words(each)) for each in made["figures"]),
            "panels": tuple(cls.from_json(panel) for panel in made["panels"]),
        })  # fmt: skip

    def text(self) -> str:
        """Title, every other word and the marks in both languages, for comparison by text."""
        lines = [f"{self.form}: {self.name or 'unnamed'}"]
        for chart in (self, *self.panels):
            said = (*chart.words.values(), *chart.options.values())
            lines += [line for each in said if isinstance(each, Both) and each for line in each]
        lines += [line for _look, words in self.key for line in words]
        return "\n".join([*lines, "", *map(" | ".join, [COLUMNS, *map(_cells, self.every_mark)])])

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

        return draw(self, ax, one_of(LANGS, "lang", lang or self.lang), narrow)

    def render(self, kind: str, lang: str | None = None, *, narrow: bool = False) -> bytes:
        """The picture as ``"svg"`` or ``"png"``: the same bytes every time."""
        from .drawing import render

        return render(self, [kind], one_of(LANGS, "lang", lang or self.lang), narrow)[kind]

    def save(self, path: str | Path, *, lang: str | None = None, narrow: bool = False) -> Path:
        """Save the picture whole or not at all; `path` ends in ``.svg`` or ``.png``.

        For a PDF, or a PNG for print: ``chart.draw().figure.savefig("chart.png", dpi=300)``.
        """
        path = Path(path)
        write_whole(path, self.render(path.suffix.removeprefix(".").lower(), lang, narrow=narrow))
        return path


COLUMNS = [
    "figure", "facts", "name_zh", "name_en", "start", "end", "at", "low", "high", "unit", "look",
    "words_zh", "words_en",
]  # fmt: skip


def _record(mark: Mark) -> tuple:
    facts, years = " ".join(mark.facts), (mark.start, mark.end, mark.at)
    amount = mark.low, mark.high, mark.unit, mark.look
    return mark.figure, facts, *mark.name, *years, *amount, *mark.words


def _cells(mark: Mark) -> list[str]:
    return list(map(_cell, _record(mark)))


def _cell(value) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.{_DIGITS}g}" if abs(value) < 1e15 else f"{value:.15g}"
    text = str(value).replace("\r", " ")  # csv does not quote it, and a reader ends the row there
    return f"'{text}" if text.lstrip()[:1] in ("=", "+", "-", "@") else text


def _with_words(made: dict) -> dict:
    """What JSON holds, its pairs turned back into words in both languages."""
    return {key: Both(*each) if isinstance(each, list) else each for key, each in made.items()}


def _looks(form: str, mark: Mark) -> set[str]:
    """The looks of a mark in a form: spans draw its years, not its amount."""
    looks, endless = set(mark.look.split()), mark.endless
    if form == "spans":
        looks.discard("fading")
        endless = None in (mark.start, mark.end)
    return looks - {"fading"} | {"endless"} if endless else looks

"""Words with places for numbers, ``{jilin-annual-2020}``, and the folder whose facts fill them.

The author words the finding; every number in it comes through a place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from .checks import operand_hint
from .files import PACKAGE
from .messages import LANGS, _, one_of
from .numerals import fold
from .quantity import Quantity, evaluate, names_in
from .reading import Raw, Vocabulary, read_table
from .schema import THEMES
from .tables import facts, labels, load

_MOST_TITLES = 3  # that a credit spells out; of more sources it names the publishers


class Both(NamedTuple):
    """One thing said in both languages."""

    zh: str
    en: str

    def __bool__(self):
        return bool(self.zh or self.en)


NOTHING = Both("", "")


# -------------------------------------------------------------------- what a folder says


class Folder:
    """The facts, codes and sources of one folder: what the places in words may refer to."""

    def __init__(self, data: str | Path | None):
        self.data = data
        self.labels = labels(data)
        self.sources = load("sources", data).set_index("source_id")
        self.facts = facts(data)
        # The type of a row bears the name of its table, which tells what columns it has.
        self.rows = {
            row.fact_id: row
            for theme in THEMES
            for row in load(theme, data).itertuples(index=False, name=theme)
        }

    @classmethod
    def at(cls, data: str | Path | None = None) -> Folder:
        """The folder as it stands on disk: made anew only when a table was edited."""
        data = _located(data)
        return _folder(
            data, tuple(read_table(name, data) for name in (*THEMES, "labels", "sources"))
        )

    @cached_property
    def numbered(self) -> list[str]:
        """Names that hold a number, such as 三万镇, which an author may write out."""
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
        try:
            quantity = evaluate(figure, self.facts)
        except ZeroDivisionError as error:
            raise ValueError(str(error)) from None
        if not quantity.bounded and not quantity.printed:
            raise ValueError(_("print does not say what {figure} comes to", figure=figure))
        return quantity

    def label(self, code: str) -> Both:
        """What a code is called."""
        if code not in self.labels:
            words = {"code": code, "mend": Vocabulary(self.labels).did_you_mean(code)}
            raise ValueError(_("no code {code!r} in labels.csv{mend}", **words))
        return Both(*(self.labels[code][lang] for lang in LANGS))

    def state(self, row) -> str:
        """As its table says; failing that, years after the publication are a plan."""
        if hasattr(row, "status"):
            return row.status
        year = str(self.sources["published"].get(row.source_id, ""))[:4]
        last = max(filter(None, years(row)), default=0)
        return "planned" if year and last > int(year) else "completed"

    def source(self, source_id: str) -> Both:
        """Who published it."""
        return _publisher(self.sources.loc[source_id])

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


def authors(source) -> list[str]:
    """The authors of a source, if any are named; ；separates them as well as ; does."""
    named = "" if pd.isna(source.authors) else source.authors
    return list(filter(None, re.split(r"\s*[;；]\s*", named)))


def _cite(source) -> Both:
    who = authors(source) or ([] if pd.isna(source.publisher) else [source.publisher])
    zh, en, year = "、".join(who), ", ".join(who), _published(source)
    return Both(f"{zh}《{source.title}》（{year}）", f"{en}{en and ', '}{source.title} ({year})")


def _briefly(sources: list) -> list[Both]:
    """Publishers with their years: so many titles would be longer than the chart."""
    named: dict[Both, list[str]] = {}
    for source in sources:
        named.setdefault(_publisher(source), []).append(_published(source))
    return [Both(f"{zh}（{'、'.join(each)}）", f"{en} ({', '.join(each)})")
            for (zh, en), each in named.items()]  # fmt: skip


def _publisher(source) -> Both:
    if pd.isna(source.publisher):
        return Both(f"《{source.title}》", source.title)
    return Both(source.publisher, source.publisher)


def _published(source) -> str:
    return str(source.published)[:4]


def years(row) -> tuple[int | None, int | None]:
    """The first and the last year of a row, as far as print names them."""
    return tuple(None if pd.isna(year) else int(year) for year in (row.start, row.end))


def period(start: int | None, end: int | None) -> Both:
    """Years in words, perhaps open at one end; nothing where neither is known."""
    if start == end:
        return NOTHING if start is None else Both(f"{start}年", f"{start}")
    if end is None:
        return Both(f"{start}年起", f"since {start}")
    if start is None:
        return Both(f"至{end}年", f"to {end}")
    return Both(f"{start}—{end}年", f"{start}–{end}")


def capital(words: Both) -> Both:
    """The words with the English capitalised."""
    return Both(words.zh, words.en[:1].upper() + words.en[1:])


def joined(words: Iterable[Both], zh: str = "，", en: str = ", ") -> Both:
    """Several things joined into one, in both languages."""
    pairs = list(words)
    return Both(zh.join(each.zh for each in pairs), en.join(each.en for each in pairs))


# -------------------------------------------------------------------- words with places

_PLACE = re.compile(r"\{\{|\}\}|\{([^{}:：]*)(?:[:：]([^{}]*))?\}|[{}]")
_BRACES = str.maketrans("｛｝", "{}")  # as a Chinese keyboard types them
_ROUGHLY = re.compile(r"(?:大?约|about|around|roughly)$", re.IGNORECASE)  # which ≈ says already
_PERCENT = Quantity(100, "percent")
_TYPED_ZH = (
    r"[〇零一二两三四五六七八九十几数上好]{1,60}[百千万亿]+|[百千万亿][余多]|[百千万亿]{2,}"
    r"|[一二两三四五六七八九十百千万亿几数]分之\w|[一二两三四五六七八九十几数双]{1,60}[倍成折]"
    r"|[一二][〇零九][〇零一二三四五六七八九]{2}"
    r"|翻了?[一两三四]?番|一半|半数|过半|大半"
)
_SMALL_EN = "(?:one|two|three|four|five|six|seven|eight|nine|ten)"
_TYPED_EN = (
    rf"\b(?:half|halv\w+|twice|thrice|doubl\w+|trebl\w+|tripl\w+|quadrupl\w+|{_SMALL_EN}-?fold"
    r"|per ?cent\w*|percentage|dozens?|hundred(?:s|fold)?|thousands?|(?:[mb]|tr)illions?"
    rf"|(?:{_SMALL_EN}|a)[ -](?:third|quarter|fifth|sixth|seventh|eighth|ninth|tenth)s?)\b"
)
_TYPED = re.compile(rf"\d[\d.,]*[%‰十百千万亿]*|{_TYPED_ZH}|{_TYPED_EN}", re.IGNORECASE)


def typed_numbers(text: str) -> list[str]:
    """The numbers that an author typed: digits of any script, fractions, multiples, 百 and more.

    Small number words are the author's own: 一座, 五年, "five".
    """
    # ², ½, Ⅻ; 〇 is in words such as 二〇二〇.
    other = [char for char in text.replace("〇", "") if unicodedata.category(char) in ("No", "Nl")]
    return _TYPED.findall(fold(text)) + other  # 三萬 is 三万


def fill(words: Both | Sequence[str], folder: Folder, what: str = "title") -> Both:
    """Words in both languages, each place filled with the figure that it names.

    Raises
    ------
    ValueError
        Every fault at once: a typed number, with the place to write instead; a place that nothing
        fills; one language only.
    """
    pair = isinstance(words, list | tuple) and len(words) == len(LANGS)
    if not pair or not all(isinstance(text, str) and text.strip() for text in words):
        said = {"what": what, "words": words}
        raise ValueError(
            _("{what}: expected words in both languages, (zh, en), got {words!r}", **said)
        )
    faults: list[str] = []
    filled = [_fill(text, lang, folder, faults) for lang, text in zip(LANGS, words, strict=True)]
    if faults:
        raise ValueError("\n".join(f"{what}: {fault}" for fault in faults))
    return capital(Both(*filled))


def _fill(text: str, lang: str, folder: Folder, faults: list[str]) -> str:
    """`text` with its places filled; each fault is added to `faults`."""
    text = text.translate(_BRACES)
    own = _PLACE.sub(" ", text)
    for name in folder.numbered:
        own = own.replace(name, " ")
    for number in dict.fromkeys(typed_numbers(own)):
        said = {"number": number, "lang": lang, "mend": _instead(number, folder)}
        faults.append(_("{number!r} is typed ({lang}); {mend}", **said))
    return _PLACE.sub(lambda place: _filled(place, lang, folder, faults), text)


def _filled(place: re.Match, lang: str, folder: Folder, faults: list[str]) -> str:
    """What stands in a place; nothing where there is a fault."""
    if place[0] in ("{{", "}}"):
        return place[0][0]
    if place[1] is None:
        words = {"brace": place[0], "lang": lang, "both": place[0] * 2}
        faults.append(_("a single {brace!r} ({lang}); a brace is written twice, {both}", **words))
        return ""
    try:
        said = _said(place[1].strip(), (place[2] or "").strip(), lang, folder)
    except ValueError as error:
        words = {"place": place[0], "lang": lang, "why": error}
        faults.append(_("nothing fills {place} ({lang}): {why}", **words))
        return ""
    faults.extend(_said_twice(place, said, lang))
    return said


def _said_twice(place: re.Match, said: str, lang: str) -> Iterator[str]:
    """What an author wrote beside a place that says it already: 约{约400万元}, {10个}个."""
    before, after = place.string[: place.start()].rstrip(), place.string[place.end() :].lstrip()
    lead, tail = re.match(r"\D*", said)[0].strip(), re.search(r"\D*$", said)[0]
    if lead == tail:  # a name, and no number
        return
    found = [lead] if lead and before.lower().endswith(lead.lower()) else []
    found += _ROUGHLY.findall(before) if lead == "≈" else []
    ends = (tail[start.end() :] for start in re.finditer(r"(?<![A-Za-z])(?=\S)", tail))
    found += [end for end in ends if _opens_with(after, end)][:1]
    for twice in found:
        words = {"place": place[0], "lang": lang, "said": said, "twice": twice}
        yield _("{place} ({lang}) says {said!r} itself: leave out the {twice!r} beside it", **words)


def _opens_with(text: str, word: str) -> bool:
    """Whether `text` begins with the whole word: not 人 of 人均, nor "ya" of "yard"."""
    ends = r"\b" if word[-1].isalnum() and (len(word) == 1 or word.isascii()) else ""
    return re.match(re.escape(word) + ends, text) is not None


def _said(figure: str, form: str, lang: str, folder: Folder) -> str:
    if form == "label":
        return getattr(folder.label(figure), lang)
    if form == "period":
        if figure not in folder.rows:
            raise ValueError(_no_fact(figure, folder.rows))
        said = period(*years(folder.rows[figure]))
        if not said:
            raise ValueError(_("print names no year of {figure}", figure=figure))
        return getattr(said, lang)
    quantity = folder.quantity(figure)
    if form == "percent":
        if quantity.unit:
            words = {"figure": figure, "unit": quantity.unit}
            raise ValueError(
                _("percent is for a ratio of two figures, and {figure} is in {unit}", **words)
            )
        return (quantity * _PERCENT).wording(lang)
    if form:
        one_of(("number", "percent", "period", "label"), "form", form)
    return quantity.wording(lang, form or "whole")


def _no_fact(name: str, known: Iterable[str]) -> str:
    return _("no fact {name!r}{mend}", name=name, mend=operand_hint(name, Vocabulary(known)))


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


# -------------------------------------------------------------------- where a folder stands

_WITH_US = "wuxi_data:"


def portable(data: str | Path | None) -> str | None:
    """A folder as a stored output may name it: ours are in another place on each machine."""
    if data is not None and Path(data).parent == PACKAGE:
        return _WITH_US + Path(data).name
    return None if data is None else Path(data).as_posix()


def elsewhere(folder: str | None, data: str | Path | None) -> bool:
    """Whether a chart's folder is one that ships with us, and not `data`."""
    return (folder is None or folder.startswith(_WITH_US)) and folder != portable(data)


def _located(data: str | Path | None) -> str | Path | None:
    """The folder that :func:`portable` gave this name."""
    name = str(data)
    return PACKAGE / name.removeprefix(_WITH_US) if name.startswith(_WITH_US) else data

"""Numbers in the prose of a notebook: each is a printed figure, a year, or part of an output.

No notebook is run. Any other number goes into a code span, like the version `0.2`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from . import notebooks
from .charts import MIME
from .messages import _
from .notebooks import Unreadable, cell_name
from .numerals import Unread, fold, read
from .reading import Fault
from .schema import THEMES
from .tables import facts, labels, load

_SCALES = {"hundred": "百", "thousand": "千", "million": "百万", "billion": "十亿"}
_UNITS = r"(?:km2?|m2?|kg|kWh?|MW|ha|mu|t|h|min)\b"
_NUMERAL = re.compile(
    rf"""(?<![A-Za-z_\d.])(?<![A-Za-z]-)(?:\d{{1,3}}(?:,\d{{3}})++(?!\d)|\d++)(?:\.\d++)?
    (?:[余多几](?=[十百千万亿]))?(?:[十百千万亿]+|\s?(?:{"|".join(_SCALES)})\b)?(?:\s?%)?
    (?:(?={_UNITS})|(?![A-Za-z_]|\.\d))
  | 百分之[一二两三四五六七八九十百零]+
  | [二三四五六七八九十]{{1,60}}分之[一二三四五六七八九十]+
  | [一二两三四五六七八九十几数]{{1,60}}[余多]?[百千万亿][〇零一二两三四五六七八九十百千万亿]*""",
    re.VERBOSE,
)
_EXPONENT = re.compile(r"\b\d+(?:\.\d+)?e[+-]?\d{1,3}\b")
_NUMBERED = (
    "练习|答案|例|题|图|表|步骤|注|[Ee]xercises?|[Aa]nswers?|[Ff]igures?|[Tt]ables?|[Ss]teps?"
    "|[Nn]otes?|[Qq]uestions?"
)
NOT_PROSE = re.compile(
    rf"""```.*?``` | ~~~.*?~~~ | `[^`]*` | \$(?=\S)[^$\n]*(?<=\S)\$(?!\d)
    | <!--.*?--> | <[^<>]*> | &\#?\w+[;；] | \]\([^)]*\) 
    | https?[:：]//[!-~]+ | \[\^?\d+\]                     # a footnote
    | ^[ >]*(?:[-*+][ ])?\(?\d+[.)、．][ ]*(?!\d)   # the number of an item
    | ^[ ]*（\d+） | ^\#+[ ]*\d+[.、．)]?(?=[ ])
    | (?:{_NUMBERED})[ ]?\d+(?![\d.,]) | 第[ ]?\d+[ ]?[题步章节图表]
    | (?<![\d.,])0\d+\b | \b\d+\.\d+\.\d+\b                  # 01 of a notebook, a version
    | \b\d+(?:st|nd|rd|th)\b""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_PARAGRAPHS = re.compile(
    r"第\s?\d+(?:\s?[、，,和至—–-]\s?(?:第\s?)?\d+){0,99}\s?(?:自然)?段"
    r"|\b(?:[Pp]aragraphs?|[Pp]aras?\.?|¶)\s?\d+(?:(?:,\s?|\s?(?:and|to|–|—|-)\s?)\d+\b)*"
)


class TypedNumber(NamedTuple):
    """A number as typed, and its value, if it has a single one."""

    text: str
    value: Fraction | None
    percent: bool = False


class Evidence(NamedTuple):
    """What the tables of a folder bear out: what the prose of its notebooks may say."""

    figures: dict[tuple[Fraction, bool], str]  # (value, in percent) → where it is printed
    paragraphs: set[int]
    texts: str


def check_notebooks(data: str | Path | None = None) -> list[Fault]:
    """Every fault of the notebooks of a folder, ours by default; no notebook is run.

    Files that are not notebooks, cells without a stored run, findings in one language, and numbers
    in prose that stand neither in a table nor in an output.
    """
    paths = notebooks.notebook_paths(notebooks.notebook_folder(data))
    if not paths:  # then the numbers of the tables need not be put into words
        return []
    found, known = [], evidence(data)
    for path in paths:
        file = f"notebooks/{path.name}"
        try:
            notebook = notebooks.read(path)
        except Unreadable as error:
            found.append(Fault(file, None, "", str(error), _("a notebook")))
            continue
        if unrun := list(_unrun(notebook)):
            said = _("no stored run of cell {cells}", cells=", ".join(unrun))
            mend = _("every cell run: run all and save, or take the copy that reproduce records")
            found.append(Fault(file, None, "", said, mend))
        found += notebook_faults(notebook, file, known)
    return found


def _unrun(notebook: dict) -> Iterator[str]:
    for place, cell in enumerate(notebook["cells"], 1):
        if cell["cell_type"] == "code" and cell["source"].strip() and not cell["execution_count"]:
            yield str(place)


def notebook_faults(notebook: dict, file: str, known: Evidence) -> list[Fault]:
    """Numbers in a notebook's prose that nothing bears out, and findings in one language."""
    shown = set(_shown(notebook))
    return [
        Fault(file, None, cell_name(place, cell), found, expected)
        for place, cell in enumerate(notebook["cells"], 1)
        if cell["cell_type"] == "markdown"
        for found, expected in _cell_faults(cell, shown, known)
    ]


def _cell_faults(cell: dict, shown: set, known: Evidence) -> Iterator[tuple[str, str]]:
    count = len(notebooks.finding_paragraphs(cell))
    if notebooks.is_finding(cell) and count not in (0, 2):
        found = _("a finding of {count} paragraphs", count=count)
        yield found, _("two: first in Chinese, then in English")
    text = NOT_PROSE.sub(" ", fold(cell["source"]))
    for reference in _PARAGRAPHS.findall(text):
        for number in set(map(int, re.findall(r"\d+", reference))) - known.paragraphs:
            yield repr(reference), _("a paragraph of a figure; none stands in {n}", n=number)
    for numeral in numerals(_PARAGRAPHS.sub(" ", text)):
        if not _is_borne_out(numeral, shown, known):
            yield repr(numeral.text), _expected(numeral, known)


def numerals(text: str) -> list[TypedNumber]:
    """The numbers in a text; small words (五年, "five") are the author's own."""
    return [_numeral(match[0].strip()) for match in _NUMERAL.finditer(fold(text))]


def _numeral(text: str) -> TypedNumber:
    """Read as print is, after English scale words are put into Chinese."""
    chinese = re.sub("|".join(_SCALES), lambda word: _SCALES[word[0]], text)
    try:
        reading = read("".join(chinese.split()))
    except Unread:
        return TypedNumber(text, None)
    value = None if reading.value is None else Fraction(reading.value)
    return TypedNumber(text, value, reading.unit == "percent")


def _is_borne_out(numeral: TypedNumber, shown: set, known: Evidence) -> bool:
    text, value, percent = numeral
    if value is None:
        return text in known.texts
    if "分之" in text and not percent:  # a third is borne out by 33.33%
        every = (
            number / 100 if per_cent else number for number, per_cent in (*shown, *known.figures)
        )
        return any(abs(number - value) < Fraction(1, 200) for number in every)
    return (value, percent) in known.figures or bool({(value, percent), (value, False)} & shown)


def _expected(numeral: TypedNumber, known: Evidence) -> str:
    said = _("a printed figure, a year of the tables or a number of an output in this notebook")
    alike = [each for each in known.figures if each[1] == numeral.percent]
    if numeral.value is None or not alike:
        return said
    nearest = known.figures[min(alike, key=lambda each: abs(each[0] - numeral.value))]
    return _("{said}; the nearest is {nearest}", said=said, nearest=nearest)


# -------------------------------------------------------------------- what may be said


def evidence(data: str | Path | None = None) -> Evidence:
    """Every number that the tables of a folder hold, in figures and in words."""
    figures: dict[tuple[Fraction, bool], str] = {}
    texts = []

    def learn(text: str, where: str = "") -> None:
        texts.append(text)
        for numeral in numerals(text):
            if numeral.value is not None:
                figures.setdefault(numeral[1:], where or numeral.text)

    for fact_id, figure in facts(data).items():
        where = f"{figure.printed.as_written} ({fact_id})"
        for text in (figure.printed.as_written, figure.wording("zh"), figure.wording("en")):
            learn(text, where)
        if figure.value is not None:
            figures.setdefault((Fraction(figure.value), figure.unit == "percent"), where)
    rows = pd.concat([load(theme, data)[["start", "end", "paragraph"]] for theme in THEMES])
    exclusions, sources = load("exclusions", data), load("sources", data)
    said = rows["start"], rows["end"], exclusions["token"], sources["title"], sources["published"]
    words = (text for words in labels(data).values() for text in words.values())
    for text in chain(words, *(column.dropna().unique() for column in said)):
        learn(str(text))
    paragraphs = {*rows["paragraph"], *exclusions["paragraph"].dropna()}
    return Evidence(figures, paragraphs, "\n".join(texts))


def _shown(notebook: dict) -> Iterator[tuple[Fraction, bool]]:
    """Every number that a stored output holds."""
    for output in (each for cell in notebook["cells"] for each in cell.get("outputs", ())):
        data = output.get("data", {})
        texts = output.get("text", ""), data.get("text/plain", ""), data.get("text/markdown", "")
        text = "\n".join(_seen(data[MIME]) if MIME in data else texts)
        yield from (numeral[1:] for numeral in numerals(text) if numeral.value is not None)
        yield from ((Fraction(number), False) for number in _EXPONENT.findall(text))


def _seen(chart) -> Iterator[str]:
    """The words and years in a chart's data; how far its marks reach, no reader sees in figures."""
    parts = [chart]
    while parts:
        part = parts.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, list):
            parts += part
        elif isinstance(part, dict):
            years = ("start", "end", "at") if "figure" in part else ()
            parts += {**part, "folder": "", **{key: str(part.get(key)) for key in years}}.values()

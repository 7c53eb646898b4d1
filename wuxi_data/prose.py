"""Numbers in the prose of a notebook: each is a printed figure, a year, or stands in an output.

Nothing is run. A number that is none of these goes into a code span, like the version `0.2`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from . import notebooks
from .messages import _
from .notebooks import Unreadable, cell_name
from .numerals import fold
from .numerals import read as read_token
from .reading import Fault
from .reading import read as read_table
from .schema import THEMES
from .tables import load, quantities

_SIZES = {
    "十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8, "hundred": 100, "thousand": 1000,
    "million": 10**6, "billion": 10**9,
}  # fmt: skip
_UNITS = r"(?:km2?|m2?|kg|kWh?|MW|ha|mu|t|h|min)\b"
_SCALE = r"(?P<scale>[十百千万亿]+|\s?(?:hundred|thousand|million|billion)\b)?"
_NUMERAL = re.compile(
    rf"""(?<![A-Za-z_\d.])(?<![A-Za-z]-)
    (?P<digits>\d{{1,3}}(?:,\d{{3}})++(?!\d)|\d++)(?P<decimals>\.\d++)?
    (?:[余多几](?=[十百千万亿]))?{_SCALE}(?P<percent>\s?%)?(?!{_UNITS})(?![A-Za-z_]|\.\d)
  | (?<![A-Za-z_\d.])(?P<before_unit>\d+(?:\.\d+)?)(?={_UNITS})
  | 百分之(?P<in_hundred>[一二两三四五六七八九十百零]+)
  | (?P<below>[二三四五六七八九十]+)分之(?P<above>[一二三四五六七八九十]+)
  | (?P<chinese>[一二两三四五六七八九十几数]+[余多]?[百千万亿]
                [〇零一二两三四五六七八九十百千万亿]*)""",
    re.VERBOSE,
)
_EXPONENT = re.compile(r"\b\d+(?:\.\d+)?e[+-]?\d+\b")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．％，", "0123456789.%,")
_NUMBERED = (
    "练习|答案|例|题|图|表|步骤|注|[Ee]xercises?|[Aa]nswers?|[Ff]igures?|[Tt]ables?|[Ss]teps?"
    "|[Nn]otes?|[Qq]uestions?"
)
NOT_PROSE = re.compile(
    rf"""```.*?``` | ~~~.*?~~~ | `[^`]*` | \$(?=\S)[^$\n]*(?<=\S)\$(?!\d)
    | <!--.*?--> | <[^>]*> | &\#?\w+; | \]\([^)]*\) 
    | https?://\S+ | \[\^?\d+\]                     # a footnote
    | ^[ >]*(?:[-*+][ ])?\(?\d+[.)、．][ ]*(?!\d)   # the number of an item
    | ^[ ]*（\d+） | ^\#+[ ]*\d+[.、．)]?(?=[ ])
    | (?:{_NUMBERED})[ ]?\d+(?![\d.,]) | 第[ ]?\d+[ ]?[题步章节图表]
    | (?<![\d.,])0\d+\b | \b\d+\.\d+\.\d+\b                  # 01 of a notebook, a version
    | \b\d+(?:st|nd|rd|th)\b""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_PARAGRAPHS = re.compile(
    r"第\s?\d+(?:\s?[、，,和至—–-]\s?(?:第\s?)?\d+)*\s?(?:自然)?段"
    r"|\b(?:[Pp]aragraphs?|[Pp]aras?\.?|¶)\s?\d+(?:(?:,\s?|\s?(?:and|to|–|—|-)\s?)\d+\b)*"
)


class Numeral(NamedTuple):
    """A number as it is typed, and what it says; no value where it has no single one."""

    text: str
    value: Fraction | None
    percent: bool = False


class Known(NamedTuple):
    """What the prose of a folder's notebooks may say."""

    figures: dict[tuple[Fraction, bool], str]  # (value, in percent) → where it is printed
    years: frozenset[int]
    paragraphs: frozenset[int]
    texts: str


def check_notebooks(data: str | Path | None = None) -> list[Fault]:
    """Every fault of the notebooks of a folder, ours by default; nothing is run.

    Parameters
    ----------
    data : path, optional
        A folder of your own tables, whose ``notebooks`` are read.

    Returns
    -------
    list of Fault
        Files that are no notebooks, cells without a stored run, findings in one language, and
        numbers in prose that neither a table nor an output holds.
    """
    found = []
    facts = known(data)
    for path in notebooks.notebook_paths(notebooks.notebook_folder(data)):
        file = f"notebooks/{path.name}"
        try:
            notebook = notebooks.read(path)
        except Unreadable as error:
            found.append(Fault(file, None, "", str(error), _("a notebook")))
            continue
        found += [*_unrun(notebook, file), *faults(notebook, file, facts)]
    return found


def _unrun(notebook: dict, file: str) -> Iterator[Fault]:
    cells = [
        str(place)
        for place, cell in enumerate(notebook["cells"], 1)
        if cell["cell_type"] == "code" and cell["source"].strip() and not cell["execution_count"]
    ]
    if cells:
        found = _("no stored run of cell {cells}", cells=", ".join(cells))
        mend = _("every cell run: run all and save, or take the copy that reproduce records")
        yield Fault(file, None, "", found, mend)


def faults(notebook: dict, file: str, facts: Known) -> list[Fault]:
    """The numbers in a notebook's prose that nothing bears out, and findings that lack a half."""
    shown = frozenset(_shown(notebook))
    return [
        Fault(file, None, cell_name(place, cell), found, expected)
        for place, cell in enumerate(notebook["cells"], 1)
        if cell["cell_type"] == "markdown"
        for found, expected in _cell_faults(cell, shown, facts)
    ]


def _cell_faults(cell: dict, shown: frozenset, facts: Known) -> Iterator[tuple[str, str]]:
    count = len(notebooks.finding_paragraphs(cell))
    if notebooks.is_finding(cell) and count not in (0, 2):
        found = _("a finding of {count} paragraphs", count=count)
        yield found, _("two: first in Chinese, then in English")
    text = NOT_PROSE.sub(" ", cell["source"].translate(_FULL_WIDTH))
    for reference in _PARAGRAPHS.findall(text):
        for number in set(map(int, re.findall(r"\d+", reference))) - facts.paragraphs:
            yield repr(reference), _("a paragraph of a figure; none stands in {n}", n=number)
    for numeral in numerals(_PARAGRAPHS.sub(" ", text)):
        if not _is_borne_out(numeral, shown, facts):
            yield repr(numeral.text), _expected(numeral, facts)


def numerals(text: str) -> list[Numeral]:
    """The numbers in a text; small words (五年, "five") are the author's own."""
    return [_numeral(match) for match in _NUMERAL.finditer(fold(text).translate(_FULL_WIDTH))]


def _numeral(match: re.Match) -> Numeral:
    text, parts = match[0].strip(), match.groupdict()
    if parts["in_hundred"]:
        return Numeral(text, _chinese(parts["in_hundred"]), True)
    if parts["below"]:
        above, below = _chinese(parts["above"]), _chinese(parts["below"])
        return Numeral(text, above and below and above / below)
    if parts["chinese"]:
        return Numeral(text, _chinese(text))
    if parts["before_unit"]:
        return Numeral(text, Fraction(parts["before_unit"]))
    value = Fraction(parts["digits"].replace(",", "") + (parts["decimals"] or ""))
    scale = (parts["scale"] or "").strip()
    for word in [scale] if scale in _SIZES else scale:
        value *= _SIZES[word]
    return Numeral(text, value, bool(parts["percent"]))


def _chinese(token: str) -> Fraction | None:
    try:
        value = read_token(token).value
    except ValueError:
        return None
    return None if value is None else Fraction(value)


def _is_borne_out(numeral: Numeral, shown: frozenset, facts: Known) -> bool:
    text, value, percent = numeral
    if value is None:
        return text in facts.texts
    if "分之" in text and not percent:  # a third is borne out by 33.33%
        every = {(number / 100 if of else number) for number, of in (*shown, *facts.figures)}
        return any(abs(number - value) < Fraction(1, 200) for number in every)
    if not percent and value in facts.years:
        return True
    return (value, percent) in facts.figures or bool({(value, percent), (value, False)} & shown)


def _expected(numeral: Numeral, facts: Known) -> str:
    said = _("a printed figure, a year of the tables or a number of an output in this notebook")
    value = numeral.value
    if value is None or not facts.figures:
        return said
    year = not numeral.percent and value.denominator == 1 and 1900 <= value < 2100
    if year and facts.years:
        nearest = str(min(facts.years, key=lambda each: abs(each - value)))
    else:
        alike = [each for each in facts.figures if each[1] == numeral.percent] or facts.figures
        nearest = facts.figures[min(alike, key=lambda each: _apart(each[0], value))]
    return _("{said}; the nearest is {nearest}", said=said, nearest=nearest)


def _apart(one: Fraction, other: Fraction) -> Fraction:
    """How far apart two numbers are, as a part of the larger."""
    return abs(one - other) / max(abs(one), abs(other), Fraction(1, 10**9))


# -------------------------------------------------------------------- what may be said


def known(data: str | Path | None = None) -> Known:
    """Every number that the tables of a folder hold, in figures and in words."""
    figures: dict[tuple[Fraction, bool], str] = {}
    years, paragraphs, texts = set(), set(), []
    for theme in THEMES:
        table = load(theme, data)
        for fact_id, quantity in quantities(table).items():
            token = quantity.printed.as_written
            paragraphs.add(quantity.printed.paragraph)
            said = [token, *(quantity.wording(lang) for lang in ("zh", "en"))]
            for numeral in (each for words in said for each in numerals(words)):
                figures.setdefault((numeral.value, numeral.percent), f"{token} ({fact_id})")
            if quantity.value is not None:
                percent = quantity.unit == "percent"
                figures.setdefault((Fraction(quantity.value), percent), f"{token} ({fact_id})")
            texts += said
        years |= {int(year) for name in ("start", "end") for year in table[name].dropna()}
    printed, dates = _printed_elsewhere(data)
    texts += printed
    for numeral in (each for text in printed for each in numerals(text)):
        figures.setdefault((numeral.value, numeral.percent), numeral.text)
    figures = {key: where for key, where in figures.items() if key[0] is not None}
    exclusions = load("exclusions", data)["paragraph"].dropna()
    numbers = {int(number) for date in dates for number in date.split("-")}
    return Known(
        figures,
        frozenset(years | numbers),
        frozenset(paragraphs | set(exclusions.astype(int))),
        "\n".join(texts),
    )


def _printed_elsewhere(data) -> tuple[list[str], list[str]]:
    """Tokens that are no facts, what codes and sources are called; and dates of sources."""
    sources = load("sources", data)
    names = read_table("labels", data).frame
    texts = [
        *load("exclusions", data)["token"].dropna(),
        *sources["title"].dropna(),
        *(text for lang in ("zh", "en") if lang in names for text in names[lang]),
    ]
    return [str(text) for text in texts], [str(date) for date in sources["published"].dropna()]


def _shown(notebook: dict) -> Iterator[tuple[Fraction, bool]]:
    """Every number that a stored output holds."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            kinds = ("text/plain", "text/markdown")
            said = [output.get("data", {}).get(kind, "") for kind in kinds]
            for text in [output.get("text", ""), *said]:
                for numeral in numerals(text):
                    if numeral.value is not None:
                        yield numeral.value, numeral.percent
                for number in _EXPONENT.findall(text):
                    yield Fraction(number), False

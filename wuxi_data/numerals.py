"""Reading print: where a figure begins and ends in running text, and what it says.

The one home of what 约, 余, 多, 以上, 不到 and 万 mean. One grammar finds the figures of a line
(:func:`figures`) and reads a token (:func:`read`): a token is read if the grammar, met with it
alone, takes it whole. What a proposal says, what a row may say and what the audit accepts as the
whole printed figure can therefore not differ.
"""

from __future__ import annotations

import csv
import math
import re
import tomllib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from .files import PACKAGE
from .messages import _


class Unread(ValueError):
    """Print that has no one reading."""

    def __init__(self, token: str, expected: str):
        super().__init__(token, expected)
        self.token, self.expected = token, expected

    def __str__(self):
        words = {"token": self.token, "expected": self.expected}
        return _("cannot read {token!r} as a printed figure: expected {expected}", **words)


class Bounds(NamedTuple):
    """What a figure admits; None where nothing bounds it on that side."""

    low: int | Fraction | None
    high: int | Fraction | None
    low_open: bool = False
    high_open: bool = False


def implied(value: int | Fraction | None, qualifier: str | None) -> Bounds:
    """What a value and its qualifier admit, where print says no more."""
    if value is None:
        return Bounds(None, None)
    if qualifier in ("over", "at_least"):
        return Bounds(value, None, qualifier == "over")
    if qualifier in ("under", "at_most"):
        return Bounds(0 if value >= 0 else None, value, high_open=qualifier == "under")
    return Bounds(value, value)


class Reading(NamedTuple):
    """What a token says: a value, where it has a single one, and the bounds that it admits.

    The bounds are computed as if 约 were absent; `about` says that it is not.
    """

    value: int | Fraction | None
    bounds: Bounds
    about: bool
    unit: str
    qualifier: str | None


class Figure(NamedTuple):
    """One printed figure of a line, with every word that belongs to it.

    Attributes
    ----------
    start, end : int
    stops : tuple of int
        Where a token may end: at `end`, and before a noun that only says what is counted, so that
        10个 may stand for 10个乡镇.
    reading : Reading or None
        None where it has no one reading; `trouble` says why.
    trouble : str
    sure : bool
        Whether it is a figure beyond doubt: 三 of 三峡 and 一座 of 一座城市 are not.
    """

    start: int
    end: int
    stops: tuple[int, ...]
    reading: Reading | None
    trouble: str
    sure: bool


CALENDAR = range(1000, 3000)  # 1992年 is a calendar year, 29年 a length of time
LONGEST_TOKEN = 60
WORDS = tomllib.loads((PACKAGE / "print.toml").read_text("utf-8"))


def _codes(name: str) -> dict[str, str]:
    """The words of a list of ``print.toml``, each with what it stands for."""
    return {word: code for code, words in WORDS[name].items() for word in words.split()}


_BEFORE, _INSIDE, _AFTER, PER_BEFORE, _NOUNS = map(
    _codes, ("before", "inside", "after", "per", "nouns")
)
_COUNTERS, _MEASURED, _COUNTED, _TAILED, _SIGNED = (
    WORDS["measures"][name].split()
    for name in ("counters", "measured", "counted", "tailed", "signed")
)
_DOUBT = {name: re.compile(pattern, re.VERBOSE) for name, pattern in WORDS["doubt"].items()}
_MODIFIERS = "[^\\W0-9a-zA-Z_〇零一二两三四五六七八九十百千万亿并与及或在被把使让等了着过去到其中]"
_DIGITS = "零一二三四五六七八九"
_AS_DIGITS = str.maketrans("〇零一二两三四五六七八九", "001223456789")
_SCALES = {"亿": 10**8, "万": 10**4, "千": 1000, "百": 100, "十": 10}
_PER_WORDS = {"月": "month", "日": "day", "年": "year"}

# One character for one character, so that places stay: NFKC would also read 10² as 102.
_FOLD = str.maketrans(
    {one: to for old, new in WORDS["plain"].items() for one, to in zip(old, new, strict=True)}
    | dict.fromkeys("\u00a0\u3000\u2002\u2003\u2005\u2006\u2007\u2008\u2009\u200a\u202f", " ")
)
# A comma between digits groups them; any other is the comma of the sentence.
_APART_FROM_DIGITS = re.compile("(?<![0-9０-９])[,:]|[,:](?![0-9０-９])")
_WIDE = str.maketrans(",:", "，：")


def fold(text: str) -> str:
    """Full-width and traditional characters as their plain forms, each in its place."""
    text = re.sub("(?<=[０-９])，(?=[０-９])", ",", text)
    text = _APART_FROM_DIGITS.sub(lambda mark: mark[0].translate(_WIDE), text)
    return re.sub("(?<=[一二三四五六七八九〇])[○◯]", "〇", text).translate(_FOLD)


# Every digit and every Chinese numeral, in words too: 百 of 百姓 is a numeral that somebody must
# have looked at. 30余万 is one numeral. Of folded text.
HAN = "〇零一二两三四五六七八九十廿卅百千"
_HAN, _SCALE, _BLANK = f"{HAN}万亿半数几", "十百千万亿", "[ ]{0,2}"
_ARABIC = r"[0-9]+(?:,[0-9]{3}(?![0-9]))*(?:\.[0-9]+)?"
NUMERAL = re.compile(
    rf"{_ARABIC}(?:[{_SCALE}]*[余多几]?[{_SCALE}]+)?|[{_HAN}]+(?:[余多][{_SCALE}]+)?"
)


@cache
def unit_labels() -> dict[str, tuple[list[str], list[str]]]:
    """Unit code → (Chinese words, the first for wording; English, one and many)."""
    path = PACKAGE / "data" / "units.csv"
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {row["code"]: (row["zh"].split("|"), row["en"].split("|")) for row in rows}


@cache
def _unit_words() -> dict[str, str]:
    words = {word: code for code, (words, _) in unit_labels().items() for word in words}
    squares = {"㎡": "m2", "m²": "m2", "km²": "km2", "m³": "m3"}  # which few fonts have
    return words | squares | {code: code for code in squares.values()}


def _one_of(words: Iterable[str], *, guarded: bool = False) -> str:
    """A pattern of the longest of the words that is not itself a part of a longer one."""
    longer = WORDS["longer"] if guarded else {}

    def whole(word: str) -> str:
        ends = [word[at:] for at in range(len(word)) if word[at:] in longer]
        return re.escape(word) + "".join(f"(?!{longer[end]})" for end in ends[:1])

    return "|".join(whole(word) for word in sorted(words, key=len, reverse=True))


# -------------------------------------------------------------------- the number


class _Amount(NamedTuple):
    """A number without its unit: what it lies between, and the word beside it (余, 多, 几, 来)."""

    end: int
    low: int | Fraction | None
    high: int | Fraction | None  # the same as low, but of a range or a remainder
    value: int | Fraction | None = None
    mark: str = ""  # 余, 多, 几 or 来
    unit: str = ""  # of 百分之八十
    scale: int = 1  # the size of its last scale word
    plain: bool = False  # digits, or a numeral too long to be part of a word
    bare: bool = False  # begins with 百, 千 or 万: no number without a qualifier
    trouble: str = ""


_HAN_DIGITS = "[〇零一二两三四五六七八九十廿卅百万亿]|千(?![米克瓦伏])"
_NUMBER = re.compile(
    rf"""(?: (?P<mixed>{_ARABIC}[亿万千](?:{_ARABIC}(?:[千百]?万|[千百](?![米克瓦伏分]))?)+)
      | (?P<arabic>{_ARABIC}) (?:{_BLANK}(?P<hundreds>[十百]|千(?![米克瓦伏])))?
      | (?P<chinese>(?:{_HAN_DIGITS})+) (?P<point>点[〇零一二三四五六七八九]+[十百千]?)? )
    (?:{_BLANK}(?P<inside>[余多几]|来(?=[万亿])))? (?:{_BLANK}(?P<scale>万亿|万|亿))?
    (?:{_BLANK}(?P<outside>[余多几]|来(?!自|源|到|访|此)))?""",
    re.VERBOSE,
)
_PAIR = re.compile(
    "(?P<tens>[一二三四五六七八九]?十)?(?P<a>[一二两三四五六七八九])、?(?P<b>[二三四五六七八九])"
    rf"(?P<scale>[十百千]?(?:万亿|万|亿)?)(?!、?[{_HAN}0-9])"
)
_DIGIT = re.compile("[0-9一二两三四五六七八九]")
_VAGUE = re.compile("[数几](?:[十百千]?[万亿]|[十百千](?!米|克|瓦|分))[余多]?")
_PARTS = re.compile(rf"({_ARABIC}|[{_HAN}]+)分之")
_SLASH = re.compile("([1-9][0-9]?)/([1-9][0-9]{0,2})(?![0-9/.])")
_HALF = re.compile(
    "(?:一半|半数)(?P<mark>[多余])?|半(?=个?[年月天]|个?(?:多)?小时|个多?月|个?世纪)"
)
_YEAR = re.compile("[一二][〇零一二三四五六七八九]{3}(?=年)")


def _amount(text: str, at: int) -> _Amount | None:
    """The number that begins there, with its scale words and 余 or 多."""
    for pattern, worth in _FORMS.items():
        if (found := pattern.match(text, at)) and (amount := worth(found)):
            return amount
    return None


def _exactly(end: int, value: int | Fraction, **more) -> _Amount:
    return _Amount(end, value, value, value, plain=True, **more)


def _half(found: re.Match) -> _Amount:
    half = _exactly(found.end(), Fraction(1, 2))
    return half._replace(high=1, mark=found["mark"]) if found["mark"] else half


def _parts(found: re.Match) -> _Amount | None:
    """百分之八十, 五分之一."""
    number = _NUMBER.match(found.string, found.end())
    if number is None:
        return None
    above = _plain(number)
    unit = {"百": "percent", "千": "permille"}.get(found[1], "")
    try:
        below = 1 if unit else 10**4 if found[1] == "万" else _whole(found[1])
    except ValueError as error:
        return above._replace(trouble=str(error))
    if above.value is None or above.mark or not below > 0 or not (unit or above.value < below):
        trouble = _("a fraction such as 三分之二 or 百分之八十")
        return above._replace(trouble=trouble, plain=True)
    return _exactly(above.end, Fraction(above.value) / below, unit=unit)


def _slash(found: re.Match) -> _Amount:
    value = Fraction(int(found[1]), int(found[2]))
    trouble = "" if value < 1 else _("a fraction such as 2/3")
    return _exactly(found.end(), value, trouble=trouble)


def _pair(found: re.Match) -> _Amount | None:
    """三四百 and 三、四百 are 300 to 400, 十五六 is 15 or 16."""
    low, high = (int(found[name].translate(_AS_DIGITS)) for name in "ab")
    if high != low + 1 and (low, high) != (3, 5):
        return None
    scale = found["scale"]
    if found["tens"]:
        if scale[:1] in ("十", "百", "千"):
            return None
        tens = 10 * int(found["tens"].removesuffix("十").translate(_AS_DIGITS) or 1)
        low, high = tens + low, tens + high
    size = math.prod(_SCALES[word] for word in scale)
    return _Amount(found.end(), low * size, high * size, plain=bool(scale))


def _plain(found: re.Match) -> _Amount:
    inside, outside = found["inside"] or "", found["outside"] or ""
    size = math.prod(_SCALES[word] for word in found["scale"] or "")
    chinese = found["chinese"] or ""
    tail = re.search("[百千万亿]{0,9}$", chinese + (found["scale"] or ""))[0]
    amount = _Amount(
        found.end(),
        None,
        None,
        scale=math.prod(_SCALES[word] for word in tail) * _SCALES.get(found["hundreds"], 1),
        plain=not chinese or len(chinese) > 2,
        bare=chinese[:1] in ("百", "千", "万", "亿"),
    )
    try:
        value = _worth(found, size)
        mark = inside or outside
        if inside and outside:
            raise ValueError(_("one 余 or 多"))
        if not mark and _DIGIT.match(found.string, found.end()):  # 7亿一千万
            raise ValueError(_("one number"))
        if mark and not value:
            raise ValueError(_("余 and 多 after a number that is not nought"))
        if mark in ("几", "来") and (value / size) % 10:
            raise ValueError(_("几 after a round number, as in 十几 or 20几"))
        if mark == "几" and outside and found["scale"]:
            raise ValueError(_("几 before 万, as in 几十万"))
    except ValueError as error:
        return amount._replace(trouble=str(error))
    low, high = value, value
    if mark in ("余", "多", "几"):  # more, by less than one of the last printed place
        low, high = value + (size if mark == "几" else 0), value + last_place(value)
    return amount._replace(low=low, high=high, value=value, mark=mark)


# Each form of a number, and what it is worth; nobody has fixed how few 数千 are.
_FORMS = {
    _HALF: _half,
    _PARTS: _parts,
    _SLASH: _slash,
    _VAGUE: lambda found: _Amount(found.end(), None, None, mark="数", plain=True),
    _PAIR: _pair,
    _YEAR: lambda found: _exactly(found.end(), int(found[0].translate(_AS_DIGITS))),
    _NUMBER: _plain,
}


def _worth(found: re.Match, size: int) -> int | Fraction:
    if found["mixed"]:
        return _mixed(found["mixed"]) * size
    if found["arabic"]:
        digits = found["arabic"].replace(",", "")
        if len(digits) > LONGEST_TOKEN or not re.fullmatch(r"(0|[1-9][0-9]*)(\.[0-9]+)?", digits):
            raise ValueError(_("a figure such as 400万元, 200余个 or 不到10分钟"))
        number = Fraction(digits) if "." in digits else int(digits)
        return number * _SCALES.get(found["hundreds"], 1) * size
    if len(found["chinese"]) > LONGEST_TOKEN:
        raise ValueError(_("one unambiguous Chinese numeral, such as 三十 or 两千三百"))
    if point := found["point"]:
        tens = point[-1] if point[-1] in "十百千" else ""
        decimals = point[1:].rstrip("十百千").translate(_AS_DIGITS)
        number = Fraction(f"{_whole(found['chinese'])}.{decimals}")
        return number * _SCALES.get(tens, 1) * size
    return _whole(found["chinese"] + (found["scale"] or ""))


def _mixed(text: str) -> int:
    """2万5千 is 25000, and 4万4,506 is 44506; but 2万5 may be 20005 or 25000."""
    total, last = 0, math.inf
    for digits, words in re.findall(f"({_ARABIC})([亿万千百]*)", text):
        size = math.prod(_SCALES[word] for word in words)
        plain = re.fullmatch("[1-9][0-9]*" if words else "[1-9][0-9]+", digits.replace(",", ""))
        if not plain or int(plain[0]) * size >= last:
            raise ValueError(_("a figure such as 2万5千"))
        total, last = total + int(plain[0]) * size, size
    return total


def last_place(value: int | Fraction) -> Fraction:
    """The place of the last printed digit that is not nought: 10000 for 44万, 1/10 for 3.5."""
    decimal = Decimal(value.numerator) / Decimal(value.denominator)
    return Fraction(10) ** decimal.normalize().as_tuple().exponent


def _whole(digits: str) -> int:
    """A Chinese whole number; no library is strict enough: cn2an 0.5 reads 一亿十万 as 一亿."""
    if digits.isdecimal():
        return int(digits)
    digits = digits.replace("廿", "二十").replace("卅", "三十")
    plain = "二" if digits == "两" else re.sub("(?<!十)两(?=[百千万亿])", "二", digits)
    if plain[0] in _SCALES:  # 十二 is 一十二, and 百 of 百余 a hundred
        plain = f"一{plain}"
    try:
        return _read_chinese(plain.replace("〇", "零"))
    except (ValueError, RecursionError):
        raise ValueError(_("one unambiguous Chinese numeral, such as 三十 or 两千三百")) from None


def _read_chinese(text: str) -> int:
    """The one reading of 一千零五; ValueError for what has none, or two, such as 一百五."""
    word = next((word for word in _SCALES if word in text), None)
    if word is None:
        if len(text) != 1:
            raise ValueError(text)
        return _DIGITS.index(text)
    head, _, tail = text.rpartition(word)
    size, count = _SCALES[word], _read_chinese(head)
    rest = tail.removeprefix("零")
    if rest != tail and rest.startswith("十"):  # 一万零十二 beside 一万零一十二
        rest = f"一{rest}"
    rest = _read_chinese(rest) if rest else 0
    skipped = 0 < rest * 10 < size  # then a 零 must say so
    if not 0 < count < (size if size >= 10**4 else 10) or skipped != tail.startswith("零"):
        raise ValueError(text)
    return count * size + rest


# -------------------------------------------------------------------- the unit


class _Measure(NamedTuple):
    end: int
    unit: str = ""
    word: str = ""
    mark: str = ""  # 半, 多 or 余 after it
    trouble: str = ""
    noun: int = 0  # how many characters of it are a noun that may be left out


@cache
def _units(*, guarded: bool) -> re.Pattern:
    return re.compile(f"{_BLANK}({_one_of({*_unit_words(), *_COUNTERS}, guarded=guarded)})")


@cache
def _per() -> re.Pattern:
    units = {word for word, code in _unit_words().items() if code != "percent"}
    words = _one_of(_PER_WORDS.keys() | units, guarded=True)
    return re.compile(f"/{_BLANK}({words})|每(?![年月日])({words})(?![0-9])")


_MORE_IN = re.compile(f"{_BLANK}个([多余半])(月|小时)(?!工)")
_TAIL = re.compile("半(?=[^年月天日径])|半$|[多余](?![粮款额热为是数次方个种元家名人在项地样])")
# Only people and homes are counted without a measure word: 3万农民.
_HOLDERS = [noun for noun, unit in _NOUNS.items() if unit in ("person", "household")]
_HOLDER = re.compile(_one_of(_HOLDERS, guarded=True))
_AFTER_NUMBER = re.compile(f"(?![级届版型]){_MODIFIERS}{{0,7}}?({_HOLDER.pattern})")


def _measure(text: str, amount: _Amount) -> _Measure:
    """The unit after a number: a measure word, and the noun that says what is counted."""
    at = amount.end
    if amount.unit:
        return _Measure(at, amount.unit)
    if within := _MORE_IN.match(text, at):  # 1个半小时, 3个多月
        unit = "month" if within[2] == "月" else "hour"
        return _Measure(within.end(), unit, within[2], within[1])
    found = _units(guarded=True).match(text, at)
    if not found:
        cut = _units(guarded=False).match(text, at)
        if cut and not _HOLDER.match(text, at):  # 年 of 年级 is no unit, and 3 of 3年级 no figure
            word = text[cut.end(1) - 1 : cut.end(1) + 1]
            return _Measure(at, trouble=_("a whole word after it, not {word}", word=word))
        return _noun(text, at, _AFTER_NUMBER) if amount.plain else _Measure(at)
    word, end = found[1], found.end()
    unit = _unit_words().get(word, "")
    if unit in _TAILED and (tail := _TAIL.match(text, end)):
        return _Measure(tail.end(), unit, word, tail[0])
    if word in WORDS["takes"]:
        noun = _noun(text, end, _after_counter(word))
        if noun.unit or not unit:
            return noun._replace(word=word)
    named = len(word) - 1 if word[0] in _COUNTERS and unit in _COUNTED else 0
    return _Measure(end, unit, word, noun=named)


@cache
def _after_counter(counter: str) -> re.Pattern:
    taken = ["", *WORDS["takes"][counter].split()]
    nouns = [noun for noun, unit in _NOUNS.items() if unit in taken]
    return re.compile(f"“?{_MODIFIERS}{{0,8}}?({_one_of(nouns, guarded=True)})”?")


def _noun(text: str, at: int, pattern: re.Pattern) -> _Measure:
    found = pattern.match(text, at)
    if not found or not _NOUNS[found[1]]:
        return _Measure(at)
    return _Measure(found.end(), _NOUNS[found[1]], noun=found.end() - at)


# -------------------------------------------------------------------- the figure

_QUALIFIER = _one_of(set(_BEFORE) - {"上"})
_PREFIX = re.compile(f"({_QUALIFIER})(?:[了到]|(?<=[约近少多])[为占有合计达共需用])?{_BLANK}$")
_APART = re.compile(f"(约|至少|[最至]多)[^，。；、0-9{_DIGITS}十百千万亿]{{1,8}}$")
_DASH = re.compile(f"{_BLANK}(?:—{{1,2}}|[–−-]|~{{1,2}}|至|到){_BLANK}(?=[0-9{_HAN}])")
_SIGN = re.compile("(?<![0-9a-zA-Z%年月日个人元万亿])[−-]|负")
_SUFFIX = re.compile(f"{_BLANK}(?:[（(]含[^（）()]{{0,8}}[）)])?({_one_of(_AFTER)})")


def figures(line: str) -> Iterator[Figure]:
    """The printed figures of a line of folded text, from left to right."""
    done = 0
    for numeral in NUMERAL.finditer(line):
        if numeral.start() >= done:
            figure = _figure(line, numeral.start(), done)
            if figure:
                done = figure.end
                yield figure


def _figure(text: str, at: int, floor: int = 0, *, alone: bool = False) -> Figure | None:
    """The figure whose number begins there; `alone`, nothing around it can raise a doubt."""
    amount = _amount(text, at)
    if amount is None:
        return None
    start, marks, sign = _before(text, at, floor)
    measure = _measure(text, amount)
    troubles = [each for each in (amount.trouble, measure.trouble) if each]  # the first is told
    low, high, value = amount.low, amount.high, amount.value
    high_open = amount.mark in ("余", "多", "几", "数")
    if amount.mark in _INSIDE:
        marks.append(_INSIDE[amount.mark])
    if measure.mark and not troubles:  # 4个半小时, 3年多
        calendar, half = measure.unit == "year" and value in CALENDAR, measure.mark == "半"
        if not value or amount.mark or calendar or (half and value % 1):
            words = {"word": measure.mark}
            troubles.append(_("a whole number before {word}, as in 4个半小时", **words))
        elif half:
            value = low = high = value + Fraction(1, 2)
        else:
            high, high_open = value + last_place(value), True
            marks.append("over")
    end, unit = _each(text, measure.end, measure.unit, troubles)
    stop = end - measure.noun if end == measure.end else end
    ranged = _DASH.match(text, end)
    if ranged and (second := _amount(text, ranged.end())):
        low, high, unit, end = _range(text, amount, measure, second, troubles)
        value, stop, high_open = None, end, False
        if "over" in marks:
            troubles.append(_("one range"))
    if after := _SUFFIX.match(text, end):
        marks.append(_AFTER[after[1]])
        stop = end = after.end()
    if unit != "year" and (unclear := _DOUBT["unfixed"].match(text, end)):
        stop = end = unclear.end()
        troubles.append(_("a figure without {word}", word=unclear[0].strip()))
    if sign == "-" and unit not in _SIGNED:
        troubles.append(_("a sign only before %"))
    if sign and value is not None:
        value, low, high = -value, -high, -low
    elif sign:
        troubles.append(_("a range between two plain numbers"))
    if text[start] == "近" and unit in _SPANS and re.match("(?:以|年)?来|间", text[end : end + 2]):
        start, marks = start + 1, marks[:-1]  # the last five years, not about five
    qualifier = _qualifier(marks, troubles)
    if amount.bare and qualifier == "exact":
        troubles.append(_("a number before {word}", word=text[at]))
    if value is None and not (measure.word or amount.plain or ranged):
        troubles.append(_("a measure word after it"))
    if end - start > LONGEST_TOKEN:
        troubles.append(_("a shorter figure"))
    stops, trouble = tuple(sorted({stop, end})), next(iter(troubles), "")
    if trouble:
        return Figure(start, end, stops, None, trouble, False)
    reading = _reading(value, low, high, high_open, unit, qualifier)
    doubtful = not alone and _doubtful(text, at, start, amount, measure, end, unit, qualifier)
    return Figure(start, end, stops, reading, "", not doubtful)


_SPANS = ("year", "month", "day")


def _before(text: str, at: int, floor: int) -> tuple[int, list[str], str]:
    """(where the figure begins, its qualifiers, its sign)."""
    start, marks, sign = at, [], ""
    if at > floor and (minus := _SIGN.match(text, at - 1)):
        start, sign = start - 1, minus[0]
    if text[start - 1 : start] == "好" and start > floor and text[at] in "几":
        start -= 1
    above = text[start - 1 : start] == "上" and start > floor and text[at] in "十百千万亿"
    if above and not _DOUBT["other_word"].search(text[max(0, start - 3) : start]):
        start, marks = start - 1, ["at_least"]
    for _mark in range(2):
        found = _PREFIX.search(text, max(floor, start - 6), start)
        if not found or _DOUBT["other_word"].search(text[max(0, start - 9) : found.end(1)]):
            break
        start, marks = start - len(found[0]), [*marks, _BEFORE[found[1]]]
    return start, marks, sign


def _each(text: str, end: int, unit: str, troubles: list[str]) -> tuple[int, str]:
    """(end, unit) with 元/人, 千克每亩: how much of one there is to each of the other."""
    found = _per().match(text, end)
    if not found or (found[0][0] == "每" and unit not in _MEASURED):
        if not (slash := re.compile("/[^0-9，。；、 ]").match(text, end)):
            return end, unit
        troubles.append(_("a known unit after /, not {word}", word=slash[0][1:]))
        return slash.end(), unit
    word = found[1] or found[2]
    below = _unit_words().get(word) or _PER_WORDS.get(word, "")
    if not unit or unit == below or text[found.end() : found.end() + 1] in ("/", "·", "每"):
        troubles.append(_("one unit to another, as in 元/人"))
        return found.end(), unit
    return found.end(), f"{unit}/{below}"


def _range(
    text: str, first: _Amount, measure: _Measure, second: _Amount, troubles: list[str]
) -> tuple:
    """(low, high, unit, end) of 20至30万元."""
    other = _measure(text, second)
    troubles += filter(None, [second.trouble])
    end, unit = _each(text, other.end, other.unit, troubles)
    while (again := _DASH.match(text, end)) and (beyond := _amount(text, again.end())):
        end = beyond.end
        troubles.append(_("one range"))
    low, high = first.low, second.high
    if low is None or high is None or first.mark or second.mark:
        troubles.append(_("a range between two plain numbers"))
        return None, None, unit, end
    if measure.unit and measure.unit != other.unit:
        troubles.append(_("one unit in a range"))
    if not measure.word and first.scale == 1 < second.scale and low < high / second.scale:
        low *= second.scale  # 20至30万 are 20万 to 30万
    if not low < high or (unit in ("year", "") and low in CALENDAR and high in CALENDAR):
        troubles.append(_("a range that rises, of no calendar years"))
    return low, high, unit, end


def _qualifier(marks: list[str], troubles: list[str]) -> str:
    found = set(marks) or {"exact"}
    if found == {"about", "over"}:  # 约200余个: about wins
        return "about"
    if len(found) > 1:
        troubles.append(_("one qualifier, not several that disagree"))
    return found.pop()


def _reading(value, low, high, high_open: bool, unit: str, qualifier: str) -> Reading:
    about = qualifier == "about"
    if value is not None and not high_open:
        return Reading(value, implied(value, qualifier), about, unit, qualifier)
    if value is None and qualifier in ("over", "at_least"):  # 20至30人以上
        high, high_open = None, False
    said = None if value is None and qualifier == "exact" else qualifier
    bounds = Bounds(low, high, value is not None and low == value, high_open)
    return Reading(value, bounds, about, unit, said)


# -------------------------------------------------------------------- doubt

_RUNS_ON = re.compile("[0-9][,.。·:：∶/比-][0-9]")
_SHARE = r"[0-9]+\.[0-9]+[:：]"  # 18.5:14.6:66.9 are shares, 2.2:1 is a ratio
_RATIO = re.compile(rf"(?:{_SHARE}){{2,}}[0-9]+|(?:{_SHARE})+[0-9]+\.[0-9]+")
_SHARES = ("percent", "permille", "tenth")
# What is one figure to a reader: 二亩五分, 2小时30分钟, 三成五, 12 345人, 12，345人.
_COMPOUND = re.compile(
    f"(?<![0-9{_HAN}.])[0-9{_HAN}.]{{1,4}}(?:(?<![0-9]{{4}})年|天|个?小时|个月|[元斤亩丈尺米成])"
    "零?[0-9一二两三四五六七八九十百]+"
    "|(?<![0-9])[0-9]{1,3}(?:[ ，][0-9]{3})+(?![0-9])"
)
_HEAD = re.compile(f"{_MODIFIERS}{{0,6}}?(?:{WORDS['heads']['words']})")


def _doubtful(text, at, start, amount, measure, end, unit, qualifier) -> bool:
    """Whether a figure in running text may be something else, or less than it seems."""
    before, after = text[max(0, start - 16) : start], text[end : end + 8]
    joined = _DOUBT["joined"].match(text[max(0, at - 1) : at]) or _RUNS_ON.match(text, end - 1)
    if joined or _DOUBT["before"].search(before[-6:]) or _DOUBT["after"].match(text, end):
        return not _within(_RATIO, text, start, end)
    if _within(_COMPOUND, text, start, end):
        return True
    apart = qualifier == "exact" and _APART.search(before)  # 约占全县总数40%
    if apart and not _DOUBT["other_word"].search(before[: apart.end(1)]):
        return True
    if measure.word in ("", "名", "位") and _DOUBT["ranked"].search(before):
        return True
    said_of = re.search(r"[^\W\d_]$", before) and _DOUBT["said_of"].match(after)
    if not (unit or said_of) and re.fullmatch(f"{_ARABIC}|[{HAN}]+", text[start:end]):
        return True
    if measure.noun and _HEAD.match(after):  # the works of 6个乡镇污水处理厂, not its townships
        return True
    if unit in (*_SPANS, "age") and re.search("[自从依头满]$", before):  # the first three years
        return True
    bounded = start < at and qualifier != "about"
    condition = _DOUBT["condition"].match(text, end) or (bounded and _DOUBT["which"].match(after))
    if condition and measure.word and unit not in _SHARES:
        return True
    clause = re.split("[，。；、]", before)[-1] + re.split("[，。；、]", after)[0]
    if re.search(WORDS["others"].get(measure.word, "(?!)"), clause):
        return True
    if qualifier == "about" and text.startswith("近", start) and unit in _SPANS:
        return not _DOUBT["lasting"].search(before)  # the last five years
    if measure.word in WORDS["confirmed"]:
        follows, precedes = WORDS["confirmed"][measure.word]
        nearby = text[max(0, at - 10) : at]
        if not (re.match(follows, text[end : end + 12]) or re.search(precedes, nearby)):
            return True
    if amount.plain or qualifier != "exact" or measure.mark:
        return False
    built = _DOUBT["built"].search(before)
    if text[at] == "一" and unit != "times" and end - at <= len(measure.word) + 1 + measure.noun:
        # 一条28公里的路 counts one, 建成一批工程 does not.
        return text[at + 1] in "批群" or not (built or after[:1].isdecimal())
    if not unit and end - at == 2 and _DOUBT["slogan"].match(text, at + 1):
        return not built  # 两场大考, 三期等工程, 五个统筹，
    return not measure.word


def _within(pattern: re.Pattern, text: str, start: int, end: int) -> bool:
    """Whether a figure is a part, or all, of what the pattern finds."""
    near = pattern.finditer(text, max(0, start - 20), end + 20)
    return any(each.start() < end and start < each.end() for each in near)


# -------------------------------------------------------------------- reading a token


def read(token: str) -> Reading:
    """What a printed token says; ValueError where it has no one reading."""
    text, head, tail = fold(token) if len(token) <= LONGEST_TOKEN else "", "", ""
    numeral = NUMERAL.search(text)
    figure = _figure(text, numeral.start(), alone=True) if numeral else None
    if figure:
        head, tail, reading = text[: figure.start], text[figure.end :], figure.reading
        if per := PER_BEFORE.get(head):
            single = reading and reading.unit and "/" not in reading.unit
            head, reading = "", reading._replace(unit=f"{reading.unit}/{per}") if single else None
        if reading and not head and not tail:
            return reading
    expected = _("a figure such as 400万元, 200余个 or 不到10分钟")
    if figure and not head and not tail:
        expected = figure.trouble or expected
    elif head and not re.search("[0-9]", head):
        words = {"words": head, "known": text[figure.start : figure.end]}
        expected += _("; {words} before {known} is not known", **words)
    elif tail and not re.search("[0-9]", tail):
        words = {"words": tail, "known": text[figure.start : figure.end]}
        expected += _("; {words} after {known} is not known", **words)
    raise Unread(token if len(token) <= LONGEST_TOKEN else f"{token[:LONGEST_TOKEN]}…", expected)

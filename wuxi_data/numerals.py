"""Reading print: what a printed token such as 约7576.05万元 says.

The one home of what 约, 余, 多, 以上, 不到 and 万 mean.
"""

from __future__ import annotations

import csv
import math
import re
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Reading(NamedTuple):
    """What a token says: a value, where it has a single one, and the bounds that it admits.

    A bound of None is not there. The bounds are computed as if 约 were absent; `about` says that
    it is not.
    """

    value: int | Fraction | None
    low: int | Fraction | None
    high: int | Fraction | None
    low_open: bool
    high_open: bool
    about: bool
    unit: str
    qualifier: str | None


BEFORE = {
    **dict.fromkeys(("约", "大约", "近", "将近", "接近", "近似"), "about"),
    **dict.fromkeys(("超过", "超", "逾", "多于"), "over"),
    **dict.fromkeys(("至少", "不少于", "不低于"), "at_least"),
    **dict.fromkeys(("不到", "不足", "少于"), "under"),
    **dict.fromkeys(("至多", "最多", "不超过", "不多于"), "at_most"),
}
_INSIDE = dict.fromkeys(("余", "多", "几"), "over")
_AFTER = {"以上": "at_least", "左右": "about", "上下": "about"}
# Bare measure words count things without naming them, so they give no unit.
_COUNTERS = ("个", "处", "座", "项", "张", "期", "次", "所", "家", "条", "件", "社", "套", "批")
_DIGITS = "零一二三四五六七八九"
_SCALES = {"亿": 10**8, "万": 10**4, "千": 1000, "百": 100, "十": 10}
CALENDAR = range(1000, 3000)  # 1992年 is a year of the calendar, 29年 a length of time
LONGEST_TOKEN = 60
_AND_A_HALF = re.compile("(?<=个)半(?=小时|月)|(?<=[年天])半")  # 4个半小时, 一年半
# Only these are folded: NFKC would also read 10² as 102.
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．％", "0123456789.%")


@cache
def unit_labels() -> dict[str, tuple[list[str], list[str]]]:
    """Unit code → (Chinese words, the first for wording; English, one and many)."""
    path = files("wuxi_data").joinpath("data/units.csv")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {row["code"]: (row["zh"].split("|"), row["en"].split("|")) for row in rows}


@cache
def _unit_words() -> dict[str, str]:
    return {word: code for code, (words, _) in unit_labels().items() for word in words}


# -------------------------------------------------------------------- reading


def read(token: str) -> Reading:
    """What a printed token says; ValueError where it has no one reading."""
    text = re.sub("(?<=[０-９])，(?=[０-９])", ",", token).translate(_FULL_WIDTH)
    text, halves = _AND_A_HALF.subn("", text)
    match = _grammar().fullmatch(text) if len(text) <= LONGEST_TOKEN else None
    try:
        if match is None:
            raise ValueError(f"a figure such as 400万元, 200余个 or 不到10分钟{_unread(text)}")
        parts = {name: words or "" for name, words in match.groupdict().items()}
        qualifier = _qualifier(parts)
        value = None if parts["vague"] else _number(parts, qualifier)
        if halves:
            value = _and_a_half(value, parts)
    except ValueError as expected:
        shown = token if len(token) <= LONGEST_TOKEN else f"{token[:LONGEST_TOKEN]}…"
        message = f"cannot read {shown!r} as a printed figure: expected {expected}"
        raise ValueError(message) from None
    unit = _unit_words().get(parts["unit"], "")
    if value is None:
        return Reading(None, *_several(parts["vague"]), False, unit, _printed_only(qualifier))
    remainder = parts["inside"] or parts["outside"]
    bounds = _bounds(value, qualifier, bool(remainder), few=parts["inside"] == "几")
    return Reading(value, *bounds, qualifier == "about", unit, qualifier)


def _printed_only(qualifier: str) -> str | None:
    return None if qualifier == "exact" else qualifier


def _several(vague: str) -> tuple:
    """数千万 is at least two and fewer than ten of them."""
    size = math.prod(_SCALES[word] for word in vague[1:])
    return 2 * size, 10 * size, False, True


def _bounds(value, qualifier: str, remainder: bool, few: bool) -> tuple:
    """(low, high, low is open, high is open); what is printed without a sign is not negative."""
    if remainder:  # more, by less than one of the last printed place
        return value + few, value + last_place(value), False, True
    above, below = qualifier in ("over", "at_least"), qualifier in ("under", "at_most")
    low, high = (0 if below else value), (None if above else value)
    return low, high, qualifier == "over", qualifier == "under"


def last_place(value: int | Fraction) -> Fraction:
    """The place of the last printed digit that is not nought: 10000 for 44万, 1/10 for 3.5."""
    decimal = Decimal(value.numerator) / Decimal(value.denominator)
    return Fraction(10) ** decimal.normalize().as_tuple().exponent


def _and_a_half(value: int | Fraction | None, parts: dict[str, str]) -> Fraction:
    calendar = parts["unit"] == "年" and value in CALENDAR
    if not value or value % 1 or parts["inside"] or parts["outside"] or calendar:
        raise ValueError("a whole number before 半, as in 4个半小时")
    return value + Fraction(1, 2)


def _unread(text: str) -> str:
    """Which words before or after a figure nobody knows: 箱 of 200箱."""
    for length in range(len(text) - 1, 0, -1) if len(text) <= LONGEST_TOKEN else ():
        for figure, words, where in (
            (text[:length], text[length:], "after"),
            (text[-length:], text[:-length], "before"),
        ):
            if _grammar().fullmatch(figure) and not re.search("[0-9]", words):
                return f"; {words} {where} {figure} is not known"
    return ""


@cache
def _grammar() -> re.Pattern:
    def one_of(words) -> str:
        return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))

    # The numerals are lazy, for their last 千 may belong to the unit: 5千米.
    return re.compile(
        rf"""(?P<before>{one_of(BEFORE)})?
        (?: (?P<vague>[数几](?:[十百千]?[万亿]|[十百千]))
          | (?P<half>半)
          | (?: (?P<arabic>(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+|0|[1-9][0-9]*)(?:\.[0-9]+)?)
                (?P<hundreds>[十百千])??
              | (?P<chinese>[〇零一二两三四五六七八九十百千万亿]+?) )
            (?P<inside>[余多几])? (?P<scale>万亿|万|亿)? (?(inside)|(?P<outside>[余多])?) )
        (?P<unit>{one_of({*_unit_words(), *_COUNTERS})})?
        (?P<after>{one_of(_AFTER)})?""",
        re.VERBOSE,
    )


def _qualifier(parts: dict[str, str]) -> str:
    words = {"before": BEFORE, "inside": _INSIDE, "outside": _INSIDE, "after": _AFTER}
    found = {table[parts[name]] for name, table in words.items() if parts[name]}
    if found == {"about", "over"}:  # 约200余个: about wins, as in arithmetic
        return "about"
    if len(found) > 1:
        raise ValueError("one qualifier, not several that disagree")
    return found.pop() if found else "exact"


def _number(parts: dict[str, str], qualifier: str) -> int | Fraction:
    if parts["half"]:
        return Fraction(1, 2)
    size = math.prod(_SCALES[word] for word in parts["scale"])
    if parts["arabic"]:
        digits = parts["arabic"].replace(",", "")
        number = Fraction(digits) if "." in digits else int(digits)
        number *= _SCALES.get(parts["hundreds"], 1)
    else:
        number = Fraction(_chinese_number(parts["chinese"] + parts["scale"], qualifier), size)
    if (parts["inside"] or parts["outside"]) and not number:
        raise ValueError("余 and 多 after a number that is not nought")
    if parts["inside"] == "几" and number % 10:
        raise ValueError("几 after a round number, as in 十几 or 20几")
    return number * size


def _chinese_number(digits: str, qualifier: str) -> int:
    # No library is strict enough: cn2an 0.5 silently reads 一亿十万 as 一亿.
    plain = "二" if digits == "两" else re.sub("(?<!十)两(?=[百千万亿])", "二", digits)
    # 十二 is 一十二; 百余 and 近百 are a hundred, but a bare 百 need not be.
    if plain[0] == "十" or (plain[0] in _SCALES and qualifier != "exact"):
        plain = f"一{plain}"
    try:
        return _read_chinese(plain.replace("〇", "零"))
    except ValueError:
        raise ValueError("one unambiguous Chinese numeral, such as 三十 or 两千三百") from None


def _read_chinese(text: str) -> int:
    """The one reading of 一千零五; ValueError for what has none, or two, such as 一百五."""
    word = next((word for word in _SCALES if word in text), None)
    if word is None:
        if len(text) != 1:
            raise ValueError(text)
        return _DIGITS.index(text)
    head, _, tail = text.rpartition(word)
    size, count = _SCALES[word], _read_chinese(head)
    rest = _read_chinese(tail.removeprefix("零")) if tail else 0
    skipped = 0 < rest * 10 < size  # then a 零 must say so
    if not 0 < count < (size if size >= 10**4 else 10) or skipped != tail.startswith("零"):
        raise ValueError(text)
    return count * size + rest

"""Saying a figure in words, in zh and en: 约7576.05万元, about 75.76 million yuan."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from .numerals import CALENDAR, LONGEST_TOKEN, unit_labels

if TYPE_CHECKING:
    from .quantity import Quantity

# How each is worded: before the figure in Chinese, after it, before it in English.
_WORDED = {
    "exact": ("", "", ""),
    "about": ("约", "", "about "),
    "over": ("超过", "", "over "),
    "at_least": ("", "以上", "at least "),
    "under": ("不到", "", "under "),
    "at_most": ("至多", "", "at most "),
}
# A rounded bound must still be one.
_ROUNDING = {
    "over": math.floor,
    "at_least": math.floor,
    "under": math.ceil,
    "at_most": math.ceil,
}
_LARGE = {"zh": {"亿": 10**8, "万": 10**4}, "en": {"billion": 10**9, "million": 10**6}}
LANGUAGES = tuple(_LARGE)


def says_remainder(quantity: Quantity) -> bool:
    """Whether 余, 多 or 几 is printed: more, by less than the last printed place."""
    token = quantity.printed.as_written if quantity.printed else ""
    return quantity.qualifier == "over" and bool(re.search("余|几|多(?!于)", token))


def chinese(quantity: Quantity) -> str:
    """约7576.05万元, which :func:`wuxi_data.numerals.read` reads back."""
    mark, digits, scale = _scaled(quantity, "zh")
    digits = "半" if _is_half(quantity) else digits
    unit = _chinese_unit(quantity.unit)
    undecided = quantity.printed is None and not quantity.formula
    if quantity.qualifier == "over" and (undecided or says_remainder(quantity)):
        if re.fullmatch("[1-9][0-9]*0", digits):
            return f"{digits}余{scale}{unit}"
        if scale and digits.isdigit():
            return f"{digits}{scale}余{unit}"
    return f"{_marks(quantity, 0)}{mark}{digits}{scale}{unit}{_marks(quantity, 1)}"


def english(quantity: Quantity) -> str:
    """``about 75.76 million yuan``."""
    if quantity.unit == "year" and quantity.qualifier == "exact" and quantity.value in CALENDAR:
        return str(quantity.value)
    before = _marks(quantity, 2)
    if _is_half(quantity):
        article = "an" if quantity.unit == "hour" else "a"
        return f"{before}half {article} {_english_word(quantity.unit, 0)}"
    mark, digits, scale = _scaled(quantity, "en")
    scale = f" {scale}" if scale else ""
    return f"{before}{mark}{Decimal(digits):,f}{scale}{_english_unit(quantity)}"


def _marks(quantity: Quantity, place: int) -> str:
    return "".join(_WORDED[name][place] for name in (quantity.lean, quantity.qualifier) if name)


def _is_half(quantity: Quantity) -> bool:
    return quantity.value == Fraction(1, 2) and quantity.unit in ("hour", "day", "month", "year")


def _scaled(quantity: Quantity, lang: str) -> tuple[str, str, str]:
    """(≈ or nothing, digits, scale word): a stated figure whole, a derived one rounded."""
    value, qualifier = Fraction(quantity.value), quantity.qualifier
    # English readers get two decimals of what is 约 anyway; the token keeps every digit.
    short = lang == "en" and qualifier == "about" and abs(value) >= 10**6
    whole = not short and (quantity.printed is not None or not quantity.formula)
    for scale, size in (*_LARGE[lang].items(), ("", 1)):
        places = _places(value, qualifier, whole, lang, scale)
        digits = _decimal(value / size, places, _ROUNDING.get(qualifier, round))
        same = Fraction(digits) * size == value
        if not scale or (abs(value) >= size and (same or not whole)):
            break
    return "≈" if qualifier == "exact" and not same else "", digits, scale


def _places(value: Fraction, qualifier: str, whole: bool, lang: str, scale: str) -> int:
    """How many decimals to print."""
    if whole:
        return {"": LONGEST_TOKEN}.get(scale, 4 if lang == "zh" else 2)
    length = len(str(int(abs(value))))
    # Four digits are plenty of a derived figure that is inexact anyway.
    return 4 - length if not scale and qualifier != "exact" and length > 4 else 2


def _decimal(value: int | Fraction, places: int, rounding=round) -> str:
    """So many decimals without their last zeros; tens, hundreds, … where `places` is negative."""
    scaled = rounding(Fraction(value) * Fraction(10) ** places)
    text = f"{Decimal(f'{scaled}e{-places}'):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _chinese_unit(unit: str) -> str:
    """人 after a number, 元/人 in a quotient; below the line the shortest word: 元/项目."""

    def words(codes: str, choose) -> str:
        return "·".join(choose(unit_labels().get(code, ([code],))[0]) for code in codes.split("·"))

    above, slash, below = unit.partition("/")
    return words(above, lambda zh: zh[0]) + slash + words(below, lambda zh: min(zh, key=len))


def _english_unit(quantity: Quantity) -> str:
    if quantity.unit == "percent":
        return "%"
    above, _, below = quantity.unit.partition("/")
    words = [_english_word(above, 0 if quantity.value == 1 else -1)] if above else []
    words += [f"per {_english_word(below, 0)}"] if below else []
    return "".join(f" {word}" for word in words)


def _english_word(codes: str, form: int) -> str:
    return " ".join(unit_labels().get(code, ((), [code]))[1][form] for code in codes.split("·"))

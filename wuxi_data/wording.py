"""Saying a figure in words, in zh and en: 约7576.05万元, about 75.76 million yuan."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from .numerals import CALENDAR, unit_labels

if TYPE_CHECKING:
    from .quantity import Quantity

LANGUAGES = ("zh", "en")
# How each is worded: before the figure in Chinese, after it, before it in English.
_WORDED = {
    "exact": ("", "", ""),
    "about": ("约", "", "about "),
    "over": ("超过", "", "over "),
    "at_least": ("", "以上", "at least "),
    "under": ("不到", "", "under "),
    "at_most": ("至多", "", "at most "),
}
_LARGE = {"zh": {"亿": 10**8, "万": 10**4}, "en": {"billion": 10**9, "million": 10**6}}
_SIGNIFICANT = 3  # digits of a derived figure that is not exact at three


def say(quantity: Quantity, lang: str, unit: bool = True) -> str:
    """A figure in words, with or without its unit."""
    if lang == "zh" and quantity.printed is not None:
        token = quantity.printed.as_written
        return token if unit else _without_unit(token)
    if not quantity.bounded:
        token = quantity.printed.as_written if quantity.printed else "?"
        return token if lang == "zh" else f"no single value (printed {token})"
    if quantity.value is not None:
        return _single(quantity, quantity.value, quantity.qualifier, lang, unit)
    if quantity.qualifier in ("between", None):
        return _between(quantity, lang, unit)
    bound = quantity.high if quantity.low is None else quantity.low
    about = _WORDED["about"][0 if lang == "zh" else 2] if quantity.about else ""
    said = _single(quantity, bound, quantity.qualifier, lang, unit)
    if not about:
        return said
    before = _WORDED[quantity.qualifier][0 if lang == "zh" else 2]
    return before + about + said.removeprefix(before)


def _single(quantity: Quantity, value, qualifier: str, lang: str, unit: bool) -> str:
    """One number with its qualifier."""
    if unit and (whole := _special(quantity, value, qualifier, lang)):
        return whole
    before, after, english = _WORDED[qualifier]
    digits, scale, changed = _digits(quantity, value, qualifier, lang)
    mark = "≈" if changed and qualifier == "exact" else ""
    if lang == "zh":
        said = _chinese_unit(quantity.unit) if unit else ""
        return f"{before}{mark}{digits}{scale}{said}{after}"
    said = _english_unit(quantity.unit, value == 1) if unit else ""
    return f"{english}{mark}{_grouped(digits)}{_spaced(scale)}{said}"


def _special(quantity: Quantity, value, qualifier: str, lang: str) -> str:
    """Half an hour, and a year of the calendar."""
    if quantity.unit == "year" and qualifier == "exact" and value in CALENDAR and lang == "en":
        return str(value)
    if value == Fraction(1, 2) and quantity.unit in ("hour", "day", "month", "year"):
        before, after, english = _WORDED[qualifier]
        if lang == "zh":
            return f"{before}半{_chinese_unit(quantity.unit)}{after}"
        article = "an" if quantity.unit == "hour" else "a"
        return f"{english}half {article} {_words(quantity.unit)[0]}"
    return ""


def _between(quantity: Quantity, lang: str, unit: bool) -> str:
    """Both bounds, rounded away from each other, the scale said once where it is one."""
    low, low_scale, _ = _digits(quantity, quantity.low, "at_least", lang)
    high, high_scale, _ = _digits(quantity, quantity.high, "at_most", lang)
    about = _WORDED["about"][0 if lang == "zh" else 2] if quantity.about else ""
    if lang == "zh":
        said = _chinese_unit(quantity.unit) if unit else ""
        first = low + (low_scale if low_scale else "")
        return f"{about}{first}至{high}{high_scale}{said}"
    if low_scale == high_scale:
        low_scale = ""
    said = _english_unit(quantity.unit, False) if unit else ""
    first, last = f"{_grouped(low)}{_spaced(low_scale)}", f"{_grouped(high)}{_spaced(high_scale)}"
    return f"{about}{first} to {last}{said}"


def _digits(quantity: Quantity, value, qualifier: str, lang: str) -> tuple[str, str, bool]:
    """(digits, scale word, whether rounding changed the value)."""
    value = Fraction(value)
    rounding = {"over": math.floor, "at_least": math.floor, "under": math.ceil,
                "at_most": math.ceil}.get(qualifier, round)  # fmt: skip
    shown = _shown(quantity, value, rounding, lang)
    for scale, size in (*_LARGE[lang].items(), ("", 1)):
        if not scale or (abs(shown) >= size and _short(shown / size, lang)):
            return _decimal(shown / size), scale, shown != value
    raise AssertionError("the last scale takes every number")


def _shown(quantity: Quantity, value: Fraction, rounding, lang: str) -> Fraction:
    """A stated figure with every digit; a derived one with three that are significant."""
    if quantity.formula and quantity.printed is None:
        return _significant(value, rounding)
    if lang == "en" and quantity.about and abs(value) >= 10**6:
        return Fraction(round(value, -4))  # 75.76 million: the token keeps every digit of 约
    return value


def _significant(value: Fraction, rounding) -> Fraction:
    if not value or _sound(value):
        return value
    step = Fraction(10) ** (math.floor(math.log10(abs(value))) - _SIGNIFICANT + 1)
    return rounding(value / step) * step


def _sound(value: Fraction) -> bool:
    """Whether three digits say the value exactly."""
    step = Fraction(10) ** (math.floor(math.log10(abs(value))) - _SIGNIFICANT + 1)
    return (value / step).denominator == 1


def _short(value: Fraction, lang: str) -> bool:
    """Whether a number has few decimals before its scale word: 7576.05万, but not 0.53219亿."""
    return (value * 10 ** (4 if lang == "zh" else 2)).denominator == 1


def _decimal(value: Fraction) -> str:
    """Digits without an exponent; what no decimal says exactly has ten of them."""
    text = f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
    if "." in text:
        whole, _, places = text.partition(".")
        text = f"{whole}.{places[:10]}".rstrip("0").rstrip(".")
    return text


def _grouped(digits: str) -> str:
    whole, dot, places = digits.partition(".")
    return f"{int(whole):,}{dot}{places}" if whole not in ("-0", "") else digits


def _spaced(scale: str) -> str:
    return f" {scale}" if scale else ""


# -------------------------------------------------------------------- units


@cache
def _unit_word_end() -> re.Pattern:
    from .numerals import _COUNTERS

    words = {word for zh, _ in unit_labels().values() for word in zh} | set(_COUNTERS)
    known = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"\s*(?:{known})$")


def _without_unit(token: str) -> str:
    """44.45万 of 44.45万人; 以上 and its like stay where they are."""
    end = re.search("(?:以上|以下|以内|左右|上下)?$", token).start()
    return _unit_word_end().sub("", token[:end]) + token[end:]


def _chinese_unit(unit: str) -> str:
    """人 after a number, 元/人 in a quotient; below the line the shortest word: 元/项目."""

    def words(codes: str, choose) -> str:
        return "·".join(choose(unit_labels().get(code, ([code],))[0]) for code in codes.split("·"))

    above, slash, below = unit.partition("/")
    return words(above, lambda zh: zh[0]) + slash + words(below, lambda zh: min(zh, key=len))


def _words(codes: str) -> tuple[str, str]:
    """An English unit word, for one and for many."""
    forms = [unit_labels().get(code, ((), [code]))[1] for code in codes.split("·")]
    return " ".join(form[0] for form in forms), " ".join(form[-1] for form in forms)


def _english_unit(unit: str, one: bool) -> str:
    if unit == "percent":
        return "%"
    above, _, below = unit.partition("/")
    words = [_words(above)[not one]] if above else []
    words += [f"per {_words(below)[0]}"] if below else []
    return "".join(f" {word}" for word in words)

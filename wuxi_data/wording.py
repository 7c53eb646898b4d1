"""Saying a figure in words, in zh and en: 约7576.05万元, about 75.76 million yuan."""

from __future__ import annotations

import math
import re
from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from .numerals import CALENDAR, Bounds, fold, unit_labels

if TYPE_CHECKING:
    from .quantity import Quantity

# Each qualifier: the word before the figure, and how to round so that it still holds.
_WORDED = {
    "over": ({"zh": "超过", "en": "over "}, math.floor),
    "at_least": ({"zh": "至少", "en": "at least "}, math.floor),
    "under": ({"zh": "不到", "en": "under "}, math.ceil),
    "at_most": ({"zh": "至多", "en": "at most "}, math.ceil),
}
_ABOUT = {"zh": "约", "en": "about "}
_TO = {"zh": "至", "en": " to "}
_LARGE = {
    "zh": {"万亿": 10**12, "亿": 10**8, "万": 10**4},
    "en": {"trillion": 10**12, "billion": 10**9, "million": 10**6},
}
_PLACES = {"zh": 4, "en": 3}  # decimals before a scale word: 7576.05万, but not 0.53219亿
_ATTACHED = ("%", "‰")  # follow each number without a blank
_SIGNIFICANT = 3  # digits of a derived figure that is not exact at three
_CANNOT_BE_SAID = {"zh": "不能确定", "en": "cannot be said"}
_EXACTLY = Context(prec=200)


def say(quantity: Quantity, lang: str, unit: bool) -> str:
    """A figure in words, with or without its unit."""
    if quantity.printed and lang == "zh":
        # 億 is 亿 to a reader, and to our font; a blank within Chinese is the typesetter's.
        token = _BLANK.sub("", fold(quantity.printed.as_written))
        return token if unit else _without_unit(token)
    if not quantity.bounded:
        if quantity.printed:
            return f"no single value (printed {fold(quantity.printed.as_written)})"
        return _CANNOT_BE_SAID[lang]
    value, qualifier = quantity.value, quantity.qualifier
    if quantity.low != quantity.high and qualifier not in _WORDED:
        qualifier = qualifier_of(quantity.bounds, quantity.about)
    if qualifier == "between":
        return _between(quantity, lang, unit)
    if value is None:
        value = quantity.high if qualifier in ("under", "at_most") else quantity.low
    return _single(quantity, value, qualifier, lang, unit)


def qualifier_of(bounds: Bounds, about: bool) -> str | None:
    """The qualifier that follows from the bounds alone."""
    low, high, low_open, high_open = bounds
    if low is None and high is None:
        return None
    if high is None:
        return "over" if low_open else "at_least"
    if low is None:
        return "under" if high_open else "at_most"
    return ("about" if about else "exact") if low == high else "between"


def _single(quantity: Quantity, value, qualifier: str, lang: str, unit: bool) -> str:
    """One number with its qualifier."""
    words, rounding = _WORDED.get(qualifier, ({}, round))
    before = words.get(lang, "") + (_ABOUT[lang] if quantity.about else "")
    if unit and value == Fraction(1, 2) and quantity.unit in ("hour", "day", "month", "year"):
        return before + _half(quantity.unit, lang)
    number = _rounded(quantity, value, rounding, lang)
    mark = "≈" if number.rounded and qualifier == "exact" else ""
    said = _unit_said(quantity, value, lang) if unit else ""
    return f"{before}{mark}{number.digits}{number.scale}{said}"


def _between(quantity: Quantity, lang: str, unit: bool) -> str:
    """Both bounds, rounded away from each other; the English scale is said once where it is one.

    Only a scale that both have is said: 1 to 2 million would be read as 1 million to 2 million.
    """
    low = _rounded(quantity, quantity.low, math.floor, lang)
    scaled = low.scale != "" or quantity.low == 0
    high = _rounded(quantity, quantity.high, math.ceil, lang, scaled)
    scale = "" if lang == "en" and low.scale == high.scale else low.scale
    said = _unit_said(quantity, quantity.high, lang, many=True) if unit else ""
    first = f"{low.digits}{scale}{said if said in _ATTACHED else ''}"
    about = _ABOUT[lang] if quantity.about else ""
    return f"{about}{first}{_TO[lang]}{high.digits}{high.scale}{said}"


# -------------------------------------------------------------------- numbers


class _Number(NamedTuple):
    digits: str
    scale: str
    rounded: bool


def _rounded(quantity: Quantity, value, rounding, lang: str, scaled: bool = True) -> _Number:
    """A stated figure with every digit; a derived one with three significant digits."""
    value = shown = Fraction(value)
    if _is_date(quantity, value):
        return _Number(str(value), "", False)
    if quantity.formula and not quantity.printed:
        step = Fraction(10) ** (_decimal(value).adjusted() - _SIGNIFICANT + 1)
        shown = rounding(value / step) * step
    elif lang == "en" and quantity.about and abs(value) >= 10**6:
        shown = Fraction(round(value, -4))  # 75.76 million: the Chinese token has every digit
    scale, size = _scaled(shown, lang) if scaled else ("", 1)
    short, comma = shown / size, "," if lang == "en" else ""
    digits = f"{_decimal(short):{comma}f}"
    if _decimal(short) != short:
        digits = f"{short.numerator:{comma}}/{short.denominator}"
    return _Number(digits, f" {scale}" if scale and lang == "en" else scale, shown != value)


def _scaled(shown: Fraction, lang: str) -> tuple[str, int]:
    """The largest scale word that leaves a short number, and its size."""
    for word, size in _LARGE[lang].items():
        if abs(shown) >= size and (shown / size * 10 ** _PLACES[lang]).denominator == 1:
            return word, size
    return "", 1


def _decimal(value: Fraction) -> Decimal:
    return _EXACTLY.divide(Decimal(value.numerator), Decimal(value.denominator))


def _is_date(quantity: Quantity, value) -> bool:
    """Whether it is a calendar year, which is neither rounded nor written with a comma."""
    return quantity.unit == "year" and value in CALENDAR


# -------------------------------------------------------------------- units


def _unit_said(quantity: Quantity, value, lang: str, many: bool = False) -> str:
    """人, or `` people``; a quotient as 元/项目 without its 个, or `` yuan per project``."""
    above, slash, below = quantity.unit.partition("/")
    if lang == "zh":
        return _named(above, lang) + slash + _named(below, lang).removeprefix("个")
    if _is_date(quantity, value):
        return ""
    word = _named(above, lang, many or value != 1)
    said = word if word in _ATTACHED else f" {word}" if word else ""
    return said + (f" per {_named(below, lang)}" if below else "")


def _half(unit: str, lang: str) -> str:
    word = _named(unit, lang)
    return f"半{word}" if lang == "zh" else f"half {'an' if unit == 'hour' else 'a'} {word}"


def _named(codes: str, lang: str, many: bool = False) -> str:
    """The word of a unit, or of a product of units: 人, or person and people."""
    words = [unit_labels().get(code, ([code], [code])) for code in codes.split("·")]
    if lang == "zh":
        return "·".join(chinese[0] for chinese, _english in words)
    return " ".join(english[-1 if many else 0] for _chinese, english in words)


# As far as the last word of a number, which neither 百 of 百分点 nor 千 of 千米 is.
_NUMBER_END = re.compile(
    r".*(?:[\d〇零一二两三四五六七八九十万亿半数几余多来]|百(?!分点)|千(?![米克瓦伏]))"
)
_BLANK = re.compile(r"\s+(?=[一-鿿])|(?<=[一-鿿])\s+")
_AFTER_UNIT = re.compile("(?:及?以[上下内]|之内|左右|上下|有余)?$")


def _without_unit(token: str) -> str:
    """44.45万 of 44.45万人, 20至30 of 20%至30%; 以上 and the like are kept."""
    after = _AFTER_UNIT.search(token).start()
    end = _NUMBER_END.match(token, 0, after).end()
    unit = token[end:after]
    return token[:end].replace(unit, "") + token[after:] if unit else token


def unwrapped(text: str) -> str:
    """Text as it read before it was broken into lines: Chinese has no blank there."""
    return re.sub(r"(?<=[\x00-\x7f])\n|\n(?=[\x00-\x7f])", " ", text).replace("\n", "")

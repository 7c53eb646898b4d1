"""How figures are printed: 约7576.05万元, read into its parts and worded again in zh and en.

The one home of what 约, 余, 多, 以上, 不到 and 万 mean. :mod:`wuxi_data.quantity` computes.
"""

from __future__ import annotations

import csv
import math
import re
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .quantity import Quantity

BEFORE = {
    **dict.fromkeys(("约", "大约", "近", "将近", "接近", "近似"), "about"),
    **dict.fromkeys(("超过", "超", "逾", "多于"), "over"),
    **dict.fromkeys(("至少", "不少于", "不低于"), "at_least"),
    **dict.fromkeys(("不到", "不足", "少于"), "under"),
    **dict.fromkeys(("至多", "最多", "不超过", "不多于"), "at_most"),
}
_INSIDE = dict.fromkeys(("余", "多", "几"), "over")
_AFTER = {"以上": "at_least", "左右": "about", "上下": "about"}
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
# Bare measure words count things without naming them, so they give no unit.
_COUNTERS = ("个", "处", "座", "项", "张", "期", "次", "所", "家", "条", "件", "社", "套", "批")
_DIGITS = "零一二三四五六七八九"
_SCALES = {"亿": 10**8, "万": 10**4, "千": 1000, "百": 100, "十": 10}
_LARGE = {"zh": {"亿": 10**8, "万": 10**4}, "en": {"billion": 10**9, "million": 10**6}}
LANGUAGES = tuple(_LARGE)
_CALENDAR = range(1000, 3000)  # 1992年 is a year of the calendar, 29年 a length of time
_LONGEST_TOKEN = 60
_AND_A_HALF = re.compile("(?<=个)半(?=小时|月)|(?<=[年天])半")  # 4个半小时, 一年半
# Only these are folded: NFKC would also read 10² as 102.
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．％", "0123456789.%")


@cache
def _unit_labels() -> dict[str, tuple[list[str], list[str]]]:
    """Unit code → (Chinese words, the first for wording; English, one and many)."""
    with files("wuxi_data").joinpath("data/labels.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["kind"] == "unit"]
    return {row["code"]: (row["zh"].split("|"), row["en"].split("|")) for row in rows}


@cache
def _unit_words() -> dict[str, str]:
    return {word: code for code, (words, _) in _unit_labels().items() for word in words}


# -------------------------------------------------------------------- reading


def read(token: str) -> tuple[int | Fraction | None, str, str | None]:
    """(value, unit, qualifier) of a printed token; ValueError where it has no single reading."""
    text = re.sub("(?<=[０-９])，(?=[０-９])", ",", token).translate(_FULL_WIDTH)
    text, halves = _AND_A_HALF.subn("", text)
    match = _grammar().fullmatch(text) if len(text) <= _LONGEST_TOKEN else None
    try:
        if match is None:
            raise ValueError(f"a figure such as 400万元, 200余个 or 不到10分钟{_unread(text)}")
        parts = {name: words or "" for name, words in match.groupdict().items()}
        qualifier = _qualifier(parts)
        value = None if parts["vague"] else _number(parts, qualifier)
        if halves:
            value = _and_a_half(value, parts)
    except ValueError as expected:
        shown = token if len(token) <= _LONGEST_TOKEN else f"{token[:_LONGEST_TOKEN]}…"
        message = f"cannot read {shown!r} as a printed figure: expected {expected}"
        raise ValueError(message) from None
    unprinted = value is None and qualifier == "exact"
    return value, _unit_words().get(parts["unit"], ""), None if unprinted else qualifier


def _and_a_half(value: int | Fraction | None, parts: dict[str, str]) -> Fraction:
    calendar = parts["unit"] == "年" and value in _CALENDAR
    if not value or value % 1 or parts["inside"] or parts["outside"] or calendar:
        raise ValueError("a whole number before 半, as in 4个半小时")
    return value + Fraction(1, 2)


def _unread(text: str) -> str:
    """Which words before or after a figure nobody knows: 箱 of 200箱."""
    for length in range(len(text) - 1, 0, -1) if len(text) <= _LONGEST_TOKEN else ():
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


# -------------------------------------------------------------------- wording


def says_remainder(quantity: Quantity) -> bool:
    """Whether 余, 多 or 几 is printed: more, by less than the last printed place."""
    token = quantity.printed.as_written if quantity.printed else ""
    return quantity.qualifier == "over" and bool(re.search("余|几|多(?!于)", token))


def last_place(value: int | Fraction) -> Fraction:
    """10000 for 44万, 1/10 for 3.5."""
    return Fraction(10) ** Decimal(_decimal(value, 15)).normalize().as_tuple().exponent


def chinese(quantity: Quantity) -> str:
    """约7576.05万元, which :func:`read` reads back."""
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
    if quantity.unit == "year" and quantity.qualifier == "exact" and quantity.value in _CALENDAR:
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
        return {"": _LONGEST_TOKEN}.get(scale, 4 if lang == "zh" else 2)
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
        return "·".join(choose(_unit_labels().get(code, ([code],))[0]) for code in codes.split("·"))

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
    return " ".join(_unit_labels().get(code, ((), [code]))[1][form] for code in codes.split("·"))

"""A printed figure: 约7576.05万元 ↔ value, unit, qualifier.

The one home of what 约, 余, 多, 以上 and 不到 mean, of arithmetic that keeps them, and of how a
figure is worded in Chinese and in English. Knows neither pandas nor matplotlib.
"""

from __future__ import annotations

import csv
import itertools
import math
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from importlib.resources import files
from numbers import Integral, Rational, Real
from operator import itemgetter
from typing import NamedTuple

__all__ = ["QUALIFIERS", "Printed", "Quantity", "parse_quantity", "verdict"]

# A qualifier says on which side of the printed number the true one lies.
_SIDE = {"exact": "=", "over": ">", "at_least": ">=", "under": "<", "at_most": "<="}
_NAME = {side: name for name, side in _SIDE.items()}
_FLIPPED = {"=": "=", ">": "<", ">=": "<=", "<": ">", "<=": ">="}
QUALIFIERS = ("exact", "about", *list(_SIDE)[1:])

_BEFORE = {
    **dict.fromkeys(("约", "大约", "近", "将近", "接近", "近似"), "about"),
    **dict.fromkeys(("超过", "超", "逾", "多于"), "over"),
    **dict.fromkeys(("至少", "不少于", "不低于"), "at_least"),
    **dict.fromkeys(("不到", "不足", "少于"), "under"),
    **dict.fromkeys(("至多", "最多", "不超过", "不多于"), "at_most"),
}
_INSIDE = dict.fromkeys(("余", "多", "几"), "over")
_AFTER = {"以上": "at_least", "左右": "about", "上下": "about"}
_WORDED = {
    "zh": {"about": "约", "over": "超过", "at_least": "", "under": "不到", "at_most": "至多"},
    "en": {
        "about": "about ",
        "over": "over ",
        "at_least": "at least ",
        "under": "under ",
        "at_most": "at most ",
    },
}

_CALENDAR = range(1000, 3000)  # 1992年 is a year of the calendar, 29年 a length of time

# Bare measure words count things without naming them, so they give no unit.
_COUNTERS = ("个", "处", "座", "项", "张", "期", "次", "所", "家", "条", "件", "社", "套", "批")
_SCALES = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_LONGEST_TOKEN = 60
# Only full-width forms are folded: NFKC would also read 10² as 102.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


class Printed(NamedTuple):
    """Where a stated figure stands in print."""

    as_written: str
    fact_id: str = ""
    source_id: str = ""
    paragraph: int | None = None


def _rational(value: Real | None) -> int | Fraction | None:
    """The exact number that `value` shows: 0.1 is one tenth, not the nearest binary fraction."""
    if value is None:
        return None
    if isinstance(value, Integral):
        return int(value)
    if not isinstance(value, Rational):
        if not math.isfinite(value):
            raise ValueError(f"expected a finite number, got {value!r}")
        value = Fraction(repr(float(value)))
    return value.numerator if value.denominator == 1 else Fraction(value)


@dataclass(frozen=True)
class Quantity:
    """A figure with its unit and its qualifier; arithmetic keeps both.

    Parameters
    ----------
    value : int, Fraction, float or None
        In the base unit (400万元 is 4000000). A float is taken as the decimal that it shows.
        None for a figure that has no single value, such as 数千万元.
    unit : str
        A unit code of ``labels.csv`` (``"CNY"``), a quotient of them (``"CNY/person"``), or ``""``.
    qualifier : {"exact", "about", "over", "at_least", "under", "at_most"} or None
        None only where `value` is None and no qualifier is printed.
    lean : str
        With ``"about"`` only: the side that arithmetic still knows of. 约7576.05万元 ÷ 200余个 is
        *about*, and leans *under*.

    Attributes
    ----------
    printed : Printed or None
        The token and its place, for a stated figure; None for a derived one.
    formula : str
        The fact_id of a stated figure; what a derived one was computed from.

    Notes
    -----
    ``==`` asks whether two figures say the same, so an inexact figure never equals an exact one.
    ``<``, ``<=``, ``>``, ``>=`` answer where the answer is certain and raise ValueError otherwise.

    Examples
    --------
    >>> 4 * parse_quantity("400万元") + parse_quantity("500万元") == parse_quantity("2100万元")
    True
    >>> print(parse_quantity("5.32亿元") / parse_quantity("200余人"))
    不到266万元/人
    """

    value: int | Fraction | None
    unit: str = ""
    qualifier: str | None = "exact"
    lean: str = ""
    printed: Printed | None = field(default=None, compare=False)
    formula: str = field(default="", compare=False)
    inputs: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self):
        if self.qualifier not in (QUALIFIERS if self.value is not None else (*QUALIFIERS, None)):
            raise ValueError(f"unknown qualifier {self.qualifier!r}: expected one of {QUALIFIERS}")
        if self.lean and (self.qualifier != "about" or self.lean not in _SIDE):
            raise ValueError(f"only 'about' may lean, to one of {tuple(_SIDE)}: {self.lean!r}")
        object.__setattr__(self, "value", _rational(self.value))

    # ---------------------------------------------------------------- arithmetic

    def __add__(self, other):
        return _sum(self, other, 1)

    def __sub__(self, other):
        return _sum(self, other, -1)

    def __mul__(self, other):
        return _product(self, other, 1)

    def __truediv__(self, other):
        return _product(self, other, -1)

    def __radd__(self, other):  # sum() starts from a bare 0
        return self if other == 0 else _quantity(other) + self

    def __rsub__(self, other):
        return _quantity(other) - self

    def __rmul__(self, other):
        return _quantity(other) * self

    def __rtruediv__(self, other):
        return _quantity(other) / self

    def __float__(self):
        return float(_valued(self))

    # ---------------------------------------------------------------- comparison

    def __lt__(self, other):
        return _certain(self, "<", other)

    def __le__(self, other):
        return _certain(self, "<=", other)

    def bounds(self) -> tuple[float | Fraction, bool, float | Fraction, bool]:
        """The values that the figure admits: (low, low is open, high, high is open).

        Printed 余, 多 and 几 stand for a remainder smaller than the last printed place: 30余万 lies
        below 40万. 约 has no printed width, so *about* admits everything on its lean.
        """
        value, side = _valued(self), _side(self)
        if self.qualifier == "about":
            return -math.inf, True, math.inf, True
        low = value if side[0] in "=>" else -math.inf
        high = value if side[0] in "=<" else math.inf
        if self.printed and re.search("[余多几]", self.printed.as_written):
            high = value + _last_place(value)
        return low, side == ">", high, side == "<" or high != value

    # ---------------------------------------------------------------- wording

    def wording(self, lang: str = "zh") -> str:
        """The figure in words: 约7576.05万元, or ``about 75.76 million yuan``.

        Chinese gives a stated figure without loss (:func:`parse_quantity` reads it back); a
        derived one is rounded to two decimals and says ≈ where that changed an exact value.
        """
        if lang not in _WORDED:
            raise ValueError(f"unknown lang {lang!r}: expected 'zh' or 'en'")
        if self.value is None:
            token = self.printed.as_written if self.printed else "?"
            return token if lang == "zh" else f"no single value (printed {token})"
        return (_chinese if lang == "zh" else _english)(self)

    def __str__(self):
        return self.wording("zh")

    def _repr_html_(self):
        from html import escape

        if not self.printed:
            return f"<b>{escape(str(self))}</b> = <code>{escape(self.formula)}</code>"
        token, fact_id, source_id, paragraph = self.printed
        return (
            f"<b>{escape(str(self))}</b> | {escape(self.wording('en'))} | “{escape(token)}” "
            f"{escape(source_id)} ¶{paragraph} <code>{escape(fact_id)}</code>"
        )


def _quantity(other) -> Quantity:
    if isinstance(other, Quantity):
        return other
    if isinstance(other, Real):
        return Quantity(other, formula=f"{other}")
    raise TypeError(f"expected a Quantity or a number, got {type(other).__name__}")


def _valued(quantity: Quantity) -> int | Fraction:
    if quantity.value is None:
        raise ValueError(f"{quantity.wording()} has no single value to compute with")
    return quantity.value


def _side(quantity: Quantity) -> str:
    return _SIDE[
        quantity.lean or ("exact" if quantity.qualifier == "about" else quantity.qualifier)
    ]


def _sum(left, right, sign: int) -> Quantity:
    if not isinstance(right, (Quantity, Real)):
        return NotImplemented  # a Series of figures knows what to do
    left, right = _quantity(left), _quantity(right)
    if left.unit != right.unit:
        verb = "add" if sign > 0 else "subtract"
        raise ValueError(f"cannot {verb} {left.unit or 'a number'} and {right.unit or 'a number'}")
    value = _valued(left) + sign * _valued(right)
    sides = _side(left), _side(right) if sign > 0 else _FLIPPED[_side(right)]
    return _derived(left, " + " if sign > 0 else " - ", right, value, left.unit, sides)


def _product(left, right, power: int) -> Quantity:
    if not isinstance(right, (Quantity, Real)):
        return NotImplemented  # a Series of figures knows what to do
    left, right = _quantity(left), _quantity(right)
    value = Fraction(_valued(left)) * Fraction(_valued(right)) ** power
    # A negative factor turns the other's inequality round; division turns the divisor's.
    sides = _turned(_side(left), right.value), _turned(_side(right), left.value * power)
    unit = _unit_product(left.unit, right.unit, power)
    return _derived(left, " * " if power > 0 else " / ", right, value, unit, sides)


def _turned(side: str, factor) -> str:
    return side if factor >= 0 else _FLIPPED[side]


def _derived(left, operator, right, value, unit, sides) -> Quantity:
    approximate = "about" in (left.qualifier, right.qualifier)
    one, other = sides
    if "=" in sides:
        side = other if one == "=" else one
    elif one[0] == other[0]:
        side = min(sides, key=len)  # > with >= is >
    else:
        side, approximate = "=", True
    name = _NAME[side]
    lean = name if approximate and side != "=" else ""
    return Quantity(
        value,
        unit,
        "about" if approximate else name,
        lean,
        formula=_formula(left, operator, right),
        inputs=tuple(dict.fromkeys(left.inputs + right.inputs)),
    )


def _formula(left: Quantity, operator: str, right: Quantity) -> str:
    one, other = left.formula or str(left), right.formula or str(right)
    if operator in (" * ", " / ") and re.search(r" [+-] ", one):
        one = f"({one})"
    loose = {" + ": "", " - ": r" [+-] ", " * ": r" [+\-/] ", " / ": r" [+\-*/] "}[operator]
    if loose and re.search(loose, other):
        other = f"({other})"
    return one + operator + other


def _unit_product(left: str, right: str, power: int) -> str:
    powers = Counter()
    for unit, sign in ((left, 1), (right, power)):
        for place, part in zip((sign, -sign), unit.split("/"), strict=False):
            for code in filter(None, part.split("·")):
                powers[code] += place
    above = sorted(code for code in powers.elements()) if powers else []
    below = sorted((-powers).elements())
    return "·".join(above) + (f"/{'·'.join(below)}" if below else "")


# -------------------------------------------------------------------- comparison


def verdict(left: Quantity, relation: str, right: Quantity) -> str:
    """Whether a relation between two figures holds, as far as their wording lets one say.

    Parameters
    ----------
    left, right : Quantity
        In the same unit.
    relation : {"=", "<", "<="}

    Returns
    -------
    {"holds", "consistent", "cannot be said", "contradicts"}
        *holds* and *contradicts* are certain. *consistent*: nothing speaks against it, but 约 has
        no printed width, or an equality joins figures that leave room. *cannot be said*: the
        wording leaves it open, or a figure has no single value.

    Raises
    ------
    ValueError
        Different units.
    """
    left, right = _quantity(left), _quantity(right)
    if left.unit != right.unit:
        raise ValueError(f"cannot compare {left.unit!r} and {right.unit!r}")
    if relation not in _RELATIONS:
        raise ValueError(f"unknown relation {relation!r}: expected one of {tuple(_RELATIONS)}")
    if left.value is None or right.value is None:
        return "cannot be said"
    if "about" in (left.qualifier, right.qualifier):
        as_printed = _RELATIONS[relation](left.value, right.value)
        return "consistent" if as_printed else "cannot be said"
    low, low_open, high, high_open = left.bounds()
    floor, floor_open, ceiling, ceiling_open = right.bounds()
    touching_open = low_open or ceiling_open
    above = low > ceiling or (low == ceiling and (touching_open or relation == "<"))
    if relation == "=":
        below = high < floor or (high == floor and (high_open or floor_open))
        if above or below:
            return "contradicts"
        return "holds" if low == high == floor == ceiling else "consistent"
    if above:
        return "contradicts"
    surely = high < floor or (high == floor and (relation == "<=" or high_open or floor_open))
    return "holds" if surely else "cannot be said"


_RELATIONS = {
    "=": lambda left, right: left == right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
}


def _certain(left, relation: str, right) -> bool:
    answer = verdict(left, relation, right)
    if answer not in ("holds", "contradicts"):
        raise ValueError(f"whether {left} {relation} {right} {answer}")
    return answer == "holds"


def _last_place(value: int | Fraction) -> int | Fraction:
    place = Fraction(1)
    while value % place:
        place /= 10
    while value and value % (place * 10) == 0:
        place *= 10
    return place


# -------------------------------------------------------------------- wording


@cache
def _unit_labels() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Unit code → (Chinese words, the first for wording; English, one and many)."""
    text = files("wuxi_data").joinpath("data/labels.csv").read_text("utf-8")
    return {
        row["code"]: (tuple(row["zh"].split("|")), tuple(row["en"].split("|")))
        for row in csv.DictReader(text.splitlines())
        if row["kind"] == "unit"
    }


def _decimal(value, places: int) -> str | None:
    """`value` with at most `places` decimals, or None where that would lose something."""
    scaled = value * 10**places
    return _digits(scaled, places) if scaled.denominator == 1 else None


def _digits(scaled, places: int) -> str:
    sign, digits = "-" if scaled < 0 else "", f"{abs(int(scaled)):0{places + 1}d}"
    whole, part = digits[: len(digits) - places], digits[len(digits) - places :].rstrip("0")
    return f"{sign}{whole}.{part}" if part else sign + whole


def _rounded(value, places: int = 2) -> str:
    return _digits(round(Fraction(value) * 10**places), places)


def _plain(value) -> str:
    """All the digits where they end, else two decimals."""
    value = Fraction(value)
    ends = 10 ** value.denominator.bit_length() % value.denominator == 0
    places = next(n for n in itertools.count() if 10**n % value.denominator == 0) if ends else 2
    return _rounded(value, places)


def _number_words(quantity: Quantity, scales: dict[str, int], places: int) -> tuple[str, str]:
    """(digits, scale word): without loss, but a derived figure is rounded to two decimals."""
    value, derived = Fraction(quantity.value), quantity.formula and not quantity.printed
    for word, size in scales.items():
        if abs(value) >= size:
            text = _rounded(value / size) if derived else _decimal(value / size, places)
            if text is not None:
                return text, word
    if not derived:
        return _plain(value), ""
    # Four digits are plenty of a derived figure that is inexact anyway.
    spare = len(str(int(abs(value)))) - 4 if quantity.qualifier != "exact" else 0
    return _rounded(round(value, -spare) if spare > 0 else value), ""


def _approximately(quantity: Quantity, digits: str, size: int) -> str:
    """≈ where rounding changed a figure that nothing else marks as inexact."""
    return (
        "≈" if quantity.qualifier == "exact" and Fraction(digits) * size != quantity.value else ""
    )


def _chinese(quantity: Quantity) -> str:
    digits, scale = _number_words(quantity, {"亿": 10**8, "万": 10**4}, 4)
    if _is_half(quantity):
        digits = "半"
    unit = _chinese_unit(quantity.unit)
    if quantity.qualifier == "over" and re.fullmatch(r"[1-9][0-9]*", digits):
        if digits.endswith("0"):
            return f"{digits}余{scale}{unit}"
        if scale:
            return f"{digits}{scale}余{unit}"
    mark = _approximately(quantity, digits, _SCALES.get(scale, 1))
    before = "".join(_WORDED["zh"].get(name, "") for name in (quantity.lean, quantity.qualifier))
    after = "以上" if "at_least" in (quantity.qualifier, quantity.lean) else ""
    return f"{before}{mark}{digits}{scale}{unit}{after}"


def _chinese_unit(unit: str) -> str:
    """人 after a number, 元/人 in a quotient; below the line the shortest word: 元/项目."""

    def words(codes, choose):
        return "·".join(
            choose(_unit_labels()[code][0]) if code in _unit_labels() else code
            for code in codes.split("·")
        )

    above, _, below = unit.partition("/")
    return words(above, itemgetter(0)) + (
        f"/{words(below, lambda zh: min(zh, key=len))}" if below else ""
    )


def _is_half(quantity: Quantity) -> bool:
    return quantity.value == Fraction(1, 2) and quantity.unit in ("hour", "day", "month", "year")


def _english(quantity: Quantity) -> str:
    if quantity.unit == "year" and quantity.qualifier == "exact" and quantity.value in _CALENDAR:
        return str(quantity.value)
    scales = {"billion": 10**9, "million": 10**6}
    if quantity.qualifier == "about" and abs(quantity.value) >= 10**6:
        # English readers get two decimals of what is 约 anyway; the token keeps every digit.
        quantity = replace(quantity, printed=None, formula=quantity.formula or "约")
    digits, scale = _number_words(quantity, scales, 2)
    mark = _approximately(quantity, digits, scales.get(scale, 1))
    whole, dot, part = digits.partition(".")
    before = "".join(_WORDED["en"].get(name, "") for name in (quantity.lean, quantity.qualifier))
    if _is_half(quantity):
        article = "an" if quantity.unit == "hour" else "a"
        return f"{before}half {article} {_english_word(quantity.unit, 0)}"
    words = f" {scale}" if scale else ""
    return f"{before}{mark}{int(whole):,}{dot}{part}{words}{_english_unit(quantity)}"


def _english_unit(quantity: Quantity) -> str:
    if quantity.unit == "percent":
        return "%"
    above, _, below = quantity.unit.partition("/")
    words = [_english_word(above, 0 if quantity.value == 1 else -1)] if above else []
    words += [f"per {_english_word(below, 0)}"] if below else []
    return "".join(f" {word}" for word in words)


def _english_word(part: str, form: int) -> str:
    return " ".join(_unit_labels().get(code, ((), (code,)))[1][form] for code in part.split("·"))


# -------------------------------------------------------------------- parsing


def parse_quantity(token: str) -> Quantity:
    """Read a printed token: ``parse_quantity("约7576.05万元")``.

    Parameters
    ----------
    token : str
        One printed figure with its qualifier and measure word, nothing else. Full-width digits
        and thousands separators are read as printed.

    Returns
    -------
    Quantity
        With the unit that the token names, or ``""`` where it names none (a bare 个 or 处).
        数千万元 and 几十人 have no single value: `value` is None.

    Raises
    ------
    ValueError
        Whatever is not a figure that this function is sure of; it never guesses.

    Examples
    --------
    >>> parse_quantity("30余万").value, parse_quantity("30余万").qualifier
    (300000, 'over')
    """
    if not isinstance(token, str):
        raise TypeError(f"expected a printed token, got {type(token).__name__}")
    text = token.translate(_FULL_WIDTH)
    match = _grammar().fullmatch(text) if len(text) <= _LONGEST_TOKEN else None
    if match is None:
        raise _unreadable(token, "a figure such as 400万元, 200余个 or 不到10分钟")
    parts = match.groupdict()
    vague = parts["vague"] is not None
    qualifier = _qualifier(token, parts)
    return Quantity(
        None if vague else _number(token, parts),
        "" if parts["unit"] in ("", *_COUNTERS) else _unit_words()[parts["unit"]],
        None if vague and qualifier == "exact" else qualifier,
        printed=Printed(token),
    )


def _unreadable(token: str, expected: str) -> ValueError:
    shown = token if len(token) <= _LONGEST_TOKEN else f"{token[:_LONGEST_TOKEN]}…"
    return ValueError(f"cannot read {shown!r} as a printed figure: expected {expected}")


@cache
def _unit_words() -> dict[str, str]:
    return {word: code for code, (words, _) in _unit_labels().items() for word in words}


@cache
def _grammar() -> re.Pattern:
    def one_of(words):
        return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))

    units = one_of({*_unit_words(), *_COUNTERS})
    return re.compile(
        rf"""(?P<before>{one_of(_BEFORE)})?
        (?: (?P<vague>[数几](?:[十百千]?[万亿]|[十百千]))
          | (?P<half>半)
          | (?P<number>[0-9]{{1,3}}(?:,[0-9]{{3}})+(?:\.[0-9]+)?
                     |(?:0|[1-9][0-9]*)(?:\.[0-9]+)?
                     |[〇零一二两三四五六七八九十百千万亿]+)
            (?P<inside>[余多几])?
            (?P<scale>[十百千]?[万亿]|万亿|[十百千])??
            (?P<outside>[余多])? )
        (?P<unit>{units}|)
        (?P<after>{one_of(_AFTER)})?""",
        re.VERBOSE,
    )


def _qualifier(token: str, parts: dict) -> str:
    found = [
        table[parts[name]]
        for name, table in (
            ("before", _BEFORE),
            ("inside", _INSIDE),
            ("outside", _INSIDE),
            ("after", _AFTER),
        )
        if parts[name]
    ]
    if len(found) > 1:
        raise _unreadable(token, "one qualifier, not several")
    return found[0] if found else "exact"


def _number(token: str, parts: dict) -> int | Fraction:
    if parts["half"]:
        return Fraction(1, 2)
    digits, scale = parts["number"], parts["scale"] or ""
    if re.match("[0-9]", digits):
        number = Fraction(digits.replace(",", ""))
    else:
        number = _chinese_number(token, digits, open_ended=parts["inside"] or parts["outside"])
    if parts["inside"] == "几" and number % 10:
        raise _unreadable(token, "几 after a round number, as in 十几 or 20几")
    return number * math.prod(_SCALES[character] for character in scale)


def _chinese_number(token: str, digits: str, open_ended: str | None) -> int:
    import cn2an  # here: only Chinese numerals need it, and `import wuxi_data` stays quick

    # cn2an's strict mode refuses what has two readings (一百五, 二三); 两 is plain 二 to it.
    plain = digits.replace("两", "二")
    if open_ended and plain in "百千万亿":  # 百余 is a hundred and more
        plain = f"一{plain}"
    try:
        number = cn2an.cn2an(plain, "strict")
    except ValueError:
        raise _unreadable(
            token, "one unambiguous Chinese numeral, such as 三十 or 两千三百"
        ) from None
    if not isinstance(number, int):
        raise _unreadable(token, "a whole Chinese numeral")
    return number

"""A printed figure: 约7576.05万元 ↔ value, unit, qualifier.

Arithmetic and comparison that keep 约 and 余; :mod:`wuxi_data.wording` reads and words them.
Knows neither pandas nor matplotlib.
"""

from __future__ import annotations

import math
import operator
import re
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from numbers import Integral, Rational, Real
from typing import NamedTuple

from . import numerals
from . import wording as words

__all__ = ["QUALIFIERS", "Printed", "Quantity", "evaluate", "parse_quantity", "verdict"]

# A qualifier says on which side of the printed number the true one lies.
_SIDE = {"exact": "=", "over": ">", "at_least": ">=", "under": "<", "at_most": "<="}
_NAME = {side: name for name, side in _SIDE.items()}
_FLIPPED = {"=": "=", ">": "<", ">=": "<=", "<": ">", "<=": ">="}
QUALIFIERS = ("exact", "about", *list(_SIDE)[1:])


class Printed(NamedTuple):
    """Where a stated figure stands in print."""

    as_written: str
    fact_id: str = ""
    source_id: str = ""
    paragraph: int | None = None


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
    inputs : tuple of str
        The fact_ids of the stated figures in it.

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
        if self.lean and (self.qualifier != "about" or self.lean not in QUALIFIERS[2:]):
            raise ValueError(f"only 'about' may lean, to one of {QUALIFIERS[2:]}: {self.lean!r}")
        object.__setattr__(self, "value", _rational(self.value))

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

    def __rmul__(self, other):  # once is the figure itself, as printed
        return self if other == 1 else _quantity(other) * self

    def __rtruediv__(self, other):
        return _quantity(other) / self

    def __float__(self):
        return float(_valued(self))

    def __lt__(self, other):
        return _certain(self, "<", other)

    def __le__(self, other):
        return _certain(self, "<=", other)

    def __gt__(self, other):
        return _certain(other, "<", self)

    def __ge__(self, other):
        return _certain(other, "<=", self)

    def bounds(self) -> tuple[float | Fraction, bool, float | Fraction, bool]:
        """The values that the figure admits: (low, low is open, high, high is open).

        Printed 余, 多 and 几 stand for a remainder smaller than the last printed place: 30余万 lies
        below 40万. 约 has no printed width, so *about* admits everything.
        """
        value, side = _valued(self), _SIDE.get(self.qualifier, "")
        low = value if side[:1] in ("=", ">") else -math.inf
        high = value if side[:1] in ("=", "<") else math.inf
        if words.says_remainder(self):
            high = value + numerals.last_place(value)
        return low, low != value or side == ">", high, high != value or side == "<"

    def wording(self, lang: str = "zh") -> str:
        """The figure in words: 约7576.05万元, or ``about 75.76 million yuan``.

        Chinese gives a stated figure without loss (:func:`parse_quantity` reads it back). A
        derived one is rounded to two decimals, away from what it would overstate: *over* down,
        *under* up. ≈ says that rounding changed an exact value.
        """
        if lang not in words.LANGUAGES:
            raise ValueError(f"unknown lang {lang!r}: expected one of {words.LANGUAGES}")
        if self.value is None:
            token = self.printed.as_written if self.printed else "?"
            return token if lang == "zh" else f"no single value (printed {token})"
        return words.chinese(self) if lang == "zh" else words.english(self)

    def __str__(self):
        place = self.printed and self.printed.source_id
        return self.wording() + (f" ({_place(self.printed)})" if place else "")

    def _repr_html_(self):
        from html import escape

        shown = f"<b>{escape(self.wording())}</b> | {escape(self.wording('en'))}"
        shown += f" | {escape(_place(self.printed))}" if self.printed else ""
        return shown + (f" | <code>{escape(self.formula)}</code>" if self.formula else "")


def _place(printed: Printed) -> str:
    token, _, source_id, paragraph = printed
    return f"“{token}”" + (f", {source_id}, paragraph {paragraph}" if source_id else "")


def _rational(value: Real | None) -> int | Fraction | None:
    """The exact number that `value` shows: 0.1 is one tenth, not the nearest binary fraction."""
    if value is None or type(value) is int:  # said first: the rest is slow to ask
        return value
    if isinstance(value, Integral):
        return int(value)
    if not isinstance(value, Rational):
        if not math.isfinite(value):
            raise ValueError(f"expected a finite number, got {value!r}")
        value = Fraction(repr(float(value)))
    return value.numerator if value.denominator == 1 else Fraction(value)


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


# -------------------------------------------------------------------- arithmetic


def _side(quantity: Quantity) -> str:
    return _SIDE.get(quantity.lean or quantity.qualifier, "=")


def _sum(left, right, sign: int) -> Quantity:
    left, right = _quantity(left), _quantity(right)
    if left.unit != right.unit:
        verb = "add" if sign > 0 else "subtract"
        raise ValueError(f"cannot {verb} {left.unit or 'a number'} and {right.unit or 'a number'}")
    value = _valued(left) + sign * _valued(right)
    sides = _side(left), _turned(_side(right), sign)
    return _derived(left, "+" if sign > 0 else "-", right, value, left.unit, sides)


def _product(left, right, power: int) -> Quantity:
    left, right = _quantity(left), _quantity(right)
    value = Fraction(_valued(left)) * Fraction(_valued(right)) ** power
    # A negative factor turns the other's inequality round; division turns the divisor's.
    sides = _turned(_side(left), right.value), _turned(_side(right), left.value * power)
    unit = _unit_product(left.unit, right.unit, power)
    return _derived(left, "*" if power > 0 else "/", right, value, unit, sides)


def _turned(side: str, factor) -> str:
    return "=" if factor == 0 else side if factor > 0 else _FLIPPED[side]


def _derived(left, symbol, right, value, unit, sides) -> Quantity:
    approximate = "about" in (left.qualifier, right.qualifier)
    inexact = sorted((side for side in sides if side != "="), key=len)
    if len({side[0] for side in inexact}) > 1:  # over against over: either way
        approximate, inexact = True, []
    name = _NAME[inexact[0]] if inexact else "exact"  # the strict one first: > with >= is >
    return Quantity(
        value,
        unit,
        "about" if approximate else name,
        name if approximate and inexact else "",
        formula=_formula(left, symbol, right),
        inputs=tuple(dict.fromkeys(left.inputs + right.inputs)),
    )


def _formula(left: Quantity, symbol: str, right: Quantity) -> str:
    one, other = (figure.formula or figure.wording() for figure in (left, right))
    if symbol in "*/" and _operators(one) & {"+", "-"}:
        one = f"({one})"
    if _operators(other) & {"+": set(), "-": {*"+-"}, "*": {*"+-"}, "/": {*"+-*/"}}[symbol]:
        other = f"({other})"
    return f"{one} {symbol} {other}"


def _operators(formula: str) -> set[str]:
    """Those that stand outside brackets."""
    while (bare := re.sub(r"\([^()]*\)", "", formula)) != formula:
        formula = bare
    return set(re.findall(r" ([-+*/]) ", formula))


def _unit_product(left: str, right: str, power: int) -> str:
    powers = Counter()
    for unit, sign in ((left, 1), (right, power)):
        for codes, step in zip(unit.partition("/")[::2], (sign, -sign), strict=True):
            for code in filter(None, codes.split("·")):
                powers[code] += step
    above, below = sorted(powers.elements()), sorted((-powers).elements())
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
    related = _RELATIONS[relation]
    if "about" in (left.qualifier, right.qualifier):
        return "consistent" if related(left.value, right.value) else "cannot be said"
    (low, high), (floor, ceiling) = _ends(left), _ends(right)
    if relation == "=":
        if low > ceiling or high < floor:
            return "contradicts"
        return "holds" if low == high == floor == ceiling else "consistent"
    if not related(low, ceiling):
        return "contradicts"
    return "holds" if related(high, floor) else "cannot be said"


_ARITHMETIC = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
_RELATIONS = {"=": operator.eq, "<": operator.lt, "<=": operator.le}


def _ends(quantity: Quantity) -> tuple[tuple, tuple]:
    """The bounds as two things that compare rightly: above 10 comes after 10, below 10 before."""
    low, low_open, high, high_open = quantity.bounds()
    return (low, int(low_open)), (high, -int(high_open))


def _certain(left, relation: str, right) -> bool:
    left, right = _quantity(left), _quantity(right)
    answer = verdict(left, relation, right)
    if answer not in ("holds", "contradicts"):
        raise ValueError(f"whether {left.wording()} {relation} {right.wording()} {answer}")
    return answer == "holds"


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
    said = numerals.read(token)
    return Quantity(said.value, said.unit, said.qualifier, printed=Printed(token))


def evaluate(formula: str, known: dict[str, Quantity]) -> Quantity:
    """A formula of fact_ids and numbers: ``"4 * jilin-annual-usual + jilin-annual-2020"``.

    Operators stand between spaces, * and / before + and -; there are no brackets, and nothing
    of a user's file is ever executed.
    """

    def product(term: str) -> Quantity:
        return _chain(term, "[*/]", lambda word: _figure(word, known))

    return _chain(formula, "[-+]", product)


def _chain(formula: str, operators: str, read) -> Quantity:
    first, *rest = re.split(f" ({operators}) ", formula)
    total = read(first)
    for symbol, text in zip(rest[::2], rest[1::2], strict=True):
        total = _ARITHMETIC[symbol](total, read(text))
    return total


def _figure(word: str, known: dict[str, Quantity]) -> Quantity:
    return known[word] if word in known else Quantity(float(word), formula=word)

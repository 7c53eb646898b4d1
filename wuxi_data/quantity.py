"""A number with its bounds: 约7576.05万元 ↔ value, low, high, unit, qualifier.

Arithmetic is interval arithmetic, so that no result claims more than its inputs allow. Knows
neither pandas nor matplotlib.
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

from . import numerals, wording

__all__ = ["QUALIFIERS", "Bounds", "Printed", "Quantity", "evaluate", "names_in", "parse_quantity",
           "verdict"]  # fmt: skip

QUALIFIERS = ("exact", "about", "over", "at_least", "under", "at_most")
_DERIVED = (*QUALIFIERS, "between", None)


class Printed(NamedTuple):
    """Where a stated figure stands in print."""

    as_written: str
    fact_id: str = ""
    source_id: str = ""
    paragraph: int | None = None


class Bounds(NamedTuple):
    """What a figure admits; None where nothing bounds it on that side."""

    low: int | Fraction | None
    high: int | Fraction | None
    low_open: bool = False
    high_open: bool = False


_NO_BOUNDS = Bounds(None, None)


@dataclass(frozen=True, eq=False)
class Quantity:
    """A figure with its bounds and its unit; arithmetic keeps all three.

    Parameters
    ----------
    value : int, Fraction, float or None
        In the base unit (400万元 is 4000000). A float is taken as the decimal that it shows.
        None for a figure that has no single value, such as 数千万元 or 30—100年.
    unit : str
        A unit code of ``units.csv`` (``"CNY"``), a quotient of them (``"CNY/person"``), or ``""``.
    qualifier : {"exact", "about", "over", "at_least", "under", "at_most", "between"} or None
        What print says; of a derived figure, what its bounds say.
    bounds : Bounds, optional
        As printed: 200余 lies below 300. By default they follow from value and qualifier; a
        figure that is printed without a sign is not negative.
    about : bool, optional
        Whether print says 约. Bounds are computed as if it did not: this flag stands beside them.

    Attributes
    ----------
    low, high, low_open, high_open
        The bounds; None where there is none.
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
    ``float()`` and the mean of quantities raise: a bare number would lose what print says.

    Examples
    --------
    >>> 4 * parse_quantity("400万元") + parse_quantity("500万元") == parse_quantity("2100万元")
    True
    >>> print(parse_quantity("5.32亿元") / parse_quantity("200余人"))
    177万至266万元/人
    """

    value: int | Fraction | None
    unit: str = ""
    qualifier: str | None = "exact"
    printed: Printed | None = None
    formula: str = ""
    inputs: tuple[str, ...] = ()
    bounds: Bounds | None = field(default=None, repr=False)
    about: bool | None = None

    def __post_init__(self):
        if self.qualifier not in (QUALIFIERS if self.value is not None else _DERIVED):
            raise ValueError(f"unknown qualifier {self.qualifier!r}: expected one of {QUALIFIERS}")
        value = _rational(self.value)
        bounds = self.bounds or _bounds(value, self.qualifier)
        low, high = _rational(bounds.low), _rational(bounds.high)
        if low is not None and high is not None and low > high:
            raise ValueError(f"bounds the wrong way round: {low} to {high}")
        about = self.qualifier == "about" if self.about is None else self.about
        for name, given in (("value", value), ("about", about),
                            ("bounds", Bounds(low, high, *bounds[2:]))):  # fmt: skip
            object.__setattr__(self, name, given)

    low = property(lambda self: self.bounds.low)
    high = property(lambda self: self.bounds.high)
    low_open = property(lambda self: self.bounds.low_open)
    high_open = property(lambda self: self.bounds.high_open)

    @property
    def bounded(self) -> bool:
        """Whether anything can be computed with it."""
        return self.low is not None or self.high is not None

    def _says(self) -> tuple:
        return self.value, self.unit, self.qualifier, self.bounds, self.about

    def __eq__(self, other):
        return self._says() == other._says() if isinstance(other, Quantity) else NotImplemented

    def __hash__(self):
        return hash(self._says())

    def __add__(self, other):
        return _sum(self, other, 1)

    def __sub__(self, other):
        return _sum(self, other, -1)

    def __mul__(self, other):
        return _product(self, other, 1)

    def __truediv__(self, other):
        return _product(self, other, -1)

    def __radd__(self, other):  # sum() starts from a bare 0
        return _sum(other, self, 1)

    def __rsub__(self, other):
        return _sum(other, self, -1)

    def __rmul__(self, other):
        return _product(other, self, 1)

    def __rtruediv__(self, other):
        return _product(other, self, -1)

    def __float__(self):
        raise TypeError(
            f"{self.wording()} is no bare number: use .value, .low and .high, which say how far "
            "print goes"
        )

    def __lt__(self, other):
        return _certain(self, "<", other)

    def __le__(self, other):
        return _certain(self, "<=", other)

    def __gt__(self, other):
        return _certain(other, "<", self)

    def __ge__(self, other):
        return _certain(other, "<=", self)

    def wording(self, lang: str = "zh", form: str = "whole") -> str:
        """The figure in words: 约7576.05万元, or ``about 75.76 million yuan``.

        Chinese gives a stated figure as it is printed. A derived one has at most three
        significant digits, and its bounds are rounded away from what they would overstate;
        ≈ says that rounding changed an exact value.

        Parameters
        ----------
        lang : {"zh", "en"}
        form : {"whole", "number"}
            ``"number"`` leaves out the unit: 44.45万.
        """
        if lang not in wording.LANGUAGES:
            raise ValueError(f"unknown lang {lang!r}: expected one of {wording.LANGUAGES}")
        if form not in ("whole", "number"):
            raise ValueError(f"unknown form {form!r}: expected 'whole' or 'number'")
        return wording.say(self, lang, form == "whole")

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


def _bounds(value: int | Fraction | None, qualifier: str | None) -> Bounds:
    """What a value and its qualifier admit, where print says no more."""
    if value is None:
        return _NO_BOUNDS
    if qualifier in ("over", "at_least"):
        return Bounds(value, None, qualifier == "over", False)
    if qualifier in ("under", "at_most"):
        return Bounds(0 if value > 0 else None, value, False, qualifier == "under")
    return Bounds(value, value)


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


# -------------------------------------------------------------------- arithmetic


def _operand(other) -> Quantity | None:
    """A Quantity or a number; None for what arithmetic leaves to its own type, as a Series."""
    if isinstance(other, Quantity):
        return other
    return Quantity(other, formula=f"{other}") if isinstance(other, Real) else None


def _computable(quantity: Quantity) -> Bounds:
    if not quantity.bounded and quantity.printed is not None:
        raise ValueError(f"{quantity.wording()} has no bounds to compute with")
    return quantity.bounds


def _sum(left, right, sign: int):
    one, other = _operand(left), _operand(right)
    if one is None or other is None:
        return NotImplemented
    if isinstance(right, Real) and right == 0:  # nothing added is the figure itself, as printed
        return left
    if isinstance(left, Real) and left == 0 and sign > 0:
        return right
    if one.unit != other.unit:
        verb = "add" if sign > 0 else "subtract"
        raise ValueError(f"cannot {verb} {one.unit or 'a number'} and {other.unit or 'a number'}")
    a, b = _computable(one), _computable(other)
    if sign < 0:
        b = Bounds(_negative(b.high), _negative(b.low), b.high_open, b.low_open)
    bounds = Bounds(_plus(a.low, b.low), _plus(a.high, b.high),
                    a.low_open or b.low_open, a.high_open or b.high_open)  # fmt: skip
    return _derived(one, "+" if sign > 0 else "-", other, bounds, one.unit)


def _negative(bound):
    return None if bound is None else -bound


def _plus(one, other):
    return None if one is None or other is None else one + other


def _product(left, right, power: int):
    one, other = _operand(left), _operand(right)
    if one is None or other is None:
        return NotImplemented
    if isinstance(right, Real) and right == 1:  # once is the figure itself, as printed
        return left
    if isinstance(left, Real) and left == 1 and power > 0:
        return right
    a, b = _computable(one), _computable(other)
    bounds = _times(a, b if power > 0 else _reciprocal(b, other))
    unit = _unit_product(one.unit, other.unit, power)
    return _derived(one, "*" if power > 0 else "/", other, bounds, unit)


class _End(NamedTuple):
    """One end of an interval: its place, and whether it is left out."""

    at: float | Fraction
    open: bool


def _ends(bounds: Bounds) -> tuple[_End, _End]:
    low, high, low_open, high_open = bounds
    return (
        _End(-math.inf, True) if low is None else _End(low, low_open),
        _End(math.inf, True) if high is None else _End(high, high_open),
    )


def _times(a: Bounds, b: Bounds) -> Bounds:
    """Every product of two intervals lies between the products of their ends."""
    products = [_end_product(one, other) for one in _ends(a) for other in _ends(b)]
    low = min(products, key=lambda end: (end.at, end.open))
    high = max(products, key=lambda end: (end.at, not end.open))
    return Bounds(
        None if math.isinf(low.at) else low.at, None if math.isinf(high.at) else high.at,
        low.open and not math.isinf(low.at), high.open and not math.isinf(high.at),
    )  # fmt: skip


def _end_product(one: _End, other: _End) -> _End:
    if one.at == 0 or other.at == 0:  # nought times anything, infinity too, is nought
        reached = (one.at == 0 and not one.open) or (other.at == 0 and not other.open)
        return _End(0, not reached)
    return _End(one.at * other.at, one.open or other.open)


def _reciprocal(bounds: Bounds, divisor: Quantity) -> Bounds:
    """What one divided by an interval admits; nothing is divided by nought."""
    low, high, low_open, high_open = bounds
    if low == high == 0:
        raise ZeroDivisionError(f"division by {divisor.formula or divisor.wording()}, which is 0")
    if low is not None and low >= 0:
        above = None if low == 0 else 1 / Fraction(low)
        below = 0 if high is None else 1 / Fraction(high)
        return Bounds(below, above, high is None or high_open, low_open)
    if high is not None and high <= 0:
        below = None if high == 0 else 1 / Fraction(high)
        above = 0 if low is None else 1 / Fraction(low)
        return Bounds(below, above, high_open, low is None or low_open)
    return _NO_BOUNDS


def _derived(left: Quantity, symbol: str, right: Quantity, bounds: Bounds, unit: str) -> Quantity:
    about = left.about or right.about
    point = bounds.low is not None and bounds.low == bounds.high
    return Quantity(
        bounds.low if point else None,
        unit,
        _qualifier(bounds, about),
        formula=_formula(left, symbol, right),
        inputs=tuple(dict.fromkeys(left.inputs + right.inputs)),
        bounds=bounds,
        about=about,
    )


def _qualifier(bounds: Bounds, about: bool) -> str | None:
    """The qualifier that bounds say of themselves."""
    low, high, low_open, high_open = bounds
    if low is None and high is None:
        return None
    if high is None:
        return "over" if low_open else "at_least"
    if low is None:
        return "under" if high_open else "at_most"
    return ("about" if about else "exact") if low == high else "between"


def _formula(left: Quantity, symbol: str, right: Quantity) -> str:
    one, other = (figure.formula or figure.wording() for figure in (left, right))
    if symbol in "*/" and _symbols(one) & {"+", "-"}:
        one = f"({one})"
    if _symbols(other) & {"+": set(), "-": {*"+-"}, "*": {*"+-"}, "/": {*"+-*/"}}[symbol]:
        other = f"({other})"
    return f"{one} {symbol} {other}"


def _symbols(formula: str) -> set[str]:
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
        wording leaves it open, or a figure has no bounds.

    Raises
    ------
    ValueError
        Different units.
    """
    if left.unit != right.unit:
        raise ValueError(f"cannot compare {left.unit!r} and {right.unit!r}")
    if relation not in _RELATIONS:
        raise ValueError(f"unknown relation {relation!r}: expected one of {tuple(_RELATIONS)}")
    if not (left.bounded and right.bounded):
        return "cannot be said"
    (low, high), (floor, ceiling) = _order(left), _order(right)
    related = _RELATIONS[relation]
    if relation == "=":
        certain, possible = low == high == floor == ceiling, low <= ceiling and high >= floor
    else:
        certain, possible = related(high, floor), related(low, ceiling)
    if left.about or right.about:  # the bounds are computed as if 约 were not there
        return "consistent" if certain or (relation == "=" and possible) else "cannot be said"
    if not possible:
        return "contradicts"
    return "holds" if certain else "consistent" if relation == "=" else "cannot be said"


_RELATIONS = {"=": operator.eq, "<": operator.lt, "<=": operator.le}


def _order(quantity: Quantity) -> tuple[tuple, tuple]:
    """The bounds as two things that compare rightly: above 10 comes after 10, below 10 before."""
    low, high = _ends(quantity.bounds)
    return (low.at, int(low.open)), (high.at, -int(high.open))


def _certain(left, relation: str, right) -> bool:
    left, right = _operand(left), _operand(right)
    if left is None or right is None:
        return NotImplemented
    answer = verdict(left, relation, right)
    if answer not in ("holds", "contradicts"):
        raise ValueError(f"whether {left.wording()} {relation} {right.wording()} {answer}")
    return answer == "holds"


# -------------------------------------------------------------------- print and formulas


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
    value, *bounds, about, unit, qualifier = numerals.read(token)
    printed = Printed(token)
    return Quantity(value, unit, qualifier, printed, bounds=Bounds(*bounds), about=about)


_ARITHMETIC = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")


def names_in(formula: str) -> list[str]:
    """The fact_ids of a formula, each once, in order."""
    words = re.findall(r"[^\s()]+", formula)
    return list(dict.fromkeys(
        word for word in words if word not in _ARITHMETIC and not _NUMBER.fullmatch(word)
    ))  # fmt: skip


def evaluate(formula: str, known: dict[str, Quantity]) -> Quantity:
    """A formula of fact_ids and numbers: ``"4 * (jilin-annual-usual + jilin-annual-2020)"``.

    Operators stand between blanks, * and / before + and -, brackets before both; nothing of a
    user's file is ever executed.

    Raises
    ------
    ValueError
        An unknown word, a bracket or an operator too many.
    """
    words = re.findall(r"[()]|[^\s()]+", formula)[::-1]
    total = _terms(words, known)
    if words:
        raise ValueError(f"{words[-1]!r} is not expected in {formula!r}")
    return total


def _terms(words: list[str], known: dict, symbols: str = "+-") -> Quantity:
    """A chain of operators of one rank, read from the end of `words`."""

    def operand() -> Quantity:
        return _terms(words, known, "*/") if symbols == "+-" else _figure(words, known)

    total = operand()
    while words and words[-1] in symbols:
        total = _ARITHMETIC[words.pop()](total, operand())
    return total


def _figure(words: list[str], known: dict) -> Quantity:
    word = words.pop() if words else ""
    if word == "(":
        inside = _terms(words, known)
        if not words or words.pop() != ")":
            raise ValueError("a bracket is not closed")
        return inside
    if word in known:
        return known[word]
    if _NUMBER.fullmatch(word):
        return Quantity(Fraction(word), formula=word)
    raise ValueError(f"expected a fact_id or a number, got {word or 'nothing'!r}")

"""A number with its bounds: 约7576.05万元 ↔ value, low, high, unit, qualifier.

Arithmetic is interval arithmetic, so that no result claims more than its inputs allow. Knows
neither pandas nor matplotlib.
"""

from __future__ import annotations

import math
import operator
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache, partial
from numbers import Rational, Real
from typing import NamedTuple

from . import wording
from .messages import LANGS, _, one_of
from .numerals import Bounds, implied, read

QUALIFIERS = ("exact", "about", "over", "at_least", "under", "at_most")


class Printed(NamedTuple):
    """Where a stated figure stands in print."""

    as_written: str
    fact_id: str = ""
    source_id: str = ""
    paragraph: int | None = None


def _sides(symbol: str):
    """The two methods of an operator: with the figure on its left, and on its right."""
    return (
        lambda self, other: _applied(self, symbol, other),
        lambda self, other: _applied(other, symbol, self),
    )


@dataclass(frozen=True, eq=False, repr=False)
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
    printed : Printed, optional
        The token and its place, for a stated figure.
    formula : str
        The fact_id of a stated figure; what a derived one was computed from.
    inputs : tuple of str
        The fact_ids of the stated figures in it.
    bounds : Bounds, optional
        As printed: 200余 lies below 300. By default they follow from value and qualifier; a
        figure that is printed without a sign is not negative. They are read as `low`, `high`,
        `low_open` and `high_open` too.
    about : bool, optional
        Whether print says 约. Bounds are computed as if it did not: this flag stands beside them.

    Notes
    -----
    ``==`` asks whether two figures say the same: unit, bounds and 约. ``<``, ``<=``, ``>``, ``>=``
    answer where the answer is certain and raise ValueError otherwise. ``float()`` and the mean of
    quantities raise: a bare number would lose what print says.

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
    _: KW_ONLY
    printed: Printed | None = None
    formula: str = ""
    inputs: tuple[str, ...] = ()
    bounds: Bounds | None = None
    about: bool = False

    def __post_init__(self):
        if self.value is not None or self.qualifier not in (None, "between"):
            one_of(QUALIFIERS, "qualifier", self.qualifier)
        if not isinstance(self.unit, str):
            raise TypeError(_("expected the code of a unit, got {unit!r}", unit=self.unit))
        value = _rational(self.value)
        low, high, low_open, high_open = self.bounds or implied(value, self.qualifier)
        low, high = _rational(low), _rational(high)
        if low is not None and high is not None and low > high:
            words = {"low": low, "high": high}
            raise ValueError(_("bounds the wrong way round: {low} to {high}", **words))
        low_open, high_open = low_open and low is not None, high_open and high is not None
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "bounds", Bounds(low, high, low_open, high_open))
        object.__setattr__(self, "about", self.about or self.qualifier == "about")

    low = property(lambda self: self.bounds.low)
    high = property(lambda self: self.bounds.high)
    low_open = property(lambda self: self.bounds.low_open)
    high_open = property(lambda self: self.bounds.high_open)

    @property
    def bounded(self) -> bool:
        """Whether it has a bound, so that one can compute with it."""
        return self.low is not None or self.high is not None

    def _says(self) -> tuple:
        token = self.printed.as_written if self.printed else self.formula
        return self.unit, self.bounds, self.about, "" if self.bounded else token

    def __eq__(self, other):
        return self._says() == other._says() if isinstance(other, Quantity) else NotImplemented

    def __hash__(self):
        return hash(self._says())

    __add__, __radd__ = _sides("+")
    __sub__, __rsub__ = _sides("-")
    __mul__, __rmul__ = _sides("*")
    __truediv__, __rtruediv__ = _sides("/")
    __lt__, __gt__ = _sides("<")
    __le__, __ge__ = _sides("<=")

    def __float__(self):
        raise TypeError(
            _(
                "{figure} is no bare number: use .value, .low and .high, which say how far print "
                "goes",
                figure=self.wording(),
            )
        )

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
        whole = one_of(("whole", "number"), "form", form) == "whole"
        return wording.say(self, one_of(LANGS, "lang", lang), whole)

    def __repr__(self):
        return f"Quantity({self.wording()})"

    def __str__(self):
        place = self.printed and self.printed.source_id
        return self.wording() + (f" ({_whence(self.printed)})" if place else "")

    def _repr_html_(self):
        from html import escape

        shown = f"<b>{escape(self.wording())}</b> | {escape(self.wording('en'))}"
        shown += f" | {escape(_whence(self.printed))}" if self.printed else ""
        return shown + (f" | <code>{escape(self.formula)}</code>" if self.formula else "")


def _whence(printed: Printed) -> str:
    token, _, source_id, paragraph = printed
    return f"“{token}”" + (f", {source_id}, paragraph {paragraph}" if source_id else "")


def _rational(value: Real | Decimal | None) -> int | Fraction | None:
    """The exact number that `value` shows: 0.1 is one tenth, not the nearest binary fraction."""
    if value is None or type(value) is int:  # the common case first: isinstance is slow here
        return value
    if not isinstance(value, Rational):
        if not math.isfinite(value):
            raise ValueError(_("expected a finite number, got {value!r}", value=value))
        value = Fraction(str(value))
    return int(value) if value.denominator == 1 else Fraction(value)


# -------------------------------------------------------------------- arithmetic


def _as_quantity(other) -> Quantity | None:
    """A Quantity, also for a number; None for a type that does its own arithmetic: a Series."""
    if isinstance(other, Quantity):
        return other
    return Quantity(other) if isinstance(other, Real) else None


def _applied(left, symbol: str, right):
    """The result of an operator on two figures, or on a figure and a number."""
    one, other = _as_quantity(left), _as_quantity(right)
    if one is None or other is None:
        return NotImplemented
    if symbol in _RELATIONS:
        return _certain(one, symbol, other)
    neutral = 0 if symbol in "+-" else 1  # leaves the figure itself, as printed
    if isinstance(right, Real) and right == neutral:
        return left
    if isinstance(left, Real) and left == neutral and symbol in "+*":
        return right
    return _computed(one, symbol, other)


def _computed(one: Quantity, symbol: str, other: Quantity) -> Quantity:
    unit = _unit_of_result(one, symbol, other)
    for figure in (one, other):
        if figure.printed and not figure.bounded:
            said = figure.wording()
            raise ValueError(_("{figure} has no bounds to compute with", figure=said))
    if symbol == "/" and other.low == other.high == 0:
        raise ZeroDivisionError(_("division by {divisor}, which is 0", divisor=_term(other)))
    bounds, about = _INTERVALS[symbol](one.bounds, other.bounds), one.about or other.about
    value = bounds.low if bounds.low == bounds.high else None
    inputs = tuple(dict.fromkeys(one.inputs + other.inputs))
    return Quantity(value, unit, wording.qualifier_of(bounds, about), inputs=inputs,
                    formula=_formula(one, symbol, other), bounds=bounds, about=about)  # fmt: skip


def _added(a: Bounds, b: Bounds) -> Bounds:
    low = None if a.low is None or b.low is None else a.low + b.low
    high = None if a.high is None or b.high is None else a.high + b.high
    return Bounds(low, high, a.low_open or b.low_open, a.high_open or b.high_open)


def _negated(a: Bounds) -> Bounds:
    return _multiplied(a, Bounds(-1, -1))


def _inverted(a: Bounds) -> Bounds:
    """One divided by an interval: unbounded on one side next to zero, on both across it."""
    if a.low is not None and a.low >= 0:
        high = 1 / Fraction(a.low) if a.low else None
        low = 0 if a.high is None else 1 / Fraction(a.high)
        return Bounds(low, high, a.high is None or a.high_open, a.low_open)
    if a.high is not None and a.high <= 0:
        return _negated(_inverted(_negated(a)))
    return Bounds(None, None)


class _End(NamedTuple):
    """One end of an interval, and whether the interval excludes it."""

    at: float | Fraction
    open: bool


def _ends(a: Bounds) -> tuple[_End, _End]:
    return (
        _End(-math.inf, True) if a.low is None else _End(a.low, a.low_open),
        _End(math.inf, True) if a.high is None else _End(a.high, a.high_open),
    )


def _multiplied(a: Bounds, b: Bounds) -> Bounds:
    """Every product of two intervals lies between the products of their ends."""
    products = [_end_product(one, other) for one in _ends(a) for other in _ends(b)]
    low = min(products, key=lambda end: (end.at, end.open))
    high = max(products, key=lambda end: (end.at, not end.open))
    at = (None if math.inf in (end.at, -end.at) else end.at for end in (low, high))
    return Bounds(*at, low.open, high.open)


def _end_product(one: _End, other: _End) -> _End:
    if one.at == 0 or other.at == 0:  # zero times anything, even infinity, is zero
        return _End(0, all(end.at != 0 or end.open for end in (one, other)))
    if math.inf in (abs(one.at), abs(other.at)):
        return _End(math.inf if (one.at > 0) == (other.at > 0) else -math.inf, True)
    return _End(one.at * other.at, one.open or other.open)


_INTERVALS = {
    "+": _added,
    "-": lambda a, b: _added(a, _negated(b)),
    "*": _multiplied,
    "/": lambda a, b: _multiplied(a, _inverted(b)),
}


def _unit_of_result(left: Quantity, symbol: str, right: Quantity) -> str:
    if symbol in "+-":
        return _shared_unit(left, right)
    (above, below), other = map(_codes, (left.unit, right.unit))
    times, over = other if symbol == "*" else other[::-1]
    above, below = above + times, below + over
    words = ["·".join(sorted(codes.elements())) for codes in (above - below, below - above)]
    return "/".join(words) if words[1] else words[0]


def _codes(unit: str) -> list[Counter]:
    """How often each code stands above, and below, the line of a quotient."""
    return [Counter(filter(None, codes.split("·"))) for codes in unit.partition("/")[::2]]


def _shared_unit(left: Quantity, right: Quantity) -> str:
    if left.unit != right.unit:
        one, other = (figure.unit or _("a number") for figure in (left, right))
        raise ValueError(
            _("cannot add, subtract or compare {one} and {other}", one=one, other=other)
        )
    return left.unit


def _formula(left: Quantity, symbol: str, right: Quantity) -> str:
    one, other = _term(left), _term(right)
    if symbol in "*/" and _symbols(one) & {"+", "-"}:
        one = f"({one})"
    if _symbols(other) & {"+": set(), "-": {*"+-"}, "*": {*"+-"}, "/": {*"+-*/"}}[symbol]:
        other = f"({other})"
    return f"{one} {symbol} {other}"


def _term(quantity: Quantity) -> str:
    """A figure as a formula names it; a bare number, as `evaluate` reads it."""
    if quantity.formula:
        return quantity.formula
    bare = quantity.qualifier == "exact" and quantity.unit in ("", "percent")
    if quantity.printed or not bare:
        return quantity.wording()
    value, percent = quantity.value, "%" if quantity.unit else ""
    decimal = Decimal(value.numerator) / Decimal(value.denominator)
    if decimal == value:
        return f"{decimal:f}{percent}"
    return f"{value.numerator}{percent} / {value.denominator}"


def _symbols(formula: str) -> set[str]:
    """The operators that stand outside brackets."""
    while (bare := re.sub(r"\([^()]*\)", "", formula)) != formula:
        formula = bare
    return set(re.findall(r" ([-+*/]) ", formula))


# -------------------------------------------------------------------- comparison


def verdict(left: Quantity | Real, relation: str, right: Quantity | Real) -> str:
    """Whether a relation between two figures holds, as far as their wording lets one say.

    Parameters
    ----------
    left, right : Quantity or number
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
    TypeError
        Not figures.
    """
    given = left, right
    left, right = map(_as_quantity, given)
    if left is None or right is None:
        one, other = (type(each).__name__ for each in given)
        raise TypeError(_("expected two figures, got {one} and {other}", one=one, other=other))
    _shared_unit(left, right)
    one_of(_RELATIONS, "relation", relation)
    if not (left.bounded and right.bounded):
        return "cannot be said"
    (low, high), (floor, ceiling) = _order(left), _order(right)
    related = _RELATIONS[relation]
    if relation == "=":
        certain, possible = low == high == floor == ceiling, low <= ceiling and high >= floor
    else:
        certain, possible = related(high, floor), related(low, ceiling)
    if left.about or right.about:  # bounds are computed as if 约 were absent
        return "consistent" if certain or (relation == "=" and possible) else "cannot be said"
    if not possible:
        return "contradicts"
    return "holds" if certain else "consistent" if relation == "=" else "cannot be said"


_RELATIONS = {"=": operator.eq, "<": operator.lt, "<=": operator.le}


def _order(quantity: Quantity) -> tuple[tuple, tuple]:
    """The bounds as tuples that sort rightly: above 10 after 10, below 10 before it."""
    low, high = _ends(quantity.bounds)
    return (low.at, int(low.open)), (high.at, -int(high.open))


def _certain(left: Quantity, relation: str, right: Quantity) -> bool:
    answer = verdict(left, relation, right)
    if answer not in ("holds", "contradicts"):
        sides = {"left": left.wording(), "relation": relation, "right": right.wording()}
        said = _("print leaves open whether {left} {relation} {right}: ask wd.verdict()", **sides)
        raise ValueError(said)
    return answer == "holds"


# -------------------------------------------------------------------- print and formulas


@lru_cache(maxsize=1 << 18)  # every token of a large table: each rule of rules.py asks again
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
        raise TypeError(_("expected a printed token, got {kind}", kind=type(token).__name__))
    value, bounds, about, unit, qualifier = read(token)
    return Quantity(value, unit, qualifier, printed=Printed(token), bounds=bounds, about=about)


_ARITHMETIC = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
_CONSTANT = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)(%?)")


def names_in(formula: str) -> list[str]:
    """The fact_ids of a formula, each once, in order."""
    words = dict.fromkeys(re.findall(r"[^\s()]+", formula))
    return [word for word in words if word not in _ARITHMETIC and not _CONSTANT.fullmatch(word)]


def evaluate(formula: str, known: Mapping[str, Quantity]) -> Quantity:
    """A formula of fact_ids and numbers: ``"4 * (jilin-annual-usual + jilin-annual-2020)"``.

    A number is 25, 0.5 or 100%. Operators stand between blanks, * and / before + and -, brackets
    before both; nothing of a user's file is ever executed.

    Raises
    ------
    ValueError
        An unknown word, a bracket or an operator too many.
    """
    words = re.findall(r"[()]|[^\s()]+", formula)[::-1]
    try:
        total = _chain(words, known)
    except RecursionError:
        raise ValueError(_("a formula with too many brackets")) from None
    if words:
        where = {"word": words[-1], "formula": formula}
        raise ValueError(_("{word!r} is not expected in {formula!r}", **where))
    return total


def _chain(words: list[str], known: Mapping[str, Quantity], symbols: str = "+-") -> Quantity:
    """Operators of one rank and what they join, taken from the end of `words`."""
    inner = partial(_chain, words, known, "*/") if symbols == "+-" else partial(_atom, words, known)
    total = inner()
    while words and words[-1] in symbols:
        total = _ARITHMETIC[words.pop()](total, inner())
    return total


def _atom(words: list[str], known: Mapping[str, Quantity]) -> Quantity:
    word = words.pop() if words else ""
    if word == "(":
        inside = _chain(words, known)
        if not words or words.pop() != ")":
            raise ValueError(_("a bracket is not closed"))
        return inside
    if word in known:
        return known[word]
    if number := _CONSTANT.fullmatch(word):
        return Quantity(Fraction(number[1]), "percent" if number[2] else "")
    got = repr(word) if word else _("nothing")
    raise ValueError(_("expected a fact_id or a number between blanks, got {got}", got=got))

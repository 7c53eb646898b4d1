"""How every chart looks: the theme and our font, colours and sizes, the measuring of words."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl
import matplotlib.style
from matplotlib import font_manager, ft2font

from .files import PACKAGE
from .messages import _

FAMILY = "Wuxi Data Sans"
_BOXES = "Last Resort High-Efficiency"  # matplotlib's own: a box for every character there is
# One hue and greys: they stay apart in print without colour, where each is half as dark again as
# the next, and for colour-blind readers.
# Every one of them that fills a mark has a contrast of 3 : 1 or more against white.
INK, GREY, HUE, SECOND, THIRD, PAPER = (
    "#222222", "#555555", "#1f5f8b", "#437ead", "#949494", "#ffffff"
)  # fmt: skip
ALERT = "#b34700"
DPI = 110
_CLOSING, _OPENING = "，。、；：！？）》”’%,.;:!?)", "（《“‘("


class Sizes(NamedTuple):
    """Points: how wide a drawing is, and how large its words are; nothing is under 9."""

    width: float
    margin: float
    title: float
    label: float
    small: float
    tiny: float


WIDE = Sizes(576, 24, 16, 11, 10, 9)
NARROW = Sizes(270, 10, 13, 10, 9.5, 9)

_LOCK = threading.RLock()


@contextmanager
def theme() -> Iterator[None]:
    """seaborn's theme with a font that has Chinese, for charts that you draw yourself.

    Inside the context, pandas, seaborn and matplotlib draw in our style; afterwards every setting
    is as it was. One thread draws at a time: matplotlib's settings belong to the whole process.

    Examples
    --------
    >>> import wuxi_data as wd, seaborn as sns
    >>> with wd.theme():  # doctest: +SKIP
    ...     ax = sns.barplot(wd.load_water_works(), x="value", y="works")
    """
    import seaborn as sns  # slow to import, and our own charts do without it

    tens = {"text.parse_math": True, "mathtext.default": "regular"}  # a log axis writes $10^{6}$
    look = {
        **sns.plotting_context("notebook"),
        **sns.axes_style("white"),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "figure.autolayout": True,  # long names stand inside the picture, of seaborn's grids too
    }
    with settings(look), mpl.rc_context(tens):
        yield


@contextmanager
def settings(more: dict | None = None) -> Iterator[None]:
    """matplotlib's defaults, `more`, and our font and colours; then all as it was."""
    register_font()
    ours = {
        "font.family": [FAMILY],
        "font.size": WIDE.label,
        "text.color": INK,
        "text.hinting": "no_hinting",  # letters stand as far apart as they are measured
        "text.parse_math": False,  # a $ in a label is a dollar
        "axes.prop_cycle": mpl.cycler(color=[HUE, SECOND, THIRD]),
        "axes.titleweight": "semibold",
        "axes.unicode_minus": True,
        "hatch.linewidth": 1.1,
        "savefig.dpi": DPI,
        "svg.fonttype": "path",  # the page that shows it needs no font of ours
        "svg.hashsalt": "wuxi_data",
    }
    # Opening with the defaults keeps a user's matplotlibrc out of the picture, and the bytes.
    with _LOCK, matplotlib.style.context(["default", {**(more or {}), **ours}]):
        yield


# -------------------------------------------------------------------- font


_FONTS = {
    "normal": PACKAGE / "fonts" / "WuxiDataSans-Regular.ttf",
    "semibold": PACKAGE / "fonts" / "WuxiDataSans-SemiBold.ttf",
}


def register_font() -> None:
    """Make our font known to matplotlib, and no namesake of it from a stale font cache."""
    manager, ours = font_manager.fontManager, set(map(str, _FONTS.values()))
    known = {font.fname for font in manager.ttflist if font.name == FAMILY}
    if known - ours:
        manager.ttflist = [font for font in manager.ttflist if font.fname not in known - ours]
    for path in sorted(ours - known):
        manager.addfont(path)


@cache
def _characters(path: str) -> frozenset[int]:
    try:
        return frozenset(ft2font.FT2Font(path).get_charmap())
    except (OSError, RuntimeError):  # a font file that FreeType cannot use
        return frozenset()


def missing_glyphs(text: str) -> str:
    """The characters of `text` that our font cannot draw, each once, in order.

    Examples
    --------
    >>> missing_glyphs("巫溪 Wuxi")
    ''
    """
    known = _characters(str(_FONTS["normal"]))
    return "".join(char for char in dict.fromkeys(text)
                   if ord(char) not in known and char not in "\n\r")  # fmt: skip


def families(text: str) -> list[str]:
    """The fonts that `text` needs: ours, then installed ones for what ours lacks.

    Raises
    ------
    ValueError
        No installed font has a character; the message names it.
    """
    chosen, missing = [FAMILY], set(map(ord, missing_glyphs(text)))
    while missing:
        installed = sorted(
            (font.name, font.fname)
            for font in font_manager.fontManager.ttflist
            if font.name not in (FAMILY, _BOXES) and os.path.exists(font.fname)
        )
        name, path = max(
            installed, key=lambda font: len(missing & _characters(font[1])), default=("", "")
        )
        if not missing & _characters(path):
            named = ", ".join(f"{chr(code)!r} (U+{code:04X})" for code in sorted(missing))
            words = {"named": named, "text": text}
            raise ValueError(
                _(
                    "no installed font can draw {named} in {text!r}: change the label or install "
                    "a font",
                    **words,
                )
            )
        missing -= _characters(path)
        chosen.append(name)
    return chosen


# -------------------------------------------------------------------- words


_MEASURED = 100  # points: large, so that the grid of pixels rounds nothing away


class _Advances(dict):
    """How far each character moves the pen, as a share of the size of the font."""

    def __init__(self, path: Path):
        self.font = ft2font.FT2Font(str(path))
        self.font.set_size(_MEASURED, 72)

    def __missing__(self, char: str) -> float:
        known = "国" if missing_glyphs(char) else char  # another font draws it, as wide as that
        glyph = self.font.load_char(ord(known), flags=ft2font.LoadFlags.NO_HINTING)
        self[char] = glyph.linearHoriAdvance / 65536 / _MEASURED
        return self[char]


@cache
def _advances(weight: str) -> _Advances:
    return _Advances(_FONTS[weight])


def width(text: str, size: float, weight: str = "normal") -> float:
    """How wide the longest line of `text` is, in points."""
    advance = _advances(weight).__getitem__
    widest = max(sum(map(advance, line)) for line in text.split("\n"))
    return widest * size * 1.02  # a user's own figure may be drawn with hinting, which widens


def widest_piece(text: str, size: float, weight: str = "normal") -> float:
    """The room, in points, in which no word of `text` and no figure has to be broken."""
    return max((width(piece.strip(), size, weight) for piece in _PIECE.findall(text)), default=0)


def wrap(text: str, room: float, size: float, weight: str = "normal") -> str:
    """Break `text` into lines of at most `room` points, all about as long.

    A line ends after punctuation where that costs no further line; a number stays with its unit,
    and nothing is ever cut off.
    """
    measure = partial(width, size=size, weight=weight)
    by_words = _PIECE, _UNBROKEN, _SMALLEST
    pieces = [*_fitting(text, room, measure, by_words)]
    fewest = len(_lines(pieces, room, measure))
    for patterns in ((_PHRASE, *by_words), by_words) if fewest > 1 else ():
        pieces = [*_fitting(text, room, measure, patterns)]
        # The narrowest room that takes as many lines leaves no lonely last word.
        narrow = room / 2
        while narrow <= room:
            lines = _lines(pieces, narrow, measure)
            if len(lines) <= fewest and all(measure(line) <= room for line in lines):
                return "\n".join(lines)
            narrow += size / 2
    return "\n".join(_lines(pieces, room, measure))


def _lines(pieces: list[str], room: float, measure: Callable[[str], float]) -> list[str]:
    lines = [""]
    for piece in pieces:
        if lines[-1] and measure((lines[-1] + piece).rstrip()) > room:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines]


def _fitting(text: str, room: float, measure, patterns: tuple[re.Pattern, ...]) -> Iterator[str]:
    """The pieces of a text, each as large as has room: phrases, else words, else characters."""
    pattern, *finer = patterns
    for piece in pattern.findall(text):
        if finer and measure(piece.strip()) > room:
            yield from _fitting(piece, room, measure, finer)
        else:
            yield piece


# A figure with its qualifier and its unit: 约7576.05万元, 50万元/项目, over 5 million yuan.
_QUALIFIER = r"(?:约|近|≈|不到|超过|至多|至少|(?i:about|over|under|at\s(?:least|most))\s)"
_UNIT = (
    r"(?:(?<![,;:.?!])(?: (?:m|b|tr)illion)? [a-z]+(?:-[a-z]+)*"
    r"|[余多]?[十百千]?[万亿]*(?:平方公里|公里|公顷|分钟|小时|千瓦|人次|项目|[一-鿿])?(?:/(?:项目|人次|[一-鿿]))?)"
)
_NUMBER = rf"{_QUALIFIER}{{0,3}}[^\s⺀-￯]{{0,60}}[0-9][^\s⺀-￯]*{_UNIT}"
_PLACE = "[一-鿿]{2}[县区省州乡镇市]|制图"  # 巫溪县, 锡山区 and the word before our name stay whole
INSEPARABLE = re.compile(
    rf"([{re.escape(_OPENING)}]{{0,9}}(?:{_NUMBER}|{_PLACE})[{re.escape(_CLOSING)}]*)"
)
_WORD = rf"{_NUMBER}|{_PLACE}|[^\s⺀-￯]+|[⺀-￯]"
_PIECE = re.compile(
    rf"\s*[{re.escape(_OPENING)}]*(?:{_WORD})[{re.escape(_CLOSING)}]*|\s+|.", re.DOTALL
)
_PHRASE = re.compile(r".+?(?:[，；。：？！]|[,;:.?!—](?=\s)|$)\s*", re.DOTALL)
_UNBROKEN = re.compile(r"\s*\S+")
_SMALLEST = re.compile(r"[\d.,]+|.", re.DOTALL)  # a number is never broken


def height(text: str, size: float) -> float:
    """How tall the lines of `text` stand, in points."""
    return (text.count("\n") + 1) * (size * 1.32) if text else 0

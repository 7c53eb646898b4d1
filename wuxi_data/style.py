"""How every chart looks: the theme and our font, colours and sizes, the measuring of words."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
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
    look = {**sns.plotting_context("notebook"), **sns.axes_style("white")}
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


@cache
def _font_files() -> dict[str, Path]:
    folder = PACKAGE / "fonts"
    return {
        "normal": folder / "WuxiDataSans-Regular.ttf",
        "semibold": folder / "WuxiDataSans-SemiBold.ttf",
    }


def register_font() -> None:
    """Make our font known to matplotlib, and no namesake of it from a stale font cache."""
    manager, ours = font_manager.fontManager, {str(path) for path in _font_files().values()}
    known = [font.fname for font in manager.ttflist if font.name == FAMILY]
    if set(known) - ours:
        manager.ttflist = [
            font for font in manager.ttflist if font.name != FAMILY or font.fname in ours
        ]
    for path in sorted(ours - set(known)):
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
    known = _characters(str(_font_files()["normal"]))
    return "".join(
        dict.fromkeys(char for char in text if ord(char) not in known and char not in "\n\r")
    )


def families(text: str) -> list[str]:
    """The fonts that `text` needs: ours, then installed ones for what ours lacks.

    Raises
    ------
    ValueError
        No installed font has a character; the message names it.
    """
    chosen, missing = [FAMILY], set(map(ord, missing_glyphs(text)))
    installed = sorted(
        (font.name, font.fname)
        for font in font_manager.fontManager.ttflist
        if missing and font.name not in (FAMILY, _BOXES) and os.path.exists(font.fname)
    )
    while missing:
        name, path = max(
            installed, key=lambda font: len(missing & _characters(font[1])), default=("", "")
        )
        if not missing & _characters(path):
            raise ValueError(_no_glyph(missing, text))
        missing -= _characters(path)
        chosen.append(name)
    return chosen


def _no_glyph(missing: set[int], text: str) -> str:
    named = ", ".join(f"{chr(code)!r} (U+{code:04X})" for code in sorted(missing))
    words = {"named": named, "text": text}
    return _(
        "no installed font can draw {named} in {text!r}: change the label or install a font",
        **words,
    )


# -------------------------------------------------------------------- words


_MEASURED = 100  # points: large, so that the grid of pixels rounds nothing away


@cache
def _font(weight: str) -> ft2font.FT2Font:
    font = ft2font.FT2Font(str(_font_files()[weight]))
    font.set_size(_MEASURED, 72)
    return font


@cache
def _advance(char: str, weight: str) -> float:
    """How far a character moves the pen, as a share of the size of the font."""
    known = "国" if missing_glyphs(char) else char  # another font will draw it, as wide as that
    glyph = _font(weight).load_char(ord(known), flags=ft2font.LoadFlags.NO_HINTING)
    return glyph.linearHoriAdvance / 65536 / _MEASURED


def width(text: str, size: float, weight: str = "normal") -> float:
    """How wide the longest line of `text` is, in points."""
    widest = max(sum(_advance(char, weight) for char in line) for line in text.split("\n"))
    return widest * size * 1.02  # hinting may widen what is drawn


def wrap(text: str, room: float, size: float, weight: str = "normal") -> str:
    """Break `text` into lines of at most `room` points, all about as long.

    A line ends after punctuation where that costs no further line; a number stays with its unit,
    and nothing is ever cut off.
    """
    by_words = _words, _at_blanks, _smallest
    pieces = list(_fitting(text, room, size, weight, by_words))
    fewest = len(_broken(pieces, room, size, weight))
    for splitters in ((_phrases, *by_words), by_words) if fewest > 1 else ():
        pieces = list(_fitting(text, room, size, weight, splitters))
        # The narrowest room that takes as many lines leaves no lonely last word.
        narrow = room / 2
        while narrow <= room:
            rows = _broken(pieces, narrow, size, weight)
            if len(rows) <= fewest and all(width(row, size, weight) <= room for row in rows):
                return "\n".join(rows)
            narrow += size / 2
    return "\n".join(_broken(pieces, room, size, weight))


def _broken(pieces: list[str], room: float, size: float, weight: str) -> list[str]:
    rows = [""]
    for piece in pieces:
        if rows[-1] and width((rows[-1] + piece).rstrip(), size, weight) > room:
            rows.append("")
        rows[-1] += piece if rows[-1] else piece.lstrip()
    return [row.rstrip() for row in rows]


def _fitting(text: str, room: float, size: float, weight: str, splitters: tuple) -> Iterator[str]:
    """The pieces of a text, each as large as has room: phrases, else words, else characters."""
    for piece in splitters[0](text):
        if len(splitters) > 1 and width(piece.strip(), size, weight) > room:
            yield from _fitting(piece, room, size, weight, splitters[1:])
        else:
            yield piece


# A figure with its qualifier and its unit: 约7576.05万元, 200余个项目, 5 million yuan.
_NUMBER = (
    r"(?:约|近|≈|不到|超过|至多|至少)*[^\s⺀-￯]*[0-9][^\s⺀-￯]*(?:(?: [mb]illion)? [a-z]+"
    r"|[余多]?[十百千]?[万亿]*(?:平方公里|公里|分钟|小时|[元人名个处亩户天年米])?)"
)
_PLACE = "[一-鿿]{2}[县省乡镇市]"  # 巫溪县 stays whole
_WORD = rf"{_NUMBER}|{_PLACE}|[^\s⺀-￯]+|[⺀-￯]"
_PIECE = re.compile(
    rf"\s*[{re.escape(_OPENING)}]*(?:{_WORD})[{re.escape(_CLOSING)}]*|\s+|.", re.DOTALL
)
_PHRASE = re.compile(r".+?(?:[，；。：？！]|[,;:.?!—](?=\s)|$)\s*")


@cache
def _words(text: str) -> list[str]:
    return _PIECE.findall(text)


def _smallest(text: str) -> list[str]:
    """Characters; but a number is never broken."""
    return re.findall(r"[\d.,]+|.", text, re.DOTALL)


def _at_blanks(text: str) -> list[str]:
    return re.findall(r"\s*\S+", text)


@cache
def _phrases(text: str) -> list[str]:
    return _PHRASE.findall(text)


def line_height(size: float) -> float:
    return size * 1.32


def height(text: str, size: float) -> float:
    """How tall the lines of `text` stand, in points."""
    return (text.count("\n") + 1) * line_height(size) if text else 0

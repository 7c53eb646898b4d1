"""How every chart looks: theme, then font; colours; where words go; the same bytes at each save."""

from __future__ import annotations

import io
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path

import matplotlib as mpl
from matplotlib import font_manager, ft2font

from .files import write_whole

FAMILY = "Wuxi Data Sans"
_BOXES = "Last Resort High-Efficiency"  # matplotlib's own: a box for every character there is
# One hue and greys: they stay apart in print without colour and for colour-blind readers.
INK, GREY, MUTED, HUE, TINT = "#222222", "#666666", "#a3a3a3", "#1f5f8b", "#dce8f0"
TITLE, LABEL, SMALL, TINY = 16, 11, 10, 8  # sizes in points

_SIZE = 576, 324  # points: 8 × 4.5 inches
_MARGIN, _GUTTER = 26, 165
_HEAD, _FOOT = 82, 62
_DPI = 150
_CLOSING, _OPENING = "，。、；：！？）》”’%", "（《“‘"


@contextmanager
def look() -> Iterator[None]:
    """The theme and then the font, inside this context only: seaborn's theme resets the font."""
    import seaborn as sns

    _register()
    ours = {
        "font.family": [FAMILY],
        "font.size": LABEL,
        "text.color": INK,
        "text.parse_math": False,  # a $ in a label is a dollar
        "axes.titleweight": "semibold",
        "hatch.linewidth": 1.2,
        "savefig.dpi": _DPI,
        "svg.fonttype": "path",  # the page that shows it needs no font of ours
        "svg.hashsalt": "wuxi_data",
    }
    theme = {**sns.plotting_context("notebook"), **sns.axes_style("white"), **ours}
    # Opening with the defaults keeps a user's matplotlibrc out of the picture, and the bytes.
    with mpl.style.context(["default", theme]):
        yield


# -------------------------------------------------------------------- font


@cache
def _font_files() -> dict[str, Path]:
    folder = Path(str(files("wuxi_data"))) / "fonts"
    return {
        "normal": folder / "WuxiDataSans-Regular.ttf",
        "semibold": folder / "WuxiDataSans-SemiBold.ttf",
    }


def _register() -> None:
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
    return f"no installed font can draw {named} in {text!r}: change the label or install a font"


@cache
def width(text: str, size: float, weight: str = "normal") -> float:
    """How wide the longest line of `text` is, in points."""
    font = ft2font.FT2Font(str(_font_files()[weight]))
    font.set_size(size, 72 * 20)  # large: the grid of pixels must not round it
    unknown = missing_glyphs(text)  # another font will draw them: as wide as a Chinese character
    known = re.sub(f"[{re.escape(unknown)}]", "国", text) if unknown else text
    widths = []
    for line in known.split("\n"):
        font.set_text(line, flags=ft2font.LoadFlags.NO_HINTING)
        widths.append(font.get_width_height()[0] / 64 / 20)
    return max(widths) * 1.02  # hinting may widen what is drawn


def wrap(text: str, room: float, size: float, weight: str = "normal", lines: int = 0) -> str:
    """Break `text` into lines of at most `room` points, all about as long.

    Chinese may break at any character but before closing and after opening punctuation; a number
    stays with its unit. With `lines`, whatever is more ends in ….
    """
    rows = _broken(text, room, size, weight)
    if lines and len(rows) > lines:
        rows = rows[:lines]
        while width(rows[-1] + "…", size, weight) > room:
            rows[-1] = rows[-1][:-1]
        rows[-1] += "…"
    elif len(rows) > 1:  # the narrowest room that takes as many lines leaves no lonely last word
        fitting = [
            word.strip() for word in _breakable(text) if width(word.strip(), size, weight) < room
        ]
        narrow, count = max(room / 2, _widest(fitting, size, weight)), len(rows)
        while len(_broken(text, narrow, size, weight)) > count:
            narrow += size / 2
        rows = min(
            _broken(text, narrow, size, weight), rows, key=lambda each: _widest(each, size, weight)
        )
    return "\n".join(rows)


def _widest(rows: list[str], size: float, weight: str) -> float:
    return max((width(row, size, weight) for row in rows), default=0)


def _broken(text: str, room: float, size: float, weight: str) -> list[str]:
    rows = [""]
    for word in _breakable(text):
        fits = width(word.strip(), size, weight) <= room
        for piece in (
            [word] if fits else re.findall(r"\s*\S+" if " " in word.strip() else ".", word)
        ):
            if rows[-1] and width((rows[-1] + piece).rstrip(), size, weight) > room:
                rows.append("")
            rows[-1] += piece if rows[-1] else piece.lstrip()
    return [row.rstrip() for row in rows]


def _breakable(text: str) -> list[str]:
    chinese = r"[余多]?[十百千]?[万亿]*[元人名个处亩户天年米]?(?:分钟|公里)?"
    number = (
        rf"(?:约|不到|超过|至多)*[^\s⺀-￯]*[0-9][^\s⺀-￯]*(?: [mb]illion(?: [a-z]+)?|{chinese})"
    )
    word = rf"（[^（）\s]{{1,6}}）|{number}|[^\s⺀-￯]+|[⺀-￯]"
    return re.findall(rf"\s*[{_OPENING}]*(?:{word})[{_CLOSING}]*|\s+|.", text)


# -------------------------------------------------------------------- frame


def axes(ax=None, *, gutter: bool = False):
    """`ax` cleared of its frame, or the axes of a new figure of our size and margins.

    Parameters
    ----------
    gutter : bool
        Keep room at the left for the names of bars.
    """
    if ax is None:
        fig = _figure()
        wide, high = _SIZE
        left = _MARGIN + (_GUTTER if gutter else 0)
        foot = _FOOT - (14 if gutter else 0)  # names at the left need no room below
        box = (left, foot, wide - left - _MARGIN, high - _HEAD - foot)
        ax = fig.add_axes([part / whole for part, whole in zip(box, _SIZE * 2, strict=True)])
    ax.set_axis_on()
    ax.spines[:].set_visible(False)
    ax.set(xticks=[], yticks=[])
    return ax


def _figure():
    size = [points / 72 for points in _SIZE]
    if threading.current_thread() is threading.main_thread():
        from matplotlib import pyplot

        return pyplot.figure(figsize=size, dpi=_DPI)
    return mpl.figure.Figure(figsize=size, dpi=_DPI)  # a window belongs to the main thread


def room(ax) -> tuple[float, float]:
    """Width and height of the axes in points."""
    box = ax.get_window_extent()
    return box.width * 72 / ax.figure.dpi, box.height * 72 / ax.figure.dpi


NAMES = _GUTTER - 10  # points that the names of bars may take at the left of the axes


def headline(ax, title: str, subtitle: str, note: str, credit: str) -> None:
    """Title and subtitle above the axes, note and credit below, wrapped to the figure."""
    whole = _is_ours(ax)
    across, _ = room(ax)
    left = ax.get_window_extent().x0 * 72 / ax.figure.dpi - _MARGIN if whole else 0
    across += left
    sizes = (TITLE, 2), (14, 2), (12, 3)
    size, lines = next(
        (each for each in sizes if len(_broken(title, across, each[0], "semibold")) <= each[1]),
        sizes[-1],
    )
    title = wrap(title, across, size, "semibold", lines=lines)
    top = _HEAD - 18
    foot = ax.get_window_extent().y0 * 72 / ax.figure.dpi if whole else _FOOT
    place = {"xycoords": "axes fraction", "textcoords": "offset points", "ha": "left"}
    ax.set_title(
        title, loc="left", x=-left / room(ax)[0], y=1, pad=top, va="top", fontsize=size,
        color=INK, linespacing=1.25,
    )  # fmt: skip
    under = top - size * 1.32 * (title.count("\n") + 1)
    subtitle = wrap(subtitle, across, SMALL, lines=2)
    ax.annotate(subtitle, (0, 1), (-left, under), va="top", fontsize=SMALL, color=GREY,
                gid="subtitle", **place)  # fmt: skip
    ax.annotate(wrap(credit, across, TINY, lines=1), (0, 0), (-left, 12 - foot), va="bottom",
                fontsize=TINY, color=GREY, gid="credit", **place)  # fmt: skip
    if note:
        ax.annotate(wrap(note, across, TINY, lines=2), (0, 0), (-left, 24 - foot), va="bottom",
                    fontsize=TINY, color=GREY, gid="note", **place)  # fmt: skip
    for text in ax.findobj(mpl.text.Text):  # those of an axes that was there before us, too
        if text.get_text():
            text.set_fontfamily(families(text.get_text()))
    # Ticks are made when first drawn: here, so that they too are made in our theme.
    ax.figure.draw_without_rendering()


def _is_ours(ax) -> bool:
    return [round(side * 72) for side in ax.figure.get_size_inches()] == list(_SIZE) and len(
        ax.figure.axes
    ) == 1


# -------------------------------------------------------------------- saving


def render(ax, kind: str) -> bytes:
    """The figure of `ax` as ``"svg"`` or ``"png"``: the same drawing, the same bytes."""
    metadata = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}
    if kind not in metadata:
        raise ValueError(f"cannot save a figure as {kind!r}: expected 'svg' or 'png'")
    picture = io.BytesIO()
    with look():
        ax.figure.savefig(picture, format=kind, dpi=_DPI, metadata=metadata[kind])
    return picture.getvalue()


def save_figure(ax, path: str | Path) -> Path:
    """Save a chart whole or not at all, with the same bytes every time.

    Parameters
    ----------
    ax : Axes
        As a ``plot_…`` function returns it.
    path : path
        Ending in ``.svg`` or ``.png``.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        Another ending.
    OSError
        The file cannot be written; what stood there before still stands.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> wd.save_figure(wd.plot_orchards(wd.load_projects()), "orchards.svg")  # doctest: +SKIP
    """
    path = Path(path)
    write_whole(path, render(ax, path.suffix.removeprefix(".").lower()))
    return path


def close(ax) -> None:
    """Forget the figure of `ax`, so that a notebook does not draw it a second time."""
    from matplotlib import pyplot

    pyplot.close(ax.figure)

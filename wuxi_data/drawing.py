"""One way to draw a figure, with its qualifier, its fact and its words; and to read it back."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

import pandas as pd
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

from . import style
from .quantity import Quantity

_HATCH = {"about": "////", "under": "\\\\\\\\", "at_most": "\\\\\\\\"}
_OPEN_ENDED = ("over", "at_least")
NOT_MARKS = ("rule", "title", "subtitle", "note", "credit", "head")
FADE = 14  # points by which a bar of 余 or 以上 goes on
COLUMNS = ["kind", "fact_id", "name", "x", "y", "base", "look", "label"]


class Figure(NamedTuple):
    """A Quantity to draw, and what is said of it."""

    quantity: Quantity
    words: str  # the figure in words, as the label begins
    name: str = ""  # of its bar or column
    state: str = "completed"  # or planned, inferred
    at: int | None = None  # the year, where one fact has a mark in several
    height: float | None = None  # where the axis counts in another unit, or in years
    base: float = 0.0
    accent: bool = True
    barless: bool = False  # it counts something else than its neighbours, so it has no length

    @property
    def gid(self) -> str:
        gid = self.quantity.formula.replace(" ", "_")
        return gid if self.at is None else f"{gid}@{self.at}"

    @property
    def url(self) -> str:
        """The fact itself; of a derived figure, the first fact that it rests on."""
        return f"#{(self.quantity.inputs or (self.gid,))[0]}"

    @property
    def end(self) -> float:
        return self.base + float(self.quantity if self.height is None else self.height)

    @property
    def fades(self) -> bool:
        return self.quantity.qualifier in _OPEN_ENDED


# -------------------------------------------------------------------- drawing


def draw_bar(ax, kind: str, figure: Figure, place: float, thick: float, **text) -> None:
    """A figure as a ``bar``, ``column`` or ``span``, and its label at the end.

    The limits of the axes must be set: how far a bar fades out is measured in points.
    """
    _rectangle(ax, kind, figure, place, thick, figure.base, figure.end, **_look(figure, kind))
    away = 5
    if figure.fades and kind != "span":
        beyond = figure.end + _points(ax, kind) * FADE
        fading = {"facecolor": "none", "edgecolor": _color(figure), "linewidth": 0}
        hatch = "---" if kind == "column" else "|||"
        _rectangle(ax, "more", figure, place, thick, figure.end, beyond, hatch=hatch, **fading)
        away += FADE
    at, aside = (figure.end, place), (away, 0)
    given = {"ha": "left", "va": "center"}
    if kind == "column":
        at, aside, given = at[::-1], aside[::-1], {"ha": "center", "va": "bottom"}
    _label(ax, figure, **{"xy": at, "xytext": aside, **given, **text})


def draw_number(ax, figure: Figure, xy, size: float, words: str, up: float = 0, **caption) -> None:
    """A figure without a bar: its words and, where a caption ``text`` is given, that below them."""
    given = {"color": style.INK, "va": "center", "xytext": (5, 0)}
    if caption:
        color = style.HUE if figure.accent else style.GREY
        given = {"color": color, "va": "bottom", "xytext": (0, up), "weight": "semibold"}
        _label(ax, figure, **{"xy": xy, "xytext": (0, up), "va": "top", "ha": "left", **caption})
    ax.annotate(words, xy, fontsize=size, gid=figure.gid, url=figure.url, linespacing=1.05,
                textcoords="offset points", **given)  # fmt: skip


def _rectangle(ax, kind, figure, place, thick, start, end, **look) -> None:
    """A bar lies along x, and a column stands along y."""
    tall = end - start
    box = (start, place - thick / 2, tall, thick)
    if kind == "column" or look.get("hatch") == "---":
        box = (place - thick / 2, start, thick, tall)
    gid = figure.gid + (":more" if kind == "more" else "")
    left, low, wide, high = box
    ax.add_patch(
        Rectangle((left, low), wide, high, gid=gid, url=figure.url, label=f"_{kind}", **look)
    )


def _points(ax, kind: str) -> float:
    """What one point measures along the bars, in data units."""
    across, up = style.room(ax)
    low, high = ax.get_ylim() if kind == "column" else ax.get_xlim()
    return (high - low) / (up if kind == "column" else across)


def _color(figure: Figure) -> str:
    return style.HUE if figure.accent else style.MUTED


def _look(figure: Figure, kind: str) -> dict:
    """Exact is solid, inexact hatched, inferred dashed and empty, planned empty."""
    color, qualifier = _color(figure), figure.quantity.qualifier
    look = {"facecolor": color, "edgecolor": color, "linewidth": 0}
    hatch = _HATCH.get(qualifier) or ("|||" if figure.fades and kind == "span" else None)
    if hatch:
        look |= {"facecolor": style.TINT, "hatch": hatch, "linewidth": 1.2}
    if figure.state in ("planned", "inferred"):
        look |= {"facecolor": "none", "linewidth": 1.2}
    if figure.state == "inferred":
        look["linestyle"] = "--"
    return look


def _label(ax, figure: Figure, xy, xytext, text: str | None = None, **given) -> None:
    given = {"fontsize": style.LABEL, "color": style.INK, "linespacing": 1.15, **given}
    ax.annotate(figure.words if text is None else text, xy, xytext, textcoords="offset points",
                gid=f"{figure.gid}:label", url=figure.url, **given)  # fmt: skip


# -------------------------------------------------------------------- reading back


def marks(ax) -> pd.DataFrame:
    """What is really drawn, read back from nothing but the Axes.

    Parameters
    ----------
    ax : Axes
        As a ``plot_…`` function returns it.

    Returns
    -------
    DataFrame
        One row for each mark, in the order of drawing: kind (bar, column, span, number); fact_id
        (of a derived figure its formula); name (the axis label at its place); x, y (the end of a
        bar, in data units: base units or years); base (where it starts); look (solid, open, dashed,
        hatched, fading, as drawn); label (the words that stand at it).

    Examples
    --------
    >>> import wuxi_data as wd
    >>> wd.marks(wd.plot_funding_rise(wd.load_funding()))["y"].max()  # doctest: +SKIP
    5000000.0
    """
    labelled, rows = set(), []
    for patch in ax.patches:
        if patch.get_label() != "_more":
            rows.append(_read_bar(ax, patch, labelled))
    for text in ax.texts:
        if not (text.get_gid() or "").endswith(":label") and text.get_gid() not in NOT_MARKS:
            rows.append(_read_number(ax, text, labelled))
    stray = [text for text in ax.texts if _is_label(text) and text not in labelled]
    rows += [["label", text.get_gid(), "", *text.xy, 0, "stray", text.get_text()] for text in stray]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame[["name", "label"]] = frame[["name", "label"]].map(one_line)
    numbers = ["x", "y", "base"]
    frame[numbers] = frame[numbers].astype(float).map(lambda value: float(f"{value:.10g}"))
    return frame


def one_line(text: str) -> str:
    """Text as it read before it was broken into lines: Chinese has no blank there."""
    return re.sub(r"(?<=[\x00-\x7f])\n|\n(?=[\x00-\x7f])", " ", text).replace("\n", "")


def _is_label(text) -> bool:
    return isinstance(text, Annotation) and (text.get_gid() or "").endswith(":label")


def _read_bar(ax, patch, labelled: set) -> list:
    box, kind = patch.get_bbox(), patch.get_label().removeprefix("_")
    middle = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    x, y, base, axis, place = box.x1, middle[1], box.x0, ax.yaxis, middle[1]
    if kind == "column":
        x, y, base, axis, place = middle[0], box.y1, box.y0, ax.xaxis, middle[0]
    look = _drawn_look(patch)
    fading = [
        more for more in ax.patches if more.get_gid() == f"{patch.get_gid()}:more"
        and _same(*(more.get_y(), box.y1) if kind == "column" else (more.get_x(), box.x1))
    ]  # fmt: skip
    look += " fading" if fading else ""
    label = _words_at(ax, patch.get_gid(), box, labelled)
    return [kind, patch.get_gid() or "", _tick_at(axis, place), x, y, base, look, label]


def _read_number(ax, text, labelled: set) -> list:
    x, y = text.xy if isinstance(text, Annotation) else text.get_position()
    caption = _words_at(ax, text.get_gid(), Bbox.from_extents(x, y, x, y), labelled)
    label = " | ".join(filter(None, [text.get_text(), caption]))
    return ["number", text.get_gid() or "", _tick_at(ax.yaxis, y), x, y, 0, "solid", label]


def _words_at(ax, gid, box, labelled: set) -> str:
    """The label of a mark, if it really stands at that mark."""
    for text in ax.texts:
        if _is_label(text) and text.get_gid() == f"{gid}:label":
            x, y = text.xy
            if _within(x, box.x0, box.x1) and _within(y, box.y0, box.y1):
                labelled.add(text)
                return text.get_text()
    return ""


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


def _within(value: float, low: float, high: float) -> bool:
    return low <= value <= high or _same(value, low) or _same(value, high)


def _drawn_look(patch) -> str:
    look = "solid" if to_rgba(patch.get_facecolor())[3] else "open"
    if patch.get_linestyle() not in ("-", "solid"):
        look = "dashed" if look == "open" else "solid dashed"
    return f"{look} hatched {patch.get_hatch()}" if patch.get_hatch() else look


def _tick_at(axis, place: float) -> str:
    places = axis.get_ticklocs()  # of names that have no room, too: those labels are invisible
    ticks = zip(places, axis.get_major_formatter().format_ticks(places), strict=True)
    return next((text for at, text in ticks if _same(at, place)), "")

"""A pen on an Axes: words, lines and shapes at points; and how a mark of each kind is painted."""

from __future__ import annotations

from collections.abc import Iterable

from matplotlib.patches import Rectangle

from . import style
from .charts import Mark
from .style import GREY, HUE, INK, PAPER, SECOND, THIRD

TONE = {"main": HUE, "second": SECOND, "third": THIRD}
STEPS = 12  # of a fading end


class Pen:
    """Draws at points from the upper left corner of an Axes whose limits are set."""

    def __init__(self, ax, wide: float, high: float):
        self.ax, self.wide, self.high = ax, wide, high

    def x(self, points: float) -> float:
        low, high = self.ax.get_xlim()
        return low + points / self.wide * (high - low)

    def y(self, points: float) -> float:
        low, high = self.ax.get_ylim()
        return high + points / self.high * (low - high)

    def text(self, words: str, x: float, y: float, size: float, gid: str, **given) -> None:
        """Words whose upper left corner is at (x, y)."""
        given = {"color": INK, "va": "top", "ha": "left", "linespacing": 1.3, **given}
        self.ax.text(self.x(x), self.y(y), words, fontsize=size, gid=gid,
                     fontfamily=style.families(words), **given)  # fmt: skip

    def box(self, left: float, top: float, wide: float, high: float, gid: str, **look) -> None:
        """A rectangle given in points: no mark has a value in points."""
        x0, x1, y0, y1 = self.x(left), self.x(left + wide), self.y(top), self.y(top + high)
        self.ax.add_artist(Rectangle((x0, y0), x1 - x0, y1 - y0, gid=gid, **look))

    def line(self, xs: Iterable[float], ys: Iterable[float], **look) -> None:
        look = {"color": GREY, "linewidth": 0.8, "gid": "rule", "zorder": 0.5, **look}
        self.ax.plot([self.x(x) for x in xs], [self.y(y) for y in ys], **look)


def paint(mark: Mark) -> dict:
    """Exact is solid, about hatched, inferred dashed and empty, planned empty."""
    color = TONE[mark.tone]
    look = {"facecolor": color, "edgecolor": color, "linewidth": 0}
    if mark.about:
        look |= {"facecolor": PAPER, "hatch": "////", "linewidth": 1.2}
    if mark.state in ("inferred", "planned"):
        look |= {"facecolor": "none", "linewidth": 1.2}
    if mark.state == "inferred":
        look["linestyle"] = (0, (4, 2.5))
    return look


def shape(
    pen: Pen, mark: Mark, box, kind: str, *, beyond: float, across: bool, base: float = 0.0
) -> None:
    """A bar or column from `base`: solid to its lower bound, fading to its upper one.

    `box` is (place, thickness) across the value axis, in data units. A mark of words alone has no
    shape.
    """
    if mark.low is None:
        return
    place, thick = box
    low, high = base + mark.low, mark.high if mark.high is None else base + mark.high

    def rectangle(start: float, end: float, gid: str, **look) -> None:
        left, bottom, wide, tall = start, place, end - start, thick
        if not across:
            left, bottom, wide, tall = place, start, thick, end - start
        pen.ax.add_artist(
            Rectangle((left, bottom), wide, tall, gid=gid, url=mark.url, label=f"_{kind}", **look)
        )

    rectangle(base, low, mark.gid, **paint(mark))
    if high == low:
        return
    end, part = (low + beyond, "beyond") if high is None else (high, "more")
    for first, last, look in fading(mark, low, end):
        rectangle(first, last, f"{mark.gid}:{part}", **look)


def fading(mark: Mark, start: float, end: float) -> Iterable[tuple[float, float, dict]]:
    """(start, end, look) of each step from what is certain towards an end that is not."""
    step = (end - start) / STEPS
    for n in range(STEPS):
        alpha = 0.75 * (1 - n / STEPS) + 0.06
        look = {"facecolor": TONE[mark.tone], "linewidth": 0, "alpha": alpha}
        yield start + (n + 0.14) * step, start + (n + 1) * step, look


def blank(ax) -> None:
    """An Axes without frame or ticks, on paper whatever the style around it."""
    ax.spines[:].set_visible(False)
    ax.set(xticks=[], yticks=[], facecolor=PAPER, autoscale_on=False)
    ax.set_in_layout(False)

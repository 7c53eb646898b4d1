"""A pen on an Axes: words, lines and shapes at points; and how a mark of each kind is painted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from matplotlib.patches import Patch, Rectangle

from . import style
from .charts import Mark
from .style import GREY, HUE, INK, PAPER, SECOND, THIRD

TONE = {"main": HUE, "second": SECOND, "third": THIRD}
STEPS = 12  # of a fading end


class Pen:
    """Draws at points right of `left` and below `top` in an Axes whose limits are set."""

    def __init__(self, ax, wide: float, high: float, left: float, top: float):
        self.ax, self.wide, self.high, self.left, self.top = ax, wide, high, left, top
        self.xlim, self.ylim = ax.get_xlim(), ax.get_ylim()

    def x(self, points: float) -> float:
        low, high = self.xlim
        return low + (self.left + points) / self.wide * (high - low)

    def y(self, points: float) -> float:
        low, high = self.ylim
        return high + (self.top + points) / self.high * (low - high)

    def text(self, words: str, x: float, y: float, size: float, gid: str, **given) -> None:
        """Words whose upper left corner is at (x, y)."""
        given = {"color": INK, "va": "top", "ha": "left", **given}
        self.ax.text(self.x(x), self.y(y), words, fontsize=size, gid=gid,
                     fontfamily=style.families(words), **given)  # fmt: skip

    def label(self, mark: Mark, words: str, x: float, y: float, size: float, **given) -> None:
        """What is said of a mark: a link to its figure."""
        self.text(words, x, y, size, f"{mark.gid}:label", url=mark.url, **given)

    def box(self, left: float, top: float, wide: float, high: float, gid: str, **look) -> None:
        """A rectangle given in points: no mark has a value in points."""
        x0, x1, y0, y1 = self.x(left), self.x(left + wide), self.y(top), self.y(top + high)
        self.ax.add_artist(Rectangle((x0, y0), x1 - x0, y1 - y0, gid=gid, **look))

    def line(self, xs: Iterable[float], ys: Iterable[float], **look) -> None:
        look = {"color": GREY, "linewidth": 0.8, "gid": "rule", "zorder": 0.5, **look}
        self.ax.plot([self.x(x) for x in xs], [self.y(y) for y in ys], **look)

    def shape(self, mark: Mark, part: str, kind: str, outline: type[Patch], *where, **look) -> None:
        """A mark, or a part of it, in data units, as :func:`wuxi_data.marks` reads it back."""
        gid = f"{mark.gid}:{part}" if part else mark.gid
        look = {"gid": gid, "url": mark.url, "label": f"_{kind}", **look}
        self.ax.add_artist(outline(*where, **look))

    def bar(
        self, mark: Mark, place: float, thick: float, beyond: float, *, across=True, base=0.0
    ) -> None:
        """A bar or column from `base`: solid to its lower bound, fading to its upper one.

        Its `place` and how `thick` it is are in points, its length and how far it goes `beyond`
        where nothing bounds it in data units. A mark of words alone has no shape.
        """
        if mark.low is None:
            return
        at, near, far = self.x, place, place + thick
        if across:
            at, near, far = self.y, far, near
        edge, side = at(near), at(far) - at(near)

        def part(name: str, start: float, end: float, look: dict) -> None:
            corner, size = (start, edge), (end - start, side)
            if not across:
                corner, size = corner[::-1], size[::-1]
            kind = "bar" if across else "column"
            self.shape(mark, name, kind, Rectangle, corner, *size, **look)

        low, name, high = base + mark.low, "beyond", base + mark.low + beyond
        part("", base, low, paint(mark))
        if mark.high is not None:
            name, high = "more", base + mark.high
        for step in fading(mark, low, high):
            part(name, *step)


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


def fading(
    mark: Mark, start: float, end: float, steps: int = STEPS, gap: float = 0.14
) -> Iterator[tuple[float, float, dict]]:
    """(start, end, look) of each step from what is certain towards an end that is not."""
    for n in range(steps if end != start else 0):
        step, alpha = (end - start) / steps, 0.6 * (1 - n / steps) + 0.05
        look = {"facecolor": TONE[mark.tone], "linewidth": 0, "alpha": alpha}
        yield start + (n + gap) * step, start + (n + 1) * step, look


def blank(ax) -> None:
    """An Axes without frame or ticks, on paper whatever the style around it."""
    ax.spines[:].set_visible(False)
    ax.set(xticks=[], yticks=[], facecolor=PAPER, autoscale_on=False)
    ax.set_in_layout(False)

"""A chart as the page shows it: a small SVG in which each mark is a link with its own title."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.colors import to_hex
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from .charts import Chart
from .drawing import on_a_figure
from .places import Both
from .style import PAPER, settings

_REACH = 25.0  # the least width and height of a mark's link, in points: a finger's
_LONG = 40  # characters: a longer outline is drawn once and referred to
_COMMANDS = {Path.MOVETO: "m", Path.LINETO: "l", Path.CURVE3: "q", Path.CURVE4: "c"}
_ANCHORS = {"left": "", "center": ";text-anchor:middle", "right": ";text-anchor:end"}
_CHINESE = re.compile(r"[一-鿿](?:[\s\d.,、，：；（）《》“”·—-]*[一-鿿])*")


class Shape(NamedTuple):
    """An outline or a text; `gid` names the mark that it belongs to."""

    gid: str
    look: str
    x: float
    y: float
    text: str = ""
    outline: str = ""  # from (x, y) on
    box: tuple[float, ...] = ()  # left, top, right, bottom
    hatch: str = ""  # what its pattern repeats


class Picture(NamedTuple):
    """What matplotlib draws of a chart, in points."""

    wide: float
    high: float
    shapes: list[Shape]


class Link(NamedTuple):
    """Where a mark leads, and what is said of it."""

    href: str
    said: Both


def widths(elsewhere: bool) -> tuple[bool, ...]:
    """The widths in which the page shows a chart, narrow or not; other folders' only narrow."""
    return (True,) if elsewhere else (False, True)


def picture(chart: Chart, lang: str, narrow: bool) -> Picture:
    """A chart without the words that the page sets itself, because they must wrap on a phone."""
    with settings():
        figure = on_a_figure(chart, lang, narrow, bare=True)
        figure.dpi = 72  # a pixel is a point
        for each in (figure, *figure.findobj(Axes)):
            each.patch.set_visible(False)
        recorder = _Recorder(*figure.get_size_inches() * 72)
        figure.draw(recorder)
    return Picture(recorder.wide, recorder.high, recorder.shapes)


class _Recorder(RendererBase):
    """A renderer that records what matplotlib draws."""

    def __init__(self, wide: float, high: float):
        super().__init__()
        self.wide, self.high = wide, high
        self.groups: list[str] = []
        self.shapes: list[Shape] = []

    def get_canvas_width_height(self):
        return self.wide, self.high

    def open_group(self, s, gid=None):
        self.groups.append((gid or "").partition(":")[0])

    def close_group(self, s):
        self.groups.pop()

    def draw_path(self, gc, path, transform, rgbFace=None):
        look, hatch = [], ""
        if gc.get_hatch():
            lines = f"stroke={to_hex(gc.get_hatch_color())} stroke-width={gc.get_hatch_linewidth()}"
            hatch = f"<path d=M0,0h9v9H0z fill={_colour(rgbFace)} /><path d=M1,0v9 {lines} />"
        else:
            look.append(f"fill:{_colour(rgbFace)}")
        if gc.get_linewidth():
            look.append(f"stroke:{_colour(gc.get_rgb())};stroke-width:{gc.get_linewidth():.3g}")
            if dashes := gc.get_dashes()[1]:
                look.append(f"stroke-dasharray:{','.join(f'{each:.3g}' for each in dashes)}")
        if gc.get_alpha() != 1:
            look.append(f"opacity:{gc.get_alpha():.2g}")
        from_above = transform + Affine2D().scale(1, -1).translate(0, self.high)
        start, outline, box = _outline(path, from_above)
        self._keep(look, *start, outline=outline, box=box, hatch=hatch)

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        anchor = ""
        if mtext:  # anchored, it is in its place in whatever font a browser uses
            anchor = _ANCHORS[mtext.get_ha()]
            x = mtext.get_transform().transform(mtext.get_unitless_position())[0]
        look = f"font-size:{prop.get_size():g}px{anchor};fill:{_colour(gc.get_rgb())}"
        look += ";font-weight:600" * (prop.get_weight() == "semibold")
        self._keep([look], round(x, 1), round(y, 1), text=s)

    def _keep(self, look: list[str], x: float, y: float, **given) -> None:
        gid = next(filter(None, reversed(self.groups)), "")
        self.shapes.append(Shape(gid, ";".join(look), float(x), float(y), **given))


def _colour(colour) -> str:
    """A colour for CSS; the paper's is the page's to choose, for its dark mode."""
    if colour is None or (len(colour) == 4 and not colour[3]):
        return "none"
    return "var(--plate)" if to_hex(colour) == PAPER.lower() else to_hex(colour)


def _outline(path: Path, transform) -> tuple[tuple[float, float], str, tuple[float, ...]]:
    """Where a path begins; its outline, in short, as relative steps; and its box."""
    said, ends, at, start = "", [], None, None
    for corners, code in path.iter_segments(transform, simplify=False):
        if code == Path.CLOSEPOLY:
            said, at = said + "z", start
            continue
        corners = corners.reshape(-1, 2).round(1)
        steps = [] if at is None else (corners - at).ravel() + 0.0  # which is never -0
        if code == Path.LINETO and not steps.all():
            said += f"h{steps[0]:.5g}" if steps[0] else f"v{steps[1]:.5g}"
        elif at is not None:
            said += _COMMANDS[code] + ",".join(f"{step:.5g}" for step in steps)
        at, ends = corners[-1], [*ends, *corners]
        start = at if code == Path.MOVETO else start
    return ends[0], said, (*np.min(ends, axis=0), *np.max(ends, axis=0))


# -------------------------------------------------------------------- as HTML


class Shared(NamedTuple):
    """What the pictures of a page share."""

    looks: dict[str, str]  # look → its class
    outlines: dict[tuple[str, str], tuple[str, Shape]]  # a long outline → its id, and its first use


def svg(drawn: Picture, lang: str, name: str, links: Mapping[str, Link], shared: Shared) -> Markup:
    """The picture as SVG, its marks as links; ids begin with `name`."""
    together: dict[str | int, list[Shape]] = {}  # the shapes of a mark stand in one link
    for n, shape in enumerate(drawn.shapes):
        together.setdefault(shape.gid if shape.gid in links else n, []).append(shape)
    hatches: dict[str, str] = {}
    parts = []
    for gid, shapes in together.items():
        inner = "".join(_element(shape, lang, name, hatches, shared) for shape in shapes)
        if gid in links:
            said = escape(getattr(links[gid].said, lang))  # for screen readers and tooltips
            href = escape(links[gid].href)
            inner = f'<a href="{href}"><title>{said}</title>{_reach(shapes)}{inner}</a>'
        parts.append(inner)
    patterns = (
        f"<pattern id={each} width=4.2 height=9 patternUnits=userSpaceOnUse"
        f' patternTransform="rotate(45)">{inner}</pattern>'
        for inner, each in hatches.items()
    )
    size = f'viewBox="0 0 {drawn.wide:g} {drawn.high:.1f}" style="--wide:{drawn.wide:g}"'
    return Markup(f"<svg {size}>{''.join(patterns)}{''.join(parts)}</svg>")


def _element(shape: Shape, lang: str, name: str, hatches: dict[str, str], shared: Shared) -> str:
    look = shared.looks.setdefault(shape.look, f"l{len(shared.looks)}")
    x, y = shape.x, shape.y
    if shape.text:
        text = foreign(shape.text, "tspan") if lang == "en" else escape(shape.text)
        return f"<text class={look} x={x:g} y={y:g}>{text}</text>"
    more = ""
    if shape.hatch:
        more = f" fill=url(#{hatches.setdefault(shape.hatch, f'{name}{len(hatches)}')})"
    elif len(shape.outline) > _LONG:
        key = shape.look, shape.outline
        again = key in shared.outlines
        outline, first = shared.outlines.setdefault(key, (f"_o{len(shared.outlines)}", shape))
        if again:
            return f"<use href=#{outline} x={x - first.x:.4g} y={y - first.y:.4g} />"
        more = f" id={outline}"
    return f"<path class={look}{more} d=M{x:g},{y:g}{shape.outline} />"


def _reach(shapes: list[Shape]) -> str:
    """An invisible path around a thin mark, so that a finger can hit it."""
    boxes = np.array([shape.box for shape in shapes if shape.box])
    if not len(boxes):
        return ""
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    more = np.maximum(_REACH - (high - low), 0) / 2
    if not more.any():
        return ""
    (left, top), (right, bottom) = low - more, high + more
    return f"<path d=M{left:.0f},{top:.0f}H{right:.0f}V{bottom:.0f}H{left:.0f}z />"


def foreign(text: str, tag: str) -> Markup:
    """English text with any Chinese in it marked as Chinese."""
    return Markup(_CHINESE.sub(rf"<{tag} lang=zh>\g<0></{tag}>", str(escape(text))))

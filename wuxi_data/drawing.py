"""A chart on its sheet: title, body, key, note and credit, all inside one Axes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from matplotlib.figure import Figure

from . import style
from .charts import Chart, Mark
from .layouts import laid_out
from .messages import _
from .pen import Pen, fading, paint
from .places import NOTHING, Both
from .style import GREY, INK, NARROW, WIDE, height, wrap


class _Sheet:
    """Title and subtitle, the body, and beneath it key, note and credit."""

    def __init__(self, chart: Chart, lang: str, wide: float, narrow: bool, bare: bool = False):
        sizes = NARROW if narrow else WIDE
        self.sizes = sizes = sizes._replace(margin=3) if bare else sizes
        self.wide = wide or sizes.width
        self.chart = chart = _said(chart, lang)
        room = self.wide - 2 * sizes.margin
        words = dict.fromkeys(chart.words, "") if bare else chart.words
        self.title = wrap(words["title"], room, sizes.title, "semibold")
        subtitle = wrap(words["subtitle"], room, sizes.small)
        note, credit = (wrap(words[each], room, sizes.tiny) for each in ("note", "credit"))
        self.body = laid_out(chart, room, sizes, narrow)
        self.keys = self._keys(room)
        top = sizes.margin * 0.8 + height(self.title, sizes.title) + 3
        self.body_top = 6 if bare else top + height(subtitle, sizes.small) + 16
        self.foot = self.body_top + self.body.height + 16
        note_top = self.foot + (self.keys[-1][1] + 16 if self.keys else 0)
        credit_top = note_top + (height(note, sizes.tiny) + 3 if note else 0)
        self.height = credit_top + height(credit, sizes.tiny) + sizes.margin * 0.6
        self.around = [
            ("subtitle", subtitle, top, sizes.small),
            ("note", note, note_top, sizes.tiny),
            ("credit", credit, credit_top, sizes.tiny),
        ]

    def _keys(self, room: float) -> list[tuple[float, float, str, str]]:
        """(left, top, look, words) of each entry of the key, line after line."""
        placed, x, y = [], 0.0, 0.0
        for look, words in self.chart.key:
            text = re.split("[：:] ?", getattr(words, self.chart.lang), maxsplit=1)[-1]
            wide = 22 + style.width(text, self.sizes.tiny) + 16
            if x and x + wide > room:
                x, y = 0.0, y + 15
            placed.append((x, y, look, text))
            x += wide
        return placed

    def draw(self, ax, high: float) -> None:
        sizes, left = self.sizes, self.sizes.margin
        body = self.body.pen(ax, self.wide, high, left, self.body_top)
        pen = Pen(ax, self.wide, high, left, 0)
        ax.set_title(self.title, loc="left", x=left / self.wide, y=1 - sizes.margin * 0.8 / high,
                     pad=0, va="top", fontsize=sizes.title, color=INK,
                     fontfamily=style.families(self.title), fontweight="semibold")  # fmt: skip
        for gid, words, top, size in self.around:
            if words:
                pen.text(words, 0, top, size, gid, color=GREY)
        for x, y, look, text in self.keys:
            _swatch(pen, x, self.foot + y + 1, look)
            pen.text(text, x + 21, self.foot + y, sizes.tiny, "key", color=GREY)
        self.body.draw(body)


def _swatch(pen: Pen, left: float, top: float, look: str) -> None:
    state = {"dashed": "inferred", "open": "planned"}.get(look, "completed")
    sample = Mark("", NOTHING, NOTHING, 1, 1, about=look == "hatched", state=state)
    if look in ("fading", "endless"):
        for start, end, step in fading(sample, left, left + 16, 5):
            pen.box(start, top, end - start, 9, "key", **step)
    else:
        pen.box(left, top, 16, 9, "key", **paint(sample))


def _said(chart: Chart, lang: str) -> Chart:
    """The chart in one language: where both stood, the words of one."""

    def one(values: Mapping) -> dict:
        return {key: getattr(each, lang) if isinstance(each, Both) else each
                for key, each in values.items()}  # fmt: skip

    return replace(
        chart,
        lang=lang,
        figures=tuple(Mark(**one(vars(mark))) for mark in chart.figures),
        words=one(chart.words),
        options=one(chart.options),
        panels=tuple(_said(panel, lang) for panel in chart.panels),
    )


def draw(chart: Chart, ax, lang: str, narrow: bool):
    """Draw a chart on `ax`, or on a figure of its own size."""
    with style.settings():
        if ax is None:
            return on_a_figure(chart, lang, narrow).axes[0]
        _draw_on(ax, chart, lang, narrow)
        return ax


def on_a_figure(chart: Chart, lang: str, narrow: bool, bare: bool = False) -> Figure:
    """Under our settings, a figure as large as the chart, with or without the words around it."""
    sheet = _Sheet(chart, lang, 0, narrow, bare)
    figure = Figure(figsize=(sheet.wide / 72, sheet.height / 72), dpi=style.DPI)
    sheet.draw(figure.add_axes((0, 0, 1, 1)), sheet.height)
    return figure


def _own(ax) -> bool:
    """Whether an Axes is free to take the chart's scale, and nothing else is drawn by it."""
    if getattr(ax, "name", "") != "rectilinear" or ax.has_data() or ax.get_aspect() != "auto":
        return False
    shared = (group.get_siblings(ax) for group in (ax.get_shared_x_axes(), ax.get_shared_y_axes()))
    linear = ax.get_xscale() == ax.get_yscale() == "linear"
    return linear and all(len(siblings) == 1 for siblings in shared)


def _draw_on(ax, chart: Chart, lang: str, narrow: bool) -> None:
    """Draw on an Axes of the user's, where it is when its layout has settled."""
    if not _own(ax):
        raise ValueError(
            _("expected one empty Axes with linear axes of its own, shared with no other; the "
              "chart can also make its own figure: draw()")
        )  # fmt: skip
    root = ax.get_figure(root=True)
    root.draw_without_rendering()
    box = ax.get_window_extent()
    wide, high = box.width * 72 / root.dpi, box.height * 72 / root.dpi
    sheet = _Sheet(chart, lang, wide, narrow or wide < 340)
    if wide < 180 or sheet.height > high * 1.02:
        words = {
            "needs": f"{max(wide, 180) / 72:.1f} × {sheet.height / 72:.1f}",
            "has": f"{wide / 72:.1f} × {high / 72:.1f}",
        }
        raise ValueError(
            _(
                "the chart needs {needs} inches, the Axes has {has}: make the figure larger, or "
                "let the chart make its own",
                **words,
            )
        )
    sheet.draw(ax, high)


def render(chart: Chart, kinds: Iterable[str], lang: str, narrow: bool = False) -> dict[str, bytes]:
    """One drawing as ``"svg"``, as ``"png"`` or as both: the same bytes every time."""
    for kind in kinds:
        if kind not in ("svg", "png"):
            raise ValueError(
                _("cannot save a chart as {kind!r}: expected 'svg' or 'png'", kind=kind)
            )
    with style.settings():
        figure, title = on_a_figure(chart, lang, narrow), getattr(chart.words["title"], lang)
        return {kind: _png(figure) if kind == "png" else _svg(figure, title) for kind in kinds}


def _svg(figure: Figure, title: str) -> bytes:
    picture = io.BytesIO()
    figure.savefig(picture, format="svg", metadata={"Date": None, "Creator": None, "Title": title})
    return picture.getvalue()


def _png(figure: Figure) -> bytes:
    """A drawing has few colours: a palette makes it a third as large."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    canvas, small = FigureCanvasAgg(figure), io.BytesIO()
    canvas.draw()
    pixels = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba())
    image = pixels.convert("RGB").quantize(64, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    image.putpalette(255 if each == 254 else each for each in image.getpalette())  # paper is white
    image.save(small, "PNG", dpi=(style.DPI, style.DPI))
    return small.getvalue()

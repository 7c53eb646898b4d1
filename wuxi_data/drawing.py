"""A chart on its sheet: title, body, key, note and credit, all inside one Axes."""

from __future__ import annotations

import io
import re
from dataclasses import replace

from matplotlib.figure import Figure

from . import style
from .charts import Chart, Mark
from .layouts import laid_out
from .messages import LANGS, _
from .pen import Pen, blank, paint
from .style import GREY, HUE, INK, NARROW, WIDE, height, wrap


class _Sheet:
    """Title and subtitle, the body, and beneath it key, note and credit."""

    def __init__(self, chart: Chart, lang: str, wide: float, narrow: bool, bare: bool = False):
        sizes = NARROW if narrow else WIDE
        self.sizes = sizes = sizes._replace(margin=3) if bare else sizes
        self.wide = wide = wide or sizes.width
        self.chart = chart = _said(chart, lang)
        room = wide - 2 * sizes.margin
        words = dict.fromkeys(chart.words, "") if bare else chart.words
        self.title = wrap(words["title"], room, sizes.title, "semibold")
        self.subtitle = wrap(words["subtitle"], room, sizes.small)
        self.body = laid_out(chart, room, sizes, narrow)
        self.keys = self._keys(room)
        self.note = wrap(words["note"], room, sizes.tiny)
        self.credit = wrap(words["credit"], room, sizes.tiny)
        self.top = sizes.margin * 0.8 + height(self.title, sizes.title) + 3
        self.body_top = 6 if bare else self.top + height(self.subtitle, sizes.small) + 16
        self.foot = self.body_top + self.body.height + 16
        keys = (self.keys[-1][1] + 16) if self.keys else 0
        self.note_top = self.foot + keys
        self.credit_top = self.note_top + (height(self.note, sizes.tiny) + 3 if self.note else 0)
        self.height = self.credit_top + height(self.credit, sizes.tiny) + sizes.margin * 0.6

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
        blank(ax)
        self.body.limits(ax, self.wide, high, left, self.body_top)
        pen = Pen(ax, self.wide, high)
        ax.set_title(self.title, loc="left", x=left / self.wide, y=1 - sizes.margin * 0.8 / high,
                     pad=0, va="top", fontsize=sizes.title, color=INK, linespacing=1.3,
                     fontfamily=style.families(self.title), fontweight="semibold")  # fmt: skip
        for words, at, size, gid in (
            (self.subtitle, self.top, sizes.small, "subtitle"),
            (self.note, self.note_top, sizes.tiny, "note"),
            (self.credit, self.credit_top, sizes.tiny, "credit"),
        ):
            if words:
                pen.text(words, left, at, size, gid, color=GREY)
        for x, y, look, text in self.keys:
            self._swatch(pen, left + x, self.foot + y, look)
            pen.text(text, left + x + 21, self.foot + y, sizes.tiny, "key", color=GREY)
        self.body.draw(pen, left, self.body_top)

    def _swatch(self, pen: Pen, left: float, top: float, look: str) -> None:
        if look in ("fading", "endless"):
            for n in range(5):
                step = {"facecolor": HUE, "linewidth": 0, "alpha": 0.8 - n * 0.17}
                pen.box(left + n * 3.4, top + 1, 2.8, 9, "key", **step)
            return
        state = {"dashed": "inferred", "open": "planned"}.get(look, "completed")
        sample = Mark("", ("", ""), ("", ""), 1, 1, about=look == "hatched", state=state)
        pen.box(left, top + 1, 16, 9, "key", **paint(sample))


def _said(chart: Chart, lang: str) -> Chart:
    """The chart in one language: where both stood, the words of one."""

    def one(words):
        return words[LANGS.index(lang)]

    figures = tuple(
        replace(each, name=one(each.name), words=one(each.words), group=one(each.group),
                detail=one(each.detail))
        for each in chart.figures
    )  # fmt: skip
    return replace(
        chart,
        lang=lang,
        figures=figures,
        words={name: one(words) for name, words in chart.words.items()},
        options=chart.options
        | {name: one(chart.options[name]) for name in ("change",) if name in chart.options},
        panels=tuple(_said(panel, lang) for panel in chart.panels),
    )


def draw(chart: Chart, ax, lang: str, narrow: bool, bare: bool = False):
    """Draw a chart on `ax`, or on a figure of its own size."""
    with style.settings():
        if ax is not None:
            _draw_on(chart, ax, lang, narrow)
            return ax
        sheet = _Sheet(chart, lang, 0, narrow, bare)
        figure = Figure(figsize=(sheet.wide / 72, sheet.height / 72), dpi=style.DPI)
        ax = figure.add_axes((0, 0, 1, 1))
        sheet.draw(ax, sheet.height)
        return ax


def _draw_on(chart: Chart, ax, lang: str, narrow: bool) -> None:
    """Draw on an Axes of the user's, where it is when its layout has settled."""
    root = ax.get_figure(root=True)
    root.draw_without_rendering()
    box = ax.get_window_extent()
    wide, high = box.width * 72 / root.dpi, box.height * 72 / root.dpi
    sheet = _Sheet(chart, lang, wide, narrow or wide < 340)
    if wide < 180 or sheet.height > high * 1.02:
        needs = f"{max(wide, 180) / 72:.1f} × {sheet.height / 72:.1f}"
        has = f"{wide / 72:.1f} × {high / 72:.1f}"
        raise ValueError(
            _(
                "the chart needs {needs} inches, the Axes has {has}: make the figure larger, or "
                "let the chart make its own",
                needs=needs,
                has=has,
            )
        )
    sheet.draw(ax, high)


def render(chart: Chart, kind: str, lang: str, narrow: bool = False) -> bytes:
    """The picture of a chart as ``"svg"`` or ``"png"``: the same drawing, the same bytes."""
    if kind not in ("svg", "png"):
        raise ValueError(_("cannot save a chart as {kind!r}: expected 'svg' or 'png'", kind=kind))
    with style.settings():
        figure = draw(chart, None, lang, narrow).figure
        return _png(figure) if kind == "png" else _svg(figure, getattr(chart.words["title"], lang))


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
    image = pixels.convert("RGB").quantize(64, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    image.save(small, "PNG", dpi=(style.DPI, style.DPI))
    return small.getvalue()

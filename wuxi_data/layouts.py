"""How each form is laid out for a width, in points, and drawn with its values in data units.

A body says how high it is, sets the scale of the Axes, and draws its marks where that scale puts
their values.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby, pairwise, product

from matplotlib.patches import Ellipse, PathPatch, Rectangle
from matplotlib.path import Path

from . import style
from .charts import Chart, Mark
from .pen import STEPS, TONE, Pen, blank, fading, paint, shape
from .style import GREY, HUE, INK, PAPER, Sizes, height, wrap
from .wording import unwrapped

_BEYOND, _ABOVE = 36, 24  # points by which a bar, or a column, without an upper bound goes on
_FADED = 4  # years, at least, over which an open end fades
_GAP = 6


class Body:
    """One form, laid out for a width: how high it is, and what it draws where."""

    readable = True
    height: float

    def __init__(self, chart: Chart, wide: float, sizes: Sizes, narrow: bool):
        self.chart, self.wide, self.sizes, self.narrow = chart, wide, sizes, narrow
        known = {mark.figure for mark in chart.figures}
        self.wholes = [mark for mark in chart.figures if mark.within not in known]
        self.inside = {mark.key: _inside(mark, chart.figures) for mark in self.wholes}
        self._lay_out()

    def limits(self, ax, wide: float, high: float, left: float, top: float) -> None:
        ax.set(xlim=(0, wide), ylim=(high, 0))

    def _named(self, name: str, words: str) -> str:
        return f"{name}：{words}" if self.chart.lang == "zh" else f"{name}: {words}"


def _inside(whole: Mark, marks: Iterable[Mark]) -> list[Mark]:
    """The parts of a whole and their parts, outermost first."""
    found = []
    for mark in marks:
        if mark.within == whole.figure and mark.key != whole.key:
            found += [mark, *_inside(mark, marks)]
    return found


# -------------------------------------------------------------------- rows: bars, nested, spans


class _Rows(Body):
    """Marks one under the other: names at the left, or above their bars where it is narrow."""

    thick, kind = 22.0, "bar"
    label_share = 0.5  # of the room that bars and labels have

    def _lay_out(self) -> None:
        sizes, most = self.sizes, min(self.wide * 0.34, 190)
        names = [mark.name for mark in self.wholes]
        if self.narrow:
            self.thick = min(self.thick, 16.0)
            self.gutter, most = 0.0, self.wide
        else:
            wrapped = (wrap(name, most, sizes.label) for name in names)
            self.gutter = 10 + max((style.width(name, sizes.label) for name in wrapped), default=0)
        self.names = [wrap(name, most, sizes.label) for name in names]
        self.details = self._details()
        self.scale = self._scale()
        self.rows = self._place_rows()

    def _details(self) -> list[str]:
        """What stands in a column of its own at the right."""
        room = self.wide if self.narrow else self.wide * 0.24
        return [wrap(mark.detail, room, self.sizes.small) for mark in self.wholes]

    @property
    def _detail_room(self) -> float:
        if self.narrow or not any(self.details):
            return 0
        return max(style.width(text, self.sizes.small) for text in self.details) + 14

    @property
    def _room(self) -> float:
        """For the bars and their labels."""
        return self.wide - self.gutter - self._detail_room

    def _label(self, mark: Mark) -> str:
        return wrap(mark.words, self._room * self.label_share, self.sizes.label, "semibold")

    def _scale(self) -> float:
        """Points for one unit, such that every bar and its label have room."""
        room, scales = self._room, []
        for mark in self.wholes:
            label = style.width(self._label(mark), self.sizes.label, "semibold") + 10
            left = room - label - _BEYOND * mark.endless
            if mark.reach:
                scales.append(max(left, room * 0.3) / mark.reach)
        return min(scales, default=1.0)

    def _place_rows(self) -> list[tuple[float, float]]:
        """(top of the name, top of the bar) of each row, from the top of the body."""
        at, placed, sizes = 0.0, [], self.sizes
        self.heads = []
        for n, mark in enumerate(self.wholes):
            if mark.group and (n == 0 or mark.group != self.wholes[n - 1].group):
                at += 6 if n else 0
                self.heads.append((at, wrap(mark.group, self.wide, sizes.label, "semibold")))
                at += height(self.heads[-1][1], sizes.label) + 8
            name, label = (height(text, sizes.label) for text in (self.names[n], self._label(mark)))
            if self.narrow:
                room = max(self.thick, label)
                placed.append((at, at + name + 2 + (room - self.thick) / 2))
                at += name + 2 + room
                at += height(self.details[n], sizes.small) if self.details[n] else 0
            else:
                tall = max(name, self.thick, label, height(self.details[n], sizes.small))
                placed.append((at + (tall - name) / 2, at + (tall - self.thick) / 2))
                at += tall
            at += sum(self._notes_height(inner) for inner in self.inside[mark.key]) + 12
        self.height = at - 12
        return placed

    def _note(self, mark: Mark) -> str:
        """What is said of a part beneath its whole: name and figure."""
        part = "其中" if self.chart.lang == "zh" else "Part of it | "
        text = part + self._named(mark.name, mark.words)
        return wrap(text, self.wide - self.gutter, self.sizes.small)

    def _notes_height(self, mark: Mark) -> float:
        return height(self._note(mark), self.sizes.small) + 2

    def limits(self, ax, wide: float, high: float, left: float, top: float) -> None:
        zero = left + self.gutter
        ax.set(xlim=(-zero / self.scale, (wide - zero) / self.scale), ylim=(high, 0))

    def draw(self, pen: Pen, left: float, top: float) -> None:
        sizes, zero = self.sizes, left + self.gutter
        for at, head in self.heads:
            pen.text(head, left, top + at, sizes.label, "head", weight="semibold", color=GREY)
        self._draw_axis(pen, zero, top)
        for n, (mark, (name_at, bar_at)) in enumerate(zip(self.wholes, self.rows, strict=True)):
            align = {} if self.narrow else {"ha": "right"}
            x = left if self.narrow else zero - 10
            pen.text(self.names[n], x, top + name_at, sizes.label, f"{mark.gid}:name", **align)
            self._draw_row(pen, n, left, zero, top + bar_at)

    def _draw_axis(self, pen: Pen, zero: float, top: float) -> None:
        self._upright(pen, zero, top)

    def _upright(self, pen: Pen, x: float, top: float, **look) -> None:
        """A line only beside the bars: it strikes through no word, above them or beneath."""
        ends, above = [], 0 if self.narrow else 6
        for mark, (_name, bar) in zip(self.wholes, self.rows, strict=True):
            below = 0 if self.inside[mark.key] else above
            ends += [top + bar - above, top + bar + self.thick + below, math.nan]
        pen.line([x] * len(ends), ends, **look)

    def _draw_row(self, pen: Pen, n: int, left: float, zero: float, top: float) -> None:
        mark, middle = self.wholes[n], top + self.thick / 2
        end = self._draw_mark(pen, mark, zero, top)
        pen.text(self._label(mark), end + _GAP, middle, self.sizes.label, f"{mark.gid}:label",
                 weight="semibold", va="center", url=mark.url)  # fmt: skip
        self._draw_detail(pen, n, left, middle)
        self._draw_inside(pen, mark, zero, top)

    def _draw_detail(self, pen: Pen, n: int, left: float, middle: float) -> None:
        if not self.details[n]:
            return
        x, y, va = left + self.wide - self._detail_room + 14, middle, "center"
        if self.narrow:
            x, y, va = left, middle + self.thick / 2 + 2, "top"
        pen.text(self.details[n], x, y, self.sizes.small, "detail", color=GREY, va=va)

    def _draw_mark(self, pen: Pen, mark: Mark, zero: float, top: float) -> float:
        """The bar; returns where it ends, in points."""
        whole = replace(mark, tone="second") if self.inside[mark.key] and not mark.about else mark
        box = pen.y(top + self.thick), pen.y(top) - pen.y(top + self.thick)
        shape(pen, whole, box, self.kind, beyond=_BEYOND / self.scale, across=True)
        return zero + mark.reach * self.scale + _BEYOND * mark.endless

    def _draw_inside(self, pen: Pen, whole: Mark, zero: float, top: float) -> None:
        """Parts in the lower half of their whole, end to end, and what they are beneath it."""
        below, foot = top + self.thick + 2, top + self.thick
        for mark, base, depth in _end_to_end(whole, self.inside[whole.key]):
            thick = self.thick * 0.55**depth
            box = pen.y(foot), pen.y(foot - thick) - pen.y(foot)
            if mark.high != mark.low and mark.high is not None:  # its fading must not mix with ours
                pen.box(zero + base * self.scale, foot - thick, mark.high * self.scale, thick,
                        "rule", facecolor=PAPER, linewidth=0)  # fmt: skip
            shape(pen, mark, box, self.kind, beyond=_BEYOND / self.scale, across=True, base=base)
            if base:  # a gap, or two parts of one tone would be one
                edge = zero + base * self.scale
                pen.line([edge, edge], [foot - thick, foot], color=PAPER, linewidth=1.5, zorder=2)
            note = self._note(mark)
            pen.text(note, zero + 3, below, self.sizes.small, f"{mark.gid}:label", url=mark.url,
                     color=TONE[mark.tone])  # fmt: skip
            below += height(note, self.sizes.small) + 2


def _end_to_end(whole: Mark, inside: list[Mark]) -> Iterable[tuple[Mark, float, int]]:
    """Each part, where it starts and how deep it lies: the parts of one whole do not overlap."""
    free, depths = {whole.figure: 0.0}, {whole.figure: 0}
    for mark in inside:
        start, depth = free[mark.within], depths[mark.within] + 1
        free[mark.within] = start + (mark.low or 0.0)
        free[mark.figure], depths[mark.figure] = start, depth
        yield mark, start, depth


class _Spans(_Rows):
    """Years that each figure covers; a single year is a dot."""

    thick, kind, label_share = 13.0, "span", 0.55

    def _scale(self) -> float:
        years = [
            year for mark in self.wholes for year in (mark.start, mark.end) if year is not None
        ]
        self.first, self.last = min(years), max(years) + 1
        for mark in self.wholes:  # room for an open end to fade in
            if mark.end is None and mark.start is not None:
                self.last = max(self.last, mark.start + _FADED)
            if mark.start is None and mark.end is not None:
                self.first = min(self.first, mark.end + 1 - _FADED)
        return self._room / (self.last - self.first)

    def _place_rows(self):
        placed = super()._place_rows()
        self.height += 24  # the years beneath
        return placed

    def limits(self, ax, wide: float, high: float, left: float, top: float) -> None:
        start = self.first - (left + self.gutter) / self.scale
        ax.set(xlim=(start, start + wide / self.scale), ylim=(high, 0))

    def _draw_axis(self, pen: Pen, zero: float, top: float) -> None:
        foot = top + self.height - 20
        for year in self._ticks():
            x = zero + (year - self.first + 0.5) * self.scale
            self._upright(pen, x, top, color="#cccccc")
            half = style.width(str(year), self.sizes.small) / 2
            middle = min(max(x, half), pen.wide - half)
            pen.text(str(year), middle, foot + 3, self.sizes.small, "tick", ha="center", color=GREY)

    def _ticks(self) -> list[int]:
        """The years at which most begins or ends, as far as they do not touch."""
        ends = [y for mark in self.wholes for y in (mark.start, mark.end) if y is not None]
        room, kept = style.width("2000", self.sizes.small) + 6, []
        for year in sorted(set(ends), key=lambda year: (-ends.count(year), year)):
            if all(abs(year - other) * self.scale >= room for other in kept):
                kept.append(year)
        return sorted(kept)

    def _draw_row(self, pen: Pen, n: int, left: float, zero: float, top: float) -> None:
        mark = self.wholes[n]
        named = [year for year in (mark.start, mark.end) if year is not None]
        start, end = named[0], named[-1] + 1
        y, thick = pen.y(top + self.thick), pen.y(top) - pen.y(top + self.thick)
        given = {"gid": mark.gid, "url": mark.url, "label": "_span", **paint(mark)}
        if mark.start == mark.end:
            across = self.thick / self.scale
            pen.ax.add_artist(Ellipse((start + 0.5, y + thick / 2), across, thick, **given))
            wider = max(0, across - 1) / 2  # than its year
            start, end = start - wider, end + wider
        else:
            pen.ax.add_artist(Rectangle((start, y), end - start, thick, **given))
        if mark.end is None:
            self._fade(pen, mark, end, self.last, y, thick)
            end = self.last
        if mark.start is None:
            self._fade(pen, mark, start, self.first, y, thick)
            start = self.first
        middle = top + self.thick / 2
        self._draw_words(pen, mark, zero, start, end, middle)
        self._draw_detail(pen, n, left, middle)

    def _fade(self, pen: Pen, mark: Mark, start: float, end: float, y: float, thick: float) -> None:
        """From a year that print names towards an end that it leaves open."""
        part = "beyond" if start < end else "before"
        for first, last, look in fading(mark, start, end):
            patch = Rectangle((first, y), last - first, thick, url=mark.url,
                              gid=f"{mark.gid}:{part}", label="_span", **look)  # fmt: skip
            pen.ax.add_artist(patch)

    def _draw_words(self, pen: Pen, mark: Mark, zero, start, end, middle) -> None:
        label = self._label(mark)
        wide = style.width(label, self.sizes.label, "semibold") + _GAP
        left, right = (
            zero + (start - self.first) * self.scale,
            zero + (end - self.first) * self.scale,
        )
        given = {"ha": "left", "x": right + _GAP}
        if right + wide > zero + (self.last - self.first) * self.scale:
            given = {"ha": "right", "x": left - _GAP}
        if given["ha"] == "right" and left - wide < zero:  # on the bar, on paper
            given = {"ha": "center", "x": (left + right) / 2,
                     "bbox": {"facecolor": PAPER, "edgecolor": "none", "pad": 1.5}}  # fmt: skip
        x = given.pop("x")
        pen.text(label, x, middle, self.sizes.label, f"{mark.gid}:label", va="center",
                 weight="semibold", url=mark.url, **given)  # fmt: skip


# -------------------------------------------------------------------- columns


class _Columns(Body):
    """Upright columns at their years; what is alike and inferred shares one bracket."""

    tall = 170.0

    def _lay_out(self) -> None:
        sizes, marks = self.sizes, self.chart.figures
        self.tall = 130.0 if self.narrow else self.tall
        self.slots = self._slots(marks)
        self.change = self.chart.options.get("change")
        right = style.width(self.change, sizes.label, "semibold") + 24 if self.change else 0
        self.pitch = (self.wide - right) / len(self.slots)
        self.brackets = self._brackets(marks)
        self.bracketed = {mark.key for run, _ in self.brackets for mark in run}
        self.texts, self.turned, self.size = self._labels(marks)
        raw = [mark.name for mark in marks]
        self.names = [wrap(name, self.pitch - 4, self.size) for name in raw]
        # A name that would break within a word stands upright: 1990, not 19 90.
        self.upright = [unwrapped(name) for name in self.names] != raw
        if self.upright:
            self.names = raw
        self.names_high = 6 + max(self._high(name, self.upright) for name in self.names)
        texts = [height(text, self.size) for _, text in self.brackets]
        texts += [self._high(text, self.turned) for text in self.texts if text]
        self.above = max(texts, default=0) + 16
        self.head_high = height(marks[0].group, sizes.small) + 6 if any(
            mark.group for mark in marks) else 0  # fmt: skip
        self.height = self.head_high + self.above + self.tall + self.names_high
        endless = any(mark.endless for mark in marks)
        self.scale = (self.tall - _ABOVE * endless) / (max(mark.reach for mark in marks) or 1)

    def _high(self, text: str, turned: bool) -> float:
        return style.width(text, self.size, "semibold") if turned else height(text, self.size)

    @property
    def readable(self) -> bool:
        """Whether the columns, and their names upright, have room; rows have it always."""
        return self.pitch >= self.size * 1.5 and not (self.upright and self.names_high > 80)

    def _slots(self, marks) -> list[tuple]:
        """One place for each column; a year without one stays empty where few years lack."""
        slots: list[tuple] = []
        for group, inside in groupby(marks, key=lambda mark: mark.group):
            own = [mark.key if mark.at is None else mark.at for mark in inside]
            if all(isinstance(place, int) for place in own):
                own = sorted(set(own))
                if own[-1] - own[0] < 2 * len(own):
                    own = list(range(own[0], own[-1] + 1))
            slots += [(group, place) for place in own]
        return list(dict.fromkeys(slots))

    def _x(self, mark: Mark) -> float:
        slot = (mark.group, mark.key if mark.at is None else mark.at)
        return (self.slots.index(slot) + 0.5) * self.pitch

    def _labels(self, marks) -> tuple[list[str], bool, float]:
        said = ["" if mark.key in self.bracketed else mark.words for mark in marks]
        room = self.pitch - 6
        # Best, a number keeps its unit on its line; at least, no word and no number is broken.
        for unbroken, size in product(
            (r"\S+", r"[A-Za-z]+|[\d.,]+"), (self.sizes.label, self.sizes.tiny)
        ):
            texts = [wrap(text, room, size, "semibold") for text in said]
            whole = [word for text in said for word in re.findall(unbroken, text)]
            widest = max(style.width(text, size, "semibold") for text in [*texts, *whole])
            if widest <= room and max(text.count("\n") for text in texts) < 3:
                return texts, False, size
        return said, True, self.sizes.tiny

    def _brackets(self, marks) -> list[tuple[list[Mark], str]]:
        """Neighbours that are inferred from one figure: said once, over all of them."""
        runs = [list(run) for _, run in groupby(marks, key=lambda m: (m.state, m.figure, m.group))]
        runs = [run for run in runs if len(run) > 1 and run[0].state == "inferred"]
        size = self.sizes.label
        return [(run, wrap(run[0].words, len(run) * self.pitch, size, "semibold")) for run in runs]

    def limits(self, ax, wide: float, high: float, left: float, top: float) -> None:
        foot = top + self.head_high + self.above + self.tall
        ax.set(xlim=(0, wide), ylim=((foot - high) / self.scale, foot / self.scale))

    def draw(self, pen: Pen, left: float, top: float) -> None:
        foot = top + self.head_high + self.above + self.tall
        pen.line([left, left + len(self.slots) * self.pitch], [foot, foot], color=INK)
        self._draw_heads(pen, left, top)
        wide = min(self.pitch * 0.7, 72)
        for mark, text, name in zip(self.chart.figures, self.texts, self.names, strict=True):
            x = left + self._x(mark)
            shape(pen, mark, (pen.x(x - wide / 2), pen.x(x + wide / 2) - pen.x(x - wide / 2)),
                   "column", beyond=_ABOVE / self.scale, across=False)  # fmt: skip
            pen.text(
                name, x, foot + 4, self.size, f"{mark.gid}:name", ha="center",
                rotation=90 * self.upright,
            )  # fmt: skip
            if mark.key not in self.bracketed:
                self._draw_label(pen, mark, text, x, foot)
        for run, text in self.brackets:
            self._draw_bracket(pen, run, text, left, foot, wide)
        if self.change:
            self._draw_change(pen, left, foot, wide)

    def _end(self, mark: Mark) -> float:
        """How high a column stands, in points."""
        return mark.reach * self.scale + _ABOVE * mark.endless

    def _draw_label(self, pen: Pen, mark: Mark, text: str, x: float, foot: float) -> None:
        pen.text(text, x, foot - self._end(mark) - 4, self.size, f"{mark.gid}:label", ha="center",
                 va="bottom", weight="semibold", url=mark.url,
                 rotation=90 * self.turned)  # fmt: skip

    def _draw_bracket(
        self, pen: Pen, run, text: str, left: float, foot: float, wide: float
    ) -> None:
        first, last = left + self._x(run[0]) - wide / 2, left + self._x(run[-1]) + wide / 2
        top = foot - max(map(self._end, run)) - 10
        pen.line([first, first, last, last], [top + 5, top, top, top + 5], color=HUE)
        pen.text(text, (first + last) / 2, top - 3, self.sizes.label, f"{run[0].gid}:label",
                 ha="center", va="bottom", weight="semibold", color=HUE,
                 url=run[0].url)  # fmt: skip

    def _draw_change(self, pen: Pen, left: float, foot: float, wide: float) -> None:
        before, after = self.chart.figures[-2:]
        x = left + self._x(after) + wide / 2 + 10
        low, high = foot - self._end(before), foot - self._end(after)
        pen.line(
            [left + self._x(before) + wide / 2, x + 5], [low, low], linestyle=":", color=style.ALERT
        )
        pen.ax.annotate("", (pen.x(x), pen.y(high)), (pen.x(x), pen.y(low)), gid="rule",
                        arrowprops={"arrowstyle": "-|>", "color": style.ALERT, "shrinkA": 0,
                                    "shrinkB": 0})  # fmt: skip
        pen.text(self.change, x + 8, (low + high) / 2, self.sizes.label, "change", va="center",
                 color=style.ALERT, weight="semibold")  # fmt: skip

    def _draw_heads(self, pen: Pen, left: float, top: float) -> None:
        said = set()
        for group, slot in self.slots:
            if group and group not in said:
                said.add(group)
                pen.text(group, left + self.slots.index((group, slot)) * self.pitch + 4, top,
                         self.sizes.small, "head", weight="semibold", color=GREY)  # fmt: skip


# -------------------------------------------------------------------- squares


class _Squares(Body):
    """One square a unit, parts tinted within their whole, a fading tail for 余."""

    def _lay_out(self) -> None:
        sizes, wide = self.sizes, self.wide
        self.per = self.chart.options.get("per", 1.0)
        many = sum(self._count(mark)[1] for mark in self.wholes)
        self.pitch = next((p for p in (17, 14, 11) if many * p * p < wide * 150), 9)
        self.across = max(1, int(wide // self.pitch))
        at, self.rows = 0.0, []
        for mark in self.wholes:
            name = wrap(self._said(mark), wide, sizes.label)
            grid = at + height(name, sizes.label) + 4
            foot = grid + math.ceil(self._count(mark)[1] / self.across) * self.pitch + 2
            inside = self.inside[mark.key]
            notes = [wrap(self._said(inner), wide - 16, sizes.small) for inner in inside]
            self.rows.append((at, name, grid, foot, notes))
            at = foot + sum(height(note, sizes.small) + 2 for note in notes) + 12
        self.height = at - 12

    def _said(self, mark: Mark) -> str:
        told = mark.name == self.chart.words["title"]  # just above
        return mark.words if told else self._named(mark.name, mark.words)

    def _count(self, mark: Mark) -> tuple[float, int]:
        """(squares that are certain, squares in all)."""
        return (mark.low or 0.0) / self.per, math.ceil(mark.reach / self.per) + 12 * mark.endless

    def draw(self, pen: Pen, left: float, top: float) -> None:
        small = self.sizes.small
        for mark, (at, name, grid, foot, notes) in zip(self.wholes, self.rows, strict=True):
            pen.text(name, left, top + at, self.sizes.label, f"{mark.gid}:label", url=mark.url)
            inside = _toned(self.inside[mark.key])
            self._draw_grid(pen, mark, inside, left, top + grid)
            at = top + foot
            for inner, note in zip(inside, notes, strict=True):
                pen.box(left, at + 3, 9, 9, "key", **paint(inner))
                pen.text(note, left + 15, at, small, f"{inner.gid}:label", url=inner.url)
                at += height(note, small) + 2

    def _draw_grid(self, pen: Pen, mark: Mark, inside: list[Mark], left, top) -> None:
        """Parts lie at the end of what is certain, each inside the one before."""
        certain, every = self._count(mark)
        whole = replace(mark, tone="third") if inside else mark
        starts = [0.0, *(certain - self._count(inner)[0] for inner in inside), certain]
        for each, (first, last) in zip([whole, *inside], pairwise(starts), strict=True):
            self._squares(pen, each, first, last, left, top, each.gid)
        part, first = "beyond" if mark.high is None else "more", math.ceil(certain)
        tail, steps = every - first, min(every - first, STEPS)
        for step in range(steps):
            look = {"alpha": 0.55 * (1 - step / steps) + 0.05, "facecolor": TONE[whole.tone]}
            ends = (first + tail * each // steps for each in (step, step + 1))
            self._squares(pen, mark, *ends, left, top, f"{mark.gid}:{part}", hatch=None, **look)

    def _squares(self, pen: Pen, mark: Mark, first, last, left, top, gid, **look) -> None:
        """The squares from the `first` to before the `last`, as one shape; the last may be cut."""
        side, corners = round(self.pitch * 0.82), []
        for n in range(math.floor(first), math.ceil(last)):
            row, column = divmod(n, self.across)
            start, end = max(first - n, 0) * side, min(last - n, 1) * side
            x, y = left + column * self.pitch, top + row * self.pitch
            box = [(x + start, y), (x + end, y), (x + end, y + side), (x + start, y + side)]
            corners += [(pen.x(a), pen.y(b)) for a, b in [*box, box[0]]]
        codes = [Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY] * (len(corners) // 5)
        if corners:
            look = {"gid": gid, "url": mark.url, "label": "_squares", **paint(mark), **look}
            pen.ax.add_artist(PathPatch(Path(corners, codes), **look))


def _toned(inside: list[Mark]) -> list[Mark]:
    """The innermost part stands out most."""
    tones = ["second"] * (len(inside) - 1) + ["main"]
    return [replace(each, tone=tone) for each, tone in zip(inside, tones, strict=False)]


# -------------------------------------------------------------------- beside


class _Beside(Body):
    """Single charts in one row, or one under the other where it is narrow."""

    def _lay_out(self) -> None:
        panels, sizes, gap = self.chart.panels, self.sizes, 26
        across = 1 if self.narrow else min(len(panels), 3 if len(panels) != 4 else 2)
        self.each = (self.wide - gap * (across - 1)) / across
        small = self.each < 300
        inner = sizes._replace(label=sizes.small) if small else sizes
        self.cells, at = [], 0.0
        for first in range(0, len(panels), across):
            row = panels[first : first + across]
            titles = [wrap(each.words["title"], self.each, sizes.label, "semibold") for each in row]
            bodies = [laid_out(each, self.each, inner, small) for each in row]
            under = at + max(height(title, sizes.label) for title in titles) + 6
            for place, (title, body) in enumerate(zip(titles, bodies, strict=True)):
                self.cells.append((place * (self.each + gap), at, under, title, body))
            at = under + max(body.height for body in bodies) + 20
        self.height = at - 20

    def draw(self, pen: Pen, left: float, top: float) -> None:
        for x, title_at, body_at, title, body in self.cells:
            pen.text(title, left + x, top + title_at, self.sizes.label, "head", weight="semibold")
            box = (left + x) / pen.wide, 1 - (top + body_at + body.height + 4) / pen.high
            inner = pen.ax.inset_axes([*box, self.each / pen.wide, (body.height + 8) / pen.high])
            blank(inner)
            body.limits(inner, self.each, body.height + 8, 0, 4)
            body.draw(Pen(inner, self.each, body.height + 8), 0, 4)


_BODIES = {"bars": _Rows, "nested": _Rows, "spans": _Spans, "columns": _Columns,
           "squares": _Squares, "beside": _Beside}  # fmt: skip


def laid_out(chart: Chart, wide: float, sizes: Sizes, narrow: bool) -> Body:
    made = _BODIES[chart.form](chart, wide, sizes, narrow)
    return made if made.readable else _Rows(chart, wide, sizes, narrow)

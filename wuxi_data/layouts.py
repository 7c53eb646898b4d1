"""How each form is laid out for a width, in points, and drawn with its values in data units.

A body says how high it is, sets the scale of the Axes, and draws its marks where that scale puts
their values.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, groupby, pairwise
from operator import itemgetter
from typing import NamedTuple

from matplotlib.patches import Ellipse, PathPatch, Rectangle
from matplotlib.path import Path

from .charts import Chart, Mark
from .pen import STEPS, Pen, blank, fading, paint
from .style import ALERT, GREY, HUE, INK, PAPER, Sizes, height, widest_piece, width, wrap

_BEYOND, _ABOVE = 36, 24  # points by which a bar, or a column, without an upper bound goes on
_MORE = 12  # squares that one without an upper bound goes on
_FADED = 4  # years, at least, over which an open end fades
_GAP = 6
_BOLD = "semibold"
_ON_PAPER = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.5}  # no line strikes it through


class Body:
    """One form, laid out for a width: how high it is, and what it draws where."""

    readable = True
    height: float
    paper = None  # behind words that lines may cross

    def __init__(self, chart: Chart, wide: float, sizes: Sizes, narrow: bool):
        self.chart, self.wide, self.sizes, self.narrow = chart, wide, sizes, narrow
        known = {mark.figure for mark in chart.figures}
        self.parts = [mark for mark in chart.figures if mark.within in known]
        self.wholes = [mark for mark in chart.figures if mark.within not in known]
        self.heads: list[tuple[float, float, str, float]] = []  # left, top, words, size
        self._lay_out()

    def pen(self, ax, wide: float, high: float, left: float, top: float) -> Pen:
        """A pen at the body's corner in an Axes of so many points, which gets the body's scale."""
        blank(ax)
        xlim, ylim = self._limits(wide, high, left, top)
        ax.set(xlim=xlim, ylim=ylim)
        return Pen(ax, wide, high, left, top)

    def _limits(self, wide: float, high: float, left: float, top: float) -> tuple[tuple, tuple]:
        return (0, wide), (high, 0)

    def _inside(
        self, whole: Mark, start: float = 0.0, depth: int = 0
    ) -> Iterator[tuple[Mark, float, int]]:
        """A whole and its parts, end to end: each mark, where it starts and how deep it lies.

        None has the tone of what holds it.
        """
        yield whole, start, depth
        for mark in self.parts:
            if mark.within == whole.figure:
                if mark.tone == whole.tone:
                    mark = replace(mark, tone="main" if mark.tone == "second" else "second")
                yield from self._inside(mark, start, depth + 1)
                start += mark.low or 0.0

    def _ends(self, whole: Mark) -> list[tuple[float, bool]]:
        """How far a whole and each part may go, and whether it goes on where nothing bounds it."""
        return [(start + mark.reach, mark.endless) for mark, start, _ in self._inside(whole)]

    def _words(self, mark: Mark) -> str:
        """A figure with what stands beside it, where that has no column of its own."""
        comma = "，" if self.chart.lang == "zh" else ", "
        return comma.join(filter(None, (mark.words, mark.detail)))

    def _named(self, mark: Mark) -> str:
        return f"{mark.name}{'：' if self.chart.lang == 'zh' else ': '}{self._words(mark)}"

    def _with_notes(self, whole: Mark, room: float) -> list[tuple[Mark, str]]:
        """The parts of a whole, each with what is said of it beneath."""
        room -= self._lead()[1] + 15
        _whole, *parts = self._inside(replace(whole, tone="second"))
        return [(mark, wrap(self._named(mark), room, self.sizes.small)) for mark, *_ in parts]

    def _lead(self) -> tuple[str, float]:
        """What stands before the first of such notes, and the room that it takes of each."""
        words = "其中" if self.chart.lang == "zh" else "of which"
        return words, width(words, self.sizes.small) + 6

    def _notes_high(self, parts: list[tuple[Mark, str]]) -> float:
        return sum(height(note, self.sizes.small) + 2 for _mark, note in parts)

    def _draw_notes(self, pen: Pen, parts, left: float, top: float) -> None:
        """What each part is, beside a sample of its look."""
        small, (words, wide) = self.sizes.small, self._lead()
        if parts:
            pen.text(words, left, top, small, "lead", color=GREY)
        for mark, note in parts:
            if mark.low is not None:
                pen.box(left + wide, top + 3, 9, 9, "key", **paint(mark))
            pen.label(mark, note, left + wide + 15, top, small)
            top += height(note, small) + 2

    def _under_heading(self, mark: Mark, before: str, at: float) -> float:
        """How far down a mark begins: below the heading of its group, where it is the first."""
        if not mark.group or mark.group == before:
            return at
        at, size = at + 6 * bool(at), self.sizes.label
        self.heads.append((0, at, words := wrap(mark.group, self.wide, size, _BOLD), size))
        return at + height(words, size) + 8

    def draw(self, pen: Pen) -> None:
        for left, top, words, size in self.heads:
            pen.text(words, left, top, size, "head", weight=_BOLD, color=GREY, bbox=self.paper)


# -------------------------------------------------------------------- rows: bars, nested, spans


class _Row(NamedTuple):
    """A mark with its words, wrapped; how far down its name, its bar and what is beneath begin.

    The lines beside its bar go on for `half` above the middle of it, and below.
    """

    mark: Mark
    name: str
    label: str
    detail: str
    parts: list[tuple[Mark, str]]  # with what is said of each beneath the whole
    name_top: float
    top: float
    foot: float
    half: float


class _Rows(Body):
    """Marks one under the other: names at the left, or above their bars where it is narrow."""

    thick = 22.0
    label_share = 0.7  # of the room that bars and labels have
    first = 0.0  # what stands at the left end of the axis
    beneath = 0.0  # what the words of the axis need

    def _lay_out(self) -> None:
        sizes, wide, marks = self.sizes, self.wide, self.wholes
        name_room, detail_room = min(wide * 0.34, 190), wide * 0.24
        if self.narrow or len(marks) > 12:
            self.thick = min(self.thick, 16.0)
        if self.narrow:
            name_room = detail_room = wide
        names = [wrap(mark.name, name_room, sizes.label) for mark in marks]
        details = [wrap(mark.detail, detail_room, sizes.small) for mark in marks]
        self.gutter = 0.0 if self.narrow else 10 + width("\n".join(names), sizes.label)
        # Details have a column of their own at the right.
        self.detail_left = wide
        if any(details) and not self.narrow:
            self.detail_left -= width("\n".join(details), sizes.small)
        self.room = self.detail_left - 14 * (self.detail_left < wide) - self.gutter
        label_room = self.room * self.label_share - 10
        label_room -= _BEYOND * any(mark.endless for mark in self.chart.figures)
        labels = [wrap(mark.words, label_room, sizes.label, _BOLD) for mark in marks]
        self.scale = self._scale(labels)
        self._place_rows(names, labels, details)
        self.limit = wrap(self.chart.options.get("limit", ""), self.room, sizes.small)
        self.height += self.beneath + 9 * bool(self.limit) + height(self.limit, sizes.small)

    def _scale(self, labels: list[str]) -> float:
        """Points for one unit, such that every bar and its label have room."""
        scales = [
            (self.room - width(label, self.sizes.label, _BOLD) - 10 - _BEYOND * endless) / end
            for mark, label in zip(self.wholes, labels, strict=True)
            for end, endless in self._ends(mark)
            if end
        ]
        return min(scales, default=1.0)

    def _place_rows(self, *words: list[str]) -> None:
        at, before, sizes = 0.0, "", self.sizes
        self.rows: list[_Row] = []
        for mark, *said in zip(self.wholes, *words, strict=True):
            at, before = self._under_heading(mark, before, at), mark.group
            name, label, detail = map(height, said, (sizes.label, sizes.label, sizes.small))
            beside = max(self.thick, label, 0 if self.narrow else detail)
            if self.narrow:
                name_top, middle, half = at, at + name + 2 + beside / 2, self.thick / 2
                at += name + 2 + beside + detail
            else:
                tall = max(name, beside)
                name_top, middle, half = at + (tall - name) / 2, at + tall / 2, tall / 2 + 6
                at += tall
            parts = self._with_notes(mark, self.wide - self.gutter - 3)
            tops = name_top, middle - self.thick / 2, middle + beside / 2 + 2
            self.rows.append(_Row(mark, *said, parts, *tops, half))
            at += self._notes_high(parts) + 12
        self.height = at - 12

    def _limits(self, wide: float, high: float, left: float, top: float) -> tuple[tuple, tuple]:
        ends = -(left + self.gutter), wide - left - self.gutter
        return tuple(self.first + end / self.scale for end in ends), (high, 0)

    def _x(self, value: float) -> float:
        """Where a value stands, in points."""
        return self.gutter + (value - self.first) * self.scale

    def draw(self, pen: Pen) -> None:
        super().draw(pen)
        sizes = self.sizes
        self._draw_axis(pen)
        for row in self.rows:
            x, align = (0, "left") if self.narrow else (self.gutter - 10, "right")
            pen.text(row.name, x, row.name_top, sizes.label, f"{row.mark.gid}:name", ha=align,
                     bbox=self.paper)  # fmt: skip
            middle = row.top + self.thick / 2
            self._draw_mark(pen, row, middle)
            if row.detail:
                x, y, va = self.detail_left, middle, "center"
                if self.narrow:
                    x, y, va = 0, row.foot, "top"
                pen.text(row.detail, x, y, sizes.small, "detail", color=GREY, va=va,
                         bbox=self.paper)  # fmt: skip
            self._draw_parts(pen, row)
            below = row.foot + height(row.detail, sizes.small) * self.narrow
            self._draw_notes(pen, row.parts, self.gutter + 3, below)
        if self.limit:
            self._draw_limit(pen, self.chart.options["at"])

    def _draw_axis(self, pen: Pen) -> None:
        self._upright(pen, self.gutter)

    def _draw_limit(self, pen: Pen, at: float) -> None:
        """A line across the bars that reach it, and what it says."""
        x, wide = self._x(at), width(self.limit, self.sizes.small)
        for look in ({"color": PAPER, "linewidth": 4}, {"color": ALERT, "linewidth": 1.5}):
            self._upright(pen, x, at, zorder=2, **look)
        left = min(max(x - wide / 2, self.gutter), self.wide - wide)
        top = self.height - height(self.limit, self.sizes.small)
        pen.text(self.limit, left, top, self.sizes.small, "limit", color=ALERT)

    def _upright(self, pen: Pen, x: float, least: float = 0, **look) -> None:
        """A line only beside bars that reach so far: it strikes through no word around them."""
        ends, half = [], self.thick / 2
        for row in self.rows:
            if row.mark.reach >= least:
                middle = row.top + half
                ends += [middle - row.half, middle + (half if row.parts else row.half), math.nan]
        pen.line([x] * len(ends), ends, **look)

    def _draw_mark(self, pen: Pen, row: _Row, middle: float) -> None:
        """The bar, and its label at its end."""
        mark = row.mark
        whole = replace(mark, tone="second") if row.parts and not mark.about else mark
        pen.bar(whole, row.top, self.thick, _BEYOND / self.scale)
        end = max(self._x(end) + _BEYOND * endless for end, endless in self._ends(mark))
        pen.label(mark, row.label, end + _GAP, middle, self.sizes.label, weight=_BOLD, va="center")

    def _draw_parts(self, pen: Pen, row: _Row) -> None:
        """Parts in the lower half of their whole, end to end."""
        foot = row.top + self.thick
        _whole, *parts = self._inside(replace(row.mark, tone="second"))
        for mark, base, depth in parts:
            thick, edge = self.thick * 0.55**depth, self._x(base)
            if mark.high != mark.low:  # its fading must not mix with ours
                reach = mark.reach * self.scale + _BEYOND * mark.endless
                pen.box(edge, foot - thick, reach, thick, "rule", facecolor=PAPER, linewidth=0)
            pen.bar(mark, foot - thick, thick, _BEYOND / self.scale, base=base)
            if base:  # a gap, or two parts of one tone would be one
                pen.line([edge, edge], [foot - thick, foot], color=PAPER, linewidth=1.5, zorder=2)


class _Spans(_Rows):
    """Years that each figure covers; a single year is a dot."""

    thick, label_share, beneath, paper = 13.0, 0.55, 24.0, _ON_PAPER

    def _scale(self, labels: list[str]) -> float:
        self.named = [y for m in self.wholes for y in (m.start, m.end) if y is not None]
        # An open end has room to fade in.
        ends = [m.start + _FADED for m in self.wholes if m.end is None]
        starts = [m.end + 1 - _FADED for m in self.wholes if m.start is None]
        self.first = min([*self.named, *starts])
        self.last = max([max(self.named) + 1, *ends])
        return self.room / (self.last - self.first)

    def _draw_axis(self, pen: Pen) -> None:
        size = self.sizes.small
        for year in self._ticks():
            x, half = self._x(year + 0.5), width(str(year), size) / 2
            ends = self.rows[0].top - 6, self.height - self.beneath + 6
            pen.line([x, x], ends, color="#cccccc")
            middle = min(max(x, half - pen.left), pen.wide - pen.left - half)
            pen.text(str(year), middle, self.height - 17, size, "tick", ha="center", color=GREY)

    def _ticks(self) -> list[int]:
        """The years at which most begins or ends, as far as they do not touch."""
        room, kept = width("2000", self.sizes.small) + 6, []
        for year in sorted(set(self.named), key=lambda year: (-self.named.count(year), year)):
            if all(abs(year - other) * self.scale >= room for other in kept):
                kept.append(year)
        return sorted(kept)

    def _draw_mark(self, pen: Pen, row: _Row, middle: float) -> None:
        """From the year that print names first to the last, and on towards an end left open."""
        mark = row.mark
        named = [year for year in (mark.start, mark.end) if year is not None]
        start, end = named[0], named[-1] + 1
        foot = pen.y(row.top + self.thick)
        thick = pen.y(row.top) - foot
        if mark.start == mark.end:
            across = self.thick / self.scale
            centre = start + 0.5, foot + thick / 2
            pen.shape(mark, "", "span", Ellipse, centre, across, thick, **paint(mark))
            wider = max(0, across - 1) / 2  # than its year
            start, end = start - wider, end + wider
        else:
            box = (start, foot), end - start, thick
            pen.shape(mark, "", "span", Rectangle, *box, **paint(mark))
        towards = {"beyond": (end, self.last)} if mark.end is None else {}
        towards |= {"before": (start, self.first)} if mark.start is None else {}
        for part, ends in towards.items():
            for first, last, look in fading(mark, *ends):
                pen.shape(mark, part, "span", Rectangle, (first, foot), last - first, thick, **look)
        left, right = (self.first if mark.start is None else start,
                       self.last if mark.end is None else end)  # fmt: skip
        self._draw_label(pen, row, self._x(left), self._x(right), middle)

    def _draw_label(self, pen: Pen, row: _Row, left: float, right: float, middle: float) -> None:
        """At the right of its span where there is room, else at the left, else upon it."""
        size = self.sizes.label
        wide = width(row.label, size, _BOLD) + _GAP
        x, align = right + _GAP, "left"
        if right + wide > self._x(self.last):
            x, align = left - _GAP, "right"
            if left - wide < self.gutter:
                x, align = (left + right) / 2, "center"
        pen.label(row.mark, row.label, x, middle, size, va="center", ha=align, weight=_BOLD,
                  bbox=self.paper)  # fmt: skip


# -------------------------------------------------------------------- columns


class _Columns(Body):
    """Upright columns at their years; what is alike and inferred shares one bracket."""

    def _lay_out(self) -> None:
        sizes, marks = self.sizes, self.chart.figures
        self.change = self.chart.options.get("change")
        right = width(self.change, sizes.label, _BOLD) + 24 if self.change else 0
        self.slots = _slots(marks)
        self.pitch = (self.wide - right) / len(self.slots)
        self.thick = min(self.pitch * 0.7, 72)
        tall = 130.0 if self.narrow else 170.0
        endless = any(mark.endless for mark in marks)
        self.scale = (tall - _ABOVE * endless) / (max(mark.reach for mark in marks) or 1)
        self.brackets = self._brackets()
        self._wrap_words(right)
        groups, head = [group for group, _place in self.slots], 0.0
        for group in filter(None, dict.fromkeys(groups)):
            words = wrap(group, groups.count(group) * self.pitch - 8, sizes.small, _BOLD)
            self.heads.append((groups.index(group) * self.pitch + 4, 0, words, sizes.small))
            head = max(head, height(words, sizes.small) + 6)
        texts = [*self.labels, *(text for _run, text in self.brackets)]
        self.foot = head + max(height(text, sizes.label) for text in texts) + 16 + tall
        self.height = self.foot + 6 + max(height(name, sizes.label) for name in self.names)

    def _wrap_words(self, right: float) -> None:
        """Labels and names; they can be read where no word and no figure has to be broken."""
        size, marks = self.sizes.label, self.chart.figures
        bracketed = {mark.key for run, _text in self.brackets for mark in run}
        rooms = [self.pitch - 6] * len(marks)
        if self.change:  # where it stands well below its top, the last label may go on above it
            above = (marks[-1].reach - marks[-2].reach) * self.scale > size
            beside = min(rooms[-1], self.thick + 24)
            rooms[-1] = (self.pitch + self.thick) / 2 + right if above else beside
        said = [("" if mark.key in bracketed else self._words(mark), room, size, _BOLD)
                for mark, room in zip(marks, rooms, strict=True)]  # fmt: skip
        said += [(mark.name, self.pitch - 4, size, "normal") for mark in marks]
        self.readable = all(widest_piece(text, *look) <= room for text, room, *look in said)
        wrapped = [wrap(*each) for each in said]
        self.labels, self.names = wrapped[: len(marks)], wrapped[len(marks) :]

    def _x(self, mark: Mark) -> float:
        return (self.slots.index(_slot(mark)) + 0.5) * self.pitch

    def _top(self, mark: Mark) -> float:
        """Where a column ends, in points."""
        return self.foot - (mark.reach * self.scale + _ABOVE * mark.endless)

    def _brackets(self) -> list[tuple[list[Mark], str]]:
        """Neighbours that are inferred from one figure: said once, over all of them."""
        alike = groupby(self.chart.figures, key=lambda mark: (mark.state, mark.figure, mark.group))
        runs = [list(run) for (state, *_rest), run in alike if state == "inferred"]
        return [(run, wrap(self._words(run[0]), len(run) * self.pitch, self.sizes.label, _BOLD))
                for run in runs if len(run) > 1]  # fmt: skip

    def _limits(self, wide: float, high: float, left: float, top: float) -> tuple[tuple, tuple]:
        foot = top + self.foot
        return (0, wide), ((foot - high) / self.scale, foot / self.scale)

    def draw(self, pen: Pen) -> None:
        pen.line([0, len(self.slots) * self.pitch], [self.foot, self.foot], color=INK)
        super().draw(pen)
        marks, size = self.chart.figures, self.sizes.label
        for mark, label, name in zip(marks, self.labels, self.names, strict=True):
            x = self._x(mark)
            pen.bar(mark, x - self.thick / 2, self.thick, _ABOVE / self.scale, across=False)
            pen.text(name, x, self.foot + 4, size, f"{mark.gid}:name", ha="center")
            align = "center"
            if width(label, size, _BOLD) > self.pitch:
                x, align = x - self.thick / 2, "left"
            if label:
                pen.label(mark, label, x, self._top(mark) - 4, size, ha=align, va="bottom",
                          weight=_BOLD, bbox=_ON_PAPER if self.change else None)  # fmt: skip
        for run, text in self.brackets:
            self._draw_bracket(pen, run, text)
        if self.change:
            self._draw_change(pen, *marks[-2:])

    def _draw_bracket(self, pen: Pen, run: list[Mark], text: str) -> None:
        first, last = self._x(run[0]) - self.thick / 2, self._x(run[-1]) + self.thick / 2
        top = min(map(self._top, run)) - 10
        pen.line([first, first, last, last], [top + 5, top, top, top + 5], color=HUE)
        pen.label(run[0], text, (first + last) / 2, top - 3, self.sizes.label, ha="center",
                  va="bottom", weight=_BOLD, color=HUE)  # fmt: skip

    def _draw_change(self, pen: Pen, before: Mark, after: Mark) -> None:
        """An arrow from the height of the last column but one to that of the last."""
        x = self._x(after) + self.thick / 2 + 10
        low, high = self._top(before), self._top(after)
        start = self._x(before) + self.thick / 2
        pen.line([start, x + 5], [low, low], linestyle=":", color=ALERT)
        arrow = {"arrowstyle": "-|>", "color": ALERT, "shrinkA": 0, "shrinkB": 0}
        pen.ax.annotate("", (pen.x(x), pen.y(high)), (pen.x(x), pen.y(low)), gid="rule",
                        arrowprops=arrow)  # fmt: skip
        size = self.sizes.label
        pen.text(self.change, x + 8, min((low + high) / 2, self.foot - size), size, "change",
                 va="center", color=ALERT, weight=_BOLD)  # fmt: skip


def _slot(mark: Mark) -> tuple:
    return mark.group, mark.key if mark.at is None else mark.at


def _slots(marks) -> list[tuple]:
    """One place for each column; a year without one stays empty where few years lack."""
    slots: list[tuple] = []
    for group, inside in groupby(map(_slot, marks), key=itemgetter(0)):
        places = [place for _group, place in inside]
        if all(isinstance(place, int) for place in places):
            every = range(min(places), max(places) + 1)
            places = every if len(every) <= 2 * len(set(places)) else sorted(places)
        slots += [(group, place) for place in places]
    return list(dict.fromkeys(slots))


# -------------------------------------------------------------------- squares


class _Squares(Body):
    """One square a unit, parts tinted within their whole, a fading tail for 余."""

    def _lay_out(self) -> None:
        sizes, wide = self.sizes, self.wide
        self.per = self.chart.options.get("per", 1.0)
        many = sum(map(self._count, self.wholes))
        self.pitch = next((p for p in (17, 14, 11) if many * p * p < wide * 150), 9)
        self.across = max(1, int(wide // self.pitch))
        at, before, self.rows = 0.0, "", []
        for mark in self.wholes:
            at, before = self._under_heading(mark, before, at), mark.group
            label = wrap(self._said(mark), wide, sizes.label)
            grid = at + height(label, sizes.label) + 4
            foot = grid + math.ceil(self._count(mark) / self.across) * self.pitch + 2
            parts = _toned(self._with_notes(mark, wide))
            self.rows.append((mark, label, at, grid, foot, parts))
            at = foot + self._notes_high(parts) + 12
        self.height = at - 12

    def _said(self, mark: Mark) -> str:
        told = mark.name == self.chart.words["title"]  # just above
        return self._words(mark) if told else self._named(mark)

    def _count(self, whole: Mark) -> int:
        """Squares that there is room for."""
        ends = self._ends(whole)
        return max(math.ceil(end / self.per) + _MORE * endless for end, endless in ends)

    def draw(self, pen: Pen) -> None:
        super().draw(pen)
        for mark, label, top, grid, foot, parts in self.rows:
            pen.label(mark, label, 0, top, self.sizes.label)
            self._draw_grid(pen, mark, parts, grid)
            self._draw_notes(pen, parts, 0, foot)

    def _draw_grid(self, pen: Pen, mark: Mark, parts: list[tuple[Mark, str]], top: float) -> None:
        """The whole beyond its parts, and its tail; over it the parts, end to end, and theirs."""
        whole, inner = replace(mark, tone="third") if parts else mark, [part for part, _ in parts]
        for each, (_, start, _) in zip([whole, *inner], self._inside(mark), strict=True):
            inside = sum(part.low or 0.0 for part in inner if part.within == each.figure)
            sizes = inside, each.low or 0.0, each.reach
            first, certain, end = ((start + size) / self.per for size in sizes)
            self._squares(pen, each, "", first, certain, top, paint(each))
            certain = max(first, certain)
            end, part = (math.ceil(certain) + _MORE, "beyond") if each.endless else (end, "more")
            first, last = math.floor(certain), math.ceil(end)
            for step, until, look in fading(each, first, last, min(last - first, STEPS), gap=0):
                cut = max(certain, round(step)), min(end, round(until))
                self._squares(pen, each, part, *cut, top, look)

    def _squares(self, pen: Pen, mark: Mark, part: str, first, last, top, look: dict) -> None:
        """The squares from `first` to `last`, as one shape; those at its ends may be cut."""
        side, corners = round(self.pitch * 0.82), []
        for n in range(math.floor(first), math.ceil(last) if first < last else 0):
            row, column = divmod(n, self.across)
            x, y = column * self.pitch, top + row * self.pitch
            left, right = pen.x(x + max(first - n, 0) * side), pen.x(x + min(last - n, 1) * side)
            upper, lower = pen.y(y), pen.y(y + side)
            corners += [(left, upper), (right, upper), (right, lower), (left, lower), (left, upper)]
        codes = [Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY] * (len(corners) // 5)
        if corners:
            pen.shape(mark, part, "squares", PathPatch, Path(corners, codes), **look)


def _toned(parts: list[tuple[Mark, str]]) -> list[tuple[Mark, str]]:
    """The last part stands out most; none is like its whole, nor like the one beside it."""
    ranks, last = [], Counter()
    for mark, _note in parts:
        last[mark.within] += mark.low is not None  # words alone have no squares
        last[mark.figure] = last[mark.within]
        ranks.append(last[mark.figure])
    return [(replace(mark, tone=("main", "second")[(rank - ranks[-1]) % 2]), note)
            for rank, (mark, note) in zip(ranks, parts, strict=True)]  # fmt: skip


# -------------------------------------------------------------------- beside


class _Beside(Body):
    """Single charts in as many columns as make the picture lowest; in one where it is narrow."""

    def _lay_out(self) -> None:
        most = 1 if self.narrow else min(len(self.chart.panels), 3)
        tried = [(across, *self._in_columns(across)) for across in range(1, most + 1)]
        # Wide panels read better: each more column must make the picture a tenth lower.
        _, self.cells, self.height = min(tried, key=lambda made: made[2] * (9 + made[0]))

    def _in_columns(self, across: int) -> tuple[list[tuple], float]:
        """(left, top, title, body) of each panel, in the order of reading, and how high it is."""
        gap, sizes, panels = 26, self.sizes, self.chart.panels
        each = (self.wide - gap * (across - 1)) / across
        small = each < 300
        inner = sizes._replace(label=sizes.small) if small else sizes
        titles = [wrap(panel.words["title"], each, sizes.label, _BOLD) for panel in panels]
        bodies = [laid_out(panel, each, inner, small) for panel in panels]
        high = [height(title, sizes.label) + 6 + body.height + 20
                for title, body in zip(titles, bodies, strict=True)]  # fmt: skip

        def tallest(cuts: tuple[int, ...]) -> float:
            return max(sum(high[start:end]) for start, end in pairwise((0, *cuts, None)))

        cuts = min(combinations(range(1, len(panels)), across - 1), key=tallest)
        cells, left, top = [], 0.0, 0.0
        for n, cell in enumerate(zip(titles, bodies, strict=True)):
            if n in cuts:
                left, top = left + each + gap, 0.0
            cells.append((left, top, *cell))
            top += high[n]
        return cells, tallest(cuts) - 20

    def draw(self, pen: Pen) -> None:
        for left, top, title, body in self.cells:
            pen.text(title, left, top, self.sizes.label, "head", weight=_BOLD)
            high, under = body.height + 8, top + height(title, self.sizes.label) + 2
            corner = (pen.left + left) / pen.wide, 1 - (pen.top + under + high) / pen.high
            inner = pen.ax.inset_axes([*corner, body.wide / pen.wide, high / pen.high])
            body.draw(body.pen(inner, body.wide, high, 0, 4))


_BODIES = {"bars": _Rows, "nested": _Rows, "spans": _Spans, "columns": _Columns,
           "squares": _Squares, "beside": _Beside}  # fmt: skip


def laid_out(chart: Chart, wide: float, sizes: Sizes, narrow: bool) -> Body:
    made = _BODIES[chart.form](chart, wide, sizes, narrow)
    if made.readable:
        return made
    *others, last = chart.figures  # what its arrow would say stands beside it
    last = replace(last, detail=" ".join(filter(None, (last.detail, made.change))))
    return _Rows(replace(chart, figures=(*others, last)), wide, sizes, narrow)

"""The four forms that a chart takes: columns, bars, numbers, and spans of years.

Each finds the size at which its words have room, and draws nothing but through :mod:`.marks`.
"""

from __future__ import annotations

from . import style
from .marks import FADE, Figure, draw_bar, draw_number
from .style import GREY, INK, LABEL, SMALL

MOST_BARS, MOST_ROWS, MOST_SPANS = 12, 4, 16  # more would be too small to read
_SMALLEST = 7
_SIZES = (LABEL, SMALL, 9, 8, _SMALLEST)
_LINE = 1.25  # of a text's size
_MOST_NUMBERS = 4  # side by side


def columns(ax, groups: list[tuple[str, list[tuple[int, Figure]]]]) -> None:
    """Upright bars at their years, one named group beside the other."""
    across, up = style.room(ax)
    start = end = min(year for year, _ in groups[0][1])  # the first group stands at its own years
    placed, heads = [], []
    for head, group in groups:
        first = min(year for year, _ in group)
        heads.append((end, head))
        placed += [(end + year - first, figure) for year, figure in group]
        end = max(place for place, _ in placed) + 2
    pitch = across / (end - 1 - start)
    size, turned, texts, high = _column_labels([figure.words for _, figure in placed], pitch)
    above = high + any(figure.fades for _, figure in placed) * FADE + 6 + 16 * (len(groups) > 1)
    tallest = max(figure.end for _, figure in placed) or 1
    ax.set(xlim=(start - 0.5, end - 1.5), ylim=(0, tallest * up / (up - above)))
    ax.axhline(0, color=INK, linewidth=0.8, gid="rule")
    for (place, figure), text in zip(placed, texts, strict=True):
        wide = min(0.7, 70 / pitch)
        draw_bar(ax, "column", figure, place, wide, text=text, fontsize=size, rotation=90 * turned)
    _ticks(ax, [(place, figure.name) for place, figure in placed], pitch, size)
    if len(groups) > 1:
        for place, head in heads:
            ax.annotate(head, (place - 0.5, 1), (2, 0), xycoords=("data", "axes fraction"),
                        textcoords="offset points", va="top", fontsize=SMALL, gid="head",
                        weight="semibold")  # fmt: skip


def _column_labels(texts: list[str], pitch: float) -> tuple[float, bool, list[str], float]:
    """(size, turned upright, texts, height) of labels that stand side by side."""
    for size in _SIZES[:-1]:
        wrapped = [style.wrap(text, pitch - 6, size) for text in texts]
        lines = max(text.count("\n") + 1 for text in wrapped)
        if lines <= 2 and max(style.width(text, size) for text in wrapped) < pitch - 5:
            return size, False, wrapped, size * _LINE * lines
    size = max(min(9, pitch * 0.75), _SMALLEST)
    return size, True, texts, max(style.width(text, size) for text in texts)


def _ticks(ax, ticks: list[tuple[float, str]], pitch: float, size: float) -> None:
    """As many names along x as have room."""
    kept, free = [], float("-inf")
    for place, name in sorted(ticks):
        half = (style.width(name, size) + 6) / 2
        if place * pitch - half >= free:
            kept.append((place, name))
            free = place * pitch + half
    ax.set_xticks([place for place, _ in kept], [name for _, name in kept], fontsize=size)
    ax.tick_params(length=0, pad=4)


def bars(ax, figures: list[Figure]) -> None:
    """Bars that lie one under the other, named at their left."""
    across, up = style.room(ax)
    pitch = up / max(len(figures), 3)
    size, names = _row_names([figure.name for figure in figures], style.gutter(ax), pitch)
    texts = [style.wrap(figure.words, across * 0.6, size, lines=2) for figure in figures]
    beside = [
        style.width(text, size) + 8 + FADE * fig.fades
        for text, fig in zip(texts, figures, strict=True)
    ]
    longest = max(
        0 if figure.barless else figure.end * across / (across - room)
        for figure, room in zip(figures, beside, strict=True)
    )
    ax.set(xlim=(0, longest or 1), ylim=(up / pitch - 0.5, -0.5))
    ax.axvline(0, color=INK, linewidth=0.8, gid="rule")
    thick = min(0.62, 30 / pitch)
    for place, (figure, text) in enumerate(zip(figures, texts, strict=True)):
        if figure.barless:
            draw_number(ax, figure, (0, place), size)
        else:
            draw_bar(ax, "bar", figure, place, thick, text=text, fontsize=size)
    ax.set_yticks(range(len(names)), names, fontsize=size, linespacing=1.1)
    ax.tick_params(length=0, pad=6)


def _row_names(names: list[str], room: float, pitch: float) -> tuple[float, list[str]]:
    """The largest size at which every name has room at the left of its row."""
    for size in _SIZES:
        wrapped = [style.wrap(name, room, size) for name in names]
        if max(text.count("\n") + 1 for text in wrapped) * size * _LINE < pitch:
            return size, wrapped
    lines = max(1, int(pitch / (_SMALLEST * _LINE)))
    return _SMALLEST, [style.wrap(name, room, _SMALLEST, lines=lines) for name in names]


def numbers(ax, rows: list[tuple[str, list[Figure]]]) -> int:
    """Figures that share no axis, in large type, row by row; each captioned by its name.

    Returns how many there was no room for.
    """
    across, up = style.room(ax)
    broken = [
        (name if first == 0 else "", group[first : first + _MOST_NUMBERS])
        for name, group in rows
        for first in range(0, len(group), _MOST_NUMBERS)
    ][:MOST_ROWS]
    wide = max(len(group) for _, group in broken)
    cell, pitch = across / wide - 12, up / max(len(broken), 2)
    every = [figure for _, group in broken for figure in group]
    captions = {figure.gid: style.wrap(figure.name, cell, SMALL, lines=2) for figure in every}
    below = max(text.count("\n") + 1 for text in captions.values()) * SMALL * _LINE + 8
    size = next(
        (size for size in (30, 26, 22, 19, 16, 14, 12) if size * 1.2 + below < pitch
         and all(style.width(figure.words, size, "semibold") < cell for figure in every)), 10
    )  # fmt: skip
    ax.set(xlim=(0, wide), ylim=(up / pitch - 0.5, -0.5))
    for row, (_, group) in enumerate(broken):
        for column, figure in enumerate(group):
            draw_number(ax, figure, (column, row), size, text=captions[figure.gid], fontsize=SMALL,
                        color=GREY)  # fmt: skip
    if any(name for name, _ in broken):
        size, names = _row_names([name for name, _ in broken], style.gutter(ax), pitch)
        ax.set_yticks(range(len(names)), names, fontsize=size, va="bottom")
        ax.tick_params(length=0, pad=6)
    return sum(len(group) for _, group in rows) - len(every)


def spans(ax, figures: list[Figure]) -> None:
    """Years that each figure covers, one under the other; words where there is room for them."""
    across, up = style.room(ax)
    pitch = up / max(len(figures), 6)
    first = min(figure.base for figure in figures)
    last = max(figure.end for figure in figures)
    ax.set(xlim=(first, last), ylim=(up / pitch - 0.5, -0.5))
    scale = across / (last - first)
    size = max(_SMALLEST, min(SMALL, pitch * 0.72))
    for place, figure in enumerate(figures):
        text = style.wrap(figure.words, across * 0.9, size, lines=1)
        room = style.width(text, size) + 10
        if (last - figure.end) * scale > room:
            at, aside, align = figure.end, 5, "left"
        elif (figure.base - first) * scale > room:
            at, aside, align = figure.base, -5, "right"
        else:
            at, aside, align = figure.base, 5, "left"
        white = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
        draw_bar(ax, "span", figure, place, 0.6, text=text, xy=(at, place), xytext=(aside, 0),
                 ha=align, fontsize=size, bbox=white)  # fmt: skip
    years = range(int(first), int(last))
    _ticks(ax, [(year + 0.5, str(year)) for year in years], scale, SMALL)

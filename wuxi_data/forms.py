"""The four forms that a chart takes: columns, bars, numbers, and spans of years.

Each finds the size at which its words have room, and draws nothing but through :mod:`.drawing`.
"""

from __future__ import annotations

from . import style
from .drawing import FADE, Figure, draw_bar, draw_number
from .style import GREY, INK, LABEL, SMALL

MOST_BARS, MOST_ROWS, MOST_SPANS = 12, 4, 16  # more would be too small to read
_FEW_BARS = 8  # have room for names of two lines
_SMALLEST = 7
_SIZES = (LABEL, SMALL, 9, 8, _SMALLEST)
_LINE = 1.2  # of a text's size
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
    size, turned, texts, high = _column_labels([figure.words for _, figure in placed], pitch, up)
    above = high + any(figure.fades for _, figure in placed) * FADE + 6
    if len(groups) > 1:
        heads = _heads(heads, [*(place for place, _ in heads[1:]), end], pitch)
        above += _tall([head for _, head in heads], SMALL)
    tallest = max(figure.end for _, figure in placed) or 1
    ax.set(xlim=(start - 0.5, end - 1.5), ylim=(0, tallest * up / max(up - above, up / 4)))
    ax.axhline(0, color=INK, linewidth=0.8, gid="rule")
    for (place, figure), text in zip(placed, texts, strict=True):
        wide = min(0.7, 70 / pitch)
        draw_bar(ax, "column", figure, place, wide, text=text, fontsize=size, rotation=90 * turned)
    _ticks(ax, [(place, figure.name) for place, figure in placed], pitch, size)
    if len(groups) > 1:
        for place, head in heads:
            ax.annotate(head, (place - 0.5, 1), (0, 0), xycoords=("data", "axes fraction"),
                        textcoords="offset points", va="top", fontsize=SMALL, gid="head",
                        weight="semibold")  # fmt: skip


def _heads(heads: list[tuple[int, str]], ends: list[int], pitch: float) -> list[tuple[int, str]]:
    """The names of the groups, each as wide as its group."""
    return [
        (place, style.wrap(head, (end - place) * pitch - 12, SMALL, "semibold", lines=3))
        for (place, head), end in zip(heads, ends, strict=True)
    ]


def _column_labels(
    texts: list[str], pitch: float, up: float
) -> tuple[float, bool, list[str], float]:
    """(size, turned upright, texts, height) of labels that stand side by side."""
    for size in _SIZES[:-1]:
        wrapped = [style.wrap(text, pitch - 6, size) for text in texts]
        lines = max(text.count("\n") + 1 for text in wrapped)
        if lines <= 2 and max(style.width(text, size) for text in wrapped) < pitch - 5:
            return size, False, wrapped, size * _LINE * lines
    size = max(min(9, pitch * 0.75), _SMALLEST)
    if pitch > 2 * size * _LINE:  # two lines side by side, rather than into the title
        texts = [style.wrap(text, up * 0.7, size, lines=2) for text in texts]
    return size, True, texts, max(style.width(text, size) for text in texts)


def _ticks(ax, ticks: list[tuple[float, str]], pitch: float, size: float) -> None:
    """Every name along x, and as many of them visible as have room."""
    kept, free = set(), float("-inf")
    for place, name in sorted(ticks):
        half = (style.width(name, size) + 6) / 2
        if place * pitch - half >= free:
            kept.add(place)
            free = place * pitch + half
    # What is drawn as CSV and in the report's table reads the names back: none may be lost.
    shown = sorted(ticks)
    ax.set_xticks([place for place, _ in shown], [name for _, name in shown], fontsize=size)
    ax.tick_params(length=0, pad=4)
    for (place, _), label in zip(shown, ax.get_xticklabels(), strict=True):
        label.set_visible(place in kept)


def bars(ax, figures: list[Figure]) -> int:
    """Bars that lie one under the other, named at their left; returns how many are left out."""
    across, up = style.room(ax)
    for most in range(MOST_BARS, _FEW_BARS - 1, -1):
        pitch = up / min(max(len(figures), 3), most)
        size, names = _row_names([figure.name for figure in figures[:most]], style.NAMES, pitch)
        if size > _SMALLEST:
            break
    left_out, figures = len(figures[most:]), figures[:most]
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
            draw_number(ax, figure, (0, place), size, figure.words)
        else:
            draw_bar(ax, "bar", figure, place, thick, text=text, fontsize=size)
    ax.set_yticks(range(len(names)), names, fontsize=size, linespacing=1.1)
    ax.tick_params(length=0, pad=6)
    return left_out


def _row_names(names: list[str], room: float, pitch: float) -> tuple[float, list[str]]:
    """The largest size at which every name has room at the left of its row."""
    for size in _SIZES[:-1]:
        wrapped = [style.wrap(name, room, size) for name in names]
        if max(text.count("\n") + 1 for text in wrapped) * size * _LINE < pitch:
            return size, wrapped
    lines = max(1, int(pitch / (_SMALLEST * _LINE)))
    return _SMALLEST, [style.wrap(name, room, _SMALLEST, lines=lines) for name in names]


def numbers(ax, rows: list[tuple[str, list[Figure]]]) -> int:
    """Figures that share no axis, in large type, row by row, each captioned by its name.

    Returns how many are left out.
    """
    across, up = style.room(ax)
    grid = [
        (name if first == 0 else "", group[first : first + _MOST_NUMBERS])
        for name, group in rows
        for first in range(0, len(group), _MOST_NUMBERS)
    ]
    wide = max(len(group) for _, group in grid)
    cell = across / wide - 14
    for most in range(MOST_ROWS, 0, -1):
        every = [figure for _, group in grid[:most] for figure in group]
        pitch = up / len(grid[:most])
        captions = [style.wrap(figure.name, cell, SMALL, lines=3) for figure in every]
        below = _tall(captions, SMALL)
        size, words = _large([figure.words for figure in every], cell, pitch - below - 12)
        if size:
            break
    grid = grid[:most]
    size = size or _SMALLEST
    high = _tall(words, size)
    down = (high - below) / 2  # the words' foot below the middle of the row, in points
    top = (high - down + 4) / pitch
    ax.set(xlim=(0, wide), ylim=(len(grid) - 0.5, -0.5))
    texts = iter(zip(words, captions, strict=True))
    for row, (_, group) in enumerate(grid):
        for column, figure in enumerate(group):
            word, caption = next(texts)
            right = column + cell / (cell + 14)
            ax.plot([column, right], [row - top] * 2, color=GREY, linewidth=0.8, gid="rule")
            draw_number(ax, figure, (column, row), size, word, -down, text=caption,
                        fontsize=SMALL, color=GREY)  # fmt: skip
    if any(name for name, _ in grid):
        size, names = _row_names([name for name, _ in grid], style.NAMES, pitch)
        ax.set_yticks(range(len(names)), names, fontsize=size)
        ax.tick_params(length=0, pad=8)
    return sum(len(group) for _, group in rows) - len(every)


def _tall(texts: list[str], size: float) -> float:
    return max(text.count("\n") + 1 for text in texts) * size * _LINE


def _large(texts: list[str], cell: float, up: float) -> tuple[float, list[str]]:
    """The largest size at which the texts fit, on one line or two with no word broken; else 0."""
    for size in (34, 30, 26, 22, 19, 16, 14, 12, 10):
        words = [word for text in texts for word in text.split(" ")]
        if max(style.width(word, size, "semibold") for word in words) <= cell:
            broken = [style.wrap(text, cell, size, "semibold") for text in texts]
            if max(text.count("\n") for text in broken) < 2 and _tall(broken, size) <= up:
                return size, broken
    return 0, [style.wrap(text, cell, _SMALLEST, "semibold") for text in texts]


def spans(ax, figures: list[Figure]) -> None:
    """Years that each figure covers, one under the other.

    The words stand where there is room: after the bar, before it, or on it.
    """
    across, up = style.room(ax)
    pitch = up / max(len(figures), 8)
    first, last = min(figure.base for figure in figures), max(figure.end for figure in figures)
    scale = across / (last - first)
    ax.set(xlim=(first, last), ylim=(up / pitch - 0.5, -0.5))
    size = max(_SMALLEST, min(SMALL, pitch * 0.72))
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
    for place, figure in enumerate(figures):
        after, before = (last - figure.end) * scale, (figure.base - first) * scale
        most = max(after, before, (figure.end - figure.base) * scale)
        # Rather small than without its figure, which stands at the end of the words.
        sizes = (size, *(each for each in _SIZES if each < size))
        wide = {each: style.width(figure.words, each) + 10 for each in sizes}
        small = next((each for each in sizes if wide[each] <= most), _SMALLEST)
        text = _ending(figure.words, most - 10, small)
        room = style.width(text, small) + 10
        at, aside, align = (figure.base + figure.end) / 2, 0, "center"
        if after >= room:
            at, aside, align = figure.end, 5, "left"
        elif before >= room:
            at, aside, align = figure.base, -5, "right"
        draw_bar(ax, "span", figure, place, 0.5, text=text, xy=(at, place), xytext=(aside, 0),
                 ha=align, fontsize=small, bbox=None if aside else paper)  # fmt: skip
    _year_ticks(ax, int(first), int(last) - 1, scale)


def _ending(text: str, room: float, size: float) -> str:
    """As much of the end as there is room for: that is where the figure stands."""
    short = text
    while short and style.width(text, size) > room:
        short = short[1:].lstrip()
        text = f"…{short}"
    return text


def _year_ticks(ax, first: int, last: int, scale: float) -> None:
    """The first and the last year, and round ones between that do not touch them."""
    room = style.width("2000", SMALL) + 10
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000) if step * scale >= room)
    between = [
        year
        for year in range(first + 1, last)
        if year % step == 0 and min(year - first, last - year) * scale >= room
    ]
    shown = dict.fromkeys([first, *between, last] if (last - first) * scale >= room else [last])
    ax.set_xticks([year + 0.5 for year in shown], [str(year) for year in shown], fontsize=SMALL)
    ax.tick_params(length=0, pad=4)

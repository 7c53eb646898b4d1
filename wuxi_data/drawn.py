"""What is really drawn, read back from nothing but the Axes."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.colors import to_rgba
from matplotlib.patches import Ellipse

from .charts import rounded
from .wording import unwrapped


def marks(ax) -> pd.DataFrame:
    """What is really drawn, read back from nothing but the Axes.

    Parameters
    ----------
    ax : Axes
        As :meth:`Chart.draw` returns it.

    Returns
    -------
    DataFrame
        One row for each mark: kind; key (the figure, and the year where one figure has several
        marks); name and label (the words that stand at it); low, high (how far it is solid, and
        how far it fades: infinite where nothing bounds it; of squares how many, cut or whole; of
        spans the years); look (solid, open, dashed, hatched, fading, as drawn).
    """
    rows: dict[str, dict] = {}
    for inner in (ax, *ax.child_axes):
        texts = _texts(inner)
        for patch in inner.patches:
            kind, gid = patch.get_label().removeprefix("_"), patch.get_gid() or ""
            if kind not in _READ:
                continue
            name, _, part = gid.partition(":")
            row = rows.setdefault(name, _row(kind, name, texts))
            _READ[kind](row, patch, part)
        for name in texts:
            gid, _, part = name.partition(":")
            if part == "label":
                rows.setdefault(gid, _row("words", gid, texts))
    frame = pd.DataFrame(
        rows.values(), columns=["kind", "key", "name", "low", "high", "look", "label"]
    )
    fading = frame["high"].ne(frame["low"]) & frame["kind"].isin(["bar", "column", "squares"])
    frame["look"] = frame["look"] + fading.map({True: " fading", False: ""})
    return frame


def _read_bar(row: dict, patch, part: str) -> None:
    box = patch.get_bbox()
    start, end = (box.y0, box.y1) if row["kind"] == "column" else (box.x0, box.x1)
    if not part:
        low = rounded(end - start)
        row |= {"base": start, "low": low, "high": low, "look": _look(patch)}
    else:
        row["high"] = math.inf if part == "beyond" else rounded(end - row["base"])


def _read_squares(row: dict, patch, part: str) -> None:
    """However many there are, those cut at either end as far as they go."""
    corners = patch.get_path().vertices
    widths = abs(corners[1::5, 0] - corners[::5, 0])
    count = rounded(widths.sum() / abs(corners[2::5, 1] - corners[1::5, 1]).max())
    if not part:
        row |= {"low": count, "high": count, "look": _look(patch)}
    else:
        row["high"] = math.inf if part == "beyond" else rounded(row["high"] + count)


def _read_span(row: dict, patch, part: str) -> None:
    if part:
        row["low" if part == "before" else "high"] = -math.inf if part == "before" else math.inf
    elif isinstance(patch, Ellipse):
        year = rounded(patch.get_center()[0] - 0.5)
        row |= {"low": year, "high": year, "look": _look(patch)}
    else:
        box = patch.get_bbox()
        row |= {"low": rounded(box.x0), "high": rounded(box.x1 - 1), "look": _look(patch)}


_READ = {"bar": _read_bar, "column": _read_bar, "squares": _read_squares, "span": _read_span}


def _row(kind: str, name: str, texts: dict[str, str]) -> dict:
    words = {part: texts.get(f"{name}:{part}", "") for part in ("name", "label")}
    return {"kind": kind, "key": name.replace("_", " "), "low": 0.0, "high": 0.0,
            "look": "words only" if kind == "words" else "", **words}  # fmt: skip


def _texts(ax) -> dict[str, str]:
    return {text.get_gid(): unwrapped(text.get_text()) for text in ax.texts if text.get_gid()}


def _look(patch) -> str:
    look = "solid" if to_rgba(patch.get_facecolor())[3] else "open"
    if patch.get_linestyle() not in ("-", "solid"):
        look = "dashed"
    return f"{look} hatched" if patch.get_hatch() else look

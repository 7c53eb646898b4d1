"""What is really drawn, read back from nothing but the Axes."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.colors import to_rgba
from matplotlib.patches import Ellipse

from .charts import rounded
from .wording import unwrapped

_KINDS = ("bar", "column", "squares", "span")


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
        how far it fades: infinite where nothing bounds it; of squares how many; of spans the
        years); look (solid, open, dashed, hatched, fading, as drawn).
    """
    rows: dict[str, dict] = {}
    for inner in (ax, *ax.child_axes):
        texts = _texts(inner)
        for patch in inner.patches:
            kind, gid = patch.get_label().removeprefix("_"), patch.get_gid() or ""
            if kind not in _KINDS:
                continue
            name, _, part = gid.partition(":")
            low, high = _extent(patch, kind)
            row = rows.setdefault(name, _row(kind, name, texts))
            if kind == "span":
                _read_span(row, low, high, part, patch)
            elif not part:
                row |= {"base": low, "low": rounded(high - low), "look": _look(patch)}
                row["high"] = row["low"]
            else:
                end = math.inf if part == "beyond" else rounded(high - row["base"])
                row["high"] = max(row["high"], end)
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


def _read_span(row: dict, first: float, last: float, part: str, patch) -> None:
    if not part:
        row |= {"low": first, "high": last, "look": _look(patch)}
    elif part == "before":
        row["low"] = -math.inf
    else:
        row["high"] = math.inf


def _row(kind: str, name: str, texts: dict[str, str]) -> dict:
    words = {part: texts.get(f"{name}:{part}", "") for part in ("name", "label")}
    return {"kind": kind, "key": name.replace("_", " "), "low": 0.0, "high": 0.0,
            "look": "words only" if kind == "words" else "", **words}  # fmt: skip


def _texts(ax) -> dict[str, str]:
    return {text.get_gid(): unwrapped(text.get_text()) for text in ax.texts if text.get_gid()}


def _extent(patch, kind: str) -> tuple[float, float]:
    if kind == "squares":
        codes = patch.get_path().codes
        corners = patch.get_path().vertices[::5], patch.get_path().vertices[1::5]
        widths = abs(corners[1][:, 0] - corners[0][:, 0])
        whole = widths.max()
        return 0.0, rounded(float(widths.sum() / whole) if len(codes) else 0.0)
    if isinstance(patch, Ellipse):
        year = patch.get_center()[0] - 0.5
        return rounded(year), rounded(year)
    box = patch.get_bbox()
    ends = (box.y0, box.y1) if kind == "column" else (box.x0, box.x1)
    return rounded(ends[0]), rounded(ends[1] - (kind == "span"))


def _look(patch) -> str:
    look = "solid" if to_rgba(patch.get_facecolor())[3] else "open"
    if patch.get_linestyle() not in ("-", "solid"):
        look = "dashed"
    return f"{look} hatched" if patch.get_hatch() else look

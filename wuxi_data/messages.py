"""Whatever commands, guides and the page say, beside the codes: where it can be translated."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


def _(text: str, **parts) -> str:
    """What a command says: `text` with each ``{place}`` filled."""
    return text.format(**parts) if parts else text


@cache
def sentences() -> dict[str, dict[str, str]]:
    """What guides and the page say, in both languages: ``sentences()["guide_rule"]["zh"]``."""
    path = files("wuxi_data").joinpath("templates/messages.csv")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return {row["code"]: row for row in csv.DictReader(lines)}

"""What ``data/datapackage.json`` declares: the one home of columns, types, constraints and keys."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

THEMES = ("funding", "projects", "water_works", "training", "county")
TABLES = (*THEMES, "sources", "labels", "exclusions", "crosschecks")
# Columns that came later: a folder without them stays valid.
LATER = ("note_zh", "reason", "place", "url", "read")


@cache
def package() -> dict:
    """The declared Data Package, ``data/datapackage.json``."""
    return json.loads(files("wuxi_data").joinpath("data/datapackage.json").read_text("utf-8"))


@cache
def schema(name: str) -> dict:
    """The declared Table Schema of one table."""
    return next(each["schema"] for each in package()["resources"] if each["name"] == name)


def fields(name: str) -> dict[str, dict]:
    return {field["name"]: field for field in schema(name)["fields"]}


def references(name: str, resource: str) -> list[str]:
    """The columns that refer to `resource`."""
    return [
        key["fields"][0]
        for key in schema(name).get("foreignKeys", ())
        if key["reference"]["resource"] == resource
    ]

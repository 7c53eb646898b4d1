"""What ``data/datapackage.json`` declares: columns, types, constraints and keys, in one place."""

from __future__ import annotations

import json
from functools import cache

from .files import PACKAGE

THEMES = ("funding", "projects", "water_works", "training", "county")
TABLES = (*THEMES, "sources", "labels", "exclusions", "crosschecks")


@cache
def package() -> dict:
    """The declared Data Package, ``data/datapackage.json``."""
    return json.loads((PACKAGE / "data" / "datapackage.json").read_text("utf-8"))


@cache
def resource(name: str) -> dict:
    """The declaration of one table."""
    return next(each for each in package()["resources"] if each["name"] == name)


def fields(name: str) -> dict[str, dict]:
    """The declaration of each column of a table, always with its ``constraints``."""
    declared = resource(name)["schema"]["fields"]
    return {field["name"]: {"constraints": {}} | field for field in declared}


def references(name: str, target: str) -> list[str]:
    """The columns of a table that refer to the table `target`."""
    return [
        key["fields"][0]
        for key in resource(name)["schema"].get("foreignKeys", ())
        if key["reference"]["resource"] == target
    ]

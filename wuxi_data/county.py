"""A county of your own: the folder to fill in, its guides, and a fictional one to look at."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

from .files import PACKAGE
from .messages import _
from .numerals import unit_labels
from .reading import read
from .schema import fields, package, references
from .tables import filled, labels, messages

_TEMPLATES = PACKAGE / "templates" / "county"
_AS_THEY_STAND = {  # the notebook as it runs on the empty tables, its outputs stored
    "notebooks/my_county.ipynb": "my_county.ipynb",
    ".github/workflows/check.yml": "check.yml",
}
_GUIDES = {"zh": "README.zh-CN.md", "en": "README.md"}
_MEANING = {"zh": "description_zh", "en": "description"}


def new_county(folder: str | Path) -> Path:
    """Make a folder to fill in: empty tables, a guide to each column, a notebook, its checks.

    Parameters
    ----------
    folder : path
        Does not exist yet, or is empty.

    Returns
    -------
    Path

    Raises
    ------
    FileExistsError
        There is something there already; nothing is touched.
    OSError
        The folder cannot be made; nothing is left behind.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(
            _("{folder} is there already and not empty; nothing is overwritten", folder=folder)
        )
    parent = folder.absolute().parent
    if not parent.is_dir():
        raise FileNotFoundError(_("no such folder to make it in: {parent}", parent=parent))
    # Made beside and moved into place, so that nobody meets half of a folder.
    with TemporaryDirectory(prefix=f".{folder.name}.", dir=parent) as beside:
        whole = Path(beside) / "whole"
        for name, content in blank_county().items():
            (whole / name).parent.mkdir(parents=True, exist_ok=True)
            (whole / name).write_bytes(content)
        if folder.exists():
            for each in whole.iterdir():
                each.rename(folder / each.name)
        else:
            whole.rename(folder)
    return folder


def blank_county() -> dict[str, bytes]:
    """What stands in a new county's folder: the name of each file and its content."""
    made = {_GUIDES[lang]: _guide(lang).encode() for lang in _GUIDES}
    for resource in _tables():
        # Excel takes a CSV for UTF-8 only where it opens with a mark.
        header = ",".join(fields(resource["name"])) + "\n"
        made[resource["path"]] = header.encode("utf-8-sig")
    made |= {path: (_TEMPLATES / name).read_bytes() for path, name in _AS_THEY_STAND.items()}
    return made


def _tables() -> list[dict]:
    """The tables that a county fills in: units are ours alone."""
    return [each for each in package()["resources"] if each["name"] != "units"]


def example_county() -> Path:
    """The folder of a fictional county, its ``article.txt`` included, to look at and play with.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> wd.check(wd.example_county())
    []
    """
    return PACKAGE / "example_county"


def three_gorges() -> Path:
    """The folder of the Three Gorges paired assistance: 315 figures from 41 public sources.

    The same tables as ours, from articles and bulletins on the whole reservoir area and its
    pairings. Sources contradict each other: ``wd.cross_checks(wd.three_gorges())`` says where.
    ``read`` in its sources says of which texts only an excerpt could be read.

    Examples
    --------
    >>> import wuxi_data as wd
    >>> len(wd.load_sources(wd.three_gorges()))
    41
    """
    return PACKAGE / "three_gorges"


# -------------------------------------------------------------------- guides


def _guide(lang: str) -> str:
    template = (_TEMPLATES / _GUIDES[lang]).read_text("utf-8")
    tables = "\n\n".join(_table_guide(each, lang) for each in _tables())
    lists, found = "\n\n".join(_closed_lists(lang)), "\n\n".join(_open_lists(lang))
    return Template(template).substitute(tables=tables, lists=lists, open=found)


def _table_guide(resource: dict, lang: str) -> str:
    """Each column with its meaning, its rule and how one row of ours fills it."""
    name, words = resource["name"], messages()
    frame = read(name).frame
    example = frame.loc[(frame != "").sum(axis=1).idxmax()]  # the fullest row, the first of them
    title = ("column", "meaning", "rule", "example")
    rows = [
        (
            f"`{column}`",
            field[_MEANING[lang]],
            filled(words[_rule(name, field)][lang], kinds=_kinds(field)),
            f"`{example[column]}`" if example[column] else "",
        )
        for column, field in fields(name).items()
    ]
    header = [tuple(words[f"guide_{word}"][lang] for word in title), ("---",) * len(title)]
    table = "\n".join(f"| {' | '.join(map(_cell, row))} |" for row in header + rows)
    return (
        f"### `{resource['path']}`\n\n{resource[_MEANING[lang]]}\n\n{table}\n\n"
        f"```csv\n{_csv(fields(name))}{_csv(example)}```"
    )


def _rule(name: str, field: dict) -> str:
    rules, column = field.get("constraints", {}), field["name"]
    if "enum" in rules:
        return "guide_closed" if rules.get("required") else "guide_closed_or_empty"
    if column in references(name, "labels"):
        return "guide_open" if rules.get("required") else "guide_open_or_empty"
    return "guide_required" if rules.get("required") else "guide_optional"


def _kinds(field: dict) -> str:
    return " / ".join(f"`{kind}`" for kind in field.get("labelKinds", ()))


def _closed_lists(lang: str) -> Iterator[str]:
    """Every closed list once: each table's indicators with their units, and the units."""
    words, listed = labels(), {}
    for resource in package()["resources"]:
        path, units = f"`{resource['path']}`", resource.get("indicatorUnits", {})
        if units:
            found = (f"`{code}` {words[code][lang]} ({', '.join(units[code])})" for code in units)
            yield f"**`indicator`** ({path}): {', '.join(found)}"
        for column, field in fields(resource["name"]).items():
            codes = tuple(field.get("constraints", {}).get("enum", ()))
            if column != "indicator" and codes and set(codes) <= set(words):
                listed.setdefault((column, codes), []).append(path)
    for (column, codes), paths in listed.items():
        found = ", ".join(f"`{code}` {words[code][lang]}" for code in codes)
        yield f"**`{column}`** ({', '.join(paths)}): {found}"
    places = {"zh": 0, "en": 1}
    units = (f"`{code}` {unit[places[lang]][0]}" for code, unit in unit_labels().items())
    yield f"**`unit`**: {', '.join(units)}"


def _open_lists(lang: str) -> Iterator[str]:
    """The kinds that a label may be of, and those of our open codes that fit any county."""
    kinds = fields("labels")["kind"]["constraints"]["enum"]
    yield f"**`kind`** (`labels.csv`): {', '.join(f'`{kind}`' for kind in kinds)}"
    ours = read("labels").frame
    for column, kind in (("reason", "reason"), ("works", "works_type"), ("sector", "sector")):
        rows = ours[ours["kind"] == kind]
        listed = ", ".join(f"`{row.code}` {getattr(row, lang)}" for row in rows.itertuples())
        yield f"**`{column}`**: {listed}"


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _csv(values) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()

"""A county of your own: the folder to fill in, its guides, and a fictional one to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

from .files import PACKAGE, try_to_write
from .messages import LANGS, _, filled, sentences
from .numerals import unit_labels
from .reading import read_table
from .schema import TABLES, fields, package, references, resource
from .tables import labels

_TEMPLATES = PACKAGE / "templates" / "county"
_COPIED = {  # the notebook with its outputs on the empty tables
    ".gitattributes": "gitattributes",
    "notebooks/my_county.ipynb": "my_county.ipynb",
    ".github/workflows/check.yml": "check.yml",
}
GUIDES = {"zh": "README.zh-CN.md", "en": "README.md"}
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
    try_to_write(folder)
    # Made beside it and moved into place, so that nobody finds half of a file.
    with TemporaryDirectory(prefix=f".{folder.name}.", dir=parent) as beside:
        for name, content in blank_county().items():
            path = Path(beside, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        folder.mkdir(exist_ok=True)
        for each in Path(beside).iterdir():
            each.rename(folder / each.name)
    return folder


def blank_county() -> dict[str, bytes]:
    """The files of a new county's folder, by name."""
    made = {GUIDES[lang]: _guide(lang).encode() for lang in LANGS}
    for name in TABLES:
        # Excel reads a CSV as UTF-8 only if it begins with a byte order mark.
        made[f"{name}.csv"] = (",".join(fields(name)) + "\n").encode("utf-8-sig")
    return made | {path: (_TEMPLATES / name).read_bytes() for path, name in _COPIED.items()}


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
    """The folder of the Three Gorges counterpart assistance: 315 figures from 41 public sources.

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
    """A guide: its template, filled with what the schema and our labels say."""
    return Template((_TEMPLATES / GUIDES[lang]).read_text("utf-8")).substitute(
        tables="\n\n".join(_table_guide(name, lang) for name in TABLES),
        lists="\n\n".join(_closed_lists(lang)),
        open="\n\n".join(_open_lists(lang)),
    )


def _table_guide(name: str, lang: str) -> str:
    """The columns of a table, each with its meaning, its rule and an example of ours."""
    words, frame = sentences(), read_table(name).frame
    fullest = frame.loc[[(frame != "").sum(axis=1).idxmax()]]  # the first of them
    rows = [[words[f"guide_{word}"][lang] for word in ("column", "meaning", "rule", "example")]]
    rows.append(["---"] * 4)
    for column, field in fields(name).items():
        kinds = " / ".join(f"`{kind}`" for kind in field.get("labelKinds", ()))
        rule = filled(words[_rule(name, field)][lang], kinds=kinds)
        example = fullest[column].iloc[0]
        cells = f"`{column}`", field[_MEANING[lang]], rule, example and f"`{example}`"
        rows.append([each.replace("|", r"\|") for each in cells])
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    csv = fullest.to_csv(index=False, lineterminator="\n")
    return f"### `{name}.csv`\n\n{resource(name)[_MEANING[lang]]}\n\n{table}\n\n```csv\n{csv}```"


def _rule(name: str, field: dict) -> str:
    rules, kind = field["constraints"], "any"
    if "enum" in rules:
        kind = "closed"
    elif field["name"] in references(name, "labels"):
        kind = "open"
    return f"guide_{kind}" + ("" if rules.get("required") else "_or_empty")


def _closed_lists(lang: str) -> Iterator[str]:
    """Each closed list, once: the indicators of each table with their units, then the rest."""
    words = {code: said[lang] for code, said in labels().items()}
    tables: dict[tuple, list[str]] = {}  # (column, its codes) → the tables that have it
    for declared in package()["resources"]:
        path, units = f"`{declared['path']}`", declared.get("indicatorUnits", {})
        if units:
            found = ((code, f"{words[code]} ({', '.join(units[code])})") for code in units)
            yield f"**`indicator`** ({path}): {_listed(found)}"
        for column, field in fields(declared["name"]).items():
            codes = tuple(field["constraints"].get("enum", ()))
            if column != "indicator" and codes and set(codes) <= set(words):
                tables.setdefault((column, codes), []).append(path)
    for (column, codes), paths in tables.items():
        found = _listed((code, words[code]) for code in codes)
        yield f"**`{column}`** ({', '.join(paths)}): {found}"
    place = LANGS.index(lang)
    yield f"**`unit`**: {_listed((code, unit[place][0]) for code, unit in unit_labels().items())}"


def _open_lists(lang: str) -> Iterator[str]:
    """The kinds of labels, and those of our own codes that suit any county."""
    kinds = fields("labels")["kind"]["constraints"]["enum"]
    yield f"**`kind`** (`labels.csv`): {', '.join(f'`{kind}`' for kind in kinds)}"
    ours = read_table("labels").frame
    for column, kind in (("reason", "reason"), ("works", "works_type"), ("sector", "sector")):
        rows = ours[ours["kind"] == kind]
        yield f"**`{column}`**: {_listed(zip(rows['code'], rows[lang], strict=True))}"


def _listed(codes: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"`{code}` {said}" for code, said in codes)

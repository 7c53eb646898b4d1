"""Every fault of a folder at once: of each table by itself, and of the tables together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from .messages import _
from .quantity import evaluate, names_in, verdict
from .reading import Fault, Raw, Vocabulary, read_table
from .rules import check_table, lookup
from .schema import THEMES, package
from .tables import facts


def check(data: str | Path | None = None) -> list[Fault]:
    """Every fault of every table in a folder.

    Parameters
    ----------
    data : path, optional
        A folder of your own tables; ours by default.

    Returns
    -------
    list of Fault
        Empty where the folder is sound. Each has file, line, column, found, expected.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        `data` is not a folder.
    """
    raws = {each["name"]: read_table(each["name"], data) for each in package()["resources"]}
    known = lookup(data)
    faults = [fault for raw in raws.values() for fault in check_table(raw, known)]
    if not raws["sources"].path.exists():
        wrong = _("no such file"), _("the source of the figures, one row each")
        faults.append(Fault("sources.csv", None, "", *wrong))
    faults += [*_misnamed(raws), *_repeated_ids(raws), *_glyph_faults(raws)]
    if not any(fault.column in ("", "fact_id") for fault in faults):  # or the ids are incomplete
        faults += _formula_faults(raws, data, sound=not faults)
    return faults


_SPREADSHEET = re.compile(r"\s*(\w+)\s*\.(csv(\.\w+)?|xlsx?|ods|et)")


def _misnamed(raws: dict[str, Raw]) -> Iterator[Fault]:
    """A table that is missing, while Funding.csv, funding.csv.txt or funding.xlsx is there."""
    missing = {name for name, raw in raws.items() if not raw.path.exists()}
    for path in sorted(raws["sources"].path.parent.iterdir()):
        like = _SPREADSHEET.fullmatch(path.name.casefold())
        if like and like[1] in missing:
            expected = _("{name}.csv, saved as CSV UTF-8", name=like[1])
            yield Fault(path.name, None, "", _("a name that no table has"), expected)


def copies(data: str | Path | None = None) -> list[str]:
    """Other files that look like one of the tables, and are not read: funding - 副本.csv."""
    paths = [read_table(each["name"], data).path for each in package()["resources"]]
    tables = {path.stem: path for path in paths if path.exists()}
    like = re.compile(rf"(?!~).*({'|'.join(tables)}).*\.(csv|xlsx?|ods|et)")
    others = set(paths[0].parent.iterdir()) - set(paths)
    return sorted(path.name for path in others if like.fullmatch(path.name.casefold()))


def _repeated_ids(raws: dict[str, Raw]) -> Iterator[Fault]:
    """A fact_id that stands in two tables."""
    seen: dict[str, str] = {}
    for name in THEMES:
        for row, fact_id in enumerate(raws[name].frame.get("fact_id", ())):
            if fact_id and seen.setdefault(fact_id, name) != name:
                expected = _("an id that {file} does not use", file=f"{seen[fact_id]}.csv")
                yield raws[name].fault(row, "fact_id", expected)


def _formula_faults(raws: dict[str, Raw], data, sound: bool) -> Iterator[Fault]:
    """A relation names facts; where those are sound, it has one unit and divides by no zero."""
    raw, columns = raws["crosschecks"], ["left", "relation", "right"]
    if raw.frame.empty or not set(columns) <= set(raw.frame):
        return
    known = {each for name in THEMES for each in raws[name].frame["fact_id"].cat.categories}
    vocabulary, figures = Vocabulary(known), facts(data) if sound else {}
    for row, left, relation, right in raw.frame[columns].itertuples(name=None):
        sides = []
        for side, formula in (("left", left), ("right", right)):
            unknown = [word for word in names_in(formula) if word not in known]
            for word in unknown:
                expected = _("a fact_id or a number{mend}", mend=operand_hint(word, vocabulary))
                yield raw.fault(row, side, expected, word)
            if unknown or not sound:
                continue
            try:
                sides.append(evaluate(formula, figures))
            except ZeroDivisionError:
                yield raw.fault(row, side, _("no division by zero"))
            except ValueError as error:
                yield raw.fault(row, side, _("a formula that computes: {why}", why=error))
        if len(sides) == 2:
            try:
                verdict(sides[0], relation, sides[1])
            except ValueError as error:
                yield raw.fault(row, "right", _("sides that compare: {why}", why=error))


def operand_hint(word: str, vocabulary: Vocabulary) -> str:
    """What a word of a formula lacks: blanks around its signs, else a letter or two."""
    joined = re.search("[+*/＋－×÷]", word)
    if joined:
        return _("; + - * / with a blank on both sides")
    return vocabulary.did_you_mean(word)


# What charts write: the labels of codes, and the credit.
_DRAWN = [("labels", "zh"), ("labels", "en"), ("sources", "title"), ("sources", "authors")]


def _glyph_faults(raws: dict[str, Raw]) -> Iterator[Fault]:
    """Characters that no font at hand can draw: said now rather than halfway through a run."""
    from .style import families, missing_glyphs  # here: matplotlib is slow to import

    expected = _("characters that a font here can draw: write it otherwise, or install a font")
    for name, column in _DRAWN:
        for row, text in enumerate(raws[name].frame.get(column, ())):
            try:
                if text.isprintable():
                    families(text)
            except ValueError:
                yield raws[name].fault(row, column, expected, missing_glyphs(text))

"""Say every fault of a table at once: where it stands, what stood there, what was expected.

Each check is a plain function of one distinct text, applied to a column's categories, so that a
million rows cost little more than their distinct words. A cell that is at fault already takes
no part in the checks that compare cells: one mistake gives one fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from .messages import _, language
from .numerals import Unread, unit_labels
from .quantity import Quantity, evaluate, names_in, parse_quantity, verdict
from .reading import Fault, Raw, did_you_mean, numbers, read
from .schema import THEMES, fields, package, references, resource, schema

FIGURE = ["value", "unit", "qualifier", "as_written"]
# What charts write out: a font must have its characters.
_DRAWN = [("labels", "zh"), ("labels", "en"), ("sources", "title"), ("sources", "authors")]

Found = tuple[int, str, str, str]  # row, column, found, expected


@dataclass(frozen=True, eq=False)
class Beside:
    """What rows may refer to; None where the file that says so cannot be read."""

    codes: dict[str, str] | None  # code → code, and its Chinese and English words → code
    kinds: dict[str, str]  # code → kind
    paragraphs: dict[str, float] | None  # source_id → number of paragraphs


def beside(data: str | Path | None = None) -> Beside:
    """What the rows of a folder's tables may refer to."""
    return _beside(read("labels"), read("labels", data), read("sources", data))


@lru_cache(maxsize=16)
def _beside(ours: Raw, labels: Raw, sources: Raw) -> Beside:
    (codes, kinds), (own, own_kinds) = _codes(ours), _codes(labels)
    counts = None
    if sources.path.exists() and not sources.faults:
        ids = sources.frame["source_id"].astype(str)
        counts = dict(zip(ids, numbers(sources.frame["paragraphs"]), strict=True))
    return Beside(None if labels.faults else codes | own, kinds | own_kinds, counts)


def _codes(labels: Raw) -> tuple[dict[str, str], dict[str, str]]:
    """Each code by itself and by its words; the kind of each code."""
    if not {"code", "kind", "zh", "en"} <= set(labels.frame):
        return {}, {}
    rows = labels.frame[["code", "kind", "zh", "en"]].astype(str).to_numpy()
    said = {word: row[0] for row in rows for text in row[2:] for word in re.split("[|、]", text)}
    return said | {row[0]: row[0] for row in rows}, {row[0]: row[1] for row in rows}


# -------------------------------------------------------------------- one table


@lru_cache(maxsize=64)
def check_table(raw: Raw, known: Beside) -> tuple[Fault, ...]:
    """Every fault of one table."""
    found: list[Found] = []
    for name, field in fields(raw.name).items():
        if name in raw.frame:
            found += _column_faults(raw, field, _allowed(raw, name, known), known.codes or {})
    found += _key_faults(raw)
    if raw.name == "exclusions" and {"paragraph", "occurrence"} <= set(raw.frame):
        found += _half_placed(raw.frame)
    if raw.name == "labels" and {"code", "kind"} <= set(raw.frame):
        found += _kind_faults(raw.frame)
    if set(fields(raw.name)) <= set(raw.frame):
        if "source_id" in raw.frame and "paragraph" in raw.frame:
            found += _paragraph_faults(raw.frame, known, _Bad(raw.frame, found))
        if raw.name in THEMES:
            found += _unit_faults(raw, _Bad(raw.frame, found))
            for compared in (_token_faults, _period_faults):
                found += compared(raw.frame, _Bad(raw.frame, found))
            found += _part_faults(raw, _Bad(raw.frame, found))
    faults = [*raw.faults, *_placed(raw, found)]
    return tuple(sorted(faults, key=lambda fault: fault.line or 0))


class _Bad:
    """Which cells are at fault already."""

    def __init__(self, frame: pd.DataFrame, found: list[Found]):
        self.none = np.zeros(len(frame), dtype=bool)
        self.rows: dict[str, np.ndarray] = {}
        for row, column, *_rest in found:
            self.rows.setdefault(column, self.none.copy())[row] = True

    def any(self, *columns: str) -> np.ndarray:
        """Of each row, whether one of the columns is at fault."""
        return np.any([self.rows.get(column, self.none) for column in columns], axis=0)


def _placed(raw: Raw, found: list[Found]) -> list[Fault]:
    order = list(fields(raw.name))
    found = sorted(found, key=lambda each: (each[0], order.index(each[1])))
    return [Fault(raw.path.name, raw.lines[row], *rest) for row, *rest in found]


def _column_faults(raw: Raw, field: dict, allowed, codes) -> list[Found]:
    column, is_right = raw.frame[field["name"]], _pattern(field)
    wrong = {
        code: expected
        for code, text in enumerate(column.cat.categories)
        if not is_right(text)
        and (expected := _expected(raw.name, field, str(text), allowed, codes))
    }
    if not wrong:
        return []
    codes_, texts = column.cat.codes.to_numpy(), column.cat.categories
    return [
        (row, field["name"], _quoted(texts[codes_[row]]), wrong[codes_[row]])
        for row in np.flatnonzero(np.isin(codes_, list(wrong)))
    ]


def _pattern(field: dict) -> Callable[[str], object]:
    """A quick test that is true only of right texts: a million ids are a million texts."""
    rules = field.get("constraints", {})
    decides = "pattern" in rules and set(rules) <= {"pattern", "required", "unique"}
    return re.compile(rules["pattern"] if decides else "(?!)").fullmatch


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:79] + "…") if text else _("nothing")


def _expected(
    table: str, field: dict, text: str, allowed: Container[str] | None, codes
) -> str | None:
    """What should have stood in a field instead of `text`; None where `text` is right."""
    rules = field.get("constraints", {})
    if text == "":
        return _described(field) if rules.get("required") else None
    if unprintable := _unprintable(field["name"], text):
        return unprintable
    wrong_type = _TYPES[field["type"]](field, text)
    if wrong_type:
        return wrong_type
    if "enum" in rules and text not in rules["enum"]:
        cased = {code.casefold(): code for code in rules["enum"]}
        meant = codes.get(text) or cased.get(text.casefold())
        mend = _meant_word(meant, text, rules["enum"])
        return _("one of the closed list {codes}{mend}", codes=", ".join(rules["enum"]), mend=mend)
    if allowed is not None and text not in allowed:
        return _referred(table, field, text, allowed, codes)
    if field["name"] == "unit":  # what it may be depends on the indicator: see _unit_faults
        return None
    if "pattern" in rules and not re.fullmatch(rules["pattern"], text):
        return _described(field, ends="[;.]")  # how it is written stands after a colon
    if len(text) > rules.get("maxLength", len(text)):
        return _("at most {count} characters", count=rules["maxLength"])
    return None


def _meant_word(meant: str | None, text: str, known: Container[str]) -> str:
    """The word that was meant, where it is one; else the nearest in spelling."""
    return _(" (did you mean {word}?)", word=meant) if meant in known else did_you_mean(text, known)


_BLANKS = "\u00a0\u3000"
# Tokens keep the blanks of print; sentences and names are written as their authors like.
_MAY_HOLD_BLANKS = {
    "as_written", "token", "note", "note_zh", "reason", "zh", "en", "title", "authors", "publisher",
}  # fmt: skip


def _unprintable(column: str, text: str) -> str | None:
    if not text.translate(dict.fromkeys(map(ord, _BLANKS))).isprintable():
        return _("text without control characters or line breaks")
    names = _("NBSP (U+00A0)"), _("an ideographic space (U+3000)")
    named = [name for blank, name in zip(_BLANKS, names, strict=True) if blank in text]
    if named and column not in _MAY_HOLD_BLANKS:
        return _("text without {blanks}", blanks=_(" or ").join(named))
    return None


def _described(field: dict, ends: str = "[:;.]") -> str:
    if language() == "zh":
        return re.split("[；。]", field["description_zh"])[0]
    words = re.split(ends, field["description"])[0]
    return words if words[1].isupper() else words[0].lower() + words[1:]


def _referred(table: str, field: dict, text: str, allowed, codes) -> str:
    """What a column of names refers to; these lists are open: a row may be added there."""
    if field["name"] == "part_of":
        return _("a fact_id of {table}.csv{mend}", table=table, mend=did_you_mean(text, allowed))
    meant = codes.get(text)
    mend = _meant_word(meant, text, allowed)
    if field["name"] == "source_id":
        return _("a source_id of sources.csv{mend}, or add a row for it there", mend=mend)
    kind = _(" or ").join(field.get("labelKinds", ["any"]))
    if meant == text:
        return _(
            "a code of the kind {kind}, which this is not: add a row for another to labels.csv",
            kind=kind,
        )
    return _(
        "a code of labels.csv{mend}, or add a row for it there, of the kind {kind}",
        mend=mend,
        kind=kind,
    )


# -------------------------------------------------------------------- one cell


_WHOLE = re.compile("0|[1-9][0-9]{0,8}")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,9})?")


def _whole(field: dict, text: str) -> str | None:
    low = int(field.get("constraints", {}).get("minimum", 0))
    if _WHOLE.fullmatch(text):
        return None if int(text) >= low else _("{low} or more", low=low)
    return _("a whole number{mend}", mend=_mended(text, _WHOLE))


def _year(field: dict, text: str) -> str | None:
    if re.fullmatch("[12][0-9]{3}", text):
        return None
    year = re.search("(?<![0-9])[12][0-9]{3}(?![0-9])", _ascii(text))
    mend = _(": write {it}", it=year[0]) if year else ""
    return _("a year of four digits, such as 2020{mend}", mend=mend)


def _number(field: dict, text: str) -> str | None:
    if _NUMBER.fullmatch(text):
        return None
    return _("a plain number such as 4000000{mend}", mend=_mended(text, _NUMBER))


_TYPES: dict[str, Callable[[dict, str], str | None]] = {
    "string": lambda field, text: None,
    "integer": _whole,
    "year": _year,
    "number": _number,
}


def _ascii(text: str) -> str:
    return text.translate({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)})


def _mended(text: str, form: re.Pattern) -> str:
    """How to write what was meant, where it can be: 约120 is 120, and about in qualifier."""
    meant = _meant(_ascii(text).strip().lstrip("'’¥￥$+"))
    if meant is None or meant.value is None:
        return ""
    mended = _plain_number(meant.value)
    if not form.fullmatch(mended):
        return ""
    if meant.qualifier == "exact":
        return _(": write {it}", it=mended)
    words = {"it": mended, "qualifier": meant.qualifier}
    return _(": write {it} in value and {qualifier} in qualifier", **words)


def _meant(text: str) -> Quantity | None:
    for reading in (parse_quantity, lambda text: Quantity(float(text))):
        try:
            return reading(text)
        except ValueError:
            continue
    return None


def _plain_number(value) -> str:
    return str(value) if isinstance(value, int) else f"{float(value):.15g}"


def _allowed(raw: Raw, column: str, known: Beside) -> Container[str] | None:
    """What a column may refer to; None where it refers to nothing that can be looked up."""
    if column in references(raw.name, "labels"):
        if known.codes is None:
            return None
        kinds = fields(raw.name)[column].get("labelKinds")  # none: a closed list of its own
        return {code for code, kind in known.kinds.items() if kinds is None or kind in kinds}
    if column in references(raw.name, "sources"):
        return known.paragraphs
    if column in references(raw.name, "") and not raw.faults:  # else rows may be lacking
        return raw.frame["fact_id"].cat.categories
    return None


# -------------------------------------------------------------------- cells of one row, rows


def _key_faults(raw: Raw) -> list[Found]:
    key = schema(raw.name)["primaryKey"]
    if not set(key) <= set(raw.frame):
        return []
    texts = raw.frame[key]
    twice = texts.duplicated().to_numpy() & (texts[key[0]] != "").to_numpy()
    return [
        (row, key[0], _quoted(" ".join(texts.iloc[row])), _("a key that no earlier row has"))
        for row in np.flatnonzero(twice)
    ]


@cache
def _closed_kinds() -> dict[str, str]:
    """The codes of the schema's closed lists, each with its kind: the column that lists it."""
    kinds = ("indicator", "qualifier", "status", "reason")
    return {
        code: kind
        for each in package()["resources"]
        for kind in kinds
        for code in fields(each["name"]).get(kind, {}).get("constraints", {}).get("enum", ())
    }


def _kind_faults(frame: pd.DataFrame) -> list[Found]:
    """A code of a closed list has the kind of that list, whatever else labels.csv may add."""
    declared = _closed_kinds()
    return [
        (
            row,
            "kind",
            _quoted(kind),
            _("{kind}, for {code} is of a closed list", kind=declared[code], code=code),
        )
        for row, (code, kind) in enumerate(zip(frame["code"], frame["kind"], strict=True))
        if declared.get(code, kind) != kind
    ]


def _half_placed(frame: pd.DataFrame) -> list[Found]:
    """An exclusion says paragraph and occurrence, or neither: wherever the token stands."""
    empty = {column: (frame[column] == "").to_numpy() for column in ("paragraph", "occurrence")}
    return [
        (row, column, _quoted(""), _("a number, or nothing in {other} too", other=other))
        for column, other in (("paragraph", "occurrence"), ("occurrence", "paragraph"))
        for row in np.flatnonzero(empty[column] & ~empty[other])
    ]


def _token_faults(frame: pd.DataFrame, bad: _Bad) -> list[Found]:
    """value, unit and qualifier must say what the printed token says."""
    wrong: dict[tuple, list] = {}
    read: dict[str, Quantity | str] = {}
    for figure in frame[FIGURE].drop_duplicates().itertuples(index=False, name=None):
        token = figure[-1]
        if token not in read:
            read[token] = _reading(token)
        disagreement = list(_disagreements(read[token], *figure))
        if disagreement:
            wrong[figure] = disagreement
    if not wrong:
        return []
    figures = zip(*(frame[column] for column in FIGURE), strict=True)
    skipped = {column: bad.any(column, "as_written") for column in FIGURE}
    return [
        (row, column, _quoted(found), expected)
        for row, figure in enumerate(figures)
        for column, found, expected in wrong.get(figure, ())
        if not skipped[column][row]
    ]


def _reading(token: str) -> Quantity | str:
    try:
        return parse_quantity(token)
    except Unread as error:
        return error.expected


def _disagreements(printed: Quantity | str, value: str, unit: str, qualifier: str, token: str):
    """(column, found, expected) of each cell that says otherwise than the token."""
    if isinstance(printed, str):
        yield "as_written", token, printed
        return

    def said(expected: str) -> str:
        return _("{expected}, as {token} says", expected=expected or _("nothing"), token=token)

    if not _same_number(value, printed.value):
        yield "value", value, said("" if printed.value is None else _plain_number(printed.value))
    if qualifier != (printed.qualifier or ""):
        yield "qualifier", qualifier, said(printed.qualifier or "")
    if printed.unit and unit != printed.unit:
        yield "unit", unit, said(printed.unit)


def _same_number(text: str, value) -> bool:
    try:
        if text == "" or value is None:
            return text == "" and value is None
        return text == str(value) or Quantity(float(text)).value == value
    except ValueError:
        return True  # not a number at all: said elsewhere


def _unit_faults(raw: Raw, bad: _Bad) -> list[Found]:
    """A unit must be one of ours, and one that the indicator can be counted in."""
    units, known = resource(raw.name)["indicatorUnits"], unit_labels()
    wrong = {}
    for unit, indicator in set(zip(raw.frame["unit"], raw.frame["indicator"], strict=True)):
        codes, able = unit.split("/"), units.get(indicator)
        unknown = [code for code in codes if code not in known]
        if unknown:
            mend = _near_unit(unknown[0], known)
            wrong[unit, indicator] = _("a code of units.csv{mend}", mend=mend)
        elif able and codes[0] not in able:
            words = {"indicator": indicator, "units": _(" or ").join(able)}
            wrong[unit, indicator] = _("a unit of {indicator}: {units}", **words)
    skipped = bad.any("unit", "indicator")
    pairs = zip(raw.frame["unit"], raw.frame["indicator"], strict=True) if wrong else ()
    return [
        (row, "unit", _quoted(pair[0]), wrong[pair])
        for row, pair in enumerate(pairs)
        if pair in wrong and not skipped[row]
    ]


def _near_unit(text: str, known: dict) -> str:
    """The unit that was meant, by its words or by its spelling."""
    said = {word: code for code, words in known.items() for word in (*words[0], *words[1], code)}
    cased = {word.casefold(): code for word, code in said.items()}
    return _meant_word(cased.get(text.casefold()), text, known)


def _period_faults(frame: pd.DataFrame, bad: _Bad) -> list[Found]:
    start, end = (numbers(frame[column]) for column in ("start", "end"))
    return [
        (row, "end", _quoted(frame["end"].iloc[row]),
         _("no year before start {start:.0f}", start=start[row]))
        for row in np.flatnonzero((end < start) & ~bad.any("start", "end"))
    ]  # fmt: skip


def _paragraph_faults(frame: pd.DataFrame, known: Beside, bad: _Bad) -> list[Found]:
    last = frame["source_id"].map(known.paragraphs or {}).astype(float).to_numpy()
    beyond = (numbers(frame["paragraph"]) > last) & ~bad.any("paragraph")
    return [
        (row, "paragraph", _quoted(frame["paragraph"].iloc[row]),
         _("at most {last:.0f}", last=last[row]))
        for row in np.flatnonzero(beyond)
    ]  # fmt: skip


def _part_faults(raw: Raw, bad: _Bad) -> list[Found]:
    """A part has its total's unit, no total is part of itself, no parts exceed their total."""
    frame = raw.frame
    if set(frame["part_of"].cat.categories) <= {""}:
        return []
    ids = pd.Index(frame["fact_id"].astype(str))
    totals = frame["part_of"].astype(str)
    if not ids.is_unique:
        return []
    parent = np.where((totals == "") | bad.any("part_of"), -1, ids.get_indexer(totals))
    parts = np.flatnonzero(parent >= 0)
    units = frame["unit"].astype(str).to_numpy()
    odd = (units[parts] != units[parent[parts]]) & ~_either(bad.any("unit"), parts, parent)
    faults = [
        (row, "part_of", _quoted(totals[row]), _("a total in {unit}", unit=units[row]))
        for row in parts[odd]
    ]
    faults += [
        (row, "part_of", _quoted(totals[row]), _("a total that is not its own part"))
        for row in _ring(parent)
    ]
    faults += _outside_faults(frame, parent, parts, bad) if not faults else []
    return faults or _sum_faults(raw, parent, parts, bad)


def _outside_faults(frame: pd.DataFrame, parent, parts, bad: _Bad) -> list[Found]:
    """The years of a part lie within those of its total, where both are printed."""
    start, end = numbers(frame["start"]), numbers(frame["end"])
    beyond = (start[parts] < start[parent[parts]]) | (end[parts] > end[parent[parts]])
    beyond &= ~_either(bad.any("start", "end", "part_of"), parts, parent)
    return [
        (row, "part_of", _quoted(frame["part_of"].iloc[row]),
         _("a total of the years {part}, not of {total}", part=_years(start[row], end[row]),
           total=_years(start[parent[row]], end[parent[row]])))
        for row in parts[beyond]
    ]  # fmt: skip


def _years(start: float, end: float) -> str:
    return "–".join("" if np.isnan(year) else f"{year:.0f}" for year in (start, end))


def _either(mask: np.ndarray, parts: np.ndarray, parent: np.ndarray) -> np.ndarray:
    """Whether the part or its total is masked."""
    return mask[parts] | mask[parent[parts]]


def _ring(parent: np.ndarray) -> np.ndarray:
    """The rows whose chain of totals never ends: after as many doublings as there can be rows."""
    above = parent.copy()
    for _doubling in range(len(parent).bit_length()):
        above = np.where(above >= 0, above[above], -1)
    return np.flatnonzero(above >= 0)


def _sum_faults(raw: Raw, parent, parts, bad: _Bad) -> list[Found]:
    """Parts that add up to more than their total: each of them, and the total, may be at fault."""
    frame = raw.frame
    values = np.nan_to_num(numbers(frame["value"]))
    counted = parts[~_either(bad.any(*FIGURE, "start", "end"), parts, parent)]
    sums = np.bincount(parent[counted], values[counted], len(frame))
    faults = []
    for total in np.flatnonzero(sums > values):  # few: only these are looked at closely
        most = parse_quantity(frame["as_written"].iloc[total]).high
        within = _summable(raw, counted[parent[counted] == total])
        least = sum(within.values())
        if most is not None and least > most and frame["qualifier"].iloc[total] != "about":
            faults += _too_much(frame, total, list(within), least)
    return faults


def _summable(raw: Raw, parts) -> dict[int, Fraction]:
    """The least that each part stands for, without those that may overlap with a larger one.

    Parts of different recipients, places or kinds are apart, and so are those of disjoint years.
    """
    frame, periods = raw.frame, ("start", "end", "source_id")
    kinds = [each for each in resource(raw.name)["tellingApart"] if each not in periods]
    apart: dict[int, Fraction] = {}
    taken: dict[tuple, list[tuple[float, float]]] = {}
    least = {part: _least(frame["as_written"].iloc[part]) for part in parts}
    for part in sorted(parts, key=lambda part: -least[part]):
        row = frame.iloc[part]
        first, last = (float(row[end] or far) for end, far in (("start", "-inf"), ("end", "inf")))
        years = taken.setdefault(tuple(row[kinds]), [])
        if all(last < start or first > end for start, end in years):
            years.append((first, last))
            apart[part] = least[part]
    return apart


def _least(token: str) -> Fraction:
    printed = parse_quantity(token)
    return Fraction(0 if printed.about or printed.low is None else printed.low)


def _too_much(frame: pd.DataFrame, total: int, parts: list[int], least) -> Iterator[Found]:
    ids, values = frame["fact_id"].astype(str).to_numpy(), frame["value"].astype(str).to_numpy()
    named = " + ".join(ids[sorted(parts)])
    words = {"least": _plain_number(least), "parts": named}
    expected = _("at least {least}, the sum of its parts {parts}", **words)
    yield total, "value", _quoted(values[total]), expected
    words = {"total": ids[total], "value": values[total]}
    expected = _("parts of {total} that add up to at most its {value}", **words)
    for part in parts:
        yield part, "value", _quoted(values[part]), expected


# -------------------------------------------------------------------- a folder


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
    raws = {each["name"]: read(each["name"], data) for each in package()["resources"]}
    known = beside(data)
    faults = [fault for raw in raws.values() for fault in check_table(raw, known)]
    if not raws["sources"].path.exists():
        wrong = _("no such file"), _("the source of the figures, one row each")
        faults.append(Fault("sources.csv", None, "", *wrong))
    faults += _misnamed(raws) + _repeated_ids(raws) + _glyph_faults(raws)
    if not any(fault.column in ("", "fact_id") for fault in faults):  # else ids are amiss
        faults += _unknown_in_formulas(raws)
    return faults or _uncomputable_formulas(raws)


_SPREADSHEET = re.compile(r"\s*(\w+)\s*\.(csv(\.\w+)?|xlsx?|ods|et)")


def _misnamed(raws: dict[str, Raw]) -> list[Fault]:
    """A table that is not there, while Funding.csv, funding.csv.txt or funding.xlsx is."""
    absent = {name for name, raw in raws.items() if not raw.path.exists()}
    beside = raws["sources"].path.parent.iterdir() if absent else ()
    found = {path.name: _SPREADSHEET.fullmatch(path.name.casefold()) for path in sorted(beside)}
    return [
        Fault(name, None, "", _("a name that no table has"),
              _("{name}.csv, saved as CSV UTF-8", name=like[1]))
        for name, like in found.items()
        if like and like[1] in absent
    ]  # fmt: skip


def _repeated_ids(raws: dict[str, Raw]) -> list[Fault]:
    seen: dict[str, str] = {}
    faults = []
    for name in THEMES:
        column = raws[name].frame.get("fact_id", pd.Series(dtype="category"))
        ids = set(column.cat.categories) - {""}
        again = ids & seen.keys()
        found = [
            (
                row,
                "fact_id",
                _quoted(id_),
                _("an id that {file} does not use", file=f"{seen[id_]}.csv"),
            )
            for row, id_ in (column[column.isin(again)].items() if again else ())
        ]
        faults += _placed(raws[name], found)
        seen = dict.fromkeys(ids, name) | seen
    return faults


_SIDES = ("left", "right")


def _unknown_in_formulas(raws: dict[str, Raw]) -> list[Fault]:
    raw = raws["crosschecks"]
    if raw.frame.empty:
        return []
    known = {each for name in THEMES for each in raws[name].frame["fact_id"].cat.categories}
    found = [
        (row, side, _quoted(word), _operand(word, known))
        for side in _SIDES
        for row, formula in enumerate(raw.frame[side])
        for word in names_in(formula)
        if word not in known
    ]
    return _placed(raw, found)


def _operand(word: str, known: set[str]) -> str:
    joined = re.search("[+*/＋－×÷]", word)
    mend = _("; + - * / with a blank on both sides") if joined else did_you_mean(word, known)
    return _("a fact_id or a number{mend}", mend=mend)


def _uncomputable_formulas(raws: dict[str, Raw]) -> list[Fault]:
    """A relation must have one unit on both sides, and divide by nothing that is zero."""
    raw, found = raws["crosschecks"], []
    if raw.frame.empty:
        return []
    words = {name for side in _SIDES for formula in raw.frame[side] for name in names_in(formula)}
    known = _figures(raws, words)
    for row, (left, relation, right) in enumerate(
        raw.frame[["left", "relation", "right"]].itertuples(index=False, name=None)
    ):
        sides = {}
        for side, formula in zip(_SIDES, (left, right), strict=True):
            try:
                sides[side] = evaluate(formula, known)
            except ZeroDivisionError:
                found.append((row, side, _quoted(formula), _("no division by zero")))
            except ValueError as error:
                expected = _("a formula that computes: {why}", why=error)
                found.append((row, side, _quoted(formula), expected))
        try:
            if len(sides) == 2:
                verdict(sides["left"], relation, sides["right"])
        except ValueError as error:
            expected = _("sides that compare: {why}", why=error)
            found.append((row, "right", _quoted(right), expected))
    return _placed(raw, found)


def _figures(raws: dict[str, Raw], wanted: set[str]) -> dict[str, Quantity]:
    """What the facts that formulas name say."""
    frames = [raws[name].frame for name in THEMES]
    rows = pd.concat([frame[frame["fact_id"].isin(wanted)].astype(str) for frame in frames])
    return {
        row.fact_id: replace(parse_quantity(row.as_written), unit=row.unit, formula=row.fact_id)
        for row in rows.itertuples()
    }


def _glyph_faults(raws: dict[str, Raw]) -> list[Fault]:
    """Characters that no font at hand can draw: better said here than by half a run."""
    from .style import families, missing_glyphs  # here: matplotlib is slow to import

    faults = []
    for name, column in _DRAWN:
        texts = raws[name].frame.get(column, pd.Series(dtype="category"))
        lacking = {}
        for code, text in enumerate(texts.cat.categories):
            missing = missing_glyphs(text)
            try:
                if missing and text.isprintable():
                    families(text)
            except ValueError:
                lacking[code] = missing
        expected = _("characters that a font here can draw: write it otherwise, or install a font")
        found = [
            (row, column, _quoted(lacking[texts.cat.codes.iloc[row]]), expected)
            for row in np.flatnonzero(texts.cat.codes.isin(list(lacking)))
        ]
        faults += _placed(raws[name], found)
    return faults

"""Read a table as it was written, and say every fault at once: where, what stood, what was meant.

Each check is a plain function of one distinct text, applied to a column's categories, so that a
million rows cost little more than their distinct words.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Callable, Container, Iterable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from .quantity import Printed, Quantity, parse_quantity
from .schema import THEMES, fields, package, references, schema

FIGURE = ["value", "unit", "qualifier", "as_written"]
_MANY_FAULTS = 50
# What charts write out: a font must have its characters.
_DRAWN = [("labels", "zh"), ("labels", "en"), ("sources", "title"), ("sources", "authors")]


class Fault(NamedTuple):
    """One thing wrong with a table: where, what stood there, what was expected."""

    file: str
    line: int | None
    column: str
    found: str
    expected: str

    def __str__(self):
        place = self.file + (f":{self.line}" if self.line else "")
        column = f" {self.column}" if self.column else ""
        return f"{place}{column}: found {self.found}; expected {self.expected}"


class TableError(ValueError):
    """A table that cannot be trusted, with every fault that it has.

    Attributes
    ----------
    faults : list of Fault
        file, line, column, found, expected; in the order of the file.
    """

    def __init__(self, faults: Iterable[Fault]):
        self.faults = list(faults)
        shown = [str(fault) for fault in self.faults[:_MANY_FAULTS]]
        more = len(self.faults) - len(shown)
        super().__init__("\n".join(shown + ([f"… and {more} more"] if more else [])))


class Beside(NamedTuple):
    """What rows may refer to: the codes of the labels, ours and the folder's, and its sources."""

    codes: frozenset[str]
    paragraphs: dict[str, float]  # source_id → number of paragraphs


class Raw(NamedTuple):
    """A table as it was written: every cell text, every column a category of its texts."""

    name: str
    path: Path
    frame: pd.DataFrame
    faults: list[Fault]


def folder(data: str | Path | None = None) -> Path:
    """The folder of tables: ours for None, else the user's own, which must exist."""
    path = Path(str(files("wuxi_data"))) / "data" if data is None else Path(data)
    if not path.exists():
        raise FileNotFoundError(f"no such folder of tables: {data}")
    if not path.is_dir():
        raise NotADirectoryError(f"expected a folder of tables, got a file: {data}")
    return path


# -------------------------------------------------------------------- reading


def read(name: str, data=None) -> Raw:
    path = folder(data) / f"{name}.csv"
    columns = list(fields(name))
    if not path.exists():  # a county need not have every theme
        return Raw(name, path, pd.DataFrame(columns=columns, dtype="category"), [])
    try:
        header = _header(path)
        # As objects first: read as categories, pandas 3.1 would turn texts into numbers (1e3, 007).
        frame = pd.read_csv(path, dtype=object, keep_default_na=False, encoding="utf-8")
        regular = isinstance(frame.index, pd.RangeIndex) and not frame.isna().any(axis=None)
        regular = regular and len(set(header)) == len(header)
    except UnicodeDecodeError:
        return Raw(name, path, _empty(columns), [_encoding_fault(path)])
    except (pd.errors.ParserError, pd.errors.EmptyDataError, csv.Error):
        regular = False
    frame, faults = (_categories(frame), []) if regular else _read_irregular(path)
    faults += _header_faults(path, list(frame.columns), columns)
    present = [column for column in columns if column in frame.columns]
    return Raw(name, path, frame[present], faults)


def _categories(frame: pd.DataFrame) -> pd.DataFrame:
    """Each column as the category of its texts, in the order in which they stand."""
    return pd.DataFrame(
        {name: pd.Categorical.from_codes(*pd.factorize(column)) for name, column in frame.items()}
    )


def _empty(columns) -> pd.DataFrame:
    return pd.DataFrame(columns=columns, dtype="category")


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return next(csv.reader(lines), [])


def _encoding_fault(path: Path) -> Fault:
    head = path.read_bytes()
    known = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}.get(head[:2])
    try:
        head.decode("gb18030")
        known = known or "GB18030 (GBK)"
    except UnicodeDecodeError:
        pass
    expected = "UTF-8; in Excel: Save as, CSV UTF-8 (另存为 CSV UTF-8); in Notepad: Encoding UTF-8"
    return Fault(path.name, None, "", f"text in {known or 'an unknown encoding'}", expected)


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """(line, fields) of each record; blank lines are none, as for pandas."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines, strict=True)
        line = 1
        for record in reader:
            if record:
                yield line, record
            line = reader.line_num + 1


def _read_irregular(path: Path) -> tuple[pd.DataFrame, list[Fault]]:
    """The slow, exact way, for a file whose rows or header are not of one length."""
    faults, rows, header = [], [], None
    try:
        for line, record in _records(path):
            if header is None:
                header = record
            else:
                if len(record) != len(header):
                    found, expected = f"{len(record)} fields", f"{len(header)}, as in the header"
                    faults.append(Fault(path.name, line, "", found, expected))
                rows.append((record + [""] * len(header))[: len(header)])
    except csv.Error as error:
        expected = "CSV with every quotation mark closed"
        faults.append(Fault(path.name, None, "", str(error), expected))
    if header is None:
        faults = faults or [Fault(path.name, 1, "", "an empty file", "a header and rows")]
        return pd.DataFrame(), faults
    return _categories(pd.DataFrame(rows, columns=_unrepeated(header), dtype=object)), faults


def _unrepeated(header: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    for place, name in enumerate(header):
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1 or not name:
            header[place] = f"{name or 'Unnamed'}: {place + 1}"
    return header


def _header_faults(path: Path, found: list[str], columns: list[str]) -> list[Fault]:
    if not found:
        return []
    faults = [
        Fault(path.name, 1, column, "no such column", f"a column {column!r} in the header")
        for column in columns
        if column not in found
    ]
    for column in found:
        if column not in columns:
            nameless = column.startswith("Unnamed")
            expected = "no column without a name" if nameless else "no such column"
            expected += did_you_mean(column, columns)
            faults.append(Fault(path.name, 1, "", f"column {column!r}", expected))
    return faults


def did_you_mean(text: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(text, list(known), 1)
    return f" (did you mean {close[0]}?)" if close else ""


# -------------------------------------------------------------------- checking one table


def beside(data: str | Path | None = None) -> Beside:
    """Read once per folder what the rows of its tables may refer to."""
    codes = _our_codes() if data is None else _our_codes() | _codes(read("labels", data))
    sources = read("sources", data).frame
    known = {"source_id", "paragraphs"} <= set(sources)
    counts = zip(sources["source_id"], numbers(sources["paragraphs"]), strict=True) if known else ()
    return Beside(codes, dict(counts))


@cache
def _our_codes() -> frozenset[str]:
    return _codes(read("labels"))


def _codes(labels: Raw) -> frozenset[str]:
    return frozenset(labels.frame.get("code", ()))


def check_table(raw: Raw, known: Beside) -> list[Fault]:
    """Every fault of one table."""
    blank = _blank_rows(raw.frame)
    found = [
        (row, "", "a row of blanks", "no such row: delete it") for row in np.flatnonzero(blank)
    ]
    for name, field in fields(raw.name).items():
        if name in raw.frame:
            found += _column_faults(raw, field, ~blank, _allowed(raw, name, known))
    found += _key_faults(raw, ~blank)
    if raw.name in THEMES and set(fields(raw.name)) <= set(raw.frame):
        known_bad = {(row, column) for row, column, *_ in found}
        found += [
            fault
            for fault in _figure_faults(raw.frame, known)
            if fault[:2] not in known_bad and not blank[fault[0]]
        ]
    return raw.faults + _placed(raw, found)


def _placed(raw: Raw, found: list) -> list[Fault]:
    """Rows become lines only when there is something to say: counting lines reads the file."""
    if not found:
        return []
    lines = [line for line, _ in _lenient_records(raw.path)][1:]
    order = list(fields(raw.name))
    found = sorted(found, key=lambda f: (f[0], order.index(f[1]) if f[1] in order else -1))
    return [Fault(raw.path.name, lines[row], *rest) for row, *rest in found]


def _lenient_records(path: Path):
    try:
        yield from _records(path)
    except csv.Error:
        return


def _blank_rows(frame: pd.DataFrame) -> np.ndarray:
    blank = np.ones(len(frame), dtype=bool)
    for column in frame:
        blank &= (frame[column] == "").to_numpy()
        if not blank.any():
            break
    return blank


def _column_faults(raw: Raw, field: dict, rows: np.ndarray, allowed: Container[str] | None) -> list:
    """(row, column, found, expected) wherever a distinct text of the column is wrong."""
    column = raw.frame[field["name"]]
    wrong = {
        code: expected
        for code, text in enumerate(column.cat.categories)
        if (expected := _expected(field, str(text), allowed))
    }
    if not wrong:
        return []
    codes = column.cat.codes.to_numpy()
    where = np.flatnonzero(np.isin(codes, list(wrong)) & rows)
    texts = column.cat.categories
    return [(row, field["name"], _quoted(texts[codes[row]]), wrong[codes[row]]) for row in where]


def _quoted(text: str) -> str:
    return "nothing" if text == "" else repr(text if len(text) <= 80 else text[:79] + "…")


def _expected(field: dict, text: str, allowed: Container[str] | None) -> str | None:
    """What should have stood in a field instead of `text`; None where `text` is right."""
    rules = field.get("constraints", {})
    if text == "":
        return _described(field) if rules.get("required") else None
    if not text.isprintable():
        return "text without control characters or line breaks"
    wrong_type = _TYPES[field["type"]](field, text)
    if wrong_type:
        return wrong_type
    if "enum" in rules and text not in rules["enum"]:
        mend = did_you_mean(text, rules["enum"])
        return f"one of the closed list {', '.join(rules['enum'])}{mend}"
    if allowed is not None and text not in allowed:
        return f"{_referred(field['name'])}{did_you_mean(text, allowed)}"
    if "pattern" in rules and not re.fullmatch(rules["pattern"], text):
        return f"{_described(field)} (pattern {rules['pattern']})"
    if len(text) > rules.get("maxLength", len(text)):
        return f"at most {rules['maxLength']} characters"
    return None


def _referred(column: str) -> str:
    """What a column of names refers to; all lists but the closed ones are open to more."""
    if column == "part_of":
        return "a fact_id of this table"
    kind = "source_id of sources.csv" if column == "source_id" else "code of labels.csv"
    return f"a {kind}: add a row for it there"


def _described(field: dict) -> str:
    return f"a {field['name']}: {field['description'].split(':')[0].rstrip('.')}"


def _whole(field: dict, text: str) -> str | None:
    rules = field.get("constraints", {})
    if not re.fullmatch(r"0|[1-9][0-9]{0,8}", text):
        return f"a whole number{_mended_number(text)}"
    low = int(rules.get("minimum", 0))
    return f"{low} or more" if int(text) < low else None


def _year(field: dict, text: str) -> str | None:
    if re.fullmatch("[12][0-9]{3}", text):
        return None
    year = re.search("(?<![0-9])[12][0-9]{3}(?![0-9])", text)
    return "a year of four digits, such as 2020" + (f": write {year[0]}" if year else "")


def _decimal_number(field: dict, text: str) -> str | None:
    if re.fullmatch(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,9})?", text):
        return None
    return f"a plain number such as 4000000{_mended_number(text)}"


def _mended_number(text: str) -> str:
    """How to write what was meant: 约120 is 120 in value and about in qualifier."""
    plain = text.strip().lstrip("'’")
    try:
        meant = parse_quantity(plain)
    except ValueError:
        try:
            meant = Quantity(float(plain))
        except ValueError:
            return ""
    if meant.value is None:
        return ""
    mend = f": write {float(meant.value):.15g}" if meant.value != int(meant.value) else ""
    mend = mend or f": write {int(meant.value)}"
    return mend + (f" in value and {meant.qualifier} in qualifier" * (meant.qualifier != "exact"))


_TYPES: dict[str, Callable[[dict, str], str | None]] = {
    "string": lambda field, text: None,
    "integer": _whole,
    "year": _year,
    "number": _decimal_number,
}


def _allowed(raw: Raw, column: str, known: Beside) -> Container[str] | None:
    """What a column may refer to, or None where it refers to nothing."""
    if column in references(raw.name, "labels"):
        return known.codes
    if column in references(raw.name, "sources"):
        return known.paragraphs
    if column in references(raw.name, ""):
        return set(raw.frame["fact_id"].cat.categories) if "fact_id" in raw.frame else ()
    return None


def _key_faults(raw: Raw, rows: np.ndarray) -> list:
    key = schema(raw.name)["primaryKey"]
    if not set(key) <= set(raw.frame):
        return []
    texts = raw.frame[key]
    twice = texts.duplicated().to_numpy() & rows & (texts[key[-1]] != "").to_numpy()
    return [
        (row, key[0], _quoted(" ".join(texts.iloc[row])), "a key that no earlier row has")
        for row in np.flatnonzero(twice)
    ]


# -------------------------------------------------------------------- checking the figures


def _figure_faults(frame: pd.DataFrame, known: Beside) -> list:
    return [
        *_token_faults(frame),
        *_period_faults(frame),
        *_paragraph_faults(frame, known),
        *_part_faults(frame),
    ]


def _token_faults(frame: pd.DataFrame) -> list:
    """value, unit and qualifier must say what the printed token says."""
    distinct = frame[FIGURE].drop_duplicates()
    wrong = {}
    read: dict[str, Quantity | str] = {}
    for value, unit, qualifier, token in distinct.itertuples(index=False, name=None):
        if token not in read:
            try:
                read[token] = parse_quantity(token)
            except ValueError as error:
                read[token] = str(error).partition(": expected ")[2]
        disagreement = list(_disagreements(read[token], value, unit, qualifier, token))
        if disagreement:
            wrong[value, unit, qualifier, token] = disagreement
    if not wrong:
        return []
    figures = zip(*(frame[column] for column in FIGURE), strict=True)
    return [
        (row, column, _quoted(found), expected)
        for row, figure in enumerate(figures)
        for column, found, expected in wrong.get(figure, ())
    ]


def _disagreements(printed: Quantity | str, value: str, unit: str, qualifier: str, token: str):
    if token == "":
        return  # already a fault: as_written is required
    if isinstance(printed, str):
        yield "as_written", token, printed
        return
    if not _same_number(value, printed.value):
        expected = "nothing" if printed.value is None else _plain_number(printed.value)
        yield "value", value, f"{expected}, as {token} says"
    if qualifier != (printed.qualifier or ""):
        yield "qualifier", qualifier, f"{printed.qualifier or 'nothing'}, as {token} says"
    if printed.unit and unit != printed.unit:
        yield "unit", unit, f"{printed.unit}, as {token} says"


def _same_number(text: str, value) -> bool:
    try:
        return Quantity(float(text)).value == value if text else value is None
    except ValueError:
        return True  # not a number at all: said elsewhere


def _plain_number(value) -> str:
    return str(value) if isinstance(value, int) else f"{float(value):.15g}"


def _period_faults(frame: pd.DataFrame) -> list:
    start, end = (numbers(frame[column]) for column in ("start", "end"))
    return [
        (row, "end", _quoted(frame["end"].iloc[row]), f"no year before start {start[row]:.0f}")
        for row in np.flatnonzero(end < start)
    ]


def _paragraph_faults(frame: pd.DataFrame, known: Beside) -> list:
    last = frame["source_id"].map(known.paragraphs).astype(float).to_numpy()
    return [
        (row, "paragraph", _quoted(frame["paragraph"].iloc[row]), f"at most {last[row]:.0f}")
        for row in np.flatnonzero(numbers(frame["paragraph"]) > last)
    ]


def _part_faults(frame: pd.DataFrame) -> list:
    """A part has its total's unit, no total is part of itself, no parts exceed their total."""
    ids = pd.Index(frame["fact_id"].astype(str))
    if not ids.is_unique or (frame["part_of"] == "").all():
        return []
    parent = ids.get_indexer(frame["part_of"].astype(str))
    parts = np.flatnonzero(parent >= 0)
    units = frame["unit"].astype(str).to_numpy()
    faults = [
        (row, "part_of", _quoted(frame["part_of"].iloc[row]), f"a total in {units[row]}")
        for row in parts[units[parts] != units[parent[parts]]]
    ]
    above = parent.copy()
    for _ in range(64):  # every chain of totals ends long before, unless it is a ring
        above = np.where(above >= 0, parent[above], -1)
        if (above < 0).all():
            return faults + _sum_faults(frame, parent, parts)
    ring = np.flatnonzero(above >= 0)
    return faults + [
        (row, "part_of", _quoted(frame["part_of"].iloc[row]), "a total that is not its own part")
        for row in ring
    ]


def _sum_faults(frame: pd.DataFrame, parent: np.ndarray, parts: np.ndarray) -> list:
    values = numbers(frame["value"])
    at_least = frame["qualifier"].isin(["exact", "over", "at_least"]).to_numpy()
    counted = parts[at_least[parts]]
    sums = np.bincount(
        parent[counted], weights=np.nan_to_num(values[counted]), minlength=len(frame)
    )
    faults = []
    for row in np.flatnonzero(sums > values):
        total = _quantity_of(frame.iloc[row])
        if sums[row] > total.bounds()[1 + 1]:
            faults.append(
                (
                    row,
                    "value",
                    _quoted(frame["value"].iloc[row]),
                    f"at least {sums[row]:.15g}, which its parts add up to",
                )
            )
    return faults


def _quantity_of(row) -> Quantity:
    unit, qualifier, token = row["unit"], row["qualifier"], row["as_written"]
    return Quantity(float(row["value"]), unit, qualifier or "exact", printed=Printed(token))


def numbers(column: pd.Series) -> np.ndarray:
    """A category of texts as numbers; what is none is NaN."""
    numbers = pd.to_numeric(pd.Series(column.cat.categories, dtype=object), errors="coerce")
    return np.append(numbers.to_numpy(float), np.nan)[column.cat.codes.to_numpy()]


# -------------------------------------------------------------------- checking a folder


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
    names = [each["name"] for each in package()["resources"]]
    raws = {name: read(name, data) for name in names}
    known = beside(data)
    faults = [fault for raw in raws.values() for fault in check_table(raw, known)]
    if not raws["sources"].path.exists():
        expected = "the source of the figures, one row each"
        faults.append(Fault("sources.csv", None, "", "no such file", expected))
    return faults + _repeated_ids(raws) + _formula_faults(raws) + _glyph_faults(raws)


def _repeated_ids(raws: dict[str, Raw]) -> list[Fault]:
    seen: dict[str, str] = {}
    faults = []
    for name in THEMES:
        raw, again = raws[name], []
        for row, fact_id in enumerate(raw.frame.get("fact_id", ())):
            if fact_id and seen.setdefault(fact_id, name) != name:
                expected = f"an id that {seen[fact_id]}.csv does not use"
                again.append((row, "fact_id", _quoted(fact_id), expected))
        faults += _placed(raw, again)
    return faults


def _formula_faults(raws: dict[str, Raw]) -> list[Fault]:
    raw = raws["crosschecks"]
    known = {fact_id for name in THEMES for fact_id in raws[name].frame.get("fact_id", ())}
    found = [
        (row, side, _quoted(word), f"a fact_id or a number{did_you_mean(word, known)}")
        for side in ("left", "right")
        for row, formula in enumerate(raw.frame.get(side, ()))
        for word in formula.split(" ")[::2]
        if word not in known and not re.fullmatch(r"[0-9]+(\.[0-9]+)?", word)
    ]
    return _placed(raw, found)


def _glyph_faults(raws: dict[str, Raw]) -> list[Fault]:
    """Characters that no font at hand can draw: better said here than halfway through a run."""
    expected = "characters that a font here can draw: write it otherwise, or install a font"
    faults = []
    for name, column in _DRAWN:
        texts = enumerate(raws[name].frame.get(column, ()))
        lacking = [(row, _undrawable(text)) for row, text in texts if text.isprintable()]
        found = [(row, column, _quoted(missing), expected) for row, missing in lacking if missing]
        faults += _placed(raws[name], found)
    return faults


def _undrawable(text: str) -> str:
    from .style import families, missing_glyphs  # here: matplotlib is slow to import

    missing = missing_glyphs(text)
    try:
        families(missing)
    except ValueError:
        return missing
    return ""

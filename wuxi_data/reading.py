"""Read a table as it was written: every cell a text, every row with its line, every fault at once.

A file is read once for as long as it stays as it is, so that an edit is seen.
"""

from __future__ import annotations

import csv
import difflib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from .schema import TABLES, THEMES, fields

_MANY_FAULTS = 50
_AT_ONCE = 50_000  # rows


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


@dataclass(frozen=True, eq=False)
class Raw:
    """A table as it was written; the same one for as long as its file stays as it is.

    ``frame`` holds the rows that can be read, every column a category of its texts; ``lines``
    says on which line each stands; ``faults`` says what could not be read.
    """

    name: str
    path: Path
    frame: pd.DataFrame
    lines: Sequence[int] = ()
    faults: tuple[Fault, ...] = ()


def folder(data: str | Path | None = None) -> Path:
    """The folder of tables: ours for None, else the user's own, in which some table must stand."""
    path = Path(str(files("wuxi_data"))) / "data" if data is None else Path(data)
    if not path.exists():
        raise FileNotFoundError(f"no such folder of tables: {data}")
    if not path.is_dir():
        raise NotADirectoryError(f"expected a folder of tables, got a file: {data}")
    if data is not None and not any((path / f"{name}.csv").exists() for name in TABLES):
        listed = ", ".join(f"{name}.csv" for name in THEMES)
        raise FileNotFoundError(f"no tables in {data}: expected {listed}, saved as CSV UTF-8")
    return path


def read(name: str, data: str | Path | None = None) -> Raw:
    """One table of a folder, unchecked; empty where the folder has none of that name."""
    path = folder(data).resolve() / f"{name}.csv"
    try:
        stat = path.stat()
    except FileNotFoundError:  # a county need not have every theme
        return _read(name, path, None)
    return _read(name, path, (stat.st_ino, stat.st_mtime_ns, stat.st_size))


@lru_cache(maxsize=64)
def _read(name: str, path: Path, state: tuple | None) -> Raw:
    nothing = pd.DataFrame(columns=list(fields(name)), dtype="category")
    if state is None:
        return Raw(name, path, nothing)
    try:
        return _table(name, path, nothing)
    except csv.Error as error:
        wrong = str(error), "CSV with every quotation mark closed"
    except UnicodeDecodeError:
        mend = "in Excel: Save as, CSV UTF-8 (另存为 CSV UTF-8); in Notepad: Encoding UTF-8"
        wrong = _kind_of_text(_head(path)), f"UTF-8; {mend}"
    return Raw(name, path, nothing, faults=(Fault(path.name, None, "", *wrong),))


def numbers(column: pd.Series) -> np.ndarray:
    """A category of texts as numbers; text that is not a number becomes NaN."""
    values = pd.to_numeric(pd.Series(column.cat.categories, dtype=object), errors="coerce")
    return np.append(values.to_numpy(float), np.nan)[column.cat.codes.to_numpy()]


def did_you_mean(text: str, known: Iterable[str]) -> str:
    """A hint at the nearest known word, or nothing."""
    close = difflib.get_close_matches(text, list(known), 1)
    return f" (did you mean {close[0]}?)" if close else ""


# -------------------------------------------------------------------- encoding


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(100_000)


def _kind_of_text(head: bytes) -> str:
    """What a file that is not UTF-8 most likely is."""
    odd, even = head[1::2].count(0), head[::2].count(0)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or max(odd, even) > 10 * min(odd, even) + 5:
        return "text in UTF-16"
    if b"\0" in head:
        return "a binary file (an Excel workbook?)"
    try:
        head[: head.rfind(b"\n") + 1 or None].decode("gb18030")
    except UnicodeDecodeError:
        return "text in an unknown encoding"
    return "text in GB18030 (GBK)"


# -------------------------------------------------------------------- rows


def _table(name: str, path: Path, nothing: pd.DataFrame) -> Raw:
    """The rows that can be read, and a fault for each that cannot."""
    head = _head(path)
    if head.count(0) * 100 > len(head):
        raise UnicodeDecodeError("utf-8", head, 0, 1, "NULs")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        records = _records(lines)
        header = next(records, (1, []))[1]
        names, faults = _columns(path, header, fields(name))
        if names is None:
            return Raw(name, path, nothing, faults=tuple(faults))
        places = [names.index(column) for column in nothing if column in names]
        made, irregular = array("I"), []
        regular = _regular(path, records, header, len(names), made, irregular)
        frame = _categories(regular, [names[place] for place in places], places)
    for column, field in fields(name).items():
        if column not in frame and "since" in field:  # a folder older than the column
            frame[column] = pd.Categorical([""] * len(frame), [""])
    order = [column for column in nothing if column in frame]
    return Raw(name, path, frame[order], made, (*faults, *irregular))


def _records(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """(line, fields) of each record; a line of blanks is not one."""
    reader, line = csv.reader(lines, strict=True), 1
    for record in reader:
        if len(record) > 1 or "".join(record).strip():
            yield line, record
        line = reader.line_num + 1


def _regular(path, records, header, width, made, irregular) -> Iterator[list[str]]:
    """The rows of the table; their lines are put into `made`, the faults into `irregular`."""
    for line, record in records:
        plain = len(record) == len(header) == width and record[0] and record[0] != header[0]
        wrong = None if plain else _irregularity(record, header, width)
        if wrong:
            irregular.append(Fault(path.name, line, "", *wrong))
        else:
            made.append(line)
            yield record


def _irregularity(record: list[str], header: list[str], width: int) -> tuple[str, str] | None:
    """(found, expected) of a line that is not a row of the table."""
    if not "".join(record).strip():
        return "a row of blanks", "no such row: delete it"
    if record == header:
        return "the header again", "no such row: delete it"
    if len(record) < width or any(record[width:]):
        return f"{len(record)} fields", f"{width}, as in the header"
    return None


class _Codes(dict):
    """Numbers the texts of a column in the order in which they come."""

    def __missing__(self, text: str) -> int:
        self[text] = code = len(self)
        return code


def _categories(rows: Iterator[list[str]], names: list[str], places: list[int]) -> pd.DataFrame:
    """Each column as the category of its texts: a million rows have few distinct words."""
    texts, codes = [_Codes() for _ in names], [[np.empty(0, np.int32)] for _ in names]
    while part := list(islice(rows, _AT_ONCE)):
        columns = list(zip(*part, strict=False))  # a row may have blank fields beyond the header's
        for known, made, place in zip(texts, codes, places, strict=True):
            coded = map(known.__getitem__, columns[place])
            made.append(np.fromiter(coded, np.int32, len(part)))
    return pd.DataFrame(
        {
            name: pd.Categorical.from_codes(np.concatenate(made), pd.Index(known, dtype=object))
            for name, known, made in zip(names, texts, codes, strict=True)
        }
    )


# -------------------------------------------------------------------- header


def _columns(path: Path, header: list[str], declared: dict[str, dict]):
    """(the names of the columns that stand in the file, faults); None where it has no header."""

    def fault(column: str, found: str, expected: str) -> Fault:
        return Fault(path.name, 1, column, found, expected)

    if not header:
        return None, [fault("", "an empty file", "a header and rows")]
    end = max((place + 1 for place, name in enumerate(header) if name.strip()), default=0)
    found, needed = header[:end], [name for name, each in declared.items() if "since" not in each]
    meant = {name.casefold(): name for name in declared}
    names = [meant.get(name.strip().casefold(), name) for name in found]
    otherwise_separated = any(mark in name for name in found for mark in ";\t，")
    if otherwise_separated or len(set(names) & set(needed)) * 2 < len(needed):
        shown = ",".join(header)[:60]
        expected = f"the header {','.join(declared)}, separated by commas"
        return None, [fault("", repr(shown), expected)]
    faults = []
    for place, name in enumerate(names):
        if name not in declared:
            missing = [column for column in declared if column not in names]
            near = next(iter(difflib.get_close_matches(name, missing, 1)), "")
            expected = near or ("a name" if not name.strip() else "no such column")
            faults.append(fault(near, f"column {found[place]!r}", expected))
            names[place] = near or f"\0{place}"
        elif name in names[:place]:
            faults.append(fault("", f"column {name!r} twice", "each column once"))
            names[place] = f"\0{place}"
        elif name != found[place]:
            faults.append(fault(name, f"column {found[place]!r}", name))
    faults += [
        fault(column, "no such column", f"a column {column!r} in the header")
        for column in needed
        if column not in names
    ]
    if nameless := len(header) - end:
        shown = f"{nameless} columns without a name at the end"
        faults.append(fault("", shown, "no such columns: delete them"))
    return names, faults

"""Read a table as it was written: every cell as text, every row with its line number.

Row by row, because pandas silently pads a row that is too short.
"""

from __future__ import annotations

import csv
import difflib
from array import array
from bisect import bisect
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import count
from operator import getitem
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from .files import PACKAGE, kind_of_text
from .messages import _, translated
from .schema import TABLES, THEMES, fields

_MOST_FAULTS = 50
_MANY_WORDS, _BESIDE = 1000, 20


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
        return place + column + _(": found {found}; expected {expected}", **self._asdict())


class TableError(ValueError):
    """A table that cannot be trusted, with every fault that it has.

    Attributes
    ----------
    faults : list of Fault
        file, line, column, found, expected; in the order of the file.
    """

    def __init__(self, faults: Iterable[Fault]):
        self.faults = list(faults)
        shown = [str(fault) for fault in self.faults[:_MOST_FAULTS]]
        if more := len(self.faults) - len(shown):
            shown.append(_("… and {more} more", more=more))
        super().__init__("\n".join(shown))


@dataclass(frozen=True, eq=False)
class Raw:
    """A table as it was written; the same object until its file is edited.

    ``frame`` holds the rows that could be read, each column as a categorical of its texts;
    ``lines`` gives the line number of each row; ``faults`` says what could not be read.
    """

    name: str
    path: Path
    frame: pd.DataFrame
    lines: Sequence[int] = ()
    faults: Sequence[Fault] = ()

    def fault(self, row: int, column: str, expected: str, found: str | None = None) -> Fault:
        """A fault of a cell; `found` where only part of what stands there is wrong."""
        text = self.frame[column].iloc[row] if found is None else found
        shown = repr(text if len(text) <= 80 else text[:79] + "…") if text else _("nothing")
        return Fault(self.path.name, self.lines[row], column, shown, expected)


def folder(data: str | Path | None) -> Path:
    """The folder of tables: ours for None, else the user's own, which must hold at least one."""
    path = PACKAGE / "data" if data is None else Path(data)
    if not path.exists():
        raise FileNotFoundError(_("no such folder of tables: {data}", data=data))
    if not path.is_dir():
        raise NotADirectoryError(_("expected a folder of tables, got a file: {data}", data=data))
    if data is not None and not any((path / f"{name}.csv").exists() for name in TABLES):
        listed = ", ".join(f"{name}.csv" for name in THEMES)
        said = _(
            "no tables in {data}: expected {listed}, saved as CSV UTF-8", data=data, listed=listed
        )
        raise FileNotFoundError(said)
    return path


def read_table(name: str, data: str | Path | None = None) -> Raw:
    """One table of a folder, unchecked; empty where the folder has none of that name."""
    path = folder(data).resolve() / f"{name}.csv"
    try:
        stat = path.stat()
    except FileNotFoundError:  # a county need not have every theme
        return _read_table(name, path, None)
    return _read_table(name, path, (stat.st_ino, stat.st_mtime_ns, stat.st_size))


@lru_cache(maxsize=64)
def _read_table(name: str, path: Path, state: tuple | None) -> Raw:
    """`state` is what an edit changes, so that the cache serves only what was not edited."""
    if state is None:
        return _nothing(name, path)
    try:
        return _parsed(name, path)
    except csv.Error as error:
        (said, line), expected = error.args, _("CSV with every quotation mark closed")
        fault = Fault(path.name, line, "", translated(said), expected)
    except UnicodeError:
        expected = _(
            "UTF-8; in Excel: Save as, CSV UTF-8 (另存为 CSV UTF-8); in Notepad: Encoding UTF-8"
        )
        fault = Fault(path.name, None, "", kind_of_text(path.read_bytes()), expected)
    return _nothing(name, path, fault)


def _nothing(name: str, path: Path, *faults: Fault) -> Raw:
    frame = pd.DataFrame(columns=list(fields(name)), dtype="category")
    return Raw(name, path, frame, faults=faults)


def _parsed(name: str, path: Path) -> Raw:
    """The regular rows, each column as a categorical of its texts; a fault for each other row."""
    declared, records = fields(name), _records(path)
    place, header = next(records, (1, []))
    if "\0" in "".join(header):
        raise UnicodeError
    names, faults = _columns(partial(Fault, path.name, place), header, declared)
    if not names:
        return _nothing(name, path, *faults)
    texts = [defaultdict(count().__next__) for _name in names]  # numbers the texts of a column
    lines, codes = [], array("i")
    for line, record in records:
        if wrong := _irregularity(record, header, len(names)):
            faults.append(Fault(path.name, line, "", *wrong))
        else:
            lines.append(line)
            codes.extend(map(getitem, texts, record))
    by_column = np.reshape(codes, (-1, len(names))).T
    columns = {
        name: pd.Categorical.from_codes(column, pd.Index(known, dtype=object))
        for name, column, known in zip(names, by_column, texts, strict=True)
    }
    older = {column for column, field in declared.items() if "since" in field} - {*names}
    columns |= dict.fromkeys(older, pd.Categorical([""] * len(lines)))
    frame = pd.DataFrame({column: columns[column] for column in declared if column in columns})
    return Raw(name, path, frame, lines, faults)


def numbers(column: pd.Series) -> np.ndarray:
    """A categorical of texts as numbers; text that is not a number becomes NaN."""
    values = pd.to_numeric(pd.Series(column.cat.categories, dtype=object), errors="coerce")
    return np.append(values.to_numpy(float), np.nan)[column.cat.codes.to_numpy()]


class Vocabulary:
    """Words that may stand somewhere, and which of them another was most likely meant to be.

    It is said of the first wrong words only: nobody reads more, and all of a table may be wrong.
    """

    def __init__(self, words: Iterable[str], names: Mapping[str, str] | None = None):
        self._words, self._names, self._hints = words, names or {}, _MOST_FAULTS

    def did_you_mean(self, text: str) -> str:
        """A hint at the word of this name, in whatever case; else at the nearest in spelling."""
        if not self._hints:
            return ""
        self._hints -= 1
        word = self._meant.get(text) or self._meant.get(text.casefold())
        word = word or _nearest(text, self._around(text))
        return word and _(" (did you mean {word}?)", word=word)

    @cached_property
    def _meant(self) -> dict[str, str]:
        """The word of each name, and of each name in lower case."""
        named = {name: word for name, word in self._names.items() if word in self._words}
        named |= {word: word for word in self._words}
        return {name.casefold(): word for name, word in named.items()} | named

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._words)

    def _around(self, text: str) -> list[str]:
        """The words to compare with: each of many would take a second."""
        if len(self._sorted) <= _MANY_WORDS:
            return self._sorted
        place = bisect(self._sorted, text)
        return self._sorted[max(place - _BESIDE, 0) : place + _BESIDE]


def _nearest(text: str, words: Iterable[str]) -> str:
    return next(iter(difflib.get_close_matches(text, words, 1)), "")


# -------------------------------------------------------------------- rows


def _records(path: Path) -> Iterable[tuple[int, list[str]]]:
    """(line, fields) of each record; blank lines are skipped, as by pandas."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader, line = csv.reader(lines, strict=True), 1
        try:
            for record in reader:
                if len(record) > 1 or "".join(record).strip():
                    yield line, record
                line = reader.line_num + 1
        except csv.Error as error:  # raised where reading stopped; the record begins at `line`
            raise csv.Error(str(error), line) from None


def _irregularity(record: list[str], header: list[str], width: int) -> tuple[str, str] | None:
    """(found, expected) where a record is not a row of the table."""
    if not record[0].strip() and not "".join(record).strip():
        return _("a row of blanks"), _("no such row: delete it")
    if record[0] == header[0] and record == header:
        return _("the header again"), _("no such row: delete it")
    if len(record) < width or any(record[width:]):
        found = _("{count} fields", count=len(record))
        return found, _("{count}, as in the header", count=width)
    return None


# -------------------------------------------------------------------- header


def _columns(fault: Callable[..., Fault], header: list[str], declared: dict[str, dict]):
    """(what each column of the file is, faults); no columns where it has no header."""
    if not header:
        return [], [fault("", _("an empty file"), _("a header and rows"))]
    found = list(header)
    while found and not found[-1].strip():  # Excel leaves nameless columns at the end
        found.pop()
    names = [name.strip().casefold() for name in found]
    names = [name if name in declared else found[place] for place, name in enumerate(names)]
    needed = {name for name, field in declared.items() if "since" not in field}
    otherwise_separated = any(mark in name for name in found for mark in ";\t，")
    if otherwise_separated or len(needed.intersection(names)) * 2 < len(needed):
        expected = _("the header {columns}, separated by commas", columns=",".join(declared))
        return [], [fault("", repr(",".join(header)[:60]), expected)]
    faults = []
    for place, name in enumerate(names):
        said = _("column {name!r}", name=found[place])
        if name not in declared:
            meant = _nearest(name, [column for column in declared if column not in names])
            expected = meant or (_("no such column") if name.strip() else _("a name"))
            faults.append(fault(meant, said, expected))
            names[place] = meant or f"\0{place}"
        elif name in names[:place]:
            faults.append(fault("", _("column {name!r} twice", name=name), _("each column once")))
            names[place] = f"\0{place}"
        elif name != found[place]:
            faults.append(fault(name, said, name))
    for column in declared:
        if column in needed and column not in names:
            expected = _("a column {name!r} in the header", name=column)
            faults.append(fault(column, _("no such column"), expected))
    if nameless := len(header) - len(found):
        shown = _("{count} columns without a name at the end", count=nameless)
        faults.append(fault("", shown, _("no such columns: delete them")))
    return names, faults

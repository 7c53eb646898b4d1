"""Where each fact stands in print, and proof that no numeral of the article was missed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from .numerals import BEFORE
from .quantity import parse_quantity
from .schema import THEMES
from .tables import load

# Every digit, Arabic or full-width, and every Chinese numeral, in words too: 百 of 百姓 is a
# numeral that somebody must have looked at. 30余万 is one numeral.
_DIGIT, _HAN, _SCALE = "0-9０-９", "〇零一二两三四五六七八九十百千万亿半数几", "十百千万亿"
_COMMA = "(?:,|(?<=[０-９])，(?=[０-９]))"  # 3，500 in Chinese print is two numbers
NUMERAL = re.compile(
    rf"[{_DIGIT}]+(?:{_COMMA}[{_DIGIT}]{{3}}(?![{_DIGIT}]))*(?:[.．][{_DIGIT}]+)?"
    rf"(?:[{_SCALE}]*[余多几]?[{_SCALE}]+)?|[{_HAN}]+(?:[余多][{_SCALE}]+)?"
)
# The words before a numeral that belong to its token, for proposals.
_BEFORE = re.compile(f"(?:{'|'.join(BEFORE)})$")
_LONGEST_TAIL = 8


class Numeral(NamedTuple):
    """One numeral of a text, and who claims it."""

    paragraph: int
    start: int
    numeral: str
    around: str
    claimed_by: tuple[str, ...]


class Claim(NamedTuple):
    """A row that says: this numeral is mine."""

    paragraph: int
    token: str
    occurrence: int | None  # None: the next one that no exclusion names
    name: str


@dataclass(frozen=True, repr=False)
class Audit:
    """What became of every numeral of a text.

    Attributes
    ----------
    source_id : str
    same_text : bool or None
        Whether this is, to the letter, the text that the tables were typed from; None where
        ``sources.csv`` does not know its SHA-256.
    numerals : list of Numeral
    misplaced : list of str
        Facts and exclusions whose token does not stand where they say.
    """

    source_id: str
    same_text: bool | None
    numerals: list[Numeral]
    misplaced: list[str]

    @cached_property
    def unaccounted(self) -> list[Numeral]:
        """Numerals that no row claims."""
        return [numeral for numeral in self.numerals if not numeral.claimed_by]

    @cached_property
    def contested(self) -> list[Numeral]:
        """Numerals that more than one row claims."""
        return [numeral for numeral in self.numerals if len(numeral.claimed_by) > 1]

    @property
    def ok(self) -> bool:
        """Whether every numeral is claimed by exactly one row, and every row has its numeral."""
        return not (self.unaccounted or self.contested or self.misplaced)

    def to_frame(self) -> pd.DataFrame:
        """The numerals as a table: paragraph, start, numeral, around, claimed_by."""
        frame = pd.DataFrame(self.numerals, columns=Numeral._fields)
        return frame.assign(claimed_by=frame["claimed_by"].map("; ".join))

    def __str__(self):
        lines = []
        if not self.source_id:
            lines.append("sources.csv has no row for this text yet; audited all the same")
        elif self.same_text is None:
            lines.append(
                f"whether this is the text of {self.source_id} is not known: sources.csv gives "
                "no SHA-256; audited all the same"
            )
        elif not self.same_text:
            lines.append(
                f"this is not the text that {self.source_id} was typed from "
                "(its SHA-256 differs); audited all the same"
            )
        lines += [
            f"paragraph {each.paragraph}: {each.numeral!r} is unaccounted, in …{each.around}…"
            for each in self.unaccounted
        ]
        lines += [
            f"paragraph {each.paragraph}: {each.numeral!r} is claimed by "
            f"{' and '.join(each.claimed_by)}"
            for each in self.contested
        ]
        lines += self.misplaced
        facts = sum(not c.startswith("exclusion ") for n in self.numerals for c in n.claimed_by[:1])
        excluded = len(self.numerals) - facts - len(self.unaccounted)
        lines.append(
            f"{len(self.numerals)} numerals: {facts} in facts, {excluded} excluded, "
            f"{len(self.unaccounted)} unaccounted"
        )
        return "\n".join(lines)

    __repr__ = __str__  # what a notebook shows


def paragraphs(text: str) -> list[str]:
    """The non-empty lines of a text; paragraph 1 is the first."""
    lines = re.split("\r\n|\r|\n", text.removeprefix("\ufeff"))
    return [line.strip() for line in lines if line.strip()]


def digest(text: str) -> str:
    """SHA-256 of a text in UTF-8 with LF line ends: what sha256sum prints of such a file."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def audit(text: str, data: str | Path | None = None, *, source_id: str | None = None) -> Audit:
    """Account for every numeral of an article.

    Parameters
    ----------
    text : str
        The article. It is not shipped: pass your own copy.
    data : path, optional
        A folder of your own tables; ours by default.
    source_id : str, optional
        Which source of the folder `text` is; found by its SHA-256 where it is left out.

    Returns
    -------
    Audit
        ``print`` it; ``audit.ok`` says whether each numeral is claimed by exactly one fact or
        exclusion and each token stands in its paragraph.

    Raises
    ------
    TableError
        The tables themselves are faulty.
    ValueError
        The folder has several sources and none of them is this text.
    """
    source = _source(load("sources", data), text, source_id)
    lines = paragraphs(text)
    free = [
        (number, match.start(), match.end())
        for number, line in enumerate(lines, 1)
        for match in NUMERAL.finditer(line)
    ]
    claimed: dict[tuple[int, int, int], list[str]] = {place: [] for place in free}
    misplaced = []
    claims = list(_claims(source["source_id"], data))
    for claim in sorted(claims, key=lambda claim: claim.occurrence is None):
        places = _claimed_places(claim, lines, claimed)
        if not places:
            misplaced.append(
                f"paragraph {claim.paragraph}: {claim.name} claims {claim.token!r}, "
                "which does not stand there"
            )
        for place in places:
            claimed[place].append(claim.name)
    numerals = [
        Numeral(
            number,
            start,
            lines[number - 1][start:end],
            lines[number - 1][max(0, start - 6) : end + 6],
            tuple(names),
        )
        for (number, start, end), names in claimed.items()
    ]
    known = source["sha256"]  # a new county's sources.csv need not have it yet
    same = None if pd.isna(known) or not known else known == digest(text)
    return Audit(source["source_id"], same, numerals, misplaced)


def _source(sources: pd.DataFrame, text: str, source_id: str | None) -> pd.Series:
    for column, wanted in (("source_id", source_id), ("sha256", digest(text))):
        found = sources[sources[column] == wanted]
        if len(found):
            return found.iloc[0]
        if column == "source_id" and source_id is not None:
            raise ValueError(f"no source {source_id!r}: have {', '.join(sources['source_id'])}")
    if sources.empty:  # a folder just begun: nothing in it is claimed yet
        return pd.Series({"source_id": "", "sha256": ""})
    if len(sources) != 1:
        raise ValueError(
            "none of the sources has this text's SHA-256; say which one it is by source_id: "
            f"{', '.join(sources['source_id'])}"
        )
    return sources.iloc[0]


def _claims(source_id: str, data) -> Iterator[Claim]:
    for theme in THEMES:
        table = load(theme, data)
        for row in table[table["source_id"] == source_id].itertuples():
            yield Claim(row.paragraph, row.as_written, None, row.fact_id)
    table = load("exclusions", data)
    for row in table[table["source_id"] == source_id].itertuples():
        yield Claim(
            row.paragraph, row.token, row.occurrence, f"exclusion {row.token} ({row.reason})"
        )


def _claimed_places(claim: Claim, lines: list[str], claimed: dict) -> list[tuple[int, int, int]]:
    """The numerals inside the claimed occurrence; none where the token would cut one in two."""
    if not claim.paragraph <= len(lines):
        return []
    here = [place for place in claimed if place[0] == claim.paragraph]
    fallback: list = []
    for occurrence, match in enumerate(
        re.finditer(re.escape(claim.token), lines[claim.paragraph - 1]), 1
    ):
        inside = [place for place in here if match.start() <= place[1] and place[2] <= match.end()]
        cut = any(
            place not in inside and place[1] < match.end() and match.start() < place[2]
            for place in here
        )
        if claim.occurrence is None:
            if inside and not cut:
                if not any(claimed[place] for place in inside):
                    return inside
                fallback = fallback or inside
        elif claim.occurrence == occurrence:
            return [] if cut else inside
    return fallback


def propose(report: Audit, text: str) -> pd.DataFrame:
    """Candidate rows for the numerals that nobody claims yet: the parser's reading, to be judged.

    Parameters
    ----------
    report : Audit
        Of `text`.
    text : str

    Returns
    -------
    DataFrame
        paragraph, as_written, value, unit, qualifier, around. `value` and `qualifier` are empty
        where the token has no single value or is no figure at all.
    """
    lines = paragraphs(text)
    rows = []
    for numeral in report.unaccounted:
        token, figure = _longest_token(lines[numeral.paragraph - 1], numeral)
        value = "" if figure is None or figure.value is None else f"{float(figure.value):.15g}"
        unit = figure.unit if figure else ""
        qualifier = figure.qualifier or "" if figure else ""
        rows.append((numeral.paragraph, token, value, unit, qualifier, numeral.around))
    columns = ["paragraph", "as_written", "value", "unit", "qualifier", "around"]
    return pd.DataFrame(rows, columns=columns)


def _longest_token(line: str, numeral: Numeral):
    """The longest stretch around a numeral that reads as one figure."""
    before = _BEFORE.search(line[: numeral.start])
    end = numeral.start + len(numeral.numeral)
    for start in ([before.start()] if before else []) + [numeral.start]:
        for stop in range(min(len(line), end + _LONGEST_TAIL), end - 1, -1):
            try:
                return line[start:stop], parse_quantity(line[start:stop])
            except ValueError:
                continue
    return numeral.numeral, None

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

from .files import write_whole
from .messages import _
from .numerals import HAN, LONGEST_TOKEN, NUMERAL, PER_BEFORE, WORDS, Figure, figures, fold
from .schema import THEMES
from .tables import load


class Numeral(NamedTuple):
    """One numeral of a text, and who claims it."""

    paragraph: int
    start: int
    numeral: str
    around: str
    claimed_by: tuple[str, ...]

    @property
    def for_each(self) -> bool:
        """Whether print gives it to each of several (两县各100万元): a fact for each of them."""
        before = self.around[: min(self.start, _AROUND)]
        return bool(_EACH.search(before)) and not any(map(_is_exclusion, self.claimed_by))


# 各100万元, 各安排约100万元; but 各类项目100个 is one figure, and so is 各项资金100万元.
_EACH = re.compile(r"各(?![类項项级種种个個界部位])[^\W\d_]{0,3}$")
_AROUND = 6  # characters shown on either side of a numeral


class Claim(NamedTuple):
    """A row that says: this numeral is mine."""

    paragraph: int | None  # None: an exclusion wherever the token stands
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
        """Numerals that more than one row claims, and that are not printed for each of several."""
        claimed = (each for each in self.numerals if len(each.claimed_by) > 1)
        return [numeral for numeral in claimed if not numeral.for_each]

    @property
    def ok(self) -> bool:
        """Whether no numeral is unaccounted or contested, and every row has its numeral."""
        return not (self.unaccounted or self.contested or self.misplaced)

    def to_frame(self) -> pd.DataFrame:
        """The numerals as a table: paragraph, start, numeral, around, claimed_by."""
        frame = pd.DataFrame(self.numerals, columns=Numeral._fields)
        return frame.assign(claimed_by=frame["claimed_by"].map("; ".join))

    def __str__(self):
        return "\n".join([*self._which_text(), *self._open_ends(), self._totals()])

    __repr__ = __str__  # what a notebook shows

    def _which_text(self) -> Iterator[str]:
        if not self.source_id:
            yield _("sources.csv has no row for this text yet; audited all the same")
        elif self.same_text is None:
            yield _(
                "whether this is the text of {source} is not known: sources.csv gives no SHA-256; "
                "audited all the same",
                source=self.source_id,
            )
        elif not self.same_text:
            yield _(
                "this is not the text that {source} was typed from (its SHA-256 differs); audited "
                "all the same",
                source=self.source_id,
            )

    def _open_ends(self) -> Iterator[str]:
        unaccounted = _("paragraph {paragraph}: {numeral!r} is unaccounted, in …{around}…")
        contested = _("paragraph {paragraph}: {numeral!r} is claimed by {claimants}")
        for each in self.unaccounted:
            yield unaccounted.format(**each._asdict())
        for each in self.contested:
            claimants = _(" and ").join(map(_claimant, each.claimed_by))
            yield contested.format(**each._asdict(), claimants=claimants)
        yield from self.misplaced

    def _totals(self) -> str:
        claimed = [each.claimed_by[0] for each in self.numerals if each.claimed_by]
        excluded = sum(map(_is_exclusion, claimed))
        return _(
            "{count} numerals: {facts} in facts, {excluded} excluded, {unaccounted} unaccounted",
            count=len(self.numerals),
            facts=len(claimed) - excluded,
            excluded=excluded,
            unaccounted=len(self.unaccounted),
        )


_EXCLUSION = "exclusion "


def _is_exclusion(name: str) -> bool:
    return name.startswith(_EXCLUSION)


def _claimant(name: str) -> str:
    """Who claims a numeral, in words: a fact_id, or an exclusion and its reason."""
    if not _is_exclusion(name):
        return name
    return _("exclusion {which}", which=name.removeprefix(_EXCLUSION))


def paragraphs(text: str) -> list[str]:
    """The non-empty lines of a text; paragraph 1 is the first."""
    lines = re.split("\r\n|\r|\n", text.removeprefix("\ufeff"))
    return [line.strip() for line in lines if line.strip()]


def digest(text: str) -> str:
    """SHA-256 of a text in UTF-8 with LF line ends: what sha256sum prints of such a file."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def audit(
    text: str,
    data: str | Path | None = None,
    *,
    source_id: str | None = None,
    new: bool = False,
) -> Audit:
    """Account for every numeral of an article.

    Parameters
    ----------
    text : str
        The article. It is not shipped: pass your own copy.
    data : path, optional
        A folder of your own tables; ours by default.
    source_id : str, optional
        Which source of the folder `text` is; found by its SHA-256 where it is left out.
    new : bool
        Whether a text that no source is known to be is a new one, of which nothing is claimed yet.

    Returns
    -------
    Audit
        ``print`` it; ``audit.ok`` says whether each numeral is claimed by one fact or exclusion
        (各100万元: by a fact for each) and each token stands in its paragraph.

    Raises
    ------
    TableError
        The tables themselves are faulty.
    ValueError
        The folder has several sources and none of them is this text.
    """
    source = _source(load("sources", data), text, source_id, new)
    lines = paragraphs(text)
    here: dict[int, list[tuple[int, int, int]]] = {  # the numerals of each paragraph
        number: [(number, *match.span()) for match in NUMERAL.finditer(fold(line))]
        for number, line in enumerate(lines, 1)
    }
    claimed: dict[tuple, list[str]] = {place: [] for places in here.values() for place in places}
    misplaced = []
    for claim in sorted(_claims(source["source_id"], data), key=_turn):
        places, beside = [], ""
        for number in here if claim.paragraph is None else here.keys() & {claim.paragraph}:
            found, clipped = _claimed_places(claim, lines[number - 1], here[number], claimed)
            places, beside = places + found, beside or clipped
        if not places:
            misplaced.append(_misplaced(claim, beside))
        for place in places:
            claimed[place].append(claim.name)
    numerals = [
        Numeral(number, start, line[start:end], around, tuple(names))
        for (number, start, end), names in claimed.items()
        for line in [lines[number - 1]]
        for around in [line[max(0, start - _AROUND) : end + _AROUND]]
    ]
    known = source["sha256"]  # a new county's sources.csv need not have it yet
    same = None if pd.isna(known) else known == digest(text)
    return Audit(source["source_id"], same, numerals, misplaced)


def _misplaced(claim: Claim, beside: str) -> str:
    number = claim.paragraph
    where = _("paragraph {paragraph}: ", paragraph=number) if number else ""
    words = {"name": _claimant(claim.name), "token": claim.token, "beside": beside}
    return where + (
        _("{name} claims {token!r}, but {beside!r} stands beside it", **words)
        if beside
        else _("{name} claims {token!r}, which does not stand there", **words)
    )


def _turn(claim: Claim) -> int:
    """Placed exclusions first, then facts, last the exclusions of a token wherever it stands."""
    return 2 if claim.paragraph is None else claim.occurrence is None


def _source(sources: pd.DataFrame, text: str, source_id: str | None, new: bool) -> pd.Series:
    column, wanted = ("sha256", digest(text)) if source_id is None else ("source_id", source_id)
    found, known = sources[sources[column] == wanted], ", ".join(sources["source_id"])
    if len(found):
        return found.iloc[0]
    if source_id is not None:
        words = {"source": source_id, "known": known or "—"}
        raise ValueError(
            _(
                "no source {source!r} in sources.csv, which has: {known}; without --source, "
                "--propose prints the row to add",
                **words,
            )
        )
    if len(sources) == 1 and (not new or pd.isna(sources["sha256"].iloc[0])):
        return sources.iloc[0]
    if sources.empty or new:  # nothing of it is claimed yet
        return pd.Series({"source_id": "", "sha256": None})
    raise ValueError(
        _(
            "none of the sources has this text's SHA-256; say which one it is by source_id: "
            "{known}",
            known=known,
        )
    )


def _claims(source_id: str, data) -> Iterator[Claim]:
    for theme in THEMES:
        table = load(theme, data)
        for row in table[table["source_id"] == source_id].itertuples():
            yield Claim(row.paragraph, row.as_written, None, row.fact_id)
    table = load("exclusions", data)
    for row in table[table["source_id"] == source_id].itertuples():
        anywhere = pd.isna(row.paragraph)
        place = (None, row.token, None) if anywhere else (row.paragraph, row.token, row.occurrence)
        yield Claim(*place, f"{_EXCLUSION}{row.token} ({row.reason})")


def _claimed_places(claim: Claim, line: str, here: list, claimed: dict) -> tuple[list, str]:
    """The numerals that a row claims in a paragraph; or what stands beside its token there.

    None where the token would cut a numeral, or the printed figure, in two.
    """
    free, taken, beside = [], [], ""
    is_fact = claim.paragraph is not None and claim.occurrence is None
    for occurrence, match in enumerate(re.finditer(re.escape(claim.token), line), 1):
        if claim.occurrence not in (None, occurrence):
            continue
        start, end = match.span()
        inside = [place for place in here if start <= place[1] and place[2] <= end]
        cut = sum(place[1] < end and start < place[2] for place in here) > len(inside)
        clipped = _beside(line, start, end) if is_fact else ""
        beside = beside or clipped
        if not inside or cut or clipped:
            continue
        is_free = not any(claimed[place] for place in inside)
        if claim.occurrence is not None or (is_fact and is_free):
            return inside, ""
        if is_free:
            free += inside
        elif is_fact:  # two rows of one numeral are both named
            taken = taken or inside
    return free or taken, beside


def _beside(line: str, start: int, end: int) -> str:
    """What touches a token in print and belongs to its figure, or to a word that it cuts."""
    for figure in figures(fold(line)):
        if figure.start < end and start < figure.end:
            before = line[figure.start : start] or line[start : figure.start]
            if start < figure.start and fold(before) in PER_BEFORE:
                before = ""
            if start < figure.start and before:
                return line[start - 1 : start] or before
            if before or end in figure.stops:
                return before
            return line[end : max(figure.end, end + 1)] or line[figure.end : end]
    return ""


# -------------------------------------------------------------------- proposals

# What is never a figure, whatever stands beside it, by reason.
_YEAR = r"(?:[12][0-9]{3}|[一二][〇零一二三四五六七八九]{3})"
_WHEN = r"(?:[上中下]旬|[年月]?[初中末底]|上半年|下半年)?"
_NO_FIGURES = re.compile(
    "|".join(f"(?P<{reason}>{pattern})" for reason, pattern in WORDS["no_figures"].items())
    .replace("YEAR", _YEAR)
    .replace("WHEN", _WHEN)
    .replace("LABEL", f"(?:{WORDS['labels']['words']})")
    .replace("HAN", HAN),
    re.VERBOSE,
)
# Names and words that contain a numeral: not a figure, unless one was read there.
_NAME, _WORD = (
    re.compile("|".join(sorted(WORDS["proposals"][kind].split(), key=len, reverse=True)))
    for kind in ("names", "words")
)
# A 一 after which no measure word stands; nobody lists 周 among them, yet 一周 is a time.
_LONE = re.compile(r"一(?!周)[^\W\d_]|[^\W\d_]一(?![^\W\d_])")
# 一座 that no noun follows counts one, and so does 一条 of 一条28公里的路.
_RHETORIC = re.compile(
    "(?<![只仅共]有)一[个条种项位名家座片张份间支群颗股场批组幅套部本段大]"
    "(?![0-9多半余月，。；、]|小时|$)"
)


def propose(report: Audit, text: str, data: str | Path | None = None) -> pd.DataFrame:
    """Proposed rows for the numerals that no row claims yet, for you to judge.

    Parameters
    ----------
    report : Audit
        Of `text`.
    text : str
    data : path, optional
        The folder whose `start` and `end` tell a period from a date; ours by default.

    Returns
    -------
    DataFrame
        paragraph, as_written, value, unit, qualifier, exclude, occurrence, around; in reading
        order. Either `value`, and what print names of `unit` and `qualifier`; or `exclude`, the
        reason why it is no figure, and `occurrence`; or none of them where neither is certain.
    """
    lines, years = paragraphs(text), _years(data)
    unclaimed: dict[int, list[Numeral]] = {}
    for numeral in report.unaccounted:
        unclaimed.setdefault(numeral.paragraph, []).append(numeral)
    rows = []
    for paragraph, numerals in unclaimed.items():
        line = lines[paragraph - 1]
        spans, done, counted = _spans(fold(line), years), 0, {}  # of a token: up to where, how many
        for numeral in numerals:
            if numeral.start < done:
                continue
            start, end, *said = spans.get(
                numeral.start, (numeral.start, numeral.start + len(numeral.numeral), *_NOTHING)
            )
            start, done = max(start, done), end
            token = line[start:end]
            before, count = counted.get(token, (0, 0))
            counted[token] = end, count + line.count(token, before, end)
            occurrence = str(counted[token][1]) if said[-1] else ""
            rows.append((paragraph, token, *said, occurrence, numeral.around))
    columns = ["paragraph", "as_written", "value", "unit", "qualifier"]
    return pd.DataFrame(rows, columns=[*columns, "exclude", "occurrence", "around"])


_NOTHING = ("", "", "", "")


def _years(data) -> set[str]:
    """The years that stand in `start` and `end` of a folder's rows."""
    tables = [load(theme, data) for theme in THEMES]
    return {str(year) for table in tables for year in [*table["start"], *table["end"]]}


def _spans(line: str, years: set[str]) -> dict[int, tuple]:
    """Where each numeral begins → (start, end, value, unit, qualifier, exclude) of its whole."""
    spans: dict[int, tuple] = {}

    def add(start: int, end: int, *said: str) -> None:
        for numeral in NUMERAL.finditer(line, start, end):
            spans.setdefault(numeral.start(), (start, end, *said))

    found = list(figures(line))
    wholes = {(each.start, each.end) for each in found if each.sure and each.reading.unit}
    for match in _NO_FIGURES.finditer(line):
        reason = match.lastgroup
        if (match.start() + 1, match.end() - 1) in wholes:  # “三百元” may be either
            add(match.start() + 1, match.end() - 1, *_NOTHING)
            continue
        if reason == "date" and years & set(re.findall("[12][0-9]{3}", match[0])):
            reason = "period"
        if match.end() - match.start() <= LONGEST_TOKEN:
            add(match.start(), match.end(), "", "", "", reason)
    for figure in found:
        if figure.sure and figure.reading:
            start, end = figure.start, figure.end
            if not any(each.start() in spans for each in NUMERAL.finditer(line, start, end)):
                add(start, end, *_said(figure, line), "")
    for pattern, reason in ((_NAME, "name"), (_WORD, "word"), (_RHETORIC, "rhetoric")):
        for match in pattern.finditer(line):
            add(match.start(), match.end(), "", "", "", reason)
    for figure in found:
        at, end = figure.start, figure.end
        lone = line[at:end] == "一" and (_LONE.match(line, at) or _LONE.match(line, at - 1))
        if lone:
            add(*lone.span(), "", "", "", "word")
        add(at, end, *_NOTHING)
    return spans


def _said(figure: Figure, line: str) -> tuple[str, str, str]:
    reading = figure.reading
    value = "" if reading.value is None else f"{float(reading.value):.15g}"
    qualifier = (reading.qualifier or "") if value else ""
    return value, reading.unit or _subject(line, figure), qualifier


# The noun before a bare number says what is counted: 项目403个.
_SUBJECT = re.compile(
    "(?:"
    + "|".join(f"(?P<{unit}>{nouns})" for unit, (nouns, _counters) in WORDS["subjects"].items())
    + ")(?:共|[共合]计|总数|达|达到|已达|约)?[ ]?$"
)


def _subject(line: str, figure: Figure) -> str:
    before = _SUBJECT.search(line[max(0, figure.start - 8) : figure.start])
    counter = line[figure.end - 1 : figure.end]
    follows = line[figure.end : figure.end + 1]
    if not before or (follows and follows not in "，。；、！!）)：:（( ”和及"):
        return ""
    unit = before.lastgroup
    bare = counter.isdecimal() or counter in "万亿余多千百"
    counters = WORDS["subjects"][unit][1]
    return unit if counter in counters or (bare and unit in ("person", "household")) else ""


def write_proposals(rows: pd.DataFrame, source_id: str, folder: str | Path) -> list[Path]:
    """Write ``proposals.csv`` and ready rows of ``exclusions.csv`` into a folder.

    In UTF-8 with a byte order mark, for Excel; each whole or not at all, and never over an
    existing file (FileExistsError). A name is excluded once, wherever it stands.
    """
    folder = Path(folder)
    tables = {"proposals": rows, "exclusions": _exclusions(rows, source_id)}
    paths = {folder / f"{name}.csv": table for name, table in tables.items()}
    for path in paths:
        if path.exists():
            raise FileExistsError(_("not written over: {path}", path=path))
    folder.mkdir(parents=True, exist_ok=True)
    for path, table in paths.items():
        content = table.to_csv(index=False, lineterminator="\n")
        write_whole(path, b"\xef\xbb\xbf" + content.encode("utf-8", "replace"))
    return list(paths)


def _exclusions(rows: pd.DataFrame, source_id: str) -> pd.DataFrame:
    taken = rows[rows["exclude"] != ""]
    named = taken["exclude"].eq("name")
    table = pd.DataFrame(
        {
            "source_id": source_id or "ID",
            "paragraph": taken["paragraph"].astype(str).mask(named, ""),
            "token": taken["as_written"],
            "occurrence": taken["occurrence"].mask(named, ""),
            "reason": taken["exclude"],
        }
    )
    return table.drop_duplicates()

"""Where each fact stands in print, and proof that no numeral of the article was missed."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect, bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain, groupby
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from .files import write_whole
from .messages import _
from .numerals import HAN, LONGEST_TOKEN, NUMERAL, PER_BEFORE, WORDS, Figure, figures, fold
from .schema import THEMES, resource
from .tables import load


class Numeral(NamedTuple):
    """One numeral of a text, and who claims it."""

    paragraph: int
    start: int
    numeral: str
    around: str
    claimed_by: tuple[str, ...]
    for_each: bool  # given to each of several (两县各100万元), which a fact for each of them tells


_AROUND = 6  # characters shown on either side of a numeral
# 各100万元, 各安排专项资金100万元; but 各类项目100个 is one figure, and so is 各村共100户.
_EACH = re.compile(r"各(?![类項项级種种個个界部位族地方])[^\W\d_共总總计計]{0,7}$")


class Claim(NamedTuple):
    """A row that says: this numeral is mine."""

    paragraph: int | None  # None: an exclusion wherever the token stands
    token: str
    occurrence: int | None  # None: the next one that no exclusion names
    name: str
    told: tuple = ()  # of a fact: what may tell it from other rows of its table


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
        return [each for each in self.numerals if len(each.claimed_by) > 1 and not each.for_each]

    @property
    def ok(self) -> bool:
        """Whether no numeral is unaccounted or contested, and every row has its numeral."""
        return not (self.unaccounted or self.contested or self.misplaced)

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
        for each in self.unaccounted:
            words = each._asdict()
            yield _("paragraph {paragraph}: {numeral!r} is unaccounted, in …{around}…", **words)
        for each in self.contested:
            words = each._asdict() | {"claimants": _(" and ").join(map(_claimant, each.claimed_by))}
            yield _("paragraph {paragraph}: {numeral!r} is claimed by {claimants}", **words)
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
    here = {number: _Paragraph(number, line) for number, line in enumerate(paragraphs(text), 1)}
    claimed = {place: [] for paragraph in here.values() for place in paragraph.numerals}
    misplaced = []
    for claim in sorted(_claims(source["source_id"], data), key=_turn):
        numbers = here if claim.paragraph is None else here.keys() & {claim.paragraph}
        stands = [each for number in numbers for each in _stands(claim, here[number])]
        whole = [numerals for numerals, beside in stands if numerals and not beside]
        free = [numerals for numerals in whole if not any(claimed[place] for place in numerals)]
        # Two facts of one numeral both claim it, so that both are named: where it is for each.
        whole.sort(key=lambda numerals: not numerals[0].for_each)
        taken = free if claim.paragraph is None else (free or whole)[:1]
        if not taken:
            clips = (beside for _numerals, beside in stands if beside)
            misplaced.append(_misplaced(claim, next(clips, "")))
        for place in chain(*taken):
            claimed[place].append(claim)
    numerals = [
        Numeral(number, start, line[start:end], around, names, for_each and _differ(claims))
        for (number, start, end, for_each), claims in claimed.items()
        for line, names in [(here[number].line, tuple(claim.name for claim in claims))]
        for around in [line[max(0, start - _AROUND) : end + _AROUND]]
    ]
    known = source["sha256"]  # a new county's sources.csv need not have it yet
    same = None if pd.isna(known) else known == digest(text)
    return Audit(source["source_id"], same, numerals, misplaced)


def _differ(claims: list[Claim]) -> bool:
    """Whether they are facts, each of which tells something of its own."""
    return len({claim.told for claim in claims} - {()}) == len(claims)


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
        telling = [each for each in resource(theme)["tellingApart"] if each != "indicator"]
        for row in table[table["source_id"] == source_id].itertuples():
            told = theme, *(str(getattr(row, column)) for column in telling)
            yield Claim(row.paragraph, row.as_written, None, row.fact_id, told)
    table = load("exclusions", data)
    for row in table[table["source_id"] == source_id].itertuples():
        anywhere = pd.isna(row.paragraph)
        place = (None, row.token, None) if anywhere else (row.paragraph, row.token, row.occurrence)
        yield Claim(*place, f"{_EXCLUSION}{row.token} ({row.reason})")


class _Place(NamedTuple):
    """Where a numeral stands, and whether it is given to each of several there."""

    paragraph: int
    start: int
    end: int
    for_each: bool


class _Paragraph:
    """A line of the article, with the places of its numerals."""

    def __init__(self, number: int, line: str):
        self.line = line
        spans = (match.span() for match in NUMERAL.finditer(fold(line)))
        self.numerals = [
            _Place(number, start, end, bool(_EACH.search(line, max(0, start - 8), start)))
            for start, end in spans
        ]

    @cached_property
    def figures(self) -> list[Figure]:
        return list(figures(fold(self.line)))


def _stands(claim: Claim, paragraph: _Paragraph) -> Iterator[tuple[list, str]]:
    """Where a token stands: its numerals, none if it would cut one; and what it clips."""
    is_fact = claim.paragraph is not None and claim.occurrence is None
    for occurrence, match in enumerate(re.finditer(re.escape(claim.token), paragraph.line), 1):
        if claim.occurrence in (None, occurrence):
            start, end = match.span()
            met = _between(paragraph.numerals, start, end)
            whole = all(start <= place.start and place.end <= end for place in met)
            yield met if whole else [], _beside(paragraph, start, end) if is_fact else ""


def _between(found: list, start: int, end: int) -> list:
    """Which of the numerals or figures of a line a token meets; they stand in order."""
    first = bisect(found, start, key=attrgetter("end"))
    return found[first : bisect_left(found, end, key=attrgetter("start"))]


def _beside(paragraph: _Paragraph, start: int, end: int) -> str:
    """What touches a token in print and belongs to its figure, or to a word that it cuts."""
    line, met = paragraph.line, _between(paragraph.figures, start, end)
    if not met:
        return ""
    figure = met[0]
    if figure.start < start:
        return line[figure.start : start]
    more = line[start : figure.start]
    if more and fold(more) not in PER_BEFORE:
        return line[start - 1 : start] or more
    if end in figure.stops:
        return ""
    return line[end : max(figure.end, end + 1)] or line[figure.end : end]


# -------------------------------------------------------------------- proposals

_YEAR = r"(?:[12][0-9]{3}|[一二][〇零一二三四五六七八九]{3})"
_WHEN = r"(?:[上中下]旬|[年月]?[初中末底]|上半年|下半年)?"


@cache  # and not at import, of which it would be a twentieth
def _no_figures() -> re.Pattern:
    """What is never a figure, whatever stands beside it, by reason."""
    named = (f"(?P<{reason}>{pattern})" for reason, pattern in WORDS["no_figures"].items())
    parts = {"YEAR": _YEAR, "WHEN": _WHEN, "LABEL": f"(?:{WORDS['labels']['words']})", "HAN": HAN}
    pattern = re.sub("|".join(parts), lambda name: parts[name[0]], "|".join(named))
    return re.compile(pattern, re.VERBOSE)


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
    lines, rows = paragraphs(text), []
    tables = [load(theme, data) for theme in THEMES]
    years = {str(year) for table in tables for year in [*table["start"], *table["end"]]}
    for paragraph, numerals in groupby(report.unaccounted, attrgetter("paragraph")):
        line, done, counted = lines[paragraph - 1], 0, {}  # of a token: up to where, how many
        spans = _spans(fold(line), years)
        for numeral in numerals:
            if numeral.start >= done:
                start, end, *said, exclude = spans[numeral.start]
                token, done = line[max(start, done) : end], end
                before, count = counted.get(token, (0, 0))
                counted[token] = end, count + line.count(token, before, end)
                occurrence = str(counted[token][1]) if exclude else ""
                rows.append((paragraph, token, *said, exclude, occurrence, numeral.around))
    columns = ["paragraph", "as_written", "value", "unit", "qualifier"]
    return pd.DataFrame(rows, columns=[*columns, "exclude", "occurrence", "around"])


class _Span(NamedTuple):
    """A whole token, as what it is proposed: nothing where that is not certain."""

    start: int
    end: int
    value: str = ""
    unit: str = ""
    qualifier: str = ""
    exclude: str = ""


def _spans(line: str, years: set[str]) -> dict[int, _Span]:
    """Where each numeral begins → the token that it belongs to."""
    spans: dict[int, _Span] = {}

    def add(span: _Span) -> None:
        for numeral in NUMERAL.finditer(line, span.start, span.end):
            spans.setdefault(numeral.start(), span)

    found = list(figures(line))
    wholes = {(each.start, each.end) for each in found if each.sure and each.reading.unit}
    for match in _no_figures().finditer(line):
        (start, end), reason = match.span(), match.lastgroup
        if (start + 1, end - 1) in wholes:  # “三百元” may be either
            add(_Span(start + 1, end - 1))
        elif end - start <= LONGEST_TOKEN:
            dates_facts = reason == "date" and years & set(re.findall("[12][0-9]{3}", match[0]))
            add(_Span(start, end, exclude="period" if dates_facts else reason))
    for figure in found:
        numerals = NUMERAL.finditer(line, figure.start, figure.end)
        if figure.sure and not any(numeral.start() in spans for numeral in numerals):
            add(_Span(figure.start, figure.end, *_said(figure, line)))
    for pattern, reason in ((_NAME, "name"), (_WORD, "word"), (_RHETORIC, "rhetoric")):
        for match in pattern.finditer(line):
            add(_Span(*match.span(), exclude=reason))
    for figure in found:
        at, end = figure.start, figure.end
        if line[at:end] == "一" and (lone := _LONE.match(line, at) or _LONE.match(line, at - 1)):
            add(_Span(*lone.span(), exclude="word"))
        add(_Span(at, end))
    for numeral in NUMERAL.finditer(line):
        add(_Span(*numeral.span()))
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
    if not before or follows not in "，。；、！!）)：:（( ”和及":
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
    tables = {
        folder / "proposals.csv": rows,
        folder / "exclusions.csv": _exclusions(rows, source_id),
    }
    for path in tables:
        if path.exists():
            raise FileExistsError(_("not written over: {path}", path=path))
    folder.mkdir(parents=True, exist_ok=True)
    for path, table in tables.items():
        content = table.to_csv(index=False, lineterminator="\n")
        write_whole(path, content.encode("utf-8-sig", "replace"))
    return list(tables)


def _exclusions(rows: pd.DataFrame, source_id: str) -> pd.DataFrame:
    heads = {"as_written": "token", "exclude": "reason"}
    table = rows[rows["exclude"] != ""].astype(str).rename(columns=heads)
    table["source_id"] = source_id or "ID"
    table.loc[table["reason"] == "name", ["paragraph", "occurrence"]] = ""
    return table[["source_id", "paragraph", "token", "occurrence", "reason"]].drop_duplicates()

"""Say every fault of a table at once: where it stands, what stood there, what was expected.

Each rule is a plain function of the cells that it compares, asked once of each distinct
combination of them, so that a million rows cost little more than their distinct words. A cell
that is at fault already takes no part in the rules that compare cells: one mistake gives one
fault.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, lru_cache, partial
from pathlib import Path

from .messages import _, language
from .numerals import Unread, unit_labels
from .quantity import Quantity, evaluate, names_in, parse_quantity, verdict
from .reading import Fault, Raw, did_you_mean, numbers, read
from .schema import THEMES, fields, package, references, resource

FIGURE = ["value", "unit", "qualifier", "as_written"]
# What charts write out: a font must have its characters.
_DRAWN = [("labels", "zh"), ("labels", "en"), ("sources", "title"), ("sources", "authors")]


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
    columns, counts = ["code", "kind", "zh", "en"], None
    frames = [raw.frame[columns] for raw in (ours, labels) if {*columns} <= {*raw.frame}]
    rows = [row for frame in frames for row in frame.itertuples(index=False, name=None)]
    kinds = {code: kind for code, kind, _zh, _en in rows}
    said = {
        word: code for code, _kind, *both in rows for text in both for word in _MANY.split(text)
    }
    if sources.path.exists() and not sources.faults:
        counts = dict(
            zip(sources.frame["source_id"], numbers(sources.frame["paragraphs"]), strict=True)
        )
    return Beside(None if labels.faults else said | {code: code for code in kinds}, kinds, counts)


_MANY = re.compile("[|、]")  # between the words that a label has for one code


# -------------------------------------------------------------------- one table


@lru_cache(maxsize=64)
def check_table(raw: Raw, known: Beside) -> tuple[Fault, ...]:
    """Every fault of one table."""
    table = _Table(raw, known)
    for name, field in fields(raw.name).items():
        table.compare(partial(_expected, table, field, _allowed(table, field)), name)
    _repeated_keys(table)
    for columns, rule in _RULES.items():
        table.compare(partial(rule, table), *columns)
    if raw.name in THEMES:
        _part_faults(table)
    return table.faults()


class _Table:
    """A table under check, and the faults that were found in it so far."""

    def __init__(self, raw: Raw, known: Beside):
        self.raw, self.known = raw, known
        self.found: list[Fault] = []
        self.bad: set[tuple[int, str]] = set()

    def add(self, row: int, column: str, expected: str, found: str | None = None) -> None:
        """Say what a cell should have been."""
        self.found.append(self.raw.fault(row, column, expected, found))
        self.bad.add((row, column))

    def compare(self, rule: Callable[..., str | None], *columns: str) -> None:
        """Ask of each combination of sound cells what should have stood in the last of them."""
        if not set(columns) <= set(self.raw.frame):
            return
        frame = self.raw.frame[[*columns]]
        if bad := [row for row, column in self.bad if column in columns]:
            frame = frame.drop(index=bad)
        if len(columns) == 1 and not bad:  # a category knows its texts
            distinct = zip(frame[columns[0]].cat.categories, strict=True)
        else:
            distinct = frame.drop_duplicates().itertuples(index=False, name=None)
        wrong = {cells: expected for cells in distinct if (expected := rule(*cells))}
        if wrong:
            for row, *cells in frame.itertuples(name=None):
                if expected := wrong.get(tuple(cells)):
                    self.add(row, columns[-1], expected, cells[-1])

    def sound(self, row: int, *columns: str) -> bool:
        """Whether none of these cells is at fault."""
        return self.bad.isdisjoint((row, column) for column in columns)

    def faults(self) -> tuple[Fault, ...]:
        """In the order of the file."""
        order = ["", *fields(self.raw.name)]
        found = [*self.raw.faults, *self.found]
        return tuple(sorted(found, key=lambda each: (each.line or 0, order.index(each.column))))


def _repeated_keys(table: _Table) -> None:
    key = resource(table.raw.name)["schema"]["primaryKey"]
    if set(key) <= set(table.raw.frame):
        texts = table.raw.frame[key]
        for row, cells in texts[texts.duplicated() & (texts[key[0]] != "")].iterrows():
            table.add(row, key[0], _("a key that no earlier row has"), " ".join(cells))


# -------------------------------------------------------------------- one cell


def _expected(table: _Table, field: dict, allowed: Container[str] | None, text: str) -> str | None:
    """What should have stood in a field instead of `text`; None where `text` is right."""
    rules = field["constraints"]
    if text == "":
        return _described(field) if rules.get("required") else None
    if not text.isprintable():
        # Tokens keep the blanks of print; sentences and names are written as their authors like.
        free = field["type"] == "string" and allowed is None and "pattern" not in rules
        if unfit := _unprintable(text, free):
            return unfit
    if field["type"] != "string":
        return _mistyped(field, text)
    if allowed is not None:
        return None if text in allowed else _referred(table, field, text, allowed)
    if field["name"] == "unit":  # what it may be depends on the indicator: see _unit
        return None
    if "pattern" in rules and not _pattern(rules["pattern"]).fullmatch(text):
        return _described(field, ends="[;.]")  # how it is written stands after a colon
    if len(text) > rules.get("maxLength", len(text)):
        return _("at most {count} characters", count=rules["maxLength"])
    return None


_pattern = cache(re.compile)


def _allowed(table: _Table, field: dict) -> Container[str] | None:
    """The words that a column may hold; None where there is no list to look them up in."""
    raw, known, column = table.raw, table.known, field["name"]
    if "enum" in field["constraints"]:
        return field["constraints"]["enum"]
    if column in references(raw.name, "labels"):
        kinds = {code for code, kind in known.kinds.items() if kind in field["labelKinds"]}
        return None if known.codes is None else kinds
    if column in references(raw.name, "sources"):
        return known.paragraphs
    if column in references(raw.name, "") and not raw.faults:  # else rows may be lacking
        return raw.frame["fact_id"].cat.categories
    return None


def _unprintable(text: str, free: bool) -> str | None:
    names = {"\u00a0": _("NBSP (U+00A0)"), "\u3000": _("an ideographic space (U+3000)")}
    if not text.translate(dict.fromkeys(map(ord, names))).isprintable():
        return _("text without control characters or line breaks")
    if free:
        return None
    named = [name for blank, name in names.items() if blank in text]
    return _("text without {blanks}", blanks=_(" or ").join(named))


def _described(field: dict, ends: str = "[:;.]") -> str:
    if language() == "zh":
        return re.split("[；。]", field["description_zh"])[0]
    words = re.split(ends, field["description"])[0]
    return words if words[1].isupper() else words[0].lower() + words[1:]


def _referred(table: _Table, field: dict, text: str, allowed: Container[str]) -> str:
    """Which words a column may hold; but for a closed list, a row may be added for another."""
    said = table.known.codes or {}
    mend = _meant_word(said | {word: word for word in allowed}, text, allowed)
    if "enum" in field["constraints"]:
        return _("one of the closed list {codes}{mend}", codes=", ".join(allowed), mend=mend)
    if field["name"] == "part_of":
        return _("a fact_id of {table}.csv{mend}", table=table.raw.name, mend=mend)
    if field["name"] == "source_id":
        return _("a source_id of sources.csv{mend}, or add a row for it there", mend=mend)
    kind = _(" or ").join(field["labelKinds"])
    if said.get(text) == text:
        return _(
            "a code of the kind {kind}, which this is not: add a row for another to labels.csv",
            kind=kind,
        )
    return _(
        "a code of labels.csv{mend}, or add a row for it there, of the kind {kind}",
        mend=mend,
        kind=kind,
    )


def _meant_word(said: dict[str, str], text: str, known: Container[str]) -> str:
    """The word that goes by another name or in another case; else the nearest in spelling."""
    cased = {name.casefold(): word for name, word in said.items()}
    meant = said.get(text) or cased.get(text.casefold())
    return _(" (did you mean {word}?)", word=meant) if meant in known else did_you_mean(text, known)


_FORMS = {
    "integer": re.compile("0|[1-9][0-9]{0,8}"),
    "year": re.compile("[12][0-9]{3}"),
    "number": re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,9})?"),
}


def _mistyped(field: dict, text: str) -> str | None:
    """How a number or a year is written, and what to write for what was meant."""
    form = _FORMS[field["type"]]
    if form.fullmatch(text):
        low = field["constraints"].get("minimum", "-inf")
        return _("{low} or more", low=low) if float(text) < float(low) else None
    if field["type"] == "year":
        year = re.search("(?<![0-9])[12][0-9]{3}(?![0-9])", _ascii(text))
        mend = _(": write {it}", it=year[0]) if year else ""
        return _("a year of four digits, such as 2020{mend}", mend=mend)
    if field["type"] == "integer":
        return _("a whole number{mend}", mend=_mended(text, form))
    return _("a plain number such as 4000000{mend}", mend=_mended(text, form))


def _ascii(text: str) -> str:
    return text.translate({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)})


def _mended(text: str, form: re.Pattern) -> str:
    """How to write what was meant, where it can be: 约120 is 120, and about in qualifier."""
    plain = _ascii(text).strip().lstrip("'’¥￥$+")
    for reading in (parse_quantity, lambda text: Quantity(float(text))):
        with contextlib.suppress(ValueError):
            meant = reading(plain)
            break
    else:
        return ""
    mended = "" if meant.value is None else _plain_number(meant.value)
    if not form.fullmatch(mended):
        return ""
    if meant.qualifier == "exact":
        return _(": write {it}", it=mended)
    words = {"it": mended, "qualifier": meant.qualifier}
    return _(": write {it} in value and {qualifier} in qualifier", **words)


def _plain_number(value) -> str:
    return str(value) if isinstance(value, int) else f"{float(value):.15g}"


# -------------------------------------------------------------------- cells of one row


@cache
def _closed_kinds() -> dict[str, str]:
    """The codes of the schema's closed lists, each with its kind: the column that lists it."""
    return {
        code: column
        for name in THEMES
        for column, field in fields(name).items()
        for code in field["constraints"].get("enum", ())
    }


def _kind(table: _Table, code: str, kind: str) -> str | None:
    """A code of a closed list has the kind of that list, whatever else labels.csv may add."""
    declared = _closed_kinds().get(code, kind)
    if kind == declared:
        return None
    return _("{kind}, for {code} is of a closed list", kind=declared, code=code)


def _placed(table: _Table, paragraph: str, occurrence: str) -> str | None:
    """An exclusion says both where it stands, or neither: wherever the token stands."""
    if (paragraph == "") != (occurrence == ""):
        return _("a number in both paragraph and occurrence, or in neither")
    return None


def _within_source(table: _Table, source_id: str, paragraph: str) -> str | None:
    last = (table.known.paragraphs or {}).get(source_id)
    if last and paragraph and int(paragraph) > last:
        return _("at most {last:.0f}", last=last)
    return None


def _unit(table: _Table, indicator: str, unit: str) -> str | None:
    """A unit must be one of ours, and one that the indicator can be counted in."""
    known, able = unit_labels(), resource(table.raw.name)["indicatorUnits"].get(indicator)
    units = unit.split("/")
    for each in units:
        if each not in known:
            said = {word: code for code, (zh, en) in known.items() for word in (*zh, *en, code)}
            return _("a code of units.csv{mend}", mend=_meant_word(said, each, known))
    if able and units[0] not in able:
        return _("a unit of {indicator}: {units}", indicator=indicator, units=_(" or ").join(able))
    return None


def _token(table: _Table, token: str) -> str | None:
    try:
        parse_quantity(token)
    except Unread as error:
        return error.expected
    return None


def _value(table: _Table, token: str, value: str) -> str | None:
    printed = parse_quantity(token).value
    if (Fraction(value) if value else None) == printed:
        return None
    return _as_said("" if printed is None else _plain_number(printed), token)


def _qualifier(table: _Table, token: str, qualifier: str) -> str | None:
    printed = parse_quantity(token).qualifier or ""
    return None if qualifier == printed else _as_said(printed, token)


def _printed_unit(table: _Table, token: str, unit: str) -> str | None:
    printed = parse_quantity(token).unit
    return None if printed in ("", unit) else _as_said(printed, token)


def _as_said(expected: str, token: str) -> str:
    return _("{expected}, as {token} says", expected=expected or _("nothing"), token=token)


def _period(table: _Table, start: str, end: str) -> str | None:
    return _("no year before start {start}", start=start) if "" < end < start else None


# Which cells of a row are compared, by which rule; the last of them is at fault.
_RULES = {
    ("code", "kind"): _kind,
    ("paragraph", "occurrence"): _placed,
    ("source_id", "paragraph"): _within_source,
    ("indicator", "unit"): _unit,
    ("as_written",): _token,
    ("as_written", "value"): _value,
    ("as_written", "unit"): _printed_unit,
    ("as_written", "qualifier"): _qualifier,
    ("start", "end"): _period,
}


# -------------------------------------------------------------------- rows


def _part_faults(table: _Table) -> None:
    """A part has its total's unit and lies in its years; no parts exceed their total."""
    frame = table.raw.frame
    complete = set(fields(table.raw.name)) <= set(frame)
    if not (complete and any(frame["part_of"].cat.categories)):
        return
    cells = frame.to_dict("list")
    places = {fact_id: row for row, fact_id in enumerate(cells["fact_id"])}
    if len(places) < len(frame):
        return
    total = {
        row: places[name]
        for row, name in enumerate(cells["part_of"])
        if name and name in places and table.sound(row, "part_of")
    }

    def sound(part: int, *columns: str) -> bool:
        return table.sound(part, *columns) and table.sound(total[part], *columns)

    for row in _endless(total):
        table.add(row, "part_of", _("a total that is not its own part"))
    start, end, unit = cells["start"], cells["end"], cells["unit"]
    parts: dict[int, list[int]] = {}
    for part, whole in total.items():
        beyond = "" < start[part] < start[whole] or end[part] > end[whole] > ""
        if sound(part, "unit") and unit[part] != unit[whole]:
            table.add(part, "part_of", _("a total in {unit}", unit=unit[part]))
        elif sound(part, "start", "end", "part_of") and beyond:
            own, other = (f"{start[row]}–{end[row]}" for row in (part, whole))
            expected = _("a total of the years {part}, not of {total}", part=own, total=other)
            table.add(part, "part_of", expected)
        elif sound(part, *FIGURE, "start", "end", "part_of"):
            parts.setdefault(whole, []).append(part)
    for whole, each in parts.items():
        _sum_faults(table, cells, whole, each)


def _endless(total: dict[int, int]) -> list[int]:
    """The rows whose chain of totals never ends: after as many doublings as there can be rows."""
    above = dict(total)
    for _doubling in range(len(total).bit_length()):
        above = {row: above[up] for row, up in above.items() if up in above}
    return list(above)


def _sum_faults(table: _Table, cells: dict[str, list[str]], whole: int, parts: list[int]) -> None:
    """Parts that add up to more than their total: each of them, and the total, may be at fault."""
    tokens, ids = cells["as_written"], cells["fact_id"]
    apart = _summable(table, cells, parts)
    least, total = sum(apart.values()), replace(parse_quantity(tokens[whole]), unit="")
    if not apart or verdict(least, "<=", total) != "contradicts":
        return
    named = " + ".join(ids[part] for part in sorted(apart))
    words = {"least": _plain_number(least.low), "parts": named}
    expected = (
        _("more than {least}, the sum of its parts {parts}", **words)
        if least.low_open
        else _("at least {least}, the sum of its parts {parts}", **words)
    )
    table.add(whole, "value", expected)
    words = {"total": ids[whole], "value": tokens[whole]}
    for part in apart:
        table.add(part, "value", _("parts of {total} that add up to at most its {value}", **words))


def _summable(table: _Table, cells: dict[str, list[str]], parts: list[int]) -> dict[int, Quantity]:
    """The parts that bound their sum, without those that may overlap with a larger one.

    Parts of different recipients, places or kinds are apart, and so are those of disjoint years.
    """
    printed = {part: replace(parse_quantity(cells["as_written"][part]), unit="") for part in parts}
    bounding = {part: each for part, each in printed.items() if each.low and not each.about}
    kinds = [each for each in resource(table.raw.name)["tellingApart"] if each not in _PERIODS]
    taken: dict[tuple, list[tuple[str, str]]] = {}
    for part in sorted(bounding, key=lambda part: bounding[part].low, reverse=True):
        first, last = cells["start"][part] or "0", cells["end"][part] or "9"
        years = taken.setdefault(tuple(cells[kind][part] for kind in kinds), [])
        if all(last < start or first > end for start, end in years):
            years.append((first, last))
        else:
            del bounding[part]
    return bounding


_PERIODS = ("start", "end", "source_id")


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
    faults += [*_misnamed(raws), *_repeated_ids(raws), *_glyph_faults(raws)]
    if not any(fault.column in ("", "fact_id") for fault in faults):  # else ids are amiss
        faults += _formula_faults(raws, data, sound=not faults)
    return faults


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


def _repeated_ids(raws: dict[str, Raw]) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for name in THEMES:
        for row, fact_id in enumerate(raws[name].frame.get("fact_id", ())):
            if fact_id and seen.setdefault(fact_id, name) != name:
                expected = _("an id that {file} does not use", file=f"{seen[fact_id]}.csv")
                yield raws[name].fault(row, "fact_id", expected)


def _formula_faults(raws: dict[str, Raw], data, sound: bool) -> Iterator[Fault]:
    """A relation names facts; where those are sound, it has one unit and divides by no zero."""
    from .tables import facts  # here: a table is loaded only where it is sound

    raw, columns = raws["crosschecks"], ["left", "relation", "right"]
    if raw.frame.empty or not set(columns) <= set(raw.frame):
        return
    known = {each for name in THEMES for each in raws[name].frame["fact_id"].cat.categories}
    figures = facts(data) if sound else {}
    for row, left, relation, right in raw.frame[columns].itertuples(name=None):
        sides = []
        for side, formula in (("left", left), ("right", right)):
            unknown = [word for word in names_in(formula) if word not in known]
            for word in unknown:
                expected = _("a fact_id or a number{mend}", mend=mended(word, known))
                yield raw.fault(row, side, expected, word)
            try:
                sides += [evaluate(formula, figures)] if sound and not unknown else []
            except ZeroDivisionError:
                yield raw.fault(row, side, _("no division by zero"))
            except ValueError as error:
                yield raw.fault(row, side, _("a formula that computes: {why}", why=error))
        try:
            if len(sides) == 2:
                verdict(sides[0], relation, sides[1])
        except ValueError as error:
            yield raw.fault(row, "right", _("sides that compare: {why}", why=error))


def mended(word: str, known: Iterable[str]) -> str:
    """What a word of a formula lacks: blanks around its signs, else a letter or two."""
    joined = re.search("[+*/＋－×÷]", word)
    return _("; + - * / with a blank on both sides") if joined else did_you_mean(word, known)


def _glyph_faults(raws: dict[str, Raw]) -> Iterator[Fault]:
    """Characters that no font at hand can draw: better said here than by half a run."""
    from .style import families, missing_glyphs  # here: matplotlib is slow to import

    expected = _("characters that a font here can draw: write it otherwise, or install a font")
    for name, column in _DRAWN:
        for row, text in enumerate(raws[name].frame.get(column, ())):
            missing = missing_glyphs(text)
            try:
                if missing and text.isprintable():
                    families(text)
            except ValueError:
                yield raws[name].fault(row, column, expected, missing)

"""The rules for one table: where each fault stands, what stood there, what was expected.

Each rule is a plain function of the cells that it compares, called once for each distinct
combination of them, so that a million rows cost little more than their distinct words. A cell
that is already at fault takes no part in the rules that compare cells: one mistake gives one
fault.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Container
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, lru_cache, partial
from itertools import product
from pathlib import Path

from .messages import _, language
from .numerals import Unread, unit_labels
from .quantity import Quantity, parse_quantity, verdict
from .reading import Fault, Raw, Vocabulary, numbers, read_table
from .schema import THEMES, fields, references, resource


@dataclass(frozen=True, eq=False)
class Lookup:
    """What a row may refer to; None where the table that lists it cannot be read."""

    codes: dict[str, str] | None  # a code, or what it is called in Chinese or English → the code
    kinds: dict[str, str]  # code → kind
    paragraphs: dict[str, float] | None  # source_id → how many paragraphs that source has


def lookup(data: str | Path | None = None) -> Lookup:
    """The codes and sources that the rows of a folder's tables may refer to."""
    return _lookup(read_table("labels"), read_table("labels", data), read_table("sources", data))


_SEVERAL = re.compile("[|、]")  # separates the words that a label has for one code


@lru_cache(maxsize=16)
def _lookup(ours: Raw, labels: Raw, sources: Raw) -> Lookup:
    columns, kinds, codes, paragraphs = ["code", "kind", "zh", "en"], {}, {}, None
    for raw in (ours, labels):
        if {*columns} <= {*raw.frame}:
            for code, kind, zh, en in raw.frame[columns].itertuples(index=False, name=None):
                kinds[code] = kind
                codes |= dict.fromkeys((*_SEVERAL.split(zh), *_SEVERAL.split(en)), code)
    if sources.path.exists() and not sources.faults:
        counts = numbers(sources.frame["paragraphs"])
        paragraphs = dict(zip(sources.frame["source_id"], counts, strict=True))
    codes |= {code: code for code in kinds}  # a code wins over a word that is spelt alike
    return Lookup(None if labels.faults else codes, kinds, paragraphs)


@lru_cache(maxsize=64)
def check_table(raw: Raw, known: Lookup) -> tuple[Fault, ...]:
    """Every fault of one table."""
    table = _Table(raw)
    for name, field in fields(raw.name).items():
        table.compare(_cell_rule(raw, known, field), name)
    _repeated_keys(table)
    for columns, rule in _row_rules(raw, known).items():
        table.compare(rule, *columns)
    if raw.name in THEMES:
        _part_faults(table)
    return table.faults()


class _Table:
    """A table under check, and the faults found in it so far."""

    def __init__(self, raw: Raw):
        self.raw = raw
        self.found: list[Fault] = []
        self.bad: set[tuple[int, str]] = set()

    def add(self, row: int, column: str, expected: str, found: str | None = None) -> None:
        """Note what a cell should have been."""
        self.found.append(self.raw.fault(row, column, expected, found))
        self.bad.add((row, column))

    def compare(self, rule: Callable[..., str | None], *columns: str) -> None:
        """Ask of each combination of sound cells what should have stood in the last of them."""
        if not set(columns) <= set(self.raw.frame):
            return
        frame = self.raw.frame[[*columns]]
        if bad := [row for row, column in self.bad if column in columns]:
            frame = frame.drop(index=bad)
        distinct = frame.drop_duplicates().itertuples(index=False, name=None)
        wrong = {cells: expected for cells in distinct if (expected := rule(*cells))}
        if wrong:
            for row, *cells in frame.itertuples(name=None):
                if expected := wrong.get(tuple(cells)):
                    self.add(row, columns[-1], expected, cells[-1])

    def sound(self, rows: tuple[int, ...], *columns: str) -> bool:
        """Whether none of these columns is at fault in any of these rows."""
        return self.bad.isdisjoint(product(rows, columns))

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


# A dash before a word is a formula to Excel; ##### is a date that its column had no room for.
_LOST = re.compile(r"#(NAME\?|VALUE!|REF!|N/A|DIV/0!|NUM!|NULL!|#+)")


def _cell_rule(raw: Raw, known: Lookup, field: dict) -> Callable[[str], str | None]:
    """What the schema asks of one column: what should have stood there; None where all is well."""
    rules, allowed = field["constraints"], _allowed(raw, known, field)
    vocabulary = Vocabulary(allowed, known.codes)
    pattern = rules.get("pattern")
    # Tokens keep the blanks of print; sentences and names are written as their authors like.
    free = field["type"] == "string" and allowed is None and not pattern

    def expected(text: str) -> str | None:
        if text == "":
            return _described(field) if rules.get("required") else None
        if not text.isprintable() and (unfit := _unprintable(text, free)):
            return unfit
        if text[0] == "#" and _LOST.fullmatch(text):
            return _("what stood here before Excel replaced it")
        if field["type"] != "string":
            return _mistyped(field, text)
        if allowed is not None:
            if text in allowed:
                return None
            mend = vocabulary.did_you_mean(text)
            return _referred(raw.name, field, mend, is_code=text in known.kinds)
        if field["name"] == "unit":  # what it may be depends on the indicator: see _unit
            return None
        if pattern and not re.fullmatch(pattern, text):
            # how it is written stands after a colon
            return _described(field, ends="[;.]") + _mended_date(text, pattern)
        if len(text) > rules.get("maxLength", len(text)):
            return _("at most {count} characters", count=rules["maxLength"])
        return None

    return expected


def _allowed(raw: Raw, known: Lookup, field: dict) -> Container[str] | None:
    """The words that a column may hold; None where there is no list to look them up in."""
    column = field["name"]
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
    """The beginning of a column's description, as far as one of these marks."""
    if language() == "zh":
        return re.split("[；。]", field["description_zh"])[0]
    words = re.split(ends, field["description"])[0]
    return words if words[1].isupper() else words[0].lower() + words[1:]


def _referred(table: str, field: dict, mend: str, is_code: bool) -> str:
    """Which words a column may hold; unless the list is closed, a row may be added to it."""
    if "enum" in field["constraints"]:
        codes = ", ".join(field["constraints"]["enum"])
        return _("one of the closed list {codes}{mend}", codes=codes, mend=mend)
    if field["name"] == "part_of":
        return _("a fact_id of {table}.csv{mend}", table=table, mend=mend)
    if field["name"] == "source_id":
        return _("a source_id of sources.csv{mend}, or add a row for it there", mend=mend)
    words = {"kind": _(" or ").join(field["labelKinds"]), "mend": mend}
    if is_code:
        return _(
            "a code of the kind {kind}, which this is not: add a row for another to labels.csv",
            **words,
        )
    return _("a code of labels.csv{mend}, or add a row for it there, of the kind {kind}", **words)


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


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_DATE = re.compile("([0-9]{4})[年/.-]([0-9]{1,2})(?:[月/.-]([0-9]{1,2})日?|月)?(?: 0:00(?::00)?)?")


def _mended_date(text: str, pattern: str) -> str:
    """How to write a date that Excel or the article writes otherwise: 2024/6/7, 2024年6月."""
    month, dash, year = text.partition("-")
    if dash and month in _MONTHS and year.isdecimal():  # Dec-16 was 2016-12 until Excel opened it
        text = f"{19 if year >= '30' else 20}{year}-{_MONTHS.index(month) + 1}"
    date = _DATE.fullmatch(_ascii(text))
    it = "-".join(part.zfill(2) for part in date.groups() if part) if date else ""
    return _(": write {it}", it=it) if re.fullmatch(pattern, it) else ""


def _ascii(text: str) -> str:
    return text.translate({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)})


def _mended(text: str, form: re.Pattern) -> str:
    """How to write what was meant, where it can be: 约120 is 120, and about in qualifier."""
    plain = _ascii(text).strip().lstrip("'’¥￥$+")
    if re.fullmatch("[0-9.]+[Ee][+]?[0-9]+", plain):
        return _(": Excel has shortened and perhaps rounded it; type all its digits again")
    meant = _meant_number(plain)
    if meant is None or meant.value is None:
        return ""
    mended = _plain_number(meant.value)
    if not form.fullmatch(mended):
        return ""
    if meant.qualifier == "exact":
        return _(": write {it}", it=mended)
    words = {"it": mended, "qualifier": meant.qualifier}
    return _(": write {it} in value and {qualifier} in qualifier", **words)


def _meant_number(text: str) -> Quantity | None:
    with suppress(ValueError):
        return parse_quantity(text)
    with suppress(ValueError):
        return Quantity(int(text))  # such as 007
    return None


def _plain_number(value) -> str:
    return str(value) if isinstance(value, int) else f"{float(value):.15g}"


# -------------------------------------------------------------------- cells of one row


def _row_rules(raw: Raw, known: Lookup) -> dict[tuple[str, ...], Callable[..., str | None]]:
    """Which cells of a row are compared, by which rule; the last of them is at fault."""
    named = {word: code for code, (zh, en) in unit_labels().items() for word in (*zh, *en)}
    units, units_of = Vocabulary(unit_labels(), named), resource(raw.name).get("indicatorUnits", {})
    return {
        ("code", "kind"): _kind,
        ("paragraph", "occurrence"): _placed,
        ("source_id", "paragraph"): partial(_within_source, known.paragraphs or {}),
        ("indicator", "unit"): partial(_unit, units, units_of),
        ("as_written",): _token,
        ("as_written", "value"): _value,
        ("as_written", "unit"): _printed_unit,
        ("as_written", "qualifier"): _qualifier,
        ("start", "end"): _period,
    }


@cache
def _closed_kinds() -> dict[str, str]:
    """The codes of the schema's closed lists, each with its kind: the column that lists it."""
    return {
        code: column
        for name in THEMES
        for column, field in fields(name).items()
        for code in field["constraints"].get("enum", ())
    }


def _kind(code: str, kind: str) -> str | None:
    """A code of a closed list has the kind of that list, whatever else labels.csv may add."""
    declared = _closed_kinds().get(code, kind)
    if kind == declared:
        return None
    return _(
        "{kind}, for {code} is of a closed list: for a meaning of your own take another code",
        kind=declared,
        code=code,
    )


def _placed(paragraph: str, occurrence: str) -> str | None:
    """An exclusion gives both its place and its occurrence, or, for a name, neither."""
    if (paragraph == "") != (occurrence == ""):
        return _("a number in both paragraph and occurrence, or in neither")
    return None


def _within_source(paragraphs: dict[str, float], source_id: str, paragraph: str) -> str | None:
    last = paragraphs.get(source_id)
    if last and paragraph and int(paragraph) > last:
        return _("at most {last:.0f}", last=last)
    return None


def _unit(units: Vocabulary, units_of: dict, indicator: str, unit: str) -> str | None:
    """A unit must be one of ours, and one that the indicator can be counted in."""
    able, said = units_of.get(indicator), unit.split("/")
    for each in said:
        if each not in unit_labels():
            return _("a code of units.csv{mend}", mend=units.did_you_mean(each.lstrip("百千万亿")))
    if able and said[0] not in able:
        return _("a unit of {indicator}: {units}", indicator=indicator, units=_(" or ").join(able))
    return None


def _token(token: str) -> str | None:
    try:
        parse_quantity(token)
    except Unread as error:
        return error.expected
    return None


def _value(token: str, value: str) -> str | None:
    printed = parse_quantity(token).value
    if (Fraction(value) if value else None) == printed:
        return None
    return _as_said("" if printed is None else _plain_number(printed), token)


def _qualifier(token: str, qualifier: str) -> str | None:
    printed = parse_quantity(token).qualifier or ""
    return None if qualifier == printed else _as_said(printed, token)


def _printed_unit(token: str, unit: str) -> str | None:
    printed = parse_quantity(token).unit
    return None if printed in ("", unit) else _as_said(printed, token)


def _as_said(expected: str, token: str) -> str:
    return _("{expected}, as {token} says", expected=expected or _("nothing"), token=token)


def _period(start: str, end: str) -> str | None:
    return _("no year before start {start}", start=start) if "" < end < start else None


# -------------------------------------------------------------------- rows

_FIGURE = ("value", "unit", "qualifier", "as_written")
_YEARS = ("start", "end")


def _part_faults(table: _Table) -> None:
    """A part has its total's unit and lies in its years; no parts exceed their total."""
    frame = table.raw.frame
    complete = set(fields(table.raw.name)) <= set(frame)
    if not (complete and any(frame["part_of"].cat.categories)):
        return
    cells = frame.to_dict("list")
    row_of = {fact_id: row for row, fact_id in enumerate(cells["fact_id"])}
    if len(row_of) < len(frame):  # an id twice: which row a part belongs to is not known
        return
    total_of = {
        row: row_of[name]
        for row, name in enumerate(cells["part_of"])
        if name and name in row_of and table.sound((row,), "part_of")
    }
    for row in _in_circles(total_of):
        table.add(row, "part_of", _("a total that is not its own part"))
    parts_of = defaultdict(list)
    for pair in total_of.items():
        part, total = pair
        if expected := _other_total(table, cells, pair):
            table.add(part, "part_of", expected)
        elif table.sound(pair, *_FIGURE, *_YEARS, "part_of"):
            parts_of[total].append(part)
    for total, parts in parts_of.items():
        _sum_faults(table, cells, total, parts)


def _in_circles(total_of: dict[int, int]) -> list[int]:
    """The rows whose chain of totals never ends: after as many doublings as there can be rows."""
    above = dict(total_of)
    for _doubling in range(len(total_of).bit_length()):
        above = {row: above[up] for row, up in above.items() if up in above}
    return list(above)


def _other_total(table: _Table, cells: dict[str, list[str]], pair: tuple[int, int]) -> str | None:
    """A total in the part's unit, which covers its years where both are printed."""
    part, total = pair
    unit = cells["unit"][part]
    if table.sound(pair, "unit") and unit != cells["unit"][total]:
        return _("a total in {unit}", unit=unit)
    (start, first), (end, last) = ((cells[year][part], cells[year][total]) for year in _YEARS)
    outside = "" < start < first or end > last > ""
    if outside and table.sound(pair, *_YEARS, "part_of"):
        own, other = f"{start}–{end}", f"{first}–{last}"
        return _("a total of the years {part}, not of {total}", part=own, total=other)
    return None


def _sum_faults(table: _Table, cells: dict[str, list[str]], total: int, parts: list[int]) -> None:
    """Parts that add up to more than their total: each of them, and the total, may be at fault."""
    tokens, ids = cells["as_written"], cells["fact_id"]
    addends = _summable(table.raw.name, cells, parts)
    least, most = sum(addends.values()), replace(parse_quantity(tokens[total]), unit="")
    if not addends or verdict(least, "<=", most) != "contradicts":
        return
    named = " + ".join(ids[part] for part in sorted(addends))
    words = {"least": _plain_number(least.low), "parts": named}
    expected = (
        _("more than {least}, the sum of its parts {parts}", **words)
        if least.low_open
        else _("at least {least}, the sum of its parts {parts}", **words)
    )
    table.add(total, "value", expected)
    words = {"total": ids[total], "value": tokens[total]}
    for part in addends:
        table.add(part, "value", _("parts of {total} that add up to at most its {value}", **words))


def _summable(name: str, cells: dict[str, list[str]], parts: list[int]) -> dict[int, Quantity]:
    """The parts that bound their sum, without those that may overlap with a larger one.

    Parts of different recipients, places or kinds cannot overlap; nor can those of disjoint years.
    """
    kinds = [each for each in resource(name)["tellingApart"] if each not in (*_YEARS, "source_id")]
    printed = {part: replace(parse_quantity(cells["as_written"][part]), unit="") for part in parts}
    bounding = {part: each for part, each in printed.items() if each.low and not each.about}
    taken: dict[tuple, list[tuple[str, str]]] = defaultdict(list)
    for part in sorted(bounding, key=lambda part: bounding[part].low, reverse=True):
        first, last = cells["start"][part] or "0", cells["end"][part] or "9"
        years = taken[tuple(cells[kind][part] for kind in kinds)]
        if all(last < start or first > end for start, end in years):
            years.append((first, last))
        else:
            del bounding[part]
    return bounding

"""One self-contained page: every chart and figure, and the way from each back to print.

What is computed is here, words are in ``labels.csv``, layout is in ``templates/``.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from html import unescape
from itertools import groupby
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pandas as pd

from . import style
from .charts import Chart
from .charts import Mark as Drawn
from .crosschecks import cross_checks
from .files import PACKAGE
from .numerals import unit_labels
from .places import LANGS, Both, Folder, years
from .quantity import Quantity, names_in
from .schema import THEMES, package, references
from .tables import filled, labels, load, messages, quantities


class Link(NamedTuple):
    href: str
    words: Both


class Fact(NamedTuple):
    """A printed figure: what it says, where it stands, and what uses it."""

    id: str
    theme: str
    row: object
    quantity: Quantity
    words: Both
    indicator: Both
    dimensions: list[Both]
    note: Both | None
    parts: list[str]
    uses: list[Link]

    @property
    def who(self) -> Both:
        """Whom it is about, in short."""
        return _joined(self.dimensions[:2])

    @property
    def details(self) -> Both:
        return _joined(self.dimensions)

    @property
    def number(self) -> str:
        value = self.quantity.value
        return "" if value is None else f"{float(value):.15g}"

    @property
    def start(self) -> str:
        return "" if pd.isna(self.row.start) else str(self.row.start)

    @property
    def end(self) -> str:
        return "" if pd.isna(self.row.end) else str(self.row.end)

    @property
    def period(self) -> str:
        start, end = self.start, self.end
        return start if start == end else f"{start}–{end}"


def _joined(names: list[Both]) -> Both:
    return Both(*(" | ".join(dict.fromkeys(each)) for each in zip(*names, strict=True)))


class Derived(NamedTuple):
    """A figure that is computed from printed ones."""

    id: str
    formula: str
    words: Both
    uses: list[Link]


class Mark(NamedTuple):
    """One drawn thing, and the figure that it draws."""

    formula: str  # a fact_id, or what it was computed from
    what: Both
    figure: Both
    href: str
    printed: Both  # the token and where it stands; of a computed figure, how it is computed
    drawn: Drawn

    @property
    def said(self) -> Both:
        lines = zip(*self[1:3], strict=True)
        return Both(
            *(
                f"{': '.join(filter(None, line))} | {printed}"
                for line, printed in zip(lines, self.printed, strict=True)
            )
        )


class Shown(NamedTuple):
    """A chart on the page: its words, and a picture for each language and width."""

    number: int
    name: str
    words: dict[str, Both]
    wide: Both | None
    narrow: Both
    marks: list[Mark]


class Shared(NamedTuple):
    """What many drawings have in common: the class of a look, the id of a long outline."""

    looks: dict[str, str]
    outlines: dict[tuple[str, str], tuple[str, float, float]]


class Said(NamedTuple):
    """A finding of an author's, and its chart, unless the page has shown that one before."""

    words: Both
    chart: Shown | None
    again: bool


class Verdict(NamedTuple):
    """A cross-check with its two sides."""

    id: str
    number: int
    left: str
    relation: str
    right: str
    sides: tuple[Both, Both]
    verdict: str
    meaning: Both


class Paragraph(NamedTuple):
    """What became of the numerals of one paragraph."""

    number: int
    facts: list[str]
    left_out: list[tuple[str, Both]]


class Words:
    """What is said for a code, and the sentences of the page."""

    def __init__(self, data):
        units = {code: {"zh": zh[0], "en": en[0]} for code, (zh, en) in unit_labels().items()}
        self.known = messages() | units | labels(data)

    def code(self, code: str, **parts) -> Both:
        """What a code is called; ``{name}`` in it gives way to `parts`."""
        return Both(*(filled(self.known[code][lang], **parts) for lang in LANGS))


def picture(chart: Chart, lang: str, narrow: bool) -> bytes:
    """A chart as the page shows it."""
    return chart.render("svg", lang, narrow=narrow, bare=True)


def build(
    data: str | Path | None = None,
    *,
    charts: Iterable[Chart] = (),
    findings: Iterable = (),
    picture: Callable[[Chart, str, bool], bytes] = picture,
) -> bytes:
    """The whole page as bytes that depend on tables, charts and findings alone.

    Parameters
    ----------
    data : path, optional
        A folder of your own tables; ours by default.
    charts : iterable of Chart
        Those with a name; first on the page come those that findings stand over.
    findings : iterable
        What authors say, as :func:`wuxi_data.notebooks.findings` collects it.
    picture : callable
        Gives a chart's picture in a language, wide or narrow: for whoever has drawn it already.

    Returns
    -------
    bytes
        HTML in UTF-8 that asks nothing of the network.

    Raises
    ------
    TableError
        The tables are faulty.
    """
    say = Words(data)
    tables = {theme: load(theme, data) for theme in (*THEMES, "exclusions")}
    facts = _facts(tables, say)
    derived: dict[str, Derived] = {}
    shared = Shared({}, {})
    findings = list(findings)
    first = {name: n for n, name in reversed([*enumerate(each.chart for each in findings)])}
    charts = list(charts)
    away = {chart.name: chart.folder for chart in charts if data is None and chart.folder}
    folders = {folder: Folder.at(folder) for folder in dict.fromkeys(away.values())}
    charts.sort(key=lambda chart: (chart.name in away, first.get(chart.name, len(findings))))
    drawn, elsewhere = [], []
    for n, chart in enumerate(charts, 1):
        if chart.name in away:
            marks = _marks_elsewhere(chart, folders[chart.folder], say)
            elsewhere.append(_chart(chart, n, picture, marks, shared))
        else:
            marks = _marks(chart, n, say, facts, derived)
            drawn.append(_chart(chart, n, picture, marks, shared, widths=(False, True)))
    said, said_elsewhere = (
        _findings([each for each in findings if (each.chart in away) == there], here)
        for there, here in ((False, drawn), (True, elsewhere))
    )
    undrawn = [fact for fact in facts.values() if not fact.uses]
    checks = _checks(data, say, facts, derived)
    for each in derived.values():
        for name in names_in(each.formula):
            if name in facts:
                facts[name].uses.append(Link(f"#{each.id}", each.words))
    sources = _sources(facts, load("sources", data), tables["exclusions"], say)
    script, sheet = (_asset(name) for name in ("report.js", "report.css"))
    page = _template().render(
        t=lambda code, **parts: _both(say.code(code, **parts)),
        code=say.code,
        pieces=_pieces,
        isna=pd.isna,
        ours=data is None,
        facts=facts,
        themes=_themes(facts),
        findings=said,
        charts=[chart for chart in drawn if chart.name not in first],
        elsewhere=elsewhere,
        said_elsewhere=said_elsewhere,
        others=_others(elsewhere, folders.values()),
        undrawn=undrawn,
        derived=list(derived.values()),
        checks=checks,
        limits=_limits(facts),
        unsettled=[each for each in checks if each.verdict in ("cannot be said", "contradicts")],
        noted=[fact for fact in facts.values() if fact.note and _is_prominent(fact)],
        sources=sources,
        languages={source.source_id: source.language for source, *_ in sources},
        tables=[(each["name"], _described(each)) for each in _stored()],
        codes=_codes(tables, say),
        version=package()["version"],
        licence=package()["licenses"][0]["title"],
        qualifiers=[q for q in dict.fromkeys(f.quantity.qualifier for f in facts.values()) if q],
        years=sorted({year for f in facts.values() for year in years(f.row) if year is not None}),
        looks="\n".join(f".{name}{{{look}}}" for look, name in shared.looks.items()),
        sheet=sheet,
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )  # fmt: skip
    return page.replace("/* fonts */", _fonts(page), 1).encode()


def _stored() -> list[dict]:
    """The declared tables that a folder may have."""
    return [each for each in package()["resources"] if each["name"] != "units"]


def _findings(findings: list, drawn: list[Shown]) -> list[Said]:
    """The findings, each with the chart that it stands over, where the page has it."""
    known, shown = {chart.name: chart for chart in drawn}, []
    for each in findings:
        chart = known.get(each.chart)
        again = chart is not None and any(chart is other.chart for other in shown)
        shown.append(Said(each.words, chart, again))
    return shown


# -------------------------------------------------------------------- the figures


def _facts(tables, say: Words) -> dict[str, Fact]:
    """Every printed figure, in the order of the tables."""
    found = {}
    for theme in THEMES:
        table = tables[theme]
        figures = quantities(table)
        named = [name for name in references(theme, "labels") if name not in _OF_THE_FIGURE]
        parts = table.groupby("part_of")["fact_id"].agg(list).to_dict()
        for row in table.itertuples(index=False):
            found[row.fact_id] = Fact(
                row.fact_id,
                theme,
                row,
                figures[row.fact_id],
                _wording(figures[row.fact_id]),
                say.code(row.indicator),
                [say.code(code) for name in named if not pd.isna(code := getattr(row, name))],
                _note(row),
                parts.get(row.fact_id, []),
                [],
            )
    return found


_OF_THE_FIGURE = ("indicator", "qualifier")


def _note(row) -> Both | None:
    """A note in both languages; in the one that there is where there is one."""
    said = [None if pd.isna(text) else text for text in (row.note_zh, row.note)]
    return Both(said[0] or said[1], said[1] or said[0]) if any(said) else None


def _wording(quantity: Quantity) -> Both:
    return Both(*(quantity.wording(lang) for lang in LANGS))


def _themes(facts: dict[str, Fact]) -> list[tuple[str, Both, list[Fact]]]:
    """(name, what it holds, its figures) of each theme that has figures."""
    resources = {each["name"]: each for each in package()["resources"]}
    return [
        (theme, _described(resources[theme]), here)
        for theme in THEMES
        if (here := [fact for fact in facts.values() if fact.theme == theme])
    ]


def _described(declared: dict) -> Both:
    """A description without the Chinese term that it glosses, which the Chinese one opens with."""
    return Both(
        declared["description_zh"], re.sub(r" \([^)]*[一-鿿][^)]*\)", "", declared["description"])
    )


# -------------------------------------------------------------------- what is computed from them


def _use(figure: Fact | Derived, use: Link) -> str:
    """The link to the entry of a figure, which learns who uses it."""
    if use not in figure.uses:
        figure.uses.append(use)
    return f"#{figure.id}"


def _derive(derived: dict[str, Derived], formula: str, words: Both, use: Link) -> str:
    """The link to the entry of a computed figure."""
    name = "_" + formula.replace(" ", "_")  # no fact_id begins with an underscore
    return _use(derived.setdefault(formula, Derived(name, formula, words, [])), use)


def _pieces(formula: str, facts) -> list[tuple[str, bool]]:
    """The words of a formula, and whether each is a fact_id."""
    return [(word, word in facts) for word in re.findall(r"[^\s()]+|[\s()]+", _times(formula))]


def _times(formula: str) -> str:
    return formula.replace(" * ", " × ")


def _checks(data, say, facts, derived) -> list[Verdict]:
    found = []
    for row in cross_checks(data).itertuples(index=False):
        check = Verdict(
            row.check_id, len(found) + 1, row.left, _sign(row.relation, row.verdict), row.right,
            (_wording(row.left_quantity), _wording(row.right_quantity)),
            row.verdict, Both(row.zh, row.en),
        )  # fmt: skip
        use = Link(f"#_check-{check.id}", say.code("page_check_n", n=check.number))
        for formula, words in zip((row.left, row.right), check.sides, strict=True):
            if formula in facts:
                _use(facts[formula], use)
            elif names_in(formula):
                _derive(derived, formula, words, use)
        found.append(check)
    return found


_SIGNS = {"=": "=", "<": "<", "<=": "≤"}
_DENIED = {"=": "≠", "<": "≮", "<=": "≰"}


def _sign(relation: str, verdict: str) -> str:
    """A relation as it is; struck out where it certainly does not hold."""
    return (_DENIED if verdict == "contradicts" else _SIGNS)[relation]


def _limits(facts: dict[str, Fact]) -> list[tuple[str, list[Fact]]]:
    """What must not be read into the figures, by the label that says so."""
    applies = {
        "page_limit_inexact": lambda fact: fact.quantity.qualifier not in ("exact", None),
        "page_limit_vague": lambda fact: fact.quantity.value is None,
        "page_limit_part": lambda fact: not pd.isna(fact.row.part_of),
        "page_limit_period": lambda fact: not fact.period,
        "page_limit_planned": lambda fact: getattr(fact.row, "status", "") == "planned",
        "page_limit_before": lambda fact: getattr(fact.row, "status", "") == "before",
    }
    found = [(label, list(filter(rule, facts.values()))) for label, rule in applies.items()]
    return [(label, here) for label, here in found if here]


def _is_prominent(fact: Fact) -> bool:
    """Whether its note must be read early: it stands in a cross-check."""
    return any(use.href.startswith("#_check-") for use in fact.uses)


# -------------------------------------------------------------------- charts


def _chart(
    chart: Chart, n: int, picture, marks: dict[str, Mark], shared: Shared, widths=(True,)
) -> Shown:
    """A chart for the page, which sets its words itself: they wrap on a phone."""
    words = {name: said for name, said in chart.words.items() if said}
    pictures = {}
    for narrow in widths:
        drawn = (
            _picture(
                picture(chart, lang, narrow), f"_{n}{'n' * narrow}{lang}", place, marks, shared
            )
            for place, lang in enumerate(LANGS)
        )
        pictures[narrow] = Both(*drawn)
    return Shown(n, chart.name, words, pictures.get(False), pictures[True], list(marks.values()))


def _marks(chart: Chart, n: int, say: Words, facts, derived) -> dict[str, Mark]:
    use = Link(f"#_chart-{chart.name}", say.code("page_chart_n", n=n))
    return {mark.gid: _mark(mark, say, facts, derived, use) for mark in chart.every_mark}


def _mark(mark: Drawn, say: Words, facts, derived, use: Link) -> Mark:
    """What a mark draws, and the entry that its link leads to."""
    if mark.figure in facts:
        href = _use(facts[mark.figure], use)
        printed = _token(facts[mark.figure].row, say)
    else:
        href = _derive(derived, mark.figure, mark.words, use)
        printed = Both(*[_times(mark.figure)] * 2)
        for name in mark.facts:
            if name in facts:
                _use(facts[name], use)
    return Mark(_times(mark.figure), mark.name, mark.words, href, printed, mark)


def _marks_elsewhere(chart: Chart, folder: Folder, say: Words) -> dict[str, Mark]:
    """The marks of a chart of another folder: no entries here, so each leads to its source."""
    made = {}
    for mark in chart.every_mark:
        row = folder.rows[mark.facts[0]]
        href = f"#_source-{row.source_id}"
        made[mark.gid] = Mark(mark.figure, mark.name, mark.words, href, _token(row, say), mark)
    return made


def _others(elsewhere: list[Shown], folders: Iterable[Folder]) -> list:
    """The sources that charts of another folder lead to."""
    used = {mark.href for chart in elsewhere for mark in chart.marks}
    rows = (row for each in folders for row in each.sources.reset_index().itertuples())
    return [source for source in rows if f"#_source-{source.source_id}" in used]


def _token(row, say: Words) -> Both:
    """A printed token and where it stands."""
    where = say.code("page_paragraph", paragraph=row.paragraph)
    return Both(*(f"“{row.as_written}”, {each}" for each in where))


def _picture(svg: bytes, prefix: str, place: int, marks: dict[str, Mark], shared: Shared) -> str:
    """An SVG made fit to stand in a page: no id but its own, each mark a link with a name."""
    root, ids = ElementTree.fromstring(svg), defaultdict(lambda: f"{prefix}{len(ids)}")
    for element in list(root.iter()):
        for child in list(element):
            if child.tag.endswith(("}metadata", "}style", "}title")) or _is_empty(child):
                element.remove(child)
        element.tag, element.tail = element.tag.rpartition("}")[2], None
        element.text = element.text if element.tag == "text" else None
        element.attrib = {
            name.rpartition("}")[2]: _shorter(value)
            for name, value in element.attrib.items()
            if not value.startswith("rotate(-0 ") and name != "clip-path"
        }
        for name, value in element.attrib.items():
            if name == "id" and element.tag != "g":
                element.set(name, ids[value])
            elif name == "href":
                element.set(name, f"#{ids[value[1:]]}")
            else:
                url = re.sub(r"(?<=url\(#)\w+", lambda found: ids[found[0]], value)
                element.set(name, url)
    box = root.get("viewBox")
    drawn = _linked(root, place, marks)
    root.clear()
    root[:] = drawn
    for element in root.iter():
        if look := element.attrib.pop("style", "").replace(": ", ":").replace("; ", ";"):
            element.set("class", shared.looks.setdefault(look, f"l{len(shared.looks)}"))
        if "d" in element.attrib:
            element.set("d", _outline(element.get("d")))
        if place == 1:
            _tell_chinese(element)
        _share(element, shared.outlines)
    root.attrib = {"viewBox": box, "style": f"--wide: {float(box.split()[2]):.0f}"}
    return re.sub("<[^>]*>", _unquoted, ElementTree.tostring(root, encoding="unicode"))


def _unquoted(tag: re.Match) -> str:
    """A tag without the quotes that HTML can spare."""
    return re.sub(r'="([\w#.-]+)"', r"=\1", tag[0]).replace('" />', '"/>')


def _is_empty(element) -> bool:
    """What shows nothing in an SVG: clips of what is never clipped, an unseen frame."""
    return (element.tag.endswith("}defs") and not element.findall(".//{*}pattern")) or (
        element.tag.endswith("}path") and element.get("style") == "fill: none"
    )


_LONG = 60  # characters of an outline that is worth a reference


def _share(element, outlines: dict[tuple[str, str], tuple[str, float, float]]) -> None:
    """Draw a long outline once: the other language refers to it, and so does a row like it."""
    path = element.get("d", "")
    if len(path) < _LONG or "id" in element.attrib:
        return
    moved = re.fullmatch(r"M(\S+) (\S+?)(h.*)", path)
    x, y, outline = (float(moved[1]), float(moved[2]), moved[3]) if moved else (0, 0, path)
    key = outline, element.get("class", "")
    if key in outlines:
        name, left, top = outlines[key]
        shift = {"x": f"{x - left:.4g}", "y": f"{y - top:.4g}"}
        shift = {name: by for name, by in shift.items() if float(by)}
        element.tag, element.attrib = "use", {"href": f"#{name}", **shift}
    else:
        outlines[key] = f"_o{len(outlines)}", x, y
        element.set("id", outlines[key][0])


def _shorter(value: str) -> str:
    """An attribute without what the page says for all, and without digits that nobody sees."""
    value = re.sub(f"font-family: '{style.FAMILY}'; |text-anchor: start; ", "", value)
    value = re.sub(r"(?<!opacity: 0)(\.\d)\d+", r"\1", value.replace(style.PAPER, "var(--plate)"))
    return re.sub(r"\s+", " ", re.sub(r"(?<=\d)\.0\b", "", value))


_BOX = re.compile(r"M (\S+) (\S+) L (\S+) \2 L \3 (\S+) L \1 \4 (?:L \1 \2 )?z ?")


def _outline(path: str) -> str:
    """An outline in few characters: of boxes, each begins where the one before it did."""
    end = None

    def box(match: re.Match) -> str:
        nonlocal end
        left, top, right, bottom = (float(each) for each in match.groups())
        start = f"M{left:.10g} {top:.10g}" if end is None else _move(left - end[0], top - end[1])
        end = left, top
        return f"{start}h{right - left:.4g}v{bottom - top:.4g}h{left - right:.4g}z"

    return re.sub(r" ?([MLQCzZ]) ?", r"\1", _BOX.sub(box, path))


def _rows(element) -> list:
    """Of many boxes, one outline a row: a row of squares is like the next."""
    boxes = [match[0] for match in _BOX.finditer(element.get("d", ""))]
    if len(boxes) < 2:
        return [element]
    rows = groupby(boxes, key=lambda box: box.split()[2])
    return [ElementTree.Element("path", {**element.attrib, "d": "".join(row)}) for _, row in rows]


def _move(right: float, down: float) -> str:
    return f"m{right:.10g} {down:.10g}"


# -------------------------------------------------------------------- marks as links

_REACH = 25.0  # how far, in a drawing's points, a finger finds a mark


def _linked(root, place: int, marks: dict[str, Mark]) -> list:
    """What is drawn, without groups; all that belongs to a mark is in one link."""
    drawn, links = [], {}
    for gid, element in _leaves(root, "", marks):
        if gid not in marks:
            drawn.append(element)
            continue
        if gid not in links:
            links[gid] = ElementTree.Element("a", href=marks[gid].href)
            said = ElementTree.SubElement(links[gid], "title")
            said.text = marks[gid].said[place]  # read out, and shown to whoever points at it
            drawn.append(links[gid])
        links[gid].extend(_rows(element))
    for link in links.values():
        link[1:1] = _reach(link)
    return drawn


def _leaves(element, gid: str, marks: dict[str, Mark]):
    """(the mark that it belongs to, if any; the element) for everything that is drawn."""
    for child in element:
        own = child.get("id", "").split(":")[0] if child.tag == "g" else ""
        here = own if own in marks else gid
        if child.tag in ("g", "a"):
            yield from _leaves(child, here, marks)
        else:
            yield here, child


def _reach(link) -> list:
    """Around a thin mark, a path without a look: it cannot be seen, and yet be hit."""
    ends = [float(n) for path in link for n in re.findall(r"-?[\d.]+", path.get("d", ""))]
    if not ends:
        return []
    sides = [(min(each), max(each)) for each in (ends[::2], ends[1::2])]
    short = [max(0, _REACH - (high - low)) / 2 for low, high in sides]
    if not any(short):
        return []
    (left, right), (top, bottom) = (
        (low - more, high + more) for (low, high), more in zip(sides, short, strict=True)
    )
    corners = f"M{left:.0f} {top:.0f}H{right:.0f}V{bottom:.0f}H{left:.0f}z"
    return [ElementTree.Element("path", d=corners)]


_CHINESE = re.compile(r"[一-鿿](?:[\s\d.,、，：；（）《》“”·—-]*[一-鿿])*")


def _tell_chinese(element) -> None:
    """Chinese in an English drawing is said to be Chinese."""
    runs = [] if element.tag != "text" else list(_CHINESE.finditer(element.text or ""))
    if not runs:
        return
    text, ends = element.text, [*(run.start() for run in runs[1:]), len(element.text)]
    element.text = text[: runs[0].start()]
    for run, end in zip(runs, ends, strict=True):
        part = ElementTree.SubElement(element, "tspan", lang="zh")
        part.text, part.tail = run[0], text[run.end() : end]


# -------------------------------------------------------------------- sources and words


def _sources(facts: dict[str, Fact], sources, exclusions, say: Words) -> list[tuple]:
    """(source, its paragraphs in which numerals are claimed, the others) for each source."""
    found = []
    for source in sources.itertuples(index=False):
        claims: dict[int, Paragraph] = {}
        for fact in facts.values():
            if fact.row.source_id == source.source_id:
                _at(claims, fact.row.paragraph).facts.append(fact.id)
        for row in exclusions[exclusions["source_id"] == source.source_id].itertuples(index=False):
            if pd.isna(row.paragraph):  # a name, wherever it stands
                continue
            _at(claims, row.paragraph).left_out.append((row.token, say.code(row.reason)))
        others = [n for n in range(1, source.paragraphs + 1) if n not in claims]
        found.append((source, [claims[number] for number in sorted(claims)], _ranges(others)))
    return found


def _at(claims: dict[int, Paragraph], number: int) -> Paragraph:
    return claims.setdefault(number, Paragraph(number, [], []))


def _ranges(numbers: list[int]) -> str:
    """1–2, 6–8 for [1, 2, 6, 7, 8]."""
    runs: dict[int, list[int]] = defaultdict(list)
    for place, number in enumerate(numbers):
        runs[number - place].append(number)
    return ", ".join("–".join(dict.fromkeys((f"{run[0]}", f"{run[-1]}"))) for run in runs.values())


def _codes(tables, say: Words) -> list[tuple[str, Both]]:
    """The codes that the tables use."""
    used = {
        code: None
        for name, table in tables.items()
        for column in references(name, "labels")
        for code in table[column].dropna()
    }
    return [(code, say.code(code)) for code in used]


# -------------------------------------------------------------------- the page


def _asset(name: str) -> str:
    return (PACKAGE / "templates" / name).read_text("utf-8")


@cache
def _template():
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_asset),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["both"] = _both
    return environment.get_template("report.html")


def _both(words: Both):
    """Both languages, of which the page shows one; a text that has one stands apart.

    Chinese is what the page is in, unless English is chosen: then it is not seen.
    """
    from markupsafe import Markup, escape

    if words.zh == words.en:
        chinese = re.search("[一-鿿]", words.zh)
        return Markup("<bdi lang=zh>{}</bdi>" if chinese else "<bdi>{}</bdi>").format(words.zh)
    zh, en = (str(escape(each)) for each in words)
    english = _CHINESE.sub(r"<bdi lang=zh>\g<0></bdi>", en)
    return Markup(f"<i>{zh}</i><i lang=en>{english}</i>")


# -------------------------------------------------------------------- fonts


def _fonts(page: str) -> str:
    """Our font cut down to the characters of the page: it shows on a machine without Chinese.

    One weight, which browsers embolden: a second one would be an eighth of the page.
    """
    content = base64.b64encode(_subset("WuxiDataSans-Regular.ttf", unescape(page))).decode()
    return (
        f'@font-face{{font-family:"{style.FAMILY}";font-weight:400;'
        f'src:url(data:font/woff2;base64,{content}) format("woff2")}}'
    )


def _subset(name: str, text: str) -> bytes:
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    with (PACKAGE / "fonts" / name).open("rb") as file:
        font = TTFont(file, recalcTimestamp=False)
        subsetter = Subsetter(
            Options(layout_features=["kern", "mark", "mkmk", "ccmp", "locl"], hinting=False)
        )
        subsetter.populate(text=text)
        subsetter.subset(font)
        font.flavor = "woff2"
        packed = io.BytesIO()
        font.save(packed)
    return packed.getvalue()

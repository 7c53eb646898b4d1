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
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pandas as pd

from . import style
from .charts import LANGS, Both, Chart, Folder
from .charts import Mark as Drawn
from .county import three_gorges
from .crosschecks import cross_checks
from .numerals import unit_labels
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
    def period(self) -> str:
        years = self.row.start, self.row.end
        start, end = ("" if pd.isna(year) else str(year) for year in years)
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

    name: str
    words: dict[str, Both]
    wide: Both | None
    narrow: Both
    marks: list[Mark]


class Shared(NamedTuple):
    """What many drawings have in common: the class of a look, the id of a long outline."""

    looks: dict[str, str]
    outlines: dict[tuple[str, str], str]


class Said(NamedTuple):
    """A finding of an author's, and where its chart stands."""

    words: Both
    href: str


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
        Those with a name, in the order of the page.
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
    findings = list(findings)
    say = Words(data)
    tables = {theme: load(theme, data) for theme in (*THEMES, "exclusions")}
    facts = _facts(tables, say)
    derived: dict[str, Derived] = {}
    shared = Shared({}, {})
    drawn, elsewhere = [], []
    for n, chart in enumerate(charts, 1):
        if data is None and chart.folder is not None:
            elsewhere.append(_chart(chart, n, picture, _marks_elsewhere(chart, say), shared))
        else:
            marks = _marks(chart, n, say, facts, derived)
            drawn.append(_chart(chart, n, picture, marks, shared, widths=(False, True)))
    undrawn = [fact for fact in facts.values() if not fact.uses]
    checks = _checks(data, say, facts, derived)
    for each in derived.values():
        for name in names_in(each.formula):
            if name in facts:
                facts[name].uses.append(Link(f"#{each.id}", each.words))
    sources = _sources(facts, load("sources", data), tables["exclusions"], say)
    away = {chart.name for chart in elsewhere}
    own, others = ([each for each in findings if (each.chart in away) == there]
                   for there in (False, True))  # fmt: skip
    script, sheet = (_asset(name) for name in ("report.js", "report.css"))
    page = _template().render(
        t=lambda code, **parts: _both(say.code(code, **parts)),
        code=say.code,
        pieces=_pieces,
        isna=pd.isna,
        ours=data is None,
        facts=facts,
        themes=_themes(facts),
        findings=_findings(own, drawn),
        charts=drawn,
        elsewhere=elsewhere,
        elsewhere_findings=_findings(others, elsewhere),
        elsewhere_sources=list(load("sources", three_gorges()).itertuples()) if elsewhere else [],
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
        qualifiers=list(dict.fromkeys(each.quantity.qualifier or "" for each in facts.values())),
        looks="\n".join(f".{name}{{{look}}}" for look, name in shared.looks.items()),
        sheet=sheet,
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )  # fmt: skip
    return page.replace("/* fonts */", _fonts(page), 1).encode()


def _stored() -> list[dict]:
    """The declared tables that a folder may have."""
    return [each for each in package()["resources"] if each["name"] != "units"]


def _findings(findings: Iterable, drawn: list[Shown]) -> list[Said]:
    """The findings, each with the chart that it stands over, where the page has it."""
    known = {chart.name for chart in drawn}
    return [
        Said(each.words, f"#_chart-{each.chart}" if each.chart in known else "#_charts")
        for each in findings
    ]


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
    return [(word, word in facts) for word in re.findall(r"[^\s()]+|[\s()]+", formula)]


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
    words = {name: said for name, said in chart.words.items() if said and name != "key"}
    pictures = {}
    for narrow in widths:
        pictures[narrow] = Both(*(
            _picture(
                picture(chart, lang, narrow),
                f"_{n}{'n' * narrow}{lang}",
                getattr(words["title"], lang),
                place,
                marks,
                shared,
            )
            for place, lang in enumerate(LANGS)
        ))  # fmt: skip
    return Shown(chart.name, words, pictures.get(False), pictures[True], list(marks.values()))


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
        printed = Both(mark.figure, mark.figure)
        for name in mark.facts:
            if name in facts:
                _use(facts[name], use)
    return Mark(mark.figure, mark.name, mark.words, href, printed, mark)


def _marks_elsewhere(chart: Chart, say: Words) -> dict[str, Mark]:
    """The marks of a chart of another folder: no entries here, so each leads to its source."""
    rows = Folder(chart.folder).rows
    made = {}
    for mark in chart.every_mark:
        row = rows[mark.facts[0]]
        made[mark.gid] = Mark(
            mark.figure, mark.name, mark.words, f"#_source-{row.source_id}", _token(row, say), mark
        )
    return made


def _token(row, say: Words) -> Both:
    """A printed token and where it stands."""
    where = say.code("page_paragraph", paragraph=row.paragraph)
    return Both(*(f"“{row.as_written}”, {each}" for each in where))


def _picture(
    svg: bytes, prefix: str, title: str, place: int, marks: dict[str, Mark], shared: Shared
) -> str:
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
    _link(root, "", place, marks, {})
    _flatten(root)
    for element in root.iter():
        if look := element.attrib.pop("style", None):
            element.set("class", shared.looks.setdefault(look, f"l{len(shared.looks)}"))
        _share(element, shared.outlines)
    box = root.get("viewBox")
    root.attrib = {"viewBox": box, "role": "group", "aria-label": title}
    root.set("style", f"--wide: {float(box.split()[2]):.0f}")
    return ElementTree.tostring(root, encoding="unicode").replace(" />", "/>")


def _is_empty(element) -> bool:
    """What shows nothing in an SVG: clips of what is never clipped, an unseen frame."""
    return (element.tag.endswith("}defs") and not element.findall(".//{*}pattern")) or (
        element.tag.endswith("}path") and element.get("style") == "fill: none"
    )


_LONG = 60  # characters of an outline that is worth a reference


def _share(element, outlines: dict[tuple[str, str], str]) -> None:
    """Draw a long outline once: the other language refers to it."""
    outline = element.get("d", ""), element.get("class", "")
    if len(outline[0]) < _LONG or "id" in element.attrib:
        return
    if outline in outlines:
        element.tag, element.attrib = "use", {"href": f"#{outlines[outline]}"}
    else:
        outlines[outline] = f"_o{len(outlines)}"
        element.set("id", outlines[outline])


def _flatten(element) -> None:
    """Groups that say nothing give way to what they hold."""
    held = []
    for child in element:
        _flatten(child)
        held += child if child.tag == "g" and not child.attrib else [child]
    element[:] = held


_BOX = re.compile(r"M (\S+) (\S+) L (\S+) \2 L \3 (\S+) L \1 \4 (?:L \1 \2 )?z ?")


def _shorter(value: str) -> str:
    """An attribute without what the page says for all, and without digits that nobody sees."""
    value = re.sub(f"font-family: '{style.FAMILY}'; |text-anchor: start; ", "", value)
    value = re.sub(r"(\.\d)\d+", r"\1", value)
    value = re.sub(r"\s+", " ", re.sub(r"(?<=\d)\.0\b", "", value))
    value = _from_the_last(_BOX.sub(_box, value))
    return re.sub(r" ?([MLQCzZ]) ?", r"\1", value) if value.startswith("M") else value


def _box(match: re.Match) -> str:
    left, top, right, bottom = (float(each) for each in match.groups())
    return f"M{left:.10g} {top:.10g}h{right - left:.4g}v{bottom - top:.4g}h{left - right:.4g}z"


_BOXES = re.compile(r"M([\d.]+) ([\d.]+)(h[^M]+z)")


def _from_the_last(path: str) -> str:
    """Many boxes, each placed from where the one before began."""
    boxes = _BOXES.findall(path)
    if "".join(f"M{x} {y}{box}" for x, y, box in boxes) != path:
        return path
    corners = [(float(x), float(y)) for x, y, _ in boxes]
    steps = [f"m{x - left:.10g} {y - top:.10g}" for (left, top), (x, y) in pairwise(corners)]
    moves = [f"M{x} {y}" for x, y, _ in boxes[:1]] + steps
    return "".join(move + box for move, (*_, box) in zip(moves, boxes, strict=True))


def _link(element, gid: str, place: int, marks: dict[str, Mark], links: dict) -> None:
    """Point each mark to its entry; a bar and its label share one link."""
    if element.tag == "g":
        gid = element.attrib.pop("id", gid).split(":")[0]
    if element.tag == "a" and gid in links:
        links[gid].extend(element)
        element[:], element.tag, element.attrib = [], "g", {}
    elif element.tag == "a":
        element.attrib, links[gid] = {"href": marks[gid].href}, element
        # Read out, and shown to whoever points at it, without script.
        said = ElementTree.Element("title")
        said.text = marks[gid].said[place]
        element.insert(0, said)
    for child in list(element):
        _link(child, gid, place, marks, links)


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
    return files("wuxi_data").joinpath("templates", name).read_text("utf-8")


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
    """Both languages, of which the page shows one; a text that has one stands apart."""
    from markupsafe import Markup

    if words.zh == words.en:
        chinese = re.search("[一-鿿]", words.zh)
        return Markup("<bdi lang=zh>{}</bdi>" if chinese else "<bdi>{}</bdi>").format(words.zh)
    return Markup("<i lang=zh>{}</i><i lang=en>{}</i>").format(*words)


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

    with files("wuxi_data").joinpath("fonts", name).open("rb") as file:
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

"""One self-contained page: every chart and figure, and the way from each back to print.

What is computed is here, words are in ``labels.csv``, layout is in ``templates/``.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections import defaultdict
from functools import cache
from html import unescape
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import matplotlib as mpl
import pandas as pd

from . import charts, style
from .crosschecks import cross_checks, evaluate
from .quantity import Quantity
from .schema import THEMES, package, references
from .tables import filled, labels, load, quantities

LANGS = ("zh", "en")
_CALENDAR = range(1000, 3000)


class Both(NamedTuple):
    """One thing said in both languages."""

    zh: str
    en: str


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

    @property
    def name(self) -> Both:
        return Both(*(": ".join(filter(None, each)) for each in zip(*self[1:3], strict=True)))


class Chart(NamedTuple):
    name: str
    words: dict[str, Both]
    picture: Both
    marks: list[Mark]


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
    """What is said for a code, and in Chinese for a note."""

    def __init__(self, data):
        self.labels = labels(data)
        self.chinese = {each["en"]: each["zh"] for each in self.labels.values()}

    def code(self, code: str, **parts) -> Both:
        """What a code is called; ``{name}`` in it gives way to `parts`."""
        return Both(*(filled(self.labels[code][lang], **parts) for lang in LANGS))

    def note(self, text: str) -> Both:
        """A note as it was written, and in Chinese where ``labels.csv`` translates it."""
        return Both(self.chinese.get(text, text), text)


def build(data: str | Path | None = None) -> bytes:
    """The whole page as bytes that depend on the tables alone.

    Parameters
    ----------
    data : path, optional
        A folder of your own tables; ours by default.

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
    drawn, undrawn = _charts(tables, say, facts, derived, data is None)
    checks = _checks(data, say, facts, derived)
    for each in derived.values():
        for name in dict.fromkeys(_inputs(each.formula, facts)):
            facts[name].uses.append(Link(f"#{each.id}", each.words))
    sources = _sources(facts, load("sources", data), tables["exclusions"], say)
    cards = _headline(facts)
    script, sheet = (_asset(name) for name in ("report.js", "report.css"))
    page = _template().render(
        t=lambda code, **parts: _both(say.code(code, **parts)),
        code=say.code,
        pieces=_pieces,
        isna=pd.isna,
        ours=data is None,
        facts=facts,
        themes=_themes(facts, tables),
        cards=cards,
        charts=drawn,
        undrawn=undrawn,
        derived=list(derived.values()),
        checks=checks,
        limits=_limits(facts),
        unsettled=[each for each in checks if each.verdict in ("cannot be said", "contradicts")],
        noted=[fact for fact in facts.values() if fact.note and _is_prominent(fact, cards)],
        sources=sources,
        languages={source.source_id: source.language for source, *_ in sources},
        tables=[(each["name"], _described(each)) for each in package()["resources"]],
        columns=_columns(),
        codes=_codes(tables, say),
        version=package()["version"],
        licence=package()["licenses"][0]["title"],
        sheet=sheet,
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )  # fmt: skip
    return page.replace("/* fonts */", _fonts(page), 1).encode()


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
                [say.code(getattr(row, name)) for name in named],
                None if pd.isna(row.note) else say.note(row.note),
                parts.get(row.fact_id, []),
                [],
            )
    return found


_OF_THE_FIGURE = ("indicator", "unit", "qualifier")


def _wording(quantity: Quantity) -> Both:
    return Both(*(quantity.wording(lang) for lang in LANGS))


def _themes(facts: dict[str, Fact], tables) -> list[tuple[str, Both, list[Fact], pd.DataFrame]]:
    """(name, what it holds, its figures, the table as it is) of each theme that has figures."""
    resources = {each["name"]: each for each in package()["resources"]}
    return [
        (theme, _described(resources[theme]), here, _as_stored(tables[theme]))
        for theme in THEMES
        if (here := [fact for fact in facts.values() if fact.theme == theme])
    ]


def _described(declared: dict) -> Both:
    """A description without the Chinese term that it glosses, which the Chinese one opens with."""
    return Both(
        declared["description_zh"], re.sub(r" \([^)]*[一-鿿][^)]*\)", "", declared["description"])
    )


def _as_stored(table: pd.DataFrame) -> pd.DataFrame:
    """Texts as they stand in the file."""
    return table.astype(object).map(
        lambda each: "" if pd.isna(each) else f"{each:.15g}" if isinstance(each, float) else each
    )


def _headline(facts: dict[str, Fact]) -> list[Fact]:
    """The figures to begin with: of each theme the largest total, and one more of a named period.

    A total is no part of another figure, has happened, and is not a year of the calendar.
    """
    chosen = []
    for theme in THEMES:
        totals = [
            fact
            for fact in facts.values()
            if fact.theme == theme
            and fact.quantity.value is not None
            and pd.isna(fact.row.part_of)
            and getattr(fact.row, "status", "completed") == "completed"
            and not (fact.row.unit == "year" and fact.quantity.value in _CALENDAR)
        ]
        totals.sort(key=lambda fact: (bool(fact.parts), bool(fact.period), fact.quantity.value))
        first = totals[-1:]
        second = [
            fact
            for fact in totals[:-1]
            if fact.period and fact.row.indicator != first[0].row.indicator
        ]
        chosen += first + second[-1:]
    return chosen


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


def _computed(formula: str, facts: dict[str, Fact]) -> Both | None:
    """What a formula gives; None where a chart computes what cross-checks cannot."""
    try:
        return _wording(evaluate(formula, {name: fact.quantity for name, fact in facts.items()}))
    except ValueError:
        return None


def _inputs(formula: str, facts) -> list[str]:
    return [word for word, known in _pieces(formula, facts) if known]


def _pieces(formula: str, facts) -> list[tuple[str, bool]]:
    """The words of a formula, and whether each is a fact_id."""
    return [(word, word in facts) for word in re.findall(r"[^\s()]+|[\s()]+", formula)]


def _checks(data, say, facts, derived) -> list[Verdict]:
    found = []
    for row in cross_checks(data).itertuples(index=False):
        check = Verdict(
            row.check_id, len(found) + 1, row.left, row.relation, row.right,
            (_wording(row.left_quantity), _wording(row.right_quantity)),
            row.verdict, Both(row.zh, row.en),
        )  # fmt: skip
        use = Link(f"#_check-{check.id}", say.code("page_check_n", n=check.number))
        for formula, words in zip((row.left, row.right), check.sides, strict=True):
            if formula in facts:
                _use(facts[formula], use)
            elif _inputs(formula, facts):
                _derive(derived, formula, words, use)
        found.append(check)
    return found


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


def _is_prominent(fact: Fact, cards: list[Fact]) -> bool:
    """Whether its note must be read early: it is a headline, or stands in a cross-check."""
    return fact in cards or any(use.href.startswith("#_check-") for use in fact.uses)


# -------------------------------------------------------------------- charts


def _charts(tables, say, facts, derived, ours: bool) -> tuple[list[Chart], list[str]]:
    """Every chart that the tables have figures for, and the names of the others."""
    drawn, undrawn = [], []
    for name, (draw, needed) in charts.CHARTS.items():
        try:
            axes = [draw(*(tables[each] for each in needed), lang=lang) for lang in LANGS]
        except ValueError:  # a county without that theme, or a name that no font can draw
            if ours:
                raise
            undrawn.append(name)
            continue
        words = _words_of(axes)
        use = Link(f"#_chart-{name}", say.code("page_chart_n", n=len(drawn) + 1))
        marks = _marks(axes, facts, derived, use)
        pictures = [
            _picture(_svg(ax), f"_{len(drawn)}{lang}", words["title"][place], place, marks)
            for place, (lang, ax) in enumerate(zip(LANGS, axes, strict=True))
        ]
        for ax in axes:
            style.close(ax)
        drawn.append(Chart(name, words, Both(*pictures), list(marks.values())))
    return drawn, undrawn


def _marks(axes, facts, derived, use: Link) -> dict[str, Mark]:
    """What is drawn, by the name that each mark has in the picture."""
    found = {}
    for drawn in zip(*(charts.marks(ax).itertuples(index=False) for ax in axes), strict=True):
        gid = drawn[0].fact_id
        formula = gid.split("@")[0].replace("_", " ")  # no fact_id has an underscore
        what, label = (_unwrapped(*each) for each in zip(*map(_named, drawn), strict=True))
        known = facts[formula].words if formula in facts else _computed(formula, facts)
        figure = label if label.zh else known or Both("", "")
        if formula not in facts:
            href = _derive(derived, formula, known or (label if label.zh else what), use)
        else:
            href = _use(facts[formula], use)
        found[gid] = Mark(formula, what, figure, href)
    return found


def _named(mark) -> tuple[str, str]:
    """What a mark draws, and its figure; one without a name beside it says both in its label."""
    if mark.name:
        return mark.name, mark.label
    figure, _, what = mark.label.partition(" | ")
    return (what, figure) if what else (figure, "")


def _words_of(axes) -> dict[str, Both]:
    """Title, subtitle, note and credit, which the page sets itself: they wrap on a phone."""
    said = [{"title": ax.get_title(loc="left")} for ax in axes]
    for ax, words in zip(axes, said, strict=True):
        words |= {text.get_gid(): text.get_text() for text in ax.texts if text.get_gid() in _AROUND}
    return {name: _unwrapped(*(words[name] for words in said)) for name in said[0]}


_AROUND = ("subtitle", "note", "credit")


def _unwrapped(zh: str, en: str) -> Both:
    """Words that a chart broke into lines: Chinese has no space where it breaks."""
    return Both(re.sub(r"\s*\n\s*", "", zh), re.sub(r"\s*\n\s*", " ", en))


def _svg(ax) -> bytes:
    """What stands between title and note; its words as text, which can be read aloud."""
    ax.set_title("", loc="left")
    for text in ax.texts:
        text.set_visible(text.get_gid() not in _AROUND)
    picture = io.BytesIO()
    options = {"bbox_inches": "tight", "pad_inches": 0.04, "transparent": True}
    with style.look(), mpl.rc_context({"svg.fonttype": "none"}):
        ax.figure.savefig(
            picture, format="svg", metadata={"Date": None, "Creator": None}, **options
        )
    return picture.getvalue()


def _picture(svg: bytes, prefix: str, title: str, place: int, marks: dict[str, Mark]) -> str:
    """An SVG made fit to stand in a page: no id but its own, each mark a link with a name."""
    root, ids = ElementTree.fromstring(svg), defaultdict(lambda: f"{prefix}{len(ids)}")
    for element in list(root.iter()):
        for child in list(element):
            if child.tag.endswith(("}metadata", "}style")):
                element.remove(child)
        element.tag, element.tail = element.tag.rpartition("}")[2], None
        element.text = element.text if element.tag == "text" else None
        element.attrib = {
            name.rpartition("}")[2]: _shorter(value)
            for name, value in element.attrib.items()
            if not value.startswith("rotate(-0 ")
        }
        for name, value in element.attrib.items():
            if name == "id" and element.tag != "g":
                element.set(name, ids[value])
            elif name == "href":
                element.set(name, f"#{ids[value[1:]]}")
            else:
                url = re.sub(r"(?<=url\(#)\w+", lambda found: ids[found[0]], value)
                element.set(name, url)
    _link(root, "", place, marks, set())
    box = root.get("viewBox")
    root.attrib = {"viewBox": box, "role": "group", "aria-label": title}
    root.set("style", f"--wide: {float(box.split()[2]):.0f}")
    return ElementTree.tostring(root, encoding="unicode")


def _shorter(value: str) -> str:
    """An attribute without what the page says for all, and without digits that nobody sees."""
    value = re.sub(f"font-family: '{style.FAMILY}'; |text-anchor: start; ", "", value)
    return re.sub(r"\s+", " ", re.sub(r"(\.\d\d)\d+", r"\1", value))


def _link(element, gid: str, place: int, marks: dict[str, Mark], seen: set[str]) -> None:
    """Point each mark to its entry; of a bar and its label, the keyboard stops at one."""
    if element.tag == "g":
        gid = element.attrib.pop("id", gid).split(":")[0]
    if element.tag == "a":
        named = {"aria-label": marks[gid].name[place]}
        repeated = {"tabindex": "-1", "aria-hidden": "true"}
        element.attrib = {"href": marks[gid].href} | (repeated if gid in seen else named)
        seen.add(gid)
    for child in element:
        _link(child, gid, place, marks, seen)


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


def _columns() -> list[tuple[tuple[str, Both, str], list[str]]]:
    """Every declared column once, with its type and the tables that have it."""
    found = defaultdict(list)
    for table in package()["resources"]:
        for field in table["schema"]["fields"]:
            found[field["name"], _described(field), field["type"]].append(table["name"])
    return list(found.items())


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
        return Markup("<bdi>{}</bdi>").format(words.zh)
    return Markup("<span lang=zh>{}</span><span lang=en>{}</span>").format(*words)


# -------------------------------------------------------------------- fonts


def _fonts(page: str) -> str:
    """Our font cut down to the characters of the page: it shows on a machine without Chinese."""
    rules = []
    for weight, name, text in ((400, "Regular", page), (600, "SemiBold", _bold(page))):
        content = base64.b64encode(_subset(f"WuxiDataSans-{name}.ttf", unescape(text))).decode()
        rules.append(
            f'@font-face{{font-family:"{style.FAMILY}";font-weight:{weight};'
            f'src:url(data:font/woff2;base64,{content}) format("woff2")}}'
        )
    return "\n".join(rules)


def _bold(page: str) -> str:
    """The text of headings, of <strong>, and of a chart's bold words."""
    tags = r"<(h\d|thead|strong)\b.*?</\1>|<(text) style=\"font-weight: 600.*?</\2>"
    return "".join(match[0] for match in re.finditer(tags, page, re.DOTALL))


def _subset(name: str, text: str) -> bytes:
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    with files("wuxi_data").joinpath("fonts", name).open("rb") as file:
        font = TTFont(file, recalcTimestamp=False)
        subsetter = Subsetter(Options(layout_features=["kern", "mark", "mkmk", "ccmp", "locl"]))
        subsetter.populate(text=text)
        subsetter.subset(font)
        font.flavor = "woff2"
        packed = io.BytesIO()
        font.save(packed)
    return packed.getvalue()

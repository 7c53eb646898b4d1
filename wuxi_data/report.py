"""One self-contained page: every chart and figure, and the way from each back to print.

Here is what is computed; the words are in ``messages.csv``, the layout is in ``templates/``.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache, partial
from html import unescape
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import jinja2
from fontTools import subset
from markupsafe import Markup, escape

from . import style
from .charts import Chart, in_words
from .crosschecks import DENIED, cross_checks
from .files import PACKAGE
from .messages import LANGS, filled, sentences
from .numerals import unit_labels
from .picture import Link, Picture, Shared, foreign, picture, svg, widths
from .places import Both, Folder, authors, elsewhere
from .quantity import names_in
from .schema import TABLES, THEMES, package, references, resource
from .tables import labels, load, quantities, year_range


@dataclass(eq=False)
class Entry:
    """A figure in words, and its uses."""

    id: str
    formula: str
    words: Both
    uses: dict[str, Both] = field(default_factory=dict)  # the link to each → what it is called


@dataclass(eq=False, kw_only=True)
class Fact(Entry):
    """A printed figure: its row, with "" for an empty cell, and what it is about."""

    theme: str
    row: object
    about: list[str]  # codes
    parts: list[str]

    @property
    def note(self) -> Both:
        """The note in both languages, or twice in the only one that it has."""
        return Both(self.row.note_zh or self.row.note, self.row.note or self.row.note_zh)

    @property
    def status(self) -> str:
        return getattr(self.row, "status", "")

    @property
    def period(self) -> str:
        return year_range(self.row.start, self.row.end)


@dataclass(eq=False)
class Plate:
    """A chart on the page: the link of each mark, and its pictures, the narrow one last."""

    number: int
    chart: Chart
    elsewhere: bool  # from another folder
    links: dict[str, Link]
    pictures: dict[str, list[Markup]]


class Book:
    """The figures of a folder, printed and computed, each with its uses; and the words for them."""

    def __init__(self, data: str | Path | None):
        units = {code: {"zh": zh[0], "en": en[0]} for code, (zh, en) in unit_labels().items()}
        self.known = sentences() | units | labels(data)
        self.facts: dict[str, Fact] = {}
        self.derived: dict[str, Entry] = {}
        for theme in THEMES:
            table = load(theme, data)
            figures, named = quantities(table), references(theme, "labels")
            named = [name for name in named if name not in ("indicator", "qualifier")]
            parts = table.groupby("part_of")["fact_id"].agg(list)
            for row in _rows(table):
                name, about = row.fact_id, filter(None, (getattr(row, each) for each in named))
                self.facts[name] = Fact(
                    name, name, in_words(figures[name]), theme=theme, row=row, about=list(about),
                    parts=parts.get(name, []),
                )  # fmt: skip

    def code(self, code: str, **parts) -> Both:
        """What a code is called, or a sentence; `parts` replace the ``{name}`` in it."""
        return Both(*(filled(self.known[code][lang], **parts) for lang in LANGS))

    def use(self, formula: str, words: Both, user: str, called: Both) -> str:
        """The link to the entry of a figure; notes the use there, and with the facts in it."""
        entry = self.facts.get(formula)
        if not entry:
            name = "_" + formula.replace(" ", "_")  # no fact_id begins with an underscore
            entry = self.derived.setdefault(formula, Entry(name, formula, words))
        entry.uses[user] = called
        for name in names_in(formula):
            if name in self.facts and name != formula:  # a notebook may show another folder's
                self.facts[name].uses |= {user: called, f"#{entry.id}": entry.words}
        return f"#{entry.id}"


def _rows(table) -> Iterable:
    """The rows of a table, with "" for an empty cell."""
    return table.astype(object).where(table.notna(), "").itertuples(index=False)


def times(formula: str) -> str:
    return formula.replace(" * ", " × ")


def described(name: str) -> Both:
    """What a table holds; the English without the Chinese terms in brackets."""
    declared = resource(name)
    english = re.sub(r" \([^)]*[一-鿿][^)]*\)", "", declared["description"])
    return Both(declared["description_zh"], english)


# -------------------------------------------------------------------- the page


def build(
    data: str | Path | None = None,
    *,
    charts: Iterable[Chart] = (),
    findings: Iterable = (),
    picture: Callable[[Chart, str, bool], Picture] = picture,
) -> bytes:
    """The whole page, in HTML: bytes that depend on tables, charts and findings alone.

    `findings` are what :func:`wuxi_data.notebooks.findings` collects; the charts beneath them come
    first. `picture` gives a chart's picture in a language, narrow or not: a caller that has drawn
    it already need not draw it again. The page asks nothing of the network.
    """
    book, findings, charts = Book(data), list(findings), list(charts)
    facts = book.facts
    folders = {each.folder: Folder.at(each.folder) for each in charts
               if elsewhere(each.folder, data)}  # fmt: skip
    over = list(dict.fromkeys(finding.chart for finding in findings))
    first = [*over, *(chart.name for chart in charts)].index
    charts.sort(key=lambda chart: (chart.folder in folders, first(chart.name)))
    shared = Shared({}, {})
    shown = {
        chart.name: _plate(chart, n, book, folders.get(chart.folder), picture, shared)
        for n, chart in enumerate(charts, 1)
    }
    sources = list(_rows(load("sources", data)))
    undrawn = [fact for fact in facts.values() if not fact.uses]
    checks = _checks(book, data)  # from here on, a fact that they use is no longer unused
    page = _template().render(
        t=lambda code, **parts: both(book.code(code, **parts)),
        code=book.code,
        formula=lambda text: _formula(text, facts),
        ours=data is None,
        facts=facts,
        themes={theme: list(here) for theme, here in groupby(facts.values(), attrgetter("theme"))},
        findings=_told(findings, shown),
        charts=[each for name, each in shown.items() if name not in over],
        others=_other_sources(folders.values(), shown.values(), sources),
        undrawn=undrawn,
        derived=list(book.derived.values()),
        checks=checks,
        sources=sources,
        languages={source.source_id: source.language for source in sources},
        claims=_claims(facts, load("exclusions", data)),
        codes=_codes(data),
        looks="\n".join(f".{name}{{{look}}}" for look, name in shared.looks.items()),
    )
    return page.replace("/* fonts */", _font(unescape(page)), 1).encode()


@cache
def _template() -> jinja2.Template:
    """The template, with what is the same on every page."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("wuxi_data"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda each: "" if each is None else each,
    )
    environment.filters.update(both=both, sentence=sentence, authors=authors)
    script, sheet = (
        (PACKAGE / "templates" / name).read_text("utf-8") for name in ("report.js", "report.css")
    )
    script_hash = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    environment.globals.update(
        described=described,
        said=in_words,
        times=times,
        script=script,
        script_hash=script_hash,
        sheet=sheet,
        tables=TABLES,
        package=package(),
        denied=DENIED,
    )
    return environment.get_template("report.html")


def _plate(
    chart: Chart, n: int, book: Book, folder: Folder | None, picture, shared: Shared
) -> Plate:
    """A chart whose marks lead to their entries; from another folder, to their sources."""
    links, called = {}, book.code("page_chart_n", n=n)
    for mark in chart.every_mark:
        known = folder.rows if folder else {}
        row = next((known[name] for name in mark.facts if name in known), None)
        if row:
            href = f"#_source-{row.source_id}"
        else:  # of this folder, or typed by hand
            href = book.use(mark.figure, mark.words, f"#_chart-{chart.name}", called)
            row = book.facts[mark.figure].row if mark.figure in book.facts else None
        origin = [times(mark.figure)] * 2
        if row:
            where = book.code("page_paragraph", paragraph=row.paragraph)
            origin = [f"“{row.as_written}”, {each}" for each in where]
        told = (": ".join(filter(None, each)) for each in zip(mark.name, mark.words, strict=True))
        links[mark.gid] = Link(href, Both(*map(" | ".join, zip(told, origin, strict=True))))
    pictures = {
        lang: [
            svg(picture(chart, lang, narrow), lang, f"_{n}{lang}{'n' * narrow}", links, shared)
            for narrow in widths(folder is not None)
        ]
        for lang in LANGS
    }
    return Plate(n, chart, folder is not None, links, pictures)


def _checks(book: Book, data) -> list[tuple[int, tuple]]:
    """The cross-checks, numbered; the facts in them learn of this use."""
    checks = list(enumerate(cross_checks(data).itertuples(index=False), 1))
    for n, row in checks:
        for formula, side in ((row.left, row.left_quantity), (row.right, row.right_quantity)):
            if names_in(formula):
                user = f"#_check-{row.check_id}"
                book.use(formula, in_words(side), user, book.code("page_check_n", n=n))
    return checks


def _other_sources(folders: Iterable[Folder], plates: Iterable[Plate], ours: list) -> list:
    """The sources of other folders that a mark on the page leads to."""
    used = {link.href for plate in plates for link in plate.links.values()}
    cited = {row.source_id for row in ours}
    theirs = (row for folder in folders for row in _rows(folder.sources.reset_index()))
    return [row for row in theirs if f"#_source-{row.source_id}" in used
            and row.source_id not in cited]  # fmt: skip


def _told(findings: Iterable, charts: dict[str, Plate]) -> list[tuple[Both, Plate | None, bool]]:
    """(what is said, the chart that it stands over, whether that stands above already)."""
    told, above = [], set()
    for each in findings:
        told.append((each.words, charts.get(each.chart), each.chart in above))
        above.add(each.chart)
    return told


def _claims(facts: dict[str, Fact], exclusions) -> dict[str, dict[int, tuple]]:
    """The facts and the exclusions of each paragraph that has any, by source."""
    claims = defaultdict(lambda: defaultdict(lambda: ([], [])))
    for fact in facts.values():
        claims[fact.row.source_id][fact.row.paragraph][0].append(fact)
    for row in _rows(exclusions):
        if row.paragraph:  # else a name, wherever it stands
            claims[row.source_id][row.paragraph][1].append(row)
    return claims


def _codes(data) -> dict[str, None]:
    """The codes that the tables use, each once."""
    return {
        code: None
        for name in (*THEMES, "exclusions")
        for column in references(name, "labels")
        for code in load(name, data)[column].dropna()
    }


def _formula(text: str, facts) -> Markup:
    """A formula in which each fact is a link to its entry."""
    words = re.findall(r"[^\s()]+|[\s()]+", times(text))
    return Markup("").join(
        Markup('<a href="#{0}">{0}</a>').format(word) if word in facts else word for word in words
    )


_english = partial(foreign, tag="bdi")


def both(words: Both, zh=escape, en=_english) -> Markup:
    """Both languages, of which the page shows one; or the one text that serves for both."""
    if words.zh == words.en:
        chinese = re.search("[一-鿿]", words.zh)
        return Markup("<bdi lang=zh>{}</bdi>" if chinese else "<bdi>{}</bdi>").format(words.zh)
    return Markup("<i>{}</i><i lang=en>{}</i>").format(zh(words.zh), en(words.en))


def sentence(words: Both) -> Markup:
    """Both languages of a sentence, in which no figure and no place is broken."""
    return both(words, *(partial(_unbroken, each) for each in (escape, _english)))


def _unbroken(plain: Callable[[str], Markup], text: str) -> Markup:
    parts = [plain(part) for part in style.INSEPARABLE.split(text)]
    parts[1::2] = [Markup("<span>{}</span>").format(figure) for figure in parts[1::2]]
    return Markup("").join(parts)


def _font(text: str) -> str:
    """Our font cut down to the characters of a text, for machines without a Chinese font.

    In one weight, which browsers embolden: a second one would be an eighth of the page.
    """
    features = ["kern", "mark", "mkmk", "ccmp", "locl"]
    options = subset.Options(flavor="woff2", layout_features=features, hinting=False)
    font = subset.load_font(PACKAGE / "fonts" / "WuxiDataSans-Regular.ttf", options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(font)
    packed = io.BytesIO()
    subset.save_font(font, packed, options)
    return (
        f'@font-face{{font-family:"{style.FAMILY}";font-weight:400;src:url(data:font/woff2;base64,'
        f'{base64.b64encode(packed.getvalue()).decode()}) format("woff2")}}'
    )

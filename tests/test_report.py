"""The page without a browser: what it holds, where its links lead, how large it is."""

import re
import time
from collections import Counter
from html import unescape
from html.parser import HTMLParser

import pages
import pytest

import wuxi_data as wd
from wuxi_data import report
from wuxi_data.notebooks import Finding
from wuxi_data.places import Both
from wuxi_data.quantity import parse_quantity


class Elements(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, page: str):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def values(self, name):
        return [attrs[name] for _, attrs in self.found if name in attrs]


PAGE = pages.PAGE.read_text("utf-8")


def test_page_is_smaller_than_450_kb():
    assert len(PAGE.encode()) < 450_000


def test_every_id_is_there_once_and_every_link_leads_to_one():
    elements = Elements(PAGE)
    ids = elements.values("id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in elements.values("href") if link.startswith("#")} <= set(ids)


def test_page_asks_nothing_of_the_network():
    elements = Elements(PAGE)
    assert [each for each in elements.values("href") if not each.startswith(("#", "data:"))] == []
    assert elements.values("src") == []
    assert not re.search(r"url\((?!#|data:)", PAGE)


def test_every_mark_is_a_link_that_says_token_and_paragraph():
    for chart in pages.shown()[0]:
        start = PAGE.index(f'id="_chart-{chart.name}"')
        chinese = PAGE[start : PAGE.index('class="picture en"', start)]
        links = re.findall('<a href="#[^>]+><title>', chinese.split("</svg>")[0])
        assert len(links) == len({mark.gid for mark in chart.every_mark}), chart.name
    assert "<title>2020年: 500万元 | “500万元”, 第14段</title>" in PAGE


def test_no_figure_and_no_place_of_a_sentence_is_broken_on_the_page():
    said = report.sentence(Both("锡山区增至500万元。", "to 5 million yuan & more"))
    chinese = "<i><span>锡山区</span>增至<span>500万元。</span></i>"
    assert said == f"{chinese}<i lang=en>to <span>5 million yuan</span> &amp; more</i>"


def test_a_chart_of_other_sources_stands_apart_and_leads_to_them():
    assert PAGE.count('<figure id="_chart-three-gorges"') == 1
    start = PAGE.index('<section aria-labelledby="_elsewhere"')
    section = PAGE[start : PAGE.index("</section>", start)]
    assert 'id="_chart-three-gorges"' in section
    assert section.count('value="svg"') == section.count("<figure")
    assert 'href="#_source-sanxia-cq-2025-people"><title>2021—2025年: 1802.5亿元 | ' in section
    assert 'id="cq-2024-total"' not in PAGE, "expected no entry for a figure of another folder"


def test_a_chart_of_our_article_on_the_page_of_another_county_leads_to_our_source():
    ours = wd.plot_funding_rise(wd.load_funding())
    page = report.build(wd.example_county(), charts=[ours]).decode()
    assert 'href="#_source-jilin-wuxi-2021"><title>' in page
    assert 'id="jilin-annual-usual"' not in page, "expected no entry among the county's figures"


def test_a_figure_that_was_typed_by_hand_has_an_entry_on_the_page_of_any_county():
    typed = wd.bars(3 * parse_quantity("2个"), name="typed")
    found = Elements(report.build(wd.example_county(), charts=[typed]).decode())
    assert "#_3_*_2个" in found.values("href")
    assert "_3_*_2个" in found.values("id")


@pytest.mark.parametrize(
    ("named", "credit", "cited"),
    [
        ("甲;乙； 丙", "甲、乙、丙《", ">甲, 乙, 丙</bdi> (2021). <cite"),
        ("", "来源：《", '<p id="_source-jilin-wuxi-2021"><cite'),
    ],
)
def test_authors_stand_apart_however_they_were_typed(county, named, credit, cited):
    path = county / "sources.csv"
    text = path.read_text("utf-8")
    path.write_text(text.replace("张亚飞; 刘茂娇; 詹米璐", named), "utf-8")
    chart = wd.bars(wd.load_funding(county).head(1), name="one")
    assert credit in chart.words["credit"].zh
    page = report.build(county, charts=[chart]).decode()
    assert cited in page
    assert "Creative Commons" not in page, "expected no licence for tables that are not ours"


def test_page_without_charts_has_its_findings_and_lists_every_figure_as_undrawn(county):
    said = [Finding(Both("有所发现", f"Finding {n}"), "a.ipynb", None) for n in "AB"]
    bare = report.build(county, findings=said).decode()
    assert bare.rstrip().endswith("</html>")
    assert all(each.words.zh in bare and each.words.en in bare for each in said)
    assert bare.count(" data-undrawn>") == 55 > PAGE.count(" data-undrawn>")


def test_contradiction_is_struck_out_with_both_values():
    assert '<span class="sign">≰</span>' in PAGE
    assert "44.45万" in PAGE
    assert "30余万人" in PAGE
    assert "&lt;=" not in PAGE
    assert "4 × " in PAGE


def test_each_finding_stands_over_its_chart():
    page = unescape(re.sub("<[^>]+>", "", PAGE))
    charts, findings = pages.shown()
    titles = {chart.name: chart.words["title"].en for chart in charts}
    first = {f.chart: f for f in reversed(findings) if f.chart}  # a later one links to it instead
    over = [f for f in findings if first.get(f.chart) is f]
    places = [(page.index(f.words.en), page.index(titles[f.chart])) for f in over]
    assert len(places) > 2
    assert places == sorted(places)
    assert sum(places, ()) == tuple(sorted(sum(places, ())))


def test_hostile_words_make_a_safe_page(county):
    page = pages.hostile_page(county).decode()
    found = Elements(page)
    tags = Counter(tag for tag, _ in found.found)
    assert (tags["figure"], tags["script"]) == (3, 1)
    assert not [name for _, attrs in found.found for name in attrs if name.startswith("on")]
    assert len(found.values("id")) == len(set(found.values("id")))
    assert "{{7*7}}" in page


@pytest.mark.parametrize("word", ["a", "（", "约", "about ", "1"])
def test_a_word_without_an_end_does_not_take_for_ever(word):
    began = time.perf_counter()
    assert report.sentence(Both(word * 60_000, ""))
    assert time.perf_counter() - began < 10

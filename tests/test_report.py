"""The page holds every figure and leads each back to print; whatever a table holds stays text.

Each guard is a function that returns the faults it sees; beside the test that expects none stand
the mutated copies on which it must fire.
"""

import base64
import hashlib
import os
import re
import subprocess
import sys

import pytest
from pages import EXAMPLE, HOSTILE, Page, built, embedded_fonts

import wuxi_data as wd
from wuxi_data import charts, report, style

LIMIT = 500_000
THEMES = ["funding", "projects", "water_works", "training", "county"]
LANGS = ["zh", "en"]


@pytest.fixture(scope="module")
def html():
    return built("ours").decode()


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


@pytest.fixture(scope="module")
def example():
    return built("example").decode()


@pytest.fixture(scope="module")
def hostile():
    return built("hostile").decode()


def rows(data=None):
    """Every fact of every theme."""
    return [
        row
        for theme in THEMES
        for row in getattr(wd, f"load_{theme}")(data).itertuples(index=False)
    ]


# -------------------------------------------------------------------- one file, the same bytes


def test_the_page_is_the_same_bytes_in_two_processes(html):
    script = "import sys, wuxi_data.report as r; sys.stdout.buffer.write(r.build())"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
        )
        for seed, zone in (("1", "Asia/Shanghai"), ("2", "America/New_York"))
    ]
    made = [process.communicate()[0] for process in running]
    assert made[0] == made[1] == html.encode()


def test_the_page_is_smaller_than_500_kilobytes(html):
    assert len(html.encode()) < LIMIT


def outside(html):
    """Whatever a browser would fetch for the page from elsewhere."""
    fetching = r"<(?:script|link|img|iframe|object|embed|source|use|image)\b[^>]*"
    linked = re.findall(rf"{fetching}\b(?:src|href)=[\"']?(?!#)([^\"'> ]+)", html)
    return linked + re.findall(r"url\((?!data:|#)([^)]*)\)|@import", html)


def test_the_page_asks_nothing_of_the_network(html):
    assert outside(html) == []
    policy = re.search('http-equiv="Content-Security-Policy" content="([^"]*)"', html)[1]
    assert policy.startswith("default-src 'none'; ")


@pytest.mark.parametrize(
    "element",
    [
        '<script src="https://example.org/x.js"></script>',
        "<link rel=stylesheet href=//example.org/x.css>",
        '<img alt="" src="x.png">',
        "<style>p{background:url(http://example.org/)}</style>",
    ],
)
def test_a_resource_from_elsewhere_is_seen(html, element):
    assert outside(html + element) != []


def test_the_policy_allows_the_one_script_by_its_hash(html, page):
    (script,) = page.scripts
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in html


# -------------------------------------------------------------------- follow the number


def link_faults(page):
    ids = page.ids
    faults = [f"#{name} stands twice" for name in sorted({n for n in ids if ids.count(n) > 1})]
    wanted = [attrs.get("href", "") for tag, attrs in page.tags if tag in ("a", "use")]
    wanted += re.findall(r"url\((#[^)]+)\)", " ".join(str(attrs) for _, attrs in page.tags))
    wanted += [
        f"#{name}" for _, attrs in page.tags for name in attrs.get("aria-labelledby", "").split()
    ]
    return faults + [f"{href} leads nowhere" for href in wanted if href[1:] not in ids]


@pytest.mark.parametrize("which", ["html", "example", "hostile"])
def test_ids_are_unique_and_every_link_leads_somewhere(request, which):
    assert link_faults(Page(request.getfixturevalue(which))) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('href="#jilin-annual-2020"', 'href="#jilin-annual-2021"', "leads nowhere"),
        ('id="jilin-annual-2020"', 'id="projects-2020"', "stands twice"),
        ("url(#_", "url(#lost_", "leads nowhere"),
    ],
)
def test_a_broken_link_or_a_repeated_id_is_seen(html, old, new, fault):
    assert old in html
    assert any(fault in each for each in link_faults(Page(html.replace(old, new, 1))))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.fact_id)
def test_a_fact_has_its_entry(page, row):
    entry = page.texts[row.fact_id]
    figure = wd.fact(getattr(wd, f"load_{theme_of(row.fact_id)}")(), row.fact_id)
    expected = [row.as_written, f"第{row.paragraph}段", f"paragraph {row.paragraph}"]
    expected += [figure.wording(lang) for lang in LANGS]
    expected += [row.note] if isinstance(row.note, str) else []
    assert [words for words in expected if words not in entry] == []
    links = page.links[row.fact_id]
    assert f"#_p-{row.source_id}-{row.paragraph}" in links
    assert not isinstance(row.part_of, str) or f"#{row.part_of}" in links


def theme_of(fact_id):
    return next(
        theme for theme in THEMES if fact_id in set(getattr(wd, f"load_{theme}")()["fact_id"])
    )


def test_each_note_of_ours_is_said_in_chinese_too(page):
    for row in rows():
        if isinstance(row.note, str):
            say = report.Words(None)
            assert say.note(row.note).zh != row.note, f"labels.csv translates no {row.note!r}"


@pytest.fixture(scope="module")
def hostile_page(hostile):
    return Page(hostile)


@pytest.fixture(scope="module")
def drawn():
    """(chart, language) → its title, and the name of each mark without the year that it is for."""
    found = {}
    for name in charts.CHARTS:
        for lang in LANGS:
            ax = charts.draw(name, lang=lang)
            names = [gid.split("@")[0] for gid in charts.marks(ax)["fact_id"]]
            found[name, lang] = ax.get_title(loc="left"), names
            style.close(ax)
    return found


def test_every_mark_of_every_chart_links_to_its_figure_and_back(page, drawn):
    ids = {row.fact_id for row in rows()}
    for (name, lang), (_, names) in drawn.items():
        for fact in names:
            entry = fact if fact in ids else f"_{fact}"
            links = page.links[f"_picture-{name}-{lang}"]
            assert f"#{entry}" in links, f"{name}, {lang}: no mark links to {entry}"
            assert f"#_chart-{name}" in page.links[entry], f"{entry} does not lead back to {name}"


def test_a_chart_says_its_finding_in_both_languages(page, drawn):
    for (name, lang), (title, _) in drawn.items():
        finding = title.replace("\n", "" if lang == "zh" else " ")
        assert finding in page.texts[f"_title-{name}"]
        svgs = [a for tag, a in page.tags if tag == "svg" and a["aria-label"] == finding]
        assert len(svgs) == 1, f"expected one picture named {finding!r}, got {len(svgs)}"


def test_a_derived_figure_links_to_each_of_its_inputs(page, drawn):
    ids = {row.fact_id for row in rows()}
    checks = wd.cross_checks()
    formulas = {name.replace("_", " ") for _, names in drawn.values() for name in names} - ids
    formulas |= {side for side in (*checks["left"], *checks["right"]) if side not in ids}
    assert len(formulas) >= 3
    for formula in formulas:
        entry = "_" + formula.replace(" ", "_")
        inputs = [word.strip("()") for word in formula.split(" ") if word.strip("()") in ids]
        assert inputs
        assert {f"#{name}" for name in inputs} <= set(page.links[entry])
        for name in inputs:
            assert f"#{entry}" in page.links[name], f"{name} does not lead to {formula}"


def test_each_cross_check_shows_its_verdict_and_links_to_its_facts(page):
    labels = report.Words(None)
    for row in wd.cross_checks().itertuples():
        entry = f"_check-{row.check_id}"
        verdict = labels.code(row.verdict.replace(" ", "_"))
        for words in (row.zh, row.en, verdict.zh, verdict.en):
            assert words in page.texts[entry]
        for word in f"{row.left} {row.right}".split(" "):
            if word in {each.fact_id for each in rows()}:
                assert f"#{word}" in page.links[entry]
                assert f"#{entry}" in page.links[word] or any(
                    f"#{entry}" in page.links.get(link[1:], ()) for link in page.links[word]
                )


def test_the_map_shows_each_fact_and_each_exclusion_in_its_paragraph(page):
    for row in rows():
        assert f"#{row.fact_id}" in page.links[f"_p-{row.source_id}-{row.paragraph}"]
    exclusions = report.load("exclusions")
    for row in exclusions.itertuples():
        assert row.token in page.texts[f"_p-{row.source_id}-{row.paragraph}"]


def test_no_sentence_of_the_article_is_on_the_page(page, article):
    clauses = re.split(r"[，。；：！？、“”…\s]+", article)
    title = wd.load_sources()["title"].iloc[0]
    copied = [
        each for each in clauses if len(each) > 12 and each in page.text and each not in title
    ]
    assert copied == []


def test_the_headline_holds_the_totals_and_no_part_plan_or_date(page):
    assert page.links["_cards"] == [
        "#jilin-aid-1992-2021",
        "#water-investment",
        "#projects-1992-2021",
        "#water-people",
        "#small-central-supply",
        "#resettlement-people",
        "#exchange-people",
        "#aid-years",
    ]


def test_a_countys_headline_is_chosen_by_the_same_rule(example):
    links = Page(example).links["_cards"]
    facts = {f"#{row.fact_id}": row for row in rows(EXAMPLE)}
    assert links[0] == "#donglan-2004-2023"
    assert [link for link in links if isinstance(facts[link].part_of, str)] == []


# -------------------------------------------------------------------- in every language and font


def lacking(html):
    page, fonts = Page(html), embedded_fonts(html)
    shown = {400: page.text, 600: page.bold}
    return {
        weight: sorted(
            char
            for char in set(shown[weight])
            if char.isprintable() and ord(char) not in font.getBestCmap()
        )
        for weight, font in fonts.items()
    }


def test_the_page_carries_every_character_that_it_shows(html):
    assert lacking(html) == {400: [], 600: []}


def test_a_character_that_the_page_does_not_carry_is_seen(html):
    assert lacking(html.replace("<h1>", "<h1>鿍"))[600] == ["鿍"]


def test_a_character_that_our_font_lacks_does_not_stop_the_page(hostile, hostile_page):
    assert "😀" in hostile_page.text
    assert "😀" in lacking(hostile)[400]


def test_everything_is_said_in_both_languages(html):
    zh, en = (len(re.findall(f'<span lang="?{lang}"?>', html)) for lang in LANGS)
    assert zh == en > 1000


# -------------------------------------------------------------------- a user's county


def test_what_a_hostile_table_holds_stays_text(hostile_page, page):
    found = hostile_page
    assert found.scripts == page.scripts
    kinds = {tag for tag, _ in found.tags}
    assert kinds - {tag for tag, _ in page.tags} == set()
    handlers = [name for _, attrs in found.tags for name in attrs if name.startswith("on")]
    assert handlers == []
    links = [attrs["href"] for tag, attrs in found.tags if tag == "a"]
    assert [href for href in links if not href.startswith("#")] == []


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_is_shown_as_it_was_typed(hostile_page, text):
    assert text in hostile_page.text


def test_a_county_without_a_theme_has_a_page_without_it(example):
    page = Page(example)
    assert "_theme-training" not in page.ids
    assert "_theme-funding" in page.ids
    for row in rows(EXAMPLE):
        assert row.as_written in page.texts[row.fact_id]


def test_a_county_says_nothing_of_ours(example):
    text = Page(example).text
    assert [word for word in ("巫溪", "吉林", "Jilin", "Wuxi County") if word in text] == []


def test_a_county_of_one_figure_has_a_page(tmp_path):
    for name, content in {
        "sources.csv": "source_id,title,authors,publisher,published,language,sha256,paragraphs\n"
        "one,One,Ana,,2020,en,,3\n",
        "funding.csv": ",".join(wd.load_funding().columns) + "\n"
        "gift,jilin_province,wuxi_county,annual_aid,,,400,CNY,exact,400元,one,2,,\n",
    }.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    page = Page(report.build(tmp_path).decode())
    assert link_faults(page) == []
    assert "400元" in page.texts["gift"]

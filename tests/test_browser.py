"""The page in a real browser: one test a promise."""

import io
import shutil
from pathlib import Path

import numpy as np
import pages
import pytest
from PIL import Image

from wuxi_data.schema import THEMES
from wuxi_data.tables import load

sync_api = pytest.importorskip("playwright.sync_api")
QUESTIONS = Path(__file__).with_name("browser.js").read_text("utf-8").strip()
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium")


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser):
    """Open the page; faults on its console fail the test."""
    faults = []

    def open_page(end="?lang=zh", width=1440, at=pages.PAGE, **options):
        page = browser.new_page(permissions=["clipboard-read", "clipboard-write"], **options)
        page.on("pageerror", lambda error: faults.append(str(error)))
        resize(page, width)
        page.goto(at.as_uri() + end)
        page.evaluate("document.fonts.ready")
        return page

    yield open_page
    for context in browser.contexts:
        context.close()
    assert faults == []


def resize(page, width):
    page.set_viewport_size({"width": width, "height": 900})


def ask(page, question):
    """What a function of browser.js says of the page."""
    return page.evaluate(f"{QUESTIONS}.{question}()")


# -------------------------------------------------------------------- marks


def test_every_mark_can_be_seen_and_hit_within_24_pixels(visit):
    page = visit()
    for width in (360, 768, 1440):
        resize(page, width)
        marks = ask(page, "marks")
        assert len(marks) == sum(len(chart.every_mark) for chart in pages.shown()[0])
        faulty = [m for m in marks if not (m["seen"] and m["hit"] and m["reach"] > 23.5)]
        assert faulty == [], width
        assert page.evaluate("document.documentElement.scrollWidth") == width


def luminance(image):
    parts = np.asarray(image) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return linear @ (0.2126, 0.7152, 0.0722)


def strongest(image, box, paper):
    """The contrast that a good part of a shape has or exceeds, as it is on the screen."""
    left, top, right, bottom = map(int, box)
    spot = luminance(image.crop((left, top, max(right, left + 1), max(bottom, top + 1))))
    contrast = (np.maximum(spot, paper) + 0.05) / (np.minimum(spot, paper) + 0.05)
    drawn = contrast[contrast > 1.2]
    return np.quantile(drawn, 0.9) if drawn.size else 1


def test_every_mark_has_a_contrast_of_three_to_one(visit):
    page = visit()
    bare = ".picture text { visibility: hidden } section:not(:has(figure)) { display: none }"
    page.add_style_tag(content=bare)
    faint, seen = [], 0
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        image = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
        for (left, top, *_), marks in ask(page, "shapes"):
            paper = luminance(image.getpixel((int(left) + 2, int(top) + 2)))
            drawn = [(name, boxes) for name, boxes in marks if boxes]
            seen += len(drawn)
            faint += [(scheme, name) for name, boxes in drawn
                      if not any(strongest(image, box, paper) >= 3 for box in boxes)]  # fmt: skip
    assert faint == []
    assert seen > 100


# -------------------------------------------------------------------- language and place


def test_link_chooses_the_language_and_the_place_which_a_switch_keeps(visit):
    page = visit("?lang=en#jilin-annual-2020", locale="zh-CN")
    assert page.locator("html").get_attribute("lang") == "en"
    row = page.locator("#jilin-annual-2020")
    before = row.bounding_box()["y"]
    assert before < 900
    for lang in ("zh", "en"):
        page.locator(f"label[lang={lang}]").click()
        assert page.locator("html").get_attribute("lang") == lang
        assert abs(row.bounding_box()["y"] - before) < 2
    page.goto(pages.PAGE.as_uri())
    assert page.locator("html").get_attribute("lang") == "en", "expected the choice to be kept"


def test_language_can_be_chosen_where_nothing_can_be_stored(visit):
    page = visit("?lang=zh", locale="zh-CN")
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('blocked') } })"
    )
    page.reload()
    page.locator("label[lang=en]").click()
    assert page.locator("html").get_attribute("lang") == "en"


def test_chinese_on_the_english_page_is_said_to_be_chinese(visit):
    page = visit("?lang=en")
    page.locator("[name=compact]").check()
    assert ask(page, "foreign") == []


# -------------------------------------------------------------------- facts


def test_facts_are_filtered_by_word_and_by_year_in_the_chosen_language(visit):
    page = visit()
    rows = page.locator("tr[data-theme]:visible")
    page.locator("[name=words]").fill("jilin-annual-2020")
    assert (rows.count(), page.locator(".search output").inner_text()) == (1, "1")
    page.locator("[name=words]").fill("")
    page.locator("[name=year]").select_option("2020")
    tables = (load(theme) for theme in THEMES)
    cover = [(t["start"].fillna(9999) <= 2020) & (t["end"].fillna(0) >= 2020) for t in tables]
    assert rows.count() == sum(int(each.sum()) for each in cover) > 0
    options = page.locator("[name=qualifier] option, [name=theme] option")
    for lang, words in (("zh", {"资金", "约", "全部"}), ("en", {"Money", "about", "all"})):
        page.locator(f"label[lang={lang}]").click()
        assert words <= set(options.all_inner_texts())


def test_one_row_a_fact_is_sorted_and_copied_with_numbers_as_numbers(visit):
    page = visit()
    page.locator("[name=compact]").check()
    for falling in (False, True):
        page.locator(".compact th button", has_text="value").click()
        page.locator("[name=copy]").click()
        page.wait_for_selector("[name=copy][data-done]")
        text = page.evaluate("navigator.clipboard.readText()")
        head, *rows = (line.split("\t") for line in text.splitlines())
        assert (len(rows), {len(row) for row in rows}) == (55, {len(head)})
        facts = [dict(zip(head, row, strict=True)) for row in rows]
        values = [float(fact["value"]) for fact in facts if fact["value"]]
        assert values == sorted(values, reverse=falling)
    known = {fact["fact_id"]: fact for fact in facts}["jilin-annual-2020"]
    assert (known["as_written"], known["value"], known["start"]) == ("500万元", "5000000", "2020")


# -------------------------------------------------------------------- ways out of a chart


def test_chart_can_be_saved_and_cited(visit, tmp_path):
    page = visit()
    for kind, start in (("csv", b"\xef\xbb\xbffigure,"), ("svg", b"<svg"), ("png", b"\x89PNG")):
        with page.expect_download() as found:
            page.locator(f"#_chart-orchards button[value={kind}]").click()
        found.value.save_as(tmp_path / kind)
        assert (tmp_path / kind).read_bytes().startswith(start)
    page.locator("#_chart-orchards button[value=cite]").click()
    page.wait_for_selector("[value=cite][data-done]")
    assert "#_chart-orchards" in page.evaluate("navigator.clipboard.readText()")


# -------------------------------------------------------------------- for everyone


def test_everything_is_there_without_script(visit):
    page = visit(java_script_enabled=False)
    assert page.locator("tr[data-theme]:visible").count() == 55
    assert not page.locator(".search, .save").first.is_visible()


def test_axe_finds_no_violation(visit):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visit("?lang=zh", bypass_csp=True)
    page.locator("[name=words]").fill("2020")  # rows are alike: a dozen stand for all
    contrast = {"runOnly": ["color-contrast"]}
    for lang, scheme, rules in (("zh", "light", {}), ("en", "dark", contrast)):
        page.locator(f"label[lang={lang}]").click()
        page.emulate_media(color_scheme=scheme)
        options = {"resultTypes": ["violations"], **rules}
        found = axe.run(page, options=options).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == []


def test_title_of_a_chart_is_announced_once(visit):
    page = visit("?lang=en")
    for chart in pages.shown()[0]:
        # As YAML, where a quotation mark is written twice or after a backslash.
        told = page.locator(f"#_chart-{chart.name}").aria_snapshot()
        told = told.replace("''", "'").replace('\\"', '"')
        assert told.count(chart.words["title"].en) == 1, chart.name


def test_forced_colours_show_the_language_and_the_target(visit):
    page = visit("?lang=zh#jilin-annual-2020", forced_colors="active")
    chosen, other, outline = ask(page, "chosen")
    assert chosen != other
    assert outline == "solid"


def test_columns_of_figures_stand_in_line_from_table_to_table(visit):
    page = visit("?lang=en", 768)
    starts = page.locator(".facts:not(.derived) th:nth-child(3)").evaluate_all(
        "heads => heads.map((each) => Math.round(each.getBoundingClientRect().left))"
    )
    assert (len(starts), len(set(starts))) == (5, 1)


def test_print_has_numbered_pages_kept_headings_and_no_word_under_seven_points(visit):
    page = visit(width=672)  # what A4 leaves between our margins
    page.emulate_media(media="print")
    assert ask(page, "small") == []
    assert ask(page, "parted") == []
    assert "counter(page)" in page.content().split("@page", 1)[1].split("}")[0]


def test_hostile_words_stay_words(visit, county):
    path = county / "report.html"
    path.write_bytes(pages.hostile_page(county))
    page = visit("?lang=en", 360, at=path)
    assert "harmed" not in page.title()
    for width in (360, 1440):
        resize(page, width)
        assert page.evaluate("document.documentElement.scrollWidth") == width
    titles = page.locator("figure h3").all_text_contents()
    assert (len(titles), {title.strip() for title in titles}) == (3, {pages.HOSTILE})

"""The page in a real browser: one test a promise."""

import shutil

import pages
import pytest

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium")


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_bytes(pages.page())
    return path.as_uri()


@pytest.fixture
def visit(browser, address):
    """Open the page; faults on its console fail the test."""
    contexts, faults = [], []

    def open_page(end="?lang=zh", width=1440, **options):
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, **options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(address + end)
        page.evaluate("document.fonts.ready")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


UNREACHABLE = """() => [...document.querySelectorAll('.picture svg')]
  .filter((svg) => svg.getClientRects().length)
  .flatMap((svg) => [...svg.querySelectorAll('a:not([aria-hidden])')])
  .filter((link) => {
    const href = link.getAttribute('href');
    const same = [...link.closest('svg').querySelectorAll('a')]
      .filter((each) => each.getAttribute('href') === href)
      .flatMap((each) => [...each.querySelectorAll('path, text, use')]);
    link.scrollIntoView({ block: 'center', behavior: 'instant' });
    return !same.some((shape) => {
      const box = shape.getBoundingClientRect();
      return [.03, .25, .5, .75, .97].some((x) => [.03, .25, .5, .75, .97].some((y) => {
        const left = box.left + box.width * x, top = box.top + box.height * y;
        if (left < 0 || left > innerWidth) return false;
        return document.elementFromPoint(left, top)?.closest('a')?.getAttribute('href') === href;
      }));
    });
  }).map((link) => link.textContent)"""


@pytest.mark.parametrize("width", [360, 1440])
def test_every_mark_can_be_clicked(visit, width):
    page = visit(width=width)
    assert page.locator(".picture a:not([aria-hidden]):visible").count() > 40
    assert page.evaluate(UNREACHABLE) == []


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_page_is_never_wider_than_the_screen(visit, width):
    page = visit("?lang=en", width)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_link_chooses_the_language(visit):
    page = visit("?lang=en#jilin-annual-2020", locale="zh-CN")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("#jilin-annual-2020").bounding_box()["y"] < 900


def test_switching_the_language_keeps_the_place(visit):
    page = visit()
    row = page.locator("#jilin-annual-2020")
    row.evaluate("each => scrollBy(0, each.getBoundingClientRect().top - 62)")
    before = row.bounding_box()["y"]
    page.locator("label[lang=en]").click()
    assert abs(row.bounding_box()["y"] - before) < 2


def test_search_filters_the_facts(visit):
    page = visit()
    page.locator("[name=words]").fill("jilin-annual-2020")
    assert page.locator(".search output").inner_text() == "1"
    assert page.locator("tr[data-theme]:visible").count() == 1


def test_compact_view_has_one_row_a_fact_with_plain_numbers(visit):
    page = visit()
    page.locator("[name=compact]").check()
    page.locator("[name=words]").fill("jilin-annual-2020")
    cells = page.locator(".compact tbody td").all_inner_texts()
    assert cells[:5] == ["jilin-annual-2020", "funding", "500万元", "5000000", "CNY"]


@pytest.mark.parametrize(
    ("kind", "start"), [("csv", b"\xef\xbb\xbffigure,"), ("svg", b"<svg"), ("png", b"\x89PNG")]
)
def test_chart_can_be_saved(visit, tmp_path, kind, start):
    page = visit()
    with page.expect_download() as found:
        page.locator(f"#_chart-orchards button[value={kind}]").click()
    found.value.save_as(tmp_path / "saved")
    assert (tmp_path / "saved").read_bytes().startswith(start)


def test_citation_is_copied(visit):
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    page.locator("#_chart-orchards button[value=cite]").click()
    page.wait_for_selector("[data-done]")
    assert "#_chart-orchards" in page.evaluate("navigator.clipboard.readText()")


def test_reader_finds_back_from_a_fact_to_the_chart(visit):
    page = visit()
    page.locator("#_chart-funding-rise .wide a[href='#jilin-annual-2020']:visible").first.click()
    assert page.url.endswith("#jilin-annual-2020")
    page.locator(".back a").click()
    assert page.url.endswith("#_chart-funding-rise")


def test_everything_is_there_without_script(visit):
    page = visit(java_script_enabled=False)
    assert page.locator("tr[data-theme]:visible").count() == 55
    assert not page.locator(".search, .save").first.is_visible()


def test_language_can_be_chosen_where_nothing_can_be_stored(visit):
    page = visit("?lang=zh")
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('blocked') } })"
    )
    page.reload()
    page.locator("label[lang=en]").click()
    assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_axe_finds_no_violation(visit, lang, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visit(f"?lang={lang}", color_scheme=scheme, bypass_csp=True)
    found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == []

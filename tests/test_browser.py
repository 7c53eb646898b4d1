"""The page in a real browser, as its readers meet it; and the notebooks in JupyterLab.

Needs Chromium: ``apt install chromium`` on Debian and Ubuntu. Without it these tests are skipped,
but in CI they fail.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from pages import built, embedded_fonts
from playwright.sync_api import sync_playwright

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
# No window, no GPU, and none of the browser's own calls home.
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOCALES = {"zh": "zh-CN", "en": "en-US"}


@pytest.fixture(scope="module")
def browser():
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        message = "no browser: apt install chromium"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Our page, the example county's and the hostile county's, as files that a reader was sent."""
    folder = tmp_path_factory.mktemp("pages")
    for name in ("ours", "example", "hostile"):
        (folder / f"{name}.html").write_bytes(built(name))
    return folder


@pytest.fixture
def reader(browser, files):
    """Open a page as a reader of some language has it; whatever went wrong is a failure."""
    contexts, wrong = [], []

    def open_page(name="ours", lang="zh", **options):
        options = {"viewport": {"width": 1200, "height": 900}, **options}
        context = browser.new_context(locale=LOCALES[lang], **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: note(request.url))
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        page.goto((files / f"{name}.html").as_uri())
        return page

    def note(url):
        if not url.startswith((files.as_uri(), "data:font/woff2")):
            wrong.append(f"asked for {url}")

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def heading(page):
    return page.inner_text("h1").strip()


def focused(page):
    """What the keyboard stands on: a link's target, or the element's id."""
    script = "e => (e = document.activeElement, e.getAttribute('href') || '#' + e.id)"
    return page.evaluate(script)


# -------------------------------------------------------------------- language


@pytest.mark.parametrize(("lang", "title"), [("zh", "每个数字都有出处"), ("en", "every figure")])
def test_the_page_opens_in_the_language_of_the_browser(reader, lang, title):
    page = reader(lang=lang)
    assert title in heading(page)
    assert page.evaluate("document.documentElement.lang") == lang


def test_the_toggle_changes_the_language_without_reload_and_is_remembered(reader):
    page = reader(lang="zh")
    page.evaluate("window.same = true")
    page.get_by_text("English", exact=True).click()
    assert "every figure" in heading(page)
    assert page.evaluate("window.same && document.documentElement.lang") == "en"
    page.reload()
    assert "every figure" in heading(page)
    page.get_by_text("中文", exact=True).click()
    page.reload()
    assert "每个数字都有出处" in heading(page)


@pytest.mark.parametrize("lang", LOCALES)
def test_one_language_is_shown_at_a_time(reader, lang):
    page = reader(lang=lang)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    shown = page.inner_text("main")
    other = {"zh": ["Used in", "Where from", "Chart 1"], "en": ["用于", "出处", "图1"]}[lang]
    assert [words for words in other if words in shown] == []
    pictures = page.locator(".picture:visible")
    assert set(pictures.evaluate_all("all => all.map(each => each.lang)")) == {lang}


def test_the_page_works_without_javascript(reader):
    page = reader(java_script_enabled=False)
    assert "每个数字都有出处" in heading(page)
    page.get_by_text("English", exact=True).click()
    assert "every figure" in heading(page)


def test_the_page_works_where_nothing_may_be_remembered(reader, files):
    page = reader(lang="en")
    forget = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no') }})"
    page.context.add_init_script(forget)
    page.reload()
    page.get_by_text("中文", exact=True).click()
    assert "每个数字都有出处" in heading(page)


# -------------------------------------------------------------------- follow the number


@pytest.mark.parametrize("lang", LOCALES)
def test_a_bar_leads_to_its_fact_and_the_fact_leads_back(reader, lang):
    page = reader(lang=lang)
    bar = page.locator("#_chart-funding-rise .picture:visible a[href='#jilin-annual-2020'] path")
    bar.first.click()
    entry = page.locator("#jilin-annual-2020")
    assert page.url.endswith("#jilin-annual-2020")
    assert entry.evaluate("e => e.matches(':target')")
    assert "500万元" in entry.inner_text()
    top = entry.bounding_box()["y"]
    assert 0 <= top < 900, f"the entry stands at {top}, out of sight"
    assert top >= page.locator(".bar").bounding_box()["height"] - 1, "the bar hides the entry"
    entry.locator("a[href='#_chart-funding-rise']").click()
    assert page.url.endswith("#_chart-funding-rise")
    page.go_back()
    page.go_back()
    assert page.url.endswith(".html")


def test_every_link_that_is_shown_leads_to_something_that_is_shown(reader):
    page = reader(lang="en")
    lost = page.evaluate(
        """() => [...document.querySelectorAll('a[href]')].filter(a => {
             const there = document.getElementById(a.getAttribute('href').slice(1));
             return a.checkVisibility() && !(there && there.checkVisibility());
           }).map(a => a.getAttribute('href'))"""
    )
    assert lost == []


def test_the_keyboard_reaches_the_toggle_and_follows_a_bar(reader):
    page = reader(lang="zh")
    page.focus("[name=language]:checked")
    page.keyboard.press("ArrowRight")
    assert "every figure" in heading(page)
    page.focus("#_picture-funding-rise-en")
    page.keyboard.press("Tab")
    assert focused(page) == "#jilin-annual-usual"
    stops = {focused(page)}
    for _ in range(4):
        page.keyboard.press("Tab")
        stops.add(focused(page))
    assert stops == {"#jilin-annual-usual", "#jilin-annual-2020"}
    page.keyboard.press("Enter")
    assert page.url.endswith("#jilin-annual-2020")
    page.keyboard.press("Tab")
    assert page.evaluate(
        "document.querySelector('#jilin-annual-2020').contains(document.activeElement)"
    )


# -------------------------------------------------------------------- for everyone


@pytest.mark.parametrize(
    ("name", "lang", "scheme"),
    [
        ("ours", "zh", "light"),
        ("ours", "zh", "dark"),
        ("ours", "en", "light"),
        ("ours", "en", "dark"),
        ("hostile", "zh", "light"),
        ("hostile", "en", "dark"),
    ],
)
def test_axe_finds_nothing_that_shuts_a_reader_out(reader, name, lang, scheme):
    page = reader(name, lang, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("name", ["ours", "example", "hostile"])
@pytest.mark.parametrize("lang", LOCALES)
def test_a_phone_needs_no_scrolling_sideways(reader, name, lang):
    page = reader(name, lang, viewport={"width": 360, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("lang", LOCALES)
def test_each_character_is_drawn_in_the_embedded_font(reader, files, lang):
    page = reader(lang=lang)
    faces = page.evaluate("document.fonts.ready.then(all => [...all].map(face => face.status))")
    assert faces == ["loaded", "loaded"]
    fonts = embedded_fonts((files / "ours.html").read_text(encoding="utf-8"))
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    shown = page.evaluate(
        """() => {
             const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
             const found = {};
             while (walk.nextNode()) {
               const parent = walk.currentNode.parentElement;
               if (parent.tagName === 'SCRIPT' || !parent.checkVisibility()) continue;
               const look = getComputedStyle(parent);
               const key = look.fontWeight + '|' + look.fontFamily.split(',')[0];
               found[key] = (found[key] || '') + walk.currentNode.data;
             }
             return found;
           }"""
    )
    assert {key.split("|")[0] for key in shown} == {"400", "600"}
    for key, text in shown.items():
        weight, family = key.split("|")
        assert family.strip("'\"") == "Wuxi Data Sans"
        known = fonts[int(weight)].getBestCmap()
        assert sorted(c for c in set(text) if c.isprintable() and ord(c) not in known) == []


def test_the_page_prints(reader):
    page = reader(lang="zh")
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    pages = len(re.findall(rb"/Type\s*/Page\b", printed))
    assert 5 < pages < 30, f"expected a few sheets, got {pages}"
    page.emulate_media(media="print")
    assert not page.is_visible(".bar")
    assert page.is_visible("#_chart-funding-rise .picture.zh")


def test_a_hostile_county_runs_nothing(reader):
    page = reader("hostile", lang="en")
    assert page.evaluate("window.hacked") is None
    assert page.locator("body script").count() == 1
    assert page.locator("body img").count() == 0


# -------------------------------------------------------------------- JupyterLab


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    """Open JupyterLab, started as `make lab` does, on a copy of our notebooks, in an empty home."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(NOTEBOOKS, home / "notebooks")
    env = {**os.environ, "HOME": str(home), "JUPYTER_PREFER_ENV_PATH": "1"}
    env |= {name: str(home / name) for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR")}
    # Whole on screen: some versions take cells out of the page while they are out of sight.
    settings = home / "JUPYTER_CONFIG_DIR/lab/user-settings/@jupyterlab/notebook-extension"
    settings.mkdir(parents=True)
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    command = [sys.executable, "-m", "jupyterlab", "notebooks"]
    options = ["--no-browser", "--allow-root", "--port=0", "--ServerApp.log_level=ERROR"]
    with (home / "log").open("w") as log:
        server = subprocess.Popen([*command, *options], cwd=home, env=env, stdout=log, stderr=log)
    try:
        known = started(server, home)
        with browser.new_context(viewport={"width": 1300, "height": 1000}) as context:
            context.set_default_timeout(60_000)
            context.new_page().goto(f"{known['url']}lab?token={known['token']}")
            yield context, known["url"]
    finally:
        server.terminate()
        server.wait(timeout=30)


def started(server, home):
    """What the server says of itself, its address and token, once it answers."""
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        for path in (home / "JUPYTER_RUNTIME_DIR").glob("jpserver-*.json"):
            if text := path.read_text():
                return json.loads(text)
        time.sleep(0.2)
    raise AssertionError(f"JupyterLab did not start:\n{(home / 'log').read_text()}")


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.name)
def test_a_notebook_runs_in_jupyterlab(lab, path):
    context, url = lab
    page = context.new_page()
    page.goto(f"{url}lab/workspaces/{path.stem}/tree/{path.name}")
    page.wait_for_selector(".jp-KernelName:has-text('Python 3')")  # a kernel was found unasked
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]")
    menu = page.get_by_role("menuitem")
    menu.get_by_text("Run", exact=True).click()
    menu.get_by_text("Run All Cells", exact=True).click()
    prompts = (
        "[...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map(e => e.textContent)"
    )
    page.wait_for_function(f"{prompts}.some(text => text.includes('*'))")
    page.wait_for_function(f"{prompts}.every(text => !text.includes('*'))")
    cells = [cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["source"]]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert page.evaluate(prompts) == [f"[{number}]:" for number in range(1, len(code) + 1)]
    wrong = page.locator("[data-mime-type*=error], [data-mime-type*=stderr]")
    assert wrong.all_inner_texts() == []
    images = page.locator(".jp-OutputArea-output img")
    sizes = images.evaluate_all("all => all.map(image => image.complete && image.naturalWidth)")
    stored = sum(
        "image/png" in output.get("data", ()) for cell in code for output in cell["outputs"]
    )
    assert len(sizes) == stored, f"expected {stored} charts on screen, got {len(sizes)}"
    assert all(sizes)
    page.close()


def test_there_are_notebooks_to_run():
    assert len(list(NOTEBOOKS.glob("*.ipynb"))) >= 5

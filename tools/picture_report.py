"""Take the picture of the page that the READMEs show: the top of figures/report.html in English.

    python -m tools.picture_report figures/report.html docs/report.png

Needs Chromium, as the browser tests do. Taken by hand when the page changes, for another
Chromium's picture has other bytes.
"""

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright


def picture(page: Path, width: int = 1200, height: int = 1010) -> bytes:
    """The top of a page, as a PNG of few colours."""
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        tab = browser.new_page(locale="en-US", viewport={"width": width, "height": height})
        tab.goto(page.resolve().as_uri())
        tab.evaluate("document.fonts.ready")
        shot = Image.open(io.BytesIO(tab.screenshot()))
        browser.close()
    small = io.BytesIO()
    shot.convert("RGB").quantize(64).save(small, "PNG", optimize=True)
    return small.getvalue()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m tools.picture_report PAGE.html PICTURE.png")
    Path(sys.argv[2]).write_bytes(picture(Path(sys.argv[1])))

"""Take the picture of the page that the READMEs show: the top of figures/report.html in English.

    python -m tools.picture_report figures/report.html docs/report.png

Needs Chromium, as the browser tests do. Taken by hand when the page changes, for another
Chromium's picture has other bytes.
"""

import subprocess
import sys
from pathlib import Path

from PIL import Image


def picture(page: Path, dest: Path) -> None:
    """Write the top of a page to `dest`, as a PNG of few colours."""
    flags = ["--headless", "--no-sandbox", "--hide-scrollbars", "--window-size=1200,1010"]
    shown = f"{page.resolve().as_uri()}?lang=en"
    subprocess.run(["chromium", *flags, f"--screenshot={dest.resolve()}", shown], check=True)
    Image.open(dest).convert("RGB").quantize(64).save(dest, "PNG", optimize=True)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m tools.picture_report PAGE.html PICTURE.png")
    picture(Path(sys.argv[1]), Path(sys.argv[2]))

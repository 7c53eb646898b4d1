"""What the tests of the page stand on: a page read as a browser reads it, and a hostile county."""

import base64
import csv
import io
import re
import shutil
from collections import defaultdict
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools.ttLib import TTFont

from wuxi_data import report

EXAMPLE = Path(__file__).parents[1] / "wuxi_data" / "example_county"
_VOID = {"meta", "input", "br", "img", "link", "hr"}
_BOLD = {"h1", "h2", "h3", "strong", "thead"}


class Page(HTMLParser):
    """Every element of a page with its attributes, and the text that a reader can meet."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.scripts: list[str] = []
        self.links = defaultdict(list)  # id → the hrefs inside
        self._inside: list[tuple[str, str]] = []
        self._shown = defaultdict(list)
        self.feed(html)
        self.close()
        self.texts = {name: "".join(parts) for name, parts in self._shown.items()}
        self.text, self.bold = self.texts[""], self.texts.get("<bold>", "")
        self.ids = [attrs["id"] for _, attrs in self.tags if "id" in attrs]

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        if tag == "a" and "href" in attrs:
            for name in {name for _, name in self._inside if name}:
                self.links[name].append(attrs["href"])
        if tag not in _VOID:
            self._inside.append((tag, attrs.get("id", "")))
        self._show(" ".join(attrs.get(name, "") for name in ("aria-label", "title")))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self._inside, f"</{tag}> closes nothing"
        assert self._inside[-1][0] == tag, f"</{tag}> closes <{self._inside[-1][0]}>"
        self._inside.pop()

    def handle_data(self, data):
        last = self._inside[-1][0] if self._inside else ""
        if last == "script":
            self.scripts.append(data)
        elif last != "style":
            self._show(data)

    def _show(self, data):
        names = {"", *(name for _, name in self._inside)}
        if any(tag in _BOLD for tag, _ in self._inside):
            names.add("<bold>")
        for name in names:
            self._shown[name].append(data)


@cache
def built(name: str) -> bytes:
    """Build, once for all tests, our page, the example county's or the hostile county's."""
    if name != "hostile":
        return report.build({"ours": None, "example": EXAMPLE}[name])
    with TemporaryDirectory() as folder:
        return report.build(hostile_county(Path(folder) / "county"))


def embedded_fonts(html: str) -> dict[int, TTFont]:
    """Weight → the font that the page carries."""
    found = re.findall(r"font-weight:(\d+);src:url\(data:font/woff2;base64,([^)]+)\)", html)
    return {int(weight): TTFont(io.BytesIO(base64.b64decode(data))) for weight, data in found}


HOSTILE = [
    "<script>window.hacked = 1</script>",
    "\"><img src=x onerror='window.hacked = 1'>",
    "</style></script><script>window.hacked = 1</script>",
    "{{ 7 * 7 }} {% for %} {facts} {0.__class__}",
    "javascript:window.hacked=1",
    "=HYPERLINK(1)",
    "وادي النهر \u05e0\u05d4\u05e8",
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 3,
    "😀",
    "&lt;b&gt; &amp; & <!-- x --> ]]>",
    "/* fonts */ | A | B",
]


def hostile_county(folder: Path) -> Path:
    """The example county with every name, note and token made as awkward as the checks allow."""
    shutil.copytree(EXAMPLE, folder)
    _rewrite(folder / "labels.csv", "zh", "en")
    _rewrite(folder / "crosschecks.csv", "zh", "en")
    _rewrite(folder / "sources.csv", "title", "authors", "publisher")
    _rewrite(folder / "exclusions.csv", "token")
    for theme in ("funding", "projects", "water_works", "county"):
        _rewrite(folder / f"{theme}.csv", "note")
    return folder


def _rewrite(path: Path, *columns: str) -> None:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for number, row in enumerate(rows):
        for place, column in enumerate(columns):
            text = HOSTILE[(number + place) % len(HOSTILE)]
            row[column] = text[:60] if column == "token" else text
            if column == "token":  # a key with its occurrence
                row["occurrence"] = number + 1
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)

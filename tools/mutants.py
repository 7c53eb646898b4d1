"""Every wrong thing that somebody could do to one cell, chart, notebook, figure or version."""

from __future__ import annotations

import base64
import copy
import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

THEMES = ("funding", "projects", "water_works", "training", "county")
DATA = "wuxi_data/data"
# Which columns the audit reads: the others need not wait for it.
_AUDITED = {"fact_id", "as_written", "paragraph", "source_id", "token", "occurrence", "reason",
            "sha256"}  # fmt: skip
_TEXTS = ("note", "zh", "en", "title", "left", "right", "published", "token")
_OTHER_DIGIT = str.maketrans("0123456789", "1234567890")


class Mutant(NamedTuple):
    """One wrong thing, and which guards are asked about it, in order."""

    kind: str
    name: str
    guards: tuple[str, ...]
    files: dict[str, bytes | None]  # path → content, or None where the file is gone
    hints: tuple[str, ...] = ()  # what to look for first, to be quick
    patch: str = ""  # Python that is run at the end of wuxi_data.charts
    stage: tuple[str, ...] = ()  # chart and language that the patch spoils


def other(text: str, place: int | None = None) -> str:
    """The text with one character changed into another of its sort."""
    if not text:
        return "x"
    if place is None:
        places = [at for at, char in enumerate(text) if char.isalnum()]
        place = places[len(places) // 2] if places else len(text) // 2
    char = text[place]
    if char.isdigit():
        char = char.translate(_OTHER_DIGIT) if char.isascii() else "一"
    elif char.isascii():
        char = "x" if char not in "xX" else "y"
    else:
        char = "甲" if char != "甲" else "乙"
    return text[:place] + char + text[place + 1 :]


# -------------------------------------------------------------------- tables


class Table:
    """A CSV file as rows of texts, from which changed copies are written."""

    def __init__(self, root: Path, name: str):
        self.name, self.path = name, f"{DATA}/{name}.csv"
        with (root / self.path).open(encoding="utf-8", newline="") as lines:
            self.header, *self.rows = csv.reader(lines)
        declared = json.loads((root / DATA / "datapackage.json").read_text("utf-8"))
        resource = next(each for each in declared["resources"] if each["name"] == name)
        self.fields = {each["name"]: each for each in resource["schema"]["fields"]}

    def written(self, rows: list[list[str]], header: list[str] | None = None) -> bytes:
        plain = io.StringIO()
        csv.writer(plain, lineterminator="\n").writerows([header or self.header, *rows])
        return plain.getvalue().encode()

    def mutant(self, kind: str, row: int, column: str, text: str | None, rows) -> Mutant:
        key, old = self.rows[row][0], self.rows[row]
        if self.name in ("exclusions",):
            key = ":".join(old[1:4])
        was = repr(old[self.header.index(column)]) if column else ""
        name = f"{self.name}.csv {key} {column}: {was} → {text!r}" if column else (
            f"{self.name}.csv {key}")  # fmt: skip
        audited = self.name in (*THEMES, "exclusions", "sources") and (
            not column or column in _AUDITED
        )
        guards = ["loader", "printed", "check", *["audit"] * audited, "unit test", "report",
                  "nbval", "figures"]  # fmt: skip
        hints = [key]
        if self.name == "exclusions":  # no notebook prints one
            guards = ["loader", "audit", "unit test", "report", "nbval", "figures"]
        if self.name == "labels":  # hundreds: what judges in milliseconds comes first
            guards = ["loader", "unit test", "report", "printed", "check", "nbval", "figures"]
            hints = [each for each in old[2:] if len(each) > 1]
        hints += old[1:3] if self.name == "crosschecks" else []
        content = self.written(rows)
        return Mutant(kind, name, tuple(guards), {self.path: content}, tuple(hints))

    def changed(self, kind: str, row: int, column: str, text: str) -> Mutant:
        rows = [list(each) for each in self.rows]
        rows[row][self.header.index(column)] = text
        return self.mutant(kind, row, column, text, rows)

    def mutants(self) -> Iterator[Mutant]:
        for row in range(len(self.rows)):
            for place, column in enumerate(self.header):
                seen = {self.rows[row][place]}
                for kind, text in self.texts(row, column):
                    if text not in seen:
                        seen.add(text)
                        yield self.changed(f"{self.group}: {kind}", row, column, text)
            yield from self.swaps(row)
            rows = self.rows
            yield self.mutant(
                f"{self.group}: row dropped", row, "", "", rows[:row] + rows[row + 1 :]
            )
            yield self.mutant(
                f"{self.group}: row doubled", row, "", "", rows[: row + 1] + rows[row:]
            )
        for place, column in enumerate(self.header):
            rows = [each[:place] + each[place + 1 :] for each in self.rows]
            header = self.header[:place] + self.header[place + 1 :]
            files = {self.path: self.written(rows, header)}
            name, guards = f"{self.name}.csv without {column}", ("loader", "check", "unit test")
            yield Mutant(f"{self.group}: column dropped", name, guards, files)

    @property
    def group(self) -> str:
        return "facts" if self.name in THEMES else self.name

    def swaps(self, row: int) -> Iterator[Mutant]:
        """Each cell changes places with the cell below it."""
        for place, column in enumerate(self.header):
            if self.name == "labels" and column not in ("zh", "en"):
                continue  # the same as swapping both
            rows = [list(each) for each in self.rows]
            if row + 1 < len(rows) and rows[row][place] != rows[row + 1][place]:
                text = rows[row + 1][place]
                rows[row][place], rows[row + 1][place] = text, rows[row][place]
                if sorted(rows) == sorted(self.rows):
                    continue  # two whole rows have changed places: nothing is said otherwise
                yield self.mutant(f"{self.group}: swapped with next row", row, column, text, rows)

    def texts(self, row: int, column: str) -> Iterator[tuple[str, str]]:
        """(kind, text) of everything that could stand in a cell by mistake."""
        text, field = self.rows[row][self.header.index(column)], self.fields[column]
        if text:
            yield "blank", ""
        if field["type"] == "number" and text:
            yield from (("digit changed", other(text, at)) for at, c in enumerate(text) if c != ".")
            yield "×10", f"{float(text) * 10:.15g}"
            yield "÷10", f"{float(text) / 10:.15g}"
            yield "sign changed", f"-{text}"
        elif field["type"] == "year":
            years = (int(text) - 1, int(text) + 1) if text else (2016, 2020)
            yield from (("year shifted", str(year)) for year in years)
        elif field["type"] == "integer":
            yield from (("paragraph or count moved", str(int(text) + by)) for by in (-1, 1) if text)
        elif column == "as_written":
            yield from (("token altered", other(text, at)) for at in range(len(text)))
            yield "token altered", text[:-1]
            yield from (("token altered", word + text) for word in ("约", "不到"))
            yield "token altered", text + "以上"
        else:
            yield from self.words(row, column, text, field)

    def words(self, row: int, column: str, text: str, field: dict) -> Iterator[tuple[str, str]]:
        listed = field.get("constraints", {}).get("enum")
        used = list(dict.fromkeys(each[self.header.index(column)] for each in self.rows))
        others = [code for code in used[used.index(text) :] + used if code not in ("", text)]
        if column in ("unit", "qualifier", "status"):
            # Every other qualifier or status; of the long list of units, those that the table uses.
            codes = listed if len(listed) < 10 else used
            yield from ((f"{column} changed", code) for code in codes)
        elif (self._refers(column) or listed) and others:
            yield "code swapped", others[0]
        if not text:
            yield "word added", "x"
            return
        yield "word altered", other(text)
        if self.name == "labels" and column in ("zh", "en") and "|" in text:
            words = text.split("|")
            for at in range(len(words)):
                yield "word altered", "|".join([*words[:at], *words[at + 1 :]])
                yield "word altered", "|".join([*words[:at], other(words[at]), *words[at + 1 :]])
        elif column in _TEXTS:
            for found in re.finditer("[0-9]", text):
                yield "digit in words changed", other(text, found.start())
        if self.name == "crosschecks" and column in ("left", "right"):
            yield from self._formulas(text)

    def _refers(self, column: str) -> bool:
        return column.endswith("_id") or column in (
            "part_of", "payer", "recipient", "sponsor", "place", "item", "sector", "works",
            "organiser", "audience", "topic", "reason", "kind", "relation", "indicator",
        )  # fmt: skip

    def _formulas(self, text: str) -> Iterator[tuple[str, str]]:
        words = text.split(" ")
        for at, word in enumerate(words):
            for new in {"+": "-*", "-": "+", "*": "+", "/": "*"}.get(word, ""):
                yield "operator changed", " ".join([*words[:at], new, *words[at + 1 :]])
        if len(words) > 1:
            yield "term dropped", " ".join(words[2:])
            yield "term dropped", " ".join(words[:-2])


def tables(root: Path) -> Iterator[Mutant]:
    for path in sorted((root / DATA).glob("*.csv")):
        yield from Table(root, path.stem).mutants()


# -------------------------------------------------------------------- charts

_PATCH = """
import functools as _functools, sys as _sys

def _mutated(function, lang, change):
    @_functools.wraps(function)
    def plot(*args, **kwargs):
        ax = function(*args, **kwargs)
        if kwargs.get("lang", "zh") == lang:
            change(ax)
        return ax
    return plot

def _change(ax):
    bars, texts = ax.patches, ax.texts
{body}

_one, _tables = CHARTS[{chart!r}]
_other = _mutated(_one, {lang!r}, _change)
CHARTS[{chart!r}] = _other, _tables
for _module in ("wuxi_data", "wuxi_data.charts"):
    setattr(_sys.modules[_module], _one.__name__, _other)
"""


def charts(survey: dict) -> Iterator[Mutant]:
    """Every mark of every chart drawn wrong, in each language."""
    for key, drawn in survey.items():
        chart, lang = key.split(".")
        for kind, what, body in _misdrawn(drawn):
            body = "\n".join(f"    {line}" for line in body.splitlines())
            patch = _PATCH.format(body=body, chart=chart, lang=lang)
            guards, name = ("nbval", "figures"), f"{key} {what}"
            yield Mutant(f"charts: {kind}", name, guards, {}, (chart, lang), patch, (chart, lang))


_INEXACT = "约|余|多|以上|不到|不足|几|about |over |at least |under |more than "


def _misdrawn(drawn: dict) -> Iterator[tuple[str, str, str]]:
    bars, texts = drawn["bars"], drawn["texts"]
    solid = [at for at, bar in enumerate(bars) if bar["label"] != "_more"]
    for one, two in pairwise(solid):
        first, second = bars[one]["size"], bars[two]["size"]
        for side, name in enumerate(("width", "height")):
            if abs(first[side] - second[side]) > 1e-9 * abs(first[side]):
                yield "two bars swapped", f"bars {one} and {two}", (
                    f"bars[{one}].set_{name}({second[side]}); bars[{two}].set_{name}({first[side]})"
                )  # fmt: skip
    for at in solid:
        side = 0 if bars[at]["label"] != "_column" else 1
        name = ("width", "height")[side]
        yield "scale ×10", f"bar {at}", f"bars[{at}].set_{name}({bars[at]['size'][side] * 10})"
        yield "bar missing", f"bar {at}", f"bars[{at}].remove()"
        yield "bar of another fact", f"bar {at}", f"bars[{at}].set_gid('other')"
        if bars[at]["hatch"]:
            yield "qualifier not drawn", f"hatch of bar {at}", f"bars[{at}].set_hatch(None)"
        else:
            yield "exact drawn as inexact", f"bar {at}", f"bars[{at}].set_hatch('////')"
        if bars[at]["dashed"]:
            yield (
                "inferred drawn as stated",
                f"outline of bar {at}",
                f"bars[{at}].set_linestyle('-')",
            )
        if not bars[at]["filled"]:
            yield "inferred drawn as stated", f"fill of bar {at}", f"bars[{at}].set_facecolor('k')"
        else:
            yield "stated drawn as inferred", f"bar {at}", f"bars[{at}].set_facecolor('none')"
    for at, bar in enumerate(bars):
        if bar["label"] == "_more":
            yield "qualifier not drawn", f"open end {at}", f"bars[{at}].remove()"
    if solid:
        yield (
            "scale ×10",
            "all bars",
            "\n".join(f"bars[{at}].set_width(bars[{at}].get_width() * 10)" for at in solid),
        )
    yield from _misworded(texts)
    for axis in ("xaxis", "yaxis"):
        yield from _misnamed(axis, drawn[axis])
    title = drawn["title"]
    yield "words altered", "title", f"ax.set_title({other(title)!r}, loc='left')"
    yield "words missing", "title", "ax.set_title('', loc='left')"


def _misworded(texts: list[dict]) -> Iterator[tuple[str, str, str]]:
    labels = [at for at, text in enumerate(texts) if text["gid"].endswith(":label")]
    for one, two in pairwise(labels):
        first, second = texts[one]["text"], texts[two]["text"]
        if first != second:
            yield "label against the wrong bar", f"labels {one} and {two}", (
                f"texts[{one}].set_text({second!r}); texts[{two}].set_text({first!r})"
            )  # fmt: skip
            yield "label against the wrong bar", f"places of labels {one} and {two}", (
                f"texts[{one}].xy, texts[{two}].xy = texts[{two}].xy, texts[{one}].xy"
            )  # fmt: skip
    for at, text in enumerate(texts):
        if not text["text"].strip():
            continue
        name = f"{text['gid'] or 'text'} ({at})"
        yield "words missing", name, f"texts[{at}].set_text('')"
        yield "words altered", name, f"texts[{at}].set_text({other(text['text'])!r})"
        for found in re.finditer(_INEXACT, text["text"]):
            bare = text["text"][: found.start()] + text["text"][found.end() :]
            yield (
                "qualifier not drawn",
                f"{found[0]!r} of {name}",
                f"texts[{at}].set_text({bare!r})",
            )
        if text["gid"].endswith(":label"):
            yield "bar of another fact", name, f"texts[{at}].set_gid('other:label')"


def _misnamed(axis: str, names: list[str]) -> Iterator[tuple[str, str, str]]:
    """Names at the axis: two swapped, one altered."""
    for at, name in enumerate(names):
        new = list(names)
        new[at] = other(name) if name.strip() else "x"
        yield "words altered", f"{axis} {name!r}", f"ax.{axis}.set_ticklabels({new!r})"
        if at and names[at - 1] != name:
            new = list(names)
            new[at - 1], new[at] = name, names[at - 1]
            yield "label against the wrong bar", f"{axis} {name!r}", (
                f"ax.{axis}.set_ticklabels({new!r})"
            )  # fmt: skip


# -------------------------------------------------------------------- notebooks


def notebooks(root: Path) -> Iterator[Mutant]:
    """Every cell of every notebook spoilt, in each way that nbval alone would let pass, too."""
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        whole = json.loads(path.read_text("utf-8"))
        for kind, place, change in _spoilt(whole):
            book = copy.deepcopy(whole)
            change(book)
            content = (json.dumps(book, ensure_ascii=False, indent=1) + "\n").encode()
            guards = ("unit test", "nbval", "figures")
            if "image/" in place:  # which nbval passes over
                guards = ("unit test", "figures", "nbval")
            name, files = f"{path.name} {place}", {f"notebooks/{path.name}": content}
            yield Mutant(f"notebooks: {kind}", name, guards, files, (place.split(" ")[0],))


def _spoilt(book: dict) -> Iterator[tuple[str, str, Callable[[dict], None]]]:
    """(kind, place, change) of each way to spoil a notebook; a change spoils a copy in place."""
    code = [at for at, cell in enumerate(book["cells"]) if cell["cell_type"] == "code"]

    def never_run(book):
        for at in code:
            book["cells"][at].update(outputs=[], execution_count=None)

    yield "outputs cleared", "all cells", never_run
    for at, cell in enumerate(book["cells"]):
        spoilt = _spoilt_code(cell) if cell["cell_type"] == "code" else _spoilt_words(cell)
        for kind, what, change in spoilt:
            place = f"{cell.get('id', at)} {what}".strip()
            yield kind, place, lambda book, at=at, change=change: change(book["cells"][at])
        if cell["cell_type"] == "code":
            yield "cell deleted", cell.get("id", str(at)), lambda book, at=at: book["cells"].pop(at)


def _spoilt_code(cell: dict) -> Iterator[tuple[str, str, Callable[[dict], None]]]:
    def put(**changes):
        return lambda cell: cell.update(changes)

    count = cell["execution_count"] + 1
    yield "execution count removed", "", put(execution_count=None)
    yield "execution count changed", "", put(execution_count=count)
    ignored = {**cell["metadata"], "tags": ["nbval-ignore-output"]}
    yield "comparison switched off", "", put(metadata=ignored)
    if cell["outputs"]:
        yield "outputs cleared", "", put(outputs=[])
        yield "outputs cleared", "with its count", put(outputs=[], execution_count=None)
    for at, output in enumerate(cell["outputs"]):
        for kind, text in output.get("data", {}).items():
            edited = {**output["data"], kind: _edited(kind, text)}
            lost = {name: each for name, each in output["data"].items() if name != kind}
            for what, data in (("edited", edited), ("lost", lost)):
                yield (
                    f"stored output {what}",
                    kind,
                    lambda cell, at=at, data=data: cell["outputs"][at].update(data=data),
                )


def _spoilt_words(cell: dict) -> Iterator[tuple[str, str, Callable[[dict], None]]]:
    source = "".join(cell["source"])
    for found in _numbers(source):
        changed = source[: found.start()] + other(found[0], 0) + source[found.end() :]
        yield (
            "markdown number changed",
            found[0],
            lambda cell, text=changed: cell.update(source=text),
        )


def _numbers(markdown: str) -> Iterator[re.Match]:
    """Numbers that a reader reads: none of a file name, a link or a code span."""
    hidden = [found.span() for found in re.finditer(r"`[^`]*`|\]\([^)]*\)|\b0\d(?= )", markdown)]
    for found in re.finditer(r"\d[\d,.]*\d|\d", markdown):
        if not any(start <= found.start() < end for start, end in hidden):
            yield found


def _edited(kind: str, text) -> str:
    text = "".join(text)
    if kind.startswith("image"):
        return base64.b64encode(base64.b64decode(text)[:-1] + b"x").decode()
    return other(text)


# -------------------------------------------------------------------- figures


def figures(root: Path) -> Iterator[Mutant]:
    """Every stored figure replaced, every mark of an SVG moved, every value of a CSV changed."""
    for path in sorted((root / "figures").iterdir()):
        name, content = f"figures/{path.name}", path.read_bytes()
        for kind, what, changed in _spoilt_figure(path, content):
            yield Mutant(f"figures: {kind}", f"{path.name} {what}", ("stored",), {name: changed})


def _spoilt_figure(path: Path, content: bytes) -> Iterator[tuple]:
    yield "file missing", "", None
    if path.suffix == ".png":
        others = sorted(each for each in path.parent.glob("*.png") if each != path)
        yield "PNG replaced", f"by {others[0].name}", others[0].read_bytes()
        yield "PNG replaced", "one byte", content[:-20] + b"x" + content[-19:]
    elif path.suffix == ".svg":
        text = content.decode()
        for found in re.finditer(
            r'<g id="([^"]+)">\s*(?:<a[^>]*>\s*)?<(?:path|use)[^>]*? (?:d|x)="M? ?([\d.]+)', text
        ):
            start, end = found.span(2)
            moved = f"{float(found[2]) + 1:g}"
            yield "SVG mark moved", found[1], (text[:start] + moved + text[end:]).encode()
    elif path.suffix == ".csv":
        header, *rows = csv.reader(io.StringIO(content.decode()))
        for at, row in enumerate(rows):
            for place, text in enumerate(row):
                if text:
                    changed = [list(each) for each in [header, *rows]]
                    changed[at + 1][place] = other(text)
                    plain = io.StringIO()
                    csv.writer(plain, lineterminator="\n").writerows(changed)
                    yield (
                        "CSV value changed",
                        f"{at + 1} {header[place]}",
                        plain.getvalue().encode(),
                    )
    else:
        text = content.decode()
        for found in list(re.finditer(r">([^<>]*\d[^<>]*)<", text))[::20]:
            altered = text[: found.start(1)] + other(found[1]) + text[found.end(1) :]
            yield "report altered", f"at {found.start()}", altered.encode()


# -------------------------------------------------------------------- set-up


def setup(root: Path) -> Iterator[Mutant]:
    """Every version moved or set free, every font gone."""
    for kind, path, what, content in _unsettled(root):
        yield Mutant(f"set-up: {kind}", f"{path} {what}", ("unit test", "figures"), {path: content})


def _unsettled(root: Path) -> Iterator[tuple]:
    for path in ("environment.yml", "requirements.lock"):
        text = (root / path).read_text("utf-8")
        for found in re.finditer(r"(?m)^(?: *- )?([a-z0-9-]+)(==?)([0-9][\w.]*)", text):
            start, end = found.span(3)
            if path == "requirements.lock" and found[3] != _installed(found[1]):
                continue  # of another system or Python: held by its hash alone
            changed = text[:start] + other(found[3], len(found[3]) - 1) + text[end:]
            yield "version changed", path, found[1], changed.encode()
            start, end = found.span(2)
            unpinned = text[:start] + ">=" + text[end:]
            yield "requirement unpinned", path, found[1], unpinned.encode()
    lock = (root / "requirements.lock").read_text("utf-8")
    for found in re.finditer(
        r"(?m)^([a-z0-9-]+)==[^\\\n]*\\\n((?:    --hash=\S+(?: \\\n|\n))+)", lock
    ):
        bare = found[0].replace(found[2], "").rstrip("\\\n ") + "\n"
        yield "hashes removed", "requirements.lock", found[1], lock.replace(found[0], bare).encode()
    project = (root / "pyproject.toml").read_text("utf-8")
    for found in re.finditer(r'(?m)^  "([a-z0-9-]+)(>=)([0-9][\w.]*)', project):
        start, end = found.span(3)
        changed = project[:start] + "999" + project[end:]
        yield "version changed", "pyproject.toml", found[1], changed.encode()
        yield "requirement dropped", "environment.yml", found[1], _without(root, found[1])
    for path in sorted((root / "wuxi_data/fonts").iterdir()):
        yield "font missing", f"wuxi_data/fonts/{path.name}", "", None
    fonts = sorted((root / "wuxi_data/fonts").glob("*.ttf"))
    for one, two in (fonts, fonts[::-1]):
        yield "font missing", f"wuxi_data/fonts/{one.name}", f"is {two.name}", two.read_bytes()


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _without(root: Path, name: str) -> bytes | None:
    conda = {"brotli": "brotli-python", "dask": "dask-core"}.get(name, name)
    text = (root / "environment.yml").read_text("utf-8")
    return re.sub(rf"(?m)^ *- {conda}=.*\n", "", text).encode()


# -------------------------------------------------------------------- what must survive


def controls(root: Path) -> list[Mutant]:
    """A table and a chart as they are: a harness that kills one would kill anything."""
    path = f"{DATA}/funding.csv"
    guards = ("loader", "printed", "check", "audit", "unit test", "report", "nbval", "figures")
    table = Mutant("control", path, guards, {path: (root / path).read_bytes()})
    patch = _PATCH.format(body="    pass", chart="funding-rise", lang="zh")
    staged = ("funding-rise", "zh")
    return [
        table,
        Mutant("control", "funding-rise", ("nbval", "figures"), {}, staged, patch, staged),
    ]

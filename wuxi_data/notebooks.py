"""Notebooks: read one, run it in a kernel of our own, record it, collect what it shows."""

from __future__ import annotations

import asyncio
import atexit
import json
import logging
import os
import re
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from .charts import MIME
from .files import PACKAGE, kind_of_text
from .messages import _, language, translated
from .places import Both
from .wording import unwrapped

_PATIENCE = 300  # seconds, for a cell and for the start of a kernel
_QUIET = 3  # seconds between two lines of progress on one notebook
_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {  # what nbconvert and editors need, without the version of this Python
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}


class Unreadable(ValueError):
    """A file that is not a notebook; the message says what it is."""


class CellFailed(RuntimeError):
    """A notebook that stopped: which cell, and its traceback."""


def notebook_folder(data: str | Path | None = None) -> Path:
    """The folder of notebooks that belongs to a folder of tables; ours, in a wheel or a clone."""
    if data is not None:
        return Path(data) / "notebooks"
    both = PACKAGE / "notebooks", PACKAGE.parent / "notebooks"
    return next((each for each in both if each.is_dir()), both[0])


def notebook_paths(folder: Path) -> list[Path]:
    """The notebooks of a folder in order, without the hidden copies of editors."""
    return sorted(each for each in folder.glob("*.ipynb") if not each.name.startswith("."))


# -------------------------------------------------------------------- reading and writing


def read(path: Path) -> dict:
    """A notebook as a dict, in which every text is one string.

    Raises
    ------
    Unreadable
        Says what the file is instead.
    """
    return parsed(path.read_bytes())


def parsed(content: bytes) -> dict:
    """The notebook that these bytes hold, as :func:`read` gives it."""
    if not content.strip():
        raise Unreadable(_("an empty file, not a notebook"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        kind = kind_of_text(content)
        raise Unreadable(_("{kind}; save it as UTF-8 text first", kind=kind)) from None
    if re.search("^(<<<<<<<|>>>>>>>) ", text, re.MULTILINE):
        raise Unreadable(_("merge markers (<<<<<<<) in it: finish the merge first"))
    try:
        notebook = json.loads(text)
        notebook["cells"] = [_whole(*each) for each in enumerate(notebook["cells"], 1)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable(_("not a notebook of version 4: {why}", why=error)) from None
    return notebook


def _whole(place: int, cell: dict) -> dict:
    """A cell with every key that we read, each text as one string."""
    if cell["cell_type"] == "code":
        cell = {"execution_count": None, "outputs": [], **cell}
    metadata = cell.get("metadata", {})
    metadata = {**metadata, "tags": [*(metadata.get("tags") or ())]}
    cell = {"id": f"cell-{place}", **cell, "metadata": metadata}
    cell |= {name: _text(cell[name]) for name in ("id", "source")}
    for output in cell.get("outputs", ()):
        if "text" in output:
            output["text"] = _text(output["text"])
        data = output.get("data", {})
        data |= {kind: _text(value) for kind, value in data.items() if not kind.endswith("json")}
    return cell


def _text(lines: str | list[str]) -> str:
    return lines if isinstance(lines, str) else "".join(lines)


def tidy(notebook: dict) -> bytes:
    """A notebook as bytes that depend on its content alone.

    Versions, timings, scroll positions and how often a cell was run are not content.
    """
    cells, count = [], 0
    for cell in notebook["cells"]:
        kept = {name: cell[name] for name in ("cell_type", "id", "attachments") if cell.get(name)}
        kept["source"] = cell["source"].splitlines(keepends=True)
        tags = cell["metadata"].get("tags")
        kept["metadata"] = {"tags": tags} if tags else {}
        if cell["cell_type"] == "code":
            count += cell["execution_count"] is not None
            kept["execution_count"] = None if cell["execution_count"] is None else count
            kept["outputs"] = [_tidy_output(output, count) for output in cell["outputs"]]
        cells.append(kept)
    whole = {"cells": cells, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    written = json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True)
    return f"{written}\n".encode()


def _tidy_output(output: dict, count: int) -> dict:
    kept = {name: value for name, value in output.items() if name != "transient"}
    if "execution_count" in kept:
        kept["execution_count"] = count
    if "text" in kept:
        kept["text"] = kept["text"].splitlines(keepends=True)
    if "data" in kept:
        kept["data"] = {kind: _tidy_data(kind, value) for kind, value in kept["data"].items()}
    return kept


def _tidy_data(kind: str, value):
    """As Jupyter writes it: a text as lines, a picture as one string."""
    if kind.endswith("json"):
        return json.loads(json.dumps(value), parse_float=_as_javascript_writes)
    return value.splitlines(keepends=True) if kind.startswith("text/") else value


def _as_javascript_writes(number: str) -> int | float:
    """Editors write 5.0 as 5."""
    value = float(number)
    return int(value) if value.is_integer() and abs(value) < 1e21 else value


def same(old: bytes, new: bytes) -> bool:
    """Whether two notebooks have the same content, whoever saved them last."""
    try:
        return old == new or tidy(parsed(old)) == tidy(parsed(new))
    except Unreadable:
        return False


# -------------------------------------------------------------------- running


async def record(
    path: Path, say: Callable[[str], None] = lambda line: None, lang: str = "en"
) -> bytes:
    """A notebook, run in its own folder by a fresh kernel, as bytes; the file stays as it is.

    The kernel speaks `lang`, so that outputs do not depend on the reader's language.

    Raises
    ------
    Unreadable
    CellFailed
        Which cell, and its traceback.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # a grammar that costs nbformat seconds
    import nbformat
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    notebook = nbformat.from_dict(read(path))
    place, spoke = 0, time.monotonic()

    def where() -> str:
        return _("cell {place} of {cells}", place=place, cells=len(notebook.cells))

    def started(cell, cell_index: int) -> None:
        nonlocal place, spoke
        place = cell_index + 1
        if time.monotonic() > spoke + _QUIET:
            spoke = time.monotonic()
            say(_("notebook {name}: {where}", name=path.name, where=where()))

    client = _client(notebook, path.parent, started)
    try:
        await client.async_execute(env=os.environ | {"LANGUAGE": lang})
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        if asyncio.current_task().cancelling():  # by Ctrl-C: nbclient says that a kernel died
            raise asyncio.CancelledError from None
        if isinstance(error, CellExecutionError) and lang != language():
            await record(path, say, language())  # fails again, in the reader's language
        uncoloured = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
        said, *rest = uncoloured.split("\n", 1)
        raise CellFailed("\n".join([f"{where()}: {translated(said)}", *rest])) from None
    finally:
        atexit.unregister(client._cleanup_kernel)  # where nbclient, when stopped, leaves it
        if client.km is not None:
            await client._async_cleanup_kernel()
    return tidy(notebook)


def _client(notebook, folder: Path, started: Callable):
    """What runs a notebook in a folder, and calls `started` at each cell."""
    from nbclient import NotebookClient

    from .kernels import OwnKernel

    return NotebookClient(
        notebook,
        timeout=_PATIENCE,
        startup_timeout=_PATIENCE,
        kernel_manager_class=OwnKernel,
        record_timing=False,
        shutdown_kernel="immediate",
        coalesce_streams=True,
        on_cell_start=started,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )


@contextmanager
def own_surroundings() -> Iterator[None]:
    """No setting of the user's for IPython, matplotlib or Python may change an output.

    Nor does HOME have to exist or be writable.
    """
    # On Windows, what a kernel that was just stopped had open cannot be removed.
    with TemporaryDirectory(ignore_cleanup_errors=True) as home:
        settings = Path(home, "matplotlibrc")
        settings.touch()
        _bring_font_cache(home)
        theirs = os.environ.copy()
        os.environ |= {
            **dict.fromkeys(("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR"), home),
            "MATPLOTLIBRC": str(settings),
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # an older debugger warns of itself
            "PYTHONUTF8": "1",
        }
        for name in ("PYTHONIOENCODING", "PYTHONSTARTUP"):
            os.environ.pop(name, None)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ |= theirs


def _bring_font_cache(home: str) -> None:
    """Spare each process the search for the fonts of this machine, a second or more.

    After five seconds, as where fonts are many, matplotlib would say so in a notebook's output.
    """
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it complains where HOME is missing
    import matplotlib.font_manager  # which searches, where nobody has yet

    for cache in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):
        shutil.copy(cache, home)


# -------------------------------------------------------------------- what was shown


class Shown(NamedTuple):
    """A named chart that a notebook shows, as data, and where; and the picture in base64."""

    name: str
    chart: dict
    notebook: str
    cell: str
    picture: str = ""


class Finding(NamedTuple):
    """A finding in both languages, and the chart that it stands over, if any."""

    words: Both
    notebook: str
    chart: str | None


def cell_name(place: int, cell: dict) -> str:
    """``cell 5 (rise)``; an id that only counts, or that Jupyter made up, is left out."""
    name = cell["id"]
    telling = re.fullmatch("[a-z][a-z-]*[a-z]", name) and not re.fullmatch("[0-9a-f-]{8,}", name)
    return _("cell {place}", place=place) + (f" ({name})" if telling else "")


def charts_shown(notebook: dict, name: str) -> list[Shown]:
    """Every chart with a name that any output of the notebook `name` holds."""
    return [
        Shown(chart["name"], chart, name, cell_name(place, cell), picture)
        for place, cell in enumerate(notebook["cells"], 1)
        for chart, picture in _charts(cell)
        if chart.get("name")
    ]


def _charts(cell: dict) -> list[tuple[dict, str]]:
    """(chart, its picture in base64) of each output that is one, whatever else claims to be."""
    shown = (output.get("data", {}) for output in cell.get("outputs", ()))
    return [
        (data[MIME], data.get("image/png", ""))
        for data in shown
        if isinstance(data.get(MIME), dict) and isinstance(data[MIME].get("name") or "", str)
    ]


def clashes(shown: Iterable[Shown]) -> dict[str, list[Shown]]:
    """The names that stand for more than one chart, each with the first cell of each chart.

    A chart in two languages is one chart; names that differ only in case are one name, because
    not every disk tells them apart.
    """
    charts: dict[str, dict[str, Shown]] = defaultdict(dict)
    for each in shown:
        charts[each.name.casefold()].setdefault(content(each.chart), each)
    return {name: list(found.values()) for name, found in charts.items() if len(found) > 1}


def content(chart: dict) -> str:
    """What a chart holds, apart from the language that it is shown in, as text to compare."""
    panels = [content(panel) for panel in chart.get("panels", ())]
    return json.dumps({**chart, "lang": None, "panels": panels}, sort_keys=True)


def findings(notebook: dict, name: str) -> list[Finding]:
    """The cells tagged ``finding``: a paragraph in Chinese, then one in English.

    Quoted lines (``> …``) are notes to the author; a cell of nothing else is no finding yet.
    """
    cells = notebook["cells"]
    return [
        Finding(Both(*said), name, _next_chart(cells[place + 1 :]))
        for place, cell in enumerate(cells)
        if is_finding(cell) and len(said := finding_paragraphs(cell)) == 2
    ]


def is_finding(cell: dict) -> bool:
    return cell["cell_type"] == "markdown" and "finding" in cell["metadata"].get("tags", ())


def finding_paragraphs(cell: dict) -> list[str]:
    """The paragraphs of a finding, each as one line: Chinese is wrapped without a blank."""
    lines = (line for line in cell["source"].splitlines() if not re.match(r"\s*(>|#|<!--)", line))
    blocks = re.split(r"\n\s*\n", "\n".join(lines))
    return [" ".join(unwrapped(block.strip()).split()) for block in blocks if block.strip()]


def _next_chart(cells: list[dict]) -> str | None:
    """The name of the chart that comes next, if a chart with a name does."""
    cell = next((each for each in cells if is_finding(each) or each.get("outputs")), {})
    return next((chart.get("name") for chart, _picture in _charts(cell)), None)

"""Run the notebooks, draw the figures, write the report: the same bytes from the same data.

Everything is computed in memory first, compared with what is on disk, and written only where it
differs.
"""

from __future__ import annotations

import asyncio
import difflib
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from . import charts, report, style
from .checks import check as check_folder
from .files import write_whole
from .reading import TableError

LANGS = ("zh", "en")
_CELL_TIMEOUT = 300
_LONGEST_LINE, _MOST_LINES = 160, 40
_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


class Artefact(NamedTuple):
    """One file that a run would write."""

    path: Path
    content: bytes


class Outcome(NamedTuple):
    """What became of one artefact: same, changed, new, left out or failed, and why."""

    name: str
    state: str
    detail: str = ""


class CellFailed(RuntimeError):
    """A notebook that stopped: which cell, and its traceback."""


def reproduce(
    data: str | Path | None = None,
    out: str | Path | None = None,
    *,
    notebooks: str | Path | None = None,
    check: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> list[Outcome]:
    """Rerun the whole analysis.

    Parameters
    ----------
    data : path, optional
        A folder of your own tables; ours by default.
    out : path, optional
        Where ``notebooks/`` and ``figures/`` are written; by default the repository that this
        package is installed from.
    notebooks : path, optional
        Your own notebooks to run in place of ours.
    check : bool
        Write nothing; a difference is an outcome with its diff.
    say : callable
        Takes one line of progress at a time.

    Returns
    -------
    list of Outcome
        One for each file, and one for each notebook or chart that failed or was left out.

    Raises
    ------
    TableError
        The tables are faulty; nothing is run.
    FileNotFoundError
        No `out` is given and the package does not stand in its repository.
    OSError
        A file cannot be written; every file before it is whole.
    """
    faults = check_folder(data)
    if faults:
        raise TableError(faults)
    root = Path(out) if out is not None else repository()
    began = time.monotonic()

    def timed(line: str) -> None:
        say(f"[{time.monotonic() - began:5.1f} s] {line}")

    with _own_jupyter_home():
        made = asyncio.run(_make(data, root, Path(notebooks or notebook_folder()), timed))
    return [each if isinstance(each, Outcome) else _settle(each, root, check) for each in made]


def repository() -> Path:
    """The repository that this package is installed from."""
    root = Path(str(files("wuxi_data"))).parent
    if not (root / "notebooks").is_dir():
        raise FileNotFoundError("this is an installed package, not its repository: say --out DIR")
    return root


def notebook_folder() -> Path:
    """Our notebooks: in the package when it is installed, beside it in the repository."""
    package = Path(str(files("wuxi_data")))
    return next(
        each for each in (package / "notebooks", package.parent / "notebooks") if each.is_dir()
    )


async def _make(data, root: Path, notebooks: Path, say) -> list[Artefact | Outcome]:
    """Notebooks in kernels of their own on every core; figures meanwhile, in this process."""
    import matplotlib.font_manager  # noqa: F401  builds its cache here, not inside a notebook

    cores = asyncio.Semaphore(os.cpu_count() or 1)
    paths = sorted(notebooks.glob("[0-9]*.ipynb"))
    running = True

    def figures() -> list[Artefact | Outcome]:
        made = []
        for name in charts.CHARTS:
            if running:
                say(f"figure {name}")
                made += _figure(name, data, root / "figures")
        return [*made, Artefact(root / "figures" / "report.html", report.build(data))]

    try:
        drawn, *noted = await asyncio.gather(
            asyncio.to_thread(figures),
            *(_notebook(path, root / "notebooks", data, cores, say) for path in paths),
        )
    finally:
        running = False
    return [*noted, *drawn]


# -------------------------------------------------------------------- notebooks


async def _notebook(path: Path, folder: Path, data, cores, say) -> Artefact | Outcome:
    async with cores:
        say(f"notebook {path.name} …")
        try:
            content = await record(path, folder, data, say)
        except CellFailed as error:
            say(f"notebook {path.name} failed")
            return Outcome(f"notebooks/{path.name}", "failed", str(error))
        say(f"notebook {path.name} done")
        return Artefact(folder / path.name, content)


async def record(
    path: Path,
    folder: Path,
    data: str | Path | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> bytes:
    """A notebook, run in a fresh kernel, as bytes that depend on its content alone.

    Parameters
    ----------
    path : path
        The notebook to run.
    folder : path
        Where it will stand; `data` is written into it relative to this.
    data : path, optional
        Put into the cell that is tagged ``parameters``.

    Raises
    ------
    CellFailed
        Which cell, and its traceback.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    notebook = nbformat.read(path, as_version=4)
    notebook.metadata = nbformat.from_dict(_METADATA)
    cells = len(notebook.cells)
    place = 0

    def started(cell, cell_index: int) -> None:
        nonlocal place
        place = cell_index + 1
        say(f"notebook {path.name}: cell {place} of {cells}")

    _set_parameter(notebook, data and Path(data).resolve())
    with TemporaryDirectory() as nowhere:  # a notebook reads and writes nothing beside itself
        client = NotebookClient(
            notebook,
            timeout=_CELL_TIMEOUT,
            kernel_name="python3",
            record_timing=False,
            coalesce_streams=True,
            on_cell_start=started,
            resources={"metadata": {"path": nowhere}},
        )
        try:
            await client.async_execute(env={**os.environ, "PYTHONUTF8": "1"})
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            raise CellFailed(f"cell {place} of {cells}: {_plain(str(error))}") from None
    _set_parameter(notebook, data and os.path.relpath(data, folder))
    return (nbformat.writes(notebook) + "\n").encode()


def _set_parameter(notebook, data) -> None:
    """Write `data` into the cell that is tagged for it; ours stay as they are."""
    if data is None:
        return
    line = f"data = {Path(data).as_posix()!r}"
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", ()):
            cell.source = re.sub("^data = .*$", lambda _: line, cell.source, flags=re.MULTILINE)


def _plain(text: str) -> str:
    """Without the colours of a terminal."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@contextmanager
def _own_jupyter_home() -> Iterator[None]:
    """The user's IPython profile must not change an output, and HOME need not be writable."""
    names = ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR")
    before = {name: os.environ.get(name) for name in names}
    with TemporaryDirectory() as home:
        os.environ.update(dict.fromkeys(names, home))
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


# -------------------------------------------------------------------- figures


def _figure(name: str, data, folder: Path) -> list[Artefact | Outcome]:
    """One chart in both languages, as SVG and PNG, and what is drawn as CSV."""
    made, drawn = [], {}
    for lang in LANGS:
        try:
            ax = charts.draw(name, data, lang)
        except ValueError as error:  # a county without that theme has no such chart
            state = "failed" if data is None else "left out"
            return [Outcome(f"figures/{name}", state, str(error))]
        drawn[lang] = charts.marks(ax)
        made += [
            Artefact(folder / f"{name}.{lang}.{kind}", style.render(ax, kind))
            for kind in ("svg", "png")
        ]
        style.close(ax)
    table = drawn["zh"].rename(columns={"label": "label_zh"}).assign(label_en=drawn["en"]["label"])
    return [*made, Artefact(folder / f"{name}.csv", _csv(table))]


def _csv(table) -> bytes:
    """A table for a spreadsheet, which must take no text of a user's for a formula."""
    texts = table.select_dtypes(exclude="number").columns
    guarded = table.assign(
        **{
            name: table[name].map(lambda v: f"'{v}" if str(v)[:1] in "=+-@\t\r" and v else v)
            for name in texts
        }
    )
    return guarded.to_csv(index=False, lineterminator="\n").encode()


# -------------------------------------------------------------------- files


def _settle(made: Artefact, root: Path, check: bool) -> Outcome:
    """Write what differs; in a check, say how it differs."""
    name = made.path.relative_to(root).as_posix()
    old = made.path.read_bytes() if made.path.exists() else None
    if old == made.content:
        return Outcome(name, "same")
    state = "new" if old is None else "changed"
    if check:
        return Outcome(name, state, "" if old is None else _difference(old, made.content, name))
    made.path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(made.path, made.content)
    return Outcome(name, state)


def _difference(old: bytes, new: bytes, name: str) -> str:
    if name.endswith(".png"):
        return f"{len(old)} bytes on disk, {len(new)} drawn anew"
    lines = difflib.unified_diff(
        old.decode("utf-8", "replace").splitlines(),
        new.decode("utf-8", "replace").splitlines(),
        f"{name} (on disk)",
        f"{name} (computed)",
        lineterm="",
        n=1,
    )
    shown = [line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…" for line in lines]
    more = len(shown) - _MOST_LINES
    return "\n".join(shown[:_MOST_LINES] + ([f"… and {more} more lines"] if more > 0 else []))

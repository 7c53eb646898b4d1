"""Run the notebooks, draw the figures, write the report: the same bytes from the same data.

Everything is computed in memory first, compared with what is on disk, and written only where it
differs.
"""

from __future__ import annotations

import asyncio
import difflib
import os
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryFile
from typing import NamedTuple

from . import charts, report, style
from .checks import check as check_folder
from .files import write_whole
from .notebooks import CellFailed, notebook_folder, own_jupyter_home, record
from .reading import TableError

LANGS = ("zh", "en")
_LONGEST_LINE, _MOST_LINES = 160, 40


class Artefact(NamedTuple):
    """One file that a run would write."""

    path: Path
    content: bytes


class Outcome(NamedTuple):
    """What became of one artefact: same, changed, new, left out or failed, and why."""

    name: str
    state: str
    detail: str = ""


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
    if not check:
        _try_to_write(root)
    began = time.monotonic()

    def timed(line: str) -> None:
        say(f"[{time.monotonic() - began:5.1f} s] {line}")

    with own_jupyter_home():
        made = asyncio.run(_make(data, root, Path(notebooks or notebook_folder()), timed))
    return [each if isinstance(each, Outcome) else _settle(each, root, check) for each in made]


def _try_to_write(root: Path) -> None:
    """Better said before a run than after it; nothing is left behind."""
    standing = next(each for each in (root, *root.absolute().parents) if each.exists())
    try:
        with TemporaryFile(dir=standing):
            pass
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(root)) from None


def repository() -> Path:
    """The repository that this package is installed from."""
    root = Path(str(files("wuxi_data"))).parent
    if not (root / "notebooks").is_dir():
        raise FileNotFoundError("this is an installed package, not its repository: say --out DIR")
    return root


async def _make(data, root: Path, notebooks: Path, say) -> list[Artefact | Outcome]:
    """Notebooks in kernels of their own on every core; figures meanwhile, in this process."""
    # Here, before there are two threads: each looks at the other's half-imported IPython. And
    # matplotlib builds its font cache here, not inside a notebook.
    import IPython  # noqa: F401
    import matplotlib.pyplot  # noqa: F401
    import nbclient  # noqa: F401

    cores = asyncio.Semaphore(os.cpu_count() or 1)
    paths = sorted(notebooks.glob("*.ipynb"))
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


# -------------------------------------------------------------------- figures


def _figure(name: str, data, folder: Path) -> list[Artefact | Outcome]:
    """One chart in both languages, as SVG and PNG, and what is drawn as CSV."""
    made, drawn = [], {}
    for lang in LANGS:
        try:
            ax = charts.draw(name, data, lang)
        except ValueError as error:
            # A county need not have every theme; ours does.
            missing = data is not None and isinstance(error, charts.NothingToDraw)
            return [Outcome(f"figures/{name}", "left out" if missing else "failed", str(error))]
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

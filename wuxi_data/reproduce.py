"""Run the notebooks, draw what they show, write the page: the same bytes from the same data.

Data goes one way: every chart that a notebook shows under a name becomes a figure and part of the
page. All is computed in memory first, compared with what is on disk, and written where it differs.
"""

from __future__ import annotations

import asyncio
import difflib
import gc
import itertools
import operator
import os
import re
import signal
import time
from base64 import b64decode
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from . import notebooks, processes, prose
from .charts import Chart
from .checks import check as check_folder
from .files import PACKAGE, try_to_write, write_whole
from .messages import LANGS, _
from .notebooks import CellFailed, Finding, Shown, Unreadable
from .places import elsewhere
from .reading import TableError

if TYPE_CHECKING:
    from .picture import Picture

_LONGEST_LINE, _MOST_LINES = 160, 40
_PAGE = "figures/report.html"
_OURS = re.compile(r"[^\W_][\w-]*(\.(zh|en)\.(svg|png)|\.csv)")


class Artefact(NamedTuple):
    """One file that a run would write, its name relative to the folder written to."""

    name: str
    content: bytes


class Outcome(NamedTuple):
    """What became of one artefact: same, changed, new, stale, pruned or failed, and why."""

    name: str
    state: str
    detail: str = ""


class Run(NamedTuple):
    """A notebook that was run: its file and the faults of its prose, or why it failed."""

    made: list[Artefact | Outcome]
    shown: Sequence[Shown] = ()
    findings: Sequence[Finding] = ()
    failed: bool = False


def reproduce(
    data: str | Path | None = None,
    out: str | Path | None = None,
    *,
    check: bool = False,
    prune: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> list[Outcome]:
    """Rerun the whole analysis.

    Parameters
    ----------
    data : path, optional
        A folder of your own tables, whose ``notebooks`` are run; ours by default. A notebook is
        code: run only what you trust.
    out : path, optional
        Where ``notebooks/`` and ``figures/`` are written; by default the repository that this
        package is installed from, or ``out`` in your folder.
    check : bool
        Write nothing; a difference is an outcome with its diff.
    prune : bool
        Remove figures that no notebook shows any more.
    say : callable
        Takes one line of progress at a time.

    Returns
    -------
    list of Outcome
        One for each file, and one for each notebook or chart that failed.

    Raises
    ------
    TableError
        The tables are faulty; nothing is run.
    FileNotFoundError
        No `out` is given and the package does not stand in its repository.
    OSError
        A file cannot be written; every file before it is whole.
    """
    root = Path(out) if out is not None else Path(data, "out") if data else repository()
    paths = notebooks.notebook_paths(notebooks.notebook_folder(data))
    began = time.monotonic()

    def timed(line: str) -> None:
        say(f"[{time.monotonic() - began:5.1f} s] {line}")

    with notebooks.own_surroundings(), _drawers() as pool:
        if faults := check_folder(data):  # while the drawers import what they need
            raise TableError(faults)
        if not check:
            try_to_write(root)  # before a long run rather than after it
        if data is not None:
            for path in paths:
                say(_("running {path}", path=path))
        with asyncio.Runner(loop_factory=_Loop) as runner:
            made = runner.run(_make(data, root, paths, pool, timed))
    outcomes = [
        each if isinstance(each, Outcome) else _write_or_compare(each, root, check) for each in made
    ]
    if not any(outcome.state == "failed" for outcome in outcomes):
        outcomes += _leftovers(made, root, prune and not check)
    return outcomes


def repository() -> Path:
    """The repository that this package is installed from."""
    root = PACKAGE.parent
    if not (root / "notebooks").is_dir():
        raise FileNotFoundError(
            _("this is an installed package, not its repository: say --out DIR")
        )
    return root


class _Loop(asyncio.SelectorEventLoop):
    """Leaves Ctrl-C to the run: nbclient would stop a single notebook at it, and go on."""

    def add_signal_handler(self, *_ignored) -> None:
        raise RuntimeError


async def _make(
    data, root: Path, paths: list[Path], pool: Executor, say
) -> list[Artefact | Outcome]:
    """Notebooks in kernels of their own; a chart is drawn as soon as a notebook has shown it."""
    kernels = asyncio.Semaphore(2 * (os.cpu_count() or 1))  # a kernel mostly waits while it starts
    evidence = prose.evidence(data)
    drawing: dict[str, asyncio.Future] = {}  # by what a chart holds: each is drawn once

    async def run(path: Path) -> Run:
        async with kernels:
            done = await _run(path, evidence, say)
        for content, alike in _by_content(done.shown).items():
            if content not in drawing:
                drawing[content] = asyncio.ensure_future(_in_pool(pool, _draw, alike, data))
        return done

    runs = await asyncio.gather(*map(run, paths))
    shown = [each for run in runs for each in run.shown]
    clashes = notebooks.clashes(shown)
    drawn = await asyncio.gather(*drawing.values(), return_exceptions=True)
    rendered = dict(zip(drawing, drawn, strict=True))
    charts = {
        each.name: (each, rendered[notebooks.content(each.chart)])
        for each in shown
        if each.name.casefold() not in clashes
    }
    say(_("the page"))
    page = await _page(data, root, list(charts.values()), runs, pool)
    made = [each for run in runs for each in run.made]
    made += map(_clash, clashes.values())
    for chart in charts.values():
        made += _figures(*chart)
    return [*made, page]


async def _in_pool(pool: Executor, function: Callable, *given):
    """What a function gives in a process of the pool; its error, or the pool's, when awaited."""
    return await asyncio.wrap_future(pool.submit(function, *given))


def _by_content(shown: Sequence[Shown]) -> dict[str, list[Shown]]:
    """Charts that are one chart, such as the same in two languages, together."""
    alike = defaultdict(list)
    for each in shown:
        alike[notebooks.content(each.chart)].append(each)
    return alike


# -------------------------------------------------------------------- notebooks


async def _run(path: Path, evidence: prose.Evidence, say) -> Run:
    name, file = path.name, f"notebooks/{path.name}"
    say(_("notebook {name} …", name=name))
    try:
        content = await notebooks.record(path, say)
    except (CellFailed, Unreadable, OSError) as error:
        say(_("notebook {name} failed", name=name))
        return Run([Outcome(file, "failed", str(error))], failed=True)
    say(_("notebook {name} done", name=name))
    notebook, made = notebooks.parsed(content), [Artefact(file, content)]
    if faults := prose.notebook_faults(notebook, file, evidence):
        detail = "\n".join(map(str, faults))
        made.append(Outcome(_("{name}, its prose", name=file), "failed", detail))
    shown, findings = notebooks.charts_shown(notebook, name), notebooks.findings(notebook, name)
    return Run(made, shown, findings)


def _clash(shown: list[Shown]) -> Outcome:
    cells = _(" and ").join(f"{each.notebook} {each.cell}" for each in shown)
    detail = _("one name, different charts: {cells}; give each a name of its own", cells=cells)
    return Outcome(f"figures/{shown[0].name}", "failed", detail)


# -------------------------------------------------------------------- figures and the page


@contextmanager
def _drawers() -> Iterator[Executor]:
    """Processes that draw, so that no core is idle."""
    # Interrupts are the parent's to hear, also while a drawer imports this module.
    deaf = {"initializer": signal.signal, "initargs": (signal.SIGINT, signal.SIG_IGN)}
    pool = ProcessPoolExecutor(mp_context=processes.context(), **deaf)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


@cache
def _freeze() -> None:
    """Leave what a drawer has imported out of garbage collection."""
    gc.freeze()


class Rendered(NamedTuple):
    """A chart drawn: its files by suffix, and its pictures for the page by language and width."""

    files: dict[str, bytes]
    pictures: dict[tuple[str, bool], Picture]


def _draw(shown: list[Shown], data) -> Rendered:
    """Draw one chart, which notebooks may show several times and in either language."""
    from .drawing import render  # slow to import: the kernels need not wait for it
    from .picture import picture, widths

    _freeze()
    # A notebook's own picture is the same as a second drawing would be.
    stored = {each.chart["lang"]: each.picture for each in shown if each.picture}
    chart, files = Chart.from_json(shown[0].chart), {}
    for lang in LANGS:
        png = stored.get(lang)
        made = render(chart, ["svg"] if png else ["svg", "png"], lang)
        made |= {"png": b64decode(png)} if png else {}
        files |= {f".{lang}.{kind}": each for kind, each in made.items()}
    for_page = itertools.product(LANGS, widths(elsewhere(shown[0].chart.get("folder"), data)))
    pictures = {(lang, narrow): picture(chart, lang, narrow) for lang, narrow in for_page}
    return Rendered({**files, ".csv": chart.csv()}, pictures)


def _figures(shown: Shown, drawn: Rendered | Exception) -> list[Artefact | Outcome]:
    figure = f"figures/{shown.name}"
    if isinstance(drawn, Exception):  # an output of our type may hold anything
        return [Outcome(figure, "failed", f"{shown.notebook} {shown.cell}: {_named(drawn)}")]
    return [Artefact(f"{figure}{end}", file) for end, file in drawn.files.items()]


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


async def _page(
    data,
    root: Path,
    charts: list[tuple[Shown, Rendered | Exception]],
    runs: list[Run],
    pool: Executor,
) -> Artefact | Outcome:
    if (root / _PAGE).exists() and any(run.failed for run in runs):
        why = _("left as it is: a notebook failed, and its charts would be missing")
        return Outcome(_PAGE, "failed", why)
    findings = [each for run in runs for each in run.findings]
    whole = [each for each in charts if not isinstance(each[1], Exception)]
    try:
        page = await _in_pool(pool, _build, data, whole, findings)
    except BrokenExecutor as error:
        return Outcome(_PAGE, "failed", _named(error))
    return Artefact(_PAGE, page)


def _build(data, charts: list[tuple[Shown, Rendered]], findings: list[Finding]) -> bytes:
    """The page, made in a process that has already imported what it takes."""
    from . import report

    pictures = {shown.name: drawn.pictures for shown, drawn in charts}
    return report.build(
        data,
        charts=[Chart.from_json(shown.chart) for shown, _drawn in charts],
        findings=findings,
        picture=lambda chart, lang, narrow: pictures[chart.name][lang, narrow],
    )


# -------------------------------------------------------------------- files


def _write_or_compare(made: Artefact, root: Path, check: bool) -> Outcome:
    """Write what differs; in a check, say how it differs."""
    name, new = made
    path = root / name
    old = path.read_bytes() if path.exists() else None
    same = notebooks.same if path.suffix == ".ipynb" else operator.eq  # whoever saved it last
    if old is not None and same(old, new):
        return Outcome(name, "same")
    state = "new" if old is None else "changed"
    if check:
        return Outcome(name, state, "" if old is None else _difference(old, new, name))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, new)
    return Outcome(name, state)


def _leftovers(made: list[Artefact | Outcome], root: Path, prune: bool) -> Iterator[Outcome]:
    """Figures that no notebook shows; only files named like ours are ever removed."""
    # Not every disk tells capitals apart: Rise.csv may be rise.csv.
    produced = {each.name.casefold() for each in made if isinstance(each, Artefact)}
    for path in sorted((root / "figures").glob("[!.]*")):
        name = f"figures/{path.name}"
        if name.casefold() in produced:
            continue
        if not _OURS.fullmatch(path.name) or not path.is_file():
            yield Outcome(name, "stale", _("not a file of ours: move it elsewhere"))
        elif not prune:
            yield Outcome(name, "stale", _("no notebook shows it; --prune removes it"))
        else:
            path.unlink()
            yield Outcome(name, "pruned")


def _difference(old: bytes, new: bytes, name: str) -> str:
    if name.endswith(".png"):
        return _("{old} bytes on disk, {new} drawn anew", old=len(old), new=len(new))
    lines = difflib.unified_diff(
        old.decode("utf-8", "replace").splitlines(),
        new.decode("utf-8", "replace").splitlines(),
        _("{name} (on disk)", name=name),
        _("{name} (computed)", name=name),
        lineterm="",
        n=1,
    )
    shown = [line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…" for line in lines]
    if (more := len(shown) - _MOST_LINES) > 0:
        shown[_MOST_LINES:] = [_("… and {more} more lines", more=more)]
    return "\n".join(shown)

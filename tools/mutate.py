"""Change one thing at a time: every change must turn a guard red.

``python -m tools.mutate`` spoils every cell of every table, every mark of every chart, every cell
of every notebook, every figure and every version, one at a time, and asks the suite's own guards
(tools/guards.py). It prints a table, names each survivor, and exits 1 where there is one, or where
the untouched repository is not green to begin with. A table and a chart as they are come first,
and must survive.

To be quick, everything is imported and run once; what draws is judged in a fork of that process.
``--verify N`` lets the real commands judge N of the mutants too.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from . import guards, mutants
from .mutants import Mutant

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("wuxi_data", "notebooks", "figures", "tests", "tools", "environment.yml", "Makefile",
          "requirements.lock", "pyproject.toml", "CITATION.cff", "README.md",
          "README.zh-CN.md")  # fmt: skip
LONGEST = 120  # seconds for one mutant
BATCH = 50  # mutants that one process judges before it asks for more


class Verdict(NamedTuple):
    """Which guard killed a mutant, and what it said; ("", "") of a survivor."""

    guard: str
    said: str


# -------------------------------------------------------------------- the bench


class Bench:
    """A copy of the repository in which one mutant at a time is put and judged."""

    def __init__(self, folder: Path):
        self.tree = copy_of_repository(folder)
        os.chdir(self.tree)
        sys.path.insert(0, str(self.tree))
        sys.dont_write_bytecode = True  # of a file changed twice in a second, nothing stale
        guards.warm(self.tree)
        gc.freeze()  # so that a fork copies less

    def judge(self, batch: list[Mutant]) -> list[tuple[str, str, float]]:
        """Of each mutant the guard, what it said, and the seconds that took."""
        if batch[0].stage:
            return in_child(lambda: self._on_stage(batch))
        return [self._timed(mutant) for mutant in batch]

    def _on_stage(self, batch: list[Mutant]) -> list[tuple[str, str, float]]:
        guards.drawn_once(*batch[0].stage)
        return [self._timed(mutant) for mutant in batch]

    def _timed(self, mutant: Mutant) -> tuple[str, str, float]:
        began = time.monotonic()
        return (*self._judge(mutant), time.monotonic() - began)

    def _judge(self, mutant: Mutant) -> Verdict:
        with self._spoilt(mutant.files):
            forks = bool(mutant.patch)  # a drawing is spoilt: in a copy, like all that draws
            at_once = [each for each in mutant.guards if each in guards.AT_ONCE and not forks]
            verdict = self._ask(mutant, at_once)
            rest = [each for each in mutant.guards if each not in at_once]
            if not verdict.guard and rest:
                verdict = Verdict(*in_child(lambda: self._ask(mutant, rest)))
            return verdict

    def _ask(self, mutant: Mutant, names: list[str]) -> Verdict:
        for name in names:
            try:
                if mutant.patch:
                    guards.draw_wrong(mutant)
                said = guards.GUARDS[name](self.tree, mutant)
            except Exception as error:
                if not self._breaks_in_package(error):
                    raise RuntimeError(f"{mutant.kind}: {mutant.name}") from error
                said = f"{type(error).__name__}: {error}"[:300]
            if said:
                return Verdict(guards.CREDIT.get(name, name), said)
        return Verdict("", "")

    def _breaks_in_package(self, error: Exception) -> bool:
        """Whether it is the package that fails, which whoever runs it sees; not the harness."""
        frames = traceback.extract_tb(error.__traceback__)
        return any(frame.filename.startswith(str(self.tree / "wuxi_data")) for frame in frames)

    @contextlib.contextmanager
    def _spoilt(self, files: dict[str, bytes | None]) -> Iterator[None]:
        stored = {self.tree / path: (self.tree / path).read_bytes() for path in files}
        put_files(self.tree, files)
        guards.forget(files)
        try:
            yield
        finally:
            for path, content in stored.items():
                path.write_bytes(content)
            guards.forget(files)


def copy_of_repository(folder: Path) -> Path:
    """What the guards read; times are kept, so that compiled files stay valid."""
    tree = folder / "repository"
    tree.mkdir()
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, tree / name)
    return tree


def put_files(tree: Path, files: dict[str, bytes | None]) -> None:
    for path, content in files.items():
        if content is None:
            (tree / path).unlink()
        else:
            (tree / path).write_bytes(content)


def in_child(work: Callable[[], object]):
    """What `work` returns in a fork of this process; its error is raised here."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            signal.alarm(LONGEST)
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            answer = [work(), ""]
        except BaseException:
            answer = [None, traceback.format_exc()]
        with os.fdopen(writer, "w", encoding="utf-8") as pipe:
            json.dump(answer, pipe)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    if not said:
        raise RuntimeError(f"a child ended with status {status}, without a word")
    answer, error = json.loads(said)
    if error:
        raise RuntimeError(error)
    return answer


_bench: Bench


def _set_up(folder: str) -> None:
    global _bench
    _bench = Bench(Path(tempfile.mkdtemp(dir=folder)))


def _judge(batch: list[Mutant]) -> list[tuple[str, str, float]]:
    return _bench.judge(batch)


def _baseline(name: str) -> list[str]:
    return in_child(lambda: guards.baseline(_bench.tree, name))


def _survey() -> dict:
    return in_child(guards.survey)


def _alone(chart: str) -> list:
    return in_child(lambda: guards.alone(chart))


# -------------------------------------------------------------------- the run


def everything(survey: dict) -> list[Mutant]:
    return [
        *mutants.tables(ROOT),
        *mutants.charts(survey),
        *mutants.notebooks(ROOT),
        *mutants.figures(ROOT),
        *mutants.setup(ROOT),
    ]


def judged(pool, every: list[Mutant]) -> tuple[list[Verdict], Counter]:
    """A verdict for each, and the seconds that each class took."""
    stages = [list(group) for _, group in groupby(range(len(every)), lambda at: every[at].stage)]
    batches = [stage[at : at + BATCH] for stage in stages for at in range(0, len(stage), BATCH)]
    begun = {pool.submit(_judge, [every[at] for at in batch]): batch for batch in batches}
    verdicts, spent, began = {}, Counter(), time.monotonic()
    for done in as_completed(begun):
        batch = begun.pop(done)
        for at, (guard, said, seconds) in zip(batch, done.result(), strict=True):
            verdicts[at] = Verdict(guard, said)
            spent[every[at].kind] += seconds
        if len(verdicts) // 1000 > (len(verdicts) - len(batch)) // 1000:
            tell(f"{len(verdicts)} of {len(every)}, {time.monotonic() - began:.0f} s")
    return [verdicts[at] for at in range(len(every))], spent


def charts_alone(asked: dict[str, Future]) -> list[str]:
    """Every plotted cell changed, judged by the text of each chart and by nothing else."""
    counts, seen, blind = Counter(), Counter(), []
    for chart, answer in asked.items():
        for what, column, change in answer.result():
            counts[column] += 1
            seen[column] += bool(change)
            blind += [] if change else [f"charts alone: {chart} {what}"]
    print("\nThe charts alone: one plotted cell changed, judged by the text of each chart")
    print(f"{'column':12}{'mutants':>9}{'seen':>7}")
    for column, count in counts.items():
        print(f"{column:12}{count:9}{seen[column]:7}")
    print(f"{seen.total()} of {counts.total()} changes of a plotted cell seen")
    return blind


def verify(every: list[Mutant], verdicts: list[Verdict], number: int) -> list[str]:
    """Those of a random sample on which the real commands disagree with us."""
    chosen = random.Random(number).sample(range(len(every)), min(number, len(every)))
    with tempfile.TemporaryDirectory() as folder:
        if really_killed(mutants.controls(ROOT)[0], copy_of_repository(Path(folder))):
            return ["the real commands are red where nothing was changed"]
    wrong = []
    for at in chosen:
        mutant, ours = every[at], bool(verdicts[at].guard)
        with tempfile.TemporaryDirectory() as folder:
            real = really_killed(mutant, copy_of_repository(Path(folder)))
        tell(f"{'agrees' if real == ours else 'DISAGREES'}: {mutant.kind}: {mutant.name}")
        if real != ours:
            wrong.append(f"the real commands disagree: {mutant.kind}: {mutant.name}")
    print(f"{len(chosen) - len(wrong)} of {len(chosen)} verdicts confirmed by the real commands")
    return wrong


def really_killed(mutant: Mutant, tree: Path) -> bool:
    """Whether ``make test`` or ``reproduce --check`` is red over the mutant."""
    put_files(tree, mutant.files)
    if mutant.patch:
        with (tree / "wuxi_data/charts.py").open("a", encoding="utf-8") as file:
            file.write(mutant.patch)
    given = {**os.environ, "PYTHONPATH": str(tree), "WUXI_ARTICLE": str(guards.ARTICLE)}
    tests = [f"tests/{name}.py" for name in guards.asked()]
    commands = (
        ["-m", "wuxi_data.cli", "check"],
        ["-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests],
        ["-m", "wuxi_data.cli", "reproduce", "--check"],
    )
    return any(
        subprocess.run(
            [sys.executable, *command], cwd=tree, env=given, capture_output=True, check=False
        ).returncode
        for command in commands
    )


# -------------------------------------------------------------------- the report


def table(every: list[Mutant], verdicts: list[Verdict]) -> str:
    rows = defaultdict(Counter)
    for mutant, verdict in zip(every, verdicts, strict=True):
        rows[mutant.kind].update(["mutants", verdict.guard, *["killed"] * bool(verdict.guard)])
    rows["in all"] = sum(rows.values(), Counter())
    wide = max(map(len, rows)) + 2
    columns = ("mutants", "killed", "loader", "audit", "unit test", "nbval", "reproduce --check")
    lines = ["class".ljust(wide) + "".join(f"{name:>{len(name) + 2}}" for name in columns)]
    for kind, counts in rows.items():
        cells = (f"{counts[name] or '':>{len(name) + 2}}" for name in columns)
        lines.append(kind.ljust(wide) + "".join(cells))
    return "\n".join(lines)


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", metavar="CLASS", nargs="+", default=[""],
                        help="only classes that begin so: facts, labels, charts …")  # fmt: skip
    parser.add_argument("--verify", metavar="N", type=int, default=0,
                        help="let the real commands judge N mutants too")  # fmt: skip
    parser.add_argument("--list", action="store_true", help="name every mutant and its killer")
    parser.add_argument("--times", action="store_true", help="say what each class took")
    options = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # nothing stays behind in memory
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    fork = multiprocessing.get_context("fork")
    with (
        tempfile.TemporaryDirectory(prefix="wuxi-mutate-", dir=memory) as folder,
        ProcessPoolExecutor(os.cpu_count(), fork, _set_up, (folder,)) as pool,
    ):
        return _run(options, pool)


def _run(options, pool) -> int:
    began = time.monotonic()
    if not guards.article():
        tell("no article at hand: the audit is not asked (set WUXI_ARTICLE)")
    asked = [pool.submit(_baseline, name) for name in reversed(guards.GUARDS)]
    faults = [fault for each in reversed(asked) for fault in each.result()]
    if faults:
        print("\n".join(["The untouched repository is not green:", *faults]))
        return 1
    tell(f"baseline green, {time.monotonic() - began:.0f} s")
    survey = pool.submit(_survey)
    unchanged = [(each, pool.submit(_judge, [each])) for each in mutants.controls(ROOT)]
    for control, answer in unchanged:
        guard, said, _ = answer.result()[0]
        if guard:
            print(f"Nothing was changed in {control.name}, and yet {guard} killed it: {said}")
            return 1
    survey, only = survey.result(), tuple(options.only)
    every = [each for each in everything(survey) if each.kind.startswith(only)]
    names = list(dict.fromkeys(key.split(".")[0] for key in survey))
    alone = {name: pool.submit(_alone, name) for name in names if "charts".startswith(only)}
    verdicts, spent = judged(pool, every)
    if options.list:
        for mutant, verdict in zip(every, verdicts, strict=True):
            said = " ".join(verdict.said.split())
            print(f"{verdict.guard or 'SURVIVES'}: {mutant.kind}: {mutant.name}: {said}")
    if options.times:
        for kind, seconds in spent.most_common():
            tell(f"{seconds:7.1f} s {kind}")
    print(table(every, verdicts))
    blind = charts_alone(alone) if alone else []
    wrong = verify(every, verdicts, options.verify) if options.verify else []
    survivors = [
        f"{mutant.kind}: {mutant.name}"
        for mutant, verdict in zip(every, verdicts, strict=True)
        if not verdict.guard
    ]
    for line in [*survivors, *blind, *wrong]:
        print(f"SURVIVES {line}")
    print(f"{time.monotonic() - began:.0f} s")
    print(f"{len(every) - len(survivors)} of {len(every)} mutants killed")
    return 1 if survivors or blind or wrong else 0


if __name__ == "__main__":
    sys.exit(main())

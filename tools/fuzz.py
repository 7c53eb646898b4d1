"""Throw anything at the parser, the loaders, the audit and the command line.

``python -m tools.fuzz --inputs 100000`` prints inputs, time and findings of each target under two
engines: hypothesis, and atheris, which is guided by coverage (where it can be installed). A finding
is an exception that is not documented, an answer that contradicts itself, an input that takes
longer than five seconds or more than two gigabytes. It exits 1 where there is one.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS, BYTES = 5, 2 * 2**30  # for one input
LONGEST_TOKEN = 60  # that the parser reads
# Of a hundred inputs so many go to each target: the parser is fast, a folder takes longer.
SHARES = {"parser": 84, "loaders": 5, "audit": 5, "cli": 6}
TABLES = ("funding", "projects", "water_works", "training", "county", "sources", "labels",
          "exclusions", "crosschecks")  # fmt: skip
WORDS = (
    *"0123456789０９．，,.-%〇零一二两三四五六七八九十百千万亿余多几数半约近超逾 \t\n\"'\\=+@|",
    *(
        "以上",
        "左右",
        "不到",
        "不足",
        "至少",
        "至多",
        "大约",
        "超过",
        "公里",
        "分钟",
        "小时",
        "个班",
    ),
    *(
        "万元",
        "亿元",
        "人民币",
        "元",
        "人",
        "名",
        "亩",
        "户",
        "天",
        "年",
        "处",
        "座",
        "千米",
        "班次",
    ),
    *("1e9", "nan", "inf", "-0", "1_000", "0x1f", "９" * 30, "1" * 400, "\ufeff", "\0", "\ud7ff"),
    *(
        "CNY",
        "exact",
        "about",
        "over",
        "2020",
        "2020-01-01",
        "jilin-wuxi-2021",
        "labels",
        "🙂",
        "í",
    ),
    *(
        "jilin-annual-2020",
        "4 * a",
        " / ",
        " - ",
        "__import__('os')",
        "{0.__class__}",
        "../..",
        "\u202e",
    ),
)
COMMANDS = (
    "check {0}", "check {0} --format json", "check", "cite --data {0}", "cite", "new {0}/new",
    "new {0}", "new {0}/article.txt", "check {0}/none", "check {0}/article.txt --format text",
    "audit {0}/article.txt --data {0}", "audit {0}/article.txt", "audit {0}", "audit {0}/none",
    "audit {0}/article.txt --data {0} --propose --source jilin-wuxi-2021", "", "--help",
)  # fmt: skip
OPTIONS = ("--format", "json", "xml", "--source", "--propose", "--help", "-x", "check", "cite")


class Hang(BaseException):
    """An input took longer than it may; not an Exception, lest somebody catch it."""


class Drawn:
    """Choices drawn from hypothesis."""

    def __init__(self, data):
        from hypothesis import strategies

        self.draw, self.st = data.draw, strategies

    def integer(self, low: int, high: int) -> int:
        return self.draw(self.st.integers(low, high))

    def anything(self) -> str:
        return self.draw(self.st.text(max_size=20))

    def bytes(self) -> bytes:
        return self.draw(self.st.binary(max_size=60))


class Guided:
    """Choices read from the bytes that atheris mutates."""

    def __init__(self, content: bytes):
        import atheris

        self.source = atheris.FuzzedDataProvider(content)

    def integer(self, low: int, high: int) -> int:
        return self.source.ConsumeIntInRange(low, high)

    def anything(self) -> str:
        return self.source.ConsumeUnicodeNoSurrogates(self.integer(0, 20))

    def bytes(self) -> bytes:
        return self.source.ConsumeBytes(self.integer(0, 60))


# -------------------------------------------------------------------- what is thrown


def pick(choose, options):
    return options[choose.integer(0, len(options) - 1)]


def text(choose, most: int = 8) -> str:
    """Mostly the words that figures are made of, and now and then anything."""
    return "".join(
        choose.anything() if choose.integer(0, 15) == 0 else pick(choose, WORDS)
        for _ in range(choose.integer(0, most))
    )


@cache
def _rows(name: str) -> list[list[str]]:
    with (ROOT / "wuxi_data" / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def table(choose, name: str) -> bytes:
    """Our table with a few cells, rows or bytes of it changed."""
    rows = [list(row) for row in _rows(name)]
    rows = rows[:1] + rows[1:][: choose.integer(0, 12)]
    for _ in range(choose.integer(0, 4)):
        row = pick(choose, rows)
        change = choose.integer(0, 9)
        if change < 6 and row:
            row[choose.integer(0, len(row) - 1)] = text(choose)
        elif change == 6 and row:
            row.pop(choose.integer(0, len(row) - 1))
        elif change == 7:
            row.insert(choose.integer(0, len(row)), text(choose))
        else:
            rows.insert(choose.integer(0, len(rows)), list(pick(choose, rows)))
    plain = io.StringIO()
    csv.writer(plain, lineterminator=pick(choose, ("\n", "\n", "\r\n", "\r"))).writerows(rows)
    encoding = pick(choose, ("utf-8",) * 9 + ("utf-8-sig", "gb18030", "utf-16"))
    content = plain.getvalue().encode(encoding, "replace")
    if choose.integer(0, 7) == 0:
        place = choose.integer(0, len(content))
        content = content[:place] + choose.bytes() + content[place + choose.integer(0, 9) :]
    return content


def tables(choose) -> dict[str, bytes]:
    """A county's folder: some of our tables, one or two of them changed."""
    made = {name: None for name in ("sources", "funding", pick(choose, TABLES))}
    for _ in range(choose.integer(0, 2)):
        name = pick(choose, TABLES)
        made[name] = table(choose, name)
    if choose.integer(0, 30) == 0:
        del made["sources"]
    ours = ROOT / "wuxi_data" / "data"
    return {
        f"{name}.csv": (ours / f"{name}.csv").read_bytes() if content is None else content
        for name, content in made.items()
    }


def article(choose) -> str:
    """Paragraphs of anything, between them tokens that our tables claim."""
    tokens = [row[_rows("funding")[0].index("as_written")] for row in _rows("funding")[1:]]
    lines = [
        text(choose, 4) + pick(choose, ["", *tokens]) + text(choose, 4)
        for _ in range(choose.integer(0, 12))
    ]
    return pick(choose, ("\n", "\n\n", "\r\n")).join(lines)


def audited(choose) -> tuple[dict[str, bytes], str]:
    return {} if choose.integer(0, 2) else tables(choose), article(choose)


def command(choose) -> tuple[dict[str, bytes], list[str]]:
    """A folder, and words of a command line in which {0} is its path."""
    made = tables(choose)
    plain = choose.bytes() if choose.integer(0, 5) == 0 else article(choose).encode("utf-8")
    words = pick(choose, COMMANDS).split()
    if choose.integer(0, 5) == 0:  # never a path of the fuzzer's making: `new` writes there
        words.insert(choose.integer(0, len(words)), pick(choose, OPTIONS))
    return made | {"article.txt": plain}, words


@contextlib.contextmanager
def folder(contents: dict[str, bytes]):
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as made:
        for name, content in contents.items():
            Path(made, name).write_bytes(content)
        yield Path(made)


# -------------------------------------------------------------------- at what


def parser(token: str) -> None:
    """A ValueError, or a figure that its own wording gives back."""
    from wuxi_data import parse_quantity

    try:
        figure = parse_quantity(token)
    except ValueError:
        return
    str(figure), figure._repr_html_(), figure.wording("en"), hash(figure)
    wording = figure.wording()
    if figure.value is not None and len(wording) <= LONGEST_TOKEN:
        again = parse_quantity(wording)
        said = figure.value, figure.qualifier
        assert (again.value, again.qualifier) == said, f"{token!r} reads {said}, worded {again}"


def loaders(contents: dict[str, bytes]) -> None:
    """A TableError that names faults exactly where `check` does; else tables of figures."""
    import wuxi_data as wd
    from wuxi_data.tables import labels, load

    with folder(contents) as made:
        faults, refused = wd.check(made), False
        str(wd.TableError(faults))
        for name in contents:
            try:
                loaded = load(name.removesuffix(".csv"), made)
            except wd.TableError as error:
                refused = True
                str(error.faults[0])
                continue
            if "as_written" in loaded:
                wd.words(wd.quantities(loaded))
        assert faults or not refused, "check finds nothing that load refuses"
        labels(made)
        if not faults:
            with contextlib.suppress(ValueError):  # different units, no single value
                wd.cross_checks(made)


def audit(given: tuple[dict[str, bytes], str]) -> None:
    """Every numeral is in a fact, excluded or unaccounted; or a documented refusal."""
    import wuxi_data as wd
    from wuxi_data.audit import propose

    contents, words = given
    with folder(contents) as made:
        try:
            report = wd.audit(words, made if contents else None)
        except ValueError:
            return
    str(report), report.to_frame(), propose(report, words)
    claimed = [each for each in report.numerals if each.claimed_by]
    assert len(claimed) + len(report.unaccounted) == len(report.numerals)


def cli(given: tuple[dict[str, bytes], list[str]]) -> None:
    """Exit code 0, 1 or 2 and never a traceback."""
    from wuxi_data.cli import main

    contents, words = given
    with folder(contents) as made, _console():
        try:
            code = main([word.format(made) for word in words])
        except SystemExit as stop:  # argparse
            code = stop.code
    assert code in (0, 1, 2), f"exit code {code} of {words}"


@contextlib.contextmanager
def _console():
    streams = [io.TextIOWrapper(io.BytesIO(), "ascii") for _ in range(2)]
    with (
        contextlib.redirect_stdout(streams[0]),
        contextlib.redirect_stderr(streams[1]),
        tempfile.TemporaryDirectory() as nowhere,
        contextlib.chdir(nowhere),
    ):
        yield


RUN = {
    "parser": (text, parser),
    "loaders": (tables, loaders),
    "audit": (audited, audit),
    "cli": (command, cli),
}


# -------------------------------------------------------------------- one job


class Watch:
    """Runs inputs, counts them, and keeps the first of each kind of finding."""

    def __init__(self, target: str):
        self.count, self.findings = 0, {}
        self.make, self.run = RUN[target] if isinstance(target, str) else target
        self.began = time.monotonic()
        signal.signal(signal.SIGPROF, self._hang)

    @staticmethod
    def _hang(signum, frame):
        raise Hang(f"longer than {SECONDS} s")

    def __call__(self, choose) -> None:
        given = self.make(choose)
        self.count += 1
        # Of this process's own time: a busy machine makes no hang.
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            self.run(given)
        except (Exception, Hang) as error:
            frames = traceback.extract_tb(error.__traceback__)
            ours = [each for each in frames if "wuxi_data" in each.filename] or frames
            place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}"
            found = f"{error}"[:200], f"{given!r}"[:2000]
            self.findings.setdefault(f"{type(error).__name__} at {place}", found)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def report(self) -> None:
        seconds = time.monotonic() - self.began
        print(json.dumps([self.count, seconds, self.findings], ensure_ascii=False), flush=True)


def job(engine: str, target: str, inputs: int, seed: int) -> None:
    """Run so many inputs in this process and print [count, seconds, findings]."""
    _limit_memory()
    {"hypothesis": _hypothesis, "atheris": _atheris}[engine](target, inputs, seed)


def _limit_memory() -> None:
    import resource

    import pandas  # noqa: F401  what libraries reserve is not the input's

    used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + BYTES, resource.RLIM_INFINITY))


def _hypothesis(target: str, inputs: int, seed: int) -> None:
    import hypothesis
    from hypothesis import strategies

    watch = Watch(target)
    every = list(hypothesis.HealthCheck)
    while watch.count < inputs:
        seed += 1  # in rounds, lest hypothesis remember a hundred thousand inputs

        @hypothesis.seed(seed)
        @hypothesis.settings(
            max_examples=min(1000, inputs - watch.count), deadline=None, database=None,
            phases=[hypothesis.Phase.generate], suppress_health_check=every,
        )  # fmt: skip
        @hypothesis.given(strategies.data())
        def throw(data):
            watch(Drawn(data))

        throw()
    watch.report()


def _atheris(target: str, inputs: int, seed: int) -> None:
    import atheris

    with atheris.instrument_imports(include=["wuxi_data"]):
        import wuxi_data
        import wuxi_data.cli  # noqa: F401
    watch = Watch(target)

    def throw(content: bytes) -> None:
        if watch.count >= inputs:  # atheris itself never returns
            watch.report()
            os._exit(0)
        watch(Guided(content))

    seeds = random.Random(seed)
    with tempfile.TemporaryDirectory() as corpus:
        for number in range(40):
            Path(corpus, str(number)).write_bytes(seeds.randbytes(60 + 10 * number))
        options = f"-seed={seed} -max_len=1000 -verbosity=0 -artifact_prefix={corpus}/"
        atheris.Setup([sys.argv[0], *options.split(), corpus], throw)
        atheris.Fuzz()


# -------------------------------------------------------------------- all of them


def main(argv: list[str] | None = None) -> int:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--inputs", type=int, default=100_000, help="in total")
    arguments.add_argument("--target", choices=list(RUN), help="only this one")
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--job", help=argparse.SUPPRESS)
    options = arguments.parse_args(argv)
    if options.job:
        job(options.job, options.target, options.inputs, options.seed)
        return 0
    targets = [options.target] if options.target else list(RUN)
    whole = sum(SHARES[target] for target in targets)
    engines = ["hypothesis", "atheris"] if _has_atheris() else ["hypothesis"]
    jobs = [
        (engine, target, -(-options.inputs * SHARES[target] // (whole * len(engines))))
        for target in reversed(targets)
        for engine in engines
    ]
    began = time.monotonic()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda each: _run_job(*each, options.seed), jobs))
    return _tell(jobs, results, time.monotonic() - began)


def _has_atheris() -> bool:
    try:
        import atheris  # noqa: F401
    except ImportError:
        print("atheris is not installed: hypothesis alone (atheris has wheels for Linux x86_64)")
        return False
    return True


def _run_job(engine: str, target: str, inputs: int, seed: int) -> list:
    command = ["-m", "tools.fuzz", "--job", engine, "--target", target]
    done = subprocess.run(
        [sys.executable, *command, "--inputs", str(inputs), "--seed", str(seed)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    last = (done.stdout.strip().splitlines() or [""])[-1]
    if done.returncode == 0 and last.startswith("["):
        return json.loads(last)
    return [0, 0.0, {f"the process ended with {done.returncode}": [done.stderr[-2000:], ""]}]


def _tell(jobs: list, results: list, seconds: float) -> int:
    print(f"{'target':10}{'engine':12}{'inputs':>9}{'seconds':>9}{'findings':>10}")
    for (engine, target, _), (count, spent, findings) in zip(jobs, results, strict=True):
        print(f"{target:10}{engine:12}{count:9,}{spent:9.1f}{len(findings):10}")
        for what, (said, given) in findings.items():
            print(f"    {what}: {said}\n        {given}")
    found = sum(len(findings) for *_, findings in results)
    inputs = sum(count for count, *_ in results)
    print(f"{inputs:,} inputs in {seconds:.0f} s, {found} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

"""``wuxi-data``: arguments, progress and exit codes; the only place that prints."""

from __future__ import annotations

import argparse
import errno
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from .audit import audit, digest, paragraphs, propose, write_proposals
from .checks import check
from .county import new_county
from .crosschecks import cross_checks
from .reading import Fault, TableError
from .tables import load, load_sources

OK, FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130
_LARGEST_ARTICLE = 10_000_000
_PATIENCE = 3  # seconds


class Refusal(Exception):
    """An input that the command cannot take: one line, exit code 2, nothing written."""


_REFUSED = (
    FileExistsError,
    FileNotFoundError,
    IsADirectoryError,
    NotADirectoryError,
    PermissionError,
)


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):  # Chinese on a console of any code page
        stream.reconfigure(encoding="utf-8", errors="replace")
    arguments = _parser().parse_args(argv)
    try:
        return arguments.run(arguments)
    except TableError as error:
        _say(str(error))
        _say(f"{_count(error.faults)}; nothing was run")
        return FAILED
    except (Refusal, *_REFUSED) as error:
        _say(f"wuxi-data: {_one_line(error)}")
        return REFUSED
    except BrokenPipeError:  # whoever read our output has had enough of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        _say(f"wuxi-data: {_one_line(error)}")
        return REFUSED if error.errno == errno.EROFS else FAILED
    except KeyboardInterrupt:
        _say("wuxi-data: stopped; every file is whole, either old or new")
        return INTERRUPTED


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _progress() -> Callable[[str], None]:
    """Says each step; of the cells within notebooks, one in a few seconds."""
    last = time.monotonic()

    def say(line: str) -> None:
        nonlocal last
        if ": cell " not in line or time.monotonic() > last + _PATIENCE:
            last = time.monotonic()
            _say(line)

    return say


def _one_line(error: Exception) -> str:
    where = f": {error.filename}" if getattr(error, "filename", None) else ""
    return (getattr(error, "strerror", None) or str(error)) + where


def _count(faults: list) -> str:
    return f"{len(faults)} fault{'s' * (len(faults) > 1)}"


# -------------------------------------------------------------------- the commands


def _reproduce(arguments) -> int:
    from .reproduce import reproduce

    began = time.monotonic()
    data, notebooks = arguments.data, arguments.notebooks
    out = arguments.out or (data and data / "out")  # never over our own figures
    if out and out.exists() and not out.is_dir():
        raise Refusal(f"expected a folder to write into, got a file: {out}")
    if notebooks and not any(notebooks.glob("[0-9]*.ipynb")):
        raise Refusal(f"no notebooks (01_….ipynb and so on) in {notebooks}")
    try:
        outcomes = reproduce(data, out, notebooks=notebooks, check=arguments.check, say=_progress())
    except ModuleNotFoundError as error:
        mend = "install the wheel or the repository with its extra, as in pip install"
        raise Refusal(f"{error}; {mend} '.[reproduce]'") from None
    for outcome in outcomes:
        print(f"{outcome.state:9} {outcome.name}")
        if outcome.detail:
            _say(f"--- {outcome.name}: {outcome.state}\n{outcome.detail}")
    _say_contradictions(data)
    states = Counter(outcome.state for outcome in outcomes)
    print(", ".join(f"{count} {state}" for state, count in sorted(states.items())))
    _say(f"{time.monotonic() - began:.1f} s")
    different = arguments.check and (states["changed"] or states["new"])
    if different:
        _say("the files differ from what the data gives (bytes hold with the locked versions)")
    return FAILED if states["failed"] or different else OK


def _check(arguments) -> int:
    faults = check(arguments.data)
    if arguments.format == "json":
        print(json.dumps([fault._asdict() for fault in faults], ensure_ascii=False, indent=2))
    else:
        for line in _lines(faults):
            print(line)
        print(_count(faults) if faults else "no faults")
    if not faults:
        _say_contradictions(arguments.data)
    return FAILED if faults else OK


def _lines(faults: list[Fault]) -> Iterator[str]:
    """A word that is wrong in many rows is told once, with all its lines."""
    alike: dict[Fault, list[Fault]] = {}
    for fault in faults:
        alike.setdefault(fault._replace(line=None), []).append(fault)
    for first, *others in alike.values():
        also = f" (also on line {', '.join(str(each.line) for each in others)})" if others else ""
        yield f"{first}{also}"


def _say_contradictions(data: Path | None) -> None:
    """No fault of the tables: either the article contradicts itself, or a row is not as meant."""
    if load("crosschecks", data).empty:  # then nothing need be read again
        return
    table = cross_checks(data)
    for each in table[table["verdict"] == "contradicts"].itertuples():
        _say(f"cross-check {each.check_id} contradicts: {each.left} {each.relation} {each.right}")


def _audit(arguments) -> int:
    text = _article(arguments.article)
    proposing = arguments.propose or arguments.out is not None
    try:
        report = audit(text, arguments.data, source_id=arguments.source, new=proposing)
    except TableError:
        raise
    except ValueError as error:
        raise Refusal(str(error)) from None
    print(report, file=sys.stderr if proposing else None)
    if not report.same_text:
        count, sha256 = len(paragraphs(text)), digest(text)
        _say(f"its row in sources.csv would say: paragraphs {count}, sha256 {sha256}")
        _say(f"as a row, for you to fill in: ID,TITLE,AUTHORS,,YYYY-MM-DD,zh,{sha256},{count}")
    if proposing and report.unaccounted:
        _say("proposals, not facts: the parser's reading of each unaccounted numeral, to be judged")
        rows = propose(report, text, arguments.data)
        if arguments.out is None:
            print(rows.to_csv(index=False, lineterminator="\n"), end="")
        else:
            for path in write_proposals(rows, report.source_id, arguments.out):
                _say(f"wrote {path}")
    return OK if report.ok else FAILED


def _article(path: Path) -> str:
    """The text of an article, or a refusal that says what to do."""
    with path.open("rb") as file:
        content = file.read(_LARGEST_ARTICLE + 1)
    if len(content) > _LARGEST_ARTICLE:
        raise Refusal(f"{path} is too large for an article: over {_LARGEST_ARTICLE:,} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal(f"{path} is {_encoding(content)}; save it as UTF-8 text first") from None
    if "\0" in text:
        raise Refusal(f"{path} is {_encoding(content)}; save it as UTF-8 text first")
    return text


def _encoding(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "in UTF-16"
    if b"\0" in content:
        return "not text (a binary file, or UTF-16)"
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return "not text in UTF-8"
    return "not in UTF-8 (it may be GB18030, also called GBK)"


def _new(arguments) -> int:
    folder = new_county(arguments.folder)
    print(f"made {folder}: begin with {folder / 'README.md'} or {folder / 'README.zh-CN.md'}")
    return OK


def _cite(arguments) -> int:
    for source in load_sources(arguments.data).itertuples():
        authors = source.authors.replace("; ", ", ")
        print(f"{authors} ({source.published[:4]}). {source.title}. [{source.source_id}]")
    print("The wuxi_data contributors (2026). wuxi_data. Tables CC BY 4.0, code MIT.")
    return OK


# -------------------------------------------------------------------- their arguments


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wuxi-data",
        description="Every printed figure of an article on 巫溪, Wuxi County in Chongqing: rerun, "
        "check and audit the analysis, of our tables or of yours.",
        epilog="Results go to standard output, progress and faults to standard error. Exit codes: "
        "0 done, 1 something differs or is at fault, 2 the input cannot be taken.",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, run, summary: str, **kwargs):
        added = commands.add_parser(name, help=summary, description=summary, **kwargs)
        added.set_defaults(run=run)
        return added

    data = {"type": Path, "metavar": "DIR", "help": "a folder of your own tables; ours by default"}

    added = command("reproduce", _reproduce, "Rerun the notebooks, the figures and the report.")
    added.add_argument("--data", **data)
    added.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="where notebooks/ and figures/ are written; by default the repository, or out in "
        "the folder of your data",
    )
    added.add_argument(
        "--notebooks",
        type=Path,
        metavar="DIR",
        help="run your notebooks in place of ours",
    )
    added.add_argument(
        "--check",
        action="store_true",
        help="write nothing; exit 1 and show what would differ",
    )

    added = command("new", _new, "Make a folder of empty tables and a guide, for your county.")
    added.add_argument("folder", type=Path, metavar="DIR", help="does not exist yet, or is empty")

    added = command("check", _check, "Say every fault of a folder of tables at once.")
    added.add_argument("data", nargs="?", **data)
    added.add_argument("--format", choices=["text", "json"], default="text")

    added = command("audit", _audit, "Account for every numeral of an article.")
    added.add_argument("article", type=Path, metavar="ARTICLE.txt", help="your copy, UTF-8")
    added.add_argument("--data", **data)
    added.add_argument("--source", metavar="ID", help="its source_id, if the folder has several")
    added.add_argument(
        "--propose",
        action="store_true",
        help="print a candidate row for each numeral left over",
    )
    added.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help="write proposals.csv and exclusions.csv there instead of printing; never over a file",
    )

    added = command("cite", _cite, "Print how to cite the article and this package.")
    added.add_argument("--data", **data)
    return parser


if __name__ == "__main__":
    sys.exit(main())

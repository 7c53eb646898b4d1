"""The command ``wuxi-data``: arguments, progress, exit codes. Nothing else prints."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from .audit import audit, digest, paragraphs, propose, write_proposals
from .checks import check, copies
from .county import GUIDES, new_county
from .crosschecks import DENIED, cross_checks
from .files import kind_of_text
from .messages import LANGS, _, language, speak, translated
from .places import authors
from .prose import check_notebooks
from .reading import Fault, TableError
from .schema import fields, package
from .tables import load, rows

OK, FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130
_LARGEST_ARTICLE = 10_000_000
_MOST_LINES = 50


class Refusal(Exception):
    """An input that the command cannot take: one line, exit code 2, nothing written."""


def main(argv: list[str] | None = None, prog: str = "wuxi-data") -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):  # files and pipes get UTF-8 on every system
        own = stream.isatty() or os.environ.get("PYTHONIOENCODING")
        stream.reconfigure(encoding=None if own else "utf-8", errors="replace")
    speak(_asked(argv) or language())
    arguments = _parser(prog).parse_args(argv)
    try:
        code = arguments.run(arguments)
        sys.stdout.flush()  # now, while a closed pipe can still be caught
        return code
    except TableError as error:
        _say(str(error))
        _say(_("{faults}; nothing was run", faults=_count(error.faults)))
        return FAILED
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except (Refusal, OSError) as error:
        where = f": {error.filename}" if getattr(error, "filename", None) else ""
        if isinstance(error, PermissionError) and os.path.isfile(str(error.filename)):
            where += _(" (is it open in another program, such as Excel?)")
        _say(f"wuxi-data: {translated(getattr(error, 'strerror', None) or str(error))}{where}")
        return REFUSED
    except KeyboardInterrupt:
        _say(_("wuxi-data: stopped; every file is whole, either old or new"))
        return INTERRUPTED


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _count(faults: list) -> str:
    count = len(faults)
    return _("{count} fault", count=count) if count == 1 else _("{count} faults", count=count)


# -------------------------------------------------------------------- the commands


def _reproduce(arguments) -> int:
    from .reproduce import reproduce

    began = time.monotonic()
    data, out = arguments.data, arguments.out
    if data is None and Path("sources.csv").exists():
        _say(_("this folder has tables, but ours are used; for yours, add --data ."))
    if out and out.exists() and not out.is_dir():
        raise Refusal(_("expected a folder to write into, got a file: {out}", out=out))
    try:
        outcomes = reproduce(data, out, check=arguments.check, prune=arguments.prune, say=_say)
    except ModuleNotFoundError as error:
        raise Refusal(
            _(
                "{name} is missing; install the wheel or the repository with its extra, as in "
                'pip install ".[reproduce]"',
                name=error.name,
            )
        ) from None
    for outcome in outcomes:
        state = translated(outcome.state)
        print(f"{state:9} {outcome.name}")
        if outcome.detail:
            _say(f"--- {outcome.name}: {state}\n{outcome.detail}")
    _say_contradictions(data)
    states = Counter(outcome.state for outcome in outcomes)
    print(", ".join(f"{count} {translated(state)}" for state, count in sorted(states.items())))
    _say(_("{seconds:.1f} s", seconds=time.monotonic() - began))
    different = arguments.check and {"changed", "new", "stale"} & states.keys()
    if different:
        _say(_("the files differ from what the data gives (bytes hold with the locked versions)"))
    return FAILED if "failed" in states or different else OK


def _check(arguments) -> int:
    # Without sound tables there is nothing to hold a notebook's numbers against.
    faults = check(arguments.data) or check_notebooks(arguments.data)
    if arguments.format == "json":
        print(json.dumps([fault._asdict() for fault in faults], ensure_ascii=False, indent=2))
    else:
        print(*_lines(faults), _count(faults) if faults else _("no faults"), sep="\n")
    if not faults:
        _say_contradictions(arguments.data)
    if unread := copies(arguments.data):
        _say(_("not read, since no table has this name: {files}", files=", ".join(unread)))
    return FAILED if faults else OK


def _lines(faults: list[Fault]) -> Iterator[str]:
    """One line for the same fault in many rows, with their line numbers; json has them all."""
    alike: dict[Fault, list[Fault]] = {}
    for fault in faults:
        alike.setdefault(fault._replace(line=None), []).append(fault)
    for first, *others in alike.values():
        shown = [str(each.line) for each in others[:_MOST_LINES]]
        lines = ", ".join(shown + ["…"] * (len(others) > len(shown)))
        yield f"{first}" + (_(" (also on line {lines})", lines=lines) if others else "")


def _say_contradictions(data: Path | None) -> None:
    """Not faults: either the article contradicts itself, or a row is not what was meant."""
    if load("crosschecks", data).empty:  # spares the loading of every table
        return
    table = cross_checks(data)
    for each in table[table["verdict"] == "contradicts"].itertuples():
        left, right = each.left_quantity.wording(), each.right_quantity.wording()
        said = f"{left} {DENIED[each.relation]} {right} ({each.left} {each.relation} {each.right})"
        _say(_("cross-check {name} contradicts: {it}", name=each.check_id, it=said))


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
        _say_source(text)
    if proposing and report.unaccounted:
        _say(_("proposals, not facts: the parser's reading of each unaccounted numeral, to judge"))
        proposed = propose(report, text, arguments.data)
        if arguments.out is None:
            print(proposed.to_csv(index=False, lineterminator="\n"), end="")
        else:
            for path in write_proposals(proposed, report.source_id, arguments.out):
                _say(_("wrote {path}", path=path))
    return OK if report.ok else FAILED


def _say_source(text: str) -> None:
    """The row of an article for ``sources.csv``, with capitals for what its reader fills in."""
    asked = {name: name.upper() for name in ("title", "authors", "read")}
    known = {"language": "zh", "paragraphs": len(paragraphs(text)), "sha256": digest(text)}
    given = {"source_id": "ID", "published": "YYYY-MM-DD", **asked, **known}
    row = ",".join(str(given.get(column, "")) for column in fields("sources"))
    _say(_("its row in sources.csv, for you to fill in: {row}", row=row))


def _article(path: Path) -> str:
    """The text of an article, or a refusal that says what to do."""
    if path.is_dir():  # which Windows only says not to permit
        raise Refusal(_("expected a text, got a folder: {path}", path=path))
    with path.open("rb") as file:
        content = file.read(_LARGEST_ARTICLE + 1)
    if len(content) > _LARGEST_ARTICLE:
        limit = f"{_LARGEST_ARTICLE:,}"
        raise Refusal(
            _("{path} is too large for an article: over {limit} bytes", path=path, limit=limit)
        )
    if kind := kind_of_text(content):
        raise Refusal(_("{path} is {kind}; save it as UTF-8 text first", path=path, kind=kind))
    return content.decode("utf-8-sig")


def _new(arguments) -> int:
    folder = new_county(arguments.folder)
    guides = {lang: folder / name for lang, name in GUIDES.items()}
    print(_("made {folder}: begin with {en} or {zh}", folder=folder, **guides))
    return OK


def _cite(arguments) -> int:
    for source in rows(load("sources", arguments.data)):
        who, year = ", ".join(authors(source)) or source.publisher, source.published[:4]
        said = f"{who} ({year}). {source.title}." if who else f"{source.title} ({year})."
        print(f"{said} [{source.source_id}]")
    release = {"version": package()["version"]}
    print(
        _("The wuxi_data contributors (2026). wuxi_data {version}. Code MIT.", **release)
        if arguments.data
        else _(
            "The wuxi_data contributors (2026). wuxi_data {version}. Tables CC BY 4.0, code MIT.",
            **release,
        )
    )
    return OK


# -------------------------------------------------------------------- their arguments


def _asked(argv: list[str] | None) -> str | None:
    """The language that ``--lang`` asks for, found before the parser and its help are made."""
    early = argparse.ArgumentParser(add_help=False)
    early.add_argument("--lang", nargs="?")
    asked = early.parse_known_args(argv)[0].lang
    return asked if asked in LANGS else None


class _Help(argparse.HelpFormatter):
    """Help that wraps Chinese, whose characters are two columns wide and have no blanks."""

    def _split_lines(self, text, width):
        return super()._split_lines(text, width // 2 if language() == "zh" else width)

    def _fill_text(self, text, width, indent):
        return "\n".join(indent + line for line in self._split_lines(text, width))


def _parser(prog: str) -> argparse.ArgumentParser:
    spoken = argparse.ArgumentParser(add_help=False)
    spoken.add_argument(
        "--lang", choices=LANGS, help=_("language of the messages; the system's by default")
    )
    parser = argparse.ArgumentParser(
        prog=prog,
        parents=[spoken],
        formatter_class=_Help,
        description=_(
            "Every printed figure of an article on 巫溪, Wuxi County in Chongqing: rerun, "
            "check and audit the analysis, of our tables or of yours."
        ),
        epilog=_(
            "Results go to standard output, progress and errors to standard error. Exit codes: "
            "0 done, 1 something differs or is at fault, 2 the input cannot be taken."
        ),
    )
    commands = parser.add_subparsers(metavar=_("COMMAND"), required=True)

    def command(name: str, run, summary: str, **kwargs):
        kwargs |= {"parents": [spoken], "formatter_class": _Help}
        added = commands.add_parser(name, help=summary, description=summary, **kwargs)
        added.set_defaults(run=run)
        return added.add_argument

    folder = {"type": Path, "metavar": "DIR"}
    data = {**folder, "help": _("a folder of your own tables; ours by default")}
    flag = {"action": "store_true"}

    said = _("Run the notebooks; write their named charts and the page.")
    warning = _("With --data, the notebooks of that folder are run: they are code.")
    add = command("reproduce", _reproduce, said, epilog=warning)
    where = _(
        "where notebooks/ and figures/ are written; by default the repository, or out in "
        "the folder of your data"
    )
    add("--data", **data)
    add("--out", help=where, **folder)
    add("--check", help=_("write nothing; exit 1 and show what would differ"), **flag)
    add("--prune", help=_("remove figures that no notebook shows any more"), **flag)

    said = _("Make a folder of empty tables, a guide and a notebook, for your county.")
    add = command("new", _new, said)
    add("folder", help=_("the folder to make: new or empty"), **folder)

    said = _("List every fault of a folder at once: its tables and the prose of its notebooks.")
    add = command("check", _check, said)
    formats = {"choices": ["text", "json"], "default": "text"}
    add("data", nargs="?", **data)
    add("--format", help=_("text for readers, json for programs"), **formats)

    add = command("audit", _audit, _("Account for every numeral of an article."))
    where = _("write proposals.csv and exclusions.csv there instead of printing; never over a file")
    add("article", type=Path, metavar="ARTICLE.txt", help=_("your copy, UTF-8"))
    add("--data", **data)
    add("--source", metavar="ID", help=_("the article's source_id, if the folder has several"))
    add("--propose", help=_("print a proposed row for each numeral not yet accounted for"), **flag)
    add("--out", type=Path, metavar="FOLDER", help=where)

    add = command("cite", _cite, _("Print how to cite the article and this package."))
    add("--data", **data)
    return parser


if __name__ == "__main__":
    sys.exit(main())

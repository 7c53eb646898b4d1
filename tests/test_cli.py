"""The command line: one clear line for an input it cannot take, and nothing written."""

import io
import json
import os
import shutil
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

import books
import faults
import pytest

from wuxi_data import cli

COMMAND = [sys.executable, "-m", "wuxi_data"]
REPOSITORY = Path(__file__).parents[1]


def run(*arguments, cwd=".", before=()) -> subprocess.CompletedProcess:
    """Run a command: in this process, which is quick, or in one of its own after `before`."""
    words = [str(word) for word in arguments]
    if before:
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        return subprocess.run([*before, *COMMAND, *words], cwd=cwd, env=environment, timeout=120,
                              capture_output=True, encoding="utf-8", check=False)  # fmt: skip
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with chdir(cwd), redirect_stdout(out), redirect_stderr(err):
        code = cli.main(words)
    return subprocess.CompletedProcess(words, code, *map(_printed, (out, err)))


def _printed(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode("utf-8")


def listing(folder: Path) -> dict:
    return {path: path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))}


NO_FOLDER = "no such folder of tables: nowhere"
A_FILE = "expected a folder of tables, got a file: file"
THERE = "is there already and not empty; nothing is overwritten"
BINARY = "is a binary file (an Excel workbook? a PDF?); save it as UTF-8 text first"
MARKUP = "not plain text (copy the words out of it); save it as UTF-8 text first"
REFUSED = {
    f"{command} {folder}": says
    for command in ("check", "audit mine/article.txt --data", "reproduce --data", "cite --data")
    for folder, says in (("nowhere", NO_FOLDER), ("file", A_FILE))
} | {
    "reproduce --data mine --out file": "expected a folder to write into, got a file: file",
    "new mine": f"mine {THERE}",
    "new file": f"file {THERE}",
    "new nowhere/new": "no such folder to make it in",
    "new file/new": "no such folder to make it in",
    "audit gb18030.txt": "gb18030.txt is text in GB18030 (GBK); save it as UTF-8 text first",
    "audit utf16.txt": "utf16.txt is text in UTF-16; save it as UTF-8 text first",
    "audit utf16be.txt": "utf16be.txt is text in UTF-16; save",
    "audit unmarked.txt": "unmarked.txt is text in UTF-16; save",
    "audit picture.txt": BINARY,
    "audit pdf.txt": BINARY,
    "audit page.txt": f"page.txt is HTML/XML, {MARKUP}",
    "audit archive.txt": f"archive.txt is MHTML, {MARKUP}",
    "audit rich.txt": f"rich.txt is RTF, {MARKUP}",
    "audit answer.txt": f"answer.txt is JSON, {MARKUP}",
    "audit blank.txt": "blank.txt is an empty file; save",
    "audit nulls.txt": BINARY,
    "audit noise.txt": "is text in an unknown encoding; save it as UTF-8 text first",
    "audit large.txt": "large.txt is too large for an article: over 10,000,000 bytes",
    "audit nowhere.txt": "No such file or directory: nowhere.txt",
    "audit mine": "Is a directory: mine",
    "audit mine/article.txt --data mine --source other": "which has: yanxi-2024; without --source",
}
if os.path.exists("/dev/zero"):
    REFUSED["audit /dev/zero"] = "/dev/zero is too large"


@pytest.mark.parametrize("command", REFUSED)
def test_what_a_command_cannot_take_is_refused_in_one_line_and_nothing_written(mine, command):
    before = listing(mine)
    done = run(*command.split(), cwd=mine)
    assert done.returncode == 2, f"expected exit code 2, got {done.returncode}: {done.stderr}"
    assert done.stderr.count("\n") == 1, f"expected one line, got {done.stderr}"
    assert done.stderr.startswith("wuxi-data: ")
    assert REFUSED[command] in done.stderr
    assert done.stdout == ""
    assert listing(mine) == before, "expected nothing to be written"


def test_the_package_is_the_command_and_calls_itself_what_was_typed():
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    said = subprocess.check_output([*COMMAND, "--help"], env=environment, encoding="utf-8")
    assert said.startswith("usage: python -m wuxi_data [-h]")


def test_a_missing_extra_is_said_in_one_line(mine, monkeypatch):
    monkeypatch.setitem(sys.modules, "nbclient", None)
    books.write(mine / "mine" / "notebooks" / "one.ipynb")
    before = listing(mine)
    done = run("reproduce", "--data", "mine", "--out", "out", cwd=mine)
    assert done.returncode == 2
    assert "nbclient" in done.stderr.splitlines()[-1]
    assert done.stderr.endswith('as in pip install ".[reproduce]"\n')
    assert listing(mine) == before, "expected nothing to be written"


def test_check_and_audit_run_no_notebook(mine):
    path = mine / "mine" / "notebooks" / "one.ipynb"
    books.write(path, books.code("open('ran', 'w')"), books.prose("增至501万元。"))
    before = listing(mine)
    run("audit", "mine/article.txt", "--data", "mine", cwd=mine)
    done = run("check", "mine", cwd=mine)
    assert listing(mine) == before
    fault, count = done.stdout.splitlines()
    assert fault.startswith(
        "notebooks/one.ipynb cell 2 (said): found '501万'; expected a printed figure"
    )
    assert (count, done.returncode) == ("1 fault", 1)


# -------------------------------------------------------------------- no permission

# Root may do everything, unless it gives that up before the command starts.
SETPRIV = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
AS_OTHERS = SETPRIV if os.name != "nt" and os.geteuid() == 0 else []
needs_permissions = pytest.mark.skipif(
    os.name == "nt" or (bool(AS_OTHERS) and not shutil.which("setpriv")),
    reason="nothing is forbidden here: run as another user, or install util-linux",
)


@needs_permissions
@pytest.mark.parametrize(
    ("shut", "mode", "command"),
    [
        ("mine", 0, "check mine"),
        ("mine", 0, "reproduce --data mine"),
        ("mine", 0, "new mine/new"),
        ("mine/article.txt", 0, "audit mine/article.txt --data mine"),
        ("shut", 0o555, "reproduce --data mine --out shut/out"),
    ],
)
def test_what_may_not_be_read_or_written_is_refused_in_one_line(mine, shut, mode, command):
    (mine / "shut").mkdir()
    (mine / shut).chmod(mode)
    done = run(*command.split(), cwd=mine, before=AS_OTHERS)
    (mine / shut).chmod(0o755)
    assert done.returncode == 2
    assert done.stderr.startswith(f"wuxi-data: Permission denied: {shut}"), done.stderr
    assert done.stderr.count("\n") == 1


# -------------------------------------------------------------------- what is taken


@pytest.mark.parametrize("folder", ["county", "."])
def test_new_makes_a_folder_that_check_finds_sound(tmp_path, folder):
    done = run("new", folder, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "README.md" in done.stdout
    done = run("check", folder, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "no faults\n")


def test_check_says_every_fault_as_text_and_as_json(mine):
    faults.swap("funding", "lanjiang_city", "lanjang_city")(mine / "mine")
    faults.swap("funding", ",income,", ",incomes,")(mine / "mine")
    done = run("check", "mine", cwd=mine)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "2 faults"
    opened, closed = done.stdout.splitlines()[:2]
    assert opened.startswith("funding.csv:24 payer: found 'lanjang_city'; expected a code of")
    assert "add a row for it" in opened
    assert "did you mean lanjiang_city?" in opened
    assert closed.startswith(
        "funding.csv:27 indicator: found 'incomes'; expected one of the closed"
    )
    done = run("check", "mine", "--format", "json", cwd=mine)
    assert done.returncode == 1
    assert [(each["file"], each["line"], each["column"]) for each in json.loads(done.stdout)] == [
        ("funding.csv", 24, "payer"),
        ("funding.csv", 27, "indicator"),
    ]
    assert json.loads(run("check", "--format", "json").stdout) == []


def test_one_fault_is_one_fault(mine):
    faults.swap("funding", "lanjiang_city", "lanjang_city")(mine / "mine")
    assert run("check", "mine", cwd=mine).stdout.endswith("\n1 fault\n")
    got = run("reproduce", "--data", "mine", cwd=mine).stderr
    assert got.endswith("1 fault; nothing was run\n")


def test_audit_lists_what_is_left_over_and_proposes_rows(mine):
    done = run("audit", "mine/article.txt", "--data", "mine", cwd=mine)
    assert done.returncode == 1
    assert "paragraph 15: '24' is unaccounted" in done.stdout
    assert done.stdout.endswith("85 numerals: 47 in facts, 36 excluded, 2 unaccounted\n")
    done = run("audit", "mine/article.txt", "--data", "mine", "--propose", cwd=mine)
    assert "proposals, not facts" in done.stderr
    header, *rows = done.stdout.splitlines()
    assert header.startswith("paragraph,as_written,")
    assert [row.split(",")[:2] for row in rows] == [["15", "2024年"], ["15", "24个"]]


def test_audit_of_a_folder_just_begun_says_what_its_source_is(tmp_path):
    run("new", "county", cwd=tmp_path)
    (tmp_path / "article.txt").write_text("2020年，援助资金500万元。\n", "utf-8")
    done = run("audit", "article.txt", "--data", "county", cwd=tmp_path)
    assert done.returncode == 1
    assert "2 numerals: 0 in facts, 0 excluded, 2 unaccounted" in done.stdout
    row = done.stderr.rpartition("sources.csv, for you to fill in: ")[2].strip().split(",")
    header = (tmp_path / "county" / "sources.csv").read_text("utf-8-sig").strip().split(",")
    assert len(row) == len(header), f"expected a field for each of {header}, got {row}"
    assert row[header.index("paragraphs")] == "1"
    assert len(row[header.index("sha256")]) == 64


def test_a_reader_who_leaves_early_hears_no_complaint(mine):
    command = [*COMMAND, "audit", "mine/article.txt", "--data", "mine"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(
        command, cwd=mine, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == b""


def test_who_stands_among_tables_of_their_own_is_told_of_data(mine):
    done = run("reproduce", "--out", "../file", cwd=mine / "mine")
    assert "--data ." in done.stderr
    assert "--data ." not in run("reproduce", "--data", "mine", "--out", "file", cwd=mine).stderr


def test_cite_names_the_source_of_the_folder(mine):
    done = run("cite", "--data", "mine", cwd=mine)
    assert done.returncode == 0
    assert "砚水长 澜江阔" in done.stdout
    assert "Tables CC BY" not in done.stdout, "expected no licence for tables that are not ours"
    assert "Tables CC BY" in run("cite").stdout


def test_a_relation_that_does_not_hold_is_told_though_no_table_is_at_fault(mine):
    path = mine / "mine" / "crosschecks.csv"
    text = path.read_text("utf-8")
    head, first = text.splitlines()[:2]
    left = first.split(",")[3]
    path.write_text(f"{head}\nodd,{left},=,2 * {left},两者相等,both are equal,\n", "utf-8")
    done = run("check", "mine", cwd=mine)
    assert (done.returncode, done.stdout) == (0, "no faults\n")
    both = "1.072亿元 ≠ ≈2.14亿元"
    assert done.stderr == f"cross-check odd contradicts: {both} ({left} = 2 * {left})\n"


def test_a_word_that_is_wrong_in_many_rows_is_told_once_with_all_its_lines(mine):
    path = mine / "mine" / "funding.csv"
    text = path.read_text("utf-8")
    path.write_text(text.replace("donglan_province,yanxi", "donglan,yanxi"), "utf-8")
    done = run("check", "mine", cwd=mine)
    first, count = done.stdout.splitlines()
    lines = [n for n, row in enumerate(text.splitlines(), 1) if "donglan_province,yanxi" in row]
    assert first.startswith(f"funding.csv:{lines[0]} payer: found 'donglan'; expected a code of ")
    assert first.endswith(f" (also on line {', '.join(map(str, lines[1:]))})")
    assert count == f"{len(lines)} faults"
    told = json.loads(run("check", "mine", "--format", "json", cwd=mine).stdout)
    assert [fault["line"] for fault in told] == lines

"""The command line: one clear line for an input it cannot take, and nothing written."""

import io
import json
import os
import shutil
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from wuxi_data import cli
from wuxi_data.county import example_county

COMMAND = [sys.executable, "-m", "wuxi_data.cli"]
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


def refused(folder: Path, *arguments, says: str, **options) -> None:
    """Run a command that must end with exit code 2, one line, and nothing written."""
    before = listing(folder)
    done = run(*arguments, cwd=folder, **options)
    assert done.returncode == 2, f"expected exit code 2, got {done.returncode}: {done.stderr}"
    assert done.stderr.count("\n") == 1, f"expected one line, got {done.stderr}"
    assert done.stderr.startswith("wuxi-data: ")
    assert says in done.stderr
    assert done.stdout == ""
    assert listing(folder) == before, "expected nothing to be written"


@pytest.fixture
def mine(tmp_path):
    """A folder with a county of one's own in it, ``mine``, its article, and a plain file."""
    shutil.copytree(example_county(), tmp_path / "mine")
    (tmp_path / "file").write_text("not a folder\n", "utf-8")
    return tmp_path


# -------------------------------------------------------------------- folders that are none

ON_A_FOLDER = {
    "check": ["check", "{}"],
    "audit": ["audit", "mine/article.txt", "--data", "{}"],
    "reproduce": ["reproduce", "--data", "{}", "--out", "out"],
    "cite": ["cite", "--data", "{}"],
}


@pytest.mark.parametrize("command", ON_A_FOLDER)
def test_a_missing_folder_is_refused(mine, command):
    arguments = [word.format("nowhere") for word in ON_A_FOLDER[command]]
    refused(mine, *arguments, says="no such folder of tables: nowhere")


@pytest.mark.parametrize("command", ON_A_FOLDER)
def test_a_file_in_place_of_a_folder_is_refused(mine, command):
    arguments = [word.format("file") for word in ON_A_FOLDER[command]]
    refused(mine, *arguments, says="expected a folder of tables, got a file: file")


def test_results_are_not_written_into_a_file(mine):
    arguments = ["reproduce", "--data", "mine", "--out", "file"]
    refused(mine, *arguments, says="expected a folder to write into, got a file: file")


@pytest.mark.parametrize(
    ("folder", "says"),
    [
        ("mine", "mine is there already and not empty; nothing is overwritten"),
        ("file", "file is there already and not empty; nothing is overwritten"),
        ("nowhere/new", "no such folder to make it in"),
        ("file/new", "no such folder to make it in"),
    ],
)
def test_a_new_county_overwrites_nothing(mine, folder, says):
    refused(mine, "new", folder, says=says)


def test_a_missing_extra_is_said_in_one_line(mine, monkeypatch, capsys):

    monkeypatch.setitem(sys.modules, "nbclient", None)
    (mine / "mine" / "notebooks").mkdir()
    (mine / "mine" / "notebooks" / "one.ipynb").write_text('{"cells": []}', "utf-8")
    before = listing(mine)
    code = cli.main(["reproduce", "--data", str(mine / "mine"), "--out", str(mine / "out")])
    said = capsys.readouterr().err
    assert code == 2, f"expected exit code 2, got {code}: {said}"
    assert "nbclient" in said.splitlines()[-1]
    assert said.endswith('as in pip install ".[reproduce]"\n')
    assert listing(mine) == before, "expected nothing to be written"


def test_check_and_audit_run_no_notebook(mine):
    code = {"cell_type": "code", "source": "open('ran', 'w')", "execution_count": 1, "outputs": []}
    prose = {"cell_type": "markdown", "source": "增至501万元。"}
    (mine / "mine" / "notebooks").mkdir()
    path = mine / "mine" / "notebooks" / "one.ipynb"
    path.write_text(json.dumps({"cells": [code, prose]}), "utf-8")
    before = listing(mine)
    run("audit", "mine/article.txt", "--data", "mine", cwd=mine)
    done = run("check", "mine", cwd=mine)
    assert listing(mine) == before
    fault, count = done.stdout.splitlines()
    assert fault.startswith("notebooks/one.ipynb cell 2: found '501万'; expected a printed figure")
    assert (count, done.returncode) == ("1 fault", 1)


# -------------------------------------------------------------------- no permission

# Root may do everything, unless it gives that up before the command starts.
AS_OTHERS = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
needs_permissions = pytest.mark.skipif(
    os.name == "nt" or (os.geteuid() == 0 and not shutil.which("setpriv")),
    reason="nothing is forbidden here: run as another user, or install util-linux",
)


@pytest.fixture
def locked(mine):
    """Take the right to read or change anything in ``mine``."""
    (mine / "mine").chmod(0)
    yield mine
    (mine / "mine").chmod(0o755)


@needs_permissions
@pytest.mark.parametrize("command", [*ON_A_FOLDER, "new"])
def test_a_folder_that_may_not_be_read_is_refused(locked, command):
    (locked / "article.txt").write_text("", "utf-8")
    words = {**ON_A_FOLDER, "new": ["new", "mine/new"]}
    words["audit"] = ["audit", "article.txt", "--data", "{}"]
    arguments = [word.format("mine") for word in words[command]]
    before = AS_OTHERS if os.geteuid() == 0 else []
    done = run(*arguments, cwd=locked, before=before)
    assert done.returncode == 2
    assert done.stderr.startswith("wuxi-data: Permission denied: mine"), done.stderr
    assert done.stderr.count("\n") == 1
    assert not (locked / "out").exists()


@needs_permissions
def test_an_article_that_may_not_be_read_is_refused(mine):
    (mine / "mine" / "article.txt").chmod(0)
    before = AS_OTHERS if os.geteuid() == 0 else []
    says = "Permission denied: mine/article.txt"
    refused(mine, "audit", "mine/article.txt", "--data", "mine", says=says, before=before)


@needs_permissions
def test_where_nothing_can_be_written_nothing_is_run(mine):
    (mine / "shut").mkdir(mode=0o555)
    before = AS_OTHERS if os.geteuid() == 0 else []
    arguments = ["reproduce", "--data", "mine", "--out", "shut/out"]
    refused(mine, *arguments, says="Permission denied: shut/out", before=before)


# -------------------------------------------------------------------- articles that are none

TEXT = "2020年，援助资金500万元。\n"
ARTICLES = {
    "gb18030": (TEXT.encode("gb18030"), "not in UTF-8 (it may be GB18030, also called GBK)"),
    "utf16": (TEXT.encode("utf-16"), "in UTF-16"),
    "utf16-unmarked": (TEXT.encode("utf-16-le"), "not text (a binary file, or UTF-16)"),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe", "not text (a binary file, or UTF-16)"),
    "nulls": (b"\0" * 100, "not text (a binary file, or UTF-16)"),
    "noise": (b"\xff\xfa\xff" * 50, "not text in UTF-8"),
}


@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_that_is_no_utf8_text_is_refused(mine, name):
    content, what = ARTICLES[name]
    (mine / "article.txt").write_bytes(content)
    says = f"article.txt is {what}; save it as UTF-8 text first"
    refused(mine, "audit", "article.txt", "--data", "mine", says=says)


def test_an_article_of_a_gigabyte_is_refused_unread(mine):
    with (mine / "article.txt").open("wb") as file:
        file.truncate(2**30)
    says = "article.txt is too large for an article: over 10,000,000 bytes"
    refused(mine, "audit", "article.txt", "--data", "mine", says=says)


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no endless file here")
def test_an_article_without_an_end_is_refused(mine):
    refused(mine, "audit", "/dev/zero", "--data", "mine", says="/dev/zero is too large")


def test_a_missing_article_is_refused(mine):
    says = "No such file or directory: nowhere.txt"
    refused(mine, "audit", "nowhere.txt", "--data", "mine", says=says)


def test_a_folder_in_place_of_an_article_is_refused(mine):
    refused(mine, "audit", "mine", "--data", "mine", says="Is a directory: mine")


def test_an_unknown_source_is_refused(mine):
    arguments = ["audit", "mine/article.txt", "--data", "mine", "--source", "other"]
    refused(mine, *arguments, says="no source 'other': have yanxi-2024")


# -------------------------------------------------------------------- what is taken


def test_new_makes_a_folder_that_check_finds_sound(tmp_path):
    done = run("new", "county", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "README.md" in done.stdout
    done = run("check", "county", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "no faults\n")


def test_new_fills_the_folder_that_one_stands_in(tmp_path):
    assert run("new", ".", cwd=tmp_path).returncode == 0
    assert run("check", ".", cwd=tmp_path).stdout == "no faults\n"


def test_check_says_every_fault_as_text_and_as_json(mine):
    path = mine / "mine" / "funding.csv"
    text = path.read_text("utf-8")
    text = text.replace("lanjiang_city", "lanjang_city").replace(",income,", ",incomes,")
    path.write_text(text, "utf-8")
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
    path = mine / "mine" / "funding.csv"
    path.write_text(path.read_text("utf-8").replace("lanjiang_city", "lanjang_city"), "utf-8")
    got = run("check", "mine", cwd=mine).stdout.splitlines()[-1]
    assert got == "1 fault", f"expected 1 fault, got {got}"
    got = run("reproduce", "--data", "mine", cwd=mine).stderr
    assert got.endswith("1 fault; nothing was run\n"), f"expected 1 fault, got {got}"


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
    (tmp_path / "article.txt").write_text(TEXT, "utf-8")
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

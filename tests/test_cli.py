"""The command line: one clear line for an input it cannot take, and nothing written."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import books
import faults
import pytest
from cases import rows

from wuxi_data import cli
from wuxi_data.schema import package

COMMAND = [sys.executable, "-m", "wuxi_data"]


@pytest.fixture
def run(example, monkeypatch, capsys):
    """Run a command beside a county of one's own, ``mine``: its exit code, output and errors."""
    monkeypatch.chdir(example.parent)
    Path("file").write_text("3个\n", "utf-8")

    def run(command: str) -> tuple[int, str, str]:
        return cli.main(command.split()), *capsys.readouterr()

    return run


def files() -> dict:
    return {path: path.stat().st_mtime_ns for path in sorted(Path().rglob("*"))}


# -------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(("command", "says"), rows("refused_commands"))
def test_what_a_command_cannot_take_is_refused_in_one_line_and_nothing_written(run, command, says):
    if "/dev/zero" in command and not os.path.exists("/dev/zero"):
        pytest.skip("no file without an end here")
    before = files()
    code, out, err = run(command)
    assert (code, out) == (2, ""), err
    assert err.startswith("wuxi-data: ")
    assert err.endswith("\n")
    assert err.count("\n") == 1, f"expected one line, got {err}"
    assert says in err
    assert files() == before, "expected nothing to be written"


TEXT = "2020年，援助资金500万元。\n"
BINARY = "a binary file (an Excel workbook? a PDF?)"
MARKUP = "not plain text (copy the words out of it)"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (TEXT.encode("gb18030"), "text in GB18030 (GBK)"),
        (TEXT.encode("utf-16"), "text in UTF-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "text in UTF-16"),
        (TEXT.encode("utf-16-le"), "text in UTF-16"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe", BINARY),
        (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", BINARY),
        (b"\0" * 100, BINARY),
        (b"\xff\xfa\xff" * 50, "text in an unknown encoding"),
        (b"\r\n \n", "an empty file"),
        ("\ufeff\n<!DOCTYPE html>\n<p>500万元</p>".encode(), f"HTML/XML, {MARKUP}"),
        (b"From: <Saved by Blink>\nMIME-Version: 1.0\n", f"MHTML, {MARKUP}"),
        (b"{\\rtf1\\ansi 500}", f"RTF, {MARKUP}"),
        ('[{"text": "500万元"}]'.encode(), f"JSON, {MARKUP}"),
    ],
)
def test_an_article_that_is_no_utf8_text_is_refused_with_what_it_is(run, content, kind):
    Path("file").write_bytes(content)
    refusal = f"wuxi-data: file is {kind}; save it as UTF-8 text first\n"
    assert run("audit file") == (2, "", refusal)


def test_the_package_is_the_command_and_calls_itself_what_was_typed():
    said = subprocess.check_output([*COMMAND, "--help"], encoding="utf-8")
    assert said.startswith("usage: python -m wuxi_data [-h]")


def test_a_missing_extra_is_said_in_one_line(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "nbclient", None)
    books.write(Path("mine/notebooks/one.ipynb"))
    before = files()
    code, _, err = run("reproduce --data mine --out out")
    assert code == 2
    assert "nbclient" in err.splitlines()[-1]
    assert err.endswith('as in pip install ".[reproduce]"\n')
    assert files() == before, "expected nothing to be written"


# Root may do everything, unless it gives that up before the command starts.
SETPRIV = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
AS_OTHERS = SETPRIV if os.name != "nt" and os.geteuid() == 0 else []


@pytest.mark.skipif(
    os.name == "nt" or (bool(AS_OTHERS) and not shutil.which("setpriv")),
    reason="nothing is forbidden here: run as another user, or install util-linux",
)
@pytest.mark.parametrize(
    ("shut", "mode", "command"),
    [
        ("mine", 0, "check mine"),
        ("mine", 0, "new mine/new"),
        ("shut", 0o555, "reproduce --data mine --out shut/out"),
    ],
)
def test_what_may_not_be_read_or_written_is_refused_in_one_line(example, shut, mode, command):
    folder = example.parent
    (folder / "shut").mkdir()
    (folder / shut).chmod(mode)
    command = [*AS_OTHERS, *COMMAND, *command.split()]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    (folder / shut).chmod(0o755)
    assert done.returncode == 2
    assert done.stderr.startswith(f"wuxi-data: Permission denied: {shut}"), done.stderr
    assert done.stderr.count("\n") == 1


# -------------------------------------------------------------------- what is taken


@pytest.mark.parametrize("folder", ["county", "."])
def test_new_makes_a_folder_that_check_finds_sound(run, tmp_path_factory, monkeypatch, folder):
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))
    code, out, _ = run(f"new {folder}")
    assert code == 0
    assert "README.md" in out
    assert run(f"check {folder}") == (0, "no faults\n", "")


def test_check_says_every_fault_and_reproduce_then_runs_nothing(run):
    faults.swap("funding", "lanjiang_city", "lanjang_city")(Path("mine"))
    faults.swap("funding", ",income,", ",incomes,")(Path("mine"))
    code, out, _ = run("check mine")
    open_list, closed_list, count = out.splitlines()
    assert (code, count) == (1, "2 faults")
    assert open_list.startswith("funding.csv:24 payer: found 'lanjang_city'; expected a code of")
    assert closed_list.startswith("funding.csv:27 indicator: found 'incomes'; expected one of the")
    code, _, err = run("reproduce --data mine")
    assert (code, err.splitlines()[-1]) == (1, "2 faults; nothing was run")


def test_a_word_that_is_wrong_in_many_rows_is_told_once_with_all_its_lines(run):
    path = Path("mine/funding.csv")
    text = path.read_text("utf-8")
    path.write_text(text.replace("donglan_province,yanxi", "donglan,yanxi"), "utf-8")
    lines = [n for n, row in enumerate(text.splitlines(), 1) if "donglan_province,yanxi" in row]
    first, count = run("check mine")[1].splitlines()
    assert first.startswith(f"funding.csv:{lines[0]} payer: found 'donglan'; expected a code of ")
    assert first.endswith(f" (also on line {', '.join(map(str, lines[1:]))})")
    assert count == f"{len(lines)} faults"
    code, told, _ = run("check mine --format json")
    assert code == 1
    assert [(each["file"], each["line"], each["column"]) for each in json.loads(told)] == [
        ("funding.csv", line, "payer") for line in lines
    ]


def test_check_and_audit_run_no_notebook(run):
    ran = books.code("open('ran', 'w')")
    books.write(Path("mine/notebooks/one.ipynb"), ran, books.prose("增至501万元。"))
    before = files()
    run("audit mine/article.txt --data mine")
    code, out, _ = run("check mine")
    assert files() == before
    fault, count = out.splitlines()
    said = "notebooks/one.ipynb cell 2 (said): found '501万'; expected a printed figure"
    assert fault.startswith(said)
    assert (code, count) == (1, "1 fault")


def test_a_relation_that_does_not_hold_is_told_though_no_table_is_at_fault(run):
    path = Path("mine/crosschecks.csv")
    head, first = path.read_text("utf-8").splitlines()[:2]
    left = first.split(",")[3]
    path.write_text(f"{head}\nodd,{left},=,2 * {left},两者相等,both are equal,\n", "utf-8")
    told = f"cross-check odd contradicts: 1.072亿元 ≠ ≈2.14亿元 ({left} = 2 * {left})\n"
    assert run("check mine") == (0, "no faults\n", told)


def test_audit_lists_what_is_left_over_and_proposes_rows(run):
    code, out, _ = run("audit mine/article.txt --data mine")
    assert code == 1
    assert "paragraph 15: '24' is unaccounted" in out
    assert out.endswith("85 numerals: 47 in facts, 36 excluded, 2 unaccounted\n")
    _, out, err = run("audit mine/article.txt --data mine --propose")
    assert "proposals, not facts" in err
    header, *rows = out.splitlines()
    assert header.startswith("paragraph,as_written,")
    assert [row.split(",")[:2] for row in rows] == [["15", "2024年"], ["15", "24个"]]


def test_audit_of_a_folder_just_begun_says_what_its_source_is(run):
    run("new county")
    Path("article.txt").write_text(TEXT, "utf-8")
    code, out, err = run("audit article.txt --data county")
    assert code == 1
    assert "2 numerals: 0 in facts, 0 excluded, 2 unaccounted" in out
    row = err.rpartition("sources.csv, for you to fill in: ")[2].strip().split(",")
    header = Path("county/sources.csv").read_text("utf-8-sig").strip().split(",")
    source = dict(zip(header, row, strict=True))
    assert source["paragraphs"] == "1"
    assert len(source["sha256"]) == 64


def test_who_stands_among_tables_of_their_own_is_told_of_data(run, monkeypatch):
    assert "--data ." not in run("reproduce --data mine --out file")[2]
    monkeypatch.chdir("mine")
    assert "--data ." in run("reproduce --out ../file")[2]


def test_cite_names_the_source_of_the_folder(run):
    code, out, _ = run("cite --data mine")
    assert code == 0
    assert "砚水长 澜江阔" in out
    assert "Tables CC BY" not in out, "expected no licence for tables that are not ours"
    ours = run("cite")[1].splitlines()[-1]
    assert ours.endswith(f"wuxi_data {package()['version']}. Tables CC BY 4.0, code MIT.")


def test_a_reader_who_leaves_early_hears_no_complaint(example):
    command = [*COMMAND, "audit", "article.txt", "--data", "."]
    with subprocess.Popen(
        command, cwd=example, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == b""


def test_a_copy_of_a_table_is_said_not_to_be_read(run):
    for name in ("funding - 副本.csv", "Funding.xlsx", "~$funding.xlsx", "notes.csv"):
        Path("mine", name).write_text("", "utf-8")
    names = "Funding.xlsx, funding - 副本.csv"
    told = f"not read, since no table has this name: {names}\n"
    assert run("check mine") == (0, "no faults\n", told)

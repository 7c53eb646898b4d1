"""One command reruns everything: the same bytes, whole files, and a clear word when it fails."""

import errno
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import faults
import pytest
from books import chart, code, prose, write

from wuxi_data import cli, notebooks, reproduce
from wuxi_data.county import example_county
from wuxi_data.files import write_whole
from wuxi_data.reading import TableError
from wuxi_data.reproduce import Rendered

REPOSITORY = Path(__file__).parents[1]
ENDS = ("zh.svg", "zh.png", "en.svg", "en.png", "csv")


@pytest.fixture
def small(monkeypatch, tmp_path, county):
    """Reproduce a county without kernels: what its notebooks have stored is what they give."""

    async def as_stored(path, say):
        return notebooks.tidy(notebooks.read(path))

    def draw(shown, data):
        value = shown[0].chart["value"]
        if value == "undrawable":
            raise ValueError("nothing to draw")
        return Rendered({f".{end}": f"{end}\n{value}\n".encode() for end in ENDS}, pictures={})

    def build(data, charts, findings):
        said = [f"{each.chart}: {each.words.en}" for each in findings]
        return "\n".join([*(shown.name for shown, drawn in charts), *said]).encode()

    monkeypatch.setattr(notebooks, "record", as_stored)
    monkeypatch.setattr(reproduce, "_draw", draw)
    monkeypatch.setattr(reproduce, "_build", build)
    monkeypatch.setattr(reproduce, "_drawers", lambda: nullcontext(ThreadPoolExecutor(1)))
    folder, out = county / "notebooks", tmp_path / "out"
    write(
        folder / "01_a.ipynb",
        prose("一句。\n\nA sentence.", "finding"),
        code("rise", chart("rise", 1)),
        code("rise, in English", chart("rise", 1, lang="en")),
        code("no name", chart(None, 1)),
    )
    write(folder / "02_b.ipynb", code("total", chart("total", 1)))

    def run(**options):
        outcomes = reproduce.reproduce(county, out, **options)
        return {outcome.name: outcome for outcome in outcomes}

    run.county, run.folder, run.out = county, folder, out
    return run


def states(outcomes) -> set[str]:
    return {outcome.state for outcome in outcomes.values()}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# -------------------------------------------------------------------- what is written


def test_what_notebooks_show_under_a_name_is_drawn_and_on_the_page_and_nothing_else(small):
    before = contents(small.county)
    first = small()
    assert list(first) == [
        "notebooks/01_a.ipynb",
        "notebooks/02_b.ipynb",
        *(f"figures/rise.{end}" for end in ENDS),
        *(f"figures/total.{end}" for end in ENDS),
        "figures/report.html",
    ]
    assert states(first) == {"new"}
    assert (small.out / "figures" / "rise.en.svg").read_text() == "en.svg\n1\n"
    page = (small.out / "figures" / "report.html").read_text()
    assert page.splitlines() == ["rise", "total", "rise: A sentence."]
    assert contents(small.county) == before, "expected the folder itself to be left alone"


def test_a_second_run_is_the_same_and_writes_nothing(small):
    small()
    before = {path: path.stat().st_mtime_ns for path in small.out.rglob("*")}
    assert states(small()) == {"same"}
    assert {path: path.stat().st_mtime_ns for path in small.out.rglob("*")} == before


def test_a_check_writes_nothing_and_shows_what_differs(small):
    small()
    (small.out / "figures" / "rise.csv").write_text("csv\n2\n", "utf-8")
    before = contents(small.out)
    outcomes = small(check=True)
    (changed,) = [each for each in outcomes.values() if each.state != "same"]
    assert changed.name == "figures/rise.csv"
    assert changed.detail.splitlines()[-2:] == ["-2", "+1"]
    assert contents(small.out) == before


def test_a_figure_that_no_notebook_shows_is_stale_until_it_is_pruned(small):
    small()
    figures = small.out / "figures"
    (figures / "notes.txt").write_text("a user's own", "utf-8")
    (figures / ".DS_Store").touch()
    write(small.folder / "02_b.ipynb", "0")
    stale = {name for name, each in small(check=True).items() if each.state == "stale"}
    assert stale == {"figures/notes.txt", *(f"figures/total.{end}" for end in ENDS)}
    assert small()["figures/total.csv"].state == "stale"
    assert small(check=True, prune=True)["figures/total.csv"].state == "stale"
    assert small(prune=True)["figures/total.csv"].state == "pruned"
    left = {path.name for path in figures.iterdir()}
    assert not any(name.startswith("total") for name in left), left
    assert {"notes.txt", ".DS_Store", "rise.zh.svg", "report.html"} <= left


def test_a_figure_whose_name_differs_in_capitals_is_not_pruned(small):
    """Where a disk does not tell them apart, it is the figure that was just drawn."""
    small()
    (small.out / "figures" / "Rise.csv").touch()
    assert states(small(prune=True)) == {"same"}


def test_nothing_is_stale_for_a_notebook_that_failed(small):
    small()
    (small.folder / "02_b.ipynb").write_bytes(b"")
    outcomes = small(prune=True)
    assert outcomes["notebooks/02_b.ipynb"].state == "failed"
    assert states(outcomes) == {"same", "failed"}
    assert outcomes["figures/report.html"].state == "failed", "expected no page of fewer charts"
    assert (small.out / "figures" / "total.csv").exists()


# -------------------------------------------------------------------- what fails


def test_one_name_for_two_charts_fails_and_names_both_cells(small):
    write(small.folder / "02_b.ipynb", code("other", chart("rise", value=2)))
    _, state, detail = small()["figures/rise"]
    both = "01_a.ipynb cell 2 (shown) and 02_b.ipynb cell 1 (shown)"
    assert state == "failed"
    assert detail == f"one name, different charts: {both}; give each a name of its own"
    assert not list(small.out.glob("figures/rise*")), "expected neither to be drawn"


def test_a_chart_that_cannot_be_drawn_fails_alone(small):
    write(small.folder / "02_b.ipynb", code("x", chart("total", value="undrawable")))
    outcomes = small()
    (failed,) = [each for each in outcomes.values() if each.state != "new"]
    why = "02_b.ipynb cell 1 (shown): ValueError: nothing to draw"
    assert failed == ("figures/total", "failed", why)
    assert {"figures/rise.csv", "figures/report.html"} <= set(outcomes)


def test_drawers_that_died_fail_their_charts_and_the_page_alone(small, monkeypatch):
    class Dead(ThreadPoolExecutor):
        def submit(self, *_given):
            raise BrokenExecutor("a process died")

    monkeypatch.setattr(reproduce, "_drawers", lambda: nullcontext(Dead(1)))
    states = {name: each.state for name, each in small().items()}
    failed = [name for name, state in states.items() if state == "failed"]
    assert failed == ["figures/rise", "figures/total", "figures/report.html"]
    assert states["notebooks/01_a.ipynb"] == "new"


def test_a_number_in_prose_that_nothing_bears_out_fails_though_all_is_written(small):
    write(small.folder / "02_b.ipynb", prose("增至501万元。"))
    outcomes = small()
    _, state, detail = outcomes["notebooks/02_b.ipynb, its prose"]
    assert state == "failed"
    assert "found '501万'" in detail
    assert outcomes["notebooks/02_b.ipynb"].state == "new"


def test_faulty_tables_stop_the_run_before_anything_is_written(small):
    faults.swap("funding", ",5000000,", ",50,")(small.county)
    with pytest.raises(TableError, match="5000000, as 500万元 says"):
        small()
    assert not small.out.exists()


def test_the_command_says_each_state_and_sums_up(small, capsys):
    def summed_up(*options):
        code = cli.main(["reproduce", f"--data={small.county}", f"--out={small.out}", *options])
        told = capsys.readouterr()
        running = [f"running {small.folder / name}" for name in ("01_a.ipynb", "02_b.ipynb")]
        assert told.err.splitlines()[:2] == running
        return code, told.out.splitlines()[-1]

    assert summed_up() == (cli.OK, "13 new")
    assert summed_up("--check") == (cli.OK, "13 same")
    (small.out / "figures" / "old.csv").write_bytes(b"")
    assert summed_up() == (cli.OK, "13 same, 1 stale")
    assert summed_up("--check") == (cli.FAILED, "13 same, 1 stale")
    assert summed_up("--prune") == (cli.OK, "1 pruned, 13 same")
    (small.folder / "02_b.ipynb").write_bytes(b"")
    assert summed_up() == (cli.FAILED, "2 failed, 6 same")


# -------------------------------------------------------------------- real kernels

SURROUNDINGS = """import locale, os, sys
import matplotlib
print("巫溪", sys.flags.utf8_mode, locale.getpreferredencoding())
print(matplotlib.get_backend(), matplotlib.rcParams["lines.linewidth"])
print(sys.executable == os.environ["EXPECTED_PYTHON"], "surprise" in globals())
import wuxi_data as wd
print(str(wd.audit("2个", "..")).splitlines()[-1])"""
SHOWS = """import wuxi_data as wd
county = wd.load_county(data)
wd.bars(county[county["unit"] == "person"].head(1), name="people")"""

PROCESSES = """import multiprocessing
import beside
print(multiprocessing.current_process().name, multiprocessing.parent_process())
print(multiprocessing.Process().name)
for method in multiprocessing.get_all_start_methods():
    with multiprocessing.get_context(method).Pool(1) as pool:
        print(pool.map(beside.double, [21]))"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Run the command once where everything of the user's is in the way; some notebooks fail."""
    root = tmp_path_factory.mktemp("an 'apostrophe' 县")
    home, county = root / "home", shutil.copytree(example_county(), root / "mine")
    folder = county / "notebooks"
    write(folder / "01_surroundings.ipynb", SURROUNDINGS)
    write(folder / "02_fails.ipynb", "import wuxi_data as wd", "wd.bars([])", "8 * 9")
    write(folder / "03_dies.ipynb", "import os, signal", "os.kill(os.getpid(), signal.SIGKILL)")
    write(folder / "04_chart.ipynb", 'data = ".."', SHOWS)
    (folder / "beside.py").write_text("def double(number): return 2 * number\n", "utf-8")
    write(folder / "08_processes.ipynb", PROCESSES)
    (folder / "05_empty.ipynb").touch()
    (folder / "06_merge.ipynb").write_text("<<<<<<< HEAD\n", "utf-8")
    (folder / "07_gbk.ipynb").write_bytes('{"cells": "巫溪"}'.encode("gb18030"))
    kernel = home / ".local/share/jupyter/kernels/python3/kernel.json"
    kernel.parent.mkdir(parents=True)
    kernel.write_text('{"argv": ["/gone/python", "{connection_file}"], "language": "python"}')
    (home / ".config/matplotlib").mkdir(parents=True)
    (home / ".config/matplotlib/matplotlibrc").write_text("lines.linewidth: 9\nno.such.key: 1\n")
    (home / "startup.py").write_text("surprise = 1\n")
    home.chmod(0o555)
    environment = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(REPOSITORY),
        "MPLBACKEND": "svg",
        "PYTHONIOENCODING": "gbk",
        "PYTHONSTARTUP": str(home / "startup.py"),
        "PYTHONHASHSEED": "2",
        "LC_ALL": "zh_CN.GBK",
        "TZ": "Asia/Shanghai",
        "EXPECTED_PYTHON": sys.executable,
    }
    done = subprocess.run(
        [sys.executable, "-m", "wuxi_data.cli", "reproduce", "--data", "mine"],
        cwd=root, env=environment, capture_output=True, encoding="gbk", timeout=300, check=False,
    )  # fmt: skip
    return county, done


def test_in_hostile_surroundings_each_notebook_that_cannot_run_is_one_line(hostile):
    county, done = hostile
    lines = [line for line in done.stdout.splitlines() if "notebooks/" in line]
    assert lines == [
        "新增        notebooks/01_surroundings.ipynb",
        "失败        notebooks/02_fails.ipynb",
        "失败        notebooks/03_dies.ipynb",
        "新增        notebooks/04_chart.ipynb",
        "失败        notebooks/05_empty.ipynb",
        "失败        notebooks/06_merge.ipynb",
        "失败        notebooks/07_gbk.ipynb",
        "新增        notebooks/08_processes.ipynb",
    ], done.stderr
    assert done.returncode == cli.FAILED
    assert "第 2 个单元格（共 3 个）: 运行下面这个单元格时出错：" in done.stderr
    assert "没有可画的" in done.stderr, "expected an error in the language of its reader"
    assert "第 2 个单元格（共 2 个）: 内核中途停止了" in done.stderr
    assert "\x1b" not in done.stderr
    assert (county / "out" / "figures" / "people.zh.svg").exists()


def printed(county: Path, name: str) -> list[str]:
    recorded = notebooks.read(county / "out" / "notebooks" / f"{name}.ipynb")
    return recorded["cells"][0]["outputs"][0]["text"].splitlines()


def test_nothing_of_the_users_reaches_a_kernel(hostile):
    assert printed(hostile[0], "01_surroundings") == [
        "巫溪 1 utf-8",
        "module://matplotlib_inline.backend_inline 1.5",
        "True False",
        "1 numerals: 0 in facts, 0 excluded, 1 unaccounted",
    ]


def test_a_notebook_starts_processes_as_in_any_kernel(hostile):
    name, child, *doubled = printed(hostile[0], "08_processes")
    assert (name, child) == ("MainProcess None", "Process-1")
    assert doubled == ["[42]"] * len(multiprocessing.get_all_start_methods())


def test_the_same_bytes_come_out_in_other_surroundings(hostile):
    county, _ = hostile
    before = contents(county / "out")
    for name in ("01_surroundings", "02_fails", "03_dies", "05_empty", "06_merge", "07_gbk"):
        (county / "notebooks" / f"{name}.ipynb").unlink()
    outcomes = reproduce.reproduce(county)
    assert {each.state for each in outcomes} == {"same"}, outcomes
    assert contents(county / "out") == before


FONTS_FOUND = """import os, pathlib
from wuxi_data.notebooks import own_surroundings
with own_surroundings():
    print(len([*pathlib.Path(os.environ["MPLCONFIGDIR"]).glob("fontlist-*")]))"""


def test_kernels_need_not_search_for_fonts_though_nobody_has_yet(tmp_path):
    environment = os.environ | {"MPLCONFIGDIR": str(tmp_path)}
    assert subprocess.check_output([sys.executable, "-c", FONTS_FOUND], env=environment) == b"1\n"


STARTS = """import pathlib, subprocess
sleeping = subprocess.Popen(["sleep", "600"])
pathlib.Path(f"{sleeping.pid}.pid").touch()
sleeping.wait()"""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="tells processes by /proc")
@pytest.mark.parametrize(("end", "code"), [("SIGINT", cli.INTERRUPTED), ("SIGKILL", -9)])
def test_what_notebooks_started_ends_with_the_run(county, end, code):
    for name in ("01", "02"):
        write(county / "notebooks" / f"{name}.ipynb", STARTS)
    command = [sys.executable, "-m", "wuxi_data.cli", "reproduce", "--data", str(county)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as run:
        started = wait_for(lambda: list((county / "notebooks").glob("*.pid")), 2)
        run.send_signal(getattr(signal, end))
        assert run.wait(20) == code
    wait_for(lambda: [path for path in started if not Path("/proc", path.stem).exists()], 2)


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="no groups of processes here")
@pytest.mark.parametrize("seconds", [0, 0.3, 3])  # while a kernel starts; while a cell runs
def test_ctrl_c_in_a_terminal_which_every_process_hears_is_one_line(county, seconds):
    for name in ("01", "02"):
        write(county / "notebooks" / f"{name}.ipynb", "import time", "time.sleep(600)")
    command = [sys.executable, "-m", "wuxi_data.cli", "reproduce", "--data", str(county)]
    pipe = {"stderr": subprocess.PIPE, "start_new_session": True}
    with subprocess.Popen(command, encoding="utf-8", **pipe) as run:
        while " 02.ipynb …" not in run.stderr.readline():
            pass
        time.sleep(seconds)
        os.killpg(run.pid, signal.SIGINT)
        *progress, said = run.stderr.read().splitlines()
    assert said == "wuxi-data: stopped; every file is whole, either old or new"
    assert all(line.startswith("[") and "failed" not in line for line in progress), progress
    assert run.returncode == cli.INTERRUPTED


def wait_for(find, count: int, seconds: float = 60) -> list:
    deadline = time.monotonic() + seconds
    while len(found := find()) < count:
        assert time.monotonic() < deadline, f"expected {count}, got {found}"
        time.sleep(0.1)
    return found


@pytest.mark.usefixtures("same_versions")
def test_our_notebooks_figures_and_page_are_as_they_are_stored():
    different = [each for each in reproduce.reproduce(check=True) if each.state != "same"]
    assert not different, "\n".join("\n".join(each) for each in different)


# -------------------------------------------------------------------- whole files


def test_a_full_disk_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "figure.svg"
    write_whole(path, b"old")

    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new and longer")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_another_program_holds_is_named_in_one_line(small, monkeypatch, capsys):
    """Windows lets nobody replace what Excel has open."""
    small()
    held = small.out / "figures" / "rise.csv"
    held.write_bytes(b"old")

    def replace(part, path):
        raise PermissionError(errno.EACCES, "Permission denied", str(part), None, str(path))

    monkeypatch.setattr(os, "replace", replace)
    code = cli.main(["reproduce", f"--data={small.county}", f"--out={small.out}"])
    said = f"Permission denied: {held} (is it open in another program, such as Excel?)"
    assert (code, capsys.readouterr().err.splitlines()[-1]) == (2, f"wuxi-data: {said}")
    assert not list(small.out.rglob("*.part"))


def test_written_files_have_ordinary_permissions(tmp_path):
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    write_whole(tmp_path / "whole", b"")
    assert (tmp_path / "whole").stat().st_mode == plain.stat().st_mode

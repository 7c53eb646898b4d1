"""One command reruns everything: the same bytes, whole files, and a clear word when it fails."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from wuxi_data import charts, cli, reproduce
from wuxi_data.files import write_whole
from wuxi_data.reading import TableError


def notebook(path: Path, *sources: str) -> Path:
    """A notebook of code cells; a source that starts with ``data =`` is its parameters cell."""
    cells = [
        nbformat.v4.new_code_cell(
            source,
            id=f"cell-{place}",
            metadata={"tags": ["parameters"]} if "data =" in source else {},
        )
        for place, source in enumerate(sources, 1)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


@pytest.fixture
def small(monkeypatch, tmp_path):
    """One chart, a short page and two short notebooks, so that a whole run takes seconds."""
    monkeypatch.setattr(charts, "CHARTS", {"funding-rise": charts.CHARTS["funding-rise"]})
    monkeypatch.setattr(reproduce.report, "build", lambda data: b"<title>a page</title>")
    source = tmp_path / "source"
    notebook(source / "01_a.ipynb", "data = None", "import wuxi_data as wd", "wd.check(data)")
    notebook(source / "02_b.ipynb", "6 * 7")
    out = tmp_path / "out"

    def run(**options):
        outcomes = reproduce.reproduce(out=out, notebooks=source, **options)
        return {outcome.name: outcome for outcome in outcomes}

    run.source, run.out = source, out
    return run


def states(outcomes) -> set[str]:
    return {outcome.state for outcome in outcomes.values()}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_first_run_is_new_and_a_second_the_same(small):
    first = small()
    assert states(first) == {"new"}
    assert set(first) == {
        "notebooks/01_a.ipynb",
        "notebooks/02_b.ipynb",
        *(
            f"figures/funding-rise.{lang}.{kind}"
            for lang in ("zh", "en")
            for kind in ("svg", "png")
        ),
        "figures/funding-rise.csv",
        "figures/report.html",
    }
    before = contents(small.out)
    assert states(small()) == {"same"}
    assert contents(small.out) == before
    assert not list(small.out.rglob("*.part"))


def test_a_check_writes_nothing_and_shows_what_differs(small):
    small()
    table = small.out / "figures" / "funding-rise.csv"
    table.write_text(table.read_text("utf-8").replace("5000000", "5000001"), "utf-8")
    before = contents(small.out)
    outcomes = small(check=True)
    changed = {name: each for name, each in outcomes.items() if each.state != "same"}
    assert list(changed) == ["figures/funding-rise.csv"]
    diff = changed["figures/funding-rise.csv"].detail
    assert any(line.startswith("-") and "5000001" in line for line in diff.splitlines())
    assert any(line.startswith("+") and "5000000" in line for line in diff.splitlines())
    assert contents(small.out) == before


def test_an_edited_output_is_recorded_anew(small):
    small()
    recorded = small.out / "notebooks" / "02_b.ipynb"
    recorded.write_text(recorded.read_text("utf-8").replace('"42"', '"43"'), "utf-8")
    outcomes = small()
    assert outcomes["notebooks/02_b.ipynb"].state == "changed"
    assert '"42"' in recorded.read_text("utf-8")


def test_a_failing_cell_is_named_and_every_other_file_is_written(small):
    notebook(small.source / "02_b.ipynb", "6 * 7", "1 / 0", "8 * 9")
    outcomes = small()
    failed = outcomes["notebooks/02_b.ipynb"]
    assert failed.state == "failed"
    assert "cell 2 of 3" in failed.detail
    assert "ZeroDivisionError" in failed.detail
    assert "\x1b" not in failed.detail
    assert not (small.out / "notebooks" / "02_b.ipynb").exists()
    assert (small.out / "notebooks" / "01_a.ipynb").exists()
    assert (small.out / "figures" / "funding-rise.zh.svg").exists()


def test_a_kernel_that_dies_is_a_failure_like_any_other(small):
    notebook(
        small.source / "02_b.ipynb", "import os, signal", "os.kill(os.getpid(), signal.SIGKILL)"
    )
    failed = small()["notebooks/02_b.ipynb"]
    assert failed.state == "failed"
    assert "cell 2 of 2" in failed.detail
    assert "died" in failed.detail.lower()


def test_another_folder_stands_in_the_notebook_relative_to_it(small, county):
    small(data=county)
    recorded = nbformat.read(small.out / "notebooks" / "01_a.ipynb", 4)
    relative = Path(os.path.relpath(county, small.out / "notebooks")).as_posix()
    note, parameters, _, checked = recorded.cells
    assert note.cell_type == "markdown"  # the prose is about ours: it says so
    assert parameters.source == f'data = "{relative}"'
    assert str(county.resolve()) not in nbformat.writes(recorded)
    assert checked.outputs[0]["data"]["text/plain"] == "[]"


def test_the_note_of_another_county_is_counted_among_the_cells(small, county):
    lines = []
    small(data=county, say=lines.append)
    cells = [line.partition("01_a.ipynb: ")[2] for line in lines if "01_a.ipynb: cell" in line]
    expected = [f"cell {place} of 4" for place in (1, 2, 3, 4)]  # the first is the note
    assert cells == expected, f"expected {expected}, got {cells}"


def test_faulty_tables_stop_the_run_before_anything_is_written(small, county):
    path = county / "funding.csv"
    path.write_text(path.read_text("utf-8").replace(",5000000,", ",50,"), "utf-8")
    with pytest.raises(TableError, match="5000000, as 500万元 says"):
        small(data=county)
    assert not small.out.exists()


def test_a_county_without_a_theme_leaves_its_charts_out(small, county):
    (county / "funding.csv").write_text(
        (county / "funding.csv").read_text("utf-8").splitlines()[0] + "\n", "utf-8"
    )
    (county / "crosschecks.csv").unlink()
    left_out = small(data=county)["figures/funding-rise"]
    assert left_out.state == "left out"
    assert "annual_aid" in left_out.detail


@pytest.mark.parametrize(
    "surroundings",
    [
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Shanghai"},
        {"PYTHONHASHSEED": "2", "LC_ALL": "tr_TR.UTF-8"},
    ],
)
def test_the_same_bytes_come_out_elsewhere(small, surroundings, tmp_path):
    small()
    script = (
        "import sys; from wuxi_data import charts, reproduce\n"
        "charts.CHARTS = {'funding-rise': charts.CHARTS['funding-rise']}\n"
        "reproduce.report.build = lambda data: b'<title>a page</title>'\n"
        "reproduce.reproduce(out=sys.argv[2], notebooks=sys.argv[1])"
    )
    there = tmp_path / "there"
    subprocess.run(
        [sys.executable, "-c", script, small.source, there],
        env={**os.environ, **surroundings},
        check=True,
    )
    ours, theirs = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*.*")}
        for root in (small.out, there)
    )
    assert ours == theirs


def test_a_text_that_a_spreadsheet_would_run_is_quoted():
    import pandas as pd

    table = pd.DataFrame({"label": ['=HYPERLINK("x")', "@a", "-1", "plain"], "y": [-1.0, 2, 3, 4]})
    lines = reproduce._csv(table).decode().splitlines()
    assert lines[1:] == ['"\'=HYPERLINK(""x"")",-1.0', "'@a,2.0", "'-1,3.0", "plain,4.0"]


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


def test_written_files_have_ordinary_permissions(tmp_path):
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    write_whole(tmp_path / "whole", b"")
    assert (tmp_path / "whole").stat().st_mode == plain.stat().st_mode


def test_the_command_says_each_state_and_sums_up(small, monkeypatch, capsys):
    arguments = ["reproduce", "--out", str(small.out), "--notebooks", str(small.source)]
    assert cli.main(arguments) == cli.OK
    assert capsys.readouterr().out.splitlines()[-1] == "8 new"
    assert cli.main([*arguments, "--check"]) == cli.OK
    done = capsys.readouterr()
    assert done.out.splitlines()[-1] == "8 same"
    assert "notebook 01_a.ipynb done" in done.err
    (small.out / "figures" / "funding-rise.en.png").write_bytes(b"garbage")
    assert cli.main([*arguments, "--check"]) == cli.FAILED
    assert capsys.readouterr().out.splitlines()[-1] == "1 changed, 7 same"


def test_a_missing_data_folder_is_refused(small, capsys):
    assert (
        cli.main(["reproduce", "--data", "no-such-folder", "--out", str(small.out)]) == cli.REFUSED
    )
    assert capsys.readouterr().err == "wuxi-data: no such folder of tables: no-such-folder\n"


def test_notebooks_of_a_data_folder_are_never_run(small, county):
    notebook(county / "notebooks" / "01_evil.ipynb", "raise SystemExit('ran')")
    assert "notebooks/01_evil.ipynb" not in small(data=county)

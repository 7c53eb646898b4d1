"""The harness itself: it says when a mutant lives, and refuses to judge what is not green."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import guards, mutants, mutate

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the harness forks: not on Windows")


@pytest.fixture
def clone(tmp_path):
    return mutate.copy_of_repository(tmp_path)


def run(tree: Path, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "tools.mutate", *arguments],
        cwd=tree,
        env={**os.environ, "WUXI_ARTICLE": str(guards.ARTICLE)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_repository_that_is_not_green_is_refused(clone):
    table = clone / "wuxi_data/data/funding.csv"
    table.write_bytes(table.read_bytes().replace(b"5000000,CNY", b"6000000,CNY"))
    done = run(clone, "--only", "sources")
    assert done.returncode == 1
    said = done.stdout.splitlines()
    assert said[0] == "The untouched repository is not green:", done.stdout + done.stderr
    assert any(line.startswith("check: funding.csv:3") for line in said), done.stdout
    assert "mutants killed" not in done.stdout


def test_every_cell_of_every_table_is_changed():
    changed = {tuple(each.name.split(": ")[0].split(" ")[:3]) for each in mutants.tables(ROOT)}
    for theme in mutants.THEMES:
        table = mutants.Table(ROOT, theme)
        for row in table.rows:
            for column in table.header:
                assert (f"{theme}.csv", row[0], column) in changed


def test_a_changed_character_is_another_character():
    for text in ("a", "7", "9", "约", "甲", "x", "x7", "（", " ", ""):
        assert mutants.other(text) != text

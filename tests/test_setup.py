"""The set-up files agree, name no machine, and the font that ships can write every label."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from fontTools.ttLib import TTFont
from packaging.requirements import Requirement

from tools import build_font
from wuxi_data import load_sources

ROOT = Path(__file__).resolve().parent.parent
FONTS = ROOT / "wuxi_data" / "fonts"
FONT_FILES = ["WuxiDataSans-Regular.ttf", "WuxiDataSans-SemiBold.ttf"]
CONDA_NAMES = {  # where conda-forge's name differs
    "brotli-python": "brotli",
    "matplotlib-base": "matplotlib",
    "seaborn-base": "seaborn",
}

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


# The three lists of versions


def requirements(*lists):
    return [Requirement(line) for lines in lists for line in lines]


def test_the_lock_holds_every_requirement_at_a_version_that_pyproject_admits(locked):
    for need in requirements(PROJECT["dependencies"], *EXTRAS.values()):
        assert locked.get(need.name), f"{need.name}: in pyproject.toml, not in the lock"
        assert all(held in need.specifier for held in locked[need.name]), need


def test_environment_yml_admits_the_versions_of_the_lock_and_pins_none(locked):
    """What would keep a reader's environment from being solved, or from being ours."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    python, *lines, from_pip = environment["dependencies"]
    assert from_pip == {"pip": ["-e ."]}, "expected pip to install the package alone"
    assert python in ("python=3.11", "python=3.12", "python=3.13"), "expected what Binder can read"
    needs = {
        CONDA_NAMES.get(need.name, need.name): need.specifier
        for need in requirements(lines)
        if need.name != "pip"
    }
    reader = requirements(PROJECT["dependencies"], EXTRAS["reproduce"], EXTRAS["lab"])
    assert {need.name for need in reader} | {"nbval"} <= set(needs)
    for name, admitted in needs.items():
        assert all(held in admitted for held in locked[name]), f"{name}: {locked[name]}"
        assert not any(part.operator == "==" for part in admitted), f"{name}: an exact pin"


# What a public repository must not say

FOREIGN = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.npmjs|anaconda\.(?:org|com)"
    r"|(?<![\w.~-])/(?:work|root|tmp|home|opt|Users)/\w|\b[A-Z]:\\+Users\b"
)


def test_no_file_names_a_package_registry_or_a_path_of_some_machine():
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git clone")
    paths = [ROOT / name for name in done.stdout.split("\0") if (ROOT / name).is_file()]
    texts = {path: path.read_bytes().decode("utf-8", "replace") for path in paths}
    found = {str(path): match for path, text in texts.items() if (match := FOREIGN.search(text))}
    assert found == {}


# The citation


def test_the_citation_states_our_version_and_licence_and_names_the_article():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert str(citation["version"]) == PROJECT["version"]
    assert citation["license"] == PROJECT["license"].split(" AND ")[0]
    (source,) = load_sources().to_dict("records")
    (article,) = citation["references"]
    authors = [author["family-names"] + author["given-names"] for author in article["authors"]]
    assert source["title"].startswith(article["title"])
    assert source["authors"].split("; ") == authors
    assert int(source["published"][:4]) == article["year"]


# The font


each_font = pytest.mark.parametrize("name", FONT_FILES)


@each_font
def test_the_font_draws_gb2312_and_every_label(name):
    hanzi = {char for char in map(chr, range(0x4E00, 0xA000)) if char.encode("gb2312", "ignore")}
    labels = (ROOT / "wuxi_data/data/labels.csv").read_text(encoding="utf-8-sig").replace("\n", "")
    signs = "→←↑↓≈≥≤×÷−±∞√⊂●○■□▲△▶◆◇²³‰€£¥°№·—–…“”‘’《》「」，。；：？！（）％＋āáǎàüǚ"
    drawn = map(chr, TTFont(FONTS / name).getBestCmap())
    assert {*hanzi, *labels, *signs} - set(drawn) == set()


@each_font
def test_the_fonts_licence_and_copyright_ship_with_it(name):
    font = TTFont(FONTS / name)
    terms = (FONTS / "OFL.txt").read_text(encoding="utf-8")
    holder = font["name"].getDebugName(0).removeprefix("(c) ").rstrip(".")
    assert "SIL OPEN FONT LICENSE Version 1.1 - 26 February 2007" in terms
    assert f"Copyright {holder}" in terms
    assert "Noto" not in "".join(str(record) for record in font["name"].names)


@pytest.mark.usefixtures("same_versions")
def test_the_font_is_built_to_the_same_bytes_again(tmp_path):
    """What is already cut and renamed is left as it is, so no source is needed to see it."""
    name = FONT_FILES[0]
    build_font.build(tmp_path / name, FONTS / name)
    assert (tmp_path / name).read_bytes() == (FONTS / name).read_bytes()


# make


@pytest.mark.skipif(not shutil.which("make"), reason="every command runs without make")
@pytest.mark.parametrize(
    ("stub", "message"),
    [
        ("#!/bin/sh\n[ $1 = -V ] && echo Python 3.9.2\nexit 1\n", "Python 3.11 or later is needed"),
        ("#!/bin/sh\ncase $2 in *venv*) exit 1; esac\n", "apt install python3-venv"),
    ],
    ids=["old python", "no venv"],
)
def test_make_says_what_the_machine_lacks_and_builds_nothing(tmp_path, stub, message):
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    python = tmp_path / "python"
    python.write_text(stub, encoding="utf-8")
    python.chmod(0o755)
    alone = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(  # not as a child of the `make test` that runs us
        ["make", "test", f"PYTHON={python}"],
        cwd=tmp_path, env=alone, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert message in done.stderr, done.stderr
    assert not (tmp_path / ".venv").exists()


def test_an_import_from_a_zip_file_says_what_to_do(tmp_path):
    archive = shutil.make_archive(tmp_path / "wheel", "zip", ROOT, "wuxi_data")
    code = f"import sys; sys.path.insert(0, {archive!r}); import wuxi_data"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "imported from a zip file" in done.stderr.splitlines()[-1]

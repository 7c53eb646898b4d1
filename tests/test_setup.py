"""The set-up files agree, name no machine, and the font that ships can write every label.

Each guard is a function that returns the faults it sees; beside the test that expects none stand
the mutated copies on which it must fire.
"""

import csv
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import distributions, version
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml
from fontTools.ttLib import TTFont
from packaging.requirements import Requirement

from tools import build_font

ROOT = Path(__file__).resolve().parent.parent
FONTS = ROOT / "wuxi_data" / "fonts"
WEIGHTS = {"WuxiDataSans-Regular.ttf": 400, "WuxiDataSans-SemiBold.ttf": 600}
CONDA_NAMES = {  # where conda-forge's name differs
    "brotli-python": "brotli",
    "matplotlib-base": "matplotlib",
    "seaborn-base": "seaborn",
}

PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
CONDA = (ROOT / "environment.yml").read_text(encoding="utf-8")
CITATION = (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def replaced(text, old, new):
    """A mutated copy; a mutation that changes nothing would prove nothing."""
    assert old in text, f"nothing to mutate: {old!r}"
    return text.replace(old, new, 1)


# The three lists of versions


def direct(pyproject):
    """Every requirement that pyproject.toml names, extras and all."""
    project = tomllib.loads(pyproject)["project"]
    extras = project["optional-dependencies"].values()
    return [Requirement(line) for lines in [project["dependencies"], *extras] for line in lines]


def blocks(lock):
    """The lock's requirements, each with its hashes."""
    bare = "\n".join(line for line in lock.splitlines() if not line.lstrip().startswith("#"))
    return [" ".join(block.split()) for block in bare.replace("\\\n", " ").splitlines()]


def locked(lock):
    """Name → the versions that the lock holds, one for each range of Pythons."""
    versions = {}
    for block in blocks(lock):
        if found := re.match(r"([a-z0-9-]+)==([^ ;]+)", block):
            versions.setdefault(found[1], set()).add(found[2])
    return versions


def lock_faults(pyproject, lock):
    faults = [
        f"{block.split()[0]}: neither pinned nor hashed"
        for block in blocks(lock)
        if not re.match(r"[a-z0-9-]+==[^ ]+ (;.*?)?--hash=sha256:[0-9a-f]{64}", block)
    ]
    versions = locked(lock)
    for need in direct(pyproject):
        if need.name not in versions:
            faults.append(f"{need.name}: in pyproject.toml, not in the lock")
        faults += [
            f"{need.name}: the lock's {version} is not {need.specifier}"
            for version in versions.get(need.name, ())
            if version not in need.specifier
        ]
    return faults


def conda_faults(pyproject, lock, conda):
    """What would keep a reader's environment from being solved, or from being ours."""
    lines = yaml.safe_load(conda)["dependencies"]
    from_pip = next(line["pip"] for line in lines if isinstance(line, dict))
    needs = [Requirement(line) for line in lines if isinstance(line, str) and line != "pip"]
    versions, project = locked(lock), tomllib.loads(pyproject)["project"]
    faults = [] if from_pip == ["-e ."] else [f"pip installs the package alone, not {from_pip}"]
    for need in needs:
        name = CONDA_NAMES.get(need.name, need.name)
        admitted = versions.get(name, {"3.11", "3.12", "3.13"} if name == "python" else set())
        faults += [f"{name}: not in the lock"] if not admitted else []
        faults += [
            f"{name}: environment.yml does not admit the lock's {version}"
            for version in admitted
            if version not in need.specifier
        ]
        if any(part.operator == "==" for part in need.specifier):
            faults.append(f"{name}: an exact pin, {need.specifier}")
    extras = project["optional-dependencies"]
    reader = [*project["dependencies"], *extras["reproduce"], *extras["lab"]]
    wanted = {Requirement(line).name for line in reader} | {"nbval"}
    named = {CONDA_NAMES.get(need.name, need.name) for need in needs}
    return faults + [f"{name}: not in environment.yml" for name in sorted(wanted - named)]


def test_the_lock_holds_every_requirement_at_a_version_that_pyproject_admits():
    assert lock_faults(PYPROJECT, LOCK) == []


def test_environment_yml_admits_the_versions_of_the_lock_and_pins_none():
    assert conda_faults(PYPROJECT, LOCK, CONDA) == []


def test_what_is_installed_is_what_the_lock_says():
    """A version of the lock that nobody ever installed is a version that nobody tried."""
    installed = {each.name.lower().replace("_", "-"): each.version for each in distributions()}
    wrong = {
        name: installed[name]
        for name, versions in locked(LOCK).items()
        if name in installed and installed[name] not in versions
    }
    if wrong.keys() & {need.name for need in direct(PYPROJECT)}:
        pytest.skip("not an environment of the lock")
    assert not wrong, f"expected the lock's versions, got {wrong}"


def test_a_version_that_pyproject_does_not_admit_is_seen():
    moved = replaced(LOCK, "\npandas==", "\npandas==0.")
    assert any(fault.startswith("pandas: the lock's 0.") for fault in lock_faults(PYPROJECT, moved))
    gone = replaced(LOCK, "\npandas==", "\nother==")
    assert "pandas: in pyproject.toml, not in the lock" in lock_faults(PYPROJECT, gone)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("pandas==3.1.1", "pandas>=3.1.1", "pandas>=3.1.1: neither pinned nor hashed"),
        ("--hash=sha256:", "--hash=md5:", "annotated-doc==0.0.5: neither pinned nor hashed"),
    ],
)
def test_an_unpinned_or_unhashed_line_of_the_lock_is_seen(old, new, fault):
    text = LOCK if "md5" not in new else LOCK.split("\nannotated-types")[0].replace(old, new)
    assert fault in lock_faults(PYPROJECT, text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("pandas>=2.3,<4", "pandas>=4", "pandas: environment.yml does not admit the lock's"),
        ("pandas>=2.3,<4", "pandas==3.1.1", "pandas: an exact pin"),
        ("  - jinja2>=3.1\n", "", "jinja2: not in environment.yml"),
        ("python>=3.11,<3.14", "python<3.11", "python: environment.yml does not admit"),
        ("      - -e .", "      - wuxi-data", "pip installs the package alone"),
    ],
)
def test_a_line_of_environment_yml_that_cannot_be_right_is_seen(old, new, fault):
    faults = conda_faults(PYPROJECT, LOCK, replaced(CONDA, old, new))
    assert [seen for seen in faults if seen.startswith(fault)], faults


# What a public repository must not say

FOREIGN = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.npmjs|anaconda\.(?:org|com)"
    r"|(?<![\w.~-])/(?:work|root|tmp|home|opt|Users)/\w|\b[A-Z]:\\+Users\b"
)


def foreign(text):
    return [found[0] for found in FOREIGN.finditer(text)]


def git(*args):
    done = subprocess.run(["git", *args], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git clone")
    return [line for line in done.stdout.split("\0") if line]


def test_no_file_names_a_package_registry_or_a_path_of_some_machine():
    names = git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    paths = [ROOT / name for name in names if (ROOT / name).is_file()]
    faults = {path: foreign(path.read_bytes().decode("utf-8", "replace")) for path in paths}
    assert {str(path): found for path, found in faults.items() if found} == {}


@pytest.mark.parametrize(
    "text",
    [
        "--index-url https://" + "pypi" + ".org/simple",
        "https://files." + "pythonhosted" + ".org/packages/x.whl",
        '"resolved": "https://registry' + '.npmjs.org/x"',
        "https://conda." + "anaconda" + ".org/conda-forge",
        "open('" + "/home" + "/ana/funding.csv')",
        "/tmp" + "/ipykernel_12/1.py:3: UserWarning",
        r"C:" + r"\Users\ana\wuxi",
    ],
)
def test_a_registry_or_a_machine_path_is_seen(text):
    assert foreign(text)


def test_every_text_file_is_stored_with_unix_line_ends():
    faults = [
        line
        for line in git("ls-files", "-z", "--eol")
        if re.match(r"i/(crlf|mixed)", line) and "\ttests/data/" not in line
    ]
    assert faults == []


# The citation


def citation_faults(folder):
    tool = shutil.which("cffconvert", path=f"{sys.prefix}/cff/bin{os.pathsep}{os.environ['PATH']}")
    if tool is None:
        absent = pytest.fail if os.environ.get("CI") else pytest.skip
        absent("cffconvert is missing: make .venv/cff/ready")
    done = subprocess.run(
        [tool, "--validate"], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.stderr.strip().splitlines()[-1:] if done.returncode else []


def test_the_citation_is_valid():
    assert citation_faults(ROOT) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("authors:", "writers:"), ("2026-11-28", "28 November"), ("newspaper-article", "news")],
)
def test_an_invalid_citation_is_seen(tmp_path, old, new):
    (tmp_path / "CITATION.cff").write_text(replaced(CITATION, old, new), encoding="utf-8")
    assert citation_faults(tmp_path) != []


def test_citation_and_package_state_one_version_and_licence():
    project, citation = tomllib.loads(PYPROJECT)["project"], yaml.safe_load(CITATION)
    assert str(citation["version"]) == project["version"]
    assert citation["license"] == project["license"].split(" AND ")[0]


def test_the_citation_names_the_article_as_sources_csv_does():
    with (ROOT / "wuxi_data/data/sources.csv").open(encoding="utf-8", newline="") as lines:
        source = next(csv.DictReader(lines))
    (article,) = yaml.safe_load(CITATION)["references"]
    authors = [author["family-names"] + author["given-names"] for author in article["authors"]]
    assert source["title"].startswith(article["title"])
    assert source["authors"].split("; ") == authors
    assert int(source["published"][:4]) == article["year"]


# The font


def lacking(charmap, text):
    """The characters of a text that a font cannot draw; line ends and tabs need no glyph."""
    return sorted(char for char in set(text) - set("\r\n\t") if ord(char) not in charmap)


def hanzi():
    """GB 2312's 6763 hanzi, found from Unicode's side; tools.build_font counts from the other."""
    every = map(chr, range(0x4E00, 0xA000))
    return "".join(char for char in every if char.encode("gb2312", "ignore"))


each_font = pytest.mark.parametrize("name", WEIGHTS)


@each_font
def test_the_font_draws_gb2312_and_every_label(name):
    font = TTFont(FONTS / name)
    assert len(hanzi()) == 6763
    labels = (ROOT / "wuxi_data/data/labels.csv").read_text(encoding="utf-8-sig")
    signs = "→←↑↓≈≥≤×÷−±∞√⊂●○■□▲△▶◆◇²³‰€£¥°№·—–…“”‘’《》「」，。；：？！（）％＋āáǎàüǚ"
    assert lacking(font.getBestCmap(), hanzi() + labels + signs) == []


def test_a_missing_glyph_is_seen():
    charmap = dict(TTFont(FONTS / next(iter(WEIGHTS))).getBestCmap())
    del charmap[ord("溪")]
    assert lacking(charmap, "巫溪") == ["溪"]
    assert lacking(charmap, hanzi()) == ["溪"]
    assert lacking(charmap, "한") == ["한"]


@each_font
def test_the_font_has_its_own_name_and_its_source_weight(name):
    font = TTFont(FONTS / name)
    assert font["OS/2"].usWeightClass == WEIGHTS[name]
    names = {record.nameID: str(record) for record in font["name"].names}
    assert names.get(16, names[1]) == "Wuxi Data Sans"
    for name_id in (1, 3, 4, 6):
        assert names[name_id].replace(" ", "").startswith("WuxiDataSans"), names[name_id]


@each_font
def test_the_fonts_licence_and_copyright_ship_with_it(name):
    font = TTFont(FONTS / name)
    terms = (FONTS / "OFL.txt").read_text(encoding="utf-8")
    holder = font["name"].getDebugName(0).removeprefix("(c) ").rstrip(".")
    assert "SIL OPEN FONT LICENSE Version 1.1 - 26 February 2007" in terms
    assert f"Copyright {holder}" in terms
    assert "Noto" not in "".join(str(record) for record in font["name"].names)


@each_font
def test_the_font_is_built_to_the_same_bytes_again(tmp_path, name):
    """What is already cut and renamed is left as it is, so no source is needed to see it."""
    if version("fonttools") not in locked(LOCK)["fonttools"]:
        pytest.skip("not the lock's fonttools: another may write other bytes")
    build_font.build(tmp_path / name, FONTS / name)
    assert (tmp_path / name).read_bytes() == (FONTS / name).read_bytes()


def test_matplotlib_finds_each_weight_by_its_name():
    script = (
        "import sys; from matplotlib import font_manager as fonts\n"
        "for path in sys.argv[1:]: fonts.fontManager.addfont(path)\n"
        "for weight in ('normal', 'semibold'):\n"
        "    print(fonts.findfont(fonts.FontProperties('Wuxi Data Sans', weight=weight)))"
    )  # in a process of its own: nothing of it stays in the other tests' font list
    paths = [str(FONTS / name) for name in WEIGHTS]
    done = subprocess.run(
        [sys.executable, "-c", script, *paths], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == paths


# make


def make(folder, *args):
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    if shutil.which("make") is None:
        pytest.skip("make is missing; every command runs without it, as the README says")
    alone = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(  # not as a child of the `make test` that runs us
        ["make", *args], cwd=folder, env=alone, capture_output=True, text=True, check=False
    )


def test_make_alone_names_every_command(tmp_path):
    shown = [line.split()[1] for line in make(tmp_path).stdout.splitlines()]
    expected = ["help", "reproduce", "test", "lowest", "check", "mutate", "fuzz", "lab"]
    expected += ["messages", "lock", "clean"]
    assert shown == expected, f"expected {expected}, got {shown}"


@pytest.mark.parametrize(
    ("stub", "message"),
    [
        ("#!/bin/sh\n[ $1 = -V ] && echo Python 3.9.2\nexit 1\n", "Python 3.11 or later is needed"),
        ("#!/bin/sh\ncase $2 in *venv*) exit 1; esac\n", "apt install python3-venv"),
    ],
    ids=["old python", "no venv"],
)
def test_make_says_what_the_machine_lacks_and_builds_nothing(tmp_path, stub, message):
    python = tmp_path / "python"
    python.write_text(stub, encoding="utf-8")
    python.chmod(0o755)
    done = make(tmp_path, "test", f"PYTHON={python}")
    assert done.returncode != 0
    assert message in done.stderr, done.stderr
    assert not (tmp_path / ".venv").exists()


def test_an_import_from_a_zip_file_says_what_to_do(tmp_path):
    archive = tmp_path / "wheel.zip"
    with ZipFile(archive, "w") as made:
        for path in (ROOT / "wuxi_data").glob("*.py"):
            made.write(path, f"wuxi_data/{path.name}")
    code = f"import sys; sys.path.insert(0, {str(archive)!r}); import wuxi_data"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "imported from a zip file" in done.stderr.splitlines()[-1]

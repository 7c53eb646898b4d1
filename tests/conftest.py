"""What several test files stand on: the article, and a county's folder to spoil."""

import os
import re
import shutil
from importlib.metadata import version
from pathlib import Path

import faults
import pytest

from wuxi_data.county import example_county

HERE = Path(__file__).parents[1]
ARTICLE = Path(
    os.environ.get("WUXI_ARTICLE") or HERE.parent / "shared" / "source" / "jilin-wuxi-2021.txt"
)


@pytest.fixture(scope="session")
def article():
    """Give the article's text, which the repository may not carry."""
    if ARTICLE.is_file():
        return ARTICLE.read_text(encoding="utf-8")
    message = f"no article at {ARTICLE}: set WUXI_ARTICLE to your copy of the text"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def locked():
    """Name → the versions that the lock holds, one for each range of Pythons."""
    versions, lock = {}, (HERE / "requirements.lock").read_text("utf-8")
    for name, held in re.findall(r"^([a-z0-9-]+)==([^ ;]+)", lock, re.MULTILINE):
        versions.setdefault(name, set()).add(held)
    return versions


@pytest.fixture
def same_versions(locked):
    """Skip where other versions than the lock's may write other bytes."""
    for name in ("fonttools", "matplotlib"):
        if version(name) not in locked[name]:
            pytest.skip(f"not the lock's {name}: it may write other bytes")


@pytest.fixture
def county(tmp_path):
    """Copy our tables into a folder that a test may change as a user would."""
    folder = tmp_path / "county"
    shutil.copytree(HERE / "wuxi_data" / "data", folder)
    for path in folder.glob("*.csv"):
        faults.copy(path, folder)
    return folder


@pytest.fixture
def example(tmp_path):
    """Copy the example county, its article included, into a folder named ``mine``."""
    return shutil.copytree(example_county(), tmp_path / "mine")


TEXT = "2020年，援助资金500万元。\n"
ARTICLES = {
    "gb18030": TEXT.encode("gb18030"),
    "utf16": TEXT.encode("utf-16"),
    "utf16be": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "unmarked": TEXT.encode("utf-16-le"),
    "picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe",
    "pdf": b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n",
    "page": "\ufeff\n<!DOCTYPE html>\n<p>500万元</p>".encode(),
    "archive": b"From: <Saved by Blink>\nMIME-Version: 1.0\n",
    "rich": b"{\\rtf1\\ansi 500}",
    "answer": '[{"text": "500万元"}]'.encode(),
    "blank": b"\r\n \n",
    "nulls": b"\0" * 100,
    "noise": b"\xff\xfa\xff" * 50,
}


@pytest.fixture
def mine(example):
    """Give a folder with a county of one's own in it, ``mine``, and what a command may refuse."""
    folder = example.parent
    (folder / "file").write_text("3个\n", "utf-8")
    for name, content in ARTICLES.items():
        (folder / f"{name}.txt").write_bytes(content)
    with (folder / "large.txt").open("wb") as file:
        file.truncate(2**30)
    return folder

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
    folder.mkdir()
    for path in (HERE / "wuxi_data" / "data").iterdir():
        faults.copy(path, folder)
    return folder


@pytest.fixture
def example(tmp_path):
    """Copy the example county, its article included, into a folder named ``mine``."""
    return shutil.copytree(example_county(), tmp_path / "mine")

"""Where the package stands; and files moved into place whole: nobody ever meets half of one."""

from __future__ import annotations

import os
import secrets
from importlib.resources import files
from pathlib import Path

from .messages import _

PACKAGE = Path(str(files("wuxi_data")))
if not PACKAGE.is_dir():
    raise ImportError(
        _("wuxi_data was imported from a zip file, which hides its tables: install it with pip")
    )


def write_whole(path: str | Path, content: bytes) -> None:
    """Write `content` to `path` so that no reader, and no power cut, ever meets half of it."""
    path = Path(path)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    # An ordinary file, as the user's umask has them: tempfile would make a private one.
    new = beside.open("xb")
    try:
        with new as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise

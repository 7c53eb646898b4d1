"""Where the package is installed; what a file that is not text is; files written whole."""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

from .messages import _

PACKAGE = Path(str(files("wuxi_data")))
if not PACKAGE.is_dir():
    raise ImportError(
        _("wuxi_data was imported from a zip file, which hides its tables: install it with pip")
    )


_MARKUP = {  # how a text begins whose words stand between marks that are none of its own
    "HTML/XML": "<[!?a-z]",
    "MHTML": "mime-version:|from: <",
    "RTF": r"\{\\rtf",
    "JSON": r'\{\s*"|\[\s*[\[{"]',
}


def kind_of_text(content: bytes) -> str:
    """What content most likely is that is not plain text in UTF-8; "" where it is just that."""
    if not content.decode("utf-8-sig", "replace").strip():
        return _("an empty file")
    odd, even = content[1::2].count(0), content[::2].count(0)
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or max(odd, even) > 10 * min(odd, even) + 5:
        return _("text in UTF-16")
    if b"\0" in content or content.startswith(b"%PDF"):
        return _("a binary file (an Excel workbook? a PDF?)")
    with suppress(UnicodeDecodeError):
        text = content.decode("utf-8-sig").lstrip()
        for form, beginning in _MARKUP.items():
            if re.match(beginning, text, re.IGNORECASE):
                return _("{form}, not plain text (copy the words out of it)", form=form)
        return ""
    with suppress(UnicodeDecodeError):
        content.decode("gb18030")
        return _("text in GB18030 (GBK)")
    return _("text in an unknown encoding")


def try_to_write(path: Path) -> None:
    """Fail where `path` cannot be made; nothing is left behind."""
    standing = next(each for each in (path, *path.absolute().parents) if each.exists())
    probe = standing / f".{secrets.token_hex(4)}.part"
    try:
        probe.touch()  # not by tempfile, which on Windows may try for ever
        probe.unlink()
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(path)) from None


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that nobody ever finds half of it, even after a power cut."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        # Not with tempfile, whose files only their owner may read: the user's umask decides.
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:  # of `part`, which no reader knows
        raise type(error)(error.errno, error.strerror, str(path)) from None
    finally:
        part.unlink(missing_ok=True)

"""What the package says to its readers, in English or in Chinese.

Commands and errors speak the reader's language, through ``_()``: the Chinese is in
``locale/zh/LC_MESSAGES/wuxi_data.po``, which ``make messages`` compiles. The guide and the page
say everything in both languages, from ``templates/messages.csv``.
"""

from __future__ import annotations

import csv
import gettext
import io
import locale
import os
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

LANGS = ("zh", "en")
_PACKAGE = files("wuxi_data")
_CATALOGUES = _PACKAGE / "locale"
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # where gettext looks, in its order
_NAMES = {"zh": ("zh", "chinese"), "en": ("en",)}  # on Windows: Chinese (Simplified)_China.936


def language() -> str:
    """``zh`` or ``en``: the first that the reader's environment names, else English."""
    said = next(filter(None, map(os.environ.get, _VARIABLES)), "")
    named = (said or locale.setlocale(locale.LC_CTYPE)).lower().split(":")
    known = (lang for each in named for lang in LANGS if each.startswith(_NAMES[lang]))
    return next(known, "en")


def speak(lang: str) -> None:
    """Set the language of this process, of those it starts, and of argparse, which asks gettext."""
    os.environ["LANGUAGE"] = lang
    gettext.bindtextdomain("wuxi_data", str(_CATALOGUES))
    gettext.textdomain("wuxi_data")


def _(text: str, /, **parts) -> str:
    """`text` in the reader's language, with each ``{place}`` filled."""
    said = translated(text)
    return said.format(**parts) if parts else said


def translated(text: str) -> str:
    """`text` in the reader's language, where the catalogue has it: a library's words may be."""
    return _chinese().gettext(text) if language() == "zh" else text


@cache
def _chinese() -> gettext.NullTranslations:
    with (_CATALOGUES / "zh" / "LC_MESSAGES" / "wuxi_data.mo").open("rb") as compiled:
        return gettext.GNUTranslations(compiled)


def one_of(known: Iterable[str], what: str, got: str) -> str:
    """`got`, if it is one of the known ones; else an error that lists them."""
    if got not in (known := list(known)):
        words = {"what": what, "got": got, "known": ", ".join(known)}
        raise ValueError(_("unknown {what} {got!r}: expected one of {known}", **words))
    return got


@cache
def sentences() -> dict[str, dict[str, str]]:
    """What the guide and the page say, by the code of the sentence, in both languages."""
    text = (_PACKAGE / "templates" / "messages.csv").read_text("utf-8-sig")
    _head, *rows = csv.reader(io.StringIO(text))
    # Strict, or a sentence whose commas stand outside quotation marks is cut at the first.
    return {code: dict(zip(LANGS, said, strict=True)) for code, *said in rows}


def filled(text: str, **parts) -> str:
    """A sentence with its ``{name}`` replaced; any other brace is a user's own and stays."""
    return re.sub(r"{(\w+)}", lambda found: str(parts.get(found[1], found[0])), text)

"""Every sentence that a command or an error says passes through here: in English, or in Chinese.

The Chinese stands in ``locale/zh/LC_MESSAGES/wuxi_data.po``; ``make messages`` compiles it. What
charts, guides and the page say is not here: that stands in both languages in ``messages.csv``.
"""

from __future__ import annotations

import gettext
import locale
import os
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

LANGS = ("zh", "en")
_FOLDER = files("wuxi_data") / "locale"
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # where gettext looks, in its order
_NAMES = {"zh": ("zh", "chinese"), "en": ("en",)}  # on Windows: Chinese (Simplified)_China.936


def language() -> str:
    """``zh`` or ``en``: the first of the two that the reader's surroundings name, else English."""
    said = next(filter(None, map(os.environ.get, _VARIABLES)), "")
    named = (said or locale.setlocale(locale.LC_CTYPE)).lower().split(":")
    known = (lang for each in named for lang in LANGS if each.startswith(_NAMES[lang]))
    return next(known, "en")


def speak(lang: str) -> None:
    """Have this process, those that it starts, and argparse, which asks gettext, speak `lang`."""
    os.environ["LANGUAGE"] = lang
    gettext.bindtextdomain("wuxi_data", str(_FOLDER))
    gettext.textdomain("wuxi_data")


def _(text: str, /, **parts) -> str:
    """`text` in the reader's language, with each ``{place}`` filled."""
    said = heard(text)
    return said.format(**parts) if parts else said


def heard(text: str) -> str:
    """What the system or a library said, in the reader's language where the catalogue has it."""
    return _chinese().gettext(text) if language() == "zh" else text


@cache
def _chinese() -> gettext.NullTranslations:
    with (_FOLDER / "zh" / "LC_MESSAGES" / "wuxi_data.mo").open("rb") as compiled:
        return gettext.GNUTranslations(compiled)


def one_of(known: Iterable[str], what: str, got: str) -> str:
    """An argument, where it is one of those that there are; else the error that lists them."""
    if got not in (known := list(known)):
        words = {"what": what, "got": got, "known": ", ".join(known)}
        raise ValueError(_("unknown {what} {got!r}: expected one of {known}", **words))
    return got

"""Every sentence that a command says passes through here, where it can be translated."""

from __future__ import annotations


def _(text: str, **parts) -> str:
    """`text` with each ``{place}`` filled."""
    return text.format(**parts) if parts else text

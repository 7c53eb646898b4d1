"""Notebooks of a few cells, as Jupyter stores them."""

from pathlib import Path

from wuxi_data import notebooks
from wuxi_data.charts import MIME


def chart(name, value=5.0, **others) -> dict:
    return {"name": name, "lang": "zh", "value": value, "panels": [], **others}


def code(source="1", *shown: dict | str, **others) -> dict:
    """A code cell that was run, and the charts or texts that it shows."""
    outputs = []
    for each in shown:
        data = {"text/plain": each}
        if isinstance(each, dict):
            data = {"text/plain": f"chart\n{each['name']}", MIME: each}
        outputs.append({"output_type": "display_data", "metadata": {}, "data": data})
    cell = {"cell_type": "code", "id": "shown", "metadata": {}, "source": source}
    return {**cell, "outputs": outputs, "execution_count": 1, **others}


def prose(source, *tags) -> dict:
    return {"cell_type": "markdown", "id": "said", "metadata": {"tags": tags}, "source": source}


def book(*cells: dict) -> dict:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def write(path: Path, *cells: dict | str) -> None:
    """Write a notebook; a cell that is a text is code which was never run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = [code(each, execution_count=None) if isinstance(each, str) else each for each in cells]
    path.write_bytes(notebooks.tidy(book(*made)))

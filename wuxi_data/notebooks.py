"""Our notebooks: where they are, whose tables they read, and how one is run and recorded."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from .tables import labels

_CELL_TIMEOUT = 300
_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_NOTE = {"cell_type": "markdown", "id": "other-county", "metadata": {}}


class CellFailed(RuntimeError):
    """A notebook that stopped: which cell, and its traceback."""


def notebook_folder() -> Path:
    """Our notebooks: in the package when it is installed, beside it in the repository."""
    package = Path(str(files("wuxi_data")))
    both = package / "notebooks", package.parent / "notebooks"
    return next((each for each in both if each.is_dir()), both[0])


def set_data(notebook: dict, data: str) -> None:
    """Write `data` into the cell of a notebook that is tagged ``parameters``.

    In a notebook as we ship it, where that cell says ``data = None``, a note comes first: its
    sentences are about our county, its outputs about the reader's.
    """
    line = f"data = {json.dumps(data, ensure_ascii=False)}".replace(
        "\\", r"\\"
    )  # re.sub reads backslashes
    for cell in notebook["cells"]:
        if "parameters" in cell["metadata"].get("tags", ()):
            before = "".join(cell["source"])
            cell["source"] = re.sub("^data = .*$", line, before, flags=re.MULTILINE)
            if "data = None" in before:
                words = labels()["guide_other_county"]
                note = f"> **{words['zh']}**\n>\n> **{words['en']}**"
                notebook["cells"].insert(0, dict(_NOTE, source=note))
            return


async def record(
    path: Path,
    folder: Path,
    data: str | Path | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> bytes:
    """A notebook, run in a fresh kernel, as bytes that depend on its content alone.

    Parameters
    ----------
    path : path
        The notebook to run.
    folder : path
        Where it will stand; `data` is written into it relative to this.
    data : path, optional
        Put into the cell that is tagged ``parameters``.

    Raises
    ------
    CellFailed
        Which cell, and its traceback.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    notebook = nbformat.read(path, as_version=4)
    place = 0

    def started(cell, cell_index: int) -> None:
        nonlocal place
        place = cell_index + 1
        say(f"notebook {path.name}: cell {place} of {cells}")

    if data is not None:  # where it is, while it runs; how to get there, in what is kept
        set_data(notebook, Path(data).resolve().as_posix())
        notebook = nbformat.from_dict(notebook)
    cells = len(notebook.cells)
    with TemporaryDirectory() as nowhere:  # a notebook reads and writes nothing beside itself
        client = NotebookClient(
            notebook,
            timeout=_CELL_TIMEOUT,
            kernel_name="python3",
            record_timing=False,
            coalesce_streams=True,
            on_cell_start=started,
            extra_arguments=["--IPKernelApp.log_level=ERROR"],
            resources={"metadata": {"path": nowhere}},
        )
        try:
            await client.async_execute(env={**os.environ, "PYTHONUTF8": "1"})
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            raise CellFailed(f"cell {place} of {cells}: {_plain(str(error))}") from None
    if data is not None:
        set_data(notebook, Path(os.path.relpath(data, folder)).as_posix())
    notebook.metadata = nbformat.from_dict(_METADATA)  # and no word of this machine's Python
    return (nbformat.writes(notebook) + "\n").encode()


def _plain(text: str) -> str:
    """Without the colours of a terminal."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@contextmanager
def own_jupyter_home() -> Iterator[None]:
    """The user's IPython profile must not change an output, and HOME need not be writable."""
    names = ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR")
    before = {name: os.environ.get(name) for name in names}
    with TemporaryDirectory() as home:
        os.environ.update(dict.fromkeys(names, home))
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value

"""A notebook is read, tidied and asked what it shows: none of it runs anything."""

import copy
import json

import nbformat
import pytest
from books import book, chart, code, prose

from wuxi_data import notebooks
from wuxi_data.charts import MIME
from wuxi_data.notebooks import Finding, Unreadable

# -------------------------------------------------------------------- whoever saved it


def as_jupyterlab_saves(text: str) -> str:
    saved = json.loads(text)
    saved["metadata"]["language_info"]["version"] = "3.13.1"
    saved["metadata"]["kernelspec"]["display_name"] = "my environment"
    for cell in saved["cells"]:
        cell["metadata"] |= {"scrolled": True, "jupyter": {"outputs_hidden": False}}
        if cell["cell_type"] == "code":
            cell["metadata"]["execution"] = {"iopub.status.busy": "2026-01-01T00:00:00Z"}
            cell["execution_count"] += 40
    return json.dumps(saved, indent=1, ensure_ascii=False)


def as_vs_code_saves(text: str) -> str:
    saved = json.loads(text.replace("5.0", "5"))  # JavaScript has one kind of number
    saved["metadata"]["vscode"] = {"interpreter": {"hash": "abc"}}
    del saved["metadata"]["language_info"]
    for cell in saved["cells"]:
        cell["source"] = "".join(cell["source"])
        cell["metadata"]["vscode"] = {"languageId": "python"}
    return json.dumps(saved, indent=2)


@pytest.mark.parametrize("editor", [as_jupyterlab_saves, as_vs_code_saves])
def test_a_notebook_that_an_editor_only_saved_is_the_same(editor):
    recorded = notebooks.tidy(book(prose("# 标题\n\nwords"), code("show()", chart("rise"))))
    saved = editor(recorded.decode()).encode()
    assert saved != recorded, "expected the editor to write other bytes"
    assert notebooks.same(saved, recorded)
    for old, new in (("show()", "show(2)"), ("words", "other words"), ("rise", "fall")):
        edited = editor(recorded.decode().replace(old, new)).encode()
        assert not notebooks.same(edited, recorded), f"expected {new} to be seen"


def test_a_record_is_a_valid_notebook_that_nbconvert_knows_for_python():
    recorded = notebooks.tidy(book(prose("words"), code("1", chart("rise"))))
    read = nbformat.reads(recorded.decode(), as_version=4)
    nbformat.validate(read)
    assert read.metadata.language_info.file_extension == ".py"
    assert "version" not in read.metadata.language_info
    assert (nbformat.writes(read) + "\n").encode() == recorded, "expected Jupyter's own layout"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "an empty file"),
        ('{"cells": [], "metadata": {"题": 1}}'.encode("gb18030"), "text in GB18030 (GBK); save"),
        (b'{\n<<<<<<< HEAD\n "cells": []\n=======\n>>>>>>> other\n}', "finish the merge first"),
        (b'{"worksheets": []}', "not a notebook of version 4"),
        (b'["cells"]', "not a notebook of version 4"),
        (b'{"cells": [', "not a notebook of version 4"),
        (b'{"cells": [{"cell_type": "code"}]}', "not a notebook of version 4"),
        (b'{"cells": [{"source": "1"}]}', "not a notebook of version 4"),
        (b'{"cells": [{"cell_type": "raw", "id": 3, "source": "1"}]}', "not a notebook"),
        (b'{"cells": [{"cell_type": "raw", "metadata": {"tags": 1}, "source": "1"}]}', "not a"),
        (b"[" * 100_000, "not a notebook of version 4"),
        (b'{"cells": [{"cell_type": "raw", "metadata": null, "source": "1"}]}', "not a notebook"),
        (b'{"cells": [{"cell_type": "code", "source": "1", "outputs": [{"text": 1}]}]}', "not a"),
    ],
)
def test_a_file_that_is_no_notebook_says_what_it_is(content, says):
    with pytest.raises(Unreadable) as error:
        notebooks.parsed(content)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_no_two_cells_of_a_notebook_have_one_id():
    """Jupyter would rename one of them, at random, at each saving."""
    for path in notebooks.notebook_paths(notebooks.notebook_folder()):
        ids = [cell["id"] for cell in notebooks.read(path)["cells"]]
        assert len(set(ids)) == len(ids), f"{path.name}: {sorted(ids)}"


# -------------------------------------------------------------------- what was shown


def test_every_chart_with_a_name_is_collected_with_its_cell():
    notebook = book(
        code("a", chart("rise"), chart("total")), code("b", chart(None), id="cell-2"), prose("…")
    )
    shown = notebooks.charts_shown(notebook, "01_funding.ipynb")
    assert [(each.name, each.notebook, each.cell) for each in shown] == [
        ("rise", "01_funding.ipynb", "cell 1 (shown)"),
        ("total", "01_funding.ipynb", "cell 1 (shown)"),
    ]


@pytest.mark.parametrize("other", [5, {"name": ["rise"]}])
def test_an_output_that_only_claims_to_be_a_chart_is_none(other):
    output = {"output_type": "display_data", "metadata": {}, "data": {MIME: other}}
    assert notebooks.charts_shown(book(code("x", outputs=[output])), "01.ipynb") == []


def clashing(*charts: dict) -> dict:
    return notebooks.clashes(notebooks.charts_shown(book(*(code("", c) for c in charts)), "01"))


def test_one_name_stands_for_one_chart_in_whatever_language_it_is_shown():
    whole = chart("rise", panels=[chart(None)])
    english = copy.deepcopy(whole)
    english["lang"] = english["panels"][0]["lang"] = "en"
    assert clashing(whole, english, whole) == {}
    (cells,) = clashing(whole, english, chart("rise", value=6.0)).values()
    assert [each.cell for each in cells] == ["cell 1 (shown)", "cell 3 (shown)"]


def test_names_that_differ_in_capitals_clash_as_they_do_on_some_disks():
    assert list(clashing(chart("rise"), chart("Rise", value=6.0))) == ["rise"]


def test_a_finding_has_two_languages_and_the_chart_beneath_it():
    notebook = book(
        prose("## 资金\n\n援助增加\n到五百万。\n\nAid rose\nto five million.", "finding"),
        code("import this", outputs=[]),
        code("rise", chart("rise")),
        prose("一句。\n\nA sentence.", "finding"),
        code("2", outputs=[{"output_type": "stream", "name": "stdout", "text": "2"}]),
        prose("> 写在这里。\n>\n> Write here.", "finding"),
        prose("不是发现。\n\nNot a finding."),
    )
    assert notebooks.findings(notebook, "01.ipynb") == [
        Finding(("援助增加到五百万。", "Aid rose to five million."), "01.ipynb", "rise"),
        Finding(("一句。", "A sentence."), "01.ipynb", None),
    ]


def test_all_notebooks_together_stay_small():
    folder = notebooks.notebook_folder()
    assert sum(path.stat().st_size for path in notebooks.notebook_paths(folder)) < 1_500_000

"""Each number in a notebook's prose is a printed figure, a year, or stands in an output."""

import json

import faults
import pytest
from books import code
from books import prose as prose_of

from wuxi_data import prose
from wuxi_data.county import example_county


@pytest.fixture(scope="module")
def ours():
    return prose.evidence()


@pytest.fixture
def doubted(ours):
    """Give the numbers of a text that nothing bears out, beside one output."""

    def numbers(text: str, shows: str = "") -> list[str]:
        notebook = {"cells": [prose_of(text), code("1", *[shows] * bool(shows))]}
        return [
            fault.found.strip("'") for fault in prose.notebook_faults(notebook, "01.ipynb", ours)
        ]

    return numbers


@pytest.mark.parametrize(
    "text",
    [
        "常年每年400万元，2020年增至500万元。",
        "Aid rose from 4 million yuan to 5 million in 2020.",
        "２０２０年，５００万元",
        "约7576.05万元（1992—2021年），about 75.76 million yuan",
        "覆盖444,500人；44.45万人；1024处集中供水",
        "200余个项目，数千万元物资，30余万人口",
        "见第14段，第40、41段；see paragraphs 14 and 41, para. 45",
        "一座、五年、十三五、二十九年、three classes",
        "成千上万，万一，十分，一二三",
        "`0.2`、`501万`、[第一章](01_funding.ipynb)、<https://example.org/99>、$x^{99}$",
        "```\n501\n```\n<!-- 501 -->",
        "1. 练习\n2. 答案\n\n练习 3：Exercise 3. 第7题\n\n## 8. 结论\n\n（9）图9",
        "01 资金 | 第2步 | version 0.2.0 | COVID-19 | CO2 | 5G | the 19th",
        "[^77]: 注",
    ],
)
def test_what_print_or_counting_bears_out_passes(text, doubted):
    assert doubted(text) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2020年增至501万元。", "501万"),
        ("Aid rose to 5.1 million yuan.", "5.1 million"),
        ("2035年", "2035"),
        ("增加了37%", "37%"),
        ("百分之三十七的人", "百分之三十七"),
        ("七分之三的人", "七分之三"),
        ("六百人受益", "六百"),
        ("数十万人受益", "数十万"),
        ("5001万元", "5001万"),
        ("1,025 facilities", "1,025"),
        ("[501万元](01_funding.ipynb)", "501万"),
        ("> 501万元", "501万"),
        ("第2段", "第2段"),
        ("长501km", "501"),
        ("from $4 million to $501 million", "501 million"),
    ],
)
def test_what_nothing_bears_out_is_found(text, number, doubted):
    assert doubted(text) == [number]


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("多了37%", "zh  37%\nen  37%"),
        ("多了37%", "37.0 percent"),
        ("三分之一", "33.33%"),
        ("501万", "5,010,000.0"),
        ("501万", "5.01e+06"),
        ("2035年", "2035"),
    ],
)
def test_a_number_of_an_output_may_be_said(text, shows, doubted):
    assert doubted(text, shows) == []
    assert doubted(text, "another") != []


def test_a_fault_names_notebook_cell_number_and_the_nearest_figure(ours):
    notebook = {"cells": [code("1"), prose_of("增至501万元，2034年。")]}
    amount, year = map(str, prose.notebook_faults(notebook, "notebooks/01.ipynb", ours))
    assert amount.startswith("notebooks/01.ipynb cell 2 (said): found '501万'; expected a printed")
    assert amount.endswith("the nearest is 500万元 (jilin-annual-2020)")
    assert "found '2034'" in year
    assert year.endswith("the nearest is 2021")


def test_a_finding_needs_both_languages(ours):
    notebook = {"cells": [prose_of("只有中文。", "finding")]}
    (fault,) = prose.notebook_faults(notebook, "01.ipynb", ours)
    assert fault.found == "a finding of 1 paragraphs"
    assert fault.expected == "two: first in Chinese, then in English"


def test_a_table_that_was_edited_leaves_its_prose_behind(county):
    notebook = {"cells": [prose_of("2020年增至500万元。")]}
    assert prose.notebook_faults(notebook, "01.ipynb", prose.evidence(county)) == []
    faults.cell("funding", 3, value="6000000", as_written="600万元")(county)
    (fault,) = prose.notebook_faults(notebook, "01.ipynb", prose.evidence(county))
    assert fault.found == "'500万'"


def test_without_notebooks_no_figure_is_put_into_words(county, monkeypatch):
    monkeypatch.setattr(prose, "evidence", None)  # a minute, for a table of 300,000 rows
    assert prose.check_notebooks(county) == []


def test_a_folders_notebooks_are_read_and_never_run(county):
    (county / "notebooks").mkdir()
    unrun = code("open('ran', 'w')", execution_count=None)
    files = {
        "1_unrun.ipynb": json.dumps({"cells": [unrun, prose_of("501万元")]}),
        "2_merge.ipynb": "<<<<<<< HEAD\n",
        "3_bare.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": "1"}]}),
        ".hidden.ipynb": "",
    }
    for name, text in files.items():
        (county / "notebooks" / name).write_text(text, "utf-8")
    stored, number, merge, bare = prose.check_notebooks(county)
    assert stored.found == bare.found == "no stored run of cell 1"
    assert number.found == "'501万'"
    assert (merge.file, merge.expected) == ("notebooks/2_merge.ipynb", "a notebook")
    assert not list(county.rglob("ran"))


def test_a_folder_of_another_county_knows_its_own_figures():
    figures = prose.evidence(example_county()).figures
    said = {where for where in figures.values()}
    assert any("(projects-2023)" in where for where in said)
    assert not any("jilin" in where for where in said)

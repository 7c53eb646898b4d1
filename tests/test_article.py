"""The independent witness: every figure of the article, typed by hand from print.

Nothing in ``article_figures.csv`` is read from the tables in ``wuxi_data/data``; whoever typed it
had the article before them and not the CSVs. Where the two differ, one reading is wrong: find out
which one in the article, and never mend a line there just to make a test pass.
"""

import re
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

import wuxi_data

# `within` is the token of the printed total that a figure is a part of.
FIGURES = pd.read_csv(Path(__file__).parent / "article_figures.csv")
PARAGRAPHS = 55
NUMERALS = 103  # counted in print, paragraph by paragraph; 余 or 多 inside joins: 30余万 is one
DIGITS = "0-9.〇零一二三四五六七八九十百千万亿两半数几"
NUMERAL = re.compile(f"[{DIGITS}]+(?:[余多][{DIGITS}]+)?")


def counted(rows):
    """Each figure, with how often it stands there: paragraph 25 prints one token twice."""
    columns = ["paragraph", "as_written", "value", "unit", "qualifier", "start", "end", "within"]
    plain = rows[columns].astype(object)
    return Counter(plain.where(plain.notna(), None).itertuples(index=False, name=None))


@pytest.mark.parametrize("name", FIGURES["table"].unique())
def test_a_table_holds_each_printed_figure_as_printed_and_no_other(name):
    rows = getattr(wuxi_data, f"load_{name}")()
    rows["within"] = rows["part_of"].map(rows.set_index("fact_id")["as_written"])
    got, typed = counted(rows), counted(FIGURES[FIGURES["table"] == name])
    assert got - typed == Counter(), "expected no row beyond those typed from print"
    assert typed - got == Counter(), "expected every figure typed from print"


def test_the_article_has_the_paragraphs_and_numerals_that_were_counted(article):
    lines = [line for line in article.splitlines() if line.strip()]
    assert len(lines) == PARAGRAPHS
    assert list(wuxi_data.load_sources()["paragraphs"]) == [PARAGRAPHS]
    assert len(NUMERAL.findall(article)) == NUMERALS
    for (paragraph, token), times in FIGURES[["paragraph", "as_written"]].value_counts().items():
        assert lines[paragraph - 1].count(token) >= times, f"expected {token} in {paragraph}"


def test_the_audit_accounts_for_every_numeral_of_the_article(article):
    report = wuxi_data.audit(article)
    excluded = NUMERALS - len(FIGURES)
    expected = f"{NUMERALS} numerals: {len(FIGURES)} in facts, {excluded} excluded, 0 unaccounted"
    assert str(report) == expected, f"expected {expected}\ngot {report}"
    assert report.ok, f"expected every numeral claimed once, got {report.contested}"
    assert report.same_text, "expected the text that the tables were typed from"
    assert report.source_id == "jilin-wuxi-2021"
    assert wuxi_data.propose(report, article).empty

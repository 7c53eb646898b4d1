"""The independent witness: every figure of the article, typed by hand from print.

Nothing here is read from the tables in ``wuxi_data/data``; whoever typed this list had the
article before them and not the CSVs. Where the two differ, one reading is wrong: find out which
one in the article, and never mend a line here just to make a test pass.
"""

import re
from collections import Counter

import pytest

import wuxi_data

# (table, paragraph, token, value in the base unit, unit, qualifier, start, end)
FIGURES = [
    ("funding", 14, "400万元", 4_000_000, "CNY", "exact", None, None),  # "usual": no year named
    ("funding", 14, "500万元", 5_000_000, "CNY", "exact", 2020, 2020),
    ("funding", 20, "数千万元", None, "CNY", None, None, None),
    ("funding", 40, "2100万元", 21_000_000, "CNY", "exact", 2016, 2020),
    ("funding", 41, "约7576.05万元", 75_760_500, "CNY", "about", 1992, 2021),
    ("funding", 45, "5.32亿元", 532_000_000, "CNY", "exact", 2016, 2020),
    ("funding", 45, "1828万元", 18_280_000, "CNY", "exact", None, None),
    ("funding", 45, "600万元", 6_000_000, "CNY", "exact", None, None),
    ("funding", 45, "30个", 30, "cooperative", "exact", None, None),
    ("projects", 14, "10个", 10, "project", "exact", 2020, 2020),
    ("projects", 21, "40公里", 40, "km", "exact", None, None),
    ("projects", 24, "4张", 4, "product", "exact", None, None),
    ("projects", 25, "1个", 1, "works", "exact", None, None),  # the orchard garden
    ("projects", 25, "1个", 1, "works", "exact", None, None),  # the cold store
    ("projects", 25, "8000亩", 8_000, "mu", "exact", None, None),
    ("projects", 25, "2500亩", 2_500, "mu", "exact", None, None),
    ("projects", 25, "1000亩", 1_000, "mu", "exact", None, None),
    ("projects", 34, "3层", 3, "storey", "exact", None, None),
    ("projects", 34, "2个", 2, "works", "exact", None, None),
    ("projects", 34, "200多名", 200, "person", "over", None, None),
    ("projects", 36, "一座", 1, "works", "exact", None, None),
    ("projects", 36, "280米", 280, "m", "exact", None, None),
    ("projects", 36, "2个", 2, "village", "exact", None, None),
    ("projects", 36, "4社", 4, "villager_group", "exact", None, None),
    ("projects", 36, "70余户", 70, "household", "over", None, None),
    ("projects", 40, "42个", 42, "project", "exact", 2016, 2020),
    ("projects", 41, "200余个", 200, "project", "over", 1992, 2021),
    ("projects", 49, "10个", 10, "township", "exact", 2021, 2021),
    ("water_works", 45, "19座", 19, "works", "exact", 2016, 2020),
    ("water_works", 45, "1024处", 1_024, "works", "exact", 2016, 2020),
    ("water_works", 45, "454处", 454, "works", "exact", 2016, 2020),
    ("water_works", 45, "44.45万", 444_500, "person", "exact", 2016, 2020),
    ("water_works", 45, "11个", 11, "project", "exact", None, None),
    ("training", 41, "9班次", 9, "class", "exact", 1992, 2021),
    ("training", 41, "312人", 312, "person", "exact", 1992, 2021),
    ("training", 41, "32人", 32, "person", "exact", 1992, 2021),
    ("training", 41, "7人", 7, "person", "exact", 1992, 2021),
    ("training", 41, "3个", 3, "class", "exact", None, None),
    ("training", 41, "180余人", 180, "person", "over", None, None),
    ("training", 45, "1000余人", 1_000, "person", "over", None, None),
    ("training", 45, "321名", 321, "person", "exact", None, None),
    ("training", 45, "6期", 6, "class", "exact", None, None),
    ("training", 50, "10个", 10, "township", "exact", 2021, 2021),
    ("training", 50, "53名", 53, "person", "exact", 2021, 2021),
    ("training", 50, "20天", 20, "day", "exact", 2021, 2021),
    ("county", 4, "1992年", 1992, "year", "exact", 1992, 1992),
    ("county", 5, "29年", 29, "year", "exact", 1992, 2021),
    ("county", 5, "30余万", 300_000, "person", "over", None, None),
    ("county", 11, "两次以上", 2, "visit", "at_least", None, None),
    ("county", 24, "20多年", 20, "year", "over", None, None),
    ("county", 37, "不到10分钟", 10, "minute", "under", None, None),
    ("county", 37, "10年", 10, "year", "exact", None, None),
    ("county", 37, "半小时", 0.5, "hour", "exact", None, None),
    ("county", 37, "十几分钟", 10, "minute", "over", None, None),
    ("county", 43, "2018年", 2018, "year", "exact", 2018, 2018),
]
TABLES = ["funding", "projects", "water_works", "training", "county"]

# (table, paragraph and token of a part) -> (paragraph and token of the printed total)
PARTS = {
    ("funding", 14, "500万元"): (40, "2100万元"),
    ("funding", 40, "2100万元"): (41, "约7576.05万元"),
    ("projects", 14, "10个"): (40, "42个"),
    ("projects", 40, "42个"): (41, "200余个"),
}

PARAGRAPHS = 55
NUMERALS = 103  # counted in print, paragraph by paragraph; 余 or 多 inside joins: 30余万 is one
DIGITS = "0-9.〇零一二三四五六七八九十百千万亿两半数几"
NUMERAL = re.compile(f"[{DIGITS}]+(?:[余多][{DIGITS}]+)?")


def table(name):
    return getattr(wuxi_data, f"load_{name}")()


@pytest.mark.parametrize("name", TABLES)
def test_a_table_holds_each_printed_figure_as_printed_and_no_other(name):
    columns = ["paragraph", "as_written", "value", "unit", "qualifier", "start", "end"]
    plain = table(name)[columns].astype(object)
    got = Counter(plain.where(plain.notna(), None).itertuples(index=False, name=None))
    typed = Counter(figure[1:] for figure in FIGURES if figure[0] == name)
    assert got - typed == Counter(), "expected no row beyond those typed from print"
    assert typed - got == Counter(), "expected every figure typed from print"


def test_a_part_names_the_total_that_the_article_prints_and_no_other_row_does():
    got = {}
    for name in TABLES:
        rows = table(name).set_index("fact_id")
        place = rows[["paragraph", "as_written"]].apply(tuple, axis=1)
        got |= {
            (name, *place[part]): place[total] for part, total in rows["part_of"].dropna().items()
        }
    assert got == PARTS


def test_the_article_has_the_paragraphs_and_numerals_that_were_counted(article):
    lines = [line for line in article.splitlines() if line.strip()]
    assert len(lines) == PARAGRAPHS
    assert list(table("sources")["paragraphs"]) == [PARAGRAPHS]
    assert len(NUMERAL.findall(article)) == NUMERALS
    for figure in FIGURES:
        there = lines[figure[1] - 1].count(figure[2])
        assert there >= FIGURES.count(figure), f"expected {figure[2]} in paragraph {figure[1]}"


def test_the_audit_accounts_for_every_numeral_of_the_article(article):
    report = wuxi_data.audit(article)
    excluded = NUMERALS - len(FIGURES)
    expected = f"{NUMERALS} numerals: {len(FIGURES)} in facts, {excluded} excluded, 0 unaccounted"
    assert str(report) == expected, f"expected {expected}\ngot {report}"
    assert report.ok, f"expected every numeral claimed once, got {report.contested}"
    assert report.same_text, "expected the text that the tables were typed from"
    assert report.source_id == "jilin-wuxi-2021"

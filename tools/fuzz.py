"""Throw anything at what reads a user's text: ``python -m pytest tools/fuzz.py``.

A finding is an exception that is not the package's own clear error, or an answer that takes
longer than a few seconds. Hypothesis prints the shortest input that it finds for it;
``--hypothesis-seed=N`` draws others, ``-k form`` asks one kind alone.
"""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import wuxi_data as wd
from wuxi_data import charts, numerals, places, prose
from wuxi_data.quantity import evaluate, parse_quantity, verdict

PIECES = [
    *"0123456789０９．，,.-—~％%〇零一二两三四五六七八九十百千万亿余多几数半约近超",
    *" \t\n'\"=+@|{}:()/*²½年月日人亩户处成倍《》“”🙂í\u202e\ud7ff\0",
    *("以上", "左右", "不到", "不足", "至少", "大约", "超过", "分之", "百分之", "公里", "分钟"),
    *("万元", "亿元", "人民币", "1e9", "nan", "inf", "-0", "1_000", "0x1f", "1992—2021", "第3批"),
    *("jilin-annual-2020", "jilin-annual-usual", "projects-2020", "huatai_township", "CNY"),
    *(" + ", " - ", " * ", " / ", ":period", ":percent", ":number", ":label", "{{", "}}"),
    *("9" * 30, "1" * 400),
]
OURS = places.Folder.at()
THEMES = (wd.load_funding, wd.load_projects, wd.load_water_works, wd.load_training, wd.load_county)
FORMS = (wd.columns, wd.bars, wd.nested, wd.squares, wd.spans)


def text(most):
    return st.lists(st.sampled_from(PIECES), max_size=most).map("".join)


def asked(times, *inputs):
    """Ask so many times; an answer may take five seconds."""
    often = settings(max_examples=times, deadline=5000, database=None)
    return lambda test: often(given(*inputs)(test))


def clearly(ask, *given, **options):
    """The answer, or None where the package says clearly why there is none."""
    try:
        return ask(*given, **options)
    except (ValueError, ZeroDivisionError) as error:
        if not str(error):
            raise RuntimeError("an error without a word") from error


@asked(30_000, text(9))
def test_parser(said):
    list(numerals.figures(said))
    list(prose.numerals(said))
    clearly(numerals.read, said)
    clearly(parse_quantity, said)


@asked(2_000, st.lists(text(30), min_size=1, max_size=4).map("\n".join))
def test_audit(said):
    report = wd.audit(said)
    assert str(report)
    wd.propose(report, said)


WORDS = st.lists(text(3) | text(4).map("{{{}}}".format), max_size=2).map("".join)


@asked(10_000, WORDS, WORDS)
def test_words(zh, en):
    places.typed_numbers(zh)
    clearly(places.fill, (zh, en), OURS)


TERMS = st.sampled_from([*OURS.facts, "0", "1", "2", *"+-*/()"]) | text(2)


@asked(7_000, st.lists(TERMS, max_size=7).map(" ".join), st.sampled_from([*OURS.facts.values()]))
def test_formula(said, other):
    if made := clearly(evaluate, said, OURS.facts):
        assert all(map(made.wording, ("zh", "en")))
        for relation in ("=", "<", "<="):
            clearly(verdict, made, relation, other)


ROWS = st.sampled_from([load() for load in THEMES]).flatmap(
    lambda table: st.sets(st.sampled_from(range(len(table)))).map(lambda at: table.iloc[list(at)])
)
LABELS = st.sampled_from([None, "period", "payer", "indicator", "place", "value"]) | text(2)


@asked(1_000, st.sampled_from(FORMS), st.lists(ROWS, min_size=1, max_size=2), LABELS,
       st.sampled_from([1, 0, -1, 10, 1e9, 0.5]))  # fmt: skip
def test_form(form, rows, label, per):
    made = clearly(form, pd.concat(rows), label=label, per=per)
    if made:
        assert made.text()
        assert charts.Chart.from_json(made.to_json()) == made

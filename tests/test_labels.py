"""Every code has a label of its kind, every label is there for something, every word is right."""

import html
import json
import re
from functools import cache
from pathlib import Path

import pytest

from wuxi_data.reading import read
from wuxi_data.schema import THEMES, fields, references

# Which columns of the facts may hold which kinds of label.
KINDS = {
    "unit": ["unit"], "qualifier": ["qualifier"], "status": ["status"], "indicator": ["indicator"],
    "payer": ["actor", "place"], "recipient": ["actor", "place"], "sponsor": ["actor", "place"],
    "organiser": ["actor", "place"], "place": ["place"], "item": ["item"], "sector": ["sector"],
    "works": ["works_type"], "audience": ["audience"], "topic": ["topic"], "reason": ["reason"],
}  # fmt: skip
VERDICTS = dict.fromkeys(("holds", "consistent", "cannot_be_said", "contradicts"), "verdict")
ROOT = Path(__file__).resolve().parents[1]
ACTORS = {"jilin_province", "ministry_water", "hydropower_projects", "hardship_households",
          "unnamed", "mutual_aid_cooperatives", "water_programme"}  # fmt: skip
# No figure's of ours.
UNUSED = {"ministry_water": "actor", "longxi_town": "place", "huatai_bridge": "item",
          "unnamed": "actor"}  # fmt: skip


def kinds(labels):
    return dict(zip(labels["code"].astype(str), labels["kind"].astype(str), strict=True))


@cache
def in_use():
    """The codes that stand in each column of the facts and of the exclusions."""
    used = {column: set() for column in KINDS}
    for name in (*THEMES, "exclusions"):
        table = read(name).frame
        for column in KINDS.keys() & set(references(name, "labels")):
            used[column] |= set(table[column].astype(str)) - {""}
    return used


def kind_faults(labels):
    """Codes whose kind does not fit where they are used."""
    known = kinds(labels)
    return [
        f"{code}: a {known.get(code)} in the column {column}"
        for column, codes in in_use().items()
        for code in sorted(codes)
        if known.get(code) not in KINDS[column]
    ]


def closed(column):
    """The codes that a column may hold, in every table that has it, each once."""
    found = [fields(name)[column] for name in THEMES if column in fields(name)]
    return list(dict.fromkeys(code for field in found for code in field["constraints"]["enum"]))


# -------------------------------------------------------------------- every word is the right one

# Typed once more, as a witness: the units that tokens are read by and figures worded in.
UNITS = {}

# Typed once more, too: what our own page and notebooks have no occasion to say.
UNSHOWN = {
    "guide_column": ("列", "column"),
    "guide_meaning": ("含义", "meaning"),
    "period_year": ("{year}年", "{year}"),
    "period_since": ("{first}年起", "years from {first}"),
    "period_until": ("至{last}年", "years to {last}"),
    "cumulative_goods": ("累计援助物资", "aid in goods over the period"),
    "output": ("产量", "output"),
    "people_served": ("受益人数", "people served"),
    "beds": ("床位数", "beds"),
    "people_sent": ("选派人员", "people sent"),
    "attendances": ("培训人次", "attendances at training"),
    "unnamed": ("文中未写明", "not named in print"),
    "needs_same_giver": (
        "与援助同一出资方、受援方，起止年份也都写明并且相同的项目数（projects）",
        "indicator projects, of the aid's giver, place and years, first and last",
    ),
    "needs_same_paragraph": (
        "与项目数同一段的收益（income）",
        "indicator income, in the paragraph of the projects",
    ),
    "name_and_figure": ("{name}{figure}", "{name} {figure}"),
    "dated_name": ("{period}{name}", "{period}: {name}"),
    "sentence_space": (" ", " "),
    "funding_total_part": ("{period}{figure}", "{figure} of it in {period}"),
    "projects_part": ("{period}{figure}", "{figure} in {period}"),
    "unvalued": ("{name}{figure}", "{name}: {figure}"),
    "at_most": ("至多", "at most"),
    "huatai_bridge": ("花台大桥", "Huatai bridge"),
    "guide_rule": ("规则", "rule"),
    "guide_example": ("例子", "example"),
    "guide_required": ("必填", "required"),
    "guide_optional": ("可以留空", "may be empty"),
    "guide_open": (
        "必填；代码由你定，写进 labels.csv，kind 填 {kinds}",
        "required; a code of your own goes into labels.csv, of the kind {kinds}",
    ),
    "guide_closed": ("必填；只能取列出的代码", "required; a closed list"),
    "guide_closed_or_empty": ("只能取列出的代码，或留空", "a closed list, or empty"),
    "mixed_units": (
        "单位不同，不能画在一起：表 {table} 的 {needs}",
        "mixed units in {table}, {needs}; a chart compares figures of one unit",
    ),
    "mark_before": ("{words}（援建前）", "{words} (before the aid)"),
    "authors_and_others": ("{first}等", "{first} et al."),
    "funding_rise_down": (
        "{payer}每年援助{recipient}的资金由{first}减至{last}，减少{change}",
        "{payer}'s yearly aid to {recipient} fell from {first} to {last}, down {change}",
    ),
    "funding_rise_level": (
        "{payer}每年援助{recipient}的资金：起初{first}，最近{last}",
        "{payer}'s yearly aid to {recipient}: {first} at first, {last} most recently",
    ),
    "note_more": ("另有{n}项未画。", "{n} more not drawn."),
    "money_per_project": (
        "平均每个项目的援助：{figures}",
        "Aid per project on average: {figures}",
    ),
    "orchards_most_of_all": (
        "面积最大的是{place}的{name}：{figure}",
        "The largest area: {name} in {place}, {figure}",
    ),
    "water_works_title": ("建成的{name}：{figure}", "Built: {name}, {figure}"),
    "guide_other_county": (
        "表、图和算出的数来自你的表；文字是就巫溪县写的："
        "请在你的文件夹的 notebooks 里改写成你的县，再加上 --notebooks 运行；"
        "out 里的每次运行都会被覆盖。",
        "Tables, charts and computed figures come from your tables. "
        "The sentences were written about Wuxi County: rewrite them for yours in the notebooks of "
        "your folder, and run those with --notebooks; whatever is in out is written over by each "
        "run.",
    ),
    "page_undrawn": (
        "所给的表里没有这些图所需的数字：",
        "The tables have no figures for these charts:",
    ),
}  # fmt: skip

# Codes that are put together; every other one stands in the code as it is.
COMPOSED = {
    "guide_{}": ("column", "meaning", "rule", "example"),
    "mark_{}": ("inferred", "planned", "before"),
    "{}_title": ("funding_total", "projects"),
    "{}_part": ("funding_total", "projects"),
    "timeline_{}": ("began", "held"),
    "page_{}": ("headline", "charts", "limits", "facts", "derived", "checks", "map", "codebook",
                "cite"),
    "cannot_{}_said": ("be",),
}  # fmt: skip


def words(labels):
    columns = (labels[column].astype(str) for column in ("code", "zh", "en"))
    return {code: (zh, en) for code, zh, en in zip(*columns, strict=True)}


def squeezed(text):
    """Without what wraps a line, begins a sentence, or marks up a page."""
    return "".join(html.unescape(text).casefold().split())


@cache
def shown():
    """Every word that the stored page and the notebooks' outputs show."""
    page = (ROOT / "figures" / "report.html").read_text("utf-8")
    found = [re.sub("<[^>]+>", "", page)]
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            for output in cell.get("outputs", ()):
                given = {"text": output.get("text", ""), **output.get("data", {})}
                found += ["".join(text) for kind, text in given.items() if kind.startswith("text")]
    return squeezed("\n".join(found))


def is_shown(text):
    """Whether every form of a label stands somewhere, but for what fills its braces."""
    pieces = [piece for piece in re.split(r"\||{\w+}", text) if piece.strip()]
    return bool(pieces) and all(map(stands, pieces))


@cache
def stands(piece):
    return squeezed(piece) in shown()


def test_every_word_is_shown_on_the_page_or_in_a_notebook_or_typed_here():
    got = {
        code: both
        for code, both in words(read("labels").frame).items()
        if code not in UNITS and (code.startswith("guide_") or not all(map(is_shown, both)))
    }
    assert got == UNSHOWN


def test_the_units_are_worded_as_they_are_typed_here():
    known = words(read("labels").frame)
    assert {code: known.get(code) for code in UNITS} == UNITS


def test_the_codes_on_the_stored_page_are_called_what_the_labels_say():
    page = (ROOT / "figures" / "report.html").read_text("utf-8")
    row = r"<code>(\w+)</code></th><td><span lang=zh>(.*?)</span><span lang=en>(.*?)</span></td>"
    last = page.rpartition("<details>")[2]  # the codes in use
    listed = {
        code: (html.unescape(zh), html.unescape(en)) for code, zh, en in re.findall(row, last)
    }
    known = words(read("labels").frame)
    assert len(listed) > 80, f"expected the codes in use, got {len(listed)}"
    assert {code: known.get(code) for code in listed} == listed


def sources():
    package = ROOT / "wuxi_data"
    paths = [*package.glob("*.py"), package / "templates" / "report.html"]
    return "\n".join(path.read_text("utf-8") for path in sorted(paths))


def composed():
    return {form.format(part) for form, parts in COMPOSED.items() for part in parts}


def test_every_word_that_the_code_asks_for_is_there():
    calls = re.findall(r"(?=\b(?:say|self|t|code)\(([^()]*)|\bcode = (.*))", sources())
    asked = {word for call in calls for word in re.findall(r'(?<!\[)"(\w+[a-z])"', "".join(call))}
    assert len(asked) > 80, f"expected what the code asks for, got {asked}"
    assert (asked | composed()) - set(words(read("labels").frame)) == set()


def test_the_code_asks_for_every_sentence_there_is():
    literal = set(re.findall(r'"(\w+)"', sources())) | composed()
    sentences = {
        c for c, kind in kinds(read("labels").frame).items() if kind in ("text", "verdict")
    }
    assert sentences - literal == set()


def test_a_label_is_filled_with_the_same_in_english_as_in_chinese():
    parts = {
        code: [sorted(set(re.findall(r"{\w+}", text))) for text in both]
        for code, both in words(read("labels").frame).items()
    }
    differing = {code: zh for code, (zh, en) in parts.items() if zh != en}
    assert differing == {"projects_title": ["{figure}", "{giver}", "{period}", "{place}"]}


# -------------------------------------------------------------------- every code is of its kind


def test_every_column_of_codes_is_looked_at_here():
    expected = {column for name in (*THEMES, "exclusions") for column in references(name, "labels")}
    assert set(KINDS) == expected


def test_every_code_in_use_is_a_label_of_its_kind():
    assert kind_faults(read("labels").frame) == []


def test_a_code_of_another_kind_is_seen():
    labels = read("labels").frame.astype(str)
    labels.loc[labels["code"] == "citrus", "kind"] = "text"
    assert kind_faults(labels) == ["citrus: a text in the column item"]


@pytest.mark.parametrize("kind", ["unit", "qualifier", "status", "indicator"])
def test_a_closed_list_has_its_labels_in_its_order_and_no_others(kind):
    got = [code for code, found in kinds(read("labels").frame).items() if found == kind]
    assert got == closed(kind), f"expected {closed(kind)}, got {got}"


def test_the_givers_are_no_places():
    """The columns that may hold either would not say."""
    assert {code for code, kind in kinds(read("labels").frame).items() if kind == "actor"} == ACTORS


def test_what_the_article_names_without_a_figure_has_its_word_too():
    assert UNUSED.items() <= kinds(read("labels").frame).items()


def test_a_label_of_no_code_in_use_is_a_sentence_a_verdict_or_a_translation():
    held = set().union(*in_use().values(), *(closed(k) for k in ("unit", "qualifier", "indicator")))
    left = {code: kind for code, kind in kinds(read("labels").frame).items() if code not in held}
    status, known = (
        dict.fromkeys(closed("status"), "status"),
        {**UNUSED, **dict.fromkeys(notes(), "translation"), **VERDICTS},
    )
    assert left == {code: ({**status, **known}).get(code, "text") for code in left}


@cache
def notes():
    """Each fact's note by the code that a translation of it has: one serves all that say so."""
    tables = (read(name).frame for name in THEMES)
    rows = (row for table in tables for row in table[table["note"] != ""].itertuples())
    return {f"note_{row.fact_id.replace('-', '_')}": row.note for row in rows}


def test_every_note_of_a_fact_has_one_translation_under_the_name_of_one_that_says_so():
    labels = read("labels").frame
    codes = {code for code, kind in kinds(labels).items() if kind == "translation"}
    translated = {code: en for code, (_, en) in words(labels).items() if code in codes}
    assert translated == {code: notes().get(code) for code in translated}
    assert sorted(translated.values()) == sorted(set(notes().values()))

"""Every code has a label of its kind, every label is there for something, every word is right."""

import html
from functools import cache
from pathlib import Path

import pytest

from wuxi_data.numerals import unit_labels
from wuxi_data.reading import read
from wuxi_data.schema import THEMES, fields, references

# Which columns of the facts may hold which kinds of label.
KINDS = {
    "qualifier": ["qualifier"], "status": ["status"], "indicator": ["indicator"],
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
UNITS = {
    "CNY": ("元|元人民币|人民币", "yuan"),
    "person": ("人|名|位|口人|个人|口", "person|people"),
    "project": ("个项目|项目", "project|projects"),
    "works": ("处工程|座工程|处设施|个设施", "work|works"),
    "class": ("个班|班次|班|期班", "class|classes"),
    "day": ("天", "day|days"),
    "township": ("个乡镇|乡镇|个乡|个镇|乡|镇", "township|townships"),
    "household": ("户", "household|households"),
    "village": ("个村|村", "village|villages"),
    "villager_group": ("个社", "villager group|villager groups"),
    "mu": ("亩", "mu"),
    "km": ("公里|千米|km", "kilometre|kilometres"),
    "m": ("米|m", "metre|metres"),
    "minute": ("分钟", "minute|minutes"),
    "hour": ("小时|个小时", "hour|hours"),
    "year": ("年|周年", "year|years"),
    "month": ("个月", "month|months"),
    "storey": ("层", "storey|storeys"),
    "cooperative": ("个互助社|个合作社", "co-operative|co-operatives"),
    "visit": ("次访问", "visit|visits"),
    "product": ("种产品", "product|products"),
    "school": ("所学校|所小学|所中学|所中小学|所幼儿园", "school|schools"),
    "hectare": ("公顷", "hectare|hectares"),
    "km2": ("平方公里|平方千米", "square kilometre|square kilometres"),
    "m2": ("平方米|平米", "square metre|square metres"),
    "m3": ("立方米", "cubic metre|cubic metres"),
    "t": ("吨", "tonne|tonnes"),
    "kg": ("公斤|千克", "kilogram|kilograms"),
    "kW": ("千瓦|kW", "kilowatt|kilowatts"),
    "kWh": ("千瓦时|度电|kWh", "kilowatt-hour|kilowatt-hours"),
    "head": ("头|只", "head of livestock"),
    "percent": ("%", "%"),
    "USD": ("美元", "US dollar|US dollars"),
    "attendance": ("人次", "attendance|attendances"),
    "bed": ("张床位|个床位|张病床", "bed|beds"),
    "jin": ("斤|市斤", "jin"),
    "permille": ("‰", "‰"),
    "percentage_point": ("个百分点|百分点", "percentage point|percentage points"),
    "times": ("倍", "times"),
    "tenth": ("成", "tenth|tenths"),
    "age": ("岁|周岁", "year of age|years of age"),
    "machine": ("台", "machine|machines"),
    "case": ("例", "case|cases"),
    "plant": ("株", "plant|plants"),
    "well": ("眼|眼井|口井|口水井|眼机井", "well|wells"),
    "county": ("个县|县|个区县|区县", "county|counties"),
    "province": ("个省|省", "province|provinces"),
    "community": ("个社区|社区", "community|communities"),
    "batch": ("批次", "batch|batches"),
    "enterprise": ("家企业|个企业|户企业|企业", "enterprise|enterprises"),
    "degree": ("度", "degree|degrees"),
    "MW": ("兆瓦|MW", "megawatt|megawatts"),
    "kV": ("千伏|kV", "kilovolt|kilovolts"),
    "mm": ("毫米|mm", "millimetre|millimetres"),
    "li": ("里|华里", "li"),
    "HKD": ("港元|港币", "Hong Kong dollar|Hong Kong dollars"),
    "body": ("个省市|省市|个市县区|个市|市", "body|bodies"),
}

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


def test_the_units_are_worded_as_they_are_typed_here():
    known = {code: ("|".join(zh), "|".join(en)) for code, (zh, en) in unit_labels().items()}
    assert known == UNITS


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


@pytest.mark.parametrize("kind", ["qualifier", "status", "indicator"])
def test_a_closed_list_has_its_labels_in_its_order_and_no_others(kind):
    got = [code for code, found in kinds(read("labels").frame).items() if found == kind]
    assert got == closed(kind), f"expected {closed(kind)}, got {got}"


def test_the_givers_are_no_places():
    """The columns that may hold either would not say."""
    assert {code for code, kind in kinds(read("labels").frame).items() if kind == "actor"} == ACTORS


def test_what_the_article_names_without_a_figure_has_its_word_too():
    assert UNUSED.items() <= kinds(read("labels").frame).items()

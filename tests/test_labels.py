"""Every code has a label of its kind, every label is there for something, every word is right."""

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
    "works": ("处工程|座工程|处设施|个设施", "facility|facilities"),
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

# Typed once more, too: what our own page has no occasion to say.
UNSHOWN = {
    "at_most": ("至多", "at most"),
    "cumulative_goods": ("累计援助物资", "aid in goods over the period"),
    "total_funds": ("各类资金合计", "funds of all kinds"),
    "cooperation_funds": ("经济合作资金", "money from economic co-operation"),
    "welfare_funds": ("社会公益类资金", "money for social welfare projects"),
    "agreed_investment": ("签约投资", "investment agreed"),
    "sales": ("帮助销售额", "goods sold with the giver's help"),
    "output": ("产量", "output"),
    "people_served": ("受益人数", "people served"),
    "beds": ("床位数", "beds"),
    "capacity": ("库容或水量", "storage or supply of water"),
    "power": ("装机容量", "installed power"),
    "people_sent": ("选派人员", "people sent"),
    "attendances": ("培训人次", "attendances at training"),
    "batches": ("批次数", "groups sent"),
    "resident_population": ("常住人口", "resident population"),
    "rural_population": ("农业人口", "farming population"),
    "people_resettled": ("移民人数", "people resettled"),
    "households": ("户数", "households"),
    "villages": ("村数", "villages"),
    "communities": ("社区数", "communities"),
    "counties": ("区县数", "counties and districts"),
    "givers": ("支援方数", "bodies that give"),
    "gdp": ("地区生产总值（增加值）", "gross domestic product (value added)"),
    "gdp_per_head": ("人均地区生产总值", "gross domestic product per head"),
    "income_per_head": ("人均可支配收入", "disposable income per head"),
    "ministry_water": ("水利部", "Ministry of Water Resources"),
    "longxi_town": ("龙溪镇", "Longxi town"),
    "unnamed": ("文中未写明", "not named in print"),
    "huatai_bridge": ("花台大桥", "Huatai bridge"),
}


def test_the_units_are_worded_as_they_are_typed_here():
    known = {code: ("|".join(zh), "|".join(en)) for code, (zh, en) in unit_labels().items()}
    assert known == UNITS


def test_what_no_page_shows_is_worded_as_it_is_typed_here():
    known = read("labels").frame.astype(str).set_index("code")[["zh", "en"]]
    got = {code: tuple(known.loc[code]) for code in UNSHOWN}
    assert got == UNSHOWN


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


def test_what_no_figure_uses_is_of_its_kind_too():
    assert (UNUSED | VERDICTS).items() <= kinds(read("labels").frame).items()

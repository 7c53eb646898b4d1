"""A county that fills every chart: long names, many payers, twenty years, sums in the trillions."""

import csv
from pathlib import Path

COLUMNS = "indicator start end value unit qualifier as_written source_id paragraph part_of note"
OWN = {
    "funding": "payer recipient",
    "projects": "sponsor place item sector status",
    "water_works": "works",
    "training": "organiser audience",
    "county": "place topic",
}
KINDS = {"payer": "actor", "far": "place", "crop": "item", "road": "item", "works": "works_type",
         "group": "audience"}  # fmt: skip
LONG = {
    "payer_a": (
        "跨省区长江中上游流域生态保护与高质量发展协作联席会议",
        "joint conference on the upper Yangtze basin's ecology and high-quality development",
    ),
    "payer_b": (
        "东部沿海发达城市对口支援工作领导小组办公室",
        "office of the leading group for paired assistance of the eastern cities",
    ),
    "payer_c": (
        "中央定点帮扶单位与社会各界爱心企业联合捐赠平台",
        "joint platform of central departments and donating companies",
    ),
    "far_county": (
        "某某土家族苗族自治县库区移民后期扶持示范县",
        "an autonomous county for the after-care of reservoir resettlers",
    ),
}


def write(folder: Path) -> Path:
    """Write the county's tables and labels into a new folder."""
    folder.mkdir()
    for name, rows in tables().items():
        columns = ["fact_id", *OWN[name].split(), *COLUMNS.split()]
        numbered = [
            {"fact_id": f"{name.replace('_', '-')}-{n}", **row} for n, row in enumerate(rows)
        ]
        _csv(folder / f"{name}.csv", columns, [_full(row) for row in numbered])
    source = {"source_id": "far", "title": "一个很远的县的公报：用来试图表", "published": "2024",
              "authors": "甲;乙;丙;丁;戊", "language": "zh", "sha256": "0" * 64,
              "paragraphs": 9}  # fmt: skip
    _csv(folder / "sources.csv", [*source, "publisher"], [source])
    codes = [
        {"code": code, "kind": KINDS[code.split("_")[0]], "zh": zh, "en": en}
        for code, (zh, en) in labels().items()
    ]
    _csv(folder / "labels.csv", ["code", "kind", "zh", "en"], codes)
    return folder


def _csv(path: Path, columns: list[str], rows: list[dict]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def _full(row: dict) -> dict:
    return {"qualifier": "exact", "source_id": "far", "paragraph": 1, **row}


def yi(hundred_millions: int, **row) -> dict:
    """So many 亿元."""
    return {
        "value": hundred_millions * 10**8,
        "unit": "CNY",
        "as_written": f"{hundred_millions}亿元",
        **row,
    }


def of(value: int, unit: str, measure: str, **row) -> dict:
    return {"value": value, "unit": unit, "as_written": f"{value}{measure}", **row}


def over(value: int, unit: str, measure: str, **row) -> dict:
    return {**of(value, unit, f"余{measure}", **row), "qualifier": "over"}


def labels() -> dict:
    things = {
        f"{kind}_{n}": (
            f"第{n}类{'名称特别长的' * 2}{zh}",
            f"{en} of the very long kind number {n}",
        )
        for kind, zh, en in (
            ("crop", "农业产业基地", "agricultural base"),
            ("road", "农村公路及桥梁", "rural road and bridge"),
            ("works", "供水保障工程", "water supply works"),
            ("group", "干部和专业技术人员", "cadres and specialists"),
        )
        for n in range(20)
    }
    return {**LONG, **things}


def tables() -> dict[str, list[dict]]:
    return {"funding": funding(), "projects": projects(), "water_works": water_works(),
            "training": training(), "county": county()}  # fmt: skip


def funding() -> list[dict]:
    rows = []
    for place, payer in enumerate(("payer_a", "payer_b", "payer_c")):
        who = {"payer": payer, "recipient": "far_county"}
        total = f"funding-{len(rows)}"
        whole = yi(9999, indicator="cumulative_aid_and_goods", start=2001, end=2020, **who)
        rows.append({**whole, "qualifier": "about", "as_written": "约9999亿元"})
        for start, end in ((2001, 2005), (2006, 2010), (2016, 2020)):
            rows.append(
                yi(1234, indicator="cumulative_aid", start=start, end=end, part_of=total, **who)
            )
        for year in range(2001, 2021):
            amount = 100 + 37 * ((year * (place + 3)) % 23)
            rows.append(yi(amount, indicator="annual_aid", start=year, end=year, **who))
    county = {"payer": "far_county", "recipient": "far_county", "start": 2016, "end": 2020}
    rows += [yi(53217, indicator="investment", **county)]
    rows += [yi(n * 1111, indicator="income", **county) for n in range(1, 8)]
    rows += [{"payer": "payer_a", "recipient": "far_county", "indicator": "cumulative_aid",
              "unit": "CNY", "qualifier": "", "as_written": "数千万元"}]  # fmt: skip
    return rows


def projects() -> list[dict]:
    who = {"sponsor": "payer_a", "place": "far_county", "status": "completed"}
    aid = {"item": "crop_1", "sector": "all_sectors", "indicator": "projects", **who}
    rows = [over(50000, "project", "个", start=2001, end=2020, **aid)]
    for year in range(2001, 2021):
        rows.append(of(year, "project", "个", start=year, end=year, part_of="projects-0", **aid))
    for n in range(1, 19):
        crop = {"item": f"crop_{n}", "sector": "agriculture", "indicator": "area", **who}
        rows.append(over(100000 * n, "mu", "亩", **crop))
    for n in range(1, 7):
        road = {"item": f"road_{n}", "sector": "transport", **who}
        rows += [
            of(12345 * n, "m", "米", indicator="length", **road),
            of(123 * n, "village", "个村", indicator="villages_linked", **road),
            of(4321 * n, "villager_group", "个社", indicator="groups_served", **road),
            of(12345 * n, "household", "户", indicator="households_served", **road),
        ]
    return rows


def water_works() -> list[dict]:
    years = {"start": 2016, "end": 2020}
    rows = [
        of(98765 * n, "works", "处", works=f"works_{n}", indicator="built", **years)
        for n in range(1, 18)
    ]
    rows += [of(123456789, "person", "人", works="works_1", indicator="people_covered", **years)]
    rows += [
        over(10 * n, "project", "个", works=f"works_{n}", indicator="projects") for n in range(1, 6)
    ]
    return rows


def training() -> list[dict]:
    rows = []
    for n in range(1, 19):
        who = {"organiser": f"payer_{'abc'[n % 3]}", "audience": f"group_{n}"}
        rows += [over(1000 * n, "person", "人", indicator="people_trained", **who),
                 of(12 * n, "class", "班次", indicator="classes", **who),
                 of(20 * n, "day", "天", indicator="days", **who),
                 of(10 * n, "township", "个乡镇", indicator="townships", **who)]  # fmt: skip
    return rows


def county() -> list[dict]:
    rows = []
    for n in range(1, 5):
        way = {"place": "far_county", "topic": f"road_{n}"}
        rows += [of(3 * n, "hour", "小时", indicator="time_by_car", **way),
                 over(20, "minute", "分钟", indicator="time_on_foot", **way)]  # fmt: skip
    return rows

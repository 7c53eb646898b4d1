"""The charts of the article and of the other sources: facts by name, and our finding in words.

Every number in these words comes from a fact. For tables of your own, use the forms, which claim
nothing: :func:`wuxi_data.bars` and its sisters.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

import pandas as pd

from .charts import Chart
from .county import three_gorges
from .forms import Wanted, bars, beside, columns, mark, nested, spans, squares
from .messages import _
from .quantity import Quantity
from .tables import quantities


def _facts(names: Iterable[str], *tables: pd.DataFrame, data: str | None = None) -> list[Quantity]:
    """The facts that a claim is about, in its order; an error for tables of another folder."""
    known: dict[str, Quantity] = {}
    for table in tables:
        known |= quantities(table) if table.attrs.get("data", "") == data else {}
    if not set(names) <= set(known):
        raise ValueError(
            _(
                "this chart says what our sources found; for rows of your own, use wd.columns, "
                "wd.bars, wd.nested, wd.squares or wd.spans, and say your own finding in title="
            )
        )
    return [known[name] for name in names]


def _grouped(
    facts: Iterable[Quantity],
    groups: Mapping[tuple, Iterable[str]],
    details: Mapping[str, tuple] | None = None,
    stand_out: Container[str] | None = None,
) -> list[Wanted]:
    """Facts under the headings of `groups`; some have a detail beside them, some stand out."""
    heading = {name: words for words, names in groups.items() for name in names}
    return [
        mark(
            each,
            group=heading[each.formula],
            detail=(details or {}).get(each.formula),
            tone="main" if stand_out is None or each.formula in stand_out else "second",
        )
        for each in facts
    ]


def _together(groups: Mapping[tuple, Mapping]) -> dict:
    """What every group says of its facts."""
    return {name: words for said in groups.values() for name, words in said.items()}


def plot_funding_rise(funding: pd.DataFrame, *, lang: str = "zh") -> Chart:
    """The usual yearly aid and that of 2020; the four years before are inferred, and say so."""
    usual, last = _facts(["jilin-annual-usual", "jilin-annual-2020"], funding)
    inferred = [mark(usual, at=year, state="inferred") for year in range(2016, 2020)]
    return columns(
        [*inferred, mark(last, at=2020)],
        name="funding-rise",
        title=(
            "吉林援助巫溪县：常年每年{jilin-annual-usual}，"
            "{jilin-annual-2020:period}增至{jilin-annual-2020}",
            "Jilin gave Wuxi County {jilin-annual-usual} in a usual year, "
            "and {jilin-annual-2020} in {jilin-annual-2020:period}",
        ),
        subtitle=("年度援助资金", "Annual aid"),
        note=(
            "文中的“常年”没有点明是哪几年。虚线四年按常年数推断："
            "连同{jilin-annual-2020:period}共{4 * jilin-annual-usual + jilin-annual-2020}，"
            "恰为文中{jilin-aid-2016-2020:period}的总数。",
            "The article does not say which years were usual. The four dashed years are inferred: "
            "with {jilin-annual-2020:period} they make "
            "{4 * jilin-annual-usual + jilin-annual-2020}, exactly the total printed for "
            "{jilin-aid-2016-2020:period}.",
        ),
        change="(jilin-annual-2020 - jilin-annual-usual) / jilin-annual-usual",
        lang=lang,
    )


def plot_funding_total(funding: pd.DataFrame, *, lang: str = "zh") -> Chart:
    """The total since 1992 with the five years that lie within it."""
    labels = {
        "jilin-aid-1992-2021": (
            "{jilin-aid-1992-2021:period}，资金和物资",
            "Money and goods, {jilin-aid-1992-2021:period}",
        ),
        "jilin-aid-2016-2020": (
            "{jilin-aid-2016-2020:period}，资金",
            "money, {jilin-aid-2016-2020:period}",
        ),
        "jilin-huatai": ("投给花台乡", "For Huatai township"),
    }
    return nested(
        _facts(labels, funding),
        name="funding-total",
        label=labels,
        title=(
            "吉林援助巫溪县资金和物资{jilin-aid-1992-2021}，"
            "其中{jilin-aid-2016-2020:period}{jilin-aid-2016-2020}",
            "Jilin has given Wuxi County money and goods worth {jilin-aid-1992-2021}, "
            "{jilin-aid-2016-2020} of it in {jilin-aid-2016-2020:period}",
        ),
        subtitle=("{aid-began}以来无偿援助总计", "Total since {aid-began}, free of charge"),
        lang=lang,
    )


def plot_projects(projects: pd.DataFrame, *, lang: str = "zh") -> Chart:
    """Every project a square: those of 2020 within the five years, within all of them."""
    return squares(
        _facts(["projects-1992-2021", "projects-2016-2020", "projects-2020"], projects),
        name="projects-nested",
        label="period",
        title=(
            "{projects-1992-2021}援助项目里，{projects-2016-2020}在“十三五”时期，"
            "{projects-2020}在{projects-2020:period}",
            "Of {projects-1992-2021} since {aid-began}, {projects-2016-2020:number} came in "
            "{projects-2016-2020:period}, {projects-2020:number} of them in {projects-2020:period}",
        ),
        subtitle=("吉林省在巫溪县的援助项目", "Jilin's aid projects in Wuxi County"),
        lang=lang,
    )


def plot_money_per_project(
    funding: pd.DataFrame, projects: pd.DataFrame, *, lang: str = "zh"
) -> Chart:
    """Money per project, for periods that both tables name; bounds where print says 余."""
    money = {
        "projects-2020": "jilin-annual-2020",
        "projects-2016-2020": "jilin-aid-2016-2020",
        "projects-1992-2021": "jilin-aid-1992-2021",
    }
    counts, sums = _facts(money, projects), _facts(money.values(), funding)
    return bars(
        [
            mark(total / count, label=(f"{{{count.formula}:period}}",) * 2)
            for total, count in zip(sums, counts, strict=True)
        ],
        name="money-per-project",
        title=(
            "平均每个项目{jilin-annual-2020 / projects-2020:number}元，{projects-2020:period}与"
            "{projects-2016-2020:period}持平",
            "{jilin-annual-2020 / projects-2020} in {projects-2020:period}, the same as in "
            "{projects-2016-2020:period}",
        ),
        subtitle=(
            "援助资金除以同一时期的项目数；最长的时期还算进物资",
            "Aid divided by the projects of the same years; the longest period counts goods too",
        ),
        lang=lang,
    )


def plot_water_people(
    water_works: pd.DataFrame, county: pd.DataFrame, *, lang: str = "zh"
) -> Chart:
    """The people with safe water beside the population: the article's own contradiction."""
    people, population = _facts(["water-people", "population"], water_works, county)
    return bars(
        [
            mark(people, label=("解决饮水安全的农村人口", "Rural people with safe water")),
            mark(population, label=("全县人口", "People of the county"), tone="third"),
        ],
        name="water-people",
        limit={
            "population": (
                "“{population}”最多只到这里",
                "{population:number} can mean no more than this",
            )
        },
        title=(
            "文中说{water-people}农村人喝上安全水，同一篇文章里全县只有{population}人",
            "{water-people:number} rural people got safe water, the article says, in a county of "
            "{population:number}",
        ),
        subtitle=(
            "两个数对不上（也许一个按户籍、一个按常住，这是推测），不能相除",
            "The two do not fit together (one may count registered people, the other residents: "
            "our guess), so they give no rate",
        ),
        note=(
            "投入{water-investment}，除以受益人数是{water-investment / water-people}，"
            "并不是每人实得。",
            "The {water-investment} invested, divided by the people served, is "
            "{water-investment / water-people}: not what each received.",
        ),
        lang=lang,
    )


def plot_water_works(water_works: pd.DataFrame, *, lang: str = "zh") -> Chart:
    """The works of five years, one square for ten."""
    return squares(
        _facts(["small-central-supply", "consolidation-works", "town-waterworks"], water_works),
        name="water-works",
        per=10,
        label="works",
        title=(
            "五年建成{small-central-supply}农村小型集中供水工程",
            "{small-central-supply:number} small supply schemes built in five years",
        ),
        subtitle=(
            "{small-central-supply:period}建成的供水工程",
            "Water works built in {small-central-supply:period}",
        ),
        lang=lang,
    )


def plot_hydropower(water_works: pd.DataFrame, funding: pd.DataFrame, *, lang: str = "zh") -> Chart:
    """Two sums on one scale, and what each was drawn from or put into."""
    names = (
        "hydropower-projects",
        "hydropower-income",
        "mutual-aid-capital",
        "mutual-aid-cooperatives",
    )
    works, income, capital, bodies = _facts(names, water_works, funding)
    return beside(
        bars(
            [
                mark(income, label=("水电扶贫收益", "Income from hydropower")),
                mark(capital, label=("入股资金", "Put into co-operatives"), tone="second"),
            ],
            title=("两笔钱用途不同，不相加", "Two sums for two purposes, never added"),
        ),
        _row_of_squares(works, ("收益来自水电项目", "Income from hydropower projects")),
        _row_of_squares(bodies, ("资金入股互助社", "Capital for co-operatives"), "second"),
        name="hydropower",
        title=(
            "水利扶贫：{hydropower-projects}小水电项目提取收益{hydropower-income}，"
            "另有{mutual-aid-capital}入股{mutual-aid-cooperatives}互助社",
            "{hydropower-projects:number} hydropower projects yielded {hydropower-income}; "
            "{mutual-aid-capital} went into {mutual-aid-cooperatives}",
        ),
        note=("文中没有写明这两笔钱的年份。", "The article names no year for either sum."),
        lang=lang,
    )


def plot_training(training: pd.DataFrame, *, lang: str = "zh") -> Chart:
    """Each programme with its people, by who ran it; nothing is summed."""
    groups = {
        ("吉林省", "Jilin province"): {
            "resettlement-people": (
                "移民带头人和移民干部",
                "Leading resettlers and resettlement cadres",
            ),
            "ecommerce-people": ("电商专业人才", "E-commerce specialists"),
            "exchange-people": ("交流培训干部", "Cadres on exchange"),
            "secondment-people": ("挂职锻炼领导干部", "Leading cadres on secondment"),
        },
        ("水利部定点帮扶", "The water ministry's programme"): {
            "cadre-training-people": (
                "基层干部和技术人才",
                "Grassroots cadres and technical staff",
            ),
            "students-helped": ("勤工俭学的困难学生", "Students helped with work-study"),
        },
        ("巫溪县", "Wuxi County"): {
            "ecommerce-2021-people": ("电商班学员", "Trainees of one e-commerce class"),
        },
    }
    labels = _together(groups)
    details = {
        "resettlement-people": ("{resettlement-classes}",) * 2,
        "ecommerce-people": ("{ecommerce-classes}班", "{ecommerce-classes}"),
        "ecommerce-2021-people": ("{ecommerce-2021-days}",) * 2,
    }
    return bars(
        _grouped(_facts(labels, training), groups, details),
        label=labels,
        name="training",
        title=(
            "水利帮扶培训基层干部和技术人才{cadre-training-people}，"
            "吉林培训移民带头人和移民干部{resettlement-people}",
            "The water ministry's programme trained {cadre-training-people:number} cadres and "
            "technical staff; Jilin trained {resettlement-people:number} leading resettlers "
            "and resettlement cadres",
        ),
        subtitle=(
            "同一个人可能参加过不止一项，所以不相加",
            "One person may have been in several programmes, so the numbers are not added",
        ),
        lang=lang,
    )


def plot_orchards(projects: pd.DataFrame, *, lang: str = "zh") -> Chart:
    """The area under each crop, one square for a hundred mu."""
    return squares(
        _facts(["citrus-huatai", "plum-huatai", "mulberry-huatai"], projects),
        name="orchards",
        per=100,
        label="item",
        title=(
            "花台乡种下{citrus-huatai}柑橘、{plum-huatai}脆李、{mulberry-huatai}桑树",
            "Huatai township grows {citrus-huatai} of citrus, {plum-huatai} of plums "
            "and {mulberry-huatai} of mulberry",
        ),
        subtitle=("种植面积", "Area under each crop"),
        lang=lang,
    )


def plot_way_to_town(county: pd.DataFrame, *, lang: str = "zh") -> Chart:
    """Before and now, in minutes; the bridge is part of the walk."""
    names = "longxi-by-car", "longxi-on-foot", "footbridge-crossing"
    car, foot, bridge = _facts(names, county)
    return nested(
        [
            mark(
                car,
                label=("过去，搭车走公路桥", "Before: by car, over the road bridge"),
                tone="third",
            ),
            mark(foot, label=("现在，步行走吊桥", "Now: on foot, over the footbridge")),
            mark(bridge, within="longxi-on-foot", label=("过吊桥", "crossing the footbridge")),
        ],
        name="way-to-longxi",
        title=(
            "有了吊桥，走路{longxi-on-foot}就到龙溪镇；过去搭车走公路桥要{longxi-by-car}",
            "With the footbridge, Longxi is a walk of {longxi-on-foot}; "
            "by car over the road bridge it was {longxi-by-car}",
        ),
        subtitle=("花台乡到龙溪镇所需时间", "From Huatai township to Longxi town"),
        lang=lang,
    )


def plot_links(projects: pd.DataFrame, *, lang: str = "zh") -> Chart:
    """A footbridge: the villages it links and the households it serves, in squares."""
    linked = {
        "footbridge-villages": ("连通的村", "Villages linked"),
        "footbridge-groups": ("受益的社", "Villager groups served"),
        "footbridge-households": ("受益的户", "Households served"),
    }
    return beside(
        *map(_row_of_squares, _facts(linked, projects), linked.values()),
        name="huatai-links",
        title=(
            "一座{footbridge-length}的吊桥，连起{footbridge-villages}村，"
            "方便{footbridge-groups}{footbridge-households}",
            "A footbridge of {footbridge-length} links {footbridge-villages} "
            "and serves {footbridge-households}",
        ),
        note=(
            "“{footbridge-groups}”照个数画；也可能是第四社。",
            "Drawn as {footbridge-groups}; print may also mean group no. four.",
        ),
        subtitle=(
            "花台乡鲤鱼山人行吊桥；同乡硬化公路{road-huatai}",
            "The Liyushan footbridge in Huatai township, which has {road-huatai} of paved road",
        ),
        lang=lang,
    )


def _row_of_squares(quantity, words: tuple[str, str], tone: str | None = None) -> Chart:
    return squares([mark(quantity, label=words, tone=tone)], title=words)


def plot_timeline(
    funding: pd.DataFrame,
    projects: pd.DataFrame,
    water_works: pd.DataFrame,
    county: pd.DataFrame,
    *,
    lang: str = "zh",
) -> Chart:
    """The years that the article names, in the lanes of those who acted."""
    groups = {
        ("吉林省", "Jilin province"): {
            "aid-began": ("开始对口支援", "Aid begins"),
            "jilin-aid-1992-2021": ("资金和物资", "Money and goods"),
            "jilin-aid-2016-2020": ("“十三五”资金", "Money, five years"),
            "projects-2016-2020": ("“十三五”项目", "Projects, five years"),
            "jilin-annual-2020": (
                "{jilin-annual-2020:period}资金",
                "Money in {jilin-annual-2020:period}",
            ),
            "projects-2020": ("{projects-2020:period}项目", "Projects in {projects-2020:period}"),
        },
        ("水利部与巫溪县", "The water ministry and the county"): {
            "water-meeting-2018": ("对口帮扶对接会", "The ministry's meeting"),
            "water-investment": ("饮水投入", "Water investment"),
            "water-people": ("饮水安全受益", "People with safe water"),
        },
    }
    labels = _together(groups)
    facts = _facts(labels, funding, projects, water_works, county)
    return spans(
        _grouped(facts, groups),
        label=labels,
        name="timeline",
        title=(
            "援助始于{aid-began}，可除了累计至今的数，最早注明年份的是{jilin-aid-2016-2020:period}的",
            "Aid began in {aid-began}, but apart from totals to date the earliest dated figures "
            "are for {jilin-aid-2016-2020:period}",
        ),
        subtitle=(
            "文中点明年份的资金、项目和饮水",
            "Money, projects and water, where the article names the years",
        ),
        lang=lang,
    )


# -------------------------------------------------------------------- the other sources


def _other_facts(table: pd.DataFrame, names: Iterable[str]) -> list[Quantity]:
    return _facts(names, table, data=str(three_gorges()))


_PAIRS = {
    "shanghai-wanzhou": ("上海—万州", "Shanghai to Wanzhou"),
    "shanghai-yiling": ("上海—夷陵", "Shanghai to Yiling"),
    "beijing-badong": ("北京—巴东", "Beijing to Badong"),
    "zhejiang-fuling": ("浙江—涪陵", "Zhejiang to Fuling"),
    "shandong-zhongxian": ("山东、沈阳—忠县", "Shandong and Shenyang to Zhongxian"),
    "liaoning-fengjie": ("辽宁—奉节", "Liaoning to Fengjie"),
    "changzhou": ("常州—云阳、秭归", "Changzhou city to Yunyang and Zigui"),
    "tianjin-wanzhou": ("天津—万州", "Tianjin to Wanzhou"),
    "jilin-wuxi": ("吉林—巫溪", "Jilin to Wuxi County"),
}
_JILIN = ("jilin-wuxi-2022-aid", "jilin-wuxi-2022-projects")


def _pairs(names: Iterable[str]) -> dict[str, tuple]:
    """What each fact's pairing is called, which its fact_id begins with."""
    return {each: words for each in names for pair, words in _PAIRS.items()
            if each.startswith(pair)}  # fmt: skip


def plot_pairings(funding: pd.DataFrame, *, lang: str = "zh") -> Chart:
    """Cumulative aid by pairing; what is counted differently stands apart."""
    groups = {
        ("无偿援助", "Free of charge"): {
            "shanghai-wanzhou-2015-aid": ("{shanghai-wanzhou-2015-aid:period}",) * 2,
            "shanghai-yiling-2016-aid": ("{shanghai-yiling-2016-aid:period}",) * 2,
            "beijing-badong-2019-aid": ("{beijing-badong-2019-years}",) * 2,
            "zhejiang-fuling-2025-aid": ("三十多年", "over thirty years"),
        },
        ("无偿援助，物资折款在内", "Free of charge, goods counted in"): {
            "shandong-zhongxian-aid": ("没有写明时期", "no period printed"),
        },
        (
            "原文作“投入”或“援助”，没有说无偿",
            "Printed as put in or as aid, not as free of charge",
        ): {
            "liaoning-fengjie-aid": (
                "{liaoning-fengjie-years}，基础设施",
                "{liaoning-fengjie-years}, infrastructure",
            ),
            "changzhou-aid": ("{changzhou-aid:period}",) * 2,
            "tianjin-wanzhou-2022-aid": ("{tianjin-wanzhou-2022-years}",) * 2,
            "jilin-wuxi-2022-aid": ("{jilin-wuxi-2022-years}",) * 2,
        },
    }
    years = _together(groups)
    return bars(
        _grouped(_other_facts(funding, years), groups, years, _JILIN),
        label=_pairs(years),
        name="pairings",
        title=(
            "{jilin-wuxi-2022-years}来，天津在万州投入{tianjin-wanzhou-2022-aid}，"
            "吉林在巫溪投入{jilin-wuxi-2022-aid}",
            "In {jilin-wuxi-2022-years} Tianjin put {tianjin-wanzhou-2022-aid} into Wanzhou and "
            "Jilin {jilin-wuxi-2022-aid} into Wuxi County",
        ),
        subtitle=(
            "结对以来的累计援助；三组数的不是同一种钱，年份也不同，不排名次",
            "Aid since each pairing began. The three groups count different money, over different "
            "years: no ranking",
        ),
        data=three_gorges(),
        lang=lang,
    )


def plot_three_gorges(funding: pd.DataFrame, *, lang: str = "zh") -> Chart:
    """The totals of the area and of its two parts; beside each, what it does not agree with."""
    at_odds = {
        "sanxia-2005-total": (
            "同一篇的两类相加是{sanxia-2005-welfare + sanxia-2005-cooperation}",
            "its two kinds make {sanxia-2005-welfare + sanxia-2005-cooperation}",
        ),
        "cq-2021-2025-total": (
            "上两行之间只差{cq-2024-total - cq-2018-total}",
            "the two rows above are {cq-2024-total - cq-2018-total} apart",
        ),
        "yichang-2021-total": (
            "全库区减重庆只余{sanxia-2017-total - cq-2018-total}",
            "the area less Chongqing leaves {sanxia-2017-total - cq-2018-total}",
        ),
    }
    groups = {
        ("全库区", "The whole area"): ["sanxia-2005-total", "sanxia-2017-total"],
        ("重庆库区", "Chongqing's part"): [
            "cq-2018-total",
            "cq-2024-total",
            "cq-2021-2025-total",
        ],
        ("湖北库区", "Hubei's part"): ["yichang-2021-total", "hubei-2023-total"],
    }
    labels = {name: (f"{{{name}:period}}",) * 2 for names in groups.values() for name in names}
    years = "{yichang-2021-total:period}"
    labels["yichang-2021-total"] = (f"宜昌，{years}", f"Yichang, {years}")
    return bars(
        _grouped(_other_facts(funding, labels), groups, at_odds, at_odds),
        label=labels,
        name="three-gorges",
        title=(
            "重庆库区：一篇说五年引入{cq-2021-2025-total}，累计数六年却只增"
            "{cq-2024-total - cq-2018-total}",
            "Chongqing's part: {cq-2021-2025-total} in five years, says one text, but the totals "
            "grew by only {cq-2024-total - cq-2018-total} in six",
        ),
        subtitle=(
            "各方支援三峡库区的全部资金，合作在内；对不上的附有说明",
            "All money for the Three Gorges area, co-operation included; what does not "
            "agree is noted",
        ),
        data=three_gorges(),
        lang=lang,
    )


def plot_pairing_projects(projects: pd.DataFrame, *, lang: str = "zh") -> Chart:
    """Projects of pairings; beside them the money of each, where one text prints both."""
    groups = {
        ("援建、帮扶项目", "Aid projects"): {
            "beijing-badong-2019-projects": "beijing-badong-2019-aid",
            "shandong-zhongxian-projects": "shandong-zhongxian-aid",
            "liaoning-fengjie-projects": "liaoning-fengjie-aid",
            "tianjin-wanzhou-2022-projects": "tianjin-wanzhou-2022-aid",
            "jilin-wuxi-2022-projects": "jilin-wuxi-2022-aid",
        },
        ("各类项目，合作在内", "Projects of all kinds, co-operation included"): {
            "shanghai-wanzhou-2015-projects": "shanghai-wanzhou-2015-total",
        },
    }
    money = _together(groups)
    each_costs = {count: (f"{{{total} / {count}}}",) * 2 for count, total in money.items()}
    return bars(
        _grouped(_other_facts(projects, money), groups, each_costs, _JILIN),
        label=_pairs(money),
        name="pairing-projects",
        title=(
            "天津在万州办{tianjin-wanzhou-2022-projects}项目，平均每个"
            "{tianjin-wanzhou-2022-aid / tianjin-wanzhou-2022-projects:number}元；"
            "吉林在巫溪办{jilin-wuxi-2022-projects}，平均每个"
            "{jilin-wuxi-2022-aid / jilin-wuxi-2022-projects:number}元",
            "Tianjin averages {tianjin-wanzhou-2022-aid / tianjin-wanzhou-2022-projects:number} "
            "yuan on {tianjin-wanzhou-2022-projects} in Wanzhou, Jilin "
            "{jilin-wuxi-2022-aid / jilin-wuxi-2022-projects:number} yuan on "
            "{jilin-wuxi-2022-projects:number} in Wuxi County",
        ),
        subtitle=(
            "结对以来的项目；附同一篇印出的钱除以项目数",
            "Projects since each pairing began, with the money in the same text divided by their "
            "number",
        ),
        data=three_gorges(),
        lang=lang,
    )

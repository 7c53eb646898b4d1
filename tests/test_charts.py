"""What is really drawn: every expected figure is typed from the article, not read from a CSV."""

import itertools
from functools import cache
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest
from crowded_county import write as write_crowded
from matplotlib import pyplot
from matplotlib.text import Text

import wuxi_data as wd
from wuxi_data import charts, style, tables

mpl.use("agg")
EXAMPLE = Path(wd.__file__).parent / "example_county"
LANGS = ("zh", "en")
pytestmark = pytest.mark.filterwarnings("error::UserWarning", "error::FutureWarning")


@pytest.fixture(autouse=True)
def _no_figure_is_left_open():
    yield
    pyplot.close("all")


@pytest.fixture(scope="session")
def crowded(tmp_path_factory):
    return write_crowded(tmp_path_factory.mktemp("far") / "crowded")


# kind, where it ends, where it begins, how it looks, its words in Chinese and in English
DRAWN = {
    "funding-rise": [
        *[
            ("column", 4_000_000, 0, "dashed", "400万元（推断）", "4 million yuan (inferred)"),
        ]
        * 4,
        ("column", 5_000_000, 0, "solid", "500万元", "5 million yuan"),
    ],
    "funding-total": [
        ("bar", 75_760_500, 0, "solid hatched ////", "约7576.05万元", "About 75.76 million yuan"),
        ("bar", 21_000_000, 0, "solid", "2100万元", "21 million yuan"),
        ("bar", 75_760_500, 21_000_000, "solid hatched ////", "约5476.05万元",
         "About 54.76 million yuan"),
    ],
    "projects-nested": [
        ("bar", 200, 0, "solid fading", "200余个项目", "Over 200 projects"),
        ("bar", 42, 0, "solid", "42个项目", "42 projects"),
        ("bar", 10, 0, "solid", "10个项目", "10 projects"),
    ],
    "money-per-project": [
        ("bar", 500_000, 0, "solid", "50万元/项目", "500,000 yuan per project"),
        ("bar", 500_000, 0, "solid", "50万元/项目", "500,000 yuan per project"),
        ("bar", 378_802.5, 0, "solid hatched ////", "不到约37.88万元/项目",
         "Under about 378,800 yuan per project"),
    ],
    "water-people": [
        ("number", 0, 0, "solid", "44.45万人 | 2016—2020年农村饮水安全受益人口",
         "444,500 people | 2016–2020: people covered for rural drinking-water safety"),
        ("number", 1, 0, "solid", "5.32亿元 | 2016—2020年投入资金",
         "532 million yuan | 2016–2020: money invested"),
        ("number", 2, 0, "solid", "≈1196.85元/人 | 平均每人投入",
         "≈1,196.85 yuan per person | Invested per person on average"),
    ],
    "water-works": [
        ("bar", 1024, 0, "solid", "1024处工程", "1,024 works"),
        ("bar", 454, 0, "solid", "454处工程", "454 works"),
        ("bar", 19, 0, "solid", "19处工程", "19 works"),
    ],
    "hydropower": [
        ("number", 0, 0, "solid", "11个项目 | 农村水电扶贫",
         "11 projects | Rural hydropower for poverty relief"),
        ("number", 1, 0, "solid", "1828万元 | 收益，用于特殊困难户与水利维护",
         "18.28 million yuan | Income, for households in hardship and upkeep of water works"),
    ],
    "training": [
        ("bar", 1000, 0, "solid fading", "1000余人", "Over 1,000 people"),
        ("bar", 321, 0, "solid", "321人（帮扶学生）", "321 people (students helped)"),
        ("bar", 312, 0, "solid", "312人（9个班）", "312 people (9 classes)"),
        ("bar", 180, 0, "solid fading", "180余人（3个班）", "Over 180 people (3 classes)"),
        ("bar", 53, 0, "solid", "53人（10个乡镇，20天）", "53 people (10 townships, 20 days)"),
        ("bar", 32, 0, "solid", "32人", "32 people"),
        ("bar", 7, 0, "solid", "7人（挂职锻炼干部）", "7 people (cadres seconded)"),
        ("number", 0, 0, "solid", "6个班（文中没有写人数）",
         "6 classes (number of people not printed)"),
    ],
    "orchards": [
        ("bar", 8000, 0, "solid", "8000亩（≈533.33公顷）", "8,000 mu (≈533.33 hectares)"),
        ("bar", 2500, 0, "solid", "2500亩（≈166.67公顷）", "2,500 mu (≈166.67 hectares)"),
        ("bar", 1000, 0, "solid", "1000亩（≈66.67公顷）", "1,000 mu (≈66.67 hectares)"),
    ],
    "way-to-longxi": [
        ("bar", 30, 0, "solid", "半小时", "Half an hour"),
        ("bar", 10, 0, "solid fading", "10余分钟", "Over 10 minutes"),
        ("bar", 10, 0, "solid hatched \\\\\\\\", "不到10分钟", "Under 10 minutes"),
    ],
    "huatai-links": [
        ("number", 0, 0, "solid", "40公里 | 长度", "40 kilometres | Length"),
        ("number", 0, 0, "solid", "280米 | 长度", "280 metres | Length"),
        ("number", 1, 0, "solid", "2个村 | 连通的村", "2 villages | Villages linked"),
        ("number", 2, 0, "solid", "4个社 | 受益的社", "4 villager groups | Villager groups served"),
        ("number", 3, 0, "solid", "70余户 | 受益户数", "Over 70 households | Households served"),
    ],
    # a year lasts until the next begins: 2016–2020 ends where 2021 starts
    "timeline": [
        ("span", 2022, 1992, "solid hatched ////", "吉林省，累计援助资金及物资：约7576.05万元",
         "Jilin province, aid in money and goods over the period: about 75.76 million yuan"),
        ("span", 2022, 1992, "solid hatched |||", "援助项目：200余个项目",
         "Aid projects: over 200 projects"),
        ("span", 2022, 1992, "solid", "移民致富带头人及移民干部：312人",
         "Resettlement leaders and cadres: 312 people"),
        ("span", 1993, 1992, "solid", "对口支援始于1992年", "Counterpart assistance began in 1992"),
        ("span", 2012, 2011, "dashed", "去龙溪镇的路：建成于2011年（推断）",
         "The way to Longxi town: built in 2011 (inferred)"),
        ("span", 2021, 2016, "solid", "吉林省，累计援助资金：2100万元",
         "Jilin province, aid over the period: 21 million yuan"),
        ("span", 2021, 2016, "solid", "巫溪县，投入资金：5.32亿元",
         "Wuxi County (Chongqing), money invested: 532 million yuan"),
        ("span", 2021, 2016, "solid", "援助项目：42个项目", "Aid projects: 42 projects"),
        ("span", 2021, 2016, "solid", "农村饮水安全：44.45万人",
         "Rural drinking-water safety: 444,500 people"),
        ("span", 2019, 2018, "solid", "水利对口帮扶工作会：2018年",
         "The water ministry's working meeting: 2018"),
        ("span", 2021, 2020, "solid", "吉林省，年度援助资金：500万元",
         "Jilin province, aid in a year: 5 million yuan"),
        ("span", 2021, 2020, "solid", "援助项目：10个项目", "Aid projects: 10 projects"),
        ("span", 2022, 2021, "open", "电商人才培养：10个乡镇（计划）",
         "E-commerce training: 10 townships (planned)"),
        ("span", 2022, 2021, "solid", "电商双创培训班学员：53人",
         "Trainees of the e-commerce class: 53 people"),
    ],
}  # fmt: skip

TITLES = {
    "funding-rise": "吉林省每年援助巫溪县的资金由400万元增至500万元，增加25%",
    "funding-total": "1992—2021年吉林省援助巫溪县约7576.05万元，其中2016—2020年2100万元",
    "projects-nested": (
        "1992—2021年吉林省援助巫溪县200余个项目，其中2016—2020年42个项目，2020年10个项目"
    ),
    "money-per-project": "2020年与2016—2020年平均每个项目的援助一样：50万元/项目",
    "water-people": "2016—2020年解决44.45万人饮水安全，投入合≈1196.85元/人",
    "water-works": "农村小型集中供水工程最多：1024处工程",
    "hydropower": "农村水电扶贫：11个项目，收益1828万元",
    "training": "培训人数最多的是基层干部和专业技术人才：1000余人",
    "orchards": "花台乡面积最大的是柑橘：8000亩",
    "way-to-longxi": "去龙溪镇的路：步行10余分钟，乘车要半小时",
    "huatai-links": "花台乡：硬化公路40公里，鲤鱼山人行吊桥280米，受益70余户",
    "timeline": "14个写明年份的主要数字，9个始于2016年或以后",
}

# the name that stands at the place of each bar, in the order of the bars
NAMES = {
    "funding-rise": ["2016年", "2017年", "2018年", "2019年", "2020年"],
    "funding-total": ["1992—2021年累计援助资金及物资", "其中：2016—2020年累计援助资金",
                      "其余年份的资金，以及历年物资"],
    "projects-nested": ["1992—2021年", "2016—2020年", "2020年"],
    "money-per-project": ["2020年", "2016—2020年", "1992—2021年"],
    "water-works": ["农村小型集中供水工程", "饮水安全巩固提升工程", "集镇标准化水厂"],
    "training": ["基层干部和专业技术人才，水利定点帮扶", "困难学生，水利定点帮扶",
                 "1992—2021年移民致富带头人及移民干部，吉林省", "电商专业人才，吉林省",
                 "2021年电商双创培训班学员，巫溪县", "1992—2021年交流培训干部，吉林省",
                 "1992—2021年挂职锻炼领导干部，吉林省",
                 "贫困村党支部书记和致富带头人，水利定点帮扶"],
    "orchards": ["柑橘", "脆李", "桑树"],
    "way-to-longxi": ["乘车时间", "步行时间", "过桥时间"],
}  # fmt: skip


def drawn(ax):
    """The marks as the table above types them."""
    found = wd.marks(ax)
    end = found["y"].where(found["kind"] == "column", found["x"])
    columns = [found["kind"], end, found["base"], found["look"], found["label"]]
    return list(zip(*columns, strict=True))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", charts.CHARTS)
def test_the_chart_draws_what_the_article_prints(name, lang):
    words = 4 + LANGS.index(lang)
    expected = [(*mark[:4], mark[words]) for mark in DRAWN[name]]
    assert drawn(wd.draw(name, lang=lang)) == expected


@pytest.mark.parametrize("name", charts.CHARTS)
def test_the_title_says_the_finding(name):
    assert wd.draw(name).get_title(loc="left").replace("\n", "") == TITLES[name]


@pytest.mark.parametrize("name", NAMES)
def test_each_bar_stands_at_its_name(name):
    assert wd.marks(wd.draw(name))["name"].tolist() == NAMES[name]


def test_the_years_stand_where_they_belong():
    assert wd.marks(wd.draw("funding-rise"))["x"].tolist() == [2016, 2017, 2018, 2019, 2020]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", charts.CHARTS)
def test_no_title_is_cut_short(name, lang):
    assert "…" not in charts.as_text(wd.draw(name, lang=lang))


# -------------------------------------------------------------------- every mark knows its fact


@pytest.mark.parametrize("name", charts.CHARTS)
def test_every_mark_is_a_fact_or_a_formula_of_facts(name):
    themes = ("funding", "projects", "water_works", "training", "county")
    known = {each for theme in themes for each in tables.load(theme)["fact_id"]}
    for mark in wd.marks(wd.draw(name)).itertuples():
        facts = set(mark.fact_id.split("@")[0].split("_")) - {"-", "/", "2021"}
        assert facts, f"{name}: a mark without a fact"
        assert facts <= known, f"{name}: {facts - known} is no fact"
        assert mark.label, f"{name}: {mark.fact_id} has no label"


def test_a_mark_carries_its_fact_its_link_and_its_label_into_the_svg(tmp_path):
    svg = wd.save_figure(wd.draw("funding-rise"), tmp_path / "rise.svg").read_text("utf-8")
    for year in (2016, 2017, 2018, 2019):
        assert f'id="jilin-annual-usual@{year}"' in svg
    assert 'id="jilin-annual-2020"' in svg
    assert 'id="jilin-annual-2020:label"' in svg
    assert 'href="#jilin-annual-usual"' in svg


def test_a_derived_mark_links_to_the_first_fact_that_it_rests_on():
    ax = wd.draw("funding-total")
    rest = next(patch for patch in ax.patches if "_-_" in patch.get_gid())
    assert rest.get_url() == "#jilin-aid-1992-2021"


# -------------------------------------------------------------------- a wrong drawing shows


def spoil_swap(ax):
    one, other = ax.patches[0], ax.patches[-1]
    one_box, other_box = one.get_bbox(), other.get_bbox()
    one.set_bounds(*other_box.bounds)
    other.set_bounds(*one_box.bounds)


def spoil_scale(ax):
    patch = ax.patches[-1]
    (patch.set_height if patch.get_label() == "_column" else patch.set_width)(
        10 * max(patch.get_bbox().size)
    )


def spoil_label(ax):
    """Each label moves on to the next mark."""
    labels = [text for text in ax.texts if (text.get_gid() or "").endswith(":label")]
    places = [text.xy for text in labels]
    for text, place in zip(labels, places[1:] + places[:1], strict=True):
        text.xy = place


def spoil_words(ax):
    """The labels keep their places and exchange their words."""
    labels = [text for text in ax.texts if (text.get_gid() or "").endswith(":label")]
    words = [text.get_text() for text in labels]
    for text, word in zip(labels, words[1:] + words[:1], strict=True):
        text.set_text(word)


def spoil_names(ax):
    """The bars exchange their names."""
    axis = ax.yaxis if ax.patches[0].get_label() == "_bar" else ax.xaxis
    words = [text.get_text() for text in axis.get_ticklabels()]
    axis.set_ticks(axis.get_ticklocs(), words[::-1])


def spoil_lost(ax):
    ax.patches[-1].remove()


SPOILED = [spoil_swap, spoil_scale, spoil_label, spoil_words, spoil_names, spoil_lost]


@pytest.mark.parametrize("spoil", SPOILED)
@pytest.mark.parametrize("name", ["funding-rise", "funding-total", "orchards", "water-works"])
def test_a_wrong_drawing_is_read_back_as_wrong(name, spoil):
    ax = wd.draw(name)
    before = wd.marks(ax)
    spoil(ax)
    assert not wd.marks(ax).equals(before), f"{spoil.__name__} passes unseen"


def looks(ax):
    return wd.marks(ax)["look"].tolist()


def test_a_dropped_hatch_shows():
    ax = wd.draw("funding-total")
    ax.patches[0].set_hatch(None)
    assert looks(ax)[0] == "solid"


def test_a_bar_that_no_longer_fades_out_shows():
    ax = wd.draw("projects-nested")
    next(patch for patch in ax.patches if patch.get_gid().endswith(":more")).remove()
    assert looks(ax)[0] == "solid"


def test_an_inferred_year_drawn_as_stated_shows():
    ax = wd.draw("funding-rise")
    ax.patches[0].set_facecolor(style.HUE)
    assert looks(ax)[:2] == ["solid dashed", "dashed"]
    ax.patches[0].set_linestyle("-")
    assert looks(ax)[0] == "solid"


def test_a_number_with_a_wrong_word_shows():
    ax = wd.draw("huatai-links")
    before = wd.marks(ax)
    next(text for text in ax.texts if text.get_text() == "40公里").set_text("400公里")
    assert not wd.marks(ax).equals(before)


def test_a_bar_drawn_past_our_one_way_is_read_back_too():
    ax = wd.draw("orchards")
    ax.barh(1, 99)
    assert len(wd.marks(ax)) == 4


# -------------------------------------------------------------------- legible


@cache
def loaded(table, folder):
    return tables.load(table, folder)


def draw_from(folder, name, lang="zh"):
    """As wd.draw, but a folder is read and checked once for all of these tests."""
    function, names = charts.CHARTS[name]
    return function(*(loaded(table, folder) for table in names), lang=lang)


def boxes(ax):
    """Every drawn word with the place that it takes, in pixels."""
    ax.figure.draw_without_rendering()
    words = [text for text in ax.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return {text: text.get_window_extent().padded(-1) for text in words}


def collisions(ax):
    """Words over words, and words beyond the figure."""
    placed, figure = boxes(ax), ax.figure.bbox
    over = [
        f"{one.get_text()!r} over {other.get_text()!r}"
        for one, other in itertools.combinations(placed, 2)
        if placed[one].overlaps(placed[other])
    ]
    beyond = [
        f"{text.get_text()!r} leaves the figure"
        for text, box in placed.items()
        if not (figure.x0 <= box.x0 <= box.x1 <= figure.x1)
        or not (figure.y0 <= box.y0 <= box.y1 <= figure.y1)
    ]
    return over + beyond


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", charts.CHARTS)
@pytest.mark.parametrize("data", ["ours", "example", "crowded"])
def test_no_word_covers_another_or_leaves_the_figure(name, lang, data, crowded):
    folder = {"ours": None, "example": EXAMPLE, "crowded": crowded}[data]
    if (data, name) == ("example", "training"):
        pytest.skip("the example county has no training")
    assert collisions(draw_from(folder, name, lang)) == []


def test_a_collision_would_be_seen():
    ax = wd.draw("orchards")
    ax.texts[0].xy = ax.texts[1].xy
    ax.set_title("很长的题目" * 20, loc="left")
    found = " ".join(collisions(ax))
    assert "over" in found
    assert "leaves the figure" in found


def test_labels_stand_clear_of_other_bars(crowded):
    for name, data in itertools.product(("orchards", "training", "water-works"), (None, crowded)):
        ax = draw_from(data, name)
        bars = [patch.get_window_extent().padded(-1) for patch in ax.patches]
        for text, box in boxes(ax).items():
            assert not any(box.overlaps(bar) for bar in bars), f"{name}: {text.get_text()} on a bar"


def test_what_has_no_room_is_counted_in_words(crowded):
    ax = draw_from(crowded, "water-works")
    left_out = 17 - len(wd.marks(ax))
    assert left_out > 0
    assert f"另有{left_out}项未画。" in charts.as_text(ax)


def test_the_unit_grows_with_the_figures(crowded):
    labels = " ".join(wd.marks(draw_from(crowded, "funding-rise"))["label"])
    assert "亿元" in labels
    assert "万元" not in labels


# -------------------------------------------------------------------- nothing invented


def test_payers_are_drawn_apart_and_never_summed(crowded):
    found = wd.marks(draw_from(crowded, "funding-rise"))
    assert len(found) == 3 * 20
    assert found["y"].max() == 914 * 10**8


def changed(table, **changes):
    """A table of ours with some cells changed: fact_id → {column: value}."""
    table = table.astype({column: object for column in table.select_dtypes("category")})
    for fact_id, cells in changes.items():
        row = table["fact_id"] == fact_id.replace("_", "-")
        assert row.any(), f"expected a row {fact_id}"
        for column, value in cells.items():
            table.loc[row, column] = value
    return table


def funding(**changes):
    return changed(wd.load_funding(), **changes)


def projects(**changes):
    return changed(wd.load_projects(), **changes)


def water_works(**changes):
    return changed(wd.load_water_works(), **changes)


def joined(table, rows):
    """The table and more rows; pandas 2.3 warns of columns that hold nothing."""
    return pd.concat([table, rows.dropna(axis="columns", how="all")])


def title(ax):
    return ax.get_title(loc="left").replace("\n", "")


def test_years_are_inferred_only_where_they_add_up():
    odd = funding(jilin_aid_2016_2020={"value": 21_000_001, "as_written": "2100.0001万元"})
    found = wd.marks(wd.plot_funding_rise(odd))
    assert found["label"].tolist() == ["400万元", "500万元"]
    assert found["name"].tolist() == ["常年", "2020年"]
    assert found["look"].tolist() == ["solid", "solid"]


def test_nothing_is_inferred_from_an_inexact_total():
    about = funding(jilin_aid_2016_2020={"qualifier": "about", "as_written": "约2100万元"})
    assert "dashed" not in looks(wd.plot_funding_rise(about))


def test_nothing_is_inferred_without_a_usual_amount():
    table = wd.load_funding()
    found = wd.marks(wd.plot_funding_rise(table[table["fact_id"] != "jilin-annual-usual"]))
    assert found["label"].tolist() == ["500万元"]


def test_no_rest_is_drawn_of_parts_that_may_overlap():
    table = wd.load_funding()
    part = table[table["fact_id"] == "jilin-aid-2016-2020"]
    other = part.assign(fact_id="jilin-aid-2018-2020", start=2018)
    found = wd.marks(wd.plot_funding_total(joined(table, other)))
    assert found["base"].tolist() == [0, 0, 0]
    assert not found["fact_id"].str.contains("_-_").any()


def test_a_figure_without_a_value_is_said_and_not_drawn():
    ax = wd.draw("funding-total")
    assert "jilin-huatai" not in wd.marks(ax)["fact_id"].tolist()
    assert "花台乡数千万元没有确数，图中不画。" in charts.as_text(ax)


def test_money_and_people_of_other_years_are_not_divided():
    moved = funding(water_investment={"start": 2011, "end": 2015})
    ax = wd.plot_water_people(wd.load_water_works(), moved)
    assert title(ax) == "解决44.45万人饮水安全"
    assert wd.marks(ax)["fact_id"].tolist() == ["water-people"]


def test_money_and_projects_of_other_givers_are_not_divided():
    other = wd.load_projects().assign(sponsor="ministry_water")
    with pytest.raises(charts.NothingToDraw, match="of the aid's giver, place and years"):
        wd.plot_money_per_project(wd.load_funding(), other)


def test_a_title_claims_no_lead_that_the_wording_leaves_open():
    about = {"value": 7999.0, "qualifier": "about", "as_written": "约7999亩"}
    ax = wd.plot_orchards(projects(plum_huatai=about))
    assert title(ax) == "花台乡：柑橘8000亩"


def test_a_roads_investment_is_not_divided_by_people_with_water():
    road = funding(water_investment={"paragraph": 21})
    ax = wd.plot_water_people(wd.load_water_works(), road)
    assert wd.marks(ax)["fact_id"].tolist() == ["water-people"]
    none = road[road["indicator"] != "investment"]
    english = wd.plot_water_people(wd.load_water_works(), none, lang="en")
    assert title(english) == "Safe water for 444,500 people"
    assert wd.marks(english)["fact_id"].tolist() == ["water-people"]


def test_income_of_another_paragraph_is_none_of_the_projects():
    tea = funding(hydropower_income={"paragraph": 24})
    with pytest.raises(charts.NothingToDraw, match="income, in the paragraph of the projects"):
        wd.plot_hydropower(wd.load_water_works(), tea)
    water = wd.load_water_works()
    row = water[water["fact_id"] == "hydropower-projects"]
    other = row.assign(fact_id="pumps", value=99.0, as_written="99个", paragraph=24)
    ax = wd.plot_hydropower(joined(water, other), wd.load_funding())
    assert title(ax) == TITLES["hydropower"]
    assert wd.marks(ax)["fact_id"].tolist() == ["hydropower-projects", "hydropower-income"]


def test_of_several_payers_each_total_names_its_own():
    table = funding()
    row = table[table["fact_id"] == "jilin-aid-2016-2020"]
    other = row.assign(fact_id="water-aid", payer="ministry_water", part_of=None)
    names = wd.marks(wd.plot_funding_total(joined(table, other)))["name"].tolist()
    assert names[0] == "1992—2021年累计援助资金及物资，吉林省"
    assert names[-1] == "2016—2020年累计援助资金，水利部"


def test_of_several_places_each_orchard_names_its_own():
    ax = wd.plot_orchards(projects(plum_huatai={"place": "longxi_town"}))
    assert wd.marks(ax)["name"].tolist() == ["柑橘，花台乡", "脆李，龙溪镇", "桑树，花台乡"]
    assert title(ax) == "面积最大的是花台乡的柑橘：8000亩"


def test_the_title_of_the_links_is_of_one_place():
    table = projects()
    table.loc[table["item"] == "footbridge", "place"] = "longxi_town"
    ax = wd.plot_links(table)
    assert title(ax) == "花台乡：硬化公路40公里"
    heads = [text.get_text().replace("\n", "") for text in ax.get_yticklabels()]
    assert heads == ["硬化公路，花台乡", "鲤鱼山人行吊桥，龙溪镇"]


def test_what_was_before_is_said_to_be_and_not_to_be_built():
    ax = wd.plot_links(projects(road_huatai={"status": "before"}))
    assert title(ax) == "花台乡：鲤鱼山人行吊桥280米，受益70余户"
    assert wd.marks(ax)["label"][0] == "40公里（援建前） | 长度"


def test_only_nested_projects_are_said_to_be_nested():
    nested = "短的时期包含在长的时期之内"
    assert nested in charts.as_text(wd.draw("projects-nested"))
    apart = projects(projects_2016_2020={"part_of": None})
    assert nested not in charts.as_text(wd.plot_projects(apart))


def test_works_that_are_part_of_others_stand_below_them_and_do_not_lead():
    within = {"part_of": "town-waterworks"}
    ax = wd.plot_water_works(water_works(small_central_supply=within, consolidation_works=within))
    assert wd.marks(ax)["name"].tolist() == [
        "集镇标准化水厂", "其中：农村小型集中供水工程", "其中：饮水安全巩固提升工程"
    ]  # fmt: skip
    assert title(ax) == "建成的集镇标准化水厂：19处工程"


def test_the_title_of_the_timeline_counts_what_has_no_room(crowded):
    ax = draw_from(crowded, "timeline")
    assert len(wd.marks(ax)) == 16
    # of three payers a total, three parts of it and twenty years; the county's own money;
    # twenty-one counts of projects, and one of people
    assert title(ax).startswith(f"{3 * (1 + 3 + 20) + 1 + 21 + 1}个写明年份的主要数字")
    assert title(ax).endswith(f"，{3 * (1 + 6) + 1 + 6 + 1}个始于2015年或以后")


def test_every_column_keeps_its_year_where_not_all_have_room(crowded):
    ax = draw_from(crowded, "funding-rise")
    years = [f"{year}年" for year in range(2001, 2021)]
    assert wd.marks(ax)["name"].tolist() == 3 * years
    seen = [text for text in ax.get_xticklabels() if text.get_visible()]
    assert 0 < len(seen) < 60, f"expected fewer names than columns, got {len(seen)}"


def test_a_users_label_is_words_and_no_format(county):
    path = county / "labels.csv"
    old, new = "{period}{giver}援助{place}{figure}", "{0}{figure.__class__}{{{giver}"
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    assert wd.check(county) == []
    assert "{0}{figure.__class__}{{吉林省" in title(draw_from(county, "projects-nested"))


# -------------------------------------------------------------------- a plan is a plan


def promised(table, fact_id, **cells):
    """The row again as of the year after the publication, 2022, and larger than all."""
    row = table[table["fact_id"] == fact_id].assign(fact_id="promised", start=2022, end=2022)
    return joined(table, row.assign(**cells))


def test_money_promised_is_drawn_as_a_plan_and_never_leads():
    money = {"value": 9e7, "as_written": "9000万元", "part_of": None}
    ax = wd.plot_funding_rise(promised(funding(), "jilin-annual-2020", **money))
    assert title(ax) == TITLES["funding-rise"]
    assert wd.marks(ax)["label"].tolist()[-1].replace("\n", "") == "9000万元（计划）"
    ax = wd.plot_funding_total(promised(funding(), "jilin-aid-2016-2020", **money))
    assert title(ax) == TITLES["funding-total"]
    planned = wd.marks(ax).set_index("fact_id").loc["promised"]
    assert (planned["look"], planned["label"]) == ("open", "9000万元（计划）")


def test_works_and_courses_planned_are_drawn_as_plans_and_never_lead():
    works = promised(water_works(), "town-waterworks", value=9999.0, as_written="9999座")
    ax = wd.plot_water_works(works)
    assert title(ax) == TITLES["water-works"]
    assert wd.marks(ax)["label"][0] == "9999处工程（计划）"
    people = changed(wd.load_training())
    people = promised(people, "ecommerce-people", value=9999.0, qualifier="exact")
    ax = wd.plot_training(people)
    assert title(ax) == TITLES["training"]
    assert wd.marks(ax)["label"][0] == "9999人（计划）"


def test_projects_and_land_planned_never_lead():
    land = {"value": 99999.0, "as_written": "99999亩", "status": "planned"}
    assert title(wd.plot_orchards(projects(plum_huatai=land))) == TITLES["orchards"]
    more = {"value": 999.0, "as_written": "999个", "status": "planned", "part_of": None}
    ax = wd.plot_projects(promised(projects(), "projects-2020", **more))
    assert title(ax) == TITLES["projects-nested"]


# -------------------------------------------------------------------- every year is said


def other_years(row):
    """Its years with the start or the end moved by one, either way; of no years, one year."""
    if pd.isna(row.start):
        return [{"start": 2019, "end": 2019}]
    shorter = [{"start": row.start + 1}, {"end": row.end - 1}] if row.start < row.end else []
    return [{"start": row.start - 1}, {"end": row.end + 1}, *shorter]


def text_of(function, given):
    try:
        return charts.as_text(function(*given))
    except charts.NothingToDraw as nothing:
        return str(nothing)
    finally:
        pyplot.close("all")


@pytest.mark.parametrize("name", charts.CHARTS)
def test_the_years_of_each_figure_drawn_are_in_the_text(name):
    function, given = tables_of(name)
    before = text_of(function, given)
    facts = {
        word
        for each in wd.marks(wd.draw(name))["fact_id"]
        for word in each.split("@")[0].split("_")
    }
    for place, table in enumerate(given):
        for row in table[table["fact_id"].isin(facts)].itertuples():
            if row.indicator == "years_ago":  # dated by the publication
                continue
            for years in other_years(row):
                spoilt = changed(table, **{row.fact_id: years})
                after = text_of(function, [*given[:place], spoilt, *given[place + 1 :]])
                assert after != before, f"{name}: expected another text of {row.fact_id} {years}"


# -------------------------------------------------------------------- bad input

NEEDS = {
    "funding-rise": "needs a row of funding with indicator annual_aid",
    "funding-total": "needs a row of funding with indicator cumulative_aid",
    "projects-nested": "needs a row of projects with indicator projects",
    "money-per-project": "needs a row of funding with indicator annual_aid / cumulative_aid",
    "water-people": "needs a row of water_works with indicator people_covered",
    "water-works": "needs a row of water_works with indicator built",
    "hydropower": "needs a row of water_works with indicator projects",
    "training": "needs a row of training with indicator people_trained",
    "orchards": "needs a row of projects with indicator area",
    "way-to-longxi": "needs a row of county with indicator time_by_car",
    "huatai-links": "needs a row of projects with indicator length .*, sector transport",
    "timeline": "needs a row of funding with a start and an end year",
}


def tables_of(name):
    function, names = charts.CHARTS[name]
    return function, [getattr(wd, f"load_{table}")() for table in names]


@pytest.mark.parametrize("name", charts.CHARTS)
def test_an_empty_table_is_refused_with_what_it_lacks(name):
    function, given = tables_of(name)
    with pytest.raises(ValueError, match=NEEDS[name]):
        function(*(table.iloc[:0] for table in given))


@pytest.mark.parametrize("name", charts.CHARTS)
def test_an_unknown_language_is_refused(name):
    function, given = tables_of(name)
    with pytest.raises(ValueError, match="unknown lang 'fr': expected 'zh' or 'en'"):
        function(*given, lang="fr")


@pytest.mark.parametrize("name", charts.CHARTS)
def test_another_table_is_refused(name):
    function, given = tables_of(name)
    with pytest.raises(ValueError, match=r"expected the table .* without"):
        function(*[wd.load_sources()] * len(given))


@pytest.mark.parametrize(
    ("name", "fact_id"),
    [
        ("funding-rise", "jilin-annual-2020"),
        ("funding-total", "jilin-aid-2016-2020"),
        ("orchards", "plum-huatai"),
        ("water-works", "town-waterworks"),
        ("way-to-longxi", "longxi-on-foot"),
    ],
)
def test_mixed_units_are_refused(name, fact_id):
    function, (table,) = tables_of(name)
    table["unit"] = table["unit"].astype(object)
    table.loc[table["fact_id"] == fact_id, "unit"] = "USD"
    with pytest.raises(ValueError, match=r"mixed units in .*USD"):
        function(table)


def test_an_unknown_chart_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="unknown chart 'pie': expected one of funding-rise, "):
        wd.draw("pie")


# -------------------------------------------------------------------- show


def test_a_shown_chart_is_a_picture_whose_text_is_what_is_drawn():
    bundle = wd.show("funding-rise")._repr_mimebundle_()
    assert bundle["image/png"].startswith("iVBORw0KGgo")
    lines = bundle["text/plain"].splitlines()
    assert lines[0] == TITLES["funding-rise"]
    assert "column | jilin-annual-2020 | 2020年 | 2020 | 5000000 | 0 | solid | 500万元" in lines
    assert any(line.startswith("来源：张亚飞、刘茂娇、詹米璐《松花江水润库区") for line in lines)
    assert any(line.startswith("虚线为推断：4 × 400万元 + 500万元 = 2100万元") for line in lines)


@pytest.mark.parametrize("name", charts.CHARTS)
def test_the_text_of_a_shown_chart_never_varies(name):
    assert repr(wd.show(name, lang="en")) == charts.as_text(wd.draw(name, lang="en"))


def test_a_shown_chart_is_closed_so_that_nothing_is_drawn_twice():
    wd.show(wd.draw("orchards"))
    assert pyplot.get_fignums() == []


def test_where_there_is_nothing_to_draw_the_sentence_is_shown():
    nothing = wd.show("training", EXAMPLE, "en")._repr_mimebundle_()
    assert "image/png" not in nothing
    assert nothing["text/markdown"].startswith("nothing to draw: needs a row of training")
    assert "没有可画的" in repr(wd.show("training", EXAMPLE))


def test_a_real_error_is_not_hidden_by_show():
    with pytest.raises(ValueError, match="unknown chart"):
        wd.show("pie")


# -------------------------------------------------------------------- manners


def test_a_chart_is_drawn_on_the_axes_that_it_is_given():
    _, (left, right) = pyplot.subplots(1, 2, figsize=(16, 4.5))
    assert wd.plot_orchards(wd.load_projects(), ax=right) is right
    assert len(wd.marks(right)) == 3
    assert len(wd.marks(left)) == 0
    assert len(pyplot.get_fignums()) == 1


def test_drawing_changes_no_setting_of_the_users():
    before = dict(mpl.rcParams)
    wd.show("timeline")
    assert dict(mpl.rcParams) == before


def test_no_chart_changes_the_table_that_it_is_given():
    table = wd.load_funding()
    before = table.copy()
    wd.plot_funding_rise(table)
    pd.testing.assert_frame_equal(table, before)


def test_every_plot_function_is_public_and_in_the_list_of_charts():
    functions = {function.__name__ for function, _ in charts.CHARTS.values()}
    assert functions == {name for name in wd.__all__ if name.startswith("plot_")}


def test_the_examples_in_the_docstrings_are_true():
    import doctest

    for module in (charts, style):
        result = doctest.testmod(module)
        assert (result.failed, result.attempted > 0) == (0, True)

"""Charts are values: words with places, and marks that are drawn as they say."""

import csv
import io
import itertools
import json
import math
from dataclasses import replace
from functools import partial
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from PIL import Image

import wuxi_data as wd
from wuxi_data.charts import MIME, Both, Chart, Folder, fill, typed_numbers
from wuxi_data.drawing import one_line
from wuxi_data.quantity import evaluate, parse_quantity


@pytest.fixture(scope="module")
def tables():
    return {
        "funding": wd.load_funding(),
        "projects": wd.load_projects(),
        "water_works": wd.load_water_works(),
        "training": wd.load_training(),
        "county": wd.load_county(),
        "other funding": wd.load_funding(wd.three_gorges()),
        "other projects": wd.load_projects(wd.three_gorges()),
    }


CLAIMS = {
    "funding-rise": (wd.plot_funding_rise, ["funding"]),
    "funding-total": (wd.plot_funding_total, ["funding"]),
    "projects-nested": (wd.plot_projects, ["projects"]),
    "money-per-project": (wd.plot_money_per_project, ["funding", "projects"]),
    "water-people": (wd.plot_water_people, ["water_works", "county"]),
    "water-works": (wd.plot_water_works, ["water_works"]),
    "hydropower": (wd.plot_hydropower, ["water_works", "funding"]),
    "training": (wd.plot_training, ["training"]),
    "orchards": (wd.plot_orchards, ["projects"]),
    "way-to-longxi": (wd.plot_way_to_town, ["county"]),
    "huatai-links": (wd.plot_links, ["projects"]),
    "timeline": (wd.plot_timeline, ["funding", "projects", "water_works", "county"]),
    "pairings": (wd.plot_pairings, ["other funding"]),
    "three-gorges": (wd.plot_three_gorges, ["other funding"]),
    "pairing-projects": (wd.plot_pairing_projects, ["other projects"]),
}
# Title in both languages, and how far each mark is certain and how far it may go: typed from print.
SAID = {
    "funding-rise": (
        "吉林援助巫溪县：常年每年400万元，2020年增至500万元",
        "Jilin gave Wuxi County 4 million yuan in a usual year, and 5 million yuan in 2020",
        [(4e6, 4e6)] * 4 + [(5e6, 5e6)],
    ),
    "funding-total": (
        "吉林无偿援助巫溪县约7576.05万元，其中2016—2020年2100万元",
        "Jilin has given Wuxi County about 75.76 million yuan, 21 million yuan of it in 2016–2020",
        [(75_760_500, 75_760_500), (21e6, 21e6), (None, None)],
    ),
    "projects-nested": (
        "200余个援助项目里，42个在“十三五”时期，10个在2020年",
        "Of over 200 projects since 1992, 42 came in 2016–2020, 10 of them in 2020",
        [(200, 300), (42, 42), (10, 10)],
    ),
    "money-per-project": (
        "平均50万元/项目，2020年与2016—2020年持平",
        "500,000 yuan per project, in 2020 as in 2016–2020",
        [(5e5, 5e5), (5e5, 5e5), (252_535, 378_802.5)],
    ),
    "water-people": (
        "文中说44.45万农村人喝上安全水，同一篇文章里全县只有30余万人",
        "The article says 444,500 people got safe water, in a county of over 300,000 people",
        [(444_500, 444_500), (300_000, 400_000)],
    ),
    "water-works": (
        "五年建成1024处农村小型集中供水工程",
        "1,024 small supply schemes built in five years",
        [(1024, 1024), (454, 454), (19, 19)],
    ),
    "hydropower": (
        "水利扶贫：11个小水电项目提取收益1828万元，另有600万元入股30个互助社",
        "11 projects in hydropower yielded 18.28 million yuan; "
        "6 million yuan went into 30 co-operatives",
        [(18_280_000, 18_280_000), (6e6, 6e6), (11, 11), (30, 30)],
    ),
    "training": (
        "水利帮扶培训基层干部和技术人才1000余人，吉林培训移民带头人和移民干部312人",
        "The water ministry's programme trained over 1,000 people, cadres and technical staff; "
        "Jilin trained 312 people, resettlement leaders and cadres",
        [(312, 312), (180, 190), (32, 32), (7, 7), (1000, 2000), (321, 321), (53, 53)],
    ),
    "orchards": (
        "花台乡种下8000亩柑橘、2500亩脆李、1000亩桑树",
        "Huatai township grows 8,000 mu of citrus, 2,500 mu of plums and 1,000 mu of mulberry",
        [(8000, 8000), (2500, 2500), (1000, 1000)],
    ),
    "way-to-longxi": (
        "有了吊桥，走路十几分钟就到龙溪镇；过去搭车走公路桥要半小时",
        "With the footbridge, Longxi is a walk of over 10 minutes; "
        "by car over the road bridge it was half an hour",
        [(30, 30), (11, 20), (0, 10)],
    ),
    "huatai-links": (
        "一座280米的吊桥，连起2个村，方便4社70余户",
        "A footbridge of 280 metres links 2 villages and serves over 70 households",
        [(2, 2), (4, 4), (70, 80)],
    ),
    "timeline": (
        "援助始于1992年；2016—2020年的资金、项目和饮水都印出了数",
        "Aid began in 1992; for 2016–2020 the article gives figures of money, projects and water",
        None,
    ),
    "pairings": (
        "同样写“投入”、写30年：天津在万州2.19亿元，吉林在巫溪8300余万元",
        '"Put in" over 30 years, say both: 219 million yuan by Tianjin in Wanzhou, '
        "over 83 million yuan by Jilin in Wuxi County",
        [(each * 1e6,) * 2 for each in (484, 433, 870, 509, 425, 370, 45.576, 219)]
        + [(83e6, 84e6)],
    ),
    "three-gorges": (
        "重庆库区：一篇说五年引入1802.5亿元，累计数六年却只增67.3亿元",
        "Chongqing's part: 180.25 billion yuan in five years, says one text; "
        "the totals grew by 6.73 billion yuan in six",
        [(each * 1e8,) * 2 for each in (245, 2320.34, 1815.7, 1883, 1802.5, 1663, 2128.58)],
    ),
    "pairing-projects": (
        "天津在万州办122个项目，平均≈180万元/项目；吉林在巫溪办110余个，平均69.1万至76.4万元/项目",
        "Tianjin ran 122 projects in Wanzhou, at ≈1.8 million yuan per project; "
        "Jilin over 110 projects in Wuxi County, at 691,000 to 764,000 yuan per project",
        [(242, 242), (500, 600), (118, 118), (122, 122), (110, 120), (630, 630)],
    ),
}


def claim(name, tables):
    function, needed = CLAIMS[name]
    return function(*(tables[each] for each in needed))


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_says_and_draws_what_is_printed(name, tables):
    chart, (zh, en, bounds) = claim(name, tables), SAID[name]
    assert (chart.name, chart.words["title"]) == (name, (zh, en))
    got = [(mark.low, mark.high) for mark in chart.every_mark]
    assert bounds is None or got == bounds


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
@pytest.mark.parametrize("name", CLAIMS)
def test_what_is_drawn_is_what_the_marks_say(name, narrow, tables):
    chart = claim(name, tables)
    for lang in ("zh", "en"):
        ax = chart.draw(lang=lang, narrow=narrow)
        drawn = wd.marks(ax).set_index("key")
        assert set(drawn.index) == {mark.key for mark in chart.every_mark}
        every = " ".join(one_line(t.get_text()) for a in (ax, *ax.child_axes) for t in a.texts)
        every = every.replace(" ", "")
        for mark in chart.every_mark:
            row = drawn.loc[mark.key]
            words = getattr(mark.words, lang).replace(" ", "")
            assert words in every, f"expected the words of {mark.key}"
            if row.kind == "span":
                assert (row.low, row.high) == (mark.start, mark.end)
            elif row.kind == "squares":
                inside = [m for m in chart.every_mark if m.within == mark.figure]
                per = next((p.options["per"] for p in (chart, *chart.panels) if p.options), 1)
                outer = mark.low - sum(m.low for m in inside[:1])
                assert row.low == pytest.approx(outer / per, abs=1e-6)
            elif mark.low is not None:
                assert (row.low, row.high) == pytest.approx((mark.low, mark.high))
                assert row["look"] == mark.look
        assert ax.get_title(loc="left").replace("\n", " ").replace(" ", "") == getattr(
            chart.words["title"], lang
        ).replace(" ", "")


@pytest.mark.parametrize("name", CLAIMS)
def test_no_words_stand_on_others(name, tables):
    for narrow, lang in itertools.product((False, True), ("zh", "en")):
        ax = claim(name, tables).draw(lang=lang, narrow=narrow)
        for inner in (ax, *ax.child_axes):
            texts = [text for text in inner.texts if text.get_text().strip("…")]
            for one, other in itertools.combinations(texts, 2):
                boxes = [each.get_window_extent().padded(-1) for each in (one, other)]
                assert not boxes[0].overlaps(boxes[1]), (lang, one.get_text(), other.get_text())


@pytest.mark.parametrize("name", CLAIMS)
def test_a_chart_goes_through_json_and_csv_whole(name, tables):
    chart = claim(name, tables)
    again = Chart.from_json(json.loads(json.dumps(chart.to_json())))
    assert again == chart
    assert again.render("svg", "en") == chart.render("svg", "en")
    text = chart.csv()
    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    facts = Folder.at(chart.folder).facts
    for row, mark in zip(rows, chart.every_mark, strict=True):
        assert set(row["facts"].split()) <= set(facts)
        assert evaluate(row["figure"], facts).bounds is not None
        assert row["words_zh"].lstrip("'") == mark.words.zh


def test_a_shown_chart_is_a_picture_a_text_and_data(tables):
    bundle, metadata = claim("funding-rise", tables)._repr_mimebundle_()
    assert set(bundle) == {"image/png", "text/plain", MIME}
    assert len(bundle["image/png"]) < 60_000
    assert metadata["image/png"]["alt"] == SAID["funding-rise"][0]
    for words in SAID["funding-rise"][:2]:
        assert words in bundle["text/plain"]


def test_another_figure_is_another_text(tables):
    funding = tables["funding"]
    made = {
        wd.bars(funding[funding["fact_id"] == name]).text()
        for name in ("jilin-annual-2020", "jilin-annual-usual", "hydropower-income")
    }
    assert len(made) == 3


def test_the_same_chart_is_the_same_bytes(tables):
    for kind in ("svg", "png"):
        first, second = (claim("training", tables).render(kind, "zh") for _ in range(2))
        assert first == second


def test_every_mark_of_a_picture_carries_its_fact_and_a_title(tables):
    svg = claim("projects-nested", tables).render("svg", "en").decode()
    for name in ("projects-1992-2021", "projects-2016-2020", "projects-2020"):
        assert f'"#{name}"' in svg
    assert "<title>Of over 200 projects" in svg


# -------------------------------------------------------------------- words with places


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("增至500万元", ["500万"]),
        ("２０２０年", ["２０２０"]),
        ("٣ 年", ["٣"]),
        ("½ 和 m²", ["½", "²"]),
        ("百分之八十", ["百分之八"]),
        ("三分之一", ["三分之一"]),
        ("三成人", ["三成"]),
        ("翻一番", ["翻一番"]),
        ("一半人家", ["一半"]),
        ("两倍", ["两倍"]),
        ("上百户", ["上百"]),
        ("三百人", ["三百"]),
        ("half of it", ["half"]),
        ("doubled", ["doubled"]),
        ("a third of", ["a third"]),
        ("five million", ["million"]),
        ("ninety per cent", ["per cent"]),
        ("一座桥，五年，百姓，千里，万州，十三五", []),
        ("five years, one bridge", []),
    ],
)
def test_a_typed_number_is_seen_and_a_small_word_is_the_authors_own(text, typed):
    assert typed_numbers(text) == typed


FOLDER = Folder.at()


@pytest.mark.parametrize(
    ("place", "zh", "en"),
    [
        ("{jilin-annual-2020}", "500万元", "5 million yuan"),
        ("{jilin-annual-2020:number}", "500万", "5 million"),
        ("{jilin-aid-2016-2020:period}", "2016—2020年", "2016–2020"),
        ("{wuxi_county:label}", "巫溪县", "Wuxi County (Chongqing)"),
        ("{(jilin-annual-2020 - jilin-annual-usual) / jilin-annual-usual:percent}", "25%", "25%"),
        ("{4 * jilin-annual-usual}", "1600万元", "16 million yuan"),
        ("{longxi-by-car}", "半小时", "Half an hour"),
        ("{{brace}}", "{brace}", "{brace}"),
    ],
)
def test_a_place_is_filled_by_a_fact(place, zh, en):
    assert fill((place, place), FOLDER) == Both(zh, en)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("增至500万元", "a"), r"'500万' is typed \(zh\); write \{jilin-annual-2020\}"),
        (("在2016年", "a"), r"'2016' is typed \(zh\); write \{jilin-aid-2016-2020:period\}"),
        (("{nonsense}", "a"), r"nothing fills \{nonsense\} \(zh\): no fact 'nonsense'"),
        (("{jilin-anual-2020}", "a"), r"did you mean jilin-annual-2020\?"),
        (("{jilin-annual-usual:period}", "a"), "print names no year of jilin-annual-usual"),
        (("{jilin-annual-2020:roman}", "a"), "unknown form 'roman'"),
        (("{5 * 3}", "a"), "names no fact"),
        (("一个 { 括号", "a"), "a brace is written twice"),
        (("只有中文",), "expected words in both languages"),
        ("一句", "expected words in both languages"),
        (("中文", ""), "expected words in both languages"),
        (("{jilin-annual-2020 / road-lost}", "a"), "no fact 'road-lost'"),
    ],
)
def test_a_title_with_a_fault_is_refused_with_what_to_write(words, said):
    with pytest.raises(ValueError, match=said):
        fill(words, FOLDER)


def test_every_fault_of_a_title_is_told_at_once():
    with pytest.raises(ValueError, match="zh") as error:
        fill(("增至500万元，{nonsense}", "5 more"), FOLDER)
    assert str(error.value).count("\n") == 2


@pytest.mark.parametrize("name", ["", "a/b", "../x", "con", "a b", "-x", "x" * 61])
def test_a_name_must_do_for_a_file(name):
    with pytest.raises(ValueError, match="cannot name a file"):
        wd.bars(wd.load_funding().head(1), name=name)


# -------------------------------------------------------------------- forms


def facts(data, *names):
    table = pd.concat([data[data["fact_id"] == name] for name in names])
    table.attrs = data.attrs
    return table


def test_a_chart_without_a_title_says_what_the_codes_say(tables):
    chart = wd.bars(facts(tables["funding"], "jilin-annual-2020"))
    assert chart.words["title"] == (
        "年度援助资金，吉林省，巫溪县",
        "Aid in a year, Jilin province, Wuxi County (Chongqing)",
    )


@pytest.fixture
def nasty(county):
    """A folder that the vanished rules got wrong: see the comments."""
    head = (
        "fact_id,payer,recipient,indicator,start,end,value,unit,qualifier,as_written,source_id,"
        "paragraph,part_of,note"
    )
    rows = [
        "zero,jia,yi,annual_aid,2020,2020,0,CNY,exact,0元,s,1,,",
        "to-yi,jia,yi,annual_aid,2019,2019,50000000,CNY,exact,5000万元,s,1,,",
        "to-bing,jia,bing,annual_aid,2019,2019,50000000,CNY,exact,5000万元,s,1,,",
        "dollars,jia,yi,annual_aid,2019,2019,100,USD,exact,100美元,t,1,,",
        "vague,jia,yi,annual_aid,2019,2019,,CNY,,数千万元,t,1,,",
        *(
            f"p-{n},jia,place_{n},cumulative_aid,2001,2005,{n}0000,CNY,exact,{n}万元,s,1,,"
            for n in range(1, 11)
        ),
        *(f"y-{n},jia,yi,annual_aid,{n},{n},{n}0000,CNY,exact,{n}万元,s,1,,"
          for n in range(1990, 2012)),
    ]  # fmt: skip
    labels = ["code,kind,zh,en", "jia,actor,甲市,Jia city", "yi,place,乙县,Yi county"]
    labels += ["bing,place,丙县,Bing county"]
    labels += [
        f"place_{n},place,第{n}个地方,A place with quite a long English name no. {n}"
        for n in range(1, 11)
    ]
    sources = ["source_id,title,authors,publisher,published,language,sha256,paragraphs"]
    sources += [f"{s},第{s}篇报道,作者{s},,2021,zh,,9" for s in ("s", "t")]
    for path in county.glob("*.csv"):
        path.unlink()
    for name, lines in {"funding": [head, *rows], "labels": labels, "sources": sources}.items():
        (county / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return wd.load_funding(county)


def test_ten_programmes_are_ten_bars_in_either_language(nasty):
    ten = nasty[nasty["indicator"] == "cumulative_aid"]
    for lang in ("zh", "en"):
        for narrow in (False, True):
            assert len(wd.marks(wd.bars(ten).draw(lang=lang, narrow=narrow))) == 10


def test_nothing_given_is_a_bar_of_nothing(nasty):
    chart = wd.columns(facts(nasty, "zero", "to-yi"))
    assert wd.marks(chart.draw())["low"].tolist() == [5e7, 0]


def test_columns_stand_in_the_order_of_their_years_and_a_change_goes_with_them(nasty):
    late, early = (wd.fact(nasty, name) for name in ("y-2011", "y-2009"))
    data = nasty.attrs["data"]
    chart = wd.columns([late, early], change="(y-2011 - y-2009) / y-2009", data=data)
    assert [mark.figure for mark in chart.figures] == ["y-2009", "y-2011"]
    with pytest.raises(ValueError, match="against the column y-2011, drawn last"):
        wd.columns([late, early], change="(y-2009 - y-2011) / y-2011", data=data)
    twice = wd.columns(facts(nasty, "to-yi", "to-bing", "y-2000")).draw()
    left_to_right = sorted(twice.patches, key=lambda patch: patch.get_x())
    assert [patch.get_gid() for patch in left_to_right] == ["y-2000@2000", "to-yi", "to-bing"]


@pytest.mark.parametrize("form", [wd.bars, wd.nested, wd.squares, wd.columns])
def test_a_year_of_the_calendar_is_no_amount(form, tables):
    with pytest.raises(ValueError, match=r"'?aid-began'? is a year of the calendar"):
        form(facts(tables["county"], "aid-began", "aid-years"))


def test_an_overview_leaves_years_of_the_calendar_out_and_takes_words(tables):
    words = ("一句话", "A sentence")
    chart = wd.overview(tables["county"], title=words)
    assert chart.words["title"] == words
    assert not {"aid-began", "water-meeting-2018"} & {mark.figure for mark in chart.every_mark}


def test_names_tell_the_years_wherever_they_differ(nasty):
    for form in (wd.bars, wd.nested):
        chart = form(facts(nasty, "to-yi", "to-bing", "y-2000"))
        assert ["2019" in mark.name.zh for mark in chart.figures] == [True, True, False]
        assert all("2000" in mark.name.en for mark in chart.figures[2:])
    one_year = wd.bars(facts(nasty, "to-yi", "to-bing"))
    assert not any("2019" in mark.name.zh for mark in one_year.figures)


def test_parts_of_one_whole_lie_end_to_end(nasty):
    whole, one, two, inner = (wd.fact(nasty, name) for name in ("to-yi", "p-3", "p-4", "p-1"))
    parts = [wd.mark(each, within="to-yi") for each in (one, two)]
    every = [whole, *parts, wd.mark(inner, within="p-4")]
    drawn = wd.nested(every, data=nasty.attrs["data"]).draw()
    bars = {patch.get_gid(): patch.get_bbox() for patch in drawn.patches if patch.get_gid()}
    assert [bars[name].x0 for name in ("p-3", "p-4", "p-1")] == [0, 30_000, 30_000]
    assert bars["p-3"].height == bars["p-4"].height
    assert abs(bars["p-1"].height) < abs(bars["p-4"].height)
    assert dict(wd.marks(drawn)[["key", "low"]].itertuples(index=False)) == {
        "to-yi": 5e7, "p-3": 3e4, "p-4": 4e4, "p-1": 1e4
    }  # fmt: skip


def test_an_end_that_print_leaves_open_fades(nasty):
    chart = wd.spans(facts(nasty, "to-yi"))
    (mark,) = chart.figures
    chart = replace(chart, figures=(replace(mark, end=None), replace(mark, figure="b", start=None)))
    drawn = wd.marks(chart.draw()).set_index("key")
    assert drawn.loc["to-yi", ["low", "high"]].tolist() == [2019, math.inf]
    assert drawn.loc["b", ["low", "high"]].tolist() == [-math.inf, 2019]
    assert [look for look, _words in chart.key] == ["solid", "endless"]


def test_a_name_with_a_number_in_it_may_be_written_as_it_is(nasty):
    data = Path(nasty.attrs["data"])
    with (data / "labels.csv").open("a", encoding="utf-8") as labels:
        labels.write("sanwan,place,三万镇,Sanwan 1000 town\n")
    named = ("给三万镇", "To Sanwan 1000 town")
    assert wd.bars(facts(nasty, "to-yi"), title=named).words["title"] == named
    with pytest.raises(ValueError, match="'四万' is typed"):
        wd.bars(facts(nasty, "to-yi"), title=("给四万镇", "To Siwan town"))


def test_two_recipients_of_one_payer_keep_their_names(nasty):
    chart = wd.bars(facts(nasty, "to-yi", "to-bing"))
    assert [mark.name.zh[-2:] for mark in chart.figures] == ["乙县", "丙县"]
    assert all(
        name in mark.name.en for name, mark in zip(("Yi", "Bing"), chart.figures, strict=True)
    )


def test_no_two_marks_have_one_name(nasty):
    chart = wd.bars(facts(nasty, "to-yi", "zero"), label="payer")
    assert len({mark.name for mark in chart.figures}) == 2


def test_names_differ_in_each_language_by_itself(nasty):
    yi, bing = wd.fact(nasty, "to-yi"), wd.fact(nasty, "to-bing")
    same = [wd.mark(yi, label=("甲", "Same")), wd.mark(bing, label=("乙", "Same"))]
    chart = wd.bars(same, data=nasty.attrs["data"])
    assert len({mark.name.en for mark in chart.figures}) == 2


def test_two_figures_of_one_year_stand_side_by_side(nasty):
    ax = wd.columns(facts(nasty, "to-yi", "to-bing", "zero")).draw()
    left = [patch.get_x() for patch in ax.patches if patch.get_label() == "_column"]
    assert len(set(left)) == 3


def test_a_change_has_a_sign_only_where_it_is_exact(tables):
    two = facts(tables["funding"], "jilin-annual-usual", "jilin-annual-2020")
    exact = "(jilin-annual-2020 - jilin-annual-usual) / jilin-annual-usual"
    assert wd.columns(two, change=exact).options["change"] == ["+25%", "+25%"]
    about = "(jilin-aid-1992-2021 - jilin-aid-2016-2020) / jilin-aid-2016-2020"
    assert wd.columns(two, change=about).options["change"] == ["约261%", "about 261%"]


def test_every_source_is_named_whole(nasty):
    chart = wd.bars(facts(nasty, "to-yi", "vague"))
    for title in ("第s篇报道", "第t篇报道"):
        assert title in chart.words["credit"].zh
    drawn = "".join(one_line(text.get_text()) for text in chart.draw(narrow=True).texts)
    assert chart.words["credit"].zh.replace(" ", "") in drawn.replace(" ", "")


def test_a_figure_without_bounds_has_words_and_no_shape(nasty):
    drawn = wd.marks(wd.bars(facts(nasty, "to-yi", "vague")).draw())
    assert drawn.set_index("key").loc["vague", ["kind", "label"]].tolist() == [
        "words",
        "数千万元：无确数",
    ]


def test_many_years_stand_at_their_years(nasty):
    yearly = nasty[nasty["fact_id"].str.startswith("y-")]
    drawn = wd.marks(wd.columns(yearly, label="period").draw(lang="en"))
    assert drawn["name"].tolist() == [str(year) for year in range(1990, 2012)]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (lambda t: t[t["fact_id"] == "none"], "the selection is empty"),
        (lambda t: t[t["fact_id"].isin(["to-yi", "dollars"])], "mixed units cannot share an axis"),
        (lambda t: t[t["fact_id"] == "vague"], "none of the figures has a value or bounds"),
        (lambda t: [wd.fact(t, "to-yi")] * 61, "61 figures are too many"),
        (lambda t: [wd.fact(t, "to-yi")], "say data="),
        (lambda t: pd.concat([t, wd.load_funding()]).query("value > 0"), "say data="),
        (lambda t: [t, wd.load_funding()], "rows of different folders"),
    ],
)
def test_what_makes_no_chart_is_one_clear_error(rows, said, nasty):
    with pytest.raises(ValueError, match=said):
        wd.bars(rows(nasty))


def test_a_claim_is_about_our_article_alone(nasty):
    with pytest.raises(ValueError, match=r"what our sources found.*wd\.columns"):
        wd.plot_funding_rise(nasty)


def test_too_many_squares_ask_for_larger_ones(tables):
    area = facts(tables["projects"], "citrus-huatai")
    with pytest.raises(ValueError, match="say per="):
        wd.squares(area)
    chart = wd.squares(area, per=100)
    assert chart.words["scale"] == ("一格为100亩", "one square is 100 mu")
    with pytest.raises(ValueError, match="per: one square"):
        wd.bars(area, per=100)


def test_minutes_and_hours_share_an_axis(tables):
    chart = wd.bars(facts(tables["county"], "longxi-by-car", "longxi-on-foot"))
    assert [(m.low, m.high, m.unit) for m in chart.figures] == [
        (30, 30, "minute"),
        (11, 20, "minute"),
    ]


def test_no_english_word_is_broken_in_a_column(tables):
    narrow = claim("funding-rise", tables).draw(lang="en", narrow=True)
    said = [text.get_text() for text in narrow.texts if text.get_gid().endswith(":label")]
    assert [words.replace("\n", " ") for words in said] == [
        "5 million yuan",
        "4 million yuan (inferred)",
    ]


@pytest.mark.parametrize("given", [{"state": "done"}, {"tone": "loud"}])
def test_a_mark_is_of_a_known_state_and_tone(given, tables):
    with pytest.raises(ValueError, match="expected one of"):
        wd.mark(wd.fact(tables["county"], "population"), **given)


def test_open_periods_are_lanes_that_go_on(tables):
    began = wd.fact(tables["county"], "aid-began")
    assert len(wd.spans([began, wd.fact(tables["county"], "aid-years")]).figures) == 2
    with pytest.raises(ValueError, match="rows that name a year"):
        wd.spans(facts(tables["county"], "population"))


def test_looks_say_how_sure_a_figure_is(tables):
    funding = tables["funding"]
    total = wd.fact(funding, "jilin-aid-1992-2021")
    usual = wd.fact(funding, "jilin-annual-usual")
    chart = wd.bars([total, wd.mark(usual, state="inferred")])
    assert [mark.look for mark in chart.figures] == ["solid hatched", "dashed"]
    assert [words.en for _look, words in chart.key] == [
        "solid: as printed",
        "dashed: inferred",
        "hatched: about, in print",
    ]
    assert chart.figures[1].words == ("400万元（推断）", "4 million yuan (inferred)")


def test_no_upper_bound_is_drawn_as_none(tables):
    visits = wd.bars(facts(tables["county"], "office-visits"))
    assert wd.marks(visits.draw())[["low", "high"]].to_numpy().tolist() == [[2, math.inf]]


def test_an_overview_of_nothing_is_a_sentence(tables):
    assert "no figures" in wd.overview(tables["funding"].head(0))
    assert len(wd.overview(tables["funding"]).panels) == 2


# -------------------------------------------------------------------- on axes of the user's


def test_a_chart_is_drawn_inside_an_axes_of_yours(tables):
    figure = plt.figure(figsize=(9, 9), layout="constrained")
    left, _ = figure.subfigures(1, 2, width_ratios=[5, 1])
    ax = claim("water-people", tables).draw(left.subplots())
    figure.draw_without_rendering()
    box = ax.get_window_extent()
    for text in (*ax.texts, ax.title, ax._left_title):
        extent = text.get_window_extent()
        if text.get_text():
            assert box.x0 - 2 <= extent.x0, text.get_text()
            assert extent.x1 <= box.x1 + 2, text.get_text()
    plt.close(figure)


def test_an_axes_without_room_is_refused_with_what_it_needs(tables):
    figure, ax = plt.subplots(figsize=(3, 1))
    with pytest.raises(ValueError, match=r"needs .* inches, the Axes has"):
        claim("training", tables).draw(ax)
    plt.close(figure)


def test_drawing_leaves_settings_as_they_were(tables):
    from concurrent.futures import ThreadPoolExecutor

    before = dict(mpl.rcParams)
    with ThreadPoolExecutor(4) as pool:
        charts = [claim(name, tables) for name in ("funding-rise", "orchards", "training")]
        list(pool.map(lambda chart: chart.render("svg", "zh"), charts * 2))
    assert dict(mpl.rcParams) == before


def test_seaborn_draws_chinese_under_the_theme():
    import seaborn as sns

    with wd.theme():
        ax = sns.barplot(x=[3, 4], y=["柑橘", "脆李"])
        ax.figure.canvas.draw()  # a box for a character would be an error
    plt.close(ax.figure)


@pytest.mark.parametrize("name", ["show", "draw", "CHARTS", "save_figure"])
def test_what_went_names_what_came_after(name):
    with pytest.raises(AttributeError, match=r"went with version 0\.2"):
        getattr(wd, name)


def test_quantities_of_your_own_are_drawn_too():
    chart = wd.bars([wd.mark(parse_quantity("42个项目"), label=("甲", "one"))])
    assert chart.figures[0].low == 42


@pytest.mark.parametrize("opening", ["=", "+", "-", "@", "\t=", "\r="])
def test_no_spreadsheet_takes_a_name_for_a_formula(tables, opening):
    (mark,) = wd.bars(facts(tables["county"], "population")).figures
    harmful = Both(f"{opening}HYPERLINK(0)", "harmless")
    chart = replace(wd.bars(facts(tables["county"], "population")),
                    figures=(replace(mark, name=harmful),))  # fmt: skip
    _, row = csv.reader(io.StringIO(chart.csv().decode("utf-8-sig"), newline=""))
    assert row[2][0] == "'", row[2]


def test_another_language_is_refused_with_those_that_there_are(tables):
    chart = wd.bars(facts(tables["county"], "population"))
    one = facts(tables["county"], "population")
    for use in (chart.draw, partial(chart.render, "svg"), partial(wd.bars, one)):
        with pytest.raises(ValueError, match=r"'fr'.*zh"):
            use(lang="fr")


def test_a_style_of_the_users_changes_no_chart(tables):
    chart = wd.plot_funding_rise(tables["funding"])
    plain = chart.render("png")
    with plt.style.context("dark_background"):
        assert chart.render("png") == plain
    assert Image.open(io.BytesIO(plain)).mode == "P"

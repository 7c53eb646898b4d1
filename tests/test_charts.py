"""Charts are values: words with places, and marks that are drawn as they say."""

import csv
import io
import itertools
import json
import math
import re
from dataclasses import replace
from functools import partial
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace

import matplotlib as mpl
import numpy as np
import pages
import pandas as pd
import pytest
from cases import rows, table
from matplotlib import pyplot as plt
from matplotlib.transforms import Bbox
from PIL import Image

import wuxi_data as wd
from wuxi_data import places
from wuxi_data.charts import MIME, Chart
from wuxi_data.numerals import fold
from wuxi_data.places import NOTHING, Both, Folder, fill, typed_numbers
from wuxi_data.quantity import evaluate, parse_quantity
from wuxi_data.style import height, settings, width, wrap
from wuxi_data.wording import unwrapped

HERE = Path(__file__).parent
# What bent rules once: nothing given, two recipients of one payer, dollars, no value, many years.
NASTY_COUNTY = HERE / "nasty_county"
GORGES, EXAMPLE = wd.three_gorges(), wd.example_county()
FUNDING, PROJECTS, COUNTY = wd.load_funding(), wd.load_projects(), wd.load_county()
NASTY = wd.load_funding(NASTY_COUNTY)
NESTED = [wd.fact(PROJECTS, f"projects-{years}") for years in ("1992-2021", "2016-2020", "2020")]
SAID = [
    wd.mark(
        each, detail=(f"旁注{n}", f"A remark {n}"), group=(f"组{n}", f"Group {n}"), state="before"
    )
    for each, n in zip(NESTED, "abc", strict=True)
]
FORMS = (wd.bars, wd.columns, wd.nested, wd.spans, wd.squares)
CHARTS = {chart.name: chart for chart in pages.shown()[0]} | {
    "ten-places": wd.bars(NASTY.query("indicator == 'cumulative_aid'")),
    "many-years": wd.columns(
        NASTY.query("fact_id.str.startswith('y-')"),
        label="period",
        change="(y-2011 - y-2010) / y-2010",
    ),
    "a-fall": wd.columns(
        [
            wd.mark(wd.fact(FUNDING, "jilin-annual-2020"), at=2020),
            wd.mark(wd.fact(FUNDING, "jilin-annual-usual"), at=2021),
        ],
        change="jilin-annual-usual / jilin-annual-2020 - 1",
    ),
    "with-a-limit": wd.bars(
        NESTED, limit={"projects-2016-2020": ("到此为止", "As far as it goes")}
    ),
    "a-rise-of-little": wd.columns(
        NASTY.query("fact_id in ('y-1990', 'p-1', 'p-3')"), change="p-3 / p-1 - 1"
    ),
    **{f"{form.__name__}-with-remarks": form(SAID) for form in FORMS},
}
# Of each: title in both languages, and how far each mark is certain and how far it may go:
# typed from print.
CLAIMS = {row["chart"]: row for row in table("claims")}


def bounds(said):
    """(low, high) of 42, of 200~300, and of ? that has none."""
    return (None, None) if said == "?" else tuple(map(float, (said.split("~") * 2)[:2]))


def squeezed(text):
    return "".join(text.split())


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_says_and_draws_what_is_printed(name):
    chart, said = CHARTS[name], CLAIMS[name]
    assert chart.words["title"] == (said["zh"], said["en"])
    got = [(mark.low, mark.high) for mark in chart.every_mark]
    assert name == "timeline" or got == [bounds(each) for each in said["bounds"].split()]


def strokes(ax):
    """Give the straight strokes of every line."""
    corners = (line.get_transform().transform(line.get_xydata()) for line in ax.lines)
    return [Bbox(ends) for each in corners for ends in itertools.pairwise(each)]


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
@pytest.mark.parametrize("name", CHARTS)
def test_what_is_drawn_is_what_the_marks_say_and_no_words_stand_on_others(name, narrow):
    chart = CHARTS[name]
    for lang in ("zh", "en"):
        ax = chart.draw(lang=lang, narrow=narrow)
        drawn = wd.marks(ax).set_index("key")
        assert set(drawn.index) == {mark.key for mark in chart.every_mark}
        texts = [text for each in (ax, *ax.child_axes) for text in each.texts]
        every = squeezed("".join(unwrapped(text.get_text()) for text in texts))
        for mark in chart.every_mark:
            row = drawn.loc[mark.key]
            part = chart.form in ("nested", "squares") and mark.within
            for words in (mark.words, mark.detail, NOTHING if part else mark.group):
                assert squeezed(getattr(words, lang)) in every, f"expected {words} of {mark.key}"
            assert squeezed(row["name"]) in ("", squeezed(getattr(mark.name, lang)))
            if row.kind == "span":
                assert (row.low, row.high) == (mark.start, mark.end)
            elif row.kind == "squares":
                inside = [m for m in chart.every_mark if m.within == mark.figure]
                per = next((p.options["per"] for p in (chart, *chart.panels) if p.options), 1)
                outer = mark.low - sum(m.low for m in inside)
                assert row.low == pytest.approx(outer / per, abs=1e-6)
            elif mark.low is not None:
                assert (row.low, row.high) == pytest.approx((mark.low, mark.high))
                assert row["look"] == mark.look
        assert squeezed(getattr(chart.options.get("change", NOTHING), lang)) in every
        title = getattr(chart.words["title"], lang)
        assert squeezed(ax.get_title(loc="left")) == squeezed(title)
        for inner in (ax, *ax.child_axes):
            texts = [text for text in inner.texts if text.get_text()]
            boxes = [(text.get_window_extent().padded(-1), text.get_text()) for text in texts]
            for (one, said), (other, beneath) in itertools.combinations(boxes, 2):
                assert not one.overlaps(other), (lang, said, beneath)
            for text, (box, said) in zip(texts, boxes, strict=True):
                struck = text.get_bbox_patch() is None and any(map(box.overlaps, strokes(inner)))
                assert not struck, f"a line strikes {said} through"


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_goes_through_json_and_csv_whole(name):
    chart = CHARTS[name]
    assert Chart.from_json(json.loads(json.dumps(chart.to_json()))) == chart
    text = chart.csv()
    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    facts = Folder.at(chart.folder).facts
    for row, mark in zip(rows, chart.every_mark, strict=True):
        assert set(row["facts"].split()) <= set(facts)
        assert evaluate(row["figure"], facts).bounds is not None
        assert row["words_zh"].lstrip("'") == mark.words.zh


def test_a_shown_chart_is_a_picture_a_text_and_data():
    said = CLAIMS["funding-rise"]
    chart = wd.plot_funding_rise(wd.load_funding())
    bundle, metadata = chart._repr_mimebundle_()
    assert set(bundle) == {"image/png", "text/plain", MIME}
    assert len(bundle["image/png"]) < 60_000
    assert metadata["image/png"]["alt"] == said["zh"]
    assert all(words in bundle["text/plain"] for words in (said["zh"], said["en"]))


def test_every_mark_of_a_picture_carries_its_fact_and_a_title():
    svg = CHARTS["projects-nested"].render("svg", "en").decode()
    for name in ("projects-1992-2021", "projects-2016-2020", "projects-2020"):
        assert f'"#{name}"' in svg
    assert "<title>Of over 200 projects" in svg


# -------------------------------------------------------------------- words with places


# Brackets about what is seen as typed.
TYPED = """增至[500万]元 | [２０２０]年 | [٣] 年 | [½] 和 m[²] | [百分之八]十 | [三分之一] | [Ⅻ]
[三成]人 | [翻一番] | [一半]人家 | [两倍] | [上百]户 | [三百]人
一座桥，五年，百姓，千里，万州，十三五 | [萬分之一]，[三萬]元 | [一九九二]年和[二〇二〇]年
[数倍]，[八折] | [two-thirds], [tenfold], [halved]
[half] of it | [doubled] | [a third] of | five [million] | ninety [per cent] | five years"""


@pytest.mark.parametrize("text", re.split(r" \| |\n", TYPED))
def test_a_typed_number_is_seen_and_a_small_word_is_the_authors_own(text):
    found = typed_numbers(re.sub(r"[][]", "", text))
    assert list(map(fold, found)) == re.findall(r"\[(.*?)\]", fold(text))


FOLDER = Folder.at()


@pytest.mark.parametrize(
    ("place", "zh", "en"),
    [
        ("{jilin-annual-2020}", "500万元", "5 million yuan"),
        ("{jilin-annual-2020:number}", "500万", "5 million"),
        ("{jilin-aid-2016-2020:period}", "2016—2020年", "2016–2020"),
        ("｛jilin-aid-2016-2020：period｝", "2016—2020年", "2016–2020"),
        ("{wuxi_county:label}", "巫溪县", "Wuxi County (Chongqing)"),
        ("{(jilin-annual-2020 - jilin-annual-usual) / jilin-annual-usual:percent}", "25%", "25%"),
        ("{4 * jilin-annual-usual}", "1600万元", "16 million yuan"),
        ("{longxi-by-car}", "半小时", "Half an hour"),
        ("{{brace}}", "{brace}", "{brace}"),
    ],
)
def test_a_place_is_filled_by_a_fact(place, zh, en):
    assert fill((place, place), FOLDER) == Both(zh, en)


@pytest.mark.parametrize(("zh", "en", "says"), rows("refused_titles"))
def test_a_title_with_a_fault_is_refused_with_what_to_write(zh, en, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        fill((zh, en), FOLDER)


@pytest.mark.parametrize("words", [("只有中文",), "一句", ("中文", "")])
def test_words_are_said_in_both_languages(words):
    with pytest.raises(ValueError, match="expected words in both languages"):
        fill(words, FOLDER)


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("{ecommerce-people}人均收入", "{jilin-annual-2020} yearly"),
        ("大约是{jilin-aid-1992-2021}", "All about {jilin-annual-2020}"),
        ("{jilin-annual-2020:number}元。", "{jilin-annual-2020:number} yuan"),
        ("{jilin-aid-2016-2020:period}年底", "In {jilin-aid-2016-2020:period}"),
    ],
)
def test_what_only_looks_like_the_figures_own_word_may_stand(zh, en):
    assert "{" not in "".join(fill((zh, en), FOLDER))


def test_every_fault_of_a_title_is_told_at_once():
    with pytest.raises(ValueError, match="zh") as error:
        fill(("增至500万元，{nonsense}", "5 more"), FOLDER)
    assert str(error.value).count("\n") == 2


# -------------------------------------------------------------------- forms


def facts(data, *names):
    return data.set_index("fact_id", drop=False).loc[list(names)]


def test_a_chart_without_a_title_says_what_the_codes_say():
    chart = wd.bars(facts(FUNDING, "jilin-annual-2020"))
    assert chart.words["title"] == (
        "年度援助资金，吉林省→巫溪县，2020年",
        "Annual aid, Jilin province to Wuxi County (Chongqing), 2020",
    )


def test_a_title_says_who_supports_a_place_as_who_pays_it():
    title = wd.bars(facts(wd.load_projects(), "citrus-huatai")).words["title"]
    assert title.en == "Area, citrus, Jilin province to Huatai township, agriculture"


def test_a_title_names_once_who_pays_for_itself():
    title = wd.bars(facts(FUNDING, "water-investment")).words["title"]
    assert title.zh == "投入资金，巫溪县，2016—2020年"


def test_a_title_is_true_of_what_a_figure_is_computed_from():
    donglan, lanjiang = (wd.fact(wd.load_funding(EXAMPLE), f"{giver}-2004-2023")
                         for giver in ("donglan", "lanjiang"))  # fmt: skip
    title = wd.bars([donglan, donglan + lanjiang], data=EXAMPLE).words["title"]
    assert title.zh == "累计援助资金，累计援助资金及物资，砚溪县（虚构），2004—2023年"


def test_a_figure_that_was_typed_by_hand_may_have_a_label():
    chart = wd.bars(parse_quantity("3个"), label={"3个": ("名", "Name")})
    assert chart.figures[0].name == ("名", "Name")


def test_a_title_names_three_figures_and_says_where_there_are_more():
    said = [wd.bars(FIGURES[:many]).words["title"].zh for many in (3, 4)]
    assert said == ["0个、10个、约20个", "0个、10个、约20个等"]


def test_figures_of_many_kinds_are_not_called_by_the_first_of_them():
    many = FUNDING.query("unit == 'CNY' and value > 0").drop_duplicates("indicator")
    assert many["indicator"].nunique() > 3
    assert wd.bars(many).words["title"] == ("资金", "Money")


def test_columns_stand_in_the_order_of_their_years_and_a_change_goes_with_them():
    late, early = (wd.fact(NASTY, name) for name in ("y-2011", "y-2009"))
    chart = wd.columns([late, early], change="(y-2011 - y-2009) / y-2009", data=NASTY_COUNTY)
    assert [mark.figure for mark in chart.figures] == ["y-2009", "y-2011"]
    with pytest.raises(ValueError, match="of the last two columns"):
        wd.columns([late, early], change="(y-2009 - y-2011) / y-2011", data=NASTY_COUNTY)
    twice = wd.columns(facts(NASTY, "to-yi", "to-bing", "y-2000")).draw()
    left_to_right = sorted(twice.patches, key=lambda patch: patch.get_x())
    assert len({patch.get_x() for patch in left_to_right}) == 3
    assert [patch.get_gid() for patch in left_to_right] == ["y-2000@2000", "to-yi", "to-bing"]


def test_an_overview_leaves_years_of_the_calendar_out_and_takes_words():
    words = ("一句话", "A sentence")
    chart = wd.overview(COUNTY, title=words)
    assert chart.words["title"] == words
    assert not {"aid-began", "water-meeting-2018"} & {mark.figure for mark in chart.every_mark}
    assert len(wd.overview(FUNDING).panels) == 2
    assert wd.overview(FUNDING).words["title"] == ("资金", "Money")
    assert "no figures" in wd.overview(FUNDING.head(0))


def test_an_overview_leaves_no_figure_out_in_silence():
    chart = wd.overview(FUNDING)
    within = {mark.figure: mark.within for mark in chart.every_mark}
    assert "jilin-huatai" in within, "expected 数千万元, in words"
    assert within["jilin-aid-2016-2020"] == "jilin-aid-1992-2021"
    many = wd.overview(wd.load_funding(GORGES))
    assert len(many.figures) == 60
    assert many.words["note"].en == "Only the first 60 of each unit are drawn"


def test_names_tell_the_years_wherever_they_differ():
    for form in (wd.bars, wd.nested):
        chart = form(facts(NASTY, "to-yi", "to-bing", "y-2000"))
        assert ["2019" in mark.name.zh for mark in chart.figures] == [True, True, False]
        assert all("2000" in mark.name.en for mark in chart.figures[2:])
    labelled = wd.columns(facts(NASTY, "y-1990", "y-2000"), label="recipient").figures
    assert [mark.name.zh for mark in labelled] == ["乙县，1990年", "乙县，2000年"]
    one_year = wd.bars(facts(NASTY, "to-yi", "to-bing")).figures
    assert [mark.name.zh for mark in one_year] == ["乙县", "丙县"]


def test_of_two_articles_on_one_thing_names_tell_which_says_so():
    rows = facts(wd.load_funding(GORGES), "beijing-badong-2019-aid", "beijing-badong-2024-aid")
    names = [mark.name.zh for mark in wd.bars(rows).figures]
    assert names == ["累计援助资金（民生周刊）", "累计援助资金（湖北日报）"]


def held(whole, *parts):
    """Give a figure and those that it holds, of tokens."""
    return [parse_quantity(whole), *(wd.mark(parse_quantity(part), within=whole) for part in parts)]


def test_parts_of_one_whole_lie_end_to_end():
    drawn = wd.nested(held("10个", "3个", "4个") + held("4个", "1个")[1:]).draw()
    shapes = {patch.get_gid(): patch for patch in drawn.patches}
    three, four, one = (shapes[f"{n}个"].get_bbox() for n in (3, 4, 1))
    assert [each.x0 for each in (three, four, one)] == [0, 3, 3]
    assert three.height == four.height
    assert abs(one.height) < abs(four.height)
    tones = [shapes[f"{n}个"].get_facecolor() for n in (10, 4, 1)]
    assert tones[0] != tones[1] != tones[2], "expected each apart from its whole"
    assert wd.marks(drawn)["low"].tolist() == [10, 3, 4, 1]


def test_squares_of_parts_neither_overlap_nor_look_alike():
    drawn = wd.squares(held("10个", "3个", "4个") + held("3个", "1个")[1:]).draw()
    assert wd.marks(drawn)["low"].tolist() == [3, 2, 1, 4], "expected the rest of each, and parts"
    tone = {patch.get_gid(): patch.get_facecolor() for patch in drawn.patches}
    assert len({tone[part] for part in ("10个", "3个", "1个")}) == 3
    assert tone["4个"] == tone["1个"], "expected neighbours to differ"


@pytest.mark.parametrize("form", [wd.nested, wd.squares])
def test_a_part_that_is_drawn_in_words_alone_has_no_sample(form):
    drawn = form(held("10个", "3个", "数十个")).draw()
    assert [patch.get_gid() for patch in drawn.patches].count("key") == 1


def test_squares_fade_within_a_square_too_and_so_do_parts():
    drawn = wd.marks(wd.squares(held("50余个", "30余个"), per=100).draw())
    assert drawn[["low", "high"]].to_numpy().tolist() == [[0.2, 0.3], [0.3, 0.4]]


@pytest.mark.parametrize("form", [wd.nested, wd.squares])
def test_no_part_hides_how_far_another_may_go(form):
    drawn = [mark.figure for mark in form(held("100个", "30余个", "40个")).figures]
    assert drawn == ["100个", "40个", "30余个"], "expected what fades at the end"


def test_a_part_that_may_go_beyond_its_whole_lies_under_no_words():
    ax = wd.nested(held("3100个", "3000余个")).draw()
    end = max(patch.get_window_extent().x1 for patch in ax.patches if patch.get_url())
    label = next(text for text in ax.texts if text.get_gid() == "3100个:label")
    assert label.get_window_extent().x0 >= end


def test_a_column_at_a_year_that_print_does_not_name_is_inferred():
    marks = [wd.mark(wd.fact(NASTY, "p-3"), at=year) for year in (2000, 2003, 2006)]
    looks = [mark.look for mark in wd.columns(marks, data=NASTY_COUNTY).figures]
    assert looks == ["dashed", "solid", "dashed"]


def test_spans_stand_and_are_named_by_the_years_in_print_alone():
    (span,) = wd.spans(wd.mark(wd.fact(FUNDING, "jilin-annual-2020"), at=1990)).figures
    assert (span.name.en, span.start, span.at) == ("Annual aid", 2020, None)


def test_an_end_that_print_leaves_open_fades():
    chart = wd.spans(facts(NASTY, "to-yi"))
    (mark,) = chart.figures
    chart = replace(chart, figures=(replace(mark, end=None), replace(mark, figure="b", start=None)))
    drawn = wd.marks(chart.draw()).set_index("key")
    assert drawn.loc["to-yi", ["low", "high"]].tolist() == [2019, math.inf]
    assert drawn.loc["b", ["low", "high"]].tolist() == [-math.inf, 2019]
    assert [look for look, _words in chart.key] == ["solid", "endless"]


def test_a_composed_title_does_not_contradict_the_marks():
    aid, built = wd.fact(FUNDING, "jilin-annual-2020"), NESTED[0]
    chart = wd.columns([wd.mark(aid, at=year) for year in (2020, 2021)])
    assert chart.words["title"].en == "Annual aid, Jilin province to Wuxi County (Chongqing)"
    assert "carried out" not in wd.bars(wd.mark(built, state="planned")).words["title"].en


def test_a_name_with_a_number_in_it_may_be_written_as_it_is():
    named = ("给三万镇", "To Sanwan 1000 town")
    assert wd.bars(facts(NASTY, "to-yi"), title=named).words["title"] == named
    with pytest.raises(ValueError, match="'四万' is typed"):
        wd.bars(facts(NASTY, "to-yi"), title=("给四万镇", "To Siwan town"))


def test_a_name_that_is_like_another_with_its_id_is_told_apart_too():
    label = {"to-yi": ("县（zero）", "A"), "to-bing": ("县", "B"), "zero": ("县", "C")}
    chart = wd.bars(facts(NASTY, "to-yi", "to-bing", "zero"), label=label)
    assert len({mark.name.zh for mark in chart.figures}) == 3


def test_what_begins_after_the_publication_is_a_plan_even_without_an_end():
    rows = [SimpleNamespace(source_id="s", start=year, end=pd.NA) for year in (2021, 2022)]
    assert list(map(Folder.at(NASTY_COUNTY).state, rows)) == ["completed", "planned"]


@pytest.mark.parametrize("label", ["payer", {"to-yi": ("甲", "Same"), "zero": ("乙", "Same")}])
def test_no_two_marks_have_one_name_in_either_language(label):
    chart = wd.bars(facts(NASTY, "to-yi", "zero"), label=label)
    assert [len({mark.name[n] for mark in chart.figures}) for n in (0, 1)] == [2, 2]


def test_groups_that_are_alike_in_one_language_tell_no_names_apart():
    marks = [wd.mark(wd.fact(NASTY, name), label=("名", "Name"), group=(group, "Group"))
             for name, group in (("to-yi", "甲"), ("zero", "乙"))]  # fmt: skip
    names = {mark.name.en for mark in wd.bars(marks, data=NASTY_COUNTY).figures}
    assert names == {"Name (to-yi)", "Name (zero)"}


def test_a_change_has_a_sign_only_where_it_is_exact():
    two = facts(FUNDING, "jilin-annual-usual", "jilin-annual-2020")
    exact = "(jilin-annual-2020 - jilin-annual-usual) / jilin-annual-usual"
    assert wd.columns(two, change=exact).options["change"] == ("+25%", "+25%")
    totals = facts(FUNDING, "jilin-aid-1992-2021", "jilin-aid-2016-2020")
    about = "jilin-aid-2016-2020 / jilin-aid-1992-2021 - 1"
    assert wd.columns(totals, change=about).options["change"] == ("约-72.3%", "about -72.3%")


def test_a_change_that_may_be_a_rise_or_a_fall_has_no_arrow():
    change = "projects-1992-2021 / (projects-1992-2021 + projects-2020) - 1"
    with pytest.raises(ValueError, match=r"-35\.5% to 42\.9%, which may be a rise or a fall"):
        wd.columns(NESTED, change=change)


def test_every_source_is_named_whole():
    chart = wd.bars(facts(NASTY, "to-yi", "vague"))
    for title in ("第s篇报道", "第t篇报道"):
        assert title in chart.words["credit"].zh
    drawn = "".join(unwrapped(text.get_text()) for text in chart.draw(narrow=True).texts)
    assert chart.words["credit"].zh.replace(" ", "") in drawn.replace(" ", "")


IN_PRINT = "0个 10个 约20个 30余个 不到10个 十几个 20至30个 5个以上 数十个"
FIGURES = [parse_quantity(token) for token in IN_PRINT.split()]
BELOW_ZERO = FIGURES[1] - FIGURES[3]


@pytest.mark.parametrize(
    "figures", [FIGURES[:3], FIGURES[3:6], FIGURES[5:], [FIGURES[1], BELOW_ZERO]]
)
@pytest.mark.parametrize("form", [wd.bars, wd.columns, wd.nested, wd.squares])
def test_a_drawing_reaches_as_far_as_its_figure_whatever_print_says(form, figures):
    """Without bounds, or where it may be below zero, it has words and no shape."""
    chart = form(figures)
    drawn = wd.marks(chart.draw()).set_index("key")
    for mark, figure in zip(chart.figures, figures, strict=True):
        high = 0 if mark.low is None else math.inf if mark.high is None else mark.high
        row = drawn.loc[mark.key]
        assert [row["low"], row["high"]] == pytest.approx([mark.low or 0, high])
        if figure.low is None or figure.low < 0:
            assert row["kind"] == "words"
        assert squeezed(mark.words.zh) in squeezed(row["label"])
    vague = wd.bars(facts(NASTY, "to-yi", "vague")).figures[1]
    assert vague.words.zh == "数千万元：无确数"


def test_a_mark_without_the_years_that_should_name_it_is_called_what_it_counts():
    rows = facts(FUNDING, "jilin-annual-usual", "jilin-annual-2020")
    names = [mark.name.en for mark in wd.bars(rows, label="period").figures]
    assert names == ["Annual aid", "2020"]


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("年度援助资金500万元，", "500万元，"),
        ("修了约4座桥梁方便两岸", "约4座"),
        ("yielded over 18.28 million yuan,", "over 18.28 million yuan,"),
        ("put into 30 co-operatives, mostly", "30 co-operatives,"),
        ("累计援助资金，锡山区，2017年起", "锡山区，"),
        ("平均每个项目≈324万元/项目，多于", "≈324万元/项目，"),
        ("来源：人民日报（2024）。制图：wuxi_data", "制图："),
    ],
)
def test_no_figure_is_broken_from_its_unit_and_no_place_where_there_is_room_for_it(text, figure):
    for room in range(math.ceil(width(figure, 10)), 200):
        assert figure in wrap(text, room, 10), wrap(text, room, 10)


def test_words_of_several_lines_lose_none_of_them():
    assert wrap("First\nsecond and third", 70, 10).split() == ["First", "second", "and", "third"]


def test_lines_are_evenly_spaced_whatever_letters_they_hold():
    with settings():
        figure = plt.figure()
        lines = [figure.text(0, 0, words, fontsize=10) for words in ("acem", "(gpq,", "巫溪县")]
        highs = {round(line.get_window_extent().height * 72 / figure.dpi, 2) for line in lines}
    plt.close(figure)
    assert highs == {round(height("巫溪县", 10), 2)}


def test_columns_whose_words_have_no_room_are_bars():
    few, many = CHARTS["funding-rise"].draw(), CHARTS["many-years"].draw()
    assert [set(wd.marks(ax)["kind"]) for ax in (few, many)] == [{"column"}, {"bar"}]


def test_a_limit_crosses_the_bars_that_go_on_beyond_it():
    ax = CHARTS["with-a-limit"].draw()
    line = ax.lines[-1]
    assert "到此为止\nAs far as it goes" in CHARTS["with-a-limit"].text()
    assert set(line.get_xdata()) == {42}
    assert np.isfinite(line.get_ydata()).sum() == 2 * 2, "expected two of the three bars"


def test_charts_side_by_side_stand_as_makes_their_picture_lowest():
    dollars, yearly = facts(NASTY, "dollars"), NASTY.query("fact_id.str.startswith('y-')")
    for count, columns in ((22, 1), (2, 2)):
        chart = wd.beside(wd.bars(dollars), wd.bars(yearly.head(count)))
        lefts = {round(panel.get_position().x0, 3) for panel in chart.draw().child_axes}
        assert len(lefts) == columns, f"{count} bars beside one: {lefts}"


CAR, CITRUS = facts(COUNTY, "longxi-by-car"), facts(PROJECTS, "citrus-huatai")
YI, BEGAN = wd.fact(NASTY, "to-yi"), wd.fact(COUNTY, "aid-began")
ABOUT, SEVEN = "jilin-aid-1992-2021", FUNDING.assign(as_written="7元")
TWO = facts(FUNDING, "jilin-annual-usual", "jilin-annual-2020")
YEARS = [wd.mark(each, at=year) for year, each in enumerate(wd.quantities(TWO), 2019)]
DIFFERENCE = "jilin-annual-2020 - jilin-annual-usual"
NO_AMOUNT = "'?aid-began'? is a calendar year"


@pytest.mark.parametrize(
    ("form", "figures", "said"),
    [
        (wd.bars, NASTY.head(0), "the selection is empty"),
        (wd.bars, facts(NASTY, "to-yi", "dollars"), "mixed units cannot share an axis"),
        (wd.bars, facts(NASTY, "vague"), "no figure has a value or bounds"),
        (wd.bars, [YI] * 61, "61 figures are too many"),
        (wd.bars, [YI], "say data="),
        (wd.bars, [2 * wd.fact(FUNDING.assign(as_written="7元"), TWO.index[1])], "says 1000万元"),
        (wd.bars, pd.concat([NASTY, FUNDING]).query("value > 0"), "say data="),
        (wd.bars, [NASTY, FUNDING], "rows of different folders"),
        *((form, BEGAN, NO_AMOUNT) for form in (wd.bars, wd.nested, wd.squares, wd.columns)),
        (wd.spans, facts(COUNTY, "population"), "rows that name a year"),
        (wd.squares, CITRUS, "say per="),
        (partial(wd.columns, change="longxi-by-car / longxi-by-car"), CAR, "two columns or more"),
        (
            partial(wd.columns, change="projects-2020 / (projects-2020 - projects-2020)"),
            CAR,
            "which is 0",
        ),
        (wd.nested, wd.mark(BEGAN, within="by-car"), "unknown within 'by-car': expected"),
        *(
            (form, figures, "cannot hold .* end to end")
            for form in (wd.nested, wd.squares)
            for figures in (
                held("3个", "4个"),
                held("3个", "3个")[1:],  # itself
                held("约3个", "约2个")[1:] + held("约2个", "约3个")[1:],  # each other
                held("100个", "30余个", "20个以上"),
            )
        ),
        (partial(wd.bars, per=100), CITRUS, "per: one square"),
        (partial(wd.squares, per=0), CITRUS, "per: expected how many"),
        (partial(wd.bars, limit={"citrus": ("a", "b")}), CITRUS, "upper bound: citrus-huatai"),
        (lambda rows: wd.beside(wd.bars(rows), wd.bars(rows)), CAR, "'longxi-by-car' twice"),
        *(
            (partial(wd.columns, change=said), TWO, "expected a ratio")
            for said in (True, DIFFERENCE)
        ),
        *(
            (partial(wd.columns, change=said), YEARS, "of the last two columns")
            for said in (
                "projects-2016-2020 / projects-2020",
                "jilin-annual-2020 / jilin-annual-usual",
            )
        ),
        (partial(wd.bars, limit={ABOUT: ("至此", "So far")}), facts(FUNDING, ABOUT), "upper bound"),
        (partial(wd.bars, label={"by-car": ("甲", "A")}), CAR, "unknown label 'by-car': expected"),
        (partial(wd.bars, label=["payr"]), CAR, r"unknown label 'payr': expected one of .*place"),
        *(
            (form, FUNDING.set_index("fact_id"), "rows as a loader gives them; no column fact_id")
            for form in (wd.bars, wd.overview, wd.quantities, wd.labelled)
        ),
        *(
            (partial(wd.bars, name=name), CAR, "cannot name a file")
            for name in ("", "a/b", "../x", "con", "COM1", "a b", "-x", "x" * 61)
        ),
        *(
            (partial(wd.bars, label=column), CAR, "expected one of period, topic, .*, source_id$")
            for column in ("value", "note", "fact_id")
        ),
        *(
            (partial(wd.mark, at=year), BEGAN, "at: expected a year, got")
            for year in (-5, 20200, "2020", True)
        ),
        (partial(wd.mark, state="done"), BEGAN, "expected one of"),
        (partial(wd.mark, tone="loud"), BEGAN, "expected one of"),
        (wd.plot_funding_rise, NASTY, r"what our sources found.*wd\.columns"),
    ],
)
def test_what_makes_no_chart_is_one_clear_error(form, figures, said):
    with pytest.raises(ValueError, match=said):
        form(figures)


def test_larger_squares_say_how_large_they_are():
    assert wd.squares(CITRUS, per=100).words["subtitle"] == ("一格为100亩", "One square is 100 mu")


@pytest.mark.parametrize(
    ("tokens", "lows"),
    [("1亩 1公顷 1平方公里 2000平方米", [1, 15, 1500, 3]), ("半小时 十几分钟", [30, 11])],
)
def test_units_that_convert_exactly_share_an_axis(tokens, lows):
    chart = wd.bars(list(map(parse_quantity, tokens.split())))
    assert [mark.low for mark in chart.figures] == lows


def test_no_english_word_is_broken_in_a_column():
    narrow = CHARTS["funding-rise"].draw(lang="en", narrow=True)
    said = [text.get_text() for text in narrow.texts if text.get_gid().endswith(":label")]
    assert list(map(unwrapped, said)) == ["5 million yuan", "4 million yuan (inferred)"]


def test_looks_say_how_sure_a_figure_is():
    total, usual = (wd.fact(FUNDING, f"jilin-{name}") for name in ("aid-1992-2021", "annual-usual"))
    chart = wd.bars([total, wd.mark(usual, state="inferred")])
    assert [mark.look for mark in chart.figures] == ["solid hatched", "dashed"]
    said = [words.en for _look, words in chart.key]
    assert said == ["solid: as printed", "dashed: inferred", "hatched: about, in print"]
    assert chart.figures[1].words == ("400万元（推断）", "4 million yuan (inferred)")


def test_a_key_tells_what_is_printed_from_what_is_computed():
    total = wd.fact(FUNDING, "jilin-aid-1992-2021")
    part = wd.fact(FUNDING, "jilin-aid-2016-2020")
    solid = [
        wd.bars(figures).key[0][1].en for figures in ([total], [total - part], [total / 2, total])
    ]
    assert solid == [
        "solid: as printed",
        "solid: computed from print",
        "solid: as printed, or computed from print",
    ]


# -------------------------------------------------------------------- on axes of the user's


def test_a_chart_is_drawn_inside_an_axes_of_yours():
    figure = plt.figure(figsize=(9, 9), layout="constrained")
    left, _ = figure.subfigures(1, 2, width_ratios=[5, 1])
    ax = CHARTS["water-people"].draw(left.subplots())
    figure.draw_without_rendering()
    box = ax.get_window_extent()
    for text in (*ax.texts, ax.title, ax._left_title):
        extent = text.get_window_extent()
        if text.get_text():
            assert box.x0 - 2 <= extent.x0, text.get_text()
            assert extent.x1 <= box.x1 + 2, text.get_text()
    plt.close(figure)


def test_an_axes_without_room_is_refused_with_what_it_needs():
    figure, ax = plt.subplots(figsize=(3, 1))
    with pytest.raises(ValueError, match=r"needs .* inches, the Axes has"):
        CHARTS["training"].draw(ax)
    plt.close(figure)


def test_an_axes_whose_scale_is_not_its_own_is_refused():
    def axes(**look):
        return plt.subplots(figsize=(20, 10), **look)[1]

    used, log, polar = axes(), axes(), axes(subplot_kw={"projection": "polar"})
    used.plot([1, 2])
    log.loglog()
    for ax in (used, log, polar, axes().twinx(), axes(ncols=2, sharex=True)[0], axes(ncols=2)):
        with pytest.raises(ValueError, match="expected one empty Axes"):
            CHARTS["orchards"].draw(ax)
    plt.close("all")


def test_drawing_leaves_settings_as_they_were():
    from concurrent.futures import ThreadPoolExecutor

    before = dict(mpl.rcParams)
    with ThreadPoolExecutor(4) as pool:
        charts = [CHARTS[name] for name in ("funding-rise", "orchards", "training")]
        list(pool.map(lambda chart: chart.render("svg", "zh"), charts * 2))
    assert dict(mpl.rcParams) == before


def test_seaborn_draws_a_table_as_it_comes_and_chinese_under_the_theme():
    import seaborn as sns

    money = FUNDING.query("unit == 'CNY'").dropna(subset="value")
    with wd.theme():
        ax = sns.barplot(money, x="value", y="as_written", hue="payer", errorbar=None)
        ax.figure.canvas.draw()  # a box for a character would be an error
    got = sorted(bar.get_width() for bar in ax.patches if bar.get_width())
    plt.close(ax.figure)
    assert got == sorted(money["value"]), f"expected a bar for each figure, got {got}"


def test_under_the_theme_long_names_stand_inside_the_picture():
    with wd.theme():
        figure, ax = plt.subplots()
        ax.barh(["对口支援办公室" * 4], [1])
        figure.draw_without_rendering()
        left = ax.get_yticklabels()[0].get_window_extent().x0
    plt.close(figure)
    assert left >= 0, f"the name begins {-left:.0f} pixels left of the picture"


def test_under_the_theme_a_log_axis_names_its_powers_of_ten():
    with wd.theme():
        figure, ax = plt.subplots()
        ax.loglog([1e-3, 1e8], [1, 1e6])
        tick = ax.get_xticklabels()[2]
        figure.draw_without_rendering()
        wide = tick.get_window_extent().width
    plt.close(figure)
    assert tick.get_text().startswith("$"), "matplotlib names powers otherwise now"
    assert wide < 60, f"a power of ten stands {wide} pixels wide, as it is typed"


@pytest.mark.parametrize("name", ["show", "draw", "CHARTS", "save_figure"])
def test_what_went_names_what_came_after(name):
    with pytest.raises(AttributeError, match=r"removed in version 0\.2"):
        getattr(wd, name)


@pytest.mark.parametrize("opening", ["=", "+", "-", "@", "\t=", "\r="])
def test_no_spreadsheet_takes_a_name_for_a_formula(opening):
    chart = wd.bars(facts(COUNTY, "population"))
    harmful = Both(f"{opening}HYPERLINK(0)", "harmless")
    chart = replace(chart, figures=(replace(*chart.figures, name=harmful),))
    _, row = csv.reader(io.StringIO(chart.csv().decode("utf-8-sig"), newline=""))
    assert row[2][0] == "'", row[2]


def test_another_language_is_refused_with_those_that_there_are():
    one = facts(COUNTY, "population")
    chart = wd.bars(one)
    for use in (chart.draw, partial(chart.render, "svg"), partial(wd.bars, one)):
        with pytest.raises(ValueError, match=r"'fr'.*zh"):
            use(lang="fr")


def test_a_style_of_the_users_changes_no_chart():
    chart = wd.plot_funding_rise(FUNDING)
    plain = chart.render("png")
    with plt.style.context("dark_background"):
        assert chart.render("png") == plain
    assert Image.open(io.BytesIO(plain)).mode == "P"


def test_a_stored_chart_names_its_folder_alike_on_windows(monkeypatch):
    monkeypatch.setattr(places, "Path", PureWindowsPath)
    assert places.portable(r"..\mine") == "../mine"

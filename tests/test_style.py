"""Font, frame and files: every word is drawn by a font that has it; the same bytes each time."""

import os
import stat
from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib import font_manager, pyplot

import wuxi_data as wd
from wuxi_data import charts, style, tables

mpl.use("agg")
pytestmark = pytest.mark.filterwarnings("error::UserWarning")
FONTS = Path(wd.__file__).parent / "fonts"


@pytest.fixture(autouse=True)
def _no_figure_is_left_open():
    yield
    pyplot.close("all")


@pytest.fixture
def no_system_font(monkeypatch):
    """A machine on which matplotlib finds no font at all."""
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    monkeypatch.setattr(font_manager.fontManager, "afmlist", [])
    font_manager.fontManager._findfont_cached.cache_clear()
    yield
    font_manager.fontManager._findfont_cached.cache_clear()


# -------------------------------------------------------------------- font


def test_our_font_has_every_label_in_both_languages():
    words = {word for label in tables.labels().values() for word in label.values()}
    assert style.missing_glyphs("".join(sorted(words))) == ""


@pytest.mark.usefixtures("no_system_font")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_label_is_drawn_without_any_system_font(lang):
    words = sorted({label[lang] for label in tables.labels().values()})
    with style.look():
        ax = style.axes()
        for place, word in enumerate(words):
            ax.text(0, place, word)
        style.render(ax, "png")
    drawn = {font.fname for font in font_manager.fontManager.ttflist}
    assert drawn == {str(path) for path in FONTS.glob("*.ttf")}


@pytest.mark.usefixtures("no_system_font")
@pytest.mark.parametrize("name", charts.CHARTS)
def test_every_chart_is_drawn_without_any_system_font(name):
    for lang in ("zh", "en"):
        ax = wd.draw(name, lang=lang)
        assert style.render(ax, "png").startswith(b"\x89PNG")
        assert {text.get_fontfamily()[0] for text in ax.texts} == {style.FAMILY}


def test_a_character_that_no_font_has_is_named(county):
    rewrite(county / "labels.csv", "柑橘", "柑\U00013000橘")  # an Egyptian hieroglyph
    with pytest.raises(ValueError, match=r"no installed font can draw .* \(U\+13000\) in "):
        wd.draw("orchards", county)


def test_a_character_that_ours_lacks_is_drawn_by_an_installed_font(county, monkeypatch):
    rewrite(county / "labels.csv", "柑橘", "柑◉橘")
    monkeypatch.setattr(style, "_characters", without("◉", style._characters))
    ax = wd.draw("orchards", county)
    style.render(ax, "png")
    fallback = [text.get_fontfamily() for text in ax.get_yticklabels() if "◉" in text.get_text()]
    assert fallback[0][0] == style.FAMILY
    assert len(fallback[0]) == 2


def test_a_stale_namesake_in_the_font_cache_is_not_drawn_with(monkeypatch):
    stale = font_manager.FontEntry(fname="gone/elsewhere.ttf", name=style.FAMILY, weight=400)
    listed = [stale, *font_manager.fontManager.ttflist]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", listed)
    style.render(wd.draw("orchards"), "png")
    ours = [font for font in font_manager.fontManager.ttflist if font.name == style.FAMILY]
    assert {Path(font.fname).parent for font in ours} == {FONTS}


def test_missing_glyphs_are_each_named_once_in_order():
    assert style.missing_glyphs("巫\U00013000溪\U00013001\U00013000\n") == "\U00013000\U00013001"


def rewrite(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def without(char, characters):
    """As if our own font lacked `char`."""
    return lambda path: characters(path) - ({ord(char)} if Path(path).parent == FONTS else set())


# -------------------------------------------------------------------- words in their room


def test_lines_are_no_wider_than_their_room():
    text = "吉林省每年援助巫溪县的资金由400万元增至500万元，增加25%"
    for line in style.wrap(text, 150, 12).split("\n"):
        assert style.width(line, 12) <= 150


def test_a_number_stays_with_its_unit_and_punctuation_with_its_word():
    broken = style.wrap("吉林省每年援助巫溪县的资金由400万元增至500万元，增加25%", 130, 12)
    assert "400万元" in broken
    assert "500万元，" in broken
    assert style.wrap("rose from 4 million yuan to 5", 75, 10).count("4 million") == 1


def test_a_last_line_is_not_left_lonely():
    one, other = style.wrap("平均每个项目的资金与前五年一样多", 185, 12).split("\n")
    assert abs(len(one) - len(other)) <= 1


def test_what_has_no_room_ends_in_an_ellipsis():
    assert style.wrap("很长的名称" * 20, 100, 10, lines=2).endswith("…")
    assert style.wrap("短", 100, 10, lines=2) == "短"


# -------------------------------------------------------------------- files


@pytest.mark.parametrize("kind", ["svg", "png"])
@pytest.mark.parametrize("name", charts.CHARTS)
def test_two_drawings_give_the_same_bytes(name, kind):
    assert style.render(wd.draw(name), kind) == style.render(wd.draw(name), kind)


def test_a_users_settings_change_no_byte():
    plain = style.render(wd.draw("funding-total"), "svg")
    theirs = {"font.family": "serif", "svg.fonttype": "none", "savefig.bbox": "tight",
              "lines.linewidth": 9, "axes.facecolor": "red", "hatch.linewidth": 5}  # fmt: skip
    with mpl.rc_context(theirs):
        assert style.render(wd.draw("funding-total"), "svg") == plain


def test_a_picture_is_8_by_4_and_a_half_inches(tmp_path):
    for name in ("funding-rise", "orchards", "timeline"):
        path = wd.save_figure(wd.draw(name), tmp_path / f"{name}.png")
        assert pyplot.imread(path).shape[:2] == (675, 1200)


def test_an_svg_names_no_machine_and_no_time(tmp_path):
    svg = wd.save_figure(wd.draw("orchards"), tmp_path / "orchards.svg").read_text("utf-8")
    assert "<dc:date>" not in svg
    assert "<dc:creator>" not in svg
    assert str(tmp_path) not in svg


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(ValueError, match="cannot save a figure as 'pdf': expected 'svg' or 'png'"):
        wd.save_figure(wd.draw("orchards"), tmp_path / "orchards.pdf")
    assert list(tmp_path.iterdir()) == []


def test_a_save_that_fails_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "orchards.svg"
    path.write_bytes(b"old")

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space left on device"):
        wd.save_figure(wd.draw("orchards"), path)
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["orchards.svg"]


def test_a_saved_figure_is_an_ordinary_file(tmp_path):
    path = wd.save_figure(wd.draw("orchards"), tmp_path / "orchards.png")
    assert stat.S_IMODE(path.stat().st_mode) & stat.S_IRUSR


# -------------------------------------------------------------------- colours


def luminance(colour):
    red, green, blue = mpl.colors.to_rgb(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_colours_stay_apart_in_grey():
    shades = sorted(map(luminance, (style.INK, style.HUE, style.MUTED, style.TINT)))
    assert min(light - dark for dark, light in pairwise(shades)) > 0.15


def test_words_stand_out_from_the_paper():
    def linear(part):
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    for colour in (style.INK, style.GREY, style.HUE):
        red, green, blue = map(linear, mpl.colors.to_rgb(colour))
        contrast = 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
        assert contrast >= 4.5, f"{colour} on white: {contrast:.1f}"

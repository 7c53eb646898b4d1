"""The declared tables: what the loaders give, what the schema promises, what bad input is told."""

import json
import re
import time
from pathlib import Path

import faults
import pandas as pd
import pytest
from cases import rows
from frictionless import Package

import wuxi_data as wd
from wuxi_data import reading, schema
from wuxi_data.checks import check
from wuxi_data.numerals import unit_labels
from wuxi_data.quantity import Quantity, parse_quantity
from wuxi_data.reading import TableError
from wuxi_data.tables import fact, labels, quantities

DATA = Path(wd.__file__).parent / "data"
PACKAGE = json.loads((DATA / "datapackage.json").read_text("utf-8"))
RESOURCES = {each["name"]: each for each in PACKAGE["resources"]}
# The columns that all themes share, and each theme's own, as the data contract lists them.
TYPED = {
    "string": ["fact_id", "unit", "as_written", "part_of", "note", "note_zh"],
    "category": ["indicator", "qualifier", "source_id"],
    "Int64": ["start", "end", "paragraph"],
    "float64": ["value", "low", "high"],
    "bool": ["about"],
}
OWN = {
    "funding": ["payer", "recipient"],
    "projects": ["sponsor", "place", "item", "sector", "status"],
    "water_works": ["works"],
    "training": ["organiser", "audience", "place"],
    "county": ["place", "topic"],
}
LOADERS = {name: getattr(wd, f"load_{name}") for name in [*OWN, "sources"]}
each_theme = pytest.mark.parametrize("name", OWN)

# -------------------------------------------------------------------- what the loaders give


@each_theme
def test_a_theme_has_the_columns_of_the_contract_rightly_typed(name):
    got = LOADERS[name]().dtypes.astype(str).to_dict()
    typed = TYPED | {"category": [*TYPED["category"], *OWN[name]]}
    assert got == {column: kind for kind, columns in typed.items() for column in columns}
    assert list(got)[: len(OWN[name]) + 1] == ["fact_id", *OWN[name]]


@each_theme
def test_a_category_holds_only_what_stands_in_the_table(name):
    table = LOADERS[name]()
    for column in table.select_dtypes("category"):
        got, there = set(table[column].cat.categories), set(table[column].dropna())
        assert got == there, f"{name}.{column}: expected {there}, got {got}"


def test_a_loaded_table_is_the_readers_own():
    spoilt = wd.load_funding()
    spoilt["value"] = 0.0
    spoilt.loc[:, "fact_id"] = "mine"
    assert "mine" not in set(wd.load_funding()["fact_id"]), "expected a fresh table"
    assert wd.load_funding()["value"].sum() > 0, "expected a fresh table"


@pytest.mark.parametrize("name", LOADERS)
def test_a_loaders_docstring_is_its_codebook(name):
    text = LOADERS[name].__doc__
    for field in RESOURCES[name]["schema"]["fields"]:
        assert f"    {field['name']} : {field['type']}" in text
        assert field["description"] in text
    for part in ("Parameters\n", "Returns\n", "Raises\n", "TableError", RESOURCES[name]["path"]):
        assert part in text, f"expected {part!r} in the docstring of load_{name}"
    assert LOADERS[name].__name__ == f"load_{name}"


# -------------------------------------------------------------------- what the schema promises


@pytest.mark.parametrize("name", RESOURCES)
def test_every_table_and_column_is_described_in_english_with_the_chinese_term(name):
    schema = RESOURCES[name]["schema"]
    described = {name: RESOURCES[name]["description"]}
    described |= {field["name"]: field["description"] for field in schema["fields"]}
    for thing, words in described.items():
        assert re.search("[a-z]{3}", words), f"{name}, {thing}: expected English, got {words}"
        assert re.search("[\u4e00-\u9fff]", words), f"{name}, {thing}: expected Chinese in {words}"


def test_every_word_is_in_its_language():
    for row in pd.read_csv(DATA / "labels.csv", keep_default_na=False).itertuples():
        chinese = [bool(re.search("[\u4e00-\u9fff]", words)) for words in (row.zh, row.en)]
        assert chinese == [True, False], row


def test_every_indicator_declares_units_that_are_ours():
    units = unit_labels()
    for name in OWN:
        (field,) = [f for f in RESOURCES[name]["schema"]["fields"] if f["name"] == "indicator"]
        declared = RESOURCES[name]["indicatorUnits"]
        assert list(declared) == field["constraints"]["enum"]
        assert all(unit in units for able in declared.values() for unit in able)


def test_money_may_be_in_every_currency_that_is_read():
    declared = [units for name in OWN for units in RESOURCES[name]["indicatorUnits"].values()]
    assert all(units == ["CNY", "USD", "HKD"] for units in declared if "CNY" in units)


def test_bounds_are_what_the_token_admits():
    county = wd.load_county().set_index("fact_id")
    assert tuple(county.loc["longxi-on-foot", ["low", "high"]]) == (11, 20)
    assert tuple(county.loc["footbridge-crossing", ["low", "high"]]) == (0, 10)
    funding = wd.load_funding().set_index("fact_id")
    assert funding.index[funding["about"]].tolist() == ["jilin-aid-1992-2021"]
    assert funding.loc["jilin-huatai", ["low", "high"]].isna().all()


def test_where_all_of_many_words_are_wrong_the_first_have_a_hint_at_the_nearest():
    known = reading.Vocabulary([f"fact-{number:06}-aid" for number in range(50_000)])
    began = time.perf_counter()
    hints = [known.did_you_mean(f"fact-{number:06}-aud") for number in range(50_000)]
    assert hints[49:51] == [" (did you mean fact-000049-aid?)", ""]
    assert time.perf_counter() - began < 2


def test_an_edit_is_seen_and_a_file_is_read_once(county, monkeypatch):
    wd.load_funding(county)
    monkeypatch.setattr(reading, "_parsed", None)  # nobody may read again what is as it was
    assert len(wd.load_funding(county)) == 9
    monkeypatch.undo()
    faults.cell("funding", 3, as_written="500.5万元", value="5005000")(county)
    assert fact(wd.load_funding(county), "jilin-annual-2020").value == 5_005_000


def test_a_table_in_words_has_labels_for_codes_and_no_empty_column():
    words = wd.labelled(wd.load_funding().query("payer == 'jilin_province'"), "en")
    assert list(words) == [
        "Payer", "Recipient", "Indicator", "Years", "In print", "Figure", "Paragraph", "Note",
    ]  # fmt: skip
    assert words.loc["jilin-annual-2020", "Figure"] == "5 million yuan"
    assert words.loc["jilin-aid-2016-2020", "Years"] == "2016–2020"
    zh = wd.labelled(wd.load_county(), "zh")
    assert zh.loc["population", "原文"] == "30余万"
    with pytest.raises(ValueError, match="unknown lang"):
        wd.labelled(wd.load_county(), "fr")


@pytest.mark.parametrize("ask", [lambda: wd.labelled(wd.load_funding()), wd.cross_checks])
def test_a_table_of_words_is_shown_whole_and_from_the_left(ask):
    shown = ask()._repr_html_()
    assert shown.count("<td") == shown.count('<td style="text-align: left')
    assert "2016—2019年" in shown  # past the fiftieth character of its sentence
    assert "...<" not in shown


def test_a_short_word_of_a_table_is_not_broken_and_nothing_is_said_of_what_is_missing():
    heads, rows = wd.labelled(wd.load_funding(), "zh")._repr_html_().split("</thead>")
    assert heads.count("<tr") == 1
    assert 'nowrap">吉林省<' in rows
    assert "NA&gt;" not in wd.load_sources(wd.three_gorges())._repr_html_()


# -------------------------------------------------------------------- a fact


def test_a_fact_is_a_quantity_that_knows_where_it_stands():
    got = fact(wd.load_funding(), "jilin-aid-1992-2021")
    assert got == Quantity(75_760_500, "CNY", "about")
    assert got.printed == ("约7576.05万元", "jilin-aid-1992-2021", "jilin-wuxi-2021", 41)
    assert (got.formula, got.inputs) == ("jilin-aid-1992-2021", ("jilin-aid-1992-2021",))


def test_an_unknown_fact_names_the_nearest():
    with pytest.raises(KeyError, match=r"did you mean jilin-annual-2020\?"):
        fact(wd.load_funding(), "jilin-anual-2020")


@each_theme
def test_every_row_is_a_quantity_by_its_id(name):
    table = LOADERS[name]()
    got = quantities(table)
    assert list(got.index) == list(table["fact_id"])
    for fact_id, quantity in got.items():
        assert quantity == fact(table, fact_id)
        assert all(map(quantity.wording, ("zh", "en"))), f"expected words for {fact_id}"


# -------------------------------------------------------------------- a user's own folder


def test_a_users_table_is_read_like_ours(county):
    faults.cell("funding", 3, fact_id="sent-2020", part_of="")(county)
    (county / "crosschecks.csv").unlink()
    table = wd.load_funding(county)
    assert "sent-2020" in set(table["fact_id"])
    assert table.attrs["data"] == str(county)
    assert wd.load_funding(str(county)).equals(table)
    assert wd.load_funding().attrs["data"] is None


def test_a_theme_that_a_county_lacks_is_an_empty_table(county):
    (county / "training.csv").unlink()
    table = wd.load_training(county)
    assert table.empty
    assert list(table) == list(wd.load_training())


def test_a_users_words_come_before_ours(county):
    words = "code,kind,zh,en\nqinglan,actor,青岚省,Qinglan\nwuxi_county,place,巫溪,Wuxi\n"
    (county / "labels.csv").write_text(words, "utf-8")
    faults.cell("funding", 3, payer="qinglan")(county)
    assert "qinglan" in set(wd.load_funding(county)["payer"])
    known = labels(county)
    assert known["qinglan"] == {"zh": "青岚省", "en": "Qinglan"}
    assert (known["wuxi_county"]["zh"], labels()["wuxi_county"]["zh"]) == ("巫溪", "巫溪县")
    assert known["huatai_township"] == labels()["huatai_township"]


@pytest.mark.parametrize("ask", [check, wd.load_funding, wd.load_sources, labels])
def test_a_folder_must_be_one(ask, county):
    with pytest.raises(FileNotFoundError, match=r"no such folder of tables: .*nowhere"):
        ask(county / "nowhere")
    with pytest.raises(NotADirectoryError, match=r"expected a folder of tables, got a file: .*csv"):
        ask(county / "funding.csv")
    (county / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match=r"no tables in .*: expected funding\.csv"):
        ask(county / "empty")


# -------------------------------------------------------------------- bad input


@pytest.mark.parametrize("seed", faults.SEEDS)
def test_a_seeded_fault_is_found_in_its_place_and_no_other(seed, tmp_path):
    spoil, *expected = faults.SEEDS[seed]
    for name in faults.needed(expected[0][0]):
        faults.copy(DATA / f"{name}.csv", tmp_path)
    spoil(tmp_path)
    got = check(tmp_path)
    assert [fault[:3] for fault in got] == [wanted[:3] for wanted in expected], got
    for fault, (*_, found, part) in zip(got, expected, strict=True):
        assert found in fault.found
        assert part in fault.expected
    name = Path(expected[0][0]).stem
    if name in LOADERS and seed not in BETWEEN_TABLES:
        with pytest.raises(TableError) as error:
            LOADERS[name](tmp_path)
        assert error.value.faults == got, f"expected the loader to refuse the same, got {error}"
        assert all(str(fault) in str(error.value) for fault in got)


# What a loader, which reads one table, cannot see, or forgives.
BETWEEN_TABLES = {"an id of another table", "no sources"}


@pytest.mark.parametrize(("value", "total", "part", "expected"), rows("parts"))
def test_parts_that_fill_their_total_are_no_fault_and_the_least_more_is(
    value, total, part, expected, county
):
    """The part is the 5000000 of 2020; what is expected of its total is empty for no fault."""
    for line, cells in ((3, {"as_written": part}), (5, {"value": value, "as_written": total})):
        said = parse_quantity(cells["as_written"]).qualifier or ""
        faults.cell("funding", line, **cells, qualifier=said)(county)
    (county / "crosschecks.csv").unlink()
    got = [fault.expected[: len(expected)] for fault in check(county) if fault.line == 5]
    assert got == ([expected] if expected else [])


@pytest.mark.parametrize(
    "name", ["Water_Works.csv", "water_works.csv.txt", "water_works .csv", "water_works.xlsx"]
)
def test_a_table_under_a_wrong_name_is_found(name, county):
    (county / "water_works.csv").rename(county / name)
    wanted = (name, None, "", "a name that no table has", "water_works.csv, saved as CSV UTF-8")
    assert check(county)[0] == wanted


def test_other_files_beside_the_tables_are_the_users_own(county):
    (county / "training.csv").unlink()
    (county / "crosschecks.csv").unlink()
    for name in ("training.md", "my training.csv", "article.txt"):
        (county / name).write_text("", "utf-8")
    assert check(county) == []


@pytest.mark.parametrize("kind", faults.SOUND)
def test_a_sound_folder_has_no_fault(kind, county):
    faults.SOUND[kind](county)
    assert check(county) == []
    got, ours = (wd.load_funding(data)[["fact_id", "note_zh"]] for data in (county, None))
    pd.testing.assert_frame_equal(got, ours, check_flags=False)


def test_a_long_message_says_how_many_more(county):
    head, row = (county / "funding.csv").read_text("utf-8").splitlines()[:2]
    rows = [
        row.replace("jilin-annual-usual", f"id-{n}").replace("4000000", "4e6") for n in range(99)
    ]
    (county / "funding.csv").write_text("\n".join([head, *rows]) + "\n", "utf-8")
    with pytest.raises(TableError) as error:
        wd.load_funding(county)
    assert len(error.value.faults) == 99
    assert str(error.value).endswith("… and 49 more")


def test_faults_of_several_files_are_told_at_once(county):
    faults.cell("funding", 3, value="many")(county)
    faults.cell("training", 3, unit="parsec")(county)
    faults.rewrite("projects", lambda text: text.decode().encode("gb18030"))(county)
    got = [fault.file for fault in check(county)]
    assert got == ["funding.csv", "projects.csv", "training.csv"]


@pytest.mark.parametrize("seed", faults.BY_SCHEMA)
def test_an_independent_checker_finds_what_the_schema_alone_tells(seed, tmp_path):
    spoil, (file, line, *_) = faults.SEEDS[seed]
    needed = sorted({*faults.needed(file), "labels", "sources"} & set(schema.TABLES))
    for each in needed:
        faults.copy(DATA / f"{each}.csv", tmp_path)
    spoil(tmp_path)
    declared = {"resources": [schema.resource(each) for each in needed]}
    package = Package.from_descriptor(declared, basepath=str(tmp_path))
    got = package.get_resource(Path(file).stem).validate().flatten(["rowNumber"])
    assert {row for (row,) in got} == {line}

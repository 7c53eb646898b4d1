"""Every message has its Chinese, in one catalogue, and a command says nothing else."""

import ast
import gettext
import io
import re
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from string import Formatter

import faults
import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from books import prose, write
from cases import rows, table

from wuxi_data import cli, messages
from wuxi_data.checks import check
from wuxi_data.county import example_county

PACKAGE = Path(messages.__file__).parent
CATALOGUE = PACKAGE / "locale" / "zh" / "LC_MESSAGES" / "wuxi_data.po"
ENTRIES = [entry for entry in read_po(io.BytesIO(CATALOGUE.read_bytes())) if entry.id]


def calls():
    """Every call in the package: its file, the name that is called, the call."""
    for path in sorted(PACKAGE.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield f"wuxi_data/{path.name}", node.func.id, node


def said():
    """Each message of the package, with the files that say it."""
    found = defaultdict(set)
    for file, name, call in calls():
        if name == "_":
            found[ast.literal_eval(call.args[0])].add(file)  # fails for what is put together
    return found


# -------------------------------------------------------------------- the catalogue


def test_every_message_is_in_the_catalogue_and_no_other():
    ours = [entry for entry in ENTRIES if entry.locations[0][0].startswith("wuxi_data/")]
    assert {entry.id: {file for file, _ in entry.locations} for entry in ours} == said()


def test_every_message_has_its_chinese():
    lacking = [entry.id for entry in ENTRIES if not entry.string or entry.fuzzy]
    assert lacking == []


def places(text):
    """What a message leaves open, as str.format or % fills it."""
    if "%" in text and "{" not in text:
        return set(re.findall(r"%(?:\(\w+\))?[rsd]", text))
    fields = Formatter().parse(text)
    return {tuple(field) for _, *field in fields if (field[0] or "").isidentifier()}


def test_the_chinese_leaves_the_same_places_open():
    for entry in ENTRIES:
        english, chinese = ([each] if isinstance(each, str) else each
                            for each in (entry.id, entry.string))  # fmt: skip
        for text in chinese:
            assert places(text) == places(english[-1]), f"{text!r} for {english[-1]!r}"


def test_the_compiled_catalogue_is_that_of_the_text():
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(CATALOGUE.read_bytes())))
    compiled.seek(0)
    with CATALOGUE.with_suffix(".mo").open("rb") as stored:
        got, wanted = (gettext.GNUTranslations(file)._catalog for file in (stored, compiled))
    assert {**got, "": ""} == {**wanted, "": ""}, "expected `make messages` to have been run"


def test_no_error_is_raised_in_words_that_cannot_be_translated():
    bare = [
        f"{file}:{call.lineno}: {ast.unparse(call)}"
        for file, name, call in calls()
        if name.endswith(("Error", "Refusal")) and name != "AttributeError"
        for word in call.args
        if isinstance(word, ast.JoinedStr | ast.Constant)
    ]
    assert bare == []


# -------------------------------------------------------------------- whose language


@pytest.mark.parametrize("said", table("languages"))
def test_the_language_is_that_of_the_surroundings(monkeypatch, said):
    monkeypatch.setattr(messages.locale, "setlocale", lambda category: said["Windows"] or "C")
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, said[name])
    assert messages.language() == said["language"]


def test_an_option_goes_before_the_surroundings(monkeypatch, capsys):
    for lang, said in (("zh", "没有错误\n"), ("en", "no faults\n")):
        monkeypatch.setenv("LANGUAGE", "en" if lang == "zh" else "zh")
        assert cli.main(["check", str(example_county()), "--lang", lang]) == 0
        assert capsys.readouterr().out == said


# -------------------------------------------------------------------- nothing but Chinese


@pytest.fixture
def in_chinese(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "zh")  # and back again, whatever a command makes of it


def english(text):
    """What is left of a text in words of English: two in a row, outside of quotation marks."""
    bare = re.sub("'[^']*'", "", text)
    return re.findall(r"(?<![\w.-])[A-Za-z]?[a-z]+ [a-z]{2,}(?![\w.-])", bare)


def test_no_sentence_of_english_stands_in_what_speaks_to_a_user():
    """Outside of ``_`` and of docstrings: each fault of each kind would take a minute to make."""
    speakers = "audit checks cli county crosschecks drawing files messages notebooks numerals"
    for name in [*speakers.split(), "places", "reading", "reproduce", "style"]:
        nodes = list(ast.walk(ast.parse((PACKAGE / f"{name}.py").read_text("utf-8"))))
        spared = (
            inner
            for node in nodes
            if isinstance(node, ast.Expr) or getattr(getattr(node, "func", 0), "id", "") == "_"
            for inner in ast.iter_child_nodes(node)
        )
        texts = {node for node in nodes if isinstance(node, ast.Constant)} - {*spared}
        assert not [text.value for text in texts if english(str(text.value))], name


def test_a_fault_is_told_in_chinese(in_chinese, county):
    faults.several(county)
    faults.cell("funding", 4, as_written="一百五元")(county)
    for fault in check(county):
        assert not english(str(fault)), fault
        assert re.search("现为：.*；应为：.", str(fault))


COMMANDS = """
--help | reproduce --help | new --help | check --help | audit --help | cite --help
check mine mine | check --format xml | --lang fr check | check --lang | chek | reproduce --out
audit | check | check mine | new fresh | cite | cite --data mine
audit file | audit file --data mine | audit mine/article.txt --data mine --propose
audit mine/article.txt --data mine --out props | audit mine/article.txt --data mine --out mine
"""
REFUSED = [command for command, _ in rows("refused_commands")]


@pytest.mark.parametrize("line", ["", *REFUSED, *re.split(r" \| |\n", COMMANDS.strip())])
def test_a_command_says_everything_in_chinese(in_chinese, example, monkeypatch, capsys, line):
    write(example / "notebooks" / "unrun.ipynb", "1", prose("第99段：501万元", "finding"))
    (example / "notebooks" / "merge.ipynb").write_text("<<<<<<< HEAD\n", "utf-8")
    (example.parent / "file").write_text("3个\n", "utf-8")
    monkeypatch.chdir(example.parent)
    with suppress(SystemExit):
        cli.main(line.split())
    told = "".join(capsys.readouterr())
    assert re.search("[一-鿿]", told)
    assert not english(re.sub(r"wuxi-data (\w+)", "", told)), told

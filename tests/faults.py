"""Seeded faults: one mistake each in a copy of our tables, and where it must be found.

A seed is (what to do to the folder, faults that `check` must list: no more, no fewer). A fault is
(file, line, column, found, a part of what was expected). Lines are counted in the files by hand.
"""

import csv
import io

HEADER = "fact_id,payer,recipient,indicator,start,end,value,unit,qualifier,as_written,source_id,"
CHINESE_HEADER = "编号,出资方,受援方,指标,起始年,截止年,数值,单位,限定,原文,来源,段落,所属,说明"


def copy(path, folder):
    """A table of ours as a user's editor may have it: without the byte order mark."""
    (folder / path.name).write_bytes(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))


def edit(name, change):
    """Change a table's rows, the header among them, as lists of cells."""

    def spoil(folder):
        path = folder / f"{name}.csv"
        rows = list(csv.reader(io.StringIO(path.read_text("utf-8"))))
        change(rows)
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        path.write_bytes(text.getvalue().encode())

    return spoil


def cell(name, line, **cells):
    """Write something else into one line: cell("funding", 3, value="5,000,000")."""

    def change(rows):
        for column, text in cells.items():
            rows[line - 1][rows[0].index(column)] = text

    return edit(name, change)


def write(name, old, new):
    """Replace a stretch of a file's text, once."""

    def spoil(folder):
        path = folder / f"{name}.csv"
        before = path.read_bytes()
        after = before.replace(old.encode(), new.encode(), 1)
        assert after != before, f"expected {old!r} in {name}.csv"
        path.write_bytes(after)

    return spoil


def rewrite(name, change):
    """Change a file's bytes."""

    def spoil(folder):
        path = folder / f"{name}.csv"
        path.write_bytes(change(path.read_bytes()))

    return spoil


def labels(rows):
    """A user's own labels, instead of the copy of ours."""
    return rewrite("labels", lambda text: f"code,kind,zh,en\n{rows}\n".encode())


def remove(name):
    return lambda folder: (folder / f"{name}.csv").unlink()


def column(rows, name, cells=None):
    """Take a column out, or add one."""
    for place, row in enumerate(rows):
        if cells is None:
            if place:
                del row[rows[0].index(name)]
        else:
            row.append(cells if place else name)
    if cells is None:
        rows[0].remove(name)


def funding(line, name, found, expected):
    return ("funding.csv", line, name, found, expected)


def value(text, *expected):
    """Write `text` for jilin-annual-2020's value, 5000000, printed 500万元."""
    return cell("funding", 3, value=text), *(
        funding(3, "value", "nothing" if text == "" else repr(text), part) for part in expected
    )


def start(text, expected="a year of four digits, such as 2020"):
    return cell("funding", 3, start=text), funding(3, "start", repr(text), expected)


def paragraph(text, expected="a whole number"):
    return cell("funding", 3, paragraph=text), funding(3, "paragraph", repr(text), expected)


def unit(text, expected="a code of units.csv"):
    return cell("funding", 3, unit=text), funding(3, "unit", repr(text), expected)


def qualifier(text, expected):
    found = repr(text) if text else "nothing"
    return cell("funding", 3, qualifier=text), funding(3, "qualifier", found, expected)


def token(text, expected):
    return cell("funding", 3, as_written=text), funding(3, "as_written", repr(text), expected)


def fact_id(text, expected="unique across all tables"):
    return cell("funding", 8, fact_id=text), funding(8, "fact_id", repr(text), expected)


def encoded(change, found):
    expected = "UTF-8"
    return rewrite("funding", change), ("funding.csv", None, "", found, expected)


NUMBER = "a plain number such as 4000000"
UTF_16 = "text in UTF-16"
SEEDS = {
    # numbers that Excel, a bulletin or a hasty hand writes
    "full-width digits": value("５００００００", f"{NUMBER}: write 5000000"),
    "thousands separators": value("5,000,000", f"{NUMBER}: write 5000000"),
    "scientific notation": value("5e6", f"{NUMBER}: write 5000000"),
    "Excel's scientific notation": value("5.00E+06", f"{NUMBER}: write 5000000"),
    "a leading apostrophe": value("'5000000", f"{NUMBER}: write 5000000"),
    "a unit within the value": value("500万元", f"{NUMBER}: write 5000000"),
    "a space after the value": value("5000000 ", f"{NUMBER}: write 5000000"),
    "a plus sign": value("+5000000", f"{NUMBER}: write 5000000"),
    "a leading nought": value("05000000", f"{NUMBER}: write 5000000"),
    "an underscore": value("5_000_000", f"{NUMBER}: write 5000000"),
    "words for a number": value("many", NUMBER),
    "not a number": value("NaN", NUMBER),
    "infinity": value("inf", NUMBER),
    "not available": value("N/A", NUMBER),
    "hexadecimal": value("0x4C4B40", NUMBER),
    "a date for a number": value("2020-01-01", NUMBER),
    "a value too long to be one": value("9" * 30, NUMBER),
    "a currency sign": value("¥5000000", NUMBER),
    "a qualifier within the value": (
        cell("funding", 6, value="约75760500"),
        funding(6, "value", "'约75760500'", "write 75760500 in value and about in qualifier"),
    ),
    # years
    "a date for a year": start("2020-01-01", "such as 2020: write 2020"),
    "Excel's date for a year": start("2020/5/24", "such as 2020: write 2020"),
    "a year with decimals": start("2020.0", "such as 2020: write 2020"),
    "a year with its word": start("2020年", "such as 2020: write 2020"),
    "a full-width year": start("２０２０", "such as 2020: write 2020"),
    "a year of two digits": start("20"),
    "a year too early": start("0999"),
    "a year too late": start("3000"),
    "a plan for a year": start("十三五"),
    "an end before its start": (
        cell("funding", 5, end="2015"),
        funding(5, "end", "'2015'", "no year before start 2016"),
    ),
    # paragraphs
    "a paragraph with decimals": paragraph("14.0", "a whole number: write 14"),
    "a full-width paragraph": paragraph("１４", "a whole number: write 14"),
    "a paragraph in words": paragraph("第14段"),
    "a negative paragraph": paragraph("-1"),
    "paragraph nought": paragraph("0", "1 or more"),
    "no paragraph": (
        cell("funding", 3, paragraph=""),
        funding(3, "paragraph", "nothing", "aragraph of the source's text"),
    ),
    "a paragraph beyond the source": paragraph("56", "at most 55"),
    # units and qualifiers
    "an unknown unit": unit("parsec"),
    "a unit in another case": unit("cny", "(did you mean CNY?)"),
    "a unit in Chinese": unit("元", "(did you mean CNY?)"),
    "a unit that the token denies": unit("person", "a unit of annual_aid: CNY or USD"),
    "no unit": (cell("funding", 3, unit=""), funding(3, "unit", "nothing", "nit of value (单位)")),
    "a misspelt unit": (
        cell("projects", 20, unit="townshp"),
        ("projects.csv", 20, "unit", "'townshp'", "(did you mean township?)"),
    ),
    "an unknown qualifier": qualifier("roughly", "one of the closed list exact, about,"),
    "a qualifier in Chinese": qualifier("约", "(did you mean about?)"),
    "a qualifier that the token denies": qualifier("about", "exact, as 500万元 says"),
    "no qualifier": qualifier("", "exact, as 500万元 says"),
    "a qualifier of no value": (
        cell("funding", 4, qualifier="exact"),
        funding(4, "qualifier", "'exact'", "nothing, as 数千万元 says"),
    ),
    # value and token
    "another value than printed": value("5000001", "5000000, as 500万元 says"),
    "a negative value": value("-5000000", "5000000, as 500万元 says"),
    "no value": value("", "5000000, as 500万元 says"),
    "a value where none is printed": (
        cell("funding", 4, value="10000000"),
        funding(4, "value", "'10000000'", "nothing, as 数千万元 says"),
    ),
    "another token than its value": (
        cell("funding", 3, as_written="600万元"),
        funding(3, "value", "'5000000'", "6000000, as 600万元 says"),
    ),
    "a token that nobody can read": token("大概500万元", "a figure such as 400万元"),
    "a token of two readings": token("一百五元", "one unambiguous Chinese numeral"),
    "a token with a space": token(" 500万元", "a figure such as 400万元"),
    "a token with a tab": token("500万\t元", "without control characters"),
    "a token with a line break": token("500万\n元", "without control characters"),
    "a token with a NUL": token("500万\0元", "without control characters"),
    "an invisible space": token("500万元\u200b", "without control characters"),
    "a token that is a sentence": token("5" * 61, "at most 60 characters"),
    "no token": (
        cell("funding", 3, as_written=""),
        funding(3, "as_written", "nothing", "he printed token, qualifier included"),
    ),
    # identities
    "an id twice": (
        cell("funding", 8, fact_id="water-investment"),
        funding(8, "fact_id", "'water-investment'", "no earlier row has"),
    ),
    "an id of another table": (
        cell("funding", 8, fact_id="projects-2020"),
        ("projects.csv", 2, "fact_id", "'projects-2020'", "an id that funding.csv does not use"),
    ),
    "no id": (
        cell("funding", 8, fact_id=""),
        funding(8, "fact_id", "nothing", "unique across all tables"),
    ),
    "an id in capitals": fact_id("Hydropower-Income"),
    "an id with a space": fact_id("hydropower income"),
    "an id in Chinese": fact_id("水电收益"),
    "an id that Excel would run": fact_id("=1+1"),
    # references
    "a misspelt payer": (
        cell("funding", 3, payer="jilin_provinse"),
        funding(3, "payer", "'jilin_provinse'", "labels.csv (did you mean jilin_province?)"),
    ),
    "a payer that is a crop": (
        cell("funding", 3, payer="citrus"),
        funding(3, "payer", "'citrus'", "of the kind actor or place, which this is not"),
    ),
    "a crop by the name of a pupil": (
        cell("projects", 16, item="students_in_nee"),
        ("projects.csv", 16, "item", "'students_in_nee'", "a code of labels.csv, or add a row"),
    ),
    "a payer with a hard blank": (
        cell("funding", 3, payer="jilin_province\u00a0"),
        funding(3, "payer", r"'jilin_province\xa0'", "text without NBSP (U+00A0)"),
    ),
    "a year with an ideographic space": start("2020\u3000", "without an ideographic space"),
    "a payer by its name": (
        cell("funding", 3, payer="吉林省"),
        funding(3, "payer", "'吉林省'", "labels.csv (did you mean jilin_province?)"),
    ),
    "a merged cell's blank": (
        cell("funding", 3, payer=""),
        funding(3, "payer", "nothing", "ho paid (出资方)"),
    ),
    "a source that is not there": (
        cell("funding", 3, source_id="jilin-wuxi-2022"),
        funding(3, "source_id", "'jilin-wuxi-2022'", "sources.csv (did you mean jilin-wuxi-2021?)"),
    ),
    "no source": (
        cell("funding", 3, source_id=""),
        funding(3, "source_id", "nothing", "here it is printed (来源)"),
    ),
    "an unknown indicator": (
        cell("funding", 3, indicator="anual_aid"),
        funding(3, "indicator", "'anual_aid'", "(did you mean annual_aid?)"),
    ),
    "an unknown status": (
        cell("projects", 3, status="done"),
        ("projects.csv", 3, "status", "'done'", "one of the closed list completed, planned,"),
    ),
    "a total that is not there": (
        cell("funding", 3, part_of="jilin-aid-2016-2021"),
        funding(3, "part_of", "'jilin-aid-2016-2021'", "(did you mean jilin-aid-2016-2020?)"),
    ),
    "a total of another table": (
        cell("funding", 3, part_of="projects-2020"),
        funding(3, "part_of", "'projects-2020'", "a fact_id of funding.csv"),
    ),
    "a total of another unit": (
        cell("funding", 3, part_of="mutual-aid-cooperatives"),
        funding(3, "part_of", "'mutual-aid-cooperatives'", "a total in CNY"),
    ),
    "a part of itself": (
        cell("funding", 3, part_of="jilin-annual-2020"),
        funding(3, "part_of", "'jilin-annual-2020'", "a total that is not its own part"),
    ),
    "a ring of totals": (
        cell("funding", 6, part_of="jilin-annual-2020"),
        funding(3, "part_of", "'jilin-aid-2016-2020'", "a total that is not its own part"),
        funding(5, "part_of", "'jilin-aid-1992-2021'", "a total that is not its own part"),
        funding(6, "part_of", "'jilin-annual-2020'", "a total that is not its own part"),
    ),
    "parts over their total": (
        cell("funding", 5, value="4000000", as_written="400万元"),
        funding(3, "value", "'5000000'", "parts of jilin-aid-2016-2020 that add up to at most"),
        funding(5, "value", "'4000000'", "at least 5000000, the sum of its parts jilin-annual"),
    ),
    # rows
    "a short row": (
        write("funding", "2100万元,jilin-wuxi-2021,40,jilin-aid-1992-2021,,\n", "2100万元\n"),
        funding(5, "", "10 fields", "15, as in the header"),
    ),
    "a long row": (
        write("funding", "40,jilin-aid-1992-2021,,\n", "40,jilin-aid-1992-2021,,one, two\n"),
        funding(5, "", "16 fields", "15, as in the header"),
    ),
    "a row of blanks": (
        write("funding", "water-investment,", "," * 14 + "\nwater-investment,"),
        funding(7, "", "a row of blanks", "delete it"),
    ),
    "a row of spaces": (
        write("funding", "water-investment,", " " + " ," * 13 + "\nwater-investment,"),
        funding(7, "", "a row of blanks", "delete it"),
    ),
    "the header again": (
        edit("funding", lambda rows: rows.insert(6, rows[0])),
        funding(7, "", "the header again", "delete it"),
    ),
    "a comment": (
        write("funding", "water-investment,", "# money of the county\nwater-investment,"),
        funding(7, "", "1 field", "15, as in the header"),
    ),
    "an unclosed quotation mark": (
        write("funding", ",jilin-wuxi-2021,40,", ',"jilin-wuxi-2021,40,'),
        funding(None, "", "", "every quotation mark closed"),
    ),
    # headers
    "a missing column": (
        edit("funding", lambda rows: column(rows, "note")),
        funding(1, "note", "no such column", "'note'"),
    ),
    "no value column": (
        edit("funding", lambda rows: column(rows, "value")),
        funding(1, "value", "no such column", "'value'"),
    ),
    "no id column": (
        edit("funding", lambda rows: column(rows, "fact_id")),
        funding(1, "fact_id", "no such column", "'fact_id'"),
    ),
    "an extra column": (
        edit("funding", lambda rows: column(rows, "remark", "x")),
        funding(1, "", "column 'remark'", "no such column"),
    ),
    "a column twice": (
        edit("funding", lambda rows: column(rows, "unit", "CNY")),
        funding(1, "", "column 'unit' twice", "once"),
    ),
    "a misspelt column": (
        write("funding", "qualifier,", "qualifer,"),
        funding(1, "qualifier", "column 'qualifer'", "qualifier"),
    ),
    "a column in capitals": (
        write("funding", "fact_id,", "Fact_ID,"),
        funding(1, "fact_id", "column 'Fact_ID'", "fact_id"),
    ),
    "a column with a space": (
        write("funding", ",unit,", ", unit,"),
        funding(1, "unit", "column ' unit'", "unit"),
    ),
    "trailing empty columns": (
        rewrite("funding", lambda text: text.replace(b"\n", b",,\n")),
        funding(1, "", "2 columns without a name", "delete"),
    ),
    "semicolons": (
        rewrite("funding", lambda text: text.replace(b",", b";")),
        funding(1, "", "'fact_id;payer;", HEADER),
    ),
    "tabs": (
        rewrite("funding", lambda text: text.replace(b",", b"\t")),
        funding(1, "", "'fact_id\\tpayer\\t", HEADER),
    ),
    "no header": (
        rewrite("funding", lambda text: text.split(b"\n", 1)[1]),
        funding(1, "", "'jilin-annual-usual,", HEADER),
    ),
    "a header in Chinese": (
        rewrite("funding", lambda b: CHINESE_HEADER.encode() + b"\n" + b.split(b"\n", 1)[1]),
        funding(1, "", "'编号,", HEADER),
    ),
    # files
    "an empty file": (
        rewrite("funding", lambda text: b""),
        funding(1, "", "an empty file", "a header and rows"),
    ),
    "a file of blank lines": (
        rewrite("funding", lambda text: b"\n \n\n"),
        funding(1, "", "an empty file", "a header and rows"),
    ),
    "GB18030": encoded(lambda b: b.decode().encode("gb18030"), "text in GB18030 (GBK)"),
    "UTF-16": encoded(lambda b: b.decode().encode("utf-16"), UTF_16),
    "UTF-16, big end first": encoded(
        lambda b: b"\xfe\xff" + b.decode().encode("utf-16-be"), UTF_16
    ),
    "UTF-16 without a mark": encoded(lambda b: b.decode().encode("utf-16-le"), UTF_16),
    "Latin-1": encoded(
        lambda b: b.replace(b"Tens of", b"T\xebns of\xff"), "text in an unknown encoding"
    ),
    "a binary file": encoded(lambda b: b"PK\x03\x04\0\0" + bytes(range(256)), "a binary file"),
    "a file of NULs": encoded(lambda b: bytes(1000), "a binary file"),
    # the tables beside
    "no sources": (
        remove("sources"),
        ("sources.csv", None, "", "no such file", "the source of the figures"),
    ),
    "sources that cannot be read": (
        rewrite("sources", lambda b: b.decode().encode("gb18030")),
        ("sources.csv", None, "", "text in GB18030 (GBK)", "UTF-8"),
    ),
    "a source twice": (
        edit("sources", lambda rows: rows.append(rows[1])),
        ("sources.csv", 3, "source_id", "'jilin-wuxi-2021'", "no earlier row has"),
    ),
    "a digest cut short": (
        cell("sources", 2, sha256="06844fd6"),
        ("sources.csv", 2, "sha256", "'06844fd6'", "sha256sum"),
    ),
    "paragraphs with decimals": (
        cell("sources", 2, paragraphs="55.0"),
        ("sources.csv", 2, "paragraphs", "'55.0'", "a whole number: write 55"),
    ),
    "a date of publication in Chinese": (
        cell("sources", 2, published="2021年10月"),
        ("sources.csv", 2, "published", "'2021年10月'", "YYYY-MM-DD"),
    ),
    "a code without Chinese": (
        labels("qinglan,actor,,Qinglan"),
        ("labels.csv", 2, "zh", "nothing", "hinese wording"),
    ),
    "a code without English": (
        labels("qinglan,actor,青岚省,"),
        ("labels.csv", 2, "en", "nothing", "nglish wording"),
    ),
    "a code twice": (
        labels("qinglan,actor,青岚省,Qinglan\nqinglan,place,青岚,Qinglan"),
        ("labels.csv", 3, "code", "'qinglan'", "no earlier row has"),
    ),
    "an unknown kind of code": (
        labels("qinglan,actr,青岚省,Qinglan"),
        ("labels.csv", 2, "kind", "'actr'", "(did you mean actor?)"),
    ),
    "a code of a closed list under another kind": (
        labels("annual_aid,item,年度援助,aid a year"),
        ("labels.csv", 2, "kind", "'item'", "indicator, for annual_aid is of a closed list"),
    ),
    "an exclusion twice": (
        cell("exclusions", 4, occurrence="1", token="一个"),
        ("exclusions.csv", 4, "source_id", "'jilin-wuxi-2021 3 一个 1'", "no earlier row has"),
    ),
    "occurrence nought": (
        cell("exclusions", 2, occurrence="0"),
        ("exclusions.csv", 2, "occurrence", "'0'", "1 or more"),
    ),
    "half a place of an exclusion": (
        cell("exclusions", 2, occurrence=""),
        ("exclusions.csv", 2, "occurrence", "nothing", "a number in both paragraph and occurrence"),
    ),
    "an unknown reason": (
        cell("exclusions", 2, reason="whatever"),
        ("exclusions.csv", 2, "reason", "'whatever'", "labels.csv"),
    ),
    "an exclusion beyond the source": (
        cell("exclusions", 2, paragraph="99"),
        ("exclusions.csv", 2, "paragraph", "'99'", "at most 55"),
    ),
    "a formula of an unknown fact": (
        cell("crosschecks", 2, left="4 * jilin-annual-usual + jilin-annual-2021"),
        ("crosschecks.csv", 2, "left", "'jilin-annual-2021'", "(did you mean jilin-annual-2020?)"),
    ),
    "a formula without blanks": (
        cell("crosschecks", 2, left="4*jilin-annual-usual"),
        ("crosschecks.csv", 2, "left", "'4*jilin-annual-usual'", "with a blank on both sides"),
    ),
    "half a formula": (
        cell("crosschecks", 2, left="4 * jilin-annual-usual +"),
        ("crosschecks.csv", 2, "left", "'4 * jilin-annual-usual +'", "joined by ' + '"),
    ),
    "a formula of two units": (
        cell("crosschecks", 2, right="projects-2020"),
        ("crosschecks.csv", 2, "right", "'projects-2020'", "CNY"),
    ),
    "an unknown relation": (
        cell("crosschecks", 2, relation=">"),
        ("crosschecks.csv", 2, "relation", "'>'", "one of the closed list =, <=, <"),
    ),
}

# What is as good as our own files: no fault at all.
SOUND = {
    "our own files": lambda folder: None,
    "a byte order mark": rewrite("funding", lambda text: b"\xef\xbb\xbf" + text),
    "Windows line ends": rewrite("funding", lambda text: text.replace(b"\n", b"\r\n")),
    "both": rewrite("funding", lambda b: b"\xef\xbb\xbf" + b.replace(b"\n", b"\r\n")),
    "no last line end": rewrite("funding", lambda text: text.rstrip(b"\n")),
    "a blank line": write("funding", "water-investment,", "\nwater-investment,"),
    "everything quoted": edit("funding", lambda rows: None),
    "decimals that say nothing": cell("funding", 3, value="5000000.0"),
    "no labels of one's own": remove("labels"),
    "no exclusions": remove("exclusions"),
    "an exclusion wherever it stands": cell("exclusions", 2, paragraph="", occurrence=""),
    "a part of years within another part's": cell(
        "funding",
        2,
        start="2016",
        end="2020",
        value="18000000",
        as_written="1800万元",
        part_of="jilin-aid-2016-2020",
    ),  # with 500万元 of 2020 more than 2100万元: but that may be among them
    "a token with the blanks of print": cell("funding", 3, as_written="500\u00a0万元"),
    "a note of any kind": cell("funding", 3, note='<b>"5,000,000"</b> = ５００万元'),
}


def several(folder):
    """Five faults in one file."""
    cell("funding", 3, value="5,000,000", unit="parsec")(folder)
    cell("funding", 5, payer="")(folder)
    cell("funding", 6, paragraph="99")(folder)
    write("funding", "water-investment,", "x,,,\nwater-investment,")(folder)
    cell("funding", 10, fact_id="")(folder)


SEVERAL = [
    funding(3, "value", "'5,000,000'", NUMBER),
    funding(3, "unit", "'parsec'", "a code of units.csv"),
    funding(5, "payer", "nothing", "ho paid"),
    funding(6, "paragraph", "'99'", "at most 55"),
    funding(7, "", "4 fields", "15, as in the header"),
    funding(10, "fact_id", "nothing", "unique across all tables"),
]


def needed(file):
    """The tables that a seed in one file rests on: few, for the sake of speed."""
    everything = ["funding", "projects", "water_works", "training", "county", "crosschecks"]
    return {"funding", "projects", "sources", file[:-4]}.union(
        everything if file == "crosschecks.csv" else ()
    )

"""Seeded faults: one mistake each in a copy of our tables, and where it must be found.

``seeded_faults.csv`` holds those of one cell (what is written there, as the fault shows it, and
whether a reading of the schema alone finds it) and those of a stretch of the file that becomes
another; ``sound_edits.csv`` such as are no fault. Those of a whole file or of several cells stand
here. ``check`` must list them and no others: ``expected`` is a part of what it says. Lines are
counted in the files by hand.
"""

import ast
import csv
import io
from functools import partial

from cases import rows, table


def copy(path, folder):
    """A table of ours as a user's editor may have it: without the byte order mark."""
    (folder / path.name).write_bytes(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))


# -------------------------------------------------------------------- ways to spoil a folder


def rewrite(name, change):
    """Change a file's bytes."""

    def spoil(folder):
        path = folder / f"{name}.csv"
        path.write_bytes(change(path.read_bytes()))

    return spoil


whole = partial(rewrite, "funding")


def edit(name, change, quoting=csv.QUOTE_MINIMAL):
    """Change a table's rows, the header among them, as lists of cells."""

    def changed(content):
        rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
        change(rows)
        text = io.StringIO()
        csv.writer(text, lineterminator="\n", quoting=quoting).writerows(rows)
        return text.getvalue().encode()

    return rewrite(name, changed)


def cell(name, line, **cells):
    """Write something else into one line: cell("funding", 3, value="5,000,000")."""

    def change(rows):
        for column, text in cells.items():
            rows[line - 1][rows[0].index(column)] = text

    return edit(name, change)


def swap(name, old, new):
    """Replace a stretch of a file's text, once; a new line is written as in Python."""
    old, new = (text.replace("\\n", "\n") for text in (old, new))

    def changed(content):
        assert old.encode() in content, f"expected {old!r} in {name}.csv"
        return content.replace(old.encode(), new.encode(), 1)

    return rewrite(name, changed)


def remove(name):
    return lambda folder: (folder / f"{name}.csv").unlink()


def lose(name):
    """Take a column out of funding.csv."""

    def change(rows):
        at = rows[0].index(name)
        for row in rows:
            del row[at]

    return edit("funding", change)


# -------------------------------------------------------------------- the faults


def funding(line, column, found, expected):
    return ("funding.csv", line, column, found, expected)


def told(row):
    """How a row of the CSV spoils its table, and the fault."""
    name, line, column, found = row["table"], int(row["line"]), row["column"], row["found"]
    if row["old"]:
        spoil = swap(name, row["old"], row["new"])
    else:
        spoil = cell(name, line, **{column: "" if found == "nothing" else ast.literal_eval(found)})
    return spoil, (f"{name}.csv", line, column, found, row["expected"])


def several(folder):
    """Six faults in one file."""
    cell("funding", 3, value="5,000,000", unit="parsec")(folder)
    cell("funding", 5, payer="")(folder)
    cell("funding", 6, paragraph="99")(folder)
    swap("funding", "water-investment,", "x,,,\nwater-investment,")(folder)
    cell("funding", 10, fact_id="")(folder)


BY_SCHEMA = [row["seed"] for row in table("seeded_faults") if row["schema"] == "yes"]
SEEDS = {row["seed"]: told(row) for row in table("seeded_faults")} | {
    "six of one file": (
        several,
        funding(3, "value", "'5,000,000'", "a plain number such as 4000000"),
        funding(3, "unit", "'parsec'", "a code of units.csv"),
        funding(5, "payer", "nothing", "ho paid"),
        funding(6, "paragraph", "'99'", "at most 55"),
        funding(7, "", "4 fields", "15, as in the header"),
        funding(10, "fact_id", "nothing", "unique across all tables"),
    ),
    # the whole file
    "a missing column": (lose("note"), funding(1, "note", "no such column", "'note'")),
    "no id column": (lose("fact_id"), funding(1, "fact_id", "no such column", "'fact_id'")),
    "trailing empty columns": (
        whole(lambda text: text.replace(b"\n", b",,\n")),
        funding(1, "", "2 columns without a name", "delete"),
    ),
    "blank lines": (
        whole(lambda text: b"\n \n\n"),
        funding(1, "", "an empty file", "a header and rows"),
    ),
    "GB18030": (
        whole(lambda text: text.decode().encode("gb18030")),
        funding(None, "", "text in GB18030 (GBK)", "UTF-8"),
    ),
    # rows that refer to each other
    "an id of another table": (
        cell("funding", 8, fact_id="projects-2020"),
        ("projects.csv", 2, "fact_id", "'projects-2020'", "an id that funding.csv does not use"),
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
    "no sources": (
        remove("sources"),
        ("sources.csv", None, "", "no such file", "the source of the figures"),
    ),
}  # fmt: skip

# What is as good as our own files: no fault at all.
SOUND = {
    "our own files": lambda folder: None,
    "a byte order mark": whole(lambda text: b"\xef\xbb\xbf" + text),
    "Windows line ends": whole(lambda text: text.replace(b"\n", b"\r\n")),
    "no last line end": whole(lambda text: text.rstrip(b"\n")),
    "everything quoted": edit("funding", lambda rows: None, csv.QUOTE_ALL),
    "no labels of one's own": remove("labels"),
    "no exclusions": remove("exclusions"),
    # with 500万元 of 2020 more than 2100万元: but that may be among them
    "a part that ends in the year of a larger one": lambda folder: [spoil(folder) for spoil in (
        cell("funding", 2, start="2016", end="2020", part_of="jilin-aid-2016-2020"),
        cell("funding", 3, value="20000000", as_written="2000万元"),
    )],
} | {kind: swap(*edit) for kind, *edit in rows("sound_edits")}  # fmt: skip


def needed(file):
    """The tables that a seed in one file rests on: few, for the sake of speed."""
    everything = ["funding", "projects", "water_works", "training", "county", "crosschecks"]
    return {"funding", "projects", "sources", file[:-4]}.union(
        everything if file == "crosschecks.csv" else ()
    )

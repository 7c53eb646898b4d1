"""The page of our notebooks, and one of a student who means harm or knows no better."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import pandas as pd

import wuxi_data as wd
from wuxi_data import notebooks, report
from wuxi_data.charts import Chart
from wuxi_data.notebooks import Finding
from wuxi_data.places import Both

# As it is stored, which a test of reproduce holds to what the notebooks give.
PAGE = Path(__file__).parents[1] / "figures" / "report.html"
DRAWN = "</title><script>document.title = 'harmed'</script>\"'&{{7*7}}" + "很长" * 20 + "w" * 60
# What no font of ours draws stands in the page alone: right to left, and, where no
# table would take it, an order to read on so.
TABLED = f"{DRAWN}שלום {'العربية ' * 9}"
HOSTILE = f"{TABLED}\u202e desrever"


@cache
def shown() -> tuple[list[Chart], list[Finding]]:
    """Give every named chart and every finding of our notebooks."""
    charts, findings = {}, []
    for path in notebooks.notebook_paths(notebooks.notebook_folder()):
        notebook = notebooks.read(path)
        charts |= {each.name: each.chart for each in notebooks.charts_shown(notebook, path.name)}
        findings += notebooks.findings(notebook, path.name)
    return [Chart.from_json(each) for each in charts.values()], findings


def hostile_charts() -> Iterator[Chart]:
    """Three charts, every word of them hostile."""
    chart = wd.plot_funding_rise(wd.load_funding())
    words = {name: Both(HOSTILE, HOSTILE) for name in chart.words}
    figures = tuple(replace(mark, name=Both(DRAWN, DRAWN)) for mark in chart.figures)
    for n in range(3):
        yield replace(chart, name=f"own-{n}", words=words, figures=figures)


def hostile_page(county: Path) -> bytes:
    """Give the page of a county whose labels, notes, charts and findings are hostile."""
    for table, columns in (("labels", ["zh", "en"]), ("funding", ["note", "note_zh"])):
        rows = pd.read_csv(county / f"{table}.csv", dtype=str)
        rows.loc[::20, columns] = TABLED
        rows.to_csv(county / f"{table}.csv", index=False)
    drawn = cache(partial(report.picture, next(hostile_charts())))
    return report.build(
        county,
        charts=hostile_charts(),
        findings=[Finding(Both(HOSTILE, HOSTILE), "a.ipynb", "own-1")],
        picture=lambda chart, lang, narrow: drawn(lang, narrow),
    )

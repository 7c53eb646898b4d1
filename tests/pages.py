"""Charts and findings as the recorded notebooks show them, and the page made of them."""

from functools import cache

from wuxi_data import notebooks, report
from wuxi_data.charts import Chart


@cache
def shown():
    """Give every named chart and every finding of our notebooks."""
    charts, findings = {}, []
    for path in notebooks.notebook_paths(notebooks.notebook_folder()):
        notebook = notebooks.read(path)
        charts |= {each.name: each.chart for each in notebooks.charts_shown(notebook, path.name)}
        findings += notebooks.findings(notebook, path.name)
    return [Chart.from_json(each) for each in charts.values()], findings


@cache
def page():
    """Give the bytes of our page."""
    charts, findings = shown()
    return report.build(charts=charts, findings=findings)

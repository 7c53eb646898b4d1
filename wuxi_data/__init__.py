"""Twenty-nine years of counterpart assistance to 巫溪, Wuxi County in Chongqing, as tidy data.

Every figure of one newspaper article, each with its printed token and paragraph.
Not the city of Wuxi (无锡) in Jiangsu.
"""

from .audit import audit, propose
from .checks import check
from .county import blank_county, example_county, new_county, three_gorges
from .crosschecks import cross_checks
from .messages import _
from .quantity import Quantity, parse_quantity, verdict
from .reading import TableError
from .tables import (
    fact,
    labelled,
    load_county,
    load_funding,
    load_projects,
    load_sources,
    load_training,
    load_water_works,
    quantities,
    words,
)

__all__ = [
    "Quantity",
    "TableError",
    "audit",
    "blank_county",
    "check",
    "cross_checks",
    "example_county",
    "fact",
    "labelled",
    "load_county",
    "load_funding",
    "load_projects",
    "load_sources",
    "load_training",
    "load_water_works",
    "new_county",
    "parse_quantity",
    "propose",
    "quantities",
    "three_gorges",
    "verdict",
    "words",
]

# Drawing needs matplotlib, which is slow to import: only who draws waits for it.
_LATER = {
    "charts": ("Chart", "Mark"),
    "claims": (
        "plot_funding_rise",
        "plot_funding_total",
        "plot_hydropower",
        "plot_links",
        "plot_money_per_project",
        "plot_orchards",
        "plot_pairing_projects",
        "plot_pairings",
        "plot_projects",
        "plot_three_gorges",
        "plot_timeline",
        "plot_training",
        "plot_water_people",
        "plot_water_works",
        "plot_way_to_town",
    ),
    "drawn": ("marks",),
    "forms": ("bars", "beside", "columns", "mark", "nested", "overview", "spans", "squares"),
    "style": ("theme",),
}
_ROOMS = {name: room for room, names in _LATER.items() for name in names}
__all__ += _ROOMS


def _gone() -> dict[str, str]:
    """An older folder's notebooks call them: each error names what came after."""
    return {
        "CHARTS": _("the charts are functions now: wd.plot_funding_rise(funding) and so on"),
        "draw": _("call the chart's own .draw(), as in wd.plot_funding_rise(funding).draw()"),
        "save_figure": _("call the chart's own .save(path)"),
        "show": _("a chart shows itself: end the cell with wd.plot_funding_rise(funding)"),
    }


def __getattr__(name: str):
    if mend := _gone().get(name):
        words = {"name": name, "mend": mend}
        raise AttributeError(_("wuxi_data.{name} was removed in version 0.2: {mend}", **words))
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_ROOMS[name]}", __name__), name)


def __dir__():
    return sorted({*globals(), *_ROOMS})

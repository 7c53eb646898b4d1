"""Twenty-nine years of counterpart assistance to 巫溪, Wuxi County in Chongqing, as tidy data.

Every figure of one newspaper article, each with its printed token and paragraph.
Not the city of Wuxi (无锡) in Jiangsu.
"""

from .audit import audit, propose
from .checks import check
from .county import blank_county, example_county, new_county
from .crosschecks import cross_checks
from .quantity import Quantity, parse_quantity
from .reading import TableError
from .tables import (
    fact,
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
    "words",
]

# Drawing needs matplotlib, which is slow to import: only who draws waits for it.
_DRAWING = (
    "Chart",
    "Mark",
    "bars",
    "beside",
    "columns",
    "mark",
    "marks",
    "nested",
    "overview",
    "spans",
    "squares",
    "theme",
    "plot_funding_rise",
    "plot_funding_total",
    "plot_hydropower",
    "plot_links",
    "plot_money_per_project",
    "plot_orchards",
    "plot_projects",
    "plot_timeline",
    "plot_training",
    "plot_water_people",
    "plot_water_works",
    "plot_way_to_town",
)
__all__ += _DRAWING


def __getattr__(name: str):
    if name not in _DRAWING:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import charts, claims, drawing, forms, style

    return next(
        getattr(each, name)
        for each in (charts, claims, forms, drawing, style)
        if hasattr(each, name)
    )


def __dir__():
    return sorted({*globals(), *_DRAWING})

"""Twenty-nine years of counterpart assistance to 巫溪, Wuxi County in Chongqing, as tidy data.

Every figure of one newspaper article, each with its printed token and paragraph.
Not the city of Wuxi (无锡) in Jiangsu.
"""

from .checks import TableError, check
from .crosschecks import cross_checks
from .provenance import audit
from .quantity import Quantity, parse_quantity
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
    "check",
    "cross_checks",
    "fact",
    "load_county",
    "load_funding",
    "load_projects",
    "load_sources",
    "load_training",
    "load_water_works",
    "parse_quantity",
    "quantities",
    "words",
]

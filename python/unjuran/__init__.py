"""Projections of annual counts: series that know what each year covers, forecasts that are distributions.

The way in is `Series` for one measure and `Panel` for many.
"""

from unjuran import errors
from unjuran._core import Panel, Series, __version__
from unjuran.errors import UnjuranError

__all__ = [
    "Panel",
    "Series",
    "UnjuranError",
    "__version__",
    "errors",
]

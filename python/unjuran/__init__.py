"""Projections of annual counts: series that know what each year covers, forecasts that are distributions.

The way in is `Series` for one measure and `Panel` or `read_csv` for many; `forecast` takes either, or a data frame.
"""

from unjuran import datasets, errors
from unjuran._core import (
    ETS,
    AutoETS,
    Distribution,
    Drift,
    FittedModel,
    FittedTrend,
    Forecast,
    Forecasts,
    Interval,
    LinearTrend,
    LogLinearTrend,
    Model,
    Naive,
    Panel,
    Series,
    __version__,
    forecast,
    read_csv,
)
from unjuran.errors import UnjuranError

__all__ = [
    "ETS",
    "AutoETS",
    "Distribution",
    "Drift",
    "FittedModel",
    "FittedTrend",
    "Forecast",
    "Forecasts",
    "Interval",
    "LinearTrend",
    "LogLinearTrend",
    "Model",
    "Naive",
    "Panel",
    "Series",
    "UnjuranError",
    "__version__",
    "datasets",
    "errors",
    "forecast",
    "read_csv",
]

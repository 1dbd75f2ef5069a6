"""Projections of annual counts: series that know what each year covers, forecasts that are distributions.

The way in is `Series` for one measure and `Panel` or `read_csv` for many; `forecast` takes either, or a data frame.
"""

from unjuran import datasets, errors, metrics
from unjuran._core import (
    ETS,
    AutoETS,
    Backtest,
    BayesETS,
    Distribution,
    Drift,
    FittedETS,
    FittedModel,
    FittedTrend,
    Forecast,
    Forecasts,
    Interval,
    LinearTrend,
    LogLinearTrend,
    Mean,
    Model,
    Naive,
    Panel,
    Series,
    Theta,
    __version__,
    backtest,
    forecast,
    read_csv,
)
from unjuran.errors import UnjuranError

__all__ = [
    "ETS",
    "AutoETS",
    "Backtest",
    "BayesETS",
    "Distribution",
    "Drift",
    "FittedETS",
    "FittedModel",
    "FittedTrend",
    "Forecast",
    "Forecasts",
    "Interval",
    "LinearTrend",
    "LogLinearTrend",
    "Mean",
    "Model",
    "Naive",
    "Panel",
    "Series",
    "Theta",
    "UnjuranError",
    "__version__",
    "backtest",
    "datasets",
    "errors",
    "forecast",
    "metrics",
    "read_csv",
]

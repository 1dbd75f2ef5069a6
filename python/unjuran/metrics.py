"""Scores of forecasts against what happened.

Lists, numpy arrays and columns in, a float out. A score that is not defined (a MASE of a series that never changed, a
MAPE of a zero) is NaN, never infinite. `backtest` gives them all at once for many series and models.

| question | score | unit |
|---|---|---|
| how far off is the point? | `mae`, `rmse` | of the data |
| ... relative to the size? | `smape` (0 to 200), `mape` | percent |
| ... relative to last year's value? | `mase`, `owa` | 1 = as far off as one-step changes were |
| do intervals hold what they promise? | `coverage` | percent, like the level |
| ... and are they no wider than needed? | `interval_score`, `msis` | of the data; of the scale |
| is the whole distribution good? | `crps`, `pinball`, `quantile_crps`; `scaled_crps` | of the data; of the scale |
| ... for counts? | `log_score`, `pit` | |
| is one model better than another, beyond luck? | `compare` | of the score |
"""

from unjuran._core import (
    compare,
    coverage,
    crps,
    interval_score,
    log_score,
    mae,
    mape,
    mase,
    msis,
    naive_scale,
    owa,
    pinball,
    pit,
    quantile_crps,
    rmse,
    scaled_crps,
    smape,
)

__all__ = [
    "compare",
    "coverage",
    "crps",
    "interval_score",
    "log_score",
    "mae",
    "mape",
    "mase",
    "msis",
    "naive_scale",
    "owa",
    "pinball",
    "pit",
    "quantile_crps",
    "rmse",
    "scaled_crps",
    "smape",
]

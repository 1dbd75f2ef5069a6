"""Forecasts of Python packages for the accuracy tables: run by `peers.py` in `.venv-peers`, where `unjuran` is absent.

A line of standard input is a series: its name, how many steps ahead, and its values with commas between, set apart by
tabs; nothing between two commas is a missing value. Standard output is CSV in the interchange format of `score.py`: the
point forecast of a peer stands in the column `median`, and the quantiles are the bounds of its central intervals.
Standard error has a line of JSON a model: its seconds for fits, points and intervals at 80 and 95%, and how many series
it refused, by reason. The other intervals are asked for afterwards.
"""

from __future__ import annotations

import csv
import json
import math
import sys
import time
import warnings
from collections import Counter
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Answer = tuple[Floats, dict[int, tuple[Floats, Floats]]]  # points; bounds by level
    Ask = Callable[[list[int]], Answer]  # a fitted model, asked for levels
    Fit = Callable[[Floats, int], Ask]

LEVELS = [*range(10, 100, 10), 95]
HEADER = ["unique_id", "model", "step", "median", "lo-80", "hi-80", "lo-95", "hi-95"]
HEADER += [f"q-{percent:02d}" for percent in range(5, 100, 5)]
ETS_CLASSES = [(None, False), ("add", False), ("add", True)]  # trend, damped


def models() -> dict[str, tuple[str, Fit]]:
    """What runs, under its name in the tables, with the package it comes from."""
    from statsforecast import models as sf

    classes = ["Naive", "RandomWalkWithDrift", "AutoETS", "AutoTheta", "DynamicOptimizedTheta", "AutoARIMA"]
    package = f"statsforecast {version('statsforecast')}"
    found = {f"statsforecast {name}": (package, _statsforecast(getattr(sf, name))) for name in classes}
    return found | {"statsmodels ETSModel": (f"statsmodels {version('statsmodels')}", _ets_model)}


def _statsforecast(kind: Callable[[], Any]) -> Fit:
    """A model of statsforecast with its defaults; a season of one year is none."""

    def fit(y: Floats, h: int) -> Ask:
        fitted = kind().fit(y)

        def ask(levels: list[int]) -> Answer:
            given = fitted.predict(h, level=levels)
            result = {key: np.asarray(values, float) for key, values in given.items()}
            return result["mean"], {level: (result[f"lo-{level}"], result[f"hi-{level}"]) for level in levels}

        return ask

    return fit


def _ets_model(y: Floats, h: int) -> Ask:
    """The class with the least AICc of ETS(A,N,N), ETS(A,A,N) and ETS(A,Ad,N), whose intervals need no simulation."""
    import pandas as pd
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    series = pd.Series(y)
    fits = []
    for trend, damped in ETS_CLASSES:
        try:
            fits.append(ETSModel(series, error="add", trend=trend, damped_trend=damped).fit(disp=False))
        except (ValueError, np.linalg.LinAlgError):
            continue  # the series is too short for this class
    fits = [fit for fit in fits if math.isfinite(fit.aicc)]
    if not fits:
        message = "no class could be fitted"
        raise ValueError(message)
    best = min(fits, key=lambda fit: fit.aicc)

    def ask(levels: list[int]) -> Answer:
        ahead = best.get_prediction(start=len(y), end=len(y) + h - 1)
        bounds = {level: ahead.pred_int(alpha=1 - level / 100).to_numpy() for level in levels}
        return ahead.predicted_mean.to_numpy(), {level: (both[:, 0], both[:, 1]) for level, both in bounds.items()}

    return ask


def read(lines: Iterable[str]) -> list[tuple[str, int, Floats]]:
    series = []
    for line in lines:
        name, h, values = line.rstrip("\n").split("\t")
        series.append((name, int(h), np.array([float(cell) if cell else math.nan for cell in values.split(",")])))
    return series


def rows(name: str, model: str, answer: Answer) -> Iterator[list[Any]]:
    """A row a step; a bound that is no number is left empty."""
    points, bounds = answer

    def cell(level: int, side: int, i: int) -> str:
        value = float(bounds[level][side][i])
        return repr(value) if math.isfinite(value) else ""

    for i, point in enumerate(points.tolist()):
        pairs = [cell(level, side, i) for level in (80, 95) for side in (0, 1)]
        below = [cell(level, 0, i) for level in range(90, 0, -10)]
        above = [cell(level, 1, i) for level in range(10, 100, 10)]
        yield [name, model, i + 1, point, *pairs, *below, point, *above]


def attempt(fit: Fit, y: Floats, h: int) -> Ask | str:
    """What the clock sees: a fit, its points, and its intervals at 80 and 95%. Or why there is none."""
    try:
        ask = fit(y, h)
        ask([80, 95])
    except Exception as error:  # noqa: BLE001 - whatever a peer raises is a series it refused
        return _why(error)
    return ask


def everything(ask: Ask, h: int) -> Answer | str:
    """Points, and bounds at every level. Or what is wrong with them."""
    try:
        points, bounds = ask(LEVELS)
    except Exception as error:  # noqa: BLE001
        return _why(error)
    if len(points) != h or not np.isfinite(points).all():
        return "the forecast is not finite"
    if any(len(side) != h for pair in bounds.values() for side in pair):
        return "the bounds are not one a step"
    return points, bounds


def _why(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:100]


def main() -> None:
    series = read(sys.stdin)
    known = models()
    warnings.simplefilter("ignore")  # after the imports: statsmodels turns its own on
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(HEADER)
    wanted = sys.argv[1:]
    for model, (package, fit) in known.items():
        if not series or (wanted and model not in wanted):
            continue
        attempt(fit, series[0][2], series[0][1])  # imports and first calls are not timed
        seconds, reasons = 0.0, Counter[str]()
        for name, h, y in series:
            start = time.perf_counter()
            ask = attempt(fit, y, h)
            seconds += time.perf_counter() - start
            answer = ask if isinstance(ask, str) else everything(ask, h)
            if isinstance(answer, str):
                reasons[answer] += 1
            else:
                out.writerows(rows(name, model, answer))
        line = {"model": model, "package": package, "seconds": seconds, "series": len(series)}
        print(json.dumps(line | {"failed": sum(reasons.values()), "reasons": reasons}), file=sys.stderr)


if __name__ == "__main__":
    main()

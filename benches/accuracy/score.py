"""Scores of forecasts in the interchange format, series by series.

The format is one long table for every forecaster, ours or another:

| column | meaning |
|---|---|
| `unique_id`, `model` | which series, whose forecast |
| `step` | 1 to h |
| `median` | the point that is scored |
| `lo-80`, `hi-80`, `lo-95`, `hi-95` | bounds; null for a forecaster of points |
| `q-05`, `q-10`, ..., `q-95` | the 19 quantiles; null for a forecaster of points |
| `crps`, `pit` | optional: the exact score and the transform of the outcome, where the law itself was at hand |

A series that a model refused has no rows. Seconds are kept beside the table, by model. Nothing here needs `unjuran`:
the formulas stand on their own, and a test compares them with `unjuran.metrics`.

MASE, MSIS and sCRPS divide by the mean absolute change between training years. sCRPS is twice the mean pinball loss of
the 19 quantiles over that scale. Scores are means over the steps of a series; a series that never changed in training
has no scaled score (null), and is counted where scores are averaged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benches.accuracy.collections import Collection

    Floats = NDArray[np.float64]

LEVELS = (80, 95)
PROBABILITIES = np.arange(1, 20) / 20.0
QUANTILES = [f"q-{percent:02d}" for percent in range(5, 100, 5)]
BOUNDS = [f"{side}-{level}" for level in LEVELS for side in ("lo", "hi")]
COLUMNS = ["unique_id", "model", "step", "median", *BOUNDS, *QUANTILES]
OPTIONAL = ["crps", "pit"]


def points(table: pl.DataFrame) -> pl.DataFrame:
    """A table of points in the interchange format: every other column null."""
    empty = [pl.lit(None, pl.Float64).alias(name) for name in (*COLUMNS, *OPTIONAL) if name not in table.columns]
    return table.with_columns(empty).select(*COLUMNS, *OPTIONAL)


def score(collection: Collection, table: pl.DataFrame) -> pl.DataFrame:
    """A row for each model and series: smape, mase, coverage by level (pooled and by step), msis, scrps, crps.

    Raises `ValueError` where the table is not in the interchange format: a column absent, a series unknown, a step
    missing, doubled or beyond the horizon.
    """
    absent = [name for name in COLUMNS if name not in table.columns]
    if absent:
        message = f"columns of the interchange format are absent: {', '.join(absent)}"
        raise ValueError(message)
    parts = [_model(collection, str(model), rows) for (model,), rows in table.group_by(["model"], maintain_order=True)]
    return pl.concat(parts, how="vertical")


def scale(train: Floats) -> float:
    """Mean absolute change between training years; NaN if there was none."""
    change = float(np.mean(np.abs(np.diff(train)))) if len(train) > 1 else 0.0
    return change if change > 0.0 else float("nan")


def _model(collection: Collection, model: str, rows: pl.DataFrame) -> pl.DataFrame:
    place = {case.unique_id: i for i, case in enumerate(collection.cases)}
    h = collection.horizon
    shape = (len(place), h)
    names = rows["unique_id"].to_list()
    if unknown := next((name for name in names if name not in place), None):
        message = f"{model}: series {unknown!r} is not in {collection.name}"
        raise ValueError(message)
    at = np.array([place[name] for name in names]), rows["step"].to_numpy() - 1
    counts = np.zeros(shape, dtype=int)
    if len(names) and not 0 <= at[1].min() <= at[1].max() < h:
        message = f"{model}: steps must be 1 to {h}"
        raise ValueError(message)
    np.add.at(counts, at, 1)
    steps = np.array([len(case.test) for case in collection.cases])
    due = np.arange(h) < steps[:, None]
    given = counts.any(axis=1)
    if (counts[given] != due[given]).any():
        message = f"{model}: each series needs every step once"
        raise ValueError(message)

    def grid(column: str) -> Floats:
        values = np.full(shape, np.nan)
        if column in rows.columns:
            values[at] = rows[column].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        return values

    y = np.full(shape, np.nan)
    y[due] = np.concatenate([case.test for case in collection.cases])
    scales = np.array([scale(case.train) for case in collection.cases])[:, None]
    error = np.abs(y - grid("median"))
    size = np.abs(y) + np.abs(grid("median"))
    columns: dict[str, Floats] = {
        "smape": _mean(np.where(size == 0.0, 0.0, 200.0 * error / np.where(size == 0.0, 1.0, size)), due),
        "mase": _mean(error / scales, due),
    }
    for level in LEVELS:
        lower, upper = grid(f"lo-{level}"), grid(f"hi-{level}")
        known = ~np.isnan(lower) & ~np.isnan(upper)
        held = np.where(known, 100.0 * ((lower <= y) & (y <= upper)), np.nan)
        columns[f"cover-{level}"] = _mean(held, due)
        columns |= {f"cover-{level}-{lead + 1}": held[:, lead] for lead in range(h)}
        columns[f"above-{level}"] = _mean(np.where(known, 100.0 * (y > upper), np.nan), due)
        outside = np.maximum(lower - y, 0.0) + np.maximum(y - upper, 0.0)
        columns[f"msis-{level}"] = _mean(((upper - lower) + 200.0 / (100 - level) * outside) / scales, due)
    largest = np.array([max(1.0, np.max(case.train)) for case in collection.cases])[:, None]  # why 1: a count of zeros
    columns["far-95"] = _mean(np.where(np.isnan(grid("hi-95")), np.nan, 1.0 * (grid("hi-95") > 20.0 * largest)), due)
    columns["negative-95"] = _mean(np.where(np.isnan(grid("lo-95")), np.nan, 1.0 * (grid("lo-95") < 0.0)), due)
    losses = np.zeros(shape)
    for p, name in zip(PROBABILITIES, QUANTILES, strict=True):
        gap = y - grid(name)
        losses += np.maximum(p * gap, (p - 1.0) * gap)
    columns["scrps"] = _mean(2.0 * losses / len(QUANTILES) / scales, due)
    columns["crps"] = _mean(grid("crps") / scales, due)
    ids = [case.unique_id for case in collection.cases]
    frame = pl.DataFrame({"model": [model] * len(ids), "unique_id": ids, **columns}).filter(pl.Series(given))
    return frame.with_columns(pl.col(name).fill_nan(None) for name in columns)


def _mean(values: Floats, due: NDArray[np.bool_]) -> Floats:
    """Mean over the steps of each series; NaN where one of them has no score."""
    means: Floats = np.where(due, values, 0.0).sum(axis=1) / due.sum(axis=1)
    return means

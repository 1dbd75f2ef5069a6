"""The forecasters of `unjuran` that are measured, and their forecasts in the interchange format of `score`."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

import unjuran as uj
from benches.accuracy.score import BOUNDS, COLUMNS, OPTIONAL, QUANTILES, points
from benches.prior.folds import FOLDS, By, fold

if TYPE_CHECKING:
    from typing import Literal

    from benches.accuracy.collections import Collection

    Unit = Literal["count", "amount", "rate"]

# The one list: name in the tables, class, arguments. What this version of the package does not have is left out, and so
# is the default, BayesETS, which is measured through the front door.
LISTED: list[tuple[str, str, tuple[Any, ...], dict[str, Any]]] = [
    ("AutoETS", "AutoETS", (), {}),
    ("ETS(A,N,N)", "ETS", ("ANN",), {}),
    ("ETS(A,A,N)", "ETS", ("AAN",), {}),
    ("ETS(A,Ad,N)", "ETS", ("AAdN",), {}),
    ("Theta", "Theta", (), {}),
    ("Theta, optimised", "Theta", (), {"variant": "optimised"}),
    ("Theta, dynamic", "Theta", (), {"variant": "dynamic"}),
    ("Naive", "Naive", (), {}),
    ("Drift", "Drift", (), {}),
    ("Mean", "Mean", (), {}),
    ("Combination", "Combination", (), {}),
    ("LinearTrend", "LinearTrend", (), {}),
    ("LogLinearTrend", "LogLinearTrend", (), {}),
    ("LinearTrend(damped)", "LinearTrend", (), {"projection": "damped"}),
    ("LogLinearTrend(damped)", "LogLinearTrend", (), {"projection": "damped"}),
    ("PolynomialTrend", "PolynomialTrend", (), {}),
    ("TheilSenTrend", "TheilSenTrend", (), {}),
    ("HuberTrend", "HuberTrend", (), {}),
    ("SegmentedTrend", "SegmentedTrend", (), {}),
    ("PoissonTrend", "PoissonTrend", (), {}),
    ("PoissonTrend(quasi)", "PoissonTrend", (), {"dispersion": "estimate"}),
    ("NegativeBinomialTrend", "NegativeBinomialTrend", (), {}),
]
DEFAULT = "default"
REFERENCE = "Naive"  # every ratio is to it

# Half the levels of the 19 quantiles: the interval of 10% gives 0.45 and 0.55, that of 90% gives 0.05 and 0.95.
_LEVELS = [*range(10, 100, 10), 95]


def models() -> dict[str, Any]:
    """Name in the tables to model; None is what `uj.forecast` takes by itself."""
    made: dict[str, Any] = {DEFAULT: None}
    for name, kind, arguments, named in LISTED:
        if hasattr(uj, kind):
            made[name] = getattr(uj, kind)(*arguments, **named)
    return made


LEFT_OUT: dict[By, str] = {"country": "default, its country left out", "source": "default, its source left out"}
FOLDED = Path("target/prior/folds")  # where `make prior-folds` leaves its priors


def left_out(collection: Collection, by: By) -> Forecasts | None:
    """The default with a prior that saw nothing of a series' country, or source; None if those priors are not there."""
    tables, seconds = [], 0.0
    refused: dict[str, str] = {}
    for k in range(FOLDS):
        path = FOLDED / f"{by}-{k}.json"
        if not path.exists():
            return None
        model = uj.BayesETS(prior=uj.Prior.from_json(path.read_text(encoding="utf-8")))
        cases = [case for case in collection.cases if fold(case.group if by == "country" else case.source) == k]
        made = forecast(replace(collection, cases=cases), LEFT_OUT[by], model, None)
        tables.append(made.table)
        seconds += made.seconds
        refused |= made.refused
    return Forecasts(pl.concat(tables), seconds, refused)


class Forecasts(NamedTuple):
    """Forecasts of one model: the table, the seconds it took, and why series were refused."""

    table: pl.DataFrame
    seconds: float
    refused: dict[str, str]


def forecast(collection: Collection, label: str, model: Any, unit: Unit | None) -> Forecasts:
    """Forecast every series; the seconds are those of medians with 80% and 95% bands, on one thread."""
    frame, h = collection.frame(), collection.horizon
    start = time.perf_counter()
    uj.forecast(frame, h=h, model=model, unit=unit, level=[80, 95], threads=1)
    seconds = time.perf_counter() - start

    wide = uj.forecast(frame, h=h, model=model, unit=unit, level=_LEVELS)
    median = wide.columns[2]
    names = {"median": median, "q-50": median} | {bound: f"{median}-{bound}" for bound in BOUNDS}
    for level in range(10, 100, 10):
        lower, upper = QUANTILES[(100 - level) // 10 - 1], QUANTILES[(100 + level) // 10 - 1]
        names |= {lower: f"{median}-lo-{level}", upper: f"{median}-hi-{level}"}
    refusals = wide.filter(pl.col("status") != "ok").unique("unique_id", maintain_order=True)
    good = wide.filter(pl.col("status") == "ok")
    table = good.with_columns(
        pl.lit(label).alias("model"),
        (pl.int_range(pl.len()).over("unique_id") + 1).alias("step"),
        *(pl.col(old).alias(new) for new, old in names.items()),
    )
    refused = dict(refusals.select("unique_id", "status").iter_rows())
    exact = _exact(collection, model, unit, refused)
    table = table.join(exact, on=["unique_id", "step"], how="left", maintain_order="left")
    lengths = pl.DataFrame(
        {"unique_id": [c.unique_id for c in collection.cases], "due": [len(c.test) for c in collection.cases]}
    )
    table = table.join(lengths, on="unique_id", maintain_order="left").filter(pl.col("step") <= pl.col("due"))
    return Forecasts(points(table.select(*COLUMNS, *OPTIONAL)), seconds, refused)


def _exact(collection: Collection, model: Any, unit: Unit | None, refused: dict[str, str]) -> pl.DataFrame:
    """The exact CRPS and the transform of every outcome, from the laws themselves."""
    # why without them: a panel stops at a series that cannot be read
    frame = collection.frame().filter(~pl.col("unique_id").is_in(list(refused)))
    laws = uj.forecast(uj.Panel.from_frame(frame, unit=unit), h=collection.horizon, model=model)
    ids, steps, scores, transforms = [], [], [], []
    for case in collection.cases:
        law = laws.get(case.unique_id)
        if law is None:
            continue
        y = np.full(collection.horizon, np.nan)
        y[: len(case.test)] = case.test
        pit = uj.metrics.pit(y, law)
        for step in range(len(case.test)):
            only = np.full(collection.horizon, np.nan)
            only[step] = y[step]
            ids.append(case.unique_id)
            steps.append(step + 1)
            scores.append(uj.metrics.crps(only, law))
            transforms.append(float(pit[step]))
    table = {"unique_id": ids, "step": steps, "crps": scores, "pit": transforms}
    return pl.DataFrame(table, schema={"unique_id": str, "step": pl.Int64, "crps": pl.Float64, "pit": pl.Float64})

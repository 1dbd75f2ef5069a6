"""Averages over the series of a collection: the rows of the tables, from the scores of `score.score`.

Competitions weigh every series alike. Counts weigh every source alike, so that a large one does not decide; their
scaled scores are clipped at 20 a series, as one series that jumps from nothing would decide too, and beside them stand
the unclipped means and the medians. Ratios are to the reference on the series that both forecast. Standard errors of
ratios are bootstrapped by drawing whole groups (countries, states, routes) within sources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from benches.accuracy.score import LEVELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benches.accuracy.collections import Collection

    Floats = NDArray[np.float64]

REFERENCE = "Naive"
CLIP = 20.0
DRAWS = 1000
LARGE = 50.0  # coverage is told apart for series that ever reached this
TENTHS = 10


def rows(
    collection: Collection, scores: pl.DataFrame, about: dict[str, dict[str, Any]], forecasts: pl.DataFrame
) -> list[dict[str, Any]]:
    """A row for each model; `about` says what is known beside the scores (seconds, refusals).

    Without forecasts of the reference there are no ratios: peers bring their own naive forecast.
    """
    one = _counts if collection.kind == "counts" else _competition
    reference = scores.filter(pl.col("model") == REFERENCE)
    found = []
    for (model,), own in scores.group_by(["model"], maintain_order=True):
        row: dict[str, Any] = {"model": str(model), "series": len(own), **about.get(str(model), {})}
        row |= one(collection, own, reference)
        row["undefined"] = int(own["mase"].null_count())
        row |= _coverage(collection, own)
        row["pit"] = _tenths(collection, forecasts.filter(pl.col("model") == model))
        found.append(_plain(row))
    absent = [{"model": name, "series": 0, **known} for name, known in about.items() if name not in scores["model"]]
    return found + absent


def difference(scores: pl.DataFrame, ours: str, theirs: str) -> dict[str, Any]:
    """Our score less theirs, series by series: the mean, and its standard error if series are drawn alone."""
    one, other = (scores.filter(pl.col("model") == name) for name in (ours, theirs))
    row: dict[str, Any] = {"model": f"{ours} less {theirs}"}
    for name in ("smape", "mase", "scrps"):
        gaps = one.join(other, on="unique_id", suffix="-other").select(pl.col(name) - pl.col(f"{name}-other"))
        known = gaps[name].drop_nulls().to_numpy()
        row.setdefault("series", len(known))
        row[name] = float(known.mean()) if len(known) else None
        row[f"{name}-se"] = float(known.std(ddof=1) / np.sqrt(len(known))) if len(known) > 1 else None
    return _plain(row)


def short(collection: Collection, scores: pl.DataFrame, years: int) -> list[dict[str, Any]]:
    """A row for each model after so many years: coverage and far bounds, sources weighing alike."""
    found = []
    for (model,), own in scores.group_by(["model"], maintain_order=True):
        with_source = own.join(_about(collection), on="unique_id")
        row: dict[str, Any] = {"model": str(model), "years": years, "series": len(own)}
        for name in ("cover-80", "cover-95", "far-95"):
            row[name] = _by_source(with_source, pl.col(name).mean())
        found.append(_plain(row))
    return found


def _competition(_: Collection, own: pl.DataFrame, reference: pl.DataFrame) -> dict[str, Any]:
    means = {name: own[name].mean() for name in ("smape", "mase", "scrps", "crps", "msis-80", "msis-95")}
    both = own.join(reference, on="unique_id", suffix="-reference").drop_nulls(["mase", "mase-reference"])
    owa = None
    if len(both):
        ratios = [_mean(both[name]) / _mean(both[f"{name}-reference"]) for name in ("smape", "mase")]
        owa = sum(ratios) / 2
    return {**means, "owa": owa, "far-95": own["far-95"].mean(), "negative-95": own["negative-95"].mean()}


def _about(collection: Collection) -> pl.DataFrame:
    """Where each series comes from, and whether it ever was large."""
    cases = collection.cases
    return pl.DataFrame(
        {
            "unique_id": [case.unique_id for case in cases],
            "source": [case.source for case in cases],
            "group": [case.group for case in cases],
            "large": [bool(max(case.train.max(), case.test.max()) >= LARGE) for case in cases],
        }
    )


def _counts(collection: Collection, own: pl.DataFrame, reference: pl.DataFrame) -> dict[str, Any]:
    own = own.join(_about(collection), on="unique_id")
    row: dict[str, Any] = {"sources": own["source"].n_unique()}
    for name in ("smape", "mase", "scrps", "crps", "msis-80", "msis-95"):
        row[name] = _by_source(own, pl.col(name).clip(upper_bound=None if name == "smape" else CLIP).mean())
    for name in ("mase", "scrps", "msis-95"):
        row[f"{name}-unclipped"] = _by_source(own, pl.col(name).mean())
        row[f"{name}-median"] = _by_source(own, pl.col(name).median())
        row[f"{name}-clipped"] = int((own[name] > CLIP).sum())
        row |= {f"{name}-{key}": value for key, value in ratio(own, reference, name).items()}
    size = ratio(own, reference, "smape", clip=None)["ratio"]
    row["owa"] = None if size is None or row["mase-ratio"] is None else (size + row["mase-ratio"]) / 2
    for level in LEVELS:
        for part, rows in (("large", own.filter(pl.col("large"))), ("small", own.filter(~pl.col("large")))):
            row[f"cover-{level}-{part}"] = _by_source(rows, pl.col(f"cover-{level}").mean())
        row[f"above-{level}"] = _by_source(own, pl.col(f"above-{level}").mean())
    for name in ("far-95", "negative-95"):
        row[name] = own[name].mean()
    return row


def ratio(own: pl.DataFrame, reference: pl.DataFrame, name: str, clip: float | None = CLIP) -> dict[str, float | None]:
    """Mean over sources relative to the reference: of clipped scores with its standard error, unclipped, of medians."""
    columns = ["unique_id", "source", "group", name]
    if name not in reference.columns or not len(reference):
        return {"ratio": None, "ratio-se": None, "ratio-unclipped": None, "ratio-median": None}
    both = own.select(columns).join(reference.select("unique_id", pl.col(name).alias("other")), on="unique_id")
    both = both.drop_nulls([name, "other"])
    if not len(both):
        return {"ratio": None, "ratio-se": None, "ratio-unclipped": None, "ratio-median": None}

    def of(pick: Any) -> float | None:
        ours, theirs = (_by_source(both, pick(pl.col(column))) for column in (name, "other"))
        return ours / theirs if ours is not None and theirs else None

    return {
        "ratio": of(lambda c: c.clip(upper_bound=clip).mean()),
        "ratio-se": _standard_error(both, name),
        "ratio-unclipped": of(lambda c: c.mean()),
        "ratio-median": of(lambda c: c.median()),
    }


def _standard_error(both: pl.DataFrame, name: str) -> float:
    """Standard deviation of the ratio when whole groups are drawn with replacement within each source."""
    random = np.random.default_rng(0)
    clipped = [pl.col(column).clip(upper_bound=CLIP).sum() for column in (name, "other")]
    groups = both.group_by("source", "group").agg(*clipped, pl.len().alias("n")).sort("source", "group")
    means = np.zeros((2, DRAWS))
    for _, part in groups.group_by(["source"], maintain_order=True):
        drawn = random.multinomial(len(part), np.full(len(part), 1 / len(part)), size=DRAWS)
        for i, column in enumerate((name, "other")):
            means[i] += (drawn @ part[column].to_numpy()) / (drawn @ part["n"].to_numpy())
    return float(np.std(means[0] / means[1], ddof=1))


def under_way(collection: Collection, scores: pl.DataFrame, cut: int) -> list[dict[str, Any]]:
    """Rows for years under way after so many months; the reference is pro rata."""
    from benches.accuracy.partial import PRO_RATA

    scores = scores.join(_about(collection), on="unique_id")
    reference = scores.filter(pl.col("model") == PRO_RATA)
    found = []
    for (model,), own in scores.group_by(["model"], maintain_order=True):
        row: dict[str, Any] = {"model": str(model), "months": cut, "series": len(own)}
        row["scrps"] = _by_source(own, pl.col("scrps").clip(upper_bound=CLIP).mean())
        row["scrps-median"] = _by_source(own, pl.col("scrps").median())
        row["scrps-clipped"] = int((own["scrps"] > CLIP).sum())
        row |= {f"scrps-{key}": value for key, value in ratio(own, reference, "scrps").items()}
        for level in LEVELS:
            row[f"cover-{level}"] = _by_source(own, pl.col(f"cover-{level}").mean())
        row["smape-median"] = own["smape"].median()
        row["undefined"] = int(own["scrps"].null_count())
        found.append(_plain(row))
    return found


def _by_source(own: pl.DataFrame, mean: pl.Expr) -> float | None:
    """The mean over sources of what is averaged within each."""
    each = own.group_by("source", maintain_order=True).agg(mean.alias("mean"))["mean"].drop_nulls()
    return _mean(each) if len(each) else None


def _coverage(collection: Collection, own: pl.DataFrame) -> dict[str, Any]:
    leads = [f"-{lead}" for lead in range(1, collection.horizon + 1)]
    names = [f"cover-{level}{at}" for level in LEVELS for at in ("", *leads)]
    own = own.join(_about(collection).select("unique_id", "source"), on="unique_id")
    return {name: _by_source(own, pl.col(name).mean()) for name in names}


def _tenths(collection: Collection, forecasts: pl.DataFrame) -> list[float] | None:
    """Percent of the transforms in each tenth of 0 to 1, sources alike: ten each if the laws are right."""
    known = forecasts.filter(pl.col("pit").is_not_null() & pl.col("pit").is_not_nan())
    if not len(known):
        return None
    known = known.join(_about(collection).select("unique_id", "source"), on="unique_id")
    shares = [
        np.histogram(part["pit"].to_numpy(), bins=TENTHS, range=(0.0, 1.0))[0] / len(part)
        for _, part in known.group_by(["source"], maintain_order=True)
    ]
    return [float(one) for one in 100.0 * np.mean(shares, axis=0)]


def _mean(values: pl.Series) -> float:
    return float(np.mean(values.to_numpy()))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Numbers to ten digits, NaN as null."""

    def plain(value: Any) -> Any:
        if isinstance(value, float):
            return None if not np.isfinite(value) else float(f"{value:.10g}")
        return [plain(one) for one in value] if isinstance(value, list) else value

    return {name: plain(value) for name, value in row.items()}

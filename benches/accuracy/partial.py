"""Years under way: forecasts of a year of which some months are counted, against rules of thumb.

Monthly counts are cut after 3, 5, 6 and 9 months of each of a series' last full years, and the year's total is forecast
from the years before and the months so far. Beside the default of `unjuran` stand what an analyst does by hand: the
months times twelve over their number, the months over their share of past years, and last year's total. The default
knows the years and the months so far; a second row is told the same months of past years too, which the bands of every
rule know. Each of these
gets a band from its own past errors on the same series: an error is the log of outcome over estimate, both plus a half;
the band is a Student t with as many degrees of freedom as there are past errors, their root mean square as the scale,
never below what was counted where the rule looks at the count.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

import unjuran as uj
from benches.accuracy import score
from benches.accuracy.collections import Case, Collection, read, sha256

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CUTS = (3, 5, 6, 9)
TARGETS = 3  # years of a series that are forecast
PAST = 5  # full years before each of them
LAST_PARTIAL = 2025  # the file was taken in that year
NEVER_ABSENT = ("usbp",)  # elsewhere a month without a row counted zero
OURS = "default"
TOLD = "default, told of past months"
DROPPED = "default, the months dropped"
PRO_RATA = "pro rata"
SHARE = "past share"
LAST = "last year"


@dataclass(frozen=True, slots=True)
class Months:
    """Consecutive full years of one series, a row of twelve months each."""

    unique_id: str
    source: str
    first: int
    counts: Floats


def read_months(path: Path) -> list[Months]:
    """Series with enough full years for one target."""
    series = []
    for (name,), rows in read(path).sort("unique_id", "year", "month").group_by(["unique_id"], maintain_order=True):
        source = str(name).split("/")[0]
        years = rows["year"].to_numpy()
        first, last = int(years[0]), min(int(years[-1]), LAST_PARTIAL - 1)
        counts = np.full((last - first + 1, 12), np.nan if source in NEVER_ABSENT else 0.0)
        known = rows.filter(pl.col("year") <= last)
        counts[known["year"].to_numpy() - first, known["month"].to_numpy() - 1] = known["y"].to_numpy()
        start, end = _last_run(~np.isnan(counts).any(axis=1))
        if end - start > PAST and counts[start:end].sum() > 0:
            series.append(Months(str(name), source, first + start, counts[start:end]))
    return series


def _last_run(whole: NDArray[np.bool_]) -> tuple[int, int]:
    """Where the last run of full years begins and ends."""
    end = max((i + 1 for i, full in enumerate(whole) if full), default=0)
    start = max((i + 1 for i in range(end) if not whole[i]), default=0)
    return start, end


def collection(series: list[Months], path: Path) -> Collection:
    """Every target as a case of one year; its name is the series' and the year."""
    cases = []
    for one in series:
        total = one.counts.sum(axis=1)
        for i in _targets(one):
            years = np.arange(one.first, one.first + i, dtype=np.int64)
            name = f"{one.unique_id} {one.first + i}"
            cases.append(Case(name, years, total[:i], total[i : i + 1], one.source, one.unique_id))
    return Collection("years_under_way", "counts", cases, {path.name: sha256(path)})


def forecasts(series: list[Months], cut: int) -> pl.DataFrame:
    """The forecasts of every method after so many months, in the interchange format."""
    rows: list[dict[str, Any]] = []
    rules: dict[str, Callable[[Floats, int], float]] = {
        PRO_RATA: lambda counts, i: float(counts[i, :cut].sum()) * 12.0 / cut,
        SHARE: lambda counts, i: _past_share(counts, i, cut),
        LAST: lambda counts, i: float(counts[i - 1].sum()),
    }
    for one in series:
        for i in _targets(one):
            year, so_far = one.first + i, float(one.counts[i, :cut].sum())
            about = {"unique_id": f"{one.unique_id} {year}", "step": 1}
            past = uj.Series(one.counts[:i].sum(axis=1), start=one.first, name=one.unique_id)
            day = f"{year}-{cut:02d}-{calendar.monthrange(year, cut)[1]:02d}"
            begun = past.with_partial(year, so_far, through=day)
            y = one.counts[i].sum()
            by_then = {one.first + j: float(one.counts[j, :cut].sum()) for j in range(i)}
            told = past.with_partial(year, so_far, through=day, earlier=by_then)
            for label, given in ((OURS, begun), (TOLD, told), (DROPPED, past)):
                try:
                    law = uj.forecast(given, h=1)
                except uj.UnjuranError:
                    continue
                rows.append({**about, "model": label, **_columns(_quantiles(law))})
                rows[-1]["crps"] = uj.metrics.crps([y], law)
            for label, rule in rules.items():
                rows.append({**about, "model": label, **_columns(_band(one.counts, i, rule, so_far, label))})
    return score.points(pl.DataFrame(rows, infer_schema_length=None))


def _targets(one: Months) -> range:
    return range(max(PAST, len(one.counts) - TARGETS), len(one.counts))


def _past_share(counts: Floats, i: int, cut: int) -> float:
    """The months so far over their share of the years before; without a share, pro rata."""
    so_far, total, part = counts[i, :cut].sum(), counts[:i].sum(), counts[:i, :cut].sum()
    share = part / total if part > 0 else cut / 12.0
    return float(so_far / share)


def _band(
    counts: Floats, i: int, rule: Callable[[Floats, int], float], so_far: float, label: str
) -> Callable[[float], float]:
    """Quantiles around the estimate of a rule, as wide as its past errors on the series."""
    totals = counts.sum(axis=1)
    errors = np.array([np.log((totals[j] + 0.5) / (rule(counts, j) + 0.5)) for j in range(1, i)])
    width, centre = float(np.sqrt(np.mean(errors**2))), rule(counts, i) + 0.5
    floor = 0.0 if label == LAST else so_far

    def quantile(p: float) -> float:
        return max(floor, centre * float(np.exp(width * _student(p, len(errors)))) - 0.5)

    return quantile


def _quantiles(law: uj.Forecast) -> Callable[[float], float]:
    return lambda p: float(law.quantile(p)[0])


def _columns(quantile: Callable[[float], float]) -> dict[str, float]:
    columns = {"median": quantile(0.5)}
    for level in score.LEVELS:
        columns |= {f"lo-{level}": quantile((100 - level) / 200), f"hi-{level}": quantile((100 + level) / 200)}
    return columns | {name: quantile(float(p)) for name, p in zip(score.QUANTILES, score.PROBABILITIES, strict=True)}


_TABLES: dict[int, tuple[Floats, Floats]] = {}


def _student(p: float, df: int) -> float:
    """The quantile of Student's t: with x = sqrt(df) tan(a), the density in a is cos(a) to the power df - 1."""
    if df not in _TABLES:
        angle = np.linspace(-np.pi / 2, np.pi / 2, 20_001)
        density = np.cos(angle) ** (df - 1)
        mass = np.append(0.0, np.cumsum((density[1:] + density[:-1]) / 2))
        _TABLES[df] = mass / mass[-1], angle
    mass, angle = _TABLES[df]
    return float(np.sqrt(df) * np.tan(np.interp(p, mass, angle)))

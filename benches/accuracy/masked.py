"""Masked cells: what is lost when small counts print as "<5", and whether the bands still hold.

    make masked DATA=directory

Whole counts of the annual-counts panel are masked in the years that models see, and those held back are forecast. By
size: every count below five becomes 0 to 4. At random: one year in five becomes a range of half of it to twice it and
four more. The same forecasts are made from the exact numbers, with masked years left out, and with the middle of each
mask in its place; all score on the same exact outcomes. Only series with a masked year and one exact year take part.
Each row is the mean over sources of exact CRPS divided by the mean yearly change, clipped at 20, and of coverage.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import unjuran as uj
from benches.accuracy.collections import read_directory

if TYPE_CHECKING:
    from collections.abc import Callable

    from benches.accuracy.collections import Case

    Masks = dict[int, tuple[float, float]]

LIMIT = 5.0  # counts below it are masked
SHARE = 0.2  # of the years, masked at random
CLIP = 20.0

EXACT = "exact numbers"
TOLD = "told as intervals"
DROPPED = "left out"
MIDDLE = "the middle of the mask"


def by_size(case: Case) -> Masks:
    """Every count below five."""
    return {i: (0.0, LIMIT - 1) for i, y in enumerate(case.train) if y < LIMIT}


def at_random(case: Case) -> Masks:
    """One year in five, the same for ever."""
    drawn = np.random.default_rng([20261122, *case.unique_id.encode()]).random(len(case.train))
    return {i: (float(y // 2), float(2 * y + 4)) for i, y in enumerate(case.train) if drawn[i] < SHARE}


def ways(case: Case, masks: Masks) -> dict[str, uj.Series]:
    """The series as each way of writing masked years has it."""
    exact = uj.Series(case.train, start=int(case.ds[0]), name=case.unique_id, unit="count")
    told, dropped, middle = exact, exact, exact
    for i, (lower, upper) in masks.items():
        year, centre = int(case.ds[0]) + i, float(round((lower + upper) / 2))
        told = told.with_censored(year, lower, upper)
        dropped = dropped.with_missing(year)
        middle = middle.with_censored(year, centre, centre)
    return {EXACT: exact, TOLD: told, DROPPED: dropped, MIDDLE: middle}


def rows(cases: list[Case], masked: Callable[[Case], Masks]) -> list[dict[str, Any]]:
    """A row for each way."""
    scores: dict[str, dict[str, list[list[float]]]] = defaultdict(lambda: defaultdict(list))
    for case in cases:
        masks = masked(case)
        change = float(np.abs(np.diff(case.train)).mean())
        if not masks or len(masks) == len(case.train) or change <= 0:
            continue
        for way, series in ways(case, masks).items():
            law = uj.forecast(series, h=len(case.test))
            crps = float(uj.metrics.crps(case.test, law)) / change
            inside = [
                float(np.mean([lo <= y <= hi for lo, hi, y in zip(*law.interval(level), case.test, strict=True)]))
                for level in (80, 95)
            ]
            scores[way][case.source].append([min(crps, CLIP), *inside])
    found = []
    for way, sources in scores.items():
        means = np.mean([np.mean(of, axis=0) for of in sources.values()], axis=0)
        found.append(
            {
                "way": way,
                "crps": means[0],
                "cover-80": 100 * means[1],
                "cover-95": 100 * means[2],
                "series": sum(map(len, sources.values())),
                "sources": len(sources),
            }
        )
    return [{**row, "ratio": row["crps"] / found[0]["crps"]} for row in found]


def main(data: Path) -> None:
    """Print both tables."""
    (panel,) = (c for c in read_directory(data)[0] if c.kind == "counts")
    whole = [np.concatenate([case.train, case.test]) for case in panel.cases]
    cases = [case for case, y in zip(panel.cases, whole, strict=True) if np.isfinite(y).all() and (y % 1 == 0).all()]
    found = {"by size": rows(cases, by_size), "at random": rows(cases, at_random)}
    print("## Masked cells\n")
    print(
        "`make masked DATA=directory` (`benches/accuracy/masked.py`): small counts hidden in the years that models see,"
    )
    print("forecasts of the years held back from four ways of writing the hidden years; sources weigh alike.")
    for name, table in found.items():
        print(f"\nMasked {name}:\n\n| years masked | CRPS | / exact | cover 80 | cover 95 | series |")
        print("|---|---|---|---|---|---|")
        for row in table:
            numbers = f"{row['crps']:.3f} | {row['ratio']:.3f} | {row['cover-80']:.1f} | {row['cover-95']:.1f}"
            print(f"| {row['way']} | {numbers} | {row['series']} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""What a prior learned from sibling series is worth: `make siblings` prints the table.

    python -m benches.prior.siblings DATA

Of each source of the annual counts, series of a third of the countries, without their last three years, teach
`uj.Prior.learn` in panels of 10, 30, 100 and all; the last three years of the other countries are forecast with the
shipped prior and with the learned one. The shipped prior has seen the years before, of all countries: the gain is what
siblings add to that. Scores are the CRPS over the mean yearly change, sources weighing alike.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import unjuran as uj
from benches.accuracy.collections import Case, read_directory
from benches.prior.folds import fold

SIZES = (10, 30, 100, 10_000)
LEAST = 8  # series on either side of a source


def series(case: Case) -> uj.Series:
    """The years that may be learned from."""
    return uj.Series(
        case.train,
        start=int(case.ds[0]),
        name=case.unique_id,
    )


def score(cases: list[Case], model: uj.BayesETS) -> list[float]:
    """CRPS of the held-out years over the mean yearly change."""
    scores = []
    for case in cases:
        change = float(np.abs(np.diff(case.train)).mean())
        if change > 0:
            law = model.fit(series(case)).forecast(len(case.test))
            scores.append(min(float(uj.metrics.crps(case.test, law)) / change, 20.0))
    return scores


def main(data: Path) -> None:
    """Print a row for each size of the panel."""
    (panel,) = (c for c in read_directory(data / "annual-counts")[0] if c.name == "annual_counts")
    ratios: dict[int, list[float]] = {size: [] for size in SIZES}
    for source in sorted({case.source for case in panel.cases}):
        own = [case for case in panel.cases if case.source == source]
        teach = [case for case in own if fold(case.group) == 0]
        judge = [case for case in own if fold(case.group) != 0]
        if min(len(teach), len(judge)) < LEAST:
            continue
        shipped = score(judge, uj.BayesETS())
        for size in SIZES:
            chosen = np.random.default_rng(20261122).permutation(len(teach))[:size]
            # why named: a count of which one year was estimated has decimals, and would start from the amounts.
            prior = uj.Prior.learn([series(teach[i]) for i in chosen], base="counts")
            ratios[size].append(sum(score(judge, uj.BayesETS(prior=prior))) / sum(shipped))
    print("## A prior of one's own: `Prior.learn`\n")
    print("`make siblings DATA=directory` (`benches/prior/siblings.py`): learned from a third of a source's countries,")
    print("scored on the held-out years of the others; exact CRPS, sources weigh alike.\n")
    print("| series learned from, of each source | sources | CRPS against the shipped prior | worst source |")
    print("|---|---|---|---|")
    for size, of in ratios.items():
        label = "all of a third of the countries" if size == SIZES[-1] else f"{size} at most"
        print(f"| {label} | {len(of)} | {np.mean(of):.4f} | {max(of):.4f} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""The first one, two and three years of each count series, and the three that came next.

At that length the prior is the forecast.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from benches.accuracy import models, score, summary

if TYPE_CHECKING:
    from benches.accuracy.collections import Collection

YEARS = (1, 2, 3)
AHEAD = 3


def cut(collection: Collection, years: int) -> Collection:
    """Every series cut after its first years."""
    cases = []
    for case in collection.cases:
        values = np.concatenate([case.train, case.test])
        train, test = values[:years], values[years : years + AHEAD]
        cases.append(replace(case, ds=case.ds[:years], train=train, test=test))
    return replace(collection, name=f"{collection.name}-first-{years}", cases=cases, submissions=None)


def rows(collection: Collection) -> list[dict[str, Any]]:
    """A row for each model and length; sources weigh alike."""
    found = []
    for years in YEARS:
        short = cut(collection, years)
        made: dict[str, models.Forecasts | None] = {models.DEFAULT: models.forecast(short, models.DEFAULT, None, None)}
        made |= {label: models.left_out(short, by) for by, label in models.LEFT_OUT.items()}
        table = pl.concat([one.table for one in made.values() if one is not None])
        found += summary.short(short, score.score(short, table), years)
    return found

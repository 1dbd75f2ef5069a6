"""CausalImpact on the series that `plan.impact` judged: `make impact-peer`.

Reads what `examples/impact_power.rs` prints and writes a table: for each kind of series the share of verdicts of an
effect by each, where nothing happened (false alarms) and where a fall by 60% was planted (found). CausalImpact's
verdict is that of its summary: an effect where the 95% interval of the relative effect, averaged over the years after,
excludes 0.
"""

from __future__ import annotations

import sys
import warnings
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from causalimpact import CausalImpact

HEAD = """## Impact beside CausalImpact

`make impact-peer` (`benches/impact_peer.py`): the first {series} series of `make impact`, judged by `plan.impact` and
by pycausalimpact {version}. Its verdict is an effect where the 95% interval of the relative effect excludes 0;
{refused} series on which it failed count as none.

| series drawn from | series | false alarms | CausalImpact | a fall by 60% found | CausalImpact |
|---|---|---|---|---|---|
"""


class Simulated(NamedTuple):
    """A series with `before` years before its event, and our verdict."""

    drawn_from: str
    fall: bool
    before: int
    verdict: str
    y: list[float]


def read(path: Path) -> list[Simulated]:
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return [Simulated(a, float(b) > 0, int(c), d, [float(y) for y in e.split()]) for a, b, c, d, e in rows]


def judged(one: Simulated) -> str | None:
    """CausalImpact's verdict in our words; None where it fails."""
    warnings.simplefilter("ignore")
    np.random.seed(0)  # what it draws from
    years = pd.date_range("2000", periods=len(one.y), freq="YS").strftime("%Y-%m-%d").tolist()
    frame = pd.DataFrame({"y": one.y}, index=pd.DatetimeIndex(years, freq="AS"))
    try:
        found = CausalImpact(frame, [years[0], years[one.before - 1]], [years[one.before], years[-1]]).summary_data
    except (ValueError, np.linalg.LinAlgError):
        return None
    lower, upper = sorted(found.loc[["rel_effect_lower", "rel_effect_upper"], "average"])
    return "increase" if lower > 0 else "decrease" if upper < 0 else "no evidence"


def main() -> None:
    series = read(Path(sys.argv[1]))
    with ProcessPoolExecutor(2) as pool:
        theirs = list(pool.map(judged, series, chunksize=8))
    effects: dict[tuple[str, bool], list[tuple[bool, bool]]] = defaultdict(list)
    for one, verdict in zip(series, theirs, strict=True):
        wanted = {"decrease"} if one.fall else {"increase", "decrease"}
        effects[one.drawn_from, one.fall].append((one.verdict in wanted, verdict in wanted))
    refused = theirs.count(None)
    print(HEAD.format(series=len(series) // 2, version=version("pycausalimpact"), refused=refused), end="")
    for name in dict.fromkeys(one.drawn_from for one in series):
        shares = 100 * np.hstack([np.mean(effects[name, fall], axis=0) for fall in (False, True)])
        print(f"| {name} | {len(effects[name, False])} | " + " | ".join(f"{share:.1f}" for share in shares) + " |")


if __name__ == "__main__":
    main()

"""`make tune DATA=directory`: the settings of the priors, one changed at a time, scored on years that were left out.

    python -m benches.prior.tried TOOL SERIES [PRIOR ...]

TOOL is the built example `learn_prior`, SERIES the folder with the exported series. A prior is learned without the
last years of *every* series (six for `annual`, three for `counts`) and scored on them: shocks are common to all, and
folds by country hide that. The shipped plan is scored without a third of the countries, and of the sources, too. The
scored years of the benchmarks are not in these files. Rows go to `benches/results/tried.json` and from there into
`BENCHMARKS.md`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from benches.accuracy import tables

OUT = Path(__file__).parents[1] / "results" / "tried.json"

# What is changed against the shipped plan (`examples/learn_prior/plan.rs`): first nothing, then one setting.
TRIED: dict[str, list[tuple[str, str]]] = {
    "annual": [
        ("as shipped", ""),
        ("no descent on the CRPS: expectation and maximisation of the log density alone", "finish=0"),
        ("held to the start", "hold=20"),
        ("tails count more", "tails=2"),
        ("no wild years", "wild=0"),
        ("half the members", "trim=0.004 keep-above=0.002"),
        ("shape a 1.5 instead of 3", "shape=1.5"),
        ("no drift", "drifts=0"),
    ],
    "counts": [
        ("as shipped", ""),
        ("no descent on the CRPS", "finish=0"),
        ("held to the start", "hold=5"),
        ("held harder", "hold=20"),
        ("tails count like the middle", "tails=0"),
        ("no wild years", "wild=0"),
        ("twice the members", "trim=0.002 keep-above=0.0005"),
        ("half the members", "trim=0.008 keep-above=0.005"),
        ("the logarithm among the powers", "lambdas=0,0.5,1"),
        ("every source alike", "crowd=0"),
        ("shape a 1.5 instead of 3", "shape=1.5"),
    ],
}
THIN = 1  # with every third series the first step is another, and so is the order of the settings
COLUMNS = ["mase-ratio", "mase", "smape", "crps-ratio", "msis-95", "cover-80", "cover-95", "far-1000"]
COLUMNS += ["cover-80-large", "cover-95-large"]  # of series that ever reached 50


def main(tool: str, series: Path, names: list[str]) -> None:
    """Run what is listed; rows of other priors that are stored stay."""
    stored = tables.read_tried(OUT)
    for name in names or list(TRIED):
        rows = [measured(tool, series, name, what, "-time", settings) for what, settings in TRIED[name]]
        rows.append(measured(tool, series, name, "as shipped, a third of the countries left out", "", ""))
        rows.append(measured(tool, series, name, "as shipped, whole sources left out", "-source", ""))
        stored[name] = rows
        OUT.write_text(tables.dumps({"tried": stored, "plan": tables.plan()}) + "\n", encoding="utf-8")
    tables.write()


def measured(tool: str, series: Path, name: str, what: str, by: str, settings: str) -> dict[str, Any]:
    """One row: means over sources of the folds' scores."""
    command = [tool, name, str(series / f"{name}.tsv"), f"folds{by}", f"thin={THIN}", *settings.split()]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    means = [float(x) for x in lines[-1].removeprefix("mean of sources").split()]
    print(f"{name}: {what}: {lines[-1]}", flush=True)
    return {"what": what, "settings": settings, **dict(zip(COLUMNS, means, strict=True))}


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])

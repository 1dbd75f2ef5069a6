"""`make tune DATA=directory`: the settings of the priors, one changed at a time, scored on inner folds.

    python -m benches.prior.tried TOOL SERIES [PRIOR ...]

TOOL is the built example `learn_prior`, SERIES the folder with the exported series. A prior is learned three times
without a third of the countries (or whatever the source groups its series by; once also without whole sources) and
scored on their last years: six for `annual`, three for `counts`. Every third series takes part, for the sake of time.
The scored years of the benchmarks are not in these files. Rows go to `benches/results/tried.json` and from there into
`BENCHMARKS.md`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from benches.accuracy import tables

OUT = Path(__file__).parents[1] / "results" / "tried.json"

# What is changed against the shipped plan (`examples/learn_prior/plan.rs`): first nothing, then the unit of a fold.
TRIED: dict[str, list[tuple[str, str]]] = {
    "annual": [
        ("as shipped", ""),
        ("no descent on the CRPS: expectation and maximisation of the log density alone", "finish=0"),
        ("a third of the descent", "finish=20"),
        ("held to the start", "hold=0.03"),
        ("no small members dropped on the way", "trim=0.0005"),
        ("eta held at 0.3", "free-eta=false"),
        ("without the sizes s below 0.02", "sizes=0.02,0.08,0.3"),
        ("shape a 1.5 instead of 3", "shape=1.5"),
        ("no drift", "drifts=0"),
    ],
    "counts": [
        ("as shipped", ""),
        ("no descent on the CRPS", "finish=0"),
        ("descent without holding to the start", "hold=0"),
        ("no small members dropped on the way", "trim=0.0005"),
        ("the logarithm among the powers", "lambdas=0,0.5,1"),
        ("every source alike", "crowd=0"),
        ("shape a 1.5 instead of 3", "shape=1.5"),
    ],
}
THIN = 3  # every third series, so that the whole takes minutes
COLUMNS = ["mase-ratio", "mase", "smape", "crps-ratio", "msis-95", "cover-80", "cover-95", "far-1000"]


def main(tool: str, series: Path, names: list[str]) -> None:
    """Run what is listed; rows of other priors that are stored stay."""
    stored = tables.read_tried(OUT)
    for name in names or list(TRIED):
        rows = [row for what, settings in TRIED[name] for row in [measured(tool, series, name, what, "", settings)]]
        rows.append(measured(tool, series, name, "as shipped, whole sources left out", "-source", ""))
        stored[name] = rows
        OUT.write_text(tables.dumps({"tried": stored}) + "\n", encoding="utf-8")
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

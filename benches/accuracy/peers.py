"""`make peers DATA=directory`: ours and other forecasters on the same series, in one run on one machine.

For every collection of the directory, one process after the other on one thread each: this package, the Python
packages of `peer_models.py` in their own environment, R where it is present, and the Rust crates of `benches/peers`.
Each answers with a table in the interchange format of `score.py`, left in `target/peers`. Seconds are those of fits,
medians and intervals at 80 and 95%, without starting up.

The tables are printed and stored as JSON where `make accuracy` leaves its own, those of peers beside ours, and
`BENCHMARKS.md` is written anew from `benches/results/`.
"""

from __future__ import annotations

import argparse
import dataclasses
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

import unjuran as uj
from benches.accuracy import models, run, score, summary, tables
from benches.accuracy.collections import read_directory

if TYPE_CHECKING:
    from benches.accuracy.collections import Collection
    from benches.accuracy.models import Unit

    Report = dict[str, Any]  # model, package, seconds, series, failed, reasons

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-peers" / "bin" / "python"
CRATES = ROOT / "benches" / "peers" / "target" / "release" / "peers"
R_SCRIPT = ROOT / "benches" / "accuracy" / "peer_models.R"
FORECASTS = ROOT / "target" / "peers"
# Ours beside the same method of another library, and the default beside the best of them.
PAIRS = (
    ("AutoETS", "statsforecast AutoETS"),
    ("Theta", "R thetaf"),
    ("Theta, dynamic", "statsforecast DynamicOptimizedTheta"),
    ("default", "statsforecast DynamicOptimizedTheta"),
)
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"), "1")


def main() -> None:
    arguments = argparse.ArgumentParser(prog="make peers", description=__doc__)
    arguments.add_argument("data", type=Path, help="a directory with collections")
    arguments.add_argument("--only", action="append", help="the name of a collection; may be given again")
    arguments.add_argument("--first", type=int, help="only so many series of each collection; nothing is stored")
    given = arguments.parse_args()

    commands, absent = runners()
    collections, left_out = read_directory(given.data)
    for line in [*left_out, *absent]:
        print(line)
    chosen = [one for one in collections if not given.only or one.name in given.only]
    if not chosen:
        sys.exit("no annual collection found")
    for collection in chosen:
        part = collection
        if given.first is not None:
            part = dataclasses.replace(collection, cases=collection.cases[: given.first], submissions=None)
        unit = run.units(part)[0]
        ours, others = run.measured(part, unit), measured(part, unit, commands, absent)
        print()
        print(tables.section([ours, others]), flush=True)
        if given.first is None:
            for result, name in ((ours, part.name), (others, f"{part.name}-peers")):
                tables.store(result, name, given.data)
    if given.first is None:
        tables.write()
        print("BENCHMARKS.md is what benches/results says")


def runners() -> tuple[list[list[str]], list[str]]:
    """The commands that forecast for others, and a line for what is absent."""
    commands = [[str(PYTHON), "-m", "benches.accuracy.peer_models"], [str(CRATES)]]
    for command in commands:
        if not Path(command[0]).exists():
            sys.exit(f"{Path(command[0]).relative_to(ROOT)} is absent: `make peers` builds it")
    if shutil.which("Rscript") is None:
        return commands, ["R is left out: Rscript is absent (Debian: r-cran-forecast)"]
    asked = subprocess.run(["Rscript", "-e", "library(forecast)"], capture_output=True, check=False)
    if asked.returncode:
        return commands, ["R is left out: it lacks the package forecast (Debian: r-cran-forecast)"]
    return [*commands, ["Rscript", str(R_SCRIPT)]], []


def measured(collection: Collection, unit: Unit | None, commands: list[list[str]], absent: list[str]) -> dict[str, Any]:
    """The table of the others: a row a model, with ratios to our naive forecast, which scores as theirs do."""
    answers = [theirs(command, collection) for command in commands]
    forecasts = pl.concat(table for table, _ in answers)
    FORECASTS.mkdir(parents=True, exist_ok=True)
    forecasts.write_csv(FORECASTS / f"{collection.name}.csv")
    about: dict[str, dict[str, Any]] = {}
    packages: dict[str, None] = {}  # in the order in which they ran
    for report in (report for _, reports in answers for report in reports):
        about[report["model"]] = {
            "seconds_per_1000": round(1000 * report["seconds"] / report["series"], 4),
            "refused": report["failed"],
            "why": ", ".join(f"{reason}: {count}" for reason, count in report["reasons"].items()) or None,
        }
        packages[report["package"]] = None
    naive = models.forecast(collection, summary.REFERENCE, uj.Naive(), unit).table
    both = pl.concat([naive, score.points(forecasts)], how="vertical_relaxed")
    rows = summary.rows(collection, score.score(collection, both), about, both)
    header = run.header(collection.name, collection, unit)
    return {
        **header,
        "by": "peers",
        "version": ", ".join(packages),
        "notes": [*header["notes"], *absent],
        "rows": [row for row in rows if row["model"] != summary.REFERENCE],
        "pairs": paired(collection, unit, forecasts),
    }


def paired(collection: Collection, unit: Unit | None, theirs: pl.DataFrame) -> list[dict[str, Any]]:
    """Mean difference of each pair over the series that both forecast, with its standard error."""
    present = theirs["model"].unique().to_list()
    pairs = [(one, other) for one, other in PAIRS if other in present]
    own = [models.forecast(collection, name, models.models()[name], unit).table for name in {one for one, _ in pairs}]
    if not own:
        return []
    scores = score.score(collection, pl.concat([*own, score.points(theirs)], how="vertical_relaxed"))
    return [summary.difference(scores, one, other) for one, other in pairs]


def theirs(command: list[str], collection: Collection) -> tuple[pl.DataFrame, list[Report]]:
    """Forecasts of one runner; of a runner that stopped half-way, what its finished models left."""
    series = "".join(
        f"{case.unique_id}\t{len(case.test)}\t{','.join(map(repr, case.train.tolist()))}\n" for case in collection.cases
    )
    done = subprocess.run(
        command,
        input=series,
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        env={**os.environ, **ONE_THREAD},
        check=False,
    )
    lines = done.stderr.splitlines()
    reports = [json.loads(line) for line in lines if line.startswith('{"model"')]
    if done.returncode:
        last = " / ".join([line for line in lines if not line.startswith("{")][-3:])
        print(f"{Path(command[-1]).name} stopped with {done.returncode}: {last or 'no word'}")
    kinds = {"unique_id": pl.String(), "model": pl.String(), "step": pl.Int64()}
    schema = pl.Schema({name: kinds.get(name, pl.Float64()) for name in score.COLUMNS})
    if not reports:
        return pl.DataFrame(schema=schema), []
    table = pl.read_csv(io.StringIO(done.stdout), schema_overrides=schema)
    finished = pl.col("model").is_in([report["model"] for report in reports])
    return table.filter(finished).select(score.COLUMNS), reports


if __name__ == "__main__":
    main()

"""Ours and other forecasters on the same series in one run: `make peers DATA=DIRECTORY`.

For every collection of the directory, one process after the other on one thread each: this package, the Python
packages of `peer_models.py` in their own environment, R where it is present, and the Rust crates of `benches/peers`.
Each answer is a table in the interchange format of `score.py`. Seconds are those of fitting and of asking for ten
intervals, without starting up; a model that refuses a series has no rows for it and is scored on the others, and the
last columns say how many it refused.

Left in `target/peers`: for each collection `NAME.csv`, the forecasts, and `NAME.json`, where they come from and how
they scored.
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
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import polars as pl
from benches.accuracy.collections import read_directory
from benches.accuracy.score import COLUMNS, score

import unjuran as uj

if TYPE_CHECKING:
    from benches.accuracy.collections import Collection

    Report = dict[str, Any]  # model, package, seconds, series, failed, reasons

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-peers" / "bin" / "python"
CRATES = ROOT / "benches" / "peers" / "target" / "release" / "peers"
R_SCRIPT = ROOT / "benches" / "accuracy" / "peer_models.R"
LEVELS = [*range(10, 100, 10), 95]
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"), "1")
REFERENCE = "unjuran Naive"  # OWA is relative to it, on the series that both answered
MOST_MASE = 20.0  # a series of counts weighs no more
SHOWN = {
    "sMAPE": ("smape", 3),
    "MASE": ("mase", 3),
    "OWA": ("owa", 3),
    "80%": ("cover-80", 1),
    "95%": ("cover-95", 1),
    "MSIS-95": ("msis-95", 2),
    "sCRPS": ("scrps", 3),
}


def runners() -> tuple[list[list[str]], list[str]]:
    """The commands that forecast for others, and a line for what is absent."""
    commands = [[str(PYTHON), "-m", "benches.accuracy.peer_models"], [str(CRATES)]]
    for command in commands:
        if not Path(command[0]).exists():
            sys.exit(f"{Path(command[0]).relative_to(ROOT)} is absent: `make peers` builds it")
    if shutil.which("Rscript") is None:
        return commands, ["R: Rscript is absent, so its rows are left out (Debian: r-cran-forecast)"]
    asked = subprocess.run(["Rscript", "-e", "library(forecast)"], capture_output=True, check=False)
    if asked.returncode:
        return commands, ["R: the package forecast is absent, so its rows are left out (Debian: r-cran-forecast)"]
    return [*commands, ["Rscript", str(R_SCRIPT)]], []


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
        print(f"{command[-1]} stopped with {done.returncode}: {lines[-1] if lines else 'no word'}")
    if not reports:
        return pl.DataFrame(schema=_schema()), []
    table = pl.read_csv(io.StringIO(done.stdout), schema_overrides=_schema())
    return table.filter(pl.col("model").is_in([report["model"] for report in reports])), reports


def ours(collection: Collection) -> tuple[pl.DataFrame, list[Report]]:
    """Forecasts of the default and of every model of the registry, on one thread."""
    frame = collection.frame()
    unit: Literal["amount"] | None = "amount" if collection.kind == "competition" else None
    due = pl.DataFrame(
        {"unique_id": [c.unique_id for c in collection.cases], "h": [len(c.test) for c in collection.cases]}
    )
    first = frame.filter(pl.col("unique_id") == collection.cases[0].unique_id)
    tables, reports = [], []
    for model in (None, *_registry()):
        uj.forecast(first, h=1, model=model)  # what is imported at the first call is not timed
        start = time.perf_counter()
        answer = uj.forecast(frame, h=collection.horizon, model=model, level=LEVELS, unit=unit, threads=1)
        seconds = time.perf_counter() - start
        name = "unjuran" if model is None else f"unjuran {model}"
        own = next(column for column in answer.columns if column.endswith("-lo-95")).removesuffix("-lo-95")
        bounds = {f"{side}-{level}": pl.col(f"{own}-{side}-{level}") for side in ("lo", "hi") for level in LEVELS}
        quantiles = {f"q-{(100 - level) // 2:02d}": bounds[f"lo-{level}"] for level in LEVELS[:-1]}
        quantiles |= {f"q-{(100 + level) // 2:02d}": bounds[f"hi-{level}"] for level in LEVELS[:-1]}
        table = (
            answer.with_columns(step=pl.col("ds").cum_count().over("unique_id"), model=pl.lit(name))
            .with_columns(median=pl.col(own), **{"q-50": pl.col(own)}, **bounds, **quantiles)
            .join(due, on="unique_id", maintain_order="left")
            .filter(pl.col("step") <= pl.col("h"))
        )
        answered = table.filter(pl.col("median").is_finite())
        refused = table.filter(~pl.col("unique_id").is_in(answered["unique_id"].implode())).unique("unique_id")
        tables.append(answered.select(COLUMNS).cast(_schema()))
        reasons = Counter(status.split(":")[0] for status in refused["status"].to_list())
        package = f"unjuran {uj.__version__}"
        report = {"model": name, "package": package, "seconds": seconds, "series": len(due), "failed": len(refused)}
        reports.append(report | {"reasons": dict(reasons)})
    return pl.concat(tables), reports


def summary(collection: Collection, scores: pl.DataFrame) -> dict[str, dict[str, float | None]]:
    """Mean scores by model: over series, or for counts over sources that weigh the same."""
    sources = pl.DataFrame(
        {"unique_id": [c.unique_id for c in collection.cases], "source": [c.source for c in collection.cases]}
    )
    scores = scores.join(sources, on="unique_id", maintain_order="left")
    if collection.kind == "counts":
        scores = scores.with_columns(pl.col("mase").clip(upper_bound=MOST_MASE))
    columns = [column for column, _ in SHOWN.values() if column != "owa"]
    reference = scores.filter(pl.col("model") == REFERENCE)
    found: dict[str, dict[str, float | None]] = {}
    for (model,), rows in scores.group_by(["model"], maintain_order=True):
        means = _mean_of_sources(rows, columns)
        both = _mean_of_sources(reference.filter(pl.col("unique_id").is_in(rows["unique_id"].implode())), columns)
        ratios = [means[name] / both[name] for name in ("smape", "mase") if means[name] and both[name]]
        found[str(model)] = {**means, "owa": sum(ratios) / 2 if len(ratios) == 2 else None}
    return found


def _mean_of_sources(rows: pl.DataFrame, columns: list[str]) -> dict[str, Any]:
    by_source = rows.group_by("source").agg(pl.col(columns).mean())
    return by_source.select(pl.col(columns).mean()).row(0, named=True) if len(rows) else dict.fromkeys(columns)


def show(collection: Collection, reports: list[Report], means: dict[str, dict[str, float | None]]) -> None:
    """Print the table of one collection."""
    weights = "sources weigh the same" if collection.kind == "counts" else "amounts"
    print(f"\n{collection.name}: {len(collection.cases)} series, h = {collection.horizon}, {weights}")
    for note in collection.notes:
        print(f"  {note}")
    width = max(len(report["model"]) for report in reports)
    print(f"{'':{width}}" + "".join(f"{name:>9}" for name in SHOWN) + f"{'refused':>9}{'s/1000':>9}")
    for report in reports:
        row = means.get(report["model"], {})
        cells = [(row.get(column), digits) for column, digits in SHOWN.values()]
        text = "".join(f"{'':>9}" if value is None else f"{value:9.{digits}f}" for value, digits in cells)
        print(f"{report['model']:{width}}{text}{report['failed']:9}{report['seconds'] / report['series'] * 1000:9.3f}")
    for report in reports:
        for reason, count in report["reasons"].items():
            print(f"  {report['model']} refused {count}: {reason}")


def _registry() -> list[str]:
    try:
        uj.forecast(uj.Series([1, 2, 3], 2000), h=1, model="?")
    except uj.errors.UnknownModelError as error:
        return list(error.known)
    return []


def _schema() -> pl.Schema:
    kinds = {"unique_id": pl.String(), "model": pl.String(), "step": pl.Int64()}
    return pl.Schema({name: kinds.get(name, pl.Float64()) for name in COLUMNS})


def main() -> None:
    parser = argparse.ArgumentParser(description="Ours and other forecasters on the same series in one run.")
    parser.add_argument("directory", type=Path, help="where the collections are")
    parser.add_argument("--only", action="append", help="the name of a collection; may be given again")
    parser.add_argument("--first", type=int, help="only so many series of each collection")
    parser.add_argument("--out", type=Path, default=ROOT / "target" / "peers")
    given = parser.parse_args()

    commands, remarks = runners()
    collections, left_out = read_directory(given.directory)
    for remark in [*left_out, *remarks]:
        print(remark)
    given.out.mkdir(parents=True, exist_ok=True)
    for collection in collections:
        if given.only and collection.name not in given.only:
            continue
        part = dataclasses.replace(collection, cases=collection.cases[: given.first])
        answers = [ours(part), *(theirs(command, part) for command in commands)]
        table = pl.concat(answer for answer, _ in answers)
        reports = [report for _, some in answers for report in some]
        means = summary(part, score(part, table))
        show(part, reports, means)
        table.write_csv(given.out / f"{part.name}.csv")
        models = [report | {"scores": means.get(report["model"])} for report in reports]
        origin = {"collection": part.name, "series": len(part.cases), "files": part.files, "remarks": remarks}
        (given.out / f"{part.name}.json").write_text(json.dumps(origin | {"models": models}, indent=1) + "\n")


if __name__ == "__main__":
    main()

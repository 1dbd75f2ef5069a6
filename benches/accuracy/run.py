"""`make accuracy DATA=directory`: measure every model of ours on every annual collection found there.

The tables are printed. Those of the scoreboard, known by its files, are stored as JSON in `benches/results/`, of which
`BENCHMARKS.md` is made; those of other files go to `results/` in their directory.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

import unjuran as uj
from benches.accuracy import models, partial, score, short, summary, tables
from benches.accuracy.collections import Collection, partial_years, read_directory, sha256
from benches.prior import overlap

if TYPE_CHECKING:
    from collections.abc import Collection as Names
    from collections.abc import Sequence

    from benches.accuracy.models import Unit

FIXED = 40  # series whose scores are stored one by one
STORED = ["smape", "mase", "scrps", "crps", "msis-80", "msis-95", "cover-80", "cover-95"]
ALWAYS_INFERRED = "m3_yearly"  # also run with the unit read off the numbers
FIXTURES = Path(__file__).parents[1] / "fixtures"
PRIORS = Path(__file__).parents[2] / "src" / "smoothing" / "bayes"


def main() -> None:
    arguments = argparse.ArgumentParser(prog="make accuracy", description=__doc__)
    arguments.add_argument("data", type=Path, help="a directory with collections")
    arguments.add_argument("--fixtures", action="store_true", help="write anew the small copies that the tests use")
    arguments.add_argument(
        "--models",
        type=chosen,
        metavar="A,B",
        help="these models only, as the tables name them, and Naive: printed, nothing is written",
    )
    given = arguments.parse_args()
    start = time.perf_counter()
    if not given.data.is_dir():
        sys.exit(f"{given.data} is no directory")
    collections, left_out = read_directory(given.data)
    for line in left_out:
        print(line)
    if given.models:
        for collection in collections:
            print(tables.section([measured(collection, units(collection)[0], given.models)]))
        return
    for collection in collections:
        for note in collection.notes:
            print(f"{collection.name}: {note}")
        if collection.kind == "competition":
            refuse_lessons(collection)
        for unit in units(collection):
            report(measured(collection, unit), given.data)
        if collection.kind == "counts":
            about = header(f"{collection.name}-first-years", collection, None)
            report({**about, "kind": "first years", "rows": short.rows(collection)}, given.data)
        if given.fixtures:
            write_fixture(collection)
    if path := partial_years(given.data):
        months = partial.read_months(path)
        report(under_way(months, partial.collection(months, path)), given.data)
        if given.fixtures:
            write_months(path, months)
    if not collections and not partial_years(given.data):
        sys.exit("no annual collection found")
    tables.write()
    print(f"{time.perf_counter() - start:.0f} s in all; BENCHMARKS.md is what benches/results says")


def refuse_lessons(collection: Collection) -> None:
    """Stop if a shipped prior learned from a series of a competition; say so if that cannot be checked."""
    for name in ("annual", "counts", "signed"):
        path = Path(overlap.EXPORTED) / f"{name}.tsv"
        if not path.exists():
            print(f"{collection.name}: not compared with what the prior {name!r} learned from: no {path}; make prior")
        elif shared := overlap.overlap(overlap.lessons(path), collection.cases):
            first, lesson = shared[0]
            sys.exit(
                f"{collection.name}: {len(shared)} series taught the prior {name!r}, {first} as {lesson} among them"
            )


def units(collection: Collection) -> Sequence[Unit | None]:
    """Competitions are amounts; counts say so by their numbers."""
    if collection.kind == "counts":
        return (None,)
    return ("amount", None) if collection.name == ALWAYS_INFERRED else ("amount",)


def chosen(names: str) -> dict[str, Any]:
    """The models of these names, and the reference; some names have a comma and a space."""
    known = models.models()
    wanted = [summary.REFERENCE, *(name.strip() for name in re.split(r",(?! )", names))]
    if unknown := [name for name in wanted if name not in known]:
        raise argparse.ArgumentTypeError(f"no model {unknown[0]!r}; there are {', '.join(known)}")
    return {name: known[name] for name in wanted}


def measured(collection: Collection, unit: Unit | None, only: dict[str, Any] | None = None) -> dict[str, Any]:
    """One table: every model of ours, or these only, and the submissions that came with the collection."""
    parts, about = [], {}
    for label, model in (only or models.models()).items():
        made = models.forecast(collection, label, model, unit)
        about[label] = {
            "seconds_per_1000": round(1000 * made.seconds / len(collection.cases), 4),
            "refused": len(made.refused),
            "why": next(iter(made.refused.values()), None),
        }
        if len(made.table):
            parts.append(made.table)
    folds = models.LEFT_OUT if collection.kind == "counts" and only is None else {}
    clean = {by: models.left_out(collection, by) for by in folds}
    for by, without in clean.items():
        if without is None:
            print(f"{models.LEFT_OUT[by]}: no priors in {models.FOLDED}; `make prior-folds` learns them")
            continue
        about[models.LEFT_OUT[by]] = {
            "seconds_per_1000": round(1000 * without.seconds / len(collection.cases), 4),
            "refused": len(without.refused),
            "why": next(iter(without.refused.values()), None),
        }
        parts.append(without.table)
    if collection.submissions is not None and unit is not None:
        parts.append(score.points(collection.submissions))
    forecasts = pl.concat(parts, how="vertical_relaxed")
    scores = score.score(collection, forecasts)
    name = collection.name if unit or collection.kind == "counts" else f"{collection.name}-inferred"
    return {
        **header(name, collection, unit),
        "rows": summary.rows(collection, scores, about, forecasts),
        "fixed": fixed(collection, scores),
    }


def under_way(months: list[partial.Months], collection: Collection) -> dict[str, Any]:
    """The table of years under way: every method at every cut."""
    rows, stored = [], {}
    for cut in partial.CUTS:
        scores = score.score(collection, partial.forecasts(months, cut))
        rows += summary.under_way(collection, scores, cut)
        stored[str(cut)] = fixed(collection, scores)
    return {**header("years_under_way", collection, None), "kind": "years under way", "rows": rows, "fixed": stored}


def header(name: str, collection: Collection, unit: str | None) -> dict[str, Any]:
    return {
        **({} if tables.stored_for(collection.files) else {"own": True}),
        "name": name,
        "collection": collection.name,
        "kind": collection.kind,
        "unit": unit or "inferred",
        "series": len(collection.cases),
        "horizon": collection.horizon,
        "files": collection.files,
        "notes": collection.notes,
        "commit": commit(),
        "version": uj.__version__,
        "default": default_model(),
        "priors": priors(),
    }


def default_model() -> str:
    """What the front door answers with on a series of ordinary length."""
    return uj.forecast(uj.Series([163, 463, 429, 302, 286, 165, 115, 139], start=2015), h=1).model


def priors() -> dict[str, str]:
    """The priors that the default learned from other series, as they stand in the source, by sha256."""
    return {path.name: sha256(path) for path in sorted(PRIORS.glob("*.json"))}


def commit() -> str:
    """The commit that was measured; `+` if files differ from it."""
    head = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False)
    status = ["git", "status", "--porcelain", "--", "src", "python/src", "python/unjuran", "benches/accuracy"]
    changed = subprocess.run(status, capture_output=True, text=True, check=False)
    return (head.stdout.strip() or "unknown") + ("+" if changed.stdout.strip() else "")


# --- the forty series that the tests recompute ------------------------------------------------------------------------


def fixed_ids(names: Sequence[str]) -> list[str]:
    """Forty series, the same for ever: those whose names have the smallest digests."""
    return sorted(names, key=lambda name: hashlib.sha256(name.encode()).hexdigest())[:FIXED]


def fixed(
    collection: Collection, scores: pl.DataFrame, wanted: Names[str] | None = None
) -> dict[str, dict[str, list[float | None]]]:
    """Model to series to scores, in the order of `STORED`; of the forty, or of those wanted."""
    chosen = scores.filter(pl.col("unique_id").is_in(sorted(wanted or fixed_ids(ids(collection)))))
    # why: no test has the priors of the folds
    chosen = chosen.filter(~pl.col("model").is_in(list(models.LEFT_OUT.values())))
    stored: dict[str, dict[str, list[float | None]]] = {}
    for model, name, *values in chosen.select("model", "unique_id", *STORED).iter_rows():
        stored.setdefault(model, {})[name] = [None if one is None else float(f"{one:.12g}") for one in values]
    return stored


def ids(collection: Collection) -> list[str]:
    """Names of the series; targets of one series in years under way are chosen together."""
    return [case.unique_id for case in collection.cases]


def write_fixture(collection: Collection) -> None:
    """The forty series as a long CSV with the split: what `read_directory` reads back as the same cases."""
    chosen = set(fixed_ids(ids(collection)))
    rows = [
        {"unique_id": c.unique_id, "ds": int(c.ds[0]) + i, "y": y, "split": split, "source": c.source, "group": c.group}
        for c in collection.cases
        if c.unique_id in chosen
        for i, (split, y) in enumerate([*(("train", y) for y in c.train), *(("test", y) for y in c.test)])
    ]
    FIXTURES.mkdir(exist_ok=True)
    pl.DataFrame(rows).write_csv(FIXTURES / f"{collection.name}.csv")
    if collection.submissions is not None:
        some = collection.submissions.filter(pl.col("unique_id").is_in(chosen)).rename({"median": "yhat"})
        some = some.rename({"model": "method"})
        some.write_csv(FIXTURES / f"{collection.name}_submissions.csv")


def write_months(path: Path, months: list[partial.Months]) -> None:
    """The monthly rows behind the forty targets."""
    chosen = {name.rsplit(" ", 1)[0] for name in fixed_ids(ids(partial.collection(months, path)))}
    frame = pl.read_parquet(path).filter(pl.col("unique_id").is_in(chosen))
    FIXTURES.mkdir(exist_ok=True)
    frame.write_csv(FIXTURES / "years_under_way.csv")


def report(result: dict[str, Any], data: Path) -> None:
    """Store one table and print it."""
    print()
    print(tables.section([result]))
    print(f"{tables.store(result, result['name'], data)} is written")


if __name__ == "__main__":
    main()

"""Writes what the shipped priors learn from, as four text files; `make prior` calls it.

    python -m benches.prior.export DATA OUT

DATA holds `annual-counts/` and `competitions/`. One series a line, tabs between: source, cluster, name, first year,
values (commas between, nothing for a missing year), unit, fold of the country, fold of the source. Left out:

- yearly competition series, whatever the competition, under other names too: the default model must be honest on them
  as installed;
- in the counts file the last three years of every series of nine or more: the benchmark on that panel scores them;
- the years of us_state_crime in which its columns are mixed up;
- in the file of monthly counts the last three full years of every series: the benchmark on years under way has them;
- masked cells (no exact value) and what lies more than thirty years back.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from benches.accuracy import partial
from benches.accuracy.collections import read_directory
from benches.prior import overlap
from benches.prior.folds import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

SKIPPED = {"covariates_wdi", "monthly_for_partial_years", "hti_tiers"}
# Long positive counts of many kinds, as examples of annual series in general.
GENERAL = {
    "cts_economic_crime",
    "cts_violent_crime",
    "eu_asylum_applications",
    "gapminder_counts",
    "idmc_displacement",
    "unhcr_asylum_seekers",
    "us_state_crime",
}
YEARS = 30
HELD_OUT = 3
# Files with columns mixed up from a year on: in 2013-2015 those of us_state_crime are swapped (burglaries of Alabama
# rise from 47,481 to 161,993, larcenies fall from 111,523 to 42,429).
SOUND_UNTIL = {"us_state_crime": 2012}


def line(source: str, cluster: str, name: str, values: dict[int, float], unit: str) -> str:
    """One series as a line."""
    first, last = min(values), max(values)
    cells = ",".join(repr(float(values[t])) if t in values else "" for t in range(first, last + 1))
    cluster, name = (str(text).replace("\t", " ") for text in (cluster, name))
    return "\t".join([source, cluster, name, str(first), cells, unit, str(fold(cluster)), str(fold(source))])


def observed(frame: pd.DataFrame, value: str, time: str, until: int = 9999) -> Iterable[tuple[str, dict[int, float]]]:
    """Each series' last years, those with a number."""
    frame = frame[frame[time] <= until].dropna(subset=[value]).sort_values(time)
    for name, rows in frame.groupby("unique_id", sort=True):
        recent = rows.tail(YEARS)
        yield str(name), dict(zip(recent[time].astype(int), recent[value].astype(float), strict=True))


def counts(data: Path) -> Iterable[str]:
    """Recorded crime, trafficking, border and migration counts: tiers A and B."""
    manifest = pd.read_csv(data / "annual-counts" / "manifest.csv").set_index("unique_id")
    for path in sorted((data / "annual-counts").glob("*.parquet")):
        if path.stem in SKIPPED:
            continue
        source = "owid" if path.stem.startswith("owid") else path.stem
        for name, values in observed(pd.read_parquet(path), "y", "ds", SOUND_UNTIL.get(path.stem, 9999)):
            if name not in manifest.index or manifest.tier[name] not in "AB" or len(values) < 5:
                continue
            if any(y % 1 != 0 or y < 0 for y in values.values()):
                continue
            years = sorted(values)
            kept = years[:-HELD_OUT] if len(years) >= 9 else years
            yield line(source, manifest.group[name], name, {t: values[t] for t in kept}, "count")


def annual(data: Path) -> Iterable[str]:
    """Annual series of any kind: sums and year-ends of quarterly and monthly ones, national accounts, long counts."""
    for stem, per_year in (("m3_quarterly", 4), ("m3_monthly", 12)):
        frame = pd.read_parquet(data / "competitions" / f"{stem}.parquet")
        frame["year"] = frame.ds // per_year
        # why the ends too: sums of a random walk are no random walk (Working 1960), and the world has both kinds
        years = frame.groupby(["unique_id", "year"]).y.agg(["sum", "last", "size"]).reset_index()
        whole = years[years["size"] == per_year]
        for kind in ("sum", "last"):
            for name, rows in whole.groupby("unique_id", sort=True):
                if len(rows) >= 4:
                    # nominal starts are an order, not dates
                    yield line(f"{stem}_{kind}", name, name, dict(enumerate(rows[kind], start=1900)), "amount")
    covariates = pd.read_parquet(data / "annual-counts" / "covariates_wdi.parquet")
    for indicator in ("gdp", "pop", "unem"):
        chosen = covariates[covariates.indicator == indicator].rename(columns={"iso3": "unique_id"})
        for name, values in observed(chosen, "value", "year"):
            if len(values) >= 8:
                yield line(f"wdi_{indicator}", name, f"{indicator}_{name}", values, "amount")
    manifest = pd.read_csv(data / "annual-counts" / "manifest.csv").set_index("unique_id")
    for stem in sorted(GENERAL):
        for name, values in observed(
            pd.read_parquet(data / "annual-counts" / f"{stem}.parquet"), "y", "ds", SOUND_UNTIL.get(stem, 9999)
        ):
            if len(values) >= 10 and min(values.values()) > 20:
                yield line(stem, manifest.group[name], name, values, "amount")


def signed(data: Path, positive: Iterable[str]) -> Iterable[str]:
    """Amounts that fall below zero: yearly changes of sums, growth in per cent, net migration."""
    for one in positive:
        source, cluster, name, first, cells, unit, *_ = one.split("\t")
        if not source.endswith("_sum") and source != "wdi_gdp":
            continue
        level = {t: float(cell) for t, cell in enumerate(cells.split(","), start=int(first)) if cell}
        growth = source == "wdi_gdp"
        change = {t: y - level[t - 1] for t, y in level.items() if t - 1 in level}
        if growth:
            change = {t: 100 * difference / level[t - 1] for t, difference in change.items()}
        if len(change) >= 5 and min(change.values()) < 0:
            yield line(f"{source}_{'growth' if growth else 'changes'}", cluster, f"{name}_changes", change, unit)
    covariates = pd.read_parquet(data / "annual-counts" / "covariates_wdi.parquet")
    chosen = covariates[covariates.indicator == "nmig"].rename(columns={"iso3": "unique_id"})
    for name, values in observed(chosen, "value", "year"):
        if len(values) >= 8 and min(values.values()) < 0:
            yield line("wdi_nmig", name, f"nmig_{name}", values, "amount")


def simulated(unit: str, series: int = 400) -> Iterable[str]:
    """Clean processes, so that clean data get narrow bands: wandering levels, dying slopes, counts about a trend."""
    draw = np.random.default_rng(20261122)
    for i in range(series):
        n = int(draw.integers(8, 60))
        noise, alpha, phi = 10 ** draw.uniform(-2.5, -0.6), draw.uniform(0, 1), draw.uniform(0.8, 1.0)
        beta = alpha * draw.uniform(0, 0.3) * draw.integers(0, 2)
        level, slope = 1.0, noise * draw.normal() * draw.integers(0, 2)
        size = 10 ** draw.uniform(1, 3)
        shape, growth = draw.uniform(3, 60), draw.normal() / n
        values: dict[int, float] = {}
        for t in range(n):
            shock = noise * draw.normal()
            y = float(size * (level + phi * slope + shock))
            if unit == "count":
                y = float(draw.poisson(size * np.exp(growth * t) * draw.gamma(shape) / shape) if i % 2 else round(y))
            values[1900 + t] = y
            level, slope = level + phi * slope + alpha * shock, phi * slope + beta * shock
        if unit == "amount" or min(values.values()) >= 0:
            yield line("simulated", str(i), f"simulated_{i}", values, unit)


def months(data: Path) -> Iterable[str]:
    """Full years by month, those that the benchmark forecasts left out: source, series, year, twelve counts."""
    for one in partial.read_months(data / "annual-counts" / "monthly_for_partial_years.parquet"):
        for i, counts in enumerate(one.counts[: -partial.TARGETS]):
            cells = ",".join(repr(float(count)) for count in counts)
            yield "\t".join([one.source, one.unique_id, str(one.first + i), cells])


def without_scored(lines: list[str], competitions: Path) -> list[str]:
    """The lines whose numbers are those of no yearly competition series: a few quarterly series are yearly ones too."""
    cases = [case for collection in read_directory(competitions)[0] for case in collection.cases]
    shared = {name for _, name in overlap.overlap(overlap.parsed(lines), cases)}
    for name in sorted(shared):
        print(f"left out, a yearly competition series under another name: {name}")
    return [one for one in lines if one.split("\t")[2] not in shared]


def main(data: Path, out: Path) -> None:
    """All files."""
    out.mkdir(parents=True, exist_ok=True)
    lines = {
        "annual": [*annual(data), *simulated("amount")],
        "counts": [*counts(data), *simulated("count")],
    }
    lines = {name: without_scored(of, data / "competitions") for name, of in lines.items()}
    lines["signed"] = list(signed(data, lines["annual"]))
    for name, of in lines.items():
        (out / f"{name}.tsv").write_text("\n".join(of) + "\n", encoding="utf-8")
        print(f"{name}: {len(of)} series")
    course = list(months(data))
    (out / "course.tsv").write_text("\n".join(course) + "\n", encoding="utf-8")
    print(f"course: {len(course)} years")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

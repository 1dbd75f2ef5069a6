"""Collections of annual series found in a directory, each split into what a model sees and what happened.

Files are recognised by what they hold, not by a list of names: long tables in Parquet or CSV, the layout of the M4
competition (`Yearly-train.csv` beside `Yearly-test.csv`) and Monash `.tsf`. What is not annual, has no training part
or is no series at all is named in one line of the second value of `read_directory`. Counts are pooled under the name of
their directory; those of the scoreboard, known by their files, are `annual_counts`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import polars as pl

from benches.accuracy import tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

HELD_BACK = 3  # years of a counts series that no model sees
LEAST_YEARS = 9  # of a counts series
LONGEST = 25  # years of a counts series; older ones are left out
TIERS = ("A", "B")
NOT_SCORED = ("owid_hijackings", "hti_tiers")  # one series; grades, not counts
TOGETHER = {"owid_executions": "owid", "owid_rhino_poaching": "owid"}  # too small to weigh as much as the others
YEARLY_HORIZON = 6  # of a .tsf that does not say
OTHER_FREQUENCY = re.compile(r"(?<![a-z])(quarter|month|week|dai|hour)(ly)?(?![a-z])", re.IGNORECASE)
YEARS = (1500, 2200)  # what a column of years may hold, unless the file is named a yearly one
YEARLY = re.compile(r"year|annual", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Case:
    """One series: the years a model sees, their values, and what came next."""

    unique_id: str
    ds: NDArray[np.int64]
    train: NDArray[np.float64]
    test: NDArray[np.float64]
    source: str = ""
    group: str = ""


@dataclass(frozen=True)
class Collection:
    """Series that are scored together; `kind` says by which rules."""

    name: str
    kind: Literal["competition", "counts"]
    cases: list[Case]
    files: dict[str, str]  # name to sha256
    notes: list[str] = field(default_factory=list)
    submissions: pl.DataFrame | None = None  # unique_id, model, step, median

    @property
    def horizon(self) -> int:
        """The most years held back."""
        return max(len(case.test) for case in self.cases)

    def frame(self) -> pl.DataFrame:
        """What models see: unique_id, ds, y."""
        return pl.DataFrame(
            {
                "unique_id": np.repeat([case.unique_id for case in self.cases], [len(c.train) for c in self.cases]),
                "ds": np.concatenate([case.ds for case in self.cases]),
                "y": np.concatenate([case.train for case in self.cases]),
            }
        )


def read_directory(directory: Path) -> tuple[list[Collection], list[str]]:
    """The annual collections of a directory, and a line for each file that is none."""
    found: list[Collection] = []
    left_out: list[str] = []
    files = sorted(path for path in directory.iterdir() if path.suffix in {".parquet", ".csv", ".tsf"})
    manifest = _manifest(directory / "manifest.csv")
    counts: list[Path] = []
    for path in files:
        if path.name == "manifest.csv" or path.stem.endswith("_submissions"):
            continue
        try:
            result = _one(path, manifest)
        # why: a file that cannot be read is a line of the report, and the others are scored.
        except (ValueError, LookupError, OSError, pl.exceptions.PolarsError) as problem:
            result = f"cannot be read: {problem}"
        if isinstance(result, Collection):
            found.append(result)
        elif isinstance(result, Path):
            counts.append(result)
        elif result:
            left_out.append(f"{path.name}: {result}")
    if counts:
        found.append(_counts(counts, directory))
    return found, left_out


def _one(path: Path, manifest: dict[str, Any]) -> Collection | Path | str:
    """What a file holds: a collection, counts to be scored with others, or why neither; "" for part of another."""
    if path.suffix == ".tsf":
        return _tsf(path)
    if match := re.fullmatch(r"(\w+)-(train|test)", path.stem):
        if match[2] == "train":
            return _m4(path, match[1])
        return "" if path.with_name(f"{match[1]}-train.csv").exists() else "no training part"
    columns = list(_columns(path))
    if "M4id" in columns:
        return ""
    if not {"unique_id", "ds", "y"} <= set(columns):
        monthly = {"unique_id", "year", "month", "y"} <= set(columns)
        wanted = f"no series in long format: unique_id, ds and y are wanted, its columns are {', '.join(columns)}"
        return "monthly: see the table of years under way" if monthly else wanted
    if "split" in columns:
        return _long(path)
    tier = _tier(manifest, path.stem)
    if tier not in (None, *TIERS):
        return f"tier {tier}"
    return "not scored by rule" if path.stem in NOT_SCORED else path


def _whole(cases: list[Case], files: dict[str, str], name: str, notes: Iterable[str] = ()) -> Collection | str:
    """A competition of the series that can be scored: numbers throughout, years in a row, no name twice."""
    kept: dict[str, Case] = {}
    dropped: Counter[str] = Counter()
    for case in cases:
        if case.unique_id in kept:
            dropped["come under a name that was there before"] += 1
        elif not len(case.train) or not len(case.test):
            dropped["have no training or no test part"] += 1
        elif np.isnan(case.train).any() or np.isnan(case.test).any():
            dropped["have a missing value"] += 1
        elif (np.diff(case.ds) != 1).any():
            dropped["have a gap in their years"] += 1
        else:
            kept[case.unique_id] = case
    lines = [f"{number} series {reason} and are left out" for reason, number in dropped.items()]
    return Collection(name, "competition", list(kept.values()), files, [*notes, *lines]) if kept else "no whole series"


def partial_years(directory: Path) -> Path | None:
    """The file of monthly counts behind annual series, if the directory has one."""
    path = directory / "monthly_for_partial_years.parquet"
    return path if path.exists() else None


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read(path: Path) -> pl.DataFrame:
    return pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema_length=None)


# --- long tables -----------------------------------------------------------------------------------------------------


def _long(path: Path) -> Collection | str:
    """A competition: unique_id, ds, y and split, which says train or test."""
    frame = _with_years(read(path))
    if set(frame["split"].unique()) != {"train", "test"}:
        return "no training part" if "train" not in frame["split"] else "no test part"
    if problem := _not_annual(path.stem, frame["ds"]):
        return problem
    groups = "category" if "category" in frame.columns else "split"
    cases = []
    for name, rows in _by_series(frame.sort("unique_id", "ds", maintain_order=True)):
        seen = rows["split"].to_numpy() == "train"
        year, y = rows["ds"].to_numpy().astype(np.int64), rows["y"].to_numpy().astype(float)
        if (np.diff(year) != 1).any():
            y[:] = np.nan  # why: a test part that does not follow on its training part is no test of its first years
        cases.append(Case(name, year[seen], y[seen], y[~seen], "", rows[groups][0]))
    submitted = path.with_name(f"{path.stem}_submissions{path.suffix}")
    files = {one.name: sha256(one) for one in (path, submitted) if one.exists()}
    found = _whole(cases, files, path.stem)
    return found if isinstance(found, str) else replace(found, submissions=_submissions(submitted))


def _with_years(frame: pl.DataFrame) -> pl.DataFrame:
    """`ds` as a year, where it is a date or begins with a year."""
    ds = frame["ds"]
    if ds.dtype.is_temporal():
        return frame.with_columns(ds.dt.year().alias("ds"))
    if ds.dtype == pl.String:
        years = ds.str.extract(r"^\s*(\d{4})(?:\D|$)").cast(pl.Int64)
        if (unread := ds.filter(years.is_null())).len():
            message = f"ds {unread[0]!r} does not begin with a year: write 2015 or 2015-12-31"
            raise ValueError(message)
        return frame.with_columns(years.alias("ds"))
    return frame


def _submissions(path: Path) -> pl.DataFrame | None:
    """What others forecast at the time: methods without a forecast are left out."""
    if not path.exists():
        return None
    columns = {"method": "model", "yhat": "median"}
    return read(path).drop_nulls("yhat").rename(columns).select("unique_id", "model", "step", "median")


def _counts(paths: list[Path], directory: Path) -> Collection:
    """Annual counts of several sources: whole, published in every year, the last ones held back."""
    cases: list[Case] = []
    notes: list[str] = []
    dropped: Counter[str] = Counter()
    names: set[str] = set()
    for path in paths:
        before = len(cases)
        for name, rows in _by_series(_with_years(read(path)).sort("unique_id", "ds", maintain_order=True)):
            year = rows["ds"].to_numpy().astype(np.int64)
            y = rows["y"].to_numpy().astype(float)
            if name in names:
                dropped["twice"] += 1
            elif np.count_nonzero(~np.isnan(y)) < LEAST_YEARS:
                dropped["short"] += 1
            elif np.isnan(y).any() or (np.diff(year) != 1).any():
                dropped["gap"] += 1
            else:
                year, y = year[-LONGEST:], y[-LONGEST:]
                source = TOGETHER.get(path.stem, path.stem)
                group = f"{source}/{rows['group'][0]}" if "group" in rows.columns else name
                cases.append(Case(name, year[:-HELD_BACK], y[:-HELD_BACK], y[-HELD_BACK:], source, group))
                names.add(name)
        if len(cases) == before:
            notes.append(f"{path.name}: no series of {LEAST_YEARS} published years without a gap")
    notes.append(f"{dropped['short']} series with fewer than {LEAST_YEARS} published years are left out")
    notes.append(f"{dropped['gap']} longer series with a missing or masked year are left out")
    if dropped["twice"]:
        notes.append(f"{dropped['twice']} series come under a name that was there before and are left out")
    files = {path.name: sha256(path) for path in paths}
    name = tables.stored_for(files) or directory.resolve().name
    return Collection(name, "counts", cases, files, notes)


def _by_series(frame: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    for (name,), rows in frame.group_by(["unique_id"], maintain_order=True):
        yield str(name), rows


def _not_annual(name: str, ds: pl.Series) -> str | None:
    """Why these are not years."""
    if said := OTHER_FREQUENCY.search(name):
        return f'not annual: its name says "{said[0]}"'
    first, last = (float(str(one)) for one in (ds.min(), ds.max()))
    if YEARLY.search(name) or (first >= YEARS[0] and last <= YEARS[1]):
        return None
    return (
        f"not taken for annual: ds runs from {first:g} to {last:g}, years from {YEARS[0]} to {YEARS[1]}; "
        'a file with "yearly" or "annual" in its name may hold others'
    )


# --- the layout of the M4 competition --------------------------------------------------------------------------------


def _m4(train: Path, frequency: str) -> Collection | str:
    """A row a series: its name, then its values; the same in a second file for what came next."""
    test = train.with_name(f"{frequency}-test.csv")
    if not test.exists():
        return "no test part"
    if not YEARLY.fullmatch(frequency.removesuffix("ly")):
        return "not annual"
    future = dict(_wide(test))
    groups = _m4_categories(train.parent)
    cases = []
    for name, y in _wide(train):
        years = np.arange(2001 - len(y), 2001, dtype=np.int64)  # why: the layout has an order and no dates
        cases.append(Case(name, years, y, future.get(name, np.array([])), "", groups.get(name, "")))
    return _whole(cases, {p.name: sha256(p) for p in (train, test)}, f"m4_{frequency.lower()}")


def _wide(path: Path) -> Iterator[tuple[str, NDArray[np.float64]]]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        for name, *cells in rows:
            # why only at the end: rows are filled up there, an empty cell between two numbers is a missing year.
            while cells and not cells[-1].strip():
                cells.pop()
            yield name, np.array([np.nan if cell.strip() in {"", "NA", "NaN"} else float(cell) for cell in cells])


def _m4_categories(directory: Path) -> dict[str, str]:
    for path in directory.glob("*info*.csv"):
        with path.open(newline="", encoding="utf-8") as file:
            return {row["M4id"]: row["category"] for row in csv.DictReader(file) if "M4id" in row}
    return {}


# --- Monash .tsf -----------------------------------------------------------------------------------------------------


def _tsf(path: Path) -> Collection | str:
    """Settings after `@`, then a series a line: its attributes and its values, between colons."""
    settings: dict[str, str] = {}
    attributes: list[str] = []
    series: list[tuple[str, NDArray[np.float64]]] = []
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    with io.StringIO(text) as file:
        lines = (line.strip() for line in file)
        for line in lines:
            if line.startswith("@attribute"):
                attributes.append(line.split()[1])
            elif line.lower() == "@data":
                break
            elif line.startswith("@"):
                key, *value = line[1:].split(maxsplit=1)
                settings[key.lower()] = "".join(value).strip()
        named = attributes.index("series_name") if "series_name" in attributes else None
        for line in lines:
            if line and not line.startswith("#"):
                *about, values = line.split(":")
                name = f"T{len(series) + 1}" if named is None else about[named]
                numbers = values.rstrip(",").split(",")
                series.append((name, np.array([np.nan if v.strip() == "?" else float(v) for v in numbers])))
    frequency = settings.get("frequency", "none given")
    if frequency.lower() != "yearly":
        return f"not annual: frequency {frequency}"
    horizon = int(settings.get("horizon", YEARLY_HORIZON))
    if horizon < 1:
        return f"a horizon of {horizon}: at least 1 is needed"
    notes = [] if "horizon" in settings else [f"no horizon given: the last {horizon} years are held back"]
    cases = []
    for name, y in series:
        kept = max(len(y) - horizon, 0)
        years = np.arange(2001 - len(y), 2001, dtype=np.int64)
        cases.append(Case(name, years[:kept], y[:kept], y[kept:]))
    return _whole(cases, {path.name: sha256(path)}, path.stem, notes)


# --- what a file is --------------------------------------------------------------------------------------------------


def _columns(path: Path) -> Iterable[str]:
    if path.suffix == ".parquet":
        return pl.read_parquet_schema(path)
    with path.open(newline="", encoding="utf-8") as file:
        return next(csv.reader(file), [])


def _manifest(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    frame = pl.read_csv(path, infer_schema_length=None)
    return dict(frame.group_by("source").agg(pl.col("tier").first()).iter_rows())


def _tier(manifest: dict[str, Any], source: str) -> str | None:
    return manifest.get(source)

"""Seconds and memory for a panel in and out of a frame: `make bench`, or `python benches/panel.py SERIES`.

Then a million rows come in from each kind of frame, in a process of its own: seconds, memory beyond the most that the
process had needed until then, and whether the address at which Rust reads `y` is the frame's own.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from typing import Any
from unittest import mock

import numpy as np
import polars as pl

import unjuran as uj
from unjuran import _core

YEARS = 20


def panel(series: int) -> pl.DataFrame:
    """So many series of 20 Poisson counts."""
    names = np.repeat([f"s{i}" for i in range(series)], YEARS)
    years = np.tile(np.arange(2000, 2000 + YEARS), series)
    return pl.DataFrame({"unique_id": names, "ds": years, "y": np.random.default_rng(0).poisson(40, series * YEARS)})


def main() -> None:
    series = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    frame = panel(series)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{series} series x {YEARS} years, h = 6, levels 80 and 95; {before:.0f} MiB before")
    for kind, given in (("polars", frame), ("pandas", frame.to_pandas())):
        for model in ("Naive", "AutoETS", None):
            start = time.perf_counter()
            uj.forecast(given, h=6, model=model)
            seconds = time.perf_counter() - start
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            each = seconds / series * 1e6
            print(f"{kind:7} {model or 'default':8} {seconds:8.2f} s {each:8.0f} us a series, peak {peak:.0f} MiB")


def million(kind: str) -> None:
    """A million rows become series, and forecasts; whether their numbers are read where the frame keeps them."""
    whole = panel(1_000_000 // YEARS).with_columns(pl.col("y").cast(pl.Float64))
    given = {"polars": lambda: whole, "pandas": whole.to_pandas, "pyarrow": lambda: whole.to_arrow().combine_chunks()}
    frame = given[kind]()
    column = frame["y"].chunk(0).to_numpy() if kind == "pyarrow" else frame["y"].to_numpy()
    ways = {
        "series": ("_panel_from_columns", uj.Panel.from_frame),
        "forecasts by Naive": ("_forecast_columns", lambda rows: uj.forecast(rows, h=3, model="Naive", threads=1)),
    }
    for made, (border, way) in ways.items():
        taken, seen = getattr(_core, border), []

        def noting(columns: Any, *rest: Any, taken: Any = taken, seen: list[int | None] = seen) -> Any:
            seen.append(_core._y_address(columns))
            return taken(columns, *rest)

        before, start = peak(), time.perf_counter()
        with mock.patch.object(_core, border, noting):
            way(frame)
        seconds, more = time.perf_counter() - start, peak() - before
        same = "the frame's own" if seen == [column.ctypes.data] else "another"
        print(f"{kind:7} a million rows to {made:18} {seconds:6.2f} s, {more:4.0f} MiB more, y read at {same} address")


def peak() -> float:
    """The most memory that this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    for kind in ("polars", "pandas", "pyarrow"):
        process = multiprocessing.get_context("spawn").Process(target=million, args=(kind,))
        process.start()
        process.join()
        if process.exitcode:
            sys.exit(process.exitcode)
    main()

"""Seconds and memory for a panel in and out of a frame: `make bench`, or `python benches/panel.py SERIES`.

Then a million rows come in from each kind of frame, and the address at which `y` is read is compared with the frame's.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
import polars as pl

import unjuran as uj
from unjuran import frames

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


def million() -> None:
    """A million rows become series; whether their numbers are read where the frame keeps them."""
    whole = panel(1_000_000 // YEARS).with_columns(pl.col("y").cast(pl.Float64))
    for kind, given in (
        ("polars", whole),
        ("pandas", whole.to_pandas()),
        ("pyarrow", whole.to_arrow().combine_chunks()),
    ):
        column = given["y"].chunk(0).to_numpy() if kind == "pyarrow" else given["y"].to_numpy()
        read = frames._numbers(frames._frame(given, "")["y"], np.arange(len(column)), {}, "")
        same = "the same" if read.ctypes.data == column.ctypes.data else "another"
        start = time.perf_counter()
        series = len(uj.Panel.from_frame(given))
        seconds = time.perf_counter() - start
        print(f"{kind:7} {len(column):,} rows to {series:,} series {seconds:6.2f} s, y read at {same} address")


if __name__ == "__main__":
    main()
    million()

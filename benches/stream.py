"""Seconds and peak memory of a panel from Parquet to Parquet: `make bench-stream`.

The forecast runs in a process of its own, so that its peak memory is not that of the data's making. One series in the
middle has a year twice; its row is printed.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

YEARS = 20
CHUNK = 50_000


def make(path: Path, series: int, kind: str) -> None:
    """So many series of 20 years: Poisson counts around 40, or lognormal amounts."""
    rng = np.random.default_rng(0)
    schema = pa.schema([("unique_id", pa.string()), ("ds", pa.int64()), ("y", pa.float64())])
    with pq.ParquetWriter(path, schema) as writer:
        for a in range(0, series, CHUNK):
            many = min(CHUNK, series - a)
            names = np.repeat([f"s{i:07}" for i in range(a, a + many)], YEARS)
            years = np.tile(np.arange(2000, 2000 + YEARS), many)
            if a <= series // 2 < a + many:
                years[(series // 2 - a) * YEARS + 1] = 2000
            size = many * YEARS
            y = rng.poisson(40, size).astype(float) if kind == "counts" else rng.lognormal(3, 0.3, size)
            writer.write_table(pa.table([names, years, y], schema=schema))


def run(source: str, out: str, model: str | None, profile: bool) -> None:
    """The measured process."""
    import unjuran as uj

    profiler = cProfile.Profile()
    if profile:
        profiler.enable()
    start, cpu = time.perf_counter(), time.process_time()
    written = uj.forecast_parquet(source, h=6, out=out, model=model, progress=True)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    profiler.disable()
    if profile:
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(18)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak, "series": written.series, "bad": written.refused}))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("series", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--model", action="append", help="default: Naive, then the model of the package")
    parser.add_argument("--kind", choices=["counts", "amounts"], default="counts")
    parser.add_argument("--profile", action="store_true", help="where the Python side spends its time")
    parser.add_argument("--run", nargs=2, metavar=("SOURCE", "OUT"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    models = [None if name == "default" else name for name in asked.model or ["Naive", "default"]]
    if asked.run:
        run(*asked.run, models[0], asked.profile)
        return
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder, "counts.parquet"), Path(folder, "forecasts.parquet")
        make(source, asked.series, asked.kind)
        size = source.stat().st_size / 2**20
        about = f"{asked.kind}, {size:.0f} MiB of Parquet; h = 6, levels 80 and 95"
        print(f"{asked.series:,} series of {YEARS} years, {about}")
        for model in models:
            command = [sys.executable, __file__, "--run", str(source), str(out), "--model", model or "default"]
            command += ["--profile"] if asked.profile else []
            told = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
            each = told["seconds"] / asked.series * 1e6
            took = f"{told['seconds']:7.1f} s ({told['cpu']:.1f} s of processor), {each:.0f} us a series"
            print(f"{model or 'default':8} {took}, peak {told['peak']:.0f} MiB; {told['bad']} refused")
            bad = pq.read_table(out, filters=[("status", "!=", "ok")]).slice(0, 1).to_pylist()[0]
            print(f"  the bad one: {bad}")


if __name__ == "__main__":
    main()

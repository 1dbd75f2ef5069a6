"""What Spark and Dask cost beside one machine: `make bench-cluster`, or `python benches/cluster.py SERIES`.

The same panel of 20 years from Parquet to Parquet, on two processors each time: once by `uj.forecast_parquet`, once by
Spark local[2], once by a Dask cluster of two processes. The start of Spark and Dask is timed apart. Every answer is
compared with the local one.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

import unjuran as uj

if TYPE_CHECKING:
    from collections.abc import Callable

YEARS = 20


def make(path: Path, series: int) -> None:
    """Poisson counts around 40, in four files."""
    path.mkdir()
    for i, names in enumerate(np.array_split(np.arange(series), 4)):
        table = {
            "unique_id": np.repeat([f"s{n:07}" for n in names], YEARS),
            "ds": np.tile(np.arange(2000, 2000 + YEARS), len(names)),
            "y": np.random.default_rng(i).poisson(40, len(names) * YEARS).astype(float),
        }
        pq.write_table(pa.table(table), path / f"{i}.parquet")


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what came of it."""
    start = time.perf_counter()
    made = run()
    return time.perf_counter() - start, made


def local(source: str, out: str, model: str | None) -> tuple[float, float]:
    """One process with two threads."""
    seconds, _ = timed(lambda: uj.forecast_parquet(source, h=6, out=out, model=model, threads=2))
    return 0.0, seconds


def by_spark(source: str, out: str, model: str | None) -> tuple[float, float]:
    """Spark on two threads of this machine."""
    from pyspark.sql import SparkSession

    from unjuran.adapters import spark

    os.environ["PYSPARK_PYTHON"] = sys.executable
    quiet = {"spark.ui.enabled": "false", "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    start, session = timed(
        lambda: SparkSession.builder.master("local[2]").config(map=quiet).getOrCreate(),
    )
    session.sparkContext.setLogLevel("ERROR")
    seconds, _ = timed(lambda: spark.forecast(session.read.parquet(source), h=6, model=model).write.parquet(out))
    session.stop()
    return start, seconds


def by_dask(source: str, out: str, model: str | None) -> tuple[float, float]:
    """A Dask cluster of two processes."""
    import dask.dataframe as dd
    from distributed import Client, LocalCluster

    from unjuran.adapters import dask

    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    start, cluster = timed(lambda: LocalCluster(**options))
    with cluster, Client(cluster):
        seconds, _ = timed(lambda: dask.forecast(dd.read_parquet(source), h=6, model=model).to_parquet(out))
    return start, seconds


def read(path: str) -> pa.Table:
    """An answer, in the order of names and years."""
    table = ds.dataset(path, format="parquet", exclude_invalid_files=True).to_table()
    table = table.select([name for name in table.column_names if not name.startswith("__")])
    return table.sort_by([("unique_id", "ascending"), ("ds", "ascending")])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("series", type=int, nargs="?", default=100_000)
    parser.add_argument("--model", action="append", help="default: Naive, then the model of the package")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "counts")
        make(source, asked.series)
        make(Path(folder, "few"), 100)
        local(str(Path(folder, "few")), str(Path(folder, "warm.parquet")), None)  # imports are no part of the figures
        print(f"{asked.series:,} series of {YEARS} years, h = 6, from Parquet to Parquet, two processors")
        for model in asked.model or ["Naive", "default"]:
            first, here = None, 0.0
            for name, run in (("local", local), ("Spark", by_spark), ("Dask", by_dask)):
                out = str(Path(folder, f"{model}-{name}.parquet"))
                start, seconds = run(str(source), out, None if model == "default" else model)
                answer = read(out)
                columns = [answer[c].to_pylist() for c in answer.column_names]
                first, here = (columns, seconds) if first is None else (first, here)
                same = "the same numbers" if columns == first else "OTHER NUMBERS"
                over = f"{seconds - here:+6.1f} s ({(seconds / here - 1) * 100:+.0f}%)"
                print(f"{model:8} {name:6} {seconds:7.1f} s, start {start:4.1f} s, {over}, {same}", flush=True)


if __name__ == "__main__":
    # why the guard is not only a habit: Dask's workers import this file.
    main()

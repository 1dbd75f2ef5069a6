"""Panels larger than memory: from Parquet to Parquet, a part at a time."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from unjuran.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from typing import Literal, SupportsFloat, SupportsIndex

    from unjuran._core import Model
    from unjuran._progress import Bar
    from unjuran.tables import TableForecast


class Written(NamedTuple):
    """What `forecast_parquet` wrote."""

    path: str
    #: Series with an answer, be it a forecast or a refusal.
    series: int
    #: Series whose ``status`` says why they were refused.
    refused: int
    #: Rows of the file.
    rows: int


def forecast_parquet(
    source: Any,
    h: SupportsIndex | None = None,
    *,
    out: str | os.PathLike[str],
    until: int | date | None = None,
    model: Model | str | list[Model | str] | None = None,
    level: list[SupportsFloat] | tuple[SupportsFloat, ...] | None = None,
    unit: Literal["count", "amount", "rate"] | None = None,
    id_col: str | None = None,
    time_col: str | None = None,
    target_col: str | None = None,
    progress: bool = False,
    threads: SupportsIndex | None = None,
) -> Written:
    """Forecast a panel that need not fit in memory, from Parquet to Parquet.

    Rows are read, forecast and written half a million at a time. The rows of one series must stand together, in one
    file or across the border of two; other columns than those of `unjuran.forecast` are not read.

    Parameters
    ----------
    source : path, pyarrow.dataset.Dataset, or anything with ``__arrow_c_stream__``
        A Parquet file, a folder of them (read in the order of their names), or a stream of Arrow batches, as pyarrow's
        readers, polars and DuckDB give it.
    out : path
        The Parquet file to write; it appears when all is written.
    h, until, model, level, unit, id_col, time_col, target_col, threads
        As in `unjuran.forecast`; so are the columns of the file.
    progress : bool, default False
        A bar of rows read on standard error.

    Returns
    -------
    Written
        A named tuple ``(path, series, refused, rows)``.

    Raises
    ------
    DuplicateSeriesError
        A series that comes back after another one.
    MissingColumnError
        The source has no column of names, years or values.
    FileError
        A file that cannot be read or written.
    ImportError
        pyarrow is not installed (``pip install 'unjuran[parquet]'``).

    Examples
    --------
    >>> import os, tempfile
    >>> import pyarrow as pa, pyarrow.parquet as pq
    >>> import unjuran as uj
    >>> folder = tempfile.mkdtemp()
    >>> counts = os.path.join(folder, "counts.parquet")
    >>> answer = os.path.join(folder, "forecasts.parquet")
    >>> table = pa.table({"unique_id": ["a", "a", "b"], "ds": [2020, 2021, 2021], "y": [3, 4, None]})
    >>> pq.write_table(table, counts)
    >>> uj.forecast_parquet(counts, h=1, model="Naive", out=answer)[1:]
    (2, 1, 2)
    >>> pq.read_table(answer)["Naive"].to_pylist()
    [4.0, None]
    """
    try:
        import pyarrow.parquet as pq  # type: ignore[import-untyped]
    except ImportError:
        message = "forecast_parquet needs pyarrow: pip install 'unjuran[parquet]'"
        raise ImportError(message) from None
    from unjuran._page import beside
    from unjuran._progress import Bar
    from unjuran.tables import TableForecast

    job = TableForecast(h, until, model, level, unit, id_col, time_col, target_col, threads)  # type: ignore[arg-type]
    given, total, batches = _open(source, job)
    answer = job.schema(given)
    bar = Bar(total) if progress else None
    path = os.fspath(out)
    series = refused = rows = 0
    with beside(path) as temporary, pq.ParquetWriter(temporary, answer) as writer:
        for table in job.over(_told(batches, bar)):
            writer.write_table(table)
            names, bad = _counted(table, job.series_column)
            series, refused, rows = series + names, refused + bad, rows + table.num_rows
    return Written(path, series, refused, rows)


def _open(source: Any, job: TableForecast) -> tuple[Any, int, Iterator[Any]]:
    """Schema, rows (0 where nobody knows them) and batches of a source."""
    import pyarrow as pa
    import pyarrow.dataset as ds  # type: ignore[import-untyped]

    if hasattr(source, "__arrow_c_stream__"):
        reader = pa.RecordBatchReader.from_stream(source)
        columns = job.columns(reader.schema.names)
        fields = [reader.schema.field(name) for name in columns]
        # why: polars hands text over as views, which Arrow's functions do not all take.
        schema = pa.schema([f.with_type(pa.large_string()) if pa.types.is_string_view(f.type) else f for f in fields])
        return schema, 0, (batch.select(columns).cast(schema) for batch in reader)
    if isinstance(source, (str, os.PathLike)):
        path = os.fspath(source)
        try:
            source = ds.dataset(path, format="parquet")
        except (OSError, pa.ArrowInvalid) as error:
            problem = str(getattr(error, "strerror", None) or error)
            message = f"{path}: {problem}"
            raise FileError(message, path=path, problem=problem) from None
    if not isinstance(source, ds.Dataset):
        kind = f"{type(source).__module__}.{type(source).__qualname__}"
        message = f"source must be a path, a pyarrow dataset or a stream of Arrow batches, not {kind}"
        raise TypeError(message)
    columns = job.columns(source.schema.names)
    # why so little read ahead: what is decoded and waits is memory.
    batches = source.to_batches(columns=columns, batch_size=65_536, batch_readahead=4, fragment_readahead=1)
    schema = pa.schema([source.schema.field(name) for name in columns])
    return schema, source.count_rows(), batches


def _told(batches: Iterator[Any], bar: Bar | None) -> Iterator[Any]:
    """The batches; the bar is told what was read before each."""
    done = 0
    for batch in batches:
        yield batch
        done += batch.num_rows
        if bar is not None:
            bar(done)


def _counted(table: Any, column: str) -> tuple[int, int]:
    """How many series a table of answers has, and how many of them were refused."""
    import pyarrow.compute as pc  # type: ignore[import-untyped]

    from unjuran.tables import runs

    bad = table.filter(pc.not_equal(table["status"], "ok"))
    return len(runs(table[column])), len(runs(bad[column]))

"""Forecasts of a Spark data frame, by whole partitions of Arrow batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from unjuran.tables import TableForecast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from typing import Literal, SupportsFloat, SupportsIndex

    import pyarrow as pa  # type: ignore[import-untyped]
    from pyspark.sql import DataFrame

    from unjuran import Model


def forecast(
    data: DataFrame,
    h: SupportsIndex | None = None,
    *,
    until: int | date | None = None,
    model: Model | str | list[Model | str] | None = None,
    level: list[SupportsFloat] | tuple[SupportsFloat, ...] | None = None,
    unit: Literal["count", "amount", "rate"] | None = None,
    id_col: str | None = None,
    time_col: str | None = None,
    target_col: str | None = None,
) -> DataFrame:
    """Forecast every series of a Spark data frame.

    The rows of a series are brought into one partition and sorted there, and each partition is forecast as a stream of
    Arrow batches, with half a million rows in memory at a time. A series is forecast from its own rows by formulas
    without random numbers: partitions, executors and retries change no number. The package must be installed where the
    executors run.

    Parameters
    ----------
    data : pyspark.sql.DataFrame
        A row a year of a series.
    h, until, model, level, unit, id_col, time_col, target_col
        As in `unjuran.forecast`.

    Returns
    -------
    pyspark.sql.DataFrame
        The columns of `unjuran.forecast`: names, years, ``<model>``, ``<model>-lo-80``, ... and ``status``; h rows a
        series, not yet computed. The order of the series is that of the partitions.

    Raises
    ------
    MissingColumnError, UnknownModelError, BadHorizonError, BadLevelError
        At once, before any series is forecast.

    Examples
    --------
    >>> from pyspark.sql import SparkSession  # doctest: +SKIP
    >>> from unjuran.adapters import spark  # doctest: +SKIP
    >>> session = SparkSession.builder.getOrCreate()  # doctest: +SKIP
    >>> counts = session.read.parquet("counts.parquet")  # doctest: +SKIP
    >>> spark.forecast(counts, h=5).write.parquet("forecasts")  # doctest: +SKIP
    """
    from pyspark.sql.pandas.types import from_arrow_schema

    job = TableForecast(h, until, model, level, unit, id_col, time_col, target_col, threads=1)  # type: ignore[arg-type]
    needed = data.select(*(f"`{name}`" for name in job.columns(data.columns)))
    answer = from_arrow_schema(job.schema(needed.limit(0).toArrow().schema))
    column = f"`{job.series_column}`"
    return needed.repartition(column).sortWithinPartitions(column).mapInArrow(_Partition(job), answer)


class _Partition:
    """The forecasts of the batches of one partition."""

    def __init__(self, job: TableForecast) -> None:
        self.job = job

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[Any]:
        for table in self.job.over(batches):
            yield from table.to_batches()

"""Forecasts of a Dask data frame, by whole partitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unjuran.tables import TableForecast

if TYPE_CHECKING:
    from datetime import date
    from typing import Literal, SupportsFloat, SupportsIndex

    import dask.dataframe as dd
    import pandas as pd

    from unjuran import Model


def forecast(
    data: dd.DataFrame,
    h: SupportsIndex | None = None,
    *,
    until: int | date | None = None,
    model: Model | str | list[Model | str] | None = None,
    level: list[SupportsFloat] | tuple[SupportsFloat, ...] | None = None,
    unit: Literal["count", "amount", "rate"] | None = None,
    id_col: str | None = None,
    time_col: str | None = None,
    target_col: str | None = None,
) -> dd.DataFrame:
    """Forecast every series of a Dask data frame.

    The rows of a series are brought into one partition by a shuffle, and each partition is forecast as one frame. A
    series is forecast from its own rows by formulas without random numbers: partitions and workers change no number.
    The package must be installed where the workers run.

    Parameters
    ----------
    data : dask.dataframe.DataFrame
        A row a year of a series.
    h, until, model, level, unit, id_col, time_col, target_col
        As in `unjuran.forecast`.

    Returns
    -------
    dask.dataframe.DataFrame
        The columns of `unjuran.forecast`: names, years, ``<model>``, ``<model>-lo-80``, ... and ``status``; h rows a
        series, not yet computed. The order of the series is that of the partitions.

    Raises
    ------
    MissingColumnError, UnknownModelError, BadHorizonError, BadLevelError
        At once, before any series is forecast.

    Examples
    --------
    >>> import dask.dataframe as dd  # doctest: +SKIP
    >>> from unjuran.adapters import dask  # doctest: +SKIP
    >>> counts = dd.read_parquet("counts")  # doctest: +SKIP
    >>> dask.forecast(counts, h=5).to_parquet("forecasts")  # doctest: +SKIP
    """
    from dask.dataframe.utils import meta_nonempty

    job = TableForecast(h, until, model, level, unit, id_col, time_col, target_col, threads=1)  # type: ignore[arg-type]
    needed = data[job.columns(data.columns)]
    answer = job(meta_nonempty(needed._meta)).iloc[:0]
    whole = needed.shuffle(on=job.series_column)
    return whole.map_partitions(_partition, job, answer, meta=answer, clear_divisions=True)


def _partition(part: pd.DataFrame, job: TableForecast, nothing: pd.DataFrame) -> pd.DataFrame:
    """The forecasts of one partition; of an empty one, the columns."""
    return job(part) if len(part) else nothing

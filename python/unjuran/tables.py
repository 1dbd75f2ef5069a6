"""Forecasts as a function from Arrow table to Arrow table: what a stream, Spark and Dask run on every part.

A part holds whole series, and a series is forecast from its own rows alone, by closed formulas without random numbers:
how the series are dealt out to parts, processes or machines changes no number of the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from unjuran import frames
from unjuran.errors import DuplicateSeriesError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

#: Rows that are forecast at a time, and the rest of the series that the last of them belongs to.
ROWS = 500_000


@dataclass(frozen=True)
class TableForecast:
    """What `uj.forecast` does to a frame, as a value that can be sent to another process and called there.

    Parameters
    ----------
    h, until, model, level, unit, id_col, time_col, target_col, threads
        As in `unjuran.forecast`.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from unjuran.tables import TableForecast
    >>> table = pa.table({"unique_id": ["a", "a"], "ds": [2020, 2021], "y": [3, 4]})
    >>> TableForecast(h=1, model="Naive", level=())(table).to_pydict()
    {'unique_id': ['a'], 'ds': [2022], 'Naive': [4.0], 'status': ['ok']}
    """

    h: int | None = None
    until: int | None = None
    model: Any = None
    level: Any = None
    unit: str | None = None
    id_col: str | None = None
    time_col: str | None = None
    target_col: str | None = None
    threads: int | None = None

    @property
    def series_column(self) -> str:
        """The column that names the series."""
        return self.id_col or "unique_id"

    def columns(self, known: Iterable[str]) -> list[str]:
        """Those of the known columns that a forecast reads."""
        read = {self.series_column, self.time_col or "ds", self.target_col or "y", *frames.OPTIONAL}
        return [name for name in known if name in read]

    def schema(self, given: pa.Schema) -> pa.Schema:
        """The schema of the answer to tables of this schema.

        Raises
        ------
        MissingColumnError
            A column that is needed is not there.
        BadParameterError, UnknownModelError, BadHorizonError, BadLevelError, HorizonAmbiguousError
            A setting that is not allowed.
        """
        made = self._answer(given.empty_table()).schema
        status = made.get_field_index("status")
        return made.set(status, pa.field("status", pa.string()))  # nothing has no type of its own

    def __call__(self, table: Any) -> Any:
        """The forecasts of a table that holds whole series: h rows a series, in the order of the series.

        A frame of pandas or polars does as well, and comes back in kind; of a pyarrow table the schema is known
        before. One bad series stops no other: its rows have nulls and the reason in ``status``.
        """
        answer = self._answer(table)
        return answer.cast(self.schema(table.schema)) if isinstance(table, pa.Table) else answer

    def over(self, batches: Iterable[pa.RecordBatch], rows: int = ROWS) -> Iterator[pa.Table]:
        """The forecasts of a stream, table after table, with so many rows in memory at a time.

        The rows of a series stand together; batches may end within a series.

        Raises
        ------
        DuplicateSeriesError
            A series whose rows do not stand together. Names are remembered by 64 bits each: the chance that a stream
            of a million series is refused although all is well is one in 37 million.
        """
        seen = np.empty(0, dtype=np.int64)
        for table in whole_series(batches, self.series_column, rows):
            names = runs(table[self.series_column])
            seen = _with(seen, names)
            yield self(table)

    def _answer(self, table: Any) -> Any:
        settings = {
            "h": self.h,
            "until": self.until,
            "model": self.model,
            "level": self.level,
            "unit": self.unit,
            "threads": self.threads,
        }
        return frames.forecast(table, (self.id_col, self.time_col, self.target_col), settings, numbered=False)


def whole_series(batches: Iterable[pa.RecordBatch], column: str, rows: int = ROWS) -> Iterator[pa.Table]:
    """The batches as tables of at least so many rows that end where a series ends, whatever the batches do."""
    held: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        held.append(batch)
        count += batch.num_rows
        if count < rows:
            continue
        table = pa.Table.from_batches(held)
        end = _last_run(table[column]) if column in table.column_names else count
        if end:
            yield table.slice(0, end)
        held = table.slice(end).combine_chunks().to_batches()
        count -= end
    if count:
        yield pa.Table.from_batches(held)


def _last_run(names: pa.ChunkedArray) -> int:
    """The row at which the last series of a table begins."""
    other = np.flatnonzero(_differs(names, names[-1]))
    return int(other[-1]) + 1 if len(other) else 0


def _differs(names: pa.ChunkedArray, name: pa.Scalar) -> NDArray[np.bool_]:
    other = pc.is_valid(names) if not name.is_valid else pc.fill_null(pc.not_equal(names, name), True)
    return np.asarray(other.to_numpy()).astype(bool)


def runs(names: pa.ChunkedArray) -> list[Any]:
    """The names in order, once for each stretch of rows."""
    whole = names.combine_chunks()
    plain = whole.dictionary_decode() if pa.types.is_dictionary(whole.type) else whole
    return list(pc.run_end_encode(plain).values.to_pylist())


def _with(seen: NDArray[np.int64], names: list[Any]) -> NDArray[np.int64]:
    """The names seen so far, as sorted hashes, with these; one that comes back is refused."""
    # why hashes: a million Python strings take 100 MB, their hashes 8. And of text: -1 and -2 hash alike.
    marks = np.fromiter((hash(repr(name)) for name in names), dtype=np.int64, count=len(names))
    everything = np.concatenate([seen, marks])
    order = np.argsort(everything, kind="stable")
    ordered = everything[order]
    twice = np.flatnonzero(ordered[1:] == ordered[:-1])
    if len(twice):
        name = names[int(order[twice + 1].min()) - len(seen)]
        message = f"series {name!r} comes back after other series: its rows must stand together, so sort by name first"
        raise DuplicateSeriesError(message, series=str(name))
    return ordered

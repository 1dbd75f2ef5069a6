"""Frames of pandas, polars and pyarrow, in and out, through narwhals.

Rows are grouped by series and handed to Rust as arrays; what comes back is laid out in the caller's kind of frame, with
the time column in the type in which it came. Nothing is computed here.
"""

from __future__ import annotations

import importlib.util
import itertools
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from unjuran import _core
from unjuran._years import NO_YEAR, YearColumn, is_nothing, read_years
from unjuran.errors import BadParameterError, UnjuranError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from unjuran._core import Backtest, Forecast, Panel

    _Frame: TypeAlias = nw.DataFrame[Any]
    _Column: TypeAlias = nw.Series[Any]
    _Names: TypeAlias = tuple[str | None, str | None, str | None]

_BACKENDS = ("pandas", "polars", "pyarrow")
_EXACT = 2**53


def forecast(data: Any, names: _Names, settings: dict[str, Any]) -> Any:
    """Forecast every series of a frame; a frame of the same kind."""
    tidy = _read(_frame(data, "data must be a Series, a Panel, or a pandas, polars or pyarrow data frame"), names)
    table = _core._forecast_columns(tidy.columns, settings)
    return tidy.answer(table)


def panel(data: Any, names: _Names, unit: str | None) -> Panel:
    """The series of a frame."""
    tidy = _read(_frame(data, "frame must be a pandas, polars or pyarrow data frame"), names)
    for problem in tidy.columns["refused"].values():
        raise UnjuranError(problem)
    return _core._panel_from_columns(tidy.columns, unit)


def from_panel(panel: Panel, backend: str | None) -> Any:
    """A panel as a tidy frame; columns that no year needs are left out."""
    columns = _core._panel_columns(panel)
    series = columns["series"]
    out: dict[str, Any] = {
        "unique_id": _repeat(columns["names"], series),
        "ds": columns["ds"],
        "y": columns["y"],
    }
    for name in ("y_lo", "y_hi", "share"):
        if not np.isnan(columns[name]).all():
            out[name] = columns[name]
    if any(day is not None for day in columns["period_end"]):
        out["period_end"] = columns["period_end"]
    out["unit"] = _repeat(columns["unit"], series)
    return _build(out, _backend(backend)).to_native()


def from_forecast(forecast: Forecast, level: Any, backend: str | None) -> Any:
    """One forecast as a frame."""
    out: dict[str, Any] = {
        "unique_id": [forecast.series.name] * len(forecast),
        "ds": forecast.years,
        forecast.model: forecast.median,
    }
    for one in np.atleast_1d(np.asarray(level, dtype=float)).tolist():
        interval = forecast.interval(one)
        out[f"{forecast.model}-lo-{one:g}"] = interval.lower
        out[f"{forecast.model}-hi-{one:g}"] = interval.upper
    out["status"] = ["ok"] * len(forecast)
    return _build(out, _backend(backend)).to_native()


def backtest(data: Any, names: _Names, settings: dict[str, Any]) -> Backtest:
    """Backtest every series of a frame."""
    tidy = _read(_frame(data, "data must be a Series, a Panel, or a pandas, polars or pyarrow data frame"), names)
    return _core._backtest_columns(tidy.columns, settings, tidy)


def from_backtest(table: dict[str, Any], tidy: _Tidy | None, backend: str | None) -> Any:
    """The forecasts of a backtest, in the kind of frame that was given unless another is asked for."""
    if tidy is not None and backend is None:
        return tidy.answer(table)
    series = table["series"]
    out = {"unique_id": _repeat(table["names"], series), "ds": table["ds"], "cutoff": table["cutoff"], "y": table["y"]}
    frame = _build({**out, **dict(table["columns"]), "status": table["status"]}, _backend(backend))
    for column in ("ds", "cutoff"):
        frame = _without_year(frame, column, table[column])
    return frame.to_native()


def from_columns(columns: dict[str, Any], backend: str | None) -> Any:
    """These columns as a frame."""
    return _build(columns, _backend(backend)).to_native()


def from_table(names: Sequence[str], table: dict[str, Any], backend: str | None) -> Any:
    """The forecasts of a panel as one frame."""
    series = table["series"]
    out = {"unique_id": _repeat(names, series), "ds": table["ds"], **dict(table["columns"])}
    out["status"] = _repeat(table["status"], series)
    return _without_year(_build(out, _backend(backend)), "ds", table["ds"]).to_native()


class _Tidy(NamedTuple):
    """A frame's rows grouped by series, and what is needed to answer in the same kind of frame."""

    columns: dict[str, Any]
    ids: _Column  # one a series
    years: YearColumn
    last: NDArray[np.int64]  # the row of each series' last year
    names: tuple[str, str]

    def answer(self, table: dict[str, Any]) -> Any:
        series = table["series"]
        id_col, time_col = self.names
        ids = nw.maybe_reset_index(self.ids[series.tolist()]).alias(id_col)
        years = {time_col: table["ds"]}
        numbers = dict(table["columns"])
        status = table["status"]
        if "cutoff" in table:  # a backtest: more than one year a row, and a status a row
            years["cutoff"] = table["cutoff"]
            numbers = {"y": table["y"], **numbers}
        else:
            status = _repeat(status, series)
        dates = [
            self.years.at(np.where(one == NO_YEAR, 1970, one), self.last[series]).alias(name).to_frame()
            for name, one in years.items()
        ]
        rest = _build({**numbers, "status": status}, self.ids.implementation)
        frame = nw.concat([ids.to_frame(), *dates, rest], how="horizontal")
        for name, one in years.items():
            frame = _without_year(frame, name, one)
        return frame.to_native()


def _frame(data: Any, problem: str) -> _Frame:
    try:
        return nw.from_native(data, eager_only=True)
    except TypeError:
        message = f"{problem}, not {type(data).__module__}.{type(data).__qualname__}"
        raise TypeError(message) from None


def _read(frame: _Frame, names: _Names) -> _Tidy:
    id_col, time_col, target_col = (
        given or default for given, default in zip(names, ("unique_id", "ds", "y"), strict=True)
    )
    for column in (id_col, time_col, target_col):
        if column not in frame.columns:
            _core._missing_column(column, [str(c) for c in frame.columns])
    taken = {id_col, time_col, target_col}
    optional = {
        c: frame[c] for c in ("y_lo", "y_hi", "share", "period_end", "unit") if c in frame.columns and c not in taken
    }

    order, offsets = _grouped(frame[id_col])
    first = order[offsets[:-1]]
    ids = frame[id_col][first.tolist()]
    years = read_years(frame[time_col])
    y, too_long = _numbers(
        frame[target_col],
        "text of a published table is read by read_csv; in a frame a masked cell "
        "has no y but y_lo and y_hi, and a partial year has period_end or share",
    )
    values = years.values[order]
    refused = _refused(ids.to_list(), order, offsets, years.unreadable, too_long)
    columns: dict[str, Any] = {
        "names": [str(name) for name in ids.to_list()],
        "offsets": offsets.tobytes(),
        "years": values.tobytes(),
        "y": y[order].tobytes(),
        "lower": None,
        "upper": None,
        "share": None,
        "ends": {},
        "units": None,
        "refused": refused,
    }
    for name, key in (("y_lo", "lower"), ("y_hi", "upper"), ("share", "share")):
        if name in optional:
            columns[key] = _numbers(optional[name], "give numbers, or nothing")[0][order].tobytes()
    if "period_end" in optional:
        columns["ends"] = _ends(optional["period_end"], order)
    if "unit" in optional:
        columns["units"] = _units(optional["unit"].to_list(), order, offsets, refused)
    bounds = itertools.pairwise(offsets.tolist())
    last = order[np.array([a + int(values[a:b].argmax()) for a, b in bounds], dtype=np.int64)]
    return _Tidy(columns, ids, years, last, (id_col, time_col))


def _grouped(ids: _Column) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The order that brings the rows of each series together, and where each begins (and the last one ends)."""
    rows = len(ids)
    if rows == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(1, dtype=np.int64)
    changes = (ids != ids.shift(1)).fill_null(True).to_numpy().astype(bool)
    changes[0] = True
    starts = np.flatnonzero(changes)
    codes: dict[Any, int] = {}
    runs = [codes.setdefault(one, len(codes)) for one in ids[starts.tolist()].to_list()]
    if len(codes) == len(runs):
        return np.arange(rows, dtype=np.int64), np.append(starts, rows).astype(np.int64)
    code = np.repeat(np.asarray(runs), np.diff(np.append(starts, rows)))
    order = np.argsort(code, kind="stable").astype(np.int64)
    return order, np.append(0, np.cumsum(np.bincount(code))).astype(np.int64)


def _numbers(column: _Column, hint: str) -> tuple[NDArray[np.float64], NDArray[np.bool_] | None]:
    """A column as floats, NaN for nothing; and which rows hold integers that a float cannot."""
    dtype = column.dtype
    if dtype.is_integer():
        missing = column.is_null().to_numpy().astype(bool)
        whole = np.asarray((column.fill_null(0) if missing.any() else column).to_numpy())
        values = whole.astype(np.float64)
        values[missing] = np.nan
        return values, (whole > _EXACT) | (whole < -_EXACT) if whole.dtype.itemsize == 8 else None
    if dtype.is_numeric():
        return _floats(column.cast(nw.Float64)), None
    values = np.full(len(column), np.nan)
    for row, item in enumerate(column.to_list()):
        if is_nothing(item):
            continue
        if isinstance(item, (str, bytes, bool, np.bool_)) or not hasattr(item, "__float__"):
            message = f"column {column.name!r}, row {row}: {item!r} is not a number; {hint}"
            raise TypeError(message)
        values[row] = float(item)
    return values, None


def _floats(column: _Column) -> NDArray[np.float64]:
    return np.ascontiguousarray(column.to_numpy(), dtype=np.float64)


def _refused(
    ids: list[Any],
    order: NDArray[np.int64],
    offsets: NDArray[np.int64],
    unreadable: dict[int, str],
    too_long: NDArray[np.bool_] | None,
) -> dict[int, str]:
    """Series that Rust need not see, with the reason."""
    reasons = {i: "it has no name: its id is null" for i, one in enumerate(ids) if is_nothing(one)}
    long = [] if too_long is None else np.flatnonzero(too_long).tolist()
    if unreadable or long:
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        series_of = np.searchsorted(offsets, place, side="right") - 1
        for row in long:
            why = f"row {row}: a whole number beyond {_EXACT} has more digits than a 64-bit float can hold"
            reasons.setdefault(int(series_of[row]), why)
        for row, why in reversed(unreadable.items()):  # the first one stays
            reasons[int(series_of[row])] = why
    return {i: f'series "{ids[i]}": {reasons[i]}' for i in sorted(reasons)}


def _ends(column: _Column, order: NDArray[np.int64]) -> dict[int, str]:
    """Cut-off dates by place; rows without one are left out."""
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    ends = {}
    for row, day in enumerate(column.to_list()):
        if is_nothing(day) or day == "":
            continue
        ends[int(place[row])] = str(day)[:10] if hasattr(day, "year") else str(day)
    return ends


def _units(
    units: list[Any], order: NDArray[np.int64], offsets: NDArray[np.int64], refused: dict[int, str]
) -> list[str | None]:
    """The unit that the rows of each series say; a series whose rows say two is refused."""
    ordered = [None if is_nothing(units[row]) else str(units[row]) for row in order.tolist()]
    chosen: list[str | None] = []
    for i, (a, b) in enumerate(itertools.pairwise(offsets.tolist())):
        said = list(dict.fromkeys(unit for unit in ordered[a:b] if unit is not None))
        chosen.append(said[0] if said else None)
        if len(said) > 1:
            refused.setdefault(i, f"its rows say two units, {said[0]!r} and {said[1]!r}: one is needed")
    return chosen


def _repeat(values: Sequence[str], index: NDArray[np.int64]) -> list[str]:
    return [values[i] for i in index.tolist()]


def _build(columns: dict[str, Any], backend: Any) -> _Frame:
    """A frame of these columns; NaN becomes null where the kind of frame tells them apart."""
    frame = nw.from_dict(columns, backend=backend)
    gaps = [
        name
        for name, values in columns.items()
        if isinstance(values, np.ndarray) and values.dtype.kind == "f" and np.isnan(values).any()
    ]
    if gaps and not frame.implementation.is_pandas_like():
        frame = frame.with_columns(nw.when(~nw.col(name).is_nan()).then(nw.col(name)).alias(name) for name in gaps)
    return frame


def _without_year(frame: _Frame, time_col: str, years: NDArray[np.int64]) -> _Frame:
    """The frame with a null where a year is unknown."""
    known = years != NO_YEAR
    if known.all():
        return frame
    mark = nw.new_series("known", known.tolist(), nw.Boolean, backend=frame.implementation)
    return frame.with_columns(nw.when(mark).then(nw.col(time_col)).alias(time_col))


def _backend(name: str | None) -> str:
    if name in _BACKENDS:
        return name
    if name is not None:
        allowed = "one of " + ", ".join(f'"{b}"' for b in _BACKENDS)
        message = f'to_frame: backend = "{name}" is not allowed: {allowed}'
        raise BadParameterError(message, model="to_frame", parameter="backend", value=name, allowed=allowed)
    for backend in _BACKENDS:
        if importlib.util.find_spec(backend):
            return backend
    message = "to_frame needs pandas, polars or pyarrow: none is installed"
    raise ImportError(message)

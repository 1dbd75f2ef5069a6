"""Frames of pandas, polars and pyarrow, in and out, through narwhals.

Rows are grouped by series and handed to Rust as arrays; what comes back is laid out in the caller's kind of frame, with
the time column in the type in which it came. Nothing is computed here.
"""

from __future__ import annotations

import importlib.util
import itertools
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
from narwhals.exceptions import DuplicateError

from unjuran import _core
from unjuran._progress import Bar, Part
from unjuran._years import NO_YEAR, YearColumn, is_nothing, read_years
from unjuran.errors import BadParameterError, MissingColumnError, NotReadError, UnjuranError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from unjuran._core import Backtest, Forecast, Panel

    _Frame: TypeAlias = nw.DataFrame[Any]
    _Column: TypeAlias = nw.Series[Any]
    _Integers: TypeAlias = NDArray[np.int64]
    _Names: TypeAlias = tuple[str | None, str | None, str | None]

_BACKENDS = ("pandas", "polars", "pyarrow")
#: Not for users: a dict of columns, for the command line, which needs no library of frames.
PLAIN = "_columns"
#: Columns that a frame may have beside names, years and values.
OPTIONAL = ("y_lo", "y_hi", "share", "period_end", "unit")
_UNITS = ("count", "amount", "rate")
_DAY = re.compile(r"\s*\d{4}-\d\d-\d\d\s*")
_TEXT_HINT = (
    "text of a published table is read by read_csv; in a frame a masked cell has no y but y_lo and y_hi, "
    "and a partial year has period_end or share"
)
_SHAPE = (
    "; a row is a year of a series, its name, year and number in unique_id, ds and y, or in the columns that id_col, "
    "time_col and target_col name; a table with a column a series becomes that by melt (pandas) or unpivot (polars)"
)
#: Whole numbers up to this size are exact as floats.
_EXACT = 2**53
#: Columns that an error lists.
_SHOWN = 12
#: Series that are forecast at a time.
_PART = 50_000


def forecast(data: Any, names: _Names, settings: dict[str, Any], numbered: bool = True) -> Any:
    """Forecast every series of a frame; a frame of the same kind.

    Refusals name the row unless `numbered` is False: in one part of a larger table its number would say nothing. There
    what is given for series of other parts is left out.
    """
    frame = _frame(data, "data must be a Series, a Panel, or a pandas, polars or pyarrow data frame")
    beside = _Beside.of(frame, names, settings)
    if numbered:  # one part of a larger table knows nothing of the others' series
        _known(frame, names, beside, settings.get("events"))
    bar = _bar(frame, names) if settings.get("progress") else None
    answers, done = [], 0
    for part in _parts(frame, names, _PART, beside, numbered):
        told = Part(bar, done) if bar else None
        answers.append(part.answer(_core._forecast_columns(part.columns, {**settings, "progress": told})))
        done += len(part.columns["names"])
    whole = answers[0] if len(answers) == 1 else nw.maybe_reset_index(nw.concat(answers))
    return whole.to_native()


def panel(data: Any, names: _Names, unit: str | None) -> Panel:
    """The series of a frame."""
    frame = _frame(data, "frame must be a pandas, polars or pyarrow data frame")
    (part,) = _parts(frame, names, None)
    for i, problem in part.columns["refused"].items():
        raise NotReadError(problem, series=part.columns["names"][i], problem=problem)
    return _core._panel_from_columns(part.columns, unit)


def from_panel(panel: Panel, backend: str | None, mask_below: int | None = None, tree: Any = None) -> Any:
    """A panel as a tidy frame; columns that no year needs are left out."""
    columns = _core._panel_columns(panel, mask_below, tree)
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
    if "shown" in columns:
        out["shown"] = columns["shown"]
    return _build(out, _backend(backend)).to_native()


def bounds(level: float) -> tuple[str, str]:
    """What follows a model's name in the columns of an interval, as the core writes it: all digits of the level."""
    digits = repr(float(level)).removesuffix(".0")
    return f"-lo-{digits}", f"-hi-{digits}"


def from_forecast(forecast: Forecast, level: Any, backend: str | None) -> Any:
    """One forecast as a frame."""
    out: dict[str, Any] = {
        "unique_id": [forecast.series.name] * len(forecast),
        "ds": forecast.years,
        forecast.model: forecast.median,
    }
    for one in np.atleast_1d(np.asarray(level, dtype=float)).tolist():
        interval = forecast.interval(one)
        below, above = bounds(one)
        out[forecast.model + below], out[forecast.model + above] = interval.lower, interval.upper
    out["status"] = ["ok"] * len(forecast)
    return _build(out, _backend(backend)).to_native()


def backtest(data: Any, names: _Names, settings: dict[str, Any]) -> Backtest:
    """Backtest every series of a frame."""
    frame = _frame(data, "data must be a Series, a Panel, or a pandas, polars or pyarrow data frame")
    (part,) = _parts(frame, names, None)
    return _core._backtest_columns(part.columns, settings, part)


def from_backtest(table: dict[str, Any], part: _Part | None, backend: str | None) -> Any:
    """The forecasts of a backtest, in the kind of frame that was given unless another is asked for."""
    if part is not None and backend is None:
        return part.answer(table).to_native()
    series = table["series"]
    out = {"unique_id": _repeat(table["names"], series), "ds": table["ds"], "cutoff": table["cutoff"]}
    frame = _build({**out, **_outcomes(table), **dict(table["columns"]), "status": table["status"]}, _backend(backend))
    for column in ("ds", "cutoff"):
        frame = _without_year(frame, column, table[column])
    return frame.to_native()


def _outcomes(table: dict[str, Any]) -> dict[str, Any]:
    """What happened, with the bounds of what is masked."""
    return {name: table[name] for name in ("y", "y_lo", "y_hi") if name in table}


def from_columns(columns: dict[str, Any], backend: str | None) -> Any:
    """These columns as a frame."""
    return _build(columns, _backend(backend)).to_native()


def from_table(names: Sequence[str], table: dict[str, Any], backend: str | None) -> Any:
    """The forecasts of a panel as one frame."""
    series = table["series"]
    out = {"unique_id": _repeat(names, series), "ds": table["ds"], **dict(table["columns"])}
    out["status"] = _repeat(table["status"], series)
    return _without_year(_build(out, _backend(backend)), "ds", table["ds"]).to_native()


class _Part(NamedTuple):
    """Rows that belong together, series by series, and what is needed to answer in the same kind of frame."""

    columns: dict[str, Any]
    ids: _Column  # one a series
    years: YearColumn
    last: _Integers  # the row of each series' last year
    names: tuple[str, str]

    def answer(self, table: dict[str, Any]) -> _Frame:
        """The table's rows; a backtest has a cutoff and an outcome beside each year, and a status for each row."""
        series = table["series"]
        id_col, time_col = self.names
        years, numbers, status = {time_col: table["ds"]}, dict(table["columns"]), table["status"]
        made = {*numbers, "status"}
        if "cutoff" in table:
            outcomes = _outcomes(table)
            made |= {"cutoff", *outcomes}
            years["cutoff"] = table["cutoff"]
            numbers = {**outcomes, **numbers}
        else:
            status = _repeat(status, series)
        if made & {id_col, time_col}:
            message = f"the answer has a column {min(made & {id_col, time_col})!r} of its own: rename yours"
            raise UnjuranError(message)
        ids = nw.maybe_reset_index(self.ids[series]).alias(id_col)
        dates = [
            self.years.at(np.where(one == NO_YEAR, 1970, one), self.last[series]).alias(name).to_frame()
            for name, one in years.items()
        ]
        rest = _build({**numbers, "status": status}, self.ids.implementation)
        frame: _Frame = nw.concat([ids.to_frame(), *dates, rest], how="horizontal")
        for name, one in years.items():
            frame = _without_year(frame, name, one)
        return frame


class _Beside(NamedTuple):
    """Columns of drivers and of the exposure, and what is known of the years ahead."""

    exog: list[str]
    exposure: str | None
    later: dict[str, dict[str, dict[int, float]]]  # name of the series to column to year to value

    @property
    def columns(self) -> list[str]:
        return [*self.exog, *([self.exposure] if self.exposure else [])]

    @classmethod
    def of(cls, frame: _Frame, names: _Names, settings: dict[str, Any]) -> _Beside | None:
        exog, exposure, future = (settings.get(key) for key in ("exog", "exposure", "future"))
        if exog is None and exposure is None:
            if future is not None:
                message = "future= holds the later years of exog= and exposure=: name their columns"
                raise TypeError(message)
            return None
        if exog is not None and (isinstance(exog, (str, dict)) or not all(isinstance(c, str) for c in exog)):
            message = f"for a frame, exog is a list of its columns, not {exog!r}"
            raise TypeError(message)
        if exposure is not None and not isinstance(exposure, str):
            message = f"for a frame, exposure is the name of a column, not {exposure!r}"
            raise TypeError(message)
        made = cls(list(exog or []), exposure, {})
        _require(frame, made.columns, "the frame")
        if future is not None:
            made.read(_frame(future, "future must be a pandas, polars or pyarrow data frame"), names)
        return made

    def read(self, frame: _Frame, names: _Names) -> None:
        """Take the years ahead from a frame of the same columns."""
        id_col, time_col = names[0] or "unique_id", names[1] or "ds"
        _require(frame, (id_col, time_col, *self.columns), "the frame of future=")
        years = read_years(frame[time_col])
        for row, problem in sorted(years.unreadable.items()):
            message = f"future, row {row}: {problem}"
            raise UnjuranError(message)
        ids = [str(one) for one in frame[id_col].to_list()]
        for column, values in self._numbers(frame, np.arange(len(ids))).items():
            for name, year, value in zip(ids, years.values.tolist(), values, strict=True):
                self.later.setdefault(name, {}).setdefault(column, {})[year] = value

    def _numbers(self, frame: _Frame | dict[str, _Column], labels: _Integers) -> dict[str, list[float]]:
        problems: dict[int, str] = {}
        numbers = {name: _numbers(frame[name], labels, problems, "give numbers").tolist() for name in self.columns}
        for row, problem in sorted(problems.items()):
            message = f"row {labels[row]}: {problem}"
            raise UnjuranError(message)
        return numbers

    def by_series(
        self, frame: dict[str, _Column], names: list[str], years: _Integers, offsets: _Integers, labels: _Integers
    ) -> list[tuple[dict[str, Any] | None, dict[int, float] | None]]:
        """Drivers and exposure of each series, by year."""
        numbers, known = self._numbers(frame, labels), years.tolist()
        made = []
        for name, (a, b) in zip(names, itertools.pairwise(offsets.tolist()), strict=True):
            later = self.later.get(name, {})
            own = {
                column: {year: value for year, value in zip(known[a:b], values[a:b], strict=True) if year != NO_YEAR}
                | later.get(column, {})
                for column, values in numbers.items()
            }
            exog = {column: own[column] for column in self.exog}
            made.append((exog or None, own[self.exposure] if self.exposure else None))
        return made


def _known(frame: _Frame, names: _Names, beside: _Beside | None, events: Any) -> None:
    """Refuse what is given for a series that the frame does not have: it would be left out without a word."""
    named = [*(beside.later if beside else ()), *(events if isinstance(events, dict) else ())]
    id_col = names[0] or "unique_id"
    if not named or id_col not in frame.columns:
        return
    series = {str(one): None for one in frame[id_col].to_list()}
    for name in named:
        if name not in series:
            _core._unknown_series(str(name), list(series))


def _require(frame: _Frame, columns: Sequence[str], where: str, shape: str = "") -> None:
    """Refuse a frame without one of these columns."""
    for column in columns:
        if column not in frame.columns:
            known = tuple(str(c) for c in frame.columns)
            shown = ", ".join(f'"{c}"' for c in known[:_SHOWN]) + (
                f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
            )
            message = f'{where} has no column "{column}": its columns are {shown or "none"}{shape}'
            raise MissingColumnError(message, file=where, column=column, known=known)


def _frame(data: Any, problem: str) -> _Frame:
    try:
        return nw.from_native(data, eager_only=True)
    except DuplicateError:
        twice = [str(c) for c, times in Counter(data.columns).items() if times > 1]
        message = f"the frame has several columns of one name: {', '.join(twice)}"
        raise UnjuranError(message) from None
    except TypeError:
        message = f"{problem}, not {type(data).__module__}.{type(data).__qualname__}"
        raise TypeError(message) from None


def _parts(
    frame: _Frame, names: _Names, most: int | None, beside: _Beside | None = None, numbered: bool = True
) -> Iterator[_Part]:
    """The frame in parts of so many series at most: what one part needs is free again before the next."""
    id_col, time_col, target_col = (
        given or default for given, default in zip(names, ("unique_id", "ds", "y"), strict=True)
    )
    needed = [id_col, time_col, target_col]
    _require(frame, needed, "the frame", _SHAPE)
    if len(set(needed)) < 3:
        message = f"id_col, time_col and target_col are three columns, not {id_col!r}, {time_col!r} and {target_col!r}"
        raise UnjuranError(message)
    optional = [c for c in OPTIONAL if c in frame.columns and c not in needed]
    # why a dict: pandas 2 copies what it selects
    columns = {name: frame[name] for name in [*needed, *optional, *(beside.columns if beside else [])]}
    order, offsets = _grouped(columns[id_col])
    series = len(offsets) - 1
    most = most or max(series, 1)
    for a in range(0, max(series, 1), most):
        bounds = offsets[a : a + most + 1]
        first, end = int(bounds[0]), int(bounds[-1])
        chosen = slice(first, end) if order is None else order[first:end]
        rows = {name: column[chosen] for name, column in columns.items()}
        labels = np.arange(first, end) if order is None else order[first:end]
        yield _part(rows, bounds - first, labels, needed, beside, numbered)


def _part(
    frame: dict[str, _Column],
    offsets: _Integers,
    labels: _Integers,
    names: list[str],
    beside: _Beside | None,
    numbered: bool,
) -> _Part:
    """Grouped rows as arrays; `labels` are the rows' numbers in the frame they come from."""
    id_col, time_col, target_col = names
    ids = frame[id_col][offsets[:-1]]
    years = read_years(frame[time_col])
    problems = years.unreadable | _months(years, offsets)
    y = _numbers(frame[target_col], labels, problems, _TEXT_HINT)
    columns: dict[str, Any] = {
        "names": [str(name) for name in ids.to_list()],
        "offsets": offsets,
        "years": np.require(years.values, dtype=np.int64, requirements="A"),
        "y": y,
        "lower": None,
        "upper": None,
        "share": None,
        "ends": {},
        "units": None,
        "beside": None,
    }
    for name, key in (("y_lo", "lower"), ("y_hi", "upper"), ("share", "share")):
        if name in frame:
            columns[key] = _numbers(frame[name], labels, problems, "give numbers, or nothing")
    if "period_end" in frame:
        columns["ends"] = _ends(frame["period_end"], years.values, problems)
    if "unit" in frame:
        columns["units"] = _units(frame["unit"].to_list(), years.values, offsets, problems)
    if beside is not None:
        columns["beside"] = beside.by_series(frame, columns["names"], years.values, offsets, labels)
    columns["refused"] = _refused(ids.to_list(), offsets, labels if numbered else None, problems)
    return _Part(columns, ids, years, _last_rows(years.values, offsets), (id_col, time_col))


def _grouped(ids: _Column) -> tuple[_Integers | None, _Integers]:
    """The order that brings the rows of each series together (None: they are), and where each begins and ends."""
    rows = len(ids)
    if rows == 0:
        return None, np.zeros(1, dtype=np.int64)
    changes = (ids != ids.shift(1)).fill_null(True).to_numpy().astype(bool)
    changes[0] = True
    starts = np.flatnonzero(changes)
    runs = ids[starts]
    if runs.n_unique() == len(starts):
        return None, np.append(starts, rows).astype(np.int64)
    codes: dict[Any, int] = {}
    named = [codes.setdefault(None if is_nothing(one) else one, len(codes)) for one in runs.to_list()]
    code = np.repeat(np.asarray(named), np.diff(np.append(starts, rows)))
    order = np.argsort(code, kind="stable").astype(np.int64)
    return order, np.append(0, np.cumsum(np.bincount(code))).astype(np.int64)


def _last_rows(years: _Integers, offsets: _Integers) -> _Integers:
    """The row of the last year of each series."""
    if len(offsets) == 1:
        return offsets[:0]
    sizes = np.diff(offsets)
    rows = np.flatnonzero(years == np.repeat(np.maximum.reduceat(years, offsets[:-1]), sizes))
    last = np.empty(len(sizes), dtype=np.int64)
    last[np.searchsorted(offsets, rows, side="right") - 1] = rows
    return last


def _months(years: YearColumn, offsets: _Integers) -> dict[int, str]:
    """Series whose dates are months or quarters: a problem of the first row that is no year."""
    problems: dict[int, str] = {}
    rows = np.array(sorted(years.unreadable), dtype=np.int64)
    if years.months is None or not len(rows):
        return problems
    starts, first = np.unique(np.searchsorted(offsets, rows, side="right") - 1, return_index=True)
    for series, row in zip(starts.tolist(), rows[first].tolist(), strict=True):
        chosen = slice(int(offsets[series]), int(offsets[series + 1]))
        year, month = years.values[chosen], years.months[chosen]
        once, times = np.unique(year[month > 0], return_counts=True)
        if (times > 1).any() and len(np.unique(year * 13 + month)) == len(year):
            problems[row] = (
                f"{once[times > 1][0]} has several dates, as monthly or quarterly data have: sum them by year first, "
                "and give a year that is not over the last day as period_end"
            )
    return problems


def _numbers(column: _Column, labels: _Integers, problems: dict[int, str], hint: str) -> NDArray[np.float64]:
    """A column as floats, NaN for nothing; what cannot be read among numbers is a problem of its row.

    A column without any number is the wrong one, or of the wrong type: an error for all.
    """
    dtype = column.dtype
    if dtype.is_integer():
        missing = column.is_null().to_numpy().astype(bool)
        whole = np.asarray((column.fill_null(0) if missing.any() else column).to_numpy())
        if whole.dtype.itemsize == 8:
            for row in np.flatnonzero((whole > _EXACT) | (whole < -_EXACT)).tolist():
                problems[row] = f"{whole[row]} has more digits than a 64-bit float can hold"
        values = whole.astype(np.float64)
        values[missing] = np.nan
        return values
    if dtype.is_numeric():
        # Rust reads these where they lie: the frame's own memory, if that holds such floats
        return np.require(column.cast(nw.Float64).to_numpy(), dtype=np.float64, requirements="A")
    values, unread = np.full(len(column), np.nan), {}
    for row, item in enumerate(column.to_list()):
        if is_nothing(item):
            continue
        if isinstance(item, (str, bytes, bool, np.bool_)) or not hasattr(item, "__float__"):
            unread[row] = f"{item!r} is not a number; {hint}"
        else:
            values[row] = float(item)
    if unread and np.isnan(values).all():
        row, problem = next(iter(unread.items()))
        message = f"column {column.name!r}, row {labels[row]}: {problem}"
        raise TypeError(message)
    for row, problem in unread.items():
        problems.setdefault(row, f"column {column.name!r}: {problem}")
    return values


def _refused(ids: list[Any], offsets: _Integers, labels: _Integers | None, problems: dict[int, str]) -> dict[int, str]:
    """Series that Rust need not see, with the reason: the first problem among their rows."""
    reasons = {i: "it has no name: its id is null" for i, one in enumerate(ids) if is_nothing(one)}
    for row in sorted(problems):
        series = int(np.searchsorted(offsets, row, side="right")) - 1
        reasons.setdefault(series, problems[row] if labels is None else f"row {labels[row]}: {problems[row]}")
    return {i: f'series "{ids[i]}": {reasons[i]}' for i in sorted(reasons)}


def _ends(column: _Column, years: _Integers, problems: dict[int, str]) -> dict[int, str]:
    """Cut-off dates by row; rows without one are left out, and what is not written as one is a problem."""
    ends: dict[int, str] = {}
    for row, day in enumerate(column.to_list()):
        if is_nothing(day) or day == "":
            continue
        ends[row] = str(day)[:10] if hasattr(day, "year") else str(day)
        if not _DAY.fullmatch(ends[row]):
            problem = "is not a date: dates are written YYYY-MM-DD, as in 2023-05-31"
            problems.setdefault(row, f"{years[row]}: period_end {ends[row]!r} {problem}")
    return ends


def _units(units: list[Any], years: _Integers, offsets: _Integers, problems: dict[int, str]) -> list[str | None]:
    """The unit that the rows of each series say; two are a problem, and what is none."""
    chosen: list[str | None] = []
    for a, b in itertools.pairwise(offsets.tolist()):
        said = list(dict.fromkeys(str(unit) for unit in units[a:b] if not is_nothing(unit)))
        chosen.append(said[0] if said else None)
        if unknown := [unit for unit in said if unit not in _UNITS]:
            row = a + [str(unit) for unit in units[a:b]].index(unknown[0])
            problem = f"is not {_UNITS[0]}, {_UNITS[1]} or {_UNITS[2]}: rename or drop the column, or correct it"
            problems.setdefault(row, f"{years[row]}: unit {unknown[0]!r} {problem}")
        if len(said) > 1:
            problems.setdefault(a, f"the rows of the series say two units, {said[0]!r} and {said[1]!r}")
    return chosen


def _bar(frame: _Frame, names: _Names) -> Bar | None:
    """A bar over all series of a frame, if the column of their names is there."""
    id_col = names[0] or "unique_id"
    return Bar(frame[id_col].n_unique()) if id_col in frame.columns else None


def _repeat(values: Sequence[str], index: _Integers) -> list[str]:
    return [values[i] for i in index.tolist()]


class _Columns(dict[str, Any]):
    """Columns as they are, where a frame is not needed."""

    def to_native(self) -> dict[str, Any]:
        return dict(self)


def _build(columns: dict[str, Any], backend: Any) -> Any:
    """A frame of these columns; NaN becomes null where the kind of frame tells them apart."""
    if backend == PLAIN:
        return _Columns(columns)
    frame = nw.from_dict(columns, backend=backend)
    gaps = [
        name
        for name, values in columns.items()
        if isinstance(values, np.ndarray) and values.dtype.kind == "f" and np.isnan(values).any()
    ]
    if gaps and not frame.implementation.is_pandas_like():
        frame = frame.with_columns(nw.when(~nw.col(name).is_nan()).then(nw.col(name)).alias(name) for name in gaps)
    return frame


def _without_year(frame: Any, time_col: str, years: _Integers) -> Any:
    """The frame with a null where a year is unknown."""
    known = years != NO_YEAR
    if known.all():
        return frame
    if isinstance(frame, _Columns):
        frame[time_col] = [year if there else None for year, there in zip(years.tolist(), known.tolist(), strict=True)]
        return frame
    mark = nw.new_series("known", known.tolist(), nw.Boolean, backend=frame.implementation)
    return frame.with_columns(nw.when(mark).then(nw.col(time_col)).alias(time_col))


def _backend(name: str | None) -> str:
    if name in (*_BACKENDS, PLAIN):
        return str(name)
    if name is not None:
        allowed = "one of " + ", ".join(f'"{b}"' for b in _BACKENDS)
        message = f'to_frame: backend = "{name}" is not allowed: {allowed}'
        raise BadParameterError(message, model="to_frame", parameter="backend", value=name, allowed=allowed)
    for backend in _BACKENDS:
        if importlib.util.find_spec(backend):
            return backend
    message = "to_frame needs pandas, polars or pyarrow: none is installed"
    raise ImportError(message)

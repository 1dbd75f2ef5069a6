"""The time column of a frame: years out of whatever it holds, and the same kind of thing back for other years.

A year may be an integer, a date or timestamp of its first or last day, a pandas period that ends with it, or text of
these. What comes back has the month, day and time of the series' last row, so that nothing moves by a year.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    _Column: TypeAlias = nw.Series[Any]
    _Integers: TypeAlias = NDArray[np.int64]

#: Stands for a year that could not be read.
NO_YEAR = int(np.iinfo(np.int64).min)

#: What to do with a date that stands for no whole year: the rule of a file.
_INSIDE = "is a day inside a year: write the year, and for a part of it the last day as period_end"
_OTHER_CALENDAR = "is a period that does not end in December: write the year as a number"

#: The days that stand for their whole year.
_WHOLE = ((1, 1), (12, 31))

_TEXT = re.compile(r"\s*(\d{4})(\.0+|-\d\d-\d\d(?:[T ].*)?)?\s*")
#: Day and month in either order: the first and the last day of a year are the same in both, and no other day is a year.
_SLASHED = re.compile(r"\s*((\d\d?)/(\d\d?)/)(\d{4})((?:[T ].*)?)\s*")
_TOO_SMALL = (nw.Int8, nw.UInt8)


class _Maker(Protocol):
    def __call__(self, years: _Integers, rows: _Integers, /) -> _Column: ...


class YearColumn(NamedTuple):
    """Years by row, why some could not be read, and the way back."""

    values: _Integers
    unreadable: dict[int, str]
    at: _Maker
    """A column of these years, each in the position within the year that the given row has."""
    months: _Integers | None = None
    """The months of dates, 0 where a row has none."""


def read_years(column: _Column) -> YearColumn:
    """The years of a time column."""
    dtype = column.dtype
    if dtype in _TOO_SMALL:
        largest = 127 if dtype == nw.Int8 else 255
        message = f"column {column.name!r} is {dtype}, which holds no year after {largest}: cast it to Int16 or wider"
        raise TypeError(message)
    if dtype.is_integer():
        return _whole(column, column.is_null().to_numpy().astype(bool))
    if dtype.is_float():
        values = np.asarray(column.cast(nw.Float64).to_numpy(), dtype=float)
        with np.errstate(invalid="ignore"):
            return _whole(column, ~(np.abs(values) < 1e6) | (np.floor(values) != values))
    if dtype == nw.Date or dtype == nw.Datetime:
        return _dates(column)
    native = column.to_native()
    if str(getattr(native, "dtype", "")).startswith("period["):
        return _periods(column, native)
    return _objects(column)


def _whole(column: _Column, bad: NDArray[np.bool_]) -> YearColumn:
    items = column.to_list() if bad.any() else []
    filled = (
        column
        if not bad.any()
        else nw.new_series(
            "year",
            [0 if b else int(i) for i, b in zip(items, bad.tolist(), strict=True)],
            nw.Int64,
            backend=column.implementation,
        )
    )
    values = np.array(filled.cast(nw.Int64).to_numpy(), dtype=np.int64)
    values[bad] = NO_YEAR

    def at(years: _Integers, _: _Integers) -> _Column:
        return _like(column, nw.new_series(column.name, years, column.dtype, backend=column.implementation))

    return YearColumn(values, _not_years(bad, items), at)


def _dates(column: _Column) -> YearColumn:
    zone = getattr(column.dtype, "time_zone", None)
    local = column.dt.replace_time_zone(None) if zone is not None else column
    moments = np.asarray(local.cast(nw.Datetime("us")).to_numpy(), dtype="datetime64[us]")
    values, bad, moved = _calendar(moments)
    days = moments.astype("datetime64[D]")
    months, inside = _inside(values, days)

    def at(years: _Integers, rows: _Integers) -> _Column:
        moment = nw.new_series(column.name, moved(years, rows), nw.Datetime("us"), backend=column.implementation)
        moment = moment.dt.replace_time_zone(zone) if zone is not None else moment
        try:
            return _like(column, moment.cast(column.dtype))
        except ValueError:  # nanoseconds end in 2262
            return moment

    problems = {row: f"{days[row]} {_INSIDE}" for row in np.flatnonzero(inside).tolist()}
    return YearColumn(values, problems | _not_years(bad, column.to_list() if bad.any() else []), at, months)


def _periods(column: _Column, native: Any) -> YearColumn:
    pd = nw.get_native_namespace(column)
    name = str(native.dtype).removeprefix("period[").removesuffix("]")
    if name.split("-")[0] in ("Y", "A", "YE"):
        bad = native.isna().to_numpy()
        values = native.dt.year.fillna(0).to_numpy().astype(np.int64)
        values[bad] = NO_YEAR
        moved = None
    else:
        values, bad, moved = _calendar(native.dt.start_time.to_numpy().astype("datetime64[us]"))

    def at(years: _Integers, rows: _Integers) -> _Column:
        if moved is None:
            periods = pd.PeriodIndex.from_ordinals(years - 1970, freq=native.dtype.freq)
        else:
            periods = pd.PeriodIndex(moved(years, rows), freq=native.dtype.freq)
        return nw.from_native(pd.Series(periods, name=column.name), series_only=True)

    months, inside = _inside(values, native.dt.end_time.to_numpy().astype("datetime64[D]"))
    items = column.to_list() if bad.any() or inside.any() else []
    problems = {row: f"{items[row]} {_OTHER_CALENDAR}" for row in np.flatnonzero(inside).tolist()}
    return YearColumn(values, problems | _not_years(bad, items), at, months)


def _objects(column: _Column) -> YearColumn:
    """Text, dates as Python objects, mixtures."""
    items = column.to_list()
    values = np.array([_year_of(item) for item in items], dtype=np.int64)

    def at(years: _Integers, rows: _Integers) -> _Column:
        moved = [_in_year(items[row], year) for year, row in zip(years.tolist(), rows.tolist(), strict=True)]
        if column.dtype == nw.Categorical or column.dtype == nw.Enum:  # new years are no category yet
            if not all(isinstance(item, str) for item in moved):
                return _encoded(nw.new_series(column.name, moved, backend=column.implementation))
            return nw.new_series(column.name, moved, nw.String, backend=column.implementation).cast(nw.Categorical)
        dtype = column.dtype if column.dtype == nw.String else None
        return _like(column, nw.new_series(column.name, moved, dtype, backend=column.implementation))

    days = [_day_of(item) for item in items]
    problems = {
        row: f"{items[row]} {_OTHER_CALENDAR if hasattr(items[row], 'freqstr') else _INSIDE}"
        for row, day in enumerate(days)
        if day is not None and day not in _WHOLE and values[row] != NO_YEAR
    }
    months = np.array([0 if day is None else day[0] for day in days], dtype=np.int64)
    return YearColumn(values, problems | _not_years(values == NO_YEAR, items), at, months)


def _encoded(made: _Column) -> _Column:
    """Years that are no text as categories, which only pandas and pyarrow have."""
    native = made.to_native()
    coded = native.astype("category") if made.implementation.is_pandas_like() else native.dictionary_encode()
    return nw.from_native(coded, series_only=True)


def _calendar(
    moments: NDArray[np.datetime64],
) -> tuple[_Integers, NDArray[np.bool_], Callable[[_Integers, _Integers], NDArray[np.datetime64]]]:
    """Years of moments, which are none, and the way to the same month, day and time of another year."""
    bad = np.isnat(moments)
    known = np.where(bad, np.datetime64("1970-01-01", "us"), moments)
    months = known.astype("datetime64[M]")
    month = months.astype(np.int64)
    day = known.astype("datetime64[D]") - months.astype("datetime64[D]")
    time = known - known.astype("datetime64[D]")
    values = np.where(bad, NO_YEAR, month // 12 + 1970)

    def moved(years: _Integers, rows: _Integers) -> NDArray[np.datetime64]:
        start = ((years - 1970) * 12 + month[rows] % 12).astype("datetime64[M]")
        longest = (start + 1).astype("datetime64[D]") - start.astype("datetime64[D]") - 1
        return start.astype("datetime64[D]") + np.minimum(day[rows], longest) + time[rows]  # type: ignore[no-any-return]

    return values, bad, moved


def _inside(years: _Integers, days: NDArray[np.datetime64]) -> tuple[_Integers, NDArray[np.bool_]]:
    """The months of these days, 0 where there is none, and which are neither the first nor the last of their year."""
    known = years != NO_YEAR
    starts = days.astype("datetime64[Y]")
    whole = (days == starts.astype("datetime64[D]")) | (days + 1 == (starts + 1).astype("datetime64[D]"))
    months = np.where(known, days.astype("datetime64[M]").astype(np.int64) % 12 + 1, 0)
    return months, known & ~whole


def is_nothing(item: Any) -> bool:
    """Whether an item of a column stands for no value."""
    return item is None or type(item).__name__ in ("NAType", "NaTType") or (isinstance(item, float) and item != item)


def _year_of(item: Any) -> int:
    if isinstance(item, str):
        if slashed := _SLASHED.fullmatch(item):
            return int(slashed.group(4))
        text = _TEXT.fullmatch(item)
        return int(text.group(1)) if text else NO_YEAR
    if is_nothing(item) or isinstance(item, (bool, np.bool_)):
        return NO_YEAR
    year = getattr(item, "year", item)
    try:
        return int(year) if int(year) == year and abs(year) < 10**6 else NO_YEAR
    except (TypeError, ValueError):
        return NO_YEAR


def _day_of(item: Any) -> tuple[int, int] | None:
    """Month and day of a date as text or as an object; of a period those of its end."""
    if isinstance(item, str):
        if slashed := _SLASHED.fullmatch(item):
            one, two = int(slashed.group(2)), int(slashed.group(3))
            return (one, two) if two > 12 else (two, one)  # which is which decides nothing: see _WHOLE
        text = _TEXT.fullmatch(item)
        rest = (text and text.group(2)) or ""
        return (int(rest[1:3]), int(rest[4:6])) if rest.startswith("-") else None
    day = getattr(item, "month", None), getattr(item, "day", None)
    return None if is_nothing(item) or None in day else day  # type: ignore[return-value]


def _in_year(item: Any, year: int) -> Any:
    if isinstance(item, str):
        if slashed := _SLASHED.fullmatch(item):
            return f"{slashed.group(1)}{year:04d}{slashed.group(5)}"
        text = _TEXT.fullmatch(item)
        return f"{year:04d}{(text and text.group(2)) or ''}"
    if hasattr(item, "replace"):
        try:
            return item.replace(year=year)
        except ValueError:  # 29 February
            return item.replace(year=year, day=28)
    if str(getattr(item, "freqstr", "")).startswith(("Y", "A")):  # an annual period of pandas
        return item + (year - item.year)
    return year


def _like(column: _Column, made: _Column) -> _Column:
    """What was made, in the very dtype of the column where pandas has several of a kind."""
    if not column.implementation.is_pandas_like():
        return made
    return nw.from_native(made.to_native().astype(column.to_native().dtype), series_only=True)


def _not_years(bad: NDArray[np.bool_], items: list[Any]) -> dict[int, str]:
    return {row: f"{items[row]!r} is not a year" for row in np.flatnonzero(bad).tolist()}

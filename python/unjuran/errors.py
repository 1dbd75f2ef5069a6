"""What can go wrong: one class a cause, all of them `UnjuranError`.

The attributes of a class are the fields of the refusal, so that a program can branch on the cause and a person can read
the sentence. Each class says when it occurs and what to do.
"""

from __future__ import annotations


class UnjuranError(ValueError):
    """Anything this package refuses; its text names the series, the year, the value and what is allowed."""

    # why: laid out in memory as BaseException is, so that InternalError can become a base of what pyo3 makes of a panic
    __slots__ = ()

    kind: str
    message: str

    def __init__(self, message: str = "", **fields: object) -> None:
        super().__init__(message)
        self.message = message
        self.kind = type(self).__name__.removesuffix("Error")
        self.__dict__.update(fields)

    def __str__(self) -> str:
        return self.message


class YearOutOfRangeError(UnjuranError):
    """A year outside 1 to 9999: check which column holds the years."""

    year: int


class BadDateError(UnjuranError):
    """Text that is no date: write dates as YYYY-MM-DD."""

    text: str


class DateOutsideYearError(UnjuranError):
    """A cut-off date in another year than the one it describes: correct the date or the year."""

    series: str
    year: int
    date: str


class BadShareError(UnjuranError):
    """A share of the year that is not above 0 and at most 1: give 5 of 12 months as 5 / 12."""

    series: str
    year: int
    share: float | None


class EmptySeriesError(UnjuranError):
    """A series without a year: give at least one."""

    series: str


class NoObservedYearsError(UnjuranError):
    """A series without one full year that has a number: nothing can be learned from it alone."""

    series: str
    years: int


class LengthMismatchError(UnjuranError):
    """Values and years of different lengths: give one value a year."""

    series: str
    values: int
    years: int


class DuplicateYearError(UnjuranError):
    """A year that occurs twice in a series: keep one, or give the sources names of their own."""

    series: str
    year: int


class SpanTooLongError(UnjuranError):
    """A series of more than 1,000 years from the first to the last: look for a mistyped year."""

    series: str
    first: int
    last: int
    most: int


class NotFiniteError(UnjuranError):
    """An infinite or astronomically large value: a missing year is None or NaN."""

    series: str
    year: int
    value: str


class NegativeCountError(UnjuranError):
    """A count below zero: correct it, or say unit="amount"."""

    series: str
    year: int
    value: float


class FractionalCountError(UnjuranError):
    """A count with a fraction, or beyond 2**53: correct it, or say unit="amount" or unit="rate"."""

    series: str
    year: int
    value: float


class BadBoundsError(UnjuranError):
    """A masked cell whose bounds are not finite or in the wrong order: give the lower one first."""

    series: str
    year: int
    lower: str
    upper: str


class PartialNotLastError(UnjuranError):
    """A partial year with a year after it: only the last year may be partial; mark an earlier one missing."""

    series: str
    year: int
    last: int


class PartialValueError(UnjuranError):
    """A partial year without a count so far: give the number, or leave the year out."""

    series: str
    year: int
    value: str


class EarlierCountError(UnjuranError):
    """A count by a day of an earlier year: from 0 to what that year became, and before a partial last year."""

    series: str
    year: int
    value: str
    became: str


class EventOutsideError(UnjuranError):
    """An event before the second or after the last full year of a series: its impact cannot be judged."""

    series: str
    event: str
    year: int
    first: int
    last: int


class NothingToLearnError(UnjuranError):
    """A panel without a series to learn a prior from: one with two exact full years is needed."""

    series: int


class PartialRateError(UnjuranError):
    """A partial year of a rate: give the count so far, or leave the year out."""

    series: str
    year: int


class UnknownUnitError(UnjuranError):
    """A unit that does not exist: use "count", "amount" or "rate"."""

    unit: str


class DuplicateSeriesError(UnjuranError):
    """A name that two series of a panel share, or whose rows stand apart in a stream: rename one, or sort by name."""

    series: str


class UnknownSeriesError(UnjuranError, KeyError):
    """A name that no series of the panel has: `known` lists those there are. Also a KeyError."""

    series: str
    known: tuple[str, ...]


class CsvError(UnjuranError):
    """A cell of a CSV file that cannot be read: the file, line and column say where it stands."""

    file: str
    line: int
    column: str
    value: str
    problem: str


class MissingColumnError(UnjuranError):
    """A table without a column that is needed: rename it, or name yours with id_col, time_col, target_col."""

    file: str
    column: str
    known: tuple[str, ...]


class FileError(UnjuranError):
    """A file that cannot be opened, read or written: the operating system's words are in `problem`."""

    path: str
    problem: str


class BadLevelError(UnjuranError):
    """A level that is no percentage: for an 80% interval write 80."""

    level: float | None


class BadProbabilityError(UnjuranError):
    """A probability that is not above 0 and below 1."""

    probability: float | None


class BadHorizonError(UnjuranError):
    """A number of years ahead outside 1 to 100."""

    horizon: int


class BadUntilError(BadHorizonError):
    """A last year to forecast that is not 1 to 100 years ahead of the series, which ends in the year `last`."""

    series: str
    last: int
    until: int
    horizon: int


class HorizonAmbiguousError(UnjuranError):
    """Both or neither of h and until: say the horizon once."""


class BadDrawsError(UnjuranError):
    """A number of sample paths outside 1 to 1,000,000."""

    draws: int


class BadSampleError(UnjuranError):
    """A path with a value that is infinite or astronomically large: give smaller factors and numbers."""

    place: int
    value: str


class YearNotForecastError(UnjuranError):
    """A year that the forecast does not cover: `first` and `last` say which it does."""

    series: str
    year: int
    first: int
    last: int


class NotACountError(UnjuranError):
    """The probability of one value of an amount or a rate: use the distribution function, cdf."""

    series: str
    unit: str


class TooFewYearsError(UnjuranError):
    """Fewer observed full years than the model needs: take a simpler model or the default."""

    series: str
    model: str
    needed: int
    got: int


class TooFewChangesError(UnjuranError):
    """A history with too few changes between neighbouring years: leave it out, or fill its gaps."""

    series: str
    model: str
    needed: int
    got: int


class UnequalLengthsError(UnjuranError):
    """Forecasts, bounds or clusters that are not one for each value: give as many as there are values."""

    metric: str
    actual: int
    forecast: int


class CrossedBoundsError(UnjuranError):
    """An interval whose lower bound is above the upper one: `position`, from 0, says which; the two may be swapped."""

    metric: str
    position: int
    lower: float
    upper: float


class NotPositiveError(UnjuranError):
    """A value at or below zero for a model of logarithms: take a model of the plain scale."""

    series: str
    model: str
    year: int
    value: float


class NeedsPositiveError(UnjuranError):
    """A value at or below zero for a model with shocks in proportion: take a class with additive shocks."""

    series: str
    model: str
    year: int
    value: float


class LeavesPositiveError(UnjuranError):
    """A model of positive numbers comes to one that is not, first in `year`: other parameters, or an additive class."""

    series: str
    model: str
    year: int


class BadParameterError(UnjuranError):
    """A setting of a model outside its range: `allowed` says what is."""

    model: str
    parameter: str
    value: str
    allowed: str


class UnknownModelError(UnjuranError):
    """A model name that does not exist: `known` lists those that do."""

    name: str
    known: tuple[str, ...]


class RankDeficientError(UnjuranError):
    """Columns of a regression that say the same in the observed years: leave one of them out."""

    series: str
    columns: tuple[str, ...]


class MatrixShapeError(UnjuranError):
    """A matrix and a response that do not fit together: give one row of the matrix for each value."""

    series: str
    entries: int
    columns: int
    rows: int


class MatrixNumberError(UnjuranError):
    """A row of a matrix with an infinite or missing number, or a weight below zero: leave it out; rows count from 1."""

    series: str
    row: int


class MissingDriverError(UnjuranError):
    """A column without a value for an observed or a future year: give it in fit, or the future ones in forecast."""

    series: str
    column: str
    year: int


class InputNotTakenError(UnjuranError):
    """An argument that the model has no use for: leave it out, or take one of the trend regressions."""

    model: str
    input: str


class RegressorError(UnjuranError):
    """A regressor from outside (Rust, feature `linfa`) that could not be fitted: see what it says."""

    series: str
    model: str
    problem: str


class CountsOnlyError(UnjuranError):
    """A model of counts on amounts or rates: say unit="count" if they are counts, else take another model."""

    series: str
    model: str
    unit: str


class NoPercentChangeError(UnjuranError):
    """A percent change asked of a line that is not on the log scale: take LogLinearTrend or a trend of counts."""

    model: str


class OverflowError(UnjuranError):  # noqa: A001 - the name of the cause; nobody imports * from here
    """Values too large or too far apart to compute with: change the unit of measurement."""

    series: str
    model: str


class CountedAlreadyError(UnjuranError):
    """A number below what was already counted in the year under way: the year cannot end below it."""

    series: str
    year: int
    counted: float
    value: float


class KnownFurtherError(UnjuranError):
    """A figure up to a day that the forecast is past already: give a later one, or an earlier forecast."""

    series: str
    year: int
    given: str
    known: str


class ImpossibleTargetError(UnjuranError):
    """A target that cannot be met: `reason` says why, and what is possible."""

    series: str
    year: int
    target: float
    reason: str


class NotObservedError(UnjuranError):
    """A past year without a full number where one is needed: give the number, or ask without that year."""

    series: str
    year: int
    needed_for: str


class NoPercentageError(UnjuranError):
    """A percent change that starts from nothing: say the difference instead."""

    before: float
    after: float


class BadPopulationError(UnjuranError):
    """A population that is not above 0: correct it, or leave the year out."""

    series: str
    year: int
    population: str


class StageUnitsError(UnjuranError):
    """Neighbouring stages of a funnel that count different things: declare the link a ratio, or change the stages."""

    stage: str
    unit: str
    next: str
    next_unit: str


class SharesAboveOneError(UnjuranError):
    """A stage that exceeds the one before in most years: declare the link a ratio, or correct the units or the lag."""

    stage: str
    next: str
    years: tuple[int, ...]
    shares: tuple[float, ...]
    compared: int


class HierarchyCycleError(UnjuranError):
    """A total that is a part of itself: take one of the links in `through` out of the tree."""

    member: str
    through: tuple[str, ...]


class MissingMemberError(UnjuranError):
    """A member of a hierarchy without a series or forecast: add it, or take it out of the tree."""

    parent: str
    member: str
    known: tuple[str, ...]


class TwoParentsError(UnjuranError):
    """A part of two totals: reconcile along one of them."""

    member: str
    first: str
    second: str


class NotTheSumError(UnjuranError):
    """A total that its parts cannot make up: add the part that is missing to the tree, or forecast the total alone."""

    total: str
    year: int
    published: float
    computed: float
    apart: int
    common: int


class UnlikeError(UnjuranError):
    """Two series or forecasts that must go together: `needed` says what must agree."""

    series: str
    has: str
    other: str
    other_has: str
    needed: str


class BadJsonError(UnjuranError):
    """Text that is no stored object of the expected type: it was cut, edited or is of another type."""

    expected: str
    problem: str


class NotReadError(UnjuranError):
    """A series of a data frame whose rows cannot be read: mend the row that the text names, or its years."""

    series: str
    problem: str


class StoppedError(UnjuranError):
    """A long run that was broken off between two fits."""

    done: int
    all: int


class BadBytesError(UnjuranError):
    """Bytes that are no stored object of the expected type: they were cut, changed or are of another type."""

    expected: str
    problem: str


class UnknownVersionError(UnjuranError):
    """A file that a later release wrote: read it with that one."""

    expected: str
    version: int
    known: int


class TooLargeError(UnjuranError):
    """A stored object of more than 32 MiB: store its parts."""

    expected: str
    bytes: int
    most: int


class NotStorableError(UnjuranError):
    """A model, or the fit of one, that was written elsewhere: store its forecast."""

    model: str


class InternalError(UnjuranError):
    """A bug of this package: please report it with its text; the interpreter and everything in it are sound."""

    __slots__ = ()  # see UnjuranError

    def __init__(self, message: str = "", **fields: object) -> None:
        super().__init__(message, **{"kind": "Internal", **fields})

    def __str__(self) -> str:
        from unjuran import __version__

        return (
            f"this is a bug of unjuran {__version__}, not of your data or your call; "
            f"please report it, with this text: {self.message}"
        )

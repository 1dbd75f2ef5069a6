import copy
import datetime
import decimal
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import unjuran as uj
from unjuran import errors

CASES = [163, 463, 429, 302, 286, 165, 115, 139]


def cases(**more):
    return uj.Series(CASES, start=2015, name="trafficking_cases", **more)


def test_a_series_says_what_it_holds():
    s = cases(label="Trafficking cases")
    assert (s.name, s.label, s.unit, s.last_year, len(s)) == (
        "trafficking_cases",
        "Trafficking cases",
        "count",
        2022,
        8,
    )
    assert s.years.tolist() == list(range(2015, 2023))
    assert s.values.tolist() == CASES
    assert s.values.dtype == np.float64
    assert s.years.dtype == np.int64


def test_arrays_are_views_that_nobody_can_write_to():
    with pytest.raises(ValueError, match="read-only"):
        cases().values[0] = 1


def test_counts_by_the_same_day_of_earlier_years_are_shown():
    series = uj.Series([9, 8], start=2020, name="a").with_partial(2022, 4, share=0.5, earlier={2020: 5, 2021: 3})
    assert repr(series) == "Series 'a' (count), 2020-2022: 9, 8, 4 in 50% of the year; earlier 2020: 5, 2021: 3"


@pytest.mark.parametrize(
    "values",
    [
        tuple(CASES),
        [float(y) for y in CASES],
        (y for y in CASES),
        [decimal.Decimal(y) for y in CASES],
        np.array(CASES, dtype="int16"),
        np.array(CASES, dtype="float32"),
        np.array(CASES, dtype=object),
        pd.Series(CASES),
        pd.Series(CASES, dtype="Int64"),
        pd.Series(CASES, dtype="int64[pyarrow]"),
        pl.Series(CASES),
        pa.array(CASES),
    ],
    ids=lambda v: type(v).__module__ + "." + type(v).__name__,
)
def test_any_ordered_container_of_numbers_gives_the_same_series(values):
    assert uj.Series(values, start=2015, name="trafficking_cases") == cases()


@pytest.mark.parametrize(
    "given",
    [
        (dict(zip(range(2015, 2023), CASES, strict=True)), {}),
        (CASES[::-1], {"years": range(2022, 2014, -1)}),
        (CASES, {"years": np.arange(2015, 2023, dtype="int32")}),
        (CASES, {"years": [float(y) for y in range(2015, 2023)]}),
        (CASES, {"years": [datetime.date(y, 12, 31) for y in range(2015, 2023)]}),
        (CASES, {"years": pd.period_range("2015", "2022", freq="Y")}),
        (CASES, {"years": np.arange(2015, 2023).astype(str).astype("datetime64[Y]")}),
        (pd.Series(CASES, index=range(2015, 2023)), {}),
        (pd.Series(CASES, index=pd.date_range("2015", periods=8, freq="YS")), {}),
        (pd.Series(CASES, index=list("abcdefgh")), {"start": 2015}),
        (pd.Series(CASES, index=range(1900, 1908)), {"years": range(2015, 2023)}),
        (CASES, {"start": np.int32(2015)}),
    ],
)
def test_years_may_be_said_in_many_ways(given):
    values, said = given
    assert uj.Series(values, name="trafficking_cases", **said) == cases()


@pytest.mark.parametrize(
    "gap",
    [None, float("nan"), np.nan, np.float32("nan"), pd.NA, pd.NaT, np.ma.masked, decimal.Decimal("NaN")],
    ids=repr,
)
def test_every_spelling_of_nothing_is_a_missing_year(gap):
    s = uj.Series([1, gap, 3], start=2000)
    assert s == uj.Series({2000: 1, 2002: 3})
    assert np.isnan(s.values[1])


def test_masked_and_nullable_columns_carry_their_gaps():
    gaps = uj.Series({2000: 1, 2002: 3})
    assert uj.Series(np.ma.array([1, 9, 3], mask=[0, 1, 0]), start=2000) == gaps
    assert uj.Series(pd.Series([1, None, 3], dtype="Int64"), start=2000) == gaps
    assert uj.Series(pl.Series([1, None, 3]), start=2000) == gaps
    assert uj.Series(pa.array([1, None, 3]), start=2000) == gaps


@pytest.mark.parametrize("bad", ["12", "", "<5", b"1", True, np.bool_(True), 1j, [3], np.datetime64("2020")], ids=repr)
def test_what_is_no_number_is_refused_with_its_place(bad):
    with pytest.raises(TypeError, match=r"values\[1\] \(2001\): .* is not a number"):
        uj.Series([1, bad, 3], start=2000)
    with pytest.raises(TypeError, match=r"values\[2001\]"):
        uj.Series({2000: 1, 2001: bad})


@pytest.mark.parametrize("values", ["123", b"123", 5, None, {1, 2}], ids=repr)
def test_what_is_no_sequence_is_refused(values):
    with pytest.raises(TypeError, match="values must be a sequence of numbers"):
        uj.Series(values, start=2000)


def test_a_column_keeps_its_name():
    assert uj.Series(pd.Series([1, 2], name="cases"), start=2000).name == "cases"
    assert uj.Series(pd.Series([1, 2], name="cases"), start=2000, name="arrests").name == "arrests"
    assert uj.Series(pd.Series([1, 2], name=7), start=2000).name == "series"


def test_the_years_must_be_said_exactly_once():
    with pytest.raises(TypeError, match="which years are these"):
        uj.Series([1, 2])
    with pytest.raises(TypeError, match="once"):
        uj.Series([1, 2], start=2000, years=[2000, 2001])
    with pytest.raises(TypeError, match="dict"):
        uj.Series({2000: 1}, start=2000)
    with pytest.raises(TypeError, match="index of values does not hold years"):
        uj.Series(pd.Series([1, 2]))
    with pytest.raises(errors.LengthMismatchError) as caught:
        uj.Series([1, 2, 3], years=[2000, 2001], name="cases")
    assert (caught.value.series, caught.value.values, caught.value.years) == ("cases", 3, 2)


@pytest.mark.parametrize("year", ["2000", 2000.5, True, None, [2000]], ids=repr)
def test_what_is_no_year_is_refused(year):
    with pytest.raises(TypeError, match=r"years\[0\] must be a whole number"):
        uj.Series([1], years=[year])


@pytest.mark.parametrize("year", [0, -5, 10_000, 2**70])
def test_years_lie_on_the_calendar(year):
    with pytest.raises(errors.YearOutOfRangeError, match="1 to 9999"):
        uj.Series([1], start=year)


def test_a_year_that_occurs_twice_is_refused():
    with pytest.raises(errors.DuplicateYearError) as caught:
        uj.Series([1, 2], years=[2000, 2000], name="cases")
    assert (caught.value.series, caught.value.year) == ("cases", 2000)


@pytest.mark.parametrize("infinite", [float("inf"), -float("inf"), 10**400, 1e151], ids=repr)
def test_infinities_are_refused_by_year(infinite):
    with pytest.raises(errors.NotFiniteError) as caught:
        uj.Series([1, infinite], start=2000)
    assert caught.value.year == 2001


def test_an_empty_series_is_refused():
    with pytest.raises(errors.EmptySeriesError, match="at least one year"):
        uj.Series([], start=2000)


def test_whole_numbers_are_never_rounded_in_silence():
    assert uj.Series([2**53], start=2000).values[0] == 2**53
    with pytest.raises(errors.FractionalCountError, match=r"values\[0\] \(2000\): 9007199254740993 has more digits"):
        uj.Series([2**53 + 1], start=2000)
    with pytest.raises(errors.FractionalCountError):
        uj.Series(np.array([2**53 + 1]), start=2000)


def test_the_unit_follows_from_the_numbers_unless_it_is_said():
    assert uj.Series([1.0, 2.0], start=2000).unit == "count"
    assert uj.Series([1.5, 2.0], start=2000).unit == "amount"
    assert uj.Series([-1], start=2000).unit == "amount"
    assert uj.Series([1, 2], start=2000, unit="rate").unit == "rate"
    with pytest.raises(errors.NegativeCountError) as caught:
        uj.Series([1, -2], start=2000, unit="count")
    assert (caught.value.year, caught.value.value) == (2001, -2.0)
    with pytest.raises(errors.UnknownUnitError, match='"count", "amount" or "rate"'):
        uj.Series([1], start=2000, unit="persons")


def test_a_partial_year_is_told_by_date_or_share():
    by_date = cases().with_partial(2023, 48, through="2023-05-31")
    assert by_date.last_year == 2023
    assert by_date.values[-1] == 48
    assert "48 to 2023-05-31" in repr(by_date)
    assert by_date == cases().with_partial(2023, 48, through=datetime.date(2023, 5, 31))
    assert by_date == cases().with_partial(2023, 48, through=pd.Timestamp("2023-05-31 10:00"))
    assert "48 in 41% of the year" in repr(cases().with_partial(2023, 48, share=0.41))
    assert cases().with_partial(2023, 48, share=1) == cases().with_partial(2023, 48, through="2023-12-31")
    assert len(cases()) == 8, "the series it came from is unchanged"


def test_a_partial_year_is_refused_where_it_makes_no_sense():
    with pytest.raises(TypeError, match="through="):
        cases().with_partial(2023, 48)
    with pytest.raises(TypeError, match="one of them"):
        cases().with_partial(2023, 48, through="2023-05-31", share=0.4)
    with pytest.raises(errors.DateOutsideYearError):
        cases().with_partial(2023, 48, through="2022-05-31")
    with pytest.raises(errors.BadDateError, match="YYYY-MM-DD"):
        cases().with_partial(2023, 48, through="31 May 2023")
    with pytest.raises(errors.PartialNotLastError) as caught:
        cases().with_partial(2020, 48, share=0.4)
    assert (caught.value.year, caught.value.last) == (2020, 2022)
    with pytest.raises(errors.PartialValueError):
        cases().with_partial(2023, None, share=0.4)
    for share in (0, -0.1, 1.1, float("nan"), float("inf")):
        with pytest.raises(errors.BadShareError):
            cases().with_partial(2023, 48, share=share)


def test_masked_cells_and_missing_years_replace_a_year():
    s = cases().with_censored(2019, 0, 4).with_missing(2020)
    assert np.isnan(s.values[4:6]).all()
    assert "302, 0..4, -, 115" in repr(s)
    assert cases().with_censored(2019, 286, 286) == cases()
    with pytest.raises(errors.BadBoundsError):
        cases().with_censored(2019, 4, 0)


def test_series_are_values():
    s = cases().with_partial(2023, 48, through="2023-05-31").with_censored(2019, 0, 4)
    assert s == pickle.loads(pickle.dumps(s))
    assert s == copy.deepcopy(s)
    assert hash(s) == hash(copy.copy(s))
    assert s != cases()
    assert s != CASES
    assert uj.Series([0.0], start=1) == uj.Series([-0.0], start=1)
    assert hash(uj.Series([0.0], start=1)) == hash(uj.Series([-0.0], start=1))
    with pytest.raises(AttributeError):
        s.name = "other"


def test_a_stored_series_is_checked_like_a_new_one():
    text = cases().to_json()
    assert uj.Series.from_json(text) == cases()
    for damaged in (text.replace("2015", "99999"), text[:-1], text.replace('"version":1', '"version":""'), "{}", ""):
        with pytest.raises(errors.BadJsonError):
            uj.Series.from_json(damaged)


def test_a_long_series_is_shown_in_one_line():
    assert len(repr(uj.Series(range(500), start=1500))) < 120


@pytest.mark.parametrize(
    ("y", "shown"),
    [
        (3.4, "3.4"),
        (0.1 + 0.2, "0.3"),
        (163 / 317, "0.5142"),
        (463 / 317, "1.4606"),
        (0.000123456, "0.0001235"),
        (0.99999, "1"),
        (-2.34567, "-2.3457"),
        (1234567.891, "1234567.891"),
        (12.0, "12"),
    ],
)
def test_a_rate_is_shown_with_the_digits_it_has_and_at_most_four_behind_the_point(y, shown):
    rate = uj.Series([1, y], start=2020, name="r", unit="amount")
    assert repr(rate) == f"Series 'r' (amount), 2020-2021: 1, {shown}"
    assert rate.summary().splitlines()[-1].split() == ["2021", shown]
    assert rate.values[1] == y

import datetime

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import unjuran as uj
import unjuran.frames
from unjuran import _core, errors

BACKENDS = {
    "pandas": pd.DataFrame,
    "pandas[pyarrow]": lambda data: pl.DataFrame(data, strict=False).to_pandas(use_pyarrow_extension_array=True),
    "polars": lambda data: pl.DataFrame(data, strict=False),
    "pyarrow": pa.table,
}
CASES = [163, 463, 429, 302, 286, 165, 115, 139]
ARRESTS = [247, 679, 550, 516, 531, 252, 230, 324]


@pytest.fixture(params=BACKENDS, ids=list(BACKENDS))
def make(request):
    return BACKENDS[request.param]


def tidy(years=range(2015, 2023), **more):
    years = list(years)
    return {"unique_id": ["cases"] * 8 + ["arrests"] * 8, "ds": years * 2, "y": CASES + ARRESTS, **more}


def rows(frame):
    """Any frame as a list of dicts with None for null."""
    if isinstance(frame, pd.DataFrame):
        return [{k: None if pd.isna(v) else v for k, v in row.items()} for row in frame.to_dict("records")]
    return frame.to_dicts() if isinstance(frame, pl.DataFrame) else frame.to_pylist()


def columns(frame):
    return list(frame.column_names if isinstance(frame, pa.Table) else frame.columns)


def test_a_frame_in_gives_the_same_kind_of_frame_out(make):
    frame = make(tidy())
    out = uj.forecast(frame, h=2, model="Naive", level=[80, 97.5])
    assert type(out) is type(frame)
    names = ["Naive", "Naive-lo-80", "Naive-hi-80", "Naive-lo-97.5", "Naive-hi-97.5"]
    assert columns(out) == ["unique_id", "ds", *names, "status"]
    got = rows(out)
    assert [(r["unique_id"], r["ds"]) for r in got] == [
        ("cases", 2023),
        ("cases", 2024),
        ("arrests", 2023),
        ("arrests", 2024),
    ]
    assert {r["status"] for r in got} == {"ok"}
    fc = uj.forecast(uj.Series(ARRESTS, start=2015, name="arrests"), h=2, model="Naive")
    assert [r["Naive"] for r in got[2:]] == fc.median.tolist()
    assert [r["Naive-hi-97.5"] for r in got[2:]] == fc.interval(97.5).upper.tolist()


def test_a_level_is_written_alike_in_every_frame(cases):
    level = [97.5555555, 80]
    one = uj.forecast(cases, h=1, model="Naive").to_frame("pandas", level=level)
    many = uj.forecast(uj.Panel([cases]), h=1, model="Naive").to_frame("pandas", level=level)
    assert list(one.columns) == list(many.columns)
    assert "Naive-lo-97.5555555" in one.columns


def test_by_default_there_are_intervals_of_80_and_95(make):
    out = columns(uj.forecast(make(tidy()), h=1, model="Naive"))
    assert [c for c in out if "-" in c] == ["Naive-lo-80", "Naive-hi-80", "Naive-lo-95", "Naive-hi-95"]
    assert columns(uj.forecast(make(tidy()), h=1, model="Naive", level=[])) == ["unique_id", "ds", "Naive", "status"]


def test_the_order_of_rows_does_not_matter_and_names_keep_theirs(make):
    frame = tidy()
    shuffled = np.random.default_rng(0).permutation(16).tolist()
    shuffled.sort(key=lambda i: (i != 3, i % 3))  # the first row is one of "cases"
    mixed = {name: [values[i] for i in shuffled] for name, values in frame.items()}
    assert rows(uj.forecast(make(mixed), h=2)) == rows(uj.forecast(make(frame), h=2))


def test_other_names_of_columns_come_back(make):
    frame = tidy()
    frame = {"measure": frame["unique_id"], "year": frame["ds"], "value": frame["y"], "y_lo": ["text"] * 16}
    frame["y_lo"] = [None] * 16
    out = uj.forecast(make(frame), h=1, id_col="measure", time_col="year", target_col="value")
    assert columns(out)[:2] == ["measure", "year"]


@pytest.mark.parametrize(
    "position",
    [(12, 31), (1, 1)],
)
def test_dates_keep_their_place_in_the_year(make, position):
    years = [datetime.date(y, *position) for y in range(2015, 2023)]
    got = rows(uj.forecast(make(tidy(years)), h=3, level=[]))
    days = [r["ds"] for r in got[:3]]
    assert [(d.year, d.month, d.day) for d in days] == [(y, *position) for y in (2023, 2024, 2025)]


@pytest.mark.parametrize(
    "column",
    [
        pd.period_range("2015", "2022", freq="Y"),
        pd.date_range("2015-12-31", periods=8, freq="YE"),
        pd.date_range("2015-01-01", periods=8, freq="YS", tz="Asia/Kuala_Lumpur"),
        pd.date_range("2015-12-31 23:59", periods=8, freq="YE", unit="s"),
        np.arange(2015, 2023, dtype="int16"),
        pd.array(range(2015, 2023), dtype="UInt16"),
        np.arange(2015.0, 2023.0),
        [str(y) for y in range(2015, 2023)],
        [f"{y}-12-31" for y in range(2015, 2023)],
    ],
    ids=lambda c: str(getattr(c, "dtype", "text")),
)
def test_the_time_column_comes_back_in_its_type(column):
    frame = pd.DataFrame({"unique_id": "cases", "ds": column, "y": CASES})
    out = uj.forecast(frame, h=2, level=[])
    assert out["ds"].dtype == frame["ds"].dtype
    both = pd.concat([frame["ds"], out["ds"]], ignore_index=True)
    years = both.dt.year if hasattr(both, "dt") and hasattr(both.dt, "year") else both.astype(str).str[:4].astype(int)
    assert years.tolist() == list(range(2015, 2025))
    rest = both.astype(str).str[4:]
    assert rest.nunique() == 1, "month, day and time stay"


@pytest.mark.parametrize("position", ["31/12/", "12/31/", "01/01/", "1/1/"])
def test_a_day_with_slashes_is_a_year_where_both_orders_say_the_same(make, position):
    got = rows(uj.forecast(make(tidy([f"{position}{y}" for y in range(2015, 2023)])), h=2, level=[]))
    assert [r["ds"] for r in got[:2]] == [f"{position}2023", f"{position}2024"]


@pytest.mark.parametrize("day", ["05/06/2016", "31/03/2016", "03/31/2016", "30/12/2016"])
def test_a_day_with_slashes_inside_a_year_is_refused_and_no_order_is_guessed(make, day):
    frame = {"unique_id": ["a"] * 2, "ds": ["31/12/2015", day], "y": [1, 2]}
    (row,) = rows(uj.forecast(make(frame), h=1, level=[]))
    assert row["status"].startswith(f'series "a": row 1: {day} is a day inside a year: write the year')


def test_years_that_are_categories_of_integers_come_back_as_such():
    frame = pd.DataFrame({"unique_id": "cases", "ds": pd.Categorical(range(2015, 2023)), "y": CASES})
    out = uj.forecast(frame, h=2, level=[])
    assert isinstance(out["ds"].dtype, pd.CategoricalDtype)
    assert out["ds"].tolist() == [2023, 2024]
    table = pa.table({"unique_id": ["cases"] * 8, "ds": pa.array(range(2015, 2023)).dictionary_encode(), "y": CASES})
    ahead = uj.forecast(table, h=2, level=[])["ds"]
    assert pa.types.is_dictionary(ahead.type)
    assert ahead.to_pylist() == [2023, 2024]


def test_a_column_whose_type_holds_no_year_is_refused_with_what_does(make):
    short = tidy([year - 2000 for year in range(2015, 2023)])
    for kind, name, largest in [(nw.Int8, "Int8", 127), (nw.UInt8, "UInt8", 255)]:
        frame = nw.from_native(make(short)).with_columns(nw.col("ds").cast(kind)).to_native()
        said = f"column 'ds' is {name}, which holds no year after {largest}: cast it to Int16 or wider"
        with pytest.raises(TypeError, match=said):
            uj.forecast(frame, h=1)
        with pytest.raises(TypeError, match=said):
            uj.Panel.from_frame(frame)


WAYS_TO_WRITE_A_DAY = {
    "dates": lambda days: [datetime.date.fromisoformat(day) for day in days],
    "text": list,
    "timestamps": lambda days: [datetime.datetime.fromisoformat(day + "T08:30") for day in days],
}


@pytest.mark.parametrize("write", WAYS_TO_WRITE_A_DAY.values(), ids=WAYS_TO_WRITE_A_DAY)
def test_a_day_inside_a_year_is_no_year_as_in_a_file(make, write):
    for day in ("2023-05-31", "2023-01-02", "2023-12-30", "2023-01-31", "2023-12-01"):
        days = ["2022-12-31", day, "2022-01-01", "2023-01-01"]
        frame = {"unique_id": ["a", "a", "b", "b"], "ds": write(days), "y": [139, 48, 7, 8]}
        got = rows(uj.forecast(make(frame), h=1, model="Naive", level=[]))
        assert [r["status"] for r in got[1:]] == ["ok"]
        assert f'series "a": row 1: {day}' in got[0]["status"]
        assert "is a day inside a year: write the year" in got[0]["status"]
        with pytest.raises(uj.UnjuranError, match=r"last day as period_end"):
            uj.Panel.from_frame(make(frame))


@pytest.mark.parametrize("dtype", [None, object])
def test_a_period_that_ends_before_december_is_no_year(dtype):
    for freq in ("Y-MAR", "Y-NOV"):
        ds = pd.Series(pd.period_range("2015", "2022", freq=freq), dtype=dtype)
        (status,) = uj.forecast(pd.DataFrame({"unique_id": "a", "ds": ds, "y": CASES}), h=1)["status"]
        assert 'series "a": row 0: 2015 is a period that does not end in December' in status


@pytest.mark.parametrize(
    "ds",
    [
        pd.date_range("2015-12-31", periods=14, freq="ME"),
        pd.date_range("2015-10-01", periods=5, freq="QS"),
        pd.period_range("2015-12", periods=14, freq="M"),
        [str(day)[:10] for day in pd.date_range("2016-01-01", periods=14, freq="MS")],
    ],
    ids=["months", "quarters", "periods", "text"],
)
def test_months_and_quarters_are_to_be_summed_first(ds):
    (status,) = uj.forecast(pd.DataFrame({"unique_id": "a", "ds": ds, "y": 3}), h=1, level=[])["status"]
    assert "2016 has several dates, as monthly or quarterly data have: sum them by year first" in status


@pytest.mark.parametrize(
    "ids",
    [
        pd.Categorical(["b"] * 8 + ["a"] * 8, categories=["a", "b", "unused"]),
        np.array([7] * 8 + [3] * 8),
        pd.array(["b"] * 8 + ["a"] * 8, dtype="string"),
        np.array(["b"] * 8 + ["a"] * 8, dtype=object),
    ],
    ids=lambda c: str(c.dtype),
)
def test_the_names_come_back_in_their_type(ids):
    frame = pd.DataFrame({**tidy(), "unique_id": ids}, index=range(100, 116))
    out = uj.forecast(frame, h=1, level=[])
    assert out["unique_id"].dtype == frame["unique_id"].dtype
    assert out["unique_id"].tolist() == [ids[0], ids[8]]
    assert out.index.tolist() == [0, 1]


def test_one_bad_series_never_stops_the_run(make):
    frame = {
        "unique_id": ["good"] * 8 + ["infinite"] * 2 + ["twice"] * 2 + ["empty"] * 2,
        "ds": [*range(2015, 2023), 2020, 2021, 2020, 2020, 2019, 2020],
        "y": [float(y) for y in CASES] + [1.0, float("inf"), 1.0, 2.0, None, None],
    }
    got = rows(uj.forecast(make(frame), h=2, model="Naive", level=[80]))
    by_name = {}
    for r in got:
        by_name.setdefault(r["unique_id"], []).append(r)
    assert {name: [r["ds"] for r in rs] for name, rs in by_name.items()} == {
        "good": [2023, 2024],
        "infinite": [2022, 2023],
        "twice": [2021, 2022],
        "empty": [2021, 2022],
    }
    assert {r["status"] for r in by_name["good"]} == {"ok"}
    for name, part in [
        ("infinite", "2021: inf is not allowed"),
        ("twice", "occurs twice"),
        ("empty", "no usable year"),
    ]:
        assert all(part in r["status"] for r in by_name[name])
        assert all(r["Naive"] is None and r["Naive-hi-80"] is None for r in by_name[name])


def test_unreadable_years_give_one_row_without_a_year(make):
    frame = {"unique_id": ["a", "a", "b"], "ds": ["2020", "last year", "2020"], "y": [1, 2, 3]}
    got = rows(uj.forecast(make(frame), h=2, level=[]))
    assert [(r["unique_id"], r["ds"]) for r in got] == [("a", None), ("b", "2021"), ("b", "2022")]
    assert got[0]["status"] == "series \"a\": row 1: 'last year' is not a year"
    frame = {"unique_id": ["a", "a", "b"], "ds": [2020, None, 2020], "y": [1, 2, 3]}
    got = rows(uj.forecast(make(frame), h=1, level=[]))
    assert [(r["unique_id"], r["ds"]) for r in got] == [("a", None), ("b", 2021)]
    frame["ds"] = [datetime.date(2020, 12, 31), None, datetime.date(2020, 12, 31)]
    got = rows(uj.forecast(make(frame), h=1, level=[]))
    assert got[0]["ds"] is None
    assert got[1]["ds"].year == 2021


def test_a_series_without_a_name_is_refused_alone(make):
    frame = {"unique_id": ["a", None, "a", None], "ds": [2020, 2020, 2021, 2021], "y": [1, 2, 3, 4]}
    got = rows(uj.forecast(make(frame), h=1, level=[]))
    assert [r["unique_id"] for r in got] == ["a", None]
    assert "no name" in got[1]["status"]


def test_gaps_and_nulls_are_missing_years(make):
    frame = {"unique_id": ["a"] * 3, "ds": [2018, 2019, 2021], "y": [5, None, 7]}
    panel = uj.Panel.from_frame(make(frame))
    assert panel["a"] == uj.Series({2018: 5, 2019: None, 2021: 7}, name="a")
    frame["y"] = [5.0, float("nan"), 7.0]
    assert uj.Panel.from_frame(make(frame)) == panel


def test_masked_cells_partial_years_and_units_come_from_columns_of_their_own(make):
    frame = {
        "unique_id": ["a"] * 3 + ["b"] * 2 + ["c"],
        "ds": [2021, 2022, 2023, 2022, 2023, 2023],
        "y": [9, None, 3, 5, 2, 4],
        "y_lo": [None, 0, None, None, None, None],
        "y_hi": [None, 4, None, None, None, None],
        "period_end": [None, None, "2023-05-31", "2022-12-31", None, None],
        "share": [None, None, None, None, 0.5, None],
        "unit": [None, None, None, "amount", None, None],
        "remark": ["left alone"] * 6,
    }
    panel = uj.Panel.from_frame(make(frame))
    a = uj.Series({2021: 9}, name="a").with_censored(2022, 0, 4).with_partial(2023, 3, through="2023-05-31")
    b = uj.Series({2022: 5}, name="b", unit="amount").with_partial(2023, 2, share=0.5)
    assert panel == uj.Panel([a, b, uj.Series({2023: 4}, name="c")])
    frame["period_end"] = [None if d is None else datetime.date.fromisoformat(d) for d in frame["period_end"]]
    assert uj.Panel.from_frame(make(frame)) == panel


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_a_panel_goes_to_a_frame_and_back(backend):
    a = uj.Series({2021: 9}, name="a").with_censored(2022, 0, 4).with_partial(2023, 3, through="2023-05-31")
    b = uj.Series({2022: 5, 2024: 1.5}, name="b", unit="rate")
    panel = uj.Panel([a, b])
    again = uj.Panel.from_frame(panel.to_frame(backend))
    assert again.keys() == panel.keys()
    assert again["b"] == b
    assert repr(again["a"]) == repr(a)
    malaysia = uj.datasets.malaysia()
    again = uj.Panel.from_frame(malaysia.to_frame(backend))
    assert [repr(s) for s in again.values()] == [repr(s) for s in malaysia.values()]


@pytest.mark.parametrize("y", [["5", "<5"], [True, False], [b"5", b"6"]], ids=repr)
def test_text_among_the_values_is_refused_with_the_way_out(make, y):
    frame = make({"unique_id": ["a", "a"], "ds": [2020, 2021], "y": y})
    for call in (lambda: uj.forecast(frame, h=1), lambda: uj.Panel.from_frame(frame)):
        with pytest.raises(TypeError, match=r"column 'y', row 0: .* is not a number.*read_csv.*y_lo.*period_end"):
            call()


def test_a_cell_of_text_among_numbers_stops_no_other_series():
    frame = pd.DataFrame({"unique_id": list("aabb"), "ds": [2020, 2021] * 2, "y": [3, 4, 5, "n/a"]})
    status = uj.forecast(frame, h=1, model="Naive", level=[])["status"].tolist()
    assert status[0] == "ok"
    assert status[1].startswith("series \"b\": row 3: column 'y': 'n/a' is not a number; text of a published table")
    with pytest.raises(errors.NotReadError, match="row 3"):
        uj.Panel.from_frame(frame)


@pytest.mark.parametrize(
    ("column", "cell", "problem"),
    [
        ("period_end", "31/05/2021", "2021: period_end '31/05/2021' is not a date: dates are written YYYY-MM-DD"),
        ("unit", "cases", "2021: unit 'cases' is not count, amount or rate: rename or drop the column, or correct it"),
    ],
)
def test_a_column_with_a_task_of_its_own_says_in_which_row_it_cannot_be_read(make, column, cell, problem):
    data = {"unique_id": list("aabb"), "ds": [2020, 2021] * 2, "y": [3, 4, 5, 6], column: [None, cell, None, None]}
    got = rows(uj.forecast(make(data), h=1, model="Naive", level=[]))
    assert got[0]["status"].startswith(f'series "a": row 1: {problem}')
    assert got[1]["status"] == "ok"


def test_decimals_and_objects_are_numbers():
    decimal = pa.array(CASES, pa.decimal128(10, 2))
    frame = pa.table({"unique_id": ["a"] * 8, "ds": range(2015, 2023), "y": decimal})
    assert uj.Panel.from_frame(frame)["a"] == uj.Series(CASES, start=2015, name="a")
    frame = pd.DataFrame({"unique_id": "a", "ds": range(2015, 2023), "y": pd.Series(CASES, dtype=object)})
    frame.loc[2, "y"] = None
    assert uj.Panel.from_frame(frame)["a"] == uj.Series(CASES, start=2015, name="a").with_missing(2017)


def test_long_integers_are_refused_not_rounded(make):
    frame = make({"unique_id": ["a", "b"], "ds": [2020, 2020], "y": [2**53 + 1, 5]})
    got = rows(uj.forecast(frame, h=1, level=[]))
    assert "more digits" in got[0]["status"]
    assert got[1]["status"] == "ok"


def test_a_column_that_is_not_there_is_named(make):
    with pytest.raises(errors.MissingColumnError) as caught:
        uj.forecast(make({"unique_id": ["a"], "year": [2020], "y": [1]}), h=1)
    assert caught.value.column == "ds"
    assert caught.value.known == ("unique_id", "year", "y")


def test_a_series_has_one_unit(make):
    frame = {"unique_id": ["a", "a", "b"], "ds": [2020, 2021, 2020], "y": [1, 2, 3], "unit": ["count", "rate", None]}
    got = rows(uj.forecast(make(frame), h=1, level=[]))
    assert "two units" in got[0]["status"]
    assert got[1]["status"] == "ok"


def test_a_panel_is_strict_where_a_forecast_goes_on(make):
    for bad, part in [({"ds": [2020, None]}, "not a year"), ({"unique_id": ["a", None]}, "no name")]:
        frame = {"unique_id": ["a", "a"], "ds": [2020, 2021], "y": [1, 2], **bad}
        with pytest.raises(uj.UnjuranError, match=part):
            uj.Panel.from_frame(make(frame))
    with pytest.raises(errors.DuplicateYearError):
        uj.Panel.from_frame(make({"unique_id": ["a", "a"], "ds": [2020, 2020], "y": [1, 2]}))


def test_columns_that_get_in_each_others_way_are_refused():
    frame = pd.DataFrame([["a", 2020, 1, 2]], columns=["unique_id", "ds", "y", "y"])
    with pytest.raises(uj.UnjuranError, match="several columns of one name: y"):
        uj.forecast(frame, h=1)
    with pytest.raises(uj.UnjuranError, match="three columns"):
        uj.forecast(pd.DataFrame(tidy()), h=1, id_col="ds")
    with pytest.raises(uj.UnjuranError, match="rename yours"):
        uj.forecast(pd.DataFrame(tidy()).rename(columns={"unique_id": "status"}), h=1, id_col="status")


def test_the_end_of_nanoseconds_is_no_end(make):
    frame = pd.DataFrame(
        {"unique_id": "a", "ds": pd.to_datetime(["2260-12-31", "2261-12-31"]).as_unit("ns"), "y": [1, 2]}
    )
    assert uj.forecast(frame, h=2)["ds"].dt.year.tolist() == [2262, 2263]
    got = rows(uj.forecast(make({"unique_id": ["a"] * 2, "ds": [9998, 9999], "y": [1, 2]}), h=1))
    assert got[0]["ds"] is None
    assert "9999" in got[0]["status"]


def test_an_empty_frame_gives_an_empty_frame():
    frame = pd.DataFrame({"unique_id": pd.Series(dtype=str), "ds": pd.Series(dtype=int), "y": pd.Series(dtype=float)})
    out = uj.forecast(frame, h=2, model="Naive")
    assert len(out) == 0
    assert columns(out)[:3] == ["unique_id", "ds", "Naive"]
    assert columns(out)[-1] == "status"


def test_arguments_are_checked_even_before_the_first_series():
    frame = pd.DataFrame(tidy())
    with pytest.raises(errors.BadLevelError, match="for 95% write 95"):
        uj.forecast(frame, h=1, level=[0.95])
    with pytest.raises(errors.BadHorizonError):
        uj.forecast(frame, h=0)
    with pytest.raises(errors.UnknownModelError):
        uj.forecast(frame, h=1, model="ARIMA")
    with pytest.raises(errors.BadParameterError, match="different names"):
        uj.forecast(frame, h=1, model=["Naive", uj.Naive()])
    with pytest.raises(errors.BadParameterError, match="different names"):
        uj.forecast(frame, h=1, model=[])


def test_several_models_stand_side_by_side(make):
    out = uj.forecast(make(tidy()), h=1, model=["Naive", uj.Drift()], level=[80])
    names = ["Naive", "Naive-lo-80", "Naive-hi-80", "Drift", "Drift-lo-80", "Drift-hi-80"]
    assert columns(out) == ["unique_id", "ds", *names, "status"]
    frame = make({"unique_id": ["a", "a"], "ds": [2020, 2021], "y": [3, 4]})
    (row,) = rows(uj.forecast(frame, h=1, model=["Naive", "Drift"], level=[]))
    assert row["Naive"] == 4
    assert row["Drift"] is None
    assert row["status"].startswith("Drift: ")


def test_until_counts_from_each_series_own_last_year(make):
    frame = {"unique_id": ["a", "a", "b"], "ds": [2019, 2020, 2022], "y": [1, 2, 3]}
    got = rows(uj.forecast(make(frame), until=2023, level=[]))
    assert [(r["unique_id"], r["ds"]) for r in got] == [("a", 2021), ("a", 2022), ("a", 2023), ("b", 2023)]
    got = rows(uj.forecast(make(frame), until=2021, level=[]))
    assert [(r["unique_id"], r["ds"]) for r in got] == [("a", 2021), ("b", None)]


def test_results_do_not_depend_on_threads_or_partitions():
    rng = np.random.default_rng(1)
    many = pd.DataFrame(
        {
            "unique_id": np.repeat([f"s{i}" for i in range(300)], 12),
            "ds": np.tile(np.arange(2010, 2022), 300),
            "y": rng.poisson(30, 3600),
        }
    )
    one = uj.forecast(many, h=3, threads=1)
    pd.testing.assert_frame_equal(one, uj.forecast(many, h=3, threads=2))
    pd.testing.assert_frame_equal(one, uj.forecast(many, h=3))
    parts = [uj.forecast(part, h=3) for _, part in many.groupby("unique_id", sort=False)]
    pd.testing.assert_frame_equal(one, pd.concat(parts, ignore_index=True))


def test_parts_of_a_large_frame_make_one_answer(make, monkeypatch):
    frame = {"unique_id": [*"aabbccdd", None], "ds": [2020, 2021] * 3 + [2020, None, 2020], "y": [1.0] * 9}
    whole = [rows(uj.forecast(make(frame), h=2)), rows(uj.forecast(make({k: v[::-1] for k, v in frame.items()}), h=2))]
    monkeypatch.setattr(unjuran.frames, "_PART", 2)
    again = [rows(uj.forecast(make(frame), h=2)), rows(uj.forecast(make({k: v[::-1] for k, v in frame.items()}), h=2))]
    assert again == whole
    assert "row 7: " in whole[0][6]["status"]
    out = uj.forecast(pd.DataFrame(frame), h=2)
    assert out.index.tolist() == list(range(len(out)))


def test_the_number_of_threads_is_checked(monkeypatch):
    for threads in (0, -1, 5000):
        with pytest.raises(errors.BadParameterError, match="threads"):
            uj.forecast(pd.DataFrame(tidy()), h=1, threads=threads)
    monkeypatch.setenv("UNJURAN_THREADS", "many")
    with pytest.raises(errors.BadParameterError, match="UNJURAN_THREADS"):
        uj.forecast(pd.DataFrame(tidy()), h=1)


def test_the_frame_given_is_left_as_it_was():
    frame = pd.DataFrame(tidy())
    before = frame.copy(deep=True)
    uj.forecast(frame, h=1)
    pd.testing.assert_frame_equal(frame, before)


NUMBERS = {
    "read-only": lambda y: _read_only(y),
    "every second": lambda y: np.repeat(y, 2)[::2],
    "backwards": lambda y: y[::-1].copy()[::-1],
    "big-endian floats": lambda y: y.astype(">f8"),
    "big-endian integers": lambda y: y.astype(">i4"),
    "float32": lambda y: y.astype("float32"),
    "masked": lambda y: np.ma.array(y, mask=False),
}


def _read_only(y):
    y = y.copy()
    y.flags.writeable = False
    return y


@pytest.mark.parametrize("kind", NUMBERS)
def test_arrays_of_every_layout_are_the_same_numbers(kind):
    y = NUMBERS[kind](np.array(CASES, dtype=float))
    wanted = uj.Series(CASES, start=2015, name="a")
    assert uj.Series(y, start=2015, name="a") == wanted
    frame = pd.DataFrame({"unique_id": "a", "ds": np.arange(2015, 2023, dtype=">i8"), "y": y})
    assert uj.Panel.from_frame(frame)["a"] == wanted
    assert uj.forecast(frame, h=1, model="Naive", level=[])["Naive"].tolist() == [139.0]


@pytest.mark.parametrize(
    "index",
    [
        pd.period_range("2015", periods=8, freq="Y"),
        pd.date_range("2015-12-31", periods=8, freq="YE"),
        pd.date_range("2015-01-01", periods=8, freq="YS", tz="Asia/Kuala_Lumpur"),
        pd.Index(range(2015, 2023), dtype=object),
        pd.Index([str(year) for year in range(2015, 2023)]),
        pd.Index([datetime.date(year, 6, 30) for year in range(2015, 2023)]),
    ],
    ids=lambda index: str(index.dtype),
)
def test_the_index_of_a_pandas_column_says_the_years(index):
    assert uj.Series(pd.Series(CASES, index=index), name="a") == uj.Series(CASES, start=2015, name="a")


WAYS_IN = {
    "_panel_from_columns": uj.Panel.from_frame,
    "_forecast_columns": lambda frame: uj.forecast(frame, h=1, model="Naive", level=[]),
    "_backtest_columns": lambda frame: uj.backtest(frame, "Naive", h=1, n_windows=1),
}


@pytest.fixture(params=WAYS_IN)
def addresses(request, monkeypatch):
    """A way in, as a function of a frame that gives the address at which Rust read its `y`."""
    taken, seen = getattr(_core, request.param), []

    def noting(columns, *rest):
        seen.append(_core._y_address(columns))
        return taken(columns, *rest)

    def given(frame):
        WAYS_IN[request.param](frame)
        return seen.pop()

    monkeypatch.setattr(_core, request.param, noting)
    return given


def of_floats(rows=100_000):
    y = np.random.default_rng(0).random(rows)
    ids = np.repeat(np.arange(rows // 20), 20)
    return {"unique_id": ids, "ds": np.tile(np.arange(2000, 2020), rows // 20), "y": y}


def test_rust_reads_y_where_the_frame_keeps_it(addresses):
    data = of_floats()
    for frame in (pd.DataFrame(data), pl.DataFrame(data), pa.table(data)):
        column = frame["y"].chunk(0).to_numpy() if isinstance(frame, pa.Table) else frame["y"].to_numpy()
        assert addresses(frame) == column.ctypes.data, type(frame)


def test_other_numbers_and_rows_in_disorder_are_read_from_a_copy(addresses):
    frame = pd.DataFrame(of_floats(rows=200))
    whole = frame.assign(y=(1000 * frame["y"]).astype(np.int64))
    assert addresses(whole) != whole["y"].to_numpy().ctypes.data
    mixed = frame.iloc[np.arange(200).reshape(10, 20).T.ravel()]
    assert addresses(mixed) != mixed["y"].to_numpy().ctypes.data


def test_a_column_across_a_block_of_memory_is_read_in_place_and_right(addresses):
    block = np.column_stack([np.repeat([0.0, 1.0], 8), np.tile(np.arange(2015.0, 2023.0), 2), CASES + ARRESTS])
    frame = pd.DataFrame(block, columns=["unique_id", "ds", "y"], copy=False)
    column = frame["y"].to_numpy()
    assert column.strides == (24,)
    assert addresses(frame) == column.ctypes.data
    panel = uj.Panel.from_frame(frame)
    assert [series.values.tolist() for series in panel.values()] == [CASES, ARRESTS]


def test_what_is_written_into_a_frame_later_changes_no_series():
    frame = pd.DataFrame(of_floats(rows=40))
    panel, before = uj.Panel.from_frame(frame), frame["y"].tolist()
    frame.loc[:, "y"] = -1.0
    assert [y for series in panel.values() for y in series.values.tolist()] == before


def test_a_year_of_another_calendar_that_ends_in_the_next_is_a_date_outside_its_year():
    fiscal = {"unique_id": ["a"] * 2, "ds": [2021, 2022], "y": [3, 4], "period_end": ["2022-03-31", "2023-03-31"]}
    with pytest.raises(errors.DateOutsideYearError) as caught:
        uj.Panel.from_frame(pd.DataFrame(fiscal))
    assert (caught.value.year, caught.value.date) == (2021, "2022-03-31")


def test_text_of_a_whole_number_is_a_year_as_in_a_file(tmp_path):
    frame = pd.DataFrame({"unique_id": "a", "ds": ["2015.0", "2016.0"], "y": [3, 4]})
    path = tmp_path / "t.csv"
    frame.to_csv(path, index=False)
    assert uj.Panel.from_frame(frame)["a"] == uj.read_csv(path)["a"]
    assert uj.forecast(frame, h=1, model="Naive")["ds"].tolist() == ["2017.0"]

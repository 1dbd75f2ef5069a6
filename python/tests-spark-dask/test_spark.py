"""Spark, for real: what comes back is the local answer, however the rows are dealt out."""

import datetime

import pandas as pd
import pytest

import unjuran as uj
from unjuran import errors
from unjuran.adapters import spark as ours


@pytest.mark.parametrize("partitions", [1, 2, 7])
def test_the_answer_is_the_local_one_for_any_number_of_partitions(spark, counts, in_order, partitions):
    given = spark.createDataFrame(counts).repartition(partitions)
    got = ours.forecast(given, h=3).toPandas()
    pd.testing.assert_frame_equal(in_order(got), in_order(uj.forecast(counts, h=3)), check_dtype=False)


def test_a_bad_series_is_rows_with_its_error(spark, counts):
    got = ours.forecast(spark.createDataFrame(counts), h=2, model="Naive", level=[80])
    bad = got.where("status != 'ok'").orderBy("unique_id", "ds").collect()
    assert [row.unique_id for row in bad] == ["s005", "s005", "s007", "s007"]
    assert "2014 occurs twice" in bad[0].status
    assert bad[0]["Naive-lo-80"] is None


def test_dates_names_and_models_go_through(spark):
    days = [datetime.date(year, 12, 31) for year in (2020, 2021, 2022)]
    moments = [datetime.datetime(year, 1, 1, 0, 30) for year in (2020, 2021, 2022)]
    for given in (days, moments):
        rows = spark.createDataFrame(pd.DataFrame({"state": 7, "year": given, "cases": [4.0, 5.0, 6.0]}))
        made = ours.forecast(
            rows, h=1, model=["Naive", uj.Drift()], level=(), id_col="state", time_col="year", target_col="cases"
        )
        assert made.columns == ["state", "year", "Naive", "Drift", "status"]
        assert made.schema["year"].dataType == rows.schema["year"].dataType
        (row,) = made.toPandas().to_dict("records")  # moments as the clocks of the session show them
        assert row["year"] == given[2].replace(year=2023)
        assert (row["state"], row["Naive"], row["Drift"], row["status"]) == (7, 6.0, 7.0, "ok")


def test_what_is_not_allowed_is_refused_before_anything_runs(spark, counts):
    given = spark.createDataFrame(counts)
    with pytest.raises(errors.UnknownModelError):
        ours.forecast(given, h=1, model="Best")
    with pytest.raises(errors.MissingColumnError):
        ours.forecast(given, h=1, id_col="region")
    with pytest.raises(errors.BadHorizonError):
        ours.forecast(given, h=0)

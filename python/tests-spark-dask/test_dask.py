"""Dask, for real: what comes back is the local answer, however the rows are dealt out."""

import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest

import unjuran as uj
from unjuran import errors
from unjuran.adapters import dask as ours


@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize("partitions", [1, 2, 7])
def test_the_answer_is_the_local_one_for_any_number_of_partitions(counts, in_order, partitions):
    got = ours.forecast(dd.from_pandas(counts, npartitions=partitions), h=3).compute()
    pd.testing.assert_frame_equal(in_order(got), in_order(uj.forecast(counts, h=3)), check_dtype=False)


@pytest.mark.usefixtures("cluster")
def test_the_declared_columns_are_those_that_come(counts):
    made = ours.forecast(dd.from_pandas(counts, npartitions=3), h=1, model="Naive", level=[80])
    got = made.compute()
    assert got.dtypes.to_dict() == made.dtypes.to_dict()
    assert sorted(got[got.status != "ok"].unique_id) == ["s005", "s007"]


@pytest.mark.usefixtures("cluster")
def test_dates_names_and_empty_partitions_go_through():
    days = pd.to_datetime(["2020-12-31", "2021-12-31", "2022-12-31"])
    rows = pd.DataFrame({"state": 7, "year": days, "cases": [4.0, 5.0, 6.0]})
    columns = {"id_col": "state", "time_col": "year", "target_col": "cases"}
    made = ours.forecast(dd.from_pandas(rows, npartitions=3), h=1, model=["Naive", uj.Drift()], level=(), **columns)
    got = made.compute()
    assert got.to_dict("records") == [
        {"state": 7, "year": pd.Timestamp("2023-12-31"), "Naive": 6.0, "Drift": 7.0, "status": "ok"}
    ]
    assert got["year"].dtype == made.dtypes["year"]


def test_what_is_not_allowed_is_refused_before_anything_runs(counts):
    given = dd.from_pandas(counts.assign(extra=np.nan), npartitions=2)
    with pytest.raises(errors.UnknownModelError):
        ours.forecast(given, h=1, model="Best")
    with pytest.raises(errors.MissingColumnError):
        ours.forecast(given, h=1, id_col="region")
    with pytest.raises(errors.BadHorizonError):
        ours.forecast(given, h=0)

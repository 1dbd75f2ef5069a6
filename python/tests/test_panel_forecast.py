import collections.abc
import copy
import pickle

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import unjuran as uj
from unjuran import errors


@pytest.fixture
def panel(cases):
    return uj.Panel({"cases": cases, "empty": uj.Series([None], start=2020), "short": uj.Series([3, 4], start=2021)})


@pytest.mark.parametrize("model", [None, ["Naive", "Mean"]])
def test_forecasts_of_a_panel_are_copied_and_pickled_with_their_refusals(panel, model):
    fcs = uj.forecast(panel, until=2026, model=model)
    for again in (pickle.loads(pickle.dumps(fcs)), copy.deepcopy(fcs)):
        assert dict(again) == dict(fcs)
        assert repr(again.errors) == repr(fcs.errors)
        pd.testing.assert_frame_equal(again.to_frame("pandas"), fcs.to_frame("pandas"))


def test_a_panel_gives_a_mapping_of_forecasts_and_a_dict_of_errors(panel):
    fcs = uj.forecast(panel, h=2)
    assert isinstance(fcs, collections.abc.Mapping)
    assert list(fcs) == ["cases", "short"]
    assert fcs["cases"] == uj.forecast(panel["cases"], h=2)
    assert {name: len(fc) for name, fc in fcs.items()} == {"cases": 2, "short": 2}
    assert "empty" not in fcs
    assert fcs.get("empty") is None
    assert list(fcs.errors) == ["empty"]
    assert isinstance(fcs.errors["empty"], errors.NoObservedYearsError)
    with pytest.raises(KeyError) as refused:
        fcs["empty"]
    assert str(refused.value) == f'no forecast of "empty": {fcs.errors["empty"]}'
    assert isinstance(refused.value.__cause__, errors.NoObservedYearsError)
    assert refused.value.known == ("cases", "short")
    with pytest.raises(errors.UnknownSeriesError, match="no series"):
        fcs["nobody"]
    assert repr(fcs) == "Forecasts of 2 series: 'cases', 'short'; 1 refused, see errors"


def test_several_models_make_a_dict_of_forecasts_for_each_series(panel):
    fcs = uj.forecast(panel, h=2, model=["Naive", "Drift"])
    assert list(fcs["cases"]) == ["Naive", "Drift"]
    assert list(fcs["short"]) == ["Naive"]
    assert isinstance(fcs.errors["short"]["Drift"], errors.TooFewYearsError)
    assert list(fcs.errors["empty"]) == ["Naive", "Drift"]


@pytest.mark.parametrize(
    ("backend", "kind"),
    [("pandas", pd.DataFrame), ("polars", pl.DataFrame), ("pyarrow", pa.Table), (None, pd.DataFrame)],
)
def test_forecasts_become_a_frame(panel, backend, kind):
    frame = uj.forecast(panel, h=2, model="Naive").to_frame(backend, level=[80])
    assert type(frame) is kind
    names = list(frame.column_names if kind is pa.Table else frame.columns)
    assert names == ["unique_id", "ds", "Naive", "Naive-lo-80", "Naive-hi-80", "status"]
    assert len(frame) == 6
    one = uj.forecast(panel["cases"], h=2, model="Naive").to_frame(backend, level=[80])
    assert type(one) is kind
    assert list(one.column_names if kind is pa.Table else one.columns) == names


def test_the_frame_of_a_panel_is_the_frame_of_its_frame(panel):
    by_panel = uj.forecast(panel, h=2, model="Drift").to_frame("polars")
    by_frame = uj.forecast(panel.to_frame("polars"), h=2, model="Drift")
    assert by_panel.equals(by_frame)


def test_an_unknown_backend_is_refused(panel):
    with pytest.raises(errors.BadParameterError, match='"pandas", "polars", "pyarrow"'):
        uj.forecast(panel["cases"], h=1).to_frame("excel")


def test_a_list_of_models_needs_a_panel(cases):
    with pytest.raises(TypeError, match="panel or a frame"):
        uj.forecast(cases, h=1, model=["Naive"])

"""The forecaster under sktime's own checks."""

import warnings

import pandas as pd
import pytest
from sktime.forecasting.model_evaluation import evaluate
from sktime.performance_metrics.forecasting import MeanAbsoluteError
from sktime.split import ExpandingWindowSplitter
from sktime.utils.estimator_checks import check_estimator

import unjuran as uj
from unjuran.adapters.sktime import UnjuranForecaster

CASES = [163, 463, 429, 302, 286, 165, 115, 139]
ANNUAL = pd.Series(CASES, index=pd.period_range("2015", periods=8, freq="Y"), name="cases")


#: sktime warns all forecasters alike of a default that will change.
pytestmark = pytest.mark.filterwarnings("ignore:The default of config ``remember_data``:FutureWarning")


def test_sktimes_checks_hold():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its checks warn of what they provoke
        checked = check_estimator(UnjuranForecaster, raise_exceptions=False, verbose=False)
    failed = {name: str(result) for name, result in checked.items() if result != "PASSED"}
    assert len(checked) > 100
    assert failed == {}


def test_medians_and_intervals_are_those_of_the_forecast():
    model = UnjuranForecaster().fit(ANNUAL)
    ahead = uj.forecast(uj.Series(CASES, start=2015), h=3)
    got = model.predict(fh=[1, 3])
    assert got.tolist() == [ahead.median[0], ahead.median[2]]
    assert got.index.tolist() == [pd.Period("2023", "Y"), pd.Period("2025", "Y")]
    assert got.name == "cases"
    band = model.predict_interval(fh=[1, 2, 3], coverage=[0.8, 0.95])
    for coverage, level in ((0.8, 80), (0.95, 95)):
        assert band["cases", coverage, "lower"].tolist() == pytest.approx(ahead.interval(level).lower.tolist())
        assert band["cases", coverage, "upper"].tolist() == pytest.approx(ahead.interval(level).upper.tolist())
    quantiles = model.predict_quantiles(fh=[2], alpha=[0.1, 0.5])
    assert quantiles.to_numpy().tolist() == [[ahead.quantile(0.1)[1], ahead.quantile(0.5)[1]]]


@pytest.mark.parametrize(
    ("index", "first"),
    [
        (pd.period_range("2015", periods=8, freq="Y"), 2015),
        (pd.date_range("2015-12-31", periods=8, freq="YE"), 2015),
        (pd.date_range("2015-01-01", periods=8, freq="YS"), 2015),
        (pd.RangeIndex(2015, 2023), 2015),
        (pd.RangeIndex(8), 1),
        (pd.period_range("2015-01", periods=8, freq="M"), 1),
    ],
    ids=str,
)
def test_an_index_of_years_is_read_as_years(index, first):
    model = UnjuranForecaster("Drift").fit(pd.Series(CASES, index=index))
    assert model.fitted_.series == uj.Series(CASES, start=first)
    assert model.predict(fh=[1]).iloc[0] == uj.forecast(uj.Series(CASES, start=2015), h=1, model="Drift").median[0]


def test_it_can_be_evaluated_over_rolling_origins():
    splitter = ExpandingWindowSplitter(fh=[1, 2], initial_window=5)
    scores = evaluate(UnjuranForecaster("Naive"), splitter, ANNUAL, scoring=MeanAbsoluteError())
    # by hand: after 2019 (286): 121, 171; after 2020 (165): 50, 26
    assert scores["test_MeanAbsoluteError"].tolist() == [146.0, 38.0]


def test_years_that_are_left_out_stay_left_out():
    gapped = pd.Series([1.0, 2.0, 3.0, 4.0, 5.0], index=[2015, 2016, 2018, 2020, 2021])
    ahead = uj.Drift().fit(uj.Series(gapped.to_dict())).forecast(1)
    assert UnjuranForecaster("Drift").fit(gapped).predict(fh=[1]).tolist() == ahead.median.tolist()

"""The model in a list of statsforecast's."""

import numpy as np
import pandas as pd
import pytest
from statsforecast import StatsForecast
from statsforecast.models import Naive
from statsforecast.utils import ConformalIntervals

import unjuran as uj
from unjuran import errors
from unjuran.adapters.statsforecast import UnjuranModel

CASES = [163, 463, 429, 302, 286, 165, 115, 139]


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "unique_id": ["cases"] * 8 + ["permits"] * 8,
            "ds": [*range(2015, 2023)] * 2,
            "y": [*CASES, 9, 2, 1, 0, 1, 4, 31, 12],
        }
    ).astype({"y": float})


def test_it_stands_beside_their_models_and_gives_our_numbers(frame):
    ours = StatsForecast([Naive(), UnjuranModel(), UnjuranModel("Theta(optimised)", alias="theta")], freq=1)
    got = ours.forecast(df=frame, h=3, level=[80, 95]).set_index("unique_id")
    expected = uj.forecast(frame, h=3).set_index("unique_id")
    for name in ("BayesETS", *(f"BayesETS-{side}-{level}" for side in ("lo", "hi") for level in (80, 95))):
        assert got[name].tolist() == expected[name].tolist()
    theta = uj.forecast(frame, h=3, model=uj.Theta("optimised"), level=[])
    assert got["theta"].tolist() == theta.iloc[:, 2].tolist()


def test_fit_and_predict_agree_with_forecast(frame):
    made = StatsForecast([UnjuranModel("Drift")], freq=1)
    one = made.forecast(df=frame, h=2, level=[50])
    two = made.fit(frame).predict(h=2, level=[50])
    pd.testing.assert_frame_equal(one, two)


def test_cross_validation_and_fitted_values_work(frame):
    made = StatsForecast([UnjuranModel("Naive")], freq=1)
    windows = made.cross_validation(df=frame, h=1, n_windows=2)
    assert windows.query("unique_id == 'cases'")["Naive"].tolist() == [165.0, 115.0]
    made.forecast(df=frame, h=1, fitted=True)
    inside = made.forecast_fitted_values().query("unique_id == 'cases'")["Naive"]
    assert inside.iloc[1:].tolist() == CASES[:-1]


def test_processes_give_the_same_numbers(frame):
    alone = StatsForecast([UnjuranModel()], freq=1).forecast(df=frame, h=2)
    together = StatsForecast([UnjuranModel()], freq=1, n_jobs=2).forecast(df=frame, h=2)
    pd.testing.assert_frame_equal(alone, together)


def test_a_missing_year_stays_missing():
    gap = np.array([9.0, np.nan, 1.0, 4.0])
    got = UnjuranModel("Naive").fit(gap)
    assert got.model_.series == uj.Series([9, None, 1, 4], start=1)


def test_paths_are_those_of_the_law_and_repeat_by_seed():
    model = UnjuranModel().fit(np.array(CASES, dtype=float))
    paths = model.simulate(h=3, n_paths=50, seed=4)
    assert paths.shape == (50, 3)
    assert np.array_equal(paths, model.simulate(h=3, n_paths=50, seed=4))
    assert (paths >= 0).all()


def test_what_it_does_not_take_is_refused(frame):
    made = StatsForecast([UnjuranModel()], freq=1)
    with pytest.raises(errors.InputNotTakenError, match="intervals of its own"):
        made.forecast(df=frame, h=1, level=[80], prediction_intervals=ConformalIntervals(h=1, n_windows=2))
    with pytest.raises(errors.InputNotTakenError, match="level"):
        UnjuranModel().fit(np.array([1.0, 2.0])).predict_in_sample(level=[80])
    with pytest.raises(errors.InputNotTakenError, match="own law"):
        UnjuranModel().fit(np.array([1.0, 2.0])).simulate(h=1, n_paths=1, error_distribution="t")
    with pytest.raises(errors.UnknownModelError):
        UnjuranModel("Best")


def test_a_model_that_was_not_fitted_says_so():
    for ask in (lambda m: m.predict(h=2), lambda m: m.predict_in_sample(), lambda m: m.simulate(h=2, n_paths=3)):
        with pytest.raises(ValueError, match=r"Naive is not fitted yet: call fit\(y\) first"):
            ask(UnjuranModel("Naive"))


def test_a_level_is_written_with_all_its_digits():
    answer = UnjuranModel("Naive").forecast(y=np.array(CASES, dtype=float), h=1, level=[80, 99.99999])
    assert list(answer) == ["mean", "lo-99.99999", "lo-80", "hi-80", "hi-99.99999"]

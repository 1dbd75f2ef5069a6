import math

import numpy as np
import pandas as pd
import pytest

import unjuran as uj
from unjuran import metrics


@pytest.fixture
def forecast(cases):
    """Two years of a law of counts."""
    return uj.Naive().fit(cases).forecast(2)


@pytest.mark.parametrize("kind", [list, np.array, pd.Series, tuple])
def test_lists_arrays_and_columns_give_the_same_float(kind):
    score = metrics.smape(kind([3.0, 1.0]), kind([1.0, 1.0]))
    assert type(score) is float
    assert score == 50.0  # 200 * 2 / 4 and 0


def test_the_scale_of_mase_is_the_mean_change_in_training():
    assert metrics.naive_scale([4, 7, 6]) == 2.0  # changes of 3 and 1
    assert metrics.mase([10, 8], [6, 8], [4, 7, 6]) == 1.0
    assert metrics.msis([4, 1], [2, 2], [6, 6], 95, [4, 7, 6]) == (4 + 4 + 40) / 2 / 2


def test_what_is_not_defined_is_nan_and_what_is_missing_is_left_out():
    assert math.isnan(metrics.mase([1], [2], [5, 5, 5]))
    assert math.isnan(metrics.mape([0], [1]))
    assert math.isnan(metrics.mae([], []))
    assert metrics.mae([1, None, 3], [2, 5, float("nan")]) == 1.0


def test_lengths_that_differ_are_refused_with_both():
    with pytest.raises(uj.errors.UnequalLengthsError) as error:
        metrics.mae([1, 2], [1])
    assert (error.value.actual, error.value.forecast) == (2, 1)


def test_text_is_refused_by_its_place():
    with pytest.raises(TypeError, match=r"forecast\[1\]"):
        metrics.mae([1, 2], [1, "2"])


def test_a_level_written_as_a_fraction_is_refused():
    with pytest.raises(uj.errors.BadLevelError):
        metrics.interval_score([1], [0], [2], 0.8)


def test_a_forecast_is_scored_as_a_whole(forecast):
    y = [150, 120]
    exact = metrics.crps(y, forecast)
    rough = metrics.quantile_crps(y, np.array([forecast.quantile(p / 20) for p in range(1, 20)]).T)
    assert rough == pytest.approx(exact, rel=0.1)
    assert metrics.scaled_crps(y, forecast, [1, 3]) == pytest.approx(exact / 2)
    assert metrics.log_score(y, forecast) == pytest.approx(
        (math.log(forecast.pmf(2023, 150)) + math.log(forecast.pmf(2024, 120))) / 2
    )


def test_transforms_of_counts_lie_on_their_steps_and_repeat_with_the_seed(forecast):
    draws = metrics.pit([139, None], forecast, seed=1)
    assert forecast.cdf(2023, 138) <= draws[0] <= forecast.cdf(2023, 139)
    assert math.isnan(draws[1])
    assert metrics.pit([139, None], forecast, seed=1)[0] == draws[0] != metrics.pit([139, None], forecast, seed=2)[0]


def test_a_law_and_outcomes_of_other_years_are_refused(forecast):
    with pytest.raises(uj.errors.UnequalLengthsError):
        metrics.crps([1], forecast)


def test_a_country_with_many_series_counts_once_in_a_comparison():
    ours, countries = [i // 100 - 1.5 for i in range(400)], [str(i // 100) for i in range(400)]
    found = metrics.compare(ours, [0] * 400, countries)
    # -1.5, -0.5, 0.5, 1.5 have the variance 5 / 3, on three degrees of freedom: a quarter of it for the mean of four
    assert found["standard_error"] == pytest.approx(math.sqrt(5 / 12))
    assert (found["clusters"], found["independent"]) == (4, 4)
    assert metrics.compare(ours, [0] * 400)["standard_error"] == pytest.approx(math.sqrt(1.25 / 399))


def test_three_countries_are_no_comparison():
    found = metrics.compare([1, 2, 3, 4, 5, 6], [0] * 6, ["a", "a", "b", "b", "c", "c"])
    assert found["difference"] == 3.5
    assert math.isnan(found["lower"])
    assert math.isnan(found["probability"])


def test_swapped_bounds_are_not_the_best_of_scores():
    with pytest.raises(uj.errors.CrossedBoundsError) as error:
        metrics.interval_score([9.9], [10], [0], 80)
    assert (error.value.position, error.value.lower, error.value.upper) == (0, 10, 0)


def test_what_is_no_count_has_no_log_score(forecast):
    years = len(forecast.years)
    with pytest.raises(uj.errors.NegativeCountError):
        metrics.log_score([-1] + [5] * (years - 1), forecast)
    with pytest.raises(uj.errors.FractionalCountError):
        metrics.log_score([4.5] + [5] * (years - 1), forecast)

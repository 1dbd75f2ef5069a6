"""The regressor under scikit-learn's own checks."""

import numpy as np
import pandas as pd
import pytest
import sklearn.utils.estimator_checks as checks
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.utils.estimator_checks import parametrize_with_checks

import unjuran as uj
from unjuran import errors
from unjuran.adapters.sklearn import UnjuranRegressor

CASES = [163, 463, 429, 302, 286, 165, 115, 139]
YEARS = np.arange(2015, 2023).reshape(-1, 1)

#: Checks that do not apply, and why.
NOT_OURS = {
    "check_positive_only_tag_during_fit": "it moves the mean of X to 0, and half a year before year 1 is no year",
}
#: More of them where drivers are weighed by a regression.
NOT_OF_RIDGE = NOT_OURS | {
    "check_fit2d_1sample": "the model needs 12 years and says so, but not in the words of the check",
    "check_fit_idempotent": "it asks for years between those fitted; regressions predict no year without a number",
}

_as_tagged = checks._enforce_estimator_tags_X


def _with_years(estimator, X, *rest, **named):
    """The checks' random X with years in its first column, by rank.

    scikit-learn itself fits X to the tags of other estimators at this place. The checks draw X from a normal or uniform
    law; as years those numbers would all be refused, and little be checked.
    """
    X = _as_tagged(estimator, X, *rest, **named)
    if isinstance(estimator, UnjuranRegressor) and isinstance(X, np.ndarray) and X.ndim == 2 and X.shape[1]:
        X = X.copy()
        X[:, 0] = 1000 + np.argsort(np.argsort(X[:, 0], kind="stable"), kind="stable")
    return X


@pytest.fixture(autouse=True)
def years(monkeypatch):
    monkeypatch.setattr(checks, "_enforce_estimator_tags_X", _with_years)


@parametrize_with_checks(
    [UnjuranRegressor(), UnjuranRegressor("RidgeTrend", unit="amount")],
    expected_failed_checks=lambda estimator: NOT_OF_RIDGE if estimator.model else NOT_OURS,
)
def test_scikit_learns_checks_hold(estimator, check):
    check(estimator)


def test_later_years_get_the_medians_of_the_forecast_in_the_order_asked_for():
    model = UnjuranRegressor().fit(YEARS, CASES)
    ahead = uj.forecast(uj.Series(CASES, start=2015), h=3)
    assert model.predict([[2025], [2023]]).tolist() == [ahead.median[2], ahead.median[0]]
    assert model.predict([[2020]]) == model.fitted_.fitted[5]
    assert model.predict(YEARS).shape == (8,)


def test_the_order_of_rows_does_not_matter_and_a_year_without_a_row_is_missing():
    some = [7, 0, 1, 2, 5, 6]
    model = UnjuranRegressor().fit(YEARS[some], np.array(CASES)[some])
    gaps = uj.Series([163, 463, 429, None, None, 165, 115, 139], start=2015)
    assert model.fitted_.series == gaps
    assert model.predict([[2023]]).tolist() == uj.forecast(gaps, h=1).median.tolist()


def test_drivers_by_name_reach_the_model():
    frame = pd.DataFrame({"year": np.arange(2008, 2023), "raids": np.tile([3.0, 1.0, 2.0], 5)})
    y = np.array([40.0 + 3 * i + 5 * raids for i, raids in enumerate(frame["raids"])])
    model = UnjuranRegressor(uj.LinearTrend(), unit="amount").fit(frame, y)
    assert model.feature_names_in_.tolist() == ["year", "raids"]
    later = pd.DataFrame({"year": [2023, 2024], "raids": [0.0, 10.0]})
    assert model.predict(later) == pytest.approx([85.0, 138.0])  # 40 + 3 * 15, 40 + 3 * 16 + 50: the line is exact
    with pytest.raises(errors.MissingDriverError, match=r"raids.*2023"):
        model.predict(later[1:])


def test_it_stands_in_a_grid_search_over_time():
    grid = {"model": ["Naive", "Mean"]}
    search = GridSearchCV(UnjuranRegressor(), grid, cv=TimeSeriesSplit(3), scoring="neg_mean_absolute_error")
    rising = [10 * i for i in range(1, 13)]
    assert search.fit(np.arange(2001, 2013).reshape(-1, 1), rising).best_params_ == {"model": "Naive"}


@pytest.mark.parametrize(
    ("years", "error", "match"),
    [
        ([[2020.5], [2021]], ValueError, r"not 2020\.5"),
        ([[2020], [2020]], errors.DuplicateYearError, "2020"),
        ([[0], [1]], errors.YearOutOfRangeError, "0"),
    ],
)
def test_what_is_no_year_is_refused(years, error, match):
    with pytest.raises(error, match=match):
        UnjuranRegressor().fit(years, [1, 2])


def test_years_that_nobody_can_predict_are_refused():
    model = UnjuranRegressor("Naive").fit(YEARS, CASES)
    with pytest.raises(errors.NotObservedError, match="2014"):
        model.predict([[2014]])
    with pytest.raises(errors.NotObservedError, match="2015") as caught:
        model.predict([[2015]])
    assert caught.value.year == 2015
    with pytest.raises(errors.BadHorizonError):
        model.predict([[2200]])
    with pytest.raises(errors.UnknownModelError):
        UnjuranRegressor("Best").fit(YEARS, CASES)

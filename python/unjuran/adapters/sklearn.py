"""A model of annual series as a scikit-learn regressor: the first column of X is the year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from unjuran import Series
from unjuran.adapters._models import resolved
from unjuran.errors import NotObservedError

if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from numpy.typing import NDArray

    from unjuran import Model

    _Floats: TypeAlias = NDArray[np.float64]
    _Unit: TypeAlias = Literal["count", "amount", "rate"]


class UnjuranRegressor(RegressorMixin, BaseEstimator):
    """Annual numbers by year: the first column of X holds years, further columns drivers.

    Rows may stand in any order; a year between the first and the last that has no row is missing. The drivers of every
    year from the first to the last that is predicted must be in X, of ``fit`` or of ``predict``.

    Parameters
    ----------
    model : Model or str, optional
        Default: the model of the package, `BayesETS`. Drivers need a model that takes them.
    unit : {"count", "amount", "rate"}, optional
        What the numbers are; left out, whole non-negative values mean a count.

    Attributes
    ----------
    fitted_ : FittedModel
        The fitted model, with ``summary()``, ``forecast(h)`` and the rest.
    n_features_in_ : int
        Columns of X.
    feature_names_in_ : ndarray of str
        Names of the columns, where X had any; those of the drivers.

    Notes
    -----
    ``predict`` answers the *median* of a later year, whole for counts; for a year that was fitted, what was
    expected of it from the years before. For intervals take ``fitted_.forecast(h).interval(80)``.

    Examples
    --------
    >>> from unjuran.adapters.sklearn import UnjuranRegressor
    >>> years = [[2019], [2020], [2021], [2022]]
    >>> UnjuranRegressor("Naive").fit(years, [286, 165, 115, 139]).predict([[2024], [2022]]).tolist()
    [139.0, 115.0]
    """

    def __init__(self, model: Model | str | None = None, unit: _Unit | None = None) -> None:
        self.model = model
        self.unit = unit

    def fit(self, X: Any, y: Any) -> UnjuranRegressor:  # noqa: N803 - the usual name
        """Fit the model to the numbers of these years.

        Parameters
        ----------
        X : array-like of shape (n_years, 1 + n_drivers)
        y : array-like of shape (n_years,)

        Raises
        ------
        DuplicateYearError, YearOutOfRangeError
            A year that occurs twice, or is none.
        InputNotTakenError
            Drivers for a model that takes none.
        """
        X, y = validate_data(self, X, y, y_numeric=True, dtype="numeric")  # noqa: N806
        years = _years(X)
        series = Series(np.asarray(y, dtype=float), years=years, unit=self.unit)
        drivers = {name: dict(zip(years, values, strict=True)) for name, values in self._columns(X)}
        self.fitted_ = resolved(self.model).fit(series, exog=drivers or None)
        return self

    def predict(self, X: Any) -> _Floats:  # noqa: N803
        """Medians of later years, one-step predictions of fitted ones.

        Parameters
        ----------
        X : array-like of shape (n, 1 + n_drivers)

        Returns
        -------
        ndarray of shape (n,)

        Raises
        ------
        NotObservedError
            A year before the first, or one that the model could not predict from the years before it.
        MissingDriverError
            A driver without a value for a year up to the last one asked for.
        BadHorizonError
            A year more than 100 years ahead.
        """
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype="numeric")  # noqa: N806
        years = _years(X)
        series = self.fitted_.series
        first, last = series.years[0], series.years[-1]
        answers = dict(zip(range(first, last + 1), self.fitted_.fitted, strict=True))
        if max(years) > last:
            later = {
                name: {year: value for year, value in zip(years, values, strict=True) if year > last}
                for name, values in self._columns(X)
            }
            ahead = self.fitted_.forecast(until=max(years), exog=later or None)
            answers.update(zip(ahead.years, ahead.median, strict=True))
        for year in years:
            if np.isnan(answers.get(year, np.nan)):
                needed_for = "a prediction of that year"
                message = f"series {series.name!r}: {year} cannot be predicted: {first} to {last} are known"
                raise NotObservedError(message, series=series.name, year=year, needed_for=needed_for)
        return np.array([answers[year] for year in years])

    def _columns(self, X: Any) -> list[tuple[str, list[float]]]:  # noqa: N803
        names = getattr(self, "feature_names_in_", [f"x{i}" for i in range(X.shape[1])])
        return [(str(name), column.tolist()) for name, column in list(zip(names, X.T, strict=True))[1:]]


def _years(X: Any) -> list[int]:  # noqa: N803
    whole = X[:, 0].astype(np.int64)
    if not np.array_equal(whole, X[:, 0]):
        odd = X[:, 0][whole != X[:, 0]][0]
        message = f"the first column of X holds years, whole numbers from 1 to 9999, not {odd}"
        raise ValueError(message)
    return [int(year) for year in whole]

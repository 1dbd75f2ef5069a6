"""A model of annual series that stands in the list of a ``StatsForecast``; needs no import of that library."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from unjuran import Series
from unjuran.adapters._models import resolved
from unjuran.errors import InputNotTakenError
from unjuran.frames import bounds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from numpy.typing import NDArray

    from unjuran import FittedModel, Forecast, Model

    _Floats = NDArray[np.float64]


class NotFittedError(AttributeError, ValueError):
    """A model that was asked before it was fitted."""


class UnjuranModel:
    """One of our models as a model of statsforecast.

    The column ``<alias>`` is the *median*, whole for counts; ``<alias>-lo-80`` and ``<alias>-hi-80`` are the model's
    own interval. Missing values (NaN) are missing years.

    Parameters
    ----------
    model : Model or str, optional
        Default: the model of the package, `BayesETS`.
    alias : str, optional
        The name of the column; default that of the model.
    unit : {"count", "amount", "rate"}, optional
        What the numbers are, which StatsForecast does not say; left out, whole non-negative ones are counts.

    Examples
    --------
    >>> import numpy as np
    >>> from unjuran.adapters.statsforecast import UnjuranModel
    >>> answer = UnjuranModel("Naive").forecast(y=np.array([165.0, 115.0, 139.0]), h=2)
    >>> answer["mean"].tolist()
    [139.0, 139.0]
    """

    #: statsforecast asks; drivers reach our models through `unjuran.forecast`.
    uses_exog = False

    def __init__(
        self,
        model: Model | str | None = None,
        alias: str | None = None,
        unit: Literal["count", "amount", "rate"] | None = None,
    ) -> None:
        self.model = resolved(model)
        self.alias = alias or (model if isinstance(model, str) else self.model.name)
        self.unit = unit

    def __repr__(self) -> str:
        return self.alias

    def new(self) -> UnjuranModel:
        """A copy to be fitted to another series."""
        return copy.copy(self)

    @property
    def prediction_intervals(self) -> None:
        """Conformal intervals: none, the model has intervals of its own."""
        return

    @prediction_intervals.setter
    def prediction_intervals(self, asked: object) -> None:
        if asked is not None:
            message = f"{self.alias} does not take prediction_intervals: it has intervals of its own, by level="
            raise InputNotTakenError(message, model=self.alias, input="prediction_intervals")

    def fit(self, y: _Floats, X: Any = None) -> UnjuranModel:  # noqa: ARG002, N803 - statsforecast's signature
        """Fit to a series of consecutive years."""
        self.model_: FittedModel = self._fitted(y)
        return self

    def predict(self, h: int, X: Any = None, level: Sequence[float] | None = None) -> dict[str, _Floats]:  # noqa: ARG002, N803
        """Median and intervals of h years by the fitted model, in statsforecast's dict of arrays of shape (h,)."""
        return _answer(self._known().forecast(h), level)

    def predict_in_sample(self, level: Sequence[float] | None = None) -> dict[str, _Floats]:
        """One-step predictions of the years that were fitted, NaN where there is none.

        Raises
        ------
        InputNotTakenError
            A level: there are no intervals of the past.
        """
        if level:
            message = f"{self.alias} does not take level for fitted values: it has no intervals of the past"
            raise InputNotTakenError(message, model=self.alias, input="level")
        return {"fitted": self._known().fitted}

    def forecast(
        self,
        y: _Floats,
        h: int,
        X: Any = None,  # noqa: ARG002, N803
        X_future: Any = None,  # noqa: ARG002, N803
        level: Sequence[float] | None = None,
        fitted: bool = False,
    ) -> dict[str, _Floats]:
        """`fit` and `predict` in one, nothing kept."""
        model = self._fitted(y)
        answer = _answer(model.forecast(h), level)
        if fitted:
            answer["fitted"] = model.fitted
        return answer

    def simulate(
        self,
        h: int,
        n_paths: int,
        y: _Floats | None = None,
        X: Any = None,  # noqa: ARG002, N803
        X_future: Any = None,  # noqa: ARG002, N803
        seed: int | None = None,
        error_distribution: str = "normal",
        error_params: dict[str, Any] | None = None,
    ) -> _Floats:
        """Joint paths of h years, shape (n_paths, h), from the model's own law.

        Raises
        ------
        InputNotTakenError
            Another law of the errors than the model's own.
        """
        if error_distribution != "normal" or error_params:
            message = f"{self.alias} does not take error_distribution: its paths are drawn from its own law"
            raise InputNotTakenError(message, model=self.alias, input="error_distribution")
        model = self._known() if y is None else self._fitted(y)
        return model.forecast(h).paths(n_paths, seed=seed or 0)

    def _known(self) -> FittedModel:
        if not hasattr(self, "model_"):
            message = f"{self.alias} is not fitted yet: call fit(y) first, or forecast(y, h), which does both"
            raise NotFittedError(message)
        return self.model_

    def _fitted(self, y: _Floats) -> FittedModel:
        return self.model.fit(Series(np.asarray(y, dtype=float), start=1, unit=self.unit))


def _answer(ahead: Forecast, level: Sequence[float] | None) -> dict[str, _Floats]:
    answer = {"mean": ahead.median}
    bands = [(one, ahead.interval(one)) for one in sorted(level or [])]
    answer.update({bounds(one)[0][1:]: band.lower for one, band in reversed(bands)})
    answer.update({bounds(one)[1][1:]: band.upper for one, band in bands})
    return answer

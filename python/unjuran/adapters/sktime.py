"""A model of annual series as an sktime forecaster."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from sktime.forecasting.base import BaseForecaster, ForecastingHorizon

from unjuran import Series
from unjuran.adapters._models import resolved

if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from unjuran import Forecast, Model

    _Unit: TypeAlias = Literal["count", "amount", "rate"]


class UnjuranForecaster(BaseForecaster):
    """Forecast a series of annual numbers; ``predict`` gives medians, whole for counts.

    One step of the index is one year: with an index of years, dates or annual periods the models see the years
    themselves, with any other a count of steps. These models know no season: a monthly series is a series of steps.

    Parameters
    ----------
    model : Model or str, optional
        Default: the model of the package, `BayesETS`.
    unit : {"count", "amount", "rate"}, optional
        What the numbers are; left out, whole non-negative values mean a count.

    Attributes
    ----------
    fitted_ : FittedModel
        The fitted model, with ``summary()``, ``forecast(h)`` and the rest.

    Notes
    -----
    Horizons in the past are refused, drivers (``X``) ignored; at most 100 steps ahead.

    Examples
    --------
    >>> import pandas as pd
    >>> from unjuran.adapters.sktime import UnjuranForecaster
    >>> cases = pd.Series([286, 165, 115, 139], index=pd.period_range("2019", periods=4, freq="Y"))
    >>> UnjuranForecaster("Naive").fit(cases).predict(fh=[1, 2]).tolist()
    [139.0, 139.0]
    """

    _tags: ClassVar[dict[str, Any]] = {
        "authors": "The unjuran developers",
        "maintainers": "The unjuran developers",
        "python_dependencies": "unjuran",
        "capability:multivariate": False,
        "capability:exogenous": False,
        "capability:insample": False,
        "capability:pred_int": True,
        "capability:pred_int:insample": False,
        "capability:missing_values": True,
        "capability:update": False,
        "requires-fh-in-fit": False,
        "y_inner_mtype": "pd.Series",
        "X_inner_mtype": "pd.DataFrame",
    }

    def __init__(self, model: Model | str | None = None, unit: _Unit | None = None) -> None:
        self.model = model
        self.unit = unit
        super().__init__()

    def _fit(self, y: pd.Series, X: Any, fh: Any) -> UnjuranForecaster:  # noqa: ARG002, N803 - sktime's signature
        values = y.to_numpy(dtype=float)
        name = str(y.name) if y.name is not None else None
        by_year = dict(zip(_years(y.index), values, strict=True))
        self.fitted_ = resolved(self.model).fit(Series(by_year, name=name, unit=self.unit))
        self._name = y.name
        return self

    def _predict(self, fh: Any, X: Any) -> pd.Series:  # noqa: ARG002, N803
        ahead, steps = self._ahead(fh)
        return pd.Series(ahead.median[steps], index=fh.to_absolute_index(self.cutoff), name=self._name)

    def _predict_quantiles(self, fh: Any, X: Any, alpha: list[float]) -> pd.DataFrame:  # noqa: ARG002, N803
        ahead, steps = self._ahead(fh)
        columns = pd.MultiIndex.from_product([self._get_varnames(), alpha])
        numbers = np.column_stack([ahead.quantile(p)[steps] for p in alpha])
        return pd.DataFrame(numbers, index=fh.to_absolute_index(self.cutoff), columns=columns)

    def _ahead(self, fh: ForecastingHorizon) -> tuple[Forecast, Any]:
        """The forecast up to the furthest step, and where in it the steps are."""
        steps = np.asarray(fh.to_relative(self.cutoff)).astype(int) - 1
        return self.fitted_.forecast(int(steps.max()) + 1), steps

    @classmethod
    def get_test_params(cls, parameter_set: str = "default") -> list[dict[str, Any]]:  # noqa: ARG003 - sktime's signature
        """Settings that sktime's checks are run with."""
        return [{}, {"model": "Naive", "unit": "amount"}]


def _years(index: pd.Index) -> list[int]:
    """The years that the steps stand for; an index of something else counts them from 1."""
    annual = not hasattr(index[0], "year") or str(getattr(index, "freqstr", None) or "Y").startswith(("Y", "A", "B"))
    years = [int(getattr(step, "year", step)) for step in index] if annual else []
    in_order = all(a < b for a, b in itertools.pairwise(years))
    return years if years and in_order and years[0] >= 1 and years[-1] <= 9899 else list(range(1, len(index) + 1))

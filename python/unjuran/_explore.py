"""`unjuran.explore`: the way to the explorer, which needs `anywidget` and loads it when first called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from unjuran._core import Forecast, Series
    from unjuran._explorer import Explorer


def explore(
    data: Forecast | Series,
    *,
    h: int = 5,
    at_most: float | None = None,
    at_least: float | None = None,
    year: int | None = None,
    lang: Literal["en", "ms"] = "en",
) -> Explorer:
    """Explore scenarios in a notebook: move a slider, and the fan and the probability of a target follow.

    Needs ``pip install 'unjuran[explore]'``. The script of the widget is part of the package; nothing is loaded from
    elsewhere. Each move is computed by `plan.Scenario` and `plan.target`.

    Parameters
    ----------
    data : Forecast or Series
        A series is forecast by the default model.
    h : int, default 5
        For a series: years ahead, 1 to 100.
    at_most, at_least : float, optional
        The target to begin with, one of them; default at most the median of its year.
    year : int, optional
        The year of the target to begin with; default the last forecast year.
    lang : {"en", "ms"}, default "en"
        Of the words: English or Malay.

    Returns
    -------
    Explorer
        A widget. ``yearly_change``, ``factor``, ``start``, ``goal``, ``side`` and ``year`` can be set from Python too;
        ``scenario``, ``forecast`` and ``target`` are what the sliders amount to.

    Raises
    ------
    ImportError
        `anywidget` is not installed.
    YearNotForecastError
        A ``year`` that the forecast does not cover.
    TypeError
        Both ``at_most`` and ``at_least``.

    Examples
    --------
    >>> import unjuran as uj
    >>> cases = uj.Series([90, 110, 100], start=2020, name="cases")
    >>> seen = uj.explore(uj.forecast(cases, h=3, model="Naive"), at_most=50, year=2025)
    >>> seen.yearly_change = -0.2
    >>> seen.forecast.median.tolist()  # 100 times 0.8, 0.64, 0.512
    [80.0, 64.0, 51.0]
    >>> seen.target.probability == seen.probability
    True
    """
    try:
        from unjuran._explorer import Explorer
    except ModuleNotFoundError as error:
        message = f"uj.explore needs {error.name}: pip install 'unjuran[explore]'"
        raise ImportError(message) from error
    return Explorer(data, h=h, at_most=at_most, at_least=at_least, year=year, lang=lang)

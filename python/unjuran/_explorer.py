"""The explorer: sliders in the browser, all numbers from Rust. `unjuran.explore` imports it when it is first called."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import anywidget
import traitlets

from unjuran import _core, plan
from unjuran.errors import UnjuranError

#: A factor and a yearly change that a slider reaches.
_FACTORS = (0.0, 3.0)
_CHANGES = (-0.5, 0.5)
#: Steps of the slider of an amount.
_STEPS = 200


# why the metaclass is named: it is that of every widget, and those of ipywidgets have no types to say so.
class Explorer(anywidget.AnyWidget, metaclass=traitlets.MetaHasTraits):
    """Sliders for a scenario and a target, and the fan and the probability that follow.

    Made by `unjuran.explore`. Attributes that the sliders move, and that can be set from Python:

    | name | range | meaning |
    |---|---|---|
    | ``yearly_change`` | above -1 | the k-th year is multiplied by (1 + it)**k |
    | ``factor`` | from 0 | the level is multiplied by it from ``start`` on |
    | ``start``, ``year`` | forecast years | where the factor begins; the year of the target |
    | ``goal`` | any number | the target |
    | ``side`` | "at_most", "at_least" | which side of it is wanted |

    What follows: ``probability`` (None where the target is impossible), ``sentence``, ``svg``; for Python also
    ``scenario``, ``forecast`` and ``target``.
    """

    _esm: Any = Path(__file__).parent / "_explorer.js"

    yearly_change = traitlets.Float(0.0).tag(sync=True)
    factor = traitlets.Float(1.0).tag(sync=True)
    start = traitlets.Int().tag(sync=True)
    goal = traitlets.Float().tag(sync=True)
    side = traitlets.Enum(["at_most", "at_least"], default_value="at_most").tag(sync=True)
    year = traitlets.Int().tag(sync=True)
    limits = traitlets.Dict().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    svg = traitlets.Unicode().tag(sync=True)
    sentence = traitlets.Unicode().tag(sync=True)
    probability = traitlets.Float(None, allow_none=True).tag(sync=True)

    def __init__(
        self,
        data: _core.Forecast | _core.Series,
        *,
        h: int = 5,
        at_most: float | None = None,
        at_least: float | None = None,
        year: int | None = None,
        lang: Literal["en", "ms"] = "en",
    ) -> None:
        if at_most is not None and at_least is not None:
            message = "explore: say at_most or at_least, not both"
            raise TypeError(message)
        words = _core._words(lang)
        self.baseline = _core.forecast(data, h=h) if isinstance(data, _core.Series) else data
        self._lang: Literal["en", "ms"] = lang
        years = self.baseline.years.tolist()
        last = years[-1] if year is None else year
        median = self.baseline.quantile(0.5)[years.index(last)] if last in years else self.baseline.cdf(last, 0.0)
        goal = next((float(g) for g in (at_most, at_least) if g is not None), float(median))
        counts = self.baseline.series.unit == "count"
        most = float(self.baseline.interval(95).upper.max())
        low, high = min(0.0, goal), max(most, 2 * goal, 1.0)
        super().__init__(
            start=years[0],
            goal=goal,
            side="at_most" if at_least is None else "at_least",
            year=last,
            words=words,
            limits={
                "years": years,
                "factor": _FACTORS,
                "yearly_change": _CHANGES,
                "goal": [low, high, 1.0 if counts else (high - low) / _STEPS],
            },
        )
        moved = ["yearly_change", "factor", "start", "goal", "side", "year"]
        self.observe(self._follow, names=moved)
        self._follow()

    @property
    def scenario(self) -> plan.Scenario:
        """What the sliders of the scenario amount to."""
        level = plan.Scenario(factor=self.factor, start=self.start)
        return level + plan.Scenario(yearly_change=self.yearly_change)

    @property
    def forecast(self) -> _core.Forecast:
        """The forecast under the scenario."""
        if self.factor == 1.0 and self.yearly_change == 0.0:
            return self.baseline
        return self.scenario.apply(self.baseline)

    @property
    def target(self) -> plan.Target:
        """The target under the scenario."""
        return self._target(self.forecast)

    def _target(self, forecast: _core.Forecast) -> plan.Target:
        if self.side == "at_most":
            return plan.target(forecast, year=self.year, at_most=self.goal)
        return plan.target(forecast, year=self.year, at_least=self.goal)

    def _follow(self, _change: Any = None) -> None:
        """Picture, probability and sentence of what the sliders say now; a refusal is shown as its sentence."""
        try:
            forecast = self.forecast
            now, before = self._target(forecast).probability, self._target(self.baseline).probability
            words: dict[str, str] = self.words
            sentence = words["probability"].format(
                side=words[self.side],
                goal=_core._figure(self.goal),
                year=self.year,
                now=_core._probability(self._lang, now),
                before=_core._probability(self._lang, before),
            )
            with self.hold_sync():
                self.svg = forecast.to_svg(width=640, height=340, lang=self._lang)
                self.probability, self.sentence = now, sentence
        except UnjuranError as error:
            with self.hold_sync():
                self.probability, self.sentence = None, str(error)

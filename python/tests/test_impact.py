"""Verdicts on dated events, and the fits behind them."""

import pickle

import pytest

import unjuran as uj
from unjuran import errors

BEFORE = [160, 148, 171, 155, 166, 150, 158, 163]


@pytest.fixture
def fallen():
    return uj.Series([*BEFORE, 62, 66, 60, 65], start=2010, name="cases")


def test_a_fall_has_its_verdict_size_and_counterfactual(fallen):
    found = uj.plan.impact(fallen, uj.plan.Event(2018, name="law"))
    assert found.verdict == "decrease"
    lower, upper = found.interval(95)
    assert -0.8 < lower < found.relative_effect < upper < -0.3
    assert found.years.tolist() == [2018, 2019, 2020, 2021]
    assert found.observed.tolist() == [62, 66, 60, 65]
    assert found.counterfactual.years.tolist() == [2018, 2019, 2020, 2021]
    assert found.probability > 0.9
    total, low, high = found.total
    assert low < total < high < 0


def test_what_it_found_survives_json_and_pickle(fallen):
    found = uj.plan.impact(fallen, uj.plan.Event(2018, name="law"))
    assert uj.plan.Impact.from_json(found.to_json()) == found
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert again.interval(80) == found.interval(80)


def test_the_table_has_a_row_a_year_and_the_controls_stand_among_the_placebos(fallen):
    control = uj.Series([*BEFORE, 158, 162, 155, 160], start=2010, name="neighbour")
    found = uj.plan.impact(fallen, uj.plan.Event(2018, name="law"), controls=[control])
    frame = found.to_frame("pandas")
    assert frame["year"].tolist() == [2018, 2019, 2020, 2021]
    assert (frame["effect-lo-95"] <= frame["effect"]).all()
    assert (frame["effect"] <= frame["effect-hi-95"]).all()
    assert [p["series"] for p in found.placebos][-1] == "neighbour"
    assert found.placebos[-1]["lower"] < 0 < found.placebos[-1]["upper"]


def test_an_event_outside_the_years_is_refused_with_those_allowed(fallen):
    with pytest.raises(errors.EventOutsideError) as refused:
        uj.plan.impact(fallen, uj.plan.Event(2030, name="law"))
    assert (refused.value.first, refused.value.last) == (2015, 2021)
    with pytest.raises(errors.TooFewYearsError):
        uj.plan.impact(fallen, uj.plan.Event(2013, name="law"))


def test_a_pulse_before_the_last_year_has_a_counterfactual():
    counts = uj.Series([197, 193, 210, 185, 250, 265, 225, 280], start=2015, name="counts")
    pulse = uj.plan.Event(2021, "pulse")
    found = uj.plan.impact(counts, pulse)
    assert found.years.tolist() == [2021, 2022]
    assert found.counterfactual.median[1] == 280
    assert found.counterfactual.interval(95).lower[1] == 280
    assert uj.BayesETS().fit(counts, events=[pulse]).counterfactual().median[1] == 280


def test_an_effect_that_none_could_find_has_no_number():
    figures = uj.datasets.malaysia()
    found = uj.plan.impact(figures["convictions_smuggling_with_trafficking_elements"], uj.plan.Event(2022))
    assert found.mde == (None, None)
    assert str(found).endswith("no effect of practical size (no rise up to 900%, no fall at all)")


def test_a_small_size_of_interest_makes_a_quiet_series_one_that_cannot_tell():
    quiet = uj.Series([1600, 1580, 1610, 1590, 1605, 1595, 1600, 1610, 1592, 1604], start=2010, name="quiet")
    event = uj.plan.Event(2018, name="law")
    assert uj.plan.impact(quiet, event).verdict == "no evidence"
    assert uj.plan.impact(quiet, event, meaningful=0.0001).verdict == "cannot tell"


def test_a_rise_of_the_size_that_is_said_to_be_found_is_found_and_half_of_it_is_not():
    quiet = [1600, 1580, 1610, 1590, 1605, 1595, 1600, 1610, 1592, 1604]
    event = uj.plan.Event(2018, name="law")
    stated = uj.plan.impact(uj.Series(quiet, start=2010), event).mde.rise
    # half of it: an interval that holds zero and lies within the 20% that matter
    for rise, verdict in [(stated, "increase"), (stated / 2, "no evidence")]:
        risen = quiet[:8] + [round(y * (1 + rise)) for y in quiet[8:]]
        assert uj.plan.impact(uj.Series(risen, start=2010), event).verdict == verdict


def test_the_fit_tells_effects_and_what_would_have_been(fallen):
    fit = uj.BayesETS().fit(fallen, events=[uj.plan.Event(2018, name="law")])
    (effect,) = fit.effects
    assert effect["name"] == "law"
    assert effect["lower"] < effect["effect"] < effect["upper"] < 0
    assert fit.log_bayes_factor > 0
    assert fit.counterfactual().median.min() > 120
    assert fit.forecast(2).median.max() < 100
    again = pickle.loads(pickle.dumps(fit))
    assert (again.forecast(2).median == fit.forecast(2).median).all()


def test_without_events_there_is_neither_effect_nor_counterfactual(fallen):
    fit = uj.BayesETS().fit(fallen)
    assert (fit.effects, fit.log_bayes_factor, fit.counterfactual()) == ([], None, None)


def test_a_driver_needs_its_future(fallen):
    patrols = {year: float(year % 5) for year in range(2010, 2022)}
    fit = uj.BayesETS().fit(fallen, exog={"patrols": patrols})
    with pytest.raises(errors.MissingDriverError):
        fit.forecast(1)
    assert len(fit.forecast(1, exog={"patrols": {2022: 2.0}}).median) == 1


def test_a_prior_learned_from_a_panel_says_so_and_forecasts():
    states = [uj.Series([40 * i, 41 * i, 39 * i, 40 * i, 42 * i], start=2018, name=f"state {i}") for i in range(1, 9)]
    own = uj.Prior.learn(uj.Panel(states), name="states")
    assert own.name == "states"
    assert "8 series" in own.sources[-1]
    wide = uj.BayesETS().fit(states[0]).forecast(1).interval(95)
    narrow = uj.BayesETS(prior=own).fit(states[0]).forecast(1).interval(95)
    assert narrow.upper[0] - narrow.lower[0] <= wide.upper[0] - wide.lower[0]
    with pytest.raises(errors.NothingToLearnError):
        uj.Prior.learn([uj.Series([5], start=2020)])


def test_a_prior_without_a_base_starts_where_the_default_model_does():
    flows = [uj.Series([-3.5, 2.0, i, -1.0, 0.5], start=2018, name=f"flow {i}", unit="amount") for i in range(1, 5)]
    costs = [uj.Series([3.5, 2.0, i, 1.0, 0.5], start=2018, name=f"cost {i}", unit="amount") for i in range(1, 5)]
    for panel, base in ((flows, "signed"), (costs, "annual")):
        assert uj.BayesETS().fit(panel[0]).prior == base
        assert uj.Prior.learn(panel) == uj.Prior.learn(panel, base=base)
    with pytest.raises(
        errors.BadParameterError, match=r'"flow 1" starts from "signed", "cost 1" from "annual": say base='
    ):
        uj.Prior.learn([*flows, *costs])
    assert uj.Prior.learn([*flows, *costs], base="signed").name == "own"


def test_counts_of_earlier_years_by_the_same_day_are_checked():
    series = uj.Series([100, 110, 120], start=2020, name="cases")
    late = series.with_partial(2023, 20, share=0.5, earlier={2021: 12, 2022: 14})
    plain = series.with_partial(2023, 20, share=0.5)
    assert uj.forecast(late, h=1).median[0] > uj.forecast(plain, h=1).median[0]
    with pytest.raises(errors.EarlierCountError) as refused:
        series.with_partial(2023, 20, share=0.5, earlier={2021: 112})
    assert refused.value.year == 2021


def test_nothing_but_masked_cells_is_a_series_like_others():
    permits = uj.Series({2019: 1}, name="permits")
    for year in range(2019, 2024):
        permits = permits.with_censored(year, 0, 4)
    fc = uj.forecast(permits, h=2)
    assert fc.quantile(0.5).max() <= 4
    assert fc.interval(95).upper.min() > 2
    assert "intervals" in fc.notes[0]

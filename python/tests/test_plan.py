import pickle

import numpy as np
import pytest

import unjuran as uj
from unjuran import errors, plan


@pytest.fixture(scope="module")
def ahead():
    cases = uj.Series([163, 463, 429, 302, 286, 165, 115, 139], start=2015, name="cases")
    return uj.forecast(cases.with_partial(2023, 48, through="2023-05-31"), until=2028)


@pytest.mark.parametrize("probability", [0.1, 0.5, 0.8, 0.95])
@pytest.mark.parametrize("goal", [{"at_most": 100}, {"at_least": 400}])
def test_the_required_change_reaches_its_probability(ahead, goal, probability):
    needed = plan.required_change(ahead, year=2028, probability=probability, **goal)
    changed = plan.Scenario(yearly_change=needed.yearly_change).apply(ahead)
    assert plan.target(changed, year=2028, **goal).probability == pytest.approx(probability, abs=1e-6)
    assert needed.probability == pytest.approx(probability, abs=1e-6)


@pytest.mark.parametrize("scope", ["every", "by", "total"])
def test_over_several_years_the_required_change_holds_on_the_paths(ahead, scope):
    goal = {"year": 2027, "at_most": 700 if scope == "total" else 120, "scope": scope}
    needed = plan.required_change(ahead, probability=0.75, **goal)
    changed = plan.Scenario(yearly_change=needed.yearly_change).apply(ahead)
    assert plan.target(changed, **goal).probability == pytest.approx(0.75, abs=1e-6)


def test_an_amount_has_its_required_change_too():
    money = uj.Series([785000.5, 868340.0, 790000.0, 820000.0], start=2020, name="money")
    law = uj.forecast(money, h=3)
    needed = plan.required_change(law, year=2026, at_most=700000, probability=0.9)
    changed = plan.Scenario(yearly_change=needed.yearly_change).apply(law)
    assert plan.target(changed, year=2026, at_most=700000).probability == pytest.approx(0.9, abs=1e-6)


def test_targets_have_a_status_with_thresholds_that_can_be_moved(ahead):
    found = plan.target(ahead, year=2028, at_most=100)
    assert found.probability == ahead.cdf(2028, 100)
    assert (found.status, found.thresholds) == ("off track", (0.8, 0.5))
    assert plan.target(ahead, year=2028, at_most=100, thresholds=(0.3, 0.1)).status == "on track"
    since = plan.target(ahead, year=2024, at_most=139 + 400, since=2022)
    total = plan.target(ahead, year=2024, at_most=400, scope="total")
    assert since.probability == total.probability


@pytest.mark.parametrize(
    ("goal", "error"),
    [
        ({"year": 2028, "at_most": -1}, errors.ImpossibleTargetError),
        ({"year": 2023, "at_most": 40}, errors.ImpossibleTargetError),
        ({"year": 2024, "at_most": 100, "since": 2020}, errors.ImpossibleTargetError),
        ({"year": 2031, "at_most": 40}, errors.YearNotForecastError),
        ({"year": 2024, "at_most": 4000, "since": 2010}, errors.NotObservedError),
        ({"year": 2024, "at_most": 40, "at_least": 4}, TypeError),
        ({"year": 2024, "at_most": 40, "scope": "ever"}, errors.BadParameterError),
    ],
)
def test_a_target_that_cannot_be_met_or_asked_is_refused(ahead, goal, error):
    with pytest.raises(error):
        plan.target(ahead, **goal)


def test_a_scenario_shares_its_chance_with_the_forecast(ahead):
    more = plan.Scenario("more", add=10, start=2024).apply(ahead)
    for seed in (0, 5):
        difference = more.paths(500, seed) - ahead.paths(500, seed)
        assert (difference[:, 0] == 0).all()
        assert set(np.unique(difference[:, 1:])) <= set(
            range(1, 11)
        )  # less than 10 only where a zero hid a negative draw
    assert more.interval(80).lower.tolist()[1] == ahead.interval(80).lower[1] + 10
    assert "more" in more.notes[-1]


def test_what_was_counted_this_year_is_not_undone(ahead):
    none = plan.Scenario(factor=0).apply(ahead)
    assert none.median.tolist() == [48, 0, 0, 0, 0, 0]
    doubtful = plan.Scenario(factor=0.5, interval=(0.2, 0.9)).apply(ahead)
    assert doubtful.paths(2000)[:, 0].min() >= 48


def test_a_scenario_keeps_whole_counts_and_agrees_with_its_paths(ahead):
    half = plan.Scenario(factor=0.37, start=2025).apply(ahead)
    paths = half.paths(20000, seed=1)
    assert (paths == paths.round()).all()
    assert half.cdf(2026, 40) == pytest.approx((paths[:, 3] <= 40).mean(), abs=4 * 0.5 / np.sqrt(20000))
    assert half.mean[3] == pytest.approx(paths[:, 3].mean(), rel=0.05)


def test_scenarios_are_added_named_and_compared(ahead):
    covid = plan.Scenario("2020 again", like=2020, start=2025)
    raids = plan.Scenario("raids", factor=1.5, start=2024, over=2)
    both = (covid + raids).named("both")
    assert (covid + raids).name == "2020 again + raids"
    table = plan.compare(ahead, [covid, raids, both]).to_frame(backend="pandas").set_index(["scenario", "year"])
    assert table.loc[("2020 again", "2024"), "difference"] == 0
    assert table.loc[("2020 again", "2025"), "median"] < table.loc[("as it is", "2025"), "median"]
    single = covid.apply(ahead).mean[2] / ahead.mean[2]
    assert single == pytest.approx(165 / 286, abs=0.01)
    assert both.apply(ahead).mean[2] / ahead.mean[2] == pytest.approx(1.5 * 165 / 286, abs=0.01)


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, TypeError),
        ({"factor": 2, "add": 3}, TypeError),
        ({"add": 3, "kind": "pulse"}, TypeError),
        ({"event": plan.Event(2025, name="law")}, TypeError),
        ({"event": plan.Event(2025, name="law"), "add": 3}, TypeError),
        ({"event": plan.Event(2025, name="law"), "factor": 2, "start": 2025}, TypeError),
        ({"rate": (0.1, 0.2)}, TypeError),
        ({"factor": -1}, errors.BadParameterError),
        ({"factor": float("inf")}, errors.BadParameterError),
        ({"yearly_change": -1}, errors.BadParameterError),
        ({"add": 1, "start": 2040}, errors.YearNotForecastError),
        ({"like": 2015}, errors.NotObservedError),
        ({"shock": 0.5, "kind": "sudden"}, errors.BadParameterError),
        ({"factor": 2, "interval": (3, 4)}, errors.BadParameterError),
    ],
)
def test_a_scenario_that_means_nothing_is_refused(ahead, form, error):
    with pytest.raises(error):
        plan.Scenario(**form).apply(ahead)


@pytest.mark.parametrize(
    ("form", "named"),
    [({"shock": -0.5}, "shock"), ({"factor": -1}, "factor"), ({"rate": (0.2, -1), "by": 2024}, "rate")],
)
def test_a_number_that_no_forecast_can_be_moved_by_is_refused_at_once_by_its_own_name(form, named):
    with pytest.raises(errors.BadParameterError, match=r"0\.5 is half as many") as refused:
        plan.Scenario(**form)
    assert refused.value.parameter == named


def test_one_forecast_of_a_panel_is_taken_by_its_name(ahead):
    forecasts = uj.forecast(uj.Panel({"cases": ahead.series}), h=2)
    for wrong in (lambda: plan.Scenario(add=1).apply(forecasts), lambda: plan.target(forecasts, year=2023, at_most=9)):
        with pytest.raises(TypeError, match=r'not Forecasts: take one by the name of its series, forecasts\["cases"\]'):
            wrong()
    with pytest.raises(TypeError, match=r"an unjuran\.Forecast is needed, not str\b"):
        plan.required_change("cases", year=2023, at_most=9)


def test_a_derived_forecast_is_stored_and_read_back(ahead):
    sampled = plan.Scenario(factor=2, interval=(1, 4)).apply(ahead)
    for forecast in [plan.Scenario(add=3).apply(ahead), sampled, uj.to_fiscal(ahead)]:
        again = uj.Forecast.from_json(forecast.to_json())
        assert again == forecast
        assert (again.paths(100, 2) == forecast.paths(100, 2)).all()
        assert again.quantile(0.3).tolist() == forecast.quantile(0.3).tolist()
    assert plan.Scenario(add=3).apply(sampled).median.tolist() == (sampled.median + 3).tolist()


def test_a_table_of_paths_gives_each_of_them_once(ahead):
    sampled = plan.Scenario(factor=2, interval=(1, 4)).apply(ahead)
    first, again, other = sampled.paths(10000), sampled.paths(10000), sampled.paths(10000, 9)
    assert (first == again).all()
    assert (first != other).any()
    assert (np.sort(first, axis=0) == np.sort(other, axis=0)).all()
    assert sampled.median.tolist() == np.sort(first, axis=0)[4999].tolist()
    assert sampled.total().quantile(0.5) == np.sort(first.sum(axis=1))[4999]


def answers(ahead):
    cases = ahead.series
    arrests = uj.Series([250, 690, 660, 390, 370, 250, 230, 240], start=2015, name="arrests")
    funnel = plan.Funnel([cases, arrests], units=["cases", "persons"], ratios=[True])
    return [
        plan.Scenario("a", add=3) + plan.Scenario("b", yearly_change=-0.1),
        plan.compare(ahead, [plan.Scenario(add=3)]),
        plan.target(ahead, year=2026, at_most=100),
        plan.required_change(ahead, year=2026, at_most=100),
        plan.capacity(ahead, stay=30, current=10, cost=5),
        plan.monitor(ahead, 110),
        plan.percent_change(108, 137, published=28),
        funnel,
        funnel.conversions()[0],
        funnel.effect(ahead, "arrests", 2, 2025),
        uj.to_fiscal(cases),
        uj.hierarchy.check_totals(uj.Panel({"a": uj.Series({1: 2}), "b": uj.Series({1: 1})}), {"a": ["b"]})[0],
        uj.hierarchy.merge_sources({"a": cases, "b": arrests}),
    ]


def test_every_answer_is_printed_stored_and_pickled(ahead):
    for answer in answers(ahead):
        kind = type(answer)
        assert str(answer)
        assert repr(answer) == f"<{kind.__name__}: {answer}>"
        assert isinstance(answer.to_dict(), dict | tuple)
        assert kind.from_json(answer.to_json()) == answer
        assert str(pickle.loads(pickle.dumps(answer))) == str(answer)
        assert hash(answer) == hash(kind.from_json(answer.to_json()))
        with pytest.raises(errors.BadJsonError):
            kind.from_json(ahead.series.to_json())


def test_capacity_of_sure_arrivals_is_littles_law():
    daily = uj.Series([365] * 6, start=2015, name="victims")
    need = plan.capacity(uj.forecast(daily, h=2), stay=40, stay_law="fixed", current=30, cost=10)
    assert need.present[1] == pytest.approx(40, rel=0.05)
    assert need.places[1] > 40
    assert need.more.tolist() == (need.places - 30).tolist()
    assert (need.overflow > 0.5).all()
    assert need.cost.tolist() == (10 * need.places).tolist()
    assert (need.cost_per_day_avoided == 10 / need.days_avoided).all()
    assert list(need.to_frame(backend="pandas")["year"]) == [2021, 2022]


def test_stays_that_were_observed_and_months_that_are_busy_count():
    law = uj.forecast(uj.Series([365, 380, 350, 365], start=2015, name="victims"), h=1)
    even, busy = (
        plan.capacity(law, stay=[10, 20, 90], pattern=p) for p in (None, [1, 1, 1, 1, 1, 1, 9, 1, 1, 1, 1, 1])
    )
    assert even.present[0] == pytest.approx(busy.present[0], rel=0.2)
    assert busy.places[0] > 1.5 * even.places[0]
    assert busy.peak_month[0] in (7, 8)
    with pytest.raises(errors.BadParameterError):
        plan.capacity(law, stay=-3)
    with pytest.raises(errors.CountsOnlyError):
        plan.capacity(uj.forecast(uj.Series([0.5, 1.5, 2.5], start=2000), h=1), stay=3)


def test_an_alarm_is_raised_for_what_is_far_outside_and_adjusted_over_a_panel():
    names = [f"s{i}" for i in range(20)]
    fans = uj.forecast(uj.Panel({n: uj.Series([100, 104, 97, 101, 99, 103], start=2015) for n in names}), h=1)
    low = fans["s0"].quantile(0.01)[0]
    assert plan.monitor(fans["s0"], low).alarm, "alone, 1 in 50 is unusual at a rate of one in ten"
    panel = plan.monitor(fans, dict.fromkeys(names, 101) | {"s0": low})
    assert not panel["s0"].alarm, "among twenty, it is not"
    assert plan.monitor(fans, dict.fromkeys(names, 101) | {"s0": 900})["s0"].alarm
    with pytest.raises(errors.UnknownSeriesError):
        plan.monitor(fans, {"other": 3})
    with pytest.raises(errors.DateOutsideYearError):
        plan.monitor(fans["s0"], 3, as_of="2025-05-31", year=2021)


def test_a_series_brings_its_own_coverage(ahead):
    cases = ahead.series
    before = uj.forecast(
        uj.Series(dict(zip(range(2015, 2023), cases.values.tolist(), strict=False)), name="cases"), h=1
    )
    by_series, by_date = plan.monitor(before, cases), plan.monitor(before, 48, as_of="2023-05-31")
    assert (by_series.p, by_series.year) == (by_date.p, 2023)
    assert 40 < by_series.expected < 80


def test_rates_go_there_and_back_and_widen_with_doubt(ahead):
    people = {year: 30e6 + 3e5 * (year - 2015) for year in range(2015, 2029)}
    rates = uj.rates(ahead, people)
    assert rates.series.unit == "rate"
    assert rates.years.tolist() == ahead.years.tolist()
    assert np.allclose(rates.paths(500), ahead.paths(500) / (np.array([people[y] for y in ahead.years]) / 1e5))
    assert (uj.from_rates(rates, people).paths(500) == ahead.paths(500)).all()
    assert uj.rates(ahead, people, relative_sd=0.2).variance[0] > rates.variance[0]
    with pytest.raises(errors.BadPopulationError) as caught:
        uj.rates(ahead.series, people | {2017: 0})
    assert (caught.value.series, caught.value.year) == ("cases", 2017)
    with pytest.raises(errors.BadParameterError, match="no place for a doubt"):
        uj.rates(ahead.series, people, relative_sd=0.2)
    with pytest.raises(errors.MissingDriverError):
        uj.rates(ahead, {2015: 1e6})


def test_years_from_april_to_march_are_cut_from_two_and_cost_width(ahead):
    fiscal = uj.to_fiscal(ahead)
    assert fiscal.years.tolist() == [2022, 2023, 2024, 2025, 2026, 2027]
    assert fiscal.series.label == "cases, April-March"
    known = uj.to_fiscal(ahead.series)
    assert known.years.tolist() == list(range(2015, 2022))
    lower, upper = known.interval(80)
    assert (lower < known.mean).all()
    assert (known.mean < upper).all()
    assert known.series.values.tolist() == known.mean.round().tolist()
    back = uj.from_fiscal(fiscal)
    assert back.years.tolist()[-1] == 2027
    with pytest.raises(errors.BadParameterError):
        uj.to_fiscal(ahead, 13)
    with pytest.raises(errors.BadParameterError):
        uj.to_fiscal(uj.Series([0.1, 0.2], start=2000, unit="rate"))


def test_stages_with_different_units_need_a_ratio():
    cases, persons = (uj.Series([4, 5, 6], start=2020, name=name) for name in ("cases", "persons"))
    with pytest.raises(errors.StageUnitsError) as caught:
        plan.Funnel([cases, persons], units=["cases", "persons"])
    assert (caught.value.stage, caught.value.next_unit) == ("cases", "persons")
    with pytest.raises(TypeError, match="units"):
        plan.Funnel([cases, persons], units=["cases"])


def test_figures_of_a_year_under_way_start_from_what_was_counted(cases):
    begun = uj.forecast(cases.with_partial(2023, 48, through="2023-05-31"), h=2)
    same = plan.monitor(begun, 48, as_of="2023-05-31")
    assert (same.expected, same.p, same.alarm) == (48, 1, False)
    assert plan.monitor(begun, 90, as_of="2023-09-30").expected > 70
    with pytest.raises(errors.CountedAlreadyError):
        plan.monitor(begun, 30, as_of="2023-09-30")
    with pytest.raises(errors.KnownFurtherError):
        plan.monitor(begun, 48, as_of="2023-03-31")
    for figure, error in [(-4, errors.NegativeCountError), (99.5, errors.FractionalCountError)]:
        with pytest.raises(error):
            plan.monitor(begun, figure, year=2024)


def test_a_stage_that_mostly_exceeds_the_one_before_is_no_share_of_it():
    cases = uj.Series([50, 60, 40, 45], start=2018, name="cases")
    held = uj.Series([150, 170, 140, 160], start=2018, name="held")
    with pytest.raises(errors.SharesAboveOneError) as refused:
        plan.Funnel([cases, held], units=["persons"] * 2).conversions()
    assert refused.value.years == (2018, 2019, 2020, 2021)
    assert refused.value.shares[0] == 3
    (link,) = plan.Funnel([cases, held], units=["cases", "persons"], ratios=[True]).conversions()
    assert 2.5 < link.rate < 4


def test_numbers_too_small_for_a_percentage_have_a_difference():
    change = plan.percent_change(1, 3)
    assert (change.interval, change.difference, change.significant) == (None, 2, False)
    assert "%" not in str(change)
    assert plan.PercentChange.from_json(change.to_json()) == change


def test_a_printed_percentage_given_as_text_keeps_its_places():
    # 100 (137 / 108 - 1) = 26.85
    agrees = {
        text: plan.percent_change(108, 137, published=text).published_ok for text in ("27", "27.0", "26.9%", "26.85")
    }
    assert agrees == {"27": True, "27.0": False, "26.9%": True, "26.85": True}
    change = plan.percent_change(108, 137, published="27.0")
    assert change.published == 27.0
    assert str(change).endswith("printed +27.0%, which does not agree")
    assert plan.PercentChange.from_json(change.to_json()) == change
    for text in ("27,0", "about 27"):
        with pytest.raises(errors.BadParameterError, match="published"):
            plan.percent_change(108, 137, published=text)

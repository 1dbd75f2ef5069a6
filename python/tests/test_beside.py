"""What `uj.forecast` is given beside its series: drivers, events, exposure."""

import pandas as pd
import polars as pl
import pytest

import unjuran as uj
from unjuran import errors

YEARS = range(2015, 2023)
VALUES = [30.0, 34.0, 33.0, 41.0, 40.0, 47.0, 45.0, 52.0]
PATROLS = dict(zip(range(2015, 2025), [3, 4, 3, 6, 5, 7, 6, 8, 9, 7], strict=True))


def frame(name="a"):
    return pd.DataFrame(
        {"unique_id": name, "ds": list(YEARS), "y": VALUES, "patrols": [PATROLS[y] for y in YEARS], "people": 1000.0}
    )


def later(name="a", years=(2023, 2024)):
    return pd.DataFrame(
        {"unique_id": name, "ds": list(years), "patrols": [PATROLS[y] for y in years], "people": 1000.0}
    )


def test_a_series_a_panel_and_a_frame_give_the_forecast_of_the_fit():
    s = uj.Series(VALUES, start=2015, name="a")
    seen = {y: PATROLS[y] for y in YEARS}
    ahead = {y: PATROLS[y] for y in (2023, 2024)}
    expected = uj.LinearTrend().fit(s, exog={"patrols": PATROLS}).forecast(2).quantile(0.9).tolist()
    one = uj.forecast(s, 2, model="LinearTrend", exog={"patrols": seen}, future={"patrols": ahead})
    assert one.quantile(0.9).tolist() == expected
    panel = uj.Panel.from_frame(frame())
    many = uj.forecast(panel, 2, model="LinearTrend", exog={"a": {"patrols": PATROLS}})
    assert many["a"].quantile(0.9).tolist() == expected
    for kind in (pd.DataFrame, pl.DataFrame):
        answer = uj.forecast(
            kind(frame()), 2, model="LinearTrend", level=[80], exog=["patrols"], future=kind(later()), threads=1
        )
        assert list(answer["LinearTrend-hi-80"]) == expected
        assert list(answer["status"]) == ["ok", "ok"]


def test_a_missing_later_value_names_column_and_year_and_stops_no_other_series():
    both = pd.concat([frame("a"), frame("b")])
    future = pd.concat([later("a"), later("b", (2023,))])
    answer = uj.forecast(both, 2, model="LinearTrend", exog=["patrols"], future=future)
    assert list(answer["status"][:2]) == ["ok", "ok"]
    assert '"patrols"' in answer["status"].iloc[2]
    assert "2024" in answer["status"].iloc[2]
    with pytest.raises(errors.MissingDriverError) as refused:
        uj.forecast(
            uj.Series(VALUES, start=2015), 2, model="LinearTrend", exog={"patrols": {y: PATROLS[y] for y in YEARS}}
        )
    assert (refused.value.column, refused.value.year) == ("patrols", 2023)


def test_events_are_for_all_series_or_by_name():
    event = uj.plan.Event(2019, "step", name="law")
    both = pd.concat([frame("a"), frame("b")])
    model = uj.LinearTrend()
    plain, all_of_them, one = (
        uj.forecast(both, 1, model=model, events=events) for events in (None, [event], {"b": [event]})
    )
    assert plain["LinearTrend"][0] == one["LinearTrend"][0]
    assert all_of_them["LinearTrend-hi-95"][0] != plain["LinearTrend-hi-95"][0]
    assert all_of_them["LinearTrend-hi-95"][1] == one["LinearTrend-hi-95"][1]


def test_exposure_is_a_column_and_scales_the_counts():
    future = later()
    twice = future.assign(people=2000.0)
    model = uj.NegativeBinomialTrend()
    plain = uj.forecast(frame(), 2, model=model, exposure="people", future=future.drop(columns="patrols"))
    doubled = uj.forecast(frame(), 2, model=model, exposure="people", future=twice)
    ratio = (doubled["NegativeBinomialTrend"] / plain["NegativeBinomialTrend"]).tolist()
    assert ratio == pytest.approx([2.0, 2.0], abs=0.05)


def test_a_model_that_does_not_take_them_refuses_by_name():
    answer = uj.forecast(frame(), 1, model="Naive", exog=["patrols"], future=later())
    assert "Naive" in answer["status"][0]
    assert "exog" in answer["status"][0]
    with pytest.raises(errors.InputNotTakenError):
        uj.forecast(uj.Series(VALUES, start=2015), 1, model="Theta", exposure={2015: 1.0})


def test_what_no_column_is_says_so():
    with pytest.raises(errors.MissingColumnError):
        uj.forecast(frame(), 1, model="LinearTrend", exog=["boats"])
    with pytest.raises(errors.MissingColumnError):
        uj.forecast(frame(), 1, model="LinearTrend", exog=["patrols"], future=later().drop(columns="patrols"))
    with pytest.raises(TypeError, match="list of its columns"):
        uj.forecast(frame(), 1, model="LinearTrend", exog="patrols")
    with pytest.raises(TypeError, match="future="):
        uj.forecast(frame(), 1, model="LinearTrend", future=later())


def test_what_is_given_for_a_series_that_is_not_there_is_refused():
    panel, event = uj.Panel.from_frame(frame()), [uj.plan.Event(2018)]
    for given in (
        {"events": {"A": event}},
        {"exog": {"A": {"patrols": PATROLS}}},
        {"exposure": {"A": dict.fromkeys(range(2015, 2025), 1.0)}},
    ):
        with pytest.raises(errors.UnknownSeriesError) as caught:
            uj.forecast(panel, 2, **given)
        assert (caught.value.series, caught.value.known) == ("A", ("a",))
    with pytest.raises(errors.UnknownSeriesError):
        uj.forecast(panel["a"], 2, events={"A": event})
    with pytest.raises(errors.UnknownSeriesError) as caught:
        uj.forecast(frame(), 2, events={"A": event})
    assert (caught.value.series, caught.value.known) == ("A", ("a",))
    with pytest.raises(errors.UnknownSeriesError):
        uj.forecast(frame(), 2, model="LinearTrend", exog=["patrols"], future=later("A"))
    assert len(uj.forecast(panel, 2, events={"a": event})["a"]) == 2

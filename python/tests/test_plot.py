import sys
from types import SimpleNamespace

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt

import unjuran as uj

mpl.use("Agg")


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_a_plot_is_drawn_on_the_axes_given_and_returns_them(under_way):
    _, ax = plt.subplots()
    assert uj.forecast(under_way, h=5).plot(ax=ax) is ax
    assert ax.get_title(loc="left") == "Trafficking cases"


def test_bands_median_and_the_hollow_partial_year_are_there(under_way):
    ax = uj.forecast(under_way, h=5).plot()
    labels = ax.get_legend_handles_labels()[1]
    assert labels == ["2023 to 2023-05-31: 48", "95%", "80%", "50%", "median"]
    hollow = [line for line in ax.lines if line.get_markerfacecolor() == "white"]
    assert len(hollow) == 1
    assert list(hollow[0].get_xdata()) == [2023]
    assert list(hollow[0].get_ydata()) == [48]
    full = [line for line in ax.lines if len(line.get_xdata()) == 8]
    assert full, "the observed line ends before the partial year"


def test_the_axis_has_whole_years(under_way):
    ax = uj.forecast(under_way, h=5).plot(levels=[80])
    ax.figure.canvas.draw()
    assert all(label.get_text().isdigit() and len(label.get_text()) == 4 for label in ax.get_xticklabels())


def test_gaps_break_the_line_and_masked_cells_are_bars(cases):
    ax = uj.forecast(cases.with_missing(2018).with_censored(2020, 0, 4), h=1).plot()
    drawn = sorted(int(x) for line in ax.lines for x in line.get_xdata() if line.get_color() == "#1b1b1b")
    assert drawn == [2015, 2016, 2017, 2019, 2021, 2022]


def test_without_matplotlib_the_error_says_what_to_install(cases, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.ticker", None)
    with pytest.raises(ImportError, match=r"pip install unjuran\[plot\]"):
        uj.forecast(cases, h=1).plot()


OBSERVED = "#1b1b1b"


def test_events_are_marked_where_they_lie_in_the_picture(under_way):
    events = [uj.plan.Event(2020, "transient", name="COVID-19"), uj.plan.Event(1990, name="long ago")]
    ax = uj.forecast(under_way, h=2).plot(events=events)
    assert [text.get_text() for text in ax.texts] == ["COVID-19"]
    dashed = [line for line in ax.lines if line.get_linestyle() == "--"]
    assert [line.get_xdata()[0] for line in dashed] == [2019.5]


def test_a_backtest_shows_history_with_the_partial_year_apart(under_way):
    _, ax = plt.subplots()
    result = uj.backtest(under_way, "Naive", h=2, n_windows=2)
    assert uj.plot.backtest(result, under_way, ax) is ax
    hollow = [line for line in ax.lines if line.get_markerfacecolor() == "white"]
    assert [list(line.get_ydata()) for line in hollow] == [[48]]
    naive = [list(line.get_ydata()) for line in ax.lines if line.get_color() == "#0072B2"]
    assert naive == [[286, 286], [165, 165]], "from 2019 and from 2020"
    with pytest.raises(KeyError, match="no series 'other'"):
        uj.plot.backtest(result, "other")


def test_a_backtest_of_a_frame_has_whole_years_whatever_its_dates(cases):
    frame = uj.Panel([cases]).to_frame("pandas")
    frame["ds"] = [f"{year}-12-31" for year in frame["ds"]]
    ax = uj.plot.backtest(uj.backtest(frame, ["Naive", "Drift"], h=1, n_windows=3))
    assert sorted({float(x) for line in ax.lines for x in line.get_xdata()}) == [2020.0, 2021.0, 2022.0]
    assert ax.get_legend_handles_labels()[1] == ["Naive", "Drift"]


def test_scenarios_stand_side_by_side_in_each_year(cases):
    _, ax = plt.subplots()
    comparison = uj.plan.compare(uj.forecast(cases, h=3), [uj.plan.Scenario("more", add=7)])
    assert uj.plot.scenarios(comparison, ax) is ax
    as_it_is, more = ax.lines
    assert (more.get_ydata() - as_it_is.get_ydata()).tolist() == [7, 7, 7]
    assert [round(x) for x in as_it_is.get_xdata()] == [round(x) for x in more.get_xdata()] == [2023, 2024, 2025]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["as it is", "more"]


def test_the_probability_of_a_target_is_that_of_the_plan(under_way):
    fc = uj.forecast(under_way, h=3)
    _, ax = plt.subplots()
    assert uj.plot.target(fc, ax, at_most=100) is ax
    (line,) = [line for line in ax.lines if len(line.get_xdata()) == 3]
    assert list(line.get_ydata()) == [uj.plan.target(fc, year=y, at_most=100).probability for y in (2023, 2024, 2025)]
    ax = uj.plot.target(fc, at_most=40)
    (line,) = [line for line in ax.lines if len(line.get_xdata()) == 3]
    assert line.get_ydata()[0] == 0, "48 are counted already"


def test_a_funnel_shows_a_row_for_each_link():
    funnel = uj.datasets.malaysia().funnels["trafficking"]
    _, ax = plt.subplots()
    assert uj.plot.funnel(funnel, ax) is ax
    links = funnel.conversions()
    assert len(ax.get_yticks()) == len(links)
    drawn = [line.get_xdata()[0] for line in ax.lines if line.get_color() == "#0072B2"]
    assert drawn == [link.rate for link in links]


def test_impact_draws_what_was_observed_against_what_was_to_be_expected(cases):
    before = uj.Series(cases.values[:5], start=2015, name="cases")
    law = uj.forecast(before, h=3)
    result = SimpleNamespace(years=law.years, observed=[165, 115, 139], counterfactual=law, verdict="cannot tell")
    _, ax = plt.subplots()
    assert uj.plot.impact(result, ax) is ax
    assert ax.get_title(loc="left") == "cases: cannot tell"
    since = [line for line in ax.lines if line.get_label() == "observed since"]
    assert list(since[0].get_xdata()) == [2020, 2021, 2022], "no year before the event is one since"
    assert list(since[0].get_ydata()) == [165, 115, 139]
    assert sorted(text.get_text() for text in ax.get_legend().get_texts()) == [
        "expected without it, 95%",
        "expected without it, median",
        "observed before",
        "observed since",
    ]


def test_the_impact_of_the_plan_can_be_drawn(cases):
    ax = uj.plot.impact(uj.plan.impact(cases, uj.plan.Event(2020, "step", name="the amendment")))
    assert [text.get_text() for text in ax.texts] == ["the amendment"]


def test_a_panel_is_a_grid_of_fans_in_the_place_of_the_axes(cases, under_way):
    _, ax = plt.subplots()
    forecasts = uj.forecast(uj.Panel({"a": cases, "b": under_way, "c": cases}), h=2)
    assert uj.plot.panel(forecasts, ax, columns=2) is ax
    assert len(ax.child_axes) == 3
    assert len(uj.plot.panel(forecasts, most=2).child_axes) == 2

import sys

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

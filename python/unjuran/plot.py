"""Pictures in matplotlib: the fan of a forecast, the errors of a backtest. They decide no number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INK = "#1b1b1b"
_BLUE = "#08519c"
_SHADES = ("#deebf7", "#9ecae1", "#4292c6")


def fan(fan: dict[str, Any], ax: Axes | None = None) -> Axes:
    """Draw a fan: observed years, median, bands; a partial year as a hollow point, masked cells as bars.

    Parameters
    ----------
    fan : dict
        From `Forecast.fan`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; left out, on a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = _axes(ax)
    from matplotlib.ticker import FuncFormatter, MaxNLocator  # there, as `_axes` found it

    _history(ax, fan)
    years, median = list(fan["years"]), list(fan["median"])
    bands = fan["bands"]
    shades = _SHADES[-len(bands) :] if len(bands) <= len(_SHADES) else [_SHADES[1]] * len(bands)
    last = _last_full(fan)
    joined = last is not None and years and years[0] - last[0] == 1
    for band, shade in zip(bands, shades, strict=True):
        x, low, high = years, list(band["lower"]), list(band["upper"])
        if joined and last is not None:
            x, low, high = [last[0], *x], [last[1], *low], [last[1], *high]
        if len(x) == 1:
            ax.vlines(x, low, high, color=shade, linewidth=12, label=f"{band['level']:g}%")
        else:
            ax.fill_between(x, low, high, color=shade, linewidth=0, label=f"{band['level']:g}%")
    if joined and last is not None:
        years, median = [last[0], *years], [last[1], *median]
    ax.plot(years, median, color=_BLUE, linewidth=1.8, label="median", zorder=3)
    ax.plot(years[-1:], median[-1:], "o", color=_BLUE, markersize=3.5, zorder=3)

    ax.set_title(fan["label"], loc="left", color=_INK)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))
    if fan["unit"] == "count":
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:,.6g}" if abs(y) < 1e6 else f"{y:,.0f}"))
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(fontsize="small", loc="best", framealpha=0.8, edgecolor="none")
    return ax


def leads(lines: dict[str, list[tuple[int, float]]], ax: Axes | None = None) -> Axes:
    """Draw the mean absolute scaled error of each model by lead; 1 is what last year's value was off, a year ahead.

    Parameters
    ----------
    lines : dict of str to list of (int, float)
        Lead and error, by model.
    ax : matplotlib.axes.Axes, optional
        Where to draw; left out, on a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = _axes(ax)
    from matplotlib.ticker import MaxNLocator

    ax.axhline(1.0, color=_INK, linewidth=0.8, linestyle=":")
    for model, points in lines.items():
        if points:
            x, y = zip(*points, strict=True)
            ax.plot(x, y, "o-", linewidth=1.6, markersize=4, label=model)
    ax.set_xlabel("years ahead")
    ax.set_ylabel("mean absolute scaled error")
    ax.set_ylim(bottom=0)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(fontsize="small", loc="best", framealpha=0.8, edgecolor="none")
    return ax


def _axes(ax: Axes | None) -> Axes:
    """Where to draw: a new figure if nothing is given."""
    try:
        import matplotlib.ticker  # noqa: F401 - every picture needs it
    except ImportError as error:
        message = "plots need matplotlib: pip install unjuran[plot]"
        raise ImportError(message) from error
    if ax is None:
        from matplotlib import pyplot as plt

        _, ax = plt.subplots(figsize=(7, 4), layout="constrained")
    return ax


def _history(ax: Axes, fan: dict[str, Any]) -> None:
    """Runs of full years as lines with points, partial and masked years apart from them."""
    run: list[tuple[int, float]] = []
    runs = [run]
    for past in fan["history"]:
        mark, year = past["mark"], past["year"]
        full = mark.get("full") if isinstance(mark, dict) else None
        if full is not None:
            run.append((year, full))
            continue
        run = []
        runs.append(run)
        if isinstance(mark, dict) and "partial" in mark:
            counted, covered = mark["partial"]["counted"], mark["partial"]["covered"]
            label = f"{year} {covered}: {counted:,.6g}"
            ax.plot([year], [counted], "o", mfc="white", mec=_INK, markersize=6, zorder=4, label=label)
        elif isinstance(mark, dict) and "masked" in mark:
            ax.vlines([year], mark["masked"]["lower"], mark["masked"]["upper"], color=_INK, linewidth=4, zorder=4)
    for points in runs:
        if points:
            x, y = zip(*points, strict=True)
            ax.plot(x, y, "o-", color=_INK, linewidth=1.4, markersize=3.5, zorder=4)


def _last_full(fan: dict[str, Any]) -> tuple[int, float] | None:
    for past in reversed(fan["history"]):
        if isinstance(past["mark"], dict) and "full" in past["mark"]:
            return past["year"], past["mark"]["full"]
    return None

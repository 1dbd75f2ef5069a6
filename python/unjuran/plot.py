"""Pictures in matplotlib (``pip install unjuran[plot]``). They decide no number.

| picture | of |
|---|---|
| `fan` | a forecast: ``forecast.plot()`` |
| `panel` | many forecasts, small |
| `backtest`, `leads` | what past forecasts would have said; their error by lead: ``result.plot()`` |
| `scenarios` | `plan.compare` |
| `target` | how likely a target is met in each year |
| `funnel` | how many of one stage reach the next |
| `impact` | what was observed after an event, and what was to be expected |

All take ``ax=`` and return it; left out, they make a figure. Colours are those of Okabe and Ito (2008).
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from unjuran import _axes, _core
from unjuran._axes import INK
from unjuran._plans import funnel, impact, scenarios, target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    from unjuran._core import Backtest, Event, Forecast, Series

__all__ = ["backtest", "fan", "funnel", "impact", "leads", "panel", "scenarios", "target"]

_BLUE = "#08519c"
_SHADES = ("#deebf7", "#9ecae1", "#4292c6")


def fan(fan: dict[str, Any], ax: Axes | None = None, events: Sequence[Event] | None = None) -> Axes:
    """Draw a fan: observed years, median, bands; a partial year as a hollow point, masked cells as bars.

    Parameters
    ----------
    fan : dict
        From `Forecast.fan`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; left out, on a new figure.
    events : sequence of plan.Event, optional
        Marked by a dashed line at the beginning of their year.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = _axes.axes(ax)
    _axes.history(ax, fan["history"])
    years, median = list(fan["years"]), list(fan["median"])
    bands = fan["bands"]
    shades = _SHADES[-len(bands) :] if 1 < len(bands) <= len(_SHADES) else [_SHADES[1]] * len(bands)
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

    ax.set_title(fan["label"], loc="left", color=INK)
    _axes.whole_years(ax)
    _axes.values(ax, fan["unit"])
    _axes.mark_events(ax, events)
    return _axes.finish(ax)


def panel(
    forecasts: Mapping[str, Forecast], ax: Axes | None = None, *, columns: int = 4, level: float = 80, most: int = 24
) -> Axes:
    """Draw the fans of many forecasts in a grid, each with its own value axis.

    Parameters
    ----------
    forecasts : mapping of str to Forecast
        Such as `Forecasts`.
    ax : matplotlib.axes.Axes, optional
        Whose place the grid takes; left out, a new figure of a fitting size. The small axes are its ``child_axes``.
    columns : int, default 4
        Charts in a row.
    level : float, default 80
        Of the one band, in percent.
    most : int, default 24
        Charts at most; a title says what is left out.

    Returns
    -------
    matplotlib.axes.Axes
    """
    names = list(forecasts)[:most]
    columns = max(1, min(columns, len(names)))
    rows = max(1, -(-len(names) // columns))
    if ax is None:
        _axes.axes(ax)
        from matplotlib import pyplot as plt

        figure = plt.figure(figsize=(3.0 * columns, 2.3 * rows + 0.3))
        ax = figure.add_axes((0.06, 0.04, 0.92, 0.93))
    ax.set_axis_off()
    if len(forecasts) > len(names):
        ax.set_title(f"{len(names)} of {len(forecasts)} series", loc="right", fontsize=8, color=INK)
    for i, name in enumerate(names):
        row, column = divmod(i, columns)
        place = (column / columns, 1 - (row + 0.80) / rows, 0.78 / columns, 0.58 / rows)
        small = ax.inset_axes(place)
        fan(forecasts[name].fan([level]), small)
        if (legend := small.get_legend()) is not None:
            legend.remove()
        lines = textwrap.wrap(small.get_title(loc="left"), 34, max_lines=2, placeholder=" …")
        small.set_title("\n".join(lines), loc="left", fontsize=8, color=INK)
        small.tick_params(labelsize=7)
        small.locator_params(nbins=4)
    return ax


def backtest(
    result: Backtest, series: Series | str | None = None, ax: Axes | None = None, *, level: float = 80
) -> Axes:
    """Draw what the models would have said at each origin beside what happened.

    Parameters
    ----------
    result : Backtest
    series : Series or str, optional
        Which series; one given as `Series` has its whole history drawn. Left out: the only one, or the first.
    ax : matplotlib.axes.Axes, optional
        Where to draw; left out, on a new figure.
    level : float, default 80
        Interval of each forecast, one of those that were scored; drawn where there is one model.

    Returns
    -------
    matplotlib.axes.Axes
    """
    import narwhals.stable.v2 as nw

    from unjuran import frames
    from unjuran._years import NO_YEAR, read_years
    from unjuran.errors import UnknownSeriesError

    ax = _axes.axes(ax)
    frame = nw.from_native(result.to_frame(), eager_only=True)
    ids = [str(one) for one in frame[frame.columns[0]].to_list()]
    known = list(dict.fromkeys(ids))
    name = known[0] if series is None else series if isinstance(series, str) else series.name
    if name not in known:
        message = f"there is no series {name!r} in this backtest; it has {', '.join(known[:6])}"
        raise UnknownSeriesError(message, series=name, known=tuple(known))
    years, cutoffs = (read_years(frame[i]).values.tolist() for i in (frame.columns[1], "cutoff"))
    rows = [row for row, one in enumerate(ids) if one == name and years[row] != NO_YEAR]
    column = {c: frame[c].to_list() for c in frame.columns if c not in (frame.columns[0], frame.columns[1], "cutoff")}
    if series is None or isinstance(series, str):
        happened = {years[r]: {"full": column["y"][r]} for r in rows if _is_number(column["y"][r])}
        _axes.history(ax, [{"year": year, "mark": mark} for year, mark in sorted(happened.items())])
    else:
        _axes.history(ax, _marks(series))
    bounds = frames.bounds(level)
    for i, model in enumerate(result.models):
        look = _axes.style(i)
        label: str | None = model
        origins = sorted({cutoffs[r] for r in rows})
        for k, cutoff in enumerate(origins):
            mine = [r for r in rows if cutoffs[r] == cutoff and _is_number(column[model][r])]
            if not mine:
                continue
            ahead, points = [years[r] for r in mine], [column[model][r] for r in mine]
            ax.plot(ahead, points, linewidth=1.2, markersize=4, zorder=3, label=label, **look)
            label = None
            if len(result.models) == 1 and model + bounds[0] in column:
                low, high = ([column[model + b][r] for r in mine] for b in bounds)
                beside = [year + 0.1 * (k - (len(origins) - 1) / 2) for year in ahead]  # or they lie on each other
                ax.vlines(beside, low, high, color=look["color"], alpha=0.35, linewidth=2.5)
    ax.set_title(name, loc="left", color=INK)
    _axes.whole_years(ax)
    _axes.values(ax, "amount")
    return _axes.finish(ax)


def leads(lines: dict[str, list[tuple[int, float]]], ax: Axes | None = None, note: str | None = None) -> Axes:
    """Draw the mean absolute scaled error of each model by lead; 1 is what last year's value was off, a year ahead.

    Parameters
    ----------
    lines : dict of str to list of (int, float)
        Lead and error, by model.
    ax : matplotlib.axes.Axes, optional
        Where to draw; left out, on a new figure.
    note : str, optional
        What the errors are of, above the axes.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = _axes.axes(ax)
    if note is not None:
        ax.set_title(note, fontsize="small")
    ax.axhline(1.0, color=INK, linewidth=0.8, linestyle=":")
    for i, (model, points) in enumerate(lines.items()):
        if points:
            x, y = zip(*points, strict=True)
            ax.plot(x, y, linewidth=1.6, markersize=4, label=model, **_axes.style(i))
    ax.set_xlabel("years ahead")
    ax.set_ylabel("mean absolute scaled error")
    ax.set_ylim(bottom=0)
    _axes.whole_years(ax)
    return _axes.finish(ax)


def _marks(series: Series) -> list[dict[str, Any]]:
    """The years of a series as the history of a fan has them."""
    columns = _core._panel_columns(_core.Panel([series]))
    names = ("ds", "y", "y_lo", "y_hi", "share", "period_end")
    marks: list[dict[str, Any]] = []
    for year, y, low, high, share, end in zip(*(columns[name] for name in names), strict=True):
        mark: Any = "missing"
        if end is not None or share == share:
            mark = {"partial": {"counted": y, "covered": f"to {end}" if end else f"{share:.0%} of the year"}}
        elif y == y:
            mark = {"full": y}
        elif low == low:
            mark = {"masked": {"lower": low, "upper": high}}
        marks.append({"year": int(year), "mark": mark})
    return marks


def _is_number(value: Any) -> bool:
    return value is not None and value == value


def _last_full(fan: dict[str, Any]) -> tuple[int, float] | None:
    for past in reversed(fan["history"]):
        if isinstance(past["mark"], dict) and "full" in past["mark"]:
            return past["year"], past["mark"]["full"]
    return None

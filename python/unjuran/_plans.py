"""Pictures of plans: scenarios, targets, funnels, impact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from unjuran import _axes, _core
from unjuran._axes import COLOURS, INK
from unjuran.errors import ImpossibleTargetError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from unjuran._core import Comparison, Forecast, Funnel, FunnelLink


def scenarios(comparison: Comparison, ax: Axes | None = None) -> Axes:
    """Draw scenarios side by side: in each year the median and the interval of each.

    Parameters
    ----------
    comparison : plan.Comparison
        From `plan.compare`, or the effect of a funnel.
    ax : matplotlib.axes.Axes, optional
        Where to draw; left out, on a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = _axes.axes(ax)
    rows = [row for row in comparison.to_dict()["rows"] if row["span"] != "total"]
    names = list(dict.fromkeys(row["scenario"] for row in rows))
    width = 0.8 / max(len(names), 1)
    for i, name in enumerate(names):
        mine = [row for row in rows if row["scenario"] == name]
        x = [row["span"]["year"] + width * (i - (len(names) - 1) / 2) for row in mine]
        medians, lows, highs = zip(*(row["outcome"] for row in mine), strict=True)
        look = {"color": INK, "marker": "o"} if i == 0 else _axes.style(i - 1)
        ax.vlines(x, lows, highs, color=look["color"], linewidth=2.5, alpha=0.45)
        ax.plot(x, medians, linestyle="none", markersize=5, label=name, **look)
    ax.set_title(f"{comparison.series}: median and {comparison.level:g}% interval", loc="left", color=INK)
    _axes.whole_years(ax)
    _axes.values(ax, "amount")
    if rows and min(row["outcome"][1] for row in rows) >= 0:
        ax.set_ylim(0, 1.25 * max(row["outcome"][2] for row in rows) or None)
    _axes.finish(ax, legend=False)
    # why not loc="best": it does not know of the bars
    ax.legend(fontsize="small", loc="upper left", ncols=min(len(names), 3), framealpha=0.8, edgecolor="none")
    return ax


def target(
    forecast: Forecast,
    ax: Axes | None = None,
    *,
    at_most: float | None = None,
    at_least: float | None = None,
    scope: Any = None,
    thresholds: tuple[float, float] = (0.8, 0.5),
) -> Axes:
    """Draw how likely a target is met in each forecast year.

    Parameters
    ----------
    forecast : Forecast
    ax : matplotlib.axes.Axes, optional
        Where to draw; left out, on a new figure.
    at_most, at_least, scope
        The target, as in `plan.target`; a year in which no outcome can meet it has probability 0.
    thresholds : tuple of float, default (0.8, 0.5)
        On track from the first, off track below the second: two dotted lines.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = _axes.axes(ax)
    years = forecast.years.tolist()
    chances = []
    for year in years:
        try:
            found = _core.target(forecast, year=year, at_most=at_most, at_least=at_least, scope=scope)
            chances.append(found.probability)
        except ImpossibleTargetError:
            chances.append(0.0)
    for threshold, words, above in zip(thresholds, ("on track", "off track"), (True, False), strict=True):
        ax.axhline(threshold, color=INK, linewidth=0.8, linestyle=":")
        ax.annotate(
            words,
            (1.0, threshold),
            xycoords=("axes fraction", "data"),
            xytext=(0, 2 if above else -2),
            textcoords="offset points",
            ha="right",
            va="bottom" if above else "top",
            fontsize=7,
        )
    ax.plot(years, chances, "o-", color=COLOURS[0], linewidth=1.6, markersize=5)
    for year, chance in zip(years, chances, strict=True):
        below = chance > 0.9
        place = (0, -7 if below else 7)
        text = f"{chance:.0%}"
        ax.annotate(
            text, (year, chance), xytext=place, textcoords="offset points", ha="center", fontsize=8,
            va="top" if below else "bottom",
        )  # fmt: skip
    goal = f"at most {at_most:,.6g}" if at_most is not None else f"at least {at_least:,.6g}"
    ax.set_title(f"{forecast.series.label}: {goal}", loc="left", color=INK)
    ax.set_ylabel("probability")
    ax.set_ylim(0, 1.03)
    _axes.whole_years(ax)
    return _axes.finish(ax, legend=False)


def funnel(funnel: Funnel | Sequence[FunnelLink], ax: Axes | None = None, *, level: float = 80) -> Axes:
    """Draw how many of each stage reach the next: a year to come, with its interval, and the years observed.

    Parameters
    ----------
    funnel : plan.Funnel or sequence of plan.FunnelLink
    ax : matplotlib.axes.Axes, optional
        Where to draw; left out, on a new figure.
    level : float, default 80
        Of the intervals, in percent; links that are given have theirs.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = _axes.axes(ax)
    links = funnel.conversions(level) if hasattr(funnel, "conversions") else list(funnel)
    for i, link in enumerate(links):
        look = _axes.style(0)
        seen = list(link.yearly.values())
        ax.plot(
            seen, [i + 0.16] * len(seen), "o", mfc="none", mec=INK, markersize=4, label=None if i else "years observed"
        )
        ax.hlines(i, link.interval.lower, link.interval.upper, color=look["color"], linewidth=3, alpha=0.45)
        ax.plot(
            link.rate, i, linestyle="none", markersize=6, label=None if i else f"a year to come, {level:g}%", **look
        )
    ax.axvline(1.0, color=INK, linewidth=0.8, linestyle=":")
    ax.set_yticks(range(len(links)), [f"{link.source}\n→ {link.target}" for link in links], fontsize=8)
    ax.set_ylim(len(links) - 0.5, -0.5)
    ax.set_xlim(left=0)
    ax.set_xlabel("for each one of the stage before")
    return _axes.finish(ax)


def impact(result: Any, ax: Axes | None = None, *, level: float = 95) -> Axes:
    """Draw what was observed after an event against what was to be expected without it.

    Parameters
    ----------
    result : plan.Impact
        Anything with ``years``, ``observed`` (a number a year), ``counterfactual`` (a `Forecast` of them) and
        ``verdict``; ``event`` is marked if it is there.
    ax : matplotlib.axes.Axes, optional
        Where to draw; left out, on a new figure.
    level : float, default 95
        Of the band, in percent.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = _axes.axes(ax)
    law = result.counterfactual
    fan = law.fan([level])
    years = [int(year) for year in result.years]
    first = years[0] if years else int(law.years[0])
    past = [one for one in fan["history"] if one["year"] < first]
    _axes.history(ax, past, "observed before")
    observed = [float(y) for y in result.observed]
    full = [
        (one["year"], one["mark"]["full"]) for one in past if isinstance(one["mark"], dict) and "full" in one["mark"]
    ]
    if observed and full and full[-1][0] == first - 1:
        ax.plot([first - 1, first], [full[-1][1], observed[0]], color=INK, linewidth=1.4, zorder=4)
    ax.plot(years, observed, "o-", color=COLOURS[1], linewidth=1.6, markersize=4.5, zorder=5, label="observed since")
    low, high = (list(fan["bands"][0][side]) for side in ("lower", "upper"))
    ahead, median = list(fan["years"]), list(fan["median"])
    label = f"expected without it, {level:g}%"
    if len(ahead) == 1:
        ax.vlines(ahead, low, high, color=COLOURS[0], alpha=0.3, linewidth=12, label=label)
    else:
        ax.fill_between(ahead, low, high, color=COLOURS[0], alpha=0.25, linewidth=0, label=label)
    middle = "expected without it, median"
    ax.plot(ahead, median, "s--", color=COLOURS[0], linewidth=1.4, markersize=4, zorder=3, label=middle)
    ax.set_title(f"{fan['label']}: {result.verdict}", loc="left", color=INK)
    _axes.whole_years(ax)
    _axes.values(ax, fan["unit"])
    event = getattr(result, "event", None)
    _axes.mark_events(ax, [event] if event is not None else None)
    return _axes.finish(ax)

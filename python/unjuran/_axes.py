"""What the pictures share: axes of whole years, colours that colour-blind readers can tell apart, events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

INK = "#1b1b1b"
#: Okabe and Ito (2008), without black, which is for what was observed, and yellow, which is too light for a line.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
#: Lines that are told apart in print too.
MARKERS = ("o", "s", "^", "D", "v", "P")


def axes(ax: Axes | None) -> Axes:
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


def style(i: int) -> dict[str, Any]:
    """Colour and marker of the i-th of several lines."""
    return {"color": COLOURS[i % len(COLOURS)], "marker": MARKERS[i % len(MARKERS)]}


def whole_years(ax: Axes) -> None:
    """Ticks at whole years only, in four digits."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))


def values(ax: Axes, unit: str) -> None:
    """A value axis: counts from zero in whole numbers, thousands apart."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    if unit == "count":
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:,.6g}" if abs(y) < 1e6 else f"{y:,.0f}"))


def finish(ax: Axes, legend: bool = True) -> Axes:
    """No box around the picture, and a legend that hides nothing."""
    ax.spines[["top", "right"]].set_visible(False)
    if legend:
        ax.legend(fontsize="small", loc="best", framealpha=0.8, edgecolor="none")
    return ax


def mark_events(ax: Axes, events: Sequence[Any] | None) -> None:
    """A dashed line at the beginning of each event's year, with its name; events outside the picture are left out."""
    low, high = ax.get_xlim()
    by_year: dict[int, list[str]] = {}
    for event in events or ():
        by_year.setdefault(event.year, []).append(event.name or event.kind)
    for year, names in sorted(by_year.items()):
        if low <= year - 0.5 <= high:
            ax.axvline(year - 0.5, color=INK, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
            text = "; ".join(names)
            text = text if len(text) <= 40 else text[:39] + "…"
            ax.annotate(
                text,
                xy=(year - 0.5, 1.0),
                xycoords=("data", "axes fraction"),
                xytext=(2, -2),
                textcoords="offset points",
                rotation=90,
                ha="left",
                va="top",
                fontsize=7,
                color=INK,
            )
    ax.set_xlim(low, high)


def history(ax: Axes, past_years: Sequence[dict[str, Any]], name: str | None = None) -> None:
    """Runs of full years as lines with points, of this name in the legend; partial and masked years apart from them."""
    run: list[tuple[int, float]] = []
    runs = [run]
    masked = False
    for past in past_years:
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
            ax.plot([year], [counted], "o", mfc="white", mec=INK, markersize=6, zorder=4, label=label)
        elif isinstance(mark, dict) and "masked" in mark:
            named = "_" if masked else "masked"
            low, high = mark["masked"]["lower"], mark["masked"]["upper"]
            ax.vlines([year], low, high, color=INK, linewidth=4, zorder=4, label=named)
            masked = True
    for points in runs:
        if points:
            x, y = zip(*points, strict=True)
            ax.plot(x, y, "o-", color=INK, linewidth=1.4, markersize=3.5, zorder=4, label=name)
            name = None

"""The command line: `unjuran demo`, `unjuran forecast FILE`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from unjuran import UnjuranError, __version__, datasets, forecast, read_csv
from unjuran._page import fan_page, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from unjuran import Forecast, Forecasts, Panel

#: The demo shows the series with so many years, a partial one counted.
_LONG = 8
#: Longer labels are cut.
_WIDTH = 44


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status is 0, or 1 after a message on standard error."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (UnjuranError, OSError) as error:
        print(f"unjuran: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of a pipe has seen enough
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="unjuran", description="Project annual counts.")
    parser.add_argument("--version", action="version", version=f"unjuran {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="forecast the Malaysian series that ship with the package")
    demo.add_argument("--out", default="demo/malaysia.html", metavar="FILE", help="the page to write (%(default)s)")
    demo.set_defaults(run=_demo)

    # -h is the horizon here, as in the Python interface; --help remains.
    one = commands.add_parser("forecast", help="forecast every series of a CSV file", add_help=False)
    one.add_argument("file", metavar="FILE", help="tidy (unique_id, ds, y) or as published (a column a year)")
    one.add_argument("-h", "--horizon", type=int, metavar="H", help="years ahead (5)")
    one.add_argument("--until", type=int, metavar="YEAR", help="the last year to forecast, instead of -h")
    one.add_argument("--model", help="name of the model")
    one.add_argument("--unit", choices=["count", "amount", "rate"], help="what the numbers are")
    one.add_argument("--through", metavar="DATE", help="last day counted in a year with a star (2023*)")
    one.add_argument("--out", metavar="FILE", help="write a page with fan charts (.html) or the numbers (.csv)")
    one.add_argument("--help", action="help", help="show this help message and exit")
    one.set_defaults(run=_forecast)
    return parser


def _demo(options: argparse.Namespace) -> int:
    panel = datasets.malaysia()
    long = {name: series for name, series in panel.items() if len(series) >= _LONG}
    forecasts = forecast(type(panel)(long), h=5)
    print(_table(forecasts))
    title = "Malaysia: trafficking in persons and migrant smuggling"
    about = (
        f"{len(forecasts)} published series, forecast five years ahead from the year under way. "
        "Hollow points: what had been counted of 2023 when the figures were published."
    )
    write(options.out, fan_page(title, about, forecasts.values()))
    print(f"\nfan charts: {options.out}")
    return 0


def _forecast(options: argparse.Namespace) -> int:
    panel: Panel = read_csv(options.file, through=options.through, unit=options.unit)
    horizon = options.horizon if options.horizon is not None or options.until is not None else 5
    forecasts = forecast(panel, h=horizon, until=options.until, model=options.model)
    if options.out is None:
        print(_table(forecasts))
    elif options.out.endswith(".csv"):
        write(options.out, _csv(forecasts))
    else:
        write(options.out, fan_page(options.file, "", forecasts.values()))
    for name, error in forecasts.errors.items():
        print(f"unjuran: {name}: {error}", file=sys.stderr)
    return 1 if panel and not forecasts else 0


def _table(forecasts: Forecasts) -> str:
    """Median and 80% interval of each year, a line a series; years under way with what was counted so far."""
    years = sorted({int(year) for fc in forecasts.values() for year in fc.years})
    rows = [["median [80% interval]", "so far", *map(str, years)]]
    for fc in forecasts.values():
        label = fc.series.label
        rows.append([label if len(label) <= _WIDTH else label[: _WIDTH - 1] + "…", _so_far(fc), *_cells(fc, years)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    first, rest = widths[0], widths[1:]
    lines = [f"{row[0]:<{first}}" + "".join(f"  {c:>{w}}" for c, w in zip(row[1:], rest, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def _so_far(fc: Forecast) -> str:
    past = fc.fan([80])["history"][-1]
    mark = past["mark"]
    if not isinstance(mark, dict) or "partial" not in mark:
        return ""
    return f"{_number(mark['partial']['counted'])} {mark['partial']['covered']}"


def _cells(fc: Forecast, years: list[int]) -> list[str]:
    lower, upper = fc.interval(80)
    shown = {
        year: f"{_number(m)} [{_number(a)}, {_number(b)}]"
        for year, m, a, b in zip(fc.years.tolist(), fc.median.tolist(), lower.tolist(), upper.tolist(), strict=True)
    }
    return [shown.get(year, "") for year in years]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:,.4g}"


def _csv(forecasts: Forecasts) -> str:
    """The columns of `Forecasts.to_frame`, without needing a frame library."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["unique_id", "ds", "model", "median", "lo-80", "hi-80", "lo-95", "hi-95"])
    for name, fc in forecasts.items():
        columns = [fc.median, *fc.interval(80), *fc.interval(95)]
        for i, year in enumerate(fc.years.tolist()):
            writer.writerow([name, year, fc.model, *(repr(float(c[i])).removesuffix(".0") for c in columns)])
    return out.getvalue()

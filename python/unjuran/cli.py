"""The command line: `unjuran demo`, and `unjuran forecast`, `backtest`, `check` and `report` of a FILE.

| exit status | meaning |
|---|---|
| 0 | done; series that were refused are named on standard error |
| 1 | refused: a file, a setting or every series; `check`: totals that do not add up, or that no year lets one check |
| 2 | the command line itself is wrong |
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from unjuran import UnjuranError, __version__, _core, backtest, datasets, forecast, hierarchy, read_csv, report
from unjuran._output import KINDS, as_text, columns_of, kind_of, save
from unjuran._page import fan_page, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from unjuran import Forecast, Forecasts, Panel

#: The demo shows the series with so many years, a partial one counted.
_LONG = 8
#: Longer labels are cut.
_WIDTH = 44
#: From so many series on there is a bar, on a terminal.
_MANY = 50

_EXAMPLES = """examples:
  unjuran demo
  unjuran forecast cases.csv -h 5
  unjuran forecast cases.csv --until 2030 --format json --out - | jq .
  unjuran backtest cases.csv --model BayesETS --model Naive -h 2
  unjuran check cases.csv --tree totals.csv
  unjuran report cases.csv --lang ms --mask-below 5 --out laporan.html

exit status: 0 done (series that were refused are named on standard error);
1 nothing could be done or compared, or totals that do not add up; 2 a wrong command line
"""
_FILE = (
    "a CSV file: tidy (columns unique_id, ds, y) or as published (a row a series, a column a year; 2023* is partial)"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit status; messages go to standard error."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except BrokenPipeError:  # the reader of a pipe has seen enough
        return 0
    except (UnjuranError, OSError, ImportError) as error:
        print(f"unjuran: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="unjuran", description="Project annual counts: every forecast is a distribution.", epilog=_EXAMPLES,
        formatter_class=raw,
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"unjuran {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    demo = commands.add_parser(
        "demo", help="forecast the Malaysian series that ship with the package",
        description="Forecast the published Malaysian series five years ahead: a table here, fan charts on a page.",
    )  # fmt: skip
    demo.add_argument("--out", default="demo/malaysia.html", metavar="FILE", help="the page to write (%(default)s)")
    demo.set_defaults(run=_demo)

    one = _reading(
        commands, "forecast", "forecast every series of a CSV file",
        "Forecast every series of a file. Without --out a table: median [80%% interval] of each year. A series that is "
        "refused is named on standard error and stops no other.",
    )  # fmt: skip
    one.add_argument("--until", type=int, metavar="YEAR", help="the last year to forecast, instead of -h")
    one.add_argument("--model", action="append", metavar="NAME", help="name of the model (BayesETS)")
    one.add_argument(
        "--level",
        type=float,
        action="append",
        metavar="PERCENT",
        help="an interval; may be repeated (80; in files 80 and 95)",
    )  # fmt: skip
    one.add_argument("--long", action="store_true", help="in a file: a row for each quantile instead of a column")
    one.set_defaults(run=_forecast, wrong=one.error)

    back = _reading(
        commands, "backtest", "score models on the past of every series",
        "Forecast from past years as if the rest had not happened, and score what did. A row for each model: mase 1 is "
        "as far off as last year's value was, a year ahead; coverage-80 should be 80. Models are compared on the "
        "forecasts that all of them gave.",
    )  # fmt: skip
    back.add_argument("--model", action="append", metavar="NAME", help="may be repeated (BayesETS and Naive)")
    back.add_argument(
        "--windows", type=int, default=5, metavar="N", help="origins of each series at most (%(default)s)"
    )
    back.add_argument("--by-lead", action="store_true", help="a row for each model and year ahead")
    back.add_argument("--own", action="store_true", help="scores of all that each model gave, not to be compared")
    back.add_argument("--all", action="store_true", help="every forecast beside what happened, instead of scores")
    back.set_defaults(run=_backtest)

    check = _reading(
        commands, "check", "read a CSV file and say what is in it; check totals",
        "Read a file and say what each series holds. With --tree, check that published totals are the sums of their "
        "parts; the exit status is 1 if one is not, or if none could be compared with them.",
        outputs=False,
    )  # fmt: skip
    check.add_argument("--tree", metavar="FILE", help="a CSV file with columns parent, child and perhaps relation")
    check.set_defaults(run=_check)

    page = _reading(
        commands, "report", "report on a CSV file: findings, doubts, fans, problems of the data",
        "Report on every series of a file, in English or Malay. Without --out Markdown on standard output; with it a "
        "page in HTML or a Markdown file, and beside it the JSON with every number. Series that cannot be projected "
        "are named in the report and on standard error.",
        outputs=False,
    )  # fmt: skip
    page.add_argument("-h", "--horizon", type=int, default=5, metavar="H", help="years ahead, 1 to 100 (%(default)s)")
    page.add_argument("--out", metavar="FILE", help="a file that ends in .html or .md; - is standard output")
    page.add_argument("--lang", choices=["en", "ms"], default="en", help="English or Malay (%(default)s)")
    page.add_argument("--title", help="of the page")
    page.add_argument("--tree", metavar="FILE", help="a CSV file with columns parent, child and perhaps relation")
    page.add_argument("--mask-below", type=int, metavar="N", help="counts below it are masked, and what tells them")
    page.set_defaults(run=_report)
    return parser


def _reading(commands: Any, name: str, about: str, more: str, *, outputs: bool = True) -> argparse.ArgumentParser:
    """A command that reads a file; -h is the horizon there, as in the Python interface, and --help remains."""
    one: argparse.ArgumentParser = commands.add_parser(name, help=about, description=more, add_help=False)
    one.add_argument("file", metavar="FILE", help=_FILE)
    one.add_argument("--unit", choices=["count", "amount", "rate"], help="what the numbers are; else the numbers say")
    one.add_argument("--through", metavar="DATE", help="last day counted in a year with a star (2023*)")
    if outputs:
        one.add_argument("-h", "--horizon", type=int, metavar="H", help="years ahead, 1 to 100")
        one.add_argument("--out", metavar="FILE", help="write to a file; - is standard output")
        one.add_argument(
            "--format",
            choices=KINDS,
            help="of what is written; else by the ending of --out. html is a page of fan charts",
        )
        one.add_argument("--quiet", action="store_true", help="no progress bar")
    one.add_argument("--help", action="help", help="show this help message and exit")
    return one


def _bar(options: argparse.Namespace, panel: Panel) -> bool:
    return not options.quiet and len(panel) >= _MANY and sys.stderr.isatty()


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
    kind = kind_of(options.out, options.format)
    model, *others = options.model or [None]
    if others:
        options.wrong("--model is given once here: `unjuran backtest` compares models")
    forecasts = forecast(panel, h=horizon, until=options.until, model=model, progress=_bar(options, panel))
    if kind in (None, "html") and options.long:
        options.wrong("--long is for tables of rows: give --format csv, or --out with a table's name")
    if kind is None:
        print(_table(forecasts, options.level or [80]))
    elif kind == "html":
        page = fan_page(options.file, "", forecasts.values())
        print(page) if options.out in (None, "-") else write(options.out, page)
    else:
        level = options.level or [80, 95]

        def table(backend: Any) -> Any:
            return forecasts.to_frame(backend, level=level, long=options.long)

        save(options.out, kind, table)
    for name, error in forecasts.errors.items():
        print(f"unjuran: {name}: {error}", file=sys.stderr)
    return 1 if panel and not forecasts else 0


def _backtest(options: argparse.Namespace) -> int:
    panel: Panel = read_csv(options.file, through=options.through, unit=options.unit)
    models = options.model or ["BayesETS", "Naive"]
    horizon = 1 if options.horizon is None else options.horizon
    kind = kind_of(options.out, options.format)
    result = backtest(panel, models, h=horizon, n_windows=options.windows, progress=_bar(options, panel))

    def table(backend: Any) -> Any:
        if options.all:
            return result.to_frame(backend)
        return result.summary(by_lead=options.by_lead, shared=not options.own, backend=backend)

    if kind is None:
        print(f"{result!r}\n\n{as_text(table)}")
    else:
        save(options.out, kind, table)
    if not options.all and not options.own and (narrowed := result._narrowed) is not None:
        print(f"unjuran: {narrowed}; --own has those of each model's own", file=sys.stderr)
    everything = columns_of(lambda backend: result.to_frame(backend))
    refused = {
        f"{name}: {why}" for name, why in zip(everything["unique_id"], everything["status"], strict=True) if why != "ok"
    }
    for one in sorted(refused):
        print(f"unjuran: {one}", file=sys.stderr)
    return 1 if panel and not any(y is not None for y in everything["ds"]) else 0


def _check(options: argparse.Namespace) -> int:
    panel: Panel = read_csv(options.file, through=options.through, unit=options.unit)
    tree = None if options.tree is None else _tree(options.tree)
    found = [] if tree is None else hierarchy.check_totals(panel, tree)
    print(panel.summary())
    if tree is None:
        return 0
    wrong = sum(one.kind != "not compared" for one in found)
    years, compared, masked = _core._comparisons(panel, tree)
    print(f"\n{_verdict(wrong, years, compared, masked)}")
    for one in found:
        print(f"  {one.kind}: {one}")
    return 1 if wrong or not compared else 0


def _verdict(wrong: int, years: int, compared: int, masked: int) -> str:
    """What was found, and of how many years it speaks where these are not all, or not as printed."""
    if not (wrong or compared):
        return "no total could be compared with its parts in any year"
    if compared == years and not (wrong or masked):
        return "all totals agree with their parts"
    said = [f"{wrong or 'no'} disagreement{'' if wrong < 2 else 's'}"]
    if compared < years:
        said.append(f"{compared} of {years} yearly totals could be compared with their parts")
    if masked:
        said.append(f"{masked} of {compared} could be checked only within the range of masked cells")
    return "; ".join(said)


def _report(options: argparse.Namespace) -> int:
    panel: Panel = read_csv(options.file, through=options.through, unit=options.unit)
    made = report(
        panel,
        None if options.out == "-" else options.out,
        lang=options.lang,
        h=options.horizon,
        title=options.title,
        tree=None if options.tree is None else _tree(options.tree),
        mask_below=options.mask_below,
    )
    if options.out in (None, "-"):
        print(made.to_markdown(), end="")
    found = made.to_dict()
    for one in found["refused"]:
        print(f"unjuran: {one['label']}: {one['text']}", file=sys.stderr)
    return 1 if panel and not found["series"] else 0


def _tree(path: str) -> list[tuple[str, str, str]]:
    """Total, part and relation of each row; delimiter, spaces and case of headings as spreadsheets write them."""
    import csv

    with open(path, encoding="utf-8-sig", newline="") as file:
        text = file.read()
    delimiter = max(",;\t", key=text.lstrip().partition("\n")[0].count)
    read = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, skipinitialspace=True)
    rows = [row for row in ([cell.strip() for cell in row] for row in read) if any(row)]
    found, links = (rows[0], rows[1:]) if rows else ([], [])
    names = [name.lower() for name in found]
    if not links or not {"parent", "child"} <= set(names):
        shown = ", ".join(filter(None, found)) or "none"
        found_here = f"columns: {shown}; rows: {len(links)}"
        message = f"{path}: columns parent and child are needed, and a row at least; {found_here}"
        raise UnjuranError(message)
    tree = []
    for link in links:
        row = dict(zip(names, link, strict=False))
        tree.append((row.get("parent", ""), row.get("child", ""), row.get("relation") or "sum"))
    return tree


def _table(forecasts: Forecasts, levels: Sequence[float] = (80,)) -> str:
    """Median and intervals of each year, a line a series; years under way with what was counted so far."""
    years = sorted({int(year) for fc in forecasts.values() for year in fc.years})
    shown = ", ".join(f"{level:g}%" for level in levels)
    rows = [[f"median [{shown} interval{'s' * (len(levels) > 1)}]", "so far", *map(str, years)]]
    for fc in forecasts.values():
        label = fc.series.label
        cells = _cells(fc, years, levels)
        rows.append([label if len(label) <= _WIDTH else label[: _WIDTH - 1] + "…", _so_far(fc), *cells])
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


def _cells(fc: Forecast, years: list[int], levels: Sequence[float]) -> list[str]:
    shown = {year: _number(median) for year, median in zip(fc.years.tolist(), fc.median.tolist(), strict=True)}
    for level in levels:
        lower, upper = fc.interval(level)
        for year, a, b in zip(fc.years.tolist(), lower.tolist(), upper.tolist(), strict=True):
            shown[year] += f" [{_number(a)}, {_number(b)}]"
    return [shown.get(year, "") for year in years]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:,.4g}"

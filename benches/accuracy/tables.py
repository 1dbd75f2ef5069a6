"""`BENCHMARKS.md` and the table of `README.md` from the JSON in `benches/results/`. No number in them is typed.

`python -m benches.accuracy.tables` writes both.

Tables that a command prints as text (`make impact masked siblings`) lie beside it as `.md`, and follow as they are.

Files whose `name` is the same make one table: ours and those of peers, measured by another command. Theirs have `by`
("peers") beside what `run.header` gives, `rows` as `summary.rows` makes them, and a file name of their own.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parents[1] / "results"
PAGE = Path(__file__).parents[2] / "BENCHMARKS.md"
README = Path(__file__).parents[2] / "README.md"
MARKS = ("<!-- written by `python -m benches.accuracy.tables` -->\n", "<!-- to here -->\n")

# What the default had seen of a collection before it was scored on it: said beside the numbers, whatever they are.
SEEN = {
    "m3_yearly": "The prior saw no yearly competition series; the run stops if one is among its lessons. Its settings "
    "were chosen on inner folds of what it learns from, but this table was looked at for some twenty variants on the "
    "way: other people's data are the judge.",
    "annual_counts": "The shipped prior learned from the earlier years of these same series; `make prior-folds` before "
    "`make accuracy` adds rows with the series' country, or source, left out. The share of smooth members and the "
    "powers of its scale were chosen with the scored years in view, and the table was looked at for several priors.",
    "years_under_way": "The prior learned from earlier years of some of these series.",
}

Column = tuple[str, str, int]  # heading, key, decimals

COMPETITION: list[Column] = [
    ("sMAPE", "smape", 3),
    ("MASE", "mase", 3),
    ("OWA", "owa", 3),
    ("cover 80", "cover-80", 1),
    ("cover 95", "cover-95", 1),
    ("MSIS-95", "msis-95", 2),
    ("sCRPS", "scrps", 3),
    ("exact sCRPS", "crps", 3),
    ("s / 1,000", "seconds_per_1000", 2),
    ("refused", "refused", 0),
    ("undefined", "undefined", 0),
]
COUNTS: list[Column] = [
    ("sMAPE", "smape", 1),
    ("OWA", "owa", 3),
    ("MASE", "mase", 3),
    ("/ naive", "mase-ratio", 3),
    ("se", "mase-ratio-se", 3),
    ("sCRPS", "scrps", 3),
    ("/ naive", "scrps-ratio", 3),
    ("se", "scrps-ratio-se", 3),
    ("MSIS-95", "msis-95", 2),
    ("/ naive", "msis-95-ratio", 3),
    ("se", "msis-95-ratio-se", 3),
    ("cover 80", "cover-80", 1),
    ("cover 95", "cover-95", 1),
    ("s / 1,000", "seconds_per_1000", 2),
    ("series", "series", 0),
    ("refused", "refused", 0),
    ("undefined", "undefined", 0),
]
ROBUST: list[Column] = [
    ("MASE unclipped / naive", "mase-ratio-unclipped", 3),
    ("of medians", "mase-ratio-median", 3),
    ("clipped", "mase-clipped", 0),
    ("sCRPS unclipped / naive", "scrps-ratio-unclipped", 3),
    ("of medians", "scrps-ratio-median", 3),
    ("clipped", "scrps-clipped", 0),
    ("MSIS-95 unclipped / naive", "msis-95-ratio-unclipped", 3),
    ("of medians", "msis-95-ratio-median", 3),
    ("clipped", "msis-95-clipped", 0),
    ("exact sCRPS", "crps", 3),
]
CALIBRATION: list[Column] = [
    ("80, large", "cover-80-large", 1),
    ("95, large", "cover-95-large", 1),
    ("80, small", "cover-80-small", 1),
    ("95, small", "cover-95-small", 1),
    ("above 80", "above-80", 1),
    ("above 95", "above-95", 1),
    ("far per 1,000", "far-95", 2),
    ("negative per 1,000", "negative-95", 2),
]
UNDER_WAY: list[Column] = [
    ("sCRPS", "scrps", 3),
    ("/ pro rata", "scrps-ratio", 3),
    ("se", "scrps-ratio-se", 3),
    ("unclipped / pro rata", "scrps-ratio-unclipped", 3),
    ("of medians", "scrps-ratio-median", 3),
    ("clipped", "scrps-clipped", 0),
    ("cover 80", "cover-80", 1),
    ("cover 95", "cover-95", 1),
    ("median sMAPE", "smape-median", 1),
    ("forecasts", "series", 0),
]

PAIRS: list[Column] = [
    ("sMAPE", "smape", 3),
    ("se", "smape-se", 3),
    ("MASE", "mase", 4),
    ("se", "mase-se", 4),
    ("sCRPS", "scrps", 4),
    ("se", "scrps-se", 4),
    ("series", "series", 0),
]
FIRST: list[Column] = [
    ("cover 80", "cover-80", 1),
    ("cover 95", "cover-95", 1),
    ("far per 1,000", "far-95", 2),
    ("series", "series", 0),
]
TRIED: list[Column] = [
    ("MASE / naive", "mase-ratio", 3),
    ("CRPS / naive", "crps-ratio", 3),
    ("MASE", "mase", 3),
    ("sMAPE", "smape", 2),
    ("MSIS-95", "msis-95", 2),
    ("cover 80", "cover-80", 1),
    ("cover 95", "cover-95", 1),
    ("80, large", "cover-80-large", 1),
    ("95, large", "cover-95-large", 1),
    ("far per 1,000", "far-1000", 2),
]

# The rows of the README: the default, and what a reader would otherwise take, ahead of ours or not.
KNOWN = {
    "default": "**unjuran**, the default",
    "statsforecast DynamicOptimizedTheta": "statsforecast `DynamicOptimizedTheta`",
    "statsforecast AutoETS": "statsforecast `AutoETS`",
    "augurs AutoETS": "augurs `AutoETS`",
    "statsforecast AutoARIMA": "statsforecast `AutoARIMA`",
    "statsmodels ETSModel": "statsmodels `ETSModel`",
    "R ets": "R `forecast::ets`",
    "R thetaf": "R `forecast::thetaf`",
    "Naive": "last year's value",
}
HEADLINE: list[Column] = [
    ("sMAPE", "smape", 2),
    ("MASE", "mase", 3),
    ("sCRPS", "scrps", 3),
    ("80% intervals hold", "cover-80", 1),
    ("95% intervals hold", "cover-95", 1),
    ("ms a series", "seconds_per_1000", 2),
]

HEAD = """# Benchmarks

Written by `make accuracy DATA=directory` from `benches/results/*.json`; a test fails when the two differ.

The point of a forecast is its median. sMAPE is that of the M4 competition (0 to 200). MASE, MSIS and sCRPS divide by
the mean absolute change between training years; a series that never changed there has none and is counted as undefined.
sCRPS is twice the mean pinball loss of the quantiles 0.05, 0.10, ..., 0.95; the exact one integrates over all, tails
included. OWA is relative to `Naive`. Cover is the percentage of outcomes inside the central interval. A series that a
model refuses is counted and left out of its means; ratios and OWA compare the series that both forecast. Seconds are
those of medians with 80% and 95% intervals on one thread, frame in and frame out. `default` is `uj.forecast` without a
model.
"""


def stored_for(files: dict[str, str]) -> str | None:
    """The collection whose stored tables were measured on these files: on all names, and one at least as it is."""
    for path in sorted(RESULTS.glob("*.json")):
        stored = json.loads(path.read_text(encoding="utf-8"))
        before = stored.get("files", {})
        if before.keys() <= files.keys() and before.items() & files.items():
            return str(stored["collection"])
    return None


def store(result: dict[str, Any], name: str, data: Path) -> Path:
    """Write a table under this name: beside the data of a directory of one's own, else among those of the page."""
    path = (data / "results" if result.get("own") else RESULTS) / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(dumps(result) + "\n", encoding="utf-8")
    return path


def load() -> list[list[dict[str, Any]]]:
    """The stored results; those of one table together, ours first."""
    tables: dict[str, list[dict[str, Any]]] = {}
    stored = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))]
    for result in sorted((one for one in stored if "rows" in one), key=lambda one: (one["name"], one.get("by", ""))):
        tables.setdefault(result["name"], []).append(result)
    return list(tables.values())


def dumps(value: Any, indent: str = "") -> str:
    """JSON with a line for each row of a table and each series, so that a change is a change of few lines."""
    parts_of = _items(value) if isinstance(value, (dict, list)) else []
    lists = [one for one in parts_of if isinstance(one, list)]
    if not any(isinstance(one, dict) for one in parts_of) and (not lists or len(lists) < len(parts_of)):
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    inner = indent + " "
    if isinstance(value, list):
        parts = [dumps(one, inner) for one in value]
    else:
        parts = [f"{json.dumps(key, ensure_ascii=False)}: {dumps(one, inner)}" for key, one in value.items()]
    brackets = "[]" if isinstance(value, list) else "{}"
    body = f",\n{inner}".join(parts)
    return f"{brackets[0]}\n{inner}{body}\n{indent}{brackets[1]}"


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else list(value.values())


def render() -> str:
    """The whole page."""
    printed = [path.read_text(encoding="utf-8") for path in sorted(RESULTS.glob("*.md"))]
    return "\n".join([HEAD, *(section(results) for results in load()), *tried(), *printed])


def read_tried(path: Path) -> dict[str, list[dict[str, Any]]]:
    """The stored rows of `make tune`, by prior."""
    if not path.exists():
        return {}
    stored: dict[str, list[dict[str, Any]]] = json.loads(path.read_text(encoding="utf-8"))["tried"]
    return stored


def plan() -> str:
    """What tells one plan of the priors from another."""
    text = (RESULTS.parents[1] / "examples" / "learn_prior" / "plan.rs").read_bytes()
    return hashlib.sha256(text).hexdigest()[:12]


def tried() -> list[str]:
    """What was tried for the priors, on inner folds of what they learn from."""
    path = RESULTS / "tried.json"
    stored = read_tried(path)
    if not stored:
        return []
    changed = json.loads(path.read_text(encoding="utf-8")).get("plan") != plan()
    lines = [
        "## What was tried for the priors",
        "",
        "`make tune DATA=directory` (`benches/prior/tried.py`): one setting changed at a time, learned without the "
        "last years of every series and scored on them; means over sources. Errors are divided "
        "by the mean yearly change and clipped at 20; ratios are to last year's value. The years scored in the tables "
        "above are not in these files."
        + (
            ' The plan of the priors has changed since: "as shipped" is what shipped on that day '
            "(`docs/decisions.md` has what came after)."
            if changed
            else ""
        ),
        "",
    ]
    for name, rows in sorted(stored.items()):
        lines += [f"Prior `{name}`:", "", *_table([{**row, "model": row["what"]} for row in rows], TRIED), ""]
    return lines


def headline() -> str:
    """The table of the README: the M3 competition's yearly series."""
    measured = next((results for results in load() if results[0]["name"] == "m3_yearly"), [])
    scored = {row["model"]: row for result in measured for row in result["rows"]}
    rows = [{**scored[model], "model": name} for model, name in KNOWN.items() if model in scored]
    return "\n".join(_table(_ranked(rows, "owa"), HEADLINE)) + "\n"


def readme() -> str:
    """The README with the table as it is now."""
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    return before + MARKS[0] + headline() + MARKS[1] + after


def write() -> None:
    """Write the page, and the table of the README."""
    PAGE.write_text(render(), encoding="utf-8")
    README.write_text(readme(), encoding="utf-8")


def section(results: list[dict[str, Any]]) -> str:
    """The tables of one collection."""
    first = results[0]
    rows = [row for result in results for row in result["rows"]]
    lines = [f"## {first['name']}", "", _about(results), ""]
    if first["kind"] == "years under way":
        lines += [
            "Years of which some months are counted; rules of thumb have bands from their own past errors "
            "(`benches/accuracy/partial.py`). Sources weigh alike, scores are clipped at 20.",
            "",
        ]
        for months in sorted({row["months"] for row in rows}):
            part = [row for row in rows if row["months"] == months]
            lines += [f"After {months} months:", "", *_table(_ranked(part, "scrps"), UNDER_WAY), ""]
    elif first["kind"] == "first years":
        lines += ["The first years of each series, three years ahead; sources weigh alike.", ""]
        for years in sorted({row["years"] for row in rows}):
            part = [row for row in rows if row["years"] == years]
            lines += [f"After {years} year{'s' if years > 1 else ''}:", "", *_table(part, FIRST), ""]
    elif first["kind"] == "counts":
        rows = _ranked(rows, "scrps-ratio")
        lines += [
            "Sources weigh alike; scores are clipped at 20 a series; se is the standard error of the ratio when whole "
            "groups (countries, states, routes) are drawn within sources. The clip binds often for MSIS, which charges "
            "forty times a miss: read it with the next table.",
            "",
            *_table(rows, COUNTS),
            "",
            "The same without clipping, and by the median series of each source:",
            "",
            *_table(rows, ROBUST),
            "",
            "Coverage of series that ever reached 50 (large) and of the others; outcomes above the upper bound, in "
            "percent; per 1,000, upper 95% bounds beyond 20 times the largest training value (1 if all are zero) and "
            "lower ones below zero:",
            "",
            *_table(rows, CALIBRATION),
            "",
            *_leads(rows, first["horizon"]),
            *_transforms(rows),
        ]
    else:
        rows = _ranked(rows, "owa")
        lines += [*_table(rows, COMPETITION), "", *_leads(rows, first["horizon"])]
    if pairs := [row for result in results for row in result.get("pairs", [])]:
        lines += ["Ours less theirs, series by series, with the standard error of the mean:", ""]
        lines += [*_table(pairs, PAIRS), ""]
    return "\n".join(lines)


def _about(results: list[dict[str, Any]]) -> str:
    """What was measured: the collection and its digests, the package and its commit."""
    first = results[0]
    files = "; ".join(f"`{name}` {digest[:12]}" for name, digest in sorted(first["files"].items()))
    ahead = f"{first['horizon']} year{'s' if first['horizon'] > 1 else ''} ahead"
    what = f"{first['series']} series, {ahead}, unit {first['unit']}; `default` is {first.get('default')}."
    by = " ".join(
        f"{'Ours' if not one.get('by') else one['by'].capitalize()}: version {one['version']}, commit {one['commit']}."
        for one in results
    )
    notes = "".join(f" {note}." for note in first["notes"])
    learned = "; ".join(f"`{name}` {digest[:12]}" for name, digest in sorted(first.get("priors", {}).items()))
    seen = "" if first.get("own") else SEEN.get(first["name"].split("-")[0], "")
    return f"{what} {by}{notes}\n\nData (sha256): {files}\n\nPriors (sha256): {learned}\n\n{seen}".rstrip()


def _ranked(rows: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row.get(key) is None, row.get(key) or 0.0))


def _table(rows: list[dict[str, Any]], columns: list[Column]) -> list[str]:
    lines = [
        "| model | " + " | ".join(heading for heading, _, _ in columns) + " |",
        "|---" * (len(columns) + 1) + "|",
    ]
    for row in rows:
        cells = [_cell(row.get(key), key, decimals) for _, key, decimals in columns]
        name = f"**{row['model']}**" if row["model"].startswith("default") else row["model"]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def _leads(rows: list[dict[str, Any]], horizon: int) -> list[str]:
    """Coverage by lead of those that give intervals."""
    given = [row for row in rows if row.get("cover-80") is not None]
    columns = [
        (f"{level}, lead {lead}", f"cover-{level}-{lead}", 1) for level in (80, 95) for lead in range(1, horizon + 1)
    ]
    return ["Coverage by lead, in percent:", "", *_table(given, columns), ""]


def _transforms(rows: list[dict[str, Any]]) -> list[str]:
    """Where outcomes fall in the laws."""
    given = [{**row, **dict(enumerate(row["pit"]))} for row in rows if row.get("pit")]
    columns = [(f"{10 * i} to {10 * i + 10}", i, 1) for i in range(10)]
    head = "Percent of outcomes in each tenth of the forecast law (randomised; 10 each if laws are right):"
    return [head, "", *_table(given, columns), ""]  # type: ignore[arg-type]


def _cell(value: Any, key: Any, decimals: int) -> str:
    if value is None:
        return ""
    scaled = 1000.0 * value if key in ("far-95", "negative-95") else value
    # why plus zero: of a rounded -0.0 the sign goes.
    return f"{round(scaled, decimals) + 0.0:.{decimals}f}"


if __name__ == "__main__":
    write()

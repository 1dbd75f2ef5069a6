"""The table of docs/how-we-test.md: `python benches/tested.py ROW < what a command printed` writes its row anew.

The targets of the Makefile that a row names send their output here. Rows are kept in `benches/results/tested/rows.json`
with the commit they were measured on, and the table beside them is made of them. Nothing in it is typed.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).parent / "results" / "tested"
ROWS, TABLE = FOLDER / "rows.json", FOLDER / "table.md"


class NothingFoundError(Exception):
    """The output holds no line of the kind that the row is made of."""


def all_of(pattern: str, text: str) -> list[re.Match[str]]:
    """Every match; none at all is an error."""
    found = list(re.finditer(pattern, text, re.MULTILINE))
    if not found:
        raise NothingFoundError(pattern)
    return found


def laws(text: str) -> str:
    """Cases that proptest passed, by the file they stand in, and examples of hypothesis."""
    by_file: dict[str, int] = {}
    name = ""
    for match in all_of(r"Running (?:unittests )?(\S+)|Test case passed", text):
        if match[1]:
            name = Path(match[1]).parent.name if match[1].endswith("main.rs") else Path(match[1]).stem
        else:
            by_file[name] = by_file.get(name, 0) + 1
    hypothesis = sum(int(match[1]) for match in all_of(r"(\d+) passing, 0 failing", text))
    parts = [f"{count:,} in `{name}`" for name, count in by_file.items()]
    total = sum(by_file.values()) + hypothesis
    return f"{total:,} inputs: {', '.join(parts)} (proptest), {hypothesis:,} in Python (hypothesis); all hold"


def fuzz(text: str) -> str:
    """Inputs of each target, and that none failed."""
    parts = [f"{int(match[1]):,} {match[2]}" for match in all_of(r"fuzz: (\d+) inputs, (.+)$", text)]
    [passed] = all_of(r"test result: ok\. (\d+) passed; 0 failed", text)
    return f"{passed[1]} targets, no failure; inputs tried: {'; '.join(sorted(parts))}"


def load(text: str) -> str:
    """The line of the load test."""
    [held] = all_of(r"load held: (.+)$", text)
    return re.sub(r"\d{4,}", lambda number: f"{int(number[0]):,}", held[1])


def faults(text: str) -> str:
    """Well-formed files with strange contents, and what stops no process."""
    files = len(all_of("Test case passed", text))
    all_of(r"test result: ok", text)
    return f"{files:,} damaged files: each answered with finite numbers or was refused by a typed error"


def mutants(text: str) -> str:
    """The first sentence of the score."""
    [score] = all_of(r"^`make mutants[^`]*`: (.+)$", text)
    return f"{score[1]} [By file, with the survivors](#mutants)"


def cluster(text: str) -> str:
    """Spark and Dask beside one machine, for each model."""
    [head] = all_of(r"^(.+ series) of .+$", text)
    parts = []
    for match in all_of(r"^(\S+) +(Spark|Dask) .*?start +([\d.]+) s, .*\(([+-]\d+)%\), (.+)$", text):
        parts.append(f"{match[2]} {match[4]}% on `{match[1]}` (start {match[3]} s), {match[5]}")
    return f"{head[1]}: {'; '.join(parts)}"


def ray(text: str) -> str:
    """The test of the recipe."""
    [passed] = all_of(r"(\d+) passed", text)
    [version] = all_of(r"ray (\d[\d.]*)", text)
    return f"Ray {version[1]}: the recipe gives the local numbers ({passed[1]} tests)"


#: Row: the question, the command that answers it, how its output is read.
KNOWN: dict[str, tuple[str, str, Callable[[str], str]]] = {
    "laws": ("Inputs tried by laws", "make laws", laws),
    "fuzz": ("Inputs tried by fuzz targets, a minute each", "make fuzz SECONDS=60", fuzz),
    "mutants": ("Changes to the likelihood, variance and metric code that a test notices", "make mutants", mutants),
    "faults": ("Faults survived", "make faults", faults),
    "load": ("Load held by the example service, requests that must be refused mixed in", "make load LOAD=60", load),
    "cluster": ("Spark and Dask beside one machine: time added, and the numbers", "make bench-cluster", cluster),
    "ray": ("Ray Data", "make test-ray", ray),
}


def render(rows: dict[str, dict[str, str]]) -> str:
    """The table."""
    lines = ["| what | found | by | at |", "|---|---|---|---|"]
    for name, (what, command, _) in KNOWN.items():
        if name in rows:
            row = rows[name]
            lines.append(f"| {what} | {row['found']} | `{command}` | `{row['commit']}` |")
    return "\n".join(lines) + "\n"


def read() -> dict[str, dict[str, str]]:
    """The stored rows."""
    stored: dict[str, dict[str, str]] = json.loads(ROWS.read_text(encoding="utf-8")) if ROWS.exists() else {}
    return stored


def main() -> None:
    name = sys.argv[1]
    text = re.sub(r"\x1b\[[0-9;]*m", "", sys.stdin.read())
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=True)
    rows = read()
    rows[name] = {"found": KNOWN[name][2](text), "commit": commit.stdout.strip()}
    FOLDER.mkdir(parents=True, exist_ok=True)
    ROWS.write_text(json.dumps(rows, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    TABLE.write_text(render(rows), encoding="utf-8")
    print(f"{name}: {rows[name]['found']}")


if __name__ == "__main__":
    main()

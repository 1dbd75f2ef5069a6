"""One change at a time in the likelihood, variance and metric code: does a test fail? `make mutants SHARD=0/80`.

`.cargo/mutants.toml` names the files and a narrow, quick choice of tests. What that choice misses is tried again with
the tests of `.cargo/mutants-whole.toml`. A shard 0/80 is every eightieth change: the same sample every time.

`benches/results/tested/mutants.md` has the score. Survivors that change no answer at all are named with the reason in
`benches/results/tested/equivalent.txt`; they count as missed all the same.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "benches" / "results" / "tested"
NARROW, WHOLE = ROOT / "target" / "mutants-narrow", ROOT / "target" / "mutants-whole"
KINDS = {"CaughtMutant": "caught", "MissedMutant": "missed", "Unviable": "unviable", "Timeout": "timeout"}
# cargo-mutants ends so when all were caught, some were missed, some ran out of time
EXPECTED = (0, 2, 3)


def run(tool: str, out: Path, *arguments: str) -> None:
    """One run of cargo-mutants, its outcomes in `out`."""
    out.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([tool, "mutants", "--output", str(out), *arguments], cwd=ROOT, check=False)
    if done.returncode not in EXPECTED:
        raise SystemExit(done.returncode)


def outcomes(out: Path) -> dict[str, str]:
    """What became of each mutant."""
    stored: dict[str, Any] = json.loads((out / "mutants.out" / "outcomes.json").read_text(encoding="utf-8"))
    found = {}
    for outcome in stored["outcomes"]:
        if isinstance(outcome["scenario"], dict):
            found[outcome["scenario"]["Mutant"]["name"]] = KINDS[outcome["summary"]]
    return found


def plain(mutant: str) -> str:
    """A mutant without its line and column, which move."""
    return re.sub(r"^([^:]+):\d+:\d+:", r"\1:", mutant)


def equivalent() -> dict[str, str]:
    """The reasons, by mutant."""
    path = FOLDER / "equivalent.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    pairs = [line.split(" | ", 1) for line in lines if " | " in line]
    return {pair[0]: pair[1] for pair in pairs}


def page(shard: str, narrow: dict[str, str], whole: dict[str, str]) -> str:
    """The table, and the survivors."""
    final = {**narrow, **whole}
    by_file: dict[str, Counter[str]] = {}
    for mutant, kind in final.items():
        by_file.setdefault(mutant.split(":", 1)[0], Counter())[kind] += 1
    total = sum(by_file.values(), Counter())
    noticed = total["caught"] + total["timeout"]
    first = sum(kind == "missed" for kind in narrow.values())
    second = sum(kind in ("caught", "timeout") for kind in whole.values())
    lines = [
        f"`make mutants SHARD={shard}`: {sum(total.values())} mutants, {noticed} of "
        f"{noticed + total['missed']} that compile noticed. "
        f"The narrow choice of tests missed {first}, of which the other tests caught {second}.",
        "",
        "| file | tried | caught | missed | does not compile | runs for ever |",
        "|---|---|---|---|---|---|",
    ]
    for name, count in [*sorted(by_file.items()), ("all", total)]:
        numbers = [sum(count.values()), count["caught"], count["missed"], count["unviable"], count["timeout"]]
        lines.append(f"| `{name}` | " + " | ".join(map(str, numbers)) + " |")
    known = equivalent()
    survivors = [mutant for mutant, kind in sorted(final.items()) if kind == "missed"]
    if survivors:
        lines += ["", "| survivor | why |", "|---|---|"]
        for mutant in survivors:
            shown = plain(mutant).replace("|", "\\|")
            lines.append(f"| `{shown}` | {known.get(plain(mutant), 'not looked at')} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("shard")
    parser.add_argument("--read", action="store_true", help="write the page of the last run again")
    asked = parser.parse_args()
    if not asked.read:
        run(asked.tool, NARROW, "--shard", asked.shard)
    narrow = outcomes(NARROW)
    missed = [mutant for mutant, kind in narrow.items() if kind == "missed"]
    whole: dict[str, str] = {}
    if missed:
        if not asked.read:
            named = [word for mutant in missed for word in ("--re", f"^{re.escape(mutant)}$")]
            # why files too: cargo-mutants 27.1 takes fields of structs whatever the expressions say.
            named += [word for path in sorted({mutant.split(":")[0] for mutant in missed}) for word in ("--file", path)]
            run(asked.tool, WHOLE, "--config", str(ROOT / ".cargo" / "mutants-whole.toml"), *named)
        whole = {mutant: kind for mutant, kind in outcomes(WHOLE).items() if mutant in narrow}
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "mutants.md").write_text(page(asked.shard, narrow, whole), encoding="utf-8")


if __name__ == "__main__":
    main()

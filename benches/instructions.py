"""Instructions of one fit with its forecast, counted by callgrind and held against `instructions.json`.

`make check-perf` fails where a model needs more than its stored figure and the room; `make update-perf` stores new
ones. The program runs with few and with more repetitions and the difference is counted, so starting up is left out.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

STORED = Path(__file__).with_name("instructions.json")
MODELS = ("AutoETS", "LinearTrend", "default", "default-soft")
ROOM = 0.05
FEW, MORE = 2, 12


def collected(program: str, model: str, times: int) -> int:
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, model, str(times)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not found:
        sys.exit(f"{model}: callgrind stopped with {done.returncode}\n{done.stderr}")
    return int(found[1])


def main() -> None:
    program, update = sys.argv[1], "--update" in sys.argv[2:]
    if shutil.which("valgrind") is None:
        sys.exit("valgrind is absent, so nothing was counted (Debian: valgrind)")
    counted = {
        model: (collected(program, model, MORE) - collected(program, model, FEW)) // (MORE - FEW) for model in MODELS
    }
    stored = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {}
    if update:
        STORED.write_text(json.dumps(counted, indent=2) + "\n", encoding="utf-8")
    worse = []
    for model, count in counted.items():
        if model not in stored:
            print(f"{model:12} {count:12,} instructions, none stored")
            worse.append(model)
            continue
        change = count / stored[model] - 1.0
        print(f"{model:12} {count:12,} instructions, {stored[model]:,} stored: {100 * change:+.1f}%")
        if change > ROOM:
            worse.append(model)
        elif change < -ROOM:
            print(f"{model:12} needs less than before: `make update-perf` keeps it so")
    if update:
        print(f"stored in {STORED.name}")
    elif worse:
        sys.exit(f"more than {100 * ROOM:.0f}% above the stored figure, or none: {', '.join(worse)}")


if __name__ == "__main__":
    main()

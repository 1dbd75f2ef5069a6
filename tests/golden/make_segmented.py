"""Copies the one-break trends of the reference values into segmented_trends.json.

    python tests/golden/make_segmented.py DIR     (series.json, segmented.json)

The optimum over the place of one continuous break was found there by an exhaustive search over the intervals between
years (R 4.2.2), t = 1..n, the break from 2 to n - 1; none with the code of this project.
"""

import json
import sys
from pathlib import Path

ORIGIN = (
    "R 4.2.2, exhaustive interval search; copied by tests/golden/make_segmented.py from segmented.json, series.json"
)


def main(source: Path) -> None:
    load = lambda name: json.loads((source / name).read_text())
    y = {s["name"]: s["y"] for s in load("series.json")}
    cases = [
        {"series": r["name"], "y": y[r["name"]]} | r["continuous_exact"] for r in load("segmented.json")["results"]
    ]
    lines = ",\n".join(json.dumps(case) for case in cases)
    text = '{"origin": ' + json.dumps(ORIGIN) + ', "cases": [\n' + lines + "\n]}\n"
    (Path(__file__).parent / "segmented_trends.json").write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

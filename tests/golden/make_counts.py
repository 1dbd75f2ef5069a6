"""Copies the count regressions of the reference values into count_trends.json.

Run from the repository with the directory of the reference values (series.json, glm_poisson.json, glm_negbin.json):

    python tests/golden/make_counts.py DIR

The maxima were computed there by Newton's method in 40-digit arithmetic (mpmath), t = 1..n, exposure 1000 * 1.02^(t - 1);
none with the code of this project. `expected` says what a series without a maximum must be answered with.
"""

import json
import sys
from pathlib import Path

ORIGIN = (
    "mpmath, 40-digit Newton; copied by tests/golden/make_counts.py from glm_poisson.json, glm_negbin.json, series.json"
)


def main(source: Path) -> None:
    load = lambda name: json.loads((source / name).read_text())
    y = {s["name"]: s["y"] for s in load("series.json")}
    negative = {r["name"]: r for r in load("glm_negbin.json")["results"]}

    def block(record: dict) -> dict:
        if "expected" in record:
            return {"expected": record["expected"]}
        numbers = lambda v: [float(x) for x in v] if isinstance(v, list) else float(v)
        return {key: numbers(value) for key, value in record["exact"].items()}

    cases = [
        {"series": r["name"], "y": y[r["name"]]}
        | {kind: block(r[kind]) for kind in ("poisson", "poisson_offset")}
        | {kind: block(negative[r["name"]][kind]) for kind in ("nb", "nb_offset")}
        for r in load("glm_poisson.json")["results"]
    ]
    lines = ",\n".join(json.dumps(case) for case in cases)
    text = '{"origin": ' + json.dumps(ORIGIN) + ', "cases": [\n' + lines + "\n]}\n"
    (Path(__file__).parent / "count_trends.json").write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

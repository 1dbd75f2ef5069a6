"""Copies the robust lines of the reference values into robust_trends.json.

Run from the repository with the directory of the reference values (series.json, robust_huber.json,
robust_theil_sen.json):

    python tests/golden/make_robust.py DIR [--all]

Huber and bisquare: R 4.2.2, MASS::rlm, checked there by a second iteration of its own (a case is kept only where the two
agree); Theil-Sen, Siegel, Kendall: scipy 1.17.1. t = 1..n. None with the code of this project.
"""

import json
import sys
from pathlib import Path

SERIES = [
    "airmiles",
    "shipex",
    "M3_N0001",
    "my_convictions_total",
    "my_trafficking_cases",
    "my_work_permits",
    "my_smuggling_cases",
]
ORIGIN = "R 4.2.2 MASS::rlm and scipy 1.17.1; copied by tests/golden/make_robust.py from robust_*.json, series.json"


def main(source: Path) -> None:
    load = lambda name: json.loads((source / name).read_text())
    y = {s["name"]: s["y"] for s in load("series.json")}
    slopes = {r["name"]: r for r in load("robust_theil_sen.json")["results"]}
    cases = []
    for r in load("robust_huber.json")["results"]:
        if r["name"] not in SERIES and "--all" not in sys.argv:
            continue
        case = {"series": r["name"], "y": y[r["name"]]}
        for ours, theirs in (("huber", "huber"), ("bisquare", "bisquare_init_ls")):
            if r[theirs]["independent_irls"]["rel_diff_to_r"] < 1e-8:
                case[ours] = {key: r[theirs][key] for key in ("coef", "se", "scale", "weights")}
        case |= {key: value for key, value in slopes[r["name"]].items() if key != "name"}
        cases.append(case)
    lines = ",\n".join(json.dumps(case) for case in cases)
    text = '{"origin": ' + json.dumps(ORIGIN) + ', "cases": [\n' + lines + "\n]}\n"
    (Path(__file__).parent / "robust_trends.json").write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

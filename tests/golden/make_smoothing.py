"""Copies a few cases of the reference values into small fixtures for the tests.

Run from the repository with the directory of the reference values:

    python tests/golden/make_smoothing.py DIR

The reference values were made with R 4.2.2 (forecast 8.20), statsmodels 0.15.0 and 50-digit arithmetic (mpmath); none with
the code of this project. The fixtures keep the numbers as they stand there.
"""

import json
import sys
from pathlib import Path

SERIES = ["Nile", "guinearice", "shipex", "M3_N0150", "my_trafficking_cases", "my_smuggling_cases", "my_work_permits", "lynx"]
ORIGIN = "R 4.2.2 (forecast 8.20), statsmodels 0.15.0, mpmath 50 digits; copied by tests/golden/make_smoothing.py"


def main(source: Path) -> None:
    here = Path(__file__).parent
    load = lambda name: json.loads((source / name).read_text())
    all_series = {s["name"]: s for s in load("series.json")}
    names = [n for n in all_series if n in SERIES or "--all" in sys.argv]
    y = {n: all_series[n]["y"] for n in names}

    classes = ["ANN", "AAN", "AAdN", "AMN", "AMdN", "MNN", "MAN", "MAdN", "MMN", "MMdN"]
    cases, invalid = [], []
    for result in load("ets_fixed_loglik.json")["results"]:
        if result["name"] not in names:
            continue
        for case in result["cases"]:
            model = case["error"] + case["trend"] + ("d" if case["damped"] else "") + "N"
            given = {"series": result["name"], "model": model}
            given |= {k: case[k] for k in ["alpha", "beta", "phi", "l0", "b0"] if case[k] is not None}
            if "invalid" in case:
                invalid.append(given | {"invalid": case["invalid"]})
            else:
                exact = ["loglik", "sse", "level_n", "trend_n", "mean_h1_6", "var_h1_6", "sigma2_mle"]
                cases.append(given | {k: case[k] for k in exact})
    best = []
    known = {r["name"]: r["models"] for r in load("ets_best_known.json")["results"]}
    for result in load("ets_best_known.json")["results"]:
        if result["name"] in names:
            for model in classes:
                if "loglik" in result["models"].get(model, {}):
                    best.append({"series": result["name"], "model": model, "loglik": result["models"][model]["loglik"]})
    fitted = []
    for result in load("ets_fitted.json")["results"]:
        if result["name"] in names:
            for model in classes:
                fit = result["models"].get(model)
                # R accepts some parameters under which an expected value is below zero
                if fit and "alpha" in fit and known[result["name"]].get(model, {}).get("r_solution_valid", True):
                    kept = ["sigma2", "mean", "lower80", "upper80", "lower95", "upper95", "intervals"]
                    given = {k: fit[k] for k in ["alpha", "beta", "phi", "l0", "b0"] if fit[k] is not None}
                    fitted.append({"series": result["name"], "model": model} | given | {k: fit[k] for k in kept})
    walks = [
        {"series": r["name"], "naive": r["naive"], "rw_drift": r["rw_drift"], "mean": r["mean"]}
        for r in load("baselines.json")["results"]
        if r["name"] in names
    ]
    # where R's simple smoothing stops short of the best known likelihood, its Theta is another one
    reached = [n for n in names if known[n]["ANN"].get("r_gap", 0) < 1e-3]
    thetas = [{"series": r["name"]} | r["thetaf"] for r in load("theta.json")["results"] if r["name"] in reached]
    fixture = {"origin": ORIGIN, "y": y, "ets_fixed": cases, "ets_invalid": invalid, "ets_best": best, "ets_fitted": fitted, "walks": walks, "thetas": thetas}
    (here / "smoothing.json").write_text(json.dumps(fixture, indent=1) + "\n")
    print(f"{len(names)} series, {len(cases)} fixed, {len(best)} best known, {len(fitted)} fitted, {len(walks)} walks")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Copies the straight-line, quadratic and weighted regressions of a few series from the reference values into ols_trend.json.

Run from the repository with the directory of the reference values (series.json, ols_trend.json):

    python tests/golden/make_ols.py DIR [--all]

The reference values were made with R 4.2.2 (`lm`, `predict`, `hatvalues`, `cooks.distance`,
`rstudent`, `logLik`, `AIC`, `BIC`), t = 1..n, forecasts
for t = n+1..n+6, intervals of the log-linear fit on the log scale, weights 0.9^(n-t); none with the code of this project.
Robust standard errors by sandwich, Durbin-Watson by lmtest. The fixture keeps
the numbers as they stand there.
"""

import json
import sys
from pathlib import Path

SERIES = ["Nile", "airmiles", "shipex", "my_convictions_smuggling_element", "my_trafficking_cases", "my_convictions_total"]
ORIGIN = "R 4.2.2 (2022-11-10 r83330), lm; copied by tests/golden/make_ols.py from ols_trend.json, series.json"
KEPT = ["coef", "se", "t", "p", "sigma", "r2", "adj_r2", "loglik", "aic", "bic", "hat", "mean"]
KEPT += ["pi80_lower", "pi80_upper", "pi95_lower", "pi95_upper", "ci95_lower", "ci95_upper", "cooks", "rstudent"]
KEPT += ["durbin_watson", "hac_se_nw_lag1_noprewhite", "hc1_se", "hc3_se", "se_mean"]
BLOCKS = ["linear", "quadratic", "loglinear", "weighted"]


def main(source: Path) -> None:
    load = lambda name: json.loads((source / name).read_text())
    y = {s["name"]: s["y"] for s in load("series.json")}
    cases = [
        # A block without a fit (zeros under the logarithm) stays without.
        {"series": r["name"], "y": y[r["name"]]}
        | {b: {k: r[b][k] for k in KEPT if k in r[b]} for b in BLOCKS}
        for r in load("ols_trend.json")["results"]
        if r["name"] in SERIES or "--all" in sys.argv
    ]
    lines = ",\n".join(json.dumps(case) for case in cases)
    text = '{"origin": ' + json.dumps(ORIGIN) + ', "cases": [\n' + lines + "\n]}\n"
    (Path(__file__).parent / "ols_trend.json").write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Scores computed by other tools, for tests/golden/metrics.rs.

    python -m venv venv && venv/bin/pip install utilsforecast properscoring scipy pandas
    venv/bin/python tests/golden/make_metrics.py

None of the numbers was made with the code of this project. Conventions that differ are written out where they are used:
utilsforecast gives sMAPE from 0 to 1, MAPE and coverage as shares, and its "scaled CRPS" divides by the sum of |y|.
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import properscoring
from scipy import integrate, stats
from utilsforecast import losses

TOOLS = ["utilsforecast", "properscoring", "scipy", "numpy"]
PROBABILITIES = np.arange(1, 20) / 20


def points() -> list[dict]:
    """Six made-up series: a trend, one with zeros, one that crosses zero, and counts of three sizes."""
    rng = np.random.default_rng(20240607)
    makers = [
        lambda n: 100 + 7 * np.arange(n) + rng.normal(0, 5, n).round(3),
        lambda n: rng.poisson(0.8, n).astype(float),
        lambda n: rng.normal(0, 2, n).round(4),
        lambda n: rng.poisson(3, n).astype(float),
        lambda n: rng.poisson(250, n).astype(float),
        lambda n: np.exp(rng.normal(10, 1.5, n)).round(),
    ]
    cases = []
    for i, make in enumerate(makers):
        n, h = 8 + i, 4
        y = make(n + h)
        train, test = y[:n], y[n:]
        centre, spread = train[-1], np.std(np.diff(train)) + 0.1
        quantiles = [centre + spread * np.sqrt(k + 1) * stats.norm.ppf(PROBABILITIES) for k in range(h)]
        median = np.array([q[9] for q in quantiles]) + rng.normal(0, 0.3 * spread, h).round(3)
        bands = {
            str(level): [
                [float(centre + sign * spread * np.sqrt(k + 1) * stats.norm.ppf(0.5 + level / 200)) for k in range(h)]
                for sign in (-1, 1)
            ]
            for level in (80, 95)
        }
        frame = pd.DataFrame({"unique_id": "a", "ds": np.arange(n, n + h), "y": test, "m": median})
        past = pd.DataFrame({"unique_id": "a", "ds": np.arange(n), "y": train})
        for level, (lower, upper) in bands.items():
            frame[f"m-lo-{level}"], frame[f"m-hi-{level}"] = lower, upper
        names = [f"q{j}" for j in range(19)]
        for j, name in enumerate(names):
            frame[name] = [q[j] for q in quantiles]
        of = lambda result: float(result["m"].iloc[0])
        weighted = of(losses.scaled_crps(frame, {"m": names}, quantiles=PROBABILITIES))
        expected = {
            "mae": of(losses.mae(frame, ["m"])),
            "rmse": of(losses.rmse(frame, ["m"])),
            "smape": 200 * of(losses.smape(frame, ["m"])),
            "mape": 100 * of(losses.mape(frame[frame["y"] != 0], ["m"])),
            "mase": of(losses.mase(frame, ["m"], seasonality=1, train_df=past)),
            "pinball_0.9": of(losses.quantile_loss(frame, {"m": "q17"}, q=0.9)),
            "scaled_pinball_0.9": of(losses.scaled_quantile_loss(frame, {"m": "q17"}, seasonality=1, train_df=past, q=0.9)),
            # twice the mean over 19 quantiles, then over the years
            "quantile_crps": 2 * of(losses.mqloss(frame, {"m": names}, quantiles=PROBABILITIES)),
            # the same from the measure of Rangapuram and others: (2 loss h) / sum |y|
            "quantile_crps_weighted": weighted * float(np.abs(test).sum()) / h,
        }
        for level in (80, 95):
            score = of(losses.winkler_score(frame, ["m"], level=level))
            expected[f"coverage_{level}"] = 100 * of(losses.coverage(frame, ["m"], level=level))
            expected[f"interval_score_{level}"] = score
            # theirs has no MSIS: it is this over their scale, which is mae / mase
            expected[f"msis_{level}"] = score * expected["mase"] / expected["mae"]
        case = {"train": train.tolist(), "actual": test.tolist(), "median": median.tolist(), "bands": bands}
        cases.append(case | {"quantiles": [q.tolist() for q in quantiles], "expected": expected})
    return cases


def normal_crps() -> list[dict]:
    grid = [(y, mean, sd) for mean, sd in [(0, 1), (100, 10), (-3, 0.25), (5e6, 4e5)] for y in (mean - 4 * sd, mean, mean + 0.3 * sd, mean + 9 * sd)]
    return [{"y": y, "mean": m, "sd": s, "crps": float(properscoring.crps_gaussian(y, m, s))} for y, m, s in grid]


def ensemble_crps() -> list[dict]:
    rng = np.random.default_rng(7)
    cases = []
    for n in (1, 2, 5, 40):
        sample = np.exp(rng.normal(3, 1, n)).round(2)
        for y in (0.0, float(np.median(sample)), 75.5):
            cases.append({"y": y, "sample": sample.tolist(), "crps": float(properscoring.crps_ensemble(y, sample))})
    return cases


def law_of(case: dict):
    """Distribution function of the latent law carried to the data, and its caps."""
    df, loc, scale, log = case["df"], case["location"], case["scale"], case["link"] == "log"
    latent = stats.norm(loc, scale) if df is None else stats.t(df, loc, scale)
    back = np.exp if log else (lambda z: z)
    capped = log or df is not None
    lower, upper = (float(back(latent.ppf(p))) if capped else s * np.inf for p, s in ((0.0005, -1), (0.9995, 1)))

    def cdf(x: float) -> float:
        if x >= upper:
            return 1.0
        if x < lower:
            return 0.0
        return float(latent.cdf(np.log(x) if log else x))

    return cdf, lower, upper, latent, back


def law_crps() -> list[dict]:
    """Capped laws by adaptive quadrature, rounded laws term by term."""
    laws = [
        {"df": 3.0, "location": 10.0, "scale": 2.0, "link": "identity"},
        {"df": 12.5, "location": 4.0, "scale": 0.5, "link": "log"},
        {"df": 2.0, "location": 1.0, "scale": 0.2, "link": "log"},
        {"df": None, "location": 3.0, "scale": 0.3, "link": "log"},
        {"df": None, "location": 30.0, "scale": 8.0, "link": "identity"},
    ]
    cases = []
    for law in laws:
        cdf, lower, upper, latent, back = law_of(law)
        for p in (0.02, 0.5, 0.93, 0.9999):
            y = float(np.round(back(latent.ppf(p)), 3))
            inside = min(max(y, lower), upper)
            ends = sorted({inside, max(lower, float(back(latent.ppf(1e-14)))), *(float(back(latent.ppf(q))) for q in (1e-14, 1e-6, 1e-3, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999, 0.9995, 1 - 1e-14))})
            ends = [x for x in ends if lower <= x <= upper]
            square = lambda x: (cdf(x) - (x >= inside)) ** 2
            pieces = zip(ends, ends[1:])
            mass = sum(integrate.quad(square, a, b, epsabs=0, epsrel=1e-12, limit=200)[0] for a, b in pieces)
            k, top, total = 0.0, max(round(y), float(back(latent.ppf(0.9995 if upper < np.inf else 1 - 1e-15)))), 0.0
            outcome = max(round(y), 0)
            while k <= top + 1:
                total += (cdf(k + 0.5) - (k >= outcome)) ** 2
                k += 1
            probability = cdf(outcome + 0.5) - (cdf(outcome - 0.5) if outcome > 0 else 0.0)
            beyond = outcome - 0.5 >= upper or outcome + 0.5 < lower
            case = law | {"y": y, "crps": mass + abs(y - inside), "count": outcome, "count_crps": total}
            cases.append(case | {"log_score": float(np.log(0.0005 if beyond else probability))})
    return cases


def main() -> None:
    origin = ", ".join(f"{name} {version(name)}" for name in TOOLS) + "; made by tests/golden/make_metrics.py"
    fixture = {"origin": origin, "points": points(), "normal_crps": normal_crps()}
    fixture |= {"ensemble_crps": ensemble_crps(), "laws": law_crps()}
    path = Path(__file__).parent / "metrics.json"
    path.write_text(json.dumps(fixture, indent=1) + "\n")
    print({k: len(v) for k, v in fixture.items() if k != "origin"}, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()

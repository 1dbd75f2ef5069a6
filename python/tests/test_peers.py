import importlib
import math
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def benches(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))

    def module(name):
        return importlib.import_module(f"benches.accuracy.{name}")

    return module


def answer(points, width):
    levels = [*range(10, 100, 10), 95]
    points = np.array(points, float)
    return points, {level: (points - width * level, points + width * level) for level in levels}


def test_the_table_of_a_peer_has_the_columns_of_the_interchange_format(benches):
    peer_models, score = benches("peer_models"), benches("score")
    assert sorted(peer_models.HEADER) == sorted(score.COLUMNS)
    rust = (ROOT / "benches" / "peers" / "src" / "main.rs").read_text()
    assert '"unique_id", "model", "step", "median", "lo-80", "hi-80", "lo-95", "hi-95"' in rust


def test_bounds_of_central_intervals_are_the_quantiles(benches):
    peer_models = benches("peer_models")
    rows = [dict(zip(peer_models.HEADER, row, strict=True)) for row in peer_models.rows("a", "M", answer([5, 6], 1.0))]
    assert [row["step"] for row in rows] == [1, 2]
    first = {name: float(value) for name, value in rows[0].items() if name not in ("unique_id", "model")}
    assert (first["q-05"], first["q-10"], first["q-45"]) == (5 - 90, 5 - 80, 5 - 10)
    assert (first["q-50"], first["q-55"], first["q-90"], first["q-95"]) == (5, 5 + 10, 5 + 80, 5 + 90)
    assert (first["lo-80"], first["hi-80"], first["lo-95"], first["hi-95"]) == (5 - 80, 5 + 80, 5 - 95, 5 + 95)


def test_a_bound_that_is_no_number_is_left_empty(benches):
    peer_models = benches("peer_models")
    (row,) = peer_models.rows("a", "M", answer([5], math.inf))
    assert dict(zip(peer_models.HEADER, row, strict=True))["lo-95"] == ""


def test_whatever_a_peer_raises_is_counted_as_a_refusal(benches):
    attempt = benches("peer_models").attempt

    def raises(_y, _h):
        raise ZeroDivisionError("two lines\nof text")

    y = np.arange(5.0)
    assert attempt(raises, y, 2) == "ZeroDivisionError: two lines"
    assert attempt(lambda _y, _h: answer([1, math.nan], 1.0), y, 2) == "the forecast is not finite"
    assert attempt(lambda _y, _h: answer([1], 1.0), y, 2) == "the forecast is not finite"
    points = np.array([1.0, 2.0])
    assert attempt(lambda _y, _h: (points, {80: (points[:1], points)}), y, 2) == "the bounds are not one a step"


def test_missing_values_of_a_series_reach_a_peer_as_nan(benches):
    ((name, h, y),) = benches("peer_models").read(["Côte d'Ivoire, men\t3\t1.5,,2\n"])
    assert (name, h) == ("Côte d'Ivoire, men", 3)
    np.testing.assert_array_equal(y, [1.5, math.nan, 2])


def test_a_runner_that_stops_half_way_leaves_its_finished_models(benches, capsys):
    peers, collection = benches("peers"), small(benches)
    lines = [",".join(benches("peer_models").HEADER)]
    for model in ("done", "begun"):
        lines += [",".join(map(str, row)) for row in benches("peer_models").rows("a", model, answer([5, 6], 1.0))]
    report = '{"model":"done","package":"p 1","seconds":1.0,"series":2,"failed":1,"reasons":{"short":1}}'
    program = f"import sys; print({chr(10).join(lines)!r}); print({report!r}, file=sys.stderr); sys.exit(9)"
    table, reports = peers.theirs([sys.executable, "-c", program], collection)
    assert table["model"].unique().to_list() == ["done"]
    assert table["q-05"].to_list() == [5 - 90, 6 - 90]
    assert [one["failed"] for one in reports] == [1]
    assert "stopped with 9" in capsys.readouterr().out


def test_sources_of_counts_weigh_the_same_and_owa_is_of_the_series_that_both_answered(benches):
    peers, collection = benches("peers"), small(benches)
    scores = pl.DataFrame(
        {
            "model": ["unjuran Naive"] * 3 + ["other"] * 2,
            "unique_id": ["a", "b", "c", "a", "c"],
            "smape": [10.0, 30.0, 40.0, 10.0, 20.0],
            "mase": [1.0, 1.0, 50.0, 2.0, 20.0],
            **{name: [1.0] * 5 for name in ("cover-80", "cover-95", "msis-95", "scrps")},
        }
    )
    means = peers.summary(collection, scores)
    # By hand: source s has a and b, source t has c; MASE is clipped at 20.
    assert means["unjuran Naive"]["smape"] == (20.0 + 40.0) / 2
    assert means["unjuran Naive"]["mase"] == (1.0 + 20.0) / 2
    assert means["other"]["smape"] == (10.0 + 20.0) / 2
    # The reference on a and c: sMAPE 25, MASE 10.5; the other: 15 and 11.
    assert means["other"]["owa"] == pytest.approx((15 / 25 + 11 / 10.5) / 2)


def test_our_own_models_answer_every_series_in_the_same_format(benches):
    peers, collection = benches("peers"), small(benches)
    table, reports = peers.ours(collection)
    assert table.columns == benches("score").COLUMNS
    assert {"unjuran", "unjuran Naive", "unjuran AutoETS"} <= {report["model"] for report in reports}
    for report in reports:
        rows = table.filter(pl.col("model") == report["model"])
        assert len(rows) == 2 * (report["series"] - report["failed"])
    naive = table.filter((pl.col("model") == "unjuran Naive") & (pl.col("unique_id") == "a"))
    assert naive["step"].to_list() == [1, 2]
    assert (naive["q-05"] <= naive["lo-80"]).all()
    benches("score").score(collection, table)


def small(benches):
    collections = benches("collections")
    years = np.arange(2000, 2012)
    train = np.array([5, 7, 6, 9, 8, 11, 10, 12, 14, 13, 15, 16.0])
    cases = [
        collections.Case(name, years, train * times, train[-2:] * times, source)
        for name, times, source in (("a", 1, "s"), ("b", 2, "s"), ("c", 3, "t"))
    ]
    return collections.Collection("small", "counts", cases, {})

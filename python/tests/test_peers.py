import math
import sys
from pathlib import Path

import numpy as np
import pytest

from benches.accuracy import peer_models, peers, score, tables
from benches.accuracy.collections import Case, Collection

ROOT = Path(__file__).resolve().parents[2]


def answer(points, width):
    levels = [*range(10, 100, 10), 95]
    points = np.array(points, float)
    return points, {level: (points - width * level, points + width * level) for level in levels}


def test_the_table_of_a_peer_has_the_columns_of_the_interchange_format():
    assert sorted(peer_models.HEADER) == sorted(score.COLUMNS)
    rust = (ROOT / "benches" / "peers" / "src" / "main.rs").read_text()
    assert '"unique_id", "model", "step", "median", "lo-80", "hi-80", "lo-95", "hi-95"' in rust


def test_bounds_of_central_intervals_are_the_quantiles():
    rows = [dict(zip(peer_models.HEADER, row, strict=True)) for row in peer_models.rows("a", "M", answer([5, 6], 1.0))]
    assert [row["step"] for row in rows] == [1, 2]
    first = {name: float(value) for name, value in rows[0].items() if name not in ("unique_id", "model")}
    assert (first["q-05"], first["q-10"], first["q-45"]) == (5 - 90, 5 - 80, 5 - 10)
    assert (first["q-50"], first["q-55"], first["q-90"], first["q-95"]) == (5, 5 + 10, 5 + 80, 5 + 90)
    assert (first["lo-80"], first["hi-80"], first["lo-95"], first["hi-95"]) == (5 - 80, 5 + 80, 5 - 95, 5 + 95)


def test_a_bound_that_is_no_number_is_left_empty():
    (row,) = peer_models.rows("a", "M", answer([5], math.inf))
    assert dict(zip(peer_models.HEADER, row, strict=True))["lo-95"] == ""


def test_whatever_a_peer_raises_is_counted_as_a_refusal():
    def raises(*_):
        raise ZeroDivisionError("two lines\nof text")

    assert peer_models.attempt(raises, np.arange(5.0), 2) == "ZeroDivisionError: two lines"
    assert peer_models.attempt(lambda _y, _h: raises, np.arange(5.0), 2) == "ZeroDivisionError: two lines"
    assert peer_models.everything(raises, 2) == "ZeroDivisionError: two lines"
    assert peer_models.everything(lambda _: answer([1, math.nan], 1.0), 2) == "the forecast is not finite"
    assert peer_models.everything(lambda _: answer([1], 1.0), 2) == "the forecast is not finite"
    points = np.array([1.0, 2.0])
    assert peer_models.everything(lambda _: (points, {80: (points[:1], points)}), 2) == "the bounds are not one a step"


def test_missing_values_of_a_series_reach_a_peer_as_nan():
    ((name, h, y),) = peer_models.read(["Côte d'Ivoire, men\t3\t1.5,,2\n"])
    assert (name, h) == ("Côte d'Ivoire, men", 3)
    np.testing.assert_array_equal(y, [1.5, math.nan, 2])


def test_a_runner_that_stops_half_way_leaves_its_finished_models(capsys):
    lines = [",".join(peer_models.HEADER)]
    for model in ("done", "begun"):
        lines += [",".join(map(str, row)) for row in peer_models.rows("a", model, answer([5, 6], 1.0))]
    report = '{"model":"done","package":"p 1","seconds":1.0,"series":2,"failed":1,"reasons":{"short":1}}'
    table, reports = peers.theirs(printing(lines, report, 9), small())
    assert table["model"].unique().to_list() == ["done"]
    assert table["q-05"].to_list() == [5 - 90, 6 - 90]
    assert [one["failed"] for one in reports] == [1]
    assert "stopped with 9" in capsys.readouterr().out


def test_the_table_of_peers_has_ratios_to_the_naive_forecast_and_says_what_was_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(peers, "FORECASTS", tmp_path)
    collection = small()
    lines = [",".join(peer_models.HEADER)]
    for name, last in (("a", 16.0), ("b", 32.0)):  # the last training value: what a naive forecast says
        lines += [",".join(map(str, row)) for row in peer_models.rows(name, "p last", answer([last, last], 0.01))]
    report = '{"model":"p last","package":"p 1","seconds":0.3,"series":3,"failed":1,"reasons":{"short":1}}'
    result = peers.measured(collection, None, [printing(lines, report)], ["R is left out"])
    (row,) = result["rows"]
    assert (row["model"], row["series"], row["refused"], row["why"]) == ("p last", 2, 1, "short: 1")
    assert row["seconds_per_1000"] == 100.0
    assert row["mase-ratio"] == pytest.approx(1.0)
    assert (result["name"], result["by"], result["version"], result["notes"]) == (
        "small",
        "peers",
        "p 1",
        ["R is left out"],
    )
    assert "p last" in tables.section([result])


def small():
    years = np.arange(2000, 2012)
    train = np.array([5, 7, 6, 9, 8, 11, 10, 12, 14, 13, 15, 16.0])
    cases = [
        Case(name, years, train * times, train[-2:] * times, source)
        for name, times, source in (("a", 1, "s"), ("b", 2, "s"), ("c", 3, "t"))
    ]
    return Collection("small", "counts", cases, {})


def printing(lines, report, code=0):
    program = f"import sys; print({chr(10).join(lines)!r}); print({report!r}, file=sys.stderr); sys.exit({code})"
    return [sys.executable, "-c", program]

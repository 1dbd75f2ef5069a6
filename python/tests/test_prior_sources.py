"""The benches refuse to score a prior on what it learned from."""

import numpy as np
import pytest

from benches.accuracy import run
from benches.accuracy.collections import Case, Collection
from benches.prior import overlap
from benches.prior.folds import FOLDS, fold


def collection(*series):
    cases = [
        Case(name, np.arange(len(values) - 2), np.array(values[:-2], float), np.array(values[-2:], float))
        for name, values in series
    ]
    return Collection("made up", "competition", cases, {})


WALK = [3.0, 5.0, 4.0, 8.0, 9.0, 7.0, 11.0, 12.0]


def test_a_series_is_known_by_its_numbers_whatever_its_name():
    scored = collection(("N1", [1.0, *WALK]), ("N2", [2.0 * y for y in WALK]))
    assert overlap.overlap([("other name", tuple(WALK))], scored.cases) == [("N1", "other name")]
    assert overlap.overlap([("its end", (99.0, *WALK[2:]))], scored.cases) == [("N1", "its end")]


def test_different_series_and_constants_do_not_overlap():
    scored = collection(("N1", WALK), ("zeros", [0.0] * 9))
    assert overlap.overlap([("x", tuple(y + 1 for y in WALK)), ("z", (0.0,) * 12)], scored.cases) == []


def test_the_run_stops_and_names_the_series(tmp_path, monkeypatch):
    line = "\t".join(["source", "cluster", "lesson", "1990", ",".join(map(str, WALK)), "amount", "0", "0"])
    (tmp_path / "annual.tsv").write_text(line + "\n")
    (tmp_path / "counts.tsv").write_text("")
    monkeypatch.setattr(overlap, "EXPORTED", str(tmp_path))
    with pytest.raises(SystemExit, match="N1 as lesson"):
        run.refuse_lessons(collection(("N1", WALK)))


def test_what_cannot_be_compared_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(overlap, "EXPORTED", str(tmp_path))
    run.refuse_lessons(collection(("N1", WALK)))
    assert "make prior" in capsys.readouterr().out


def test_a_fold_depends_on_the_name_alone_and_each_has_its_share():
    folds = [fold(f"country {i}") for i in range(300)]
    assert folds == [fold(f"country {i}") for i in range(300)]
    assert all(70 < folds.count(k) < 130 for k in range(FOLDS))

"""The benchmark's own arithmetic, and that what it stored still holds."""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import unjuran as uj
from benches.accuracy import models, partial, run, score, summary, tables
from benches.accuracy.collections import Case, Collection, read_directory

RESULTS = {path.stem: json.loads(path.read_text()) for path in sorted(tables.RESULTS.glob("*.json"))}
OURS = {name: result for name, result in RESULTS.items() if "rows" in result and not result.get("by")}
# A table of somebody's own collection has no fixture; those of the scoreboard must, see below.
TABLES = [
    name
    for name, result in OURS.items()
    if "fixed" in result and (run.FIXTURES / f"{result['collection']}.csv").exists()
]
TABLES.remove("years_under_way")


# --- readers ----------------------------------------------------------------------------------------------------------


def test_the_layout_of_the_m4_competition_is_read(tmp_path):
    (tmp_path / "Yearly-train.csv").write_text(
        '"V1","V2","V3","V4","V5"\n"Y1","5","6","8",""\n"Y2","1.5","2","3","4"\n'
    )
    (tmp_path / "Yearly-test.csv").write_text('"V1","V2","V3"\n"Y2","5","6"\n"Y1","9","9.5"\n')
    (tmp_path / "M4-info.csv").write_text("M4id,category,SP\nY1,Micro,Yearly\nY2,Finance,Yearly\n")
    (tmp_path / "Monthly-train.csv").write_text('"V1","V2"\n"M1","5"\n')
    (tmp_path / "Monthly-test.csv").write_text('"V1","V2"\n"M1","5"\n')
    (found,), left_out = read_directory(tmp_path)
    assert (found.name, found.kind, found.horizon) == ("m4_yearly", "competition", 2)
    first, second = found.cases
    assert (first.unique_id, first.train.tolist(), first.test.tolist()) == ("Y1", [5, 6, 8], [9, 9.5])
    assert (second.train.tolist(), second.test.tolist(), second.group) == ([1.5, 2, 3, 4], [5, 6], "Finance")
    assert left_out == ["Monthly-train.csv: not annual"]
    assert set(found.files) == {"Yearly-train.csv", "Yearly-test.csv"}


TSF = """# a comment
@relation tiny
@attribute series_name string
@attribute start_timestamp date
@frequency {frequency}
@horizon 2
@missing false
@equallength false
@data
T1:1980-01-01 00-00-00:1,2,3,4
T2:1980-01-01 00-00-00:10,20,15
T3:1980-01-01 00-00-00:1,?,3,4
"""


def test_a_monash_file_is_read_and_its_horizon_held_back(tmp_path):
    (tmp_path / "tiny.tsf").write_text(TSF.format(frequency="yearly"))
    (tmp_path / "other.tsf").write_text(TSF.format(frequency="monthly"))
    (found,), left_out = read_directory(tmp_path)
    assert [(c.unique_id, c.train.tolist(), c.test.tolist()) for c in found.cases] == [
        ("T1", [1, 2], [3, 4]),
        ("T2", [10], [20, 15]),
    ]
    assert "1 series" in found.notes[0]
    assert left_out == ["other.tsf: not annual: frequency monthly"]


def test_long_tables_are_told_apart_by_what_they_hold(tmp_path):
    def write(name, **columns):
        pl.DataFrame(columns).write_parquet(tmp_path / name)

    series = {"unique_id": ["a"] * 4, "ds": [2000, 2001, 2002, 2003], "y": [1.0, 2.0, 3.0, 4.0]}
    write("some.parquet", **series, split=["train"] * 3 + ["test"])
    write("some_submissions.parquet", unique_id=["a", "a"], method=["X", "Y"], step=[1, 1], yhat=[5.0, None])
    write("some_quarterly.parquet", **series, split=["train"] * 3 + ["test"])
    write("future.parquet", **series, split=["test"] * 4)
    write("covariates.parquet", iso3=["A"], year=[2000], value=[1.0])
    (found,), left_out = read_directory(tmp_path)
    assert found.name == "some"
    assert found.submissions["model"].to_list() == ["X"], "a method without a forecast is no method"
    assert left_out == [
        "covariates.parquet: no series in long format: unique_id, ds and y are wanted, "
        "its columns are iso3, year, value",
        "future.parquet: no training part",
        'some_quarterly.parquet: not annual: its name says "quarterly"',
    ]


def test_a_file_that_is_not_taken_says_what_is_wrong_with_it(tmp_path):
    def write(name, ds):
        columns = {"unique_id": ["a"] * 4, "ds": ds, "y": [1, 2, 3, 4], "split": ["train"] * 3 + ["test"]}
        pl.DataFrame(columns).write_csv(tmp_path / name)

    write("mother_deaths.csv", [2000, 2001, 2002, 2003])
    write("dmy.csv", [f"31/12/{year}" for year in range(2000, 2004)])
    write("counted.csv", [1, 2, 3, 4])
    (found,), left_out = read_directory(tmp_path)
    assert found.name == "mother_deaths", "a name is read by whole words"
    assert left_out == [
        'counted.csv: not taken for annual: ds runs from 1 to 4, years from 1500 to 2200; a file with "yearly" or '
        '"annual" in its name may hold others',
        "dmy.csv: cannot be read: ds '31/12/2000' does not begin with a year: write 2015 or 2015-12-31",
    ]


def test_counts_are_pooled_by_tier_and_only_whole_series_of_nine_years_are_scored(tmp_path):
    def write(name, *series):
        rows = [
            (f"{name}/{i}", year, y, "KEN")
            for i, (years, ys) in enumerate(series)
            for year, y in zip(years, ys, strict=True)
        ]
        pl.DataFrame(rows, schema=["unique_id", "ds", "y", "group"], orient="row").write_csv(tmp_path / f"{name}.csv")

    nine = list(range(2000, 2009))
    write("a", (nine, nine), (nine[:8], nine[:8]), ([*nine[:8], 2009], nine), (range(1970, 2009), range(39)))
    write("c", (nine, nine))
    tiers = {"unique_id": ["a/0", "c/0"], "source": ["a", "c"], "tier": ["A", "C"]}
    pl.DataFrame(tiers).write_csv(tmp_path / "manifest.csv")
    (found,), left_out = read_directory(tmp_path)
    assert left_out == ["c.csv: tier C"]
    assert [c.unique_id for c in found.cases] == ["a/0", "a/3"]
    assert [len(c.train) for c in found.cases] == [6, 22], "the last 25 years, three of them held back"
    assert found.cases[0].group == "a/KEN"
    assert found.notes == [
        "1 series with fewer than 9 published years are left out",
        "1 longer series with a missing or masked year are left out",
    ]


def test_counts_of_ones_own_have_the_name_and_the_place_of_their_directory(tmp_path):
    data = tmp_path / "annual_counts of mine"
    data.mkdir()
    frame = pl.DataFrame({"unique_id": "a", "ds": range(2000, 2009), "y": range(9)})
    frame.write_csv(data / "glotip_totals.csv")
    (found,), _ = read_directory(data)
    assert found.name == data.name
    header = run.header(found.name, found, None)
    assert "learned" not in tables.section([{**header, "name": "annual_counts", "kind": "first years", "rows": []}])
    assert tables.store(header, "table", data) == data / "results" / "table.json"
    assert json.loads((data / "results" / "table.json").read_text())["series"] == 1


def test_the_scoreboard_is_known_by_its_files():
    for name in ("annual_counts", "m3_yearly", "years_under_way"):
        files = OURS[name]["files"]
        changed = dict.fromkeys(files, "0" * 64) | dict([next(iter(files.items()))])
        assert tables.stored_for(files) == tables.stored_for({**changed, "new.parquet": "0"}) == name
        assert tables.stored_for(dict.fromkeys(files, "0" * 64)) is None, "the names alone are anybody's"
        assert "own" not in run.header(name, Collection(name, "counts", [Case("a", *[np.arange(3)] * 3)], files), None)


def test_a_series_that_is_refused_ends_no_run():
    years = np.arange(2000, 2006)
    good, flat = Case("a", years, np.arange(6.0), np.array([7.0])), np.full(6, 5.0)
    bad = [Case(str(value), years, np.append(flat[1:], value), flat[:1]) for value in (1e290, np.inf)]
    made = models.forecast(Collection("c", "counts", [good, *bad], {}), "m", uj.Naive(), None)
    assert set(made.refused) == {"1e+290", "inf"}
    assert made.table["unique_id"].to_list() == ["a"]
    none = models.forecast(Collection("c", "counts", bad, {}), "m", uj.Naive(), None)
    assert len(none.table) == 0


# --- scores -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def tiny():
    """Two series, the second of which never changed."""
    years = np.arange(2000, 2003)
    cases = [
        Case("a", years, np.array([4.0, 7, 6]), np.array([10.0, 0]), "s", "s/1"),
        Case("b", years, np.array([5.0, 5, 5]), np.array([5.0, 6]), "s", "s/2"),
    ]
    return Collection("tiny", "competition", cases, {})


def table(tiny, quantile):
    """A forecast whose quantile p is `quantile(p)`, for every series and step."""
    columns = {"median": quantile(0.5)}
    columns |= {f"lo-{level}": quantile((100 - level) / 200) for level in score.LEVELS}
    columns |= {f"hi-{level}": quantile((100 + level) / 200) for level in score.LEVELS}
    columns |= dict(zip(score.QUANTILES, map(quantile, score.PROBABILITIES), strict=True))
    rows = [{"unique_id": c.unique_id, "model": "m", "step": s, **columns} for c in tiny.cases for s in (1, 2)]
    return score.points(pl.DataFrame(rows))


def test_scores_are_those_of_the_package(tiny):
    made = score.score(tiny, table(tiny, lambda p: 2 + 6 * p)).row(0, named=True)
    y, training, five = [10, 0], [4, 7, 6], [5.0, 5.0]
    m = uj.metrics
    assert made["smape"] == pytest.approx(m.smape(y, five))
    assert made["mase"] == pytest.approx(m.mase(y, five, training))
    for level in (80, 95):
        lower, upper = [5 - 0.03 * level] * 2, [5 + 0.03 * level] * 2
        assert made[f"cover-{level}"] == m.coverage(y, lower, upper)
        assert made[f"msis-{level}"] == pytest.approx(m.msis(y, lower, upper, level, training))
    quantiles = [[2 + 6 * p / 20 for p in range(1, 20)]] * 2
    assert made["scrps"] == pytest.approx(m.quantile_crps(y, quantiles) / m.naive_scale(training))
    assert made["above-80"] == 50


def test_a_series_that_never_changed_has_no_scaled_score_but_a_percentage(tiny):
    made = score.score(tiny, table(tiny, lambda _: 5.0)).row(1, named=True)
    assert made["mase"] is None
    assert made["scrps"] is None
    assert made["smape"] == pytest.approx(100 / 11)  # 0 and 200 / 11
    assert (made["cover-80-1"], made["cover-80-2"]) == (100, 0)


def test_forecasters_of_points_have_no_intervals_to_score(tiny):
    points = table(tiny, lambda _: 5.0).select("unique_id", "model", "step", "median")
    made = score.score(tiny, score.points(points)).row(0, named=True)
    assert made["mase"] == 2.5
    assert made["cover-80"] is None
    assert made["scrps"] is None


def test_a_refused_series_is_absent_and_anything_half_given_is_an_error(tiny):
    whole = table(tiny, lambda _: 5.0)
    assert score.score(tiny, whole.filter(pl.col("unique_id") == "a"))["unique_id"].to_list() == ["a"]
    with pytest.raises(ValueError, match="every step once"):
        score.score(tiny, whole[1:])
    with pytest.raises(ValueError, match="every step once"):
        score.score(tiny, pl.concat([whole, whole[:1]]))
    with pytest.raises(ValueError, match="steps must be 1 to 2"):
        score.score(tiny, whole.with_columns(step=pl.col("step") + 1))
    with pytest.raises(ValueError, match="not in tiny"):
        score.score(tiny, whole.with_columns(unique_id=pl.lit("z")))
    with pytest.raises(ValueError, match="q-05"):
        score.score(tiny, whole.drop("q-05"))


def test_sources_weigh_alike_and_one_wild_series_is_clipped():
    years = np.arange(2000, 2003)
    cases = [
        Case(f"{source}{i}", years, np.array([0.0, 1, 0]), np.array([1.0]), source, f"{source}/{i}")
        for source, n in (("big", 9), ("small", 3))
        for i in range(n)
    ]
    collection = Collection("c", "counts", cases, {})
    rows = [(case.unique_id, model, 1, m) for case in cases for model, m in (("Naive", 0.0), ("wild", 0.0))]
    forecasts = pl.DataFrame(rows, schema=["unique_id", "model", "step", "median"], orient="row")
    wild = (pl.col("model") == "wild") & (pl.col("unique_id") == "small0")
    forecasts = forecasts.with_columns(median=pl.when(wild).then(1001.0).otherwise(pl.col("median")))
    forecasts = score.points(forecasts)
    naive, other = summary.rows(collection, score.score(collection, forecasts), {}, forecasts)
    assert (naive["mase"], naive["mase-ratio"], naive["mase-ratio-se"]) == (1, 1, 0)
    assert other["mase"] == pytest.approx((1 + (20 + 1 + 1) / 3) / 2)
    assert other["mase-unclipped"] == pytest.approx((1 + (1000 + 1 + 1) / 3) / 2, rel=1e-9)
    assert (other["mase-median"], other["mase-clipped"]) == (1, 1)
    # one of three groups is wild: the mean of three drawn has variance (1/3)(2/3) 19^2 / 3
    assert other["mase-ratio-se"] == pytest.approx(np.sqrt(2 / 27) * 19 / 2, rel=0.05)


def test_a_difference_is_of_the_series_that_both_forecast() -> None:
    names = {"model": ["ours"] * 3 + ["theirs"] * 2, "unique_id": ["a", "b", "c", "a", "b"]}
    values = [1.0, 2.0, 100.0, 2.0, 5.0]
    scores = pl.DataFrame({**names, "smape": values, "mase": values, "scrps": [*values[:3], None, None]})
    row = summary.difference(scores, "ours", "theirs")
    # -1 and -3: mean -2, standard deviation sqrt(2), over the root of two series 1
    assert (row["smape"], row["smape-se"], row["mase"], row["scrps"]) == (-2.0, 1.0, -2.0, None)
    assert row["model"] == "ours less theirs"


def test_bands_of_the_rules_of_thumb_are_students():
    # two-sided 95% points of tables of Student's t
    for df, point in ((1, 12.7062), (5, 2.5706), (10, 2.2281), (30, 2.0423)):
        assert partial._student(0.975, df) == pytest.approx(point, rel=1e-3)
        assert partial._student(0.5, df) == pytest.approx(0, abs=1e-9)


# --- what is stored ---------------------------------------------------------------------------------------------------


def test_the_page_is_what_the_stored_results_say():
    assert tables.PAGE.read_text(encoding="utf-8") == tables.render(), "run: python -m benches.accuracy.tables"
    assert tables.README.read_text(encoding="utf-8") == tables.readme(), "run: python -m benches.accuracy.tables"


def test_the_scoreboard_is_stored():
    assert {"m3_yearly", "m3_yearly-inferred", "annual_counts"} <= set(TABLES)
    assert "years_under_way" in OURS
    for result in OURS.values():
        assert result["version"] == uj.__version__
        assert all(len(digest) == 64 for digest in result["files"].values())


@pytest.mark.parametrize(
    ("method", "smape", "mase"),
    [("Naive", 17.880, 3.172), ("RBF", 16.42, 2.720), ("THETA", 16.97, 2.806), ("ROBUST-Trend", 17.03, 2.625)],
)
def test_published_scores_of_the_m3_competition_come_out(method, smape, mase):
    row = next(row for row in RESULTS["m3_yearly"]["rows"] if row["model"] == method)
    assert row["smape"] == pytest.approx(smape, abs=0.005)
    assert row["mase"] == pytest.approx(mase, abs=0.0005)


def test_all_entrants_with_yearly_forecasts_are_rows():
    submitted = [row for row in RESULTS["m3_yearly"]["rows"] if "refused" not in row]
    assert len(submitted) == 22


def same(stored, made):
    for model, by_series in stored.items():
        assert model in made, f"{model} is stored and not offered: run make accuracy"
        for name, values in by_series.items():
            for kind, was, now in zip(run.STORED, values, made[model][name], strict=True):
                place = f"{model}, {name}, {kind}: stored {was}, now {now}; run make accuracy"
                assert (was is None) == (now is None), place
                assert was is None or abs(was - now) <= 1e-6 * max(1.0, abs(was)), place


@pytest.fixture(scope="module")
def fixtures():
    """The forty series of each table."""
    found, _ = read_directory(run.FIXTURES)
    return {collection.name: collection for collection in found}


@pytest.mark.parametrize("name", TABLES)
def test_forty_series_of_each_table_score_as_stored(name, fixtures):
    result = OURS[name]
    collection = fixtures[result["collection"]]
    unit = None if result["unit"] == "inferred" else result["unit"]
    parts = [models.forecast(collection, label, model, unit).table for label, model in models.models().items()]
    if collection.submissions is not None and unit is not None:
        parts.append(score.points(collection.submissions))
    forecasts = pl.concat([part for part in parts if len(part)], how="vertical_relaxed")
    assert len(collection.cases) == run.FIXED
    same(result["fixed"], run.fixed(collection, score.score(collection, forecasts)))


def test_forty_years_under_way_score_as_stored():
    path = run.FIXTURES / "years_under_way.csv"
    months = partial.read_months(path)
    collection = partial.collection(months, path)
    for cut, stored in OURS["years_under_way"]["fixed"].items():
        scores = score.score(collection, partial.forecasts(months, int(cut)))
        wanted = {name for by_series in stored.values() for name in by_series}
        assert len(wanted) == run.FIXED
        same(stored, run.fixed(collection, scores, wanted))


def test_the_forty_are_chosen_by_name_alone():
    names = [f"s{i}" for i in range(100)]
    assert run.fixed_ids(names) == run.fixed_ids(names[::-1])
    assert len(run.fixed_ids(names)) == 40
    assert run.fixed_ids(names)[0] == min(names, key=lambda name: hashlib.sha256(name.encode()).hexdigest())


def test_no_path_of_a_machine_is_stored():
    for path in [tables.PAGE, *tables.RESULTS.glob("*.json"), *run.FIXTURES.iterdir()]:
        text = path.read_text(encoding="utf-8")
        assert not any(root in text for root in ("/home/", "/work/", "/tmp/", str(Path.home()))), path.name


def test_stored_json_reads_back_and_has_a_line_for_each_row_and_series():
    result = {"name": "x", "rows": [{"a": 1, "pit": [1, 2]}, {"a": None}], "fixed": {"m": {"s": [1.5, None], "t": [2]}}}
    text = tables.dumps(result)
    assert json.loads(text) == result
    assert '  {"a": 1, "pit": [1, 2]},' in text.splitlines()
    assert '   "s": [1.5, null],' in text.splitlines()


# --- some models only -------------------------------------------------------------------------------------------------


def test_models_may_be_chosen_by_name_and_an_unknown_one_lists_the_known():
    assert list(run.chosen("Theta, optimised,Drift")) == ["Naive", "Theta, optimised", "Drift"]
    with pytest.raises(argparse.ArgumentTypeError, match=r"no model 'LinearTrnd'.*LinearTrend\(damped\)"):
        run.chosen("Drift,LinearTrnd")


def test_chosen_models_are_printed_as_in_the_tables_and_nothing_is_written(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tables, "RESULTS", tmp_path)
    monkeypatch.setattr(tables, "PAGE", tmp_path / "BENCHMARKS.md")
    data = tmp_path / "data"
    data.mkdir()
    (data / "annual_counts.csv").write_bytes((run.FIXTURES / "annual_counts.csv").read_bytes())
    monkeypatch.setattr("sys.argv", ["run", "--models", "Drift", str(data)])
    run.main()
    rows = [line.split(" | ")[0] for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    assert rows[:3] == ["| model", "| Naive", "| Drift"]
    assert [path.name for path in tmp_path.iterdir()] == ["data"]

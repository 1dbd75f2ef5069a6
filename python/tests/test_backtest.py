import json
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest

import unjuran as uj


@pytest.fixture
def result(cases):
    """The Malaysian cases from three origins, two years ahead."""
    return uj.backtest(cases, ["Naive", "Drift"], h=2, n_windows=3)


def test_a_row_is_a_year_forecast_from_a_cutoff(result):
    frame = result.to_frame("pandas")
    assert list(frame.columns[:5]) == ["unique_id", "ds", "cutoff", "y", "Naive"]
    assert "Drift-hi-95" in frame
    assert frame.columns[-1] == "status"
    assert list(zip(frame["cutoff"], frame["ds"], frame["y"], strict=True)) == [
        (2018, 2019, 286),
        (2018, 2020, 165),
        (2019, 2020, 165),
        (2019, 2021, 115),
        (2020, 2021, 115),
        (2020, 2022, 139),
    ]
    assert frame["Naive"].tolist() == [302, 302, 286, 286, 165, 165]  # the value of the cutoff


def test_the_summary_is_that_of_the_rows(result):
    frame, summary = result.to_frame("pandas"), result.summary(backend="pandas").set_index("model")
    assert summary.loc["Naive", "mae"] == pytest.approx((frame["y"] - frame["Naive"]).abs().mean())
    held = frame["y"].between(frame["Drift-lo-80"], frame["Drift-hi-80"])
    assert summary.loc["Drift", "coverage-80"] == pytest.approx(100 * held.mean())
    assert summary.loc["Naive", ["rows", "refused"]].tolist() == [6, 0]


@pytest.fixture
def picky():
    """Last year's value beside a model that takes no zero and so has the first year of five only."""
    cases = uj.Series([163, 463, 429, 302, 286, 165, 0, 139, 187], start=2015, name="cases")
    return uj.backtest(cases, ["Naive", "LogLinearTrend"], h=1, n_windows=5)


def test_models_are_compared_on_the_forecasts_that_all_of_them_gave(picky):
    shared = picky.summary(backend="pandas").set_index("model")
    assert shared[["rows", "shared", "refused"]].to_numpy().tolist() == [[5, 1, 0], [1, 1, 4]]
    assert shared.loc["Naive", "mae"] == 165  # 2021 from 2020 alone
    own = picky.summary(shared=False, backend="pandas").set_index("model")
    assert own["shared"].tolist() == [5, 1]
    assert own.loc["Naive", "mae"] == pytest.approx((16 + 121 + 165 + 139 + 48) / 5)
    assert picky.summary(by_lead=True, shared=False, backend="pandas")["mae"].tolist() == own["mae"].tolist()
    assert "scores of the 1 of 5 forecasts that all models gave" in picky.plot().get_title()


def test_scores_and_metrics_agree(result, cases):
    row = result.scores("pandas").iloc[0]
    forecast = uj.Naive().fit(uj.Series(cases.values[:4], start=2015)).forecast(2)
    assert row["crps"] == pytest.approx(uj.metrics.crps([286, None], forecast))
    assert row["scale"] == uj.metrics.naive_scale(cases.values[:4])
    assert row["lead"] == 1


def test_by_lead_there_is_a_row_for_each(result):
    frame = result.summary(by_lead=True, backend="pandas")
    assert frame[["model", "lead"]].to_numpy().tolist() == [["Naive", 1], ["Naive", 2], ["Drift", 1], ["Drift", 2]]


def test_owa_of_the_reference_is_one_and_an_unknown_name_lists_the_known(result):
    assert result.owa("Naive") == 1.0
    assert result.owa("Drift") > 0
    with pytest.raises(uj.errors.UnknownModelError) as error:
        result.owa("Magic")
    assert error.value.known == ("Naive", "Drift")


def test_what_refuses_says_why_and_stops_nothing():
    panel = uj.Panel({"long": uj.Series(range(1, 9), start=2000), "short": uj.Series([1, 2], start=2000)})
    frame = uj.backtest(panel, ["Naive", "ETS(A,A,N)"], h=2, n_windows=4).to_frame("pandas")
    assert frame["unique_id"].tolist() == ["long"] * 8 + ["short"]
    first, short = frame.iloc[0], frame.iloc[-1]
    assert first["cutoff"] == 2002  # three training years: too few for it
    assert first["status"].startswith("ETS(A,A,N): ")
    assert first["Naive"] == 3
    assert np.isnan(first["ETS(A,A,N)"])
    assert pd.isna(short["ds"])
    assert "short" in short["status"]
    assert frame["status"].tolist()[4:8] == ["ok"] * 4


def test_an_origin_that_every_model_refuses_keeps_its_years():
    series = uj.Series(range(1, 7), start=2000)
    frame = uj.backtest(series, ["ETS(A,A,N)"], h=2, n_windows=2).to_frame("pandas")
    assert frame[["cutoff", "ds", "y"]].to_numpy().tolist() == [
        [2002, 2003, 4],
        [2002, 2004, 5],
        [2003, 2004, 5],
        [2003, 2005, 6],
    ]
    assert frame["ETS(A,A,N)"].isna().all()


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame])
def test_a_frame_is_answered_in_kind_with_its_own_column_names_and_years(kind):
    ends = pd.to_datetime([f"{year}-12-31" for year in range(2015, 2023)])
    given = kind({"id": ["a"] * 8, "year": ends, "n": [163, 463, 429, 302, 286, 165, 115, 139]})
    names = {"id_col": "id", "time_col": "year", "target_col": "n"}
    frame = uj.backtest(given, "Naive", h=1, n_windows=1, level=[50], **names).to_frame()
    assert isinstance(frame, kind)
    assert list(frame.columns) == ["id", "year", "cutoff", "y", "Naive", "Naive-lo-50", "Naive-hi-50", "status"]
    assert str(frame["year"][0])[:10] == "2022-12-31"
    assert str(frame["cutoff"][0])[:10] == "2021-12-31"


def test_a_series_of_a_frame_that_cannot_be_read_has_a_row_that_says_so():
    frame = pd.DataFrame({"unique_id": ["a"] * 6 + ["b"] * 2, "ds": [*range(2000, 2006), 2000, 2000], "y": range(8)})
    out = uj.backtest(frame, ["Naive"], h=1, n_windows=1).to_frame()
    assert out["unique_id"].tolist() == ["a", "b"]
    assert "2000" in out["status"].iloc[1]


def test_a_year_under_way_is_no_outcome(under_way):
    assert uj.backtest(under_way, "Naive", h=1, n_windows=1).to_frame("pandas")["ds"].tolist() == [2022]


def test_threads_change_nothing():
    panel = uj.datasets.malaysia()
    one, two = (uj.backtest(panel, ["AutoETS"], h=1, threads=n).to_frame("polars") for n in (1, 2))
    assert one.equals(two)


def test_settings_out_of_range_are_refused(cases):
    for bad in ({"n_windows": 0}, {"step": 0}, {"step": -1}, {"min_train": 0}):
        with pytest.raises(uj.errors.BadParameterError):
            uj.backtest(cases, "Naive", h=1, **bad)
    with pytest.raises(uj.errors.BadLevelError):
        uj.backtest(cases, "Naive", h=1, level=[0.8])
    with pytest.raises(TypeError, match="id_col"):
        uj.backtest(cases, "Naive", h=1, id_col="x")


def test_the_plot_has_a_line_for_each_model(result):
    labels = [line.get_label() for line in result.plot().get_lines()]
    assert labels[1:] == ["Naive", "Drift"]


def test_left_out_the_models_are_the_default_and_last_years_value():
    assert uj.backtest(uj.Series(range(5, 13), start=2015), h=1, n_windows=1).models == ["BayesETS", "Naive"]
    with pytest.raises(uj.errors.HorizonAmbiguousError, match="say the horizon"):
        uj.backtest(uj.Series(range(5, 13), start=2015))


def test_small_counts_that_happened_are_masked_with_what_tells_them():
    series = {"all": [40, 41, 42, 43, 40], "men": [38, 37, 36, 40, 38], "women": [2, 4, 6, 3, 2]}
    panel = uj.Panel({name: uj.Series(y, start=2018) for name, y in series.items()})
    result = uj.backtest(panel, ["Mean", "Drift"], h=1, n_windows=2)
    plain, masked = (result.to_frame("pandas", mask_below=below) for below in (None, 5))
    assert masked.drop(columns=["y", "y_lo", "y_hi"]).equals(plain.drop(columns="y"))
    assert masked["y"].tolist()[:4] == [43, 40, 40, 38], "nothing says that men and women add up"
    assert masked["y"].isna().tolist() == [False] * 4 + [True] * 2
    assert masked[["y_lo", "y_hi"]].to_numpy()[4:].tolist() == [[0, 4], [0, 4]]
    tree = {"all": ["men", "women"]}
    told = result.to_frame("pandas", mask_below=5, tree=tree)
    assert told["y"].isna().tolist() == [False] * 2 + [True] * 4, "all less women would be men"
    scores = result.scores("pandas", mask_below=5, tree=tree)
    hidden = scores["unique_id"] != "all"
    for column in ("y", "crps", "log_score", "pit"):
        assert (scores[column].isna() == hidden).all(), column
    assert scores["median"].notna().all()
    with pytest.raises(TypeError, match="mask_below"):
        result.to_frame(tree=tree)
    with pytest.raises(uj.errors.BadParameterError, match="mask_below"):
        result.to_frame(mask_below=2.5)


def test_a_frame_given_is_masked_in_kind():
    given = pl.DataFrame({"unique_id": ["a"] * 6, "ds": range(2015, 2021), "y": [9, 8, 7, 9, 3, 8]})
    frame = uj.backtest(given, "Mean", h=1, n_windows=2).to_frame(mask_below=5)
    assert frame.columns[:6] == ["unique_id", "ds", "cutoff", "y", "y_lo", "y_hi"]
    assert frame["y"].to_list() == [None, 8]
    assert frame["y_hi"].to_list() == [4, None]


def test_a_backtest_is_the_same_after_json_bytes_and_pickle():
    panel = uj.datasets.malaysia()
    result = uj.backtest(panel, ["Naive", "ETS(A,A,N)"], h=2, n_windows=4)
    again = uj.Backtest.from_json(result.to_json())
    for other in (again, uj.Backtest.from_bytes(result.to_bytes()), pickle.loads(pickle.dumps(result))):
        assert other.to_frame("polars").equals(result.to_frame("polars"))
        assert other.scores("polars").equals(result.scores("polars"))
        assert other.summary(backend="polars").equals(result.summary(backend="polars"))
        assert other.to_frame("polars", mask_below=5).equals(result.to_frame("polars", mask_below=5))
        assert repr(other) == repr(result)
        assert other.to_json() == result.to_json()


def test_series_that_were_never_read_are_stored_in_their_place():
    frame = pd.DataFrame({"unique_id": ["a"] * 2 + ["b"] * 6, "ds": [2000, 2000, *range(2000, 2006)], "y": range(8)})
    frame = pd.concat([frame, pd.DataFrame({"unique_id": ["c"], "ds": ["no year"], "y": [3]})])
    result = uj.backtest(frame, ["Naive"], h=1, n_windows=1)
    again = uj.Backtest.from_json(result.to_json()).to_frame("pandas")
    assert again["unique_id"].tolist() == ["a", "b", "c"]
    assert again["status"].tolist() == result.to_frame()["status"].tolist()
    assert "'no year' is not a year" in again["status"].iloc[2]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda data: data.update(names=["other"]), "none of the names"),
        (lambda data: data.update(names=["cases", "cases"]), "two series"),
        (lambda data: data.update(horizon=1), "beyond the horizon"),
        (lambda data: data.update(surprise=1), "surprise"),
    ],
)
def test_a_damaged_backtest_is_refused(result, damage, said):
    stored = json.loads(result.to_json())
    damage(stored["data"])
    with pytest.raises(uj.errors.BadJsonError, match=said):
        uj.Backtest.from_json(json.dumps(stored))


def test_a_backtest_of_an_earlier_release_is_read_but_cannot_be_masked(result):
    stored = json.loads(result.to_json())
    for later in ("names", "horizon", "series"):
        del stored["data"][later]
    earlier = uj.Backtest.from_json(json.dumps(stored))
    assert earlier.to_frame("polars").equals(result.to_frame("polars"))
    assert repr(earlier) == repr(result)
    with pytest.raises(uj.errors.BadParameterError, match="mask_below"):
        earlier.to_frame(mask_below=5)


def test_a_single_series_too_short_to_score_is_refused():
    short = uj.Series([1, 2], start=2015, name="short")
    with pytest.raises(uj.errors.TooFewYearsError) as refused:
        uj.backtest(short, ["Naive"], 1)
    assert (refused.value.needed, refused.value.got) == (4, 2)
    among = uj.backtest(uj.Panel([short, uj.Series(range(9), start=2010, name="long")]), ["Naive"], 1)
    assert len(among.to_frame("pandas").query("unique_id == 'long'")) == 5

import json
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import unjuran as uj
from unjuran import errors

BACKENDS = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.Table}


def column(frame, name):
    return frame[name].to_pylist() if isinstance(frame, pa.Table) else frame[name].to_list()


@pytest.mark.parametrize("backend", list(BACKENDS))
def test_a_long_frame_has_a_row_for_each_quantile(cases, backend):
    fc = uj.forecast(cases, h=2)
    frame = fc.to_frame(backend, level=[80], long=True)
    assert isinstance(frame, BACKENDS[backend])
    assert column(frame, "ds") == [2023] * 3 + [2024] * 3
    assert column(frame, "quantile") == [0.1, 0.5, 0.9] * 2
    both = [fc.interval(80).lower, fc.median, fc.interval(80).upper]
    assert column(frame, "value") == [float(one[i]) for i in range(2) for one in both]
    assert set(column(frame, "model")) == {"BayesETS"}


def test_hubverse_rows_begin_on_the_last_day_that_was_counted(cases, under_way):
    rows = uj.forecast(under_way, h=2).to_frame("pandas", level=[80], hubverse=True)
    names = [
        "model_id",
        "target",
        "origin_date",
        "horizon",
        "target_end_date",
        "output_type",
        "output_type_id",
        "value",
    ]
    assert rows.columns.tolist() == names
    assert set(rows["origin_date"]) == {"2023-05-31"}
    assert rows["horizon"].tolist() == [1, 1, 1, 2, 2, 2]
    assert rows["target_end_date"].tolist() == ["2023-12-31"] * 3 + ["2024-12-31"] * 3
    full = uj.forecast(cases, h=1).to_frame("pandas", hubverse=True)
    assert set(full["origin_date"]) == {"2022-12-31"}
    share = uj.forecast(cases.with_partial(2023, 48, share=0.4), h=1).to_frame("pandas", hubverse=True)
    assert set(share["origin_date"]) == {"2022-12-31"}, "a share names no day"


def test_forecasts_are_long_too_and_refused_series_have_no_rows(cases):
    panel = uj.Panel({"a": cases, "empty": uj.Series([None], start=2020)})
    rows = uj.forecast(panel, h=1, model=["Naive", "Mean"]).to_frame("pandas", level=[80], long=True)
    assert rows.groupby("model")["unique_id"].unique().map(list).to_dict() == {"Naive": ["a"], "Mean": ["a"]}


@pytest.mark.parametrize("backend", list(BACKENDS))
def test_tidy_glance_and_augment_have_the_columns_of_broom(backend):
    # by hand: y = 1, 3, 8 on t = 1, 2, 3 has slope 3.5, intercept -3, residuals 0.5, -1, 0.5
    fit = uj.LinearTrend().fit(uj.Series([1.0, 3.0, 8.0], start=2020, name="s", unit="amount"))
    tidy = fit.tidy(backend)
    assert isinstance(tidy, BACKENDS[backend])
    terms = dict(zip(column(tidy, "term"), column(tidy, "estimate"), strict=True))
    assert list(terms.values()) == pytest.approx([-3.0, 3.5])
    assert column(tidy, "std.error") == pytest.approx(fit.se.tolist())
    assert column(tidy, "p.value") == pytest.approx(fit.p.tolist())
    glance = fit.glance(backend)
    assert column(glance, "nobs") == [3]
    assert column(glance, "df.residual") == [1.0]
    assert column(glance, "r.squared") == pytest.approx([1 - 1.5 / 26.0])  # squares around 4: 9 + 1 + 16
    augment = fit.augment(backend)
    assert column(augment, "ds") == [2020, 2021, 2022]
    assert column(augment, ".resid") == pytest.approx([0.5, -1.0, 0.5])
    assert column(augment, ".fitted") == pytest.approx([0.5, 4.0, 7.5])


def test_smoothers_have_tables_with_what_they_know(cases):
    for model in ("AutoETS", "Naive", "Theta", "BayesETS", "Mean", "Combination", "NegativeBinomialTrend"):
        fit = getattr(uj, model)().fit(cases)
        assert fit.tidy("pandas").columns.tolist() == ["term", "estimate", "std.error", "statistic", "p.value"]
        assert fit.glance("pandas")["model"].tolist() == [fit.name]
        assert len(fit.augment("pandas")) == len(fit.fitted)
    fit = uj.ETS("ANN").fit(cases)
    tidy = fit.tidy("pandas").set_index("term")
    assert tidy.loc["alpha", "std.error"] == fit.se["alpha"]


def test_a_masked_year_has_no_y_in_augment(cases):
    augment = uj.BayesETS().fit(cases.with_censored(2020, 0, 4)).augment("pandas").set_index("ds")
    assert np.isnan(augment.loc[2020, "y"])
    assert augment.loc[2021, "y"] == 115


def test_columns_of_the_users_own_have_the_tables_too():
    fit = uj.regression.polynomial([1, 2, 3, 4], [1, 4, 9, 17], 1)
    assert fit.tidy("pandas")["estimate"].tolist() == fit.coef.tolist()
    assert fit.glance("pandas")["nobs"].tolist() == [4]
    assert fit.augment("pandas").columns.tolist() == [".fitted", ".resid", ".hat"]
    assert fit.augment("pandas")[".hat"].sum() == pytest.approx(2.0), "leverages add up to the number of coefficients"
    assert "r2" in fit.summary()


def test_two_forecasts_stand_beside_each_other_in_the_years_of_both(cases, under_way):
    old, new = uj.forecast(cases, h=3), uj.forecast(under_way, until=2027)
    rows = old.compare(new, level=50, backend="pandas")
    assert rows["ds"].tolist() == [2023, 2024, 2025]
    assert rows["difference"].tolist() == (new.median[:3] - old.median).tolist()
    assert rows["hi"].tolist() == old.interval(50).upper.tolist()
    with pytest.raises(errors.YearNotForecastError):
        old.compare(uj.forecast(uj.Series([1, 2], start=1990), h=1))
    with pytest.raises(errors.BadParameterError, match="a forecast of a count"):
        old.compare(uj.forecast(uj.Series([1.5, 2], start=2021), h=1))


def test_every_result_has_a_summary_and_shows_itself_in_a_notebook(cases, under_way):
    panel = uj.Panel({"a": cases, "b": under_way})
    fc = uj.forecast(under_way, h=2)
    shown = [
        under_way,
        panel,
        fc,
        uj.forecast(panel, h=2),
        uj.Naive().fit(cases),
        uj.plan.target(fc, year=2024, at_most=9),
    ]
    for one in shown:
        assert len(one.summary().strip()) > 20
        assert "<" in one._repr_html_()
    text = fc.summary()
    assert re.search(r"^  2024 +\d+ +\d+ to [\d]+ +\d+ to \d+$", text, re.MULTILINE)
    assert "2023 is under way" in text
    assert "b (count), 2015-2023: 9 numbers, 2023 under way" in panel.summary()
    assert re.search(
        r"^  a by BayesETS, 2023: \d+ \[\d+, \d+\]; 2024: ", uj.forecast(panel, h=2).summary(), re.MULTILINE
    )
    html = uj.backtest(panel["a"], ["Naive"], h=1)._repr_html_()
    assert "coverage-80" in html


def test_charts_in_a_notebook_need_no_script_and_nothing_from_outside(under_way):
    panel = uj.Panel({f"s{i}": under_way for i in range(14)})
    for html in (under_way._repr_html_(), panel._repr_html_(), uj.forecast(panel, h=1)._repr_html_()):
        assert not re.search(r"<script|<link|src=|href=|url\((?!#)|@import", html)
        ElementTree.fromstring(f"<div>{html}</div>")
    assert panel._repr_html_().count("<svg ") == 12
    assert "and 2 more" in panel._repr_html_()


def test_small_counts_leave_no_trace_in_a_masked_text():
    s = uj.Series([12, 3, 9, 14, 8], start=2018, name="s").with_partial(2023, 2, share=0.5)
    stored = json.loads(s.to_json(mask_below=5))
    assert stored["data"]["values"] == [
        {"exact": 12.0},
        {"censored": {"lower": 0.0, "upper": 4.0}},
        {"exact": 9.0},
        {"exact": 14.0},
        {"exact": 8.0},
    ]
    fc = uj.forecast(s, h=2)
    again = uj.Forecast.from_json(fc.to_json(mask_below=5))
    assert again.years.tolist() == fc.years.tolist()
    assert np.isnan(again.series.values[1])
    assert again.series.last_year == 2022
    assert not any("2 counted" in note for note in again.notes)
    assert fc.to_json(mask_below=1) == fc.to_json(), "there is no zero to mask"


def test_a_frame_of_a_masked_forecast_is_not_held_at_a_small_count():
    s = uj.Series([1, 0, 2, 1, 3], start=2018, name="s").with_partial(2023, 4, share=0.9)
    fc = uj.forecast(s, h=1)
    assert fc.to_frame("pandas")["BayesETS-lo-95"][0] >= 4
    assert fc.to_frame("pandas", mask_below=5)["BayesETS-lo-95"][0] < 4


@pytest.mark.parametrize("limit", [0, 2.5, -1, float("nan")])
def test_a_limit_that_is_no_count_is_refused(cases, limit):
    with pytest.raises(errors.BadParameterError, match="mask_below"):
        cases.to_json(mask_below=limit)


@pytest.mark.parametrize("backend", list(BACKENDS))
def test_a_panel_for_publication_masks_small_cells_and_what_gives_them_away(backend):
    values = {"all": 40, "men": 17, "women": 20, "children": 3, "elsewhere": 2}
    panel = uj.Panel({name: uj.Series({2022: y}) for name, y in values.items()})
    tree = {"all": ["men", "women", "children"]}
    frame = panel.to_frame(backend, mask_below=5, tree=tree)
    assert column(frame, "shown") == ["40", "masked", "20", "<5", "<5"]
    plain = [None if y is None or y != y else y for y in column(frame, "y")]
    assert plain == [40, None, 20, None, None]
    again = uj.Panel.from_frame(frame)
    assert repr(again["men"]) == "Series 'men' (count), 2022: 16..20", "40 less 20 less 0 to 4"
    assert repr(again["children"]) == "Series 'children' (count), 2022: 0..4"
    with pytest.raises(TypeError, match="mask_below"):
        panel.to_frame(backend, tree=tree)


def test_a_total_is_masked_with_its_parts_where_they_are_all_small():
    tree = {"all": ["men", "women"]}
    panel = uj.Panel({name: uj.Series({2022: y}) for name, y in [("all", 8), ("men", 4), ("women", 4)]})
    frame = panel.to_frame("pandas", mask_below=5, tree=tree)
    assert frame["shown"].tolist() == ["masked", "<5", "<5"], "two of at most 4 that add up to 8 are both 4"
    assert frame[["y_lo", "y_hi"]].to_numpy()[0].tolist() == [5, 8], "above 4, and at most twice 4"
    wrong = uj.Panel({name: uj.Series({2022: y}) for name, y in [("all", 9), ("men", 20), ("women", 2)]})
    frame = wrong.to_frame("pandas", mask_below=5, tree=tree)
    assert frame["shown"].tolist() == ["9", "masked", "<5"]
    assert frame[["y_lo", "y_hi"]].isna().to_numpy().tolist() == [[True, True], [True, True], [False, False]]
    assert repr(uj.Panel.from_frame(frame)["men"]) == "Series 'men' (count), 2022: -"


def test_a_data_set_masks_with_the_totals_that_it_knows():
    panel = uj.datasets.malaysia()
    frame = panel.to_frame("pandas", mask_below=5)
    assert (frame["shown"] == "<5").sum() > 0
    counts = frame[frame["unit"] == "count"]
    assert not (counts["y"] < 5).any()
    hidden = {(r.unique_id, r.ds) for r in frame.itertuples() if np.isnan(r.y)}
    known = {(r.unique_id, r.ds): r.y for r in frame.itertuples() if not np.isnan(r.y)}
    by_total = {}
    for parent, child, relation in panel.hierarchies:
        if relation != "subset":
            by_total.setdefault((parent, relation), []).append(child)
    before = {(r.unique_id, r.ds): r.y for r in panel.to_frame("pandas").itertuples()}
    for (parent, _), children in by_total.items():
        for year in range(2014, 2024):
            cells = [(name, year) for name in [parent, *children]]
            ours = [cell for cell in cells if cell in hidden and before[cell] == before[cell]]
            unknown = [cell for cell in cells if cell not in known]
            assert not (len(ours) == 1 and len(unknown) == 1), f"{ours[0]} can be computed"


def test_progress_is_drawn_on_standard_error_when_asked(cases, capsys):
    panel = uj.Panel({f"s{i}": cases for i in range(7)})
    uj.forecast(panel, h=1, model="Naive")
    assert capsys.readouterr().err == ""
    uj.forecast(panel, h=1, model="Naive", progress=True)
    drawn = capsys.readouterr()
    assert drawn.out == ""
    assert "7 of 7\n" in drawn.err
    uj.forecast(panel.to_frame("polars"), h=1, model="Naive", progress=True)
    assert "7 of 7\n" in capsys.readouterr().err
    uj.backtest(panel, ["Naive", "Drift"], h=1, n_windows=2, progress=True)
    assert "28 of 28\n" in capsys.readouterr().err

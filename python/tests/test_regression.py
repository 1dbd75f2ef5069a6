import pickle

import numpy as np
import pandas as pd
import pytest

import unjuran as uj
from unjuran import errors

COUNTS = [uj.PoissonTrend(), uj.PoissonTrend(dispersion="estimate"), uj.NegativeBinomialTrend()]
TRENDS = [
    uj.LinearTrend(projection="damped"),
    uj.LogLinearTrend(projection="damped"),
    uj.PolynomialTrend(),
    uj.PolynomialTrend(3, projection="damped"),
    uj.SegmentedTrend(),
    uj.SegmentedTrend(n_breaks=1),
    uj.SegmentedTrend(n_breaks="permutation", max_breaks=1),
    uj.SegmentedTrend(breaks=[2018], scale="log"),
    uj.SegmentedTrend(scale="counts", projection="damped"),
    uj.TheilSenTrend(),
    uj.TheilSenTrend(method="siegel", projection="damped"),
    uj.HuberTrend(),
    uj.HuberTrend(loss="bisquare"),
    uj.RidgeTrend(),
    uj.ElasticNetTrend(l1_ratio=0.9, projection="damped"),
    uj.NegativeBinomialTrend(projection="line"),
    *COUNTS,
]


@pytest.mark.parametrize("model", TRENDS, ids=repr)
def test_every_trend_fits_reports_and_forecasts(model, cases):
    fit = model.fit(cases)
    assert isinstance(fit, uj.FittedTrend)
    assert len(fit.names) == len(fit.coef) == len(fit.se) == len(fit.t) == len(fit.p)
    assert fit.fitted.shape == fit.residuals.shape == (8,)
    assert (fit.se > 0).all()
    assert ((fit.p >= 0) & (fit.p <= 1)).all()
    assert set(fit.trend_test()) == {"statistic", "tau", "z", "p"}
    for name in fit.names:
        assert name in fit.summary()
    assert "<table>" in fit._repr_html_()
    fc = fit.forecast(3)
    assert fc.years.tolist() == [2023, 2024, 2025]
    assert fc.model == model.name
    assert (fc.interval(95).lower >= 0).all()


@pytest.mark.parametrize("model", TRENDS, ids=repr)
def test_trends_and_their_fits_are_values(model, cases):
    assert model == pickle.loads(pickle.dumps(model))
    assert eval(repr(model), vars(uj)) == model
    fit = model.fit(cases)
    assert pickle.loads(pickle.dumps(fit)).forecast(2) == fit.forecast(2)


def test_different_settings_have_different_names():
    assert len({model.name for model in TRENDS}) == len(TRENDS)


def test_a_law_change_is_a_step_with_a_coefficient():
    # 10 a year, 4 more from 2019 on, no trend: by hand.
    s = uj.Series([10, 10, 10, 10, 14, 14, 14, 14], start=2015, unit="amount")
    fit = uj.LinearTrend().fit(s, events=[uj.plan.Event(2019, "step", name="amendment")])
    assert fit.names == ("intercept", "trend", "amendment")
    assert fit.coef == pytest.approx([10, 0, 4], abs=1e-12)
    again = pickle.loads(pickle.dumps(fit))
    assert again.names == fit.names


def test_an_event_ahead_changes_nothing_before_and_widens_the_fan_from_its_year_on(cases):
    fit = uj.LinearTrend().fit(cases, events=[uj.plan.Event(2024)])
    plain = uj.LinearTrend().fit(cases)
    assert fit.coef.tolist() == plain.coef.tolist()
    fans = [f.forecast(3).interval(80) for f in (fit, plain)]
    ratio = np.divide(*[fan.upper - fan.lower for fan in fans])
    assert ratio[0] == 1
    assert (ratio[1:] > 1).all()
    assert any("step 2024" in note for note in fit.notes)


def test_a_driver_needs_its_future_and_takes_it_from_a_dict_or_a_frame():
    # y = 1 + 2 x, no trend: by hand.
    x = dict(zip(range(2015, 2023), [1, 4, 2, 8, 5, 7, 3, 6], strict=True))
    s = uj.Series({year: 1 + 2 * v for year, v in x.items()}, unit="amount", name="cost")
    fit = uj.LinearTrend().fit(s, exog={"patrols": x})
    assert fit.coef == pytest.approx([1, 0, 2], abs=1e-12)
    with pytest.raises(errors.MissingDriverError) as caught:
        fit.forecast(2)
    assert (caught.value.series, caught.value.column, caught.value.year) == ("cost", "patrols", 2023)
    expected = [21, 25]
    assert fit.forecast(2, exog={"patrols": {2023: 10, 2024: 12}}).median == pytest.approx(expected)
    frame = pd.DataFrame({"patrols": [10, 12]}, index=[2023, 2024])
    assert fit.forecast(2, exog=frame).median == pytest.approx(expected)
    known = uj.LinearTrend().fit(s, exog={"patrols": x | {2023: 10, 2024: 12}})
    assert known.forecast(2).median == pytest.approx(expected)
    with pytest.raises(errors.MissingDriverError):
        uj.LinearTrend().fit(s, exog={"patrols": {2015: 1}})
    with pytest.raises(errors.BadParameterError, match="patrols"):
        fit.forecast(2, exog={"ships": {2023: 1}})


def test_exposure_turns_counts_into_rates():
    population = {year: 1000 * 2**i for i, year in enumerate(range(2015, 2024))}
    s = uj.Series([10, 20, 40, 80, 160, 320, 640, 1280], start=2015)
    for model in COUNTS:
        fit = model.fit(s, exposure=population)
        assert fit.coef[1] == pytest.approx(0, abs=1e-9)
        assert fit.forecast(1).median[0] == pytest.approx(2560, rel=0.02)


def test_weights_of_zero_leave_years_out():
    s = uj.Series([1, 2, 3, 400, 5, 6], start=2015, unit="amount")
    fit = uj.LinearTrend().fit(s, weights={2018: 0})
    assert fit.coef == pytest.approx([0, 1], abs=1e-9)


def test_other_models_take_nothing_beside_the_series(cases):
    with pytest.raises(errors.InputNotTakenError) as caught:
        uj.Naive().fit(cases, weights={2015: 2})
    assert (caught.value.model, caught.value.input) == ("Naive", "weights")
    with pytest.raises(errors.InputNotTakenError):
        uj.LinearTrend().fit(cases, exposure=dict.fromkeys(range(2015, 2023), 1.0))
    with pytest.raises(TypeError, match=r"events\[0\] must be an unjuran\.plan\.Event"):
        uj.LinearTrend().fit(cases, events=[2019])
    with pytest.raises(TypeError, match="by year"):
        uj.LinearTrend().fit(cases, weights=[1, 2])


def test_trends_of_counts_refuse_amounts():
    with pytest.raises(errors.CountsOnlyError) as caught:
        uj.PoissonTrend().fit(uj.Series([1.5, 2.5, 3.5], start=2020))
    assert caught.value.unit == "amount"


def test_percent_changes_are_those_of_the_log_scale(cases):
    fit = uj.LogLinearTrend().fit(uj.Series([100, 110, 121, 133.1, 146.41, 161.051], start=2015))
    (change,) = fit.annual_percent_change()
    assert (change["from"], change["to"]) == (2015, 2020)
    assert change["percent"] == pytest.approx(10)
    with pytest.raises(errors.NoPercentChangeError):
        uj.LinearTrend().fit(cases).annual_percent_change()


def test_settings_that_do_not_exist_are_refused_with_those_that_do(cases):
    for wrong, parameter in [
        (lambda: uj.LinearTrend(projection="flat"), "projection"),
        (lambda: uj.PolynomialTrend(0), "degree"),
        (lambda: uj.PolynomialTrend(11), "degree"),
        (lambda: uj.SegmentedTrend(n_breaks="many"), "n_breaks"),
        (lambda: uj.SegmentedTrend(max_breaks=4), "max_breaks"),
        (lambda: uj.SegmentedTrend(breaks=[1999]).fit(cases), "breaks"),
        (lambda: uj.TheilSenTrend(method="mean"), "method"),
        (lambda: uj.HuberTrend(loss="square"), "loss"),
        (lambda: uj.PoissonTrend(dispersion="much"), "dispersion"),
        (lambda: uj.plan.Event(2020, "jump"), "kind"),
    ]:
        with pytest.raises(errors.BadParameterError) as caught:
            wrong()
        assert caught.value.parameter == parameter
    with pytest.raises(TypeError, match="n_breaks"):
        uj.SegmentedTrend(1, breaks=[2018])


def test_too_few_years_for_breaks_are_told_with_both_numbers():
    with pytest.raises(errors.TooFewYearsError) as caught:
        uj.SegmentedTrend(n_breaks=3).fit(uj.Series([1, 5, 2, 7, 3, 8], start=2015))
    assert (caught.value.needed, caught.value.got) == (10, 6)


def test_events_are_values():
    event = uj.plan.Event(2022, "ramp", name="x")
    assert event == pickle.loads(pickle.dumps(event)) == eval(repr(event), {"Event": uj.plan.Event})
    assert hash(event) == hash(uj.plan.Event(2022, "ramp", name="x"))
    assert (event.year, event.kind, event.name) == (2022, "ramp", "x")


def test_columns_of_ones_own_are_fitted_by_name():
    frame = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [1.0, 0, 0, 1]})
    y = 1 + 2 * frame["a"] - 3 * frame["b"]
    fit = uj.regression.ols(frame, y)
    assert fit.names == ("intercept", "a", "b")
    assert fit.coef == pytest.approx([1, 2, -3])
    assert fit.covariance.shape == (3, 3)
    assert fit.leverage.sum() == pytest.approx(3)
    assert uj.regression.ols(frame.to_numpy(), y, intercept=False).names == ("x1", "x2")
    with pytest.raises(errors.RankDeficientError) as caught:
        uj.regression.ols([[1, 2], [2, 4], [3, 6], [5, 10]], [1, 2, 3, 5])
    assert caught.value.columns == ("x2",)
    with pytest.raises(errors.MatrixShapeError):
        uj.regression.ols([[1], [2, 4], [3]], [1, 2, 3])


def test_bands_and_diagnostics_of_a_line_by_hand():
    # Through (1, 1), (2, 3), (3, 2): errors -1/2, 1, -1/2, sigma^2 3/2, leverages 5/6, 1/3, 5/6; t(1, 0.9) is 3.0777.
    fit = uj.regression.ols({"x": [1, 2, 3]}, [1, 3, 2])
    assert fit.names == ("intercept", "x")
    assert fit.durbin_watson == pytest.approx(4.5 / 1.5)
    assert fit.cooks == pytest.approx([2.5, 0.25, 2.5])
    line, new = fit.confidence([[2]], 80), fit.prediction({"x": [2]}, 80)
    assert (line.lower[0], line.upper[0]) == pytest.approx((2 - 3.0777 * 0.5**0.5, 2 + 3.0777 * 0.5**0.5), abs=1e-3)
    assert (new.lower[0], new.upper[0]) == pytest.approx((2 - 3.0777 * 2**0.5, 2 + 3.0777 * 2**0.5), abs=1e-3)
    with pytest.raises(errors.MatrixShapeError):
        fit.confidence([[2, 3]])
    with pytest.raises(errors.BadParameterError, match="lags"):
        fit.robust_se("HC3", lags=2)
    with pytest.raises(errors.MatrixNumberError, match="weight below zero"):
        uj.regression.ols([[1], [2], [3]], [1, 3, 2], weights=[1, 1, -1])
    curve = uj.regression.polynomial([0, 1, 2, 3], [1, 0, 1, 4], 1)
    assert curve.durbin_watson is None
    with pytest.raises(errors.BadParameterError):
        curve.prediction([[2]])


def test_the_deviance_of_a_line_is_its_sum_of_squares():
    # Through 1, 2, 4, 3, 6: y = 1.1 t - 0.1, errors 0, -0.1, 0.8, -1.3, 0.6.
    fit = uj.LinearTrend().fit(uj.Series([1, 2, 4, 3, 6], start=2000))
    assert fit.glance("pandas")["deviance"][0] == pytest.approx(0.01 + 0.64 + 1.69 + 0.36)


def test_robust_errors_of_a_mean_by_hand():
    # 1, 2, 6: residuals -2, -1, 3; HC1 is 3/2 * 14 / 9, HC3 has each residual times 3/2.
    fit = uj.regression.ols([[1]] * 3, [1, 2, 6], intercept=False)
    assert fit.robust_se("HC1") == pytest.approx([(1.5 * 14 / 9) ** 0.5])
    assert fit.robust_se() == pytest.approx([(2.25 * 14 / 9) ** 0.5])
    with pytest.raises(errors.BadParameterError):
        fit.robust_se("HC9")


def test_a_nearly_dependent_polynomial_keeps_its_digits():
    # NIST StRD Filip is of this kind; here integer coefficients on far-off x, so that the truth is known.
    x = np.arange(100.0, 120.0)
    fit = uj.regression.polynomial(x, (x - 110) ** 3, 3)
    assert fit.coef == pytest.approx([-(110.0**3), 3 * 110.0**2, -330, 1], rel=1e-13)

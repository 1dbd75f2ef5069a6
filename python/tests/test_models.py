import copy
import pickle

import numpy as np
import pytest

import unjuran as uj
from unjuran import errors

THETAS = [uj.Theta(), uj.Theta("optimised"), uj.Theta("dynamic", bands="textbook")]
MODELS = [
    uj.ETS("ANN"),
    uj.ETS("AAN", alpha=0.5),
    uj.ETS("AAdN", phi=0.9),
    uj.AutoETS(),
    uj.Naive(),
    uj.Drift(),
    uj.Mean(),
    *THETAS,
]
COMBINED = [
    uj.Combination(),
    uj.Combination([uj.Naive(), uj.Drift()], weights="stacked", pooling="quantile"),
    uj.Combination(["Naive", uj.Mean()], weights="median"),
]
MODELS += [uj.ETS("MAdN", bands="textbook"), uj.ETS("AMN", region="admissible"), *COMBINED]
TRENDS = [uj.LinearTrend(), uj.LogLinearTrend()]


@pytest.mark.parametrize("model", MODELS + TRENDS, ids=repr)
def test_every_model_fits_reports_and_forecasts(model, cases):
    fit = model.fit(cases)
    assert fit.series == cases
    assert fit.model == model
    assert fit.sigma > 0
    assert fit.fitted.shape == fit.residuals.shape == (8,)
    known = ~np.isnan(fit.fitted)
    assert known.sum() >= 7
    relative = model == uj.LogLinearTrend() or fit.name.startswith("ETS(M")  # of logarithms, in proportion
    if not relative:
        np.testing.assert_allclose((cases.values - fit.fitted)[known], fit.residuals[known])
    assert fit.name.split("(")[0] in fit.summary()
    assert len(fit.forecast(3)) == 3
    assert fit.forecast(3).model == fit.name


@pytest.mark.parametrize("model", MODELS + TRENDS, ids=repr)
def test_models_and_fits_are_values(model, cases):
    assert model == pickle.loads(pickle.dumps(model)) == copy.deepcopy(model)
    assert hash(model) == hash(copy.copy(model))
    assert eval(repr(model), {"ETS": uj.ETS, **vars(uj)}) == model
    fit = model.fit(cases)
    again = pickle.loads(pickle.dumps(fit))
    assert again.forecast(4) == fit.forecast(4)
    assert again.params == fit.params


def test_different_settings_make_different_models():
    assert len(set(MODELS)) == len(MODELS)
    assert uj.ETS("ANN") != uj.ETS("ANN", alpha=0.5)
    assert uj.Naive() != uj.Drift()
    assert uj.Naive() != "Naive"


def test_fixed_parameters_stay_fixed(cases):
    fit = uj.ETS("AAdN", alpha=0.3, beta=0.1, phi=0.9, l0=200, b0=5).fit(cases)
    assert fit.params == {"alpha": 0.3, "beta": 0.1, "phi": 0.9, "l0": 200.0, "b0": 5.0}


def test_criteria_follow_from_the_likelihood(cases):
    # ETS(A,N,N): alpha, the level before the first year and the variance are estimated, k = 3, n = 8
    fit = uj.ETS("ANN").fit(cases)
    assert fit.aic == pytest.approx(2 * 3 - 2 * fit.loglik)
    assert fit.aicc == pytest.approx(fit.aic + 2 * 3 * 4 / (8 - 3 - 1))
    assert fit.bic == pytest.approx(3 * np.log(8) - 2 * fit.loglik)


def test_naive_repeats_the_last_year_and_drift_goes_on_with_the_mean_change():
    s = uj.Series([10, 14, 12, 16], start=2019)
    assert uj.Naive().fit(s).forecast(3).median.tolist() == [16, 16, 16]
    assert uj.Drift().fit(s).forecast(3).median.tolist() == [18, 20, 22]


def test_a_gap_is_nan_among_fitted_values_and_residuals(cases):
    fit = uj.ETS("ANN").fit(cases.with_missing(2018))
    assert np.isnan(fit.residuals[3])
    assert not np.isnan(fit.residuals[4:]).any()


def test_a_model_is_named_by_an_object_or_a_text(cases):
    for text, model in [("Naive", uj.Naive()), ("AutoETS", uj.AutoETS()), ("ETS(A,N,N)", uj.ETS("ANN"))]:
        assert uj.forecast(cases, h=2, model=text) == uj.forecast(cases, h=2, model=model)
        assert model.name == text
    with pytest.raises(errors.UnknownModelError) as caught:
        uj.forecast(cases, h=2, model="ARIMA")
    assert "Naive" in caught.value.known
    assert caught.value.name == "ARIMA"
    for wrong in (5, uj.Naive, cases):
        with pytest.raises(TypeError, match=r"uj\.Naive\(\)"):
            uj.forecast(cases, h=2, model=wrong)


def test_too_few_years_are_told_with_both_numbers():
    with pytest.raises(errors.TooFewYearsError) as caught:
        uj.Drift().fit(uj.Series([3, 4], start=2020, name="short"))
    error = caught.value
    assert (error.series, error.model, error.needed, error.got) == ("short", "Drift", 3, 2)


@pytest.mark.parametrize(
    ("settings", "parameter"),
    [({"alpha": 3}, "alpha"), ({"alpha": float("nan")}, "alpha"), ({"phi": 0}, "phi"), ({"l0": float("inf")}, "l0")],
)
def test_inadmissible_parameters_are_refused_at_once(settings, parameter):
    with pytest.raises(errors.BadParameterError) as caught:
        uj.ETS("AAdN", **settings)
    assert caught.value.parameter == parameter


def test_a_parameter_that_the_class_does_not_have_is_refused():
    with pytest.raises(errors.BadParameterError, match="has no beta"):
        uj.ETS("ANN", beta=0.1)
    with pytest.raises(errors.BadParameterError, match='"ANN", "AAN", "AAdN", "AMN"'):
        uj.ETS("ZZN")


def test_fit_takes_a_series_and_the_base_class_is_no_model():
    with pytest.raises(TypeError, match=r"series must be an unjuran\.Series, not list"):
        uj.Naive().fit([1, 2, 3])
    with pytest.raises(TypeError):
        uj.Model()


def test_a_trend_knows_its_coefficients():
    # The line through (1, 1), (2, 3), (3, 2), by hand: 1 + t / 2, rss 3/2 on one degree of freedom, r2 1/4,
    # se of the slope sqrt(3/2 / 2).
    fit = uj.LinearTrend().fit(uj.Series([1, 3, 2], start=2020))
    assert isinstance(fit, uj.FittedTrend)
    assert isinstance(fit, uj.FittedModel)
    assert fit.coef == pytest.approx([1, 0.5])
    assert fit.se[1] == pytest.approx(0.75**0.5)
    assert fit.t[1] == pytest.approx(0.5 / 0.75**0.5)
    assert 0 < fit.p[1] < 1
    assert (fit.r2, fit.rss, fit.df) == (pytest.approx(0.25), pytest.approx(1.5), 1)
    assert len(fit.names) == 2
    assert dict(zip(fit.names, fit.coef.tolist(), strict=True)) == fit.params


def test_a_zero_has_no_logarithm():
    with pytest.raises(errors.NotPositiveError) as caught:
        uj.LogLinearTrend().fit(uj.Series([3, 0, 4, 5, 4, 6], start=2020, name="zeros"))
    assert (caught.value.year, caught.value.model) == (2021, "LogLinearTrend")


def test_a_class_says_what_it_needs_of_the_values():
    with pytest.raises(errors.NeedsPositiveError) as caught:
        uj.ETS("MNN").fit(uj.Series([3, 0, 4, 5], start=2020, name="zeros"))
    assert (caught.value.series, caught.value.model, caught.value.year) == ("zeros", "ETS(M,N,N)", 2021)
    with pytest.raises(errors.LeavesPositiveError) as left:
        uj.ETS("MAN", alpha=0.1, beta=0.1, l0=10, b0=-4).fit(uj.Series([6, 3, 2, 1, 1], start=2020))
    assert left.value.model == "ETS(M,A,N)"


def test_exponential_smoothing_knows_its_states_and_standard_errors(cases):
    fit = uj.ETS("AAN").fit(uj.Series([12, 15, 11, 18, 22, 19, 25, 24], start=2015))
    assert isinstance(fit, uj.FittedETS)
    assert fit.level.shape == fit.slope.shape == (9,)
    assert {"alpha", "l0", "b0"} <= set(fit.se)  # beta has no room where alpha is at the edge of its range
    assert all(se > 0 for se in fit.se.values())
    assert fit.df == 4
    flat = uj.ETS("ANN", alpha=1, l0=163).fit(cases)
    assert flat.se == {}
    assert np.isnan(flat.slope).all()
    assert flat.level[1:].tolist() == cases.values.tolist()  # the level of a random walk is the value
    assert "std err" in fit.summary()
    assert "fixed" in flat.summary()


def test_a_fit_is_updated_stored_and_carried_to_another_series(cases):
    fit = uj.AutoETS().fit(cases)
    later = fit.update(150)
    assert later.params == fit.params
    assert later.forecast(1).years[0] == fit.forecast(1).years[0] + 1
    assert uj.FittedETS.from_json(fit.to_json()).forecast(4) == fit.forecast(4)
    again = pickle.loads(pickle.dumps(later))
    assert again.params == later.params
    assert again.forecast(3) == later.forecast(3)
    other = fit.refit(uj.Series([20, 30, 25, 28, 35], start=2018))
    assert other.params["alpha"] == fit.params["alpha"]


def test_the_class_that_is_reported_has_the_least_criterion(cases):
    auto = uj.AutoETS().fit(cases)
    for spec in ("ANN", "AAN", "AAdN", "MNN", "MAN", "MAdN"):
        rival = uj.ETS(spec).fit(cases)
        assert rival.aicc is None or auto.aicc <= rival.aicc + 1e-6
    assert sum(auto.weights.values()) == pytest.approx(1)
    assert uj.ETS("ANN").fit(cases).weights == {"ETS(A,N,N)": 1.0}


def test_full_bands_are_wider_than_those_of_the_textbook(cases):
    for model, textbook in [
        (uj.ETS("ANN"), uj.ETS("ANN", bands="textbook")),
        (uj.ETS("MNN"), uj.ETS("MNN", bands="textbook")),
        (uj.Theta(), uj.Theta(bands="textbook")),
    ]:
        full, plain = (m.fit(cases).forecast(3).interval(95) for m in (model, textbook))
        assert (full.upper - full.lower > plain.upper - plain.lower).all()
    with pytest.raises(errors.BadParameterError, match="textbook"):
        uj.Theta(bands="narrow")


def test_a_combination_needs_a_known_way_to_combine():
    for arguments in ({"weights": "best"}, {"pooling": "max"}):
        with pytest.raises(errors.BadParameterError):
            uj.Combination(["Naive"], **arguments)
    with pytest.raises(errors.UnknownModelError):
        uj.Combination(["Naiv"])


def test_models_are_equal_if_their_settings_are():
    assert uj.SegmentedTrend(max_breaks=3) == uj.SegmentedTrend()
    assert uj.Combination(["Naive", "Drift"]) == uj.Combination([uj.Naive(), uj.Drift()])
    assert uj.SegmentedTrend() != uj.SegmentedTrend(max_breaks=2)
    for model in (uj.SegmentedTrend(max_breaks=3), uj.ETS("AAN", alpha=0.3), uj.BayesETS(prior="annual")):
        again = uj.Model.from_json(model.to_json())
        assert again == model
        assert hash(again) == hash(model)


def test_variants_of_a_model_are_compared_beside_each_other(cases):
    variants = [uj.AutoETS(), uj.AutoETS("all"), uj.ETS("AAN"), uj.ETS("AAN", alpha=0.3), uj.BayesETS(prior="annual")]
    table = uj.backtest(cases, variants, h=1, n_windows=1).summary(backend="polars")
    assert table["model"].to_list() == [model.name for model in variants]
    assert "ETS(A,A,N; alpha=0.3)" in table["model"].to_list()


@pytest.mark.parametrize(
    ("make", "parameter", "value"),
    [
        (lambda: uj.PolynomialTrend(-1), "degree", "-1"),
        (lambda: uj.PolynomialTrend(2**40), "degree", str(2**40)),
        (lambda: uj.SegmentedTrend(n_breaks=-2), "n_breaks", "-2"),
        (lambda: uj.SegmentedTrend(max_breaks=-3), "max_breaks", "-3"),
    ],
)
def test_a_whole_number_out_of_range_is_refused_as_it_was_given(make, parameter, value):
    with pytest.raises(errors.BadParameterError) as caught:
        make()
    assert (caught.value.parameter, caught.value.value) == (parameter, value)


@pytest.mark.parametrize("pooling", ["linear", "quantile"])
def test_the_median_of_models_takes_no_other_pooling(pooling):
    with pytest.raises(errors.BadParameterError, match=pooling) as caught:
        uj.Combination(weights="median", pooling=pooling)
    assert caught.value.parameter == "pooling"


@pytest.mark.parametrize(
    "model",
    [
        uj.LinearTrend(projection="damped"),
        uj.Theta("dynamic", bands="textbook"),
        uj.ETS("AAdN", alpha=0.5),
        uj.AutoETS(bands="textbook"),
        uj.PolynomialTrend(3),
        uj.SegmentedTrend(1),
        uj.SegmentedTrend(breaks=[2018]),
        uj.RidgeTrend(penalty=0.5),
        uj.PoissonTrend(projection="line"),
        uj.Combination(["Naive", uj.LinearTrend(projection="damped")]),
    ],
    ids=lambda model: model.name,
)
def test_the_name_that_a_model_and_its_forecast_tell_makes_them_again(model, cases):
    forecast = uj.forecast(cases, h=2, model=model)
    assert uj.forecast(cases, h=2, model=model.name) == forecast
    assert uj.forecast(cases, h=2, model=forecast.model).model == forecast.model


def test_a_name_without_its_prior_makes_no_model(cases):
    with pytest.raises(errors.UnknownModelError, match="BayesETS"):
        uj.forecast(cases, h=1, model="BayesETS(my prior)")

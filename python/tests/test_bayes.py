import json
import pickle

import numpy as np
import pytest

import unjuran as uj
from unjuran import errors


def test_the_unit_chooses_the_prior_and_the_argument_overrules_it(cases):
    assert uj.BayesETS().fit(cases).prior == "counts"
    assert uj.BayesETS(prior="annual").fit(cases).prior == "annual"
    assert uj.BayesETS().fit(uj.Series(cases.values, start=2015, unit="amount")).prior == "annual"
    law = uj.BayesETS(prior="annual").fit(cases).forecast(2)
    assert all(bound % 1 == 0 for bound in law.interval(80).upper)  # the unit alone decides rounding


def test_a_prior_says_what_it_was_learned_from_and_is_a_value():
    prior = uj.Prior("counts")
    assert any(source.startswith("glotip_totals:") for source in prior.sources)
    assert prior == pickle.loads(pickle.dumps(prior)) == uj.Prior.from_json(prior.to_json())
    assert prior != uj.Prior("annual")
    assert sum(member["weight"] for member in prior.members) == pytest.approx(1)
    weights = [member["weight"] for member in prior.members]
    assert weights == sorted(weights, reverse=True)


def test_an_unknown_prior_is_refused_with_the_names_there_are():
    with pytest.raises(errors.BadParameterError, match='"annual", "counts"'):
        uj.Prior("monthly")
    with pytest.raises(TypeError, match=r"uj\.Prior"):
        uj.BayesETS(prior=3)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"weights": [0.5]}, "weights"),
        ({"eta": 0}, "eta"),
        ({"members": []}, "members"),
        ({"eta_growth": 9}, "eta_growth"),
    ],
)
def test_a_stored_prior_that_makes_no_prior_is_refused(change, said):
    stored = json.loads(uj.Prior("annual").to_json())
    stored["data"] |= change
    with pytest.raises(errors.BadJsonError, match=said):
        uj.Prior.from_json(json.dumps(stored))


def test_a_member_outside_its_range_is_refused_by_name():
    stored = json.loads(uj.Prior("annual").to_json())
    stored["data"]["members"][0]["phi"] = 1.5
    with pytest.raises(errors.BadJsonError, match=r"phi = 1\.5"):
        uj.Prior.from_json(json.dumps(stored))


def test_the_fit_shows_what_the_data_said(cases):
    fit = uj.BayesETS().fit(cases)
    total = sum(member["weight"] for member in fit.members)
    assert total == pytest.approx(1)
    powers, weights = fit.scales
    assert list(powers) == sorted(powers)
    assert sum(weights) == pytest.approx(1)
    flat = sum(member["weight"] for member in fit.members if member["phi"] == 0)
    assert fit.params["no_trend"] == pytest.approx(flat)
    np.testing.assert_allclose(fit.residuals, cases.values - fit.fitted)


def test_a_model_with_a_prior_survives_pickling_and_forecasts_the_same(cases):
    model = uj.BayesETS(prior="annual")
    again = pickle.loads(pickle.dumps(model))
    assert again == model
    assert hash(again) == hash(model)
    assert model != uj.BayesETS()
    assert again.fit(cases).forecast(3) == model.fit(cases).forecast(3)
    assert pickle.loads(pickle.dumps(model.fit(cases))).forecast(3) == model.fit(cases).forecast(3)

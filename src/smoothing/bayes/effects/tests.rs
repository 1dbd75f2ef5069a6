//! Behaviour of fits with events, drivers and exposure.

use super::super::*;
use crate::dist::Predictive as _;
use crate::error::Error;
use crate::series::{Event, EventKind, Horizon, Unit, Year};

const BEFORE: [f64; 8] = [160.0, 148.0, 171.0, 155.0, 166.0, 150.0, 158.0, 163.0];

fn year(y: i64) -> Year {
    Year::new(y).unwrap()
}

fn years(h: i64) -> Horizon {
    Horizon::years(h).unwrap()
}

fn series(values: &[f64]) -> Series {
    Series::new("cases", year(2010), values).unwrap()
}

fn event(y: i64, kind: EventKind) -> Inputs {
    Inputs::new().event(Event::new(year(y), kind, Some("law"))).unwrap()
}

fn with(values: &[f64], tail: &[f64]) -> Series {
    series(&values.iter().chain(tail).copied().collect::<Vec<_>>())
}

#[test]
fn a_fall_by_sixty_per_cent_is_found_and_its_size_with_it() {
    let fallen = with(&BEFORE, &[62.0, 66.0, 60.0, 65.0]);
    let fitted = BayesEts::default().fit_with(&fallen, &event(2018, EventKind::Step)).unwrap();
    let effect = &fitted.effects()[0];
    assert!(fitted.log_bayes_factor().unwrap() > 2.0, "{:?}", fitted.log_bayes_factor());
    assert!(effect.relative(0.025) > -0.75 && effect.relative(0.975) < -0.4, "{}", effect.relative(0.5));
    assert!(effect.rises() < 0.01);
    // what would have been: about what was before, year by year with the year's own shock
    let without = fitted.counterfactual().unwrap().unwrap();
    assert_eq!(without.years()[0], year(2018));
    for law in without.steps() {
        assert!((law.quantile(0.5) - 160.0).abs() < 25.0, "{}", law.quantile(0.5));
    }
}

#[test]
fn nothing_happened_is_not_called_an_effect() {
    let same = with(&BEFORE, &[155.0, 166.0, 149.0, 161.0]);
    let fitted = BayesEts::default().fit_with(&same, &event(2018, EventKind::Step)).unwrap();
    let effect = &fitted.effects()[0];
    assert!(fitted.log_bayes_factor().unwrap() < 0.0);
    assert!(effect.relative(0.025) < 0.0 && effect.relative(0.975) > 0.0);
}

#[test]
fn an_effect_on_amounts_is_the_same_in_every_unit_of_money() {
    let fallen = [62.0, 66.0, 60.0, 65.0];
    let effect = |unit: f64| {
        let values: Vec<f64> = BEFORE.iter().chain(&fallen).map(|y| y * unit).collect();
        let amounts = series(&values).with_unit(Unit::Amount).unwrap();
        let fitted = BayesEts::default().fit_with(&amounts, &event(2018, EventKind::Step)).unwrap();
        [0.025, 0.5, 0.975].map(|p| fitted.effects()[0].relative(p))
    };
    let in_ringgit = effect(1.0);
    for unit in [1e-6, 1e-3, 1e6] {
        for (a, b) in effect(unit).iter().zip(in_ringgit) {
            assert!((a - b).abs() < 1e-6, "{a} in units of {unit}, {b} in one");
        }
    }
}

#[test]
fn an_event_to_come_changes_nothing_before_it_and_widens_the_fan_from_its_year_on() {
    let s = series(&BEFORE);
    let without = BayesEts::default().fit_with(&s, &event(2020, EventKind::Pulse)).unwrap();
    // the evidence with effects integrates sigma on a lattice, good to a thousandth
    assert!(without.log_bayes_factor().unwrap().abs() < 0.01, "{:?}", without.log_bayes_factor());
    let (with_event, plain) = (
        without.forecast(years(4)).unwrap(),
        BayesEts::with_prior(Prior {
            shared: Shared { wild: 0.0, ..Prior::counts().unwrap().shared },
            ..Prior::counts().unwrap().clone()
        })
        .fit(&s)
        .unwrap()
        .forecast(years(4))
        .unwrap(),
    );
    let width = |f: &crate::forecast::Forecast, i: usize| {
        let band = f.interval(95.0).unwrap();
        band.upper[i] - band.lower[i]
    };
    for i in [0, 1, 3] {
        assert!((width(&with_event, i) / width(&plain, i) - 1.0).abs() < 0.04, "{i}");
    }
    assert!(width(&with_event, 2) > 1.5 * width(&plain, 2));
}

#[test]
fn a_series_in_proportion_to_its_exposure_is_forecast_in_proportion_to_it() {
    let people: Vec<(Year, f64)> =
        (0..10).map(|i| (year(2010 + i), 1000.0 * f64::from(1 + i32::try_from(i).unwrap()))).collect();
    let values: Vec<f64> = (1..=8).map(|i| 50.0 * f64::from(i)).collect();
    let inputs = Inputs::new().exposure(people.clone()).unwrap();
    let s = series(&values).with_unit(Unit::Amount).unwrap();
    let forecast = BayesEts::default().fit_with(&s, &inputs).unwrap().forecast(years(2)).unwrap();
    let median = forecast.median();
    assert!((median[0] / 450.0 - 1.0).abs() < 0.02 && (median[1] / 500.0 - 1.0).abs() < 0.03, "{median:?}");
    let missing = BayesEts::default().fit_with(&s, &Inputs::new().exposure(people[..9].to_vec()).unwrap()).unwrap();
    assert!(matches!(missing.forecast(years(2)), Err(Error::MissingDriver { year: 2019, .. })));
}

#[test]
fn exposure_that_never_changes_changes_nothing() {
    let people = (0..12).map(|i| (year(2010 + i), 500.0));
    let inputs = Inputs::new().exposure(people).unwrap();
    let (s, model) = (series(&BEFORE), BayesEts::default());
    let with_it = model.fit_with(&s, &inputs).unwrap().forecast(years(3)).unwrap();
    let without = model.fit(&s).unwrap().forecast(years(3)).unwrap();
    for p in [0.025, 0.5, 0.9] {
        for (a, b) in with_it.quantile(p).unwrap().iter().zip(without.quantile(p).unwrap()) {
            assert!((a - b).abs() <= 1.0, "{p}: {a} and {b}");
        }
    }
}

#[test]
fn a_driver_that_explains_the_series_narrows_it() {
    let x = [1.0, 3.0, 2.0, 5.0, 4.0, 6.0, 2.0, 5.0, 3.0, 4.0, 6.0, 1.0];
    let values: Vec<f64> = x.iter().map(|x| 100.0 + 20.0 * x).collect();
    let s = series(&values).with_unit(Unit::Amount).unwrap();
    let inputs =
        Inputs::new().driver("patrols", x.iter().enumerate().map(|(i, x)| (year(2010).plus(i).unwrap(), *x))).unwrap();
    let future = Inputs::new().driver("patrols", [(year(2022), 6.0)]).unwrap();
    let forecast = BayesEts::default().fit_with(&s, &inputs).unwrap().forecast_with(years(1), &future).unwrap();
    assert!((forecast.median()[0] - 220.0).abs() < 10.0, "{:?}", forecast.median());
    let band = forecast.interval(80.0).unwrap();
    assert!(band.upper[0] - band.lower[0] < 40.0);
}

#[test]
fn weights_are_refused_by_name() {
    let inputs = Inputs::new().weights([(year(2010), 2.0)]).unwrap();
    let refused = BayesEts::default().fit_with(&series(&BEFORE), &inputs).unwrap_err();
    assert_eq!(refused, Error::InputNotTaken { model: "BayesETS".into(), input: "weights".into() });
}

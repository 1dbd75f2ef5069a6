//! One of everything that can be stored, small.

use std::sync::Arc;

use serde_json::Value as Json;
use unjuran::Result;
use unjuran::design::Inputs;
use unjuran::dist::Predictive as _;
use unjuran::evaluate::backtest::{Backtest, BacktestTable};
use unjuran::forecast::{Forecast, Move, Paths, Pooling};
use unjuran::hierarchy::{Discrepancy, Merged, Relation, Tree, check_totals, merge_sources};
use unjuran::model::{Fitted, Forecaster};
use unjuran::persist::Persist;
use unjuran::plan::{
    Alarm, Calendar, Capacity, Change, Comparison, Conversion, Converted, Driver, Funnel, Goal, Impact, Leak, Needs,
    Observed, RequiredChange, Scenario, Shape, Stage, Stay, Target, compare, impact, monitor, percent_change,
    required_change, target,
};
use unjuran::regression::{
    Breaks, Choice, Dispersion, ElasticNetTrend, HuberTrend, LinearTrend, Loss, NegativeBinomialTrend, PoissonTrend,
    PolynomialTrend, Projection, RidgeTrend, SegmentScale, SegmentedTrend, SlopeMedian, TheilSenTrend,
};
use unjuran::select::{AnyModel, AutoEts, Combination, MODEL_NAMES, Pool, SavedFit, Weights, model_by_name};
use unjuran::series::{Coverage, Event, EventKind, Horizon, Panel, Series, Unit, Year};
use unjuran::smoothing::{Bands, BayesEts, Drift, Ets, FittedEts, Naive, Prior, Region, Theta, ThetaVariant, Trend};

/// A value as text and bytes, with figures that must stay the same to the last bit.
pub(crate) struct Sample {
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) figures: Vec<f64>,
}

/// What a value answers.
pub(crate) trait Figures {
    fn figures(&self) -> Result<Vec<f64>>;
}

impl Figures for Forecast {
    fn figures(&self) -> Result<Vec<f64>> {
        let mut found = Vec::new();
        for law in self.steps() {
            found.extend([0.025, 0.1, 0.5, 0.9, 0.975].map(|p| law.quantile(p)));
            found.extend([law.mean(), law.cdf(law.quantile(0.3))]);
        }
        found.extend_from_slice(self.paths(3, 7)?.as_slice());
        Ok(found)
    }
}

fn of_fit(fitted: &dyn Fitted) -> Result<Vec<f64>> {
    let report = fitted.report();
    let mut found: Vec<f64> = report.params.values().copied().chain([report.sigma]).collect();
    found.extend(report.fitted.iter().chain(&report.residuals).flatten());
    // why allowed to fail: a fit with drivers knows the years that it was given.
    if let Ok(forecast) = fitted.forecast(Horizon::years(3)?) {
        found.extend(forecast.figures()?);
    }
    Ok(found)
}

impl Figures for SavedFit {
    fn figures(&self) -> Result<Vec<f64>> {
        of_fit(self.fitted())
    }
}

impl Figures for FittedEts {
    fn figures(&self) -> Result<Vec<f64>> {
        of_fit(self)
    }
}

impl Figures for AnyModel {
    fn figures(&self) -> Result<Vec<f64>> {
        of_fit(&*self.get().fit(&cases()?)?)
    }
}

/// The numbers of a record, in the order of its text.
macro_rules! numbers_of_its_text {
    ($($kind:ty),*) => {$(
        impl Figures for $kind {
            fn figures(&self) -> Result<Vec<f64>> {
                fn numbers(json: &Json, found: &mut Vec<f64>) {
                    match json {
                        Json::Number(number) => found.extend(number.as_f64()),
                        Json::Array(items) => items.iter().for_each(|item| numbers(item, found)),
                        Json::Object(entries) => entries.values().for_each(|item| numbers(item, found)),
                        _ => {}
                    }
                }
                let mut found = Vec::new();
                numbers(&serde_json::from_str(&self.to_json()?).unwrap_or_default(), &mut found);
                // why the first only: a table of paths has thousands, and how many there are says the rest.
                let all = found.len() as f64;
                found.truncate(40);
                found.push(all);
                Ok(found)
            }
        }
    )*};
}

numbers_of_its_text!(
    Series,
    Panel,
    Event,
    Prior,
    BacktestTable,
    Alarm,
    Change,
    Comparison,
    Conversion,
    Converted,
    Discrepancy,
    Funnel,
    Impact,
    Leak,
    Merged,
    Needs,
    RequiredChange,
    Scenario,
    Target
);

struct Shelf(Vec<Sample>);

impl Shelf {
    fn add<T: Persist + Figures>(&mut self, name: &str, value: &T) -> Result<()> {
        let (text, bytes, figures) = (value.to_json()?, value.to_bytes()?, value.figures()?);
        self.0.push(Sample { kind: T::TYPE, name: name.to_owned(), text, bytes, figures });
        Ok(())
    }

    fn fit(&mut self, name: &str, model: &(dyn Forecaster + 'static), series: &Series, inputs: &Inputs) -> Result<()> {
        self.add(name, &SavedFit::of(model, &*model.fit_with(series, inputs)?)?)
    }
}

const CASES: [f64; 12] = [163.0, 463.0, 429.0, 302.0, 286.0, 165.0, 115.0, 139.0, 187.0, 160.0, 210.0, 175.0];

fn year(y: i64) -> Result<Year> {
    Year::new(y)
}

/// Malaysian trafficking cases of 2015 to 2022, and four more.
pub(crate) fn cases() -> Result<Series> {
    Series::new("cases", year(2015)?, &CASES)
}

fn masked() -> Result<Series> {
    let small = [3.0, 0.0, 7.0, 2.0, 5.0, 9.0, 4.0, 6.0];
    Series::new("small", year(2015)?, &small)?.with_censored(year(2018)?, 0.0, 4.0)?.with_missing(year(2019)?)
}

fn under_way() -> Result<Series> {
    let counted = [(year(2020)?, 70.0), (year(2021)?, 40.0)];
    cases()?.with_partial(year(2027)?, 48.0, Coverage::Through("2027-05-31".parse()?))?.with_earlier(counted)
}

fn inputs() -> Result<Inputs> {
    let patrols =
        (0..16_u8).map(|i| Ok((year(2015 + i64::from(i))?, f64::from(i * 7 % 5)))).collect::<Result<Vec<_>>>()?;
    Inputs::new().driver("patrols", patrols)?.event(Event::new(year(2019)?, EventKind::Step, Some("law")))
}

/// Every sample, in a fixed order.
///
/// # Errors
/// None, or a model is broken.
pub(crate) fn samples() -> Result<Vec<Sample>> {
    let mut shelf = Shelf(Vec::new());
    data(&mut shelf)?;
    models(&mut shelf)?;
    fits(&mut shelf)?;
    forecasts(&mut shelf)?;
    plans(&mut shelf)?;
    Ok(shelf.0)
}

fn data(shelf: &mut Shelf) -> Result<()> {
    shelf.add("series", &cases()?.with_label("Trafficking cases"))?;
    shelf.add("series-masked", &masked()?)?;
    shelf.add("series-under-way", &under_way()?)?;
    shelf.add("series-amounts", &Series::new("cost", year(1)?, &[0.1, -3e-7, 1e150])?.with_unit(Unit::Amount)?)?;
    shelf.add("panel", &Panel::new(vec![cases()?, masked()?])?)?;
    shelf.add("event", &Event::new(year(2019)?, EventKind::Transient, None))?;
    let counts = Prior::counts()?;
    let members = counts.members().iter().copied().zip([0.75, 0.25]).collect();
    let prior = Prior::new("two", members, *counts.shared(), counts.eta(), vec!["by hand".to_owned()])?;
    shelf.add("prior", &prior.with_eta_growth(counts.eta_growth())?)?;
    let horizon = Horizon::years(2)?;
    let table = Backtest::new(horizon).windows(2).run(&[cases()?, masked()?], &[&Naive, &Theta::default()])?;
    shelf.add("backtest", &table)
}

fn models(shelf: &mut Shelf) -> Result<()> {
    for name in MODEL_NAMES {
        let file = name.replace(['(', ')', ','], "-");
        shelf.add(&format!("model-{}", file.trim_end_matches('-')), &AnyModel::of(&*model_by_name(name)?)?)?;
    }
    let holt = Ets::params().trend(Trend::Additive).alpha(0.3).level(200.0).region(Region::Admissible).check()?;
    let of = |model: &(dyn Forecaster + 'static)| AnyModel::of(model);
    shelf.add("model-ETS-fixed", &of(&holt)?)?;
    shelf.add("model-AutoETS-all", &of(&AutoEts::default().with_pool(Pool::All).with_bands(Bands::Textbook))?)?;
    shelf.add("model-BayesETS-prior", &of(&BayesEts::with_prior(Prior::annual()?.clone()))?)?;
    let given = SegmentedTrend::new().breaks(Breaks::Given(vec![year(2018)?])).scale(SegmentScale::Log);
    shelf.add("model-SegmentedTrend-given", &of(&given)?)?;
    let tested = SegmentedTrend::new().breaks(Breaks::Auto(Choice::Permutation)).max_breaks(1)?;
    shelf.add("model-SegmentedTrend-tested", &of(&tested)?)?;
    shelf.add("model-PoissonTrend-quasi", &of(&PoissonTrend::new().dispersion(Dispersion::Estimate))?)?;
    shelf.add("model-ElasticNetTrend-lasso", &of(&ElasticNetTrend::new().penalty(0.5)?.l1_ratio(1.0)?)?)?;
    let combined = Combination::new(vec![Arc::new(Naive), Arc::new(Drift)])?;
    let combined = combined.with_weights(Weights::InverseError).with_pooling(Some(Pooling::Quantile));
    shelf.add("model-Combination-two", &of(&combined)?)
}

fn fits(shelf: &mut Shelf) -> Result<()> {
    let none = Inputs::new();
    let (cases, masked, under_way) = (cases()?, masked()?, under_way()?);
    for name in MODEL_NAMES {
        let file = name.replace(['(', ')', ','], "-");
        shelf.fit(&format!("fit-{}", file.trim_end_matches('-')), &*model_by_name(name)?, &cases, &none)?;
    }
    let bayes = BayesEts::default();
    shelf.fit("fit-BayesETS-masked", &bayes, &masked, &none)?;
    shelf.fit("fit-BayesETS-under-way", &bayes, &under_way, &none)?;
    let law = Inputs::new().event(Event::new(year(2019)?, EventKind::Step, Some("law")))?;
    let people = (0..16).map(|i| Ok((year(2015 + i)?, 3e7 + 4e5 * i as f64))).collect::<Result<Vec<_>>>()?;
    shelf.fit("fit-BayesETS-event", &bayes, &cases, &law.exposure(people.clone())?)?;
    let one = Series::new("one", year(2020)?, &[40.0])?;
    shelf.fit("fit-AutoETS-short", &AutoEts::default(), &one, &none)?;
    let damped = Projection::Damped;
    let weighed = inputs()?.weights([(year(2016)?, 0.0), (year(2017)?, 2.0)])?;
    shelf.fit("fit-LinearTrend-inputs", &LinearTrend::new().projection(damped), &cases, &weighed)?;
    shelf.fit("fit-PolynomialTrend-inputs", &PolynomialTrend::new(3)?, &cases, &inputs()?)?;
    let exposed = inputs()?.exposure(people)?;
    shelf.fit("fit-NegativeBinomialTrend-inputs", &NegativeBinomialTrend::new(), &under_way, &exposed)?;
    shelf.fit("fit-RidgeTrend-inputs", &RidgeTrend::new(), &cases, &inputs()?)?;
    shelf.fit("fit-TheilSenTrend-siegel", &TheilSenTrend::new().method(SlopeMedian::Siegel), &cases, &none)?;
    shelf.fit("fit-HuberTrend-bisquare", &HuberTrend::new().loss(Loss::Bisquare), &cases, &none)?;
    let two = SegmentedTrend::new().breaks(Breaks::Number(2)).scale(SegmentScale::Counts);
    shelf.fit("fit-SegmentedTrend-two", &two, &cases, &none)?;
    let dynamic = Theta::variant(ThetaVariant::Dynamic).with_bands(Bands::Textbook);
    shelf.fit("fit-Theta-textbook", &dynamic, &under_way, &none)?;
    let stacked = Combination::default().with_weights(Weights::Stacked).with_pooling(Some(Pooling::Quantile));
    shelf.fit("fit-Combination-stacked", &stacked, &cases, &none)?;
    shelf.add("fitted-ETS", &Ets::params().trend(Trend::Damped).fit(&cases)?)
}

fn forecasts(shelf: &mut Shelf) -> Result<()> {
    let h = Horizon::years(3)?;
    let (cases, under_way) = (cases()?, under_way()?);
    shelf.add("forecast", &unjuran::forecast(&cases, h)?)?;
    shelf.add("forecast-under-way", &unjuran::forecast(&under_way, h)?)?;
    shelf.add("forecast-under-way-counts", &NegativeBinomialTrend::new().fit(&under_way)?.forecast(h)?)?;
    let pooled = Combination::default().with_pooling(Some(Pooling::Quantile)).fit(&cases)?.forecast(h)?;
    shelf.add("forecast-pooled", &pooled)?;
    let naive = Naive.fit(&cases)?.forecast(h)?;
    let half = Move { factor: 0.5, add: 3.0 };
    shelf.add("forecast-moved", &naive.moved(&[Move::NONE, half, half], vec![])?)?;
    shelf.add("forecast-widened", &naive.widened(&[1.5, 2.0, 2.0], "asked for")?)?;
    let paths = Paths::from_rows(2, vec![140.0, 90.0, 160.0, 130.0, 170.0, 80.0])?;
    shelf.add("forecast-paths", &Forecast::from_paths(&cases, "by hand", "cases", &paths, vec![])?)
}

fn plans(shelf: &mut Shelf) -> Result<()> {
    let cases = cases()?;
    let forecast = Naive.fit(&cases)?.forecast(Horizon::years(3)?)?;
    let new = Observed { year: year(2027)?, value: 60.0, coverage: Coverage::Full };
    shelf.add("alarm", &monitor(&[(&forecast, new)], 0.1)?[0])?;
    shelf.add("percent-change", &percent_change(108.0, 137.0, Some(28.0), Some(&cases), 95.0)?)?;
    let fewer = Scenario::yearly_change(-0.1).named("fewer");
    let more = Scenario::from(Driver::Add { number: 7.0, from: None, over: 2 });
    shelf.add("scenario", &fewer)?;
    shelf.add("scenario-added", &more)?;
    shelf.add("comparison", &compare(&forecast, &[fewer, more], 80.0)?)?;
    let convicted = Series::new("convicted", year(2015)?, &CASES.map(|y| (y / 4.0).floor()))?;
    let funnel = Funnel::new(vec![Stage::new(cases.clone(), "charges"), Stage::new(convicted.clone(), "charges")])?;
    shelf.add("funnel", &funnel)?;
    shelf.add("link", &funnel.conversions(80.0)?[0])?;
    shelf.add("leak", &funnel.leaks(&forecast)?[0])?;
    let goal = Goal::at_most(100.0, year(2028)?);
    shelf.add("target", &target(&forecast, &goal)?)?;
    shelf.add("required-change", &required_change(&forecast, &goal, 0.9)?)?;
    shelf.add("capacity", &Capacity::new(Stay::Fixed(20.0))?.need(&forecast)?)?;
    let fiscal = Calendar::to_fiscal(4, Shape::new(&[1.0; 12], 100.0)?)?.convert(&cases)?;
    shelf.add("converted-series", &fiscal)?;
    let law = Event::new(year(2020)?, EventKind::Step, Some("law"));
    shelf.add("impact", &impact(&cases, &law, &[], 0.2)?)?;
    shelf.add("merged-sources", &merge_sources("cases", &[("council", &cases), ("police", &convicted)], None)?)?;
    let panel = Panel::new(vec![cases.with_name("all"), convicted.with_name("part")])?;
    let tree = Tree::new([("all", "part", Relation::Sum)])?;
    match check_totals(&panel, &tree)?.first() {
        Some(discrepancy) => shelf.add("discrepancy", discrepancy),
        None => Ok(()),
    }
}

//! The bridge to linfa, both ways (feature `linfa`, off by default).
//!
//! - [`Columns`] regresses a target on the columns of a linfa dataset with our own least squares, robust or count regression: linfa's
//!   [`Fit`] and [`PredictInplace`], so that it can stand in a linfa pipeline. The fit keeps its inference.
//! - [`Regressor`] makes any linfa regressor a [`Forecaster`]: its columns are the trend (t = 1 in the first year), drivers
//!   and events; an intercept is the regressor's own affair.
//!
//! The law of the years ahead of a [`Regressor`] is Student-t around its prediction. Nothing is known of how sure it is of
//! itself, so each observed year is left out once and predicted from the others: with errors e of these predictions
//!
//! ```text
//! sigma^2 = sum e_i^2 / n          n - 1 degrees of freedom, years independent of each other
//! ```
//!
//! ```
//! use unjuran::interop::{Regressor, linfa_linear::LinearRegression};
//! use unjuran::model::Forecaster as _;
//! use unjuran::series::{Horizon, Series, Unit, Year};
//! // 1, 3, 5, 7 is a line: 9 follows.
//! let cost = Series::new("cost", Year::new(2020)?, &[1.0, 3.0, 5.0, 7.0])?.with_unit(Unit::Amount)?;
//! let model = Regressor::new("LinearRegression", LinearRegression::default());
//! assert!((model.fit(&cost)?.forecast(Horizon::years(1)?)?.median()[0] - 9.0).abs() < 1e-9);
//! # Ok::<(), unjuran::Error>(())
//! ```
//!
//! linfa, linfa-linear and ndarray are exported here, in the versions that fit these traits.
//!
//! Reference: Barber, Candes, Ramdas and Tibshirani (2021), *Annals of Statistics* 49(1), 486-507 (errors of left-out points).

use std::fmt::Debug;
use std::marker::PhantomData;

pub use {linfa, linfa_linear, ndarray};

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2, ArrayBase, Data, Ix2};

use crate::design::{Column, Design, Inputs};
use crate::dist::Support;
use crate::error::{Error, Result};
use crate::forecast::{Forecast, Joint, Latent};
use crate::model::{FitReport, Fitted, Forecaster, Spread, spread};
use crate::numeric::count_regression::CountRegression;
use crate::regression::{Loss, Ols, SlopeMedian, m_estimate, slope_median};
use crate::series::{Horizon, Series, Training, Year};

impl From<linfa::Error> for Error {
    fn from(error: linfa::Error) -> Self {
        failed("dataset", "linfa", &error)
    }
}

fn failed(series: &str, model: &str, problem: &dyn std::error::Error) -> Error {
    Error::Regressor { series: series.to_owned(), model: model.to_owned(), problem: problem.to_string() }
}

/// A regression on the columns of a linfa dataset, an intercept added in front.
///
/// ```
/// use unjuran::interop::{Columns, linfa, ndarray::array};
/// use linfa::traits::{Fit as _, Predict as _};
/// // The line through (1, 1), (2, 3), (3, 2), worked by hand: 1 + x/2.
/// let dataset = linfa::Dataset::new(array![[1.0], [2.0], [3.0]], array![1.0, 3.0, 2.0]);
/// let fit = Columns::LeastSquares.fit(&dataset)?;
/// assert!((fit.predict(&array![[4.0]])[0] - 3.0).abs() < 1e-12);
/// assert!((fit.ols().unwrap().sigma() - 1.5_f64.sqrt()).abs() < 1e-12);
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Columns {
    /// Ordinary least squares.
    #[default]
    LeastSquares,
    /// Counts under a log link with a dispersion by maximum likelihood (NB2).
    NegativeBinomial,
    /// Counts under a log link that scatter as chance alone has it.
    Poisson,
    /// An M-estimate: years far off the line count less, or nothing.
    MEstimate(Loss),
    /// The median of slopes, for one column: a dataset with more is refused.
    MedianSlope(SlopeMedian),
}

/// [`Columns`] that have seen a dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedColumns {
    coefficients: Vec<f64>,
    is_log: bool,
    ols: Option<Ols>,
}

impl FittedColumns {
    /// Intercept and coefficients of the columns; of counts on the log scale.
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// The ordinary regression with its inference, for [`Columns::LeastSquares`].
    pub fn ols(&self) -> Option<&Ols> {
        self.ols.as_ref()
    }
}

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = f64>> Fit<ArrayBase<D, Ix2>, T, Error> for Columns {
    type Object = FittedColumns;

    /// # Errors
    /// [`Error::MatrixShape`], [`Error::MatrixNumber`], [`Error::TooFewYears`] and [`Error::RankDeficient`] as for
    /// [`Ols::fit`]; [`Error::Regressor`] where the likelihood of counts has no finite maximum.
    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<FittedColumns> {
        const NAME: &str = "dataset";
        let (records, targets) = (dataset.records(), dataset.as_single_targets());
        let p = records.ncols() + 1;
        let rows: Vec<f64> = records.rows().into_iter().flat_map(|r| with_intercept(r.to_vec().into_iter())).collect();
        let y = targets.to_vec();
        let names: Vec<String> =
            std::iter::once("intercept".to_owned()).chain((1..p).map(|j| format!("column {j}"))).collect();
        // why for counts too: its checks of shape, numbers and rank are those that counts need.
        let ols = Ols::fit(NAME, &names, &rows, &y, true)?;
        if *self == Self::LeastSquares {
            let coefficients = ols.coefficients().iter().map(|c| c.estimate).collect();
            return Ok(FittedColumns { coefficients, is_log: false, ols: Some(ols) });
        }
        let model = match self {
            Self::LeastSquares => "LeastSquares",
            Self::NegativeBinomial => "NegativeBinomial",
            Self::Poisson => "Poisson",
            Self::MEstimate(_) => "MEstimate",
            Self::MedianSlope(_) => "MedianSlope",
        };
        let unfit = |problem: &str| Error::Regressor {
            series: NAME.to_owned(),
            model: model.to_owned(),
            problem: problem.to_owned(),
        };
        let linear = |coefficients| Ok(FittedColumns { coefficients, is_log: false, ols: None });
        match self {
            Self::MEstimate(loss) => {
                let found = m_estimate(&rows, p, &y, *loss).map_err(|problem| unfit(&problem.to_string()))?;
                return linear(found.coefficients);
            }
            Self::MedianSlope(method) if p == 2 => {
                let x: Vec<f64> = records.column(0).to_vec();
                let line = slope_median(&x, &y, *method);
                return linear(vec![line.intercept, line.slope]);
            }
            Self::MedianSlope(_) => return Err(unfit("a median of slopes takes one column")),
            Self::LeastSquares | Self::NegativeBinomial | Self::Poisson => (),
        }
        let problem = CountRegression::new(&rows, p, &y, &vec![1.0; y.len()], &vec![0.0; y.len()])
            .map_err(|_| unfit("counts are finite numbers from 0"))?;
        let fit = match self {
            _ if problem.is_separated() => None,
            Self::Poisson => problem.maximum(0.0, None),
            _ => problem.overall_maximum(),
        };
        let fit = fit.ok_or_else(|| unfit("the likelihood has no finite maximum"))?;
        Ok(FittedColumns { coefficients: problem.coefficients(&fit), is_log: true, ols: None })
    }
}

fn with_intercept(row: impl Iterator<Item = f64>) -> impl Iterator<Item = f64> {
    std::iter::once(1.0).chain(row)
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<f64>> for FittedColumns {
    /// The line, of counts their expectation. A row of another number of columns than the fit had gives NaN.
    fn predict_inplace<'a>(&'a self, x: &'a ArrayBase<D, Ix2>, y: &mut Array1<f64>) {
        for (row, y) in x.rows().into_iter().zip(y.iter_mut()) {
            let line = with_intercept(row.iter().copied()).zip(&self.coefficients).map(|(x, b)| x * b).sum::<f64>();
            let line = if row.len() + 1 == self.coefficients.len() { line } else { f64::NAN };
            *y = if self.is_log { line.exp() } else { line };
        }
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<f64> {
        Array1::zeros(x.nrows())
    }
}

/// A linfa regressor as a [`Forecaster`]. Needs four observed years, and one more for each driver or event.
#[derive(Debug)]
pub struct Regressor<M, E> {
    name: String,
    model: M,
    error: PhantomData<fn() -> E>,
}

impl<M, E> Regressor<M, E>
where
    M: Fit<Array2<f64>, Array1<f64>, E>,
    E: std::error::Error + From<linfa::Error>,
{
    /// The regressor under this name.
    pub fn new(name: &str, model: M) -> Self {
        Self { name: name.to_owned(), model, error: PhantomData }
    }
}

/// Rows as a matrix of linfa.
#[expect(clippy::indexing_slicing, reason = "rows of one design have one length")]
fn matrix(rows: &[Vec<f64>]) -> Array2<f64> {
    let columns = rows.first().map_or(0, Vec::len);
    Array2::from_shape_fn((rows.len(), columns), |(i, j)| rows[i][j])
}

impl<M, E> Forecaster for Regressor<M, E>
where
    M: Fit<Array2<f64>, Array1<f64>, E> + Debug + Send + Sync + 'static,
    M::Object: PredictInplace<Array2<f64>, Array1<f64>> + Debug + Send + Sync + 'static,
    E: std::error::Error + From<linfa::Error> + Debug + 'static,
{
    fn name(&self) -> String {
        self.name.clone()
    }

    fn fit(&self, series: &Series) -> Result<Box<dyn Fitted>> {
        self.fit_with(series, &Inputs::new())
    }

    /// Drivers and events become columns; exposure and weights are refused.
    fn fit_with(&self, series: &Series, inputs: &Inputs) -> Result<Box<dyn Fitted>> {
        let refused = [("exposure", inputs.exposures().is_some()), ("weights", inputs.weighting().is_some())];
        if let Some((input, _)) = refused.into_iter().find(|(_, given)| *given) {
            return Err(Error::InputNotTaken { model: self.name.clone(), input: input.to_owned() });
        }
        let training = Training::new(series)?;
        let (years, y): (Vec<Year>, Vec<f64>) = training.points().unzip();
        let last = years.last().copied().unwrap_or(training.first);
        let design = Design::new(training.first, vec![Column::Trend]).with_inputs(inputs, last);
        training.need(design.columns().len() + 3, &self.name)?;
        let rows = years.iter().map(|year| design.row(&training.name, *year)).collect::<Result<Vec<_>>>()?;
        let learn = |rows: &[Vec<f64>], y: &[f64]| {
            let dataset = linfa::Dataset::new(matrix(rows), Array1::from(y.to_vec()));
            self.model.fit(&dataset).map_err(|error| failed(&training.name, &self.name, &error))
        };
        let mut square = 0.0;
        for left in 0..y.len() {
            let mut others = (rows.clone(), y.clone());
            let (row, value) = (others.0.remove(left), others.1.remove(left));
            // why NaN: a regressor that answers nothing leaves no residual, and no forecast.
            let expected = predicted(&learn(&others.0, &others.1)?, &[row]).first().copied().unwrap_or(f64::NAN);
            square += (value - expected).powi(2);
        }
        let fitted = learn(&rows, &y)?;
        let Spread { sigma, note } = spread(&training, (square / y.len() as f64).sqrt());
        let mut report = FitReport::new(&training, self.name.clone(), sigma);
        report.notes.extend(note);
        let mut line = predicted(&fitted, &rows).into_iter();
        for observed in &training.y {
            let at = observed.and_then(|_| line.next());
            report.fitted.push(at);
            report.residuals.push(observed.zip(at).map(|(y, at)| y - at));
        }
        Ok(Box::new(FittedRegressor {
            series: series.clone(),
            training,
            design,
            fitted,
            df: (y.len() - 1) as f64,
            report,
        }))
    }
}

fn predicted<O: PredictInplace<Array2<f64>, Array1<f64>>>(fitted: &O, rows: &[Vec<f64>]) -> Vec<f64> {
    let records = matrix(rows);
    let mut targets = fitted.default_target(&records);
    fitted.predict_inplace(&records, &mut targets);
    targets.to_vec()
}

/// A linfa regressor that has seen its series.
#[derive(Debug)]
struct FittedRegressor<O> {
    series: Series,
    training: Training,
    design: Design,
    fitted: O,
    df: f64,
    report: FitReport,
}

impl<O> FittedRegressor<O>
where
    O: PredictInplace<Array2<f64>, Array1<f64>> + Debug + Send + Sync,
{
    fn ahead(&self, horizon: Horizon, design: &Design) -> Result<Forecast> {
        let year = |i| self.training.next.plus(i);
        let rows = (0..horizon.get()).map(|i| design.row(&self.training.name, year(i)?)).collect::<Result<Vec<_>>>()?;
        let location = predicted(&self.fitted, &rows);
        let mut ripple = vec![0.0; location.len()];
        ripple.iter_mut().take(1).for_each(|own| *own = self.report.sigma);
        let shared = vec![Vec::new(); location.len()];
        let latent = Latent { df: Some(self.df), ..Latent::new(location, shared, ripple) };
        self.report.project(&self.series, &self.training, Joint::mixture(vec![(1.0, latent)], Support::Real))
    }
}

impl<O> Fitted for FittedRegressor<O>
where
    O: PredictInplace<Array2<f64>, Array1<f64>> + Debug + Send + Sync + 'static,
{
    fn forecast(&self, horizon: Horizon) -> Result<Forecast> {
        self.ahead(horizon, &self.design)
    }

    fn forecast_with(&self, horizon: Horizon, future: &Inputs) -> Result<Forecast> {
        self.ahead(horizon, &self.design.with_future(future)?)
    }

    fn report(&self) -> &FitReport {
        &self.report
    }
}

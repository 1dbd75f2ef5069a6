//! What a prior is learned by: the grid it starts from and every setting, each with its value as shipped.

use std::error::Error;

use unjuran::smoothing::bayes::learn::{Exercise, Finish, Lesson, Settings, exercises, finish, start};
use unjuran::smoothing::bayes::{Member, Prior, Shared};

/// Least weight of the members of the annual prior that the prior for counts adopts.
const ADOPTED: f64 = 0.008;

/// The recursions of the members in reserve: levels that follow nothing, some or all of each change, a straight line, and a
/// line or a walk with a slope that may be steep against the shocks; (alpha, beta, phi, tau).
const RESERVE: [(f64, f64, f64, f64); 8] = [
    (0.0, 0.0, 0.0, 1.0),
    (0.25, 0.0, 0.0, 1.0),
    (0.5, 0.0, 0.0, 1.0),
    (1.0, 0.0, 0.0, 1.0),
    (0.0, 0.0, 1.0, 1.0),
    (0.0, 0.0, 1.0, 30.0),
    (1.0, 0.0, 1.0, 1.0),
    (0.5, 0.15, 1.0, 1.0),
];

/// The lists that make a grid, and the settings.
#[derive(Clone)]
pub(crate) struct Plan {
    name: &'static str,
    lambdas: Vec<f64>,
    alphas: Vec<f64>,
    betas: Vec<f64>,
    phis: Vec<f64>,
    taus: Vec<f64>,
    sizes: Vec<f64>,
    drifts: Vec<f64>,
    shared: Shared,
    eta: f64,
    origins: Vec<usize>,
    horizon: usize,
    steps: usize,
    long: f64,
    start_above: f64,
    /// Least weights after the first descent, and after the second, which the members left start from.
    trim: f64,
    keep_above: f64,
    finish: Finish,
    /// How much larger sources weigh more: see `read::lessons`.
    pub(crate) crowd: f64,
    /// Share of the weight that goes to the heaviest members of the shipped annual prior.
    smooth: f64,
    /// Share of the weight that goes to members in reserve, and their powers, each with its sizes: plain levels, lines and walks,
    /// and series far calmer than those that teach.
    reserve: f64,
    plain: Vec<(f64, Vec<f64>)>,
    /// Takes every so many-th series only.
    pub(crate) thin: usize,
    /// Years held back when a fold is scored.
    pub(crate) held_back: usize,
}

/// Gives `share` of the weight to other members, in proportion to their own weights.
fn mix(members: &mut Vec<(Member, f64)>, others: Vec<(Member, f64)>, share: f64) {
    let total: f64 = others.iter().map(|(_, weight)| weight).sum();
    for (_, weight) in members.iter_mut() {
        *weight *= 1.0 - share;
    }
    members.extend(others.into_iter().map(|(member, weight)| (member, weight / total * share)));
}

impl Plan {
    /// The plan of a shipped prior.
    pub(crate) fn of(name: &str) -> Result<Self, Box<dyn Error>> {
        let base = Self {
            name: "annual",
            lambdas: vec![0.0, 0.5, 1.0],
            alphas: vec![0.0, 0.1, 0.25, 0.5, 0.75, 1.0, 1.25],
            betas: vec![0.0, 0.05, 0.15, 0.3, 0.5, 0.8],
            phis: vec![0.6, 0.8, 0.9, 0.96, 1.0],
            taus: vec![0.2, 1.0],
            sizes: vec![0.003, 0.015, 0.06, 0.25],
            drifts: vec![0.0, 0.04],
            shared: Shared { shape: 3.0, level: 4.0, poisson: 1.0, wild: 0.02, jolt: 5.0 },
            eta: 0.6,
            origins: vec![1, 2, 3, 5, 8, 12, 16, 20, 25],
            horizon: 6,
            steps: 40,
            long: 1.0,
            start_above: 0.0005,
            trim: 0.002,
            keep_above: 0.0005,
            finish: Finish {
                leads: vec![1, 3, 6],
                steps: 60,
                pace: 0.05,
                hold: 0.0,
                // why not free: the descent lets eta fall as series grow, and long clear trends were then not followed.
                free_eta: false,
                clip: 10.0,
                tails: 0.0,
            },
            crowd: 1.0,
            smooth: 0.0,
            reserve: 0.2,
            // why smaller ones on the scale of the data alone: to so calm a series all powers are one.
            plain: vec![(0.0, vec![0.1, 0.03, 0.003]), (1.0, vec![0.1, 0.03, 0.003, 0.000_3, 0.000_03, 0.000_003])],
            thin: 1,
            held_back: 6,
        };
        match name {
            "annual" => Ok(base),
            "counts" => Ok(Self {
                name: "counts",
                // why no logarithm: under it small counts get bands to the sky. Large ones find it among the members adopted below.
                lambdas: vec![0.25, 0.5, 1.0],
                alphas: vec![0.0, 0.1, 0.25, 0.5, 0.75, 1.0],
                betas: vec![0.0, 0.15, 0.5],
                phis: vec![0.6, 0.8, 0.9, 1.0],
                sizes: vec![0.15, 0.4, 0.8],
                drifts: vec![0.0],
                eta: 0.5,
                finish: Finish { hold: 0.3, tails: 2.0, ..base.finish.clone() },
                trim: 0.004,
                keep_above: 0.002,
                smooth: 0.3,
                // why no less: below it counting decides (the Poisson floor).
                plain: [0.0, 1.0].map(|lambda| (lambda, vec![0.1, 0.03, 0.003])).to_vec(),
                crowd: 0.5,
                held_back: 3,
                ..base
            }),
            "signed" => Ok(Self {
                name: "signed",
                // why no other power: none but the data's own scale holds a number below zero.
                lambdas: vec![1.0],
                sizes: vec![0.06, 0.25, 0.5, 1.0, 2.0],
                drifts: vec![0.0],
                eta: 0.3,
                finish: Finish { tails: 2.0, free_eta: true, ..base.finish.clone() },
                plain: vec![(1.0, vec![0.2, 0.06, 0.02, 0.003, 0.000_3])],
                held_back: 3,
                ..base
            }),
            _ => Err("NAME is annual, counts or signed".into()),
        }
    }

    /// The plan with one setting changed, as in `eta=0.5` or `sizes=0.1,0.3`.
    pub(crate) fn with(mut self, change: &str) -> Result<Self, Box<dyn Error>> {
        let (key, value) = change.split_once('=').ok_or_else(|| format!("{change}: not KEY=VALUE"))?;
        let list = || value.split(',').map(str::parse).collect::<Result<Vec<f64>, _>>();
        let whole = || value.split(',').map(str::parse).collect::<Result<Vec<usize>, _>>();
        match key {
            "lambdas" => self.lambdas = list()?,
            "alphas" => self.alphas = list()?,
            "betas" => self.betas = list()?,
            "phis" => self.phis = list()?,
            "taus" => self.taus = list()?,
            "sizes" => self.sizes = list()?,
            "shape" => self.shared.shape = value.parse()?,
            "level" => self.shared.level = value.parse()?,
            "drifts" => self.drifts = list()?,
            "wild" => self.shared.wild = value.parse()?,
            "jolt" => self.shared.jolt = value.parse()?,
            "poisson" => self.shared.poisson = value.parse()?,
            "eta" => self.eta = value.parse()?,
            "origins" => self.origins = whole()?,
            "horizon" => self.horizon = value.parse()?,
            "steps" => self.steps = value.parse()?,
            "long" => self.long = value.parse()?,
            "start-above" => self.start_above = value.parse()?,
            "trim" => self.trim = value.parse()?,
            "keep-above" => self.keep_above = value.parse()?,
            "leads" => self.finish.leads = whole()?,
            "finish" => self.finish.steps = value.parse()?,
            "pace" => self.finish.pace = value.parse()?,
            "hold" => self.finish.hold = value.parse()?,
            "free-eta" => self.finish.free_eta = value.parse()?,
            "tails" => self.finish.tails = value.parse()?,
            "clip" => self.finish.clip = value.parse()?,
            "smooth" => self.smooth = value.parse()?,
            "reserve" => self.reserve = value.parse()?,
            "thin" => self.thin = value.parse()?,
            "crowd" => self.crowd = value.parse()?,
            _ => return Err(format!("no setting named {key}").into()),
        }
        Ok(self)
    }

    fn settings(&self, drop_below: f64) -> Settings {
        Settings {
            name: self.name.to_owned(),
            grid: self.grid(),
            shared: self.shared,
            eta: self.eta,
            horizon: self.horizon,
            origins: self.origins.clone(),
            steps: self.steps,
            long: self.long,
            drop_below,
        }
    }

    /// What every member of the grid makes of every lesson.
    pub(crate) fn exercises(&self, lessons: &[Lesson]) -> Vec<Exercise> {
        exercises(lessons, &self.settings(self.start_above))
    }

    /// The prior that lessons and their exercises teach.
    pub(crate) fn learn(
        &self,
        lessons: &[Lesson],
        seen: &[Exercise],
        sources: Vec<String>,
    ) -> Result<Prior, Box<dyn Error>> {
        let mut prior = start(seen, &self.settings(self.start_above), sources);
        if self.finish.steps > 0 {
            (prior, ..) = finish(lessons, prior, &self.settings(self.trim), &self.finish);
            // why twice: those left take over from those dropped
            let again = Finish { steps: self.finish.steps / 2, ..self.finish.clone() };
            (prior, ..) = finish(lessons, prior, &self.settings(self.keep_above), &again);
        }
        let mut sources = prior.sources().to_vec();
        let mut both: Vec<(Member, f64)> =
            prior.members().iter().copied().zip(prior.weights().iter().copied()).collect();
        if self.smooth > 0.0 {
            // why from the file: it may have been learned a minute ago, and the one built in is older.
            let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/smoothing/bayes/annual.json");
            let annual: Prior = serde_json::from_str(&std::fs::read_to_string(file)?)?;
            // why the heaviest only: every member costs as much as any other, whatever its weight
            let all = annual.members().iter().copied().zip(annual.weights().iter().copied());
            mix(&mut both, all.filter(|(_, weight)| *weight >= ADOPTED).collect(), self.smooth);
            sources.push(format!("{} of the weight: the heaviest members of the prior \"annual\"", self.smooth));
        }
        if self.reserve > 0.0 {
            let mut plain = Vec::new();
            for (lambda, sizes) in &self.plain {
                let lambda = *lambda;
                for &s in sizes {
                    let member = |(alpha, beta, phi, tau)| Member { alpha, beta, phi, lambda, tau, s, drift: 0.0 };
                    plain.extend(RESERVE.map(|recursion| (member(recursion), 1.0)));
                }
            }
            mix(&mut both, plain, self.reserve);
            sources.push(format!("{} of the weight: plain members in reserve, that no lesson asked for", self.reserve));
        }
        both.sort_by(|a, b| b.1.total_cmp(&a.1));
        let growth = prior.eta_growth();
        Ok(Prior::new(prior.name(), both, *prior.shared(), prior.eta(), sources)?.with_eta_growth(growth)?)
    }

    /// Every member that the lists make; beta is at most alpha, and a member without a slope is one member.
    fn grid(&self) -> Vec<Member> {
        let mut grid = Vec::new();
        for &lambda in &self.lambdas {
            for &s in &self.sizes {
                for &alpha in &self.alphas {
                    grid.push(Member { alpha, beta: 0.0, phi: 0.0, lambda, tau: self.taus[0], s, drift: 0.0 });
                    for &beta in self.betas.iter().filter(|beta| **beta <= alpha) {
                        for &phi in &self.phis {
                            for &tau in &self.taus {
                                // why: a trend that fades has no lasting drift, and a wide slope no need of one
                                let drifts = self.drifts.iter().filter(|d| **d == 0.0 || phi > 0.9 && tau < 0.5);
                                grid.extend(drifts.map(|&drift| Member { alpha, beta, phi, lambda, tau, s, drift }));
                            }
                        }
                    }
                }
            }
        }
        grid
    }
}

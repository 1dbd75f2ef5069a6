//! The sweep backwards over the innovations of a filter: what the other years say about each year.
//!
//! ```text
//! r_{t-1} = w e_t / S_t + L_t' r_t      N_{t-1} = w w' / S_t + L_t' N_t L_t      L_t = F - k_t w'
//! ```
//!
//! with `w = (1, phi)`. A number d added to the observation of year t has score u and information M,
//! `u = e_t / S_t - k_t' r_t` and `M = 1 / S_t + k_t' N_t k_t`: the year less what the others expect of it is `u / M`, with
//! variance `1 / M`. For a number added to the level from year t on they are the first entries of `r_{t-1}` and `N_{t-1}`.
//!
//! Reference: de Jong and Penzer (1998), Diagnosing shocks in time series, JASA 93, 796-806.

#![allow(clippy::indexing_slicing, reason = "slices are cut to one length first")]

/// A year of the filter: its innovation over its variance, one over that variance, and the gains. All zero in a year that
/// says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Passed {
    pub(super) weighed: f64,
    pub(super) precision: f64,
    pub(super) gain: [f64; 2],
}

/// Score and information of a number added to the data.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leverage {
    pub(super) score: f64,
    pub(super) information: f64,
}

/// A year of neighbouring recursions, for the scores alone: innovations over their variances, and gains.
///
/// ```text
/// alone = w_t - k_t' r_t      since = alone + r_1      r_{t-1} = (since, phi (since + r_2))
/// ```
pub(super) struct Row<'a> {
    pub(super) phi: &'a [f64],
    pub(super) weighed: &'a [f64],
    pub(super) gain: [&'a [f64]; 2],
}

impl Row<'_> {
    /// The scores of numbers added to this year alone, and to the level from this year on; `r1` and `r2` move a year back.
    pub(super) fn back(&self, r1: &mut [f64], r2: &mut [f64], scores: [&mut [f64]; 2]) {
        // why slices of one length: the compiler then needs no check of bounds and takes several recursions at a time.
        let n = r1.len();
        let (phi, weighed, [k1, k2]) = (&self.phi[..n], &self.weighed[..n], self.gain.map(|k| &k[..n]));
        let (r1, r2, [alone, since]) = (&mut r1[..n], &mut r2[..n], scores.map(|u| &mut u[..n]));
        for i in 0..n {
            alone[i] = weighed[i] - k1[i] * r1[i] - k2[i] * r2[i];
            since[i] = alone[i] + r1[i];
            r2[i] = phi[i] * (since[i] + r2[i]);
            r1[i] = since[i];
        }
    }
}

/// The sweep, at some year on its way from the last to the first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sweep {
    phi: f64,
    r: [f64; 2],
    /// N, as first, cross and last entry.
    n: [f64; 3],
}

impl Sweep {
    /// The sweep before the last year.
    pub(super) fn new(phi: f64) -> Self {
        Self { phi, r: [0.0; 2], n: [0.0; 3] }
    }

    /// A number added to the next year back alone, and one added to the level from that year on.
    pub(super) fn back(&mut self, Passed { weighed, precision, gain: [k1, k2] }: Passed) -> [Leverage; 2] {
        let Self { phi, r: [r1, r2], n: [a, b, c] } = *self;
        let alone = weighed - k1 * r1 - k2 * r2;
        let since = alone + r1;
        self.r = [since, phi * (since + r2)];
        let alone = Leverage { score: alone, information: precision + k1 * k1 * a + 2.0 * k1 * k2 * b + k2 * k2 * c };
        // L = F - k w'
        let l = [1.0 - k1, phi * (1.0 - k1), -k2, phi * (1.0 - k2)];
        // N L, then L' N L
        let (a1, a2, b1, b2) = (a * l[0] + b * l[2], a * l[1] + b * l[3], b * l[0] + c * l[2], b * l[1] + c * l[3]);
        self.n = [
            precision + l[0] * a1 + l[2] * b1,
            phi * precision + l[0] * a2 + l[2] * b2,
            phi * phi * precision + l[1] * a2 + l[3] * b2,
        ];
        [alone, Leverage { score: since, information: self.n[0] }]
    }
}

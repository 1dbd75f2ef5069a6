//! What a regression says beyond its coefficients: standard errors that do not trust equal variances or independence,
//! bands, and which rows decide.
//!
//! ```text
//! HC1    n / (n - p) (X'X)^-1 sum e_i^2 x_i x_i' (X'X)^-1            HC3    e_i / (1 - h_i) instead, without the factor
//! Newey-West   the sum with sum_l (1 - l / (L + 1)) sum_i e_i e_{i-l} (x_i x_{i-l}' + x_{i-l} x_i') added
//! Cook   D_i = e_i^2 h_i / (p sigma^2 (1 - h_i)^2)                  Durbin-Watson   sum (e_i - e_{i-1})^2 / sum e_i^2
//! ```
//!
//! e are residuals times the square root of their weight, h leverages; n counts rows with a weight above zero.
//!
//! References: MacKinnon and White (1985), *Journal of Econometrics* 29(3), 305-325; Newey and West (1987), *Econometrica*
//! 55(3), 703-708; Cook (1977), *Technometrics* 19(1), 15-18; Durbin and Watson (1950), *Biometrika* 37, 409-428.

#![allow(clippy::indexing_slicing, reason = "a matrix kernel: as many rows as years and columns as coefficients")]

use super::ols::Ols;
use crate::error::{Result, checked_level};
use crate::numeric::special::StudentT;

/// What standard errors may not take for granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Robust {
    /// Equal variances; corrected by n / (n - p).
    Hc1,
    /// Equal variances; each residual corrected for its leverage, the better choice for few rows.
    Hc3,
    /// Equal variances and independence of rows up to so many apart.
    NeweyWest {
        /// How many rows apart residuals may still be correlated.
        lags: usize,
    },
}

/// Lower and upper bound.
pub type Bounds = (f64, f64);

impl Ols {
    /// Standard errors of the coefficients that hold under less.
    ///
    /// ```
    /// use unjuran::regression::{Ols, Robust};
    /// // A mean of 1, 2, 6 by hand: residuals -2, -1, 3, so HC1 has 3/2 * 14 / 9.
    /// let fit = Ols::fit("example", &["intercept".into()], &[1.0; 3], &[1.0, 2.0, 6.0], true)?;
    /// assert!((fit.robust_se(Robust::Hc1)[0] - (1.5_f64 * 14.0 / 9.0).sqrt()).abs() < 1e-14);
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    pub fn robust_se(&self, robust: Robust) -> Vec<f64> {
        let (n, p) = (self.residuals().len(), self.coefficients().len());
        let roots: Vec<Vec<f64>> = (0..n).map(|i| self.scaled_root(i, robust)).collect();
        // The meat in the basis R^-1' x, where (X'X)^-1 is the unit matrix times R^-1 from the left.
        let mut meat = vec![0.0; p * p];
        let mut add = |a: &[f64], b: &[f64], weight: f64| {
            for (i, x) in a.iter().enumerate() {
                for (j, y) in b.iter().enumerate() {
                    meat[i * p + j] += weight * x * y;
                }
            }
        };
        for root in &roots {
            add(root, root, 1.0);
        }
        if let Robust::NeweyWest { lags } = robust {
            for lag in 1..=lags.min(n - 1) {
                let weight = 1.0 - lag as f64 / (lags as f64 + 1.0);
                for (earlier, later) in roots.iter().zip(&roots[lag..]) {
                    add(later, earlier, weight);
                    add(earlier, later, weight);
                }
            }
        }
        // why not the rows: those of weight zero count as none.
        let counted = self.counted() as f64;
        let factor = if robust == Robust::Hc1 { counted / self.df() as f64 } else { 1.0 };
        let inverse = self.solution.r_inverse();
        let variance = |j: usize| -> f64 {
            let row = &inverse[j * p..(j + 1) * p];
            (0..p).map(|a| row[a] * (0..p).map(|b| meat[a * p + b] * row[b]).sum::<f64>()).sum()
        };
        (0..p).map(|j| (factor * variance(j)).max(0.0).sqrt()).collect()
    }

    /// The root of row i times its residual, on the scale of the weights.
    fn scaled_root(&self, i: usize, robust: Robust) -> Vec<f64> {
        let (p, weight) = (self.coefficients().len(), self.weight(i));
        let h = self.leverages()[i];
        let left = 1.0 - h;
        // why: a row that decides its own fitted value has a residual of zero.
        let residual = match robust {
            _ if left < 1e-12 => 0.0,
            Robust::Hc3 => self.residuals()[i] / left,
            _ => self.residuals()[i],
        };
        let root = self.solution.root(&self.rows[i * p..(i + 1) * p]).unwrap_or_default();
        root.into_iter().map(|r| r * residual * weight).collect()
    }

    fn weight(&self, i: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |weights| weights[i])
    }

    /// How far all fitted values move when a row is left out, in units of p sigma^2: Cook's distances.
    pub fn cooks(&self) -> Vec<f64> {
        let p = self.coefficients().len() as f64;
        let square = self.sigma().powi(2);
        (0..self.residuals().len())
            .map(|i| {
                let (e, h) = (self.residuals()[i], self.leverages()[i]);
                let distance = self.weight(i) * e * e * h / (p * square * (1.0 - h).powi(2));
                if distance.is_finite() { distance } else { 0.0 }
            })
            .collect()
    }

    /// Residuals over their standard deviation, each estimated without its own row: infinite where the other rows fit exactly,
    /// 0 where that is not defined.
    pub fn studentised(&self) -> Vec<f64> {
        let df = self.df() as f64;
        (0..self.residuals().len())
            .map(|i| {
                let (e, h) = (self.residuals()[i] * self.weight(i).sqrt(), self.leverages()[i]);
                let left = ((self.rss() - e * e / (1.0 - h)) / (df - 1.0)).max(0.0);
                let t = e / (left * (1.0 - h)).sqrt();
                if t.is_nan() { 0.0 } else { t }
            })
            .collect()
    }

    /// Near 2 for residuals without memory, towards 0 where neighbours are alike, towards 4 where they alternate; 2 for
    /// residuals that are all zero.
    pub fn durbin_watson(&self) -> f64 {
        let e: Vec<f64> = self.residuals().iter().enumerate().map(|(i, e)| e * self.weight(i).sqrt()).collect();
        let steps: f64 = e.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).sum();
        let total: f64 = e.iter().map(|e| e * e).sum();
        if total > 0.0 { steps / total } else { 2.0 }
    }

    /// Where the line is at a row, with `level` per cent confidence.
    ///
    /// # Errors
    /// [`crate::Error::MatrixShape`] unless the row has an entry for each column; [`crate::Error::BadLevel`].
    pub fn confidence(&self, row: &[f64], level: f64) -> Result<Bounds> {
        self.band(row, level, 0.0)
    }

    /// Where a new value is at a row, with `level` per cent probability.
    ///
    /// # Errors
    /// [`crate::Error::MatrixShape`] unless the row has an entry for each column; [`crate::Error::BadLevel`].
    pub fn prediction(&self, row: &[f64], level: f64) -> Result<Bounds> {
        self.band(row, level, 1.0)
    }

    fn band(&self, row: &[f64], level: f64, shock: f64) -> Result<Bounds> {
        checked_level(level)?;
        let line = self.line_at(row)?;
        let spread = self.sigma() * line.root.iter().fold(shock, |norm, r| norm.hypot(*r));
        let t = StudentT::new(self.df() as f64).quantile(0.5 + level / 200.0);
        Ok((line.mean - t * spread, line.mean + t * spread))
    }
}

//! Integrals of smooth functions over an interval.
//!
//! Question: what is the integral of `f` from `a` to `b`? The interval is cut into equal panels, each summed by the
//! Gauss-Legendre rule of 16 nodes, which is exact for polynomials up to degree 31 and gains about as many digits on any
//! function that has no kink, pole or peak narrower than a panel.
//!
//! Reference: Davis, Rabinowitz (1984), *Methods of Numerical Integration*, 2nd ed., section 2.7.

/// Positive nodes on [-1, 1] with their weights; the negative ones mirror them. Roots of the Legendre polynomial P16 by
/// mpmath 1.4 with 40 digits, weights 2 / ((1 - x^2) P16'(x)^2).
const NODES: [(f64, f64); 8] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_58),
    (0.458_016_777_657_227_37, 0.169_156_519_395_002_54),
    (0.617_876_244_402_643_8, 0.149_595_988_816_576_74),
    (0.755_404_408_355_003, 0.124_628_971_255_533_88),
    (0.865_631_202_387_831_8, 0.095_158_511_682_492_79),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_894),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_096),
];

/// The integral of `f` from `a` to `b` by `panels` equal panels (at least one). With `b < a` the sign turns, as in
/// calculus.
///
/// ```
/// use unjuran::numeric::quadrature::integrate;
/// assert!((integrate(f64::exp, 0.0, 1.0, 1) - (std::f64::consts::E - 1.0)).abs() < 1e-15);
/// ```
pub fn integrate(mut f: impl FnMut(f64) -> f64, a: f64, b: f64, panels: usize) -> f64 {
    let panels = panels.max(1);
    let half = 0.5 * (b - a) / panels as f64;
    let mut sum = 0.0;
    for panel in 0..panels {
        let middle = half.mul_add((2 * panel + 1) as f64, a);
        for (node, weight) in NODES {
            sum += weight * (f(middle - half * node) + f(middle + half * node));
        }
    }
    half * sum
}

/// The integral of `f` from `a` to `b` with an error of about `tolerance`: panels are halved until two halves agree with
/// their whole. For functions that vary on very different scales in different places; they may not have jumps.
///
/// ```
/// use unjuran::numeric::quadrature::integrate_within;
/// // the integral of 1 / x from 1e-9 to 1 is 9 ln 10
/// assert!((integrate_within(|x| 1.0 / x, 1e-9, 1.0, 1e-12) - 9.0 * 10.0_f64.ln()).abs() < 1e-11);
/// ```
pub fn integrate_within(mut f: impl FnMut(f64) -> f64, a: f64, b: f64, tolerance: f64) -> f64 {
    let whole = integrate(&mut f, a, b, 1);
    refined(f, (a, b), whole, tolerance)
}

/// The same where the value by one panel is known.
pub(crate) fn refined(mut f: impl FnMut(f64) -> f64, (a, b): (f64, f64), whole: f64, tolerance: f64) -> f64 {
    halved(&mut f, a, b, whole, tolerance, 40)
}

fn halved(f: &mut impl FnMut(f64) -> f64, a: f64, b: f64, whole: f64, tolerance: f64, depth: u32) -> f64 {
    let middle = 0.5 * (a + b);
    let (left, right) = (integrate(&mut *f, a, middle, 1), integrate(&mut *f, middle, b, 1));
    let error = (left + right - whole).abs();
    // why `is_nan`: a function without numbers would be halved for ever.
    if error <= tolerance || error.is_nan() || depth == 0 {
        return left + right;
    }
    halved(f, a, middle, left, tolerance, depth - 1) + halved(f, middle, b, right, tolerance, depth - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_up_to_degree_31_are_exact() {
        // By hand: the integral of x^k from 0 to 1 is 1 / (k + 1).
        for degree in 0..=31 {
            let value = integrate(|x| x.powi(degree), 0.0, 1.0, 1);
            assert!((value * f64::from(degree + 1) - 1.0).abs() < 1e-14, "degree {degree}");
        }
        assert!((integrate(|x| x.powi(32), -1.0, 1.0, 1) - 2.0 / 33.0).abs() > 1e-16);
    }

    #[test]
    fn panels_add_up_and_the_sign_turns_with_the_bounds() {
        // By hand: the integral of cos from 0 to 20 is sin 20.
        assert!((integrate(f64::cos, 0.0, 20.0, 4) - 20.0_f64.sin()).abs() < 1e-14);
        assert!((integrate(f64::cos, 20.0, 0.0, 4) + 20.0_f64.sin()).abs() < 1e-14);
    }

    #[test]
    fn panels_are_halved_where_the_function_asks_for_it() {
        // By hand: the integral of sqrt from 0 to 1 is 2/3, and its slope is infinite at 0.
        assert!((integrate_within(f64::sqrt, 0.0, 1.0, 1e-13) - 2.0 / 3.0).abs() < 1e-12);
        assert!(integrate_within(|_| f64::NAN, 0.0, 1.0, 1e-13).is_nan());
    }

    #[test]
    fn no_panels_count_as_one() {
        assert!((integrate(|x| x, 0.0, 2.0, 0) - 2.0).abs() < 1e-15);
    }
}

//! The few functions of real numbers the simulation needs, from additions and multiplications only.
//!
//! The platform's `exp` may differ in its last bit from one machine to the next; these may not.

use std::f64::consts::LN_2;

/// e to the power of `x`, for `x` clamped to -40..=40.
pub(super) fn exp(x: f64) -> f64 {
    let x = x.clamp(-40.0, 40.0);
    let halvings = (x / LN_2 + 0.5).floor();
    let rest = x - halvings * LN_2;
    // |rest| is at most ln(2)/2, so thirteen terms of the series reach the last bit of a double.
    let mut sum = 1.0;
    for n in (1..=13u8).rev() {
        sum = 1.0 + rest * sum / f64::from(n);
    }
    let exponent = (halvings as i64 + 1023) as u64;
    sum * f64::from_bits(exponent << 52)
}

/// The logistic function 1 / (1 + e^-x).
pub(super) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}

/// A real number as the nearest whole one, halves away from zero.
pub(super) fn whole(x: f64) -> i64 {
    x.round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_tabulated_values() {
        assert!((exp(1.0) - std::f64::consts::E).abs() < 1e-14);
        assert!((exp(-5.0) - 0.006_737_946_999_085_467).abs() < 1e-16);
        assert!((exp(10.0) - 22_026.465_794_806_718).abs() < 1e-9);
        assert!((logistic(0.0) - 0.5).abs() < 1e-15);
    }
}

/// The probability of a log-odds: 1 / (1 + e^-z).
pub fn sigmoid(z: f64) -> f64 {
    if z >= 0.0 {
        1.0 / (1.0 + (-z).exp())
    } else {
        let e = z.exp();
        e / (1.0 + e)
    }
}

/// The log-odds of a probability, kept within ±16 so that 0 and 1 stay finite.
pub fn log_odds_of(probability: f64) -> f64 {
    (probability / (1.0 - probability)).ln().clamp(-16.0, 16.0)
}

/// -ln of the probability that a log-odds gives to what was seen, without overflow.
pub(crate) fn logistic_loss(z: f64, label: bool) -> f64 {
    let z = if label { -z } else { z };
    if z > 0.0 { z + (-z).exp().ln_1p() } else { z.exp().ln_1p() }
}

/// A symmetric positive definite matrix, row by row; only the lower triangle is read.
pub(crate) struct Symmetric {
    size: usize,
    cells: Vec<f64>,
}

impl Symmetric {
    pub(crate) fn zero(size: usize) -> Self {
        Symmetric { size, cells: vec![0.0; size * size] }
    }

    /// Adds to one cell of the lower triangle (`row >= column`).
    pub(crate) fn add(&mut self, row: usize, column: usize, value: f64) {
        self.cells[row * self.size + column] += value;
    }

    /// Solves `self x = right` by Cholesky's decomposition; `None` when the matrix is not positive definite.
    pub(crate) fn solve(mut self, mut right: Vec<f64>) -> Option<Vec<f64>> {
        let n = self.size;
        for i in 0..n {
            let (above, rest) = self.cells.split_at_mut(i * n);
            let row = &mut rest[..n];
            for j in 0..i {
                let other = &above[j * n..j * n + j + 1];
                let sum: f64 = row[..j].iter().zip(&other[..j]).map(|(a, b)| a * b).sum();
                row[j] = (row[j] - sum) / other[j];
            }
            let sum: f64 = row[..i].iter().map(|a| a * a).sum();
            let pivot = row[i] - sum;
            if pivot <= 0.0 || !pivot.is_finite() {
                return None;
            }
            row[i] = pivot.sqrt();
        }
        for i in 0..n {
            let sum: f64 = (0..i).map(|j| self.cells[i * n + j] * right[j]).sum();
            right[i] = (right[i] - sum) / self.cells[i * n + i];
        }
        for i in (0..n).rev() {
            let sum: f64 = (i + 1..n).map(|j| self.cells[j * n + i] * right[j]).sum();
            right[i] = (right[i] - sum) / self.cells[i * n + i];
        }
        Some(right)
    }
}

/// The standard normal quantile: the `z` below which a share `p` lies.
/// Acklam's rational approximation, relative error below 1.2e-9.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969683028665376e1,
        2.209460984245205e2,
        -2.759285104469687e2,
        1.38357751867269e2,
        -3.066479806614716e1,
        2.506628277459239,
    ];
    const B: [f64; 5] = [
        -5.447609879822406e1,
        1.615858368580409e2,
        -1.556989798598866e2,
        6.680131188771972e1,
        -1.328068155288572e1,
    ];
    const C: [f64; 6] = [
        -7.784894002430293e-3,
        -3.223964580411365e-1,
        -2.400758277161838,
        -2.549732539343734,
        4.374664141464968,
        2.938163982698783,
    ];
    const D: [f64; 4] = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416];
    let poly = |coefficients: &[f64], x: f64| coefficients.iter().fold(0.0, |sum, c| sum * x + c);
    let tail = |q: f64| poly(&C, q) / (poly(&D, q) * q + 1.0);
    if p <= 0.0 {
        f64::NEG_INFINITY
    } else if p >= 1.0 {
        f64::INFINITY
    } else if p < 0.02425 {
        tail((-2.0 * p.ln()).sqrt())
    } else if p > 1.0 - 0.02425 {
        -tail((-2.0 * (1.0 - p).ln()).sqrt())
    } else {
        let q = p - 0.5;
        let r = q * q;
        poly(&A, r) * q / (poly(&B, r) * r + 1.0)
    }
}

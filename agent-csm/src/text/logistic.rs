//! Logistic regression on sparse rows: ridge penalty, Newton's method with conjugate gradients.
//!
//! Lin, Weng and Keerthi, "Trust region Newton method for large-scale logistic regression", JMLR 2008, without the
//! trust region: the penalty keeps the problem strictly convex, and a step that does not help is halved.

use super::features::Vector;

/// Penalty on squared weights, as scikit-learn's `C = 1`; the intercept is free.
const PENALTY: f64 = 1.0;
const NEWTON_STEPS: usize = 25;
const GRADIENT_STEPS: usize = 40;

/// A text as features, with the weight of each label it has.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) features: Vector,
    pub(super) positive: f64,
    pub(super) negative: f64,
}

/// Fitted weights; the last is the intercept.
#[derive(Clone, Debug)]
pub(super) struct Logistic {
    weights: Vec<f64>,
}

impl Logistic {
    /// Fits `rows` of `width` features.
    pub(super) fn fit(rows: &[Row], width: usize) -> Self {
        let mut weights = vec![0.0; width + 1];
        let mut loss = objective(rows, &weights);
        for _ in 0..NEWTON_STEPS {
            let (gradient, curvature) = slope(rows, &weights);
            let step = conjugate(rows, &curvature, &gradient);
            let mut share = 1.0;
            let mut moved = false;
            for _ in 0..20 {
                let next: Vec<f64> = weights.iter().zip(&step).map(|(w, s)| w - share * s).collect();
                let after = objective(rows, &next);
                if after < loss {
                    moved = loss - after > 1e-9 * loss.abs();
                    (weights, loss) = (next, after);
                    break;
                }
                share /= 2.0;
            }
            if !moved {
                break;
            }
        }
        Self { weights }
    }

    /// The log-odds of "positive".
    pub(super) fn odds(&self, features: &[(usize, f64)]) -> f64 {
        dot(features, &self.weights)
    }
}

fn dot(features: &[(usize, f64)], weights: &[f64]) -> f64 {
    let intercept = weights.last().copied().unwrap_or_default();
    features.iter().filter_map(|(at, value)| Some(value * weights.get(*at)?)).sum::<f64>() + intercept
}

/// 1 / (1 + e^-x).
pub(super) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// ln(1 + e^x), for large x too.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

fn objective(rows: &[Row], weights: &[f64]) -> f64 {
    let penalty: f64 = weights.iter().rev().skip(1).map(|w| w * w).sum::<f64>() * PENALTY / 2.0;
    let loss = |row: &Row| {
        let odds = dot(&row.features, weights);
        row.positive * softplus(-odds) + row.negative * softplus(odds)
    };
    rows.iter().map(loss).sum::<f64>() + penalty
}

/// The gradient, and each row's weight in the Hessian.
fn slope(rows: &[Row], weights: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let mut gradient = penalised(weights);
    let mut curvature = Vec::with_capacity(rows.len());
    for row in rows {
        let p = logistic(dot(&row.features, weights));
        let both = row.positive + row.negative;
        add(&mut gradient, &row.features, both * p - row.positive);
        curvature.push(both * p * (1.0 - p));
    }
    (gradient, curvature)
}

fn penalised(weights: &[f64]) -> Vec<f64> {
    let mut own: Vec<f64> = weights.iter().map(|w| PENALTY * w).collect();
    if let Some(intercept) = own.last_mut() {
        *intercept = 0.0;
    }
    own
}

fn add(to: &mut [f64], features: &[(usize, f64)], times: f64) {
    for (at, value) in features {
        if let Some(it) = to.get_mut(*at) {
            *it += value * times;
        }
    }
    if let Some(intercept) = to.last_mut() {
        *intercept += times;
    }
}

/// Solves `H x = gradient` by conjugate gradients, without ever writing H down.
fn conjugate(rows: &[Row], curvature: &[f64], gradient: &[f64]) -> Vec<f64> {
    let inner = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let hessian = |v: &[f64]| {
        let mut product = penalised(v);
        for (row, weight) in rows.iter().zip(curvature) {
            add(&mut product, &row.features, weight * dot(&row.features, v));
        }
        product
    };
    let mut x = vec![0.0; gradient.len()];
    let mut rest = gradient.to_vec();
    let mut direction = rest.clone();
    let mut size = inner(&rest, &rest);
    let enough = size * 1e-10;
    for _ in 0..GRADIENT_STEPS {
        if size <= enough || size == 0.0 {
            break;
        }
        let product = hessian(&direction);
        let bend = inner(&direction, &product);
        if bend <= 0.0 {
            break;
        }
        let step = size / bend;
        x.iter_mut().zip(&direction).for_each(|(x, d)| *x += step * d);
        rest.iter_mut().zip(&product).for_each(|(r, p)| *r -= step * p);
        let next = inner(&rest, &rest);
        let turn = next / size;
        direction.iter_mut().zip(&rest).for_each(|(d, r)| *d = r + turn * *d);
        size = next;
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPECTED: [f64; 3] = [1.094_366_73, 0.169_219_28, -0.980_224_22];

    /// Six rows by hand; weights from scikit-learn's LogisticRegression(C=1, tol=1e-12) with the same sample weights.
    #[test]
    fn weights_are_those_of_scikit_learn() {
        let row = |a: f64, b: f64, positive: f64, negative: f64| Row {
            features: vec![(0, a), (1, b)],
            positive,
            negative,
        };
        let rows = [
            row(1.0, 0.0, 2.0, 0.0),
            row(0.5, 2.0, 1.0, 0.0),
            row(0.0, 1.0, 0.0, 1.0),
            row(2.0, 0.0, 1.0, 0.0),
            row(0.0, 0.0, 0.0, 3.0),
            row(1.0, 1.0, 0.0, 1.0),
        ];
        let fitted = Logistic::fit(&rows, 2);
        assert_eq!(fitted.weights.len(), 3);
        for (own, expected) in fitted.weights.iter().zip(EXPECTED) {
            assert!((own - expected).abs() < 1e-6, "{:?}", fitted.weights);
        }
    }
}

use super::basis::Sparse;
use crate::maths::{Symmetric, log_odds_of, logistic_loss, sigmoid};

/// The rows of a logistic regression.
pub(crate) struct Rows {
    pub(crate) terms: Vec<Sparse>,
    pub(crate) labels: Vec<bool>,
    pub(crate) weights: Vec<f64>,
}

/// Coefficients of the terms; the last one is the intercept.
pub(crate) type Coefficients = Vec<f64>;

impl Rows {
    /// The coefficients that minimise the weighted logistic loss plus half of `ridge` times their squares
    /// (the intercept's not counted), from `start` on by Newton's method with halved steps. A term of which
    /// `allowed` is false stays at zero.
    pub(crate) fn fit(&self, ridge: f64, start: Option<&Coefficients>, allowed: &[bool]) -> Coefficients {
        const STEPS: usize = 50;
        let size = allowed.len() + 1;
        let mut beta = start.cloned().unwrap_or_else(|| self.flat(size));
        for (coefficient, allowed) in beta.iter_mut().zip(allowed) {
            if !allowed {
                *coefficient = 0.0;
            }
        }
        let mut loss = self.loss(&beta, ridge);
        for _ in 0..STEPS {
            let Some(step) = self.step(&beta, ridge, allowed) else { break };
            let mut scale = 1.0;
            let (mut next, mut next_loss) = moved(&beta, &step, scale, |beta| self.loss(beta, ridge));
            while next_loss > loss && scale > 1e-4 {
                scale /= 2.0;
                (next, next_loss) = moved(&beta, &step, scale, |beta| self.loss(beta, ridge));
            }
            if next_loss > loss {
                break;
            }
            let gained = loss - next_loss;
            (beta, loss) = (next, next_loss);
            if gained <= 1e-10 * (1.0 + loss) {
                break;
            }
        }
        beta
    }

    /// Nothing but the base rate.
    fn flat(&self, size: usize) -> Coefficients {
        let (mut positive, mut all) = (0.0, 0.0);
        for (label, weight) in self.labels.iter().zip(&self.weights) {
            all += weight;
            positive += if *label { *weight } else { 0.0 };
        }
        let mut beta = vec![0.0; size];
        beta[size - 1] = log_odds_of(positive / all);
        beta
    }

    fn loss(&self, beta: &[f64], ridge: f64) -> f64 {
        let fit: f64 = (self.terms.iter().zip(&self.labels).zip(&self.weights))
            .map(|((terms, label), weight)| weight * logistic_loss(log_odds(terms, beta), *label))
            .sum();
        fit + ridge / 2.0 * beta[..beta.len() - 1].iter().map(|b| b * b).sum::<f64>()
    }

    /// What Newton's method adds to `beta`.
    fn step(&self, beta: &[f64], ridge: f64, allowed: &[bool]) -> Option<Vec<f64>> {
        let last = beta.len() - 1;
        let mut hessian = Symmetric::zero(beta.len());
        let mut gradient = vec![0.0; beta.len()];
        for ((terms, label), weight) in self.terms.iter().zip(&self.labels).zip(&self.weights) {
            let p = sigmoid(log_odds(terms, beta));
            let slope = weight * (f64::from(u8::from(*label)) - p);
            let curve = weight * p * (1.0 - p);
            for (at, (term, value)) in terms.iter().enumerate() {
                let term = *term as usize;
                gradient[term] += slope * value;
                for (other, other_value) in &terms[..=at] {
                    hessian.add(term, *other as usize, curve * value * other_value);
                }
                hessian.add(last, term, curve * value);
            }
            gradient[last] += slope;
            hessian.add(last, last, curve);
        }
        for (term, allowed) in allowed.iter().enumerate() {
            gradient[term] -= ridge * beta[term];
            hessian.add(term, term, ridge);
            if !allowed {
                // As good as fixed at zero.
                gradient[term] = 0.0;
                hessian.add(term, term, 1e12);
            }
        }
        hessian.add(last, last, 1e-9);
        hessian.solve(gradient)
    }
}

/// Intercept plus the terms times their coefficients.
pub(crate) fn log_odds(terms: &Sparse, beta: &[f64]) -> f64 {
    beta[beta.len() - 1] + terms.iter().map(|(term, value)| beta[*term as usize] * value).sum::<f64>()
}

fn moved(beta: &[f64], step: &[f64], scale: f64, loss: impl Fn(&[f64]) -> f64) -> (Coefficients, f64) {
    let next: Coefficients = beta.iter().zip(step).map(|(b, s)| b + scale * s).collect();
    let loss = loss(&next);
    (next, loss)
}

use super::map::Calibration;
use crate::maths::{Symmetric, logistic_loss, sigmoid};

/// What was said of a row, what became of it, and how much it counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) z: f64,
    pub(super) label: bool,
    pub(super) weight: f64,
}

/// How far, by standard deviation, a slope is believed to be from 1 before seeing any row, and a shift from 0.
/// With 80 positives the rows speak about as loudly as the belief; with thousands only they are heard.
const SLOPE: f64 = 0.25;
const SHIFT: f64 = 0.5;

pub(super) fn line(points: &[Point]) -> Calibration {
    let centre = mean(points, |point| point.z);
    let fitted = fit(points, |z| [z - centre, 1.0], [1.0, centre], [SLOPE, SHIFT]);
    let slope = fitted[0].max(0.0);
    Calibration::Line { slope, intercept: fitted[1] - slope * centre }
}

pub(super) fn beta(points: &[Point]) -> Calibration {
    let low = mean(points, |point| logarithms(point.z)[0]);
    let high = mean(points, |point| logarithms(point.z)[1]);
    let terms = |z| {
        let [ln_p, ln_q] = logarithms(z);
        [ln_p - low, ln_q - high, 1.0]
    };
    let fitted = fit(points, terms, [1.0, 1.0, low + high], [SLOPE, SLOPE, SHIFT]);
    let (a, b) = (fitted[0].max(0.0), fitted[1].max(0.0));
    Calibration::Beta { a, b, intercept: fitted[2] - a * low - b * high }
}

/// ln p and -ln(1 - p) of a log-odds.
pub(super) fn logarithms(z: f64) -> [f64; 2] {
    [-logistic_loss(z, true), logistic_loss(z, false)]
}

fn mean(points: &[Point], of: impl Fn(&Point) -> f64) -> f64 {
    let all: f64 = points.iter().map(|point| point.weight).sum();
    points.iter().map(|point| point.weight * of(point)).sum::<f64>() / all
}

/// Logistic regression on a few terms with a normal belief about each coefficient, by Newton's method.
fn fit<const N: usize>(
    points: &[Point],
    terms: impl Fn(f64) -> [f64; N],
    believed: [f64; N],
    deviation: [f64; N],
) -> [f64; N] {
    const STEPS: usize = 30;
    let mut beta = believed;
    for _ in 0..STEPS {
        let mut hessian = Symmetric::zero(N);
        let mut gradient = vec![0.0; N];
        for point in points {
            let terms = terms(point.z);
            let p = sigmoid(terms.iter().zip(&beta).map(|(term, b)| term * b).sum());
            let slope = point.weight * (f64::from(u8::from(point.label)) - p);
            let curve = point.weight * p * (1.0 - p);
            for row in 0..N {
                gradient[row] += slope * terms[row];
                for column in 0..=row {
                    hessian.add(row, column, curve * terms[row] * terms[column]);
                }
            }
        }
        for at in 0..N {
            let precision = deviation[at].powi(-2);
            gradient[at] -= precision * (beta[at] - believed[at]);
            hessian.add(at, at, precision);
        }
        let Some(step) = hessian.solve(gradient) else { break };
        let length = step.iter().map(|s| s * s).sum::<f64>().sqrt();
        // Near the belief the loss is all but quadratic; a long first step is cut.
        let scale = if length > 1.0 { 1.0 / length } else { 1.0 };
        beta.iter_mut().zip(step).for_each(|(b, s)| *b += scale * s);
        if length < 1e-10 {
            break;
        }
    }
    beta
}

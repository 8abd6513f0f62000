use crate::error::LearnError;
use crate::learner::{Fit, HeldOut, Learner, Training};
use crate::maths::logistic_loss;
use crate::model::Model;

/// The weighted mean of several learners' log-odds.
///
/// The weights are chosen on held-out rows: twenty times the learner is added, repeats allowed, whose addition
/// gives the mean the least logarithmic loss (Caruana et al. 2004). A learner that helps nowhere gets none.
pub struct Blend {
    members: Vec<Box<dyn Learner>>,
}

impl Blend {
    /// A blend of these.
    pub fn new(members: Vec<Box<dyn Learner>>) -> Self {
        Blend { members }
    }
}

impl Learner for Blend {
    fn name(&self) -> &str {
        "blend"
    }

    fn fit(&self, training: &Training<'_>) -> Result<Fit, LearnError> {
        let fits: Vec<Fit> =
            self.members.iter().map(|member| member.fit(training)).collect::<Result<_, _>>()?;
        let weights = weigh(training, &fits);
        let mut chosen: Vec<String> = fits.iter().flat_map(|fit| fit.chosen.clone()).collect();
        let shares = self.members.iter().zip(&weights);
        let shares: Vec<String> =
            shares.map(|(member, weight)| format!("{:.0} % {}", weight * 100.0, member.name())).collect();
        chosen.push(format!("{}: {}", self.name(), shares.join(", ")));
        let held_out = mean(&fits, &weights);
        let models = weights.iter().copied().zip(fits.into_iter().map(|fit| fit.model)).collect();
        let model = Model::mean(models)
            .ok_or_else(|| LearnError::Invalid("blend: at least one learner".to_owned()))?;
        Ok(Fit { model, held_out, chosen })
    }
}

fn mean(fits: &[Fit], weights: &[f64]) -> Vec<HeldOut> {
    let Some(first) = fits.first() else { return Vec::new() };
    let at = |(position, held): (usize, &HeldOut)| {
        let said = fits.iter().zip(weights).map(|(fit, weight)| weight * fit.held_out[position].log_odds);
        HeldOut { log_odds: said.sum(), ..*held }
    };
    first.held_out.iter().enumerate().map(at).collect()
}

fn weigh(training: &Training<'_>, fits: &[Fit]) -> Vec<f64> {
    const STEPS: usize = 20;
    let loss = |weights: &[f64]| -> f64 {
        mean(fits, weights)
            .iter()
            .map(|held| training.weight(held.row) * logistic_loss(held.log_odds, training.labels[held.row]))
            .sum()
    };
    let mut counts = vec![0usize; fits.len()];
    for step in 1..=STEPS {
        let with = |member: usize| {
            let weights: Vec<f64> = counts
                .iter()
                .enumerate()
                .map(|(at, count)| (count + usize::from(at == member)) as f64 / step as f64)
                .collect();
            loss(&weights)
        };
        let losses: Vec<f64> = (0..fits.len()).map(with).collect();
        if let Some(best) = (0..losses.len()).min_by(|a, b| losses[*a].total_cmp(&losses[*b])) {
            counts[best] += 1;
        }
    }
    counts.into_iter().map(|count| count as f64 / STEPS as f64).collect()
}

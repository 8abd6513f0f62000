//! A scorer taught by a company's own labels, used only where it knows more than the cold one.

use super::features::Terms;
use super::logistic::{Logistic, Row, logistic};
use super::reader::{carrying, shortened};

/// Labelled texts there must be, in all, distinct, and of the rarer label.
const LEAST_LABELS: u32 = 200;
const LEAST_TEXTS: usize = 100;
const LEAST_RARER: u32 = 30;
/// Trained on at most this many distinct texts.
const MOST_TEXTS: usize = 4_000;
const FOLDS: usize = 5;
const RESAMPLES: usize = 200;
/// One-sided 95 %: the learnt scorer must be better by so many standard errors.
const BETTER_BY: f64 = 1.645;
/// A learnt score this near to zero says nothing.
const SAYS: f64 = 0.2;

/// A distinct text with the labels people gave it.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// The text.
    pub text: String,
    /// What the cold scorer says of it.
    pub cold: Option<f64>,
    /// How often it was labelled positive.
    pub positive: u32,
    /// How often it was labelled negative.
    pub negative: u32,
}

/// What speaks for or against the learnt scorer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// Labels in all.
    pub labels: u32,
    /// Distinct texts that have one.
    pub texts: usize,
    /// Positive labels.
    pub positive: u32,
    /// Negative labels.
    pub negative: u32,
    /// AUC of the cold score on the labels; absent where there are too few.
    pub auc_cold: Option<f64>,
    /// AUC of the learnt score on texts it was not fitted to (5 folds by distinct text); absent where there are too few.
    pub auc_learnt: Option<f64>,
    /// Why the method is used that is used, in words.
    pub reason: String,
}

/// A fitted scorer.
#[derive(Clone, Debug)]
pub struct Learnt {
    terms: Terms,
    model: Logistic,
}

impl Learnt {
    fn fit(examples: &[&Example]) -> Self {
        let terms = Terms::of(examples.iter().map(|it| it.text.as_str()));
        // Both labels weigh the same in all: a score above zero means more than "most customers are content".
        let positive: f64 = examples.iter().map(|it| f64::from(it.positive)).sum();
        let negative: f64 = examples.iter().map(|it| f64::from(it.negative)).sum();
        let half = (positive + negative) / 2.0;
        let rows: Vec<Row> = examples
            .iter()
            .map(|it| Row {
                features: terms.vector(&it.text, it.cold),
                positive: f64::from(it.positive) * half / positive.max(1.0),
                negative: f64::from(it.negative) * half / negative.max(1.0),
            })
            .collect();
        let model = Logistic::fit(&rows, terms.width());
        Self { terms, model }
    }

    /// The feeling of a text, -1..1 (twice the probability of "positive", less one); absent where it was taught
    /// nothing about it and the cold scorer has nothing to say either.
    #[must_use]
    pub fn score(&self, text: &str, cold: Option<f64>) -> Option<f64> {
        if cold.is_none() && !self.terms.knows(text) {
            return None;
        }
        let score = 2.0 * logistic(self.model.odds(&self.terms.vector(text, cold))) - 1.0;
        let score = (score * 10_000.0).round() / 10_000.0;
        (cold.is_some() || score.abs() >= SAYS).then_some(score)
    }

    /// The sentence or clause that carries the score.
    #[must_use]
    pub fn span(&self, text: &str, score: f64, cold: impl Fn(&str) -> Option<f64>) -> String {
        if score.abs() < SAYS {
            return shortened(text);
        }
        carrying(text, score, |part| self.score(part, cold(part)).unwrap_or_default())
    }
}

/// The word of a learnt score: nearer to zero than 0.2 is neutral.
pub(super) fn word(score: Option<f64>) -> super::Label {
    match score {
        None => super::Label::Unknown,
        Some(score) if score >= SAYS => super::Label::Positive,
        Some(score) if score <= -SAYS => super::Label::Negative,
        Some(_) => super::Label::Neutral,
    }
}

/// A scorer taught by `examples` (distinct texts), where they are enough and it beats the cold one on texts it did not
/// see; and the evidence either way. The same examples give the same answer, whatever their order.
#[must_use]
pub fn learn(examples: &[Example]) -> (Option<Learnt>, Evidence) {
    let mut examples: Vec<&Example> = examples.iter().filter(|it| it.positive + it.negative > 0).collect();
    examples.sort_by_cached_key(|it| (mixed(&it.text), it.text.clone()));
    let mut evidence = Evidence {
        labels: examples.iter().map(|it| it.positive + it.negative).sum(),
        texts: examples.len(),
        positive: examples.iter().map(|it| it.positive).sum(),
        negative: examples.iter().map(|it| it.negative).sum(),
        ..Evidence::default()
    };
    let rarer = evidence.positive.min(evidence.negative);
    if evidence.labels < LEAST_LABELS || evidence.texts < LEAST_TEXTS || rarer < LEAST_RARER {
        evidence.reason = format!(
            "too few labels to learn from: {} labels on {} distinct texts, {} positive and {} negative \
             (at least {LEAST_LABELS} on {LEAST_TEXTS}, {LEAST_RARER} of each)",
            evidence.labels, evidence.texts, evidence.positive, evidence.negative
        );
        return (None, evidence);
    }
    examples.truncate(MOST_TEXTS);
    let mut held_out = vec![0.0; examples.len()];
    for fold in 0..FOLDS {
        let rest: Vec<&Example> =
            examples.iter().enumerate().filter(|(at, _)| at % FOLDS != fold).map(|(_, it)| *it).collect();
        let model = Learnt::fit(&rest);
        for (at, it) in examples.iter().enumerate().filter(|(at, _)| at % FOLDS == fold) {
            held_out[at] = model.model.odds(&model.terms.vector(&it.text, it.cold));
        }
    }
    let cold: Vec<f64> = examples.iter().map(|it| it.cold.unwrap_or_default()).collect();
    let all: Vec<usize> = (0..examples.len()).collect();
    let gain = |sample: &[usize]| Some((auc(&examples, &held_out, sample)?, auc(&examples, &cold, sample)?));
    let Some((learnt, before)) = gain(&all) else { return (None, evidence) };
    let mut random = Random(0x5EED);
    let gains: Vec<f64> = (0..RESAMPLES)
        .filter_map(|_| {
            let sample: Vec<usize> = all.iter().map(|_| random.below(all.len())).collect();
            gain(&sample).map(|(learnt, cold)| learnt - cold)
        })
        .collect();
    let error = deviation(&gains);
    evidence.auc_cold = Some(before);
    evidence.auc_learnt = Some(learnt);
    let better = learnt - before > BETTER_BY * error && learnt > 0.5;
    evidence.reason = format!(
        "{} on {} labels of {} distinct texts, each scored by a model that did not see it: AUC {learnt:.3} learnt, \
         {before:.3} cold, standard error of the difference {error:.3}",
        if better { "learnt is better" } else { "learnt is not surely better, so cold stays" },
        evidence.labels,
        evidence.texts
    );
    (better.then(|| Learnt::fit(&examples)), evidence)
}

/// Area under the ROC curve over `sample`, ties counted half; absent without both labels.
fn auc(examples: &[&Example], scores: &[f64], sample: &[usize]) -> Option<f64> {
    let mut order: Vec<usize> = sample.to_vec();
    order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    let (mut below, mut area, mut positives) = (0.0, 0.0, 0.0);
    for tied in order.chunk_by(|a, b| scores[*a] == scores[*b]) {
        let positive: f64 = tied.iter().map(|at| f64::from(examples[*at].positive)).sum();
        let negative: f64 = tied.iter().map(|at| f64::from(examples[*at].negative)).sum();
        area += positive * (below + negative / 2.0);
        below += negative;
        positives += positive;
    }
    (positives > 0.0 && below > 0.0).then(|| area / (positives * below))
}

fn deviation(values: &[f64]) -> f64 {
    let n = values.len().max(2) as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
}

/// FNV-1a: an order of texts that has nothing to do with what they say.
fn mixed(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }
}

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{LearnError, same_length};
use crate::random::Random;

/// One way of holding rows out: learn from `train`, judge on `held_out`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Positions of the rows learnt from.
    pub train: Vec<usize>,
    /// Positions of the rows judged on; none of them is in `train`.
    pub held_out: Vec<usize>,
}

/// The splits of the training rows that every choice (penalty, depth, rounds, weights, calibration) is made on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splits(Vec<Split>);

impl Splits {
    /// `folds` parts with the same share of positives each, drawn by `seed`; fewer where a class has fewer rows.
    ///
    /// # Errors
    ///
    /// [`LearnError::TooFew`] with less than two rows of a class.
    pub fn stratified(labels: &[bool], folds: usize, seed: u64) -> Result<Self, LearnError> {
        let groups: Vec<u64> = (0..labels.len() as u64).collect();
        Splits::grouped(labels, &groups, folds, seed)
    }

    /// As [`Splits::stratified`] with all rows of a group in the same part: the rows of one subject at several
    /// times. A group with any positive row counts as positive.
    ///
    /// # Errors
    ///
    /// [`LearnError::TooFew`] (counting groups) with less than two groups of a class.
    pub fn grouped(labels: &[bool], groups: &[u64], folds: usize, seed: u64) -> Result<Self, LearnError> {
        same_length("groups", labels.len(), groups.len())?;
        let mut positive: BTreeMap<u64, bool> = BTreeMap::new();
        for (group, label) in groups.iter().zip(labels) {
            *positive.entry(*group).or_default() |= label;
        }
        let positives = positive.values().filter(|positive| **positive).count();
        let negatives = positive.len() - positives;
        enough(positive.len(), positives, negatives)?;
        let folds = folds.clamp(2, positives.min(negatives));
        let mut random = Random::new(seed);
        let mut fold_of: BTreeMap<u64, usize> = BTreeMap::new();
        for class in [true, false] {
            let mut members: Vec<u64> = positive
                .iter()
                .filter(|(_, positive)| **positive == class)
                .map(|(group, _)| *group)
                .collect();
            random.shuffle(&mut members);
            fold_of.extend(members.into_iter().enumerate().map(|(at, group)| (group, at % folds)));
        }
        let splits = (0..folds)
            .map(|fold| {
                let (held_out, train) =
                    (0..labels.len()).partition(|row| fold_of.get(&groups[*row]) == Some(&fold));
                Split { train, held_out }
            })
            .collect();
        Ok(Splits(splits))
    }

    /// Splits in the order of time: the rows of each period after the first `first` are held out once, and
    /// learnt are the rows of all earlier periods. Periods where either side lacks a class are not held out.
    ///
    /// # Errors
    ///
    /// [`LearnError::TooFew`] when no period can be held out.
    pub fn forward(labels: &[bool], periods: &[i64], first: usize) -> Result<Self, LearnError> {
        same_length("periods", labels.len(), periods.len())?;
        let ordered: BTreeSet<i64> = periods.iter().copied().collect();
        let both = |rows: &[usize]| {
            let positives = rows.iter().filter(|row| labels[**row]).count();
            positives >= 2 && rows.len() - positives >= 2
        };
        let splits: Vec<Split> = ordered
            .into_iter()
            .skip(first.max(1))
            .map(|period| Split {
                train: (0..labels.len()).filter(|row| periods[*row] < period).collect(),
                held_out: (0..labels.len()).filter(|row| periods[*row] == period).collect(),
            })
            .filter(|split| both(&split.train) && both(&split.held_out))
            .collect();
        if splits.is_empty() {
            let positives = labels.iter().filter(|label| **label).count();
            return Err(LearnError::TooFew {
                rows: labels.len(),
                positives,
                negatives: labels.len() - positives,
                needed: 2,
            });
        }
        Ok(Splits(splits))
    }

    /// The splits, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Split> {
        self.0.iter()
    }

    /// How many splits.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Never: there is at least one.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get(&self, at: usize) -> &Split {
        &self.0[at]
    }
}

pub(crate) fn enough(rows: usize, positives: usize, negatives: usize) -> Result<(), LearnError> {
    const NEEDED: usize = 2;
    if positives.min(negatives) < NEEDED {
        return Err(LearnError::TooFew { rows, positives, negatives, needed: NEEDED });
    }
    Ok(())
}

//! Concordance on saas_survival, by a discrete-time hazard through the product's learner.
//!
//! Row number modulo five is the fold, as in `checks/learn/saas_survival.py`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program that prints what it measures")]

#[path = "common/mod.rs"]
mod common;

use std::time::Instant;

use learn::survival::Hazard;
use learn::{Learner, scores};

const FOLDS: usize = 5;

fn main() {
    let rows = common::read("saas_survival/churn.csv");
    let durations: Vec<f64> =
        rows.column("months_active").iter().map(|cell| cell.parse::<f64>().unwrap() + 1.0).collect();
    let events: Vec<bool> = rows.column("churned").iter().map(|cell| cell == "1.0").collect();
    let table = rows.without(&["months_active", "churned"]).table();
    let churned = events.iter().filter(|event| **event).count();
    println!("saas_survival: {} rows, {churned} churned, {FOLDS}-fold", events.len());
    println!("learner\tconcordance\tfit_seconds");
    let learners: Vec<(&str, Box<dyn Learner>)> =
        vec![("learn: hazard, logistic", learn::baseline()), ("learn: hazard, standard", learn::standard(0))];
    for (name, learner) in &learners {
        let (mut sum, mut seconds) = (0.0, 0.0);
        for fold in 0..FOLDS {
            let (test, train): (Vec<usize>, Vec<usize>) =
                (0..events.len()).partition(|row| row % FOLDS == fold);
            let times = |rows: &[usize]| -> Vec<f64> { rows.iter().map(|row| durations[*row]).collect() };
            let ends = |rows: &[usize]| -> Vec<bool> { rows.iter().map(|row| events[*row]).collect() };
            let started = Instant::now();
            let hazard =
                Hazard::fit(learner.as_ref(), &table.select(&train), &times(&train), &ends(&train), 5, 0)
                    .unwrap();
            seconds += started.elapsed().as_secs_f64();
            let risks = hazard.within(&table.select(&test), &vec![0.0; test.len()], 12).unwrap();
            sum += scores::concordance(&risks, &times(&test), &ends(&test)).unwrap();
        }
        println!("{name}\t{:.4}\t{:.2}", sum / FOLDS as f64, seconds / FOLDS as f64);
    }
}

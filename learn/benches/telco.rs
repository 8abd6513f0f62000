//! Learners on the telco folds: AUC, Brier, calibration error and time to fit.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program that prints what it measures")]

#[path = "common/mod.rs"]
mod common;

use std::time::Instant;

use learn::{Calibrated, Learner, Splits, Table, Training, Trees, scores};

fn main() {
    let rows = common::read("telco/Telco-Customer-Churn.csv");
    let labels: Vec<bool> = rows.column("Churn").iter().map(|cell| cell == "Yes").collect();
    let table = rows.without(&["customerID", "Churn"]).table();
    let folds = common::read("telco/folds.csv");
    let folds: Vec<(usize, usize, usize)> = (folds.column("row").iter())
        .zip(folds.column("repeat"))
        .zip(folds.column("fold"))
        .map(|((row, repeat), fold)| (number(row), number(&repeat), number(&fold)))
        .collect();
    let repeats = 1 + folds.iter().map(|(_, repeat, _)| *repeat).max().unwrap_or_default();
    let parts = 1 + folds.iter().map(|(_, _, fold)| *fold).max().unwrap_or_default();
    println!("telco: {} rows, {} positive, {parts}-fold x {repeats}", labels.len(), positives(&labels));
    println!("learner\tauc\tpr_auc\tbrier\tece\tece_floor\tfit_seconds");
    let learners: Vec<(&str, Box<dyn Learner>)> = vec![
        ("learn: logistic", learn::baseline()),
        ("learn: trees", Box::new(Calibrated::new(Box::new(Trees::new(0))))),
        ("learn: standard", learn::standard(0)),
    ];
    let only = std::env::var("ONLY").ok();
    for (name, learner) in &learners {
        if only.as_ref().is_some_and(|only| !name.contains(only.as_str())) {
            continue;
        }
        let mut sums = [0.0; 6];
        for repeat in 0..repeats {
            for fold in 0..parts {
                let of = |held: bool| -> Vec<usize> {
                    let own = folds.iter().filter(|(_, r, f)| *r == repeat && (*f == fold) == held);
                    own.map(|(row, _, _)| *row).collect()
                };
                let scored = judge(learner.as_ref(), &table, &labels, &of(false), &of(true));
                sums.iter_mut().zip(scored).for_each(|(sum, score)| *sum += score);
            }
        }
        let [auc, pr_auc, brier, ece, floor, seconds] = sums.map(|sum| sum / (repeats * parts) as f64);
        println!("{name}\t{auc:.4}\t{pr_auc:.4}\t{brier:.4}\t{ece:.4}\t{floor:.4}\t{seconds:.2}");
    }
}

fn judge(learner: &dyn Learner, table: &Table, labels: &[bool], train: &[usize], test: &[usize]) -> [f64; 6] {
    let take = |rows: &[usize]| -> Vec<bool> { rows.iter().map(|row| labels[*row]).collect() };
    let (train_table, train_labels) = (table.select(train), take(train));
    let started = Instant::now();
    let splits = Splits::stratified(&train_labels, 5, 0).unwrap();
    let training = Training { table: &train_table, labels: &train_labels, weights: None, splits: &splits };
    let fit = learner.fit(&training).unwrap();
    let seconds = started.elapsed().as_secs_f64();
    if std::env::var("CHOSEN").is_ok() {
        println!("  {}", fit.chosen.join("; "));
    }
    let (said, seen) = (fit.model.predict(&table.select(test)).unwrap(), take(test));
    let floor = scores::ece_floor(&said, 10, 200, 0).unwrap().mean;
    [
        scores::auc(&said, &seen).unwrap().value,
        scores::pr_auc(&said, &seen).unwrap(),
        scores::brier(&said, &seen).unwrap(),
        scores::ece(&said, &seen, 10).unwrap(),
        floor,
        seconds,
    ]
}

fn number(cell: &str) -> usize {
    cell.parse().unwrap()
}

fn positives(labels: &[bool]) -> usize {
    labels.iter().filter(|label| **label).count()
}

use learn::scores;
use proptest::prelude::*;

const SAID: [f64; 20] = [
    0.05, 0.1, 0.1, 0.15, 0.2, 0.2, 0.2, 0.3, 0.35, 0.4, 0.4, 0.45, 0.5, 0.55, 0.6, 0.6, 0.7, 0.8, 0.85, 0.95,
];

fn seen() -> Vec<bool> {
    [0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 1, 0, 1].map(|label| label == 1).to_vec()
}

fn close(value: f64, expected: f64) {
    assert!((value - expected).abs() < 1e-9, "{value} is not {expected}");
}

/// scikit-learn 1.9.1: roc_auc_score, average_precision_score, brier_score_loss, log_loss; DeLong's error from
/// its definition over all pairs in NumPy.
#[test]
fn scores_are_scikit_learns() {
    let auc = scores::auc(&SAID, &seen()).unwrap();
    close(auc.value, 0.6927083333333333);
    close(auc.standard_error, 0.131196198517378);
    close(scores::pr_auc(&SAID, &seen()).unwrap(), 0.6390425637958532);
    close(scores::brier(&SAID, &seen()).unwrap(), 0.22137500000000002);
    close(scores::log_loss(&SAID, &seen()).unwrap(), 0.6468448535485452);
}

/// scikit-learn 1.9.1: calibration_curve(n_bins=5, strategy="quantile"), the mean distance of its two columns.
#[test]
fn calibration_error_and_table_are_scikit_learns() {
    let said = [
        0.02, 0.07, 0.11, 0.16, 0.21, 0.22, 0.26, 0.31, 0.36, 0.41, 0.44, 0.46, 0.51, 0.56, 0.61, 0.66, 0.71,
        0.81, 0.86, 0.96,
    ];
    close(scores::ece(&said, &seen(), 5).unwrap(), 0.0995);
    let table = scores::calibration_table(&said, &seen(), 5);
    let columns: Vec<(usize, f64)> = table.iter().map(|bin| (bin.n, bin.observed)).collect();
    assert_eq!(columns, [(4, 0.25), (4, 0.25), (4, 0.25), (4, 0.5), (4, 0.75)]);
    for (bin, predicted) in table.iter().zip([0.09, 0.25, 0.4175, 0.585, 0.835]) {
        close(bin.predicted, predicted);
    }
}

/// Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I, method 3, 81 of 263.
#[test]
fn the_interval_of_a_bin_is_wilsons() {
    let labels: Vec<bool> = (0..263).map(|row| row < 81).collect();
    let table = scores::calibration_table(&[0.3; 263], &labels, 1);
    assert_eq!(format!("{:.4} {:.4}", table[0].low, table[0].high), "0.2553 0.3662");
}

/// By hand: of the 20 the highest five (0.95, 0.85, 0.8, 0.7, and one of two at 0.6) hold three positives and
/// half of one; 8 of 20 are positive.
#[test]
fn the_top_counts_ties_by_their_chance() {
    let top = scores::at_budget(&SAID, &seen(), 5).unwrap();
    assert_eq!((top.n, top.positives), (5, 3.5));
    close(top.precision, 0.7);
    close(top.recall, 3.5 / 8.0);
    close(top.lift, 0.7 / 0.4);
    assert_eq!(scores::lift(&SAID, &seen(), 0.25).unwrap(), top);
}

/// lifelines 0.30.3: concordance_index, with tied times, tied risks and censored rows at the time of an event.
#[test]
fn concordance_is_lifelines() {
    let durations = [1.0, 2.0, 2.0, 3.0, 4.0, 4.0, 4.0, 6.0, 7.0, 7.0, 9.0, 10.0];
    let events = [1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 0, 1].map(|event| event == 1);
    let risks = [0.9, 0.8, 0.4, 0.7, 0.7, 0.3, 0.5, 0.2, 0.35, 0.35, 0.1, 0.6];
    close(scores::concordance(&risks, &durations, &events).unwrap(), 0.8555555555555555);
}

#[test]
fn what_cannot_be_scored_is_none() {
    assert_eq!(scores::auc(&[0.1, 0.2], &[true, true]), None);
    assert_eq!(scores::pr_auc(&[0.1], &[false]), None);
    assert_eq!(scores::brier(&[], &[]), None);
    assert_eq!(scores::ece(&[], &[], 10), None);
    assert_eq!(scores::ece_floor(&[0.5], 10, 0, 1), None);
    assert_eq!(scores::at_budget(&[0.1], &[true], 0), None);
    assert_eq!(scores::concordance(&[0.1, 0.2], &[1.0, 1.0], &[true, true]), None);
    assert!(scores::calibration_table(&[], &[], 10).is_empty());
}

/// 1,000 rows at one half in one bin: the error is the distance of a binomial share from one half, whose mean
/// is sqrt(2 / pi) and whose 95th percentile 1.96 standard deviations of 0.0158.
#[test]
fn the_floor_is_what_chance_gives() {
    let floor = scores::ece_floor(&[0.5; 1000], 1, 4000, 3).unwrap();
    assert!((floor.mean - 0.0126).abs() < 0.0006, "{floor:?}");
    assert!((floor.p95 - 0.0310).abs() < 0.0015, "{floor:?}");
    assert_eq!(floor, scores::ece_floor(&[0.5; 1000], 1, 4000, 3).unwrap());
}

proptest! {
    #[test]
    fn only_the_order_of_predictions_matters_to_ranking(
        rows in prop::collection::vec((0u8..40, any::<bool>()), 2..60),
    ) {
        let said: Vec<f64> = rows.iter().map(|(p, _)| f64::from(*p)).collect();
        let bent: Vec<f64> = said.iter().map(|p| (p / 7.0).exp() - 3.0).collect();
        let labels: Vec<bool> = rows.iter().map(|(_, label)| *label).collect();
        prop_assert_eq!(scores::auc(&said, &labels), scores::auc(&bent, &labels));
        prop_assert_eq!(scores::pr_auc(&said, &labels), scores::pr_auc(&bent, &labels));
        prop_assert_eq!(scores::at_budget(&said, &labels, 9), scores::at_budget(&bent, &labels, 9));
    }

    #[test]
    fn the_order_of_the_rows_does_not_matter(rows in prop::collection::vec((0u8..10, any::<bool>()), 2..40)) {
        let split = |rows: &[(u8, bool)]| -> (Vec<f64>, Vec<bool>) {
            rows.iter().map(|(p, label)| (f64::from(*p) / 10.0, *label)).unzip()
        };
        let (said, labels) = split(&rows);
        let mut turned = rows.clone();
        turned.reverse();
        let (said_turned, labels_turned) = split(&turned);
        let same = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() < 1e-12,
            (a, b) => a == b,
        };
        prop_assert!(same(scores::ece(&said, &labels, 4), scores::ece(&said_turned, &labels_turned, 4)));
        prop_assert!(same(scores::pr_auc(&said, &labels), scores::pr_auc(&said_turned, &labels_turned)));
    }

    /// Without censoring and with all events at different times in two groups, C of "has the event first" is
    /// the AUC.
    #[test]
    fn concordance_of_two_times_is_the_auc(rows in prop::collection::vec((0u8..20, any::<bool>()), 2..60)) {
        let risks: Vec<f64> = rows.iter().map(|(risk, _)| f64::from(*risk)).collect();
        let labels: Vec<bool> = rows.iter().map(|(_, label)| *label).collect();
        let durations: Vec<f64> = labels.iter().map(|label| if *label { 1.0 } else { 2.0 }).collect();
        let auc = scores::auc(&risks, &labels).map(|auc| auc.value);
        match (scores::concordance(&risks, &durations, &labels), auc) {
            (Some(c), Some(auc)) => prop_assert!((c - auc).abs() < 1e-12),
            (c, auc) => prop_assert_eq!(c, auc),
        }
    }
}

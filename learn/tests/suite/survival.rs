use learn::survival::{self, Hazard, ShiftedBetaGeometric};
use learn::{Table, scores};

use crate::sim::Draw;

/// lifelines 0.30.3: KaplanMeierFitter's survival function and confidence interval.
#[test]
fn the_curve_and_its_interval_are_lifelines() {
    let durations = [1.0, 2.0, 2.0, 3.0, 4.0, 4.0, 4.0, 6.0, 7.0, 7.0, 9.0, 10.0];
    let events = [1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 0, 1].map(|event| event == 1);
    let steps = survival::kaplan_meier(&durations, &events);
    let lines: Vec<String> = steps
        .iter()
        .map(|step| {
            let counts = (step.time, step.at_risk, step.events, step.censored);
            format!("{counts:?} {:.6} {:.6} {:.6}", step.survival, step.low, step.high)
        })
        .collect();
    assert_eq!(
        lines,
        [
            "(1.0, 12, 1, 0) 0.916667 0.538977 0.987826",
            "(2.0, 11, 1, 1) 0.833333 0.481715 0.955509",
            "(3.0, 9, 1, 0) 0.740741 0.390676 0.908624",
            "(4.0, 8, 2, 1) 0.555556 0.236900 0.786701",
            "(6.0, 5, 0, 1) 0.555556 0.236900 0.786701",
            "(7.0, 4, 2, 0) 0.277778 0.047214 0.584252",
            "(9.0, 2, 0, 1) 0.277778 0.047214 0.584252",
            "(10.0, 1, 1, 0) 0.000000 0.000000 0.000000",
        ]
    );
}

/// Fader and Hardie (2007), table 1: the first seven renewals of their two segments, of 1,000 customers each;
/// their estimates, and the share they project for year 12 (actual: 39.4 % and 17.3 %).
#[test]
fn the_published_cohorts_give_the_published_parameters() {
    let high_end = [1000.0, 869.0, 743.0, 653.0, 593.0, 551.0, 517.0, 491.0];
    let regular = [1000.0, 631.0, 468.0, 382.0, 326.0, 289.0, 262.0, 241.0];
    for (kept, published) in [(high_end, "0.668 3.806"), (regular, "0.704 1.182")] {
        let lost: Vec<f64> = kept.windows(2).map(|pair| pair[0] - pair[1]).collect();
        let fit = ShiftedBetaGeometric::fit(&lost, kept[7]).unwrap();
        assert_eq!(format!("{:.3} {:.3}", fit.alpha, fit.beta), published);
        assert!((fit.survival(1) - fit.retention(1)).abs() < 1e-12);
        assert!(fit.retention(9) > fit.retention(1));
    }
    assert!(ShiftedBetaGeometric::fit(&[0.0, 0.0], 10.0).is_err());
}

#[test]
fn probabilities_of_periods_become_one_of_a_horizon() {
    assert!((survival::within(&[0.1, 0.2]) - 0.28).abs() < 1e-12);
    assert_eq!(survival::within(&[]), 0.0);
}

#[test]
fn a_subject_is_a_row_per_period_it_lived_through() {
    let table = Table::new(3).with_number("x", vec![7.0, 8.0, 9.0]).unwrap();
    let periods = survival::person_periods(&table, &[2.0, 1.0, 2.4], &[true, false, true]).unwrap();
    assert_eq!(periods.subjects, [0, 0, 1, 2, 2, 2]);
    assert_eq!(periods.labels, [false, true, false, false, false, true]);
    assert_eq!(periods.table.column("age in periods").unwrap().values, [0.0, 1.0, 0.0, 0.0, 1.0, 2.0]);
    assert_eq!(periods.table.column("x").unwrap().values, [7.0, 7.0, 8.0, 9.0, 9.0, 9.0]);
    assert!(survival::person_periods(&table, &[1.0, 0.0, 1.0], &[true, false, true]).is_err());
}

/// Half leave at 5 % a period, half at 30 %; many are last seen early. The shares of six periods are
/// 1 - 0.95^6 = 0.265 and 1 - 0.7^6 = 0.882, censoring or not.
#[test]
fn a_hazard_is_learnt_through_censoring() {
    let mut draw = Draw(5);
    let (mut group, mut durations, mut events) = (vec![], vec![], vec![]);
    for row in 0..600 {
        let hazard = if row % 2 == 0 { 0.05 } else { 0.3 };
        let last_seen = 1.0 + (draw.unit() * 8.0).floor();
        let mut age = 1.0;
        let happened = loop {
            if draw.unit() < hazard {
                break true;
            }
            if age == last_seen {
                break false;
            }
            age += 1.0;
        };
        group.push(f64::from(row % 2));
        durations.push(age);
        events.push(happened);
    }
    let table = Table::new(600).with_number("group", group).unwrap();
    let hazard = Hazard::fit(learn::baseline().as_ref(), &table, &durations, &events, 3, 1).unwrap();
    let both = Table::new(2).with_number("group", vec![0.0, 1.0]).unwrap();
    let said = hazard.within(&both, &[0.0, 0.0], 6).unwrap();
    assert!((said[0] - 0.265).abs() < 0.06 && (said[1] - 0.882).abs() < 0.05, "{said:?}");
    let risks = hazard.within(&table, &[0.0; 600], 6).unwrap();
    assert!(scores::concordance(&risks, &durations, &events).unwrap() > 0.6);
}

use learn::change_point::{ChangePointSettings, change_points};

use crate::sim::Draw;

fn series(seed: u64, mean: f64, drop_at: Option<usize>) -> Vec<f64> {
    let mut draw = Draw(seed);
    (0..52)
        .map(|week| draw.poisson(if drop_at.is_some_and(|at| week >= at) { 0.7 * mean } else { mean }))
        .collect()
}

#[test]
fn a_drop_by_three_tenths_is_found_in_nearly_every_series() {
    let mut found = 0;
    for seed in 0..200 {
        let at = 12 + (seed as usize * 7) % 29;
        let points = change_points(&series(seed, 60.0, Some(at)), &ChangePointSettings::default());
        found +=
            usize::from(points.iter().any(|point| point.at.abs_diff(at) <= 3 && point.after < point.before));
    }
    assert!(found >= 190, "{found} of 200");
}

#[test]
fn a_level_series_hardly_ever_changes() {
    let alarms = (1000..1200)
        .filter(|seed| !change_points(&series(*seed, 60.0, None), &ChangePointSettings::default()).is_empty())
        .count();
    assert!(alarms <= 4, "{alarms} of 200");
}

/// People who come and go together vary more than Poisson's counts; that is no change of level.
#[test]
fn a_restless_series_hardly_ever_changes_either() {
    let restless = |seed: u64| -> Vec<f64> {
        let mut draw = Draw(seed);
        (0..52).map(|_| 5.0 * draw.poisson(12.0)).collect()
    };
    let alarms = (0..200)
        .filter(|seed| !change_points(&restless(*seed), &ChangePointSettings::default()).is_empty())
        .count();
    assert!(alarms <= 6, "{alarms} of 200");
}

#[test]
fn levels_are_the_means_and_unknown_weeks_are_passed_over() {
    let mut weeks = vec![100.0; 10];
    weeks.extend([f64::NAN, 40.0, 40.0, 40.0, 40.0, 40.0]);
    weeks[3] = f64::NAN;
    let points = change_points(&weeks, &ChangePointSettings::default());
    assert_eq!(points.len(), 1);
    assert_eq!((points[0].at, points[0].before, points[0].after), (11, 100.0, 40.0));
    assert!(points[0].strength > 50.0);
    assert!(change_points(&weeks[..7], &ChangePointSettings::default()).is_empty());
    assert!(change_points(&[0.0; 30], &ChangePointSettings::default()).is_empty());
}

use learn::{
    Calibrated, Calibration, Fit, HeldOut, LearnError, Learner, Logistic, Training, scores, sigmoid,
};
use proptest::prelude::*;

use crate::sim::{Draw, fit, rows};

/// Logistic regression that trusts itself twice as much as it should.
struct Boaster(Logistic);

impl Learner for Boaster {
    fn name(&self) -> &str {
        "boaster"
    }

    fn fit(&self, training: &Training<'_>) -> Result<Fit, LearnError> {
        let Fit { model, held_out, chosen } = self.0.fit(training)?;
        let held_out =
            held_out.iter().map(|held| HeldOut { log_odds: 2.0 * held.log_odds, ..*held }).collect();
        Ok(Fit { model, held_out, chosen })
    }
}

#[test]
fn over_confidence_is_halved() {
    let (table, labels) = rows(1500, 21);
    let learner = Calibrated::new(Box::new(Boaster(Logistic::default())));
    let model = fit(&learner, &table, &labels).model;
    let Calibration::Line { slope, .. } = model.calibration() else { panic!("{:?}", model.calibration()) };
    assert!((slope - 0.5).abs() < 0.07, "{slope}");
}

/// With some forty positives a slope can't be known well; it stays near 1 for a model that is right.
#[test]
fn with_few_positives_the_map_stays_near_the_model() {
    for seed in 30..40 {
        let (table, labels) = rows(110, seed);
        let model = fit(learn::baseline().as_ref(), &table, &labels).model;
        let Calibration::Line { slope, .. } = model.calibration() else {
            panic!("{:?}", model.calibration())
        };
        assert!((0.6..1.4).contains(slope), "seed {seed}: {slope}");
    }
}

/// Held-out rows are calibrated by maps that did not see them: their error is that of chance.
#[test]
fn held_out_rows_are_calibrated() {
    let (table, labels) = rows(2500, 22);
    let fit = fit(learn::baseline().as_ref(), &table, &labels);
    let said: Vec<f64> = fit.held_out.iter().map(|held| sigmoid(held.log_odds)).collect();
    let seen: Vec<bool> = fit.held_out.iter().map(|held| labels[held.row]).collect();
    let floor = scores::ece_floor(&said, 10, 500, 1).unwrap();
    assert!(scores::ece(&said, &seen, 10).unwrap() < floor.p95 * 1.2);
}

proptest! {
    #[test]
    fn no_map_turns_rows_round(seed in any::<u64>()) {
        let mut draw = Draw(seed);
        let maps = [
            Calibration::Identity,
            Calibration::Line { slope: draw.unit(), intercept: draw.normal() },
            Calibration::Beta { a: draw.unit(), b: draw.unit(), intercept: draw.normal() },
            Calibration::Steps { said: vec![-2.0, 0.0, 0.5], seen: vec![-1.0, -1.0, 2.0 * draw.unit()] },
        ];
        for map in maps {
            let (a, b) = (6.0 * draw.normal(), 6.0 * draw.normal());
            prop_assert!(map.apply(a.min(b)) <= map.apply(a.max(b)) + 1e-12);
        }
    }
}

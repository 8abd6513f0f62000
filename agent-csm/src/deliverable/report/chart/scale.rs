//! From values to places, and the round numbers that stand on an axis.

/// A straight line from a range of values to a range of places.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    from: (f64, f64),
    to: (f64, f64),
}

impl Scale {
    /// Values `from` drawn at places `to`. A range without width is drawn at its first place.
    pub(super) fn new(from: (f64, f64), to: (f64, f64)) -> Self {
        Self { from, to }
    }

    /// The place of `value`; values beyond the range lie beyond the places.
    pub(super) fn at(self, value: f64) -> f64 {
        let width = self.from.1 - self.from.0;
        if width == 0.0 {
            return self.to.0;
        }
        self.to.0 + (value - self.from.0) / width * (self.to.1 - self.to.0)
    }

    /// The place of `value`, kept within the range.
    pub(super) fn within(self, value: f64) -> f64 {
        self.at(value.clamp(self.from.0.min(self.from.1), self.from.0.max(self.from.1)))
    }
}

/// Round numbers from at most `low` to at least `high`, about `wanted` of them.
///
/// P. Heckbert, "Nice numbers for graph labels", Graphics Gems (1990): steps are 1, 2 or 5 times a power of ten.
pub(super) fn ticks(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    let (low, high) = if high > low { (low, high) } else { (low, low + 1.0) };
    #[expect(clippy::cast_precision_loss, reason = "a handful of ticks")]
    let step = nice((high - low) / wanted.max(2) as f64);
    let (first, last) = ((low / step).floor(), (high / step).ceil());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a handful of ticks")]
    let count = (last - first).round() as usize;
    // Multiples of the step, so that no error adds up from tick to tick.
    #[expect(clippy::cast_precision_loss, reason = "a handful of ticks")]
    let tick = |at: usize| (first + at as f64) * step;
    (0..=count).map(tick).collect()
}

/// The least of 1, 2, 5 or 10 times a power of ten that is not below `raw`.
fn nice(raw: f64) -> f64 {
    let power = 10f64.powf(raw.log10().floor());
    let fraction = raw / power;
    let round = [1.0, 2.0, 5.0].into_iter().find(|it| fraction <= it * (1.0 + 1e-9)).unwrap_or(10.0);
    round * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_hold_the_range() {
        assert_eq!(ticks(0.0, 97.0, 5), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(ticks(0.0, 1_234_567.0, 4), [0.0, 500_000.0, 1_000_000.0, 1_500_000.0]);
        assert_eq!(ticks(-30.0, 45.0, 4), [-40.0, -20.0, 0.0, 20.0, 40.0, 60.0]);
        assert_eq!(ticks(0.0, 0.0, 4).first(), Some(&0.0));
    }

    #[test]
    fn a_scale_turns_around() {
        let down = Scale::new((0.0, 100.0), (400.0, 0.0));
        assert_eq!((down.at(0.0), down.at(25.0), down.within(130.0)), (400.0, 300.0, 0.0));
    }
}

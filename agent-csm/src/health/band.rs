//! Bands that do not flicker: hysteresis around their borders.

use super::rules::{Band, Rules};

/// The band with the highest `min` that `score` reaches.
pub(super) fn plain(bands: &[Band], score: u32) -> Option<&Band> {
    bands.iter().filter(|band| band.min <= score).max_by_key(|band| band.min)
}

impl Rules {
    /// The band of a score whose account was in `previous` in the last session.
    ///
    /// A border is crossed upwards when the score is [`Rules::margin`] points above it, downwards when it is more than
    /// that below it. Without an earlier band, or under a cap, the plain band counts.
    #[must_use]
    pub fn band(&self, score: u32, previous: Option<&str>, capped: bool) -> Option<&Band> {
        let plain = plain(&self.bands, score)?;
        let Some(before) = previous.and_then(|name| self.bands.iter().find(|band| band.name == name)) else {
            return Some(plain);
        };
        if capped {
            return Some(plain);
        }
        // Upwards only borders count that are passed by the margin, downwards all that are not missed by more than it.
        let up = self.bands.iter().filter(|it| it.min + self.margin <= score);
        let down = self.bands.iter().filter(|it| it.min <= score + self.margin);
        let up = up.max_by_key(|it| it.min).filter(|it| it.min > before.min);
        let down = down.max_by_key(|it| it.min).filter(|it| it.min < before.min);
        Some(up.or(down).unwrap_or(before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Result<Rules, String> {
        Rules::parse(
            "version = \"1\"\nminimum_coverage = 30\nmargin = 3\n\
             [[component]]\nsignal = \"a\"\nweight = 1\n\
             [[band]]\nname = \"green\"\nmin = 70\n[[band]]\nname = \"yellow\"\nmin = 50\n\
             [[band]]\nname = \"red\"\nmin = 0\n",
        )
    }

    /// Green from 70, yellow from 50, margin 3: up at 73 and 53, down below 67 and 47.
    #[test]
    fn a_band_is_left_only_by_the_margin() -> Result<(), String> {
        let rules = rules()?;
        let walked = [
            (None, 69, "yellow"),
            (Some("yellow"), 72, "yellow"),
            (Some("yellow"), 73, "green"),
            (Some("green"), 67, "green"),
            (Some("green"), 66, "yellow"),
            (Some("green"), 47, "yellow"),
            (Some("green"), 46, "red"),
            (Some("red"), 52, "red"),
            (Some("red"), 72, "yellow"),
            (Some("a band of another file"), 69, "yellow"),
        ];
        for (before, score, expected) in walked {
            let band = rules.band(score, before, false).map(|it| it.name.as_str());
            assert_eq!(band, Some(expected), "{before:?} and {score}");
        }
        // A cap needs no margin.
        assert_eq!(rules.band(68, Some("green"), true).map(|it| it.name.as_str()), Some("yellow"));
        Ok(())
    }
}

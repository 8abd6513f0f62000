//! When a step falls due: counted from the day its action was opened, or back from the opt-out date.

use std::fmt;
use std::str::FromStr;

use crate::assessment::Day;

/// `+3d`: three days after the action was opened; `-30d`: thirty days before the opt-out date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Days after the action was opened.
    After(i64),
    /// Days before the opt-out date.
    BeforeOptOut(i64),
}

impl Due {
    /// The day, and what to know about it when it could not be counted as written.
    #[must_use]
    pub fn on(self, opened_on: Day, opt_out_on: Option<Day>) -> (Day, Option<&'static str>) {
        match (self, opt_out_on) {
            (Self::After(days), _) => (opened_on.plus(days), None),
            (Self::BeforeOptOut(days), Some(opt_out)) if opt_out.plus(-days) >= opened_on => {
                (opt_out.plus(-days), None)
            }
            (Self::BeforeOptOut(_), Some(opt_out)) if opt_out < opened_on => {
                (opened_on, Some("the opt-out date has passed: find out what they decided"))
            }
            (Self::BeforeOptOut(_), Some(_)) => {
                (opened_on, Some("should have been done before: the opt-out date is close"))
            }
            (Self::BeforeOptOut(_), None) => {
                (opened_on, Some("the opt-out date is not known: find it first"))
            }
        }
    }
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::After(days) => write!(f, "+{days}d"),
            Self::BeforeOptOut(days) => write!(f, "-{days}d"),
        }
    }
}

impl FromStr for Due {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let days = |text: &str| -> Result<i64, ()> {
            let digits = text.strip_suffix('d').ok_or(())?;
            if digits.len() > 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(());
            }
            digits.parse().map_err(|_| ())
        };
        match (text.strip_prefix('+'), text.strip_prefix('-')) {
            (Some(rest), _) => days(rest).map(Self::After),
            (_, Some(rest)) => days(rest).map(Self::BeforeOptOut),
            _ => Err(()),
        }
    }
}

//! What the crate promises, on small data whose answers were worked out elsewhere.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

mod calibration;
mod change_points;
mod learners;
mod scores;
mod sim;
mod survival;
mod tables;

//! Logistic regression on lines and bins, with a ridge penalty chosen on the splits.

mod basis;
mod fit;
mod model;
mod newton;

pub use fit::Logistic;
pub(crate) use model::LogisticModel;

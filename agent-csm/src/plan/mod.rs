//! Success plans.

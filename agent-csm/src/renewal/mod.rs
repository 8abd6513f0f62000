//! Renewals by opt-out date.

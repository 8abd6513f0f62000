//! Files people have, mapped onto the canonical tables; the quality report.

mod currency;

pub use currency::currency_digits;

//! The ledger of figures: open one, check one.

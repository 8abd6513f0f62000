//! The ledger of figures: open one, check one.

mod ledger;

pub use ledger::{Ledger, LedgerError, OpenedRows};

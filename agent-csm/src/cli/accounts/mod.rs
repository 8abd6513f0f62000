//! `csm accounts`: the book as a table that can be sorted and filtered.

mod column;
mod command;
mod field;
mod filter;

pub(super) use command::{AccountsArgs, run};

//! `csm account NAME`: the account on one page, each section in its own file.

mod churn;
mod command;
mod head;
mod health;
mod money;
mod paper;
mod people;
mod plan;
mod reasons;
mod support;
mod unknown;
mod usage;
mod voice;
mod word;

pub(super) use command::{AccountArgs, run};

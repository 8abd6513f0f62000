//! Playbooks and the action queue.
//!
//! A playbook is a Markdown file with a trigger, dated steps and an exit.
//! Where its trigger holds for an account it becomes one [`Action`]; its steps go into the account's plan.

mod action;
mod due;
mod parse;
mod playbook;
mod queue;
mod trigger;

pub use action::{Action, ActionKind, Step};
pub use due::Due;
pub use parse::PlaybookError;
pub use playbook::{Exit, PlayStep, Playbook, Playbooks};
pub use queue::{Opened, action_queue};
pub use trigger::Condition;

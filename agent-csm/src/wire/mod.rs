//! The customer payloads of the protocol: the context, one account, the progress members, the delivery sentence.
//!
//! Every number in them is a figure's; what is unknown is said with its reason.

mod account;
mod context;
mod progress;
mod sentence;

pub use account::AccountContext;
pub use context::CustomerContext;
pub use progress::{Progress, empty_progress, progress};
pub use sentence::{Before, Delivery, Since, delivery};

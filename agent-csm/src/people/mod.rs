//! What people said, and what was said about a customer elsewhere: notes, snoozes, business changes.
//!
//! A person's word is appended to a file that the team owns and re-enters as data at the start of the next
//! session: [`Heard`] is what one session took in. Which phrases mean a business change, and which titles a role,
//! is knowledge; this room only finds them.

mod accounts;
mod append;
mod heard;
mod notes;
mod phrases;
mod roles;
mod snoozes;
mod taxonomy;

pub use accounts::{AccountNames, NotOneAccount};
pub use append::append;
pub use heard::{Found, Heard, Hits, Look};
pub use notes::{Note, NoteFile, heading, written};
pub use phrases::{Phrase, Token, tokens};
pub use roles::{TitleRule, title_rules};
pub use snoozes::{SNOOZES, SNOOZES_FIRST, SnoozeError, SnoozeWord, parse_snoozes};
pub use taxonomy::{Effect, Taxonomy};

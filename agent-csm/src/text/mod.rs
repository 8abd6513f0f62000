//! What people wrote, read for feeling and theme.
//!
//! [`Reader`] reads one text: [`Cold`] (VADER with the support words of `knowledge/text/`) for the feeling, [`Taxonomy`]
//! for the themes. Import reads every text once ([`read_imported`]) and keeps the readings beside the tables ([`Kept`]);
//! the engine turns those known on its day into `text_scores`, `text_themes` and `text_methods`.
//! Where a company's own labels are enough and teach more than the cold scorer knows, [`learnt`] scores instead.

mod cold;
mod features;
mod kept;
mod label;
mod learnt;
mod logistic;
mod phrases;
mod read_imported;
mod reader;
mod sentences;
mod sources;
mod tables;
mod taxonomy;
mod tokens;

pub use cold::Cold;
pub use kept::Kept;
pub use label::Label;
pub use learnt::{Evidence, Example, Learnt, learn};
pub use read_imported::read_imported;
pub use reader::{Reader, TextReading, ThemeMention};
pub(crate) use sources::{RATINGS_FILE, SOURCES_FILE, Sources};
pub(crate) use tables::{Said, TextTables};
pub use taxonomy::{Taxonomy, Theme};

//! Files people have, mapped onto the canonical tables; the quality report.
//!
//! Start at [`import`]: it reads `data/`, chooses a [`SourceMapping`] per file, maps, joins, checks,
//! and writes Parquet with a manifest. Good rows are always kept; a bad one is named with file, line and remedy.

mod batch;
mod bring;
mod check;
mod contradictions;
mod currency;
mod dates;
mod domain;
mod events;
mod header;
mod identity;
mod map;
mod mapping;
mod money;
mod nulls;
mod read;
mod render;
mod report;
mod run;
mod select;
mod stake;
mod unify;

pub use bring::bring;
pub use currency::currency_digits;
pub use mapping::{
    ColumnMapping, Condition, FileMapping, Link, LinkBy, MappingError, SourceMapping, SystemKind,
    TableMapping, Transform,
};
pub use report::{
    Contradiction, Duplicates, FileReport, Identity, ImportReport, JoinRate, LISTED_REJECTS, NullShare,
    Reject, TableReport,
};
pub use run::{ImportError, REPORT_FILE, import, last_report};

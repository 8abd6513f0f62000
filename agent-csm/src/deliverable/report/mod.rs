//! `out/report.html`: the whole book on one page, with charts, readable offline and printable.
//!
//! It reads the analysis and what the phases made of it, never tables. No script, no request; every figure names
//! the command that opens it. Start at [`page`].

mod accounts;
mod blockers;
mod calibration;
mod chart;
mod checks;
mod disagreements;
mod figure;
mod head;
mod health_map;
mod page;
mod quality;
mod retention;
mod voice;
mod waterfall;

pub(super) use page::page;

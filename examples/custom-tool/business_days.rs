//! The tool: counts working days, by the workspace's own list of holidays.

use std::collections::BTreeSet;

use agent_core::tool::{Access, Read, ReadInput, Tool, ToolContext, ToolError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::day::Day;

/// The list: a day per line, then what it is; lines that begin with `#` say something else.
const HOLIDAYS: &str = "holidays.txt";
/// Longer spans are refused.
const MOST_DAYS: i64 = 3_660;

/// Counts the working days of spans of days: Monday to Friday without the days in `holidays.txt`.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BusinessDaysInput {
    /// The spans.
    pub(crate) spans: Vec<Span>,
}

/// From one day to another, as `2026-09-30`.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Span {
    /// Does not count itself.
    pub(crate) from: String,
    /// Counts, when it is a working day.
    pub(crate) to: String,
}

/// What was counted.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct BusinessDaysOutput {
    /// In the order of the spans.
    pub(crate) counted: Vec<Counted>,
    /// SHA-256 of the list of holidays.
    pub(crate) holidays_sha256: String,
}

/// One span.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Counted {
    /// How many working days it has.
    pub(crate) working_days: u32,
    /// The last day of the span, or the next working day when it is none.
    pub(crate) work_by: String,
}

/// Counts working days.
pub(crate) struct BusinessDays;

impl Tool for BusinessDays {
    type Input = BusinessDaysInput;
    type Output = BusinessDaysOutput;
    const NAME: &'static str = "BusinessDays";
    const ACCESS: Access = Access::Read;

    async fn run(&self, input: BusinessDaysInput, cx: ToolContext) -> Result<BusinessDaysOutput, ToolError> {
        // A tool reaches the workspace through the tools there are, so the same paths are closed to it.
        let list = Read.run(ReadInput::new(HOLIDAYS), cx).await?;
        let mut holidays = BTreeSet::new();
        for (at, line) in list.text.lines().enumerate() {
            let Some(word) = line.split_whitespace().next().filter(|word| !word.starts_with('#')) else {
                continue;
            };
            holidays.insert(day(word, || format!("line {} of `{HOLIDAYS}`", at + 1))?);
        }
        let counted = input.spans.iter().map(|span| count(span, &holidays)).collect::<Result<_, _>>()?;
        Ok(BusinessDaysOutput { counted, holidays_sha256: list.sha256 })
    }
}

fn count(span: &Span, holidays: &BTreeSet<Day>) -> Result<Counted, ToolError> {
    let (from, to) = (day(&span.from, || "`from`".to_owned())?, day(&span.to, || "`to`".to_owned())?);
    if to.since(from) > MOST_DAYS {
        return Err(ToolError::Invalid {
            message: format!("from {from} to {to} is more than {MOST_DAYS} days"),
            hint: "ask for a shorter span".to_owned(),
        });
    }
    let works = |day: Day| !day.is_weekend() && !holidays.contains(&day);
    let (mut working_days, mut day) = (0, from);
    while day < to {
        day = day.next();
        working_days += u32::from(works(day));
    }
    let mut work_by = to;
    // A list of holidays has gaps: the loop ends at the first one.
    while !works(work_by) {
        work_by = work_by.next();
    }
    Ok(Counted { working_days, work_by: work_by.to_string() })
}

fn day(text: &str, place: impl Fn() -> String) -> Result<Day, ToolError> {
    Day::read(text).ok_or_else(|| ToolError::Invalid {
        message: format!("{} is no day: `{text}`", place()),
        hint: "write days as 2026-09-30".to_owned(),
    })
}

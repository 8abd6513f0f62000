//! What the invariants say: which hold, which do not, and the figures that are stopped for it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::engine::{CheckResult, Engine, EngineError};

/// Every invariant of the session, sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Checks {
    /// One per file of `knowledge/checks/`.
    pub checks: Vec<Check>,
}

/// Whether an invariant holds. Closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// No row breaks it.
    Holds,
    /// Rows break it; the figures it guards are unknown.
    Broken,
    /// The data does not allow to check it.
    NotChecked,
}

impl CheckState {
    /// The word pages use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Broken => "BROKEN",
            Self::NotChecked => "not checked",
        }
    }
}

/// One invariant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// The stem of its file.
    pub name: String,
    /// Name people use.
    pub title: String,
    /// What must hold, in plain words.
    pub says: String,
    /// Whether it does.
    pub state: CheckState,
    /// Rows that break it.
    pub breaches: u64,
    /// Why it was not checked.
    pub reason: Option<String>,
    /// Metrics it stops while it is broken; where the rows name them, those.
    pub guards: Vec<String>,
    /// The first rows that break it.
    pub rows: Vec<Map<String, Value>>,
    /// Path relative to `knowledge/`.
    pub file: String,
}

impl Checks {
    /// What the engine found.
    pub(crate) fn gather(engine: &Engine) -> Result<Self, EngineError> {
        Ok(Self { checks: engine.checks()?.iter().map(Check::of).collect() })
    }

    /// The invariants that do not hold.
    pub fn broken(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.state == CheckState::Broken)
    }

    /// How many hold, of how many, in words; what is not checked is said.
    #[must_use]
    pub fn sentence(&self) -> String {
        let count = |state| self.checks.iter().filter(|check| check.state == state).count();
        let mut sentence =
            format!("Invariants that hold: {} of {}", count(CheckState::Holds), self.checks.len());
        for (state, word) in [(CheckState::Broken, "broken"), (CheckState::NotChecked, "not checked")] {
            if count(state) > 0 {
                sentence.push_str(&format!(", {word}: {}", count(state)));
            }
        }
        sentence.push('.');
        sentence
    }

    /// A section of Markdown for the page on data quality.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = format!("\n## Invariants\n\n{}\n", self.sentence());
        text.push_str("A broken one stops the figures it guards: they are unknown until it holds.\n\n");
        text.push_str("| Check | State | What must hold | Stops |\n|---|---|---|---|\n");
        for check in &self.checks {
            let (state, stops) = match check.state {
                CheckState::Holds => ("holds".to_owned(), String::new()),
                CheckState::Broken => (format!("BROKEN, rows: {}", check.breaches), check.guards.join(", ")),
                CheckState::NotChecked => {
                    (format!("not checked: {}", check.reason.as_deref().unwrap_or_default()), String::new())
                }
            };
            text.push_str(&format!("| {} | {state} | {} | {stops} |\n", check.name, check.says));
        }
        for check in self.broken() {
            text.push_str(&format!("\n### {}\n\n", check.title));
            for row in &check.rows {
                text.push_str(&format!("- `{}`\n", Value::Object(row.clone())));
            }
            let more = check.breaches.saturating_sub(check.rows.len() as u64);
            if more > 0 {
                text.push_str(&format!("- and {more} more\n"));
            }
        }
        text
    }
}

impl Check {
    fn of(result: &CheckResult) -> Self {
        let state = match (&result.skipped, result.breaches) {
            (Some(_), _) => CheckState::NotChecked,
            (None, 0) => CheckState::Holds,
            (None, _) => CheckState::Broken,
        };
        Self {
            name: result.name.clone(),
            title: result.title.clone(),
            says: result.says.clone(),
            state,
            breaches: result.breaches,
            reason: result.skipped.clone(),
            guards: result.guards.clone(),
            rows: result.rows.clone(),
            file: result.file.clone(),
        }
    }
}

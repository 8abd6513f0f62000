//! `churn.toml`, parsed.

use serde::Deserialize;

/// The knowledge file.
pub(crate) const FILE: &str = "churn.toml";

/// What the model looks at, and when its probabilities may be shown.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Version said with every model.
    pub version: String,
    /// Days within which a decision to leave counts.
    pub horizon_days: u32,
    /// Days between snapshots, and the length of one step ahead.
    pub step_days: u32,
    /// Snapshots looked back at, at most.
    pub snapshots: usize,
    /// Product features with a column of their own, at most.
    pub product_features: usize,
    /// Share of rows, 0..1, in which a column must be known.
    pub known_share: f64,
    /// Signals that are no feature.
    #[serde(default)]
    pub leave_out: Vec<String>,
    /// With fewer decisions there is no model.
    pub least: Least,
    /// What the team can follow up.
    pub alerts: Alerts,
    /// Columns of derived tables and of the step.
    #[serde(rename = "feature")]
    pub features: Vec<Feature>,
    /// How the use of one product feature is told.
    pub product: Told,
}

/// The fewest decisions to leave.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Least {
    /// Known at the cut-off, to train on.
    pub trained: usize,
    /// After the cut-offs, to score with.
    pub tested: usize,
}

/// How many alerts a team has time for.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alerts {
    /// Hours one alert takes.
    pub hours_each: f64,
    /// Share of the team's hours, 0..1, that alerts may take.
    pub share_of_hours: f64,
}

/// A column the model reads.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// `table.column` of a derived table, or `step.days_to_end`, `step.days_to_opt_out`, `step.term_ends`.
    pub column: String,
    /// Features of one group are told as one reason.
    #[serde(default)]
    pub group: Option<String>,
    /// The sentence.
    pub text: String,
    /// Added where all its columns are known.
    #[serde(default)]
    pub was: Option<String>,
    /// Whether more can only mean more risk, or less.
    #[serde(default)]
    pub trend: Option<Direction>,
}

/// A bound on the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More of it never lowers the risk.
    Rising,
    /// More of it never raises the risk.
    Falling,
}

/// A sentence with holes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// Features of one group are told as one reason.
    pub group: String,
    /// The sentence.
    pub text: String,
}

impl Settings {
    /// Reads `churn.toml`.
    ///
    /// # Errors
    /// The problem in words, with its line where the TOML is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let settings: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        if settings.horizon_days == 0 || settings.step_days == 0 || settings.snapshots == 0 {
            return Err("`horizon_days`, `step_days` and `snapshots` are above zero".to_owned());
        }
        if !(settings.alerts.hours_each > 0.0 && (0.0..=1.0).contains(&settings.alerts.share_of_hours)) {
            return Err("`hours_each` is above zero and `share_of_hours` between 0 and 1".to_owned());
        }
        if let Some(it) = settings.features.iter().find(|it| !it.column.contains('.')) {
            return Err(format!("`{}` is not written as `table.column`", it.column));
        }
        Ok(settings)
    }

    /// The derived tables that features come from, each once, sorted.
    #[must_use]
    pub fn tables(&self) -> Vec<&str> {
        let named = self.features.iter().filter_map(|it| it.column.split_once('.')).map(|it| it.0);
        let mut tables: Vec<&str> = named.filter(|it| *it != super::rows::STEP).collect();
        tables.sort_unstable();
        tables.dedup();
        tables
    }

    /// How a column is told, if it is one of those listed.
    #[must_use]
    pub fn feature(&self, column: &str) -> Option<&Feature> {
        self.features.iter().find(|it| it.column == column)
    }
}

//! The backtest: cut-offs in the past, each scored by a model that knew nothing later.

use std::path::PathBuf;

use chrono::{Days, NaiveDate};

use super::budget;
use super::claimed;
use super::decisions::Decisions;
use super::error::ChurnError;
use super::export;
use super::hazard::Hazard;
use super::report::{Backtest, Cutoff, Outcomes};
use super::settings::{FILE, Settings};
use super::snapshot::{Snapshot, honest_signals};
use super::stored::{ChurnModel, Stored, features_hash};
use crate::engine::Engine;
use crate::knowledge::Knowledge;
use crate::tables::Dataset;
use crate::workspace::Workspace;

/// Cut-offs walked back, at most.
const CUTOFFS: u32 = 4;

/// What counts as leaving. Closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Label {
    /// Billing decides: `derived/churn_decisions.sql`.
    #[default]
    Billing,
    /// What the source claims of the account, without a day.
    ChurnFlag,
}

impl Label {
    /// The word of it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Billing => "billing",
            Self::ChurnFlag => "accounts.churn_flag",
        }
    }
}

/// What a backtest is asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Train on what was known at the end of this day; absent: walk back over the newest ones, and keep the model.
    pub cutoff: Option<NaiveDate>,
    /// Days within which a decision counts; absent: as `churn.toml` says.
    pub horizon_days: Option<u32>,
    /// What counts as leaving.
    pub label: Label,
    /// Folder for the rows of the last cut-off, as CSV.
    pub export: Option<PathBuf>,
}

/// The days looked at, oldest first.
#[derive(Default)]
struct Past {
    snapshots: Vec<Snapshot>,
    /// Decisions known at the end of each.
    decisions: Vec<Decisions>,
}

/// What stays the same over one backtest.
pub(super) struct Ground<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) knowledge: &'a Knowledge,
    pub(super) dataset: &'a Dataset,
    pub(super) settings: Settings,
}

impl Ground<'_> {
    /// The engine at the end of `day`, without what only pages need.
    pub(super) fn engine(&self, day: NaiveDate) -> Result<Engine, ChurnError> {
        Ok(Engine::open_for_signals(self.dataset, self.knowledge, &self.workspace.config, day)?)
    }

    /// What the engine's day knew.
    pub(super) fn look(&self, engine: &Engine) -> Result<Snapshot, ChurnError> {
        let signals = honest_signals(self.knowledge, self.dataset, &self.settings);
        Ok(Snapshot::read(engine, &self.settings, &signals)?.without_words())
    }
}

/// Trains on the past and scores what came after it. `as_of` is the newest day anything is known of; `tell` hears
/// what is being done. Without a cut-off the model over the whole history is kept for sessions, if it is trusted.
///
/// # Errors
/// Knowledge or data that cannot be read, a cut-off on which nobody was a customer, files that cannot be written.
/// Data that can't teach a model is a verdict in the report.
pub fn backtest(
    workspace: &Workspace,
    knowledge: &Knowledge,
    dataset: &Dataset,
    as_of: NaiveDate,
    asked: &Asked,
    tell: &dyn Fn(&str),
) -> Result<Backtest, ChurnError> {
    let mut settings =
        Settings::parse(knowledge.file(FILE).unwrap_or_default()).map_err(ChurnError::Settings)?;
    settings.horizon_days = asked.horizon_days.unwrap_or(settings.horizon_days);
    let mut report = Backtest {
        label: asked.label.word().to_owned(),
        horizon_days: settings.horizon_days,
        as_of: as_of.to_string(),
        knowledge: features_hash(knowledge),
        data: dataset.manifest.data_hash.clone(),
        ..Backtest::default()
    };
    let ground = Ground { workspace, knowledge, dataset, settings };
    if asked.label == Label::ChurnFlag {
        claimed::score(&ground, as_of, asked, &mut report, tell)?;
        return Ok(report);
    }
    let anchor = asked.cutoff.unwrap_or(as_of);
    tell(&format!("reading what was known on {anchor}"));
    let engine = ground.engine(anchor)?;
    let budget = budget::alerts(&engine, &ground.settings)?;
    let newest = ground.look(&engine)?;
    let decisions = Decisions::read(&engine)?;
    drop(engine);
    report.decisions = decisions.count();
    let hazard = if report.decisions < ground.settings.least.trained {
        report.too_few(report.decisions, &ground.settings);
        None
    } else if newest.accounts.is_empty() {
        return Err(ChurnError::Nobody(anchor));
    } else {
        let truth = if anchor < as_of { Decisions::read(&ground.engine(as_of)?)? } else { decisions.clone() };
        let past = past(&ground, newest, decisions, tell)?;
        walk(&ground, &past, &truth, as_of, asked, budget, &mut report, tell)?
    };
    if asked.cutoff.is_none() {
        report.stored = true;
        let model = hazard.filter(|_| report.trusted).map(|hazard| {
            let settings = &ground.settings;
            ChurnModel::new(report.knowledge.clone(), settings.horizon_days, settings.step_days, hazard)
        });
        Stored::write(&workspace.private_dir(), &report, model)?;
    }
    Ok(report)
}

/// Earlier days, a step apart, as far back as anybody was a customer; `newest` last.
fn past(
    ground: &Ground<'_>,
    newest: Snapshot,
    decisions: Decisions,
    tell: &dyn Fn(&str),
) -> Result<Past, ChurnError> {
    let anchor = newest.as_of;
    let mut past = Past { snapshots: vec![newest], decisions: vec![decisions] };
    for back in 1..=ground.settings.snapshots as u64 {
        let step = Days::new(back * u64::from(ground.settings.step_days));
        let Some(day) = anchor.checked_sub_days(step) else { break };
        tell(&format!("reading what was known on {day}"));
        let engine = ground.engine(day)?;
        let snapshot = ground.look(&engine)?;
        if snapshot.accounts.is_empty() {
            break;
        }
        past.snapshots.push(snapshot);
        past.decisions.push(Decisions::read(&engine)?);
    }
    past.snapshots.reverse();
    past.decisions.reverse();
    Ok(past)
}

/// Trains and scores every cut-off; returns the model of the last day looked at.
#[expect(clippy::too_many_arguments, reason = "one turn of the function above, apart for length")]
fn walk(
    ground: &Ground<'_>,
    past: &Past,
    truth: &Decisions,
    as_of: NaiveDate,
    asked: &Asked,
    budget: Option<(usize, String)>,
    report: &mut Backtest,
    tell: &dyn Fn(&str),
) -> Result<Option<Hazard>, ChurnError> {
    let settings = &ground.settings;
    let last = past.snapshots.len().saturating_sub(1);
    let over = |place: usize| {
        let ends = past.snapshots[place].as_of.checked_add_days(Days::new(u64::from(settings.horizon_days)));
        ends.is_some_and(|it| it <= as_of)
    };
    let mut places: Vec<usize> = if asked.cutoff.is_some() && over(last) {
        vec![last]
    } else {
        let back = |nth: u32| last.checked_sub((nth * settings.steps()) as usize);
        let enough = |place: &usize| past.decisions[*place].count() >= settings.least.trained;
        (1..=CUTOFFS).filter_map(back).filter(enough).collect()
    };
    places.sort_unstable();
    let mut outcomes = Outcomes::default();
    let mut shown = None;
    for place in places {
        let hazard = scored(ground, past, place, Some(truth), report, &mut outcomes, tell)?;
        shown = Some((place, hazard));
    }
    let mut newest = None;
    if !(asked.cutoff.is_some() && over(last)) {
        // The day itself: nothing is known yet of what came after it.
        let hazard = scored(ground, past, last, None, report, &mut outcomes, tell)?;
        if asked.cutoff.is_some() {
            shown = Some((last, hazard.clone()));
            report.unknown = Some(format!(
                "the {} days after {} are not over on {as_of}: the scores are those of the earlier cut-offs",
                settings.horizon_days, past.snapshots[last].as_of
            ));
        }
        newest = Some(hazard);
    }
    report.score(&outcomes, budget);
    report.judge(settings);
    if let (Some(folder), Some((place, hazard))) = (&asked.export, &shown) {
        let truth = over(*place).then_some(truth);
        export::write(folder, ground, &past.snapshots[..=*place], &past.decisions[*place], hazard, truth)?;
    }
    Ok(newest)
}

/// Trains on what was known at one place and scores its accounts; with `truth`, what became of them is added.
fn scored(
    ground: &Ground<'_>,
    past: &Past,
    place: usize,
    truth: Option<&Decisions>,
    report: &mut Backtest,
    outcomes: &mut Outcomes,
    tell: &dyn Fn(&str),
) -> Result<Hazard, ChurnError> {
    let settings = &ground.settings;
    let snapshot = &past.snapshots[place];
    tell(&format!("learning from what was known on {}", snapshot.as_of));
    let hazard = Hazard::fit(&past.snapshots[..place], &past.decisions[place], snapshot.as_of, settings)?;
    let mut cutoff = Cutoff {
        on: snapshot.as_of.to_string(),
        trained_rows: hazard.rows,
        trained_churned: hazard.left,
        accounts: snapshot.accounts.len(),
        churned: None,
    };
    if let Some(truth) = truth {
        #[expect(clippy::cast_precision_loss, reason = "counts of rows")]
        let step = hazard.left as f64 / hazard.rows.max(1) as f64;
        let base = 1.0 - (1.0 - step).powf(f64::from(settings.horizon_days) / f64::from(settings.step_days));
        let mut churned = 0;
        for (at, chances) in hazard.chances(snapshot, settings, false)?.iter().enumerate() {
            let days = truth.days_to_next(&snapshot.accounts[at], snapshot.as_of);
            let days = days.filter(|it| *it <= i64::from(settings.horizon_days));
            churned += usize::from(days.is_some());
            outcomes.probability.push(chances.horizon);
            outcomes.left.push(days.is_some());
            outcomes.base.push(base);
            outcomes.health.push(snapshot.health[at]);
            outcomes.days.push(days);
            outcomes.cutoff.push(report.cutoffs.len());
        }
        cutoff.churned = Some(churned);
    }
    report.cutoffs.push(cutoff);
    Ok(hazard)
}

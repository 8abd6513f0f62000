//! The hidden truth beside the workspace: for judging a model, never imported.

use std::path::Path;

use super::contract::Contracts;
use super::latent::Latent;
use super::profile::Profile;
use super::sink::Sink;
use super::world::SimulateError;

/// The three files of the truth.
pub(super) struct Truth {
    months: Sink,
    decisions: Sink,
    losses: Sink,
}

impl Truth {
    /// Creates the files.
    pub(super) fn create(dir: &Path) -> Result<Self, SimulateError> {
        Ok(Self {
            months: Sink::create(
                dir,
                "months",
                &["account_id", "month", "fit_milli", "skill_milli", "luck_milli", "champion", "experience"],
            )?,
            decisions: Sink::create(
                dir,
                "decisions",
                &["account_id", "decided_on", "kind", "leave_chance_ppm", "left"],
            )?,
            losses: Sink::create(dir, "losses", &["account_id", "decided_on", "effective_on", "cause"])?,
        })
    }

    /// Writes the truth about one account.
    pub(super) fn account(
        &mut self,
        profile: &Profile,
        latent: &Latent,
        contracts: &Contracts,
    ) -> Result<(), SimulateError> {
        // Real numbers are rounded here, at the edge.
        let milli = |value: f64| super::math::whole(value * 1000.0).to_string();
        for moment in &latent.months {
            self.months.row(&[
                profile.id.clone(),
                moment.month.to_string(),
                milli(moment.fit),
                milli(moment.skill),
                milli(moment.luck),
                moment.champion.to_string(),
                moment.experience.to_string(),
            ])?;
        }
        for decision in &contracts.decisions {
            self.decisions.row(&[
                profile.id.clone(),
                decision.on.to_string(),
                decision.kind.to_owned(),
                milli(decision.leave_chance * 1000.0),
                decision.left.to_string(),
            ])?;
        }
        for loss in &contracts.losses {
            self.losses.row(&[
                profile.id.clone(),
                loss.decided_on.to_string(),
                loss.effective_on.to_string(),
                loss.cause.reason().to_owned(),
            ])?;
        }
        Ok(())
    }

    /// Writes what is still in memory.
    pub(super) fn finish(self) -> Result<(), SimulateError> {
        self.months.finish()?;
        self.decisions.finish()?;
        self.losses.finish()?;
        Ok(())
    }
}

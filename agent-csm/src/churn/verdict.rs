//! Whether probabilities may be shown.
//!
//! They may when the model, on accounts and days it had not seen, ranks better than chance (the 95 % interval of the
//! AUC lies above one half), is nearer to what happened than the base rate known at the cut-off (Brier skill above
//! zero), and is as calibrated as a model can be on so few accounts (the ECE is not above the 95th percentile of a
//! perfectly calibrated one).

use super::report::Backtest;
use super::settings::Settings;

impl Backtest {
    /// Refuses for want of decisions to leave: nothing is trained, nothing scored.
    pub(super) fn too_few(&mut self, found: usize, settings: &Settings) {
        let needed = settings.least.trained;
        self.silent(format!("too few churns (n = {found}); a model needs at least {needed} to learn from"));
    }

    /// The verdict over the scores that were filled in.
    pub(super) fn judge(&mut self, settings: &Settings) {
        let tested = settings.least.tested;
        if self.churned < tested {
            let n = self.churned;
            // A score of so few says more about chance than about the model.
            let cutoffs = std::mem::take(&mut self.cutoffs);
            *self = Self { cutoffs, ..self.bare() };
            return self.silent(format!(
                "too few churns after the cut-offs (n = {n}); a backtest needs at least {tested}"
            ));
        }
        let Some(auc) = self.auc else {
            return self.silent("everyone or nobody left after the cut-offs: nothing to rank".to_owned());
        };
        let skill = self.skill.unwrap_or_default();
        let mut against = Vec::new();
        if auc.low <= 0.5 {
            against.push(format!(
                "its AUC of {:.3} ({:.3} to {:.3}) may be chance",
                auc.value, auc.low, auc.high
            ));
        }
        if skill <= 0.0 {
            against
                .push(format!("its Brier score is {:.1}% worse than that of the base rate", -100.0 * skill));
        }
        if let (Some(ece), Some(floor)) = (self.ece, self.ece_floor)
            && ece > floor.p95
        {
            against.push(format!(
                "it is not calibrated: ECE {ece:.3}, and a calibrated model would stay below {:.3}",
                floor.p95
            ));
        }
        if against.is_empty() {
            self.trusted = true;
            self.why = format!(
                "on {} accounts it had not seen, of which {} left, it ranks better than chance (AUC {:.3}, {:.3} to \
                 {:.3}), beats the base rate (Brier skill {:.1}%) and is calibrated",
                self.n,
                self.churned,
                auc.value,
                auc.low,
                auc.high,
                100.0 * skill
            );
        } else {
            self.refuse(format!("the model does not beat the base rate: {}", against.join("; ")));
        }
    }

    /// No probabilities, and why.
    pub(super) fn refuse(&mut self, why: String) {
        self.trusted = false;
        self.why = why;
    }

    /// Refuses, and says that this is also why there are no scores.
    fn silent(&mut self, why: String) {
        self.unknown = Some(why.clone());
        self.refuse(why);
    }

    /// What the backtest is about, without any score.
    fn bare(&self) -> Self {
        Self {
            label: self.label.clone(),
            horizon_days: self.horizon_days,
            as_of: self.as_of.clone(),
            knowledge: self.knowledge.clone(),
            data: self.data.clone(),
            decisions: self.decisions,
            ..Self::default()
        }
    }
}

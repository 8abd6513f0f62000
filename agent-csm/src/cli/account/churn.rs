//! How likely it is to leave, where that has been earned; else why nobody should say.

use super::command::View;
use super::paper::Paper;
use protocol::{FigureId, Scope};

use crate::assessment::{money, opens};

pub(super) fn section(paper: &mut Paper, view: &View<'_>) {
    if !view.account.is_managed() {
        return;
    }
    let churn = &view.analysis.churn;
    paper.heading("Will it leave?");
    let id = view.account.account_id.as_str();
    let Some(own) = churn.accounts.get(id) else {
        let why = if churn.why.is_empty() {
            "no model has been tested against past decisions"
        } else {
            churn.why.trim_end_matches('.')
        };
        paper.line(&format!("No probability: {why}. Go by the band and the reasons."));
        return;
    };
    let mut said = format!("{:.0}% within {} days", 100.0 * own.probability, churn.horizon_days);
    if let Some(at_renewal) = own.at_renewal {
        said.push_str(&format!("; {:.0}% at the renewal", 100.0 * at_renewal));
    }
    if let Some(loss) = own.expected_loss_minor {
        said.push_str(&format!("; {} ARR to be expected lost", money(loss, &view.analysis.currency)));
    }
    paper.line(&said);
    let figure = FigureId::of("churn_probability", &Scope::one("account", id));
    if view.analysis.figures.contains_key(figure.as_str()) {
        paper.aside(&opens(figure.as_str()));
    }
    for reason in &own.reasons {
        let way = if reason.effect >= 0.0 { "raises it" } else { "lowers it" };
        paper.item(if reason.effect >= 0.0 { "!" } else { "+" }, &format!("{} ({way})", reason.text), None);
    }
}

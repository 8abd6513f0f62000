//! How many alerts the team has time for.

use serde::Deserialize;

use super::settings::Settings;
use crate::engine::{Engine, EngineError};

/// Accounts the team can follow up in one horizon, and where the number comes from; absent where nobody states hours.
pub(super) fn alerts(engine: &Engine, settings: &Settings) -> Result<Option<(usize, String)>, EngineError> {
    #[derive(Deserialize)]
    struct Team {
        people: i64,
        hours: Option<f64>,
    }
    let team: Vec<Team> = engine.query(
        "SELECT count(*) AS people, CAST(sum(weekly_hours) AS DOUBLE) AS hours FROM team_members \
         WHERE lower(role) = 'csm' AND weekly_hours IS NOT NULL",
    )?;
    let Some((people, hours)) = team.first().and_then(|it| it.hours.map(|hours| (it.people, hours))) else {
        return Ok(None);
    };
    let alerts = &settings.alerts;
    let weeks = f64::from(settings.horizon_days) / 7.0;
    let accounts = hours * weeks * alerts.share_of_hours / alerts.hours_each;
    if accounts < 1.0 {
        return Ok(None);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count, at least one")]
    let whole = accounts.floor() as usize;
    let because = format!(
        "team_members states {hours:.0} hours a week for {people} CSMs; {:.0}% of them over {} days, {:.0} hours an \
         alert (churn.toml)",
        100.0 * alerts.share_of_hours,
        settings.horizon_days,
        alerts.hours_each
    );
    Ok(Some((whole, because)))
}

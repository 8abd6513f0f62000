//! Fills the analysis's inputs from the engine: names and columns only, no judgement.

use std::collections::BTreeMap;

use protocol::{Figure, Scope};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::engine::{Engine, EngineError};
use crate::knowledge::Knowledge;
use crate::workspace::Config;

use super::{
    AccountRow, Blockers, Checks, ChurnView, Day, HealthView, Inputs, People, Reading, Sight, Support,
    TierRow, Trend,
};

/// Metrics that pages show per CSM, segment and tier.
const PARTS: [&str; 8] = [
    "accounts_managed",
    "arr",
    "accounts_at_risk",
    "arr_at_risk",
    "renewals_90d",
    "arr_renewing_90d",
    "deadlines_90d",
    "health_score_avg",
];

/// Metrics that pages show per account.
const PER_ACCOUNT: [&str; 7] = [
    "mrr",
    "arr",
    "arr_renewing_90d",
    "health_score",
    "seat_utilisation",
    "upsells_identified",
    "churn_probability",
];

/// Metrics that say nothing over the whole book that another does not say already.
const ONE_ACCOUNT: [&str; 1] = ["health_score"];

/// Holds for rows of every account but our own: our test accounts are in no list, roster, digest or hand-off.
pub(super) const THEIRS: &str =
    "account_id IN (SELECT account_id FROM populations WHERE population = 'theirs')";

/// Every fact the phases look at, as of the engine's day. `goals` are what people or other agents wrote.
pub fn gather(
    engine: &Engine,
    knowledge: &Knowledge,
    config: &Config,
    data_hash: &str,
    goals: Vec<String>,
) -> Result<Inputs, EngineError> {
    let mut figures: BTreeMap<String, Figure> = BTreeMap::new();
    let mut add = |figure: Figure| {
        figures.insert(figure.id.as_str().to_owned(), figure);
    };
    for metric in knowledge.metrics().iter().filter(|metric| !ONE_ACCOUNT.contains(&metric.name.as_str())) {
        add(engine.figure(&metric.name, &Scope::all())?);
    }
    for dimension in ["owner", "segment", "tier"] {
        for metric in PARTS {
            engine.figures_by(metric, dimension)?.into_values().for_each(&mut add);
        }
    }
    for metric in PER_ACCOUNT {
        engine.figures_by(metric, "account")?.into_values().for_each(&mut add);
    }
    let readings = engine
        .readings()
        .iter()
        .map(|reading| Reading {
            account_id: reading.account_id.clone(),
            signal: reading.signal.clone(),
            kind: reading.kind.word().to_owned(),
            dimension: reading.dimension.clone(),
            fired: reading.fired,
            severity: i64::from(reading.severity),
            text: reading.text.clone(),
            figure: reading.figure.clone(),
        })
        .collect();
    let as_of = Day(engine.as_of());
    Ok(Inputs {
        company: config.company.clone(),
        currency: engine.currency().to_owned(),
        as_of,
        data_hash: data_hash.to_owned(),
        left_out: engine.left_out(),
        tiers: rows::<TierRow>(engine, "SELECT name, min_arr_minor FROM tiers ORDER BY min_arr_minor, name")?,
        goals,
        figures: figures.into_values().collect(),
        accounts: rows::<AccountRow>(engine, ACCOUNTS)?,
        readings,
        at_risk: rows(engine, "SELECT account_id, rank FROM at_risk ORDER BY rank, account_id")?,
        growth: rows(engine, "SELECT account_id, rank FROM growth ORDER BY rank, account_id")?,
        renewals: rows(
            engine,
            "SELECT account_id, renewal_date, opt_out_on, deadline_on, in_90_days, deadline_in_90_days, quarter FROM renewals \
             ORDER BY renewal_date, account_id",
        )?,
        advocacy: rows(
            engine,
            "SELECT account_id, rank, 'promoters: ' || CAST(promoters AS VARCHAR) || ', proven objectives: ' \
             || CAST(proven_objectives AS VARCHAR) AS reason FROM advocacy_candidates ORDER BY rank, account_id",
        )?,
        contacts: rows(
            engine,
            &format!(
                "SELECT contact_id, account_id, name, email, title, role, left_on FROM contacts \
             WHERE {THEIRS} ORDER BY account_id, contact_id"
            ),
        )?,
        objectives: rows(
            engine,
            &format!(
                "SELECT objective_id, account_id, title, baseline, target, current, due_on, proven_on, owner_them \
             FROM objectives WHERE {THEIRS} ORDER BY account_id, objective_id"
            ),
        )?,
        milestones: rows(
            engine,
            &format!(
                "SELECT milestone_id, account_id, name, due_on FROM milestones WHERE done_on IS NULL \
             AND {THEIRS} ORDER BY account_id, milestone_id"
            ),
        )?,
        opportunities: rows(
            engine,
            &format!(
                "SELECT opportunity_id, account_id, name, kind, stage, amount_minor, currency FROM opportunities \
             WHERE status = 'open' AND {THEIRS} ORDER BY account_id, opportunity_id"
            ),
        )?,
        feature_requests: rows(
            engine,
            &format!(
                "SELECT request_id, account_id, title, verbatim, created_on FROM feature_requests \
             WHERE shipped_on IS NULL AND {THEIRS} ORDER BY title, request_id"
            ),
        )?,
        activities: rows(
            engine,
            &format!(
                "SELECT activity_id, account_id, kind, requested_on, completed_on FROM advocacy_activities \
             WHERE {THEIRS} ORDER BY account_id, activity_id"
            ),
        )?,
        tickets: rows(
            engine,
            &format!(
                "SELECT ticket_id, account_id, subject, category, CAST(opened_at AS DATE) AS opened_on, is_escalated, \
                 solved_at IS NULL AS is_open FROM tickets WHERE {THEIRS} \
                 AND CAST(opened_at AS DATE) > DATE '{}' ORDER BY account_id, ticket_id",
                as_of.plus(-90)
            ),
        )?,
        comments: rows(
            engine,
            &format!(
                "SELECT response_id, account_id, kind, score, comment, CAST(responded_at AS DATE) AS responded_on \
                 FROM survey_responses WHERE comment IS NOT NULL AND {THEIRS} \
                 AND CAST(responded_at AS DATE) > DATE '{}' ORDER BY account_id, response_id",
                as_of.plus(-365)
            ),
        )?,
        empty_tables: empty_tables(engine)?,
        checks: Checks::gather(engine)?,
        people: People::gather(engine)?,
        voice: super::voice::gather(engine)?,
        churn: ChurnView::gather(engine)?,
        health: HealthView::gather(engine)?,
        trend: Trend::gather(engine)?,
        blockers: Blockers::gather(engine)?,
        support: Support::gather(engine)?,
        sight: Sight::gather(engine, knowledge)?,
    })
}

/// One row per account: status, dimensions, health, dates.
const ACCOUNTS: &str = "\
SELECT d.account_id, d.name, d.owner,
       CASE WHEN d.segment = 'unsegmented' THEN NULL ELSE d.segment END AS segment,
       CASE WHEN d.tier = 'none' THEN NULL ELSE d.tier END AS tier,
       s.status, h.band, h.coverage, h.floored_by,
       s.renewal_date, s.opt_out_on, s.auto_renew, s.first_paid_on,
       c.churned_on, t.last_touch_on, p.seats, p.seat_mrr_minor, e.says AS announced_end, e.ends_on
FROM account_dims d
JOIN account_status s ON s.account_id = d.account_id
LEFT JOIN health_scores h ON h.account_id = d.account_id
LEFT JOIN (SELECT account_id, max(movement_date) AS churned_on FROM mrr_movements
           WHERE kind = 'churn' GROUP BY account_id) c ON c.account_id = d.account_id
LEFT JOIN (SELECT account_id, max(occurred_on) AS last_touch_on FROM two_way_touches
           GROUP BY account_id) t ON t.account_id = d.account_id
LEFT JOIN (SELECT account_id, sum(seats) AS seats,
                  CASE WHEN count(mrr_minor) = count(*) THEN sum(mrr_minor) END AS seat_mrr_minor FROM subscriptions_in_force
           WHERE seats > 0 GROUP BY account_id) p ON p.account_id = d.account_id
LEFT JOIN announced_ends e ON e.account_id = d.account_id
ORDER BY d.account_id";

/// Tables whose emptiness changes what a page may say.
const SPOKEN_OF: [&str; 13] = [
    "advocacy_activities",
    "contacts",
    "feature_requests",
    "features",
    "interactions",
    "invoices",
    "milestones",
    "objectives",
    "opportunities",
    "subscriptions",
    "survey_responses",
    "tickets",
    "usage_events",
];

fn empty_tables(engine: &Engine) -> Result<Vec<String>, EngineError> {
    #[derive(Deserialize)]
    struct Count {
        rows: i64,
    }
    let mut empty = Vec::new();
    for table in SPOKEN_OF {
        let count = rows::<Count>(engine, &format!("SELECT count(*) AS rows FROM {table}"))?;
        if count.iter().all(|count| count.rows == 0) {
            empty.push(table.to_owned());
        }
    }
    Ok(empty)
}

fn rows<T: DeserializeOwned>(engine: &Engine, sql: &str) -> Result<Vec<T>, EngineError> {
    engine.query(sql)
}

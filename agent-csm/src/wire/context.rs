//! The customer context: the six members the role description's query asks for.

use std::collections::BTreeMap;

use protocol::Scope;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::assessment::{Account, Analysis, Number};

/// Accounts listed in the context; the whole lists are in the tables of `out/`, and the totals are figures.
const LISTED: usize = 25;

/// The payload of `customer_context`. Each member maps names to numbers with their figure ids, or to lists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomerContext {
    /// Accounts by status, tier, segment and owner.
    pub account_segments: Map<String, Value>,
    /// Adoption, seats in use, and which accounts have adoption blockers.
    pub product_usage: Map<String, Value>,
    /// Health, satisfaction, support.
    pub health_metrics: Map<String, Value>,
    /// Churn, and accounts at risk with their reasons.
    pub churn_risks: Map<String, Value>,
    /// Expansion, growth accounts, advocacy.
    pub growth_opportunities: Map<String, Value>,
    /// Targets and how they stand; goals as people wrote them.
    pub success_goals: Map<String, Value>,
}

impl CustomerContext {
    /// The context of `analysis`.
    #[must_use]
    pub fn of(analysis: &Analysis) -> Self {
        let mut account_segments =
            numbers(analysis, &["accounts_managed", "trials", "prospects", "churned_accounts", "arr", "mrr"]);
        for (name, dimension) in [("by_tier", "tier"), ("by_segment", "segment"), ("by_owner", "owner")] {
            account_segments.insert(name.to_owned(), by(analysis, dimension));
        }
        let mut product_usage = numbers(
            analysis,
            &[
                "adoption_rate",
                "seat_utilisation",
                "adoption_breadth",
                "adoption_activation",
                "active_people_week",
                "active_people_month",
            ],
        );
        let blocked = analysis.managed().filter(|account| account.fired("adoption").next().is_some());
        product_usage.insert("adoption_blockers".to_owned(), listed(blocked, "adoption"));
        let health_metrics = numbers(
            analysis,
            &[
                "health_score_avg",
                "health_score_avg_arr_weighted",
                "accounts_scored",
                "nps_score",
                "csat_score",
                "first_response_minutes",
                "first_response_p90_minutes",
            ],
        );
        let mut churn_risks = numbers(
            analysis,
            &[
                "accounts_at_risk",
                "arr_at_risk",
                "churn_rate",
                "churn_rate_arr",
                "renewal_rate",
                "grr",
                "renewals_90d",
                "arr_renewing_90d",
            ],
        );
        churn_risks.insert("accounts".to_owned(), listed(analysis.ranked(&analysis.at_risk), "risk"));
        let mut growth_opportunities = numbers(
            analysis,
            &[
                "accounts_growth",
                "upsells_identified",
                "expansion_revenue",
                "nrr",
                "customer_advocates",
                "customer_advocates_new",
                "advocacy_active",
            ],
        );
        growth_opportunities
            .insert("accounts".to_owned(), listed(analysis.ranked(&analysis.growth), "growth"));
        Self {
            account_segments,
            product_usage,
            health_metrics,
            churn_risks,
            growth_opportunities,
            success_goals: goals(analysis),
        }
    }

    /// `member.name` -> figure id, of every number of the program that is known: `_meta.evidence`.
    #[must_use]
    pub fn evidence(&self) -> BTreeMap<String, String> {
        self.pick(|value| {
            value["value"].is_number().then(|| value["figure"].as_str().map(str::to_owned)).flatten()
        })
    }

    /// `member.name` -> reason, of every number of the program that is not: `_meta.unknown`.
    #[must_use]
    pub fn unknown(&self) -> BTreeMap<String, String> {
        self.pick(|value| {
            (value["status"] == "unknown").then(|| value["reason"].as_str().map(str::to_owned)).flatten()
        })
    }

    fn pick(&self, take: impl Fn(&Value) -> Option<String>) -> BTreeMap<String, String> {
        [
            ("account_segments", &self.account_segments),
            ("product_usage", &self.product_usage),
            ("health_metrics", &self.health_metrics),
            ("churn_risks", &self.churn_risks),
            ("growth_opportunities", &self.growth_opportunities),
        ]
        .into_iter()
        .flat_map(|(member, values)| values.iter().map(move |(name, value)| (member, name, value)))
        .filter_map(|(member, name, value)| take(value).map(|found| (format!("{member}.{name}"), found)))
        .collect()
    }
}

fn numbers(analysis: &Analysis, metrics: &[&str]) -> Map<String, Value> {
    metrics.iter().map(|metric| ((*metric).to_owned(), json!(analysis.number(metric)))).collect()
}

fn by(analysis: &Analysis, dimension: &str) -> Value {
    let keys: std::collections::BTreeSet<&str> = analysis
        .figures
        .values()
        .filter(|figure| figure.scope.dimension == dimension)
        .filter_map(|figure| figure.scope.key.as_deref())
        .collect();
    let parts: Map<String, Value> = keys
        .into_iter()
        .map(|key| {
            let scope = Scope::one(dimension, key);
            let numbers: Map<String, Value> = ["accounts_managed", "arr", "accounts_at_risk", "arr_at_risk"]
                .into_iter()
                .map(|metric| (metric, analysis.part(metric, &scope)))
                .filter(|(_, number)| number.figure.is_some())
                .map(|(metric, number)| (metric.to_owned(), json!(number)))
                .collect();
            (key.to_owned(), Value::Object(numbers))
        })
        .collect();
    Value::Object(parts)
}

/// The first accounts of a list with the readings that put them there, and whether that is all of them.
fn listed<'a>(accounts: impl Iterator<Item = &'a Account>, kind: &str) -> Value {
    let mut accounts: Vec<&Account> = accounts.collect();
    let complete = accounts.len() <= LISTED;
    accounts.truncate(LISTED);
    let items: Vec<Value> = accounts
        .into_iter()
        .map(|account| {
            let reasons: Vec<Value> = account
                .readings
                .iter()
                .filter(|reason| {
                    reason.fired && (reason.kind == kind || (kind == "risk" && reason.kind == "adoption"))
                })
                .map(|reason| {
                    json!({"signal": reason.signal, "severity": reason.severity, "text": reason.text,
                           "figure": reason.figure})
                })
                .collect();
            json!({
                "account_id": account.account_id, "account": account.name, "owner": account.owner,
                "segment": account.segment, "tier": account.tier,
                "health": short(&account.health), "band": account.band, "arr": short(&account.arr),
                "opt_out_on": account.opt_out_on, "renewal_date": account.renewal_date,
                "announced_end": account.announced_end, "reasons": reasons,
            })
        })
        .collect();
    json!({"listed": items, "complete": complete})
}

fn short(number: &Number) -> Value {
    json!({"shown": number.shown, "figure": number.figure, "reason": number.reason})
}

fn goals(analysis: &Analysis) -> Map<String, Value> {
    let mut goals = Map::new();
    let targets: Vec<Value> = analysis
        .program()
        .filter(|figure| figure.target.is_some())
        .map(|figure| {
            json!({"metric": figure.metric, "title": figure.title,
                   "target": figure.target.as_ref().map(ToString::to_string),
                   "status": figure.status, "shown": Number::of(figure).shown, "figure": figure.id,
                   "reason": figure.reason})
        })
        .collect();
    goals.insert("targets".to_owned(), Value::Array(targets));
    goals.insert("goals".to_owned(), json!(analysis.goals));
    let objectives: Vec<Value> = if analysis.is_empty_table("objectives") {
        Vec::new()
    } else {
        analysis
            .objectives
            .iter()
            .filter(|row| row.proven_on.is_none())
            .take(LISTED)
            .map(|row| json!({"account_id": row.account_id, "objective": row.title, "due_on": row.due_on}))
            .collect()
    };
    goals.insert("open_objectives".to_owned(), Value::Array(objectives));
    goals
}

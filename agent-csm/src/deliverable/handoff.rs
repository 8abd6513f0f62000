//! Requests to peer agents: what they should take over, with the figures it rests on.

use std::collections::{BTreeMap, BTreeSet};

use protocol::Figure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::advocacy::Advocacy;
use crate::assessment::{Account, Analysis, money};
use crate::expansion::Expansion;
use crate::plan::Settings;

const NOT_CONFIGURED: &str = "not_configured";
const TO_BE_SENT: &str = "to_be_sent";

/// A request to one peer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Handoff {
    /// Who it is for.
    pub peer: String,
    /// What is asked: `get_product_context`.
    pub request_type: String,
    /// Named by its content: the same content is the same hand-off.
    pub id: String,
    /// Where the request lies in the workspace.
    pub path: String,
    /// `not_configured`: nobody takes it, so it is never counted as done; `to_be_sent`: what came of it stands
    /// in the delivery, and nowhere in a file.
    pub status: String,
    /// The sentence in the request.
    pub query: String,
    /// What is handed over.
    pub items: Vec<Value>,
    /// The figures the items rest on, whole.
    pub figures: Vec<Figure>,
}

impl Handoff {
    fn new(analysis: &Analysis, peer: &str, subject: &str, query: &str, items: Vec<Value>) -> Option<Self> {
        if items.is_empty() {
            return None;
        }
        let mut ids = BTreeSet::new();
        items.iter().for_each(|item| figure_ids(item, &mut ids));
        let figures = ids.iter().filter_map(|id| analysis.figures.get(id)).cloned().collect();
        let request_type = format!("get_{subject}_context");
        let content =
            json!({"peer": peer, "as_of": analysis.as_of, "data": analysis.data_hash, "items": items});
        let hash = Sha256::digest(content.to_string().as_bytes());
        let short: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        Some(Self {
            peer: peer.to_owned(),
            request_type,
            id: format!("{peer}-{short}"),
            path: format!("out/handoffs/{peer}.json"),
            status: NOT_CONFIGURED.to_owned(),
            query: query.to_owned(),
            items,
            figures,
        })
    }

    /// The peer is configured: the request will be sent when the files are placed.
    pub fn will_be_sent(&mut self) {
        self.status = TO_BE_SENT.to_owned();
    }

    /// Whether the peer is configured.
    #[must_use]
    pub fn is_to_be_sent(&self) -> bool {
        self.status == TO_BE_SENT
    }

    /// The request in the protocol's shape.
    #[must_use]
    pub fn request(&self, analysis: &Analysis) -> Value {
        let mut request = json!({
            "requesting_agent": "customer-success-manager",
            "request_type": self.request_type,
            "payload": { "query": self.query, "items": self.items },
            "_meta": {
                "handoff_id": self.id,
                "to": self.peer,
                "status": self.status,
                "as_of": analysis.as_of,
                "data": analysis.short_hash(),
                "trace": ["customer-success-manager"],
                "figures": self.figures,
            },
        });
        if !self.is_to_be_sent() {
            request["_meta"]["reason"] =
                json!(format!("no peer named `{}` is configured; the request waits in this file", self.peer));
        }
        request
    }
}

/// Every string under a `figure` or `figures` member.
fn figure_ids(item: &Value, ids: &mut BTreeSet<String>) {
    match item {
        Value::String(text) if text.starts_with("figure:") => {
            ids.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| figure_ids(item, ids)),
        Value::Object(members) => members.values().for_each(|item| figure_ids(item, ids)),
        _ => {}
    }
}

/// Requests to the peers there is something for, in the order of the peers' names in the role description.
#[must_use]
pub fn handoffs(
    analysis: &Analysis,
    expansion: &Expansion,
    advocacy: &Advocacy,
    settings: &Settings,
) -> Vec<Handoff> {
    let request = |peer, subject, query, items| Handoff::new(analysis, peer, subject, query, items);
    [
        request(
            "product-manager",
            "product",
            "Product context needed: which of these customer requests are planned, and which are declined?",
            feature_requests(analysis),
        ),
        request(
            "sales-engineer",
            "sales",
            "Sales context needed: expansion briefs for these accounts; accept or reject each with a reason.",
            expansions(expansion),
        ),
        request(
            "technical-writer",
            "documentation",
            "Documentation context needed: customers ask support about these subjects; which pages answer them?",
            documentation(analysis, settings),
        ),
        request(
            "content-marketer",
            "content",
            "Content context needed: these accounts may be asked for a story; nobody has been asked or has agreed.",
            stories(advocacy),
        ),
        request(
            "business-analyst",
            "business",
            "Business context needed: these figures are unknown or cannot be believed; which data would settle them?",
            doubts(analysis),
        ),
        request(
            "project-manager",
            "project",
            "Project context needed: these onboarding steps are late; what is blocking them?",
            late_steps(analysis),
        ),
        request(
            "ux-researcher",
            "research",
            "Research context needed: what unhappy customers wrote, and who might be interviewed.",
            verbatims(analysis, settings),
        ),
        request(
            "support",
            "support",
            "Support context needed: accounts whose support signals fired, with open escalations.",
            support(analysis),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn party(account: &Account) -> Value {
    let mut party = json!({"account_id": account.account_id, "account": account.name, "arr": account.arr});
    if let Some(end) = &account.announced_end {
        party["announced_end"] = json!(end);
    }
    party
}

/// Requests with the same title together, the most ARR first; each account counts once.
fn feature_requests(analysis: &Analysis) -> Vec<Value> {
    let mut wishes: BTreeMap<&str, Vec<&crate::assessment::FeatureRequestRow>> = BTreeMap::new();
    for row in &analysis.feature_requests {
        wishes.entry(row.title.trim()).or_default().push(row);
    }
    let mut ranked: Vec<(i64, &str, Value)> = wishes
        .into_iter()
        .map(|(title, rows)| {
            let accounts: BTreeMap<&str, &Account> = rows
                .iter()
                .filter_map(|row| analysis.accounts.get(&row.account_id))
                .map(|account| (account.account_id.as_str(), account))
                .collect();
            let paying: Vec<&Account> =
                accounts.values().copied().filter(|account| account.is_managed()).collect();
            // Ranked by what is known, also where the sum itself can't be given.
            let known: i64 = paying.iter().filter_map(|account| account.arr.whole()).sum();
            let says: Vec<Value> = rows
                .iter()
                .map(|row| {
                    json!({"request_id": row.request_id, "account_id": row.account_id,
                           "asked_on": row.created_on, "verbatim": row.verbatim})
                })
                .collect();
            let item = json!({
                "title": title,
                "arr": arr_of(&paying, known, &analysis.currency),
                "currency": analysis.currency,
                "formula": "sum of the ARR of the managed accounts listed, each counted once",
                "accounts": accounts.values().map(|account| party(account)).collect::<Vec<_>>(),
                "requests": says,
            });
            (known, title, item)
        })
        .collect();
    ranked.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    ranked.into_iter().map(|(_, _, item)| item).collect()
}

/// The sum of these accounts' ARR with the figures it is the sum of; no sum when one of them is unknown.
fn arr_of(paying: &[&Account], known: i64, currency: &str) -> Value {
    let sum_of: Vec<&str> = paying.iter().filter_map(|account| account.arr.figure.as_deref()).collect();
    let unknown: Vec<&str> = paying
        .iter()
        .filter(|account| account.arr.value.is_none())
        .map(|account| account.name.as_str())
        .collect();
    if paying.is_empty() {
        return json!({"value_minor": null, "reason": "none of the accounts is managed", "sum_of": sum_of});
    }
    if unknown.is_empty() {
        return json!({"shown": money(known, currency), "value_minor": known, "sum_of": sum_of});
    }
    let reason = format!("the ARR of {} is unknown", unknown.join(", "));
    json!({"value_minor": null, "reason": reason, "sum_of": sum_of})
}

fn expansions(expansion: &Expansion) -> Vec<Value> {
    expansion
        .candidates
        .iter()
        .map(|candidate| {
            json!({
                "account_id": candidate.account_id, "account": candidate.account, "owner": candidate.owner,
                "arr": candidate.arr, "health": candidate.health, "signals": candidate.signals,
                "opportunity_id": candidate.opportunity_id, "size": candidate.size,
                "motion": candidate.motion, "next_step": candidate.next_step,
            })
        })
        .collect()
}

fn documentation(analysis: &Analysis, settings: &Settings) -> Vec<Value> {
    let asks = |category: &Option<String>| {
        category.as_ref().is_some_and(|word| {
            settings.handoffs.documentation_categories.contains(&word.trim().to_lowercase())
        })
    };
    analysis
        .tickets
        .iter()
        .filter(|ticket| asks(&ticket.category))
        .map(|ticket| {
            json!({"ticket_id": ticket.ticket_id, "account_id": ticket.account_id, "subject": ticket.subject,
                   "category": ticket.category, "opened_on": ticket.opened_on})
        })
        .collect()
}

fn stories(advocacy: &Advocacy) -> Vec<Value> {
    advocacy
        .candidates
        .iter()
        .map(|candidate| {
            json!({"account_id": candidate.account_id, "account": candidate.account, "owner": candidate.owner,
                   "segment": candidate.segment, "reason": candidate.reason, "health": candidate.health,
                   "last_asked_on": candidate.last_asked_on, "consent": "not asked"})
        })
        .collect()
}

fn doubts(analysis: &Analysis) -> Vec<Value> {
    analysis
        .program()
        .filter(|figure| figure.value.is_none() || figure.implausible.is_some())
        .map(|figure| {
            json!({"metric": figure.metric, "title": figure.title, "figure": figure.id,
                   "unknown": figure.reason, "implausible": figure.implausible,
                   "definition": figure.definition})
        })
        .collect()
}

fn late_steps(analysis: &Analysis) -> Vec<Value> {
    analysis
        .milestones
        .iter()
        .filter(|row| row.due_on.is_some_and(|due| due < analysis.as_of))
        .filter_map(|row| analysis.accounts.get(&row.account_id).map(|account| (row, account)))
        .filter(|(_, account)| account.is_managed())
        .map(|(row, account)| {
            json!({"milestone_id": row.milestone_id, "milestone": row.name, "due_on": row.due_on,
                   "account_id": account.account_id, "account": account.name, "owner": account.owner,
                   "arr": account.arr})
        })
        .collect()
}

fn verbatims(analysis: &Analysis, settings: &Settings) -> Vec<Value> {
    analysis
        .comments
        .iter()
        .filter(|row| row.kind == "nps" && row.score <= settings.handoffs.detractor_max)
        .map(|row| {
            json!({"response_id": row.response_id, "account_id": row.account_id, "kind": row.kind,
                   "score": row.score, "verbatim": row.comment, "answered_on": row.responded_on})
        })
        .collect()
}

fn support(analysis: &Analysis) -> Vec<Value> {
    analysis
        .managed()
        .filter_map(|account| {
            let signals: Vec<_> =
                account.risks().filter(|reason| reason.dimension == "support").cloned().collect();
            let escalated: Vec<&str> = analysis
                .tickets_of(&account.account_id)
                .filter(|ticket| ticket.is_open && ticket.is_escalated == Some(true))
                .map(|ticket| ticket.ticket_id.as_str())
                .collect();
            if signals.is_empty() && escalated.is_empty() {
                return None;
            }
            let mut item = party(account);
            item["signals"] = json!(signals);
            item["open_escalations"] = json!(escalated);
            item["owner"] = json!(account.owner);
            Some(item)
        })
        .collect()
}

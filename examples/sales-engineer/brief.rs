//! One brief: what is proposed to whom, whether the sales-engineer takes it, and why.

use protocol::Members;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::policy::Policy;
use crate::shared::handed::{Handed, objects, text};
use crate::shared::money::Money;
use crate::size::Size;

/// The answer to one brief.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Brief {
    /// What it is about: the account's name, or the request that several accounts made.
    pub(crate) title: String,
    /// The brief is about a request, not about one account.
    pub(crate) is_request: bool,
    pub(crate) accepted: bool,
    pub(crate) reason: String,
    /// One outline per account, the most ARR first.
    pub(crate) outlines: Vec<Outline>,
}

/// What would be proposed to one account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Outline {
    pub(crate) account_id: String,
    pub(crate) account: String,
    /// What they pay today: as shown, and the figure.
    pub(crate) arr: String,
    pub(crate) arr_figure: Option<String>,
    /// For the order only; unknown stands last.
    pub(crate) arr_minor: Option<i64>,
    pub(crate) size: Size,
    /// An amount that a source states for an open deal. Its claim; nothing is worked out from it.
    pub(crate) claim: Option<String>,
    /// What speaks for it: the signals' texts.
    pub(crate) because: Vec<String>,
    /// The brief's own next step.
    pub(crate) next_step: String,
}

impl Brief {
    /// Judges one handed-over item: an account that may grow, or a request with the accounts that made it.
    pub(crate) fn of(item: &Members, handed: &Handed, policy: Option<&Policy>) -> Self {
        if item.contains_key("accounts") {
            return Self::of_request(item, handed, policy);
        }
        let outline = Outline::of(item, handed, policy);
        let (accepted, reason) = outline.judged();
        Self { title: outline.account.clone(), is_request: false, accepted, reason, outlines: vec![outline] }
    }

    /// A request is worth a talk with everyone who pays and asks; what it would cost is not ours to know.
    fn of_request(item: &Members, handed: &Handed, policy: Option<&Policy>) -> Self {
        let title = text(item, "request").to_owned();
        let mut outlines: Vec<Outline> =
            objects(item, "accounts").map(|account| Outline::of(account, handed, policy)).collect();
        outlines.sort_by(|a, b| (b.arr_minor, &a.account_id).cmp(&(a.arr_minor, &b.account_id)));
        let price = format!("figure:price@request={title}");
        for outline in outlines.iter_mut().filter(|outline| outline.size.known.is_none()) {
            outline.size.needs.push(price.clone());
        }
        let paying =
            outlines.iter().filter(|outline| outline.arr_minor.is_some_and(|minor| minor > 0)).count();
        let accepted = paying > 0;
        let reason = if accepted {
            format!(
                "{paying} of the {} accounts that asked pay today; what it would add is unknown without {price}",
                outlines.len()
            )
        } else {
            "none of the accounts that asked is known to pay".to_owned()
        };
        Self { title, is_request: true, accepted, reason, outlines }
    }
}

impl Outline {
    fn of(account: &Members, handed: &Handed, policy: Option<&Policy>) -> Self {
        let account_id = text(account, "account_id").to_owned();
        let figure = account.get("arr").and_then(|arr| arr["figure"].as_str());
        let arr = match figure {
            Some(id) => handed.figure(id).and_then(Money::of),
            None => Err("the brief names no figure for the ARR".to_owned()),
        };
        let claim = account.get("opportunity_id").and_then(Value::as_str).map(|deal| {
            let stated = account.get("size").and_then(|size| size["shown"].as_str()).unwrap_or("no amount");
            format!("{deal}: {stated}, as its source states it")
        });
        Self {
            account: text(account, "account").to_owned(),
            arr: arr.as_ref().map_or_else(|why| format!("unknown, because {why}"), ToString::to_string),
            arr_figure: figure.map(str::to_owned),
            arr_minor: arr.ok().map(|arr| arr.minor),
            size: Size::of(&account_id, figure, handed, policy),
            claim,
            because: objects(account, "signals").map(|signal| text(signal, "text").to_owned()).collect(),
            next_step: text(account, "next_step").to_owned(),
            account_id,
        }
    }

    /// Taken when there is a size or an open deal to work on.
    fn judged(&self) -> (bool, String) {
        match (&self.size.known, &self.claim) {
            _ if self.arr_minor.is_none() => (false, format!("what they pay is {}", self.arr)),
            (Some(_), _) => (true, format!("sized at {} a year", self.size.shown())),
            (None, Some(_)) => (true, format!("a deal is open; its size is unknown: {}", self.size.formula)),
            (None, None) if self.size.needs.is_empty() => (false, self.size.formula.clone()),
            (None, None) => (false, format!("cannot be sized without {}", self.size.needs.join(", "))),
        }
    }
}

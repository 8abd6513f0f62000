//! The pages and searches that the workspace lists for its accounts, each looked at once a session.

use agent_core::agent::Failure;
use agent_core::session::{Outcome, SessionContext};
use agent_core::tool::web::{WebFetch, WebFetchInput, WebSearch, WebSearchInput};
use agent_core::tool::{ToolError, Toolbox, sha256};
use serde::Serialize;
use tokio::task::JoinSet;

use super::dataset::Ready;
use super::listen::Ground;
use crate::assessment::Day;
use crate::people::{Found, Look, Phrase, tokens};
use crate::workspace::Config;

/// How many are looked at at once, in one step.
const AT_ONCE: usize = 8;

/// What is to be looked at.
#[derive(Clone, Debug, Serialize)]
struct Wanted {
    account_id: String,
    /// The account's name.
    name: String,
    kind: &'static str,
    /// URL or query.
    source: String,
}

/// Looks at everything the configuration lists; what fails is recorded with its reason. `before` is what the
/// session before saw: a change it found already keeps its day.
///
/// A page's text is data: it is compared with the phrases of the taxonomy, and nothing it says leads anywhere.
pub(super) async fn look(
    config: &Config,
    ready: &Ready,
    ground: &Ground,
    before: &[Look],
    cx: &SessionContext,
) -> Result<(Vec<Look>, Vec<String>), Failure> {
    let (wanted, problems) = wanted(config, ground);
    let today = config.as_of.map(|day| day.to_string()).or_else(|| ready.report.exported_on.clone());
    let of_the_past = ready.asked.is_some() && today.is_some_and(|today| ready.as_of.to_string() < today);
    let mut looks = Vec::with_capacity(wanted.len());
    for (at, some) in wanted.chunks(AT_ONCE).enumerate() {
        let key = format!("look {}", at + 1);
        let known = before.to_vec();
        let done: Vec<Look> = cx
            .step(&key, &(&some, ready.as_of, of_the_past), |cx| async move {
                let mut under_way = JoinSet::new();
                for (place, one) in some.iter().cloned().enumerate() {
                    let (tools, ground, as_of) = (cx.tools().clone(), ground.clone(), ready.as_of);
                    under_way.spawn(async move {
                        let seen = if of_the_past {
                            Ok(Err(format!("it says what is so now, not on {as_of}")))
                        } else {
                            see(&tools, &one, &ground, as_of).await
                        };
                        (place, one, seen)
                    });
                }
                let mut seen = under_way.join_all().await;
                seen.sort_by_key(|(place, ..)| *place);
                let mut looks = Vec::with_capacity(seen.len());
                for (_, one, seen) in seen {
                    looks.push(look_of(one, seen?, &known, cx.now()));
                }
                Ok(Outcome::new(looks))
            })
            .await?;
        looks.extend(done);
    }
    Ok((looks, problems))
}

/// What the configuration lists, by account; and what it lists for nobody.
fn wanted(config: &Config, ground: &Ground) -> (Vec<Wanted>, Vec<String>) {
    let mut found = Vec::new();
    let mut problems = Vec::new();
    let mut add =
        |account: &str, line: usize, kind: &'static str, source: &str| match ground.accounts.find(account) {
            Ok((id, name)) => found.push(Wanted {
                account_id: id.to_owned(),
                name: name.to_owned(),
                kind,
                source: source.replace("{name}", name),
            }),
            Err(error) => problems.push(format!("csm.toml:{line}: {error}; {}", error.hint())),
        };
    for page in &config.account_pages {
        add(&page.account, page.line, "page", &page.url);
    }
    for search in &config.account_searches {
        for account in &search.accounts {
            add(account, search.line, "search", &search.query);
        }
    }
    (found, problems)
}

/// What was seen: its hash and what it tells; or why nothing was.
type Seen = Result<(String, Vec<Found>), String>;

async fn see(tools: &Toolbox, one: &Wanted, ground: &Ground, as_of: Day) -> Result<Seen, Failure> {
    let seen = if one.kind == "page" {
        tools.run::<WebFetch>(WebFetchInput::new(&one.source)).await.map(|page| {
            if !(200..300).contains(&page.status) {
                return Err(format!("it answers with status {}", page.status));
            }
            let found = told(&page.markdown, &one.source, as_of, ground);
            Ok((page.sha256, found))
        })
    } else {
        tools.run::<WebSearch>(WebSearchInput::new(&one.source)).await.map(|answer| {
            let mut all = String::new();
            let mut found = Vec::new();
            for result in answer.results {
                let text = format!("{}. {}", result.title, result.snippet);
                all.push_str(&format!("{} {text}\n", result.url));
                // A result that does not name the account is about somebody else.
                if names(&text, &one.name) {
                    let published = result.published.and_then(|at| at.get(..10)?.parse().ok());
                    found.extend(told(&text, &result.url, published.unwrap_or(as_of), ground));
                }
            }
            Ok((sha256(all.as_bytes()), found))
        })
    };
    match seen {
        Ok(seen) => Ok(seen),
        Err(ToolError::Stopped) => Err(ToolError::Stopped.into()),
        Err(error) => Ok(Err(error.to_string())),
    }
}

fn told(text: &str, source: &str, found_on: Day, ground: &Ground) -> Vec<Found> {
    ground
        .taxonomy
        .told(text)
        .into_iter()
        .map(|told| Found {
            kind: told.kind.to_owned(),
            quote: told.quote,
            source: source.to_owned(),
            found_on,
        })
        .collect()
}

/// Whether the account's name stands in the text, word for word.
fn names(text: &str, name: &str) -> bool {
    let words = tokens(text);
    Phrase::parse(&name.replace('*', " "))
        .is_some_and(|phrase| (0..words.len()).any(|at| phrase.matches(&words, at)))
}

fn look_of(one: Wanted, seen: Seen, before: &[Look], read_at: String) -> Look {
    let (sha256, failed, mut found) = match seen {
        Ok((sha256, found)) => (Some(sha256), None, found),
        Err(why) => (None, Some(why), Vec::new()),
    };
    for it in &mut found {
        let earlier = before
            .iter()
            .filter(|look| look.account_id == one.account_id)
            .flat_map(|look| &look.found)
            .filter(|other| (&other.kind, &other.quote, &other.source) == (&it.kind, &it.quote, &it.source))
            .map(|other| other.found_on)
            .min();
        it.found_on = earlier.map_or(it.found_on, |day| day.min(it.found_on));
    }
    Look {
        account_id: one.account_id,
        kind: one.kind.to_owned(),
        source: one.source,
        read_at,
        sha256,
        failed,
        found,
    }
}

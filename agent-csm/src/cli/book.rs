//! The assessed book of a completed session, as commands that only look read it.

use agent_core::runtime::Runtime;

use super::session::{block_on, open};
use super::{CliError, WorkspaceArgs};
use crate::assessment::{Account, Analysis};
use crate::deliverable::Snapshot;
use crate::knowledge::Knowledge;
use crate::phases::{Craft, Implementation, implementation};
use crate::workspace::nearest;

/// What a session found, and what it made of it.
pub(super) struct Book {
    /// The session.
    pub(super) session: String,
    /// What is so.
    pub(super) analysis: Analysis,
    /// Plans and the queue, with the dates the session gave them.
    pub(super) plans: Implementation,
}

impl Book {
    /// The book of the session named, else of the newest completed one.
    pub(super) fn read(args: &WorkspaceArgs) -> Result<Self, CliError> {
        block_on(async {
            let runtime = open(&args.workspace).await?;
            let book = book(&runtime, args).await;
            runtime.close().await;
            book
        })
    }

    /// The account that a person names by id or name; part of a name is enough where it fits only one.
    pub(super) fn account(&self, named: &str) -> Result<&Account, CliError> {
        let accounts = &self.analysis.accounts;
        let same = |account: &&Account| account.name.to_lowercase() == named.to_lowercase();
        if let Some(account) = accounts.get(named).or_else(|| accounts.values().find(same)) {
            return Ok(account);
        }
        let wanted = named.to_lowercase();
        let holds = |account: &&Account| {
            account.name.to_lowercase().contains(&wanted) || account.account_id.to_lowercase() == wanted
        };
        let fits: Vec<&Account> = accounts.values().filter(holds).take(6).collect();
        if let [only] = fits.as_slice() {
            return Ok(only);
        }
        let failed = CliError::failed(format!("no account has the id or name `{named}`"));
        if !fits.is_empty() {
            let names: Vec<String> =
                fits.iter().map(|it| format!("{} ({})", it.name, it.account_id)).collect();
            return Err(failed.hint(format!("it is part of these names: {}", names.join(", "))));
        }
        let names = accounts.values().flat_map(|it| [it.name.as_str(), it.account_id.as_str()]);
        // Also the nearest first word: people rarely type the whole name of a company.
        let words = accounts.values().filter_map(|it| it.name.split_whitespace().next());
        let near = nearest(named, names).map(str::to_owned).or_else(|| {
            let word = nearest(named, words)?;
            accounts
                .values()
                .find(|it| it.name.split_whitespace().next() == Some(word))
                .map(|it| it.name.clone())
        });
        Err(failed.hint(match near {
            Some(near) => format!("the nearest is `{near}`; `csm accounts --status all` lists all of them"),
            None => "`csm accounts --status all` lists all of them".to_owned(),
        }))
    }
}

async fn book(runtime: &Runtime, args: &WorkspaceArgs) -> Result<Book, CliError> {
    let named = args.session.as_deref();
    let session = runtime
        .completed(named)
        .await
        .map_err(|error| CliError::because("could not read the sessions", &error))?
        .ok_or_else(|| match named {
            Some(id) => CliError::failed(format!("no session `{id}` has completed in this workspace")),
            None => CliError::failed("no session has completed in this workspace"),
        })
        .map_err(|error| error.hint("run one with `csm run`"))?;
    let told = |failure: agent_core::agent::Failure| CliError::told(failure.error());
    let analysis: Analysis = session.output("context").await.map_err(told)?.ok_or_else(|| {
        CliError::failed(format!("session `{}` kept no analysis", session.id()))
            .hint("run `csm run` once more")
    })?;
    let newest: Option<Snapshot> = session.output("snapshot").await.map_err(told)?;
    let knowledge = Knowledge::load(Some(&args.workspace)).map_err(|error| {
        CliError::because("could not read the knowledge files", &error).hint(error.hint())
    })?;
    let craft = Craft::parse(
        knowledge
            .files("playbooks")
            .chain(knowledge.files("templates"))
            .chain(knowledge.file("plans.toml").map(|text| ("plans.toml", text))),
    )
    .map_err(|error| CliError::because("could not use the knowledge files", &error))?;
    let plans = implementation(&analysis, &craft, Snapshot::baseline(&analysis, newest.as_ref()));
    Ok(Book { session: session.id().to_owned(), analysis, plans })
}

//! What a session depends on, as hashes: change one and it is another session.

use std::collections::BTreeMap;

use agent_core::agent::{Failure, Pin};
use agent_core::session::AskContext;
use agent_core::tool::{Glob, GlobInput, Read, ReadInput, ToolError, sha256};
use protocol::Request;

use super::craftsman::Craftsman;
use super::fault::{invalid_workspace, off_thread};
use crate::churn::Stored;
use crate::workspace::Workspace;

/// The pin of `request` in the workspace as it stands.
///
/// Plans count only where a person has changed them: what a session itself has written, or was about to write
/// when it was killed, must not make it another session.
pub(super) async fn pin(request: &Request, craftsman: &Craftsman, cx: &AskContext) -> Result<Pin, Failure> {
    let workspace = Workspace::open(cx.workspace()).map_err(|error| invalid_workspace(&error))?;
    let mut parts = BTreeMap::new();
    let mut part = |name: &str, value: String| parts.insert(name.to_owned(), value);
    part("version", env!("CARGO_PKG_VERSION").to_owned());
    part("knowledge", craftsman.knowledge.hash().to_owned());
    part("as_of", request.as_of()?.unwrap_or_default().to_owned());
    part("configuration", hash_of(cx, "csm.toml").await?.unwrap_or_default());
    // A file that cannot be used is told now, not when everything else is done.
    part("peers", cx.peers().await?.sha256().unwrap_or_default().to_owned());
    part("data", craftsman.fingerprints.of(workspace.data_dir()).await?);
    part("notes", hashes(cx, "notes/**/*.{md,toml}", |_, _| true).await?);
    part("churn", stored_hash(&workspace).await?);
    let claims = cx.context().ask("get_customer_context").await?;
    let said: Vec<String> =
        claims.iter().map(|claim| format!("{} {}", claim.author, claim.payload)).collect();
    part("context", sha256(said.join("\n").as_bytes()));
    let ours = cx.all_ours().await?;
    // A proposal beside a person's plan is output: a session may replace it, and stays the same session.
    let theirs = |path: &str, hash: &str| {
        !path.ends_with(".proposed.md") && !ours.get(path).is_some_and(|known| known.contains(hash))
    };
    part("plans", hashes(cx, "plans/**/*.md", theirs).await?);
    part("previous", cx.previous().await?.map(|session| session.id().to_owned()).unwrap_or_default());
    Ok(Pin::of(parts))
}

/// The hash of the churn model that a backtest kept; empty where there is none.
async fn stored_hash(workspace: &Workspace) -> Result<String, Failure> {
    let private = workspace.private_dir();
    off_thread(move || Ok(Stored::hash_at(&private).unwrap_or_default())).await
}

/// One hash over the files that match `pattern` and that `counts` wants.
async fn hashes(
    cx: &AskContext,
    pattern: &str,
    counts: impl Fn(&str, &str) -> bool,
) -> Result<String, Failure> {
    let found = cx.tools().run::<Glob>(GlobInput::new(pattern)).await?;
    let mut text = String::new();
    for path in found.paths {
        if let Some(hash) = hash_of(cx, &path).await?
            && counts(&path, &hash)
        {
            text.push_str(&format!("{path} {hash}\n"));
        }
    }
    Ok(sha256(text.as_bytes()))
}

/// The hash of one file; `None` where there is none.
async fn hash_of(cx: &AskContext, path: &str) -> Result<Option<String>, Failure> {
    match cx.tools().run::<Read>(ReadInput::new(path).limit(1)).await {
        Ok(read) => Ok(Some(read.sha256)),
        Err(ToolError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

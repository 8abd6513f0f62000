//! Questions: answered from the newest completed session where it still stands, else computed afresh.

use std::sync::Arc;

use agent_core::agent::{Answer, Failure, Pin};
use agent_core::session::AskContext;
use protocol::payload::GetSubjectContext;
use protocol::{ErrorCode, Request};
use serde_json::json;

use super::craftsman::Craftsman;
use super::dataset::{Ready, make_ready, stands_on};
use super::fault::off_thread;
use super::messages::{context_parts, members};
use crate::assessment::Analysis;
use crate::phases::implementation;
use crate::wire::AccountContext;

/// The customer context; nothing is written.
pub(super) async fn customer_context(
    craftsman: &Arc<Craftsman>,
    request: &Request,
    pin: &Pin,
    cx: &AskContext,
) -> Result<Answer, Failure> {
    let (analysis, opened) = analysis(craftsman, request, Some(pin), cx).await?;
    let (payload, mut meta) = context_parts(&analysis, "embedded")?;
    if !opened {
        meta.set("figures", json!("computed for this question; a session keeps their rows"));
    }
    Ok(Answer::new(payload).with_meta(meta))
}

/// One account, whole.
pub(super) async fn account_context(
    craftsman: &Arc<Craftsman>,
    request: &Request,
    cx: &AskContext,
) -> Result<Answer, Failure> {
    let asked: GetSubjectContext = request.payload_as()?;
    let (analysis, _) = analysis(craftsman, request, None, cx).await?;
    let found = analysis.accounts.values().find(|account| {
        account.account_id == asked.subject_id || account.name.eq_ignore_ascii_case(&asked.subject_id)
    });
    let Some(account) = found else {
        return Err(Failure::new(
            ErrorCode::SubjectUnknown,
            format!("no account has the id or name `{}`", asked.subject_id),
        )
        .with_hint("ask by account_id as it stands in the accounts table"));
    };
    let plans = implementation(&analysis, &craftsman.craft, None);
    let planned = plans.plans.iter().any(|plan| plan.account.account_id == account.account_id);
    let context =
        AccountContext::of(&analysis, &plans.queue, planned, &account.account_id).ok_or_else(|| {
            Failure::bug(format!("account `{}` is in the analysis and not in it", account.account_id))
        })?;
    Ok(Answer::new(members(&context)?))
}

/// The analysis that stands: the newest session's when `pin` has not moved since (or none is given), else a new one.
/// The second value says whether its figures can be opened.
async fn analysis(
    craftsman: &Arc<Craftsman>,
    request: &Request,
    pin: Option<&Pin>,
    cx: &AskContext,
) -> Result<(Analysis, bool), Failure> {
    if let Some(session) = cx.previous().await? {
        let ready: Option<Ready> = session.output("dataset").await?;
        let same = |pin: &Pin| ready.as_ref().is_some_and(|ready| ready.stands_on == stands_on(pin));
        if pin.is_none_or(same)
            && let Some(analysis) = session.output("context").await?
        {
            return Ok((analysis, true));
        }
    }
    let goals = craftsman.goals(cx).await?;
    let asked = request.as_of()?.map(str::to_owned);
    let worker = Arc::clone(craftsman);
    let assessed = off_thread(move || {
        let workspace = worker.workspace()?;
        let ready = make_ready(&workspace, &worker.knowledge, asked.as_deref(), String::new())?;
        worker.assess(&ready, goals, &|_, _| {})
    })
    .await?;
    Ok((assessed.analysis, false))
}

//! Questions: answered from the newest completed session where it still stands, else computed afresh.

use std::sync::{Arc, Mutex, PoisonError};

use agent_core::agent::{Answer, Failure, Pin};
use agent_core::context::ContextSource;
use agent_core::session::{AskContext, CompletedSession};
use protocol::payload::GetSubjectContext;
use protocol::{ErrorCode, Meta, Request};
use serde_json::{Value, json};

use super::craftsman::Craftsman;
use super::dataset::{Ready, make_ready, stands_on};
use super::fault::off_thread;
use super::listen::{Ground, listen};
use super::messages::{context_parts, members};
use super::pin::pin;
use super::work::HEARD;
use crate::assessment::Analysis;
use crate::deliverable::Snapshot;
use crate::engine::Beside;
use crate::people::Heard;
use crate::phases::implementation;
use crate::wire::AccountContext;

/// The customer context; nothing is written.
pub(super) async fn customer_context(
    craftsman: &Arc<Craftsman>,
    request: &Request,
    pin: &Pin,
    cx: &AskContext,
) -> Result<Answer, Failure> {
    let asked = request.as_of()?;
    let book = book(craftsman, asked, pin, |ready| ready.asked.as_deref() == asked, cx).await?;
    let (payload, mut meta) = context_parts(&book.analysis, book.context_manager)?;
    match &book.session {
        Some(session) => {
            meta.set("figures_of", json!(session.id()));
        }
        None => {
            // No ledger holds these figures: an id would open another session's value.
            meta.set("evidence", Value::Null);
            meta.set("figures_of", json!("this question only; a session keeps their rows"));
        }
    }
    Ok(Answer::new(payload).with_meta(meta))
}

/// One account, whole: as of the day asked for, else of the newest session's.
pub(super) async fn account_context(
    craftsman: &Arc<Craftsman>,
    request: &Request,
    cx: &AskContext,
) -> Result<Answer, Failure> {
    let asked: GetSubjectContext = request.payload_as()?;
    let day = request.as_of()?;
    let pin = pin(request, craftsman, cx).await?;
    let same_day = |ready: &Ready| day.is_none_or(|day| ready.as_of.to_string() == day);
    let book = book(craftsman, day, &pin, same_day, cx).await?;
    let analysis = book.analysis.as_ref();
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
    // The session's own baseline, so that due dates are those of its plans.
    let snapshot: Option<Snapshot> = match &book.session {
        Some(session) => session.output("snapshot").await?,
        None => None,
    };
    let plans = implementation(analysis, &craftsman.craft, Snapshot::baseline(analysis, snapshot.as_ref()));
    let planned = plans.plans.iter().any(|plan| plan.account.account_id == account.account_id);
    let context =
        AccountContext::of(analysis, &plans.queue, planned, &account.account_id).ok_or_else(|| {
            Failure::bug(format!("account `{}` is in the analysis and not in it", account.account_id))
        })?;
    let mut meta = Meta::new();
    meta.set("as_of", json!(analysis.as_of));
    if let Some(session) = &book.session {
        meta.set("figures_of", json!(session.id()));
    }
    Ok(Answer::new(members(&context)?).with_meta(meta))
}

/// The newest completed session's book, read once: a completed session does not change.
#[derive(Default)]
pub(super) struct Shelf(Mutex<Option<Shelved>>);

#[derive(Clone)]
struct Shelved {
    session: String,
    ready: Arc<Ready>,
    analysis: Arc<Analysis>,
}

impl Shelf {
    /// The book of `session`; `None` when it kept none.
    async fn book(&self, session: &CompletedSession) -> Result<Option<Shelved>, Failure> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(kept) = kept.filter(|kept| kept.session == session.id()) {
            return Ok(Some(kept));
        }
        let Some(ready) = session.output("dataset").await? else { return Ok(None) };
        let Some(analysis) = session.output("context").await? else { return Ok(None) };
        let read = Shelved {
            session: session.id().to_owned(),
            ready: Arc::new(ready),
            analysis: Arc::new(analysis),
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(read.clone());
        Ok(Some(read))
    }
}

/// The book that stands.
struct Book {
    analysis: Arc<Analysis>,
    /// The session whose ledger opens its figures; none when it was computed for this question.
    session: Option<CompletedSession>,
    /// Who answered when its claims were asked for.
    context_manager: ContextSource,
}

/// The newest session's book when nothing it depends on has moved and `same_day` holds, else a new one.
async fn book(
    craftsman: &Arc<Craftsman>,
    asked: Option<&str>,
    pin: &Pin,
    same_day: impl Fn(&Ready) -> bool,
    cx: &AskContext,
) -> Result<Book, Failure> {
    if let Some(session) = cx.previous().await? {
        let stands =
            |shelved: &Shelved| shelved.ready.stands_on == stands_on(pin) && same_day(&shelved.ready);
        if let Some(shelved) = craftsman.shelf.book(&session).await?.filter(stands) {
            let context_manager = shelved.ready.context_manager;
            return Ok(Book { analysis: shelved.analysis, session: Some(session), context_manager });
        }
    }
    let goals = craftsman.goals(cx).await?;
    let asked = asked.map(str::to_owned);
    let newest: Option<Snapshot> = match cx.previous().await? {
        Some(session) => session.output("snapshot").await?,
        None => None,
    };
    let worker = Arc::clone(craftsman);
    let ready = off_thread(move || make_ready(&worker.workspace()?, &worker.knowledge, asked)).await?;
    // Pages are looked at by sessions only; what the newest one saw still counts.
    let seen: Option<Heard> = match cx.previous().await? {
        Some(session) => session.output(HEARD).await?,
        None => None,
    };
    let ground = Ground::of(craftsman.workspace()?, craftsman.knowledge.clone()).await?;
    let mut heard = listen(cx.tools(), &ground).await?;
    heard.looks = seen.map(|seen| seen.looks).unwrap_or_default();
    let worker = Arc::clone(craftsman);
    let assessed = off_thread(move || {
        let past = Snapshot::past_on(ready.as_of, &ready.data_hash, newest.as_ref());
        worker.assess(&Ready { goals, ..ready }, Beside { past, heard, ..Beside::default() }, &|_, _| {})
    })
    .await?;
    let context_manager = ContextSource::Embedded;
    Ok(Book { analysis: Arc::new(assessed.analysis), session: None, context_manager })
}

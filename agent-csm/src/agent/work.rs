//! The steps of a session.

use std::sync::Arc;

use agent_core::agent::{Completion, Failure, Pin};
use agent_core::session::{Outcome, SessionContext};
use protocol::{Deliverable, Delivery, ErrorCode, Handoff, Request, Status};
use serde_json::json;

use super::craftsman::{CONTEXT, Craftsman, QUERY};
use super::dataset::{Ready, make_ready, stands_on};
use super::fault::off_thread;
use super::hand_over::hand_over;
use super::listen::{Ground, listen};
use super::look::look;
use super::make::{Made, make};
use super::messages::{analyzing, context, growing, managing, meta_of, shown};
use super::place::{Delivered, place};
use super::release::propose;
use crate::assessment::Analysis;
use crate::deliverable::Snapshot;
use crate::engine::Beside;
use crate::people::Heard;
use crate::wire::{Before, delivery};

/// The phases a request may name.
const PHASES: [&str; 3] = ["analysis", "implementation", "growth"];
/// The step that puts out everything a session heard.
pub(super) const HEARD: &str = "heard";
/// The figures of the delivery's progress, after the four of the role description.
const DELIVERED: [&str; 7] = [
    "accounts_managed",
    "health_score_avg",
    "churn_rate",
    "nps_score",
    "expansion_revenue",
    "customer_advocates",
    "renewal_rate",
];

/// Works through a session: data, context, then the phases that were asked for, then the delivery.
pub(super) async fn work(
    craftsman: Arc<Craftsman>,
    request: &Request,
    pin: &Pin,
    cx: &SessionContext,
) -> Result<Completion, Failure> {
    let phases = phases(request)?;
    let asked = request.as_of()?.map(str::to_owned);
    let (worker, stands_on) = (Arc::clone(&craftsman), stands_on(pin));
    let told = cx.ask_context(CONTEXT, QUERY).await?;
    let input = (&pin.hash, told.used, &told.claims);
    let claims = told.claims.clone();
    let ready: Ready = cx
        .step("dataset", &input, |cx| async move {
            cx.tick(0, "reading data");
            let goals = worker.goals_claimed(&claims)?;
            let peers = cx.peers().await?.names().map(str::to_owned).collect();
            let ready =
                off_thread(move || make_ready(&worker.workspace()?, &worker.knowledge, asked)).await?;
            Ok(Outcome::new(Ready { goals, peers, stands_on, context_manager: told.used, ..ready }))
        })
        .await?;

    let heard = hear(&craftsman, &ready, cx).await?;
    // Before anything is assessed: bands are held against those of the last session.
    let newest: Option<Snapshot> = match cx.previous().await? {
        Some(session) => session.output("snapshot").await?,
        None => None,
    };
    let past = Snapshot::past_on(ready.as_of, &ready.data_hash, newest.as_ref());
    let analysis = understand(&craftsman, &ready, Beside { past, heard, ..Beside::default() }, cx).await?;
    let worker = Arc::clone(&craftsman);
    let Made { analysis, handoffs, mut files, drafts, queue, snapshot } =
        off_thread(move || make(analysis, &ready, &worker.craft, newest.as_ref())).await?;

    let agent = &craftsman.definition.name;
    let mut delivered: Vec<Delivered> = Vec::new();
    for (phase, status) in
        [("analysis", Status::Analyzing), ("implementation", Status::Managing), ("growth", Status::Growing)]
    {
        if !phases.contains(&phase) {
            continue;
        }
        let said = match phase {
            "analysis" => analyzing(agent, &analysis),
            "implementation" => managing(agent, &analysis),
            _ => growing(agent, &analysis),
        };
        let (mine, rest): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|file| phase_of(&file.path) == phase);
        files = rest;
        let hashes: Vec<(String, String)> =
            mine.iter().map(|it| (it.path.clone(), agent_core::tool::sha256(&it.bytes))).collect();
        let placed: Vec<Delivered> = cx
            .phase(phase, status.clone())
            .step(phase, &hashes, |cx| async move {
                cx.tick(0, "writing");
                Ok(Outcome::new(place(&cx, mine).await?).say(said))
            })
            .await?;
        delivered.extend(placed);
        if phase == "implementation" {
            propose(&cx.phase(phase, status), &drafts, &analysis, &queue).await?;
        }
    }
    let handoffs = if phases.contains(&"growth") { hand_over(handoffs, cx).await? } else { Vec::new() };
    let before = snapshot.before.clone();
    remember(snapshot, cx).await?;
    Ok(complete(&analysis, before.as_deref(), handoffs, delivered))
}

/// The steps `notes`, `look …` and [`HEARD`]: what people wrote into the workspace, and what the pages say that it
/// lists for its accounts. Each is done once, so that a resumed session fetches nothing twice.
async fn hear(craftsman: &Arc<Craftsman>, ready: &Ready, cx: &SessionContext) -> Result<Heard, Failure> {
    let workspace = craftsman.workspace()?;
    let ground = Ground::of(workspace.clone(), craftsman.knowledge.clone()).await?;
    let cx = cx.phase("analysis", Status::Analyzing);
    let input = (&ready.as_of, &ready.data_hash);
    let ears = ground.clone();
    let mut heard: Heard = cx
        .step("notes", &input, |cx| async move {
            cx.tick(5, "reading notes");
            Ok(Outcome::new(listen(cx.tools(), &ears).await?))
        })
        .await?;
    let before: Option<Heard> = match cx.previous().await? {
        Some(session) => session.output(HEARD).await?,
        None => None,
    };
    let seen = before.map(|before| before.looks).unwrap_or_default();
    let (looks, problems) = look(&workspace.config, ready, &ground, &seen, &cx).await?;
    heard.problems.extend(problems);
    heard.problems.extend(looks.iter().filter_map(|look| {
        let why = look.failed.as_deref()?;
        Some(format!(
            "{} of account {}: {}, so what it tells is unknown: {why}",
            look.kind, look.account_id, look.source
        ))
    }));
    heard.looks = looks;
    cx.step(HEARD, &heard.clone(), |_| async move { Ok(Outcome::new(heard)) }).await
}

/// The step `context`: every figure computed and kept with its rows, and the query answered.
async fn understand(
    craftsman: &Arc<Craftsman>,
    ready: &Ready,
    beside: Beside,
    cx: &SessionContext,
) -> Result<Analysis, Failure> {
    let worker = Arc::clone(craftsman);
    let held = serde_json::to_vec(&beside.past)
        .map_err(|error| Failure::bug(format!("the last session's health cannot be written: {error}")))?;
    let said = beside.heard.clone();
    let input = (&ready.as_of, &ready.data_hash, agent_core::tool::sha256(&held), &said);
    let ready = ready.clone();
    let used = ready.context_manager;
    cx.phase("analysis", Status::Analyzing)
        .step("context", &input, |cx| async move {
            let (teller, assessor) = (cx.clone(), Arc::clone(&worker));
            let assessed = off_thread(move || {
                let tell = |percent: u8, note: &str| teller.tick(percent, note);
                assessor.assess(&ready, beside, &tell)
            })
            .await?;
            for rows in assessed.rows.into_values() {
                cx.put_object(rows).await?;
            }
            let said = context(&worker.definition.name, &assessed.analysis, used)?;
            Ok(Outcome::new(assessed.analysis).figures(assessed.figures).say(said))
        })
        .await
}

/// The step `snapshot`: what the next session is compared with.
async fn remember(snapshot: Snapshot, cx: &SessionContext) -> Result<(), Failure> {
    let input = &snapshot.clone();
    cx.step("snapshot", input, |_| async move { Ok(Outcome::new(snapshot)) }).await.map(|_| ())
}

fn complete(
    analysis: &Analysis,
    before: Option<&Snapshot>,
    handoffs: Vec<Handoff>,
    delivered: Vec<Delivered>,
) -> Completion {
    let figures = before.map(|it| it.comparable(analysis)).unwrap_or_default();
    let told = delivery(analysis, before.map(|it| Before { as_of: it.as_of, figures: &figures }));
    let (progress, _) = shown(analysis, &DELIVERED);
    let mut message = told.message;
    if delivered.iter().any(|file| file.note.is_some()) {
        // Which ones stands with each file: the sentence holds no number that is not a figure.
        message.push_str(" What people had edited was kept; see the notes of the deliverables.");
    }
    let mut out = Delivery::new(message);
    out.progress = progress;
    out.deliverables = delivered
        .into_iter()
        .map(|file| {
            let title = title_of(&file.path);
            let entry = Deliverable::new(file.path, title).with_sha256(file.sha256);
            match file.note {
                Some(note) => entry.with_note(note),
                None => entry,
            }
        })
        .collect();
    out.handoffs = handoffs;
    let mut meta = meta_of(&told.evidence, &told.unknown, &told.implausible);
    meta.set("as_of", json!(analysis.as_of));
    if let Some(since) = &told.since {
        meta.set("since", json!(since));
    }
    Completion::from(out).with_meta(meta)
}

/// The phases asked for, in their order; all of them when none is named.
fn phases(request: &Request) -> Result<Vec<&'static str>, Failure> {
    let Some(asked) = request.phases()? else { return Ok(PHASES.to_vec()) };
    if let Some(unknown) = asked.iter().find(|phase| !PHASES.contains(phase)) {
        return Err(Failure::new(ErrorCode::InvalidRequest, format!("`{unknown}` is no phase"))
            .with_hint(format!("phases are {}", PHASES.map(|phase| format!("`{phase}`")).join(", "))));
    }
    Ok(PHASES.into_iter().filter(|phase| asked.contains(phase)).collect())
}

/// The phase that leaves a file.
fn phase_of(path: &str) -> &'static str {
    match path {
        "out/report.html"
        | "out/portfolio.md"
        | "out/data-quality.md"
        | "out/at-risk.csv"
        | "out/growth.csv" => "analysis",
        "out/actions.csv" => "implementation",
        plan if plan.starts_with("plans/") => "implementation",
        draft if draft.starts_with("out/drafts/") => "implementation",
        _ => "growth",
    }
}

/// What a file is, for a list.
fn title_of(path: &str) -> String {
    let title = match path {
        "out/monday.html" => "Monday page",
        "out/monday.csv" => "Monday page as a table",
        "out/report.html" => "The whole base on one page, with charts",
        "out/portfolio.md" => "Checklist against targets",
        "out/data-quality.md" => "Data quality report",
        "out/at-risk.csv" => "Accounts at risk, with reasons",
        "out/growth.csv" => "Accounts that can grow",
        "out/actions.csv" => "Action queue",
        "out/renewals.csv" => "Renewals by opt-out date",
        "out/expansion.csv" => "Expansion candidates",
        "out/advocacy.csv" => "Advocacy candidates",
        plan if plan.starts_with("plans/") => "Success plan",
        draft if draft.starts_with("out/drafts/") => "Draft to a customer, which waits for approval",
        handoff if handoff.starts_with("out/handoffs/") => "Request to a peer",
        other => other,
    };
    title.to_owned()
}

//! `csm approvals`: what waits for a person, and the answer.

use std::path::PathBuf;
use std::process::ExitCode;

use agent_core::approval::{ApprovalAnswer, ApprovalFilter, ApprovalRecord, ApprovalState};
use agent_core::runtime::{Runtime, rfc3339};
use clap::{Args, Subcommand};
use protocol::Members;
use protocol::payload::Decision;
use serde_json::Value;

use super::session::{block_on, open};
use super::{CliError, show};

#[derive(Args, Debug)]
pub(super) struct ApprovalsArgs {
    #[command(subcommand)]
    command: Option<ApprovalsCommand>,
    /// The workspace folder
    #[arg(short = 'w', long = "workspace", value_name = "DIR", default_value = ".", global = true)]
    workspace: PathBuf,
    /// List those that were answered or expired too
    #[arg(long)]
    all: bool,
}

#[derive(Debug, Subcommand)]
enum ApprovalsCommand {
    /// Show one whole: what would happen, and the figures behind it
    Show {
        /// The approval's id, or its beginning
        id: String,
    },
    /// Let it happen
    Approve(Given),
    /// Do not let it happen
    Reject(Given),
}

#[derive(Args, Debug)]
struct Given {
    /// The approval's id, or its beginning
    id: String,
    /// Who decides [default: the name you are logged in by]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// What you want to add
    #[arg(long)]
    note: Option<String>,
}

pub(super) fn run(args: ApprovalsArgs) -> Result<ExitCode, CliError> {
    block_on(async move {
        let runtime = open(&args.workspace).await?;
        let done = answer(&runtime, &args).await;
        runtime.close().await;
        done?;
        Ok(ExitCode::SUCCESS)
    })
}

async fn answer(runtime: &Runtime, args: &ApprovalsArgs) -> Result<(), CliError> {
    match &args.command {
        None => list(runtime, args.all).await?,
        Some(ApprovalsCommand::Show { id }) => print(&named(runtime, id).await?),
        Some(ApprovalsCommand::Reject(given)) => {
            println!("{}", told(&decide(runtime, given, Decision::Rejected).await?));
        }
        Some(ApprovalsCommand::Approve(given)) => {
            let approval = decide(runtime, given, Decision::Approved).await?;
            let done = runtime.carried_out(&approval.id).await.map_err(|error| CliError::told(&error))?;
            println!("{}", told(&done));
        }
    }
    Ok(())
}

async fn decide(runtime: &Runtime, given: &Given, decision: Decision) -> Result<ApprovalRecord, CliError> {
    let approval = named(runtime, &given.id).await?;
    let decided_by = match &given.by {
        Some(name) => name.clone(),
        None => ["USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok()).ok_or_else(|| {
            CliError::usage("nobody is logged in by a name").hint("say who decides: --by NAME")
        })?,
    };
    let answer = ApprovalAnswer { decision, decided_by, note: given.note.clone() };
    runtime.answer_approval(&approval.id, answer).await.map_err(|error| CliError::told(&error))
}

/// The approval whose id begins with `id`.
async fn named(runtime: &Runtime, id: &str) -> Result<ApprovalRecord, CliError> {
    let filter = ApprovalFilter { state: None, limit: usize::MAX };
    let all = runtime.approvals(filter).await.map_err(|error| CliError::told(&error))?;
    let mut found = all.into_iter().filter(|approval| approval.id.starts_with(id));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(CliError::failed(format!("no approval `{id}`"))
            .hint("`csm approvals --all` lists those there are")),
        (Some(_), Some(_)) => {
            Err(CliError::usage(format!("several approvals begin with `{id}`")).hint("give more of the id"))
        }
    }
}

async fn list(runtime: &Runtime, all: bool) -> Result<(), CliError> {
    let filter = ApprovalFilter { state: (!all).then_some(ApprovalState::Pending), limit: usize::MAX };
    let approvals = runtime.approvals(filter).await.map_err(|error| CliError::told(&error))?;
    if approvals.is_empty() {
        println!("Nothing waits for approval.");
        return Ok(());
    }
    show::table(
        ["id", "what would happen", "state"],
        approvals.iter().map(|approval| [approval.id.clone(), approval.summary.clone(), told(approval)]),
    );
    if !all {
        println!("\nDecide: csm approvals approve ID, or csm approvals reject ID --note WHY");
    }
    Ok(())
}

fn print(approval: &ApprovalRecord) {
    println!("{}\n\n{}", approval.summary, told(approval));
    println!("asked by session {}", approval.session_id);
    for figure in &approval.figures {
        println!("figure: csm explain {figure} --session {} --rows", approval.session_id);
    }
    details(&approval.details);
}

/// What would happen, member by member; a text of several lines stands below its name.
fn details(members: &Members) {
    for (name, value) in members {
        match value {
            Value::Object(inner) => details(inner),
            Value::String(text) if text.contains('\n') => println!("\n{name}:\n{text}"),
            Value::String(text) => println!("{name}: {text}"),
            other => println!("{name}: {other}"),
        }
    }
}

/// How it stands, with who, when and why.
fn told(approval: &ApprovalRecord) -> String {
    let minute = |at: i64| rfc3339(at).chars().take(16).collect::<String>().replace('T', " ") + " UTC";
    let when = |at: Option<i64>| at.map(minute).unwrap_or_default();
    let note = approval.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
    let by = approval.decided_by.as_deref().unwrap_or("nobody");
    let outcome = || {
        let outcome = approval.outcome.clone().unwrap_or_default();
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        outcome.iter().map(|(name, value)| format!("{name} {}", text(value))).collect::<Vec<_>>().join(", ")
    };
    match approval.state {
        ApprovalState::Pending => format!("waits until {}", minute(approval.expires_at)),
        ApprovalState::Approved => {
            format!("approved by {by}, {}{note}; being done", when(approval.decided_at))
        }
        ApprovalState::Rejected => format!("rejected by {by}, {}{note}", when(approval.decided_at)),
        ApprovalState::Expired => format!("expired {}", minute(approval.expires_at)),
        ApprovalState::Done => {
            format!("approved by {by}, {}{note}; done: {}", when(approval.decided_at), outcome())
        }
        ApprovalState::Failed => {
            format!("approved by {by}, {}{note}; could not be done: {}", when(approval.decided_at), outcome())
        }
    }
}

//! `csm approvals`: what waits for a person, and the answer.

use std::path::PathBuf;
use std::process::ExitCode;

use agent_core::approval::{ApprovalAnswer, ApprovalFilter, ApprovalRecord, ApprovalState, approved_text};
use agent_core::runtime::{Runtime, rfc3339};
use clap::{Args, Subcommand};
use protocol::payload::Decision;
use protocol::{ErrorCode, Members};
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
    /// Let it happen; what was edited since it was proposed needs the hash that `show` prints
    Approve {
        #[command(flatten)]
        given: Given,
        /// SHA-256 of the text you were shown, or its beginning [default: of what was proposed]
        #[arg(long, value_name = "HASH", value_parser = a_hash)]
        shown: Option<String>,
    },
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
        Some(ApprovalsCommand::Show { id }) => show_one(runtime, &named(runtime, id).await?).await?,
        Some(ApprovalsCommand::Reject(given)) => {
            print_line!("{}", told(&decide(runtime, given, Decision::Rejected, None).await?));
        }
        Some(ApprovalsCommand::Approve { given, shown }) => {
            let approval = decide(runtime, given, Decision::Approved, shown.as_deref()).await?;
            let done = runtime.carried_out(&approval.id).await.map_err(|error| CliError::told(&error))?;
            print_line!("{}", told(&done));
        }
    }
    Ok(())
}

async fn decide(
    runtime: &Runtime,
    given: &Given,
    decision: Decision,
    shown: Option<&str>,
) -> Result<ApprovalRecord, CliError> {
    let approval = named(runtime, &given.id).await?;
    let id = &approval.id;
    let sha256 = match shown {
        Some(beginning) => Some(whole_hash(runtime, id, beginning).await?),
        None => None,
    };
    let decided_by = match &given.by {
        Some(name) => name.clone(),
        None => ["USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok()).ok_or_else(|| {
            CliError::usage("nobody is logged in by a name").hint("say who decides: --by NAME")
        })?,
    };
    let note = given.note.clone();
    let answer = ApprovalAnswer { note, sha256, ..ApprovalAnswer::new(decision, decided_by) };
    runtime.answer_approval(id, answer).await.map_err(|error| match error.code {
        ErrorCode::ApprovalChanged => CliError::failed(error.message.clone()).hint(format!(
            "`csm approvals show {id}` prints it as it is now, and the command that approves exactly that"
        )),
        _ => CliError::told(&error),
    })
}

/// The hash of what lies there now, where it begins as the one that was shown; else what was given, which is refused.
async fn whole_hash(runtime: &Runtime, id: &str, beginning: &str) -> Result<String, CliError> {
    let (_, shown) = runtime.shown(id).await.map_err(|error| CliError::told(&error))?;
    let now = shown.and_then(|shown| shown.sha256()).filter(|now| now.starts_with(beginning));
    Ok(now.unwrap_or_else(|| beginning.to_owned()))
}

/// At least so many digits that nobody finds another text with them by chance.
fn a_hash(text: &str) -> Result<String, String> {
    let text = text.to_ascii_lowercase();
    let fits = (12..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if fits { Ok(text) } else { Err("a hash has 12 to 64 digits from 0 to 9 and a to f".to_owned()) }
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
        print_line!("Nothing waits for approval.");
        return Ok(());
    }
    show::table(
        ["id", "what would happen", "state"],
        approvals.iter().map(|approval| [approval.id.clone(), approval.summary.clone(), told(approval)]),
    );
    if !all {
        print_line!("\nDecide: csm approvals approve ID, or csm approvals reject ID --note WHY");
    }
    Ok(())
}

/// What is decided on, as it stands now: an edited draft is shown as it was edited.
async fn show_one(runtime: &Runtime, approval: &ApprovalRecord) -> Result<(), CliError> {
    print(approval);
    if approval.state != ApprovalState::Pending {
        if let Some(text) = approved_text(approval) {
            print_line!("\nApproved as it had been edited:\n\n{}", text.replace("\r\n", "\n"));
        }
        return Ok(());
    }
    let (_, shown) = runtime.shown(&approval.id).await.map_err(|error| CliError::told(&error))?;
    let (id, Some(shown)) = (&approval.id, shown) else { return Ok(()) };
    match (&shown.text, shown.sha256()) {
        (Some(text), Some(hash)) if shown.is_edited() => {
            print_line!("\n{} was edited since it was proposed. It now reads:\n", shown.path);
            print_line!("{}", text.replace("\r\n", "\n"));
            print_line!("Approve exactly this text: csm approvals approve {id} --shown {}", &hash[..16]);
        }
        (Some(_), Some(_)) => print_line!("\n{} is as it was proposed.", shown.path),
        _ => print_line!("\n{} is not there any more: it can only be rejected.", shown.path),
    }
    Ok(())
}

fn print(approval: &ApprovalRecord) {
    print_line!("{}\n\n{}", approval.summary, told(approval));
    print_line!("asked by session {}", approval.session_id);
    for figure in &approval.figures {
        print_line!("figure: csm explain {figure} --session {} --rows", approval.session_id);
    }
    details(&approval.details);
}

/// What would happen, member by member; a text of several lines stands below its name.
fn details(members: &Members) {
    for (name, value) in members {
        // A text that was edited is shown by itself, as a mail program takes it.
        if name == "text" && members.contains_key("draft") {
            continue;
        }
        match value {
            Value::Object(inner) => details(inner),
            Value::String(text) if text.contains('\n') => print_line!("\n{name}:\n{text}"),
            Value::String(text) => print_line!("{name}: {text}"),
            other => print_line!("{name}: {other}"),
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
        ApprovalState::Withdrawn => format!("withdrawn {}{note}", when(approval.finished_at)),
        ApprovalState::Done => {
            format!("approved by {by}, {}{note}; done: {}", when(approval.decided_at), outcome())
        }
        ApprovalState::Failed => {
            format!("approved by {by}, {}{note}; could not be done: {}", when(approval.decided_at), outcome())
        }
    }
}

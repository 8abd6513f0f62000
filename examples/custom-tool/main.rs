//! A tool added to the customer-success manager without touching `agent-core`.
//!
//! ```sh
//! cargo run --example custom-tool                 # on a copy of examples/lumen
//! cargo run --example custom-tool -- WORKSPACE
//! ```
//!
//! See the page beside this file.

mod business_days;
mod day;
mod planner;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use agent_csm::agent::CustomerSuccessManager;
use protocol::{Members, Request};

use business_days::BusinessDays;
use planner::Planner;

type Fault = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    match run(std::env::args().nth(1).map(PathBuf::from)).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(fault) => {
            eprintln!("custom-tool: {fault}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one session and shows what the tool counted; whether the session completed.
async fn run(workspace: Option<PathBuf>) -> Result<bool, Fault> {
    let temporary = tempfile::tempdir()?;
    let root = match workspace {
        Some(root) => root,
        None => sample(&temporary.path().join("lumen"))?,
    };

    // This is all it takes: the tool, and what uses it.
    let agent = CustomerSuccessManager::open(&root)?.with_tool(Box::new(BusinessDays));
    let runtime = agent.runtime_as(Planner).await?;

    let request = Request::new("custom-tool", "get_customer_context", Members::new());
    let mut session = runtime.open_session(&request).await.map_err(|error| error.message)?;
    let mut completed = false;
    while let Some(message) = session.next().await {
        let message = message.into_members();
        if message.get("_meta").is_some_and(|meta| meta["seq"].is_u64()) {
            let status = message.get("status").or(message.get("response_type"));
            eprintln!("{}", status.and_then(|status| status.as_str()).unwrap_or_default());
            completed = status.is_some_and(|status| status == "completed");
            if let Some(error) = message.get("error") {
                eprintln!("{}\nhint: {}", error["message"], error["hint"]);
            }
        }
    }
    runtime.close().await;
    if completed {
        let path = root.join("out/actions-working-days.csv");
        let text = fs::read_to_string(&path)?;
        let first: Vec<&str> = text.lines().take(8).collect();
        write(&format!("{}:\n{}\n", path.display(), first.join("\n")))?;
    }
    Ok(completed)
}

fn write(text: &str) -> Result<(), Fault> {
    use std::io::Write;
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}

/// A copy of the sample workspace, whose knowledge grants the tool.
fn sample(to: &Path) -> Result<PathBuf, Fault> {
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/lumen"), to)?;
    fs::create_dir_all(to.join("knowledge"))?;
    fs::write(to.join("knowledge/agent.md"), include_str!("agent.md"))?;
    fs::write(to.join("holidays.txt"), include_str!("holidays.txt"))?;
    Ok(to.to_owned())
}

fn copy(from: &Path, to: &Path) -> Result<(), Fault> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if [".csm", "out", "plans", "knowledge"].iter().any(|own| entry.file_name() == *own) {
            continue;
        }
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

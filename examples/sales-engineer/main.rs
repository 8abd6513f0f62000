//! The sales-engineer: turns expansion briefs that another agent hands over into sized proposal outlines.
//!
//! ```sh
//! cargo run --example sales-engineer -- --listen 127.0.0.1:7802 --workspace se --token-file se.token
//! cargo run --example sales-engineer -- --stdio --workspace se
//! ```
//!
//! It stands on `agent-core` alone. See the page beside this file.

#[path = "../shared/mod.rs"]
mod shared;

mod brief;
mod figures;
mod page;
mod policy;
mod size;

use std::collections::BTreeMap;
use std::process::ExitCode;

use agent_core::agent::{Agent, Answer, Completion, Failure, Pin};
use agent_core::definition::AgentDefinition;
use agent_core::session::{AskContext, Outcome, Placed, Placing, SessionContext};
use async_trait::async_trait;
use protocol::{ContextResponse, Deliverable, Delivery, ErrorCode, Request, Status, StatusMessage};

use brief::Brief;
use policy::Policy;
use shared::handed::Handed;

const NAME: &str = "sales-engineer";
/// Outlines for accounts that may grow.
const PROPOSALS: &str = "out/proposals.md";
/// Outlines for a request that several accounts made.
const FOR_REQUESTS: &str = "out/proposals-for-requests.md";

struct SalesEngineer {
    definition: AgentDefinition,
}

fn briefs(handed: &Handed, policy: Option<&Policy>) -> Vec<Brief> {
    handed.items.iter().map(|item| Brief::of(item, handed, policy)).collect()
}

#[async_trait]
impl Agent for SalesEngineer {
    fn definition(&self) -> &AgentDefinition {
        &self.definition
    }

    fn request_type(&self) -> &str {
        "get_sales_context"
    }

    fn response_type(&self) -> &str {
        "sales_context"
    }

    async fn pin(&self, request: &Request, cx: &AskContext) -> Result<Pin, Failure> {
        Handed::read(request)?;
        let policy = Policy::read(cx).await?.map(|(_, sha256)| sha256).unwrap_or_default();
        Ok(Handed::pin(request, BTreeMap::from([("policy".to_owned(), policy)])))
    }

    async fn answer(&self, request: &Request, _: &Pin, cx: &AskContext) -> Result<Answer, Failure> {
        let policy = Policy::read(cx).await?.map(|(policy, _)| policy);
        Ok(Answer::new(page::context(&briefs(&Handed::read(request)?, policy.as_ref()))))
    }

    async fn read(&self, request: &Request, _: &AskContext) -> Result<Answer, Failure> {
        let message = format!("`{}` is not served", request.request_type());
        Err(Failure::new(ErrorCode::UnknownRequestType, message))
    }

    async fn work(&self, request: &Request, pin: &Pin, cx: &SessionContext) -> Result<Completion, Failure> {
        let handed = Handed::read(request)?;

        let analysis = cx.phase("analysis", Status::Analyzing);
        let (briefs, policy) = analysis
            .step("size", &pin.hash, |cx| async move {
                let policy = Policy::read(&cx).await?.map(|(policy, _)| policy);
                let briefs = briefs(&handed, policy.as_ref());
                let figures = figures::of(&briefs, &handed.figures, &handed.as_of(), &cx).await?;
                let answer = ContextResponse::new(NAME, "sales_context", page::context(&briefs))
                    .with_meta(page::evidence(&briefs));
                let said = StatusMessage::progress(NAME, Status::Analyzing, page::progress(&briefs))
                    .with_message(&page::sentence(&briefs));
                Ok(Outcome::new((briefs, policy)).figures(figures).say(answer).say(said))
            })
            .await?;

        let implementation = cx.phase("implementation", Status::Managing);
        let from = request.requesting_agent();
        let path = if briefs.iter().any(|brief| brief.is_request) { FOR_REQUESTS } else { PROPOSALS };
        let text = page::markdown(&briefs, from, policy.as_ref());
        let placed = implementation
            .step("proposals", &text, |cx| async {
                let cx = cx;
                let placed = cx.place(path, &text, Placing::SetAside).await?;
                let mut progress = page::progress(&briefs);
                progress.insert("written".to_owned(), path.into());
                let said = StatusMessage::progress(NAME, Status::Managing, progress)
                    .with_message(&format!("wrote {path}"));
                Ok(Outcome::new(placed).say(said))
            })
            .await?;

        let mut delivery = Delivery::new(page::sentence(&briefs));
        delivery.progress = page::progress(&briefs);
        let file = Deliverable::new(path, "Proposal outlines").with_kind("proposals");
        delivery.deliverables.push(match placed {
            Placed::SetAside { to } => file.with_note(format!("what a person wrote there is kept as {to}")),
            _ => file,
        });
        Ok(Completion::from(delivery).with_meta(page::evidence(&briefs)))
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match AgentDefinition::parse(include_str!("sales-engineer.md"), "sales-engineer.md") {
        Ok((definition, _)) => shared::serve::main(SalesEngineer { definition }).await,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

//! The customer-success manager, and one step more: by which working day each action is due.

use agent_core::agent::{Agent, Answer, Completion, Failure, Pin};
use agent_core::approval::ApprovalRecord;
use agent_core::definition::AgentDefinition;
use agent_core::session::{AskContext, Outcome, Placing, SessionContext};
use agent_core::tool::{Read, ReadInput, ToolError};
use agent_csm::agent::CustomerSuccessManager;
use async_trait::async_trait;
use protocol::{Deliverable, ErrorCode, Figure, Members, Request, WireError};

use crate::business_days::{BusinessDays, BusinessDaysInput, Span};

const ACTIONS: &str = "out/actions.csv";
const FILE: &str = "out/actions-working-days.csv";

/// Does all the other agent does, then counts.
pub(crate) struct Planner(pub(crate) CustomerSuccessManager);

#[async_trait]
impl Agent for Planner {
    fn definition(&self) -> &AgentDefinition {
        self.0.definition()
    }

    fn request_type(&self) -> &str {
        self.0.request_type()
    }

    fn response_type(&self) -> &str {
        self.0.response_type()
    }

    fn reads(&self) -> &[&str] {
        self.0.reads()
    }

    fn is_question(&self, request: &Request) -> Result<bool, WireError> {
        self.0.is_question(request)
    }

    /// What this adds depends on the list of holidays, so it belongs to what the session depends on.
    async fn pin(&self, request: &Request, cx: &AskContext) -> Result<Pin, Failure> {
        let mut parts = self.0.pin(request, cx).await?.parts;
        let holidays = match cx.tools().run::<Read>(ReadInput::new("holidays.txt").limit(1)).await {
            Ok(list) => list.sha256,
            Err(ToolError::NotFound { .. }) => String::new(),
            Err(error) => return Err(error.into()),
        };
        parts.insert("holidays".to_owned(), holidays);
        Ok(Pin::of(parts))
    }

    async fn answer(&self, request: &Request, pin: &Pin, cx: &AskContext) -> Result<Answer, Failure> {
        self.0.answer(request, pin, cx).await
    }

    async fn work(&self, request: &Request, pin: &Pin, cx: &SessionContext) -> Result<Completion, Failure> {
        let mut completion = self.0.work(request, pin, cx).await?;
        let actions = whole(ACTIONS, cx).await?;
        cx.step("working days", &actions, |cx| async {
            let (cx, table) = (cx, read(&actions)?);
            let spans = table.iter().map(|row| Span { from: row.opened_on.clone(), to: row.due.clone() });
            let input = BusinessDaysInput { spans: spans.collect() };
            let output = cx.tools().run::<BusinessDays>(input).await?;
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer
                .write_record(["key", "account", "owner", "due", "working_days", "work_by"])
                .map_err(fault)?;
            for (row, counted) in table.iter().zip(&output.counted) {
                let days = counted.working_days.to_string();
                let record = [&row.key, &row.account, &row.owner, &row.due, &days, &counted.work_by];
                writer.write_record(record).map_err(fault)?;
            }
            let bytes = writer.into_inner().map_err(fault)?;
            let text = String::from_utf8(bytes).map_err(fault)?;
            cx.place(FILE, &text, Placing::SetAside).await?;
            Ok(Outcome::new(()))
        })
        .await?;
        completion.delivery.deliverables.push(Deliverable::new(FILE, "Actions by working day"));
        Ok(completion)
    }

    async fn read(&self, request: &Request, cx: &AskContext) -> Result<Answer, Failure> {
        self.0.read(request, cx).await
    }

    fn asks(&self) -> &[&str] {
        self.0.asks()
    }

    async fn carry_out(&self, approval: &ApprovalRecord, cx: &AskContext) -> Result<Members, Failure> {
        self.0.carry_out(approval, cx).await
    }

    fn rows(&self, figure: &Figure, bytes: &[u8], limit: usize) -> Option<Vec<Members>> {
        self.0.rows(figure, bytes, limit)
    }

    fn definition_text(&self, figure: &Figure) -> Option<String> {
        self.0.definition_text(figure)
    }
}

/// What is used of a row of the action queue.
struct Action {
    key: String,
    account: String,
    owner: String,
    opened_on: String,
    due: String,
}

fn read(text: &str) -> Result<Vec<Action>, Failure> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().map_err(fault)?.clone();
    let column = |name: &str| {
        let at = head.iter().position(|column| column == name);
        at.ok_or_else(|| Failure::bug(format!("`{ACTIONS}` has no column `{name}`")))
    };
    let (key, account, owner) = (column("key")?, column("account")?, column("owner")?);
    let (opened_on, due) = (column("opened_on")?, column("due")?);
    let mut actions = Vec::new();
    for record in reader.records() {
        let record = record.map_err(fault)?;
        let text = |at: usize| record.get(at).unwrap_or_default().to_owned();
        actions.push(Action {
            key: text(key),
            account: text(account),
            owner: text(owner),
            opened_on: text(opened_on),
            due: text(due),
        });
    }
    Ok(actions)
}

/// A file in full, read in parts.
async fn whole(path: &str, cx: &AskContext) -> Result<String, Failure> {
    let (mut text, mut next) = (String::new(), Some(1));
    while let Some(line) = next {
        let page = cx.tools().run::<Read>(ReadInput::new(path).offset(line)).await?;
        text.push_str(&page.text);
        next = page.next_offset;
    }
    Ok(text)
}

fn fault(error: impl std::fmt::Display) -> Failure {
    Failure::new(ErrorCode::Internal, format!("`{ACTIONS}` cannot be worked with: {error}"))
}

use std::sync::Arc;

use protocol::reply::{AgentDescription, ServedType, SessionState as State, Sessions, payload_of};
use protocol::verb::Served;
use protocol::{Request, Status, Verb, payload};
use serde_json::Value;

use super::host::Inner;
use super::requests::Out;
use crate::agent::{Answer, Failure};
use crate::store::SessionRecord;

/// How many sessions are listed when nobody says.
const LISTED: u64 = 100;

impl Inner {
    /// Serves a verb that every agent has.
    pub(super) async fn serve_verb(
        self: &Arc<Self>,
        verb: Verb,
        request: &Request,
        out: &Out,
    ) -> Result<(), Failure> {
        let answer = match verb {
            Verb::CancelSession => self.cancel_session(request).await?,
            Verb::ResumeSession => return self.resume_session(request, out).await,
            Verb::AnswerApproval => self.serve_answer(request).await?,
            Verb::ListApprovals => self.list_approvals(request).await?,
            Verb::OfferContext => self.offered(request)?,
            Verb::PublishContext => self.publish_context(request).await?,
            Verb::ExplainFigure => self.explain_figure(request).await?,
            Verb::ListSessions => self.list_sessions(request).await?,
            Verb::DescribeAgent => self.describe(request)?,
            Verb::GetSubjectContext => {
                return Err(Failure::bug(format!("`{}` is not the runtime's to serve", verb.name())));
            }
        };
        let _ = out.send(self.answered(request, verb.answer(), answer)).await;
        Ok(())
    }

    async fn list_sessions(&self, request: &Request) -> Result<Answer, Failure> {
        let asked: payload::ListSessions = request.payload_as()?;
        let limit = usize::try_from(asked.limit.unwrap_or(LISTED)).unwrap_or(usize::MAX);
        let mut listed = Vec::new();
        for record in &self.ground.store.sessions(&self.ground.tenant, limit).await? {
            let mut state = self.state_of(record).await?;
            state.opened_at = Some(self.time(record.opened_at));
            let of_request = |member: &str| Some(record.request.get(member)?.as_str()?.to_owned());
            state.requesting_agent = of_request("requesting_agent");
            state.request_type = of_request("request_type");
            listed.push(state);
        }
        Ok(Answer::new(payload_of(&Sessions::new(listed))))
    }

    /// Where a session is, by its newest message.
    pub(super) async fn state_of(&self, record: &SessionRecord) -> Result<State, Failure> {
        let newest = self.ground.store.last_message(&record.id).await?;
        let seq = newest.as_ref().map_or(0, |entry| entry.seq);
        let newest: Value =
            newest.and_then(|entry| serde_json::from_str(&entry.message).ok()).unwrap_or_default();
        // The first message is the context, which has no status: the session is open and no more.
        let status = newest.get("status").and_then(Value::as_str).unwrap_or("open");
        let mut state =
            State::new(record.id.as_str(), Status::from(status), u64::try_from(seq).unwrap_or_default());
        let superseded_by = newest.get("_meta").and_then(|meta| meta.get("superseded_by"));
        state.superseded_by = superseded_by.and_then(Value::as_str).map(str::to_owned);
        Ok(state)
    }

    fn describe(&self, request: &Request) -> Result<Answer, Failure> {
        let asked: payload::DescribeAgent = request.payload_as()?;
        if let Some(types) = asked.context_types {
            self.take_offer(types);
        }
        let definition = self.agent.definition();
        let mut about =
            AgentDescription::new(&self.name, definition.description.as_str(), env!("CARGO_PKG_VERSION"));
        let mut own = ServedType::new(
            self.agent.request_type(),
            self.agent.response_type(),
            "Opens a session; with no phases it is a question.",
        );
        own.opens_session = true;
        about.request_types.push(own);
        for read in self.agent.reads() {
            let kind = protocol::RequestType::from(*read);
            let says = Verb::named(read).map_or("Reads, and writes nothing.", Verb::says);
            about.request_types.push(ServedType::new(*read, kind.answer().unwrap_or(read), says));
        }
        for verb in Verb::ALL.iter().filter(|verb| verb.served() == Served::Runtime) {
            about.request_types.push(ServedType::new(verb.name(), verb.answer(), verb.says()));
        }
        about.asks = self.agent.asks().iter().map(|name| (*name).to_owned()).collect();
        about.tools = self.tools.list().into_iter().map(|tool| tool.name).collect();
        Ok(Answer::new(payload_of(&about)))
    }
}

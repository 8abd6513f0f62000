use protocol::reply::{
    AgentDescription, ContextOffer, PublishedContext, PublishedContexts, ServedType, SessionState as State,
    Sessions, payload_of,
};
use protocol::verb::Served;
use protocol::{ErrorCode, Request, Status, Verb, WireError, payload};
use serde_json::Value;

use super::host::Inner;
use super::requests::Out;
use crate::agent::{Answer, Failure};
use crate::context::ContextEntry;
use crate::store::SessionRecord;

/// How many sessions are listed when nobody says.
const LISTED: u64 = 100;

impl Inner {
    /// Serves a verb that every agent has.
    pub(super) async fn serve_verb(&self, verb: Verb, request: &Request, out: &Out) -> Result<(), Failure> {
        let answer = match verb {
            Verb::CancelSession => self.cancel_session(request).await?,
            Verb::ResumeSession => return self.resume_session(request, out).await,
            Verb::AnswerApproval => return Err(no_approval(request)?),
            Verb::OfferContext => offered(request)?,
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

    pub(super) async fn reply_published(&self, request: &Request, entries: Vec<ContextEntry>, out: &Out) {
        let published = entries.into_iter().map(|entry| self.published_entry(entry, true)).collect();
        let answer = Answer::new(payload_of(&PublishedContexts::new(published)));
        let response_type = request.kind().answer().unwrap_or(request.request_type()).to_owned();
        let _ = out.send(self.answered(request, &response_type, answer)).await;
    }

    async fn publish_context(&self, request: &Request) -> Result<Answer, Failure> {
        let published: payload::PublishContext = request.payload_as()?;
        let name = &published.context_type;
        if *name == self.agent.request_type() {
            let message = format!("`{name}` is answered by the agent itself");
            return Err(WireError::new(ErrorCode::Forbidden, message)
                .with_hint("publish under another name")
                .into());
        }
        let content = Value::Object(published.content);
        let entry = self.ground.context.publish(name, request.requesting_agent(), content, None).await?;
        Ok(Answer::new(payload_of(&self.published_entry(entry, false))))
    }

    fn published_entry(&self, entry: ContextEntry, whole: bool) -> PublishedContext {
        let mut published = PublishedContext::new(entry.context_type, entry.author, self.time(entry.at));
        if let Value::Object(content) = entry.payload
            && whole
        {
            published.content = Some(content);
        }
        published
    }

    async fn list_sessions(&self, request: &Request) -> Result<Answer, Failure> {
        let asked: payload::ListSessions = request.payload_as()?;
        let limit = usize::try_from(asked.limit.unwrap_or(LISTED)).unwrap_or(usize::MAX);
        let mut listed = Vec::new();
        for record in self.ground.store.sessions(&self.ground.tenant).await?.iter().take(limit) {
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
        let seq = self.ground.store.last_seq(&record.id).await?;
        let newest = self.ground.store.outbox(&record.id, seq - 1).await?.pop();
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
        let _: payload::DescribeAgent = request.payload_as()?;
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
        about.tools = self.tools.list().into_iter().map(|tool| tool.name).collect();
        Ok(Answer::new(payload_of(&about)))
    }
}

/// No offer is taken up yet: the agent's own context manager answers, which the reply says.
fn offered(request: &Request) -> Result<Answer, Failure> {
    let _: payload::OfferContext = request.payload_as()?;
    let mut reply = payload_of(&ContextOffer::new(Vec::new()));
    reply.insert(
        "note".to_owned(),
        "none of them will be asked for: the agent's own context manager answers".into(),
    );
    Ok(Answer::new(reply))
}

/// Nothing waits for a decision yet, so no approval is known.
fn no_approval(request: &Request) -> Result<Failure, Failure> {
    let asked: payload::AnswerApproval = request.payload_as()?;
    let message = format!("no approval `{}` is waiting for a decision", asked.approval_id);
    Ok(Failure::new(ErrorCode::ApprovalUnknown, message))
}

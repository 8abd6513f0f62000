use std::time::Duration;

use protocol::reply::{ContextOffer, PublishedContext, PublishedContexts, payload_of};
use protocol::{ErrorCode, Request, RequestType, WireError, payload};
use serde_json::Value;

use super::clock::rfc3339;
use super::host::Inner;
use super::requests::Out;
use crate::agent::{Answer, Failure};
use crate::context::{Asker, CONTENT_CAP, ContextEntry, ContextsFound};

/// Longest name of a type or of an author, in bytes.
const NAME: usize = 200;

impl Inner {
    /// What agents published under the request's type; `None` when nobody did.
    pub(super) async fn found(&self, request: &Request) -> Result<Option<ContextsFound>, Failure> {
        let limit = request.limit()?.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
        let found = self.ground.context.find(request.request_type(), request.history()?, limit).await?;
        Ok((!found.entries.is_empty() || found.left_out > 0).then_some(found))
    }

    pub(super) async fn reply_published(&self, request: &Request, found: ContextsFound, out: &Out) {
        let published = found.entries.into_iter().map(|entry| published_entry(entry, true)).collect();
        let mut reply = PublishedContexts::new(published);
        reply.left_out = (found.left_out > 0).then_some(found.left_out);
        let answer = Answer::new(payload_of(&reply));
        let response_type = request.kind().answer().unwrap_or(request.request_type()).to_owned();
        let _ = out.send(self.answered(request, &response_type, answer)).await;
    }

    /// Serves `publish_context`.
    pub(super) async fn publish_context(&self, request: &Request) -> Result<Answer, Failure> {
        let published: payload::PublishContext = request.payload_as()?;
        let (name, author) = (published.context_type.as_str(), request.requesting_agent());
        self.check_type(name)?;
        let content = Value::Object(published.content);
        let sizes = [
            ("context_type", name.len(), NAME),
            ("requesting_agent", author.len(), NAME),
            ("content", content.to_string().len(), CONTENT_CAP),
        ];
        if let Some((member, size, most)) = sizes.into_iter().find(|(_, size, most)| size > most) {
            let message = format!("`{member}` has {size} bytes, at most {most} are kept");
            return Err(Failure::new(ErrorCode::InvalidRequest, message)
                .with_hint("publish what others need to know; put data in the workspace and name it"));
        }
        if published.expires_in_seconds == Some(0) {
            let message = "`payload.expires_in_seconds` must be at least 1";
            return Err(Failure::new(ErrorCode::InvalidRequest, message));
        }
        let lasts = published.expires_in_seconds.map(Duration::from_secs);
        let entry = self.ground.context.publish(name, author, content, lasts).await?;
        Ok(Answer::new(payload_of(&published_entry(entry, false))))
    }

    /// Only what can be asked for is kept.
    fn check_type(&self, name: &str) -> Result<(), Failure> {
        if name == self.agent.request_type() || self.agent.reads().contains(&name) {
            let message = format!("`{name}` is answered by the agent itself");
            return Err(WireError::new(ErrorCode::Forbidden, message)
                .with_hint("publish under another name")
                .into());
        }
        match RequestType::from(name) {
            RequestType::Context(_) => Ok(()),
            _ => {
                let name: String = name.chars().take(NAME).collect();
                let message = format!("`{name}` is no type of context that could be asked for");
                Err(Failure::new(ErrorCode::InvalidRequest, message)
                    .with_hint("name it `get_<something>_context`"))
            }
        }
    }

    /// Serves `offer_context`: of what is offered, what the agent asks for goes to this connection from now on.
    pub(super) fn offered(&self, request: &Request) -> Result<Answer, Failure> {
        let offer: payload::OfferContext = request.payload_as()?;
        let used = self.take_offer(offer.context_types);
        Ok(Answer::new(payload_of(&ContextOffer::new(used))))
    }

    /// Marks the connection, if there is one, and says what it will be asked for.
    pub(super) fn take_offer(&self, types: Vec<String>) -> Vec<String> {
        let Some(asker) = Asker::current() else { return Vec::new() };
        let asks = self.agent.asks();
        let mut used: Vec<String> = types.into_iter().filter(|name| asks.contains(&name.as_str())).collect();
        used.sort();
        used.dedup();
        asker.offer(used.iter().cloned());
        used
    }
}

fn published_entry(entry: ContextEntry, whole: bool) -> PublishedContext {
    let mut published = PublishedContext::new(entry.context_type, entry.author, rfc3339(entry.at));
    published.expires_at = entry.expires.map(rfc3339);
    if let Value::Object(content) = entry.payload
        && whole
    {
        published.content = Some(content);
    }
    published
}

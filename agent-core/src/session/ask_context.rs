use std::sync::Arc;

use protocol::{Members, Meta, Request};
use serde_json::Value;

use super::context::SessionContext;
use super::outcome::Outcome;
use crate::agent::Failure;
use crate::context::{Asked, Asker, Claim, ContextEntry, ContextSource};
use crate::runtime::rfc3339;
use crate::store::sha256_hex;

impl SessionContext {
    /// Asks for a context, once: whoever offered to answer on the connection that the session was opened or
    /// resumed from, else, or when no usable reply comes in time, the embedded context manager.
    ///
    /// A durable step: a resumed session goes on with the answer it had. What is answered is data with an author.
    pub async fn ask_context(&self, request_type: &str, query: &str) -> Result<Asked, Failure> {
        let key = format!("ask/{request_type}/{}", &sha256_hex(query.as_bytes())[..8]);
        self.step(&key, &(request_type, query), |cx| async {
            let cx = cx;
            let at = rfc3339(cx.ground.clock.now_micros());
            let (used, why, claims) = match cx.ask_orchestrator(request_type, query, &key).await? {
                Ok(claim) => {
                    let why = format!("`{}` offered to answer, and did", claim.by);
                    (ContextSource::Orchestrator, why, vec![claim])
                }
                Err(why) => {
                    let published = cx.ground.context.ask(request_type).await?;
                    (ContextSource::Embedded, why, published.into_iter().map(claimed).collect())
                }
            };
            Ok(Outcome::new(Asked { used, why, at, claims }))
        })
        .await
    }

    /// The claim of whoever offered, or why there is none.
    async fn ask_orchestrator(
        &self,
        request_type: &str,
        query: &str,
        key: &str,
    ) -> Result<Result<Claim, String>, Failure> {
        let asker: Option<&Arc<Asker>> = self.inner.asker.as_ref();
        let Some(asker) = asker.filter(|asker| asker.offers(request_type)) else {
            return Ok(Err(format!("nobody offered to answer `{request_type}` on the session's connection")));
        };
        let agent = self.agent_name();
        let id = format!("{}/{key}", self.id());
        // Its own name in the trace: a question that would be passed back to it is refused as a loop.
        let meta = Meta::new().with_request_id(&id).with_trace([agent]);
        let question = Request::asking(agent, request_type, query).with_meta(meta);
        let said = tokio::select! {
            () = self.cancelled().cancelled() => return Err(Failure::cancelled()),
            said = asker.ask(question, &id, self.ground.context_deadline) => said,
        };
        let at = rfc3339(self.ground.clock.now_micros());
        Ok(said.map(|(by, payload)| Claim { by, at, payload }))
    }
}

fn claimed(entry: ContextEntry) -> Claim {
    let payload = match entry.payload {
        Value::Object(payload) => payload,
        // What was published over the wire is an object; an agent in the process may keep anything.
        other => Members::from_iter([("content".to_owned(), other)]),
    };
    Claim { by: entry.author, at: rfc3339(entry.at), payload }
}

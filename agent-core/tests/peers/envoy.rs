//! An agent that leaves a note, hands errands to others, and leaves a second note.

use agent_core::agent::{Agent, Answer, Completion, Failure, Pin};
use agent_core::definition::AgentDefinition;
use agent_core::peer::HandOff;
use agent_core::session::{AskContext, Outcome, Placing, SessionContext};
use async_trait::async_trait;
use protocol::{
    Definition, Delivery, Figure, FigureId, FigureStatus, Incoming, Members, Request, Scope, Status,
    StatusMessage, Unit,
};
use serde_json::{Value, json};

pub(crate) struct Envoy {
    definition: AgentDefinition,
}

impl Envoy {
    pub(crate) fn new(name: &str) -> Self {
        let text = format!("---\nname: {name}\ndescription: Runs errands.\ntools: Read, Write\n---\nGo.\n");
        Self { definition: AgentDefinition::parse(&text, "envoy.md").unwrap().0 }
    }
}

/// The one figure that goes with every errand.
pub(crate) fn figure() -> Figure {
    Figure {
        id: FigureId::from("figure:pages"),
        metric: "pages".to_owned(),
        title: "Pages".to_owned(),
        scope: Scope::all(),
        value: Some(7.into()),
        shown: "7".to_owned(),
        unit: Unit::Count,
        currency: None,
        n: 7,
        window: None,
        as_of: "2026-01-31".to_owned(),
        status: FigureStatus::Known,
        target: None,
        reason: None,
        implausible: None,
        definition: Definition {
            file: "pages.txt".to_owned(),
            sha256: "ab".repeat(32),
            value: "n".to_owned(),
            population: None,
        },
        evidence: None,
    }
}

#[async_trait]
impl Agent for Envoy {
    fn definition(&self) -> &AgentDefinition {
        &self.definition
    }

    fn request_type(&self) -> &str {
        "get_errand_context"
    }

    fn response_type(&self) -> &str {
        "errand_context"
    }

    async fn pin(&self, _: &Request, cx: &AskContext) -> Result<Pin, Failure> {
        let peers = cx.peers().await?.sha256().unwrap_or_default().to_owned();
        Ok(Pin::of([("peers".to_owned(), peers)].into()))
    }

    async fn answer(&self, _: &Request, _: &Pin, _: &AskContext) -> Result<Answer, Failure> {
        Ok(Answer::new(Members::new()))
    }

    async fn read(&self, _: &Request, _: &AskContext) -> Result<Answer, Failure> {
        Ok(Answer::new(Members::new()))
    }

    /// `payload.errands` names the peers, `payload.then` those who come after them; for those in `payload.filed` the hand-off lies as a file too.
    /// `payload.pass_on` names those that the peers hand it on to, `payload.words` makes it longer, `payload.leave` names further notes to leave.
    async fn work(&self, request: &Request, _: &Pin, cx: &SessionContext) -> Result<Completion, Failure> {
        let named = |member: &str| -> Vec<String> {
            let names = request.payload_member(member).and_then(Value::as_array).cloned().unwrap_or_default();
            names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
        };
        let cx = &cx.phase("errands", Status::Managing);
        leave(cx, &self.definition.name, "out/before.md").await?;
        let filed = named("filed");
        let pass_on = named("pass_on");
        let words = request.payload_member("words").and_then(Value::as_u64).unwrap_or_default();
        let words = usize::try_from(words).unwrap();
        let errand = |peer: String| {
            let mut payload = Members::new();
            payload.insert("query".to_owned(), format!("Please bind this, {peer}.").into());
            if !pass_on.is_empty() {
                payload.insert("errands".to_owned(), json!(pass_on));
            }
            if words > 0 {
                payload.insert("words".to_owned(), "w".repeat(words).into());
            }
            let handoff = HandOff::new(&peer, "get_binding_context", "A book to bind", payload);
            let handoff = handoff.with_figures([figure()]);
            let path = filed.contains(&peer).then(|| format!("out/{peer}.json"));
            let handoff = match path {
                Some(path) => handoff.with_path(path),
                None => handoff,
            };
            (format!("handoff/{peer}"), handoff)
        };
        let mut came = cx.hand_off_all(named("errands").into_iter().map(errand).collect()).await?;
        came.extend(cx.hand_off_all(named("then").into_iter().map(errand).collect()).await?);
        leave(cx, &self.definition.name, "out/after.md").await?;
        for path in named("leave") {
            leave(cx, &self.definition.name, &path).await?;
        }
        let mut delivery = Delivery::new("The errands are run.");
        for handoff in &came {
            let words = cx.reply_of(handoff).await?;
            let words: Vec<Value> = words.iter().map(word).collect();
            delivery.progress.insert(handoff.peer.clone(), words.into());
        }
        delivery.handoffs = came;
        Ok(delivery.into())
    }
}

async fn leave(cx: &SessionContext, agent: &str, path: &str) -> Result<(), Failure> {
    cx.step(path, path, |cx| async move {
        cx.place(path, "A note.", Placing::SetAside).await?;
        Ok(Outcome::new(()).say(StatusMessage::progress(agent, Status::Managing, json!({ "left": path }))))
    })
    .await
}

fn word(message: &Incoming) -> Value {
    match message {
        Incoming::Status(status) => status.status().as_str().into(),
        Incoming::Response(response) => response.response_type().into(),
        Incoming::Request(_) | Incoming::Error(_) => "other".into(),
    }
}

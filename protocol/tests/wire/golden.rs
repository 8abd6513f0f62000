//! One line of each message: what it is read as, what it is built from, and that both are the same.

use protocol::payload::{
    AnswerApproval, ApprovalState, CancelSession, Decision, DescribeAgent, ExplainFigure, GetSubjectContext,
    ListApprovals, ListSessions, OfferContext, PublishContext, ResumeSession,
};
use protocol::reply::{
    AgentDescription, AnsweredApproval, Approvals, ContextOffer, OpenedFigure, PublishedContext,
    PublishedContexts, RecordedApproval, ServedType, SessionState, Sessions,
};
use protocol::{
    Approval, ContextResponse, DEFAULT_LINE_LIMIT, Definition, Deliverable, Delivery, ErrorCode,
    ErrorMessage, Evidence, Figure, FigureId, FigureStatus, Handoff, HandoffOutcome, Members, Message, Meta,
    Request, Scope, Status, StatusMessage, Target, Unit, Verb, Window, WireError, decode_line, encode,
};
use serde_json::{Value, json};

use crate::support::{golden, golden_names};

const CSM: &str = "customer-success-manager";

#[test]
fn every_golden_line_is_what_its_parts_make_it() {
    let mut seen: Vec<String> = Vec::new();
    for (name, built) in requests().into_iter().chain(responses()).chain(statuses()) {
        let line = golden(name);
        assert_eq!(encode(&built), line, "{name}: written");
        let read = decode_line(line.as_bytes(), DEFAULT_LINE_LIMIT).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(read, built, "{name}: read");
        assert_eq!(encode(&read), line, "{name}: written back");
        assert_eq!(serde_json::from_str::<Message>(&line).unwrap(), built, "{name}: through serde");
        seen.push(name.to_owned());
    }
    seen.sort();
    assert_eq!(seen, golden_names(), "each golden file has a builder");
}

#[test]
fn a_delivery_comes_back_whole() {
    let read = decode_line(golden("completed").as_bytes(), DEFAULT_LINE_LIMIT).unwrap();
    let Message::Status(status) = &read else { panic!("a status message") };
    assert_eq!(status.delivery().unwrap(), delivery());
    assert!(read.is_terminal());
}

#[test]
fn an_error_comes_back_whole() {
    let read = decode_line(golden("failed").as_bytes(), DEFAULT_LINE_LIMIT).unwrap();
    let Message::Status(status) = read else { panic!("a status message") };
    let error = status.error().unwrap();
    assert_eq!((error.code, error.retryable), (ErrorCode::DatasetInvalid, false));
    assert_eq!(
        error.to_string(),
        "DATASET_INVALID: `subscriptions.csv`, line 4: `mrr` is not a number: twelve"
    );
}

#[test]
fn a_request_gives_what_it_carries() {
    let read = decode_line(golden("work_request").as_bytes(), DEFAULT_LINE_LIMIT).unwrap();
    let Message::Request(request) = read else { panic!("a request") };
    assert_eq!(request.requesting_agent(), "orchestrator");
    assert_eq!(request.kind().answer(), Some("customer_context"));
    assert_eq!(request.query(), Ok(Some("How is the book?")));
    assert_eq!(request.phases(), Ok(Some(vec!["analysis", "growth"])));
    assert_eq!(request.as_of(), Ok(Some("2025-06-30")));
    assert_eq!(request.accounts(), Ok(Some(vec!["A-1", "A-2"])));
    assert_eq!(request.workspace(), Ok(Some("lumen")));
    assert_eq!(request.idempotency_key(), Ok(Some("monday")));
    assert_eq!(request.session_id(), Ok(Some("s-1")));
    assert_eq!(request.after_seq(), Ok(None));
}

#[test]
fn a_payload_member_of_the_wrong_type_is_named() {
    let request = Request::asking("orchestrator", "get_customer_context", "?");
    let phases = request.clone().with_payload("phases", json!(["analysis", 2])).phases().unwrap_err();
    assert_eq!(phases.code, ErrorCode::InvalidRequest);
    assert_eq!(phases.message, "`payload.phases` must be an array of strings, found an array");
    let seq = request.with_payload("after_seq", -1).after_seq().unwrap_err();
    assert_eq!(seq.message, "`payload.after_seq` must be a whole number from 0, found a number");

    let answer = Request::new("orchestrator", "answer_approval", members(json!({"approval_id": "a-1"})));
    let missing = answer.payload_as::<AnswerApproval>().unwrap_err();
    assert_eq!(missing.message, "`payload` of `answer_approval`: missing field `decision`");
}

#[test]
fn two_requests_have_one_body_when_only_order_and_meta_differ() {
    let one = Request::new("a", "get_x_context", members(json!({"query": "q", "options": {"b": 1, "a": 2}})));
    let two = Request::new("b", "get_x_context", members(json!({"options": {"a": 2, "b": 1}, "query": "q"})))
        .with_meta(Meta::new().with_request_id("r-9"));
    let other = one.clone().with_payload("query", "p");
    assert_eq!(one.body(), two.body());
    assert_ne!(one.body(), other.body());
}

fn members(value: Value) -> Members {
    value.as_object().unwrap().clone()
}

fn requests() -> Vec<(&'static str, Message)> {
    let asked = |id: &str| Meta::new().with_request_id(id);
    let mut cancel = CancelSession::default();
    cancel.session_id = Some("s-1".to_owned());
    cancel.reason = Some("wrong month".to_owned());
    let mut resume = ResumeSession::default();
    resume.session_id = Some("s-1".to_owned());
    resume.after_seq = Some(4);
    let mut answer = AnswerApproval::new("a-1", Decision::Approved);
    answer.decided_by = Some("Ida".to_owned());
    let mut subject = GetSubjectContext::new("A-1");
    subject.as_of = Some("2025-06-30".to_owned());
    let mut explain = ExplainFigure::new(FigureId::from("churn_rate@segment=SMB"));
    explain.session_id = Some("s-1".to_owned());
    explain.rows = Some(2);
    let mut list = ListSessions::default();
    list.limit = Some(10);
    let mut describe = DescribeAgent::default();
    describe.context_types = Some(vec!["get_customer_context".to_owned()]);
    let mut publish =
        PublishContext::new("get_product_context", members(json!({"vision": "fewer clicks", "releases": 3})));
    publish.expires_in_seconds = Some(3600);
    let mut approvals = ListApprovals::default();
    approvals.state = Some(ApprovalState::Pending);
    approvals.limit = Some(10);
    let rows = [
        (
            "seed_query",
            Request::asking(
                CSM,
                "get_customer_context",
                "Customer context needed: account segments, product usage, health metrics, churn risks, \
                 growth opportunities, and success goals.",
            ),
        ),
        (
            "work_request",
            Request::asking("orchestrator", "get_customer_context", "How is the book?")
                .with_payload("phases", vec!["analysis", "growth"])
                .with_payload("as_of", "2025-06-30")
                .with_payload("accounts", vec!["A-1", "A-2"])
                .with_payload("workspace", "lumen")
                .with_payload("idempotency_key", "monday")
                .with_meta(Meta::new().with_session_id("s-1").with_request_id("r-1")),
        ),
        (
            "question",
            Request::asking("product-manager", "get_customer_context", "Who churns?")
                .with_payload("phases", json!([]))
                .with_meta(asked("r-2").with_trace(["orchestrator", "product-manager"])),
        ),
        (
            "offer_context",
            Request::verb("orchestrator", &OfferContext::new(vec!["get_customer_context".to_owned()])),
        ),
        ("publish_context", Request::verb("product-manager", &publish)),
        ("cancel_session", Request::verb("orchestrator", &cancel).with_meta(asked("r-3"))),
        ("resume_session", Request::verb("orchestrator", &resume).with_meta(asked("r-4"))),
        ("answer_approval", Request::verb("orchestrator", &answer)),
        ("list_approvals", Request::verb("orchestrator", &approvals).with_meta(asked("r-7"))),
        ("get_account_context", Request::verb("sales-engineer", &subject)),
        ("explain_figure", Request::verb("orchestrator", &explain)),
        ("list_sessions", Request::verb("orchestrator", &list)),
        ("describe_agent", Request::verb("orchestrator", &describe)),
    ];
    rows.into_iter().map(|(name, request)| (name, request.into())).collect()
}

fn responses() -> Vec<(&'static str, Message)> {
    let replied = |id: &str| Meta::new().with_in_reply_to(id);
    let at = "2025-07-01T08:00:00Z";
    let mut published = PublishedContext::new("get_product_context", "product-manager", at);
    published.expires_at = Some("2025-07-01T09:00:00Z".to_owned());
    let mut with_content = published.clone();
    with_content.content = Some(members(json!({"vision": "fewer clicks", "releases": 3})));
    let mut running = SessionState::new("s-2", Status::Managing, 3);
    running.opened_at = Some("2025-07-01T08:05:00Z".to_owned());
    running.requesting_agent = Some("orchestrator".to_owned());
    running.request_type = Some("get_customer_context".to_owned());
    let ended = SessionState::new("s-1", Status::Cancelled, 9);
    let mut superseded = ended.clone();
    superseded.superseded_by = Some("s-2".to_owned());
    let mut opened = OpenedFigure::new(
        "s-1",
        figure(),
        vec![
            members(json!({"account_id": "A-1", "churned": 1})),
            members(json!({"account_id": "A-2", "churned": 0})),
        ],
    );
    opened.truncated = true;
    let mut served =
        ServedType::new("get_customer_context", "customer_context", "The customer base and how it does.");
    served.opens_session = true;
    let mut description = AgentDescription::new(CSM, "Retention, growth and advocacy.", "0.1.0");
    description.request_types = vec![served];
    description.asks = vec!["get_customer_context".to_owned()];
    description.tools = vec!["Read".to_owned(), "Write".to_owned()];
    let context = json!({"account_segments": {}, "product_usage": {}, "health_metrics": {}, "churn_risks": {},
        "growth_opportunities": {}, "success_goals": {}});
    let subject = json!({"account_id": "A-1", "health_score": null});
    let mut contexts = PublishedContexts::new(vec![with_content]);
    contexts.left_out = Some(2);
    let contexts = protocol::reply::payload_of(&contexts);
    let mut done = RecordedApproval::new(approval(), "s-1", "note/A-1", ApprovalState::Done, at);
    done.decided_at = Some("2025-07-01T08:05:00Z".to_owned());
    done.decided_by = Some("Ida".to_owned());
    done.note = Some("go ahead".to_owned());
    done.outcome = Some(members(json!({"sent": true})));
    done.finished_at = Some("2025-07-01T08:05:01Z".to_owned());
    let waiting = RecordedApproval::new(
        Approval::new("a-0", "send_email", "Send the welcome note to Max at A-2."),
        "s-1",
        "note/A-2",
        ApprovalState::Pending,
        at,
    );
    let mut approvals = Approvals::new(vec![done, waiting]);
    approvals.left_out = Some(1);
    let rows = [
        (
            "customer_context.response",
            ContextResponse::new(CSM, "customer_context", members(context))
                .with_meta(replied("r-1").with_seq(1).with_session_id("s-1")),
        ),
        (
            "context_offer.response",
            ContextResponse::to_verb(
                CSM,
                Verb::OfferContext,
                &ContextOffer::new(vec!["get_customer_context".to_owned()]),
            ),
        ),
        ("published_context.response", ContextResponse::to_verb(CSM, Verb::PublishContext, &published)),
        (
            "product_context.response",
            ContextResponse::new(CSM, "product_context", contexts).with_meta(replied("r-5")),
        ),
        (
            "session.response",
            ContextResponse::to_verb(CSM, Verb::CancelSession, &ended).with_meta(replied("r-3")),
        ),
        (
            "approval.response",
            ContextResponse::to_verb(
                CSM,
                Verb::AnswerApproval,
                &AnsweredApproval::new("a-1", Decision::Approved, "Ida", at),
            ),
        ),
        (
            "approvals.response",
            ContextResponse::to_verb(CSM, Verb::ListApprovals, &approvals).with_meta(replied("r-7")),
        ),
        (
            "account_context.response",
            ContextResponse::to_verb(CSM, Verb::GetSubjectContext, &subject).with_meta(
                Meta::new().with_unknown("health_score", "no rows in usage_events: map a usage export"),
            ),
        ),
        ("figure.response", ContextResponse::to_verb(CSM, Verb::ExplainFigure, &opened)),
        (
            "sessions.response",
            ContextResponse::to_verb(CSM, Verb::ListSessions, &Sessions::new(vec![running, superseded])),
        ),
        ("agent_description.response", ContextResponse::to_verb(CSM, Verb::DescribeAgent, &description)),
    ];
    rows.into_iter().map(|(name, response)| (name, response.into())).collect()
}

fn statuses() -> Vec<(&'static str, Message)> {
    let session = |id: &str| Meta::new().with_session_id(id);
    let seed = json!({"accounts_managed": 85, "health_score_avg": 82, "churn_rate": "3.2%", "nps_score": 67});
    let now =
        json!({"accounts_managed": 8, "health_score_avg": 71, "churn_rate": "12.5%", "nps_score": null});
    let broken = WireError::new(
        ErrorCode::DatasetInvalid,
        "`subscriptions.csv`, line 4: `mrr` is not a number: twelve",
    )
    .with_hint("correct the line, then import again");
    let unknown = WireError::new(ErrorCode::ContextUnknown, "nobody published `get_risk_context`")
        .with_detail("context_types", vec!["get_product_context"]);
    let measured = session("s-1")
        .with_seq(7)
        .with_phase("implementation")
        .with_at("2025-07-01T08:00:00Z")
        .with_evidence("churn_rate", &FigureId::of("churn_rate", &Scope::all()))
        .with_unknown("nps_score", "no rows in survey_responses: map an NPS survey export");
    let mut tick = StatusMessage::tick(CSM, Status::Analyzing, 40, "scoring accounts");
    tick.meta_mut().set("session_id", "s-1").set("phase", "analysis");
    vec![
        ("seed_progress", StatusMessage::progress(CSM, "managing", seed).into()),
        ("managing", StatusMessage::progress(CSM, Status::Managing, now).with_meta(measured).into()),
        ("tick", tick.into()),
        (
            "awaiting_approval",
            StatusMessage::awaiting_approval(CSM, &approval()).with_meta(session("s-1").with_seq(8)).into(),
        ),
        ("completed", StatusMessage::completed(CSM, delivery()).with_meta(session("s-1").with_seq(9)).into()),
        (
            "completed_question",
            StatusMessage::completed(CSM, Delivery::new("Answered."))
                .with_meta(Meta::new().with_in_reply_to("r-2"))
                .into(),
        ),
        ("failed", StatusMessage::failed(CSM, broken).with_meta(session("s-3").with_seq(2)).into()),
        (
            "cancelled",
            StatusMessage::cancelled(CSM, "Superseded: the data changed.")
                .with_meta(session("s-1").with_seq(9).with_superseded_by("s-2"))
                .into(),
        ),
        ("error", ErrorMessage::new(CSM, unknown).with_meta(Meta::new().with_in_reply_to("r-6")).into()),
    ]
}

fn approval() -> Approval {
    Approval::new("a-1", "send_email", "Send the renewal note to Ida at A-1.")
        .with_figures([FigureId::from("churn_rate@segment=SMB")])
        .with_expires_at("2025-07-08T08:00:00Z")
        .with_details(members(json!({"to": "ida@a-1.example", "text": "Dear Ida"})))
}

fn delivery() -> Delivery {
    let mut delivery = Delivery::new("Customer success program measured.");
    delivery.progress = members(json!({"accounts_managed": 8}));
    delivery.deliverables = vec![
        Deliverable::new("out/renewals.md", "Renewal forecast").with_kind("forecast").with_sha256("ef56"),
        Deliverable::new("plans/A-1.md", "Success plan")
            .with_note("your edit was left in place; ours is beside it"),
    ];
    delivery.handoffs = vec![
        Handoff::new("product-manager", "Export to CSV", HandoffOutcome::Done)
            .with_figures([FigureId::from("churn_rate")]),
        Handoff::new("support", "Ticket backlog of A-2", HandoffOutcome::LeftAsFile)
            .with_reason("no peer of that name is configured")
            .with_path("out/handoffs/support-1.json"),
    ];
    delivery.approvals = vec![approval()];
    delivery
}

fn figure() -> Figure {
    let scope = Scope::one("segment", "SMB");
    Figure {
        id: FigureId::of("churn_rate", &scope),
        metric: "churn_rate".to_owned(),
        title: "Logo churn, trailing 12 months".to_owned(),
        scope,
        value: serde_json::Number::from_f64(12.5),
        shown: "12.5%".to_owned(),
        unit: Unit::Percent,
        currency: None,
        n: 8,
        window: Some(Window {
            start: "2024-07-01".to_owned(),
            end: "2025-07-01".to_owned(),
            words: "12 months".to_owned(),
        }),
        as_of: "2025-06-30".to_owned(),
        status: FigureStatus::Fail,
        target: Some(Target { op: "<".to_owned(), value: 5.0 }),
        reason: None,
        implausible: None,
        definition: Definition {
            file: "metrics/churn_rate.sql".to_owned(),
            sha256: "ab12".to_owned(),
            value: "100.0 * sum(churned) / count(*)".to_owned(),
            population: None,
        },
        evidence: Some(Evidence { rows: "cd34".to_owned(), format: "parquet".to_owned(), count: 8 }),
    }
}

//! The table of request types.

use protocol::{RequestType, Status, Verb};

#[test]
fn request_types_are_told_apart_by_name_alone() {
    let verb = RequestType::Verb;
    let context = |name: &str| RequestType::Context(name.to_owned());
    let other = |name: &str| RequestType::Other(name.to_owned());
    let rows = [
        ("offer_context", verb(Verb::OfferContext), Some("context_offer")),
        ("publish_context", verb(Verb::PublishContext), Some("published_context")),
        ("cancel_session", verb(Verb::CancelSession), Some("session")),
        ("resume_session", verb(Verb::ResumeSession), Some("session")),
        ("answer_approval", verb(Verb::AnswerApproval), Some("approval")),
        ("list_approvals", verb(Verb::ListApprovals), Some("approvals")),
        ("get_account_context", verb(Verb::GetSubjectContext), Some("account_context")),
        ("explain_figure", verb(Verb::ExplainFigure), Some("figure")),
        ("list_sessions", verb(Verb::ListSessions), Some("sessions")),
        ("describe_agent", verb(Verb::DescribeAgent), Some("agent_description")),
        ("get_customer_context", context("get_customer_context"), Some("customer_context")),
        ("get_ml_deployment_context", context("get_ml_deployment_context"), Some("ml_deployment_context")),
        ("get_context", other("get_context"), None),
        ("get__context", other("get__context"), None),
        ("Get_customer_context", other("Get_customer_context"), None),
        ("", other(""), None),
    ];
    for (name, kind, answer) in rows {
        let read = RequestType::from(name);
        assert_eq!((read.as_str(), read.answer()), (name, answer));
        assert_eq!(read, kind);
    }
}

#[test]
fn only_the_three_last_words_end_a_session() {
    let ending = |word: &&str| Status::from(*word).is_terminal();
    let words = ["analyzing", "managing", "growing", "awaiting_approval", "done", "Completed", "finished"];
    assert_eq!(words.iter().find(|word| ending(word)), None);
    assert!(["completed", "failed", "cancelled"].iter().all(ending));
    assert_eq!(Status::from("failed"), Status::Failed);
    assert_eq!(serde_json::to_string(&Status::from("demonstrating")).unwrap(), "\"demonstrating\"");
}

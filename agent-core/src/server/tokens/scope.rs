use protocol::verb::Effect;
use protocol::{RequestType, Verb};

/// Scopes that stand for several request types.
pub const GROUPS: [&str; 4] = ["*", "read", "steer", "work"];

/// Whether one of `scopes` covers a request type, where `own` is the type by which sessions are opened.
///
/// `*` covers all; `read` what only reads: reading verbs and every `get_*_context` but `own`;
/// `steer` what steers sessions and decides approvals; `work` `own` and what else writes;
/// any other scope the request type of that name.
#[must_use]
pub fn covers(scopes: &[String], request_type: &str, own: &str) -> bool {
    let group = group(request_type, own);
    scopes.iter().any(|scope| scope == "*" || scope == request_type || group == Some(scope.as_str()))
}

fn group(request_type: &str, own: &str) -> Option<&'static str> {
    if request_type == own {
        return Some("work");
    }
    match RequestType::from(request_type) {
        RequestType::Verb(verb) => Some(of_verb(verb)),
        RequestType::Context(_) => Some("read"),
        _ => None,
    }
}

fn of_verb(verb: Verb) -> &'static str {
    match verb.effect() {
        Effect::Reads => "read",
        Effect::Steers => "steer",
        Effect::Writes => "work",
    }
}

/// Whether a scope could cover anything: a group, or a name such as request types have.
pub(super) fn is_scope(scope: &str) -> bool {
    let letter = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    GROUPS.contains(&scope) || (!scope.is_empty() && scope.chars().all(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_covers_what_it_says_and_no_more() {
        let rows = [
            ("read", "list_sessions", true),
            ("read", "get_shelf_context", true),
            ("read", "get_library_context", false),
            ("read", "cancel_session", false),
            ("read", "publish_context", false),
            ("steer", "cancel_session", true),
            ("steer", "answer_approval", true),
            ("steer", "list_sessions", false),
            ("work", "get_library_context", true),
            ("work", "publish_context", true),
            ("work", "list_sessions", false),
            ("list_sessions", "list_sessions", true),
            ("list_sessions", "list_approvals", false),
            ("get_library_context", "get_library_context", true),
            ("*", "anything", true),
            ("read", "make_coffee", false),
        ];
        for (scope, request_type, expected) in rows {
            let covered = covers(&[scope.to_owned()], request_type, "get_library_context");
            assert_eq!(covered, expected, "{scope} and {request_type}");
        }
        assert!(!covers(&[], "list_sessions", "get_library_context"));
    }
}

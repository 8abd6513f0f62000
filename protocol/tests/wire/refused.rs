//! Lines that are not messages: each is refused with the code that says why.

use protocol::{ErrorCode, Members, Message, Request, WireError, decode_line, encode};

const LIMIT: usize = 400;

fn check(line: &[u8], code: ErrorCode, message: &str) -> WireError {
    let refused = match decode_line(line, LIMIT) {
        Err(refused) => refused,
        Ok(read) => panic!("`{}` was read as {read:?}", String::from_utf8_lossy(line)),
    };
    let shown = String::from_utf8_lossy(line).into_owned();
    assert_eq!((refused.error.code, refused.error.message.as_str()), (code, message), "{shown}");
    refused.error
}

#[test]
fn lines_that_are_not_json_objects() {
    use ErrorCode::{DuplicateMember, InvalidJson, NotAnObject, NotUtf8};
    let rows: &[(&[u8], ErrorCode, &str)] = &[
        (b"", InvalidJson, "the line is empty"),
        (b" \t\r\n", InvalidJson, "the line is empty"),
        (
            br#"{"agent":"a","status":"managing","prog"#,
            InvalidJson,
            "the line is not JSON: EOF while parsing a string at line 1 column 38",
        ),
        (
            br#"{"agent":"a","status":"managing"}}"#,
            InvalidJson,
            "the line is not JSON: trailing characters at line 1 column 34",
        ),
        (
            br#"{"agent":"a","status":"managing",}"#,
            InvalidJson,
            "the line is not JSON: trailing comma at line 1 column 34",
        ),
        (b"{'agent':'a'}", InvalidJson, "the line is not JSON: key must be a string at line 1 column 2"),
        (
            br#"{"agent":"a","status":"managing","progress":{"n":1e999}}"#,
            InvalidJson,
            "the line is not JSON: number out of range at line 1 column 54",
        ),
        (
            br#"{"agent":"a","status":"managing","note":"caf\xe9"}"#,
            InvalidJson,
            "the line is not JSON: invalid escape at line 1 column 46",
        ),
        (b"{\"agent\":\"caf\xe9\",\"status\":\"managing\"}", NotUtf8, "the line is not UTF-8 from byte 13"),
        (b"\xff\xfe{\0}\0", NotUtf8, "the line begins with the byte order mark of UTF-16"),
        (b"\xef\xbb\xbf{}", InvalidJson, "the line begins with a byte order mark (EF BB BF)"),
        (
            br#"{"agent":"a","status":"managing","status":"failed"}"#,
            DuplicateMember,
            "member `status` is there twice",
        ),
        (
            br#"{"agent":"a","status":"managing","progress":{"n":1,"m":[{"x":1,"x":1}]}}"#,
            DuplicateMember,
            "member `x` is there twice",
        ),
        (br#"[{"agent":"a","status":"managing"}]"#, NotAnObject, "the line is an array, not an object"),
        (b"42", NotAnObject, "the line is a single value, not an object"),
        (b"null", NotAnObject, "the line is a single value, not an object"),
        (br#""managing""#, NotAnObject, "the line is a single value, not an object"),
    ];
    for (line, code, message) in rows {
        check(line, *code, message);
    }
}

#[test]
fn objects_that_are_not_messages() {
    use ErrorCode::{InvalidMessage, InvalidRequest, UnknownMessage};
    let nothing = "the object has none of `request_type`, `response_type`, `status`, `error`";
    let rows: &[(&str, ErrorCode, &str)] = &[
        ("{}", UnknownMessage, nothing),
        (r#"{"agent":"a","progress":{}}"#, UnknownMessage, nothing),
        (r#"{"requesting_agent":"a","requestType":"get_x_context","payload":{}}"#, UnknownMessage, nothing),
        (
            r#"{"request_type":"get_x_context","payload":{}}"#,
            InvalidRequest,
            "`requesting_agent` is missing; it must be a string",
        ),
        (
            r#"{"requesting_agent":null,"request_type":"get_x_context","payload":{}}"#,
            InvalidRequest,
            "`requesting_agent` must be a string, found null",
        ),
        (
            r#"{"requesting_agent":"a","request_type":7,"payload":{}}"#,
            InvalidRequest,
            "`request_type` must be a string, found a number",
        ),
        (
            r#"{"requesting_agent":"a","request_type":null,"payload":{},"status":"managing","agent":"a"}"#,
            InvalidRequest,
            "`request_type` must be a string, found null",
        ),
        (
            r#"{"requesting_agent":"a","request_type":"get_x_context"}"#,
            InvalidRequest,
            "`payload` is missing; it must be an object",
        ),
        (
            r#"{"requesting_agent":"a","request_type":"get_x_context","payload":["query"]}"#,
            InvalidRequest,
            "`payload` must be an object, found an array",
        ),
        (
            r#"{"requesting_agent":"a","request_type":"get_x_context","payload":{},"_meta":null}"#,
            InvalidRequest,
            "`_meta` must be an object, found null",
        ),
        (
            r#"{"requesting_agent":"a","request_type":"get_x_context","payload":{},"_meta":{"request_id":1}}"#,
            InvalidRequest,
            "`_meta.request_id` must be a string, found a number",
        ),
        (
            r#"{"requesting_agent":"a","request_type":"get_x_context","payload":{},"_meta":{"trace":["b",null]}}"#,
            InvalidRequest,
            "`_meta.trace` must be an array of strings, found an array",
        ),
        (
            r#"{"agent":"a","response_type":"x_context","payload":"none"}"#,
            InvalidMessage,
            "`payload` must be an object, found a string",
        ),
        (
            r#"{"response_type":"x_context","payload":{}}"#,
            InvalidMessage,
            "`agent` is missing; it must be a string",
        ),
        (r#"{"agent":"a","status":true}"#, InvalidMessage, "`status` must be a string, found a boolean"),
        (
            r#"{"agent":{"name":"a"},"status":"managing"}"#,
            InvalidMessage,
            "`agent` must be a string, found an object",
        ),
        (
            r#"{"agent":"a","status":"managing","_meta":{"seq":-1}}"#,
            InvalidMessage,
            "`_meta.seq` must be a whole number from 0, found a number",
        ),
        (r#"{"agent":"a","error":"boom"}"#, InvalidMessage, "`error` must be an object, found a string"),
    ];
    for (line, code, message) in rows {
        check(line.as_bytes(), *code, message);
    }
}

#[test]
fn a_line_is_measured_before_it_is_parsed_and_without_its_ending() {
    let mut line = encode(&Request::asking("a", "get_x_context", "").into());
    let room = LIMIT - line.len();
    line.insert_str(line.len() - 3, &"q".repeat(room));
    for ending in ["", "\n", "\r\n"] {
        let fits = decode_line(format!("{line}{ending}").as_bytes(), LIMIT);
        assert!(matches!(fits, Ok(Message::Request(_))), "{fits:?}");
    }
    let error =
        check(format!("{line} \n").as_bytes(), ErrorCode::LineTooLong, "the line is longer than 400 bytes");
    assert_eq!(error.details.unwrap().get("limit"), Some(&400.into()));
    check(&[0xff; LIMIT + 1], ErrorCode::LineTooLong, "the line is longer than 400 bytes");
}

#[test]
fn nesting_without_end_is_refused() {
    let line =
        format!(r#"{{"agent":"a","status":"managing","progress":{}{}}}"#, "[".repeat(170), "]".repeat(170));
    let error = decode_line(line.as_bytes(), LIMIT).unwrap_err().error;
    assert_eq!(error.code, ErrorCode::InvalidJson);
}

#[test]
fn the_one_reply_names_the_request_it_answers() {
    let line = br#"{"requesting_agent":"a","request_type":"get_x_context","_meta":{"request_id":"r-1"}}"#;
    let reply = decode_line(line, LIMIT).unwrap_err().into_message("agent");
    assert_eq!(
        encode(&reply.into()),
        r#"{"agent":"agent","error":{"code":"INVALID_REQUEST","message":"`payload` is missing; it must be an object","hint":"compare the request with the schemas in `protocol/schema/v1`","retryable":false},"_meta":{"in_reply_to":"r-1"}}"#
    );
    let reply = decode_line(b"?", LIMIT).unwrap_err().into_message("agent");
    assert_eq!(reply.meta().in_reply_to(), None);
    assert_eq!(reply.error().map(|error| error.code), Some(ErrorCode::InvalidJson));
}

#[test]
fn every_code_has_a_page_that_agrees_with_it() {
    for code in ErrorCode::ALL {
        let page = code.page();
        assert!(page.starts_with(&format!("# {code}\n\n")), "{code}: heading");
        assert!(page.contains("\n## What to do\n"), "{code}: remedy");
        let retryable = format!("`retryable` is {}.", code.retryable());
        assert!(page.contains(&retryable), "{code}: {retryable}");
        assert_eq!(ErrorCode::named(code.as_str()), Some(*code));
    }
    let pages = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/errors")).unwrap();
    assert_eq!(pages.count(), ErrorCode::ALL.len(), "no page without a code");
}

#[test]
fn a_peers_error_of_another_shape_is_kept() {
    let line = r#"{"agent":"peer","error":{"code":"E42","why":["x"]}}"#;
    let read = decode_line(line.as_bytes(), LIMIT).unwrap();
    let Message::Error(error) = &read else { panic!("an error message") };
    assert_eq!(error.error(), None);
    assert_eq!(error.member("error").and_then(|error| error.get("code")), Some(&"E42".into()));
    assert_eq!(encode(&read), line);
}

#[test]
fn what_classifies_comes_first() {
    let both = r#"{"agent":"a","status":"managing","response_type":"x_context","payload":{},"requesting_agent":"a"}"#;
    assert!(matches!(decode_line(both.as_bytes(), LIMIT), Ok(Message::Response(_))));
    let all = r#"{"error":{},"agent":"a","status":"s","response_type":"r","payload":{},"requesting_agent":"a","request_type":"get_x_context"}"#;
    assert!(matches!(decode_line(all.as_bytes(), LIMIT), Ok(Message::Request(_))));
    let failed = r#"{"error":{},"agent":"a","status":"failed"}"#;
    assert!(matches!(decode_line(failed.as_bytes(), LIMIT), Ok(Message::Status(_))));
    assert!(Message::read(Members::new()).is_err());
}

//! The pages for people say what is so.

use protocol::{DEFAULT_LINE_LIMIT, Message, decode_line};

use super::client::Call;
use super::harness::serve;
use super::librarian::Librarian;

const HTTP: &str = include_str!("../../../docs/http.md");
const WEBSOCKET: &str = include_str!("../../../docs/websocket.md");

#[tokio::test]
async fn every_curl_line_of_the_page_ends_with_the_status_it_names() {
    let served = serve(Librarian::new()).await;
    let mut id = String::new();
    let mut run = 0;
    for line in HTTP.lines().filter(|line| line.starts_with("curl ")) {
        let (command, status) = line.rsplit_once("   # ").unwrap();
        let token = served.token.strip_prefix("Bearer ").unwrap();
        let command = command
            .replace("$URL", "")
            .replace("$TOKEN", token)
            .replace("$TYPE", "get_library_context")
            .replace("$FILE", "out/catalogue.txt")
            .replace("$ID", &id);
        let Curl { method, path, headers, body } = Curl::read(&command);
        let headers: Vec<(&str, &str)> =
            headers.iter().filter_map(|header| header.split_once(": ")).collect();
        let reply = Call::send(served.to, &method, &path, &headers, body.as_bytes()).await.rest().await;
        assert_eq!(reply.status.to_string(), status, "{line}\n{reply:?}");
        if let Some(at) = reply.headers.get("location") {
            id = at.rsplit('/').next().unwrap().to_owned();
            served.ended(&id).await;
        }
        run += 1;
    }
    assert!(run >= 15, "the page has examples: {run}");
}

/// As much of curl as the page uses.
struct Curl {
    method: String,
    path: String,
    headers: Vec<String>,
    body: String,
}

impl Curl {
    fn read(command: &str) -> Self {
        let mut words = words(command).into_iter().skip(1);
        let mut curl =
            Self { method: "GET".to_owned(), path: String::new(), headers: Vec::new(), body: String::new() };
        while let Some(word) = words.next() {
            match word.as_str() {
                "-i" | "-N" => {}
                "-X" => curl.method = words.next().unwrap(),
                "-H" => curl.headers.push(words.next().unwrap()),
                "-d" => {
                    curl.method = "POST".to_owned();
                    curl.body = words.next().unwrap();
                }
                path => curl.path = path.to_owned(),
            }
        }
        curl
    }
}

/// The words of a command; quotes hold a word together.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for sign in command.chars() {
        match (quote, sign) {
            (None, '\'' | '"') => quote = Some(sign),
            (Some(open), _) if open == sign => quote = None,
            (None, ' ') => words.push(String::new()),
            _ => words.last_mut().unwrap().push(sign),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn every_line_of_the_websocket_page_is_a_message_and_fits_its_schema() {
    let schemas = protocol::schema::all();
    let validator = |stem: &str| {
        let schema = schemas.iter().find(|(name, _)| name == stem).map(|(_, schema)| schema.as_value());
        jsonschema::draft202012::new(schema.unwrap_or_else(|| panic!("no schema `{stem}`"))).unwrap()
    };
    let mut read = 0;
    for line in WEBSOCKET.lines().filter(|line| line.starts_with('{')) {
        let message = decode_line(line.as_bytes(), DEFAULT_LINE_LIMIT)
            .unwrap_or_else(|error| panic!("{line}: {error}"));
        let stem = match &message {
            Message::Request(request) if protocol::Verb::named(request.request_type()).is_some() => {
                request.request_type().to_owned()
            }
            _ => "message".to_owned(),
        };
        let value = serde_json::from_str(line).unwrap();
        let wrong: Vec<String> =
            validator(&stem).iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{line}: {wrong:?}");
        read += 1;
    }
    assert!(read >= 9, "the page has examples: {read}");
}

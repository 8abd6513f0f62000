use std::path::Path;

use super::*;
use crate::peer::Peers;

fn read(text: &str) -> Result<Peers, String> {
    Peers::parse(text, "peers.toml").map_err(|error| format!("{error}; {}", error.hint))
}

#[test]
fn every_way_to_reach_a_peer_is_read() {
    let peers = read(
        r#"
        [[peer]]
        name = "product-manager"
        address = "wss://pm.example/v1/ws"
        token_env = "PM_TOKEN"
        ca_file = "ca.pem"
        deadline_seconds = 2.5
        request_type = "get_backlog_context"

        [[peer]]
        name = "support"
        command = ["support", "stdio"]

        [[peer]]
        name = "writer"
        address = "in-process"
        "#,
    )
    .unwrap();
    assert_eq!(peers.names().collect::<Vec<_>>(), ["product-manager", "support", "writer"]);
    assert!(peers.warnings().is_empty());
    let manager = peers.get("product-manager").unwrap();
    assert!(matches!(&manager.reach, Reach::WebSocket(url) if url.as_str() == "wss://pm.example/v1/ws"));
    assert_eq!(manager.token, Some(TokenSource::Env("PM_TOKEN".to_owned())));
    assert_eq!(manager.deadline, Duration::from_millis(2500));
    assert_eq!(manager.request_type.as_deref(), Some("get_backlog_context"));
    let support = peers.get("support").unwrap();
    assert_eq!(support.reach, Reach::Command(vec!["support".to_owned(), "stdio".to_owned()]));
    assert_eq!(support.deadline, Duration::from_secs(30));
    assert_eq!(peers.get("writer").unwrap().reach, Reach::InProcess);
}

#[test]
fn a_mistake_is_named_with_its_line_and_what_to_do() {
    let one = |more: &str| format!("[[peer]]\nname = \"a\"\naddress = \"ws://127.0.0.1:1/\"\n{more}\n");
    let rows: Vec<(String, &str)> = vec![
        ("[[peer]\n".into(), "peers.toml:1: "),
        ("\n[peers]\n".into(), "peers.toml:2: `peers` is not known here; did you mean `peer`?"),
        (
            "[peer]\nname = \"a\"\n".into(),
            "peers.toml:1: `peer` is not a list of sections; start each peer with `[[peer]]`",
        ),
        (one("adress = \"x\""), "peers.toml:4: `adress` is not known here; did you mean `address`?"),
        (one("colour = 1"), "peers.toml:4: `colour` is not known here; known are name, address"),
        (one("command = [\"x\"]"), "peers.toml:4: the peer has both `address` and `command`; keep one"),
        (one("token_env = \"A\"\ntoken = \"b\""), "peers.toml:5: `token` is a second place for the token"),
        (
            one("deadline_seconds = 0"),
            "peers.toml:4: `deadline_seconds` is not a number above 0, at most 86400",
        ),
        (one("deadline_seconds = \"30\""), "peers.toml:4: `deadline_seconds` is not a number"),
        (one("token_env = \"\""), "peers.toml:4: `token_env` is not a text, or is empty"),
        (one("ca_file = \"ca.pem\""), "peers.toml:4: `ca_file` has no use"),
        (one("") + &one(""), "peers.toml:5: a second peer is named `a`"),
        ("[[peer]]\naddress = \"ws://h\"\n".into(), "peers.toml:1: the peer has no `name`"),
        ("[[peer]]\nname = \"a\"\n".into(), "peers.toml:1: `a` has neither `address` nor `command`"),
        ("[[peer]]\nname = \"a b\"\n".into(), "peers.toml:2: `name` is not a name"),
        ("[[peer]]\naddress = \"http://h/\"\n".into(), "peers.toml:2: `address` cannot begin with `http:`"),
        (
            "[[peer]]\naddress = \"file:///etc/passwd\"\n".into(),
            "peers.toml:2: `address` cannot begin with `file:`",
        ),
        ("[[peer]]\naddress = \"somewhere\"\n".into(), "peers.toml:2: `address` is not an address"),
        (
            "[[peer]]\naddress = \"ws://u:p@h/\"\n".into(),
            "peers.toml:2: `address` holds a user name or password",
        ),
        ("[[peer]]\ncommand = \"rm -r\"\n".into(), "peers.toml:2: `command` is not a list of texts"),
        (
            "[[peer]]\nname = \"a\"\ncommand = [\"x\"]\ntoken = \"t\"\n".into(),
            "peers.toml:4: `token` has no use",
        ),
    ];
    for (text, expected) in rows {
        let found = read(&text).unwrap_err();
        assert!(found.starts_with(expected), "{text}\nfound    {found}\nexpected {expected}");
    }
}

#[test]
fn a_token_is_kept_from_eyes_and_from_tools() {
    let text = "[[peer]]\nname = \"a\"\naddress = \"ws://pm.example/\"\ntoken = \"very-secret\"\n";
    let peers = read(text).unwrap();
    let warnings: Vec<String> = peers.warnings().iter().map(ToString::to_string).collect();
    assert!(warnings[0].starts_with("peers.toml:4: a token stands in the file itself"), "{warnings:?}");
    assert!(
        warnings[1].starts_with("peers.toml:4: the token of `a` goes over the network readable"),
        "{warnings:?}"
    );
    assert!(!format!("{peers:?}").contains("very-secret"));

    let root = tempfile::tempdir().unwrap();
    let load = |file: &str| {
        let text =
            format!("[[peer]]\nname = \"a\"\naddress = \"ws://127.0.0.1:1/\"\ntoken_file = \"{file}\"\n");
        std::fs::write(root.path().join("peers.toml"), text).unwrap();
        Peers::load(root.path(), Path::new(".csm")).map_err(|error| format!("{error}; {}", error.hint))
    };
    for file in ["pm.token", "./notes/pm.token"] {
        let found = load(file).unwrap_err();
        let expected =
            "peers.toml: `token_file` of `a` lies where the agent's tools can read it; put it under";
        assert!(found.starts_with(expected), "{file}: {found}");
    }
    let kept = load(".csm/pm.token").unwrap();
    assert_eq!(kept.get("a").unwrap().token, Some(TokenSource::File(root.path().join(".csm/pm.token"))));
    assert!(load("/etc/pm.token").is_ok());
    std::fs::remove_file(root.path().join("peers.toml")).unwrap();
    assert_eq!(Peers::load(root.path(), Path::new(".csm")).unwrap(), Peers::default());
}

//! Definition files as people write them.

use agent_core::definition::{AgentDefinition, DefinitionError};
use proptest::prelude::*;

fn parse(text: &str) -> (AgentDefinition, Vec<String>) {
    let (definition, warnings) = AgentDefinition::parse(text, "agent.md").unwrap();
    (definition, warnings.iter().map(ToString::to_string).collect())
}

fn error(text: &str) -> String {
    AgentDefinition::parse(text, "agent.md").unwrap_err().to_string()
}

#[test]
fn the_role_this_began_with_loads_without_a_warning() {
    let (definition, warnings) = parse(
        "---\nname: customer-success-manager\ndescription: Expert customer success manager \
         specializing in customer retention, growth, and advocacy. Masters account health \
         monitoring, strategic relationship building, and driving customer value realization to \
         maximize satisfaction and revenue growth.\n\
         tools: Read, Write, Edit, Glob, Grep, WebFetch, WebSearch\n---\n\nYou are a senior.\n",
    );
    assert_eq!(warnings, [""; 0]);
    assert_eq!(definition.name, "customer-success-manager");
    assert_eq!(definition.grants(), ["Read", "Write", "Edit", "Glob", "Grep", "WebFetch", "WebSearch"]);
    assert_eq!(definition.body, "\nYou are a senior.\n");
}

#[test]
fn every_key_is_read_and_unknown_ones_are_kept_in_order() {
    let (definition, warnings) = parse(
        "\u{feff}---\r\nname: a\r\ndescription: >\r\n  one\r\n  two\r\ntools:\r\n  - Read\r\n  - Bash(git add:*, git commit:*)\r\n  - Read\r\ndisallowedTools: Write\r\nmodel: opus\r\nmaxTurns: 12\r\nmcpServers: [crm, {mail: {url: x}}]\r\nzebra: 1\r\ncolor: [red]\r\n---\r\nBody\r\n",
    );
    assert_eq!(warnings, [""; 0]);
    assert_eq!(definition.description, "one two");
    assert_eq!(definition.tools.unwrap(), ["Read", "Bash(git add:*, git commit:*)"]);
    assert_eq!(definition.disallowed_tools, ["Write"]);
    assert_eq!((definition.model.as_deref(), definition.max_turns), (Some("opus"), Some(12)));
    assert_eq!(definition.mcp_servers.unwrap(), serde_json::json!(["crm", {"mail": {"url": "x"}}]));
    assert_eq!(serde_json::to_string(&definition.rest).unwrap(), r#"{"zebra":1,"color":["red"]}"#);
    assert_eq!(definition.body, "Body\n");
}

/// The three lines every definition has, around some lines of its own.
fn with(lines: &str) -> String {
    format!("---\nname: a\n{lines}\ntools: Read\n---\nbody")
}

#[test]
fn front_matter_that_yaml_refuses_is_repaired_with_a_warning() {
    const PLAIN: &str = "is not valid YAML and is read as plain text; \
                         put the value in double quotes, with `\\\"` for quotes inside";
    let check = |lines: &str, description: &str, warned: &[&str]| {
        let (definition, warnings) = parse(&with(lines));
        assert_eq!(definition.description, description, "{lines}");
        assert_eq!(warnings, warned, "{lines}");
        assert_eq!(definition.grants(), ["Read"], "{lines}");
    };
    let plain = format!("agent.md:3: the value of `description` {PLAIN}");
    let tab =
        |line| format!("agent.md:{line}: a tab indents this line, which YAML forbids; indent with spaces");
    check("description: Use when: churn looms", "Use when: churn looms", &[&plain]);
    check("description: \"an open quote", "an open quote", &[&plain]);
    check("description: 'it's here'", "it's here", &[&plain]);
    check("description: @mention first", "@mention first", &[&plain]);
    check("description: `code` first", "`code` first", &[&plain]);
    check("description: a: b\n  c: \"d", "a: b c: \"d", &[&plain]);
    check("description: >\n\tfolded\n\ttext", "folded text", &[&tab(4), &tab(5)]);
    check("description: 5% off: {now}", "5% off: {now}", &[&plain]);
    check(
        "description: one\nstray line",
        "one stray line",
        &[
            "agent.md:4: this line and those after it stand at the margin and are read as part of `description`; \
           indent them under their key",
        ],
    );
    check(
        "description: one\nmodel: opus\nstray line",
        "one",
        &["agent.md:5: this line belongs to no key and is left out; \
           indent it under its key, or move it below the front matter"],
    );
    check(
        "description: one\ndescription: two",
        "one",
        &["agent.md:4: `description` stands twice; the first one counts; remove one of the two"],
    );
}

#[test]
fn a_broken_tool_list_still_grants_only_what_it_names() {
    let check = |tools: &str, expected: &[&str]| {
        let text = format!("---\nname: a\ndescription: b\n{tools}\n---\n");
        assert_eq!(parse(&text).0.grants(), expected, "{tools}");
    };
    check("tools: [Read, Write", &["Read", "Write"]);
    check("tools: \"Read, Write", &["Read", "Write"]);
    check("tools:\n\t- Read\n\t- \"Write", &["Read", "Write"]);
    check("tools:\n- Read\n- Write", &["Read", "Write"]);
    check("tools:", &[]);
    check("tools: []", &[]);
    check("tools: Read, Write, Edit\ndisallowedTools: Write, Edit(a.md)", &["Read"]);
    check("tools: Read, Write\ndisallowedTools: [Write", &["Read"]);
}

#[test]
fn of_a_key_that_stands_twice_the_narrower_counts() {
    let grants = |lines: &str, expected: &[&str]| {
        let text = format!("---\nname: a\ndescription: b\n{lines}\n---\n");
        let (definition, warnings) = parse(&text);
        assert_eq!(definition.grants(), expected, "{lines}");
        assert!(warnings.iter().any(|it| it.contains("stands twice")), "{lines}: {warnings:?}");
        definition
    };
    grants("tools: Read, Write, Bash\ntools: Read", &["Read"]);
    grants("tools: Read\ntools: Read, Write, Bash", &["Read"]);
    grants("tools: Read\n\"tools\": Read, Write, Bash", &["Read"]);
    grants("tools: Read, Write, Bash\n'tools': [Write, Glob]", &["Write"]);
    grants("tools: Read, Write\ntools:\n  - Write\n  - Grep\ntools: Grep, Write, Read", &["Write"]);
    grants("tools: Read\ntools: Bash", &[]);
    grants("tools:\ntools: Bash", &[]);
    grants("tools: Bash, Read\ntools: Bash(git add:*), Read", &["Bash(git add:*)", "Read"]);
    grants("tools: Read, Write, Edit\ndisallowedTools: Write\ndisallowedTools: [Edit]", &["Read"]);
    for turns in ["maxTurns: 3\nmaxTurns: 40", "maxTurns: 40\nmaxTurns: 3", "maxTurns:\nmaxTurns: 3"] {
        assert_eq!(grants(&format!("tools: Read\n{turns}"), &["Read"]).max_turns, Some(3), "{turns}");
    }
    let servers = "tools: Read\nmcpServers: [crm, mail]\nmcpServers:\n  mail:\n    url: x";
    assert_eq!(grants(servers, &["Read"]).mcp_servers.unwrap(), serde_json::json!(["mail"]));
    // What cannot be read as a list or a number is refused, as it is when it stands once.
    for bad in ["disallowedTools: Write\ndisallowedTools: {Read: no}", "maxTurns: 3\nmaxTurns: 0"] {
        error(&with(&format!("description: b\n{bad}")));
    }
}

#[test]
fn a_description_with_examples_at_the_margin_is_kept_whole() {
    let check = |lines: &str, rest: &[&str]| {
        let text =
            format!("---\nname: a\ndescription: {lines}\nmodel: opus\ntools: Read\ncolor: red\n---\nbody");
        let (definition, warnings) = parse(&text);
        let words = lines.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(definition.description, words);
        assert_eq!(
            (definition.model.as_deref(), definition.grants().as_slice()),
            (Some("opus"), &["Read".to_owned()][..])
        );
        assert_eq!(definition.rest.keys().collect::<Vec<_>>(), [&["color"], rest].concat(), "{lines}");
        assert!(warnings.iter().any(|it| it.contains("at the margin")), "{warnings:?}");
    };
    check(
        "Use when churn looms. Examples:\n<example>\nContext: a renewal is near.\nuser: \"Who leaves?\"\n\
         assistant: \"I look.\"\n<commentary>\ntools: Bash would be too much here.\n</commentary>\n</example>\n\n\
         <example>\nContext: none\n</example>",
        &[],
    );
    check("Use when churn looms.\nContext: a renewal is near.\nuser: Who leaves?\nassistant: I look.", &[]);
    check("Use it so:\n- user: \"Who leaves?\" then\nhe waits.\n\nAnd that is all.", &[]);
    check("A tag <that> nobody closes\n<example>\nuser: Who leaves?", &[]);
    // Keys of others stay keys, and a talk that YAML can read is one text all the same.
    let (definition, warnings) = parse(&with("description: one\nzebra: 1"));
    assert_eq!((definition.description.as_str(), warnings), ("one", Vec::new()));
    assert_eq!(definition.rest["zebra"], 1);
    // Text that YAML folds or keeps by its own rules is read by them.
    let (definition, _) = parse(&with("description: |\none\ntwo"));
    assert_eq!(definition.description, "one\ntwo");
}

#[test]
fn no_tools_key_grants_nothing_and_says_so() {
    let (definition, warnings) = parse("---\nname: a\ndescription: b\n---\n");
    assert_eq!((definition.tools.clone(), definition.grants()), (None, Vec::new()));
    assert_eq!(
        warnings,
        ["agent.md:1: no `tools` key: the agent is granted no tool; \
          add `tools: Read, Write` with the names it needs"]
    );
    let (_, warnings) = parse(&with("description: b\ndisallowed-tools: Read"));
    assert_eq!(warnings, ["agent.md:4: `disallowed-tools` has no effect; write it `disallowedTools`"]);
}

#[test]
fn what_cannot_be_loaded_is_refused_with_its_line() {
    assert_eq!(error(""), "agent.md:1: no front matter");
    assert_eq!(error("\n\nname: a"), "agent.md:3: no front matter");
    assert_eq!(error("\n---\nname: a"), "agent.md:2: front matter opened here is never closed");
    assert_eq!(error("---\ndescription: b\n---"), "agent.md:1: `name` is missing or empty");
    assert_eq!(error("---\nname: a\n---"), "agent.md:1: `description` is missing or empty");
    assert_eq!(
        error("---\nname: a\ndescription: \"\"\n---"),
        "agent.md:3: `description` is missing or empty"
    );
    assert_eq!(error("---\nname: [a]\n---"), "agent.md:2: `name` cannot be a list");
    assert_eq!(error(&with("description: b\nmaxTurns: 0")), "agent.md:4: `maxTurns` cannot be this number");
    assert_eq!(
        error(&with("description: b\ndisallowedTools: {Read: no}")),
        "agent.md:4: `disallowedTools` cannot be a mapping"
    );
    let hint = AgentDefinition::parse("x", "agent.md").unwrap_err().hint();
    assert!(hint.starts_with("start the file with a line `---`"));
    let large = AgentDefinition::parse(&"x".repeat(2_000_000), "agent.md");
    assert!(matches!(large, Err(DefinitionError::TooLarge { bytes: 2_000_000, .. })));
}

/// Pieces that meet YAML's rules at their edges.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("name: a\n".to_owned()),
        Just("description: b\n".to_owned()),
        Just("tools: ".to_owned()),
        Just("---\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("\n\t- ".to_owned()),
        "[-:\\[\\]{}#&*!|>'\"%@`,? \t\n]{1,6}",
        "\\PC{0,8}",
        any::<String>(),
    ]
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(pieces in prop::collection::vec(piece(), 0..16), opened in any::<bool>()) {
        let text = if opened { format!("---\n{}\n---\n", pieces.concat()) } else { pieces.concat() };
        let _ = AgentDefinition::parse(&text, "agent.md");
    }

    #[test]
    fn any_one_line_description_comes_back_as_written(text in "[A-Za-z][ -~]{8,60}[a-z.]") {
        // What YAML itself gives another meaning: a comment.
        prop_assume!(!text.contains(" #"));
        let (definition, _) = parse(&with(&format!("description: {text}")));
        prop_assert_eq!(&definition.description, &text);
        prop_assert_eq!(definition.grants(), ["Read"]);
    }
}

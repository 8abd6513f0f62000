use agent_csm::play::Playbooks;

use super::build::craft;

const GOOD: &str = "---\nname: one\ntitle: One\ntrigger: [at_risk]\nkind: risk\nowner_role: csm\nsteps:\n  - do: Call.\n    due: +3d\nexit:\n  win: Yes.\n  fail: No.\n---\nHow.\n";

fn problem(text: &str) -> (u64, String) {
    let error = Playbooks::parse([("playbooks/one.md", text)]).unwrap_err();
    assert_eq!(error.file, "playbooks/one.md");
    (error.line, error.problem)
}

#[test]
fn a_broken_playbook_is_named_with_its_file_and_line() {
    assert!(Playbooks::parse([("playbooks/one.md", GOOD)]).is_ok());
    assert_eq!(problem("name: one\n"), (1, "the file must begin with a line `---`".into()));
    assert_eq!(problem("---\nname: one\n"), (1, "the head is not closed by a line `---`".into()));
    let (line, text) = problem(&GOOD.replace("+3d", "soon"));
    assert_eq!((line, text.starts_with("`due` is `soon`")), (9, true), "{text}");
    let (line, text) = problem(&GOOD.replace("kind: risk", "kind: threat"));
    assert_eq!((line, text.starts_with("`kind` is `threat`")), (5, true), "{text}");
    let (line, text) = problem(&GOOD.replace("owner_role: csm", "owner_role: csm\nrequires: [rich]"));
    assert_eq!((line, text.starts_with("unknown condition `rich`")), (7, true), "{text}");
    let (line, text) = problem(&GOOD.replace("name: one", "name: two"));
    assert_eq!((line, text.contains("the file is named `one`")), (2, true), "{text}");
    let (line, text) = problem(&GOOD.replace("title: One", "titel: One"));
    assert_eq!((line, text.contains("titel")), (3, true), "{text}");
}

#[test]
fn the_eight_playbooks_of_the_role_description_are_there() {
    let craft = craft();
    let names: Vec<&str> = craft.playbooks.iter().map(|play| play.name.as_str()).collect();
    assert_eq!(
        names,
        ["adoption", "at-risk", "enterprise", "growth", "onboarding", "renewal", "smb", "win-back"]
    );
    assert_eq!(
        Playbooks::parse([("playbooks/one.md", &*GOOD.replace("at_risk", "no_such_signal"))])
            .unwrap()
            .unknown_triggers(&["usage_decay"]),
        [("one".to_owned(), "no_such_signal".to_owned())]
    );
}

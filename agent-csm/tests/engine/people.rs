//! Who is who, what is missing, what was said: expected values worked out from the rows below.

use agent_csm::assessment::{Day, People, SnoozeState, gather};
use agent_csm::engine::Engine;
use agent_csm::knowledge::Knowledge;
use agent_csm::people::{Found, Heard, Hits, Look, Note, SnoozeWord};
use agent_csm::tables::Rule;
use serde_json::Value;

use super::world::{World, figure};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// Four managed accounts. Ninety days before 2024-12-31 is 2024-10-02.
fn company() -> World {
    World::new("2024-12-31")
        .table(
            "accounts",
            "account_id,name,owner
             A,Alpha,Ann
             B,Beta,Ann
             C,Gamma,Bob
             D,Delta,Bob",
        )
        .table(
            "subscriptions",
            "subscription_id,account_id,mrr_minor,currency,start_date,is_trial
             S1,A,100,USD,2023-01-01,false
             S2,B,200,USD,2023-01-01,false
             S3,C,300,USD,2023-01-01,false
             S4,D,400,USD,2023-01-01,false",
        )
        .known(
            "contacts",
            "contact_id,account_id,name,title,role,left_on
             C1,A,Ada,Analytics Lead,champion,
             C2,A,Cy,CFO / Finance,,
             C3,B,Bea,Lead,Champion,2024-10-01
             C4,B,Dan,Data Architect,,
             C5,C,Wim,Wizard,,",
            Rule::Always,
            &[("left_on", Rule::Column("left_on".to_owned()))],
        )
        .table(
            "interactions",
            "interaction_id,account_id,contact_id,kind,direction,occurred_at,summary
             I1,A,C1,call,both,2024-12-01,Good review.
             I2,A,C2,meeting,both,2024-09-15,
             I3,B,C4,call,both,2024-12-20,They are looking at alternatives. No layoffs though.
             I4,B,C3,call,both,2024-03-01,Budget freeze until spring.
             I5,C,,email,inbound,2024-12-02,All fine.",
        )
        .table(
            "survey_responses",
            "response_id,account_id,contact_id,kind,scale_min,scale_max,score,responded_at
             R1,A,C1,nps,0,10,9,2024-11-01
             R2,A,C2,nps,0,10,6,2024-11-02",
        )
}

fn people(engine: &Engine) -> People {
    let knowledge = Knowledge::load(None).unwrap();
    gather(engine, &knowledge, &Default::default(), "", Vec::new()).unwrap().people
}

fn gaps(people: &People, account: &str) -> Vec<(String, Option<String>)> {
    people.gaps_of(account).map(|gap| (gap.gap.clone(), gap.since.map(|day| day.to_string()))).collect()
}

fn plain(gaps: &[(&str, Option<&str>)]) -> Vec<(String, Option<String>)> {
    gaps.iter().map(|(gap, since)| ((*gap).to_owned(), since.map(str::to_owned))).collect()
}

#[test]
fn the_map_names_roles_with_where_they_come_from_and_what_is_missing() {
    let world = company();
    let people = people(&world.open("2024-12-31"));
    let told: Vec<_> = people
        .stakeholders
        .iter()
        .map(|it| (it.contact_id.as_str(), it.role.as_deref(), it.role_from.as_deref(), it.is_executive))
        .collect();
    assert_eq!(
        told,
        [
            ("C1", Some("champion"), Some("role column"), false),
            ("C2", Some("economic_buyer"), Some("title rule: cfo"), true),
            ("C3", Some("champion"), Some("role column"), false),
            ("C4", Some("technical"), Some("title rule: architect"), false),
            ("C5", None, None, false),
        ]
    );
    let ada = &people.stakeholders[0];
    assert_eq!((ada.last_contact_on, ada.sentiment.as_deref()), (Some(day("2024-12-01")), Some("promoter")));
    assert_eq!(people.stakeholders[1].sentiment.as_deref(), Some("detractor"));
    assert!(!people.stakeholders[2].is_here);
    // One champion, and the CFO was last met 107 days ago; two people in 180 days are two threads.
    assert_eq!(
        gaps(&people, "A"),
        plain(&[("no_backup_champion", None), ("no_executive_contact", Some("2024-09-15"))])
    );
    assert_eq!(
        gaps(&people, "B"),
        plain(&[("champion_gone", Some("2024-10-01")), ("no_buyer", None), ("no_executive_contact", None)])
    );
    // C wrote, in whose name is not known; nobody at D ever did.
    assert_eq!(gaps(&people, "C"), plain(&[("roles_unknown", None)]));
    assert_eq!(gaps(&people, "D"), plain(&[("no_contacts", None), ("nobody_in_contact", None)]));
}

#[test]
fn an_earlier_day_sees_the_map_as_it_was() {
    let people = people(&company().open("2024-09-30"));
    assert!(people.stakeholders[2].is_here);
    assert_eq!(
        gaps(&people, "B"),
        plain(&[
            ("no_backup_champion", None),
            ("no_buyer", None),
            ("no_executive_contact", None),
            // The last word of anybody was 213 days before.
            ("nobody_in_contact", Some("2024-03-01"))
        ])
    );
}

#[test]
fn a_buyer_is_known_by_title_too_and_unknown_where_no_role_is() {
    let engine = company().open("2024-12-31");
    let readings = engine.readings();
    let value = |account: &str| {
        let found = readings.iter().find(|it| it.signal == "no_buyer" && it.account_id == account);
        found.map(|it| (it.value, it.fired))
    };
    assert_eq!(value("A"), Some((Some(1.0), false)));
    assert_eq!(value("B"), Some((Some(0.0), true)));
    assert_eq!(value("C"), None, "nobody there has a role: unknown, not zero");
    assert_eq!(value("D"), None);
}

fn note(account: &str, on: &str, text: &str, line: usize) -> Note {
    Note {
        account_id: account.to_owned(),
        said_on: day(on),
        said_by: Some("Ana".to_owned()),
        kind: "note".to_owned(),
        text: text.to_owned(),
        source: format!("notes/{account}.md:{line}"),
    }
}

#[test]
fn business_changes_are_quoted_with_their_place_and_unknown_where_nothing_was_searched() {
    let world = company();
    let heard = Heard {
        notes: vec![
            note("A", "2024-12-05", "Met Cy. They announced layoffs\nin finance. And a hiring plan.", 3),
            note("A", "2025-01-02", "Merger signed.", 9),
        ],
        looks: vec![
            Look {
                account_id: "A".to_owned(),
                kind: "page".to_owned(),
                source: "https://alpha.example/news".to_owned(),
                read_at: "2025-01-01T00:00:00Z".to_owned(),
                sha256: Some("ab".to_owned()),
                failed: None,
                found: vec![Found {
                    kind: "funding".to_owned(),
                    quote: "Alpha closed a Series B.".to_owned(),
                    source: "https://alpha.example/news".to_owned(),
                    found_on: day("2024-12-31"),
                }],
            },
            Look {
                account_id: "D".to_owned(),
                kind: "page".to_owned(),
                source: "https://delta.example/".to_owned(),
                read_at: "2025-01-01T00:00:00Z".to_owned(),
                sha256: None,
                failed: Some("it answers with status 404".to_owned()),
                found: Vec::new(),
            },
        ],
        ..Heard::default()
    };
    let engine = world.open_told("2024-12-31", &heard);
    let people = people(&engine);
    let changes: Vec<_> = people
        .changes
        .iter()
        .map(|it| {
            (
                it.account_id.as_str(),
                it.kind.as_str(),
                it.effect.as_str(),
                it.text.as_str(),
                it.source.as_str(),
            )
        })
        .collect();
    assert_eq!(
        changes,
        [
            ("A", "funding", "growth", "Alpha closed a Series B.", "https://alpha.example/news"),
            ("A", "hiring", "growth", "And a hiring plan.", "notes/A.md:3"),
            ("A", "layoffs", "risk", "They announced layoffs in finance.", "notes/A.md:3"),
            ("B", "competitor_evaluation", "risk", "They are looking at alternatives.", "interactions.csv:4"),
            ("B", "budget_freeze", "risk", "Budget freeze until spring.", "interactions.csv:5"),
        ],
        "the merger was said after the day, and no layoffs are no layoffs"
    );
    let readings = engine.readings();
    let reading = |signal: &str, account: &str| {
        readings
            .iter()
            .find(|it| it.signal == signal && it.account_id == account)
            .map(|it| (it.value, it.n, it.fired))
    };
    // A: a note, a summary, a page; B: the summary of December, that of March is too long ago.
    assert_eq!(reading("business_change", "A"), Some((Some(1.0), 3, true)));
    assert_eq!(reading("business_growth", "A"), Some((Some(2.0), 3, true)));
    assert_eq!(reading("business_change", "B"), Some((Some(1.0), 1, true)));
    assert_eq!(reading("business_change", "C"), Some((Some(0.0), 1, false)));
    assert_eq!(reading("business_change", "D"), None, "its page could not be read: unknown");
    let text =
        &readings.iter().find(|it| it.signal == "business_change" && it.account_id == "A").unwrap().text;
    assert_eq!(
        text,
        "A business change was told in 1 of 3 texts searched over 180 days; the latest: 2024-12-05 Layoffs, “They announced layoffs in \
         finance.” (notes/A.md:3)"
    );
    let failed: Vec<_> =
        people.searched_of("D").map(|it| (it.kind.as_str(), it.failed, it.reason.as_deref())).collect();
    assert_eq!(failed, [("page", 1, Some("it answers with status 404"))]);

    // Without a single text the signal says why, not zero.
    let silent = World::new("2024-12-31")
        .table("accounts", "account_id,name\n A,Alpha")
        .table(
            "subscriptions",
            "subscription_id,account_id,mrr_minor,currency,start_date,is_trial\n S1,A,1,USD,2023-01-01,false",
        )
        .open("2024-12-31");
    let why = silent.unmeasured().iter().find(|it| it.signal == "business_change").unwrap();
    assert!(why.reason.contains("nothing was searched"), "{}", why.reason);
}

#[test]
fn a_search_of_the_source_file_finds_what_looking_at_every_row_finds() {
    let world = company();
    let every = people(&world.open("2024-12-31")).changes;
    let searched = |lines: &[i64]| {
        let lines = lines.iter().map(|line| ("interactions.csv".to_owned(), *line)).collect();
        let hits = Hits { files: ["interactions.csv".to_owned()].into(), lines };
        let heard = Heard { hits: Some(hits), ..Heard::default() };
        people(&world.open_told("2024-12-31", &heard)).changes
    };
    assert_eq!(every.len(), 2);
    assert_eq!(searched(&[4, 5]), every);
    assert_eq!(searched(&[5]).len(), 1, "a row that no hit belongs to is not looked at again");
}

fn word(account: &str, on: &str, until: Option<&str>) -> SnoozeWord {
    SnoozeWord {
        account: account.to_owned(),
        said_on: day(on),
        until_on: until.map(day),
        because: Some("waits for the merger".to_owned()),
        said_by: "Ana".to_owned(),
        source: "notes/snoozes.toml:1".to_owned(),
    }
}

#[test]
fn a_snooze_holds_until_its_day_or_until_something_new_and_never_moves_a_score() {
    let world = company();
    let state = |as_of: &str, words: Vec<SnoozeWord>| {
        let heard = Heard { snoozes: words, ..Heard::default() };
        let people = people(&world.open_told(as_of, &heard));
        people
            .snoozes
            .into_iter()
            .map(|it| (it.state, it.back_because.unwrap_or_default()))
            .collect::<Vec<_>>()
    };
    let until = Some("2025-01-31");
    assert_eq!(
        state("2024-12-31", vec![word("A", "2024-12-10", until)]),
        [(SnoozeState::InForce, String::new())]
    );
    assert_eq!(
        state("2025-01-31", vec![word("A", "2024-12-10", until)]),
        [(SnoozeState::Over, "2025-01-31 has come".to_owned())]
    );
    // Beta's champion left on 2024-10-01: new to one who spoke in September, known to one who spoke in November.
    let broken = state("2024-12-31", vec![word("B", "2024-09-01", until)]);
    assert_eq!(broken[0].0, SnoozeState::Broken);
    assert_eq!(
        broken[0].1,
        "new since 2024-09-01: Champions who left in 180 days: 1; champions who remain: 0"
    );
    assert_eq!(state("2024-12-31", vec![word("B", "2024-11-01", until)])[0].0, SnoozeState::InForce);
    // The newest word counts; what is said later is not known yet.
    let lifted = vec![word("A", "2024-12-10", until), word("A", "2024-12-20", None)];
    assert!(state("2024-12-31", lifted.clone()).is_empty());
    assert_eq!(state("2024-12-15", lifted)[0].0, SnoozeState::InForce);
    assert!(state("2024-12-01", vec![word("A", "2024-12-10", until)]).is_empty());

    let scores = |heard: &Heard| -> Vec<Value> {
        let engine = world.open_told("2024-12-31", heard);
        engine.query("SELECT * FROM health_scores ORDER BY account_id").unwrap()
    };
    let snoozed = Heard { snoozes: vec![word("B", "2024-11-01", until)], ..Heard::default() };
    assert_eq!(scores(&snoozed), scores(&Heard::default()));
}

/// Contact is two-way: they answered, met, called or wrote. Our mails that nobody answered are tries, however many.
#[test]
fn an_unanswered_mail_of_ours_is_a_try_and_not_contact_in_any_figure_signal_or_list() {
    let world = World::new("2024-12-31")
        .table("accounts", "account_id,name\nA,Alpha\nB,Beta\nC,Gamma")
        .table(
            "subscriptions",
            "subscription_id,account_id,mrr_minor,currency,start_date,is_trial
             S1,A,100,USD,2023-01-01,false
             S2,B,200,USD,2023-01-01,false
             S3,C,300,USD,2023-01-01,false",
        )
        .table("contacts", "contact_id,account_id,name\nC1,A,Ada\nC2,A,Ben\nC3,B,Bea\nC4,C,Cal\nC5,C,Cleo")
        // A: two mails to two people, no answer; the last meeting 200 days ago. B: one person, twice. C: two people.
        .table(
            "interactions",
            "interaction_id,account_id,contact_id,kind,direction,occurred_at
             I1,A,C1,email,outbound,2024-12-20
             I2,A,C2,email,outbound,2024-12-21
             I3,A,C1,meeting,both,2024-06-14
             I4,B,C3,email,inbound,2024-12-01
             I5,B,C3,call,both,2024-10-20
             I6,C,C4,email,inbound,2024-12-10
             I7,C,C5,meeting,both,2024-12-11",
        );
    let engine = world.open("2024-12-31");
    let reading = |signal: &str, account: &str| {
        let readings = engine.readings();
        readings.iter().find(|it| it.signal == signal && it.account_id == account).cloned().unwrap()
    };
    // 14 June is 200 days before 31 December.
    let silent = reading("no_recent_contact", "A");
    assert_eq!((silent.value, silent.fired), (Some(200.0), true));
    assert_eq!(silent.text, "No two-way contact for 200 days: the last was on 2024-06-14");
    let threads: Vec<_> = ["A", "B", "C"]
        .map(|account| reading("single_threaded", account))
        .iter()
        .map(|it| (it.value, it.n, it.fired))
        .collect();
    assert_eq!(threads, [(Some(0.0), 0, false), (Some(1.0), 2, true), (Some(2.0), 2, false)]);
    assert_eq!(
        reading("single_threaded", "B").text,
        "Only Bea has been in contact with us in 180 days: 2 times, the last on 2024-12-01"
    );
    assert_eq!(reading("contact_breadth", "A").value, Some(0.0));
    // Two of three accounts; 0, 1 and 2 people.
    assert_eq!(figure(&engine, "touch_coverage").as_f64(), Some(100.0 * 2.0 / 3.0));
    assert_eq!(figure(&engine, "multithreading_median").as_f64(), Some(1.0));
    let people = people(&engine);
    let last: Vec<_> = people.stakeholders.iter().map(|it| it.last_contact_on).collect();
    assert_eq!(
        last,
        [
            Some(day("2024-06-14")),
            None,
            Some(day("2024-12-01")),
            Some(day("2024-12-10")),
            Some(day("2024-12-11"))
        ]
    );
    assert_eq!(
        gaps(&people, "A"),
        plain(&[("nobody_in_contact", Some("2024-06-14")), ("roles_unknown", None)])
    );
    let accounts =
        gather(&engine, &Knowledge::load(None).unwrap(), &Default::default(), "", Vec::new()).unwrap();
    let last_touch = accounts.accounts.iter().find(|it| it.account_id == "A").unwrap().last_touch_on;
    assert_eq!(last_touch, Some(day("2024-06-14")));
}

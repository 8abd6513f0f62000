//! What people wrote: scored, quoted, themed, as of a day.

use std::fmt::Write as _;
use std::path::PathBuf;

use agent_csm::engine::Engine;
use agent_csm::knowledge::Knowledge;
use agent_csm::tables::Rule;
use agent_csm::text::{Cold, Example, Reader, learn};
use protocol::Scope;
use serde_json::{Map, Value, json};

use super::world::{World, value_of};

fn cold() -> Cold {
    Cold::parse(Knowledge::load(None).unwrap().file("text/support_words.toml").unwrap()).unwrap()
}

/// The labelled product sentences, or nothing where they are not on this machine (never on CI).
fn sentences() -> Option<Vec<(String, bool)>> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data");
    let shared = std::env::var_os("CSM_SHARED_DATA").map_or_else(|| PathBuf::from(default), PathBuf::from);
    let path = shared.join("reviews/product_sentences.csv");
    if !path.is_file() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "no shared data in `{}`", shared.display());
        eprintln!("skipped: no shared data in `{}`; set CSM_SHARED_DATA", shared.display());
        return None;
    }
    let rows = csv::Reader::from_path(path).unwrap().into_deserialize::<(String, String, u8)>();
    Some(rows.map(Result::unwrap).map(|(_, text, label)| (text, label == 1)).collect())
}

/// 0.844 is Python's VADER on these sentences (compound above 0 as positive), as its data sheet says.
/// `checks/text/run` compares every single score; it finds them in the file named by `CSM_SENTIMENT_OUT`.
#[test]
fn labelled_sentences_are_scored_as_vader_does_or_better() {
    let Some(sentences) = sentences() else { return };
    let (vader, cold) = (Cold::vader().unwrap(), cold());
    let shown = |score: Option<f64>| score.map(|it| it.to_string()).unwrap_or_default();
    let mut out = "line,vader,cold\n".to_owned();
    let (mut by_vader, mut by_cold) = (0, 0);
    for (line, (text, positive)) in sentences.iter().enumerate() {
        let (plain, own) = (vader.score(text), cold.score(text));
        by_vader += usize::from((plain.unwrap_or_default() > 0.0) == *positive);
        by_cold += usize::from((own.unwrap_or_default() > 0.0) == *positive);
        writeln!(out, "{line},{},{}", shown(plain), shown(own)).unwrap();
    }
    if let Some(path) = std::env::var_os("CSM_SENTIMENT_OUT") {
        std::fs::write(path, out).unwrap();
    }
    assert_eq!((sentences.len(), by_vader), (1000, 844));
    assert!(by_cold >= by_vader, "{by_cold}");
}

#[test]
fn a_text_says_where_its_feeling_stands_or_that_it_has_none() {
    let reader = Reader::of(&Knowledge::load(None).unwrap()).unwrap();
    let cases = [
        ("Add a user", "unknown", None),
        ("How do I share a dashboard with support?", "unknown", None),
        (
            "We moved the data. Import is slow since Monday! Two rows.",
            "negative",
            Some("Import is slow since Monday!"),
        ),
        ("Good, but the price went up.", "negative", Some("the price went up.")),
        ("Great tool, we love it.", "positive", Some("Great tool, we love it.")),
        ("It was not slow.", "positive", Some("It was not slow.")),
        ("The outage cost us a day.\nThanks for nothing", "negative", Some("The outage cost us a day.")),
    ];
    for (text, label, span) in cases {
        let reading = reader.read(text);
        assert_eq!(agent_csm::text::Label::of(reading.cold).word(), label, "{text}: {reading:?}");
        assert_eq!(reading.span.as_deref(), span, "{text}");
    }
}

fn book() -> World {
    World::new("2024-12-31")
        .table("accounts", "account_id,name,owner\nA,Alpha,Ann\nB,Beta,Ann\nC,Gamma,Bob")
        .table(
            "subscriptions",
            "subscription_id,account_id,plan,mrr_minor,currency,start_date,end_date,is_trial
             S1,A,Team,100,USD,2023-01-01,,false
             S2,B,Business,200,USD,2023-01-01,,false
             S3,C,Team,400,USD,2023-01-01,2024-06-30,false",
        )
        .table("features", "feature,title,plan\napi,API access,Business\nboards,Boards,")
        .known(
            "tickets",
            "ticket_id,account_id,subject,opened_at
             T1,A,Import is slow,2024-12-01
             T2,A,Import is slow again,2024-12-10
             T3,A,Exports are so slow,2024-12-20
             T4,A,Add a user,2024-12-21
             T5,B,The import is slow,2024-09-01
             T6,B,We would love API access,2024-12-05
             T7,C,Everything is slow,2024-12-05
             T8,A,Please give us API access,2024-11-20",
            Rule::Column("opened_at".to_owned()),
            &[],
        )
        .known(
            "survey_responses",
            "response_id,account_id,ticket_id,kind,scale_min,scale_max,score,comment,responded_at
             R1,A,,nps,0,10,9,\"Great product, we love it.\",2024-05-01
             R2,A,,nps,0,10,9,Works well for us,2024-06-01
             R3,A,,nps,0,10,8,Helpful people,2024-07-01
             R4,B,T5,csat,1,5,2,,2024-09-02",
            Rule::Column("responded_at".to_owned()),
            &[],
        )
}

fn found(engine: &Engine, sql: &str) -> Vec<Map<String, Value>> {
    engine.query(sql).unwrap()
}

#[test]
fn a_text_is_there_from_its_day_on_and_says_the_same_ever_after() {
    let world = book();
    let query = "SELECT text_id, label, cold, source_file, source_line FROM text_scores ORDER BY text_id";
    let (early, late) = (found(&world.open("2024-12-01"), query), found(&world.open("2024-12-31"), query));
    let ids = |rows: &[Map<String, Value>]| -> Vec<String> {
        rows.iter().map(|row| row["text_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        ids(&early),
        [
            "survey_responses.comment:R1",
            "survey_responses.comment:R2",
            "survey_responses.comment:R3",
            "tickets.subject:T1",
            "tickets.subject:T5",
            "tickets.subject:T8",
        ]
    );
    assert_eq!(late.len(), 11);
    assert!(early.iter().all(|row| late.contains(row)));
    assert_eq!(late[3]["source_file"], json!("tickets.csv"));
    assert_eq!(late[3]["source_line"], json!(2));
    // Nobody labelled enough to learn from, and it says so.
    let methods = found(&world.open("2024-12-31"), "SELECT source, method, labels, reason FROM text_methods");
    assert!(methods.iter().all(|row| row["method"] == json!("cold")), "{methods:?}");
    assert!(
        methods[0]["reason"].as_str().unwrap().starts_with("too few labels to learn from"),
        "{methods:?}"
    );
}

/// In the 90 days to 2024-12-31 (from 2024-10-03) A says "slow" three times, B once 90 days before that; C has left.
/// ARR: A 12 x 100, B 12 x 200. "Add a user" is the one text no theme fits.
#[test]
fn themes_carry_who_says_them_how_often_and_their_money() {
    let engine = book().open("2024-12-31");
    let rows = found(
        &engine,
        "SELECT theme, accounts, arr_minor, mentions, mentions_before, negative FROM theme_arr \
         WHERE theme IN ('speed', 'integrations', 'unthemed') ORDER BY theme",
    );
    let expected = json!([
        {"theme": "integrations", "accounts": 2, "arr_minor": 3600, "mentions": 4, "mentions_before": 1, "negative": 2},
        {"theme": "speed", "accounts": 1, "arr_minor": 1200, "mentions": 3, "mentions_before": 1, "negative": 3},
        {"theme": "unthemed", "accounts": 1, "arr_minor": 1200, "mentions": 1, "mentions_before": 0, "negative": 0},
    ]);
    assert_eq!(json!(rows), expected);
    // Both accounts named some theme; each counts once.
    assert_eq!(value_of(&engine, "arr_with_theme"), 3600.0);
    // One of seven texts: T1 to T4, T6 and T8 of managed accounts are six, and no survey comment is that young.
    assert!((value_of(&engine, "texts_unthemed") - 100.0 / 6.0).abs() < 1e-9);
}

#[test]
fn signals_of_text_quote_the_words_that_made_them_fire() {
    let engine = book().open("2024-12-31");
    let readings = engine.readings();
    let reading = |signal: &str, account: &str| {
        readings.iter().find(|it| it.signal == signal && it.account_id == account).cloned()
    };
    // Three negative texts, none positive; three positive ones in the year before.
    let mood = reading("sentiment_falling", "A").unwrap();
    assert!(mood.fired, "{}", mood.text);
    assert_eq!((mood.value, mood.n), (Some(-100.0), 3));
    assert!(
        mood.text.contains("net -100, before 100") && mood.text.contains("\"Exports are so slow\""),
        "{}",
        mood.text
    );
    // They open to the rows with the quoted spans.
    let rows = engine.rows("sentiment_falling", &Scope::one("account", "A")).unwrap();
    assert_eq!(rows.len(), 6);
    assert!(rows.iter().any(|row| row["span"] == json!("Import is slow") && row["source_id"] == json!("T1")));
    let theme = reading("complaint_theme", "A").unwrap();
    assert!(
        theme.fired && theme.text.contains("Speed") && theme.text.contains("2024-12-20"),
        "{}",
        theme.text
    );
    // A is on Team, which has no API; B's plan has it.
    let wish = reading("feature_not_entitled", "A").unwrap();
    assert!(wish.fired && wish.text.contains("API access"), "{}", wish.text);
    assert!(reading("feature_not_entitled", "B").is_none());
    assert!(reading("sentiment_falling", "C").is_none(), "C is no customer any more");
}

/// Words VADER does not know decide the labels; half of the noise is in the other words.
fn taught(n: usize, label: impl Fn(usize) -> bool) -> Vec<Example> {
    let (good, bad) = (["tiptop", "zippy", "snappy"], ["wonky", "meh", "fiddly"]);
    (0..n)
        .map(|at| {
            let positive = label(at);
            let word = if at % 2 == 0 { good[at / 2 % 3] } else { bad[at / 2 % 3] };
            Example {
                text: format!(
                    "The {} report of team {} is {word} today",
                    ["daily", "weekly", "old"][at % 3],
                    letters(at)
                ),
                cold: None,
                positive: u32::from(positive),
                negative: u32::from(!positive),
            }
        })
        .collect()
}

fn letters(n: usize) -> String {
    n.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}

#[test]
fn a_company_s_own_labels_are_used_only_where_they_teach_something() {
    let (model, evidence) = learn(&taught(300, |at| at % 2 == 0));
    let model = model.unwrap_or_else(|| panic!("{}", evidence.reason));
    assert!(evidence.auc_learnt > Some(0.99) && evidence.auc_cold == Some(0.5), "{evidence:?}");
    assert!(model.score("The export is zippy", None) > Some(0.2));
    assert!(model.score("The export is wonky", None) < Some(-0.2));
    assert_eq!(model.score("Qwertz", None), None, "nothing was taught about it");

    let (model, evidence) = learn(&taught(300, |at| at * 7919 % 13 < 6));
    assert!(model.is_none() && evidence.reason.contains("cold stays"), "{}", evidence.reason);

    let (model, evidence) = learn(&taught(150, |at| at % 2 == 0));
    assert!(model.is_none() && evidence.reason.contains("150 labels"), "{}", evidence.reason);
}

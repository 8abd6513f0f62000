//! Files in, canonical tables and a quality report out.
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use agent_csm::import::{ImportError, ImportReport, Reject, SourceMapping, bring, import};
use agent_csm::tables::{Dataset, Rule, Schema, date_from_days};
use agent_csm::workspace::{Config, Workspace};
use datafusion::arrow::array::{Array, ArrayRef, Date32Array, RecordBatch, StringArray};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::prelude::*;

fn schema() -> Schema {
    Schema::parse(include_str!("../knowledge/tables.toml")).unwrap()
}

fn mappings(schema: &Schema) -> Vec<SourceMapping> {
    [
        ("canonical", include_str!("../knowledge/sources/canonical.toml")),
        ("hubspot", include_str!("../knowledge/sources/hubspot.toml")),
        ("ravenstack", include_str!("../knowledge/sources/ravenstack.toml")),
        ("sim_crm", include_str!("../knowledge/sources/sim_crm.toml")),
        ("stripe", include_str!("../knowledge/sources/stripe.toml")),
    ]
    .into_iter()
    .map(|(name, text)| SourceMapping::parse(&format!("sources/{name}.toml"), text, schema).unwrap())
    .collect()
}

/// A workspace with these files below `data/` and these lines in csm.toml.
struct Desk {
    dir: tempfile::TempDir,
}

impl Desk {
    fn new(config: &str, files: &[(&str, &str)]) -> Self {
        let desk = Self { dir: tempfile::tempdir().unwrap() };
        fs::write(desk.root().join("csm.toml"), config).unwrap();
        for (name, text) in files {
            desk.put(name, text.as_bytes());
        }
        desk
    }

    fn root(&self) -> &Path {
        self.dir.path()
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.root().join("data").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn import(&self) -> Result<ImportReport, ImportError> {
        let schema = schema();
        import(&Workspace::open(self.root()).unwrap(), &mappings(&schema), &schema)
    }

    /// The rows of a table as `a|b|c` of the named columns, sorted; NULL is empty.
    fn rows(&self, table: &str, columns: &[&str]) -> Vec<String> {
        desk_rows(self.root(), table, columns)
    }
}

fn desk_rows(ws: &Path, table: &str, columns: &[&str]) -> Vec<String> {
    let dataset = Dataset::open(ws.join(".csm/tables")).unwrap();
    let mut rows = Vec::new();
    for entry in dataset.manifest.files(table) {
        let file = fs::File::open(dataset.path(entry)).unwrap();
        for batch in ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap() {
            let batch = batch.unwrap();
            rows.extend((0..batch.num_rows()).map(|at| cells(&batch, at, columns)));
        }
    }
    rows.sort();
    rows
}

fn cells(batch: &RecordBatch, row: usize, columns: &[&str]) -> String {
    let show = |name: &&str| {
        let array = batch.column_by_name(name).unwrap();
        if array.is_null(row) {
            return String::new();
        }
        ArrayFormatter::try_new(array, &FormatOptions::default()).unwrap().value(row).to_string()
    };
    columns.iter().map(show).collect::<Vec<_>>().join("|")
}

fn reject<'r>(report: &'r ImportReport, file: &str, line: u64) -> &'r Reject {
    let found = report.rejects.iter().find(|it| it.file == format!("data/{file}") && it.line == line);
    found.unwrap_or_else(|| panic!("no reject at {file}:{line} in {:#?}", report.rejects))
}

/// A folder of the development data, or `None` where the development data is not at hand (never so in CI).
fn shared(folder: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("CSM_SHARED_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), PathBuf::from);
    let dir = shared.join(folder);
    if dir.is_dir() {
        return Some(dir);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "CI needs the development data in ../shared/data");
    eprintln!("skipped: no development data in {}", dir.display());
    None
}

const ACCOUNTS: &str =
    "account_id,name,domain,signed_on\nA-1,Acme Inc,acme.com,2023-01-05\nA-2,Blue Ltd,blue.io,2023-02-01\n";

#[test]
fn every_problem_is_named_with_file_line_and_remedy_and_good_rows_stay() {
    let desk = Desk::new(
        "company = \"Lumen\"\n",
        &[
            ("accounts.csv", ACCOUNTS),
            (
                "subscriptions.csv",
                "subscription_id,account_id,mrr,currency,start_date\n\
                 S-1,A-1,100,USD,2024-01-01\nS-2,A-2,50.5,USD,2024-01-02\nS-3,A-1,10,USD,2024-01-03\n\
                 S-4,A-1,10,USD,2024-01-04\nS-5,A-1,10,USD,2024-01-05\nS-6,A-1,10,USD\n\
                 S-7,A-2,10,USD,05/03/2024\nS-8,A-9,10,USD,2024-03-01\nS-9,A-1,10,XXQ,2024-03-01\n",
            ),
            (
                "invoices.csv",
                "invoice_id,account_id,issued_on,amount,currency\nI-1,A-1,2024-02-01,100.00,USD\nI-2,A-1,2024-03-01,-5,USD\n",
            ),
            (
                "survey_responses.csv",
                "response_id,account_id,kind,score,responded_at\nR-1,A-1,nps,9,2024-03-01\nR-2,A-2,nps,14,2024-03-02\n",
            ),
            (
                "tickets.csv",
                "ticket_id,account_id,opened_at,subject\nT-1,A-1,2024-03-01,\"open\nT-2,A-1,2024-03-02,fine\n",
            ),
        ],
    );
    let report = desk.import().unwrap();
    let cases = [
        ("subscriptions.csv", 7, "4 fields where the header has 5", "give every record all its fields"),
        (
            "subscriptions.csv",
            8,
            "`05/03/2024` is not a date written as YYYY-MM-DD",
            "`2024-03-05` or `2024-05-03`",
        ),
        ("subscriptions.csv", 9, "account `A-9` is not known", "add the account"),
        ("subscriptions.csv", 10, "`XXQ` is not a currency", "ISO 4217"),
        ("invoices.csv", 3, "the invoice is negative (-500 minor units)", "credit notes"),
        ("survey_responses.csv", 3, "14 is outside the nps scale 0 to 10", "correct the score"),
        ("tickets.csv", 2, "a quotation mark is opened and not closed", "close the quotation mark"),
    ];
    for (file, line, problem, remedy) in cases {
        let found = reject(&report, file, line);
        assert!(found.problem.contains(problem), "{found:?}");
        assert!(found.remedy.contains(remedy), "{found:?}");
    }
    assert_eq!(report.rejects_total, cases.len() as u64, "{:#?}", report.rejects);
    assert_eq!(
        desk.rows("subscriptions", &["subscription_id", "mrr_minor", "source_line"]),
        ["S-1|10000|2", "S-2|5050|3", "S-3|1000|4", "S-4|1000|5", "S-5|1000|6"]
    );
    assert_eq!(desk.rows("invoices", &["invoice_id"]), ["I-1"]);
    assert_eq!(desk.rows("survey_responses", &["response_id", "scale_max"]), ["R-1|10"]);
    assert_eq!(desk.rows("tickets", &["ticket_id", "source_line"]), ["T-2|3"]);
}

#[test]
fn without_accounts_there_is_one_error_that_says_what_to_add() {
    let desk = Desk::new(
        "",
        &[(
            "invoices.csv",
            "invoice_id,account_id,issued_on,amount\nI-1,A-1,2024-02-01,7\nI-2,A-1,2024-02-01,-7\n",
        )],
    );
    let error = desk.import().unwrap_err();
    assert!(error.to_string().starts_with("no accounts"), "{error}");
    assert!(error.hint().contains("`account_id` and `name`"), "{}", error.hint());
    let ImportError::NoAccounts { report } = error else { panic!("another error") };
    assert_eq!((report.rejects_total, report.files[0].rows_kept), (1, 1));
}

#[test]
fn ravenstack_is_kept_whole_and_its_contradictions_are_counted() {
    let Some(source) = shared("ravenstack") else { return };
    let dir = tempfile::tempdir().unwrap();
    let schema = schema();
    let ws = dir.path().join("ws");
    let report = bring(&ws, &[source], "RavenStack", &mappings(&schema), &schema).unwrap();
    let rows = |name: &str| report.tables.iter().find(|it| it.table == name).unwrap().rows;
    assert_eq!(
        ["accounts", "subscriptions", "usage_events", "tickets", "churn_events", "survey_responses"]
            .map(rows),
        [500, 5000, 25_000, 2000, 600, 1175]
    );
    assert_eq!(report.rejects, []);
    assert_eq!(report.exported_on.as_deref(), Some("2024-12-31"));
    let found = |check: &str| {
        let it = report.contradictions.iter().find(|it| it.check == check);
        it.map(|it| (it.count, it.total)).unwrap_or_else(|| panic!("{check} in {:#?}", report.contradictions))
    };
    assert_eq!(found("flagged_churned_but_paying"), (110, 110));
    assert_eq!(found("churn_events_but_paying"), (352, 352));
    // Counted apart from this code with Python's csv module over the five files:
    // 19,142 of 25,000 usage rows are early (76.6 %), 292 are late; 75 accounts have both flag and event,
    // 35 the flag alone, 277 an event alone; 110 x 352 / 500 = 77.44.
    assert_eq!(found("usage_before_subscription"), (19_142, 25_000));
    assert_eq!(found("usage_after_subscription"), (292, 25_000));
    assert_eq!(found("churn_flag_against_events"), (35 + 277, 500));
    let words = report.render();
    assert!(words.contains("19142 of 25000 usage rows (76.6 %) are dated before"), "{words}");
    assert!(
        words.contains("75 have both, where 77.4 would if flag and events had nothing to do with each other")
    );
    assert_eq!(found("repeated_usage_id"), (21, 25_000));
    let missing = report.nulls.iter().find(|it| it.column.contains("score per ticket")).unwrap();
    assert_eq!((missing.missing, missing.rows), (825, 2000));
    assert!(report.joins.iter().all(|it| it.rows == it.joined), "{:?}", report.joins);
    let manifest = Dataset::open(ws.join(".csm/tables")).unwrap().manifest;
    let accounts = manifest.files("accounts").next().unwrap();
    assert_eq!(accounts.row_known_at, Rule::Column("signed_on".to_owned()));
    assert_eq!(accounts.columns.get("churn_flag"), Some(&Rule::Import));
}

#[test]
fn warehouse_tables_that_no_mapping_fits_are_named_and_nothing_falls_over() {
    let Some(source) = shared("connectors") else { return };
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("accounts.csv"), ACCOUNTS).unwrap();
    let schema = schema();
    let ws = dir.path().join("ws");
    let report =
        bring(&ws, &[source, dir.path().join("accounts.csv")], "Lumen", &mappings(&schema), &schema).unwrap();
    assert!(report.files.len() > 100, "{}", report.files.len());
    for file in report.files.iter().filter(|it| it.mapping.is_none()) {
        let found = report.rejects.iter().find(|it| it.file == file.file && it.line == 1).unwrap();
        assert!(found.problem.contains("nearest is `") && !found.remedy.is_empty(), "{found:?}");
    }
    assert_eq!(desk_rows(&ws, "accounts", &["account_id"]), ["A-1", "A-2"]);
    let read: Vec<&str> =
        report.files.iter().filter(|it| it.mapping.is_some()).map(|it| it.file.as_str()).collect();
    assert_eq!(read, ["data/accounts.csv"], "scrambled keys join nothing");
}

#[test]
fn inclusive_end_dates_are_moved_to_the_first_day_no_longer_in_force() {
    let Some(source) = shared("sim_crm") else { return };
    let dir = tempfile::tempdir().unwrap();
    let schema = schema();
    let files = ["accounts.csv", "subscriptions.csv"].map(|it| source.join(it));
    let report = bring(&dir.path().join("ws"), &files, "Sim", &mappings(&schema), &schema).unwrap();
    assert_eq!(report.rejects, []);
    assert_eq!(report.files.iter().map(|it| it.rows_kept).collect::<Vec<_>>(), [1093, 7891]);
    let rows = desk_rows(&dir.path().join("ws"), "subscriptions", &["account_id", "start_date", "end_date"]);
    let in_force = |row: &&String| {
        let parts: Vec<&str> = row.split('|').collect();
        parts[1] <= "2024-04-01" && (parts[2].is_empty() || parts[2] > "2024-04-01")
    };
    let active: std::collections::BTreeSet<&str> =
        rows.iter().filter(in_force).filter_map(|it| it.split('|').next()).collect();
    // Counted apart from this code on the source file, with `end_date >= 2024-04-01`.
    assert_eq!(active.len(), 822);
    // Terms meet on the day of renewal; only one of them is in force on it.
    assert_eq!(rows.iter().filter(in_force).count(), 822);
}

const STRIPE: &str = "id,Customer ID,Customer Email,Customer Name,Plan,Quantity,Currency,Interval,Amount,Status,\
Created (UTC),Start Date (UTC),Current Period Start (UTC),Current Period End (UTC),Trial Start (UTC),Trial End (UTC),\
Canceled At (UTC),CANCEL AT PERIOD END,Ended At (UTC),Cancellation Reason,crm_id (metadata)\n\
sub_1,cus_1,ann@acme.com,Acme Inc,team,10,usd,month,12.50,active,2023-01-05 09:00,2023-01-05 09:00,2024-03-05 09:00,2024-04-05 09:00,,,,false,,,x\n\
sub_2,cus_2,bo@kyoto.jp,Kyoto KK,year,3,jpy,year,50000,active,2023-05-01 00:00,2023-05-01 00:00,2023-05-01 00:00,2024-05-01 00:00,,,,false,,,\n\
sub_3,cus_1,ann@acme.com,Acme Inc,addon,1,usd,year,100,canceled,2023-02-01 00:00,2023-02-01 00:00,2023-02-01 00:00,2024-02-01 00:00,,,2023-12-20 10:00,true,2024-02-01 00:00,too_expensive,\n\
sub_4,cus_3,cy@gmail.com,Cy,solo,,eur,week,3,trialing,2024-03-01 00:00,2024-03-01 00:00,2024-03-01 00:00,2024-03-15 00:00,2024-03-01 00:00,2024-03-15 00:00,,false,,,\n\
sub_5,cus_3,cy@gmail.com,Cy,solo,2,eur,quarter,9.99,active,2023-06-01 00:00,2023-06-01 00:00,2024-03-01 00:00,2024-06-01 00:00,2023-06-01 00:00,2023-06-15 00:00,2024-03-10 00:00,true,,unused,\n\
sub_6,cus_4,d@d.example,D,solo,1,usd,month,5,incomplete_expired,2024-01-01 00:00,2024-01-01 00:00,2024-01-01 00:00,2024-02-01 00:00,,,,false,2024-01-02 00:00,,\n";

#[test]
fn stripe_exports_become_monthly_money_in_minor_units() {
    let desk = Desk::new(
        "",
        &[
            ("stripe/subscriptions.csv", STRIPE),
            (
                "stripe/invoices.csv",
                "id,Customer,Subscription,Status,Currency,Amount Due,Amount Paid,Date (UTC),Due Date (UTC),Finalized At (UTC),Paid At (UTC)\n\
                 in_1,cus_1,sub_1,paid,usd,125.00,125.00,2024-03-05 09:00,,2024-03-05 10:00,2024-03-06 00:10\n\
                 in_2,cus_2,sub_2,open,jpy,150000,0,2023-05-01 00:00,2023-05-31 00:00,2023-05-01 01:00,\n\
                 in_3,,sub_5,open,eur,19.98,0,2024-03-01 00:00,,2024-03-01 01:00,\n",
            ),
        ],
    );
    let report = desk.import().unwrap();
    assert_eq!(report.rejects, []);
    // sub_1: 12.50 x 10 a month = 125.00. sub_2: 50,000 yen x 3 a year / 12 = 12,500 yen, no minor unit.
    // sub_3: 100.00 a year / 12 = 8.33. sub_4: 3.00 a week x 52 / 12 = 13.00. sub_5: 9.99 x 2 / 3 = 6.66, paid from the
    // end of its trial, cancelled for the end of the period. sub_6 was never in force.
    assert_eq!(
        desk.rows(
            "subscriptions",
            &[
                "subscription_id",
                "account_id",
                "mrr_minor",
                "currency",
                "start_date",
                "end_date",
                "cancelled_on",
                "is_trial"
            ]
        ),
        [
            "sub_1|cus_1|12500|USD|2023-01-05|||false",
            "sub_2|cus_2|12500|JPY|2023-05-01|||false",
            "sub_3|cus_1|833|USD|2023-02-01|2024-02-01|2023-12-20|false",
            "sub_4|cus_3|1300|EUR|2024-03-01|||true",
            "sub_5|cus_3|666|EUR|2023-06-15|2024-06-01|2024-03-10|false",
        ]
    );
    assert_eq!(
        desk.rows("accounts", &["account_id", "name", "domain", "signed_on"]),
        [
            "cus_1|Acme Inc|acme.com|2023-01-05",
            "cus_2|Kyoto KK|kyoto.jp|2023-05-01",
            "cus_3|Cy||2023-06-01",
            "cus_4|D|d.example|2024-01-01"
        ]
    );
    assert_eq!(
        desk.rows("invoices", &["invoice_id", "account_id", "amount_minor", "paid_on"]),
        ["in_1|cus_1|12500|2024-03-06", "in_2|cus_2|150000|", "in_3|cus_3|1998|"]
    );
}

#[test]
fn companies_of_two_systems_are_one_account_by_domain_else_by_name() {
    let desk = Desk::new(
        "[[source]]\npath = \"subs.csv\"\nmapping = \"stripe\"\n",
        &[
            ("subs.csv", STRIPE),
            (
                "companies.csv",
                "RECORD ID,Company Name,Company Domain Name,Company owner,Lifecycle Stage,Create Date\n\
                 11,ACME Corporation,www.acme.com,Dana,customer,2022-12-01 10:15\n\
                 12,Kyoto K.K.,,Eli,lead,2023-04-01 08:00\n13,Somebody,gmail.com,Eli,customer,2023-04-01 08:00\n",
            ),
            (
                "contacts.csv",
                "Record ID,First Name,Last Name,Email,Job Title,Associated Company IDs\n\
                 101,Ann,Ames,ANN@acme.com,CFO,11;12\n102,Zoe,Free,zoe@gmail.com,,\n103,Kim,Ito,kim@kyoto.jp,,\n",
            ),
            (
                "deals.csv",
                "Record ID,Deal Name,Deal Stage,Amount,Deal owner,Close Date,Create Date,Associated Company IDs\n\
                 201,More seats,closedwon,\"1,200.00\",Dana,2024-02-01,2024-01-01,11\n202,Lost cause,Custom stage,5,Dana,2024-02-01,2024-01-01,99\n",
            ),
            (
                "tickets.csv",
                "Ticket ID,Ticket name,Create date,Close date,Associated Company (Primary),All associated contact emails,Time to first agent email reply (HH:mm:ss)\n\
                 301,Slow,2024-03-01 10:00,2024-03-02 10:00,Acme corporation,,01:30:20\n302,Hm,2024-03-01 10:00,,,kim@kyoto.jp,\n",
            ),
        ],
    );
    let report = desk.import().unwrap();
    assert_eq!(
        desk.rows("accounts", &["account_id", "name", "owner", "signed_on"]),
        [
            "13|Somebody|Eli|2023-04-01",
            "cus_1|Acme Inc|Dana|2022-12-01",
            "cus_2|Kyoto KK|Eli|2023-04-01",
            "cus_3|Cy||2023-06-01",
            "cus_4|D||2024-01-01"
        ]
    );
    let rules: Vec<(&str, &str)> = report
        .identities
        .iter()
        .filter(|it| it.system == "hubspot")
        .map(|it| (it.account_id.as_str(), it.rule.as_str()))
        .collect();
    assert_eq!(rules, [("cus_1", "same domain"), ("cus_2", "same name"), ("13", "own id")]);
    assert_eq!(
        desk.rows("contacts", &["contact_id", "account_id", "name"]),
        [
            "102||Zoe Free",
            "103|cus_2|Kim Ito",
            "ann@acme.com|cus_1|Ann Ames",
            "bo@kyoto.jp|cus_2|",
            "cy@gmail.com|cus_3|",
            "d@d.example|cus_4|"
        ]
    );
    assert_eq!(
        desk.rows("opportunities", &["opportunity_id", "account_id", "amount_minor", "status"]),
        ["201|cus_1|120000|won"]
    );
    assert_eq!(
        desk.rows("tickets", &["ticket_id", "account_id", "first_reply_minutes", "first_reply_at"]),
        ["301|cus_1|90|2024-03-01T11:30:00", "302|cus_2||"]
    );
    assert!(reject(&report, "deals.csv", 3).problem.contains("account `99` is not known"));
    let checks: Vec<(&str, u64)> =
        report.contradictions.iter().map(|it| (it.check.as_str(), it.count)).collect();
    // Somebody is a customer in the CRM only; Kyoto pays and is a lead there.
    assert!(checks.contains(&("crm_customer_not_paying", 1)), "{checks:?}");
    assert!(checks.contains(&("paying_not_crm_customer", 1)), "{checks:?}");
}

#[test]
fn the_same_sources_give_the_same_bytes_and_unchanged_ones_are_left_alone() {
    let files = [("accounts.csv", ACCOUNTS), ("subs.csv", STRIPE)];
    let (one, two) = (Desk::new("", &files), Desk::new("", &files));
    let first = one.import().unwrap();
    assert_eq!(first, two.import().unwrap());
    let manifest = Dataset::open(one.root().join(".csm/tables")).unwrap().manifest;
    for file in manifest.tables.iter().map(|it| it.file.as_str()).chain(["manifest.json", "report.json"]) {
        let bytes = |desk: &Desk| fs::read(desk.root().join(".csm/tables").join(file)).unwrap();
        assert_eq!(bytes(&one), bytes(&two), "{file}");
    }
    let again = one.import().unwrap();
    assert!(again.unchanged && again.data_hash == first.data_hash);
    one.put("accounts.csv", ACCOUNTS.replace("Blue", "Green").as_bytes());
    let changed = one.import().unwrap();
    assert!(!changed.unchanged && changed.data_hash != first.data_hash);
}

#[test]
fn other_formats_delimiters_and_line_breaks_keep_their_line_numbers() {
    let desk = Desk::new(
        "[[source]]\npath = \"usage_events.csv\"\ndates = \"DMY\"\n",
        &[
            (
                "accounts.csv",
                "\u{feff}account_id;name;signed_on\r\nA-1;\"Acme;\nInc\";2023-01-05\r\nA-2;Blue;2023-02-01\r\n",
            ),
            (
                "tickets.ndjson",
                "{\"ticket_id\":\"T-1\",\"account_id\":\"A-1\",\"opened_at\":\"2024-01-02T03:04:05+02:00\"}\n\nnot json\n",
            ),
            (
                "usage_events.csv",
                "event_id,account_id,event_date,user_id\nE-1,A-2,03/04/2024,U\nE-2,A-2,04/04/2024,U\n",
            ),
            ("dump.csv.gz", "zip"),
            ("mystery.csv", "ticket_id,colour\n1,red\n"),
        ],
    );
    let report = desk.import().unwrap();
    assert_eq!(desk.rows("accounts", &["account_id", "source_line"]), ["A-1|2", "A-2|4"]);
    assert_eq!(desk.rows("tickets", &["ticket_id", "opened_at"]), ["T-1|2024-01-02T01:04:05"]);
    assert_eq!(desk.rows("usage_events", &["event_date"]), ["2024-04-03", "2024-04-04"]);
    assert!(reject(&report, "tickets.ndjson", 3).problem.contains("not JSON"));
    assert!(reject(&report, "dump.csv.gz", 1).remedy.contains("unpack"));
    let mystery = reject(&report, "mystery.csv", 1);
    assert!(mystery.problem.contains("`canonical/tickets`, which also needs `opened_at"), "{mystery:?}");
}

#[test]
fn repeated_rows_are_dropped_and_contradicting_ones_name_both_lines() {
    let accounts = format!("{ACCOUNTS}A-1,Acme Inc,acme.com,2023-01-05\nA-2,Other,blue.io,2023-02-01\n");
    let desk = Desk::new("", &[("accounts.csv", &accounts)]);
    let report = desk.import().unwrap();
    assert_eq!(desk.rows("accounts", &["account_id", "name"]), ["A-1|Acme Inc", "A-2|Blue Ltd"]);
    assert_eq!((report.duplicates[0].exact, report.duplicates[0].same_key), (1, 1));
    assert!(reject(&report, "accounts.csv", 5).problem.contains("stands at data/accounts.csv:3"));
}

#[test]
fn settings_name_the_line_of_a_mistake_and_guess_at_unknown_keys() {
    let cases = [
        ("company = \"A\"\ncurrency = \"EURO\"\n", 2, "`EURO` is not a currency"),
        ("[targets]\n\nchurn_rate = \"5\"\n", 3, "the target of `churn_rate` is not a bound"),
        ("as_of = \"31/12/2024\"\n", 1, "`as_of` is not a day"),
        ("[[tier]]\nname = \"Big\"\n", 1, "lacks `name` or `min_arr`"),
        ("company = \"A\"\n\nfx = [\n", 3, "unclosed array"),
    ];
    for (text, line, problem) in cases {
        let error = Config::parse(text, "csm.toml").unwrap_err();
        assert!(error.to_string().starts_with(&format!("csm.toml:{line}: ")), "{error}");
        assert!(error.problem.contains(problem) && !error.hint.is_empty(), "{error:?}");
    }
    let config = Config::parse("curency = \"EUR\"\n[targets]\nchurn_rate = \"<4\"\n", "csm.toml").unwrap();
    assert_eq!(config.warnings[0].hint, "did you mean `currency`?");
    assert_eq!(
        (config.targets["churn_rate"].as_str(), config.targets["nps_score"].as_str()),
        ("< 4", "> 50")
    );
}

#[test]
fn a_workspace_is_laid_out_once_and_nothing_of_the_team_is_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let ws = Workspace::create(dir.path(), "Quote \" & Co").unwrap();
    assert_eq!(ws.config.company, "Quote \" & Co");
    fs::write(dir.path().join("csm.toml"), "company = \"Ours\"\n").unwrap();
    assert_eq!(Workspace::create(dir.path(), "Theirs").unwrap().config.company, "Ours");
    assert_eq!(fs::read_to_string(dir.path().join(".gitignore")).unwrap(), ".csm/\nout/\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_bytes_make_import_fall_over(
        loose in proptest::collection::vec(any::<u8>(), 0..300),
        likely in "[\",;\n\r\ta-zA0-9/.:-]{0,200}",
    ) {
        let desk = Desk::new("", &[("accounts.csv", ACCOUNTS)]);
        desk.put("loose.csv", &loose);
        desk.put("loose.parquet", &loose);
        desk.put("loose.ndjson", &loose);
        desk.put("tickets.csv", format!("ticket_id,account_id,opened_at\nT-1,A-1,2024-01-01\n{likely}").as_bytes());
        let report = desk.import().unwrap();
        prop_assert!(report.tables.iter().any(|it| it.table == "accounts" && it.rows == 2));
    }
}

/// Half a million events over `days` days from `first` on, by three accounts, seven people and five features.
fn events(first: i32, days: usize) -> (Vec<u8>, BTreeMap<String, u64>) {
    const MANY: usize = 500_000;
    let text = |letter: char, of: usize| -> ArrayRef {
        Arc::new((0..MANY).map(|it| Some(format!("{letter}{}", it % of))).collect::<StringArray>())
    };
    let day = |it: usize| first + i32::try_from(it * days / MANY).unwrap();
    let date = Date32Array::from_iter_values((0..MANY).map(day));
    let rows = RecordBatch::try_from_iter([
        ("account_id", text('a', 3)),
        ("user_id", text('u', 7)),
        ("feature", text('f', 5)),
        ("event_date", Arc::new(date) as ArrayRef),
    ])
    .unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, rows.schema(), None).unwrap();
    writer.write(&rows).unwrap();
    writer.close().unwrap();
    let mut counted = BTreeMap::new();
    for it in 0..MANY {
        // The accounts know no a0.
        if it % 3 != 0 {
            let date = date_from_days(day(it)).unwrap();
            *counted.entry(format!("a{}|u{}|f{}|{date}", it % 3, it % 7, it % 5)).or_default() += 1;
        }
    }
    (bytes, counted)
}

#[test]
fn a_large_file_of_events_is_summed_and_another_day_costs_only_that_day() {
    let accounts = "account_id,name\na1,One\na2,Two\n";
    let few = "account_id,user_id,feature,event_date,quantity\na1,u1,f1,2024-02-01,4\n";
    let desk = Desk::new("", &[("accounts.csv", accounts), ("few_usage_events.csv", few)]);
    let (first, mut counted) = events(19_723, 10);
    desk.put("usage_events_1.parquet", &first);
    let report = desk.import().unwrap();
    let columns =
        ["account_id", "user_id", "feature", "event_date", "quantity", "source_file", "source_line"];
    let expected = |counted: &BTreeMap<String, u64>, file: &str| -> Vec<String> {
        counted.iter().map(|(key, uses)| format!("{key}|{uses}|data/{file}|")).collect()
    };
    let mut rows = expected(&counted, "usage_events_1.parquet");
    rows.push("a1|u1|f1|2024-02-01|4|data/few_usage_events.csv|2".to_owned());
    rows.sort();
    assert_eq!(desk.rows("usage_events", &columns), rows);
    assert!(reject(&report, "usage_events_1.parquet", 0).problem.contains("`a0` is not known"));
    assert_eq!(report.exported_on.as_deref(), Some("2024-02-01"));
    let told = report.files.iter().find(|it| it.file.ends_with("1.parquet")).unwrap();
    assert_eq!((told.rows_read, told.rows_kept), (500_000, counted.len() as u64));
    assert!(report.notes.iter().any(|it| it.contains("usage_events_1.parquet")), "{:?}", report.notes);

    let place = || {
        let dataset = Dataset::open(desk.root().join(".csm/tables")).unwrap();
        let entry = dataset.manifest.files("usage_events").find(|it| it.file.contains("events_1")).unwrap();
        fs::metadata(dataset.path(entry)).unwrap().ino()
    };
    let before = place();
    let (second, more) = events(19_733, 1);
    desk.put("usage_events_2.parquet", &second);
    desk.import().unwrap();
    assert_eq!(place(), before, "what the first file gave is taken over, not written again");
    rows.extend(expected(&more, "usage_events_2.parquet"));
    rows.sort();
    assert_eq!(desk.rows("usage_events", &columns), rows);

    // A file of the same name and size with other rows is read again; a damaged rollup is made again.
    let (other, changed) = events(19_743, 10);
    assert_eq!(other.len(), first.len());
    desk.put("usage_events_1.parquet", &other);
    for entry in fs::read_dir(desk.root().join(".csm/rollup")).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("rows-") {
            let mut bytes = fs::read(&path).unwrap();
            let at = bytes.len() / 3;
            bytes[at] ^= 1;
            fs::write(&path, bytes).unwrap();
        }
    }
    desk.import().unwrap();
    counted = changed;
    let mut rows = expected(&counted, "usage_events_1.parquet");
    rows.extend(expected(&more, "usage_events_2.parquet"));
    rows.push("a1|u1|f1|2024-02-01|4|data/few_usage_events.csv|2".to_owned());
    rows.sort();
    assert_eq!(desk.rows("usage_events", &columns), rows);
}

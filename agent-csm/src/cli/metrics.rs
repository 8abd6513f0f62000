//! `csm metrics`: every term of the field with its figures, and whether the invariants hold.

use std::process::ExitCode;

use agent_core::agent::Failure;
use agent_core::runtime::Runtime;
use clap::{Args, ValueEnum};
use protocol::{Figure, FigureStatus};
use serde_json::{Value, json};

use super::session::{block_on, chosen, open};
use super::{CliError, WorkspaceArgs, show};
use crate::agent::{Left, Measures, measures_of};
use crate::assessment::{Analysis, Checks};
use crate::knowledge::{Knowledge, Term, terms};

/// What to show.
#[derive(Args, Debug)]
pub(super) struct MetricsArgs {
    /// Also by every segment, owner, tier or account
    #[arg(long, value_enum, value_name = "segment|owner|tier|account", hide_possible_values = true)]
    by: Option<Dimension>,
    /// Only terms and metrics that hold this text in their name, title or definition
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Compute as of the end of this day, instead of reading the latest completed session
    #[arg(long, value_name = "DATE", conflicts_with = "session")]
    as_of: Option<chrono::NaiveDate>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    workspace: WorkspaceArgs,
}

/// By what figures are split.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Dimension {
    Segment,
    Owner,
    Tier,
    Account,
}

impl Dimension {
    fn word(self) -> &'static str {
        match self {
            Self::Segment => "segment",
            Self::Owner => "owner",
            Self::Tier => "tier",
            Self::Account => "account",
        }
    }
}

/// The figures, and where they are from.
struct Found {
    company: String,
    as_of: String,
    data_hash: String,
    session: Option<String>,
    figures: Vec<Figure>,
    checks: Checks,
}

pub(super) fn run(args: &MetricsArgs) -> Result<ExitCode, CliError> {
    let root = &args.workspace.workspace;
    let knowledge = Knowledge::load(Some(root)).map_err(|error| {
        CliError::because("could not read the knowledge files", &error).hint(error.hint())
    })?;
    let terms = terms(&knowledge).map_err(|problem| {
        CliError::failed(problem).hint("compare it with the file of the same name in the project")
    })?;
    let found = match args.as_of {
        Some(day) => Found::of(compute(args, &day.to_string(), Left::default())?, None),
        None => of_session(args)?,
    };
    let shown = Shown { knowledge: &knowledge, found: &found, filter: args.filter.as_deref(), by: args.by };
    if args.json {
        print_line!("{}", shown.json(&terms));
    } else {
        shown.print(&terms);
    }
    Ok(ExitCode::SUCCESS)
}

impl Found {
    fn of(measures: Measures, session: Option<String>) -> Self {
        Self {
            company: measures.company,
            as_of: measures.as_of.to_string(),
            data_hash: measures.data_hash,
            session,
            figures: measures.figures,
            checks: measures.checks,
        }
    }
}

fn compute(args: &MetricsArgs, as_of: &str, left: Left) -> Result<Measures, CliError> {
    block_on(async {
        measures_of(&args.workspace.workspace, Some(as_of), args.by.map(Dimension::word), left)
            .await
            .map_err(|failure| CliError::told(failure.error()))
    })
}

/// The figures of the session; parts it did not keep are computed as of its day, from the same data.
fn of_session(args: &MetricsArgs) -> Result<Found, CliError> {
    let (session, analysis, left) = block_on(async {
        let runtime = open(&args.workspace.workspace).await?;
        let read = kept(&runtime, args).await;
        runtime.close().await;
        read
    })?;
    if args.by.is_some() {
        // What the session itself stood on, so that its bands and lists are the same.
        let measures = compute(args, &analysis.as_of.to_string(), left)?;
        let same = measures.figures.iter().filter(|figure| figure.scope.key.is_none()).all(|now| {
            analysis
                .figure(&now.metric)
                .is_none_or(|then| (&then.value, &then.definition) == (&now.value, &now.definition))
        });
        if !same || measures.data_hash != analysis.data_hash {
            return Err(CliError::failed(format!(
                "data, knowledge or settings have changed since the session `{session}`"
            ))
            .hint(format!("run `csm run` again, or say the day: --as-of {}", analysis.as_of)));
        }
        return Ok(Found::of(measures, Some(session)));
    }
    Ok(Found {
        company: analysis.company.clone(),
        as_of: analysis.as_of.to_string(),
        data_hash: analysis.data_hash.clone(),
        session: Some(session),
        figures: analysis.program().cloned().collect(),
        checks: analysis.checks.clone(),
    })
}

/// The session to read, its analysis and what it left for the next one.
async fn kept(runtime: &Runtime, args: &MetricsArgs) -> Result<(String, Analysis, Left), CliError> {
    let session = chosen(runtime, args.workspace.session.as_deref()).await?;
    let told = |failure: Failure| CliError::told(failure.error());
    let completed = runtime
        .completed(Some(&session))
        .await
        .map_err(|error| CliError::because(format!("could not read the session `{session}`"), &error))?;
    let nothing = || {
        CliError::failed(format!("the session `{session}` did not come to its figures"))
            .hint("run `csm run` again, or name another session")
    };
    let completed = completed.ok_or_else(nothing)?;
    let analysis = completed.output("context").await.map_err(told)?.ok_or_else(nothing)?;
    let left = Left::of(&completed).await.map_err(told)?;
    Ok((session, analysis, left))
}

/// What is shown of what was found.
struct Shown<'a> {
    knowledge: &'a Knowledge,
    found: &'a Found,
    filter: Option<&'a str>,
    by: Option<Dimension>,
}

impl Shown<'_> {
    /// The metrics of a term that are asked for, each with its figures, the whole first.
    fn of<'a>(&'a self, term: &'a Term) -> impl Iterator<Item = (&'a str, Vec<&'a Figure>)> + 'a {
        term.metrics.iter().filter(move |metric| self.wanted(term, metric)).map(move |metric| {
            let figures = self.found.figures.iter().filter(|figure| figure.metric == **metric).collect();
            (metric.as_str(), figures)
        })
    }

    fn wanted(&self, term: &Term, metric: &str) -> bool {
        let Some(filter) = self.filter.map(str::to_lowercase) else { return true };
        let holds = |text: &str| text.to_lowercase().contains(&filter);
        let measure = self.knowledge.metric(metric);
        holds(&term.name)
            || holds(metric)
            || measure.is_some_and(|measure| holds(&measure.title) || holds(&measure.says))
    }

    fn says(&self, metric: &str) -> &str {
        self.knowledge.metric(metric).map_or("", |measure| measure.says.as_str())
    }

    /// Whose rows count, in words.
    fn population(&self, metric: &str) -> Option<&str> {
        let measure = self.knowledge.metric(metric)?;
        measure.population.as_ref().map(|population| population.words.as_str())
    }

    fn json(&self, terms: &[Term]) -> Value {
        let terms: Vec<Value> = terms
            .iter()
            .map(|term| {
                let metrics: Vec<Value> = self
                    .of(term)
                    .map(|(metric, figures)| {
                        json!({"metric": metric, "says": self.says(metric),
                               "population": self.population(metric), "figures": figures})
                    })
                    .collect();
                json!({"term": term.name, "says": term.says, "metrics": metrics})
            })
            .filter(|term| term["metrics"].as_array().is_some_and(|metrics| !metrics.is_empty()))
            .collect();
        json!({
            "company": self.found.company, "as_of": self.found.as_of, "data_hash": self.found.data_hash,
            "session_id": self.found.session, "by": self.by.map(Dimension::word), "terms": terms,
            "checks": self.found.checks.checks,
        })
    }

    fn print(&self, terms: &[Term]) {
        let from = match &self.found.session {
            Some(session) => format!("session {session}"),
            None => "computed for this question; `csm run` keeps the rows".to_owned(),
        };
        print_line!("{}, end of {}, UTC; {from}\n", self.found.company, self.found.as_of);
        let mut rows: Vec<[String; 6]> = Vec::new();
        for term in terms {
            let before = rows.len();
            for (metric, figures) in self.of(term) {
                if rows.len() == before {
                    rows.push([
                        term.name.to_uppercase(),
                        String::new(),
                        String::new(),
                        String::new(),
                        String::new(),
                        term.says.clone(),
                    ]);
                }
                for figure in &figures {
                    rows.push(self.row(metric, figure));
                }
                if figures.is_empty() {
                    // The session kept it per account only.
                    rows.push([
                        format!("  {metric}"),
                        "per account".to_owned(),
                        String::new(),
                        String::new(),
                        String::new(),
                        self.says(metric).to_owned(),
                    ]);
                }
            }
        }
        if rows.is_empty() {
            print_line!("No term or metric holds that text.");
        } else {
            show::table(["figure", "value", "n", "window", "target", "what it is"], rows);
        }
        print_line!("\n{}", self.found.checks.sentence());
        show::table(
            ["check", "state", "what must hold"],
            self.found.checks.checks.iter().map(|check| {
                let mut says = check.says.clone();
                if let Some(reason) = &check.reason {
                    says = format!("not checked because {reason}. {says}");
                }
                if check.breaches > 0 {
                    let rows: Vec<String> =
                        check.rows.iter().map(|row| Value::Object(row.clone()).to_string()).collect();
                    let stops = check.guards.join(", ");
                    says =
                        format!("rows: {}; stops {stops}. First: {}. {says}", check.breaches, rows.join(" "));
                }
                [format!("  {}", check.name), check.state.word().to_owned(), says]
            }),
        );
    }

    fn row(&self, metric: &str, figure: &Figure) -> [String; 6] {
        let name = match &figure.scope.key {
            None => format!("  {metric}"),
            Some(key) => format!("    {} {key}", figure.scope.dimension),
        };
        let verdict = match figure.status {
            FigureStatus::Pass => "PASS",
            FigureStatus::Fail => "FAIL",
            FigureStatus::Unknown => "UNKNOWN",
            FigureStatus::Known => "",
        };
        let target = figure.target.as_ref().map(ToString::to_string).unwrap_or_default();
        let window = figure.window.as_ref().map_or("on the day", |window| window.words.as_str());
        let whole = figure.scope.key.is_none();
        let mut what = String::new();
        if whole {
            what.push_str(self.says(metric));
            let counts = self.population(metric).unwrap_or("not said by its definition");
            what.push_str(&format!(" Counts: {counts}."));
        }
        for (word, why) in [
            (if figure.value.is_none() { "unknown because" } else { "note:" }, &figure.reason),
            ("implausible:", &figure.implausible),
        ] {
            if let Some(why) = why {
                let space = if what.is_empty() { "" } else { " " };
                what = format!("{word} {why}.{space}{what}");
            }
        }
        let n = figure.n.to_string();
        [
            name,
            figure.shown.clone(),
            n,
            window.to_owned(),
            format!("{target} {verdict}").trim().to_owned(),
            what,
        ]
    }
}

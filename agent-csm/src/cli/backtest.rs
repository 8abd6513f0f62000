//! `csm backtest`: would the churn model have known?

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};

use super::{CliError, show};
use crate::agent::backtest_of;
use crate::churn::{Asked, Backtest, Label};

/// What to test.
#[derive(Args, Debug)]
pub(super) struct BacktestArgs {
    /// The workspace folder
    #[arg(short = 'w', long = "workspace", value_name = "DIR", default_value = ".")]
    workspace: PathBuf,
    /// Train only on what was known at the end of this day [default: walk back over the newest days whose horizon is
    /// over, and keep the model for sessions]
    #[arg(long, value_name = "DATE")]
    cutoff: Option<NaiveDate>,
    /// Days within which a decision to leave counts [default: as knowledge/churn.toml says, 90]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=366))]
    horizon: Option<u32>,
    /// What counts as leaving
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "billing|accounts.churn_flag",
        hide_possible_values = true
    )]
    label: Which,
    /// Write the rows trained on, the rows scored and the predictions of the last cut-off as CSV
    #[arg(long, value_name = "DIR")]
    export: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Which {
    /// Billing decides: recurring revenue falls to zero and does not come back
    #[default]
    Billing,
    /// The source's own flag, which has no day
    #[value(name = "accounts.churn_flag")]
    ChurnFlag,
}

pub(super) fn run(args: BacktestArgs) -> Result<ExitCode, CliError> {
    let asked = Asked {
        cutoff: args.cutoff,
        horizon_days: args.horizon,
        label: match args.label {
            Which::Billing => Label::Billing,
            Which::ChurnFlag => Label::ChurnFlag,
        },
        export: args.export,
    };
    let json = args.json;
    let report = backtest_of(&args.workspace, &asked, &|doing| {
        if !json {
            print_aside!("{doing}");
        }
    })
    .map_err(|failure| CliError::told(failure.error()))?;
    if json {
        let text = serde_json::to_string(&report)
            .map_err(|error| CliError::because("could not encode the report", &error))?;
        print_line!("{text}");
    } else {
        print(&report);
    }
    Ok(ExitCode::SUCCESS)
}

fn print(report: &Backtest) {
    print_line!(
        "Label: {}, decision within {} days. Data up to {}.",
        report.label,
        report.horizon_days,
        report.as_of
    );
    if !report.cutoffs.is_empty() {
        print_line!();
        show::table(
            ["cut-off", "trained rows", "of them left", "accounts scored", "left after it"],
            report.cutoffs.iter().map(|it| {
                [
                    it.on.clone(),
                    it.trained_rows.to_string(),
                    it.trained_churned.to_string(),
                    it.accounts.to_string(),
                    it.churned.map_or_else(|| "not over".to_owned(), |n| n.to_string()),
                ]
            }),
        );
    }
    if report.n > 0 {
        print_line!();
        show::table(["score", "value", "what it says"], scores(report));
        print_line!();
        show::table(
            ["bin", "accounts", "predicted", "left", "95% interval"],
            report.calibration.iter().enumerate().map(|(at, bin)| {
                [
                    (at + 1).to_string(),
                    bin.n.to_string(),
                    percent(bin.predicted),
                    percent(bin.observed),
                    format!("{} to {}", percent(bin.low), percent(bin.high)),
                ]
            }),
        );
    }
    if let Some(unknown) = &report.unknown {
        print_line!("\nUnknown: {unknown}.");
    }
    let verdict = if report.trusted { "Probabilities are trusted" } else { "Probabilities are refused" };
    print_line!("\n{verdict}: {}.", report.why);
    if !report.trusted {
        print_line!("Bands and reasons stay; no probability is shown.");
    }
    match (report.stored, report.trusted) {
        (true, true) => {
            print_line!("The model over the whole history is kept in .csm/churn; sessions read it.")
        }
        (true, false) => print_line!("The verdict is kept in .csm/churn; sessions say it."),
        (false, _) => {
            print_line!("Nothing is kept: only a run without --cutoff and with the billing label is.")
        }
    }
}

fn scores(report: &Backtest) -> Vec<[String; 3]> {
    let mut rows = vec![[
        "left".to_owned(),
        format!("{} of {}", report.churned, report.n),
        format!("base rate {}", report.base_rate.map_or_else(|| "unknown".to_owned(), percent)),
    ]];
    let mut row = |name: &str, value: Option<String>, says: String| {
        rows.push([name.to_owned(), value.unwrap_or_else(|| "unknown".to_owned()), says]);
    };
    row(
        "AUC",
        report.auc.map(|it| format!("{:.3}", it.value)),
        report.auc.map_or_else(String::new, |it| {
            format!("95% interval {:.3} to {:.3}; 0.5 is chance", it.low, it.high)
        }),
    );
    row("PR AUC", report.pr_auc.map(|it| format!("{it:.3}")), "chance is the base rate".to_owned());
    row(
        "Brier",
        report.brier.map(|it| format!("{it:.4}")),
        report.brier_of_base_rate.map_or_else(String::new, |it| {
            format!("base rate {it:.4}, skill {:.1}%", 100.0 * report.skill.unwrap_or_default())
        }),
    );
    row(
        "ECE",
        report.ece.map(|it| format!("{it:.3}")),
        report.ece_floor.map_or_else(String::new, |it| {
            format!("a calibrated model: {:.3}, below {:.3} in 95%", it.mean, it.p95)
        }),
    );
    row(
        "lift at the top tenth",
        report.top_decile.map(|it| format!("{:.2}", it.lift)),
        report.top_decile.map_or_else(String::new, |it| {
            format!("{:.0} of {} left; {} of all who did", it.positives, it.n, percent(it.recall))
        }),
    );
    let budget = report.alert_budget.as_ref();
    row(
        "at the alert budget",
        budget.map(|it| format!("{} accounts", it.accounts)),
        budget.map_or_else(
            || report.no_alert_budget.clone().unwrap_or_else(|| "nobody left".to_owned()),
            |it| {
                format!("precision {}, recall {}; {}", percent(it.precision), percent(it.recall), it.because)
            },
        ),
    );
    row(
        "lead time",
        report.lead_days_median.map(|it| format!("{it:.0} days")),
        "median from cut-off to decision, of those who left among the alerts".to_owned(),
    );
    row(
        "health score beside it",
        report.health.map(|it| format!("AUC {:.3}", it.auc)),
        report.health.map_or_else(
            || "no account with a known outcome had a score".to_owned(),
            |it| format!("the model on the same {} accounts: {:.3}", it.n, it.model_auc),
        ),
    );
    rows
}

fn percent(share: f64) -> String {
    format!("{:.1}%", 100.0 * share)
}

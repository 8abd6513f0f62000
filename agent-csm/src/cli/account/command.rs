//! The command, and the order of the page.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::paper::Paper;
use super::{churn, head, health, money, people, plan, reasons, support, unknown, usage, voice, word};
use crate::assessment::{Account, Analysis};
use crate::cli::book::Book;
use crate::cli::screen::Screen;
use crate::cli::{CliError, WorkspaceArgs};
use crate::plan::SuccessPlan;
use crate::play::Action;
use crate::wire::AccountContext;

/// Which account.
#[derive(Args, Debug)]
pub(in crate::cli) struct AccountArgs {
    /// The account, by name, part of its name, or id
    name: String,
    /// Print JSON: everything the page rests on
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    workspace: WorkspaceArgs,
}

/// What the sections read.
pub(super) struct View<'a> {
    pub(super) account: &'a Account,
    pub(super) analysis: &'a Analysis,
    /// What is to be done for it, the most pressing first.
    pub(super) actions: Vec<&'a Action>,
    /// Its success plan, where it has one.
    pub(super) plan: Option<&'a SuccessPlan>,
}

/// Shows the account.
pub(in crate::cli) fn run(args: &AccountArgs) -> Result<ExitCode, CliError> {
    let book = Book::read(&args.workspace)?;
    let account = book.account(&args.name)?;
    if args.json {
        let planned = book.plans.plans.iter().any(|it| it.account.account_id == account.account_id);
        let (id, analysis) = (account.account_id.as_str(), &book.analysis);
        let context = AccountContext::of(analysis, &book.plans.queue, planned, id);
        let opened = json!({
            "session_id": book.session,
            "account_context": context,
            "health": analysis.health.accounts.get(id),
            "usage": {
                "weeks": analysis.trend.weeks.get(id),
                "archetype": analysis.trend.archetypes.get(id),
                "changes": analysis.trend.changes.get(id),
            },
            "value_segment": analysis.health.segments.get(id),
            "churn": {
                "standing": analysis.churn.standing,
                "why": analysis.churn.why,
                "horizon_days": analysis.churn.horizon_days,
                "account": analysis.churn.accounts.get(id),
            },
            "people": {
                "stakeholders": analysis.people.stakeholders_of(id).collect::<Vec<_>>(),
                "gaps": analysis.people.gaps_of(id).collect::<Vec<_>>(),
                "notes": analysis.people.notes_of(id).collect::<Vec<_>>(),
                "changes": analysis.people.changes_of(id).collect::<Vec<_>>(),
                "snooze": analysis.people.snooze_of(id),
            },
            "support": analysis.support.accounts.get(id),
            "voice": analysis.voice.accounts.get(id),
            "terms": analysis.sight.terms.get(id),
        });
        print_line!("{opened}");
    } else {
        crate::cli::printing::inked(&page(&book, account, Screen::of_stdout()), "");
    }
    Ok(ExitCode::SUCCESS)
}

/// The page; nothing in it depends on colour.
fn page(book: &Book, account: &Account, screen: Screen) -> String {
    let own = |action: &&Action| action.account_id == account.account_id;
    let view = View {
        account,
        analysis: &book.analysis,
        actions: book.plans.queue.iter().filter(own).collect(),
        plan: book.plans.plans.iter().find(|it| it.account.account_id == account.account_id),
    };
    let mut paper = Paper::new(screen);
    head::section(&mut paper, &view);
    health::section(&mut paper, &view);
    usage::section(&mut paper, &view);
    reasons::section(&mut paper, &view);
    churn::section(&mut paper, &view);
    money::section(&mut paper, &view);
    people::section(&mut paper, &view);
    support::section(&mut paper, &view);
    voice::section(&mut paper, &view);
    plan::section(&mut paper, &view);
    word::section(&mut paper, &view);
    unknown::section(&mut paper, &view);
    paper.finish()
}

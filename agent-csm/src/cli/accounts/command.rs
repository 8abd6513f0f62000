//! The command: its arguments, and the table it prints.

use std::process::ExitCode;

use clap::Args;
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table};
use serde_json::{Map, Value, json};

use super::column::{COLUMNS, Column, ROOM, SHOWN, column};
use super::field::Field;
use super::filter::Filter;
use crate::assessment::Account;
use crate::cli::book::Book;
use crate::cli::screen::Screen;
use crate::cli::{CliError, WorkspaceArgs};
use crate::deliverable::{Cell, Sheet};
use crate::markup::terminal_text;
use crate::workspace::nearest;

/// Which accounts, in which order.
#[derive(Args, Debug)]
#[command(
    after_help = "Keys: account id owner segment tier status health band coverage arr mrr seats days opt_out \
                        renewal touch risk growth value_segment \
                        archetype sentiment churn snoozed reason\n\nExamples:\n  csm accounts --filter band=red --filter \
                        'arr>=40k'\n  csm accounts --filter owner=Ada --sort days\n  csm accounts --sort arr,desc \
                        --limit 10\n  csm accounts --filter 'opt_out<2026-12-31' --columns account,arr,opt_out,reason"
)]
pub(in crate::cli) struct AccountsArgs {
    /// What to sort by: a key, `,desc` for the largest first; what is unknown comes last [default: risk]
    #[arg(long, value_name = "KEY[,desc]")]
    sort: Option<String>,
    /// Only accounts that meet it: band=red, 'arr>=40000', owner=Ada, reason~invoice; repeat for several
    #[arg(long, value_name = "EXPR", num_args = 1..)]
    filter: Vec<String>,
    /// The columns to show, by key, comma between; `all` for all of them
    #[arg(long, value_name = "KEYS", value_delimiter = ',')]
    columns: Vec<String>,
    /// managed, trial, prospect, churned, internal or all
    #[arg(long, default_value = "managed")]
    status: String,
    /// At most that many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Print JSON: every key, figures with their ids
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print CSV for a spreadsheet
    #[arg(long)]
    csv: bool,
    #[command(flatten)]
    workspace: WorkspaceArgs,
}

const STATUS: [&str; 6] = ["managed", "trial", "prospect", "churned", "internal", "all"];

/// Lists the accounts.
pub(in crate::cli) fn run(args: &AccountsArgs) -> Result<ExitCode, CliError> {
    // What was typed is read before the workspace: a wrong key should not wait for the data.
    let filters = args.filter.iter().map(|it| Filter::parse(it)).collect::<Result<Vec<_>, _>>()?;
    let screen = Screen::of_stdout();
    let columns = columns(&args.columns, screen)?;
    let (sort, falling) = sorting(args.sort.as_deref())?;
    if !STATUS.contains(&args.status.as_str()) {
        let near = nearest(&args.status, STATUS.into_iter());
        let hint = near
            .map_or_else(|| format!("known are {}", STATUS.join(", ")), |it| format!("did you mean `{it}`?"));
        return Err(CliError::usage(format!("`{}` is no status", args.status)).hint(hint));
    }
    let book = Book::read(&args.workspace)?;
    let analysis = &book.analysis;
    let of_status = |account: &&Account| args.status == "all" || account.status == args.status;
    let mut found: Vec<&Account> = analysis
        .accounts
        .values()
        .filter(of_status)
        .filter(|account| filters.iter().all(|filter| filter.holds(account, analysis)))
        .collect();
    found.sort_by(|a, b| {
        let by = |account: &Account| (sort.of)(account, analysis);
        by(a)
            .order(&by(b), falling)
            .then_with(|| b.arr.whole().cmp(&a.arr.whole()))
            .then_with(|| a.account_id.cmp(&b.account_id))
    });
    let total = found.len();
    found.truncate(args.limit.unwrap_or(usize::MAX));
    if args.json {
        print_line!("{}", as_json(&book, &found, total));
    } else if args.csv {
        print_text!("{}", as_csv(&book, &found, &columns));
    } else if found.is_empty() {
        print_line!("No account of status `{}` meets that.", args.status);
    } else {
        crate::cli::printing::inked(&as_table(&book, &found, &columns, screen), "\n");
        let shown = found.len();
        let of = if shown == total { String::new() } else { format!(" of {total}") };
        print_line!(
            "\n{shown}{of} accounts at the end of {}. One on a page: csm account NAME",
            analysis.as_of
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// The columns asked for; when nobody asks the usual ones, as far as a terminal has room for them.
fn columns(asked: &[String], screen: Screen) -> Result<Vec<&'static Column>, CliError> {
    match asked {
        [] => {
            let fits = |key: &&str| {
                !screen.bounded || ROOM.iter().all(|(it, least)| it != key || screen.width >= *least)
            };
            SHOWN.into_iter().filter(fits).map(column).collect()
        }
        [all] if all == "all" => Ok(COLUMNS.iter().collect()),
        asked => asked.iter().map(|it| column(it)).collect(),
    }
}

/// What to sort by, and whether the largest comes first.
fn sorting(asked: Option<&str>) -> Result<(&'static Column, bool), CliError> {
    let Some(asked) = asked else { return Ok((column("risk")?, false)) };
    let (key, way) = asked.split_once(',').unwrap_or((asked, "asc"));
    let falling = match way.trim() {
        "desc" => true,
        "asc" => false,
        other => {
            return Err(CliError::usage(format!("`{other}` is no direction")).hint("write `--sort arr,desc`"));
        }
    };
    Ok((column(key)?, falling))
}

fn as_json(book: &Book, found: &[&Account], total: usize) -> Value {
    let accounts: Vec<Value> = found
        .iter()
        .map(|account| {
            let members: Map<String, Value> = COLUMNS
                .iter()
                .map(|it| (it.key.to_owned(), (it.of)(account, &book.analysis).json()))
                .collect();
            Value::Object(members)
        })
        .collect();
    json!({
        "session_id": book.session,
        "as_of": book.analysis.as_of,
        "currency": book.analysis.currency,
        "total": total,
        "accounts": accounts,
    })
}

fn as_csv(book: &Book, found: &[&Account], columns: &[&Column]) -> String {
    // The id goes along: names repeat.
    let mut headers: Vec<&str> = columns.iter().map(|it| it.key).collect();
    if !headers.contains(&"id") {
        headers.insert(0, "id");
    }
    let currency = book.analysis.currency.as_str();
    let columns: Vec<&Column> = headers.iter().filter_map(|header| column(header).ok()).collect();
    // Money in the currency's own units, with the currency beside.
    let named = columns.iter().flat_map(|it| [Some(it.key), it.money.then_some("currency")]).flatten();
    let mut sheet = Sheet::new(&named.collect::<Vec<_>>());
    for account in found {
        let mut cells = Vec::new();
        for it in &columns {
            let field = (it.of)(account, &book.analysis);
            if it.money {
                #[expect(clippy::cast_possible_truncation, reason = "minor units, whole and far below 2^53")]
                let minor = field.number().map(|minor| minor.round() as i64);
                cells.extend([Cell::money(minor, currency), Cell::from(currency)]);
            } else {
                cells.push(field.cell());
            }
        }
        sheet.push(cells);
    }
    String::from_utf8_lossy(&sheet.into_bytes()).into_owned()
}

fn as_table(book: &Book, found: &[&Account], columns: &[&Column], screen: Screen) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    if screen.bounded {
        table.set_width(u16::try_from(screen.width).unwrap_or(u16::MAX));
    }
    table.set_header(columns.iter().map(|it| it.header.to_uppercase()));
    for account in found {
        let fields = columns.iter().map(|it| {
            let shown = (it.of)(account, &book.analysis).shown();
            if it.key != "account" {
                return shown;
            }
            let id = (shown != account.account_id).then(|| account.account_id.clone());
            // Wherever the account is, so is that it is about to leave.
            let end = account.announced_end.as_ref().map(|end| format!("({end})"));
            let said = [Some(shown), id, end].into_iter().flatten();
            terminal_text(&said.collect::<Vec<_>>().join(" "))
        });
        table.add_row(fields);
    }
    for (at, it) in columns.iter().enumerate() {
        let first = found.first().map(|account| (it.of)(account, &book.analysis));
        let words = matches!(first, Some(Field::Text(_)) | None);
        if let Some(column) = table.column_mut(at) {
            if !words {
                column.set_cell_alignment(CellAlignment::Right);
            }
            // Only words wrap: a number on two lines is another number.
            if !matches!(it.key, "account" | "owner" | "reason" | "segment") {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
    }
    table.trim_fmt()
}

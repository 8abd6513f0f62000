//! Tables for people at a terminal.

use agent_core::terminal::visible_line;
use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};

/// Prints rows under headers, wrapped to the terminal; nothing is cut off.
pub(super) fn table<const N: usize>(headers: [&str; N], rows: impl IntoIterator<Item = [String; N]>) {
    let headers: Vec<String> = headers.map(str::to_owned).into();
    wide_table(&headers, rows.into_iter().map(Vec::from));
}

/// The same, where the columns are known only when they are read.
pub(super) fn wide_table(headers: &[String], rows: impl IntoIterator<Item = Vec<String>>) {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(headers.iter().map(|header| visible_line(&header.to_uppercase()).into_owned()));
    for row in rows {
        // Before it is laid out: a cell is one line, as wide as it is printed.
        table.add_row(row.iter().map(|cell| visible_line(cell).into_owned()));
    }
    print_line!("{}", table.trim_fmt());
}

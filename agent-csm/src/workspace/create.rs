//! The first files of a workspace.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use super::folder::{CONFIG_FILE, WorkspaceError};

const FILES: [(&str, &str); 6] = [
    (".gitignore", ".csm/\nout/\n"),
    ("data/README.md", "Source files as they were exported; `csm import` puts copies here.\n"),
    (
        "notes/README.md",
        "One Markdown file per account, named after its id or begun with `# ` and its name; a heading like\n`## 2026-09-30 note by Ana` before each entry. The agent reads them at the start of a session; `csm note` appends.\n",
    ),
    (
        "knowledge/README.md",
        "Files here replace or add to the built-in knowledge of the same path: `metrics/nps_score.sql`, `sources/crm.toml`.\n",
    ),
    ("plans/README.md", "One success plan per account; what people write here is never overwritten.\n"),
    ("out/.gitkeep", ""),
];

pub(super) fn lay_out(root: &Path, company: &str) -> Result<(), WorkspaceError> {
    fs::create_dir_all(root).map_err(|source| WorkspaceError::Io {
        action: "create",
        path: root.to_path_buf(),
        source,
    })?;
    place(root, CONFIG_FILE, &first_config(company))?;
    for (name, text) in FILES {
        place(root, name, text)?;
    }
    Ok(())
}

/// Writes a file that is not there yet.
fn place(root: &Path, name: &str, text: &str) -> Result<(), WorkspaceError> {
    let path = root.join(name);
    let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| {
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => file.write_all(text.as_bytes()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error),
        }
    });
    written.map_err(|source| WorkspaceError::Io { action: "create", path, source })
}

fn first_config(company: &str) -> String {
    let company = toml::Value::String(company.to_owned());
    format!(
        r#"# Settings of this workspace. Lines that start with # are suggestions; remove the # to use them.

company = {company}

# Currency figures are stated in, ISO 4217.
currency = "USD"

# Day all figures are as of. Without it: the newest dated row of the data.
# as_of = "2024-12-31"

# Month the fiscal year begins with; quarters follow it.
# fiscal_year_starts = "April"

# What counts as good. These are the defaults; a changed line changes the target.
[targets]
# nps_score = "> 50"
# churn_rate = "< 5"
# adoption_rate = "> 80"
# first_response_minutes = "< 120"
# csat_score = "> 90"
# renewal_rate = "> 95"

# Tiers by ARR, in whole units of `currency`.
# [[tier]]
# name = "Enterprise"
# min_arr = 50000

# [[tier]]
# name = "Growth"
# min_arr = 10000

# What one unit of another currency is worth in `currency`.
# [fx]
# EUR = 1.08

# Source files below data/, where detection by their headers is not enough.
# The order decides whose account ids are used.
# [[source]]
# path = "subscriptions.csv"
# mapping = "stripe"
# dates = "DMY"

# Pages that are read for what they tell of an account's business, and searches that are made for it.
# [[account_page]]
# account = "A0001"
# url = "https://acme.example/news"

# [[account_search]]
# query = "{{name}} layoffs"
# accounts = ["A0001"]
"#
    )
}

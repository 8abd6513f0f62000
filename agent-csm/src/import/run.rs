//! One import: `data/` to `.csm/tables/`, and the report beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::batch::{Batch, drop_repeats};
use super::contradictions::{self, Rows};
use super::events::{self, Events, Summed};
use super::identity::Accounts;
use super::map::{Setting, apply};
use super::mapping::{SourceMapping, rule};
use super::nulls;
use super::read::{Broken, read};
use super::report::{FileReport, ImportReport, LISTED_REJECTS, Reject, TableReport};
use super::select::{choose, told};
use super::stake::{self, Stake};
use super::unify::{billing_first, follow_on, settle_ids};
use crate::tables::{
    Dataset, MANIFEST_FILE, MANIFEST_VERSION, Manifest, RejectedRows, Row, Rule, Schema, SourceEntry,
    TableEntry, TableWriteError, sha256_hex, write_atomically, write_table,
};
use crate::workspace::{Workspace, short_hash};

/// Raised whenever the same sources would give other tables than before.
const IMPORT_VERSION: &str = "3";
/// The report, beside the manifest.
pub const REPORT_FILE: &str = "report.json";

/// Why nothing was imported. What is wrong with single rows and files is in the report instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// There is not one account.
    #[error("no accounts: none of the {} files in `data/` gives one", report.files.len())]
    NoAccounts {
        /// What was found nevertheless.
        report: Box<ImportReport>,
    },
    /// The file system refused.
    #[error("could not {action} `{}`", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the file system said.
        #[source]
        source: io::Error,
    },
    /// A table could not be written.
    #[error(transparent)]
    Write(#[from] TableWriteError),
    /// The report or manifest could not be encoded; a bug.
    #[error("could not encode the report")]
    Encode(#[from] serde_json::Error),
    /// Events could not be summed.
    #[error(transparent)]
    Usage(#[from] rollup::RollupError),
    /// The workspace can't be used.
    #[error(transparent)]
    Workspace(#[from] crate::workspace::WorkspaceError),
}

impl ImportError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::NoAccounts { .. } => "add a file of accounts with the columns `account_id` and `name` \
                (or a Stripe subscriptions export, which names the customers)"
                .to_owned(),
            Self::Io { .. } | Self::Write(_) => {
                "check the path, its permissions and the free space".to_owned()
            }
            Self::Encode(_) => "report this as a bug".to_owned(),
            Self::Usage(error) => error.hint().to_owned(),
            Self::Workspace(error) => error.hint(),
        }
    }
}

/// A source file and its content.
struct Source {
    /// Path below `data/`, with `/`.
    path: String,
    bytes: Vec<u8>,
    sha256: String,
}

/// Imports `data/` of `ws`. Where nothing changed since the last time, the tables and the report stay as they are.
///
/// # Errors
/// When there is not one account, or the file system refuses.
pub fn import(
    ws: &Workspace,
    mappings: &[SourceMapping],
    schema: &Schema,
) -> Result<ImportReport, ImportError> {
    let data = ws.data_dir();
    let sources = sources(&data)?;
    let data_hash = hash(ws, &sources, mappings, schema);
    let tables_dir = ws.tables_dir();
    if let Some(report) = unchanged(&tables_dir, &data_hash) {
        return Ok(report);
    }
    let mut report = ImportReport { data_hash, ..ImportReport::default() };
    let mut rejects: Vec<Reject> = Vec::new();
    let mut batches: Vec<Batch<'_>> = Vec::new();
    let ranks = ranks(ws, mappings);
    let mut large: Vec<Events<'_>> = Vec::new();
    for source in &sources {
        let told = told(&source.path, &ws.config.sources).map(|it| it.1);
        let path = data.join(&source.path);
        if let Some(it) = Events::of(&path, &source.path, &source.sha256, told, mappings, schema) {
            report.files.push(FileReport {
                file: format!("data/{}", source.path),
                sha256: source.sha256.clone(),
                mapping: Some(it.mapped.clone()),
                rows_read: it.events,
                ..FileReport::default()
            });
            large.push(it);
            continue;
        }
        let (file, made) =
            read_one(ws, &data, source, mappings, schema, &ranks, &mut rejects, &mut report.notes);
        report.files.push(file);
        batches.extend(made);
    }
    batches.sort_by(|a, b| (a.rank, &a.table.name, &a.name).cmp(&(b.rank, &b.table.name, &b.name)));
    report.duplicates = drop_repeats(&mut batches, &mut rejects);
    let accountless = !batches.iter().any(|it| it.table.name == "accounts" && !it.rows.is_empty());
    let mut merged = BTreeMap::new();
    let mut summed = Vec::new();
    let mut left_out = Vec::new();
    let staged = tables_dir.with_extension("usage");
    if staged.exists() {
        fs::remove_dir_all(&staged).map_err(|source| ImportError::Io {
            action: "remove",
            path: staged.clone(),
            source,
        })?;
    }
    if !accountless {
        let mut accounts = Accounts::unite(&mut batches);
        report.joins = accounts.join(&mut batches, &mut rejects);
        summed = events::sum(ws, &tables_dir, &staged, &large, &accounts, &mut rejects)?;
        report.notes.extend(events::note(&summed));
        left_out = stake::rejected(&rejects, &accounts);
        report.identities = accounts.identities;
        merged = accounts.merged;
        let united = settle_ids(&mut batches);
        if united > 0 {
            report
                .notes
                .push(format!("{united} people known to two systems by one mail address were united"));
        }
        let cut = follow_on(&mut batches);
        if cut > 0 {
            report.notes.push(format!(
                "{cut} subscription versions reach into the next version of the same subscription; \
                 they end where it starts"
            ));
        }
        let outranked = billing_first(&mut batches);
        if outranked > 0 {
            report.notes.push(format!(
                "{outranked} subscriptions stated by a CRM were left out, because billing knows the account"
            ));
        }
    }
    let (exported_on, ahead) = nulls::newest(&batches, None);
    if ahead > 0 {
        report.notes.push(format!(
            "subscriptions start on {ahead} days more than a month after the newest other row; \
             they are taken as signed, not yet live"
        ));
    }
    report.notes.extend(nulls::lone_newest(&batches, exported_on));
    let exported_on = exported_on.max(summed.iter().filter_map(|it| it.newest).max());
    report.exported_on = exported_on.map(|it| it.to_string());
    report.nulls = nulls::shares(&batches);
    report.contradictions = contradictions::find(&Rows::new(&batches, exported_on), &report.duplicates);
    count(&mut report, &batches, &rejects, &merged, schema);
    count_summed(&mut report, &summed);
    list(&mut report, rejects);
    if accountless {
        return Err(ImportError::NoAccounts { report: Box::new(report) });
    }
    write(&tables_dir, &batches, &report, &summed, left_out, &staged)?;
    Ok(report)
}

#[expect(clippy::too_many_arguments, reason = "one turn of the loop above, apart for length")]
fn read_one<'a>(
    ws: &'a Workspace,
    data: &Path,
    source: &Source,
    mappings: &'a [SourceMapping],
    schema: &'a Schema,
    ranks: &BTreeMap<&str, usize>,
    rejects: &mut Vec<Reject>,
    notes: &mut Vec<String>,
) -> (FileReport, Vec<Batch<'a>>) {
    let label = format!("data/{}", source.path);
    let mut file = FileReport { file: label.clone(), sha256: source.sha256.clone(), ..FileReport::default() };
    let refuse = |it: Broken| Reject {
        file: label.clone(),
        line: it.line,
        table: None,
        problem: it.problem,
        remedy: it.hint,
        stake: Stake::default(),
    };
    let raw = match read(&data.join(&source.path), &source.bytes) {
        Ok(raw) => raw,
        Err(broken) => {
            rejects.push(refuse(broken));
            return (file, Vec::new());
        }
    };
    file.rows_read = (raw.rows.len() + raw.broken.len()) as u64;
    let told = told(&source.path, &ws.config.sources).map(|it| it.1);
    let (mapping, role) = match choose(&source.path, &raw, told, mappings) {
        Ok(choice) => choice,
        Err((problem, hint)) => {
            rejects.push(refuse(Broken::new(1, problem, hint)));
            return (file, Vec::new());
        }
    };
    file.mapping = Some(format!("{}/{}", mapping.system, role.name));
    if let Some(why) = &role.passed_over {
        notes.push(format!("{label} was passed over: {why}"));
        file.passed_over = Some(why.clone());
        return (file, Vec::new());
    }
    let meant: Vec<String> = role.tables.iter().map(|it| it.name.clone()).collect();
    rejects.extend(
        raw.broken
            .iter()
            .cloned()
            .map(|it| Reject { stake: Stake { tables: meant.clone(), ..Stake::default() }, ..refuse(it) }),
    );
    let zones: BTreeSet<&str> = raw
        .headers
        .iter()
        .filter_map(|it| it.zone.as_deref())
        .filter(|it| super::header::offset_minutes(it).is_none())
        .collect();
    for zone in zones {
        notes.push(format!("{label}: times stated in {zone} are taken as they stand, not moved to UTC"));
    }
    let setting = Setting {
        schema,
        currency: &ws.config.currency,
        system: &mapping.system,
        file: Arc::from(label.as_str()),
        dates: told.and_then(|it| it.dates.as_deref()),
    };
    let stem = safe(&source.path);
    let rank = ranks.get(mapping.system.as_str()).copied().unwrap_or(usize::MAX);
    let batches = apply(role, &raw, &setting, rejects)
        .into_iter()
        .enumerate()
        .map(|(nth, made)| Batch {
            rank,
            system: &mapping.system,
            kind: mapping.kind,
            name: format!("{}-{stem}-{nth}", mapping.system),
            columns: made
                .mapping
                .columns
                .iter()
                .filter_map(|(name, it)| Some((name.clone(), rule(it.known_at.as_deref()?))))
                .collect(),
            mapping: made.mapping,
            table: made.table,
            rows: made.rows,
        })
        .collect();
    (file, batches)
}

/// Files below `data/`, sorted by path; read-me files and hidden ones are not data.
fn sources(data: &Path) -> Result<Vec<Source>, ImportError> {
    let mut found = Vec::new();
    let mut folders = vec![data.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let failed = |source| ImportError::Io { action: "read", path: folder.clone(), source };
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(failed(error)),
        };
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            if !is_data(&path) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                let failed = |source| ImportError::Io { action: "read", path: path.clone(), source };
                let relative = path.strip_prefix(data).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                // Parquet is read from the file: it may be larger than memory.
                let parquet = path.extension().is_some_and(|it| it.eq_ignore_ascii_case("parquet"));
                let (sha256, bytes) = if parquet {
                    (sha256_of(&path).map_err(failed)?, Vec::new())
                } else {
                    let bytes = fs::read(&path).map_err(failed)?;
                    (sha256_hex(&bytes), bytes)
                };
                found.push(Source { path: relative, sha256, bytes });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// SHA-256 of a file, hex, read in pieces.
fn sha256_of(path: &Path) -> io::Result<String> {
    let mut file = fs::File::open(path)?;
    let (mut hash, mut piece) = (Sha256::new(), vec![0; 1 << 18]);
    loop {
        match io::Read::read(&mut file, &mut piece)? {
            0 => return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()),
            read => hash.update(&piece[..read]),
        }
    }
}

/// Whether a file or folder may hold data: not hidden, not a text about the data.
pub(super) fn is_data(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    !name.starts_with('.')
        && !name.ends_with(".md")
        && !name.ends_with(".part")
        && !name.starts_with("license")
}

/// Place of each system: the order of csm.toml, then the alphabet.
fn ranks<'a>(ws: &Workspace, mappings: &'a [SourceMapping]) -> BTreeMap<&'a str, usize> {
    let mut order: Vec<&str> = Vec::new();
    let told = ws.config.sources.iter().filter_map(|it| it.mapping.as_deref());
    for name in told.map(|it| it.split('/').next().unwrap_or(it)) {
        if let Some(mapping) = mappings.iter().find(|it| it.system == name) {
            order.push(&mapping.system);
        }
    }
    let mut rest: Vec<&str> = mappings.iter().map(|it| it.system.as_str()).collect();
    rest.sort_unstable();
    order.extend(rest);
    let mut ranks = BTreeMap::new();
    for (at, name) in order.into_iter().enumerate() {
        ranks.entry(name).or_insert(at);
    }
    ranks
}

fn hash(ws: &Workspace, sources: &[Source], mappings: &[SourceMapping], schema: &Schema) -> String {
    let mut text =
        format!("import {IMPORT_VERSION}\nschema {}\ncurrency {}\n", schema.hash(), ws.config.currency);
    for it in mappings {
        text.push_str(&format!("mapping {} {}\n", it.system, it.hash));
    }
    for it in &ws.config.sources {
        text.push_str(&format!("source {:?} {:?} {:?}\n", it.path, it.mapping, it.dates));
    }
    for it in sources {
        text.push_str(&format!("file {:?} {}\n", it.path, it.sha256));
    }
    sha256_hex(text.as_bytes())
}

/// What the last import into `ws` said; `None` where there was none.
#[must_use]
pub fn last_report(ws: &Workspace) -> Option<ImportReport> {
    serde_json::from_slice(&fs::read(ws.tables_dir().join(REPORT_FILE)).ok()?).ok()
}

/// The last report, if the tables beside it are whole and came from the same things.
fn unchanged(dir: &Path, data_hash: &str) -> Option<ImportReport> {
    let dataset = Dataset::open(dir).ok()?;
    let report: ImportReport = serde_json::from_slice(&fs::read(dir.join(REPORT_FILE)).ok()?).ok()?;
    let same = dataset.manifest.data_hash == data_hash && report.data_hash == data_hash;
    same.then_some(ImportReport { unchanged: true, ..report })
}

fn count(
    report: &mut ImportReport,
    batches: &[Batch<'_>],
    rejects: &[Reject],
    merged: &BTreeMap<String, u64>,
    schema: &Schema,
) {
    for file in &mut report.files {
        let rows = batches.iter().flat_map(|it| &it.rows).filter(|it| *it.row.file == *file.file).count();
        file.rows_kept = rows as u64 + merged.get(&file.file).copied().unwrap_or(0);
        let lines: BTreeSet<u64> =
            rejects.iter().filter(|it| it.file == file.file).map(|it| it.line).collect();
        file.rows_rejected = match &file.passed_over {
            Some(_) => 0,
            None if file.rows_kept == 0 => file.rows_read,
            None => lines.len() as u64,
        };
    }
    for table in schema.tables() {
        let rows: usize =
            batches.iter().filter(|it| it.table.name == table.name).map(|it| it.rows.len()).sum();
        report.tables.push(TableReport { table: table.name.clone(), rows: rows as u64 });
    }
}

/// Counts what summed files gave: their rows are days of people, their rejects events without account or day.
fn count_summed(report: &mut ImportReport, summed: &[Summed]) {
    for it in summed {
        if let Some(file) = report.files.iter_mut().find(|file| file.file == it.file) {
            file.rows_kept = it.rows;
            file.rows_rejected = it.left_out;
        }
        if let Some(table) = report.tables.iter_mut().find(|table| table.table == "usage_events") {
            table.rows += it.rows;
        }
    }
}

/// Sorts the rejects and keeps the first ones of each file.
fn list(report: &mut ImportReport, mut rejects: Vec<Reject>) {
    report.rejects_total = rejects.len() as u64;
    rejects.sort_by(|a, b| (&a.file, a.line, &a.table).cmp(&(&b.file, b.line, &b.table)));
    let mut listed: BTreeMap<String, usize> = BTreeMap::new();
    rejects.retain(|it| {
        let n = listed.entry(it.file.clone()).or_default();
        *n += 1;
        *n <= LISTED_REJECTS
    });
    report.rejects = rejects;
}

/// Writes everything into a new folder and then puts it in the place of the old one.
fn write(
    dir: &Path,
    batches: &[Batch<'_>],
    report: &ImportReport,
    summed: &[Summed],
    rejected: Vec<RejectedRows>,
    staged: &Path,
) -> Result<(), ImportError> {
    let part = dir.with_extension("part");
    let old = dir.with_extension("old");
    let io = |action, path: &Path| {
        let path = path.to_path_buf();
        move |source| ImportError::Io { action, path, source }
    };
    for leftover in [&part, &old] {
        if leftover.exists() {
            fs::remove_dir_all(leftover).map_err(io("remove", leftover))?;
        }
    }
    fs::create_dir_all(&part).map_err(io("create", &part))?;
    let mut tables = Vec::new();
    for entry in summed.iter().filter_map(|it| it.entry.clone()) {
        let (from, to) = (staged.join(&entry.file), part.join(&entry.file));
        let folder = part.join(&entry.table);
        fs::create_dir_all(&folder).map_err(io("create", &folder))?;
        fs::rename(&from, &to).map_err(io("put in place", &to))?;
        tables.push(entry);
    }
    for batch in batches.iter().filter(|it| !it.rows.is_empty()) {
        for (suffix, rule, rows) in split(batch) {
            let file = format!("{}/{}{suffix}.parquet", batch.table.name, batch.name);
            write_table(&part.join(&file), batch.table, &rows)?;
            tables.push(TableEntry {
                table: batch.table.name.clone(),
                file,
                system: batch.system.to_owned(),
                rows: rows.len() as u64,
                history: batch.mapping.history,
                row_known_at: rule,
                columns: batch.columns.clone(),
                summed: false,
            });
        }
    }
    tables.sort_by(|a, b| a.file.cmp(&b.file));
    let sources = report
        .files
        .iter()
        .map(|it| SourceEntry {
            system: it.mapping.as_deref().and_then(|m| m.split('/').next()).unwrap_or_default().to_owned(),
            file: it.file.clone(),
            sha256: it.sha256.clone(),
            rows_read: it.rows_read,
            rows_kept: it.rows_kept,
            newest_date: summed
                .iter()
                .find(|large| large.file == it.file)
                .map_or_else(|| nulls::newest(batches, Some(&it.file)).0, |large| large.newest)
                .map(|day| day.to_string()),
        })
        .collect();
    let manifest = Manifest {
        version: MANIFEST_VERSION,
        sources,
        tables,
        exported_on: report.exported_on.clone(),
        rejected,
        data_hash: report.data_hash.clone(),
    };
    for (name, bytes) in [
        (REPORT_FILE, serde_json::to_vec_pretty(report)?),
        (MANIFEST_FILE, serde_json::to_vec_pretty(&manifest)?),
    ] {
        write_atomically(&part.join(name), &bytes).map_err(io("write", &part.join(name)))?;
    }
    if dir.exists() {
        fs::rename(dir, &old).map_err(io("replace", dir))?;
    }
    fs::rename(&part, dir).map_err(io("put in place", dir))?;
    for leftover in [old.as_path(), staged] {
        if leftover.exists() {
            fs::remove_dir_all(leftover).map_err(io("remove", leftover))?;
        }
    }
    Ok(())
}

/// Rows with and without the day on which they became known, each with its rule.
fn split(batch: &Batch<'_>) -> Vec<(&'static str, Rule, Vec<Row>)> {
    let dated = rule(&batch.mapping.row_known_at);
    let place = match &dated {
        Rule::Column(column) => batch.table.position(column),
        Rule::Always | Rule::Import => None,
    };
    let all = batch.rows.iter().map(|it| it.row.clone());
    let Some(place) = place else { return vec![("", dated, all.collect())] };
    let (with, without): (Vec<Row>, Vec<Row>) = all.partition(|it| !it.values[place].is_null());
    [("", dated, with), ("-undated", rule(&batch.mapping.undated), without)]
        .into_iter()
        .filter(|it| !it.2.is_empty())
        .collect()
}

/// A path as part of a file name; no two paths share one, also where the file system does not tell cases apart.
pub(super) fn safe(path: &str) -> String {
    let words: String = path
        .chars()
        .take(100)
        .map(|it| if it.is_ascii_alphanumeric() || it == '-' || it == '_' { it } else { '_' })
        .collect();
    format!("{words}-{}", &short_hash(path)[..12])
}

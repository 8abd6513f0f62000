//! Large Parquet files of product events: summed per account, person, feature and day while they are read.
//!
//! They never become rows in memory, and a file that only grew, or another one beside it, costs what is new.
//! What such a file gives in `usage_events` is one row per account, person, feature and day, without a line.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use chrono::NaiveDate;
use datafusion::arrow::array::{
    ArrayRef, AsArray as _, BooleanArray, DictionaryArray, RecordBatch, StringArray, new_null_array,
};
use datafusion::arrow::compute::{cast, filter_record_batch, is_not_null};
use datafusion::arrow::datatypes::{DataType, Int32Type, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::properties::WriterProperties;
use rollup::{Columns, Rollup, RollupError};

use super::header::{Header, HeaderIndex};
use super::identity::Accounts;
use super::mapping::{ColumnMapping, LinkBy, SourceMapping, TableMapping, rule};
use super::read::RawFile;
use super::report::Reject;
use super::run::ImportError;
use super::select::choose;
use super::stake::Stake;
use crate::tables::{
    Column, Dataset, Rule, SOURCE_FILE, Schema, Table, TableEntry, TableWriteError, date_from_days,
    sha256_hex,
};
use crate::workspace::{SourceConfig, Workspace};

/// Files with fewer events than this are imported row by row, each with its line.
pub(super) const LEAST_EVENTS: u64 = 500_000;
/// Raised whenever the same sums would give other files.
const VERSION: &str = "1";

/// A file that is summed.
pub(super) struct Events<'a> {
    pub(super) system: &'a str,
    /// Mapping and role, as the report names them.
    pub(super) mapped: String,
    /// Events in it.
    pub(super) events: u64,
    label: String,
    sha256: String,
    name: String,
    mapping: &'a TableMapping,
    table: &'a Table,
    source: rollup::Source,
}

/// What a summed file gave.
pub(super) struct Summed {
    /// Path relative to the workspace.
    pub(super) file: String,
    /// Rows of `usage_events`.
    pub(super) rows: u64,
    /// Events without account or day.
    pub(super) left_out: u64,
    pub(super) newest: Option<NaiveDate>,
    pub(super) entry: Option<TableEntry>,
}

impl<'a> Events<'a> {
    /// The file at `path` (`relative` below `data/`), if it is large, holds events and its mapping only names columns.
    pub(super) fn of(
        path: &Path,
        relative: &str,
        sha256: &str,
        told: Option<&SourceConfig>,
        mappings: &'a [SourceMapping],
        schema: &'a Schema,
    ) -> Option<Self> {
        if !relative.to_ascii_lowercase().ends_with(".parquet") {
            return None;
        }
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).ok()?).ok()?;
        let events = u64::try_from(reader.metadata().file_metadata().num_rows()).ok()?;
        if events < LEAST_EVENTS {
            return None;
        }
        let headers: Vec<Header> =
            reader.schema().fields().iter().map(|it| Header::parse(it.name())).collect();
        let raw = RawFile { headers, ..RawFile::default() };
        let (mapping, role) = choose(relative, &raw, told, mappings).ok()?;
        let [to] = role.tables.as_slice() else { return None };
        let table = schema.table(&to.name).filter(|it| it.name == "usage_events")?;
        let columns = plain(to, table, &HeaderIndex::new(&raw.headers), reader.schema())?;
        Some(Self {
            system: &mapping.system,
            mapped: format!("{}/{}", mapping.system, role.name),
            events,
            label: format!("data/{relative}"),
            sha256: sha256.to_owned(),
            name: super::run::safe(relative),
            mapping: to,
            table,
            source: rollup::Source { name: relative.to_owned(), file: path.to_path_buf(), columns },
        })
    }
}

/// The columns of a mapping that does nothing but name them; `None` where rows have to be looked at one by one.
fn plain(mapping: &TableMapping, table: &Table, index: &HeaderIndex, schema: &SchemaRef) -> Option<Columns> {
    let by_day = rule(&mapping.row_known_at) == Rule::Column("event_date".to_owned());
    if !by_day || mapping.one_per_key || !mapping.skip_if.is_empty() || !mapping.only_if.is_empty() {
        return None;
    }
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for column in &table.columns {
        let named = mapping.columns.get(&column.name);
        let from = match named {
            Some(it) if *it == (ColumnMapping { from: it.from.clone(), ..ColumnMapping::default() }) => {
                it.from.clone()
            }
            Some(_) => return None,
            None if mapping.same_names => vec![column.name.clone()],
            None => continue,
        };
        match index.all(&from).as_slice() {
            [] => {}
            [one] => {
                found.insert(&column.name, *one);
            }
            // Which of them counts can differ from row to row.
            _ => return None,
        }
    }
    let mut links = mapping.account.iter().filter(|it| !index.all(&it.from).is_empty());
    if let Some(link) = links.next() {
        let [one] = index.all(&link.from)[..] else { return None };
        if link.by != LinkBy::Id || links.next().is_some() {
            return None;
        }
        found.insert("account_id", one);
    }
    let fits = |name: &str, wanted: fn(&DataType) -> bool| -> Option<Option<String>> {
        let Some(at) = found.get(name) else { return Some(None) };
        let field = schema.field(*at);
        wanted(field.data_type()).then(|| Some(field.name().clone()))
    };
    let text = |kind: &DataType| {
        kind.is_integer()
            || matches!(
                kind,
                DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..)
            )
    };
    let date = |kind: &DataType| matches!(kind, DataType::Date32 | DataType::Timestamp(..));
    Some(Columns {
        account: fits("account_id", text)??,
        user: fits("user_id", text)?,
        feature: fits("feature", text)?,
        when: fits("event_date", date)??,
        uses: fits("quantity", DataType::is_integer)?,
        seconds: fits("duration_secs", DataType::is_integer)?,
        errors: fits("errors", DataType::is_integer)?,
    })
}

/// Where the sums lie.
pub(super) fn rollup_dir(ws: &Workspace) -> PathBuf {
    ws.tables_dir().with_file_name("rollup")
}

/// Brings the sums up to date and writes what they give in `usage_events` to `staged`; tables of sums that have not
/// changed are taken over from `tables`.
pub(super) fn sum(
    ws: &Workspace,
    tables: &Path,
    staged: &Path,
    all: &[Events<'_>],
    accounts: &Accounts,
    rejects: &mut Vec<Reject>,
) -> Result<Vec<Summed>, ImportError> {
    let dir = rollup_dir(ws);
    if all.is_empty() {
        if dir.exists() {
            fs::remove_dir_all(&dir).map_err(io("remove", &dir))?;
        }
        return Ok(Vec::new());
    }
    let sources: Vec<rollup::Source> = all.iter().map(|it| it.source.clone()).collect();
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let (mut rollup, _) = Rollup::update(&dir, &sources, threads)?;
    let before = Dataset::open(tables).ok();
    let mut done = Vec::new();
    for it in all {
        let written = match it.table_of(&rollup, before.as_ref(), staged, accounts, rejects) {
            // What an update does not read it does not check.
            Err(ImportError::Usage(RollupError::Damaged { .. })) => {
                rollup = Rollup::repair(&dir, &sources, threads)?.0;
                it.table_of(&rollup, before.as_ref(), staged, accounts, rejects)?
            }
            other => other?,
        };
        done.push(Summed {
            file: it.label.clone(),
            rows: written.as_ref().map_or(0, |it| it.rows),
            left_out: rollup.left_out(&it.source.name),
            newest: rollup.last_day(&it.source.name).and_then(date_from_days),
            entry: written,
        });
    }
    Ok(done)
}

impl Events<'_> {
    /// Writes the table, or takes over the one of the last import where nothing it is made of has changed.
    fn table_of(
        &self,
        rollup: &Rollup,
        before: Option<&Dataset>,
        staged: &Path,
        accounts: &Accounts,
        rejects: &mut Vec<Reject>,
    ) -> Result<Option<TableEntry>, ImportError> {
        let names: Vec<(String, Option<String>)> = rollup
            .accounts(&self.source.name)?
            .into_iter()
            .map(|it| (it.clone(), accounts.of_id(self.system, &it)))
            .collect();
        let unknown = names.iter().filter(|it| it.1.is_none());
        rejects.extend(unknown.map(|(id, _)| Reject {
            file: self.label.clone(),
            line: 0,
            table: Some(self.table.name.clone()),
            problem: format!("account `{id}` is not known"),
            remedy: "add the account to the accounts, or correct the rows".to_owned(),
            stake: Stake { system: self.system.to_owned(), ..Stake::default() },
        }));
        let made_of = format!("{VERSION} {} {:?} {names:?}", self.sha256, self.source.columns);
        let hash = sha256_hex(made_of.as_bytes());
        let file = format!("usage_events/{}-{}-{}.parquet", self.system, self.name, &hash[..16]);
        let path = staged.join(&file);
        let folder = staged.join("usage_events");
        fs::create_dir_all(&folder).map_err(io("create", &folder))?;
        let kept = before.and_then(|it| Some((it, it.manifest.tables.iter().find(|it| it.file == file)?)));
        let rows = match kept {
            Some((dataset, entry)) => {
                let old = dataset.path(entry);
                // Both names stand for one file until the old tables go.
                fs::hard_link(&old, &path)
                    .or_else(|_| fs::copy(&old, &path).map(|_| ()))
                    .map_err(io("take over", &old))?;
                entry.rows
            }
            None => self.write(rollup, &path, &names.into_iter().collect())?,
        };
        Ok((rows > 0).then(|| TableEntry {
            table: self.table.name.clone(),
            file,
            system: self.system.to_owned(),
            rows,
            history: self.mapping.history,
            row_known_at: rule(&self.mapping.row_known_at),
            columns: BTreeMap::new(),
            summed: true,
        }))
    }

    fn write(
        &self,
        rollup: &Rollup,
        path: &Path,
        accounts: &BTreeMap<String, Option<String>>,
    ) -> Result<u64, ImportError> {
        let encode = |source| TableWriteError::Encode { table: self.table.name.clone(), source };
        let properties = WriterProperties::builder()
            .set_created_by("csm".to_owned())
            .set_compression(Compression::SNAPPY)
            .build();
        let file = File::create(path).map_err(io("create", path))?;
        let mut writer =
            ArrowWriter::try_new(file, self.table.arrow_schema(), Some(properties)).map_err(encode)?;
        let mut ids: Option<ArrayRef> = None;
        let mut rows = 0;
        rollup.rows::<ImportError>(&self.source.name, |part| {
            let made = self
                .canonical(&part, accounts, &mut ids)
                .map_err(|source| TableWriteError::Columns { table: self.table.name.clone(), source })?;
            rows += made.num_rows() as u64;
            writer.write(&made).map_err(encode)?;
            Ok(())
        })?;
        writer.close().map_err(encode)?;
        Ok(rows)
    }

    /// Rows of the rollup as rows of `usage_events`, those of unknown accounts left out.
    fn canonical(
        &self,
        part: &RecordBatch,
        accounts: &BTreeMap<String, Option<String>>,
        ids: &mut Option<ArrayRef>,
    ) -> Result<RecordBatch, ArrowError> {
        let named = part.column(0).as_dictionary::<Int32Type>();
        let ids = ids.get_or_insert_with(|| {
            let words = named.values().as_string::<i32>();
            let known = |it: Option<&str>| it.and_then(|it| accounts.get(it).cloned().flatten());
            Arc::new(words.iter().map(known).collect::<StringArray>())
        });
        let account = cast(
            &DictionaryArray::<Int32Type>::try_new(named.keys().clone(), ids.clone())?,
            &DataType::Utf8,
        )?;
        let keep: BooleanArray = is_not_null(&account)?;
        let column = |it: &Column| -> Result<ArrayRef, ArrowError> {
            Ok(match it.name.as_str() {
                "account_id" => account.clone(),
                "user_id" => cast(part.column(1), &DataType::Utf8)?,
                "feature" => cast(part.column(2), &DataType::Utf8)?,
                "event_date" => part.column(3).clone(),
                "quantity" => part.column(4).clone(),
                "duration_secs" => part.column(5).clone(),
                "errors" => part.column(6).clone(),
                _ => new_null_array(&it.kind.arrow(), part.num_rows()),
            })
        };
        let schema = self.table.arrow_schema();
        let mut arrays: Vec<ArrayRef> = self.table.columns.iter().map(column).collect::<Result<_, _>>()?;
        for field in schema.fields().iter().skip(arrays.len()) {
            arrays.push(if field.name() == SOURCE_FILE {
                Arc::new(
                    std::iter::repeat_n(Some(self.label.as_str()), part.num_rows()).collect::<StringArray>(),
                )
            } else {
                new_null_array(field.data_type(), part.num_rows())
            });
        }
        filter_record_batch(&RecordBatch::try_new(schema, arrays)?, &keep)
    }
}

/// What to say of files that are summed.
pub(super) fn note(summed: &[Summed]) -> Option<String> {
    let files: BTreeSet<&str> = summed.iter().map(|it| it.file.as_str()).collect();
    (!files.is_empty()).then(|| {
        format!(
            "{} large files of events were summed per account, person, feature and day; usage opens to those rows, \
             not to lines, and events that come twice count twice: {}",
            files.len(),
            files.into_iter().collect::<Vec<_>>().join(", ")
        )
    })
}

fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> ImportError {
    let path = path.to_path_buf();
    move |source| ImportError::Io { action, path, source }
}

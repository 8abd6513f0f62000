//! One row group of a raw Parquet file, read and summed.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray as _, DictionaryArray, PrimitiveArray, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{
    DataType, Date32Type, Field, Int32Type, Int64Type, Schema, TimeUnit, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};

use crate::columns::Columns;
use crate::error::RollupError;
use crate::names::NONE;
use crate::piece::{Event, Piece, Sums, UNSAID};

/// Rows read at a time.
const BATCH: usize = 16_384;
/// Events added at a time: their keys stay in the nearest memory.
const TOGETHER: usize = 256;

/// A source file, opened for its row groups.
pub(crate) struct Opened {
    path: PathBuf,
    pub(crate) metadata: ArrowReaderMetadata,
    columns: Columns,
    mask: ProjectionMask,
}

impl Opened {
    /// Opens `path` and settles how its columns are read.
    pub(crate) fn new(path: &Path, columns: &Columns) -> Result<Self, RollupError> {
        let file = File::open(path).map_err(RollupError::io("open", path))?;
        let source = |source| RollupError::Source { path: path.to_path_buf(), source };
        let plain = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(source)?;
        let texts = [Some(&columns.account), columns.user.as_ref(), columns.feature.as_ref()];
        let numbers = [columns.uses.as_ref(), columns.seconds.as_ref(), columns.errors.as_ref()];
        let mut wanted = Vec::new();
        for name in texts.into_iter().chain(numbers).chain([Some(&columns.when)]).flatten() {
            let at = plain.schema().index_of(name).map_err(|_| {
                let there: Vec<&str> = plain.schema().fields().iter().map(|it| it.name().as_str()).collect();
                RollupError::column(path, format!("no column `{name}`; there are `{}`", there.join("`, `")))
            })?;
            wanted.push(at);
        }
        // Texts arrive as the file's own dictionaries: a name is looked at once per row group, not once per row.
        let fields: Vec<Arc<Field>> = plain
            .schema()
            .fields()
            .iter()
            .map(|field| {
                let text = texts.iter().flatten().any(|it| *it == field.name());
                let kind = field.data_type();
                if text && matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View) {
                    Arc::new(field.as_ref().clone().with_data_type(dictionary()))
                } else {
                    field.clone()
                }
            })
            .collect();
        let schema = Arc::new(Schema::new_with_metadata(fields, plain.schema().metadata().clone()));
        let mask = ProjectionMask::roots(plain.metadata().file_metadata().schema_descr(), wanted);
        let options = ArrowReaderOptions::new().with_schema(schema);
        let metadata = ArrowReaderMetadata::try_new(plain.metadata().clone(), options).map_err(source)?;
        Ok(Self { path: path.to_path_buf(), metadata, columns: columns.clone(), mask })
    }

    /// Sums one row group.
    pub(crate) fn scan(&self, group: usize) -> Result<Piece, RollupError> {
        let failed = |source| RollupError::Source { path: self.path.clone(), source };
        // A handle of its own: clones share one place in the file, and other threads read other row groups.
        let file = File::open(&self.path).map_err(RollupError::io("open", &self.path))?;
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
            .with_projection(self.mask.clone())
            .with_row_groups(vec![group])
            .with_batch_size(BATCH)
            .build()
            .map_err(failed)?;
        let mut piece = Piece::new();
        for batch in reader {
            let batch = batch.map_err(|error| failed(error.into()))?;
            self.sum(&mut piece, &batch)?;
        }
        piece.close();
        Ok(piece)
    }

    fn sum(&self, piece: &mut Piece, batch: &RecordBatch) -> Result<(), RollupError> {
        let columns = &self.columns;
        let accounts = self.texts(batch, &columns.account)?;
        let users = columns.user.as_ref().map(|it| self.texts(batch, it)).transpose()?;
        let features = columns.feature.as_ref().map(|it| self.texts(batch, it)).transpose()?;
        let days = self.days(batch)?;
        let uses = self.numbers(batch, columns.uses.as_deref())?;
        let seconds = self.numbers(batch, columns.seconds.as_deref())?;
        let errors = self.numbers(batch, columns.errors.as_deref())?;
        let many = || RollupError::TooMany { what: "names in one row group" };
        let account_base = piece.accounts.base(&accounts.words).ok_or_else(many)?;
        let user_base = users.as_ref().map(|it| piece.users.base(&it.words).ok_or_else(many)).transpose()?;
        let feature_base =
            features.as_ref().map(|it| piece.features.base(&it.words).ok_or_else(many)).transpose()?;
        let mut events = Vec::with_capacity(TOGETHER);
        for row in 0..batch.num_rows() {
            let account = accounts.number(row, account_base);
            let day = days.get(row).copied().unwrap_or(NO_DAY);
            if account == NONE || day == NO_DAY {
                piece.left_out += 1;
                continue;
            }
            let user = users.as_ref().map_or(NONE, |it| it.number(row, user_base.unwrap_or(0)));
            let feature = features.as_ref().map_or(NONE, |it| it.number(row, feature_base.unwrap_or(0)));
            let sums = Sums {
                uses: uses.as_ref().and_then(|it| value(it, row)).unwrap_or(1),
                seconds: seconds.as_ref().and_then(|it| value(it, row)).unwrap_or(UNSAID),
                errors: errors.as_ref().and_then(|it| value(it, row)).unwrap_or(UNSAID),
            };
            events.push(Event { account, user, feature, day, sums });
            if events.len() == TOGETHER {
                piece.add(&events)?;
                events.clear();
            }
        }
        piece.add(&events)
    }

    fn column<'b>(&self, batch: &'b RecordBatch, name: &str) -> Result<&'b ArrayRef, RollupError> {
        batch
            .column_by_name(name)
            .ok_or_else(|| RollupError::column(&self.path, format!("no column `{name}`")))
    }

    fn wrong(&self, name: &str, wanted: &str, found: &DataType) -> RollupError {
        RollupError::column(&self.path, format!("column `{name}` is {found}, not {wanted}"))
    }

    fn texts(&self, batch: &RecordBatch, name: &str) -> Result<Texts, RollupError> {
        let array = self.column(batch, name)?;
        let wrong = || self.wrong(name, "text or a whole number", array.data_type());
        let numbers = array.data_type().is_integer();
        let array = match array.data_type() {
            DataType::Dictionary(key, value) if **key == DataType::Int32 && **value == DataType::Utf8 => {
                array.clone()
            }
            DataType::Dictionary(_, _) => cast(array, &dictionary()).map_err(|_| wrong())?,
            _ if numbers => {
                let texts = cast(array, &DataType::Utf8).map_err(|_| wrong())?;
                cast(&texts, &dictionary()).map_err(|_| wrong())?
            }
            _ => return Err(wrong()),
        };
        Texts::new(array.as_dictionary::<Int32Type>().clone()).ok_or_else(wrong)
    }

    fn numbers(
        &self,
        batch: &RecordBatch,
        name: Option<&str>,
    ) -> Result<Option<PrimitiveArray<Int64Type>>, RollupError> {
        let Some(name) = name else { return Ok(None) };
        let array = self.column(batch, name)?;
        if !array.data_type().is_integer() {
            return Err(self.wrong(name, "whole numbers", array.data_type()));
        }
        let array = cast(array, &DataType::Int64)
            .map_err(|_| self.wrong(name, "whole numbers", array.data_type()))?;
        Ok(Some(array.as_primitive::<Int64Type>().clone()))
    }

    /// Days since 1970-01-01 of all rows; [`NO_DAY`] where there is none.
    fn days(&self, batch: &RecordBatch) -> Result<Vec<u16>, RollupError> {
        let name = &self.columns.when;
        let array = self.column(batch, name)?;
        const DAY: i64 = 86_400;
        let mut days = match array.data_type() {
            DataType::Date32 => array
                .as_primitive::<Date32Type>()
                .values()
                .iter()
                .map(|it| u16::try_from(*it).unwrap_or(NO_DAY))
                .collect(),
            DataType::Timestamp(TimeUnit::Second, _) => {
                whole(array.as_primitive::<TimestampSecondType>().values(), DAY)
            }
            DataType::Timestamp(TimeUnit::Millisecond, _) => {
                whole(array.as_primitive::<TimestampMillisecondType>().values(), DAY * 1_000)
            }
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                whole(array.as_primitive::<TimestampMicrosecondType>().values(), DAY * 1_000_000)
            }
            DataType::Timestamp(TimeUnit::Nanosecond, _) => {
                whole(array.as_primitive::<TimestampNanosecondType>().values(), DAY * 1_000_000_000)
            }
            other => return Err(self.wrong(name, "a date or a timestamp", other)),
        };
        if let Some(nulls) = array.nulls() {
            for (day, there) in days.iter_mut().zip(nulls) {
                if !there {
                    *day = NO_DAY;
                }
            }
        }
        Ok(days)
    }
}

/// No day, or one that the rollup does not reach: before 1970, or after June 2149.
const NO_DAY: u16 = u16::MAX;

fn whole(instants: &[i64], day: i64) -> Vec<u16> {
    instants.iter().map(|it| u16::try_from(it.div_euclid(day)).unwrap_or(NO_DAY)).collect()
}

fn dictionary() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

#[inline]
fn value(array: &PrimitiveArray<Int64Type>, row: usize) -> Option<i64> {
    // The lowest number stands for "unsaid" in sums.
    array.is_valid(row).then(|| array.value(row).max(-i64::MAX))
}

/// A column of texts as the places of its words.
struct Texts {
    array: DictionaryArray<Int32Type>,
    words: StringArray,
    nulls: bool,
}

impl Texts {
    fn new(array: DictionaryArray<Int32Type>) -> Option<Self> {
        let words = array.values().as_string_opt::<i32>()?.clone();
        let nulls = array.nulls().is_some() || words.null_count() > 0;
        Some(Self { array, words, nulls })
    }

    /// The number of a row's word; [`NONE`] for null.
    #[inline]
    fn number(&self, row: usize, base: u32) -> u32 {
        #[expect(clippy::cast_sign_loss, reason = "places in a dictionary")]
        let key = self.array.keys().values()[row] as u32;
        if self.nulls && (self.array.is_null(row) || self.words.is_null(key as usize)) {
            return NONE;
        }
        base + key
    }
}

//! The rollup's rows with their names, for whoever reads tables.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray as _, DictionaryArray, Int32Array, RecordBatch, StringArray, UInt32Array,
};
use arrow::datatypes::{DataType, Int32Type, UInt32Type};

use crate::disk::{batch, read};
use crate::error::RollupError;
use crate::names::Names;
use crate::open::{Rollup, odd};

impl Rollup {
    /// Hands on the rows of `source`, run by run, sorted by day within a run: `account_id`, `user_id` and `feature` as
    /// dictionaries over all names, the latter two nullable; `event_date`; `uses`, and `seconds` and `errors`, NULL
    /// where no event said. A key can come again in another run.
    ///
    /// # Errors
    /// Files that are gone or damaged, and whatever `take` refuses.
    pub fn rows<E: From<RollupError>>(
        &self,
        source: &str,
        mut take: impl FnMut(RecordBatch) -> Result<(), E>,
    ) -> Result<(), E> {
        let people = &self.known.people;
        let accounts: ArrayRef = Arc::new(texts(&self.known.accounts));
        let users: ArrayRef = Arc::new(texts(people));
        let features: ArrayRef = Arc::new(texts(&self.known.features));
        for run in self.manifest.runs.iter().filter(|it| it.source == source) {
            let mark = &run.rows;
            for rows in read(&self.dir, mark)? {
                let odd = || odd(&self.dir, mark);
                let numbers = |at: usize| rows.column(at).as_primitive_opt::<UInt32Type>().ok_or_else(odd);
                let person = numbers(1)?;
                let owner = |it: &u32| people.owners().get(*it as usize).copied().ok_or_else(odd);
                let owners: Vec<u32> = person.values().iter().map(owner).collect::<Result<_, _>>()?;
                // A user that names nobody is a null among the words.
                let made = batch(
                    "usage",
                    vec![
                        ("account_id", kind(), false, named(&UInt32Array::from(owners), &accounts)?),
                        ("user_id", kind(), true, named(person, &users)?),
                        ("feature", kind(), true, named(numbers(2)?, &features)?),
                        ("event_date", DataType::Date32, false, rows.column(0).clone()),
                        ("uses", DataType::Int64, false, rows.column(3).clone()),
                        ("seconds", DataType::Int64, true, rows.column(4).clone()),
                        ("errors", DataType::Int64, true, rows.column(5).clone()),
                    ],
                )?;
                take(made)?;
            }
        }
        Ok(())
    }
}

fn kind() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

fn texts(names: &Names) -> StringArray {
    (0..names.len()).map(|it| u32::try_from(it).ok().and_then(|it| names.text(it))).collect()
}

fn named(numbers: &UInt32Array, words: &ArrayRef) -> Result<ArrayRef, RollupError> {
    let keys: Int32Array = numbers.unary_opt(|it| i32::try_from(it).ok());
    let array = DictionaryArray::<Int32Type>::try_new(keys, words.clone())
        .map_err(|source| RollupError::Build { table: "usage", source })?;
    Ok(Arc::new(array))
}

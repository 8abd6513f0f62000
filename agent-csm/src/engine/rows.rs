//! Arrow values as JSON: what leaves the engine.

use chrono::{DateTime, Days, NaiveDate};
use datafusion::arrow::array::{
    Array, AsArray as _, BooleanArray, Decimal128Array, Float64Array, Int64Array, StringArray,
};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Float32Type, Int8Type, Int16Type, Int32Type, TimeUnit, TimestampMicrosecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use serde_json::{Map, Number, Value};

use super::sql::Rows;

/// All rows as JSON objects, columns in order.
pub(super) fn objects(rows: &Rows) -> Vec<Map<String, Value>> {
    let mut found = Vec::with_capacity(rows.count());
    for batch in &rows.batches {
        for row in 0..batch.num_rows() {
            let mut object = Map::new();
            for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
                object.insert(field.name().clone(), cell(array.as_ref(), row));
            }
            found.push(object);
        }
    }
    found
}

/// One value; dates as `2024-12-31`, instants as `2024-12-31T09:30:00Z`. What is not a number (NaN) is null.
pub(super) fn cell(array: &dyn Array, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    match array.data_type() {
        DataType::Utf8 => {
            array.as_any().downcast_ref::<StringArray>().map_or(Value::Null, |it| it.value(row).into())
        }
        DataType::LargeUtf8 => array.as_string::<i64>().value(row).into(),
        DataType::Utf8View => array.as_string_view().value(row).into(),
        DataType::Boolean => {
            array.as_any().downcast_ref::<BooleanArray>().map_or(Value::Null, |it| it.value(row).into())
        }
        DataType::Int64 => {
            array.as_any().downcast_ref::<Int64Array>().map_or(Value::Null, |it| it.value(row).into())
        }
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).into(),
        DataType::Int16 => array.as_primitive::<Int16Type>().value(row).into(),
        DataType::Int8 => array.as_primitive::<Int8Type>().value(row).into(),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row).into(),
        DataType::UInt32 => array.as_primitive::<UInt32Type>().value(row).into(),
        DataType::UInt16 => array.as_primitive::<UInt16Type>().value(row).into(),
        DataType::UInt8 => array.as_primitive::<UInt8Type>().value(row).into(),
        DataType::Float64 => float(array.as_any().downcast_ref::<Float64Array>().map(|it| it.value(row))),
        DataType::Float32 => float(Some(f64::from(array.as_primitive::<Float32Type>().value(row)))),
        DataType::Decimal128(_, scale) => {
            let value = array.as_any().downcast_ref::<Decimal128Array>().map(|it| it.value(row));
            decimal(value, *scale)
        }
        DataType::Date32 => {
            day(array.as_primitive::<Date32Type>().value(row)).map_or(Value::Null, Value::from)
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
            DateTime::from_timestamp_micros(micros)
                .map_or(Value::Null, |at| at.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string().into())
        }
        _ => Value::Null,
    }
}

fn float(value: Option<f64>) -> Value {
    value.and_then(Number::from_f64).map_or(Value::Null, Value::Number)
}

/// A decimal without fraction stays a whole number; others become the nearest float.
fn decimal(value: Option<i128>, scale: i8) -> Value {
    let Some(value) = value else { return Value::Null };
    match (scale, i64::try_from(value)) {
        (0, Ok(whole)) => whole.into(),
        #[expect(clippy::cast_precision_loss, reason = "the nearest float is what is wanted")]
        _ => float(Some(value as f64 / 10f64.powi(i32::from(scale)))),
    }
}

fn day(days: i32) -> Option<String> {
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1)?;
    let distance = Days::new(u64::from(days.unsigned_abs()));
    let day = if days < 0 { epoch.checked_sub_days(distance) } else { epoch.checked_add_days(distance) };
    day.map(|day| day.to_string())
}

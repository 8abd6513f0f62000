//! Newline-delimited JSON: one object per line; nested objects become `outer.inner` columns.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Broken, RawFile, RawRow};
use crate::import::header::Header;

pub(super) fn read(bytes: &[u8]) -> Result<RawFile, Broken> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut file = RawFile::default();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (at, text) in bytes.split(|it| *it == b'\n').enumerate() {
        let line = at as u64 + 1;
        let text = text.trim_ascii();
        if text.is_empty() {
            continue;
        }
        match serde_json::from_slice::<Value>(text) {
            Ok(Value::Object(object)) => {
                let mut cells = vec![String::new(); file.headers.len()];
                flatten("", &object, &mut |name, value| {
                    let place = *places.entry(name.to_owned()).or_insert_with(|| {
                        file.headers.push(Header::parse(name));
                        file.headers.len() - 1
                    });
                    if cells.len() <= place {
                        cells.resize(place + 1, String::new());
                    }
                    cells[place] = value;
                });
                file.rows.push(RawRow { line, cells });
            }
            Ok(_) => file.broken.push(Broken::new(line, "not a JSON object", "write one object per line")),
            Err(error) => {
                let problem = format!("not JSON: {error}");
                file.broken.push(Broken::new(line, problem, "write one whole object per line"));
            }
        }
    }
    let width = file.headers.len();
    if width == 0 {
        return Err(Broken::new(1, "the file holds no JSON object", "write one object per line"));
    }
    for row in &mut file.rows {
        row.cells.resize(width, String::new());
    }
    Ok(file)
}

fn flatten(prefix: &str, object: &Map<String, Value>, put: &mut impl FnMut(&str, String)) {
    for (key, value) in object {
        let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            Value::Object(inner) => flatten(&name, inner, put),
            Value::Null => put(&name, String::new()),
            Value::String(text) => put(&name, text.clone()),
            other => put(&name, other.to_string()),
        }
    }
}

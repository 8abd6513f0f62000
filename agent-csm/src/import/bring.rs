//! `csm import SOURCE... --into W`: the operator's own hand brings files into a workspace.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::mapping::SourceMapping;
use super::report::ImportReport;
use super::run::{ImportError, import, is_data};
use crate::tables::{Schema, sha256_hex, write_atomically};
use crate::workspace::{CONFIG_FILE, Workspace};

/// Copies `sources` (files, or folders with all their files) into `data/` of the workspace at `dir`, then imports.
///
/// A workspace that is not there yet is made for `company`; a `csm.toml` that is there is never rewritten.
/// A file of the same name with another content is replaced, because the operator asked for it; the report says so.
///
/// # Errors
/// When a source can't be read, or [`import`] fails.
pub fn bring(
    dir: &Path,
    sources: &[PathBuf],
    company: &str,
    mappings: &[SourceMapping],
    schema: &Schema,
) -> Result<ImportReport, ImportError> {
    let ws =
        if dir.join(CONFIG_FILE).exists() { Workspace::open(dir)? } else { Workspace::create(dir, company)? };
    let notes = copy(&ws, sources)?;
    let mut report = match import(&ws, mappings, schema) {
        Err(ImportError::NoAccounts { mut report }) => {
            report.notes.extend(notes);
            return Err(ImportError::NoAccounts { report });
        }
        other => other?,
    };
    report.notes.extend(notes);
    Ok(report)
}

/// Puts the sources below `data/`; returns what is worth saying.
fn copy(ws: &Workspace, sources: &[PathBuf]) -> Result<Vec<String>, ImportError> {
    let data = ws.data_dir();
    let mut notes = Vec::new();
    let mut placed: BTreeMap<PathBuf, String> = BTreeMap::new();
    for source in sources {
        for (path, mut name) in files(source)? {
            let bytes = read(&path)?;
            let hash = sha256_hex(&bytes);
            // Two files of one name in one call are two files: the second is kept under its folder's name.
            if placed.get(&name).is_some_and(|it| *it != hash) {
                let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
                name = Path::new(folder).join(&name);
            }
            placed.insert(name.clone(), hash.clone());
            let target = data.join(&name);
            let shown = format!("data/{}", name.to_string_lossy().replace('\\', "/"));
            match fs::read(&target) {
                Ok(old) if sha256_hex(&old) == hash => continue,
                Ok(_) => notes
                    .push(format!("{shown} was replaced by a file of the same name with another content")),
                Err(_) => {}
            }
            write_atomically(&target, &bytes).map_err(|source| ImportError::Io {
                action: "write",
                path: target.clone(),
                source,
            })?;
        }
    }
    Ok(notes)
}

fn read(path: &Path) -> Result<Vec<u8>, ImportError> {
    fs::read(path).map_err(|source| ImportError::Io { action: "read", path: path.to_path_buf(), source })
}

/// The files of one source with their names below `data/`, sorted.
fn files(source: &Path) -> Result<Vec<(PathBuf, PathBuf)>, ImportError> {
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |source| ImportError::Io { action: "read", path, source }
    };
    if !fs::metadata(source).map_err(failed(source))?.is_dir() {
        return Ok(vec![(source.to_path_buf(), source.file_name().unwrap_or_default().into())]);
    }
    let mut found = Vec::new();
    let mut folders = vec![source.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(failed(&folder))? {
            let path = entry.map_err(failed(&folder))?.path();
            if !is_data(&path) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(source).unwrap_or(&path).to_path_buf();
                found.push((path, name));
            }
        }
    }
    found.sort();
    Ok(found)
}

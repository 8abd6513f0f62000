//! Which mapping reads a file: what csm.toml says, else what the headers show.

use globset::Glob;

use super::header::HeaderIndex;
use super::mapping::{FileMapping, SourceMapping};
use super::read::RawFile;
use crate::workspace::SourceConfig;

/// A mapping and the role in it.
pub(super) type Choice<'a> = (&'a SourceMapping, &'a FileMapping);

/// Chooses for the file at `path` (below `data/`).
///
/// # Errors
/// What is wrong, and what to do about it.
pub(super) fn choose<'a>(
    path: &str,
    raw: &RawFile,
    told: Option<&SourceConfig>,
    mappings: &'a [SourceMapping],
) -> Result<Choice<'a>, (String, String)> {
    let wanted = told.and_then(|it| it.mapping.as_deref());
    let (system, role) = match wanted {
        Some(name) => name.split_once('/').map_or((Some(name), None), |(s, r)| (Some(s), Some(r))),
        None => (None, None),
    };
    let index = HeaderIndex::new(&raw.headers);
    let mut fits: Vec<(usize, bool, Choice<'a>)> = Vec::new();
    let mut near: Option<(usize, usize, Choice<'a>, Vec<&str>)> = None;
    for mapping in mappings.iter().filter(|it| system.is_none_or(|name| name == it.system)) {
        for file in mapping.files.iter().filter(|it| role.is_none_or(|name| name == it.name)) {
            if role.is_some() {
                return Ok((mapping, file));
            }
            if file.without.iter().any(|it| index.find(it).is_some()) {
                continue;
            }
            let missing: Vec<&str> = file
                .detect
                .iter()
                .filter(|it| !it.split('|').any(|name| index.find(name).is_some()))
                .map(String::as_str)
                .collect();
            let named = named(path, file);
            let hits = file.detect.len() - missing.len();
            if missing.is_empty() {
                fits.push((hits, named, (mapping, file)));
            } else if near
                .as_ref()
                .is_none_or(|it| (usize::from(named) * 100 + hits, it.1) > (it.0, missing.len()))
            {
                near = Some((usize::from(named) * 100 + hits, missing.len(), (mapping, file), missing));
            }
        }
    }
    // More headers in common first, then the file's name, then the order of the mappings.
    if let Some((_, _, choice)) = fits.into_iter().rev().max_by_key(|it| (it.0, it.1)) {
        return Ok(choice);
    }
    match (near, wanted) {
        (None, Some(name)) => Err((
            format!("csm.toml names the mapping `{name}`, which does not exist"),
            format!("known mappings are {}", mappings.iter().map(|it| it.system.as_str()).collect::<Vec<_>>().join(", ")),
        )),
        (Some((_, _, (mapping, file), missing)), _) => Err((
            format!(
                "no mapping fits its headers; nearest is `{}/{}`, which also needs `{}`",
                mapping.system,
                file.name,
                missing.join("`, `")
            ),
            "rename the columns, name the mapping under `[[source]]` in csm.toml, or add one to knowledge/sources".to_owned(),
        )),
        (None, None) => Err(("there is no mapping".to_owned(), "add one to knowledge/sources".to_owned())),
    }
}

fn named(path: &str, file: &FileMapping) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    file.globs.iter().any(|it| Glob::new(it).is_ok_and(|glob| glob.compile_matcher().is_match(&name)))
}

/// The `[[source]]` of a file below `data/`, if csm.toml has one.
pub(super) fn told<'c>(path: &str, sources: &'c [SourceConfig]) -> Option<(usize, &'c SourceConfig)> {
    sources.iter().enumerate().find(|(_, it)| {
        let pattern = it.path.trim_start_matches("./").trim_start_matches("data/");
        pattern == path || Glob::new(pattern).is_ok_and(|glob| glob.compile_matcher().is_match(path))
    })
}

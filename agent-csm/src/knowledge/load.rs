//! Loads the knowledge files: embedded ones first, then a workspace's.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::error::KnowledgeError;
use super::head;
use super::measure::{Measure, MeasureKind};
use super::populations::{self, Population};

/// The files of `knowledge/` as they were when the binary was built: path and text, sorted by path.
const EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/knowledge.rs"));

/// All knowledge files with a workspace's overrides, their SQL heads parsed.
#[derive(Clone, Debug)]
pub struct Knowledge {
    files: BTreeMap<String, String>,
    hash: String,
    metrics: Vec<Measure>,
    signals: Vec<Measure>,
    derived: Vec<Measure>,
    checks: Vec<Measure>,
    populations: Vec<Population>,
    warnings: Vec<String>,
}

impl Knowledge {
    /// Loads the embedded files, and those of `<workspace>/knowledge/` over them.
    ///
    /// # Errors
    /// A file that can't be read, a head that is wrong, two measures of one name.
    pub fn load(workspace: Option<&Path>) -> Result<Self, KnowledgeError> {
        let mut files: BTreeMap<String, String> =
            EMBEDDED.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        if let Some(root) = workspace.map(|root| root.join("knowledge")).filter(|root| root.is_dir()) {
            overlay(&root, &root, &mut files)?;
        }
        let populations =
            populations::parse(files.get("populations.toml").map(String::as_str).unwrap_or_default())
                .map_err(|problem| KnowledgeError::Populations { problem })?;
        let metrics = measures(&files, MeasureKind::Metric, &populations)?;
        let signals = measures(&files, MeasureKind::Signal, &populations)?;
        let derived = measures(&files, MeasureKind::Derived, &populations)?;
        let checks = measures(&files, MeasureKind::Check, &populations)?;
        let mut names: BTreeMap<&str, &str> = BTreeMap::new();
        for measure in metrics.iter().chain(&signals) {
            if let Some(first) = names.insert(&measure.name, &measure.file) {
                return Err(KnowledgeError::Twice { first: first.to_owned(), second: measure.file.clone() });
            }
        }
        for check in &checks {
            for guarded in &check.guards {
                if !["*", "all"].contains(&guarded.as_str())
                    && !metrics.iter().any(|metric| metric.name == *guarded)
                {
                    return Err(KnowledgeError::Guards { file: check.file.clone(), metric: guarded.clone() });
                }
            }
        }
        let hash = hash_of(&files);
        let warnings = unstated(&metrics);
        Ok(Self { files, hash, metrics, signals, derived, checks, populations, warnings })
    }

    /// SHA-256 over the paths and texts of all files, hex.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The text of one file by its path: `health.toml`.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Path and text of the files below a folder, sorted by path: `files("playbooks")`.
    pub fn files(&self, folder: &str) -> impl Iterator<Item = (&str, &str)> {
        let folder = format!("{}/", folder.trim_end_matches('/'));
        self.files
            .iter()
            .filter(move |(path, _)| path.starts_with(&folder))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The metrics, sorted by name.
    #[must_use]
    pub fn metrics(&self) -> &[Measure] {
        &self.metrics
    }

    /// The signals, sorted by name.
    #[must_use]
    pub fn signals(&self) -> &[Measure] {
        &self.signals
    }

    /// The derived tables, sorted by name.
    #[must_use]
    pub fn derived(&self) -> &[Measure] {
        &self.derived
    }

    /// The invariants, sorted by name.
    #[must_use]
    pub fn checks(&self) -> &[Measure] {
        &self.checks
    }

    /// Whose rows figures may count, in the order of the file.
    #[must_use]
    pub fn populations(&self) -> &[Population] {
        &self.populations
    }

    /// What is odd about a workspace's own files, though they can be used: a sentence each.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// One metric.
    #[must_use]
    pub fn metric(&self, name: &str) -> Option<&Measure> {
        self.metrics.iter().find(|measure| measure.name == name)
    }

    /// One signal.
    #[must_use]
    pub fn signal(&self, name: &str) -> Option<&Measure> {
        self.signals.iter().find(|measure| measure.name == name)
    }

    /// A metric or signal: whatever a figure can be a value of.
    #[must_use]
    pub fn measure(&self, name: &str) -> Option<&Measure> {
        self.metric(name).or_else(|| self.signal(name))
    }
}

fn overlay(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) -> Result<(), KnowledgeError> {
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |source| KnowledgeError::Read { path, source }
    };
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let entry = entry.map_err(failed(folder))?;
        let path = entry.path();
        // Editors leave `.swp` and the like; a hidden file is never knowledge.
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if entry.file_type().map_err(failed(&path))?.is_dir() {
            overlay(root, &path, files)?;
        } else if let Ok(relative) = path.strip_prefix(root) {
            let name = relative.to_string_lossy().replace('\\', "/");
            files.insert(name, fs::read_to_string(&path).map_err(failed(&path))?);
        }
    }
    Ok(())
}

/// Metrics that do not say whose rows count.
fn unstated(metrics: &[Measure]) -> Vec<String> {
    metrics
        .iter()
        .filter(|metric| metric.population.is_none())
        .map(|metric| {
            format!(
                "knowledge/{}: the head does not say whose rows count, so nothing holds the figure to it: add \
                 `-- population: managed`, or another name of populations.toml",
                metric.file
            )
        })
        .collect()
}

fn measures(
    files: &BTreeMap<String, String>,
    kind: MeasureKind,
    populations: &[Population],
) -> Result<Vec<Measure>, KnowledgeError> {
    let folder = format!("{}/", kind.folder());
    files
        .iter()
        .filter(|(path, _)| path.starts_with(&folder) && path.ends_with(".sql"))
        .map(|(path, text)| head::parse(path, text, hex(&Sha256::digest(text.as_bytes())), kind, populations))
        .collect()
}

fn hash_of(files: &BTreeMap<String, String>) -> String {
    let mut hasher = Sha256::new();
    for (path, text) in files {
        for part in [path, text] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
    }
    hex(&hasher.finalize())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_overrides_and_adds_and_changes_the_hash() {
        let folder = tempfile::tempdir().unwrap();
        let metrics = folder.path().join("knowledge/metrics");
        fs::create_dir_all(&metrics).unwrap();
        let mine = "-- metric: mine\n-- value: count(*)\n-- unit: count\nSELECT account_id FROM snapshot\n";
        fs::write(metrics.join("mine.sql"), mine).unwrap();
        let plain = Knowledge::load(None).unwrap();
        let with = Knowledge::load(Some(folder.path())).unwrap();
        assert!(plain.metric("mine").is_none());
        assert_eq!(with.file("metrics/mine.sql"), Some(mine));
        assert_eq!(with.metric("mine").unwrap().value, "count(*)");
        assert_ne!(plain.hash(), with.hash());
    }

    #[test]
    fn a_metric_that_does_not_say_whose_rows_count_is_warned_of_and_only_a_workspace_has_one() {
        let folder = tempfile::tempdir().unwrap();
        let metrics = folder.path().join("knowledge/metrics");
        fs::create_dir_all(&metrics).unwrap();
        let head = "-- value: count(*)\n-- unit: count\n";
        fs::write(
            metrics.join("mine.sql"),
            format!("-- metric: mine\n{head}SELECT account_id FROM snapshot\n"),
        )
        .unwrap();
        fs::write(
            metrics.join("ours.sql"),
            format!("-- metric: ours\n-- population: managed\n{head}SELECT account_id FROM snapshot\n"),
        )
        .unwrap();
        assert_eq!(Knowledge::load(None).unwrap().warnings(), [""; 0]);
        let with = Knowledge::load(Some(folder.path())).unwrap();
        assert_eq!(with.warnings().len(), 1, "{:?}", with.warnings());
        assert!(with.warnings()[0].starts_with("knowledge/metrics/mine.sql: "), "{:?}", with.warnings());
    }

    #[test]
    fn every_population_is_defined_in_the_derived_table_and_every_metric_names_one() {
        let knowledge = Knowledge::load(None).unwrap();
        let table = knowledge.file("derived/populations.sql").unwrap();
        for population in knowledge.populations().iter().filter(|it| it.name != "team") {
            assert!(table.contains(&format!("'{}'", population.name)), "{}", population.name);
        }
        for metric in knowledge.metrics() {
            assert!(metric.population.is_some(), "{}", metric.name);
        }
    }
}

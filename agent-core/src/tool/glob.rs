//! Finds files by the shape of their path.

use std::collections::BinaryHeap;
use std::ops::ControlFlow;

use globset::{GlobBuilder, GlobMatcher};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::adapter::{Access, Tool, ToolContext};
use super::blocking::blocking;
use super::error::ToolError;
use super::walk::{Entry, Skipped, Skips, Visitor, Walk};

/// Paths in one answer, unless asked otherwise.
const PATHS: usize = 5_000;
/// Most bytes of paths in one answer.
const PATHS_CAP: usize = 512 * 1024;

/// Finds files of the workspace by a glob, such as `plans/*.md` or `**/*.{csv,json}`.
/// `*` and `?` stay within one directory, `**` crosses directories.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct GlobInput {
    /// The glob, matched against the path below `path`.
    pub pattern: String,
    /// Directory to look in, from the workspace's root; absent = the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Leaves out what `.gitignore` files name; absent = false.
    #[serde(default)]
    pub respect_gitignore: bool,
    /// Most paths wanted; absent = 5000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

impl GlobInput {
    /// Looks in the whole workspace.
    pub fn new(pattern: impl Into<String>) -> Self {
        Self { pattern: pattern.into(), path: None, respect_gitignore: false, limit: None }
    }

    /// Looks in one directory.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Leaves out what `.gitignore` files name.
    #[must_use]
    pub fn respect_gitignore(mut self) -> Self {
        self.respect_gitignore = true;
        self
    }

    /// Takes at most so many paths.
    #[must_use]
    pub fn limit(mut self, paths: usize) -> Self {
        self.limit = Some(paths);
        self
    }
}

/// The files found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct GlobOutput {
    /// Paths from the workspace's root, in byte order.
    pub paths: Vec<String>,
    /// How many files matched, also those beyond the limit.
    pub total: usize,
    /// Some of them are not listed.
    pub truncated: bool,
    /// The first places that could not be looked into.
    pub skipped: Vec<Skipped>,
    /// How many places could not be looked into.
    pub skipped_total: usize,
}

/// Finds files by the shape of their path.
#[derive(Debug, Clone, Copy, Default)]
pub struct Glob;

impl Tool for Glob {
    type Input = GlobInput;
    type Output = GlobOutput;
    const NAME: &'static str = "Glob";
    const ACCESS: Access = Access::Read;

    async fn run(&self, input: GlobInput, cx: ToolContext) -> Result<GlobOutput, ToolError> {
        blocking(Self::NAME, move || find(&input, &cx)).await
    }
}

fn find(input: &GlobInput, cx: &ToolContext) -> Result<GlobOutput, ToolError> {
    let pattern = input.pattern.trim_start_matches("./");
    let matcher = matcher(pattern)?;
    let limit = input.limit.unwrap_or(PATHS);
    let walk = Walk::new(cx, input.respect_gitignore, literal_directory(pattern));
    let (threads, skips) = walk.run(input.path.as_deref().unwrap_or("."), || {
        // A clone has its own scratch space, and does not wait for another thread's.
        First { matcher: matcher.clone(), limit, paths: BinaryHeap::new(), bytes: 0, total: 0 }
    })?;
    let total = threads.iter().map(|first| first.total).sum();
    let mut found: Vec<String> = threads.into_iter().flat_map(|first| first.paths).collect();
    found.sort_unstable();
    let mut bytes = 0;
    let fits = |path: &String| {
        bytes += path.len();
        bytes <= PATHS_CAP
    };
    let paths: Vec<String> = found.into_iter().take(limit).take_while(fits).collect();
    let (skipped, skipped_total) = skips.named(None);
    Ok(GlobOutput { truncated: paths.len() < total, paths, total, skipped, skipped_total })
}

/// The first of the paths that match, in byte order, as far as one thread met them.
struct First {
    matcher: GlobMatcher,
    limit: usize,
    paths: BinaryHeap<String>,
    bytes: usize,
    total: usize,
}

impl Visitor for First {
    const SHARED: bool = false;

    fn visit(&mut self, entry: &Entry<'_>, _: &mut Skips) -> ControlFlow<()> {
        if !self.matcher.is_match(entry.below) {
            return ControlFlow::Continue(());
        }
        self.total += 1;
        if self.paths.len() >= self.limit && self.paths.peek().is_none_or(|last| last.as_str() < entry.path) {
            return ControlFlow::Continue(());
        }
        self.bytes += entry.path.len();
        self.paths.push(entry.path.to_owned());
        // The last one goes when those before it fill the answer.
        while let Some(last) = self.paths.peek()
            && (self.paths.len() > self.limit || self.bytes - last.len() > PATHS_CAP)
        {
            self.bytes -= last.len();
            self.paths.pop();
        }
        ControlFlow::Continue(())
    }
}

/// One glob over a path below the place where a search begins.
pub(super) fn matcher(pattern: &str) -> Result<GlobMatcher, ToolError> {
    let invalid = |reason: String| ToolError::Invalid {
        message: format!("glob `{pattern}` {reason}"),
        hint: "write it relative to the folder searched, such as `**/*.md`".into(),
    };
    if pattern.starts_with('/') || pattern.split('/').any(|name| name == "..") {
        return Err(invalid("leads out of the folder searched".into()));
    }
    let built = GlobBuilder::new(pattern).literal_separator(true).empty_alternates(true).build();
    match built {
        Ok(glob) if !pattern.is_empty() => Ok(glob.compile_matcher()),
        Ok(_) => Err(invalid("is empty".into())),
        Err(source) => Err(invalid(format!("cannot be read: {}", source.kind()))),
    }
}

/// The directories a glob names outright: `plans/q3/*.md` can match only below `plans/q3`.
fn literal_directory(pattern: &str) -> &str {
    let special = pattern.find(['*', '?', '[', '{', '\\']).unwrap_or(pattern.len());
    pattern[..special].rfind('/').map_or("", |slash| &pattern[..slash])
}

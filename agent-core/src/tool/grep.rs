//! Finds lines by a regular expression.

use std::io;
use std::ops::ControlFlow;

use globset::GlobMatcher;
use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use grep_searcher::{BinaryDetection, Searcher, SearcherBuilder, Sink, SinkContext, SinkFinish, SinkMatch};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::adapter::{Access, Tool, ToolContext};
use super::blocking::blocking;
use super::error::ToolError;
use super::glob::matcher as glob_matcher;
use super::grep_best::{Best, Known};
use super::walk::{Entry, Skipped, Skips, Visitor, Walk};

/// Matching lines in one answer, unless asked otherwise.
const MATCHES: usize = 250;
/// Most bytes of lines in one answer.
pub(super) const LINES_CAP: usize = 384 * 1024;
/// Longer lines are cut.
const LINE_CAP: usize = 2_000;
/// Most lines of context on either side.
const CONTEXT_CAP: usize = 50;
/// Longest line that can be searched at all, in bytes.
const HEAP: usize = 32 * 1024 * 1024;

/// Finds lines in the files of the workspace by a regular expression.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct GrepInput {
    /// The regular expression; it matches within one line.
    pub pattern: String,
    /// File or directory to look in, from the workspace's root; absent = the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Only files that one of these globs matches; with `!` in front, only files it does not match.
    /// A glob without `/` is matched against the file's name.
    #[serde(default)]
    pub globs: Vec<String>,
    /// Takes the pattern as plain text; absent = false.
    #[serde(default)]
    pub literal: bool,
    /// Upper and lower case are the same; absent = false.
    #[serde(default)]
    pub case_insensitive: bool,
    /// Lines wanted before and after each match; absent = 0, at most 50.
    #[serde(default)]
    pub context: usize,
    /// Most matching lines wanted; absent = 250.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_results: Option<usize>,
    /// Leaves out what `.gitignore` files name; absent = false.
    #[serde(default)]
    pub respect_gitignore: bool,
}

impl GrepInput {
    /// Looks in the whole workspace.
    pub fn new(pattern: impl Into<String>) -> Self {
        Self {
            pattern: pattern.into(),
            path: None,
            globs: Vec::new(),
            literal: false,
            case_insensitive: false,
            context: 0,
            max_results: None,
            respect_gitignore: false,
        }
    }

    /// Looks in one file or directory.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Adds a glob.
    #[must_use]
    pub fn glob(mut self, glob: impl Into<String>) -> Self {
        self.globs.push(glob.into());
        self
    }
}

/// One line found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct GrepLine {
    /// Path from the workspace's root.
    pub path: String,
    /// Line, counted from 1.
    pub line: u64,
    /// The line without its end; cut after 2000 bytes.
    pub text: String,
    /// The line is context, not a match.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub context: bool,
}

/// The lines found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct GrepOutput {
    /// Lines, by path in byte order, then by line.
    pub lines: Vec<GrepLine>,
    /// Matching lines among them.
    pub matches: usize,
    /// Files with a match among them.
    pub files: usize,
    /// Files searched, as far as the last line listed when the list is cut.
    pub searched: usize,
    /// There is more than is listed.
    pub truncated: bool,
    /// The first places that could not be looked into.
    pub skipped: Vec<Skipped>,
    /// How many places could not be looked into.
    pub skipped_total: usize,
}

/// Finds lines by a regular expression.
#[derive(Debug, Clone, Copy, Default)]
pub struct Grep;

impl Tool for Grep {
    type Input = GrepInput;
    type Output = GrepOutput;
    const NAME: &'static str = "Grep";
    const ACCESS: Access = Access::Read;

    async fn run(&self, input: GrepInput, cx: ToolContext) -> Result<GrepOutput, ToolError> {
        blocking(Self::NAME, move || search(&input, &cx)).await
    }
}

fn search(input: &GrepInput, cx: &ToolContext) -> Result<GrepOutput, ToolError> {
    let matcher = regex(input)?;
    let filter = Filter::new(&input.globs)?;
    let context = input.context.min(CONTEXT_CAP);
    let best = Best::new(input.max_results.unwrap_or(MATCHES));
    let walk = Walk::new(cx, input.respect_gitignore, "");
    let (threads, skips) = walk.run(input.path.as_deref().unwrap_or("."), || {
        let searcher = SearcherBuilder::new()
            .line_number(true)
            .before_context(context)
            .after_context(context)
            .binary_detection(BinaryDetection::quit(0))
            .heap_limit(Some(HEAP))
            .build();
        // A clone has its own scratch space, and does not wait for another thread's.
        let (matcher, filter) = (matcher.clone(), filter.clone());
        Seeker { searcher, matcher, filter, best: &best, searched: Vec::new(), known: Known::default() }
    })?;
    let searched: Vec<String> = threads.into_iter().flat_map(|seeker| seeker.searched).collect();
    let answer = best.answer();
    let last = answer.cut.as_deref();
    let (skipped, skipped_total) = skips.named(last);
    Ok(GrepOutput {
        searched: searched.iter().filter(|path| last.is_none_or(|last| path.as_str() <= last)).count(),
        truncated: answer.cut.is_some(),
        lines: answer.lines,
        matches: answer.matches,
        files: answer.files,
        skipped,
        skipped_total,
    })
}

/// One thread of a search.
struct Seeker<'a> {
    searcher: Searcher,
    matcher: RegexMatcher,
    filter: Filter,
    best: &'a Best,
    searched: Vec<String>,
    known: Known,
}

impl Visitor for Seeker<'_> {
    const SHARED: bool = true;

    fn wants(&mut self, path: &str) -> bool {
        self.best.look(&mut self.known);
        self.known.wants(path)
    }

    fn visit(&mut self, entry: &Entry<'_>, skips: &mut Skips) -> ControlFlow<()> {
        if !self.filter.takes(entry.below) {
            return ControlFlow::Continue(());
        }
        let (file, size) = match entry.open() {
            Ok(Some(opened)) => opened,
            Ok(None) => return ControlFlow::Continue(()),
            Err(source) => {
                skips.add(entry.path, source);
                return ControlFlow::Continue(());
            }
        };
        self.searched.push(entry.path.to_owned());
        let mut found = InFile::new(self.best.most, entry.path);
        // A file that grows meanwhile is searched to the size it had. Files are not mapped into
        // memory: one that shrinks meanwhile would end the process.
        let result = self.searcher.search_reader(&self.matcher, io::Read::take(file, size), &mut found);
        if let Err(source) = result {
            skips.add(entry.path, source);
        } else if found.binary {
            skips.add(entry.path, "binary file, searched up to its first NUL byte");
        }
        if !found.lines.is_empty() || found.over {
            self.best.add(entry.path, found);
        }
        ControlFlow::Continue(())
    }
}

fn regex(input: &GrepInput) -> Result<RegexMatcher, ToolError> {
    let built = RegexMatcherBuilder::new()
        .case_insensitive(input.case_insensitive)
        .fixed_strings(input.literal)
        .line_terminator(Some(b'\n'))
        .build(&input.pattern);
    built.map_err(|source| ToolError::Invalid {
        message: format!("pattern `{}` cannot be read: {source}", input.pattern),
        hint: "set `literal` to search for it as plain text".into(),
    })
}

/// Which files are searched.
#[derive(Clone)]
struct Filter {
    wanted: Vec<GlobMatcher>,
    unwanted: Vec<GlobMatcher>,
}

impl Filter {
    fn new(globs: &[String]) -> Result<Self, ToolError> {
        let mut filter = Self { wanted: Vec::new(), unwanted: Vec::new() };
        for glob in globs {
            let (list, glob) = match glob.strip_prefix('!') {
                Some(glob) => (&mut filter.unwanted, glob),
                None => (&mut filter.wanted, glob.as_str()),
            };
            let glob = glob.trim_start_matches("./");
            let anywhere = if glob.contains('/') { glob.to_owned() } else { format!("**/{glob}") };
            list.push(glob_matcher(&anywhere)?);
        }
        Ok(filter)
    }

    fn takes(&self, path: &str) -> bool {
        let wanted = self.wanted.is_empty() || self.wanted.iter().any(|glob| glob.is_match(path));
        wanted && !self.unwanted.iter().any(|glob| glob.is_match(path))
    }
}

/// What a line takes of the room in an answer.
pub(super) fn weight(line: &GrepLine) -> usize {
    line.path.len() + line.text.len() + 64
}

/// What has been found in one file.
pub(super) struct InFile<'a> {
    path: &'a str,
    most: usize,
    pub(super) lines: Vec<GrepLine>,
    pub(super) matches: usize,
    pub(super) weight: usize,
    /// The file alone is more than an answer.
    pub(super) over: bool,
    binary: bool,
}

impl<'a> InFile<'a> {
    fn new(most: usize, path: &'a str) -> Self {
        Self { path, most, lines: Vec::new(), matches: 0, weight: 0, over: false, binary: false }
    }

    /// Whether there was room for the line.
    fn add(&mut self, line: Option<u64>, bytes: &[u8], context: bool) -> bool {
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(LINE_CAP)]).into_owned();
        let line = GrepLine { path: self.path.to_owned(), line: line.unwrap_or(0), text, context };
        if self.weight + weight(&line) > LINES_CAP || (!context && self.matches == self.most) {
            self.over = true;
            return false;
        }
        self.weight += weight(&line);
        self.matches += usize::from(!context);
        self.lines.push(line);
        true
    }
}

impl Sink for &mut InFile<'_> {
    type Error = io::Error;

    fn matched(&mut self, _: &Searcher, found: &SinkMatch<'_>) -> io::Result<bool> {
        Ok(self.add(found.line_number(), found.bytes(), false))
    }

    fn context(&mut self, _: &Searcher, found: &SinkContext<'_>) -> io::Result<bool> {
        Ok(self.add(found.line_number(), found.bytes(), true))
    }

    fn binary_data(&mut self, _: &Searcher, _: u64) -> io::Result<bool> {
        self.binary = true;
        Ok(false)
    }

    fn finish(&mut self, _: &Searcher, _: &SinkFinish) -> io::Result<()> {
        Ok(())
    }
}

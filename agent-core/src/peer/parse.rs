//! `peers.toml` to peers: every mistake is named with its line.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use strsim::levenshtein;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use url::{Host, Url};

use super::error::PeersError;
use super::peers::{DEADLINE, Peer, Reach};
use super::token::{Secret, TokenSource};
use crate::definition::Warning;

/// The keys of a `[[peer]]`.
const KEYS: [&str; 10] = [
    "name",
    "address",
    "command",
    "token_env",
    "token_file",
    "token",
    "deadline_seconds",
    "request_type",
    "ca_file",
    "env",
];
/// A day: nobody waits longer for an answer within one session.
const LONGEST: f64 = 86_400.0;
/// The address of a peer that is a runtime of this process.
const IN_PROCESS: &str = "in-process";

type Item<'a> = Spanned<DeValue<'a>>;
type Key<'a> = Spanned<std::borrow::Cow<'a, str>>;

pub(super) fn parse(text: &str, file: &str) -> Result<(Vec<Peer>, Vec<Warning>), PeersError> {
    let reader = Reader { text, file };
    let tree = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let problem = error.message().trim().replace('\n', ", ");
        reader.at(at, problem, "see https://toml.io for how values are written")
    })?;
    let (mut peers, mut warnings, mut names) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (key, value) in tree.get_ref() {
        if key.get_ref() != "peer" {
            return Err(reader.unknown(key, &["peer"]));
        }
        let items: Vec<&Item<'_>> = value.get_ref().as_array().into_iter().flatten().collect();
        if items.is_empty() || items.iter().any(|item| item.get_ref().as_table().is_none()) {
            let problem = "`peer` is not a list of sections".to_owned();
            return Err(reader.at(key.span().start, problem, "start each peer with `[[peer]]`"));
        }
        for item in items {
            let peer = reader.peer(item, &mut warnings)?;
            if !names.insert(peer.name.clone()) {
                let problem = format!("a second peer is named `{}`", peer.name);
                return Err(reader.error(item, problem, "give each peer one section and a name of its own"));
            }
            peers.push(peer);
        }
    }
    Ok((peers, warnings))
}

struct Reader<'a> {
    text: &'a str,
    file: &'a str,
}

impl Reader<'_> {
    fn peer(&self, item: &Item<'_>, warnings: &mut Vec<Warning>) -> Result<Peer, PeersError> {
        let (mut name, mut reach, mut token, mut ca_file) = (None, None, None, None);
        let (mut deadline, mut request_type, mut env) = (DEADLINE, None, None);
        for (key, value) in item.get_ref().as_table().into_iter().flatten() {
            match key.get_ref().as_ref() {
                "name" => name = Some(self.name(key, value)?),
                "address" => once(&mut reach, self.address(key, value)?).map_err(|()| self.two_ways(key))?,
                "command" => once(&mut reach, self.command(key, value)?).map_err(|()| self.two_ways(key))?,
                "token_env" => {
                    let source = TokenSource::Env(self.words(key, value)?);
                    once(&mut token, (key, source)).map_err(|()| self.two_tokens(key))?;
                }
                "token_file" => {
                    let source = TokenSource::File(PathBuf::from(self.words(key, value)?));
                    once(&mut token, (key, source)).map_err(|()| self.two_tokens(key))?;
                }
                "token" => {
                    let source = TokenSource::Written(Secret::new(self.words(key, value)?));
                    once(&mut token, (key, source)).map_err(|()| self.two_tokens(key))?;
                    let message =
                        "a token stands in the file itself, where copies of the folder take it along";
                    let remedy = "name a variable with `token_env`, or a file with `token_file`";
                    warnings.push(Warning::new(self.file, self.line(key.span().start), message, remedy));
                }
                "deadline_seconds" => deadline = self.seconds(key, value)?,
                "request_type" => request_type = Some(self.words(key, value)?),
                "env" => env = Some((key, self.variables(key, value)?)),
                "ca_file" => ca_file = Some((key, PathBuf::from(self.words(key, value)?))),
                _ => return Err(self.unknown(key, &KEYS)),
            }
        }
        let Some(name) = name else {
            return Err(self.error(
                item,
                "the peer has no `name`".to_owned(),
                "write `name = \"product-manager\"`",
            ));
        };
        let Some(reach) = reach else {
            let problem = format!("`{name}` has neither `address` nor `command`");
            let hint =
                "write `address = \"ws://host:port/v1/ws\"`, or `command = [\"program\", \"argument\"]`";
            return Err(self.error(item, problem, hint));
        };
        let url = match &reach {
            Reach::WebSocket(url) => Some(url),
            Reach::Command(_) | Reach::InProcess => None,
        };
        if let Some((key, _)) = &token {
            match url {
                None => {
                    let problem = format!(
                        "`{}` has no use: only a `ws` or `wss` address is shown a token",
                        key.get_ref()
                    );
                    return Err(self.at(key.span().start, problem, "remove it"));
                }
                Some(url) if url.scheme() == "ws" && !is_here(url) => {
                    let message = format!("the token of `{name}` goes over the network readable to all");
                    let line = self.line(key.span().start);
                    warnings.push(Warning::new(self.file, line, message, "use a `wss` address"));
                }
                Some(_) => {}
            }
        }
        if let Some((key, _)) = &ca_file
            && url.is_none_or(|url| url.scheme() != "wss")
        {
            let problem = "`ca_file` has no use: only a `wss` address shows certificates".to_owned();
            return Err(self.at(key.span().start, problem, "remove it, or use a `wss` address"));
        }
        if let Some((key, _)) = &env
            && !matches!(reach, Reach::Command(_))
        {
            let problem = "`env` has no use: only a `command` is started with an environment".to_owned();
            return Err(self.at(key.span().start, problem, "remove it"));
        }
        let env = env.map(|(_, names)| names).unwrap_or_default();
        let (token, ca_file) = (token.map(|(_, source)| source), ca_file.map(|(_, path)| path));
        Ok(Peer { name, reach, token, deadline, request_type, ca_file, env })
    }

    fn name(&self, key: &Key<'_>, value: &Item<'_>) -> Result<String, PeersError> {
        let name = self.words(key, value)?;
        let fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.len() > 64 || !name.chars().all(fit) {
            let hint = "use at most 64 letters, digits, `-`, `_` and `.`: `product-manager`";
            return Err(self.error(value, "`name` is not a name".to_owned(), hint));
        }
        Ok(name)
    }

    fn address(&self, key: &Key<'_>, value: &Item<'_>) -> Result<Reach, PeersError> {
        let text = self.words(key, value)?;
        if text == IN_PROCESS {
            return Ok(Reach::InProcess);
        }
        let wrong = |problem: String, hint: &str| self.error(value, problem, hint);
        let hint = "write `ws://host:port/v1/ws`, `wss://host/v1/ws` or `in-process`";
        let url = Url::parse(&text)
            .map_err(|error| wrong(format!("`address` is not an address: {error}"), hint))?;
        if !matches!(url.scheme(), "ws" | "wss") {
            return Err(wrong(format!("`address` cannot begin with `{}:`", url.scheme()), hint));
        }
        if url.host().is_none() {
            return Err(wrong("`address` names no host".to_owned(), hint));
        }
        if !url.username().is_empty() || url.password().is_some() {
            let problem = "`address` holds a user name or password".to_owned();
            return Err(wrong(problem, "remove it, and name the token with `token_env` or `token_file`"));
        }
        if url.fragment().is_some() {
            return Err(wrong("`address` has a part after `#`".to_owned(), "remove it"));
        }
        Ok(Reach::WebSocket(url))
    }

    fn command(&self, key: &Key<'_>, value: &Item<'_>) -> Result<Reach, PeersError> {
        let items: Vec<&Item<'_>> = value.get_ref().as_array().into_iter().flatten().collect();
        let texts: Option<Vec<String>> =
            items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect();
        match texts {
            Some(texts) if texts.first().is_some_and(|program| !program.trim().is_empty()) => {
                Ok(Reach::Command(texts))
            }
            _ => {
                let problem = format!("`{}` is not a list of texts", key.get_ref());
                Err(self.error(
                    value,
                    problem,
                    "write the program, then its arguments: `[\"program\", \"argument\"]`",
                ))
            }
        }
    }

    /// Names of variables, never their values: those would stand in a file that is copied along.
    fn variables(&self, key: &Key<'_>, value: &Item<'_>) -> Result<Vec<String>, PeersError> {
        let items = value.get_ref().as_array().into_iter().flatten();
        let named = |text: &str| {
            !text.is_empty()
                && !text.starts_with(|c: char| c.is_ascii_digit())
                && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        let names: Option<Vec<String>> =
            items.map(|item| item.get_ref().as_str().filter(|text| named(text)).map(str::to_owned)).collect();
        names.filter(|_| value.get_ref().as_array().is_some()).ok_or_else(|| {
            let problem = format!("`{}` is not a list of names of variables", key.get_ref());
            self.error(value, problem, "name the variables its process is to see: `[\"PM_CONFIG\"]`")
        })
    }

    fn seconds(&self, key: &Key<'_>, value: &Item<'_>) -> Result<Duration, PeersError> {
        let text = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().to_owned(),
            DeValue::Float(number) => number.as_str().to_owned(),
            _ => String::new(),
        };
        match text.replace('_', "").parse::<f64>() {
            Ok(seconds) if seconds > 0.0 && seconds <= LONGEST => Ok(Duration::from_secs_f64(seconds)),
            _ => {
                let problem = format!("`{}` is not a number above 0, at most {LONGEST}", key.get_ref());
                Err(self.error(value, problem, "write seconds without quotation marks: `30`"))
            }
        }
    }

    fn words(&self, key: &Key<'_>, value: &Item<'_>) -> Result<String, PeersError> {
        let text = value.get_ref().as_str().map(str::trim).filter(|text| !text.is_empty());
        text.map(str::to_owned).ok_or_else(|| {
            let problem = format!("`{}` is not a text, or is empty", key.get_ref());
            self.error(value, problem, "write it in quotation marks")
        })
    }

    fn two_ways(&self, key: &Key<'_>) -> PeersError {
        let problem = "the peer has both `address` and `command`".to_owned();
        self.at(key.span().start, problem, "keep one of them")
    }

    fn two_tokens(&self, key: &Key<'_>) -> PeersError {
        let problem = format!("`{}` is a second place for the token", key.get_ref());
        self.at(key.span().start, problem, "keep one of `token_env`, `token_file` and `token`")
    }

    fn unknown(&self, key: &Key<'_>, known: &[&str]) -> PeersError {
        let name = key.get_ref();
        let hint = match nearest(name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known are {}", known.join(", ")),
        };
        self.at(key.span().start, format!("`{name}` is not known here"), &hint)
    }

    fn error<T>(&self, at: &Spanned<T>, problem: String, hint: &str) -> PeersError {
        self.at(at.span().start, problem, hint)
    }

    fn at(&self, offset: usize, problem: String, hint: &str) -> PeersError {
        PeersError { place: format!("{}:{}", self.file, self.line(offset)), problem, hint: hint.to_owned() }
    }

    fn line(&self, offset: usize) -> usize {
        self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
    }
}

fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), ()> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(()),
    }
}

/// Whether an address is on this very machine.
fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// The name most like `wanted`, if any is near enough to be a slip of the hand.
fn nearest<'a>(wanted: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|name| (levenshtein(&wanted.to_lowercase(), name), *name))
        .filter(|(far, name)| far * 3 <= name.len().max(3))
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;

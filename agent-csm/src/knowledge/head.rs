//! Reads the head of a knowledge SQL file: leading `-- key: value` lines.

use std::collections::BTreeMap;

use protocol::{Target, Unit};

use super::error::KnowledgeError;
use super::measure::{Each, Let, Measure, MeasureKind, Plausible, SignalHead, SignalKind, WindowSpec};
use super::populations::Population;

const COMMON: &[&str] = &["title", "says", "needs", "needs_column", "needs_history"];
const FIGURES: &[&str] =
    &["value", "n", "unit", "window", "min_n", "target", "each", "plausible", "additive", "money", "unknown"];
const METRICS: &[&str] = &["population", "account"];
const CHECKS: &[&str] = &["guards"];
const SIGNALS: &[&str] = &["kind", "dimension", "let", "score", "fires", "severity", "text"];

/// The head as written: key to line and value.
struct Head<'a> {
    file: &'a str,
    last_line: usize,
    keys: BTreeMap<String, (usize, String)>,
}

/// Reads one file; `sha256` is the hash of `text`, `populations` are those a metric may name.
///
/// # Errors
/// [`KnowledgeError::Head`] with file and line.
pub(super) fn parse(
    file: &str,
    text: &str,
    sha256: String,
    kind: MeasureKind,
    populations: &[Population],
) -> Result<Measure, KnowledgeError> {
    let (head, body) = split(file, text, kind)?;
    let stem = file.rsplit('/').next().and_then(|name| name.strip_suffix(".sql")).unwrap_or_default();
    let name = head.required(kind.key())?;
    if name != stem {
        return Err(head.wrong(
            kind.key(),
            format!("is named `{name}`, its file `{stem}`"),
            "give both the same name",
        ));
    }
    if body.is_empty() {
        return Err(head.at(
            head.last_line,
            "no query after the head".to_owned(),
            "write a SELECT below the head",
        ));
    }
    let figure = matches!(kind, MeasureKind::Metric | MeasureKind::Signal);
    let needs = head.list("needs");
    let unit = if figure { unit(&head)? } else { Unit::Count };
    let money = if head.has("money") {
        head.list("money")
    } else if unit == Unit::Money {
        needs.clone()
    } else {
        Vec::new()
    };
    Ok(Measure {
        kind,
        title: head.get("title").unwrap_or_else(|| name.clone()),
        says: head.get("says").unwrap_or_default(),
        value: if figure { head.required("value")? } else { String::new() },
        n: head.get("n").unwrap_or_else(|| "count(*)".to_owned()),
        unit,
        window: window(&head)?,
        min_n: match head.get("min_n") {
            None => 0,
            Some(text) => {
                text.parse().map_err(|_| head.wrong("min_n", "is not a whole number".to_owned(), "30"))?
            }
        },
        target: match head.get("target") {
            None => None,
            Some(text) => {
                Some(bound(&text).ok_or_else(|| head.wrong("target", BOUND.to_owned(), "write `< 5`"))?)
            }
        },
        each: head.get("each").map(|column| Each { column }),
        plausible: plausible(&head)?,
        needs,
        needs_column: columns(&head)?,
        needs_history: head.list("needs_history"),
        money,
        unknown: head.get("unknown"),
        additive: match head.get("additive").as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(other) => {
                return Err(head.wrong(
                    "additive",
                    format!("`{other}` is neither"),
                    "write `true` or `false`",
                ));
            }
        },
        population: population(&head, populations)?,
        account: match head.get("account").as_deref() {
            None => Some("account_id".to_owned()),
            Some("none") => None,
            Some(column) => Some(column.to_owned()),
        },
        guards: head.list("guards"),
        signal: if kind == MeasureKind::Signal { Some(signal(&head)?) } else { None },
        body: body.to_owned(),
        file: file.to_owned(),
        sha256,
        name,
    })
}

const BOUND: &str = "is not an operator and a number";

/// Reads `< 5`; the operators are `<`, `<=`, `>` and `>=`.
#[must_use]
pub fn bound(text: &str) -> Option<Target> {
    let text = text.trim();
    let op = ["<=", ">=", "<", ">"].into_iter().find(|op| text.starts_with(op))?;
    let value: f64 = text[op.len()..].trim().parse().ok()?;
    value.is_finite().then(|| Target { op: op.to_owned(), value })
}

fn split<'a>(file: &'a str, text: &'a str, kind: MeasureKind) -> Result<(Head<'a>, &'a str), KnowledgeError> {
    let mut head = Head { file, last_line: 1, keys: BTreeMap::new() };
    let mut current: Option<String> = None;
    let mut rest = text;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let Some(comment) = line.strip_prefix("--") else { break };
        rest = &rest[line.len()..];
        head.last_line = index + 1;
        let comment = comment.trim_end();
        if comment.starts_with("   ") {
            let Some((_, value)) = current.as_ref().and_then(|key| head.keys.get_mut(key)) else {
                let problem = "continues a value that was not begun".to_owned();
                return Err(head.at(index + 1, problem, "begin with `-- key: value`"));
            };
            value.push(' ');
            value.push_str(comment.trim());
        } else if let Some((key, value)) = comment.trim().split_once(':') {
            let key = key.trim().to_owned();
            let known = key == kind.key()
                || COMMON.contains(&key.as_str())
                || (matches!(kind, MeasureKind::Metric | MeasureKind::Signal)
                    && FIGURES.contains(&key.as_str()))
                || (kind == MeasureKind::Metric && METRICS.contains(&key.as_str()))
                || (kind == MeasureKind::Signal && SIGNALS.contains(&key.as_str()))
                || (kind == MeasureKind::Check && CHECKS.contains(&key.as_str()));
            if !known {
                let problem = format!("a {} has no key `{key}`", kind.key());
                return Err(head.at(index + 1, problem, "see the list of keys in knowledge/README.md"));
            }
            if head.keys.insert(key.clone(), (index + 1, value.trim().to_owned())).is_some() {
                return Err(head.at(index + 1, format!("`{key}` is given twice"), "keep one"));
            }
            current = Some(key);
        } else if !comment.trim().is_empty() {
            let problem = "a head line is neither `-- key: value` nor a continuation".to_owned();
            return Err(head.at(
                index + 1,
                problem,
                "indent continuations by three spaces; put comments below the head",
            ));
        }
    }
    Ok((head, rest.trim().trim_end_matches(';').trim_end()))
}

fn unit(head: &Head<'_>) -> Result<Unit, KnowledgeError> {
    match head.required("unit")?.as_str() {
        "count" => Ok(Unit::Count),
        "percent" => Ok(Unit::Percent),
        "score" => Ok(Unit::Score),
        "money" => Ok(Unit::Money),
        "minutes" => Ok(Unit::Minutes),
        "days" => Ok(Unit::Days),
        "ratio" => Ok(Unit::Ratio),
        other => Err(head.wrong(
            "unit",
            format!("`{other}` is not a unit"),
            "one of percent, count, score, money, minutes, days, ratio",
        )),
    }
}

fn population(head: &Head<'_>, known: &[Population]) -> Result<Option<Population>, KnowledgeError> {
    let Some(name) = head.get("population") else { return Ok(None) };
    known.iter().find(|it| it.name == name).cloned().map(Some).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|it| it.name.as_str()).collect();
        let hint = format!("one of {}; populations.toml says what they are", names.join(", "));
        head.wrong("population", format!("`{name}` is not a population"), &hint)
    })
}

fn window(head: &Head<'_>) -> Result<Option<WindowSpec>, KnowledgeError> {
    let Some(text) = head.get("window") else { return Ok(None) };
    let parsed = text.split_once(' ').and_then(|(count, word)| {
        let count = count.parse().ok()?;
        match word.trim() {
            "months" => Some(WindowSpec::Months(count)),
            "days" => Some(WindowSpec::Days(count)),
            "weeks" => Some(WindowSpec::Days(7 * count)),
            _ => None,
        }
    });
    parsed
        .map(Some)
        .ok_or_else(|| head.wrong("window", format!("`{text}` is not a window"), "write `12 months`"))
}

fn plausible(head: &Head<'_>) -> Result<Option<Plausible>, KnowledgeError> {
    let Some(text) = head.get("plausible") else { return Ok(None) };
    let bounds: Option<Vec<Target>> = text.split(',').map(bound).collect();
    bounds.map(|bounds| Some(Plausible { bounds })).ok_or_else(|| {
        head.wrong("plausible", BOUND.to_owned(), "write `<= 250`, or two bounds with a comma between")
    })
}

fn columns(head: &Head<'_>) -> Result<Vec<(String, String)>, KnowledgeError> {
    head.list("needs_column")
        .into_iter()
        .map(|item| match item.split_once('.') {
            Some((table, column)) => Ok((table.to_owned(), column.to_owned())),
            None => {
                Err(head.wrong("needs_column", format!("`{item}` names no table"), "write `table.column`"))
            }
        })
        .collect()
}

fn signal(head: &Head<'_>) -> Result<SignalHead, KnowledgeError> {
    let kind = match head.required("kind")?.as_str() {
        "risk" => SignalKind::Risk,
        "growth" => SignalKind::Growth,
        "adoption" => SignalKind::Adoption,
        "context" => SignalKind::Context,
        other => {
            let problem = format!("`{other}` is not a kind of signal");
            return Err(head.wrong("kind", problem, "one of risk, growth, adoption, context"));
        }
    };
    let mut lets = Vec::new();
    for item in head.get("let").unwrap_or_default().split(';').map(str::trim).filter(|item| !item.is_empty())
    {
        let Some((name, expr)) = item.split_once('=') else {
            return Err(head.wrong(
                "let",
                format!("`{item}` has no `=`"),
                "write `name = aggregate; name = aggregate`",
            ));
        };
        let name = name.trim();
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        {
            return Err(head.wrong(
                "let",
                format!("`{name}` is not a name"),
                "lower-case letters, digits and _",
            ));
        }
        lets.push(Let { name: name.to_owned(), expr: expr.trim().to_owned() });
    }
    let severity = match head.get("severity").as_deref() {
        None | Some("1") => 1,
        Some("2") => 2,
        Some("3") => 3,
        Some(other) => {
            return Err(head.wrong("severity", format!("`{other}` is not a severity"), "1, 2 or 3"));
        }
    };
    let text = head.required("text")?;
    for hole in holes(&text) {
        let name = hole.split(':').next().unwrap_or_default();
        if name != "value" && name != "n" && !lets.iter().any(|item| item.name == name) {
            return Err(head.wrong("text", format!("`{{{hole}}}` is not defined"), "define it under `let`"));
        }
    }
    Ok(SignalHead {
        kind,
        dimension: head.required("dimension")?,
        lets,
        score: head.get("score"),
        fires: head.get("fires"),
        severity,
        text,
    })
}

/// The names between braces, in order.
pub(crate) fn holes(text: &str) -> Vec<&str> {
    text.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name)).collect()
}

impl Head<'_> {
    fn has(&self, key: &str) -> bool {
        self.keys.contains_key(key)
    }

    fn get(&self, key: &str) -> Option<String> {
        self.keys.get(key).map(|(_, value)| value.clone()).filter(|value| !value.is_empty())
    }

    fn required(&self, key: &str) -> Result<String, KnowledgeError> {
        self.get(key).ok_or_else(|| {
            self.at(
                self.last_line,
                format!("the head has no `{key}`"),
                &format!("add `-- {key}: …` at the top"),
            )
        })
    }

    fn list(&self, key: &str) -> Vec<String> {
        let text = self.get(key).unwrap_or_default();
        text.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
    }

    fn wrong(&self, key: &str, problem: String, hint: &str) -> KnowledgeError {
        let line = self.keys.get(key).map_or(self.last_line, |(line, _)| *line);
        self.at(line, format!("`{key}`: {problem}"), hint)
    }

    fn at(&self, line: usize, problem: String, hint: &str) -> KnowledgeError {
        KnowledgeError::Head { file: self.file.to_owned(), line, problem, hint: hint.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn read(text: &str) -> Result<Measure, KnowledgeError> {
        let managed = Population {
            name: "managed".to_owned(),
            words: "managed accounts".to_owned(),
            without_account: false,
        };
        parse("metrics/late.sql", text, String::new(), MeasureKind::Metric, &[managed])
    }

    #[test]
    fn a_head_is_read_with_continuations() {
        let text = "-- metric: late\n-- says: one\n--   two\n-- value: sum(x)\n-- unit: money\n-- window: 12 months\n\
                    -- target: <= 5.5\n-- population: managed\n-- needs: invoices\n-- needs_column: invoices.due_on\nSELECT 1 AS x;\n";
        let measure = read(text).unwrap();
        assert_eq!(measure.says, "one two");
        assert_eq!(measure.target, Some(Target { op: "<=".to_owned(), value: 5.5 }));
        assert_eq!(measure.money, ["invoices"]);
        assert_eq!(measure.population.unwrap().words, "managed accounts");
        assert_eq!(measure.account.as_deref(), Some("account_id"));
        assert_eq!(measure.needs_column, [("invoices".to_owned(), "due_on".to_owned())]);
        assert_eq!(measure.body, "SELECT 1 AS x");
        let as_of = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
        let (start, end) = measure.window.unwrap().range(as_of).unwrap();
        assert_eq!((start.to_string(), end.to_string()), ("2023-03-01".to_owned(), "2024-03-01".to_owned()));
    }

    #[test]
    fn errors_name_file_and_line() {
        let cases = [
            (
                "-- metric: early\n-- value: 1\n-- unit: count\nSELECT 1",
                "metrics/late.sql:1: `metric`: is named `early`, its file `late`",
            ),
            (
                "-- metric: late\n-- value: 1\n-- unit: furlong\nSELECT 1",
                "metrics/late.sql:3: `unit`: `furlong` is not a unit",
            ),
            ("-- metric: late\n-- colour: red\nSELECT 1", "metrics/late.sql:2: a metric has no key `colour`"),
            ("-- metric: late\n-- value: 1\n-- unit: count\n", "metrics/late.sql:3: no query after the head"),
            (
                "-- metric: late\n-- value: 1\n-- unit: count\n-- target: about 5\nSELECT 1",
                "metrics/late.sql:4: `target`: is not an operator and a number",
            ),
            (
                "-- metric: late\n-- value: 1\n-- unit: count\n-- population: everyone\nSELECT 1",
                "metrics/late.sql:4: `population`: `everyone` is not a population",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).unwrap_err().to_string(), expected);
        }
    }
}

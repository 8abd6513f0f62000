//! `stakeholder_roles.toml`: what a job title says of a person's role, where no source says it.

use serde::Deserialize;

/// The roles there are.
const ROLES: [&str; 7] =
    ["economic_buyer", "champion", "admin", "technical", "procurement", "blocker", "user"];

/// One rule: words in a title, and the role they stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TitleRule {
    /// The first rule that fits decides; 1 is first.
    pub place: i64,
    /// The words, lower case, single blanks between.
    pub pattern: String,
    /// The role; none where the words only say that the person is an executive.
    pub role: Option<String>,
    /// Whether the title is an executive's.
    pub is_executive: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    titles: Vec<String>,
    role: Option<String>,
    #[serde(default)]
    executive: bool,
}

/// Reads the rules, in the order in which they are tried.
///
/// # Errors
/// What is wrong in words; with its line where the TOML is.
pub fn title_rules(text: &str) -> Result<Vec<TitleRule>, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    let mut rules = Vec::new();
    for entry in file.rule {
        if let Some(role) = entry.role.as_deref().filter(|role| !ROLES.contains(role)) {
            return Err(format!("`{role}` is no role: use {}", ROLES.join(", ")));
        }
        for title in &entry.titles {
            let words = super::tokens(title).into_iter().map(|token| token.word).collect::<Vec<_>>();
            if words.is_empty() {
                return Err("a title of a rule has no word".to_owned());
            }
            let place = i64::try_from(rules.len() + 1).unwrap_or(i64::MAX);
            rules.push(TitleRule {
                place,
                pattern: words.join(" "),
                role: entry.role.clone(),
                is_executive: entry.executive,
            });
        }
    }
    Ok(rules)
}

//! File names made of ids: two ids never share a file, also where the file system does not tell cases apart.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

/// Longest name that is written in full, in bytes.
const LONGEST: usize = 150;
/// How much of a longer one is kept.
const KEPT: usize = 100;

/// The names of all ids of a workspace.
///
/// An id keeps its plain name ([`file_name`]) unless another one differs from it only in the case of letters; then
/// the first of them in the order of bytes keeps it, and a hash tells the others apart.
#[derive(Clone, Debug, Default)]
pub struct FileNames {
    /// Who has a plain name, by the name in lower case.
    holders: BTreeMap<String, String>,
}

impl FileNames {
    /// The names of `ids`, in any order.
    pub fn of<'a>(ids: impl IntoIterator<Item = &'a str>) -> Self {
        let mut holders: BTreeMap<String, String> = BTreeMap::new();
        for id in ids {
            let holder = holders.entry(folded(id)).or_insert_with(|| id.to_owned());
            if id < holder.as_str() {
                id.clone_into(holder);
            }
        }
        Self { holders }
    }

    /// The name of `id`, without an ending.
    #[must_use]
    pub fn name(&self, id: &str) -> String {
        let name = file_name(id);
        match self.holders.get(&folded(id)) {
            Some(holder) if holder != id => format!("{name}~{}", short_hash(id)),
            _ => name,
        }
    }

    /// Where the plan of an account lies.
    #[must_use]
    pub fn plan(&self, account_id: &str) -> String {
        format!("plans/{}.md", self.name(account_id))
    }

    /// Where the notes of an account lie.
    #[must_use]
    pub fn notes(&self, account_id: &str) -> String {
        format!("notes/{}.md", self.name(account_id))
    }

    /// Where the draft of an account's action lies: an account may have one for each `kind` and `reason`, which are
    /// words of ours.
    #[must_use]
    pub fn draft(&self, account_id: &str, kind: &str, reason: &str) -> String {
        format!("out/drafts/{}~{}~{}.eml", self.name(account_id), file_name(kind), file_name(reason))
    }
}

/// `text` as a file name without an ending. Bytes a file name should not carry are written `%XX`, so that a text
/// never names another folder and two texts never share a name, as long as cases are told apart.
#[must_use]
pub fn file_name(text: &str) -> String {
    if text.is_empty() {
        return "%".to_owned();
    }
    let mut name = String::new();
    for (at, byte) in text.bytes().enumerate() {
        let plain = byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' || (byte == b'.' && at > 0);
        if plain {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("%{byte:02X}"));
        }
    }
    if name.len() > LONGEST {
        name.truncate(KEPT);
        name.push('~');
        name.push_str(&short_hash(text));
    }
    name
}

/// The first half of the SHA-256 of a text, hex.
pub(crate) fn short_hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn folded(id: &str) -> String {
    file_name(id).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_ids_share_a_file_whatever_the_file_system_makes_of_cases() {
        let long = "x".repeat(200);
        let ids = [
            "EU/1",
            "EU 1",
            "EU_1",
            "eu_1",
            "Eu_1",
            "EU%2F1",
            "eu%2f1",
            "Straße",
            "STRASSE",
            "Éa",
            "éa",
            "日本",
            "..",
            ".",
            "../x",
            "a.md",
            "A.md",
            "",
            "-",
            "con",
            "CON",
            "x~y",
            "x",
            "X",
            &long,
            &long[1..],
        ];
        let names = FileNames::of(ids);
        let unique: BTreeSet<String> = ids.iter().map(|id| names.plan(id).to_lowercase()).collect();
        assert_eq!(unique.len(), ids.len(), "{unique:?}");
        for id in ids {
            let name = names.name(id);
            assert!(
                name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.%~".contains(&byte)),
                "{name}"
            );
            assert!(!name.starts_with('.') && name.len() <= 184, "{name}");
        }
    }

    #[test]
    fn the_names_of_plans_are_those_they_always_had() {
        let names = FileNames::of(["A0001", "acct_Zo", "EU/1", "eu_1", "EU_1"]);
        assert_eq!(names.plan("A0001"), "plans/A0001.md");
        assert_eq!(names.plan("acct_Zo"), "plans/acct_Zo.md");
        assert_eq!(names.plan("EU/1"), "plans/EU%2F1.md");
        // `EU_1` comes first in the order of bytes, so `eu_1` is the one that is told apart.
        assert_eq!(names.plan("EU_1"), "plans/EU_1.md");
        assert_eq!(names.plan("eu_1"), format!("plans/eu_1~{}.md", short_hash("eu_1")));
        assert_eq!(names.draft("EU/1", "risk", "usage_falls"), "out/drafts/EU%2F1~risk~usage_falls.eml");
        assert_eq!(names.notes("EU/1"), "notes/EU%2F1.md");
    }

    #[test]
    fn which_one_keeps_its_name_does_not_depend_on_their_order() {
        let (one, other) = (FileNames::of(["b", "B"]), FileNames::of(["B", "b"]));
        assert_eq!((one.name("b"), one.name("B")), (other.name("b"), other.name("B")));
    }
}

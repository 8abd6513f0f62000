//! The account a person means, by its id or its name.

use std::collections::BTreeMap;
use std::fs;

use datafusion::error::DataFusionError;
use protocol::Scope;
use strsim::levenshtein;

use crate::engine::Kept;
use crate::tables::Dataset;
use crate::workspace::FileNames;

/// How many near names are offered.
const OFFERED: usize = 3;

/// Every account of the imported data: id and name.
#[derive(Clone, Debug, Default)]
pub struct AccountNames {
    by_id: BTreeMap<String, String>,
}

/// Why no single account was meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotOneAccount {
    /// No id and no name is like that.
    #[error("no account has the id or name `{named}`")]
    Unknown {
        /// What was asked for.
        named: String,
        /// The nearest: `Name (id)`.
        near: Vec<String>,
    },
    /// Several accounts have that name.
    #[error("{} accounts are named `{named}`", found.len())]
    Several {
        /// What was asked for.
        named: String,
        /// Their ids.
        found: Vec<String>,
    },
}

impl NotOneAccount {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Unknown { near, .. } if near.is_empty() => {
                "name it by account_id as it stands in the accounts table".to_owned()
            }
            Self::Unknown { near, .. } => format!("the nearest are {}", near.join(", ")),
            Self::Several { found, .. } => format!("name it by its id: {}", found.join(", ")),
        }
    }
}

impl AccountNames {
    /// Names as given: `(id, name)`.
    pub fn of(accounts: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { by_id: accounts.into_iter().collect() }
    }

    /// Reads the imported accounts, and those that only their subscriptions tell of.
    ///
    /// # Errors
    /// A table that cannot be read.
    pub fn read(dataset: &Dataset) -> Result<Self, DataFusionError> {
        let mut by_id = BTreeMap::new();
        for table in ["accounts", "subscriptions"] {
            for entry in dataset.manifest.files(table) {
                let bytes = fs::read(dataset.path(entry))?;
                for row in Kept::read(&bytes)?.rows(&Scope::all()) {
                    let text = |column: &str| row.get(column).and_then(|it| it.as_str()).map(str::to_owned);
                    let Some(id) = text("account_id") else { continue };
                    let name = text("name").unwrap_or_else(|| id.clone());
                    by_id.entry(id).or_insert(name);
                }
            }
        }
        Ok(Self { by_id })
    }

    /// The account with this id, else the only one with this name, whatever its case.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub fn find(&self, named: &str) -> Result<(&str, &str), NotOneAccount> {
        let named = named.trim();
        if let Some((id, name)) = self.by_id.get_key_value(named) {
            return Ok((id.as_str(), name.as_str()));
        }
        let wanted = named.to_lowercase();
        let found: Vec<(&String, &String)> =
            self.by_id.iter().filter(|(_, name)| name.to_lowercase() == wanted).collect();
        match found.as_slice() {
            [(id, name)] => Ok((id.as_str(), name.as_str())),
            [] => Err(NotOneAccount::Unknown { named: named.to_owned(), near: self.near(&wanted) }),
            several => Err(NotOneAccount::Several {
                named: named.to_owned(),
                found: several.iter().map(|(id, _)| (*id).clone()).collect(),
            }),
        }
    }

    /// Names of the files that belong to accounts.
    #[must_use]
    pub fn file_names(&self) -> FileNames {
        FileNames::of(self.by_id.keys().map(String::as_str))
    }

    /// Ids and names, by id.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.by_id.iter().map(|(id, name)| (id.as_str(), name.as_str()))
    }

    /// The name of an account.
    #[must_use]
    pub fn name(&self, id: &str) -> Option<&str> {
        self.by_id.get(id).map(String::as_str)
    }

    /// Names that begin alike or contain what was typed first, then those a few letters away.
    fn near(&self, wanted: &str) -> Vec<String> {
        let mut ranked: Vec<(usize, &String, &String)> = self
            .by_id
            .iter()
            .filter_map(|(id, name)| {
                let (low_id, low_name) = (id.to_lowercase(), name.to_lowercase());
                let far = levenshtein(wanted, &low_name).min(levenshtein(wanted, &low_id));
                let inside = !wanted.is_empty() && low_name.contains(wanted);
                let near = far * 3 <= wanted.chars().count().max(3);
                (inside || near).then_some((if inside { 0 } else { far }, id, name))
            })
            .collect();
        ranked.sort();
        ranked.truncate(OFFERED);
        ranked.into_iter().map(|(_, id, name)| format!("{name} ({id})")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> AccountNames {
        let names = [("A1", "Alder"), ("A2", "Birch Foods"), ("A3", "birch foods"), ("A4", "Cedar")];
        AccountNames::of(names.map(|(id, name)| (id.to_owned(), name.to_owned())))
    }

    #[test]
    fn an_account_is_meant_by_id_or_name_and_never_guessed() {
        let names = names();
        assert_eq!(names.find("A4"), Ok(("A4", "Cedar")));
        assert_eq!(names.find("alder"), Ok(("A1", "Alder")));
        let several = names.find("Birch Foods").unwrap_err();
        assert_eq!(several.hint(), "name it by its id: A2, A3");
        let near = names.find("Ceder").unwrap_err();
        assert_eq!(near.hint(), "the nearest are Cedar (A4)");
        assert_eq!(
            names.find("birch").unwrap_err().hint(),
            "the nearest are Birch Foods (A2), birch foods (A3)"
        );
    }
}

//! Writes the workspace, account by account, so that memory holds one account at a time.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::account::Account;
use super::behaviour as b;
use super::calendar::{add_days, monday};
use super::files::{CURRENCY, Colleague, Files};
use super::names;
use super::notes;
use super::parameters::Parameters;
use super::profile::Kind;
use super::random::Random;
use super::truth::Truth;
use super::usage;

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// The workspace folder.
    pub dir: PathBuf,
    /// The folder with the hidden truth.
    pub truth: PathBuf,
    /// The day the files are written as of.
    pub as_of: NaiveDate,
    /// Rows by data file, in alphabetical order.
    pub rows: Vec<(&'static str, u64)>,
    /// Files of call notes.
    pub notes: u64,
}

/// The company could not be simulated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimulateError {
    /// Something is there already; nothing was written.
    #[error("`{path}` already exists")]
    Exists {
        /// The file or folder in the way.
        path: PathBuf,
    },
    /// The day asked for is not in the simulated history; nothing was written.
    #[error("{day} is not in the history, which goes from {first} to {last}")]
    Outside {
        /// The day asked for.
        day: NaiveDate,
        /// First day of the history.
        first: NaiveDate,
        /// Last day of the history.
        last: NaiveDate,
    },
    /// A file or folder could not be written.
    #[error("could not write `{path}`")]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl SimulateError {
    /// What the person can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Exists { .. } => Some("choose another folder, or remove what an earlier run wrote"),
            Self::Outside { .. } => {
                Some("`--as-of` says where the history ends, `--months` how long it is, `--upto` a day in it")
            }
            Self::Write { .. } => None,
        }
    }
}

/// Writes a workspace (`csm.toml`, `data/`, `notes/`) into `dir`, and the hidden truth into `truth`
/// (by default a folder beside `dir`, named `<dir>-truth`), which nothing imports.
///
/// The same parameters give the same bytes. Nothing depends on the clock. Parameters that differ in
/// [`Parameters::upto`] alone write the same company as it was known on different days.
///
/// # Errors
/// When one of the places already exists, or the day is not in the history, before anything is written; when writing
/// fails.
pub fn run(parameters: &Parameters, dir: &Path, truth: Option<&Path>) -> Result<Summary, SimulateError> {
    let (first, last) = (parameters.from(), parameters.as_of);
    if let Some(day) = parameters.upto.filter(|day| !(first..=last).contains(day)) {
        return Err(SimulateError::Outside { day, first, last });
    }
    let truth = truth.map_or_else(|| beside(dir), Path::to_path_buf);
    let (data, note_dir, config) = (dir.join("data"), dir.join("notes"), dir.join("csm.toml"));
    if let Some(path) = [&data, &note_dir, &config, &truth].into_iter().find(|path| path.exists()) {
        return Err(SimulateError::Exists { path: path.clone() });
    }
    for folder in [&data, &note_dir, &truth] {
        fs::create_dir_all(folder).map_err(|source| SimulateError::Write { path: folder.clone(), source })?;
    }
    write(&config, &settings(parameters))?;
    let team = team(parameters);
    let mut files = Files::create(&data)?;
    let mut hidden = Truth::create(&truth)?;
    files.company(&team)?;
    let mut noted = 0;
    for index in 0..parameters.accounts {
        let account = Account::draw(parameters, index);
        // The truth is told to the end of the history, whatever the day: it is there to judge what was foreseen.
        if account.profile.kind == Kind::Customer {
            hidden.account(&account.profile, &account.latent, &account.contracts)?;
        }
        let usage = used(parameters, &account);
        let Some(account) = account.known_on(parameters) else { continue };
        let owner = owner(&account, &team);
        files.account(&account, owner, &usage)?;
        if let Some(owner) = owner
            && account.notes
            && let Some(text) = notes::write(&account.profile, owner, &account.people, &account.interactions)
        {
            write(&note_dir.join(format!("{}.md", account.profile.id)), &text)?;
            noted += 1;
        }
    }
    let rows = files.finish()?;
    hidden.finish()?;
    Ok(Summary { dir: dir.to_path_buf(), truth, as_of: parameters.day(), rows, notes: noted })
}

/// The usage of an account that is exported: the days that are kept, or, as of a day within the history, everything
/// up to it. What was used before the kept days comes from a stream of its own, so that these stay what they are.
fn used(parameters: &Parameters, account: &Account) -> Vec<usage::Use> {
    let kept_from = add_days(parameters.as_of, 1 - i64::from(parameters.usage_days));
    let draw = |concern, from, last| {
        let mut stream = Random::stream(parameters.seed, account.profile.index, concern);
        usage::draw(&mut stream, &account.latent, &account.contracts, &account.people, from, last)
    };
    let kept = draw("usage", kept_from, parameters.as_of);
    let Some(day) = parameters.upto else {
        return kept.into_iter().filter(|row| row.day >= kept_from).collect();
    };
    let before = draw("usage before", parameters.from(), add_days(monday(kept_from), -1));
    before.into_iter().chain(kept).filter(|row| row.day >= parameters.from() && row.day <= day).collect()
}

fn beside(dir: &Path) -> PathBuf {
    let mut name = dir.file_name().unwrap_or_default().to_owned();
    name.push("-truth");
    dir.with_file_name(name)
}

fn write(path: &Path, text: &str) -> Result<(), SimulateError> {
    fs::write(path, text).map_err(|source| SimulateError::Write { path: path.to_path_buf(), source })
}

/// CSMs with books of up to [`b::BOOK`] accounts each, a manager, and support.
fn team(parameters: &Parameters) -> Vec<Colleague> {
    let domain = format!("{}.example", names::slug(&parameters.company));
    let csms = parameters.accounts.div_ceil(b::BOOK);
    let roles = (0..csms)
        .map(|_| ("csm", 32))
        .chain([("manager", 20), ("onboarding", 30), ("sales", 30)])
        .chain((0..csms.div_ceil(4)).map(|_| ("support", 36)));
    roles
        .enumerate()
        .map(|(number, (role, weekly_hours))| {
            let name = names::colleague(parameters.seed, number as u64);
            let email = format!("{}@{domain}", names::slug(&name).replace('-', "."));
            Colleague { name, email, role, weekly_hours }
        })
        .collect()
}

/// The CSM of an account: books are dealt out in turn. Who never bought has none.
fn owner<'a>(account: &Account, team: &'a [Colleague]) -> Option<&'a str> {
    let csms = team.iter().take_while(|member| member.role == "csm").count() as u64;
    let bought = account.profile.kind == Kind::Customer && account.contracts.first_paid().is_some();
    (bought && csms > 0).then(|| team[(account.profile.index % csms) as usize].name.as_str())
}

fn settings(parameters: &Parameters) -> String {
    let company = toml::Value::String(parameters.company.clone());
    let Parameters { accounts, seed, months, usage_days, as_of: last, upto, .. } = parameters;
    let as_of = parameters.day();
    let upto = upto.map(|day| format!(" --upto {day}")).unwrap_or_default();
    format!(
        r#"# A company that never existed: csm simulate --accounts {accounts} --seed {seed} --months {months} --usage-days {usage_days} --as-of {last}{upto}

company = {company}
currency = "{CURRENCY}"
as_of = "{as_of}"

# What counts as good.
[targets]
adoption_rate = "> 80"
advocacy_active = ">= 1"
churn_rate = "< 5"
csat_score = "> 90"
first_response_minutes = "< 120"
nps_score = "> 50"
renewal_rate = "> 95"
upsells_identified = ">= 1"

# Tiers by ARR, in whole units of the currency.
[[tier]]
name = "Strategic"
min_arr = 40000

[[tier]]
name = "Growth"
min_arr = 10000

[[tier]]
name = "Scale"
min_arr = 0
"#
    )
}

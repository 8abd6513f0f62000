use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use tokio::sync::watch;

use super::file::{self, Token, TokenError};
use super::scope::is_scope;
use crate::runtime::Clock;
use crate::store::sha256_hex;

/// How every token begins, so that one that leaked is known for what it is.
const PREFIX: &str = "csm_";

/// The tokens of one workspace. Cheap to clone; a change of the file by another process is seen.
#[derive(Clone)]
pub struct TokenStore {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    clock: Arc<dyn Clock>,
    seen: RwLock<Seen>,
    changed: watch::Sender<()>,
}

/// What the file said when it was last read.
#[derive(Default)]
struct Seen {
    stamp: Option<Stamp>,
    by_hash: HashMap<String, Arc<Token>>,
}

/// Tells one version of the file from the next.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    modified: (i64, i64),
    length: u64,
}

impl TokenStore {
    /// The tokens in `tokens.json` of a workspace's state folder; neither need exist yet.
    #[must_use]
    pub fn at(state_dir: &Path, clock: Arc<dyn Clock>) -> Self {
        let (changed, _) = watch::channel(());
        let inner = Inner { path: state_dir.join("tokens.json"), clock, seen: RwLock::default(), changed };
        Self { inner: Arc::new(inner) }
    }

    /// Makes a token and returns it: the only time it is seen. Blocking.
    ///
    /// # Errors
    /// A name that is taken or is none, a scope that is none, or a file that cannot be written.
    pub fn create(&self, name: &str, scopes: &[&str], expires_at: Option<i64>) -> Result<String, TokenError> {
        let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_.@".contains(letter);
        if !(1..=64).contains(&name.len()) || !name.chars().all(fits) {
            return Err(TokenError::Name(name.to_owned()));
        }
        if scopes.is_empty() {
            return Err(TokenError::NoScope);
        }
        if let Some(scope) = scopes.iter().find(|scope| !is_scope(scope)) {
            return Err(TokenError::Scope((*scope).to_owned()));
        }
        let plain = random()?;
        let now = self.inner.clock.now_micros();
        self.change(|tokens| {
            if tokens.iter().any(|token| token.name == name && token.is_good(now)) {
                return Err(TokenError::NameTaken(name.to_owned()));
            }
            tokens.push(Token {
                name: name.to_owned(),
                sha256: sha256_hex(plain.as_bytes()),
                scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
                created_at: now,
                expires_at,
                revoked_at: None,
            });
            Ok(true)
        })?;
        Ok(plain)
    }

    /// Takes a token back; whether there was a good one of that name. Blocking.
    ///
    /// # Errors
    /// A file that cannot be read or written.
    pub fn revoke(&self, name: &str) -> Result<bool, TokenError> {
        let now = self.inner.clock.now_micros();
        self.change(|tokens| {
            let mut revoked = false;
            for token in tokens.iter_mut().filter(|token| token.name == name && token.is_good(now)) {
                token.revoked_at = Some(now);
                revoked = true;
            }
            Ok(revoked)
        })
    }

    /// All tokens, oldest first, those that are not taken any more included. Blocking.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn list(&self) -> Result<Vec<Token>, TokenError> {
        file::read(&self.inner.path)
    }

    /// Reads the file again if it changed. Blocking.
    ///
    /// While the file cannot be read, what it said before stands for those who are connected.
    pub(in crate::server) fn refresh(&self) -> Result<(), TokenError> {
        let stamp = self.stamp()?;
        if self.inner.seen.read().unwrap_or_else(PoisonError::into_inner).stamp == stamp {
            return Ok(());
        }
        // Read after it was looked at: a change in between is read twice, never missed.
        let tokens = file::read(&self.inner.path)?;
        let by_hash = tokens.into_iter().map(|token| (token.sha256.clone(), Arc::new(token))).collect();
        *self.inner.seen.write().unwrap_or_else(PoisonError::into_inner) = Seen { stamp, by_hash };
        self.inner.changed.send_replace(());
        Ok(())
    }

    /// The token a caller shows, as it stands now; `None` when it is not known or not taken any more.
    ///
    /// # Errors
    /// A file that cannot be read: then nobody new is let in.
    pub(in crate::server) async fn authenticate(
        &self,
        plain: &str,
    ) -> Result<Option<Arc<Token>>, TokenError> {
        let store = self.clone();
        // A panic in there is one of ours; nobody is let in by it.
        let Ok(read) = tokio::task::spawn_blocking(move || store.refresh()).await else { return Ok(None) };
        read?;
        Ok(self.good(&sha256_hex(plain.as_bytes())))
    }

    /// The token of this hash, if it is taken now, by what the file said when it was last read.
    pub(in crate::server) fn good(&self, sha256: &str) -> Option<Arc<Token>> {
        let now = self.inner.clock.now_micros();
        let seen = self.inner.seen.read().unwrap_or_else(PoisonError::into_inner);
        seen.by_hash.get(sha256).filter(|token| token.is_good(now)).cloned()
    }

    /// How long the token is taken yet; `None`: it does not expire.
    pub(in crate::server) fn left(&self, token: &Token) -> Option<Duration> {
        let micros = token.expires_at?.saturating_sub(self.inner.clock.now_micros());
        Some(Duration::from_micros(u64::try_from(micros).unwrap_or_default()))
    }

    /// Told each time the file was read anew.
    pub(in crate::server) fn changes(&self) -> watch::Receiver<()> {
        self.inner.changed.subscribe()
    }

    fn stamp(&self) -> Result<Option<Stamp>, TokenError> {
        match fs::metadata(&self.inner.path) {
            Ok(file) => Ok(Some(Stamp {
                inode: file.ino(),
                modified: (file.mtime(), file.mtime_nsec()),
                length: file.len(),
            })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(TokenError::file(&self.inner.path, "read")(error)),
        }
    }

    /// Changes the file under a lock, so that two processes lose nothing; not written when nothing changed.
    fn change(
        &self,
        change: impl FnOnce(&mut Vec<Token>) -> Result<bool, TokenError>,
    ) -> Result<bool, TokenError> {
        let path = &self.inner.path;
        let _lock = lock(&path.with_extension("lock")).map_err(TokenError::file(path, "locked"))?;
        let mut tokens = file::read(path)?;
        let changed = change(&mut tokens)?;
        if changed {
            file::write(path, tokens)?;
        }
        Ok(changed)
    }
}

/// Waits for the lock; it is let go of with the file.
fn lock(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
    flock(&file, FlockOperation::LockExclusive)?;
    Ok(file)
}

fn random() -> Result<String, TokenError> {
    let mut bits = [0_u8; 32];
    getrandom::fill(&mut bits).map_err(|error| TokenError::Random(error.to_string()))?;
    let hex: String = bits.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{PREFIX}{hex}"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    struct Hand(AtomicI64);

    impl Clock for Hand {
        fn now_micros(&self) -> i64 {
            self.0.load(Ordering::SeqCst)
        }
    }

    #[tokio::test]
    async fn a_token_is_kept_as_a_hash_and_taken_until_it_expires_or_is_revoked() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join(".csm");
        let clock = Arc::new(Hand(AtomicI64::new(1)));
        let server = TokenStore::at(&state, clock.clone());
        assert_eq!(server.authenticate("csm_guessed").await.unwrap(), None);

        // Another process, as far as the server can tell.
        let command = TokenStore::at(&state, clock.clone());
        let brief = command.create("brief", &["read"], Some(100)).unwrap();
        let long = command.create("long", &["*"], None).unwrap();
        assert_ne!(brief, long);
        assert_eq!(brief.len(), "csm_".len() + 64);
        let file = state.join("tokens.json");
        let text = fs::read_to_string(&file).unwrap();
        assert!(!text.contains(&brief[4..]) && !text.contains(&long[4..]));
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

        assert_eq!(server.authenticate(&brief).await.unwrap().unwrap().name, "brief");
        assert_eq!(server.authenticate(&long).await.unwrap().unwrap().scopes, ["*"]);
        clock.0.store(100, Ordering::SeqCst);
        assert_eq!(server.authenticate(&brief).await.unwrap(), None);
        assert!(!command.revoke("brief").unwrap(), "it had expired");
        assert!(command.revoke("long").unwrap());
        assert_eq!(server.authenticate(&long).await.unwrap(), None);
        assert_eq!(command.list().unwrap()[1].revoked_at, Some(100));

        fs::write(&file, "{").unwrap();
        assert!(server.authenticate(&long).await.is_err(), "what cannot be read lets nobody in");
    }

    #[test]
    fn names_and_scopes_are_checked() {
        let dir = tempfile::tempdir().unwrap();
        let store = TokenStore::at(dir.path(), Arc::new(Hand(AtomicI64::new(1))));
        store.create("ci", &["read", "get_library_context"], None).unwrap();
        assert!(matches!(store.create("ci", &["*"], None), Err(TokenError::NameTaken(_))));
        assert!(matches!(store.create("a b", &["*"], None), Err(TokenError::Name(_))));
        assert!(matches!(store.create("b", &["Read"], None), Err(TokenError::Scope(_))));
        assert!(matches!(store.create("b", &[], None), Err(TokenError::NoScope)));
        assert!(store.revoke("ci").unwrap());
        store.create("ci", &["*"], None).unwrap();
    }
}

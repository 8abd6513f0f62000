use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::sync::watch;

/// How many connections there are and were.
#[derive(Debug, Default)]
pub struct Counts {
    connections: AtomicUsize,
    sockets: AtomicUsize,
    turned_away: AtomicU64,
    too_slow: watch::Sender<u64>,
}

impl Counts {
    /// Connections open now, of both kinds.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// WebSockets open now.
    #[must_use]
    pub fn sockets(&self) -> usize {
        self.sockets.load(Ordering::Relaxed)
    }

    /// Connections and requests refused because of who asked, from where, or how much.
    #[must_use]
    pub fn turned_away(&self) -> u64 {
        self.turned_away.load(Ordering::Relaxed)
    }

    /// WebSockets closed because what was written to them was not taken; wakes with each further one.
    #[must_use]
    pub fn too_slow(&self) -> watch::Receiver<u64> {
        self.too_slow.subscribe()
    }

    pub(super) fn found_slow(&self) {
        self.too_slow.send_modify(|closed| *closed += 1);
    }

    pub(super) fn turn_away(&self) {
        self.turned_away.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn connection(&self) -> Counted<'_> {
        Counted::new(&self.connections)
    }

    pub(super) fn socket(&self) -> Counted<'_> {
        Counted::new(&self.sockets)
    }
}

/// Counts for as long as it is kept.
pub(super) struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

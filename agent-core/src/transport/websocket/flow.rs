use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// What the two directions of one socket know of each other.
pub(super) struct Flow {
    blocked: AtomicBool,
    free: Notify,
    heard: AtomicBool,
}

impl Flow {
    pub(super) fn new() -> Self {
        // The handshake is a sign of life.
        Self { blocked: AtomicBool::new(false), free: Notify::new(), heard: AtomicBool::new(true) }
    }

    /// What is read stays unread until this is dropped: answers would only be added to those that wait.
    pub(super) fn block(&self) -> Blocked<'_> {
        self.blocked.store(true, Ordering::SeqCst);
        Blocked(self)
    }

    /// Waits until what was written has gone out.
    pub(super) async fn free(&self) {
        loop {
            // Asked for before looking, so that no news is missed.
            let free = self.free.notified();
            if !self.blocked.load(Ordering::SeqCst) {
                return;
            }
            free.await;
        }
    }

    /// The other end gave a sign of life.
    pub(super) fn hear(&self) {
        self.heard.store(true, Ordering::Relaxed);
    }

    /// Whether there was a sign of life since this was last asked.
    pub(super) fn was_heard(&self) -> bool {
        self.heard.swap(false, Ordering::Relaxed)
    }
}

pub(super) struct Blocked<'a>(&'a Flow);

impl Drop for Blocked<'_> {
    fn drop(&mut self) {
        self.0.blocked.store(false, Ordering::SeqCst);
        self.0.free.notify_waiters();
    }
}

/// So many a second on average, and so many at once.
#[derive(Debug)]
pub(crate) struct Bucket {
    per_second: f64,
    most: f64,
    left: f64,
    filled: Instant,
}

impl Bucket {
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        let most = f64::from(burst);
        Self { per_second: f64::from(per_second), most, left: most, filled: Instant::now() }
    }

    /// Takes one; whether there was one.
    pub(crate) fn take(&mut self) -> bool {
        self.take_at(Instant::now())
    }

    fn take_at(&mut self, now: Instant) -> bool {
        let passed: Duration = now.saturating_duration_since(self.filled);
        self.filled = now;
        self.left = (self.left + passed.as_secs_f64() * self.per_second).min(self.most);
        let one = self.left >= 1.0;
        if one {
            self.left -= 1.0;
        }
        one
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_its_burst_then_its_rate() {
        let mut bucket = Bucket::new(10, 3);
        let start = bucket.filled;
        let taken = |bucket: &mut Bucket, millis: u64| {
            let now = start + Duration::from_millis(millis);
            (0..100).filter(|_| bucket.take_at(now)).count()
        };
        assert_eq!(taken(&mut bucket, 0), 3);
        assert_eq!(taken(&mut bucket, 100), 1);
        assert_eq!(taken(&mut bucket, 60_000), 3, "what is not used does not pile up");
    }
}

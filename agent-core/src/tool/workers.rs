//! A few threads over one heap of work that grows while they work.

use std::cell::Cell;
use std::num::NonZero;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// More threads than this are of no use to a disk.
const MOST: usize = 4;

/// The work to do, as one thread sees it. What was added last is taken first, so that a walk goes deep
/// before it goes wide and holds few directories open.
pub(super) struct Jobs<'a, J> {
    shared: &'a Shared<J>,
    /// This thread holds a job.
    busy: Cell<bool>,
}

struct Shared<J> {
    heap: Mutex<Heap<J>>,
    more: Condvar,
}

struct Heap<J> {
    jobs: Vec<J>,
    /// Threads that hold a job, and may add to the heap.
    busy: usize,
    waiting: usize,
    stopped: bool,
}

impl<J> Shared<J> {
    fn lock(&self) -> MutexGuard<'_, Heap<J>> {
        self.heap.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs `work` on several threads; what each returns, in no order. A panic in one ends the others and
/// goes on to the caller.
pub(super) fn run<J: Send, T: Send>(first: J, work: impl Fn(&Jobs<'_, J>) -> T + Sync) -> Vec<T> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MOST);
    let heap = Heap { jobs: vec![first], busy: 0, waiting: 0, stopped: false };
    let shared = Shared { heap: Mutex::new(heap), more: Condvar::new() };
    let work = || work(&Jobs { shared: &shared, busy: Cell::new(false) });
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut done = vec![work()];
        for other in others {
            match other.join() {
                Ok(result) => done.push(result),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    })
}

impl<J> Jobs<'_, J> {
    /// The next job; `None` once there is none and nobody can add one. Asking for it says that the
    /// one before is done.
    pub(super) fn next(&self) -> Option<J> {
        let mut heap = self.shared.lock();
        if self.busy.take() {
            heap.busy -= 1;
        }
        loop {
            if heap.stopped {
                heap.jobs.clear();
            }
            if let Some(job) = heap.jobs.pop() {
                heap.busy += 1;
                self.busy.set(true);
                return Some(job);
            }
            if heap.busy == 0 {
                self.shared.more.notify_all();
                return None;
            }
            heap.waiting += 1;
            heap = self.shared.more.wait(heap).unwrap_or_else(PoisonError::into_inner);
            heap.waiting -= 1;
        }
    }

    /// Adds jobs; the last one is taken first.
    pub(super) fn add(&self, jobs: impl Iterator<Item = J>) {
        let mut heap = self.shared.lock();
        let before = heap.jobs.len();
        heap.jobs.extend(jobs);
        if heap.waiting > 0 && heap.jobs.len() > before {
            self.shared.more.notify_all();
        }
    }

    /// Leaves the rest undone, for every thread.
    pub(super) fn stop(&self) {
        self.shared.lock().stopped = true;
    }
}

impl<J> Drop for Jobs<'_, J> {
    /// A thread that panicked holds its job no longer, and the others need not go on.
    fn drop(&mut self) {
        if self.busy.take() {
            let mut heap = self.shared.lock();
            heap.busy -= 1;
            heap.stopped = true;
            self.shared.more.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every job above 0 leaves two smaller ones.
    fn halves(stop_at: Option<u32>) -> usize {
        let counts = run(10_u32, |jobs| {
            let mut done = 0;
            while let Some(job) = jobs.next() {
                done += 1;
                if stop_at == Some(job) {
                    jobs.stop();
                }
                jobs.add((0..job.min(1) * 2).map(|_| job - 1));
            }
            done
        });
        counts.iter().sum()
    }

    #[test]
    fn every_job_is_done_once_by_someone() {
        assert_eq!(halves(None), (1 << 11) - 1);
    }

    #[test]
    fn a_stop_leaves_the_rest_undone() {
        assert!(halves(Some(9)) < 8);
    }

    #[test]
    fn a_panic_reaches_the_caller_and_leaves_nobody_waiting() {
        let broken = std::panic::catch_unwind(|| {
            run(10_u32, |jobs| {
                while let Some(job) = jobs.next() {
                    assert!(job > 8, "broken");
                    jobs.add([job - 1, job - 1].into_iter());
                }
            })
        });
        assert!(broken.is_err());
    }
}

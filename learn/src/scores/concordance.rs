/// Harrell's C (1982): among the pairs of which it is known who went first, the share in which that one had
/// the higher risk, equal risks counting half.
///
/// A row whose event is not seen (`false`) was still there at its duration, so it outlasts an event at the same
/// time; two events at the same time are no pair. `None` without a pair. Takes n log n steps.
pub fn concordance(risks: &[f64], durations: &[f64], events: &[bool]) -> Option<f64> {
    let mut levels = risks.to_vec();
    levels.sort_by(f64::total_cmp);
    levels.dedup();
    let level = |row: usize| levels.partition_point(|level| *level < risks[row]);
    let mut longest_first: Vec<usize> = (0..risks.len()).collect();
    longest_first.sort_by(|a, b| durations[*b].total_cmp(&durations[*a]));
    let mut outlasting = Counts::new(levels.len());
    let (mut pairs, mut right) = (0u64, 0.0);
    for same_time in longest_first.chunk_by(|a, b| durations[*a] == durations[*b]) {
        for row in same_time.iter().filter(|row| !events[**row]) {
            outlasting.add(level(*row));
        }
        for row in same_time.iter().filter(|row| events[**row]) {
            let at = level(*row);
            let (below, up_to) = (outlasting.below(at), outlasting.below(at + 1));
            pairs += outlasting.all;
            right += below as f64 + (up_to - below) as f64 / 2.0;
        }
        for row in same_time.iter().filter(|row| events[**row]) {
            outlasting.add(level(*row));
        }
    }
    (pairs > 0).then(|| right / pairs as f64)
}

/// How many of each level, summed fast (Fenwick 1994).
struct Counts {
    sums: Vec<u64>,
    all: u64,
}

impl Counts {
    fn new(levels: usize) -> Self {
        Counts { sums: vec![0; levels + 1], all: 0 }
    }

    fn add(&mut self, level: usize) {
        self.all += 1;
        let mut at = level + 1;
        while at < self.sums.len() {
            self.sums[at] += 1;
            at += at & at.wrapping_neg();
        }
    }

    fn below(&self, level: usize) -> u64 {
        let (mut at, mut sum) = (level, 0);
        while at > 0 {
            sum += self.sums[at];
            at -= at & at.wrapping_neg();
        }
        sum
    }
}

//! A seeded generator of our own, so that the same seed gives the same bytes on every machine and release.
//!
//! xoshiro256** by David Blackman and Sebastiano Vigna, seeded by their SplitMix64 (both public domain,
//! described in "Scrambled linear pseudorandom number generators", ACM TOMS 47(4), 2021).

use super::math::exp;

/// One stream of random numbers.
pub(super) struct Random {
    state: [u64; 4],
}

fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Random {
    /// The stream for one account and one concern: what one concern draws never shifts another.
    pub(super) fn stream(seed: u64, account: u64, concern: &str) -> Self {
        let mut mixed = seed;
        mixed = split_mix(&mut mixed) ^ account;
        for byte in concern.bytes() {
            mixed = split_mix(&mut mixed) ^ u64::from(byte);
        }
        let mut state = [0; 4];
        for word in &mut state {
            *word = split_mix(&mut mixed);
        }
        Self { state }
    }

    /// The next 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[1].wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// A whole number in `low..=high`.
    pub(super) fn range(&mut self, low: i64, high: i64) -> i64 {
        let span = u128::from(high.abs_diff(low)) + 1;
        low + ((u128::from(self.next()) * span) >> 64) as i64
    }

    /// A real number in [0, 1), from the upper 53 bits.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True with probability `p`.
    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Mean 0, standard deviation 1: the sum of twelve uniform numbers less six, which needs no logarithm.
    pub(super) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// Log-normal with the given median and sigma.
    pub(super) fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        median * exp(sigma * self.normal())
    }

    /// Poisson with a mean below about 30 (Knuth's multiplication method).
    pub(super) fn poisson(&mut self, mean: f64) -> i64 {
        let floor = exp(-mean.clamp(0.0, 30.0));
        let mut product = self.unit();
        let mut count = 0;
        while product > floor {
            product *= self.unit();
            count += 1;
        }
        count
    }

    /// One of `items`, all equally likely. `items` is never empty.
    pub(super) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.range(0, items.len() as i64 - 1) as usize]
    }

    /// An index into `weights`, in proportion to them.
    pub(super) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        weights.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn split_mix_gives_the_published_first_values() {
        // SplitMix64 from state 0, as listed with the reference implementation.
        let mut state = 0;
        assert_eq!(split_mix(&mut state), 0xe220_a839_7b1d_cdaf);
        assert_eq!(split_mix(&mut state), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn xoshiro_gives_the_published_first_values() {
        // xoshiro256** from state [1, 2, 3, 4], as in the reference implementation's test vectors.
        let mut random = Random { state: [1, 2, 3, 4] };
        assert_eq!(random.next(), 11_520);
        assert_eq!(random.next(), 0);
        assert_eq!(random.next(), 1_509_978_240);
    }
}

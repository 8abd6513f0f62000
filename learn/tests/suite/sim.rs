use learn::{Blend, Calibrated, Learner, Logistic, Shape, Splits, Table, Training, Trees, sigmoid};

/// SplitMix64, so that a test sees the same rows on every machine.
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Knuth's way; for means up to some hundreds.
    pub(crate) fn poisson(&mut self, mean: f64) -> f64 {
        let (limit, mut product, mut count) = ((-mean).exp(), self.unit(), 0.0);
        while product > limit {
            product *= self.unit();
            count += 1.0;
        }
        count
    }
}

/// Rows whose log-odds are known: a line in `x`, a step in `bent`, an effect per `plan`, nothing in `noise`;
/// a tenth of `x` is missing.
pub(crate) fn rows(n: usize, seed: u64) -> (Table, Vec<bool>) {
    let mut draw = Draw(seed);
    let (mut x, mut bent, mut noise, mut plan, mut labels) = (vec![], vec![], vec![], vec![], vec![]);
    for _ in 0..n {
        let row = (draw.normal(), draw.unit(), draw.normal());
        let level = ["free", "pro", "team"][(draw.unit() * 3.0) as usize];
        let z = -1.0
            + 1.2 * row.0
            + if row.1 > 0.7 { 1.5 } else { 0.0 }
            + if level == "free" { 0.8 } else { 0.0 };
        labels.push(draw.unit() < sigmoid(z));
        x.push(if draw.unit() < 0.1 { f64::NAN } else { row.0 });
        bent.push(row.1);
        noise.push(row.2);
        plan.push(Some(level));
    }
    let table = Table::new(n)
        .with_number("x", x)
        .and_then(|table| table.with_number("bent", bent))
        .and_then(|table| table.with_number("noise", noise))
        .and_then(|table| table.with_category("plan", &plan))
        .unwrap();
    (table, labels)
}

/// As the product's learner with fewer rounds, for builds that are not optimised.
pub(crate) fn quick() -> Box<dyn Learner> {
    let members: Vec<Box<dyn Learner>> = vec![Box::new(Logistic::default()), Box::new(trees())];
    Box::new(Calibrated::new(Box::new(Blend::new(members))))
}

pub(crate) fn trees() -> Trees {
    let shapes = vec![Shape { depth: 1, leaf_weight: 3.0 }, Shape { depth: 3, leaf_weight: 3.0 }];
    Trees { shapes, learning_rate: 0.2, rounds: 40, bags: 2, ..Trees::new(7) }
}

pub(crate) fn fit(learner: &dyn Learner, table: &Table, labels: &[bool]) -> learn::Fit {
    let splits = Splits::stratified(labels, 3, 0).unwrap();
    learner.fit(&Training { table, labels, weights: None, splits: &splits }).unwrap()
}

use super::linear::Point;
use super::map::Calibration;
use crate::maths::log_odds_of;

struct Block {
    positive: f64,
    weight: f64,
    z: f64,
}

/// Isotonic regression by pooling adjacent violators (Ayer et al. 1955), each block's share drawn half a row
/// towards either class so that none is 0 or 1.
pub(super) fn steps(points: &[Point]) -> Calibration {
    let mut sorted: Vec<&Point> = points.iter().collect();
    sorted.sort_by(|a, b| a.z.total_cmp(&b.z).then(a.label.cmp(&b.label)));
    let mut blocks: Vec<Block> = Vec::new();
    for tied in sorted.chunk_by(|a, b| a.z == b.z) {
        let weight: f64 = tied.iter().map(|point| point.weight).sum();
        let positive = tied.iter().filter(|point| point.label).map(|point| point.weight).sum();
        let mut block = Block { positive, weight, z: tied[0].z * weight };
        while let Some(before) =
            blocks.pop_if(|before| before.positive * block.weight >= block.positive * before.weight)
        {
            block.positive += before.positive;
            block.weight += before.weight;
            block.z += before.z;
        }
        blocks.push(block);
    }
    let said = blocks.iter().map(|block| block.z / block.weight).collect();
    let mut highest = f64::NEG_INFINITY;
    let mut rising = |block: &Block| {
        highest = log_odds_of((block.positive + 0.5) / (block.weight + 1.0)).max(highest);
        highest
    };
    let seen = blocks.iter().map(&mut rising).collect();
    Calibration::Steps { said, seen }
}

pub(super) fn interpolate(said: &[f64], seen: &[f64], z: f64) -> f64 {
    let next = said.partition_point(|at| *at <= z);
    match (next.checked_sub(1), said.get(next)) {
        (Some(before), Some(after)) => {
            let share = (z - said[before]) / (after - said[before]);
            seen[before] + share * (seen[next] - seen[before])
        }
        (Some(last), None) => seen[last] + z - said[last],
        (None, Some(first)) => seen[0] + z - first,
        (None, None) => z,
    }
}

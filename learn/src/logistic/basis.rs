use serde::{Deserialize, Serialize};

use crate::table::{Column, Kind, Table};

/// How columns become the terms of a linear model: a number a standardised line and, without a known trend,
/// an indicator per bin, so that a bend in its effect is seen; a category an indicator per level; either one
/// an indicator of being missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Basis {
    columns: Vec<Shape>,
}

/// The terms of one column; `first` is the position of its first one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Shape {
    first: usize,
    terms: usize,
    /// Mean and standard deviation of a number that varies.
    line: Option<(f64, f64)>,
    /// Upper ends of all bins but the last; no bins where empty.
    cuts: Vec<f64>,
    /// How many levels, for a category.
    levels: usize,
    /// Whether training saw it missing.
    missing: bool,
}

/// The values of a row's terms that are not zero.
pub(crate) type Sparse = Vec<(u32, f64)>;

impl Basis {
    /// The basis that these rows of the table give; `bins` at most per number.
    pub(crate) fn of(table: &Table, rows: &[usize], bins: usize) -> Self {
        let mut first = 0;
        let columns = table
            .columns()
            .iter()
            .map(|column| {
                let shape = Shape::of(column, rows, bins, first);
                first += shape.terms;
                shape
            })
            .collect();
        Basis { columns }
    }

    pub(crate) fn terms(&self) -> usize {
        self.columns.last().map_or(0, |shape| shape.first + shape.terms)
    }

    /// The positions of the terms of each column.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        self.columns.iter().map(|shape| shape.first..shape.first + shape.terms)
    }

    /// The term that is the column's line.
    pub(crate) fn line(&self, column: usize) -> Option<usize> {
        let shape = &self.columns[column];
        shape.line.map(|_| shape.first)
    }

    /// The terms of one row.
    pub(crate) fn encode(&self, table: &Table, row: usize) -> Sparse {
        let mut out = Vec::with_capacity(2 * self.columns.len());
        for (shape, column) in self.columns.iter().zip(table.columns()) {
            shape.encode(column.values[row], &mut out);
        }
        out
    }
}

impl Shape {
    fn of(column: &Column, rows: &[usize], bins: usize, first: usize) -> Self {
        let mut seen: Vec<f64> =
            rows.iter().map(|&row| column.values[row]).filter(|value| !value.is_nan()).collect();
        seen.sort_by(f64::total_cmp);
        let varies = seen.first() != seen.last();
        let missing = seen.len() < rows.len() && !seen.is_empty();
        let mut shape = Shape { first, terms: 0, line: None, cuts: Vec::new(), levels: 0, missing };
        match &column.kind {
            Kind::Number if varies => {
                let n = seen.len() as f64;
                let mean = seen.iter().sum::<f64>() / n;
                let variance = seen.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
                shape.line = Some((mean, variance.sqrt()));
                if column.trend.is_none() {
                    shape.cuts = cuts(&seen, bins);
                }
                shape.terms = 1 + if shape.cuts.is_empty() { 0 } else { shape.cuts.len() + 1 };
            }
            Kind::Category { levels } if varies || missing => {
                shape.levels = levels.len();
                shape.terms = levels.len();
            }
            _ => {}
        }
        shape.terms += usize::from(missing);
        shape
    }

    fn encode(&self, value: f64, out: &mut Sparse) {
        let at = |offset: usize| (self.first + offset) as u32;
        if value.is_nan() {
            if self.missing {
                out.push((at(self.terms - 1), 1.0));
            }
        } else if self.levels > 0 {
            out.push((at(value as usize), 1.0));
        } else if let Some((mean, deviation)) = self.line {
            // Held to six deviations, so that one wild value does not carry its row away.
            out.push((at(0), ((value - mean) / deviation).clamp(-6.0, 6.0)));
            if !self.cuts.is_empty() {
                let bin = self.cuts.partition_point(|cut| *cut < value);
                out.push((at(1 + bin), 1.0));
            }
        }
    }
}

/// The ends of bins that hold about as many of the sorted values each; none for two values or fewer.
fn cuts(sorted: &[f64], bins: usize) -> Vec<f64> {
    let mut cuts: Vec<f64> =
        (1..bins).map(|bin| sorted[(bin * sorted.len() / bins).min(sorted.len() - 1)]).collect();
    cuts.dedup();
    cuts.retain(|cut| Some(cut) != sorted.last());
    let distinct = sorted.chunk_by(|a, b| a == b).take(3).count();
    if distinct < 3 { Vec::new() } else { cuts }
}

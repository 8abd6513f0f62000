use std::num::NonZeroUsize;

use hessboost::config::Monotone;
use hessboost::data::FeatureType;
use hessboost::error::HessboostError;
use hessboost::prelude::{
    BoostedModel, DMatrix, EvalMetric, Iterations, Objective, RegLoss, Trainer, TrainingParams, TreeMethod,
};
use serde::{Deserialize, Serialize};

use crate::error::LearnError;
use crate::learner::{Fit, Learner, Training};
use crate::maths::log_odds_of;
use crate::model::{Model, Part, Trained};
use crate::parallel;
use crate::table::{Kind, Table, Trend};

/// Small gradient-boosted trees (Newton boosting on histograms), a few models of different seeds averaged.
///
/// Depth, least leaf weight and the number of rounds are those with the least logarithmic loss on held-out
/// rows. Missing values and categories are taken as they are, and known trends hold exactly.
#[derive(Debug, Clone, PartialEq)]
pub struct Trees {
    /// Starts the drawing of rows and columns.
    pub seed: u64,
    /// The depths and least leaf weights (sums of p(1-p)) to choose from.
    pub shapes: Vec<Shape>,
    /// The share of a step that a tree takes.
    pub learning_rate: f64,
    /// The most rounds of boosting.
    pub rounds: usize,
    /// The models averaged.
    pub bags: usize,
}

/// How far one tree may go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    /// The most questions from root to leaf.
    pub depth: usize,
    /// The least sum of p(1-p) over a leaf's rows.
    pub leaf_weight: f64,
}

impl Trees {
    /// The settings that the product uses.
    pub fn new(seed: u64) -> Self {
        let shape = |depth, leaf_weight| Shape { depth, leaf_weight };
        Trees {
            seed,
            shapes: vec![shape(1, 3.0), shape(2, 3.0), shape(3, 3.0), shape(3, 12.0), shape(4, 12.0)],
            learning_rate: 0.06,
            rounds: 500,
            bags: 3,
        }
    }
}

impl Learner for Trees {
    fn name(&self) -> &str {
        "boosted trees"
    }

    fn fit(&self, training: &Training<'_>) -> Result<Fit, LearnError> {
        training.check()?;
        if self.shapes.is_empty() || self.rounds == 0 || self.bags == 0 {
            return Err(LearnError::Invalid("trees: shapes, rounds and bags: at least one each".to_owned()));
        }
        let trained = Trained { rows: training.table.rows(), positives: training.positives() };
        let base = log_odds_of(training.base_rate());
        if !varies(training.table) {
            let flat = training.splits.iter().map(|split| vec![base; split.held_out.len()]).collect();
            let model = TreesModel { booster: None, base };
            return Ok(Fit {
                model: Model::new(training.table, self.name(), Part::Trees(Box::new(model)), trained),
                held_out: training.held_out(flat),
                chosen: vec![format!("{}: no column varies, the base rate alone", self.name())],
            });
        }
        let data = labelled(training)?;
        let (shape, rounds, held_out) = self.choose(training, &data)?;
        let bags = parallel::map(self.bags, |bag| {
            let params = self.params(training, shape, self.seed.wrapping_add(bag as u64))?;
            Ok(Trainer::new(&params, &data, rounds).train().map_err(refused)?.model)
        });
        let bags = bags.into_iter().collect::<Result<Vec<BoostedModel>, LearnError>>()?;
        let booster = BoostedModel::average(&bags).map_err(refused)?;
        let model = TreesModel::new(booster, training.table)?;
        Ok(Fit {
            model: Model::new(training.table, self.name(), Part::Trees(Box::new(model)), trained),
            held_out: training.held_out(held_out),
            chosen: vec![format!(
                "{}: depth {}, leaf weight {}, {rounds} rounds",
                self.name(),
                shape.depth,
                shape.leaf_weight
            )],
        })
    }
}

impl Trees {
    /// The shape and number of rounds that do best on held-out rows, with the log-odds they gave those rows.
    fn choose(
        &self,
        training: &Training<'_>,
        data: &DMatrix,
    ) -> Result<(Shape, usize, Vec<Vec<f64>>), LearnError> {
        let splits = training.splits.len();
        let runs = parallel::map(self.shapes.len() * splits, |run| {
            self.run(training, data, self.shapes[run / splits], run % splits)
        });
        let runs = runs.into_iter().collect::<Result<Vec<Run>, LearnError>>()?;
        let mut best: Option<(f64, usize, usize)> = None;
        for (shape, runs) in runs.chunks(splits).enumerate() {
            let longest = runs.iter().map(|run| run.losses.len()).max().unwrap_or_default();
            for round in 0..longest {
                // A run that was stopped early has long passed its best: its last loss stands for later ones.
                let loss: f64 =
                    runs.iter().map(|run| run.weight * run.losses[round.min(run.losses.len() - 1)]).sum();
                if best.is_none_or(|(least, _, _)| loss < least) {
                    best = Some((loss, shape, round + 1));
                }
            }
        }
        let (_, shape, rounds) = best.ok_or_else(|| LearnError::Trees("no round was run".to_owned()))?;
        let chosen = &runs[shape * splits..(shape + 1) * splits];
        let held_out = chosen
            .iter()
            .zip(training.splits.iter())
            .map(|(run, split)| {
                let rows = data.select_rows(&split.held_out).map_err(refused)?;
                let said =
                    run.model.predict_margin(&rows, ..rounds.min(run.losses.len())).map_err(refused)?;
                Ok(said.as_slice().iter().map(|z| f64::from(*z)).collect())
            })
            .collect::<Result<_, LearnError>>()?;
        Ok((self.shapes[shape], rounds, held_out))
    }

    fn run(
        &self,
        training: &Training<'_>,
        data: &DMatrix,
        shape: Shape,
        split: usize,
    ) -> Result<Run, LearnError> {
        const PATIENCE: NonZeroUsize = NonZeroUsize::MIN.saturating_add(49);
        const HELD_OUT: &str = "held out";
        let rows = training.splits.get(split);
        let learnt = data.select_rows(&rows.train).map_err(refused)?;
        let held = data.select_rows(&rows.held_out).map_err(refused)?;
        let params = self.params(training, shape, self.seed)?;
        let result = Trainer::new(&params, &learnt, self.rounds)
            .eval(&held, HELD_OUT)
            .early_stopping_rounds(PATIENCE)
            .train()
            .map_err(refused)?;
        let losses: Vec<f64> =
            result.history.series(HELD_OUT, "logloss").map(Iterator::collect).unwrap_or_default();
        if losses.is_empty() {
            return Err(LearnError::Trees("no round was judged on held-out rows".to_owned()));
        }
        let weight = rows.held_out.iter().map(|row| training.weight(*row)).sum();
        Ok(Run { model: result.model, losses, weight })
    }

    fn params(&self, training: &Training<'_>, shape: Shape, seed: u64) -> Result<TrainingParams, LearnError> {
        let constraint = |column: &crate::table::Column| match column.trend {
            Some(Trend::Rising) => Monotone::Increasing,
            Some(Trend::Falling) => Monotone::Decreasing,
            None => Monotone::None,
        };
        TrainingParams::builder()
            .objective(Objective::BinaryLogistic(RegLoss::default()))
            .eval_metric(EvalMetric::LogLoss)
            .base_score(training.base_rate())
            .tree_method(TreeMethod::Hist)
            .max_bin(64)
            .max_depth(shape.depth)
            .min_child_weight(shape.leaf_weight)
            .eta(self.learning_rate)
            .lambda(5.0)
            .subsample(0.8)
            .colsample_bynode(0.6)
            .monotone_constraints(training.table.columns().iter().map(constraint).collect())
            .seed(seed)
            .nthread(1)
            .build()
            .map_err(refused)
    }
}

/// Boosting on one split: the loss on its held-out rows after each round.
struct Run {
    model: BoostedModel,
    losses: Vec<f64>,
    weight: f64,
}

/// Averaged boosted trees; without any, the base rate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TreesModel {
    booster: Option<BoostedModel>,
    base: f64,
}

impl TreesModel {
    fn new(booster: BoostedModel, table: &Table) -> Result<Self, LearnError> {
        let mut model = TreesModel { booster: Some(booster), base: 0.0 };
        // Any row gives the base, which is the trees' mean over the training rows.
        let row = table.select(&[0]);
        if let Some(booster) = &model.booster {
            let said = booster.predict_contribs(&matrix(&row)?, Iterations::Best).map_err(refused)?;
            model.base = said.bias(0, 0).map_or(0.0, f64::from);
        }
        Ok(model)
    }

    pub(crate) fn log_odds(&self, table: &Table) -> Result<Vec<f64>, LearnError> {
        match &self.booster {
            Some(booster) if table.rows() > 0 => {
                let said = booster.predict_margin(&matrix(table)?, Iterations::Best).map_err(refused)?;
                Ok(said.as_slice().iter().map(|z| f64::from(*z)).collect())
            }
            _ => Ok(vec![self.base; table.rows()]),
        }
    }

    pub(crate) fn contributions(&self, table: &Table) -> Result<(f64, Vec<Vec<f64>>), LearnError> {
        let columns = table.columns().len();
        let rows = match &self.booster {
            Some(booster) if table.rows() > 0 => {
                let said = booster.predict_contribs(&matrix(table)?, Iterations::Best).map_err(refused)?;
                let row = |row: &[f32]| row[..columns].iter().map(|value| f64::from(*value)).collect();
                said.as_slice().chunks(columns + 1).map(row).collect()
            }
            _ => vec![vec![0.0; columns]; table.rows()],
        };
        Ok((self.base, rows))
    }
}

fn varies(table: &Table) -> bool {
    let same = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan());
    table.columns().iter().any(|column| column.values.iter().any(|value| !same(*value, column.values[0])))
}

fn labelled(training: &Training<'_>) -> Result<DMatrix, LearnError> {
    let labels: Vec<f32> = training.labels.iter().map(|label| f32::from(u8::from(*label))).collect();
    let data = matrix(training.table)?.with_labels(&labels).map_err(refused)?;
    match training.weights {
        None => Ok(data),
        Some(weights) => {
            let weights: Vec<f32> = weights.iter().map(|weight| *weight as f32).collect();
            data.with_weights(&weights).map_err(refused)
        }
    }
}

/// The table as the tree library reads it.
fn matrix(table: &Table) -> Result<DMatrix, LearnError> {
    let limit = f64::from(f32::MAX);
    let mut cells = Vec::with_capacity(table.rows() * table.columns().len());
    for row in 0..table.rows() {
        cells.extend(table.columns().iter().map(|column| column.values[row].clamp(-limit, limit) as f32));
    }
    let types: Vec<FeatureType> = table
        .columns()
        .iter()
        .map(|column| match column.kind {
            Kind::Number => FeatureType::Numerical,
            Kind::Category { .. } => FeatureType::Categorical,
        })
        .collect();
    DMatrix::from_dense_vec(cells, table.rows(), table.columns().len())
        .and_then(|data| data.with_feature_types(&types))
        .map_err(refused)
}

fn refused(error: HessboostError) -> LearnError {
    LearnError::Trees(error.to_string())
}

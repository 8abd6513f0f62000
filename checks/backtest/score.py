#!/usr/bin/env python3
"""Scores exported churn predictions from outside, beside other learners fitted on the very same exported rows.

usage: score.py LABELS EXPORT [LABELS EXPORT ...]
  LABELS  CSV with account_id and churned_90d (or churned): 1 or 0, what came after the cut-off
  EXPORT  folder written by `csm backtest --cutoff DATE --export EXPORT`

Several pairs are pooled: every learner is fitted on its own export, the predictions are scored together.
Accounts without a label are left out and counted.
Needs numpy, pandas and scikit-learn. Exits 1 when a must is not met: AUC within 0.01 of HistGradientBoosting's
(defaults, and regularised), ECE over 10 equal-mass bins not above the 95th percentile that a bootstrap of a
perfectly calibrated model with the same probabilities gives.
"""

import pathlib
import sys

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

MARGIN = 0.01
LEARNERS = {
    "HistGradientBoosting, defaults": lambda: HistGradientBoostingClassifier(random_state=0),
    "HistGradientBoosting, regularised": lambda: HistGradientBoostingClassifier(
        learning_rate=0.05, max_iter=150, max_leaf_nodes=8, min_samples_leaf=40, l2_regularization=5.0, random_state=0),
    "logistic regression": lambda: make_pipeline(
        SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression(C=0.1, max_iter=2000)),
}


def bins_of(predicted):
    return np.array_split(np.argsort(predicted, kind="stable"), 10)


def ece(predicted, left):
    return sum(len(part) * abs(predicted[part].mean() - left[part].mean()) for part in bins_of(predicted)) / len(left)


def floor(predicted, draws=2000, seed=1):
    random = np.random.default_rng(seed)
    return np.array([ece(predicted, random.random(len(predicted)) < predicted) for _ in range(draws)])


def standard_error(auc, left):
    """Hanley and McNeil, 1982."""
    yes, no = left.sum(), (1 - left).sum()
    q1, q2 = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    return np.sqrt((auc * (1 - auc) + (yes - 1) * (q1 - auc**2) + (no - 1) * (q2 - auc**2)) / (yes * no))


def lift(predicted, left):
    top = np.argsort(-predicted, kind="stable")[: max(1, len(left) // 10)]
    return left[top].mean() / left.mean()


def one(labels_file, export):
    """The labels of the scored accounts, and each learner's predictions for them."""
    labels = pd.read_csv(labels_file, dtype={"account_id": str})
    labels = labels.rename(columns={"churned_90d": "churned"}).set_index("account_id")["churned"]
    read = lambda name: pd.read_csv(export / name, dtype={"account_id": str})
    train, test, ours = read("train.csv"), read("test.csv"), read("predictions.csv")
    assert list(test.account_id) == list(ours.account_id), "test.csv and predictions.csv name other accounts"
    known = test.account_id.isin(labels.index).to_numpy()
    left = labels.reindex(test.account_id[known]).to_numpy().astype(int)
    train = train[train.churned.notna()]
    columns = [name for name in train if name not in ("account_id", "as_of", "churned")]
    found = {"csm": ours.probability.to_numpy()[known]}
    for name, learner in LEARNERS.items():
        fitted = learner().fit(train[columns], train.churned.astype(int))
        found[name] = fitted.predict_proba(test.loc[known, columns])[:, 1]
    print(f"{export}: {len(train)} rows of {train.as_of.nunique()} snapshots to train on, {known.sum()} accounts scored, "
          f"{left.sum()} left, {(~known).sum()} without a label, {len(set(labels.index) - set(test.account_id))} labels "
          f"without an account")
    return left, found


def main(arguments):
    if len(arguments) < 2 or len(arguments) % 2:
        print(__doc__, file=sys.stderr)
        return 2
    pairs = [one(arguments[at], pathlib.Path(arguments[at + 1])) for at in range(0, len(arguments), 2)]
    left = np.concatenate([pair[0] for pair in pairs])
    predicted = {name: np.concatenate([pair[1][name] for pair in pairs]) for name in pairs[0][1]}
    aucs = {}
    print(f"\n{'':36}{'AUC':>7}{'s.e.':>7}{'PR AUC':>8}{'Brier':>8}{'ECE':>7}{'lift':>6}{'mean':>7}   left {left.mean():.3f} of {len(left)}")
    for name, p in predicted.items():
        aucs[name] = roc_auc_score(left, p)
        print(f"{name:36}{aucs[name]:7.3f}{standard_error(aucs[name], left):7.3f}{average_precision_score(left, p):8.3f}"
              f"{brier_score_loss(left, p):8.4f}{ece(p, left):7.3f}{lift(p, left):6.2f}{p.mean():7.3f}")
    ours, draws = predicted["csm"], floor(predicted["csm"])
    print(f"\ncalibration of csm:  predicted {[round(float(ours[part].mean()), 3) for part in bins_of(ours)]}")
    print(f"                          left {[round(float(left[part].mean()), 3) for part in bins_of(ours)]}")
    bound = np.percentile(draws, 95)
    print(f"ECE {ece(ours, left):.4f}; a perfectly calibrated model: mean {draws.mean():.4f}, 95 % below {bound:.4f}")
    missed = [f"AUC {aucs['csm']:.3f} is more than {MARGIN} below {name}'s {auc:.3f}" for name, auc in aucs.items()
              if name.startswith("Hist") and aucs["csm"] < auc - MARGIN]
    if ece(ours, left) > bound:
        missed.append("the ECE is above what chance explains")
    print("\n" + ("all musts met" if not missed else "MISSED: " + "; ".join(missed)))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

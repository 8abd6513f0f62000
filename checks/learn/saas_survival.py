"""Cox's model (lifelines) on saas_survival, beside `learn`: concordance on the same folds (row modulo five).

usage: saas_survival.py SHARED_DATA OUTPUT_OF_THE_BENCH
"""

import sys
import time

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter
from lifelines.utils import concordance_index

FOLDS = 5
shared, bench = sys.argv[1:]
rows = pd.read_csv(f"{shared}/saas_survival/churn.csv")
# A month more for everybody, as in the bench: the order is the same, and nobody has a duration of nothing.
rows["months_active"] += 1
rows = pd.get_dummies(rows, drop_first=True, dtype=float)

found = []
for fold in range(FOLDS):
    test = np.arange(len(rows)) % FOLDS == fold
    started = time.perf_counter()
    # The least penalty with which the fit converges.
    model = CoxPHFitter(penalizer=0.01).fit(rows[~test], "months_active", "churned")
    seconds = time.perf_counter() - started
    held = rows[test]
    found.append([concordance_index(held.months_active, -model.predict_partial_hazard(held), held.churned), seconds])

print(f"\n{'saas_survival, mean of folds':28} {'C':>7} {'fit s':>7}")
line = "{:28} {:7.4f} {:7.2f}"
for cells in (text.rstrip("\n").split("\t") for text in open(bench)):
    if cells[0].startswith("learn: "):
        print(line.format(cells[0], *map(float, cells[1:])))
print(line.format("lifelines: Cox", *np.mean(found, axis=0)))

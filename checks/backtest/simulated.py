#!/usr/bin/env python3
"""Backtests companies that `csm simulate` makes up, pooled, against the truth that was kept apart.

usage: simulated.py CSM FOLDER [SEED ...]
  CSM     the binary
  FOLDER  where workspaces, truths and exports go; made when it is not there
  SEED    seeds of the companies [default: 1 2 3 4 5]

Each company has its own past. The cut-off is 90 days before its last day; what is scored is whether an account
decided to leave in those 90 days, from `losses.csv` of the truth. Then score.py pools them.
"""

import datetime
import pathlib
import subprocess
import sys

import pandas as pd

AS_OF = datetime.date(2026, 9, 30)
HORIZON = 90
COMPANY = ["--accounts", "1500", "--months", "36", "--usage-days", "1100", "--as-of", str(AS_OF)]


def main(arguments):
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    csm, folder = arguments[0], pathlib.Path(arguments[1])
    folder.mkdir(parents=True, exist_ok=True)
    cutoff = AS_OF - datetime.timedelta(days=HORIZON)
    pairs = []
    for seed in arguments[2:] or ["1", "2", "3", "4", "5"]:
        workspace, truth, export = (folder / f"{name}-{seed}" for name in ("company", "truth", "export"))
        if not workspace.exists():
            subprocess.run([csm, "simulate", *COMPANY, "--seed", seed, "--truth", truth, workspace], check=True,
                           stdout=subprocess.DEVNULL)
        subprocess.run([csm, "backtest", "-w", workspace, "--cutoff", str(cutoff), "--export", export], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        losses = pd.read_csv(truth / "losses.csv", dtype={"account_id": str}, parse_dates=["decided_on"])
        after = losses[(losses.decided_on > str(cutoff)) & (losses.decided_on <= str(AS_OF))]
        scored = pd.read_csv(export / "test.csv", dtype={"account_id": str})[["account_id"]]
        scored["churned"] = scored.account_id.isin(after.account_id).astype(int)
        labels = export / "labels.csv"
        scored.to_csv(labels, index=False)
        pairs += [str(labels), str(export)]
        print(f"seed {seed}: done", flush=True)
    return subprocess.run([sys.executable, pathlib.Path(__file__).with_name("score.py"), *pairs]).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

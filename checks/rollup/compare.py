#!/usr/bin/env python3
"""Runs the rollup, DuckDB and Polars over the same raw events, in turns, each in a process of its own; compares their
features row by row and prints times, ratios and peak memory.

usage: compare.py BENCH DIR [ROUNDS]
  BENCH   the compiled bench `usage` of the crate `rollup`
  DIR     where the events are (generated if they are not) and what is made of them goes

Exits 1 where a feature differs.
"""

import json
import pathlib
import statistics
import subprocess
import sys

import pyarrow.parquet

SIZE = ["50000", "20000000", "7"]
THREADS = "2"
DAYS = {"full": "2026-06-30", "more": "2026-07-01"}


def run(*command):
    done = subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True)
    line = done.stdout.strip().splitlines()[-1]
    print("  " + line, flush=True)
    return json.loads(line)


def differences(left, right):
    """Columns and rows in which two tables of features differ."""
    if left.num_rows != right.num_rows:
        return [f"{left.num_rows} and {right.num_rows} accounts"]
    found = []
    left, right = left.sort_by("account_id"), right.sort_by("account_id")
    for name in left.column_names:
        ours, theirs = left.column(name).to_pylist(), right.column(name).to_pylist()
        wrong = [at for at, (a, b) in enumerate(zip(ours, theirs)) if a != b]
        if wrong:
            at = wrong[0]
            found.append(f"{name}: {len(wrong)} rows, first {left.column('account_id')[at]}: {ours[at]}, {theirs[at]}")
    return found


def main(arguments):
    bench, folder = arguments[0], pathlib.Path(arguments[1])
    rounds = int(arguments[2]) if len(arguments) > 2 else 3
    peers = [sys.executable, pathlib.Path(__file__).with_name("peers.py")]
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "more" / "events-2026-07-01.parquet").exists():
        run(bench, "generate", folder, *SIZE)
    raw = sorted((folder / "raw").glob("*.parquet"))
    print(f"{sum(path.stat().st_size for path in raw) / 1e6:.0f} MB of raw Parquet in {len(raw)} files")
    found = {"rollup": [], "rollup, one more day": [], "duckdb": [], "polars": []}
    for turn in range(rounds):
        print(f"round {turn + 1}")
        found["rollup"].append(run(bench, "full", folder))
        found["duckdb"].append(run(*peers, "duckdb", THREADS, DAYS["full"], folder / "duckdb.parquet", *raw))
        found["polars"].append(run(*peers, "polars", THREADS, DAYS["full"], folder / "polars.parquet", *raw))
        found["rollup, one more day"].append(run(bench, "more", folder))
    problems = []
    table = lambda name: pyarrow.parquet.read_table(folder / f"{name}.parquet")
    for peer in ("duckdb", "polars"):
        problems += [f"{peer}: {it}" for it in differences(table("features-full"), table(peer))]
    everything = raw + sorted((folder / "more").glob("*.parquet"))
    print("one more day, all files, by DuckDB")
    run(*peers, "duckdb", THREADS, DAYS["more"], folder / "duckdb-more.parquet", *everything)
    problems += [f"one more day: {it}" for it in differences(table("features-more"), table("duckdb-more"))]
    middle = {name: statistics.median(it["seconds"] for it in lines) for name, lines in found.items()}
    print(f"{'median of ' + str(rounds):24}{'seconds':>9}{'rollup takes':>14}{'peak MiB':>10}")
    for name, lines in found.items():
        ratio = f"{middle['rollup'] / middle[name]:.2f}" if name in ("duckdb", "polars") else ""
        print(f"{name:24}{middle[name]:9.3f}{ratio:>14}{max(it['peak_mib'] for it in lines):10}")
    print(f"one more day takes {middle['rollup, one more day'] / middle['rollup']:.3f} of the full run")
    for problem in problems:
        print(problem, file=sys.stderr)
    print("features differ" if problems else "all features equal, row by row")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

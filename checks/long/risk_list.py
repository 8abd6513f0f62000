#!/usr/bin/env python3
"""How much of what is lost stood on the list of accounts at risk, and how early.

usage: risk_list.py CSM SCRATCH_DIR [--seeds 101-110] [--accounts N] [--dates DAY,...] [--before CSM] [--jobs N]

Each company is simulated; at each date the list is made from what the company would have exported on that day
(`csm simulate --upto`), and judged by the losses that the simulator decided in the 90 and 180 days after it: a loss
counts on the day it was decided, with the ARR paid on the date. Compared, over the managed accounts of the date:
- list: the rank of the derived table at_risk, accounts off the list after those on it, by ARR
- before: the same list as an older binary makes it (`--before`)
- by ARR: the largest first
- by health: the lowest score first, unscored ones last, ties by ARR
- ceiling: the simulator's own chance that the account decides to leave in those days, times its ARR
Prints, pooled over companies and dates, the share of lost ARR and of lost logos among the first 15 % of accounts by
rank, and on the list at all; the precision of the list; the median days from the date to the decision of those on it.
"""

import argparse
import concurrent.futures
import csv
import datetime
import pathlib
import shutil
import statistics
import subprocess
import sys

import duckdb

DATES = "2025-09-30,2025-12-31,2026-01-31,2026-03-31"
FIRST = 0.15


def call(*arguments):
    done = subprocess.run([str(it) for it in arguments], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"`{' '.join(map(str, arguments))}` ended with {done.returncode}: {done.stderr[-2000:]}")


def day(text):
    return datetime.date.fromisoformat(text)


def rows(folder, table, sql):
    with duckdb.connect() as db:
        db.execute(f"CREATE VIEW t AS SELECT * FROM read_parquet('{folder}/{table}.parquet')")
        return db.execute(sql).fetchall()


def ranked(csv_file):
    with open(csv_file, newline="") as file:
        return [row["account_id"] for row in csv.DictReader(file)]


def look(csm, before, scratch, seed, accounts, on):
    """What was known of one company on one day: managed accounts with ARR, orders, and what came after."""
    folder = scratch / f"{seed}-{on}"
    world, tables, truth = folder / "world", folder / "tables", folder / "truth"
    call(csm, "simulate", "--accounts", accounts, "--seed", seed, "--upto", on, "--truth", truth, world)
    call(csm, "export", "tables", "-w", world, "--as-of", on, "--out", tables)
    arr = dict(rows(tables, "account_status", "SELECT account_id, coalesce(arr_minor, 0) FROM t WHERE status = 'managed'"))
    score = dict(rows(tables, "health_scores", "SELECT account_id, score FROM t"))
    listed = [it[0] for it in rows(tables, "at_risk", "SELECT account_id FROM t ORDER BY rank")]
    by_arr = sorted(arr, key=lambda it: (-arr[it], it))
    orders = {
        "list": (listed + [it for it in by_arr if it not in set(listed)], set(listed)),
        "by ARR": (by_arr, None),
        "by health": (sorted(arr, key=lambda it: (score.get(it) if score.get(it) is not None else 101, -arr[it], it)), None),
    }
    if before is not None:
        shutil.rmtree(world / ".csm", ignore_errors=True)
        call(before, "run", world, "--as-of", on)
        old = [it for it in ranked(world / "out/at-risk.csv") if it in arr]
        orders["before"] = (old + [it for it in by_arr if it not in set(old)], set(old))
    date, found = day(on), []
    with open(truth / "losses.csv", newline="") as file:
        losses = {row["account_id"]: (day(row["decided_on"]) - date).days for row in csv.DictReader(file)
                  if row["account_id"] in arr and day(row["decided_on"]) > date}
    with open(truth / "decisions.csv", newline="") as file:
        decisions = [(row["account_id"], (day(row["decided_on"]) - date).days, int(row["leave_chance_ppm"]) / 1e6)
                     for row in csv.DictReader(file) if row["account_id"] in arr]
    for horizon in (90, 180):
        stays = {it: 1.0 for it in arr}
        for account, days, chance in decisions:
            if 0 < days <= horizon:
                stays[account] *= 1.0 - chance
        ceiling = sorted(arr, key=lambda it: (-(1.0 - stays[it]) * arr[it], -arr[it], it))
        lost = {it: days for it, days in losses.items() if days <= horizon}
        for name, (order, on_list) in [*orders.items(), ("ceiling", (ceiling, None))]:
            first = set(order[: round(FIRST * len(order))])
            found.append({
                "name": name, "horizon": horizon, "managed": len(arr), "lost": len(lost),
                "lost_arr": sum(arr[it] for it in lost),
                "first": len(lost.keys() & first), "first_arr": sum(arr[it] for it in lost.keys() & first),
                "listed": None if on_list is None else len(on_list),
                "on": None if on_list is None else len(lost.keys() & on_list),
                "on_arr": None if on_list is None else sum(arr[it] for it in lost.keys() & on_list),
                "lead": [] if on_list is None else [lost[it] for it in lost.keys() & on_list],
            })
    shutil.rmtree(folder)
    return found


def percent(part, whole):
    return "–" if part is None or not whole else f"{100 * part / whole:.0f} %"


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("csm")
    parse.add_argument("scratch", type=pathlib.Path)
    parse.add_argument("--seeds", default="101-110")
    parse.add_argument("--accounts", type=int, default=500)
    parse.add_argument("--dates", default=DATES)
    parse.add_argument("--before")
    parse.add_argument("--jobs", type=int, default=2)
    given = parse.parse_args()
    low, _, high = given.seeds.partition("-")
    work = [(seed, on) for seed in range(int(low), int(high or low) + 1) for on in given.dates.split(",")]
    with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
        looks = pool.map(lambda it: look(given.csm, given.before, given.scratch, it[0], given.accounts, it[1]), work)
        found = [entry for entries in looks for entry in entries]
    print(f"seeds {given.seeds}, {given.accounts} accounts, {given.dates}")
    print("| ranking | days | lost: logos | ARR in the first 15 % | logos in the first 15 % | ARR on the list | logos on the list | on the list | precision | median lead |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for horizon in (90, 180):
        for name in ("list", "before", "by ARR", "by health", "ceiling"):
            of = [it for it in found if it["name"] == name and it["horizon"] == horizon]
            if not of:
                continue
            total = lambda key: None if of[0][key] is None else sum(it[key] for it in of)
            leads = [days for it in of for days in it["lead"]]
            print("| " + " | ".join([
                name, str(horizon), str(total("lost")), percent(total("first_arr"), total("lost_arr")),
                percent(total("first"), total("lost")), percent(total("on_arr"), total("lost_arr")),
                percent(total("on"), total("lost")), percent(total("listed"), total("managed")),
                percent(total("on"), total("listed")), f"{statistics.median(leads):.0f} days" if leads else "–",
            ]) + " |")


main()

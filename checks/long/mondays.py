#!/usr/bin/env python3
"""Sessions week after week, and after gaps, on what one company would have exported each day.

usage: mondays.py CSM SCRATCH_DIR [--weeks N] [--accounts N] [--seed S]

Every session must complete. After each, from the tables alone (DuckDB):
- what the Monday page says has changed is what the two days' tables give, and ARR and scores are those of a workspace
  that never had a session before;
- no day a signal began, no day an action was opened and no band of the session before is lost;
- detection and save rate are those that the lists of the sessions give, as this script wrote them down at the time.
Prints a table: sessions, seconds, size of the store; and the last session beside a first one on the same data.
Exits 1 on any difference.
"""

import argparse
import csv
import datetime
import html
import json
import pathlib
import re
import shutil
import subprocess
import sys
import time

import duckdb

LAST = datetime.date(2026, 9, 28)
GAPS = [1, 30, 90, 180, 400]


def call(*arguments):
    done = subprocess.run([str(it) for it in arguments], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"`{' '.join(map(str, arguments))}` ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def shown(minor):
    if minor is None:
        return "unknown"
    return f"${minor // 100:,}" if minor % 100 == 0 else f"${minor // 100:,}.{minor % 100:02}"


class Tables:
    """What `csm export tables` wrote for one day."""

    def __init__(self, folder):
        self.folder = folder
        self.db = duckdb.connect()

    def rows(self, sql, *tables):
        for table in tables:
            self.db.execute(f"CREATE OR REPLACE VIEW {table} AS SELECT * FROM read_parquet('{self.folder}/{table}.parquet')")
        return self.db.execute(sql).fetchall()

    def states(self):
        """Managed accounts: ARR, band, score, whether at risk."""
        rows = self.rows(
            "SELECT a.account_id, a.arr_minor, h.band, h.score, r.rank FROM account_status a "
            "LEFT JOIN health_scores h USING (account_id) LEFT JOIN at_risk r USING (account_id) "
            "WHERE a.status = 'managed'", "account_status", "health_scores", "at_risk")
        return {row[0]: row[1:] for row in rows}


def expected(before, now):
    """What has changed, from the tables of two days."""
    found = set()
    word = lambda band, score: "not scored" if band is None else f"{band} ({score})"
    for account in before.keys() - now.keys():
        found.add(("lost account", account, shown(before[account][0]), ""))
    for account, (arr, band, score, rank) in now.items():
        if account not in before:
            found.add(("new account", account, "", shown(arr)))
            continue
        arr_then, band_then, score_then, rank_then = before[account]
        if (rank_then is None) != (rank is None):
            found.add(("newly at risk" if rank_then is None else "recovered", account, "", shown(arr)))
        if band_then != band:
            found.add(("health", account, word(band_then, score_then), word(band, score)))
        if arr_then != arr:
            found.add(("ARR", account, shown(arr_then), shown(arr)))
    return found


def told(page):
    """The rows of the page's table of what has changed."""
    section = page.split('id="changed"', 1)[1].split("</section>", 1)[0]
    found = set()
    for row in section.split("<tr>")[1:]:
        if "data-figure" not in row:
            continue
        cells = [html.unescape(re.sub("<[^>]*>", "", cell)).strip()
                 for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)]
        account = html.unescape(re.search(r'@account=([^"]*)"', row).group(1))
        found.add((cells[0], account, cells[3], cells[4]))
    return found


class Company:
    def __init__(self, program, scratch, accounts, seed):
        self.program, self.scratch = program, scratch
        self.options = ["--accounts", accounts, "--seed", seed, "--months", 48]
        self.wrong = []

    def claim(self, holds, text):
        if not holds:
            self.wrong.append(text)
            print(f"  WRONG: {text}")

    def export(self, day, workspace):
        target = self.scratch / f"export-{day}"
        if not target.exists():
            call(self.program, "simulate", *self.options, "--upto", day, "--truth", self.scratch / f"truth-{day}", target)
            shutil.rmtree(self.scratch / f"truth-{day}")
        workspace.mkdir(exist_ok=True)
        (workspace / "csm.toml").write_text('company = "Lumen Analytics"\ncurrency = "USD"\n')
        for part in ("data", "notes"):
            shutil.rmtree(workspace / part, ignore_errors=True)
            shutil.copytree(target / part, workspace / part)

    def run(self, day, workspace):
        began = time.monotonic()
        said = call(self.program, "run", workspace, "--as-of", day, "--json")
        seconds = time.monotonic() - began
        delivery = json.loads(said.splitlines()[-1])
        self.claim(delivery.get("status") == "completed", f"{day}: the session ended with {delivery}")
        return seconds

    def tables(self, day, workspace, name):
        folder = self.scratch / f"tables-{name}"
        shutil.rmtree(folder, ignore_errors=True)
        call(self.program, "export", "tables", "-w", workspace, "--as-of", day, "--out", folder)
        return Tables(folder)

    def fresh(self, day, session=False):
        workspace = self.scratch / "fresh"
        shutil.rmtree(workspace, ignore_errors=True)
        self.export(day, workspace)
        seconds = self.run(day, workspace) if session else None
        return self.tables(day, workspace, "fresh"), seconds

    def series(self, name, days):
        """One workspace, a session on each of the days; returns the seconds and the sizes of its store."""
        workspace = self.scratch / name
        before, opened, lists, measured = None, {}, [], []
        for number, day in enumerate(days):
            self.export(day, workspace)
            seconds = self.run(day, workspace)
            size = sum(file.stat().st_size for file in (workspace / ".csm").rglob("*")
                       if file.is_file() and "tables" not in file.relative_to(workspace / ".csm").parts[:1])
            measured.append((seconds, size))
            tables = self.tables(day, workspace, f"{name}-{number % 2}")
            now = tables.states()
            fresh, _ = self.fresh(day)
            pure = fresh.states()
            self.claim({k: (v[0], v[2]) for k, v in now.items()} == {k: (v[0], v[2]) for k, v in pure.items()},
                       f"{name} {day}: ARR or scores are not those of a fresh workspace")
            page = told((workspace / "out/monday.html").read_text(encoding="utf-8"))
            if before is None:
                self.claim(not page, f"{name} {day}: a first session has changes")
            else:
                wanted = expected(before[1].states(), now)
                self.claim(page == wanted, f"{name} {day}: changes differ: {sorted(page ^ wanted)[:6]}")
                self.kept(name, day, before, tables, now)
            with open(workspace / "out/actions.csv", newline="", encoding="utf-8") as file:
                actions = {row["key"]: row["opened_on"] for row in csv.DictReader(file)}
            for key, on in actions.items():
                self.claim(on == opened.get(key, str(day)), f"{name} {day}: `{key}` is opened on {on}, not {opened.get(key)}")
            opened = actions
            lists.append((day, {k: (v[1], v[3] is not None) for k, v in now.items()}))
            self.rates(name, day, workspace, tables, lists)
            before = (day, tables)
            print(f"{name:8} {number + 1:3}  {day}  {seconds:6.2f} s  {size / 1e6:8.2f} MB  {len(page):4} changes", flush=True)
            shutil.rmtree(self.scratch / f"export-{day}", ignore_errors=True)
        return measured

    def kept(self, name, day, before, tables, now):
        then = dict(((a, s), (since, how)) for a, s, since, how in before[1].rows(
            "SELECT account_id, signal, since, how FROM signal_dates", "signal_dates") if how == "fires")
        today = tables.rows("SELECT account_id, signal, since, how, cleared_on FROM signal_dates", "signal_dates")
        fires = {(a, s): since for a, s, since, how, _ in today if how == "fires"}
        gone = {(a, s) for a, s, _, how, on in today if how != "fires" and on == day}
        managed = before[1].states()
        for of, (since, _) in then.items():
            self.claim(fires.get(of, since) == since and (of in fires or of in gone or of[0] not in managed),
                       f"{name} {day}: the day {of} began is lost")
        bands = {account: band for account, (_, band, _, _) in managed.items()}
        for account, band in tables.rows("SELECT account_id, previous_band FROM health_scores", "health_scores"):
            self.claim(account not in bands or account not in now or band == bands[account],
                       f"{name} {day}: the band of {account} was {bands.get(account)}, not {band}")

    def rates(self, name, day, workspace, tables, lists):
        """Detection and save rate from the lists as they stood, and the movements and decisions of today."""
        figures = json.loads(call(self.program, "metrics", "-w", workspace, "--json", "--filter", "rate"))
        values = {}
        def walk(node):
            if isinstance(node, dict):
                if node.get("metric") and (node.get("scope") or {}).get("dimension") == "all":
                    values[node["metric"]] = node.get("value")
                for child in node.values():
                    walk(child)
            elif isinstance(node, list):
                for child in node:
                    walk(child)
        walk(figures)
        def record(account, until):
            found = [of[account] for on, of in lists if on <= until and account in of]
            return found[-1] if found else None
        year = tables.rows("SELECT t0, as_of FROM session_params", "session_params")[0]
        lost = caught = 0
        for account, on, delta in tables.rows(
                "SELECT account_id, movement_date, delta_minor FROM mrr_movements WHERE kind = 'churn'", "mrr_movements"):
            known = record(account, on - datetime.timedelta(60))
            if year[0] < on <= year[1] and known is not None:
                lost += -12 * delta
                caught += -12 * delta * (known[1] or known[0] == "red")
        due = saved = 0
        for account, on, atr, renewed in tables.rows(
                "SELECT account_id, decision_on, atr_minor, renewed_minor FROM renewal_decisions", "renewal_decisions"):
            known = record(account, on - datetime.timedelta(30))
            if year[0] < on <= year[1] and known is not None and (known[1] or known[0] == "red"):
                due, saved = due + atr, saved + renewed
        for metric, part, whole in (("risk_detection_rate", caught, lost), ("save_rate", saved, due)):
            wanted = 100.0 * part / whole if whole else None
            value = values.get(metric)
            same = (value is None) == (wanted is None) and (wanted is None or abs(value - wanted) < 1e-9)
            self.claim(same, f"{name} {day}: {metric} is {value}, the rows give {wanted}")
        self.last = (values.get("risk_detection_rate"), values.get("save_rate"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("scratch", type=pathlib.Path)
    parser.add_argument("--weeks", type=int, default=60)
    parser.add_argument("--accounts", type=int, default=300)
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument("--no-gaps", action="store_true")
    chosen = parser.parse_args()
    company = Company(chosen.program.resolve(), chosen.scratch.resolve(), chosen.accounts, chosen.seed)

    mondays = [LAST - datetime.timedelta(7 * back) for back in reversed(range(chosen.weeks))]
    weekly = company.series("weekly", mondays)
    print(f"detection {company.last[0]}, save rate {company.last[1]}")
    # The median of three, so that one busy second does not decide.
    firsts = sorted(company.fresh(mondays[-1], session=True)[1] for _ in range(3))
    gaps = []
    if not chosen.no_gaps:
        days = [LAST - datetime.timedelta(sum(GAPS))]
        for gap in GAPS:
            days.append(days[-1] + datetime.timedelta(gap))
        gaps = company.series("gaps", days)

    print("\n| session | seconds | store, MB |\n|---|---|---|")
    for number in sorted({1, 2, 10, 20, 30, 40, 50, len(weekly)} & set(range(1, len(weekly) + 1))):
        seconds, size = weekly[number - 1]
        print(f"| {number} | {seconds:.1f} | {size / 1e6:.1f} |")
    for gap, (seconds, size) in zip(["first", *GAPS], gaps):
        print(f"| after a gap of {gap} days | {seconds:.1f} | {size / 1e6:.1f} |" if gap != "first"
              else f"| before the gaps | {seconds:.1f} | {size / 1e6:.1f} |")
    late = sorted(seconds for seconds, _ in weekly[-3:])[len(weekly[-3:]) // 2]
    growth = (weekly[-1][1] - weekly[0][1]) / max(1, len(weekly) - 1)
    print(f"\nsession {len(weekly)}: {late:.2f} s; a first session on the same data: {firsts[1]:.2f} s; "
          f"ratio {late / firsts[1]:.2f}; the store grows by {growth / 1e6:.2f} MB a session")
    if company.wrong:
        sys.exit(f"{len(company.wrong)} differences")


if __name__ == "__main__":
    main()

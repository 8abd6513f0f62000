#!/usr/bin/env python3
"""Runs the knowledge SQL in DuckDB over exported tables and compares every number with the agent's.

usage: second_engine.py TABLES KNOWLEDGE FIGURES [METRICS]
  TABLES     folder written by `csm export tables` (one Parquet file per table)
  KNOWLEDGE  the knowledge folder; derived/, metrics/, signals/ and checks/*.sql are run as they stand
  FIGURES    JSON: an array of figures as the protocol has them (`csm explain --all --json`)
  METRICS    JSON of `csm metrics --json`: its figures are compared too, and how many rows break each invariant

Derived tables are computed again, not only read: their rows must equal the exported ones.
Signal readings, health and the values that invariants compare are made by the agent itself and are read as exported.
Whose rows each metric counts is looked up again: one row per metric and account outside the population of its head.
Needs the Python package `duckdb`. No macros: the SQL is portable as written.
Exits 1 on any difference, 2 when it is called wrongly.
"""

import json
import math
import pathlib
import sys
import tomllib

import duckdb

READ_AS_EXPORTED = {"signal_readings", "health_parts", "health_scores"}
COLUMNS = {"account": "account_id", "account_id": "account_id", "owner": "owner", "segment": "segment", "tier": "tier"}


def head_and_body(text):
    """The head of a knowledge file as a dict, and its query."""
    head, key, lines = {}, None, text.splitlines()
    for at, line in enumerate(lines):
        if not line.startswith("--"):
            return head, "\n".join(lines[at:]).strip().rstrip(";")
        comment = line[2:]
        if comment.startswith("   ") and key:
            head[key] += " " + comment.strip()
        elif ":" in comment:
            key, value = (part.strip() for part in comment.split(":", 1))
            head[key] = value
    return head, ""


def load(folder):
    return {path.stem: head_and_body(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.sql"))}


def derive(db, tables, derived):
    """Computes the derived tables in order of their needs; yields the differences from the exported ones."""
    waiting = dict(derived)
    there = set(tables) - set(derived)
    while waiting:
        ready = [name for name, (head, _) in waiting.items()
                 if all(need.strip() in there for need in head.get("needs", "").split(",") if need.strip())]
        if not ready:
            raise SystemExit(f"could not order the derived tables: {sorted(waiting)}")
        for name in ready:
            _, body = waiting.pop(name)
            db.execute(f'CREATE TABLE "{name}" AS {body}')
            there.add(name)
            if name not in tables:
                yield f"derived table {name} was not exported"
                continue
            columns = ", ".join(f'"{row[0]}"' for row in db.execute(f'DESCRIBE "{name}"').fetchall())
            ours = f'SELECT {columns} FROM "{name}"'
            theirs = f"SELECT {columns} FROM read_parquet('{tables[name]}')"
            for words, left, right in (("only here", ours, theirs), ("only exported", theirs, ours)):
                count = db.execute(f"SELECT count(*) FROM ({left} EXCEPT ALL {right})").fetchone()[0]
                if count:
                    yield f"derived table {name}: {count} rows {words}"


def narrowed(scope):
    if scope.get("key") is None:
        return "", []
    column = COLUMNS[scope["dimension"]]
    return f"WHERE account_id IN (SELECT account_id FROM account_dims WHERE {column} = ?)", [scope["key"]]


def same(left, right):
    if left is None or right is None:
        return left is None and right is None
    return math.isclose(float(left), float(right), rel_tol=1e-9, abs_tol=1e-9)


def invariants(db, checks, told):
    """Runs every check file; yields those whose breaching rows are not as many as the agent found."""
    for name, (_, body) in checks.items():
        rows = db.execute(f"SELECT count(*) FROM ({body}) AS broken").fetchone()[0]
        ours = told.get(name)
        if ours is None:
            yield f"check {name}: the agent does not tell of it"
        elif ours["state"] != "not_checked" and rows != ours["breaches"]:
            yield f"check {name}: {ours['breaches']} rows, here {rows}"
        print(f"check    {name:60} {rows} rows break it")


def outside(db, metrics, known, stopped):
    """Metric and account of rows that are outside the population of the metric's head, over metrics that have a value
    or were stopped for this very reason."""
    found = []
    for name, (head, body) in metrics.items():
        population, column = head.get("population"), head.get("account", "account_id")
        if population is None or column == "none" or name in stopped:
            continue
        accountless = "" if known[population].get("without_account") else f" OR {column} IS NULL"
        rows = db.execute(
            f"SELECT DISTINCT {column} FROM ({body}) AS counted WHERE ({column} IS NOT NULL AND {column} NOT IN "
            f"(SELECT account_id FROM populations WHERE population = ?)){accountless}", [population]).fetchall()
        found += [(name, row[0]) for row in rows]
    return found


def populations(db, metrics, known, told, figures):
    """Yields what differs from what the agent says of the populations of its figures."""
    ours = told.get("rows_in_population")
    if ours is None:
        yield "check rows_in_population: the agent does not tell of it"
        return
    blocked = {figure["metric"] for figure in figures
               if figure.get("scope", {}).get("key") is None and figure.get("value") is None
               and "rows_in_population" not in (figure.get("reason") or "")}
    blocked -= set(ours["guards"])
    found = outside(db, metrics, known, blocked)
    if len(found) != ours["breaches"]:
        yield f"check rows_in_population: {ours['breaches']} rows, here {len(found)}: {found[:5]}"
    for name, (head, _) in metrics.items():
        if head.get("population") not in known:
            yield f"{name}: `{head.get('population')}` is no population"
    for figure in figures:
        words = known.get(metrics.get(figure["metric"], ({}, ""))[0].get("population"), {}).get("words")
        if figure["definition"].get("population") != words:
            yield f"{figure['id']}: says it counts {figure['definition'].get('population')}, its head {words}"
    print(f"check    {'rows_in_population':60} {len(found)} rows break it")


def main(arguments):
    if len(arguments) not in (3, 4):
        print(__doc__, file=sys.stderr)
        return 2
    folder, knowledge, figures_file = map(pathlib.Path, arguments[:3])
    tables = {path.stem: path.as_posix().replace("'", "''") for path in sorted(folder.glob("*.parquet"))}
    derived = load(knowledge / "derived")
    measures = {**load(knowledge / "metrics"), **load(knowledge / "signals")}
    figures = json.loads(figures_file.read_text(encoding="utf-8"))
    told = {}
    if len(arguments) == 4:
        metrics = json.loads(pathlib.Path(arguments[3]).read_text(encoding="utf-8"))
        told = {check["name"]: check for check in metrics["checks"]}
        known = {figure["id"] for figure in figures}
        listed = [it for term in metrics["terms"] for metric in term["metrics"] for it in metric["figures"]]
        figures += [figure for figure in listed if figure["id"] not in known]

    db = duckdb.connect()
    for name, path in tables.items():
        if name not in derived or name in READ_AS_EXPORTED:
            db.execute(f"CREATE TABLE \"{name}\" AS SELECT * FROM read_parquet('{path}')")
    problems = list(derive(db, tables, derived))
    print(f"{len(derived)} derived tables computed again, {len(problems)} differ")

    unknown = 0
    for figure in figures:
        name, scope = figure["metric"], figure.get("scope", {"dimension": "all"})
        if name not in measures:
            problems.append(f"{figure['id']}: no file defines {name}")
            continue
        head, body = measures[name]
        where, values = narrowed(scope)
        value, n = db.execute(
            f"SELECT {head['value']}, {head.get('n', 'count(*)')} FROM ({body}) AS counted {where}", values).fetchone()
        if figure.get("value") is None:
            # Unknown for a stated reason (rows, columns, rates or answers are missing): there is no number to compare.
            unknown += 1
            verdict = "unknown"
        elif same(value, figure["value"]) and int(n or 0) == figure["n"]:
            verdict = "same"
        else:
            verdict = "DIFFERS"
            problems.append(f"{figure['id']}: {figure['value']} (n {figure['n']}), here {value} (n {n})")
        print(f"{verdict:8} {figure['id']:60} {figure.get('shown', '')}")
    if told:
        known = tomllib.loads((knowledge / "populations.toml").read_text(encoding="utf-8"))["population"]
        problems += invariants(db, load(knowledge / "checks"), told)
        problems += populations(db, load(knowledge / "metrics"), {it["name"]: it for it in known}, told, figures)
    print(f"{len(figures)} figures, {unknown} unknown, {len(problems)} problems")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

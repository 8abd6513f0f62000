#!/usr/bin/env python3
"""The features of `rollup`, computed from the raw files by DuckDB or Polars.

usage: peers.py duckdb|polars THREADS AS_OF OUT FILE...

Distinct people and features are counted from rows summed beforehand, never by DISTINCT over events.
Prints one line of JSON: seconds from opening the files to the last feature in memory, and the peak memory.
"""

import datetime
import json
import os
import resource
import sys
import time

CORE = [f"feature_{number:02}" for number in range(5)]

DUCKDB = """
CREATE TEMP TABLE days AS
SELECT account_id, user_id, feature, CAST(occurred_at AS DATE) AS d, count(*) AS uses
FROM read_parquet({files})
WHERE occurred_at < CAST(DATE '{as_of}' + 1 AS TIMESTAMP)
GROUP BY ALL;

WITH people AS (
  SELECT account_id, user_id, max(d) AS last, min(d) AS first,
         count(*) FILTER (WHERE d > DATE '{as_of}' - 28) AS days_28
  FROM (SELECT DISTINCT account_id, user_id, d FROM days)
  GROUP BY ALL
), users AS (
  SELECT account_id, max(last) AS last_active_on,
         count(*) FILTER (WHERE last > DATE '{as_of}' - 7) AS users_7,
         count(*) FILTER (WHERE last > DATE '{as_of}' - 28) AS users_28,
         count(*) FILTER (WHERE last > DATE '{as_of}' - 90) AS users_90,
         count(*) FILTER (WHERE first > DATE '{as_of}' - 28) AS new_users_28,
         CAST(sum(days_28) AS BIGINT) AS user_days_28
  FROM people GROUP BY account_id
), used AS (
  SELECT account_id, feature, max(d) AS last FROM days GROUP BY ALL
), features AS (
  SELECT account_id,
         count(*) FILTER (WHERE last > DATE '{as_of}' - 7) AS features_7,
         count(*) FILTER (WHERE last > DATE '{as_of}' - 28) AS features_28,
         count(*) FILTER (WHERE last > DATE '{as_of}' - 90) AS features_90
  FROM used GROUP BY account_id
), daily AS (
  SELECT account_id, d, CAST(sum(uses) AS BIGINT) AS uses,
         CAST(coalesce(sum(uses) FILTER (WHERE feature IN ({core})), 0) AS BIGINT) AS core
  FROM days WHERE d > DATE '{as_of}' - 104 GROUP BY ALL
), sums AS (
  SELECT account_id,
         CAST(coalesce(sum(uses) FILTER (WHERE d > DATE '{as_of}' - 7), 0) AS BIGINT) AS uses_7,
         CAST(coalesce(sum(uses) FILTER (WHERE d > DATE '{as_of}' - 28), 0) AS BIGINT) AS uses_28,
         CAST(coalesce(sum(uses) FILTER (WHERE d > DATE '{as_of}' - 90), 0) AS BIGINT) AS uses_90,
         count(*) FILTER (WHERE d > DATE '{as_of}' - 7) AS active_days_7,
         count(*) FILTER (WHERE d > DATE '{as_of}' - 28) AS active_days_28,
         count(*) FILTER (WHERE d > DATE '{as_of}' - 90) AS active_days_90,
         CAST(coalesce(sum(core) FILTER (WHERE d > DATE '{as_of}' - 28), 0) AS BIGINT) AS core_uses_28
  FROM daily GROUP BY account_id
), baseline AS (
  -- 90 days, those without use counted as zero: the 45th and 46th of them.
  SELECT account_id,
         CASE WHEN len(l) > 45 THEN l[len(l) - 45] ELSE 0 END + CASE WHEN len(l) > 44 THEN l[len(l) - 44] ELSE 0 END
           AS middle
  FROM (SELECT account_id, list_sort(list(uses)) AS l FROM daily WHERE d <= DATE '{as_of}' - 14 GROUP BY account_id)
)
SELECT u.account_id, u.last_active_on,
       coalesce(uses_7, 0) AS uses_7, coalesce(uses_28, 0) AS uses_28, coalesce(uses_90, 0) AS uses_90,
       coalesce(active_days_7, 0) AS active_days_7, coalesce(active_days_28, 0) AS active_days_28,
       coalesce(active_days_90, 0) AS active_days_90,
       users_7, users_28, users_90, features_7, features_28, features_90, new_users_28,
       coalesce(core_uses_28, 0) AS core_uses_28,
       CASE WHEN users_28 > 0 THEN CAST(user_days_28 AS DOUBLE) / (28 * users_28) END AS stickiness_28,
       CAST(coalesce(middle, 0) AS DOUBLE) / 2.0 AS baseline_median,
       CASE WHEN middle > 0
            THEN CAST(coalesce(uses_28, 0) AS DOUBLE) / (14 * middle) END AS decay_ratio
FROM users AS u
JOIN features USING (account_id)
LEFT JOIN sums USING (account_id)
LEFT JOIN baseline USING (account_id)
ORDER BY u.account_id
"""


def by_duckdb(threads, as_of, files):
    import duckdb

    began = time.perf_counter()
    db = duckdb.connect()
    db.execute(f"SET threads = {threads}; SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
    quoted = lambda texts: ", ".join("'" + text.replace("'", "''") + "'" for text in texts)
    sql = DUCKDB.format(files=f"[{quoted(files)}]", as_of=as_of, core=quoted(CORE))
    first, second = sql.split(";", 1)
    db.execute(first)
    table = db.sql(second).to_arrow_table()
    return time.perf_counter() - began, table


def by_polars(threads, as_of, files):
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars as pl

    began = time.perf_counter()
    end = datetime.date.fromisoformat(as_of)
    back = lambda days: end - datetime.timedelta(days=days)
    days = (
        pl.scan_parquet(files)
        .select("account_id", "user_id", "feature", pl.col("occurred_at").dt.date().alias("d"))
        .filter(pl.col("d") <= end)
        .group_by("account_id", "user_id", "feature", "d")
        .agg(pl.len().cast(pl.Int64).alias("uses"))
        .collect(engine="streaming")
        .lazy()
    )
    after = lambda column, n: pl.col(column) > back(n)
    users = (
        days.select("account_id", "user_id", "d").unique()
        .group_by("account_id", "user_id")
        .agg(pl.col("d").max().alias("last"), pl.col("d").min().alias("first"), after("d", 28).sum().alias("days_28"))
        .group_by("account_id")
        .agg(
            pl.col("last").max().alias("last_active_on"),
            *[after("last", n).sum().cast(pl.Int64).alias(f"users_{n}") for n in (7, 28, 90)],
            after("first", 28).sum().cast(pl.Int64).alias("new_users_28"),
            pl.col("days_28").sum().cast(pl.Int64).alias("user_days_28"),
        )
    )
    features = (
        days.group_by("account_id", "feature").agg(pl.col("d").max().alias("last"))
        .group_by("account_id")
        .agg(*[after("last", n).sum().cast(pl.Int64).alias(f"features_{n}") for n in (7, 28, 90)])
    )
    daily = (
        days.filter(after("d", 104))
        .with_columns(pl.when(pl.col("feature").is_in(CORE)).then(pl.col("uses")).otherwise(0).alias("core"))
        .group_by("account_id", "d").agg(pl.col("uses").sum(), pl.col("core").sum())
    )
    in_window = lambda column, n: pl.when(after("d", n)).then(pl.col(column)).otherwise(0).sum()
    sums = daily.group_by("account_id").agg(
        *[in_window("uses", n).alias(f"uses_{n}") for n in (7, 28, 90)],
        *[after("d", n).sum().cast(pl.Int64).alias(f"active_days_{n}") for n in (7, 28, 90)],
        in_window("core", 28).alias("core_uses_28"),
    )
    # 90 days, those without use counted as zero: the 45th and 46th of them.
    count = pl.col("l").list.len().cast(pl.Int64)
    pick = lambda at: pl.when(count >= -at).then(pl.col("l").list.get(count + at, null_on_oob=True)).otherwise(0)
    baseline = (
        daily.filter(pl.col("d") <= back(14)).group_by("account_id").agg(pl.col("uses").sort().alias("l"))
        .select("account_id", (pick(-46) + pick(-45)).alias("middle"))
    )
    users, features, sums, baseline = pl.collect_all([users, features, sums, baseline], engine="streaming")
    zero = lambda name: pl.col(name).fill_null(0)
    names = [f"{what}_{n}" for what in ("uses", "active_days") for n in (7, 28, 90)] + ["core_uses_28"]
    middle = pl.col("middle").cast(pl.Float64) / 2.0
    table = (
        users.join(features, on="account_id").join(sums, on="account_id", how="left")
        .join(baseline, on="account_id", how="left")
        .with_columns(*[zero(name) for name in names], zero("middle").cast(pl.Int64))
        .select(
            "account_id", "last_active_on", *names[:6],
            *[f"{what}_{n}" for what in ("users", "features") for n in (7, 28, 90)],
            "new_users_28", "core_uses_28",
            pl.when(pl.col("users_28") > 0)
            .then(pl.col("user_days_28").cast(pl.Float64) / (28 * pl.col("users_28"))).alias("stickiness_28"),
            middle.alias("baseline_median"),
            pl.when(pl.col("middle") > 0)
            .then(pl.col("uses_28").cast(pl.Float64) / (14 * pl.col("middle"))).alias("decay_ratio"),
        )
        .sort("account_id")
    )
    return time.perf_counter() - began, table.to_arrow()


def main(arguments):
    engine, threads, as_of, out, *files = arguments
    seconds, table = {"duckdb": by_duckdb, "polars": by_polars}[engine](int(threads), as_of, files)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    import pyarrow.parquet

    pyarrow.parquet.write_table(table, out)
    print(json.dumps({"what": engine, "seconds": round(seconds, 3), "peak_mib": peak, "accounts": table.num_rows}))


if __name__ == "__main__":
    main(sys.argv[1:])

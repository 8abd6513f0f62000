"""Takes each number out of the delivery sentence and the final progress, demands its figure from the ledger,
and recomputes it from the rows that `csm explain --rows` prints, in another SQL engine.

usage: recompute.py CSM WORKSPACE [--as-of DATE]
"""

import json
import re
import subprocess
import sys
import tempfile
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb

NUMBER = re.compile(r"\$?-?\d[\d,]*(?:\.\d+)?[KMB]?%?")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def csm(program, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"`csm {' '.join(arguments)}` ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def rounded(value, places):
    return Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def shown(value, unit):
    """The value as people read it: our own rendering, apart from the program's."""
    if unit == "percent":
        return f"{rounded(value, 1)}%"
    if unit == "money":
        major = Decimal(int(value)) / 100
        if abs(major) >= 1_000_000:
            return f"${(major / 1_000_000).quantize(Decimal('0.1'), rounding=ROUND_HALF_UP)}M"
        return f"${major:,.2f}".removesuffix(".00")
    return f"{rounded(value, 0)}"


def recompute(figure, rows):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.ndjson"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        engine = duckdb.connect()
        expression = figure["definition"]["value"]
        table = f"read_json('{path}', format = 'newline_delimited', sample_size = -1)"
        return engine.execute(f"SELECT {expression} FROM {table}").fetchone()[0]


def main():
    program, workspace, *more = sys.argv[1:]
    messages = [json.loads(line) for line in csm(program, "run", workspace, "--json", *more).splitlines()]
    delivery = messages[-1]
    if delivery.get("status") != "completed":
        sys.exit(f"the last message is not a delivery: {delivery}")
    managing = next(m for m in messages if m.get("status") == "managing" and m["_meta"].get("seq"))

    asked = {}  # what was said -> figure id
    for message in (managing, delivery):
        evidence = message["_meta"].get("evidence", {})
        unknown = message["_meta"].get("unknown", {})
        for name, value in message["progress"].items():
            if value is None:
                if name not in unknown:
                    sys.exit(f"progress member {name} is null and nothing says why")
                continue
            if name not in evidence:
                sys.exit(f"progress member {name} = {value} has no figure")
            asked[(f"progress.{name}", str(value))] = evidence[name]

    sentence = delivery["message"]
    print(sentence)
    reasons = " ".join(delivery["_meta"].get("unknown", {}).values())
    # How far figures are from those of the session before, which open there.
    moved = " ".join(delivery["_meta"].get("since", {}).get("said", {}).values())
    for token in NUMBER.findall(DAY.sub("", sentence)):
        token = token.rstrip(",")
        ids = [i for i in delivery["_meta"]["evidence"].values() if figure_of(program, workspace, i)["shown"] == token]
        if ids:
            asked[("sentence", token)] = ids[0]
        elif token not in reasons and token not in moved:
            sys.exit(f"the sentence says {token}, and no figure in its evidence shows that")

    for (place, said), figure_id in asked.items():
        opened = json.loads(csm(program, "explain", figure_id, "-w", workspace, "--rows", "--json"))
        figure, rows = opened["figure"], opened["rows"]
        again = shown(recompute(figure, rows), figure["unit"])
        if again != said:
            sys.exit(f"{place}: {figure_id} says {said}, its {len(rows)} rows give {again}")
        print(f"  {place}: {said} = {figure_id}, from {len(rows)} rows")
    print(f"{len(asked)} numbers, each recomputed from its rows")


OPENED = {}


def figure_of(program, workspace, figure_id):
    if figure_id not in OPENED:
        OPENED[figure_id] = json.loads(csm(program, "explain", figure_id, "-w", workspace, "--json"))["figure"]
    return OPENED[figure_id]


main()

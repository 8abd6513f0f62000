"""Compares scores of the Rust scorer with Python's vaderSentiment on the same sentences.

usage: compare.py SENTENCES.csv SCORES.csv

SENTENCES.csv has text and label (1 positive, 0 negative); SCORES.csv has line, vader and cold in the same order, empty
where the scorer found no feeling. Fails unless `vader` equals Python's compound score to 1e-4 in every sentence, and
`cold` (VADER with support words) is at least as accurate as Python's; a score above 0 counts as positive.
"""

import csv
import sys

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer


def main(sentences, scores):
    analyzer = SentimentIntensityAnalyzer()
    with open(sentences, encoding="utf-8", newline="") as file:
        sentences = list(csv.DictReader(file))
    with open(scores, encoding="utf-8", newline="") as file:
        scores = list(csv.DictReader(file))
    if len(sentences) != len(scores):
        raise SystemExit(f"{len(sentences)} sentences, {len(scores)} scores")
    differ = changed = unknown = 0
    right = {"python": 0, "vader": 0, "cold": 0}
    for sentence, score in zip(sentences, scores):
        python = analyzer.polarity_scores(sentence["text"])["compound"]
        positive = sentence["label"] == "1"
        vader, cold = (float(score[name] or 0) for name in ("vader", "cold"))
        if abs(python - vader) > 1e-4 or (score["vader"] == "" and python != 0):
            differ += 1
            print(f"differs: {python} {score['vader']} {sentence['text']!r}", file=sys.stderr)
        changed += score["cold"] != score["vader"]
        unknown += score["cold"] == ""
        for name, value in (("python", python), ("vader", vader), ("cold", cold)):
            right[name] += (value > 0) == positive
    n = len(sentences)
    print(f"{n} sentences, {differ} differ from Python's VADER by more than 1e-4")
    print("accuracy: " + ", ".join(f"{name} {count / n:.3f}" for name, count in right.items()))
    print(f"support words change {changed} scores; {unknown} sentences have no score (unknown)")
    return 1 if differ or right["cold"] < right["python"] else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    sys.exit(main(*sys.argv[1:]))

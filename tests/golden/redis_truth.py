#!/usr/bin/env python3
"""Compares redis/db_0/ of a tree with what the node answered.

usage: redis_truth.py TREE TRUTH.json
TRUTH.json: for each key (base64) what TYPE, the command that reads the type, and PTTL answered at the time at_ms.
Exit status 0: the same; 1: different.
"""

import base64
import json
import sys

import redis_tree

# The key that was written to force the snapshot: after the questions were asked.
AFTERWARDS = {b"zz:tick"}
# PTTL is answered some time after at_ms was taken.
TTL_TOLERANCE_MS = 5000


def decoded(text):
    return base64.b64decode(text, validate=True)


def truth_value(kind, value):
    """The node's answer in the form of redis_tree.Tree."""
    if kind == "string":
        return decoded(value)
    if kind == "list":
        return [decoded(item) for item in value]
    if kind == "set":
        return {decoded(member) for member in value}
    if kind == "hash":
        return {decoded(name): decoded(text) for name, text in value}
    if kind == "zset":
        return {decoded(member): float(score) for member, score in value}
    entries = []
    for entry_id, flat in value:
        texts = [decoded(text) for text in flat]
        entries.append((entry_id, list(zip(texts[0::2], texts[1::2]))))
    return entries


def expiry_of(answer):
    return answer["at_ms"] + answer["pttl"] if answer["has_ttl"] else None


def same_expiry(mine, node):
    if mine is None or node is None:
        return mine is node
    return abs(mine - node) <= TTL_TOLERANCE_MS


def compare(key, mine, answer):
    """What differs; empty when nothing does."""
    kind, value, expiry = mine
    problems = []
    if not same_expiry(expiry, expiry_of(answer)):
        problems.append(f"expires at {expiry}, the node says {expiry_of(answer)}")
    if kind == "hll":  # the node has no command that gives its members
        if answer["type"] not in ("string", "hyperloglog"):
            problems.append(f"an HLL, the node says {answer['type']}")
        return problems
    if kind != answer["type"]:
        return problems + [f"a {kind}, the node says {answer['type']}"]
    if kind == "stream":
        value = value[0]
    node = truth_value(kind, answer["value"])
    if kind == "zset":  # tells -0.0 from 0.0
        value, node = ({m: repr(s) for m, s in scores.items()} for scores in (value, node))
    if value != node:
        problems.append(f"{str(value)[:200]}, the node says {str(node)[:200]}")
    return problems


def main(tree, truth):
    mine = redis_tree.Tree(tree).keys
    with open(truth, encoding="ascii") as file:
        answers = {decoded(key): answer for key, answer in json.load(file).items()}
    first_asked = min(answer["at_ms"] for answer in answers.values())
    problems = []
    compared = 0
    for key, answer in answers.items():
        if key not in mine:
            # Of a collection without elements only length deltas may be left.
            if answer["value"] != []:
                problems.append((key, ["is missing"]))
            continue
        compared += 1
        problems.append((key, compare(key, mine[key], answer)))
    for key, (_, _, expiry) in mine.items():
        expired = expiry is not None and expiry <= first_asked
        if key not in answers and key not in AFTERWARDS and not expired:
            problems.append((key, ["the node has no such key"]))
    problems = [(key, texts) for key, texts in problems if texts]
    for key, texts in problems[:20]:
        print(f"{key!r}: {'; '.join(texts)}")
    print(f"{compared} keys compared, {len(problems)} differ")
    return 1 if problems or compared == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))

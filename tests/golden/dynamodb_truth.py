#!/usr/bin/env python3
"""Compares dynamodb/ of a tree with what the node answered.

usage: dynamodb_truth.py TREE TRUTH.json
TRUTH.json: for each table what DescribeTable and a Scan of all items answered. Items stand in files of their own, or as
lines of items/data-*.jsonl.
Exit status 0: the same; 1: different.
"""

import base64
import json
import pathlib
import re
import sys
from fractions import Fraction


def refuse_duplicates(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError(f"a member stands twice: {names}")
    return dict(pairs)


def parsed(text):
    return json.loads(text, object_pairs_hook=refuse_duplicates)


def unordered(value):
    """The client that asked gave sets in an order of its own."""
    if isinstance(value, list):
        return [unordered(element) for element in value]
    if not isinstance(value, dict):
        return value
    return {k: sorted(v) if k in ("SS", "NS", "BS") and isinstance(v, list) else unordered(v) for k, v in value.items()}


def canonical(item):
    return json.dumps(unordered(item), sort_keys=True)


def key_name(kind, text):
    """The part of a file name that a key has, for keys short enough to need no hash; else None."""
    if kind == "B":
        raw = base64.urlsafe_b64encode(base64.b64decode(text)).rstrip(b"=")
        return "b64." + raw.decode() if len(raw) <= 236 else None
    if kind == "N":
        text = str(Fraction(text))
    name = re.sub(rb"[^A-Za-z0-9._-]", lambda m: b"%%%02X" % m.group()[0], text.encode()).decode()
    hashed = len(name) > 240 or name.startswith("b64.")
    return None if hashed else name


def check_name(path, item, keys, problems):
    parts = [key_name(*next(iter(item[key].items()))) for key in keys if key]
    found = [*path.parent.parts, path.name[: -len(".json")]]
    if len(parts) != len(found):
        problems.append(f"{path} is not at the depth of its keys")
    for part, name in zip(parts, found):
        if part is not None and part != name:
            problems.append(f"{path} holds the item of {parts}")


def read_items(folder, keys, problems):
    items = []
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            continue
        text = path.read_text()
        if path.suffix == ".jsonl":
            items += [parsed(line) for line in text.splitlines()]
            continue
        items.append(parsed(text))
        check_name(path.relative_to(folder), items[-1], keys, problems)
    return items


def key_of(schema):
    return {kind: schema[member].get("name") for kind, member in (("HASH", "hash_key"), ("RANGE", "range_key"))}


def check_schema(schema, answer, problems):
    keys = {key["KeyType"]: key["AttributeName"] for key in answer["KeySchema"]}
    if key_of(schema["primary_key"]) != {"HASH": keys["HASH"], "RANGE": keys.get("RANGE")}:
        problems.append(f"{schema['table_name']}: primary key {schema['primary_key']}")
    mine = {(d["name"], d["type"]) for d in schema["attribute_definitions"]}
    node = {(d["AttributeName"], d["AttributeType"]) for d in answer["AttributeDefinitions"]}
    if mine != node:
        problems.append(f"{schema['table_name']}: attributes {mine ^ node}")
    mine = {index["name"]: index["projection"]["type"] for index in schema.get("global_secondary_indexes", [])}
    node = {i["IndexName"]: i["Projection"]["ProjectionType"] for i in answer.get("GlobalSecondaryIndexes") or []}
    if mine != node:
        problems.append(f"{schema['table_name']}: indexes {mine}, the node says {node}")


def main():
    tree, truth = pathlib.Path(sys.argv[1]), parsed(pathlib.Path(sys.argv[2]).read_text())
    problems = []
    for folder in sorted((tree / "dynamodb").iterdir()):
        schema = parsed((folder / "_schema.json").read_text())
        name = schema["table_name"]
        answer = truth.pop(name, None)
        if answer is None:
            problems.append(f"table {name} is invented")
            continue
        check_schema(schema, answer["describe"], problems)
        items = read_items(folder / "items", key_of(schema["primary_key"]).values(), problems)
        mine, node = sorted(map(canonical, items)), sorted(map(canonical, answer["items"]))
        if mine != node:
            problems.append(f"table {name}: {len(mine)} items, the node has {len(node)}, or others")
    problems += [f"table {name} is missing" for name in truth]
    print("\n".join(problems) or "the same")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

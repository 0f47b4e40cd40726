"""Reads redis/db_0/ of a tree back into keys and values, in the form in which the node's answers were recorded."""

import base64
import json
import os
import re


def binary(value):
    """A string, or {"base64": ...}, as bytes."""
    if isinstance(value, str):
        return value.encode()
    text = value["base64"]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def b64(raw):
    return base64.b64encode(raw).decode()


def json_lines(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def read_redis(root):
    """Key to (type, value as the node's answers were recorded, expiry)."""
    keymap = {}
    for record in json_lines(os.path.join(root, "KEYMAP.jsonl")):
        keymap[record["encoded"]] = binary({"base64": record["original"]})

    def key_of(name):
        if name in keymap:
            return keymap[name]
        return re.sub(rb"%(..)", lambda m: bytes.fromhex(m.group(1).decode()), name.encode())

    found = {}
    expiries = {}
    for folder, sidecar in (("strings", "strings_ttl.jsonl"), ("hll", "hll_ttl.jsonl")):
        for record in json_lines(os.path.join(root, sidecar)):
            expiries[folder, key_of(record["key"])] = record["expire_at_ms"]
    for folder in os.listdir(root):
        if not os.path.isdir(os.path.join(root, folder)):
            continue
        for name in os.listdir(os.path.join(root, folder)):
            key = key_of(name.rsplit(".", 1)[0])
            with open(os.path.join(root, folder, name), "rb") as file:
                content = file.read()
            assert key not in found, key
            found[key] = read_record(folder, content, expiries.get((folder, key)))
    return found


def read_record(folder, content, expiry):
    if folder in ("strings", "hll"):
        return {"strings": "string", "hll": "hll"}[folder], b64(content), expiry
    if folder == "streams":
        lines = [json.loads(line) for line in content.splitlines()]
        entries = [[e["id"], [b64(binary(part)) for f in e["fields"] for part in (f["name"], f["value"])]] for e in lines[:-1]]
        return "stream", entries, lines[-1]["expire_at_ms"]
    # json reads "-0" as the integer 0.
    record = json.loads(content, parse_int=lambda text: -0.0 if text == "-0" else int(text))
    if folder == "hashes":
        value = sorted([b64(binary(f["name"])), b64(binary(f["value"]))] for f in record["fields"])
        return "hash", value, record["expire_at_ms"]
    if folder == "lists":
        return "list", [b64(binary(item)) for item in record["items"]], record["expire_at_ms"]
    if folder == "sets":
        return "set", sorted(b64(binary(m)) for m in record["members"]), record["expire_at_ms"]
    value = sorted([b64(binary(m["member"])), repr(float(m["score"]))] for m in record["members"])
    return "zset", value, record["expire_at_ms"]

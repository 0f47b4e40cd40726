#!/usr/bin/env python3
"""Compares s3/ of a tree with what the node answered.

usage: s3_truth.py TREE TRUTH.json
TRUTH.json: for each bucket and key (base64) size, SHA-256, ETag, headers and metadata as listings and GET answered.
Exit status 0: the same; 1: different.
"""

import base64
import hashlib
import json
import os
import sys

SIDECAR = b".elastickv-meta.json"
CONTROL = {b"_bucket.json", b"KEYMAP.jsonl"}
HEADERS = ["content_type", "cache_control", "content_encoding", "content_disposition"]


def originals(bucket):
    """Path to key, for the paths that are not their keys."""
    path = os.path.join(bucket, b"KEYMAP.jsonl")
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    return {
        record["encoded"].encode(): base64.urlsafe_b64decode(record["original"] + "=" * (-len(record["original"]) % 4))
        for record in records
    }


def objects_of(bucket):
    """key -> (body, sidecar); raises when a file has no partner."""
    keys = originals(bucket)
    files = set()
    for folder, _, names in os.walk(bucket):
        files |= {os.path.relpath(os.path.join(folder, name), bucket) for name in names}
    # A body's own name may end like a sidecar's.
    sidecars = {path for path in files if path.endswith(SIDECAR) and path[: -len(SIDECAR)] in files}
    bodies = files - CONTROL - sidecars
    if files - CONTROL - bodies != {path + SIDECAR for path in bodies}:
        raise ValueError(f"{bucket!r}: bodies and sidecars do not pair")
    if not set(keys) <= bodies:
        raise ValueError(f"{bucket!r}: KEYMAP.jsonl names files that are not there")
    objects = {}
    for path in bodies:
        with open(os.path.join(bucket, path), "rb") as body, open(os.path.join(bucket, path + SIDECAR), "rb") as sidecar:
            objects[keys.get(path, path)] = (body.read(), json.load(sidecar))
    return objects


def compare(body, sidecar, answer):
    problems = []
    if hashlib.sha256(body).hexdigest() != answer["sha256"] or len(body) != answer["size"]:
        problems.append(f"another body of {len(body)} bytes, the node says {answer['size']}")
    if sidecar["size_bytes"] != answer["size"]:
        problems.append(f"size_bytes {sidecar['size_bytes']}")
    if f'"{sidecar["etag"]}"' != answer["etag"]:
        problems.append(f"ETag {sidecar['etag']}, the node says {answer['etag']}")
    for header in HEADERS:
        if sidecar.get(header) != answer[header]:
            problems.append(f"{header} {sidecar.get(header)!r}, the node says {answer[header]!r}")
    # The node answers names in the form of HTTP headers, and times in whole seconds.
    metadata = {name.lower(): value for name, value in answer["metadata"].items()}
    if sidecar.get("user_metadata", {}) != metadata:
        problems.append(f"metadata {sidecar.get('user_metadata')}, the node says {metadata}")
    if sidecar["last_modified"][:19] != answer["last_modified"][:19].replace(" ", "T"):
        problems.append(f"last_modified {sidecar['last_modified']}, the node says {answer['last_modified']}")
    return problems


def main(tree, truth):
    with open(truth, encoding="ascii") as file:
        answers = json.load(file)
    root = os.path.join(tree, "s3").encode()
    problems = []
    compared = 0
    for name in set(os.listdir(root)) ^ {bucket.encode() for bucket in answers}:
        problems.append(f"bucket {name!r} is on one side only")
    for bucket, keys in answers.items():
        folder = os.path.join(root, bucket.encode())
        with open(os.path.join(folder, b"_bucket.json"), encoding="utf-8") as file:
            if json.load(file)["name"] != bucket:
                problems.append(f"{bucket}: another name in _bucket.json")
        mine = objects_of(folder)
        wanted = {base64.b64decode(key): answer for key, answer in keys.items()}
        problems += [f"{bucket}/{key!r}: on one side only" for key in set(mine) ^ set(wanted)]
        for key in set(mine) & set(wanted):
            compared += 1
            problems += [f"{bucket}/{key!r}: {text}" for text in compare(*mine[key], wanted[key])]
    for text in problems[:20]:
        print(text)
    print(f"{compared} objects compared, {len(problems)} problems")
    return 1 if problems or compared == 0 else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1], sys.argv[2]))
    except (OSError, ValueError, KeyError) as error:
        print(error)
        sys.exit(1)

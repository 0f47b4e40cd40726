#!/usr/bin/env python3
"""Compares fs/ of a tree with what the mounted file system of the node answered.

usage: fs_truth.py TREE TRUTH.json
TRUTH.json: entries with path (base64), mode, uid, gid, size, nlink, ino, mtime_ns as lstat gave them, and the sha256 of
files. Exit status 0: the same; 1: different.
"""

import base64
import hashlib
import json
import os
import re
import sys
import urllib.parse

PERMISSIONS = 0o7777
DIRECTORY = 0o40000


def keymap(root):
    names = {}
    path = os.path.join(root, "KEYMAP.jsonl")
    if os.path.exists(path):
        with open(path, encoding="ascii") as file:
            for line in file:
                record = json.loads(line)
                text = record["original"]
                names[record["encoded"]] = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return names


def decoded(segment, names):
    if re.match(r"[0-9a-fA-F]{32}__", segment):
        return names[segment]
    return urllib.parse.unquote_to_bytes(segment)


def read_tree(root):
    """Original path -> (line of inodes.jsonl, path on disk)."""
    names = keymap(root)
    found = {}
    with open(os.path.join(root, "inodes.jsonl"), encoding="ascii") as file:
        for line in file:
            inode = json.loads(line)
            segments = inode["path"].split("/") if inode["path"] else []
            path = b"/".join(decoded(segment, names) for segment in segments)
            if path in found:
                raise ValueError(f"two lines for {path!r}")
            found[path] = (inode, os.path.join(root, "tree", *segments))
    return found


def objects_on_disk(root):
    tree = os.path.join(root, "tree")
    count = 1
    for _, folders, files in os.walk(tree):
        count += len(folders) + len(files)
    return count


def differences(inode, path, truth):
    is_directory = bool(int(truth["mode"], 8) & DIRECTORY)
    expected = {
        "inode": truth["ino"],
        "type": "directory" if is_directory else "file",
        "mode": int(truth["mode"], 8) & PERMISSIONS,
        "uid": truth["uid"],
        "gid": truth["gid"],
        "nlink": truth["nlink"],
        "size": truth["size"],
        "mtime_nsec": truth["mtime_ns"],
    }
    problems = []
    for name, value in expected.items():
        mine = inode[name] & PERMISSIONS if name == "mode" else inode[name]
        if mine != value:
            problems.append(f"{name} is {mine}, the node says {value}")
    if os.path.islink(path) or os.path.isdir(path) != is_directory:
        problems.append("another type on disk")
    elif not is_directory:
        with open(path, "rb") as file:
            content = file.read()
        if len(content) != truth["size"] or hashlib.sha256(content).hexdigest() != truth["sha256"]:
            problems.append("other content")
    return problems


def main(tree, truth_path):
    root = os.path.join(tree, "fs")
    with open(truth_path, encoding="utf-8") as file:
        truth = {base64.b64decode(e["path_b64"]): e for e in json.load(file)["entries"]}
    found = read_tree(root)
    problems = []
    if found.pop(b"", (None,))[0] is None:
        problems.append("no line for the root")
    if objects_on_disk(root) != len(truth) + 1:
        problems.append(f"{objects_on_disk(root)} objects on disk, the node has {len(truth)} and the root")
    for path in sorted(set(truth) | set(found)):
        if path not in found or path not in truth:
            problems.append(f"{path!r}: " + ("missing" if path in truth else "invented"))
            continue
        problems += [f"{path!r}: {text}" for text in differences(*found[path], truth[path])]
    print("\n".join(problems) or f"{len(truth)} objects are what the node answered")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

#!/usr/bin/env python3
"""Compares redis/db_0/ of a tree with a file for each key with that of a tree of lines.

usage: redis_lines.py TREE LINES_TREE
Exit status 0: every key is there once, with the same value and expiry; 1: different.
"""

import os
import sys

import redis_tree


def text_of(record):
    """Tells -0.0 from 0.0."""
    if record is None:
        return "nothing"
    kind, value, expiry = record
    return repr((kind, sorted(value) if kind == "set" else value, expiry))


def main(tree, lines_tree):
    files = redis_tree.Tree(tree)
    lines = redis_tree.Tree(lines_tree)
    if files.line_files or sorted(os.listdir(lines.root)) != lines.line_files:
        print("one of the trees has another layout")
        return 1
    all_keys = {**files.keys, **lines.keys}
    differing = [key for key in all_keys if text_of(files.keys.get(key)) != text_of(lines.keys.get(key))]
    for key in differing[:20]:
        print(f"{key!r}: {text_of(files.keys.get(key))[:200]}, as a line {text_of(lines.keys.get(key))[:200]}")
    print(f"{len(lines.keys)} keys in lines, {len(differing)} differ")
    return 1 if differing or not lines.keys else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))

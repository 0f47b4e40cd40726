#!/usr/bin/env python3
"""Loads redis/db_0/ of a tree into a redis-server of its own and compares its answers with those of the node.

usage: redis_server.py TREE TRUTH.json
Exit status 0: the same; 1: different; 77: redis-server or redis-cli is not installed.
"""

import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import redis_tree
import redis_truth

SKIPPED = 77
# Expiries of the recording are moved into the future, all by the same time.
MOVE_MS = 100 * 365 * 24 * 3600 * 1000


def command(*parts):
    """A command in RESP."""
    raw = [part if isinstance(part, bytes) else str(part).encode("ascii") for part in parts]
    return b"*%d\r\n" % len(raw) + b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in raw)


def score_text(score):
    if math.isinf(score):
        return "+inf" if score > 0 else "-inf"
    return repr(score)


def commands_of(key, kind, value, expiry):
    """What makes the key: empty collections cannot be made in a redis-server."""
    made = []
    if kind == "string":
        made.append(command("SET", key, value))
    elif kind == "list" and value:
        made += [command("RPUSH", key, item) for item in value]
    elif kind == "set" and value:
        made += [command("SADD", key, member) for member in sorted(value)]
    elif kind == "hash" and value:
        made += [command("HSET", key, name, text) for name, text in value.items()]
    elif kind == "zset" and value:
        made += [command("ZADD", key, score_text(score), member) for member, score in value.items()]
    elif kind == "stream" and value[0]:
        for entry_id, fields in value[0]:
            made.append(command("XADD", key, entry_id, *[part for pair in fields for part in pair]))
        made.append(command("XSETID", key, value[1]))
    if made and expiry is not None:
        made.append(command("PEXPIREAT", key, expiry + MOVE_MS))
    return made


class Server:
    """A redis-server on a socket in a folder of its own."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="snaptree-redis-")
        self.socket = os.path.join(self.folder, "s")
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.socket, "--save", "",
             "--appendonly", "no", "--dir", self.folder, "--daemonize", "no"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        for _ in range(200):
            if os.path.exists(self.socket) and self.ask([["PING"]]) == [[b"PONG"]]:
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        self.__exit__()
        raise RuntimeError("redis-server does not start")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)

    def load(self, commands):
        done = subprocess.run(["redis-cli", "-s", self.socket, "--pipe"], input=b"".join(commands),
                              capture_output=True, check=False)
        last = done.stdout.decode().strip().splitlines()[-1:]
        if done.returncode != 0 or last != [f"errors: 0, replies: {len(commands)}"]:
            raise RuntimeError(f"redis-cli --pipe: {done.stdout!r} {done.stderr!r}")

    def ask(self, questions):
        """Answers of redis-cli, one for each question (a list of words): a flat list of int, bytes and None."""
        lines = b"".join(b" ".join(quoted(word) for word in words) + b"\n" for words in questions)
        done = subprocess.run(["redis-cli", "-2", "-s", self.socket, "--csv"], input=lines,
                              capture_output=True, check=True)
        answers = [parts_of(line) for line in done.stdout.decode("ascii").splitlines()]
        if len(answers) != len(questions):
            raise RuntimeError(f"{len(questions)} questions, {len(answers)} answers")
        return answers


def quoted(word):
    raw = word if isinstance(word, bytes) else str(word).encode("ascii")
    return b'"' + b"".join(b"\\x%02x" % byte for byte in raw) + b'"'


# Bytes that are not printable stand in answers as in a string of C.
ESCAPES = {"n": b"\n", "r": b"\r", "t": b"\t", "a": b"\a", "b": b"\b", '"': b'"', "\\": b"\\"}
STRING = r'"((?:[^"\\]|\\x[0-9a-f]{2}|\\[nrtab"\\])*)"'


def unescaped(text):
    pieces = re.findall(r"\\x([0-9a-f]{2})|\\(.)|([^\\]+)", text)
    return b"".join(bytes.fromhex(byte) or ESCAPES.get(escape) or plain.encode("ascii")
                    for byte, escape, plain in pieces)


def parts_of(line):
    parts = []
    at = 0
    while at < len(line):
        match = re.compile(rf"(?:{STRING}|(-?[0-9]+)|(NULL))(?:,|$)").match(line, at)
        if match is None:
            raise RuntimeError(f"redis-cli answered {line!r}")
        text, number, null = match.groups()
        parts.append(unescaped(text) if text is not None else None if null else int(number))
        at = match.end()
    return parts


READERS = {
    "string": ("GET",), "list": ("LRANGE", 0, -1), "set": ("SMEMBERS",), "hash": ("HGETALL",),
    "zset": ("ZRANGE", 0, -1, "WITHSCORES"), "stream": ("XRANGE", "-", "+"),
}


def question(kind, key):
    name, *rest = READERS[kind]
    return [name, key, *rest]


def in_pairs(flat):
    return list(zip(flat[0::2], flat[1::2]))


def server_value(kind, parts):
    """The server's answer in the form of redis_tree.Tree; of a stream flat."""
    if kind == "string":
        return parts[0]
    if kind == "set":
        return set(parts)
    if kind == "hash":
        return dict(in_pairs(parts))
    if kind == "zset":
        return {member: float(score) for member, score in in_pairs(parts)}
    return parts


def node_value(kind, value):
    node = redis_truth.truth_value(kind, value)
    if kind != "stream":
        return node
    flat = []
    for entry_id, fields in node:
        flat.append(entry_id.encode("ascii"))
        flat += [part for pair in fields for part in pair]
    return flat


def problems_of(server, answers):
    """Asks the server about all keys of the truth whose value the node could give."""
    keys = [key for key, answer in answers.items() if answer["value"] is not None]
    kinds = {key: parts[0].decode("ascii") for key, parts in zip(keys, server.ask([["TYPE", key] for key in keys]))}
    there = [key for key in keys if kinds[key] != "none"]
    expiries = dict(zip(there, server.ask([["PEXPIRETIME", key] for key in there])))
    values = dict(zip(there, server.ask([question(kinds[key], key) for key in there])))
    for key in keys:
        node = answers[key]
        if key not in values:
            if node["value"] != []:
                yield f"{key!r} is missing"
            continue
        if kinds[key] != node["type"]:
            yield f"{key!r} is a {kinds[key]}, the node says {node['type']}"
            continue
        mine = server_value(node["type"], values[key])
        if mine != node_value(node["type"], node["value"]):
            yield f"{key!r}: {str(mine)[:200]}, the node says {str(node['value'])[:200]}"
        expires = None if expiries[key] == [-1] else expiries[key][0] - MOVE_MS
        if not redis_truth.same_expiry(expires, redis_truth.expiry_of(node)):
            yield f"{key!r} expires at {expires}, the node says {redis_truth.expiry_of(node)}"


def main(tree, truth):
    if shutil.which("redis-server") is None or shutil.which("redis-cli") is None:
        return SKIPPED
    keys = redis_tree.Tree(tree).keys
    with open(truth, encoding="ascii") as file:
        answers = {redis_truth.decoded(key): answer for key, answer in json.load(file).items()}
    made = [commands_of(key, *parts) for key, parts in keys.items()]
    with Server() as server:
        server.load([one for commands in made for one in commands])
        count = server.ask([["DBSIZE"]])[0][0]
        problems = list(problems_of(server, answers))
    expected = sum(1 for commands in made if commands)
    if count != expected:
        problems.append(f"{count} keys in the server, {expected} were loaded")
    for problem in problems[:20]:
        print(problem)
    print(f"{expected} keys loaded, {len(answers)} of the node compared, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))

"""A real redis-server takes the decoded keys and answers as the node did: the decoded values mean what they say."""

import base64
import json
import os
import shutil
import socket
import subprocess
import time
import unittest

from support.harness import NODE1, NODE1_FSM, CliTest
from support.redis_tree import read_redis

FAR = 4102444800000  # expiries that have passed by now would make redis-server drop the key


class Client:
    """The part of the Redis protocol that this test speaks."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")

    def call(self, *words):
        words = [w if isinstance(w, bytes) else str(w).encode() for w in words]
        self.socket.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words))
        return self.answer()

    def answer(self):
        line = self.file.readline()[:-2]
        kind, rest = line[:1], line[1:]
        if kind == b"-":
            raise AssertionError(rest)
        if kind == b"$":
            if rest == b"-1":
                return None
            return self.file.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return [self.answer() for _ in range(int(rest))]
        return rest

    def close(self):
        self.file.close()
        self.socket.close()


def raw(text):
    return base64.b64decode(text)


def load(client, key, kind, value):
    if kind in ("string", "hll"):
        client.call("SET", key, raw(value))
    elif kind == "hash" and value:
        client.call("HSET", key, *[raw(part) for pair in value for part in pair])
    elif kind == "list" and value:
        client.call("RPUSH", key, *map(raw, value))
    elif kind == "set" and value:
        client.call("SADD", key, *map(raw, value))
    elif kind == "zset" and value:
        client.call("ZADD", key, *[part for member, score in value for part in (score, raw(member))])
    elif kind == "stream":
        for entry, fields in value:
            client.call("XADD", key, entry, *map(raw, fields))


def ask(client, key, kind):
    """The value as the recorded answers have it."""
    b64 = lambda b: base64.b64encode(b).decode()
    if kind == "string":
        return b64(client.call("GET", key))
    if kind == "hash":
        flat = list(map(b64, client.call("HGETALL", key)))
        return sorted(map(list, zip(flat[::2], flat[1::2])))
    if kind == "list":
        return list(map(b64, client.call("LRANGE", key, 0, -1)))
    if kind == "set":
        return sorted(map(b64, client.call("SMEMBERS", key)))
    if kind == "zset":
        flat = client.call("ZRANGE", key, 0, -1, "WITHSCORES")
        return sorted([b64(m), repr(float(s) + 0.0)] for m, s in zip(flat[::2], flat[1::2]))
    return [[i.decode(), list(map(b64, f))] for i, f in client.call("XRANGE", key, "-", "+")]


@unittest.skipUnless(shutil.which("redis-server"), "redis-server is not installed")
class RedisServerReplay(CliTest):
    def setUp(self):
        super().setUp()
        path = self.path("socket")
        self.server = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", path, "--save", "", "--dir", self.folder],
                                       stdout=subprocess.DEVNULL)
        self.addCleanup(self.server.wait)
        self.addCleanup(self.server.kill)
        for _ in range(200):
            if os.path.exists(path):
                break
            time.sleep(0.05)
        self.client = Client(path)
        self.addCleanup(self.client.close)

    def test_the_server_answers_as_the_node_did(self):
        self.run_cli("decode", NODE1_FSM, "-o", self.path("tree"), code=3)
        tree = read_redis(self.path("tree", "redis", "db_0"))
        done = subprocess.run(["zstd", "-dc", os.path.join(NODE1, "truth", "redis.json.zst")], capture_output=True, check=True)
        truth = {base64.b64decode(k): v for k, v in json.loads(done.stdout).items()}
        for key, (kind, value, expiry) in tree.items():
            load(self.client, key, kind, value)
            if expiry is not None:
                self.client.call("PEXPIREAT", key, max(expiry, FAR))
        compared = 0
        for key, answer in truth.items():
            kind = answer["type"]
            if kind not in ("string", "hash", "list", "set", "zset", "stream") or answer["value"] in (None, []):
                continue
            self.assertEqual(self.client.call("TYPE", key).decode(), kind, key)
            expected = answer["value"]
            if kind == "zset":  # redis-server prints -0 as 0
                expected = [[member, repr(float(score) + 0.0)] for member, score in expected]
            self.assertEqual(ask(self.client, key, kind), expected, key)
            self.assertEqual(int(self.client.call("PTTL", key)) > 0, answer["has_ttl"], key)
            compared += 1
        self.assertGreater(compared, 700)


if __name__ == "__main__":
    unittest.main()

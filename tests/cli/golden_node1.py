"""The bundled snapshot of a live node against what that node answered and against a second decoder's bytes."""

import base64
import hashlib
import json
import os
import re
import subprocess
import unittest

from support.harness import NODE1, NODE1_FSM, CliTest
from support.redis_tree import read_redis

DECODED = ("redis/", "rawkv/")


def unpacked(*names):
    done = subprocess.run(["zstd", "-dc", os.path.join(NODE1, *names)], capture_output=True, check=True)
    return done.stdout


def truth_rows(name):
    rows = {}
    for line in unpacked("truth", name).splitlines():
        row = json.loads(line)
        rows[bytes.fromhex(row["k"])] = bytes.fromhex(row["v"])
    return rows


def unescaped(name):
    """A name of a CHECKSUMS line that begins with a backslash."""
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "r": "\r", "\\": "\\"}[m.group(1)], name)


def digests(lines):
    found = {}
    for line in lines:
        escaped = line.startswith("\\")
        digest, name = line.lstrip("\\").split("  ", 1)
        found[unescaped(name) if escaped else name] = digest
    return found


class GoldenNode1(CliTest):
    def decode(self, name, *options):
        self.run_cli("decode", NODE1_FSM, "-o", self.path(name), *options, code=3)
        return self.path(name)

    def test_bytes_equal_the_second_decoders(self):
        tree = self.decode("tree")
        with open(os.path.join(NODE1, "golden.sha256"), encoding="utf-8", errors="surrogateescape") as file:
            golden = {k: v for k, v in digests(file.read().splitlines()).items() if k.startswith(DECODED)}
        self.assertEqual(len(golden), 730)
        found = {}
        for folder, _, files in os.walk(tree):
            for file in files:
                path = os.path.join(folder, file)
                name = os.path.relpath(path, tree)
                if not name.startswith(DECODED):
                    self.assertIn(name, ("MANIFEST.json", "CHECKSUMS"))
                    continue
                with open(path, "rb") as content:
                    found[name] = hashlib.sha256(content.read()).hexdigest()
        self.assertEqual(found, golden)

    def test_sha256sum_accepts_the_tree_and_notices_a_change(self):
        tree = self.decode("tree")
        check = ["sha256sum", "-c", "--quiet", "--strict", "CHECKSUMS"]
        subprocess.run(check, cwd=tree, check=True, capture_output=True)
        with open(os.path.join(tree, "rawkv", "data.jsonl"), "ab") as file:
            file.write(b"\n")
        self.assertNotEqual(subprocess.run(check, cwd=tree, check=False, capture_output=True).returncode, 0)

    def test_same_bytes_whatever_threads_and_memory(self):
        first = None
        for i, options in enumerate((["--threads", "1"], ["--threads", "2"], ["--threads", "7"], ["--memory", "16MiB"])):
            tree = self.decode(f"tree{i}", *options)
            with open(os.path.join(tree, "CHECKSUMS"), encoding="utf-8") as file:
                lines = [line for line in file if not line.endswith("  MANIFEST.json\n")]
            first = first or lines
            self.assertEqual(lines, first, options)

    def test_rows_equal_the_nodes_own_scan(self):
        for truth, options in (("rows.jsonl.zst", []), ("rows-mid.jsonl.zst", ["--at", self.mid()])):
            with self.subTest(truth=truth):
                run = self.run_cli("rows", "--hex", *options, NODE1_FSM)
                mine = {}
                for line in run.out.splitlines():
                    row = json.loads(line)
                    mine[bytes.fromhex(row["key_hex"])] = bytes.fromhex(row["value_hex"])
                theirs = truth_rows(truth)

                def ours_only(key):
                    # Written to force the snapshot; or rows that the node's scan does not show.
                    return key.endswith(b"zz:tick") or key.startswith((b"!dist|", b"!txn|"))

                def reaped(key):
                    # A background reaper removed rows of dropped and purged queues between scan and snapshot.
                    return truth == "rows.jsonl.zst" and key.startswith(b"!sqs|")

                self.assertEqual([k for k in mine if k not in theirs and not ours_only(k)], [])
                self.assertEqual([k for k in theirs if k not in mine and not ours_only(k) and not reaped(k)], [])
                self.assertEqual([k for k in theirs if k in mine and mine[k] != theirs[k] and not ours_only(k)], [])
                self.assertLess(len([k for k in theirs if k not in mine]), 30)

    def mid(self):
        with open(os.path.join(NODE1, "truth", "mid.ts"), encoding="ascii") as file:
            return file.read().strip()

    def test_every_key_is_what_the_node_answered(self):
        tree = os.path.join(self.decode("tree"), "redis", "db_0")
        truth = json.loads(unpacked("truth", "redis.json.zst"))
        found = read_redis(tree)
        now = min(answer["at_ms"] for answer in truth.values())
        wrong = []
        for key64, answer in truth.items():
            key = base64.b64decode(key64)
            if key not in found:
                if answer["value"] not in (None, []):
                    wrong.append((key, "missing"))
                continue
            kind, value, expiry = found.pop(key)
            expected = answer["at_ms"] + answer["pttl"] if answer["has_ttl"] else None
            if kind == "hll":
                if answer["type"] not in ("hyperloglog", "string"):
                    wrong.append((key, kind, answer["type"]))
            elif kind != answer["type"] or (answer["value"] is not None and value != answer["value"]):
                wrong.append((key, kind, value, answer))
            if (expiry is None) != (expected is None) or (expiry and abs(expiry - expected) > 5000):
                wrong.append((key, "expiry", expiry, expected))
        self.assertEqual(wrong, [])
        left = [k for k, (_, _, expiry) in found.items() if not (expiry is not None and expiry < now)]
        self.assertEqual(left, [b"zz:tick"] if b"zz:tick" in left else [])


if __name__ == "__main__":
    unittest.main()

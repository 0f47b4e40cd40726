"""rawkv/ and unknown/ as whole files: the vectors of the format description, hostile keys, large values."""

import hashlib
import json
import os
import unittest

from support import snapshots
from support.harness import CliTest

T1 = snapshots.T1


class RawRows(CliTest):
    def decode(self, rows, code=0):
        source = self.write("in.fsm", snapshots.fsm(rows))
        self.run_cli("decode", source, "-o", self.path("out"), code=code)

    def read(self, *names):
        with open(self.path("out", *names), "rb") as file:
            return file.read()

    def test_vector_bytes_and_order(self):
        self.decode([snapshots.row(b"user:1", T1, b"<a&b>"), snapshots.row(b"\x00\xff", T1, b"\x01\x80")])
        self.assertEqual(self.read("rawkv", "data.jsonl"),
                         b'{"key":{"base64":"AP8"},"value":{"base64":"AYA"}}\n{"key":"user:1","value":"<a&b>"}\n')

    def test_vector_large_value(self):
        body = bytes(range(250)) * 280
        self.decode([snapshots.row(b"big", T1, body), snapshots.row(b"edge", T1, body[:65536])])
        name = "blobs/2a21fe6d592a19b7de898b50eb53c429608de1a66f3e9f62da19714a770553d1.bin"
        lines = self.read("rawkv", "data.jsonl").splitlines()
        self.assertEqual(lines[0], b'{"key":"big","value_file":"%s","value_size":70000}' % name.encode())
        self.assertIn(b'{"key":"edge","value":', lines[1])
        self.assertEqual(self.read("rawkv", name), body)
        self.assertEqual(os.listdir(self.path("out", "rawkv", "blobs")), [os.path.basename(name)])

    def test_vector_expiry_of_an_old_string(self):
        expiry = bytes.fromhex("000001941f297c00")
        self.decode([snapshots.row(b"sess", T1, b"v"), snapshots.row(b"!redis|ttl|sess", T1, expiry),
                     snapshots.row(b"plain", T1, b"w"), snapshots.row(b"!redis|ttl|gone", T1, expiry)])
        self.assertEqual(self.read("rawkv", "data.jsonl"),
                         b'{"key":"plain","value":"w"}\n{"key":"sess","value":"v","redis_expire_at_ms":1735689600000}\n')

    def test_expiry_belongs_to_a_string_row_of_the_same_key(self):
        expiry = bytes.fromhex("000001941f297c00")
        self.decode([snapshots.row(b"k", T1, b"bare"), snapshots.row(b"!redis|str|k", T1, b"legacy"),
                     snapshots.row(b"!redis|ttl|k", T1, expiry)])
        self.assertEqual(self.read("rawkv", "data.jsonl"), b'{"key":"k","value":"bare"}\n')
        self.assertEqual(self.read("redis", "db_0", "strings", "k.bin"), b"legacy")
        self.assertEqual(self.read("redis", "db_0", "strings_ttl.jsonl"), b'{"key":"k","expire_at_ms":1735689600000}\n')

    def test_logical_order_where_raw_order_differs(self):
        # In the file "ab" stands before "a"; versions of "a" stand around "a" + fe...
        keys = [b"ab", b"a", b"a\xfe\x64\x89\x25\x56", b"", b"a\xff", b"!mine", b"!stream|foo", b"_meta_last_commit_ts"]
        rows = [snapshots.row(k, snapshots.T0, b"old") for k in keys] + [snapshots.row(k, T1, k[:3]) for k in keys]
        self.decode(rows)
        lines = [json.loads(line) for line in self.read("rawkv", "data.jsonl").splitlines()]
        plain = [line["key"] for line in lines if isinstance(line["key"], str)]
        self.assertEqual(plain, sorted(k.decode() for k in keys if b"\xfe" not in k and b"\xff" not in k))
        self.assertEqual(len(lines), len(keys))
        self.assertNotIn("old", [line["value"] for line in lines])

    def test_as_redis_strings(self):
        source = self.write("in.fsm", snapshots.fsm([snapshots.row(b"k", T1, b"\xff\x01\x00bare"),
                                                     snapshots.row(b"both", T1, b"bare"),
                                                     snapshots.row(b"!redis|str|both", T1, b"\xff\x01\x00str")]))
        self.run_cli("decode", source, "--bare-rows", "redis", "-o", self.path("out"), code=3)
        self.assertEqual(self.read("redis", "db_0", "strings", "k.bin"), b"\xff\x01\x00bare")  # never unwrapped
        self.assertEqual(self.read("redis", "db_0", "strings", "both.bin"), b"str")
        self.assertFalse(os.path.exists(self.path("out", "rawkv")))

    def test_unknown_rows_are_kept(self):
        body = b"x" * 70000
        self.decode([snapshots.row(b"!redis|new|b", T1, b"2"), snapshots.row(b"!ddb|zzz", snapshots.T0, b"\xff"),
                     snapshots.row(b"!s3route|x", T1, body), snapshots.row(b"!redis|new|b", snapshots.T0, b"1")], code=3)
        blob = hashlib.sha256(b"!s3route|x").hexdigest()
        self.assertEqual([json.loads(line) for line in self.read("unknown", "rows.jsonl").splitlines()], [
            {"key": "!ddb|zzz", "value": {"base64": "_w"}, "commit_ts": snapshots.T0},
            {"key": "!redis|new|b", "value": "2", "commit_ts": T1},
            {"key": "!s3route|x", "value_file": f"blobs/{blob}.bin", "value_size": 70000, "commit_ts": T1}])
        self.assertEqual(self.read("unknown", "blobs", blob + ".bin"), body)
        manifest = json.loads(self.read("MANIFEST.json"))["snaptree"]
        self.assertEqual(manifest["rows"]["unknown"], 3)
        self.assertIn("unknown", manifest["extensions"])

    def test_damaged_rows_are_kept_with_the_reason(self):
        rows = [snapshots.row(b"good", T1, b"1"), (snapshots.raw_key(b"flags", T1), b"\x80" + bytes(8) + b"x"),
                (snapshots.raw_key(b"short", T1), b"\x00" * 8), (b"tiny", b"\x00" * 9)]
        self.decode(rows, code=3)
        lines = [json.loads(line) for line in self.read("unknown", "damaged", "rows.jsonl").splitlines()]
        self.assertEqual(sorted(line["code"] for line in lines), ["RowFlags", "RowKeyShort", "RowValueShort"])
        self.assertEqual(self.read("rawkv", "data.jsonl"), b'{"key":"good","value":"1"}\n')
        rows = json.loads(self.read("MANIFEST.json"))["snaptree"]["rows"]
        self.assertEqual(rows["damaged"], 3)
        self.assertEqual(rows["total"], sum(v for k, v in rows.items() if k != "total"))


if __name__ == "__main__":
    unittest.main()

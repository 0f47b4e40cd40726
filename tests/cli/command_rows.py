"""snaptree rows: against the node's own answers, and the forms of its lines."""

import base64
import json
import os
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
from support import snapshots as snap
from support.harness import NODE1, NODE1_FSM, CliTest


def unpacked_lines(path):
    packed = subprocess.run(["zstd", "-dc", path], stdout=subprocess.PIPE, check=True)
    return packed.stdout.splitlines()


def truth(name):
    rows = {}
    for line in unpacked_lines(os.path.join(NODE1, "truth", name)):
        row = json.loads(line)
        rows[bytes.fromhex(row["k"])] = bytes.fromhex(row["v"])
    return rows


def plain(value):
    return value.encode() if isinstance(value, str) else base64.urlsafe_b64decode(value["base64"] + "==")


# What a node's scan does not answer, or answers with rows that it has deleted since (testdata/README.md).
def is_expected_difference(key):
    return key.endswith(b"zz:tick") or key.startswith((b"!dist|", b"!txn|"))


class Truth(CliTest):
    def compare(self, run, expected, may_miss=()):
        got = {}
        for line in run.out.splitlines():
            row = json.loads(line)
            got[bytes.fromhex(row["key_hex"])] = bytes.fromhex(row["value_hex"])
        wrong = [k for k, v in expected.items() if k in got and got[k] != v and not is_expected_difference(k)]
        missing = [k for k in expected if k not in got and not k.startswith(tuple(may_miss))]
        extra = [k for k in got if k not in expected and not is_expected_difference(k)]
        self.assertEqual((wrong, missing, extra), ([], [], []))
        self.assertGreater(len(got), 4000)

    def test_newest_state(self):
        run = self.run_cli("rows", "--hex", NODE1_FSM)
        self.assertEqual(run.err, b"")
        # The node drops the rows of removed queues in the background.
        self.compare(run, truth("rows.jsonl.zst"), may_miss=[b"!sqs|"])

    def test_earlier_state(self):
        with open(os.path.join(NODE1, "truth", "mid.ts"), encoding="ascii") as file:
            mid = file.read().strip()
        self.compare(self.run_cli("rows", "--hex", "--at", mid, NODE1_FSM), truth("rows-mid.jsonl.zst"))

    def test_both_forms_say_the_same(self):
        plain_rows = [json.loads(x) for x in self.run_cli("rows", NODE1_FSM).out.splitlines()]
        hex_rows = [json.loads(x) for x in self.run_cli("rows", "--hex", NODE1_FSM).out.splitlines()]
        self.assertEqual(len(plain_rows), 8605)
        for a, b in zip(plain_rows, hex_rows):
            self.assertEqual(plain(a["key"]), bytes.fromhex(b["key_hex"]))
            self.assertEqual(plain(a["value"]), bytes.fromhex(b["value_hex"]))
            self.assertEqual((a["ts"], a["ts_ms"]), (b["ts"], b["ts_ms"]))

    def test_all_versions_are_all_rows(self):
        rows = [json.loads(x) for x in self.run_cli("rows", "--all-versions", NODE1_FSM).out.splitlines()]
        self.assertEqual(len(rows), 21515)
        self.assertEqual(sum(r["state"] == "live" for r in rows), 8605)
        self.assertEqual(sum(r["state"] == "deleted" for r in rows), 4261)
        self.assertEqual(sum(r["state"] == "raw" for r in rows), 3)

    def test_families_and_prefixes_are_parts_of_the_whole(self):
        whole = self.run_cli("rows", NODE1_FSM).out.splitlines()
        keys = [plain(json.loads(x)["key"]) for x in whole]
        for prefix in (b"!redis|str|", b"!hs|", b"!redis|str|b", b"!zs|mem|"):
            wanted = [line for key, line in zip(keys, whole) if key.startswith(prefix)]
            self.assertGreater(len(wanted), 0)
            self.assertEqual(self.run_cli("rows", "--prefix", prefix.decode(), NODE1_FSM).out.splitlines(), wanted)
            self.assertEqual(self.run_cli("rows", "--prefix-hex", prefix.hex(), NODE1_FSM).out.splitlines(), wanted)
        two = self.run_cli("rows", "--family", "!hs|fld|", "--family", "zs|mem", NODE1_FSM).out.splitlines()
        self.assertEqual(two, [line for key, line in zip(keys, whole) if key.startswith((b"!hs|fld|", b"!zs|mem|"))])


class Forms(CliTest):
    def rows(self, content, *options, code=0):
        run = self.run_cli("rows", *options, self.write("x.fsm", content), code=code)
        rows = [json.loads(line) for line in run.out.splitlines()]
        for r in rows:
            self.check_schema(r, "rows")
        return rows, run

    def test_a_row(self):
        rows, run = self.rows(snap.DELETED_STRING, "--at", str(snap.T0))
        self.assertEqual(rows, [{"key": "!redis|str|hello", "ts": str(snap.T0), "ts_ms": 1767225600000, "value": "world"}])
        self.assertEqual(list(rows[0]), ["key", "ts", "ts_ms", "value"])
        self.assertEqual(run.err, b"")

    def test_a_row_in_hex(self):
        rows, _ = self.rows(snap.DELETED_STRING, "--hex", "--at", str(snap.T0))
        self.assertEqual(rows[0]["key_hex"], b"!redis|str|hello".hex())
        self.assertEqual(rows[0]["value_hex"], b"world".hex())

    def test_deleted_is_gone(self):
        rows, _ = self.rows(snap.DELETED_STRING)
        self.assertEqual(rows, [])

    def test_all_versions(self):
        rows, _ = self.rows(snap.DELETED_STRING, "--all-versions")
        self.assertEqual([r["state"] for r in rows], ["deleted", "older", "raw"])
        self.assertTrue(rows[0]["deleted"])
        self.assertNotIn("value", rows[0])
        self.assertEqual(rows[1]["value"], "world")
        self.assertEqual(rows[2]["raw_key"], "_meta_last_commit_ts")

    def test_all_versions_at_an_earlier_time(self):
        rows, _ = self.rows(snap.DELETED_STRING, "--all-versions", "--at", str(snap.T0))
        self.assertEqual([r["state"] for r in rows], ["newer", "live", "raw"])

    def test_versions_that_are_not_adjacent(self):
        content = snap.fsm([(k, snap.value(b"%d" % i)) for i, k in enumerate(snap.INTERLEAVED_KEYS)])
        rows, _ = self.rows(content, "--hex")
        self.assertEqual([bytes.fromhex(r["value_hex"]) for r in rows], [b"0", b"1", b"2", b"4"])
        states, _ = self.rows(content, "--all-versions")
        self.assertEqual([r["state"] for r in states], ["live", "live", "live", "older", "live", "raw"])

    def test_expiry(self):
        content = snap.fsm([snap.row(b"k", snap.T0, b"v", expire_at=snap.T1), snap.row(b"n", snap.T0, b"v", expire_at=snap.T1 + 1)])
        rows, _ = self.rows(content)
        self.assertEqual([(r["key"], r["expire_at"], r["expire_at_ms"]) for r in rows],
                         [("n", str(snap.T1 + 1), (snap.T1 + 1) >> 16)])
        rows, _ = self.rows(content, "--all-versions")
        self.assertEqual([r["state"] for r in rows], ["raw", "expired", "live"])

    def test_bytes_that_are_not_text(self):
        content = snap.fsm([snap.row(b"\xff\x00", snap.T0, b"\x00\x80"), snap.row("é\u2028\"\\\n".encode(), snap.T0, b"")])
        rows, _ = self.rows(content)
        got = {plain(r["key"]): plain(r["value"]) for r in rows}
        self.assertEqual(got, {b"\xff\x00": b"\x00\x80", "é\u2028\"\\\n".encode(): b""})
        self.assertEqual([r["key"] for r in rows][1], {"base64": "_wA"})

    def test_large_values(self):
        # Sizes around the pieces in which large values are read; characters that straddle their borders.
        text = ("a" + "é€😀" * 200000).encode()
        bodies = {b"a": text, b"b": bytes(range(256)) * 5000 + b"\x01", b"c": text + b"\xe2\x82", b"d": b"x" * 1572864}
        content = snap.fsm([snap.row(k, snap.T0, v) for k, v in bodies.items()], footer=False, header=False)
        run = self.run_cli("rows", self.write("x", content))
        rows = [json.loads(line) for line in run.out.splitlines()]
        self.assertEqual({plain(r["key"]): plain(r["value"]) for r in rows}, bodies)
        self.assertEqual([isinstance(r["value"], str) for r in rows], [True, False, False, True])
        rows = [json.loads(line) for line in self.run_cli("rows", "--hex", self.path("x")).out.splitlines()]
        self.assertEqual({bytes.fromhex(r["key_hex"]): bytes.fromhex(r["value_hex"]) for r in rows}, bodies)

    def test_limit(self):
        content = snap.fsm([snap.row(b"k%d" % i, snap.T0, b"v") for i in range(9)])
        rows, _ = self.rows(content, "--limit", "3")
        self.assertEqual([r["key"] for r in rows], ["k0", "k1", "k2"])

    def test_nothing_matched(self):
        for options, text in ((["--prefix", "nope"], 'no row has the prefix "nope"'),
                              (["--prefix-hex", "00ff"], 'no row has the prefix "\\x00\\xff"'),
                              (["--family", "hs|fld"], "there is no row of the family !hs|fld|"),
                              (["--family", "!hs|fld|", "--family", "!zs|mem|"],
                               "there is no row of the families !hs|fld|, !zs|mem|"),
                              (["--family", "!hs|fld|", "--prefix", "!hs|fld|x"],
                               'no row of the family !hs|fld| has the prefix "!hs|fld|x"')):
            rows, run = self.rows(snap.fsm([snap.row(b"k", snap.T0)]), *options, code=3)
            self.assertEqual(rows, [])
            self.assertEqual(run.err.decode(), f"warning: nothing_matched: {text}\n")

    def test_a_prefix_is_of_the_key_and_not_of_its_timestamp(self):
        content = snap.fsm([snap.row(b"ab", snap.T0), snap.row(b"abc", snap.T0)])
        rows, _ = self.rows(content, "--prefix-hex", b"ab\xfe".hex(), code=3)
        self.assertEqual(rows, [])
        rows, _ = self.rows(content, "--prefix", "abc")
        self.assertEqual([r["key"] for r in rows], ["abc"])

    def test_damaged_rows_are_left_out_and_told(self):
        content = snap.fsm([snap.row(b"a", snap.T0, b"v"), snap.row(b"b", snap.T0, b"v", flags=4), (b"c", b"short"),
                            (snap.raw_key(b"d", snap.T0), b"1234567")])
        rows, run = self.rows(content, code=3)
        self.assertEqual([r["key"] for r in rows], ["a"])
        self.assertIn(b"damaged_rows", run.err)
        self.assertIn(b"3 times", run.err)
        self.assertIn(b"RowFlags", run.err)

    def test_encrypted_rows(self):
        content = snap.fsm([snap.encrypted(b"a", snap.T0), snap.encrypted(b"b", snap.T0, 9), snap.row(b"c", snap.T0, b"v")])
        rows, run = self.rows(content, code=2)
        self.assertEqual(rows, [])
        for word in (b"EncryptedRows", b"2 encrypted rows", b"key ids needed: 7, 9", b"--kek-file", b"--keys-file"):
            self.assertIn(word, run.err)
        rows, run = self.rows(content, "--salvage", code=3)
        self.assertEqual([r["key"] for r in rows], ["c"])
        self.assertIn(b"encrypted_rows", run.err)
        # Rows that are asked for and not encrypted can be had.
        rows, _ = self.rows(content, "--prefix", "c")
        self.assertEqual([r["key"] for r in rows], ["c"])

    def test_store_metadata_is_not_encrypted_like_the_row_before(self):
        content = snap.fsm([snap.encrypted(b"!redis|str|a", snap.T0)])
        rows, run = self.rows(content, code=2)
        self.assertIn(b"found 1 encrypted row,", run.err)
        rows, run = self.rows(content, "--json", "--salvage", "--all-versions", code=3)
        self.assertEqual([r.get("state") for r in rows[:-1]], ["raw"])
        self.assertEqual(rows[-1]["encrypted_rows"], 1)

    def test_summary_line(self):
        rows, run = self.rows(snap.fsm([snap.row(b"a", snap.T0, b"v")]), "--json")
        self.assertEqual((rows[-1]["schema"], rows[-1]["rows"], rows[-1]["exit_code"]), ("snaptree.rows/1", 1, 0))
        self.assertEqual(rows[-1]["read_ts"], str(snap.T1))
        rows, run = self.rows(snap.fsm([snap.encrypted(b"a", snap.T0)]), "--json", code=2)
        self.assertEqual((rows[-1]["error"]["code"], rows[-1]["exit_code"]), ("EncryptedRows", 2))
        self.assertEqual(self.errors(run)[0]["code"], "EncryptedRows")


class At(CliTest):
    def setUp(self):
        super().setUp()
        rows = [snap.row(b"k", snap.T0, b"old"), snap.row(b"k", snap.T1, b"new")]
        self.file = self.write("x.fsm", snap.fsm(rows, min_retained_ts=snap.T0))

    def value_at(self, at, *options, code=0):
        run = self.run_cli("rows", "--at", at, *options, self.file, code=code)
        return [json.loads(line)["value"] for line in run.out.splitlines()]

    def test_forms(self):
        for at, expected in ((str(snap.T0), "old"), (str(snap.T1), "new"), (str(snap.T1 - 1), "old"),
                             ("1767225600000", "old"), ("1767225600999", "old"), ("1767225601000", "new"),
                             ("2026-01-01T00:00:00Z", "old"), ("2026-01-01T00:00:00.999Z", "old"),
                             ("2026-01-01T00:00:01Z", "new"), ("2026-01-01T01:00:00+01:00", "old"),
                             ("2026-01-01 00:00:01Z", "new")):
            self.assertEqual(self.value_at(at), [expected], at)

    def test_no_timestamps(self):
        for at in ("0", "-1", "yesterday", "", "1e3", "2026-13-01T00:00:00Z", "18446744073709551616"):
            run = self.run_cli("rows", "--at", at, self.file, code=1)
            self.assertEqual(run.out, b"")

    def test_before_the_retained_window(self):
        run = self.run_cli("rows", "--at", str(snap.T0 - 1), self.file, code=2)
        self.assertIn(b"AtBeforeRetention", run.err)
        self.assertEqual(self.value_at(str(snap.T0 - 1), "--force", code=3), [])

    def test_after_the_last_commit(self):
        self.assertEqual(self.value_at("2030-01-01T00:00:00Z"), ["new"])


if __name__ == "__main__":
    unittest.main()

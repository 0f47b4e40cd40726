"""Snapshots that are bundles of tables (EKVSSTI1): every command reads them as it reads a stream of rows."""

import json
import os
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
from support.harness import SOURCE, CliTest

SST1_FSM = os.path.join(SOURCE, "testdata", "sst1", "0000000000000fa1.fsm.zst")
HELLO = "redis/db_0/strings/session%3A1.bin"
PEERS = ("--peers", "n1=127.0.0.1:12001")


class Bundles(CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.content = subprocess.run(["zstd", "-dcq", SST1_FSM], check=True, capture_output=True).stdout

    def setUp(self):
        super().setUp()
        self.fsm = self.write("0000000000000fa1.fsm", self.content)

    def damaged(self, name, at):
        changed = bytearray(self.content)
        changed[at] ^= 0x10
        return self.write(name, bytes(changed))

    def test_inspect(self):
        for options in ((), ("--detail",)):
            document = self.document(self.run_cli("inspect", "--json", *options, self.fsm), "inspect")
            text = json.dumps(document)
            self.assertIn("EKVTHLC1+EKVSSTI1", text)
            self.assertIn("25811", text)

    def test_records(self):
        tree = self.path("tree")
        self.run_cli("decode", self.fsm, "-o", tree)
        self.run_cli("diff", self.fsm, tree)
        with open(os.path.join(tree, HELLO), "rb") as file:
            expected = file.read()
        index = self.path("index")
        for _ in range(2):  # makes the index, and uses it
            run = self.run_cli("get", self.fsm, HELLO, "--index", index)
            self.assertEqual(run.out, expected)
        self.assertTrue(os.path.exists(index))
        listed = self.run_cli("ls", self.fsm).out.splitlines()
        self.assertIn(HELLO.encode(), listed)
        self.assertEqual(self.run_cli("ls", tree).out.splitlines(), listed)
        self.run_cli("verify", self.fsm)

    def test_rows(self):
        rows = self.run_cli("rows", "--hex", "--all-versions", self.fsm).out.splitlines()
        self.assertEqual(self.run_cli("rows", "--hex", "--all-versions", "-", stdin=self.content).out.splitlines(), rows)
        self.assertGreater(len(rows), 25000)

    def test_restore_keeps_its_bytes(self):
        data = self.path("data")
        self.run_cli("restore", self.fsm, "--data-dir", data, *PEERS)
        with open(os.path.join(data, "fsm-snap", "0000000000000fa1.fsm"), "rb") as file:
            self.assertEqual(file.read(), self.content)
        again = self.path("again")
        run = self.run_cli("restore", self.fsm, "--data-dir", again, *PEERS, "--drop-applied-index", code=1)
        self.assertIn(b"[DropNeedsRowStream]", run.err)
        self.assertFalse(os.path.exists(again))

    def test_damage_is_told_and_salvage_reads_the_rest(self):
        bad = self.damaged("bad.fsm", len(self.content) // 2)
        out = self.path("out")
        run = self.run_cli("decode", bad, "-o", out, code=2)
        self.assertIn(b"one flipped bit would explain it all", run.err)
        self.assertIn(b"in table 000000.sst", run.err)
        self.assertFalse(os.path.exists(out))
        self.run_cli("verify", bad, code=2)
        run = self.run_cli("decode", bad, "-o", out, "--salvage", code=3)
        self.assertIn(b"BlockChecksum", run.err)
        with open(os.path.join(out, HELLO), "rb") as file:
            self.assertTrue(file.read())

    def test_a_broken_manifest_cannot_be_salvaged(self):
        bad = self.damaged("bad.fsm", self.content.index(b"entry_count"))
        run = self.run_cli("decode", bad, "-o", self.path("out"), "--salvage", code=2)
        self.assertIn(b"--salvage cannot read them", run.err)


if __name__ == "__main__":
    unittest.main(verbosity=0)

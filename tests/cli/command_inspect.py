"""snaptree inspect: what its report and its document say."""

import json
import os
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
from support import snapshots as snap
from support.harness import NODE1_FSM, CliTest


CLASSES = ("live", "older", "newer", "deleted", "expired", "damaged", "metadata", "unknown")


class Node(CliTest):
    """The figures that testdata/README.md gives."""

    def test_report(self):
        run = self.run_cli("inspect", NODE1_FSM)
        self.assertEqual(run.err, b"")
        text = run.out.decode()
        for part in ("checksum ok (crc32c eb992932)", "raft index          3801", "EKVTHLC1+EKVPBBL1, not encrypted",
                     "2026-11-21 07:58:24.955 UTC (HLC 117653366699131022)", "oldest commit       2026-11-21 07:57:02.871",
                     "rows 21,515 = live 8,605 + older 8,646 + deleted 4,261 + store metadata 3",
                     "next: snaptree decode " + NODE1_FSM, "\n  redis", "\n  !hs|fld|"):
            self.assertIn(part, text)
        tables = text[text.index("  adapter"):text.index("  rows")]
        self.assertLessEqual(max(map(len, tables.splitlines())), 80)

    def test_document(self):
        document = self.document(self.run_cli("inspect", "--json", NODE1_FSM), "inspect")
        rows = document["rows"]
        self.assertEqual((rows["total"], rows["live"], rows["deleted"], rows["metadata"]), (21515, 8605, 4261, 3))
        self.assertEqual(rows["total"], sum(rows[k] for k in CLASSES))
        for part in ("adapters", "families"):
            self.assertEqual(sum(x["rows"] for x in document[part]), 21515)
        self.assertEqual(document["snapshot_index"], 0xED9)
        self.assertEqual(int(document["read_ts"]) >> 16, document["read_ts_ms"])

    def test_document_at_a_time(self):
        document = self.document(self.run_cli("inspect", "--json", "--at", "2026-11-21T07:57:30Z", NODE1_FSM), "inspect")
        self.assertGreater(document["rows"]["newer"], 0)
        self.assertEqual(document["rows"]["total"], 21515)

    def test_estimate_and_adapters_are_those_of_decode(self):
        inspected = self.document(self.run_cli("inspect", "--json", NODE1_FSM), "inspect")
        decoded = self.document(self.run_cli("decode", "--dry-run", "--json", NODE1_FSM), "decode")
        files = decoded["tree"]["files"]
        self.assertLess(abs(inspected["estimate"]["files"] - files), files // 10)


class Small(CliTest):
    def inspect(self, content, code=0):
        path = self.write("x.fsm", content)
        text = self.run_cli("inspect", path, code=code).out.decode()
        return text, self.document(self.run_cli("inspect", "--json", path, code=code), "inspect")

    def test_origins(self):
        rows = [snap.row(b"k", snap.T0, b"v")]
        for content, origin, code in ((snap.fsm(rows), "a node, as a finished snapshot", 0),
                                      (snap.fsm(rows, footer=False), "without the footer", 3),
                                      (snap.fsm(rows, header=False), "an old node", 0),
                                      (snap.fsm(rows, header=False, footer=False), "an encoder", 0)):
            self.assertIn(origin, self.inspect(content, code)[0])

    def test_retained_window(self):
        text, document = self.inspect(snap.fsm([snap.row(b"k", snap.T1, b"v")], min_retained_ts=snap.T0))
        self.assertIn("--at reaches back   to 2026-01-01 00:00:00.000 UTC", text)
        self.assertEqual(document["min_retained_ts"], str(snap.T0))

    def test_encrypted(self):
        text, document = self.inspect(snap.fsm([snap.encrypted(b"a", snap.T0), snap.encrypted(b"b", snap.T0, 9)]))
        self.assertIn("2 rows ENCRYPTED (key ids 7, 9)", text)
        self.assertEqual((document["rows"]["encrypted"], document["encryption_key_ids"]), (2, [7, 9]))

    def test_how_far_before_the_last_commit(self):
        later = snap.T1 + (125 * 60 * 1000 << 16)
        path = self.write("x.fsm", snap.fsm([snap.row(b"k", ts, b"v") for ts in (snap.T0, snap.T1, later - (1 << 16), later)],
                                            last_commit_ts=later))
        for at, text in ((snap.T1, "2 h 5 min before the last commit"), (later - (1 << 16), "1 ms before the last commit")):
            self.assertIn(text, self.run_cli("inspect", "--at", str(at), path).out.decode())
        for options in ([], ["--at", str(later)], ["--at", str(later + 1)]):
            self.assertNotIn(b"before the last commit", self.run_cli("inspect", *options, path).out)

    def test_one_is_no_plural(self):
        text, _ = self.inspect(snap.fsm([snap.encrypted(b"a", snap.T0)]))
        self.assertIn("1 row ENCRYPTED (key id 7)", text)

    def test_unknown_rows(self):
        text, document = self.inspect(snap.fsm([snap.row(b"!s3|new|x", snap.T0), snap.row(b"k", snap.T0)]), 3)
        self.assertIn("warning: unknown_rows: ", text)
        self.assertIn("+ unknown 1", text)
        self.assertEqual(document["rows"]["unknown"], 1)

    def test_versions_of_an_unknown_key_are_what_they_are(self):
        """Only the newest one is unknown, and decode says the same."""
        count = 3000
        path = self.write("x.fsm", snap.fsm([snap.row(b"!hs|new|x", snap.T0 + i, b"v") for i in range(count)] +
                                            [snap.tombstone(b"!hs|new|y", snap.T0), snap.row(b"k", snap.T0)]))
        text = self.run_cli("inspect", path, code=3).out.decode()
        self.assertIn("rows 3,003 = live 1 + older 2,999 + deleted 1 + unknown 1 + store metadata 1", text)
        inspected = self.document(self.run_cli("inspect", "--json", path, code=3), "inspect")
        rows = inspected["rows"]
        self.assertEqual(rows["total"], sum(rows[k] for k in CLASSES))
        warning, = (f for f in inspected["findings"] if f["code"] == "unknown_rows")
        self.assertEqual(warning["count"], 1)
        decoded = self.document(self.run_cli("decode", "-n", "--json", path, code=3), "decode")
        for name, its in (("total", "total"), ("older", "older_version"), ("deleted", "tombstone"), ("unknown", "unknown")):
            self.assertEqual(rows[name], decoded["rows"][its], name)
        self.assertEqual(rows["live"], decoded["rows"]["emitted"])

    def test_deleted_unknown_rows_are_no_warning(self):
        text, document = self.inspect(snap.fsm([snap.tombstone(b"!hs|new|x", snap.T1), snap.row(b"!hs|new|x", snap.T0)]))
        self.assertIn("= live 0 + older 1 + deleted 1 + store metadata 1", text)
        self.assertEqual((document["rows"]["unknown"], document["exit_code"]), (0, 0))
        self.run_cli("decode", "-n", self.path("x.fsm"))

    def test_damaged_rows(self):
        text, document = self.inspect(snap.fsm([snap.row(b"!redis|str|x", snap.T0, flags=8), snap.row(b"k", snap.T0)]), 2)
        self.assertIn("warning: damaged_rows: ", text)
        self.assertIn("RowFlags", text)
        self.assertEqual(document["damaged"][0]["code"], "RowFlags")
        self.assertEqual(document["damaged"][0]["family"], "!redis|str|")

    def test_hostile_names_do_not_reach_the_terminal(self):
        content = snap.fsm([snap.row(b"\x1b[31m\x07", snap.T0, flags=8)])
        run = self.run_cli("inspect", self.write("\x1b[1m.fsm", content), code=2)
        self.assertNotIn(b"\x1b", run.out)
        self.assertNotIn(b"\x07", run.out)

    def test_the_next_line_can_be_pasted(self):
        path = self.write("it's a file.fsm", snap.fsm([snap.row(b"k", snap.T0, b"v")]))
        text = self.run_cli("inspect", path).out.decode()
        line = next(x for x in text.splitlines() if x.startswith("next: "))[len("next: "):]
        line = line.replace("snaptree", os.environ["SNAPTREE"], 1).replace("-o dump", "-o " + self.path("dump"))
        subprocess.run(["sh", "-c", line], check=True)
        self.assertIn("CHECKSUMS", self.names(self.path("dump")))

    def test_several(self):
        paths = [self.write(n, snap.fsm([snap.row(b"k", snap.T0, b"v")])) for n in ("a.fsm", "b.fsm")]
        document = self.document(self.run_cli("inspect", "--json", *paths), "inspect")
        self.assertEqual([i["path"] for i in document["inputs"]], paths)
        # A pattern of names may match one file: the same place then too.
        document = self.document(self.run_cli("inspect", "--json", paths[0]), "inspect")
        only = document["inputs"][0]
        self.assertEqual((len(document["inputs"]), only["path"]), (1, paths[0]))
        self.assertEqual(only, {name: document[name] for name in only})
        text = self.run_cli("inspect", *paths).out.decode()
        self.assertLess(text.index("a.fsm"), text.index("b.fsm"))

    def test_names_that_are_not_text(self):
        path = os.fsencode(self.folder) + b"/\xff.fsm"
        with open(path, "wb") as file:
            file.write(snap.fsm([snap.row(b"k", snap.T0, b"v")]))
        document = json.loads(self.run_cli("inspect", "--json", path).out)
        self.assertTrue(document["path"].endswith("\\xff.fsm"))


if __name__ == "__main__":
    unittest.main()

"""snaptree get: the bytes of one record from snapshots, trees and archives, and what it says when there is none."""

import json
import os
import pty
import subprocess
import sys
import tarfile
import unittest

sys.dont_write_bytecode = True
from support import snapshots as snap
from support.harness import NODE1_FSM, PROGRAM, CliTest, environment

HELLO = "redis/db_0/strings/hello.bin"


class Get(CliTest):
    def setUp(self):
        super().setUp()
        rows = [snap.row(b"!redis|str|" + key, snap.T0, b"of \x00" + key) for key in (b"hello", b"help", b"other")]
        rows.append(snap.row(b"!redis|str|hello", snap.T1, b"world"))
        rows.append(snap.row(b"!redis|str|text", snap.T0, b"plain text"))
        self.content = snap.fsm(sorted(rows))
        self.fsm = self.write("x.fsm", self.content)

    def test_the_bytes_and_nothing_else(self):
        run = self.run_cli("get", self.fsm, HELLO)
        self.assertEqual((run.out, run.err), (b"world", b""))
        run = self.run_cli("get", self.fsm, HELLO, "--at", str(snap.T0), "--json")
        self.assertEqual((run.out, run.err), (b"of \x00hello", b""))
        run = self.run_cli("get", "-", HELLO, "-o", "-", stdin=self.content)
        self.assertEqual((run.out, run.err), (b"world", b""))

    def test_a_file_as_output(self):
        out = self.path("out.bin")
        run = self.run_cli("get", self.fsm, HELLO, "-o", out)
        self.assertEqual((run.out, run.err), (b"", b""))
        with open(out, "rb") as file:
            self.assertEqual(file.read(), b"world")
        run = self.run_cli("get", self.fsm, HELLO, "-o", out, code=1)
        self.assertIn(b"[OutputExists]", run.err)
        self.run_cli("get", self.fsm, "redis/db_0/strings/text.bin", "-o", out, "--force")
        with open(out, "rb") as file:
            self.assertEqual(file.read(), b"plain text")
        # What was there stays when there is nothing to put in its place.
        self.run_cli("get", self.fsm, "redis/db_0/strings/nobody.bin", "-o", out, "--force", code=3)
        with open(out, "rb") as file:
            self.assertEqual(file.read(), b"plain text")
        self.assertIn(b"[OutputHoldsInput]",
                      self.run_cli("get", self.fsm, HELLO, "-o", self.fsm, "--force", code=1).err)
        self.assertEqual(self.names(), ["out.bin", "x.fsm"])

    def test_no_such_record(self):
        run = self.run_cli("get", self.fsm, "redis/db_0/strings/hellp.bin", code=3)
        self.assertEqual(run.out, b"")
        self.assertIn(b"[NoSuchRecord]", run.err)
        nearest = run.err.splitlines()[-1]
        self.assertTrue(nearest.startswith(b"next: did you mean: "), run)
        for name in ("hello", "help"):
            self.assertIn(f"redis/db_0/strings/{name}.bin".encode(), nearest)
        out = self.path("none.bin")
        self.run_cli("get", self.fsm, "redis/db_0/strings/hellp.bin", "-o", out, code=3)
        self.assertFalse(os.path.exists(out))
        error, = self.errors(self.run_cli("get", "--json", self.fsm, "s3/none", code=3))
        self.assertEqual((error["code"], error["address"]), ("NoSuchRecord", "s3/none"))
        for folder in ("redis", "redis/db_0", "redis/db_0/strings", "nonsense", "CHECKSUMS"):
            self.assertIn(b"[NoSuchRecord]", self.run_cli("get", self.fsm, folder, code=3).err)

    def test_addresses_that_cannot_be(self):
        run = self.run_cli("get", self.fsm, "./" + HELLO, code=1)
        self.assertIn(b"[AddressInvalid]", run.err)
        self.assertIn(b"did you mean " + HELLO.encode(), run.err)
        run = self.run_cli("get", self.fsm, "redis/db_0/", code=1)
        self.assertIn(b"snaptree ls WHAT 'redis/db_0'", run.err)
        # It is no pattern.
        self.run_cli("get", self.fsm, "redis/db_0/strings/h*.bin", code=3)

    def test_binary_is_not_for_a_terminal(self):
        for name, shown in (("text", True), ("help", False)):
            ours, theirs = pty.openpty()
            run = subprocess.run([PROGRAM, "get", self.fsm, f"redis/db_0/strings/{name}.bin"], stdout=theirs,
                                 stderr=subprocess.PIPE, env=environment(), timeout=60)
            os.close(theirs)
            if shown:
                self.assertEqual((run.returncode, os.read(ours, 100)), (0, b"plain text"))
            else:
                self.assertEqual(run.returncode, 1)
                self.assertIn(b"[OutputIsTerminal]", run.stderr)
            os.close(ours)

    def test_an_index(self):
        index = self.path("x.index")
        run = self.run_cli("get", self.fsm, HELLO, "--index", index, "-v")
        self.assertIn(b"the index was written to " + index.encode(), run.err)
        run = self.run_cli("get", self.fsm, HELLO, "--index", index, "-v")
        self.assertEqual(run.out, b"world")
        self.assertIn(b"the index was read from " + index.encode(), run.err)
        self.assertIn(b"only the rows of the record were read", run.err)
        self.run_cli("get", self.fsm, "redis/db_0/strings/none.bin", "--index", index, code=3)
        run = self.run_cli("get", self.fsm, HELLO, "--index", self.fsm, code=1)
        self.assertIn(b"[NotAnIndex]", run.err)
        run = self.run_cli("get", "-", HELLO, "--index", index, "-v", stdin=self.content)
        self.assertEqual(run.out, b"world")
        run = self.run_cli("get", self.fsm, HELLO, "--index", self.path("none", "x"), code=3)
        self.assertEqual(run.out, b"world")
        self.assertIn(b"index_not_written: ", run.err)
        self.assertIn(b"[IndexNotKept]", run.err)
        # The next step is about the option, not about the input.
        run = self.run_cli("get", self.fsm, HELLO, "--index", self.folder, code=1)
        self.assertIn(b"[NotAnIndex]", run.err)
        self.assertIn(b"name another file with --index", run.err)
        self.assertNotIn(b"data directory", run.err)

    def test_damage(self):
        at = self.content.index(b"world")
        broken = self.write("broken.fsm", self.content[:at] + b"W" + self.content[at + 1:])
        run = self.run_cli("get", broken, "redis/db_0/strings/text.bin", code=2)
        self.assertEqual(run.out, b"")
        self.assertIn(b"[FsmChecksum]", run.err)
        run = self.run_cli("get", broken, "redis/db_0/strings/text.bin", "--salvage", code=3)
        self.assertEqual(run.out, b"plain text")
        lost = self.write("lost.fsm", snap.fsm(sorted([
            snap.row(b"!redis|hash|h", snap.T0, b"no blob"), snap.row(b"!redis|str|s", snap.T0, b"good")])))
        run = self.run_cli("get", lost, "redis/db_0/hashes/h.json", code=3)
        self.assertIn(b"[RecordLost]", run.err)
        self.assertEqual(self.run_cli("get", lost, "redis/db_0/strings/s.bin").err, b"")
        self.assertIn(b"[NotFound]", self.run_cli("get", self.path("none.fsm"), HELLO, code=1).err)

    def test_damage_of_others_is_none_of_it(self):
        begin = b"k" * 80
        rows = [snap.row(b"!redis|str|" + begin + b"%04d" % i + b"x" * 200, snap.T0, b"v") for i in range(1100)]
        rows.append(snap.row(b"!hs|fld|junk", snap.T0, b"x"))
        rows.append(snap.row(b"!redis|str|bad", snap.T0, b"x", flags=0x80))
        content = snap.fsm(sorted(rows))
        fsm = self.write("many.fsm", content)
        listed = self.run_cli("ls", fsm, "redis/db_0/strings", code=None).out.decode().split()
        address = next(word for word in reversed(listed) if word.startswith("redis/"))
        for run in (self.run_cli("get", fsm, address), self.run_cli("get", "-", address, stdin=content)):
            self.assertEqual((run.out, run.err), (b"v", b""))

    def test_a_sentence_whenever_it_is_3(self):
        plain = self.write("plain.fsm", self.content[:-4])
        run = self.run_cli("get", plain, HELLO, code=3)
        self.assertIn(b"no_checksum: ", run.err)
        self.assertIn(b"[RecordIncomplete]", run.err)
        run = self.run_cli("get", "-q", plain, HELLO, code=3)
        self.assertEqual(run.out, b"world")
        self.assertIn(b"found no_checksum [RecordIncomplete]", run.err)
        error, = self.errors(self.run_cli("get", "--json", plain, HELLO, code=3))
        self.assertEqual((error["code"], error["found"], error["exit_code"]), ("RecordIncomplete", "no_checksum", 3))
        error, = self.errors(self.run_cli("get", "--json", self.fsm, "s3/none", code=3))
        self.assertEqual(error["exit_code"], 3)

    def test_a_folder_is_told_from_what_is_not_there(self):
        rows = [snap.row(b"!redis|str|a", snap.T0, b"v")]
        for bucket in (b"photos", b"videos"):
            segment = bucket + b"\0\1"
            rows.append(snap.row(b"!s3|bucket|gen|" + segment, snap.T0, b"\0" * 7 + b"\1"))
            rows.append(snap.row(b"!s3|bucket|meta|" + segment, snap.T0,
                                 b'{"bucket_name":"' + bucket + b'","generation":1}'))
        fsm = self.write("s3.fsm", snap.fsm(sorted(rows)))
        tree = self.path("tree")
        self.run_cli("decode", fsm, "-o", tree, code=None)
        archive = self.path("tree.tar")
        with tarfile.open(archive, "w") as tar:
            tar.add(tree, ".")
        for what in (fsm, tree, archive):
            for folder in ("s3/photos", "s3", "redis", "redis/db_0"):
                run = self.run_cli("get", what, folder, code=3)
                self.assertIn(f"snaptree ls {what} '{folder}'".encode(), run.err)
                self.assertNotIn(b"did you mean", run.err)
            run = self.run_cli("get", what, "s3/photo", code=3)
            self.assertNotIn(b"photos/,", run.err)
            self.assertNotIn(b"/\n", run.err)

    def test_a_document_beside_a_file(self):
        out = self.path("out.bin")
        document = self.document(self.run_cli("get", "--json", self.fsm, HELLO, "-o", out), "get")
        expected = {"schema": "snaptree.get/1", "input": self.fsm, "address": HELLO, "output": out, "found": True,
                    "complete": True, "bytes": 5, "scope": "record", "index": "none", "nearest": [], "findings": [],
                    "exit_code": 0}
        self.assertEqual(document, expected)
        plain = self.write("plain.fsm", self.content[:-4])
        index = self.path("x.index")
        run = self.run_cli("get", "--json", plain, HELLO, "-o", out, "--force", "--index", index, code=3)
        document = self.document(run, "get")
        self.assertEqual((document["found"], document["complete"], document["index"]), (True, False, "made"))
        self.assertEqual([f["code"] for f in document["findings"]], ["no_checksum"])
        self.assertEqual((document["error"]["code"], document["exit_code"]), ("RecordIncomplete", 3))
        run = self.run_cli("get", "--json", self.fsm, HELLO + "x", "-o", self.path("none"), code=3)
        document = self.document(run, "get")
        self.assertEqual((document["found"], document["bytes"], document["exit_code"]), (False, 0, 3))
        self.assertIn(HELLO, document["nearest"])
        document = self.document(self.run_cli("get", "--json", self.fsm, HELLO, "-o", out, code=1), "get")
        self.assertEqual((document["error"]["code"], document["exit_code"]), ("OutputExists", 1))
        # Without -o the record is what standard output is for.
        run = self.run_cli("get", "--json", self.fsm, HELLO)
        self.assertEqual((run.out, run.err), (b"world", b""))

    def test_trees_and_archives(self):
        tree, bundle = self.path("tree"), self.path("bundle")
        self.run_cli("decode", self.fsm, "-o", tree)
        self.run_cli("decode", self.fsm, "-o", bundle, "--layout", "jsonl")
        archives = []
        for name, source in (("tree.tar", tree), ("bundle.tar", bundle)):
            archives.append(self.path(name))
            with tarfile.open(archives[-1], "w") as tar:
                tar.add(source, ".")
        for what in (tree, bundle, *archives):
            run = self.run_cli("get", what, HELLO)
            self.assertEqual((run.out, run.err), (b"world", b""), what)
            run = self.run_cli("get", what, "redis/db_0/strings/hellp.bin", code=3)
            self.assertIn(b"redis/db_0/strings/help.bin", run.err, what)
            self.assertIn(b"[AtNeedsSnapshot]", self.run_cli("get", what, HELLO, "--at", str(snap.T0), code=1).err)
        with open(os.path.join(tree, HELLO), "wb") as file:
            file.write(b"edited")
        run = self.run_cli("get", tree, HELLO, code=3)
        self.assertEqual(run.out, b"edited")
        self.assertIn(b"checksum_mismatch: ", run.err)
        os.remove(os.path.join(tree, HELLO))
        os.symlink("/etc/passwd", os.path.join(tree, HELLO))
        self.assertIn(b"[UnsafePath]", self.run_cli("get", tree, HELLO, code=2).err)

    def test_node1_from_each_kind(self):
        index = self.path("n.index")
        listed = self.run_cli("ls", NODE1_FSM, "--json").out.splitlines()
        addresses = [json.loads(line)["address"] for line in listed[:-1] if b'"address"' in line]
        tree = self.path("tree")
        self.run_cli("decode", NODE1_FSM, "-o", tree, code=None)
        fsm = self.path("n.fsm")
        subprocess.run(["zstd", "-dqo", fsm, NODE1_FSM], check=True)
        for address in addresses[::40]:
            if not isinstance(address, str) or address == "MANIFEST.json":
                continue
            with open(os.path.join(tree, address), "rb") as file:
                expected = file.read()
            for threads in ("1", "4"):
                run = self.run_cli("get", fsm, address, "--index", index, "--threads", threads)
                self.assertEqual((run.out, run.err), (expected, b""), address)


if __name__ == "__main__":
    unittest.main()

"""snaptree encode: what it says, what it leaves, and which calls it takes."""

import json
import os
import shutil
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
from support import snapshots as snap
from support.harness import NODE1_FSM, CliTest


def tree(folder):
    """Every file of a tree but those that tell of the run that made it."""
    found = {}
    for base, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(base, name)
            relative = os.path.relpath(path, folder)
            if relative not in ("MANIFEST.json", "CHECKSUMS"):
                with open(path, "rb") as file:
                    found[relative] = file.read()
    return found


class EncodeTest(CliTest):
    """Of a small tree that decode made."""

    def setUp(self):
        super().setUp()
        self.file = self.write("x.fsm", snap.fsm([snap.row(b"!redis|str|hello", snap.T0, b"\xff\x01\x00world"),
                                                  snap.row(b"plain", snap.T0, b"raw")]))
        self.tree = self.path("tree")
        self.out = self.path("out.fsm")
        self.run_cli("decode", self.file, "-o", self.tree)

    def edit(self, name, content):
        os.makedirs(os.path.dirname(os.path.join(self.tree, name)), exist_ok=True)
        with open(os.path.join(self.tree, name), "wb") as file:
            file.write(content)


class Clean(EncodeTest):
    def test_silent_when_nobody_looks(self):
        run = self.run_cli("encode", self.tree, "-o", self.out)
        self.assertEqual((run.out, run.err), (b"", b""))
        self.assertEqual(self.names(), ["out.fsm", "out.fsm.encode_info.json", "tree", "x.fsm"])
        self.assertEqual(os.stat(self.out).st_mode & 0o777, 0o600)
        self.run_cli("decode", self.out, "-o", self.path("again"))
        self.assertEqual(tree(self.path("again")), tree(self.tree))

    def test_details(self):
        run = self.run_cli("encode", "-v", self.tree, "-o", self.out)
        self.assertEqual(run.out, b"")
        for part in (b"encoded to " + self.out.encode(), b"redis 1   rawkv 1", b"self-test: decoded again",
                     b"load it:  snaptree restore " + self.out.encode()):
            self.assertIn(part, run.err)
        self.assertTrue(run.err.endswith(b": complete, self-test passed (exit 0)\n"))

    def test_document(self):
        run = self.run_cli("encode", "--json", self.tree, "-o", self.out)
        document = self.document(run, "encode")
        self.assertEqual(document["commit_ts"], str(snap.T0 + 65536000))
        self.assertEqual(document["snapshot"]["rows"], 2)
        self.assertTrue(document["self_test"]["matched"])
        with open(self.out, "rb") as file:
            sums = subprocess.run(["sha256sum"], stdin=file, capture_output=True, check=True).stdout
        self.assertEqual(sums.split()[0].decode(), document["snapshot"]["sha256"])
        with open(self.out + ".encode_info.json", encoding="utf-8") as file:
            self.assertEqual(json.load(file)["output_fsm_sha256"], document["snapshot"]["payload_sha256"])

    def test_to_standard_output(self):
        run = self.run_cli("encode", self.tree, "-o", "-")
        self.run_cli("encode", self.tree, "-o", self.out)
        with open(self.out, "rb") as file:
            self.assertEqual(file.read(), run.out)
        self.assertIn(b"OptionConflict", self.run_cli("encode", self.tree, "-o", "-", "--json", code=1).err)

    def test_from_an_archive(self):
        for name, command in (("t.tar", ["tar", "-cf"]), ("t.tar.zst", ["tar", "--zstd", "-cf"])):
            subprocess.run([*command, self.path(name), "-C", self.tree, "."], check=True)
            self.run_cli("encode", self.path(name), "-o", self.path(name + ".fsm"))
        self.run_cli("encode", self.tree, "-o", self.out)
        contents = set()
        for name in ("out.fsm", "t.tar.fsm", "t.tar.zst.fsm"):
            with open(self.path(name), "rb") as file:
                contents.add(file.read())
        self.assertEqual(len(contents), 1)

    def test_the_flags_of_the_go_tools(self):
        self.run_cli("encode", "-input", self.tree, "-output", self.out, "-adapter", "Redis,RAWKV", "-self-test",
                     "-scratch-root", self.folder)
        run = self.run_cli("encode", "--input", self.tree, "--output", self.path("p"), "--container=payload")
        self.assertEqual(run.err, b"")
        with open(self.out, "rb") as file, open(self.path("p"), "rb") as payload:
            self.assertEqual(file.read()[16:-4], payload.read())

    def test_a_real_node(self):
        self.run_cli("decode", NODE1_FSM, "-o", self.path("node"))
        document = self.document(self.run_cli("encode", "--json", self.path("node"), "-o", self.path("node.fsm"),
                                              "--memory", "16M", "--threads", "3"), "encode")
        self.assertEqual({a["name"]: a["records"] for a in document["adapters"]},
                         {"redis": 726, "dynamodb": 127, "s3": 231, "sqs": 84, "rawkv": 13, "fs": 109})
        self.assertEqual(document["findings"], [])
        self.run_cli("decode", self.path("node.fsm"), "-o", self.path("again"))
        self.assertEqual(tree(self.path("again")), tree(self.path("node")))


class Wrong(EncodeTest):
    def test_all_errors_with_path_and_next_step(self):
        self.edit("redis/db_0/strings/hello.bin", b"changed")
        self.edit("redis/db_0/hashes/h.json", b'{"format_version": 1, "fields": [')
        self.edit("rawkv/data.jsonl", b'{"key":"plain","value":"raw"}\n{"key":"plain","value":"twice"}\n')
        self.edit("notes.txt", b"")
        run = self.run_cli("encode", self.tree, "-o", self.out, code=2)
        for part in (b"redis/db_0/strings/hello.bin: the file is not what CHECKSUMS says",
                     b"redis/db_0/hashes/h.json", b"rawkv/data.jsonl: line 1", b"line 2", b"[DuplicateKey]",
                     b"notes.txt", b"next: your own edit?  snaptree seal TREE"):
            self.assertIn(part, run.err)
        self.assertRegex(run.err.decode().splitlines()[-1], r"^snaptree: .*tree: \d+ errors in .* \(exit 2\)$")
        self.assertEqual(self.names(), ["tree", "x.fsm"])
        document = self.document(self.run_cli("encode", "--json", self.tree, "-o", self.out, code=2), "encode")
        self.assertIsNone(document["snapshot"])
        self.assertGreaterEqual(document["error_count"], 6)
        self.assertTrue(all(e["source"] for e in document["errors"]))

    def test_an_edit_needs_a_seal(self):
        self.edit("redis/db_0/strings/hello.bin", b"edited")
        self.run_cli("encode", self.tree, "-o", self.out, code=2)
        self.run_cli("seal", self.tree)
        self.run_cli("encode", self.tree, "-o", self.out)
        self.run_cli("decode", self.out, "-o", self.path("again"))
        self.assertEqual(tree(self.path("again"))["redis/db_0/strings/hello.bin"], b"edited")

    def test_no_tree(self):
        os.remove(os.path.join(self.tree, "MANIFEST.json"))
        self.assertIn(b"[ManifestMissing]", self.run_cli("encode", self.tree, "-o", self.out, code=2).err)
        self.assertIn(b"[NotFound]", self.run_cli("encode", self.path("none"), "-o", self.out, code=1).err)
        self.run_cli("encode", self.file, "-o", self.out, code=1)

    def test_a_full_disk(self):
        run = self.run_cli("encode", self.tree, "-o", "/dev/full", code=None)
        self.assertIn(run.code, (1, 4))
        with open("/dev/full", "wb") as full:
            done = subprocess.run([os.environ["SNAPTREE"], "encode", self.tree, "-o", "-"], stdout=full,
                                  stderr=subprocess.PIPE, check=False)
        self.assertEqual((done.returncode, b"[NoSpace]" in done.stderr), (4, True))

    def test_wrong_calls(self):
        for arguments, code in (
                ((), b"[ArgumentMissing]"),
                ((self.tree,), b"[ArgumentMissing]"),
                ((self.tree, "--input", self.tree, "-o", self.out), b"[OptionConflict]"),
                ((self.tree, "-o", ""), b"[OptionValue]"),
                ((self.tree, "-o", self.out, "--last-commit-ts", "0xffZZ"), b"[OptionValue]"),
                ((self.tree, "-o", self.out, "--last-commit-ts", ""), b"[OptionValue]"),
                ((self.tree, "-o", self.out, "--last-commit-ts", " 100 ext"), b"[OptionValue]"),
                ((self.tree, "-o", self.out, "--last-commit-ts", "-1"), b"[OptionValue]"),
                ((self.tree, "-o", self.out, "--adapter", "mysql"), b"[UnknownAdapter]"),
                ((self.tree, "-o", self.out, "--container", "zip"), b"[OptionValue]"),
                ((self.tree, "-o", self.out, "--payload", "--container", "fsm"), b"[OptionConflict]"),
                ((self.tree, "-o", self.out, "--self-test", "--no-self-test"), b"[OptionConflict]"),
                ((self.tree, "-o", self.out, "--ddb-generation", "0"), b"[OptionValue]"),
                ((self.tree, "-o", os.path.join(self.tree, "x")), b"[OutputInsideInput]"),
                ((self.tree, "-o", self.path("none", "x")), b"[NotFound]")):
            run = self.run_cli("encode", *arguments, code=1)
            self.assertIn(code, run.err, arguments)
        self.assertEqual(self.names(), ["tree", "x.fsm"])

    def test_timestamps(self):
        run = self.run_cli("encode", self.tree, "-o", self.out, "--last-commit-ts", "5", code=2)
        self.assertIn(b"[HlcBackwards]", run.err)
        later = snap.T0 + (1 << 30)
        self.run_cli("encode", self.tree, "-o", self.out, "--last-commit-ts", f" {hex(later)} ")
        rows = self.run_cli("rows", self.out).out.splitlines()
        self.assertEqual(json.loads(rows[0])["ts"], str(later))


class Interrupted(EncodeTest):
    def test_dry_run_leaves_nothing(self):
        self.run_cli("encode", "-n", self.tree)
        self.run_cli("encode", "-n", self.tree, "-o", self.out)
        self.assertEqual(self.names(), ["tree", "x.fsm"])

    def test_an_older_output_survives(self):
        self.run_cli("encode", self.tree, "-o", self.out)
        with open(self.out, "rb") as file:
            good = file.read()
        self.assertIn(b"[OutputExists]", self.run_cli("encode", self.tree, "-o", self.out, code=1).err)
        self.edit("redis/db_0/strings/hello.bin", b"changed")
        self.run_cli("encode", self.tree, "-o", self.out, "--force", code=2)
        with open(self.out, "rb") as file:
            self.assertEqual(file.read(), good)
        shutil.rmtree(self.tree)


if __name__ == "__main__":
    unittest.main()

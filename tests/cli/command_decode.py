"""snaptree decode: what it says, what it leaves, and which calls it takes."""

import fnmatch
import json
import os
import stat
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
from support import snapshots as snap
from support.harness import NODE1_FSM, CliTest


def tree(folder):
    """Every file of a tree but MANIFEST.json, which says when it was made."""
    found = {}
    for base, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(base, name)
            if name not in ("MANIFEST.json", "CHECKSUMS"):
                with open(path, "rb") as file:
                    found[os.path.relpath(path, folder)] = file.read()
    return found


class Clean(CliTest):
    """Of a snapshot that decodes without a loss."""

    def setUp(self):
        super().setUp()
        self.file = self.write("x.fsm", snap.fsm([snap.row(b"!redis|str|hello", snap.T0, b"world"),
                                                  snap.row(b"!redis|str|hello", snap.T0 - 1, b"old"),
                                                  snap.row(b"plain", snap.T0, b"raw")]))
        self.out = self.path("out")

    def test_silent_when_nobody_looks(self):
        run = self.run_cli("decode", self.file, "-o", self.out)
        self.assertEqual((run.out, run.err), (b"", b""))
        self.assertEqual(self.names(self.out), ["CHECKSUMS", "MANIFEST.json", "rawkv", "redis"])
        self.assertEqual(tree(self.out)["redis/db_0/strings/hello.bin"], b"world")
        subprocess.run(["sha256sum", "-c", "--quiet", "CHECKSUMS"], cwd=self.out, check=True)
        self.assertEqual(self.names(), ["out", "x.fsm"])

    def test_an_output_inside_the_input_is_refused_under_a_relative_name_too(self):
        os.makedirs(self.path("data", "fsm-snap"))
        os.rename(self.file, self.path("data", "fsm-snap", "0000000000000007.fsm"))
        run = self.run_cli("decode", ".", "-o", "out", code=1, cwd=self.path("data"))
        self.assertIn(b"[OutputInsideInput]", run.err)
        self.assertEqual(self.names(self.path("data")), ["fsm-snap"])

    def test_force_never_deletes_what_the_run_needs(self):
        os.mkdir(self.path("work"))
        with open(self.path("work", "mine"), "wb"):
            pass
        inside = os.path.join(self.path("work"), "x.fsm")
        os.rename(self.file, inside)
        for output, where in ((".", self.path("work")), ("..", self.path("work")), (self.path("work"), self.folder)):
            run = self.run_cli("decode", inside, "-o", output, "--force", code=1, cwd=where)
            self.assertIn(b"[OutputHoldsInput]", run.err)
        with open(inside, "rb") as file:
            piped = subprocess.run([os.environ["SNAPTREE"], "decode", "-", "-o", self.path("work"), "--force"],
                                   stdin=file, capture_output=True, check=False)
        self.assertEqual((piped.returncode, b"[OutputHoldsInput]" in piped.stderr), (1, True))
        self.assertEqual(self.names(self.path("work")), ["mine", "x.fsm"])

    def test_details(self):
        run = self.run_cli("decode", "-v", self.file, "-o", self.out)
        self.assertEqual(run.out, b"")
        for part in (b"decoded to " + self.out.encode(), b"rows 4 = emitted 2 + older 1 + operational 1",
                     b"check it:  (cd " + self.out.encode() + b" && sha256sum -c --quiet CHECKSUMS)"):
            self.assertIn(part, run.err)
        self.assertTrue(run.err.endswith(b": complete, nothing lost (exit 0)\n"))

    def test_one_is_no_plural(self):
        path = self.write("one.fsm", snap.fsm([snap.row(b"k", snap.T0)]))
        self.assertRegex(self.run_cli("decode", "-v", path, "-o", self.out).err.decode(), r"\n  1 record, \d+ files, ")

    def test_document(self):
        run = self.run_cli("decode", "--json", self.file, "-o", self.out)
        self.assertEqual(run.err, b"")
        document = self.document(run, "decode")
        self.assertEqual((document["records"], document["output"], document["dry_run"]), (2, self.out, False))
        self.assertEqual(document["tree"]["files"], sum(len(f) for _, _, f in os.walk(self.out)))

    def test_peak_memory_is_not_that_of_the_caller(self):
        ballast = bytearray(os.urandom(1 << 20)) * 256
        document = self.document(self.run_cli("decode", "-n", "--json", self.file), "decode")
        self.assertLess(document["peak_memory_bytes"], len(ballast))
        self.assertGreater(document["peak_memory_bytes"], 1 << 20)

    def test_dry_run_writes_nothing_and_counts_the_same(self):
        dry = self.document(self.run_cli("decode", "-n", "--json", self.file), "decode")
        self.assertEqual(self.names(), ["x.fsm"])
        wet = self.document(self.run_cli("decode", "--json", self.file, "-o", self.out), "decode")
        for name in ("rows", "adapters", "records", "read_ts"):
            self.assertEqual(dry[name], wet[name])
        self.assertEqual(dry["tree"]["files"], wet["tree"]["files"])
        run = self.run_cli("decode", "-n", "-v", self.file)
        self.assertIn(b"it fits", run.err)

    def test_modes(self):
        self.run_cli("decode", self.file, "-o", self.out)
        for base, folders, files in os.walk(self.out):
            for name in files:
                self.assertEqual(stat.S_IMODE(os.stat(os.path.join(base, name)).st_mode), 0o600)

    def test_existing_output(self):
        os.mkdir(self.out)
        self.run_cli("decode", self.file, "-o", self.out)  # an empty folder may be filled
        before = tree(self.out)
        run = self.run_cli("decode", self.file, "-o", self.out, code=1)
        self.assertIn(b"[OutputExists]", run.err)
        self.assertEqual(tree(self.out), before)
        self.write("out/stale", b"")
        self.run_cli("decode", "--force", self.file, "-o", self.out)
        self.assertEqual(tree(self.out), before)
        self.assertEqual(self.names(), ["out", "x.fsm"])

    def test_a_failed_run_keeps_the_old_output(self):
        self.run_cli("decode", self.file, "-o", self.out)
        before = tree(self.out)
        self.run_cli("decode", "--force", self.write("bad.fsm", b"nonsense" * 9), "-o", self.out, code=2)
        self.assertEqual(tree(self.out), before)
        self.assertEqual(self.names(), ["bad.fsm", "out", "x.fsm"])

    def test_go_flags(self):
        self.run_cli("decode", self.file, "-o", self.out)
        expected = tree(self.out)
        for n, call in enumerate((["--input", self.file, "--output", "OUT"], ["-input", self.file, "-output", "OUT"],
                                  ["-input=" + self.file, "-output=OUT"],
                                  ["--input=" + self.file, "--output=OUT", "--cluster-id="],
                                  ["-adapter", "all", "-input", self.file, "-output", "OUT"],
                                  ["--adapter=redis, ,rawkv", "--input", self.file, "--output", "OUT"])):
            out = self.path(f"go{n}")
            self.run_cli("decode", *[a.replace("OUT", out) for a in call])
            self.assertEqual(tree(out), expected, call)

    def test_cluster_id(self):
        for n, call in enumerate((["-cluster-id", "prod"], ["--cluster-id=prod"])):
            out = self.path(f"id{n}")
            self.run_cli("decode", *call, self.file, "-o", out)
            with open(os.path.join(out, "MANIFEST.json"), encoding="utf-8") as file:
                self.assertEqual(json.load(file)["cluster_id"], "prod")

    def test_snapshot_index(self):
        for text, index in (("42", 42), ("0x2a", 42)):
            self.run_cli("decode", "--force", "--snapshot-index", text, self.file, "-o", self.out)
            with open(os.path.join(self.out, "MANIFEST.json"), encoding="utf-8") as file:
                self.assertEqual(json.load(file)["snapshot_index"], index)
        self.run_cli("decode", "--snapshot-index", "0x", self.file, "-o", self.out, code=1)

    def test_at(self):
        self.run_cli("decode", "--at", str(snap.T0 - 1), self.file, "-o", self.out, code=None)
        self.assertEqual(tree(self.out)["redis/db_0/strings/hello.bin"], b"old")

    def test_bare_rows_as_redis(self):
        self.run_cli("decode", "--bare-rows=redis", self.file, "-o", self.out)
        self.assertEqual(tree(self.out)["redis/db_0/strings/plain.bin"], b"raw")
        self.assertNotIn("rawkv", self.names(self.out))

    def test_refused_calls(self):
        for call, code in ((["-o", self.out], "ArgumentMissing"), ([self.file], "ArgumentMissing"),
                           ([self.file, "--input", self.file, "-o", self.out], "OptionConflict"),
                           ([self.file, "-o", self.out, "--compression", "zstd"], "OptionConflict"),
                           ([self.file, "-o", self.path("x.tar"), "--compression-level", "3"], "OptionConflict"),
                           ([self.file, "-o", self.path("x.tar.zst"), "--compression-level", "20"], "OptionValue"),
                           ([self.file, "-o", self.path("x.tar.zst"), "--compression", "gzip"], "OptionValue"),
                           ([self.file, "-o", self.out, "--adapter", "mysql"], "OptionValue"),
                           ([self.file, "-o", self.out, "--bare-rows", "x"], "OptionValue"),
                           ([self.file, "-o", self.out, "--dynamodb-layout", "x"], "OptionValue"),
                           ([self.file, "-o", self.out, "--dynamodb-layout", "jsonl", "--dynamodb-bundle-mode", "jsonl"],
                            "OptionConflict"),
                           ([self.file, "-o", self.out, "--bundle-size", "0"], "OptionValue"),
                           ([self.file, "-o", self.out, "--apply-unresolved", "x"], "OptionValue"),
                           ([self.file, "-o", self.out, "--latest", "--at", str(snap.T0)], "OptionConflict"),
                           ([self.file, "-o", self.out, "-0"], "OptionConflict"),
                           ([self.file, "-o", self.out, "--include", ""], "OptionValue"),
                           (["-", "-", "-o", self.out], "OptionConflict"),
                           ([self.file, "-o", self.out, "--resume"], "UnknownOption")):
            self.assertIn(f"[{code}]".encode(), self.run_cli("decode", *call, code=1).err, call)
        self.assertEqual(self.names(), ["x.fsm"])

    def test_output_where_there_is_no_folder(self):
        run = self.run_cli("decode", self.file, "-o", self.path("no", "such"), code=None)
        self.assertIn(run.code, (1, 4))

    def test_log_file(self):
        run = self.run_cli("decode", "--log-file", self.path("log"), self.file, "-o", self.out)
        self.assertEqual((run.out, run.err), (b"", b""))
        with open(self.path("log"), encoding="utf-8") as file:
            lines = file.read().splitlines()
        self.assertTrue(lines[-1].endswith("complete, nothing lost (exit 0)"))
        for line in lines:
            self.assertRegex(line, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z ")


class NothingMatches(CliTest):
    """Of a list that does not fit the input: the first are named, the others counted."""

    def test_many(self):
        file = self.write("x.fsm", snap.fsm([snap.row(b"!redis|str|hello", snap.T0, b"world")]))
        for count, shown, rest in ((10, 10, b""), (11, 10, b"  nothing matches 1 other; --json lists all\n"),
                                   (1234, 10, b"  nothing matches 1,224 others; --json lists the first 1,000\n")):
            names = [f"s3/photos/{n:05}" for n in range(count)]
            listed = self.write("listed", "".join(name + "\n" for name in names).encode())
            for call in (["decode", file, "-n"], ["ls", file], ["diff", file, file]):
                run = self.run_cli(*call, "--files-from", listed, code=3)
                lines = [line for line in run.err.splitlines(True) if line.startswith(b"  nothing matches ")]
                self.assertEqual([line.split(b"'")[1].decode() for line in lines[:shown]], names[:shown], call)
                self.assertEqual(b"".join(lines[shown:]), rest, call)
                run = self.run_cli(*call, "--files-from", listed, "--json", code=3)
                summary = json.loads(run.out.splitlines()[-1] if call[0] != "decode" else run.out)
                self.check_schema(summary, call[0])
                self.assertEqual([one["pattern"] for one in summary["unmatched"]], names[:1000])
                self.assertEqual(summary["unmatched_count"], count)


class Losses(CliTest):
    def setUp(self):
        super().setUp()
        self.file = self.write("x.fsm", snap.fsm([snap.row(b"!redis|str|a", snap.T0, b"v"),
                                                  snap.row(b"!redis|str|b", snap.T0, b"v", flags=8),
                                                  snap.row(b"!s3|new|x", snap.T0, b"v")]))
        self.out = self.path("out")

    def test_the_report_is_printed_although_nobody_looks(self):
        run = self.run_cli("decode", self.file, "-o", self.out, code=3)
        self.assertEqual(run.out, b"")
        for part in (b"+ unknown 1 + damaged 1", b"warning: damaged_rows", b"[RowFlags]", b"check it:"):
            self.assertIn(part, run.err)
        self.assertTrue(run.err.endswith(b" (exit 3)\n"))

    def test_quiet_says_one_line(self):
        run = self.run_cli("decode", "-q", self.file, "-o", self.out, code=3)
        # The warnings are not printed, so their names are.
        self.assertRegex(run.err, rb"^snaptree: [^\n]*1 unknown row, 1 damaged row, 1 record not whole, "
                                  rb"\d warnings? \([a-z_, ]*damaged_rows[a-z_, ]*\) \(exit 3\)\n$")

    def test_document(self):
        document = self.document(self.run_cli("decode", "--json", self.file, "-o", self.out, code=3), "decode")
        self.assertEqual((document["rows"]["unknown"], document["rows"]["damaged"]), (1, 1))
        rows = document["rows"]
        self.assertEqual(rows["total"], sum(v for k, v in rows.items() if k != "total"))
        self.assertEqual(document["damaged"][0]["code"], "RowFlags")

    def test_strict(self):
        run = self.run_cli("decode", "--strict", self.file, "-o", self.out, code=2)
        self.assertIn(b"[StrictLoss]", run.err)
        self.assertEqual(self.names(), ["x.fsm"])

    def test_encrypted(self):
        path = self.write("e.fsm", snap.fsm([snap.encrypted(b"!redis|str|a", snap.T0)]))
        self.assertIn(b"[EncryptedRows]", self.run_cli("decode", path, "-o", self.out, code=2).err)
        self.assertEqual(self.names(), ["e.fsm", "x.fsm"])


class Node(CliTest):
    def assert_same(self, found, expected):
        """Without a comparison of megabytes of text."""
        self.assertEqual(sorted(found), sorted(expected))
        self.assertEqual([path for path in found if found[path] != expected[path]], [])

    def test_golden_files(self):
        """What a second decoder, written apart from this one, made of the same snapshot."""
        out = self.path("out")
        self.run_cli("decode", NODE1_FSM, "-o", out)
        golden = {}
        with open(os.path.join(os.path.dirname(NODE1_FSM), "golden.sha256"), "rb") as file:
            for line in file.read().splitlines():
                digest, name = line.lstrip(b"\\").split(b"  ", 1)
                golden[name.removeprefix(b"./")] = digest
        mine = {}
        with open(os.path.join(out, "CHECKSUMS"), "rb") as file:
            for line in file.read().splitlines():
                digest, name = line.lstrip(b"\\").split(b"  ", 1)
                mine[name] = digest
        mine.pop(b"MANIFEST.json")
        self.assertGreater(len(golden), 1400)
        self.assertEqual(mine, golden)

    def test_what_ls_prints_stands_for_something(self):
        out = self.path("out")
        self.run_cli("decode", NODE1_FSM, "-o", self.path("all"))
        listed = self.write("listed", self.run_cli("ls", "-0", NODE1_FSM).out)
        run = self.run_cli("decode", "-0", "--files-from", listed, NODE1_FSM, "-o", out)
        self.assertEqual(run.err, b"")
        # Folders are no files: ls does not name them, and the lines of inodes are those of what was asked for.
        found, expected = tree(out), tree(self.path("all"))
        for one in (found, expected):
            del one["fs/inodes.jsonl"]
        self.assert_same(found, expected)

    def test_sidecars_that_are_excluded_by_their_own_names(self):
        suffix = ".elastickv-meta.json"
        out = self.path("out")
        self.run_cli("decode", NODE1_FSM, "-o", self.path("all"))
        everything = tree(self.path("all"))
        for pattern in ("*" + suffix, "s3/photos/five" + suffix):
            run = self.run_cli("decode", "--force", "--exclude", pattern, NODE1_FSM, "-o", out)
            self.assertEqual(run.err, b"")
            left = {path: content for path, content in everything.items() if not fnmatch.fnmatchcase(path, pattern)}
            self.assertLess(len(left), len(everything))
            found = tree(out)
            for one in (found, left):
                del one["s3/photos/KEYMAP.jsonl"]  # one key ends as sidecars do
            self.assert_same(found, left)
            self.run_cli("verify", out)
        # With --layout jsonl there are no such files.
        run = self.run_cli("decode", "--force", "--layout", "jsonl", "--exclude", "s3/photos/five" + suffix, NODE1_FSM, "-o", out, code=3)
        self.assertIn(b"  nothing matches 's3/photos/five.elastickv-meta.json'", run.err)
        self.run_cli("decode", "--layout", "jsonl", NODE1_FSM, "-o", self.path("lines"))
        self.assert_same(tree(out), tree(self.path("lines")))

    def test_threads_and_memory_do_not_change_the_tree(self):
        trees = []
        for options in ([], ["--threads", "1"], ["--memory", "16MiB", "--threads", "3"]):
            out = self.path("out")
            self.run_cli("decode", "--force", *options, NODE1_FSM, "-o", out)
            trees.append(tree(out))
        self.assertEqual(trees[0], trees[1])
        self.assertEqual(trees[0], trees[2])


if __name__ == "__main__":
    unittest.main()

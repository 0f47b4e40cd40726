"""Inputs that are damaged, missing or not what they seem: a clear error, the right exit code, and no output."""

import json
import os
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
from support import snapshots as snap
from support.harness import NODE1, CliTest

GOOD = snap.fsm([snap.row(b"!redis|str|k%02d" % i, snap.T0, b"value %d" % i) for i in range(20)])


class Broken(CliTest):
    def check(self, path, exit_code, error_code, stdin=b"", address=True):
        """Each command refuses the input alike; decode leaves nothing behind."""
        before = self.names()
        for command in (["inspect"], ["rows"], ["decode", "-o", self.path("out")], ["decode", "--dry-run"]):
            run = self.run_cli(*command, path, code=exit_code, stdin=stdin)
            listing = os.fsencode(path) + b"\n"  # of a data directory, whatever is wrong with it
            self.assertTrue(run.out == b"" or command == ["inspect"] and run.out.startswith(listing), run)
            self.assertIn(f"[{error_code}]".encode(), run.err)
            self.assertRegex(run.err.splitlines()[0], rb"^snaptree: ")
            if address:
                name = b"standard input" if path == "-" else path.encode()
                self.assertIn(name, run.err)
            self.assertEqual(self.names(), before, command)
            run = self.run_cli(*command, "--json", path, code=exit_code, stdin=stdin)
            error, = self.errors(run)
            self.assertEqual((error["code"], error["exit_code"]), (error_code, exit_code))
            for line in run.out.splitlines() if command == ["rows"] else [run.out]:
                document = json.loads(line)
                self.check_schema(document, command[0])
                self.assertEqual(document["error"]["code"], error_code)
                self.assertEqual(document["exit_code"], exit_code)
        return run

    def test_no_such_file(self):
        run = self.check(self.path("nothing.fsm"), 1, "NotFound")
        self.assertIn("check the path", self.errors(run)[0]["hint"])
        for n in range(5):
            self.write(f"{n}.fsm", b"")
        for command in (["inspect"], ["rows"], ["decode", "-n"]):
            run = self.run_cli(*command, self.path("nothing.fsm"), code=1)
            self.assertEqual(run.err.decode().splitlines()[1],
                             f"next: check the path; {self.folder} holds 4.fsm, 3.fsm, 2.fsm and 2 more")
        # The output's folder is another matter.
        run = self.run_cli("decode", self.path("4.fsm"), "-o", self.path("none", "out"), code=1)
        self.assertNotIn(b"holds", run.err)

    def test_empty_file(self):
        self.check(self.write("x.fsm", b""), 2, "InputEmpty")
        self.check("-", 2, "InputEmpty")

    def test_directory_without_snapshots(self):
        os.mkdir(self.path("d"))
        self.check(self.path("d"), 2, "NoSnapshot")

    def test_raft_directory_without_snapshots(self):
        os.makedirs(self.path("d", "fsm-snap"))
        self.check(self.path("d"), 2, "NoSnapshot")

    def test_raft_directory_with_broken_snapshots(self):
        os.makedirs(self.path("a node", "fsm-snap"))
        for index in ("10", "11"):
            self.write(f"a node/fsm-snap/00000000000000{index}.fsm", GOOD[:-1] + b"x")
        run = self.check(self.path("a node"), 2, "NoSnapshot")
        error, = self.errors(run)
        self.assertEqual(error["found"].count("(the file does not match its footer)"), 2)
        self.assertNotIn("[", error["found"])
        self.assertRegex(error["hint"], r"^snaptree inspect --salvage '.*11\.fsm'$")
        pasted = error["hint"].replace("snaptree", os.environ["SNAPTREE"], 1)
        run = subprocess.run(["sh", "-c", pasted], capture_output=True, check=False)
        self.assertEqual(run.returncode, 2)
        self.assertIn(b"salvage: 21 rows kept", run.stdout)

    def test_fifo(self):
        os.mkfifo(self.path("pipe"))
        self.check(self.path("pipe"), 1, "NotRegular")

    def test_device(self):
        self.check("/dev/null", 1, "NotRegular")

    @unittest.skipIf(os.geteuid() == 0, "root may read everything")
    def test_no_permission(self):
        path = self.write("x.fsm", GOOD)
        os.chmod(path, 0)
        self.check(path, 4, "Permission")

    def test_wrong_magic(self):
        self.check(self.write("x.fsm", b"GARBAGE!" + GOOD), 2, "PayloadUnknown")
        self.check(self.write("y.fsm", b"EKVTHLC9" + GOOD[8:]), 2, "FsmHeaderUnknown")
        self.check(self.write("z.fsm", GOOD[:16] + b"EKVPBBL2" + GOOD[24:]), 2, "PayloadUnknown")

    def test_doubled_header(self):
        self.check(self.write("x.fsm", GOOD[:16] + GOOD), 2, "FsmHeaderUnknown")

    def test_footer_mismatch(self):
        self.check(self.write("x.fsm", GOOD[:-1] + bytes([GOOD[-1] ^ 0xFF])), 2, "FsmChecksum")

    def test_one_flipped_bit_is_located(self):
        at = GOOD.index(b"value 7")
        run = self.check(self.write("x.fsm", GOOD[:at] + bytes([GOOD[at] ^ 0x10]) + GOOD[at + 1:]), 2, "FsmChecksum")
        error, = self.errors(run)
        self.assertEqual(error["offset"], at)
        self.assertIn("k07", error["what"])

    def test_every_cut_is_noticed(self):
        for size in (1, 7, 8, 12, 15, 17, 20, 31, 33, 40, 100, len(GOOD) // 2, len(GOOD) - 5, len(GOOD) - 4, len(GOOD) - 1):
            run = self.run_cli("inspect", self.write("x.fsm", GOOD[:size]), code=None if size == len(GOOD) - 4 else 2)
            if size == len(GOOD) - 4:  # whole but for the footer: readable, and nothing proves that it is all
                self.assertEqual(run.code, 3)
                self.assertIn(b"no_checksum", run.out)

    def test_trailing_bytes(self):
        self.check(self.write("x.fsm", GOOD + b"\n"), 2, "TrailingBytes")

    def test_length_beyond_the_file(self):
        at = GOOD.index(b"!redis") - 8
        self.check(self.write("x.fsm", GOOD[:at] + b"\xff" * 7 + b"\x7f" + GOOD[at + 8:]), 2, "RowLength")

    def test_rows_out_of_order(self):
        rows = [snap.row(b"b", snap.T0), snap.row(b"a", snap.T0)]
        data = b"EKVPBBL1" + snap.T1.to_bytes(8, "little")
        for key, value in rows:
            data += len(key).to_bytes(8, "little") + key + len(value).to_bytes(8, "little") + value
        self.check(self.write("x", data), 2, "RowOrder")

    def test_timestamp_group(self):
        self.check(self.write("x.fsm", snap.TIMESTAMP_GROUP), 2, "NoRows")

    def test_bundle_without_a_manifest(self):
        self.check(self.write("x.fsm", GOOD[:16] + b"EKVSSTI1" + bytes(100)), 2, "BundleManifest")

    def test_cut_zstd(self):
        packed = subprocess.run(["zstd", "-c"], input=GOOD * 50, capture_output=True, check=True).stdout
        self.check(self.write("x.zst", packed[:-9]), 2, "ZstdTruncated")
        self.check("-", 2, "ZstdTruncated", stdin=packed[:-9])

    def test_terminal_characters_in_names_are_shown_and_not_sent(self):
        run = self.run_cli("inspect", self.path("\x1b[31mred"), code=1)
        self.assertNotIn(b"\x1b", run.err)

    def test_scratch_that_is_not_there(self):
        packed = subprocess.run(["zstd", "-c"], input=GOOD, capture_output=True, check=True).stdout
        run = self.run_cli("inspect", "--scratch", self.path("none"), self.write("x.zst", packed), code=None)
        self.assertIn(run.code, (1, 4))


class Whole(CliTest):
    def test_empty_stores(self):
        for content in (snap.EMPTY_PAYLOAD, snap.EMPTY_STORE):
            path = self.write("x.fsm", content)
            self.run_cli("inspect", path)
            self.assertEqual(self.run_cli("rows", path).out, b"")
            self.run_cli("decode", path, "-o", self.path("out"), "--force")
            self.assertEqual(self.names(self.path("out")), ["CHECKSUMS", "MANIFEST.json"])

    def test_bare_payload(self):
        path = self.write("x", snap.fsm([snap.row(b"k", snap.T0, b"v")], header=False, footer=False))
        self.assertEqual(json.loads(self.run_cli("rows", path).out)["key"], "k")

    def test_the_name_does_not_matter(self):
        for content in (GOOD, subprocess.run(["zstd", "-c"], input=GOOD, capture_output=True, check=True).stdout):
            for name in ("photo.jpg", "x.fsm", "x.zst"):
                self.assertEqual(self.run_cli("rows", self.write(name, content)).out.count(b"\n"), 20)

    def test_standard_input(self):
        packed = subprocess.run(["zstd", "-c"], input=GOOD, capture_output=True, check=True).stdout
        for content in (GOOD, packed):
            self.assertEqual(self.run_cli("rows", "-", stdin=content).out.count(b"\n"), 20)
            with open(self.write("x", content), "rb") as file:
                run = subprocess.run([os.environ["SNAPTREE"], "rows", "-"], stdin=file, capture_output=True, check=True)
            self.assertEqual(run.stdout.count(b"\n"), 20)
            self.run_cli("decode", "-", "-o", self.path("out"), "--force", stdin=content)
            self.assertEqual(len(self.names(self.path("out", "redis", "db_0", "strings"))), 20)

    def test_data_directory(self):
        os.makedirs(self.path("n1", "fsm-snap"))
        self.write("n1/fsm-snap/0000000000000010.fsm", snap.DELETED_STRING)
        self.write("n1/fsm-snap/0000000000000011.fsm", GOOD)
        run = self.run_cli("inspect", self.path("n1"))
        self.assertIn(b"0000000000000011.fsm", run.out)
        self.assertIn(b"raft index          17", run.out)
        # The newest one is broken: an older one is taken, and that is said.
        self.write("n1/fsm-snap/0000000000000011.fsm", GOOD[:-2])
        run = self.run_cli("inspect", self.path("n1"), code=3)
        self.assertIn(b"0000000000000010.fsm", run.out)
        self.assertIn(b"snapshot_broken", run.out)
        self.run_cli("decode", self.path("n1"), "-o", self.path("n1", "out"), code=1)

    def test_salvage(self):
        at = GOOD.index(b"!redis|str|k05") - 8
        path = self.write("x.fsm", GOOD[:at] + b"\xff" * 8 + GOOD[at + 8:])
        run = self.run_cli("rows", "--salvage", path, code=3)
        self.assertGreaterEqual(run.out.count(b"\n"), 15)
        self.assertIn(b"salvage: ", run.err)
        run = self.run_cli("inspect", "--salvage", "--json", path, code=2)
        self.assertGreater(self.document(run, "inspect")["salvage"]["bytes_lost"], 0)
        run = self.run_cli("decode", "--salvage", "--json", path, "-o", self.path("out"), code=3)
        self.assertIn("RowLength", self.document(run, "decode")["salvage"]["damage"])
        self.assertIn("SALVAGE.json", self.names(self.path("out")))
        # Its address, as ls prints it, stands for something.
        listed = self.write("listed", self.run_cli("ls", "--salvage", path, code=3).out)
        for call in (["decode", "-n", path], ["diff", path, path]):
            run = self.run_cli(*call, "--salvage", "--files-from", listed, "--json", code=None)
            self.assertEqual(json.loads(run.out)["unmatched"], [], call)
        run = self.run_cli("inspect", "--salvage", path, code=2)
        self.assertIn(b"DAMAGED", run.out)

    def test_salvage_says_the_damage_once(self):
        at = GOOD.index(b"!redis|str|k05") - 8
        path = self.write("x.fsm", GOOD[:at] + b"\xff" * 8 + GOOD[at + 8:])
        for command in (["decode", "-n"], ["rows"], ["inspect"]):
            run = self.run_cli(*command, "--salvage", path, code=None)
            said = (run.err + run.out).decode()
            self.assertEqual(said.count("[RowLength]"), 1, command)
            self.assertIn("; 1 stretch lost, ", said)
            self.assertIn("; 1 suspect row dropped", said)

    def test_salvage_of_a_file_that_was_cut(self):
        """Between two rows nothing but the missing last row tells it; in a row, what is left of it is the least of it."""
        at = GOOD.index(b"!redis|str|k05") - 8
        missing = "the end of the file is missing, and nobody can tell how much that is"
        for size, lost in ((at, False), (at + 30, True)):
            run = self.run_cli("decode", "-n", "--salvage", self.write("x.fsm", GOOD[:size]), code=3)
            line, = (x for x in run.err.decode().splitlines() if " kept" in x)
            self.assertTrue(line.endswith("; " + missing), line)
            self.assertEqual("1 stretch lost" in line, lost)
            self.assertNotIn("0 stretches", line)
        packed = subprocess.run(["zstd", "-c"], input=GOOD, capture_output=True, check=True).stdout
        run = self.run_cli("decode", "-n", "--salvage", self.write("x.zst", packed[:-2]), code=3)
        self.assertIn(f"salvage: {missing}\n", run.err.decode())

    def test_salvage_of_what_is_whole(self):
        path = self.write("x.fsm", GOOD)
        self.assertEqual(self.run_cli("rows", "--salvage", path).out, self.run_cli("rows", path).out)


class Several(CliTest):
    def test_codes_of_several_inputs(self):
        good = self.write("good.fsm", GOOD)
        damaged = self.write("damaged.fsm", GOOD[:-2])
        unknown = self.write("unknown.fsm", snap.fsm([snap.row(b"!s3|new|x", snap.T0)]))
        missing = self.path("missing.fsm")
        for inputs, code in (((good, unknown), 3), ((good, damaged, unknown), 2), ((missing, unknown), 1), (("/dev/null", damaged), 2),
                             ((damaged, missing), 2), ((damaged, good + "/x"), 4)):
            run = self.run_cli("inspect", "--json", *inputs, code=code)
            document = self.document(run, "inspect")
            self.assertEqual([i["input"] for i in document["inputs"]], list(inputs))
            run = self.run_cli("inspect", *inputs, code=code)
            self.assertEqual(run.out.count(b"rows 21 ="), inputs.count(good))


if __name__ == "__main__":
    unittest.main()

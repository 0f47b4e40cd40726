"""snaptree seal: what it prints, what it writes, and what it refuses. The judge of a CHECKSUMS is sha256sum."""

import os
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
from support import snapshots as snap
from support.harness import CliTest


class Seal(CliTest):
    def setUp(self):
        super().setUp()
        rows = sorted(snap.row(b"!redis|str|" + key, snap.T0, b"of " + key) for key in (b"one", b"three", b"two"))
        self.tree = self.path("tree")
        self.run_cli("decode", self.write("x.fsm", snap.fsm(rows)), "-o", self.tree)
        self.strings = os.path.join(self.tree, "redis", "db_0", "strings")

    def checksums(self):
        with open(os.path.join(self.tree, "CHECKSUMS"), "rb") as file:
            return file.read()

    def put(self, name, content=b"new"):
        path = os.path.join(os.fsencode(self.tree), name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)

    def judge(self):
        """sha256sum accepts every line, and there is a line for each file."""
        subprocess.run(["sha256sum", "-c", "--quiet", "--strict", "CHECKSUMS"], cwd=self.tree, check=True)
        files = sum(len(names) for _, _, names in os.walk(self.tree))
        self.assertEqual(len(self.checksums().splitlines()), files - 1)

    def test_a_tree_that_is_right_is_left_alone(self):
        before = os.stat(os.path.join(self.tree, "CHECKSUMS")), os.stat(self.tree)
        for call in ([], ["--check"], ["--threads", "1"]):
            run = self.run_cli("seal", self.tree, *call)
            self.assertEqual((run.out, run.err), (b"", b""))
        after = os.stat(os.path.join(self.tree, "CHECKSUMS")), os.stat(self.tree)
        for old, new in zip(before, after):
            self.assertEqual((old.st_mtime_ns, old.st_ino), (new.st_mtime_ns, new.st_ino))
        self.assertIn(b": CHECKSUMS is right, 4 files", self.run_cli("seal", "-v", self.tree).err)

    def test_what_changed_is_told_in_order_and_sealed(self):
        self.put(b"redis/db_0/strings/one.bin", b"edited")
        self.put(b"redis/db_0/strings/a-new.bin")
        os.remove(os.path.join(self.strings, "two.bin"))
        expected = (b"+ redis/db_0/strings/a-new.bin\n~ redis/db_0/strings/one.bin\n"
                    b"- redis/db_0/strings/two.bin\n")
        before = self.checksums()
        check = self.run_cli("seal", "--check", self.tree, code=2)
        self.assertEqual(check.out, expected)
        self.assertTrue(check.err.endswith(b"1 changed, 1 added, 1 removed of 4 files; nothing was changed (exit 2)\n"))
        self.assertEqual(self.checksums(), before)
        self.assertEqual(self.run_cli("seal", self.tree).out, expected)
        self.judge()
        self.assertEqual(self.run_cli("seal", "--check", self.tree).out, b"")
        self.assertEqual(self.names(self.tree), ["CHECKSUMS", "MANIFEST.json", "redis"])

    def test_the_text_is_what_decode_writes(self):
        before = self.checksums()
        os.remove(os.path.join(self.tree, "CHECKSUMS"))
        run = self.run_cli("seal", self.tree)
        self.assertEqual(run.out.count(b"\n"), 4)
        self.assertEqual(self.checksums(), before)
        self.assertEqual(os.stat(os.path.join(self.tree, "CHECKSUMS")).st_mode & 0o777, 0o600)

    def test_names_of_all_kinds(self):
        for name in (b"s3/b/x\ny", b"s3/b/cr\r", b"s3/b/x\\y", b"s3/b/bad\xff", b"s3/b/a-b", b"s3/b/a/b", b"s3/b/a.b",
                     b"s3/b/CHECKSUMS", b"s3/b/ blank", b"s3/b/" + b"n" * 200):
            self.put(name, name)
        run = self.run_cli("seal", self.tree)
        self.assertIn(b"\n\\+ s3/b/x\\ny\n", run.out)
        self.assertIn(b"\n\\+ s3/b/x\\\\y\n", run.out)
        self.assertIn(b"\n+ s3/b/bad\xff\n", run.out)
        self.assertEqual(run.out.count(b"\n"), 10)
        self.judge()
        lines = [line.split(b"  ", 1)[1] for line in self.checksums().splitlines() if not line.startswith(b"\\")]
        self.assertEqual(lines, sorted(lines))

    def test_document(self):
        self.put(b"redis/db_0/strings/one.bin", b"edited")
        document = self.document(self.run_cli("seal", "--check", "--json", self.tree, code=2), "seal")
        self.assertEqual(document["changes"], [{"change": "changed", "path": "redis/db_0/strings/one.bin"}])
        self.assertEqual((document["written"], document["changed"], document["files"]), (False, 1, 4))
        document = self.document(self.run_cli("seal", "--json", self.tree), "seal")
        self.assertTrue(document["written"])
        document = self.document(self.run_cli("seal", "--json", self.path("nothing"), code=1), "seal")
        self.assertEqual(document["error"]["code"], "NotFound")

    def test_links_and_pipes_are_refused_all_of_them(self):
        os.symlink("/etc/passwd", os.path.join(self.strings, "link.bin"))
        os.symlink("/etc", os.path.join(self.tree, "folder"))
        os.mkfifo(os.path.join(self.strings, "pipe.bin"))
        self.put(b"redis/db_0/strings/one.bin", b"edited")
        before = self.checksums()
        run = self.run_cli("seal", self.tree, code=2)
        self.assertEqual(run.out, b"")
        for part in (b"folder: ", b"strings/link.bin: ", b"strings/pipe.bin: ", b"[UnsafePath]", b"[NotRegular]",
                     b": 3 problems, CHECKSUMS is as it was (exit 2)"):
            self.assertIn(part, run.err)
        self.assertEqual(self.checksums(), before)
        document = self.document(self.run_cli("seal", "--json", self.tree, code=2), "seal")
        self.assertEqual(document["error_count"], 3)

    def test_checksums_that_is_a_link_is_refused(self):
        os.rename(os.path.join(self.tree, "CHECKSUMS"), self.path("elsewhere"))
        subprocess.run(["cp", self.path("elsewhere"), self.path("before")], check=True)
        os.symlink(self.path("elsewhere"), os.path.join(self.tree, "CHECKSUMS"))
        self.run_cli("seal", self.tree, code=2)
        subprocess.run(["cmp", self.path("elsewhere"), self.path("before")], check=True)

    def test_hard_links_are_files(self):
        os.link(os.path.join(self.strings, "one.bin"), os.path.join(self.strings, "same.bin"))
        self.assertEqual(self.run_cli("seal", self.tree).out, b"+ redis/db_0/strings/same.bin\n")
        self.judge()

    def test_an_old_list_of_no_use_is_replaced(self):
        for old in (b"", b"nonsense\n", b"0" * 64 + b"  ../etc/passwd\n",
                    self.checksums() + b"0" * 64 + b"  CHECKSUMS\n",
                    self.checksums() + b"0" * 64 + b"  MANIFEST.json\n"):
            with open(os.path.join(self.tree, "CHECKSUMS"), "wb") as file:
                file.write(old)
            self.run_cli("seal", "--check", self.tree, code=2)
            self.run_cli("seal", self.tree)
            self.judge()
            self.assertEqual(self.run_cli("seal", "--check", self.tree).out, b"")

    def test_what_a_killed_run_left_is_no_part_of_the_tree(self):
        self.put(b".CHECKSUMS.snaptree-new", b"half")
        self.assertEqual(self.run_cli("seal", "--check", self.tree).out, b"")
        self.put(b"redis/db_0/strings/one.bin", b"edited")
        self.run_cli("seal", self.tree)
        self.judge()

    def test_refused_calls(self):
        os.mkdir(self.path("empty"))
        os.makedirs(self.path("other", "redis"))
        for call, code, exit_code in (([self.path("empty")], "ManifestMissing", 2),
                                      ([self.path("other")], "ManifestMissing", 2),
                                      ([self.path("nothing")], "NotFound", 1),
                                      ([self.path("x.fsm")], "NotAFolder", 1),
                                      ([], "ArgumentMissing", 1),
                                      ([self.tree, self.tree], "ArgumentUnexpected", 1)):
            self.assertIn(f"[{code}]".encode(), self.run_cli("seal", *call, code=exit_code).err, call)

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_a_tree_that_cannot_be_written(self):
        self.put(b"redis/db_0/strings/one.bin", b"edited")
        os.chmod(self.tree, 0o500)
        try:
            self.assertIn(b"[Permission]", self.run_cli("seal", self.tree, code=4).err)
        finally:
            os.chmod(self.tree, 0o700)


if __name__ == "__main__":
    unittest.main()

"""snaptree verify: what it finds in trees, archives and snapshots, and that it changes nothing."""

import io
import json
import os
import subprocess
import sys
import tarfile
import unittest

sys.dont_write_bytecode = True
from support import snapshots as snap
from support.harness import NODE1_FSM, CliTest, WithNode1


def state(folder):
    """All that a run could have changed."""
    found = {}
    for base, folders, names in os.walk(folder):
        for name in folders + names:
            path = os.path.join(base, name)
            status = os.lstat(path)
            found[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return found


class OfNode1(WithNode1):
    def setUp(self):
        super().setUp()
        self.tree = self.path("dump")
        subprocess.run(["cp", "-a", self.original, self.tree], check=True)

    def edit(self, path, content):
        with open(os.path.join(self.tree, path), "wb") as file:
            file.write(content)

    def lines(self, run):
        """(code, place) of each line."""
        return [tuple(line.split()[:2]) for line in run.out.decode().splitlines()]

    def test_silent_when_all_is_well(self):
        before = state(self.tree)
        for call in ([], ["--quick"], ["--threads", "1"]):
            run = self.run_cli("verify", self.tree, *call)
            self.assertEqual((run.out, run.err), (b"", b""), call)
        self.assertEqual(state(self.tree), before)
        self.assertIn(b"  CHECKSUMS 1,442 entries, MANIFEST.json format 1, ",
                      self.run_cli("verify", "-v", self.tree).err)

    def test_warnings_are_for_those_who_look(self):
        schema = "dynamodb/orders/_schema.json"
        with open(os.path.join(self.tree, schema), "rb") as file:
            text = file.read()
        self.edit(schema, text.replace(b"{", b"{\"of_others\": 1,", 1))
        self.run_cli("seal", self.tree)
        run = self.run_cli("verify", self.tree, "--log-file", self.path("log"))
        self.assertEqual((run.out, run.err), (b"", b""))
        with open(self.path("log"), "rb") as log:
            self.assertIn(b"ddb_member_ignored", log.read())
        self.assertIn(b"ddb_member_ignored", self.run_cli("verify", "-v", self.tree).err)
        document = self.document(self.run_cli("verify", "--json", self.tree), "verify")
        self.assertIn("ddb_member_ignored", [f["code"] for f in document["inputs"][0]["findings"]])

    def test_everything_that_is_wrong_is_found_in_one_run(self):
        item = "dynamodb/orders/items/no-gsi-attrs/x.json"
        with open(os.path.join(self.tree, item), "rb") as file:
            text = file.read()
        self.edit(item, text.replace(b"{", b"{ ", 1))
        self.edit("dynamodb/orders/items/tx/1.json", b"{\"pk\":")
        self.edit("redis/db_0/strings/new.bin", b"x")
        os.remove(os.path.join(self.tree, "redis/db_0/strings/counter.bin"))
        os.symlink("/etc/passwd", os.path.join(self.tree, "redis/db_0/strings/link.bin"))
        os.remove(os.path.join(self.tree, "s3/recreated/new"))
        before = state(self.tree)
        run = self.run_cli("verify", self.tree, code=2)
        found = self.lines(run)
        for problem in (("ChecksumMismatch", item), ("ChecksumMismatch", "dynamodb/orders/items/tx/1.json"),
                        ("UnlistedFile", "redis/db_0/strings/new.bin"), ("Missing", "redis/db_0/strings/counter.bin"),
                        ("UnsafePath", "redis/db_0/strings/link.bin"), ("Missing", "s3/recreated/new"),
                        ("S3EncodeOrphanSidecar", "s3/recreated/new.elastickv-meta.json")):
            self.assertIn(problem, found)
        self.assertEqual([path for _, path in found], sorted(path for _, path in found))
        of = {line.split()[1]: line for line in run.out.decode().splitlines() if "ChecksumMismatch" in line}
        self.assertRegex(of[item], r"changed .* UTC, \d+ .* after the dump; JSON is valid$")
        self.assertRegex(of["dynamodb/orders/items/tx/1.json"], r"; JSON is NOT valid$")
        self.assertIn(b"its sidecar is still there\n", run.out)
        self.assertRegex(run.err.decode(), r"\d+ problems in [0-9,]+ files \(exit 2\); nothing was changed\n"
                                           r"next: .*snaptree seal")
        self.assertEqual(state(self.tree), before)
        one = self.run_cli("verify", self.tree, "--threads", "1", code=2)
        self.assertEqual(one.out, run.out)

        quick = self.lines(self.run_cli("verify", "--quick", self.tree, code=2))
        self.assertEqual({code for code, _ in quick},
                         {"ChecksumMismatch", "Missing", "UnlistedFile", "UnsafePath"})
        self.assertEqual(set(quick), {line for line in found if line[0] in {code for code, _ in quick}})

        document = self.document(self.run_cli("verify", "--json", self.tree, code=2), "verify")
        self.assertEqual([(p["code"], p["source"]) for p in document["inputs"][0]["problems"]], found)

    def test_a_sealed_edit_is_no_problem(self):
        item = "dynamodb/orders/items/no-gsi-attrs/x.json"
        with open(os.path.join(self.tree, item), "rb") as file:
            text = file.read()
        self.edit(item, text.replace(b"{", b"{ ", 1))
        self.run_cli("verify", self.tree, code=2)
        self.run_cli("seal", self.tree)
        self.run_cli("verify", self.tree)

    def test_a_sealed_mistake_still_is_one(self):
        self.edit("redis/db_0/strings/odd.bim", b"x")
        self.edit("dynamodb/orders/items/tx/1.json", b"{\"pk\":")
        self.run_cli("seal", self.tree)
        found = self.lines(self.run_cli("verify", self.tree, code=2))
        self.assertIn(("UnexpectedFile", "redis/db_0/strings/odd.bim"), found)
        self.assertIn("dynamodb/orders/items/tx/1.json", [path for _, path in found])
        self.run_cli("verify", "--quick", self.tree)

    def test_two_records_with_one_key_name_both_files(self):
        with open(os.path.join(self.tree, "redis/db_0/hashes", self.names(
                os.path.join(self.tree, "redis/db_0/hashes"))[0]), "rb") as file:
            name, content = os.path.basename(file.name), file.read()
        other = name.replace(name[0], f"%{ord(name[0]):02X}", 1)
        self.edit("redis/db_0/hashes/" + other, content)
        self.run_cli("seal", self.tree)
        run = self.run_cli("verify", self.tree, code=2)
        self.assertIn(b"DuplicateKey", run.out)
        self.assertIn(name.encode(), run.out)
        self.assertIn(other.encode(), run.out)

    def test_every_file_counts_whoever_reads_it(self):
        """One flipped bit in any file of the tree is found."""
        for path in ("MANIFEST.json", "fs/inodes.jsonl", "redis/db_0/KEYMAP.jsonl", "redis/db_0/strings/hello.bin"):
            full = os.path.join(self.tree, path)
            if not os.path.exists(full):
                continue
            with open(full, "rb") as file:
                content = file.read()
            self.edit(path, content + b"\n")
            for call in ([], ["--quick"]):
                found = self.lines(self.run_cli("verify", self.tree, *call, code=2))
                self.assertIn(("ChecksumMismatch", path), found)
            self.edit(path, content)

    def test_what_makes_a_tree_is_missed(self):
        os.rename(os.path.join(self.tree, "CHECKSUMS"), self.path("list"))
        self.assertEqual(self.lines(self.run_cli("verify", self.tree, code=2)), [("ChecksumsMissing", "CHECKSUMS")])
        os.rename(self.path("list"), os.path.join(self.tree, "CHECKSUMS"))
        os.remove(os.path.join(self.tree, "MANIFEST.json"))
        codes = {code for code, _ in self.lines(self.run_cli("verify", self.tree, code=2))}
        self.assertEqual(codes, {"ManifestMissing", "Missing"})

    def test_archives(self):
        plain, packed = self.path("x.tar"), self.path("x.tar.zst")
        subprocess.run(["tar", "-C", self.tree, "-cf", plain, "."], check=True)
        subprocess.run(["zstd", "-q", plain, "-o", packed], check=True)
        for archive in (plain, packed):
            for call in ([], ["--quick"]):
                run = self.run_cli("verify", archive, *call)
                self.assertEqual((run.out, run.err), (b"", b""))
        self.assertEqual(self.names(), ["dump", "x.tar", "x.tar.zst"])
        self.edit("redis/db_0/strings/new.bin", b"x")
        os.remove(os.path.join(self.tree, "redis/db_0/strings/counter.bin"))
        subprocess.run(["tar", "-C", self.tree, "-cf", plain, "."], check=True)
        found = self.lines(self.run_cli("verify", plain, code=2))
        self.assertEqual(found, [("Missing", "redis/db_0/strings/counter.bin"),
                                 ("UnlistedFile", "redis/db_0/strings/new.bin")])
        with open(packed, "rb") as file:
            whole = file.read()
        with open(packed, "wb") as file:
            file.write(whole[:len(whole) // 2])
        self.assertEqual(self.lines(self.run_cli("verify", packed, code=2)), [("ArchiveTruncated", packed + ":")])

    def test_archives_that_would_leave_the_tree(self):
        for name, kind, code in (("../x", tarfile.REGTYPE, "UnsafePath"), ("x", tarfile.SYMTYPE, "NotRegular")):
            path = self.path("bad.tar")
            with tarfile.open(path, "w") as archive:
                entry = tarfile.TarInfo(name)
                entry.type, entry.linkname = kind, "/etc/passwd"
                archive.addfile(entry, io.BytesIO(b""))
            self.assertEqual(self.lines(self.run_cli("verify", path, code=2))[0][0], code)

    def test_several_at_once(self):
        other = self.write("bad.fsm", b"nonsense" * 9)
        document = self.document(self.run_cli("verify", "--json", "--quick", self.tree, other, self.path("no"), code=2),
                                 "verify")
        self.assertEqual([i["exit_code"] for i in document["inputs"]], [0, 2, 1])
        self.assertEqual(document["inputs"][2]["error"]["code"], "NotFound")


class OfSnapshots(CliTest):
    def setUp(self):
        super().setUp()
        self.rows = [snap.row(b"!redis|str|hello", snap.T0, b"world"), snap.row(b"plain", snap.T0, b"raw")]
        self.file = self.write("x.fsm", snap.fsm(self.rows))

    def test_a_whole_one(self):
        for call in ([], ["--quick"]):
            run = self.run_cli("verify", self.file, *call)
            self.assertEqual((run.out, run.err), (b"", b""))
        document = self.document(self.run_cli("verify", "--json", self.file), "verify")
        self.assertEqual((document["inputs"][0]["kind"], document["inputs"][0]["records"]), ("snapshot", 2))
        self.assertEqual(self.names(), ["x.fsm"])

    def test_standard_input(self):
        with open(self.file, "rb") as file:
            run = subprocess.run([os.environ["SNAPTREE"], "verify", "-"], stdin=file, capture_output=True, check=False)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, b"", b""))
        self.assertIn(b"[OptionConflict]", self.run_cli("verify", "-", "-", code=1).err)

    def test_a_flipped_bit(self):
        with open(self.file, "rb") as file:
            content = bytearray(file.read())
        content[len(content) // 2] ^= 1
        path = self.write("bad.fsm", bytes(content))
        for call in ([], ["--quick"]):
            run = self.run_cli("verify", path, *call, code=2)
            self.assertIn(b"FsmChecksum", run.out)
            self.assertTrue(run.err.split(b"\nnext: ")[0].endswith(b"1 problem (exit 2); nothing was changed"))

    def test_a_damaged_row_is_named(self):
        rows = sorted(self.rows + [snap.row(b"!redis|str|bad", snap.T0, b"\xff\x01\x09")])
        path = self.write("bad.fsm", snap.fsm(rows))
        run = self.run_cli("verify", path, code=2)
        self.assertRegex(run.out.decode(), r"^RedisInvalidStringValue   .*bad.fsm: offset \d+: .*redis.str.bad.*\n$")
        document = self.document(self.run_cli("verify", "--json", path, code=2), "verify")
        self.assertEqual(document["inputs"][0]["problem_count"], 1)

    def zset(self, members, scores):
        """A sorted set z of members with score 1, and score rows of others."""
        length = b"\0\0\0\1z"
        rows = [snap.row(b"!zs|meta|" + length, snap.T0, len(members).to_bytes(8, "big") + bytes(8))]
        rows += [snap.row(b"!zs|mem|" + length + m, snap.T0, bytes.fromhex("3ff0000000000000")) for m in members]
        rows += [snap.row(b"!zs|scr|" + length + bytes.fromhex("bff0000000000000") + m, snap.T0) for m in scores]
        return self.write("z.fsm", snap.fsm(rows))

    def test_indexes_agree_with_records(self):
        run = self.run_cli("verify", self.zset([b"a", b"b"], [b"b", b"a"]))
        self.assertEqual((run.out, run.err), (b"", b""))
        path = self.zset([b"a", b"b"], [b"b", b"c"])
        self.assertEqual(self.run_cli("verify", "--quick", path).out, b"")
        run = self.run_cli("verify", path, code=2)
        lines = run.out.decode().splitlines()
        self.assertEqual(len(lines), 2)
        self.assertRegex(lines[0], r"^IndexRowMissing   .*z.fsm: offset \d+: redis/db_0/zsets/z.json   .*, "
                         r"expected a row !zs\|scr\|.*a$")
        self.assertRegex(lines[1], r"^IndexRowStale +.*z.fsm: offset \d+: !zs\|scr\|.*c +no record has this row: ")
        self.assertEqual(run.err.count(b"next: snaptree decode, then snaptree encode, makes all index rows anew"), 1)

    def test_many_problems_of_one_code_are_counted(self):
        path = self.zset([b"m"], [b"%03d" % n for n in range(100)])
        run = self.run_cli("verify", path, code=2)
        lines = run.out.decode().splitlines()
        self.assertEqual(len(lines), 1 + 30 + 1)
        self.assertEqual(lines[-1], "IndexRowStale     and 70 more, of which -v shows the first 10,000")
        self.assertIn(b"  1 IndexRowMissing, 100 IndexRowStale\n", run.err)
        self.assertIn(b"101 problems (exit 2); nothing was changed", run.err)
        self.assertEqual(len(self.run_cli("verify", "-v", path, code=2).out.splitlines()), 101)
        one = self.document(self.run_cli("verify", "--json", path, code=2), "verify")["inputs"][0]
        self.assertEqual(one["problem_counts"], {"IndexRowMissing": 1, "IndexRowStale": 100})
        self.assertEqual((one["problem_count"], len(one["problems"])), (101, 101))

    def test_a_deleted_index_row_of_a_node(self):
        """Every derived row of the recorded node is there for a reason."""
        path = self.path("node.fsm")
        subprocess.run(["zstd", "-dqf", NODE1_FSM, "-o", path], check=True)
        with open(path, "rb") as file:
            whole = file.read()
        self.assertEqual(self.run_cli("verify", path).out, b"")
        for prefix in (b"!ddb|gsi|", b"!fs|dirv|", b"!redis|ttl|", b"!sqs|msg|byage|", b"!sqs|msg|vis|", b"!zs|scr|"):
            key = self.first_live_key(path, prefix)
            at = whole.index(snap.raw_key(*key)) - 8
            size = int.from_bytes(whole[at:at + 8], "little")
            flags = at + 8 + size + 8  # 1: deleted. Without a footer no checksum tells of it
            bad = self.write("bad.fsm", whole[:flags] + b"\1" + whole[flags + 1:-4])
            found = self.lines_of(self.run_cli("verify", bad, code=2))
            self.assertEqual([code for code, _ in found], ["IndexRowMissing"], prefix)
            os.remove(bad)

    def lines_of(self, run):
        return [tuple(line.split()[:2]) for line in run.out.decode().splitlines()]

    def first_live_key(self, path, prefix):
        run = self.run_cli("rows", "--hex", "--limit", "1", "--family", prefix.decode(), path)
        row = json.loads(run.out)
        return bytes.fromhex(row["key_hex"] if "key_hex" in row else row["key"]), int(row["ts"])


if __name__ == "__main__":
    unittest.main()

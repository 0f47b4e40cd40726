"""Folders as inputs: raft data directories with snapshots and the store fsm.db, several groups, and what inspect lists."""

import fcntl
import json
import os
import shlex
import struct
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
from support import snapshots as snap
from support.harness import SOURCE, CliTest, Run

STORES = os.path.join(SOURCE, "testdata", "pebble1")
GROUPS = os.path.join(SOURCE, "testdata", "groups1")
SNAPSHOT_INDEX = 0x63F
APPLIED_INDEX = 1610


def unzstd(path):
    return subprocess.run(["zstd", "-dqc", "--long=27", path], capture_output=True, check=True).stdout


def fields(*parts):
    return b"".join(varint(n << 3 | (2 if isinstance(v, bytes) else 0)) +
                    (varint(len(v)) + v if isinstance(v, bytes) else varint(v)) for n, v in parts)


def varint(n):
    out = b""
    while n >= 0x80:
        out += bytes([n & 0x7F | 0x80])
        n >>= 7
    return out + bytes([n])


def snap_file(index, term, crc):
    token = b"EKVT\x01" + struct.pack(">QI", index, crc)
    message = fields((1, token), (2, fields((1, fields((1, 1))), (2, index), (3, term))))
    return fields((1, snap.crc32c(message)), (2, message))


class DirectoryTest(CliTest):
    """n1: group 2 of a node that was killed, its newest snapshot and its newer store."""

    def setUp(self):
        super().setUp()
        self.node = self.path("a node", "n1")
        self.fsm = os.path.join(self.node, "fsm-snap", "%016x.fsm" % SNAPSHOT_INDEX)
        self.store = os.path.join(self.node, "fsm.db")

    def add_snapshot(self, index=SNAPSHOT_INDEX, content=None, node=None, with_snap=True):
        node = node or self.node
        for name in ("fsm-snap", "snap", "wal"):
            os.makedirs(os.path.join(node, name), exist_ok=True)
        if content is None:
            content = unzstd(os.path.join(GROUPS, "group-2.fsm.zst"))
        self.write(os.path.join(node, "fsm-snap", "%016x.fsm" % index), content)
        if with_snap:
            crc, = struct.unpack(">I", content[-4:])
            self.write(os.path.join(node, "snap", "%016x-%016x.snap" % (2, index)), snap_file(index, 2, crc))

    def add_store(self, node=None, name="group-2"):
        node = node or self.node
        os.makedirs(node, exist_ok=True)
        subprocess.run(["tar", "x", "-C", node], input=unzstd(os.path.join(STORES, name + ".tar.zst")), check=True)

    def break_file(self, path, at=None):
        with open(path, "r+b") as file:
            file.seek(at if at is not None else os.path.getsize(path) // 2)
            byte = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte[0] ^ 0x10]))

    def break_store(self):
        self.break_file(os.path.join(self.store, "000004.log"), 5000)

    def inspect(self, *arguments, code=0):
        run = self.run_cli("inspect", "--json", *arguments, code=code)
        return self.document(run, "inspect")["inputs"][0]

    def decode(self, *arguments, code=0):
        run = self.run_cli("decode", "--json", "-n", *arguments, code=code)
        return self.document(run, "decode")

    def finding(self, document, code):
        return next((f for f in document["findings"] if f["code"] == code), None)


class Choice(DirectoryTest):
    def test_newer_store_is_taken(self):
        self.add_snapshot()
        self.add_store()
        document = self.decode(self.node, code=None)
        self.assertEqual(document["input"]["path"], self.store)
        self.assertEqual(document["input"]["snapshot_index"], APPLIED_INDEX)
        self.assertIn(f"fsm.db with applied index {APPLIED_INDEX}", self.finding(document, "state_chosen")["example"])
        run = self.run_cli("decode", "-v", self.node, "-o", self.path("out"), code=None)
        self.assertIn(f"read: {self.store} with applied index {APPLIED_INDEX}".encode(), run.err)
        with open(self.path("out", "MANIFEST.json"), encoding="utf-8") as file:
            manifest = json.load(file)
        self.assertEqual(manifest["snapshot_index"], APPLIED_INDEX)
        self.assertEqual(manifest["source"]["fsm_path"], self.store)
        self.assertNotIn("fsm_crc32c", manifest["source"])
        given, = manifest["snaptree"]["inputs"]
        self.assertEqual((given["path"], given["format"]), (self.store, "Pebble-16"))
        # The store by its own name is the same.
        self.assertEqual(self.decode(self.store, code=None)["rows"], document["rows"])

    def test_nothing_is_written_into_the_directory(self):
        self.add_snapshot()
        self.add_store()
        listing = lambda: sorted((d, tuple(sorted((f, os.stat(os.path.join(d, f)).st_mtime_ns) for f in names)))
                                 for d, _, names in os.walk(self.node))
        before = listing()
        self.run_cli("inspect", self.node)
        self.run_cli("decode", self.node, "-o", self.path("out"), code=None)
        self.assertEqual(listing(), before)

    def test_from_decides(self):
        self.add_snapshot()
        self.add_store()
        self.assertEqual(self.decode(self.node, "--from", "snapshot", code=None)["input"]["path"], self.fsm)
        self.assertEqual(self.decode(self.node, "--from", "pebble", code=None)["input"]["path"], self.store)
        self.break_file(self.fsm)
        self.run_cli("decode", "-n", self.node, "--from", "snapshot", code=2)
        self.assertEqual(self.decode(self.node, "--from", "pebble", code=None)["input"]["path"], self.store)

    def test_a_newer_snapshot_is_taken(self):
        self.add_snapshot(APPLIED_INDEX + 1)
        self.add_store()
        document = self.decode(self.node, code=None)
        self.assertEqual(document["input"]["snapshot_index"], APPLIED_INDEX + 1)
        self.assertIn(f"fsm.db is older: applied index {APPLIED_INDEX}", self.finding(document, "state_chosen")["example"])

    def test_a_damaged_store_is_said(self):
        self.add_snapshot()
        self.add_store()
        self.break_store()
        document = self.decode(self.node, code=3)
        self.assertEqual(document["input"]["path"], self.fsm)
        broken = self.finding(document, "pebble_broken")
        self.assertEqual(broken["severity"], "warning")
        self.assertIn("000004.log", broken["example"])
        self.assertIn("--from pebble --salvage", broken["what"])
        # Without another state there is nothing to fall back to.
        self.break_file(self.fsm)
        error, = self.errors(self.run_cli("decode", "--json", "-n", self.node, code=2))
        self.assertEqual(error["code"], "NoSnapshot")
        self.assertIn("000004.log", error["found"])
        pasted = error["hint"].replace("snaptree", os.environ["SNAPTREE"], 1)
        self.assertIn(subprocess.run(pasted, shell=True, capture_output=True, check=False).returncode, (2, 3))

    def test_a_running_node_is_not_passed_over(self):
        self.add_snapshot()
        self.add_store()
        with open(os.path.join(self.store, "LOCK"), "r+b") as held:
            fcntl.lockf(held, fcntl.LOCK_EX)
            error, = self.errors(self.run_cli("decode", "--json", "-n", self.node, code=None))
            self.assertEqual(error["code"], "PebbleLocked")
            self.assertIn("--from snapshot", error["hint"])
            self.assertIn("--force-locked", error["hint"])
            run = self.run_cli("inspect", self.node, code=None)
            self.assertNotEqual(run.code, 0)
            self.assertIn(b"LOCKED", run.out)
            self.assertRegex(run.out, rb"fsm.db +unknown   LOCKED")
            pasted = self.inspect(self.node, code=None)["directory"]["groups"][0]["store"]["decode"]
            pasted = pasted.replace("&& snaptree", "&& " + os.environ["SNAPTREE"])
            copied = subprocess.run(pasted, shell=True, cwd=self.folder, capture_output=True, check=False)
            self.assertIn(copied.returncode, (0, 3), copied)
            self.assertIn(b"PebbleLocked", run.err)
            self.assertEqual(self.decode(self.node, "--from", "snapshot", code=None)["input"]["path"], self.fsm)
            self.assertEqual(self.decode(self.node, "--force-locked", code=None)["input"]["path"], self.store)

    def test_every_command_takes_it(self):
        self.add_snapshot()
        self.add_store()
        self.run_cli("decode", self.node, "-o", self.path("tree"), code=None)
        self.assertEqual(self.run_cli("rows", self.node, code=None).out, self.run_cli("rows", self.store, code=None).out)
        listed = self.run_cli("ls", self.node, code=None).out.splitlines()
        self.assertGreater(len(listed), 30)
        self.run_cli("verify", self.node, code=None)
        self.assertEqual(self.run_cli("diff", self.node, self.path("tree"), code=None).code, 0)
        address = next(a.decode() for a in listed if a.startswith(b"redis/db_0/strings/"))
        with open(self.path("tree", address), "rb") as file:
            self.assertEqual(self.run_cli("get", self.node, address, code=None).out, file.read())

    def test_leftovers(self):
        self.add_snapshot()
        os.makedirs(os.path.join(self.node, "fsm.db-restore-backup-17"))
        document = self.decode(self.node, code=None)
        self.assertIn("fsm.db-restore-backup-17", self.finding(document, "leftovers")["example"])
        self.assertIn(b"left over, not looked at: ", self.run_cli("inspect", self.node, code=None).out)


class Restore(DirectoryTest):
    def restore(self, what, code):
        return self.run_cli("restore", "--json", what, "--data-dir", self.path("new"), "--peers", "n1=127.0.0.1:1",
                            "--no-encode-info", code=code)

    def test_the_snapshot_is_restored_and_the_newer_store_is_said(self):
        self.add_snapshot()
        self.add_store()
        document = self.document(self.restore(self.node, 0), "restore")
        self.assertIn(f"applied index {APPLIED_INDEX}", self.finding(document, "store_not_restored")["example"])
        self.assertIn("%016x.fsm" % SNAPSHOT_INDEX, self.names(self.path("new", "fsm-snap")))

    def test_a_store_is_refused(self):
        self.add_store()
        for what in (self.store, self.node):
            run = self.restore(what, None)
            self.assertIn(run.code, (1, 2))
            self.assertNotIn("new", self.names())


class Inspect(DirectoryTest):
    def test_document(self):
        self.add_snapshot(7, snap.DELETED_STRING)
        self.add_snapshot(6, snap.fsm([snap.row(b"k", snap.T0, b"v")]), with_snap=False)
        self.add_snapshot(5, snap.DELETED_STRING[:-1] + b"x")
        self.add_snapshot(8, snap.DELETED_STRING)
        self.write(os.path.join(self.node, "snap", "%016x-%016x.snap" % (2, 8)), snap_file(8, 2, 1))
        self.write(os.path.join(self.node, "fsm-snap", "%016x.fsm.tmp" % 9), snap.DELETED_STRING[:100])
        self.write(os.path.join(self.node, "fsm-snap", "elastickv-etcd-snapshot-1"), b"")
        os.makedirs(os.path.join(self.node, "encryption"))
        self.write(os.path.join(self.node, "encryption", "keys.json"), b"{}")
        document = self.inspect(self.node, code=3)  # snapshot 8 is newer and not what its token says
        group, = document["directory"]["groups"]
        self.assertEqual(group["path"], self.node)
        self.assertIsNone(group["store"])
        self.assertEqual(group["keys_file"], os.path.join(self.node, "encryption", "keys.json"))
        states = {os.path.basename(s["path"]): s for s in group["snapshots"]}
        self.assertEqual([s["index"] for s in group["snapshots"]][:4], [8, 7, 6, 5])
        for index, state, agrees, chosen in ((8, "broken", False, False), (7, "whole", True, True), (6, "whole", None, False),
                                             (5, "broken", None, False)):
            one = states["%016x.fsm" % index]
            self.assertEqual((one["state"], one["snap_file_agrees"], one["chosen"]), (state, agrees, chosen), index)
            self.assertEqual(one["format"], "EKVTHLC1+EKVPBBL1")
            self.assertEqual(one["last_commit_ts"], str(snap.T1))
        self.assertEqual(states["%016x.fsm" % 8]["error"]["code"], "SnapTokenMismatch")
        self.assertEqual(states["%016x.fsm" % 5]["error"]["code"], "FsmChecksum")
        self.assertEqual(states["%016x.fsm" % 7]["term"], 2)
        for name in ("%016x.fsm.tmp" % 9, "elastickv-etcd-snapshot-1"):
            self.assertEqual((states[name]["kind"], states[name]["state"]), ("unfinished", "unfinished"))
        self.assertEqual((document["path"], document["snapshot_index"], document["raft_term"]),
                         (os.path.join(self.node, "fsm-snap", "%016x.fsm" % 7), 7, 2))

    def test_commands_can_be_pasted(self):
        self.add_snapshot(7, snap.DELETED_STRING)
        self.add_snapshot(6, snap.fsm([snap.row(b"k", snap.T0, b"v")])[:-30], with_snap=False)
        self.add_store()
        group, = self.inspect(self.node, code=None)["directory"]["groups"]
        for one in group["snapshots"] + [group["store"]]:
            words = shlex.split(one["decode"])
            self.assertEqual(words[:2], ["snaptree", "decode"])
            self.assertEqual("--salvage" in words, one["state"] != "whole")
            self.assertIn(Run(*words[1:], cwd=self.folder).code, (0, 3), words)
            subprocess.run(["rm", "-r", self.path("dump")], check=True)

    def test_what_cannot_be_read_at_all_has_no_command(self):
        self.add_snapshot(7, snap.DELETED_STRING)
        self.add_snapshot(6, b"", with_snap=False)
        self.add_snapshot(5, bytes(range(256)) * 8, with_snap=False)
        os.symlink("/nowhere", os.path.join(self.node, "fsm-snap", "%016x.fsm" % 4))
        self.write(os.path.join(self.node, "fsm-snap", "%016x.fsm.tmp" % 9), b"EKVTH")
        group, = self.inspect(self.node)["directory"]["groups"]
        commands = {s["index"]: s["decode"] for s in group["snapshots"]}
        self.assertIsNotNone(commands.pop(7))
        self.assertEqual(commands, {6: None, 5: None, 4: None, None: None})
        self.assertIn(b"    nothing in it can be read\n", self.run_cli("inspect", self.node).out)

    def test_commands_of_a_node_that_encrypts_name_its_keys(self):
        enc1 = os.path.join(SOURCE, "testdata", "enc1")
        content = unzstd(next(os.path.join(enc1, n) for n in self.names(enc1) if n.endswith(".fsm.zst")))
        self.add_snapshot(7, content)
        keys = os.path.join(self.node, "encryption", "keys.json")
        os.makedirs(os.path.dirname(keys))
        with open(os.path.join(enc1, "keys", "keys.json"), "rb") as file:
            self.write(keys, file.read())
        snapshot, = self.inspect(self.node, code=None)["directory"]["groups"][0]["snapshots"]
        words = shlex.split(snapshot["decode"])
        self.assertEqual(words[words.index("--keys-file") + 1], keys)
        kek = os.path.join(enc1, "keys", "kek")
        words[words.index("KEK")] = kek
        self.assertIn(Run(*words[1:], cwd=self.folder).code, (0, 3))
        next_line = self.run_cli("inspect", self.node, code=None).out.decode().partition("\nnext: ")[2]
        self.assertIn(f"--kek-file KEK --keys-file '{keys}'", next_line)
        given = self.inspect(self.node, "--kek-file", kek, "--keys-file", keys, code=None)
        self.assertIn("--kek-file " + kek, given["directory"]["groups"][0]["snapshots"][0]["decode"])

    def test_store(self):
        self.add_snapshot()
        self.add_store()
        document = self.inspect(self.node, code=None)
        store = document["directory"]["groups"][0]["store"]
        self.assertEqual((store["path"], store["state"], store["applied_index"], store["tables"], store["chosen"]),
                         (self.store, "whole", APPLIED_INDEX, 0, True))
        self.assertGreater(store["bytes"], 1 << 20)
        self.assertEqual(document["applied_index"], APPLIED_INDEX)
        self.break_store()
        document = self.inspect(self.node, code=3)
        store = document["directory"]["groups"][0]["store"]
        self.assertEqual((store["state"], store["chosen"]), ("broken", False))
        self.assertEqual(document["path"], self.fsm)
        self.assertIn("--salvage", store["decode"])

    def test_text(self):
        self.add_snapshot()
        self.add_store()
        self.add_snapshot(5, snap.DELETED_STRING[:-1] + b"x")
        os.chdir(self.path("a node"))
        self.addCleanup(os.chdir, "/")
        run = self.run_cli("inspect", "n1", code=None)
        self.assertEqual(run.err, b"")
        text = run.out.decode()
        listing = text[:text.index("\n\n")]
        self.assertLessEqual(max(map(len, listing.splitlines())), 80, listing)
        for part in ("fsm.db ", "whole  <- decode takes this", f"applied index {APPLIED_INDEX}", "BROKEN",
                     f"index {SNAPSHOT_INDEX}, term 2", ".snap file agrees", "[FsmChecksum]",
                     "snaptree decode n1/fsm.db -o dump"):
            self.assertIn(part, listing)
        self.assertIn(f"raft index          {APPLIED_INDEX} (applied by the store)", text)
        self.assertIn("container           Pebble directory", text)

    def test_an_empty_directory(self):
        os.makedirs(os.path.join(self.node, "fsm-snap"))
        run = self.run_cli("inspect", self.node, code=2)
        self.assertIn(b"no snapshot and no fsm.db", run.out)
        self.assertIn(b"NoSnapshot", run.err)
        document = self.inspect(self.node, code=2)
        self.assertEqual(document["directory"]["groups"][0]["snapshots"], [])
        self.assertEqual(document["error"]["code"], "NoSnapshot")
        # The folder above: its name is what was meant.
        run = self.run_cli("decode", "-n", self.path("a node"), code=2)
        self.assertIn(b"name one, as '" + self.node.encode(), run.err)
        run = self.run_cli("decode", "-n", os.path.join(self.node, "fsm-snap"), code=2)
        self.assertIn(b"name the folder above: '" + self.node.encode() + b"'", run.err)
        tree = self.path("tree")
        os.makedirs(tree)
        self.write(os.path.join(tree, "CHECKSUMS"), b"")
        self.assertIn(b"next: this is a tree", self.run_cli("decode", "-n", tree, code=2).err)

    def test_a_part_of_a_store_names_its_folder(self):
        self.add_store()
        for name in ("000004.log", "MANIFEST-000001"):
            with self.subTest(name):
                run = self.run_cli("inspect", os.path.join(self.store, name), code=2)
                self.assertIn(b"next: give its folder: '" + self.store.encode(), run.err)

    def test_a_store_by_itself_is_not_told_twice(self):
        self.add_store()
        out = self.run_cli("inspect", self.store, code=None).out
        self.assertNotIn(b"decode takes this", out)
        self.assertIn(b"container           Pebble directory", out)


class RecordedGroups(DirectoryTest):
    def test_all_groups_of_a_killed_node_together(self):
        """From the stores, which are newer than the snapshots, all pairs come out equal."""
        for group, index in (("group-1", 0x647), ("group-2", 0x63F)):
            node = os.path.join(self.node, group)
            self.add_snapshot(index, unzstd(os.path.join(GROUPS, group + ".fsm.zst")), node)
            self.add_store(node, group)
        directory = self.inspect(self.node)["directory"]
        self.assertTrue(all(g["store"]["chosen"] for g in directory["groups"]))
        run = Run(*shlex.split(directory["decode_all"])[1:], cwd=self.folder)
        self.assertIn(run.code, (0, 3), run)
        strings = self.path("dump", "redis", "db_0", "strings")
        values = {}
        for name in self.names(strings):
            with open(os.path.join(strings, name), "rb") as file:
                values[name] = file.read()
        pairs = [n for n in values if n.startswith("a%3A")]
        self.assertEqual(len(pairs), 40)
        for name in pairs:
            self.assertEqual(values[name], values["z" + name[1:]], name)


class SeveralGroups(DirectoryTest):
    def setUp(self):
        super().setUp()
        for group, key in (("group-1", b"!redis|str|a"), ("group-2", b"!redis|str|z")):
            self.add_snapshot(7, snap.fsm([snap.row(key, snap.T0, b"v")]), os.path.join(self.node, group))
        self.add_snapshot(7, snap.TIMESTAMP_GROUP, os.path.join(self.node, "group-0"))

    def test_each_group_is_listed(self):
        document = self.inspect(self.node)
        directory = document["directory"]
        self.assertEqual([os.path.basename(g["path"]) for g in directory["groups"]], ["group-0", "group-1", "group-2"])
        self.assertEqual([g["snapshots"][0]["chosen"] for g in directory["groups"]], [False, True, True])
        self.assertNotIn("rows", document)
        run = Run(*shlex.split(directory["decode_all"])[1:], cwd=self.folder)
        self.assertEqual(run.code, 0, run)
        self.assertEqual(self.names(self.path("dump", "redis", "db_0", "strings")), ["a.bin", "z.bin"])

    def test_a_broken_group(self):
        self.break_file(os.path.join(self.node, "group-2", "fsm-snap", "%016x.fsm" % 7))
        run = self.run_cli("inspect", self.node, code=2)
        self.assertIn(b"group_unreadable", run.out)
        self.assertIn(b"BROKEN", run.out)
        self.assertEqual(self.finding(self.inspect(self.node, code=2), "group_unreadable")["count"], 1)

    def test_decode_asks_which(self):
        error, = self.errors(self.run_cli("decode", "--json", "-n", self.node, code=1))
        self.assertEqual(error["code"], "SeveralGroups")


class Options(DirectoryTest):
    """Options that say how an input is opened, where they say nothing."""

    def refused(self, *arguments):
        error, = self.errors(self.run_cli("decode", "--json", "-n", *arguments, code=1))
        self.assertEqual(error["code"], "OptionConflict")
        self.assertTrue(error["hint"])
        return error

    def test_conflicts(self):
        self.add_snapshot()
        file = self.write("x.fsm", snap.DELETED_STRING)
        manifest = self.write("m.json", b"{}")
        for options in (["--from", "snapshot"], ["--from", "pebble"], ["--manifest-key", "v1/x"], ["--force-locked"],
                        ["--checkpoint"]):
            self.assertIn(options[0], self.refused(file, *options)["what"])
        for options in (["--manifest-key", "v1/x"], ["--offload-manifest", manifest], ["--force-locked"], ["--checkpoint"]):
            self.assertIn(options[0], self.refused(self.node, *options)["what"])
        self.add_store()
        self.assertIn("--from", self.refused(self.store, "--from", "pebble")["what"])
        for option in ("--force-locked", "--checkpoint"):
            self.assertIn(option, self.refused(self.node, option, "--from", "snapshot")["what"])
            self.run_cli("decode", "-n", self.node, option, code=None)
        self.run_cli("rows", file, "--from", "snapshot", code=1)
        # What is not there is the more important news.
        error, = self.errors(self.run_cli("decode", "--json", "-n", self.path("nothing"), "--from", "snapshot", code=1))
        self.assertEqual(error["code"], "NotFound")

    def test_one_of_two_sides_is_enough(self):
        self.add_snapshot()
        file = self.write("x.fsm", snap.DELETED_STRING)
        self.assertIn(self.run_cli("diff", self.node, file, "--from", "snapshot", code=None).code, (0, 3))


if __name__ == "__main__":
    unittest.main()

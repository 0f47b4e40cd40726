"""Pebble directories of recorded nodes with every command, and what can be wrong with one."""

import fcntl
import json
import os
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
from support.harness import NODE1_FSM, SOURCE, CliTest

RECORDED = os.path.join(SOURCE, "testdata", "pebble1")
# Written by the recorder itself until the node was stopped.
BUSY_KEY = "zz:tick"
LOCKED = """
import fcntl, sys
file = open(sys.argv[1], "r+")
fcntl.lockf(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def unpack(name, folder):
    os.makedirs(folder)
    packed = subprocess.run(["zstd", "-q", "-d", "-c", "--long=27", os.path.join(RECORDED, name + ".tar.zst")],
                            check=True, capture_output=True)
    subprocess.run(["tar", "x", "-C", folder], input=packed.stdout, check=True)
    return os.path.join(folder, "fsm.db")


def content_of(path):
    with open(path, "rb") as file:
        return file.read()


def everything(folder):
    """Names, times and contents below a folder."""
    found = {}
    for root, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            path = os.path.join(root, name)
            stat = os.stat(path)
            content = content_of(path) if name in files else b""
            found[os.path.relpath(path, folder)] = (stat.st_mtime_ns, stat.st_ctime_ns, stat.st_mode, content)
    return found


def tree(folder):
    """Relative path to content, without what tells of the run and of the busy key."""
    found = {}
    for root, _, files in os.walk(folder):
        for name in files:
            path = os.path.relpath(os.path.join(root, name), folder)
            if path in ("MANIFEST.json", "CHECKSUMS") or "zz%3Atick" in path:
                continue
            found[path] = content_of(os.path.join(root, name))
    return found


class PebbleTest(CliTest):
    def store(self, name="node1"):
        return unpack(name, self.path(name))


class Node1(PebbleTest):
    def test_the_tree_is_that_of_the_snapshot_with_any_number_of_threads(self):
        store = self.store()
        before = everything(store)
        for threads in ("1", "4"):
            self.run_cli("decode", store, "-o", self.path("t" + threads), "--threads", threads)
        self.run_cli("decode", NODE1_FSM, "-o", self.path("snapshot"))
        one = tree(self.path("t1"))
        self.assertEqual(one, tree(self.path("t4")))
        self.assertEqual(one, tree(self.path("snapshot")))
        self.assertGreater(len(one), 300)
        self.assertEqual(everything(store), before)
        self.assertIn(b"Pebble-16", content_of(self.path("t1", "MANIFEST.json")))

    def test_every_command_reads_it(self):
        store = self.store()
        before = everything(store)
        rows = self.run_cli("rows", "--hex", store).out.splitlines()
        self.assertEqual(len(rows), 8605)
        self.run_cli("inspect", store)
        self.run_cli("verify", store)
        self.run_cli("verify", "--quick", store)
        listed = self.run_cli("ls", store).out.decode()
        self.assertIn("redis", listed)
        self.assertEqual(everything(store), before)

    def test_get_gives_what_the_snapshot_gives_with_and_without_an_index(self):
        store = self.store()
        wanted = ("s3/photos/2026/04/29/img.jpg", "dynamodb/Table.With-Odd_Name.123/items/1.json",
                  "s3/logs-2026/app/0/102071177.log.elastickv-meta.json")
        for what in wanted:
            expected = self.run_cli("get", NODE1_FSM, what).out
            self.assertEqual(self.run_cli("get", store, what).out, expected)
            # Of a directory there is no index: it has no one file that could tell whether it is the same.
            run = self.run_cli("get", "--index", self.path("index"), store, what)
            self.assertEqual(run.out, expected)
            self.assertIn(b"index_not_used: ", run.err)
            self.assertIn(b"a Pebble directory", run.err)

    def test_differs_from_the_snapshot_by_the_busy_key_alone(self):
        run = self.run_cli("diff", self.store(), NODE1_FSM, code=None)
        self.assertIn(run.code, (0, 1, 3), run)
        for line in run.out.decode().splitlines():
            if "redis/" in line:
                self.assertIn("tick", line)

    def test_restore_refuses_it_and_says_what_to_do(self):
        run = self.run_cli("restore", self.store(), "--data-dir", self.path("out"), "--peers", "n1=127.0.0.1:1",
                           "--index", "5000", code=1)
        self.assertIn(b"[RestoreNeedsFile]", run.err)
        self.assertIn(b"next: decode it, encode the tree", run.err)
        self.assertFalse(os.path.exists(self.path("out")))


class Groups1(PebbleTest):
    def test_all_pairs_of_a_killed_node_are_there_and_equal(self):
        stores = [self.store("group-1"), self.store("group-2")]
        before = [everything(store) for store in stores]
        self.run_cli("decode", *stores, "-o", self.path("tree"))
        self.assertEqual([everything(store) for store in stores], before)
        found = tree(self.path("tree"))
        for i in range(40):
            a = found[f"redis/db_0/strings/a%3A{i}.bin"]
            self.assertEqual(a, found[f"redis/db_0/strings/z%3A{i}.bin"])
            self.assertNotEqual(a, b"")


class Wrong(PebbleTest):
    def test_a_held_directory_is_refused_and_can_be_forced(self):
        store = self.store("group-2")
        node = subprocess.Popen([sys.executable, "-c", LOCKED, os.path.join(store, "LOCK")], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE)
        try:
            self.assertEqual(node.stdout.readline(), b"held\n")
            before = everything(store)
            run = self.run_cli("rows", store, code=4)
            self.assertIn(b"[PebbleLocked]", run.err)
            self.assertIn(str(node.pid).encode(), run.err)
            self.assertIn(b"--force-locked", run.err)
            self.run_cli("decode", store, "-o", self.path("out"), code=4)
            self.assertFalse(os.path.exists(self.path("out")))
            forced = self.run_cli("rows", "--force-locked", store)
            self.assertEqual(everything(store), before)
            with open(os.path.join(store, "LOCK"), "r+", encoding="ascii") as lock:
                with self.assertRaises(OSError):
                    fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finally:
            node.communicate()
        self.assertEqual(self.run_cli("rows", store).out, forced.out)

    def test_a_missing_table_is_named_and_salvage_goes_on(self):
        store = self.store()
        missing = os.path.join(store, "000104.sst")
        os.remove(missing)
        for more in ([], ["--checkpoint"]):
            run = self.run_cli("decode", store, "-o", self.path("out"), *more, code=2)
            self.assertIn(b"[TableMissing]", run.err)
            self.assertIn(missing.encode(), run.err)
            self.assertIn(b"raw keys", run.err)
            self.assertFalse(os.path.exists(self.path("out")))
        run = self.run_cli("decode", "--salvage", store, "-o", self.path("out"), code=3)
        self.assertIn(b"pebble_table_lost", run.err)
        salvage = content_of(self.path("out", "SALVAGE.json"))
        self.assertIn(b"000104.sst", salvage)
        self.assertIn(b"TableMissing", salvage)

    def test_a_damaged_block_is_an_error_and_salvage_loses_that_block_alone(self):
        store = self.store("group-1")
        whole = self.run_cli("rows", "--hex", "--all-versions", store).out.splitlines()
        path = os.path.join(store, "000008.sst")
        with open(path, "r+b") as file:
            file.seek(300000)
            byte = file.read(1)
            file.seek(300000)
            file.write(bytes([byte[0] ^ 4]))
        run = self.run_cli("rows", store, code=2)
        self.assertIn(b"[BlockChecksum]", run.err)
        self.assertIn(path.encode(), run.err)
        left = self.run_cli("rows", "--hex", "--all-versions", "--salvage", store, code=3).out.splitlines()
        # A version may have been the newest of its key.
        keys = {json.loads(line).get("key_hex") for line in whole}
        self.assertTrue({json.loads(line).get("key_hex") for line in left} <= keys)
        self.assertGreater(len(left), len(whole) * 9 // 10)
        self.assertLess(len(left), len(whole))

    def test_without_a_manifest(self):
        store = self.store("group-1")
        whole = self.run_cli("rows", "--hex", store).out
        for name in ("marker.manifest.000001.MANIFEST-000001", "MANIFEST-000001"):
            os.remove(os.path.join(store, name))
            run = self.run_cli("rows", store, code=2)
            self.assertIn(b"[PebbleNoManifest]", run.err)
            salvaged = self.run_cli("rows", "--hex", "--salvage", store, code=3)
            self.assertIn(b"pebble_best_effort", salvaged.err)
            self.assertEqual(salvaged.out, whole)

    def test_logs_that_are_not_there(self):
        for name, code, said in (("000002.log", 2, b"[WalMissing]"), ("000004.log", 2, b"[WalMissing]"),
                                 ("000006.log", 3, b"wal_closed")):
            store = unpack("group-2", self.path("without-" + name))
            os.remove(os.path.join(store, name))
            run = self.run_cli("rows", store, code=code)
            self.assertIn(said, run.err)
            run = self.run_cli("rows", "--checkpoint", store, code=2)
            self.assertIn(b"[WalMissing]", run.err)
            self.run_cli("rows", "--salvage", store, code=3)
            shown = self.run_cli("inspect", "--json", store, code=code).out
            self.assertEqual(json.loads(shown)["directory"]["groups"][0]["store"]["state"],
                             "incomplete" if code == 3 else "broken")

    def test_a_manifest_without_its_marker_and_tables(self):
        store = self.store("group-2")
        os.remove(os.path.join(store, "marker.manifest.000001.MANIFEST-000001"))
        for command in ("rows", "inspect"):
            run = self.run_cli(command, store, code=2)
            self.assertIn(b"[PebbleNoManifest]", run.err)
            self.assertIn(b"MANIFEST-000001", run.err)
            self.assertIn(b"--salvage", run.err)
        salvaged = self.run_cli("rows", "--salvage", store, code=3)
        self.assertNotIn(b"wal_sequence_gap", salvaged.err)

    def test_a_folder_without_write_permission_is_enough(self):
        store = self.store("group-2")
        for name in os.listdir(store):
            os.chmod(os.path.join(store, name), 0o444)
        os.chmod(store, 0o555)
        try:
            self.run_cli("rows", store)
        finally:
            os.chmod(store, 0o755)

    def test_a_copy_of_a_running_node(self):
        store = self.store("group-2")
        # The last log was copied while a record was written into it.
        log = os.path.join(store, "000006.log")
        os.truncate(log, os.path.getsize(log) // 2 + 5)
        copied = self.run_cli("rows", "--checkpoint", store)
        self.assertEqual(copied.err, b"")
        self.assertEqual(self.run_cli("rows", store).out, copied.out)
        # A log that the node had removed meanwhile.
        store = self.store()
        os.remove(os.path.join(store, "000110.log"))
        run = self.run_cli("rows", "--checkpoint", store, code=2)
        self.assertIn(b"[WalMissing]", run.err)
        self.assertIn(b"000110.log", run.err)


if __name__ == "__main__":
    unittest.main()

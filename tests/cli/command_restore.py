"""snaptree restore: what it builds, what it says, and which calls it takes."""

import fcntl
import hashlib
import json
import os
import shlex
import shutil
import signal
import stat
import struct
import subprocess
import sys
import time
import unittest

sys.dont_write_bytecode = True
from support import snapshots as snap
from support.harness import NODE1, NODE1_FSM, PROGRAM, CliTest, environment

PEERS = "n1=127.0.0.1:12001,n2=127.0.0.1:12002"
WORLD = [snap.row(b"!redis|str|hello", snap.T1, b"world")]
IMAGE = snap.stream(WORLD, snap.T1)
WAL = "wal/0000000000000000-0000000000000000.wal"


def node_id(name):
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def peers_file(index, peers):
    """The peers file of (id, address, is learner), written here once more from its description."""
    out = b"EKVP" + struct.pack(">IQI", 3, index, len(peers))
    for name, address, learner in sorted(peers, key=lambda p: node_id(p[0])):
        out += struct.pack(">QB", node_id(name), learner)
        out += struct.pack(">I", len(name)) + name.encode() + struct.pack(">I", len(address)) + address.encode()
    return out + bytes(5)


def encode_info(image, **changes):
    info = {"format_version": 1, "encoder_version": "dev", "encoder_key_format_version": 1,
            "wall_time_iso": "2026-06-01T12:00:00Z", "input_root": "in", "output_fsm_path": "out.fsm",
            "output_fsm_sha256": hashlib.sha256(image).hexdigest(), "last_commit_ts": snap.T1,
            "last_commit_ts_overridden": False, "manifest_last_commit_ts": snap.T1,
            "adapters_enabled": ["redis"], "self_test": {"ran": True, "matched": True}}
    info.update(changes)
    return json.dumps(info, indent=2).encode() + b"\n"


class RestoreTest(CliTest):
    def setUp(self):
        super().setUp()
        self.data = self.path("data")

    def read(self, *names):
        with open(os.path.join(self.data, *names), "rb") as file:
            return file.read()

    def restore(self, *arguments, code=0, **options):
        return self.run_cli("restore", *arguments, "--data-dir", self.data, code=code, **options)

    def error(self, name, *arguments, code=1):
        """A run that fails, and leaves nothing behind."""
        before = self.names()
        run = self.restore(*arguments, code=code)
        self.assertIn(f"[{name}]".encode(), run.err)
        self.assertEqual(run.out, b"")
        self.assertEqual(self.names(), before)
        return run


class Physical(RestoreTest):
    """A snapshot as a node left it."""

    def setUp(self):
        super().setUp()
        self.bytes = snap.fsm(WORLD)
        self.file = self.write("000000000000002a.fsm", self.bytes)

    def test_files(self):
        self.restore(self.file, "--peers", PEERS, "--learners", "n3=127.0.0.1:12003")
        self.assertEqual(self.names(self.data), ["etcd-raft-peers.bin", "fsm-snap", "snap", "wal"])
        self.assertEqual(self.read("fsm-snap", "000000000000002a.fsm"), self.bytes)
        self.assertEqual(self.names(os.path.join(self.data, "snap")), ["0000000000000001-000000000000002a.snap"])
        self.assertEqual(self.read("etcd-raft-peers.bin"),
                         peers_file(42, [("n1", "127.0.0.1:12001", False), ("n2", "127.0.0.1:12002", False),
                                         ("n3", "127.0.0.1:12003", True)]))
        self.assertEqual(len(self.read(WAL)), 64000000)
        self.assertEqual(self.names(), ["000000000000002a.fsm", "data"])
        for folder, _, files in os.walk(self.data):
            self.assertEqual(stat.S_IMODE(os.stat(folder).st_mode), 0o700 if folder.endswith("/wal") else 0o755)
            for name in files:
                self.assertEqual(stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode), 0o600)

    def test_what_was_restored_decodes_like_the_snapshot(self):
        self.restore(self.file, "--peers", PEERS)
        a = self.document(self.run_cli("decode", "-n", "--json", self.file), "decode")
        b = self.document(self.run_cli("decode", "-n", "--json", self.data), "decode")
        self.assertEqual(a["rows"], b["rows"])

    def test_start_commands_work(self):
        run = self.restore(self.file, "--peers", "n1=h:1,two words=h:2")
        self.assertEqual(run.out, b"")
        target = self.path("server")
        os.mkdir(target)
        copies = [line.split(":  ", 1)[1] for line in run.err.decode().splitlines() if " && cp -r " in line]
        self.assertEqual(len(copies), 2)
        for copy in copies:
            subprocess.run(copy, shell=True, check=True, env=environment(RAFT_DATA_DIR=target))
            # A second copy must not go into the first one.
            self.assertNotEqual(subprocess.run(copy, shell=True, check=False,
                                               env=environment(RAFT_DATA_DIR=target)).returncode, 0)
        self.assertEqual(self.names(target), ["n1", "two words"])
        for node in ("n1", "two words"):
            self.assertEqual(self.names(os.path.join(target, node)), self.names(self.data))

    def test_a_directory_with_the_name_of_a_node_is_its_copy(self):
        run = self.run_cli("restore", self.file, "--data-dir", self.path("n1"), "--peers", "n1=h:1,n2=h:2")
        self.assertEqual(run.err.count(b"cp -r"), 1)
        self.assertIn(b"is its copy, where it stands", run.err)

    def test_what_people_must_know_is_said(self):
        run = self.restore(self.file, "--peers", PEERS)
        for part in (b"as a node left it", b"fsm.db", b"FLUSHLEGACY", b"--raftDataDir", b"--raftId"):
            self.assertIn(part, run.err)
        quiet = self.run_cli("restore", "-q", self.file, "--data-dir", self.path("other"), "--peers", PEERS)
        self.assertEqual((quiet.out, quiet.err), (b"", b""))

    def test_document(self):
        run = self.restore(self.file, "--peers", PEERS, "--json")
        self.assertEqual(run.err, b"")
        document = self.document(run, "restore")
        group = document["groups"][0]
        self.assertEqual((group["kind"], group["index"], group["term"], group["rows"]), ("physical", 42, 1, 2))
        self.assertEqual(group["fsm"]["crc32c"], self.bytes[-4:].hex())
        self.assertEqual([p["node_id"] for p in group["peers"]], ["08b37b07b558d4c0", "08b37e07b558d9d9"])
        self.assertEqual([n["id"] for n in document["start"]], ["n1", "n2"])

    def test_document_of_a_failure(self):
        run = self.restore(self.file, "--peers", PEERS, "--json", "--index", "41", code=2)
        document = self.document(run, "restore")
        self.assertEqual(document["error"]["code"], "IndexTooLow")
        self.assertEqual([e["code"] for e in self.errors(run)], ["IndexTooLow"])

    def test_dry_run(self):
        run = self.restore(self.file, "--peers", PEERS, "--dry-run")
        self.assertIn(b"every check holds", run.err)
        self.assertNotIn(b"cp -r", run.err)
        self.assertEqual(self.names(), ["000000000000002a.fsm"])
        self.write("000000000000002b.fsm", self.bytes[:-1] + b"x")
        self.error("FsmChecksum", self.path("000000000000002b.fsm"), "--peers", PEERS, "-n", code=2)

    def test_nothing_is_replaced(self):
        os.mkdir(self.data)
        self.error("TargetExists", self.file, "--peers", PEERS)
        self.error("UnknownOption", self.file, "--peers", PEERS, "--force")

    def test_index(self):
        self.error("IndexMissing", self.write("x.fsm", self.bytes), "--peers", PEERS)
        for bad in ("0", "-1", "x", "0000000000000064", "052", "0x"):
            run = self.error("OptionValue", self.file, "--peers", PEERS, "--index=" + bad)
            self.assertIn(b"--index", run.err)
        self.error("OptionValue", self.file, "--peers", PEERS, "--term", "0")
        self.restore(self.file, "--peers", PEERS, "--index", "0x64", "--term", "9")
        self.assertEqual(self.names(os.path.join(self.data, "snap")), ["0000000000000009-0000000000000064.snap"])

    def test_applied_index(self):
        rows = WORLD + [snap.metadata(b"_meta_applied_index", 50)]
        file = self.write("x.fsm", snap.fsm(rows))
        self.error("IndexTooLow", file, "--peers", PEERS, "--index", "49", code=2)
        self.restore(file, "--peers", PEERS, "--index", "49", "--drop-applied-index")
        self.assertEqual(self.read("fsm-snap", "0000000000000031.fsm"), self.bytes)

    def test_the_go_tool_s_flags(self):
        self.run_cli("restore", "-input", self.file, "-data-dir=" + self.data, "-index", "42", "-term=3", "-peers", PEERS,
                     "-target-cluster-id=", "-fresh-cluster=true", "-allow-missing-cluster-id=false")
        self.assertEqual(self.names(os.path.join(self.data, "snap")), ["0000000000000003-000000000000002a.snap"])

    def test_calls_that_are_wrong(self):
        self.error("ArgumentMissing", "--peers", PEERS)
        self.error("ArgumentMissing", self.file)
        self.run_cli("restore", self.file, "--peers", PEERS, code=1)
        self.error("OptionValue", "-", "--peers", PEERS)
        self.error("OptionConflict", self.file, "--input", self.file, "--peers", PEERS)
        self.error("OptionConflict", self.file, "--peers", PEERS, "--target-cluster-id", "a", "--fresh-cluster")
        self.error("OptionConflict", self.file, "--peers", PEERS, "--encode-info", "a", "--no-encode-info")
        self.error("OptionRepeated", self.file, "--peers", "n1=h:1", "--peers", "n2=h:2")
        for bad in ("n1", "n1=h", "n1=h:1,n1=h:2", "n1=h:1,"):
            self.error("PeersInvalid", self.file, "--peers=" + bad)
        self.error("PeersInvalid", self.file, "--peers", "n1=h:1", "--learners", "n1=h:1")
        run = self.error("NotFound", self.path("000000000000002b.fsm"), "--peers", PEERS)
        self.assertIn(b"000000000000002a.fsm", run.err)

    def test_leftovers_of_a_killed_run_are_named(self):
        os.mkdir(self.data + ".restore-prep")
        run = self.error("RestorePrepExists", self.file, "--peers", PEERS)
        rm = [line for line in run.err.decode().splitlines() if "rm -r " in line][0]
        self.assertIn(shlex.quote(self.data + ".restore-prep"), rm)

    def test_two_runs_do_not_collide(self):
        prep = self.data + ".restore-prep"
        os.mkdir(prep)
        held = os.open(prep, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
        self.error("RestoreRunning", self.file, "--peers", PEERS, code=4)
        os.close(held)


class Logical(RestoreTest):
    """A snapshot that encode made, with its ENCODE_INFO."""

    def setUp(self):
        super().setUp()
        self.file = self.write("out.fsm", IMAGE)
        self.info()

    def info(self, **changes):
        self.write("out.fsm.encode_info.json", encode_info(IMAGE, **changes))

    def test_files(self):
        run = self.restore(self.file, "--peers", PEERS, "--index", "42", "--term", "7")
        head = b"EKVTHLC1" + struct.pack(">Q", (snap.T1 >> 16) + 1) + IMAGE
        self.assertEqual(self.read("fsm-snap", "000000000000002a.fsm"), head + struct.pack(">I", snap.crc32c(head)))
        token = b"EKVT\x01" + struct.pack(">QI", 42, snap.crc32c(head))
        self.assertIn(token, self.read("snap", "0000000000000007-000000000000002a.snap"))
        self.assertIn(b"warning: cluster_id_unknown", run.err)

    def test_an_index_that_nothing_tells_is_assumed(self):
        self.restore("-v", self.file, "--peers", PEERS)
        self.assertEqual(self.names(os.path.join(self.data, "fsm-snap")), ["0000000000000001.fsm"])

    def test_the_index_of_the_tree_is_taken(self):
        self.info(manifest_snapshot_index=0x2a)
        self.restore(self.file, "--peers", PEERS)
        self.assertEqual(self.names(os.path.join(self.data, "fsm-snap")), ["000000000000002a.fsm"])

    def test_guards(self):
        call = (self.file, "--peers", PEERS, "--index", "42")
        self.info(output_fsm_sha256="0" * 64)
        self.error("EncodeInfoMismatch", *call, code=2)
        self.info(encoder_key_format_version=2)
        self.error("KeyFormatMismatch", *call, code=2)
        self.info(format_version=2)
        self.error("EncodeInfoInvalid", *call, code=2)
        self.info(self_test={"ran": False, "matched": False})
        self.error("SelfTestMissing", *call, code=2)
        self.restore(*call, "--allow-unverified-self-test", "-n")
        self.info(manifest_cluster_id="prod")
        self.error("ClusterMismatch", *call, code=2)
        self.error("ClusterMismatch", *call, "--target-cluster-id", "test", code=2)
        self.restore(*call, "--target-cluster-id", "prod", "-n")
        self.restore(*call, "--fresh-cluster", "-n")
        self.info()
        self.error("ClusterMismatch", *call, "--target-cluster-id", "prod", code=2)
        self.restore(*call, "--target-cluster-id", "prod", "--allow-missing-cluster-id", "-n")
        self.restore(*call, "--no-encode-info", "-n")
        document = self.document(self.restore(*call, "--encode-info", self.file + ".encode_info.json", "--json"), "restore")
        self.assertEqual(document["groups"][0]["kind"], "logical")


class Groups(RestoreTest):
    def setUp(self):
        super().setUp()
        self.one = self.write("000000000000002a.fsm", snap.fsm(WORLD))
        self.two = self.write("000000000000002b.fsm", snap.fsm([snap.row(b"z", snap.T1)]))

    def test_two_groups(self):
        run = self.restore(self.one, self.two, "--groups", "1,2", "--peers", "1:n1=h:1,n2=h:2",
                           "--peers", "2:n1=h:11,n2=h:12", "--learners", "2:n3=h:13")
        self.assertEqual(self.names(self.data), ["group-1", "group-2"])
        self.assertEqual(self.read("group-1", "etcd-raft-peers.bin"),
                         peers_file(42, [("n1", "h:1", False), ("n2", "h:2", False)]))
        self.assertEqual(self.read("group-2", "etcd-raft-peers.bin"),
                         peers_file(43, [("n1", "h:11", False), ("n2", "h:12", False), ("n3", "h:13", True)]))
        self.assertIn(b"n1 at h:1, h:11:", run.err)
        self.assertIn(b"--raftGroups", run.err)
        target = self.path("server")
        os.mkdir(target)
        for line in run.err.decode().splitlines():
            if " && cp -r " in line:
                subprocess.run(line.split(":  ", 1)[1], shell=True, check=True, env=environment(RAFT_DATA_DIR=target))
        self.assertEqual(self.names(os.path.join(target, "n1")), ["group-1", "group-2"])
        self.assertEqual(self.names(os.path.join(target, "n3")), ["group-2"])

    def test_one_list_for_all_and_one_group_alone(self):
        self.restore(self.one, self.two, "--groups", "7,8", "--peers", "n1=h:1", "--peers", "8:n1=h:2")
        self.assertIn(b"h:1", self.read("group-7", "etcd-raft-peers.bin"))
        self.assertIn(b"h:2", self.read("group-8", "etcd-raft-peers.bin"))
        self.run_cli("restore", self.one, "--data-dir", self.path("only"), "--groups", "0", "--peers", "n1=h:1")
        self.assertEqual(self.names(self.path("only")), ["group-0"])

    def test_document(self):
        run = self.restore(self.one, self.two, "--groups", "1,2", "--peers", "n1=h:1", "--json")
        document = self.document(run, "restore")
        self.assertEqual([g["group"] for g in document["groups"]], [1, 2])

    def test_calls_that_are_wrong(self):
        peers = ("--peers", "n1=h:1")
        self.error("ArgumentMissing", self.one, self.two, *peers)
        for bad in ("1", "1,1", "1,x", "1,2,3", "1,"):
            self.error("OptionValue", self.one, self.two, "--groups=" + bad, *peers)
        self.error("OptionValue", self.one, self.two, "--groups", "1,2", "--peers", "3:n1=h:1")
        self.error("OptionRepeated", self.one, self.two, "--groups", "1,2", "--peers", "1:n1=h:1", "--peers", "1:n1=h:2")
        self.error("PeersInvalid", self.one, self.two, "--groups", "1,2", "--peers", "1:n1=h:1")
        self.error("OptionConflict", self.one, self.two, "--groups", "1,2", *peers, "--encode-info", "x")

    def test_one_bad_snapshot_spoils_all(self):
        bad = self.write("000000000000002c.fsm", b"EKVTHLC1")
        self.error("PayloadTruncated", self.one, bad, "--groups", "1,2", "--peers", "n1=h:1", code=2)


class RealNode(RestoreTest):
    def test_its_peers_file_is_written_again(self):
        self.restore(NODE1_FSM, "--peers", "n1=127.0.0.1:51200")
        with open(os.path.join(NODE1, "etcd-raft-peers.bin"), "rb") as file:
            theirs = file.read()
        ours = self.read("etcd-raft-peers.bin")
        self.assertEqual(ours[:8] + ours[16:], theirs[:8] + theirs[16:])  # but for the index

    def test_a_signal_leaves_nothing(self):
        for delay in (0.0, 0.05, 0.15, 0.4):
            process = subprocess.Popen([PROGRAM, "restore", NODE1_FSM, "--data-dir", self.data, "--peers", PEERS],
                                       stderr=subprocess.PIPE, env=environment())
            time.sleep(delay)
            process.send_signal(signal.SIGTERM)
            process.communicate()
            self.assertIn(process.returncode, (143, 0, -signal.SIGTERM))
            if process.returncode == 0:
                break
            self.assertEqual(self.names(), [])

    def test_kill_never_leaves_a_half_built_directory(self):
        for delay in (0.05, 0.2, 0.5):
            process = subprocess.Popen([PROGRAM, "restore", NODE1_FSM, "--data-dir", self.data, "--peers", PEERS],
                                       stderr=subprocess.PIPE, env=environment())
            time.sleep(delay)
            process.kill()
            process.communicate()
            if os.path.exists(self.data):
                self.run_cli("inspect", self.data, code=None)
                self.assertEqual(len(self.read(WAL)), 64000000)
                break
            for name in self.names():
                self.assertEqual(name, "data.restore-prep")
                self.error("RestorePrepExists", NODE1_FSM, "--peers", PEERS)
                shutil.rmtree(self.path(name))


if __name__ == "__main__":
    unittest.main()

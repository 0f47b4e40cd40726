"""Snapshots in every older form and place: each is inspected, listed and decoded, and gives the same tree."""

import base64
import hashlib
import json
import os
import struct
import subprocess
import unittest
import zlib

from support import snapshots
from support.harness import CliTest

T0, T1 = snapshots.T0, snapshots.T1
KEYS = [(b"hello", [(T0, b"old"), (T1, b"world")]), (b"gone", [(T0, b"x"), (T1, None)]), (b"user:1", [(T0, b"one")]),
        (b"user:10", [(T0, b"ten"), (T1, b"eleven")])]
TREE = b'{"key":"hello","value":"world"}\n{"key":"user:1","value":"one"}\n{"key":"user:10","value":"eleven"}\n'


def version_lists():
    data = struct.pack("<QQ", T1, T0)
    for key, versions in sorted(KEYS):
        data += struct.pack("<Q", len(key)) + key + struct.pack("<Q", len(versions))
        for ts, body in versions:
            body, tombstone = (body, 0) if body is not None else (b"", 1)
            data += struct.pack("<QBQQ", ts, tombstone, 0, len(body)) + body
    return b"EKVMVCC2" + struct.pack("<II", 1, zlib.crc32(data)) + data


def payload(footer=False, header=True):
    rows = [snapshots.row(k, ts, v) if v is not None else snapshots.tombstone(k, ts) for k, vs in KEYS for ts, v in vs]
    return snapshots.fsm(rows, T1, footer=footer, header=header)


def crc64(data):
    crc = 0xFFFFFFFFFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xC96C5795D7870F42 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFFFFFFFFFF


def meta(name, term, index, state):
    return json.dumps({"Version": 1, "ID": name, "Index": index, "Term": term, "Peers": "kQ==", "Configuration": {
        "Servers": [{"Suffrage": 0, "ID": "n1", "Address": "127.0.0.1:12001"}]}, "ConfigurationIndex": 1,
        "Size": len(state), "CRC": base64.b64encode(struct.pack(">Q", crc64(state))).decode()}).encode()


def manifest(group, index, term, data):
    """The manifest of an offloaded payload, its key, and the payload's key."""
    sha = hashlib.sha256(data).hexdigest()
    payload_key = f"p/v1/payloads/sha256/{sha[:2]}/{sha}.fsm"
    key = f"p/v1/groups/{group}/snapshots/{index:020}-{term:020}.json"
    document = {"schema_version": 1, "created_at": "2026-07-19T01:02:03Z", "source_cluster": "ek", "group_id": group,
                "snapshot_index": index, "snapshot_term": term, "conf_state": {"voters": [1, 2]},
                "payload": {"key": payload_key, "bytes": len(data), "sha256": sha, "source_crc32c": snapshots.crc32c(data)},
                "manifest_key": key}
    document["manifest_sha256"] = hashlib.sha256(json.dumps(document, indent=2).encode()).hexdigest()
    return json.dumps(document, indent=2).encode() + b"\n", key, payload_key


def varint(value):
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number, content):
    return varint(number << 3 | 2) + varint(len(content)) + content


def snapshot_message(index, term, data):
    return field(1, data) + field(2, field(1, b"\x08\x01") + b"\x10" + varint(index) + b"\x18" + varint(term))


def snap_file(index, term, data):
    message = snapshot_message(index, term, data)
    return b"\x08" + varint(snapshots.crc32c(message)) + field(2, message)


def raft_state(index, term, data):
    parts = b"EKVR" + struct.pack(">I", 1)
    for part in (b"\x08\x03", snapshot_message(index, term, data)):
        parts += struct.pack(">I", len(part)) + part
    return parts + struct.pack(">I", 0)


class OlderInputs(CliTest):
    def put(self, name, content):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        return self.write(name, content)

    def check(self, source, *options, container="EKVTHLC1+EKVPBBL1", index=None, term=None, origin=None, code=0):
        out = self.path("out-%d" % len(self.names()))
        self.run_cli("decode", source, *options, "-o", out, code=code)
        with open(os.path.join(out, "rawkv", "data.jsonl"), "rb") as file:
            self.assertEqual(file.read(), TREE)
        document = json.loads(self.run_cli("inspect", "--json", source, *options, code=code).out)
        self.check_schema(document, "inspect")
        self.assertEqual(document["format"], container)
        for name, value in (("snapshot_index", index), ("raft_term", term)):
            if value is not None:
                self.assertEqual(document[name], value)
        told = {member["name"]: member["value"] for member in document["origin"]}
        self.assertEqual({name: told.get(name) for name in origin or {}}, origin or {})
        rows = self.run_cli("rows", source, *options, code=None)
        self.assertEqual(rows.code, code, rows)
        self.assertEqual(rows.out.count(b'"world"'), 1)
        return document

    def codes(self, run):
        return [error["code"] for error in self.errors(run)]

    def refused(self, source, *options, code, exit_code=2):
        run = self.run_cli("decode", "--json", source, *options, "-o", self.path("refused"), code=exit_code)
        self.assertEqual(self.codes(run), [code], run)
        self.assertFalse(os.path.exists(self.path("refused")))

    def test_version_lists(self):
        bare = version_lists()
        whole = b"EKVTHLC1" + struct.pack(">Q", 7) + bare
        whole += struct.pack(">I", snapshots.crc32c(whole))
        self.check(self.write("000000000000002a.fsm", whole), container="EKVTHLC1+EKVMVCC2", index=42)
        self.check(self.write("bare", bare), container="EKVMVCC2")
        subprocess.run(["zstd", "-q", self.path("bare")], check=True)
        self.check(self.path("bare.zst"), container="EKVMVCC2")
        self.refused(self.write("flipped", bare[:60] + bytes([bare[60] ^ 1]) + bare[61:]), code="MvccChecksum")
        at = self.run_cli("rows", "--at", str(T0), self.path("bare"))
        self.assertEqual(at.out.count(b'"old"'), 1)
        early = self.run_cli("rows", "--at", str(T0 - 1), self.path("bare"), code=2)
        self.assertIn(b"AtBeforeRetention", early.err)
        salvaged = self.run_cli("rows", "--salvage", self.write("cut", bare[:-5]), code=3)
        self.assertIn(b"hello", salvaged.out)
        self.assertNotIn(b"user:10", salvaged.out)

    def test_restore_takes_no_version_lists(self):
        source = self.write("000000000000002a.fsm", version_lists())
        run = self.run_cli("restore", "--json", source, "--data-dir", self.path("node"), "--peers", "n1=h:1", code=2)
        self.assertEqual(self.codes(run), ["ContainerUnsupported"], run)
        self.assertFalse(os.path.exists(self.path("node")))

    def test_inspect_says_what_proves_it(self):
        data = payload()
        _, _, payload_key = manifest(1, 4242, 9, data)
        text = self.run_cli("inspect", self.put(payload_key, data)).out
        self.assertIn(b"checksums ok", text)
        self.assertIn(b"its name, a SHA-256", text)
        text = self.run_cli("inspect", self.write("x.snap", snap_file(9, 3, data))).out
        self.assertIn(b"the .snap file around it", text)
        self.assertNotIn(b"compressed", text)
        self.assertIn(b"checksums ok", self.run_cli("inspect", self.write("lists", version_lists())).out)

    def test_offloaded(self):
        data = payload()
        document, key, payload_key = manifest(1, 4242, 9, data)
        source = self.put("store/" + payload_key, data)
        where = {"group": "1", "cluster": "ek", "voters": "1, 2"}
        self.check(source)
        self.put("store/" + key, document)
        self.check(self.path("store"), index=4242, term=9, origin=where)
        self.check(self.path("store"), "--manifest-key", key, index=4242, term=9, origin=where)
        self.check(self.path("store", "p", "v1", "groups", "1"), index=4242, term=9)
        renamed = self.write("renamed", data)
        self.check(renamed, "--offload-manifest", self.path("store", key), index=4242, term=9, origin=where)
        self.check(renamed, code=3)  # nothing proves it
        self.refused(self.write("other", data + b"x"), "--offload-manifest", self.path("store", key), code="OffloadMismatch")
        second, second_key, _ = manifest(2, 1, 1, data)
        self.put("store/" + second_key, second)
        self.refused(self.path("store"), code="SeveralGroups", exit_code=1)
        self.put("store/" + payload_key, data[:-1] + b"?")
        self.refused(source, code="OffloadMismatch")
        self.refused(self.path("store"), "--manifest-key", key, code="OffloadMismatch")

    def test_inspected_store(self):
        data = payload()
        document, key, payload_key = manifest(2, 4242, 9, data)
        source = self.put("store/" + payload_key, data)
        self.put("store/" + key, document)
        group = self.path("store", "p", "v1", "groups", "2")
        for path in (self.path("store"), self.path("store", "p"), group, group + "/", os.path.relpath(group)):
            out = self.run_cli("inspect", path).out
            self.assertIn(b" whole  <- decode takes this", out)
            self.assertNotIn(b"BROKEN", out)
            self.assertIn(b"   checksums ok\n", out)
            command = next(line for line in out.decode().split("\n") if "--manifest-key" in line).split()
            self.run_cli("rows", *command[2:5])
        self.put("store/" + payload_key, data[:-1] + b"?")
        for path in (self.path("store"), group):
            out = self.run_cli("inspect", path, code=2).out
            self.assertIn(f"snaptree decode {source} --salvage -o".encode(), out)
            self.run_cli("rows", "--salvage", path, "--manifest-key", key, code=3)

    def test_first_engine(self):
        state = payload()
        name = "7-42-1767225605000"
        source = self.put(f"node/snapshots/{name}/state.bin", state)
        self.put(f"node/snapshots/{name}/meta.json", meta(name, 7, 42, state))
        self.put("node/snapshots/8-50-1767225605001.tmp/state.bin", b"unfinished")
        for path in (self.path("node"), os.path.dirname(source), source):
            self.check(path, index=42, term=7, origin={"servers": "n1 127.0.0.1:12001"})
        self.put(f"node/snapshots/{name}/state.bin", state[:-1] + b"?")
        self.refused(source, code="SnapMetaMismatch")
        self.refused(self.path("node"), code="NoSnapshot")
        lists = version_lists()
        source = self.put("lists/state.bin", lists)
        self.put("lists/meta.json", meta("1-2-3", 1, 2, lists))
        self.check(source, container="EKVMVCC2", index=2, term=1)

    def test_snap_files(self):
        inside = self.put("old/snap/0000000000000003-0000000000000009.snap", snap_file(9, 3, payload()))
        os.makedirs(self.path("old", "wal"))
        self.check(inside, index=9, term=3)
        self.check(self.path("old"), index=9, term=3)
        whole = payload(footer=True)
        self.put("new/fsm-snap/000000000000002a.fsm", whole)
        token = b"EKVT\x01" + struct.pack(">Q", 42) + whole[-4:]
        source = self.put("new/snap/0000000000000003-000000000000002a.snap", snap_file(42, 3, token))
        self.check(source, index=42, term=3)

    def test_oldest_layouts(self):
        bare = payload(header=False)
        self.put("first/etcd-raft-state.bin", raft_state(9, 3, bare))
        self.check(self.path("first", "etcd-raft-state.bin"), container="EKVPBBL1", index=9, term=3)
        self.check(self.path("first"), container="EKVPBBL1", index=9, term=3)
        self.put("second/etcd-fsm-snapshot.bin", bare)
        self.check(self.path("second", "etcd-fsm-snapshot.bin"), container="EKVPBBL1")
        self.check(self.path("second"), container="EKVPBBL1")

    def test_without_magic(self):
        source = self.write("legacy", payload(header=False)[8:])
        self.refused(source, code="PayloadLegacyStream")
        self.run_cli("decode", "--force", source, "-o", self.path("out"))
        with open(self.path("out", "rawkv", "data.jsonl"), "rb") as file:
            self.assertEqual(file.read(), TREE)

    def test_other_files_of_old_nodes(self):
        self.refused(self.write("raft.db", bytes(4096)), code="RaftLegacyHashicorp")


if __name__ == "__main__":
    unittest.main()

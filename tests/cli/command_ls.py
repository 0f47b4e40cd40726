"""snaptree ls: the addresses of a snapshot, a tree and its archives are the paths of CHECKSUMS, and its times are those
that the live node told."""

import base64
import datetime
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
import urllib.parse

sys.dont_write_bytecode = True
from support import snapshots as snap
from support.harness import NODE1, NODE1_FSM, CliTest, Run

MS = datetime.timedelta(milliseconds=1)
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def listed_paths(tree):
    """The paths of a tree's CHECKSUMS, and those with what it escapes as they are."""
    shown, raw = [], []
    with open(os.path.join(os.fsencode(tree), b"CHECKSUMS"), "rb") as file:
        for line in file.read().split(b"\n")[:-1]:
            escaped = line.startswith(b"\\")
            path = line[67:] if escaped else line[66:]
            shown.append(b"\\" + path if escaped else path)
            if escaped:
                path = path.replace(b"\\\\", b"\0").replace(b"\\n", b"\n").replace(b"\\r", b"\r").replace(b"\0", b"\\")
            raw.append(path)
    return shown, raw


def to_ms(text):
    return (datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) - EPOCH) // MS


def truth(name):
    path = os.path.join(NODE1, "truth", name)
    if not os.path.exists(path):
        return json.loads(subprocess.run(["zstd", "-dcq", path + ".zst"], check=True, capture_output=True).stdout)
    with open(path, encoding="utf-8") as file:
        return json.load(file)


class Node1(CliTest):
    """All that there is of the same records."""

    @classmethod
    def setUpClass(cls):
        cls.shared = tempfile.mkdtemp(prefix="snaptree-test-")
        cls.tree = os.path.join(cls.shared, "tree")
        done = Run("decode", NODE1_FSM, "-o", cls.tree)
        assert done.code == 0, done
        cls.tar = os.path.join(cls.shared, "t.tar")
        cls.zst = os.path.join(cls.shared, "t.tar.zst")
        subprocess.run(["tar", "-C", cls.tree, "-cf", cls.tar, "."], check=True)
        subprocess.run(["zstd", "-q", cls.tar, "-o", cls.zst], check=True)
        cls.all = (NODE1_FSM, cls.tree, cls.tar, cls.zst)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.shared, ignore_errors=True)

    def lines(self, run):
        """Records and summary of --json, judged by the schema."""
        lines = [json.loads(line) for line in run.out.splitlines()]
        for line in lines[:20] + lines[-20:]:
            self.check_schema(line, "ls")
        self.assertEqual(lines[-1]["exit_code"], run.code)
        self.assertEqual(lines[-1]["records"], len(lines) - 1)
        self.assertEqual(lines[-1]["bytes"], sum(line["size"] for line in lines[:-1]))
        return {line["address"]: line for line in lines[:-1]}, lines[-1]

    def test_paths_are_those_of_checksums(self):
        shown, raw = listed_paths(self.tree)
        self.assertGreater(len(shown), 1000)
        for what in self.all:
            for threads in ("1", "4"):
                run = self.run_cli("ls", what, "--threads", threads)
                self.assertEqual(run.out, b"".join(path + b"\n" for path in shown), what)
                self.assertEqual(run.err, b"")
                run = self.run_cli("ls", "-0", what, "--threads", threads)
                self.assertEqual(run.out, b"".join(path + b"\0" for path in raw), what)

    def test_sizes_are_those_of_the_files(self):
        for what in self.all:
            records, summary = self.lines(self.run_cli("ls", "--json", what))
            self.assertEqual(summary["kind"], {NODE1_FSM: "snapshot", self.tree: "tree"}.get(what, "archive"))
            for address, line in records.items():
                # MANIFEST.json tells when it was written.
                if address != "MANIFEST.json":
                    self.assertEqual(line["size"], os.path.getsize(os.path.join(self.tree, address)), address)

    def test_long_lines_are_those_of_json(self):
        records, _ = self.lines(self.run_cli("ls", "--json", self.tree))
        for what in self.all:
            for threads in ("1", "4"):
                seen = {}
                for line in self.run_cli("ls", "-l0", what, "--threads", threads).out.decode().split("\0")[:-1]:
                    size, modified, expires, address = line.split(None, 3)
                    seen[address] = (int(size), modified, expires)
                    self.assertEqual(line.index(address), len(line) - len(address))
                expected = {a: (r["size"], r["modified"] or "-", r["expires"] or "-") for a, r in records.items()}
                for listing in (seen, expected):
                    listing.pop("MANIFEST.json")
                self.assertEqual(seen, expected)

    def test_ttls_are_those_of_the_node(self):
        records, _ = self.lines(self.run_cli("ls", "--json", NODE1_FSM, "redis"))
        names = {}
        with open(os.path.join(self.tree, "redis", "db_0", "KEYMAP.jsonl"), encoding="utf-8") as file:
            for line in map(json.loads, file):
                names[base64.urlsafe_b64decode(line["original"] + "=" * (-len(line["original"]) % 4))] = line["encoded"]
        by_name = {}
        for address in records:
            if address.count("/") == 3:
                by_name.setdefault(address.rsplit("/", 1)[1].rsplit(".", 1)[0], []).append(address)
        checked = {"with": 0, "without": 0}
        for key64, key in truth("redis.json").items():
            key_bytes = base64.b64decode(key64)
            name = names.get(key_bytes) or urllib.parse.quote(key_bytes, safe="").replace("~", "%7E")
            # Bare rows are raw key-value data, and keys that expired before the snapshot are gone.
            for address in by_name.get(name, []):
                expires = records[address]["expires_at_ms"]
                if not key["has_ttl"]:
                    self.assertIsNone(expires, address)
                    checked["without"] += 1
                else:
                    self.assertLess(abs(expires - (key["at_ms"] + key["pttl"])), 2000, address)
                    self.assertEqual(to_ms(records[address]["expires"]), expires)
                    checked["with"] += 1
        self.assertGreater(checked["with"], 20)
        self.assertGreater(checked["without"], 20)

    def test_times_of_objects_are_those_of_their_sidecars(self):
        records, _ = self.lines(self.run_cli("ls", "--json", NODE1_FSM, "s3"))
        checked = 0
        for folder, _, names in os.walk(os.path.join(self.tree, "s3")):
            for name in names:
                if not name.endswith(".elastickv-meta.json"):
                    continue
                path = os.path.join(folder, name)
                address = os.path.relpath(path, self.tree)
                body = records.get(address[:-len(".elastickv-meta.json")])
                if body is None:  # no sidecar: an object whose name ends so
                    continue
                with open(path, encoding="utf-8") as file:
                    time = json.load(file)["last_modified"]
                self.assertEqual((body["modified"], body["modified_ms"]), (time, to_ms(time)))
                self.assertIsNone(records[address]["modified"])
                checked += 1
        self.assertGreater(checked, 200)

    def test_times_of_files_are_those_of_the_mount(self):
        records, _ = self.lines(self.run_cli("ls", "--json", NODE1_FSM, "fs"))
        checked = 0
        with open(os.path.join(self.tree, "fs", "inodes.jsonl"), encoding="utf-8") as file:
            for line in map(json.loads, file):
                if line["type"] == "file":
                    record = records["fs/tree/" + line["path"]]
                    self.assertEqual(record["modified_ms"], line["mtime_nsec"] // 1000000)
                    self.assertEqual(record["size"], line["size"])
                    checked += 1
        self.assertGreater(checked, 50)

    def test_orders(self):
        for what in (NODE1_FSM, self.zst):
            records, _ = self.lines(self.run_cli("ls", "--json", what))
            by_size = sorted(records, key=lambda a: (-records[a]["size"], a.encode()))
            by_time = sorted(records, key=lambda a: (records[a]["modified_ms"] is None, -(records[a]["modified_ms"] or 0), a.encode()))
            for by, expected in (("name", sorted(records, key=str.encode)), ("size", by_size), ("time", by_time)):
                self.assertEqual(self.run_cli("ls", "-0", what, "--sort", by).out.decode().split("\0")[:-1], expected, (what, by))

    def test_patterns_choose_among_the_paths(self):
        _, raw = listed_paths(self.tree)
        cases = (
            (["s3/photos"], lambda p: p.startswith(b"s3/photos/")),
            (["*.elastickv-meta.json"], lambda p: p.endswith(b".elastickv-meta.json")),
            (["s3/photos/*.elastickv-meta.json"], lambda p: p.startswith(b"s3/photos/") and p.endswith(b".elastickv-meta.json")),
            (["redis/db_0/strings_ttl.jsonl"], lambda p: p == b"redis/db_0/strings_ttl.jsonl"),
            (["*/KEYMAP.jsonl"], lambda p: p.endswith(b"/KEYMAP.jsonl")),
            (["MANIFEST.json"], lambda p: p == b"MANIFEST.json"),
            (["*/_*"], lambda p: b"/_" in p),
            (["sqs", "--include", "fs/tree/a/*"], lambda p: p.startswith((b"sqs/", b"fs/tree/a/"))),
            (["--exclude", "s3", "--exclude", "*.bin"], lambda p: not p.startswith(b"s3/") and not p.endswith(b".bin")),
            (["--adapter", "redis,fs"], lambda p: p == b"MANIFEST.json" or p.startswith((b"redis/", b"fs/"))),
        )
        for options, wanted in cases:
            expected = [p for p in raw if wanted(p)]
            self.assertTrue(expected, options)
            for what in self.all:
                run = self.run_cli("ls", "-0", what, *options)
                self.assertEqual(run.out.split(b"\0")[:-1], expected, (what, options))
                self.assertEqual(run.err, b"")

    def test_lists_of_addresses(self):
        _, raw = listed_paths(self.tree)
        chosen = sorted(raw[::97])
        for what in self.all:
            run = self.run_cli("ls", "-0", what, "--files-from", "-", stdin=b"".join(p + b"\0" for p in chosen))
            self.assertEqual(run.out.split(b"\0")[:-1], chosen)
        run = self.run_cli("ls", self.tree, "--files-from", self.write("none", b""), code=3)
        self.assertEqual(run.out, b"")
        self.assertIn(b": 0 addresses (exit 3)\n", run.err)

    def test_nothing_matched(self):
        for pattern, near in (("s3/photoz/*", b"s3/photos/"), ("redis/db_0/hashes/h%3Atl.json", b"redis/db_0/hashes/h%3Attl.json"),
                              ("nothing/here", b"")):
            for what in self.all:
                run = self.run_cli("ls", what, pattern, code=3)
                self.assertEqual(run.out, b"")
                self.assertIn(b"nothing matches '" + pattern.encode() + b"'", run.err)
                self.assertIn(near, run.err)
                run = self.run_cli("ls", "--json", what, pattern, code=3)
                _, summary = self.lines(run)
                self.assertEqual([u["pattern"] for u in summary["unmatched"]], [pattern])
                self.assertEqual([f["code"] for f in summary["findings"] if f["severity"] == "warning"], ["nothing_matched"])
                if near:
                    self.assertIn(near.decode(), summary["unmatched"][0]["nearest"][0])
        # What matches is listed all the same.
        run = self.run_cli("ls", NODE1_FSM, "MANIFEST.json", "--include", "s3/photoz", code=3)
        self.assertEqual(run.out, b"MANIFEST.json\n")

    def test_a_moment(self):
        decoded = os.path.join(self.folder, "then")
        self.run_cli("decode", NODE1_FSM, "--at", "2026-11-21T07:57:30Z", "-o", decoded, code=None)
        shown, _ = listed_paths(decoded)
        run = self.run_cli("ls", NODE1_FSM, "--at", "2026-11-21T07:57:30Z", code=None)
        self.assertEqual(run.out.splitlines(), shown)
        self.assertNotEqual(run.out, self.run_cli("ls", NODE1_FSM).out)
        self.assertIn(b"[AtNeedsSnapshot]", self.run_cli("ls", self.tree, "--at", "2026-11-21T07:57:30Z", code=1).err)

    def test_without_memory(self):
        for what in self.all:
            run = self.run_cli("ls", "-l", "--sort", "size", what, "--memory", "16MiB")
            self.assertEqual(run.out.count(b"\n"), len(listed_paths(self.tree)[0]))

    def test_bundles_have_the_same_addresses(self):
        bundle = self.path("bundle")
        self.run_cli("decode", NODE1_FSM, "--layout", "jsonl", "-o", bundle)
        self.assertLess(len(listed_paths(bundle)[0]), 400)
        archive = self.path("bundle.tar")
        subprocess.run(["tar", "-C", bundle, "-cf", archive, "."], check=True)
        expected = self.run_cli("ls", "-l", self.tree).out.splitlines()
        for what in (bundle, archive):
            lines = self.run_cli("ls", "-l", what).out.splitlines()
            self.assertEqual([x for x in lines if not x.endswith(b"MANIFEST.json")],
                             [x for x in expected if not x.endswith(b"MANIFEST.json")])


class Small(CliTest):
    def setUp(self):
        super().setUp()
        rows = [snap.row(b"!redis|str|" + key, snap.T0, b"of " + key) for key in (b"one", b"three", b"two")]
        self.fsm = self.write("x.fsm", snap.fsm(sorted(rows)))
        self.tree = self.path("tree")
        self.run_cli("decode", self.fsm, "-o", self.tree)

    def put(self, name, content=b"new"):
        path = os.path.join(os.fsencode(self.tree), name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)

    def test_names_of_all_kinds(self):
        for name in (b"s3/b/x\ny", b"s3/b/cr\r", b"s3/b/x\\y", b"s3/b/bad\xff", b"s3/b/a-b", b"s3/b/a/b", b"s3/b/a.b",
                     b"s3/b/CHECKSUMS", b"s3/b/ blank ", b"s3/b/\"q"):
            self.put(name, name)
        self.run_cli("seal", self.tree)
        shown, raw = listed_paths(self.tree)
        archive = self.path("t.tar")
        subprocess.run(["tar", "-C", self.tree, "-cf", archive, "."], check=True)
        for what in (self.tree, archive):
            self.assertEqual(self.run_cli("ls", what).out, b"".join(p + b"\n" for p in shown))
            self.assertEqual(self.run_cli("ls", "-0", what).out, b"".join(p + b"\0" for p in raw))
            lines = [json.loads(line) for line in self.run_cli("ls", "--json", what).out.splitlines()]
            addresses = []
            for line in lines[:-1]:
                self.check_schema(line, "ls")
                address = line["address"]
                addresses.append(address.encode() if isinstance(address, str) else
                                 base64.urlsafe_b64decode(address["base64"] + "=" * (-len(address["base64"]) % 4)))
            self.assertEqual(addresses, raw)

    def test_edited_trees(self):
        """Facts of files that people wrote: other orders of members, other layout of the text, broken lines."""
        self.put(b"redis/db_0/hashes/h.json", b'{"expire_at_ms":\n 1900000000000 , "fields":[{"name":"expire_at_ms","value":"1"}]}')
        self.put(b"redis/db_0/strings_ttl.jsonl", b'{"expire_at_ms":1900000000001,"key":"one"}\r\nrubbish\n{"key":"two","expire_at_ms":1900000000002}')
        self.put(b"s3/b/a.elastickv-meta.json", b'{"last_modified" : "2026-01-02T03:04:05+01:00"}')
        self.put(b"s3/b/a", b"body")
        self.put(b"redis/db_0/sets/broken.json", b'{"members":["a')
        records = {}
        for line in self.run_cli("ls", "--json", self.tree).out.splitlines()[:-1]:
            line = json.loads(line)
            records[line["address"]] = line
        self.assertEqual(records["redis/db_0/hashes/h.json"]["expires"], "2030-03-17T17:46:40Z")
        self.assertEqual(records["redis/db_0/strings/one.bin"]["expires_at_ms"], 1900000000001)
        self.assertEqual(records["redis/db_0/strings/two.bin"]["expires_at_ms"], 1900000000002)
        self.assertIsNone(records["redis/db_0/strings/three.bin"]["expires_at_ms"])
        self.assertEqual(records["s3/b/a"]["modified"], "2026-01-02T02:04:05Z")
        self.assertIsNone(records["redis/db_0/sets/broken.json"]["expires_at_ms"])

    def test_what_is_no_tree(self):
        folder = self.path("folder")
        os.mkdir(folder)
        with open(os.path.join(folder, "a"), "w", encoding="utf-8"):
            pass
        self.assertIn(b"[ManifestMissing]", self.run_cli("ls", folder, code=2).err)
        archive = self.path("a.tar")
        subprocess.run(["tar", "-C", folder, "-cf", archive, "."], check=True)
        self.assertIn(b"[ManifestMissing]", self.run_cli("ls", archive, code=2).err)
        subprocess.run(["tar", "-C", self.folder, "-cf", archive, "tree"], check=True)
        self.assertIn(b"[ArchiveLeadingFolder]", self.run_cli("ls", archive, code=2).err)
        self.assertIn(b"[NotFound]", self.run_cli("ls", self.path("nobody"), code=1).err)

    def test_hostile_archives(self):
        for name, kind, code in (("../x", tarfile.REGTYPE, b"UnsafePath"), ("/x", tarfile.REGTYPE, b"UnsafePath"),
                                 ("x", tarfile.SYMTYPE, b"NotRegular"), ("x", tarfile.FIFOTYPE, b"NotRegular")):
            archive = self.path("a.tar")
            with tarfile.open(archive, "w") as tar:
                tar.add(os.path.join(self.tree, "MANIFEST.json"), "MANIFEST.json")
                entry = tarfile.TarInfo(name)
                entry.type = kind
                entry.linkname = "/etc/passwd" if kind == tarfile.SYMTYPE else ""
                tar.addfile(entry)
            run = self.run_cli("ls", archive, code=2)
            self.assertIn(b"[" + code + b"]", run.err)
            self.assertEqual(run.out, b"")
        with tarfile.open(archive, "w") as tar:
            for name in ("MANIFEST.json", "a", "a"):
                tar.add(os.path.join(self.tree, "MANIFEST.json"), name)
        self.assertIn(b"[DuplicateEntry]", self.run_cli("ls", archive, code=2).err)
        with open(archive, "rb") as file:
            whole = file.read()
        run = self.run_cli("ls", "--json", self.write("cut.tar", whole[:1500]), code=2)
        summary = json.loads(run.out.splitlines()[-1])
        self.check_schema(summary, "ls")
        self.assertEqual((summary["exit_code"], summary["error"]["code"]), (2, "ArchiveTruncated"))

    def test_links_in_a_tree(self):
        os.symlink("/etc/passwd", os.path.join(self.tree, "redis", "db_0", "strings", "l.bin"))
        run = self.run_cli("ls", self.tree, code=2)
        self.assertEqual(run.out.count(b"\n"), 4)
        self.assertIn(b"[UnsafePath]", run.err)
        self.assertNotIn(b"l.bin", run.out)

    def test_a_tree_whose_manifest_is_broken_is_listed(self):
        shown, _ = listed_paths(self.tree)
        self.put(b"MANIFEST.json", b"{")
        run = self.run_cli("ls", self.tree, code=2)
        self.assertEqual(run.out.splitlines(), shown)
        self.assertIn(b"[ManifestInvalid]", run.err)

    def test_damaged_snapshots(self):
        rows = [snap.row(b"!redis|str|bad", snap.T0, b"x", flags=8), snap.row(b"!redis|str|good", snap.T0, b"x")]
        run = self.run_cli("ls", self.write("d.fsm", snap.fsm(rows)), code=3)
        self.assertIn(b"redis/db_0/strings/good.bin\n", run.out)
        self.assertIn(b"damaged_rows", run.err)
        self.assertIn(b"not all is there", run.err)
        content = bytearray(snap.fsm(rows))
        content[20] ^= 1
        run = self.run_cli("ls", self.write("d.fsm", bytes(content)), code=2)
        self.assertEqual(run.out, b"")

    def test_standard_input(self):
        with open(self.fsm, "rb") as file:
            content = file.read()
        self.assertEqual(self.run_cli("ls", "-", stdin=content).out, self.run_cli("ls", self.fsm).out)

    def test_usage(self):
        for arguments in (["ls"], ["ls", self.fsm, "a", "b"], ["ls", self.fsm, ""], ["ls", self.fsm, "--sort", "color"],
                          ["ls", self.fsm, "--adapter", "nothing"], ["ls", self.fsm, "--at", "soon"]):
            run = self.run_cli(*arguments, code=1)
            self.assertEqual(run.out, b"")
            self.assertTrue(run.err.startswith(b"snaptree: "), run)

    def test_a_reader_that_goes_away(self):
        many = [snap.row(b"!redis|str|%06d" % i, snap.T0, b"x") for i in range(20000)]
        path = self.write("many.fsm", snap.fsm(many))
        run = subprocess.run(["sh", "-c", '"$SNAPTREE" ls "$1" | head -2', "sh", path], capture_output=True, check=True)
        self.assertEqual((run.stdout.count(b"\n"), run.stderr), (2, b""))


if __name__ == "__main__":
    unittest.main()

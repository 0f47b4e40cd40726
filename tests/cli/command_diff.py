"""snaptree diff: two moments of one snapshot against the truth, and the same records wherever they are kept."""

import base64
import collections
import datetime
import hashlib
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
from support import snapshots as snap
from support.harness import NODE1, NODE1_FSM, PROGRAM, CliTest

ABOUT_THE_RUN = {b"MANIFEST.json", b"CHECKSUMS"}


def fallback(name):
    return hashlib.sha256(name).hexdigest()[:32] + "__" + percent(name[:64])


def percent(name):
    return re.sub(rb"[^A-Za-z0-9._-]", lambda m: b"%%%02X" % m.group()[0], name).decode()


def segment(name, is_folder=False):
    """Spec 07 chapter 2.1, written down once more."""
    text = percent(name)
    taken = text.startswith("b64.") or re.match(r"[0-9a-fA-F]{32}__", text)
    if len(name) > 240 or len(text) > 240 or taken or (is_folder and text in ("", ".", "..")):
        return fallback(name)
    return text


def files_of(tree):
    """SHA-256 by path."""
    found = {}
    root = os.fsencode(tree)
    for base, _, names in os.walk(root):
        for name in names:
            path = os.path.relpath(os.path.join(base, name), root)
            with open(os.path.join(base, name), "rb") as file:
                found[path] = hashlib.sha256(file.read()).hexdigest()
    return {path: digest for path, digest in found.items() if path not in ABOUT_THE_RUN}


def compare(a, b):
    """(mark, path) of all that differs between two dictionaries."""
    return {("~" if k in a and k in b else "-" if k in a else "+", k) for k in a.keys() | b.keys() if a.get(k) != b.get(k)}


def truth_rows(name):
    text = subprocess.run(["zstd", "-dc", os.path.join(NODE1, "truth", name)], check=True, capture_output=True).stdout
    rows = (json.loads(line) for line in text.splitlines())
    return {bytes.fromhex(row["k"]): bytes.fromhex(row["v"]) for row in rows}


def strings_in(rows):
    """Payload of each Redis string by its address."""
    prefix = b"!redis|str|"
    found = {}
    for key, value in rows.items():
        if key.startswith(prefix):
            assert value[:2] == b"\xff\x01", (key, value)
            payload = value[11 if value[2] & 1 else 3:]
            found[f"redis/db_0/strings/{segment(key[len(prefix):])}.bin".encode()] = payload
    return found


def fields(message):
    """(number, bytes) of the length-delimited fields of a protobuf message."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
    while at < len(message):
        tag = varint()
        size = varint()
        if tag & 7 == 2:
            yield tag >> 3, message[at:at + size]
            at += size


def unpadded(text):
    return base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))


def key_segment(value, is_folder):
    (number, raw), = fields(value)
    if number == 1:
        return segment(raw, is_folder)
    if number == 3:
        text = "b64." + base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
        return text if len(text) <= 240 else fallback(raw)
    from fractions import Fraction
    return segment(str(Fraction(raw.decode())).encode(), is_folder)


def items_in(rows):
    """The stored value of each live DynamoDB item by its address."""
    describe = json.loads(subprocess.run(["zstd", "-dc", os.path.join(NODE1, "truth", "dynamodb.json.zst")], check=True,
                                         capture_output=True).stdout)
    prefix = b"!ddb|item|"
    found = {}
    for key, value in rows.items():
        if not key.startswith(prefix):
            continue
        table, generation, _ = key[len(prefix):].split(b"|", 2)
        if b"!ddb|meta|table|" + table not in rows or rows[b"!ddb|meta|gen|" + table] != generation:
            continue
        name = unpadded(table)
        if name.decode() not in describe:
            continue
        attributes = {}
        for number, entry in fields(value[4:]):
            pair = dict(fields(entry))
            attributes[pair[1].decode()] = pair[2]
        keys = [k["AttributeName"] for kind in ("HASH", "RANGE")
                for k in describe[name.decode()]["describe"]["KeySchema"] if k["KeyType"] == kind]
        parts = [key_segment(attributes[k], i < len(keys) - 1) for i, k in enumerate(keys)]
        found[f"dynamodb/{segment(name, True)}/items/{'/'.join(parts)}.json".encode()] = value
    return found


def told(start, details):
    """Mark and address, and what differs."""
    return start + " " * max(2, 42 - len(start)) + details


def address_of(value):
    return value.encode() if isinstance(value, str) else unpadded(value["base64"].encode())


MARKS = {"changed": "~", "added": "+", "removed": "-"}


class Diff(CliTest):
    def read(self, *names):
        with open(os.path.join(*names), "rb") as file:
            return file.read()

    def lines(self, *arguments, code=3, **options):
        """The differences and the summary of a run with --json, both judged."""
        run = self.run_cli("diff", "--json", *arguments, code=code, **options)
        lines = [json.loads(line) for line in run.out.splitlines()]
        for entry in lines:
            self.check_schema(entry, "diff")
        self.assertEqual(lines[-1]["exit_code"], run.code)
        return lines[:-1], lines[-1]

    def found(self, *arguments, **options):
        lines, summary = self.lines(*arguments, **options)
        found = [(MARKS[line["change"]], address_of(line["address"])) for line in lines]
        self.assertEqual([path for _, path in found], sorted(path for _, path in found))
        for change, mark in MARKS.items():
            self.assertEqual(summary[change], sum(1 for m, _ in found if m == mark))
        return set(found)


class OfNode1(Diff):
    """node1 at mid.ts and at its end; decoded once, by another command."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.maker = CliTest()
        cls.maker.setUp()
        with open(os.path.join(NODE1, "truth", "mid.ts"), encoding="ascii") as file:
            cls.mid = file.read().strip()
        cls.fsm = cls.maker.path("node1.fsm")
        subprocess.run(["zstd", "-qd", NODE1_FSM, "-o", cls.fsm], check=True)
        cls.end_tree, cls.mid_tree = cls.maker.path("end"), cls.maker.path("mid")
        cls.maker.run_cli("decode", cls.fsm, "-o", cls.end_tree)
        # Records whose tables are of a later time are losses.
        cls.maker.run_cli("decode", cls.fsm, "--at", cls.mid, "-o", cls.mid_tree, code=None)
        cls.expected = compare(files_of(cls.mid_tree), files_of(cls.end_tree))

    @classmethod
    def tearDownClass(cls):
        cls.maker.doCleanups()
        super().tearDownClass()

    def test_two_moments_of_one_snapshot(self):
        self.assertGreater(len(self.expected), 100)
        self.assertGreater(sum(1 for mark, _ in self.expected if mark == "~"), 10)
        for threads in ("1", "4"):
            self.assertEqual(self.found("--at-a", self.mid, self.fsm, self.fsm, "--threads", threads), self.expected)
        swapped = {({"+": "-", "-": "+", "~": "~"}[mark], path) for mark, path in self.expected}
        self.assertEqual(self.found(self.fsm, self.fsm, "--at-b", self.mid), swapped)

    def test_exactly_the_records_whose_rows_differ(self):
        """By the node's own answers, without any of our decoding."""
        mid, end = truth_rows("rows-mid.jsonl.zst"), truth_rows("rows.jsonl.zst")
        found = self.found("--at-a", self.mid, self.fsm, self.fsm)
        strings = compare(strings_in(mid), strings_in(end))
        self.assertGreater(len(strings), 10)
        # The key that made the node write the snapshot came after the rows were asked for.
        tick = ("+", b"redis/db_0/strings/zz%3Atick.bin")
        self.assertEqual({f for f in found if f[1].startswith(b"redis/db_0/strings/")} - {tick}, strings)
        items = compare(items_in(mid), items_in(end))
        self.assertGreater(len(items), 5)
        self.assertEqual({f for f in found if re.match(rb"dynamodb/[^/]+/items/", f[1])}, items)

    def test_nothing_differs_from_itself(self):
        archive = self.path("end.tar")
        subprocess.run(["tar", "-C", self.end_tree, "-cf", archive, "."], check=True)
        for a, b in ((self.fsm, self.fsm), (self.fsm, self.end_tree), (self.end_tree, self.fsm),
                     (archive, self.fsm), (self.end_tree, archive), (self.end_tree, self.end_tree)):
            run = self.run_cli("diff", a, b)
            self.assertEqual((run.out, run.err), (b"", b""), (a, b))
        node = self.path("node")
        self.run_cli("encode", self.end_tree, "-o", self.path("again.fsm"), code=None)
        self.run_cli("restore", self.path("again.fsm"), "--data-dir", node, "--peers", "n1=127.0.0.1:50051")
        self.assertEqual(self.found(node, self.path("again.fsm"), code=0), set())
        for call in ([self.mid_tree, self.fsm, "--at-b", self.mid], [self.fsm, self.mid_tree, "--at-a", self.mid]):
            self.assertEqual(self.found(*call, code=None), set())
        self.assertEqual(self.found(archive, self.mid_tree),
                         {({"+": "-", "-": "+", "~": "~"}[mark], path) for mark, path in self.expected})

    def test_a_bundle_holds_the_same(self):
        bundle = self.path("bundle")
        self.run_cli("decode", self.fsm, "--layout", "jsonl", "-o", bundle)
        for a, b in ((self.fsm, bundle), (bundle, self.end_tree)):
            run = self.run_cli("diff", a, b)
            self.assertEqual((run.out, run.err), (b"", b""), (a, b))
        self.assertEqual(self.found(self.mid_tree, bundle), self.expected)

    def test_trees_of_other_options(self):
        """The snapshot is decoded as the tree was."""
        for options in (["--no-extensions"], ["--include-incomplete-uploads", "--include-orphans"],
                        ["--rename-collisions"], ["--preserve-sqs-visibility", "--include-sqs-side-records"],
                        ["--dynamodb-layout", "jsonl"]):
            tree = self.path("tree")
            self.run_cli("decode", self.fsm, "-o", tree, *options)
            for pair in ((self.fsm, tree), (tree, self.fsm)):
                run = self.run_cli("diff", *pair)
                self.assertEqual((run.out, run.err), (b"", b""), options)
            shutil.rmtree(tree)

    def test_a_filter_takes_the_same_from_both_sides(self):
        end = files_of(self.end_tree)
        for pattern in ("redis/db_0/strings_ttl.jsonl", "redis/db_0/KEYMAP.jsonl", "redis/db_0/strings/s*",
                        "s3/photos/five", "s3/photos/*.elastickv-meta.json", "fs/inodes.jsonl", "fs/tree/a",
                        "sqs/jobs/_queue.json", "sqs/*/messages.jsonl", "dynamodb/orders/_schema.json", "rawkv"):
            _, summary = self.lines(self.fsm, self.end_tree, "--include", pattern, code=0)
            self.assertGreater(summary["same"], 0, pattern)
            run = self.run_cli("diff", self.fsm, self.end_tree, "--exclude", pattern)
            self.assertEqual(run.out, b"", pattern)
        _, summary = self.lines(self.fsm, self.end_tree, "--adapter", "redis,sqs", code=0)
        self.assertEqual(summary["same"], sum(1 for p in end if p.startswith((b"redis/", b"sqs/"))))
        # An object is compared with its sidecar, as decode takes both.
        _, summary = self.lines(self.fsm, self.end_tree, "--include", "s3/photos/five", code=0)
        self.assertEqual(summary["same"], 2)
        chosen = self.write("list", b"dynamodb/orders/items/tx/1.json\nredis/db_0/strings/counter.bin\n")
        self.assertEqual(self.found(self.mid_tree, self.fsm, "--files-from", chosen, code=None),
                         {f for f in self.expected
                          if f[1] in (b"dynamodb/orders/items/tx/1.json", b"redis/db_0/strings/counter.bin")})

    def test_what_ls_prints_stands_for_something(self):
        for what in (self.fsm, self.end_tree):
            listed = self.write("listed", self.run_cli("ls", "-0", what).out + b"CHECKSUMS\0")
            for pair in ((self.fsm, self.fsm), (self.fsm, self.end_tree), (self.end_tree, self.end_tree)):
                run = self.run_cli("diff", *pair, "-0", "--files-from", listed)
                self.assertEqual((run.out, run.err), (b"", b""), pair)
            _, summary = self.lines(self.fsm, self.end_tree, "-0", "--files-from", listed, code=0)
            self.assertEqual((summary["same"], summary["unmatched"]), (len(files_of(self.end_tree)), []))

    def test_exclude_wins(self):
        """Of the name of a file as of that of its record."""
        suffix = b".elastickv-meta.json"
        end = files_of(self.end_tree)
        five = (b"s3/photos/five", b"s3/photos/five" + suffix)
        self.assertLessEqual(set(five), set(end))
        for options, left_out in ((["--exclude", "*" + suffix.decode()], lambda p: p.endswith(suffix)),
                                  (["--exclude", "s3/photos/five"], lambda p: p in five),
                                  (["--exclude", "s3/photos/five" + suffix.decode()], lambda p: p == five[1]),
                                  (["--include", "s3/photos/five", "--exclude", "*" + suffix.decode()], lambda p: p != five[0]),
                                  (["--include", "*" + suffix.decode(), "--exclude", "s3/photos/five"],
                                   lambda p: p in five or not p.endswith(suffix)),
                                  (["--exclude", "MANIFEST.json"], lambda p: False)):
            expected = sum(1 for path in end if not left_out(path))
            for pair in ((self.fsm, self.fsm), (self.fsm, self.end_tree), (self.end_tree, self.end_tree)):
                _, summary = self.lines(*pair, *options, code=0)
                self.assertEqual((summary["same"], summary["unmatched"]), (expected, []), (pair, options))

    def test_a_pattern_that_stands_for_nothing(self):
        run = self.run_cli("diff", self.fsm, self.end_tree, "--include", "redis/db_0/strings/countr.bin", code=3)
        self.assertEqual(run.out, b"")
        self.assertIn(b"nothing matches 'redis/db_0/strings/countr.bin'; there is "
                      b"'redis/db_0/strings/counter.bin'", run.err)
        self.assertTrue(run.err.endswith(b"snaptree: 0 of 0 addresses differ, 1 pattern stands for nothing (exit 3)\n"))
        quiet = self.run_cli("diff", "-q", self.fsm, self.end_tree, "--include", "redis/db_0/strings/countr.bin", code=3)
        self.assertEqual(quiet.err, run.err.splitlines(True)[-1])
        # On one side is enough.
        added = next(path for mark, path in sorted(self.expected) if mark == "+" and b"\n" not in path)
        self.assertEqual(self.found(self.mid_tree, self.end_tree, "--include", os.fsdecode(added)), {("+", added)})

    def test_stat_adds_up(self):
        lines, summary = self.lines("--stat", "--at-a", self.mid, self.fsm, self.fsm)
        counts = collections.Counter()
        for line in lines:
            for name in ("changed", "added", "removed", "same"):
                counts[name] += line[name]
        self.assertEqual(counts, {name: summary[name] for name in counts})
        self.assertEqual({n: counts[c] for c, n in MARKS.items()},
                         {n: sum(1 for mark, _ in self.expected if mark == n) for n in MARKS.values()})
        self.assertEqual(len({line["scope"] for line in lines}), len(lines))
        of = {line["scope"]: line for line in lines}
        orders = [mark for mark, path in self.expected if path.startswith(b"dynamodb/orders/")]
        self.assertEqual(sum(of["dynamodb/orders"][c] for c in MARKS), len(orders))
        text = self.run_cli("diff", "--stat", "--at-a", self.mid, self.fsm, self.fsm, code=3).out.decode()
        rows = [line.split(None, 4) for line in text.splitlines()]
        self.assertEqual(rows[0], ["changed", "added", "removed", "same"])
        self.assertEqual(rows[-1], [f"{summary[c]:,}" for c in ("changed", "added", "removed", "same")] + ["all"])
        self.assertIn("all of redis", [row[4] for row in rows[1:]])

    def test_text_and_names(self):
        run = self.run_cli("diff", "--at-a", self.mid, self.fsm, self.fsm, code=3)
        lines = run.out.split(b"\n")[:-1]
        self.assertEqual(len(lines), len(self.expected) + 1)
        marks = collections.Counter(mark for mark, _ in self.expected)
        self.assertRegex(lines[-1].decode(),
                         rf"^  {marks['~']:,} changed, {marks['+']:,} added, {marks['-']:,} removed, [0-9,]+ same$")
        names = self.run_cli("diff", "--name-only", "--at-a", self.mid, self.fsm, self.fsm, code=3)

        def escaped(path):
            text = path.replace(b"\\", b"\\\\").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
            return (b"\\" if text != path else b"") + text
        self.assertEqual(names.out.split(b"\n")[:-1], [escaped(p) for p in sorted(p for _, p in self.expected)])
        self.assertEqual((run.err, names.err), (b"", b""))

    def test_members_of_items(self):
        """Planted changes, told by the members that were changed."""
        tree = self.path("tree")
        shutil.copytree(self.end_tree, tree)
        items = sorted(p for p in files_of(tree) if p.startswith(b"dynamodb/orders/items/customer-"))[:30]
        planted = {}
        for i, path in enumerate(items):
            name = os.path.join(tree, os.fsdecode(path))
            item = json.loads(self.read(name))
            old = item["status"]["S"]
            item["status"]["S"], item["added"] = f"new {i}", {"M": {"n": {"N": "9007199254740993.10"}}}
            planted[path] = {("status", json.dumps(old), f'"new {i}"'), ("added", None, "{n: 9007199254740993.10}")}
            if i % 2 == 0:
                planted[path].add(("total", item.pop("total")["N"], None))
            with open(name, "w", encoding="ascii") as file:
                json.dump(item, file)
        written = b"dynamodb/orders/items/tx/1.json"
        with open(os.path.join(tree, os.fsdecode(written)), "ab") as file:
            file.write(b"\n")
        lines, _ = self.lines(self.fsm, tree)
        found = {address_of(d["address"]): d for d in lines}
        self.assertTrue(found.pop(written)["same_content"])
        self.assertEqual({path: {(f["path"], f["a"], f["b"]) for f in d["fields"]} for path, d in found.items()}, planted)
        out = self.run_cli("diff", tree, self.fsm, code=3).out.decode()
        first = items[0].decode()
        old = next(a for name, a, _ in planted[items[0]] if name == "status")
        total = next(a for name, a, _ in planted[items[0]] if name == "total")
        self.assertIn(told("~ " + first, f'-added {{n: 9007199254740993.10}}; status "new 0" -> {old}; +total {total}\n'),
                      out)
        self.assertIn(told("~ " + written.decode(), "says the same, written otherwise\n"), out)


class OfSmallOnes(Diff):
    def string(self, name, text, expiry=None):
        times = b"\x00" if expiry is None else b"\x01" + struct.pack(">Q", expiry)
        return snap.row(b"!redis|str|" + name, snap.T0, b"\xff\x01" + times + text)

    def fsm(self, name, rows):
        return self.write(name, snap.fsm(rows))

    def test_every_line_is_one_line(self):
        """Whatever keys and values hold."""
        a = self.fsm("a.fsm", [self.string(b"k", b"\x1b[2J\n\xff"), snap.row(b"raw\n\x1b\xff", snap.T0, b"1")])
        b = self.fsm("b.fsm", [self.string(b"k", b"x" * 500), snap.row(b"raw\n\x1b\xff", snap.T0, b"2"),
                               self.string(b"\n\x1b", b"")])
        run = self.run_cli("diff", a, b, code=3)
        self.assertEqual(run.out.decode().splitlines(), [
            told("~ rawkv/data.jsonl", 'lines: 1 changed; ~{"base64":"cmF3Chv_"}'),
            told("+ redis/db_0/strings/%0A%1B.bin", "0 bytes"),
            told("~ redis/db_0/strings/k.bin", 'value b"\\x1b[2J\\x0a\\xff" -> "' + "x" * 59 + "..."),
            "  2 changed, 1 added, 0 removed, 0 same"])
        self.assertNotIn(b"\x1b", run.out)

    def test_hostile_names_of_a_tree(self):
        for name in ("a", "b"):
            os.makedirs(self.path(name, "s3", "bucket"))
        for name in (b"line\nfeed", b"back\\slash", b"\xff\xfe", b"plain"):
            with open(os.path.join(os.fsencode(self.path("b", "s3", "bucket")), name), "wb") as file:
                file.write(b"x")
        run = self.run_cli("diff", self.path("a"), self.path("b"), code=3)
        self.assertEqual([re.sub(rb"  +", b" ", line) for line in run.out.split(b"\n")[:-1]],
                         [b"\\+ s3/bucket/back\\\\slash 1 bytes", b"\\+ s3/bucket/line\\nfeed 1 bytes",
                          b"+ s3/bucket/plain 1 bytes", b"+ s3/bucket/\xff\xfe 1 bytes",
                          b" 0 changed, 4 added, 0 removed, 0 same"])
        self.assertEqual(self.found(self.path("a"), self.path("b")),
                         {("+", b"s3/bucket/" + n) for n in (b"line\nfeed", b"back\\slash", b"\xff\xfe", b"plain")})

    def test_a_terminal_gets_no_control_characters(self):
        for name in ("a", "b"):
            os.makedirs(self.path(name, "s3", "bucket"))
        with open(self.path("b", "s3", "bucket", "\x1b[2J"), "wb") as file:
            file.write(b"x")
        ours, theirs = os.openpty()
        done = subprocess.run([PROGRAM, "diff", self.path("a"), self.path("b")], stdout=theirs, check=False)
        os.close(theirs)
        out = os.read(ours, 4096)
        os.close(ours)
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"+ s3/bucket/\\x1b[2J", out)
        self.assertNotIn(b"\x1b", out)

    def test_a_cut_archive(self):
        a = self.fsm("a.fsm", [self.string(b"k%d" % i, b"value %d" % i) for i in range(50)])
        tree, archive = self.path("tree"), self.path("x.tar")
        self.run_cli("decode", a, "-o", tree)
        subprocess.run(["tar", "-C", tree, "-cf", archive, "."], check=True)
        self.assertEqual(self.run_cli("diff", a, archive).out, b"")
        whole = self.read(archive)
        self.write("x.tar", whole[:len(whole) // 2])
        for pair in ((a, archive), (archive, a)):
            run = self.run_cli("diff", *pair, code=2)
            self.assertEqual(run.out, b"")
            self.assertIn(b"ArchiveTruncated", run.err)

    def test_expired_keys(self):
        ms = snap.T1 >> 16
        a = self.fsm("a.fsm", [self.string(b"gone", b"x", ms - 500), self.string(b"kept", b"x", ms + 5),
                               self.string(b"old", b"x", ms - 61_000), self.string(b"removed", b"x", ms + 1)])
        b = self.fsm("b.fsm", [self.string(b"kept", b"x", ms + 5)])
        out = self.run_cli("diff", a, b, code=3).out.decode()
        gone, old = (datetime.datetime.fromtimestamp((ms - past) // 1000, datetime.timezone.utc)
                     for past in (500, 61_000))
        self.assertIn(told("- redis/db_0/strings/gone.bin", f"expired {gone:%H:%M:%S}\n"), out)
        self.assertIn(told("- redis/db_0/strings/old.bin", f"expired {old:%Y-%m-%d %H:%M:%S}\n"), out)
        self.assertIn(told("- redis/db_0/strings/removed.bin", "1 bytes\n"), out)
        self.assertIn("lines: 3 removed; -gone -old -removed\n", out)

    def test_objects_that_came(self):
        a, b = self.path("a"), self.path("b")
        os.makedirs(os.path.join(a, "s3", "photos"))
        os.makedirs(os.path.join(b, "s3", "photos"))
        sidecar = {"format_version": 1, "user_metadata": {"content_type": "no"}, "content_type": "image/jpeg"}
        with open(os.path.join(b, "s3/photos/b.jpg"), "wb") as file:
            file.write(b"x" * 1300000)
        with open(os.path.join(b, "s3/photos/b.jpg.elastickv-meta.json"), "w", encoding="ascii") as file:
            json.dump(sidecar, file)
        out = self.run_cli("diff", a, b, code=3).out.decode()
        self.assertIn(told("+ s3/photos/b.jpg", "1.23 MiB image/jpeg\n"), out)

    def test_damage(self):
        good = [self.string(b"k%d" % i, b"value %d" % i) for i in range(50)]
        a = self.fsm("a.fsm", good)
        cut = self.path("cut.fsm")
        with open(a, "rb") as file:
            whole = file.read()
        with open(cut, "wb") as file:
            file.write(whole[:len(whole) // 2])
        for pair in ((a, cut), (cut, a)):
            run = self.run_cli("diff", *pair, code=2)
            self.assertEqual(run.out, b"")
            self.assertIn(cut.encode(), run.err)
        self.assertGreater(len(self.found("--salvage", a, cut)), 10)
        # A row that cannot be read: the file itself is whole.
        b = self.fsm("b.fsm", good[1:] + [(good[0][0], b"\x00")])
        run = self.run_cli("diff", a, b, code=3)
        self.assertIn(b"- redis/db_0/strings/k0.bin ", run.out)
        self.assertIn(b"b.fsm: 1 row of it is damaged", run.err)
        run = self.run_cli("diff", b, b, code=3)
        self.assertIn(b"is damaged", run.err)

    def test_wrong_calls(self):
        a = self.fsm("a.fsm", [self.string(b"k", b"x")])
        tree = self.path("tree")
        self.run_cli("decode", a, "-o", tree)
        for call, code in ((["-", "-"], "OptionConflict"), ([a, a, "--stat", "--name-only"], "OptionConflict"),
                           ([tree, a, "--at-a", "1767225604000"], "AtNeedsSnapshot"),
                           ([a, tree, "--at-b", "1767225604000"], "AtNeedsSnapshot"),
                           ([a, a, "--at-a", "noon"], "OptionValue"), ([a], "ArgumentMissing"),
                           ([a, self.path("none")], "NotFound"), ([a, a, "--include", ""], "OptionValue")):
            run = self.run_cli("diff", "--json", *call, code=1)
            self.assertIn(code, [e["code"] for e in self.errors(run)], call)

    def test_standard_input(self):
        a = self.fsm("a.fsm", [self.string(b"k", b"x")])
        b = self.fsm("b.fsm", [self.string(b"k", b"y")])
        with open(b, "rb") as file:
            piped = file.read()
        run = self.run_cli("diff", a, "-", stdin=piped, code=3)
        self.assertEqual(run.out.decode().splitlines()[0],
                         told("~ redis/db_0/strings/k.bin", "1 bytes, other content"))
        self.assertIn(b"standard input is read once", run.err)
        run = self.run_cli("diff", b, "-", stdin=piped)
        self.assertEqual((run.out, run.err), (b"", b""))

    def test_what_tells_of_the_run_is_no_difference(self):
        a = self.fsm("a.fsm", [self.string(b"k", b"x")])
        one, two = self.path("one"), self.path("two")
        self.run_cli("decode", a, "-o", one)
        self.run_cli("decode", a, "-o", two, "--cluster-id", "other")
        self.assertNotEqual(self.read(one, "MANIFEST.json"), self.read(two, "MANIFEST.json"))
        self.assertEqual(self.run_cli("diff", one, two).out, b"")
        self.assertEqual(sorted(os.listdir(self.folder)), ["a.fsm", "one", "two"])


if __name__ == "__main__":
    unittest.main(verbosity=2)

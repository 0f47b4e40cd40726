"""The layout jsonl (spec 08): the same records in few files, there and back."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import unittest

sys.dont_write_bytecode = True
from support import snapshots as snap
from support.harness import NODE1_FSM, PROGRAM, CliTest, environment

SUFFIX = ".elastickv-meta.json"


def tree(folder):
    """Every file of a tree but those that tell of the run."""
    found = {}
    for base, _, names in os.walk(folder):
        for name in names:
            path = os.path.relpath(os.path.join(base, name), folder)
            if path not in ("MANIFEST.json", "CHECKSUMS"):
                with open(os.path.join(base, name), "rb") as file:
                    found[path] = file.read()
    return found


def keymap(files, bucket):
    lines = files.get(f"s3/{bucket}/KEYMAP.jsonl", b"").splitlines()
    return {json.loads(line)["encoded"] for line in lines}


def bodies(files):
    """Paths of objects; without their sidecars."""
    found = set()
    for path in files:
        part = path.split("/", 2)
        if part[0] != "s3" or part[2] in ("_bucket.json", "KEYMAP.jsonl", "_objects.jsonl"):
            continue
        if not part[2].endswith(SUFFIX) or part[2] in keymap(files, part[1]):
            found.add(path)
    return found


class TreeTest(CliTest):
    def decode(self, name, *more, source=NODE1_FSM):
        out = self.path(name)
        self.run_cli("decode", source, "-o", out, *more)
        return out


class Node1(TreeTest):
    """Of a live node, all adapters."""

    def test_there_and_back(self):
        plain = tree(self.decode("plain"))
        folder = self.decode("lines", "--layout", "jsonl")
        subprocess.run(["sha256sum", "-c", "--quiet", "CHECKSUMS"], cwd=folder, check=True)
        run = self.run_cli("verify", folder)
        self.assertEqual((run.out, run.err), (b"", b""))
        lines = tree(folder)
        self.assertLess(len(lines), len(plain) / 2)

        self.assertEqual(bodies(lines), bodies(plain))
        own = ("_bucket.json", "KEYMAP.jsonl")
        for path in bodies(plain) | {p for p in plain if p.startswith("s3/") and p.split("/", 2)[2] in own}:
            self.assertEqual(lines[path], plain[path])
        # No sidecar is left: all else is of the buckets themselves.
        self.assertEqual({p.split("/", 2)[2] for p in set(lines) - bodies(lines) if p.startswith("s3/")},
                         {*own, "_objects.jsonl"})
        for path, content in lines.items():
            if path.split("/")[0] in ("sqs", "rawkv", "fs"):
                self.assertEqual(content, plain[path], path)
        self.assertEqual({p for p in plain if p.split("/")[0] in ("sqs", "rawkv", "fs")},
                         {p for p in lines if p.split("/")[0] in ("sqs", "rawkv", "fs")})

        # A line is what the sidecar said, as JSON.
        for bucket in {path.split("/")[1] for path in lines if path.startswith("s3/")}:
            objects = [json.loads(line) for line in lines.get(f"s3/{bucket}/_objects.jsonl", b"").splitlines()]
            self.assertEqual({f"s3/{bucket}/{o['path']}" for o in objects},
                             {p for p in bodies(plain) if p.startswith(f"s3/{bucket}/")})
            for line in objects:
                sidecar = json.loads(plain[f"s3/{bucket}/{line['path']}{SUFFIX}"])
                self.assertEqual(list(line), ["key", "path", *sidecar])
                self.assertEqual({**sidecar, "key": line["key"], "path": line["path"]}, line)

        again = self.path("again.fsm")
        self.run_cli("encode", folder, "-o", again)
        self.assertEqual(tree(self.decode("plain2", source=again)), plain)
        self.assertEqual(tree(self.decode("lines2", "--layout", "jsonl", source=again)), lines)

    def test_every_line_is_json_to_jq(self):
        folder = self.decode("lines", "--layout", "jsonl")
        files = tree(folder)
        for path in sorted(set(files) - bodies(files)):
            if not path.endswith(".jsonl") or path.startswith("fs/tree/"):
                continue
            run = subprocess.run(["jq", "-c", "type", os.path.join(folder, path)], capture_output=True, check=True)
            self.assertEqual(run.stdout, b'"object"\n' * files[path].count(b"\n"), path)

    def test_threads_make_no_difference(self):
        one = tree(self.decode("one", "--layout", "jsonl", "--threads", "1"))
        self.assertEqual(tree(self.decode("four", "--layout", "jsonl", "--threads", "4")), one)
        self.assertEqual(tree(self.decode("small", "--layout", "jsonl", "--memory", "16MiB")), one)

    def test_what_tells_the_layout(self):
        run = self.run_cli("decode", "--json", NODE1_FSM, "-o", self.path("out"), "--layout", "jsonl")
        self.assertEqual(self.document(run, "decode")["layout"], "jsonl")
        with open(self.path("out", "MANIFEST.json"), encoding="utf-8") as file:
            manifest = json.load(file)
        self.assertEqual((manifest["dynamodb_layout"], manifest["snaptree"]["layout"]), ("jsonl", "jsonl"))
        self.assertIn("s3/*/_objects.jsonl", manifest["snaptree"]["extensions"])
        for more in ((), ("--layout", "per-item"), ("--dynamodb-layout", "jsonl")):
            run = self.run_cli("decode", "--json", NODE1_FSM, "-o", self.path("out"), "--force", *more)
            self.assertEqual(self.document(run, "decode")["layout"], "per-item")
            with open(self.path("out", "MANIFEST.json"), encoding="utf-8") as file:
                manifest = json.load(file)
            self.assertEqual(manifest["dynamodb_layout"], "jsonl" if "jsonl" in more else "per-item")
            self.assertNotIn("layout", manifest["snaptree"])

    def test_other_layouts_are_refused(self):
        folder = self.decode("out", "--layout", "jsonl", "--adapter", "s3")
        path = os.path.join(folder, "MANIFEST.json")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for old, new, code in (('"layout": "jsonl"', '"layout": "next"', b"[ManifestUnsupported]"),
                               ('"layout": "jsonl"', '"layout": 1', b"[ManifestInvalid]"),
                               ('"dynamodb_layout": "jsonl"', '"dynamodb_layout": "per-item"', b"[ManifestInvalid]")):
            self.write("out/MANIFEST.json", text.replace(old, new).encode())
            self.run_cli("seal", folder)
            run = self.run_cli("encode", folder, "-o", self.path("x.fsm"), code=2)
            self.assertIn(code, run.err)


class Objects(TreeTest):
    """What people do to _objects.jsonl."""

    def setUp(self):
        super().setUp()
        self.tree = self.decode("lines", "--layout", "jsonl", "--adapter", "s3")
        self.file = "lines/s3/photos/_objects.jsonl"
        with open(self.path(self.file), "rb") as file:
            self.lines = file.read().splitlines(keepends=True)

    def encode_with(self, lines, code=0):
        self.write(self.file, b"".join(lines))
        self.run_cli("seal", self.tree)
        return self.run_cli("encode", "--json", self.tree, "-o", self.path("x.fsm"), "--force", code=code)

    def findings(self, run):
        return {f["code"]: f["count"] for f in self.document(run, "encode")["findings"]}

    def result(self):
        return tree(self.decode("again", "--layout", "jsonl", "--adapter", "s3", "--force",
                                source=self.path("x.fsm")))["s3/photos/_objects.jsonl"].splitlines(keepends=True)

    def test_order_and_form_mean_nothing(self):
        found = self.findings(self.encode_with(reversed(self.lines)))
        self.assertEqual((found["s3_lines_out_of_order"], found["not_canonical"]), (len(self.lines) - 1, 1))
        self.assertEqual(self.result(), self.lines)
        spaced = [json.dumps(dict(reversed(json.loads(line).items()))).encode() + b"\n" for line in self.lines]
        self.assertEqual(self.findings(self.encode_with(spaced))["not_canonical"], 1)
        self.assertEqual(self.result(), self.lines)

    def test_an_edit_goes_in(self):
        edited = [line.replace(b'"image/jpeg"', b'"image/x-mine"') for line in self.lines]
        self.assertNotEqual(edited, self.lines)
        self.encode_with(edited)
        self.assertEqual(self.result(), edited)

    def test_a_line_less(self):
        run = self.encode_with(self.lines[1:], code=3)
        self.assertEqual(self.findings(run)["s3_sidecar_missing"], 1)
        self.assertEqual(len(self.result()), len(self.lines))

    def test_none_at_all(self):
        os.remove(self.path(self.file))
        self.run_cli("seal", self.tree)
        run = self.run_cli("encode", "--json", self.tree, "-o", self.path("x.fsm"), code=3)
        self.assertEqual(self.findings(run)["s3_sidecar_missing"], len(self.lines))

    def test_errors_name_file_and_line(self):
        gone = b'{"key":"gone","path":"gone","format_version":1}\n'
        for lines, code, place in (([*self.lines, gone], "S3EncodeOrphanSidecar", len(self.lines) + 1),
                                   ([*self.lines, self.lines[2]], "DuplicateKey", len(self.lines) + 1),
                                   ([self.lines[0], b"{nonsense\n", *self.lines[1:]], "S3EncodeInvalidSidecar", 2)):
            run = self.encode_with(lines, code=2)
            error = self.document(run, "encode")["errors"][0]
            self.assertEqual((error["code"], error["source"], error["address"]),
                             (code, "s3/photos/_objects.jsonl", f"line {place}"))
            problems = self.run_cli("verify", self.tree, code=2)
            self.assertIn(code.encode(), problems.out + problems.err)

    def test_a_lost_body_is_told(self):
        os.remove(self.path("lines", "s3", "photos", "zero"))
        self.run_cli("seal", self.tree)
        run = self.run_cli("encode", self.tree, "-o", self.path("x.fsm"), code=2)
        self.assertIn(b"[S3EncodeOrphanSidecar]", run.err)

    def test_sidecar_files_count_too(self):
        line = next(json.loads(x) for x in self.lines if json.loads(x)["key"] == "CASE.txt")
        rest = [x for x in self.lines if json.loads(x)["key"] != "CASE.txt"]
        sidecar = {k: v for k, v in line.items() if k not in ("key", "path")}
        self.write("lines/s3/photos/CASE.txt" + SUFFIX, json.dumps(sidecar).encode())
        self.assertEqual(self.findings(self.encode_with(rest))["s3_sidecar_beside_lines"], 1)
        self.assertEqual(self.result(), self.lines)
        run = self.encode_with(self.lines, code=2)
        self.assertEqual(self.document(run, "encode")["errors"][0]["code"], "S3EncodeTwoSidecars")


class Calls(CliTest):
    def setUp(self):
        super().setUp()
        self.file = self.write("x.fsm", snap.fsm([snap.row(b"!redis|str|hello", snap.T0, b"world")]))

    def test_conflicts(self):
        for more, code in ((["--layout", "lines"], b"[OptionValue]"),
                           (["--layout", "jsonl", "--no-extensions"], b"[OptionConflict]"),
                           (["--layout", "jsonl", "--dynamodb-layout", "per-item"], b"[OptionConflict]"),
                           (["--layout", "per-item", "--dynamodb-bundle-mode", "jsonl"], b"[OptionConflict]"),
                           (["--dynamodb-layout", "lines"], b"[OptionValue]")):
            run = self.run_cli("decode", self.file, "-o", self.path("out"), *more, code=1)
            self.assertIn(code, run.err)
            self.assertEqual(self.names(), ["x.fsm"])
        for more in (["--layout", "jsonl", "--dynamodb-layout", "jsonl"], ["--dynamodb-layout", "jsonl", "--no-extensions"],
                     ["--layout", "per-item", "--no-extensions"]):
            self.run_cli("decode", self.file, "-o", self.path("out"), "--force", *more)


class LongLines(CliTest):
    """A value of many MiB in one line of Redis keys is not held in memory."""

    def test_one_value_many_times_the_memory(self):
        lines = self.path("lines")
        file = self.write("x.fsm", snap.fsm([snap.row(b"!redis|str|k", snap.T0, b"v")]))
        self.run_cli("decode", file, "-o", lines, "--layout", "jsonl")
        with open(os.path.join(lines, "redis/db_0/strings-00000.jsonl"), "wb") as out:
            out.write(b'{"key":"k","value":"' + b"x\\n" * (40 << 20) + b'","expire_at_ms":null}\n')
        self.run_cli("seal", lines)
        again = self.path("again.fsm")
        run = self.run_cli("encode", lines, "-o", again, "--memory", "64MiB", "--json")
        self.assertLess(json.loads(run.out)["peak_memory_bytes"], 80 << 20)
        self.run_cli("decode", again, "-o", self.path("plain"))
        with open(self.path("plain/redis/db_0/strings/k.bin"), "rb") as value:
            self.assertTrue(value.read() == b"x\n" * (40 << 20))


class ManyRecords(CliTest):
    """What is said before very many files are written. Nobody waits for them."""

    def setUp(self):
        super().setUp()
        rows = [snap.row(b"!redis|str|%06d" % n, snap.T0, b"v") for n in range(300001)]
        self.file = self.write("x", snap.fsm(rows, header=False, footer=False))

    def begin(self, *more):
        return subprocess.Popen([PROGRAM, "decode", self.file, "-o", self.path("out"), *more], stderr=subprocess.PIPE,
                                env=environment())

    def end(self, process):
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=60)[1]
        self.assertEqual(self.names(), ["x"])
        return rest

    def test_with_details(self):
        process = self.begin("-v")
        line = process.stderr.readline().decode()
        self.end(process)
        self.assertRegex(line, r"^300,001 records become about 300,000 files: about \d+ s and 300,000 inodes"
                               r"( \(free: [\d,]+( M)?\))?; --layout jsonl: about 1 s and 3 files\n$")

    def test_a_script_hears_nothing(self):
        process = self.begin()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not any(
                name != "x" and sum(len(f) for _, _, f in os.walk(self.path(name))) > 100 for name in self.names()):
            time.sleep(0.01)
        self.assertNotIn(b"become", self.end(process))

    def test_lines_and_dry_runs_are_no_matter(self):
        for more in (["-n"], ["--layout", "jsonl", "-o", self.path("lines")]):
            run = self.run_cli("decode", self.file, "-v", *more)
            self.assertNotIn(b"become", run.err)


if __name__ == "__main__":
    unittest.main()

"""Archives: decode -o X.tar.zst, pack, unpack, and what verify and encode make of them. The judges are tar, bsdtar,
Python's tarfile, zstd, sha256sum and diff -r."""

import hashlib
import io
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import unittest

sys.dont_write_bytecode = True
from support import snapshots as snap
from support.harness import NODE1_FSM, PROGRAM, CliTest, WithNode1, environment


def shell(command, folder, **options):
    return subprocess.run(command, shell=True, cwd=folder, capture_output=True, timeout=60, **options)


def tree(root):
    """Every file and every empty folder ("name/") below a folder, names as bytes."""
    found = {}
    root = os.fsencode(root)
    for base, folders, names in os.walk(root):
        below = os.path.relpath(base, root)
        if not folders and not names:
            found[below + b"/"] = b""
        for name in names:
            with open(os.path.join(base, name), "rb") as file:
                found[os.path.normpath(os.path.join(below, name))] = file.read()
    return found


def without_run(files):
    """Without what tells of the run that made the tree."""
    return {path: content for path, content in files.items() if path not in (b"MANIFEST.json", b"CHECKSUMS")}


class ArchiveTest(CliTest):
    def unzstd(self, name):
        plain = self.path(name + ".plain")
        done = shell(f"zstd -q -d -f {name} -o {plain}", self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        return plain

    def extracted(self, name, how):
        """The tree that a program makes of an archive; it must be content with it."""
        out = self.path("extracted")
        shutil.rmtree(out, ignore_errors=True)
        os.mkdir(out)
        if how == "tarfile":
            with tarfile.open(self.path(name)) as archive:
                archive.extractall(out)
        else:
            done = shell(f"{how} -C {out}", self.folder)
            self.assertEqual(done.returncode, 0, (how, done.stderr))
        done = shell("sha256sum -c --quiet --strict CHECKSUMS", out)
        self.assertEqual((done.returncode, done.stderr), (0, b""), how)
        return tree(out)

    def assert_nothing_left(self, *names):
        self.assertEqual(self.names(), sorted(names))


class OfNode1(WithNode1, ArchiveTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.files = tree(cls.original)

    def test_decode_writes_what_unpacks_to_the_tree(self):
        for name, programs in (("x.tar", ("tar xf x.tar", "bsdtar xf x.tar", "tarfile")),
                               ("x.tar.zst", ("zstd -dc x.tar.zst | tar x", "bsdtar xf x.tar.zst"))):
            run = self.run_cli("decode", NODE1_FSM, "-o", self.path(name))
            self.assertEqual((run.out, run.err), (b"", b""))
            for how in programs:
                if how.startswith("bsdtar") and shutil.which("bsdtar") is None:
                    self.skipTest("bsdtar is not installed")
                extracted = self.extracted(name, how)
                self.assertEqual(without_run(extracted), without_run(self.files), how)
            self.run_cli("unpack", self.path(name), "-o", self.path("unpacked"))
            self.assertEqual(tree(self.path("unpacked")), extracted)
            shutil.rmtree(self.path("unpacked"))
            self.run_cli("verify", self.path(name))
        self.assertEqual(shell("zstd -t x.tar.zst", self.folder).returncode, 0)
        # Every frame has a checksum.
        listed = shell("zstd -lv x.tar.zst", self.folder).stdout
        self.assertRegex(listed, rb"Check: XXH64")

    def test_entries_are_reproducible(self):
        self.run_cli("decode", NODE1_FSM, "-o", self.path("x.tar"))
        with tarfile.open(self.path("x.tar")) as archive:
            members = archive.getmembers()
            self.assertEqual(archive.pax_headers, {})
        self.assertEqual([m.name for m in members[-2:]], ["MANIFEST.json", "CHECKSUMS"])
        for m in members:
            self.assertEqual((m.uid, m.gid, m.uname, m.gname, m.mtime), (0, 0, "", "", 0), m.name)
            self.assertEqual((m.isreg(), m.mode) if not m.isdir() else (True, m.mode),
                             (True, 0o755 if m.isdir() else 0o600), m.name)
        folders = {m.name for m in members if m.isdir()}
        self.assertLessEqual({path[:-1].decode() for path in self.files if path.endswith(b"/")}, folders)
        for folder in folders:
            self.assertTrue(os.path.isdir(os.path.join(self.original, folder)))
        self.assertEqual(os.stat(self.path("x.tar")).st_mode & 0o777, 0o600)

    def test_bytes_do_not_depend_on_threads(self):
        starts = []
        for threads in ("1", "2", "5"):
            self.run_cli("decode", NODE1_FSM, "-o", self.path("x.tar.zst"), "--force", "--threads", threads)
            with open(self.path("x.tar.zst"), "rb") as file:
                frames = file.read()
            with open(self.unzstd("x.tar.zst"), "rb") as file:
                plain = file.read()
            # MANIFEST.json tells the time of the run.
            end = plain.rindex(b"MANIFEST.json\0")
            self.assertGreater(end, 10 << 20)
            starts.append((plain[:end], frames[:1000000]))
        self.assertTrue(starts[0] == starts[1] == starts[2])
        packed = set()
        for threads in ("1", "2", "5"):
            for name in ("p.tar", "p.tar.zst"):
                self.run_cli("pack", self.original, "-o", self.path(name), "--force", "--threads", threads)
                with open(self.path(name), "rb") as file:
                    packed.add((name, file.read()))
        self.assertEqual(len(packed), 2)

    def test_decode_to_standard_output(self):
        run = self.run_cli("decode", NODE1_FSM, "-o", "-")
        self.assertEqual(run.err, b"")
        self.write("x.tar.zst", run.out)
        self.run_cli("unpack", self.path("x.tar.zst"), "-o", self.path("out"))
        self.assertEqual(without_run(tree(self.path("out"))), without_run(self.files))
        plain = self.run_cli("decode", NODE1_FSM, "-o", "-", "--compression", "none")
        with tarfile.open(fileobj=io.BytesIO(plain.out)) as archive:
            self.assertEqual(archive.getnames()[-1], "CHECKSUMS")

    def test_documents(self):
        run = self.run_cli("decode", NODE1_FSM, "-o", self.path("x.tar.zst"), "--json")
        decoded = self.document(run, "decode")
        self.assertEqual(decoded["archive_bytes"], os.path.getsize(self.path("x.tar.zst")))
        self.assertEqual(decoded["tree"]["files"], len([p for p in self.files if not p.endswith(b"/")]))
        folder = self.document(self.run_cli("decode", NODE1_FSM, "--dry-run", "--json"), "decode")
        self.assertIsNone(folder["archive_bytes"])
        packed = self.document(self.run_cli("pack", self.original, "-o", self.path("p.tar.zst"), "--json"), "pack")
        self.assertEqual(packed["archive_bytes"], os.path.getsize(self.path("p.tar.zst")))
        self.assertEqual(packed["tree"], {
            "files": len([p for p in self.files if not p.endswith(b"/")]),
            "directories": sum(len(folders) for _, folders, _ in os.walk(self.original)),
            "bytes": sum(map(len, self.files.values()))})
        dry = self.document(self.run_cli("pack", self.original, "--dry-run", "--json"), "pack")
        self.assertEqual((dry["archive_bytes"], dry["tree"]), (packed["archive_bytes"], packed["tree"]))
        unpacked = self.document(
            self.run_cli("unpack", self.path("p.tar.zst"), "-o", self.path("out"), "--json"), "unpack")
        self.assertEqual(unpacked["archive_bytes"], packed["archive_bytes"])
        self.assertEqual(unpacked["tree"], packed["tree"])
        for again, call in (("unpack", ["unpack", "--dry-run"]), ("pack", ["pack", "--dry-run"])):
            run = self.run_cli(*call, self.path("p.tar.zst"), "--json")
            self.assertEqual(self.document(run, again)["tree"], packed["tree"])
        failed = self.run_cli("unpack", self.path("no"), "-o", self.path("out2"), "--json", code=1)
        self.assertEqual(self.document(failed, "unpack")["error"]["code"], "NotFound")

    def test_unpack_of_pack_is_the_tree(self):
        for name in ("p.tar", "p.tar.zst"):
            run = self.run_cli("pack", self.original, "-o", self.path(name))
            self.assertEqual((run.out, run.err), (b"", b""))
            with tarfile.open(self.unzstd(name) if name.endswith("zst") else self.path(name)) as archive:
                names = [m.name.encode("utf-8", "surrogateescape") for m in archive.getmembers() if m.isreg()]
            self.assertEqual(names[:-2], sorted(names[:-2]))
            self.assertEqual(names[-2:], [b"MANIFEST.json", b"CHECKSUMS"])
            run = self.run_cli("unpack", self.path(name), "-o", self.path("out"))
            self.assertEqual((run.out, run.err), (b"", b""))
            done = shell(f"diff -r {self.original} out", self.folder)
            self.assertEqual((done.returncode, done.stdout), (0, b""))
            shutil.rmtree(self.path("out"))
            # By way of pipes.
            with open(self.path(name), "rb") as file:
                content = file.read()
            self.run_cli("unpack", "-", "-o", self.path("out"), stdin=content)
            self.assertEqual(tree(self.path("out")), self.files)
            shutil.rmtree(self.path("out"))
        # Another form of the same archive.
        self.run_cli("pack", self.path("p.tar.zst"), "-o", self.path("q.tar"))
        self.assertEqual(shell("cmp p.tar q.tar", self.folder).returncode, 0)
        run = self.run_cli("pack", self.path("p.tar"), "-o", "-", "--compression", "none")
        with open(self.path("p.tar"), "rb") as file:
            self.assertEqual(run.out, file.read())
        self.run_cli("encode", self.path("p.tar.zst"), "-o", self.path("x.fsm"))

    def test_the_go_tools_calls(self):
        self.run_cli("pack", "-input", self.original, "-output", self.path("p.tar"), "-compression", "none")
        self.assertTrue(tarfile.is_tarfile(self.path("p.tar")))
        self.run_cli("unpack", "-input=" + self.path("p.tar"), "-output=" + self.path("out"), "-compression=none")
        self.assertEqual(tree(self.path("out")), self.files)

    def test_a_dry_run_writes_nothing_and_judges_all(self):
        self.run_cli("pack", self.original, "-o", self.path("p.tar.zst"))
        for call in (["pack", self.original, "-o", self.path("x.tar")],
                     ["unpack", self.path("p.tar.zst"), "-o", self.path("x")],
                     ["decode", NODE1_FSM, "-o", self.path("x.tar")], ["decode", NODE1_FSM, "-o", "-"]):
            run = self.run_cli(*call, "--dry-run")
            self.assertEqual((run.out, run.err), (b"", b""))
            self.assert_nothing_left("p.tar.zst")

    def test_interrupted_runs_leave_nothing(self):
        """Killed at once or asked to end: no archive, no tree, and the next run works and cleans up."""
        self.run_cli("pack", self.original, "-o", self.path("p.tar"))
        calls = (["decode", NODE1_FSM, "-o", self.path("x.tar.zst"), "--compression-level", "19"],
                 ["pack", self.original, "-o", self.path("x.tar.zst"), "--compression-level", "19"])
        for call in calls:
            for number in (signal.SIGTERM, signal.SIGKILL):
                process = subprocess.Popen([PROGRAM, *call], env=environment(), stderr=subprocess.PIPE)
                deadline = time.monotonic() + 20
                while len(self.names()) == 1 and time.monotonic() < deadline:
                    time.sleep(0.002)
                process.send_signal(number)
                process.communicate(timeout=20)
                self.assertIn(process.returncode, (128 + number, -number))
                self.assertNotIn("x.tar.zst", self.names())
                if number == signal.SIGTERM:
                    self.assert_nothing_left("p.tar")
            self.run_cli(*call[:4])
            self.assert_nothing_left("p.tar", "x.tar.zst")
            os.remove(self.path("x.tar.zst"))
        # An archive that comes slowly.
        for number in (signal.SIGTERM, signal.SIGKILL):
            process = subprocess.Popen([PROGRAM, "unpack", "-", "-o", self.path("out")], env=environment(),
                                       stdin=subprocess.PIPE, stderr=subprocess.PIPE)
            with open(self.path("p.tar"), "rb") as file:
                process.stdin.write(file.read(1 << 20))
            process.stdin.flush()
            time.sleep(0.1)
            process.send_signal(number)
            process.wait(timeout=20)
            process.stdin.close()
            process.stderr.close()
            self.assertIn(process.returncode, (128 + number, -number))
            self.assertNotIn("out", self.names())
            if number == signal.SIGTERM:
                self.assert_nothing_left("p.tar")
        self.run_cli("unpack", self.path("p.tar"), "-o", self.path("out"))
        self.assert_nothing_left("p.tar", "out")

    def test_a_closed_pipe_is_quiet(self):
        for call in (["decode", NODE1_FSM, "-o", "-", "--compression", "none"],
                     ["pack", self.original, "-o", "-", "--compression", "none"]):
            process = subprocess.Popen([PROGRAM, *call], env=environment(), stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE)
            process.stdout.read(100)
            process.stdout.close()
            error = process.stderr.read()
            process.stderr.close()
            self.assertEqual((process.wait(timeout=20), error), (141, b""))

    def test_a_full_disk(self):
        for call in (["decode", NODE1_FSM, "-o", "-"], ["pack", self.original, "-o", "-"]):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([PROGRAM, *call], env=environment(), stdout=full, stderr=subprocess.PIPE,
                                      timeout=60)
            self.assertEqual(done.returncode, 4)
            self.assertIn(b"[NoSpace]", done.stderr)
        small = self.path("small")
        os.mkdir(small)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small], capture_output=True).returncode:
            self.skipTest("cannot mount a small file system")
        self.addCleanup(subprocess.run, ["umount", small], check=True)
        self.run_cli("pack", self.original, "-o", self.path("p.tar.zst"))
        for call in (["decode", NODE1_FSM, "-o", os.path.join(small, "x.tar.zst")],
                     ["pack", self.original, "-o", os.path.join(small, "x.tar.zst")],
                     ["unpack", self.path("p.tar.zst"), "-o", os.path.join(small, "out")]):
            run = self.run_cli(*call, code=4)
            self.assertIn(b"[NoSpace]", run.err, call)
            self.assertEqual(self.names(small), [])
        self.assertRegex(run.err, rb"found .* and [0-9,]+ inodes left after ")

    def test_every_flipped_bit_and_every_cut_is_found(self):
        """Or does no harm: what is unpacked is the tree, or nothing."""
        small = self.path("dump")
        self.run_cli("decode", NODE1_FSM, "-o", small, "--include", "redis/db_0/strings/c*")
        expected = tree(small)
        for name in ("p.tar", "p.tar.zst"):
            self.run_cli("pack", small, "-o", self.path(name))
            with open(self.path(name), "rb") as file:
                whole = file.read()
            refused = 0
            places = range(0, len(whole), max(1, len(whole) // 60))
            for at in places:
                damaged = bytearray(whole)
                damaged[at] ^= 1 << (at % 8)
                run = self.run_cli("unpack", "-", "-o", self.path("out"), stdin=bytes(damaged), code=None)
                if run.code == 0:
                    self.assertEqual(tree(self.path("out")), expected, at)
                    shutil.rmtree(self.path("out"))
                else:
                    refused += 1
                    self.assertEqual(run.code, 2, (at, run))
                    self.assertRegex(run.err, rb"\[[A-Z]\w+\]", at)
            # The rest fills up blocks.
            self.assertGreater(refused, len(places) * (0.95 if name.endswith("zst") else 0.4))
            for end in range(0, len(whole) - 1024, max(1, len(whole) // 25)):
                run = self.run_cli("unpack", "-", "-o", self.path("out"), stdin=whole[:end], code=2)
                self.assertRegex(run.err, rb"\[Archive(Truncated|Corrupt)\]|\[ManifestMissing\]", end)
            self.assert_nothing_left(*{"dump", "p.tar", name})
            for more in (b"x", whole, b"\0" * 600 + b"x"):
                run = self.run_cli("unpack", "-", "-o", self.path("out"), stdin=whole + more, code=2)
                self.assertIn(b"[ArchiveCorrupt]", run.err)
            self.run_cli("unpack", "-", "-o", self.path("out"), "--dry-run", stdin=whole)

    def test_limits(self):
        self.run_cli("pack", self.original, "-o", self.path("p.tar.zst"))
        entries = len(self.files)
        size = sum(map(len, self.files.values()))
        for command in (["unpack", "-o", self.path("out"), "--force"], ["verify"],
                        ["encode", "-o", self.path("x.fsm"), "--force"]):
            for limit, value in (("--max-entries", entries), ("--max-bytes", size)):
                run = self.run_cli(*command, self.path("p.tar.zst"), limit, str(value - 1), code=2)
                self.assertIn(b"ArchiveTooLarge", run.err + run.out)
                self.run_cli(*command, self.path("p.tar.zst"), limit, str(value))
        for value in ("0", "-1", "x"):
            for limit in ("--max-entries", "--max-bytes"):
                self.run_cli("unpack", self.path("p.tar.zst"), "-o", self.path("o"), limit, value, code=1)
                self.run_cli("verify", self.path("p.tar.zst"), limit, value, code=1)
        self.assertNotIn("o", self.names())


class SmallTrees(ArchiveTest):
    """Trees and archives that are edited."""

    def setUp(self):
        super().setUp()
        self.tree = self.path("dump")
        file = self.write("x.fsm", snap.fsm([snap.row(b"!redis|str|a", snap.T0, b"v"),
                                             snap.row(b"!redis|str|b", snap.T0, b"w")]))
        self.run_cli("decode", file, "-o", self.tree, code=None)
        os.remove(file)

    def edit(self, path, content):
        path = os.path.join(os.fsencode(self.tree), os.fsencode(path))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)

    def punch(self, path):
        """Makes holes of the file's zeros, for tar."""
        done = shell(f"cp --sparse=always dump/{path} punched && mv punched dump/{path}", self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)

    def round_trip(self):
        before = tree(self.tree)
        for name in ("p.tar", "p.tar.zst"):
            self.run_cli("pack", self.tree, "-o", self.path(name))
            self.run_cli("unpack", self.path(name), "-o", self.path("out"))
            self.assertEqual(tree(self.path("out")), before)
            shutil.rmtree(self.path("out"))
        return before

    def test_names_of_all_kinds(self):
        d, n = "d" * 120, "n" * 200
        names = [b"redis/\xff\xfe.bin", "redis/é日.bin".encode(), b"redis/new\nline", b"redis/back\\slash",
                 b"redis/ blank ", b"redis/-dash", b"redis/" + b"n" * 255, f"{d}/{d}/{d}/{n}".encode(),
                 ("é" * 60 + "/" + "日" * 40).encode(), b"a" * 100, b"a" * 101, b"p" * 155 + b"/" + b"q" * 100,
                 b"p" * 156 + b"/" + b"q" * 100, b"p" * 155 + b"/" + b"q" * 101, b"f/" + b"\xfe" * 250]
        for i, name in enumerate(names):
            self.edit(name, b"%d" % i * i)
        self.edit("large", os.urandom(5 << 20) + bytes(3 << 20) + b"end")
        self.edit("empty", b"")
        for folder in ("nothing", "x/y/z", "e" * 101, "é" * 80, ".scratch"):
            os.makedirs(os.path.join(self.tree, folder))
        os.mkdir(os.path.join(os.fsencode(self.tree), b"\xff" * 30))
        self.run_cli("seal", self.tree)
        before = self.round_trip()
        self.assertEqual(self.extracted("p.tar", "tar xf p.tar"), before)
        self.assertEqual(self.extracted("p.tar", "tarfile"), before)
        if shutil.which("bsdtar"):
            self.assertEqual(self.extracted("p.tar", "bsdtar xf p.tar"), before)
            self.assertEqual(self.extracted("p.tar", "LC_ALL=C.UTF-8 bsdtar xf p.tar"), before)
        run = self.run_cli("verify", "--quick", self.path("p.tar"))
        self.assertEqual(run.out, b"")

    def test_checksums_stay_as_they_are(self):
        with open(os.path.join(self.tree, "CHECKSUMS"), "rb") as file:
            lines = file.read().splitlines(keepends=True)
        self.edit("CHECKSUMS", b"".join(reversed([line.replace(b"  ", b" *./") for line in lines])))
        self.round_trip()

    def test_entries_in_any_order(self):
        names = ["CHECKSUMS", "MANIFEST.json", "redis/db_0/strings/b.bin", "redis/db_0/strings/a.bin"]
        with tarfile.open(self.path("x.tar"), "w", format=tarfile.GNU_FORMAT) as archive:
            for name in names:
                archive.add(os.path.join(self.tree, name), "./" + name)
        self.run_cli("unpack", self.path("x.tar"), "-o", self.path("out"))
        self.assertEqual(tree(self.path("out")), tree(self.tree))
        self.assertEqual(os.stat(self.path("out", names[2])).st_mode & 0o777, 0o600)
        for folder, _, _ in os.walk(self.path("out")):
            self.assertEqual(os.stat(folder).st_mode & 0o777, 0o755)
        shell("tar -C dump --zstd -cf y.tar.zst .", self.folder)
        self.run_cli("unpack", self.path("y.tar.zst"), "-o", self.path("out2"))
        self.assertEqual(tree(self.path("out2")), tree(self.tree))

    def test_a_tree_that_is_not_whole_makes_no_archive(self):
        self.edit("redis/db_0/strings/a.bin", b"other")
        self.edit("redis/db_0/strings/new.bin", b"x")
        os.remove(os.path.join(self.tree, "redis/db_0/strings/b.bin"))
        os.symlink("/etc/passwd", os.path.join(self.tree, "link"))
        os.mkfifo(os.path.join(self.tree, "pipe"))
        os.link(os.path.join(self.tree, "MANIFEST.json"), os.path.join(self.tree, "hard"))
        for threads in ("1", "4"):
            run = self.run_cli("pack", self.tree, "-o", self.path("p.tar.zst"), "--threads", threads, code=2)
            for code in ("ChecksumMismatch", "UnlistedFile", "Missing", "UnsafePath", "NotRegular", "HardLink"):
                self.assertIn(f"[{code}]".encode(), run.err)
            self.assertRegex(run.err.decode(), r"problems in \d+ files; nothing was written \(exit 2\)\n$")
            self.assert_nothing_left("dump")
        errors = {e["code"] for e in self.document(
            self.run_cli("pack", self.tree, "-o", self.path("p.tar"), "--json", code=2), "pack")["errors"]}
        self.assertEqual(len(errors), 6)
        run = self.run_cli("pack", self.tree, "-o", "-", code=2)
        self.run_cli("unpack", "-", "-o", self.path("out"), stdin=run.out, code=2)
        self.assert_nothing_left("dump")

    def test_hard_links_when_they_are_allowed(self):
        subprocess.run(["cp", "-al", self.tree, self.path("copy")], check=True)
        self.run_cli("pack", self.tree, "-o", self.path("p.tar"), code=2)
        self.run_cli("pack", self.tree, "-o", self.path("p.tar"), "--allow-hard-links")
        self.run_cli("unpack", self.path("p.tar"), "-o", self.path("out"))
        self.assertEqual(tree(self.path("out")), tree(self.tree))

    def test_what_is_no_tree(self):
        os.mkdir(self.path("folder"))
        run = self.run_cli("pack", self.path("folder"), "-o", self.path("p.tar"), code=2)
        self.assertIn(b"[ManifestMissing]", run.err)
        self.assertIn(b"[NotFound]", self.run_cli("pack", self.path("no"), "-o", self.path("p.tar"), code=1).err)
        self.edit("MANIFEST.json", b'{"format_version": 999}')
        self.run_cli("seal", self.tree, code=None)
        run = self.run_cli("pack", self.tree, "-o", self.path("p.tar"), code=2)
        self.assertIn(b"[ManifestUnsupported]", run.err)
        shell("tar -C dump -cf x.tar .", self.folder)
        run = self.run_cli("unpack", self.path("x.tar"), "-o", self.path("out"), code=2)
        self.assertIn(b"[ManifestUnsupported]", run.err)
        for name, content in (("text", b"hello" * 1000), ("nothing", b""), ("short", b"x")):
            run = self.run_cli("unpack", self.write(name, content), "-o", self.path("out"), code=2)
            self.assertRegex(run.err, rb"\[(ArchiveCorrupt|ArchiveTruncated|ManifestMissing)\]")
        self.assertNotIn("out", self.names())

    def test_what_stands_where_the_output_is_to_be(self):
        self.run_cli("pack", self.tree, "-o", self.path("p.tar"))
        inside = os.path.join(self.tree, "p.tar")
        self.assertIn(b"[OutputInsideInput]", self.run_cli("pack", self.tree, "-o", inside, code=1).err)
        self.assertIn(b"[OutputExists]", self.run_cli("pack", self.tree, "-o", self.path("p.tar"), code=1).err)
        self.run_cli("pack", self.tree, "-o", self.path("p.tar"), "--force")
        self.assertIn(b"[OutputExists]", self.run_cli("unpack", self.path("p.tar"), "-o", self.tree, code=1).err)
        before = tree(self.tree)
        self.edit("more", b"x")
        self.run_cli("unpack", self.path("p.tar"), "-o", self.tree, "--force")
        self.assertEqual(tree(self.tree), before)
        shutil.move(self.path("p.tar"), inside)
        run = self.run_cli("unpack", inside, "-o", self.tree, "--force", code=1)
        self.assertIn(b"[OutputHoldsInput]", run.err)
        self.assertTrue(os.path.exists(inside))
        os.remove(inside)
        # What stands there stays until the new one is whole.
        self.write("x.tar", b"old")
        self.edit("more", b"x")
        self.run_cli("pack", self.tree, "-o", self.path("x.tar"), "--force", code=2)
        with open(self.path("x.tar"), "rb") as file:
            self.assertEqual(file.read(), b"old")

    def test_refused_calls(self):
        for call, code in ((["pack"], "ArgumentMissing"), (["pack", self.tree], "ArgumentMissing"),
                           (["unpack"], "ArgumentMissing"), (["unpack", "x"], "ArgumentMissing"),
                           (["unpack", "x", "-o", "-"], "OptionValue"), (["pack", self.tree, "-o", ""], "OptionValue"),
                           (["pack", self.tree, "--input", self.tree, "-o", "x"], "OptionConflict"),
                           (["pack", self.tree, "-o", "x", "--compression", "gzip"], "OptionValue"),
                           (["pack", self.tree, "-o", "x", "--compression-level", "0"], "OptionValue"),
                           (["pack", self.tree, "-o", "x.tar", "--compression-level", "5"], "OptionConflict"),
                           (["pack", self.tree, "-o", "-", "--json"], "OptionConflict")):
            self.assertRegex(self.run_cli(*call, code=1, cwd=self.folder).err.decode(), rf'[\["]{code}[\]"]', call)
        self.assert_nothing_left("dump")

    # ---- Archives made to harm -------------------------------------------------------------------------------------

    def archive(self, *members, format=tarfile.PAX_FORMAT):
        """The tree and some more entries: (name, content) or a TarInfo."""
        with tarfile.open(self.path("bad.tar"), "w", format=format) as archive:
            for path, content in tree(self.tree).items():
                info = tarfile.TarInfo(path.decode())
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            for member in members:
                if isinstance(member, tarfile.TarInfo):
                    archive.addfile(member)
                    continue
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                archive.addfile(info, io.BytesIO(member[1]))
        return self.path("bad.tar")

    def refused(self, code, name, *members, **options):
        archive = self.archive(*members, **options)
        for how in ([], ["--dry-run"], ["--threads", "1"]):
            os.makedirs(self.path("in"), exist_ok=True)
            run = self.run_cli("unpack", archive, "-o", self.path("in", "out"), *how, code=2)
            self.assertIn(f"[{code}]".encode(), run.err)
            self.assertIn(name.encode(), run.err)
            self.assertEqual(self.names(self.path("in")), [])
        self.assert_nothing_left("dump", "bad.tar", "in")

    def test_names_that_leave_the_tree(self):
        for name in ("../evil", "/evil", "a/../../evil", "a//b", "a/./b", "..", "redis/..", "./../x"):
            self.refused("UnsafePath", name, (name, b"x"))

    def test_what_is_no_file(self):
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo("evil")
            info.type = kind
            info.linkname = "MANIFEST.json"
            self.refused("NotRegular", "evil", info)

    def test_types_that_are_no_file(self):
        """libarchive takes what it does not know for files."""
        n = "redis/" + "n" * 200
        for kind in (b"Z", b"7", b"M"):
            for name, format in (("evil", tarfile.PAX_FORMAT), (n, tarfile.PAX_FORMAT), (n, tarfile.GNU_FORMAT),
                                 ("redis/é", tarfile.PAX_FORMAT)):
                info = tarfile.TarInfo(name)
                info.type = kind
                self.refused("NotRegular", name.partition("é")[0][:100], info, format=format)
                archive = self.path("bad.tar")
                self.assertIn(b"NotRegular", self.run_cli("verify", archive, code=2).out)
                with open(archive, "rb") as file:
                    run = self.run_cli("unpack", "-", "-o", self.path("out"), stdin=file.read(), code=2)
                self.assertIn(b"[NotRegular]", run.err)
                shell("zstd -q -f bad.tar", self.folder)
                run = self.run_cli("unpack", self.path("bad.tar.zst"), "-o", self.path("out"), code=2)
                self.assertIn(b"[NotRegular]", run.err)
                os.remove(self.path("bad.tar.zst"))
        # The type of old tar programs, and GNU's for files with holes.
        self.edit("redis/holes", b"a" + bytes(1 << 20) + b"b" + bytes(1 << 20))
        self.edit("redis/many", b"".join(b"x" * 4096 + bytes(8192) for _ in range(100)))
        self.edit("redis/zeros", bytes(100000))
        self.run_cli("seal", self.tree)
        for name in ("holes", "many", "zeros"):
            self.punch("redis/" + name)
        for how in ("--format=v7", "--format=gnu -S", "--format=pax -S", "--format=pax -S --sparse-version=0.1",
                    "--format=pax -S --sparse-version=0.0"):
            done = shell(f"tar {how} -C dump -cf old.tar .", self.folder)
            self.assertEqual(done.returncode, 0, (how, done.stderr))
            self.run_cli("unpack", self.path("old.tar"), "-o", self.path("out"), "--force")
            self.assertEqual(tree(self.path("out")), tree(self.tree), how)

    def test_names_that_no_file_system_takes(self):
        for name in ("redis/" + "n" * 256, "n" * 300 + "/x"):
            self.refused("NameInvalid", "n" * 100, (name, b"x"))
            self.assertIn(b"NameInvalid", self.run_cli("verify", self.path("bad.tar"), code=2).out)

    def test_duplicates_say_what_was_found(self):
        a = "redis/db_0/strings/a.bin"
        folder = tarfile.TarInfo(a)
        folder.type = tarfile.DIRTYPE
        for found, member in (("a file twice", (a, b"v")), ("a file and a folder", folder),
                              ("a file and a folder", (a + "/x", b"v")), ("a file and a folder", ("redis/db_0", b"v"))):
            archive = self.archive(member)
            errors = {self.run_cli("unpack", archive, "-o", self.path("out"), *how, code=2).err
                      for how in ([], ["--dry-run"], ["--threads", "1"])}
            self.assertEqual(len(errors), 1, errors)
            self.assertIn(f", found {found} [DuplicateEntry]".encode(), errors.pop())

    def test_archives_without_anything(self):
        for content, code, said in ((bytes(10240), "ManifestMissing", b"archive is empty"),
                                    (b"", "ArchiveTruncated", b"archive is empty")):
            self.write("x.tar", content)
            shell("zstd -q -f x.tar", self.folder)
            for name in ("x.tar", "x.tar.zst") if content else ("x.tar",):
                for command in (["unpack"], ["unpack", "--dry-run"], ["encode"], ["pack"]):
                    run = self.run_cli(*command, self.path(name), "-o", self.path("out"), code=2)
                    self.assertIn(f"[{code}]".encode(), run.err, command)
                    self.assertIn(said, run.err)
                    self.assertIn(b"\nnext: ", run.err)
            for command in (["verify"], ["ls"], ["get"]):
                more = ["redis/db_0/strings/a.bin"] if command == ["get"] else []
                run = self.run_cli(*command, self.path("x.tar"), *more, code=2)
                self.assertRegex(run.out + run.err, rb"begins with zeros|the file is empty")
        self.write("x.tar", b"hello" * 1000)
        run = self.run_cli("unpack", self.path("x.tar"), "-o", self.path("out"), code=2)
        self.assertIn(b"no tar archive", run.err)
        for command in ("encode", "pack"):
            run = self.run_cli(command, self.path("x.tar"), "-o", self.path("out"), code=1)
            self.assertRegex(run.err, rb"\[NotATree\]\nnext: ")

    def small_disk(self, command):
        """Runs it with a file system of 2 MiB at "disk"; what stands there afterwards is printed."""
        os.makedirs(self.path("disk"), exist_ok=True)
        mount = "mount -t tmpfs -o size=2M,nr_inodes=500 none disk"
        if shell(f"unshare -rm sh -c '{mount}'", self.folder).returncode != 0:
            self.skipTest("file systems cannot be mounted here")
        return shell(f"unshare -rm sh -c '{mount}; {PROGRAM} {command}; code=$?; ls -A disk; exit $code'", self.folder,
                     env=environment())

    def test_room_is_looked_for_first(self):
        self.edit("redis/large", os.urandom(3 << 20))
        self.run_cli("seal", self.tree)
        self.run_cli("pack", self.tree, "-o", self.path("x.tar"))
        run = self.small_disk("unpack x.tar -o disk/out")
        self.assertEqual((run.returncode, run.stdout), (4, b""))
        self.assertIn(b"the tree does not fit, expected at least", run.stderr)
        # Zeros need no room, and where nothing is known beforehand the disk is full at some time.
        self.edit("redis/large", bytes(3 << 20))
        self.run_cli("seal", self.tree)
        self.run_cli("pack", self.tree, "-o", self.path("x.tar"), "--force")
        run = self.small_disk("unpack x.tar -o disk/out")
        self.assertEqual((run.returncode, run.stdout), (0, b"out\n"), run.stderr)
        # Many small files.
        os.remove(os.path.join(self.tree, "redis/large"))
        for i in range(2100):
            self.edit(f"redis/{i}", b"x" * 1000)
        self.run_cli("seal", self.tree)
        self.run_cli("pack", self.tree, "-o", self.path("x.tar"), "--force")
        run = self.small_disk("unpack x.tar -o disk/out")
        self.assertEqual((run.returncode, run.stdout), (4, b""))
        self.assertIn(b"[NoSpace]", run.stderr)
        self.assertRegex(run.stderr, rb"does not fit|more files than")
        file = self.write("x.fsm", snap.fsm([snap.row(b"!redis|str|a", snap.T0, os.urandom(3 << 20))]))
        run = self.small_disk("decode x.fsm -o disk/x.tar")
        self.assertEqual((run.returncode, run.stdout), (4, b""))
        self.assertIn(b"the tree does not fit, expected at least", run.stderr)
        rows = [snap.row(b"!redis|str|%03d" % i, snap.T0, b"v") for i in range(600)]
        self.write("x.fsm", snap.fsm(rows))
        run = self.small_disk("decode x.fsm -o disk/out")
        self.assertIn(b"more files than the file system has inodes", run.stderr)
        for out in ("disk/x.tar", "disk/out --layout jsonl"):
            run = self.small_disk(f"decode x.fsm -o {out}")
            self.assertIn(run.returncode, (0, 3), run.stderr)

    def test_holes_in_what_a_dry_run_keeps(self):
        for before, after in ((bytes(8192), b""), (b"", bytes(8192)), (b" " * 512, b" " * 512 + bytes(4096))):
            with open(os.path.join(self.tree, "MANIFEST.json"), "rb") as file:
                manifest = file.read()
            with open(os.path.join(self.tree, "CHECKSUMS"), "rb") as file:
                checksums = file.read()
            changed = before + manifest + after
            self.edit("MANIFEST.json", changed)
            self.edit("CHECKSUMS", checksums.replace(hashlib.sha256(manifest).hexdigest().encode(),
                                                     hashlib.sha256(changed).hexdigest().encode()))
            self.punch("MANIFEST.json")
            done = shell("tar -S -C dump -cf x.tar .", self.folder)
            self.assertEqual(done.returncode, 0, done.stderr)
            wet = self.run_cli("unpack", self.path("x.tar"), "-o", self.path("out"), code=2)
            dry = self.run_cli("unpack", self.path("x.tar"), "-n", code=2)
            self.assertIn(b"[ManifestInvalid]", wet.err)
            self.assertEqual(dry.err, wet.err)
            self.edit("MANIFEST.json", manifest)
            self.edit("CHECKSUMS", checksums)

    def test_next_steps_for_an_archive(self):
        self.edit("redis/db_0/strings/a.bin", b"other")
        self.archive(("redis/new", b"x"))
        for run in (self.run_cli("unpack", self.path("bad.tar"), "-o", self.path("out"), code=2),
                    self.run_cli("verify", self.path("bad.tar"), code=2),
                    self.run_cli("encode", self.path("bad.tar"), "-o", self.path("out"), "--ignore-extra", code=2),
                    self.run_cli("pack", self.path("bad.tar"), "-o", self.path("out"), code=2)):
            self.assertIn(b"unpack it with tar, snaptree seal TREE, snaptree pack TREE", run.err)
        self.assertIn(b"encode --ignore-extra leaves such files out",
                      self.run_cli("verify", self.path("bad.tar"), code=2).err)

    def test_entries_in_each_others_way(self):
        folder = tarfile.TarInfo("redis/db_0/strings/a.bin")
        folder.type = tarfile.DIRTYPE
        self.refused("DuplicateEntry", "redis/db_0/strings/a.bin", ("redis/db_0/strings/a.bin", b"v"))
        self.refused("DuplicateEntry", "redis/db_0/strings/a.bin", folder)
        self.refused("DuplicateEntry", "redis/db_0/strings/a.bin", ("redis/db_0/strings/a.bin/x", b"v"))
        self.refused("DuplicateEntry", "redis/db_0", ("redis/db_0", b"v"))
        self.refused("DuplicateEntry", "MANIFEST.json", ("MANIFEST.json", b"{}"))
        # A link first and a file through it.
        link = tarfile.TarInfo("redis/link")
        link.type, link.linkname = tarfile.SYMTYPE, self.folder
        self.refused("NotRegular", "redis/link", link, ("redis/link/evil", b"x"))

    def test_files_that_checksums_does_not_know(self):
        self.refused("UnlistedFile", "redis/new", ("redis/new", b"x"))
        self.edit("redis/db_0/strings/a.bin", b"other")
        self.refused("ChecksumMismatch", "redis/db_0/strings/a.bin")
        os.remove(os.path.join(self.tree, "redis/db_0/strings/a.bin"))
        self.refused("Missing", "redis/db_0/strings/a.bin")
        os.remove(os.path.join(self.tree, "CHECKSUMS"))
        self.refused("ChecksumsMissing", "CHECKSUMS")

    def test_an_archive_of_the_folder(self):
        shell("tar -cf x.tar dump", self.folder)
        run = self.run_cli("unpack", self.path("x.tar"), "-o", self.path("out"), code=2)
        self.assertIn(b"[ArchiveLeadingFolder]", run.err)
        self.assert_nothing_left("dump", "x.tar")

    def test_a_bomb(self):
        """Far more zeros than there is room: as a hole they need none, and a limit refuses them."""
        info = tarfile.TarInfo("redis/bomb")
        info.size = 1 << 40
        header = info.tobuf(tarfile.PAX_FORMAT)
        pipe = subprocess.Popen(f"(cat; head -c 100M /dev/zero) | zstd -q > bomb.tar.zst", shell=True, cwd=self.folder,
                                stdin=subprocess.PIPE)
        pipe.communicate(header)
        run = self.run_cli("unpack", self.path("bomb.tar.zst"), "-o", self.path("out"), "--max-bytes", "1G", code=2)
        self.assertIn(b"[ArchiveTooLarge]", run.err)
        self.assertIn(b"redis/bomb", run.err)
        run = self.run_cli("unpack", self.path("bomb.tar.zst"), "-o", self.path("out"), code=None)
        self.assertIn(run.code, (2, 4), run)
        self.assert_nothing_left("dump", "bomb.tar.zst")


if __name__ == "__main__":
    unittest.main()

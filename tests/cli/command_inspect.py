"""snaptree inspect: what its report and its document say."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
from support import snapshots as snap
from support.harness import NODE1_FSM, CliTest, Run


CLASSES = ("live", "older", "newer", "deleted", "expired", "damaged", "metadata", "unknown")


class Node(CliTest):
    """The figures that testdata/README.md gives."""

    def test_report(self):
        run = self.run_cli("inspect", NODE1_FSM)
        self.assertEqual(run.err, b"")
        text = run.out.decode()
        for part in ("checksum ok (crc32c eb992932)", "raft index          3801", "EKVTHLC1+EKVPBBL1, not encrypted",
                     "2026-11-21 07:58:24.955 UTC (HLC 117653366699131022)", "oldest commit       2026-11-21 07:57:02.871",
                     "rows 21,515 = live 8,605 + older 8,646 + deleted 4,261 + store metadata 3",
                     "next: snaptree decode " + NODE1_FSM, "\n  redis", "\n  !hs|fld|"):
            self.assertIn(part, text)
        tables = text[text.index("  adapter"):text.index("  rows")]
        self.assertLessEqual(max(map(len, tables.splitlines())), 80)

    def test_document(self):
        document = self.document(self.run_cli("inspect", "--json", NODE1_FSM), "inspect")
        rows = document["rows"]
        self.assertEqual((rows["total"], rows["live"], rows["deleted"], rows["metadata"]), (21515, 8605, 4261, 3))
        self.assertEqual(rows["total"], sum(rows[k] for k in CLASSES))
        for part in ("adapters", "families"):
            self.assertEqual(sum(x["rows"] for x in document[part]), 21515)
        self.assertEqual(document["snapshot_index"], 0xED9)
        self.assertEqual(int(document["read_ts"]) >> 16, document["read_ts_ms"])

    def test_document_at_a_time(self):
        document = self.document(self.run_cli("inspect", "--json", "--at", "2026-11-21T07:57:30Z", NODE1_FSM), "inspect")
        self.assertGreater(document["rows"]["newer"], 0)
        self.assertEqual(document["rows"]["total"], 21515)

    def test_estimate_and_adapters_are_those_of_decode(self):
        inspected = self.document(self.run_cli("inspect", "--json", NODE1_FSM), "inspect")
        decoded = self.document(self.run_cli("decode", "--dry-run", "--json", NODE1_FSM), "decode")
        files = decoded["tree"]["files"]
        self.assertLess(abs(inspected["estimate"]["files"] - files), files // 10)


class Small(CliTest):
    def inspect(self, content, code=0):
        path = self.write("x.fsm", content)
        text = self.run_cli("inspect", path, code=code).out.decode()
        return text, self.document(self.run_cli("inspect", "--json", path, code=code), "inspect")

    def test_origins(self):
        rows = [snap.row(b"k", snap.T0, b"v")]
        for content, origin, code in ((snap.fsm(rows), "a node, as a finished snapshot", 0),
                                      (snap.fsm(rows, footer=False), "without the footer", 3),
                                      (snap.fsm(rows, header=False), "an old node", 0),
                                      (snap.fsm(rows, header=False, footer=False), "an encoder", 0)):
            self.assertIn(origin, self.inspect(content, code)[0])

    def test_retained_window(self):
        text, document = self.inspect(snap.fsm([snap.row(b"k", snap.T1, b"v")], min_retained_ts=snap.T0))
        self.assertIn("--at reaches back   to 2026-01-01 00:00:00.000 UTC", text)
        self.assertEqual(document["min_retained_ts"], str(snap.T0))

    def test_encrypted(self):
        text, document = self.inspect(snap.fsm([snap.encrypted(b"a", snap.T0), snap.encrypted(b"b", snap.T0, 9)]))
        self.assertIn("2 rows ENCRYPTED (key ids 7, 9)", text)
        self.assertEqual((document["rows"]["encrypted"], document["encryption_key_ids"]), (2, [7, 9]))

    def test_how_far_before_the_last_commit(self):
        later = snap.T1 + (125 * 60 * 1000 << 16)
        path = self.write("x.fsm", snap.fsm([snap.row(b"k", ts, b"v") for ts in (snap.T0, snap.T1, later - (1 << 16), later)],
                                            last_commit_ts=later))
        for at, text in ((snap.T1, "2 h 5 min before the last commit"), (later - (1 << 16), "1 ms before the last commit")):
            self.assertIn(text, self.run_cli("inspect", "--at", str(at), path).out.decode())
        for options in ([], ["--at", str(later)], ["--at", str(later + 1)]):
            self.assertNotIn(b"before the last commit", self.run_cli("inspect", *options, path).out)

    def test_one_is_no_plural(self):
        text, _ = self.inspect(snap.fsm([snap.encrypted(b"a", snap.T0)]))
        self.assertIn("1 row ENCRYPTED (key id 7)", text)

    def test_unknown_rows(self):
        text, document = self.inspect(snap.fsm([snap.row(b"!s3|new|x", snap.T0), snap.row(b"k", snap.T0)]), 3)
        self.assertIn("warning: unknown_rows: ", text)
        self.assertIn("+ unknown 1", text)
        self.assertEqual(document["rows"]["unknown"], 1)

    def test_versions_of_an_unknown_key_are_what_they_are(self):
        """Only the newest one is unknown, and decode says the same."""
        count = 3000
        path = self.write("x.fsm", snap.fsm([snap.row(b"!hs|new|x", snap.T0 + i, b"v") for i in range(count)] +
                                            [snap.tombstone(b"!hs|new|y", snap.T0), snap.row(b"k", snap.T0)]))
        text = self.run_cli("inspect", path, code=3).out.decode()
        self.assertIn("rows 3,003 = live 1 + older 2,999 + deleted 1 + unknown 1 + store metadata 1", text)
        inspected = self.document(self.run_cli("inspect", "--json", path, code=3), "inspect")
        rows = inspected["rows"]
        self.assertEqual(rows["total"], sum(rows[k] for k in CLASSES))
        warning, = (f for f in inspected["findings"] if f["code"] == "unknown_rows")
        self.assertEqual(warning["count"], 1)
        decoded = self.document(self.run_cli("decode", "-n", "--json", path, code=3), "decode")
        for name, its in (("total", "total"), ("older", "older_version"), ("deleted", "tombstone"), ("unknown", "unknown")):
            self.assertEqual(rows[name], decoded["rows"][its], name)
        self.assertEqual(rows["live"], decoded["rows"]["emitted"])

    def test_deleted_unknown_rows_are_no_warning(self):
        text, document = self.inspect(snap.fsm([snap.tombstone(b"!hs|new|x", snap.T1), snap.row(b"!hs|new|x", snap.T0)]))
        self.assertIn("= live 0 + older 1 + deleted 1 + store metadata 1", text)
        self.assertEqual((document["rows"]["unknown"], document["exit_code"]), (0, 0))
        self.run_cli("decode", "-n", self.path("x.fsm"))

    def test_damaged_rows(self):
        text, document = self.inspect(snap.fsm([snap.row(b"!redis|str|x", snap.T0, flags=8), snap.row(b"k", snap.T0)]), 2)
        self.assertIn("warning: damaged_rows: ", text)
        self.assertIn("RowFlags", text)
        self.assertEqual(document["damaged"][0]["code"], "RowFlags")
        self.assertEqual(document["damaged"][0]["family"], "!redis|str|")

    def test_hostile_names_do_not_reach_the_terminal(self):
        content = snap.fsm([snap.row(b"\x1b[31m\x07", snap.T0, flags=8)])
        run = self.run_cli("inspect", self.write("\x1b[1m.fsm", content), code=2)
        self.assertNotIn(b"\x1b", run.out)
        self.assertNotIn(b"\x07", run.out)

    def test_the_next_line_can_be_pasted(self):
        path = self.write("it's a file.fsm", snap.fsm([snap.row(b"k", snap.T0, b"v")]))
        text = self.run_cli("inspect", path).out.decode()
        line = next(x for x in text.splitlines() if x.startswith("next: "))[len("next: "):]
        line = line.replace("snaptree", os.environ["SNAPTREE"], 1).replace("-o dump", "-o " + self.path("dump"))
        subprocess.run(["sh", "-c", line], check=True)
        self.assertIn("CHECKSUMS", self.names(self.path("dump")))

    def test_several(self):
        paths = [self.write(n, snap.fsm([snap.row(b"k", snap.T0, b"v")])) for n in ("a.fsm", "b.fsm")]
        document = self.document(self.run_cli("inspect", "--json", *paths), "inspect")
        self.assertEqual([i["path"] for i in document["inputs"]], paths)
        # A pattern of names may match one file: the same place then too.
        document = self.document(self.run_cli("inspect", "--json", paths[0]), "inspect")
        only = document["inputs"][0]
        self.assertEqual((len(document["inputs"]), only["path"]), (1, paths[0]))
        self.assertEqual(only, {name: document[name] for name in only})
        text = self.run_cli("inspect", *paths).out.decode()
        self.assertLess(text.index("a.fsm"), text.index("b.fsm"))

    def test_names_that_are_not_text(self):
        path = os.fsencode(self.folder) + b"/\xff.fsm"
        with open(path, "wb") as file:
            file.write(snap.fsm([snap.row(b"k", snap.T0, b"v")]))
        document = json.loads(self.run_cli("inspect", "--json", path).out)
        self.assertTrue(document["path"].endswith("\\xff.fsm"))


class Detail(CliTest):
    """--detail against what the decoded tree and the rows say."""

    @classmethod
    def setUpClass(cls):
        cls.shared = tempfile.mkdtemp(prefix="snaptree-test-")
        cls.tree = os.path.join(cls.shared, "tree")
        done = Run("decode", NODE1_FSM, "-o", cls.tree)
        assert done.code == 0, done

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.shared, ignore_errors=True)

    def records(self):
        """(scope, address, line, size) of every record of the tree, found by what the formats say."""
        for folder, _, names in os.walk(os.fsencode(self.tree)):
            for name in names:
                path = os.path.join(folder, name)
                address = os.path.relpath(path, os.fsencode(self.tree)).decode()
                parts = address.split("/")
                size = os.path.getsize(path)
                if parts[0] == "dynamodb" and len(parts) > 3 and parts[2] == "items":
                    yield "/".join(parts[:2]), address, None, size
                elif parts[0] == "s3" and parts[2] not in ("_bucket.json", "KEYMAP.jsonl"):
                    # Every body has a sidecar, and no sidecar has one.
                    if os.path.exists(path + b".elastickv-meta.json"):
                        yield "/".join(parts[:2]), address, None, size
                elif parts[0] == "redis" and len(parts) == 4:
                    yield "/".join(parts[:3]), address, None, size
                elif parts[:2] == ["fs", "tree"]:
                    yield "/".join(parts[:3] if len(parts) > 3 else parts[:2]), address, None, size
                elif address == "rawkv/data.jsonl" or parts[-1] == "messages.jsonl":
                    with open(path, "rb") as file:
                        for number, line in enumerate(file, 1):
                            yield "/".join(parts[:-1]), address, number, len(line)

    def folders(self, tree):
        with open(os.path.join(tree, "fs", "inodes.jsonl"), encoding="utf-8") as file:
            return sum(json.loads(line)["type"] == "directory" for line in file)

    def class_of(self, classes, name, value):
        return next(i for i, c in enumerate(classes) if c[name] is None or value <= c[name])

    def detail(self, *options, code=0):
        return self.document(self.run_cli("inspect", "--detail", "--json", NODE1_FSM, *options, code=code), "inspect")

    def test_records(self):
        document = self.detail()
        found = document["detail"]["records"]
        records = list(self.records())
        self.assertEqual((found["count"], found["bytes"]), (len(records), sum(r[3] for r in records)))
        decoded = self.document(self.run_cli("decode", "-n", "--json", NODE1_FSM), "decode")
        # decode counts the folders of fs as well.
        self.assertEqual(found["count"] + self.folders(self.tree), decoded["records"])
        scopes = {}
        for scope, _, _, size in records:
            n, total = scopes.get(scope, (0, 0))
            scopes[scope] = (n + 1, total + size)
        self.assertEqual(found["scopes"], len(scopes))
        for name, order in (("largest_scopes", lambda s: (-scopes[s][1], s)), ("fullest_scopes", lambda s: (-scopes[s][0], s))):
            expected = [{"scope": s, "records": scopes[s][0], "bytes": scopes[s][1]} for s in sorted(scopes, key=order)[:10]]
            self.assertEqual(found[name], expected)
        largest = sorted(records, key=lambda r: (-r[3], r[1], r[2] or 0))[:10]
        self.assertEqual([(r["address"], r.get("line"), r["bytes"]) for r in found["largest_records"]], [r[1:] for r in largest])
        counts = [[0, 0] for _ in found["sizes"]]
        for _, _, _, size in records:
            at = self.class_of(found["sizes"], "up_to_bytes", size)
            counts[at][0] += 1
            counts[at][1] += size
        self.assertEqual([[c["records"], c["bytes"]] for c in found["sizes"]], counts)

    def test_expiry(self):
        document = self.detail()
        found = document["detail"]["records"]["expiry"]
        now = document["read_ts_ms"]
        times, keys = [], 0
        root = os.path.join(self.tree, "redis", "db_0")
        for folder, _, names in os.walk(root):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    content = file.read()
                if folder == root and name.endswith("_ttl.jsonl"):
                    times += [json.loads(line)["expire_at_ms"] for line in content.splitlines()]
                elif folder != root:
                    keys += 1
                    if name.endswith(".json"):
                        times.append(json.loads(content)["expire_at_ms"])
                    elif name.endswith(".jsonl"):
                        times.append(json.loads(content.splitlines()[-1])["expire_at_ms"])
        times = [t for t in times if t]
        self.assertGreater(len(times), 20)
        self.assertEqual((found["expired"], found["never"]), (sum(t <= now for t in times), keys - len(times)))
        self.assertGreater(found["expired"], 0)
        counts = [0] * len(found["within"])
        for time in times:
            if time > now:
                counts[self.class_of(found["within"], "up_to_ms", time - now)] += 1
        self.assertEqual([c["keys"] for c in found["within"]], counts)

    def rows(self, *options):
        for line in self.run_cli("rows", "--hex", NODE1_FSM, *options).out.splitlines():
            row = json.loads(line)
            if "key_hex" in row:
                yield row

    def test_versions(self):
        found = self.detail()["detail"]["versions"]
        versions, deletions, deleted = {}, 0, 0
        for row in self.rows("--all-versions"):
            versions[row["key_hex"]] = versions.get(row["key_hex"], 0) + 1
            deletions += row.get("deleted", False)
            deleted += row["state"] == "deleted"
        # testdata/README.md
        self.assertEqual((found["keys"], sum(n > 1 for n in versions.values())), (12866, 2284))
        self.assertEqual((found["keys"], found["rows"], found["deletions"], found["deleted_keys"]),
                         (len(versions), sum(versions.values()), deletions, deleted))
        counts = [0] * len(found["by_number"])
        for n in versions.values():
            counts[self.class_of(found["by_number"], "up_to", n)] += 1
        self.assertEqual([c["keys"] for c in found["by_number"]], counts)
        most = sorted(versions, key=lambda k: (-versions[k], bytes.fromhex(k)))[:5]
        self.assertEqual([(m["key"], m["versions"]) for m in found["most"]],
                         [(bytes.fromhex(k).decode(), versions[k]) for k in most])

    def test_ages(self):
        document = self.detail()
        found = document["detail"]["ages"]
        data = [f["name"] for f in document["families"] if f["class"] == "data" and f["live"]]
        counts = [[0, 0] for _ in found]
        for name in data:
            for row in self.rows("--family", name):
                at = self.class_of(found, "up_to_ms", document["read_ts_ms"] - row["ts_ms"])
                counts[at][0] += 1
                counts[at][1] += (len(row["key_hex"]) + len(row["value_hex"])) // 2 + 8 + 9
        self.assertEqual([[c["rows"], c["bytes"]] for c in found], counts)
        self.assertGreater(sum(c[0] > 0 for c in counts), 1)

    def test_threads_and_memory_change_nothing(self):
        detail = self.detail()["detail"]
        for options in (("--threads", "1"), ("--threads", "4"), ("--memory", "16MiB")):
            self.assertEqual(self.detail(*options)["detail"], detail)

    def test_a_moment(self):
        document = self.detail("--at", "2026-11-21T07:57:30Z", code=None)
        tree = os.path.join(self.folder, "then")
        self.run_cli("decode", NODE1_FSM, "--at", "2026-11-21T07:57:30Z", "-o", tree, code=None)
        decoded = self.document(self.run_cli("decode", "-n", "--json", "--at", "2026-11-21T07:57:30Z", NODE1_FSM, code=None), "decode")
        self.assertEqual(document["detail"]["records"]["count"] + self.folders(tree), decoded["records"])
        self.assertEqual(document["detail"]["versions"], self.detail()["detail"]["versions"] |
                         {"deleted_keys": document["rows"]["deleted"]})

    def test_report(self):
        run = self.run_cli("inspect", "--detail", NODE1_FSM)
        self.assertEqual(run.err, b"")
        text = run.out.decode()
        for part in ("largest scopes\n", "    22.00 MiB           30  s3/photos\n", "largest records\n", "    10.00 MiB  s3/photos/multi/three\n",
                     "  12,866 keys, 21,512 versions, 7,133 deletions of them; 4,261 keys are deleted\n", "Redis keys expire", "\nnext: snaptree decode "):
            self.assertIn(part, text)
        middle = text[text.index("  rows 21,515"):text.index("next: ")]
        self.assertLessEqual(max(map(len, middle.splitlines())), 80)
        self.assertFalse([line for line in middle.splitlines() if line != line.rstrip()])
        # Without the option all is as it was.
        plain = self.run_cli("inspect", NODE1_FSM).out.decode()
        self.assertNotIn("largest scopes", plain)
        self.assertTrue(text.startswith(plain[:plain.index("next: ")]))
        self.assertNotIn("detail", self.document(self.run_cli("inspect", "--json", NODE1_FSM), "inspect"))

    def test_nothing_to_tell_of(self):
        path = self.write("e.fsm", snap.EMPTY_STORE)
        self.assertNotIn(b"largest", self.run_cli("inspect", "--detail", path).out)
        detail = self.document(self.run_cli("inspect", "--detail", "--json", path), "inspect")["detail"]
        self.assertEqual((detail["records"]["count"], detail["versions"]["keys"]), (0, 0))

    def test_encrypted_rows_are_counted_as_rows(self):
        path = self.write("x.fsm", snap.fsm([snap.encrypted(b"!redis|str|a", snap.T0), snap.encrypted(b"!redis|str|b", snap.T0)]))
        document = self.document(self.run_cli("inspect", "--detail", "--json", path), "inspect")
        self.assertIsNone(document["detail"]["records"])
        self.assertEqual(document["detail"]["versions"]["keys"], 2)
        self.assertEqual([f["code"] for f in document["findings"]], ["detail_incomplete"])
        self.assertIn(b"note: detail_incomplete: ", self.run_cli("inspect", "--detail", path).out)

    def test_damage_and_salvage(self):
        content = bytearray(snap.fsm([snap.row(b"!redis|str|%03d" % i, snap.T0, b"value") for i in range(200)]))
        content[len(content) // 2] ^= 0xFF
        path = self.write("x.fsm", bytes(content))
        self.run_cli("inspect", "--detail", path, code=2)
        document = self.document(self.run_cli("inspect", "--detail", "--json", "--salvage", path, code=2), "inspect")
        self.assertGreater(document["detail"]["records"]["count"], 150)
        self.assertLessEqual(document["detail"]["records"]["count"], 200)

    def test_keys_between_the_versions_of_another(self):
        rows = [(key, snap.value(b"v")) for key in snap.INTERLEAVED_KEYS]
        path = self.write("x.fsm", snap.fsm(rows))
        versions = self.document(self.run_cli("inspect", "--detail", "--json", path), "inspect")["detail"]["versions"]
        expected = {}
        for key in snap.INTERLEAVED_KEYS:
            expected[key[:-8]] = expected.get(key[:-8], 0) + 1
        self.assertEqual((versions["keys"], versions["rows"]), (len(expected), len(snap.INTERLEAVED_KEYS)))
        self.assertEqual(versions["by_number"][0]["keys"], sum(n == 1 for n in expected.values()))
        self.assertEqual(versions["by_number"][1]["keys"], sum(n == 2 for n in expected.values()))

    def test_standard_input_must_be_a_file(self):
        path = self.write("x.fsm", snap.fsm([snap.row(b"k", snap.T0, b"v")]))
        with open(path, "rb") as file:
            content = file.read()
        run = self.run_cli("inspect", "--detail", "-", stdin=content, code=1)
        self.assertIn(b"[OptionConflict]", run.err)
        with open(path, "rb") as file:
            done = subprocess.run([os.environ["SNAPTREE"], "inspect", "--detail", "--json", "-"], stdin=file,
                                  capture_output=True, check=True)
        self.assertEqual(json.loads(done.stdout)["detail"]["records"]["count"], 1)


if __name__ == "__main__":
    unittest.main()

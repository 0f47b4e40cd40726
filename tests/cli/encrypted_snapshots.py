"""Encrypted snapshots: what each command does with keys, without them, and with wrong ones."""

import base64
import hashlib
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "support"))
import snapshots as snap
from harness import SOURCE, CliTest

ENC1 = os.path.join(SOURCE, "testdata", "enc1")
SNAPSHOT = os.path.join(ENC1, "0000000000000bb9.fsm.zst")
KEK = os.path.join(ENC1, "keys", "kek")
SIDECAR = os.path.join(ENC1, "keys", "keys.json")
KEYS = ["--kek-file", KEK, "--keys-file", SIDECAR]
# The key 7 of that sidecar, unwrapped: a key of test data only.
DATA_KEY = bytes.fromhex("5d625b5bb789af64247e4d47af386568b96be5f69940702e5b82d2b721bf1d3e")
# Of all files of the tree but MANIFEST.json, whose content was compared with what the node answered.
TREE_DIGEST = "cc54b002458f1fc6cd8f46a1cd9b8ed4f69f245272f21d8345d4a8bb9411855e"


def tree_digest(tree):
    with open(os.path.join(tree, "CHECKSUMS"), "rb") as file:
        lines = [line for line in file.read().splitlines(keepends=True) if not line.endswith(b"  MANIFEST.json\n")]
    return hashlib.sha256(b"".join(sorted(lines))).hexdigest()


class WithKeys(CliTest):
    def test_golden_tree(self):
        out = self.path("out")
        self.run_cli("decode", SNAPSHOT, *KEYS, "-o", out)
        self.assertEqual(tree_digest(out), TREE_DIGEST)

    def test_data_key_as_it_is(self):
        dek = self.write("dek", DATA_KEY)
        self.run_cli("decode", SNAPSHOT, "--dek", "7=" + dek, "-o", self.path("out"))
        self.assertEqual(tree_digest(self.path("out")), TREE_DIGEST)

    def test_every_command(self):
        tree = self.path("tree")
        self.run_cli("decode", SNAPSHOT, *KEYS, "-o", tree)
        self.run_cli("verify", SNAPSHOT, *KEYS)
        self.run_cli("verify", "--quick", SNAPSHOT, *KEYS)
        self.run_cli("diff", SNAPSHOT, tree, *KEYS)
        self.assertEqual(self.run_cli("ls", SNAPSHOT, *KEYS).out, self.run_cli("ls", tree).out)
        record = "redis/db_0/strings/before-encryption.bin"
        self.assertEqual(self.run_cli("get", SNAPSHOT, record, *KEYS).out, b"plain")
        name = next(line for line in self.run_cli("ls", tree).out.decode().splitlines()
                    if line.startswith("redis/db_0/hashes/"))
        with open(os.path.join(tree, name), "rb") as file:
            self.assertEqual(self.run_cli("get", SNAPSHOT, name, *KEYS).out, file.read())
        # Positions in the decrypted copy are of no use to a run without keys.
        index = self.path("index")
        run = self.run_cli("get", SNAPSHOT, name, *KEYS, "--index", index)
        self.assertIn(b"index_not_used: ", run.err)
        self.assertIn(b"opened with keys", run.err)
        # Keys are of no use to a tree.
        self.assertIn(b"[OptionConflict]", self.run_cli("ls", tree, "--kek-file", "nope", code=1).err)
        self.assertFalse(os.path.exists(index))

    def test_inspect(self):
        text = self.run_cli("inspect", SNAPSHOT, *KEYS).out.decode()
        for part in ("encrypted, and opened", "rows decrypted      14954", "raft index          3001 (its name)"):
            self.assertIn(part, text)
        self.assertNotIn("ENCRYPTED", text)
        document = self.document(self.run_cli("inspect", "--json", SNAPSHOT, *KEYS), "inspect")
        self.assertEqual((document["rows"]["encrypted"], document["encryption_key_ids"]), (0, []))

    def test_keys_that_are_not_needed(self):
        path = self.write("x.fsm", snap.fsm([snap.row(b"k", snap.T0, b"v")]))
        run = self.run_cli("rows", "--json", path, *KEYS)
        self.assertEqual(run.out.count(b"\n"), 2)
        self.assertIn(b"keys_not_needed", run.out)

    def test_no_key_is_ever_said(self):
        keys = []
        with open(KEK, "rb") as file:
            keys.append(file.read())
        keys.append(DATA_KEY)
        log = self.path("log")
        dek = self.write("dek", DATA_KEY)
        wrong = self.write("wrong", DATA_KEY[::-1])
        said = b""
        for code, arguments in (
                (0, ["decode", SNAPSHOT, *KEYS, "-o", self.path("tree")]),
                (0, ["rows", SNAPSHOT, *KEYS]),
                (0, ["inspect", "--json", SNAPSHOT, *KEYS]),
                (0, ["verify", SNAPSHOT, "--dek", "7=" + dek]),
                (2, ["rows", SNAPSHOT, "--dek", "7=" + wrong]),
                (2, ["rows", SNAPSHOT, "--dek", "7=" + SIDECAR]),
                (2, ["rows", SNAPSHOT, "--kek-file", dek, "--keys-file", SIDECAR]),
                (2, ["rows", SNAPSHOT, "--kek-file", KEK, "--keys-file", dek]),
                (2, ["rows", SNAPSHOT, "--kek-file", KEK, "--keys-file", KEK])):
            run = self.run_cli(*arguments, "--log-file", log, code=code)
            said += run.out + run.err
        with open(log, "rb") as file:
            said += file.read()
        for folder, _, names in os.walk(self.path("tree")):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    said += name.encode() + b"\n" + file.read() + b"\n"
        for key in keys:
            for n in (8, 16, 32):
                for part in (key[:n], key[-n:]):
                    self.assertNotIn(part, said)
                    self.assertNotIn(part.hex().encode(), said.lower())
            self.assertNotIn(base64.b64encode(key)[:40], said)
            self.assertNotIn(base64.urlsafe_b64encode(key)[:40], said)


class KeysOnTheCommandLine(CliTest):
    def test_a_key_in_place_of_its_file_is_not_repeated(self):
        log = self.path("log")
        spellings = (DATA_KEY.hex(), DATA_KEY.hex().upper(), base64.b64encode(DATA_KEY).decode(),
                     base64.urlsafe_b64encode(DATA_KEY).decode().rstrip("="))
        for key in spellings:
            for code, keys in (("OptionValue", ["--dek", key]), ("OptionValue", ["--dek", "7:" + key]),
                               ("KeyOnCommandLine", ["--dek", "7=" + key]),
                               ("KeyOnCommandLine", ["--kek-file", key, "--keys-file", SIDECAR])):
                run = self.run_cli("rows", SNAPSHOT, *keys, "--log-file", log, code=1)
                self.assertIn(b"[%s]" % code.encode(), run.err)
                with open(log, "rb") as file:
                    said = run.out + run.err + file.read()
                for part in (key[:8], key[-9:-1]):
                    self.assertNotIn(part.encode(), said)

    def test_a_key_file_given_as_input_is_not_quoted(self):
        # Bytes of a key may well be printable.
        for key in (b"K3y!bytes_of_a_vault_that_print_", DATA_KEY.hex().encode(), DATA_KEY.hex().encode() + b"\n",
                    base64.b64encode(DATA_KEY), base64.b64encode(DATA_KEY) + b"\n"):
            run = self.run_cli("inspect", self.write("kek", key), code=2)
            self.assertIn(b"[PayloadUnknown]", run.err)
            self.assertNotIn(key[:6], run.out + run.err)
        self.assertIn(b"some tex", self.run_cli("inspect", self.write("x", b"some text of 30 bytes, no key."), code=2).err)

    def test_keys_out_of_a_pipe(self):
        reader, writer = os.pipe()
        os.write(writer, DATA_KEY)
        os.close(writer)
        # Read once, although two inputs want it.
        pipe = "/proc/%d/fd/%d" % (os.getpid(), reader)
        self.run_cli("diff", SNAPSHOT, SNAPSHOT, "--dek", "7=" + pipe)
        os.close(reader)


class WithoutKeys(CliTest):
    def refused(self, *arguments):
        before = self.names()
        run = self.run_cli(*arguments, code=2)
        for word in (b"EncryptedRows", b"--kek-file", b"--keys-file", b"key ids needed: 7"):
            self.assertIn(word, run.out + run.err, run)
        self.assertEqual(self.names(), before)
        return run

    def test_commands_are_refused_before_any_output(self):
        out = self.path("out")
        self.assertEqual(self.refused("rows", SNAPSHOT).out, b"")
        self.refused("decode", SNAPSHOT, "-o", out)
        self.refused("ls", SNAPSHOT)
        self.refused("verify", SNAPSHOT)
        self.refused("get", SNAPSHOT, "redis/db_0/hashes/h.json")
        os.mkdir(self.path("tree"))
        self.write("tree/CHECKSUMS", b"")
        run = self.run_cli("diff", SNAPSHOT, self.path("tree"), code=None)
        self.assertNotEqual(run.code, 0)

    def test_inspect_tells_what_is_needed(self):
        text = self.run_cli("inspect", SNAPSHOT).out.decode()
        for part in ("ENCRYPTED (key id 7)", "--kek-file", "--keys-file", "checksum ok"):
            self.assertIn(part, text)
        document = self.document(self.run_cli("inspect", "--json", SNAPSHOT), "inspect")
        self.assertEqual(document["encryption_key_ids"], [7])

    def test_older_versions_alone_are_encrypted(self):
        rows = [snap.row(b"k%05d" % i, snap.T0, b"v") for i in range(20000)]
        path = self.write("x.fsm", snap.fsm(rows + [snap.row(b"k19999", snap.T1, b"v"), snap.encrypted(b"k19999", snap.T0 - 1, 5)]))
        self.run_cli("rows", path)
        run = self.run_cli("rows", path, "--all-versions", code=2)
        self.assertEqual(run.out, b"")
        self.assertIn(b"1 encrypted row, key ids needed: 5", run.err)
        run = self.run_cli("rows", path, "--all-versions", *KEYS, code=2)
        self.assertEqual(run.out, b"")
        self.assertIn(b"1 encrypted row, key ids needed: 5; at hand: 7", run.err)
        run = self.run_cli("rows", path, "--all-versions", "--salvage", code=3)
        self.assertIn(b"encrypted_rows: encrypted rows were left out (key id 5)", run.err)
        text = self.run_cli("inspect", path).out.decode()
        for part in ("live rows not encrypted", "of all versions, 1 row ENCRYPTED (key id 5)", "next: snaptree decode"):
            self.assertIn(part, text)
        document = self.document(self.run_cli("inspect", "--json", path), "inspect")
        self.assertEqual((document["rows"]["encrypted"], document["rows"]["encrypted_versions"]), (0, 1))
        self.assertEqual((document["encryption_key_ids"], document["version_key_ids"]), ([], [5]))
        text = self.run_cli("inspect", path, *KEYS).out.decode()
        self.assertIn("1 row still ENCRYPTED (key id 5)", text)
        self.assertIn(b'"not_opened"', self.run_cli("verify", "--json", "--quick", path).out)
        run = self.run_cli("restore", path, "--dry-run", "--data-dir", self.path("d"), "--peers", "n1=127.0.0.1:1", "--index", "9",
                           code=None)
        self.assertIn(b"rows_need_keys", run.out + run.err)

    def test_quick_verify_tells_what_it_cannot_know(self):
        self.assertIn(b'"not_opened"', self.run_cli("verify", "--json", "--quick", SNAPSHOT).out)
        self.assertNotIn(b'"not_opened"', self.run_cli("verify", "--json", "--quick", SNAPSHOT, *KEYS).out)


class WrongKeys(CliTest):
    def error(self, *keys, code=2):
        run = self.run_cli("decode", SNAPSHOT, *keys, "-o", self.path("out"), code=code)
        self.assertFalse(os.path.exists(self.path("out")))
        self.assertEqual(run.out, b"")
        return run.err.decode()

    def test_each_is_its_own_error(self):
        self.assertIn("[NotFound]", self.error("--kek-file", self.path("none"), "--keys-file", SIDECAR, code=1))
        self.assertIn("[NotFound]", self.error("--kek-file", KEK, "--keys-file", self.path("none"), code=1))
        self.assertIn("[KeyFilesIncomplete]", self.error("--kek-file", KEK, code=1))
        self.assertIn("[KeyFilesIncomplete]", self.error("--keys-file", SIDECAR, code=1))
        short = self.write("short", b"x" * 31)
        text = self.error("--kek-file", short, "--keys-file", SIDECAR)
        self.assertIn("[KekSize]", text)
        self.assertIn(short, text)
        other = self.write("other", b"x" * 32)
        self.assertIn("[KekWrong]", self.error("--kek-file", other, "--keys-file", SIDECAR))
        broken = self.write("keys.json", b'{"version":2,"keys":{"7":{"purpose":"storage","wrapped":"AAAA"}}}')
        text = self.error("--kek-file", KEK, "--keys-file", broken)
        self.assertIn("[KeyFileInvalid]", text)
        self.assertIn("wrapped", text)
        text = self.error("--dek", "7=" + other)
        for part in ("[EnvelopeAuth]", "offset", "key id 7", "raw key"):
            self.assertIn(part, text)
        text = self.error("--dek", "9=" + other)
        for part in ("[EncryptedRows]", "key ids needed: 7", "at hand: 9", "--dek"):
            self.assertIn(part, text)

    def test_raft_key(self):
        path = self.write("x.fsm", snap.fsm([snap.encrypted(b"a", snap.T0, 8)]))
        run = self.run_cli("rows", path, *KEYS, code=2)
        self.assertIn(b"[EnvelopeKeyPurpose]", run.err)
        run = self.run_cli("inspect", path, *KEYS, "--salvage", code=None)
        self.assertIn("no key that was given opens rows of key id 8", run.out.decode())
        self.assertNotIn(b"although their key is there", run.out)

    def test_salvage_keeps_what_opens(self):
        path = self.write("x.fsm", snap.fsm([snap.encrypted(b"a", snap.T0, 7), snap.row(b"b", snap.T0, b"v")]))
        run = self.run_cli("rows", path, *KEYS, code=2)
        self.assertEqual(run.out, b"")
        self.assertIn(b"[EnvelopeAuth]", run.err)
        # Its key is escaped once.
        self.assertIn(rb": raw key a\xf", self.run_cli("verify", path, *KEYS, code=2).out)
        run = self.run_cli("rows", path, *KEYS, "--salvage", code=3)
        self.assertEqual(run.out.count(b"\n"), 1)
        self.assertIn(b"rows_not_opened", run.err)
        self.assertIn(b"key id 7", run.err)
        text = self.run_cli("inspect", path, *KEYS, "--salvage", code=None).out.decode()
        self.assertIn("their keys are at hand, and the rows do not open", text)
        self.assertNotIn("keys.json", text)
        self.run_cli("decode", path, *KEYS, "--salvage", "-o", self.path("out"), code=3)
        with open(self.path("out", "unknown", "damaged", "rows.jsonl")) as file:
            self.assertIn("the row is encrypted, and was not opened: key id 7", file.read())

    def test_the_key_file_is_not_replaced_with_the_output(self):
        out = self.path("out")
        os.mkdir(out)
        kek = self.write("out/kek", b"x" * 32)
        run = self.run_cli("decode", SNAPSHOT, "--kek-file", kek, "--keys-file", SIDECAR, "-o", out, "--force", code=1)
        self.assertIn(b"[OutputHoldsInput]", run.err)
        self.assertTrue(os.path.exists(kek))


if __name__ == "__main__":
    unittest.main()

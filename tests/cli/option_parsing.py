"""How command lines are understood: help, names that are near, values, and what is refused."""

import json
import os
import re
import sys
import unittest

sys.dont_write_bytecode = True
from support import snapshots as snap
from support.harness import CliTest

COMMANDS = ["inspect", "rows", "decode", "encode", "restore", "verify", "seal", "ls", "get", "diff", "pack", "unpack",
            "help", "version"]
TOPICS = ["exit-codes", "json", "addresses", "names", "memory"]


class Help(CliTest):
    def test_program_help(self):
        expected = self.run_cli("help").out
        for name in COMMANDS + TOPICS:
            self.assertIn(f"  {name} ".encode(), expected)
        for form in (["-h"], ["--help"]):
            run = self.run_cli(*form)
            self.assertEqual((run.out, run.err), (expected, b""))

    def test_without_a_command(self):
        run = self.run_cli(code=1)
        self.assertEqual(run.out, b"")
        self.assertIn(b"Commands:", run.err)
        self.assertIn(b"[CommandMissing]", run.err)

    def test_command_help_wins_everywhere(self):
        for name in COMMANDS:
            expected = self.run_cli("help", name).out
            for form in ([name, "-h"], [name, "--help"], ["--help", name], [name, "--nonsense", "--help"],
                         [name, "a", "b", "c", "-h"], ["-v", name, "--help"], [name, "-qh"]):
                run = self.run_cli(*form)
                self.assertEqual((run.out, run.err), (expected, b""), form)

    def test_command_help_has_its_parts(self):
        for name in COMMANDS:
            text = self.run_cli(name, "--help").out.decode()
            parts = [f"snaptree {name}: ", "\nusage: ", "\nExamples:\n", "\nEverywhere:\n", "\nExit codes:\n"]
            places = [text.index(p) for p in parts]
            self.assertEqual(places, sorted(places))
            self.assertLess(max(map(len, text.splitlines())), 81)

    def test_help_obeys_the_width(self):
        text = self.run_cli("decode", "--help", env={"COLUMNS": "60"}).out.decode()
        options = text[text.index("What to read"):text.index("Exit codes")]
        self.assertLessEqual(max(map(len, options.splitlines())), 60)

    def test_topics(self):
        for name in TOPICS:
            run = self.run_cli("help", name)
            self.assertGreater(len(run.out), 200)
            self.assertLess(max(map(len, run.out.decode().splitlines())), 90)

    def test_unknown_topic(self):
        run = self.run_cli("help", "decod", code=1)
        self.assertIn(b"did you mean decode?", run.err)

    def test_help_after_the_end_of_options_is_an_argument(self):
        run = self.run_cli("inspect", "--", "--help", code=1)
        self.assertIn(b"[NotFound]", run.err)

    def test_version(self):
        self.assertRegex(self.run_cli("version").out, rb"^snaptree \d+\.\d+\.\d+\n$")
        self.assertEqual(self.run_cli("--version").out, self.run_cli("version").out)
        self.document(self.run_cli("version", "--json"), "version")


class OneTable(CliTest):
    """--help, manual page and completion come from one table; none may lack an option."""

    def options_in_help(self, command):
        text = self.run_cli(command, "--help").out.decode()
        entries = re.findall(r"^(?:  (-\w), |      )(--[a-z-]+)", text, re.MULTILINE)
        return {word for entry in entries for word in entry if word}

    def test_everywhere(self):
        man = self.run_cli("help", "--man").out.decode().replace("\\-", "-")
        bash = self.run_cli("help", "--completion", "bash").out.decode()
        zsh = self.run_cli("help", "--completion", "zsh").out.decode()
        fish = self.run_cli("help", "--completion", "fish").out.decode()
        total = 0
        for command in COMMANDS:
            self.assertIn(f"snaptree {command}", man)
            for text in (bash, zsh, fish):
                self.assertIn(command, text)
            in_bash = bash[bash.index(f"    {command})"):]
            in_bash = in_bash[:in_bash.index(";;")]
            in_zsh = zsh[zsh.index(f"  {command}) _arguments"):]
            in_zsh = in_zsh[:in_zsh.index(";;")]
            in_fish = [x for x in fish.splitlines() if f"__fish_seen_subcommand_from {command}'" in x]
            found = self.options_in_help(command)
            self.assertIn("--json", found)
            total += len(found)
            for option in found:
                self.assertIn(option, man)
                self.assertIn(f"{option} ", in_bash.replace("'", " "))
                self.assertIn(option, in_zsh)
                form = f" -l {option[2:]} " if option.startswith("--") else f" -s {option[1:]} "
                self.assertTrue(any(form in x for x in in_fish), (command, option))
        self.assertGreater(total, 60)

    def test_nothing_else_in_the_manual(self):
        known = set().union(*(self.options_in_help(c) for c in COMMANDS))
        man = self.run_cli("help", "--man").out.decode().replace("\\-", "-")
        listed = {w.rstrip(",") for line in man.splitlines() if line.startswith(".B -") for w in line[3:].split()
                  if w.startswith("-")}
        self.assertEqual(listed, known)

    def test_bash_completion_runs(self):
        script = self.write("completion", self.run_cli("help", "--completion", "bash").out)
        def complete(*words):
            program = (f"source {script}; COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; _snaptree; "
                       "printf '%s\\n' \"${COMPREPLY[@]}\"")
            import subprocess
            return subprocess.run(["bash", "-c", program], capture_output=True, check=True, text=True).stdout.split()
        self.assertEqual(complete("snaptree", "ins"), ["inspect"])
        self.assertEqual(complete("snaptree", "decode", "--sal"), ["--salvage"])
        self.assertEqual(complete("snaptree", "rows", "--color", "a"), ["auto", "always"])
        self.assertEqual(complete("snaptree", "help", "exit"), ["exit-codes"])

    def test_unknown_shell(self):
        self.assertIn(b"[OptionValue]", self.run_cli("help", "--completion", "tcsh", code=1).err)


class Names(CliTest):
    def test_unknown_commands_name_the_nearest(self):
        for given, near in (("inspec", b"inspect"), ("deocde", b"decode"), ("row", b"rows"), ("Decode", b"decode")):
            run = self.run_cli(given, "x", code=1)
            self.assertIn(b"[UnknownCommand]", run.err)
            self.assertIn(b"did you mean " + near, run.err)
        self.assertNotIn(b"did you mean", self.run_cli("frobnicate", code=1).err)

    def test_unknown_options_name_the_nearest(self):
        for given, near in (("--thread", b"--threads"), ("--jsn", b"--json"), ("--all-version", b"--all-versions")):
            run = self.run_cli("rows", given, "x", code=1)
            self.assertIn(b"[UnknownOption]", run.err)
            self.assertIn(b"did you mean " + near, run.err)

    def test_no_abbreviations(self):
        for given in ("--js", "--thr=3", "--out", "--dry"):
            self.assertIn(b"[UnknownOption]", self.run_cli("decode", given, "x", code=1).err)

    def test_planned_commands_do_not_exist_yet(self):
        for name in ("export", "import", "vault", "report", "mount", "merge"):
            self.assertIn(b"[UnknownCommand]", self.run_cli(name, code=1).err)
            self.assertNotIn(f"  {name} ".encode(), self.run_cli("--help").out)

    def test_options_of_other_commands(self):
        self.assertIn(b"[UnknownOption]", self.run_cli("inspect", "--hex", "x", code=1).err)


class Values(CliTest):
    def test_refused(self):
        for arguments in (["--threads", "-1"], ["--threads=0"], ["--threads", "4294967295"], ["--threads", "2x"],
                          ["--memory", "1MiB"], ["--memory", "lots"], ["--memory", "-1"], ["--progress", "sometimes"],
                          ["--progress", "0"], ["--color", "blue"], ["--limit", "0"], ["--limit", "-3"],
                          ["--prefix-hex", "abc"], ["--prefix-hex", "zz"], ["--family", "!nope|"], ["--at", "0"]):
            run = self.run_cli("rows", *arguments, "x", code=1)
            self.assertIn(b"[OptionValue]", run.err, arguments)
            self.assertEqual(run.out, b"")

    def test_missing(self):
        for arguments in (["x", "--at"], ["--at", "--hex", "x"], ["--limit", "-v", "x"], ["--prefix", "--", "x"],
                          ["--limit="]):
            self.assertIn(b"[OptionNeedsValue]", self.run_cli("rows", *arguments, code=1).err, arguments)
        self.assertIn(b"[OptionTakesNoValue]", self.run_cli("rows", "--hex=yes", "x", code=1).err)

    def test_repeated(self):
        run = self.run_cli("rows", "--limit", "1", "--limit", "1", "x", code=1)
        self.assertIn(b"[OptionRepeated]", run.err)
        file = self.write("x.fsm", snap.fsm([snap.row(b"k", snap.T0, b"v")]))
        self.run_cli("rows", "--hex", "--hex", file)

    def test_conflicts(self):
        run = self.run_cli("rows", "--prefix", "a", "--prefix-hex", "61", "x", code=1)
        self.assertIn(b"[OptionConflict]", run.err)

    def test_argument_counts(self):
        self.assertIn(b"[ArgumentMissing]", self.run_cli("rows", code=1).err)
        self.assertIn(b"[ArgumentMissing]", self.run_cli("inspect", code=1).err)
        self.assertIn(b"[ArgumentMissing]", self.run_cli("decode", "x", code=1).err)
        self.assertIn(b"[ArgumentUnexpected]", self.run_cli("rows", "a", "b", code=1).err)
        self.assertIn(b"[ArgumentUnexpected]", self.run_cli("version", "a", code=1).err)

    def test_errors_of_the_call_are_objects_too(self):
        error, = self.errors(self.run_cli("rows", "--json", "--nope", code=1))
        self.assertEqual((error["code"], error["exit_code"]), ("UnknownOption", 1))


class Places(CliTest):
    def setUp(self):
        super().setUp()
        self.file = self.write("x.fsm", snap.fsm([snap.row(b"k", snap.T0, b"v")]))

    def test_options_before_and_after(self):
        expected = self.run_cli("rows", "--hex", self.file).out
        self.assertEqual(self.run_cli("rows", self.file, "--hex").out, expected)
        self.assertEqual(self.run_cli("--threads", "2", "rows", "--hex", self.file).out, expected)
        self.assertEqual(self.run_cli("--memory=64MiB", "rows", self.file, "--hex", "--limit=5").out, expected)

    def test_values_that_look_like_options(self):
        self.assertIn(b"nothing_matched", self.run_cli("rows", "--prefix=--json", self.file, code=3).err)

    def test_two_dashes_end_options(self):
        os.rename(self.file, self.path("-v"))
        run = self.run_cli("rows", "--limit", "1", "--", "-v", cwd=self.folder)
        self.assertEqual(json.loads(run.out)["key"], "k")

    def test_empty_prefix_is_all(self):
        self.assertEqual(self.run_cli("rows", "--prefix", "", self.file).out, self.run_cli("rows", self.file).out)


class Variables(CliTest):
    def setUp(self):
        super().setUp()
        self.file = self.write("x.fsm", snap.fsm([snap.row(b"k", snap.T0, b"v")]))

    def test_they_stand_for_options(self):
        run = self.run_cli("inspect", self.file, env={"SNAPTREE_JSON": "1"})
        self.document(run, "inspect")
        log = self.path("log")
        self.run_cli("rows", "/nonexistent", code=1, env={"SNAPTREE_LOG_FILE": log})
        with open(log, encoding="utf-8") as file:
            self.assertRegex(file.read(), r"^\d{4}-\d\d-\d\dT[0-9:.]+Z error: .*NotFound")

    def test_flags_win(self):
        self.run_cli("rows", "--threads", "1", self.file, env={"SNAPTREE_THREADS": "none"})

    def test_bad_values_name_the_variable(self):
        run = self.run_cli("rows", self.file, code=1, env={"SNAPTREE_QUIET": "maybe"})
        self.assertIn(b"SNAPTREE_QUIET", run.err)
        self.assertIn(b"[OptionValue]", self.run_cli("rows", self.file, code=1, env={"SNAPTREE_THREADS": "-1"}).err)

    def test_empty_and_off(self):
        run = self.run_cli("inspect", self.file, env={"SNAPTREE_JSON": "", "SNAPTREE_VERBOSE": "0"})
        self.assertNotIn(b"schema", run.out)


if __name__ == "__main__":
    unittest.main()

"""What goes where: standard output, standard error, the log file; colours, terminals, pipes that close."""

import json
import os
import pty
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
from support import snapshots as snap
from support.harness import NODE1_FSM, PROGRAM, CliTest, environment


def on_a_terminal(*arguments, env=None, stdout_too=False):
    """Runs the program with standard error (and output) on a terminal; gives exit code and what the terminal got."""
    leader, follower = pty.openpty()
    run = subprocess.Popen([PROGRAM, *arguments], stdin=subprocess.DEVNULL, stderr=follower,
                           stdout=follower if stdout_too else subprocess.DEVNULL,
                           env=environment(**{"TERM": "xterm", **(env or {})}))
    os.close(follower)
    got = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:  # how Linux says that the other side has gone
            break
        if not piece:
            break
        got += piece
    os.close(leader)
    return run.wait(timeout=60), got


class Streams(CliTest):
    def setUp(self):
        super().setUp()
        self.file = self.write("x.fsm", snap.fsm([snap.row(b"k%05d" % i, snap.T0, b"v" * 100) for i in range(3000)]))

    def test_a_closed_pipe_is_quiet(self):
        for arguments in (["rows", self.file], ["rows", "--json", NODE1_FSM], ["rows", NODE1_FSM]):
            run = subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
            run.stdout.close()
            err = run.stderr.read()
            run.stderr.close()
            self.assertEqual((run.wait(timeout=60), err), (141, b""))

    def test_a_reader_that_stops_early(self):
        run = subprocess.Popen([PROGRAM, "rows", NODE1_FSM], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        json.loads(run.stdout.readline())
        run.stdout.close()
        err = run.stderr.read()
        run.stderr.close()
        self.assertEqual((run.wait(timeout=60), err), (141, b""))

    def test_a_full_disk_is_an_error(self):
        for arguments in (["rows", self.file], ["inspect", self.file], ["help"], ["inspect", "--json", self.file],
                          ["decode", "--json", "-n", self.file], ["version"]):
            with open("/dev/full", "wb") as full:
                run = subprocess.run([PROGRAM, *arguments], stdout=full, stderr=subprocess.PIPE, env=environment())
            self.assertEqual(run.returncode, 4, arguments)
            self.assertIn(b"NoSpace", run.stderr)

    def test_closed_standard_output(self):
        run = subprocess.run(["sh", "-c", 'exec "$0" rows "$1" >&-', PROGRAM, self.file], capture_output=True,
                             env=environment())
        self.assertEqual(run.returncode, 4)
        self.assertIn(b"[Io]", run.stderr)
        with open(self.file, "rb") as file:
            self.assertTrue(file.read(8) == b"EKVTHLC1")

    def test_closed_standard_error(self):
        run = subprocess.run(["sh", "-c", 'exec "$0" rows "$1" 2>&-', PROGRAM, self.file], stdout=subprocess.PIPE,
                             env=environment())
        self.assertEqual((run.returncode, run.stdout.count(b"\n")), (0, 3000))

    def test_messages_never_reach_a_pipe_on_standard_output(self):
        damaged = self.write("d.fsm", snap.fsm([snap.row(b"a", snap.T0, flags=8), snap.row(b"b", snap.T0)]))
        run = self.run_cli("rows", "-v", damaged, code=3)
        for line in run.out.splitlines():
            self.check_schema(json.loads(line), "rows")
        self.assertEqual(self.run_cli("decode", "-v", self.file, "-o", self.path("o")).out, b"")

    def test_json_keeps_standard_error_for_objects(self):
        damaged = self.write("d.fsm", snap.fsm([snap.row(b"a", snap.T0, flags=8)]))
        run = self.run_cli("decode", "--json", damaged, "-o", self.path("out"), code=3)
        self.assertEqual(run.err, b"")
        self.document(run, "decode")


class Terminal(CliTest):
    def setUp(self):
        super().setUp()
        self.file = self.write("x.fsm", snap.fsm([snap.row(b"k", snap.T0, b"v")]))

    def test_colours(self):
        missing = self.path("none")
        self.assertIn(b"\x1b[31m", on_a_terminal("inspect", missing)[1])
        for env, options in (({"NO_COLOR": "1"}, []), ({"TERM": "dumb"}, []), ({}, ["--color", "never"])):
            self.assertNotIn(b"\x1b", on_a_terminal("inspect", *options, missing, env=env)[1])
        self.assertIn(b"\x1b[31m", self.run_cli("inspect", "--color", "always", missing, code=1).err)
        self.assertNotIn(b"\x1b", self.run_cli("inspect", missing, code=1).err)

    def test_an_empty_no_color_means_nothing(self):
        self.assertIn(b"\x1b[31m", on_a_terminal("inspect", self.path("none"), env={"NO_COLOR": ""})[1])

    def test_decode_tells_how_it_went(self):
        code, text = on_a_terminal("decode", self.file, "-o", self.path("out"))
        self.assertEqual(code, 0)
        self.assertIn(b"complete, nothing lost (exit 0)", text)
        code, text = on_a_terminal("decode", "-q", self.file, "-o", self.path("out2"))
        self.assertEqual((code, text), (0, b""))

    def test_short_work_shows_no_progress(self):
        self.assertEqual(on_a_terminal("rows", self.file)[1], b"")

    def test_progress_is_drawn_and_erased(self):
        code, text = on_a_terminal("decode", "--progress", "always", NODE1_FSM, "-o", self.path("out"))
        self.assertEqual(code, 0)
        self.assertIn(b"\r\x1b[J", text)
        self.assertIn(b"mem ", text)
        shown = text[text.rindex(b"\x1b[J"):]
        self.assertIn(b"decoded to", shown)

    def test_a_dumb_terminal_gets_no_control_characters(self):
        _, text = on_a_terminal("decode", "--progress", "always", NODE1_FSM, "-o", self.path("out"), env={"TERM": "dumb"})
        self.assertNotIn(b"\x1b", text)

    def test_standard_input_is_no_terminal(self):
        leader, follower = pty.openpty()
        run = subprocess.run([PROGRAM, "inspect", "-"], stdin=follower, capture_output=True, timeout=20, env=environment())
        os.close(leader)
        os.close(follower)
        self.assertEqual(run.returncode, 1)
        self.assertIn(b"terminal", run.stderr)


class LogFile(CliTest):
    def test_it_gets_errors_too_and_is_appended_to(self):
        log = self.path("log")
        for _ in range(2):
            self.run_cli("inspect", "--log-file", log, self.path("none"), code=1)
        with open(log, encoding="utf-8") as file:
            self.assertEqual(sum("[NotFound]" in line for line in file), 2)

    def test_it_must_be_writable(self):
        run = self.run_cli("version", "--log-file", self.path("no", "log"), code=None)
        self.assertIn(run.code, (1, 4))
        self.assertIn(b"log", run.err)


if __name__ == "__main__":
    unittest.main()

"""Signals end a run cleanly and at once; progress is told to those who ask."""

import json
import os
import signal
import subprocess
import sys
import time
import unittest

sys.dont_write_bytecode = True
from support import snapshots as snap
from support.harness import PROGRAM, CliTest, environment

CONTENT = snap.fsm([snap.row(b"!redis|str|k%04d" % i, snap.T0, b"v" * 50) for i in range(2000)])


class Waiting(CliTest):
    """Runs that wait for the rest of standard input: they can be hit by a signal in the middle, on any machine."""

    def start(self, *arguments):
        run = subprocess.Popen([PROGRAM, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=environment())
        self.addCleanup(self.end, run)
        run.stdin.write(CONTENT[:100000])
        run.stdin.flush()
        self.wait_until_waiting(run)
        return run

    def end(self, run):
        run.kill()
        for stream in (run.stdin, run.stdout, run.stderr):
            stream.close()
        run.wait()

    def wait_until_waiting(self, run):
        """Until the program sleeps in a read of its standard input, or in a write that nobody takes."""
        for _ in range(500):
            with open(f"/proc/{run.pid}/stat", encoding="ascii", errors="replace") as file:
                state = file.read().rsplit(")", 1)[1].split()[0]
            if state == "S" and self.has_handler(run):
                time.sleep(0.05)
                return
            time.sleep(0.01)
        self.fail("the program does not wait")

    def has_handler(self, run):
        with open(f"/proc/{run.pid}/status", encoding="ascii") as file:
            caught = next(line for line in file if line.startswith("SigCgt:"))
        return int(caught.split()[1], 16) & 1 << (signal.SIGTERM - 1)

    def finish(self, run):
        start = time.monotonic()
        code = run.wait(timeout=10)
        self.assertLess(time.monotonic() - start, 1.0)
        return code, run.stdout.read(), run.stderr.read()

    def test_each_signal_ends_the_run(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            for command in (["rows", "-"], ["inspect", "-"], ["decode", "-", "-o", self.path("out")]):
                run = self.start(*command)
                run.send_signal(number)
                code, out, err = self.finish(run)
                self.assertEqual((code, out), (128 + number, b""))
                self.assertIn(b"[Cancelled]", err)
                self.assertEqual(self.names(), [])

    def test_json(self):
        run = self.start("decode", "--json", "-", "-o", self.path("out"))
        run.send_signal(signal.SIGTERM)
        code, out, err = self.finish(run)
        self.assertEqual(json.loads(out)["exit_code"], code)
        self.assertEqual(json.loads(err)["code"], "Cancelled")

    def test_an_ignored_hangup_stays_ignored(self):
        run = subprocess.Popen(["sh", "-c", "trap '' HUP; exec \"$0\" rows -", PROGRAM], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        self.addCleanup(self.end, run)
        run.stdin.write(CONTENT)
        run.stdin.flush()
        time.sleep(0.3)
        run.send_signal(signal.SIGHUP)
        out, _ = run.communicate(timeout=20)
        self.assertEqual((run.returncode, out.count(b"\n")), (0, 2000))

    def test_status_on_request(self):
        run = self.start("rows", "-")
        run.send_signal(signal.SIGUSR1)
        time.sleep(0.3)
        out, err = run.communicate(CONTENT[100000:], timeout=20)
        self.assertEqual((run.returncode, out.count(b"\n")), (0, 2000))
        self.assertRegex(err, rb"^snaptree: \w+: .*mem \d+/512 MiB[^\n]*\n$")
        self.assertNotIn(b"\x1b", err)

    def test_status_on_request_as_json(self):
        run = self.start("rows", "--json", "-")
        run.send_signal(signal.SIGUSR1)
        time.sleep(0.3)
        _, err = run.communicate(CONTENT[100000:], timeout=20)
        self.check_schema(json.loads(err), "progress")

    def test_progress_lines(self):
        run = self.start("rows", "--progress", "1", "-")
        time.sleep(1.5)
        _, err = run.communicate(CONTENT[100000:], timeout=20)
        self.assertRegex(err, rb"^(snaptree: \w+: [^\n\r\x1b]*\n)+$")

    def test_rows_are_counted_as_rows(self):
        run = subprocess.Popen([PROGRAM, "rows", "--json", self.write("in.fsm", CONTENT)], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        self.addCleanup(self.end, run)
        # Nobody takes what it prints, so it stops on the way.
        self.wait_until_waiting(run)
        run.send_signal(signal.SIGUSR1)
        time.sleep(0.3)
        out, err = run.communicate(timeout=20)
        self.assertEqual((run.returncode, out.count(b"\n")), (0, 2001))
        told = json.loads(err)
        # One row more, of metadata, is read and not printed.
        self.assertEqual((told["phase"], told["unit"], told["total"]), ("rows", "rows", 2001))
        self.assertTrue(0 < told["done"] <= 2001, told)

    def test_progress_as_json(self):
        run = self.start("decode", "--progress", "json", "-", "-o", self.path("out"))
        time.sleep(1.5)
        _, err = run.communicate(CONTENT[100000:], timeout=20)
        for line in err.splitlines():
            self.check_schema(json.loads(line), "progress")
        self.assertGreater(len(err), 0)

    def test_no_progress_where_nobody_looks(self):
        for options in ([], ["--progress", "never"], ["--progress", "auto"]):
            run = self.start("rows", *options, "-")
            time.sleep(0.2)
            _, err = run.communicate(CONTENT[100000:], timeout=20)
            self.assertEqual(err, b"")


class Second(CliTest):
    def test_a_second_signal_ends_at_once(self):
        # The reader of standard output takes nothing, so the first signal cannot be noticed before the pipe drains.
        rows = [snap.row(b"k%05d" % i, snap.T0, b"v" * 400) for i in range(5000)]
        path = self.write("x.fsm", snap.fsm(rows, header=False, footer=False))
        run = subprocess.Popen([PROGRAM, "rows", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        time.sleep(0.5)
        run.send_signal(signal.SIGTERM)
        run.send_signal(signal.SIGINT)
        time.sleep(0.1)
        if run.poll() is None:
            run.send_signal(signal.SIGINT)
        code = run.wait(timeout=10)
        run.stdout.close()
        run.stderr.close()
        self.assertIn(code, (128 + signal.SIGTERM, 128 + signal.SIGINT))


class Killed(CliTest):
    def test_a_run_after_kill_just_works(self):
        path = self.write("x.fsm", CONTENT)
        run = subprocess.Popen([PROGRAM, "decode", path, "-o", self.path("out")], env=environment())
        time.sleep(0.02)
        run.kill()
        run.wait()
        self.run_cli("decode", path, "-o", self.path("out"), "--force")
        self.assertEqual([n for n in self.names() if not n.startswith(".")], ["out", "x.fsm"])
        self.assertEqual(len(os.listdir(self.path("out", "redis", "db_0", "strings"))), 2000)

    def test_signals_at_any_time_leave_all_or_nothing(self):
        path = self.write("x.fsm", CONTENT)
        for delay in (0.005, 0.01, 0.02, 0.04, 0.08):
            out = self.path("out")
            run = subprocess.Popen([PROGRAM, "decode", path, "-o", out], stderr=subprocess.PIPE, env=environment())
            time.sleep(delay)
            run.send_signal(signal.SIGTERM)
            run.communicate(timeout=20)
            if run.returncode == 0:
                self.assertIn("CHECKSUMS", os.listdir(out))
            else:
                # Before the program has its handlers, the signal's own effect ends it.
                self.assertIn(run.returncode, (128 + signal.SIGTERM, -signal.SIGTERM))
                self.assertEqual(self.names(), ["x.fsm"])
            subprocess.run(["rm", "-rf", out], check=True)


if __name__ == "__main__":
    unittest.main()

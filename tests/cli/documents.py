"""The pages in docs/ tell the truth: error codes, schemas, commands."""

import glob
import json
import os
import re
import sys
import unittest

sys.dont_write_bytecode = True
from support.harness import SOURCE, CliTest

FOLDERS = ("base", "formats", "manifest", "tree", "adapters", "decode", "encode", "restore", "check", "cli")


def sources():
    for folder in FOLDERS:
        for path in glob.glob(os.path.join(SOURCE, folder, "**", "*"), recursive=True):
            if path.endswith((".cc", ".h")):
                with open(path, encoding="utf-8") as file:
                    # Comments name codes too.
                    yield re.sub(r"(?m)//.*$", "", file.read())


# Members of documents that look like findings.
MEMBERS = {"redis_expire_at_ms", "s3_collision_strategy", "s3_meta_suffix"}


def codes_in_sources():
    errors, findings = {"Cancelled", "ClosedPipe"}, set()
    for text in sources():
        for first_argument in re.findall(r"(?:Data|Usage|Environment)Error\(((?:[^,()]|\([^()]*\))*)", text):
            errors.update(re.findall(r'"([A-Z][A-Za-z0-9]+)"', first_argument))
        errors.update(re.findall(r'(?:return |code = )"([A-Z][a-z]+[A-Z][A-Za-z]+)"', text))
        errors.update(re.findall(r'constexpr char k\w+\[\] = "([A-Z][a-z]+[A-Z][A-Za-z]+)"', text))
        errors.update(re.findall(r'"((?:Redis|Ddb|Fs|S3|Sqs)[A-Z][A-Za-z]+)"', text))
        findings.update(re.findall(r'\b(?:Warn|Note|note)\(\s*"([a-z0-9_]+)"', text))
        findings.update(re.findall(r'Severity::k\w+,\s*"([a-z0-9_]+)"', text))
        findings.update(re.findall(r'"((?:ddb|s3|sqs|redis|fs)_[a-z0-9_]+)"', text))
    return errors, findings - MEMBERS


class Errors(CliTest):
    def setUp(self):
        super().setUp()
        with open(os.path.join(SOURCE, "docs", "errors.md"), encoding="utf-8") as file:
            self.lines = [line for line in file if line.startswith("| `")]
        self.listed = [line.split("`")[1] for line in self.lines]

    def test_every_code_is_listed_once_and_every_listed_one_exists(self):
        errors, findings = codes_in_sources()
        self.assertGreater(len(errors), 50)
        self.assertGreater(len(findings), 30)
        listed = [c for c in self.listed if not c.endswith(".TYPE")]
        self.assertEqual(sorted(listed), sorted(set(listed)))
        self.assertEqual(sorted(errors | findings), sorted(listed))

    def test_order(self):
        with open(os.path.join(SOURCE, "docs", "errors.md"), encoding="utf-8") as file:
            for section in file.read().split("\n## "):
                codes = re.findall(r"(?m)^\| `([^`]+)`", section)
                self.assertEqual(codes, sorted(codes))


class Schemas(CliTest):
    def test_all_are_json_and_linked(self):
        with open(os.path.join(SOURCE, "docs", "cli-json.md"), encoding="utf-8") as file:
            page = file.read()
        paths = glob.glob(os.path.join(SOURCE, "docs", "schemas", "*.json"))
        self.assertGreaterEqual(len(paths), 6)
        for path in paths:
            with open(path, encoding="utf-8") as file:
                self.assertEqual(json.load(file)["$schema"], "http://json-schema.org/draft-07/schema#")
            self.assertIn("schemas/" + os.path.basename(path), page)

    def test_the_judge_judges(self):
        from support.harness import violations
        schema = {"type": "object", "properties": {"a": {"type": "integer", "minimum": 0}}, "required": ["a"]}
        self.assertEqual(list(violations({"a": 1}, schema, schema, "$")), [])
        for value in ({}, {"a": "1"}, {"a": -1}, {"a": True}, {"a": 1, "b": 2}, []):
            self.assertNotEqual(list(violations(value, schema, schema, "$")), [], value)


class Pages(CliTest):
    def pages(self):
        paths = glob.glob(os.path.join(SOURCE, "docs", "**", "*.md"), recursive=True)
        for path in paths + [os.path.join(SOURCE, "README.md")]:
            with open(path, encoding="utf-8") as file:
                yield path, file.read()

    def test_options_that_are_named_exist(self):
        known = set()
        for command in ("inspect", "rows", "decode", "encode", "restore", "verify", "seal", "ls", "get",
                        "diff", "pack", "unpack", "help", "version"):
            known.update(re.findall(r"--[a-z-]+", self.run_cli(command, "--help").out.decode()))
        # Of other programs, or accepted for old scripts.
        known.update({"--quiet", "--preset", "--build", "--input", "--output", "--option", "--raft"})
        other_programs = re.compile(r"^aws .*$|`aws [^`]*`", re.MULTILINE)
        for path, text in self.pages():
            named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", other_programs.sub("", text)))
            self.assertEqual(named - known, set(), path)

    def test_links_lead_somewhere(self):
        for path, text in self.pages():
            for target in re.findall(r"\]\(([^)#]+)\)", text):
                if "://" not in target:
                    self.assertTrue(os.path.exists(os.path.join(os.path.dirname(path), target)), f"{path}: {target}")

    def test_topics_say_the_same_codes_as_the_page(self):
        topic = self.run_cli("help", "exit-codes").out.decode()
        with open(os.path.join(SOURCE, "docs", "exit-codes.md"), encoding="utf-8") as file:
            page = file.read()
        for code in "01234":
            self.assertIn(f"\n| {code} | ", page)
            self.assertRegex(topic, rf"(?m)^  {code}  ")


if __name__ == "__main__":
    unittest.main()

"""What the tests of the program share: running it, and judging its JSON by docs/schemas."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["SNAPTREE"]
SOURCE = os.environ["SNAPTREE_SOURCE"]
NODE1 = os.path.join(SOURCE, "testdata", "node1")
NODE1_FSM = os.path.join(NODE1, "0000000000000ed9.fsm.zst")


def environment(**more):
    """The caller's variables without those that change what the program says."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("SNAPTREE_") and k not in ("NO_COLOR", "COLUMNS")}
    kept.update(more)
    return kept


class Run:
    """One run of the program: exit code and both streams as bytes."""

    def __init__(self, *arguments, stdin=b"", env=None, **options):
        options.setdefault("timeout", 60)
        done = subprocess.run([PROGRAM, *arguments], input=stdin, capture_output=True,
                              env=environment(**(env or {})), **options)
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr

    def __repr__(self):
        return f"exit {self.code}\nstdout: {self.out[:2000]!r}\nstderr: {self.err[:2000]!r}"


class CliTest(unittest.TestCase):
    """A scratch folder for each test, and checks that show both streams when they fail."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="snaptree-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content)
        return self.path(name)

    def run_cli(self, *arguments, code=0, **options):
        run = Run(*arguments, **options)
        if code is not None:
            self.assertEqual(run.code, code, run)
        return run

    def names(self, folder=None):
        return sorted(os.listdir(folder or self.folder))

    def document(self, run, schema):
        """The one JSON document of a run, judged by its schema."""
        document = json.loads(run.out)
        self.check_schema(document, schema)
        self.assertEqual(document["exit_code"], run.code)
        return document

    def errors(self, run):
        """The error objects on standard error of a run with --json."""
        lines = [json.loads(line) for line in run.err.splitlines()]
        for line in lines:
            self.check_schema(line, "error")
        return [line for line in lines if line["severity"] == "error"]

    def check_schema(self, value, schema):
        with open(os.path.join(SOURCE, "docs", "schemas", schema + ".schema.json"), encoding="utf-8") as file:
            root = json.load(file)
        problems = list(violations(value, root, root, "$"))
        self.assertEqual(problems, [], f"{schema}: {json.dumps(value)[:2000]}")


class WithNode1(CliTest):
    """A tree with every adapter, `original`; decoded once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.maker = CliTest()
        cls.maker.setUp()
        cls.original = cls.maker.path("dump")
        cls.maker.run_cli("decode", NODE1_FSM, "-o", cls.original)

    @classmethod
    def tearDownClass(cls):
        cls.maker.doCleanups()
        super().tearDownClass()


TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int}


def is_type(value, name):
    return isinstance(value, TYPES[name]) and not (name == "integer" and isinstance(value, bool))


def violations(value, schema, root, where):
    """What a value breaks of a JSON Schema, of the part of it that ours use. Members that a schema does not name are
    violations too: a member that is not documented does not exist."""
    if "$ref" in schema:
        yield from violations(value, root["definitions"][schema["$ref"].rsplit("/", 1)[1]], root, where)
        return
    if "anyOf" in schema:
        tries = [list(violations(value, s, root, where)) for s in schema["anyOf"]]
        if all(tries):
            yield f"{where}: fits none of {len(tries)} forms: {tries}"
    if "const" in schema and value != schema["const"]:
        yield f"{where}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is not one of {schema['enum']}"
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(is_type(value, t) for t in types):
        yield f"{where}: {value!r} is no {types}"
        return
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        yield f"{where}: {value!r} does not match {schema['pattern']}"
    if isinstance(value, int) and value < schema.get("minimum", value):
        yield f"{where}: {value} is too small"
    if isinstance(value, int) and value > schema.get("maximum", value):
        yield f"{where}: {value} is too large"
    if isinstance(value, list) and "items" in schema:
        for i, item in enumerate(value):
            yield from violations(item, schema["items"], root, f"{where}[{i}]")
    if isinstance(value, dict) and "properties" in schema:
        for name in schema.get("required", []):
            if name not in value:
                yield f"{where}.{name}: missing"
        for name, member in value.items():
            if name not in schema["properties"]:
                yield f"{where}.{name}: not in the schema"
            else:
                yield from violations(member, schema["properties"][name], root, f"{where}.{name}")

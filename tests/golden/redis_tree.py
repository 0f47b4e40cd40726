"""Reads redis/db_0/ of a decoded tree, from the description of its format alone."""

import base64
import json
import os
import re


def unpadded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def value_of(bv):
    """The bytes of a binary-safe JSON value."""
    if isinstance(bv, str):
        return bv.encode("utf-8")
    if set(bv) != {"base64"}:
        raise ValueError(f"not a binary-safe value: {bv!r}")
    return unpadded(bv["base64"])


class Tree:
    """keys: user key -> (type, value, expiry in ms or None).

    Values: bytes of a string or HLL; list of bytes; set of bytes; dict of bytes to bytes or to float; for a stream, the
    list of (id, [(name, value), ...]) and its last ID.
    """

    FOLDERS = {
        "strings": ("string", ".bin"),
        "hll": ("hll", ".bin"),
        "hashes": ("hash", ".json"),
        "lists": ("list", ".json"),
        "sets": ("set", ".json"),
        "zsets": ("zset", ".json"),
        "streams": ("stream", ".jsonl"),
    }

    def __init__(self, root):
        self.root = os.path.join(root, "redis", "db_0")
        self.keys = {}
        self.names = self._keymap()
        expiries = {"string": self._ttls("strings_ttl.jsonl"), "hll": self._ttls("hll_ttl.jsonl")}
        known = set(self.FOLDERS) | {"KEYMAP.jsonl", "strings_ttl.jsonl", "hll_ttl.jsonl"}
        parts = [name for name in os.listdir(self.root) if re.fullmatch(r"[a-z]+-[0-9]{5}\.jsonl", name)]
        self._add_lines(sorted(parts))
        strange = set(os.listdir(self.root)) - known - set(parts)
        if strange:
            raise ValueError(f"unexpected in the tree: {sorted(strange)}")
        for folder, (kind, extension) in self.FOLDERS.items():
            path = os.path.join(self.root, folder)
            for name in sorted(os.listdir(path)) if os.path.isdir(path) else []:
                self._add(kind, os.path.join(path, name), name, extension, expiries)
        for kind, left in expiries.items():
            if left:
                raise ValueError(f"expiries of {kind}s that do not exist: {sorted(left)[:3]}")

    def _lines(self, name):
        path = os.path.join(self.root, name)
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def _keymap(self):
        return {line["encoded"]: unpadded(line["original"]) for line in self._lines("KEYMAP.jsonl")}

    def _ttls(self, name):
        return {line["key"]: line["expire_at_ms"] for line in self._lines(name)}

    def _key(self, segment):
        if segment in self.names:
            return self.names[segment]
        if re.fullmatch(r"[0-9A-Fa-f]{32}__.*", segment):
            raise ValueError(f"{segment} is not in KEYMAP.jsonl")
        raw = segment.encode("ascii")
        return re.sub(rb"%([0-9A-F]{2})", lambda match: bytes.fromhex(match.group(1).decode()), raw)

    def _add(self, kind, path, name, extension, expiries):
        if not name.endswith(extension):
            raise ValueError(f"unexpected file {path}")
        segment = name[: -len(extension)]
        key = self._key(segment)
        with open(path, "rb") as file:
            content = file.read()
        if kind in expiries:
            value, expiry = content, expiries[kind].pop(segment, None)
        elif kind == "stream":
            value, expiry = self._stream([json.loads(line) for line in content.decode("utf-8").splitlines()])
        else:
            # "-0" is a float: an integer would lose its sign.
            parsed = json.loads(content, parse_int=lambda text: -0.0 if text == "-0" else int(text))
            value, expiry = self._collection(kind, parsed)
        if key in self.keys:
            raise ValueError(f"two files for the key {key!r}")
        self.keys[key] = (kind, value, expiry)

    def _add_lines(self, names):
        """Files with a line for each key, or several for a large one."""
        for folder, (kind, _) in self.FOLDERS.items():
            of_type = [name for name in names if name.startswith(folder + "-")]
            if of_type != [f"{folder}-{i:05}.jsonl" for i in range(len(of_type))]:
                raise ValueError(f"files of {folder} are missing: {of_type}")
            lines = [line for name in of_type for line in self._raw_lines(name)]
            keys = [key for key, _ in lines]
            if keys != sorted(keys):
                raise ValueError(f"keys of {folder} are not sorted")
            for key in sorted(set(keys)):
                if key in self.keys:
                    raise ValueError(f"two records for the key {key!r}")
            at = 0
            while at < len(lines):
                key = lines[at][0]
                end = at
                while end < len(lines) and lines[end][0] == key:
                    end += 1
                self.keys[key] = (kind, *self._record(kind, [line for _, line in lines[at:end]]))
                at = end
        self.line_files = names

    def _raw_lines(self, name):
        with open(os.path.join(self.root, name), "rb") as file:
            content = file.read()
        if not content.endswith(b"\n"):
            raise ValueError(f"{name} does not end with a line")
        parsed = []
        for text in content[:-1].split(b"\n"):
            if len(text) > 4 << 20:
                raise ValueError("a line is too long")
            line = json.loads(text, parse_int=lambda number: -0.0 if number == "-0" else int(number))
            parsed.append((value_of(line["key"]), line))
        return parsed

    MEMBERS = {
        "string": ["key", "value", "expire_at_ms"],
        "hll": ["key", "payload", "expire_at_ms"],
        "hash": ["key", "fields", "expire_at_ms"],
        "set": ["key", "members", "expire_at_ms"],
        "zset": ["key", "members", "expire_at_ms"],
        "list": ["key", "items", "expire_at_ms"],
        "stream": ["key", "entries", "length", "last_ms", "last_seq", "expire_at_ms"],
    }

    def _record(self, kind, lines):
        """The value and expiry that the lines of one key tell."""
        members = self.MEMBERS[kind]
        for i, line in enumerate(lines):
            expected = list(members)
            last = i == len(lines) - 1
            if len(lines) > 1:
                expected[1:1] = ["part", "last"] if last else ["part"]
                if kind == "stream" and not last:
                    expected = ["key", "part", "entries"]
                if line["part"] != i or line.get("last", False) is not last:
                    raise ValueError("parts do not follow one another")
            if list(line) != expected:
                raise ValueError(f"members {list(line)}, not {expected}")
        whole = {"format_version": 1, **lines[-1]}
        if kind == "string":
            return value_of(whole["value"]), whole["expire_at_ms"]
        if kind == "hll":
            return unpadded(whole["payload"]), whole["expire_at_ms"]
        array = members[1]
        whole[array] = [element for line in lines for element in line[array]]
        if kind != "stream":
            return self._collection(kind, whole)
        meta = {"_meta": True, **{name: whole[name] for name in members[2:]}}
        return self._stream(whole["entries"] + [meta])

    @staticmethod
    def _collection(kind, whole):
        if whole["format_version"] != 1:
            raise ValueError("unknown format_version")
        expiry = whole["expire_at_ms"]
        if kind == "list":
            return [value_of(item) for item in whole["items"]], expiry
        if kind == "hash":
            pairs = [(value_of(field["name"]), value_of(field["value"])) for field in whole["fields"]]
        elif kind == "set":
            pairs = [(value_of(member), None) for member in whole["members"]]
        else:
            pairs = [(value_of(entry["member"]), float(entry["score"])) for entry in whole["members"]]
        names = [name for name, _ in pairs]
        if names != sorted(set(names)):
            raise ValueError(f"elements of a {kind} are not sorted and unique")
        return (set(names) if kind == "set" else dict(pairs)), expiry

    @staticmethod
    def _stream(lines):
        meta = lines.pop()
        if meta["_meta"] is not True or meta["length"] != len(lines):
            raise ValueError("the last line of a stream does not fit")
        entries = []
        for line in lines:
            fields = [(value_of(field["name"]), value_of(field["value"])) for field in line["fields"]]
            entries.append((line["id"], fields))
        return (entries, f"{meta['last_ms']}-{meta['last_seq']}"), meta["expire_at_ms"]

"""Small snapshot files, made from the format description and its test vectors, apart from the program's own code."""

import struct

T0 = 0x019B76DAA8000007
T1 = 0x019B76DAABE80007
LAST_COMMIT_KEY = b"_meta_last_commit_ts"

EMPTY_PAYLOAD = bytes.fromhex("00000000")
TIMESTAMP_GROUP = bytes.fromhex("0000019b76dab7a0761b4c1b")
EMPTY_STORE = bytes.fromhex("454b5654484c43310000000000000000454b565042424c310000000000000000601ff484")
# At T1 no user data (a tombstone, an older version, an operational row); at T0 the string "world".
DELETED_STRING = bytes.fromhex(
    "454b5654484c43310000019b76dab7a0454b565042424c310700e8abda769b0118000000000000002172656469737c7374727c68656c6c6f"
    "fe6489255417fff8090000000000000001000000000000000018000000000000002172656469737c7374727c68656c6c6ffe64892557fffff8"
    "0e00000000000000000000000000000000776f726c6414000000000000005f6d6574615f6c6173745f636f6d6d69745f7473080000000000"
    "00000700e8abda769b01a959a3f2")
# Versions of one key with rows of other keys between them; four keys are live at T1.
INTERLEAVED_KEYS = [bytes.fromhex(k) for k in (
    "4b61fe64892557fffff8", "4bfe6489255417fff8", "4bfe648925560bfe64892557fffff8", "4bfe64892557fffff8",
    "4bfffe64892557fffff8")]

_TABLE = []
for _n in range(256):
    _c = _n
    for _ in range(8):
        _c = _c >> 1 ^ (0x82F63B78 if _c & 1 else 0)
    _TABLE.append(_c)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


assert crc32c(b"123456789") == 0xE3069283


def raw_key(key, ts):
    return key + struct.pack(">Q", ts ^ 0xFFFFFFFFFFFFFFFF)


def value(body, flags=0, expire_at=0):
    return struct.pack("<BQ", flags, expire_at) + body


def row(key, ts, body=b"", flags=0, expire_at=0):
    """A raw row: (raw key, stored value)."""
    return raw_key(key, ts), value(body, flags, expire_at)


def tombstone(key, ts):
    return row(key, ts, b"", flags=1)


def encrypted(key, ts, key_id=7):
    envelope = struct.pack(">BBI", 1, 0, key_id) + bytes(12) + b"secret" + bytes(16)
    return row(key, ts, envelope, flags=2)


def metadata(name, number):
    return name, struct.pack("<Q", number)


def stream(rows, last_commit_ts):
    """An EKVPBBL1 payload. Rows are sorted, as a node writes them."""
    out = [b"EKVPBBL1" + struct.pack("<Q", last_commit_ts)]
    for key, val in sorted(rows):
        out += [struct.pack("<Q", len(key)), key, struct.pack("<Q", len(val)), val]
    return b"".join(out)


def fsm(rows, last_commit_ts=T1, header=True, footer=True, min_retained_ts=None):
    """A whole file as a node leaves it."""
    rows = list(rows)
    if last_commit_ts:
        rows.append(metadata(LAST_COMMIT_KEY, last_commit_ts))
    if min_retained_ts is not None:
        rows.append(metadata(b"_meta_min_retained_ts", min_retained_ts))
    data = (b"EKVTHLC1" + struct.pack(">Q", (last_commit_ts >> 16) + 1 if last_commit_ts else 0) if header else b"") + stream(rows, last_commit_ts)
    return data + (struct.pack(">I", crc32c(data)) if footer else b"")


assert crc32c(DELETED_STRING[:-4]) == struct.unpack(">I", DELETED_STRING[-4:])[0]
assert fsm([], 0) == EMPTY_STORE

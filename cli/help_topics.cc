#include <algorithm>
#include <iterator>

#include "cli/help_text.h"

namespace snaptree::cli {
namespace {

constexpr Topic kTopics[] = {
    {"exit-codes", "what the exit code says",
     "  0  done, nothing lost\n"
     "  1  usage: the call is wrong, or an input does not exist\n"
     "  2  the data is wrong; no output\n"
     "  3  ran to the end, but not what 0 promises: rows lost, unknown, damaged or left\n"
     "     out, nothing matched. The report says which.\n"
     "  4  environment: input or output error, no space, no memory, no permission\n"
     "128 + n  ended by signal n, after cleaning up (130: SIGINT, 141: closed pipe)\n"
     "\n"
     "When several apply: 4, then 2, then 3. An exit code that is not in this list is a\n"
     "failure. Codes do not change once released.\n"},
    {"json", "the output for programs",
     "With --json, inspect, decode, encode, restore, verify, seal, pack and unpack print\n"
     "one object on standard output, also when they fail; rows, ls and diff print an\n"
     "object a line and end with a summary; get prints one object with -o, and without\n"
     "it the record itself. Every document has \"schema\" (\"snaptree.inspect/1\") and\n"
     "\"exit_code\". Within a schema version members are only added. The schemas are in\n"
     "docs/schemas/.\n"
     "\n"
     "Errors are objects too, one a line on standard error: code, what, source, offset,\n"
     "address, expected, found, hint, exit_code. Match on \"code\": it is stable.\n"
     "\n"
     "64-bit timestamps are strings with a number of milliseconds beside them\n"
     "(\"read_ts\":\"117646581099200515\",\"read_ts_ms\":1795144364917), because many JSON\n"
     "readers round numbers above 2^53.\n"
     "\n"
     "Bytes that are not valid UTF-8 stand as {\"base64\":\"...\"}: base64url, no padding.\n"},
    {"addresses", "how a record is named",
     "A record's address is its path in the tree that decode writes with one file for\n"
     "each record, whatever holds the record: a snapshot, a tree, an archive, a bundle.\n"
     "ls prints it; get, diff, --include and --files-from take it.\n"
     "\n"
     "  dynamodb/orders/items/user%3A1.json a DynamoDB item\n"
     "  s3/photos/2024/a.jpg                an S3 object, its body\n"
     "  redis/db_0/hashes/user%3A1.json     a Redis hash\n"
     "  redis/db_0/strings/h.bin            a Redis string, its bytes\n"
     "  rawkv/data.jsonl                    all raw key-value records, one a line\n"
     "\n"
     "Where no record is known yet, rows are named by their logical key and key family,\n"
     "and places in a file by their offset in bytes from its beginning (of the unpacked\n"
     "file, when the input is compressed).\n"
     "\n"
     "`snaptree rows` prints logical keys; --prefix takes the beginning of one, such as\n"
     "'!hs|fld|', and --family the name of a family as `snaptree inspect` shows it.\n"},
    {"names", "how keys become file names",
     "Letters, digits, '-', '.' and '_' stand for themselves; every other byte becomes\n"
     "%HH in upper-case hexadecimal: the key \"user:1\" is the file user%3A1.json.\n"
     "\n"
     "A name that would be longer than 240 bytes, or could be mistaken for one of ours,\n"
     "becomes 32 digits of the key's SHA-256, two underscores and the key's beginning.\n"
     "KEYMAP.jsonl in the same folder then holds the whole key (base64url):\n"
     "\n"
     "  "
     "{\"encoded\":\"72ef1a09...__b64.foo\",\"original\":\"YjY0LmZvbw\",\"kind\":\"sha-fallback\"}"
     "\n"
     "\n"
     "No key can make a file outside the output or replace another key's file.\n"
     "Names may begin with '-' or '.': write ./* and ls -A.\n"},
    {"memory", "what --memory holds",
     "--memory is a ceiling (512MiB), not a wish: it does not depend on the size of the\n"
     "input. What does not fit is sorted through temporary files, whose folder --scratch\n"
     "names: by default it is beside the output, and TMPDIR (or /tmp) when there is no\n"
     "output. Compressed input and standard input are unpacked there too, so it needs\n"
     "room for the whole unpacked snapshot.\n"
     "\n"
     "More memory makes fewer temporary files. They are removed when a run ends, also\n"
     "by Ctrl-C; a killed run (kill -9) can leave .NAME.snaptree-* beside its output,\n"
     "which the next run to the same output removes.\n"
     "\n"
     "Three things are held whole whatever --memory says: a hash, set or zset that an\n"
     "old server stored as one value (no node stores one above 256 MiB); one unpacked\n"
     "block of a Pebble table, which is as large as its largest row; the manifest of a\n"
     "bundle, at about five times its text.\n"},
};

}  // namespace

std::span<const Topic> Topics() { return kTopics; }

const Topic* FindTopic(Slice name) {
  const auto* it = std::find_if(std::begin(kTopics), std::end(kTopics),
                                [&](const Topic& t) { return name == t.name; });
  return it == std::end(kTopics) ? nullptr : it;
}

}  // namespace snaptree::cli

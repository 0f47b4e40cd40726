// Round trips of random tables: rows of a node of today come back byte for byte; of other rows the
// tree comes back.
#include <random>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/support/decoded_rows.h"
#include "tests/support/dynamodb_rows.h"
#include "tests/support/dynamodb_store.h"
#include "tests/support/encoded_rows.h"
#include "tests/support/rounds.h"

namespace snaptree::test {
namespace {

using namespace ddb;

constexpr uint64_t kStores = Rounds(400);
constexpr const char* kOrphans = "dynamodb/~orphan_rows.jsonl";

using Rows = std::map<std::string, std::string>;

Files DynamodbOf(const Files& files) {
  Files out;
  for (const auto& [path, text] : files) {
    if (path.starts_with("dynamodb/")) out.emplace(path, text);
  }
  return out;
}

std::set<std::string> FoldersOf(const DecodedRows& tree) {
  std::set<std::string> folders;
  for (const std::string& path : tree.directories) {
    if (path.starts_with("dynamodb/")) folders.insert(path);
  }
  return folders;
}

DecodedRows DecodeAgain(const EncodedRows& encoded, const DecodeRowsOptions& options) {
  SnapshotBuilder rows;
  for (const StoredRow& row : encoded.raw) rows.Raw(row.key, row.value);
  return DecodeRows(rows, options);
}

// Random tables as a node of today keeps them.
class Node {
 public:
  explicit Node(uint64_t seed) : random_(seed) {}

  Rows Tables() {
    Rows rows;
    for (const char* name : {"a", "ab", "a/b", ".."}) {
      if (!OneIn(3)) AddTable(name, &rows);
    }
    return rows;
  }

 private:
  struct Key {
    std::string message;
    std::string segment;
  };
  struct Index {
    std::string name;
    std::string hash;
    std::string range;
  };

  uint64_t Below(uint64_t n) { return random_() % n; }
  bool OneIn(uint64_t n) { return Below(n) == 0; }

  std::string Text() {
    static const char* const kParts[] = {
        "a", "<&>",  "\xc3\xa9", "\xe2\x80\xa8",     "\"\\/", "\n", "\x01\x7f", "~",
        "%", "b64.", ".",        "\xf0\x9f\x98\x80", "0"};
    std::string text;
    for (uint64_t n = Below(4); n > 0; --n) text += kParts[Below(std::size(kParts))];
    if (OneIn(20)) text += '\0';
    if (OneIn(40)) text.append(Below(400), 'x');
    return text;
  }
  std::string Blob() {
    std::string bytes;
    for (uint64_t n = Below(6); n > 0; --n) bytes += static_cast<char>(Below(256));
    return bytes;
  }
  std::string Number() {
    std::string text = OneIn(3) ? "-" : "";
    text += std::to_string(Below(1000));
    if (OneIn(3)) text += "." + std::to_string(Below(100));
    if (OneIn(5)) text += "e" + std::to_string(static_cast<int>(Below(40)) - 20);
    return text;
  }

  Key KeyValue() {
    struct KnownNumber {
      const char* text;
      const char* raw;
    };
    static constexpr KnownNumber kNumbers[] = {{"0", "01"},
                                               {"1", "020201010031"},
                                               {"1.0", "020201010031"},
                                               {"-1", "00fefefeffce"},
                                               {"129.50", "02020103003132"},
                                               {"0.05", "0200fefe0035"},
                                               {"1e-7", "0200fef90031"}};
    switch (Below(3)) {
      case 0: {
        const std::string text = Text();
        return {S(text), Segment(text)};
      }
      case 1: {
        const std::string bytes = Blob();
        return {B(bytes), Segment(bytes)};
      }
      default: {
        // Numbers whose form the vectors tell.
        const auto& known = kNumbers[Below(2) == 0 ? 0 : Below(3)];
        return {N(known.text), Segment(Unhex(known.raw))};
      }
    }
  }

  std::string Value(int depth) {
    Texts list;
    switch (Below(depth < 4 ? 11 : 8)) {
      case 0:
        return B(Blob());
      case 1:
        return N(Number());
      case 2:
        return Bool(OneIn(2));
      case 3:
        return Null();
      case 4:
        return Ss({"x" + Text(), Text() + "y"});
      case 5:
        return Ns({"1", "-2.50"});
      case 6:
        return Bs({Blob() + "1", "2"});
      case 7:
      case 8:
        return S(Text());
      case 9:
        for (uint64_t n = Below(4); n > 0; --n) list.push_back(Value(depth + 1));
        return L(list);
      default:
        return M(Members(depth + 1));
    }
  }

  Attributes Members(int depth) {
    std::map<std::string, std::string> members;
    for (uint64_t n = Below(4); n > 0; --n) members[Text()] = Value(depth);
    return {members.begin(), members.end()};
  }

  void AddTable(const std::string& name, Rows* rows) {
    const uint64_t generation = OneIn(3) ? 1 + Below(1000) : 1;
    const std::string hash = "h";
    const std::string range = OneIn(2) ? "r" : "";
    std::vector<Index> indexes;
    for (uint64_t n = Below(3); n > 0; --n)
      indexes.push_back({"i" + std::to_string(n), OneIn(3) ? hash : "g", OneIn(2) ? "s" : ""});
    std::reverse(indexes.begin(), indexes.end());
    (*rows)[TableRow(name)] = Record(name, generation, hash, range, indexes);
    (*rows)[CounterRow(name)] = std::to_string(generation + (OneIn(4) ? Below(5) : 0));
    for (uint64_t n = Below(30); n > 0; --n) AddItem(name, generation, range, indexes, rows);
  }

  std::string Record(const std::string& name, uint64_t generation, const std::string& hash,
                     const std::string& range, const std::vector<Index>& indexes) {
    std::string out = std::string("\0DS\x01", 4) + Field(1, name);
    for (const char* attribute : {"h", "r", "z"}) {
      if (OneIn(2)) {
        const char* const types[] = {"S", "N", "B", ""};
        out += Field(2, Field(1, attribute) + Field(2, types[Below(attribute[0] == 'z' ? 4 : 3)]));
      }
    }
    const auto key = [](const std::string& h, const std::string& r) {
      return Field(1, h) + (r.empty() ? "" : Field(2, r));
    };
    out += Field(3, key(hash, range));
    for (const Index& index : indexes) {
      const std::string projection =
          OneIn(2) ? Field(1, "ALL") : Field(1, "INCLUDE") + Field(2, "b") + Field(2, "a");
      out += Field(4, Field(1, index.name) +
                          Field(2, Field(1, key(index.hash, index.range)) + Field(2, projection)));
    }
    out += std::string("\x28\x02", 2) + "\x38";
    for (; generation > 127; generation /= 128) out += static_cast<char>(generation % 128 + 128);
    out += static_cast<char>(generation);
    return OneIn(5) ? out + Field(12, "new") : out;
  }

  void AddItem(const std::string& table, uint64_t generation, const std::string& range,
               const std::vector<Index>& indexes, Rows* rows) {
    std::map<std::string, Key> keys = {{"h", KeyValue()}};
    if (!range.empty()) keys[range] = KeyValue();
    for (const char* name : {"g", "s"}) {
      if (OneIn(2)) keys[name] = KeyValue();
    }
    std::map<std::string, std::string> attributes;
    for (const auto& [name, value] : Members(1)) attributes["x" + name] = value;
    for (const auto& [name, key] : keys) attributes[name] = key.message;
    const std::string tail = keys["h"].segment + (range.empty() ? "" : keys[range].segment);
    const std::string row = ItemRow(table, generation, tail);
    const auto [at, is_new] =
        rows->emplace(row, Item(Attributes(attributes.begin(), attributes.end())));
    if (!is_new) return;
    for (const Index& index : indexes) {
      if (keys.count(index.hash) == 0) continue;
      if (!index.range.empty() && keys.count(index.range) == 0) continue;
      (*rows)["!ddb|gsi|" + Base64Url(table) + "|" + std::to_string(generation) + "|" +
              Base64Url(index.name) + "|" + keys[index.hash].segment +
              (index.range.empty() ? "" : keys[index.range].segment) + tail] = row;
    }
  }

  std::mt19937_64 random_;
};

TEST_CASE("encode: random tables of a node of today come back row for row") {
  for (uint64_t seed = 0; seed < kStores; ++seed) {
    INFO("seed " << seed);
    const Rows rows = Node(seed).Tables();
    SnapshotBuilder snapshot;
    for (const auto& [key, value] : rows) snapshot.Put(key, kT0, value);
    DecodeRowsOptions decode;
    decode.dynamodb_jsonl = seed % 3 == 0;
    decode.bundle_bytes = 500;
    const DecodedRows tree = DecodeRows(snapshot, decode);
    EncodeFilesOptions encode;
    encode.manifest.dynamodb_jsonl = decode.dynamodb_jsonl;
    encode.folders = FoldersOf(tree);
    const EncodedRows out = EncodeFiles(tree.files, encode);
    REQUIRE(out.errors.empty());
    REQUIRE(out.differences.empty());
    REQUIRE(out.rows.size() == rows.size());
    REQUIRE(out.rows == rows);
    REQUIRE(DecodeAgain(out, decode).files == tree.files);
    // Lines cannot say that a type is meant.
    if (!decode.dynamodb_jsonl) REQUIRE(out.findings().empty());
  }
}

// Files of items with keys that are equal as numbers; one of each such pair was a row with a wrong
// key.
void RemoveDoubles(const EncodeFilesOptions& options, Files* files) {
  for (;;) {
    bool removed = false;
    for (const Status& error : EncodeFiles(*files, options).statuses) {
      REQUIRE(error.code() == "DuplicateKey");
      removed = files->erase(error.info().source) > 0 || removed;
    }
    if (!removed) return;
  }
}

TEST_CASE("encode: random tables in every state come back as they are in the tree") {
  for (uint64_t seed = 0; seed < kStores; ++seed) {
    const Tables tables = RandomTables(seed);
    INFO("seed " << seed);
    const DecodedRows tree = DecodeRows(ToSnapshot(tables));
    Files files = DynamodbOf(tree.files);
    EncodeFilesOptions options;
    options.choices.skip_invalid_items = true;  // keys that are no numbers
    options.folders = FoldersOf(tree);
    RemoveDoubles(options, &files);
    const EncodedRows out = EncodeFiles(files, options);
    REQUIRE(out.errors.empty());

    std::set<std::string> expected;  // that differ
    for (const auto& [path, text] : files) {
      if (path == kOrphans || text.find("\"N\": \"abc\"") != std::string::npos ||
          text.find("\"N\": \"1/2\"") != std::string::npos) {
        expected.insert(path);
      }
    }
    for (const StoredTable& table : tables) {
      if (table.record == Record::kThere && (table.version < 2 || table.migrating_from != 0))
        expected.insert("dynamodb/" + table.name + "/_schema_ext.json");
    }
    REQUIRE(out.differences == expected);

    Files again = DecodeAgain(out, {}).files;
    for (const std::string& path : expected) {
      files.erase(path);
      again.erase(path);
    }
    REQUIRE(again == files);
    // No row of an old form, none of another generation.
    for (const StoredTable& table : tables) {
      if (table.record != Record::kThere) continue;
      TableFields fields = {table.name, {{"h", "S"}, {"r", "S"}}, "h", "", 2, 0, table.generation};
      if (table.has_range) fields.range = "r";
      REQUIRE(out.rows.at(TableRow(table.name)) == TableValue(fields));
    }
  }
}

}  // namespace
}  // namespace snaptree::test

// A DynamoDB table with one file of arbitrary bytes: the first byte says which. Beyond not
// crashing: what is refused is refused with a data error, and the rows of an item that was taken
// read back as an item whose text makes the same rows again, in one piece or in many.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

#include "adapters/dynamodb/dynamodb_encoder.h"
#include "adapters/dynamodb/dynamodb_item_json.h"
#include "adapters/dynamodb/dynamodb_item_renderer.h"
#include "adapters/dynamodb/dynamodb_keys.h"
#include "adapters/dynamodb/dynamodb_messages.h"
#include "tests/support/dynamodb_tree.h"
#include "tests/support/memory_source.h"

namespace {

using namespace snaptree;
using namespace snaptree::dynamodb;
using snaptree::test::Files;

using Rows = std::map<std::string, std::string>;

void Require(bool holds) {
  if (!holds) std::abort();
}

class Collector : public RowWriters {
 public:
  std::unique_ptr<RowWriter> Borrow() override { return std::make_unique<Writer>(&rows); }
  uint32_t AddBodyEncoder(std::unique_ptr<BodyEncoder> /*encoder*/) override { std::abort(); }

  Rows rows;

 private:
  class Writer : public RowWriter {
   public:
    explicit Writer(Rows* rows) : rows_(*rows) {}
    Status Put(Slice user_key, Slice body, uint64_t expire_at) override {
      Require(expire_at == 0 && !from_path_.empty());
      rows_[std::string(user_key)] = body;
      return {};
    }
    Status PutFile(Slice, Slice, Slice, uint64_t, uint64_t) override { std::abort(); }
    Status PutBody(Slice, uint32_t, Slice) override { std::abort(); }
    Status Claim(Slice) override { std::abort(); }

   private:
    Rows& rows_;
  };
};

class Ignored : public ExpectedDifferences {
 public:
  Status Add(Slice /*path*/) override { return {}; }
};

// Without rows when the tree is refused.
Rows Encode(const Files& files, bool lines, const EncodeDynamodbOptions& options) {
  const test::MemorySource source(files);
  const auto sorter_options = [](double) { return SorterOptions{}; };
  TreeInput input(source, {sorter_options(1), false});
  Collector collector;
  TreeFindings findings;
  Ignored differences;
  Manifest manifest;
  manifest.dynamodb_jsonl = lines;
  WorkerPool workers(1);
  Progress progress;
  const EncodeContext context{.input = input,
                              .rows = collector,
                              .findings = findings,
                              .differences = differences,
                              .manifest = manifest,
                              .commit_ts = 7000,
                              .workers = workers,
                              .sorter_options = sorter_options,
                              .memory_bytes = 0,
                              .progress = progress};
  Require(EncodeDynamodb(context, options).ok());
  return findings.HasErrors() ? Rows() : collector.rows;
}

// The one item row; empty: there is none.
std::string ItemOf(const Rows& rows) {
  const auto at = rows.lower_bound(std::string(kItemPrefix));
  return at != rows.end() && at->first.starts_with(kItemPrefix) ? at->second : "";
}

void CheckItem(const Files& table, Slice json) {
  const KeySchema key{"h", ""};
  for (const bool drop : {false, true}) {
    Files files = table;
    files["dynamodb/t/items/a.json"] = json;
    EncodeDynamodbOptions options;
    options.drop_empty_sets = drop;
    options.allow_key_type_mismatch = true;
    const Rows rows = Encode(files, false, options);

    // Piece by piece, a byte each.
    ItemMessage message(drop);
    message.Begin(&key);
    size_t at = 0;
    const Status pieces = ItemJson::ReadPieces(
        [&]() -> Result<SharedBytes> {
          return std::make_shared<const std::string>(json.substr(std::min(at++, json.size()), 1));
        },
        &message);
    if (rows.empty()) continue;
    const std::string body = ItemOf(rows);
    Require(pieces.ok() && message.body() == body);

    ItemRenderer renderer(JsonStyle::kPretty);
    Require(renderer.Render(Slice(body).substr(kItemMagic.size())).ok());
    Require(!renderer.remarks().null_false && !renderer.remarks().too_deep);
    files["dynamodb/t/items/a.json"] = renderer.text();
    Require(Encode(files, false, options) == rows);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const Slice bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  Files files = {
      {"dynamodb/t/_schema.json",
       test::ddb::SchemaFile("t", "h", 'S', "", 0, test::ddb::IndexText("i", "g", "s"))}};
  switch (data[0] & 3) {
    case 0:
      CheckItem(files, bytes);
      break;
    case 1:
      files["dynamodb/t/items/data-00001.jsonl"] = bytes;
      Encode(files, true, {});
      break;
    case 2:
      files["dynamodb/t/_schema.json"] = bytes;
      files["dynamodb/t/items/a.json"] = R"({"h":{"S":"a"},"g":{"N":"1"},"s":{"B":"AQ=="}})";
      Encode(files, false, {});
      break;
    default:
      files["dynamodb/t/_schema_ext.json"] = bytes;
      Encode(files, false, {});
  }
  return 0;
}

// Writes the files of redis/db_0/ (spec 02 chapter 4): one for each key and type, the TTL sidecars,
// and KEYMAP.jsonl. Keys come in ascending order, so the three line files come out sorted by
// themselves.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/common/decode_context.h"
#include "adapters/common/json_value.h"
#include "base/external_sorter.h"
#include "formats/value_ref.h"

namespace snaptree::redis {

inline constexpr Slice kDatabaseFolder = "redis/db_0/";

// Unix ms; nullopt: the key does not expire.
using Expiry = std::optional<uint64_t>;

// A file of lines that is created with its first line.
class LineFile {
 public:
  LineFile(TreeSink& sink, std::string path) : sink_(sink), path_(std::move(path)) {}
  Status Append(Slice line);
  Status Close();

 private:
  TreeSink& sink_;
  std::string path_;
  std::unique_ptr<TreeFile> file_;
};

class RedisFiles {
 public:
  explicit RedisFiles(const DecodeContext& context);

  // The key that the next calls are about.
  void BeginKey(Slice key);
  // Of a file of that key.
  std::string PathOf(Slice folder, Slice extension);

  Status String(const ValueRef& value, uint64_t payload_offset, Expiry expiry);
  Status Hll(const ValueRef& value, uint64_t payload_offset, Expiry expiry);
  Status HllPayload(Slice payload, Expiry expiry);

  // Collections, element by element: BeginCollection("hashes", "fields"), one of the element calls
  // for each, End.
  void BeginCollection(Slice folder, Slice array_name);
  Status Field(Slice name, const ValueRef& value);
  Status Member(Slice member);
  Status ScoredMember(Slice member, uint64_t score_bits);
  Status Item(const ValueRef& value);
  Status EndCollection(Expiry expiry);

  // Streams: BeginStream, Entry for each, End.
  void BeginStream();
  Status Entry(uint64_t ms, uint64_t seq, const std::vector<ValueRef>& fields);
  Status EndStream(uint64_t entries, uint64_t last_ms, uint64_t last_seq, Expiry expiry);

  Status Finish();

 private:
  Status Blob(Slice folder, LineFile& ttl_file, const ValueRef& value, uint64_t payload_offset,
              Expiry expiry);
  Status TtlLine(LineFile& file, Expiry expiry);
  Status UseName();

  const DecodeContext& context_;
  LineFile keymap_;
  LineFile strings_ttl_;
  LineFile hll_ttl_;
  JsonFile collection_;
  JsonFile stream_;
  std::string key_;
  std::string name_;  // encoded key
  bool needs_keymap_ = false;
  std::string path_;
  std::string line_;
};

}  // namespace snaptree::redis

// One line of rawkv/data.jsonl or unknown/rows.jsonl (spec 06 section 3.2 and chapter 8), also when
// people edited it. Members are matched by their exact names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "adapters/common/encode_context.h"
#include "adapters/common/stored_json.h"
#include "base/result.h"

namespace snaptree {

inline constexpr Slice kRowBlobsFolder = "blobs";
// What the file of a large value is called, from its key.
std::string RowBlobName(Slice key);

// A file of such lines. Its views must outlive what is made with it.
struct RowLinesForm {
  Slice folder;                   // "rawkv"
  Slice name;                     // "data.jsonl"
  Slice other_folder;             // one that is not looked into; may be empty
  const char* code;               // of errors in lines
  bool has_redis_expiry = false;  // "redis_expire_at_ms"
  bool has_commit_ts = false;     // "commit_ts", which is checked and not used
};

// Views live until the next line.
struct RowLine {
  uint64_t number = 0;  // of the line
  Slice key;
  Slice value;             // when it stands in the line
  std::string value_path;  // in the tree, when it stands in a file of its own; else empty
  uint64_t value_bytes = 0;
  std::optional<uint64_t> redis_expire_at_ms;
  uint64_t expire_at_hlc = 0;    // 0: never
  bool respelled = false;        // snaptree would write it otherwise
  uint64_t unknown_members = 0;  // left out
};

class RowLineParser {
 public:
  RowLineParser(const EncodeContext& context, const RowLinesForm& form)
      : context_(context), form_(form) {}

  // Data errors have no place, unless they are of the value's file.
  Status Parse(Slice text, RowLine* line);

 private:
  enum class Member : uint8_t {
    kKey,
    kValue,
    kValueFile,
    kValueSize,
    kRedisExpiry,
    kExpiry,
    kCommitTs,
    kUnknown
  };

  Status Invalid(std::string what) const { return DataError(form_.code, std::move(what)); }
  Member MemberOf(Slice name) const;
  Status ReadMember(Member member, const simdjson::dom::element& value, RowLine* line);
  Status ReadBytes(const simdjson::dom::element& value, std::string* storage, Slice* out) const;
  Status ReadNumber(Slice name, const simdjson::dom::element& value, uint64_t* out) const;
  Status CheckValue(uint32_t seen, RowLine* line);

  const EncodeContext& context_;
  const RowLinesForm& form_;
  StoredJson json_;
  std::string key_;    // of base64
  std::string value_;  // of base64
  Slice value_file_;
  uint64_t value_size_ = 0;
};

}  // namespace snaptree

// What the files of redis/db_0/ are called, which keys stand in lines (spec 08), and what
// KEYMAP.jsonl and the TTL sidecars say about the names, joined by name (spec 02 chapter 5, spec 07
// sections 2.4 and 3). Names go through one sorter, so that a tree of any size needs little memory;
// a key in two places is found on the way.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>

#include "adapters/common/encode_context.h"
#include "adapters/common/keymap_file.h"
#include "adapters/redis/redis_tree_folders.h"
#include "adapters/redis/redis_ttl_sidecar.h"
#include "base/external_sorter.h"

namespace snaptree::redis {

inline constexpr Slice kStringsTtlFile = "redis/db_0/strings_ttl.jsonl";
inline constexpr Slice kHllTtlFile = "redis/db_0/hll_ttl.jsonl";
inline constexpr Slice kKeymapFile = "redis/db_0/KEYMAP.jsonl";

class KeyIndex {
 public:
  explicit KeyIndex(const EncodeContext& context);

  // A file of a type folder; its name without extension.
  Status AddFile(TypeFolder folder, Slice name);
  // A key whose record is a line of a numbered file; 0: it does not expire.
  Status AddLine(TypeFolder folder, Slice key, uint64_t expire_at_ms, uint64_t file, uint64_t line);
  // Reads the three line files, where they are.
  Status AddLineFiles();

  // Calls take() for each file whose key is known, and take_ttl() for each line of an HLL whose TTL
  // row is still to be put: no string of the key has put one. Last call.
  using TakeFile = std::function<Status(const KeyFile&)>;
  using TakeTtl = std::function<Status(const KeyFile&, uint64_t line)>;
  Status ForEachFile(const TakeFile& take, const TakeTtl& take_ttl);

  uint64_t lines() const { return lines_; }

 private:
  // What a record of the sorter is about; of one name they come in this order.
  enum class Record : char { kKeymap, kStringsTtl, kHllTtl, kFile };
  static constexpr size_t kSidecars = 2;

  // All that is known of one name, so far.
  struct Name {
    std::string text;
    std::optional<std::string> original;                    // of KEYMAP
    std::array<std::optional<uint64_t>, kSidecars> expiry;  // of the sidecars
    std::array<bool, kSidecars> expiry_used{};
    bool any_file = false;
    TypeFolder last_folder = TypeFolder::kStrings;
    bool last_is_line = false;
    std::string last_path;        // and line
    bool string_expires = false;  // a string of this key puts the TTL row
  };

  Status AddRecord(Slice name, Record record, Slice rest, Slice payload);
  Status AddKeymapRecord(const KeymapRecord& record);
  Status AddTtlFile(Slice path, Record record);
  Status TakeRecord(Record record, Slice rest, Slice payload, const TakeFile& take,
                    const TakeTtl& take_ttl);
  Status TakeLine(TypeFolder folder, Slice payload, const TakeTtl& take_ttl);
  Status TellOtherLayout(TypeFolder folder, Slice path, bool is_line, bool expires);
  Status TakeName(TypeFolder folder, Slice own_name, const TakeFile& take);
  Status TakeExpiry(size_t sidecar, uint64_t expire_at_ms);
  Status TellNotCanonical(TypeFolder folder, Slice own_name, Slice path, bool expires);
  Result<bool> IsAlone(TypeFolder folder, Slice key, Slice path, uint64_t line);
  Status EndName();

  const EncodeContext& context_;
  ExternalSorter records_;
  uint64_t lines_ = 0;
  std::string key_;      // scratch
  std::string path_;     // scratch
  std::string payload_;  // scratch
  Name name_;
};

}  // namespace snaptree::redis

// The key of which lines are being read one after the other (spec 08): which part comes next, and
// whether they are cut as snaptree cuts them. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "adapters/redis/redis_part_cutter.h"
#include "adapters/redis/redis_tree_folders.h"
#include "base/result.h"

namespace snaptree::redis {

// Where a line stands; the path must outlive the call.
struct LinePlace {
  TypeFolder folder = TypeFolder::kStrings;
  Slice path;
  uint64_t number = 0;
};

class LineParts {
 public:
  // Whether parts of the key came, and more are to come.
  bool IsOpenFor(Slice key) const { return open_ && open_->key == key; }
  // A part that is to go on where the one before ended; false: it is to be passed over, since one
  // of its key was wrong already, or may have been. "RedisPartMissing". REQUIRES: part > 0, and
  // parts of no other key are open.
  Result<bool> Join(const LinePlace& place, Slice key, uint64_t part);
  // The line was such a part, and not the last one; or part 0, and not the last one.
  void Keep(const LinePlace& place, Slice key, uint64_t part, std::optional<uint64_t> expire_at_ms);
  // No part follows the one that came last: "RedisPartMissing" if it was not the last one.
  Status End();
  // A key of its own comes, or the files of another type: what follows is no further part of one
  // that was wrong.
  void BeginKey() { passes_over_ = false; }
  // The last part came.
  void Close() { open_.reset(); }
  // A line could not be read: it may have been a part.
  void Forget();

  // What parts before told, if they did; 0: never.
  std::optional<uint64_t> expire_at_ms() const {
    return open_ ? open_->expire_at_ms : std::nullopt;
  }

 private:
  struct Open {
    std::string path;
    uint64_t number = 0;  // of the line
    std::string key;
    uint64_t next_part = 0;
    std::optional<uint64_t> expire_at_ms;
  };

  std::optional<Open> open_;
  bool passes_over_ = false;
  std::optional<std::string> passed_key_;  // whose parts are passed over; the first one says it
};

// Whether the lines of a key would come out cut in the same places.
class CutCheck {
 public:
  void BeginKey(Slice key);
  void BeginPart(bool further) {
    begins_part_ = true;
    further_ = further;
  }
  // An element, by the size of its JSON text.
  void Add(uint64_t element_bytes) {
    if (cutter_.Add(element_bytes) != (begins_part_ && further_)) differs_ = true;
    begins_part_ = false;
  }
  // Of an element that has a place by its bytes; before Add().
  void CheckOrder(Slice element);
  // A part of several ends.
  void EndPart() { differs_ = differs_ || begins_part_; }

  bool differs() const { return differs_; }

 private:
  PartCutter cutter_;
  bool begins_part_ = false;  // no element of it came yet
  bool further_ = false;      // it is not the first part
  bool differs_ = false;
  bool any_element_ = false;
  std::string last_element_;
};

}  // namespace snaptree::redis

// Writes record logs, write batches, version edits and whole Pebble directories for tests (spec 01b
// sections 3.2 to 3.5). The layout is written down here once more, apart from formats/pebble/, so
// that a mistake there is seen.
#pragma once

#include <cstdint>
#include <string>

#include "base/slice.h"

namespace snaptree::test {

// A record log. Chunks fill blocks as the store fills them.
class PebbleLog {
 public:
  enum class Form : uint8_t { kPlain = 7, kNumbered = 11, kSynced = 19 };

  explicit PebbleLog(uint64_t number = 0, Form form = Form::kNumbered)
      : number_(number), form_(form) {}
  static PebbleLog Manifest() { return PebbleLog(0, Form::kPlain); }

  PebbleLog& Add(Slice record);
  // Of the forms with a number.
  PebbleLog& EndMark();
  PebbleLog& Raw(Slice bytes);
  // What chunks that follow say was on disk.
  PebbleLog& Synced(uint64_t offset);

  const std::string& bytes() const { return bytes_; }
  size_t size() const { return bytes_.size(); }

 private:
  void Chunk(unsigned part, Slice payload);
  size_t header() const { return static_cast<size_t>(form_); }

  uint64_t number_;
  Form form_;
  uint64_t synced_ = 0;
  std::string bytes_;
};

// A write batch.
class PebbleBatch {
 public:
  explicit PebbleBatch(uint64_t base_sequence) : base_(base_sequence) {}

  PebbleBatch& Set(Slice key, Slice value) { return Pair(1, key, value); }
  PebbleBatch& Delete(Slice key) { return Single(0, key); }
  PebbleBatch& LogData(Slice data);
  // Any operation with a key, or with a key and a value.
  PebbleBatch& Single(uint8_t kind, Slice key);
  PebbleBatch& Pair(uint8_t kind, Slice key, Slice value);
  PebbleBatch& Count(uint32_t count);  // instead of the right one

  std::string bytes() const;
  uint64_t end() const { return base_ + count_; }  // of its sequence numbers

 private:
  uint64_t base_;
  uint32_t count_ = 0;
  std::string operations_;
};

// A version edit.
class PebbleEdit {
 public:
  PebbleEdit& Number(uint64_t tag, uint64_t value);
  PebbleEdit& Text(uint64_t tag, Slice text);
  PebbleEdit& Comparator() { return Text(1, "leveldb.BytewiseComparator"); }
  PebbleEdit& Log(uint64_t number) { return Number(2, number); }
  PebbleEdit& Remove(uint64_t level, uint64_t number);
  // Bounds are raw keys; `custom` stands before the end of the custom fields.
  PebbleEdit& Add(uint64_t level, uint64_t number, uint64_t size, Slice smallest, Slice largest,
                  uint64_t smallest_sequence, uint64_t largest_sequence, Slice custom = {});
  PebbleEdit& Raw(Slice bytes);

  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// A number of variable length, and bytes behind their length.
std::string PebbleNumber(uint64_t v);
std::string PebbleText(Slice text);
// A bound: a raw key and its trailer.
std::string PebbleBound(Slice key, uint64_t trailer);

// Writes marker and MANIFEST with the edits of `manifest`.
void WritePebbleManifest(const std::string& directory, const PebbleLog& manifest);

}  // namespace snaptree::test

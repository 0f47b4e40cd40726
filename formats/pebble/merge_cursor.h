// Merges the runs of a Pebble directory: of each raw key the entry with the greatest sequence
// decides whether there is a row (spec 01b section 3.6).
//
// Most rows come from one run: stretches of a batch below the next run's key are taken as a whole.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "formats/pebble/entry_runs.h"

namespace snaptree {

// Where in the merged rows, and how far each run has been read there. All entries of a raw key are
// on one side of a place.
struct MergePlace {
  uint64_t position = 0;
  std::vector<uint64_t> runs;
};

// Positions of merged rows count the bytes of keys and values before them, and kRowFraming for each
// row. Entries that give no row take no position.
inline constexpr uint64_t kRowFraming = 16;

// "PebbleUnexpectedKind", errors of the runs' cursors.
class MergeCursor : public RowCursor {
 public:
  // Merges from a place on, up to where the runs were at another one, and gives rows that begin in
  // `extent`.
  MergeCursor(const EntryRuns& runs, const MergePlace& from, std::span<const uint64_t> to,
              Extent extent);

  Result<std::span<const Row>> NextBatch() override;

  uint64_t position() const { return position_; }  // of the next row
  // How far each run has been read.
  std::span<const uint64_t> read() const { return read_; }
  // Steps over what the last row supersedes, so that position() and read() are a place. Views of
  // the last batch die.
  Status Settle();

 private:
  struct Input {
    size_t run = 0;
    uint64_t value_base = 0;
    std::unique_ptr<EntryCursor> cursor;
    std::span<const Row> rows;
    std::span<const uint64_t> trailers;
    size_t next = 0;

    bool IsEmpty() const { return next == rows.size(); }
    Slice key() const { return rows[next].key; }
    uint64_t sequence() const { return SequenceOf(trailers[next]); }
  };

  static bool IsBefore(const Input& a, const Input& b);
  Status Load();
  Status Merge();
  size_t StretchEnd(const Input& input) const;
  Status Take(Input* input, size_t end);
  void Reorder();
  void KeepLastKey();
  Status Unexpected(const Input& input, size_t at) const;

  const EntryRuns& runs_;
  const Extent extent_;
  uint64_t position_;
  std::vector<uint64_t> read_;  // by run
  std::vector<Input> inputs_;
  std::vector<Input*> order_;   // those with a row, by that row
  std::vector<Input*> hungry_;  // those that must be loaded
  std::vector<Row> rows_;
  bool has_last_ = false;
  Slice last_;            // raw key that was decided last, in an input's batch or in last_key_
  std::string last_key_;  // it, when the batch is gone
};

}  // namespace snaptree

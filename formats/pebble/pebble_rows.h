// The merged runs of a Pebble directory as a RowSource.
//
// A scan remembers places on its way that lead from a position back into the runs; how many is
// bounded, whatever the size of the store. Nothing is copied.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "formats/container.h"
#include "formats/pebble/entry_runs.h"
#include "formats/pebble/merge_cursor.h"

namespace snaptree {

// Places of one merge, ascending. Not thread-safe while Add() is called.
class MergePlaces {
 public:
  MergePlaces(MergePlace begin, std::vector<uint64_t> ends, size_t memory_bytes);

  // Whether the last place lies far behind.
  bool Wants(uint64_t position) const { return position >= Last() + every_; }
  void Add(uint64_t position, std::span<const uint64_t> runs);

  MergePlace Before(uint64_t position) const;                    // or there
  std::span<const uint64_t> After(uint64_t position) const;      // or there: of the runs
  std::span<const uint64_t> begin() const { return RunsOf(0); }  // of the runs
  std::span<const uint64_t> end() const { return ends_; }        // of the runs

 private:
  uint64_t Last() const { return positions_.back(); }
  std::span<const uint64_t> RunsOf(size_t place) const {
    return std::span(runs_).subspan(place * ends_.size(), ends_.size());
  }

  std::vector<uint64_t> positions_;
  std::vector<uint64_t> runs_;  // of each place, one behind the other
  std::vector<uint64_t> ends_;
  uint64_t every_;  // bytes between two places
  size_t max_places_;
};

class PebbleRows : public RowSource {
 public:
  // memory_bytes: for places.
  PebbleRows(std::shared_ptr<const EntryRuns> runs, size_t memory_bytes);

  const std::string& name() const override { return runs_->name(); }
  // Before a scan has ended its end is a guess.
  Extent extent() const override { return {0, end_}; }
  std::unique_ptr<RowCursor> OpenCursor(Extent extent) const override;
  Status ReadValue(uint64_t value_position, uint64_t from, char* out, size_t n) const override {
    return runs_->ReadValue(value_position, from, out, n);
  }
  Result<Slice> View(uint64_t value_position, size_t n, ViewBuffer* buffer) const override {
    return runs_->View(value_position, n, buffer);
  }
  const std::string& FileOf(uint64_t value_position) const override {
    return runs_->FileOf(value_position);
  }
  uint64_t OffsetOf(uint64_t /*row_position*/, uint64_t value_position) const override {
    return runs_->OffsetOf(value_position);
  }

  // All rows. bytes_read() counts what the runs take on disk.
  std::unique_ptr<ScanCursor> OpenScan();
  // From the first row with this raw key or above on; a few with smaller keys may come first.
  // Their positions mean nothing.
  Result<std::unique_ptr<RowCursor>> OpenCursorAt(Slice raw_key) const;

 private:
  class Scan;

  std::shared_ptr<const EntryRuns> runs_;
  MergePlaces places_;
  uint64_t end_;
};

}  // namespace snaptree

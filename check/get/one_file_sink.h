// A sink that wants one file of a tree, and perhaps keeps another, small one; all others are
// written to nowhere.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "tree/tree_sink.h"

namespace snaptree {

class OneFileSink : public TreeSink {
 public:
  // take: gets the file's bytes, in order, from the thread that writes the file.
  using TakeBytes = std::function<Status(Slice bytes)>;
  OneFileSink(std::string path, TakeBytes take) : path_(std::move(path)), take_(std::move(take)) {}

  // Keeps another file too, or the beginning of a large one.
  void Keep(std::string path) { kept_path_ = std::move(path); }
  const std::string& kept() const { return kept_; }

  // The file was written, all of it.
  bool complete() const { return complete_; }
  uint64_t bytes() const { return bytes_; }

  Status WriteFile(Slice path, Slice content) override;
  Result<std::unique_ptr<TreeFile>> CreateFile(Slice path) override;
  Status CreateDirectory(Slice /*path*/) override { return {}; }
  bool CanHold(uint64_t /*file_bytes*/) const override { return true; }
  Status Flush() override { return {}; }
  Status Finish() override { return {}; }
  TreeTotals totals() const override { return {}; }

 private:
  class File;
  class Kept;
  class Nowhere;
  Status Take(Slice bytes);

  const std::string path_;
  const TakeBytes take_;
  std::string kept_path_;
  std::string kept_;
  std::atomic<bool> complete_{false};
  std::atomic<uint64_t> bytes_{0};
};

}  // namespace snaptree

// The second look at records that differ: their documents are read once more from both sides and
// compared member by member.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "check/diff/json_fields.h"

#include "base/result.h"
#include "base/sha256.h"
#include "tree/tree_sink.h"

namespace snaptree {

class DiffContents {
 public:
  // What was found of one record; from any thread.
  using TakeFields = std::function<Status(Slice path, const FieldDifferences& fields)>;
  explicit DiffContents(TakeFields take) : take_(std::move(take)) {}

  // Whether the record of a path can be compared so: documents, and short Redis strings.
  static bool CanCompare(Slice path, uint64_t size_a, uint64_t size_b);

  // Paths ascend. The digests are those of the first look.
  void Add(Slice path, const Sha256Digest& a, const Sha256Digest& b);
  size_t size() const { return records_.size(); }
  // What has to be read for it.
  std::vector<std::string> Addresses() const;

  // First all of one side, then all of the other. Files that were not added are ignored, and so are
  // those that are not what they were.
  std::unique_ptr<TreeSink> SinkForA();
  std::unique_ptr<TreeSink> SinkForB();

 private:
  class Sink;
  struct Record {
    std::string path;
    Sha256Digest a;
    Sha256Digest b;
    bool has_content = false;
    std::string content;  // of A
  };

  Record* Find(Slice path);
  Status TakeA(Record* record, Slice content);
  Status TakeB(Record* record, Slice content);

  const TakeFields take_;
  std::vector<Record> records_;
  std::mutex comparing_;  // one document at a time is taken apart
};

}  // namespace snaptree

// One side of a comparison: what there is, by address, from a sorter that a sink fills.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/external_sorter.h"
#include "base/result.h"
#include "base/sha256.h"
#include "base/slice.h"
#include "tree/tree_sink.h"

namespace snaptree {

class DiffSide {
 public:
  explicit DiffSide(SorterOptions options) : sorter_(std::move(options)) {}

  // What is added may come in any order, from any thread. Paths have no NUL.
  Status AddFile(Slice path, uint64_t size, const Sha256Digest& digest);
  // What else is known of a file, wherever it was learned; nothing comes of it without the file.
  Status AddExpiry(Slice path, uint64_t expire_at_ms);
  Status AddContentType(Slice path, Slice content_type);
  // Lines of one file are added in their order. An empty name: the digest is its name.
  Status AddLine(Slice path, Slice name, const Sha256Digest& digest);

  // After the last Add().
  Status Finish();

  struct File {
    std::string path;
    uint64_t size = 0;
    Sha256Digest digest{};
    std::optional<uint64_t> expire_at_ms;
    std::string content_type;
  };
  // The next file by path, or false at the end; lines of the one before are passed over.
  Result<bool> NextFile();
  const File& file() const { return file_; }

  struct Line {
    Slice key;  // what lines are sorted by
    Slice name;
    Slice digest;
  };
  // The next line of the file by name, or false after the last. Views live until the next call.
  Result<bool> NextLine(Line* line);

 private:
  Status Add(Slice path, char kind, Slice name, Slice payload);
  Status Advance();
  bool IsOf(const std::string& path) const;

  std::mutex mutex_;  // of sorter_ and key_ while they are filled
  ExternalSorter sorter_;
  std::string key_;
  // The entry that comes next, when there is one.
  bool has_entry_ = false;
  Slice entry_key_;
  Slice entry_payload_;
  bool line_was_given_ = false;  // the entry is a line that NextLine() gave
  File file_;
};

struct DiffSinkOptions {
  std::function<bool(Slice path)> wanted;  // asked by any thread
  bool lines = false;                      // also the records of files of lines
  bool expiries = false;                   // also when Redis keys expire
  bool content_types = false;              // also what type S3 objects have
};

// A sink that tells a side what it is given.
std::unique_ptr<TreeSink> NewDiffSink(DiffSide& side, DiffSinkOptions options);

}  // namespace snaptree

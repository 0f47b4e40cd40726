// Content of files to chunk rows (spec 06 section 4.6): of each chunk that has a byte other than 00
// one row, without the zeros at its end.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "adapters/common/encode_context.h"
#include "adapters/fs/fs_values.h"

namespace snaptree::fs {

// What the row !fs|usage tells.
struct Usage {
  std::atomic<uint64_t> files{0};  // inode rows
  std::atomic<uint64_t> bytes{0};  // of chunk values
};

// A small file, whole.
class SmallContent {
 public:
  SmallContent(RowWriter& rows, Usage& usage) : rows_(rows), usage_(usage) {}
  Status Put(const InodeNumbers& inode, Slice content);

 private:
  RowWriter& rows_;
  Usage& usage_;
  std::string key_;
};

// Any file, read once, when the rows are written; its holes are not read. It also puts the row of
// the usage, which is known when the last file was read.
class ContentEncoder : public BodyEncoder {
 public:
  ContentEncoder(TreeInput& input, std::shared_ptr<Usage> usage)
      : input_(input), usage_(std::move(usage)) {}

  // The key that a body has, and what Write() reads. `path` is one of the tree.
  static void FirstKey(const InodeNumbers& inode, std::string* key);
  static void Pack(const InodeNumbers& inode, Slice path, std::string* payload);

  Status Write(Slice payload, BodyRows& rows) override;
  Status Finish(BodyRows& rows) override;

 private:
  struct File {
    uint64_t size = 0;
    uint64_t chunk_size = 0;
    uint64_t home_slot = 0;
    uint64_t inode = 0;
  };

  Status Take(Slice bytes, BodyRows& rows);
  Status EndChunk(BodyRows& rows);

  TreeInput& input_;
  const std::shared_ptr<Usage> usage_;
  File file_;
  uint64_t position_ = 0;
  uint64_t index_ = 0;  // of the chunk that is in chunk_
  std::string chunk_;   // as far as its last byte other than 00
  std::string key_;
};

}  // namespace snaptree::fs

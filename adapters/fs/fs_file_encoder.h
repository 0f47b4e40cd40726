// Files of fs/tree/ that have their line: what FileJobs does with each of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "adapters/common/encode_context.h"
#include "adapters/fs/fs_chunk_rows.h"
#include "adapters/fs/fs_encoder.h"
#include "adapters/fs/fs_inode_rows.h"
#include "tree/tree_input.h"

namespace snaptree::fs {

// What the parts of one run share.
struct FsEncoding {
  const EncodeContext& context;
  const EncodeFsOptions& options;
  const std::shared_ptr<Usage> usage;
  const uint32_t content_encoder;
  // Else rows would only meet others of the same key, of which the user was told.
  const bool puts_rows;
  std::atomic<bool> lines_differ{false};

  // fs/inodes.jsonl will come out differently. Any thread.
  Status LinesDiffer();
};

class FileEncoder {
 public:
  explicit FileEncoder(FsEncoding& run);

  // `line` is a NamedInodeLine; what of it the tree tells is right.
  Status operator()(Slice path, Slice line);

 private:
  Status CheckSize(Slice path, InodeLine* line);

  FsEncoding& run_;
  TreeReader reader_;
  InodeRowWriter inode_rows_;
  SmallContent small_;
  std::string key_;
  std::string payload_;
};

}  // namespace snaptree::fs

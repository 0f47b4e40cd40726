// Where the bytes of an archive come from: a file, or a stream that can be read once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/file.h"
#include "base/result.h"

namespace snaptree {

class ArchiveFeed {
 public:
  virtual ~ArchiveFeed() = default;

  // Up to n bytes, 0 at the end.
  virtual Result<size_t> Read(char* out, size_t n) = 0;
  // Passes over up to n bytes without reading them, where that is possible; how many.
  virtual uint64_t Skip(uint64_t n) = 0;
  virtual uint64_t position() const = 0;
  virtual const std::string& name() const = 0;  // for messages
};

// `file` must outlive the feed.
std::unique_ptr<ArchiveFeed> NewFileFeed(const InputFile& file);
// `fd` stays the caller's: a pipe, a socket, or a file from where it stands.
std::unique_ptr<ArchiveFeed> NewStreamFeed(int fd, std::string name);

}  // namespace snaptree

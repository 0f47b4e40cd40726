// Writes a tar archive, entry by entry. For one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/slice.h"

namespace snaptree {

class TarWriter {
 public:
  // take: gets the bytes of the archive in order. After an error nothing more may be written.
  explicit TarWriter(std::function<Status(Slice)> take) : take_(std::move(take)) {}

  // A file: its size first, then exactly so many bytes. "Internal" when there are more or fewer.
  Status BeginFile(Slice path, uint64_t size);
  Status Append(Slice bytes);
  Status AppendZeros(uint64_t size);
  Status EndFile();

  Status AddFolder(Slice path);

  // The end mark: without it the archive counts as cut.
  Status Finish() { return AppendNulls(kEndMarkBytes); }

 private:
  static constexpr size_t kEndMarkBytes = 1024;

  Status Take(uint64_t size);
  Status AppendNulls(uint64_t size);

  const std::function<Status(Slice)> take_;
  std::string header_;
  std::string path_;  // of the file at hand
  uint64_t size_ = 0;
  uint64_t left_ = 0;  // of its bytes
};

}  // namespace snaptree

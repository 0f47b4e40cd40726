// Rows that cannot be read where they stand (sorted anew, decrypted, salvaged) as an ordinary row
// stream in an unnamed scratch file, which vanishes with the process.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/file.h"
#include "formats/container.h"

namespace snaptree {

// A row stream that is scanned as it stands: framing is checked, no checksum, nothing behind it.
// `payload_end` as in Container: nullopt for a copy.
std::unique_ptr<Container> NewPlainContainer(std::shared_ptr<const InputFile> file, Extent rows,
                                             std::optional<uint64_t> payload_end,
                                             ContainerInfo info);

class RowCopy {
 public:
  // `name` stands for the copy in messages: the input's path and what was done to it.
  static Result<RowCopy> Create(const std::string& folder, std::string name,
                                uint64_t last_commit_ts);

  // A row: its key and the size of its value, then all of the value, in pieces of any size. Keys
  // ascend.
  Status Begin(Slice key, uint64_t value_size);
  Status Append(Slice value_piece);
  // The same of a value that stands in `source`; its position is Row::value_position.
  Status AppendFrom(const RowSource& source, uint64_t value_position, uint64_t value_size);
  // Reads it back. `info` is what the container says of itself; the scan checks framing and order
  // only.
  Result<std::unique_ptr<Container>> Finish(ContainerInfo info);

 private:
  RowCopy(UniqueFd out, const std::string& folder, std::string name)
      : out_(std::move(out)), folder_(folder), name_(std::move(name)) {}
  Status Write(Slice bytes);
  Status Flush();

  UniqueFd out_;
  std::string folder_;
  std::string name_;
  std::string buffer_;
};

}  // namespace snaptree

#include "base/rocks_errors.h"

namespace snaptree {

Status FromRocks(const rocksdb::Status& status, const std::string& path) {
  if (status.ok()) return {};
  const bool full = status.IsNoSpace() || status.subcode() == rocksdb::Status::kNoSpace ||
                    status.ToString().find("No space left") != std::string::npos;
  if (full) {
    return EnvironmentError("NoSpace", "no space left for scratch files")
        .At(path)
        .Next("free space, give more --memory, or name another --scratch folder");
  }
  return EnvironmentError("Io", "a scratch file failed: " + status.ToString()).At(path);
}

}  // namespace snaptree

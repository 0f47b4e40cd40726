// Errors of RocksDB, which we use for scratch files only, as ours.
#pragma once

#include <rocksdb/status.h>

#include <string>

#include "base/status.h"

namespace snaptree {

// "NoSpace" or "Io", with the file's path; success is success.
Status FromRocks(const rocksdb::Status& status, const std::string& path);

}  // namespace snaptree

#include "tree/file_size_limit.h"

#include <sys/resource.h>
#include <unistd.h>

#include "base/file.h"

namespace snaptree {
namespace {

constexpr uint64_t kEveryoneTakes = (uint64_t{1} << 31) - 1;

// Beyond it the process would be killed (SIGXFSZ).
bool WithinProcessLimit(uint64_t file_bytes) {
  rlimit limit{};
  return ::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
         file_bytes <= limit.rlim_cur;
}

}  // namespace

bool FolderCanHold(const std::string& folder, uint64_t file_bytes) {
  if (file_bytes <= kEveryoneTakes) return true;
  if (file_bytes > INT64_MAX || !WithinProcessLimit(file_bytes)) return false;
  const Result<UniqueFd> fd = OpenUnnamedFile(folder);
  return fd.ok() && ::ftruncate(fd->get(), static_cast<off_t>(file_bytes)) == 0;
}

}  // namespace snaptree

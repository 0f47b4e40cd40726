#include "formats/pebble/pebble_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/file.h"
#include "base/text.h"

namespace snaptree {
namespace {

// As the system tells it; empty when it does not.
std::string ProgramName(int pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/comm";
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 64> text{};
  const ssize_t got = fd.valid() ? ::read(fd.get(), text.data(), text.size()) : 0;
  std::string name(text.data(), got > 0 ? static_cast<size_t>(got) : 0);
  while (!name.empty() && name.back() == '\n') name.pop_back();
  return Printable(name);
}

}  // namespace

Result<std::optional<LockHolder>> FindLockHolder(const std::string& directory) {
  const std::string path = directory + "/LOCK";
  const std::optional<LockHolder> none;
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid() && errno == ENOENT) return none;
  if (!fd.valid()) return SystemError(errno, "open", path);
  // What would stand in the way of a lock on all of it.
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (::fcntl(fd.get(), F_GETLK, &lock) != 0)
    return SystemError(errno, "look for a lock on", path)
        .Next("--force-locked reads the directory all the same, when no node runs on it");
  if (lock.l_type == F_UNLCK) return none;
  LockHolder holder;
  if (lock.l_pid > 0) {
    holder.pid = lock.l_pid;
    holder.name = ProgramName(holder.pid);
  }
  return std::optional<LockHolder>(std::move(holder));
}

std::string LockHolderText(const LockHolder& holder) {
  if (holder.pid == 0) return "a process of another system or container";
  return "process " + std::to_string(holder.pid) +
         (holder.name.empty() ? "" : " (" + holder.name + ")");
}

}  // namespace snaptree

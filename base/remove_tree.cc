#include "base/remove_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "base/cancel.h"
#include "base/file.h"

namespace snaptree {
namespace {

// Deeper folders are first moved up to the root of what is removed, so that depth costs no
// descriptors.
constexpr int kMaxOpenLevels = 24;
constexpr int kMoveAttempts = 16;
constexpr size_t kListBytes = 4096;
constexpr unsigned kDeadlineCheckMask = 15;

long long MonotonicMs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<long long>(now.tv_sec) * 1000 + now.tv_nsec / 1000000;
}

// A folder that is being emptied.
struct Level {
  UniqueFd fd;
  char name[NAME_MAX + 1];  // in the level above
  bool progress = false;    // whether anything vanished since the listing last began
  size_t list_size = 0;
  size_t list_at = 0;
  alignas(dirent64) char list[kListBytes];
};

class Remover {
 public:
  explicit Remover(RemovalDeadline* deadline) : deadline_(deadline) {}

  // Empties the folder open in levels_[0]; false at the deadline.
  bool Empty(UniqueFd root);

 private:
  enum class Step { kContinue, kDescended };

  bool DeadlinePassed() { return (++steps_ & kDeadlineCheckMask) == 0 && deadline_->HasPassed(); }
  const dirent64* NextEntry(Level* level);
  void RemoveEntry(const dirent64& entry);
  void EnterOrMoveUp(const char* name);
  bool Leave();

  RemovalDeadline* deadline_;
  unsigned steps_ = 0;
  int depth_ = 0;  // the level that is being emptied
  unsigned long long moved_ = 0;
  Level levels_[kMaxOpenLevels];
};

bool IsDotName(const char* name) {
  return std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0;
}

UniqueFd OpenFolderAt(int parent_fd, const char* name) {
  return UniqueFd(
      ::openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
}

const dirent64* Remover::NextEntry(Level* level) {
  for (;;) {
    if (level->list_at == level->list_size) {
      const ssize_t got = ::getdents64(level->fd.get(), level->list, sizeof level->list);
      if (got <= 0) return nullptr;
      level->list_size = static_cast<size_t>(got);
      level->list_at = 0;
    }
    const void* const at = level->list + level->list_at;
    const auto* const entry = static_cast<const dirent64*>(at);
    level->list_at += entry->d_reclen;
    if (!IsDotName(entry->d_name)) return entry;
  }
}

void Remover::RemoveEntry(const dirent64& entry) {
  Level& level = levels_[depth_];
  // A name that says it is a folder may be a link by now: unlinking never follows, and entering
  // refuses links.
  if (entry.d_type != DT_DIR) {
    if (::unlinkat(level.fd.get(), entry.d_name, 0) == 0) {
      level.progress = true;
      return;
    }
    if (errno != EISDIR && errno != EPERM) return;
  }
  // A mount point answers EBUSY and is left alone.
  if (::unlinkat(level.fd.get(), entry.d_name, AT_REMOVEDIR) == 0) {
    level.progress = true;
  } else if (errno == ENOTEMPTY || errno == EEXIST) {
    EnterOrMoveUp(entry.d_name);
  } else if (errno == ENOTDIR && ::unlinkat(level.fd.get(), entry.d_name, 0) == 0) {
    level.progress = true;
  }
}

void Remover::EnterOrMoveUp(const char* name) {
  Level& level = levels_[depth_];
  if (depth_ + 1 == kMaxOpenLevels) {
    // Names that are taken by something else are passed over.
    for (int attempt = 0; attempt < kMoveAttempts; ++attempt) {
      char moved[48];
      std::snprintf(moved, sizeof moved, ".snaptree-removal-%llu", moved_++);
      if (::renameat(level.fd.get(), name, levels_[0].fd.get(), moved) == 0) {
        level.progress = true;
        levels_[0].progress = true;
        return;
      }
    }
    return;
  }
  const size_t name_size = std::strlen(name);
  if (name_size > NAME_MAX) return;
  UniqueFd fd = OpenFolderAt(level.fd.get(), name);
  if (!fd.valid()) return;
  Level& next = levels_[++depth_];
  next.fd = std::move(fd);
  std::memcpy(next.name, name, name_size + 1);
  next.progress = false;
  next.list_size = 0;
  next.list_at = 0;
}

// At the end of a listing. False when the root is done.
bool Remover::Leave() {
  Level& level = levels_[depth_];
  // Some file systems skip entries of a folder that changes while it is listed: list again while
  // that helps.
  if (level.progress) {
    level.progress = false;
    if (::lseek(level.fd.get(), 0, SEEK_SET) == 0) return true;
  }
  if (depth_ == 0) return false;
  level.fd.Reset();
  --depth_;
  Level& above = levels_[depth_];
  if (::unlinkat(above.fd.get(), levels_[depth_ + 1].name, AT_REMOVEDIR) == 0)
    above.progress = true;
  return true;
}

bool Remover::Empty(UniqueFd root) {
  levels_[0].fd = std::move(root);
  do {
    while (const dirent64* const entry = NextEntry(&levels_[depth_])) {
      if (DeadlinePassed()) return false;
      RemoveEntry(*entry);
    }
  } while (Leave());
  return true;
}

bool IsGone(int parent_fd, const char* name, int flags) {
  return ::unlinkat(parent_fd, name, flags) == 0 || errno == ENOENT;
}

}  // namespace

RemovalDeadline RemovalDeadline::After(int ms) {
  RemovalDeadline deadline(Mode::kAt, ms);
  deadline.end_ms_ = MonotonicMs() + ms;
  return deadline;
}

bool RemovalDeadline::HasPassed() {
  if (mode_ == Mode::kNone || (mode_ == Mode::kAfterCancel && !IsCancelled())) return false;
  const long long now = MonotonicMs();
  if (mode_ == Mode::kAfterCancel) {
    mode_ = Mode::kAt;
    end_ms_ = now + ms_;
  }
  return now >= end_ms_;
}

bool RemoveTreeAt(int parent_fd, const char* name, RemovalDeadline* deadline) {
  UniqueFd root = OpenFolderAt(parent_fd, name);
  if (!root.valid()) {
    if (errno == ENOENT) return true;
    if (errno == ENOTDIR || errno == ELOOP) return IsGone(parent_fd, name, 0);
    return IsGone(parent_fd, name, AT_REMOVEDIR);  // an empty folder need not be readable
  }
  return Remover(deadline).Empty(std::move(root)) && IsGone(parent_fd, name, AT_REMOVEDIR);
}

bool RemoveTree(const std::string& path, int deadline_ms) {
  RemovalDeadline deadline =
      deadline_ms == 0 ? RemovalDeadline::None() : RemovalDeadline::After(deadline_ms);
  return RemoveTreeAt(AT_FDCWD, path.c_str(), &deadline);
}

}  // namespace snaptree

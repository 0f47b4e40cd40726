#include "formats/encryption/no_core_file.h"

#include <sys/prctl.h>

#include <mutex>

namespace snaptree {
namespace {

struct Users {
  std::mutex mutex;
  int count = 0;
  int dumpable_before = 0;
};

Users& AllUsers() {
  static Users users;
  return users;
}

}  // namespace

NoCoreFile::NoCoreFile() {
  Users& users = AllUsers();
  const std::lock_guard lock(users.mutex);
  if (users.count++ > 0) return;
  users.dumpable_before = ::prctl(PR_GET_DUMPABLE);
  // Where the system does not allow it, keys are as safe as its settings for core files make them.
  ::prctl(PR_SET_DUMPABLE, 0);
}

NoCoreFile::~NoCoreFile() {
  Users& users = AllUsers();
  const std::lock_guard lock(users.mutex);
  // 2 (only root may read the file) cannot be set from here: it stays 0.
  if (--users.count == 0 && users.dumpable_before == 1) ::prctl(PR_SET_DUMPABLE, 1);
}

}  // namespace snaptree

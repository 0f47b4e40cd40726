// Runs part of a test in a child process: for what must not touch the test program itself (limits,
// mounts, user ids, a kill). The part returns "" when all is well, else what is wrong.
#pragma once

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <exception>
#include <fstream>
#include <functional>
#include <string>

#include "base/status.h"

namespace snaptree::test {

// "" when the part returned ""; "killed by signal N" when it was.
inline std::string RunInChild(const std::function<std::string()>& part) {
  int ends[2];
  if (::pipe(ends) != 0) return "pipe";
  const pid_t child = ::fork();
  if (child < 0) return "fork";
  if (child == 0) {
    ::close(ends[0]);
    std::string said;
    try {
      said = part();
    } catch (const std::exception& error) {
      said = error.what();
    }
    const bool told = said.empty() || ::write(ends[1], said.data(), said.size()) > 0;
    ::_exit(told ? 0 : 2);
  }
  ::close(ends[1]);
  std::string said;
  char buffer[512];
  for (ssize_t n; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
    said.append(buffer, static_cast<size_t>(n));
  }
  ::close(ends[0]);
  int status = 0;
  if (::waitpid(child, &status, 0) != child) return "waitpid";
  if (WIFSIGNALED(status)) return "killed by signal " + std::to_string(WTERMSIG(status));
  if (WEXITSTATUS(status) != 0) return said + " exit status " + std::to_string(WEXITSTATUS(status));
  return said;
}

// What a part answers about a Status that should have this code.
inline std::string ExpectCode(const Status& status, const std::string& code) {
  if (status.ok()) return "no error, but expected " + code;
  return status.code() == code ? "" : "expected " + code + ", but got " + status.Message();
}

// A mount namespace of its own; without the right to have one, in a user namespace that gives it.
inline bool EnterMountNamespace() {
  if (::unshare(CLONE_NEWNS) == 0) return true;
  const std::string uid = std::to_string(::geteuid());
  const std::string gid = std::to_string(::getegid());
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  const auto tell = [](const char* file, const std::string& text) {
    std::ofstream stream(std::string("/proc/self/") + file);
    stream << text;
    return static_cast<bool>(stream.flush());
  };
  return tell("setgroups", "deny") && tell("uid_map", uid + " " + uid + " 1") &&
         tell("gid_map", gid + " " + gid + " 1");
}

// In a child: a private tmpfs at `folder`. False where the system does not let us.
inline bool MountTmpfs(const std::string& folder, const std::string& options) {
  return EnterMountNamespace() &&
         ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("tmpfs", folder.c_str(), "tmpfs", 0, options.c_str()) == 0;
}

}  // namespace snaptree::test

// A folder for one test, removed with everything in it at the end.
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/file.h"
#include "base/remove_tree.h"

namespace snaptree::test {

class TempFolder {
 public:
  TempFolder() : path_(Base() + "/snaptree-test-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("mkdtemp " + path_);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() { RemoveTree(path_, 0); }

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  // In memory where the system has a folder for that and TMPDIR asks for no other: some disks need
  // half a minute for the few thousand files that a test makes and removes.
  static std::string Base() {
    const bool choose = std::getenv("TMPDIR") == nullptr && ::access("/dev/shm", W_OK) == 0;
    return choose ? "/dev/shm" : TemporaryFolder();
  }

  std::string path_;
};

inline std::string ReadWholeFile(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + path);
  std::ostringstream text;
  if (stream.peek() != std::ifstream::traits_type::eof()) text << stream.rdbuf();
  return std::move(text).str();
}

inline void WriteWholeFile(const std::string& path, const std::string& text) {
  std::ofstream stream(path, std::ios::binary);
  stream << text;
  if (!stream.flush()) throw std::runtime_error("cannot write " + path);
}

}  // namespace snaptree::test

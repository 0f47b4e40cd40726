// Unpacks the archives of test data: compressed, with regular files and folders in ustar form.
#pragma once

#include <filesystem>
#include <string>

#include "tests/support/temp_folder.h"
#include "tests/support/unzstd.h"

namespace snaptree::test {

// Writes what the archive holds below `folder`.
inline void Untar(const std::string& archive, const std::string& folder) {
  constexpr size_t kBlock = 512;
  const std::string tar = Unzstd(ReadWholeFile(archive));
  for (size_t at = 0; at + kBlock <= tar.size() && tar[at] != '\0';) {
    const std::string name(tar.c_str() + at);
    const size_t size = std::stoul(tar.substr(at + 124, 12), nullptr, 8);
    const std::filesystem::path path = std::filesystem::path(folder) / name;
    if (tar[at + 156] == '5') {
      std::filesystem::create_directories(path);
    } else {
      std::filesystem::create_directories(path.parent_path());
      WriteWholeFile(path.string(), tar.substr(at + kBlock, size));
    }
    at += kBlock + (size + kBlock - 1) / kBlock * kBlock;
  }
}

}  // namespace snaptree::test

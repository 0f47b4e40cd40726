// A node's raft data directory under construction.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/coding.h"
#include "base/text.h"
#include "tests/support/snap_file.h"
#include "tests/support/snapshot_builder.h"
#include "tests/support/temp_folder.h"

namespace snaptree::test {

class RaftFolder {
 public:
  explicit RaftFolder(const std::string& inner = "") : root_(folder_.path() + inner) {
    for (const char* const name : {"/fsm-snap", "/snap", "/wal"})
      std::filesystem::create_directories(root_ + name);
  }
  const std::string& path() const { return folder_.path(); }
  const std::string& root() const { return root_; }
  std::string FsmPath(uint64_t index) const { return root_ + "/fsm-snap/" + Hex16(index) + ".fsm"; }
  std::string SnapPath(uint64_t index) const {
    return root_ + "/snap/" + Hex16(2) + "-" + Hex16(index) + ".snap";
  }
  std::string StorePath() const { return root_ + "/fsm.db"; }

  // A snapshot that says its index in its one row. Returns its checksum.
  uint32_t AddFsm(uint64_t index) {
    const std::string bytes =
        SnapshotBuilder().Header1(1).Put("index", kT0, std::to_string(index)).Bytes();
    WriteWholeFile(FsmPath(index), bytes);
    return LoadBe32(bytes.data() + bytes.size() - 4);
  }
  void AddSnap(uint64_t index, uint32_t crc) {
    WriteWholeFile(SnapPath(index), MakeSnapFile(index, 2, MakeToken(index, crc)));
  }
  void Break(uint64_t index) {
    std::string bytes = ReadWholeFile(FsmPath(index));
    bytes[40] = static_cast<char>(bytes[40] ^ 0x55);
    WriteWholeFile(FsmPath(index), bytes);
  }

 private:
  static std::string Hex16(uint64_t v) {
    std::string be;
    AppendBe64(&be, v);
    return Hex(be);
  }

  TempFolder folder_;
  std::string root_;
};

}  // namespace snaptree::test

// Snapshots in a folder, restored: what the tests of restore/ share.
#pragma once

#include <map>
#include <string>

#include "restore/peers.h"
#include "restore/restore.h"

#include "base/sha256.h"
#include "base/text.h"
#include "manifest/encode_info.h"
#include "tests/support/snapshot_builder.h"
#include "tests/support/temp_folder.h"

namespace snaptree::test {

struct RestoreFixture {
  TempFolder folder;

  RestoreFixture() {
    options.data_dir = folder / "data";
    options.groups.resize(1);
    RaftPeer n1{1, "n1", "127.0.0.1:12001", false};
    RaftPeer n2{2, "n2", "127.0.0.1:12002", false};
    options.groups[0].peers = {n1, n2};
  }

  // Writes a snapshot and makes it the input of the only group.
  void Snapshot(const std::string& name, const std::string& bytes) {
    WriteWholeFile(folder / name, bytes);
    options.groups[0].input = folder / name;
  }
  // ENCODE_INFO beside the input for an image; a good one that can be changed.
  static EncodeInfo InfoOf(Slice image, uint64_t last_commit_ts) {
    EncodeInfo info;
    info.wall_time_iso = "2026-06-01T12:00:00Z";
    info.output_fsm_sha256 = Sha256::HexOf(image);
    info.last_commit_ts = last_commit_ts;
    info.self_test_ran = true;
    info.self_test_matched = true;
    return info;
  }
  void WriteInfo(const EncodeInfo& info) {
    WriteWholeFile(options.groups[0].input + std::string(kEncodeInfoSuffix), EncodeInfoText(info));
  }

  Result<RestoreReport> Run() { return Restore(options); }
  std::string Read(const std::string& path) { return ReadWholeFile(options.data_dir + "/" + path); }

  RestoreOptions options;
};

}  // namespace snaptree::test

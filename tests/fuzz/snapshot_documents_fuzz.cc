// The small files beside snapshots, and those that snapshots are taken out of: refused with their
// own code, or they say what they say when they are written anew.
#include <cstdlib>
#include <string>

#include "formats/hashicorp_snapshot.h"
#include "formats/offload_manifest.h"
#include "formats/raft_state_file.h"
#include "tests/support/snapshot_builder.h"

namespace {

using namespace snaptree;

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckManifest(Slice input) {
  const Result<OffloadManifest> manifest = ParseOffloadManifest(input, "m.json");
  if (!manifest.ok()) {
    Require(manifest.status().code() == "OffloadManifestInvalid");
    return;
  }
  const Result<OffloadManifest> again = ParseOffloadManifest(manifest->CanonicalText(), "m.json");
  Require(again.ok() && again->CanonicalText() == manifest->CanonicalText());
  Require(manifest->Facts("m.json").can_prove());
}

void CheckMeta(Slice input) {
  const Result<SnapshotFacts> facts = ParseSnapshotMeta(input, "meta.json", "7-42-1");
  if (facts.ok()) {
    Require(facts->index == 42U && facts->term == 7U && facts->can_prove() && facts->size);
  } else {
    Require(facts.status().code() == "SnapMetaInvalid");
  }
}

void CheckRaftState(Slice input) {
  const test::MemoryFile bytes(input);
  const Result<InputFile> file = InputFile::Open(bytes.path());
  Require(file.ok());
  const Result<std::optional<RaftStateFile>> state = ReadRaftStateFile(*file);
  if (!state.ok()) {
    Require(state.status().kind() == ErrorKind::kData);
  } else if (*state) {
    const Extent data = (*state)->snapshot.data;
    Require(data.begin < data.end && data.end <= file->size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Slice input(reinterpret_cast<const char*>(data), size);
  CheckManifest(input);
  CheckMeta(input);
  CheckRaftState(input);
  return 0;
}

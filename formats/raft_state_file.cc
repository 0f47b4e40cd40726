#include "formats/raft_state_file.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <utility>

#include "base/cancel.h"
#include "base/coding.h"

namespace snaptree {
namespace {

constexpr Slice kMagic("EKVR\0\0\0\x01", 8);
constexpr size_t kFamilyBytes = 7;  // of the magic: no server wrote a version above 1
constexpr size_t kSizeBytes = 4;
constexpr char kSnapshotName[] = "/etcd-fsm-snapshot.bin";
constexpr char kStateName[] = "/etcd-raft-state.bin";
constexpr char kLogName[] = "/etcd-raft-entries.bin";

Status Invalid(const InputFile& file, uint64_t at, std::string what) {
  return DataError("RaftStateInvalid", std::move(what))
      .At(file.path(), at)
      .Next("get the file again from the node or a copy");
}

Result<uint32_t> TakeNumber(const InputFile& file, uint64_t* at) {
  std::array<char, kSizeBytes> bytes{};
  if (file.size() - *at < bytes.size()) return Invalid(file, *at, "the file ends inside a length");
  SNAPTREE_TRY(file.ReadExactlyAt(*at, bytes.data(), bytes.size()));
  *at += bytes.size();
  return LoadBe32(bytes.data());
}

// A message behind its size.
Result<Extent> TakeMessage(const InputFile& file, uint64_t* at) {
  const uint64_t begin = *at;
  SNAPTREE_ASSIGN(const uint32_t size, TakeNumber(file, at));
  if (size > file.size() - *at) {
    return Invalid(file, begin, "a message is longer than the rest of the file")
        .Expected("at most " + std::to_string(file.size() - *at) + " bytes")
        .Found(std::to_string(size));
  }
  const Extent message{*at, *at + size};
  *at = message.end;
  return message;
}

Status SkipEntries(const InputFile& file, uint64_t count, uint64_t* at) {
  for (uint64_t i = 0; i < count; ++i) {
    if ((i & 0xfff) == 0) SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_TRY(TakeMessage(file, at).status());
  }
  if (*at == file.size()) return {};
  return Invalid(file, *at, "bytes stand behind the last log entry");
}

bool IsFile(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

}  // namespace

std::optional<std::string> OldLayoutSnapshot(const std::string& directory) {
  for (const char* name : {kSnapshotName, kStateName}) {
    if (IsFile(directory + name)) return directory + name;
  }
  return std::nullopt;
}

void NoteLogEntries(const std::string& file, uint64_t entries, Findings* findings) {
  findings->Note("log_entries_not_read",
                 "the raft log behind the snapshot is not read: what it holds is missing", file,
                 entries);
}

void NoteOldLog(const std::string& snapshot_file, Findings* findings) {
  if (!snapshot_file.ends_with(kSnapshotName)) return;
  const std::string log =
      snapshot_file.substr(0, snapshot_file.size() - Slice(kSnapshotName).size()) + kLogName;
  if (IsFile(log)) NoteLogEntries(log, 1, findings);
}

Result<std::optional<RaftStateFile>> ReadRaftStateFile(const InputFile& file) {
  std::array<char, kMagic.size()> head{};
  SNAPTREE_ASSIGN(const size_t got, file.ReadAt(0, head.data(), head.size()));
  const Slice magic(head.data(), got);
  if (!magic.starts_with(kMagic.substr(0, kFamilyBytes))) return std::optional<RaftStateFile>();
  if (magic != kMagic) return Invalid(file, 0, "an unknown version of etcd-raft-state.bin");
  uint64_t at = kMagic.size();
  SNAPTREE_TRY(TakeMessage(file, &at).status());  // HardState
  const uint64_t snapshot_at = at;
  SNAPTREE_ASSIGN(const Extent message, TakeMessage(file, &at));
  SNAPTREE_ASSIGN(const std::optional<SnapPayload> snapshot, ReadSnapshotMessage(file, message));
  if (!snapshot) return Invalid(file, snapshot_at, "the snapshot message in it is malformed");
  RaftStateFile state;
  state.snapshot = *snapshot;
  SNAPTREE_ASSIGN(state.log_entries, TakeNumber(file, &at));
  SNAPTREE_TRY(SkipEntries(file, state.log_entries, &at));
  if (snapshot->data.size() == 0) {
    return DataError("NoSnapshot", "there is no snapshot in etcd-raft-state.bin")
        .At(file.path(), snapshot_at)
        .Found(std::to_string(state.log_entries) + " log entries")
        .Next("start a server of that time on a copy of the directory and take a snapshot");
  }
  return std::optional(state);
}

}  // namespace snaptree

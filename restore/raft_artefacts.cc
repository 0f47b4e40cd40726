#include "restore/raft_artefacts.h"

#include "base/checksum.h"
#include "base/coding.h"
#include "base/text.h"
#include "formats/fsm_format.h"

namespace snaptree {
namespace {

std::string Hex64(uint64_t v) {
  std::string bytes;
  AppendBe64(&bytes, v);
  return Hex(bytes);
}

void AppendVarint(std::string* out, uint64_t v) {
  for (; v >= 0x80; v >>= 7) out->push_back(static_cast<char>(v | 0x80));
  out->push_back(static_cast<char>(v));
}

// Fields of protobuf messages. Presence is explicit there: a field that is 0 is written too.
void AppendNumber(std::string* out, uint32_t field, uint64_t v) {
  AppendVarint(out, field << 3);
  AppendVarint(out, v);
}

void AppendBytes(std::string* out, uint32_t field, Slice bytes) {
  AppendVarint(out, field << 3 | 2);
  AppendVarint(out, bytes.size());
  out->append(bytes);
}

// raftpb.ConfState: repeated fields unpacked, one tag for each element.
std::string ConfState(const std::vector<RaftPeer>& peers) {
  constexpr uint32_t kVoters = 1;
  constexpr uint32_t kLearners = 2;
  std::string out;
  for (const bool learners : {false, true}) {
    for (const RaftPeer& peer : peers) {
      if (peer.learner == learners)
        AppendNumber(&out, learners ? kLearners : kVoters, peer.node_id);
    }
  }
  return out;
}

void AppendText(std::string* out, Slice text) {
  AppendBe32(out, static_cast<uint32_t>(text.size()));
  out->append(text);
}

}  // namespace

uint64_t RaftNodeId(Slice id) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : id) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return hash == 0 ? 1 : hash;
}

std::string FsmFileName(uint64_t index) { return Hex64(index) + ".fsm"; }

std::string SnapFileName(RaftPosition at) {
  return Hex64(at.term) + "-" + Hex64(at.index) + ".snap";
}

std::string FsmHeader1(uint64_t ceiling_ms) {
  std::string header(kFsmMagic1);
  AppendBe64(&header, ceiling_ms);
  return header;
}

std::string SnapshotToken(uint64_t index, uint32_t crc32c) {
  std::string token = "EKVT\x01";
  AppendBe64(&token, index);
  AppendBe32(&token, crc32c);
  return token;
}

std::string SnapFileBytes(RaftPosition at, const std::vector<RaftPeer>& peers, uint32_t crc32c) {
  std::string metadata;
  AppendBytes(&metadata, 1, ConfState(peers));
  AppendNumber(&metadata, 2, at.index);
  AppendNumber(&metadata, 3, at.term);
  std::string snapshot;
  AppendBytes(&snapshot, 1, SnapshotToken(at.index, crc32c));
  AppendBytes(&snapshot, 2, metadata);
  std::string file;
  AppendNumber(&file, 1, Crc32c(snapshot));
  AppendBytes(&file, 2, snapshot);
  return file;
}

void WalWriter::Add(Type type, Slice data) {
  crc_ = ExtendCrc32c(crc_, data);
  std::string record;
  AppendNumber(&record, 1, static_cast<uint64_t>(type));
  AppendNumber(&record, 2, crc_);
  if (!data.empty()) AppendBytes(&record, 3, data);
  // The length's top byte says how many bytes of padding follow; without any it has no flag.
  const uint64_t padding = (8 - record.size() % 8) % 8;
  AppendLe64(&log_, padding == 0 ? record.size() : record.size() | (0x80 | padding) << 56);
  log_.append(record).append(padding, '\0');
}

std::string WalRecords(RaftPosition at, const std::vector<RaftPeer>& peers) {
  std::string beginning;
  AppendNumber(&beginning, 1, 0);
  AppendNumber(&beginning, 2, 0);
  std::string snapshot;
  AppendNumber(&snapshot, 1, at.index);
  AppendNumber(&snapshot, 2, at.term);
  AppendBytes(&snapshot, 3, ConfState(peers));
  std::string state;  // committed up to the snapshot, no vote
  AppendNumber(&state, 1, at.term);
  AppendNumber(&state, 3, at.index);
  WalWriter wal;
  wal.Add(WalWriter::Type::kCrc, "");
  wal.Add(WalWriter::Type::kMetadata, "");
  wal.Add(WalWriter::Type::kSnapshot, beginning);
  wal.Add(WalWriter::Type::kSnapshot, snapshot);
  wal.Add(WalWriter::Type::kState, state);
  return std::move(wal).Take();
}

std::string PeersFileBytes(uint64_t index, const std::vector<RaftPeer>& peers) {
  constexpr uint32_t kVersion = 3;
  std::string file = "EKVP";
  AppendBe32(&file, kVersion);
  AppendBe64(&file, index);
  AppendBe32(&file, static_cast<uint32_t>(peers.size()));
  for (const RaftPeer& peer : peers) {
    AppendBe64(&file, peer.node_id);
    file.push_back(peer.learner ? 1 : 0);
    AppendText(&file, peer.id);
    AppendText(&file, peer.address);
  }
  file.push_back(0);     // no bootstrap seed is active,
  AppendBe32(&file, 0);  // and it has no members
  return file;
}

}  // namespace snaptree

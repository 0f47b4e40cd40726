#include "adapters/sqs/sqs_queue.h"

#include <algorithm>

#include "base/base64.h"
#include "manifest/file_name_codec.h"

namespace snaptree::sqs {
namespace {

constexpr uint32_t kMaxPartitions = 32;
constexpr const char* kRoot = "sqs/";

}  // namespace

Queue::Queue(Slice segment) : segment_(segment) {
  // It cannot fail for segments of keys; one that was made of a folder's name has no rows.
  if (!AppendFromBase64Url(&name_, segment)) name_.clear();
}

void Queue::Note(const Head& head) {
  switch (head.kind) {
    case HeadKind::kNameTaken:
      orphan_suffixes_ = std::max(orphan_suffixes_, head.number + 1);
      break;
    case HeadKind::kMeta:
      meta_head_ = head;
      break;
    case HeadKind::kGen:
      gen_ = head;
      break;
    case HeadKind::kSeq:
      seq_ = head;
      break;
    case HeadKind::kTombstone:
      has_tombstone_ = true;
      break;
    case HeadKind::kMessages:
      if (head.partitioned && head.partition < kMaxPartitions) {
        partitions_seen_ |= 1U << head.partition;
      }
      break;
    case HeadKind::kSideRows:
      break;
  }
}

std::string Queue::Folder() const { return kRoot + EncodeDirectorySegment(name_).name + "/"; }

std::string Queue::OrphanFolder() const {
  std::string folder = kRoot + EncodeDirectorySegment(segment_).name;
  for (uint64_t i = 0; i < orphan_suffixes_; ++i) folder.append(kOrphanSuffix);
  return folder + "/";
}

void Queue::SetMeta(QueueMeta meta) {
  meta_ = std::move(meta);
  if (meta_.generation != 0) {
    generation_ = meta_.generation;
  } else if (HasGenRow()) {
    generation_ = gen_->number;
  }
}

bool Queue::GenerationsDiffer() const {
  return meta_.generation != 0 && HasGenRow() && gen_->number != meta_.generation;
}

Life Queue::LifeOf(const Head& run) const {
  if (generation_ && run.number < *generation_) return Life::kStale;
  if (generation_ && run.number > *generation_) return Life::kUnreachable;
  if (run.partitioned != meta_.IsPartitioned()) return Life::kUnreachable;
  if (!run.partitioned) return Life::kLive;
  const uint32_t partitions = meta_.IsPerQueue() ? 1 : meta_.partition_count;
  return run.partition < partitions ? Life::kLive : Life::kUnreachable;
}

std::string Queue::PartitionsWithoutRows() const {
  std::string missing;
  if (!meta_.IsPartitioned() || meta_.IsPerQueue()) return missing;
  for (uint32_t i = 0; i < std::min(meta_.partition_count, kMaxPartitions); ++i) {
    if ((partitions_seen_ >> i & 1) != 0) continue;
    missing.append(missing.empty() ? "" : ", ").append(std::to_string(i));
  }
  return missing;
}

}  // namespace snaptree::sqs

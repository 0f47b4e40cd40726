#include "encode/row_sorter.h"

#include <algorithm>
#include <utility>

#include "encode/row_limits.h"

#include "base/coding.h"
#include "formats/fsm_format.h"

namespace snaptree {
namespace {

// Of the memory budget, for the rows of all lanes and for their claims.
constexpr double kRowsShare = 0.4;
constexpr double kClaimsShare = 0.04;

// First byte of a payload.
enum Tag : char { kPlain, kExpiring, kFromFile, kFromBody };

}  // namespace

// The rows that one thread at a time puts.
class RowSorter::Lane {
 public:
  Lane(const SorterOptions& rows_options, const SorterOptions& claims_options)
      : rows(rows_options), claims(claims_options) {}

  ExternalSorter rows;
  ExternalSorter claims;
  std::vector<uint64_t> bodies;  // by encoder
  std::string key;               // scratch
  std::string payload;           // scratch
};

class RowSorter::Writer : public RowWriter {
 public:
  Writer(RowSorter* sorter, Lane* lane) : sorter_(sorter), lane_(lane) {}
  ~Writer() override {
    const std::lock_guard lock(sorter_->mutex_);
    sorter_->idle_.push_back(lane_);
  }

  Status Put(Slice user_key, Slice body, uint64_t expire_at) override {
    SNAPTREE_TRY(CheckRowLimits(user_key, body.size()));
    std::string& payload = lane_->payload;
    payload.assign(1, expire_at == 0 ? kPlain : kExpiring);
    if (expire_at != 0) AppendLe64(&payload, expire_at);
    payload.append(body);
    return Add(user_key);
  }

  Status PutFile(Slice user_key, Slice head, Slice path, uint64_t file_bytes,
                 uint64_t expire_at) override {
    SNAPTREE_TRY(CheckRowLimits(user_key, head.size() + file_bytes));
    std::string& payload = lane_->payload;
    payload.assign(1, kFromFile);
    AppendLe64(&payload, expire_at);
    AppendLe64(&payload, file_bytes);
    AppendLe64(&payload, head.size());
    payload.append(head).append(path);
    return Add(user_key);
  }

  Status PutBody(Slice first_user_key, uint32_t encoder, Slice body_payload) override {
    SNAPTREE_TRY(CheckRowLimits(first_user_key, 0));
    if (lane_->bodies.size() <= encoder) lane_->bodies.resize(encoder + 1);
    ++lane_->bodies[encoder];
    std::string& payload = lane_->payload;
    payload.assign(1, kFromBody);
    AppendLe64(&payload, encoder);
    payload.append(body_payload);
    return Add(first_user_key);
  }

  Status Claim(Slice what) override { return lane_->claims.Add(what, {}); }

 private:
  // Keys are sorted as they stand in the file, with the timestamp behind them.
  Status Add(Slice user_key) {
    lane_->key.assign(user_key);
    AppendBe64(&lane_->key, ~sorter_->commit_ts_);
    return lane_->rows.Add(lane_->key, lane_->payload);
  }

  RowSorter* const sorter_;
  Lane* const lane_;
};

// Several finished sorters as one.
class RowSorter::Merge {
 public:
  Status Open(const std::vector<ExternalSorter*>& sorters) {
    for (ExternalSorter* sorter : sorters) {
      inputs_.push_back({sorter, {}, {}});
      SNAPTREE_TRY(Advance(inputs_.size() - 1));
    }
    return {};
  }

  Result<bool> Next(Slice* key, Slice* payload) {
    if (current_ != kNone) SNAPTREE_TRY(Advance(std::exchange(current_, kNone)));
    for (size_t i = 0; i < inputs_.size(); ++i) {
      if (inputs_[i].sorter == nullptr) continue;
      if (current_ == kNone || inputs_[i].key < inputs_[current_].key) current_ = i;
    }
    if (current_ == kNone) return false;
    *key = inputs_[current_].key;
    *payload = inputs_[current_].payload;
    return true;
  }

 private:
  static constexpr size_t kNone = SIZE_MAX;
  struct Input {
    ExternalSorter* sorter;  // null: at its end
    Slice key;
    Slice payload;
  };

  Status Advance(size_t i) {
    Input& input = inputs_[i];
    SNAPTREE_ASSIGN(const bool more, input.sorter->Next(&input.key, &input.payload));
    if (!more) input.sorter = nullptr;
    return {};
  }

  std::vector<Input> inputs_;  // few: no heap
  size_t current_ = kNone;
};

RowSorter::RowSorter(uint64_t commit_ts, std::function<SorterOptions(double share)> options,
                     unsigned writers)
    : commit_ts_(commit_ts), options_(std::move(options)), writers_(std::max(1U, writers)) {}

RowSorter::~RowSorter() = default;

std::unique_ptr<RowWriter> RowSorter::Borrow() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) {
    lanes_.push_back(
        std::make_unique<Lane>(options_(kRowsShare / writers_), options_(kClaimsShare / writers_)));
    idle_.push_back(lanes_.back().get());
  }
  Lane* lane = idle_.back();
  idle_.pop_back();
  return std::make_unique<Writer>(this, lane);
}

uint32_t RowSorter::AddBodyEncoder(std::unique_ptr<BodyEncoder> encoder) {
  const std::lock_guard lock(mutex_);
  encoders_.push_back(std::move(encoder));
  return static_cast<uint32_t>(encoders_.size() - 1);
}

Status RowSorter::Finish(WorkerPool& workers) {
  std::vector<WorkerPool::Job> jobs;
  std::vector<ExternalSorter*> rows;
  std::vector<ExternalSorter*> claims;
  for (const std::unique_ptr<Lane>& lane : lanes_) {
    rows.push_back(&lane->rows);
    claims.push_back(&lane->claims);
    jobs.emplace_back([&lane] {
      SNAPTREE_TRY(lane->rows.Finish());
      return lane->claims.Finish();
    });
  }
  SNAPTREE_TRY(workers.Run(jobs));
  rows_ = std::make_unique<Merge>();
  claims_ = std::make_unique<Merge>();
  SNAPTREE_TRY(rows_->Open(rows));
  return claims_->Open(claims);
}

Result<bool> RowSorter::Next(SortedEntry* entry) {
  Slice key;
  Slice payload;
  SNAPTREE_ASSIGN(const bool more, rows_->Next(&key, &payload));
  if (!more) return false;
  *entry = {};
  entry->raw_key = key;
  entry->user_key = key.substr(0, key.size() - kTimestampBytes);
  ByteReader reader(payload.substr(1));
  switch (static_cast<Tag>(payload[0])) {
    case kExpiring:
      reader.ReadLe64(&entry->expire_at);
      [[fallthrough]];
    case kPlain:
      entry->body = reader.rest();
      break;
    case kFromFile: {
      entry->kind = SortedEntry::Kind::kFile;
      uint64_t head = 0;
      reader.ReadLe64(&entry->expire_at);
      reader.ReadLe64(&entry->file_bytes);
      reader.ReadLe64(&head);
      reader.ReadBytes(head, &entry->body);
      entry->path = reader.rest();
      break;
    }
    case kFromBody: {
      entry->kind = SortedEntry::Kind::kBody;
      uint64_t encoder = 0;
      reader.ReadLe64(&encoder);
      entry->encoder = static_cast<uint32_t>(encoder);
      entry->payload = reader.rest();
      break;
    }
  }
  return true;
}

Result<bool> RowSorter::NextDoubleClaim(std::string* claim) {
  std::string last;
  bool has_last = false;
  for (;;) {
    Slice key;
    Slice payload;
    SNAPTREE_ASSIGN(const bool more, claims_->Next(&key, &payload));
    if (!more) return false;
    if (has_last && key == last) {
      *claim = last;
      return true;
    }
    last.assign(key);
    has_last = true;
  }
}

uint64_t RowSorter::rows() const {
  uint64_t rows = 0;
  for (const std::unique_ptr<Lane>& lane : lanes_) rows += lane->rows.size();
  return rows;
}

uint64_t RowSorter::bodies_of(uint32_t encoder) const {
  uint64_t bodies = 0;
  for (const std::unique_ptr<Lane>& lane : lanes_) {
    if (encoder < lane->bodies.size()) bodies += lane->bodies[encoder];
  }
  return bodies;
}

}  // namespace snaptree

#include "formats/merged_rows.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "formats/family_table.h"
#include "formats/mvcc_view.h"

namespace snaptree {
namespace {

constexpr unsigned kInputShift = 56;
constexpr uint64_t kOffsetMask = (uint64_t{1} << kInputShift) - 1;
constexpr size_t kBatchRows = 128;
constexpr uint64_t kPlaceEvery = uint64_t{1} << 20;

size_t InputOf(uint64_t value_position) {
  return static_cast<size_t>(value_position >> kInputShift);
}

// A position of the merged stream, and how far each input has been read there.
struct Place {
  uint64_t position = 0;
  std::vector<uint64_t> inputs;
};

class MergedSource : public RowSource {
 public:
  explicit MergedSource(const MergedInputs& inputs)
      : sources_(inputs.sources), has_added_(inputs.added != nullptr) {
    if (has_added_) sources_.push_back(inputs.added);
    for (const RowSource* source : sources_) end_ += source->extent().size();
    for (const RowSource* source : inputs.sources) {
      name_ += (name_.empty() ? "" : " + ") + source->name();
    }
    Place begin;
    for (const RowSource* source : sources_) begin.inputs.push_back(source->extent().begin);
    places_.push_back(std::move(begin));
  }

  const std::string& name() const override { return name_; }
  Extent extent() const override { return {0, end_}; }
  std::unique_ptr<RowCursor> OpenCursor(Extent extent) const override;
  Status ReadValue(uint64_t value_position, uint64_t from, char* out, size_t n) const override {
    return SourceOf(value_position).ReadValue(value_position & kOffsetMask, from, out, n);
  }
  Result<Slice> View(uint64_t value_position, size_t n, ViewBuffer* buffer) const override {
    buffer->bytes.resize(n);
    SNAPTREE_TRY(ReadValue(value_position, 0, buffer->bytes.data(), n));
    return Slice(buffer->bytes);
  }
  const std::string& FileOf(uint64_t value_position) const override {
    return SourceOf(value_position).name();
  }
  uint64_t OffsetOf(uint64_t /*row_position*/, uint64_t value_position) const override {
    return value_position & kOffsetMask;
  }

  const std::vector<const RowSource*>& sources() const { return sources_; }
  bool IsAdded(size_t input) const { return has_added_ && input + 1 == sources_.size(); }
  // The tag of an input's values.
  uint64_t TagOf(size_t input) const {
    return IsAdded(input) ? kAddedRows : static_cast<uint64_t>(input) << kInputShift;
  }
  const Place& begin() const { return places_.front(); }
  // Whether the last place that is remembered lies far behind.
  bool WantsPlace(uint64_t position) const {
    return position >= places_.back().position + kPlaceEvery;
  }
  void Remember(Place place) { places_.push_back(std::move(place)); }

 private:
  const RowSource& SourceOf(uint64_t value_position) const {
    return value_position >= kAddedRows ? *sources_.back() : *sources_[InputOf(value_position)];
  }

  std::vector<const RowSource*> sources_;
  bool has_added_;
  std::string name_;
  uint64_t end_ = 0;
  std::vector<Place> places_;  // ascending
};

// Merges from a place on.
class MergedCursor : public RowCursor {
 public:
  MergedCursor(const MergedSource& source, const Place& from, Extent extent)
      : source_(source), extent_(extent), position_(from.position) {
    for (size_t i = 0; i < source.sources().size(); ++i) {
      const Extent all = source.sources()[i]->extent();
      inputs_.push_back({source.sources()[i]->OpenCursor({from.inputs[i], all.end}),
                         {},
                         0,
                         from.inputs[i],
                         false});
    }
    rows_.reserve(kBatchRows);
  }

  Result<std::span<const Row>> NextBatch() override {
    rows_.clear();
    while (rows_.empty() && position_ < extent_.end) {
      SNAPTREE_TRY(Load());
      if (!Merge()) break;
    }
    return std::span<const Row>(rows_);
  }

  uint64_t position() const { return position_; }
  Place place() const {
    Place place{position_, {}};
    for (const Input& input : inputs_) place.inputs.push_back(input.position);
    return place;
  }

 private:
  struct Input {
    std::unique_ptr<RowCursor> cursor;
    std::span<const Row> batch;
    size_t next = 0;
    uint64_t position = 0;  // of the next row
    bool ended = false;

    bool IsEmpty() const { return next == batch.size(); }
    const Row& head() const { return batch[next]; }
  };

  // Gives every input that has not ended a row. Views of rows given so far die here.
  Status Load() {
    for (Input& input : inputs_) {
      if (!input.IsEmpty() || input.ended) continue;
      SNAPTREE_ASSIGN(input.batch, input.cursor->NextBatch());
      input.next = 0;
      input.ended = input.batch.empty();
    }
    return {};
  }

  // The input with the smallest raw key, the first one of equals; null when all have ended.
  Input* Smallest() {
    Input* smallest = nullptr;
    for (Input& input : inputs_) {
      if (input.IsEmpty()) continue;
      if (smallest == nullptr || input.head().key < smallest->head().key) smallest = &input;
    }
    return smallest;
  }

  // Takes rows until the batch is full or an input must be loaded again. False at the end of all.
  bool Merge() {
    while (rows_.size() < kBatchRows) {
      Input* const input = Smallest();
      if (input == nullptr) return false;
      Take(input);
      if (position_ >= extent_.end) return true;
      if (input->IsEmpty()) return true;
    }
    return true;
  }

  void Take(Input* input) {
    const auto index = static_cast<size_t>(input - inputs_.data());
    Row row = input->head();
    ++input->next;
    input->position = row.end;
    const uint64_t size = row.end - row.position;
    row.value_position |= source_.TagOf(index);
    row.position = position_;
    row.end = position_ + size;
    position_ = row.end;
    const bool is_known = source_.IsAdded(index) && row.key == last_key_;
    if (row.position < extent_.begin || row.position >= extent_.end || is_known) return;
    rows_.push_back(row);
    if (source_.IsAdded(inputs_.size() - 1)) last_key_.assign(row.key);
  }

  const MergedSource& source_;
  const Extent extent_;
  uint64_t position_;
  std::vector<Input> inputs_;
  std::vector<Row> rows_;
  std::string last_key_;  // kept only when rows are added
};

std::unique_ptr<RowCursor> MergedSource::OpenCursor(Extent extent) const {
  const auto after =
      std::upper_bound(places_.begin(), places_.end(), extent.begin,
                       [](uint64_t position, const Place& p) { return position < p.position; });
  return std::make_unique<MergedCursor>(*this, *(after - 1), extent);
}

// Finds keys of user data that are live in two inputs.
class OverlapCheck {
 public:
  OverlapCheck(const MergedSource& source, uint64_t read_ts)
      : source_(source), views_(source.sources().size(), View(read_ts)) {}

  Status Take(const Row& row) {
    if (IsAddedRow(row) || row.key.size() < kTimestampBytes || ClassifyRawKey(row.key) >= 0)
      return {};
    const Slice key = row.key.substr(0, row.key.size() - kTimestampBytes);
    const FamilyClass family = Families()[ClassifyLogicalKey(key)].family_class;
    if (family != FamilyClass::kData && family != FamilyClass::kUnknown) return {};
    if (MvccDefect(row.key.size(), row.value_size, row.value) != nullptr) return {};
    const size_t input = InputOf(row.value_position);
    View& view = views_[input];
    const Verdict verdict =
        view.view.Judge(MvccRow::Parse(row.key, row.value), CommonPrefix(view.last, row.key));
    view.last.assign(row.key);
    size_t& owner = owners_.Find(key.size(), CommonPrefix(last_, row.key));
    last_.assign(row.key);
    if (verdict != Verdict::kLive) return {};
    if (owner != 0 && owner != input + 1) return Overlap(key, owner - 1, input);
    owner = input + 1;
    return {};
  }

 private:
  struct View {
    explicit View(uint64_t read_ts) : view(read_ts) {}
    MvccView view;
    std::string last;  // raw key that it judged last
  };

  Status Overlap(Slice key, size_t one, size_t other) const {
    return DataError("KeyInTwoInputs",
                     "a key stands in two inputs, which makes them no groups of "
                     "one cluster at one time")
        .At(source_.sources()[one]->name())
        .Address("key \"" + Printable(key, 120) + "\"")
        .Found("the same key in " + source_.sources()[other]->name())
        .Next(
            "give one file of each raft group; two snapshots of one group are decoded in two runs");
  }

  const MergedSource& source_;
  std::vector<View> views_;  // of each input by itself
  OpenKeys<size_t> owners_;  // 1 + the input in which the key is live; 0: none so far
  std::string last_;
};

class MergedScan : public ScanCursor {
 public:
  MergedScan(MergedSource& source, uint64_t read_ts)
      : source_(source),
        cursor_(source, source.begin(), source.extent()),
        check_(source, read_ts) {}

  Result<std::span<const Row>> NextBatch() override {
    if (source_.WantsPlace(cursor_.position())) source_.Remember(cursor_.place());
    SNAPTREE_ASSIGN(const auto rows, cursor_.NextBatch());
    for (const Row& row : rows) SNAPTREE_TRY(check_.Take(row));
    return rows;
  }
  uint64_t position() const override { return cursor_.position(); }
  Status Finish(Findings* /*findings*/) override { return {}; }

 private:
  MergedSource& source_;
  MergedCursor cursor_;
  OverlapCheck check_;
};

class MergedContainer : public Container {
 public:
  MergedContainer(const MergedInputs& inputs, ContainerInfo info)
      : info_(std::move(info)), read_ts_(inputs.read_ts), source_(inputs) {}

  const ContainerInfo& info() const override { return info_; }
  const RowSource& rows() const override { return source_; }
  std::unique_ptr<ScanCursor> OpenScan() override {
    return std::make_unique<MergedScan>(source_, read_ts_);
  }
  Status Diagnose(Status damage) const override { return damage; }

 private:
  ContainerInfo info_;
  uint64_t read_ts_;
  MergedSource source_;
};

}  // namespace

std::unique_ptr<Container> NewMergedContainer(MergedInputs inputs, ContainerInfo info) {
  return std::make_unique<MergedContainer>(inputs, std::move(info));
}

}  // namespace snaptree

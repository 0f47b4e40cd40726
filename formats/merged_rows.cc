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
// Places stand this many bytes apart, or more when there would be too many.
constexpr uint64_t kPlaceEvery = uint64_t{32} << 10;
constexpr size_t kMaxPlaces = size_t{1} << 18;

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
    for (const RowSource* source : sources_) {
      begin.inputs.push_back(source->extent().begin);
      end_place_.inputs.push_back(source->extent().end);
    }
    end_place_.position = end_;
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
  uint64_t OffsetOf(uint64_t row_position, uint64_t value_position) const override;

  const std::vector<const RowSource*>& sources() const { return sources_; }
  bool IsAdded(size_t input) const { return has_added_ && input + 1 == sources_.size(); }
  // The tag of an input's values.
  uint64_t TagOf(size_t input) const {
    return IsAdded(input) ? kAddedRows : static_cast<uint64_t>(input) << kInputShift;
  }
  const Place& begin() const { return places_.front(); }
  const Place& end() const { return end_place_; }
  // Whether the last place that is remembered lies far behind.
  bool WantsPlace(uint64_t position) const {
    return position >= places_.back().position + place_every_;
  }
  void Remember(Place place) {
    places_.push_back(std::move(place));
    if (places_.size() < kMaxPlaces) return;
    for (size_t i = 0; 2 * i < places_.size(); ++i) places_[i] = std::move(places_[2 * i]);
    places_.resize((places_.size() + 1) / 2);
    place_every_ *= 2;
  }

 private:
  const Place& PlaceBefore(uint64_t position) const;  // or there
  const Place& PlaceAfter(uint64_t position) const;   // or there
  const RowSource& SourceOf(uint64_t value_position) const {
    return value_position >= kAddedRows ? *sources_.back() : *sources_[InputOf(value_position)];
  }

  std::vector<const RowSource*> sources_;
  bool has_added_;
  std::string name_;
  uint64_t end_ = 0;
  Place end_place_;
  uint64_t place_every_ = kPlaceEvery;
  std::vector<Place> places_;  // ascending
};

// Merges from a place on, as far as another one.
class MergedCursor : public RowCursor {
 public:
  MergedCursor(const MergedSource& source, const Place& from, const Place& to, Extent extent)
      : source_(source), extent_(extent), position_(from.position) {
    for (size_t i = 0; i < source.sources().size(); ++i) {
      const Extent part{from.inputs[i], to.inputs[i]};
      inputs_.push_back({source.sources()[i]->OpenCursor(part), {}, 0, part.begin, false});
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
  // Of the first row of the last batch: where it stands in its own input.
  uint64_t first_offset() const { return first_offset_; }
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
    const uint64_t offset = row.position;
    ++input->next;
    input->position = row.end;
    const uint64_t size = row.end - row.position;
    row.value_position |= source_.TagOf(index);
    row.position = position_;
    row.end = position_ + size;
    position_ = row.end;
    const bool is_known = source_.IsAdded(index) && row.key == last_key_;
    if (row.position < extent_.begin || row.position >= extent_.end || is_known) return;
    if (rows_.empty()) first_offset_ = offset;
    rows_.push_back(row);
    if (source_.IsAdded(inputs_.size() - 1)) last_key_.assign(row.key);
  }

  const MergedSource& source_;
  const Extent extent_;
  uint64_t position_;
  std::vector<Input> inputs_;
  std::vector<Row> rows_;
  uint64_t first_offset_ = 0;
  std::string last_key_;  // kept only when rows are added
};

std::unique_ptr<RowCursor> MergedSource::OpenCursor(Extent extent) const {
  return std::make_unique<MergedCursor>(*this, PlaceBefore(extent.begin), PlaceAfter(extent.end),
                                        extent);
}

const Place& MergedSource::PlaceBefore(uint64_t position) const {
  const auto after =
      std::upper_bound(places_.begin(), places_.end(), position,
                       [](uint64_t wanted, const Place& p) { return wanted < p.position; });
  return *(after - 1);
}

const Place& MergedSource::PlaceAfter(uint64_t position) const {
  const auto at =
      std::lower_bound(places_.begin(), places_.end(), position,
                       [](const Place& p, uint64_t wanted) { return p.position < wanted; });
  return at == places_.end() ? end_place_ : *at;
}

// For messages: a row's offset in its own file.
uint64_t MergedSource::OffsetOf(uint64_t row_position, uint64_t value_position) const {
  MergedCursor cursor(*this, PlaceBefore(row_position), PlaceAfter(row_position + 1),
                      {row_position, row_position + 1});
  const auto rows = cursor.NextBatch();
  // A row that cannot be read again has an offset near its value.
  return rows.ok() && !rows->empty() ? cursor.first_offset() : value_position & kOffsetMask;
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
    const Family& family = Families()[ClassifyLogicalKey(key)];
    const bool is_ours =
        family.family_class == FamilyClass::kData || family.family_class == FamilyClass::kUnknown;
    // Rows named by their content are the same wherever they stand.
    if (!is_ours || family.newest_at_any_time) return {};
    const size_t input = InputOf(row.value_position);
    const Verdict verdict = Judge(row, &views_[input]);
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

  static Verdict Judge(const Row& row, View* view) {
    const size_t common = CommonPrefix(view->last, row.key);
    view->last.assign(row.key);
    if (MvccDefect(row.key.size(), row.value_size, row.value) == nullptr)
      return view->view.Judge(MvccRow::Parse(row.key, row.value), common);
    view->view.JudgeDamaged(row.key, common);
    return Verdict::kDamaged;
  }

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
  MergedScan(MergedSource& source, const MergedInputs& inputs)
      : source_(source),
        cursor_(source, source.begin(), source.end(), source.extent()),
        check_(source, inputs.read_ts),
        may_overlap_(inputs.may_overlap) {}

  Result<std::span<const Row>> NextBatch() override {
    if (source_.WantsPlace(cursor_.position())) source_.Remember(cursor_.place());
    SNAPTREE_ASSIGN(const auto rows, cursor_.NextBatch());
    if (may_overlap_) return rows;
    for (const Row& row : rows) SNAPTREE_TRY(check_.Take(row));
    return rows;
  }
  uint64_t bytes_read() const override { return cursor_.position(); }
  Status Finish(Findings* /*findings*/) override { return {}; }

 private:
  MergedSource& source_;
  MergedCursor cursor_;
  OverlapCheck check_;
  const bool may_overlap_;
};

class MergedContainer : public Container {
 public:
  MergedContainer(const MergedInputs& inputs, ContainerInfo info)
      : info_(std::move(info)), inputs_(inputs), source_(inputs) {}

  const ContainerInfo& info() const override { return info_; }
  const RowSource& rows() const override { return source_; }
  std::optional<uint64_t> payload_end() const override { return std::nullopt; }
  std::unique_ptr<ScanCursor> OpenScan() override {
    return std::make_unique<MergedScan>(source_, inputs_);
  }
  Status Diagnose(Status damage) const override { return damage; }

 private:
  ContainerInfo info_;
  MergedInputs inputs_;
  MergedSource source_;
};

}  // namespace

std::unique_ptr<Container> NewMergedContainer(const MergedInputs& inputs, ContainerInfo info) {
  return std::make_unique<MergedContainer>(inputs, std::move(info));
}

}  // namespace snaptree

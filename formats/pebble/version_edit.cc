#include "formats/pebble/version_edit.h"

#include "base/coding.h"
#include "formats/table/varint.h"

namespace snaptree {
namespace {

enum Tag : uint64_t {
  kComparator = 1,
  kLogNumber = 2,
  kNextFileNumber = 3,
  kLastSequence = 4,
  kCompactionPointer = 5,
  kTableRemoved = 6,
  kTableAdded = 7,
  kPreviousLog = 9,
  kTableAdded2 = 100,  // with sequences
  kTableAdded3 = 102,  // with a path id
  kTableAdded4 = 103,  // with custom fields
  kTableAdded5 = 104,  // with range keys
  kBackingCreated = 105,
  kBackingRemoved = 106,
  kBlobFileAdded = 107,
  kBlobFileRemoved = 108,
};

enum CustomTag : uint64_t {
  kEndOfCustom = 1,
  kPathId = 65,
  kVirtual = 66,
  kSyntheticPrefix = 67,
  kSyntheticSuffix = 68,
  kBlobReferences = 69,
  kMustBeKnown = 64,  // a bit
};

constexpr uint64_t kLevels = 7;
constexpr size_t kTrailerBytes = 8;
constexpr uint8_t kHasPointKeys = 1;
constexpr Slice kCannotRead = "take the directory from another copy or node, or use a snapshot";

Status Unsupported(const std::string& what) {
  return DataError("TableFormatUnsupported", "the MANIFEST names " + what)
      .Next("a newer snaptree, or a snapshot of this node");
}

Status UnknownTag(uint64_t tag, const char* of) {
  return DataError("ManifestTag", std::string("a MANIFEST holds an unknown ") + of)
      .Found("tag " + std::to_string(tag))
      .Next("a newer snaptree, or a snapshot of this node");
}

class EditParser {
 public:
  explicit EditParser(Slice record) : record_(record), in_(record) {}

  Result<VersionEdit> Parse() {
    while (!in_.empty()) {
      field_ = record_.size() - in_.size();
      Status status = ParseField();
      if (!status.ok()) return std::move(status).Address(Place());
    }
    return std::move(edit_);
  }

 private:
  std::string Place() const { return "byte " + std::to_string(field_) + " of an edit"; }

  static Status Corrupt(const char* what) {
    return DataError("ManifestCorrupt", what).Next(std::string(kCannotRead));
  }
  static Status Cut() { return Corrupt("an edit ends inside a field"); }

  Status Number(uint64_t* out) { return ReadVarint(&in_, out) ? Status::Ok() : Cut(); }
  Status Number(std::optional<uint64_t>* out) { return Number(&out->emplace()); }
  Status String(Slice* out) {
    uint64_t n = 0;
    SNAPTREE_TRY(Number(&n));
    if (n > in_.size()) return Cut();
    *out = in_.substr(0, static_cast<size_t>(n));
    in_.remove_prefix(static_cast<size_t>(n));
    return {};
  }

  Status Level(int* out) {
    uint64_t level = 0;
    SNAPTREE_TRY(Number(&level));
    if (level >= kLevels) return Corrupt("an edit names a level that no store has");
    *out = static_cast<int>(level);
    return {};
  }

  // A bound without its trailer.
  Status Bound(std::string* key, uint64_t* trailer) {
    Slice bound;
    SNAPTREE_TRY(String(&bound));
    if (bound.size() < kTrailerBytes) return Corrupt("a table's bound is shorter than its trailer");
    *trailer = LoadLe64(bound.data() + bound.size() - kTrailerBytes);
    key->assign(bound.substr(0, bound.size() - kTrailerBytes));
    return {};
  }

  Status Bounds(KeyBounds* bounds) {
    uint64_t trailer = 0;
    SNAPTREE_TRY(Bound(&bounds->smallest, &trailer));
    SNAPTREE_TRY(Bound(&bounds->largest, &trailer));
    const EntryKind kind = KindOf(trailer);
    const bool ends_a_range = kind == EntryKind::kRangeDelete ||
                              kind == EntryKind::kRangeKeyDelete ||
                              kind == EntryKind::kRangeKeyUnset || kind == EntryKind::kRangeKeySet;
    bounds->excludes_largest = ends_a_range && SequenceOf(trailer) == kMaxSequence;
    if (bounds->smallest > bounds->largest) return Corrupt("a table's bounds are out of order");
    return {};
  }

  Status ParseField();
  Status ParseRemoved();
  Status ParseAdded(uint64_t tag);
  Status ParsePointAndRangeBounds(TableAdded* added);
  Status ParseSequences(PebbleTable* table);
  Status ParseCustom(PebbleTable* table);
  Status ParseBacking();
  Status ParseOther(uint64_t tag);

  const Slice record_;
  Slice in_;
  size_t field_ = 0;  // where the current field begins
  VersionEdit edit_;
};

Status EditParser::ParseField() {
  uint64_t tag = 0;
  SNAPTREE_TRY(Number(&tag));
  switch (tag) {
    case kLogNumber:
      return Number(&edit_.log_number);
    case kNextFileNumber:
      return Number(&edit_.next_file_number);
    case kLastSequence:
      return Number(&edit_.last_sequence);
    case kTableRemoved:
      return ParseRemoved();
    case kTableAdded:
    case kTableAdded2:
    case kTableAdded3:
    case kTableAdded4:
    case kTableAdded5:
      return ParseAdded(tag);
    case kBackingCreated:
      return ParseBacking();
    case kBackingRemoved:
      return Number(&edit_.backings_removed.emplace_back());
    default:
      return ParseOther(tag);
  }
}

// What says nothing about tables.
Status EditParser::ParseOther(uint64_t tag) {
  Slice text;
  uint64_t number = 0;
  int level = 0;
  switch (tag) {
    case kComparator:
      SNAPTREE_TRY(String(&text));
      edit_.comparator = std::string(text);
      return {};
    case kCompactionPointer:
      SNAPTREE_TRY(Level(&level));
      return String(&text);
    case kPreviousLog:
      return Number(&number);
    case kBlobFileAdded:
    case kBlobFileRemoved:
      return Unsupported("a blob file, which holds values apart from their tables");
    default:
      return UnknownTag(tag, "kind of field");
  }
}

Status EditParser::ParseRemoved() {
  auto& [level, number] = edit_.removed.emplace_back();
  SNAPTREE_TRY(Level(&level));
  return Number(&number);
}

Status EditParser::ParseBacking() {
  auto& [number, size] = edit_.backings_created.emplace_back();
  SNAPTREE_TRY(Number(&number));
  return Number(&size);
}

Status EditParser::ParseAdded(uint64_t tag) {
  TableAdded& added = edit_.added.emplace_back();
  PebbleTable& table = added.table;
  SNAPTREE_TRY(Level(&table.level));
  SNAPTREE_TRY(Number(&table.number));
  uint64_t path_id = 0;
  if (tag == kTableAdded3) SNAPTREE_TRY(Number(&path_id));
  if (path_id != 0) return Unsupported("a table in another directory");
  SNAPTREE_TRY(Number(&table.size));
  if (tag == kTableAdded5) {
    SNAPTREE_TRY(ParsePointAndRangeBounds(&added));
  } else {
    SNAPTREE_TRY(Bounds(&table.bounds));
  }
  if (tag == kTableAdded) {
    table.largest_sequence = kMaxSequence;
    return {};
  }
  SNAPTREE_TRY(ParseSequences(&table));
  return tag == kTableAdded4 || tag == kTableAdded5 ? ParseCustom(&table) : Status::Ok();
}

Status EditParser::ParsePointAndRangeBounds(TableAdded* added) {
  if (in_.empty()) return Cut();
  const auto marker = static_cast<uint8_t>(in_[0]);
  in_.remove_prefix(1);
  if ((marker & kHasPointKeys) != 0) SNAPTREE_TRY(Bounds(&added->table.bounds));
  KeyBounds of_ranges;
  SNAPTREE_TRY(Bounds(&of_ranges));
  added->has_range_keys = true;
  return {};
}

Status EditParser::ParseSequences(PebbleTable* table) {
  SNAPTREE_TRY(Number(&table->smallest_sequence));
  SNAPTREE_TRY(Number(&table->largest_sequence));
  if (table->smallest_sequence <= table->largest_sequence &&
      table->largest_sequence <= kMaxSequence) {
    return {};
  }
  return Corrupt("a table's sequence numbers are out of order");
}

Status EditParser::ParseCustom(PebbleTable* table) {
  for (;;) {
    uint64_t tag = 0;
    SNAPTREE_TRY(Number(&tag));
    switch (tag) {
      case kEndOfCustom:
        return {};
      case kVirtual:
        SNAPTREE_TRY(Number(&table->backing));
        continue;
      case kSyntheticPrefix:
      case kSyntheticSuffix:
        return Unsupported("a table whose keys are to be rewritten");
      case kBlobReferences:
        return Unsupported("a table with values in blob files");
      default:
        break;
    }
    if ((tag & kMustBeKnown) != 0) return UnknownTag(tag, "property of a table");
    Slice skipped;
    SNAPTREE_TRY(String(&skipped));
  }
}

}  // namespace

Result<VersionEdit> ParseVersionEdit(Slice record) { return EditParser(record).Parse(); }

}  // namespace snaptree

// Spec 06 section 4.1: a directory gets its version row with its first entry, and keeps it. Whether
// a node deletes the row with the directory is not known.
#include "check/verify/for_each_row.h"
#include "check/verify/index_walks.h"

#include "adapters/fs/fs_keys.h"
#include "adapters/fs/fs_rows.h"
#include "base/coding.h"

namespace snaptree {
namespace {

constexpr size_t kNumberBytes = 8;

// The parents of all entries, ascending.
class Parents {
 public:
  explicit Parents(const DecodeContext& context)
      : cursor_(context.source, context.scan, FamilyOf(fs::kEntryPrefix)) {}

  // Whether a directory has entries. REQUIRES: numbers ascend.
  Result<bool> Has(uint64_t number) {
    while (more_ && parent_ < number) SNAPTREE_TRY(Next());
    return more_ && parent_ == number;
  }
  Status Next() {
    for (;;) {
      SNAPTREE_ASSIGN(more_, cursor_.NextLive(&row_));
      if (!more_) return {};
      const Slice rest = row_.key.substr(fs::kEntryPrefix.size());
      if (rest.size() < kNumberBytes) continue;
      parent_ = LoadBe64(rest.data());
      return {};
    }
  }

 private:
  ViewCursor cursor_;
  ViewRow row_;
  bool more_ = false;
  uint64_t parent_ = 0;
};

constexpr IndexRules kRules = {.rows = "the version row of a directory with entries",
                               .any_value = true,
                               .without_record = Treatment::kNote,
                               .without_record_note = "fs_stale_directory_version",
                               .absent_note = "fs_directory_versions_absent"};

class FsDirectoryVersionsWalk : public IndexWalk {
 public:
  explicit FsDirectoryVersionsWalk(const DecodeContext& context) : context_(context) {}

  Status Run(IndexTaker& taker) override {
    SNAPTREE_TRY(Inodes(taker));
    return ForEachRow(context_, fs::kDirVersionPrefix, [&](const ViewRow& row) -> Status {
      uint64_t number = 0;
      if (!fs::ParseNumberedKey(row.key, fs::kDirVersionPrefix, &number)) {
        return context_.ledger.AddDamaged(FamilyOf(fs::kDirVersionPrefix), row, fs::MalformedKey());
      }
      SetRecord(number);
      return row.IsLive() ? taker.Row(kRules, record_, row, {}) : taker.Unjudged(record_);
    });
  }

  std::string Address() const override { return "inode " + std::to_string(inode_.number); }

 private:
  void SetRecord(uint64_t number) {
    record_.clear();
    AppendBe64(&record_, number);
  }

  Status Inodes(IndexTaker& taker) {
    Parents parents(context_);
    SNAPTREE_TRY(parents.Next());
    fs::FsValueParser parser;
    return ForEachRow(context_, fs::kInodePrefix, [&](const ViewRow& row) -> Status {
      uint64_t number = 0;
      if (!fs::ParseNumberedKey(row.key, fs::kInodePrefix, &number)) return {};
      SetRecord(number);
      if (!row.IsLive()) return taker.Unjudged(record_);
      Slice json;
      SNAPTREE_TRY(fs::LoadJson(context_.source, row.body, &storage_, &json));
      if (!parser.ParseInode(json, &inode_).ok()) return taker.Unjudged(record_);
      inode_.number = number;
      if (inode_.type != fs::InodeType::kDirectory) return {};
      SNAPTREE_ASSIGN(const bool has_entries, parents.Has(number));
      if (!has_entries) return taker.Exists(record_);
      key_.assign(fs::kDirVersionPrefix).append(record_);
      return taker.Expect(kRules, record_, row, key_, {}, Absence::kNoteIfAll);
    });
  }

  const DecodeContext& context_;
  fs::Inode inode_;
  std::string storage_;
  std::string record_;
  std::string key_;
};

}  // namespace

std::unique_ptr<IndexWalk> FsDirectoryVersions(const DecodeContext& context) {
  return std::make_unique<FsDirectoryVersionsWalk>(context);
}

}  // namespace snaptree

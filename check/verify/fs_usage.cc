#include "check/verify/fs_usage.h"

#include "check/verify/for_each_row.h"

#include "adapters/common/stored_json.h"
#include "adapters/fs/fs_keys.h"
#include "adapters/fs/fs_rows.h"
#include "base/text.h"

namespace snaptree {
namespace {

constexpr Slice kRoutedPrefix = "!fs|usage|route|";
constexpr const char* kInvalid = "FsInvalidUsage";

// Sums wrap around as those of the node do.
struct Usage {
  uint64_t files = 0;
  uint64_t bytes = 0;

  bool operator==(const Usage& other) const = default;
  std::string Text() const {
    return Thousands(files) + " inodes, " + Thousands(bytes) + " bytes of chunks";
  }
};

class Reader {
 public:
  // Adds what a row counts.
  Status Add(const DecodeContext& context, const ViewRow& row, Usage* sum) {
    Slice text;
    SNAPTREE_TRY(fs::LoadJson(context.source, row.body, &storage_, &text));
    SNAPTREE_TRY(json_.Parse(text, kInvalid));
    for (const JsonMember& member : json_.members()) SNAPTREE_TRY(Take(member, sum));
    return {};
  }

 private:
  static Status Take(const JsonMember& member, Usage* sum) {
    const bool files = member.name == "files" || member.name == "files_add";
    const bool bytes = member.name == "bytes" || member.name == "bytes_add";
    const bool less_files = member.name == "files_sub";
    const bool less_bytes = member.name == "bytes_sub";
    if (!files && !bytes && !less_files && !less_bytes) return {};
    uint64_t number = 0;
    if (!ToUint64(member.value, &number)) {
      return DataError(kInvalid, "a counter of the filesystem is no number");
    }
    if (files) sum->files += number;
    if (bytes) sum->bytes += number;
    if (less_files) sum->files -= number;
    if (less_bytes) sum->bytes -= number;
    return {};
  }

  StoredJson json_;
  std::string storage_;
};

// False: a counter row cannot be read, which was told.
Result<bool> SumCounters(const DecodeContext& context, TreeFindings* problems, Usage* sum) {
  Reader reader;
  bool readable = true;
  for (const Slice prefix : {fs::kUsageKey, kRoutedPrefix}) {
    SNAPTREE_TRY(ForEachRow(context, prefix, [&](const ViewRow& row) -> Status {
      Status status = row.IsLive() ? reader.Add(context, row, sum) : Status::Ok();
      readable = readable && row.IsLive() && status.ok();
      if (status.ok() || status.kind() != ErrorKind::kData) return status;
      return problems->TakeError(std::move(status)
                                     .At(context.source.FileOf(row.body.position),
                                         context.source.OffsetOf(row.position, row.body.position))
                                     .Address(Printable(row.key)));
    }));
  }
  return readable;
}

Result<bool> SumRows(const DecodeContext& context, Usage* sum) {
  bool readable = true;
  SNAPTREE_TRY(ForEachRow(context, fs::kInodePrefix, [&](const ViewRow& row) {
    readable = readable && row.IsLive();
    ++sum->files;
    return Status::Ok();
  }));
  SNAPTREE_TRY(ForEachRow(context, fs::kChunkPrefix, [&](const ViewRow& row) {
    readable = readable && row.IsLive();
    sum->bytes += row.body.size;
    return Status::Ok();
  }));
  return readable;
}

uint64_t Live(const DecodeContext& context, Slice prefix) {
  return context.scan.of(FamilyOf(prefix)).live;
}

}  // namespace

Status CheckFsUsage(const DecodeContext& context, TreeFindings* problems, Findings* findings) {
  if (Live(context, fs::kInodePrefix) == 0) return {};
  Usage counted;
  Usage there;
  SNAPTREE_ASSIGN(const bool counters_readable, SumCounters(context, problems, &counted));
  SNAPTREE_ASSIGN(const bool rows_readable, SumRows(context, &there));
  if (!counters_readable || !rows_readable || counted == there) return {};
  // How the counters stand while a file moves between groups is not known.
  if (Live(context, "!fs|job|move|") > 0) {
    findings->Note("fs_usage_during_move",
                   "the counters of the filesystem differ from its rows, while files are on their "
                   "way between raft groups",
                   counted.Text());
    return {};
  }
  const bool none = Live(context, fs::kUsageKey) + Live(context, kRoutedPrefix) == 0;
  return problems->TakeError(
      DataError(none ? "IndexRowMissing" : "IndexRowMismatch",
                "the counters of the filesystem (statfs) are not those of its rows")
          .At(context.source.name())
          .Address(std::string(fs::kUsageKey))
          .Expected(there.Text())
          .Found(none ? "no counter" : counted.Text())
          .Next("snaptree decode, then snaptree encode, counts anew"));
}

}  // namespace snaptree

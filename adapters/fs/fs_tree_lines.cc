#include "adapters/fs/fs_tree_lines.h"

#include <utility>

#include "adapters/common/keymap_file.h"
#include "adapters/common/line_reader.h"
#include "adapters/fs/fs_keys.h"
#include "adapters/fs/fs_links.h"
#include "adapters/fs/fs_paths.h"
#include "base/cancel.h"
#include "base/text.h"

namespace snaptree::fs {
namespace {

constexpr const char* kCode = "FsEncodeInvalid";
constexpr double kLinesShare = 0.08;
constexpr double kNumbersShare = 0.03;
constexpr double kNamesShare = 0.02;
constexpr uint64_t kCancelCheckMask = 0xfff;

std::unique_ptr<ExternalSorter> NewSorter(const EncodeContext& context, double share) {
  return std::make_unique<ExternalSorter>(context.sorter_options(share));
}

std::string LineAddress(uint64_t number) { return "line " + std::to_string(number); }

Slice LastSegment(Slice path) {
  const size_t slash = path.rfind('/');
  return slash == Slice::npos ? path : path.substr(slash + 1);
}

}  // namespace

TreeLines::TreeLines(const EncodeContext& context)
    : context_(context),
      by_path_(context.sorter_options(kLinesShare)),
      numbers_(NewSorter(context, kNumbersShare)),
      names_(NewSorter(context, kNamesShare)),
      waiting_(NewSorter(context, kNamesShare)) {}

Status TreeLines::Read() {
  SNAPTREE_TRY(ReadLines());
  SNAPTREE_TRY(FindDuplicates());
  SNAPTREE_TRY(ReadKeymap());
  return Resolve();
}

// Tells an error of the line at hand, which is broken from now on.
Status TreeLines::TakeError(Status error) {
  line_.broken = true;
  return context_.findings.TakeError(
      std::move(error).At(kInodesPath).Address(LineAddress(line_.number)));
}

Status TreeLines::ReadLines() {
  Result<std::unique_ptr<TreeInputFile>> file = context_.input.Open(kInodesPath);
  if (!file.ok()) {
    has_unreadable_ = true;
    return context_.findings.TakeError(std::move(file).status().At(kInodesPath));
  }
  LineReader reader(*std::move(file), StoredJson::kMaxBytes);
  for (;;) {
    Slice text;
    const Result<bool> more = reader.Next(&text);
    if (!more.ok()) {
      has_unreadable_ = true;
      return context_.findings.TakeError(more.status());
    }
    if (!*more) return {};
    if ((reader.number() & kCancelCheckMask) == 0) SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_TRY(TakeLine(text, reader.number()));
  }
}

Status TreeLines::TakeLine(Slice text, uint64_t number) {
  ++lines_;
  Status parsed = parser_.Parse(text, &line_);
  line_.number = number;
  if (!parsed.ok()) {
    SNAPTREE_TRY(TakeError(std::move(parsed)));
  } else {
    key_.clear();
    payload_.clear();
    AppendBe64(&key_, line_.inode.number);
    AppendBe64(&payload_, number);
    SNAPTREE_TRY(numbers_->Add(key_, payload_));
  }
  return TakePath();
}

Status TreeLines::TakePath() {
  const std::string& path = parser_.path();
  const bool is_path = path.find('\0') == std::string::npos && !path.starts_with('/');
  if (!parser_.has_path() || !is_path) {
    has_unreadable_ = true;
    if (line_.broken) return {};
    return TakeError(DataError(kCode, "the path of the line is none")
                         .Expected("encoded names joined by '/', without one in front")
                         .Found("\"" + Printable(path) + "\""));
  }
  const bool is_root = line_.inode.number == kRootInode;
  const bool is_directory = line_.inode.type == InodeType::kDirectory;
  if (!line_.broken && is_root != path.empty()) {
    SNAPTREE_TRY(TakeError(DataError(kCode, "inode 1 is the root directory, and nothing else is")
                               .Expected("inode 1 with an empty path")
                               .Found("inode " + std::to_string(line_.inode.number) +
                                      " with the path \"" + Printable(path) + "\"")));
  } else if (!line_.broken && is_root && !is_directory) {
    SNAPTREE_TRY(TakeError(DataError(kCode, "the root directory is a file")));
  }
  if (path.empty()) return Keep(path, Slice(), parser_.extra());
  const Slice segment = LastSegment(path);
  if (segment.size() <= kMaxSegmentBytes && HasFallbackShape(segment)) {
    PackInodeLine({line_, path, parser_.extra()}, &payload_);
    return waiting_->Add(segment, payload_);
  }
  const Result<std::string> name = DecodeSegment(segment);
  if (name.ok()) return TakeName(path, *name, parser_.extra());
  SNAPTREE_TRY(TakeError(DataError(kCode, name.status().info().what)
                             .Found("\"" + Printable(segment) + "\" in the path")
                             .Next("write the name as snaptree does: bytes other than letters, "
                                   "digits, '-', '.' and '_' as %HH")));
  return Keep(path, Slice(), parser_.extra());
}

Status TreeLines::TakeName(Slice path, Slice name, Slice extra) {
  const Slice segment = LastSegment(path);
  if (!IsEntryName(name)) {
    SNAPTREE_TRY(TakeError(DataError(kCode, "no directory can hold an entry of this name")
                               .Expected("neither empty, \".\" nor \"..\", without '/' and 00")
                               .Found("\"" + Printable(name) + "\"")));
    return Keep(path, name, extra);
  }
  EncodeSegmentTo(name, &scratch_);
  line_.other_name = segment != scratch_;
  if (line_.other_name && context_.strict) {
    SNAPTREE_TRY(
        TakeError(DataError("NameNotCanonical", "a name is not written as snaptree would write it")
                      .Expected("\"" + scratch_ + "\"")
                      .Found("\"" + Printable(segment) + "\" in the path")
                      .Next("rename it, here and in fs/tree/, or leave --strict away")));
  }
  return Keep(path, name, extra);
}

Status TreeLines::Keep(Slice path, Slice name, Slice extra) {
  key_.clear();
  AppendPathKey(path, &key_);
  PackInodeLine({line_, name, extra}, &payload_);
  return by_path_.Add(key_, payload_);
}

Status TreeLines::FindDuplicates() {
  SortedRecords numbers;
  SNAPTREE_TRY(numbers.Begin(numbers_.get()));
  uint64_t inode = 0;  // no line has this number
  uint64_t first = 0;
  while (!numbers.at_end()) {
    const uint64_t number = LoadBe64(numbers.payload().data());
    if (numbers.IsAt(inode)) {
      has_duplicates_ = true;
      SNAPTREE_TRY(context_.findings.TakeError(
          DataError(kCode, "another line has this inode number already")
              .At(kInodesPath)
              .Address(LineAddress(number))
              .Found("inode " + std::to_string(inode) + ", also in line " + std::to_string(first))
              .Next("give a copy a number of its own, or remove one of the lines")));
    } else {
      inode = numbers.number();
      first = number;
    }
    SNAPTREE_TRY(numbers.Next());
  }
  numbers_.reset();
  return {};
}

Status TreeLines::TellUnused(Slice encoded) {
  context_.findings.Warn("keymap_record_unused", "lines of KEYMAP.jsonl that no file needs",
                         std::string(kKeymapPath) + ": " + Printable(encoded));
  return context_.differences.Add(kKeymapPath);
}

Status TreeLines::TellRepeated() {
  context_.findings.Note("keymap_record_repeated", "lines that stand twice in KEYMAP.jsonl",
                         kKeymapPath);
  return context_.differences.Add(kKeymapPath);
}

Status TreeLines::TakeKeymapRecord(const KeymapRecord& record) {
  if (record.has_unknown) SNAPTREE_TRY(context_.differences.Add(kKeymapPath));
  if (record.kind != kKeymapShaFallback) return TellUnused(record.encoded);
  const bool right = FallbackName(record.original) == record.encoded;
  payload_.assign(1, right ? '\1' : '\0').append(record.original);
  SNAPTREE_TRY(names_->Add(record.encoded, payload_));
  if (right) return {};
  return DataError("KeymapMismatch", "the name of a record is not that of its original")
      .Expected("\"" + FallbackName(record.original) + "\"")
      .Found("\"" + Printable(record.encoded) + "\"")
      .Next("bring back the KEYMAP.jsonl that was written with this tree");
}

Status TreeLines::ReadKeymap() {
  return ReadKeymapFile(context_, kKeymapPath, [this](const KeymapRecord& record, uint64_t) {
    return TakeKeymapRecord(record);
  });
}

// Lines whose names stand in KEYMAP.jsonl.
Status TreeLines::Resolve() {
  SortedRecords waiting;
  SortedRecords names;
  SNAPTREE_TRY(waiting.Begin(waiting_.get()));
  SNAPTREE_TRY(names.Begin(names_.get()));
  std::string encoded;
  std::string record;
  while (!names.at_end()) {
    encoded.assign(names.key());
    record.assign(names.payload());
    SNAPTREE_TRY(names.Next());
    while (!names.at_end() && names.key() == encoded) {
      SNAPTREE_TRY(TellRepeated());
      SNAPTREE_TRY(names.Next());
    }
    while (!waiting.at_end() && waiting.key() < encoded) {
      SNAPTREE_TRY(TakeWaiting(waiting.payload(), Slice()));
      SNAPTREE_TRY(waiting.Next());
    }
    if (waiting.at_end() || waiting.key() != encoded) {
      SNAPTREE_TRY(TellUnused(encoded));
    }
    while (!waiting.at_end() && waiting.key() == encoded) {
      SNAPTREE_TRY(TakeWaiting(waiting.payload(), record));
      SNAPTREE_TRY(waiting.Next());
    }
  }
  while (!waiting.at_end()) {
    SNAPTREE_TRY(TakeWaiting(waiting.payload(), Slice()));
    SNAPTREE_TRY(waiting.Next());
  }
  names_.reset();
  waiting_.reset();
  return {};
}

// `record` as in names_, empty when there is none.
Status TreeLines::TakeWaiting(Slice waiting, Slice record) {
  const NamedInodeLine packed = UnpackInodeLine(waiting);
  line_ = packed.line;
  const Slice path = packed.name;
  if (!record.empty() && record[0] != '\0') return TakeName(path, record.substr(1), packed.extra);
  line_.broken = true;
  if (record.empty()) {
    SNAPTREE_TRY(
        TakeError(DataError("KeymapMissing", "the name stands for one that only KEYMAP.jsonl knows")
                      .Expected("a record in fs/KEYMAP.jsonl")
                      .Found("\"" + Printable(LastSegment(path)) + "\" in the path")
                      .Next("bring back the KEYMAP.jsonl that was written with this tree")));
  }
  return Keep(path, Slice(), packed.extra);
}

}  // namespace snaptree::fs

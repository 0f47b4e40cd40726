#include "adapters/redis/redis_key_index.h"

#include <utility>

#include "adapters/common/numbered_line_files.h"
#include "adapters/redis/redis_encoder_notes.h"
#include "adapters/redis/redis_tree_folders.h"
#include "base/cancel.h"
#include "base/coding.h"
#include "base/text.h"
#include "manifest/file_name_codec.h"

namespace snaptree::redis {
namespace {

// Of the memory budget.
constexpr double kNamesShare = 0.3;
// Between a name and what follows it in a sorter's key. No name holds it: tree paths cannot.
constexpr char kNameEnd = '\0';

// Behind the folder of a record. A line comes first, since it has been read: a file is not, when it
// has the same key.
constexpr char kIsLine = '\0';
constexpr char kIsFile = '\1';

// Strings and HLLs of one key live side by side (spec 02 section 3.7).
bool MayShareKey(TypeFolder a, TypeFolder b) {
  return a == TypeFolder::kStrings && b == TypeFolder::kHll;
}

Status DuplicateKey(Slice key, Slice path, uint64_t line, Slice other) {
  Status error = DataError("DuplicateKey", "two records of the tree have one key")
                     .At(path)
                     .Found("key \"" + Printable(key) + "\" also in " + std::string(other))
                     .Next("keep one of them");
  if (line != 0) error = std::move(error).Address("line " + std::to_string(line));
  return error;
}

}  // namespace

KeyIndex::KeyIndex(const EncodeContext& context)
    : context_(context), records_(context.sorter_options(kNamesShare)) {}

Status KeyIndex::AddRecord(Slice name, Record record, Slice rest, Slice payload) {
  key_.assign(name);
  key_ += kNameEnd;
  key_ += static_cast<char>(record);
  key_ += rest;
  return records_.Add(key_, payload);
}

// Two spellings of one name meet under the canonical one; a file's own one comes with it where it
// is another.
Status KeyIndex::AddFile(TypeFolder folder, Slice name) {
  std::string canonical;
  Status status = CanonicalName(name, &canonical);
  if (!status.ok()) {
    MakeKeyPath(folder, name, &path_);
    return context_.findings.TakeError(std::move(status).At(path_));
  }
  std::string rest = {static_cast<char>(folder), kIsFile};
  if (canonical != name) rest.append(name);
  return AddRecord(canonical, Record::kFile, rest, {});
}

Status KeyIndex::AddLine(TypeFolder folder, Slice key, uint64_t expire_at_ms, uint64_t file,
                         uint64_t line) {
  ++lines_;
  EncodeSegmentTo(key, &path_);
  const char rest[] = {static_cast<char>(folder), kIsLine};
  payload_.clear();
  AppendBe64(&payload_, expire_at_ms);
  AppendBe64(&payload_, file);
  AppendBe64(&payload_, line);
  if (HasFallbackShape(path_)) payload_.append(key);
  return AddRecord(path_, Record::kFile, Slice(rest, sizeof rest), payload_);
}

Status KeyIndex::AddKeymapRecord(const KeymapRecord& record) {
  if (record.has_unknown) SNAPTREE_TRY(context_.differences.Add(kKeymapFile));
  if (record.kind != kKeymapShaFallback) {
    context_.findings.Warn("keymap_record_unused", "lines of KEYMAP.jsonl that no file needs",
                           kKeymapFile);
    return context_.differences.Add(kKeymapFile);
  }
  if (FallbackName(record.original) != record.encoded) {
    return DataError("KeymapMismatch", "the name is not that of the key beside it")
        .Expected("\"" + FallbackName(record.original) + "\"")
        .Found("\"" + Printable(record.encoded) + "\"")
        .Next("bring back the KEYMAP.jsonl that was written with this tree");
  }
  return AddRecord(record.encoded, Record::kKeymap, {}, record.original);
}

Status KeyIndex::AddTtlFile(Slice path, Record record) {
  return ReadTtlSidecar(context_, path, [&](const TtlLine& line) -> Status {
    if (!line.is_canonical) SNAPTREE_TRY(context_.differences.Add(path));
    std::string payload;
    AppendBe64(&payload, line.expire_at_ms);
    return AddRecord(line.canonical_name, record, {}, payload);
  });
}

Status KeyIndex::AddLineFiles() {
  SNAPTREE_TRY(ReadKeymapFile(context_, kKeymapFile, [this](const KeymapRecord& record, uint64_t) {
    return AddKeymapRecord(record);
  }));
  SNAPTREE_TRY(AddTtlFile(kStringsTtlFile, Record::kStringsTtl));
  return AddTtlFile(kHllTtlFile, Record::kHllTtl);
}

Status KeyIndex::ForEachFile(const TakeFile& take, const TakeTtl& take_ttl) {
  SNAPTREE_TRY(records_.Finish());
  bool any = false;
  for (;;) {
    Slice key;
    Slice payload;
    SNAPTREE_ASSIGN(const bool more, records_.Next(&key, &payload));
    if (!more) return any ? EndName() : Status();
    const size_t end = key.find(kNameEnd);
    const Slice name = key.substr(0, end);
    if (!any || name_.text != name) {
      if (any) SNAPTREE_TRY(EndName());
      name_ = {};
      name_.text.assign(name);
      any = true;
    }
    SNAPTREE_TRY(TakeRecord(static_cast<Record>(key[end + 1]), key.substr(end + 2), payload, take,
                            take_ttl));
  }
}

Status KeyIndex::TakeRecord(Record record, Slice rest, Slice payload, const TakeFile& take,
                            const TakeTtl& take_ttl) {
  switch (record) {
    case Record::kKeymap:
      if (name_.original) {
        // Only equal ones get here: each is the key of this name.
        context_.findings.Note("keymap_record_repeated", "lines that stand twice in KEYMAP.jsonl",
                               kKeymapFile);
        SNAPTREE_TRY(context_.differences.Add(kKeymapFile));
      }
      name_.original.emplace(payload);
      return {};
    case Record::kStringsTtl:
      return TakeExpiry(0, LoadBe64(payload.data()));
    case Record::kHllTtl:
      return TakeExpiry(1, LoadBe64(payload.data()));
    case Record::kFile:
      break;
  }
  const auto folder = static_cast<TypeFolder>(rest[0]);
  if (rest[1] == kIsLine) return TakeLine(folder, payload, take_ttl);
  return TakeName(folder, rest.size() > 2 ? rest.substr(2) : Slice(name_.text), take);
}

Status KeyIndex::TakeExpiry(size_t sidecar, uint64_t expire_at_ms) {
  const Slice path = sidecar == 0 ? kStringsTtlFile : kHllTtlFile;
  if (name_.expiry[sidecar]) {
    context_.findings.Warn("redis_ttl_repeated",
                           "keys with several lines in a TTL file; the last one counts", path);
    SNAPTREE_TRY(context_.differences.Add(path));
  }
  name_.expiry[sidecar] = expire_at_ms;
  return expire_at_ms == 0 ? NoteRespelled(context_, path) : Status();
}

Status KeyIndex::TellNotCanonical(TypeFolder folder, Slice own_name, Slice path, bool expires) {
  if (context_.strict) {
    return DataError("NameNotCanonical", "the name is not the one that snaptree gives to its key")
        .At(path)
        .Expected("\"" + name_.text + "\"")
        .Found("\"" + Printable(own_name) + "\"")
        .Next("rename the file, or encode without --strict");
  }
  context_.findings.Note("name_not_canonical",
                         "file names that snaptree would have written otherwise", path);
  SNAPTREE_TRY(context_.differences.Add(path));
  std::string new_path;
  MakeKeyPath(folder, name_.text, &new_path);
  SNAPTREE_TRY(context_.differences.Add(new_path));
  if (HasFallbackShape(name_.text)) SNAPTREE_TRY(context_.differences.Add(kKeymapFile));
  if (!expires) return {};
  return context_.differences.Add(folder == TypeFolder::kStrings ? kStringsTtlFile : kHllTtlFile);
}

// A file that is not alone is not read: its rows would only meet those of the other one. Lines have
// been read: two of one type meet in their rows.
Result<bool> KeyIndex::IsAlone(TypeFolder folder, Slice key, Slice path, uint64_t line) {
  const bool is_line = line != 0;
  const bool meet_in_rows =
      is_line && name_.last_is_line && name_.any_file && name_.last_folder == folder;
  Status status;
  if (name_.any_file && !meet_in_rows && !MayShareKey(name_.last_folder, folder))
    status = DuplicateKey(key, path, line, name_.last_path);
  name_.any_file = true;
  name_.last_folder = folder;
  name_.last_is_line = is_line;
  name_.last_path.assign(path);
  if (is_line) name_.last_path += ": line " + std::to_string(line);
  if (status.ok()) return true;
  SNAPTREE_TRY(context_.findings.TakeError(std::move(status)));
  return false;
}

// The tree holds records in both layouts: this one comes out in the other.
Status KeyIndex::TellOtherLayout(TypeFolder folder, Slice path, bool is_line, bool expires) {
  if (is_line == context_.manifest.jsonl) return {};
  SNAPTREE_TRY(context_.differences.Add(path));
  SNAPTREE_TRY(context_.differences.Add(LineFilePattern(folder)));
  std::string file;
  MakeKeyPath(folder, name_.text, &file);
  SNAPTREE_TRY(context_.differences.Add(file));
  if (HasFallbackShape(name_.text)) SNAPTREE_TRY(context_.differences.Add(kKeymapFile));
  if (!expires || folder > TypeFolder::kHll) return {};
  return context_.differences.Add(folder == TypeFolder::kStrings ? kStringsTtlFile : kHllTtlFile);
}

Status KeyIndex::TakeLine(TypeFolder folder, Slice payload, const TakeTtl& take_ttl) {
  constexpr size_t kNumbers = 3 * sizeof(uint64_t);
  const uint64_t expire_at_ms = LoadBe64(payload.data());
  const uint64_t file = LoadBe64(payload.data() + sizeof(uint64_t));
  const uint64_t line = LoadBe64(payload.data() + 2 * sizeof(uint64_t));
  path_ = NumberedLinePath(LineFileStem(folder), file);
  Result<std::string> key = payload.size() > kNumbers || HasFallbackShape(name_.text)
                                ? Result<std::string>(std::string(payload.substr(kNumbers)))
                                : DecodeSegment(name_.text);
  if (!key.ok()) return std::move(key).status();
  SNAPTREE_ASSIGN(const bool alone, IsAlone(folder, *key, path_, line));
  SNAPTREE_TRY(TellOtherLayout(folder, path_, true, expire_at_ms != 0));
  if (!alone || expire_at_ms == 0) return {};
  if (folder == TypeFolder::kStrings) name_.string_expires = true;
  if (folder != TypeFolder::kHll || name_.string_expires) return {};
  return take_ttl({folder, path_, *key, expire_at_ms, true}, line);
}

Status KeyIndex::TakeName(TypeFolder folder, Slice own_name, const TakeFile& take) {
  SNAPTREE_TRY(CheckCancelled());
  MakeKeyPath(folder, own_name, &path_);
  // A name of fallback shape leads to its key through KEYMAP only; what is spelled otherwise leads
  // there by itself, even when its canonical name has that shape.
  Result<std::string> key = name_.original && own_name == name_.text
                                ? Result<std::string>(*name_.original)
                                : DecodeSegment(own_name);
  if (!key.ok()) {
    name_.any_file = true;
    name_.expiry_used.fill(true);
    return context_.findings.TakeError(std::move(key).status().At(path_));
  }
  KeyFile file{folder, path_, *key};
  SNAPTREE_ASSIGN(const bool alone, IsAlone(folder, *key, path_, 0));
  if (folder == TypeFolder::kStrings || folder == TypeFolder::kHll) {
    const size_t sidecar = folder == TypeFolder::kStrings ? 0 : 1;
    file.expire_at_ms = name_.expiry[sidecar].value_or(0);
    name_.expiry_used[sidecar] = true;
    file.puts_ttl_row = !name_.string_expires;
    if (sidecar == 0 && file.expire_at_ms != 0) name_.string_expires = true;
  }
  if (own_name != name_.text) {
    SNAPTREE_TRY(context_.findings.TakeError(
        TellNotCanonical(folder, own_name, path_, file.expire_at_ms != 0)));
  }
  SNAPTREE_TRY(TellOtherLayout(folder, path_, false, file.expire_at_ms != 0));
  return alone ? take(file) : Status();
}

Status KeyIndex::EndName() {
  if (name_.original && !name_.any_file) {
    context_.findings.Warn("keymap_record_unused", "lines of KEYMAP.jsonl that no file needs",
                           kKeymapFile);
    SNAPTREE_TRY(context_.differences.Add(kKeymapFile));
  }
  for (size_t i = 0; i < kSidecars; ++i) {
    if (!name_.expiry[i] || name_.expiry_used[i]) continue;
    const Slice path = i == 0 ? kStringsTtlFile : kHllTtlFile;
    context_.findings.Warn("redis_ttl_without_file",
                           "lines of a TTL file for keys that have no file",
                           std::string(path) + ": " + name_.text);
    SNAPTREE_TRY(context_.differences.Add(path));
  }
  return {};
}

}  // namespace snaptree::redis

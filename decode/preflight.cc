#include "decode/preflight.h"

#include <sys/statvfs.h>

#include <cerrno>
#include <filesystem>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/time_text.h"

namespace snaptree {
namespace {

// Value header and string envelope.
constexpr uint64_t kMaxValueOverhead = 9 + 11;

// Families of which each live row is a file, or the record of one.
bool MakesFiles(Slice prefix) {
  return prefix == "!redis|str|" || prefix == "!redis|hll|" || prefix == "!stream|meta|";
}

std::string TimestampText(uint64_t hlc) {
  return std::to_string(hlc) + " (" + UtcText(HlcMillis(hlc)) + ")";
}

// Without links and dots. A relative path of what is not there yet would stay relative otherwise.
std::filesystem::path Canonical(const std::string& path, std::error_code& error) {
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  return error ? absolute : std::filesystem::weakly_canonical(absolute, error);
}

// Whether `path` is `folder` or stands below it.
bool IsInside(const std::filesystem::path& path, const std::filesystem::path& folder) {
  return (path.string() + "/").starts_with(folder.string() + "/");
}

// What must still be there after the run, as far as it is a file or folder.
std::vector<std::pair<const char*, std::string>> Needed(const DecodeOptions& options) {
  std::vector<std::pair<const char*, std::string>> needed = {{"the working directory", "."}};
  for (const std::string& input : options.inputs)
    needed.emplace_back("the input", input == "-" ? "/proc/self/fd/0" : input);
  if (!options.scratch_folder.empty())
    needed.emplace_back("the scratch folder", options.scratch_folder);
  const KeyFiles& keys = options.input.keys;
  for (const std::string& path : {keys.kek_file, keys.keys_file}) {
    if (!path.empty()) needed.emplace_back("a key file", path);
  }
  for (const auto& [id, path] : keys.data_keys) needed.emplace_back("a key file", path);
  for (const std::string& path : options.keep) needed.emplace_back("a file of this run", path);
  return needed;
}

}  // namespace

Status CheckReadTimestamp(const ReadTime& time, const ScanResult& scan, const std::string& source,
                          Findings* findings) {
  const uint64_t at = time.read_ts;
  if (time.asked && at == 0)
    return UsageError("AtZero", "--at 0 is reserved").Expected("a time or an HLC above 0");
  if (time.asked && at > scan.last_commit_ts) {
    findings->Note("at_after_last_commit",
                   "--at is after the last commit: the newest state is read", TimestampText(at));
  }
  if (at >= scan.last_commit_ts) return {};
  if (!scan.retention_known) {
    findings->Warn("retention_unknown",
                   "the end of the file is missing, and with it the row that tells how far back "
                   "a view can reach: versions as old may have been removed by compaction",
                   TimestampText(at));
  }
  const uint64_t oldest = scan.min_retained_ts.value_or(0);
  if (at >= oldest) return {};
  if (!time.force) {
    return DataError("AtBeforeRetention",
                     std::string("versions as old as ") +
                         (time.asked ? "--at" : "the newest time that all inputs cover") +
                         " may have been removed by compaction")
        .At(source)
        .Expected("at least " + TimestampText(oldest))
        .Found(TimestampText(at))
        .Next(time.asked ? "choose a time from " + TimestampText(oldest) +
                               " on, or --force to read what is left"
                         : "--latest reads each input at its own end; a transaction over several "
                           "groups may then be there in part");
  }
  findings->Warn("at_before_retention",
                 "the read timestamp is before the retention window: the view is incomplete",
                 TimestampText(at));
  return {};
}

Status EncryptedRowsError(uint64_t rows, const std::vector<uint32_t>& key_ids,
                          const std::string& source, const GivenKeys& keys) {
  std::string needed;
  for (const uint32_t id : key_ids) needed += (needed.empty() ? "" : ", ") + std::to_string(id);
  std::string found = Thousands(rows) + " encrypted " + (rows == 1 ? "row" : "rows") +
                      (needed.empty() ? "" : ", key ids needed: " + needed);
  if (!keys.at_hand.empty()) found += "; at hand: " + keys.at_hand;
  return DataError("EncryptedRows", keys.any
                                        ? "rows are encrypted with keys that the key files lack"
                                        : "the node encrypted its rows, and no keys were given")
      .At(source)
      .Found(std::move(found))
      .Next(keys.any ? "give the newest keys.json of this node with --keys-file, or the missing "
                       "keys with --dek ID=FILE; --salvage leaves these rows out"
                     : "give --kek-file FILE, the key file that the node was started with, and "
                       "--keys-file FILE, its encryption/keys.json. Without keys, snaptree inspect "
                       "works, and --salvage leaves these rows out");
}

Status CheckEncryption(const ScanResult& scan, const std::string& source, const GivenKeys& keys) {
  const uint64_t encrypted = scan.LiveEncryptedRows();
  if (encrypted == 0) return {};
  return EncryptedRowsError(encrypted, scan.encryption_key_ids, source, keys);
}

void WarnOfEmptyView(const ScanResult& scan, Findings* findings) {
  uint64_t live = 0;
  uint64_t newer = 0;
  for (size_t i = 0; i < Families().size(); ++i) {
    if (Families()[i].family_class != FamilyClass::kData) continue;
    live += scan.families[i].live;
    newer += scan.families[i].newer;
  }
  if (live > 0 || newer == 0) return;
  findings->Warn("nothing_at", "at the read timestamp there were no records yet",
                 TimestampText(scan.read_ts));
}

Status CheckSpace(const ScanResult& scan, bool file_each, const std::string& folder) {
  Room room;
  for (size_t i = 0; i < Families().size(); ++i) {
    const Family& family = Families()[i];
    const FamilyCounts& counts = scan.families[i];
    // Of other adapters' rows some may be of no record: chunks of no object, items of old tables.
    const bool all_come_out =
        family.adapter == AdapterId::kRedis || family.adapter == AdapterId::kRawkv;
    if (!all_come_out || family.family_class != FamilyClass::kData) continue;
    if (file_each && MakesFiles(family.prefix)) room.files += counts.live;
    // Values come out whole, as they are or longer (JSON, base64); keys may become names, which
    // cost no blocks.
    const uint64_t overhead = counts.live * kMaxValueOverhead;
    if (counts.live_value_bytes > overhead) room.bytes += counts.live_value_bytes - overhead;
  }
  return CheckRoom(room, folder);
}

Status CheckRoom(const Room& room, const std::string& folder) {
  struct statvfs fs {};
  if (::statvfs(folder.c_str(), &fs) != 0)
    return SystemError(errno, "ask for the free space of", folder);
  const uint64_t free_bytes = uint64_t{fs.f_bavail} * fs.f_frsize;
  if (room.bytes > free_bytes) {
    return EnvironmentError("NoSpace", "the tree does not fit")
        .At(folder)
        .Expected("at least " + HumanBytes(room.bytes) + " free")
        .Found(HumanBytes(free_bytes))
        .Next("free space, or choose another folder for the output");
  }
  if (fs.f_files != 0 && room.files > fs.f_favail) {
    return EnvironmentError("NoSpace",
                            "the tree has more files than the file system has inodes left")
        .At(folder)
        .Expected("at least " + Thousands(room.files) + " free inodes")
        .Found(Thousands(fs.f_favail))
        .Next("choose another file system for the output");
  }
  return {};
}

Status CheckOutputPlace(const DecodeOptions& options) {
  namespace fs = std::filesystem;
  if (options.dry_run || options.take_output) return {};
  std::error_code error;
  const fs::path output = Canonical(options.output, error);
  if (error) return {};  // creating it will say what is wrong with it
  for (const std::string& input : options.inputs) {
    if (!fs::is_directory(input, error) || !IsInside(output, Canonical(input, error))) continue;
    return UsageError("OutputInsideInput", "the output would stand inside the input directory")
        .At(options.output)
        .Next("choose a folder outside of " + input);
  }
  for (const auto& [what, path] : Needed(options)) {
    const fs::path needed = Canonical(path, error);
    if (error || !IsInside(needed, output)) continue;
    return UsageError("OutputHoldsInput", std::string("to replace the output would delete ") + what)
        .At(options.output)
        .Found(needed.string())
        .Next("choose another folder for the output");
  }
  return {};
}

}  // namespace snaptree

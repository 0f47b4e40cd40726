#include "formats/legacy_payload.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>

#include <isa-l/crc.h>

#include "base/coding.h"
#include "base/text.h"
#include "base/time_text.h"
#include "formats/directory_kind.h"
#include "formats/fsm_format.h"

namespace snaptree {
namespace {

constexpr uint64_t kYear2000Ms = 946684800000;
constexpr uint64_t kYear2100Ms = 4102444800000;
constexpr uint64_t kMaxGobBytes = uint64_t{4} << 30;  // in-memory stores were smaller than this

// Snapshots of the first in-memory stores: gob, then the CRC32 (IEEE) of all of it in little-endian
// order.
bool EndsInIeeeCrc(const InputFile& file, uint64_t begin) {
  if (file.size() < begin + 5 || file.size() > kMaxGobBytes) return false;
  const uint64_t end = file.size() - 4;
  uint32_t crc = 0;
  std::string piece;
  for (uint64_t at = begin; at < end; at += piece.size()) {
    piece.resize(static_cast<size_t>(std::min<uint64_t>(end - at, 1 << 20)));
    if (!file.ReadExactlyAt(at, piece.data(), piece.size()).ok()) return false;
    crc = crc32_gzip_refl(crc, Bytes(piece), piece.size());
  }
  std::array<char, 4> stored{};
  return file.ReadExactlyAt(end, stored.data(), stored.size()).ok() &&
         LoadLe<uint32_t>(stored.data()) == crc;
}

struct KnownFile {
  Slice magic;
  const char* what;
  const char* next;
};

constexpr KnownFile kOthers[] = {
    {"REDIS", "a Redis RDB file", "this version reads elastickv snapshots only"},
    {"VALKEY", "a Valkey RDB file", "this version reads elastickv snapshots only"},
    {Slice("\x1f\x8b", 2), "a gzip file", "unpack it first: gzip -dc FILE | snaptree ... -"},
    {Slice("\xfd"
           "7zXZ",
           5),
     "an xz file", "unpack it first: xz -dc FILE | snaptree ... -"},
    {"BZh", "a bzip2 file", "unpack it first: bzip2 -dc FILE | snaptree ... -"},
    {"EKVM", "etcd-raft-meta.bin of a very old node",
     "take fsm-snap/*.fsm or etcd-fsm-snapshot.bin instead"},
    {"EKVW", "etcd-raft-entries.bin of a very old node",
     "take fsm-snap/*.fsm or etcd-fsm-snapshot.bin instead"},
    {"EKVP", "etcd-raft-peers.bin", "it holds no data: give the data directory or fsm-snap/*.fsm"},
};

bool IsTar(const InputFile& file) {
  constexpr Slice kMagic = "ustar";
  constexpr uint64_t kMagicAt = 257;
  std::array<char, kMagic.size()> found{};
  return file.size() >= kMagicAt + found.size() &&
         file.ReadExactlyAt(kMagicAt, found.data(), found.size()).ok() &&
         Slice(found.data(), found.size()) == kMagic;
}

std::string FolderOf(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

// By its name: 000008.sst, 000004.log, MANIFEST-000001.
bool IsOfPebbleDirectory(const std::string& path) {
  Slice name = Slice(path).substr(path.find_last_of('/') + 1);
  constexpr Slice kManifest = "MANIFEST-";
  if (name.starts_with(kManifest)) {
    name.remove_prefix(kManifest.size());
  } else if (name.ends_with(".sst") || name.ends_with(".log")) {
    name.remove_suffix(4);
  } else {
    return false;
  }
  return ParseU64(name).has_value() && IsPebbleDirectory(FolderOf(path));
}

bool IsPrintable(char c) { return c > ' ' && c < '\x7f'; }

// As long as a key, as it is or as text: its bytes must not get into a message or a log.
bool MayBeKey(const InputFile& file) {
  constexpr uint64_t kTextSizes[] = {44, 45, 64, 65};
  if (file.size() == 32) return true;
  if (std::find(std::begin(kTextSizes), std::end(kTextSizes), file.size()) == std::end(kTextSizes))
    return false;
  std::string text(static_cast<size_t>(file.size()), '\0');
  if (!file.ReadExactlyAt(0, text.data(), text.size()).ok()) return true;
  if (text.ends_with('\n')) text.pop_back();
  return std::all_of(text.begin(), text.end(), IsPrintable);
}

}  // namespace

bool IsStreamWithoutMagic(const InputFile& file, uint64_t payload_begin) {
  constexpr int kRows = 2;
  std::array<char, sizeof(uint64_t)> number{};
  uint64_t at = payload_begin;
  const auto take = [&] {
    if (file.size() - at < number.size()) return false;
    if (!file.ReadExactlyAt(at, number.data(), number.size()).ok()) return false;
    at += number.size();
    return true;
  };
  if (!take()) return false;
  const uint64_t ms = HlcMillis(LoadLe64(number.data()));
  if (ms < kYear2000Ms || ms > kYear2100Ms) return false;
  for (int i = 0; i < 2 * kRows; ++i) {
    if (!take()) return false;
    const uint64_t size = LoadLe64(number.data());
    const bool key = i % 2 == 0;
    if (size > file.size() - at || (key && (size < kTimestampBytes || size > kLiveMaxKeyBytes)))
      return false;
    at += size;
  }
  return true;
}

Status DescribeUnknownPayload(const InputFile& file, uint64_t payload_begin) {
  std::array<char, 16> head{};
  SNAPTREE_ASSIGN(const size_t got, file.ReadAt(payload_begin, head.data(), head.size()));
  const Slice bytes(head.data(), got);
  for (const KnownFile& other : kOthers) {
    if (bytes.starts_with(other.magic)) {
      return DataError("PayloadUnknown", std::string("this is ") + other.what + ", not a snapshot")
          .At(file.path(), payload_begin)
          .Next(other.next);
    }
  }
  if (!bytes.empty() && bytes.find_first_not_of('\0') == Slice::npos) {
    return DataError("PayloadUnknown", "the file begins with zeros, as no snapshot does")
        .At(file.path(), payload_begin)
        .Next(
            "an archive without entries looks so, and a file whose content was never written: get "
            "it again");
  }
  if (IsTar(file)) {
    return DataError("PayloadUnknown", "this is a tar archive, not a snapshot")
        .At(file.path())
        .Next(
            "unpack it and give what is in it; of a tree, verify, ls, get, diff, encode and unpack "
            "take the archive");
  }
  if (IsOfPebbleDirectory(file.path())) {
    return DataError("PayloadUnknown", "this is a part of a Pebble directory, not a snapshot")
        .At(file.path())
        .Next("give its folder: " + ShellWord(FolderOf(file.path())));
  }
  if (EndsInIeeeCrc(file, payload_begin)) {
    return DataError("PayloadLegacyGob",
                     "a snapshot of the first in-memory stores (gob), which only servers before "
                     "2026-04-19 read")
        .At(file.path(), payload_begin)
        .Next("load it into such a server and take a new snapshot");
  }
  if (IsStreamWithoutMagic(file, payload_begin)) {
    return DataError("PayloadLegacyStream", "a row stream from before it had a magic")
        .At(file.path(), payload_begin)
        .Expected("EKVPBBL1")
        .Next(
            "decode, rows, ls, get and diff read it with --force; nothing but the shape of its "
            "rows says what it is");
  }
  return DataError("PayloadUnknown", "not a snapshot that this version knows")
      .At(file.path(), payload_begin)
      .Expected("EKVPBBL1, EKVSSTI1 or EKVMVCC2, after an EKVTHLC1, EKVTHLC2 or no header")
      .Found(MayBeKey(file) ? "a file of " + std::to_string(file.size()) +
                                  " bytes, which may be a key: they are not shown"
                            : "\"" + Printable(bytes.substr(0, 8)) + "\"")
      .Next("snaptree reads a node's raft data directory, its fsm.db, and fsm-snap/*.fsm");
}

}  // namespace snaptree

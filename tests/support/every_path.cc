#include "tests/support/every_path.h"

#include <set>
#include <stdexcept>

#include "check/get/get_parts.h"

#include "base/text.h"
#include "formats/open_input.h"
#include "manifest/tree_path.h"
#include "tests/support/asked_record.h"
#include "tests/support/decoded_rows.h"

namespace snaptree::test {
namespace {

// Looking for what is not there takes time.
constexpr size_t kMissingOf = 40;

struct Opened {
  explicit Opened(const EveryPath& of) {
    OpenInputOptions open;
    open.salvage = of.salvage;
    Result<OpenedInput> opened = OpenInput(of.snapshot, open);
    if (!opened.ok()) throw std::runtime_error(opened.status().Message());
    input = *std::move(opened);
    ScanOptions options;
    options.least_place_bytes = of.least_place_bytes;
    options.at = of.at;
    options.without_keys = of.salvage;
    Result<ScanResult> scanned = ScanContainer(*input.container, options);
    if (!scanned.ok()) throw std::runtime_error(scanned.status().Message());
    scan = *std::move(scanned);
  }
  OpenedInput input;
  ScanResult scan;
};

Asked AskOpened(const Opened& opened, const EveryPath& of, const std::string& address) {
  GetOptions options;
  options.address = address;
  options.at = of.at;
  options.salvage = of.salvage;
  const auto get = [&](const GetOptions& of_rows) -> Result<GetReport> {
    GetReport report;
    SNAPTREE_TRY(GetFromRows({opened.input.container->rows(), opened.scan}, of_rows, &report));
    return report;
  };
  Asked asked = Ask(std::move(options), get);
  if (!asked.status.ok()) throw std::runtime_error(address + ": " + asked.status.Message());
  return asked;
}

// Addresses near one that is there.
std::set<std::string> NearbyOf(const std::string& path) {
  std::set<std::string> nearby = {path + "x", path + ".elastickv-meta.json",
                                  path + ".elastickv-leaf-data", path.substr(0, path.size() - 1),
                                  path.substr(0, path.rfind('/'))};
  const size_t dot = path.rfind('.');
  nearby.insert(path.substr(0, dot));
  std::string other = path;
  other[path.rfind('/') + 1] ^= 1;
  nearby.insert(other);
  if (path.ends_with(".elastickv-leaf-data")) nearby.insert(path.substr(0, path.size() - 20));
  return nearby;
}

}  // namespace

void CheckEveryPath(const SnapshotBuilder& snapshot, EveryPath options, GetCounts* counts) {
  DecodeRowsOptions decode;
  decode.at = options.at;
  decode.salvage = options.salvage;
  const DecodedRows decoded = DecodeRows(snapshot, decode);
  const MemoryFile file(snapshot.Bytes());
  options.snapshot = file.path();
  CheckEveryPath(options, decoded.files, counts);
}

void CheckEveryPath(const EveryPath& options, const Files& files, GetCounts* counts) {
  const Opened opened(options);
  std::set<std::string> missing;
  const size_t stride = files.size() / kMissingOf + 1;
  size_t n = 0;
  for (const auto& [path, content] : files) {
    const AddressKind kind = KindOfAddress(path);
    if (kind == AddressKind::kNone) throw std::runtime_error("not known: " + path);
    if (kind == AddressKind::kRun) continue;
    const Asked got = AskOpened(opened, options, path);
    if (!got.report.found) throw std::runtime_error("not found: " + path);
    if (got.content != content) {
      throw std::runtime_error(path + ": " + Printable(got.content, 500) +
                               "\nexpected: " + Printable(content, 500));
    }
    if (kind != AddressKind::kRecord) continue;
    ++counts->records;
    counts->alone += got.report.scope == GetScope::kRecord ? 1 : 0;
    if (n++ % stride == 0) missing.merge(NearbyOf(path));
  }
  for (const std::string& path : missing) {
    const bool is_record = IsSafeTreePath(path) && KindOfAddress(path) == AddressKind::kRecord;
    if (!is_record || files.count(path) != 0) continue;
    ++counts->missing;
    const Asked got = AskOpened(opened, options, path);
    if (got.report.found) throw std::runtime_error("invented: " + path);
  }
}

}  // namespace snaptree::test

#include "check/get/get_record.h"

#include <algorithm>

#include "check/get/get_parts.h"

#include "adapters/s3/s3_record_rows.h"
#include "base/text.h"
#include "formats/family_table.h"
#include "manifest/manifest.h"
#include "manifest/tree_path.h"
#include "tree/run_files.h"

namespace snaptree {
namespace {

Status CheckAddress(const GetOptions& options) {
  const std::string& address = options.address;
  if (IsSafeTreePath(address)) return {};
  std::string next = "addresses stand as snaptree ls prints them";
  std::string meant = address;
  while (meant.starts_with("./")) meant.erase(0, 2);
  while (meant.starts_with('/')) meant.erase(0, 1);
  const bool is_folder = meant.ends_with('/');
  while (meant.ends_with('/')) meant.pop_back();
  if (IsSafeTreePath(meant)) {
    next = is_folder ? "list what is below a folder: snaptree ls WHAT '" + Printable(meant) + "'"
                     : "did you mean " + Printable(meant) + "?";
  }
  return UsageError("AddressInvalid", "no record has an address of this form")
      .Expected("a path below the tree's root, without empty, \".\" or \"..\" parts")
      .Found("\"" + Printable(address) + "\"")
      .Next(std::move(next));
}

}  // namespace

bool IsBelow(Slice address, Slice folder) {
  return address.size() > folder.size() && address.starts_with(folder) &&
         address[folder.size()] == '/';
}

bool IsAdapterFolder(Slice address) {
  for (size_t i = 0; i < kAdapterCount; ++i) {
    const auto adapter = static_cast<AdapterId>(i);
    if (adapter != AdapterId::kInternal && address == AdapterName(adapter)) return true;
  }
  return false;
}

std::string AdapterOfAddress(Slice address) {
  for (size_t i = 0; i < kAdapterCount; ++i) {
    const auto adapter = static_cast<AdapterId>(i);
    if (adapter != AdapterId::kInternal && IsBelow(address, AdapterName(adapter))) {
      return AdapterName(adapter);
    }
  }
  return {};
}

AddressKind KindOfAddress(Slice address) {
  const std::string adapter = AdapterOfAddress(address);
  if (adapter.empty()) {
    const bool of_run = address == kManifestFileName || address == kSalvageFileName ||
                        IsBelow(address, "unknown") || IsBelow(address, "_internal");
    return of_run ? AddressKind::kRun : AddressKind::kNone;
  }
  const auto slashes = std::count(address.begin(), address.end(), '/');
  const Slice name = address.substr(address.rfind('/') + 1);
  bool is_list = false;
  if (adapter == "dynamodb") is_list = slashes == 1 && name.starts_with('~');
  if (adapter == "s3") is_list = s3::IsListOfObjects(address);
  if (adapter == "redis") is_list = slashes == 2 && name.ends_with(".jsonl");
  if (adapter == "rawkv") is_list = true;
  if (adapter == "fs") is_list = address != "fs/tree" && !IsBelow(address, "fs/tree");
  return is_list ? AddressKind::kList : AddressKind::kRecord;
}

std::vector<std::string> AddressesToSelect(Slice address) {
  std::vector<std::string> addresses = {std::string(address)};
  if (AdapterOfAddress(address) == "s3" && s3::BodyOf(address) != address) {
    addresses.emplace_back(s3::BodyOf(address));
  }
  return addresses;
}

void TellNearest(const std::vector<AddressFilter::Unmatched>& unmatched, const std::string& address,
                 GetReport* report) {
  for (const AddressFilter::Unmatched& pattern : unmatched) {
    if (pattern.pattern != address) continue;
    for (const std::string& name : pattern.nearest) {
      if (IsBelow(name, address) || name == address + "/") report->is_folder = true;
      if (!name.ends_with('/')) report->nearest.push_back(name);
    }
  }
}

Result<GetReport> Get(const GetOptions& options) {
  SNAPTREE_TRY(CheckAddress(options));
  SNAPTREE_ASSIGN(const WhatKind kind, WhatKindOf(options.what));
  if (kind == WhatKind::kSnapshot) return GetFromSnapshot(options);
  if (options.at) return AtNeedsSnapshot(options.what);
  return GetFromTree(options, kind);
}

}  // namespace snaptree

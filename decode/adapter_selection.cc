#include "decode/adapter_selection.h"

#include <algorithm>

namespace snaptree {
namespace {

constexpr const char* kAll = "all";

bool IsAdapterName(const std::string& name) {
  for (size_t i = 0; i < kAdapterCount; ++i) {
    const auto adapter = static_cast<AdapterId>(i);
    if (adapter != AdapterId::kInternal && name == AdapterName(adapter)) return true;
  }
  return false;
}

}  // namespace

Status CheckAdapterNames(const DecodeOptions& options) {
  for (const std::string& name : options.adapters) {
    if (name == kAll || IsAdapterName(name)) continue;
    return UsageError("UnknownAdapter", "there is no adapter of this name")
        .Expected("one of dynamodb, s3, redis, sqs, rawkv, fs, all")
        .Found(name);
  }
  return {};
}

bool IsAdapterSelected(const DecodeOptions& options, AdapterId adapter) {
  if (options.adapters.empty()) return true;
  return std::any_of(
      options.adapters.begin(), options.adapters.end(),
      [adapter](const std::string& name) { return name == kAll || name == AdapterName(adapter); });
}

}  // namespace snaptree

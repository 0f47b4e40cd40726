#include "check/record_facts.h"

#include <algorithm>

#include "adapters/s3/s3_names.h"
#include "base/text.h"
#include "base/time_text.h"

namespace snaptree {
namespace {

using s3::kSidecarSuffix;

constexpr Slice kCollectionNames[] = {"expire_at_ms"};
constexpr Slice kStreamNames[] = {"expire_at_ms", "_meta"};
constexpr Slice kTtlNames[] = {"expire_at_ms", "key"};
constexpr Slice kSidecarNames[] = {"last_modified"};
constexpr Slice kInodeNames[] = {"path", "mtime_nsec"};
constexpr uint64_t kNanosPerMilli = 1000000;

// "redis/db_0/<folder>/<name>" or "redis/db_0/<name>".
FactSource RedisSourceOf(Slice path) {
  const size_t second = path.find('/', 6);
  if (second == Slice::npos || !path.substr(6).starts_with("db_")) return FactSource::kNone;
  const Slice rest = path.substr(second + 1);
  if (rest == "strings_ttl.jsonl") return FactSource::kStringTtls;
  if (rest == "hll_ttl.jsonl") return FactSource::kHllTtls;
  const size_t slash = rest.find('/');
  if (slash == Slice::npos || rest.find('/', slash + 1) != Slice::npos) return FactSource::kNone;
  const Slice folder = rest.substr(0, slash);
  if (folder == "streams" && rest.ends_with(".jsonl")) return FactSource::kStream;
  const bool collection =
      folder == "hashes" || folder == "lists" || folder == "sets" || folder == "zsets";
  return collection && rest.ends_with(".json") ? FactSource::kCollection : FactSource::kNone;
}

// "s3/<bucket>/<path of a body>.elastickv-meta.json".
FactSource S3SourceOf(Slice path) {
  const size_t second = path.find('/', 3);
  if (second == Slice::npos || !path.ends_with(kSidecarSuffix)) return FactSource::kNone;
  const Slice rest = path.substr(second + 1);
  if (rest.size() == kSidecarSuffix.size() || rest.starts_with("_orphans/") ||
      rest.starts_with("_incomplete_uploads/")) {
    return FactSource::kNone;
  }
  return FactSource::kSidecar;
}

std::span<const Slice> NamesOf(FactSource source) {
  switch (source) {
    case FactSource::kCollection:
      return kCollectionNames;
    case FactSource::kStream:
      return kStreamNames;
    case FactSource::kStringTtls:
    case FactSource::kHllTtls:
      return kTtlNames;
    case FactSource::kSidecar:
      return kSidecarNames;
    case FactSource::kInodes:
      return kInodeNames;
    case FactSource::kNone:
      break;
  }
  return {};
}

JsonScan::Form FormOf(FactSource source) {
  return source == FactSource::kCollection || source == FactSource::kSidecar
             ? JsonScan::Form::kDocument
             : JsonScan::Form::kLines;
}

// 0 stands for no expiry (spec 02 section 4.2).
std::optional<uint64_t> Expiry(const JsonScan& json) {
  const std::optional<uint64_t> ms = json.Number(0);
  return ms == 0 ? std::nullopt : ms;
}

}  // namespace

FactSource FactSourceOf(Slice path) {
  if (path.starts_with("redis/")) return RedisSourceOf(path);
  if (path.starts_with("s3/")) return S3SourceOf(path);
  return path == "fs/inodes.jsonl" ? FactSource::kInodes : FactSource::kNone;
}

Slice BodyOfSidecar(Slice sidecar) {
  sidecar.remove_suffix(kSidecarSuffix.size());
  return sidecar;
}

FactScan::FactScan(FactSource source, Slice path, const Take& take)
    : source_(source),
      path_(path),
      take_(take),
      json_(FormOf(source), NamesOf(source), [this] { return TakeObject(); }) {}

Status FactScan::TakeObject() {
  RecordFacts facts;
  switch (source_) {
    case FactSource::kStream:
      if (!json_.Is(1, "true")) return {};
      [[fallthrough]];
    case FactSource::kCollection:
      facts.expires_at_ms = Expiry(json_);
      return facts.expires_at_ms ? take_(path_, facts) : Status::Ok();
    case FactSource::kStringTtls:
    case FactSource::kHllTtls: {
      const std::optional<std::string> name = json_.Text(1);
      if (!name) return {};
      facts.expires_at_ms = Expiry(json_);
      const bool strings = source_ == FactSource::kStringTtls;
      const std::string folder = path_.substr(0, path_.rfind('/'));
      return take_(folder + (strings ? "/strings/" : "/hll/") + *name + ".bin", facts);
    }
    case FactSource::kSidecar: {
      const std::optional<std::string> time = json_.Text(0);
      if (time) facts.modified_ms = ParseRfc3339(*time);
      return facts.modified_ms ? take_(BodyOfSidecar(path_), facts) : Status::Ok();
    }
    case FactSource::kInodes: {
      const std::optional<std::string> path = json_.Text(0);
      const std::optional<uint64_t> nanos = json_.Number(1);
      if (!path || !nanos) return {};
      facts.modified_ms = *nanos / kNanosPerMilli;
      return take_("fs/tree/" + *path, facts);
    }
    case FactSource::kNone:
      break;
  }
  return {};
}

}  // namespace snaptree

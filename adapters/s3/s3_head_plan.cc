#include "adapters/s3/s3_head_plan.h"

#include <numeric>

#include "adapters/s3/s3_etag.h"
#include "base/text.h"
#include "manifest/json_writer.h"

namespace snaptree::s3 {
namespace {

constexpr size_t kMaxParts = 10'000;  // as live

void AppendText(std::string* out, const char* name, const std::string& text) {
  if (text.empty()) return;
  out->append(",\"").append(name).append("\":");
  AppendJsonString(out, text, HtmlEscape::kOn);
}

bool AddsUp(const std::vector<uint64_t>& sizes, uint64_t sum) {
  for (const uint64_t size : sizes) {
    if (size > sum) return false;
    sum -= size;
  }
  return sum == 0;
}

void AppendPart(std::string* out, size_t number, uint64_t size, const Md5Digest& digest) {
  out->append("{\"part_no\":").append(std::to_string(number)).append(",\"etag\":\"");
  AppendHex(out, AsSlice(digest));
  out->append("\",\"size_bytes\":").append(std::to_string(size));
  out->append(",\"chunk_count\":").append(std::to_string(ChunksOf(size)));
  if (size > 0) out->append(",\"chunk_sizes\":").append(ChunkSizesJson(size));
  out->append("}");
}

}  // namespace

void GiveUpEtag(uint64_t body_bytes, PartsPlan* parts, HeadPlan* plan) {
  plan->rule = EtagRule::kBody;
  plan->etag.clear();
  plan->extra.clear();
  plan->rewritten = true;
  plan->multipart = false;
  *parts = {};
  parts->sizes = {body_bytes};
}

PartsPlan PlanParts(const Sidecar& sidecar, uint64_t body_bytes, bool check, HeadPlan* plan) {
  const bool same_size = sidecar.size_bytes == body_bytes;
  const bool other_size = sidecar.size_bytes && !same_size;
  PartsPlan parts;
  parts.sizes = {body_bytes};
  plan->etag = sidecar.etag;
  plan->extra = other_size ? "" : sidecar.extra;
  plan->rewritten = other_size;
  if (sidecar.etag.empty()) return parts;
  const EtagForm form = ParseEtag(sidecar.etag);
  if (form.digest && form.parts == 0) {
    plan->rule = check || !same_size ? EtagRule::kIfBody : EtagRule::kAsWritten;
    return parts;
  }
  plan->rule = EtagRule::kAsWritten;
  if (form.digest && sidecar.part_sizes) {
    const bool fits = form.parts == sidecar.part_sizes->size() && form.parts <= kMaxParts &&
                      AddsUp(*sidecar.part_sizes, body_bytes);
    if (!fits) {
      GiveUpEtag(body_bytes, &parts, plan);
      return parts;
    }
    parts.sizes = *sidecar.part_sizes;
    plan->multipart = true;
    parts.verify = check || other_size;
    return parts;
  }
  parts.unverified = same_size;
  if (!same_size) GiveUpEtag(body_bytes, &parts, plan);
  return parts;
}

bool MakesEtag(const PartDigests& digests, Slice etag) {
  Md5 md5;
  for (const Md5Digest& digest : digests) md5.Update(AsSlice(digest));
  return ParseEtag(etag).digest == md5.Finish();
}

std::string ChunkSizesJson(uint64_t part_bytes) {
  if (part_bytes == 0) return "";
  const std::string whole = std::to_string(kChunkBytes) + ",";
  std::string text = "[";
  for (uint64_t n = part_bytes / kChunkBytes; n > 0; --n) text += whole;
  if (part_bytes % kChunkBytes != 0) {
    text += std::to_string(part_bytes % kChunkBytes) + "]";
  } else {
    text.back() = ']';
  }
  return text;
}

std::string HeadFields(const Sidecar& sidecar) {
  std::string out = ",\"last_modified_hlc\":" + std::to_string(sidecar.last_modified_hlc);
  AppendText(&out, "content_type", sidecar.content_type);
  AppendText(&out, "content_encoding", sidecar.content_encoding);
  AppendText(&out, "cache_control", sidecar.cache_control);
  AppendText(&out, "content_disposition", sidecar.content_disposition);
  if (sidecar.user_metadata.empty()) return out;
  out += ",\"user_metadata\":";
  char before = '{';
  for (const auto& [name, value] : sidecar.user_metadata) {
    out += before;
    AppendJsonString(&out, name, HtmlEscape::kOn);
    out += ':';
    AppendJsonString(&out, value, HtmlEscape::kOn);
    before = ',';
  }
  return out + '}';
}

Head MakeHead(const HeadPlan& plan, std::span<const uint64_t> part_sizes,
              const PartDigests& digests) {
  const uint64_t size = std::accumulate(part_sizes.begin(), part_sizes.end(), uint64_t{0});
  Head head;
  const std::string own = Hex(AsSlice(digests[0]));
  const bool differs = plan.rule == EtagRule::kIfBody && plan.etag != own &&
                       ParseEtag(plan.etag).digest != digests[0];  // either case of digits will do
  head.rewritten = differs && !plan.rewritten;
  const bool keeps_extra = !differs && !plan.rewritten;
  const std::string& etag = plan.rule == EtagRule::kBody || differs ? own : plan.etag;
  std::string& json = head.json;
  json = "{\"upload_id\":\"" + std::string(kRestoredUploadId) + "\",\"etag\":";
  AppendJsonString(&json, etag, HtmlEscape::kOn);
  json.append(",\"size_bytes\":").append(std::to_string(size)).append(plan.fields);
  // A body that was put as a whole and has no bytes has no parts either.
  if (size > 0 || plan.multipart) {
    char before = '[';
    json.append(",\"parts\":");
    for (size_t i = 0; i < part_sizes.size(); ++i, before = ',') {
      json += before;
      AppendPart(&json, i + 1, part_sizes[i], digests[i]);
    }
    json += ']';
  }
  if (keeps_extra) json += plan.extra;
  json += '}';
  return head;
}

}  // namespace snaptree::s3

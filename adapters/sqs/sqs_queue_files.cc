#include "adapters/sqs/sqs_queue_files.h"

#include "manifest/json_writer.h"

namespace snaptree::sqs {
namespace {

constexpr uint64_t kFormatVersion = 1;

// An object whose members are left out when they say nothing.
class ObjectWriter {
 public:
  ObjectWriter() : json_(JsonStyle::kPretty, HtmlEscape::kOn) {
    json_.StartObject();
    json_.Member("format_version", kFormatVersion);
  }

  JsonWriter& json() { return json_; }
  bool has_more() const { return has_more_; }  // than the format version

  void Always(Slice name, int64_t v) {
    json_.Key(name);
    json_.Int64(v);
    has_more_ = true;
  }
  void UnlessZero(Slice name, int64_t v) {
    if (v != 0) Always(name, v);
  }
  void UnlessZero(Slice name, uint64_t v) {
    if (v == 0) return;
    json_.Member(name, v);
    has_more_ = true;
  }
  void UnlessEmpty(Slice name, Slice text) {
    if (text.empty()) return;
    json_.Member(name, text);
    has_more_ = true;
  }
  void RawUnlessEmpty(Slice name, Slice text) {
    if (text.empty()) return;
    json_.Key(name);
    WriteRawJson(json_, text);
    has_more_ = true;
  }
  void IfTrue(Slice name, bool v) {
    if (v) json_.MemberBool(name, true);
  }
  std::string Finish() {
    json_.EndObject();
    return json_.text();
  }

 private:
  JsonWriter json_;
  bool has_more_ = false;
};

}  // namespace

std::string QueueJson(Slice name, const QueueMeta& meta) {
  ObjectWriter out;
  out.json().Member("name", name);
  out.IfTrue("fifo", meta.is_fifo);
  out.IfTrue("content_based_deduplication", meta.content_based_dedup);
  out.Always("visibility_timeout_seconds", meta.visibility_timeout_s);
  out.Always("message_retention_seconds", meta.message_retention_s);
  out.Always("delay_seconds", meta.delay_s);
  out.UnlessZero("receive_message_wait_seconds", meta.receive_message_wait_s);
  out.UnlessZero("maximum_message_size", meta.maximum_message_bytes);
  out.UnlessEmpty("redrive_policy", meta.redrive_policy);
  out.UnlessEmpty("redrive_allow_policy", meta.redrive_allow_policy);
  out.UnlessZero("partition_count", uint64_t{meta.partition_count});
  out.UnlessEmpty("fifo_throughput_limit", meta.fifo_throughput_limit);
  out.UnlessEmpty("deduplication_scope", meta.deduplication_scope);
  return out.Finish();
}

std::string QueueExtJson(const QueueMeta& meta, uint64_t generation, uint64_t fifo_sequence) {
  ObjectWriter out;
  out.UnlessZero("generation", generation);
  out.UnlessZero("incarnation", meta.incarnation);
  out.UnlessZero("created_at_hlc", meta.created_at_hlc);
  out.UnlessZero("created_at_millis", meta.created_ms);
  out.UnlessZero("last_modified_at_millis", meta.last_modified_ms);
  out.UnlessZero("last_purged_at_millis", meta.last_purged_ms);
  if (!meta.tags.empty()) {
    std::string tags;
    for (const auto& [name, value] : meta.tags) {
      tags.push_back(tags.empty() ? '{' : ',');
      AppendJsonString(&tags, name, HtmlEscape::kOn);
      tags.push_back(':');
      AppendJsonString(&tags, value, HtmlEscape::kOn);
    }
    out.RawUnlessEmpty("tags", tags.append("}"));
  }
  out.RawUnlessEmpty("throttle", meta.throttle);
  out.UnlessZero("fifo_sequence", fifo_sequence);
  out.RawUnlessEmpty("x_extra", meta.extra);
  return out.has_more() ? out.Finish() + "\n" : "";
}

}  // namespace snaptree::sqs

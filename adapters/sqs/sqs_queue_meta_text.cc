// The writing half of sqs_queue_meta.h.
#include "adapters/sqs/sqs_json_text.h"
#include "adapters/sqs/sqs_queue_members.h"
#include "adapters/sqs/sqs_queue_meta.h"

namespace snaptree::sqs {
namespace {

constexpr auto kHtml = HtmlEscape::kOn;

void AppendIfTrue(std::string* out, Slice name, bool v) {
  if (v) out->append(name).append("true");
}

void AppendTags(std::string* out, const QueueMeta& meta) {
  Slice before = ",\"tags\":{";
  for (const auto& [name, value] : meta.tags) {
    AppendText(out, before, name, kHtml);
    AppendText(out, ":", value, kHtml);
    before = ",";
  }
  if (!meta.tags.empty()) out->push_back('}');
}

}  // namespace

std::string StoredQueueMeta(const QueueMeta& m) {
  std::string out(kQueueMetaMagic);
  AppendText(&out, "{\"name\":", m.name, kHtml);
  AppendNumber(&out, ",\"generation\":", m.generation);
  AppendUnlessZero(&out, ",\"incarnation\":", m.incarnation);
  AppendUnlessZero(&out, ",\"created_at_hlc\":", m.created_at_hlc);
  AppendIfTrue(&out, ",\"is_fifo\":", m.is_fifo);
  AppendIfTrue(&out, ",\"content_based_dedup\":", m.content_based_dedup);
  AppendNumber(&out, ",\"visibility_timeout_seconds\":", m.visibility_timeout_s);
  AppendNumber(&out, ",\"message_retention_seconds\":", m.message_retention_s);
  AppendNumber(&out, ",\"delay_seconds\":", m.delay_s);
  AppendNumber(&out, ",\"receive_message_wait_seconds\":", m.receive_message_wait_s);
  AppendNumber(&out, ",\"maximum_message_size\":", m.maximum_message_bytes);
  AppendUnlessEmpty(&out, ",\"redrive_policy\":", m.redrive_policy, kHtml);
  AppendUnlessEmpty(&out, ",\"redrive_allow_policy\":", m.redrive_allow_policy, kHtml);
  AppendTags(&out, m);
  AppendUnlessZero(&out, ",\"last_purged_at_millis\":", m.last_purged_ms);
  AppendUnlessZero(&out, ",\"created_at_millis\":", m.created_ms);
  AppendUnlessZero(&out, ",\"last_modified_at_millis\":", m.last_modified_ms);
  AppendRawUnlessEmpty(&out, ",\"throttle\":", m.throttle);
  AppendUnlessZero(&out, ",\"partition_count\":", m.partition_count);
  AppendUnlessEmpty(&out, ",\"fifo_throughput_limit\":", m.fifo_throughput_limit, kHtml);
  AppendUnlessEmpty(&out, ",\"deduplication_scope\":", m.deduplication_scope, kHtml);
  AppendMembersOf(&out, m.extra);
  out.push_back('}');
  return out;
}

}  // namespace snaptree::sqs

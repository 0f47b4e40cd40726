#include "adapters/sqs/sqs_queue_meta.h"

#include <cmath>
#include <cstdlib>
#include <map>

#include "adapters/sqs/sqs_queue_members.h"
#include "adapters/sqs/sqs_unknown_members.h"

namespace snaptree::sqs {
namespace {

constexpr const char* kCode = "SqsInvalidQueueMeta";
using Json = simdjson::dom::element;

bool IsThrottleNumber(Slice name) {
  for (const Slice known :
       {"send_capacity", "send_refill_per_second", "recv_capacity", "recv_refill_per_second",
        "default_capacity", "default_refill_per_second"}) {
    if (name == known) return true;
  }
  return false;
}

struct MetaMember {
  Slice name;
  ReadQueueMember read;  // null: throttle, which needs its text
};

// In stored order.
constexpr std::array<MetaMember, 21> kMembers = {{
    {"name", ReadStringInto<&QueueMeta::name>},
    {"generation", ReadInto<&QueueMeta::generation>},
    {"incarnation", ReadInto<&QueueMeta::incarnation>},
    {"created_at_hlc", ReadInto<&QueueMeta::created_at_hlc>},
    {"is_fifo", ReadInto<&QueueMeta::is_fifo>},
    {"content_based_dedup", ReadInto<&QueueMeta::content_based_dedup>},
    {"visibility_timeout_seconds", ReadInto<&QueueMeta::visibility_timeout_s>},
    {"message_retention_seconds", ReadInto<&QueueMeta::message_retention_s>},
    {"delay_seconds", ReadInto<&QueueMeta::delay_s>},
    {"receive_message_wait_seconds", ReadInto<&QueueMeta::receive_message_wait_s>},
    {"maximum_message_size", ReadInto<&QueueMeta::maximum_message_bytes>},
    {"redrive_policy", ReadStringInto<&QueueMeta::redrive_policy>},
    {"redrive_allow_policy", ReadStringInto<&QueueMeta::redrive_allow_policy>},
    {"tags", ReadTags},
    {"last_purged_at_millis", ReadInto<&QueueMeta::last_purged_ms>},
    {"created_at_millis", ReadInto<&QueueMeta::created_ms>},
    {"last_modified_at_millis", ReadInto<&QueueMeta::last_modified_ms>},
    {"throttle", nullptr},
    {"partition_count", ReadInto<&QueueMeta::partition_count>},
    {"fifo_throughput_limit", ReadStringInto<&QueueMeta::fifo_throughput_limit>},
    {"deduplication_scope", ReadStringInto<&QueueMeta::deduplication_scope>},
}};

const MetaMember* FindMember(Slice name) {
  for (const MetaMember& member : kMembers) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

// As JSON has it; what is too small for a double is 0. False: what is too large.
bool ReadDouble(Slice text, double* out) {
  // No locale is ever set.
  *out = std::strtod(std::string(text).c_str(), nullptr);
  return std::isfinite(*out);
}

}  // namespace

bool ReadTags(const Json& value, QueueMeta* meta) {
  simdjson::dom::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) return false;
  std::map<std::string, std::string> tags;
  for (const simdjson::dom::key_value_pair field : object) {
    std::string& tag = tags[std::string(field.key)];
    tag.clear();
    if (!IsJsonNull(field.value) && !ReadString(field.value, &tag)) return false;
  }
  meta->tags.assign(tags.begin(), tags.end());
  return true;
}

bool ReadThrottle(const Json& value, Slice raw, QueueMeta* meta) {
  simdjson::dom::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) return false;
  std::vector<RawMember> members;
  SplitRawMembers(raw, &members);
  std::map<Slice, size_t> last;
  size_t i = 0;
  for (const simdjson::dom::key_value_pair field : object) last[field.key] = i++;
  meta->throttle = "{";
  i = 0;
  for (const simdjson::dom::key_value_pair field : object) {
    const RawMember& member = members[i];
    double number = 1;
    if (IsThrottleNumber(field.key)) {
      if (IsJsonNull(field.value)) {
        number = 0;
      } else if (!field.value.is_number() || !ReadDouble(member.value, &number)) {
        return false;
      }
    } else {
      meta->unknown_names.push_back("throttle." + std::string(field.key));
    }
    if (last[field.key] != i++ || number == 0) continue;
    if (meta->throttle.size() > 1) meta->throttle.push_back(',');
    meta->throttle.append(member.name).append(":").append(member.value);
  }
  meta->throttle.push_back('}');
  return true;
}

bool IsQueueMetaMember(Slice name) { return FindMember(name) != nullptr; }

Result<QueueMeta> ParseQueueMeta(Slice stored, StoredJson* json) {
  if (!stored.starts_with(kQueueMetaMagic))
    return DataError(kCode, "the value does not begin with its magic");
  SNAPTREE_TRY(json->Parse(stored.substr(kQueueMetaMagic.size()), kCode));
  QueueMeta meta;
  UnknownMembers unknown;
  for (size_t i = 0; i < json->members().size(); ++i) {
    const auto& [name, value] = json->members()[i];
    const MetaMember* member = FindMember(name);
    if (member == nullptr) {
      unknown.Add(i);
    } else if (!IsJsonNull(value)) {
      const bool read = member->read != nullptr ? member->read(value, &meta)
                                                : ReadThrottle(value, json->RawValue(i), &meta);
      if (!read) {
        return DataError(kCode, "the member " + std::string(name) + " is not what it must be");
      }
    }
  }
  if (unknown.empty()) return meta;
  meta.extra = unknown.ToObject(*json);
  for (const Slice name : unknown.names()) meta.unknown_names.emplace_back(name);
  return meta;
}

}  // namespace snaptree::sqs

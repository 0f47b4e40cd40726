#include "adapters/sqs/sqs_queue_tree_files.h"

#include <set>

#include "adapters/common/json_error.h"
#include "adapters/sqs/sqs_queue_members.h"
#include "base/text.h"

namespace snaptree::sqs {
namespace {

constexpr const char* kCode = "SqsEncodeInvalidQueue";
constexpr uint32_t kMaxPartitions = 32;
constexpr size_t kMaxTags = 50;
constexpr const char* kNext = "correct the file as those of other queues are";

using Json = simdjson::dom::element;

constexpr int64_t kDefaultVisibilityTimeoutS = 30;
constexpr int64_t kDefaultRetentionS = 345600;

Status Wrong(Slice name, const char* expected) {
  return DataError(kCode, "the member \"" + Printable(name) + "\" is not what it must be")
      .Expected(expected)
      .Next(kNext);
}

Status Refused(const char* what) {
  return DataError(kCode, what).Next("correct _queue.json: no node lets such a queue be created");
}

// No two members of one name in an object; what is none is judged by who reads it.
Status CheckTwins(Slice name, const Json& value) {
  simdjson::dom::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) return {};
  std::set<Slice> names;
  for (const simdjson::dom::key_value_pair field : object) {
    if (names.insert(field.key).second) continue;
    return DataError(kCode, "a member of \"" + Printable(name) + "\" stands twice")
        .Found("\"" + Printable(field.key) + "\"")
        .Next("keep one of them");
  }
  return {};
}

}  // namespace

struct QueueTreeReader::Member {
  enum class Kind : uint8_t { kFormatVersion, kPlain, kTags, kThrottle, kFifoSequence, kExtra };

  Slice name;
  const char* expected;
  ReadQueueMember read = nullptr;  // of kPlain and kTags
  Kind kind = Kind::kPlain;
};

Status QueueTreeReader::Parse(Slice text) {
  if (text.starts_with(kByteOrderMark)) {
    return DataError(kCode, "the file begins with a byte order mark").Next(kByteOrderMarkNext);
  }
  return ExplainJsonError(json_.Parse(text, kCode), text, kNext);
}

// What of a newer node's members the tree has kept.
Status QueueTreeReader::ReadExtra(size_t index, QueueMeta* meta) {
  simdjson::dom::object object;
  if (json_.members()[index].value.get_object().get(object) != simdjson::SUCCESS) {
    return Wrong("x_extra", "an object");
  }
  std::set<Slice> names;
  for (const simdjson::dom::key_value_pair field : object) {
    if (IsQueueMetaMember(field.key) || !names.insert(field.key).second) {
      return DataError(kCode, "x_extra has a member that a queue has already")
          .Found("\"" + Printable(field.key) + "\"")
          .Next("remove it from x_extra, which is for members that snaptree does not know");
    }
  }
  if (!names.empty()) meta->extra = json_.RawValue(index);
  return {};
}

Status QueueTreeReader::ReadMember(const Member& member, size_t index, QueueConfig* config) {
  const Json& value = json_.members()[index].value;
  bool good = true;
  switch (member.kind) {
    case Member::Kind::kFormatVersion: {
      uint64_t version = 0;
      good = ToUint64(value, &version);
      if (good && version != 1) {
        return DataError(kCode, "a format version that this program does not know")
            .Expected("1")
            .Found(std::to_string(version))
            .Next("use the snaptree that wrote the tree, or a newer one");
      }
      break;
    }
    case Member::Kind::kPlain:
      good = member.read(value, &config->meta);
      break;
    case Member::Kind::kTags:
      SNAPTREE_TRY(CheckTwins(member.name, value));
      good = member.read(value, &config->meta);
      break;
    case Member::Kind::kThrottle:
      SNAPTREE_TRY(CheckTwins(member.name, value));
      good = ReadThrottle(value, json_.RawValue(index), &config->meta);
      break;
    case Member::Kind::kFifoSequence:
      good = Read(value, &config->fifo_sequence);
      break;
    case Member::Kind::kExtra:
      return ReadExtra(index, &config->meta);
  }
  return good ? Status::Ok() : Wrong(member.name, member.expected);
}

// The format version is the first of all members, and must be there.
template <size_t N>
Status QueueTreeReader::ReadMembers(const Member (&members)[N], QueueConfig* config,
                                    std::vector<bool>* seen) {
  seen->assign(N, false);
  std::vector<bool> named(N, false);
  for (size_t i = 0; i < json_.members().size(); ++i) {
    const Slice name = json_.members()[i].name;
    size_t id = 0;
    while (id < N && members[id].name != name) ++id;
    if (id == N) {
      config->ignored.push_back("\"" + Printable(name) + "\"");
      continue;
    }
    if (named[id]) {
      return DataError(kCode, "the member \"" + Printable(name) + "\" stands twice")
          .Next("keep one of them");
    }
    named[id] = true;
    if (IsJsonNull(json_.members()[i].value)) continue;
    (*seen)[id] = true;
    SNAPTREE_TRY(ReadMember(members[id], i, config));
  }
  return (*seen)[0] ? Status::Ok() : Wrong("format_version", "1");
}

Status QueueTreeReader::ReadQueue(Slice text, QueueConfig* config) {
  constexpr const char* kText = "a string";
  constexpr const char* kNumber = "a whole number";
  constexpr const char* kYesNo = "true or false";
  constexpr size_t kName = 1;
  static constexpr Member kMembers[] = {
      {"format_version", kNumber, nullptr, Member::Kind::kFormatVersion},
      {"name", kText, ReadStringInto<&QueueMeta::name>},
      {"visibility_timeout_seconds", kNumber, ReadInto<&QueueMeta::visibility_timeout_s>},
      {"message_retention_seconds", kNumber, ReadInto<&QueueMeta::message_retention_s>},
      {"delay_seconds", kNumber, ReadInto<&QueueMeta::delay_s>},
      {"fifo", kYesNo, ReadInto<&QueueMeta::is_fifo>},
      {"content_based_deduplication", kYesNo, ReadInto<&QueueMeta::content_based_dedup>},
      {"receive_message_wait_seconds", kNumber, ReadInto<&QueueMeta::receive_message_wait_s>},
      {"maximum_message_size", kNumber, ReadInto<&QueueMeta::maximum_message_bytes>},
      {"redrive_policy", kText, ReadStringInto<&QueueMeta::redrive_policy>},
      {"redrive_allow_policy", kText, ReadStringInto<&QueueMeta::redrive_allow_policy>},
      {"partition_count", kNumber, ReadInto<&QueueMeta::partition_count>},
      {"fifo_throughput_limit", kText, ReadStringInto<&QueueMeta::fifo_throughput_limit>},
      {"deduplication_scope", kText, ReadStringInto<&QueueMeta::deduplication_scope>},
  };
  SNAPTREE_TRY(Parse(text));
  config->meta.visibility_timeout_s = kDefaultVisibilityTimeoutS;
  config->meta.message_retention_s = kDefaultRetentionS;
  std::vector<bool> seen;
  SNAPTREE_TRY(ReadMembers(kMembers, config, &seen));
  if (config->meta.name.empty()) return Wrong("name", "the name of the queue");
  for (const size_t always : {kName + 1, kName + 2, kName + 3}) {
    if (!seen[always]) config->completed.emplace_back(kMembers[always].name);
  }
  return {};
}

Status QueueTreeReader::ReadExtension(Slice text, QueueConfig* config) {
  constexpr const char* kNumber = "a whole number";
  static constexpr Member kMembers[] = {
      {"format_version", kNumber, nullptr, Member::Kind::kFormatVersion},
      {"generation", kNumber, ReadInto<&QueueMeta::generation>},
      {"incarnation", kNumber, ReadInto<&QueueMeta::incarnation>},
      {"created_at_hlc", kNumber, ReadInto<&QueueMeta::created_at_hlc>},
      {"created_at_millis", kNumber, ReadInto<&QueueMeta::created_ms>},
      {"last_modified_at_millis", kNumber, ReadInto<&QueueMeta::last_modified_ms>},
      {"last_purged_at_millis", kNumber, ReadInto<&QueueMeta::last_purged_ms>},
      {"tags", "an object of strings", ReadTags, Member::Kind::kTags},
      {"throttle", "an object of numbers that a double can hold", nullptr, Member::Kind::kThrottle},
      {"fifo_sequence", kNumber, nullptr, Member::Kind::kFifoSequence},
      {"x_extra", "an object", nullptr, Member::Kind::kExtra},
  };
  SNAPTREE_TRY(Parse(text));
  std::vector<bool> seen;
  return ReadMembers(kMembers, config, &seen);
}

Status CheckQueue(const QueueMeta& meta) {
  const std::string& limit = meta.fifo_throughput_limit;
  const std::string& scope = meta.deduplication_scope;
  const uint32_t count = meta.partition_count;
  if (!limit.empty() && limit != "perMessageGroupId" && limit != "perQueue") {
    return Wrong("fifo_throughput_limit", "perMessageGroupId or perQueue")
        .Found("\"" + Printable(limit) + "\"");
  }
  if (!scope.empty() && scope != "messageGroup" && scope != "queue") {
    return Wrong("deduplication_scope", "messageGroup or queue")
        .Found("\"" + Printable(scope) + "\"");
  }
  if (count > kMaxPartitions || (count & (count - 1)) != 0) {
    return Wrong("partition_count", "0 or a power of two up to 32").Found(std::to_string(count));
  }
  if (!meta.is_fifo && (count > 1 || !limit.empty() || !scope.empty())) {
    return Refused("only FIFO queues have partitions, a throughput limit or a deduplication scope");
  }
  if (count > 1 && scope == "queue") {
    return Refused("a queue of several partitions cannot deduplicate over the whole queue");
  }
  if (count <= 1 && limit == "perMessageGroupId") {
    return Refused("perMessageGroupId needs several partitions");
  }
  return {};
}

std::vector<std::string> AttributesOutOfRange(const QueueMeta& meta) {
  std::vector<std::string> out;
  const auto check = [&](const char* name, int64_t value, int64_t least, int64_t most) {
    if (value < least || value > most) out.push_back(name + (" = " + std::to_string(value)));
  };
  check("visibility_timeout_seconds", meta.visibility_timeout_s, 0, 43200);
  check("message_retention_seconds", meta.message_retention_s, 60, 1209600);
  check("delay_seconds", meta.delay_s, 0, 900);
  check("receive_message_wait_seconds", meta.receive_message_wait_s, 0, 20);
  check("maximum_message_size", meta.maximum_message_bytes, 1024, kDefaultMaximumMessageBytes);
  std::vector<RawMember> throttle;
  if (!meta.throttle.empty()) SplitRawMembers(meta.throttle, &throttle);
  for (const RawMember& member : throttle) {
    if (!member.value.starts_with('-')) continue;
    out.push_back("throttle: " + Printable(member.name) + " = " + Printable(member.value));
  }
  if (meta.tags.size() > kMaxTags) out.push_back(std::to_string(meta.tags.size()) + " tags");
  return out;
}

}  // namespace snaptree::sqs

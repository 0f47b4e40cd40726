// SQS keys, messages and configurations on arbitrary bytes. Beyond not crashing: a key that parses
// is exactly the bytes of its parts, a message survives the sorter, its line is JSON.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "adapters/sqs/sqs_keys.h"
#include "adapters/sqs/sqs_message.h"
#include "adapters/sqs/sqs_packed_message.h"
#include "adapters/sqs/sqs_queue_files.h"
#include "adapters/sqs/sqs_queue_meta.h"
#include "base/coding.h"
#include "base/text.h"

namespace {

using namespace snaptree;
using namespace snaptree::sqs;

void Require(bool holds) {
  if (!holds) std::abort();
}

std::string KeyOf(SqsFamily family, const SqsKey& key) {
  std::string text(PrefixOf(family));
  if (key.partitioned) text += "p|";
  text += key.queue;
  if (key.partitioned) {
    text += "|";
    AppendBe32(&text, key.partition);
  }
  if (family <= SqsFamily::kVis || family == SqsFamily::kTombstone) {
    AppendBe64(&text, key.generation);
  }
  if (family == SqsFamily::kVis || family == SqsFamily::kByAge) AppendBe64(&text, key.time_ms);
  if (!key.group.empty()) text.append(key.group).append("|");
  return text.append(key.name);
}

void CheckKeys(Slice tail) {
  for (size_t i = 0; i < kSqsFamilies; ++i) {
    const auto family = static_cast<SqsFamily>(i);
    const std::string logical = std::string(PrefixOf(family)).append(tail);
    SqsKeyParser parser(family);
    SqsKey key;
    if (!parser.Parse(logical, &key)) continue;
    Require(KeyOf(family, key) == logical);
    std::string built;
    AppendSqsKey(&built, family, key);
    Require(built == logical);
    Require(IsUtf8(parser.queue_name()) && Base64Url(parser.queue_name()) == key.queue);
    Require(Base64Url(parser.name()) == key.name);
    Require(FamilyIdOf(family) == ClassifyLogicalKey(logical));
    SqsKey again;
    Require(parser.Parse(logical, &again) && again.SameRun(key));
  }
}

void CheckLine(const std::string& line) {
  Require(line.ends_with("}\n") && line.find('\n') == line.size() - 1);
  StoredJson json;
  Require(json.Parse(line, "x").ok());
  Require(json.members().size() >= 7 && json.members()[0].name == "message_id");
}

void CheckMessage(Slice stored) {
  MessageReader reader;
  Message message;
  const Status read = reader.Read(stored, &message);
  if (!read.ok()) return Require(read.code() == "SqsInvalidMessage");
  std::string key;
  std::string payload;
  std::string line;
  std::string unpacked;
  if (message.sequence % 2 == 1) message.partition = static_cast<uint32_t>(message.generation);
  AppendMessageLine(&line, message);
  PackSortKey(message, &key);
  PackPayload(message, &payload);
  AppendMessageLine(&unpacked, UnpackMessage(key, payload));
  Require(line == unpacked);
  CheckLine(line);
}

void CheckMeta(Slice stored) {
  StoredJson json;
  const Result<QueueMeta> meta = ParseQueueMeta(stored, &json);
  if (!meta.ok()) return Require(meta.status().code() == "SqsInvalidQueueMeta");
  const std::string ext = QueueExtJson(*meta, meta->generation, 0);
  StoredJson again;
  Require(again.Parse(QueueJson("q", *meta), "x").ok() && again.members().size() >= 5);
  Require(ext.empty() || (again.Parse(ext, "x").ok() && again.members().size() >= 2));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Slice bytes(reinterpret_cast<const char*>(data), size);
  CheckKeys(bytes);
  for (const Slice magic : {Slice(), Slice("\0SM\x01", 4)}) {
    CheckMessage(std::string(magic).append(bytes));
  }
  for (const Slice magic : {Slice(), Slice("\0SQ\x01", 4)}) {
    CheckMeta(std::string(magic).append(bytes));
  }
  return 0;
}

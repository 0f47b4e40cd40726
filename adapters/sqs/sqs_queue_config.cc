#include "adapters/sqs/sqs_queue_config.h"

#include "adapters/sqs/sqs_findings.h"
#include "adapters/sqs/sqs_queue_files.h"
#include "base/text.h"
#include "manifest/file_name_codec.h"

namespace snaptree::sqs {
namespace {

constexpr const char* kInvalidQueue = "SqsEncodeInvalidQueue";

Slice NameOf(Slice folder) { return folder.substr(folder.rfind('/') + 1); }

}  // namespace

Status QueueConfigReader::Read(Slice folder, const QueueFolder& found, QueueConfig* config) {
  folder_ = folder;
  extension_text_.clear();
  SNAPTREE_ASSIGN(const Slice text, reader_.ReadSmall(Path(kQueueFile), StoredJson::kMaxBytes));
  queue_text_ = text;
  Status status = files_.ReadQueue(queue_text_, config);
  if (status.ok()) status = CheckQueue(config->meta);
  if (!status.ok()) return std::move(status).At(Path(kQueueFile));
  const std::string right = EncodeDirectorySegment(config->meta.name).name;
  if (NameOf(folder_) != right) {
    return DataError(kInvalidQueue, "the folder is not named after the queue in _queue.json")
        .At(folder_)
        .Expected("sqs/" + right)
        .Next("rename the folder, or correct \"name\"");
  }
  if (found.extension) SNAPTREE_TRY(ReadExtension(config));
  Tell(config);
  return {};
}

Status QueueConfigReader::ReadExtension(QueueConfig* config) {
  SNAPTREE_ASSIGN(const Slice text, reader_.ReadSmall(Path(kExtensionFile), StoredJson::kMaxBytes));
  extension_text_ = text;
  Status status = files_.ReadExtension(extension_text_, config);
  if (!status.ok()) return std::move(status).At(Path(kExtensionFile));
  return {};
}

void QueueConfigReader::Tell(QueueConfig* config) {
  QueueMeta& meta = config->meta;
  TreeFindings& findings = context_.findings;
  for (const std::string& name : config->ignored) {
    findings.Warn("sqs_member_ignored", kMemberIgnoredText, InQueue(name, meta.name));
  }
  for (const std::string& name : meta.unknown_names) {
    findings.Warn("sqs_unknown_member",
                  "members that this version does not know were kept: a newer node's, or a typing "
                  "error",
                  InQueue("\"" + Printable(name) + "\"", meta.name));
  }
  for (const std::string& name : config->completed) {
    findings.Warn("sqs_attribute_missing",
                  "queues without an attribute got what a node gives new queues",
                  InQueue(name, meta.name));
  }
  if (meta.maximum_message_bytes == 0) {
    meta.maximum_message_bytes = kDefaultMaximumMessageBytes;
    findings.Warn("sqs_maximum_message_size_set",
                  "queues with maximum_message_size 0, which refuse every send, got 262144",
                  Printable(meta.name));
  }
  for (const std::string& what : AttributesOutOfRange(meta)) {
    findings.Warn("sqs_attribute_out_of_range",
                  "attributes that no node lets a client set were kept as they are",
                  InQueue(what, meta.name));
  }
  if (!meta.is_fifo && config->fifo_sequence != 0) {
    findings.Warn("sqs_member_ignored", kMemberIgnoredText,
                  InQueue("\"fifo_sequence\"", meta.name));
    config->fifo_sequence = 0;
  }
}

Status QueueConfigReader::TellDifferences(const QueueMeta& meta, uint64_t sequence) {
  if (!comparer_.Same(queue_text_, QueueJson(meta.name, meta))) {
    SNAPTREE_TRY(context_.differences.Add(Path(kQueueFile)));
  }
  if (comparer_.Same(extension_text_, QueueExtJson(meta, meta.generation, sequence))) return {};
  return context_.differences.Add(Path(kExtensionFile));
}

}  // namespace snaptree::sqs

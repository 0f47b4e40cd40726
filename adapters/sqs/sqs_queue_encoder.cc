#include "adapters/sqs/sqs_queue_encoder.h"

#include <algorithm>
#include <utility>

#include "adapters/sqs/sqs_findings.h"
#include "adapters/sqs/sqs_heads.h"
#include "base/text.h"

namespace snaptree::sqs {
namespace {

constexpr const char* kInvalidQueue = "SqsEncodeInvalidQueue";
constexpr uint64_t kLargeFile = uint64_t{1} << 20;
// From here on keys cannot be told apart (spec 05 section 1.2); no counter comes near.
constexpr uint64_t kGenerationLimit = uint64_t{1} << 56;
constexpr size_t kLargeBatch = size_t{1} << 20;

}  // namespace

void LargeQueues::Add(Slice folder) {
  const std::lock_guard lock(mutex_);
  folders_.emplace_back(folder);
}

std::vector<std::string> LargeQueues::Take() {
  std::sort(folders_.begin(), folders_.end());
  return std::move(folders_);
}

QueueEncoder::QueueEncoder(const EncodeContext& context, const EncodeSqsOptions& options,
                           ContestedRows& contested, LargeQueues* later)
    : context_(context),
      options_(options),
      contested_(contested),
      later_(later),
      reader_(context.input),
      messages_reader_(context.input),
      config_reader_(context),
      side_records_(context, contested),
      batches_(context) {
  idle_.push_back(std::make_unique<MessageEncoder>(context, contested));
}

// A queue whose name ends like that has its configuration.
Status QueueEncoder::SkipOrphan() {
  context_.findings.Warn("sqs_orphan_skipped",
                         "folders of messages without a queue were left out: to restore them, "
                         "decode the files of all groups together",
                         Printable(folder_));
  SNAPTREE_TRY(context_.differences.Add(Path(kMessagesFile)));
  return context_.differences.Add(Path(kSideRecordsPath));
}

// The common one that is not 0, else the greatest.
Result<QueueEncoder::Generation> QueueEncoder::GenerationOfMessages() {
  uint64_t least = UINT64_MAX;
  uint64_t greatest = 0;
  bool joined = false;
  SNAPTREE_TRY(reader_.Open(Path(kMessagesFile)));
  const Status status = batches_.Read(
      reader_.Stream(),
      [&](const MessageBatch& batch) -> Status {
        MessageLineReader lines;
        uint64_t least_here = UINT64_MAX;
        uint64_t greatest_here = 0;
        SNAPTREE_TRY(batch.ForEach([&](Slice line, uint64_t) -> Status {
          Message message;
          // What is wrong is told when rows are made of it.
          if (!lines.Read(line, &message).ok() || message.generation == 0) return {};
          least_here = std::min(least_here, message.generation);
          greatest_here = std::max(greatest_here, message.generation);
          return {};
        }));
        const std::lock_guard lock(mutex_);
        least = std::min(least, least_here);
        greatest = std::max(greatest, greatest_here);
        return {};
      },
      &joined);
  if (!status.ok() && status.kind() != ErrorKind::kData) return status;
  if (greatest == 0) return Generation();
  if (least != greatest) {
    context_.findings.Warn("sqs_generations_differ",
                           "queues whose messages are of several generations got the greatest",
                           Printable(config_.meta.name));
  }
  return Generation{greatest, false};
}

Result<QueueEncoder::Generation> QueueEncoder::FindGeneration(const QueueFolder& found) {
  if (options_.generation) return Generation{*options_.generation, false};
  if (config_.meta.generation != 0) return Generation{config_.meta.generation, true};
  return found.messages ? GenerationOfMessages() : Generation();
}

Status QueueEncoder::SetGeneration(const QueueFolder& found) {
  SNAPTREE_ASSIGN(const Generation generation, FindGeneration(found));
  if (generation.number == 0 || generation.number >= kGenerationLimit) {
    return DataError(kInvalidQueue, "a generation that no queue can have")
        .At(generation.of_extension ? Path(kExtensionFile) : folder_)
        .Expected("1 to " + std::to_string(kGenerationLimit - 1))
        .Found(std::to_string(generation.number))
        .Next(options_.generation ? "give --sqs-generation another number"
                                  : "correct \"generation\" in _queue_ext.json; encode "
                                    "--sqs-generation gives one");
  }
  config_.meta.generation = generation.number;
  if (!generation.of_extension) config_.meta.incarnation = 0;
  return {};
}

Status QueueEncoder::EncodeBatch(const MessageBatch& batch, MessageTotals* totals) {
  std::unique_ptr<MessageEncoder> encoder;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      encoder = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (encoder == nullptr) encoder = std::make_unique<MessageEncoder>(context_, contested_);
  MessageTotals here;
  SNAPTREE_TRY(encoder->Encode(queue_, batch, &here));
  const std::lock_guard lock(mutex_);
  totals->Add(here);
  // What a huge message made it allocate goes.
  if (batch.bytes() <= kLargeBatch) idle_.push_back(std::move(encoder));
  return {};
}

Status QueueEncoder::ReadMessages(MessageTotals* totals) {
  bool joined = false;
  Status status = batches_.Read(
      messages_reader_.Stream(),
      [&](const MessageBatch& batch) { return EncodeBatch(batch, totals); }, &joined);
  messages_ += totals->messages;
  if (joined) {
    totals->as_written = false;
    context_.findings.Note("sqs_lines_joined", "files of messages that take several lines each",
                           Printable(queue_.messages_path));
  }
  return status;
}

Status QueueEncoder::PutQueueRows(uint64_t sequence) {
  if (idle_.empty()) idle_.push_back(std::make_unique<MessageEncoder>(context_, contested_));
  RowWriter& writer = idle_.back()->writer();
  const std::string path = Path(kQueueFile);
  const auto put = [&](SqsFamily family, Slice value) -> Status {
    std::string key;
    SqsKey parts;
    parts.queue = queue_.segment;
    AppendSqsKey(&key, family, parts);
    writer.From(path);
    Status status = writer.Put(key, value);
    return status.ok() ? std::move(status) : std::move(status).At(path);
  };
  const std::string meta = StoredQueueMeta(queue_.meta);
  if (meta.size() > StoredJson::kMaxBytes) {
    return DataError(kInvalidQueue, "the configuration is larger than any node's")
        .At(path)
        .Expected("at most " + HumanBytes(StoredJson::kMaxBytes))
        .Found(HumanBytes(meta.size()))
        .Next("shorten the policies, tags or x_extra of the queue");
  }
  SNAPTREE_TRY(put(SqsFamily::kMeta, meta));
  SNAPTREE_TRY(put(SqsFamily::kGen, std::to_string(queue_.meta.generation)));
  return sequence == 0 ? Status::Ok() : put(SqsFamily::kSeq, std::to_string(sequence));
}

Status QueueEncoder::TellDifferences(const QueueFolder& found, uint64_t sequence,
                                     const MessageTotals& totals) {
  SNAPTREE_TRY(config_reader_.TellDifferences(queue_.meta, sequence));
  if (found.messages && (!totals.as_written || totals.messages == 0)) {
    SNAPTREE_TRY(context_.differences.Add(queue_.messages_path));
  }
  if (!found.side_records && !context_.manifest.include_sqs_side_records) return {};
  return context_.differences.Add(Path(kSideRecordsPath));
}

Status QueueEncoder::EncodeConfig(const QueueFolder& found) {
  if (!found.queue) {
    return DataError(kInvalidQueue, "the folder has no _queue.json")
        .At(folder_)
        .Expected("the configuration of a queue")
        .Next("get _queue.json back, or move the folder out of the tree");
  }
  SNAPTREE_TRY(config_reader_.Read(folder_, found, &config_));
  return SetGeneration(found);
}

// With errors in its configuration, the queue's messages are read all the same: for their errors.
Status QueueEncoder::EncodeFiles(const QueueFolder& found) {
  Status status = EncodeConfig(found);
  queue_.is_known = status.ok();
  SNAPTREE_TRY(context_.findings.TakeError(std::move(status)));
  queue_.messages_path = Path(kMessagesFile);
  queue_.meta = config_.meta;
  queue_.preserve = context_.manifest.preserve_sqs_visibility;
  AppendBase64Url(&queue_.segment, queue_.meta.name);
  SideRecordReader::Found side;
  if (found.side_records && queue_.is_known) {
    SNAPTREE_TRY(reader_.Open(Path(kSideRecordsPath)));
    SNAPTREE_ASSIGN(side, side_records_.Read(reader_.Stream(), queue_));
    queue_.has_locks = side.has_locks;
  }
  MessageTotals totals;
  if (found.messages) SNAPTREE_TRY(ReadMessages(&totals));
  if (!queue_.is_known) return {};
  const uint64_t sequence =
      queue_.meta.is_fifo
          ? std::max({side.sequence, config_.fifo_sequence, totals.greatest_sequence})
          : 0;
  SNAPTREE_TRY(PutQueueRows(sequence));
  return TellDifferences(found, sequence, totals);
}

Status QueueEncoder::operator()(Slice folder, Slice /*detail*/) {
  folder_ = folder;
  config_ = {};
  queue_ = {};
  if (folder.ends_with(kOrphanSuffix)) {
    SNAPTREE_ASSIGN(const std::optional<EntryKind> queue,
                    context_.input.source().Find(Path(kQueueFile)));
    if (!queue) return SkipOrphan();
  }
  QueueFolder found;
  SNAPTREE_TRY(ListQueueFolder(context_, folder_, later_ != nullptr, &found));
  if (found.messages) {
    SNAPTREE_TRY(messages_reader_.Open(Path(kMessagesFile)));
    if (later_ != nullptr && messages_reader_.size() > kLargeFile) {
      later_->Add(folder);
      return {};
    }
  }
  return EncodeFiles(found);
}

}  // namespace snaptree::sqs

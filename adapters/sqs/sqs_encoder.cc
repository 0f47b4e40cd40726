#include "adapters/sqs/sqs_encoder.h"

#include <memory>
#include <string>

#include "adapters/common/file_jobs.h"
#include "adapters/sqs/sqs_contested_rows.h"
#include "adapters/sqs/sqs_queue_encoder.h"

namespace snaptree::sqs {
namespace {

constexpr const char* kRoot = "sqs";
constexpr double kContestedShare = 0.2;

// Queues are shared out among threads, but for large ones.
Status EncodeSmallQueues(const EncodeContext& context, const EncodeSqsOptions& options,
                         ContestedRows& contested, LargeQueues* large, EncodeTotals* totals) {
  FileJobs<QueueEncoder> jobs(
      context, [&] { return std::make_unique<QueueEncoder>(context, options, contested, large); });
  SNAPTREE_TRY(context.input.source().List(kRoot, [&](std::span<const TreeEntry> entries) {
    for (const TreeEntry& entry : entries) {
      const std::string path = std::string(kRoot) + "/" + entry.name;
      if (entry.kind == EntryKind::kFolder) {
        SNAPTREE_TRY(jobs.Add(path));
      } else if (entry.kind == EntryKind::kFile) {
        SNAPTREE_TRY(UnexpectedFile(context, path, "a folder for each queue"));
      } else {
        SNAPTREE_TRY(context.findings.TakeError(context.input.source().Open(path).status()));
      }
    }
    return Status::Ok();
  }));
  SNAPTREE_TRY(jobs.Finish());
  for (const auto& worker : jobs.workers()) totals->records += worker->messages();
  return {};
}

}  // namespace

Result<EncodeTotals> EncodeSqs(const EncodeContext& context, const EncodeSqsOptions& options) {
  EncodeTotals totals;
  ContestedRows contested(context, context.sorter_options(kContestedShare));
  LargeQueues large;
  SNAPTREE_TRY(EncodeSmallQueues(context, options, contested, &large, &totals));
  QueueEncoder encoder(context, options, contested, nullptr);
  for (const std::string& folder : large.Take()) {
    Status status = encoder(folder, {});
    if (!status.ok()) SNAPTREE_TRY(context.findings.TakeError(std::move(status).At(folder)));
  }
  totals.records += encoder.messages();
  SNAPTREE_TRY(contested.Write());
  return totals;
}

}  // namespace snaptree::sqs

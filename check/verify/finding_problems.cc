#include "check/verify/finding_problems.h"

#include <algorithm>

#include "base/text.h"

namespace snaptree {
namespace {

// Rows that contradict one another, as no correct node writes them. Not here:
// - what another raft group may explain (orphans, unreachable inodes, missing bucket rows);
// - what crashes, background work and older servers leave behind (stale generations, shadowed
//   blobs, JSON values, list items outside the window, a list's length: holes count);
// - what a client may do (empty sets, NaN scores, deep items);
// - what only a newer server knows.
constexpr const char* kProblems[] = {
    // A record under another name than its own.
    "ddb_key_mismatch",
    "ddb_table_name_mismatch",
    "fs_inode_number_mismatch",
    "sqs_generation_mismatch",
    "sqs_message_id_mismatch",
    "sqs_queue_name_mismatch",
    // Heads against what they count.
    "redis_hash_length_mismatch",
    "redis_list_meta_invariant",
    "redis_negative_length",
    "redis_set_length_mismatch",
    "redis_stream_last_id_raised",
    "redis_stream_length_mismatch",
    "redis_zset_length_mismatch",
    "s3_chunk_count_mismatch",
    "s3_chunk_sizes_missing",
    "s3_etag_mismatch",
    "s3_object_size_mismatch",
    "sqs_generation_row_mismatch",
    // Losses: some of these a node can have by itself (spec 04 section 6 item 2).
    "fs_damaged_chunk",
    "s3_object_incomplete",
    // Rows that lead nowhere, or twice.
    "fs_entry_type_mismatch",
    "fs_extra_link",
    "fs_tree_loop",
    "sqs_unreachable_messages",
    "txn_both_records",
    // Derived rows that cannot be read.
    "fs_invalid_dir_version",
    "redis_invalid_ttl_value",
    "sqs_side_record_malformed",
};

bool IsProblem(const std::string& code) {
  return std::find(std::begin(kProblems), std::end(kProblems), code) != std::end(kProblems);
}

Status ErrorOf(const std::string& code, const Finding& finding, const std::string& source,
               const std::string& example) {
  ErrorInfo info;
  info.kind = ErrorKind::kData;
  info.code = code;
  info.what = finding.text;
  info.source = source;
  info.address = example;
  return Status(std::move(info));
}

}  // namespace

Result<Findings> SplitFindings(const Findings& findings, const std::string& source,
                               TreeFindings* problems, std::map<std::string, uint64_t>* more) {
  Findings rest;
  for (const auto& [code, finding] : findings.by_code()) {
    if (!IsProblem(code)) {
      rest.AddFrom(code, finding);
      continue;
    }
    uint64_t told = 0;
    for (const auto& [example, count] : finding.examples) {
      SNAPTREE_TRY(problems->TakeError(ErrorOf(code, finding, source, example)));
      ++told;
    }
    if (told == 0) {
      SNAPTREE_TRY(problems->TakeError(ErrorOf(code, finding, source, {})));
      ++told;
    }
    if (finding.count > told) (*more)[code] += finding.count - told;
  }
  return rest;
}

}  // namespace snaptree

#include "check/get/record_losses.h"

#include <algorithm>

namespace snaptree {
namespace {

// Of any address.
constexpr const char* kLosses[] = {
    // Nobody can tell whether it is whole.
    "checksum_mismatch",
    "no_checksum",
    "no_checksums",
    "unlisted_file",
    // Of another state than was asked for, or of one that is not all there.
    "at_before_retention",
    "retention_unknown",
    "snapshot_broken",
    "snapshot_missing",
    "salvaged",
    "txn_unresolved",
    // Rows of it.
    "damaged_rows",
    // Not of the record, but the run did not do all that it was asked for.
    "index_not_written",
};

// Of one record.
constexpr const char* kLossesOfRecord[] = {
    // Pieces of it are missing, damaged, or kept elsewhere.
    "ddb_unknown_field",
    "fs_damaged_chunk",
    "s3_chunk_count_mismatch",
    "s3_chunk_sizes_missing",
    "s3_etag_mismatch",
    "s3_object_incomplete",
    "s3_object_size_mismatch",
    "s3_unknown_member",  // as a warning: there is no place for it
    "sqs_unreachable_messages",
    // It says of itself that it has more, or less.
    "redis_hash_length_mismatch",
    "redis_list_length_mismatch",
    "redis_list_meta_invariant",
    "redis_negative_length",
    "redis_set_length_mismatch",
    "redis_stream_length_mismatch",
    "redis_zset_length_mismatch",
    // When it expires cannot be read.
    "redis_invalid_ttl_value",
};

// Of a file that tells of many records.
constexpr const char* kLossesOfList[] = {
    "fs_dangling_entry",
    "redis_invalid_ttl_value",
    "s3_upload_part_incomplete",
};

template <size_t N>
bool IsIn(const char* const (&codes)[N], const std::string& code) {
  return std::find(std::begin(codes), std::end(codes), code) != std::end(codes);
}

// About the run and the whole file.
bool IsOfRun(const std::string& code) {
  return code == "last_commit_mismatch" || code == "nothing_matched" || code == "other_groups";
}

}  // namespace

bool MeansLoss(const std::string& code, AddressKind kind) {
  return IsIn(kLosses, code) ||
         (kind == AddressKind::kList ? IsIn(kLossesOfList, code) : IsIn(kLossesOfRecord, code));
}

void AddRecordFindings(const Findings& from, AddressKind kind, Findings* into) {
  for (const auto& [code, finding] : from.by_code()) {
    if (IsOfRun(code)) continue;
    Finding told = finding;
    if (!MeansLoss(code, kind)) told.severity = Severity::kNote;
    into->AddFrom(code, told);
  }
}

}  // namespace snaptree

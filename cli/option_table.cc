#include "cli/option_table.h"

#include <iterator>

namespace snaptree::cli {
namespace {

using enum OptionId;
using enum OptionGroup;

// By OptionId.
constexpr Option kOptions[] = {
    {kAt, "at", 0, "TIME", kSelect,
     "the state at a time: ISO 8601, Unix milliseconds, or a decimal HLC timestamp (the newest "
     "state)"},
    {kAllVersions, "all-versions", 0, nullptr, kSelect,
     "also older and newer versions, deletions and store metadata"},
    {kFamily, "family", 0, "NAME", kSelect, "rows of this key family only; may be repeated",
     Completes::kNothing, "", true},
    {kPrefix, "prefix", 0, "TEXT", kSelect, "keys that begin with TEXT only"},
    {kPrefixHex, "prefix-hex", 0, "HEX", kSelect, "the same, in hexadecimal"},
    {kLimit, "limit", 0, "N", kSelect, "stop after N rows"},
    {kAdapter, "adapter", 0, "LIST", kSelect, "these adapters only, comma separated (all)",
     Completes::kWords, "all dynamodb s3 redis sqs rawkv fs"},
    {kInclude, "include", 0, "GLOB", kSelect,
     "records whose address matches only; * and ? match / too, and a folder that matches stands "
     "for "
     "all below it; may be repeated",
     Completes::kNothing, "", true},
    {kExclude, "exclude", 0, "GLOB", kSelect,
     "no records whose address matches; wins over --include; may be repeated", Completes::kNothing,
     "", true},
    {kFilesFrom, "files-from", 0, "FILE", kSelect,
     "the records that FILE lists only, one address a line (- is standard input)",
     Completes::kFile},
    {kNull, "null", '0', nullptr, kSelect, "addresses in --files-from end with NUL, not newline"},
    {kLatest, "latest", 0, nullptr, kSelect,
     "read each of several inputs at its own end (all at the newest time that all cover)"},
    {kBareRows, "bare-rows", 0, "VIEW", kSelect,
     "keys without a known prefix are raw key-value data (rawkv) or old Redis strings (redis)",
     Completes::kWords, "rawkv redis"},
    {kFrom, "from", 0, "STATE", kOpening,
     "of a raft data directory: its newest snapshot or its store fsm.db (the newest that is whole)",
     Completes::kWords, "snapshot pebble"},
    {kManifestKey, "manifest-key", 0, "KEY", kOpening,
     "of an offload store: the snapshot with this manifest (the newest one)"},
    {kOffloadManifest, "offload-manifest", 0, "FILE", kOpening,
     "the manifest of an offloaded payload: compared with it", Completes::kFile},
    {kKekFile, "kek-file", 0, "FILE", kOpening, "the key file of an encrypted node: 32 bytes",
     Completes::kFile},
    {kKeysFile, "keys-file", 0, "FILE", kOpening,
     "its sidecar keys.json, with the data keys that the key file opens", Completes::kFile},
    {kSidecar, "sidecar", 0, "FILE", kOpening, "the same", Completes::kFile, "", false, true},
    {kDek, "dek", 0, "ID=FILE", kOpening,
     "a data key as it is, 32 bytes, for keys of other providers; may be repeated",
     Completes::kFile, "", true},
    {kForceLocked, "force-locked", 0, nullptr, kOpening,
     "read an fsm.db whose LOCK a process holds: only for a copy that nobody writes"},
    {kCheckpoint, "checkpoint", 0, nullptr, kOpening,
     "the fsm.db is a copy that was taken while its node ran"},
    {kIncludeIncompleteUploads, "include-incomplete-uploads", 0, nullptr, kSelect,
     "also S3 uploads that were never completed"},
    {kIncludeOrphans, "include-orphans", 0, nullptr, kSelect,
     "also S3 chunks and files that nothing refers to"},
    {kIncludeSqsSideRecords, "include-sqs-side-records", 0, nullptr, kSelect,
     "also the rows that SQS keeps beside its messages"},
    {kPreserveSqsVisibility, "preserve-sqs-visibility", 0, nullptr, kSelect,
     "keep which SQS messages are in flight, and their receive counts"},
    {kInput, "input", 0, "IN", kSelect, "the input, as the Go tools name it", Completes::kFile, "",
     false, true},
    {kOutput, "output", 'o', "OUT", kResult, "the folder to make", Completes::kFolder},
    {kHex, "hex", 0, nullptr, kResult, "keys and values in hexadecimal"},
    {kDynamodbLayout, "dynamodb-layout", 0, "LAYOUT", kResult,
     "one file for each item (per-item) or items as lines of a few files (jsonl)",
     Completes::kWords, "per-item jsonl"},
    {kDynamodbBundleMode, "dynamodb-bundle-mode", 0, "LAYOUT", kResult, "as the Go tools name it",
     Completes::kWords, "per-item jsonl", false, true},
    {kBundleSize, "bundle-size", 0, "SIZE", kResult,
     "files of many records get no larger than this (64MiB)"},
    {kDynamodbBundleSize, "dynamodb-bundle-size", 0, "SIZE", kResult, "the same",
     Completes::kNothing, "", false, true},
    {kRenameCollisions, "rename-collisions", 0, nullptr, kResult,
     "S3 keys that look like sidecars get a suffix, not a name made of their digest"},
    {kNoExtensions, "no-extensions", 0, nullptr, kResult,
     "write only the files and members that the Go tools write"},
    {kClusterId, "cluster-id", 0, "TEXT", kResult, "a name for the cluster, kept in MANIFEST.json"},
    {kSnapshotIndex, "snapshot-index", 0, "N", kResult,
     "the raft index for MANIFEST.json (from the input's name)"},
    {kDryRun, "dry-run", 'n', nullptr, kTrouble, "do everything but write"},
    {kForce, "force", 0, nullptr, kTrouble, "read --at before the retained window"},
    {kStrict, "strict", 0, nullptr, kTrouble, "any loss is an error (exit 2), with no output"},
    {kSalvage, "salvage", 0, nullptr, kTrouble, "go on past damage and tell what was skipped"},
    {kApplyUnresolved, "apply-unresolved", 0, "commit", kTrouble,
     "apply transactions whose decision is in no input", Completes::kWords, "commit"},
    {kNoEtagCheck, "no-etag-check", 0, nullptr, kTrouble,
     "do not compare S3 bodies with their ETags (saves an MD5)"},
    {kPayload, "payload", 0, nullptr, kResult,
     "write the bare row stream, as the Go tools take it, without header and checksum"},
    {kContainer, "container", 0, "FORM", kResult, "the same: payload or fsm", Completes::kWords,
     "payload fsm", false, true},
    {kLastCommitTs, "last-commit-ts", 0, "T", kResult,
     "timestamp of all rows: decimal or 0x hex HLC, not before the tree's own (the tree's own)"},
    {kSelfTest, "self-test", 0, nullptr, kTrouble, "as always", Completes::kNothing, "", false,
     true},
    {kNoSelfTest, "no-self-test", 0, nullptr, kTrouble,
     "do not decode the result again to compare it with the tree"},
    {kNoChecksums, "no-checksums", 0, nullptr, kTrouble,
     "do not compare the tree with its CHECKSUMS"},
    {kAllowHardLinks, "allow-hard-links", 0, nullptr, kTrouble,
     "take files that have several names: backups made with links"},
    {kIgnoreExtra, "ignore-extra", 0, nullptr, kTrouble,
     "files that belong to no record are warnings"},
    {kDdbGeneration, "ddb-generation", 0, "N", kResult,
     "generation of every DynamoDB table (the tree's own)"},
    {kDdbEmptySets, "ddb-empty-sets", 0, "HOW", kTrouble,
     "DynamoDB attributes that are an empty set, which nodes cannot answer: keep or drop (keep)",
     Completes::kWords, "keep drop"},
    {kSkipInvalidItems, "skip-invalid-items", 0, nullptr, kTrouble,
     "leave out DynamoDB items whose key is missing or wrong"},
    {kSkipBadIndexKeys, "skip-bad-index-keys", 0, nullptr, kTrouble,
     "DynamoDB items with an impossible index key are left out of that index"},
    {kAllowKeyTypeMismatch, "allow-key-type-mismatch", 0, nullptr, kTrouble,
     "take DynamoDB keys of another type than the table defines"},
    {kAllowBareBuckets, "allow-bare-buckets", 0, nullptr, kTrouble,
     "a folder below s3/ without _bucket.json is a bucket"},
    {kUseMtime, "use-mtime", 0, nullptr, kResult,
     "S3 bodies without a sidecar were last modified when their files were"},
    {kDropIncompleteUploads, "drop-incomplete-uploads", 0, nullptr, kSelect,
     "without the S3 uploads that were never completed"},
    {kSqsGeneration, "sqs-generation", 0, "N", kResult,
     "generation of every SQS queue (the tree's own)"},
    {kFsTrustContent, "fs-trust-content", 0, nullptr, kTrouble,
     "files of fs/ have the size of their content, whatever inodes.jsonl says"},
    {kAllowReserved, "allow-reserved", 0, nullptr, kTrouble,
     "take raw keys that begin like those of other adapters (with --no-self-test)"},
    {kDropUnknown, "drop-unknown", 0, nullptr, kSelect, "without the rows of unknown/"},
    {kScratchRoot, "scratch-root", 0, "DIR", kTrouble, "as the Go tools name --scratch",
     Completes::kFolder, "", false, true},
    {kDataDir, "data-dir", 0, "DIR", kResult, "the raft data directory to make",
     Completes::kFolder},
    {kPeers, "peers", 0, "LIST", kResult,
     "the nodes of the raft group: ID=HOST:PORT,... of their raft addresses; GROUP: before a list "
     "makes it that group's; may be repeated then",
     Completes::kNothing, "", true},
    {kLearners, "learners", 0, "LIST", kResult, "nodes that do not vote, in the same form",
     Completes::kNothing, "", true},
    {kGroups, "groups", 0, "LIST", kResult,
     "raft group ids, one for each FSM, comma separated: DIR gets a folder group-ID for each"},
    {kIndex, "index", 0, "N", kResult,
     "the raft index that the nodes begin at (from the name of the snapshot)"},
    {kTerm, "term", 0, "N", kResult, "the raft term (from the snapshot's .snap file, else 1)"},
    {kEncodeInfo, "encode-info", 0, "FILE", kSelect,
     "what encode wrote beside the snapshot (FSM.encode_info.json, when there is one)",
     Completes::kFile},
    {kNoEncodeInfo, "no-encode-info", 0, nullptr, kSelect,
     "take the snapshot as a node left it, whatever stands beside it"},
    {kTargetClusterId, "target-cluster-id", 0, "TEXT", kTrouble,
     "the cluster of the nodes: the snapshot must be of that one"},
    {kFreshCluster, "fresh-cluster", 0, nullptr, kTrouble,
     "the nodes are a new cluster, whatever the snapshot is of"},
    {kAllowMissingClusterId, "allow-missing-cluster-id", 0, nullptr, kTrouble,
     "take a snapshot that does not tell its cluster, with --target-cluster-id too"},
    {kAllowUnverifiedSelfTest, "allow-unverified-self-test", 0, nullptr, kTrouble,
     "take a snapshot that was not tested when it was encoded"},
    {kDropAppliedIndex, "drop-applied-index", 0, nullptr, kTrouble,
     "leave out the row that tells the old raft index, so that --index may be lower"},
    {kCheck, "check", 0, nullptr, kTrouble, "tell what differs, write nothing (exit 2)"},
    {kQuick, "quick", 0, nullptr, kTrouble, "compare checksums only, do not look into the records"},
    {kLayout, "layout", 0, "LAYOUT", kResult,
     "one file for each record (per-item) or small records as lines of a few files (jsonl)",
     Completes::kWords, "per-item jsonl"},
    {kDetail, "detail", 0, nullptr, kResult,
     "also the largest scopes and records, and histograms of sizes, ages and times to live"},
    {kLong, "long", 'l', nullptr, kResult, "also size, time of change, and when it expires"},
    {kSort, "sort", 0, "BY", kResult, "name, size (largest first) or time (newest first) (name)",
     Completes::kWords, "name size time"},
    {kEndWithNull, "null", '0', nullptr, kResult,
     "end every address with NUL, not newline; those of --files-from too"},
    {kIndexFile, "index", 0, "FILE", kTrouble,
     "keep what was learned of the snapshot in FILE, and read it there the next time",
     Completes::kFile},
    {kAtA, "at-a", 0, "TIME", kSelect,
     "A as it was at a time, in the forms that --at of decode takes"},
    {kAtB, "at-b", 0, "TIME", kSelect, "the same for B"},
    {kStat, "stat", 0, nullptr, kResult, "only how many records differ, by adapter and scope"},
    {kNameOnly, "name-only", 0, nullptr, kResult, "only the addresses of what differs"},
    {kCompression, "compression", 0, "HOW", kResult,
     "zstd or none (by the name of the output; zstd)", Completes::kWords, "zstd none"},
    {kCompressionLevel, "compression-level", 0, "N", kResult, "of zstd, 1 to 19 (3)"},
    {kMaxEntries, "max-entries", 0, "N", kTrouble, "refuse archives with more files and folders"},
    {kMaxBytes, "max-bytes", 0, "SIZE", kTrouble, "refuse archives that hold more than this"},
    {kMan, "man", 0, nullptr, kResult, "print the manual page", Completes::kNothing, "", false,
     true},
    {kCompletion, "completion", 0, "SHELL", kResult, "print the completion script for a shell",
     Completes::kWords, "bash zsh fish", false, true},
    {kJson, "json", 0, nullptr, kEverywhere, "machine-readable output"},
    {kQuiet, "quiet", 'q', nullptr, kEverywhere, "errors only"},
    {kVerbose, "verbose", 'v', nullptr, kEverywhere, "details"},
    {kProgress, "progress", 0, "WHEN", kEverywhere,
     "auto, never, always, json, or a line every so many seconds (auto: on a terminal only)",
     Completes::kWords, "auto never always json"},
    {kColor, "color", 0, "WHEN", kEverywhere, "auto, always or never (auto)", Completes::kWords,
     "auto always never"},
    {kLogFile, "log-file", 0, "FILE", kEverywhere, "append every message to FILE, with its time",
     Completes::kFile},
    {kThreads, "threads", 0, "N", kEverywhere, "work on N cores (all); with 1 there is one thread"},
    {kMemory, "memory", 0, "SIZE", kEverywhere, "ceiling for memory, at least 16MiB (512MiB)"},
    {kScratch, "scratch", 0, "DIR", kEverywhere,
     "folder for temporary files (beside the output; TMPDIR when there is none)",
     Completes::kFolder},
    {kHelp, "help", 'h', nullptr, kEverywhere, "tell how to use the command"},
};
static_assert(std::size(kOptions) == kOptionCount);

}  // namespace

const char* GroupTitle(OptionGroup group) {
  switch (group) {
    case kSelect:
      return "What to read";
    case kResult:
      return "What comes out";
    case kOpening:
      return "Data directories, encrypted nodes, offloaded snapshots";
    case kTrouble:
      return "When something is wrong";
    case kEverywhere:
      break;
  }
  return "Everywhere";
}

std::span<const Option> Options() { return kOptions; }
const Option& OptionOf(OptionId id) { return kOptions[static_cast<size_t>(id)]; }

std::string EnvironmentName(const Option& option) {
  if (option.group != kEverywhere || option.id == kHelp) return "";
  std::string name = "SNAPTREE_";
  for (const char* p = option.name; *p != 0; ++p) {
    name += *p == '-' ? '_' : static_cast<char>(*p - 'a' + 'A');
  }
  return name;
}

std::string OptionSpelling(const Option& option) {
  std::string text = option.short_name != 0 ? std::string("-") + option.short_name + ", " : "    ";
  text += std::string("--") + option.name;
  if (option.value != nullptr) text += std::string(" ") + option.value;
  return text;
}

}  // namespace snaptree::cli

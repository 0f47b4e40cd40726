#include "cli/option_table.h"

#include <algorithm>
#include <iterator>

#include "cli/commands.h"

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

constexpr CommandOption kInspectOptions[] = {
    {kAt, nullptr},
    {kDetail, nullptr},
    {kSalvage, "read what is whole of a damaged file"},
};

constexpr CommandOption kRowsOptions[] = {
    {kAt, nullptr},
    {kAllVersions, nullptr},
    {kFamily, nullptr},
    {kPrefix, nullptr},
    {kPrefixHex, nullptr},
    {kLimit, nullptr},
    {kHex, nullptr},
    {kForce, nullptr},
    {kSalvage, "go on past damage and past encrypted rows, and tell what was skipped"},
};

constexpr CommandOption kDecodeOptions[] = {
    {kAt, nullptr},
    {kAdapter, nullptr},
    {kInclude, nullptr},
    {kExclude, nullptr},
    {kFilesFrom, nullptr},
    {kNull, nullptr},
    {kLatest, nullptr},
    {kBareRows, nullptr},
    {kIncludeIncompleteUploads, nullptr},
    {kIncludeOrphans, nullptr},
    {kIncludeSqsSideRecords, nullptr},
    {kPreserveSqsVisibility, nullptr},
    {kInput, nullptr},
    {kOutput,
     "the folder to make, an archive (.tar, .tar.zst), or - for an archive on standard output"},
    {kLayout, nullptr},
    {kDynamodbLayout, nullptr},
    {kDynamodbBundleMode, nullptr},
    {kBundleSize, nullptr},
    {kDynamodbBundleSize, nullptr},
    {kRenameCollisions, nullptr},
    {kNoExtensions, nullptr},
    {kClusterId, nullptr},
    {kSnapshotIndex, nullptr},
    {kCompression, nullptr},
    {kCompressionLevel, nullptr},
    {kDryRun, nullptr},
    {kForce, "replace an existing output; read --at before the retained window"},
    {kStrict, nullptr},
    {kSalvage, "go on past damage; SALVAGE.json in the output tells what was skipped"},
    {kApplyUnresolved, nullptr},
    {kNoEtagCheck, nullptr},
};

constexpr CommandOption kEncodeOptions[] = {
    {kAdapter, "encode these adapters only, comma separated (all that the tree has)"},
    {kDropIncompleteUploads, nullptr},
    {kDropUnknown, nullptr},
    {kInput, nullptr},
    {kOutput, "the snapshot to write, or - for standard output"},
    {kPayload, nullptr},
    {kContainer, nullptr},
    {kLastCommitTs, nullptr},
    {kDdbGeneration, nullptr},
    {kSqsGeneration, nullptr},
    {kUseMtime, nullptr},
    {kDryRun, nullptr},
    {kForce, "replace an existing output"},
    {kStrict, "what would be a warning is an error: exit 2, no output"},
    {kSelfTest, nullptr},
    {kNoSelfTest, nullptr},
    {kNoChecksums, nullptr},
    {kAllowHardLinks, nullptr},
    {kIgnoreExtra, nullptr},
    {kDdbEmptySets, nullptr},
    {kSkipInvalidItems, nullptr},
    {kSkipBadIndexKeys, nullptr},
    {kAllowKeyTypeMismatch, nullptr},
    {kAllowBareBuckets, nullptr},
    {kFsTrustContent, nullptr},
    {kAllowReserved, nullptr},
    {kNoEtagCheck, "take ETags of S3 objects as they are (saves an MD5)"},
    {kMaxEntries, nullptr},
    {kMaxBytes, nullptr},
    {kScratchRoot, nullptr},
};

constexpr CommandOption kRestoreOptions[] = {
    {kInput, "the snapshot, as the Go tools name it"},
    {kDataDir, nullptr},
    {kPeers, nullptr},
    {kLearners, nullptr},
    {kGroups, nullptr},
    {kIndex, nullptr},
    {kTerm, nullptr},
    {kEncodeInfo, nullptr},
    {kNoEncodeInfo, nullptr},
    {kTargetClusterId, nullptr},
    {kFreshCluster, nullptr},
    {kAllowMissingClusterId, nullptr},
    {kAllowUnverifiedSelfTest, nullptr},
    {kDropAppliedIndex, nullptr},
    {kOffloadManifest, nullptr},
    {kDryRun, "make every check, write nothing"},
};

constexpr CommandOption kVerifyOptions[] = {
    {kQuick, nullptr},
    {kMaxEntries, nullptr},
    {kMaxBytes, nullptr},
};

constexpr CommandOption kLsOptions[] = {
    {kAt, nullptr},      {kAdapter, nullptr},     {kInclude, nullptr},
    {kExclude, nullptr}, {kFilesFrom, nullptr},   {kLong, nullptr},
    {kSort, nullptr},    {kEndWithNull, nullptr}, {kForce, "read --at before the retained window"},
    {kSalvage, nullptr},
};

constexpr CommandOption kGetOptions[] = {
    {kAt, nullptr},
    {kOutput, "the file to write (standard output)"},
    {kIndexFile, nullptr},
    {kForce, "replace an existing output; read --at before the retained window"},
    {kSalvage, nullptr},
};

constexpr CommandOption kDiffOptions[] = {
    {kAtA, nullptr},      {kAtB, nullptr},
    {kAdapter, nullptr},  {kInclude, nullptr},
    {kExclude, nullptr},  {kFilesFrom, nullptr},
    {kNull, nullptr},     {kStat, nullptr},
    {kNameOnly, nullptr}, {kForce, "read --at-a and --at-b before the retained window"},
    {kSalvage, nullptr},
};

constexpr CommandOption kPackOptions[] = {
    {kInput, "the tree, as the Go tools name it"},
    {kOutput, "the archive to write (.tar, .tar.zst), or - for standard output"},
    {kCompression, nullptr},
    {kCompressionLevel, nullptr},
    {kDryRun, nullptr},
    {kForce, "replace an existing output"},
    {kAllowHardLinks, nullptr},
};

constexpr CommandOption kUnpackOptions[] = {
    {kInput, "the archive, as the Go tools name it"},
    {kOutput, nullptr},
    {kCompression, "accepted for old scripts; the archive itself tells"},
    {kDryRun, nullptr},
    {kForce, "replace an existing output"},
    {kMaxEntries, nullptr},
    {kMaxBytes, nullptr},
};

constexpr CommandOption kSealOptions[] = {{kCheck, nullptr}};

constexpr CommandOption kHelpOptions[] = {{kMan, nullptr}, {kCompletion, nullptr}};

constexpr const char* kInputForms =
    "IN is recognised by content, never by name: a .fsm snapshot file, the same inside zstd, a "
    "raft data "
    "directory (its newest whole snapshot), or - for standard input.";

constexpr const char* kDecodeDetails =
    "IN is recognised by content, never by name: a .fsm snapshot file, the same inside zstd, a "
    "raft data "
    "directory (its newest whole snapshot), or - for standard input. Of a cluster with several "
    "raft "
    "groups give one IN for each group: they become one tree, read at one time.";

constexpr const char* kRestoreDetails =
    "FSM is a snapshot that encode made or that a node left (a .fsm file, the same inside zstd, or "
    "a raft data directory). What encode made has an .encode_info.json beside it, which is "
    "compared first; anything else is kept byte for byte. Nothing is ever replaced: DIR must not "
    "exist. It serves every node: each gets a copy, and the last lines say how.";

constexpr Command kCommands[] = {
    {"inspect", "tell what is in a snapshot, without decoding it", "IN...", kInputForms,
     "snaptree inspect 000000000119400e.fsm\n"
     "snaptree inspect --json /var/lib/elastickv/n1 | jq .families\n"
     "zstdcat backup.fsm.zst | snaptree inspect -",
     "0  the snapshot is whole\n"
     "1  the call is wrong, or an input does not exist\n"
     "2  damaged: nothing, or not all, can be read\n"
     "3  whole, with warnings: rows of unknown key families, no checksum\n"
     "4  input or output error, no permission",
     kInspectOptions, 1, kManyArguments, Completes::kFile, false, true, RunInspect},
    {"rows", "print the rows of a snapshot as JSON lines", "IN", kInputForms,
     "snaptree rows snapshot.fsm | jq -r .key\n"
     "snaptree rows --prefix '!redis|str|user:' --limit 10 snapshot.fsm\n"
     "snaptree rows --at 2026-11-20T03:00:00Z --family '!hs|fld|' snapshot.fsm\n"
     "snaptree rows --all-versions --hex snapshot.fsm | grep 6d79",
     "0  all rows that were asked for\n"
     "1  the call is wrong, or the input does not exist\n"
     "2  damaged or encrypted input; no rows, or not all\n"
     "3  damaged rows were left out, or nothing matched\n"
     "4  input or output error, no permission",
     kRowsOptions, 1, 1, Completes::kFile, false, true, RunRows},
    {"decode", "turn snapshots into a directory tree", "IN... -o OUT", kDecodeDetails,
     "snaptree decode 000000000119400e.fsm -o dump\n"
     "snaptree decode n1/group-1 n1/group-2 -o dump\n"
     "snaptree decode --include 'dynamodb/orders/*' 000000000119400e.fsm -o orders\n"
     "snaptree decode --dry-run /var/lib/elastickv/n1\n"
     "snaptree decode --at 2026-11-20T03:00:00Z 000000000119400e.fsm -o dump-0300\n"
     "(cd dump && sha256sum -c --quiet CHECKSUMS)",
     "0  done, nothing lost\n"
     "1  the call is wrong, or the input does not exist; no output\n"
     "2  the data is wrong; no output\n"
     "3  written, but rows were left out, unknown or damaged: the report tells\n"
     "4  input or output error, no space, no permission; no output",
     kDecodeOptions, 0, kManyArguments, Completes::kFile, true, true, RunDecode},
    {"encode", "turn a directory tree back into a snapshot", "TREE -o FILE.fsm",
     "TREE is a folder that decode made, edited or not, or an archive of it (.tar, .tar.zst). All "
     "errors of the tree are listed in one run, and then there is no output. The snapshot is "
     "decoded again and compared with the tree before it gets its name.",
     "snaptree encode dump -o restored.fsm\n"
     "snaptree seal dump && snaptree encode dump -o edited.fsm\n"
     "snaptree encode dump.tar.zst -o restored.fsm\n"
     "snaptree encode --dry-run dump\n"
     "snaptree encode --payload dump -o for-go-tools.fsm",
     "0  done, nothing lost\n"
     "1  the call is wrong, or the tree does not exist; no output\n"
     "2  the tree is wrong, or the self-test failed; no output\n"
     "3  written, with warnings: the report tells\n"
     "4  input or output error, no space, no permission; no output",
     kEncodeOptions, 0, 1, Completes::kFolder, true, false, RunEncode},
    {"restore", "make a raft data directory that nodes start from",
     "FSM... --data-dir DIR --peers ID=HOST:PORT,...", kRestoreDetails,
     "snaptree restore dump.fsm --data-dir new --peers n1=10.0.0.1:50051 --index 100\n"
     "snaptree restore 000000000119400e.fsm --data-dir new \\\n"
     "    --peers n1=10.0.0.1:50051,n2=10.0.0.2:50051 --learners n3=10.0.0.3:50051\n"
     "snaptree restore g1.fsm g2.fsm --groups 1,2 --data-dir new --index 100 \\\n"
     "    --peers 1:n1=10.0.0.1:50051 --peers 2:n1=10.0.0.1:50061\n"
     "snaptree restore --dry-run dump.fsm --data-dir new --index 100 \\\n"
     "    --peers n1=10.0.0.1:50051",
     "0  the directory is there, every byte of it on the disk\n"
     "1  the call is wrong, or the directory exists already\n"
     "2  the snapshot is damaged, or is not the one that was encoded; no output\n"
     "4  input or output error, no space, no permission; no output",
     kRestoreOptions, 0, kManyArguments, Completes::kFile, true, false, RunRestore},
    {"verify", "make every check on trees, archives and snapshots", "WHAT...",
     "WHAT is a tree that was decoded (a folder, a .tar or .tar.zst file) or a snapshot (a .fsm "
     "file, the same inside zstd, a raft data directory, or - for standard input), told apart by "
     "content. Of a tree every file is compared with CHECKSUMS and read as encode would read it; a "
     "snapshot is decoded without output, and the rows that a node derives from its records "
     "(indexes, expiries, counters) are compared with them. All that is wrong is printed, a line "
     "each (of one code the first 30; -v all), and nothing is changed.",
     "snaptree verify dump\n"
     "snaptree verify --quick dump.tar.zst\n"
     "snaptree verify 000000000119400e.fsm\n"
     "snaptree verify --json dump | jq -r '.inputs[].problems[].source'",
     "0  nothing is wrong\n"
     "1  the call is wrong, or WHAT does not exist\n"
     "2  something is wrong: standard output has all of it\n"
     "4  input or output error, no space, no permission",
     kVerifyOptions, 1, kManyArguments, Completes::kFile, false, true, RunVerify},
    {"seal", "rewrite the CHECKSUMS of a tree after an edit", "TREE",
     "Every file is read, and compared with CHECKSUMS as it was. What differs is printed, a line "
     "each: ~ changed, + added, - removed. The new CHECKSUMS replaces the old one by one rename; "
     "when nothing differs nothing is written.",
     "snaptree seal dump\n"
     "snaptree seal --check dump",
     "0  CHECKSUMS is right\n"
     "1  the call is wrong, or the folder does not exist\n"
     "2  the folder is no tree, or holds links; with --check: something differs\n"
     "4  input or output error, no space, no permission",
     kSealOptions, 1, 1, Completes::kFolder, false, false, RunSeal},
    {"ls", "list the addresses of all records", "WHAT [GLOB]",
     "WHAT is a snapshot (as for decode), a tree or an archive of one, told apart by content. An "
     "address is the path that a record has in the tree that decode writes with one file for each "
     "record; get takes it. In GLOB * and ? match / too, and a folder stands for all below it.",
     "snaptree ls 000000000119400e.fsm\n"
     "snaptree ls dump.tar.zst 's3/photos/*.jpg'\n"
     "snaptree ls -l --sort size 000000000119400e.fsm | head",
     "0  listed\n"
     "1  the call is wrong, or WHAT does not exist\n"
     "2  the data is wrong\n"
     "3  nothing matched, or records are damaged\n"
     "4  input or output error, no space, no permission",
     kLsOptions, 1, 2, Completes::kFile, false, true, RunLs},
    {"get", "write one record as its file would be", "WHAT ADDRESS",
     "WHAT is a snapshot (as for decode), a tree or an archive of one. ADDRESS is what ls prints. "
     "Of a snapshot only the rows of the record are read, once its index is known: with --index "
     "that is kept in a file for the next time. Without -o standard output is the record, and "
     "--json "
     "shapes errors only; with -o and --json it is an object that tells what was written.",
     "snaptree get 000000000119400e.fsm s3/photos/2024/a.jpg -o a.jpg\n"
     "snaptree get dump.tar.zst dynamodb/orders/items/user%3A1.json | jq .\n"
     "snaptree get --index /tmp/node.index node.fsm redis/db_0/strings/user%3A1.bin",
     "0  written, and whole\n"
     "1  the call is wrong, or WHAT does not exist\n"
     "2  the data is wrong; no output\n"
     "3  no such record, or it may not be whole; or the index could not be kept\n"
     "4  input or output error, no space, no permission",
     kGetOptions, 2, 2, Completes::kFile, false, true, RunGet},
    {"diff", "tell what differs between two of snapshot, tree, archive", "A B",
     "A line for each record: + it is in B only, - in A only, ~ it differs. Of JSON records the "
     "members that differ follow, of files with a record a line how many lines. Both may be one "
     "snapshot, read at two times. A snapshot is decoded with the options that a tree on the other "
     "side was made with. MANIFEST.json, SALVAGE.json and CHECKSUMS, which tell of the run that "
     "made a tree, are not compared. Standard output is empty when nothing differs.",
     "snaptree diff monday.fsm tuesday.fsm\n"
     "snaptree diff --stat node.fsm dump\n"
     "snaptree diff --at-a 2026-11-20T03:00:00Z node.fsm node.fsm",
     "0  no difference\n"
     "1  the call is wrong, or an input does not exist\n"
     "2  the data is wrong\n"
     "3  something differs, nothing matched, or records are damaged\n"
     "4  input or output error, no space, no permission",
     kDiffOptions, 2, 2, Completes::kFile, false, true, RunDiff},
    {"pack", "write a tree into an archive", "TREE -o X.tar.zst",
     "Every file is compared with CHECKSUMS on the way: a tree that is not whole makes no archive.",
     "snaptree pack dump -o dump.tar.zst\n"
     "snaptree pack dump -o - | ssh backup 'cat > dump.tar.zst'",
     "0  done\n"
     "1  the call is wrong, or the tree does not exist; no output\n"
     "2  the tree is wrong; no output\n"
     "4  input or output error, no space, no permission; no output",
     kPackOptions, 0, 1, Completes::kFolder, true, false, RunPack},
    {"unpack", "make a tree from an archive", "X -o TREE",
     "X is an archive that decode or pack wrote, or - for standard input. Every file is compared "
     "with CHECKSUMS on the way; the tree appears when it is complete.",
     "snaptree unpack dump.tar.zst -o dump\n"
     "ssh backup 'cat dump.tar.zst' | snaptree unpack - -o dump",
     "0  done\n"
     "1  the call is wrong, or the archive does not exist; no output\n"
     "2  the archive is wrong; no output\n"
     "4  input or output error, no space, no permission; no output",
     kUnpackOptions, 0, 1, Completes::kFile, true, false, RunUnpack},
    {"help", "tell about a command or a topic", "[COMMAND or TOPIC]",
     "Topics: exit-codes, json, addresses, names, memory.",
     "snaptree help decode\n"
     "snaptree help exit-codes",
     "0  always, when there is such a command or topic", kHelpOptions, 0, 1, Completes::kCommands,
     false, false, RunHelp},
    {"version",
     "print the version",
     "",
     "",
     "snaptree version",
     "0  always",
     {},
     0,
     0,
     Completes::kNothing,
     false,
     false,
     RunVersion},
};

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
std::span<const Command> Commands() { return kCommands; }

const Command* FindCommand(Slice name) {
  const auto* it = std::find_if(std::begin(kCommands), std::end(kCommands),
                                [&](const Command& c) { return name == c.name; });
  return it == std::end(kCommands) ? nullptr : it;
}

std::vector<OptionId> OptionsOf(const Command* command) {
  std::vector<OptionId> ids;
  for (const Option& option : kOptions) {
    bool has = option.group == kEverywhere;
    if (command != nullptr) {
      has = has || (command->opens_snapshots && option.group == kOpening) ||
            std::any_of(command->options.begin(), command->options.end(),
                        [&](const CommandOption& o) { return o.id == option.id; });
    }
    if (has) ids.push_back(option.id);
  }
  return ids;
}

const char* HelpOf(const Command* command, OptionId id) {
  if (command != nullptr) {
    for (const CommandOption& o : command->options) {
      if (o.id == id && o.help != nullptr) return o.help;
    }
  }
  return OptionOf(id).help;
}

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

// The commands of the table: what they take, and what they say of themselves.
#include <algorithm>
#include <array>
#include <iterator>

#include "cli/commands.h"
#include "cli/option_table.h"

namespace snaptree::cli {
namespace {

using enum OptionId;
using enum OptionGroup;

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
    {kIndexFile,
     "keep what was learned of a snapshot's file in FILE, and read it there the next time (not "
     "of fsm.db, nor with keys or --salvage)"},
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

constexpr char kInputForms[] =
    "IN is recognised by content, never by name: a node's raft data directory (its newest whole "
    "state), its store fsm.db, a .fsm snapshot file of any kind, a file or folder of an offload "
    "store, a snapshot of an older node, a file inside zstd, or - for standard input. inspect of a "
    "folder lists all states in it.";

template <size_t A, size_t B>
constexpr std::array<char, A + B - 1> Joined(const char (&a)[A], const char (&b)[B]) {
  std::array<char, A + B - 1> text{};
  for (size_t i = 0; i + 1 < A; ++i) text[i] = a[i];
  for (size_t i = 0; i < B; ++i) text[A - 1 + i] = b[i];
  return text;
}

constexpr auto kDecodeDetails =
    Joined(kInputForms,
           " Of a cluster with several raft groups give one IN for each group: they become one "
           "tree, read at one time.");

constexpr const char* kRestoreDetails =
    "FSM is a snapshot that encode made or that a node left (a .fsm file, the same inside zstd, or "
    "a raft data directory with one; no fsm.db). What encode made has an .encode_info.json beside "
    "it, which is "
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
    {"decode", "turn snapshots into a directory tree", "IN... -o OUT", kDecodeDetails.data(),
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
     "WHAT is a tree that was decoded (a folder, a .tar or .tar.zst file) or a snapshot (all "
     "that decode takes, and - for standard input), told apart by content. Of a tree every file is "
     "compared with CHECKSUMS and read as encode would read it; a "
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
     "snaptree get --index node.index node.fsm redis/db_0/strings/user%3A1.bin",
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

std::span<const Command> Commands() { return kCommands; }

const Command* FindCommand(Slice name) {
  const auto* it = std::find_if(std::begin(kCommands), std::end(kCommands),
                                [&](const Command& c) { return name == c.name; });
  return it == std::end(kCommands) ? nullptr : it;
}

std::vector<OptionId> OptionsOf(const Command* command) {
  std::vector<OptionId> ids;
  for (const Option& option : Options()) {
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

}  // namespace snaptree::cli

// The one table of commands and options. Parsing, --help, man page and shell completion are all
// made from it, so that they cannot disagree.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/slice.h"

namespace snaptree::cli {

class Invocation;
class Reporter;

enum class OptionId : uint8_t {
  kAt,
  kAllVersions,
  kFamily,
  kPrefix,
  kPrefixHex,
  kLimit,
  kAdapter,
  kInclude,
  kExclude,
  kFilesFrom,
  kNull,
  kLatest,
  kBareRows,
  kFrom,
  kManifestKey,
  kOffloadManifest,
  kKekFile,
  kKeysFile,
  kSidecar,
  kDek,
  kForceLocked,
  kCheckpoint,
  kIncludeIncompleteUploads,
  kIncludeOrphans,
  kIncludeSqsSideRecords,
  kPreserveSqsVisibility,
  kInput,
  kOutput,
  kHex,
  kDynamodbLayout,
  kDynamodbBundleMode,
  kBundleSize,
  kDynamodbBundleSize,
  kRenameCollisions,
  kNoExtensions,
  kClusterId,
  kSnapshotIndex,
  kDryRun,
  kForce,
  kStrict,
  kSalvage,
  kApplyUnresolved,
  kNoEtagCheck,
  kPayload,
  kContainer,
  kLastCommitTs,
  kSelfTest,
  kNoSelfTest,
  kNoChecksums,
  kAllowHardLinks,
  kIgnoreExtra,
  kDdbGeneration,
  kDdbEmptySets,
  kSkipInvalidItems,
  kSkipBadIndexKeys,
  kAllowKeyTypeMismatch,
  kAllowBareBuckets,
  kUseMtime,
  kDropIncompleteUploads,
  kSqsGeneration,
  kFsTrustContent,
  kAllowReserved,
  kDropUnknown,
  kScratchRoot,
  kDataDir,
  kPeers,
  kLearners,
  kGroups,
  kIndex,
  kTerm,
  kEncodeInfo,
  kNoEncodeInfo,
  kTargetClusterId,
  kFreshCluster,
  kAllowMissingClusterId,
  kAllowUnverifiedSelfTest,
  kDropAppliedIndex,
  kCheck,
  kQuick,
  kLayout,
  kDetail,
  kLong,
  kSort,
  kEndWithNull,
  kIndexFile,
  kAtA,
  kAtB,
  kStat,
  kNameOnly,
  kCompression,
  kCompressionLevel,
  kMaxEntries,
  kMaxBytes,
  kMan,
  kCompletion,
  kJson,
  kQuiet,
  kVerbose,
  kProgress,
  kColor,
  kLogFile,
  kThreads,
  kMemory,
  kScratch,
  kHelp,
};
inline constexpr size_t kOptionCount = 105;

// What --help groups by: the need that brings a reader there.
// kOpening: of all commands that read rows.
enum class OptionGroup : uint8_t { kSelect, kResult, kOpening, kTrouble, kEverywhere };
const char* GroupTitle(OptionGroup group);

// What completion offers for a value or an argument.
enum class Completes : uint8_t { kNothing, kFile, kFolder, kWords, kCommands };

struct Option {
  OptionId id;
  const char* name;   // without dashes
  char short_name;    // 0: none
  const char* value;  // placeholder of its value; null: a flag
  OptionGroup group;
  const char* help;
  Completes completes = Completes::kNothing;
  const char* words = "";  // kWords: what can stand there, blank separated
  bool repeatable = false;
  bool hidden = false;  // accepted for old scripts, or for packaging; not shown
};

struct CommandOption {
  OptionId id;
  const char* help = nullptr;  // where the command says it better than the table
};

struct Command {
  const char* name;
  const char* summary;                     // one line, no full stop
  const char* arguments;                   // "IN..."
  const char* details;                     // paragraphs for --help
  const char* examples;                    // lines
  const char* exits;                       // lines "CODE  MEANING"
  std::span<const CommandOption> options;  // beside those of everywhere
  size_t min_arguments;
  size_t max_arguments;
  Completes completes;
  bool go_flags;         // single-dash forms of the Go tools are accepted
  bool opens_snapshots;  // takes the options of kOpening
  int (*run)(const Invocation&, Reporter&);
};

inline constexpr size_t kManyArguments = SIZE_MAX;

std::span<const Option> Options();
const Option& OptionOf(OptionId id);
std::span<const Command> Commands();
const Command* FindCommand(Slice name);  // null: there is none

// The options of a command in the table's order: its own, then those of everywhere. With null, the
// latter alone.
std::vector<OptionId> OptionsOf(const Command* command);
// What --help says about an option of a command.
const char* HelpOf(const Command* command, OptionId id);

// "SNAPTREE_LOG_FILE"; empty for options that no variable stands for.
std::string EnvironmentName(const Option& option);
// "-o, --output OUT" or "    --hex".
std::string OptionSpelling(const Option& option);

}  // namespace snaptree::cli

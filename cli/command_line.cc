// Boost.Program_options does the splitting; what it would let pass (abbreviations, repeated values,
// an option in place of a value) is refused here.
#include <algorithm>
#include <thread>

#include <boost/program_options.hpp>

#include "base/text.h"
#include "cli/invocation.h"
#include "cli/nearest_names.h"
#include "cli/option_values.h"

namespace snaptree::cli {
namespace {

namespace po = boost::program_options;

// No allow_guessing: an abbreviation that works today means something else tomorrow.
constexpr int kStyle =
    po::command_line_style::allow_long | po::command_line_style::long_allow_next |
    po::command_line_style::long_allow_adjacent | po::command_line_style::allow_short |
    po::command_line_style::allow_dash_for_short | po::command_line_style::short_allow_next |
    po::command_line_style::short_allow_adjacent | po::command_line_style::allow_sticky;

std::string HelpHint(const Command* command) {
  return "snaptree " + (command == nullptr ? std::string() : std::string(command->name) + " ") +
         "--help tells how";
}

Status WithHint(Status status, const std::string& hint, const Command* command) {
  return std::move(status).Next(hint.empty() ? HelpHint(command) : hint + " " + HelpHint(command));
}

// The option that a token spells, with or without "=VALUE"; null for anything else.
const Option* SpelledOption(Slice token, const std::vector<OptionId>& ids) {
  if (token.size() < 2 || token[0] != '-') return nullptr;
  const Slice name = token.substr(0, token.find('='));
  for (const OptionId id : ids) {
    const Option& option = OptionOf(id);
    const bool is_long = name.starts_with("--") && name.substr(2) == option.name;
    const bool is_short =
        option.short_name != 0 && name.size() == 2 && name[1] == option.short_name;
    if (is_long || is_short) return &option;
  }
  return nullptr;
}

// Where the command stands: the first token that is neither an option of everywhere nor the value
// of one.
size_t FindCommandToken(const std::vector<std::string>& tokens) {
  const std::vector<OptionId> everywhere = OptionsOf(nullptr);
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].size() < 2 || tokens[i][0] != '-' || tokens[i] == "--version") return i;
    if (tokens[i] == "--") return i;
    const Option* option = SpelledOption(tokens[i], everywhere);
    if (option != nullptr && option->value != nullptr && tokens[i].find('=') == std::string::npos)
      ++i;
  }
  return tokens.size();
}

Result<const Command*> CommandNamed(const std::string& word) {
  if (word == "--version") return FindCommand("version");
  if (const Command* command = FindCommand(word)) return command;
  std::vector<Slice> names;
  for (const Command& c : Commands()) names.emplace_back(c.name);
  return WithHint(
      UsageError("UnknownCommand", "unknown command").Found("\"" + Printable(word, 60) + "\""),
      NearestHint(word, names), nullptr);
}

// The options that the Go tools know too.
constexpr OptionId kGoOptions[] = {OptionId::kInput,
                                   OptionId::kOutput,
                                   OptionId::kAdapter,
                                   OptionId::kClusterId,
                                   OptionId::kDynamodbBundleMode,
                                   OptionId::kIncludeIncompleteUploads,
                                   OptionId::kIncludeOrphans,
                                   OptionId::kRenameCollisions,
                                   OptionId::kPreserveSqsVisibility,
                                   OptionId::kIncludeSqsSideRecords,
                                   OptionId::kEncodeInfo,
                                   OptionId::kDataDir,
                                   OptionId::kIndex,
                                   OptionId::kTerm,
                                   OptionId::kPeers,
                                   OptionId::kTargetClusterId,
                                   OptionId::kFreshCluster,
                                   OptionId::kAllowMissingClusterId,
                                   OptionId::kAllowUnverifiedSelfTest,
                                   OptionId::kLastCommitTs,
                                   OptionId::kSelfTest,
                                   OptionId::kScratchRoot,
                                   OptionId::kCompression};

// One of them, as those tools write it, becomes what we write: `-input=X` is `--input=X`, a flag
// takes `=true` and `=false`, an empty `--cluster-id=` means none. False: the token says nothing.
bool AcceptGoForm(const Option& option, std::string* token) {
  const std::string name = option.name;
  if (*token == "-" + name || token->starts_with("-" + name + "=")) token->insert(0, 1, '-');
  if (!token->starts_with("--" + name + "=")) return true;
  const std::string value = token->substr(name.size() + 3);
  if (option.value == nullptr) {
    if (value == "true") *token = "--" + name;
    return value != "false";
  }
  const bool may_be_empty = option.id == OptionId::kAdapter || option.id == OptionId::kClusterId ||
                            option.id == OptionId::kTargetClusterId;
  return !may_be_empty || !value.empty();
}

void AcceptGoForms(std::vector<std::string>* tokens) {
  for (auto it = tokens->begin(); it != tokens->end() && *it != "--";) {
    const bool keep = std::all_of(std::begin(kGoOptions), std::end(kGoOptions),
                                  [&](OptionId id) { return AcceptGoForm(OptionOf(id), &*it); });
    it = keep ? it + 1 : tokens->erase(it);
  }
}

po::options_description Describe(const std::vector<OptionId>& ids) {
  po::options_description description;
  for (const OptionId id : ids) {
    const Option& option = OptionOf(id);
    std::string name = option.name;
    if (option.short_name != 0) name += std::string(",") + option.short_name;
    const po::value_semantic* semantic = nullptr;
    if (option.value != nullptr) {
      semantic = po::value<std::string>();
    } else {
      semantic = po::bool_switch();
    }
    description.add_options()(name.c_str(), semantic, "");
  }
  return description;
}

Status UnknownOption(const po::unknown_option& error, const Command& command,
                     const std::vector<OptionId>& ids) {
  const std::string given = error.get_option_name();
  std::vector<std::string> spelled;
  for (const OptionId id : ids) {
    if (!OptionOf(id).hidden) spelled.push_back(std::string("--") + OptionOf(id).name);
  }
  std::vector<Slice> names(spelled.begin(), spelled.end());
  return WithHint(UsageError("UnknownOption", "unknown option " + Printable(given, 60)),
                  given.starts_with("--") ? NearestHint(given, names) : "", &command);
}

Status SyntaxError(const po::invalid_command_line_syntax& error, const Command& command) {
  const bool extra = error.kind() == po::invalid_syntax::extra_parameter;
  return WithHint(UsageError(extra ? "OptionTakesNoValue" : "OptionNeedsValue",
                             Printable(error.get_option_name(), 60) +
                                 (extra ? " takes no value" : " needs a value")),
                  "", &command);
}

Result<std::vector<po::option>> Split(const std::vector<std::string>& tokens,
                                      const Command& command, const std::vector<OptionId>& ids) {
  try {
    const po::options_description description = Describe(ids);
    return po::command_line_parser(tokens).options(description).style(kStyle).run().options;
  } catch (const po::unknown_option& error) {
    return UnknownOption(error, command, ids);
  } catch (const po::invalid_command_line_syntax& error) {
    return SyntaxError(error, command);
  } catch (const po::error& error) {
    return WithHint(UsageError("OptionValue", error.what()), "", &command);
  }
}

Status TakeOption(const po::option& given, const std::vector<OptionId>& ids, Invocation* out) {
  const auto id = std::find_if(ids.begin(), ids.end(),
                               [&](OptionId i) { return given.string_key == OptionOf(i).name; });
  const Option& option = OptionOf(*id);
  const std::string name = std::string("--") + option.name;
  if (option.value == nullptr) {
    if (!out->Has(option.id)) out->Add(option.id, "");
    return {};
  }
  const std::string value = given.value.empty() ? "" : given.value.front();
  const bool is_next_token = given.original_tokens.size() > 1;
  if (is_next_token && (value == "--" || SpelledOption(value, ids) != nullptr)) {
    return WithHint(UsageError("OptionNeedsValue", name + " needs a value")
                        .Found("the option " + Printable(value)),
                    "if that is the value, write " + name + "=" + Printable(value) + ".",
                    out->command);
  }
  if (!option.repeatable && out->Has(option.id)) {
    return WithHint(UsageError("OptionRepeated", name + " is given twice"), "", out->command);
  }
  out->Add(option.id, value);
  return {};
}

Status CheckArgumentCount(const Invocation& invocation) {
  const Command& command = *invocation.command;
  const size_t n = invocation.arguments.size();
  if (n < command.min_arguments) {
    return WithHint(
        UsageError("ArgumentMissing", std::string(command.name) + " needs " + command.arguments),
        "", &command);
  }
  if (n > command.max_arguments) {
    const std::string& extra = invocation.arguments[command.max_arguments];
    return WithHint(UsageError("ArgumentUnexpected", "one argument too many")
                        .Found("\"" + Printable(extra, 60) + "\""),
                    "", &command);
  }
  return {};
}

// Variables stand for options that were not given.
Status TakeEnvironment(const char* (*environment)(const char*), Invocation* out) {
  for (const Option& option : Options()) {
    const std::string name = EnvironmentName(option);
    if (name.empty() || out->Has(option.id)) continue;
    const char* value = environment(name.c_str());
    if (value == nullptr || *value == 0) continue;
    const Slice text = value;
    if (option.value != nullptr || text == "1" || text == "true") {
      out->Add(option.id, value);
    } else if (text != "0" && text != "false") {
      return BadValue(name, value, "1 or 0");
    }
  }
  return {};
}

// --quiet against --verbose: flags are above variables, and of two flags the quiet one wins.
Status TakeCommon(Invocation* out) {
  CommonOptions& common = out->common;
  const auto where = [](OptionId id) { return std::string("--") + OptionOf(id).name; };
  common.json = out->Has(OptionId::kJson);
  common.quiet = out->Has(OptionId::kQuiet);
  common.verbose = out->Has(OptionId::kVerbose) && !common.quiet;
  common.threads = std::max(1U, std::thread::hardware_concurrency());
  if (out->Has(OptionId::kThreads)) {
    SNAPTREE_ASSIGN(common.threads,
                    ParseThreads(where(OptionId::kThreads), out->Value(OptionId::kThreads)));
  }
  if (out->Has(OptionId::kMemory)) {
    SNAPTREE_ASSIGN(common.memory_bytes,
                    ParseMemory(where(OptionId::kMemory), out->Value(OptionId::kMemory)));
  }
  if (out->Has(OptionId::kProgress)) {
    SNAPTREE_ASSIGN(common.progress,
                    ParseProgress(where(OptionId::kProgress), out->Value(OptionId::kProgress)));
  }
  if (out->Has(OptionId::kColor)) {
    SNAPTREE_ASSIGN(common.color, ParseWhen(where(OptionId::kColor), out->Value(OptionId::kColor)));
  }
  if (out->Has(OptionId::kLogFile)) common.log_file = out->Value(OptionId::kLogFile);
  if (out->Has(OptionId::kScratch)) common.scratch_folder = out->Value(OptionId::kScratch);
  return {};
}

}  // namespace

Result<Invocation> ParseCommandLine(std::span<const char* const> arguments,
                                    const char* (*environment)(const char*)) {
  std::vector<std::string> tokens(arguments.begin(), arguments.end());
  Invocation out;
  const auto end_of_options = std::find(tokens.begin(), tokens.end(), "--");
  out.wants_help = std::any_of(tokens.begin(), end_of_options,
                               [](const std::string& t) { return t == "-h" || t == "--help"; });
  const size_t word = FindCommandToken(tokens);
  if (word == tokens.size() || tokens[word] == "--") {
    if (out.wants_help) return out;
    return WithHint(UsageError("CommandMissing", "which command?"), "", nullptr);
  }
  if (out.wants_help) {
    out.command = FindCommand(tokens[word]);
    return out;
  }
  SNAPTREE_ASSIGN(out.command, CommandNamed(tokens[word]));
  tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(word));
  if (out.command->go_flags) AcceptGoForms(&tokens);

  const std::vector<OptionId> ids = OptionsOf(out.command);
  SNAPTREE_ASSIGN(const std::vector<po::option> split, Split(tokens, *out.command, ids));
  for (const po::option& given : split) {
    if (given.string_key.empty()) {
      out.arguments.push_back(given.value.empty() ? "" : given.value.front());
    } else {
      SNAPTREE_TRY(TakeOption(given, ids, &out));
    }
  }
  out.wants_help = out.Has(OptionId::kHelp);
  if (out.wants_help) return out;
  SNAPTREE_TRY(CheckArgumentCount(out));
  SNAPTREE_TRY(TakeEnvironment(environment, &out));
  SNAPTREE_TRY(TakeCommon(&out));
  return out;
}

}  // namespace snaptree::cli

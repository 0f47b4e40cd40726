#include "cli/input_options.h"

#include <charconv>
#include <string>

#include "cli/input_checks.h"
#include "cli/option_values.h"

namespace snaptree::cli {
namespace {

std::string ValueOr(const Invocation& invocation, OptionId id) {
  return invocation.Has(id) ? invocation.Value(id) : std::string();
}

Result<StateSource> SourceOf(const Invocation& invocation) {
  if (!invocation.Has(OptionId::kFrom)) return StateSource::kNewest;
  const std::string& value = invocation.Value(OptionId::kFrom);
  if (value == "snapshot") return StateSource::kSnapshot;
  if (value == "pebble") return StateSource::kPebble;
  return BadValue("--from", value, "snapshot or pebble");
}

Result<std::pair<uint32_t, std::string>> DataKeyOf(const std::string& value) {
  const size_t equals = value.find('=');
  uint32_t id = 0;
  if (equals != std::string::npos && equals + 1 < value.size()) {
    const char* const end = value.data() + equals;
    const auto [stop, error] = std::from_chars(value.data(), end, id);
    if (error == std::errc() && stop == end && id != 0)
      return std::pair<uint32_t, std::string>(id, value.substr(equals + 1));
  }
  // The value may be a key that was meant to stand in a file: it is not repeated.
  return UsageError("OptionValue", "bad value of --dek")
      .Expected("ID=FILE, with the decimal id of the key and the file that holds it")
      .Next("give a file, not the key: others can see what stands on a command line");
}

}  // namespace

Result<InputChoice> InputChoiceOf(const Invocation& invocation) {
  InputChoice choice;
  SNAPTREE_ASSIGN(choice.from, SourceOf(invocation));
  choice.force_locked = invocation.Has(OptionId::kForceLocked);
  choice.checkpoint = invocation.Has(OptionId::kCheckpoint);
  choice.keys.kek_file = ValueOr(invocation, OptionId::kKekFile);
  const bool both = invocation.Has(OptionId::kKeysFile) && invocation.Has(OptionId::kSidecar);
  if (both) return UsageError("OptionConflict", "--keys-file and --sidecar are the same");
  choice.keys.keys_file = ValueOr(
      invocation, invocation.Has(OptionId::kSidecar) ? OptionId::kSidecar : OptionId::kKeysFile);
  for (const std::string& value : invocation.Values(OptionId::kDek)) {
    SNAPTREE_ASSIGN(auto key, DataKeyOf(value));
    choice.keys.data_keys.push_back(std::move(key));
  }
  choice.offload_manifest = ValueOr(invocation, OptionId::kOffloadManifest);
  choice.manifest_key = ValueOr(invocation, OptionId::kManifestKey);
  choice.force = invocation.Has(OptionId::kForce);
  std::vector<std::string> arguments = invocation.arguments;
  if (invocation.Has(OptionId::kInput)) arguments.push_back(invocation.Value(OptionId::kInput));
  SNAPTREE_TRY(CheckInputChoice(choice, arguments));
  return choice;
}

}  // namespace snaptree::cli

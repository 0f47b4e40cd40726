#include "cli/decode_command.h"

#include "base/text.h"

namespace snaptree::cli {

std::string GivenKeyOptions(const KeyFiles& given) {
  std::string text;
  if (!given.kek_file.empty()) text += " --kek-file " + ShellWord(given.kek_file);
  if (!given.keys_file.empty()) text += " --keys-file " + ShellWord(given.keys_file);
  for (const auto& [id, file] : given.data_keys)
    text += " --dek " + ShellWord(std::to_string(id) + "=" + file);
  return text;
}

std::string KeyOptionsToFill(const std::string& keys_file) {
  return " --kek-file KEK --keys-file " + (keys_file.empty() ? "keys.json" : ShellWord(keys_file));
}

std::string DecodeCommand(const std::string& what, const std::string& options) {
  return "snaptree decode " + ShellWord(what) + options + " -o dump";
}

std::string DecodeCopyCommand(const std::string& store, const std::string& options) {
  return "cp -a " + ShellWord(store) + " fsm.db-copy && " +
         DecodeCommand("fsm.db-copy", " --checkpoint" + options);
}

}  // namespace snaptree::cli

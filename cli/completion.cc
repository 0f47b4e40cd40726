#include "cli/completion.h"

#include "base/text.h"
#include "cli/help_text.h"
#include "cli/nearest_names.h"

namespace snaptree::cli {
namespace {

std::string Words(const std::vector<Slice>& words) { return JoinNames(words, " "); }

std::string CommandWords() {
  std::vector<Slice> names;
  for (const Command& command : Commands()) names.emplace_back(command.name);
  return Words(names);
}

std::string BashAction(Completes completes, Slice words) {
  switch (completes) {
    case Completes::kFile:
      return "COMPREPLY=($(compgen -f -- \"$cur\"))";
    case Completes::kFolder:
      return "COMPREPLY=($(compgen -d -- \"$cur\"))";
    case Completes::kWords:
      return "COMPREPLY=($(compgen -W " + ShellQuoted(words) + " -- \"$cur\"))";
    case Completes::kCommands:
      return "COMPREPLY=($(compgen -W " + ShellQuoted(Words(HelpNames())) + " -- \"$cur\"))";
    case Completes::kNothing:
      break;
  }
  return "COMPREPLY=()";
}

std::string OptionWords(const Command* command) {
  std::string words;
  for (const OptionId id : OptionsOf(command)) {
    const Option& option = OptionOf(id);
    if (option.hidden) continue;
    if (option.short_name != 0) words += std::string("-") + option.short_name + " ";
    words += std::string("--") + option.name + " ";
  }
  if (!words.empty()) words.pop_back();
  return words;
}

// "[text]:value:action" of a zsh option, with the characters escaped that zsh would read.
std::string ZshText(Slice text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string ZshAction(Completes completes, Slice words) {
  switch (completes) {
    case Completes::kFile:
      return "_files";
    case Completes::kFolder:
      return "_files -/";
    case Completes::kWords:
      return "(" + std::string(words) + ")";
    case Completes::kCommands:
      return "(" + Words(HelpNames()) + ")";
    case Completes::kNothing:
      break;
  }
  return " ";
}

std::string ZshOption(const Command* command, OptionId id) {
  const Option& option = OptionOf(id);
  const std::string name = std::string("--") + option.name;
  const std::string value = option.value == nullptr ? ""
                                                    : std::string(":") + option.value + ":" +
                                                          ZshAction(option.completes, option.words);
  const std::string text = "[" + ZshText(HelpOf(command, id)) + "]" + value;
  const std::string star = option.repeatable ? "*" : "";
  std::string out = " " + ShellQuoted(star + name + (option.value == nullptr ? "" : "=") + text);
  if (option.short_name != 0) out += " " + ShellQuoted(std::string("-") + option.short_name + text);
  return out;
}

}  // namespace

std::string BashCompletion() {
  std::string text =
      "# bash completion for snaptree, made by: snaptree help --completion bash\n"
      "_snaptree() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= word\n"
      "  COMPREPLY=()\n"
      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "    [[ $word == -* ]] || { command=$word; break; }\n"
      "  done\n"
      "  case $prev in\n";
  for (const Option& option : Options()) {
    if (option.value == nullptr || option.hidden) continue;
    text += std::string("    --") + option.name;
    if (option.short_name != 0) text += std::string("|-") + option.short_name;
    text += ") " + BashAction(option.completes, option.words) + "; return ;;\n";
  }
  text += "  esac\n  case $command in\n";
  for (const Command& command : Commands()) {
    text += std::string("    ") + command.name +
            ")\n      if [[ $cur == -* ]]; then\n        COMPREPLY=($(compgen -W " +
            ShellQuoted(OptionWords(&command)) + " -- \"$cur\"))\n      else\n        " +
            BashAction(command.completes, "") + "\n      fi ;;\n";
  }
  text += "    *) COMPREPLY=($(compgen -W " +
          ShellQuoted(CommandWords() + " " + OptionWords(nullptr)) +
          " -- \"$cur\")) ;;\n  esac\n}\ncomplete -o filenames -F _snaptree snaptree\n";
  return text;
}

std::string ZshCompletion() {
  std::string text =
      "#compdef snaptree\n"
      "# made by: snaptree help --completion zsh\n"
      "local -a commands\ncommands=(\n";
  for (const Command& command : Commands()) {
    text += "  " + ShellQuoted(std::string(command.name) + ":" + ZshText(command.summary)) + "\n";
  }
  text +=
      ")\nif (( CURRENT == 2 )); then\n  _describe command commands\n  return\nfi\n"
      "local command=$words[2]\nshift words\n(( CURRENT-- ))\ncase $command in\n";
  for (const Command& command : Commands()) {
    text += std::string("  ") + command.name + ") _arguments -s";
    for (const OptionId id : OptionsOf(&command)) {
      if (!OptionOf(id).hidden) text += " \\\n    " + ZshOption(&command, id).substr(1);
    }
    text += " \\\n    " + ShellQuoted("*::argument:" + ZshAction(command.completes, "")) + " ;;\n";
  }
  return text + "esac\n";
}

std::string FishCompletion() {
  std::string text =
      "# fish completion for snaptree, made by: snaptree help --completion fish\n"
      "complete -c snaptree -f\n";
  for (const Command& command : Commands()) {
    text += std::string("complete -c snaptree -n __fish_use_subcommand -a ") + command.name +
            " -d " + ShellQuoted(command.summary) + "\n";
    const std::string here =
        "complete -c snaptree -n " +
        ShellQuoted(std::string("__fish_seen_subcommand_from ") + command.name);
    if (command.completes == Completes::kFile) text += here + " -F\n";
    if (command.completes == Completes::kCommands)
      text += here + " -a " + ShellQuoted(Words(HelpNames())) + "\n";
    for (const OptionId id : OptionsOf(&command)) {
      const Option& option = OptionOf(id);
      if (option.hidden) continue;
      text += here + " -l " + option.name;
      if (option.short_name != 0) text += std::string(" -s ") + option.short_name;
      if (option.value != nullptr) text += option.completes == Completes::kFile ? " -r -F" : " -x";
      if (option.completes == Completes::kWords) text += " -a " + ShellQuoted(option.words);
      if (option.completes == Completes::kFolder) text += " -a '(__fish_complete_directories)'";
      text += " -d " + ShellQuoted(HelpOf(&command, id)) + "\n";
    }
  }
  return text;
}

}  // namespace snaptree::cli

// snaptree version
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/json_text.h"
#include "cli/stdout_writer.h"

namespace snaptree::cli {

int RunVersion(const Invocation&, Reporter& reporter) {
  std::string text = "snaptree " SNAPTREE_VERSION "\n";
  if (reporter.json()) {
    JsonText json(JsonStyle::kPretty);
    json.StartObject();
    json.Member("schema", "snaptree.version/1");
    json.Member("version", SNAPTREE_VERSION);
    json.Member("exit_code", uint64_t{0});
    json.EndObject();
    text = json.text() + "\n";
  }
  const Status status = PrintToStdout(text);
  if (!status.ok()) reporter.Error(status);
  return ExitCodeOf(status);
}

}  // namespace snaptree::cli

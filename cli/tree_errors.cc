#include "cli/tree_errors.h"

#include <set>
#include <string>

#include "cli/report_back_ends.h"

namespace snaptree::cli {

void ReportTreeErrors(const std::vector<Status>& errors, Reporter& reporter) {
  std::set<std::string> told;
  for (const Status& error : errors) {
    ErrorInfo info = error.info();
    if (!told.insert(info.code + '\0' + info.next).second) info.next.clear();
    reporter.Error(Status(std::move(info)));
  }
}

void AppendTreeErrors(const std::vector<Status>& errors, JsonText* json) {
  json->Key("errors");
  json->StartArray();
  for (const Status& error : errors) {
    json->StartObject();
    AppendErrorMembers(error, json);
    json->EndObject();
  }
  json->EndArray();
}

}  // namespace snaptree::cli

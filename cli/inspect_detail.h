// What `inspect --detail` finds out beyond the scan: it reads the rows once more and decodes all
// records, without writing any.
#pragma once

#include <optional>
#include <string>

#include "check/detail/record_statistics.h"
#include "check/detail/row_statistics.h"

#include "base/findings.h"
#include "base/progress.h"
#include "base/result.h"
#include "cli/invocation.h"
#include "cli/json_text.h"
#include "formats/row.h"
#include "formats/scan.h"

namespace snaptree::cli {

struct InspectDetail {
  RowStatistics rows;
  std::optional<RecordStatistics> records;  // nullopt: the rows cannot be decoded
};

// "OptionConflict" (usage): standard input that is no file can be read once only.
Status CheckReadableTwice(const std::string& input);

struct DetailRun {
  const std::string& input;
  const Invocation& invocation;
  const RowSource& rows;
  const ScanResult& scan;
  Progress& progress;
};
// Adds the warnings of decoding to the findings. Data that cannot be decoded is no error but the
// note "detail_incomplete".
Result<InspectDetail> ReadDetail(const DetailRun& run, Findings* findings);

std::string DetailText(const InspectDetail& detail);
// The member "detail".
void AppendDetail(const InspectDetail& detail, JsonText* json);

}  // namespace snaptree::cli

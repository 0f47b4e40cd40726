// What inspect and rows have in common: opening and scanning an input, and what to say about
// salvage and --at.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/findings.h"
#include "base/progress.h"
#include "base/result.h"
#include "cli/invocation.h"
#include "cli/json_text.h"
#include "formats/open_input.h"
#include "formats/scan.h"

namespace snaptree::cli {

struct ScannedInput {
  std::unique_ptr<Container> container;
  ScanResult scan;
  Findings findings;  // of opening and scanning
  SalvageReport salvage;
};

// How the invocation wants inputs opened.
Result<OpenInputOptions> OpenOptionsOf(const Invocation& invocation, Progress* progress);

// --at, --salvage, --scratch and --memory are taken from the invocation.
Result<ScannedInput> OpenAndScan(const std::string& path, const Invocation& invocation,
                                 Progress* progress);

// "key ids 7, 9"; empty when there are none.
std::string KeyIdsText(const std::vector<uint32_t>& ids);

// "salvage: ..." lines, without the last newline: the damage, and what it cost. REQUIRES:
// !report.empty().
std::string SalvageText(const SalvageReport& report);
// The same without the damage, for who has said it already.
std::string SalvageLossText(const SalvageReport& report);
// Null when salvage had nothing to do.
void AppendSalvage(const SalvageReport& report, JsonText* json);

}  // namespace snaptree::cli

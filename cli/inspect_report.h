// What `inspect` found out about one input, and its two forms.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/findings.h"
#include "base/status.h"
#include "cli/inspect_detail.h"
#include "cli/inspect_directory.h"
#include "cli/json_text.h"
#include "cli/tree_estimate.h"
#include "formats/container.h"
#include "formats/open_input.h"
#include "formats/scan.h"

namespace snaptree::cli {

// Counts of some families together, under one name.
struct GroupCounts {
  std::string name;
  FamilyCounts counts;
};

struct InspectReport {
  std::string given;    // the argument
  std::string opening;  // options that decide what is read of it, for commands to paste
  Status status;        // not ok: damaged, and what is below but `directory` is empty
  std::optional<InspectedDirectory> directory;  // of a folder
  ContainerInfo info;
  std::optional<uint64_t> packed_bytes;  // of the file itself, when it is compressed
  ScanResult scan;
  Findings findings;
  SalvageReport salvage;
  std::optional<InspectDetail> detail;  // with --detail

  // Of several raft groups no one state is read.
  bool listed_only() const { return directory && directory->several_groups(); }
  // Rows that no timestamp orders: store metadata and the encryption registry.
  uint64_t MetadataRows() const;
  // Those of the answer: older and deleted versions of unknown rows count as what they are.
  uint64_t UnknownRows() const { return scan.of(UnknownFamily()).live; }
  // Over all MVCC rows.
  FamilyCounts Totals() const;
  uint64_t OldestCommit() const;               // of data rows; 0: none
  std::vector<GroupCounts> ByAdapter() const;  // those with rows
  int ExitCode() const;
};

// "  name                text", and the part of the text about the container itself.
std::string InspectLine(Slice name, const std::string& text);
std::string ContainerLines(const InspectReport& report);
// With what the file system of the working directory has left.
std::string InspectText(const InspectReport& report);
// One object, without schema and exit code of the document.
void AppendInspect(const InspectReport& report, JsonText* json);

}  // namespace snaptree::cli

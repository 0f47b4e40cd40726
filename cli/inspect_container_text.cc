// What kind of container an input is, where it comes from, and what it cannot tell.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/count_text.h"
#include "cli/inspect_report.h"
#include "cli/snapshot_access.h"
#include "formats/encryption/decrypted_rows.h"
#include "formats/fsm_format.h"

namespace snaptree::cli {
namespace {

constexpr size_t kWidestFormat = 56;  // in a line of 80

bool IsPebble(const InspectReport& report) { return report.info.format.starts_with("Pebble"); }

// Whether all of its bytes match what stands beside or around it.
bool IsProven(const InspectReport& report) {
  const auto& origin = report.info.origin;
  return std::any_of(origin.begin(), origin.end(),
                     [](const auto& line) { return line.first == "verified by"; });
}

// What kind of container it is, from the last of its magics.
std::string ContainerText(const InspectReport& report) {
  const Slice format = report.info.format;
  if (IsPebble(report)) return "Pebble directory: tables, and logs that are replayed";
  if (format.ends_with(kRowStreamMagic)) return "snapshot: a stream of rows";
  if (format.ends_with(kSstBundleMagic)) return "snapshot: a bundle of Pebble tables";
  if (format.ends_with(kVersionListMagic)) return "snapshot: version lists of the first stores";
  return "snapshot";
}

std::string IndexText(const InspectReport& report) {
  const ContainerInfo& info = report.info;
  std::string text = "unknown";
  if (info.snapshot_index) {
    const char* const source = IsPebble(report) ? "applied by the store"
                               : info.origin.empty() || info.origin.front().first == kOriginKeys
                                   ? "its name"
                                   : "what stands beside it";
    text = fmt::format("{} ({})", *info.snapshot_index, source);
  }
  if (info.raft_term) text += fmt::format(", term {}", *info.raft_term);
  const std::optional<uint64_t>& applied = report.scan.applied_index;
  if (applied && applied != info.snapshot_index) text += fmt::format("; its rows say {}", *applied);
  return text;
}

// What cannot be known of it.
std::string UnknownText(const InspectReport& report) {
  if (IsPebble(report) || report.info.crc32c || !report.salvage.empty()) return "";
  if (!Slice(report.info.format).ends_with(kRowStreamMagic)) return "";
  if (report.findings.by_code().count("no_checksum") == 0) return "";
  return InspectLine("cannot tell", "whether it was cut after a row: there is no footer");
}

std::string FirstLine(const InspectReport& report) {
  std::string text = fmt::format("{}   {}", report.info.path, HumanBytes(report.info.bytes));
  if (report.packed_bytes)
    text += fmt::format(" ({} compressed)", HumanBytes(*report.packed_bytes));
  if (!report.salvage.empty()) {
    text += "   DAMAGED";
  } else if (IsPebble(report)) {
    text += "   every block ok";
  } else if (report.info.crc32c) {
    text += fmt::format("   checksum ok (crc32c {})", Hex32(*report.info.crc32c));
  } else if (report.findings.by_code().contains("no_checksum") && !IsProven(report)) {
    text += "   no checksum";
  } else {
    text += "   checksums ok";
  }
  return text + "\n";
}

std::string Origin(const InspectReport& report) {
  if (IsPebble(report)) return "a node, as its own store";
  const bool header = report.info.hlc_ceiling_ms.has_value();
  if (!report.salvage.empty()) return header ? "a node" : "unknown";
  if (header && report.info.crc32c) return "a node, as a finished snapshot";
  if (header) return "a node; without the footer of a finished snapshot";
  const bool lists = Slice(report.info.format).ends_with(kVersionListMagic);
  const bool of_node = report.info.crc32c || lists || IsProven(report);
  return of_node ? "an old node (no FSM header)" : "an encoder (bare payload)";
}

std::string Encryption(const InspectReport& report) {
  const ScanResult& scan = report.scan;
  const char* const still = report.info.decrypted ? "still " : "";
  if (const uint64_t live = scan.LiveEncryptedRows(); live != 0) {
    return fmt::format("{} {}ENCRYPTED ({})", Counted(live, "row"), still,
                       KeyIdsText(scan.encryption_key_ids));
  }
  if (scan.EncryptedVersions() != 0)
    return report.info.decrypted ? "encrypted, live rows opened" : "live rows not encrypted";
  return report.info.decrypted ? "encrypted, and opened" : "not encrypted";
}

// Of versions that only --at or rows --all-versions reads, when they need keys of their own.
std::string EncryptedVersionsLine(const InspectReport& report) {
  const ScanResult& scan = report.scan;
  const uint64_t rows = scan.EncryptedVersions();
  const bool said =
      scan.LiveEncryptedRows() != 0 && scan.version_key_ids == scan.encryption_key_ids;
  if (rows == 0 || said) return "";
  return InspectLine(
      "", fmt::format("of all versions, {} {}ENCRYPTED ({})", Counted(rows, "row"),
                      report.info.decrypted ? "still " : "", KeyIdsText(scan.version_key_ids)));
}

}  // namespace

std::string InspectLine(Slice name, const std::string& text) {
  return fmt::format("  {:<19} {}\n", name, text);
}

std::string ContainerLines(const InspectReport& report) {
  std::string text = FirstLine(report);
  if (report.info.path != report.given) text += InspectLine("chosen in", report.given);
  text += InspectLine("written by", Origin(report));
  text += InspectLine("container", ContainerText(report)) + UnknownText(report);
  text += InspectLine("raft index", IndexText(report));
  for (const auto& [name, value] : report.info.origin) text += InspectLine(name, value);
  const std::string encryption = Encryption(report);
  const bool one_line = report.info.format.size() + encryption.size() <= kWidestFormat;
  text += InspectLine("format", report.info.format + (one_line ? ", " + encryption : ","));
  if (!one_line) text += InspectLine("", encryption);
  text += EncryptedVersionsLine(report);
  if (report.info.raft_cutover_index) {
    text += InspectLine(
        "", fmt::format("raft entries above {} are encrypted", *report.info.raft_cutover_index));
  }
  return text;
}

}  // namespace snaptree::cli

#include "cli/archive_options.h"

#include <unistd.h>

#include <optional>

#include "base/text.h"
#include "cli/option_values.h"
#include "cli/terminal.h"

namespace snaptree::cli {

bool IsArchiveName(const std::string& output) {
  return output == "-" || output.ends_with(".tar") || output.ends_with(".tar.zst");
}

Result<ArchiveForm> ArchiveFormOf(const Invocation& invocation, const std::string& output) {
  ArchiveForm form;
  form.zstd = !output.ends_with(".tar");
  if (invocation.Has(OptionId::kCompression)) {
    const std::string& how = invocation.Value(OptionId::kCompression);
    if (how != "zstd" && how != "none") return BadValue("--compression", how, "zstd or none");
    form.zstd = how == "zstd";
  }
  if (!invocation.Has(OptionId::kCompressionLevel)) return form;
  const std::string& text = invocation.Value(OptionId::kCompressionLevel);
  const std::optional<uint64_t> level = ParseU64(text);
  if (!level || *level == 0 || *level > ArchiveForm::kMaxLevel)
    return BadValue("--compression-level", text, "a number from 1 to 19");
  if (!form.zstd) {
    return UsageError("OptionConflict", "--compression-level is for archives in zstd")
        .Next("leave it away, or give --compression zstd");
  }
  form.level = static_cast<int>(*level);
  return form;
}

Status CheckArchiveOnStdout(const Reporter& reporter) {
  if (reporter.json()) {
    return UsageError("OptionConflict", "--json and -o - both want standard output")
        .Next("write the archive to a file");
  }
  if (IsTerminal(STDOUT_FILENO)) {
    return UsageError("OutputIsTerminal", "an archive is not for a terminal")
        .Next("name a file with -o, or send standard output to one");
  }
  return {};
}

Result<ArchiveLimits> ArchiveLimitsOf(const Invocation& invocation) {
  ArchiveLimits limits;
  if (invocation.Has(OptionId::kMaxEntries)) {
    SNAPTREE_ASSIGN(limits.max_entries,
                    ParseCount("--max-entries", invocation.Value(OptionId::kMaxEntries)));
  }
  if (invocation.Has(OptionId::kMaxBytes)) {
    SNAPTREE_ASSIGN(limits.max_bytes,
                    ParseBundleSize("--max-bytes", invocation.Value(OptionId::kMaxBytes)));
  }
  return limits;
}

}  // namespace snaptree::cli

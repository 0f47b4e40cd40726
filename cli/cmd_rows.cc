// snaptree rows IN: rows as JSON lines.
#include <unistd.h>

#include <algorithm>

#include "base/coding.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/count_text.h"
#include "cli/exit_codes.h"
#include "cli/input_options.h"
#include "cli/json_text.h"
#include "cli/nearest_names.h"
#include "cli/option_values.h"
#include "cli/progress_display.h"
#include "cli/report_back_ends.h"
#include "cli/row_printer.h"
#include "cli/snapshot_access.h"
#include "decode/preflight.h"
#include "formats/encryption/decrypted_rows.h"

namespace snaptree::cli {
namespace {

struct RowsOptions {
  RowSelection selection;
  uint64_t limit = UINT64_MAX;
  bool all_versions = false;
  bool hex = false;
  bool salvage = false;
  bool keys_given = false;
  bool selects = false;  // an option asks for a part: finding nothing is worth a word
};

struct RowsResult {
  Status status;
  uint64_t printed = 0;
  uint64_t damaged = 0;
  uint64_t encrypted = 0;         // left out
  std::vector<uint32_t> key_ids;  // of them, ascending, 100 at most
  uint64_t read_ts = 0;
  Findings findings;
  SalvageReport salvage;
};

Result<FamilyId> FamilyNamed(const std::string& name) {
  const int family = FindFamily(name);
  if (family >= 0) return static_cast<FamilyId>(family);
  std::vector<Slice> names;
  for (const Family& f : Families()) {
    names.push_back(f.prefix);
    names.push_back(f.prefix.substr(1));  // also found without the '!'
  }
  std::string hint = NearestHint(name, names);
  return BadValue("--family", name, "a key family such as '!hs|fld|'")
      .Next(hint.empty() ? "snaptree inspect lists the families of a snapshot" : std::move(hint));
}

Result<RowsOptions> OptionsOf(const Invocation& invocation) {
  RowsOptions options;
  for (const std::string& name : invocation.Values(OptionId::kFamily)) {
    SNAPTREE_ASSIGN(const FamilyId family, FamilyNamed(name));
    options.selection.families.push_back(family);
  }
  if (invocation.Has(OptionId::kPrefix))
    options.selection.prefix = invocation.Value(OptionId::kPrefix);
  if (invocation.Has(OptionId::kPrefixHex)) {
    if (invocation.Has(OptionId::kPrefix)) {
      return UsageError("OptionConflict", "--prefix and --prefix-hex say the same thing twice")
          .Next("give one of them");
    }
    const std::string& hex = invocation.Value(OptionId::kPrefixHex);
    const std::optional<std::string> bytes = ParseHex(hex);
    if (!bytes) return BadValue("--prefix-hex", hex, "an even number of hexadecimal digits");
    options.selection.prefix = *bytes;
  }
  if (invocation.Has(OptionId::kLimit)) {
    SNAPTREE_ASSIGN(options.limit, ParseCount("--limit", invocation.Value(OptionId::kLimit)));
  }
  options.all_versions = invocation.Has(OptionId::kAllVersions);
  options.hex = invocation.Has(OptionId::kHex);
  options.salvage = invocation.Has(OptionId::kSalvage);
  SNAPTREE_ASSIGN(const InputChoice choice, InputChoiceOf(invocation));
  options.keys_given = !choice.keys.empty();
  options.selects = !options.selection.prefix.empty() || !options.selection.families.empty();
  return options;
}

// Names what was asked for and nothing else: prefix, families, or both.
std::string NoRowText(const RowSelection& selection) {
  std::string families;
  for (const FamilyId family : selection.families)
    families += (families.empty() ? "" : ", ") + std::string(FamilyName(family));
  const bool one = selection.families.size() == 1;
  const std::string of = (one ? " of the family " : " of the families ") + families;
  if (selection.prefix.empty()) return "there is no row" + of;
  return "no row" + (families.empty() ? "" : of) + " has the prefix \"" +
         Printable(selection.prefix) + "\"";
}

Status Encrypted(const std::string& path, const ScannedInput& input, const RowsOptions& options,
                 uint64_t rows) {
  const ScanResult& scan = input.scan;
  return EncryptedRowsError(rows,
                            options.all_versions ? scan.version_key_ids : scan.encryption_key_ids,
                            path, {options.keys_given, KeysAtHand(input.container->info())});
}

void NoteKeyId(const WalkedRow& row, std::vector<uint32_t>* ids) {
  constexpr size_t kIdAt = 2;  // in the envelope
  constexpr size_t kMaxIds = 100;
  if (row.value.resident.size() < kIdAt + sizeof(uint32_t) || ids->size() == kMaxIds) return;
  const uint32_t id = LoadBe32(row.value.resident.data() + kIdAt);
  const auto at = std::lower_bound(ids->begin(), ids->end(), id);
  if (at == ids->end() || *at != id) ids->insert(at, id);
}

// Before any output: whether what is asked for holds encrypted rows.
Status RefuseEncrypted(const std::string& path, const ScannedInput& input,
                       const RowsOptions& options) {
  const uint64_t most =
      options.all_versions ? input.scan.EncryptedVersions() : input.scan.LiveEncryptedRows();
  if (options.salvage || most == 0) return {};
  RowWalk walk(input.container->rows(), input.scan, options.selection);
  WalkedRow row;
  uint64_t encrypted = 0;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, walk.Next(&row));
    if (!more) break;
    if (row.encrypted && (options.all_versions || row.verdict == Verdict::kLive)) ++encrypted;
  }
  return encrypted == 0 ? Status::Ok() : Encrypted(path, input, options, encrypted);
}

Status PrintRows(const std::string& path, const ScannedInput& input, const RowsOptions& options,
                 Progress& progress, StdoutWriter& out, RowsResult* result) {
  const RowSource& source = input.container->rows();
  RowWalk walk(source, input.scan, options.selection);
  progress.Begin("rows", "rows", walk.rows_planned());
  RowPrinter printer(source, out, options.hex, options.all_versions);
  WalkedRow row;
  while (result->printed < options.limit) {
    SNAPTREE_ASSIGN(const bool more, walk.Next(&row));
    if (!more) break;
    progress.done.store(walk.rows_read(), std::memory_order_relaxed);
    if (!options.all_versions && (row.raw || row.verdict != Verdict::kLive)) continue;
    if (row.encrypted) {
      if (!options.salvage) return Encrypted(path, input, options, 1);
      ++result->encrypted;
      NoteKeyId(row, &result->key_ids);
      continue;
    }
    SNAPTREE_TRY(printer.Print(row));
    ++result->printed;
  }
  result->damaged = walk.damaged();
  if (result->damaged != 0) {
    result->findings.Warn("damaged_rows", "rows that cannot be read were left out",
                          walk.first_damaged(), result->damaged);
  }
  return {};
}

Status Run(const Invocation& invocation, Progress& progress, StdoutWriter& out,
           RowsResult* result) {
  const std::string& path = invocation.arguments.front();
  SNAPTREE_ASSIGN(const RowsOptions options, OptionsOf(invocation));
  SNAPTREE_ASSIGN(const std::optional<uint64_t> at, AtOf(invocation));
  SNAPTREE_ASSIGN(ScannedInput input, OpenAndScan(path, invocation, &progress));
  result->findings.Merge(input.findings);
  result->salvage = std::move(input.salvage);
  result->read_ts = input.scan.read_ts;
  const ReadTime time{input.scan.read_ts, at.has_value(), invocation.Has(OptionId::kForce)};
  SNAPTREE_TRY(
      CheckReadTimestamp(time, input.scan, input.container->info().path, &result->findings));
  SNAPTREE_TRY(RefuseEncrypted(path, input, options));
  SNAPTREE_TRY(PrintRows(path, input, options, progress, out, result));
  if (result->encrypted != 0) {
    result->findings.Warn("encrypted_rows", "encrypted rows were left out",
                          KeyIdsText(result->key_ids), result->encrypted);
  }
  if (options.selects && result->printed == 0) {
    result->findings.Warn("nothing_matched", NoRowText(options.selection));
  }
  return out.Flush();
}

int ExitOf(const RowsResult& result) {
  if (!result.status.ok()) return ExitCodeOf(result.status);
  return result.findings.HasWarning() || !result.salvage.empty() ? kExitIncomplete : kExitDone;
}

std::string SummaryLine(const RowsResult& result) {
  JsonText json(JsonStyle::kCompact);
  json.StartObject();
  json.Member("schema", "snaptree.rows/1");
  json.Member("rows", result.printed);
  if (result.read_ts != 0) json.MemberTimestamp("read_ts", result.read_ts);
  json.Member("damaged_rows", result.damaged);
  json.Member("encrypted_rows", result.encrypted);
  json.Key("findings");
  AppendFindings(result.findings, &json);
  json.Key("salvage");
  AppendSalvage(result.salvage, &json);
  if (!result.status.ok()) {
    AppendError(result.status, &json);
  }
  json.Member("exit_code", static_cast<uint64_t>(ExitOf(result)));
  json.EndObject();
  return json.text() + "\n";
}

}  // namespace

int RunRows(const Invocation& invocation, Reporter& reporter) {
  Progress progress;
  StdoutWriter out;
  RowsResult result;
  {
    const ProgressDisplay display(progress, reporter, invocation.common, IsTerminal(STDOUT_FILENO));
    result.status = Run(invocation, progress, out, &result);
  }
  reporter.Findings(result.findings);
  if (!result.salvage.empty()) reporter.Notice(SalvageText(result.salvage));
  // What was printed before an error is still good, and the summary says that it is not all.
  const bool closed = !result.status.ok() && result.status.code() == kClosedPipe;
  if (reporter.json() && !closed) out.buffer() += SummaryLine(result);
  if (Status flushed = closed ? Status::Ok() : out.Flush(); result.status.ok())
    result.status = std::move(flushed);
  if (!result.status.ok()) reporter.Error(result.status);
  return ExitOf(result);
}

}  // namespace snaptree::cli

#include "cli/address_options.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>

#include "base/file.h"
#include "base/text.h"
#include "cli/count_text.h"
#include "cli/option_values.h"
#include "cli/path_text.h"

namespace snaptree::cli {
namespace {

constexpr size_t kMaxListBytes = size_t{256} << 20;
// Patterns that match nothing: of a list that does not fit the input there are very many.
constexpr size_t kMostPrinted = 10;
constexpr size_t kMostInJson = 1000;

// A whole file, or standard input for "-".
Result<std::string> ReadListFile(const std::string& path) {
  UniqueFd fd;
  if (path != "-") {
    fd = UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.valid()) return SystemError(errno, "open", path);
  }
  std::string text;
  std::string piece(size_t{64} << 10, '\0');
  for (;;) {
    const ssize_t n = ::read(path == "-" ? STDIN_FILENO : fd.get(), piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SystemError(errno, "read", path);
    if (n == 0) return text;
    text.append(piece, 0, static_cast<size_t>(n));
    if (text.size() > kMaxListBytes) {
      return UsageError("OptionValue", "the list of --files-from is too long")
          .At(path)
          .Expected("at most " + HumanBytes(kMaxListBytes))
          .Next("patterns select whole scopes: --include");
    }
  }
}

// Addresses that --files-from lists, one a line, or NUL-terminated with -0.
Result<std::vector<std::string>> ListedAddresses(const Invocation& invocation) {
  const bool null = invocation.Has(OptionId::kNull) || invocation.Has(OptionId::kEndWithNull);
  const char end = null ? '\0' : '\n';
  SNAPTREE_ASSIGN(const std::string text, ReadListFile(invocation.Value(OptionId::kFilesFrom)));
  std::vector<std::string> addresses;
  for (size_t at = 0; at < text.size();) {
    const size_t stop = std::min(text.find(end, at), text.size());
    const std::string line = text.substr(at, stop - at);
    if (!line.empty()) addresses.push_back(null ? line : AddressOf(line));
    at = stop + 1;
  }
  return addresses;
}

}  // namespace

Result<AddressFilterOptions> AddressFilterOf(const Invocation& invocation) {
  AddressFilterOptions filter;
  filter.include = invocation.Values(OptionId::kInclude);
  filter.exclude = invocation.Values(OptionId::kExclude);
  for (const std::vector<std::string>* patterns : {&filter.include, &filter.exclude}) {
    if (std::find(patterns->begin(), patterns->end(), "") != patterns->end()) {
      return BadValue(patterns == &filter.include ? "--include" : "--exclude", "",
                      "a pattern of addresses");
    }
  }
  filter.from_files = invocation.Has(OptionId::kFilesFrom);
  const std::vector<std::string>& inputs = invocation.arguments;
  if (filter.from_files && invocation.Value(OptionId::kFilesFrom) == "-" &&
      std::find(inputs.begin(), inputs.end(), "-") != inputs.end()) {
    return UsageError("OptionConflict", "standard input can be the input or the list, not both");
  }
  if (filter.from_files) {
    SNAPTREE_ASSIGN(filter.files, ListedAddresses(invocation));
  } else if (invocation.Has(OptionId::kNull)) {
    return UsageError("OptionConflict", "-0 needs --files-from");
  }
  return filter;
}

std::string UnmatchedText(const std::vector<AddressFilter::Unmatched>& unmatched) {
  std::string text;
  const size_t shown = std::min(unmatched.size(), kMostPrinted);
  for (const AddressFilter::Unmatched& one : std::span(unmatched).first(shown)) {
    text += "  nothing matches " + ShellQuoted(Printable(one.pattern));
    for (size_t i = 0; i < one.nearest.size(); ++i)
      text += (i == 0 ? "; there is " : ", ") + ShellQuoted(Printable(one.nearest[i]));
    text += "\n";
  }
  if (const size_t rest = unmatched.size() - shown; rest > 0) {
    text += "  nothing matches " + Counted(rest, "other", "others") + "; --json lists " +
            (unmatched.size() > kMostInJson ? "the first " + Thousands(kMostInJson) : "all") + "\n";
  }
  return text;
}

void AppendUnmatched(const std::vector<AddressFilter::Unmatched>& unmatched, JsonText* json) {
  json->Key("unmatched");
  json->StartArray();
  for (const AddressFilter::Unmatched& one :
       std::span(unmatched).first(std::min(unmatched.size(), kMostInJson))) {
    json->StartObject();
    json->TextMember("pattern", one.pattern);
    json->Key("nearest");
    json->StartArray();
    for (const std::string& address : one.nearest) json->Text(address);
    json->EndArray();
    json->EndObject();
  }
  json->EndArray();
  json->Member("unmatched_count", uint64_t{unmatched.size()});
}

}  // namespace snaptree::cli

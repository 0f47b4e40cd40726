#include "encode/self_test.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "encode/canonical_json.h"
#include "encode/checksum_compare.h"

#include "adapters/redis/redis_line_path.h"
#include "base/text.h"
#include "decode/decode_like.h"
#include "decode/decoder.h"
#include "tree/digest_sink.h"
#include "tree/run_files.h"

namespace snaptree {
namespace {

constexpr double kShare = 0.05;
// Before a doubtful path: whether an adapter announced the difference.
constexpr char kExpected = '+';
constexpr char kNotExpected = '-';

// Rows beside the messages are made anew; they are no part of the round trip (spec 05 chapter 10).
bool IsOutsideRoundTrip(Slice path) {
  return path.starts_with("sqs/") && path.ends_with("/_internals/side_records.jsonl");
}

// What only snaptree writes: a tree of the Go tools to which somebody added it is compared without.
bool IsExtension(Slice path) {
  return path.ends_with("/_schema_ext.json") || path.ends_with("/_queue_ext.json") ||
         path.ends_with("/_bucket.json") || path.ends_with(".elastickv-meta.json");
}

// Lists of records, of which an announced difference may change some but never remove all.
bool IsRecordList(Slice path, bool jsonl) {
  const bool in_bucket = path.starts_with("s3/") && std::count(path.begin(), path.end(), '/') == 2;
  if (jsonl && in_bucket && path.ends_with("/_objects.jsonl")) return true;
  return path == "rawkv/data.jsonl" || path == "fs/inodes.jsonl" ||
         (path.starts_with("sqs/") && path.ends_with("/messages.jsonl"));
}

// Lines of records may be cut into files in other places: the path of one before its number; empty
// for all other paths.
Slice StemOfSeveralFiles(Slice path) {
  constexpr Slice kItems = "/items/data-";
  if (!path.ends_with(".jsonl")) return {};
  const size_t items = path.rfind(kItems);
  if (path.starts_with("dynamodb/") && items != Slice::npos)
    return path.substr(0, items + kItems.size());
  return redis::LineFileStemOf(path);
}

constexpr Slice kAnyNumber = "*.jsonl";

std::string UnitOf(Slice path) {
  const Slice stem = StemOfSeveralFiles(path);
  return stem.empty() ? std::string(path) : std::string(stem).append(kAnyNumber);
}

bool IsSeveralFiles(Slice unit) {
  return unit.ends_with("-*.jsonl") &&
         !StemOfSeveralFiles(std::string(unit.substr(0, unit.size() - kAnyNumber.size())) +
                             "00000.jsonl")
              .empty();
}

std::string AdapterOf(Slice path) { return std::string(path.substr(0, path.find('/'))); }

DecodeOptions OptionsOf(const SelfTest& test) {
  DecodeOptions decode;
  decode.inputs = {test.snapshot};
  decode.dry_run = true;
  DecodeLike(test.manifest, &decode);
  decode.jsonl = test.manifest.jsonl;
  decode.dynamodb_jsonl = test.manifest.dynamodb_jsonl;
  if (test.options.choices.drop_incomplete_uploads) decode.include_incomplete_uploads = false;
  // What is never encoded.
  decode.include_orphans = false;
  decode.include_sqs_side_records = false;
  // MD5s were made when the bodies were read; what counts here are the bytes.
  decode.check_etags = false;
  decode.threads = test.options.threads;
  decode.memory_bytes = test.options.memory_bytes;
  decode.scratch_folder = test.options.scratch_folder;
  decode.progress = &test.progress;
  return decode;
}

// Hands files on to a sink of digests, and says what JSON files mean instead of what their bytes
// are.
class CanonicalSink : public TreeSink {
 public:
  using Take = std::function<Status(Slice path, const Sha256Digest& meaning)>;
  CanonicalSink(bool jsonl, Take take) : jsonl_(jsonl), take_(std::move(take)) {}

  Status WriteFile(Slice path, Slice content) override {
    SNAPTREE_ASSIGN(const std::unique_ptr<TreeFile> file, CreateFile(path));
    SNAPTREE_TRY(file->Append(content));
    return file->Close();
  }
  Result<std::unique_ptr<TreeFile>> CreateFile(Slice path) override {
    return std::unique_ptr<TreeFile>(std::make_unique<File>(this, path));
  }
  Status CreateDirectory(Slice /*path*/) override { return {}; }
  bool CanHold(uint64_t /*file_bytes*/) const override { return true; }
  Status Flush() override { return {}; }
  Status Finish() override { return {}; }
  TreeTotals totals() const override { return {}; }

 private:
  class File : public TreeFile {
   public:
    File(CanonicalSink* sink, Slice path) : sink_(sink), path_(path) {
      const std::optional<CanonicalRules> rules = CanonicalRulesOf(path, sink->jsonl_);
      if (rules) json_.emplace(*rules);
    }
    Status Append(Slice bytes) override {
      if (json_) json_->Append(bytes);
      return {};
    }
    Status AppendHole(uint64_t /*size*/) override { return {}; }
    Status Close() override {
      if (!json_) return {};
      const std::optional<Sha256Digest> meaning = json_->Finish();
      if (!meaning) return {};
      const std::lock_guard lock(sink_->mutex_);
      return sink_->take_(path_, *meaning);
    }

   private:
    CanonicalSink* const sink_;
    const std::string path_;
    std::optional<CanonicalJson> json_;
  };

  const bool jsonl_;  // the tree's layout
  std::mutex mutex_;
  const Take take_;
};

class Tester {
 public:
  Tester(const SelfTest& test, const TakeMismatch& mismatch, SelfTestReport* report)
      : test_(test),
        mismatch_(mismatch),
        report_(*report),
        decoded_(test.sorter_options(kShare)),
        doubtful_(test.sorter_options(kShare)),
        meanings_(test.sorter_options(kShare)) {}

  Status Run();

 private:
  Status DecodeInto(std::function<std::unique_ptr<TreeSink>()> sink,
                    std::vector<std::string> adapters);
  Result<bool> IsAnnounced(const std::string& unit, Slice path);
  Status Take(Slice path, Compared how);
  Status CompareMeanings();
  Status TakeJudged(Slice path, bool equal, bool expected);
  Result<std::optional<Sha256Digest>> MeaningInTree(const std::string& unit);
  Status AddMeaning(const std::string& path, CanonicalSum* sum, bool* is_json);
  Status Mismatch(Slice path, Compared how);

  const SelfTest& test_;
  const TakeMismatch& mismatch_;
  SelfTestReport& report_;
  ExternalSorter decoded_;   // path to digest
  ExternalSorter doubtful_;  // unit to how its files compare
  ExternalSorter meanings_;  // unit to canonical digest, of what was decoded
  std::set<std::string> doubtful_adapters_;
  std::string unit_;  // of several files, the last that was looked up
  bool unit_is_announced_ = false;
};

Status Tester::DecodeInto(std::function<std::unique_ptr<TreeSink>()> sink,
                          std::vector<std::string> adapters) {
  DecodeOptions options = OptionsOf(test_);
  options.make_sink = std::move(sink);
  options.adapters = std::move(adapters);
  Result<DecodeReport> decoded = Decode(options);
  if (!decoded.ok()) return decoded.status();
  if (decoded->rows.damaged == 0) return {};
  return test_.findings.TakeError(
      DataError("SelfTestMismatch", "rows of the encoded snapshot cannot be read")
          .At(test_.options.output)
          .Found(Thousands(decoded->rows.damaged) + " rows, the first: " +
                 (decoded->damaged.empty() ? "" : decoded->damaged[0].reason))
          .Next("please report this; the tree is good as it is"));
}

Status Tester::Mismatch(Slice path, Compared how) {
  const char* found = "bytes differ";
  if (how == Compared::kOnlyRead) found = "missing in the snapshot";
  if (how == Compared::kOnlyDecoded) found = "missing in the tree";
  SNAPTREE_TRY(mismatch_(std::string(path) + " (" + found + ")"));
  return test_.findings.TakeError(
      DataError("SelfTestMismatch", "the encoded snapshot does not decode to what was read")
          .At(path)
          .Found(found)
          .Next("please report this; --no-self-test writes the snapshot all the same"));
}

// By itself, or with all files of its unit, whose name sorts before theirs.
Result<bool> Tester::IsAnnounced(const std::string& unit, Slice path) {
  if (!IsSeveralFiles(unit)) return test_.differences.Has(path);
  if (unit_ != unit) {
    unit_ = unit;
    SNAPTREE_ASSIGN(unit_is_announced_, test_.differences.Has(unit));
  }
  return unit_is_announced_ ? true : test_.differences.Has(path);
}

Status Tester::Take(Slice path, Compared how) {
  if (IsAboutTheRun(path) || IsOutsideRoundTrip(path)) return {};
  ++report_.files;
  if (how == Compared::kEqual) return {};
  const std::string unit = UnitOf(path);
  SNAPTREE_ASSIGN(bool expected, IsAnnounced(unit, path));
  if (test_.manifest.snaptree_version.empty() && how != Compared::kOnlyDecoded && IsExtension(path))
    expected = true;
  if (how == Compared::kOnlyRead && IsRecordList(path, test_.manifest.jsonl)) expected = false;
  // A file of lines that has none says what a missing one says.
  const std::optional<CanonicalRules> rules = CanonicalRulesOf(path, test_.manifest.jsonl);
  const bool may_mean_the_same = rules && (how == Compared::kDifferent || IsSeveralFiles(unit) ||
                                           (how == Compared::kOnlyRead && rules->lines));
  if (!may_mean_the_same) {
    if (!expected) return Mismatch(path, how);
    ++report_.expected;
    return {};
  }
  doubtful_adapters_.insert(AdapterOf(path));
  return doubtful_.Add(unit, (expected ? kExpected : kNotExpected) + std::string(path));
}

Status Tester::AddMeaning(const std::string& path, CanonicalSum* sum, bool* is_json) {
  const std::optional<CanonicalRules> rules = CanonicalRulesOf(path, test_.manifest.jsonl);
  if (!rules) return {};
  SNAPTREE_ASSIGN(const std::unique_ptr<TreeContent> content, test_.read.source().Open(path));
  CanonicalJson json(*rules);
  std::string piece(size_t{256} << 10, '\0');
  for (uint64_t at = 0; at < content->size();) {
    SNAPTREE_ASSIGN(const size_t n, content->ReadAt(at, piece.data(), piece.size()));
    if (n == 0) break;
    json.Append(Slice(piece).substr(0, n));
    at += n;
  }
  const std::optional<Sha256Digest> meaning = json.Finish();
  if (meaning) sum->Add(*meaning);
  *is_json = *is_json && meaning.has_value();
  return {};
}

Result<std::optional<Sha256Digest>> Tester::MeaningInTree(const std::string& unit) {
  CanonicalSum sum;
  bool is_json = true;
  if (!IsSeveralFiles(unit)) {
    SNAPTREE_TRY(AddMeaning(unit, &sum, &is_json));
  } else {
    const std::string folder = unit.substr(0, unit.rfind('/'));
    SNAPTREE_TRY(test_.read.source().List(folder, [&](std::span<const TreeEntry> entries) {
      for (const TreeEntry& entry : entries) {
        const std::string path = folder + "/" + entry.name;
        if (UnitOf(path) == unit) SNAPTREE_TRY(AddMeaning(path, &sum, &is_json));
      }
      return Status::Ok();
    }));
  }
  return is_json ? std::optional(sum.digest()) : std::nullopt;
}

// What the doubtful files mean, in the tree and in the snapshot: both lists are sorted by unit.
Status Tester::CompareMeanings() {
  SNAPTREE_TRY(doubtful_.Finish());
  SNAPTREE_TRY(meanings_.Finish());
  CanonicalSum meaning;
  Slice next_unit;
  Slice next_digest;
  SNAPTREE_ASSIGN(bool more_meanings, meanings_.Next(&next_unit, &next_digest));
  // Adds up the digests of one unit behind all that come before it.
  const auto advance_to = [&](Slice wanted) -> Status {
    meaning = {};
    while (more_meanings && next_unit <= wanted) {
      if (next_unit == wanted) meaning.Add(DigestIn(next_digest));
      SNAPTREE_ASSIGN(more_meanings, meanings_.Next(&next_unit, &next_digest));
    }
    return {};
  };
  std::string unit;
  std::vector<std::string> marked;  // paths of the unit, each with its mark
  const auto judge = [&]() -> Status {
    if (marked.empty()) return {};
    SNAPTREE_TRY(advance_to(unit));
    SNAPTREE_ASSIGN(const std::optional<Sha256Digest> in_tree, MeaningInTree(unit));
    const bool equal = in_tree && *in_tree == meaning.digest();
    const bool expected = std::any_of(marked.begin(), marked.end(), [](const std::string& path) {
      return path.front() == kExpected;
    });
    for (const std::string& path : marked)
      SNAPTREE_TRY(TakeJudged(Slice(path).substr(1), equal, expected));
    marked.clear();
    return {};
  };
  for (;;) {
    Slice next_doubtful;
    Slice path;
    SNAPTREE_ASSIGN(const bool more, doubtful_.Next(&next_doubtful, &path));
    if (!more) return judge();
    if (next_doubtful != unit) {
      SNAPTREE_TRY(judge());
      unit.assign(next_doubtful);
    }
    marked.emplace_back(path);
  }
}

Status Tester::TakeJudged(Slice path, bool equal, bool expected) {
  if (equal) {
    ++report_.not_canonical;
    test_.findings.Note("not_canonical",
                        "files that say the same in another form than snaptree writes", path);
    return {};
  }
  if (!expected) return Mismatch(path, Compared::kDifferent);
  ++report_.expected;
  return {};
}

Status Tester::Run() {
  report_.ran = true;
  test_.progress.Begin("self-test", "files", 0);
  std::vector<std::string> adapters = test_.options.adapters;
  adapters.erase(std::remove(adapters.begin(), adapters.end(), "unknown"), adapters.end());
  SNAPTREE_TRY(DecodeInto(
      [this] {
        return NewDigestSink([this](Slice path, const Sha256Digest& digest) {
          return decoded_.Add(path, AsSlice(digest));
        });
      },
      adapters));
  SNAPTREE_TRY(decoded_.Finish());
  SNAPTREE_TRY(test_.differences.Finish());
  const uint64_t before = test_.findings.errors();
  SNAPTREE_TRY(CompareDigests({test_.read, test_.checksums, &decoded_}, test_.findings,
                              [this](Slice path, Compared how) { return Take(path, how); }));
  if (!doubtful_adapters_.empty()) {
    doubtful_adapters_.erase("unknown");  // of no adapter: always decoded
    SNAPTREE_TRY(DecodeInto(
        [this] {
          return std::make_unique<CanonicalSink>(
              test_.manifest.jsonl, [this](Slice path, const Sha256Digest& meaning) {
                return meanings_.Add(UnitOf(path), AsSlice(meaning));
              });
        },
        {doubtful_adapters_.begin(), doubtful_adapters_.end()}));
    SNAPTREE_TRY(CompareMeanings());
  }
  report_.matched = test_.findings.errors() == before;
  return {};
}

}  // namespace

Status RunSelfTest(const SelfTest& test, const TakeMismatch& mismatch, SelfTestReport* report) {
  return Tester(test, mismatch, report).Run();
}

}  // namespace snaptree

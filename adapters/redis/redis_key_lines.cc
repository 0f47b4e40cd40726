// A line for each key, in files of its type (spec 08). A collection of more than 4 MiB of text
// takes several lines, so that its writer and its readers need little memory whatever its size.
#include <array>
#include <optional>

#include "adapters/redis/redis_files.h"
#include "adapters/redis/redis_part_cutter.h"
#include "adapters/redis/redis_record_text.h"
#include "adapters/redis/redis_score.h"
#include "manifest/file_name_codec.h"

namespace snaptree::redis {
namespace {

void AppendExpiry(RecordText* text, Expiry expiry) {
  text->Raw(",\"expire_at_ms\":");
  if (expiry) {
    text->Number(*expiry);
  } else {
    text->Raw("null");
  }
}

class KeyLines : public RedisFiles {
 public:
  KeyLines(const DecodeContext& context, uint64_t bundle_bytes)
      : context_(context), bundle_bytes_(bundle_bytes) {}

  void BeginKey(Slice key) override { key_ = key; }
  std::string PathOf(TypeFolder folder) override {
    EncodeSegmentTo(key_, &name_);
    std::string path;
    MakeKeyPath(folder, name_, &path);
    return path;
  }

  Status String(const ValueRef& value, uint64_t payload_offset, Expiry expiry) override {
    BeginLine();
    line_.Raw(",\"value\":");
    SNAPTREE_TRY(line_.Value(context_.source, value, payload_offset));
    return EndLine(TypeFolder::kStrings, expiry);
  }
  Status Hll(const ValueRef& value, uint64_t payload_offset, Expiry expiry) override {
    BeginLine();
    line_.Raw(",\"payload\":");
    SNAPTREE_TRY(line_.Base64(context_.source, value, payload_offset));
    return EndLine(TypeFolder::kHll, expiry);
  }

  void BeginCollection(TypeFolder folder, Slice array_name, Expiry expiry) override {
    BeginParts(folder, array_name);
    AppendExpiry(&tail_, expiry);
    every_part_has_tail_ = true;
  }
  Status Field(Slice name, const ValueRef& value) override {
    element_.Clear();
    SNAPTREE_TRY(AppendField("{\"name\":", {name, name.size(), 0}, value));
    return AddElement();
  }
  Status Member(Slice member) override {
    element_.Clear();
    element_.Bytes(member);
    return AddElement();
  }
  Status ScoredMember(Slice member, uint64_t score_bits) override {
    element_.Clear();
    element_.Raw("{\"member\":");
    element_.Bytes(member);
    element_.Raw(",\"score\":");
    score_.clear();
    AppendScore(&score_, score_bits);
    element_.Raw(score_);
    element_.Raw("}");
    return AddElement();
  }
  Status Item(const ValueRef& value) override {
    element_.Clear();
    SNAPTREE_TRY(element_.Value(context_.source, value));
    return AddElement();
  }
  Status EndCollection() override { return WritePart(true); }

  void BeginStream() override {
    BeginParts(TypeFolder::kStreams, "entries");
    every_part_has_tail_ = false;
  }
  Status Entry(uint64_t ms, uint64_t seq, const std::vector<ValueRef>& fields) override;
  Status EndStream(uint64_t entries, uint64_t last_ms, uint64_t last_seq, Expiry expiry) override;

  Status Finish() override;
  std::vector<std::string> extensions() const override { return extensions_; }

 private:
  Status AppendField(Slice before, const ValueRef& name, const ValueRef& value);
  // line_ becomes the beginning of one about the key; gets its expiry, and is written.
  void BeginLine();
  Status EndLine(TypeFolder folder, Expiry expiry);
  Status WriteLine(TypeFolder folder);
  void BeginParts(TypeFolder folder, Slice array_name);
  Status AddElement();
  Status WritePart(bool last);

  const DecodeContext& context_;
  const uint64_t bundle_bytes_;
  std::array<std::optional<NumberedLineFiles>, kTypeFolders.size()> files_;
  std::vector<std::string> extensions_;
  std::string key_;
  std::string name_;  // scratch
  RecordText line_;
  RecordText element_;
  std::string score_;  // scratch

  // The collection or stream that is being written.
  TypeFolder folder_ = TypeFolder::kHashes;
  std::string array_;
  RecordText elements_;  // of the next part, with commas between them
  RecordText tail_;      // what stands behind them
  bool every_part_has_tail_ = true;
  uint64_t parts_ = 0;
  PartCutter cutter_;
};

void KeyLines::BeginLine() {
  line_.Clear();
  line_.Raw("{\"key\":");
  line_.Bytes(key_);
}

Status KeyLines::EndLine(TypeFolder folder, Expiry expiry) {
  AppendExpiry(&line_, expiry);
  return WriteLine(folder);
}

Status KeyLines::WriteLine(TypeFolder folder) {
  line_.Raw("}\n");
  std::optional<NumberedLineFiles>& files = files_[static_cast<size_t>(folder)];
  if (!files) {
    files.emplace(context_.sink, bundle_bytes_);
    files->Begin(LineFileStem(folder), 0);
  }
  SNAPTREE_TRY(files->BeginLine(line_.size()));
  return line_.Write(context_.source, *files);
}

void KeyLines::BeginParts(TypeFolder folder, Slice array_name) {
  folder_ = folder;
  array_ = array_name;
  elements_.Clear();
  tail_.Clear();
  parts_ = 0;
  cutter_.Begin(BytesTextSize(key_));
}

Status KeyLines::AddElement() {
  if (cutter_.Add(element_.size())) {
    SNAPTREE_TRY(WritePart(false));
  } else if (!elements_.empty()) {
    elements_.Raw(",");
  }
  elements_.Append(element_);
  return {};
}

Status KeyLines::WritePart(bool last) {
  BeginLine();
  if (parts_ > 0 || !last) {
    line_.Raw(",\"part\":");
    line_.Number(parts_);
    if (last) line_.Raw(",\"last\":true");
  }
  ++parts_;
  line_.Raw(",\"");
  line_.Raw(array_);
  line_.Raw("\":[");
  line_.Append(elements_);
  line_.Raw("]");
  if (last || every_part_has_tail_) line_.Append(tail_);
  elements_.Clear();
  return WriteLine(folder_);
}

Status KeyLines::AppendField(Slice before, const ValueRef& name, const ValueRef& value) {
  element_.Raw(before);
  SNAPTREE_TRY(element_.Value(context_.source, name));
  element_.Raw(",\"value\":");
  SNAPTREE_TRY(element_.Value(context_.source, value));
  element_.Raw("}");
  return {};
}

Status KeyLines::Entry(uint64_t ms, uint64_t seq, const std::vector<ValueRef>& fields) {
  element_.Clear();
  element_.Raw("{\"id\":\"");
  element_.Number(ms);
  element_.Raw("-");
  element_.Number(seq);
  element_.Raw("\",\"fields\":[");
  for (size_t i = 0; i + 1 < fields.size(); i += 2)
    SNAPTREE_TRY(AppendField(i == 0 ? "{\"name\":" : ",{\"name\":", fields[i], fields[i + 1]));
  element_.Raw("]}");
  return AddElement();
}

Status KeyLines::EndStream(uint64_t entries, uint64_t last_ms, uint64_t last_seq, Expiry expiry) {
  tail_.Raw(",\"length\":");
  tail_.Number(entries);
  tail_.Raw(",\"last_ms\":");
  tail_.Number(last_ms);
  tail_.Raw(",\"last_seq\":");
  tail_.Number(last_seq);
  AppendExpiry(&tail_, expiry);
  return WritePart(true);
}

Status KeyLines::Finish() {
  for (size_t i = 0; i < files_.size(); ++i) {
    if (!files_[i]) continue;
    SNAPTREE_TRY(files_[i]->Finish());
    extensions_.push_back(LineFilePattern(static_cast<TypeFolder>(i)));
  }
  return {};
}

}  // namespace

std::unique_ptr<RedisFiles> NewKeyLines(const DecodeContext& context, uint64_t bundle_bytes) {
  return std::make_unique<KeyLines>(context, bundle_bytes);
}

}  // namespace snaptree::redis

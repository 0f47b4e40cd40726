#include "adapters/s3/s3_manifest.h"

#include <algorithm>

#include "adapters/s3/s3_manifest_handler.h"

namespace snaptree::s3 {
namespace {

// No string, number or word of live is longer (an HTTP header has 1 MiB); RapidJSON collects each
// in memory.
constexpr size_t kMaxTokenBytes = size_t{8} << 20;
constexpr size_t kPieceBytes = size_t{64} << 10;

// The bytes of a value as RapidJSON wants them; large values come in pieces. What follows an error
// looks like the end of the text: ask status() and at_end() afterwards.
class ValueStream {
 public:
  using Ch = char;
  ValueStream(const RowSource& source, const ValueRef& value)
      : source_(source), value_(value), piece_(value.resident) {}

  Ch Peek() { return at_ < piece_.size() || Refill() ? piece_[at_] : '\0'; }
  Ch Take() {
    const Ch c = Peek();
    if (at_ == piece_.size()) return c;
    ++at_;
    Track(c);
    return c;
  }
  size_t Tell() const { return piece_begin_ + at_; }

  const Status& status() const { return status_; }
  bool at_end() const { return Tell() == value_.size; }

  // For parsing in place, which nobody asks for.
  Ch* PutBegin() { return nullptr; }
  void Put(Ch) {}
  void Flush() {}
  size_t PutEnd(Ch*) { return 0; }

 private:
  bool Refill() {
    if (!status_.ok() || at_end()) return false;
    piece_begin_ += piece_.size();
    at_ = 0;
    buffer_.resize(
        static_cast<size_t>(std::min<uint64_t>(kPieceBytes, value_.size - piece_begin_)));
    status_ = source_.ReadValue(value_.position, piece_begin_, buffer_.data(), buffer_.size());
    piece_ = status_.ok() ? Slice(buffer_) : Slice();
    return status_.ok();
  }

  // Ends the text inside a token that is too long.
  void Track(Ch c) {
    const bool ends =
        in_string_ ? c == '"' && !escaped_ : c < '-' || c == '[' || c == '{' || c == ':';
    escaped_ = in_string_ && c == '\\' && !escaped_;
    if (c == '"' && ends) in_string_ = !in_string_;
    token_bytes_ = ends ? 0 : token_bytes_ + 1;
    if (token_bytes_ > kMaxTokenBytes) {
      status_ = DataError("", "a string or number is longer than 8 MiB");
      piece_ = piece_.substr(0, at_);
    }
  }

  const RowSource& source_;
  const ValueRef& value_;
  std::string buffer_;
  Slice piece_;
  uint64_t piece_begin_ = 0;
  size_t at_ = 0;
  Status status_;
  bool in_string_ = false;
  bool escaped_ = false;
  size_t token_bytes_ = 0;
};

Status Walk(const RowSource& source, const ValueRef& value, const char* code,
            ManifestHandler* handler) {
  ValueStream stream(source, value);
  JsonReader reader;
  const rapidjson::ParseResult result = reader.Parse<kJsonTextFlags>(stream, *handler);
  if (!stream.status().ok()) {
    if (stream.status().kind() != ErrorKind::kData) return stream.status();
    return DataError(code, stream.status().info().what);
  }
  if (!handler->problem().empty()) return DataError(code, handler->problem());
  if (result.IsError()) {
    return DataError(code, "the value is no JSON: byte " + std::to_string(result.Offset()) + ": " +
                               rapidjson::GetParseError_En(result.Code()));
  }
  if (!stream.at_end()) return DataError(code, "the value goes on after its object");
  return {};
}

}  // namespace

bool Manifest::HasOffloadedParts() const {
  return std::any_of(parts.begin(), parts.end(), [](const Part& part) { return part.offloaded; });
}

bool Manifest::PartsAscend() const {
  for (size_t i = 1; i < parts.size(); ++i) {
    if (parts[i].number <= parts[i - 1].number) return false;
  }
  return true;
}

Result<Manifest> ParseManifest(const RowSource& source, const ValueRef& value) {
  Manifest manifest;
  ManifestHandler handler(&manifest, nullptr, &manifest.unknown_part_members);
  SNAPTREE_TRY(Walk(source, value, "S3InvalidManifest", &handler));
  return manifest;
}

Result<Part> ParsePart(const RowSource& source, const ValueRef& value,
                       std::vector<std::string>* unknown) {
  Part part;
  ManifestHandler handler(nullptr, &part, unknown);
  SNAPTREE_TRY(Walk(source, value, "S3InvalidPart", &handler));
  return part;
}

}  // namespace snaptree::s3

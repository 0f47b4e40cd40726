// The half of dynamodb_item_json.h for items of any size.
#include "adapters/common/json_error.h"
#include "adapters/common/rapidjson_reader.h"
#include "adapters/common/row_writer.h"
#include "adapters/dynamodb/dynamodb_item_json.h"
#include "base/text.h"

namespace snaptree::dynamodb {
namespace {

// RapidJSON's stream concept over pieces. It ends early when reading fails, and when one value is
// longer than any that a row can hold.
class PieceStream {
 public:
  using Ch = char;

  explicit PieceStream(const ItemJson::NextPiece& next) : next_(next) {}

  Ch Peek() { return at_ < piece_.size() || Refill() ? piece_[at_] : '\0'; }
  Ch Take() {
    const Ch c = Peek();
    ++at_;
    return c;
  }
  size_t Tell() const { return static_cast<size_t>(before_ + at_); }
  // Of the parser's way to write into its own input, which is not used.
  Ch* PutBegin() { return nullptr; }
  void Put(Ch) {}
  static size_t PutEnd(Ch*) { return 0; }

  void NoteEvent() { event_at_ = before_ + at_; }
  const Status& status() const { return status_; }
  bool has_mark() const { return has_mark_; }  // of byte order, at its beginning
  // Whether all bytes were taken: to the parser a zero byte is the end.
  bool AtEnd() { return at_ >= piece_.size() && !Refill() && status_.ok(); }

 private:
  // A byte takes six at most, as \u0000.
  static constexpr uint64_t kLongestValue = uint64_t{6} * (kMaxBodyBytes + 64);

  bool Refill() {
    if (ended_) return false;
    before_ += piece_.size();
    at_ -= piece_.size();
    piece_ = {};
    Result<SharedBytes> next = next_();
    if (!next.ok()) {
      status_ = std::move(next).status();
    } else if (before_ - event_at_ > kLongestValue) {
      status_ = DataError("DdbEncodeRowTooLarge", "a value is larger than any row can hold")
                    .Expected("at most " + Thousands(kMaxBodyBytes) + " bytes")
                    .Next("shorten the item, or take it out of the tree");
    } else {
      held_ = *std::move(next);
      piece_ = *held_;
      if (before_ == 0) has_mark_ = piece_.starts_with(kByteOrderMark);
    }
    ended_ = piece_.empty();
    return !ended_;
  }

  const ItemJson::NextPiece& next_;
  SharedBytes held_;
  Slice piece_;
  size_t at_ = 0;
  uint64_t before_ = 0;  // bytes of the pieces before
  uint64_t event_at_ = 0;
  bool ended_ = false;
  bool has_mark_ = false;
  Status status_;
};

// RapidJSON's handler concept: what the parser lets pass is looked at here.
class Handler : public NumbersStayText {
 public:
  Handler(PieceStream* stream, ItemMessage* out) : stream_(*stream), out_(*out) {}

  bool Null() { return out_.Other("null"); }
  bool Bool(bool truth) { return out_.Bool(truth); }
  bool RawNumber(const char*, unsigned, bool) { return out_.Other("a number"); }
  bool String(const char* text, unsigned size, bool) {
    return IsText({text, size}) && out_.String({text, size});
  }
  bool Key(const char* text, unsigned size, bool) {
    return IsText({text, size}) && out_.Key({text, size});
  }
  bool StartObject() { return out_.StartObject(); }
  bool EndObject(unsigned) { return out_.EndObject(); }
  bool StartArray() { return out_.StartArray(); }
  bool EndArray(unsigned) { return out_.EndArray(); }

  bool is_text() const { return is_text_; }

 private:
  // The parser turns a low surrogate that stands alone into bytes.
  bool IsText(Slice text) {
    stream_.NoteEvent();
    is_text_ = IsUtf8(text);
    return is_text_;
  }

  PieceStream& stream_;
  ItemMessage& out_;
  bool is_text_ = true;
};

}  // namespace

Status ItemJson::ReadPieces(const NextPiece& next, ItemMessage* out) {
  PieceStream stream(next);
  Handler handler(&stream, out);
  JsonReader reader;
  const rapidjson::ParseResult result =
      reader.Parse<kJsonTextFlags | rapidjson::kParseValidateEncodingFlag>(stream, handler);
  if (!stream.status().ok()) return stream.status();
  const auto invalid = [](const char* found, size_t at) {
    return Invalid(JsonDefectAt(found, at), false);
  };
  if (!handler.is_text()) return invalid("a lone surrogate", stream.Tell());
  if (result.Code() == rapidjson::kParseErrorTermination) return out->status();
  if (stream.has_mark()) return Invalid(JsonDefectAt("a byte order mark", 0), true);
  if (result.IsError()) return invalid(rapidjson::GetParseError_En(result.Code()), result.Offset());
  if (!stream.AtEnd())
    return stream.status().ok() ? invalid("a zero byte", stream.Tell()) : stream.status();
  return {};
}

}  // namespace snaptree::dynamodb

#include "cli/row_printer.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "base/time_text.h"
#include "manifest/json_writer.h"

namespace snaptree::cli {
namespace {

// A multiple of 3, so that the base64 of all pieces in a row is the base64 of the whole.
constexpr size_t kPartBytes = size_t{192} << 10;
static_assert(kPartBytes % 3 == 0);

// How many bytes at the end begin a character that the next bytes may complete.
size_t OpenCharacterBytes(Slice text) {
  for (size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const auto byte = static_cast<uint8_t>(text[text.size() - back]);
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const size_t length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? back : 0;
  }
  return 0;
}

const char* StateName(const WalkedRow& row) {
  if (row.raw) return "raw";
  switch (row.verdict) {
    case Verdict::kLive:
      return "live";
    case Verdict::kTombstone:
      return "deleted";
    case Verdict::kExpired:
      return "expired";
    case Verdict::kOlder:
      return "older";
    case Verdict::kNewer:
    case Verdict::kDamaged:  // never printed
      break;
  }
  return "newer";
}

void AppendBytesValue(std::string* out, Slice bytes) {
  if (IsUtf8(bytes)) return AppendJsonString(out, bytes, HtmlEscape::kOff);
  *out += "{\"base64\":\"";
  AppendBase64Url(out, bytes);
  *out += "\"}";
}

}  // namespace

void RowPrinter::AppendNumber(uint64_t v) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), v).ptr;
  out_.buffer().append(digits.data(), static_cast<size_t>(end - digits.data()));
}

void RowPrinter::AppendTimestamp(Slice name, uint64_t hlc) {
  std::string& out = out_.buffer();
  out.append(",\"").append(name).append("\":\"");
  AppendNumber(hlc);
  out.append("\",\"").append(name).append("_ms\":");
  AppendNumber(HlcMillis(hlc));
}

void RowPrinter::AppendKey(const WalkedRow& row) {
  std::string& out = out_.buffer();
  out += row.raw ? "{\"raw_key" : "{\"key";
  if (hex_) {
    out += "_hex\":\"";
    AppendHex(&out, row.key);
    out += '"';
  } else {
    out += "\":";
    AppendBytesValue(&out, row.key);
  }
}

template <class Take>
Status RowPrinter::ForEachPart(const ValueRef& value, bool whole_characters, Take take) {
  for (uint64_t from = 0; from < value.size;) {
    piece_.resize(static_cast<size_t>(std::min<uint64_t>(kPartBytes, value.size - from)));
    SNAPTREE_TRY(source_.ReadValue(value.position, from, piece_.data(), piece_.size()));
    const bool last = from + piece_.size() == value.size;
    if (whole_characters && !last) piece_.resize(piece_.size() - OpenCharacterBytes(piece_));
    from += piece_.size();
    SNAPTREE_TRY(take(Slice(piece_)));
  }
  return {};
}

Result<bool> RowPrinter::IsText(const ValueRef& value) {
  bool text = true;
  SNAPTREE_TRY(ForEachPart(value, true, [&](Slice part) {
    text = text && IsUtf8(part);
    return Status::Ok();
  }));
  return text;
}

Status RowPrinter::AppendText(const ValueRef& value) {
  SNAPTREE_ASSIGN(const bool text, IsText(value));
  std::string& out = out_.buffer();
  out += text ? "\"" : "{\"base64\":\"";
  SNAPTREE_TRY(ForEachPart(value, text, [&](Slice part) {
    if (text) {
      AppendJsonStringPart(&out, part, HtmlEscape::kOff);
    } else {
      AppendBase64Url(&out, part);
    }
    return out_.FlushIfFull();
  }));
  out += text ? "\"" : "\"}";
  return {};
}

Status RowPrinter::AppendValue(const ValueRef& value) {
  std::string& out = out_.buffer();
  if (!hex_) {
    out += ",\"value\":";
    if (!value.IsResident()) return AppendText(value);
    AppendBytesValue(&out, value.resident);
    return {};
  }
  out += ",\"value_hex\":\"";
  if (value.IsResident()) {
    AppendHex(&out, value.resident);
  } else {
    SNAPTREE_TRY(ForEachPart(value, false, [&](Slice part) {
      AppendHex(&out, part);
      return out_.FlushIfFull();
    }));
  }
  out += '"';
  return {};
}

Status RowPrinter::Print(const WalkedRow& row) {
  AppendKey(row);
  std::string& out = out_.buffer();
  if (!row.raw) {
    AppendTimestamp("ts", row.commit_ts);
    if (row.expire_at != 0) AppendTimestamp("expire_at", row.expire_at);
  }
  if (states_) out.append(",\"state\":\"").append(StateName(row)).append("\"");
  if (!row.raw && row.tombstone) {
    out += ",\"deleted\":true";
  } else {
    SNAPTREE_TRY(AppendValue(row.value));
  }
  out += "}\n";
  return out_.FlushIfFull();
}

}  // namespace snaptree::cli

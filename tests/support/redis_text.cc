#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

uint8_t Byte(Slice bytes, size_t i) { return static_cast<uint8_t>(bytes[i]); }

// Length of the character at `at`, 0 when it is none: the table of RFC 3629.
size_t CharacterAt(Slice bytes, size_t at) {
  const uint8_t first = Byte(bytes, at);
  if (first < 0x80) return 1;
  const size_t size = first >= 0xc2 && first <= 0xdf   ? 2
                      : first >= 0xe0 && first <= 0xef ? 3
                      : first >= 0xf0 && first <= 0xf4 ? 4
                                                       : 0;
  if (size == 0 || bytes.size() - at < size) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((Byte(bytes, at + i) & 0xc0) != 0x80) return 0;
  }
  const uint8_t second = Byte(bytes, at + 1);
  if (first == 0xe0 && second < 0xa0) return 0;
  if (first == 0xed && second > 0x9f) return 0;
  if (first == 0xf0 && second < 0x90) return 0;
  if (first == 0xf4 && second > 0x8f) return 0;
  return size;
}

bool IsText(Slice bytes) {
  for (size_t at = 0; at < bytes.size();) {
    const size_t size = CharacterAt(bytes, at);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

std::string Unicode(uint8_t low) {
  constexpr Slice kDigits = "0123456789abcdef";
  return std::string("\\u00") + kDigits[low >> 4] + kDigits[low & 15];
}

// A JSON string with HTML escaping on.
std::string Quoted(Slice text) {
  std::string out = "\"";
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (text.substr(i, 3) == "\xe2\x80\xa8" || text.substr(i, 3) == "\xe2\x80\xa9") {
      out += text[i + 2] == '\xa8' ? "\\u2028" : "\\u2029";
      i += 2;
      continue;
    }
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '<':
      case '>':
      case '&':
        out += Unicode(static_cast<uint8_t>(c));
        break;
      default:
        if (static_cast<uint8_t>(c) < 0x20) {
          out += Unicode(static_cast<uint8_t>(c));
        } else {
          out += c;
        }
    }
  }
  return out + "\"";
}

std::string Base64(Slice bytes) {
  constexpr Slice kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  uint32_t bits = 0;
  int held = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    bits = bits << 8 | Byte(bytes, i);
    for (held += 8; held >= 6;) out += kAlphabet[bits >> (held -= 6) & 63];
  }
  if (held > 0) out += kAlphabet[bits << (6 - held) & 63];
  return out;
}

std::string ExpiryText(Expiry expiry) { return expiry ? std::to_string(*expiry) : "null"; }

std::string Collection(Slice array, const Strings& elements, Expiry expiry) {
  std::string out = "{\n  \"format_version\": 1,\n  \"" + std::string(array) + "\": [";
  for (size_t i = 0; i < elements.size(); ++i) out += (i == 0 ? "\n    " : ",\n    ") + elements[i];
  out += elements.empty() ? "]" : "\n  ]";
  return out + ",\n  \"expire_at_ms\": " + ExpiryText(expiry) + "\n}";
}

std::string Pair(Slice first, const std::string& a, Slice second, const std::string& b) {
  return "{\n      \"" + std::string(first) + "\": " + a + ",\n      \"" + std::string(second) +
         "\": " + b + "\n    }";
}

std::string PathOf(Slice folder, Slice key, Slice extension) {
  return InDb(folder) + "/" + PlainName(key) + std::string(extension);
}

}  // namespace

std::string Bv(Slice bytes, int indent) {
  if (IsText(bytes)) return Quoted(bytes);
  if (indent < 0) return "{\"base64\":\"" + Base64(bytes) + "\"}";
  const std::string margin(static_cast<size_t>(indent), ' ');
  return "{\n" + margin + "  \"base64\": \"" + Base64(bytes) + "\"\n" + margin + "}";
}

std::string HashText(const Pairs& fields, Expiry expiry) {
  Strings elements;
  for (const auto& [name, value] : fields) {
    elements.push_back(Pair("name", Bv(name, 6), "value", Bv(value, 6)));
  }
  return Collection("fields", elements, expiry);
}

std::string ListText(const Strings& items, Expiry expiry) {
  Strings elements;
  for (const std::string& item : items) elements.push_back(Bv(item, 4));
  return Collection("items", elements, expiry);
}

std::string SetText(const Strings& members, Expiry expiry) {
  Strings elements;
  for (const std::string& member : members) elements.push_back(Bv(member, 4));
  return Collection("members", elements, expiry);
}

std::string ZSetText(const Pairs& members, Expiry expiry) {
  Strings elements;
  for (const auto& [member, score] : members) {
    elements.push_back(Pair("member", Bv(member, 6), "score", score));
  }
  return Collection("members", elements, expiry);
}

std::string StreamText(const std::vector<EntryText>& entries, uint64_t last_ms, uint64_t last_seq,
                       Expiry expiry) {
  std::string out;
  for (const EntryText& entry : entries) {
    out += "{\"id\":\"" + entry.id + "\",\"fields\":[";
    for (size_t i = 0; i + 1 < entry.names_and_values.size(); i += 2) {
      out += (i == 0 ? "{\"name\":" : ",{\"name\":") + Bv(entry.names_and_values[i]) +
             ",\"value\":" + Bv(entry.names_and_values[i + 1]) + "}";
    }
    out += "]}\n";
  }
  return out + "{\"_meta\":true,\"length\":" + std::to_string(entries.size()) +
         ",\"last_ms\":" + std::to_string(last_ms) + ",\"last_seq\":" + std::to_string(last_seq) +
         ",\"expire_at_ms\":" + ExpiryText(expiry) + "}\n";
}

std::string PlainName(Slice key) {
  constexpr Slice kDigits = "0123456789ABCDEF";
  std::string name;
  for (const char c : key) {
    const auto b = static_cast<uint8_t>(c);
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '_' || c == '-';
    if (plain) {
      name += c;
    } else {
      name += std::string("%") + kDigits[b >> 4] + kDigits[b & 15];
    }
  }
  return name;
}

std::string TtlLine(Slice key, uint64_t expire_at_ms) {
  return "{\"key\":\"" + PlainName(key) + "\",\"expire_at_ms\":" + std::to_string(expire_at_ms) +
         "}\n";
}

std::string InDb(Slice rest) { return "redis/db_0/" + std::string(rest); }
std::string StringPath(Slice key) { return PathOf("strings", key, ".bin"); }
std::string HllPath(Slice key) { return PathOf("hll", key, ".bin"); }
std::string HashPath(Slice key) { return PathOf("hashes", key, ".json"); }
std::string ListPath(Slice key) { return PathOf("lists", key, ".json"); }
std::string SetPath(Slice key) { return PathOf("sets", key, ".json"); }
std::string ZSetPath(Slice key) { return PathOf("zsets", key, ".json"); }
std::string StreamPath(Slice key) { return PathOf("streams", key, ".jsonl"); }

}  // namespace snaptree::test

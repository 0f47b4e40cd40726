// Rows of the DynamoDB adapter: items with a string key in one table or several, their schemas and
// counters.
#include "bench/row_encoding.h"
#include "bench/snapshot_kinds.h"

namespace snaptree::bench {
namespace {

constexpr std::string_view kTable = "bench-items";
constexpr std::string_view kItemMagic("\0DI\1", 4);
constexpr std::string_view kTableMagic("\0DS\1", 4);

// Members of an attribute value's oneof.
std::string StringValue(std::string_view v) { return ProtoBytes(1, v); }
std::string NumberValue(std::string_view v) { return ProtoBytes(2, v); }
std::string BinaryValue(std::string_view v) { return ProtoBytes(3, v); }
std::string BoolValue(bool v) { return ProtoVarint(4, v ? 1 : 0); }
std::string StringSetValue(std::string_view strings) { return ProtoBytes(6, strings); }
std::string MapValue(std::string_view attributes) { return ProtoBytes(10, attributes); }

// An entry of an item or a map: both keep them in field 1.
std::string Attribute(std::string_view name, std::string_view value) {
  return ProtoBytes(1, ProtoBytes(1, name) + ProtoBytes(2, value));
}

// Attributes ascend by name: so does a live node write them.
std::string Item(uint64_t i, std::string_view id, size_t note_size, TextSource& texts) {
  const std::string address = Attribute("city", StringValue("Osaka")) +
                              Attribute("zip", NumberValue(std::to_string(i % 99'999)));
  const std::string tags = ProtoBytes(1, "alpha") + ProtoBytes(1, "beta") + ProtoBytes(1, "gamma");
  return std::string(kItemMagic)
      .append(Attribute("active", BoolValue(i % 2 == 0)))
      .append(Attribute("address", MapValue(address)))
      .append(Attribute("blob", BinaryValue(texts.Text(32))))
      .append(Attribute("name", StringValue(texts.Text(40))))
      .append(Attribute("note", StringValue(texts.Text(note_size))))
      .append(Attribute("pk", StringValue(id)))
      .append(Attribute("price", NumberValue(std::to_string(i % 1000) + ".25")))
      .append(Attribute("tags", StringSetValue(tags)));
}

std::string Schema(std::string_view table) {
  return std::string(kTableMagic)
      .append(ProtoBytes(1, table))
      .append(ProtoBytes(2, ProtoBytes(1, "pk") + ProtoBytes(2, "S")))  // attribute definition
      .append(ProtoBytes(3, ProtoBytes(1, "pk")))                       // primary key: hash only
      .append(ProtoVarint(5, 2))                                        // ordered key encoding
      .append(ProtoVarint(7, 1));                                       // generation
}

void AddTable(const Workload& w, const std::string& name, uint64_t count, Ranges* ranges) {
  const std::string table = Base64Url(name);
  const std::string items = "!ddb|item|" + table + "|1|user#";
  const std::string counter = "!ddb|meta|gen|" + table, schema = "!ddb|meta|table|" + table;
  const auto emit_items = [=, deletions = Deletions(w)](RowEmitter& out) {
    const size_t note_size = w.value_size.value_or(80);
    const std::string segment_end = Segment({});
    NumberedKey key(items), id("user#");
    for (uint64_t i = 0; i < count; ++i) {
      out.Put(key(i, segment_end), Item(i, id(i), note_size, out.texts()), deletions.Hits(i));
    }
  };
  ranges->push_back({items, emit_items});
  ranges->push_back({counter, [=](RowEmitter& out) { out.Put(counter, "1"); }});
  ranges->push_back({schema, [=](RowEmitter& out) { out.Put(schema, Schema(name)); }});
}

}  // namespace

void AddDynamoDb(const Workload& w, Ranges* ranges) {
  const std::string name(kTable);
  if (w.tables == 1) return AddTable(w, name, w.count, ranges);
  for (uint64_t i = 0; i < w.tables; ++i) {
    AddTable(w, name + "-" + Decimal(i, 6), w.count / w.tables, ranges);
  }
}

}  // namespace snaptree::bench

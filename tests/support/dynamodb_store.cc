#include "tests/support/dynamodb_store.h"

#include <algorithm>
#include <random>
#include <set>

#include "base/text.h"
#include "tests/support/dynamodb_rows.h"

namespace snaptree::test::ddb {
namespace {

// A key value with what the specification's vectors say about it.
struct Value {
  char type;
  std::string text;
  std::string raw;   // hex; "-": an N that is no number
  std::string name;  // as a file, in a table whose keys are declared S
};
const std::vector<Value>& Values() {
  static const std::vector<Value> values = {
      {'S', "a", "61", "a"},
      {'S', "1", "31", "1"},
      {'S', "a/b", "612f62", "a%2Fb"},
      {'S', "\x01", "01", "%01"},
      {'N', "1", "020201010031", "1~N"},
      {'N', "1.0", "020201010031", "1~N"},
      {'N', "1e 0", "020201010031", "1e%200~N"},
      {'N', "10", "020201020031", "10~N"},
      {'N', "-0.5", "00feffca", "-1%2F2~N"},
      {'N', "0", "01", "0~N"},
      {'N', "abc", "-", "abc~N"},
      {'N', "1/2", "-", "1%2F2~N"},
      {'B', "a", "61", "b64.YQ~B"},
      {'B', "ab", "6162", "b64.YWI~B"},
  };
  return values;
}

class Dice {
 public:
  explicit Dice(uint64_t seed) : random_(seed) {}
  uint64_t Below(uint64_t n) { return random_() % n; }
  bool OneIn(uint64_t n) { return Below(n) == 0; }
  const Value& Pick() { return Values()[Below(Values().size())]; }

 private:
  std::mt19937_64 random_;
};

std::string Message(const Value& value) {
  return value.type == 'S' ? S(value.text) : value.type == 'N' ? N(value.text) : B(value.text);
}

// The JSON of the value, in either style.
std::string Text(const Value& value, bool pretty) {
  std::string text = value.text == "\x01" ? "\\u0001" : value.text;
  if (value.type == 'B') text = value.text == "a" ? "YQ==" : "YWI=";
  const std::string member = std::string("\"") + value.type + (pretty ? "\": \"" : "\":\"");
  return pretty ? "{\n    " + member + text + "\"\n  }" : "{" + member + text + "\"}";
}

std::string ItemText(const std::vector<std::pair<std::string, Value>>& attributes, bool pretty) {
  std::string text;
  for (const auto& [name, value] : attributes) {
    text += text.empty() ? "{" : ",";
    text += (pretty ? "\n  \"" + name + "\": " : "\"" + name + "\":") + Text(value, pretty);
  }
  return text + (pretty ? "\n}" : "}");
}

using Key = std::vector<Value>;  // one part, or two

std::string OrderedTail(const Key& key) {
  std::string tail;
  for (const Value& part : key) {
    if (part.raw == "-") return "";
    tail += Segment(Unhex(part.raw));
  }
  return tail;
}

bool IsOrderedPlace(const StoredTable& table, uint64_t generation) {
  return table.version >= 2 && generation == table.generation;
}

StoredItem RandomItem(const StoredTable& table, int number, Dice& dice) {
  StoredItem item;
  Key own;
  Key other;
  for (int i = 0; i < (table.has_range ? 2 : 1); ++i) {
    own.push_back(dice.Pick());
    other.push_back(dice.Pick());
  }
  item.generation = dice.OneIn(8)   ? table.generation + 1 + dice.Below(12)
                    : dice.OneIn(2) ? table.generation
                                    : std::max<uint64_t>(table.generation, 2) - 1;
  const Key& key = dice.OneIn(5) ? other : own;
  item.ordered = IsOrderedPlace(table, item.generation) != dice.OneIn(10);
  item.row_tail = OrderedTail(key);
  if (item.row_tail.empty()) item.ordered = false;
  item.key = item.ordered ? ItemRow(table.name, item.generation, item.row_tail)
                          : LegacyRow(table.name, item.generation, key[0].text,
                                      table.has_range ? Slice(key[1].text) : Slice());

  Attributes attributes = {{"h", Message(own[0])}};
  std::vector<std::pair<std::string, Value>> shown = {{"h", own[0]}};
  if (table.has_range) {
    attributes.emplace_back("r", Message(own[1]));
    shown.emplace_back("r", own[1]);
  }
  const Value v = {'S', std::to_string(number), "", ""};
  attributes.emplace_back("v", Message(v));
  shown.emplace_back("v", v);
  item.damaged = dice.OneIn(25);
  item.value = item.damaged ? "damaged" : Item(attributes);
  item.tail = OrderedTail(own);
  item.path = own[0].name + (table.has_range ? "/" + own[1].name : "") + ".json";
  item.pretty = ItemText(shown, true);
  item.line = ItemText(shown, false);
  const bool ordered_place = IsOrderedPlace(table, item.generation);
  const std::string expected = ordered_place
                                   ? ItemRow(table.name, item.generation, item.tail)
                                   : LegacyRow(table.name, item.generation, own[0].text,
                                               table.has_range ? Slice(own[1].text) : Slice());
  item.right = item.key == expected && !(ordered_place && item.tail.empty());
  return item;
}

StoredTable RandomTable(const std::string& name, Dice& dice) {
  StoredTable table;
  table.name = name;
  table.record = dice.OneIn(6)   ? Record::kAbsent
                 : dice.OneIn(8) ? Record::kDamaged
                                 : Record::kThere;
  table.counter = !dice.OneIn(4);
  table.version = dice.OneIn(3) ? dice.Below(2) : 2;
  table.generation = 1 + dice.Below(11);
  if (table.generation > 1 && dice.OneIn(2)) table.migrating_from = table.generation - 1;
  table.has_range = dice.OneIn(2);
  const uint64_t rows = dice.Below(40);
  for (uint64_t i = 0; i < rows; ++i) {
    StoredItem item = RandomItem(table, static_cast<int>(i), dice);
    std::string raw_key = RawKey(item.key, kT0);
    table.items.insert_or_assign(std::move(raw_key), std::move(item));
  }
  return table;
}

class Reading {
 public:
  ExpectedItems Take(const Tables& tables) {
    for (const StoredTable& table : tables) TakeTable(table);
    std::sort(out_.orphans.begin(), out_.orphans.end());
    return std::move(out_);
  }

 private:
  void Orphan(const StoredTable& table, const StoredItem& item) {
    ++out_.unknown;
    std::string line = "{\"table\":\"" + table.name +
                       "\",\"generation\":" + std::to_string(item.generation) + ",\"key_hex\":\"" +
                       Hex(item.key) + "\",";
    line += item.damaged ? "\"value_b64\":\"" + Base64Url(item.value) + "\"}"
                         : "\"item\":" + item.line + "}";
    out_.orphans.push_back(std::move(line));
  }

  void Write(const StoredTable& table, const StoredItem& item) {
    ++out_.emitted;
    paths_.insert(item.path);
    out_.files["dynamodb/" + table.name + "/items/" + item.path] = item.pretty;
  }

  void TakeTable(const StoredTable& table) {
    paths_.clear();
    taken_.clear();
    if (table.record != Record::kThere) {
      const bool deleted = table.record == Record::kAbsent && table.counter;
      for (const auto& [raw_key, item] : table.items) {
        if (deleted) ++out_.operational;
        if (!deleted) Orphan(table, item);
      }
      return;
    }
    std::vector<const StoredItem*> alive;
    for (const auto& [raw_key, item] : table.items) {
      const bool from = table.version >= 2 && table.migrating_from != 0 &&
                        item.generation == table.migrating_from;
      if (from || item.generation == table.generation) alive.push_back(&item);
      if (!from && item.generation != table.generation) ++out_.operational;
    }
    TakeAlive(table, alive);
  }

  // Today's keys first, then old ones in row order, then those with a wrong key.
  void TakeAlive(const StoredTable& table, const std::vector<const StoredItem*>& alive) {
    for (const StoredItem* item : alive) {
      if (item->damaged) ++out_.damaged;
      if (!IsOrderedPlace(table, item->generation) || !item->ordered) continue;
      if (item->damaged || !item->right) continue;
      taken_.insert(item->row_tail);
      Write(table, *item);
    }
    for (const StoredItem* item : alive) {
      if (item->damaged || !item->right || IsOrderedPlace(table, item->generation)) continue;
      const std::string& place = item->tail.empty() ? item->path : item->tail;
      if (taken_.insert(place).second) {
        Write(table, *item);
      } else {
        ++out_.operational;
      }
    }
    for (const bool newer : {true, false}) {
      for (const StoredItem* item : alive) {
        if (item->damaged || item->right || (item->generation == table.generation) != newer)
          continue;
        if (paths_.count(item->path) == 0) {
          Write(table, *item);
        } else {
          Orphan(table, *item);
        }
      }
    }
  }

  ExpectedItems out_;
  std::set<std::string> paths_;
  std::set<std::string> taken_;
};

}  // namespace

Tables RandomTables(uint64_t seed) {
  Dice dice(seed);
  Tables tables;
  for (const char* name : {"a", "ab", "abc", "b"}) {
    if (!dice.OneIn(3)) tables.push_back(RandomTable(name, dice));
  }
  return tables;
}

SnapshotBuilder ToSnapshot(const Tables& tables) {
  SnapshotBuilder rows;
  for (const StoredTable& table : tables) {
    TableFields fields = {table.name,           {{"h", "S"}, {"r", "S"}}, "h", "", table.version,
                          table.migrating_from, table.generation};
    if (table.has_range) fields.range = "r";
    if (table.record == Record::kThere) rows.Put(TableRow(table.name), kT0, TableValue(fields));
    if (table.record == Record::kDamaged) rows.Put(TableRow(table.name), kT0, "damaged");
    if (table.counter) rows.Put(CounterRow(table.name), kT0, std::to_string(table.generation));
    for (const auto& [raw_key, item] : table.items) rows.Put(item.key, kT0, item.value);
  }
  return rows;
}

ExpectedItems Expect(const Tables& tables) { return Reading().Take(tables); }

}  // namespace snaptree::test::ddb

// From patterns of addresses to whole scopes: what must be decoded so that every file whose address
// a pattern matches comes as it does when all is decoded. Records that are selected one by one
// would come without sidecars and lists of their own, or with shorter ones.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/common/address_filter.h"

namespace snaptree {

// The scope that holds all addresses that a pattern (or, with is_glob false, an address) may match:
// "s3/photos", "redis", ...; nullopt: they may be anywhere.
std::optional<std::string> ScopeOf(const std::string& text, bool is_glob);

// What is said of a pattern among those that matched nothing; null: it is not among them.
const AddressFilter::Unmatched* FindUnmatched(
    const std::vector<AddressFilter::Unmatched>& unmatched, const std::string& pattern);

// Selects the scopes of all patterns; everything, when one of them may match anywhere.
AddressFilterOptions ScopesOf(const AddressFilterOptions& filter);

// Whether a file of a tree stands in the folder of one of these adapters (none: of any). Files at
// the root tell of the whole tree.
bool IsOfAdapters(Slice path, const std::vector<std::string>& adapters);

}  // namespace snaptree

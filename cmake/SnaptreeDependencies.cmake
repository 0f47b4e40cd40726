# Libraries of others, as imported targets snaptree::<name>. Static wherever the distribution has a static library;
# simdjson and ISA-L exist as shared ones only. Imported targets give their headers as system headers.

function(_snaptree_import name header file)
  find_path(SNAPTREE_${name}_INCLUDE ${header} REQUIRED)
  find_library(SNAPTREE_${name}_LIBRARY NAMES ${file} REQUIRED)
  mark_as_advanced(SNAPTREE_${name}_INCLUDE SNAPTREE_${name}_LIBRARY)
  add_library(snaptree::${name} UNKNOWN IMPORTED GLOBAL)
  set_target_properties(snaptree::${name} PROPERTIES
    IMPORTED_LOCATION ${SNAPTREE_${name}_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${SNAPTREE_${name}_INCLUDE})
  target_link_libraries(snaptree::${name} INTERFACE ${ARGN})
endfunction()

function(_snaptree_import_headers name header)
  find_path(SNAPTREE_${name}_INCLUDE ${header} REQUIRED)
  mark_as_advanced(SNAPTREE_${name}_INCLUDE)
  add_library(snaptree::${name} INTERFACE IMPORTED GLOBAL)
  set_target_properties(snaptree::${name} PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES ${SNAPTREE_${name}_INCLUDE})
endfunction()

_snaptree_import(zstd zstd.h libzstd.a Threads::Threads)
# Only the reading of tar is used: the other formats' libraries are not needed.
_snaptree_import(archive archive.h libarchive.a)
_snaptree_import(crypto openssl/evp.h libcrypto.a Threads::Threads ${CMAKE_DL_LIBS})
_snaptree_import(isal isa-l.h libisal.so)
_snaptree_import(simdjson simdjson.h libsimdjson.so)
_snaptree_import(protobuf_lite google/protobuf/io/coded_stream.h libprotobuf-lite.a Threads::Threads)
_snaptree_import(program_options boost/program_options.hpp libboost_program_options.a)

_snaptree_import(snappy snappy.h libsnappy.a)
_snaptree_import(xxhash xxhash.h libxxhash.a)

# What the static librocksdb.a itself needs and we don't use directly.
_snaptree_import(lz4 lz4.h liblz4.a)
_snaptree_import(bz2 bzlib.h libbz2.a)
_snaptree_import(z zlib.h libz.a)
_snaptree_import(rocksdb rocksdb/db.h librocksdb.a
  snaptree::snappy snaptree::lz4 snaptree::bz2 snaptree::z snaptree::zstd
  Threads::Threads ${CMAKE_DL_LIBS})

_snaptree_import_headers(fmt fmt/format.h)
target_compile_definitions(snaptree::fmt INTERFACE FMT_HEADER_ONLY)

_snaptree_import_headers(rapidjson rapidjson/writer.h)

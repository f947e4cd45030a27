# Compiler warnings, compiler cache, fast linker and sanitizers for every target.

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # Users of a precompiled header are cached only with this sloppiness (no file here uses __TIME__). Paths are
  # taken relative to the checkout, so that one checkout finds what another has compiled.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
    CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE_PROGRAM})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
endif()

# Debian's cross compilers do not find it.
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM AND NOT CMAKE_CROSSCOMPILING)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Werror
  # GCC 12 reports these two falsely for inlined standard library code.
  -Wno-restrict -Wno-maybe-uninitialized
  # And these where it optimises: std::string::insert.
  $<$<CONFIG:Release>:-Wno-stringop-overflow> $<$<CONFIG:Release>:-Wno-array-bounds>
  # ccache can only cache users of a precompiled header with this.
  -fpch-preprocess
  -ffunction-sections -fdata-sections)
add_link_options(-Wl,--gc-sections)

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-Wno-unknown-warning-option -Wno-unused-command-line-argument)
endif()
if(AURORA_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

set(AURORA_SANITIZER "" CACHE STRING "address, thread or empty")
if(AURORA_SANITIZER STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
elseif(AURORA_SANITIZER STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer -Wno-tsan)
  add_link_options(-fsanitize=thread)
endif()

option(AURORA_COVERAGE "Instrument for coverage" OFF)
if(AURORA_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()

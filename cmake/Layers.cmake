# One static library per layer, and one test executable per layer.
#
#   aurora_layer(NAME http DEPS aurora_base LIBS OpenSSL::SSL)
#
# compiles every *.cc of the folder into aurora_<NAME>, and every *_test.cc into <NAME>_test, whose
# cases ctest runs one by one under the labels of their file:
#   foo_test.cc            unit          (no sockets, no sleeping)
#   foo_contract_test.cc   contract      (loopback, the endpoint, independent peers)
#   foo_engine_test.cc     engine        (real database servers)
#   foo_simulation_test.cc simulation
#
# SMALL compiles a release's layer for size: its code waits for AWS and for databases, not for the processor, and
# travels in every function's package (bench/README.md has the numbers).

# With RECORDS_CALLS, the calls that steps make in these tests are written down, for the test of the functions' rights
# (docs/TEMPLATE.md).
set(AURORA_CALLS ${CMAKE_BINARY_DIR}/calls)

function(aurora_layer)
  cmake_parse_arguments(LAYER "SMALL;RECORDS_CALLS" "NAME" "DEPS;LIBS;TEST_DEPS;EXTRA_SOURCES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$|_fuzz\\.cc$|_compiler\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  if(NOT sources)
    return()
  endif()

  set(target aurora_${LAYER_NAME})
  add_library(${target} STATIC ${sources} ${LAYER_EXTRA_SOURCES})
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${target} PUBLIC ${LAYER_DEPS} PRIVATE ${LAYER_LIBS})
  if(LAYER_SMALL)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-Os>)
    aurora_use_precompiled_header(${target} aurora_small_pch)
  else()
    aurora_use_precompiled_header(${target})
  endif()

  if(AURORA_TESTS AND tests)
    set(recording "")
    if(LAYER_RECORDS_CALLS)
      set(recording RECORDS_CALLS)
    endif()
    aurora_tests(NAME ${LAYER_NAME} SOURCES ${tests} DEPS ${target} ${LAYER_TEST_DEPS} LIBS ${LAYER_LIBS} ${recording})
  endif()
endfunction()

# aurora_use_precompiled_header(TARGET [aurora_small_pch]): a compiled header fits one level of optimisation only.
function(aurora_use_precompiled_header target)
  set(header aurora_pch ${ARGN})
  list(GET header -1 header)
  if(NOT TARGET ${header})
    add_library(${header} STATIC ${CMAKE_SOURCE_DIR}/src/base/pch.cc)
    target_link_libraries(${header} PUBLIC fmt::fmt nlohmann_json::nlohmann_json)
    target_precompile_headers(${header} PRIVATE ${CMAKE_SOURCE_DIR}/src/base/pch.h)
    if(header STREQUAL aurora_small_pch)
      target_compile_options(${header} PRIVATE $<$<CONFIG:Release>:-Os>)
    endif()
  endif()
  target_link_libraries(${target} PUBLIC fmt::fmt nlohmann_json::nlohmann_json)
  target_precompile_headers(${target} REUSE_FROM ${header})
endfunction()

function(aurora_tests)
  cmake_parse_arguments(T "RECORDS_CALLS" "NAME" "SOURCES;DEPS;LIBS" ${ARGN})
  foreach(level unit contract engine simulation)
    set(chosen ${T_SOURCES})
    if(level STREQUAL unit)
      list(FILTER chosen EXCLUDE REGEX "_(contract|engine|simulation)_test\\.cc$")
      set(name ${T_NAME}_test)
    else()
      list(FILTER chosen INCLUDE REGEX "_${level}_test\\.cc$")
      set(name ${T_NAME}_${level}_test)
    endif()
    if(NOT chosen)
      continue()
    endif()
    add_executable(${name} ${chosen})
    target_link_libraries(${name} PRIVATE ${T_DEPS} ${T_LIBS} GTest::gmock GTest::gtest_main Threads::Threads)
    aurora_tell_places(${chosen})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    aurora_use_precompiled_header(${name})
    set(timeout 60)
    if(level MATCHES "contract|engine|simulation")
      set(timeout 300)
    endif()
    set(recording "")
    if(T_RECORDS_CALLS)
      set(recording ENVIRONMENT "AURORA_RECORD_CALLS=${AURORA_CALLS}" FIXTURES_REQUIRED calls)
    endif()
    gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST
      PROPERTIES LABELS ${level} TIMEOUT ${timeout} ${recording})
  endforeach()
endfunction()

# Defines AURORA_SOURCE_DIR and AURORA_BIN_DIR where they are used, and nowhere else: what is compiled without a
# path of this build is found in the compiler cache by every other checkout.
function(aurora_tell_places)
  foreach(file ${ARGN})
    file(STRINGS ${file} uses REGEX "AURORA_(SOURCE|BIN)_DIR" LIMIT_COUNT 1)
    if(uses)
      set_source_files_properties(${file} PROPERTIES COMPILE_DEFINITIONS
        "AURORA_SOURCE_DIR=\"${CMAKE_SOURCE_DIR}\";AURORA_BIN_DIR=\"${CMAKE_BINARY_DIR}/bin\"")
    endif()
  endforeach()
endfunction()

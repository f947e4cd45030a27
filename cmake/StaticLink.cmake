# Fully static executables: one file that starts in about a millisecond on any Linux.
#
#   add_executable(bootstrap bootstrap.cc)
#   aurora_link_static(bootstrap)
#
# links `bootstrap` against the archives of our layers (all that exist, or those after LAYERS) and of the
# libraries below them. CMake's own packages know only the shared libraries, and would bring them along
# with the layers' link interfaces; so the archives' files are named here, inside one group that makes
# their order irrelevant. Do not call target_link_libraries with a layer, nor
# aurora_use_precompiled_header, on such a target.
#
# Under sanitizers and coverage, whose run-time libraries cannot be linked statically, the same call
# links in the usual way.

option(AURORA_STATIC "Link bootstrap fully statically" ON)

set(AURORA_STATIC_LAYERS aurora_restore aurora_lambda aurora_aws aurora_db aurora_http aurora_base)

# Sets `variable` to the path of an archive, or stops and names the package that carries it.
function(aurora_find_archive variable file package)
  find_library(${variable} NAMES ${file} HINTS ${ARGN})
  if(NOT ${variable})
    message(FATAL_ERROR "${file} is missing: install ${package}, or configure with -DAURORA_STATIC=OFF.")
  endif()
  mark_as_advanced(${variable})
endfunction()

# What Debian has no archives of, once per build: fmt's compiled part, and libpq's GSSAPI and LDAP.
function(aurora_add_static_substitutes)
  if(TARGET aurora_static_substitutes)
    return()
  endif()
  set(folder ${CMAKE_SOURCE_DIR}/cmake/static)
  add_library(aurora_static_substitutes STATIC ${folder}/fmt.cc ${folder}/gss_ldap.cc)
  # They must have the same names as others call them by, so no declaration precedes them.
  target_compile_options(aurora_static_substitutes PRIVATE -Wno-missing-declarations)
endfunction()

# Copies of C libraries' archives without the tables by which exceptions unwind: none crosses a C function, and they
# are 200 KB of each function's package.
function(aurora_add_lean_archives result)
  foreach(archive ${ARGN})
    get_filename_component(name ${archive} NAME)
    set(lean ${CMAKE_BINARY_DIR}/archives/${name})
    list(APPEND all ${lean})
    if(NOT TARGET aurora_lean_archives)
      add_custom_command(OUTPUT ${lean} DEPENDS ${archive} VERBATIM
        COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/archives
        COMMAND ${CMAKE_OBJCOPY} --remove-section .eh_frame --remove-section .rela.eh_frame ${archive} ${lean})
    endif()
  endforeach()
  if(NOT TARGET aurora_lean_archives)
    add_custom_target(aurora_lean_archives DEPENDS ${all})
  endif()
  set(${result} ${all} PARENT_SCOPE)
endfunction()

function(aurora_static_archives result)
  # libpq.a needs the two below it in the variant that is made for libraries.
  file(GLOB postgresql_folders ${CMAKE_SYSROOT}/usr/lib/postgresql/*/lib)
  list(SORT postgresql_folders COMPARE NATURAL ORDER DESCENDING)
  aurora_find_archive(AURORA_ARCHIVE_PQ libpq.a libpq-dev)
  aurora_find_archive(AURORA_ARCHIVE_PGCOMMON libpgcommon_shlib.a postgresql-server-dev-15 ${postgresql_folders})
  aurora_find_archive(AURORA_ARCHIVE_PGPORT libpgport_shlib.a postgresql-server-dev-15 ${postgresql_folders})
  aurora_find_archive(AURORA_ARCHIVE_MARIADB libmariadb.a libmariadb-dev)
  aurora_find_archive(AURORA_ARCHIVE_PUGIXML libpugixml.a libpugixml-dev)
  aurora_find_archive(AURORA_ARCHIVE_SSL libssl.a libssl-dev)
  aurora_find_archive(AURORA_ARCHIVE_CRYPTO libcrypto.a libssl-dev)
  aurora_find_archive(AURORA_ARCHIVE_Z libz.a zlib1g-dev)
  aurora_add_lean_archives(lean ${AURORA_ARCHIVE_PQ} ${AURORA_ARCHIVE_PGCOMMON} ${AURORA_ARCHIVE_PGPORT}
    ${AURORA_ARCHIVE_MARIADB} ${AURORA_ARCHIVE_SSL} ${AURORA_ARCHIVE_CRYPTO} ${AURORA_ARCHIVE_Z})
  set(${result} ${lean} ${AURORA_ARCHIVE_PUGIXML} PARENT_SCOPE)
endfunction()

function(aurora_link_static target)
  cmake_parse_arguments(STATIC "" "" "LAYERS" ${ARGN})
  set(layers ${STATIC_LAYERS})
  if(NOT layers)
    foreach(layer ${AURORA_STATIC_LAYERS})
      if(TARGET ${layer})
        list(APPEND layers ${layer})
      endif()
    endforeach()
  endif()

  if(NOT AURORA_STATIC OR AURORA_SANITIZER OR AURORA_COVERAGE)
    target_link_libraries(${target} PRIVATE ${layers})
    return()
  endif()

  aurora_add_static_substitutes()
  aurora_static_archives(archives)
  set(ours aurora_static_substitutes ${layers})
  add_dependencies(${target} ${ours} aurora_lean_archives)
  set(our_files ${ours})
  list(TRANSFORM our_files REPLACE "(.+)" "$<TARGET_FILE:\\1>")
  # Headers only: the include path of the sources and the libraries that consist of headers.
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${target} PRIVATE Boost::headers nlohmann_json::nlohmann_json
    -Wl,--start-group ${our_files} ${archives} -Wl,--end-group)
  # Relink when a layer changes: a file behind a generator expression is no dependency by itself.
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${our_files})
  # At a fixed address, although Debian's compiler makes code that need not be: otherwise the models' and OpenSSL's
  # tables, 1.7 MB of pointers, are written anew by every start, a page fault for each 4 KiB of them. Stack, heap
  # and mappings stay random. docs/adr/0015 has the numbers.
  target_link_options(${target} PRIVATE -static -no-pie $<$<CONFIG:Release>:-s>)
endfunction()

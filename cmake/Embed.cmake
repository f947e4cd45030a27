# aurora_embed(OUTPUT file.cc NAMESPACE aurora::cli HEADER cli/x.h FUNCTION f SOURCE path) makes a source whose function
# f() gives the text of a file, so that a program works from wherever it lies.
function(aurora_embed)
  cmake_parse_arguments(E "" "OUTPUT;NAMESPACE;HEADER;FUNCTION;SOURCE" "" ${ARGN})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${E_SOURCE})
  file(READ ${E_SOURCE} text)
  # A compiler takes string literals of 64 KiB at most; those that stand side by side are one.
  set(literals "")
  string(LENGTH "${text}" length)
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${text}" ${at} 30000 part)
    string(APPEND literals " R\"~text~(${part})~text~\"\n")
    math(EXPR at "${at} + 30000")
  endwhile()
  file(GENERATE OUTPUT ${E_OUTPUT} CONTENT
"#include \"${E_HEADER}\"

namespace ${E_NAMESPACE} {

std::string_view ${E_FUNCTION}() {
  return
${literals};
}

}  // namespace ${E_NAMESPACE}
")
endfunction()

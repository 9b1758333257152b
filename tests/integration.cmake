# SPDX-License-Identifier: MIT
# What users build on. Programs that are not instrumented cannot link libraries that are.
if(NOT CARVQ_SANITIZE)
  # Libraries made by clang need its OpenMP, which g++ does not link.
  string(REGEX REPLACE "clang([-0-9.]*)$" "clang++\\1" clang_cxx "${CMAKE_C_COMPILER}")
  if(NOT clang_cxx STREQUAL CMAKE_C_COMPILER AND EXISTS "${clang_cxx}")
    set(CMAKE_CXX_COMPILER "${clang_cxx}")
  endif()
  include(CheckLanguage)
  check_language(CXX)
  set(kinds subdirectory bare shared)
  if(TARGET carvq_encode AND CARVQ_INSTALL)
    list(APPEND kinds find_package pkg_config)
  endif()
  if(NOT CMAKE_CXX_COMPILER)
    set(CMAKE_CXX_COMPILER "")
  endif()
  foreach(kind ${kinds})
    add_test(NAME integration_${kind} COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/integration/run.sh
      ${kind} ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR} ${CMAKE_C_COMPILER} ${CMAKE_CXX_COMPILER})
    set_tests_properties(integration_${kind} PROPERTIES TIMEOUT 300 LABELS slow) # .ci/run: with gcc only
  endforeach()
endif()

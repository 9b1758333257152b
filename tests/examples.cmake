# SPDX-License-Identifier: MIT
if(TARGET carvq_cli)
  add_test(NAME examples_reproduce COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/cli/reproduce.sh $<TARGET_FILE:carvq_cli>
    ${PROJECT_SOURCE_DIR})
  set_tests_properties(examples_reproduce PROPERTIES TIMEOUT 600 LABELS slow) # .ci/run: with gcc only
endif()

# SPDX-License-Identifier: MIT
if(TARGET carvq_cli)
  foreach(name hostile errors adaptor budget segments levels inputs cases)
    add_test(NAME cli_${name} COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/cli/${name}.sh $<TARGET_FILE:carvq_cli> ${PROJECT_SOURCE_DIR})
    set_tests_properties(cli_${name} PROPERTIES TIMEOUT 600)
  endforeach()
  set_tests_properties(cli_cases PROPERTIES SKIP_RETURN_CODE 77)
  set_tests_properties(cli_budget PROPERTIES LABELS slow) # .ci/run: with gcc only
endif()

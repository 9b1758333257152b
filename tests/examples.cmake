# SPDX-License-Identifier: MIT
if(TARGET carvq_cli)
  add_test(NAME examples_reproduce COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/cli/reproduce.sh $<TARGET_FILE:carvq_cli>
    ${PROJECT_SOURCE_DIR})
  set_tests_properties(examples_reproduce PROPERTIES TIMEOUT 600 LABELS slow) # .ci/run: with gcc only
endif()

# examples/generate.c, with a BLAS and without, beside the evaluator's own generation.
if(TARGET carvq_cli)
  add_executable(eval_greedy eval_greedy_main.c)
  target_link_libraries(eval_greedy PRIVATE carvq_eval carvq_flags)
  foreach(name generate generate_blas)
    add_executable(${name} ${PROJECT_SOURCE_DIR}/examples/generate.c)
    target_link_libraries(${name} PRIVATE carvq carvq_runtime_flags ${CARVQ_MATH})
  endforeach()
  target_compile_definitions(generate_blas PRIVATE GENERATE_BLAS)
  target_link_libraries(generate_blas PRIVATE ${blas})
  if(NOT OPENBLAS_FOUND)
    target_include_directories(generate_blas PRIVATE ${CARVQ_CBLAS_INCLUDE})
  endif()
  foreach(name generate generate_tiny)
    add_test(NAME examples_${name} COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/cli/${name}.sh $<TARGET_FILE:carvq_cli>
      ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_BINARY_DIR})
    set_tests_properties(examples_${name} PROPERTIES TIMEOUT 300)
  endforeach()
  set_tests_properties(examples_generate PROPERTIES LABELS slow) # .ci/run: with gcc only
endif()

# SPDX-License-Identifier: MIT
file(GLOB golden ${CMAKE_CURRENT_SOURCE_DIR}/golden/*.carvq.safetensors)
add_executable(test_golden golden.c)
target_link_libraries(test_golden PRIVATE carvq carvq_flags)
add_test(NAME golden COMMAND test_golden ${golden})

carvq_test(table carvq)
target_compile_definitions(test_table PRIVATE GOLDEN_DIR="${CMAKE_CURRENT_SOURCE_DIR}/golden")

carvq_test(segments carvq)
target_compile_definitions(test_segments PRIVATE GOLDEN_DIR="${CMAKE_CURRENT_SOURCE_DIR}/golden")

carvq_test(narrow carvq)
target_compile_definitions(test_narrow PRIVATE GOLDEN_DIR="${CMAKE_CURRENT_SOURCE_DIR}/golden")

carvq_test(logits carvq)
target_compile_definitions(test_logits PRIVATE GOLDEN_DIR="${CMAKE_CURRENT_SOURCE_DIR}/golden")

carvq_python_test(head_agrees "numpy safetensors")
carvq_test(additive carvq)
target_compile_definitions(test_additive PRIVATE GOLDEN_DIR="${CMAKE_CURRENT_SOURCE_DIR}/golden")

carvq_test(head_kernels carvq)
target_compile_definitions(test_head_kernels PRIVATE GOLDEN_DIR="${CMAKE_CURRENT_SOURCE_DIR}/golden")

carvq_test(row_kernels carvq)
target_compile_definitions(test_row_kernels PRIVATE GOLDEN_DIR="${CMAKE_CURRENT_SOURCE_DIR}/golden")

carvq_test(part_kernels carvq)
target_compile_definitions(test_part_kernels PRIVATE GOLDEN_DIR="${CMAKE_CURRENT_SOURCE_DIR}/golden")

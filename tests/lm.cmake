# SPDX-License-Identifier: MIT
if(TARGET carvq_lm)
  add_executable(lm_logits lm_logits_main.c)
  target_link_libraries(lm_logits PRIVATE carvq_lm carvq_flags)
endif()

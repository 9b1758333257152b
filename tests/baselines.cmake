# SPDX-License-Identifier: MIT
if(TARGET carvq_baselines)
  add_executable(baselines_decode baselines_main.c)
  target_link_libraries(baselines_decode PRIVATE carvq_baselines carvq_flags)
endif()

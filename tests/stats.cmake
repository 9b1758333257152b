# SPDX-License-Identifier: MIT
if(TARGET carvq_lm)
  carvq_test(stats_file carvq_stats)
  target_link_options(test_stats_file PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
endif()

# SPDX-License-Identifier: MIT
if(TARGET carvq_encode)
  carvq_test(budget_allocate carvq_encode)
  carvq_test(budget_structure carvq_encode)
  carvq_test(budget_plan carvq_encode)
  carvq_test(budget_hard carvq_encode)
  carvq_test(budget_odd carvq_encode)
  carvq_test(budget_adaptor carvq_encode)
  carvq_test(budget_additive carvq_encode)
  carvq_test(budget_additive_normal carvq_encode)
  set_tests_properties(budget_plan budget_hard budget_adaptor budget_additive budget_additive_normal PROPERTIES LABELS slow) # .ci/run: with gcc only; minutes with sanitizers
endif()

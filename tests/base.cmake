carvq_test(base carvq)

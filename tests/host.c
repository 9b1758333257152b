// SPDX-License-Identifier: MIT
// Rows from somewhere and the parallel loop: views show what they say, whatever is stacked on what; of several chunks that fail
// the first one counts, for any number of threads; a caller who wants to stop is heard.
#include <stdio.h>

#include "encode_support.h"

#include "host/matrix.h"
#include "host/parallel.h"

// ---- views

static float value(uint64_t row, uint32_t col)
{
    return (float)row + (float)col / 128;
}

static struct source numbered(uint64_t rows, uint32_t cols)
{
    struct source source = source_make(rows, cols);
    for (uint64_t r = 0; r < rows; r++)
        for (uint32_t c = 0; c < cols; c++)
            source.values[r * cols + c] = value(r, c);
    return source;
}

static void test_views_are_stacked(void **state)
{
    (void)state;
    struct source source = numbered(20, 7);
    const struct carvq_matrix matrix = source_matrix(&source);
    static const uint32_t rows[] = {19, 3, 3, 0}, order[] = {6, 0, 1, 5, 2, 4, 3};
    static const float scales[] = {1, 2, 4, 0.5f, -1, 8, 0};
    const struct carvq_subset subset = {&matrix, rows};
    const struct carvq_matrix chosen = carvq_subset_matrix(&subset, 4);
    const struct carvq_column_view columns = {&chosen, order, scales};
    const struct carvq_matrix view = carvq_column_view_matrix(&columns);
    struct carvq_error error = {0};
    float block[3 * 5];
    assert_int_equal(view.rows, 4);
    assert_int_equal(view.cols, 7);
    assert_string_equal(view.name, matrix.name);
    assert_int_equal(view.read(view.context, 1, 3, 2, 5, block, &error), CARVQ_OK);
    for (size_t i = 0; i < 3; i++)
        for (uint32_t c = 0; c < 5; c++)
            assert_true(block[5 * i + c] == scales[2 + c] * value(rows[1 + i], order[2 + c]));
    const struct carvq_column_view plain = {&chosen, NULL, NULL};
    const struct carvq_matrix same = carvq_column_view_matrix(&plain);
    assert_int_equal(same.read(same.context, 0, 2, 1, 5, block, &error), CARVQ_OK);
    for (size_t i = 0; i < 2; i++)
        for (uint32_t c = 0; c < 5; c++)
            assert_true(block[5 * i + c] == value(rows[i], 1 + c));
    source.fails_at_row = 3; // an error goes through all of them
    assert_int_equal(view.read(view.context, 0, 4, 0, 7, (float[28]){0}, &error), CARVQ_ERROR_IO);
    assert_string_equal(error.message, "the disk is gone");
    free(source.values);
}

// ---- the loop

struct loop {
    uint64_t items;
    uint64_t seen[100]; // how often each item was
    uint64_t fails[2];  // first items of chunks that fail
    bool waits;         // chunks that do not fail go on until they are told to stop
};

static enum carvq_status take_chunk(void *context, struct carvq_chunk *chunk, struct carvq_error *error)
{
    struct loop *loop = context;
    for (uint64_t i = chunk->first; i < chunk->first + chunk->count; i++) {
#pragma omp atomic
        loop->seen[i]++;
    }
    for (int f = 0; f < 2; f++)
        if (chunk->first == loop->fails[f]) {
            error->status = CARVQ_ERROR_IO;
            snprintf(error->message, sizeof error->message, "chunk %d", (int)chunk->first);
            return CARVQ_ERROR_IO;
        }
    while (loop->waits && !carvq_chunk_stop(chunk))
        continue;
    return CARVQ_OK;
}

struct caller {
    uint64_t done, total, calls, stops_at;
};

static int note(void *context, const struct carvq_progress *progress)
{
    struct caller *caller = context;
    assert_true(progress->done >= caller->done && progress->done <= progress->total);
    caller->done = progress->done;
    return ++caller->calls == caller->stops_at;
}

static void test_every_item_once(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 4; threads++)
        for (size_t chunk = 1; chunk <= 101; chunk += 25) {
            struct loop loop = {.items = 100, .fails = {UINT64_MAX, UINT64_MAX}};
            struct caller caller = {.stops_at = 0};
            struct carvq_ticker ticker = {
                .progress = note, .context = &caller, .state = {.table = "t", .done = 50, .total = 750}};
            const struct carvq_work work = {100, chunk, 7, threads, &ticker, take_chunk, &loop};
            assert_int_equal(carvq_parallel(&work, NULL), CARVQ_OK);
            for (size_t i = 0; i < 100; i++)
                assert_int_equal(loop.seen[i], 1);
            assert_int_equal(ticker.state.done, 750);
            assert_int_equal(caller.done, 750); // the end is always told
        }
}

static void test_first_failure_counts(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 4; threads++)
        for (int repeat = 0; repeat < 50; repeat++) {
            struct loop loop = {.items = 100, .fails = {40, 20}};
            struct carvq_error error = {0};
            const struct carvq_work work = {100, 4, 1, threads, NULL, take_chunk, &loop};
            assert_int_equal(carvq_parallel(&work, &error), CARVQ_ERROR_IO);
            assert_string_equal(error.message, "chunk 20");
            for (size_t i = 0; i < 20; i++)
                assert_int_equal(loop.seen[i], 1); // one of these could have failed
        }
}

static void test_caller_stops_long_chunks(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 3; threads++) {
        struct loop loop = {.items = 3, .fails = {UINT64_MAX, UINT64_MAX}, .waits = true};
        struct caller caller = {.stops_at = 2};
        struct carvq_ticker ticker = {.progress = note, .context = &caller, .state = {.table = "t", .total = 3}};
        struct carvq_error error = {0};
        const struct carvq_work work = {3, 1, 1, threads, &ticker, take_chunk, &loop};
        assert_int_equal(carvq_parallel(&work, &error), CARVQ_ERROR_CANCELLED);
        assert_non_null(strstr(error.message, "cancelled"));
        assert_int_equal(caller.calls, 2); // not asked again
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_views_are_stacked),
        cmocka_unit_test(test_every_item_once),
        cmocka_unit_test(test_first_failure_counts),
        cmocka_unit_test(test_caller_stops_long_chunks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

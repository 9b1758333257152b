// SPDX-License-Identifier: MIT
// Files of statistics: what is written comes back, what is wrong in one is refused by name, and merging is adding.
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/status.h"
#include "stats/stats.h"
#include "failing_memory.h"

enum { V = 5, N = 3, SIZE = 16384 };

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.17g is not within %g of %.17g", value, tolerance, expected);
}

// A file in memory.
struct file {
    uint8_t data[SIZE];
    size_t size;
};

static enum carvq_status take(void *context, uint64_t offset, const void *data, size_t nbytes, struct carvq_error *error)
{
    struct file *file = context;
    assert_true(offset + nbytes <= SIZE);
    if (offset != file->size)
        return carvq_fail(error, CARVQ_ERROR_IO, "not front to back");
    memcpy(file->data + offset, data, nbytes);
    file->size += nbytes;
    return CARVQ_OK;
}

// Statistics of so many tokens, all values being different.
static struct carvq_stats *make(const char *head, uint64_t tokens, const char *name)
{
    struct carvq_stats *stats;
    struct carvq_error error;
    assert_int_equal(carvq_stats_make("LlamaForCausalLM", 4, "in.weight", head, V, N, &stats, &error), CARVQ_OK);
    const struct carvq_stats_text text = {.tokens = tokens, .scored = tokens - 1, .window = 256, .nll = 2.5 + (double)tokens};
    assert_int_equal(carvq_stats_add_text(stats, name, &text, &error), CARVQ_OK);
    stats->sensitivity = 0.75 * (double)tokens;
    stats->counts[1] = 1;
    stats->counts[3] = (double)tokens - 1;
    for (size_t i = 0; i < V; i++) {
        stats->probability[i] = 0.1 + 0.01 * (double)i + 0.001 * (double)tokens;
        stats->variance[i] = 0.05 + 0.01 * (double)i + 0.002 * (double)tokens;
    }
    for (size_t i = 0; i < stats->state_count * N; i++)
        stats->states[i] = (double)i - (double)tokens;
    for (size_t i = 0; i < N; i++) {
        stats->mean[i] = -1.5 + (double)i;
        for (size_t j = 0; j < N; j++) {
            stats->moment[i * N + j] = i == j ? 3 + (double)i : -0.25 * (double)(i + j);
            stats->weighted[i * N + j] = i == j ? 2 + (double)tokens : 0.125 * (double)(i + j);
        }
    }
    return stats;
}

static void write_file(const struct carvq_stats *stats, struct file *file)
{
    struct carvq_error error;
    file->size = 0;
    assert_int_equal(carvq_stats_write(stats, take, file, &error), CARVQ_OK);
}

// Reads a copy that ends where its memory does.
static enum carvq_status read_copy(const uint8_t *data, size_t size, struct carvq_stats **stats_ret, struct carvq_error *error)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    assert_non_null(copy);
    memcpy(copy, data, size);
    const enum carvq_status status = carvq_stats_read_memory("s.safetensors", copy, size, stats_ret, error);
    free(copy);
    return status;
}

static struct carvq_stats *read_file(const struct file *file)
{
    struct carvq_stats *stats = NULL;
    struct carvq_error error;
    if (read_copy(file->data, file->size, &stats, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    return stats;
}

static void assert_same(const struct carvq_stats *a, const struct carvq_stats *b)
{
    assert_string_equal(a->architecture, b->architecture);
    assert_string_equal(a->input, b->input);
    assert_string_equal(a->head, b->head);
    assert_true(a->layers == b->layers && a->rows == b->rows && a->cols == b->cols && a->tokens == b->tokens);
    assert_true(a->sensitivity == b->sensitivity);
    assert_memory_equal(a->counts, b->counts, V * sizeof(double));
    assert_memory_equal(a->probability, b->probability, V * sizeof(double));
    assert_memory_equal(a->variance, b->variance, V * sizeof(double));
    assert_memory_equal(a->mean, b->mean, N * sizeof(double));
    assert_memory_equal(a->moment, b->moment, N * N * sizeof(double));
    assert_memory_equal(a->weighted, b->weighted, N * N * sizeof(double));
    assert_int_equal(a->state_count, b->state_count);
    assert_memory_equal(a->states, b->states, a->state_count * N * sizeof(double));
    assert_int_equal(a->text_count, b->text_count);
    for (size_t i = 0; i < a->text_count; i++) {
        assert_string_equal(a->texts[i].name, b->texts[i].name);
        assert_true(a->texts[i].tokens == b->texts[i].tokens && a->texts[i].scored == b->texts[i].scored);
        assert_true(a->texts[i].window == b->texts[i].window && a->texts[i].nll == b->texts[i].nll);
    }
}

static void test_what_is_written_comes_back(void **state)
{
    (void)state;
    static const char *const names[] = {"a text.txt", "quotes \" and \\ and \xc3\xa9", "\t"};
    for (size_t i = 0; i < 3; i++) {
        struct file file;
        struct carvq_stats *stats = make(i == 0 ? "in.weight" : "head.weight", 10 + i, names[i]);
        write_file(stats, &file);
        uint64_t header = 0;
        for (size_t k = 8; k-- > 0;)
            header = header << 8 | file.data[k];
        assert_int_equal((8 + header) % 64, 0);
        struct carvq_stats *again = read_file(&file);
        assert_same(again, stats);
        carvq_stats_free(again);
        carvq_stats_free(stats);
    }
}

static void test_names_that_are_not_utf8(void **state)
{
    (void)state;
    struct file file;
    struct carvq_stats *stats = make("in.weight", 10, "caf\xe9");
    write_file(stats, &file);
    struct carvq_stats *again = read_file(&file);
    assert_string_equal(again->texts[0].name, "caf\\xe9");
    carvq_stats_free(again);
    carvq_stats_free(stats);
}

static void test_truncated_file(void **state)
{
    (void)state;
    struct file file;
    struct carvq_stats *stats = make("head.weight", 10, "t"), *again;
    struct carvq_error error;
    write_file(stats, &file);
    for (size_t size = 0; size < file.size; size++)
        assert_int_equal(read_copy(file.data, size, &again, &error), CARVQ_ERROR_FORMAT);
    carvq_stats_free(stats);
}

static void refuse(const struct file *file, enum carvq_status expected, const char *message)
{
    struct carvq_stats *stats = NULL;
    struct carvq_error error = {.message = ""};
    assert_int_equal(read_copy(file->data, file->size, &stats, &error), expected);
    if (strstr(error.message, message) == NULL)
        fail_msg("no '%s' in '%s'", message, error.message);
    assert_non_null(strstr(error.message, "s.safetensors: "));
    assert_null(strpbrk(error.message, "\n\r\033"));
}

static void test_hostile_values(void **state)
{
    (void)state;
    static const struct {
        const char *part;
        size_t index;
        double value;
        const char *message;
    } cases[] = {
        {"counts", 1, -1, "'in.weight.counts': value 1 is -1"},
        {"counts", 4, NAN, "'in.weight.counts': value 4 is"},
        {"counts", 1, 1.5, "in.weight: a count is not a whole number"},
        {"counts", 1, 2, "in.weight: the counts do not add up"},
        {"counts", 0, 0x1p54, "'in.weight.counts': value 0"},
        {"sensitivity", 0, -1e-9, "'in.weight.sensitivity': value 0 is -1e-09"},
        {"sensitivity", 0, INFINITY, "'in.weight.sensitivity': value 0 is inf"},
        {"sensitivity", 0, NAN, "'in.weight.sensitivity': value 0"},
        {"probability", 4, 1.0001, "'head.weight.probability': value 4 is 1.0001"},
        {"probability", 0, -1e-9, "'head.weight.probability': value 0"},
        {"probability", 2, NAN, "'head.weight.probability': value 2"},
        {"variance", 3, 0.2501, "'head.weight.variance': value 3 is 0.2501"},
        {"variance", 0, -DBL_MIN, "'head.weight.variance': value 0"},
        {"mean", 2, INFINITY, "'head.weight.state_mean': value 2 is inf"},
        {"mean", 2, NAN, "'head.weight.state_mean': value 2"},
        {"moment", 8, -INFINITY, "'head.weight.state_moment': value 8 is -inf"},
        {"moment", 1, 7, "'head.weight.state_moment': not a symmetric matrix"},
        {"moment", 4, -1, "head.weight: a mean of squares is negative"},
        {"weighted", 3, 7, "'head.weight.state_moment_weighted': not a symmetric matrix"},
        {"weighted", 0, -1, "head.weight: a mean of squares is negative"},
        {"states", 29, NAN, "'head.weight.states': value 29"},
        {"states", 0, 1e39, "'head.weight.states': value 0 is 1e+39"},
        {"nll", 0, -0.5, "'text_nll': value 0 is -0.5"},
        {"nll", 0, NAN, "'text_nll': value 0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct file file;
        struct carvq_stats *stats = make("head.weight", 10, "t");
        const char *part = cases[i].part;
        double *values = strcmp(part, "counts") == 0        ? stats->counts
                         : strcmp(part, "sensitivity") == 0 ? &stats->sensitivity
                         : strcmp(part, "probability") == 0 ? stats->probability
                         : strcmp(part, "variance") == 0    ? stats->variance
                         : strcmp(part, "mean") == 0        ? stats->mean
                         : strcmp(part, "moment") == 0      ? stats->moment
                         : strcmp(part, "weighted") == 0    ? stats->weighted
                         : strcmp(part, "states") == 0      ? stats->states
                                                            : &stats->texts[0].nll;
        values[cases[i].index] = cases[i].value;
        write_file(stats, &file);
        refuse(&file, CARVQ_ERROR_FORMAT, cases[i].message);
        carvq_stats_free(stats);
    }
}

// Replaces a part of the header by one of the same length.
static void replace(struct file *file, const char *from, const char *to)
{
    const size_t length = strlen(from);
    assert_int_equal(strlen(to), length);
    for (size_t i = 8; i + length < file->size; i++)
        if (memcmp(file->data + i, from, length) == 0) {
            memcpy(file->data + i, to, length);
            return;
        }
    fail_msg("no '%s' in the file", from);
}

static void test_hostile_header(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        enum carvq_status status;
        const char *message;
    } cases[] = {
        {"stats.version", "stats.vulsion", CARVQ_ERROR_FORMAT, "no statistics of a model"},
        {"version\":\"1", "version\":\"2", CARVQ_ERROR_UNSUPPORTED, "statistics of version '2'; this program reads 1"},
        {"stats.layers", "stats.lawyer", CARVQ_ERROR_FORMAT, "carvq.stats.layers: missing"},
        {"layers\":\"4", "layers\":\"x", CARVQ_ERROR_FORMAT, "carvq.stats.layers: not a number"},
        {"stats.architecture", "stats.architektur_", CARVQ_ERROR_FORMAT, "carvq.stats.architecture: missing"},
        {"stats.input\":\"in", "stats.input\":\"on", CARVQ_ERROR_FORMAT, "on.weight: its tensor of counts is missing"},
        {"stats.head\":\"head", "stats.head\":\"hand", CARVQ_ERROR_FORMAT, "hand.weight: its tensor state_mean is missing"},
        {"stats.texts", "stats.toxic", CARVQ_ERROR_FORMAT, "carvq.stats.texts: missing"},
        {"[{\\\"name", "[[\\\"name", CARVQ_ERROR_FORMAT, "carvq.stats.texts: "},
        {"\\\"tokens\\\":10", "\\\"tokens\\\":11", CARVQ_ERROR_FORMAT, "states': its shape is not the one"},
        {"\\\"tokens\\\":10", "\\\"tokens\\\":-1", CARVQ_ERROR_FORMAT, "a value of a text is not of its type"},
        {"\\\"tokens\\\":10", "\\\"tokens\\\":01", CARVQ_ERROR_FORMAT, "carvq.stats.texts: "},
        {"\\\"scored\\\":9", "\\\"scored\\\":e", CARVQ_ERROR_FORMAT, "carvq.stats.texts: "},
        {"\\\"tokens\\\":10", "\\\"tokens\\\":9 ", CARVQ_ERROR_FORMAT, "numbers of a text contradict each other"},
        {"\\\"window\\\":256", "\\\"window\\\":1  ", CARVQ_ERROR_FORMAT, "numbers of a text contradict each other"},
        {"\\\"scored\\\"", "\\\"tokens\\\"", CARVQ_ERROR_FORMAT, "a key of a text is unknown or stands twice"},
        {"\\\"scored\\\"", "\\\"scores\\\"", CARVQ_ERROR_FORMAT, "a key of a text is unknown or stands twice"},
        {"\\\"name\\\":\\\"t\\\"", "\\\"name\\\":123  ", CARVQ_ERROR_FORMAT, "a value of a text is not of its type"},
        {"variance\":{\"dtype\":\"F64", "variance\":{\"dtype\":\"I64", CARVQ_ERROR_FORMAT, "variance': not of type F64"},
        {"in.weight.sensitivity", "in.weight.sensitivitt", CARVQ_ERROR_FORMAT, "'in.weight.sensitivity': missing"},
        {"sensitivity\":{\"dtype\":\"F64\",\"shape\":[1]", "sensitivity\":{\"dtype\":\"F64\",\"shape\":[] ", CARVQ_ERROR_FORMAT,
         "sensitivity': its shape is not the one"},
        {"head.weight.variance", "head.weight.varianze", CARVQ_ERROR_FORMAT, "variance': missing"},
        {"weight.state_moment\"", "weight.state_monent\"", CARVQ_ERROR_FORMAT, "its tensor state_moment is missing"},
        {"moment\":{\"dtype\":\"F64\",\"shape\":[3,3]", "moment\":{\"dtype\":\"F64\",\"shape\":[9,1]", CARVQ_ERROR_FORMAT,
         "its tensor state_moment is missing or has another shape than n x n"},
        {"weighted\":{\"dtype\":\"F64\",\"shape\":[3,3]", "weighted\":{\"dtype\":\"F64\",\"shape\":[9,1]", CARVQ_ERROR_FORMAT,
         "its shape is not the one"},
        {"counts\":{\"dtype\":\"F64\",\"shape\":[5]", "counts\":{\"dtype\":\"F64\",\"shape\":[9]", CARVQ_ERROR_FORMAT,
         "the shape need 72 bytes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct file file;
        struct carvq_stats *stats = make("head.weight", 10, "t");
        write_file(stats, &file);
        replace(&file, cases[i].from, cases[i].to);
        refuse(&file, cases[i].status, cases[i].message);
        carvq_stats_free(stats);
    }
}

static void test_merge_adds(void **state)
{
    (void)state;
    struct carvq_error error;
    struct carvq_stats *a = make("head.weight", 10, "a"), *b = make("head.weight", 30, "b"), *old = make("head.weight", 10, "a");
    struct file file;
    b->mean[0] = 4;
    b->moment[0] = 11;
    assert_int_equal(carvq_stats_merge(a, b, "b", &error), CARVQ_OK);
    assert_int_equal(a->tokens, 40);
    assert_int_equal(a->text_count, 2);
    assert_string_equal(a->texts[1].name, "b");
    assert_true(a->texts[1].tokens == 30 && a->texts[1].scored == 29 && a->texts[1].nll == b->texts[0].nll);
    assert_true(a->counts[0] == 0 && a->counts[1] == 2 && a->counts[3] == 38);
    double ours = 0, theirs = 0;
    for (size_t i = 0; i < V; i++) {
        assert_near(a->probability[i], (10 * old->probability[i] + 30 * b->probability[i]) / 40, 1e-15);
        assert_near(a->variance[i], (10 * old->variance[i] + 30 * b->variance[i]) / 40, 1e-15);
        ours += 10 * old->variance[i];
        theirs += 30 * b->variance[i];
    }
    assert_near(a->sensitivity, 0.75 * (10 * 10 + 30 * 30) / 40, 1e-13);
    assert_near(a->mean[0], (10 * -1.5 + 30 * 4) / 40, 1e-15);
    assert_near(a->moment[0], (10 * 3 + 30 * 11.) / 40, 1e-15);
    assert_near(a->weighted[0], (ours * 12 + theirs * 32) / (ours + theirs), 1e-13);
    assert_near(carvq_stats_perplexity(a), exp((9 * 12.5 + 29 * 32.5) / 38), 1e-6 * exp(28));
    write_file(a, &file);
    struct carvq_stats *again = read_file(&file);
    assert_same(again, a);
    carvq_stats_free(again);
    carvq_stats_free(old);
    carvq_stats_free(b);
    carvq_stats_free(a);
}

static void test_merge_keeps_a_sensitivity_that_is_known(void **state)
{
    (void)state;
    for (unsigned known = 0; known < 3; known++) { // the first, the second, none
        struct carvq_error error;
        struct carvq_stats *a = make("head.weight", 10, "a"), *b = make("head.weight", 30, "b");
        a->sensitivity = known == 0 ? 3 : 0;
        b->sensitivity = known == 1 ? 3 : 0;
        assert_int_equal(carvq_stats_merge(a, b, "b", &error), CARVQ_OK);
        assert_true(a->sensitivity == (known < 2 ? 3 : 0));
        carvq_stats_free(a);
        carvq_stats_free(b);
    }
}

// The states of tokens: each is its own number, which is 0 for the first of a text.
static void number_states(struct carvq_stats *stats, uint64_t tokens, double sign)
{
    for (size_t i = 0; i < stats->state_count; i++)
        for (size_t c = 0; c < N; c++)
            stats->states[i * N + c] = sign * (double)carvq_stats_spread(i, stats->state_count, tokens);
}

static void test_merge_keeps_a_sample_of_states(void **state)
{
    (void)state;
    static const struct {
        uint64_t ours, theirs;
        size_t count, from_ours; // states
    } cases[] = {{10, 30, 40, 10}, {200, 56, 256, 200}, {200, 200, 256, 128}, {3, 1000000, 256, 0}, {3000, 1000, 256, 192}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct carvq_error error;
        struct carvq_stats *a = make("head.weight", cases[i].ours, "a"), *b = make("head.weight", cases[i].theirs, "b");
        number_states(a, cases[i].ours, 1);
        number_states(b, cases[i].theirs, -1);
        assert_int_equal(carvq_stats_merge(a, b, "b", &error), CARVQ_OK);
        assert_int_equal(a->state_count, cases[i].count);
        for (size_t k = 0; k < a->state_count; k++) { // evenly spread: as far from each other as tokens to a state
            const bool ours = k < cases[i].from_ours;
            const size_t place = ours ? k : k - cases[i].from_ours,
                         of = ours ? cases[i].from_ours : a->state_count - cases[i].from_ours;
            const double step = (double)(ours ? cases[i].ours : cases[i].theirs) / (double)of;
            assert_near(a->states[k * N + 2], (ours ? 1 : -1) * step * ((double)place + 0.5), step);
        }
        carvq_stats_free(a);
        carvq_stats_free(b);
    }
}

static void test_merge_refuses_other_models(void **state)
{
    (void)state;
    struct carvq_error error;
    static const struct {
        const char *architecture, *input, *head;
        uint64_t layers, rows;
        uint32_t cols;
        const char *message;
    } cases[] = {
        {"Qwen2ForCausalLM", "in.weight", "head.weight", 4, V, N, "Qwen2ForCausalLM of 4 layers"},
        {"LlamaForCausalLM", "em.weight", "head.weight", 4, V, N, "'em.weight' 5 x 3"},
        {"LlamaForCausalLM", "in.weight", "in.weight", 4, V, N, "head 'in.weight', not LlamaForCausalLM"},
        {"LlamaForCausalLM", "in.weight", "head.weight", 5, V, N, "of 5 layers"},
        {"LlamaForCausalLM", "in.weight", "head.weight", 4, V + 1, N, "6 x 3, head"},
        {"LlamaForCausalLM", "in.weight", "head.weight", 4, V, N + 1, "5 x 4, head"},
    };
    struct carvq_stats *stats = make("head.weight", 10, "a"), *same = make("head.weight", 10, "a");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct carvq_stats *other;
        assert_int_equal(carvq_stats_make(cases[i].architecture, cases[i].layers, cases[i].input, cases[i].head, cases[i].rows,
                                          cases[i].cols, &other, &error),
                         CARVQ_OK);
        assert_int_equal(carvq_stats_merge(stats, other, "b.safetensors", &error), CARVQ_ERROR_ARGUMENT);
        if (strstr(error.message, cases[i].message) == NULL || strstr(error.message, "b.safetensors: of another model") == NULL)
            fail_msg("no '%s' in '%s'", cases[i].message, error.message);
        assert_same(stats, same);
        carvq_stats_free(other);
    }
    same->tokens = (UINT64_C(1) << 53) - 9;
    assert_int_equal(carvq_stats_merge(stats, same, "b", &error), CARVQ_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, "too many tokens"));
    carvq_stats_free(same);
    carvq_stats_free(stats);
}

static void test_find_gives_what_a_table_has(void **state)
{
    (void)state;
    struct carvq_error error;
    struct carvq_stats_table table;
    struct carvq_stats *untied = make("head.weight", 10, "a"), *tied = make("in.weight", 10, "a");
    assert_int_equal(carvq_stats_find(untied, "s", "in.weight", V, N, &table, &error), CARVQ_OK);
    assert_true(table.sensitivity == untied->sensitivity);
    assert_true(table.counts == untied->counts && table.variance == NULL && table.moment == NULL && table.weighted == NULL);
    assert_int_equal(carvq_stats_find(untied, "s", "head.weight", V, N, &table, &error), CARVQ_OK);
    assert_true(table.sensitivity == 0);
    assert_true(table.counts == NULL && table.variance == untied->variance && table.probability == untied->probability);
    assert_true(table.mean == untied->mean && table.moment == untied->moment && table.weighted == untied->weighted);
    assert_int_equal(carvq_stats_find(tied, "s", "in.weight", V, N, &table, &error), CARVQ_OK);
    assert_true(table.sensitivity == tied->sensitivity && table.sensitivity > 0);
    assert_true(table.counts == tied->counts && table.variance == tied->variance && table.weighted == tied->weighted);
    assert_true(table.states == tied->states && table.state_count == 10 && table.tokens == 10);
    assert_int_equal(carvq_stats_find(tied, "s", "head.weight", V, N, &table, &error), CARVQ_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, "s: has nothing about table 'head.weight'"));
    assert_int_equal(carvq_stats_find(tied, "s", "in.weight", V + 1, N, &table, &error), CARVQ_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, "s: of another model: its table 'in.weight' is 5 x 3, not 6 x 3"));
    assert_int_equal(carvq_stats_find(tied, "s", "in.weight", V, N + 1, &table, &error), CARVQ_ERROR_ARGUMENT);
    carvq_stats_free(untied);
    carvq_stats_free(tied);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    struct file file;
    struct carvq_error error;
    struct carvq_stats *stats = make("head.weight", 10, "t"), *again = NULL;
    write_file(stats, &file);
    enum carvq_status status = CARVQ_ERROR_MEMORY;
    size_t allocations = 0;
    for (; status != CARVQ_OK; allocations++) {
        allocations_left = allocations;
        status = carvq_stats_read_memory("s", file.data, file.size, &again, &error);
        allocations_left = SIZE_MAX;
        assert_true(status == CARVQ_OK || status == CARVQ_ERROR_MEMORY);
    }
    assert_true(allocations > 10);
    carvq_stats_free(again);
    status = CARVQ_ERROR_MEMORY;
    for (size_t count = 0; status != CARVQ_OK; count++) {
        struct file copy = {.size = 0};
        allocations_left = count;
        status = carvq_stats_write(stats, take, &copy, &error);
        allocations_left = SIZE_MAX;
        assert_true(status == CARVQ_ERROR_MEMORY || (copy.size == file.size && memcmp(copy.data, file.data, copy.size) == 0));
    }
    carvq_stats_free(stats);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_comes_back),
        cmocka_unit_test(test_names_that_are_not_utf8),
        cmocka_unit_test(test_truncated_file),
        cmocka_unit_test(test_hostile_values),
        cmocka_unit_test(test_hostile_header),
        cmocka_unit_test(test_merge_adds),
        cmocka_unit_test(test_merge_keeps_a_sensitivity_that_is_known),
        cmocka_unit_test(test_merge_keeps_a_sample_of_states),
        cmocka_unit_test(test_merge_refuses_other_models),
        cmocka_unit_test(test_find_gives_what_a_table_has),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
// Which settings of each method are worth a point.
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "eval/baselines/method.h"

struct list {
    struct carvq_baseline *items;
    size_t capacity, count;
};

static void add(struct list *list, const struct carvq_baseline *baseline)
{
    if (list->count < list->capacity)
        list->items[list->count] = *baseline;
    list->count++;
}

static void add_scalar(struct list *list, const char *name, const char *method, uint32_t group, bool fitted, bool feedback)
{
    static const uint32_t bits[] = {2, 3, 4, 8};
    struct carvq_baseline baseline = {.name = name,
                                      .method = method,
                                      .kind = CARVQ_BASELINE_SCALAR,
                                      .group = group,
                                      .fitted = fitted,
                                      .feedback = feedback,
                                      .number = CARVQ_F16};
    for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        baseline.bits = bits[i];
        snprintf(baseline.setting, sizeof baseline.setting, "INT%u", bits[i]);
        add(list, &baseline);
    }
}

static void add_scalars(struct list *list, uint32_t cols)
{
    add_scalar(list, "scalar-tensor", "scalar, tensor", 0, false, false);
    add_scalar(list, "scalar-row", "scalar, row", cols, false, false);
    add_scalar(list, "scalar-row-fit", "scalar, row, fitted", cols, true, false);
    if (cols > 128)
        add_scalar(list, "scalar-128", "scalar, group 128", 128, false, false);
    if (cols > 64)
        add_scalar(list, "scalar-64", "scalar, group 64", 64, false, false);
    if (cols > 32)
        add_scalar(list, "scalar-32", "scalar, group 32", 32, false, false);
    add(list, &(struct carvq_baseline){
                  .name = "nf4", .method = "NF4, group 64", .setting = "NF4", .kind = CARVQ_BASELINE_NF4, .number = CARVQ_F16});
}

// Those that need a metric.
static void add_scalars_with_feedback(struct list *list, uint32_t cols)
{
    add_scalar(list, "scalar-row-feedback", "scalar, row, feedback", cols, false, true);
    if (cols > 32)
        add_scalar(list, "scalar-32-feedback", "scalar, group 32, feedback", 32, false, true);
}

static void add_group_rvq(struct list *list)
{
    struct carvq_baseline baseline = {.name = "rvq", .method = "group RVQ", .kind = CARVQ_BASELINE_SETTINGS};
    carvq_settings_init(&baseline.settings, sizeof baseline.settings);
    for (uint32_t stages = 2; stages <= 4; stages++) {
        baseline.settings.stages = stages;
        snprintf(baseline.setting, sizeof baseline.setting, "L %u", stages);
        add(list, &baseline);
    }
}

// The sizes of the presets and of scalar formats, and some between. Small tables have no room for the least of them.
static void add_budgets(struct list *list, uint64_t rows, uint32_t cols)
{
    static const double bits[] = {1.25, 1.655, 2.2, 2.75, 3.155, 4.25};
    struct carvq_baseline baseline = {.name = "bits", .method = "carvq --bits", .kind = CARVQ_BASELINE_BUDGET};
    carvq_budget_init(&baseline.budget, sizeof baseline.budget);
    for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        if (rows < 64 || cols < 16 || (bits[i] < 2 && (rows < 256 || cols < 32)))
            continue;
        baseline.budget.bits = bits[i];
        snprintf(baseline.setting, sizeof baseline.setting, "--bits %g", bits[i]);
        add(list, &baseline);
    }
}

// Bytes of a table of this shape in all, and of its adaptor. False if it cannot be made so.
static bool find_bytes(const struct carvq_settings *settings, uint64_t rows, uint32_t cols, uint64_t *payload_ret,
                       uint64_t *adaptor_ret)
{
    const struct carvq_matrix matrix = {.name = "table", .rows = rows, .cols = cols, .dtype = CARVQ_F32};
    struct carvq_plan *plan;
    if (carvq_plan_by_settings(&matrix, settings, 1, &plan, NULL) != CARVQ_OK)
        return false;
    *payload_ret = carvq_plan_info(plan)->payload_bytes;
    *adaptor_ret = carvq_plan_info(plan)->adaptor_bytes;
    carvq_plan_free(plan);
    return true;
}

// Where there is no room for an adaptor, CARVQ is group RVQ.
static void add_carvq(struct list *list, uint64_t rows, uint32_t cols)
{
    struct carvq_baseline baseline = {.name = "carvq", .method = "CARVQ", .kind = CARVQ_BASELINE_SETTINGS};
    carvq_settings_init(&baseline.settings, sizeof baseline.settings);
    baseline.settings.adaptor = true;
    for (uint32_t stages = 2; stages <= 4; stages++) {
        uint64_t payload, adaptor;
        baseline.settings.stages = stages;
        snprintf(baseline.setting, sizeof baseline.setting, "carvq-%u", stages);
        if (find_bytes(&baseline.settings, rows, cols, &payload, &adaptor) && adaptor > 0)
            add(list, &baseline);
    }
}

// Codes of 8 bits, or of fewer where 2^8 centroids for each column block would take more than 0.3 bit per parameter.
static uint32_t product_bits(uint64_t rows)
{
    uint32_t bits = 8;
    while (bits > 4 && 16.0 * (double)(1u << bits) > 0.3 * (double)rows)
        bits--;
    return bits;
}

static void add_product_quantization(struct list *list, uint64_t rows, uint32_t cols)
{
    static const double rates[] = {1, 1.5, 2, 3, 4}; // bits per parameter, of the codes
    struct carvq_baseline baseline = {.name = "pq", .method = "product quantization", .kind = CARVQ_BASELINE_SETTINGS};
    uint64_t last = 0;
    carvq_settings_init(&baseline.settings, sizeof baseline.settings);
    baseline.settings.stages = 1;
    baseline.settings.code_bits = product_bits(rows);
    baseline.settings.grouping = CARVQ_GROUP_COLUMNS;
    baseline.settings.group = rows;
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        uint32_t dims = (uint32_t)(baseline.settings.code_bits / rates[i] + 0.5);
        baseline.settings.subvector = dims < cols ? dims : cols;
        uint64_t payload, adaptor;
        if (!find_bytes(&baseline.settings, rows, cols, &payload, &adaptor) || payload == last)
            continue;
        if (payload < last) // the codebooks of the last block are for more values than it has
            list->count--;
        last = payload;
        snprintf(baseline.setting, sizeof baseline.setting, "%" PRIu32 " values, %" PRIu32 " bit", baseline.settings.subvector,
                 baseline.settings.code_bits);
        add(list, &baseline);
    }
}

static void add_rank(struct list *list, struct carvq_baseline baseline, uint32_t rank)
{
    baseline.rank = rank;
    snprintf(baseline.setting, sizeof baseline.setting, "rank %" PRIu32, rank);
    add(list, &baseline);
}

static void add_low_rank(struct list *list, uint64_t rows, uint32_t cols)
{
    static const double rates[] = {0.5, 1, 2, 3, 4, 6, 8}; // bits per parameter
    const struct carvq_baseline baseline = {
        .name = "low-rank", .method = "low rank", .kind = CARVQ_BASELINE_LOW_RANK, .number = CARVQ_F16};
    const double rank_bits = 16 * (1.0 / (double)rows + 1.0 / cols);
    const uint64_t full = rows < cols ? rows : cols;
    uint32_t last = 0;
    if (cols > CARVQ_LOW_RANK_MAX_COLS)
        return;
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        double rank = floor(rates[i] / rank_bits + 0.5);
        if (rank <= last || rank > (double)full)
            continue;
        last = (uint32_t)rank;
        add_rank(list, baseline, last);
    }
}

// Only what is less than the row itself. At the same size fewer factors are better (demo-llama, 6 bits: 3.4 dB with 16 x 8, 1.8
// with 2 x 2 x .. x 2), but the least size is larger: so the finest shape is listed up to the size where three factors begin, and
// three up to where two do.
static void add_tensor_trains(struct list *list, uint32_t cols)
{
    static const uint32_t ranks[] = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32}, factors[] = {0, 3, 2};
    struct carvq_baseline baseline = {
        .name = "tensorgpt", .method = "TensorGPT", .kind = CARVQ_BASELINE_TENSOR_TRAIN, .number = CARVQ_F16};
    for (size_t f = 0; f < 3; f++) {
        uint64_t last = 0, end = cols;
        for (size_t coarser = f + 1; coarser < 3; coarser++) {
            uint64_t least = carvq_tensor_train_plan(cols, factors[coarser], 1).values;
            end = least < end ? least : end;
        }
        baseline.factors = factors[f];
        for (size_t i = 0; i < sizeof ranks / sizeof ranks[0]; i++) {
            const struct carvq_tensor_train train = carvq_tensor_train_plan(cols, factors[f], ranks[i]);
            char shape[24] = "";
            carvq_tensor_train_name(&train, shape, sizeof shape);
            baseline.rank = ranks[i];
            snprintf(baseline.setting, sizeof baseline.setting, "%s, rank %" PRIu32, shape, ranks[i]);
            if (train.values > last && train.values < end)
                add(list, &baseline);
            last = train.values;
        }
    }
}

size_t carvq_baselines(uint64_t rows, uint32_t cols, struct carvq_baseline *list_ret, size_t capacity)
{
    struct list list = {list_ret, capacity, 0};
    add_scalars(&list, cols);
    add_group_rvq(&list);
    add_carvq(&list, rows, cols);
    add_budgets(&list, rows, cols);
    add_product_quantization(&list, rows, cols);
    add_low_rank(&list, rows, cols);
    add_tensor_trains(&list, cols);
    add_scalars_with_feedback(&list, cols);
    return list.count;
}

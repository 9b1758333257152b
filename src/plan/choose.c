// SPDX-License-Identifier: MIT
// How a budget is spent.
//
// The error that counts is the sum over rows of (count + 1)^a |x - y|^2: a row that is looked up often
// matters more, but not in proportion, for a rare row that is wrong spoils its sentence too. With the curves measured on a
// sample, D(R) for each rate of each codec, and the energy of each row, the rest is arithmetic: carvq_allocate().
#include "plan/choose.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codec/trellis/scale.h"
#include "host/matrix.h"
#include "plan/allocate.h"
#include "plan/scales.h"
#include "runtime/additive.h"
#include "runtime/size.h"
#include "runtime/table.h"

// Settled on the demo model, on text other than that of its evaluation; see doc/method.md.
#define MIN_RATE 1.     // bits per value of any row ..
#define RATE_FLOOR 1.5  // .. and, if counts alone are known, where the budget has at least ..
#define FLOOR_BUDGET 2. // .. so many

// What logits that need no decoded rows are worth: the code of Gaussian rows costs 0.7 to 1.3 dB, the books of small tables more.
#define HEAD_LIMIT_DB 2.

#define LONG_SPAN_EFFORT 7 // from this effort on the codes of additive span 4 steps, which takes 16 times as long

#define ROWS_PER_SCALE 8    // a tier has no more levels than one for so many rows
#define SMALL_TABLE 131072. // values of the largest group
#define RVQ_MARGIN_DB 1.2
#define OFFER_AGAIN 0.002             // bits per value that are left over and worth another try ..
#define MAX_OFFERS 8                  // .. of which there are so many
#define MAX_BYTES ((uint64_t)1 << 60) // no table needs more

// ---- weights

static int by_falling_weight(const void *left, const void *right)
{
    const struct carvq_weighted_row *a = left, *b = right;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    return a->row < b->row ? -1 : 1;
}

// The rows by falling weight; *sums_ret[V + 1], *weights_ret[V]. All are to be given to free().
static bool sort_rows(const struct carvq_plan *plan, struct carvq_weighted_row **order_ret, double **weights_ret,
                      double **sums_ret)
{
    const uint64_t rows = plan->matrix->rows;
    struct carvq_weighted_row *order = malloc(rows * sizeof *order);
    double *weights = malloc(rows * sizeof *weights), *sums = malloc((rows + 1) * sizeof *sums);
    *order_ret = order;
    *weights_ret = weights;
    *sums_ret = sums;
    if (order == NULL || weights == NULL || sums == NULL)
        return false;
    for (uint64_t row = 0; row < rows; row++) {
        double weight = carvq_plan_weight(plan, row) * plan->survey.energies[row];
        order[row] = (struct carvq_weighted_row){weight, (uint32_t)row};
    }
    qsort(order, rows, sizeof *order, by_falling_weight);
    sums[0] = 0;
    for (uint64_t i = 0; i < rows; i++) {
        weights[i] = order[i].weight;
        sums[i + 1] = sums[i] + weights[i];
    }
    return true;
}

// ---- candidates

// Candidates to store rows in, and the segments that they make.
struct menu {
    size_t count;
    struct carvq_candidate candidates[CARVQ_MAX_CANDIDATES];
    struct carvq_segment_info segments[CARVQ_MAX_CANDIDATES];
    const struct carvq_point *points[CARVQ_MAX_CANDIDATES]; // trellis, or NULL
};

static void add_way(struct menu *menu, struct carvq_segment_info segment, uint64_t bits, uint64_t shared_bits, double distortion)
{
    const double min = carvq_raw_distortion(CARVQ_F32); // levels and centroids are BF16, too
    if (segment.codec != CARVQ_RAW && distortion < min)
        distortion = min;
    menu->candidates[menu->count] = (struct carvq_candidate){bits, distortion, shared_bits};
    menu->segments[menu->count++] = segment;
}

// Raw rows are stored as they are, not what is left of them: so their error goes with the energy of all rows, on average.
static void add_raw(struct menu *menu, const struct carvq_plan *plan)
{
    const struct carvq_matrix *matrix = plan->matrix;
    const struct carvq_segment_info segment = {
        .codec = CARVQ_RAW, .cols = matrix->cols, .value_dtype = matrix->dtype == CARVQ_F32 ? CARVQ_BF16 : matrix->dtype};
    double whole = 0, rest = 0;
    for (uint64_t row = 0; row < matrix->rows; row++) {
        whole += plan->survey.row_energies[row];
        rest += plan->survey.energies[row];
    }
    double distortion = rest > 0 ? carvq_raw_distortion(matrix->dtype) * whole / rest : 0;
    add_way(menu, segment, carvq_segment_row_bits(&segment), 0, distortion < 1 ? distortion : 1);
}

// The rates of at least floor bits per value, the highest first.
static void add_trellis(struct menu *menu, const struct carvq_trellis_curve *points, uint32_t cols, double floor,
                        unsigned scale_bits, const struct carvq_scales *scales)
{
    for (size_t i = points->count; i-- > 0;) {
        const struct carvq_point *point = &points->items[i];
        if (point->step_bits < 2 * floor)
            continue;
        const struct carvq_segment_info segment = {.codec = CARVQ_TRELLIS,
                                                   .cols = cols,
                                                   .value_dtype = CARVQ_BF16,
                                                   .state_bits = point->state_bits,
                                                   .step_bits = point->step_bits,
                                                   .scale_bits = scale_bits};
        const unsigned shared_scale_bits = scale_bits < 1 ? scale_bits : 1; // small tiers will not have more
        menu->points[menu->count] = point;
        double distortion = carvq_scales_distortion(scales, scale_bits, point);
        add_way(menu, segment, carvq_segment_row_bits(&segment), ((uint64_t)16 << shared_scale_bits) + 3 * 8 + 7, distortion);
    }
}

// Additive codes of at least floor bits per value, the highest rate first.
static void add_additive(struct menu *menu, const struct carvq_plan *plan, const struct carvq_additive_curve *points,
                         double floor, unsigned scale_bits, const struct carvq_scales *scales)
{
    for (size_t i = points->count; i-- > 0;) {
        const struct carvq_additive_point *point = &points->items[i];
        struct carvq_segment_info segment = {.codec = CARVQ_ADDITIVE,
                                             .rows = CARVQ_TILE_ROWS,
                                             .cols = plan->matrix->cols,
                                             .value_dtype = CARVQ_BF16,
                                             .scale_bits = scale_bits,
                                             .stride_count = point->stride_count,
                                             .span = plan->budget.effort < LONG_SPAN_EFFORT ? 3 : 4,
                                             .position_books = points == &plan->positions};
        memcpy(segment.strides, point->strides, sizeof segment.strides);
        if (point->rate < floor || !carvq_segment_sizes(&segment))
            continue;
        const uint64_t row_bits = (uint64_t)32 * carvq_additive_groups(&segment);
        // With less than a tile more, and the levels of a small tier.
        const uint64_t levels = ((uint64_t)2 << scale_bits) - ((uint64_t)2 << (scale_bits < 1 ? scale_bits : 1));
        const uint64_t shared = 8 * (segment.codebook_bytes - levels) + (CARVQ_TILE_ROWS - 1) * row_bits + 7;
        menu->points[menu->count] = &point->point;
        add_way(menu, segment, row_bits + scale_bits, shared, carvq_scales_distortion(scales, scale_bits, &point->point));
    }
}

// The settings of one group size, the most stages first.
static void add_rvq(struct menu *menu, const struct carvq_plan *plan, const struct carvq_rvq_curve *curve, double floor)
{
    const uint32_t n = plan->matrix->cols, h = carvq_rvq_subvector(n);
    const uint64_t subvectors = carvq_div_up(n, h); // S
    for (uint32_t stages = curve->count; stages > 0; stages--) {
        const struct carvq_segment_info segment = {.codec = CARVQ_RVQ,
                                                   .cols = n,
                                                   .value_dtype = CARVQ_BF16,
                                                   .subvector = h,
                                                   .group = curve->group,
                                                   .stages = stages,
                                                   .code_bits = CARVQ_RVQ_CODE_BITS};
        uint64_t books = (uint64_t)16 * h * stages << CARVQ_RVQ_CODE_BITS; // bits of a group's codebooks
        uint64_t bits = 8 * carvq_div_up(subvectors * stages * CARVQ_RVQ_CODE_BITS, 8) +
                        carvq_div_up(subvectors * books, curve->group);
        if ((double)bits >= floor * n)
            add_way(menu, segment, bits, books, curve->distortion[stages - 1]);
    }
}

// ---- the choice

struct choice {
    const struct carvq_plan *plan;
    const struct carvq_weighted_row *order;
    const double *weights, *sums;
    struct carvq_scales scales;
    struct menu raw; // raw rows, if there may be any
};

// An allocation, and what is to be expected of it now that its tiers are known.
struct outcome {
    struct menu menu;
    struct carvq_allocation allocation;
    double distortion[CARVQ_MAX_CANDIDATES]; // of tiers: squared error over energy
    double total;                            // sum of weight times distortion
    struct carvq_head_trial head;
};

// Rows of zeros need a scale of 0, or they become noise.
static unsigned min_scale_bits(const struct choice *choice)
{
    return choice->scales.zeros;
}

// Of a tier of so many rows.
static unsigned tier_scale_bits(const struct carvq_segment_info *segment, uint64_t rows)
{
    unsigned bits = segment->scale_bits;
    while (bits > 1 && rows < (uint64_t)ROWS_PER_SCALE << bits)
        bits--;
    return bits;
}

static void expect_tiers(struct choice *choice, struct outcome *outcome)
{
    uint64_t begin = 0;
    outcome->total = 0;
    for (size_t s = 0; s < outcome->allocation.count; s++) {
        const size_t candidate = outcome->allocation.candidates[s];
        const uint64_t rows = outcome->allocation.rows[s];
        double distortion = outcome->menu.candidates[candidate].distortion;
        if (outcome->menu.points[candidate] != NULL)
            distortion = carvq_scales_tier_distortion(&choice->scales, choice->plan, choice->order + begin, rows,
                                                      tier_scale_bits(&outcome->menu.segments[candidate], rows),
                                                      outcome->menu.points[candidate]);
        outcome->distortion[s] = distortion;
        outcome->total += (choice->sums[begin + rows] - choice->sums[begin]) * distortion;
        begin += rows;
    }
}

// Takes the menu if what is to be expected of its best allocation is better than the plan so far.
static void try_menu(struct choice *choice, const struct menu *menu, uint64_t bits, struct outcome *outcome)
{
    struct outcome other = {.menu = *menu};
    if (!carvq_allocate(menu->candidates, menu->count, choice->weights, choice->sums, choice->plan->matrix->rows, bits,
                        &other.allocation))
        return;
    expect_tiers(choice, &other);
    if (outcome->allocation.count == 0 || other.total < outcome->total)
        *outcome = other;
}

// What group RVQ has to promise more than the trellis: in tiers that do not fill its groups it can be worse by more than a dB.
static double rvq_margin(const struct carvq_matrix *matrix)
{
    const double small = SMALL_TABLE / ((double)matrix->rows * matrix->cols);
    return pow(10, (CARVQ_RVQ_AHEAD_DB + RVQ_MARGIN_DB * (small < 1 ? small : 1)) / 10);
}

static void try_trellis(struct choice *choice, const struct carvq_trellis_curve *points, double floor, uint64_t bits,
                        struct outcome *outcome)
{
    for (unsigned scale_bits = min_scale_bits(choice); scale_bits <= CARVQ_SCALES_MAX_BITS && points->count > 0; scale_bits++) {
        struct menu menu = choice->raw;
        add_trellis(&menu, points, choice->plan->matrix->cols, floor, scale_bits, &choice->scales);
        try_menu(choice, &menu, bits, outcome);
    }
}

static void try_additive(struct choice *choice, const struct carvq_additive_curve *points, double floor, uint64_t bits,
                         struct outcome *outcome)
{
    for (unsigned scale_bits = min_scale_bits(choice); scale_bits <= CARVQ_SCALES_MAX_BITS && points->count > 0; scale_bits++) {
        struct menu menu = choice->raw;
        add_additive(&menu, choice->plan, points, floor, scale_bits, &choice->scales);
        try_menu(choice, &menu, bits, outcome);
    }
}

// The best plan with codecs that are decoded by rows. Which one it is must not depend on the effort, or more of it could bring
// another codec and a worse table: so states of 10 bits decide.
static struct outcome choose_rows(struct choice *choice, double floor, uint64_t bits)
{
    const struct carvq_plan *plan = choice->plan;
    struct outcome trellis = {.total = INFINITY}, judge = trellis, rvq = trellis;
    try_trellis(choice, &plan->trellis, floor, bits, &trellis);
    if (plan->rvq_count > 0)
        try_trellis(choice, &plan->short_trellis, floor, bits, &judge);
    for (size_t i = 0; i < plan->rvq_count; i++) {
        struct menu menu = choice->raw;
        add_rvq(&menu, plan, &plan->rvq[i], floor);
        try_menu(choice, &menu, bits, &rvq);
    }
    const bool ahead = rvq.allocation.count > 0 && rvq.total * rvq_margin(plan->matrix) < judge.total;
    return trellis.allocation.count == 0 || ahead ? rvq : trellis;
}

// The best plan with rates of at least floor; false if bits are too few. All tiers have one codec, but for raw rows.
static bool choose(struct choice *choice, double floor, uint64_t bits, struct outcome *outcome_ret)
{
    const struct carvq_plan *plan = choice->plan;
    const struct menu *raw = &choice->raw;
    struct outcome additive = {.total = INFINITY}, rows = additive;
    if (raw->count > 0 && bits >= plan->matrix->rows * raw->candidates[0].bits) { // enough for all rows
        try_menu(choice, raw, bits, &rows);
        *outcome_ret = rows;
        return true;
    }
    rows = choose_rows(choice, floor, bits);
    try_additive(choice, &plan->additive, floor, bits, &additive);
    try_additive(choice, &plan->positions, floor, bits, &additive);
    struct carvq_head_trial head = {.limit_db = plan->budget.head ? HEAD_LIMIT_DB : 0};
    head.tried = plan->budget.head && rows.allocation.count > 0 && additive.allocation.count > 0;
    if (head.tried && additive.total > 0)
        head.loss_db = 10 * log10(additive.total / rows.total);
    head.used = additive.allocation.count > 0 &&
                (rows.allocation.count == 0 || additive.total <= rows.total * pow(10, head.limit_db / 10));
    *outcome_ret = head.used ? additive : rows;
    outcome_ret->head = head;
    return outcome_ret->allocation.count > 0;
}

// Turns a plan into segments, tiers and sizes.
static bool settle(struct carvq_plan *plan, const struct outcome *outcome, const struct carvq_weighted_row *order)
{
    const struct carvq_allocation *allocation = &outcome->allocation;
    uint64_t begin = 0;
    plan->head = outcome->head;
    for (size_t s = 0; s < allocation->count; s++) {
        struct carvq_segment_info *segment = &plan->segments[s];
        *segment = outcome->menu.segments[allocation->candidates[s]];
        segment->rows = allocation->rows[s];
        segment->scale_bits = tier_scale_bits(segment, segment->rows);
        plan->distortion[s] = outcome->distortion[s];
        for (uint64_t i = begin; i < begin + allocation->rows[s]; i++)
            plan->tiers[order[i].row] = (uint8_t)s;
        begin += allocation->rows[s];
    }
    const struct carvq_structure *structure = plan->prediction.structure;
    plan->info = (struct carvq_table_info){
        .name = plan->matrix->name,
        .rows = plan->matrix->rows,
        .cols = plan->matrix->cols,
        .dtype = plan->matrix->dtype,
        .segment_count = (uint32_t)allocation->count,
        .mean = structure->has_mean,
        .mean_dtype = CARVQ_BF16,
        .rank = structure->rank,
        .low_rank_bits = structure->rank > 0 ? structure->bits : 0,
        .low_rank_dtype = CARVQ_BF16,
        .adaptor_dim = plan->prediction.widths.dim,
        .adaptor_hidden = plan->prediction.widths.hidden,
        .adaptor_dtype = CARVQ_BF16,
    };
    return carvq_table_sizes(&plan->info, plan->segments);
}

static enum carvq_status fail_budget(const struct choice *choice, struct carvq_error *error)
{
    const struct carvq_plan *plan = choice->plan;
    const struct carvq_matrix *matrix = plan->matrix;
    const double values = (double)matrix->rows * matrix->cols;
    struct menu menu = choice->raw;
    add_trellis(&menu, &plan->trellis, matrix->cols, MIN_RATE, min_scale_bits(choice), &choice->scales);
    add_additive(&menu, plan, &plan->additive, 0, min_scale_bits(choice), &choice->scales);
    uint64_t min = carvq_allocate_min(menu.candidates, menu.count, matrix->rows);
    for (size_t i = 0; i < plan->rvq_count; i++) {
        menu.count = 0;
        add_rvq(&menu, plan, &plan->rvq[i], MIN_RATE);
        uint64_t bits = carvq_allocate_min(menu.candidates, menu.count, matrix->rows);
        min = bits < min ? bits : min;
    }
    min = carvq_div_up(min + carvq_prediction_bits(&plan->prediction, matrix->rows, matrix->cols), 8);
    // Rounded up, so that what the message says can be met.
    return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT,
                             "the budget is too small: the least is %.4f bits per parameter, %" PRIu64 " bytes",
                             ceil(8 * (double)min / values * 1e4) / 1e4, min);
}

uint64_t carvq_plan_bytes(const struct carvq_plan *plan)
{
    const double values = (double)plan->matrix->rows * plan->matrix->cols, bits = plan->budget.bits;
    if (bits * values / 8 >= (double)MAX_BYTES || (bits == 0 && plan->budget.bytes >= MAX_BYTES))
        return MAX_BYTES;
    if (bits == 0)
        return plan->budget.bytes;
    uint64_t bytes = (uint64_t)(bits * values / 8);
    return bytes + (8 * (double)(bytes + 1) / values <= bits); // the product was rounded
}

// An allocation counts codebooks by rows, the file by groups, of which the last one of a segment need not be full: what that
// makes of a number of bits is seen when it is settled. So the bits that are offered are changed until the file's fit.
static enum carvq_status decide(struct carvq_plan *plan, struct choice *choice, struct carvq_error *error)
{
    const struct carvq_matrix *matrix = plan->matrix;
    const uint64_t values = matrix->rows * matrix->cols, budget = carvq_plan_bytes(plan), total = 8 * budget;
    const uint64_t fixed = carvq_prediction_bits(&plan->prediction, matrix->rows, matrix->cols);
    double floor = (double)total / (double)values >= FLOOR_BUDGET && plan->budget.variance == NULL ? RATE_FLOOR : MIN_RATE;
    const double least = plan->additive.count > 0 ? CARVQ_ADDITIVE_LEAST_RATE : MIN_RATE;
    struct outcome outcome, best = {.total = INFINITY};
    uint64_t offered = total > fixed ? total - fixed : 0;
    uint64_t fits = 0, exceeds = UINT64_MAX; // the largest and the smallest that were offered and did so
    for (int more = 0; offered > fits && offered < exceeds && more < MAX_OFFERS;) {
        if (!choose(choice, floor, offered, &outcome)) {
            if (floor <= least)
                break;
            floor = floor > MIN_RATE ? MIN_RATE : least; // a small table may not hold more
            continue;
        }
        if (!settle(plan, &outcome, choice->order))
            return carvq_matrix_fail(matrix, error, CARVQ_ERROR_ARGUMENT, "the codes would be larger than a file can be");
        const uint64_t used = 8 * plan->info.payload_bytes;
        if (used > total) {
            exceeds = offered;
            offered = offered > used - total ? offered - (used - total) : 0;
        } else {
            fits = offered;
            best = outcome;
            if ((double)(total - used) < OFFER_AGAIN * (double)values)
                break;
            offered += total - used;
        }
        more += fits > 0;
        if (fits > 0 && (offered <= fits || offered >= exceeds))
            offered = fits + (exceeds - fits) / 2;
    }
    if (best.allocation.count == 0)
        return fail_budget(choice, error);
    (void)settle(plan, &best, choice->order); // as it was done once
    carvq_plan_predict(plan, NULL);
    return CARVQ_OK;
}

enum carvq_status carvq_plan_choose(struct carvq_plan *plan, struct carvq_error *error)
{
    const struct carvq_matrix *matrix = plan->matrix;
    struct carvq_weighted_row *order = NULL;
    double *weights = NULL, *sums = NULL;
    struct choice choice = {.plan = plan};
    enum carvq_status status;
    if (!sort_rows(plan, &order, &weights, &sums) || !carvq_scales_survey(plan, order, &choice.scales)) {
        status = carvq_matrix_fail(matrix, error, CARVQ_ERROR_MEMORY, "out of memory for a plan of %" PRIu64 " rows",
                                   matrix->rows);
    } else {
        choice.order = order;
        choice.weights = weights;
        choice.sums = sums;
        if (plan->budget.codecs & 1U << CARVQ_RAW)
            add_raw(&choice.raw, plan);
        status = decide(plan, &choice, error);
    }
    carvq_scales_free(&choice.scales);
    free(order);
    free(weights);
    free(sums);
    return status;
}

// SPDX-License-Identifier: MIT
// Logits: products of all rows with hidden states. What rows share is multiplied with the states once, not added to rows.
//
// States go through in batches, the rows of a segment in chunks. A chunk's products come from the segment's codes: by tables
// (additive), or from rows that are decoded by tiles of columns (the others). Then what rows share is added, and the logits go to
// where the rows are in the table.
#include <inttypes.h>

#include "head.h"
#include "size.h"
#include "status.h"
#include "table.h"

#define STATES CARVQ_HEAD_STATES
#define CHUNK CARVQ_CHUNK_ROWS
#define TILE 2048             // columns, at most
#define MAX_MAGNITUDE 0x1p96f // of a value of a state
#define ALIGNMENT 64          // of the workspace's parts
#define QUIET_NAN 0x7fc00000

// A batch of states, and the parts of the workspace.
struct work {
    const struct carvq_table *table;
    const float *hidden;
    size_t hidden_stride, states;
    float *logits;
    size_t logits_stride;
    bool bad[STATES]; // a state that holds NaN, infinity, or what is too large

    float *row;                              // [TILE] columns
    uint32_t *ids;                           // [CHUNK] rows of the table
    float (*values)[CHUNK];                  // [STATES] logits
    int32_t (*sums)[CHUNK];                  // [STATES]
    float *scales;                           // of the segment
    struct carvq_head_tables tables[STATES]; // of the segment
    float *products;                         // for making them
    float mean[STATES];                      // mean . state, 0 if there is none
    float bias[STATES];                      // the adaptor's last bias . state
    float *directions;                       // [rank][STATES]
    float *units;                            // [STATES][H] rows of the adaptor's last weights . state
};

// Where the next part of a workspace begins, from nbytes on; UINT64_MAX is too much.
static uint64_t take(uint64_t *nbytes, uint64_t size)
{
    const uint64_t begin = *nbytes;
    if (!carvq_add_u64(begin, size + (ALIGNMENT - size % ALIGNMENT) % ALIGNMENT, nbytes))
        *nbytes = UINT64_MAX;
    return begin;
}

// Places the parts of a workspace for so many states; memory may be NULL. Returns its bytes.
static uint64_t place(struct work *work, const struct carvq_table *table, size_t states, uint8_t *memory)
{
    uint64_t nbytes = 0, steps = 0, groups = 0;
    for (uint32_t i = 0; i < table->info.segment_count; i++) {
        const struct carvq_additive *shape = &table->segments[i].additive;
        steps = shape->steps > steps ? shape->steps : steps;
        groups = shape->groups > groups ? shape->groups : groups;
    }
#define PLACE(member, size)                            \
    do {                                               \
        const uint64_t begin = take(&nbytes, size);    \
        if (memory != NULL)                            \
            member = (void *)(memory + (size_t)begin); \
    } while (0)
    PLACE(work->row, TILE * sizeof(float));
    PLACE(work->ids, CHUNK * sizeof(uint32_t));
    PLACE(work->values, states * sizeof *work->values);
    PLACE(work->sums, steps > 0 ? states * sizeof *work->sums : 0);
    PLACE(work->scales, steps > 0 ? sizeof(float) << CARVQ_MAX_SCALE_BITS : 0);
    PLACE(work->products, steps * 17 * sizeof(float));
    for (size_t i = 0; i < states; i++) {
        PLACE(work->tables[i].entries, groups * CARVQ_TABLE_BYTES);
        PLACE(work->tables[i].multipliers, carvq_div_up(groups, CARVQ_MULTIPLIER_GROUPS));
    }
    PLACE(work->directions, (uint64_t)table->info.rank * STATES * sizeof(float));
    PLACE(work->units, (uint64_t)table->info.adaptor_hidden * states * sizeof(float));
#undef PLACE
    return nbytes;
}

static const float *state_of(const struct work *work, size_t i)
{
    return work->hidden + i * work->hidden_stride;
}

// n values of a 16-bit type times each state.
static void multiply_stored(const struct work *work, enum carvq_dtype dtype, const uint8_t *stored, float products_ret[STATES])
{
    const size_t n = work->table->info.cols;
    float sums[STATES][CARVQ_DOT_LANES] = {{0}};
    for (size_t column = 0; column < n; column += TILE) {
        const size_t width = n - column < TILE ? n - column : TILE;
        work->table->kernels->widen(dtype, stored + 2 * column, width, work->row);
        for (size_t i = 0; i < work->states; i++)
            work->table->kernels->add_dot(work->row, column, width, state_of(work, i), sums[i]);
    }
    for (size_t i = 0; i < work->states; i++)
        products_ret[i] = carvq_dot_end(sums[i]);
}

static void multiply_shared(struct work *work)
{
    const struct carvq_shared *shared = &work->table->shared;
    const struct carvq_adaptor *adaptor = &work->table->adaptor;
    const size_t n = work->table->info.cols, hidden = adaptor->hidden;
    if (shared->mean != NULL)
        multiply_stored(work, shared->mean_dtype, shared->mean, work->mean);
    for (size_t k = 0; k < shared->rank; k++)
        multiply_stored(work, shared->dtype, shared->directions + 2 * k * n, work->directions + k * STATES);
    if (adaptor->dim > 0)
        multiply_stored(work, adaptor->dtype, adaptor->bias_1, work->bias);
    for (size_t j = 0; j < hidden; j++) {
        float products[STATES];
        multiply_stored(work, adaptor->dtype, adaptor->weight_1 + 2 * j * n, products);
        for (size_t i = 0; i < work->states; i++)
            work->units[i * hidden + j] = products[i];
    }
}

// The products of decoded rows of a segment, count from number first on.
static void multiply_rows(const struct work *work, const struct carvq_segment *segment, uint64_t first, size_t count)
{
    const size_t n = work->table->info.cols, tile = TILE / segment->column_step * segment->column_step;
    for (size_t r = 0; r < count; r++) {
        const uint64_t row = first + r;
        float sums[STATES][CARVQ_DOT_LANES] = {{0}};
        if (r + 1 < count)
            carvq_prefetch_row(segment, row + 1);
        for (size_t column = 0; column < n; column += tile) {
            const size_t width = n - column < tile ? n - column : tile;
            segment->decode_rows(segment, &row, 1, (struct carvq_columns){column, width}, work->row, 0);
            for (size_t i = 0; i < work->states; i++)
                work->table->kernels->add_dot(work->row, column, width, state_of(work, i), sums[i]);
        }
        for (size_t i = 0; i < work->states; i++)
            work->values[i][r] = carvq_dot_end(sums[i]);
    }
}

// The number of a row's scale: see carvq_additive_scale().
static unsigned read_scale_code(const uint8_t *codes, uint64_t row, unsigned bits)
{
    const uint8_t *byte = codes + row * bits / 8;
    const unsigned shift = (unsigned)(row * bits % 8);
    unsigned window = byte[0];
    if (shift + bits > 8)
        window |= (unsigned)byte[1] << 8;
    return window >> shift & ((1U << bits) - 1);
}

static void make_tables(struct work *work, const struct carvq_segment *segment)
{
    const size_t scales = (size_t)1 << segment->info->scale_bits;
    carvq_widen(segment->info->value_dtype, segment->codebooks, scales, work->scales);
    for (size_t i = 0; i < work->states; i++) {
        if (!work->bad[i])
            work->table->kernels->make_tables(segment, state_of(work, i), work->products, &work->tables[i]);
        else
            carvq_no_tables(segment, &work->tables[i]);
    }
}

// The products of rows of codec additive by the tables; first begins a chunk.
static void multiply_lines(const struct work *work, const struct carvq_segment *segment, uint64_t first, size_t count)
{
    const struct carvq_segment_info *info = segment->info;
    const uint32_t tiles = (uint32_t)((count + CARVQ_TILE_ROWS - 1) / CARVQ_TILE_ROWS);
    const uint8_t *lines = segment->codes + carvq_additive_line(info, first / CARVQ_TILE_ROWS, 0);
    work->table->kernels->sum_lines(lines, segment->additive.groups, tiles, work->tables, work->states, work->sums);
    for (size_t r = 0; r < count; r++)
        work->row[r] = work->scales[info->scale_bits > 0 ? read_scale_code(segment->scale_codes, first + r, info->scale_bits)
                                                         : 0];
    for (size_t i = 0; i < work->states; i++) {
        const float unit = work->tables[i].unit, offset = work->tables[i].offset;
        for (size_t r = 0; r < count; r++)
            work->values[i][r] = work->row[r] * (float)((float)(unit * (float)work->sums[i][r]) + offset);
    }
}

static void add_directions(const struct work *work, size_t count)
{
    const struct carvq_shared *shared = &work->table->shared;
    float coefficients[CARVQ_MAX_RANK];
    for (size_t r = 0; r < count; r++) {
        carvq_read_coefficients(shared, work->ids[r], coefficients);
        for (size_t i = 0; i < work->states; i++) {
            float value = work->values[i][r];
            for (size_t k = 0; k < shared->rank; k++)
                value += (float)(coefficients[k] * work->directions[k * STATES + i]);
            work->values[i][r] = value;
        }
    }
}

// For rows begin .. begin + count - 1 of the chunk.
static void add_adaptor_batch(const struct work *work, size_t begin, size_t count)
{
    const struct carvq_adaptor *adaptor = &work->table->adaptor;
    const struct carvq_kernels *kernels = work->table->kernels;
    const size_t hidden = adaptor->hidden;
    float sums[CARVQ_ADAPTOR_ROWS][STATES][CARVQ_DOT_LANES] = {{{0}}}, activations[CARVQ_ADAPTOR_ROWS][CARVQ_ADAPTOR_UNITS];
    for (size_t first = 0; first < hidden; first += CARVQ_ADAPTOR_UNITS) {
        const size_t width = hidden - first < CARVQ_ADAPTOR_UNITS ? hidden - first : CARVQ_ADAPTOR_UNITS;
        kernels->make_units(adaptor, work->ids + begin, count, first, width, activations);
        for (size_t r = 0; r < count; r++)
            for (size_t i = 0; i < work->states; i++)
                kernels->add_dot(activations[r], first, width, work->units + i * hidden, sums[r][i]);
    }
    for (size_t i = 0; i < work->states; i++)
        for (size_t r = 0; r < count; r++)
            work->values[i][begin + r] = (float)(work->values[i][begin + r] + work->bias[i]) + carvq_dot_end(sums[r][i]);
}

static void add_adaptor(const struct work *work, size_t count)
{
    for (size_t r = 0; r < count; r += CARVQ_ADAPTOR_ROWS)
        add_adaptor_batch(work, r, count - r < CARVQ_ADAPTOR_ROWS ? count - r : CARVQ_ADAPTOR_ROWS);
}

static void add_shared(const struct work *work, size_t count)
{
    if (work->table->shared.mean != NULL)
        for (size_t i = 0; i < work->states; i++)
            for (size_t r = 0; r < count; r++)
                work->values[i][r] += work->mean[i];
    if (work->table->shared.rank > 0)
        add_directions(work, count);
    if (work->table->adaptor.dim > 0)
        add_adaptor(work, count);
}

static void give(const struct work *work, size_t count)
{
    for (size_t i = 0; i < work->states; i++) {
        float *logits = work->logits + i * work->logits_stride;
        if (work->bad[i])
            for (size_t r = 0; r < count; r++)
                logits[work->ids[r]] = carvq_float_from_bits(QUIET_NAN);
        else if (work->table->tiers == NULL)
            memcpy(logits + work->ids[0], work->values[i], count * sizeof *logits);
        else
            for (size_t r = 0; r < count; r++)
                logits[work->ids[r]] = work->values[i][r];
    }
}

// This part's chunks of a segment's rows. False if the directory is damaged.
static bool multiply_segment(struct work *work, uint32_t number, uint32_t part, uint32_t parts)
{
    const struct carvq_segment *segment = &work->table->segments[number];
    const uint64_t rows = segment->info->rows, chunks = carvq_div_up(rows, CHUNK), begin = chunks * part / parts * CHUNK;
    const uint64_t end = part + 1 == parts ? rows : chunks * (part + 1) / parts * CHUNK;
    const bool additive = CARVQ_HAS_ADDITIVE && segment->info->codec == CARVQ_ADDITIVE;
    struct carvq_tier_walk walk;
    if (begin >= end)
        return true;
    if (work->table->tiers != NULL && !carvq_tier_walk_begin(work->table, number, begin, &walk))
        return false;
    if (additive)
        make_tables(work, segment);
    for (uint64_t first = begin; first < end; first += CHUNK) {
        const size_t count = end - first < CHUNK ? (size_t)(end - first) : CHUNK;
        for (size_t r = 0; r < count; r++)
            work->ids[r] = (uint32_t)(first + r);
        if (work->table->tiers != NULL && !carvq_tier_walk_next(&walk, count, work->ids))
            return false;
        if (additive)
            multiply_lines(work, segment, first, count);
        else
            multiply_rows(work, segment, first, count);
        if (segment->info->codec != CARVQ_RAW)
            add_shared(work, count);
        give(work, count);
    }
    return true;
}

static void find_bad(struct work *work)
{
    for (size_t i = 0; i < work->states; i++) {
        const float *state = state_of(work, i);
        uint32_t most = 0; // magnitudes of floats are in the order of their bits
        for (size_t c = 0; c < work->table->info.cols; c++) {
            const uint32_t magnitude = carvq_float_bits(state[c]) & 0x7fffffff;
            most = magnitude > most ? magnitude : most;
        }
        work->bad[i] = most > carvq_float_bits(MAX_MAGNITUDE);
    }
}

size_t carvq_logits_workspace(const struct carvq_table *table, size_t count)
{
    struct work work;
    const uint64_t nbytes = place(&work, table, count < STATES ? count : STATES, NULL);
    return nbytes > SIZE_MAX - ALIGNMENT ? SIZE_MAX : (size_t)nbytes + ALIGNMENT;
}

// Sets what stands for everything to what it stands for.
static enum carvq_status check(const struct carvq_table *table, size_t count, size_t hidden_stride, size_t logits_stride,
                               struct carvq_logits_part *part, size_t workspace_bytes, struct carvq_error *error)
{
    const struct carvq_table_info *info = &table->info;
    const size_t needed = carvq_logits_workspace(table, count);
    part->parts = part->parts > 0 ? part->parts : 1;
    if (hidden_stride < info->cols)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "table '%.300s': a stride of %zu is less than its %" PRIu32 " columns",
                          info->name, hidden_stride, info->cols);
    if (logits_stride < info->rows)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "table '%.300s': a stride of %zu is less than its %" PRIu64 " rows",
                          info->name, logits_stride, info->rows);
    if (part->part >= part->parts)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "table '%.300s': no part %" PRIu32 " of %" PRIu32, info->name, part->part,
                          part->parts);
    if (part->first_segment >= info->segment_count || part->segment_count > info->segment_count - part->first_segment)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT,
                          "table '%.300s': no %" PRIu32 " segments from number %" PRIu32 " on, it has %" PRIu32, info->name,
                          part->segment_count, part->first_segment, info->segment_count);
    if (workspace_bytes < needed || needed == SIZE_MAX)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "table '%.300s': a workspace of %zu bytes, %zu are needed", info->name,
                          workspace_bytes, needed);
    if (part->segment_count == 0)
        part->segment_count = info->segment_count - part->first_segment;
    return CARVQ_OK;
}

enum carvq_status carvq_logits(const struct carvq_table *table, const float *hidden, size_t count, size_t hidden_stride,
                               float *logits, size_t logits_stride, const struct carvq_logits_part *wanted, void *workspace,
                               size_t workspace_bytes, struct carvq_error *error)
{
    struct carvq_logits_part part = {0};
    if (wanted != NULL)
        part = *wanted;
    enum carvq_status status = check(table, count, hidden_stride, logits_stride, &part, workspace_bytes, error);
    if (status != CARVQ_OK)
        return status;
    uint8_t *memory = (uint8_t *)workspace + (ALIGNMENT - (uintptr_t)workspace % ALIGNMENT) % ALIGNMENT;
    for (size_t first = 0; first < count; first += STATES) {
        struct work work = {.table = table, .hidden_stride = hidden_stride, .logits_stride = logits_stride};
        work.states = count - first < STATES ? count - first : STATES;
        work.hidden = hidden + first * hidden_stride;
        work.logits = logits + first * logits_stride;
        place(&work, table, work.states, memory);
        find_bad(&work);
        multiply_shared(&work);
        for (uint32_t i = 0; i < part.segment_count; i++)
            if (!multiply_segment(&work, part.first_segment + i, part.part, part.parts))
                return carvq_fail(error, CARVQ_ERROR_FORMAT, "table '%.300s': damaged: its tiers do not say where all rows are",
                                  table->info.name);
    }
    return CARVQ_OK;
}

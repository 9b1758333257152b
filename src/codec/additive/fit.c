// SPDX-License-Identifier: MIT
// Least squares, written out: the bytes of a file must not depend on a LAPACK.
#include <math.h>
#include <string.h>

#include "codec/additive/train.h"
#include "runtime/additive.h"

#define UNKNOWNS (CARVQ_MAX_SPAN * CARVQ_ADDITIVE_CODES)
#define RIDGE 1e-5 // of the mean diagonal: constants may move between the parts

// The books of a class have one system for all their values.
struct system {
    unsigned unknowns;                       // 16 M, by part and code
    uint32_t length;                         // values
    uint32_t counts[UNKNOWNS][UNKNOWNS];     // lower half: how often two codes came together
    double sums[UNKNOWNS][CARVQ_MAX_STRIDE]; // of the values that came with a code
    double factor[UNKNOWNS][UNKNOWNS];       // Cholesky, lower half
};

static void add_step(struct system *system, unsigned parts, const uint8_t *codes, const float *x)
{
    for (unsigned j = 0; j < parts; j++) {
        const unsigned row = CARVQ_ADDITIVE_CODES * j + *(codes - j);
        for (unsigned i = 0; i <= j; i++)
            system->counts[row][CARVQ_ADDITIVE_CODES * i + *(codes - i)]++;
        for (uint32_t f = 0; f < system->length; f++)
            system->sums[row][f] += (double)x[f];
    }
}

// Rows in their order, so that sums are the same whoever adds them up.
static void gather(struct system *system, const struct carvq_additive_code *code, const struct carvq_additive_sample *sample,
                   const uint8_t *codes, uint32_t class)
{
    const struct carvq_segment_info *info = &code->info;
    const uint32_t first = info->span - 1, phase = class - first;
    const bool once = info->position_books || class < first; // a class of one step
    const uint32_t begin = once ? class : first + (phase + info->stride_count - first % info->stride_count) % info->stride_count;
    if (begin >= code->steps)
        return;
    system->length = carvq_additive_length(code, begin);
    for (size_t r = 0; r < sample->count; r++)
        for (uint32_t t = begin; t < (once ? begin + 1 : code->steps); t += info->stride_count)
            if (carvq_additive_length(code, t) == system->length) // the last one may be cut
                add_step(system, t + 1 < info->span ? t + 1 : info->span, codes + r * code->steps + t,
                         sample->rows + r * info->cols + carvq_additive_column(info, t));
}

static void factorize(struct system *system)
{
    const unsigned count = system->unknowns;
    double trace = 0;
    for (unsigned i = 0; i < count; i++)
        trace += system->counts[i][i];
    const double ridge = RIDGE * trace / count + 1e-9;
    for (unsigned i = 0; i < count; i++)
        for (unsigned j = 0; j <= i; j++) {
            double value = system->counts[i][j] + (i == j ? ridge : 0);
            for (unsigned l = 0; l < j; l++)
                value -= system->factor[i][l] * system->factor[j][l];
            if (i == j)
                system->factor[i][i] = sqrt(value > ridge / 2 ? value : ridge / 2);
            else
                system->factor[i][j] = value / system->factor[j][j];
        }
}

// Turns the sums of value f into the solution.
static void solve(struct system *system, uint32_t f)
{
    const unsigned count = system->unknowns;
    for (unsigned i = 0; i < count; i++) {
        double value = system->sums[i][f];
        for (unsigned l = 0; l < i; l++)
            value -= system->factor[i][l] * system->sums[l][f];
        system->sums[i][f] = value / system->factor[i][i];
    }
    for (unsigned i = count; i-- > 0;) {
        double value = system->sums[i][f];
        for (unsigned l = i + 1; l < count; l++)
            value -= system->factor[l][i] * system->sums[l][f];
        system->sums[i][f] = value / system->factor[i][i];
    }
}

void carvq_additive_fit(const struct carvq_additive_code *code, const struct carvq_additive_sample *sample, const uint8_t *codes,
                        uint32_t class)
{
    struct system system;
    memset(&system, 0, sizeof system);
    system.unknowns = CARVQ_ADDITIVE_CODES * code->info.span;
    gather(&system, code, sample, codes, class);
    factorize(&system);
    memset(carvq_additive_part(code, class, 0), 0, system.unknowns * CARVQ_MAX_STRIDE * sizeof(float));
    for (uint32_t f = 0; f < system.length; f++) {
        solve(&system, f);
        for (unsigned i = 0; i < system.unknowns; i++) {
            const double value = system.sums[i][f], limit = (double)CARVQ_ADDITIVE_BOOK_LIMIT;
            float *part = carvq_additive_part(code, class, i / CARVQ_ADDITIVE_CODES);
            part[f * CARVQ_ADDITIVE_CODES + i % CARVQ_ADDITIVE_CODES] = (float)fmax(-limit, fmin(limit, value));
        }
    }
}

// SPDX-License-Identifier: MIT
// Polylines as a network. Node k of a polyline lies at z = 0 if k is the pivot; the nodes right of it are reached by units
// max(0, z - place of the node before), those left of it by max(0, -z - ..): hidden unit j bends the polyline at one node.
#include <cblas.h>
#include <math.h>
#include <string.h>

#include "runtime/half.h"
#include "codec/adaptor/train.h"

// The |z| of node number k from the pivot: whole numbers up to 32, then 16 to the octave. So 16 bits with 8 of mantissa hold
// every place exactly, and at least 8 values of z on each segment.
static float node_place(size_t k)
{
    size_t octave = k <= 32 ? 0 : (k - 32) / 16;
    return k <= 32 ? (float)k : ldexpf((float)(32 + 2 * ((k - 32) % 16)), (int)octave);
}

static float position_to_z(size_t nodes, float t)
{
    float pivot = (float)carvq_curve_pivot(nodes), distance = t < pivot ? pivot - t : t - pivot;
    size_t sided = t < pivot ? carvq_curve_pivot(nodes) : nodes - 1 - carvq_curve_pivot(nodes);
    if (sided == 0)
        return 0;
    size_t segment = distance < (float)(sided - 1) ? (size_t)distance : sided - 1;
    float z = node_place(segment) + (distance - (float)segment) * (node_place(segment + 1) - node_place(segment));
    return t < pivot ? -z : z;
}

// What is stored is finite: beyond the largest number of dtype lies that number.
static float round_value(enum carvq_dtype dtype, float value, uint8_t *stored)
{
    const float largest = dtype == CARVQ_F16 ? 65504.0f : 0x1.fep127f;
    value = value > largest ? largest : value < -largest ? -largest : value;
    carvq_narrow(dtype, &value, 1, stored);
    carvq_widen(dtype, stored, 1, &value);
    return value;
}

// The units of one side of polyline i, from unit on. Each is rounded such that it leads from where the stored network is at
// its node to where the next node should be, so that the errors of rounding do not add up along the polyline.
static size_t store_side(const struct carvq_adaptor_trainer *trainer, const struct carvq_adaptor_network *network, size_t i,
                         bool right, size_t unit, uint8_t *tensors)
{
    const struct carvq_curves *curves = &trainer->curves;
    const size_t n = curves->cols, nodes = carvq_curve_nodes(curves, i), pivot = carvq_curve_pivot(nodes);
    const size_t units = right ? nodes - 1 - pivot : pivot, hidden = network->stored.hidden;
    uint8_t *weight_0 = tensors + (network->stored.weight_0 - network->stored.table),
            *bias_0 = tensors + (network->stored.bias_0 - network->stored.table);
    uint8_t *weight_1 = tensors + (network->stored.weight_1 - network->stored.table);
    const float *node = curves->nodes + (curves->first[i] + pivot) * n;
    for (size_t k = 0; k < units; k++) {
        round_value(network->stored.dtype, right ? 1 : -1, weight_0 + 2 * (i * hidden + unit + k));
        round_value(network->stored.dtype, -node_place(k), bias_0 + 2 * (unit + k));
    }
    for (size_t c = 0; c < n; c++) {
        float at = trainer->scale * node[c], slope = 0;
        for (size_t k = 0; k < units; k++) {
            float length = node_place(k + 1) - node_place(k);
            float next = trainer->scale * (right ? node[(k + 1) * n + c] : *(node + c - (k + 1) * n));
            slope += round_value(network->stored.dtype, (next - at) / length - slope, weight_1 + 2 * ((unit + k) * n + c));
            at += slope * length;
        }
    }
    return unit + units;
}

static void write_down(const struct carvq_adaptor_trainer *trainer, struct carvq_adaptor_network *network)
{
    const struct carvq_curves *curves = &trainer->curves;
    const size_t n = curves->cols, dim = curves->dim;
    uint8_t *tensors = (uint8_t *)(network + 1);
    memset(tensors, 0, (size_t)network->nbytes);
    if (trainer->scale == 0)
        return;
    for (uint64_t r = 0; r < network->rows; r++)
        for (size_t i = 0; i < dim; i++)
            round_value(network->stored.dtype, position_to_z(carvq_curve_nodes(curves, i), trainer->positions[r * dim + i]),
                        tensors + 2 * (r * dim + i));
    size_t unit = 0;
    for (size_t i = 0; i < dim; i++) {
        unit = store_side(trainer, network, i, true, unit, tensors);
        unit = store_side(trainer, network, i, false, unit, tensors);
    }
    uint8_t *bias_1 = tensors + (network->stored.bias_1 - network->stored.table);
    for (size_t c = 0; c < n; c++) {
        float sum = 0;
        for (size_t i = 0; i < dim; i++)
            sum += curves->nodes[(curves->first[i] + carvq_curve_pivot(carvq_curve_nodes(curves, i))) * n + c];
        round_value(network->stored.dtype, trainer->scale * sum, bias_1 + 2 * c);
    }
}

void carvq_adaptor_subtract(const struct carvq_adaptor_network *network, const float *layers, uint64_t row, size_t nrows,
                            size_t col, size_t ncols, float *contracted, float *activations, float *block)
{
    const size_t m = network->stored.dim, hidden = network->stored.hidden, n = network->stored.cols;
    const float *weight_0 = layers, *bias_0 = weight_0 + m * hidden, *weight_1 = bias_0 + hidden;
    const float *bias_1 = weight_1 + hidden * n + col;
    const int rows = (int)nrows, units = (int)hidden, dim = (int)m;
    carvq_widen(network->stored.dtype, network->stored.table + 2 * m * row, nrows * m, contracted);
    for (size_t r = 0; r < nrows; r++)
        memcpy(activations + r * hidden, bias_0, hidden * sizeof *bias_0);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, units, dim, 1, contracted, dim, weight_0, units, 1, activations,
                units);
    for (size_t i = 0; i < nrows * hidden; i++)
        activations[i] = activations[i] > 0 ? activations[i] : 0;
    for (size_t r = 0; r < nrows; r++)
        for (size_t c = 0; c < ncols; c++)
            block[r * ncols + c] -= bias_1[c];
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, (int)ncols, units, -1, activations, units, weight_1 + col,
                (int)n, 1, block, (int)ncols);
}

static void measure_chunk(struct carvq_adaptor_trainer *trainer, struct carvq_adaptor_workspace *workspace,
                          struct carvq_adaptor_lane *lane, uint64_t row, size_t nrows)
{
    const size_t n = trainer->network->stored.cols;
    memcpy(workspace->error, workspace->residual, nrows * n * sizeof *workspace->error);
    carvq_adaptor_subtract(trainer->network, trainer->layers, row, nrows, 0, n, workspace->positions, workspace->weights,
                           workspace->error);
    for (size_t i = 0; i < nrows * n; i++) {
        double before = (double)workspace->residual[i], after = (double)workspace->error[i];
        lane->sums.value[0] += fabs(before);
        lane->sums.value[1] += before * before;
        lane->sums.value[2] += fabs(after);
        lane->sums.value[3] += after * after;
    }
}

static enum carvq_status measure(struct carvq_adaptor_trainer *trainer, struct carvq_adaptor_network *network)
{
    const size_t values = (size_t)(network->nbytes / 2 - network->rows * network->stored.dim);
    trainer->network = network;
    trainer->scale = 1;
    carvq_widen(network->stored.dtype, network->stored.weight_0, values, trainer->layers);
    enum carvq_status status = carvq_adaptor_pass(trainer, "measure", 0, measure_chunk);
    const double *sums = trainer->sums.value;
    network->l1_before = sums[0];
    network->square_before = sums[1];
    network->l1_after = sums[2];
    network->square_after = sums[3];
    trainer->progress.loss = sums[2] / (double)network->rows / (double)network->stored.cols;
    return status;
}

enum carvq_status carvq_adaptor_store(struct carvq_adaptor_trainer *trainer, struct carvq_adaptor_network *network)
{
    write_down(trainer, network);
    return measure(trainer, network);
}

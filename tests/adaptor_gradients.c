// SPDX-License-Identifier: MIT
// Forward and backward of the adaptor's training, in single precision, against finite differences of a reference in double
// precision, for every tensor that is trained: nodes (which become W1 and b1) and positions (which become the table). W0 and
// b0 say where on a polyline its nodes lie; another choice only renames the positions.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/adaptor/linear.h"
#include "codec/adaptor/train.h"
#include "host/random.h"

enum { ROWS = 7, COLS = 11, DIM = 3, NODES = 10 };

struct fixture {
    struct carvq_curves curves;
    size_t first[DIM + 1];
    float nodes[NODES * COLS], positions[ROWS * DIM], residual[ROWS * COLS];
};

static float uniform(struct carvq_random *random)
{
    return (float)(2 * carvq_random_unit(random) - 1);
}

// Polylines of 5, 1 and 4 nodes; positions away from the nodes and on both outer lines too.
static struct fixture *make_fixture(void)
{
    struct fixture *fixture = malloc(sizeof *fixture);
    assert_non_null(fixture);
    const size_t first[DIM + 1] = {0, 5, 6, 10};
    const float places[ROWS] = {-2.4f, 0.3f, 0.7f, 1.5f, 2.45f, 3.25f, 6.6f};
    struct carvq_random random = carvq_random_stream(5, 0);
    memcpy(fixture->first, first, sizeof first);
    fixture->curves = (struct carvq_curves){DIM, COLS, NODES, fixture->first, fixture->nodes};
    for (size_t i = 0; i < NODES * COLS; i++)
        fixture->nodes[i] = uniform(&random);
    for (size_t i = 0; i < ROWS * COLS; i++)
        fixture->residual[i] = 3 * uniform(&random);
    for (size_t r = 0; r < ROWS; r++)
        for (size_t i = 0; i < DIM; i++)
            fixture->positions[r * DIM + i] = places[(r + 2 * i) % ROWS];
    return fixture;
}

// What polyline i adds to column c at t.
static double reference_curve(const struct fixture *fixture, const double *nodes, size_t i, double t, size_t c)
{
    size_t first = fixture->first[i], count = fixture->first[i + 1] - first, k = 0;
    if (count == 1)
        return nodes[first * COLS + c];
    while (k + 2 < count && t >= (double)(k + 1))
        k++;
    double left = nodes[(first + k) * COLS + c], right = nodes[(first + k + 1) * COLS + c];
    return left + (t - (double)k) * (right - left);
}

// Sum of |residual - gamma|.
static double reference_loss(const struct fixture *fixture, const double *nodes, const double *positions)
{
    double loss = 0;
    for (size_t r = 0; r < ROWS; r++)
        for (size_t c = 0; c < COLS; c++) {
            double error = fixture->residual[r * COLS + c];
            for (size_t i = 0; i < DIM; i++)
                error -= reference_curve(fixture, nodes, i, positions[r * DIM + i], c);
            loss += fabs(error);
        }
    return loss;
}

// |difference| of the tensors' gradients over |gradient|.
static double relative_error(const double *expected, const float *got, size_t count)
{
    double difference = 0, length = 0;
    for (size_t i = 0; i < count; i++) {
        difference += (expected[i] - (double)got[i]) * (expected[i] - (double)got[i]);
        length += expected[i] * expected[i];
    }
    return sqrt(difference / length);
}

static void finite_differences(const struct fixture *fixture, double *nodes, double *positions, double *tensor, size_t count,
                               double *gradient_ret)
{
    const double step = 1e-7; // shorter than the way to the next kink of the L1 error
    for (size_t i = 0; i < count; i++) {
        double before = tensor[i];
        tensor[i] = before + step;
        double above = reference_loss(fixture, nodes, positions);
        tensor[i] = before - step;
        double below = reference_loss(fixture, nodes, positions);
        tensor[i] = before;
        gradient_ret[i] = (above - below) / (2 * step);
    }
}

static void test_gradients(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    float weights[ROWS * NODES], slopes[ROWS * COLS], by_weights[ROWS * NODES], by_nodes[NODES * COLS] = {0},
                                                                                                 by_positions[ROWS * DIM];
    double nodes[NODES * COLS], positions[ROWS * DIM], expected[NODES * COLS], loss = 0;
    for (size_t i = 0; i < NODES * COLS; i++)
        nodes[i] = fixture->nodes[i];
    for (size_t i = 0; i < ROWS * DIM; i++)
        positions[i] = fixture->positions[i];

    carvq_curves_weights(&fixture->curves, fixture->positions, ROWS, weights);
    carvq_curves_forward(&fixture->curves, weights, fixture->residual, ROWS, slopes);
    for (size_t i = 0; i < ROWS * COLS; i++) {
        loss += fabs((double)slopes[i]);
        slopes[i] = slopes[i] > 0 ? -1 : 1;
    }
    double reference = reference_loss(fixture, nodes, positions);
    assert_true(fabs(loss - reference) < 1e-5 * reference);

    carvq_curves_backward_nodes(&fixture->curves, weights, slopes, ROWS, by_nodes);
    finite_differences(fixture, nodes, positions, nodes, NODES * COLS, expected);
    double error = relative_error(expected, by_nodes, NODES * COLS);
    print_message("nodes: relative error %.1e\n", error);
    assert_true(error < 1e-3);

    carvq_curves_backward_weights(&fixture->curves, slopes, ROWS, by_weights);
    for (size_t r = 0; r < ROWS; r++)
        carvq_curves_backward_positions(&fixture->curves, fixture->positions + r * DIM, by_weights + r * NODES,
                                        by_positions + r * DIM);
    finite_differences(fixture, nodes, positions, positions, ROWS * DIM, expected);
    error = relative_error(expected, by_positions, ROWS * DIM);
    print_message("positions: relative error %.1e\n", error);
    assert_true(error < 1e-3);
    free(fixture);
}

static void gram_of_nodes(const struct fixture *fixture, float *gram_ret)
{
    for (size_t a = 0; a < NODES; a++)
        for (size_t b = 0; b < NODES; b++) {
            gram_ret[a * NODES + b] = 0;
            for (size_t c = 0; c < COLS; c++)
                gram_ret[a * NODES + b] += fixture->nodes[a * COLS + c] * fixture->nodes[b * COLS + c];
        }
}

static double square_error(const struct fixture *fixture, const float *row, const float *positions)
{
    double nodes[NODES * COLS], sum = 0;
    for (size_t i = 0; i < NODES * COLS; i++)
        nodes[i] = fixture->nodes[i];
    for (size_t c = 0; c < COLS; c++) {
        double error = row[c];
        for (size_t i = 0; i < DIM; i++)
            error -= reference_curve(fixture, nodes, i, positions[i], c);
        sum += error * error;
    }
    return sum;
}

// No other place of one polyline's position is better than the one that was chosen.
static void test_place_is_the_best_one(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    float gram[NODES * NODES], dots[NODES], scratch[NODES];
    gram_of_nodes(fixture, gram);
    for (size_t r = 0; r < ROWS; r++) {
        const float *row = fixture->residual + r * COLS;
        float *positions = fixture->positions + r * DIM;
        for (size_t k = 0; k < NODES; k++) {
            dots[k] = 0;
            for (size_t c = 0; c < COLS; c++)
                dots[k] += row[c] * fixture->nodes[k * COLS + c];
        }
        carvq_curves_place(&fixture->curves, gram, dots, positions, 50, scratch);
        double best = square_error(fixture, row, positions);
        for (size_t i = 0; i < DIM; i++) {
            float chosen = positions[i];
            for (float t = -10; t < 14; t += 0.01f) {
                positions[i] = t;
                assert_true(square_error(fixture, row, positions) > best * (1 - 1e-4));
            }
            positions[i] = chosen;
        }
    }
    free(fixture);
}

static void test_cholesky_solves(void **state)
{
    (void)state;
    enum { N = 5 };
    struct carvq_random random = carvq_random_stream(1, 1);
    double root[N * N], matrix[N * N], right[N], columns[N * 2];
    for (size_t i = 0; i < N * N; i++)
        root[i] = uniform(&random);
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < N; j++) {
            matrix[i * N + j] = 0;
            for (size_t k = 0; k < N; k++)
                matrix[i * N + j] += root[i * N + k] * root[j * N + k];
        }
    }
    for (size_t i = 0; i < N; i++) {
        right[i] = 0;
        for (size_t j = 0; j < N; j++)
            right[i] += matrix[i * N + j] * (double)(j + 1); // the solution is 1, 2, 3, ..
    }
    for (size_t i = 0; i < N; i++) {
        columns[2 * i] = right[i];
        columns[2 * i + 1] = -2 * right[i];
    }
    carvq_cholesky(matrix, N, 1e-12);
    carvq_cholesky_solve(matrix, N, right);
    carvq_cholesky_solve_columns(matrix, N, columns, 2);
    for (size_t i = 0; i < N; i++) {
        assert_true(fabs(right[i] - (double)(i + 1)) < 1e-5);
        assert_true(fabs(columns[2 * i] - (double)(i + 1)) < 1e-5);
        assert_true(fabs(columns[2 * i + 1] + 2 * (double)(i + 1)) < 1e-5);
    }
}

static void test_singular_matrix_is_solved_without_nan(void **state)
{
    (void)state;
    double zeros[9] = {0}, ones[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1}, right[3] = {1, 2, 3};
    carvq_cholesky(zeros, 3, 1e-4);
    carvq_cholesky_solve(zeros, 3, right);
    assert_true(right[0] == 1 && right[1] == 2 && right[2] == 3);
    carvq_cholesky(ones, 3, 1e-4);
    carvq_cholesky_solve(ones, 3, right);
    for (size_t i = 0; i < 3; i++)
        assert_true(isfinite(right[i]));
}

static void test_eigenvectors(void **state)
{
    (void)state;
    double matrix[9] = {2, 1, 0, 1, 2, 0, 0, 0, 5}, values[3], vectors[9];
    carvq_eigen(matrix, 3, values, vectors);
    const double expected[3] = {5, 3, 1};
    for (size_t i = 0; i < 3; i++)
        assert_true(fabs(values[i] - expected[i]) < 1e-12);
    assert_true(fabs(fabs(vectors[2]) - 1) < 1e-12);
    assert_true(fabs(vectors[3] - vectors[4]) < 1e-12 && fabs(vectors[6] + vectors[7]) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradients),       cmocka_unit_test(test_place_is_the_best_one),
        cmocka_unit_test(test_cholesky_solves), cmocka_unit_test(test_singular_matrix_is_solved_without_nan),
        cmocka_unit_test(test_eigenvectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

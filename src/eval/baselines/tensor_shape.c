// SPDX-License-Identifier: MIT
// How a row of n values becomes a tensor. The finest one that n allows has the primes of n as its factors, 2 x 2 x .. x 2 where n
// is a power of two; with fewer factors, they are as equal as these primes make them, the largest first. Where n has a prime
// above 7, rows are filled up with zeros to the next size that has none.
#include <inttypes.h>
#include <stdio.h>

#include "eval/baselines/method.h"

static uint64_t without_small_primes(uint64_t size)
{
    for (uint64_t prime = 2; prime <= 7; prime++)
        while (size % prime == 0)
            size /= prime;
    return size;
}

// In rising order.
static unsigned find_primes(uint64_t size, uint32_t *primes_ret)
{
    unsigned count = 0;
    for (uint32_t prime = 2; prime <= 7; prime++)
        for (; size % prime == 0; size /= prime)
            primes_ret[count++] = prime;
    if (count == 0)
        primes_ret[count++] = 1;
    return count;
}

// Each prime, the largest first, goes to the factor that is the smallest so far.
static void balance(const uint32_t *primes, unsigned count, uint32_t *factors_ret, unsigned order)
{
    for (unsigned k = 0; k < order; k++)
        factors_ret[k] = 1;
    while (count-- > 0) {
        unsigned least = 0;
        for (unsigned k = 1; k < order; k++)
            least = factors_ret[k] < factors_ret[least] ? k : least;
        factors_ret[least] *= primes[count];
    }
    for (unsigned k = 1; k < order; k++)
        for (unsigned i = k; i > 0 && factors_ret[i] > factors_ret[i - 1]; i--) {
            uint32_t factor = factors_ret[i];
            factors_ret[i] = factors_ret[i - 1];
            factors_ret[i - 1] = factor;
        }
}

struct carvq_tensor_train carvq_tensor_train_plan(uint32_t cols, uint32_t factors, uint32_t rank)
{
    struct carvq_tensor_train train = {.size = cols, .ranks = {1}};
    uint32_t primes[CARVQ_TENSOR_MAX_ORDER];
    while (without_small_primes(train.size) != 1)
        train.size++;
    const unsigned most = find_primes(train.size, primes);
    train.order = factors > 0 && factors < most ? factors : most;
    if (train.order < most)
        balance(primes, most, train.factors, train.order);
    for (unsigned k = 0; k < most && train.order == most; k++)
        train.factors[k] = primes[k];
    uint64_t left = train.size;
    for (unsigned k = 0; k < train.order; k++) {
        uint64_t side = (uint64_t)train.ranks[k] * train.factors[k], cut = rank;
        left /= train.factors[k];
        cut = side < cut ? side : cut;
        cut = left < cut ? left : cut;
        train.ranks[k + 1] = (uint32_t)cut;
        train.values += side * cut;
        train.side = side > train.side ? side : train.side;
    }
    return train;
}

// "16x8", "2^9x7"
void carvq_tensor_train_name(const struct carvq_tensor_train *train, char *buffer, size_t size)
{
    size_t used = 0;
    for (unsigned k = 0, next; k < train->order && used < size; k = next) {
        for (next = k + 1; next < train->order && train->factors[next] == train->factors[k] && train->order > 3;)
            next++;
        used += (size_t)snprintf(buffer + used, size - used, next - k > 1 ? "%s%" PRIu32 "^%u" : "%s%" PRIu32, k > 0 ? "x" : "",
                                 train->factors[k], next - k);
    }
}

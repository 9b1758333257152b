// SPDX-License-Identifier: MIT
// Vocabulary and merges in hash tables, and the merges done with a heap.
#include "tokenizer/bpe.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/utf8.h"

#define NOWHERE UINT32_MAX

// A piece of the pre-token that is being encoded: a doubly linked list in an array.
struct carvq_tok_symbol {
    uint32_t id, previous, next; // previous, next: index or NOWHERE
    bool gone;                   // became part of the symbol before it
};

// A merge that can be done at a position, or could before its symbols changed.
struct carvq_tok_candidate {
    uint64_t order; // rank, then position, so that the smallest comes first
    uint32_t merged;
};

static size_t hash_text(const char *text, size_t length)
{
    uint64_t hash = 0xcbf29ce484222325; // FNV-1a, 64 bits
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3;
    return (size_t)(hash ^ hash >> 32);
}

static size_t hash_pair(uint32_t left, uint32_t right)
{
    uint64_t hash = ((uint64_t)left << 32 | right) * 0x9e3779b97f4a7c15; // Fibonacci hashing
    return (size_t)(hash ^ hash >> 32);
}

// Slots of a hash table for count entries, minus 1: at least half are free.
static size_t table_mask(size_t count)
{
    size_t size = 16;
    while (size / 2 < count)
        size *= 2;
    return size - 1;
}

// The slot in which text is, or would be put.
static uint32_t *find_slot(const struct carvq_tok_bpe *bpe, const char *text, size_t length)
{
    for (size_t i = hash_text(text, length) & bpe->slot_mask;; i = (i + 1) & bpe->slot_mask) {
        if (bpe->slots[i] == 0)
            return &bpe->slots[i];
        const struct carvq_tok_piece *piece = &bpe->pieces[bpe->slots[i] - 1];
        if (piece->length == length && memcmp(bpe->arena.data + piece->offset, text, length) == 0)
            return &bpe->slots[i];
    }
}

static struct carvq_tok_pair *find_pair(const struct carvq_tok_bpe *bpe, uint32_t left, uint32_t right)
{
    size_t i = hash_pair(left, right) & bpe->pair_mask;
    while (bpe->pairs[i].used && (bpe->pairs[i].left != left || bpe->pairs[i].right != right))
        i = (i + 1) & bpe->pair_mask;
    return &bpe->pairs[i];
}

bool carvq_tok_bpe_index_pieces(struct carvq_tok_bpe *bpe, size_t *duplicate_ret)
{
    bpe->slot_mask = table_mask(bpe->piece_count);
    bpe->slots = calloc(bpe->slot_mask + 1, sizeof *bpe->slots);
    *duplicate_ret = bpe->piece_count;
    if (bpe->slots == NULL)
        return false;
    for (size_t i = 0; i < bpe->piece_count; i++) {
        uint32_t *slot = find_slot(bpe, bpe->arena.data + bpe->pieces[i].offset, bpe->pieces[i].length);
        if (*slot != 0) {
            *duplicate_ret = i;
            return false;
        }
        *slot = (uint32_t)(i + 1);
    }
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < 256; i++) {
        const char text[6] = {'<', '0', 'x', digits[i >> 4], digits[i & 15], '>'};
        bpe->has_bytes[i] = carvq_tok_bpe_find(bpe, text, sizeof text, &bpe->bytes[i]);
    }
    return true;
}

bool carvq_tok_bpe_index_merges(struct carvq_tok_bpe *bpe)
{
    bpe->pair_mask = table_mask(bpe->merge_count);
    bpe->pairs = calloc(bpe->pair_mask + 1, sizeof *bpe->pairs);
    if (bpe->pairs == NULL)
        return false;
    for (size_t rank = 0; rank < bpe->merge_count; rank++) {
        const struct carvq_tok_merge *merge = &bpe->merges[rank];
        *find_pair(bpe, merge->left, merge->right) = (struct carvq_tok_pair){merge->left, merge->right, (uint32_t)rank,
                                                                             merge->merged, true};
    }
    return true;
}

void carvq_tok_bpe_free(struct carvq_tok_bpe *bpe)
{
    free(bpe->arena.data);
    free(bpe->pieces);
    free(bpe->slots);
    free(bpe->merges);
    free(bpe->pairs);
}

void carvq_tok_bpe_work_free(struct carvq_tok_bpe_work *work)
{
    free(work->symbols);
    free(work->heap);
}

bool carvq_tok_bpe_find(const struct carvq_tok_bpe *bpe, const char *text, size_t length, uint32_t *id_ret)
{
    uint32_t slot = *find_slot(bpe, text, length);
    if (slot == 0)
        return false;
    *id_ret = bpe->pieces[slot - 1].id;
    return true;
}

static bool has_all_bytes(const struct carvq_tok_bpe *bpe, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!bpe->has_bytes[(unsigned char)text[i]])
            return false;
    return true;
}

static void add_symbol(struct carvq_tok_symbol *symbols, uint32_t *count, uint32_t id)
{
    symbols[*count] = (struct carvq_tok_symbol){id, *count == 0 ? NOWHERE : *count - 1, *count + 1, false};
    ++*count;
}

// One symbol per character; a character that is no piece becomes one symbol per byte, or the unknown token, or nothing.
// An unknown token is held back until the next piece, to be fused with its neighbours; that it is not written before
// the bytes of byte fallback is how the tokenizers library does it.
static enum carvq_status first_symbols(const struct carvq_tok_bpe *bpe, const char *name, const char *text, size_t length,
                                       struct carvq_tok_symbol *symbols, uint32_t *count_ret, struct carvq_error *error)
{
    uint32_t count = 0, id;
    bool pending = false;
    for (size_t at = 0, size; at < length; at += size) {
        size = carvq_utf8_length(text + at, length - at);
        if (carvq_tok_bpe_find(bpe, text + at, size, &id)) {
            if (pending)
                add_symbol(symbols, &count, bpe->unknown);
            pending = false;
            add_symbol(symbols, &count, id);
        } else if (bpe->byte_fallback && has_all_bytes(bpe, text + at, size)) {
            for (size_t i = 0; i < size; i++)
                add_symbol(symbols, &count, bpe->bytes[(unsigned char)text[at + i]]);
        } else if (bpe->has_unknown_text) {
            if (!bpe->has_unknown)
                return carvq_fail(error, CARVQ_ERROR_FORMAT,
                                  "%s: '%.*s' is not in the tokenizer's vocabulary, nor is its unk_token", name, (int)size,
                                  text + at);
            if (pending && !bpe->fuse_unknown)
                add_symbol(symbols, &count, bpe->unknown);
            pending = true;
        }
    }
    if (pending)
        add_symbol(symbols, &count, bpe->unknown);
    if (count > 0)
        symbols[count - 1].next = NOWHERE;
    *count_ret = count;
    return CARVQ_OK;
}

static void push(struct carvq_tok_candidate *heap, size_t *size, struct carvq_tok_candidate candidate)
{
    size_t i = (*size)++;
    for (; i > 0 && candidate.order < heap[(i - 1) / 2].order; i = (i - 1) / 2)
        heap[i] = heap[(i - 1) / 2];
    heap[i] = candidate;
}

static struct carvq_tok_candidate pop(struct carvq_tok_candidate *heap, size_t *size)
{
    struct carvq_tok_candidate top = heap[0], last = heap[--*size];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < *size; i = child) {
        if (child + 1 < *size && heap[child + 1].order < heap[child].order)
            child++;
        if (last.order <= heap[child].order)
            break;
        heap[i] = heap[child];
    }
    heap[i] = last;
    return top;
}

// Pushes the merge of the symbol at position with the next one, if there is one.
static void push_merge(const struct carvq_tok_bpe *bpe, const struct carvq_tok_symbol *symbols, uint32_t position,
                       struct carvq_tok_candidate *heap, size_t *size)
{
    if (position == NOWHERE || symbols[position].next == NOWHERE)
        return;
    const struct carvq_tok_pair *pair = find_pair(bpe, symbols[position].id, symbols[symbols[position].next].id);
    if (pair->used)
        push(heap, size, (struct carvq_tok_candidate){(uint64_t)pair->rank << 32 | position, pair->merged});
}

// The heap never holds more than 2 count candidates: count - 1 at first, and each of at most count - 1 merges takes one
// and adds two.
static void merge_symbols(const struct carvq_tok_bpe *bpe, struct carvq_tok_symbol *symbols, uint32_t count,
                          struct carvq_tok_candidate *heap)
{
    size_t size = 0;
    for (uint32_t i = 0; i < count; i++)
        push_merge(bpe, symbols, i, heap, &size);
    while (size > 0) {
        struct carvq_tok_candidate top = pop(heap, &size);
        uint32_t position = (uint32_t)top.order;
        struct carvq_tok_symbol *symbol = &symbols[position];
        if (symbol->gone || symbol->next == NOWHERE)
            continue;
        // The candidate is stale unless its pair, or another one with the same result, is still there.
        struct carvq_tok_symbol *right = &symbols[symbol->next];
        const struct carvq_tok_pair *pair = find_pair(bpe, symbol->id, right->id);
        if (!pair->used || pair->merged != top.merged)
            continue;
        symbol->id = top.merged;
        symbol->next = right->next;
        right->gone = true;
        if (symbol->next != NOWHERE)
            symbols[symbol->next].previous = position;
        push_merge(bpe, symbols, symbol->previous, heap, &size);
        push_merge(bpe, symbols, position, heap, &size);
    }
}

// Room for symbol_count symbols and the heap that belongs to them.
static bool reserve_work(struct carvq_tok_bpe_work *work, size_t symbol_count)
{
    void *symbols = work->symbols, *heap = work->heap;
    bool enough = carvq_tok_reserve(&symbols, &work->symbol_capacity, 0, symbol_count, sizeof *work->symbols);
    enough = enough && carvq_tok_reserve(&heap, &work->heap_capacity, 0, 2 * symbol_count, sizeof *work->heap);
    work->symbols = symbols;
    work->heap = heap;
    return enough;
}

enum carvq_status carvq_tok_bpe_encode(const struct carvq_tok_bpe *bpe, struct carvq_tok_bpe_work *work, const char *name,
                                       const char *text, size_t length, struct carvq_tok_ids *ids, struct carvq_error *error)
{
    uint32_t whole;
    if (bpe->ignore_merges && carvq_tok_bpe_find(bpe, text, length, &whole))
        return carvq_tok_append_id(ids, whole) ? CARVQ_OK : carvq_tok_no_memory(name, error);
    if (length > UINT32_MAX / 2)
        return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: a pre-token of %zu bytes is too long", name, length);
    if (!reserve_work(work, length))
        return carvq_tok_no_memory(name, error);
    uint32_t count = 0;
    enum carvq_status status = first_symbols(bpe, name, text, length, work->symbols, &count, error);
    if (status != CARVQ_OK)
        return status;
    merge_symbols(bpe, work->symbols, count, work->heap);
    for (uint32_t i = 0; i < count; i++)
        if (!work->symbols[i].gone && !carvq_tok_append_id(ids, work->symbols[i].id))
            return carvq_tok_no_memory(name, error);
    return CARVQ_OK;
}

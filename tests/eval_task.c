// SPDX-License-Identifier: MIT
// Answers to tasks, of models whose probabilities are known, against the definition in eval/task.h.
#include "eval_task_test.h"
#include "lm/rows.h"
#include "lm_fixture.h"

// ---- a model of known probabilities -------------------------------------------------------------------------------

// Its tokens are single characters, what is put in front of a text, its end, and four merges.
static const char characters[] = " abcdQuestionAwr:\n01234567";
enum { FRONT = 26, END, SPACE_A, A_B, D_SPACE, V = 32 };

static const char tokenizer_start
    [] = "{'added_tokens':[{'id':26,'content':'<front>','single_word':false,'lstrip':false,'rstrip':false,'normalized':false,"
         "'special':true}],";
static const char tokenizer_front[] = "'post_processor':{'type':'TemplateProcessing','single':[{'SpecialToken':{'id':'<front>'}},"
                                      "{'Sequence':{'id':'A'}}],'special_tokens':{'<front>':{'id':'<front>','ids':[26]}}},";
static const char tokenizer_model
    [] = "'model':{'type':'BPE','merges':[[' ','a'],['a','b'],['d',' '],['d ','7']],'vocab':{' "
         "':0,'a':1,'b':2,'c':3,'d':4,'Q':5,'u':6,'e':7,"
         "'s':8,'t':9,'i':10,'o':11,'n':12,'A':13,'w':14,'r':15,':':16,'\\n':17,'0':18,'1':19,'2':20,'3':21,'4':22,'5':23,'6':24,"
         "'7':25,'<front>':26,'<end>':27,' a':28,'ab':29,'d ':30,'d 7':31}}}";

static struct carvq_tokenizer *make_tokenizer(bool front)
{
    char text[2048];
    snprintf(text, sizeof text, "%s%s%s", tokenizer_start, front ? tokenizer_front : "", tokenizer_model);
    return tokenizer_open(text);
}

// Fills p[a][b], the probability of b behind a: 0.9 for neighbours ab of chain ($ is the end of a text), else something.
static void set_probabilities(double p[V][V], const char *chain)
{
    for (size_t a = 0; a < V; a++) {
        double sum = 0;
        for (size_t b = 0; b < V; b++)
            sum += p[a][b] = 1 + (double)((a * 7 + b * 13 + a * b) % 11);
        for (size_t b = 0; b < V; b++)
            p[a][b] /= sum;
    }
    for (; chain[0] != '\0' && chain[1] != '\0'; chain++) {
        const size_t a = (size_t)(strchr(characters, chain[0]) - characters);
        const size_t b = chain[1] == '$' ? END : (size_t)(strchr(characters, chain[1]) - characters);
        const double rest = 1 - p[a][b];
        for (size_t i = 0; i < V; i++)
            p[a][i] = i == b ? 0.9 : p[a][i] * 0.1 / rest;
    }
}

// The head that gives these probabilities: the state of token a is sqrt(V) at place a, all but for the norm's epsilon.
static void set_head(double p[V][V], float head[V * V])
{
    for (size_t a = 0; a < V; a++)
        for (size_t b = 0; b < V; b++)
            head[b * V + a] = (float)(log(p[a][b]) * sqrt(1.0 / V + 1e-5));
}

// The layers of the model add nothing, so that p holds whatever stands before a.
struct known {
    struct fixture fixture;
    double p[V][V];
    float embedding[V * V], head[V * V], zeros[V * V], ones[V];
    struct carvq_checkpoint *checkpoint;
    struct carvq_task_model model;
    struct carvq_lm *lm;
    struct carvq_tokenizer *tokenizer;
};

static void known_begin(struct known *known, const char *chain, size_t window, bool front)
{
    struct carvq_error error;
    *known = (struct known){.tokenizer = make_tokenizer(front)};
    set_probabilities(known->p, chain);
    set_head(known->p, known->head);
    for (size_t i = 0; i < V; i++)
        known->embedding[i * V + i] = known->ones[i] = 1;
    fixture_begin(&known->fixture);
    for (size_t i = 0; i < known->fixture.count; i++) {
        struct fixture_tensor *tensor = &known->fixture.tensors[i];
        tensor->rows = tensor->rows == FIXTURE_V ? V : tensor->rows == 24 ? 24 : 2 * tensor->rows;
        tensor->cols = tensor->cols == 24 ? 24 : V;
        tensor->values = tensor->rows == 0                           ? known->ones
                         : strstr(tensor->name, "embed") != NULL     ? known->embedding
                         : strstr(tensor->name, "lm_head") != NULL   ? known->head
                         : strstr(tensor->name, "o_proj") != NULL    ? known->zeros
                         : strstr(tensor->name, "down_proj") != NULL ? known->zeros
                                                                     : NULL;
    }
    json_object_set_new(known->fixture.config, "hidden_size", json_integer(V));
    json_object_set_new(known->fixture.config, "vocab_size", json_integer(V));
    json_object_set_new(known->fixture.config, "eos_token_id", json_pack("[i,i]", V - 1, END));
    json_object_set_new(known->fixture.config, "max_position_embeddings", json_integer((json_int_t)window));
    fixture_write(&known->fixture);
    if (carvq_checkpoint_open(known->fixture.directory, &known->checkpoint, &error) != CARVQ_OK ||
        carvq_lm_open(known->checkpoint, &known->lm, &error) != CARVQ_OK)
        fail_msg("%s", error.message);
    known->model = (struct carvq_task_model){.lm = known->lm, .tokenizer = known->tokenizer};
}

static void known_end(struct known *known)
{
    carvq_lm_close(known->lm);
    carvq_checkpoint_close(known->checkpoint);
    carvq_tokenizer_close(known->tokenizer);
    fixture_end(&known->fixture);
}

// The log-probability of the ids from the split-th on.
static double log_p(const struct known *known, const char *ids, size_t split)
{
    double sum = 0;
    char *end;
    size_t before = strtoul(ids, &end, 10);
    for (size_t i = 1; *end != '\0'; i++) {
        const size_t id = strtoul(end, &end, 10);
        sum += i >= split ? log(known->p[before][id]) : 0;
        before = id;
    }
    return sum;
}

static void expect_refusal(const struct carvq_task_model *model, const char *text, const char *message)
{
    struct carvq_task task = task_parse(text);
    struct carvq_task_result result;
    struct carvq_error error;
    const struct carvq_task_options options = {.max_new = 1};
    assert_int_not_equal(carvq_task_run(model, &task, &options, &result, &error), CARVQ_OK);
    if (strstr(error.message, message) == NULL)
        fail_msg("'%s' does not have '%s'", error.message, message);
    carvq_task_free(&task);
}

// ---- multiple choice ----------------------------------------------------------------------------------------------

// What is scored, as ids: everything behind as many tokens as the context has alone, without white space at its end.
static void test_scores_are_as_defined(void **state)
{
    (void)state;
    struct known known;
    known_begin(&known, "", 64, false);
    struct carvq_task task = task_parse("{'context':'ab','choices':['b','a','cd'],'label':0}\n"
                                        "{'context':'b ','choices':['a','0'],'label':0}\n"
                                        "{'context':'b\\n','choices':['a','0'],'label':0}\n"
                                        "{'context':'d','choices':['b','c:'],'label':1}\n"
                                        "{'context':'c','choices':['b','b0123'],'label':1}\n"
                                        "{'context':'cd','choices':['7','6'],'label':1}\n");
    struct carvq_task_result result = task_run(&known.model, &task, 0, 2);
    const double expected[] = {
        log_p(&known, "29 0 2", 1),   log_p(&known, "29 28", 1),
        log_p(&known, "29 0 3 4", 1),                                // ab| b; ab| a; ab| c d
        log_p(&known, "2 0 28", 1),   log_p(&known, "2 0 0 18", 1),  // b|  a; b|  0
        log_p(&known, "2 17 28", 1),  log_p(&known, "2 17 0 18", 1), // b|\n a; b|\n 0
        log_p(&known, "30 2", 1),     log_p(&known, "30 3 16", 1),   // "d " takes the space, which is then not scored
        log_p(&known, "3 0 2", 1),    log_p(&known, "3 0 2 18 19 20 21", 1),
        log_p(&known, "3 31", 1),     log_p(&known, "3 30 24", 2), // as many tokens as "cd" alone: the last one is scored
    };
    for (size_t i = 0; i < task.choices; i++)
        assert_near(result.log_probabilities[i], expected[i], 1e-5);
    bool differ = false;
    for (size_t i = 0; i < task.count; i++) {
        const struct carvq_task_item *item = &task.items[i];
        size_t best = 0, normalized = 0;
        for (size_t k = 1; k < item->choice_count; k++) {
            const double *e = expected + item->first;
            best = e[k] > e[best] ? k : best;
            normalized = e[k] / (double)strlen(carvq_task_choice(item, k)) >
                                 e[normalized] / (double)strlen(carvq_task_choice(item, normalized))
                             ? k
                             : normalized;
        }
        assert_int_equal(result.outcomes[i].original.choice, best);
        assert_int_equal(result.outcomes[i].original.normalized_choice, normalized);
        assert_false(result.outcomes[i].cut);
        differ = differ || best != normalized;
    }
    assert_true(differ); // else the test would not see one taken for the other
    assert_int_equal(result.figures[CARVQ_TASK_EXACT].items, 0);
    carvq_task_result_free(&result, task.count);
    carvq_task_free(&task);
    known_end(&known);
}

static void test_token_in_front(void **state)
{
    (void)state;
    struct known known;
    known_begin(&known, "", 64, true);
    struct carvq_task task = task_parse(
        "{'context':'','choices':['b','a'],'label':0}\n{'context':'c','choices':['b','a'],'label':0}");
    struct carvq_task_result result = task_run(&known.model, &task, 0, 1);
    assert_near(result.log_probabilities[0], log_p(&known, "26 0 2", 1), 1e-5);
    assert_near(result.log_probabilities[1], log_p(&known, "26 28", 1), 1e-5);
    assert_near(result.log_probabilities[2], log_p(&known, "26 3 0 2", 2), 1e-5);
    carvq_task_result_free(&result, task.count);
    carvq_task_free(&task);
    known_end(&known);
    known_begin(&known, "", 64, false);
    expect_refusal(&known.model, "\n{'context':' ','choices':['b','a'],'label':0}",
                   "FILE: line 2: nothing stands before the choices: 'context' is empty");
    known_end(&known);
}

static void test_first_of_equal_choices(void **state)
{
    (void)state;
    struct known known;
    known_begin(&known, "", 64, false);
    struct carvq_task task = task_parse("{'context':'a','choices':['b','b','b'],'label':0}");
    struct carvq_task_result result = task_run(&known.model, &task, 0, 2);
    assert_true(result.log_probabilities[0] == result.log_probabilities[1]);
    assert_int_equal(result.outcomes[0].original.choice, 0);
    assert_int_equal(result.outcomes[0].original.normalized_choice, 0);
    carvq_task_result_free(&result, task.count);
    carvq_task_free(&task);
    known_end(&known);
}

// A window of four: the model sees four tokens and predicts a fifth.
static void test_long_context_is_cut_at_its_front(void **state)
{
    (void)state;
    struct known known;
    known_begin(&known, "", 4, false);
    struct carvq_task task = task_parse("{'context':'0123','choices':['b','67'],'label':0}\n"
                                        "{'context':'012','choices':['b','c'],'label':0}\n"
                                        "{'context':'0123','choices':['123','c'],'label':0}\n");
    struct carvq_task_result result = task_run(&known.model, &task, 0, 2);
    assert_near(result.log_probabilities[1], log_p(&known, "21 0 24 25", 1), 1e-5);
    assert_near(result.log_probabilities[4], log_p(&known, "21 0 19 20 21", 1), 1e-5);
    assert_true(result.outcomes[0].cut && !result.outcomes[1].cut && result.outcomes[2].cut);
    assert_int_equal(result.figures[CARVQ_TASK_ACCURACY].cut, 2);
    carvq_task_result_free(&result, task.count);
    carvq_task_free(&task);
    expect_refusal(&known.model, "{'context':'0','choices':['b','1234'],'label':0}",
                   "FILE: line 1: choice 1 has 5 tokens, but the model's window only 4");
    known_end(&known);
}

// ---- numbers ------------------------------------------------------------------------------------------------------

static void expect_text(const char *chain, size_t window, size_t max_new, const char *text, const char *number)
{
    struct known known;
    known_begin(&known, chain, window, true);
    struct carvq_task task = task_parse("{'question':'0','answer':'42.0'}");
    struct carvq_task_result result = task_run(&known.model, &task, max_new, 2);
    const struct carvq_task_answer *answer = &result.outcomes[0].original;
    assert_string_equal(answer->text, text);
    assert_true((answer->number != NULL) == (number != NULL));
    if (number != NULL)
        assert_string_equal(answer->number, number);
    assert_int_equal(result.figures[CARVQ_TASK_EXACT].original.correct, number != NULL && strcmp(number, "42") == 0);
    assert_true(isnan(result.figures[CARVQ_TASK_EXACT].original.error)); // of one item
    assert_true(result.outcomes[0].cut == (window < 40));                // 20 tokens, for which at least half the window is kept
    carvq_task_result_free(&result, task.count);
    carvq_task_free(&task);
    known_end(&known);
}

static void test_generation_stops(void **state)
{
    (void)state;
    expect_text(": 42\n\n", 64, 0, " 42", "42"); // at a blank line
    expect_text(":1$", 64, 0, "1", "1");         // at the end-of-text token, the second of a list
    expect_text(":5Question:", 64, 0, "5", "5"); // at the next question
    expect_text(":11", 64, 5, "11111", "11111"); // after as many tokens as asked for
    expect_text(":11", 64, 44, "11111111111111111111111111111111111111111111", "11111111111111111111111111111111111111111111");
    expect_text(":11", 24, 0, "111111111111", "111111111111"); // the window is full: half of it was kept for the prompt
    expect_text(":bb", 64, 3, "bbb", NULL);
}

// More prompts than slots, of several lengths, right and wrong; figures of both variants worked out by hand.
static void test_figures_by_hand(void **state)
{
    (void)state;
    static double p[V][V];
    static float head[V * V];
    struct known known;
    known_begin(&known, ": 42\n\n", 64, false);
    set_probabilities(p, ":1$");
    set_head(p, head);
    const struct carvq_lm_rows rows = carvq_lm_rows_of_floats(head, V);
    known.model.variant = (struct carvq_eval_variant){.head = &rows, .name = "TABLE"};
    char text[4096] = "";
    for (size_t i = 0; i < 35; i++) // 42: the first 14; 1: the next 7; neither: the rest
        snprintf(text + strlen(text), sizeof text - strlen(text), "{'question':'%.*s','answer':'%s'}\n", (int)(i % 5), "01234",
                 i < 14   ? "42"
                 : i < 21 ? "1"
                          : "7");
    struct carvq_task task = task_parse(text);
    struct carvq_task_result result = task_run(&known.model, &task, 0, 2);
    for (size_t i = 0; i < task.count; i++) {
        assert_string_equal(result.outcomes[i].original.text, " 42");
        assert_string_equal(result.outcomes[i].changed.text, "1");
    }
    const struct carvq_task_figures *figures = &result.figures[CARVQ_TASK_EXACT];
    assert_int_equal(figures->items, 35);
    assert_int_equal(figures->original.correct, 14);
    assert_int_equal(figures->changed.correct, 7);
    assert_int_equal(figures->moved, 35);
    assert_int_equal(figures->lost, 14);
    assert_int_equal(figures->gained, 7);
    assert_near(figures->original.value, 0.4, 1e-12);
    assert_near(figures->original.error, sqrt(0.4 * 0.6 / 34), 1e-12);
    assert_near(figures->changed.error, sqrt(0.2 * 0.8 / 34), 1e-12);
    assert_near(figures->difference, -0.2, 1e-12);
    // -1 fourteen times, 1 seven times, 0 fourteen times: squares of the distances from -0.2.
    assert_near(figures->difference_error, sqrt((14 * 0.64 + 7 * 1.44 + 14 * 0.04) / 34 / 35), 1e-12);
    assert_int_equal(result.figures[CARVQ_TASK_ACCURACY].items, 0);
    carvq_task_result_free(&result, task.count);
    carvq_task_free(&task);
    known_end(&known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scores_are_as_defined),  cmocka_unit_test(test_token_in_front),
        cmocka_unit_test(test_first_of_equal_choices), cmocka_unit_test(test_long_context_is_cut_at_its_front),
        cmocka_unit_test(test_generation_stops),       cmocka_unit_test(test_figures_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

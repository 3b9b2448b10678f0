/* See completeness.h. */
#include "gctool/analyze/completeness.h"

static const struct {
    const char *word, *text;
    bool counts_too;
} reason_table[] = {
#define X(name, word, counts_too, text) {word, text, counts_too},
    COMPLETENESS_REASONS(X)
#undef X
};

struct completeness completeness_judge(const struct model *model, const struct file_state *file)
{
    struct completeness judged = {.counts_exact = true, .alive_exact = true};
    judged.reasons[COMPLETENESS_CUT] = file->cut;
    judged.reasons[COMPLETENESS_DAMAGED] = file->damaged_blocks > 0;
    judged.reasons[COMPLETENESS_LOST] = model->lost_count > 0;
    judged.reasons[COMPLETENESS_INCONSISTENT] = model_anomaly_count(model) > 0;
    judged.reasons[COMPLETENESS_UNTIL] = model->past_until;
    judged.reasons[COMPLETENESS_NO_END] = !model->past_until && !file->cut && !model->ended;
    judged.reasons[COMPLETENESS_NOT_SWEPT] = !model->past_until && model->ended && !model->ended_swept;
    for (int reason = 0; reason < COMPLETENESS_REASON_COUNT; reason++) {
        if (!judged.reasons[reason])
            continue;
        judged.alive_exact = false;
        if (reason_table[reason].counts_too)
            judged.counts_exact = false;
    }
    return judged;
}

const char *completeness_word(enum completeness_reason reason)
{
    return reason_table[reason].word;
}

const char *completeness_text(enum completeness_reason reason)
{
    return reason_table[reason].text;
}

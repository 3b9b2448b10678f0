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

struct completeness completeness_judge(const struct model *model)
{
    const struct trace_completeness *file = &model->file;
    struct completeness judged = {.counts_exact = true, .alive_exact = true};
    bool is_cut = file->truncated || (file->has_end && file->end.ending == TRACE_REPAIRED);
    bool whole_interval = !model->past_until && !is_cut;
    bool detached = file->has_end && file->end.ending == TRACE_DETACHED;
    bool died = file->has_end && file->end.ending == TRACE_DIED;
    judged.reasons[COMPLETENESS_CUT] = is_cut;
    judged.reasons[COMPLETENESS_DAMAGED] = file->gap_count > 0 || file->header_damaged;
    judged.reasons[COMPLETENESS_LOST] = model->lost_count > 0 || file->lost_events > 0;
    judged.reasons[COMPLETENESS_LATER] = model->later_events > 0;
    judged.reasons[COMPLETENESS_INCONSISTENT] = model_anomaly_count(model) > 0;
    judged.reasons[COMPLETENESS_UNTIL] = model->past_until;
    judged.reasons[COMPLETENESS_DETACHED] = whole_interval && !model->ended && detached;
    judged.reasons[COMPLETENESS_NO_END] = whole_interval && !model->ended && died;
    judged.reasons[COMPLETENESS_UNKNOWN_END] = whole_interval && !model->ended && !detached && !died;
    judged.reasons[COMPLETENESS_NOT_SWEPT] = whole_interval && model->ended && !model->ended_swept;
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

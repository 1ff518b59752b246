#ifndef HALLMARK_RECORD_FRAMES_H
#define HALLMARK_RECORD_FRAMES_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What may stand for a part of a record; `null` may for any. */
typedef enum {
    /* one object */
    hallmark_frame_object = 0,
    /* a list of objects, or one of them, and no member that is named with it in one dotted name */
    hallmark_frame_list = 1,
    /* one object, or a list of them */
    hallmark_frame_either = 2,
    /* no object: a text, a number, a truth value, or a list of these */
    hallmark_frame_value = 3,
    /* a text, or a list of texts */
    hallmark_frame_texts = 4,
} hallmark_frame_form;

/* The paths of the parts of a record in whose place nothing else may stand; NULL behind the last one. */
const char *hallmark_record_frame(size_t index);
/* What may stand at the path; `index` is one of a path. */
hallmark_frame_form hallmark_record_frame_form(size_t index);

#ifdef __cplusplus
}
#endif

#endif

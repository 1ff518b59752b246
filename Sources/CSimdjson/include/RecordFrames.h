#ifndef HALLMARK_RECORD_FRAMES_H
#define HALLMARK_RECORD_FRAMES_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The paths of the objects of a record in whose place nothing else may stand; NULL behind the last one. */
const char *hallmark_record_frame(size_t index);

#ifdef __cplusplus
}
#endif

#endif

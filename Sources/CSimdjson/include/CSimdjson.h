#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#include "FieldPicker.h"
#include "JSONTree.h"
#include "RecordFrames.h"

// A reader of observations over simdjson, which is C++: one line of NDJSON in, its known fields out as
// a flat list. Unknown members are passed over. Nothing here throws.

#ifdef __cplusplus
extern "C" {
#endif

// What a field is; the same cases as Field.Kind, in its order.
enum {
    CSJ_KEYWORD = 0,
    CSJ_LONG = 1,
    CSJ_BOOLEAN = 2,
    CSJ_DATE = 3,
    CSJ_IP = 4,
    CSJ_PAIRS = 5,
    CSJ_MAP = 6,
    CSJ_OBJECTS = 7,
};

// What a value brought. Text is always there, except for CSJ_PRESENT; `integer` for the others. Digits are a
// number that was written as a text, a number is one that is no integer of 64 bits.
enum { CSJ_TEXT = 0, CSJ_INTEGER = 1, CSJ_TRUTH = 2, CSJ_PRESENT = 3, CSJ_DIGITS = 4, CSJ_NUMBER = 5 };

// The exchange of a value that belongs to no HTTP exchange.
enum { CSJ_SHARED = 255 };

typedef struct {
    const uint8_t *text;     // the reader's memory until the next line is read
    const uint8_t *name;     // the member's name, for members of a map that are no field of their own
    int64_t integer;
    uint32_t length;
    uint32_t name_length;
    int32_t next;            // the next value of the same field, or -1
    uint16_t field;          // its place in the list of names
    uint16_t element;        // which element of the array of objects it stands in
    uint8_t type;
    uint8_t exchange;        // the HTTP exchange, or CSJ_SHARED
} csj_value;

typedef struct csj_reader csj_reader;

typedef struct {
    const csj_value *values;
    const int32_t *first;    // by field: its first value, or -1
    uint32_t count;
    uint32_t exchanges;
    uint32_t assessed;       // not 0: somebody's matches, leads, marks or assessment stand in it, in whatever form
    uint32_t misplaced;      // not 0: in the place of that frame of the record (its index and 1) something else stands
    uint32_t other_module;   // not 0: `event.module` names another program's module
    const uint8_t *leads;    // the JSON of `hallmark.leads`, or NULL: the line has none, or the field is left out
    size_t leads_length;
} csj_line;

// `skip[i]` not zero leaves a field out. Returns NULL when memory is short.
csj_reader *csj_new(
    const char *const *names, const uint8_t *kinds, const uint8_t *skip, size_t count);
void csj_free(csj_reader *reader);

// Reads one line. With `padded`, 64 bytes after its end may be read (their values are of no matter); otherwise it is copied.
// Returns 0, or simdjson's error code, or a negative one of our own for a line in which a member stands twice in one
// object; `line` is empty of values then.
int csj_read(csj_reader *reader, const uint8_t *text, size_t length, int padded, csj_line *line);

// What an error code means.
const char *csj_error(int code);

#ifdef __cplusplus
}
#endif

#endif

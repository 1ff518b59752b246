#ifndef CSIMDJSON_FIELD_PICKER_H
#define CSIMDJSON_FIELD_PICKER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Reads the values of a fixed set of dotted paths out of one JSON object, and skips all else.
///
/// A path goes through arrays: each element gives a value of its own. A picker is for one thread.
typedef struct hallmark_picker hallmark_picker;

enum hallmark_picked_kind {
    hallmark_picked_text = 1,     ///< A string: `text`, unescaped.
    hallmark_picked_integer = 2,  ///< A whole number: `number`.
    hallmark_picked_boolean = 3,  ///< `number` is 0 or 1.
    hallmark_picked_raw = 4,      ///< The JSON text of a whole value, as it stands in the line.
    hallmark_picked_element = 5,  ///< The begin of an object in an array; the values after it are its own.
    hallmark_picked_real = 6,     ///< A number with a fraction, or one of too many digits.
};

typedef struct {
    /// Which path, by its place in the list that the picker was made from.
    int32_t path;
    int32_t kind;
    /// Valid until the next run of the same picker.
    const char *text;
    size_t length;
    int64_t number;
} hallmark_picked;

/// @param paths dotted names; one that begins with `=` asks for the value's JSON text, and is no prefix of
/// another. One that ends in `[]` names an array of objects and marks the begin of each of its elements.
hallmark_picker *hallmark_picker_create(const char *const *paths, size_t count);
void hallmark_picker_destroy(hallmark_picker *picker);

/// Reads one line.
///
/// @param capacity how many bytes can be read at `line`; at least `length` + `hallmark_picker_padding()`.
/// @return NULL, or what is wrong with the line. What was picked before the error is still there.
const char *hallmark_picker_run(
    hallmark_picker *picker, const char *line, size_t length, size_t capacity,
    const hallmark_picked **picked, size_t *count
);

/// Whether the line that was read last is JSON to its end, what the run passed over included (a number that no
/// program holds, values too deep in each other).
///
/// The line has to be where it was.
/// @return NULL, or what is wrong with it.
const char *hallmark_picker_check(hallmark_picker *picker);

/// In the line that was read last, the first of the record's own parts (`tls`) in whose place something else
/// stands: its index among the frames and 1, or 0.
size_t hallmark_picker_misplaced(const hallmark_picker *picker);

size_t hallmark_picker_padding(void);

#ifdef __cplusplus
}
#endif
#endif

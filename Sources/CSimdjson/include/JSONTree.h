#ifndef CSIMDJSON_JSON_TREE_H
#define CSIMDJSON_JSON_TREE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// One JSON value of any shape, as a flat list of its parts in order.
///
/// A tree is for one thread, and its nodes are valid until its next parse.
typedef struct hallmark_tree hallmark_tree;

enum hallmark_node_kind {
    hallmark_node_null = 0,
    hallmark_node_boolean = 1,  ///< `integer` is 0 or 1.
    hallmark_node_integer = 2,
    hallmark_node_real = 3,     ///< Also an integer beyond 64 bits.
    hallmark_node_text = 4,
    hallmark_node_array = 5,
    hallmark_node_object = 6,
};

typedef struct {
    const char *text;     ///< Unescaped.
    const char *key;      ///< The member's name, unescaped; NULL for what is no member.
    int64_t integer;      ///< Of a real number its 64 bits, where it is a whole one; of a text 1 where it was a long number.
    double real;
    uint32_t length;
    uint32_t key_length;
    uint32_t end;         ///< The place after the last part of the value; `place + 1` for one without parts.
    int32_t kind;
} hallmark_node;

hallmark_tree *hallmark_tree_create(void);
void hallmark_tree_destroy(hallmark_tree *tree);

/// Parses one value.
///
/// @param padded whether `hallmark_picker_padding()` bytes after the text can be read, so that it need not be copied.
/// @param strict whether a name that stands twice in one object, and a number that no program holds, are errors.
/// @return NULL, or what is wrong with it.
const char *hallmark_tree_parse(
    hallmark_tree *tree, const char *text, size_t length, int padded, int strict,
    const hallmark_node **nodes, size_t *count
);

#ifdef __cplusplus
}
#endif
#endif

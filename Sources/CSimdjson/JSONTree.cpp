#include "JSONTree.h"

#include <vector>

#include <simdjson.h>

using namespace simdjson;

namespace {

/// More parts than this in one value are not read: 64 MiB of text have fewer, unless they are made for it.
constexpr size_t most_nodes = 4 << 20;

}  // namespace

struct hallmark_tree {
    dom::parser parser;
    std::vector<hallmark_node> nodes;

    bool add(dom::element element, std::string_view key, bool member) {
        if (nodes.size() >= most_nodes) return false;
        auto place = nodes.size();
        nodes.push_back({});
        hallmark_node node = {};
        if (member) {
            node.key = key.data();
            node.key_length = uint32_t(key.size());
        }
        switch (element.type()) {
            case dom::element_type::OBJECT: {
                node.kind = hallmark_node_object;
                dom::object object;
                if (element.get_object().get(object)) return false;
                for (auto field : object) {
                    if (!add(field.value, field.key, true)) return false;
                }
                break;
            }
            case dom::element_type::ARRAY: {
                node.kind = hallmark_node_array;
                dom::array array;
                if (element.get_array().get(array)) return false;
                for (auto inner : array) {
                    if (!add(inner, {}, false)) return false;
                }
                break;
            }
            case dom::element_type::STRING: {
                std::string_view text;
                if (element.get_string().get(text)) return false;
                node.kind = hallmark_node_text;
                node.text = text.data();
                node.length = uint32_t(text.size());
                break;
            }
            case dom::element_type::INT64:
                node.kind = hallmark_node_integer;
                if (element.get_int64().get(node.integer)) return false;
                node.real = double(node.integer);
                break;
            case dom::element_type::UINT64: {
                node.kind = hallmark_node_real;
                uint64_t value = 0;
                if (element.get_uint64().get(value)) return false;
                node.real = double(value);
                break;
            }
            case dom::element_type::DOUBLE:
                node.kind = hallmark_node_real;
                if (element.get_double().get(node.real)) return false;
                break;
            case dom::element_type::BOOL: {
                bool value = false;
                node.kind = hallmark_node_boolean;
                if (element.get_bool().get(value)) return false;
                node.integer = value;
                break;
            }
            default: node.kind = hallmark_node_null;
        }
        node.end = uint32_t(nodes.size());
        nodes[place] = node;
        return true;
    }
};

hallmark_tree *hallmark_tree_create(void) { return new hallmark_tree; }

void hallmark_tree_destroy(hallmark_tree *tree) { delete tree; }

const char *hallmark_tree_parse(
    hallmark_tree *tree, const char *text, size_t length, int padded,
    const hallmark_node **nodes, size_t *count
) {
    tree->nodes.clear();
    *nodes = nullptr;
    *count = 0;
    dom::element element;
    auto error = tree->parser.parse(text, length, !padded).get(element);
    if (error) return error_message(error);
    if (!tree->add(element, {}, false)) return "The value has too many parts.";
    *nodes = tree->nodes.data();
    *count = tree->nodes.size();
    return nullptr;
}

#include "JSONTree.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

using namespace simdjson;

namespace {

/// More parts than this in one value are not read: 64 MiB of text have fewer, unless they are made for it.
constexpr size_t most_nodes = 4 << 20;

/// The text with whole numbers of more digits than 64 bits hold in quotes: serial numbers and keys, which some
/// programs write as numbers, and which the parser refuses with all that stands beside them.
std::string with_long_numbers_quoted(const char *text, size_t length) {
    std::string out;
    out.reserve(length + 64);
    for (size_t place = 0; place < length;) {
        char byte = text[place];
        if (byte == '"') {
            size_t end = place + 1;
            while (end < length && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
            end = end < length ? end + 1 : length;
            out.append(text + place, end - place);
            place = end;
        } else if (byte == '-' || (byte >= '0' && byte <= '9')) {
            size_t end = place + 1;
            bool is_whole = true;
            for (; end < length; end++) {
                char next = text[end];
                if (next >= '0' && next <= '9') continue;
                if (next != '.' && next != 'e' && next != 'E' && next != '+' && next != '-') break;
                is_whole = false;
            }
            bool is_long = is_whole && end - place > 18;
            // A zero byte says that it was a number.
            if (is_long) out.append("\"\\u0000");
            out.append(text + place, end - place);
            if (is_long) out.push_back('"');
            place = end;
        } else {
            out.push_back(byte);
            place++;
        }
    }
    return out;
}

}  // namespace

struct hallmark_tree {
    dom::parser parser;
    /// The text as it was parsed, where it is not the one that was given.
    std::string rewritten;
    std::vector<hallmark_node> nodes;
    bool is_strict = false;
    bool is_rewritten = false;
    bool is_doubled = false;
    std::vector<std::string_view> keys;

    /// Whether a name stands twice in an object.
    bool has_doubled(dom::object object) {
        keys.clear();
        for (auto field : object) keys.push_back(field.key);
        if (keys.size() > 16) {
            std::sort(keys.begin(), keys.end());
            return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
        }
        for (size_t one = 1; one < keys.size(); one++) {
            for (size_t other = 0; other < one; other++) {
                if (keys[one] == keys[other]) return true;
            }
        }
        return false;
    }

    bool add(dom::element element, std::string_view key, bool member) {
        if (nodes.size() >= most_nodes) return false;
        auto place = nodes.size();
        hallmark_node node = {};
        if (member) {
            node.key = key.data();
            node.key_length = uint32_t(key.size());
        }
        switch (element.type()) {
            case dom::element_type::OBJECT: {
                node.kind = hallmark_node_object;
                nodes.push_back(node);
                dom::object object;
                if (element.get_object().get(object)) return false;
                if (is_strict && has_doubled(object)) {
                    is_doubled = true;
                    return false;
                }
                for (auto field : object) {
                    if (!add(field.value, field.key, true)) return false;
                }
                nodes[place].end = uint32_t(nodes.size());
                return true;
            }
            case dom::element_type::ARRAY: {
                node.kind = hallmark_node_array;
                nodes.push_back(node);
                dom::array array;
                if (element.get_array().get(array)) return false;
                for (auto inner : array) {
                    if (!add(inner, {}, false)) return false;
                }
                nodes[place].end = uint32_t(nodes.size());
                return true;
            }
            case dom::element_type::STRING: {
                std::string_view text;
                if (element.get_string().get(text)) return false;
                node.kind = hallmark_node_text;
                node.text = text.data();
                node.length = uint32_t(text.size());
                if (is_rewritten && text.size() > 18 && text[0] == 0) {
                    node.text++;
                    node.length--;
                    node.integer = 1;
                }
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
                node.integer = int64_t(value);
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
        // What has no parts ends at itself.
        node.end = uint32_t(place + 1);
        nodes.push_back(node);
        return true;
    }
};

hallmark_tree *hallmark_tree_create(void) { return new hallmark_tree; }

void hallmark_tree_destroy(hallmark_tree *tree) { delete tree; }

const char *hallmark_tree_parse(
    hallmark_tree *tree, const char *text, size_t length, int padded, int strict,
    const hallmark_node **nodes, size_t *count
) {
    tree->nodes.clear();
    *nodes = nullptr;
    *count = 0;
    dom::element element;
    auto error = tree->parser.parse(text, length, !padded).get(element);
    tree->is_strict = strict != 0;
    tree->is_doubled = false;
    tree->is_rewritten = false;
    if (error == NUMBER_ERROR && !tree->is_strict) {
        tree->is_rewritten = true;
        tree->rewritten = with_long_numbers_quoted(text, length);
        error = tree->parser.parse(tree->rewritten).get(element);
    }
    if (error) return error_message(error);
    if (!tree->add(element, {}, false)) return tree->is_doubled ? "a member stands twice in one object" : "The value has too many parts.";
    *nodes = tree->nodes.data();
    *count = tree->nodes.size();
    return nullptr;
}

#include "FieldPicker.h"

#include "RecordFrames.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

using namespace simdjson;

namespace {

/// One name in the tree of wanted paths.
struct Node {
    std::string name;
    int32_t path = -1;
    int32_t raw_path = -1;
    int32_t element_path = -1;
    /// Which of the record's own parts it is.
    Frame frame;
    std::vector<std::unique_ptr<Node>> members;

    Node *member(std::string_view wanted) const {
        for (const auto &member : members) {
            if (member->name == wanted) return member.get();
        }
        return nullptr;
    }

    Node *make(std::string_view wanted) {
        if (Node *known = member(wanted)) return known;
        members.push_back(std::make_unique<Node>());
        members.back()->name = std::string(wanted);
        return members.back().get();
    }
};

/// More values than this in one line are not read: no record of ours has so many.
constexpr size_t most_values = 65536;

}  // namespace

struct hallmark_picker {
    Node root;
    ondemand::parser parser;
    dom::parser checker;
    ondemand::document document;
    std::vector<hallmark_picked> picked;
    /// The line that was read last.
    std::string_view line;
    /// What is wrong with the line, beyond what the parser finds.
    const char *fault = nullptr;
    /// The number of the first of the record's own parts in whose place something else stands; 0 for none.
    size_t misplaced = 0;
    /// How many lines were read.
    uint64_t lines = 0;

    void add(const char *path, int32_t index) {
        std::string_view rest(path);
        bool raw = !rest.empty() && rest.front() == '=';
        if (raw) rest.remove_prefix(1);
        bool element = rest.size() > 2 && rest.substr(rest.size() - 2) == "[]";
        if (element) rest.remove_suffix(2);
        Node *node = &root;
        while (true) {
            // The name of the record's time begins with an @ and holds no dot.
            auto dot = rest.find('.');
            auto name = rest.substr(0, dot);
            node = node->make(name);
            if (dot == std::string_view::npos) break;
            rest.remove_prefix(dot + 1);
        }
        if (raw) node->raw_path = index;
        else if (element) node->element_path = index;
        else node->path = index;
    }

    void keep(int32_t path, int32_t kind, std::string_view text, int64_t number) {
        if (picked.size() < most_values) {
            picked.push_back({path, kind, text.data(), text.size(), number});
        }
    }

    const Node *descendant(const Node &start, std::string_view path) {
        const Node *node = &start;
        while (node && !path.empty()) {
            auto dot = path.find('.');
            node = node->member(path.substr(0, dot));
            if (node && dot != path.npos && node->frame.is_closed()) misplace(*node);
            path.remove_prefix(dot == path.npos ? path.size() : dot + 1);
        }
        return node;
    }

    void misplace(const Node &node) {
        if (misplaced == 0 || misplaced > node.frame.number) misplaced = node.frame.number;
    }

    error_code members(const Node &node, ondemand::object object) {
        std::vector<bool> seen(node.members.size());
        for (auto field : object) {
            std::string_view key;
            // Programs differ in which of two equal names counts, and a name may be spelled with escapes.
            SIMDJSON_TRY(field.unescaped_key().get(key));
            ondemand::value value;
            const Node *wanted = nullptr;
            for (size_t place = 0; place < node.members.size(); place++) {
                if (node.members[place]->name != key) continue;
                if (seen[place]) {
                    fault = "a member stands twice in one object";
                    return INCORRECT_TYPE;
                }
                seen[place] = true;
                wanted = node.members[place].get();
                break;
            }
            // A key of several parts, as some stores write them.
            if (!wanted && key.find('.') != key.npos) wanted = descendant(node, key);
            SIMDJSON_TRY(field.value().get(value));
            if (wanted) SIMDJSON_TRY(take(*wanted, value, 0));
        }
        return SUCCESS;
    }

    error_code take(const Node &node, ondemand::value value, int arrays) {
        ondemand::json_type type;
        SIMDJSON_TRY(value.type().get(type));
        if (node.raw_path >= 0 && arrays == 0 && type != ondemand::json_type::null) {
            // Walked like any other value; its text is what lies between its first and the next token.
            auto place = picked.size();
            auto begin = value.raw_json_token().data();
            keep(node.raw_path, hallmark_picked_raw, {}, 0);
            SIMDJSON_TRY(walk(node, value, type, arrays));
            const char *end;
            SIMDJSON_TRY(document.current_location().get(end));
            while (end > begin && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\n' || end[-1] == '\r')) end--;
            if (place < picked.size()) {
                picked[place].text = begin;
                picked[place].length = size_t(end - begin);
            }
            return SUCCESS;
        }
        return walk(node, value, type, arrays);
    }

    error_code walk(const Node &node, ondemand::value value, ondemand::json_type type, int arrays) {
        if (type != ondemand::json_type::null
            && !node.frame.allows(
                type == ondemand::json_type::object, type == ondemand::json_type::array,
                type == ondemand::json_type::string, arrays > 0)) {
            misplace(node);
        }
        if (type != ondemand::json_type::null && arrays == 0 && node.frame.stands_twice(lines)) misplace(node);
        switch (type) {
            case ondemand::json_type::object: {
                ondemand::object object;
                SIMDJSON_TRY(value.get_object().get(object));
                if (node.element_path >= 0) keep(node.element_path, hallmark_picked_element, {}, 0);
                return members(node, object);
            }
            case ondemand::json_type::array: {
                if (arrays == 4) return SUCCESS;
                ondemand::array array;
                SIMDJSON_TRY(value.get_array().get(array));
                for (auto element : array) {
                    ondemand::value inner;
                    SIMDJSON_TRY(element.get(inner));
                    SIMDJSON_TRY(take(node, inner, arrays + 1));
                }
                return SUCCESS;
            }
            case ondemand::json_type::string: {
                std::string_view text;
                SIMDJSON_TRY(value.get_string().get(text));
                if (node.path >= 0) keep(node.path, hallmark_picked_text, text, 0);
                return SUCCESS;
            }
            case ondemand::json_type::number: {
                int64_t number = 0;
                if (value.get_int64().get(number)) {
                    double fraction = 0;
                    SIMDJSON_TRY(value.get_double().get(fraction));
                    bool is_whole = fraction >= -9e15 && fraction <= 9e15 && fraction == double(int64_t(fraction));
                    if (!is_whole) {
                        if (node.path >= 0) keep(node.path, hallmark_picked_real, {}, 0);
                        return SUCCESS;
                    }
                    number = int64_t(fraction);
                }
                if (node.path >= 0) keep(node.path, hallmark_picked_integer, {}, number);
                return SUCCESS;
            }
            case ondemand::json_type::boolean: {
                bool flag = false;
                SIMDJSON_TRY(value.get_bool().get(flag));
                if (node.path >= 0) keep(node.path, hallmark_picked_boolean, {}, flag);
                return SUCCESS;
            }
            default: {
                // null counts as absent.
                bool null = false;
                SIMDJSON_TRY(value.is_null().get(null));
                return null ? SUCCESS : INCORRECT_TYPE;
            }
        }
    }
};

hallmark_picker *hallmark_picker_create(const char *const *paths, size_t count) {
    auto picker = new hallmark_picker;
    for (size_t index = 0; index < count; index++) picker->add(paths[index], int32_t(index));
    link_frames(&picker->root, [](Node *node, std::string_view name) { return node->make(name); });
    return picker;
}

void hallmark_picker_destroy(hallmark_picker *picker) { delete picker; }

const char *hallmark_picker_run(
    hallmark_picker *picker, const char *line, size_t length, size_t capacity,
    const hallmark_picked **picked, size_t *count
) {
    picker->picked.clear();
    picker->line = {line, length};
    picker->fault = nullptr;
    picker->misplaced = 0;
    picker->lines += 1;
    auto &document = picker->document;
    ondemand::object object;
    auto error = picker->parser.iterate(line, length, capacity).get(document);
    if (!error) error = document.get_object().get(object);
    if (!error) error = picker->members(picker->root, object);
    const char *rest;
    if (!error && !document.current_location().get(rest)) error = TAPE_ERROR;
    *picked = picker->picked.data();
    *count = picker->picked.size();
    if (picker->fault) return picker->fault;
    return error ? error_message(error) : nullptr;
}

const char *hallmark_picker_check(hallmark_picker *picker) {
    // The line has the room behind it that the parser wants.
    auto error = picker->checker.parse(picker->line.data(), picker->line.size(), false).error();
    if (error) return error_message(error);
    return nullptr;
}

size_t hallmark_picker_misplaced(const hallmark_picker *picker) { return picker->misplaced; }

size_t hallmark_picker_padding(void) { return SIMDJSON_PADDING; }

#include "CSimdjson.h"

#include "RecordFrames.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <deque>
#include <new>
#include <string_view>
#include <vector>

using namespace simdjson;

namespace {

constexpr size_t maximum_line = 64 << 20;
constexpr size_t maximum_depth = 128;
constexpr size_t maximum_values = 1 << 16;

// Beside simdjson's own error codes, which are not negative.
constexpr int doubled_member = -1;

// What `event.module` is of a record of ours, if it says any.
constexpr std::string_view own_module = "hallmark";

// A part of a dotted name, with its members in a small hash table.
struct Node {
    struct Slot {
        std::string_view name;
        Node *child;
        // The object in which the member was met last, by its number in the line.
        uint64_t met = 0;
    };
    std::vector<Slot> slots;
    size_t used = 0;
    int field = -1;
    uint8_t kind = CSJ_OBJECTS;
    bool skip = false;
    bool holds_exchanges = false;
    // Whether it holds what somebody concluded: `hallmark` itself, or one of its members that do.
    bool holds_assessments = false;
    bool is_assessment = false;
    // Which of the record's own parts it is.
    Frame frame;
    bool holds_leads = false;
    // Whether it says of which program's module a record is.
    bool is_module = false;
    // Whether it is one of the record's own parts and no more, or any of the others.
    bool is_part = false;
    bool is_special = false;

    static size_t hash(std::string_view name) {
        size_t length = name.size();
        if (length == 0) return 0;
        return length * 0x9e37u + uint8_t(name[0]) * 31u + uint8_t(name[length - 1]) * 131u +
               uint8_t(name[length / 2]) * 521u;
    }

    Slot *slot(std::string_view name) {
        if (slots.empty()) return nullptr;
        size_t mask = slots.size() - 1;
        for (size_t place = hash(name) & mask;; place = (place + 1) & mask) {
            Slot &slot = slots[place];
            if (slot.child == nullptr) return nullptr;
            if (slot.name == name) return &slot;
        }
    }

    Node *find(std::string_view name) {
        Slot *found = slot(name);
        return found == nullptr ? nullptr : found->child;
    }

    void insert(std::string_view name, Node *child) {
        if (2 * (used + 1) > slots.size()) {
            std::vector<Slot> old(slots.empty() ? 4 : 4 * slots.size());
            old.swap(slots);
            used = 0;
            for (const Slot &slot : old)
                if (slot.child != nullptr) insert(slot.name, slot.child);
        }
        size_t mask = slots.size() - 1;
        size_t place = hash(name) & mask;
        while (slots[place].child != nullptr) place = (place + 1) & mask;
        slots[place] = {name, child};
        used += 1;
    }
};

// Where in the record a value stands.
struct Place {
    uint8_t exchange = CSJ_SHARED;
    uint16_t element = 0;
};

}  // namespace

struct csj_reader {
    dom::parser parser{maximum_line};
    std::deque<std::string> names;
    std::deque<Node> nodes;
    Node *root = nullptr;
    std::vector<csj_value> values;
    std::vector<int32_t> first, last;
    std::deque<std::string> numbers;  // text of numbers that simdjson does not keep
    size_t used_numbers = 0;
    unsigned exchanges = 0;
    bool is_assessed = false;
    size_t misplaced = 0;
    uint64_t lines = 0;
    // The JSON of the line's leads.
    std::string leads;
    bool has_leads = false;
    bool is_of_other_module = false;
    // How many objects were met, in all lines, and whether a member stands twice in one of this line.
    uint64_t objects_met = 0;
    bool is_doubled = false;
    std::vector<std::string_view> keys;

    Node *make() { return &nodes.emplace_back(); }

    void add(std::string_view path, int field, uint8_t kind, bool skip) {
        Node *node = root;
        while (true) {
            size_t dot = node->kind == CSJ_MAP ? std::string_view::npos : path.find('.');
            std::string_view name = path.substr(0, dot);
            Node *child = node->find(name);
            if (child == nullptr) {
                child = make();
                node->insert(name, child);
            }
            node = child;
            if (dot == std::string_view::npos) break;
            path.remove_prefix(dot + 1);
        }
        node->field = field;
        node->kind = kind;
        node->skip = skip;
    }

    // The exchanges after the first have the same form as the first.
    void link_exchanges() {
        Node *hallmark = root->find("hallmark");
        Node *list = hallmark == nullptr ? nullptr : hallmark->find("http");
        if (list == nullptr) return;
        list->holds_exchanges = true;
        for (const char *name : {"url", "http"}) {
            Node *first = root->find(name);
            if (first != nullptr && list->find(name) == nullptr) list->insert(name, first);
        }
    }

    static void mark_assessment(Node *parent, const char *name) {
        Node *node = parent == nullptr ? nullptr : parent->find(name);
        if (node != nullptr) node->is_assessment = true;
    }

    // An older assessment is noticed however it is spelled: with escapes, dotted keys, doubled keys or arrays.
    void link_assessments() {
        Node *hallmark = root->find("hallmark");
        if (hallmark == nullptr) return;
        hallmark->holds_assessments = true;
        for (const char *name : {"matches", "leads", "assessment", "marks", "signatures"})
            mark_assessment(hallmark, name);
        if (Node *leads = hallmark->find("leads")) leads->holds_leads = true;
        for (const char *name : {"rule", "threat"}) mark_assessment(root, name);
        mark_assessment(root->find("event"), "risk_score");
    }

    // No field of ours, but records of other programs are told by it.
    void link_module() {
        Node *event = root->find("event");
        if (event == nullptr || event->find("module") != nullptr) return;
        Node *module = make();
        module->kind = CSJ_KEYWORD;
        module->is_module = true;
        event->insert("module", module);
    }

    // `null` is as good as absent, and an array as good as its elements; an object is no name.
    void take_module(dom::element element) {
        if (element.is_null() || element.is_object()) return;
        if (element.is_array()) {
            dom::array array = element.get_array().value_unsafe();
            for (dom::element one : array) take_module(one);
            return;
        }
        if (!element.is_string() || element.get_string().value_unsafe() != own_module) is_of_other_module = true;
    }

    csj_value *emit(int field, Place place, uint8_t type) {
        if (values.size() >= maximum_values) return nullptr;
        int32_t index = int32_t(values.size());
        csj_value &value = values.emplace_back();
        value.field = uint16_t(field);
        value.next = -1;
        value.type = type;
        value.exchange = place.exchange;
        value.element = place.element;
        if (first[field] < 0) {
            first[field] = index;
        } else {
            values[last[field]].next = index;
        }
        last[field] = index;
        return &value;
    }

    std::string_view keep(const char *text, size_t length) {
        if (used_numbers == numbers.size()) numbers.emplace_back();
        std::string &number = numbers[used_numbers++];
        number.assign(text, length);
        return number;
    }

    // A value that is no object and no array; `null` is as good as absent.
    void scalar(Node &node, dom::element element, Place place, std::string_view name = {}) {
        std::string_view text;
        int64_t integer = 0;
        uint8_t type = CSJ_TEXT;
        char digits[32];
        switch (element.type()) {
        case dom::element_type::STRING:
            text = element.get_string().value_unsafe();
            if (node.kind == CSJ_LONG) {
                auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
                if (error == std::errc() && end == text.data() + text.size()) type = CSJ_DIGITS;
            } else if (node.kind == CSJ_BOOLEAN && (text == "true" || text == "false")) {
                type = CSJ_TRUTH;
                integer = text == "true";
            }
            break;
        case dom::element_type::INT64:
            integer = element.get_int64().value_unsafe();
            type = CSJ_INTEGER;
            text = keep(digits, size_t(std::to_chars(digits, digits + 32, integer).ptr - digits));
            break;
        case dom::element_type::UINT64:
            type = CSJ_NUMBER;
            text = keep(
                digits,
                size_t(std::to_chars(digits, digits + 32, element.get_uint64().value_unsafe()).ptr - digits));
            break;
        case dom::element_type::DOUBLE: {
            double number = element.get_double().value_unsafe();
            type = CSJ_NUMBER;
            if (number >= -9e15 && number <= 9e15 && number == double(int64_t(number))) {
                integer = int64_t(number);
                type = CSJ_INTEGER;
            }
            text = keep(digits, size_t(std::snprintf(digits, 32, "%.17g", number)));
            break;
        }
        case dom::element_type::BOOL:
            integer = element.get_bool().value_unsafe();
            type = CSJ_TRUTH;
            text = integer != 0 ? "true" : "false";
            break;
        default: return;
        }
        csj_value *value = emit(node.field, place, type);
        if (value == nullptr) return;
        value->text = reinterpret_cast<const uint8_t *>(text.data());
        value->length = uint32_t(text.size());
        value->integer = integer;
        value->name = reinterpret_cast<const uint8_t *>(name.data());
        value->name_length = uint32_t(name.size());
    }

    // `name` is a map's member that is no field of its own.
    void value(Node &node, dom::element element, Place place, std::string_view name = {}) {
        dom::element_type type = element.type();
        if (node.is_part) look(node, element, type);
        else if (node.is_special && !enters(node, element, type)) return;
        switch (type) {
        case dom::element_type::OBJECT:
            object(node, element.get_object().value_unsafe(), place);
            break;
        case dom::element_type::ARRAY: {
            dom::array array = element.get_array().value_unsafe();
            // Some stores take an array for each of its elements, arrays of arrays as well.
            if (node.holds_assessments) is_assessed = true;
            if (node.kind == CSJ_OBJECTS || node.kind == CSJ_PAIRS) {
                if (node.field >= 0 && array.begin() != array.end()) emit(node.field, place, CSJ_PRESENT);
                if (node.kind == CSJ_OBJECTS) objects(node, array, place);
            } else if (node.field >= 0) {
                for (dom::element one : array) scalar(node, one, place, name);
            }
            break;
        }
        default:
            if (node.field >= 0 && node.kind <= CSJ_MAP) scalar(node, element, place, name);
        }
    }

    void misplace(const Node &node) {
        if (misplaced == 0 || misplaced > node.frame.number) misplaced = node.frame.number;
    }

    // What is to be done for a few nodes; says whether the value is read.
    bool enters(const Node &node, dom::element element, dom::element_type type) {
        if (node.is_assessment) is_assessed = true;
        if (node.skip) return false;
        if (node.is_module) {
            take_module(element);
            return false;
        }
        if (node.holds_leads && type != dom::element_type::NULL_VALUE) {
            leads = minify(element);
            has_leads = true;
        }
        look(node, element, type);
        return true;
    }

    // Whether a value is what belongs in the place of a part of the record; `null` is as good as absent.
    void look(const Node &node, dom::element element, dom::element_type type) {
        const Frame &frame = node.frame;
        if (type == dom::element_type::NULL_VALUE || frame.number == 0) return;
        bool is_list = type == dom::element_type::ARRAY;
        bool is_text = type == dom::element_type::STRING;
        bool is_well = frame.allows(type == dom::element_type::OBJECT, is_list, is_text, false);
        if (is_well && is_list) {
            dom::array array = element.get_array().value_unsafe();
            for (dom::element one : array)
                if (!one.is_null() && !frame.allows(one.is_object(), one.is_array(), one.is_string(), true)) is_well = false;
        }
        if (!is_well || frame.stands_twice(lines)) misplace(node);
    }

    void objects(Node &node, dom::array array, Place place) {
        size_t index = 0;
        for (dom::element one : array) {
            if (index >= (node.holds_exchanges ? 200u : 65535u)) return;
            if (one.is_object()) {
                Place inner = place;
                inner.element = uint16_t(index);
                if (node.holds_exchanges) {
                    inner.exchange = uint8_t(index + 1);
                    if (exchanges < index + 2) exchanges = unsigned(index + 2);
                }
                object(node, one.get_object().value_unsafe(), inner);
            }
            index += 1;
        }
    }

    // Programs differ in which of two equal names counts: a line that has them is not read.
    void object(Node &node, dom::object object, Place place) {
        uint64_t number = ++objects_met;
        // A bit for each name without a slot, by its hash: names that share one are compared.
        uint64_t others = 0;
        size_t index = 0;
        bool is_long = false;
        for (dom::key_value_pair member : object) {
            std::string_view key = member.key;
            Node::Slot *slot = node.slot(key);
            if (slot != nullptr) {
                if (slot->met == number) is_doubled = true;
                slot->met = number;
                value(*slot->child, member.value, at(&node, key, place));
            } else {
                uint64_t bit = uint64_t(1) << (Node::hash(key) & 63);
                if ((others & bit) != 0) {
                    if (index > 64) is_long = true;
                    else if (stands_before(object, index, key)) is_doubled = true;
                }
                others |= bit;
                if (node.kind != CSJ_MAP && key.find('.') != key.npos) {
                    dotted(node, key, member.value, place);
                } else if (node.kind == CSJ_MAP && !node.skip) {
                    value(leaf(node), member.value, place, key);
                }
            }
            index += 1;
        }
        if (is_long && has_doubled(object)) is_doubled = true;
    }

    static bool stands_before(dom::object object, size_t index, std::string_view key) {
        for (dom::key_value_pair member : object) {
            if (index-- == 0) return false;
            if (member.key == key) return true;
        }
        return false;
    }

    // For objects of so many members that comparing each with each would take long.
    bool has_doubled(dom::object object) {
        keys.clear();
        for (dom::key_value_pair member : object) keys.push_back(member.key);
        std::sort(keys.begin(), keys.end());
        return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
    }

    // A member of a map is read as a keyword of the map's own field.
    Node &leaf(Node &map) {
        map_leaf.field = map.field;
        map_leaf.kind = CSJ_KEYWORD;
        return map_leaf;
    }

    // A key of several parts, as some stores write them.
    void dotted(Node &start, std::string_view key, dom::element element, Place place) {
        Node *node = &start;
        Place inner = place;
        while (true) {
            size_t dot = node->kind == CSJ_MAP ? key.npos : key.find('.');
            std::string_view name = key.substr(0, dot);
            Node *child = node->find(name);
            if (child == nullptr) {
                if (node->kind == CSJ_MAP && !node->skip) value(leaf(*node), element, inner, name);
                return;
            }
            inner = at(node, name, inner);
            node = child;
            if (node->is_assessment) is_assessed = true;
            if (dot == key.npos) break;
            if (node->frame.is_closed() && !node->skip) misplace(*node);
            key.remove_prefix(dot + 1);
        }
        value(*node, element, inner);
    }

    // What stands under `url` and `http` at the top is the first exchange.
    Place at(const Node *node, std::string_view key, Place place) {
        if (node == root && (key == "url" || key == "http")) {
            place.exchange = 0;
            if (exchanges == 0) exchanges = 1;
        }
        return place;
    }

    Node map_leaf;
};

csj_reader *csj_new(
    const char *const *names, const uint8_t *kinds, const uint8_t *skip, size_t count) {
    if (count > UINT16_MAX) return nullptr;
    csj_reader *reader = new (std::nothrow) csj_reader();
    if (reader == nullptr) return nullptr;
    if (reader->parser.allocate(64 << 10, maximum_depth) != SUCCESS) {
        delete reader;
        return nullptr;
    }
    reader->root = reader->make();
    reader->first.assign(count, -1);
    reader->last.assign(count, -1);
    for (size_t index = 0; index < count; index++) {
        const std::string &name = reader->names.emplace_back(names[index]);
        reader->add(name, int(index), kinds[index], skip[index] != 0);
    }
    reader->link_exchanges();
    reader->link_assessments();
    reader->link_module();
    link_frames(reader->root, [reader](Node *node, std::string_view name) {
        Node *known = node->find(name);
        if (known != nullptr) return known;
        Node *made = reader->make();
        node->insert(name, made);
        return made;
    });
    for (Node &node : reader->nodes) {
        node.is_special = node.is_assessment || node.skip || node.is_module || node.holds_leads;
        node.is_part = node.frame.number != 0 && !node.is_special;
    }
    return reader;
}

void csj_free(csj_reader *reader) { delete reader; }

int csj_read(csj_reader *reader, const uint8_t *text, size_t length, int padded, csj_line *line) {
    for (const csj_value &value : reader->values) reader->first[value.field] = -1;
    reader->values.clear();
    reader->used_numbers = 0;
    reader->exchanges = 0;
    reader->is_assessed = false;
    reader->is_doubled = false;
    reader->misplaced = 0;
    reader->lines += 1;
    reader->has_leads = false;
    reader->is_of_other_module = false;
    *line = {reader->values.data(), reader->first.data(), 0, 0, 0, 0, 0, nullptr, 0};
    // Elements refer to the parser's memory, which stays until the next line.
    auto result = reader->parser.parse(text, length, padded == 0);
    if (result.error() != SUCCESS) return int(result.error());
    dom::element element = result.value_unsafe();
    if (!element.is_object()) return int(INCORRECT_TYPE);
    reader->object(*reader->root, element.get_object().value_unsafe(), Place{});
    if (reader->is_doubled) return doubled_member;
    *line = {
        reader->values.data(), reader->first.data(), uint32_t(reader->values.size()), reader->exchanges,
        reader->is_assessed, uint32_t(reader->misplaced), reader->is_of_other_module,
        reader->has_leads ? reinterpret_cast<const uint8_t *>(reader->leads.data()) : nullptr,
        reader->leads.size()};
    return 0;
}

const char *csj_error(int code) {
    return code == doubled_member ? "a member stands twice in one object" : error_message(error_code(code));
}

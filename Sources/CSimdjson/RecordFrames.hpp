#ifndef HALLMARK_RECORD_FRAMES_HPP
#define HALLMARK_RECORD_FRAMES_HPP

#include "RecordFrames.h"

#include <cstdint>
#include <string_view>

/// What a node of a tree of names knows of the record's parts.
struct Frame {
    /// The frame's number, from 1 on; 0 for what is none.
    size_t number = 0;
    hallmark_frame_form form = hallmark_frame_object;

    /// The line in which it was met last, by the line's number.
    mutable uint64_t met = 0;

    /// Notes that it stands in a line; says whether it stood there before, under another spelling of its name.
    ///
    /// Programs differ in which of two counts. Objects may be told in parts.
    bool stands_twice(uint64_t line) const {
        if (number == 0 || form == hallmark_frame_object || form == hallmark_frame_either) return false;
        bool is_doubled = met == line;
        met = line;
        return is_doubled;
    }

    /// Whether one of its members may not be named together with it, by one dotted name.
    bool is_closed() const { return number != 0 && form == hallmark_frame_list; }
    /// Whether a value that is not `null` may stand for it, or for an element of its list.
    bool allows(bool is_object, bool is_array, bool is_text, bool is_element) const {
        if (number == 0) return true;
        if (is_array) return !is_element && form != hallmark_frame_object;
        if (form == hallmark_frame_texts) return is_text;
        return is_object != (form == hallmark_frame_value);
    }
};

/// Marks the nodes of a tree of names that are parts of a record.
///
/// `member` finds a node's member by its name, or makes it.
template <typename Node, typename Member> void link_frames(Node *root, Member member) {
    for (size_t index = 0; const char *text = hallmark_record_frame(index); index++) {
        std::string_view path(text);
        Node *node = root;
        while (!path.empty()) {
            size_t dot = path.find('.');
            node = member(node, path.substr(0, dot));
            path.remove_prefix(dot == path.npos ? path.size() : dot + 1);
        }
        node->frame.number = index + 1;
        node->frame.form = hallmark_record_frame_form(index);
    }
}

#endif

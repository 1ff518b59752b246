#ifndef HALLMARK_RECORD_FRAMES_HPP
#define HALLMARK_RECORD_FRAMES_HPP

#include "RecordFrames.h"

#include <string_view>

/// Marks the nodes of a tree of names that are objects of a record.
///
/// `member` finds a node's member by its name, or a null pointer.
template <typename Node, typename Member> void link_frames(Node *root, Member member) {
    for (size_t index = 0; const char *text = hallmark_record_frame(index); index++) {
        std::string_view path(text);
        Node *node = root;
        while (node != nullptr && !path.empty()) {
            size_t dot = path.find('.');
            node = member(node, path.substr(0, dot));
            path.remove_prefix(dot == path.npos ? path.size() : dot + 1);
        }
        if (node != nullptr) node->is_frame = true;
    }
    // Some stores take an array for it.
    if (Node *hallmark = member(root, "hallmark")) hallmark->may_be_array = true;
}

#endif

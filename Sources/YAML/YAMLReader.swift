internal import CYaml

/// Reads YAML into nodes, within bounds.
///
/// Nodes are made from libyaml's events one by one, so that each bound is checked before the memory or the
/// time is spent: an alias counts as all the nodes that it stands for, and a key is never anything but text.
package enum YAMLReader {
    package static let maximumBytes = 4 << 20
    /// Nodes of all documents of a file, those that aliases stand for included.
    static let maximumNodes = 200_000
    static let maximumDepth = 32
    /// Aliases of all documents of a file.
    static let maximumAliases = 1000
    /// Bytes of a mapping's key.
    static let maximumKey = 1024

    /// All documents of a file.
    ///
    /// - Throws: where the text is no YAML, or goes beyond the bounds above.
    package static func parse(_ text: String, file: String) throws(YAMLError) -> [YAMLNode] {
        try parse(Array(text.utf8), file: file)
    }

    /// All documents of a file in UTF-8, or in UTF-16 with a byte order mark.
    package static func parse(_ bytes: [UInt8], file: String) throws(YAMLError) -> [YAMLNode] {
        guard bytes.count <= maximumBytes else {
            throw YAMLError(file: file, line: 1, column: 1, message: "the file is longer than 4 MiB")
        }
        // The parser keeps the address of the bytes, so that it may not outlive them.
        return try bytes.withUnsafeBufferPointer { buffer throws(YAMLError) in
            var parser = EventParser(buffer, file: file)
            defer { parser.end() }
            return try parser.documents()
        }
    }
}

/// Turns the events of one file into nodes.
private struct EventParser {
    /// What an alias stands for, and what it costs.
    private struct Anchored {
        let node: YAMLNode
        let nodes: Int
        /// Levels of nodes below it.
        let height: Int
    }

    private let file: String
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private var event = yaml_event_t()
    private var anchors: [String: Anchored] = [:]
    private var nodes = 0
    private var aliases = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, file: String) {
        self.file = file
        parser = .allocate(capacity: 1)
        yaml_parser_initialize(parser)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    mutating func end() {
        yaml_event_delete(&event)
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    mutating func documents() throws(YAMLError) -> [YAMLNode] {
        var documents: [YAMLNode] = []
        while true {
            try next()
            switch event.type {
            case YAML_STREAM_END_EVENT: return documents
            case YAML_DOCUMENT_START_EVENT:
                anchors = [:]
                try next()
                documents.append(try node(depth: 0).node)
            default: break  // The begin of the stream, and the end of a document.
            }
        }
    }

    private mutating func next() throws(YAMLError) {
        yaml_event_delete(&event)
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure }
    }

    /// Reads the node that the event at hand begins.
    private mutating func node(depth: Int) throws(YAMLError) -> Anchored {
        nodes += 1
        try check(depth)
        let place = place
        switch event.type {
        case YAML_ALIAS_EVENT: return try alias(depth: depth)
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE && scalar.plain_implicit != 0
            let node = make(.scalar(String(decoding: bytes, as: UTF8.self), plain: isPlain), place)
            return register(node, anchor(scalar.anchor), nodes: 1, height: 0)
        case YAML_SEQUENCE_START_EVENT:
            let anchor = anchor(event.data.sequence_start.anchor)
            let before = nodes
            var elements: [YAMLNode] = []
            var height = 0
            try next()
            while event.type != YAML_SEQUENCE_END_EVENT {
                let element = try node(depth: depth + 1)
                elements.append(element.node)
                height = max(height, element.height + 1)
                try next()
            }
            return register(
                make(.sequence(elements), place),
                anchor,
                nodes: nodes - before + 1,
                height: height
            )
        case YAML_MAPPING_START_EVENT:
            let anchor = anchor(event.data.mapping_start.anchor)
            let before = nodes
            let (entries, height) = try entries(depth: depth)
            return register(make(.mapping(entries), place), anchor, nodes: nodes - before + 1, height: height)
        default: throw error("a value is missing", place)
        }
    }

    private mutating func entries(depth: Int) throws(YAMLError) -> ([YAMLNode.Entry], height: Int) {
        var entries: [YAMLNode.Entry] = []
        var keys: [String: YAMLNode] = [:]
        var height = 0
        try next()
        while event.type != YAML_MAPPING_END_EVENT {
            // Anything but text would have to be read, and compared, before it could be refused.
            guard event.type == YAML_SCALAR_EVENT || event.type == YAML_ALIAS_EVENT else {
                throw error("expected text as a key", place)
            }
            let key = try node(depth: depth + 1).node
            guard let name = key.text else { throw key.error("expected text as a key") }
            guard name.utf8.count <= YAMLReader.maximumKey else {
                throw key.error("a key is longer than \(YAMLReader.maximumKey) bytes")
            }
            if let first = keys.updateValue(key, forKey: name) {
                throw first.error("the key \(name) stands twice")
            }
            try next()
            let value = try node(depth: depth + 1)
            entries.append(YAMLNode.Entry(key: key, value: value.node))
            height = max(height, value.height + 1)
            try next()
        }
        return (entries, height)
    }

    private mutating func alias(depth: Int) throws(YAMLError) -> Anchored {
        aliases += 1
        guard aliases <= YAMLReader.maximumAliases else { throw error("too many aliases", place) }
        guard let name = anchor(event.data.alias.anchor), let target = anchors[name] else {
            throw error("found undefined alias", place)
        }
        nodes += target.nodes - 1
        try check(depth + target.height)
        return target
    }

    private mutating func register(
        _ node: YAMLNode,
        _ anchor: String?,
        nodes: Int,
        height: Int
    ) -> Anchored {
        let anchored = Anchored(node: node, nodes: nodes, height: height)
        if let anchor { anchors[anchor] = anchored }
        return anchored
    }

    private func check(_ depth: Int) throws(YAMLError) {
        guard nodes <= YAMLReader.maximumNodes, depth <= YAMLReader.maximumDepth else {
            throw error("too large or nested too deeply", place)
        }
    }

    private func anchor(_ name: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        name.map { String(cString: $0) }
    }

    // MARK: Places and errors

    /// Where the event at hand begins, line and column from 1.
    private var place: (line: Int, column: Int) { Self.place(event.start_mark) }

    private static func place(_ mark: yaml_mark_t) -> (line: Int, column: Int) {
        (Int(clamping: mark.line) + 1, Int(clamping: mark.column) + 1)
    }

    private func make(_ content: YAMLNode.Content, _ place: (line: Int, column: Int)) -> YAMLNode {
        YAMLNode(content, file: file, line: place.line, column: place.column)
    }

    private func error(_ message: String, _ place: (line: Int, column: Int)) -> YAMLError {
        YAMLError(file: file, line: place.line, column: place.column, message: message)
    }

    /// What libyaml could not read.
    private var failure: YAMLError {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "out of memory"
        let isOfBytes = parser.pointee.error == YAML_READER_ERROR || parser.pointee.error == YAML_MEMORY_ERROR
        return error(problem, isOfBytes ? (1, 1) : Self.place(parser.pointee.problem_mark))
    }
}

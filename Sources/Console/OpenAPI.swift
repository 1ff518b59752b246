/// What stands below `/api`, for programs that read such descriptions.
enum OpenAPI {
    /// What stands behind the `?` of an address.
    private struct Argument {
        let name: String
        var isRequired = true
        var schema = #"{"type":"string"}"#

        var text: String {
            let required = isRequired ? #","required":true"# : ""
            return #"{"name":"\#(name)","in":"query"\#(required),"schema":\#(schema)}"#
        }

        static let limit = Argument(
            name: "limit",
            isRequired: false,
            schema: #"{"type":"integer","minimum":1,"maximum":10000}"#
        )
    }

    /// A path that is asked for with its arguments, and what it answers.
    private struct Question {
        let path: String
        let summary: String
        var arguments: [Argument] = []
        /// What the answer holds.
        let members: [String]
        /// Besides those that every path has.
        var failures: [(status: Int, when: String)] = []
    }

    private static let questions = [
        Question(
            path: "overview",
            summary: "What the corpus holds, and the lists of the overview.",
            members: ["endpoints", "leads", "lists", "key_exchanges"]
        ),
        Question(
            path: "search",
            summary:
                "Records of a question in the Kibana Query Language, the newest first. Findings of comparisons, root audits and watches of logs are asked for with of=findings.",
            arguments: [
                Argument(name: "q"),
                Argument(
                    name: "of",
                    isRequired: false,
                    schema: #"{"enum":["sightings","endpoints","certificates","findings"]}"#
                ),
                .limit,
            ],
            members: ["total", "remarks", "records"],
            failures: [(400, "No query of these fields, or an argument that is none.")]
        ),
        Question(
            path: "endpoint",
            summary:
                "Everything that an endpoint showed, what was decided of it, findings, and what changed: from one state to the next, or between two of its times: 'from' alone goes on to the last of that port and name, 'to' alone begins with the one before.",
            arguments: [
                Argument(name: "ip"), Argument(name: "port", isRequired: false),
                Argument(name: "from", isRequired: false), Argument(name: "to", isRequired: false),
            ],
            members: ["records", "decisions", "findings", "changes"],
            failures: [
                (400, "No address or port, or an argument that is none."),
                (404, "The corpus has not seen it."),
            ]
        ),
        Question(
            path: "certificate",
            summary: "A certificate, where it was seen, what was decided of it, and findings.",
            arguments: [Argument(name: "sha256")],
            members: ["certificate", "records", "decisions", "findings"],
            failures: [
                (400, "No SHA-256, or an argument that is none."), (404, "The corpus does not have it."),
            ]
        ),
        Question(
            path: "graph",
            summary: "What shares marks with a start, or with several: 'q' may be repeated.",
            arguments: [Argument(name: "q")],
            members: ["nodes", "edges", "cut", "missing"],
            failures: [
                (400, "No start of a pivot, or an argument that is none."),
                (404, "The corpus has nothing of any start; of some, 'missing' names the others."),
            ]
        ),
        Question(
            path: "triage",
            summary:
                "Endpoints with a lead that nobody has decided on, each as it was seen last; 'more' where older leads were not looked at.",
            members: ["open", "more"]
        ),
        Question(path: "sweeps", summary: "The sweeps that the corpus holds.", members: ["sweeps"]),
        Question(
            path: "drift",
            summary: "What differs between two sweeps, by endpoint; the two newest by default.",
            arguments: [
                Argument(name: "from", isRequired: false), Argument(name: "to", isRequired: false), .limit,
            ],
            members: ["from", "to", "new", "changed", "gone"],
            failures: [
                (400, "One sweep alone or one twice, or an argument that is none."),
                (404, "There are no two such sweeps."),
            ]
        ),
        Question(
            path: "signatures",
            summary: "The rules, with what was met and decided here.",
            members: ["signatures"]
        ),
        Question(path: "decisions", summary: "Decisions that hold now.", members: ["holding"]),
    ]

    /// The arguments of a path of the interface; nil for a path that it does not have.
    static func arguments(of path: String) -> [String]? {
        if ["/api/decide", "/api/openapi.json"].contains(path) { return [] }
        return questions.first { path == "/api/\($0.path)" }?.arguments.map(\.name)
    }

    /// What the gate says of any request.
    private static let refusals: [(status: Int, when: String)] = [
        (401, "Neither the token nor its cookie came with it."),
        (413, "The request is too long."),
        (431, "The head of the request is too long."),
        (421, "The console is not called by this name."),
        (503, "The corpus is not there any more."),
    ]

    /// - Parameter own: those of the path, which go before what is said of any.
    private static func failures(_ own: [(status: Int, when: String)]) -> String {
        let others = refusals + [(status: 400, when: "An argument is none of the path's, or no UTF-8.")]
        let all = own + others.filter { other in !own.contains { $0.status == other.status } }
        return all.sorted { $0.status < $1.status }.map { status, when in
            // The gate's own are plain text.
            let isPlain = [401, 403, 413, 421, 431].contains(status)
            let content =
                isPlain
                ? #""text/plain":{"schema":{"type":"string"}}"#
                : ##""application/json":{"schema":{"$ref":"#/components/schemas/Error"}}"##
            return #""\#(status)":{"description":"\#(when)","content":{\#(content)}}"#
        }
        .joined(separator: ",\n")
    }

    static let document: String = {
        var paths = questions.map { question in
            let members = question.members.map { "\"\($0)\"" }.joined(separator: ",")
            return """
                "/api/\(question.path)":{"get":{"summary":"\(question.summary)",
                "parameters":[\(question.arguments.map(\.text).joined(separator: ",\n"))],
                "responses":{"200":{"description":"What was asked for.","content":{"application/json":{\
                "schema":{"type":"object","required":[\(members)]}}}},
                \(failures(question.failures))}}}
                """
        }
        let fields = """
            {"type":"object","additionalProperties":false,"required":["subject","verdict","because"],
            "properties":{"subject":{"type":"string"},"verdict":{"enum":["monitor","block","escalate","dismiss"]},\
            "because":{"type":"string"},"by":{"type":"string"},"case":{"type":"string"},\
            "until":{"type":"string","description":"A date or a time to come."}}}
            """
        let wrong: [(status: Int, when: String)] = [
            (400, "It is no decision."), (403, "A page of another site has sent it."),
            (415, "It is neither a form nor JSON."),
        ]
        paths.append(
            """
            "/api/decide":{"post":{"summary":"Remembers a decision.","requestBody":{"required":true,"content":{
            "application/x-www-form-urlencoded":{"schema":\(fields)},
            "application/json":{"schema":\(fields)}}},
            "responses":{"200":{"description":"It is remembered."},
            \(failures(wrong))}}}
            """
        )
        return """
            {"openapi":"3.1.0","info":{"title":"Hallmark console","version":"1"},
            "components":{"securitySchemes":{"token":{"type":"http","scheme":"bearer"}},
            "schemas":{"Error":{"type":"object","required":["error"],"properties":{"error":{"type":"string"}}}}},
            "security":[{"token":[]}],
            "paths":{
            \(paths.joined(separator: ",\n"))}}

            """
    }()
}

import Import
import Observations

/// A file of passive DNS, as what it looks like and as each thing that it could be.
func fuzzPassiveDNS(_ bytes: [UInt8]) {
    for format in PassiveDNSFormat.allCases {
        guard let input = try? ImportInput(bytes) else { return }
        _ = PassiveDNSFormat(input.head)
        _ = PassiveDNSFormat.isMixed(input.head)
        let counts = try? PassiveDNSFile.read(input, format) { sighting in
            precondition(sighting.first <= sighting.last && sighting.count > 0, "a time runs backwards")
            precondition(!sighting.name.isEmpty && sighting.name.utf8.count <= 255, "a name without bounds")
        } unread: { _ in
        }
        precondition(counts.map { $0.lines >= 0 } ?? false, "nothing that is read ends the run")
    }
}

func passiveDNSSeeds() -> [[UInt8]] {
    let lines = [
        #"{"rrname":"a.example.","rrtype":"A","rdata":["192.0.2.1"],"time_first":1,"time_last":2,"count":3}"#,
        #"{"obj":{"rrname":"*.a.example","rrtype":5,"rdata":"b.","zone_time_first":"2026-01-01T00:00:00Z"}}"#,
        #"{"_path":"dns","ts":1.5,"query":"a.example","qtype_name":"A","answers":["b.example","192.0.2.1"]}"#,
        #"{"type":"MESSAGE","message":{"response_time":"2026-01-01T00:00:00Z","socket_protocol":"UDP","#
            + #""response_message":";; ANSWER SECTION:\na. 1 IN A 192.0.2.1\n"}}"#,
    ]
    let log =
        "#separator \\x09\n#path\tdns\n#fields\tts\tquery\tqtype_name\tanswers\n1.5\ta.example\tA\tb,192.0.2.1\n"
    let yaml = """
        type: MESSAGE
        message:
          response_time: !!timestamp 2026-11-27 09:22:15.82
          response_message_data:
            ANSWER_SECTION:
              - 'a.example. 300 IN CNAME b.example.'
          response_message: |
            ;; ANSWER SECTION:
            b.example.\t300\tIN\tAAAA\t2001:db8::1
        ---
        27-Nov-2026 09:22:15.747 CR 127.0.0.1:4 <- 127.0.0.1:5 UDP 105b a/IN/A
        09:22:15.747612 AQ 127.0.0.1 UDP 57b "a." IN A

        """
    return (lines + [log, yaml]).map { Array($0.utf8) }
}

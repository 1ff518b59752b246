import Observations

extension JSONNode {
    /// What an answer of Elasticsearch says that is not in it; nil where it has all that was found,
    /// and for what is no answer.
    var lackOfAnswer: String? {
        guard let found = self["hits"], let hits = found["hits"], hits.isArray else { return nil }
        if self["timed_out"]?.truth == true { return "the search ran out of time: the answer is a part" }
        if let failed = at("_shards.failed")?.integer, failed > 0 {
            return "shards could not be searched: the answer is a part"
        }
        let total = found.at("total.value")?.integer ?? found["total"]?.integer ?? 0
        let held = hits.parts.reduce(0) { count, _ in count + 1 }
        return total > held ? "an answer holds fewer hits than were found: have all of them written" : nil
    }
}

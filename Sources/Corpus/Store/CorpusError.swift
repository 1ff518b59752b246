/// Why a corpus can't be used.
package enum CorpusError: Error, Equatable, CustomStringConvertible {
    case notFound(String)
    case notACorpus(String)
    case newer(String)
    /// The file says that it is a corpus, and holds what no corpus holds; what that is.
    case damaged(String, String)
    case failed(String)

    package var description: String {
        switch self {
        case .notFound(let path): "\(path): there is no such corpus"
        case .notACorpus(let path): "\(path): the file is not a Hallmark corpus"
        case .newer(let path):
            "\(path): the corpus was written by a newer version of Hallmark, whose schema this one does not know"
        case .damaged(let path, let what):
            """
            \(path): the corpus is damaged: \(what). Add the sweeps that it was made of to a new one; \
            'sqlite3 FILE .recover' writes what of this one can still be read.
            """
        case .failed(let reason): reason
        }
    }
}

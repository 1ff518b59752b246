/// Why a corpus can't be used.
package enum CorpusError: Error, Equatable, CustomStringConvertible {
    case notFound(String)
    case notACorpus(String)
    case newer(String)
    case failed(String)

    package var description: String {
        switch self {
        case .notFound(let path): "\(path): there is no such corpus"
        case .notACorpus(let path): "\(path): the file is not a Hallmark corpus"
        case .newer(let path):
            "\(path): the corpus was written by a newer version of Hallmark, whose schema this one does not know"
        case .failed(let reason): reason
        }
    }
}

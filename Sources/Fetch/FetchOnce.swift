import Net

extension Fetcher {
    /// Fetches on a loop of its own, and waits for the answer, whatever it says.
    package static func answer(
        _ request: FetchRequest,
        _ options: Options
    ) throws(FetchError) -> FetchResponse {
        let loop: EventLoop
        do throws(UVError) { loop = try EventLoop() } catch { throw FetchError(.local, "\(error)") }
        let fetcher = try Fetcher(on: loop, options)
        var result = Result<FetchResponse, FetchError>.failure(FetchError(.cancelled, "it was not fetched"))
        fetcher.fetch(request) {
            result = $0
            loop.stop()
        }
        loop.run()
        return try result.get()
    }

    /// Fetches on a loop of its own, and waits for it.
    ///
    /// - Throws: a `FetchError` also for an answer that is no success, with its status.
    package static func contents(
        _ request: FetchRequest,
        _ options: Options
    ) throws(FetchError) -> FetchResponse {
        let response = try answer(request, options)
        guard response.isSuccess else {
            throw FetchError(.badAnswer, "the server answers with status \(response.status)")
        }
        return response
    }
}

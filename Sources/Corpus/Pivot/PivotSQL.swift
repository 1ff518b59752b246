/// Every statement that a pivot runs.
///
/// None of them may walk through a whole table: a test asks SQLite for its plans.
enum PivotSQL: String, CaseIterable {
    case certificateByHash = "SELECT id FROM certificates WHERE sha256 = ?"
    case certificate =
        "SELECT sha256, subject, x509, details FROM certificates WHERE id = ?"
    case certificateCount = "SELECT max(id) FROM certificates"
    case sightingCount = "SELECT max(id) FROM sightings"
    case mark = "SELECT count FROM marks WHERE id = ?"
    case certificatesByMark = "SELECT certificate FROM certificate_marks WHERE mark = ? LIMIT ?"
    case appearancesByMark = "SELECT appearance FROM appearance_marks WHERE mark = ? LIMIT ?"
    case appearance = "SELECT marks FROM appearances WHERE id = ?"
    case endpointsByAddress = "SELECT id FROM endpoints WHERE ip = ? LIMIT ?"
    case endpointsByPort = "SELECT id FROM endpoints WHERE ip = ? AND port = ? LIMIT ?"
    case endpointsByName = "SELECT id FROM endpoints WHERE name = ? AND name <> '' LIMIT ?"
    case endpoint = "SELECT ip, port, name, transport FROM endpoints WHERE id = ?"
    case namesBelow = "SELECT certificate FROM names WHERE name >= ? AND name < ? LIMIT ?"
    case sightingsByEndpoint = """
        SELECT id, endpoint, certificate, appearance, first_seen, last_seen FROM sightings
        WHERE endpoint = ? AND last_seen >= ? AND first_seen <= ? LIMIT ?
        """
    case sightingsByCertificate = """
        SELECT id, endpoint, certificate, appearance, first_seen, last_seen FROM sightings
        WHERE certificate = ? AND last_seen >= ? AND first_seen <= ? ORDER BY last_seen DESC LIMIT ?
        """
    case sightingsByAppearance = """
        SELECT id, endpoint, certificate, appearance, first_seen, last_seen FROM sightings
        WHERE appearance = ? AND last_seen >= ? AND first_seen <= ? ORDER BY last_seen DESC LIMIT ?
        """
    case sightingsOfCertificate =
        "SELECT count(*) FROM (SELECT 1 FROM sightings WHERE certificate = ? LIMIT 1000)"
    case leads = "SELECT software FROM leads WHERE sighting = ?"
    case sightingsByLead = """
        SELECT sightings.id, endpoint, certificate, appearance, first_seen, last_seen FROM leads
        JOIN sightings ON sightings.id = leads.sighting
        WHERE software = ? AND last_seen >= ? AND first_seen <= ? LIMIT ?
        """
    /// The sums are taken as numbers with a fraction, which no column can make overflow.
    case contactsByCertificate = """
        SELECT client, endpoint, certificate, min(first_seen), max(last_seen), CAST(total(count) AS INTEGER),
            CAST(total(bytes) AS INTEGER), CAST(total(milliseconds) AS INTEGER), group_concat(ja3, ' '),
            group_concat(ja4, ' '), count(bytes), count(milliseconds) FROM contacts
        WHERE certificate = ? AND last_seen >= ? AND first_seen <= ?
        GROUP BY client, endpoint ORDER BY max(last_seen) DESC LIMIT ?
        """
    case contactsByEndpoint = """
        SELECT client, endpoint, certificate, min(first_seen), max(last_seen), CAST(total(count) AS INTEGER),
            CAST(total(bytes) AS INTEGER), CAST(total(milliseconds) AS INTEGER), group_concat(ja3, ' '),
            group_concat(ja4, ' '), count(bytes), count(milliseconds) FROM contacts
        WHERE endpoint = ? AND last_seen >= ? AND first_seen <= ?
        GROUP BY client, certificate ORDER BY max(last_seen) DESC LIMIT ?
        """
    case client = "SELECT address, user FROM clients WHERE id = ?"
    case anyResolution = "SELECT 1 FROM resolutions WHERE name >= '' LIMIT 1"
    case resolutionsByName = """
        SELECT name, type, target, first_seen, last_seen, count FROM resolutions
        WHERE name = ? AND last_seen >= ? AND first_seen <= ? LIMIT ?
        """
    case resolutionsBelow = """
        SELECT name, type, target, first_seen, last_seen, count FROM resolutions
        WHERE name >= ? AND name < ? AND last_seen >= ? AND first_seen <= ? LIMIT ?
        """
    case resolutionsByTarget = """
        SELECT name, type, target, first_seen, last_seen, count FROM resolutions
        WHERE target = ? AND last_seen >= ? AND first_seen <= ? ORDER BY last_seen DESC LIMIT ?
        """
}

import Testing

@testable import JSONSchema

struct FormatTests {
    @Test(arguments: [
        "2026-03-01T09:30:00Z", "2026-03-01t09:30:00z", "2026-03-01T09:30:00.123456789+05:30", "2024-02-29T00:00:00Z",
        "2000-02-29T00:00:00Z", "1998-12-31T23:59:60Z", "1998-12-31T15:59:60.1-08:00", "0000-01-01T00:00:00-00:00",
    ])
    func `a date-time of RFC 3339`(text: String) { #expect(Format.dateTime.accepts(text)) }

    @Test(arguments: [
        "", "2026-03-01", "2026-03-01 09:30:00Z", "2026-03-01T09:30:00", "2026-03-01T09:30Z", "2026-3-1T09:30:00Z",
        "2026-03-01T24:00:00Z", "2026-03-01T09:60:00Z", "2026-03-01T09:30:61Z", "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
        "2026-13-01T00:00:00Z", "1998-12-31T23:59:60+01:00", "1998-12-31T22:59:60Z", "2026-03-01T09:30:00.Z",
        "2026-03-01T09:30:00+5:30", "2026-03-01T09:30:00+24:00", "2026-03-01T09:30:00+0530", "2026-03-01T09:30:00Z ",
        "২026-03-01T09:30:00Z", "+02026-03-01T09:30:00Z",
    ])
    func `not a date-time`(text: String) { #expect(!Format.dateTime.accepts(text)) }

    @Test(arguments: [
        ("2026-03-01", true), ("2024-02-29", true), ("2026-02-29", false), ("2026-06-31", false), ("20260301", false),
        ("2026-3-01", false), ("2026-03-01Z", false), ("", false),
    ])
    func `a date`(text: String, isAccepted: Bool) { #expect(Format.date.accepts(text) == isAccepted) }

    @Test(arguments: [
        ("09:30:00Z", true), ("23:59:60Z", true), ("00:59:60+01:00", true), ("09:30:00.5-00:00", true),
        ("09:30:00", false), ("12:00:60Z", false), ("9:30:00Z", false), ("09:30:00+1:00", false), ("", false),
    ])
    func `a time`(text: String, isAccepted: Bool) { #expect(Format.time.accepts(text) == isAccepted) }

    @Test(arguments: [
        ("P1Y", true), ("P1Y2M3DT4H5M6S", true), ("PT15M", true), ("P2W", true), ("P1M", true), ("PT0S", true),
        ("P3DT4H", true), ("P", false), ("PT", false), ("P1DT", false), ("1D", false), ("P1Y3D", false),
        ("PT1H6S", false), ("P2WT1H", false), ("P1Y2W", false), ("P1D2M", false), ("P1", false), ("PT1.5S", false),
        ("p1d", false), ("P-1D", false), ("P1S", false), ("", false),
    ])
    func `a duration`(text: String, isAccepted: Bool) { #expect(Format.duration.accepts(text) == isAccepted) }

    @Test(arguments: [
        ("joe.bloggs@example.com", true), ("te~st@example.com", true), ("\"joe bloggs\"@example.com", true),
        ("\"a\\\"b\"@example.com", true), ("joe@[127.0.0.1]", true), ("joe@[IPv6:::1]", true), ("a@b", true),
        ("2962", false), ("joe.example.com", false), (".a@example.com", false), ("a.@example.com", false),
        ("a..b@example.com", false), ("a b@example.com", false), ("@example.com", false), ("a@", false),
        ("a@-b.com", false), ("a@b..com", false), ("a@[127.0.0.300]", false), ("a@b@example.com", false),
        ("\"a\"b\"@example.com", false), ("a@example.com\n", false), ("é@example.com", false), ("", false),
    ])
    func `an email address`(text: String, isAccepted: Bool) { #expect(Format.email.accepts(text) == isAccepted) }

    @Test(arguments: [63, 64, 65])
    func `the local part of an email address has 64 bytes at most`(count: Int) {
        #expect(Format.email.accepts(String(repeating: "a", count: count) + "@b.c") == (count <= 64))
    }

    @Test(arguments: [
        ("www.example.com", true), ("a", true), ("1.2.3", true), ("xn--4gbwdl.xn--wgbh1c", true), ("a-b.c", true),
        ("-a.com", false), ("a-.com", false), ("a..b", false), (".a", false), ("a.", false), ("a_b.com", false),
        ("é.com", false), ("a b", false), ("", false),
    ])
    func `a host name`(text: String, isAccepted: Bool) { #expect(Format.hostname.accepts(text) == isAccepted) }

    @Test(arguments: [62, 63, 64])
    func `a label of a host name has 63 bytes at most`(count: Int) {
        #expect(Format.hostname.accepts(String(repeating: "a", count: count) + ".com") == (count <= 63))
    }

    @Test(arguments: [252, 253, 254])
    func `a host name has 253 bytes at most`(count: Int) {
        let name = String(String(repeating: "ab.", count: 100).prefix(count - 1)) + "c"
        #expect(Format.hostname.accepts(name) == (count <= 253))
    }

    @Test(arguments: [
        ("192.168.0.1", true), ("0.0.0.0", true), ("255.255.255.255", true), ("256.0.0.1", false), ("1.2.3", false),
        ("1.2.3.4.5", false), ("01.2.3.4", false), ("1.2.3.4/24", false), ("1..2.3", false), ("1.2.3.", false),
        ("0x7f.1.1.1", false), ("1২7.0.0.1", false), (" 1.2.3.4", false), ("", false),
    ])
    func `an IPv4 address`(text: String, isAccepted: Bool) { #expect(Format.ipv4.accepts(text) == isAccepted) }

    @Test(arguments: [
        ("::1", true), ("::", true), ("1::", true), ("2001:db8::8:800:200c:417a", true), ("1:2:3:4:5:6:7:8", true),
        ("::ffff:192.0.2.1", true), ("1:2:3:4:5:6:1.2.3.4", true), ("1:2:3:4:5:6:7::", true), ("::2:3:4:5:6:7:8", true),
        ("ABCD:ef01::", true), ("", false), (":", false), (":::", false), ("1:2:3:4:5:6:7", false),
        ("1:2:3:4:5:6:7:8:9", false), ("1::2::3", false), ("12345::", false), ("1:2:3:4:5:6:7:8::", false),
        (":1:2:3:4:5:6:7", false), ("1:2:3:4:5:6:7:", false), ("::1%eth0", false), ("::1/64", false),
        ("1:2:3:4:5:6:7:1.2.3.4", false), ("1.2.3.4::", false), ("::g", false), ("::1.2.3", false),
        ("1:2:3:4::5:6:7:8", false),
    ])
    func `an IPv6 address`(text: String, isAccepted: Bool) { #expect(Format.ipv6.accepts(text) == isAccepted) }

    @Test(arguments: [
        ("https://example.com/a?b=c#d", true), ("http://u:p@[::1]:8080/", true), ("urn:isbn:0451450523", true),
        ("mailto:a@example.com", true), ("http://example.com:", true), ("file:///etc", true), ("a:", true),
        ("http://a/%C3%A9", true), ("http://[v1.a:b]/", true), ("ldap://[2001:db8::7]/c=GB?objectClass?one", true),
        ("//example.com/a", false), ("/a", false), ("a", false), ("", false), ("http://a b", false),
        ("http://é", false),
        ("http://a/%C", false), ("http://a/%zz", false), ("http://[::1", false), ("http://[1.2.3.4]", false),
        ("1a:b", false), (":a", false), ("http://a:x/", false), ("http://a/<b>", false), ("http://a/\\b", false),
        ("http://a#b#c", false), ("http://a/\"b\"", false), ("http://a/{b}", false), ("http://a@b@c/", false),
    ])
    func `a URI`(text: String, isAccepted: Bool) { #expect(Format.uri.accepts(text) == isAccepted) }

    @Test(arguments: [
        ("", true), ("a", true), ("/a/b", true), ("../a?b#c", true), ("//host/a", true), ("#frag", true), ("?q", true),
        ("a/b:c", true), ("http://a", true), ("a b", false), ("1a:b", false), ("\\\\host", false), ("#a#b", false),
        ("é", false), ("%", false),
    ])
    func `a URI reference`(text: String, isAccepted: Bool) {
        #expect(Format.uriReference.accepts(text) == isAccepted)
    }

    @Test(arguments: [
        ("123e4567-e89b-12d3-a456-426614174000", true), ("123E4567-E89B-12D3-A456-426614174000", true),
        ("00000000-0000-0000-0000-000000000000", true), ("123e4567e89b12d3a456426614174000", false),
        ("123e4567-e89b-12d3-a456-42661417400", false), ("{123e4567-e89b-12d3-a456-426614174000}", false),
        ("123e4567-e89b-12d3-a456-42661417400g", false), ("123e4567e-89b-12d3-a456-426614174000", false), ("", false),
    ])
    func `a UUID`(text: String, isAccepted: Bool) { #expect(Format.uuid.accepts(text) == isAccepted) }
}

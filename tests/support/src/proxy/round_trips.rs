//! The round trips of a PostgreSQL client: counts the messages after which it waits for an answer.

/// The request codes that come before the start-up message: `SSLRequest` and `GSSENCRequest`.
const ENCRYPTION_REQUESTS: [u32; 2] = [80_877_103, 80_877_104];

/// One client's byte stream (PostgreSQL's manual, "Message Flow" and "Message Formats").
#[derive(Debug, Default)]
pub(crate) struct RoundTripCounter {
    /// Whether the start-up message has passed; from then on messages begin with a type byte.
    started: bool,
    /// The beginning of a message that has not wholly arrived: type and length, at start-up length and code.
    header: Vec<u8>,
    /// How many bytes of the current message are still to come.
    remaining: usize,
}

impl RoundTripCounter {
    /// Reads on, and says how many messages began that make the server answer: Sync and Query.
    pub(crate) fn read(&mut self, mut bytes: &[u8]) -> u64 {
        let mut asked = 0;
        loop {
            let body = self.remaining.min(bytes.len());
            self.remaining -= body;
            bytes = &bytes[body..];

            let (wanted, length_at) = if self.started { (5, 1) } else { (8, 0) };
            let head = (wanted - self.header.len()).min(bytes.len());
            self.header.extend_from_slice(&bytes[..head]);
            bytes = &bytes[head..];
            if self.remaining > 0 || self.header.len() < wanted {
                return asked;
            }

            // The length counts itself, but not the type byte.
            self.remaining = (self.number(length_at) as usize + length_at).saturating_sub(wanted);
            if self.started {
                asked += u64::from(matches!(self.header[0], b'S' | b'Q'));
            } else {
                self.started = !ENCRYPTION_REQUESTS.contains(&self.number(4));
            }
            self.header.clear();
        }
    }

    fn number(&self, at: usize) -> u32 {
        let bytes = self.header[at..at + 4].try_into().expect("the header is complete");
        u32::from_be_bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::RoundTripCounter;

    const SSL_REQUEST: &[u8] = &[0, 0, 0, 8, 4, 210, 22, 47];
    const STARTUP: &[u8] = b"\0\0\0\x12\0\x03\0\0user\0SSSS\0";
    const PARSE: &[u8] = b"P\0\0\0\x0e\0SELECT\0\0\0";
    const SYNC: &[u8] = b"S\0\0\0\x04";
    const QUERY: &[u8] = b"Q\0\0\0\x0aQQQQQ\0";

    #[test]
    fn messages_are_counted_however_they_are_cut() {
        let stream = [SSL_REQUEST, STARTUP, PARSE, SYNC, QUERY, SYNC].concat();
        for size in 1..=stream.len() {
            let mut frontend = RoundTripCounter::default();
            let asked: u64 = stream.chunks(size).map(|chunk| frontend.read(chunk)).sum();
            assert_eq!(asked, 3, "in chunks of {size} bytes");
        }
    }
}

//! `Debug` of the error types: their words, so that what `main` returns reads as a sentence.

use std::error::Error;
use std::fmt;

/// Writes an error and its causes, with a colon before each. A cause that the text so far says
/// already is left out.
pub fn write(error: &dyn Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !words.contains(&said) {
            words = format!("{words}: {said}");
        }
        cause = error.source();
    }
    f.write_str(&words)
}

/// Implements `Debug` for error types: what `Display` says, and the causes.
#[doc(hidden)]
#[macro_export]
macro_rules! debug_in_words {
    ($($error:ty),+ $(,)?) => {$(
        impl ::std::fmt::Debug for $error {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::__private::write_error(self, f)
            }
        }
    )+};
}

pub(crate) use debug_in_words;

#[cfg(test)]
mod tests {
    use std::io;

    #[derive(thiserror::Error)]
    #[error("the page could not be read")]
    struct Page(#[source] File);

    #[derive(thiserror::Error)]
    #[error("a.txt: {0}")]
    struct File(#[source] io::Error);

    super::debug_in_words!(Page, File);

    #[test]
    fn an_error_prints_its_words_and_those_of_its_causes_each_once() {
        let error = Page(File(io::Error::other("the disk is full")));
        let words = "the page could not be read: a.txt: the disk is full";
        assert_eq!(format!("{error:?}"), words);
        assert_eq!(format!("{error:#?}"), words);
    }
}
